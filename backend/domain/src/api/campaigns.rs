//! Campaigns: the list, one with its totals and the pledges that its givers show.

use super::commitments::CommitmentTotal;
use super::{Call, List};
use crate::campaign::CampaignStage;
use crate::four::FourNumbers;
use crate::{CampaignId, Fen, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const CAMPAIGNS: &str = "/campaigns";
pub const CAMPAIGN: &str = "/campaigns/{id}";
pub const PLEDGES: &str = "/campaigns/{id}/pledges";

/// Campaigns that everybody may see, newest first.
#[must_use]
pub fn list() -> Call<List<Campaign>> {
    Call::get(CAMPAIGNS)
}

#[must_use]
pub fn get(id: CampaignId) -> Call<CampaignMoney> {
    Call::get(format!("/campaigns/{id}"))
}

/// Its pledges as their givers want to be shown, latest first.
#[must_use]
pub fn pledges(id: CampaignId, query: &PageQuery) -> Call<List<PublicPledge>> {
    Call::get(format!("/campaigns/{id}/pledges")).query(query)
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
}

/// A campaign with its totals as of one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignMoney {
    pub campaign: Campaign,
    pub money: FourNumbers,
    /// Pledges that count, and the enterprises that made them.
    pub pledges: i64,
    pub enterprises: i64,
    /// Gifts of today that hide their amount and are not in the sums yet.
    pub later: i64,
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
    pub pledged_on: NaiveDate,
    /// Where the giver shows it.
    pub amount_fen: Option<Fen>,
    pub arrived_fen: Option<Fen>,
    /// The code and title of the need that it is for.
    pub need: Option<(String, String)>,
}
