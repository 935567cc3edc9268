//! Campaigns: the list, one with its totals, the needs that it lists and the pledges that its givers show.

pub mod setup;

use super::commitments::CommitmentTotal;
use super::needs::NeedRow;
use super::{Call, List};
use crate::campaign::CampaignStage;
use crate::campaign::setup::{FundraisingCertificate, FundraisingFiling, Qualification, Validity};
use crate::four::FourNumbers;
use crate::{CampaignId, Fen, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

pub const CAMPAIGNS: &str = "/campaigns";
pub const CAMPAIGN: &str = "/campaigns/{code}";
pub const PLEDGES: &str = "/campaigns/{code}/pledges";
pub const LISTED: &str = "/campaigns/{code}/needs";

/// Campaigns that everybody may see, newest first.
#[must_use]
pub fn list() -> Call<List<Campaign>> {
    Call::get(CAMPAIGNS)
}

/// One campaign, by its code or its id.
#[must_use]
pub fn get(code: impl fmt::Display) -> Call<CampaignMoney> {
    Call::get(format!("/campaigns/{}", name(code)))
}

/// What somebody typed where a campaign's name belongs must not reach another call.
pub(crate) fn name(code: impl fmt::Display) -> String {
    let code = code.to_string();
    let plain = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain { code } else { "-".to_owned() }
}

/// The needs that its office lists with it, in the office's order.
#[must_use]
pub fn listed(code: impl fmt::Display, query: &PageQuery) -> Call<List<NeedRow>> {
    Call::get(format!("/campaigns/{}/needs", name(code))).query(query)
}

/// Its pledges as their givers want to be shown, latest first.
#[must_use]
pub fn pledges(code: impl fmt::Display, query: &PageQuery) -> Call<List<PublicPledge>> {
    Call::get(format!("/campaigns/{}/pledges", name(code))).query(query)
}

/// Where a list goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct PageQuery {
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Campaign {
    pub id: CampaignId,
    /// In its address.
    pub code: String,
    /// Of the programme that it belongs to; may be empty.
    pub programme: String,
    pub name: String,
    /// The calendar year in which its year (1 June to 31 May) begins.
    pub year: i32,
    pub stage: CampaignStage,
    pub host: String,
    pub purpose: String,
    pub held_on: NaiveDate,
    pub charities: Vec<Charity>,
    /// Whether a pledge is taken now.
    pub takes_pledges: bool,
}

/// A charity that receives for a campaign. Its account is told to those only who pledged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Charity {
    pub id: OrganisationId,
    pub name: String,
    /// 公开募捐资格证书.
    pub certificate: Option<FundraisingCertificate>,
    /// How that right stands today.
    pub qualification: Qualification,
    /// 公益性捐赠税前扣除资格, where it is known, and how it stands today.
    pub tax: Option<Validity>,
    pub tax_stands: Qualification,
    /// 募捐方案备案 for this campaign.
    pub filing: Option<FundraisingFiling>,
    /// Whom the public asks.
    pub contact: String,
}

/// Who helps the charities of a campaign to raise, under an agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedPartner {
    pub name: String,
    pub agreed_on: NaiveDate,
    pub evaluated_on: Option<NaiveDate>,
    /// Whether the filed plan names it.
    pub named_in_plan: bool,
}

/// A campaign with its totals as of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignMoney {
    pub campaign: Campaign,
    /// What holds for whoever takes part.
    pub rules: String,
    /// What else its page says.
    pub page: String,
    pub partners: Vec<NamedPartner>,
    /// Needs that its office lists with it.
    pub listed: i64,
    pub money: FourNumbers,
    /// Pledges that count, and the enterprises that made them.
    pub pledges: i64,
    pub enterprises: i64,
    /// Gifts of today that hide their amount and are not in the sums yet.
    pub later: i64,
    /// 在途: what its charities' accounts held at the end of yesterday and nobody knew the giver of. In no number.
    pub unmatched_fen: Fen,
    /// What was promised besides money in the campaign's year (1 June to 31 May), each unit for itself.
    pub commitments: Vec<CommitmentTotal>,
    pub as_of: DateTime<Utc>,
}

/// A pledge as its giver wants it to be read by everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicPledge {
    /// The giver's name, whole, partial or hidden.
    pub name: String,
    /// Whose page says what it shows; only where the whole name is shown.
    pub enterprise: Option<OrganisationId>,
    pub pledged_on: NaiveDate,
    /// Where the giver shows it.
    pub amount_fen: Option<Fen>,
    pub arrived_fen: Option<Fen>,
    /// The code and title of the need that it is for.
    pub need: Option<(String, String)>,
}
