//! Tables as bytes: what is read of them, and in which words the others are refused.

use super::*;
use encoding_rs::{GB18030, UTF_16LE};
use std::io::{Cursor, Write};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const LIMITS: Limits = Limits { rows: 100, columns: 10, cell_chars: 200, bytes: 50_000 };

/// The rows as their numbers and texts; what is no text stands in brackets.
fn shown(table: &Table) -> Vec<(u32, Vec<String>)> {
    let row = |row: &Row| {
        let cell = |column| row.text(column).map_or_else(|error| format!("[{error:?}]"), str::to_owned);
        (row.number, (0..row.width()).map(cell).collect())
    };
    table.rows.iter().map(row).collect()
}

fn rows(bytes: &[u8]) -> Vec<(u32, Vec<String>)> {
    shown(&read(bytes, &LIMITS).unwrap())
}

fn refused(bytes: &[u8]) -> TableError {
    read(bytes, &LIMITS).unwrap_err()
}

fn row(number: u32, cells: &[&str]) -> (u32, Vec<String>) {
    (number, cells.iter().map(|cell| (*cell).to_owned()).collect())
}

const PLAIN: &str = "来源,示例\n\n县,镇,户数\n五华县,横陂镇,\"1,200\"\n";

fn plain() -> Vec<(u32, Vec<String>)> {
    vec![row(1, &["来源", "示例"]), row(3, &["县", "镇", "户数"]), row(4, &["五华县", "横陂镇", "1,200"])]
}

#[test]
fn a_text_is_read_in_each_encoding_that_spreadsheets_write() {
    let (gb, _, _) = GB18030.encode(PLAIN);
    let utf16: Vec<u8> = PLAIN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [b"\xef\xbb\xbf".as_slice(), PLAIN.as_bytes()].concat();
    assert_eq!(UTF_16LE.name(), "UTF-16LE");
    for (name, bytes) in [
        ("UTF-8", PLAIN.as_bytes().to_vec()),
        ("UTF-8 with its mark", marked),
        ("GB18030", gb.to_vec()),
        ("UTF-16", [b"\xff\xfe".as_slice(), &utf16].concat()),
        ("Windows", PLAIN.replace('\n', "\r\n").into_bytes()),
        ("an old Mac", PLAIN.replace('\n', "\r").into_bytes()),
        ("without a last line end", PLAIN.trim_end().as_bytes().to_vec()),
    ] {
        assert_eq!(rows(&bytes), plain(), "{name}");
    }
    // Names outside the BMP are four bytes in GB18030.
    let (gb, _, _) = GB18030.encode("村\n輋𣒍村委会\n");
    assert_eq!(rows(&gb), [row(1, &["村"]), row(2, &["輋𣒍村委会"])]);
}

#[test]
fn the_delimiter_is_the_one_that_the_headings_have_most_of() {
    let semicolons = "来源;文件一，文件二, 附件\n县;镇;户数\n五华县;横陂镇;1\n";
    assert_eq!(rows(semicolons.as_bytes())[1], row(2, &["县", "镇", "户数"]));
    let tabs = "来源\t甲;乙\n县\t镇\t户数\n";
    assert_eq!(rows(tabs.as_bytes()), [row(1, &["来源", "甲;乙"]), row(2, &["县", "镇", "户数"])]);
    let quoted = "\"甲;乙;丙;丁\",\"戊\"\n一,二\n";
    assert_eq!(rows(quoted.as_bytes())[1], row(2, &["一", "二"]));
    assert_eq!(rows("sep=;\n县;镇\n".as_bytes()), [row(1, &["县", "镇"])], "as Excel counts");
    assert_eq!(rows("县\n五华县\n".as_bytes()), [row(1, &["县"]), row(2, &["五华县"])]);
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
    let text = "甲,乙\n\"两\n行\",丙\n\n,\n丁,\"三\n行\n的\"\n戊,己\n";
    let expected =
        [row(1, &["甲", "乙"]), row(2, &["两\n行", "丙"]), row(5, &["丁", "三\n行\n的"]), row(6, &["戊", "己"])];
    assert_eq!(rows(text.as_bytes()), expected);
}

#[test]
fn a_text_cell_may_be_a_formula_or_a_number_that_is_kept() {
    let text = "=1+1,=\"441424103203\",'0012,=,a=b\n\"=\"\"441424\"\"\",x\n";
    let expected = [row(1, &["[Formula]", "441424103203", "0012", "=", "a=b"]), row(2, &["441424", "x"])];
    assert_eq!(rows(text.as_bytes()), expected);
    assert_eq!(rows("\u{3000}甲 ,\u{200b}乙\u{feff}\n".as_bytes()), [row(1, &["甲", "乙"])]);
}

