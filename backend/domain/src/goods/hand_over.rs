//! Handing goods over to the village: the charity says what it brought, the village what came, and a second person of the
//! charity accepts that.
//!
//! What counts is what came. Deliberately absent: what became of what did not come; it stays set aside until it is handed
//! over after all, taken back or written off (`rest`).

use super::value::Quantity;
use super::{NOTE_MAX, PAPERS_MAX};
use crate::day::check_past;
use crate::{Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub const PLACE_MAX: usize = 100;

words! {
    /// The states of one hand-over.
    pub enum GoodsHandOverStatus {
        Recorded = "recorded" / "等村确认",
        /// The village has said what came; a second person of the charity has to accept.
        Received = "received" / "等慈善组织核对",
        Accepted = "accepted" / "已移交",
        /// The village did not receive it so.
        Objected = "objected" / "村有异议",
        /// The charity did not accept what was recorded.
        Refused = "refused" / "核对未通过",
    }
}

words! {
    /// What is done to one hand-over.
    pub enum GoodsHandOverStep {
        Receive = "receive" / "确认收到",
        Object = "object" / "有异议",
        Accept = "accept" / "核对通过",
        Refuse = "refuse" / "核对不通过",
    }
}

/// Why something cannot be done to a hand-over now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这次移交现在是“{}”，不能“{}”", .0.label(), .1.label())]
pub struct HandOverNotNow(pub GoodsHandOverStatus, pub GoodsHandOverStep);

impl GoodsHandOverStatus {
    /// The state after a step.
    ///
    /// # Errors
    /// [`HandOverNotNow`].
    pub const fn after(self, step: GoodsHandOverStep) -> Result<GoodsHandOverStatus, HandOverNotNow> {
        match (self, step) {
            (Self::Recorded, GoodsHandOverStep::Receive) => Ok(Self::Received),
            (Self::Recorded, GoodsHandOverStep::Object) => Ok(Self::Objected),
            (Self::Received, GoodsHandOverStep::Accept) => Ok(Self::Accepted),
            (Self::Received, GoodsHandOverStep::Refuse) => Ok(Self::Refused),
            _ => Err(HandOverNotNow(self, step)),
        }
    }

    /// Whether somebody still has to do something.
    #[must_use]
    pub const fn waits(self) -> bool {
        matches!(self, Self::Recorded | Self::Received)
    }
}

/// What the charity brought. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsHandOverInput {
    /// One for each line of the gift, in thousandths of its unit; zero where nothing of it came along.
    pub quantities: Vec<Quantity>,
    pub happened_on: NaiveDate,
    /// Where.
    pub place: String,
    #[serde(default)]
    pub note: String,
}

impl GoodsHandOverInput {
    /// Checks it against what is `left` of each line, with the unit of each, the day on which the goods were received
    /// and today.
    ///
    /// # Errors
    /// A sentence for each field, all at once. Lines are named `line_0` and so on.
    pub fn check(
        &self,
        left: &[(Quantity, &str)],
        pictures: usize,
        (received_on, today): (NaiveDate, NaiveDate),
    ) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        quantities(&self.quantities, left, "移交的不能多于还没有移交的", &mut problems);
        match check_past(self.happened_on, today) {
            Err(wrong) => problems.add("happened_on", format!("移交的日期{wrong}")),
            Ok(()) => {
                problems.require(
                    self.happened_on >= received_on,
                    "happened_on",
                    "移交的日期不能早于慈善组织收到的日期",
                );
            }
        }
        let place = self.place.trim().chars().count();
        problems.require((2..=PLACE_MAX).contains(&place), "place", "请写在哪里移交，如“村委会”（2 至 100 字）");
        problems.require(self.note.trim().chars().count() <= NOTE_MAX, "note", "说明最多 300 个字");
        problems.require(pictures >= 1, "pictures", "请上传移交的照片或签收单");
        problems.require(pictures <= PAPERS_MAX, "pictures", "照片最多 12 张");
        problems.none_or_err()
    }
}

/// What the village says came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsReceipt {
    /// One for each line of the gift; never more than was recorded.
    pub received: Vec<Quantity>,
    #[serde(default)]
    pub note: String,
}

impl GoodsReceipt {
    /// Checks it against what was recorded of each line, with the unit of each.
    ///
    /// # Errors
    /// A sentence for each field, all at once.
    pub fn check(&self, recorded: &[(Quantity, &str)]) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        quantities(
            &self.received,
            recorded,
            "收到的不能多于登记的，多出来的请慈善组织另登记一次：登记了",
            &mut problems,
        );
        let less = self.received.iter().zip(recorded).any(|(came, (said, _))| came < said);
        let note = self.note.trim().chars().count();
        problems.require(!less || note >= 2, "note", "和登记的不一样的，请写明情况，如“少 2 箱”");
        problems.require(note <= NOTE_MAX, "note", "说明最多 300 个字");
        problems.none_or_err()
    }
}

/// One quantity for each line, none above its bound, and not all of them nothing.
pub(super) fn quantities(given: &[Quantity], bounds: &[(Quantity, &str)], more: &str, problems: &mut Problems) {
    if given.len() != bounds.len() {
        problems.add("lines", "请逐项填写数量，项数和捐赠的一样");
        return;
    }
    for (n, (quantity, (bound, unit))) in given.iter().zip(bounds).enumerate() {
        if !quantity.is_countable() {
            problems.add(format!("line_{n}"), super::value::NotAQuantity.to_string());
        } else if quantity > bound {
            problems.add(format!("line_{n}"), format!("{more} {bound} {unit}"));
        }
    }
    problems.require(given.iter().any(|quantity| !quantity.is_zero()), "lines", "请至少写一项的数量");
}
