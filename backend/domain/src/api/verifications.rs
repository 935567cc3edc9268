//! The federation checks the enterprises that registered in its place.

use super::registrations::Registration;
use super::{Call, List};
use crate::OrganisationId;
use crate::likeness::RegistrationFlag;
use crate::organisation::OrganisationStatus;
use crate::verification::{ReturnReason, VerificationStep};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const VERIFICATIONS: &str = "/verifications";
pub const WAITING: &str = "/verifications/waiting";
pub const VERIFICATION: &str = "/verifications/{id}";
pub const VERIFY: &str = "/verifications/{id}/verify";
pub const RETURN: &str = "/verifications/{id}/return";
pub const SUSPEND: &str = "/verifications/{id}/suspend";
pub const RESTORE: &str = "/verifications/{id}/restore";

/// The registrations of the caller's place in one state, those waiting first handed in first.
#[must_use]
pub fn list(query: &VerificationQuery) -> Call<List<VerificationRow>> {
    Call::get(VERIFICATIONS).query(query)
}

/// How many wait for the caller, and since when.
#[must_use]
pub fn waiting() -> Call<WaitingVerifications> {
    Call::get(WAITING)
}

#[must_use]
pub fn get(id: OrganisationId) -> Call<Verification> {
    Call::get(format!("/verifications/{id}"))
}

#[must_use]
pub fn verify(id: OrganisationId, seen: &SeenRegistration) -> Call<Verification> {
    Call::post(format!("/verifications/{id}/verify"), seen)
}

/// Sends it back with reasons, to be mended.
#[must_use]
pub fn return_(id: OrganisationId, why: &ReturnRegistration) -> Call<Verification> {
    Call::post(format!("/verifications/{id}/return"), why)
}

/// Nobody acts for it any more, until it is restored.
#[must_use]
pub fn suspend(id: OrganisationId, why: &WhyOfDecision) -> Call<Verification> {
    Call::post(format!("/verifications/{id}/suspend"), why)
}

#[must_use]
pub fn restore(id: OrganisationId, why: &WhyOfDecision) -> Call<Verification> {
    Call::post(format!("/verifications/{id}/restore"), why)
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct VerificationQuery {
    /// `pending` unless told: `pending`, `returned`, `verified`, `suspended`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<OrganisationStatus>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationRow {
    pub organisation: OrganisationId,
    pub name: String,
    pub uscc: String,
    pub county_name: String,
    pub status: OrganisationStatus,
    /// When it was last handed in.
    pub submitted_at: DateTime<Utc>,
    pub documents: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WaitingVerifications {
    pub number: i64,
    /// When the one that waits longest was handed in.
    pub oldest: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenRegistration {
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReturnRegistration {
    pub version: i32,
    pub reasons: Vec<ReturnReason>,
    pub said: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhyOfDecision {
    pub said: String,
}

/// A record with what its reviewer has to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Verification {
    pub registration: Registration,
    pub flags: Vec<RegistrationFlag>,
    /// What the caller may decide now.
    pub decisions: Vec<VerificationStep>,
}