#[test]
fn a_text_that_ends_in_the_middle_is_refused() {
    for cut in ["县,镇\n五华县,\"横陂", "县,\"镇\n五华县,横陂镇\n"] {
        assert_eq!(refused(cut.as_bytes()), TableError::CutOff, "{cut}");
    }
    let bytes = "县,镇\n五华县,横陂镇".as_bytes();
    assert_eq!(refused(&bytes[..bytes.len() - 1]), TableError::CutOff, "in a character of UTF-8");
    let (gb, _, _) = GB18030.encode("县,镇\n五华县,横陂镇");
    assert_eq!(refused(&gb[..gb.len() - 1]), TableError::CutOff, "in a character of GB18030");
    assert_eq!(refused(b"\xff\xfea\0b"), TableError::CutOff, "in a character of UTF-16");
}

#[test]
fn what_is_no_table_is_refused_in_words() {
    let picture = [0x89, b'P', b'N', b'G', 0, 0, 0, 13];
    let old = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1, 0, 0];
    for (bytes, expected) in [
        (b"".as_slice(), TableError::Empty),
        (b"\n\n , ,\n".as_slice(), TableError::Empty),
        (b"\xef\xbb\xbf".as_slice(), TableError::Empty),
        (picture.as_slice(), TableError::NotATable),
        (b"%PDF-1.7\0\0".as_slice(), TableError::NotATable),
        (old.as_slice(), TableError::OldExcel),
        (b"a,\xff\xff\xff,b\n".as_slice(), TableError::Encoding),
        (b"PK\x03\x04and then nothing".as_slice(), TableError::CutOff),
    ] {
        assert_eq!(refused(bytes), expected);
        let words = expected.to_string();
        assert!(words.chars().count() > 8 && !words.is_ascii(), "{words}");
    }
}

#[test]
fn a_text_of_two_hundred_thousand_rows_is_refused_as_it_is_read() {
    let many = "甲,乙\n".repeat(200_000);
    assert_eq!(refused(many.as_bytes()), TableError::TooManyRows(100));
    assert_eq!(refused(many.as_bytes()).to_string(), "表格超过 100 行，请分成几个文件");
    assert_eq!(rows("甲\n".repeat(100).as_bytes()).len(), 100);
    let wide = format!("甲\n{}\n", ",".repeat(10) + "乙");
    assert_eq!(refused(wide.as_bytes()), TableError::TooManyColumns { row: 2, columns: 10 });
    assert_eq!(rows((",".repeat(500) + "\n甲\n").as_bytes()), [row(2, &["甲"])], "empty columns do not count");
    let long = format!("甲\n\n{}\n", "字".repeat(201));
    assert_eq!(refused(long.as_bytes()), TableError::CellTooLong { row: 3, chars: 200 });
}

#[test]
fn a_line_of_nothing_but_delimiters_is_no_row_and_no_memory() {
    let commas = ",".repeat(1_000_000);
    assert_eq!(rows(format!("甲\n{commas}\n乙\n").as_bytes()), [row(1, &["甲"]), row(3, &["乙"])]);
    let far = format!("甲\n{commas}乙\n");
    assert_eq!(refused(far.as_bytes()), TableError::TooManyColumns { row: 2, columns: 10 });
    assert_eq!(refused(",".repeat(5_000_000).as_bytes()), TableError::TooLarge);
}

#[test]
fn a_table_of_too_much_text_is_refused_however_small_its_file_is() {
    let long = "字".repeat(200);
    let line = [long.as_str(); 10].join(",");
    assert_eq!(rows(format!("{line}\n").repeat(8).as_bytes()).len(), 8);
    assert_eq!(refused(format!("{line}\n").repeat(9).as_bytes()), TableError::TooLarge);
    let named = format!("<row>{}</row>", "<c t=\"s\"><v>0</v></c>".repeat(10));
    let book = |rows: usize, texts: usize| {
        let texts = format!("<si><t>{long}</t></si>").repeat(texts);
        let sheet = format!("<sheetData>{}</sheetData>", named.repeat(rows));
        XlsxParts { book: BOOK, texts: &texts, formats: "", sheet: &sheet }.bundle()
    };
    assert_eq!(rows(&book(8, 1)).len(), 8);
    assert_eq!(refused(&book(9, 1)), TableError::TooLarge, "one text, named ninety times");
    assert_eq!(refused(&book(1, 84)), TableError::TooLarge, "texts that no cell names");
}

