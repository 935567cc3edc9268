//! A commitment: what an enterprise promises besides money, its states, and what has to hold when it is made.
//!
//! It is to one line of a need, in whole numbers of that line's own unit, as the line itself is. What of it was delivered
//! is in [`part`], when somebody is reminded in [`reminder`]. Deliberately absent: any value in yuan, and adding what is
//! counted in one unit to what is counted in another.

pub mod part;
pub mod reminder;

pub use part::{Paper, PartInput, PartStatus};
pub use reminder::Reminder;

use crate::need::NeedStatus;
use crate::need::asked::QUANTITY_MAX;
use crate::pledge::PublicDisplay;
use crate::{Problem, Problems, problem};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// The version of [`COMMITMENT_TERMS`] that is in force; stored with each commitment. A changed sentence is a new version.
pub const COMMITMENT_TERMS_VERSION: &str = "2026-1";

/// What an enterprise is told before it promises. Sources: as those of the terms of pledges.
pub const COMMITMENT_TERMS: &[&str] = &[
    "承诺完全自愿，没有任何单位给您下达或摊派任务。",
    "承诺不是钱：按数量、单位和日期记，不折成金额，不计入认捐、到账、拨付、支出。",
    "公开作出的扶贫济困承诺依法应当履行。确有困难的，请尽早撤回，或请村里、工商联豁免。",
    "兑现一部分就报一部分，附送货单、发票或照片，由村里确认后才算兑现。",
    "公众看到数量，不看到约定日期；名称怎样公开由您决定，以后可以改。村里要确认收到，所以总会知道您的名称。",
];

pub const NOTE_MAX: usize = 500;
/// How far away the agreed day may be.
const DUE_WITHIN_DAYS: u64 = 365 * 5;

words! {
    /// The states of a commitment. That its day has passed is no state: it is seen from the date.
    pub enum CommitmentStatus {
        Promised = "promised" / "已承诺",
        PartlyDelivered = "partly_delivered" / "部分兑现",
        Delivered = "delivered" / "已兑现",
        /// Taken back by the enterprise before anything of it was confirmed.
        Withdrawn = "withdrawn" / "已撤回",
        /// What is missing was forgiven by the village or the federation; late deliveries are still welcome.
        Waived = "waived" / "余下豁免",
    }
}

/// How a commitment that was not left to run its course ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Withdrawn,
    Waived,
}

/// The facts that a commitment's state follows from, so that taking a delivery back needs no memory of what was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fulfilment {
    /// What was promised.
    pub quantity: i64,
    /// The confirmed parts, less those that were taken back; can be more than was promised.
    pub delivered: i64,
    pub ending: Option<Ending>,
}

impl Fulfilment {
    #[must_use]
    pub const fn status(self) -> CommitmentStatus {
        match self {
            Self { ending: Some(Ending::Withdrawn), .. } => CommitmentStatus::Withdrawn,
            Self { quantity, delivered, .. } if delivered >= quantity => CommitmentStatus::Delivered,
            Self { ending: Some(Ending::Waived), .. } => CommitmentStatus::Waived,
            Self { delivered, .. } if delivered > 0 => CommitmentStatus::PartlyDelivered,
            Self { .. } => CommitmentStatus::Promised,
        }
    }
}

impl CommitmentStatus {
    /// Whether something of it is still to come.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Promised | Self::PartlyDelivered)
    }

    /// What counts as promised: nothing of a withdrawn one, and only what came of a waived one.
    #[must_use]
    pub fn counted(self, quantity: i64, delivered: i64) -> i64 {
        match self {
            Self::Withdrawn => 0,
            Self::Waived => quantity.min(delivered),
            Self::Promised | Self::PartlyDelivered | Self::Delivered => quantity,
        }
    }

    /// Whether its day has passed with something missing.
    #[must_use]
    pub fn is_late(self, due_on: NaiveDate, today: NaiveDate) -> bool {
        self.is_live() && due_on < today
    }
}

/// Why something cannot be done to a commitment now, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPossible {
    #[error("这项承诺现在是“{}”，不能这样操作", .0.label())]
    State(CommitmentStatus),
    #[error("村里已经确认收到一部分，不能撤回。余下的不能兑现，请与村里或工商联商量豁免")]
    Delivered,
    #[error("有一笔兑现在等村里确认，请村里先确认或退回，再这样操作")]
    PartWaits,
    #[error("这条需求现在是“{}”，不能再登记兑现", .0.label())]
    Need(NeedStatus),
}

