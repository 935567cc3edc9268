//! What a table of earlier pairings says: its headings, then its rows, each problem with its row and its column.
//!
//! All of a table is read before anything is said of it, so that its author sees everything that is wrong at once.
//! Deliberately absent: the database. What of it was taken in before is not known here.

use super::columns::{Column, EXAMPLE};
use crate::places::Names;
use crate::places::gazetteer::{Gazetteer, NamePart, Named};
use crate::tables::{Limits, Row, Table};
use chrono::NaiveDate;
use domain::api::earlier_pairings::EarlierProblem;
use domain::api::place_imports::RowProblem;
use domain::earlier::{self, DONE_MAX, EarlierPairing, NAME_LENGTH, ROWS_MAX, YearOrDay};
use domain::money::to_half_width;
use domain::need::PairingForm;
use domain::place::PlaceCode;
use domain::sensitive;
use domain::uscc::Uscc;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

pub const LIMITS: Limits = Limits { rows: ROWS_MAX + 30, columns: 40, cell_chars: 2_000, bytes: 48 * 1024 * 1024 };
/// Headings by which the row of the headings is known.
const HEADINGS_MIN: usize = 2;
/// Rows among which the one with the headings is.
const LOOKED_AT: usize = 30;

const MONEY_REFUSED: &str =
    "不收金额：给了多少钱只从平台的账本读，名单里的数目没有核对过。请删去这一列，做了什么可以写进“做了什么”";

/// A table, read.
#[derive(Debug, Default)]
pub struct Reading {
    /// Rows that say something.
    pub rows: i64,
    pub right: Vec<Found>,
    pub problems: Vec<EarlierProblem>,
}

impl Reading {
    pub fn wrong(&self) -> i64 {
        self.rows - i64::try_from(self.right.len()).unwrap_or(i64::MAX)
    }

    fn stop(&mut self, row: Option<u32>, column: Option<&str>, message: impl Into<String>) {
        let at = RowProblem { row, column: column.map(str::to_owned), message: message.into() };
        self.problems.push(EarlierProblem { at, stops: true });
    }
}

/// A row that can be taken in.
#[derive(Debug)]
pub struct Found {
    pub row: i32,
    pub pairing: EarlierPairing,
    /// By it the same row is known again.
    pub digest: Vec<u8>,
}

/// Reads a table for whoever answers for `own`, on the legal day `today`.
pub fn read(table: &Table, names: &Names, own: &PlaceCode, today: NaiveDate) -> Reading {
    let mut reading = Reading::default();
    let known = |row: &Row| (0..row.width()).filter(|place| heading(row, *place).is_some()).count();
    let Some(head) = table.rows.iter().take(LOOKED_AT).position(|row| known(row) >= HEADINGS_MIN) else {
        reading.stop(None, None, "没有找到列名。请下载模板，按模板的列名填写（如“企业名称”“村（社区）”）");
        return reading;
    };
    let columns = columns(&table.rows[head], &table.rows[head + 1..], &mut reading);
    if reading.problems.is_empty() {
        let mut rows = Rows { columns, gazetteer: Gazetteer::new(names), own, today, seen: HashMap::new() };
        for row in &table.rows[head + 1..] {
            rows.read(row, &mut reading);
        }
        if reading.rows == 0 {
            reading.stop(None, None, "表里没有一行写了结对（以“示例”开头的行不导入）");
        }
    }
    reading
}

fn heading(row: &Row, place: usize) -> Option<Column> {
    row.text(place).ok().and_then(Column::called)
}

