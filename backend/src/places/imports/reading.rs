//! What a table of places says: its head, then its rows, each problem with its row and its column.
//!
//! All of a list is read before anything is said of it, so that its author sees everything that is wrong at once.
//! Deliberately absent: the database. What a list changes is not known here.

use super::columns::Column;
use super::gazetteer::{Gazetteer, NamePart, Named};
use crate::places::Names;
use crate::tables::{CellError, Row, Table};
use chrono::{Datelike, NaiveDate};
use domain::api::place_imports::RowProblem;
use domain::day::{self, check_past};
use domain::place::{
    ListSubject, PlaceCode, PlaceIndicator, PlaceLevel, SOURCE_LENGTH, Tallies, Tally, TownClass, TownLead,
    VillageType, check_tallies, whole_number,
};
use std::collections::HashMap;

/// A list, read.
#[derive(Debug, Default)]
pub struct Reading {
    /// None when the columns do not tell.
    pub subject: Option<ListSubject>,
    pub source: Option<String>,
    pub as_of: Option<NaiveDate>,
    pub claimed: Tallies,
    pub counted: Tallies,
    pub classes: Vec<(PlaceCode, TownClass, Option<TownLead>)>,
    pub types: Vec<(PlaceCode, VillageType)>,
    pub facts: Vec<(PlaceCode, PlaceIndicator, i32, i64)>,
    pub problems: Vec<RowProblem>,
}

impl Reading {
    /// Rows that say something.
    pub fn rows(&self) -> i32 {
        self.counted.get(&Tally::Rows).and_then(|rows| i32::try_from(*rows).ok()).unwrap_or(0)
    }
}

/// Reads a list for whoever answers for `own`, on the legal day `today`.
pub fn read(table: &Table, names: &Names, own: &PlaceCode, today: NaiveDate) -> Reading {
    let known = |row: &Row| {
        let cells = (0..row.width()).filter_map(|column| row.text(column).ok());
        cells.filter(|text| Column::called(text).is_some()).count()
    };
    // The head has names and numbers; the first row with two headings ends it.
    let Some(headings) = table.rows.iter().position(|row| known(row) >= 2) else {
        let mut reading = Reading::default();
        reading.whole("没有找到列名。请下载模板，按模板的列名填写（如“县（市、区）”“镇（街道）”）");
        return reading;
    };
    let mut reading = Reading::default();
    for row in &table.rows[..headings] {
        reading.head(row, today);
    }
    let columns = reading.columns(&table.rows[headings], &table.rows[headings + 1..]);
    reading.require_head();
    let mut rows = Rows { columns, gazetteer: Gazetteer::new(names), own, today, seen: HashMap::new() };
    if let Some(subject) = reading.subject {
        for row in &table.rows[headings + 1..] {
            rows.read(row, subject, &mut reading);
        }
        reading.add_up(subject);
    }
    reading
}

impl Reading {
    fn whole(&mut self, message: impl Into<String>) {
        self.problems.push(RowProblem { row: None, column: None, message: message.into() });
    }

    fn problem(&mut self, row: u32, column: Option<&str>, message: impl Into<String>) {
        let column = column.map(str::to_owned);
        self.problems.push(RowProblem { row: Some(row), column, message: message.into() });
    }

    /// A row of the head: what it is about and its value, in two cells or in one with a colon.
    fn head(&mut self, row: &Row, today: NaiveDate) {
        let (label, value) = match (row.text(0), row.text(1)) {
            (Ok(label), Ok(value)) => (label, value),
            // A title over several columns.
            (Ok(label), Err(CellError::Covered)) => (label, ""),
            (Err(error), _) | (_, Err(error)) => return self.problem(row.number, None, format!("表头的这一格{error}")),
        };
        let (label, value) = match label.split_once(['：', ':']) {
            Some((label, rest)) if value.is_empty() => (label.trim(), rest.trim()),
            _ => (label.trim_end_matches(['：', ':']).trim(), value),
        };
        match (label, Tally::called(label)) {
            // A title, or an empty line of the template.
            (_, _) if value.is_empty() => {}
            ("来源", _) if SOURCE_LENGTH.contains(&value.chars().count()) => self.source = Some(value.to_owned()),
            ("来源", _) => self.problem(row.number, Some(label), "来源请写 4 至 200 个字：哪个单位的什么文件"),
            ("截至日期" | "截至", _) => match day::read(value) {
                None => self.problem(row.number, Some(label), format!("“{value}”不是日期，应写成 2026-06-30 的样子")),
                Some(day) => match check_past(day, today) {
                    Ok(()) => self.as_of = Some(day),
                    Err(error) => self.problem(row.number, Some(label), format!("截至日期{error}")),
                },
            },
            (_, Some(tally)) => match whole_number(value.trim_end_matches(['个', '行']), 0) {
                Ok(number) => {
                    self.claimed.insert(tally, number);
                }
                Err(error) => self.problem(row.number, Some(label), format!("“{value}”{error}")),
            },
            (_, None) => self.problem(row.number, Some(label), "表头里不认识这一项，请删去，或按模板改名"),
        }
    }

