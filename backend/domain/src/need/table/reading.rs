//! Rows of a table become one need, and every doubt about it a sentence at its cell.
//!
//! What a form would refuse keeps the need out; what a draft may still lack is said too, since it has to be written
//! before the need is handed in. Nothing is guessed. Deliberately absent: which rows belong together, and the place.

use super::{Column, NO, YES};
use crate::day;
use crate::money::{Fen, to_half_width};
use crate::need::asked::part_of_field;
use crate::need::{
    AskedLine, AskedPart, BudgetItem, ContributionKind, Field, Indicator, JointBuilding, NeedContent, PairingForm,
    Readiness,
};
use crate::place::{PlaceCode, whole_number};
use chrono::NaiveDate;

/// One row: its number as the spreadsheet counts, and what stands in its columns; a cell that is no text says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    pub number: u32,
    pub cells: Vec<(Column, Result<String, String>)>,
}

/// What is wrong at a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellProblem {
    pub row: u32,
    pub column: Column,
    pub message: String,
    /// The need stays out; otherwise it comes in as a draft and this is written before it is handed in.
    pub stops: bool,
}

/// A need as its rows say it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadNeed {
    /// As it is stored; none where something keeps it out.
    pub content: Option<NeedContent>,
    /// By rows and columns.
    pub problems: Vec<CellProblem>,
}

impl TableRow {
    /// What stands in a column; nothing where there is no such column, or no text in it.
    #[must_use]
    pub fn text(&self, wanted: Column) -> &str {
        let found = self.cells.iter().find(|(column, _)| *column == wanted);
        found.and_then(|(_, text)| text.as_deref().ok()).unwrap_or_default()
    }

    /// Whether it says anything of a need beside its number and its place.
    #[must_use]
    pub fn says_something(&self) -> bool {
        self.cells.iter().any(|(column, text)| !column.names() && text.as_deref().is_ok_and(|text| !text.is_empty()))
    }
}

/// The need that these rows of one 编号 make up, for the village that its first row names, on the legal day `today`.
/// Without a village nothing comes of it but the other problems.
#[must_use]
pub fn read(rows: &[TableRow], village: Option<&PlaceCode>, today: NaiveDate) -> ReadNeed {
    let mut reading = Reading { problems: Vec::new() };
    let Some(first) = rows.first() else { return ReadNeed { content: None, problems: Vec::new() } };
    for row in rows {
        reading.unreadable(row);
    }
    for row in &rows[1..] {
        reading.said_once(first, row);
    }
    let content = reading.content(first, rows, village, today);
    reading.problems.sort_by_key(|problem| (problem.row, position(problem.column)));
    let stopped = reading.problems.iter().any(|problem| problem.stops);
    let content = content.filter(|_| !stopped && village.is_some()).map(|content| content.trimmed());
    ReadNeed { content, problems: reading.problems }
}

fn position(column: Column) -> usize {
    Column::ALL.iter().position(|known| *known == column).unwrap_or(usize::MAX)
}

struct Reading {
    problems: Vec<CellProblem>,
}

impl Reading {
    fn stop(&mut self, row: u32, column: Column, message: impl Into<String>) {
        self.problems.push(CellProblem { row, column, message: message.into(), stops: true });
    }

    fn knows(&self, row: u32, column: Column) -> bool {
        self.problems.iter().any(|problem| (problem.row, problem.column) == (row, column))
    }

    fn unreadable(&mut self, row: &TableRow) {
        for (column, text) in &row.cells {
            if let Err(why) = text {
                self.stop(row.number, *column, why.clone());
            }
        }
    }

    /// What is said of the whole need stands in its first row; a later one may repeat it.
    fn said_once(&mut self, first: &TableRow, later: &TableRow) {
        for (column, text) in &later.cells {
            let Ok(text) = text else { continue };
            if !column.is_of_line() && !text.is_empty() && first.text(*column) != text {
                let says =
                    format!("和第 {} 行写的不一样；同一编号的需求，这一项只写在第一行，或每行写得一样", first.number);
                self.stop(later.number, *column, says);
            }
        }
    }

    /// A word of a closed set; none where nothing stands there, or nothing that is known.
    fn word<T: Copy>(&mut self, row: &TableRow, column: Column, all: &[T], label: fn(T) -> &'static str) -> Option<T> {
        let text: String = row.text(column).chars().filter(|c| !c.is_whitespace()).collect();
        if text.is_empty() {
            return None;
        }
        let plain = |text: &str| text.chars().map(to_half_width).collect::<String>();
        let found = all.iter().copied().find(|word| plain(label(*word)) == plain(&text));
        if found.is_none() {
            let choices = column.choices().join("、");
            self.stop(row.number, column, format!("不认识“{text}”，应是其中之一：{choices}"));
        }
        found
    }

