//! What a table of needs says: its headings, then its rows, gathered into needs by their 编号.
//!
//! A heading that is not known is refused with the whole file rather than passed over: nothing that a village wrote is
//! lost in silence, and a table has no room for somebody's telephone number. Deliberately absent: what a cell means
//! (domain), and the database.

use crate::places::Names;
use crate::places::gazetteer::{Gazetteer, NamePart, Named};
use crate::tables::{Limits, Row, Table};
use chrono::NaiveDate;
use domain::need::table::{self, Column, EXAMPLE, ROWS_MAX, TableRow};
use domain::need::{CellProblem, NeedContent};
use domain::place::{PlaceCode, PlaceLevel};
use domain::{OrganisationId, Problem};
use std::collections::HashMap;

pub const LIMITS: Limits = Limits { rows: ROWS_MAX, columns: 60, cell_chars: 3_000, bytes: 64 * 1024 * 1024 };
/// Headings by which the row of the headings is known.
const HEADINGS_MIN: usize = 2;
/// Rows among which the one with the headings is.
const LOOKED_AT: usize = 30;
/// Cells of a refused head that one answer names.
const REFUSED_MAX: usize = 20;

/// For whom a table is read.
pub struct Reader<'a> {
    pub names: &'a Names,
    /// Where the importer's villages are; a village's own code.
    pub own: PlaceCode,
    /// The organisations of the villages that have one.
    pub villages: HashMap<PlaceCode, OrganisationId>,
    pub today: NaiveDate,
}

/// One need of the table.
#[derive(Debug)]
pub struct Found {
    pub first_row: u32,
    pub title: String,
    /// With what is to be imported, and whose it will be.
    pub right: Option<(NeedContent, OrganisationId)>,
    pub problems: Vec<CellProblem>,
}

/// Reads a table.
///
/// # Errors
/// What is wrong with its head, or that it says nothing.
pub fn read(table: &Table, reader: &Reader<'_>) -> Result<Vec<Found>, Vec<Problem>> {
    let known = |row: &Row| (0..row.width()).filter(|place| heading(row, *place).is_some()).count();
    let Some(head) = table.rows.iter().take(LOOKED_AT).position(|row| known(row) >= HEADINGS_MIN) else {
        return Err(refused(["没有找到列名。请下载模板，按模板的列名填写（如“类别”“标题”）".to_owned()]));
    };
    let columns = columns(&table.rows[head], &table.rows[head + 1..], reader)?;
    let rows = table.rows[head + 1..].iter().map(|row| cells(row, &columns));
    let mut needs = Needs { reader, gazetteer: Gazetteer::new(reader.names), titles: HashMap::new() };
    let found: Vec<Found> = gathered(rows).into_iter().map(|rows| needs.read(&rows)).collect();
    if found.is_empty() {
        return Err(refused(["表里没有一行写了需求（以“示例”开头的行不导入）".to_owned()]));
    }
    Ok(found)
}

fn heading(row: &Row, place: usize) -> Option<Column> {
    row.text(place).ok().and_then(Column::called)
}

fn refused(says: impl IntoIterator<Item = String>) -> Vec<Problem> {
    says.into_iter().take(REFUSED_MAX).map(|message| Problem { field: "table".into(), message }).collect()
}

/// The column at each place of the table; none where nothing stands.
fn columns(head: &Row, rows: &[Row], reader: &Reader<'_>) -> Result<Vec<Option<Column>>, Vec<Problem>> {
    let widest = rows.iter().map(Row::width).max().unwrap_or(0).max(head.width());
    let (mut columns, mut wrong): (Vec<Option<Column>>, Vec<String>) = (Vec::new(), Vec::new());
    for place in 0..widest {
        let text = head.text(place);
        let column = heading(head, place);
        match (text, column) {
            (Err(error), _) => wrong.push(format!("第 {} 行（列名）第 {} 列{error}", head.number, place + 1)),
            (Ok(text), Some(_)) if columns.contains(&column) => {
                wrong.push(format!("“{text}”有两列，请留下一列"));
            }
            (Ok(_), Some(_)) => {}
            (Ok(""), None) => {
                let filled = rows.iter().find(|row| row.text(place).is_ok_and(|text| !text.is_empty()));
                wrong.extend(filled.map(|row| format!("第 {} 行第 {} 列没有列名，却写了内容", row.number, place + 1)));
            }
            (Ok(text), None) => {
                wrong.push(format!("不认识“{text}”这一列。请删去，或按模板改名；表里不要有个人信息"));
            }
        }
        columns.push(column);
    }
    for needed in [Column::Kind, Column::Title] {
        if !columns.contains(&Some(needed)) {
            wrong.push(format!("缺少“{}”这一列，请按模板补上", needed.label()));
        }
    }
    let placed = columns.iter().flatten().any(|column| matches!(column, Column::Code | Column::Village));
    if !placed && reader.own.level() != PlaceLevel::Village {
        wrong.push("缺少写明是哪个村的列：请按模板补上“区划代码”，或县、镇、村的名称".to_owned());
    }
    if wrong.is_empty() { Ok(columns) } else { Err(refused(wrong)) }
}

