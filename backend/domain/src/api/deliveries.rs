//! What a village reports of a need, and the charity's decision on each thing that money was spent on.

use super::files::Photo;
use super::{Call, List};
use crate::delivery::{ReportInput, SpendingItem, SpendingKind, SpendingStatus};
use crate::organisation::Role;
use crate::{DisbursementId, Fen, FileId, NeedId, ReportId, SpendingItemId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const REPORTS: &str = "/needs/{id}/reports";
pub const SPENDING: &str = "/spending";
pub const ITEM: &str = "/spending/{id}";
pub const ACCEPT: &str = "/spending/{id}/accept";
pub const RETURN: &str = "/spending/{id}/return";

/// The reports of a public need, latest first.
#[must_use]
pub fn of_need(need: NeedId) -> Call<List<Report>> {
    Call::get(format!("/needs/{need}/reports"))
}

/// The village reports. The ids are the client's.
#[must_use]
pub fn report(need: NeedId, new: &NewReport) -> Call<Report> {
    Call::post(format!("/needs/{need}/reports"), new)
}

/// The items that wait for the caller's charity, oldest first.
#[must_use]
pub fn waiting() -> Call<List<ItemToDecide>> {
    Call::get(SPENDING)
}

/// An item of the caller's village, whole.
#[must_use]
pub fn to_correct(id: SpendingItemId) -> Call<ItemToCorrect> {
    Call::get(format!("/spending/{id}"))
}

/// The village hands a returned item in again.
#[must_use]
pub fn correct(id: SpendingItemId, item: &CorrectItem) -> Call<Spent> {
    Call::post(format!("/spending/{id}"), item)
}

/// The charity accepts the evidence in the version that was read: counts as 支出 from here on.
#[must_use]
pub fn accept(id: SpendingItemId, version: i32) -> Call<Spent> {
    Call::post(format!("/spending/{id}/accept"), &AcceptItem { version })
}

/// The charity sends the item back with the reason.
#[must_use]
pub fn return_(id: SpendingItemId, why: &ReturnItem) -> Call<Spent> {
    Call::post(format!("/spending/{id}/return"), why)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReport {
    pub id: ReportId,
    #[serde(flatten)]
    pub report: ReportInput,
    /// Of the progress; public.
    pub photos: Vec<FileId>,
    /// One for each item, in the same order.
    pub vouchers: Vec<Voucher>,
}

/// Where an item's money came from, and its pictures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Voucher {
    pub id: SpendingItemId,
    pub disbursement: DisbursementId,
    /// Of the invoice or receipt, at least one; not public.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CorrectItem {
    pub item: SpendingItem,
    /// Pictures to be added to those that are there.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptItem {
    /// The version that was read.
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReturnItem {
    /// The version that was read.
    pub version: i32,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    pub id: ReportId,
    pub text: String,
    pub quantity_so_far: Option<i64>,
    pub submitted_at: DateTime<Utc>,
    pub author: Author,
    pub photos: Vec<Photo>,
    /// For everybody what is accepted; for those whose work or money it is, everything.
    pub items: Vec<Spent>,
}

/// Who wrote a report for the village.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Author {
    /// None where it was not noted: of reports from before.
    pub role: Option<Role>,
    /// As long as he consents to showing it.
    pub name: Option<String>,
}

/// A thing that money was spent on, as this caller may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spent {
    pub id: SpendingItemId,
    /// Counts the corrections; a decision names the version that was read.
    pub version: i32,
    pub kind: SpendingKind,
    pub description: String,
    /// For everybody 个人 where the seller is a person.
    pub seller: String,
    pub amount_fen: Fen,
    pub invoice_on: NaiveDate,
    pub status: SpendingStatus,
    /// Only for those who may see them.
    pub pictures: Vec<FileId>,
    /// Why it was sent back; only for those who work on it.
    pub reason: Option<String>,
}

/// An item with what the charity needs to decide on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemToDecide {
    pub need: NeedId,
    pub need_title: String,
    pub disbursement: DisbursementId,
    pub spent: Spent,
}

/// An item as the village that handed it in reads it, to correct it where it came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemToCorrect {
    pub id: SpendingItemId,
    pub need: NeedId,
    pub need_title: String,
    pub item: SpendingItem,
    pub status: SpendingStatus,
    /// Why it came back.
    pub reason: Option<String>,
    pub pictures: Vec<FileId>,
}
