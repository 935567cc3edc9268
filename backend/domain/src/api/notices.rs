//! Notices: what was told to the caller, and where he wants to be told.

use super::{Call, List};
use crate::NoticeId;
use crate::notice::{Channel, NoticeKind};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const NOTICES: &str = "/notices";
pub const READ_ALL: &str = "/notices/read";
pub const READ: &str = "/notices/{id}/read";
pub const PREFERENCES: &str = "/me/notice-preferences";

/// The caller's own, latest first.
#[must_use]
pub fn list(query: &NoticeQuery) -> Call<List<Notice>> {
    Call::get(NOTICES).query(query)
}

/// Notes that one was read; again is the same.
#[must_use]
pub fn read(id: NoticeId) -> Call<Notice> {
    Call::post(format!("/notices/{id}/read"), &ReadNotice {})
}

/// Notes that all were read.
#[must_use]
pub fn read_all() -> Call<AllRead> {
    Call::post(READ_ALL, &ReadNotice {})
}

/// Where the caller reads each kind of letter.
#[must_use]
pub fn preferences() -> Call<Preferences> {
    Call::get(PREFERENCES)
}

/// Chooses where to read; kinds that are not named stay as they are.
#[must_use]
pub fn set_preferences(chosen: &[ChosenChannel]) -> Call<Preferences> {
    Call::post(PREFERENCES, &ChoosePreferences { chosen: chosen.to_vec() })
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct NoticeQuery {
    /// Those only that were not read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unread: bool,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notice {
    pub id: NoticeId,
    pub kind: NoticeKind,
    pub text: String,
    /// Where it leads, within the site.
    pub path: String,
    pub at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadNotice {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AllRead {
    /// How many had not been read.
    pub read: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preferences {
    /// Of the kinds that somebody in the caller's roles may be sent.
    pub items: Vec<Preference>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preference {
    pub kind: NoticeKind,
    pub channel: Channel,
    /// Among which the reader may choose; one only for what cannot be muted.
    pub channels: Vec<Channel>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChosenChannel {
    pub kind: NoticeKind,
    pub channel: Channel,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChoosePreferences {
    pub chosen: Vec<ChosenChannel>,
}
