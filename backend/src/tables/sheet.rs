//! One sheet of an XLSX: its rows, cell by cell, and which of them were merged.
//!
//! A cell with a formula is not read: what it shows was computed elsewhere and may be old. But for one that is a single
//! quoted text: `="441424103203"` of a CSV, which keeps all digits there, comes back as such a formula when a spreadsheet
//! saves it. Deliberately absent: comments, links, colours.

use super::decimal;
use super::workbook::{Xml, attribute};
use super::{Cell, Limits, Row, Rows, TableError, literal};
use quick_xml::events::{BytesStart, Event};
use std::io::BufRead;

/// Merged areas, and cells under them, that are looked at.
const MERGED_MAX: usize = 5_000;
const COVERED_MAX: usize = 2_000_000;

/// What a sheet's cells refer to.
pub(super) struct Book<'a> {
    pub texts: &'a [String],
    /// Of each format, whether it shows a date.
    pub dates: &'a [bool],
    pub from_1904: bool,
    pub limits: &'a Limits,
}

/// An area that was merged: its first and last row and column.
struct Merged {
    rows: (u32, u32),
    columns: (usize, usize),
}

pub(super) fn read<R: BufRead>(xml: &mut Xml<R>, book: &Book<'_>, rows: &mut Rows<'_>) -> Result<(), TableError> {
    let mut merged = Vec::new();
    let (mut number, mut has_data) = (0, false);
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "sheetData" => has_data = true,
                "row" => {
                    let told = attribute(&element, "r")?.map(|told| told.parse()).transpose();
                    let told: Option<u32> = told.map_err(|_| TableError::Broken)?;
                    let next = told.unwrap_or(number + 1);
                    if next <= number || next > 1_048_576 {
                        return Err(TableError::Broken);
                    }
                    number = next;
                    let cells = cells(xml, book, number)?;
                    rows.add(number, cells)?;
                }
                "mergeCell" => {
                    if merged.len() == MERGED_MAX {
                        return Err(TableError::TooManyMerged);
                    }
                    merged.extend(area(&attribute(&element, "ref")?.unwrap_or_default()));
                }
                _ => {}
            },
            Event::Eof if has_data => return cover(&mut rows.taken, &merged, book.limits.columns),
            Event::Eof => return Err(TableError::Broken),
            _ => {}
        }
    }
}

/// The cells of a row that has begun.
fn cells<R: BufRead>(xml: &mut Xml<R>, book: &Book<'_>, row: u32) -> Result<Vec<Cell>, TableError> {
    let mut cells: Vec<Cell> = Vec::new();
    let mut column = 0;
    loop {
        let head = match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "c" => Head::of(&element)?,
            Event::End(element) if element.local_name().as_ref() == "row" => return Ok(cells),
            Event::Eof => return Err(TableError::Broken),
            _ => continue,
        };
        column = head.column.unwrap_or(column);
        let cell = cell(xml, book, &head)?;
        if column < book.limits.columns {
            if column >= cells.len() {
                cells.resize(column + 1, Cell::Text(String::new()));
            }
            cells[column] = cell;
        } else if !cell.is_blank() {
            return Err(TableError::TooManyColumns { row, columns: book.limits.columns });
        }
        column += 1;
    }
}

/// What a cell says of itself before its value.
struct Head {
    column: Option<usize>,
    kind: String,
    format: usize,
}

impl Head {
    fn of(element: &BytesStart<'_>) -> Result<Self, TableError> {
        let place = attribute(element, "r")?;
        let column = place.map(|place| spot(&place).map(|(_, column)| column).ok_or(TableError::Broken)).transpose()?;
        let format = attribute(element, "s")?.and_then(|format| format.parse().ok()).unwrap_or(0);
        Ok(Head { column, kind: attribute(element, "t")?.unwrap_or_default(), format })
    }
}

/// A cell that has begun, to its end.
fn cell<R: BufRead>(xml: &mut Xml<R>, book: &Book<'_>, head: &Head) -> Result<Cell, TableError> {
    let (mut value, mut formula) = (String::new(), None);
    loop {
        let inside = match xml.next()? {
            Event::Start(element) => element.local_name().as_ref().to_owned(),
            Event::End(element) if element.local_name().as_ref() == "c" => break,
            Event::Eof => return Err(TableError::Broken),
            _ => continue,
        };
        match inside.as_str() {
            "f" => formula = Some(xml.text("f", book.limits.cell_chars)?),
            "v" | "is" => value = xml.text(&inside, book.limits.cell_chars)?,
            _ => {}
        }
    }
    if let Some(formula) = formula {
        return Ok(literal(&formula).map_or(Cell::Formula, |kept| Cell::Text(kept.to_owned())));
    }
    Ok(match head.kind.as_str() {
        "s" => {
            let text = value.trim().parse().ok().and_then(|place: usize| book.texts.get(place));
            text_cell(text.ok_or(TableError::Broken)?)
        }
        "e" => Cell::Fault(value),
        "b" => Cell::Text(if value == "1" { "TRUE" } else { "FALSE" }.to_owned()),
        "inlineStr" | "str" => text_cell(&value),
        "d" => Cell::Text(value.split('T').next().unwrap_or_default().to_owned()),
        _ => Cell::Text(number(&value, book, head.format)),
    })
}

/// A text that is not computed; `="…"` stands for what is in it, as in a CSV.
fn text_cell(text: &str) -> Cell {
    Cell::Text(text.strip_prefix('=').and_then(literal).unwrap_or(text).to_owned())
}

fn number(value: &str, book: &Book<'_>, format: usize) -> String {
    let is_date = book.dates.get(format).copied().unwrap_or(false);
    let day = if is_date { decimal::day(value, book.from_1904) } else { None };
    day.map(|day| day.to_string()).or_else(|| decimal::plain(value)).unwrap_or_else(|| value.to_owned())
}

/// Row and column of `AB12`, the row from 1, the column from 0.
fn spot(place: &str) -> Option<(u32, usize)> {
    let letters = place.bytes().take_while(u8::is_ascii_uppercase).count();
    if letters == 0 || letters > 3 {
        return None;
    }
    let column = place[..letters].bytes().fold(0, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    Some((place[letters..].parse().ok()?, column - 1))
}

/// `A2:A10`. What is no area covers nothing.
fn area(text: &str) -> Option<Merged> {
    let (first, last) = text.split_once(':')?;
    let ((first_row, first_column), (last_row, last_column)) = (spot(first)?, spot(last)?);
    Some(Merged { rows: (first_row, last_row), columns: (first_column, last_column) })
}

/// Marks what lies under the first cell of an area.
fn cover(rows: &mut [Row], merged: &[Merged], columns: usize) -> Result<(), TableError> {
    let mut covered = 0;
    for area in merged {
        let from = rows.partition_point(|row| row.number < area.rows.0);
        let (first, last) = (area.columns.0, area.columns.1.min(columns.saturating_sub(1)));
        for row in rows[from..].iter_mut().take_while(|row| row.number <= area.rows.1) {
            covered += last.saturating_sub(first) + 1;
            if covered > COVERED_MAX {
                return Err(TableError::TooManyMerged);
            }
            for column in first..=last {
                if (row.number, column) == (area.rows.0, first) {
                    continue;
                }
                if column >= row.cells.len() {
                    row.cells.resize(column + 1, Cell::Text(String::new()));
                }
                row.cells[column] = Cell::Covered;
            }
        }
    }
    Ok(())
}
