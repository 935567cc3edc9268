//! A bank's statement as a table (银行对账单): which column says what, and what a row comes to.
//!
//! Every bank writes its own headings, so what a column means is data: guessed from its heading, corrected by the cashier,
//! kept for that bank. Only what is booked, compared or shown is read; the other columns of a bank are passed over.
//! Deliberately absent: files, and whether a row was taken in before.

use super::{PAYER_MAX, REMARK_MAX, SERIAL_MAX};
use crate::day::{self, check_past};
use crate::money::{AmountError, to_half_width};
use crate::{Fen, Problem, Problems};
use chrono::NaiveDate;

use std::cmp::Ordering;

/// Rows of one statement.
pub const ROWS_MAX: usize = 20_000;
/// Columns of a bank's table.
pub const COLUMNS_MAX: usize = 60;
/// Stands for a payer whom the bank does not name, as with interest.
pub const NO_PAYER: &str = "（流水未写付款方）";

words! {
    /// What a column of a statement says.
    pub enum StatementColumn {
        BookedOn = "booked_on" / "入账日期",
        Payer = "payer" / "对方户名",
        /// One column for both directions: with a sign, or with [`StatementColumn::Side`] beside it.
        Amount = "amount" / "金额（收支同列）",
        MoneyIn = "money_in" / "收入（贷方）金额",
        MoneyOut = "money_out" / "支出（借方）金额",
        Side = "side" / "收支（借贷）标志",
        Balance = "balance" / "余额",
        /// There may be several: they are read one after another.
        Remark = "remark" / "附言、摘要、用途",
        SerialNo = "serial_no" / "银行流水号",
        Ignored = "ignored" / "不用这一列",
    }
}

words! {
    /// The direction of a row, seen from the account.
    pub enum Side {
        In = "in" / "收入",
        Out = "out" / "支出",
    }
}

impl StatementColumn {
    /// The headings by which banks call it.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::BookedOn => &[
                "交易日期",
                "入账日期",
                "记账日期",
                "记帐日期",
                "交易时间",
                "日期",
                "业务日期",
                "交易日",
                "记账日",
                "入账时间",
            ],
            Self::Payer => &[
                "对方户名",
                "对方名称",
                "对方单位",
                "对方单位名称",
                "付款方名称",
                "付款人名称",
                "付款人",
                "付款方",
                "对手户名",
                "对方账户名称",
                "对方账号名称",
                "收/付方名称",
                "收付方名称",
                "交易对手",
                "交易对手名称",
                "对方姓名",
                "付款户名",
            ],
            Self::Amount => &["交易金额", "金额", "发生额", "交易额"],
            Self::MoneyIn => &[
                "贷方发生额",
                "贷方金额",
                "收入",
                "收入金额",
                "转入金额",
                "存入",
                "存入金额",
                "贷方",
                "贷方发生额/收入",
                "收入(贷方)",
            ],
            Self::MoneyOut => &[
                "借方发生额",
                "借方金额",
                "支出",
                "支出金额",
                "转出金额",
                "支取",
                "支取金额",
                "借方",
                "借方发生额/支取",
                "支出(借方)",
            ],
            Self::Side => &[
                "借贷标志",
                "借贷",
                "借贷方向",
                "收支标志",
                "收/支",
                "收支",
                "交易方向",
                "借/贷",
                "借贷标识",
                "收支方向",
            ],
            Self::Balance => &["余额", "账户余额", "交易后余额", "本次余额", "帐户余额", "当前余额"],
            Self::Remark => &["附言", "摘要", "用途", "备注", "交易附言", "交易摘要", "留言", "交易备注", "附加信息"],
            Self::SerialNo => &[
                "流水号",
                "交易流水号",
                "核心流水号",
                "银行流水号",
                "交易流水",
                "交易参考号",
                "业务流水号",
                "核心交易流水号",
                "明细序号",
            ],
            Self::Ignored => &[],
        }
    }

    /// What a heading most likely means. A unit in brackets behind it says nothing.
    #[must_use]
    pub fn guess(heading: &str) -> StatementColumn {
        let plain = plain_heading(heading);
        let without_unit = ["(元)", "(人民币)", "(cny)", "(rmb)", "(人民币元)"]
            .iter()
            .find_map(|unit| plain.strip_suffix(unit))
            .unwrap_or(&plain);
        let meant =
            |column: &&StatementColumn| column.headings().iter().any(|known| *known == plain || *known == without_unit);
        StatementColumn::ALL.iter().find(meant).copied().unwrap_or(Self::Ignored)
    }

    /// The guess for each heading of a table: of two headings for one thing the first is taken.
    #[must_use]
    pub fn guess_all(headings: &[String]) -> Vec<StatementColumn> {
        let mut columns: Vec<StatementColumn> = Vec::with_capacity(headings.len());
        for heading in headings {
            let guess = Self::guess(heading);
            let taken = !guess.may_repeat() && columns.contains(&guess);
            columns.push(if taken { Self::Ignored } else { guess });
        }
        // Where incomes stand apart, a third column of amounts repeats them.
        if columns.contains(&Self::MoneyIn) {
            for column in &mut columns {
                if matches!(column, Self::Amount | Self::Side) {
                    *column = Self::Ignored;
                }
            }
        }
        columns
    }

    const fn may_repeat(self) -> bool {
        matches!(self, Self::Remark | Self::Ignored)
    }
}

