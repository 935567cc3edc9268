//! What an enterprise asks of its charity about a pledge: a waiver, a correction, money back.

use super::{Call, Count};
use crate::gift_request::{GiftRequestKind, GiftRequestStatus, GiftRequestStep, GiftReturnGround, SettlementKind};
use crate::pledge::{PledgeReference, PledgeStatus};
use crate::{Fen, FileId, GiftRequestId, LotId, PledgeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const OF_PLEDGE: &str = "/pledges/{id}/requests";
pub const REQUESTS: &str = "/gift-requests";
pub const REQUEST: &str = "/gift-requests/{id}";
pub const RECOMMEND: &str = "/gift-requests/{id}/recommend";
pub const DECIDE: &str = "/gift-requests/{id}/decide";
pub const WITHDRAW: &str = "/gift-requests/{id}/withdraw";
pub const SETTLE: &str = "/gift-requests/{id}/settle";

/// Asks. The id is the client's: the same twice makes one.
#[must_use]
pub fn ask(pledge: PledgeId, new: &NewGiftRequest) -> Call<GiftRequest> {
    Call::post(format!("/pledges/{pledge}/requests"), new)
}

/// The requests of the caller's enterprise or to its charity, latest first.
#[must_use]
pub fn list(query: &GiftRequestQuery) -> Call<GiftRequestList> {
    Call::get(REQUESTS).query(query)
}

#[must_use]
pub fn get(id: GiftRequestId) -> Call<GiftRequest> {
    Call::get(format!("/gift-requests/{id}"))
}

/// The charity's maker gives an opinion.
#[must_use]
pub fn recommend(id: GiftRequestId, said: &GiftRequestAdvice) -> Call<GiftRequest> {
    Call::post(format!("/gift-requests/{id}/recommend"), said)
}

/// A second person of the charity decides.
#[must_use]
pub fn decide(id: GiftRequestId, said: &GiftRequestDecision) -> Call<GiftRequest> {
    Call::post(format!("/gift-requests/{id}/decide"), said)
}

/// The enterprise takes it back.
#[must_use]
pub fn withdraw(id: GiftRequestId, seen: SeenGiftRequest) -> Call<GiftRequest> {
    Call::post(format!("/gift-requests/{id}/withdraw"), &seen)
}

/// The cashier says what was booked for it.
#[must_use]
pub fn settle(id: GiftRequestId, done: &SettledGiftRequest) -> Call<GiftRequest> {
    Call::post(format!("/gift-requests/{id}/settle"), done)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewGiftRequest {
    pub id: GiftRequestId,
    pub kind: GiftRequestKind,
    /// Of a return only.
    #[serde(default)]
    pub ground: Option<GiftReturnGround>,
    /// Of a return only: what is to go back.
    #[serde(default)]
    pub amount_fen: Option<Fen>,
    /// The arrived part that it is about, where it is about one.
    #[serde(default)]
    pub lot: Option<LotId>,
    /// 10 to 1000 characters.
    pub reason: String,
    /// Own drafts; at least one for a waiver and for a return.
    #[serde(default)]
    pub pictures: Vec<FileId>,
    /// "I have read what the law allows."
    pub understood: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftRequestAdvice {
    pub version: i32,
    pub recommends: bool,
    /// 5 to 500 characters.
    pub opinion: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftRequestDecision {
    pub version: i32,
    pub grants: bool,
    /// 5 to 500 characters; the enterprise reads it.
    pub decision: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenGiftRequest {
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SettledGiftRequest {
    pub version: i32,
    /// Of the return that was paid, or of the arrival that was booked anew, where the request asks for one.
    #[serde(default)]
    pub booking: Option<Uuid>,
    /// What was done; 5 to 500 characters.
    pub note: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct GiftRequestQuery {
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Only those about this pledge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pledge: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftRequestList {
    pub items: Vec<GiftRequest>,
    pub next: Option<String>,
    pub count: Count,
}

/// A request as its enterprise, its charity and the auditor read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftRequest {
    pub id: GiftRequestId,
    pub pledge: PledgeId,
    pub reference: PledgeReference,
    pub pledge_status: PledgeStatus,
    pub pledge_fen: Fen,
    pub arrived_fen: Fen,
    pub enterprise_name: String,
    pub charity_name: String,
    pub campaign_name: String,
    pub kind: GiftRequestKind,
    pub ground: Option<GiftReturnGround>,
    pub amount_fen: Option<Fen>,
    pub lot: Option<LotId>,
    pub reason: String,
    pub pictures: Vec<FileId>,
    pub status: GiftRequestStatus,
    pub version: i32,
    pub asked_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    /// The opinion of the charity's maker; for the charity and the auditor only.
    pub opinion: Option<GiftRequestOpinion>,
    pub decision: Option<GiftRequestDecided>,
    /// What was waived.
    pub waived_fen: Option<Fen>,
    pub settled: Option<GiftRequestSettled>,
    /// What is booked and can be named, for whoever may settle it; of one request alone.
    pub bookings: Vec<RequestBooking>,
    /// What the caller may do now.
    pub may: Vec<GiftRequestStep>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftRequestOpinion {
    pub recommends: bool,
    pub opinion: String,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftRequestDecided {
    pub decision: String,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GiftRequestSettled {
    pub note: String,
    pub at: DateTime<Utc>,
}

/// What was booked for a pledge and has settled no request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RequestBooking {
    pub id: Uuid,
    pub kind: SettlementKind,
    /// What went back; of a rebooking, what the pledge had of the line, and has now.
    pub amount_fen: Fen,
    pub after_fen: Fen,
    pub on_day: NaiveDate,
}
