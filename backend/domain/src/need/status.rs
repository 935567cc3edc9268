//! The life of a need: its states, what is done to it, by whom, and what each step asks of the need.
//!
//! Deliberately absent: the people (the caller's rights), and what is promised and spent, of which a step only knows
//! whether there is any.

use crate::Problem;
use crate::organisation::Role;
use crate::problem::check_reason;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

words! {
    /// The life of a need (domain vocabulary, status sets). Reviews lead back to `returned`.
    pub enum NeedStatus {
        Draft = "draft" / "草稿",
        TownReview = "town_review" / "镇审",
        FederationReview = "federation_review" / "工商联审核",
        Publicized = "publicized" / "公示中",
        Open = "open" / "可对接",
        PartlyFunded = "partly_funded" / "部分落实",
        Funded = "funded" / "已落实",
        InProgress = "in_progress" / "实施中",
        Acceptance = "acceptance" / "验收",
        Closed = "closed" / "办结",
        Returned = "returned" / "退回补正",
        Paused = "paused" / "暂停",
        Withdrawn = "withdrawn" / "撤回",
        Expired = "expired" / "失效",
    }
}

words! {
    /// What is done to a need.
    pub enum NeedAction {
        /// By the village: to the town, where somebody reviews there, else to the federation.
        Submit = "submit" / "提交审核",
        /// By the town: on to the federation.
        Pass = "pass" / "镇审通过",
        /// By the federation, of what waits at a town.
        TakeUp = "take_up" / "提级审核",
        /// By whoever reviews it, and by the federation while it is shown for objections.
        Return = "return" / "退回这条需求",
        /// By the federation: shown to everybody, for objections first.
        Approve = "approve" / "审核通过，开始公示",
        /// By the house, when the days of objection are over.
        Open = "open" / "公示结束，可对接",
        Pause = "pause" / "暂停这条需求",
        Resume = "resume" / "恢复",
        /// By the village.
        Withdraw = "withdraw" / "撤回这条需求",
        /// By the village: what expired or was withdrawn is written anew and reviewed again.
        Renew = "renew" / "重新申报",
        /// By the house, when its day has passed and nobody has promised anything.
        Expire = "expire" / "到期失效",
        /// By the village: the work has begun.
        Start = "start" / "开工",
        /// By the village: the work is done.
        Finish = "finish" / "申请验收",
        /// By the federation: the work is not done.
        SendBack = "send_back" / "退回继续实施",
        /// By the federation: the work is done and accounted for.
        Close = "close" / "验收通过，办结",
    }
}

/// How many days a need is shown for objections before anybody can promise anything. Longer than the five working days
/// that such notices commonly stand, whatever the weekday.
pub const PUBLICITY_DAYS: u64 = 7;
/// How long before its day a need's village is warned that it will expire.
pub const WARNING_DAYS: u64 = 14;
/// Said to whoever has to give a reason and does not.
pub(super) const SAY_WHY: &str = "请写明原因，告诉对方为什么、接下来怎么办（至少 5 个字）";

/// The last day on which a need that is approved on `today` is shown for objections.
#[must_use]
pub fn publicity_until(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(PUBLICITY_DAYS)).unwrap_or(NaiveDate::MAX)
}

/// Until which day needs are warned about on `today`.
#[must_use]
pub fn warned_until(today: NaiveDate) -> NaiveDate {
    today.checked_add_days(Days::new(WARNING_DAYS)).unwrap_or(NaiveDate::MAX)
}

/// What a step has to know of a need beside its state.
#[expect(clippy::struct_excessive_bools, reason = "some facts, each for itself")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepFacts {
    /// Somebody reviews for the village's town.
    pub town_reviews: bool,
    /// The state in which it was paused.
    pub paused_from: Option<NeedStatus>,
    /// Money or something else has been promised for it.
    pub promised: bool,
    /// Its village has reported on it.
    pub reported: bool,
    /// Money was paid out for it that is not accounted for.
    pub unaccounted: bool,
    /// Something besides money was promised for it that is neither delivered nor waived, or waits to be confirmed.
    pub undelivered: bool,
    /// Goods were set aside for it, or handed over.
    pub goods_given: bool,
    /// Goods are set aside for it that are neither handed over nor written off.
    pub goods_left: bool,
    /// Money is set aside for it that nobody pledged to it: what another need left, or what a giver or a charity arranged.
    pub arranged: bool,
}