/// A heading for comparing: half-width, lower case, without spaces.
#[must_use]
pub fn plain_heading(heading: &str) -> String {
    heading.chars().map(to_half_width).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Whether the columns together say enough for a statement.
///
/// # Errors
/// A sentence for each thing that is missing or said twice.
pub fn check_columns(columns: &[StatementColumn]) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let has = |column| columns.contains(&column);
    for column in StatementColumn::ALL {
        let times = columns.iter().filter(|one| *one == column).count();
        if times > 1 && !column.may_repeat() {
            problems.add("columns", format!("“{}”只能选一列", column.label()));
        }
    }
    problems.require(has(StatementColumn::BookedOn), "columns", "请指出哪一列是入账日期");
    problems.require(has(StatementColumn::Payer), "columns", "请指出哪一列是对方户名（付款方）");
    let (one, apart) = (has(StatementColumn::Amount), has(StatementColumn::MoneyIn));
    problems.require(one || apart, "columns", "请指出哪一列是金额：收支同列的金额，或收入（贷方）金额");
    problems.require(!(one && apart), "columns", "金额只能是收支同列的一列，或收入、支出分开的两列，不能两样都选");
    let side = has(StatementColumn::Side) && !one;
    problems.require(!side, "columns", "收支标志要和“金额（收支同列）”一起用");
    problems.none_or_err()
}

/// What a row of a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRow {
    pub booked_on: NaiveDate,
    pub side: Side,
    /// Above zero.
    pub amount: Fen,
    pub payer: String,
    pub remark: String,
    /// None where the bank gives none.
    pub serial_no: Option<String>,
    pub balance: Option<Fen>,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellWrong {
    pub column: StatementColumn,
    pub message: String,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowRead {
    Row(StatementRow),
    Wrong(Vec<CellWrong>),
    /// A sum or a remark below the rows: nothing is booked by it.
    PassedOver,
}

/// The texts of a row by their columns; of a column that is there several times, several.
pub struct RowCells<'a>(pub Vec<(StatementColumn, &'a str)>);

impl<'a> RowCells<'a> {
    fn all(&self, wanted: StatementColumn) -> impl Iterator<Item = &'a str> + '_ {
        self.0.iter().filter(move |(column, _)| *column == wanted).map(|(_, text)| *text)
    }

