//! What is said of towns and villages, imported from a table: first looked at, then taken in.

use super::{Call, Count, List};
use crate::place::ListSubject;
use crate::{PlaceImportId, TableFileId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const IMPORTS: &str = "/place-imports";
pub const PREVIEW: &str = "/place-imports/preview/{table}";
pub const TEMPLATE: &str = "/place-imports/template/{subject}";

/// What was imported so far, latest first.
#[must_use]
pub fn list() -> Call<List<PlaceImport>> {
    Call::get(IMPORTS)
}

/// What an uploaded table of the caller's says and would change. Nothing is stored.
#[must_use]
pub fn preview(table: TableFileId) -> Call<ImportPreview> {
    Call::get(format!("/place-imports/preview/{table}"))
}

/// Takes the table in, as it was looked at. The id is the client's; what would change nothing is not recorded.
#[must_use]
pub fn import(new: &NewPlaceImport) -> Call<Imported> {
    Call::post(IMPORTS, new)
}

/// Where the empty table comes from, with the caller's places filled in.
#[must_use]
pub fn template_path(subject: ListSubject) -> String {
    format!("/place-imports/template/{subject}")
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPlaceImport {
    pub id: PlaceImportId,
    pub table: TableFileId,
}

/// An import that changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlaceImport {
    pub id: PlaceImportId,
    pub subject: ListSubject,
    pub source: String,
    pub as_of: NaiveDate,
    pub file_name: String,
    pub rows_read: i32,
    /// What was said anew or otherwise than before.
    pub changed: i32,
    /// The name of the federation that imported it.
    pub by: String,
    pub made_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Imported {
    /// None when the platform said all of it already, from the same source and day.
    pub import: Option<PlaceImport>,
    pub rows_read: i32,
    pub changed: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportPreview {
    pub table: TableFileId,
    pub file_name: String,
    /// None when the columns do not tell.
    pub subject: Option<ListSubject>,
    pub source: Option<String>,
    pub as_of: Option<NaiveDate>,
    pub tallies: Vec<TallyLine>,
    /// Rows that say something.
    pub rows: i32,
    pub effect: ImportEffect,
    /// The first two hundred; a table with any is not taken in.
    pub problems: Vec<RowProblem>,
    pub problem_count: Count,
    /// This very file was taken in before.
    pub imported_before: Option<PlaceImport>,
}

/// What the head says of a number, and what the rows add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TallyLine {
    pub label: String,
    pub claimed: Option<i64>,
    pub counted: i64,
}

/// What the rows would do to what the platform says now; of yearly facts each value counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportEffect {
    /// Nothing was known.
    pub added: i64,
    /// Something else was known, or the same from elsewhere or of another day.
    pub changed: i64,
    pub same: i64,
    /// Of the changed ones, those of which something later is known.
    pub later_known: i64,
}

/// What is wrong with a row, or with the whole where no row is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowProblem {
    /// As the spreadsheet counts, from 1.
    pub row: Option<u32>,
    /// The heading of the column.
    pub column: Option<String>,
    pub message: String,
}
