//! Tables that are written: a workbook of texts, which people download to fill in, and text between commas.
//!
//! Every cell is text and so is every column, so that a spreadsheet neither shortens long codes nor takes days for
//! numbers; the first row is the heading and stays in sight. A crate for writing workbooks would bring formats, charts
//! and formulas, and this is seven small files in a bundle. Deliberately absent: all of those.

use crate::error::Result;
use anyhow::Context;
use domain::audit::spreadsheet_cell;
use quick_xml::escape::escape;
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::ZipWriter;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;

/// One sheet.
pub struct Sheet {
    pub name: &'static str,
    /// The heading first.
    pub rows: Vec<Vec<String>>,
    /// Of each column, in characters.
    pub widths: Vec<u32>,
    /// What the spreadsheet offers, and alone accepts, below a heading: the column, counted from 0, and the texts.
    pub choices: Vec<(usize, Vec<&'static str>)>,
}

/// The last row for which a spreadsheet offers choices.
const LAST_ROW: usize = 20_000;
const HEADING: u32 = 1;
const TEXT: u32 = 2;
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// A table as text between commas, each cell so that no spreadsheet takes it for a formula. UTF-8 with a byte order mark,
/// without which Excel takes Chinese for something else.
pub fn csv_of(rows: &[Vec<String>]) -> Result<Vec<u8>> {
    written(BYTE_ORDER_MARK.to_vec(), rows)
}

/// Further rows of such a table, for one that is written bit by bit.
pub fn csv_rows(rows: &[Vec<String>]) -> Result<Vec<u8>> {
    written(Vec::new(), rows)
}

fn written(behind: Vec<u8>, rows: &[Vec<String>]) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(behind);
    for row in rows {
        writer.write_record(row.iter().map(|text| spreadsheet_cell(text))).context("a row in memory")?;
    }
    Ok(writer.into_inner().map_err(|error| anyhow::anyhow!("rows in memory: {error}"))?)
}

