//! Signing in and out, and who one is.

use super::Call;
use crate::PersonId;
use crate::organisation::Membership;
use serde::{Deserialize, Serialize};

pub const SESSION: &str = "/session";
pub const ME: &str = "/me";

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

/// The signed-in person with all memberships.
#[must_use]
pub fn me() -> Call<Me> {
    Call::get(ME)
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Credentials {
    /// E-mail address or account name.
    pub account: String,
    pub password: String,
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    pub id: PersonId,
    pub name: String,
    pub memberships: Vec<Membership>,
}
