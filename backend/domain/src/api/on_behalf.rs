//! Notes of what enterprises are said to have promised: making one, claiming it, declining it.

use super::pledges::{NewPledge, Pledge};
use super::{Call, Count};
use crate::on_behalf::OnBehalfStatus;
use crate::uscc::Uscc;
use crate::{CampaignId, Fen, FileId, OnBehalfId, OrganisationId, PledgeId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const ALL: &str = "/on-behalf";
pub const ONE: &str = "/on-behalf/{id}";
pub const CLAIM: &str = "/on-behalf/{id}/claim";
pub const DECLINE: &str = "/on-behalf/{id}/decline";
pub const WITHDRAW: &str = "/on-behalf/{id}/withdraw";

/// Notes what an enterprise is said to have promised. The id is the client's: the same twice makes one.
#[must_use]
pub fn note(new: &NewOnBehalf) -> Call<OnBehalf> {
    Call::post(ALL, new)
}

/// Those that the caller's organisation recorded, is named in, or may claim; latest first.
#[must_use]
pub fn list(query: &OnBehalfQuery) -> Call<OnBehalfList> {
    Call::get(ALL).query(query)
}

#[must_use]
pub fn get(id: OnBehalfId) -> Call<OnBehalf> {
    Call::get(format!("/on-behalf/{id}"))
}

/// The enterprise makes its own pledge, by its own terms; the note is answered in the same moment.
#[must_use]
pub fn claim(id: OnBehalfId, new: &NewPledge) -> Call<Pledge> {
    Call::post(format!("/on-behalf/{id}/claim"), new)
}

/// The enterprise says that it promised nothing of the kind.
#[must_use]
pub fn decline(id: OnBehalfId, why: &DeclineOnBehalf) -> Call<OnBehalf> {
    Call::post(format!("/on-behalf/{id}/decline"), why)
}

/// Whoever noted it takes it back.
#[must_use]
pub fn withdraw(id: OnBehalfId) -> Call<OnBehalf> {
    Call::post(format!("/on-behalf/{id}/withdraw"), &WithdrawOnBehalf {})
}

/// Nothing has to be said.
#[derive(Serialize)]
struct WithdrawOnBehalf {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOnBehalf {
    pub id: OnBehalfId,
    pub campaign: CampaignId,
    pub charity: OrganisationId,
    /// Where the platform knows it; else name, code and address.
    #[serde(default)]
    pub enterprise: Option<OrganisationId>,
    pub name: String,
    #[serde(default)]
    pub uscc: Option<Uscc>,
    /// To whom to write, where the platform does not know the enterprise.
    #[serde(default)]
    pub email: Option<String>,
    pub amount_fen: Fen,
    /// Where it was said, by whom, how; 5 to 500 characters.
    pub note: String,
    #[serde(default)]
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeclineOnBehalf {
    /// 5 to 200 characters.
    pub reason: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct OnBehalfQuery {
    /// Only those that wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<bool>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OnBehalfList {
    pub items: Vec<OnBehalf>,
    pub next: Option<String>,
    pub count: Count,
}

/// A note, for who recorded it, the charity that it names, the enterprise and the auditor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OnBehalf {
    pub id: OnBehalfId,
    pub recorder_name: String,
    pub recorded_at: DateTime<Utc>,
    /// The last legal day on which it can be claimed.
    pub last_day: NaiveDate,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    /// As it was noted.
    pub name: String,
    /// Whether the platform knows the enterprise.
    pub known: bool,
    /// What was said; nobody expects it.
    pub amount_fen: Fen,
    pub note: String,
    pub pictures: Vec<FileId>,
    pub status: OnBehalfStatus,
    /// The enterprise's own pledge, where it made one; for the enterprise and its charity.
    pub pledge: Option<PledgeId>,
    /// What the enterprise answered where it declined.
    pub answer: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
    pub may_claim: bool,
    pub may_withdraw: bool,
}
