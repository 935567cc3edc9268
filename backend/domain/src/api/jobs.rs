//! Background work that was given up, for whoever runs the platform.

use super::{Call, List};
use crate::JobId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const DEAD_JOBS: &str = "/jobs/dead";
pub const PERHAPS_TWICE: &str = "/jobs/perhaps-twice";
pub const RETRY: &str = "/jobs/{id}/retry";
pub const SET_ASIDE: &str = "/jobs/{id}/set-aside";

/// What was given up and not set aside, oldest first. What a job holds is not shown.
#[must_use]
pub fn dead() -> Call<List<DeadJob>> {
    Call::get(DEAD_JOBS)
}

/// Letters that may have come twice, latest first: an earlier attempt ended without a report, or no answer came to it. Both
/// are the same message, so that most programs show it once.
#[must_use]
pub fn perhaps_twice() -> Call<List<RepeatedLetter>> {
    Call::get(PERHAPS_TWICE)
}

/// Has it tried again from the beginning.
#[must_use]
pub fn retry(id: JobId) -> Call<JobHandled> {
    Call::post(format!("/jobs/{id}/retry"), &HandleJob {})
}

/// Notes that it was dealt with in another way. It stays where it is and is waited for no more.
#[must_use]
pub fn set_aside(id: JobId) -> Call<JobHandled> {
    Call::post(format!("/jobs/{id}/set-aside"), &HandleJob {})
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandleJob {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobHandled {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeadJob {
    pub id: JobId,
    pub kind: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    /// Why the last attempt failed; without personal data.
    pub error: String,
}

/// A letter that may have come twice; whom it is for is not shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepeatedLetter {
    /// The message's own id begins with it.
    pub id: JobId,
    pub kind: String,
    pub attempts: i32,
    pub created_at: DateTime<Utc>,
    pub sent_at: DateTime<Utc>,
}
