//! A workbook that is written while it is sent: rows go in, bytes come out, and no more of it is in memory than some rows.
//!
//! Where a sheet is full another one begins. Columns of amounts hold numbers, all others text. Deliberately absent:
//! choices and comments, which a table to be read has no use for.

use super::{HEAD, HEADING, MAIN, Sheet, TEXT, book, book_relations, content_types, letters, relations, styles};
use bytes::Bytes;
use quick_xml::escape::escape;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::{SimpleFileOptions, StreamWriter};

/// Rows of one sheet at most, as spreadsheets can open them.
const ROWS_MAX: usize = 1_048_000;

/// What was written and not yet taken away.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner)).into()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub struct Workbook {
    zip: ZipWriter<StreamWriter<Buffer>>,
    buffer: Buffer,
    /// Of the sheets, one each.
    names: &'static [&'static str],
    headings: Vec<&'static str>,
    widths: Vec<u32>,
    numbers: Vec<usize>,
    sheets: usize,
    /// Of the sheet that is being written.
    rows: usize,
}

impl Workbook {
    /// A workbook with its first sheet begun; `numbers` are the columns of amounts, counted from 0.
    pub fn new(
        names: &'static [&'static str],
        headings: &[&'static str],
        widths: &[u32],
        numbers: &[usize],
    ) -> ZipResult<Self> {
        let buffer = Buffer::default();
        let zip = ZipWriter::new_stream(buffer.clone());
        let (headings, widths, numbers) = (headings.to_vec(), widths.to_vec(), numbers.to_vec());
        let mut book = Workbook { zip, buffer, names, headings, widths, numbers, sheets: 0, rows: 0 };
        book.begin()?;
        Ok(book)
    }

    fn begin(&mut self) -> ZipResult<()> {
        self.sheets += 1;
        self.rows = 0;
        self.zip.start_file(format!("xl/worksheets/sheet{}.xml", self.sheets), SimpleFileOptions::default())?;
        let mut xml = format!(
            "{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView workbookViewId=\"0\">\
             <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>"
        );
        for (width, n) in self.widths.iter().zip(1..) {
            let _ = write!(xml, "<col min=\"{n}\" max=\"{n}\" width=\"{width}\" customWidth=\"1\"/>");
        }
        xml.push_str("</cols><sheetData>");
        self.zip.write_all(xml.as_bytes())?;
        let headings: Vec<String> = self.headings.iter().map(|&heading| heading.to_owned()).collect();
        self.row(&headings)
    }

    fn row(&mut self, cells: &[String]) -> ZipResult<()> {
        self.rows += 1;
        let row = self.rows;
        let style = if row == 1 { HEADING } else { TEXT };
        let mut xml = format!("<row r=\"{row}\">");
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let place = format!("{}{row}", letters(column));
            if row > 1 && self.numbers.contains(&column) {
                let _ = write!(xml, "<c r=\"{place}\"><v>{}</v></c>", escape(text.as_str()));
            } else {
                let text = escape(text.as_str());
                let _ = write!(
                    xml,
                    "<c r=\"{place}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>"
                );
            }
        }
        xml.push_str("</row>");
        self.zip.write_all(xml.as_bytes())?;
        Ok(())
    }

    /// Adds rows, and hands over what of the file is bytes by now.
    pub fn rows(&mut self, rows: &[Vec<String>]) -> ZipResult<Bytes> {
        for cells in rows {
            if self.rows >= ROWS_MAX {
                self.zip.write_all(b"</sheetData></worksheet>")?;
                self.begin()?;
            }
            self.row(cells)?;
        }
        Ok(self.buffer.take())
    }

    /// The rest of the file.
    pub fn finish(mut self) -> ZipResult<Bytes> {
        self.zip.write_all(b"</sheetData></worksheet>")?;
        let name = |n: usize| self.names.get(n).copied().unwrap_or("…");
        let sheet = |n| Sheet { name: name(n), rows: Vec::new(), widths: Vec::new(), choices: Vec::new() };
        let sheets: Vec<Sheet> = (0..self.sheets).map(sheet).collect();
        let parts = [
            ("[Content_Types].xml", content_types(&sheets)),
            ("_rels/.rels", relations(&[(1, "officeDocument", "xl/workbook.xml".to_owned())])),
            ("xl/workbook.xml", book(&sheets)),
            ("xl/_rels/workbook.xml.rels", book_relations(&sheets)),
            ("xl/styles.xml", styles()),
        ];
        for (name, text) in parts {
            self.zip.start_file(name, SimpleFileOptions::default())?;
            self.zip.write_all(HEAD.as_bytes())?;
            self.zip.write_all(text.as_bytes())?;
        }
        self.zip.finish()?;
        Ok(self.buffer.take())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{Limits, read};

    #[test]
    fn a_workbook_that_was_written_in_pieces_is_read_back_whole() {
        let mut book = Workbook::new(&["转账"], &["编号", "金额"], &[10, 12], &[1]).unwrap();
        let mut bytes = Vec::new();
        for n in 0..3 {
            let rows: Vec<_> = (0..2_000).map(|m| vec![format!("{n}-{m}"), "12.50".to_owned()]).collect();
            bytes.extend(book.rows(&rows).unwrap());
            assert!(n == 0 || !bytes.is_empty(), "something has left already");
        }
        bytes.extend(book.finish().unwrap());
        let table = read(&bytes, &Limits { rows: 10_000, columns: 5, cell_chars: 100, bytes: 10_000_000 }).unwrap();
        assert_eq!(table.rows.len(), 6_001);
        assert_eq!((table.rows[0].text(0).unwrap(), table.rows[6_000].text(0).unwrap()), ("编号", "2-1999"));
    }
}