    fn number<T: TryFrom<i64>>(&mut self, row: &TableRow, column: Column) -> Option<T> {
        let text = row.text(column).trim_end_matches(['%', '％']);
        if text.is_empty() {
            return None;
        }
        let number = whole_number(text, 0).map_err(|error| error.to_string());
        let number = number.and_then(|number| T::try_from(number).map_err(|_| "太大".to_owned()));
        number.map_err(|says| self.stop(row.number, column, format!("“{text}”{says}"))).ok()
    }

    fn amount(&mut self, row: &TableRow, column: Column) -> Option<Fen> {
        let text = row.text(column);
        if text.is_empty() {
            return None;
        }
        let amount = Fen::parse_yuan(text);
        amount.map_err(|error| self.stop(row.number, column, format!("“{text}”：{error}"))).ok()
    }

    fn day(&mut self, row: &TableRow, column: Column) -> Option<NaiveDate> {
        let text = row.text(column);
        if text.is_empty() {
            return None;
        }
        let day = day::read(text).or_else(|| day::of_serial(text));
        if day.is_none() {
            self.stop(row.number, column, format!("“{text}”不是日期，应写成 2026-12-31 的样子，写到日"));
        }
        day
    }

    fn content(
        &mut self,
        first: &TableRow,
        rows: &[TableRow],
        village: Option<&PlaceCode>,
        today: NaiveDate,
    ) -> Option<NeedContent> {
        let kind = self.word(first, Column::Kind, ContributionKind::ALL, ContributionKind::label);
        if kind.is_none() && !self.knows(first.number, Column::Kind) {
            self.stop(first.number, Column::Kind, format!("请写类别：{}", Column::Kind.choices().join("、")));
        }
        if one_line(first.text(Column::Title)).is_empty() && !self.knows(first.number, Column::Title) {
            self.stop(first.number, Column::Title, "请写一个标题（至少 4 个字）");
        }
        // A village that is not known has no part in the other checks.
        let somewhere = || "441400000000".parse().ok();
        let mut content = NeedContent::empty(village.cloned().or_else(somewhere)?, kind?);
        content.field = self.word(first, Column::Field, Field::ALL, Field::label);
        content.title = one_line(first.text(Column::Title));
        content.description = many_lines(first.text(Column::Description));
        content.price_basis = one_line(first.text(Column::PriceBasis));
        content.amount_fen = self.amount(first, Column::Amount);
        content.procured = self.word(first, Column::Procured, &[YES, NO], |word| word) == Some(YES);
        content.wanted_by = self.day(first, Column::WantedBy);
        content.outcome = one_line(first.text(Column::Outcome));
        content.outcome_quantity = self.number(first, Column::OutcomeQuantity);
        content.outcome_unit = one_line(first.text(Column::OutcomeUnit));
        content.indicator = self.indicator(first, &content);
        self.joint(first, &mut content);
        let lines = self.lines(rows, &mut content);
        self.check(first, &lines, &content, today);
        Some(content)
    }

    fn indicator(&mut self, row: &TableRow, content: &NeedContent) -> Option<Indicator> {
        let indicator = self.word(row, Column::Indicator, Indicator::ALL, Indicator::label)?;
        let (unit, told) = (indicator.unit(), content.outcome_unit.as_str());
        if !told.is_empty() && told != unit {
            let says = format!("成效指标“{}”的单位是“{unit}”，请改成一样，或留空", indicator.label());
            self.stop(row.number, Column::OutcomeUnit, says);
        }
        Some(indicator)
    }

    fn joint(&mut self, row: &TableRow, content: &mut NeedContent) {
        content.form = self.word(row, Column::Form, PairingForm::ALL, PairingForm::label);
        let joint = JointBuilding {
            village_percent: self.number(row, Column::VillagePercent),
            village_duties: many_lines(row.text(Column::VillageDuties)),
            enterprise_duties: many_lines(row.text(Column::EnterpriseDuties)),
            land: self.word(row, Column::Land, Readiness::ALL, Readiness::label),
            permits: self.word(row, Column::Permits, Readiness::ALL, Readiness::label),
            note: many_lines(row.text(Column::JointNote)),
        };
        if content.form == Some(PairingForm::JointBuilding) {
            content.joint = Some(joint);
            return;
        }
        let filled = Column::ALL.iter().copied().filter(|column| column.is_of_joint() && !row.text(*column).is_empty());
        for column in filled {
            self.stop(row.number, column, "只有合作方式是“村企共建”的才填这一项，请留空");
        }
    }