/// Why a step cannot be taken now, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    #[error("这条需求现在是“{}”，不能这样操作", .0.label())]
    State(NeedStatus),
    #[error(
        "已经有企业为这条需求认捐或承诺，不能撤回。确需停止，请联系工商联暂停，并与企业、慈善组织商定善款和承诺的去向"
    )]
    Promised,
    #[error("请先报告进展，写明做成了什么，再申请验收")]
    NotReported,
    #[error("还有已拨付的款项没有核销。请村里补齐支出凭证，经慈善组织核销后再办结")]
    Unaccounted,
    #[error(
        "还有企业的承诺没有兑现完，或有兑现等村里确认。请村里确认收到的部分；余下不再兑现的，由村里或工商联写明原因豁免，再办结"
    )]
    Undelivered,
    #[error(
        "还有物资安排给这条需求、没有移交完。请慈善组织移交并由村里确认，或收回另行安排，不能移交的报损，再这样操作"
    )]
    GoodsLeft,
    #[error(
        "慈善组织已经把善款安排给这条需求，不能撤回。请开工并用这笔款办好；确实办不了的，请联系工商联暂停，并请慈善组织另行安排这笔款"
    )]
    Arranged,
}

impl NeedStatus {
    /// The state after `action`.
    ///
    /// # Errors
    /// Why it cannot be taken now.
    pub fn after(self, action: NeedAction, facts: &StepFacts) -> Result<NeedStatus, NotNow> {
        use NeedAction as Do;
        use NeedStatus as Is;
        match (self, action) {
            (Is::Draft | Is::Returned, Do::Submit) if facts.town_reviews => Ok(Is::TownReview),
            (Is::Draft | Is::Returned, Do::Submit) | (Is::TownReview, Do::Pass | Do::TakeUp) => {
                Ok(Is::FederationReview)
            }
            (Is::TownReview | Is::FederationReview | Is::Publicized, Do::Return)
            | (Is::Expired | Is::Withdrawn, Do::Renew) => Ok(Is::Returned),
            (Is::FederationReview, Do::Approve) => Ok(Is::Publicized),
            (Is::Publicized | Is::Open | Is::Paused | Is::PartlyFunded | Is::Funded, Do::Withdraw)
                if facts.goods_left =>
            {
                Err(NotNow::GoodsLeft)
            }
            (Is::Publicized | Is::Open | Is::Paused, Do::Withdraw) if facts.arranged && !facts.promised => {
                Err(NotNow::Arranged)
            }
            (Is::Publicized, Do::Open) => Ok(Is::Open),
            (Is::Publicized | Is::Open | Is::PartlyFunded | Is::Funded | Is::InProgress, Do::Pause) => Ok(Is::Paused),
            (Is::Paused, Do::Resume) => facts.paused_from.ok_or(NotNow::State(self)),
            (
                Is::Draft
                | Is::Returned
                | Is::TownReview
                | Is::FederationReview
                | Is::Publicized
                | Is::Open
                | Is::Paused,
                Do::Withdraw,
            ) if !facts.promised => Ok(Is::Withdrawn),
            (Is::Open | Is::Paused | Is::PartlyFunded | Is::Funded, Do::Withdraw) => Err(NotNow::Promised),
            (Is::Open, Do::Expire) if !facts.promised && !facts.goods_left && !facts.arranged => Ok(Is::Expired),
            // Goods that came through a charity, and money that it arranged, are no promise, and the work can be done with
            // them all the same.
            (Is::Open, Do::Start) if facts.goods_given || facts.arranged => Ok(Is::InProgress),
            (Is::PartlyFunded | Is::Funded, Do::Start) | (Is::Acceptance, Do::SendBack) => Ok(Is::InProgress),
            (Is::InProgress, Do::Finish) if facts.reported => Ok(Is::Acceptance),
            (Is::InProgress, Do::Finish) => Err(NotNow::NotReported),
            (Is::Acceptance, Do::Close) if facts.unaccounted => Err(NotNow::Unaccounted),
            (Is::Acceptance, Do::Close) if facts.undelivered => Err(NotNow::Undelivered),
            (Is::Acceptance, Do::Close) if facts.goods_left => Err(NotNow::GoodsLeft),
            (Is::Acceptance, Do::Close) => Ok(Is::Closed),
            _ => Err(NotNow::State(self)),
        }
    }

