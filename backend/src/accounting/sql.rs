//! The only SQL of the accountant's export.

use crate::db::decode::fen;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::accounting::{ByDay, LegsQuery};
use domain::{Fen, OrganisationId};
use sqlx::PgConnection;
use uuid::Uuid;

/// A transfer with what accountants read beside it.
pub struct Transfer {
    pub seq: i64,
    pub debit: String,
    pub debit_name: String,
    pub credit: String,
    pub credit_name: String,
    pub amount: Fen,
    pub cny: bool,
    pub code: String,
    pub lot: Uuid,
    pub cause: Uuid,
    pub effective_on: NaiveDate,
    pub recorded_at: DateTime<Utc>,
    /// The bank's number, of a line, a payment or a return; of goods the number of their gift.
    pub reference: String,
    /// Who paid or was paid.
    pub other_name: String,
}

/// The last transfer that there is.
pub async fn last(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select coalesce(max(seq), 0) as "seq!" from transfer"#).fetch_one(connection).await
}

/// The next transfers of a charity in a period, in the order of booking.
pub async fn page(
    connection: &mut PgConnection,
    (charity, query): (OrganisationId, LegsQuery),
    (after, until): (i64, i64),
    limit: i64,
) -> sqlx::Result<Vec<Transfer>> {
    let rows = sqlx::query!(
        r#"select t.seq as "seq!", t.debit, t.credit, t.amount_fen, t.asset, t.code, t.lot, t.cause, t.effective_on,
                  t.recorded_at, ledger_account_name(t.debit) as "debit_name!",
                  ledger_account_name(t.credit) as "credit_name!",
                  coalesce(d.bank_reference, g.bank_reference, o.serial_no, l.serial_no, w.reference) as "reference!",
                  coalesce(d.payee_name, g.to_name, o.payee, l.payer, e.name) as "other_name!"
           from transfer t
           left join bank_line_part part on part.lot = t.lot
           left join bank_line l on l.id = part.line
           left join bank_account a on a.id = l.bank_account
           left join goods_gift w on w.lot = t.lot
           left join organisation e on e.id = w.enterprise
           left join disbursement d on d.id = t.cause
           left join gift_return g on g.id = t.cause
           left join bank_out o on o.id = t.cause
           where t.seq > $2 and t.seq <= $3 and coalesce(a.charity, w.charity) = $1
             and case when $6 then t.effective_on between $4 and $5
                      else (t.recorded_at at time zone 'Asia/Shanghai')::date between $4 and $5 end
           order by t.seq
           limit $7"#,
        charity.0,
        after,
        until,
        query.from,
        query.until,
        query.by == ByDay::Effective,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Transfer {
                seq: row.seq,
                debit: row.debit,
                debit_name: row.debit_name,
                credit: row.credit,
                credit_name: row.credit_name,
                amount: fen("transfer.amount_fen", row.amount_fen)?,
                cny: row.asset == "cny",
                code: row.code,
                lot: row.lot,
                cause: row.cause,
                effective_on: row.effective_on,
                recorded_at: row.recorded_at,
                reference: row.reference,
                other_name: row.other_name,
            })
        })
        .collect()
}