fn cells(row: &Row, columns: &[Option<Column>]) -> TableRow {
    let cell = |(place, column): (usize, &Option<Column>)| {
        let text = row.text(place).map(str::to_owned).map_err(|error| format!("这一格{error}"));
        Some(((*column)?, text))
    };
    TableRow { number: row.number, cells: columns.iter().enumerate().filter_map(cell).collect() }
}

/// Rows that say something, those of one 编号 together, in the order in which each begins.
fn gathered(rows: impl Iterator<Item = TableRow>) -> Vec<Vec<TableRow>> {
    let mut needs: Vec<Vec<TableRow>> = Vec::new();
    let mut by_number: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let number = row.text(Column::Number);
        if number.starts_with(EXAMPLE) || !row.says_something() {
            continue;
        }
        if number.is_empty() {
            needs.push(vec![row]);
            continue;
        }
        let next = needs.len();
        let place = *by_number.entry(number.to_owned()).or_insert(next);
        if place == next {
            needs.push(Vec::new());
        }
        needs[place].push(row);
    }
    needs
}

struct Needs<'a> {
    reader: &'a Reader<'a>,
    gazetteer: Gazetteer<'a>,
    /// In which row a village first used a title.
    titles: HashMap<(PlaceCode, String), u32>,
}

impl Needs<'_> {
    fn read(&mut self, rows: &[TableRow]) -> Found {
        let Some(first) = rows.first() else { unreachable!("a need has a row") };
        let mut problems = Vec::new();
        let mut stop = |column, message| {
            problems.push(CellProblem { row: first.number, column, message, stops: true });
        };
        let village = match self.village(first) {
            Ok(village) => Some(village),
            Err((column, message)) => {
                stop(column, message);
                None
            }
        };
        let read = table::read(rows, village.as_ref().map(|(code, _)| code), self.reader.today);
        if let Some((content, (code, _))) = read.content.as_ref().zip(village.as_ref()) {
            let title = (code.clone(), content.title.clone());
            if let Some(earlier) = self.titles.insert(title.clone(), first.number) {
                self.titles.insert(title, earlier);
                stop(Column::Title, format!("和第 {earlier} 行的需求同村同名，请留下一条，或换一个标题"));
            }
        }
        problems.extend(read.problems);
        let right = read.content.zip(village).map(|(content, (_, organisation))| (content, organisation));
        Found {
            first_row: first.number,
            title: first.text(Column::Title).chars().take(domain::need::TITLE_MAX).collect(),
            right: right.filter(|_| problems.iter().all(|problem| !problem.stops)),
            problems,
        }
    }

    /// The village that a row names, with its organisation.
    fn village(&self, row: &TableRow) -> Result<(PlaceCode, OrganisationId), (Column, String)> {
        let own = &self.reader.own;
        let named = Named {
            code: row.text(Column::Code),
            county: row.text(Column::County),
            town: row.text(Column::Town),
            village: row.text(Column::Village),
        };
        let nothing = [named.code, named.county, named.town, named.village].iter().all(|text| text.is_empty());
        let code = if nothing && own.level() == PlaceLevel::Village {
            own.clone()
        } else {
            self.gazetteer.find(&named).map_err(|(part, says)| (column_of(part), says))?
        };
        let at = if named.code.is_empty() { Column::Village } else { Column::Code };
        if code.level() != PlaceLevel::Village {
            return Err((at, "这一行写的不是一个村（社区），请写到村（社区）".to_owned()));
        }
        if !own.contains(&code) {
            return Err((at, "不是你们辖区的村（社区），不能由你们导入".to_owned()));
        }
        let organisation = self.reader.villages.get(&code).copied();
        let organisation = organisation.ok_or_else(|| {
            let says = "这个村还没有在平台上开通，草稿没有人接。请镇（街道）先邀请村里的负责人，再导入";
            (at, says.to_owned())
        })?;
        Ok((code, organisation))
    }
}

const fn column_of(part: NamePart) -> Column {
    match part {
        NamePart::Code => Column::Code,
        NamePart::County => Column::County,
        NamePart::Town => Column::Town,
        NamePart::Village => Column::Village,
    }
}
