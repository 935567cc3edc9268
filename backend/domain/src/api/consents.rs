//! What one has agreed to, and agreeing or withdrawing.

use super::Call;
use crate::consent::ConsentKind;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const MY_CONSENTS: &str = "/me/consents";

/// What one has agreed to, and the history of it.
#[must_use]
pub fn mine() -> Call<Consents> {
    Call::get(MY_CONSENTS)
}

/// Gives or withdraws, each for itself.
#[must_use]
pub fn decide(decisions: &[ConsentDecision]) -> Call<Consents> {
    Call::post(MY_CONSENTS, &ConsentDecisions { decisions: decisions.to_vec() })
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentDecisions {
    pub decisions: Vec<ConsentDecision>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentDecision {
    pub kind: ConsentKind,
    /// The version that was read; only the present one can be agreed to.
    pub version: String,
    pub given: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consents {
    /// One of each kind, in the order of the kinds.
    pub standing: Vec<ConsentStanding>,
    /// Everything that was given or withdrawn, latest first.
    pub history: Vec<ConsentEntry>,
}

/// How one kind of consent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentStanding {
    pub kind: ConsentKind,
    /// The version in force.
    pub version: String,
    /// Agreed to in the version in force.
    pub given: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsentEntry {
    pub kind: ConsentKind,
    pub version: String,
    pub given: bool,
    pub at: DateTime<Utc>,
}
