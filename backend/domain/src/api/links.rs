//! One-time links from letters: how one stands, using it, another one; confirming an address, a new password.
//!
//! A link is looked at and used by POST, so that its secret stands in no log, and so that a scanner that opens every
//! link in a letter uses none up.

use super::Call;
use crate::link::{LinkPurpose, LinkState};
use serde::{Deserialize, Serialize};

pub const LINK_STATE: &str = "/links/state";
pub const LINK_RENEWALS: &str = "/links/renewals";
pub const EMAIL_CONFIRMATIONS: &str = "/email-confirmations";
pub const MY_EMAIL_CONFIRMATIONS: &str = "/me/email-confirmations";
pub const PASSWORD_RESETS: &str = "/password-resets";
pub const PASSWORD_RESET_COMPLETION: &str = "/password-resets/completion";

/// How a link stands. Looking at it changes nothing.
#[must_use]
pub fn state(link: &str) -> Call<LinkShown> {
    Call::post(LINK_STATE, &LinkText { link: link.to_owned() })
}

/// Another letter to the address that this link went to; the link itself may have ended.
#[must_use]
pub fn renew(link: &str) -> Call<LetterAsked> {
    Call::post(LINK_RENEWALS, &LinkText { link: link.to_owned() })
}

/// Uses a link that confirms an address, or one that makes its reader the owner of an enterprise.
#[must_use]
pub fn confirm(link: &str) -> Call<LinkConfirmed> {
    Call::post(EMAIL_CONFIRMATIONS, &LinkText { link: link.to_owned() })
}

/// Another letter that confirms one's own address.
#[must_use]
pub fn confirm_mine() -> Call<LetterAsked> {
    Call::post(MY_EMAIL_CONFIRMATIONS, &AskConfirmation {})
}

/// Asks for a letter with a link by which a new password is set. The answer does not tell whether there is an account.
#[must_use]
pub fn ask_reset(email: &str) -> Call<LetterAsked> {
    Call::post(PASSWORD_RESETS, &AskByEmail { email: email.to_owned() })
}

/// Sets the new password; every session of the account ends.
#[must_use]
pub fn reset(reset: &ResetPassword) -> Call<PasswordSet> {
    Call::post(PASSWORD_RESET_COMPLETION, reset)
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkText {
    /// What stands behind `link=` in the letter.
    pub link: String,
}

/// How a link stands, and what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkShown {
    pub state: LinkState,
    /// None for a link that is none of ours.
    pub purpose: Option<LinkPurpose>,
    /// The enterprise that a link makes its reader the owner of.
    pub enterprise: Option<String>,
}

/// A letter is on its way, if there is anybody to write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LetterAsked {}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskConfirmation {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AskByEmail {
    pub email: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkConfirmed {
    pub purpose: LinkPurpose,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetPassword {
    pub link: String,
    pub password: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordSet {}