/// How a commitment stands when somebody wants to do something to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub status: CommitmentStatus,
    pub delivered: i64,
    /// A part that the enterprise reported waits for the village.
    pub part_waits: bool,
    pub need: NeedStatus,
}

impl Standing {
    /// Whether the enterprise may take it back.
    ///
    /// # Errors
    /// The first reason against it.
    pub const fn withdraw(self) -> Result<(), NotPossible> {
        match self {
            Self { status, .. } if !status.is_live() => Err(NotPossible::State(status)),
            Self { delivered: 1.., .. } => Err(NotPossible::Delivered),
            Self { part_waits: true, .. } => Err(NotPossible::PartWaits),
            Self { .. } => Ok(()),
        }
    }

    /// Whether what is missing may be forgiven.
    ///
    /// # Errors
    /// The first reason against it.
    pub const fn waive(self) -> Result<(), NotPossible> {
        match self {
            Self { status, .. } if !status.is_live() => Err(NotPossible::State(status)),
            Self { part_waits: true, .. } => Err(NotPossible::PartWaits),
            Self { .. } => Ok(()),
        }
    }

    /// Whether a part may be reported or taken back: also more than was promised, and what comes late, until the need
    /// is closed.
    ///
    /// # Errors
    /// The first reason against it.
    pub const fn deliver(self) -> Result<(), NotPossible> {
        match self {
            Self { status: CommitmentStatus::Withdrawn, .. } => Err(NotPossible::State(CommitmentStatus::Withdrawn)),
            Self { need, .. } if !need.takes_deliveries() => Err(NotPossible::Need(need)),
            Self { .. } => Ok(()),
        }
    }
}

/// What an enterprise hands in. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CommitmentInput {
    /// Which of the need's lines, counted from 0.
    pub line: i32,
    /// In the unit of the line.
    pub quantity: i64,
    /// The day by which all of it is delivered.
    pub due_on: NaiveDate,
    /// For the village: how it will be delivered. Not public.
    pub note: String,
    /// Nobody is shown by default: whoever promises has to choose.
    pub public_display: Option<PublicDisplay>,
    /// "I know that this is more than what is still needed."
    pub more_than_needed: bool,
    /// "I know that a public promise is to be kept."
    pub notice_acknowledged: bool,
    /// "I promise of my own free will."
    pub voluntary: bool,
    /// The version of the terms that was read.
    pub terms_version: String,
}

/// A line as it stands when something is promised for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineFacts<'a> {
    pub asked: i64,
    /// By everybody so far.
    pub promised: i64,
    pub unit: &'a str,
}

/// What is known when a commitment is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommitmentFacts<'a> {
    pub today: NaiveDate,
    /// Whether the need asks for something besides money and takes promises.
    pub need_open: bool,
    /// None where the need has no such line.
    pub line: Option<LineFacts<'a>>,
}

impl CommitmentInput {
    /// Checks what was handed in and gives how the enterprise wants to be shown.
    ///
    /// # Errors
    /// A sentence for each field that keeps the commitment from being made, all at once.
    pub fn check(&self, facts: &CommitmentFacts<'_>) -> Result<PublicDisplay, Vec<Problem>> {
        let mut problems = Problems::new();
        problems.require(facts.need_open, "need", "这条需求现在不能承诺，请另选一条可以对接的需求");
        problems.require(self.fits(), "quantity", "数量应是大于 0 的整数，最多 1 亿，不带单位");
        match facts.line {
            None => problems.add("line", "请选择承担需求里的哪一项"),
            Some(line) if facts.need_open => self.check_line(&mut problems, line),
            Some(_) => {}
        }
        let last = facts.today.checked_add_days(Days::new(DUE_WITHIN_DAYS)).unwrap_or(NaiveDate::MAX);
        problems.require(self.due_on >= facts.today, "due_on", "约定日期不能早于今天");
        problems.require(self.due_on <= last, "due_on", "约定日期最多在五年以内");
        problems.require(self.note.trim().chars().count() <= NOTE_MAX, "note", "说明最多 500 个字");
        problems.require(self.notice_acknowledged, "notice_acknowledged", "请阅读并勾选：公开作出的承诺依法应当履行");
        problems.require(self.voluntary, "voluntary", "请确认这次承诺完全出于自愿；如有人摊派，请不要提交并向我们反映");
        let current = self.terms_version == COMMITMENT_TERMS_VERSION;
        problems.require(current, "terms_version", "承诺须知已更新，请重新阅读后再提交");
        if self.public_display.is_none() {
            problems.add("public_display", "请选择怎样公开您的名称：全称、部分或匿名");
        }
        match self.public_display {
            Some(display) if problems.is_empty() => Ok(display),
            _ => Err(problems.into_vec()),
        }
    }

