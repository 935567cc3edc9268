//! What an enterprise has promised, by day: commitments besides money, its milestones of joint plans, the ends of its
//! pairings, and pledges that have not arrived.
//!
//! A pledge without instalments has no day that anybody agreed on, and none is made up for it. What ends by itself is never late. Deliberately
//! absent: amounts in totals, and what others owe the enterprise.

use chrono::{Days, NaiveDate};

words! {
    /// What was promised.
    pub enum DueKind {
        Commitment = "commitment" / "资金以外的承诺",
        Milestone = "milestone" / "共建计划的节点",
        /// The end of a pairing's term, or of the notice period of one that is being left.
        PairingEnd = "pairing_end" / "结对到期或终止",
        Pledge = "pledge" / "认捐",
        /// A part of a pledge that is paid by days.
        Instalment = "instalment" / "分期到账",
    }
}

words! {
    /// How it stands today.
    pub enum DueStanding {
        Late = "late" / "已过期",
        Open = "open" / "待办",
        /// Reported; the other side has to say whether it is so.
        Waiting = "waiting" / "等对方核验",
        Done = "done" / "已办结",
        /// Nothing more is to be done: taken back, forgiven, or left with its pairing.
        Dropped = "dropped" / "不再办",
    }
}

words! {
    /// What of the list is wanted.
    pub enum DuesShown {
        Late = "late" / "已过期的",
        Soon = "soon" / "三十天内的",
        Done = "done" / "已办结的",
    }
}

/// The state of a pairing that a side leaves, until its day.
pub const UNDER_NOTICE: &str = "已提出终止";
/// How far ahead "soon" looks, today not counted.
pub const SOON_DAYS: u64 = 30;

/// How something stands that is due on `day`. `settled`: nothing is to be done any more, `kept`: because it was done.
#[must_use]
pub fn standing(
    kind: DueKind,
    day: Option<NaiveDate>,
    (settled, kept, waiting): (bool, bool, bool),
    today: NaiveDate,
) -> DueStanding {
    let can_be_late = matches!(kind, DueKind::Commitment | DueKind::Milestone | DueKind::Instalment);
    match () {
        () if settled && kept => DueStanding::Done,
        () if settled => DueStanding::Dropped,
        () if waiting => DueStanding::Waiting,
        () if can_be_late && day.is_some_and(|day| day < today) => DueStanding::Late,
        () => DueStanding::Open,
    }
}

/// The last day that is soon.
#[must_use]
pub fn soon(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(SOON_DAYS)).unwrap_or(NaiveDate::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_to_be_done_by_the_enterprise_is_late() {
        let today: NaiveDate = "2026-07-31".parse().unwrap();
        let (before, on) = (today.pred_opt(), Some(today));
        let open = (false, false, false);
        for (kind, day, how, expected) in [
            (DueKind::Commitment, before, open, DueStanding::Late),
            (DueKind::Commitment, on, open, DueStanding::Open),
            (DueKind::Milestone, before, open, DueStanding::Late),
            (DueKind::Milestone, before, (false, false, true), DueStanding::Waiting),
            (DueKind::Milestone, before, (true, true, false), DueStanding::Done),
            (DueKind::Milestone, before, (true, false, true), DueStanding::Dropped),
            (DueKind::PairingEnd, before, open, DueStanding::Open),
            (DueKind::Pledge, None, open, DueStanding::Open),
            (DueKind::Instalment, before, open, DueStanding::Late),
            (DueKind::Instalment, on, open, DueStanding::Open),
        ] {
            assert_eq!(standing(kind, day, how, today), expected, "{kind} {day:?} {how:?}");
        }
        assert_eq!(soon(today), "2026-08-30".parse().unwrap());
    }
}