    fn require_head(&mut self) {
        let told = |label: &str| self.problems.iter().any(|problem| problem.column.as_deref() == Some(label));
        let (source, day) = (self.source.is_none() && !told("来源"), self.as_of.is_none() && !told("截至日期"));
        if source {
            self.whole("表头没有写“来源”：哪个单位的什么文件");
        }
        if day {
            self.whole("表头没有写“截至日期”");
        }
    }

    /// The columns with their headings, and what the list is about.
    fn columns(&mut self, headings: &Row, rows: &[Row]) -> Vec<(Option<Column>, String)> {
        let widest = rows.iter().map(Row::width).max().unwrap_or(0).max(headings.width());
        let mut columns: Vec<(Option<Column>, String)> = Vec::new();
        let mut subjects: Vec<ListSubject> = Vec::new();
        for place in 0..widest {
            let heading = match headings.text(place) {
                Ok(heading) => heading.to_owned(),
                Err(error) => {
                    self.problem(headings.number, None, format!("列名的这一格{error}"));
                    String::new()
                }
            };
            let column = Column::called(&heading);
            let filled = rows.iter().find(|row| row.text(place).is_ok_and(|text| !text.is_empty()));
            match column {
                None if !heading.is_empty() => {
                    let says = "不认识这一列。请删去，或按模板改名；名单里不要有个人信息";
                    self.problem(headings.number, Some(heading.as_str()), says);
                }
                None => {
                    if let Some(row) = filled {
                        self.problem(row.number, None, format!("第 {} 列没有列名，却写了内容", place + 1));
                    }
                }
                Some(column) if columns.iter().any(|(known, _)| known.is_some_and(|known| known.same_as(column))) => {
                    self.problem(headings.number, Some(heading.as_str()), "这一列有两次，请留下一列");
                }
                Some(known) => subjects.extend(known.subject()),
            }
            columns.push((column, heading));
        }
        subjects.sort_unstable();
        subjects.dedup();
        match subjects.as_slice() {
            [one] => self.subject = Some(*one),
            [] => self.whole("看不出是哪一种名单：没有“分类”“类型”“年份”中的任何一列。请下载模板填写"),
            _ => self.whole("一张表只写一种名单：镇的分类、村庄类型、年度情况请分开"),
        }
        columns
    }

    /// Whether the rows add up to the head.
    fn add_up(&mut self, subject: ListSubject) {
        if self.rows() == 0 && self.problems.is_empty() {
            self.whole("表里没有一行写了内容");
        }
        for wrong in check_tallies(subject, &self.claimed, &self.counted).into_iter().rev() {
            self.problems.insert(0, RowProblem { row: None, column: None, message: wrong });
        }
    }

    fn count(&mut self, tally: Tally) {
        *self.counted.entry(tally).or_insert(0) += 1;
    }
}

/// The rows below the headings.
struct Rows<'a> {
    columns: Vec<(Option<Column>, String)>,
    gazetteer: Gazetteer<'a>,
    own: &'a PlaceCode,
    today: NaiveDate,
    /// In which row a place (in a year) was named first.
    seen: HashMap<(PlaceCode, Option<i32>), u32>,
}

/// The cells of a row that could be read, by their columns.
struct Cells<'a> {
    row: u32,
    cells: Vec<(Column, &'a str, &'a str)>,
}

impl<'a> Cells<'a> {
    /// What stands in a column; nothing where there is no such column.
    fn text(&self, wanted: Column) -> &'a str {
        self.cells.iter().find(|(column, ..)| *column == wanted).map_or("", |(_, _, text)| text)
    }

    fn heading(&self, wanted: Column) -> Option<&'a str> {
        self.cells.iter().find(|(column, ..)| *column == wanted).map(|(_, heading, _)| *heading)
    }
}

