//! What the caller's enterprise has promised, by day, and whom to call about it.

use super::Call;
use super::needs::Where;
use super::pairings::PairingContact;
use crate::due::{DueKind, DueStanding, DuesShown};
use crate::{Fen, PairingId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const DUES: &str = "/commitments/due";
pub const TABLE: &str = "/commitments/due.csv";
pub const CALENDAR: &str = "/commitments/due.ics";

/// What is late first, then by day, what has no day behind it, what is settled last.
#[must_use]
pub fn list(query: &DueQuery) -> Call<DueList> {
    Call::get(DUES).query(query)
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct DueQuery {
    /// `late`, `soon` (today and the next thirty days) or `done`; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<String>,
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DueList {
    pub items: Vec<Due>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub counts: DueCounts,
    /// Of the enterprise's agreements under way, by pairing.
    pub contacts: Vec<DueContacts>,
    pub as_of: DateTime<Utc>,
}

/// How many there are of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DueCounts {
    pub all: usize,
    pub late: usize,
    pub soon: usize,
    pub done: usize,
    /// There are more than are counted here; what is left out was settled long ago.
    pub more: bool,
}

impl DueCounts {
    #[must_use]
    pub const fn of(&self, show: Option<DuesShown>) -> usize {
        match show {
            None => self.all,
            Some(DuesShown::Late) => self.late,
            Some(DuesShown::Soon) => self.soon,
            Some(DuesShown::Done) => self.done,
        }
    }
}

/// One thing that was promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Due {
    /// Stays the same, also in the calendar.
    pub key: String,
    pub kind: DueKind,
    /// None where nobody agreed on one.
    pub day: Option<NaiveDate>,
    pub standing: DueStanding,
    /// The state of the thing itself, in Chinese.
    pub state: String,
    pub what: String,
    /// Of a commitment, in its unit: how much, and how much of it was delivered.
    pub quantity: Option<i64>,
    pub delivered: Option<i64>,
    #[serde(default)]
    pub unit: String,
    /// Of a pledge: how much, and how much of it has arrived.
    pub amount_fen: Option<Fen>,
    pub arrived_fen: Option<Fen>,
    /// Of a town's coverage.
    pub town: Option<Where>,
    /// None of a pledge that is for no need.
    pub villages: Vec<Where>,
    /// As it stands on paper.
    pub reference: String,
    /// Where it is read, on this site.
    pub path: String,
    /// The agreement under way that it belongs to, or that lists its village.
    pub pairing: Option<PairingId>,
    /// Of a pledge: the charity that receives it, and whom to ask there; empty where it says nobody.
    pub charity: Option<String>,
    #[serde(default)]
    pub charity_contact: String,
}

/// Whom to call about one pairing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DueContacts {
    pub pairing: PairingId,
    pub reference: String,
    /// The enterprise first; a side that has named nobody is here too.
    pub sides: Vec<PairingContact>,
}
