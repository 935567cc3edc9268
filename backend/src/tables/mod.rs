//! Tables that people upload: bytes become rows of cells, numbered as the spreadsheet that made them numbers its rows.
//!
//! CSV in UTF-8, in GB18030 or in UTF-16 with its mark, between commas, semicolons or tabs; or the first sheet of an
//! XLSX. How much there may be is counted while it is read, so that neither a million rows nor a file that unpacks to
//! gigabytes is ever in memory. A number is text as the sheet shows it, a date is 2026-06-30. What is no text is said
//! where it is read: the result of a formula, an error, a cell that lies under another one it was merged with.
//! Deliberately absent: what the cells mean, the database, the network, and any floating point.

mod decimal;
mod sheet;
mod text;
mod workbook;
pub mod written;

/// How much a table may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows with something in them.
    pub rows: usize,
    /// Columns up to the last one with something in it.
    pub columns: usize,
    /// Characters of one cell.
    pub cell_chars: usize,
    /// Bytes of the texts of all cells together: a sheet can name one text a million times.
    pub bytes: usize,
}

/// A table: only the rows that have something in them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// As the spreadsheet counts, from 1, with the rows that are empty.
    pub number: u32,
    cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cell {
    Text(String),
    Formula,
    /// What the spreadsheet shows in its place, such as `#REF!`.
    Fault(String),
    /// Lies under the first cell of the area that it was merged into.
    Covered,
}

/// Why a cell is no text: half a sentence, before which the caller puts where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CellError {
    #[error("是公式，请改成数值（复制后“选择性粘贴”为数值）")]
    Formula,
    #[error("是表格软件的错误值（{0}），请改正")]
    Fault(String),
    #[error("和别的格合并了，请取消合并，每一格都填上")]
    Covered,
}

/// Why a file is not read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    #[error("文件是空的，或表里什么都没有写")]
    Empty,
    #[error("认不出这个文件。请上传 CSV 或 XLSX 表格")]
    NotATable,
    #[error("这是旧格式的 Excel 文件（.xls），或加了密码。请另存为没有密码的 .xlsx，或 CSV")]
    OldExcel,
    #[error("文件不完整，好像在中间断了。请重新导出或重新上传")]
    CutOff,
    #[error("文件损坏，读不出来。请用表格软件打开后另存为 .xlsx 或 CSV 再上传")]
    Broken,
    #[error("文件里的文字认不出来。CSV 请存为 UTF-8 或 GB18030（GBK）编码")]
    Encoding,
    #[error("文件解开后太大，请删去图片和多余的工作表，或分成几个文件")]
    TooLarge,
    #[error("表格超过 {0} 行，请分成几个文件")]
    TooManyRows(usize),
    #[error("第 {row} 行超过 {columns} 列，请按模板整理")]
    TooManyColumns { row: u32, columns: usize },
    #[error("第 {row} 行有一格超过 {chars} 个字，请写短一些")]
    CellTooLong { row: u32, chars: usize },
    #[error("合并的单元格太多，请取消合并，每一格都填上")]
    TooManyMerged,
}

impl Row {
    /// What stands in a column, counted from 0, without space around it; nothing where the row has ended.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text(&self, column: usize) -> Result<&str, CellError> {
        match self.cells.get(column) {
            None => Ok(""),
            Some(Cell::Text(text)) => Ok(trimmed(text)),
            Some(Cell::Formula) => Err(CellError::Formula),
            Some(Cell::Fault(shown)) => Err(CellError::Fault(shown.clone())),
            Some(Cell::Covered) => Err(CellError::Covered),
        }
    }

    /// Columns up to the last one with something in it.
    #[must_use]
    pub fn width(&self) -> usize {
        self.cells.iter().rposition(|cell| !cell.is_blank()).map_or(0, |last| last + 1)
    }
}

impl Cell {
    /// Whether nobody would see anything in it.
    fn is_blank(&self) -> bool {
        match self {
            Cell::Text(text) => trimmed(text).is_empty(),
            Cell::Covered => true,
            Cell::Formula | Cell::Fault(_) => false,
        }
    }

    /// Of its text.
    fn bytes(&self) -> usize {
        match self {
            Cell::Text(text) | Cell::Fault(text) => text.len(),
            Cell::Formula | Cell::Covered => 0,
        }
    }
}

/// Without space, and without the marks of no width that copying brings along.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}'))
}

/// What stands in a text of the form `"…"` with no other quote inside.
fn literal(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"').filter(|inner| !inner.contains('"'))
}

/// Reads a file, whichever of the kinds it is. Takes a processor for as long as a large one takes.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Table, TableError> {
    const ZIP: &[u8] = b"PK\x03\x04";
    const COMPOUND_FILE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
    let table = if bytes.starts_with(ZIP) {
        workbook::read(bytes, limits)?
    } else if bytes.starts_with(COMPOUND_FILE) {
        return Err(TableError::OldExcel);
    } else {
        text::read(bytes, limits)?
    };
    if table.rows.is_empty() { Err(TableError::Empty) } else { Ok(table) }
}

/// Rows on their way into a table, held to its limits.
struct Rows<'a> {
    limits: &'a Limits,
    taken: Vec<Row>,
    bytes: usize,
}

impl<'a> Rows<'a> {
    fn new(limits: &'a Limits) -> Self {
        Rows { limits, taken: Vec::new(), bytes: 0 }
    }

    /// Takes a row in, unless nothing stands in it.
    fn add(&mut self, number: u32, cells: Vec<Cell>) -> Result<(), TableError> {
        let mut row = Row { number, cells };
        let width = row.width();
        if width == 0 {
            return Ok(());
        }
        if self.taken.len() == self.limits.rows {
            return Err(TableError::TooManyRows(self.limits.rows));
        }
        if width > self.limits.columns {
            return Err(TableError::TooManyColumns { row: number, columns: self.limits.columns });
        }
        let chars = self.limits.cell_chars;
        let too_long =
            |cell: &Cell| matches!(cell, Cell::Text(text) if text.len() > chars && text.chars().count() > chars);
        if row.cells.iter().any(too_long) {
            return Err(TableError::CellTooLong { row: number, chars });
        }
        row.cells.truncate(width);
        self.bytes += row.cells.iter().map(Cell::bytes).sum::<usize>();
        if self.bytes > self.limits.bytes {
            return Err(TableError::TooLarge);
        }
        self.taken.push(row);
        Ok(())
    }

    fn into_table(self) -> Table {
        Table { rows: self.taken }
    }
}

#[cfg(test)]
mod tests;
