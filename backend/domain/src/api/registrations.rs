//! Registering an enterprise or a donor, and an enterprise's own record of it.

use super::Call;
use super::links::{AskByEmail, LetterAsked};
use crate::consent::Agreement;
use crate::organisation::OrganisationStatus;
use crate::place::PlaceCode;
use crate::registration::{AccountInput, ContactInput, EnterpriseInput, Industry};
use crate::verification::{ReturnReason, VerificationStep};
use crate::{FileId, OrganisationId, VerificationStepId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const ENTERPRISES: &str = "/registrations/enterprise";
pub const DONORS: &str = "/registrations/donor";
pub const DONOR_COMPLETION: &str = "/registrations/donor/completion";
pub const OWN: &str = "/registrations/own";
pub const OWN_ANSWERS: &str = "/registrations/own/answers";
pub const OWN_CONTACT: &str = "/registrations/own/contact";
pub const OWN_DOCUMENTS: &str = "/registrations/own/documents";
pub const OWN_DOCUMENT: &str = "/registrations/own/documents/{id}";

/// Registers an enterprise and the account of whoever registers it. The id is the client's: sending the same twice
/// registers once, other content is a conflict.
#[must_use]
pub fn enterprise(new: &NewRegistration) -> Call<EnterpriseRegistered> {
    Call::post(ENTERPRISES, new)
}

/// Asks for a donor's account. The answer does not tell whether the address has one.
#[must_use]
pub fn donor(email: &str) -> Call<LetterAsked> {
    Call::post(DONORS, &AskByEmail { email: email.to_owned() })
}

/// Opens the donor's account by the link from the letter.
#[must_use]
pub fn complete_donor(new: &NewDonor) -> Call<DonorRegistered> {
    Call::post(DONOR_COMPLETION, new)
}

/// The record of the enterprise that one acts for, whatever its state.
#[must_use]
pub fn own() -> Call<Registration> {
    Call::get(OWN)
}

/// Changes the record and hands it in again, while it is not decided or was sent back.
#[must_use]
pub fn resubmit(change: &RegistrationChange) -> Call<Registration> {
    Call::post(OWN, change)
}

/// Says something to the federation without changing anything.
#[must_use]
pub fn answer(said: &str) -> Call<Registration> {
    Call::post(OWN_ANSWERS, &RegistrationAnswer { said: said.to_owned() })
}

/// Changes whom to call, and the industry, of a verified enterprise.
#[must_use]
pub fn amend(change: &ContactChange) -> Call<Registration> {
    Call::post(OWN_CONTACT, change)
}

/// Adds the picture of a document: seen by the enterprise's own people, the federation that verifies, and the auditor.
#[must_use]
pub fn add_document(file: FileId) -> Call<Registration> {
    Call::post(OWN_DOCUMENTS, &NewRegistrationDocument { file })
}

/// Takes a picture off the record, while it is not decided or was sent back.
#[must_use]
pub fn remove_document(file: FileId) -> Call<Registration> {
    Call::delete(OWN_DOCUMENT.replace("{id}", &file.to_string()))
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRegistration {
    pub id: OrganisationId,
    #[serde(flatten)]
    pub enterprise: EnterpriseInput,
    #[serde(flatten)]
    pub account: AccountInput,
}

/// The same whether the address had an account or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnterpriseRegistered {
    pub id: OrganisationId,
    /// Where the letter went, as far as it is shown.
    pub email_masked: String,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDonor {
    /// From the letter.
    pub link: String,
    pub person: String,
    pub password: String,
    #[serde(flatten)]
    pub agreement: Agreement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DonorRegistered {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationChange {
    /// The version that was read.
    pub version: i32,
    #[serde(flatten)]
    pub enterprise: EnterpriseInput,
    /// A word to the federation; may be empty.
    #[serde(default)]
    pub said: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContactChange {
    /// The version that was read.
    pub version: i32,
    #[serde(flatten)]
    pub contact: ContactInput,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationAnswer {
    pub said: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewRegistrationDocument {
    /// One's own upload.
    pub file: FileId,
}

/// The record of an enterprise's registration, as its own people and whoever verifies it read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registration {
    pub organisation: OrganisationId,
    pub status: OrganisationStatus,
    /// Counts the changes; a decision names the version that was read.
    pub version: i32,
    pub uscc: String,
    pub name: String,
    pub former_names: Vec<String>,
    pub industry: Industry,
    pub county: PlaceCode,
    pub county_name: String,
    /// Gone where it was erased.
    pub contact: Option<RegistrationContact>,
    /// One of the enterprise's people has confirmed his address.
    pub email_confirmed: bool,
    pub documents: Vec<RegistrationDocument>,
    /// Oldest first.
    pub thread: Vec<VerificationEntry>,
    pub submitted_at: DateTime<Utc>,
    /// When the registration ends, if nobody has confirmed an address by then; none once somebody stands behind it.
    pub confirm_until: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationContact {
    pub name: String,
    pub phone: String,
    pub email: String,
}

/// The picture of a licence or another paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationDocument {
    pub file: FileId,
    pub width: i32,
    pub height: i32,
    pub added_at: DateTime<Utc>,
}

/// What happened and what was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationEntry {
    pub id: VerificationStepId,
    pub step: VerificationStep,
    /// The enterprise or the federation.
    pub organisation_name: String,
    pub at: DateTime<Utc>,
    pub reasons: Vec<ReturnReason>,
    /// Gone where it was erased or nothing was said.
    pub said: Option<String>,
}