/// The column at each place of the table; none where nothing stands.
fn columns(head: &Row, rows: &[Row], reading: &mut Reading) -> Vec<Option<Column>> {
    let widest = rows.iter().map(Row::width).max().unwrap_or(0).max(head.width());
    let mut columns: Vec<Option<Column>> = Vec::new();
    for place in 0..widest {
        let column = heading(head, place);
        match (head.text(place), column) {
            (Err(error), _) => reading.stop(Some(head.number), None, format!("第 {} 列的列名{error}", place + 1)),
            (Ok(text), Some(_)) if columns.contains(&column) => {
                reading.stop(Some(head.number), Some(text), "这一列有两次，请留下一列");
            }
            (Ok(_), Some(_)) => {}
            (Ok(""), None) => {
                let filled = rows.iter().find(|row| row.text(place).is_ok_and(|text| !text.is_empty()));
                if let Some(row) = filled {
                    reading.stop(Some(row.number), None, format!("第 {} 列没有列名，却写了内容", place + 1));
                }
            }
            (Ok(text), None) if Column::is_money(text) => {
                reading.stop(Some(head.number), Some(text), MONEY_REFUSED);
            }
            (Ok(text), None) => {
                let says = "不认识这一列。请删去，或按模板改名；名单里不要有个人信息";
                reading.stop(Some(head.number), Some(text), says);
            }
        }
        columns.push(column);
    }
    if !columns.contains(&Some(Column::Enterprise)) {
        reading.stop(None, None, "缺少“企业名称”这一列，请按模板补上");
    }
    let placed = columns.iter().flatten().any(|column| matches!(column, Column::Code | Column::Village | Column::Town));
    if !placed {
        reading.stop(None, None, "缺少写明是哪个村的列：请按模板补上“区划代码”，或县、镇、村的名称");
    }
    columns
}

/// What is wrong with a cell.
type Wrong = (Column, String);

/// The texts of a row by their columns.
struct Cells<'a>(Vec<(Column, &'a str)>);

impl<'a> Cells<'a> {
    /// What stands in a column; nothing where there is no such column.
    fn text(&self, wanted: Column) -> &'a str {
        self.0.iter().find(|(column, _)| *column == wanted).map_or("", |(_, text)| text)
    }
}

/// The rows below the headings.
struct Rows<'a> {
    columns: Vec<Option<Column>>,
    gazetteer: Gazetteer<'a>,
    own: &'a PlaceCode,
    today: NaiveDate,
    /// In which row the same was said first.
    seen: HashMap<Vec<u8>, u32>,
}

