//! What a bank's table says: where its headings stand, what its columns are, its rows in their order.
//!
//! Deliberately absent: what a cell means (domain), and the database.

use crate::tables::{Limits, Row, Table};
use chrono::NaiveDate;
use domain::Problem;
use domain::api::bank_statements::{ColumnRead, StatementProblem};
use domain::arrival::statement::{
    COLUMNS_MAX, Chain, ROWS_MAX, RowCells, RowRead, StatementColumn, StatementRow, chain, plain_heading,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

pub const LIMITS: Limits =
    Limits { rows: ROWS_MAX + 30, columns: COLUMNS_MAX, cell_chars: 2_000, bytes: 48 * 1024 * 1024 };
/// Headings by which the row of the headings is known.
const HEADINGS_MIN: usize = 3;
/// Rows among which the one with the headings is: banks put the account's name and the period above it.
const LOOKED_AT: usize = 30;
/// Rows of which a page shows what stands in a column.
const EXAMPLES: usize = 3;
/// Characters of an example.
const EXAMPLE_MAX: usize = 40;

/// A statement, read.
pub struct Reading {
    pub columns: Vec<ColumnRead>,
    pub rows: Vec<RowFound>,
    pub passed_over: i32,
    pub balances: Option<Balances>,
}

pub struct Balances {
    pub chain: Chain,
    /// The row, as the spreadsheet counts, at which they do not go on.
    pub broken_at: Option<i32>,
}

/// A row of it.
pub struct RowFound {
    pub row: i32,
    /// With its serial number: the bank's, or one made of what the row says.
    pub read: Option<(StatementRow, String)>,
    pub problems: Vec<StatementProblem>,
}

/// How columns were read before: heading, as it is compared, and meaning.
pub type Layout = HashMap<String, StatementColumn>;

/// Which meaning each column has.
pub enum Meaning<'a> {
    /// As the bank's last table was read; what is not known of it is guessed.
    Known(&'a Layout),
    /// As the cashier says, column by column.
    Said(&'a [StatementColumn]),
}

/// Reads a table on the legal day `today`.
///
/// # Errors
/// That no headings were found, that what was said is of another table, or that nothing stands below them.
pub fn read(table: &Table, meaning: &Meaning<'_>, today: NaiveDate) -> Result<Reading, Vec<Problem>> {
    let Some(head) = headings(table) else {
        return Err(refused("没有找到列名。请上传银行导出的流水明细，列名里要有日期、对方户名和金额"));
    };
    let below = &table.rows[head + 1..];
    let width = below.iter().map(Row::width).max().unwrap_or(0).max(table.rows[head].width());
    let names: Vec<String> =
        (0..width).map(|place| table.rows[head].text(place).unwrap_or_default().to_owned()).collect();
    let columns = match meaning {
        Meaning::Said(said) if said.len() == width => said.to_vec(),
        Meaning::Said(_) => return Err(refused("表格和页面上的列对不上，请重新上传")),
        Meaning::Known(layout) => known(&names, layout),
    };
    let mut reading = Reading {
        columns: described(&names, &columns, below),
        rows: Vec::with_capacity(below.len()),
        passed_over: 0,
        balances: None,
    };
    let mut serials = Serials::default();
    for row in below {
        match cells(row, &columns) {
            Err(problems) => reading.rows.push(RowFound { row: number(row), read: None, problems }),
            Ok(cells) => match cells.read(today) {
                RowRead::PassedOver => reading.passed_over += 1,
                RowRead::Row(read) => reading.rows.push(serials.number(number(row), read)),
                RowRead::Wrong(wrong) => {
                    let problem = |one: domain::arrival::statement::CellWrong| StatementProblem {
                        row: number(row),
                        column: Some(one.column),
                        message: one.message,
                    };
                    let problems = wrong.into_iter().map(problem).collect();
                    reading.rows.push(RowFound { row: number(row), read: None, problems });
                }
            },
        }
    }
    if reading.rows.is_empty() {
        return Err(refused("表里没有一行流水"));
    }
    reading.balances = balances(&reading.rows);
    Ok(reading)
}

fn refused(says: &str) -> Vec<Problem> {
    vec![Problem { field: "table".into(), message: says.into() }]
}

fn number(row: &Row) -> i32 {
    i32::try_from(row.number).unwrap_or(i32::MAX)
}

/// The row in which most headings of statements stand.
fn headings(table: &Table) -> Option<usize> {
    let known = |row: &Row| {
        let texts = (0..row.width()).filter_map(|place| row.text(place).ok());
        texts.filter(|text| StatementColumn::guess(text) != StatementColumn::Ignored).count()
    };
    let counted = table.rows.iter().take(LOOKED_AT).enumerate().map(|(at, row)| (known(row), std::cmp::Reverse(at)));
    counted.max().filter(|(known, _)| *known >= HEADINGS_MIN).map(|(_, std::cmp::Reverse(at))| at)
}

/// As the bank's last table was read, if it had the same headings; else by the guess.
fn known(names: &[String], layout: &Layout) -> Vec<StatementColumn> {
    let before: Option<Vec<StatementColumn>> =
        names.iter().map(|name| layout.get(&plain_heading(name)).copied()).collect();
    before.unwrap_or_else(|| StatementColumn::guess_all(names))
}

fn described(names: &[String], columns: &[StatementColumn], below: &[Row]) -> Vec<ColumnRead> {
    let examples = |place: usize| {
        let texts = below.iter().filter_map(|row| row.text(place).ok()).filter(|text| !text.is_empty());
        texts.take(EXAMPLES).map(|text| text.chars().take(EXAMPLE_MAX).collect()).collect()
    };
    let column = |(place, (name, column)): (usize, (&String, &StatementColumn))| ColumnRead {
        heading: name.clone(),
        column: *column,
        examples: if *column == StatementColumn::Ignored { Vec::new() } else { examples(place) },
    };
    names.iter().zip(columns).enumerate().map(column).collect()
}

fn cells<'a>(row: &'a Row, columns: &[StatementColumn]) -> Result<RowCells<'a>, Vec<StatementProblem>> {
    let (mut cells, mut problems) = (Vec::new(), Vec::new());
    for (place, column) in columns.iter().enumerate().filter(|(_, column)| **column != StatementColumn::Ignored) {
        match row.text(place) {
            Ok(text) => cells.push((*column, text)),
            Err(error) => {
                let message = format!("这一格{error}");
                problems.push(StatementProblem { row: number(row), column: Some(*column), message });
            }
        }
    }
    if problems.is_empty() { Ok(RowCells(cells)) } else { Err(problems) }
}

