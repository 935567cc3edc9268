//! The only SQL on what of bank lines finds no other side.

use crate::db::decode::fen;
use chrono::NaiveDate;
use domain::api::arrivals::{UnmatchedLine, UnmatchedOut, UnmatchedSum};
use domain::{BankLineId, OrganisationId, OutgoingId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Lines that nobody matched, lines that wait for the second person, confirmed parts of unknown givers.
pub async fn sums(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<[UnmatchedSum; 3]> {
    let row = sqlx::query!(
        r#"select waiting.unmatched as "unmatched!", waiting.unmatched_fen as "unmatched_fen!", waiting.unmatched_since,
                  waiting.matched as "matched!", waiting.matched_fen as "matched_fen!", waiting.matched_since,
                  unknown.number as "unknown!", unknown.fen as "unknown_fen!", unknown.since as unknown_since
           from (select count(*) filter (where l.status <> 'matched') as unmatched,
                        coalesce(sum(l.amount_fen) filter (where l.status <> 'matched'), 0)::bigint as unmatched_fen,
                        min(l.booked_on) filter (where l.status <> 'matched') as unmatched_since,
                        count(*) filter (where l.status = 'matched') as matched,
                        coalesce(sum(l.amount_fen) filter (where l.status = 'matched'), 0)::bigint as matched_fen,
                        min(l.booked_on) filter (where l.status = 'matched') as matched_since
                 from bank_line l
                 join bank_account a on a.id = l.bank_account
                 where a.charity = $1 and l.status in ('unmatched', 'suggested', 'matched')) waiting
           cross join (select count(*) as number, coalesce(sum(p.amount_fen), 0)::bigint as fen, min(l.booked_on) as since
                       from bank_line_part p
                       join bank_line l on l.id = p.line and l.status = 'confirmed'
                       join bank_account a on a.id = l.bank_account
                       where a.charity = $1 and p.pledge is null and p.campaign is null
                         and p.rebooked_by is null) unknown"#,
        charity.0
    )
    .fetch_one(connection)
    .await?;
    let sum = |number, amount, since| {
        Ok::<_, sqlx::Error>(UnmatchedSum { number, amount_fen: fen("amount", amount)?, since })
    };
    Ok([
        sum(row.unmatched, row.unmatched_fen, row.unmatched_since)?,
        sum(row.matched, row.matched_fen, row.matched_since)?,
        sum(row.unknown, row.unknown_fen, row.unknown_since)?,
    ])
}

fn read(row: (Uuid, NaiveDate, String, i64)) -> sqlx::Result<UnmatchedLine> {
    let (id, booked_on, payer, amount) = row;
    Ok(UnmatchedLine { line: BankLineId(id), booked_on, payer, amount_fen: fen("amount", amount)? })
}

/// The oldest lines of which nobody has said whose they are.
pub async fn oldest_lines(
    connection: &mut PgConnection,
    charity: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<UnmatchedLine>> {
    let rows = sqlx::query!(
        "select l.id, l.booked_on, l.payer, l.amount_fen
         from bank_line l
         join bank_account a on a.id = l.bank_account
         where a.charity = $1 and l.status in ('unmatched', 'suggested')
         order by l.booked_on, l.id
         limit $2",
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| read((row.id, row.booked_on, row.payer, row.amount_fen))).collect()
}

/// The oldest confirmed parts whose giver is not known.
pub async fn oldest_unknown(
    connection: &mut PgConnection,
    charity: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<UnmatchedLine>> {
    let rows = sqlx::query!(
        "select l.id, l.booked_on, l.payer, p.amount_fen
         from bank_line_part p
         join bank_line l on l.id = p.line and l.status = 'confirmed'
         join bank_account a on a.id = l.bank_account
         where a.charity = $1 and p.pledge is null and p.campaign is null and p.rebooked_by is null
         order by l.booked_on, p.lot
         limit $2",
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| read((row.id, row.booked_on, row.payer, row.amount_fen))).collect()
}

/// Rows of money out that nobody has explained.
pub async fn out(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<UnmatchedSum> {
    let row = sqlx::query!(
        r#"select count(*) as "number!", coalesce(sum(amount_fen), 0)::bigint as "fen!", min(booked_on) as since
           from bank_out_read
           where charity = $1 and not explained"#,
        charity.0
    )
    .fetch_one(connection)
    .await?;
    Ok(UnmatchedSum { number: row.number, amount_fen: fen("amount", row.fen)?, since: row.since })
}

/// The oldest of them.
pub async fn oldest_out(
    connection: &mut PgConnection,
    charity: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<UnmatchedOut>> {
    let rows = sqlx::query!(
        r#"select id as "id!", booked_on as "booked_on!", payee as "payee!", amount_fen as "amount_fen!"
           from bank_out_read
           where charity = $1 and not explained
           order by booked_on, id
           limit $2"#,
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount_fen = fen("amount", row.amount_fen)?;
            Ok(UnmatchedOut { out: OutgoingId(row.id), booked_on: row.booked_on, payee: row.payee, amount_fen })
        })
        .collect()
}
