//! The only SQL on payments that come back.

use crate::db::decode::{fen, word};
use chrono::{DateTime, Utc};
use domain::api::returns::{PaidOut, SaidBack, SayBack};
use domain::{BankLineId, DisbursementId, Fen, OrganisationId, PersonId, TransferId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What was said of a line, with who said it.
pub async fn of_line(connection: &mut PgConnection, line: BankLineId) -> sqlx::Result<Option<(PersonId, SaidBack)>> {
    let row = sqlx::query!(
        r#"select b.disbursement, b.kind, b.said_by, d.payee_name, d.amount_fen, d.paid_on, n.title,
                  coalesce((select sum(w.amount_fen) from account_balance w
                            where w.account = 'advance:' || d.id and w.asset = 'cny'), 0)::bigint as "left_fen!",
                  sayer.name as "said_by_name?", confirmer.name as "confirmed_by_name?", b.confirmed_by
           from line_back b
           join disbursement d on d.id = b.disbursement
           join need n on n.id = d.need
           left join person_private sayer on sayer.person = b.said_by
           left join person_private confirmer on confirmer.person = b.confirmed_by
           where b.line = $1"#,
        line.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let disbursement = DisbursementId(row.disbursement);
        let said = SaidBack {
            back: SayBack { disbursement, kind: word("line_back.kind", &row.kind)? },
            payment: PaidOut {
                disbursement,
                payee_name: row.payee_name,
                need_title: row.title,
                amount_fen: fen("disbursement.amount_fen", row.amount_fen)?,
                paid_on: row.paid_on,
                left_fen: fen("account_balance", row.left_fen)?,
            },
            said_by: row.said_by_name.unwrap_or_default(),
            confirmed_by: row.confirmed_by.map(|_| row.confirmed_by_name.unwrap_or_default()),
            may_confirm: false,
            may_drop: false,
        };
        Ok((PersonId(row.said_by), said))
    })
    .transpose()
}

/// Those of the lines of which it was said that they come back.
pub async fn among(connection: &mut PgConnection, lines: &[BankLineId]) -> sqlx::Result<BTreeSet<BankLineId>> {
    let lines: Vec<Uuid> = lines.iter().map(|id| id.0).collect();
    let found = sqlx::query_scalar!("select line from line_back where line = any($1)", &lines);
    Ok(found.fetch_all(connection).await?.into_iter().map(BankLineId).collect())
}

/// Payments of which something is neither accounted for nor back, latest first.
pub async fn candidates(
    connection: &mut PgConnection,
    charity: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<PaidOut>> {
    let rows = sqlx::query!(
        r#"select d.id, d.payee_name, n.title, d.amount_fen, d.paid_on, held.left_fen as "left_fen!"
           from disbursement d
           join need n on n.id = d.need
           cross join lateral (
               select sum(w.amount_fen)::bigint as left_fen
               from account_balance w
               where w.account = 'advance:' || d.id and w.asset = 'cny'
           ) held
           where d.charity = $1 and d.status in ('paid', 'bank_confirmed') and held.left_fen > 0
           order by d.prepared_at desc, d.id desc
           limit $2"#,
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(PaidOut {
                disbursement: DisbursementId(row.id),
                payee_name: row.payee_name,
                need_title: row.title,
                amount_fen: fen("disbursement.amount_fen", row.amount_fen)?,
                paid_on: row.paid_on,
                left_fen: fen("account_balance", row.left_fen)?,
            })
        })
        .collect()
}

pub async fn insert(
    connection: &mut PgConnection,
    line: BankLineId,
    back: SayBack,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into line_back (line, disbursement, kind, said_by, said_at) values ($1, $2, $3, $4, $5)",
        line.0,
        back.disbursement.0,
        back.kind.as_str(),
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn confirm(
    connection: &mut PgConnection,
    line: BankLineId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update line_back set confirmed_by = $2, confirmed_at = $3 where line = $1 and confirmed_by is null",
        line.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn delete(connection: &mut PgConnection, line: BankLineId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from line_back where line = $1 and confirmed_by is null", line.0).execute(connection).await
}

/// What was confirmed is taken back; what it was stays in the reversal.
pub async fn delete_confirmed(connection: &mut PgConnection, line: BankLineId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from line_back where line = $1 and confirmed_by is not null", line.0).execute(connection).await
}

/// Which transfers it posted.
pub async fn keep_transfers(
    connection: &mut PgConnection,
    line: BankLineId,
    transfers: &[TransferId],
) -> sqlx::Result<()> {
    let transfers: Vec<Uuid> = transfers.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into line_back_transfer (line, transfer) select $1, t.id from unnest($2::uuid[]) as t (id)",
        line.0,
        &transfers
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// What of a payment the bank has sent back.
pub async fn bounced(connection: &mut PgConnection, disbursement: DisbursementId) -> sqlx::Result<Fen> {
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(l.amount_fen), 0)::bigint as "sum!"
           from line_back b
           join bank_line l on l.id = b.line
           where b.disbursement = $1 and b.kind = 'bounced' and b.confirmed_by is not null"#,
        disbursement.0
    )
    .fetch_one(connection)
    .await?;
    fen("sum of what bounced", sum)
}