impl Rows<'_> {
    fn read(&mut self, row: &Row, subject: ListSubject, reading: &mut Reading) {
        let mut cells = Cells { row: row.number, cells: Vec::new() };
        let mut readable = true;
        let columns = std::mem::take(&mut self.columns);
        for (place, (column, heading)) in columns.iter().enumerate() {
            match (column, row.text(place)) {
                (Some(column), Ok(text)) => cells.cells.push((*column, heading.as_str(), text)),
                (Some(_), Err(error)) => {
                    reading.problem(row.number, Some(heading.as_str()), error.to_string());
                    readable = false;
                }
                (None, _) => {}
            }
        }
        // A place of the template of which nothing is said.
        let said = |(column, _, text): &(Column, &str, &str)| {
            column.subject().is_some() && *column != Column::Year && !text.is_empty()
        };
        if readable && cells.cells.iter().any(said) {
            reading.count(Tally::Rows);
            match subject {
                ListSubject::TownClass => self.class(&cells, reading),
                ListSubject::VillageType => self.village_type(&cells, reading),
                ListSubject::PlaceFact => self.facts(&cells, reading),
            }
        }
        self.columns = columns;
    }

    /// The place of a row, if it is one that the list may speak of and does so for the first time.
    fn place(
        &mut self,
        cells: &Cells<'_>,
        level: Option<PlaceLevel>,
        year: Option<i32>,
        reading: &mut Reading,
    ) -> Option<PlaceCode> {
        let named = Named {
            code: cells.text(Column::Code),
            county: cells.text(Column::County),
            town: cells.text(Column::Town),
            village: cells.text(Column::Village),
        };
        let wrong = match self.gazetteer.find(&named) {
            Err((part, says)) => Err((part, says)),
            Ok(code) if !self.own.contains(&code) => {
                Err((NamePart::Code, "不在本县（市、区），不能由你们导入".to_owned()))
            }
            Ok(code) if level.is_some_and(|level| level != code.level()) => {
                let wanted = if level == Some(PlaceLevel::Town) { "镇（街道）" } else { "村（社区）" };
                Err((NamePart::Code, format!("这一行写的不是一个{wanted}，请写到{wanted}")))
            }
            Ok(code) => match self.seen.insert((code.clone(), year), cells.row) {
                Some(first) => {
                    self.seen.insert((code, year), first);
                    Err((NamePart::Code, format!("和第 {first} 行是同一个地方，请留下一行")))
                }
                None => Ok(code),
            },
        };
        match wrong {
            Ok(code) => Some(code),
            Err((part, says)) => {
                let column = match part {
                    NamePart::Code => Column::Code,
                    NamePart::County => Column::County,
                    NamePart::Town => Column::Town,
                    NamePart::Village => Column::Village,
                };
                let named = !cells.text(column).is_empty();
                reading.problem(cells.row, cells.heading(column).filter(|_| named), says);
                None
            }
        }
    }

    fn class(&mut self, cells: &Cells<'_>, reading: &mut Reading) {
        let place = self.place(cells, Some(PlaceLevel::Town), None, reading);
        let (class, lead) = (cells.text(Column::Class), cells.text(Column::Lead));
        let found = TownClass::ALL.iter().copied().find(|known| known.label() == class);
        let helper = TownLead::ALL.iter().copied().find(|known| known.label() == lead);
        let Some(class) = found else {
            let says = format!("“{class}”不是分类，应写“重点帮扶镇”或“巩固提升镇”");
            return reading.problem(cells.row, cells.heading(Column::Class), says);
        };
        reading.count(Tally::Class(class));
        if let (TownClass::KeyAssisted, Some(lead)) = (class, helper) {
            reading.count(Tally::Lead(lead));
        }
        let says = match (class, helper) {
            (_, None) if !lead.is_empty() => {
                Some(format!("“{lead}”不是牵头方，应写“省直中直驻粤单位”“广州市”“梅州市”或“本县”"))
            }
            (TownClass::KeyAssisted, None) => Some("重点帮扶镇要写牵头方".to_owned()),
            (_, Some(helper)) if !class.may_be_led_by(helper) => {
                Some(format!("{}的牵头方不会是“{lead}”，请核对", class.label()))
            }
            _ => None,
        };
        match says {
            Some(says) => reading.problem(cells.row, cells.heading(Column::Lead), says),
            None => reading.classes.extend(place.map(|place| (place, class, helper))),
        }
    }

    fn village_type(&mut self, cells: &Cells<'_>, reading: &mut Reading) {
        let place = self.place(cells, Some(PlaceLevel::Village), None, reading);
        let text = cells.text(Column::Type);
        let found = VillageType::ALL.iter().copied().find(|known| known.label() == text);
        if let Some(village_type) = found {
            reading.count(Tally::Type(village_type));
            reading.types.extend(place.map(|place| (place, village_type)));
        } else {
            let says = format!("“{text}”不是村庄类型，应写“干净整洁村”“美丽宜居村”或“特色精品村”");
            reading.problem(cells.row, cells.heading(Column::Type), says);
        }
    }

    fn facts(&mut self, cells: &Cells<'_>, reading: &mut Reading) {
        let text = cells.text(Column::Year);
        let year = whole_number(text.trim_end_matches('年'), 0).ok().and_then(|year| i32::try_from(year).ok());
        let Some(year) = year.filter(|year| (2000..=self.today.year()).contains(year)) else {
            let says = format!("“{text}”不是年份，应是 2000 到今年的四位数字");
            return reading.problem(cells.row, cells.heading(Column::Year), says);
        };
        let place = self.place(cells, None, Some(year), reading);
        for (column, heading, text) in cells.cells.iter().filter(|(_, _, text)| !text.is_empty()) {
            let Column::Fact(indicator, digits) = column else { continue };
            match whole_number(text, *digits) {
                Ok(value) => reading.facts.extend(place.clone().map(|place| (place, *indicator, year, value))),
                Err(error) => {
                    let says = format!("“{text}”{error}（单位：{}）", indicator.unit());
                    reading.problem(cells.row, Some(*heading), says);
                }
            }
        }
    }
}
