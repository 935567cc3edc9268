//! The accountant's export: every transfer of a charity in a period, each with its debit leg and its credit leg.
//!
//! Streamed, some hundred transfers in memory at a time, up to the last transfer that there was when it was asked for.
//! Both columns have the same sum, which the last row says. Deliberately absent: one long transaction, which would hold
//! back the database's cleaning; what is booked is never changed, so nothing moves under the reader.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::clock::shanghai;
use crate::error::{Error, Result};
use crate::http::caller::BooksReader;
use crate::tables::written::csv_rows;
use crate::tables::written::streamed::Workbook;
use anyhow::Context;
use bytes::Bytes;
use domain::OrganisationId;
use domain::api::accounting::LegsQuery;
use domain::api::need_imports::TemplateFormat;
use domain::ledger::TransferCode;
use futures::Stream;
use futures::stream::try_unfold;
use serde_json::json;

/// Transfers that are read at a time.
const TRANSFERS: i64 = 1_000;

const HEADINGS: [&str; 14] = [
    "凭证号",
    "记账日期",
    "业务日期",
    "业务",
    "借贷",
    "科目编码",
    "科目名称",
    "借方金额",
    "贷方金额",
    "币种",
    "批次",
    "事由编号",
    "参考号",
    "对方",
];
/// The columns of amounts, which a spreadsheet adds up.
const AMOUNTS: [usize; 2] = [7, 8];
/// A spreadsheet opens a million rows of one sheet at most.
const SHEETS: [&str; 8] = ["转账", "转账2", "转账3", "转账4", "转账5", "转账6", "转账7", "转账8"];
const WIDTHS: [u32; 14] = [10, 12, 12, 14, 6, 46, 40, 16, 16, 10, 38, 38, 24, 28];

/// What writes the rows in the format that was asked for.
enum Writer {
    Csv,
    Xlsx(Box<Workbook>),
}

impl Writer {
    /// The rows as far as they are bytes by now.
    fn rows(&mut self, rows: &[Vec<String>]) -> Result<Bytes> {
        match self {
            Writer::Csv => Ok(csv_rows(rows)?.into()),
            Writer::Xlsx(book) => Ok(book.rows(rows).context("a workbook in memory")?),
        }
    }

    fn end(self) -> Result<Bytes> {
        match self {
            Writer::Csv => Ok(Bytes::new()),
            Writer::Xlsx(book) => Ok(book.finish().context("a workbook in memory")?),
        }
    }
}

/// How far an export is.
struct At {
    app: App,
    charity: OrganisationId,
    query: LegsQuery,
    /// The last transfer that was there when it was asked for.
    until_seq: i64,
    after: i64,
    /// In fen; a sum over all may leave the range of one amount.
    total: i128,
    writer: Option<Writer>,
    begun: bool,
}

/// The legs of a charity's transfers. Taking them out of the house is recorded.
pub async fn legs(
    app: &App,
    reader: &BooksReader,
    query: LegsQuery,
) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
    query.check()?;
    let acting = &reader.acting;
    let mut tx = app.begin().await?;
    let until_seq = sql::last(&mut tx).await?;
    let record = Record {
        verb: "ledger_exported",
        subject_kind: "organisation",
        subject: reader.charity.0,
        before: None,
        after: Some(json!({ "from": query.from, "until": query.until })),
        reason: None,
    };
    audit::record(app, &mut tx, acting, &reader.origin, record).await?;
    tx.commit().await?;
    let writer = match query.format {
        TemplateFormat::Csv => Writer::Csv,
        TemplateFormat::Xlsx => {
            let book = Workbook::new(&SHEETS, &HEADINGS, &WIDTHS, &AMOUNTS).context("a workbook in memory")?;
            Writer::Xlsx(Box::new(book))
        }
    };
    let at = At {
        app: app.clone(),
        charity: reader.charity,
        query,
        until_seq,
        after: 0,
        total: 0,
        writer: Some(writer),
        begun: false,
    };
    Ok(try_unfold(at, |at| async move { next(at).await }))
}

