//! The rows behind each of the four numbers: of a need, a place, a field, a campaign, an enterprise. A number and its
//! rows are read in one moment.

use super::{Call, campaigns};
use crate::four::{FourNumbers, MoneyNumber};
use crate::need::{Field, names_a_need};
use crate::place::PlaceCode;
use crate::{CampaignId, Fen, NeedId, OrganisationId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const NEED_ROWS: &str = "/needs/{id}/money/{number}/rows";
pub const PLACE_ROWS: &str = "/places/{code}/money/{number}/rows";
pub const FIELD_ROWS: &str = "/fields/{field}/money/{number}/rows";
pub const CAMPAIGN_ROWS: &str = "/campaigns/{code}/money/{number}/rows";
pub const ENTERPRISE_ROWS: &str = "/enterprises/{id}/money/{number}/rows";

/// Whose numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MoneyOf {
    Need(NeedId),
    Place(PlaceCode),
    Field(Field),
    Campaign(CampaignId),
    Enterprise(OrganisationId),
}

impl MoneyOf {
    /// Below [`super::PREFIX`], and also where the page is.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            MoneyOf::Need(id) => format!("/needs/{id}"),
            MoneyOf::Place(code) => format!("/places/{code}"),
            MoneyOf::Field(field) => format!("/fields/{field}"),
            MoneyOf::Campaign(id) => format!("/campaigns/{id}"),
            MoneyOf::Enterprise(id) => format!("/enterprises/{id}"),
        }
    }
}

/// A page of the rows that add up to a number.
#[must_use]
pub fn rows(of: &MoneyOf, number: MoneyNumber, query: &FigureQuery) -> Call<FigureRows> {
    rows_below(&of.path(), number, query)
}

/// The same by what stands in an address: a need and a campaign by code or id. None where nothing can be called so.
#[must_use]
pub fn rows_called(kind: &str, name: &str, number: MoneyNumber, query: &FigureQuery) -> Option<Call<FigureRows>> {
    let path = match kind {
        "needs" => names_a_need(name).then(|| format!("/needs/{name}"))?,
        "places" => MoneyOf::Place(name.parse().ok()?).path(),
        "fields" => MoneyOf::Field(name.parse().ok()?).path(),
        "campaigns" => format!("/campaigns/{}", campaigns::name(name)),
        "enterprises" => MoneyOf::Enterprise(name.parse().ok()?).path(),
        _ => return None,
    };
    Some(rows_below(&path, number, query))
}

fn rows_below(path: &str, number: MoneyNumber, query: &FigureQuery) -> Call<FigureRows> {
    Call::get(format!("{path}/money/{number}/rows")).query(query)
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct FigureQuery {
    /// `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// The numbers as everybody reads them, and a page of the rows of one. Amounts that givers hide are in the sum and not in
/// their rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FigureRows {
    pub of: MoneyOf,
    /// What it is called.
    pub name: String,
    pub number: MoneyNumber,
    pub money: FourNumbers,
    /// Gifts of today that hide their amount and are not in the sums yet.
    pub later: i64,
    /// Of an enterprise: only what it shows whole, to everybody but itself and the auditor.
    pub shown_only: bool,
    pub rows: Vec<FigureRow>,
    pub next: Option<String>,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FigureRow {
    pub on: NaiveDate,
    /// The giver as it wants to be shown, the payee, or what was bought.
    pub what: String,
    /// Below zero where something came back; none where its giver hides it.
    pub amount_fen: Option<Fen>,
    /// The need that it is for, where everybody may read it.
    pub need_code: Option<String>,
    pub need_title: Option<String>,
}
