//! The only SQL on the steps of pairings, what was agreed to, and the thread.

use crate::db::decode::word;
use crate::pairings::sql::Stored;
use chrono::{DateTime, Utc};
use domain::api::pairings::{NewPairingMessage, PairingMessage};
use domain::organisation::Acting;
use domain::pairing::{PairingSeat, PairingSide, PairingStatus};
use domain::pledge::PublicDisplay;
use domain::{PairingId, PairingMessageId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// Leads a pairing that is as it was read to another state.
pub async fn move_to(
    connection: &mut PgConnection,
    before: &Stored,
    after: PairingStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing
         set status = $4, version = version + 1, changed_at = $5
         where id = $1 and status = $2 and version = $3",
        before.id.0,
        before.status.as_str(),
        before.version,
        after.as_str(),
        now
    )
    .execute(connection)
    .await
}

pub async fn set_terms(connection: &mut PgConnection, id: PairingId, number: i32) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update pairing set terms = $2 where id = $1 and terms = $2 - 1", id.0, number)
        .execute(connection)
        .await
}

pub async fn take_up(
    connection: &mut PgConnection,
    before: &Stored,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing
         set status = 'under_review', reviewer = $3, version = version + 1, changed_at = $4
         where id = $1 and status = 'mutually_agreed' and version = $2",
        before.id.0,
        before.version,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

/// Back to the sides, who are asked anew.
pub async fn give_back(
    connection: &mut PgConnection,
    before: &Stored,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing
         set status = 'proposed', review = review + 1, hash = null, returned_at = $4, returned_reason = $5,
             version = version + 1, changed_at = $4
         where id = $1 and status = $2 and version = $3",
        before.id.0,
        before.status.as_str(),
        before.version,
        now,
        reason
    )
    .execute(connection)
    .await
}

pub async fn approve(
    connection: &mut PgConnection,
    before: &Stored,
    hash: &str,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing
         set status = 'approved', hash = $3, approved_by = $4, approved_at = $5, version = version + 1, changed_at = $5
         where id = $1 and status = 'under_review' and version = $2",
        before.id.0,
        before.version,
        hash,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

/// Declined, taken back or terminated, by somebody and for a reason.
pub async fn end(
    connection: &mut PgConnection,
    before: &Stored,
    after: PairingStatus,
    (by, reason): (PersonId, &str),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing
         set status = $4, ended_by = $5, ended_at = $6, ended_reason = $7, version = version + 1, changed_at = $6
         where id = $1 and status = $2 and version = $3",
        before.id.0,
        before.status.as_str(),
        before.version,
        after.as_str(),
        by.0,
        now,
        reason
    )
    .execute(connection)
    .await
}

/// Gives a pairing that follows the text of the one before: the names in it are those of then.
pub async fn copy_text(connection: &mut PgConnection, from: PairingId, to: PairingId) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_text (pairing, hash, number, text, enterprise_name, town_villages, made_at)
         select $2::uuid, t.hash, 1, t.text, t.enterprise_name, t.town_villages, t.made_at
         from pairing_text t
         join pairing p on p.id = t.pairing and p.hash = t.hash
         where p.id = $1",
        from.0,
        to.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Has a pairing go on as the one before stood: signed, or active where its first day has come.
pub async fn carry(
    connection: &mut PgConnection,
    (from, to): (PairingId, PairingId),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing n
         set status = case when t.first_day <= ($3::timestamptz at time zone 'Asia/Shanghai')::date then 'active'
                           else 'signed' end,
             hash = b.hash, approved_by = b.approved_by, approved_at = b.approved_at, signed_at = b.signed_at,
             version = n.version + 1, changed_at = $3
         from pairing b
         join pairing_terms t on t.pairing = b.id and t.number = b.terms
         where b.id = $1 and n.id = $2 and n.status = 'proposed'",
        from.0,
        to.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn insert_agreement(
    connection: &mut PgConnection,
    (id, number, review): (PairingId, i32, i32),
    (side, note): (&PairingSide, &str),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_agreement (pairing, number, review, side, organisation, person, note, agreed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        number,
        review,
        side.to_string(),
        acting.organisation.0,
        acting.person.0,
        note,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_display(
    connection: &mut PgConnection,
    id: PairingId,
    name: PublicDisplay,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update pairing set public_display = $2 where id = $1", id.0, name.as_str()).execute(connection).await
}

pub async fn insert_message(
    connection: &mut PgConnection,
    id: PairingId,
    new: &NewPairingMessage,
    (seat, acting): (PairingSeat, &Acting),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_message (id, pairing, seat, organisation, person, text, written_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id.0,
        id.0,
        seat.as_str(),
        acting.organisation.0,
        acting.person.0,
        new.text,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn message(connection: &mut PgConnection, id: PairingMessageId) -> sqlx::Result<Option<(PairingId, String)>> {
    let row = sqlx::query!("select pairing, text from pairing_message where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| (PairingId(row.pairing), row.text)))
}

/// The latest, oldest first.
pub async fn messages(connection: &mut PgConnection, id: PairingId, limit: i64) -> sqlx::Result<Vec<PairingMessage>> {
    let rows = sqlx::query!(
        r#"select m.id, m.seat, m.text, m.written_at, o.name
           from (select * from pairing_message where pairing = $1 order by written_at desc, id desc limit $2) m
           join organisation o on o.id = m.organisation
           order by m.written_at, m.id"#,
        id.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PairingMessage {
                id: PairingMessageId(row.id),
                by: row.name,
                seat: word("pairing_message.seat", &row.seat)?,
                at: row.written_at,
                text: row.text,
            })
        })
        .collect()
}
