//! What of an enterprise's gifts can be deducted from its taxable income: what it gave by year, and a table for whoever
//! tells the profit of each.
//!
//! The profit is told for one answer and stored nowhere. Deliberately absent: the 票据 without which nothing is deducted,
//! and any advice.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Enterprise;
use chrono::Datelike;
use domain::OrganisationId;
use domain::api::deductions::{DeductionRow, DeductionTable, EstimateDeductions, GivenYear, GivenYears, YearProfit};
use domain::deduction::{CARRIED_YEARS, GivingYear, YEARS_MAX, deduct};
use domain::money::AmountError;
use std::collections::BTreeMap;

/// What the caller's enterprise gave, by calendar year.
pub async fn given(app: &App, enterprise: &Enterprise) -> Result<GivenYears> {
    Ok(GivenYears { years: years(app, enterprise.acting.organisation).await?, as_of: app.clock.now() })
}

/// Without a gap: from the first year with a gift, or the fourth last one, to this one.
async fn years(app: &App, enterprise: OrganisationId) -> Result<Vec<GivenYear>> {
    let mut tx = app.snapshot().await?;
    let known = sql::by_year(&mut tx, enterprise).await?;
    let mut known: BTreeMap<i32, GivenYear> = known.into_iter().map(|given| (given.year, given)).collect();
    let this = app.clock.today().year();
    let most = i32::try_from(YEARS_MAX).unwrap_or(i32::MAX);
    let first = known.keys().next().copied().unwrap_or(this).min(this - CARRIED_YEARS).max(this - most + 1);
    let year = |year| known.remove(&year).unwrap_or(GivenYear { year, ..GivenYear::default() });
    Ok((first..=this).map(year).collect())
}

/// What can be deducted in each of the years that were told.
pub async fn estimate(app: &App, enterprise: &Enterprise, asked: &EstimateDeductions) -> Result<DeductionTable> {
    let years = years(app, enterprise.acting.organisation).await?;
    let follow =
        asked.years.iter().map(|told| told.year).eq(years.iter().map(|given| given.year).take(asked.years.len()));
    if asked.years.is_empty() || !follow {
        let first = years.first().map_or(0, |given| given.year);
        let says = format!("请从 {first} 年起逐年填写利润总额，中间不要空；还没有结账的年度可以先不填");
        return Err(Error::invalid("years", says));
    }
    let told: Vec<(GivenYear, YearProfit)> = years.into_iter().zip(asked.years.iter().copied()).collect();
    let giving = told.iter().map(|(given, told)| {
        let given = given.deductible()?.checked_add(told.other_fen)?;
        Ok(GivingYear { year: told.year, profit: told.profit_fen, given })
    });
    let too_large = |error: AmountError| Error::invalid("years", error.to_string());
    let giving: Vec<GivingYear> = giving.collect::<std::result::Result<_, AmountError>>().map_err(too_large)?;
    if let Some((_, wrong)) = told.iter().find(|(_, told)| told.other_fen.get() < 0) {
        return Err(Error::invalid("years", format!("{} 年的其他公益捐赠不能小于 0", wrong.year)));
    }
    let table = deduct(&giving).map_err(too_large)?;
    let rows = told.into_iter().zip(table).map(|((given, told), deduction)| DeductionRow { given, told, deduction });
    Ok(DeductionTable { rows: rows.collect(), as_of: app.clock.now() })
}
