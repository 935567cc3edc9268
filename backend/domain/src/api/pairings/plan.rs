//! The joint plan of a pairing: its milestones, and what is done with them.

use super::Pairing;
use crate::api::Call;
use crate::pairing::{MilestoneInput, MilestoneStatus, PairingSide};
use crate::{FileId, MilestoneId, PairingId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Puts a milestone into the plan; its day counts when the other side has accepted it. The id is the client's.
#[must_use]
pub fn plan(id: PairingId, new: &NewMilestone) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/milestones"), new)
}

/// Proposes another day.
#[must_use]
pub fn move_milestone(id: MilestoneId, to: &MoveMilestone) -> Call<Pairing> {
    Call::post(format!("/pairings/milestones/{id}/move"), to)
}

/// The other side accepts the day that is proposed.
#[must_use]
pub fn accept_day(id: MilestoneId, seen: SeenMilestone) -> Call<Pairing> {
    Call::post(format!("/pairings/milestones/{id}/accept-day"), &seen)
}

/// The proposed day is not taken: the old one stays; a milestone without one leaves the plan.
#[must_use]
pub fn drop_day(id: MilestoneId, seen: SeenMilestone) -> Call<Pairing> {
    Call::post(format!("/pairings/milestones/{id}/drop-day"), &seen)
}

/// The owner says that it is done.
#[must_use]
pub fn submit(id: MilestoneId, report: &MilestoneReport) -> Call<Pairing> {
    Call::post(format!("/pairings/milestones/{id}/submit"), report)
}

/// The other side has seen that it is done.
#[must_use]
pub fn verify(id: MilestoneId, seen: SeenMilestone) -> Call<Pairing> {
    Call::post(format!("/pairings/milestones/{id}/verify"), &seen)
}

/// It is not done so.
#[must_use]
pub fn send_back(id: MilestoneId, seen: &MilestoneReason) -> Call<Pairing> {
    Call::post(format!("/pairings/milestones/{id}/return"), seen)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMilestone {
    pub id: MilestoneId,
    #[serde(flatten)]
    pub input: MilestoneInput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveMilestone {
    /// Of the milestone that was read.
    pub version: i32,
    pub due_on: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenMilestone {
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MilestoneReason {
    pub version: i32,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MilestoneReport {
    pub version: i32,
    pub note: String,
    /// None to five; not public.
    pub pictures: Vec<FileId>,
}

/// One step of the joint plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Milestone {
    pub id: MilestoneId,
    pub version: i32,
    pub title: String,
    pub owner: PairingSide,
    pub owner_name: String,
    /// The day that both agreed on; none while the first one is proposed only.
    pub due_on: Option<NaiveDate>,
    /// The day that one side proposes.
    pub proposed_day: Option<NaiveDate>,
    pub status: MilestoneStatus,
    pub late: bool,
    /// Of the latest report.
    pub note: String,
    pub pictures: Vec<FileId>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it was returned last.
    pub reason: Option<String>,
    pub may: MilestoneRights,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one thing that may be done or not")]
pub struct MilestoneRights {
    pub submit: bool,
    /// Verifies and returns.
    pub decide: bool,
    pub move_day: bool,
    pub accept_day: bool,
    pub drop_day: bool,
}
