//! A table as text: which encoding, which delimiter, which row of the spreadsheet.
//!
//! Deliberately absent: guessing among more encodings. What is neither UTF-8 nor GB18030 is refused in words.

use super::{Cell, Limits, Rows, Table, TableError, literal, trimmed};
use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, GB18030};
use std::borrow::Cow;

/// Put behind the last row. Where it comes out as a row of its own the file was whole; where it comes out inside a
/// quoted cell the file was cut off in that cell.
const END: &str = "\u{1}";
/// A character takes at most four bytes of GB18030.
const CHARACTER_BYTES: usize = 4;
/// Delimiters of one text. Where each cell ends is remembered for a whole row, and a row may be the whole file.
const DELIMITERS_MAX: usize = 4_000_000;
/// Lines by which the delimiter is known: the one with the headings is among them.
const LOOKED_AT: usize = 60;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, TableError> {
    let text = decode(bytes)?;
    if text.contains('\0') {
        return Err(TableError::NotATable);
    }
    let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (delimiter, told) = delimiter(&text);
    if told {
        // The spreadsheet does not count the line by which it tells the delimiter; this one keeps the others' numbers.
        let end = text.find('\n').unwrap_or(text.len());
        text.replace_range(..end, "");
    }
    if text.bytes().filter(|byte| *byte == delimiter).count() > DELIMITERS_MAX {
        return Err(TableError::TooLarge);
    }
    text.push('\n');
    text.push_str(END);
    text.push('\n');
    rows(&text, delimiter, u64::from(told), limits)
}

fn rows(text: &str, delimiter: u8, told: u64, limits: &Limits) -> Result<Table, TableError> {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut rows = Rows::new(limits);
    let mut record = StringRecord::new();
    // Line ends inside cells: a spreadsheet shows them in one row.
    let mut inside: u64 = told;
    while reader.read_record(&mut record).map_err(|_| TableError::Encoding)? {
        let at = reader.position();
        let ends = usize::try_from(at.byte()).is_ok_and(|byte| byte >= text.len());
        if ends && record.len() == 1 && record.get(0) == Some(END) {
            return Ok(rows.into_table());
        }
        if ends {
            break;
        }
        let breaks: usize = record.iter().map(|cell| cell.matches('\n').count()).sum();
        inside += u64::try_from(breaks).unwrap_or(u64::MAX);
        // The reader stands on the line behind the row.
        let number = at.line().saturating_sub(1).saturating_sub(inside);
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        // A line of nothing but delimiters is a million cells: those too far to the right are looked at and not kept.
        if record.iter().skip(limits.columns).any(|text| !trimmed(text).is_empty()) {
            return Err(TableError::TooManyColumns { row: number, columns: limits.columns });
        }
        rows.add(number, record.iter().take(limits.columns).map(cell).collect())?;
    }
    Err(TableError::CutOff)
}

/// The text, whichever of the encodings it is in.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, TableError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return whole(encoding, &bytes[mark..]);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        // The last character is incomplete, and all before it are right.
        Err(error) if error.error_len().is_none() => Err(TableError::CutOff),
        Err(_) if bytes.contains(&0) => Err(TableError::NotATable),
        Err(_) => whole(GB18030, bytes),
    }
}

/// The text without any replacement of what cannot be read.
fn whole<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, TableError> {
    let decoded = |bytes: &'a [u8]| encoding.decode_without_bom_handling_and_without_replacement(bytes);
    decoded(bytes).ok_or_else(|| {
        let mut shorter = (1..CHARACTER_BYTES).filter_map(|missing| bytes.get(..bytes.len().checked_sub(missing)?));
        let cut = shorter.any(|bytes| !bytes.is_empty() && decoded(bytes).is_some());
        if cut { TableError::CutOff } else { TableError::Encoding }
    })
}

/// What stands between the cells: what the first line tells (`sep=;`), else what one of the first lines has most of.
fn delimiter(text: &str) -> (u8, bool) {
    let first = text.lines().next().unwrap_or_default();
    if let Some(told) = first.strip_prefix("sep=").filter(|told| told.len() == 1) {
        return (told.as_bytes()[0], true);
    }
    let most = |delimiter: u8| text.lines().take(LOOKED_AT).map(|line| outside_quotes(line, delimiter)).max();
    let known = [b',', b';', b'\t'];
    // The first of several that are as many: the comma.
    let found = known.into_iter().rev().max_by_key(|delimiter| most(*delimiter).unwrap_or(0));
    (found.unwrap_or(b','), false)
}

fn outside_quotes(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    let outside = line.bytes().filter(|byte| {
        quoted ^= *byte == b'"';
        !quoted && *byte == delimiter
    });
    outside.count()
}

/// A cell that begins as a formula is one, but for `="…"`, by which tables keep long numbers as they are written; and an
/// apostrophe in front says the same.
fn cell(text: &str) -> Cell {
    if let Some(kept) = text.strip_prefix('=').and_then(literal) {
        return Cell::Text(kept.to_owned());
    }
    if text.starts_with('=') && text.len() > 1 {
        return Cell::Formula;
    }
    Cell::Text(text.strip_prefix('\'').unwrap_or(text).to_owned())
}
