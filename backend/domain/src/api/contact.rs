//! What one signs in with and is reached by, for oneself only.

use super::Call;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const CONTACT: &str = "/me/contact";
pub const PHONE: &str = "/me/phone";

/// One's account name, e-mail address and phone number, and who had one's password set anew.
#[must_use]
pub fn contact() -> Call<OwnContact> {
    Call::get(CONTACT)
}

/// Sets or removes one's phone number.
#[must_use]
pub fn set_phone(phone: &str) -> Call<OwnContact> {
    Call::post(PHONE, &OwnPhone { phone: phone.to_owned() })
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnContact {
    pub account: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// New passwords that others had made for one, latest first.
    pub resets: Vec<ResetNotice>,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnPhone {
    /// As typed; empty to remove it.
    pub phone: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ResetNotice {
    pub town_name: String,
    pub asked_by: Option<String>,
    pub approved_by: Option<String>,
    pub approved_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}
