//! The only SQL that writes the rows of pledges, and the reading of them.

use crate::db::decode::{fen, word};
use crate::places::Names;
use chrono::{DateTime, Utc};
use domain::api::pledges::PledgeDesignation;
use domain::need::Field;
use domain::place::{PlaceCode, short_village_name};
use domain::pledge::{Designation, DesignationKind, DesignationTarget};
use domain::{Fen, NeedId, OrganisationId, PairingId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// Writes the rows of a new pledge.
pub async fn insert(connection: &mut PgConnection, pledge: PledgeId, rows: &[Designation]) -> sqlx::Result<()> {
    let kinds: Vec<String> = rows.iter().map(|row| row.target.kind().to_string()).collect();
    let needs: Vec<Option<Uuid>> = rows.iter().map(|row| row.target.need().map(|need| need.0)).collect();
    let place = |row: &Designation, of: DesignationKind| match &row.target {
        DesignationTarget::Village { village: code } | DesignationTarget::Town { town: code }
            if row.target.kind() == of =>
        {
            Some(code.to_string())
        }
        _ => None,
    };
    let villages: Vec<Option<String>> = rows.iter().map(|row| place(row, DesignationKind::Village)).collect();
    let towns: Vec<Option<String>> = rows.iter().map(|row| place(row, DesignationKind::Town)).collect();
    let pairings: Vec<Option<Uuid>> = rows
        .iter()
        .map(|row| if let DesignationTarget::Pairing { pairing } = row.target { Some(pairing.0) } else { None })
        .collect();
    let fields: Vec<Option<String>> = rows
        .iter()
        .map(|row| if let DesignationTarget::Field { field } = row.target { Some(field.to_string()) } else { None })
        .collect();
    let amounts: Vec<i64> = rows.iter().map(|row| row.amount.get()).collect();
    sqlx::query!(
        "insert into pledge_designation (pledge, position, kind, need, pairing, village, town, field, amount_fen)
         select $1, row.position, row.kind, row.need, row.pairing, row.village, row.town, row.field, row.amount_fen
         from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[])
              with ordinality as row (kind, need, pairing, village, town, field, amount_fen, position)",
        pledge.0,
        &kinds,
        &needs as &[Option<Uuid>],
        &pairings as &[Option<Uuid>],
        &villages as &[Option<String>],
        &towns as &[Option<String>],
        &fields as &[Option<String>],
        &amounts
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What of a row's place tells who may read it.
pub struct Row {
    pub pledge: PledgeId,
    pub place: Option<PlaceCode>,
    pub designation: PledgeDesignation,
}

/// A place with the places that it lies in.
fn place_name(places: &Names, code: &PlaceCode) -> String {
    let lies = places.place(code);
    [lies.county, lies.town, lies.village].into_iter().filter(|name| !name.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// The rows of pledges, in their order.
pub async fn of(connection: &mut PgConnection, places: &Names, pledges: &[PledgeId]) -> sqlx::Result<Vec<Row>> {
    let pledges: Vec<Uuid> = pledges.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select d.pledge, d.position, d.kind, d.need, d.pairing, d.village, d.town, d.field, d.place, d.amount_fen,
                  d.arrived_fen, d.designated_at, d.made_for, n.code as "need_code?", n.title as "need_title?",
                  p.reference as "pairing_reference?",
                  array(select v.village
                        from pairing_village v
                        where v.pairing = p.id and v.number = p.terms
                        order by v.village) as "pairing_villages!"
           from pledge_designation d
           left join need n on n.id = d.need
           left join pairing p on p.id = d.pairing
           where d.pledge = any($1)
           order by d.pledge, d.position"#,
        &pledges
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let kind: DesignationKind = word("pledge_designation.kind", &row.kind)?;
            let target_id =
                row.need.or(row.pairing).map(|id| id.to_string()).or(row.village).or(row.town).or(row.field);
            let text = target_id.map_or_else(|| kind.to_string(), |id| format!("{kind}:{id}"));
            let target: DesignationTarget = word("pledge_designation", &text)?;
            let (name, code) = match &target {
                DesignationTarget::Need { .. } => (row.need_title.unwrap_or_default(), row.need_code),
                DesignationTarget::Pairing { .. } => {
                    let villages = row.pairing_villages.iter().map(|code| word("pairing_village.village", code));
                    let villages: Vec<PlaceCode> = villages.collect::<sqlx::Result<_>>()?;
                    let names = villages.iter().map(|code| short_village_name(places.get(code).unwrap_or_default()));
                    (names.collect::<Vec<_>>().join("、"), row.pairing_reference)
                }
                DesignationTarget::Village { village: code } | DesignationTarget::Town { town: code } => {
                    (place_name(places, code), None)
                }
                DesignationTarget::Field { field } => (field.label().to_owned(), None),
                DesignationTarget::Undesignated | DesignationTarget::Undirected => (kind.label().to_owned(), None),
            };
            Ok(Row {
                pledge: PledgeId(row.pledge),
                place: row.place.as_deref().map(|place| word("pledge_designation.place", place)).transpose()?,
                designation: PledgeDesignation {
                    position: row.position,
                    target,
                    name,
                    code,
                    amount_fen: fen("pledge_designation.amount_fen", row.amount_fen)?,
                    arrived_fen: fen("pledge_designation.arrived_fen", row.arrived_fen)?,
                    designated_at: row.designated_at,
                    made_for: row
                        .made_for
                        .as_deref()
                        .map(|text| word("pledge_designation.made_for", text))
                        .transpose()?,
                },
            })
        })
        .collect()
}

/// A row as it is when money comes or goes.
pub struct Filling {
    pub pledge: PledgeId,
    pub position: i32,
    pub amount: Fen,
    pub arrived: Fen,
}

/// The rows of pledges that are locked, in their order.
pub async fn filling(connection: &mut PgConnection, pledges: &[PledgeId]) -> sqlx::Result<Vec<Filling>> {
    let pledges: Vec<Uuid> = pledges.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select pledge, position, amount_fen, arrived_fen
         from pledge_designation
         where pledge = any($1)
         order by pledge, position",
        &pledges
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Filling {
                pledge: PledgeId(row.pledge),
                position: row.position,
                amount: fen("pledge_designation.amount_fen", row.amount_fen)?,
                arrived: fen("pledge_designation.arrived_fen", row.arrived_fen)?,
            })
        })
        .collect()
}