    /// What is asked, line by line; returns in which row each line stands.
    fn lines(&mut self, rows: &[TableRow], content: &mut NeedContent) -> Vec<u32> {
        let mut numbers = Vec::new();
        for row in rows {
            let filled = |column: &Column| column.is_of_line() && !row.text(*column).is_empty();
            if !Column::ALL.iter().any(filled) {
                continue;
            }
            if content.kind == ContributionKind::Money {
                self.item(row, content);
            } else {
                self.line(row, content);
            }
            numbers.push(row.number);
        }
        numbers
    }

    fn item(&mut self, row: &TableRow, content: &mut NeedContent) {
        for part in AskedPart::ALL.iter().copied().filter(|part| *part != AskedPart::Name) {
            if !row.text(Column::Part(part)).is_empty() {
                self.stop(row.number, Column::Part(part), "资金类需求没有这一项，请留空");
            }
        }
        let amount = self.amount(row, Column::Budget);
        if amount.is_none() && !self.knows(row.number, Column::Budget) {
            self.stop(row.number, Column::Budget, "请写这一行的预算金额");
        }
        let name = one_line(row.text(Column::Part(AskedPart::Name)));
        content.items.push(BudgetItem { name, amount_fen: amount.unwrap_or_default() });
    }

    fn line(&mut self, row: &TableRow, content: &mut NeedContent) {
        if !row.text(Column::Budget).is_empty() {
            self.stop(row.number, Column::Budget, "只有资金类需求填预算，请留空");
        }
        let mut line = AskedLine::default();
        for part in AskedPart::ALL.iter().copied() {
            let text = one_line(row.text(Column::Part(part)));
            if let Err(says) = line.set(part, &text) {
                self.stop(row.number, Column::Part(part), format!("“{text}”：{says}"));
            }
        }
        content.lines.push(line);
    }

    /// What a draft may not have, and what it still lacks; a cell of which something is said already is left alone.
    fn check(&mut self, first: &TableRow, lines: &[u32], content: &NeedContent, today: NaiveDate) {
        let draft = content.check_draft().into_vec();
        let complete = content.trimmed().check_complete(today).into_vec();
        let lacking = complete.into_iter().filter(|problem| !draft.contains(problem)).map(|problem| (problem, false));
        let all: Vec<_> = draft.iter().cloned().map(|problem| (problem, true)).chain(lacking).collect();
        for (problem, stops) in all {
            let Some((line, column)) = cell_of(&problem.field) else { continue };
            let row = line.and_then(|n| lines.get(n).copied()).unwrap_or(first.number);
            if !self.knows(row, column) {
                self.problems.push(CellProblem { row, column, message: problem.message, stops });
            }
        }
    }
}

/// In which line and column a field of a need stands; pictures stand in none.
fn cell_of(field: &str) -> Option<(Option<usize>, Column)> {
    if let Some((part, n)) = part_of_field(field) {
        return Some((Some(n), Column::Part(part)));
    }
    for (start, column) in [("item_name_", Column::Part(AskedPart::Name)), ("item_amount_", Column::Budget)] {
        if let Some(n) = field.strip_prefix(start) {
            return Some((n.parse().ok(), column));
        }
    }
    let column = match field {
        "village" => Column::Code,
        "field" => Column::Field,
        "title" => Column::Title,
        "description" => Column::Description,
        "items" | "lines" => Column::Part(AskedPart::Name),
        "amount" => Column::Amount,
        "price_basis" => Column::PriceBasis,
        "procured" => Column::Procured,
        "form" => Column::Form,
        "village_percent" => Column::VillagePercent,
        "village_duties" => Column::VillageDuties,
        "enterprise_duties" => Column::EnterpriseDuties,
        "land" => Column::Land,
        "permits" => Column::Permits,
        "joint_note" => Column::JointNote,
        "wanted_by" => Column::WantedBy,
        "outcome" => Column::Outcome,
        "indicator" => Column::Indicator,
        "outcome_quantity" => Column::OutcomeQuantity,
        "outcome_unit" => Column::OutcomeUnit,
        _ => return None,
    };
    Some((None, column))
}

/// A text for one line: line ends inside a cell are spaces.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn many_lines(text: &str) -> String {
    text.replace("\r\n", "\n").trim().to_owned()
}

#[cfg(test)]
mod tests;
