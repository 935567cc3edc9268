//! Given goods that are left: taken back from a need to be set aside for another, or written off.
//!
//! One person asks for either, a second one confirms; nothing moves before. Written off is what will never be handed over
//! because it is spoilt, lost, expired or of no use; it stays told, it is not made up for. Deliberately absent: taking
//! back what its giver bound to a need, which only the giver can allow, and giving goods back to their giver.

use super::hand_over::quantities;
use super::value::Quantity;
use super::{GoodsGiftStatus, PAPERS_MAX};
use crate::day::check_past;
use crate::{Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Characters of why goods are written off, at most.
pub const REASON_MAX: usize = 500;

words! {
    /// What is done with what is left.
    pub enum GoodsRestKind {
        /// It goes back to the goods without a need.
        Release = "release" / "收回，另行安排",
        WriteOff = "write_off" / "报损",
    }
}

words! {
    /// How far that is.
    pub enum GoodsRestStatus {
        /// A second person has to confirm.
        Asked = "asked" / "等另一人确认",
        Done = "done" / "已确认",
        /// It was not confirmed, or not wanted any more.
        Dropped = "dropped" / "不办了",
    }
}

words! {
    /// What is done to it.
    pub enum GoodsRestStep {
        Confirm = "confirm" / "确认",
        Drop = "drop" / "不办",
    }
}

words! {
    /// Why goods are written off.
    pub enum GoodsLossCause {
        Spoilt = "spoilt" / "变质或损坏",
        Lost = "lost" / "丢失或短少",
        Expired = "expired" / "过了保质期",
        Unusable = "unusable" / "不能用",
    }
}

/// Why something cannot be done to it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("这次处理现在是“{}”，不能“{}”", .0.label(), .1.label())]
pub struct RestNotNow(pub GoodsRestStatus, pub GoodsRestStep);

impl GoodsRestStatus {
    /// The state after a step.
    ///
    /// # Errors
    /// [`RestNotNow`].
    pub const fn after(self, step: GoodsRestStep) -> Result<GoodsRestStatus, RestNotNow> {
        match (self, step) {
            (Self::Asked, GoodsRestStep::Confirm) => Ok(Self::Done),
            (Self::Asked, GoodsRestStep::Drop) => Ok(Self::Dropped),
            _ => Err(RestNotNow(self, step)),
        }
    }
}

/// What of an accepted gift, or of its part for one need, is where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a fact each, which do not exclude one another")]
pub struct GoodsParts {
    pub handed: bool,
    pub lost: bool,
    pub left: bool,
    /// Whether what is left is set aside for a need.
    pub set_aside: bool,
}

impl GoodsParts {
    /// The state that says it truthfully.
    #[must_use]
    pub const fn status(self) -> GoodsGiftStatus {
        let Self { handed, lost, left, set_aside } = self;
        match (left, handed, lost) {
            (true, false, _) if set_aside => GoodsGiftStatus::SetAside,
            (true, false, _) => GoodsGiftStatus::Accepted,
            (true, true, _) if set_aside => GoodsGiftStatus::PartlyHandedOver,
            (true, true, _) => GoodsGiftStatus::PartlyFree,
            (false, false, _) => GoodsGiftStatus::WrittenOff,
            (false, true, true) => GoodsGiftStatus::HandedOverShort,
            (false, true, false) => GoodsGiftStatus::HandedOver,
        }
    }
}

/// What the charity wants to write off. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GoodsWriteOffInput {
    /// One for each line of the gift, in thousandths of its unit; zero where nothing of it is written off.
    pub quantities: Vec<Quantity>,
    pub cause: GoodsLossCause,
    /// The day on which it was found.
    pub found_on: NaiveDate,
    /// What happened, and what was done about it. Giver and village read it.
    pub reason: String,
}

/// What is known when goods are to be written off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOffFacts<'a> {
    /// What is left of each line, with its unit.
    pub left: &'a [(Quantity, &'a str)],
    pub pictures: usize,
    /// The day on which the charity received the goods.
    pub received_on: NaiveDate,
    /// The first day on which they may not be used any more.
    pub expires_on: Option<NaiveDate>,
    pub today: NaiveDate,
}

