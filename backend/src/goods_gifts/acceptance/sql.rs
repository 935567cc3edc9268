//! The only SQL that accepts goods, sets them aside, and takes an acceptance back.

use super::super::sql::Stored;
use crate::db::decode::fen;
use crate::mail::letter::goods::GoodsLineTold;
use chrono::{DateTime, Utc};
use domain::goods::{GoodsGiftStatus, InspectedLine, Inspection, Quantity};
use domain::{Fen, GoodsGiftId, LotId, NeedId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn set_inspected(
    connection: &mut PgConnection,
    gift: &Stored,
    (found, value): (&Inspection, Fen),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = 'inspected', inspected_by = $3, inspected_at = $4, received_on = $5, accepted_basis = $6,
             value_reason = $7, accepted_fen = $8, sent_back = null, version = version + 1, changed_at = $4
         where id = $1 and version = $2 and status = 'offered'",
        gift.id.0,
        gift.version,
        by.0,
        now,
        found.received_on,
        found.basis.as_str(),
        found.value_reason.trim(),
        value.get()
    )
    .execute(connection)
    .await
}

pub async fn set_lines(connection: &mut PgConnection, gift: GoodsGiftId, lines: &[InspectedLine]) -> sqlx::Result<()> {
    let accepted: Vec<i64> = lines.iter().map(|line| line.accepted.thousandths()).collect();
    let units: Vec<i64> = lines.iter().map(|line| line.unit_value.get()).collect();
    let values: Vec<i64> = lines.iter().map(|line| line.value().unwrap_or_default().get()).collect();
    let conditions: Vec<String> = lines.iter().map(|line| line.condition.trim().to_owned()).collect();
    sqlx::query!(
        "update goods_gift_line l
         set accepted = f.accepted, accepted_unit_fen = f.unit_fen, accepted_fen = f.value_fen, condition = f.condition
         from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[])
              with ordinality as f (accepted, unit_fen, value_fen, condition, position)
         where l.gift = $1 and l.position = f.position - 1",
        gift.0,
        &accepted,
        &units,
        &values,
        &conditions
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_sent_back(
    connection: &mut PgConnection,
    gift: &Stored,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = 'offered', inspected_by = null, inspected_at = null, received_on = null, accepted_basis = null,
             value_reason = null, accepted_fen = null, sent_back = $3, version = version + 1, changed_at = $4
         where id = $1 and version = $2 and status = 'inspected'",
        gift.id.0,
        gift.version,
        reason,
        now
    )
    .execute(connection)
    .await
}

pub async fn clear_lines(connection: &mut PgConnection, gift: GoodsGiftId) -> sqlx::Result<()> {
    sqlx::query!(
        "update goods_gift_line
         set accepted = null, accepted_unit_fen = null, accepted_fen = null, condition = ''
         where gift = $1",
        gift.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_lot(connection: &mut PgConnection, lot: LotId) -> sqlx::Result<()> {
    sqlx::query!("insert into lot (id, kind) values ($1, 'goods')", lot.0).execute(connection).await?;
    Ok(())
}

pub async fn next_confirmation(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select nextval('goods_acceptance_number') as "number!""#).fetch_one(connection).await
}

/// Accepted; what is bound to a need is set aside in the same statement, because no state of it is between.
pub async fn set_confirmed(
    connection: &mut PgConnection,
    gift: &Stored,
    (status, lot, number): (GoodsGiftStatus, LotId, i64),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = $3, confirmed_by = $4::uuid, confirmed_at = $5::timestamptz, confirmation_no = $6, lot = $7, set_aside_for = need,
             set_aside_by = case when need is not null then $4::uuid end,
             set_aside_at = case when need is not null then $5::timestamptz end, version = version + 1, changed_at = $5
         where id = $1 and version = $2 and status = 'inspected'",
        gift.id.0,
        gift.version,
        status.as_str(),
        by.0,
        now,
        number,
        lot.0
    )
    .execute(connection)
    .await
}

/// What was accepted, as the confirmation letter lists it.
pub async fn accepted_lines(connection: &mut PgConnection, gift: GoodsGiftId) -> sqlx::Result<Vec<GoodsLineTold>> {
    let rows = sqlx::query!(
        r#"select name, unit, accepted as "accepted!", accepted_unit_fen as "unit_fen!", accepted_fen as "value_fen!"
           from goods_gift_line
           where gift = $1 and accepted > 0
           order by position"#,
        gift.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(GoodsLineTold {
                name: row.name,
                quantity: format!("{} {}", Quantity::of_thousandths(row.accepted), row.unit),
                unit_value: fen("goods_gift_line.accepted_unit_fen", row.unit_fen)?,
                value: fen("goods_gift_line.accepted_fen", row.value_fen)?,
            })
        })
        .collect()
}

/// Writes down that so much of a gift is set aside for a need.
pub async fn insert_set_aside(
    connection: &mut PgConnection,
    (gift, need, value): (GoodsGiftId, NeedId, Fen),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into goods_set_aside (gift, number, need, value_fen, set_aside_by, set_aside_at)
         select $1, 1 + (select count(*) from goods_set_aside s where s.gift = $1), $2, $3, $4, $5",
        gift.0,
        need.0,
        value.get(),
        by.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// By the charity's choice.
pub async fn set_aside(
    connection: &mut PgConnection,
    gift: &Stored,
    (status, need): (GoodsGiftStatus, NeedId),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = $6, set_aside_for = $3, set_aside_by = $4, set_aside_at = $5, version = version + 1, changed_at = $5
         where id = $1 and version = $2 and status in ('accepted', 'partly_free') and set_aside_for is null",
        gift.id.0,
        gift.version,
        need.0,
        by.0,
        now,
        status.as_str()
    )
    .execute(connection)
    .await
}

/// Asked for with a reason, or not wanted any more.
pub async fn set_reversal(
    connection: &mut PgConnection,
    gift: &Stored,
    reason: Option<&str>,
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set reversal_reason = $3, reversal_by = case when $3::text is not null then $4::uuid end,
             reversal_at = case when $3::text is not null then $5::timestamptz end, version = version + 1, changed_at = $5
         where id = $1 and version = $2 and status in ('accepted', 'set_aside')",
        gift.id.0,
        gift.version,
        reason,
        by.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_reversed(
    connection: &mut PgConnection,
    gift: &Stored,
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update goods_gift
         set status = 'reversed', reversed_by = $3, reversed_at = $4, version = version + 1, changed_at = $4
         where id = $1 and version = $2 and status in ('accepted', 'set_aside') and reversal_by is not null",
        gift.id.0,
        gift.version,
        by.0,
        now
    )
    .execute(connection)
    .await
}
