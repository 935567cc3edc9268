//! An XLSX as a bundle: which of its parts is the first sheet, its shared texts, which formats are dates.
//!
//! Every part is unpacked while it is read and only so far, and nothing is set aside for what a part claims to hold: a
//! small file can claim anything. Deliberately absent: other sheets, pictures, macros, and writing.

use super::sheet::{self, Book};
use super::{Limits, Rows, Table, TableError};
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{BufRead, BufReader, Cursor, ErrorKind, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Unpacked bytes of one part.
const PART_BYTES_MAX: u64 = 96 * 1024 * 1024;
/// Texts that cells share, and formats. An empty one takes some bytes of the file and thirty of memory.
const LISTED_MAX: usize = 2_000_000;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Table, TableError> {
    // The list of what a bundle holds stands at its end.
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::CutOff)?;
    let (sheet, from_1904) = first_sheet(&mut archive)?;
    let Parts { sheet, texts, styles } = parts(&mut archive, &sheet)?;
    let texts = texts.map_or(Ok(Vec::new()), |part| shared_texts(&mut archive, &part, limits))?;
    let dates = styles.map_or(Ok(Vec::new()), |part| date_formats(&mut archive, &part))?;
    let book = Book { texts: &texts, dates: &dates, from_1904, limits };
    let mut rows = Rows::new(limits);
    sheet::read(&mut open(&mut archive, &sheet)?, &book, &mut rows)?;
    Ok(rows.into_table())
}

/// A part of the bundle, to be read element by element.
fn open<'a>(archive: &'a mut Archive<'_>, name: &str) -> Result<Xml<impl BufRead + 'a>, TableError> {
    let part = archive.by_name(name).map_err(|error| match error {
        ZipError::FileNotFound => TableError::NotATable,
        _ => TableError::Broken,
    })?;
    Ok(Xml::new(BufReader::new(Limited { part, left: PART_BYTES_MAX })))
}

/// The relation by which the first visible sheet is found, and whether the book counts its days from 1904.
fn first_sheet(archive: &mut Archive<'_>) -> Result<(String, bool), TableError> {
    let mut book = open(archive, "xl/workbook.xml")?;
    let (mut sheet, mut from_1904) = (None, false);
    loop {
        match book.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "workbookPr" => {
                    from_1904 = attribute(&element, "date1904")?.is_some_and(|told| told == "1" || told == "true");
                }
                "sheet" if sheet.is_none() && attribute(&element, "state")?.is_none_or(|state| state == "visible") => {
                    sheet = local_attribute(&element, "id")?;
                }
                _ => {}
            },
            Event::Eof => break,
            _ => {}
        }
    }
    sheet.map(|sheet| (sheet, from_1904)).ok_or(TableError::Broken)
}

/// Where what is read of a book stands in the bundle.
struct Parts {
    sheet: String,
    texts: Option<String>,
    styles: Option<String>,
}