/// A book of one sheet, bundled as spreadsheets do.
struct XlsxParts<'a> {
    book: &'a str,
    texts: &'a str,
    formats: &'a str,
    sheet: &'a str,
}

const BOOK: &str =
    r#"<sheets><sheet name="隐藏" state="hidden" r:id="rId9"/><sheet name="一" sheetId="1" r:id="rId1"/></sheets>"#;

impl XlsxParts<'_> {
    fn bundle(&self) -> Vec<u8> {
        let relation = |id: &str, kind: &str, target: &str| {
            let kind = format!("http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}");
            format!(r#"<Relationship Id="{id}" Type="{kind}" Target="{target}"/>"#)
        };
        let relations = [
            relation("rId1", "worksheet", "worksheets/sheet1.xml"),
            relation("rId2", "sharedStrings", "sharedStrings.xml"),
            relation("rId3", "styles", "/xl/styles.xml"),
        ];
        let workbook = format!(r#"<workbook xmlns:r="relations">{}</workbook>"#, self.book);
        let relations = format!("<Relationships>{}</Relationships>", relations.concat());
        bundled(&[
            ("xl/workbook.xml", &workbook),
            ("xl/_rels/workbook.xml.rels", &relations),
            ("xl/sharedStrings.xml", &format!("<sst uniqueCount=\"99999999999999\">{}</sst>", self.texts)),
            ("xl/styles.xml", &format!("<styleSheet>{}</styleSheet>", self.formats)),
            ("xl/worksheets/sheet1.xml", &format!("<worksheet>{}</worksheet>", self.sheet)),
        ])
    }
}

fn bundled(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}").as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn sheet(sheet: &str) -> Vec<u8> {
    let texts = "<si><t>县</t></si><si><r><t>横</t></r><r><t xml:space=\"preserve\">陂 &amp; 镇</t></r></si>\
        <si><t>黄沙</t><rPh><t>ㄏㄨㄤ</t></rPh></si>";
    let formats = "<numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/></numFmts>\
        <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs>";
    XlsxParts { book: BOOK, texts, formats, sheet }.bundle()
}

#[test]
fn a_sheets_texts_numbers_and_days_are_what_it_shows() {
    let bytes = sheet(
        r#"<sheetData>
           <row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c><c r="D1" t="s"><v>2</v></c></row>
           <row r="3"><c r="A3"><v>4.41424103203E11</v></c><c r="B3" s="1"><v>46203</v></c><c r="C3" s="2"><v>46203.5</v></c>
             <c r="D3" t="inlineStr"><is><t>字</t></is></c><c r="E3" t="b"><v>1</v></c><c r="F3"/></row>
           <row r="4"><c/><c r="B4" s="1"/></row>
           <row><c><v>0.30000000000000004</v></c><c t="str"><v>文</v></c></row>
           </sheetData>"#,
    );
    let expected = [
        row(1, &["县", "", "横陂 & 镇", "黄沙"]),
        row(3, &["441424103203", "2026-06-30", "2026-06-30", "字", "TRUE"]),
        row(5, &["0.3", "文"]),
    ];
    assert_eq!(rows(&bytes), expected);
    let from_1904 = XlsxParts {
        book: &format!("<workbookPr date1904=\"1\"/>{BOOK}"),
        texts: "",
        formats: "<cellXfs><xf numFmtId=\"14\"/></cellXfs>",
        sheet: "<sheetData><row><c><v>44741</v></c></row></sheetData>",
    };
    assert_eq!(rows(&from_1904.bundle()), [row(1, &["2026-06-30"])]);
}

#[test]
fn formulas_errors_and_covered_cells_are_no_text() {
    let bytes = sheet(
        r#"<sheetData>
           <row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1*2</f><v>2</v></c><c r="C1" t="e"><v>#REF!</v></c></row>
           <row r="2"><c r="A2"><v>7</v></c><c r="B2"><f t="shared" si="0"/><v>3</v></c></row>
           <row r="3"><c r="B3"><v>8</v></c></row>
           </sheetData>
           <mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="D1:F1"/></mergeCells>"#,
    );
    let expected =
        [row(1, &["1", "[Formula]", "[Fault(\"#REF!\")]"]), row(2, &["7", "[Formula]"]), row(3, &["[Covered]", "8"])];
    assert_eq!(rows(&bytes), expected);
    let table = read(&bytes, &LIMITS).unwrap();
    assert_eq!(table.rows[0].text(4), Err(CellError::Covered));
    assert!(
        CellError::Formula.to_string().contains("公式")
            && CellError::Fault("#REF!".into()).to_string().contains("#REF!")
    );
}

