//! Accepting goods: what one person of the charity found, line by line, before a second one confirms it.
//!
//! Never more than was offered. A value, or its basis, is corrected with a reason only. Deliberately absent: booking.

use super::value::{NotAQuantity, Quantity, worth};
use super::{GoodsLine, NOTE_MAX, ValuationBasis};
use crate::day::check_past;
use crate::{Fen, Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What was found of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InspectedLine {
    /// Accepted, in thousandths of the unit; zero where none of it is.
    pub accepted: Quantity,
    /// What one unit is worth in the charity's opinion.
    #[serde(rename = "unit_value_fen")]
    pub unit_value: Fen,
    /// In which condition it is, and why not all of it is accepted.
    pub condition: String,
}

impl InspectedLine {
    /// What is accepted of the line.
    ///
    /// # Errors
    /// Where it leaves the range of amounts.
    pub fn value(&self) -> Result<Fen, crate::money::AmountError> {
        worth(self.accepted, self.unit_value)
    }
}

/// What a person of the charity found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Inspection {
    /// One for each line that was offered, in its order.
    pub lines: Vec<InspectedLine>,
    /// The day on which the goods came.
    pub received_on: NaiveDate,
    /// On what the accepted value rests.
    pub basis: ValuationBasis,
    /// Why a value or its basis is not as it was offered; empty where all is.
    #[serde(default)]
    pub value_reason: String,
}

/// What is known when goods are inspected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InspectionFacts<'a> {
    pub offered: &'a [GoodsLine],
    pub basis: ValuationBasis,
    pub offered_on: NaiveDate,
    pub expires_on: Option<NaiveDate>,
    pub today: NaiveDate,
}

impl Inspection {
    /// Checks what was found and gives what is accepted in all.
    ///
    /// # Errors
    /// A sentence for each field that keeps it from being confirmed, all at once. Lines are named `line_0` and so on.
    pub fn check(&self, facts: &InspectionFacts<'_>) -> Result<Fen, Vec<Problem>> {
        let mut problems = Problems::new();
        if self.lines.len() != facts.offered.len() {
            problems.add("lines", "请逐项登记验收，项数和捐赠的一样");
            return Err(problems.into_vec());
        }
        for (n, (line, offered)) in self.lines.iter().zip(facts.offered).enumerate() {
            if let Some(says) = wrong(line, offered) {
                problems.add(format!("line_{n}"), says);
            }
        }
        if let Err(wrong) = check_past(self.received_on, facts.today) {
            problems.add("received_on", format!("收到的日期{wrong}"));
        }
        let fresh = facts.expires_on.is_none_or(|last| self.received_on < last);
        problems.require(fresh, "received_on", "收到时已过保质期，不能接受");
        let changed = self.basis != facts.basis
            || self
                .lines
                .iter()
                .zip(facts.offered)
                .any(|(line, offered)| !line.accepted.is_zero() && line.unit_value != offered.unit_value);
        let reason = self.value_reason.trim().chars().count();
        problems.require(
            !changed || (5..=NOTE_MAX).contains(&reason),
            "value_reason",
            "折款或依据和捐赠方写的不同，请写明原因和依据（5 至 300 字）",
        );
        problems.require(reason <= NOTE_MAX, "value_reason", "原因最多 300 个字");
        if !problems.is_empty() {
            return Err(problems.into_vec());
        }
        let sum = self.lines.iter().try_fold(Fen::ZERO, |sum, line| sum.checked_add(line.value()?));
        let sum = problems.take("lines", sum).unwrap_or_default();
        problems.require(sum.is_positive(), "lines", "没有一项被接受。都不接受的，请用“不接受”并写明原因");
        problems.take("lines", sum.check_amount());
        if problems.is_empty() { Ok(sum) } else { Err(problems.into_vec()) }
    }
}

/// What is wrong with what was found of a line.
fn wrong(line: &InspectedLine, offered: &GoodsLine) -> Option<String> {
    if !line.accepted.is_countable() {
        return Some(NotAQuantity.to_string());
    }
    if line.accepted > offered.quantity {
        return Some(format!("接受的不能多于捐赠的 {} {}", offered.quantity, offered.unit));
    }
    let said = line.condition.trim().chars().count();
    if said > NOTE_MAX {
        return Some("验收情况最多 300 个字".to_owned());
    }
    if line.accepted < offered.quantity && said < 2 {
        return Some("没有全部接受的，请写明验收情况，如“破损 2 箱”".to_owned());
    }
    if !line.accepted.is_zero() && !line.unit_value.is_positive() {
        return Some("单价应大于 0".to_owned());
    }
    match line.value() {
        Ok(value) if value.is_zero() && !line.accepted.is_zero() => {
            Some("这一项的折款不到一分，请核对数量和单价".to_owned())
        }
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    }
}
