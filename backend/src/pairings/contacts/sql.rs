//! The only SQL on whom the sides of pairings name.

use crate::db::decode::error;
use chrono::{DateTime, Utc};
use domain::pairing::{PairingPerson, PairingSide};
use domain::{OrganisationId, PairingId, PersonId};
use sqlx::PgConnection;

pub async fn of(connection: &mut PgConnection, id: PairingId) -> sqlx::Result<Vec<(PairingSide, PairingPerson)>> {
    let rows = sqlx::query!("select side, name, position, phone from pairing_contact where pairing = $1", id.0)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let side = row.side.parse().map_err(|wrong| error("pairing_contact.side", wrong))?;
            Ok((side, PairingPerson { name: row.name, position: row.position, phone: row.phone }))
        })
        .collect()
}

/// A side of an agreement, with whom it names.
pub struct Row {
    pub pairing: PairingId,
    pub reference: String,
    pub enterprise_name: String,
    pub side: PairingSide,
    pub person: Option<PairingPerson>,
}

/// Of the agreements under way of an enterprise, agreement by agreement, its own side first.
pub async fn of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query!(
        r#"select p.id as "id!", p.reference as "reference!", o.name as "enterprise_name!", s.side as "side!",
                  c.name as "name?", c.position as "position?", c.phone as "phone?"
           from (select id, reference, enterprise
                 from pairing
                 where enterprise = $1 and status in ('approved', 'signed', 'active')
                 order by changed_at desc, id desc
                 limit $2) p
           join organisation o on o.id = p.enterprise
           join pairing_side s on s.pairing = p.id
           left join pairing_contact c on c.pairing = p.id and c.side = s.side
           order by p.id, s.place nulls first"#,
        enterprise.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let person = row.name.zip(row.position).zip(row.phone);
            Ok(Row {
                pairing: PairingId(row.id),
                reference: row.reference,
                enterprise_name: row.enterprise_name,
                side: row.side.parse().map_err(|wrong| error("pairing_side.side", wrong))?,
                person: person.map(|((name, position), phone)| PairingPerson { name, position, phone }),
            })
        })
        .collect()
}

pub async fn set(
    connection: &mut PgConnection,
    (id, side): (PairingId, &PairingSide),
    person: &PairingPerson,
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_contact (pairing, side, name, position, phone, named_by, named_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (pairing, side) do update
         set name = excluded.name, position = excluded.position, phone = excluded.phone, named_by = excluded.named_by,
             named_at = excluded.named_at",
        id.0,
        side.to_string(),
        person.name,
        person.position,
        person.phone,
        by.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn empty(connection: &mut PgConnection, (id, side): (PairingId, &PairingSide)) -> sqlx::Result<()> {
    sqlx::query!("delete from pairing_contact where pairing = $1 and side = $2", id.0, side.to_string())
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn forget(
    connection: &mut PgConnection,
    person: PersonId,
    name: &str,
    phone: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from pairing_contact where (named_by = $1 and name = $2) or phone = $3",
        person.0,
        name,
        phone
    )
    .execute(connection)
    .await?;
    Ok(())
}
