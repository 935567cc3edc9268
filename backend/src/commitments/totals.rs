//! What commitments come to: counted by kind and unit, beside the four numbers and never in them.
//!
//! What a public body pays for (政府购买服务) is in none of it, nor what was withdrawn. Deliberately absent: any sum over
//! several units, and any value in yuan.

mod sql;

use super::Viewer;
use crate::error::Result;
use domain::api::commitments::CommitmentTotal;
use domain::campaign::CampaignYear;
use domain::place::PlaceCode;
use sqlx::PgConnection;

/// Of the public needs of a county, a town or a village.
pub async fn of_place(tx: &mut PgConnection, place: &PlaceCode) -> Result<Vec<CommitmentTotal>> {
    Ok(sql::of_place(tx, place.as_str()).await?)
}

/// Of what was promised in a campaign's year, 1 June to 31 May: a commitment belongs to no campaign of its own.
pub async fn of_year(tx: &mut PgConnection, year: CampaignYear) -> Result<Vec<CommitmentTotal>> {
    Ok(sql::made_between(tx, (year.first_day(), year.last_day())).await?)
}

pub(super) async fn of_viewer(tx: &mut PgConnection, viewer: &Viewer) -> Result<Vec<CommitmentTotal>> {
    Ok(sql::of_viewer(tx, viewer).await?)
}