async fn next(mut at: At) -> Result<Option<(Bytes, At)>> {
    let Some(mut writer) = at.writer.take() else { return Ok(None) };
    if !at.begun {
        at.begun = true;
        let says = format!("千村账簿导出，每笔转账借贷两行。各类业务和科目的含义见 {}/about/ledger", at.app.origin);
        // A workbook has its heading already, in its first row.
        let head = match &mut writer {
            Writer::Csv => {
                let mut bytes = "\u{feff}".as_bytes().to_vec();
                bytes.extend(csv_rows(&[vec![says], HEADINGS.map(str::to_owned).to_vec()])?);
                bytes.into()
            }
            Writer::Xlsx(book) => book.rows(&[vec![says]]).context("a workbook in memory")?,
        };
        at.writer = Some(writer);
        return Ok(Some((head, at)));
    }
    let mut connection = at.app.pool.acquire().await?;
    let rows = sql::page(&mut connection, (at.charity, at.query), (at.after, at.until_seq), TRANSFERS).await?;
    drop(connection);
    let full = i64::try_from(rows.len()).is_ok_and(|read| read == TRANSFERS);
    at.after = rows.last().map_or(at.after, |row| row.seq);
    let mut legs = Vec::with_capacity(rows.len() * 2 + 1);
    for row in rows {
        if row.cny {
            at.total += i128::from(row.amount.get());
        }
        legs.extend(both(&row)?);
    }
    if full {
        let bytes = writer.rows(&legs)?;
        at.writer = Some(writer);
        return Ok(Some((bytes, at)));
    }
    legs.push(sums(at.total));
    let mut bytes = writer.rows(&legs)?.to_vec();
    bytes.extend(writer.end()?);
    Ok(Some((bytes.into(), at)))
}

/// Yuan with two decimals, as accountants' programs read it.
fn yuan(fen: i128) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}

/// A transfer's two rows: what one account gives the other receives.
fn both(row: &sql::Transfer) -> Result<[Vec<String>; 2]> {
    let code: TransferCode =
        row.code.parse().map_err(|error: domain::UnknownWord| Error::Internal(anyhow::anyhow!("{error}")))?;
    let amount = yuan(i128::from(row.amount.get()));
    let leg = |side: &str, account: &str, name: &str, debit: &str, credit: &str| {
        vec![
            row.seq.to_string(),
            shanghai(row.recorded_at).format("%Y-%m-%d").to_string(),
            row.effective_on.to_string(),
            code.label().to_owned(),
            side.to_owned(),
            account.to_owned(),
            name.to_owned(),
            debit.to_owned(),
            credit.to_owned(),
            if row.cny { "人民币" } else { "物资折款" }.to_owned(),
            row.lot.to_string(),
            row.cause.to_string(),
            row.reference.clone(),
            row.other_name.clone(),
        ]
    };
    Ok([leg("借", &row.debit, &row.debit_name, &amount, ""), leg("贷", &row.credit, &row.credit_name, "", &amount)])
}

/// The last row: both sides of the money, which are equal.
fn sums(total: i128) -> Vec<String> {
    let mut row = HEADINGS.map(|_| String::new()).to_vec();
    "合计（人民币）".clone_into(&mut row[3]);
    for column in AMOUNTS {
        row[column] = yuan(total);
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeZone, Utc};
    use domain::Fen;
    use uuid::Uuid;

    #[test]
    fn both_legs_of_a_transfer_carry_the_same_amount_on_opposite_sides() {
        let transfer = sql::Transfer {
            seq: 7,
            debit: "world".into(),
            debit_name: "外部".into(),
            credit: "directed:x".into(),
            credit_name: "定向额度".into(),
            amount: Fen::new(1_234_567).unwrap(),
            cny: true,
            code: "arrival".into(),
            lot: Uuid::from_u128(1),
            cause: Uuid::from_u128(2),
            effective_on: "2026-06-30".parse().unwrap(),
            recorded_at: Utc.with_ymd_and_hms(2026, 6, 30, 20, 0, 0).unwrap(),
            reference: "S1".into(),
            other_name: "某公司".into(),
        };
        let [debit, credit] = both(&transfer).unwrap();
        assert_eq!((debit[7].as_str(), debit[8].as_str()), ("12345.67", ""));
        assert_eq!((credit[7].as_str(), credit[8].as_str()), ("", "12345.67"));
        assert_eq!(Fen::parse_yuan(&debit[7]), Fen::new(1_234_567));
        assert_eq!(debit[1], "2026-07-01", "the day of booking in Shanghai");
        assert_eq!(debit.len(), HEADINGS.len());
        assert_eq!(sums(5)[8], "0.05");
    }
}
