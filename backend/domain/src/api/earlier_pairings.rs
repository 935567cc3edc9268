//! Pairings of the time before this platform: their import from a table by the federation, and what is shown of them.

use super::needs::Where;
use super::place_imports::RowProblem;
use super::places::Said;
use super::{Call, Count, List};
use crate::earlier::{EarlierPairing, YearOrDay};
use crate::need::PairingForm;
use crate::place::PlaceCode;
use crate::pledge::PublicDisplay;
use crate::{EarlierImportId, TableFileId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use super::need_imports::TemplateFormat;

pub const IMPORTS: &str = "/earlier-pairings/imports";
pub const IMPORT: &str = "/earlier-pairings/imports/{id}";
pub const WITHDRAW: &str = "/earlier-pairings/imports/{id}/withdraw";
pub const PREVIEW: &str = "/earlier-pairings/preview/{table}";
pub const PROBLEMS: &str = "/earlier-pairings/problems/{table}";
pub const TEMPLATE: &str = "/earlier-pairings/template/{format}";
pub const OWN: &str = "/earlier-pairings/own";
pub const DISPLAY: &str = "/earlier-pairings/display";
pub const OF_PLACE: &str = "/places/{code}/earlier-pairings";

/// What the caller's organisation imported, latest first; for the auditor everybody's.
#[must_use]
pub fn list() -> Call<List<EarlierImport>> {
    Call::get(IMPORTS)
}

/// What an uploaded table of the caller's says. Nothing is stored.
#[must_use]
pub fn preview(table: TableFileId) -> Call<EarlierPreview> {
    Call::get(format!("/earlier-pairings/preview/{table}"))
}

/// Takes in the rows that were found right. The id is the client's: sent twice it is done once.
#[must_use]
pub fn import(new: &NewEarlierImport) -> Call<EarlierImport> {
    Call::post(IMPORTS, new)
}

/// An import with its rows, a page of them.
#[must_use]
pub fn get(id: EarlierImportId, page: &EarlierPage) -> Call<EarlierImportInFull> {
    Call::get(format!("/earlier-pairings/imports/{id}")).query(page)
}

/// Takes an import back as a whole.
#[must_use]
pub fn withdraw(id: EarlierImportId, why: &EarlierWithdrawal) -> Call<EarlierImport> {
    Call::post(format!("/earlier-pairings/imports/{id}/withdraw"), why)
}

/// Where all problems of a table come from as a table.
#[must_use]
pub fn problems_path(table: TableFileId) -> String {
    format!("/earlier-pairings/problems/{table}")
}

/// Where the empty table comes from.
#[must_use]
pub fn template_path(format: TemplateFormat) -> String {
    format!("/earlier-pairings/template/{format}")
}

/// The earlier pairings of the caller's enterprise, and how it is named in them.
#[must_use]
pub fn own() -> Call<OwnEarlierPairings> {
    Call::get(OWN)
}

/// Names the caller's enterprise otherwise from now on, everywhere and at once.
#[must_use]
pub fn display(choice: EarlierDisplay) -> Call<OwnEarlierPairings> {
    Call::post(DISPLAY, &choice)
}

/// The earlier pairings of a village with those of its town, or of a town with its villages, as everybody reads them.
#[must_use]
pub fn of_place(place: &PlaceCode, page: &EarlierPage) -> Call<EarlierOfPlace> {
    Call::get(format!("/places/{place}/earlier-pairings")).query(page)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEarlierImport {
    pub id: EarlierImportId,
    pub table: TableFileId,
    /// What the list is called and who made it.
    pub source: String,
    pub as_of: NaiveDate,
    /// Where the list itself was made public, if it was: its names are shown then.
    #[serde(default)]
    pub published_at: String,
    /// How many rows the caller saw that can be taken in.
    pub ready: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierWithdrawal {
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierDisplay {
    pub name: PublicDisplay,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct EarlierPage {
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// One list that was taken in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierImport {
    pub id: EarlierImportId,
    pub source: String,
    pub as_of: NaiveDate,
    pub published_at: Option<String>,
    pub file_name: String,
    pub rows: i32,
    /// The name of the federation that imported it.
    pub by: String,
    pub made_at: DateTime<Utc>,
    pub withdrawn_at: Option<DateTime<Utc>>,
    pub withdrawn_reason: Option<String>,
    /// The caller's organisation imported it.
    pub own: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierImportInFull {
    pub import: EarlierImport,
    pub rows: Vec<EarlierRow>,
    pub next: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierPreview {
    pub table: TableFileId,
    pub file_name: String,
    /// Rows that say something.
    pub rows: i64,
    pub ready: i64,
    pub present: i64,
    pub wrong: i64,
    /// Of those that can be taken in, the first fifty.
    pub sample: Vec<EarlierRow>,
    /// The first two hundred; all of them come as a table.
    pub problems: Vec<EarlierProblem>,
    pub problem_count: i64,
    /// When the same organisation took in the same file before and did not take it back.
    pub imported_before: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierProblem {
    #[serde(flatten)]
    pub at: RowProblem,
    /// The row is not taken in; otherwise it is, and this is worth a look.
    pub stops: bool,
}

/// A row as its importer reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierRow {
    /// As the spreadsheet counts.
    pub row: i32,
    pub pairing: EarlierPairing,
    pub place: Where,
    /// The verified enterprise whose code it is.
    pub enterprise: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierOfPlace {
    /// Latest first.
    pub items: Vec<EarlierShown>,
    pub count: Count,
    pub next: Option<String>,
}

/// An earlier pairing as everybody reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierShown {
    pub enterprise: String,
    pub place: Where,
    pub form: PairingForm,
    pub begun: Option<YearOrDay>,
    pub until: Option<YearOrDay>,
    pub done: String,
    pub said: Said,
    /// Where the list itself was made public.
    pub published_at: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnEarlierPairings {
    /// None while the enterprise has not chosen: then each list decides.
    pub display: Option<PublicDisplay>,
    /// As everybody reads them now; at most two hundred.
    pub items: Vec<EarlierShown>,
    pub count: Count,
}
