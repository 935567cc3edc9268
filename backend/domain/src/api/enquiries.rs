//! Letters from anybody to a federation: asking, reading by the link in the mail, answering.

use super::{Call, List};
use crate::enquiry::{EnquiryStatus, Topic};
use crate::place::PlaceCode;
use crate::{EnquiryId, NeedId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const ENQUIRIES: &str = "/enquiries";
pub const ENQUIRY: &str = "/enquiries/{id}";
pub const ANSWER: &str = "/enquiries/{id}/answer";
pub const MESSAGES: &str = "/enquiries/{id}/messages";

/// Asks. The id is the client's, so that sending twice asks once.
#[must_use]
pub fn ask(new: &NewEnquiry) -> Call<Asked> {
    Call::post(ENQUIRIES, new)
}

/// What the caller's federation has to answer, longest waiting first; or what was answered, latest first.
#[must_use]
pub fn list(query: &EnquiryQuery) -> Call<List<EnquiryRow>> {
    Call::get(ENQUIRIES).query(query)
}

/// One with its thread: for the federation of the place, or by the key in the link of the mail.
#[must_use]
pub fn get(id: EnquiryId, key: Option<&str>) -> Call<Enquiry> {
    Call::get(format!("/enquiries/{id}")).query(&WithKey { key: key.map(str::to_owned) })
}

/// The federation answers; the asker gets it by mail.
#[must_use]
pub fn answer(id: EnquiryId, text: &str) -> Call<Enquiry> {
    Call::post(format!("/enquiries/{id}/answer"), &AnswerEnquiry { text: text.to_owned() })
}

/// The asker adds something, by the key in the link of the mail.
#[must_use]
pub fn add(id: EnquiryId, key: &str, text: &str) -> Call<Enquiry> {
    Call::post(format!("/enquiries/{id}/messages"), &AddToEnquiry { key: key.to_owned(), text: text.to_owned() })
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEnquiry {
    pub id: EnquiryId,
    pub name: String,
    /// Where the answer is sent.
    pub email: String,
    /// The county whose federation is asked; without it the city's.
    pub county: Option<PlaceCode>,
    pub topic: Topic,
    /// The public need that it is about. While that is shown for objections, it waits for the answer.
    #[serde(default)]
    pub need: Option<NeedId>,
    /// Plain text.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AboutNeed {
    pub code: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Asked {
    pub id: EnquiryId,
    /// To ask by.
    pub reference: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct EnquiryQuery {
    /// Those that were answered, instead of those that wait.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnquiryRow {
    pub id: EnquiryId,
    pub reference: String,
    pub topic: Topic,
    pub status: EnquiryStatus,
    /// The name of the county, or of the city.
    pub place: String,
    /// Masked.
    pub name: String,
    pub asked_at: DateTime<Utc>,
    /// Of the latest message.
    pub changed_at: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enquiry {
    pub id: EnquiryId,
    pub reference: String,
    pub topic: Topic,
    pub status: EnquiryStatus,
    pub place: String,
    /// How the asker wants to be called; empty where it was erased.
    pub name: String,
    /// Masked: the platform sends the answer.
    pub email: String,
    pub asked_at: DateTime<Utc>,
    /// The public need that it is about.
    pub need: Option<AboutNeed>,
    /// Oldest first.
    pub messages: Vec<EnquiryMessage>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnquiryMessage {
    /// The federation wrote it.
    pub answer: bool,
    pub text: String,
    pub at: DateTime<Utc>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct WithKey {
    /// From the link of the mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AnswerEnquiry {
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddToEnquiry {
    pub key: String,
    pub text: String,
}