/// The file.
pub fn workbook(sheets: &[Sheet]) -> ZipResult<Vec<u8>> {
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), content_types(sheets)),
        ("_rels/.rels".to_owned(), relations(&[(1, "officeDocument", "xl/workbook.xml".to_owned())])),
        ("xl/workbook.xml".to_owned(), book(sheets)),
        ("xl/_rels/workbook.xml.rels".to_owned(), book_relations(sheets)),
        ("xl/styles.xml".to_owned(), styles()),
    ];
    parts.extend(sheets.iter().zip(1..).map(|(sheet, n)| (format!("xl/worksheets/sheet{n}.xml"), worksheet(sheet, n))));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(HEAD.as_bytes())?;
        zip.write_all(text.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

fn content_types(sheets: &[Sheet]) -> String {
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let part = |name: &str, kind: &str| format!("<Override PartName=\"{name}\" ContentType=\"{KIND}.{kind}+xml\"/>");
    let sheets: String =
        (1..=sheets.len()).map(|n| part(&format!("/xl/worksheets/sheet{n}.xml"), "worksheet")).collect();
    format!(
        "<Types xmlns=\"{PACKAGE}/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>{}{}{sheets}</Types>",
        part("/xl/workbook.xml", "sheet.main"),
        part("/xl/styles.xml", "styles"),
    )
}

fn relations(targets: &[(usize, &str, String)]) -> String {
    let one = |(n, kind, target): &(usize, &str, String)| {
        format!("<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    let all: String = targets.iter().map(one).collect();
    format!("<Relationships xmlns=\"{PACKAGE}/relationships\">{all}</Relationships>")
}

fn book_relations(sheets: &[Sheet]) -> String {
    let mut targets: Vec<_> =
        (1..=sheets.len()).map(|n| (n, "worksheet", format!("worksheets/sheet{n}.xml"))).collect();
    targets.push((sheets.len() + 1, "styles", "styles.xml".to_owned()));
    relations(&targets)
}

fn book(sheets: &[Sheet]) -> String {
    let one = |(n, sheet): (usize, &Sheet)| {
        format!("<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", escape(sheet.name))
    };
    let all: String = (1..).zip(sheets).map(one).collect();
    format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{all}</sheets></workbook>")
}

/// Three formats: the default, the heading in bold, text.
fn styles() -> String {
    let text = |font: u32| {
        format!(
            "<xf numFmtId=\"49\" fontId=\"{font}\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" \
             applyFont=\"1\" applyAlignment=\"1\"><alignment vertical=\"top\" wrapText=\"1\"/></xf>"
        )
    };
    format!(
        "<styleSheet xmlns=\"{MAIN}\"><fonts count=\"2\"><font><sz val=\"11\"/><name val=\"宋体\"/></font>\
         <font><b/><sz val=\"11\"/><name val=\"宋体\"/></font></fonts>\
         <fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>\
         <fill><patternFill patternType=\"gray125\"/></fill></fills>\
         <borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
         <cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>\
         <cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>{}{}</cellXfs>\
         </styleSheet>",
        text(1),
        text(0)
    )
}

fn worksheet(sheet: &Sheet, n: usize) -> String {
    let selected = if n == 1 { " tabSelected=\"1\"" } else { "" };
    let mut xml = format!(
        "<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView{selected} workbookViewId=\"0\">\
         <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><cols>"
    );
    // Writing into a string does not fail.
    for (width, n) in sheet.widths.iter().zip(1..) {
        let _ = write!(xml, "<col min=\"{n}\" max=\"{n}\" width=\"{width}\" style=\"{TEXT}\" customWidth=\"1\"/>");
    }
    xml.push_str("</cols><sheetData>");
    for (row, cells) in (1..).zip(&sheet.rows) {
        let style = if row == 1 { HEADING } else { TEXT };
        let _ = write!(xml, "<row r=\"{row}\">");
        for (column, text) in cells.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let place = format!("{}{row}", letters(column));
            let text = escape(text.as_str());
            let _ = write!(
                xml,
                "<c r=\"{place}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>"
            );
        }
        xml.push_str("</row>");
    }
    xml.push_str("</sheetData>");
    if !sheet.choices.is_empty() {
        let _ = write!(xml, "<dataValidations count=\"{}\">", sheet.choices.len());
        for (column, texts) in &sheet.choices {
            let (letters, texts) = (letters(*column), texts.join(","));
            let _ = write!(
                xml,
                "<dataValidation type=\"list\" allowBlank=\"1\" showErrorMessage=\"1\" \
                 sqref=\"{letters}2:{letters}{LAST_ROW}\"><formula1>\"{}\"</formula1></dataValidation>",
                escape(texts.as_str())
            );
        }
        xml.push_str("</dataValidations>");
    }
    xml.push_str("</worksheet>");
    xml
}

/// `A` for 0, `AA` for 26.
fn letters(column: usize) -> String {
    let last = char::from(b'A' + u8::try_from(column % 26).unwrap_or(0));
    if column < 26 { last.to_string() } else { format!("{}{last}", letters(column / 26 - 1)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{Limits, read};

    #[test]
    fn what_is_written_is_read_back() {
        let rows = vec![
            vec!["编号".to_owned(), "标题 & <说明>".to_owned()],
            vec![String::new(), "441424103203".to_owned()],
            vec!["一\n二".to_owned(), " 空格 ".to_owned()],
        ];
        let other =
            Sheet { name: "填写说明", rows: vec![vec!["列".to_owned()]], widths: vec![20], choices: Vec::new() };
        let first = Sheet { name: "需求", rows, widths: vec![10, 30], choices: vec![(0, vec!["是", "否"])] };
        let bytes = workbook(&[first, other]).unwrap();
        let table = read(&bytes, &Limits { rows: 10, columns: 5, cell_chars: 100, bytes: 100_000 }).unwrap();
        let texts: Vec<Vec<&str>> =
            table.rows.iter().map(|row| (0..row.width()).map(|n| row.text(n).unwrap()).collect()).collect();
        assert_eq!(texts, [vec!["编号", "标题 & <说明>"], vec!["", "441424103203"], vec!["一\n二", "空格"]]);
    }

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        for (column, expected) in [(0, "A"), (25, "Z"), (26, "AA"), (33, "AH"), (51, "AZ"), (52, "BA")] {
            assert_eq!(letters(column), expected);
        }
    }
}