    /// Where a need that is open stands by what has been promised of what it asks; other states stay.
    #[must_use]
    pub const fn with_promises(self, promises: Promises) -> NeedStatus {
        match (self, promises) {
            (NeedStatus::Open | NeedStatus::PartlyFunded | NeedStatus::Funded, Promises::None) => NeedStatus::Open,
            (NeedStatus::Open | NeedStatus::PartlyFunded | NeedStatus::Funded, Promises::Some) => {
                NeedStatus::PartlyFunded
            }
            (NeedStatus::Open | NeedStatus::PartlyFunded | NeedStatus::Funded, Promises::All) => NeedStatus::Funded,
            (other, _) => other,
        }
    }

    /// Whether everybody may read a need that has its code: also one that was set aside, since money may have been given
    /// for it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        self.is_listed() || matches!(self, NeedStatus::Paused | NeedStatus::Withdrawn | NeedStatus::Expired)
    }

    /// Whether it stands in lists and is found by searching.
    #[must_use]
    pub const fn is_listed(self) -> bool {
        matches!(
            self,
            NeedStatus::Publicized
                | NeedStatus::Open
                | NeedStatus::PartlyFunded
                | NeedStatus::Funded
                | NeedStatus::InProgress
                | NeedStatus::Acceptance
                | NeedStatus::Closed
        )
    }

    /// Whether the village may still change the text itself; of a public need it changes a proposal.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        matches!(self, NeedStatus::Draft | NeedStatus::Returned)
    }

    /// Whether enterprises may promise anything for it.
    #[must_use]
    pub const fn takes_pledges(self) -> bool {
        matches!(self, NeedStatus::Open | NeedStatus::PartlyFunded)
    }

    /// Whether what was promised besides money may be delivered: also while it is paused, until it is closed.
    #[must_use]
    pub const fn takes_deliveries(self) -> bool {
        matches!(
            self,
            NeedStatus::Open
                | NeedStatus::PartlyFunded
                | NeedStatus::Funded
                | NeedStatus::InProgress
                | NeedStatus::Acceptance
                | NeedStatus::Paused
        )
    }
}

/// How much of what a need asks has been promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Promises {
    None,
    Some,
    All,
}

impl NeedAction {
    /// Whether it is taken by somebody in this role, on a need of his place in this state. The house's own steps are
    /// taken by nobody.
    #[must_use]
    pub const fn is_for(self, role: Role, status: NeedStatus) -> bool {
        let village = matches!(role, Role::VillageReporter | Role::VillageHead);
        let town = matches!(role, Role::TownReviewer);
        let federation = matches!(role, Role::FederationCounty | Role::FederationCity);
        match self {
            NeedAction::Submit | NeedAction::Withdraw | NeedAction::Renew | NeedAction::Start | NeedAction::Finish => {
                village
            }
            NeedAction::Pass => town,
            NeedAction::Return if matches!(status, NeedStatus::TownReview) => town,
            NeedAction::Return
            | NeedAction::TakeUp
            | NeedAction::Approve
            | NeedAction::SendBack
            | NeedAction::Close => federation,
            NeedAction::Pause | NeedAction::Resume => village || federation,
            NeedAction::Open | NeedAction::Expire => false,
        }
    }

    /// Whether whoever takes it says why; the others may.
    #[must_use]
    pub const fn wants_reason(self) -> bool {
        matches!(
            self,
            NeedAction::TakeUp
                | NeedAction::Return
                | NeedAction::Pause
                | NeedAction::Resume
                | NeedAction::Withdraw
                | NeedAction::SendBack
        )
    }

