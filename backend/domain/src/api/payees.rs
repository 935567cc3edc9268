//! Payees: a village proposes an account to a charity; one person of the charity enters it, another verifies it, before
//! anything is paid to it.

use super::{Call, List};
use crate::disbursement::PayeeKind;
use crate::{FileId, OrganisationId, PayeeId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const PAYEES: &str = "/payees";
pub const ENTER: &str = "/payees/{id}/enter";
pub const VERIFY: &str = "/payees/{id}/verify";
pub const CLOSE: &str = "/payees/{id}/close";

/// Those of the caller's village, or those proposed to the caller's charity, latest first.
#[must_use]
pub fn list(query: &PayeeQuery) -> Call<List<Payee>> {
    Call::get(PAYEES).query(query)
}

/// A village proposes an account. The id is the client's.
#[must_use]
pub fn propose(new: &NewPayee) -> Call<Payee> {
    Call::post(PAYEES, new)
}

/// The charity's maker has typed the number anew from the document that proves it.
#[must_use]
pub fn enter(id: PayeeId, entry: &EnterPayee) -> Call<Payee> {
    Call::post(format!("/payees/{id}/enter"), entry)
}

/// The charity's checker has compared it with what the village said by another way.
#[must_use]
pub fn verify(id: PayeeId, how: &VerifyPayee) -> Call<Payee> {
    Call::post(format!("/payees/{id}/verify"), how)
}

/// The village, or the charity's checker, closes it: nothing is paid to it any more.
#[must_use]
pub fn close(id: PayeeId) -> Call<Payee> {
    Call::post(format!("/payees/{id}/close"), &ClosePayee {})
}

/// Which payees; everything left out means all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct PayeeQuery {
    /// Of this village.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<OrganisationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<PayeeStatus>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPayee {
    pub id: PayeeId,
    pub charity: OrganisationId,
    pub kind: PayeeKind,
    pub name: String,
    pub bank: String,
    /// As typed, with spaces or hyphens; stored as digits.
    pub account_no: String,
    /// Of a custody account the part that is the village's: its name or number at the town.
    #[serde(default)]
    pub sub_account: String,
    /// A picture of the bank's permit or confirmation: a draft of the caller.
    pub document: FileId,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnterPayee {
    /// As the document shows it, with spaces or hyphens: the same digits as the village proposed.
    pub account_no: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifyPayee {
    /// How it was checked: called back at which number, which document.
    pub how: String,
    /// Declared by who verifies: whoever is paid there is not close to those who run the charity (慈善法 on beneficiaries).
    #[serde(default)]
    pub no_interest: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClosePayee {}

words! {
    /// The states of a payee. A changed account is another payee.
    pub enum PayeeStatus {
        Proposed = "proposed" / "待录入",
        Entered = "entered" / "待核实",
        Verified = "verified" / "已核实",
        Closed = "closed" / "已停用",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Payee {
    pub id: PayeeId,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub charity: OrganisationId,
    pub kind: PayeeKind,
    pub name: String,
    pub bank: String,
    pub account_masked: String,
    /// The whole number: for the checker who compares it and the payer who pays.
    pub account_no: Option<String>,
    pub status: PayeeStatus,
    pub verified_how: Option<String>,
    pub sub_account: String,
    /// What proves it; none was asked for before.
    pub document: Option<FileId>,
    /// A changed account is not paid before this instant.
    pub held_until: Option<DateTime<Utc>>,
    pub proposed_at: DateTime<Utc>,
}
