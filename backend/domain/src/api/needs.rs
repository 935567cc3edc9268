//! Needs: writing, review, reading, finding.

use super::files::Photo;
use super::{Call, Count, List};
use crate::finding::Facet;
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
pub const SUGGESTIONS: &str = "/needs/suggestions";
pub const REVIEW: &str = "/needs/review";

/// Public needs that fit the query.
#[must_use]
pub fn list(query: &NeedQuery) -> Call<NeedList> {
    Call::get(NEEDS).query(query)
}

/// What somebody who has typed so far may mean: places, fields, words, titles of needs.
#[must_use]
pub fn suggestions(typed: &str) -> Call<List<NeedSuggestion>> {
    Call::get(SUGGESTIONS).query(&SuggestionQuery { q: Some(typed.to_owned()) })
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

/// What is looked for. Each choice is one identifier, or several joined by commas: any of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct NeedQuery {
    /// Words; of a longer text the first 100 characters are read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Six digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// Nine digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town: Option<String>,
    /// Twelve digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub village: Option<String>,
    /// Of the town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Of the village.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub village_type: Option<String>,
    /// Bands of amounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_min_fen: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_max_fen: Option<i64>,
    /// How soon it is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub sort: Option<NeedSort>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Just these words and conditions: nothing is widened or spelt otherwise where nothing is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exact: Option<bool>,
}

impl NeedQuery {
    /// The choices of a facet as they stand in the query.
    #[must_use]
    pub fn choice(&self, facet: Facet) -> Option<&String> {
        let choice = match facet {
            Facet::Field => &self.field,
            Facet::Kind => &self.kind,
            Facet::County => &self.county,
            Facet::Town => &self.town,
            Facet::TownClass => &self.class,
            Facet::VillageType => &self.village_type,
            Facet::Amount => &self.amount,
            Facet::Deadline => &self.deadline,
            Facet::Form => &self.form,
        };
        choice.as_ref()
    }

    /// The choices of a facet, one by one.
    pub fn chosen(&self, facet: Facet) -> impl Iterator<Item = &str> {
        self.choice(facet).into_iter().flat_map(|choice| choice.split(',')).filter(|value| !value.is_empty())
    }

    /// The same query with these choices of a facet.
    #[must_use]
    pub fn with(mut self, facet: Facet, values: &[&str]) -> Self {
        let slot = match facet {
            Facet::Field => &mut self.field,
            Facet::Kind => &mut self.kind,
            Facet::County => &mut self.county,
            Facet::Town => &mut self.town,
            Facet::TownClass => &mut self.class,
            Facet::VillageType => &mut self.village_type,
            Facet::Amount => &mut self.amount,
            Facet::Deadline => &mut self.deadline,
            Facet::Form => &mut self.form,
        };
        *slot = (!values.is_empty()).then(|| values.join(","));
        self
    }
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
    /// Where the words stand in the items, in the same order; empty where no words were asked for.
    pub marked: Vec<MarkedNeed>,
    pub next: Option<String>,
    pub count: Count,
    pub facets: Facets,
    /// The text was longer than is read: only its first part was looked for.
    pub cut: bool,
    /// What the words say of the amount, as it was understood: `5 万元以内`.
    pub amount_said: Option<String>,
    /// Nothing was found as it was spelt; this was looked for instead.
    pub meant: Option<String>,
    /// Few were found as it was spelt; more meet this spelling.
    pub perhaps: Option<String>,
    /// Nothing was found that meets everything; what was let go.
    pub widened: Option<Widened>,
    /// The search server that is set up does not answer; the engine in the program answered in its place.
    pub stands_in: bool,
}

/// What was let go so that something is found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Widened {
    /// Not every word has to be met, but most of them.
    pub fewer_words: bool,
    /// Words that were not looked for at all.
    pub words: Vec<String>,
    /// Choices of these that were left out.
    pub conditions: Vec<Facet>,
    /// The wider place that was looked in instead; `梅州市` is all there is.
    pub place: Option<String>,
}

/// Where the words that were asked for stand in a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MarkedNeed {
    pub title: Vec<TextPiece>,
    /// The part of the description, or of what will be better, in which most of the words stand; empty where none does.
    pub snippet: Vec<TextPiece>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextPiece {
    pub text: String,
    /// This is what was asked for.
    pub hit: bool,
}

/// How many needs each choice would show, counted with all the other filters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Facets {
    pub fields: Vec<FacetCount>,
    pub kinds: Vec<FacetCount>,
    pub counties: Vec<FacetCount>,
    /// Of the chosen counties only.
    pub towns: Vec<FacetCount>,
    pub classes: Vec<FacetCount>,
    pub types: Vec<FacetCount>,
    pub amounts: Vec<FacetCount>,
    pub deadlines: Vec<FacetCount>,
    pub forms: Vec<FacetCount>,
}

impl Facets {
    /// The choices of a facet.
    #[must_use]
    pub fn of(&self, facet: Facet) -> &[FacetCount] {
        match facet {
            Facet::Field => &self.fields,
            Facet::Kind => &self.kinds,
            Facet::County => &self.counties,
            Facet::Town => &self.towns,
            Facet::TownClass => &self.classes,
            Facet::VillageType => &self.types,
            Facet::Amount => &self.amounts,
            Facet::Deadline => &self.deadlines,
            Facet::Form => &self.forms,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FacetCount {
    pub value: String,
    pub label: String,
    pub count: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct SuggestionQuery {
    /// What was typed so far: Hanzi, pinyin or initials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
}

words! {
    /// What a suggestion is.
    pub enum SuggestionKind {
        Place = "place" / "地点",
        Field = "field" / "领域",
        Word = "word" / "词",
        Need = "need" / "需求",
    }
}

/// A text that can be searched for in place of what was typed so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedSuggestion {
    pub text: String,
    pub kind: SuggestionKind,
    /// What tells it from another of the same name: county and town of a place; empty otherwise.
    pub note: String,
}