    /// Checks what was said with it.
    ///
    /// # Errors
    /// A sentence at `reason`.
    pub fn check_reason(self, reason: &str) -> Result<(), Vec<Problem>> {
        let asks = match self {
            NeedAction::Return => "请写明退回的原因，告诉对方要补正什么（至少 5 个字）",
            _ => SAY_WHY,
        };
        check_reason(reason, self.wants_reason().then_some(asks))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use NeedAction as Do;
    use NeedStatus as Is;

    const QUIET: StepFacts = StepFacts {
        town_reviews: false,
        paused_from: Some(Is::Open),
        promised: false,
        reported: true,
        unaccounted: false,
        undelivered: false,
        goods_given: false,
        goods_left: false,
        arranged: false,
    };

    /// Every pair of state and action: what is not listed is refused by the state.
    #[test]
    fn each_state_allows_these_steps_and_no_others() {
        let table = [
            (Is::Draft, vec![(Do::Submit, Is::FederationReview), (Do::Withdraw, Is::Withdrawn)]),
            (
                Is::TownReview,
                vec![
                    (Do::Pass, Is::FederationReview),
                    (Do::TakeUp, Is::FederationReview),
                    (Do::Return, Is::Returned),
                    (Do::Withdraw, Is::Withdrawn),
                ],
            ),
            (
                Is::FederationReview,
                vec![(Do::Return, Is::Returned), (Do::Approve, Is::Publicized), (Do::Withdraw, Is::Withdrawn)],
            ),
            (
                Is::Publicized,
                vec![
                    (Do::Return, Is::Returned),
                    (Do::Open, Is::Open),
                    (Do::Pause, Is::Paused),
                    (Do::Withdraw, Is::Withdrawn),
                ],
            ),
            (Is::Open, vec![(Do::Pause, Is::Paused), (Do::Withdraw, Is::Withdrawn), (Do::Expire, Is::Expired)]),
            (Is::PartlyFunded, vec![(Do::Pause, Is::Paused), (Do::Start, Is::InProgress)]),
            (Is::Funded, vec![(Do::Pause, Is::Paused), (Do::Start, Is::InProgress)]),
            (Is::InProgress, vec![(Do::Pause, Is::Paused), (Do::Finish, Is::Acceptance)]),
            (Is::Acceptance, vec![(Do::SendBack, Is::InProgress), (Do::Close, Is::Closed)]),
            (Is::Closed, vec![]),
            (Is::Returned, vec![(Do::Submit, Is::FederationReview), (Do::Withdraw, Is::Withdrawn)]),
            (Is::Paused, vec![(Do::Resume, Is::Open), (Do::Withdraw, Is::Withdrawn)]),
            (Is::Withdrawn, vec![(Do::Renew, Is::Returned)]),
            (Is::Expired, vec![(Do::Renew, Is::Returned)]),
        ];
        assert_eq!(table.len(), Is::ALL.len());
        for (status, steps) in table {
            for action in Do::ALL {
                let expected = steps.iter().find(|(step, _)| step == action).map(|(_, next)| *next);
                assert_eq!(status.after(*action, &QUIET).ok(), expected, "{status} {action}");
            }
        }
    }

    #[test]
    fn a_town_that_reviews_reads_first() {
        let facts = StepFacts { town_reviews: true, ..QUIET };
        for status in [Is::Draft, Is::Returned] {
            assert_eq!(status.after(Do::Submit, &facts), Ok(Is::TownReview));
        }
    }

    #[test]
    fn what_somebody_promised_for_is_neither_withdrawn_nor_expires() {
        let facts = StepFacts { promised: true, ..QUIET };
        for status in [Is::Open, Is::PartlyFunded, Is::Funded, Is::Paused] {
            assert_eq!(status.after(Do::Withdraw, &facts), Err(NotNow::Promised), "{status}");
        }
        assert_eq!(Is::Open.after(Do::Expire, &facts), Err(NotNow::State(Is::Open)));
    }

    #[test]
    fn work_is_reported_before_it_is_accepted_and_accounted_for_before_it_is_closed() {
        let silent = StepFacts { reported: false, ..QUIET };
        assert_eq!(Is::InProgress.after(Do::Finish, &silent), Err(NotNow::NotReported));
        let open = StepFacts { unaccounted: true, ..QUIET };
        assert_eq!(Is::Acceptance.after(Do::Close, &open), Err(NotNow::Unaccounted));
        assert_eq!(Is::Acceptance.after(Do::SendBack, &open), Ok(Is::InProgress));
        let awaited = StepFacts { undelivered: true, ..QUIET };
        assert_eq!(Is::Acceptance.after(Do::Close, &awaited), Err(NotNow::Undelivered));
        assert_eq!(Is::InProgress.after(Do::Finish, &awaited), Ok(Is::Acceptance), "the work itself may be done");
    }

    #[test]
    fn goods_that_are_set_aside_keep_a_need_from_ending_and_let_its_work_begin() {
        let facts = StepFacts { goods_given: true, goods_left: true, ..QUIET };
        for status in [Is::Publicized, Is::Open, Is::PartlyFunded, Is::Funded, Is::Paused] {
            assert_eq!(status.after(Do::Withdraw, &facts), Err(NotNow::GoodsLeft), "{status}");
        }
        assert_eq!(Is::Open.after(Do::Expire, &facts), Err(NotNow::State(Is::Open)));
        assert_eq!(Is::Acceptance.after(Do::Close, &facts), Err(NotNow::GoodsLeft));
        assert_eq!(Is::Open.after(Do::Start, &facts), Ok(Is::InProgress));
        assert_eq!(Is::Open.after(Do::Start, &QUIET), Err(NotNow::State(Is::Open)));
        let handed = StepFacts { goods_left: false, ..facts };
        assert_eq!(Is::Acceptance.after(Do::Close, &handed), Ok(Is::Closed));
    }

    #[test]
    fn money_that_was_arranged_keeps_a_need_from_ending_and_lets_its_work_begin() {
        let facts = StepFacts { arranged: true, ..QUIET };
        for status in [Is::Publicized, Is::Open, Is::Paused] {
            assert_eq!(status.after(Do::Withdraw, &facts), Err(NotNow::Arranged), "{status}");
        }
        assert_eq!(Is::Open.after(Do::Expire, &facts), Err(NotNow::State(Is::Open)));
        assert_eq!(Is::Open.after(Do::Start, &facts), Ok(Is::InProgress));
        assert_eq!(Is::Acceptance.after(Do::Close, &facts), Ok(Is::Closed), "what is not spent is surplus then");
        let promised = StepFacts { promised: true, ..facts };
        assert_eq!(Is::Open.after(Do::Withdraw, &promised), Err(NotNow::Promised));
    }

    #[test]
    fn a_pause_ends_where_it_began() {
        for from in [Is::Publicized, Is::Open, Is::PartlyFunded, Is::Funded, Is::InProgress] {
            let facts = StepFacts { paused_from: Some(from), ..QUIET };
            assert_eq!(Is::Paused.after(Do::Resume, &facts), Ok(from));
            assert_eq!(from.after(Do::Pause, &facts), Ok(Is::Paused));
        }
        assert!(Is::Paused.after(Do::Resume, &StepFacts::default()).is_err());
    }

    #[test]
    fn promises_move_open_needs_only() {
        for status in Is::ALL.iter().copied() {
            let moved = [Promises::None, Promises::Some, Promises::All].map(|promises| status.with_promises(promises));
            if matches!(status, Is::Open | Is::PartlyFunded | Is::Funded) {
                assert_eq!(moved, [Is::Open, Is::PartlyFunded, Is::Funded]);
            } else {
                assert_eq!(moved, [status; 3]);
            }
        }
    }

    #[test]
    fn whoever_takes_a_need_from_somebody_says_why() {
        for action in Do::ALL {
            assert_eq!(action.check_reason("").is_err(), action.wants_reason(), "{action}");
            assert!(
                action.check_reason("现场看过，请补照片").is_ok() && action.check_reason(&"长".repeat(501)).is_err()
            );
        }
    }

    #[test]
    fn each_step_has_its_hands() {
        let hands = |action: NeedAction, status| -> Vec<Role> {
            Role::ALL.iter().copied().filter(|role| action.is_for(*role, status)).collect()
        };
        let village = vec![Role::VillageReporter, Role::VillageHead];
        let federation = vec![Role::FederationCounty, Role::FederationCity];
        assert_eq!(hands(Do::Submit, Is::Draft), village);
        assert_eq!(hands(Do::Pass, Is::TownReview), [Role::TownReviewer]);
        assert_eq!(hands(Do::Return, Is::TownReview), [Role::TownReviewer]);
        assert_eq!(hands(Do::TakeUp, Is::TownReview), federation);
        assert_eq!(hands(Do::Return, Is::FederationReview), federation);
        assert_eq!(hands(Do::Return, Is::Publicized), federation);
        assert_eq!(hands(Do::Close, Is::Acceptance), federation);
        assert_eq!(hands(Do::Pause, Is::Open), [village, federation].concat());
        assert!(hands(Do::Open, Is::Publicized).is_empty() && hands(Do::Expire, Is::Open).is_empty());
    }

    #[test]
    fn a_notice_stands_for_a_week_after_its_first_day() {
        let until = publicity_until("2026-06-30".parse().unwrap());
        assert_eq!(until.to_string(), "2026-07-07");
    }
}