    fn fits(&self) -> bool {
        (1..=QUANTITY_MAX).contains(&self.quantity)
    }

    /// A line that is promised whole takes no more; more than what is missing is promised knowingly only.
    fn check_line(&self, problems: &mut Problems, line: LineFacts<'_>) {
        let missing = line.asked.saturating_sub(line.promised).max(0);
        if missing == 0 {
            problems.add("line", "这一项已经有企业承诺齐了，请另选一项");
        } else if self.fits() && self.quantity > missing && !self.more_than_needed {
            let unit = line.unit;
            problems.add(
                "more_than_needed",
                format!("这一项还差 {missing} {unit}，您写的比需要的多。确实愿意多给的请勾选，否则请改数量"),
            );
        }
    }
}

/// Checks why somebody takes a commitment back, forgives it, disputes a part of it or takes one back.
///
/// # Errors
/// A sentence at `reason`.
pub fn check_reason(reason: &str) -> Result<(), Vec<Problem>> {
    problem::check_reason(reason, Some("请写明原因，让对方知道为什么、接下来怎么办（至少 5 个字）"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: LineFacts<'static> = LineFacts { asked: 20, promised: 12, unit: "盏" };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts() -> CommitmentFacts<'static> {
        CommitmentFacts { today: day("2026-06-30"), need_open: true, line: Some(LINE) }
    }

    fn good() -> CommitmentInput {
        CommitmentInput {
            line: 0,
            quantity: 8,
            due_on: day("2026-09-30"),
            note: "分两批送到村委会".into(),
            public_display: Some(PublicDisplay::Partial),
            more_than_needed: false,
            notice_acknowledged: true,
            voluntary: true,
            terms_version: COMMITMENT_TERMS_VERSION.to_owned(),
        }
    }

    fn refused(input: &CommitmentInput, facts: &CommitmentFacts<'_>) -> Vec<String> {
        let problems = input.check(facts).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    /// Makes one field wrong.
    type Spoil = fn(&mut CommitmentInput);

    #[test]
    fn each_missing_thing_is_named_by_its_field() {
        assert_eq!(good().check(&facts()), Ok(PublicDisplay::Partial));
        let table: &[(&str, Spoil)] = &[
            ("quantity", |input| input.quantity = 0),
            ("quantity", |input| input.quantity = -3),
            ("quantity", |input| input.quantity = QUANTITY_MAX + 1),
            ("quantity", |input| input.quantity = i64::MAX),
            ("due_on", |input| input.due_on = day("2026-06-29")),
            ("due_on", |input| input.due_on = day("2036-06-30")),
            ("due_on", |input| input.due_on = NaiveDate::MIN),
            ("note", |input| input.note = "长".repeat(501)),
            ("public_display", |input| input.public_display = None),
            ("notice_acknowledged", |input| input.notice_acknowledged = false),
            ("voluntary", |input| input.voluntary = false),
            ("terms_version", |input| input.terms_version = "2020-1".to_owned()),
        ];
        for (field, spoil) in table {
            let mut input = good();
            spoil(&mut input);
            assert_eq!(refused(&input, &facts()), [*field]);
        }
        assert_eq!(refused(&CommitmentInput { due_on: day("2026-06-30"), ..good() }, &facts()), Vec::<String>::new());
    }

    #[test]
    fn more_than_is_missing_is_promised_knowingly_and_nothing_for_what_is_met() {
        let more = CommitmentInput { quantity: 9, ..good() };
        assert_eq!(refused(&more, &facts()), ["more_than_needed"]);
        let said = more.check(&facts()).unwrap_err();
        assert!(said[0].message.contains("还差 8 盏"), "{said:?}");
        assert!(CommitmentInput { more_than_needed: true, ..more.clone() }.check(&facts()).is_ok());
        for promised in [20, 25] {
            let met = CommitmentFacts { line: Some(LineFacts { promised, ..LINE }), ..facts() };
            assert_eq!(refused(&CommitmentInput { more_than_needed: true, ..more.clone() }, &met), ["line"]);
        }
        assert_eq!(refused(&good(), &CommitmentFacts { line: None, ..facts() }), ["line"]);
        assert_eq!(refused(&good(), &CommitmentFacts { need_open: false, ..facts() }), ["need"]);
    }

    #[test]
    fn the_state_follows_from_what_was_delivered_and_how_it_ended() {
        use CommitmentStatus as Is;
        let table = [
            (0, None, Is::Promised),
            (3, None, Is::PartlyDelivered),
            (10, None, Is::Delivered),
            (12, None, Is::Delivered),
            (0, Some(Ending::Withdrawn), Is::Withdrawn),
            (0, Some(Ending::Waived), Is::Waived),
            (3, Some(Ending::Waived), Is::Waived),
            (10, Some(Ending::Waived), Is::Delivered),
        ];
        for (delivered, ending, status) in table {
            assert_eq!(Fulfilment { quantity: 10, delivered, ending }.status(), status, "{delivered} {ending:?}");
        }
        let counted: Vec<_> = Is::ALL.iter().map(|status| status.counted(10, 3)).collect();
        assert_eq!(counted, [10, 10, 10, 0, 3]);
    }

    #[test]
    fn it_is_taken_back_before_anything_came_and_forgiven_while_something_is_missing() {
        let standing = Standing {
            status: CommitmentStatus::Promised,
            delivered: 0,
            part_waits: false,
            need: NeedStatus::PartlyFunded,
        };
        assert_eq!((standing.withdraw(), standing.waive(), standing.deliver()), (Ok(()), Ok(()), Ok(())));
        let begun = Standing { status: CommitmentStatus::PartlyDelivered, delivered: 3, ..standing };
        assert_eq!((begun.withdraw(), begun.waive()), (Err(NotPossible::Delivered), Ok(())));
        let waits = Standing { part_waits: true, ..standing };
        assert_eq!((waits.withdraw(), waits.waive()), (Err(NotPossible::PartWaits), Err(NotPossible::PartWaits)));
        for status in [CommitmentStatus::Delivered, CommitmentStatus::Withdrawn, CommitmentStatus::Waived] {
            let settled = Standing { status, ..standing };
            let no = Err(NotPossible::State(status));
            assert_eq!((settled.withdraw(), settled.waive()), (no, no));
            assert_eq!(settled.deliver().is_ok(), status != CommitmentStatus::Withdrawn, "{status}");
        }
        for need in NeedStatus::ALL.iter().copied() {
            let taken = Standing { need, ..standing }.deliver().is_ok();
            assert_eq!(taken, need.takes_deliveries(), "{need}");
        }
    }

    #[test]
    fn only_what_is_missing_is_late() {
        let (due, after) = (day("2026-06-30"), day("2026-07-01"));
        for status in CommitmentStatus::ALL {
            assert_eq!(status.is_late(due, after), status.is_live(), "{status}");
            assert!(!status.is_late(due, due), "{status}: the day itself is in time");
        }
    }

    #[test]
    fn whoever_ends_it_says_why() {
        assert!(check_reason(" 不行 ").is_err() && check_reason(&"长".repeat(501)).is_err());
        assert!(check_reason("仓库受灾，今年给不了").is_ok());
    }

    proptest! {
        #[test]
        fn no_more_counts_as_promised_than_was_and_what_came_is_never_lost(
            quantity in 1i64..=QUANTITY_MAX, delivered in 0i64..=QUANTITY_MAX, waived: bool,
        ) {
            let ending = waived.then_some(Ending::Waived);
            let status = Fulfilment { quantity, delivered, ending }.status();
            let counted = status.counted(quantity, delivered);
            prop_assert!(counted <= quantity && counted >= quantity.min(delivered));
            prop_assert_eq!(status.is_live(), !waived && delivered < quantity);
        }
    }
}