/// Writes what rows have now, and what this booking brought or took.
pub async fn set_filled(
    connection: &mut PgConnection,
    rows: &[(Filling, Fen)],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let pledges: Vec<Uuid> = rows.iter().map(|(row, _)| row.pledge.0).collect();
    let positions: Vec<i32> = rows.iter().map(|(row, _)| row.position).collect();
    let arrived: Vec<i64> = rows.iter().map(|(_, arrived)| arrived.get()).collect();
    let changes: Vec<i64> = rows.iter().map(|(row, arrived)| arrived.get() - row.arrived.get()).collect();
    sqlx::query!(
        "update pledge_designation d
         set arrived_fen = row.arrived_fen
         from unnest($1::uuid[], $2::integer[], $3::bigint[]) as row (pledge, position, arrived_fen)
         where d.pledge = row.pledge and d.position = row.position",
        &pledges,
        &positions,
        &arrived
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "insert into designation_arrival (pledge, position, amount_fen, booked_at)
         select pledge, position, amount_fen, $4
         from unnest($1::uuid[], $2::integer[], $3::bigint[]) as row (pledge, position, amount_fen)",
        &pledges,
        &positions,
        &changes,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Points a row that is not for a need at one.
pub async fn designate(
    connection: &mut PgConnection,
    pledge: PledgeId,
    (position, before): (i32, &DesignationTarget),
    need: NeedId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge_designation
         set kind = 'need', need = $3, pairing = null, village = null, town = null, field = null, designated_at = $4,
             made_for = $5
         where pledge = $1 and position = $2 and need is null",
        pledge.0,
        position,
        need.0,
        now,
        before.to_string()
    )
    .execute(connection)
    .await
}

/// What of a need decides whether it lies within what a row is for.
pub struct NeedFacts {
    pub village: PlaceCode,
    pub field: Field,
}

pub async fn need_facts(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<NeedFacts>> {
    let row =
        sqlx::query!(r#"select village as "village!", field as "field!" from needs_public where id = $1"#, need.0)
            .fetch_optional(connection)
            .await?;
    row.map(|row| {
        Ok(NeedFacts { village: word("need.village", &row.village)?, field: word("need.field", &row.field)? })
    })
    .transpose()
}

/// The villages of a pairing under its present terms.
pub async fn villages_of_pairing(connection: &mut PgConnection, pairing: PairingId) -> sqlx::Result<Vec<PlaceCode>> {
    let villages = sqlx::query_scalar!(
        "select v.village
         from pairing p
         join pairing_village v on v.pairing = p.id and v.number = p.terms
         where p.id = $1
         order by v.village",
        pairing.0
    )
    .fetch_all(connection)
    .await?;
    villages.iter().map(|code| word("pairing_village.village", code)).collect()
}

/// Whether the pairing is this enterprise's and under way.
pub async fn pairing_stands(
    connection: &mut PgConnection,
    pairing: PairingId,
    enterprise: OrganisationId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from pairing where id = $1 and enterprise = $2 and status in ('approved', 'signed', 'active')
           ) as "stands!""#,
        pairing.0,
        enterprise.0
    )
    .fetch_one(connection)
    .await
}

/// Whether anything was set aside from a row and stands.
pub async fn is_set_aside(connection: &mut PgConnection, pledge: PledgeId, position: i32) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from allocation
                          where pledge = $1 and position = $2 and status not in ('released', 'refused')) as "set_aside!""#,
        pledge.0,
        position
    )
    .fetch_one(connection)
    .await
}
