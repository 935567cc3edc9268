//! The four numbers of a need with the rows that add up to them, read in one moment.

use super::Call;
use super::campaigns::PublicPledge;
use crate::four::FourNumbers;
use crate::{NeedId, OrganisationId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const NEED: &str = "/needs/{id}/money";

#[must_use]
pub fn of_need(id: NeedId) -> Call<NeedMoney> {
    Call::get(format!("/needs/{id}/money"))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedMoney {
    pub need: NeedId,
    pub money: FourNumbers,
    pub as_of: DateTime<Utc>,
    /// Gifts of today that hide their amount and are not in the sums yet.
    pub later: i64,
    /// The pledges for it as their givers show them, oldest first; hidden amounts are in the sums all the same, from
    /// the third of a day on or from the end of the day.
    pub pledges: Vec<PublicPledge>,
    /// The charities that set money aside for it, whose accounts of it everybody may read.
    pub set_aside_by: Vec<SetAsideBy>,
    /// Whether something was left when it was over, or came to it of a need that was.
    pub has_surplus: bool,
}

/// A charity that set money aside for a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetAsideBy {
    pub charity: OrganisationId,
    pub name: String,
}