/// Sees that each row of a file has a serial number of its own.
#[derive(Default)]
struct Serials {
    /// In which row a number stood first.
    seen: HashMap<String, i32>,
    /// How many rows said the same so far.
    alike: HashMap<String, u32>,
}

impl Serials {
    fn number(&mut self, row: i32, read: StatementRow) -> RowFound {
        let serial = read.serial_no.clone().unwrap_or_else(|| self.made(&read));
        if let Some(first) = self.seen.get(&serial) {
            let message = format!("流水号和第 {first} 行相同，请对照银行流水");
            let problem = StatementProblem { row, column: Some(StatementColumn::SerialNo), message };
            return RowFound { row, read: None, problems: vec![problem] };
        }
        self.seen.insert(serial.clone(), row);
        RowFound { row, read: Some((read, serial)), problems: Vec::new() }
    }

    /// For a bank that gives none: the same row of another file gets the same one. Rows that say the same are told apart
    /// by their balance, or else counted.
    fn made(&mut self, read: &StatementRow) -> String {
        let says = format!(
            "{}|{}|{}|{}|{}|{:?}",
            read.booked_on, read.side, read.amount, read.payer, read.remark, read.balance
        );
        let times = self.alike.entry(says.clone()).or_default();
        *times += 1;
        let digest = Sha256::digest(format!("{says}|{times}"));
        digest.iter().take(10).fold("R-".to_owned(), |text, byte| format!("{text}{byte:02x}"))
    }
}

