//! Needs: writing, review, reading, finding.

use super::files::Photo;
use super::{Call, Count, List};
use crate::need::{ContributionKind, Field, NeedAction, NeedContent, NeedStatus, RevisionStatus, names_a_need};
use crate::place::PlaceCode;
use crate::{Fen, FileId, NeedId, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const NEEDS: &str = "/needs";
pub const NEED: &str = "/needs/{id}";
pub const SUBMIT: &str = "/needs/{id}/submit";
pub const PASS: &str = "/needs/{id}/pass";
pub const TAKE_UP: &str = "/needs/{id}/take-up";
pub const RETURN: &str = "/needs/{id}/return";
pub const APPROVE: &str = "/needs/{id}/approve";
pub const PAUSE: &str = "/needs/{id}/pause";
pub const RESUME: &str = "/needs/{id}/resume";
pub const WITHDRAW: &str = "/needs/{id}/withdraw";
pub const RENEW: &str = "/needs/{id}/renew";
pub const START: &str = "/needs/{id}/start";
pub const FINISH: &str = "/needs/{id}/finish";
pub const SEND_BACK: &str = "/needs/{id}/send-back";
pub const CLOSE: &str = "/needs/{id}/close";
pub const OWN: &str = "/needs/own";
pub const REVIEW: &str = "/needs/review";

/// Public needs that fit the query.
#[must_use]
pub fn list(query: &NeedQuery) -> Call<NeedList> {
    Call::get(NEEDS).query(query)
}

/// One need by its id, or a public one by its code.
#[must_use]
pub fn get(id_or_code: &str) -> Call<Need> {
    // What somebody typed where a need's name belongs must not reach another call, such as the list `own`.
    let name = if names_a_need(id_or_code) { id_or_code } else { "-" };
    Call::get(format!("/needs/{name}"))
}

/// Saves a new draft. The id is the client's, so that sending twice saves once.
#[must_use]
pub fn create(draft: &NewNeed) -> Call<Need> {
    Call::post(NEEDS, draft)
}

/// Replaces a draft's (or returned need's) content, if it is still at `version`.
#[must_use]
pub fn update(id: NeedId, change: &NeedChange) -> Call<Need> {
    Call::post(format!("/needs/{id}"), change)
}

/// Sends a complete draft on its way: to the town where somebody reviews there, else to the federation.
#[must_use]
pub fn submit(id: NeedId, seen: Seen) -> Call<Need> {
    step(NeedAction::Submit, id, &seen.into())
}

/// The town or the federation returns it with a reason.
#[must_use]
pub fn return_(id: NeedId, decision: &NeedStep) -> Call<Need> {
    step(NeedAction::Return, id, decision)
}

/// The federation shows it to everybody, for objections first.
#[must_use]
pub fn approve(id: NeedId, seen: Seen) -> Call<Need> {
    step(NeedAction::Approve, id, &seen.into())
}

/// Any step that a person takes. The house's own two, to open and to expire, have no way in.
#[must_use]
pub fn step(action: NeedAction, id: NeedId, step: &NeedStep) -> Call<Need> {
    let name = action.as_str().replace('_', "-");
    Call::post(format!("/needs/{id}/{name}"), step)
}

/// The caller's village's needs, in any state, latest change first.
#[must_use]
pub fn own() -> Call<List<NeedRow>> {
    Call::get(OWN)
}

/// What waits for the caller's town or federation, oldest first.
#[must_use]
pub fn review() -> Call<List<NeedRow>> {
    Call::get(REVIEW)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewNeed {
    pub id: NeedId,
    pub content: NeedContent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedChange {
    pub version: i32,
    pub content: NeedContent,
}

/// The version that the caller had before the eyes when deciding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Seen {
    pub version: i32,
}

/// A step with what is said about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedStep {
    /// The version that the caller had before the eyes.
    pub version: i32,
    /// Needed where somebody has to know why.
    #[serde(default)]
    pub reason: String,
}

impl From<Seen> for NeedStep {
    fn from(seen: Seen) -> Self {
        NeedStep { version: seen.version, reason: String::new() }
    }
}

/// Where a need is: every name with its county and town, because village names recur.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Where {
    pub code: PlaceCode,
    pub county: String,
    pub town: String,
    pub village: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Need {
    pub id: NeedId,
    /// Given with the approval.
    pub code: Option<String>,
    pub status: NeedStatus,
    pub version: i32,
    pub place: Where,
    pub organisation: OrganisationId,
    pub content: NeedContent,
    pub photos: Vec<Photo>,
    pub created_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
    /// The last day on which it is shown for objections before anybody can promise anything.
    pub publicized_until: Option<NaiveDate>,
    /// How often it was changed since it was first approved, and since when it reads as it does.
    pub updates: i32,
    pub updated_at: Option<DateTime<Utc>>,
    /// The revision that is under way: for those who work on the need, and for everybody while it is shown for objections.
    pub revision: Option<RevisionStanding>,
    /// How many letters object to it and wait for an answer; only for those who see the history.
    pub objections: Option<i64>,
    /// What happened to it, oldest first; only for the village, its federation and the auditor.
    pub history: Vec<HistoryEntry>,
    /// What this caller may do now.
    pub may: NeedRights,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedRights {
    pub edit: bool,
    /// To propose a change, or to go on with the one that is under way.
    pub revise: bool,
    /// The steps that this caller may take as the need stands.
    pub steps: Vec<NeedAction>,
}

/// How far a revision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevisionStanding {
    pub status: RevisionStatus,
    pub publicized_until: Option<NaiveDate>,
}

impl NeedRights {
    #[must_use]
    pub fn step(&self, action: NeedAction) -> bool {
        self.steps.contains(&action)
    }
}

impl Need {
    /// Whether everybody may read it.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.code.is_some() && self.status.is_public()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HistoryEntry {
    pub at: DateTime<Utc>,
    /// The name of the organisation that acted.
    pub by: String,
    pub status: NeedStatus,
    pub reason: Option<String>,
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedRow {
    pub id: NeedId,
    pub code: Option<String>,
    pub status: NeedStatus,
    pub title: String,
    pub kind: ContributionKind,
    pub field: Option<Field>,
    pub place: Where,
    /// What is asked besides money, in a few words: `太阳能路灯 20 盏`.
    pub asked: String,
    pub amount_fen: Option<Fen>,
    pub wanted_by: Option<NaiveDate>,
    pub outcome: String,
    pub photo: Option<FileId>,
    pub changed_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct NeedQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// Six digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// Nine digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// Twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_min_fen: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_max_fen: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub sort: Option<NeedSort>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

words! {
    /// The order of a list of needs.
    pub enum NeedSort {
        Relevance = "relevance" / "最相关",
        Newest = "newest" / "最新发布",
        AmountAsc = "amount_asc" / "金额从低到高",
        AmountDesc = "amount_desc" / "金额从高到低",
        Deadline = "deadline" / "最早需要",
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedList {
    pub items: Vec<NeedRow>,
    pub next: Option<String>,
    pub count: Count,
    pub facets: Facets,
    /// No need has all the words; these have most of them.
    pub relaxed: bool,
    /// The search server that is set up does not answer; the engine in the program answered in its place.
    pub stands_in: bool,
}

/// How many needs each choice would show, counted with all the other filters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facets {
    pub fields: Vec<FacetCount>,
    pub counties: Vec<FacetCount>,
    /// Of the chosen county only.
    pub towns: Vec<FacetCount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetCount {
    pub value: String,
    pub label: String,
    pub count: u32,
}
