//! Donation agreements: asking for one, its texts, confirming, and the stamped paper.

use super::{Call, Count};
use crate::agreement::{AgreementSide, AgreementWay};
use crate::pledge::{PledgeReference, PledgeStatus};
use crate::{AgreementId, AgreementPaperId, Fen, FileId, PledgeId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const AGREEMENTS: &str = "/agreements";
pub const AGREEMENT: &str = "/agreements/{id}";
pub const TEXT: &str = "/agreements/{id}/agreement.pdf";
pub const WRITE: &str = "/agreements/{id}/text";
pub const CONFIRM: &str = "/agreements/{id}/confirm";
pub const PAPER: &str = "/agreements/{id}/paper";
pub const ACCEPT_PAPER: &str = "/agreements/{id}/accept-paper";

/// Asks for an agreement on a pledge. The id is the client's: the same twice makes one.
#[must_use]
pub fn ask(new: &NewAgreement) -> Call<GiftAgreement> {
    Call::post(AGREEMENTS, new)
}

/// The agreements of the caller's enterprise or charity, latest first.
#[must_use]
pub fn list(query: &AgreementQuery) -> Call<AgreementList> {
    Call::get(AGREEMENTS).query(query)
}

#[must_use]
pub fn get(id: AgreementId) -> Call<GiftAgreement> {
    Call::get(format!("/agreements/{id}"))
}

/// Agrees on something else besides: another text, to which nobody has said anything yet.
#[must_use]
pub fn write(id: AgreementId, new: &WriteAgreement) -> Call<GiftAgreement> {
    Call::post(format!("/agreements/{id}/text"), new)
}

/// The caller's side confirms a text.
#[must_use]
pub fn confirm(id: AgreementId, text: &ConfirmDonation) -> Call<GiftAgreement> {
    Call::post(format!("/agreements/{id}/confirm"), text)
}

/// Hands in the pictures of the stamped paper.
#[must_use]
pub fn send_paper(id: AgreementId, new: &NewAgreementPaper) -> Call<GiftAgreement> {
    Call::post(format!("/agreements/{id}/paper"), new)
}

/// The other side has looked at the paper: the agreement is made.
#[must_use]
pub fn accept_paper(id: AgreementId, paper: &AcceptAgreementPaper) -> Call<GiftAgreement> {
    Call::post(format!("/agreements/{id}/accept-paper"), paper)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAgreement {
    pub id: AgreementId,
    pub pledge: PledgeId,
    /// What the sides agree on besides; at most 1000 characters, often nothing.
    #[serde(default)]
    pub extra: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WriteAgreement {
    /// Of the text that was read.
    pub number: i32,
    pub extra: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmDonation {
    /// Of the text that was read.
    pub hash: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAgreementPaper {
    pub id: AgreementPaperId,
    /// Of the text that was stamped.
    pub hash: String,
    /// 1 to 12 own drafts.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptAgreementPaper {
    pub paper: AgreementPaperId,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct AgreementQuery {
    /// Only what waits for the caller's side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<bool>,
    /// Only that of this pledge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pledge: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// One page of agreements.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementList {
    pub items: Vec<AgreementRow>,
    pub next: Option<String>,
    /// What waits for the caller's side.
    pub waiting: Count,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementRow {
    pub id: AgreementId,
    pub pledge: PledgeId,
    pub reference: PledgeReference,
    pub pledge_status: PledgeStatus,
    pub enterprise_name: String,
    pub charity_name: String,
    pub campaign_name: String,
    pub amount_fen: Fen,
    /// Of the text that is talked about.
    pub number: i32,
    pub asked_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub agreed_at: Option<DateTime<Utc>>,
    pub agreed_way: Option<AgreementWay>,
    /// Whether the caller's side has to do something.
    pub waits: bool,
}

/// An agreement as its sides and the auditor read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftAgreement {
    pub row: AgreementRow,
    pub hash: String,
    pub extra: String,
    /// The caller's side; none for the auditor.
    pub side: Option<AgreementSide>,
    /// The sides that have confirmed the text that is talked about.
    pub confirmed: Vec<AgreementConfirmed>,
    /// All texts, latest first.
    pub texts: Vec<AgreementText>,
    /// Latest first.
    pub papers: Vec<AgreementPaper>,
    pub may: AgreementRights,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementConfirmed {
    pub side: AgreementSide,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementText {
    pub number: i32,
    pub hash: String,
    /// The organisation that wrote it; none where the pledge had changed.
    pub by: Option<String>,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementPaper {
    pub id: AgreementPaperId,
    pub side: AgreementSide,
    pub at: DateTime<Utc>,
    pub pictures: Vec<FileId>,
    pub accepted_at: Option<DateTime<Utc>>,
    /// Whether it is of the text that is talked about.
    pub current: bool,
    pub may_accept: bool,
}

/// What the caller may do now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreementRights {
    pub write: bool,
    pub confirm: bool,
}
