//! Signing in and out, who one is, for whom one acts, and on which devices one is signed in.

use super::charity_books::BookKeeper;
use super::{Call, Count, List};
use crate::organisation::{Membership, OrganisationStatus, Role};
use crate::{OrganisationId, PersonId, SessionId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const SESSION: &str = "/session";
pub const PROOF: &str = "/session/proof";
pub const ACTING: &str = "/session/organisation";
pub const SESSIONS: &str = "/sessions";
pub const ONE_SESSION: &str = "/sessions/{id}";
pub const ME: &str = "/me";
pub const PASSWORD: &str = "/me/password";
pub const SECOND_FACTOR: &str = "/me/second-factor";
pub const SECOND_FACTOR_CONFIRM: &str = "/me/second-factor/confirm";
pub const RECOVERY_CODES: &str = "/me/recovery-codes";

/// Signs in; the answer sets the session's cookies.
#[must_use]
pub fn sign_in(credentials: &Credentials) -> Call<Session> {
    Call::post(SESSION, credentials)
}

/// Ends the session of this device.
#[must_use]
pub fn sign_out() -> Call<SignedOut> {
    Call::delete(SESSION)
}

/// Proves again who one is, before something serious.
#[must_use]
pub fn prove(proof: &Prove) -> Call<Proved> {
    Call::post(PROOF, proof)
}

/// Acts for another of one's organisations from now on, in this session.
#[must_use]
pub fn act_for(organisation: OrganisationId) -> Call<Me> {
    Call::post(ACTING, &ActFor { organisation })
}

/// The devices on which one is signed in, latest used first.
#[must_use]
pub fn devices() -> Call<List<Device>> {
    Call::get(SESSIONS)
}

/// Ends one of one's sessions.
#[must_use]
pub fn revoke(session: SessionId) -> Call<SignedOut> {
    Call::delete(ONE_SESSION.replace("{id}", &session.to_string()))
}

/// Ends all of one's sessions but this one.
#[must_use]
pub fn revoke_others() -> Call<SignedOut> {
    Call::delete(SESSIONS)
}

/// The signed-in person with all memberships.
#[must_use]
pub fn me() -> Call<Me> {
    Call::get(ME)
}

/// Changes one's password; every other session ends.
#[must_use]
pub fn change_password(change: &NewPassword) -> Call<Proved> {
    Call::post(PASSWORD, change)
}

/// Begins to set up a second factor; it is asked for once it has been confirmed.
#[must_use]
pub fn begin_second_factor() -> Call<SecondFactorSetup> {
    Call::post(SECOND_FACTOR, &BeginSecondFactor {})
}

/// Confirms a second factor by the first password that it shows.
#[must_use]
pub fn confirm_second_factor(code: &str) -> Call<RecoveryCodes> {
    Call::post(SECOND_FACTOR_CONFIRM, &ConfirmSecondFactor { code: code.to_owned() })
}

/// Gives the second factor up.
#[must_use]
pub fn remove_second_factor() -> Call<Proved> {
    Call::delete(SECOND_FACTOR)
}

/// New recovery codes; the old ones end.
#[must_use]
pub fn new_recovery_codes() -> Call<RecoveryCodes> {
    Call::post(RECOVERY_CODES, &BeginSecondFactor {})
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// Account name, e-mail address or phone number.
    pub account: String,
    pub password: String,
    /// Of an authenticator app (six digits) or a recovery code; for accounts with a second factor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// For API clients, which have no cookies: send `access` as `Authorization: Bearer`.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    pub access: String,
    /// Seconds until `access` ends.
    pub expires_in: i64,
    /// Exchanged for the next pair once; see `renew`.
    pub refresh: String,
    pub me: Me,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedOut {}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Prove {
    pub password: String,
    /// Needed where a second factor is set up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Proved {}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActFor {
    pub organisation: OrganisationId,
}

/// One device on which somebody is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    pub id: SessionId,
    /// What the browser says of itself, in short.
    pub name: String,
    /// From where it was last seen, if known.
    pub address: Option<String>,
    pub signed_in_at: DateTime<Utc>,
    /// To ten minutes.
    pub seen_at: DateTime<Utc>,
    /// The one that asks.
    pub this_one: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPassword {
    pub new: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BeginSecondFactor {}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmSecondFactor {
    pub code: String,
}

/// What an authenticator app needs. Shown once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondFactorSetup {
    /// Base 32 (RFC 4648), to be typed where the code cannot be photographed.
    pub secret: String,
    /// `otpauth://…`
    pub address: String,
    /// The address as a QR code, an SVG document.
    pub qr: String,
}

/// Each is good once, instead of the app. Shown once.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    pub codes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: PersonId,
    pub name: String,
    /// Of all organisations; only those of `acting` give a right.
    pub memberships: Vec<Membership>,
    /// The organisation that the person acts for in this session.
    pub acting: Option<OrganisationId>,
    /// The charity whose books the person chose to read as an auditor; see [`Me::books`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reads: Option<BookKeeper>,
    /// A second factor is set up.
    pub second_factor: bool,
    /// There is an e-mail address and its owner has shown that it is his.
    pub email_confirmed: bool,
    /// Privacy notice or terms of use were never agreed to, or in an older version than the present.
    pub consent_needed: bool,
    /// Notices that the person has not read.
    pub unread: Count,
}

impl Me {
    /// The memberships in the organisation that the person acts for.
    pub fn acting(&self) -> impl Iterator<Item = &Membership> {
        self.memberships.iter().filter(|membership| Some(membership.organisation) == self.acting)
    }

    /// The first of them with one of the roles, in an organisation that is verified.
    #[must_use]
    pub fn acting_as(&self, roles: &[Role]) -> Option<&Membership> {
        self.acting().find(|own| own.status == OrganisationStatus::Verified && roles.contains(&own.role))
    }

    /// The charity whose books an auditor reads, once he has chosen one.
    #[must_use]
    pub fn books(&self) -> Option<&BookKeeper> {
        self.reads.as_ref().filter(|_| self.acting_as(&[Role::Auditor]).is_some())
    }
}
