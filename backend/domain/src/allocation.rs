//! Arrived money that its giver points at a need (定向额度), what becomes of it, and how its purpose may change.
//!
//! Sources: Charity Law 2016, articles 55, 57, 58 (use follows plan or agreement; an agreement's purpose changes only with
//! the donor's consent, a plan's only with a filing). Deliberately absent: the ledger's transfers, and payments.

use crate::day::check_past;
use crate::money::AmountError;
use crate::{Fen, Problem, Problems};
use chrono::{DateTime, Days, NaiveDate, Utc};

words! {
    /// The states of money set aside.
    pub enum AllocationStatus {
        /// The giver asks for it; nothing has moved.
        Requested = "requested" / "提出",
        /// The charity has set it aside.
        Accepted = "accepted" / "已受理",
        /// A payment that counts on it is approved or paid.
        Locked = "locked" / "锁定",
        /// Another purpose is asked for.
        Changing = "changing" / "用途变更中",
        /// It went back to where it came from, or the request was taken back.
        Released = "released" / "已释放",
        Refused = "refused" / "未受理",
    }
}

impl AllocationStatus {
    /// Whether it may go from this state to `next`.
    #[must_use]
    pub const fn may_become(self, next: AllocationStatus) -> bool {
        use AllocationStatus::{Accepted, Changing, Locked, Refused, Released, Requested};
        matches!(
            (self, next),
            (Requested, Accepted | Refused | Released)
                | (Accepted, Locked | Changing | Released)
                | (Locked, Changing | Released)
                | (Changing, Accepted | Locked | Released)
        )
    }

    /// Whether its money is on the need's account, or was paid from there.
    #[must_use]
    pub const fn is_set_aside(self) -> bool {
        matches!(self, Self::Accepted | Self::Locked | Self::Changing)
    }
}

words! {
    /// What happens to a gift when its need asks for less in the end, closes, expires or is withdrawn, chosen before
    /// pledging.
    pub enum FundingChoice {
        /// Nothing is done before the giver has said what.
        AskMe = "ask_me" / "先问我们，由我们决定",
        SameVillage = "same_village" / "转给同一个村的其他需求",
        SameField = "same_field" / "转给同一领域的其他需求",
        CharityDecides = "charity_decides" / "由慈善组织转给相近用途的需求",
    }
}

impl FundingChoice {
    /// What holds where nobody chose.
    #[must_use]
    pub const fn default_choice() -> Self {
        Self::AskMe
    }

    /// As it stands in a donation agreement, where the giver is 甲方 and the charity 乙方.
    #[must_use]
    pub const fn in_agreement(self) -> &'static str {
        match self {
            Self::AskMe => "乙方先征求甲方意见，由甲方决定用于哪里；得到甲方同意以前不动用。",
            Self::SameVillage => "甲方事先同意转给同一个村（社区）的其他需求；没有这样的需求时，乙方先征求甲方意见。",
            Self::SameField => "甲方事先同意转给同一领域的其他需求；没有这样的需求时，乙方先征求甲方意见。",
            Self::CharityDecides => "甲方事先同意由乙方转给用途相近的需求。",
        }
    }
}

/// The version of [`FUNDING_CHOICE_TERMS`]; stored with each choice. A changed sentence is a new version.
pub const FUNDING_CHOICE_VERSION: &str = "2026-1";

/// What a giver is told where the choice is made.
pub const FUNDING_CHOICE_TERMS: &str = "这是您事先对变更用途作出的同意：需求提前办结、失效、撤回或者用不完时，慈善组织按您的选择办理，并写信告诉您；没有事先选择的，必须先得到您的同意。已经付出的款不变。";

words! {
    /// The states of a change of purpose.
    pub enum PurposeChangeStatus {
        Requested = "requested" / "提出",
        /// The giver agrees.
        Consented = "consented" / "捐赠方已同意",
        /// The change of the plan is filed.
        Filed = "filed" / "已备案",
        Done = "done" / "已变更",
        Refused = "refused" / "未变更",
    }
}

words! {
    /// What allows a change.
    pub enum PurposeBasis {
        /// An agreement with a giver: the giver's consent.
        Consent = "consent" / "捐赠方同意",
        /// A plan of public fundraising: a filing.
        Filing = "filing" / "备案",
    }
}

words! {
    /// Who asks for a change.
    pub enum PurposeOrigin {
        Enterprise = "enterprise" / "捐赠方",
        Charity = "charity" / "慈善组织",
        /// The need came to an end with money left.
        Closing = "closing" / "需求结束，款还有余",
    }
}

impl PurposeChangeStatus {
    #[must_use]
    pub const fn may_become(self, next: PurposeChangeStatus) -> bool {
        use PurposeChangeStatus::{Consented, Done, Filed, Refused, Requested};
        matches!((self, next), (Requested, Consented | Filed | Refused) | (Consented | Filed, Done | Refused))
    }

    /// Whether somebody still has to act.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Consented | Self::Filed)
    }
}

/// Why a request cannot be made or accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    #[error(transparent)]
    Amount(#[from] AmountError),
    #[error("这条需求现在不能接受款项，请另选一条正在征集的需求")]
    NeedClosed,
    #[error("这条需求不在这一项指定的范围里；要用到别处，请申请调整用途")]
    Elsewhere,
    #[error("这一项还可以分配 {free}，不够 {asked}")]
    TooLittle { free: Fen, asked: Fen },
    #[error("这条需求还缺 {missing}，比 {asked} 少；确实要多给，请勾选“多于缺口也要给”")]
    MoreThanMissing { missing: Fen, asked: Fen },
}