#[test]
fn a_text_that_a_csv_keeps_by_a_formula_is_a_text_of_the_sheet_too() {
    let bytes = sheet(
        r#"<sheetData><row>
           <c t="str"><f>"441424103203"</f><v>441424103203</v></c>
           <c t="str"><f aca="false">&quot;0012&quot;</f><v>0012</v></c>
           <c t="inlineStr"><is><t>="0013"</t></is></c>
           <c t="str"><f>"a"&amp;"b"</f><v>ab</v></c><c><f>1+1</f><v>2</v></c><c t="inlineStr"><is><t>=1+1</t></is></c>
           </row></sheetData>"#,
    );
    assert_eq!(rows(&bytes), [row(1, &["441424103203", "0012", "0013", "[Formula]", "[Formula]", "=1+1"])]);
}

#[test]
fn a_sheet_of_two_hundred_thousand_rows_is_refused_as_it_is_read() {
    let many = "<row><c><v>1</v></c></row>".repeat(200_000);
    assert_eq!(refused(&sheet(&format!("<sheetData>{many}</sheetData>"))), TableError::TooManyRows(100));
    let empty = "<row><c s=\"1\"/></row>".repeat(200_000);
    let with_one = format!("<sheetData>{empty}<row><c><v>1</v></c></row></sheetData>");
    assert_eq!(rows(&sheet(&with_one)), [row(200_001, &["1"])], "empty rows do not count");
    let far = "<sheetData><row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row></sheetData>";
    assert_eq!(refused(&sheet(far)), TableError::TooManyColumns { row: 2, columns: 10 });
    let long =
        format!("<sheetData><row><c t=\"inlineStr\"><is><t>{}</t></is></c></row></sheetData>", "a".repeat(5_000));
    assert_eq!(refused(&sheet(&long)), TableError::CellTooLong { row: 1, chars: 200 });
    let many = "<mergeCell ref=\"A1:J1048576\"/>".repeat(6_000);
    let merged = format!("<sheetData><row><c><v>1</v></c></row></sheetData><mergeCells>{many}</mergeCells>");
    assert_eq!(refused(&sheet(&merged)), TableError::TooManyMerged);
}

#[test]
fn a_small_file_that_unpacks_to_much_is_refused() {
    let bytes = sheet(&format!("<sheetData>{}</sheetData>", " ".repeat(100 * 1024 * 1024)));
    assert!(bytes.len() < 1024 * 1024, "{} bytes", bytes.len());
    assert_eq!(refused(&bytes), TableError::TooLarge);
}

#[test]
fn a_sheet_that_ends_in_the_middle_or_is_spoilt_is_refused_and_never_a_panic() {
    let bytes = sheet("<sheetData><row><c t=\"s\"><v>1</v></c><c><v>5</v></c></row></sheetData>");
    for end in 4..bytes.len() {
        assert!(read(&bytes[..end], &LIMITS).is_err(), "cut at {end} of {}", bytes.len());
    }
    for place in 0..bytes.len() {
        for spoilt in [0, 0xff, bytes[place] ^ 1] {
            let mut bytes = bytes.clone();
            bytes[place] = spoilt;
            // What it says is one thing or the other; it says it.
            let _ = read(&bytes, &LIMITS);
        }
    }
    for wrong in [
        "<sheetData><row><c t=\"s\"><v>9</v></c></row></sheetData>",
        "<sheetData><row r=\"5\"><c/></row><row r=\"5\"><c/></row></sheetData>",
        "<sheetData><row r=\"0\"/></sheetData>",
        "<sheetData><row><c r=\"1A\"/></row></sheetData>",
        "<sheetData><row><c t=\"inlineStr\"><is><t>&unheard;</t></is></c></row></sheetData>",
        "<sheetData><row><c></row></sheetData>",
        "<sheetData><row>",
        "<dialogsheet/>",
    ] {
        assert_eq!(refused(&sheet(wrong)), TableError::Broken, "{wrong}");
    }
    assert_eq!(refused(&bundled(&[("word/document.xml", "<document/>")])), TableError::NotATable);
    assert_eq!(refused(&sheet("<sheetData/>")), TableError::Empty);
}
