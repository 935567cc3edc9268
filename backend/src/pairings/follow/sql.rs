//! The only SQL on pairings that follow another one.

use chrono::{DateTime, Utc};
use domain::PairingId;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

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
