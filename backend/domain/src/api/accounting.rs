//! The accountant's export: every transfer of a charity with both of its legs.

use super::PREFIX;
use super::need_imports::TemplateFormat;
use crate::{Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub const LEGS: &str = "/accounting/legs";

/// Where the table is downloaded.
#[must_use]
pub fn legs_path() -> String {
    format!("{PREFIX}{LEGS}")
}

words! {
    /// By which day a transfer is in a period.
    pub enum ByDay {
        /// When it was booked.
        Booked = "booked" / "记账日期",
        /// When it happened.
        Effective = "effective" / "业务日期",
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
pub struct LegsQuery {
    pub from: NaiveDate,
    /// The last day that is in it.
    pub until: NaiveDate,
    #[serde(default = "booked")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub by: ByDay,
    #[serde(default = "csv")]
    #[cfg_attr(feature = "openapi", param(inline))]
    pub format: TemplateFormat,
}

const fn booked() -> ByDay {
    ByDay::Booked
}

const fn csv() -> TemplateFormat {
    TemplateFormat::Csv
}

impl LegsQuery {
    /// # Errors
    /// A sentence at `until` where it ends before it begins.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        problems.require(self.from <= self.until, "until", "截止日期不能早于起始日期");
        problems.none_or_err()
    }
}
