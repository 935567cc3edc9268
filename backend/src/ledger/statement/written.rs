//! A statement as a table for a spreadsheet: streamed, newest row first, between the closing and the opening balance.
//!
//! Deliberately absent: one long transaction, which would hold back the database's cleaning for as long as it runs.

use super::{Reading, Turn};
use crate::app::App;
use crate::clock::shanghai;
use crate::error::Result;
use crate::ledger::kept::Sums;
use crate::tables::written::{csv_of, csv_rows};
use bytes::Bytes;
use domain::Fen;
use domain::api::ledger::{AccountEntry, EntryPlace};
use futures::Stream;
use futures::stream::try_unfold;

/// Rows that are read at a time.
const ROWS: usize = 500;

const HEADINGS: [&str; 15] = [
    "入账日",
    "发生日",
    "入账时间（北京时间）",
    "类别",
    "说明",
    "对方科目",
    "对方名称",
    "摘要",
    "依据",
    "依据编号",
    "捐赠方",
    "批次",
    "收入（元）",
    "支出（元）",
    "余额（元）",
];

/// Where the table is.
enum At {
    Heading,
    Before(EntryPlace),
    Opening,
    End,
}

pub(super) fn table(
    app: App,
    reading: Reading,
    (opening, closing): (Sums, Sums),
) -> impl Stream<Item = Result<Bytes>> + Send + use<> {
    try_unfold((app, reading, At::Heading), move |(app, reading, at)| async move {
        let (bytes, next) = match at {
            At::Heading => {
                let rows = [HEADINGS.map(str::to_owned).to_vec(), line("期末余额", closing, &reading)];
                (csv_of(&rows)?, At::Before(reading.period.until))
            }
            At::Before(place) => {
                let mut tx = app.snapshot().await?;
                let rows = reading.rows(&mut tx, Turn::Earlier(place), ROWS).await?;
                let next =
                    rows.last().filter(|_| rows.len() == ROWS).map_or(At::Opening, |last| At::Before(last.place));
                (csv_rows(&rows.iter().map(cells).collect::<Vec<_>>())?, next)
            }
            At::Opening => (csv_rows(&[line("期初余额", opening, &reading)])?, At::End),
            At::End => return Ok(None),
        };
        Ok(Some((Bytes::from(bytes), (app, reading, next))))
    })
}

fn yuan(fen: Fen) -> String {
    fen.to_yuan().replace(',', "")
}

/// A balance, for those who read balances.
fn line(name: &str, sums: Sums, reading: &Reading) -> Vec<String> {
    let mut cells = vec![String::new(); HEADINGS.len()];
    name.clone_into(&mut cells[3]);
    if reading.access == super::Access::Full {
        cells[14] = Fen::new(sums.balance()).map(yuan).unwrap_or_default();
    }
    cells
}

fn cells(entry: &AccountEntry) -> Vec<String> {
    let amount = |of: bool| {
        let shown = entry.amount_fen.map_or_else(|| "不公开".to_owned(), yuan);
        if of == entry.incoming { shown } else { String::new() }
    };
    let taken_back = if entry.corrected_by.is_some() { "（已冲正）" } else { "" };
    vec![
        entry.place.day.to_string(),
        entry.effective_on.to_string(),
        shanghai(entry.recorded_at).format("%Y-%m-%d %H:%M:%S").to_string(),
        format!("{}{taken_back}", entry.code.label()),
        entry.code.explain().to_owned(),
        entry.other.kind.label().to_owned(),
        entry.other.of.clone(),
        entry.cause.says.clone(),
        entry.cause.kind.label().to_owned(),
        entry.cause.id.map(|id| id.to_string()).unwrap_or_default(),
        entry.lot.giver.clone(),
        entry.lot.lot.map(|lot| lot.to_string()).unwrap_or_default(),
        amount(true),
        amount(false),
        entry.balance_fen.map(yuan).unwrap_or_default(),
    ]
}
