//! What of an enterprise's gifts can be deducted from its taxable income, year by year.

use super::Call;
use crate::Fen;
use crate::deduction::DeductionYear;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const DEDUCTIONS: &str = "/deductions";
pub const ESTIMATE: &str = "/deductions/estimate";

/// What the caller's enterprise gave, by calendar year.
#[must_use]
pub fn given() -> Call<GivenYears> {
    Call::get(DEDUCTIONS)
}

/// What can be deducted of it. Nothing of what is told here is stored.
#[must_use]
pub fn estimate(years: &EstimateDeductions) -> Call<DeductionTable> {
    Call::post(ESTIMATE, years)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenYears {
    /// From the first year with a gift, at least this one and the three before it; the oldest first.
    pub years: Vec<GivenYear>,
    pub as_of: DateTime<Utc>,
}

/// What arrived in a year by the bank's day, less what went back, and the goods that were accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivenYear {
    pub year: i32,
    pub money_fen: Fen,
    /// At the value that they were accepted at.
    pub goods_fen: Fen,
    /// Of both, what came when the charity's 公益性捐赠税前扣除资格, as it told it, did not hold: it is not deducted.
    pub outside_fen: Fen,
    /// Of both, what came to a charity that told nothing of its qualification: it is deducted, and has to be asked about.
    pub unknown_fen: Fen,
}

impl GivenYear {
    /// What can be deducted of the year's gifts, now or later.
    ///
    /// # Errors
    /// [`crate::money::AmountError`] where the sum leaves the range of amounts.
    pub fn deductible(&self) -> Result<Fen, crate::money::AmountError> {
        self.money_fen.checked_add(self.goods_fen)?.checked_sub(self.outside_fen)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EstimateDeductions {
    /// Years without a gap from the first one of [`GivenYears`] on; those at the end may be left out.
    pub years: Vec<YearProfit>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct YearProfit {
    pub year: i32,
    /// 利润总额 by the books, below zero for a loss.
    pub profit_fen: Fen,
    /// Gifts for public welfare that this platform does not know, with a 票据 each.
    #[serde(default)]
    pub other_fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeductionTable {
    pub rows: Vec<DeductionRow>,
    pub as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeductionRow {
    pub given: GivenYear,
    pub told: YearProfit,
    pub deduction: DeductionYear,
}
