//! What of a commitment was delivered: one part with its paper, reported by the enterprise and confirmed by the village,
//! or entered by the village that received it.
//!
//! A confirmed part is never changed; what was wrong is taken back whole by another part that says why. Deliberately
//! absent: names. People who found work are a number.

use crate::day::check_past;
use crate::need::ContributionKind;
use crate::need::asked::QUANTITY_MAX;
use crate::{Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Pictures of one part's paper.
pub const PICTURES_MAX: usize = 5;
pub const PART_NOTE_MAX: usize = 200;
/// After so many days without an answer a village is reminded of a part that waits for it.
pub const WAITING_DAYS: u64 = 7;

words! {
    /// What shows that something was delivered.
    pub enum Paper {
        DeliveryNote = "delivery_note" / "送货单、签收单",
        Invoice = "invoice" / "发票",
        Photo = "photo" / "现场照片",
        /// A count, stamped; never a list of names.
        Headcount = "headcount" / "用工人数说明（只写人数）",
    }
}

words! {
    /// Whether a part counts.
    pub enum PartStatus {
        Reported = "reported" / "待村里确认",
        Confirmed = "confirmed" / "村里已确认",
        /// The village did not receive it so; the enterprise reports anew what is right.
        Disputed = "disputed" / "村里有异议",
    }
}

impl Paper {
    /// The papers that show the delivery of a kind, the usual one first; money has its own books.
    #[must_use]
    pub const fn of(kind: ContributionKind) -> &'static [Paper] {
        match kind {
            ContributionKind::Money => &[],
            ContributionKind::Goods => &[Paper::DeliveryNote, Paper::Photo],
            ContributionKind::Jobs => &[Paper::Headcount, Paper::Photo],
            ContributionKind::Purchase => &[Paper::Invoice],
            ContributionKind::Technology | ContributionKind::Service => &[Paper::Photo, Paper::DeliveryNote],
        }
    }
}

/// A part as it is handed in. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartInput {
    /// In the unit of the commitment.
    pub quantity: i64,
    /// When it was delivered.
    pub happened_on: NaiveDate,
    pub paper: Paper,
    pub note: String,
}

impl PartInput {
    /// Checks a part of a commitment of this kind, with so many pictures of its paper.
    ///
    /// # Errors
    /// A sentence for each field that is wrong.
    pub fn check(&self, kind: ContributionKind, pictures: usize, today: NaiveDate) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let fits = (1..=QUANTITY_MAX).contains(&self.quantity);
        problems.require(fits, "quantity", "数量应是大于 0 的整数，最多 1 亿，不带单位");
        let day = check_past(self.happened_on, today).map_err(|error| format!("兑现日期{error}"));
        problems.take("happened_on", day);
        if !Paper::of(kind).contains(&self.paper) {
            let papers: Vec<_> = Paper::of(kind).iter().map(|paper| paper.label()).collect();
            problems.add("paper", format!("这类承诺请附：{}", papers.join("，或")));
        }
        let some = (1..=PICTURES_MAX).contains(&pictures);
        problems.require(some, "pictures", "请上传 1 至 5 张凭证照片（送货单、发票或现场照片）");
        problems.require(self.note.trim().chars().count() <= PART_NOTE_MAX, "note", "说明最多 200 个字");
        problems.none_or_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> PartInput {
        PartInput {
            quantity: 5,
            happened_on: "2026-06-30".parse().unwrap(),
            paper: Paper::DeliveryNote,
            note: String::new(),
        }
    }

    fn refused(part: &PartInput, kind: ContributionKind, pictures: usize) -> Vec<String> {
        let today = "2026-06-30".parse().unwrap();
        let problems = part.check(kind, pictures, today).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_part_has_a_quantity_a_day_and_the_paper_of_its_kind() {
        let goods = ContributionKind::Goods;
        assert_eq!(refused(&good(), goods, 1), Vec::<String>::new());
        for quantity in [0, -1, QUANTITY_MAX + 1, i64::MIN] {
            assert_eq!(refused(&PartInput { quantity, ..good() }, goods, 1), ["quantity"], "{quantity}");
        }
        for happened_on in ["2026-07-01", "1999-12-31"] {
            let part = PartInput { happened_on: happened_on.parse().unwrap(), ..good() };
            assert_eq!(refused(&part, goods, 1), ["happened_on"], "{happened_on}");
        }
        for pictures in [0, 6] {
            assert_eq!(refused(&good(), goods, pictures), ["pictures"], "{pictures}");
        }
        assert_eq!(refused(&PartInput { note: "长".repeat(201), ..good() }, goods, 1), ["note"]);
    }

    #[test]
    fn each_kind_is_shown_by_its_own_papers() {
        for kind in ContributionKind::ALL.iter().copied() {
            for paper in Paper::ALL.iter().copied() {
                let part = PartInput { paper, ..good() };
                assert_eq!(refused(&part, kind, 1).is_empty(), Paper::of(kind).contains(&paper), "{kind} {paper}");
            }
        }
        assert_eq!(Paper::of(ContributionKind::Purchase), [Paper::Invoice], "a purchase is shown by its invoice");
    }
}