fn balances(rows: &[RowFound]) -> Option<Balances> {
    // A row that could not be read is a gap of its own, which is said where it stands.
    let read: Vec<StatementRow> =
        rows.iter().map(|row| row.read.as_ref().map(|(read, _)| read.clone())).collect::<Option<_>>()?;
    let chain = chain(&read)?;
    Some(Balances { broken_at: chain.broken_at.and_then(|at| rows.get(at)).map(|row| row.row), chain })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables;

    fn table(text: &str) -> Table {
        tables::read(text.as_bytes(), &LIMITS).unwrap()
    }

    fn today() -> NaiveDate {
        "2026-07-15".parse().unwrap()
    }

    const BANK: &str = "账户名称,梅州市慈善会,,,\n\
        交易日期,对方户名,贷方发生额,借方发生额,余额,附言,对方账号\n\
        2026-06-30,甲公司,100.00,,1100.00,QC2345678,6222\n\
        2026-06-30,乙公司,50.00,,1150.00,,6223\n\
        2026-07-01,丙施工队,,30.00,1120.00,工程款,6224\n\
        合计,,150.00,30.00,,,\n";

    #[test]
    fn the_headings_are_found_below_the_banks_own_lines_and_the_sum_is_passed_over() {
        let reading = read(&table(BANK), &Meaning::Known(&Layout::new()), today()).unwrap();
        assert_eq!((reading.rows.len(), reading.passed_over), (3, 1));
        assert!(reading.rows.iter().all(|row| row.problems.is_empty()));
        let balances = reading.balances.unwrap();
        assert_eq!(balances.chain.opening, domain::Fen::yuan(1_000));
        assert_eq!(balances.broken_at, None);
        // Nobody's account number is shown, let alone kept.
        assert!(reading.columns[6].examples.is_empty());
    }

    #[test]
    fn a_row_without_a_serial_number_gets_the_same_one_in_every_file() {
        let serials = |text: &str| -> Vec<String> {
            let reading = read(&table(text), &Meaning::Known(&Layout::new()), today()).unwrap();
            reading.rows.into_iter().filter_map(|row| row.read.map(|(_, serial)| serial)).collect()
        };
        let whole = serials(BANK);
        let shorter = serials(&BANK.replace("2026-06-30,甲公司,100.00,,1100.00,QC2345678,6222\n", ""));
        assert_eq!(whole[1..], shorter[..]);
        let twice = "日期,付款人,金额\n2026-06-30,甲,5\n2026-06-30,甲,5\n";
        let twice = serials(twice);
        assert_ne!(twice[0], twice[1], "two gifts of one day and amount are two");
    }

    #[test]
    fn what_a_cashier_says_of_the_columns_counts_and_has_to_fit_the_table() {
        use StatementColumn::{Amount, BookedOn, Payer};
        let odd = table("日期,名称,数额,金额\n2026-06-30,甲公司,5,7\n");
        assert!(read(&odd, &Meaning::Known(&Layout::new()), today()).is_err(), "two headings are no head");
        let known = table("日期,付款人,余额,金额\n2026-06-30,甲公司,5,7\n");
        let said = [BookedOn, Payer, Amount, StatementColumn::Ignored];
        let reading = read(&known, &Meaning::Said(&said), today()).unwrap();
        assert_eq!(reading.rows[0].read.as_ref().unwrap().0.amount, domain::Fen::yuan(5));
        assert!(read(&known, &Meaning::Said(&said[..3]), today()).is_err());
        let layout: Layout = ["日期", "付款人", "余额", "金额"].into_iter().map(str::to_owned).zip(said).collect();
        let again = read(&known, &Meaning::Known(&layout), today()).unwrap();
        assert_eq!(again.rows[0].read.as_ref().unwrap().0.amount, domain::Fen::yuan(5));
    }

    #[test]
    fn one_serial_number_twice_is_said_in_the_second_row() {
        let twice = table("日期,付款人,金额,流水号\n2026-06-30,甲,5,A1\n2026-06-30,乙,6,A1\n");
        let reading = read(&twice, &Meaning::Known(&Layout::new()), today()).unwrap();
        assert!(reading.rows[1].problems[0].message.contains("第 2 行"));
    }
}
