//! The record as a table for a spreadsheet: streamed, a few hundred rows in memory at a time.
//!
//! Newest first from where it was asked for, so that what happens meanwhile is not in it. UTF-8 with a byte order mark,
//! without which Excel takes Chinese for something else; cells that would be formulas are marked as text.
//! Deliberately absent: one long transaction, which would hold back the database's cleaning for as long as it runs.

use super::{Filter, Record, masked, record, sql};
use crate::app::App;
use crate::clock::shanghai;
use crate::error::Result;
use crate::http::caller::{Audit, Sure};
use anyhow::Context;
use bytes::Bytes;
use domain::EventId;
use domain::api::audit::{AuditQuery, AuditRow};
use domain::audit::{spreadsheet_cell, told};
use futures::Stream;
use futures::stream::try_unfold;
use serde_json::{Value, json};

/// Rows that are read at a time.
const ROWS: i64 = 500;
const BYTE_ORDER_MARK: &str = "\u{feff}";

const HEADINGS: [&str; 13] = [
    "时间（北京时间）",
    "人员",
    "人员编号",
    "单位",
    "单位编号",
    "事项",
    "对象",
    "对象编号",
    "之前",
    "之后",
    "原因",
    "来源地址",
    "记录编号",
];

/// Where an export is.
enum At {
    Heading,
    After(Option<EventId>),
    End,
}

/// The rows that fit the query, whole. Taking them out of the house is recorded, with what was asked for.
pub async fn export(
    app: &App,
    Sure(auditor): &Sure<Audit>,
    query: &AuditQuery,
) -> Result<impl Stream<Item = Result<Bytes>> + Send + use<>> {
    let filter = Filter::new(query)?;
    let mut tx = app.begin().await?;
    let export = Record {
        verb: "audit_exported",
        subject_kind: "audit",
        subject: app.clock.id(),
        before: None,
        after: Some(json!({ "filters": serde_json::to_value(query).context("a query is plain data")? })),
        reason: None,
    };
    record(app, &mut tx, &auditor.acting, &auditor.origin, export).await?;
    tx.commit().await?;
    let app = app.clone();
    Ok(try_unfold((app, filter, At::Heading), |(app, filter, at)| async move {
        let (bytes, next) = match at {
            At::Heading => (heading()?, At::After(filter.query.after)),
            At::After(after) => {
                let mut connection = app.pool.acquire().await?;
                let rows = sql::list(&mut connection, &filter, after, ROWS).await?;
                let last = rows.last().map(|row| row.id);
                let full = i64::try_from(rows.len()).is_ok_and(|read| read == ROWS);
                let next = if full { At::After(last) } else { At::End };
                (lines(rows.into_iter().map(|row| cells(masked(row))))?, next)
            }
            At::End => return Ok(None),
        };
        Ok(Some((bytes, (app, filter, next))))
    }))
}

fn heading() -> Result<Bytes> {
    let mut text = BYTE_ORDER_MARK.as_bytes().to_vec();
    text.extend(lines([HEADINGS.map(str::to_owned)])?);
    Ok(text.into())
}

fn lines(rows: impl IntoIterator<Item = [String; HEADINGS.len()]>) -> Result<Bytes> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| spreadsheet_cell(cell))).context("a row in memory")?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::anyhow!("rows in memory: {error}"))?;
    Ok(bytes.into())
}

fn cells(row: AuditRow) -> [String; HEADINGS.len()] {
    let change = |value: Option<Value>| {
        let told = value.map(|value| told(&row.subject_kind, &value)).unwrap_or_default();
        told.into_iter().map(|(name, value)| format!("{name}：{value}")).collect::<Vec<_>>().join("；")
    };
    let (before, after) = (change(row.before), change(row.after));
    [
        shanghai(row.at).format("%Y-%m-%d %H:%M:%S").to_string(),
        row.person_name.unwrap_or_default(),
        row.person.map(|id| id.to_string()).unwrap_or_default(),
        row.organisation_name.unwrap_or_default(),
        row.organisation.map(|id| id.to_string()).unwrap_or_default(),
        row.verb_label,
        row.subject_label,
        row.subject.to_string(),
        before,
        after,
        row.reason.unwrap_or_default(),
        row.address.unwrap_or_default(),
        row.id.to_string(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_opens_in_a_spreadsheet_and_holds_no_formula() {
        let head = heading().unwrap();
        assert!(head.starts_with(&[0xef, 0xbb, 0xbf]) && head.ends_with(b"\r\n"));
        let mut row = HEADINGS.map(|_| String::new());
        row[10] = "=cmd|' /c calc'!a1,\"x\"\n次行".to_owned();
        let text = String::from_utf8(lines([row]).unwrap().to_vec()).unwrap();
        assert!(text.contains("\"'=cmd|' /c calc'!a1,\"\"x\"\"\n次行\""), "{text}");
    }
}
