//! Needs imported from a table: first looked at, then taken in as drafts of their villages, then handed in by them.

use super::needs::Where;
use super::{Call, List};
use crate::need::{CellProblem, NeedStatus};
use crate::{NeedId, NeedImportId, TableFileId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const IMPORTS: &str = "/need-imports";
pub const IMPORT: &str = "/need-imports/{id}";
pub const PROBLEMS: &str = "/need-imports/{id}/problems";
pub const CONFIRM: &str = "/need-imports/{id}/confirm";
pub const HAND_IN: &str = "/need-imports/{id}/hand-in";
pub const TEMPLATE: &str = "/need-imports/template/{format}";

/// What the caller's organisation imported, and what others imported for the caller's village, latest first.
#[must_use]
pub fn list() -> Call<List<NeedImport>> {
    Call::get(IMPORTS)
}

/// Reads an uploaded table of the caller's and keeps what it says, to be looked at. No need is written.
#[must_use]
pub fn read(new: &NewNeedImport) -> Call<NeedImport> {
    Call::post(IMPORTS, new)
}

/// An import with its problems and its needs, a page of them.
#[must_use]
pub fn get(id: NeedImportId, page: &ImportedPage) -> Call<NeedImportInFull> {
    Call::get(format!("/need-imports/{id}")).query(page)
}

/// Takes the needs in that were found right; it goes on after the answer.
#[must_use]
pub fn confirm(id: NeedImportId, confirmed: ConfirmImport) -> Call<NeedImport> {
    Call::post(format!("/need-imports/{id}/confirm"), &confirmed)
}

/// The village hands in its drafts of an import, those that are complete, as it would one by one.
#[must_use]
pub fn hand_in(id: NeedImportId, seen: HandIn) -> Call<HandedIn> {
    Call::post(format!("/need-imports/{id}/hand-in"), &seen)
}

/// Where all problems come from as a table.
#[must_use]
pub fn problems_path(id: NeedImportId) -> String {
    format!("/need-imports/{id}/problems")
}

/// Where the empty table comes from.
#[must_use]
pub fn template_path(format: TemplateFormat) -> String {
    format!("/need-imports/template/{format}")
}

words! {
    /// The kinds of files that a template comes as.
    pub enum TemplateFormat {
        Xlsx = "xlsx" / "Excel（XLSX）",
        Csv = "csv" / "CSV（UTF-8）",
    }
}

words! {
    /// How far an import is.
    pub enum NeedImportStatus {
        /// Looked at; nothing is written, and after seven days it is dropped.
        Read = "read" / "已核对，待确认",
        Importing = "importing" / "正在导入",
        Done = "done" / "已导入",
    }
}

words! {
    /// What became of a need of a table.
    pub enum NeedRowOutcome {
        Wrong = "wrong" / "有误，不导入",
        Ready = "ready" / "可以导入",
        /// The same need of the same village was imported before, from this file or another.
        Present = "present" / "以前导入过，不重复导入",
        /// The village has a need of this title that is under way.
        SameTitle = "same_title" / "村里已有同名的需求，不导入",
        Imported = "imported" / "已导入为草稿",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewNeedImport {
    pub id: NeedImportId,
    pub table: TableFileId,
}

/// How many needs the caller saw that can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmImport {
    pub ready: i64,
}

/// How many drafts the caller saw that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandIn {
    pub drafts: i64,
}

/// What was handed in at one time; with more drafts than that one asks again.
pub const HANDED_IN_MAX: i64 = 200;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandedIn {
    pub handed_in: i64,
    /// Drafts that stay, with the reason.
    pub left: Vec<LeftDraft>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LeftDraft {
    pub need: NeedId,
    pub title: String,
    pub says: String,
}

/// One import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedImport {
    pub id: NeedImportId,
    pub file_name: String,
    pub status: NeedImportStatus,
    /// How many its rows make up.
    pub needs: i32,
    /// The name of the organisation that imported it.
    pub by: String,
    /// Whether the caller's organisation did.
    pub own: bool,
    pub made_at: DateTime<Utc>,
    pub done_at: Option<DateTime<Utc>>,
}

/// The needs of an import by what became of them; for a village that others imported for, its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportTally {
    pub needs: i64,
    pub wrong: i64,
    pub ready: i64,
    pub present: i64,
    pub same_title: i64,
    pub imported: i64,
}

impl ImportTally {
    /// Of those that were to be imported, how many have been dealt with.
    #[must_use]
    pub const fn looked_at(&self) -> i64 {
        self.present + self.same_title + self.imported
    }

    /// All that may be imported: what is wrong is not.
    #[must_use]
    pub const fn right(&self) -> i64 {
        self.looked_at() + self.ready
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct ImportedPage {
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<i32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedImportInFull {
    pub import: NeedImport,
    pub tally: ImportTally,
    /// The first two hundred, for whoever imported it; all of them come as a table.
    pub problems: Vec<ImportProblem>,
    pub problem_count: i64,
    /// Those that are not wrong.
    pub rows: Vec<ImportedRow>,
    pub next: Option<i32>,
    /// Drafts of the caller's village that wait to be handed in.
    pub drafts: i64,
    /// When the same organisation took in the same file before.
    pub imported_before: Option<DateTime<Utc>>,
}

/// What is wrong at a cell, or what a draft still lacks there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportProblem {
    /// As the spreadsheet counts, from 1.
    pub row: u32,
    /// The heading of the column.
    pub column: String,
    pub message: String,
    /// The need is not imported; otherwise it comes in as a draft and this is written before it is handed in.
    pub stops: bool,
}

impl From<CellProblem> for ImportProblem {
    fn from(problem: CellProblem) -> Self {
        ImportProblem {
            row: problem.row,
            column: problem.column.label().to_owned(),
            message: problem.message,
            stops: problem.stops,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportedRow {
    /// The first row of the need in the file.
    pub row: i32,
    pub title: String,
    pub place: Where,
    pub outcome: NeedRowOutcome,
    /// The need that it became or is already, if this caller may open it: a draft is its village's alone.
    pub need: Option<NeedId>,
    pub status: Option<NeedStatus>,
}

/// How many problems the answer for an import names.
pub const PROBLEMS_MAX: usize = 200;