    fn text(&self, wanted: StatementColumn) -> &'a str {
        self.all(wanted).next().unwrap_or_default()
    }

    /// Whether the row is a sum, or says nothing that a row of a statement says.
    fn is_no_row(&self) -> bool {
        let sum = self.0.iter().any(|(_, text)| {
            ["合计", "小计", "总计", "累计", "总笔数", "本页"].iter().any(|word| text.trim_start().starts_with(word))
        });
        let money = [StatementColumn::Amount, StatementColumn::MoneyIn, StatementColumn::MoneyOut];
        let no_money = money.iter().all(|column| self.text(*column).is_empty());
        let no_day = day_of(self.text(StatementColumn::BookedOn)).is_none();
        no_day && (sum || no_money)
    }

    /// What the row says on the legal day `today`.
    #[must_use]
    pub fn read(&self, today: NaiveDate) -> RowRead {
        if self.is_no_row() {
            return RowRead::PassedOver;
        }
        let mut wrong = Vec::new();
        let mut say = |column, message: String| wrong.push(CellWrong { column, message });
        let booked_on = match self.day(today) {
            Ok(day) => Some(day),
            Err(message) => {
                say(StatementColumn::BookedOn, message);
                None
            }
        };
        let moved = match self.amount() {
            Ok(moved) => Some(moved),
            Err(refused) => {
                wrong.push(refused);
                None
            }
        };
        let mut say = |column, message: String| wrong.push(CellWrong { column, message });
        let balance = match signed_yuan(self.text(StatementColumn::Balance)) {
            Ok(balance) => balance,
            Err(error) => {
                say(StatementColumn::Balance, error.to_string());
                None
            }
        };
        let payer = self.text(StatementColumn::Payer).trim();
        if payer.chars().count() > PAYER_MAX {
            say(StatementColumn::Payer, format!("付款方名称超过 {PAYER_MAX} 字，请核对这一列"));
        }
        let serial_no = self.serial_no();
        if let Err(message) = &serial_no {
            say(StatementColumn::SerialNo, message.clone());
        }
        match (booked_on, moved, serial_no, wrong.is_empty()) {
            (Some(booked_on), Some((side, amount)), Ok(serial_no), true) => RowRead::Row(StatementRow {
                booked_on,
                side,
                amount,
                payer: if payer.is_empty() { NO_PAYER.to_owned() } else { payer.to_owned() },
                remark: self.remark(),
                serial_no,
                balance,
            }),
            _ => RowRead::Wrong(wrong),
        }
    }

    fn day(&self, today: NaiveDate) -> Result<NaiveDate, String> {
        let text = self.text(StatementColumn::BookedOn);
        let day = day_of(text).ok_or_else(|| format!("“{text}”不是日期，应写成 2026-06-30 的样子"))?;
        check_past(day, today).map_err(|wrong| format!("入账日期{wrong}"))?;
        Ok(day)
    }

    /// Which way how much went.
    fn amount(&self) -> Result<(Side, Fen), CellWrong> {
        let (money_in, money_out) = (self.one(StatementColumn::MoneyIn)?, self.one(StatementColumn::MoneyOut)?);
        let (column, side, amount) = match (money_in, money_out, self.one(StatementColumn::Amount)?) {
            (Some(_), Some(_), _) => {
                return Err(wrong(StatementColumn::MoneyIn, "收入和支出都写了金额，请对照银行流水"));
            }
            (Some(amount), None, _) => (StatementColumn::MoneyIn, Side::In, amount),
            (None, Some(amount), _) => (StatementColumn::MoneyOut, Side::Out, amount),
            (None, None, Some(amount)) => {
                let column = StatementColumn::Amount;
                match side_of(self.text(StatementColumn::Side)) {
                    Ok(Some(side)) => (column, side, amount),
                    Ok(None) if amount < Fen::ZERO => {
                        let amount = Fen::ZERO.checked_sub(amount).map_err(|error| wrong(column, error.to_string()))?;
                        (column, Side::Out, amount)
                    }
                    Ok(None) => (column, Side::In, amount),
                    Err(says) => return Err(wrong(StatementColumn::Side, says)),
                }
            }
            (None, None, None) => {
                let column = if self.0.iter().any(|(column, _)| *column == StatementColumn::Amount) {
                    StatementColumn::Amount
                } else {
                    StatementColumn::MoneyIn
                };
                return Err(wrong(column, "没有写金额"));
            }
        };
        if amount < Fen::ZERO {
            // A bank takes a booking back by a negative one: what it takes back is for a person to find.
            return Err(wrong(column, "是负数（银行冲正），请找到被冲正的那一笔，人工处理"));
        }
        amount.check_amount().map_err(|error| wrong(column, error.to_string()))?;
        Ok((side, amount))
    }

    fn one(&self, column: StatementColumn) -> Result<Option<Fen>, CellWrong> {
        let read = signed_yuan(self.text(column)).map_err(|error| wrong(column, error.to_string()))?;
        // Zero in one of two columns is how some banks leave it empty.
        Ok(read.filter(|amount| !amount.is_zero()))
    }

    /// All that the payer and the bank wrote, each once, as much of it as is kept.
    fn remark(&self) -> String {
        let mut texts: Vec<&str> = Vec::new();
        for text in self.all(StatementColumn::Remark).map(str::trim).filter(|text| !text.is_empty()) {
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        texts.join(" ").chars().take(REMARK_MAX).collect()
    }

    fn serial_no(&self) -> Result<Option<String>, String> {
        let plain: String = self.text(StatementColumn::SerialNo).chars().filter(|c| !c.is_whitespace()).collect();
        if plain.is_empty() {
            return Ok(None);
        }
        let good = plain.len() <= SERIAL_MAX && plain.bytes().all(|byte| byte.is_ascii_graphic());
        if good { Ok(Some(plain)) } else { Err(format!("流水号应为 1 至 {SERIAL_MAX} 位字母或数字")) }
    }
}

