//! New passwords for people of a village: one of the town asks, another agrees, the person sets it himself.

use super::invitations::Sheet;
use super::{Call, List};
use crate::membership::ResetStatus;
use crate::{OrganisationId, PersonId, ResetId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const RESETS: &str = "/town-resets";
pub const APPROVE: &str = "/town-resets/{id}/approve";
pub const REFUSE: &str = "/town-resets/{id}/refuse";
pub const USE: &str = "/town-resets/use";

/// Those of the caller's town, or of the towns that the caller may help; latest first.
#[must_use]
pub fn list() -> Call<List<Reset>> {
    Call::get(RESETS)
}

/// One of the town asks for somebody of a village of the town. The id is the client's.
#[must_use]
pub fn ask(new: &NewReset) -> Call<Reset> {
    Call::post(RESETS, new)
}

/// Another agrees; only this answer holds the code.
#[must_use]
pub fn approve(id: ResetId) -> Call<ResetApproved> {
    Call::post(format!("/town-resets/{id}/approve"), &DecideReset {})
}

/// Nothing comes of it.
#[must_use]
pub fn refuse(id: ResetId) -> Call<Reset> {
    Call::post(format!("/town-resets/{id}/refuse"), &DecideReset {})
}

/// The person sets the password with the code.
#[must_use]
pub fn use_code(new: &UseCode) -> Call<CodeUsed> {
    Call::post(USE, new)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReset {
    pub id: ResetId,
    pub person: PersonId,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecideReset {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reset {
    pub id: ResetId,
    pub person: PersonId,
    pub person_name: String,
    pub village: String,
    pub town: OrganisationId,
    pub town_name: String,
    pub asked_by: Option<String>,
    pub asked_at: DateTime<Utc>,
    pub approved_by: Option<String>,
    pub status: ResetStatus,
    /// The caller may agree to it.
    pub may_approve: bool,
    /// The town has one person only; the owner of the county's federation may agree.
    pub town_is_one: bool,
    /// Of an approved one: until when the code is good.
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetApproved {
    pub reset: Reset,
    pub sheet: Sheet,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UseCode {
    pub code: String,
    pub new: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeUsed {}
