//! The only SQL on the use of a surplus for another need.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::surpluses::{NewSurplusPlacement, PlacedPart, SurplusNeed, SurplusPlacement};
use domain::surplus::{GiverTerms, LikePurpose, PlacementBasis, PlacementStatus, SurplusSource};
use domain::{Fen, LotId, NeedId, PersonId, PledgeId, SurplusId, SurplusPlacementId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

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
    let chosen: Vec<Uuid> = new.chosen().into_iter().map(SurplusSource::id).collect();
    sqlx::query!(
        "insert into surplus_placement (id, surplus, to_need, amount_fen, why_similar, basis, basis_reference, status,
                                        proposed_by, proposed_at, chosen)
         values ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9, $10)",
        new.id.0,
        surplus.0,
        new.to_need.0,
        new.amount_fen.get(),
        new.why_similar.trim(),
        new.basis.as_str(),
        new.basis_reference.trim(),
        person.0,
        now,
        &chosen
    )
    .execute(connection)
    .await
}

/// Whose money a placement was said to be of.
pub async fn chosen(connection: &mut PgConnection, id: SurplusPlacementId) -> sqlx::Result<BTreeSet<Uuid>> {
    let chosen =
        sqlx::query_scalar!("select chosen from surplus_placement where id = $1", id.0).fetch_one(connection).await?;
    Ok(chosen.into_iter().collect())
}

/// Writes down which lots it is of.
pub async fn insert_takes(
    connection: &mut PgConnection,
    id: SurplusPlacementId,
    takes: &[(LotId, Fen)],
) -> sqlx::Result<()> {
    let lots: Vec<Uuid> = takes.iter().map(|(lot, _)| lot.0).collect();
    let amounts: Vec<i64> = takes.iter().map(|(_, amount)| amount.get()).collect();
    sqlx::query!(
        "insert into surplus_placement_take (placement, lot, amount_fen)
         select $1, t.lot, t.amount_fen from unnest($2::uuid[], $3::bigint[]) as t (lot, amount_fen)",
        id.0,
        &lots,
        &amounts
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn takes(connection: &mut PgConnection, id: SurplusPlacementId) -> sqlx::Result<Vec<(LotId, Fen)>> {
    let rows =
        sqlx::query!("select lot, amount_fen from surplus_placement_take where placement = $1 order by lot", id.0)
            .fetch_all(connection)
            .await?;
    rows.into_iter()
        .map(|row| Ok((LotId(row.lot), fen("surplus_placement_take.amount_fen", row.amount_fen)?)))
        .collect()
}

/// Whose each lot is, with what the giver said.
pub async fn owners_of_lots(
    connection: &mut PgConnection,
    lots: &[LotId],
) -> sqlx::Result<BTreeMap<LotId, (SurplusSource, Option<GiverTerms>)>> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let rows = sqlx::query!(
        "select part.lot, p.id, p.restriction, p.funding_choice
         from bank_line_part part
         join pledge p on p.id = part.pledge
         where part.lot = any($1)",
        &lots
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let terms = GiverTerms {
                restriction: word("pledge.restriction", &row.restriction)?,
                choice: word("pledge.funding_choice", &row.funding_choice)?,
            };
            Ok((LotId(row.lot), (SurplusSource::Gift(PledgeId(row.id)), Some(terms))))
        })
        .collect()
}

/// Whose money each placement of a surplus is of, gift by gift.
pub async fn parts(
    connection: &mut PgConnection,
    id: SurplusId,
) -> sqlx::Result<BTreeMap<SurplusPlacementId, Vec<PlacedPart>>> {
    let rows = sqlx::query!(
        r#"select k.placement, p.id as "pledge?", p.reference as "reference?", o.name as "giver?",
                  sum(k.amount_fen)::bigint as "fen!"
           from surplus_placement own
           join surplus_placement_take k on k.placement = own.id
           join bank_line_part part on part.lot = k.lot
           left join pledge p on p.id = part.pledge
           left join organisation o on o.id = p.enterprise
           where own.surplus = $1
           group by k.placement, p.id, o.name
           order by p.pledged_at, p.id"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    let mut parts = BTreeMap::<_, Vec<_>>::new();
    for row in rows {
        parts.entry(SurplusPlacementId(row.placement)).or_default().push(PlacedPart {
            pledge: row.pledge.map(PledgeId),
            reference: row.reference.as_deref().map(|text| word("pledge.reference", text)).transpose()?,
            giver: row.giver,
            amount_fen: fen("surplus_placement_take.amount_fen", row.fen)?,
        });
    }
    Ok(parts)
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
                parts: Vec::new(),
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