impl Rows<'_> {
    fn read(&mut self, row: &Row, reading: &mut Reading) {
        let (mut cells, mut wrong) = (Vec::new(), Vec::new());
        for (place, column) in self.columns.iter().enumerate() {
            match (column, row.text(place)) {
                (Some(column), Ok(text)) => cells.push((*column, text)),
                (Some(column), Err(error)) => wrong.push((*column, format!("这一格{error}"))),
                (None, _) => {}
            }
        }
        let cells = Cells(cells);
        let says_something = cells.0.iter().any(|(column, text)| *column != Column::Number && !text.is_empty());
        let silent = !says_something && wrong.is_empty();
        if silent || cells.text(Column::Number).starts_with(EXAMPLE) {
            return;
        }
        reading.rows += 1;
        let pairing = self.pairing(&cells, &mut wrong);
        for (column, message) in wrong {
            reading.stop(Some(row.number), Some(column.label()), message);
        }
        let Some(pairing) = pairing else { return };
        let digest = digest(&pairing);
        if let Some(first) = self.seen.get(&digest) {
            reading.stop(Some(row.number), None, format!("和第 {first} 行一样，请留下一行"));
            return;
        }
        self.seen.insert(digest.clone(), row.number);
        let row = i32::try_from(row.number).unwrap_or(i32::MAX);
        reading.right.push(Found { row, pairing, digest });
    }

    /// What a row says, if nothing is wrong with it.
    fn pairing(&self, cells: &Cells<'_>, wrong: &mut Vec<Wrong>) -> Option<EarlierPairing> {
        let place = self.place(cells).map_err(|problem| wrong.push(problem)).ok();
        let name = text(cells, Column::Enterprise, wrong);
        if !NAME_LENGTH.contains(&name.chars().count()) {
            let says = "请写企业的全称（4 至 100 个字）；不要写个人的姓名";
            wrong.push((Column::Enterprise, says.to_owned()));
        }
        let uscc = optional(cells, Column::Uscc, wrong, |text| text.parse::<Uscc>().map_err(|error| error.to_string()));
        let form = optional(cells, Column::Form, wrong, |text| {
            let known = PairingForm::ALL.iter().copied().find(|form| form.label() == text);
            known.ok_or_else(|| format!("“{text}”不是形式，应写“村企结对”“村企共建”或“连片包镇”"))
        });
        let moment = |text: &str| YearOrDay::read(text).map_err(|error| format!("“{text}”{error}"));
        let begun = optional(cells, Column::Begun, wrong, moment);
        let until = optional(cells, Column::Until, wrong, moment);
        if let Err((end, says)) = earlier::check_term(begun, until, self.today) {
            wrong.push((if end { Column::Until } else { Column::Begun }, says.to_owned()));
        }
        let done = text(cells, Column::Done, wrong);
        if done.chars().count() > DONE_MAX {
            wrong.push((Column::Done, format!("最多 {DONE_MAX} 个字，请写短一些")));
        }
        let form = place.as_ref().and_then(|place| {
            let column = if form.is_some() { Column::Form } else { Column::Village };
            earlier::form_of(place, form).map_err(|says| wrong.push((column, says.to_owned()))).ok()
        });
        let (place, form) = place.zip(form)?;
        wrong.is_empty().then_some(EarlierPairing { enterprise_name: name, uscc, place, form, begun, until, done })
    }

    fn place(&self, cells: &Cells<'_>) -> Result<PlaceCode, Wrong> {
        let named = Named {
            code: cells.text(Column::Code),
            county: cells.text(Column::County),
            town: cells.text(Column::Town),
            village: cells.text(Column::Village),
        };
        let code = self.gazetteer.find(&named).map_err(|(part, says)| (column_of(part), says))?;
        if self.own.contains(&code) {
            return Ok(code);
        }
        let column = if named.code.is_empty() { Column::Village } else { Column::Code };
        Err((column, "不在你们的辖区，不能由你们导入".to_owned()))
    }
}

/// A text without what is nobody's business.
fn text(cells: &Cells<'_>, column: Column, wrong: &mut Vec<Wrong>) -> String {
    let text = cells.text(column);
    if sensitive::holds_number(text) || holds_telephone(text) {
        wrong.push((column, "这里像是有身份证号、银行卡号或电话号码，请删去".to_owned()));
    }
    text.to_owned()
}

/// A value that may be missing.
fn optional<T>(
    cells: &Cells<'_>,
    column: Column,
    wrong: &mut Vec<Wrong>,
    read: impl FnOnce(&str) -> Result<T, String>,
) -> Option<T> {
    let text = cells.text(column);
    if text.is_empty() {
        return None;
    }
    read(text).map_err(|says| wrong.push((column, says))).ok()
}

/// Whether eleven digits stand together as a mobile number does.
fn holds_telephone(text: &str) -> bool {
    let plain: String = text.chars().map(to_half_width).collect();
    plain.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 11 && digits.starts_with('1'))
}

/// Of what a row says, however its characters are as wide and spaced.
fn digest(pairing: &EarlierPairing) -> Vec<u8> {
    let plain = |text: &str| text.chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect();
    let key = EarlierPairing {
        enterprise_name: plain(&pairing.enterprise_name),
        done: plain(&pairing.done),
        ..pairing.clone()
    };
    Sha256::digest(serde_json::to_vec(&key).unwrap_or_default()).to_vec()
}

const fn column_of(part: NamePart) -> Column {
    match part {
        NamePart::Code => Column::Code,
        NamePart::County => Column::County,
        NamePart::Town => Column::Town,
        NamePart::Village => Column::Village,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_seen_and_a_code_is_none() {
        for (text, holds) in [
            ("联系 13800138000", true),
            ("联系１３８００１３８０００。", true),
            ("441424125207", false),
            ("9144030071526726XG", false),
            ("修路 2 公里", false),
        ] {
            assert_eq!(holds_telephone(text), holds, "{text}");
        }
    }
}
