//! The record of what happened, and a person's data in full.

use super::{Call, List};
use crate::{EventId, OrganisationId, PersonId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub const AUDIT: &str = "/audit";
pub const EXPORT: &str = "/audit/export";
pub const PRIVATE: &str = "/people/{id}/private";

/// What happened, newest first.
#[must_use]
pub fn list(query: &AuditQuery) -> Call<List<AuditRow>> {
    Call::get(AUDIT).query(query)
}

/// Where the same comes as a table for a spreadsheet, whole.
#[must_use]
pub fn export_path(query: &AuditQuery) -> String {
    let text = serde_urlencoded::to_string(query).unwrap_or_default();
    format!("{EXPORT}?{text}")
}

/// A person's name, account and address in full. Whoever reads it says why and is recorded.
#[must_use]
pub fn read_private(person: PersonId, reason: &str) -> Call<PrivatePerson> {
    Call::post(format!("/people/{person}/private"), &ReadPrivate { reason: reason.to_owned() })
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct AuditQuery {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_kind: Option<String>,
    /// The id of what it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub subject: Option<Uuid>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub person: Option<PersonId>,
    /// For which organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub organisation: Option<OrganisationId>,
    /// The first day in Shanghai.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub from: Option<NaiveDate>,
    /// The last day in Shanghai.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub to: Option<NaiveDate>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", param(value_type = Option<String>))]
    pub after: Option<EventId>,
}

/// One event. Names are masked; ids lead on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditRow {
    pub id: EventId,
    pub at: DateTime<Utc>,
    /// Nobody: a stranger, or the system.
    pub person: Option<PersonId>,
    /// `王**`.
    pub person_name: Option<String>,
    pub organisation: Option<OrganisationId>,
    pub organisation_name: Option<String>,
    pub verb: String,
    /// What a person reads for the verb.
    pub verb_label: String,
    pub subject_kind: String,
    pub subject_label: String,
    pub subject: Uuid,
    /// Ids, states and masked values.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub before: Option<serde_json::Value>,
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub after: Option<serde_json::Value>,
    pub reason: Option<String>,
    /// The network address that it came from.
    pub address: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReadPrivate {
    /// Why; kept with the event.
    pub reason: String,
}

/// What is kept about a person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PrivatePerson {
    pub id: PersonId,
    pub account: String,
    /// None: it was erased.
    pub name: Option<String>,
    pub email: Option<String>,
}