impl GoodsWriteOffInput {
    /// Checks it.
    ///
    /// # Errors
    /// A sentence for each field, all at once. Lines are named `line_0` and so on.
    pub fn check(&self, facts: &WriteOffFacts<'_>) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        quantities(&self.quantities, facts.left, "报损的不能多于还没有移交的", &mut problems);
        if let Err(wrong) = check_past(self.found_on, facts.today) {
            problems.add("found_on", format!("发现的日期{wrong}"));
        } else {
            let after = self.found_on >= facts.received_on;
            problems.require(after, "found_on", "发现的日期不能早于慈善组织收到的日期");
        }
        let expired = facts.expires_on.is_none_or(|last| last <= self.found_on);
        let says = "按登记的保质期，那天还没有过期。请核对日期，或改选别的原因";
        problems.require(self.cause != GoodsLossCause::Expired || expired, "cause", says);
        let reason = self.reason.trim().chars().count();
        let says = "请写明经过和处理，让捐赠方和村看得明白（5 至 500 字）";
        problems.require((5..=REASON_MAX).contains(&reason), "reason", says);
        problems.require(facts.pictures <= PAPERS_MAX, "pictures", "照片最多 12 张");
        problems.none_or_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();

    #[test]
    fn what_is_where_says_the_state() {
        use GoodsGiftStatus as Is;
        for (handed, lost, left, set_aside, status) in [
            (false, false, true, false, Is::Accepted),
            (false, false, true, true, Is::SetAside),
            (false, true, true, false, Is::Accepted),
            (false, true, true, true, Is::SetAside),
            (true, false, true, true, Is::PartlyHandedOver),
            (true, true, true, true, Is::PartlyHandedOver),
            (true, false, true, false, Is::PartlyFree),
            (true, false, false, true, Is::HandedOver),
            (true, true, false, true, Is::HandedOverShort),
            (true, true, false, false, Is::HandedOverShort),
            (false, true, false, true, Is::WrittenOff),
            (false, true, false, false, Is::WrittenOff),
        ] {
            let parts = GoodsParts { handed, lost, left, set_aside };
            assert_eq!(parts.status(), status, "{parts:?}");
            assert!(status.counts(), "it was accepted: {status}");
        }
    }

    #[test]
    fn it_is_decided_once() {
        for (status, possible) in
            [(GoodsRestStatus::Asked, true), (GoodsRestStatus::Done, false), (GoodsRestStatus::Dropped, false)]
        {
            for step in GoodsRestStep::ALL {
                assert_eq!(status.after(*step).is_ok(), possible, "{status} {step}");
            }
        }
    }

    /// Makes one field wrong.
    type Spoil = fn(&mut GoodsWriteOffInput);

    #[test]
    fn only_what_is_left_is_written_off_with_a_cause_that_can_be() {
        let left = [(Quantity::whole(5), "袋"), (Quantity::ZERO, "张")];
        let facts = WriteOffFacts {
            left: &left,
            pictures: 0,
            received_on: TODAY - chrono::Days::new(3),
            expires_on: Some(TODAY - chrono::Days::new(1)),
            today: TODAY,
        };
        let good = GoodsWriteOffInput {
            quantities: vec![Quantity::whole(2), Quantity::ZERO],
            cause: GoodsLossCause::Expired,
            found_on: TODAY,
            reason: "仓库盘点发现两袋过期".into(),
        };
        assert_eq!(good.check(&facts), Ok(()));
        let table: &[(&str, Spoil)] = &[
            ("line_0", |input| input.quantities[0] = Quantity::whole(6)),
            ("line_1", |input| input.quantities[1] = Quantity::of_thousandths(1)),
            ("line_0", |input| input.quantities[0] = Quantity::of_thousandths(-1)),
            ("lines", |input| input.quantities[0] = Quantity::ZERO),
            ("lines", |input| {
                input.quantities.pop();
            }),
            ("found_on", |input| input.found_on = TODAY + chrono::Days::new(1)),
            ("found_on", |input| {
                input.found_on = TODAY - chrono::Days::new(4);
                input.cause = GoodsLossCause::Spoilt;
            }),
            ("cause", |input| input.found_on = TODAY - chrono::Days::new(2)),
            ("reason", |input| input.reason = " 过期 ".into()),
            ("reason", |input| input.reason = "长".repeat(501)),
        ];
        for (field, spoil) in table {
            let mut input = good.clone();
            spoil(&mut input);
            let problems = input.check(&facts).unwrap_err();
            assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [*field]);
        }
        assert_eq!(good.check(&WriteOffFacts { pictures: 13, ..facts }).unwrap_err()[0].field, "pictures");
        assert_eq!(good.check(&WriteOffFacts { expires_on: None, ..facts }), Ok(()));
    }
}
