//! What of a need was approved, version by version; the revision that would change it; and needs that may be the same.

use super::files::Photo;
use super::needs::{NeedRow, Where};
use super::{Call, List};
use crate::need::similar::Similarity;
use crate::need::{NeedContent, NeedStatus, RevisionAction, RevisionStatus, names_a_need};
use crate::{Fen, NeedId, RevisionId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const VERSIONS: &str = "/needs/{id}/versions";
pub const SIMILAR: &str = "/needs/{id}/similar";
pub const REVISIONS: &str = "/needs/revisions";
pub const REVISION: &str = "/needs/{id}/revision";
pub const SUBMIT: &str = "/needs/{id}/revision/submit";
pub const PASS: &str = "/needs/{id}/revision/pass";
pub const TAKE_UP: &str = "/needs/{id}/revision/take-up";
pub const RETURN: &str = "/needs/{id}/revision/return";
pub const APPROVE: &str = "/needs/{id}/revision/approve";
pub const DROP: &str = "/needs/{id}/revision/drop";

/// Everything that was approved of a need, and what is shown for objections now; by id, or by code.
#[must_use]
pub fn versions(id_or_code: &str) -> Call<NeedVersions> {
    // What somebody typed where a need's name belongs must not reach another call.
    let name = if names_a_need(id_or_code) { id_or_code } else { "-" };
    Call::get(format!("/needs/{name}/versions"))
}

/// Needs that may be the same as this one; only for those who work on it.
#[must_use]
pub fn similar(id: NeedId) -> Call<List<SimilarNeed>> {
    Call::get(format!("/needs/{id}/similar"))
}

/// Revisions: a village's own that are under way, a town's or federation's that wait for it.
#[must_use]
pub fn list() -> Call<List<RevisionRow>> {
    Call::get(REVISIONS)
}

/// The revision of a need that is under way; only for those who work on it.
#[must_use]
pub fn get(need: NeedId) -> Call<NeedRevision> {
    Call::get(format!("/needs/{need}/revision"))
}

/// Begins a revision, or saves it again.
#[must_use]
pub fn save(need: NeedId, change: &RevisionChange) -> Call<NeedRevision> {
    Call::post(format!("/needs/{need}/revision"), change)
}

/// Any step that a person takes. The house's own, to let it take effect, has no way in.
#[must_use]
pub fn step(action: RevisionAction, need: NeedId, step: &RevisionStep) -> Call<NeedRevision> {
    let name = action.as_str().replace('_', "-");
    Call::post(format!("/needs/{need}/revision/{name}"), step)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionChange {
    /// The version that the writer read; 0 where none was under way.
    pub version: i32,
    /// Why; needed where somebody has promised something.
    #[serde(default)]
    pub why: String,
    pub content: NeedContent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionStep {
    /// The version that the caller had before the eyes.
    pub version: i32,
    /// Needed where somebody has to know why.
    #[serde(default)]
    pub reason: String,
    /// Of an approval: shown for objections first, also where no rule asks for it.
    #[serde(default)]
    pub publicize: bool,
}

/// A text that everybody could read, or can.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedVersion {
    /// From 1.
    pub number: i32,
    pub content: NeedContent,
    pub photos: Vec<Photo>,
    /// What the village said of the change; empty for the first.
    pub why: String,
    pub approved_at: DateTime<Utc>,
    /// Later than the approval where it was shown for objections before.
    pub shown_from: DateTime<Utc>,
}

/// A revision that is shown for objections: everybody may read what would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProposedVersion {
    pub content: NeedContent,
    pub photos: Vec<Photo>,
    pub why: String,
    pub publicized_until: NaiveDate,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedVersions {
    pub id: NeedId,
    pub code: Option<String>,
    pub place: Where,
    /// Oldest first; the last is what is shown.
    pub items: Vec<NeedVersion>,
    pub proposed: Option<ProposedVersion>,
}

/// A revision with what it would change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedRevision {
    pub id: RevisionId,
    pub need: NeedId,
    pub code: Option<String>,
    pub need_status: NeedStatus,
    pub place: Where,
    pub status: RevisionStatus,
    pub version: i32,
    pub why: String,
    pub content: NeedContent,
    pub photos: Vec<Photo>,
    /// The approved text that it is based on, which everybody reads.
    pub shown: NeedContent,
    pub shown_photos: Vec<Photo>,
    /// Money pledged to the need or set aside for it: what is asked cannot be less.
    pub promised_fen: Fen,
    /// The last day of objections, where it is shown for them.
    pub publicized_until: Option<NaiveDate>,
    /// Letters that object and wait for an answer.
    pub objections: i64,
    pub changed_at: DateTime<Utc>,
    /// What happened to it, oldest first.
    pub history: Vec<RevisionEntry>,
    pub may: RevisionRights,
}

/// What this caller may do now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionRights {
    pub edit: bool,
    pub steps: Vec<RevisionAction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionEntry {
    pub at: DateTime<Utc>,
    /// The name of the organisation that acted.
    pub by: String,
    pub status: RevisionStatus,
    pub reason: Option<String>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionRow {
    pub need: NeedId,
    pub code: Option<String>,
    pub title: String,
    pub place: Where,
    pub status: RevisionStatus,
    pub changed_at: DateTime<Utc>,
}

/// A need that may be the same, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SimilarNeed {
    pub need: NeedRow,
    pub similarity: Similarity,
}
