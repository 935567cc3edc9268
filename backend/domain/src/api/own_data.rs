//! What is kept about oneself, to take along, and closing one's account.

use super::Call;
use super::consents::ConsentEntry;
use super::saved_searches::SavedSearch;
use super::sessions::Device;
use crate::organisation::Membership;
use crate::{OrganisationId, PersonId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const DATA: &str = "/me/data";
pub const CLOSE: &str = "/me/close";

/// Everything kept about oneself (个人信息保护法 art. 45).
#[must_use]
pub fn read() -> Call<OwnData> {
    Call::get(DATA)
}

/// Closes one's account for good.
#[must_use]
pub fn close(confirm: &str) -> Call<Closed> {
    Call::post(CLOSE, &CloseAccount { confirm: confirm.to_owned() })
}

/// The word that is typed to close an account.
pub const CONFIRMATION: &str = "注销";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CloseAccount {
    /// [`CONFIRMATION`], typed by hand.
    pub confirm: String,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Closed {}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnData {
    pub id: PersonId,
    pub account: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub created_at: DateTime<Utc>,
    pub memberships: Vec<Membership>,
    pub devices: Vec<Device>,
    /// What one agreed to and withdrew, latest first.
    pub consents: Vec<ConsentEntry>,
    /// Searches that one saved, latest first.
    pub saved_searches: Vec<SavedSearch>,
    /// What one did here, latest first.
    pub acts: Vec<OwnAct>,
    /// There are older acts than these.
    pub more_acts: bool,
    /// What stays when the account is closed.
    pub kept: Vec<Kept>,
}

/// One thing that the person did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnAct {
    pub at: DateTime<Utc>,
    pub verb: String,
    pub subject_kind: String,
    pub subject: String,
    /// For which organisation, if for any.
    pub organisation: Option<OrganisationId>,
    pub address: Option<String>,
}

/// What the law has us keep although an account is closed. To be confirmed by a lawyer before a launch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Kept {
    pub what: String,
    pub why: String,
    pub term: String,
}

/// What, why and for how long.
const KEPT: [[&str; 3]; 4] = [
    ["您经办的认捐、到账、拨付和核销记录，以编号代替姓名", "会计凭证和账簿依《会计档案管理办法》保存", "30 年"],
    ["谁在什么时候办了什么的操作记录，以编号代替姓名", "供审计核对，不能改动", "与所记的账目相同"],
    ["您同意和撤回的记录，以编号代替姓名", "证明处理个人信息已取得同意", "与操作记录相同"],
    ["访问日志", "《网络安全法》要求留存不少于六个月", "180 天，到期自动删除"],
];

/// The list, in the words that a person reads.
#[must_use]
pub fn kept() -> Vec<Kept> {
    KEPT.iter()
        .map(|[what, why, term]| Kept { what: (*what).into(), why: (*why).into(), term: (*term).into() })
        .collect()
}