/// What is known when money is pointed at a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointingFacts {
    pub asked: Fen,
    /// What of the row has arrived, is not set aside, and is asked for by no other request.
    pub free: Fen,
    /// The need is public and open.
    pub need_open: bool,
    /// The need lies within what the row is for.
    pub fits: bool,
    /// What the need still misses.
    pub missing: Fen,
    /// The giver wants to give more than that.
    pub beyond: bool,
}

impl PointingFacts {
    /// # Errors
    /// The first reason against it.
    pub fn check(self) -> Result<(), AllocationError> {
        let Self { asked, free, missing, .. } = self;
        asked.check_amount()?;
        match self {
            Self { need_open: false, .. } => Err(AllocationError::NeedClosed),
            Self { fits: false, .. } => Err(AllocationError::Elsewhere),
            _ if free < asked => Err(AllocationError::TooLittle { free, asked }),
            Self { beyond: false, .. } if missing < asked => Err(AllocationError::MoreThanMissing { missing, asked }),
            _ => Ok(()),
        }
    }
}

/// A filing reference: its number, and its day.
///
/// # Errors
/// A sentence for each field.
pub fn check_filing(number: &str, filed_on: NaiveDate, today: NaiveDate) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = number.trim().chars().count();
    problems.require((2..=64).contains(&length), "filing_no", "请填写备案编号（2 至 64 个字）");
    if let Err(wrong) = check_past(filed_on, today) {
        problems.add("filed_on", format!("备案日期{wrong}，请对照备案回执"));
    }
    problems.none_or_err()
}

words! {
    /// How often a giver is reminded of money that lies idle: always in the same words.
    pub enum IdleReminder {
        First = "first" / "30 天没有指定需求",
        Again = "again" / "90 天没有指定需求",
    }
}

impl IdleReminder {
    /// After how many days without a change.
    #[must_use]
    pub const fn days(self) -> u64 {
        match self {
            Self::First => 30,
            Self::Again => 90,
        }
    }

    /// The reminder that is due for what has lain since an instant; the later one where both are.
    #[must_use]
    pub fn due(idle_since: DateTime<Utc>, now: DateTime<Utc>) -> Option<Self> {
        let over =
            |reminder: &Self| idle_since.checked_add_days(Days::new(reminder.days())).is_some_and(|day| day <= now);
        [Self::Again, Self::First].into_iter().find(over)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_against_pointing_money_is_named_in_order() {
        let yuan = Fen::yuan;
        let good = PointingFacts {
            asked: yuan(50),
            free: yuan(80),
            need_open: true,
            fits: true,
            missing: yuan(60),
            beyond: false,
        };
        assert_eq!(good.check(), Ok(()));
        let asked = yuan(70);
        for (facts, error) in [
            (PointingFacts { need_open: false, ..good }, AllocationError::NeedClosed),
            (PointingFacts { fits: false, ..good }, AllocationError::Elsewhere),
            (PointingFacts { free: yuan(40), ..good }, AllocationError::TooLittle { free: yuan(40), asked: yuan(50) }),
            (PointingFacts { asked, ..good }, AllocationError::MoreThanMissing { missing: yuan(60), asked }),
        ] {
            assert_eq!(facts.check(), Err(error), "{facts:?}");
        }
        assert_eq!(PointingFacts { asked, beyond: true, ..good }.check(), Ok(()), "its giver chose so");
        assert!(PointingFacts { asked: Fen::ZERO, ..good }.check().is_err());
    }

    #[test]
    fn a_request_moves_nothing_and_what_is_over_stays_over() {
        use AllocationStatus::{Accepted, Changing, Locked, Refused, Released, Requested};
        for status in AllocationStatus::ALL {
            assert!(!Released.may_become(*status) && !Refused.may_become(*status), "{status}");
        }
        assert!(!Requested.may_become(Locked) && !Requested.may_become(Changing));
        assert!(Locked.may_become(Changing) && Changing.may_become(Locked) && Accepted.may_become(Released));
        let held: Vec<_> = AllocationStatus::ALL.iter().filter(|status| status.is_set_aside()).collect();
        assert_eq!(held, [&Accepted, &Locked, &Changing]);
    }

    #[test]
    fn a_purpose_changes_only_after_consent_or_filing() {
        use PurposeChangeStatus::{Consented, Done, Filed, Refused, Requested};
        assert!(!Requested.may_become(Done));
        for status in [Consented, Filed] {
            assert!(Requested.may_become(status) && status.may_become(Done) && status.may_become(Refused));
        }
        assert!(!Done.may_become(Refused) && !Refused.may_become(Done));
        let open: Vec<_> = PurposeChangeStatus::ALL.iter().filter(|status| status.is_open()).collect();
        assert_eq!(open, [&Requested, &Consented, &Filed]);
    }

    #[test]
    fn a_filing_has_a_number_and_a_day_that_has_been() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 28).unwrap();
        assert!(check_filing("粤民备 12", today, today).is_ok());
        assert!(check_filing(" ", today, today).is_err());
        assert!(check_filing("粤民备 12", today.succ_opt().unwrap(), today).is_err());
    }

    #[test]
    fn idle_money_is_told_of_after_thirty_days_and_after_ninety() {
        let now: DateTime<Utc> = "2026-11-28T00:00:00Z".parse().unwrap();
        let before = |days| now - Days::new(days);
        for (days, reminder) in [
            (29, None),
            (30, Some(IdleReminder::First)),
            (89, Some(IdleReminder::First)),
            (90, Some(IdleReminder::Again)),
            (900, Some(IdleReminder::Again)),
        ] {
            assert_eq!(IdleReminder::due(before(days), now), reminder, "{days}");
        }
    }
}
