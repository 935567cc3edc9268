//! Invitations: by e-mail, on a printed sheet or passed on by telephone; good once, for fourteen days.

use super::{Call, List};
use crate::membership::{InvitationStatus, InvitationWay};
use crate::organisation::Role;
use crate::{InvitationId, OrganisationId, PersonId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const INVITATIONS: &str = "/organisations/{id}/invitations";
pub const REVOKE: &str = "/organisations/{id}/invitations/{invitation}/revoke";
pub const MINE: &str = "/me/invitations";
pub const LOOK: &str = "/invitations/look";
pub const ACCEPT: &str = "/invitations/{code}/accept";

/// The invitations into an organisation that the caller may make, latest first.
#[must_use]
pub fn list(organisation: OrganisationId) -> Call<List<Invitation>> {
    Call::get(format!("/organisations/{organisation}/invitations"))
}

/// Invites somebody. The id is the client's.
#[must_use]
pub fn invite(organisation: OrganisationId, new: &NewInvitation) -> Call<InvitationMade> {
    Call::post(format!("/organisations/{organisation}/invitations"), new)
}

/// Makes an open invitation void.
#[must_use]
pub fn revoke(organisation: OrganisationId, invitation: InvitationId) -> Call<Invitation> {
    Call::post(format!("/organisations/{organisation}/invitations/{invitation}/revoke"), &RevokeInvitation {})
}

/// Those that name the caller and wait for him, latest first.
#[must_use]
pub fn mine() -> Call<List<InvitedByName>> {
    Call::get(MINE)
}

/// What a code invites to. In the body, so that no log of addresses holds it.
#[must_use]
pub fn look(code: &str) -> Call<Invited> {
    Call::post(LOOK, &LookAt { code: code.to_owned() })
}

/// Takes the role that a code invites to, with one's account or with a new one.
#[must_use]
pub fn accept(code: &str, accept: &AcceptInvitation) -> Call<Accepted> {
    Call::post(format!("/invitations/{code}/accept"), accept)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewInvitation {
    pub id: InvitationId,
    pub role: Role,
    pub way: InvitationWay,
    /// Whom it is for, so that the sheet goes to the right hands. May be empty.
    #[serde(default)]
    pub name: String,
    /// For `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// For `text`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// For `parent`: somebody of the unit above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeInvitation {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invitation {
    pub id: InvitationId,
    pub role: Role,
    pub way: InvitationWay,
    pub status: InvitationStatus,
    pub name: String,
    /// Where it was sent, the phone number without its middle.
    pub sent_to: Option<String>,
    pub made_by: Option<String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// An invitation as it was made. A printed one with what its sheet shows: only this answer holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationMade {
    pub invitation: Invitation,
    pub sheet: Option<Sheet>,
}

/// What a printed sheet shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sheet {
    /// In two groups: `K7Q39-MXA2R`.
    pub code: String,
    /// Where the code is typed: the site's address and a path.
    pub address: String,
    /// The address with the code, as a QR code, an SVG document.
    pub qr: String,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LookAt {
    pub code: String,
}

/// What the holder of a code reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invited {
    pub organisation_name: String,
    pub role: Role,
    pub status: InvitationStatus,
    /// It was sent to this address, which a new account takes over.
    pub email: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// An invitation as whom it names reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitedByName {
    pub id: InvitationId,
    pub organisation_name: String,
    pub role: Role,
    pub made_by: Option<String>,
    /// What he takes it with.
    pub code: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptInvitation {
    /// For somebody without an account; whoever is signed in leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newcomer: Option<Newcomer>,
}

/// Somebody who makes an account.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Newcomer {
    /// As colleagues read it.
    pub name: String,
    /// An account name; empty for who signs in with his phone number.
    #[serde(default)]
    pub account: String,
    #[serde(default)]
    pub phone: String,
    #[serde(default)]
    pub email: String,
    pub password: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Accepted {
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub role: Role,
    /// It handles money and waits for a second person of the charity.
    pub waits: bool,
    /// What the new account signs in with.
    pub account: Option<String>,
}
