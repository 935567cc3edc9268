//! Bank statements: a table is uploaded and read, its columns are told, its new lines are taken in; and steps on many
//! lines at once.

use super::arrivals::BankAccount;
use super::{Call, List};
use crate::arrival::statement::{Side, StatementColumn};
use crate::{BankAccountId, BankLineId, BankStatementId, Fen, LotId, PledgeId, TableFileId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const STATEMENTS: &str = "/bank-statements";
pub const STATEMENT: &str = "/bank-statements/{id}";
pub const COLUMNS: &str = "/bank-statements/{id}/columns";
pub const TAKE_IN: &str = "/bank-statements/{id}/take-in";
pub const PROBLEMS: &str = "/bank-statements/{id}/problems";
pub const MATCH_MANY: &str = "/matches";
pub const CONFIRM_MANY: &str = "/bank-lines/confirm";

/// Lines that one step matches or confirms at most.
pub const LINES_AT_ONCE: usize = 200;

/// The statements of the caller's charity, latest first.
#[must_use]
pub fn list() -> Call<List<BankStatement>> {
    Call::get(STATEMENTS)
}

/// Reads an uploaded table of the caller's as a statement of an account, and keeps its rows to be looked at. No line is
/// written.
#[must_use]
pub fn read(new: &NewBankStatement) -> Call<BankStatement> {
    Call::post(STATEMENTS, new)
}

/// A statement with its columns, its problems and its rows, a page of them.
#[must_use]
pub fn get(id: BankStatementId, page: &StatementPage) -> Call<BankStatementInFull> {
    Call::get(format!("/bank-statements/{id}")).query(page)
}

/// Says what the columns mean: the table is read anew, and the bank's next one is read like it.
#[must_use]
pub fn set_columns(id: BankStatementId, columns: &StatementColumns) -> Call<BankStatement> {
    Call::post(format!("/bank-statements/{id}/columns"), columns)
}

/// Takes in the lines that are right and new.
#[must_use]
pub fn take_in(id: BankStatementId, seen: TakeIn) -> Call<BankStatement> {
    Call::post(format!("/bank-statements/{id}/take-in"), &seen)
}

/// Where all problems come from as a table.
#[must_use]
pub fn problems_path(id: BankStatementId) -> String {
    format!("/bank-statements/{id}/problems")
}

/// Says of many lines whose they are, each whole for one pledge. What cannot be is left as it is, with the reason.
#[must_use]
pub fn match_many(lines: &MatchMany) -> Call<DoneWithLines> {
    Call::post(MATCH_MANY, lines)
}

/// A second person agrees to many lines at once. What cannot be is left as it is, with the reason.
#[must_use]
pub fn confirm_many(lines: &ConfirmMany) -> Call<DoneWithLines> {
    Call::post(CONFIRM_MANY, lines)
}

words! {
    /// How far a statement is.
    pub enum BankStatementStatus {
        /// Looked at; no line is written, and after seven days it is dropped.
        Read = "read" / "已读取，待导入",
        TakenIn = "taken_in" / "已导入",
    }
}

words! {
    /// What becomes of a row of a statement.
    pub enum StatementOutcome {
        Wrong = "wrong" / "有误，不导入",
        /// New money in.
        Ready = "ready" / "可导入",
        /// A line with its serial number is there already.
        Present = "present" / "已经录入",
        /// Money out: kept as a row of its own, to be explained.
        Out = "out" / "支出，逐笔说明",
        TakenIn = "taken_in" / "已导入",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewBankStatement {
    pub id: BankStatementId,
    pub bank_account: BankAccountId,
    /// An uploaded table of the caller's.
    pub table: TableFileId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementColumns {
    /// For each column of the table, in its order.
    pub columns: Vec<StatementColumn>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TakeIn {
    /// How many lines were ready on the page that was seen.
    pub ready: i64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct StatementPage {
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankStatement {
    pub id: BankStatementId,
    pub bank_account: BankAccount,
    pub file_name: String,
    pub status: BankStatementStatus,
    /// The first and the last day of its rows; none where no row could be read.
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    pub tally: StatementTally,
    pub read_by: String,
    pub read_at: DateTime<Utc>,
    pub taken_in_at: Option<DateTime<Utc>>,
}

/// The rows of a statement by what becomes of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementTally {
    pub rows: i64,
    pub ready: i64,
    pub present: i64,
    pub wrong: i64,
    pub out: i64,
    pub taken_in: i64,
    /// Sums of what could be read.
    pub in_fen: Fen,
    pub out_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankStatementInFull {
    pub statement: BankStatement,
    pub columns: Vec<ColumnRead>,
    /// Rows without a day or an amount, such as sums: passed over.
    pub passed_over: i32,
    /// What the balances say; none where the bank gives none.
    pub balances: Option<StatementBalances>,
    /// When this very file was taken in before.
    pub taken_in_before: Option<DateTime<Utc>>,
    /// The first two hundred.
    pub problems: Vec<StatementProblem>,
    pub problem_count: i64,
    pub rows: Vec<StatementLine>,
    pub next: Option<i32>,
}

/// A column of the bank's table and how it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ColumnRead {
    pub heading: String,
    pub column: StatementColumn,
    /// What stands in its first rows.
    pub examples: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementBalances {
    pub opening_fen: Fen,
    pub closing_fen: Fen,
    /// The row, as the spreadsheet counts, whose balance does not follow from the one above it: something is missing there.
    pub broken_at: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementProblem {
    /// As the spreadsheet counts, from 1.
    pub row: i32,
    pub column: Option<StatementColumn>,
    pub message: String,
}

/// A row of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLine {
    pub position: i32,
    pub row: i32,
    pub outcome: StatementOutcome,
    /// What it says; none where it could not be read.
    pub read: Option<StatementLineRead>,
    /// The line that it became, or that was there already.
    pub line: Option<BankLineId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatementLineRead {
    pub booked_on: NaiveDate,
    pub side: Side,
    pub amount_fen: Fen,
    pub payer: String,
    pub remark: String,
    /// The bank's, or one made of what the row says.
    pub serial_no: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MatchMany {
    /// At most two hundred.
    pub lines: Vec<LineForPledge>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LineForPledge {
    pub line: BankLineId,
    pub pledge: PledgeId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmMany {
    /// At most two hundred.
    pub lines: Vec<SeenLine>,
}

/// A line with the parts that were seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenLine {
    pub line: BankLineId,
    pub lots: Vec<LotId>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DoneWithLines {
    pub done: i64,
    pub amount_fen: Fen,
    pub left: Vec<LeftLine>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeftLine {
    pub line: BankLineId,
    pub says: String,
}
