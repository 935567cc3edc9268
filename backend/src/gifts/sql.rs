//! The only SQL on what a gift's way passes: its lots, and the names of payments, items and needs.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::pledge::PublicDisplay;
use domain::{Fen, FileId, LotId, NeedId, PledgeId, SpendingItemId};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

pub struct Arrived {
    pub lot: LotId,
    pub amount: Fen,
    pub booked_on: NaiveDate,
    pub confirmed_at: DateTime<Utc>,
}

/// The parts of bank lines that were confirmed for a pledge, oldest first.
pub async fn lots(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Vec<Arrived>> {
    let rows = sqlx::query!(
        r#"select part.lot, part.amount_fen, line.booked_on, line.confirmed_at as "confirmed_at!"
           from bank_line_part part
           join bank_line line on line.id = part.line
           where part.pledge = $1 and line.confirmed_at is not null
           order by line.booked_on, line.confirmation_no, part.lot"#,
        pledge.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Arrived {
                lot: LotId(row.lot),
                amount: fen("bank_line_part", row.amount_fen)?,
                booked_on: row.booked_on,
                confirmed_at: row.confirmed_at,
            })
        })
        .collect()
}

pub struct Payment {
    pub payee: String,
    pub paid_on: Option<NaiveDate>,
}

pub async fn payments(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<BTreeMap<Uuid, Payment>> {
    let rows = sqlx::query!("select id, payee_name, paid_on from disbursement where id = any($1)", ids)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, Payment { payee: row.payee_name, paid_on: row.paid_on })).collect())
}

pub struct Item {
    pub description: String,
    pub seller: String,
    pub invoice_on: NaiveDate,
    pub invoice_no: Option<String>,
    pub pictures: Vec<FileId>,
}

pub async fn items(connection: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<BTreeMap<Uuid, Item>> {
    let rows = sqlx::query!(
        r#"select id as "id!", description as "description!",
                  case when seller_is_person then '个人' else seller end as "seller!",
                  invoice_on as "invoice_on!", invoice_no, pictures as "pictures!"
           from spending_read
           where id = any($1)"#,
        ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let item = Item {
                description: row.description,
                seller: row.seller,
                invoice_on: row.invoice_on,
                invoice_no: row.invoice_no,
                pictures: row.pictures.into_iter().map(FileId).collect(),
            };
            (row.id, item)
        })
        .collect())
}

pub struct Need {
    /// Where everybody may read it.
    pub code: Option<String>,
    pub title: String,
}

pub async fn needs(connection: &mut PgConnection, ids: &[NeedId]) -> sqlx::Result<BTreeMap<Uuid, Need>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select n.id, p.code as "code?", n.title
           from need n
           left join needs_public p on p.id = n.id
           where n.id = any($1)"#,
        &ids
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, Need { code: row.code, title: row.title })).collect())
}

pub struct PublicItem {
    pub description: String,
    pub need_code: String,
    pub need_title: String,
}

/// An accepted item of a public need.
pub async fn public_item(connection: &mut PgConnection, id: SpendingItemId) -> sqlx::Result<Option<PublicItem>> {
    sqlx::query_as!(
        PublicItem,
        r#"select i.description, n.code as "need_code!", n.title as "need_title!"
           from spending_item i
           join disbursement d on d.id = i.disbursement
           join needs_public n on n.id = d.need
           where i.id = $1 and i.status = 'accepted'"#,
        id.0
    )
    .fetch_optional(connection)
    .await
}

/// What givers gave of an item who show their amounts, largest share first.
pub async fn shown_shares(
    connection: &mut PgConnection,
    id: SpendingItemId,
) -> sqlx::Result<Vec<(String, PublicDisplay, Fen)>> {
    let rows = sqlx::query!(
        r#"select o.name, p.public_display, sum(t.amount_fen)::bigint as "fen!"
           from transfer t
           join bank_line_part part on part.lot = t.lot
           join pledge p on p.id = part.pledge and p.show_amount
           join organisation o on o.id = p.enterprise
           where t.cause = $1 and t.code = 'spend' and t.asset = 'cny'
             and not exists (select from transfer r where r.corrects = t.id)
           group by o.id, o.name, p.public_display
           order by sum(t.amount_fen) desc, o.id, p.public_display"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.name, word("pledge", &row.public_display)?, fen("transfer", row.fen)?)))
        .collect()
}
