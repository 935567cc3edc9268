//! Everything that finds no other side as a table between commas, for whoever works it off in a spreadsheet.
//!
//! Streamed, some hundred rows in memory at a time; each side closes with its number and sum. Deliberately absent: one
//! long transaction. Who works while it is read may move a row from one side to the next.

use super::sql;
use crate::app::App;
use crate::audit::{self, Record};
use crate::clock::shanghai;
use crate::error::Result;
use crate::http::caller::BooksReader;
use crate::tables::written::csv_rows;
use bytes::Bytes;
use chrono::NaiveDate;
use domain::OrganisationId;
use domain::api::arrivals::{SecondStep, UnmatchedSide};
use futures::Stream;
use futures::stream::try_unfold;
use std::slice::Iter;
use uuid::Uuid;

/// Rows that are read at a time.
const ROWS: i64 = 1_000;

const HEADINGS: [&str; 8] = [
    "哪一边",
    "业务日期",
    "记账日期",
    "付款方、收款方或认捐企业",
    "流水号或认捐编号",
    "金额（元）",
    "还缺什么",
    "页面",
];

/// How far a table is.
struct At {
    app: App,
    charity: OrganisationId,
    head: bool,
    side: Option<UnmatchedSide>,
    rest: Iter<'static, UnmatchedSide>,
    after: Option<(NaiveDate, Uuid)>,
    number: u64,
    /// In fen; a sum over all may leave the range of one amount.
    sum: i128,
}

/// Every row of every side. Taking them out of the house is recorded.
pub async fn table(app: &App, reader: &BooksReader) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
    let acting = &reader.acting;
    let mut tx = app.begin().await?;
    let record = Record {
        verb: "unmatched_exported",
        subject_kind: "organisation",
        subject: reader.charity.0,
        before: None,
        after: None,
        reason: None,
    };
    audit::record(app, &mut tx, acting, &reader.origin, record).await?;
    tx.commit().await?;
    let mut rest = UnmatchedSide::ALL.iter();
    let side = rest.next().copied();
    let charity = reader.charity;
    let at = At { app: app.clone(), charity, head: true, side, rest, after: None, number: 0, sum: 0 };
    Ok(try_unfold(at, |at| async move { next(at).await }))
}

async fn next(mut at: At) -> Result<Option<(Bytes, At)>> {
    if at.head {
        at.head = false;
        let now = shanghai(at.app.clock.now());
        let says = format!("两边都没对上的，截至 {}（北京时间）", now.format("%Y-%m-%d %H:%M"));
        let mut bytes = "\u{feff}".as_bytes().to_vec();
        bytes.extend(csv_rows(&[vec![says], HEADINGS.map(str::to_owned).to_vec()])?);
        return Ok(Some((bytes.into(), at)));
    }
    let Some(side) = at.side else { return Ok(None) };
    let mut connection = at.app.pool.acquire().await?;
    let rows = sql::rows(&mut connection, (at.charity, side), at.after, ROWS).await?;
    drop(connection);
    let full = i64::try_from(rows.len()).is_ok_and(|read| read == ROWS);
    at.after = rows.last().map(|row| (row.day, row.id));
    at.number += rows.len() as u64;
    at.sum += rows.iter().map(|row| i128::from(row.amount.get())).sum::<i128>();
    let mut cells: Vec<Vec<String>> = rows.iter().map(|row| written(&at.app.origin, side, row)).collect();
    if !full {
        cells.push(closing(side, at.number, at.sum));
        (at.after, at.number, at.sum) = (None, 0, 0);
        at.side = at.rest.next().copied();
    }
    Ok(Some((csv_rows(&cells)?.into(), at)))
}

fn written(origin: &str, side: UnmatchedSide, row: &sql::Row) -> Vec<String> {
    vec![
        side.label().to_owned(),
        row.day.to_string(),
        row.recorded_on.map(|day| day.to_string()).unwrap_or_default(),
        row.name.clone(),
        row.reference.clone(),
        yuan(i128::from(row.amount.get())),
        missing(side, row.step).to_owned(),
        match side {
            UnmatchedSide::Lines | UnmatchedSide::Matched | UnmatchedSide::Unknown => {
                format!("{origin}/work/bank-lines/{}", row.subject)
            }
            UnmatchedSide::Out => format!("{origin}/work/outgoings"),
            UnmatchedSide::Outstanding => format!("{origin}/pledges/{}", row.subject),
        },
    ]
}

/// The last row of a side.
fn closing(side: UnmatchedSide, number: u64, sum: i128) -> Vec<String> {
    let mut row = HEADINGS.map(|_| String::new()).to_vec();
    row[0] = format!("{}：{number} 笔，合计", side.label());
    row[5] = yuan(sum);
    row
}

/// What is still to be done before the other side is found.
const fn missing(side: UnmatchedSide, step: Option<SecondStep>) -> &'static str {
    match (side, step) {
        (_, Some(SecondStep::Arrival)) => "另一位同事复核到账",
        (_, Some(SecondStep::Owner)) => "已说明属于谁，等另一位同事确认",
        (_, Some(SecondStep::Back)) => "已说明是退回的拨付，等另一位同事确认",
        (_, Some(SecondStep::Out)) => "已说明是什么支出，等另一位同事确认",
        (UnmatchedSide::Lines, None) => "查明是谁的捐款",
        (UnmatchedSide::Matched, None) => "另一位同事复核",
        (UnmatchedSide::Unknown, None) => "查明捐赠方，或退回",
        (UnmatchedSide::Out, None) => "说明是什么支出",
        (UnmatchedSide::Outstanding, None) => "捐赠方汇款，或录入已到的流水",
    }
}

/// Yuan with two decimals, as spreadsheets read it.
fn yuan(fen: i128) -> String {
    format!("{}.{:02}", fen / 100, fen % 100)
}
