//! Texts that no machine sends here: staff pass them on by telephone.

use super::{Call, List};
use crate::TextId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const TEXTS: &str = "/texts";
pub const PASSED_ON: &str = "/texts/{id}/passed-on";

/// What waits for the people of the caller's organisation to pass on, oldest first.
#[must_use]
pub fn list() -> Call<List<TextToPassOn>> {
    Call::get(TEXTS)
}

/// It has been passed on; number and words are forgotten.
#[must_use]
pub fn passed_on(id: TextId) -> Call<PassedOn> {
    Call::post(format!("/texts/{id}/passed-on"), &PassedOn {})
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextToPassOn {
    pub id: TextId,
    /// Whole: it has to be dialled.
    pub phone: String,
    pub body: String,
    pub written_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PassedOn {}
