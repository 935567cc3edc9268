//! Searches of needs that somebody saved, and how he is told of new ones.

use super::needs::NeedQuery;
use super::{Call, List};
use crate::saved_search::Pace;
use crate::{PersonId, SavedSearchId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const SEARCHES: &str = "/saved-searches";
pub const SEARCH: &str = "/saved-searches/{id}";
pub const STOP: &str = "/saved-searches/stop";

/// The caller's searches, latest first.
#[must_use]
pub fn list() -> Call<List<SavedSearch>> {
    Call::get(SEARCHES)
}

/// Saves a search. The id is the client's, so that sending twice saves once.
#[must_use]
pub fn save(new: &NewSavedSearch) -> Call<SavedSearch> {
    Call::post(SEARCHES, new)
}

/// Renames, pauses or quickens one of the caller's searches.
#[must_use]
pub fn change(id: SavedSearchId, change: &SavedSearchChange) -> Call<SavedSearch> {
    Call::post(format!("/saved-searches/{id}"), change)
}

/// Drops one of the caller's searches.
#[must_use]
pub fn drop(id: SavedSearchId) -> Call<SavedSearch> {
    Call::delete(format!("/saved-searches/{id}"))
}

/// Pauses all of a person's searches, by the link of a letter; nobody has to be signed in.
#[must_use]
pub fn stop(stop: &StopSearches) -> Call<StoppedSearches> {
    Call::post(STOP, stop)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewSavedSearch {
    pub id: SavedSearchId,
    pub name: String,
    /// The parameters of `GET /needs`; order and page are of no matter.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub query: NeedQuery,
    pub pace: Pace,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedSearchChange {
    pub name: String,
    pub pace: Pace,
    pub paused: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SavedSearch {
    pub id: SavedSearchId,
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub query: NeedQuery,
    pub pace: Pace,
    pub paused: bool,
    /// How many needs it has found since it was saved.
    pub found: i64,
    pub created_at: DateTime<Utc>,
}

/// What the link of a letter says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StopSearches {
    pub person: PersonId,
    pub key: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoppedSearches {
    pub paused: i64,
}