fn parts(archive: &mut Archive<'_>, sheet: &str) -> Result<Parts, TableError> {
    let mut relations = open(archive, "xl/_rels/workbook.xml.rels")?;
    let (mut found, mut texts, mut styles) = (None, None, None);
    loop {
        match relations.next()? {
            Event::Start(element) if element.local_name().as_ref() == "Relationship" => {
                let kind = attribute(&element, "Type")?.unwrap_or_default();
                let target = attribute(&element, "Target")?.unwrap_or_default();
                // From the folder of the book, unless it begins at the root of the bundle.
                let target = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
                match kind.rsplit('/').next() {
                    Some("worksheet") if attribute(&element, "Id")?.as_deref() == Some(sheet) => found = Some(target),
                    Some("sharedStrings") => texts = Some(target),
                    Some("styles") => styles = Some(target),
                    _ => {}
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    found.map(|sheet| Parts { sheet, texts, styles }).ok_or(TableError::Broken)
}

fn shared_texts(archive: &mut Archive<'_>, part: &str, limits: &Limits) -> Result<Vec<String>, TableError> {
    let mut xml = open(archive, part)?;
    let (mut texts, mut bytes) = (Vec::new(), 0);
    loop {
        match xml.next()? {
            Event::Start(element) if element.local_name().as_ref() == "si" => {
                if texts.len() == LISTED_MAX {
                    return Err(TableError::TooLarge);
                }
                let text = xml.text("si", limits.cell_chars)?;
                bytes += text.len();
                if bytes > limits.bytes {
                    return Err(TableError::TooLarge);
                }
                texts.push(text);
            }
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}

/// Of each format that cells name, whether it shows a date.
fn date_formats(archive: &mut Archive<'_>, part: &str) -> Result<Vec<bool>, TableError> {
    let mut xml = open(archive, part)?;
    let (mut dates, mut own, mut in_cells) = (Vec::new(), Vec::new(), false);
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "numFmt" => {
                    let code = attribute(&element, "formatCode")?.unwrap_or_default();
                    if shows_a_date(&code) {
                        own.extend(attribute(&element, "numFmtId")?);
                    }
                }
                "cellXfs" => in_cells = true,
                "xf" if in_cells => {
                    if dates.len() == LISTED_MAX {
                        return Err(TableError::TooLarge);
                    }
                    let id = attribute(&element, "numFmtId")?.unwrap_or_default();
                    dates.push(is_builtin_date(&id) || own.contains(&id));
                }
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == "cellXfs" => in_cells = false,
            Event::Eof => return Ok(dates),
            _ => {}
        }
    }
}

/// ECMA-376, part 1, 18.8.30: the formats that every program knows, with those of East Asia.
fn is_builtin_date(id: &str) -> bool {
    id.parse().is_ok_and(|id: u32| matches!(id, 14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57..=58))
}

/// Whether a format of one's own has a year or a day in it, outside what it shows literally.
fn shows_a_date(code: &str) -> bool {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    code.chars().any(|c| {
        let literal = quoted || bracketed || escaped;
        escaped = !literal && matches!(c, '\\' | '_' | '*');
        match c {
            '"' if !bracketed => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            _ => {}
        }
        !literal && matches!(c, 'y' | 'Y' | 'd' | 'D')
    })
}

/// A part while it is unpacked: it fails where it grows too large.
struct Limited<R> {
    part: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.part.read(buffer)?;
        let left = self.left.checked_sub(u64::try_from(read).unwrap_or(u64::MAX));
        self.left = left.ok_or_else(|| std::io::Error::from(ErrorKind::FileTooLarge))?;
        Ok(read)
    }
}

/// Elements one after the other; an empty one has an end as well.
pub(super) struct Xml<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Xml<R> {
    fn new(part: R) -> Self {
        let mut reader = Reader::from_reader(part);
        reader.config_mut().expand_empty_elements = true;
        Xml { reader, buffer: Vec::new() }
    }

    pub(super) fn next(&mut self) -> Result<Event<'_>, TableError> {
        self.buffer.clear();
        self.reader.read_event_into(&mut self.buffer).map_err(|error| match error {
            quick_xml::Error::Io(error) if error.kind() == ErrorKind::FileTooLarge => TableError::TooLarge,
            _ => TableError::Broken,
        })
    }

    /// The text up to the end of an element that has begun: all its runs, without what tells how it is pronounced. Of one
    /// that is too long only so much that whoever takes the row in sees it.
    pub(super) fn text(&mut self, end: &str, chars: usize) -> Result<String, TableError> {
        let (mut text, mut pronounced) = (String::new(), false);
        let mut add = |run: &str| {
            if text.len() <= 4 * chars {
                text.push_str(run);
            }
        };
        loop {
            match self.next()? {
                Event::Start(element) => pronounced |= element.local_name().as_ref() == "rPh",
                Event::End(element) if element.local_name().as_ref() == end => break,
                Event::End(element) => pronounced &= element.local_name().as_ref() != "rPh",
                Event::Text(run) if !pronounced => add(&run.xml10_content()),
                Event::CData(run) if !pronounced => add(&run.xml10_content()),
                Event::GeneralRef(named) if !pronounced => {
                    match named.resolve_char_ref().map_err(|_| TableError::Broken)? {
                        Some(character) => add(character.encode_utf8(&mut [0; 4])),
                        None => add(resolve_predefined_entity(&named).ok_or(TableError::Broken)?),
                    }
                }
                Event::Eof => return Err(TableError::Broken),
                _ => {}
            }
        }
        // So Excel writes the return that Windows puts before a line end.
        Ok(text.replace("_x000D_", ""))
    }
}

/// What an element says by this name.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, TableError> {
    let found = element.try_get_attribute(name).map_err(|_| TableError::Broken)?;
    let value = found
        .map(|found| found.normalized_value(XmlVersion::Implicit1_0).map(std::borrow::Cow::into_owned))
        .transpose();
    value.map_err(|_| TableError::Broken)
}

/// The same by a name of any namespace (`r:id`).
fn local_attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, TableError> {
    for found in element.attributes().with_checks(false) {
        let found = found.map_err(|_| TableError::Broken)?;
        if found.key.local_name().as_ref() == name && found.key.as_ref() != name {
            return found
                .normalized_value(XmlVersion::Implicit1_0)
                .map(|value| Some(value.into_owned()))
                .map_err(|_| TableError::Broken);
        }
    }
    Ok(None)
}