fn wrong(column: StatementColumn, says: impl Into<String>) -> CellWrong {
    CellWrong { column, message: says.into() }
}

/// The day in a cell, with or without a time behind it.
fn day_of(text: &str) -> Option<NaiveDate> {
    let plain: String = text.trim().chars().map(to_half_width).collect();
    let before_time = plain.split(['T', ' ']).next().unwrap_or_default();
    // 20260630100207, and a spreadsheet's number with a part of a day.
    let digits = before_time.bytes().all(|byte| byte.is_ascii_digit());
    let stamp = (digits && before_time.len() == 14).then(|| &before_time[..8]);
    let whole = before_time.split_once('.').filter(|(days, _)| days.len() == 5).map(|(days, _)| days);
    day::read(stamp.unwrap_or(before_time)).or_else(|| day::of_serial(whole.unwrap_or(before_time)))
}

/// An amount as banks write it: `1,234.50`, `-300.00`, `(300.00)`, `¥50`, `0.00`; none where nothing stands.
fn signed_yuan(text: &str) -> Result<Option<Fen>, AmountError> {
    let plain: String = text.chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect();
    let bare = plain.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
    let (negative, number) = match (bare, plain.strip_prefix('-')) {
        (Some(inner), _) => (true, inner),
        (None, Some(rest)) => (true, rest),
        (None, None) => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    if number.is_empty() || number.bytes().all(|byte| byte == b'-') {
        return Ok(None);
    }
    let zero = number.bytes().any(|byte| byte == b'0') && number.bytes().all(|byte| matches!(byte, b'0' | b'.' | b','));
    if zero {
        return Ok(Some(Fen::ZERO));
    }
    let amount = Fen::parse_yuan(number)?;
    if negative { Fen::ZERO.checked_sub(amount).map(Some) } else { Ok(Some(amount)) }
}

/// The direction that a bank's mark means; none where there is no mark.
fn side_of(text: &str) -> Result<Option<Side>, String> {
    let plain = plain_heading(text);
    match plain.as_str() {
        "" => Ok(None),
        "贷" | "贷方" | "收" | "收入" | "入" | "入账" | "转入" | "来账" | "c" | "cr" | "credit" | "存入" => {
            Ok(Some(Side::In))
        }
        "借" | "借方" | "支" | "支出" | "付" | "出" | "转出" | "往账" | "d" | "dr" | "debit" | "支取" => {
            Ok(Some(Side::Out))
        }
        _ => Err(format!("不认识“{text}”，应是“贷”或“借”、“收”或“支”")),
    }
}

/// What the balances of a statement say about its being whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// Before the first booking.
    pub opening: Fen,
    /// After the last one.
    pub closing: Fen,
    /// Of the rows as they stand in the file, the first whose balance does not follow from the row before it.
    pub broken_at: Option<usize>,
}

/// Follows the balances from row to row, in whichever of the two orders they stand; none where a row has no balance.
#[must_use]
pub fn chain(rows: &[StatementRow]) -> Option<Chain> {
    let balances: Vec<Fen> = rows.iter().map(|row| row.balance).collect::<Option<_>>()?;
    let (first, last) = (rows.first()?, rows.last()?);
    let before = |row: &StatementRow, after: Fen| match row.side {
        Side::In => after.checked_sub(row.amount),
        Side::Out => after.checked_add(row.amount),
    };
    // Which rows follow from the one above them, in either order.
    let links = |follows: &dyn Fn(usize) -> bool| (1..rows.len()).map(follows).collect::<Vec<bool>>();
    let oldest_first = links(&|at| before(&rows[at], balances[at]) == Ok(balances[at - 1]));
    let newest_first = links(&|at| before(&rows[at - 1], balances[at - 1]) == Ok(balances[at]));
    let holding = |links: &[bool]| links.iter().filter(|holds| **holds).count();
    // Whichever order holds more often is the one that the bank used.
    let order = (holding(&newest_first), first.booked_on).cmp(&(holding(&oldest_first), last.booked_on));
    let is_newest_first = order == Ordering::Greater;
    let (oldest, newest, links) =
        if is_newest_first { (last, first, newest_first) } else { (first, last, oldest_first) };
    Some(Chain {
        opening: before(oldest, oldest.balance?).ok()?,
        closing: newest.balance?,
        broken_at: links.iter().position(|holds| !holds).map(|link| link + 1),
    })
}

#[cfg(test)]
mod tests;
