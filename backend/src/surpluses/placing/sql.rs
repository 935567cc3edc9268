//! The only SQL on the use of a surplus for another need.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::surpluses::{NewSurplusPlacement, SurplusNeed, SurplusPlacement};
use domain::surplus::{LikePurpose, PlacementBasis, PlacementStatus};
use domain::{Fen, NeedId, PersonId, SurplusId, SurplusPlacementId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// In what two needs are alike; none where one of them is not there.
pub async fn alike(
    connection: &mut PgConnection,
    from: NeedId,
    to: NeedId,
) -> sqlx::Result<Option<Option<LikePurpose>>> {
    let row = sqlx::query!(
        r#"select a.village = b.village as "village!", coalesce(a.field = b.field, false) as "field!"
           from need a
           join needs_public b on b.id = $2
           where a.id = $1"#,
        from.0,
        to.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| LikePurpose::of(row.village, row.field)))
}

pub async fn insert_placement(
    connection: &mut PgConnection,
    surplus: SurplusId,
    new: &NewSurplusPlacement,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into surplus_placement (id, surplus, to_need, amount_fen, why_similar, basis, basis_reference, status,
                                        proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9)",
        new.id.0,
        surplus.0,
        new.to_need.0,
        new.amount_fen.get(),
        new.why_similar.trim(),
        new.basis.as_str(),
        new.basis_reference.trim(),
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// The surplus of a placement, to be locked before it.
pub async fn surplus_of(connection: &mut PgConnection, id: SurplusPlacementId) -> sqlx::Result<Option<SurplusId>> {
    let surplus = sqlx::query_scalar!("select surplus from surplus_placement where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(surplus.map(SurplusId))
}

/// A placement, its surplus locked before it.
pub struct Proposed {
    pub status: PlacementStatus,
    pub to_need: NeedId,
    pub amount: Fen,
    pub basis: PlacementBasis,
    pub by: PersonId,
}

pub async fn proposed(connection: &mut PgConnection, id: SurplusPlacementId) -> sqlx::Result<Option<Proposed>> {
    let row = sqlx::query!(
        "select status, to_need, amount_fen, basis, proposed_by from surplus_placement where id = $1 for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Proposed {
            status: word("surplus_placement.status", &row.status)?,
            to_need: NeedId(row.to_need),
            amount: fen("surplus_placement.amount_fen", row.amount_fen)?,
            basis: word("surplus_placement.basis", &row.basis)?,
            by: PersonId(row.proposed_by),
        })
    })
    .transpose()
}

/// With the next number of its surplus, which is locked.
pub async fn set_placed(
    connection: &mut PgConnection,
    (id, surplus): (SurplusPlacementId, SurplusId),
    person: PersonId,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update surplus_placement
         set status = 'confirmed', decided_by = $3, decided_at = $4, placed_on = $5,
             number = (select coalesce(max(number), 0) + 1 from surplus_placement where surplus = $2)
         where id = $1 and status = 'proposed'",
        id.0,
        surplus.0,
        person.0,
        now,
        today
    )
    .execute(connection)
    .await
}

pub async fn set_placement_sent_back(
    connection: &mut PgConnection,
    id: SurplusPlacementId,
    person: PersonId,
    why: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update surplus_placement
         set status = 'sent_back', decided_by = $2, decided_at = $3, decided_why = $4
         where id = $1 and status = 'proposed'",
        id.0,
        person.0,
        now,
        why
    )
    .execute(connection)
    .await
}

/// The placements of a surplus, oldest first, each with who proposed it.
pub async fn placements(
    connection: &mut PgConnection,
    id: SurplusId,
) -> sqlx::Result<Vec<(PersonId, SurplusPlacement)>> {
    let rows = sqlx::query!(
        r#"select p.id, p.status, p.number, p.to_need, n.code, n.title, p.amount_fen, p.why_similar, p.basis, p.basis_reference,
                  p.proposed_by, proposed.name as "proposed_by_name?", p.proposed_at, decided.name as "decided_by_name?",
                  p.decided_at, p.decided_why, p.placed_on, n.village = own.village as "village!",
                  coalesce(n.field = own.field, false) as "field!"
           from surplus_placement p
           join surplus s on s.id = p.surplus
           join need own on own.id = s.need
           join need n on n.id = p.to_need
           left join person_private proposed on proposed.person = p.proposed_by
           left join person_private decided on decided.person = p.decided_by
           where p.surplus = $1
           order by p.proposed_at, p.id"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let placement = SurplusPlacement {
                id: SurplusPlacementId(row.id),
                status: word("surplus_placement.status", &row.status)?,
                number: row.number,
                to: SurplusNeed { id: NeedId(row.to_need), code: row.code, title: row.title },
                similarity: LikePurpose::of(row.village, row.field),
                amount_fen: fen("surplus_placement.amount_fen", row.amount_fen)?,
                why_similar: row.why_similar,
                basis: word("surplus_placement.basis", &row.basis)?,
                basis_reference: row.basis_reference,
                proposed_by: row.proposed_by_name.unwrap_or_default(),
                proposed_at: row.proposed_at,
                decided_by: row.decided_by_name,
                decided_at: row.decided_at,
                decided_why: row.decided_why,
                placed_on: row.placed_on,
                may_confirm: false,
                may_send_back: false,
            };
            Ok((PersonId(row.proposed_by), placement))
        })
        .collect()
}
