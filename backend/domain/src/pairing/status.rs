//! The life of a pairing: its states, what is done to it, by whom, and what each step asks.
//!
//! Deliberately absent: the people (the caller's rights), what the terms say, and the plan.

use super::notice::NoticeStand;
use crate::Problem;

words! {
    /// The life of a pairing (domain vocabulary, status sets).
    pub enum PairingStatus {
        Proposed = "proposed" / "意向",
        MutuallyAgreed = "mutually_agreed" / "双方确认",
        UnderReview = "under_review" / "工商联审核",
        Approved = "approved" / "待签约",
        /// The stamped paper is there; its first day is not.
        Signed = "signed" / "已签约",
        Active = "active" / "生效",
        /// Another one that follows it is active.
        Renewed = "renewed" / "已续约",
        Ended = "ended" / "到期",
        Terminated = "terminated" / "终止",
        Declined = "declined" / "未达成",
        Withdrawn = "withdrawn" / "撤回",
    }
}

words! {
    /// What is done to a pairing.
    pub enum PairingStep {
        /// Other terms: whatever was agreed to before counts no more.
        Counter = "counter" / "改提条款",
        Agree = "agree" / "同意条款",
        /// By whoever did not propose it.
        Decline = "decline" / "不结对",
        /// By whoever proposed it.
        Withdraw = "withdraw" / "撤回意向",
        TakeUp = "take_up" / "受理审核",
        Return = "return" / "退回协商",
        Approve = "approve" / "审核通过，生成协议书",
        /// That the text of the agreement is what the side wants.
        Confirm = "confirm" / "确认协议书",
        SendPaper = "send_paper" / "上传盖章协议书",
        AcceptPaper = "accept_paper" / "核对盖章协议书",
        /// By the house, on the first day.
        Begin = "begin" / "开始生效",
        /// By the house, after the last day.
        End = "end" / "到期结束",
        /// By the house, when the one that follows begins.
        Renew = "renew" / "由续约接替",
        /// At once: by the federation, or by a side where no notice is needed.
        Terminate = "terminate" / "终止协议",
        /// By a side: it ends when the notice period is over.
        GiveNotice = "give_notice" / "提出终止",
        /// By the side that gave it.
        WithdrawNotice = "withdraw_notice" / "撤回终止通知",
        /// By the side across the table: it ends at once.
        AgreeToEnd = "agree_to_end" / "同意提前终止",
        /// By the house, when the notice period is over.
        EndByNotice = "end_by_notice" / "通知期满终止",
        HandOver = "hand_over" / "移交给另一家企业",
    }
}

words! {
    /// Who proposed it.
    pub enum PairingOrigin {
        Enterprise = "enterprise" / "企业提出",
        Village = "village" / "村（社区）提出",
        Town = "town" / "镇（街道）提出",
        Federation = "federation" / "工商联提出",
        Round = "round" / "对接会上提出",
    }
}

words! {
    /// Why another enterprise takes a pairing over.
    pub enum HandOverCause {
        /// The enterprise leaves; the other one is asked, and so are the villages.
        Left = "left" / "企业退出，由另一家接手",
        /// Its rights and duties are another's by law.
        Merged = "merged" / "企业合并",
        Renamed = "renamed" / "企业改名、换了登记",
    }
}

impl HandOverCause {
    /// Whether the pairing goes on as it is: whoever takes it over is bound by law already.
    #[must_use]
    pub const fn goes_on(self) -> bool {
        matches!(self, HandOverCause::Merged | HandOverCause::Renamed)
    }
}

words! {
    /// From where somebody acts.
    pub enum PairingSeat {
        Enterprise = "enterprise" / "企业",
        /// Of a village or a town.
        Place = "place" / "村、镇",
        Federation = "federation" / "工商联",
    }
}

/// What a step has to know of a pairing beside its state.
#[expect(clippy::struct_excessive_bools, reason = "some facts, each for itself")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepOn {
    /// The enterprise is verified and not suspended.
    pub enterprise_stands: bool,
    /// Every side has agreed to the latest terms.
    pub all_agreed: bool,
    /// Every side has confirmed the agreement's text.
    pub all_confirmed: bool,
    /// A paper waits to be looked at.
    pub paper_waits: bool,
    /// Its first day has come.
    pub begun: bool,
    /// Whether a side has given notice.
    pub notice: NoticeStand,
}

/// Why a step cannot be taken now, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepNotNow {
    #[error("这份结对现在是“{}”，不能这样操作", .0.label())]
    State(PairingStatus),
    #[error(
        "这家企业现在没有通过认证（可能已被停用），结对暂时不能往前办。可以等它恢复；不想等的，提出的一方可以撤回，其他各方可以写明原因不结对"
    )]
    EnterpriseSuspended,
    #[error("协议书还没有经各方确认。请各方先在系统里确认协议书，再上传盖章的纸质协议")]
    NotConfirmed,
    #[error("还没有上传盖章的协议书")]
    NoPaper,
    #[error("已经有一方提出终止，通知期满自动终止，不用再提")]
    UnderNotice,
    #[error("没有等着期满的终止通知，可能已经撤回，请重新打开页面查看")]
    NoNotice,
    #[error("通知期已满，协议今天终止，不能再撤回")]
    NoticeOver,
}

impl PairingStatus {
    /// The state after a step.
    ///
    /// # Errors
    /// Why it cannot be taken now.
    pub const fn after(self, step: PairingStep, on: &StepOn) -> Result<PairingStatus, StepNotNow> {
        use PairingStatus as Is;
        use PairingStep as Do;
        let next = match (self, step) {
            (Is::Proposed | Is::MutuallyAgreed, Do::Counter) | (Is::UnderReview | Is::Approved, Do::Return) => {
                Is::Proposed
            }
            (Is::Proposed, Do::Agree) => {
                if on.all_agreed {
                    Is::MutuallyAgreed
                } else {
                    Is::Proposed
                }
            }
            (Is::Proposed | Is::MutuallyAgreed | Is::UnderReview | Is::Approved, Do::Decline) => Is::Declined,
            (Is::Proposed | Is::MutuallyAgreed | Is::UnderReview | Is::Approved, Do::Withdraw) => Is::Withdrawn,
            (Is::MutuallyAgreed, Do::TakeUp) => Is::UnderReview,
            (Is::UnderReview, Do::Approve) | (Is::Approved, Do::Confirm) => Is::Approved,
            (Is::Approved, Do::SendPaper) if on.all_confirmed => Is::Approved,
            (Is::Approved, Do::SendPaper | Do::AcceptPaper) if !on.all_confirmed => {
                return Err(StepNotNow::NotConfirmed);
            }
            (Is::Approved, Do::AcceptPaper) if !on.paper_waits => return Err(StepNotNow::NoPaper),
            (Is::Approved, Do::AcceptPaper) => {
                if on.begun {
                    Is::Active
                } else {
                    Is::Signed
                }
            }
            (Is::Signed, Do::Begin) if on.begun => Is::Active,
            (Is::Active, Do::End) => Is::Ended,
            (Is::Active, Do::Renew) => Is::Renewed,
            (Is::Signed | Is::Active, Do::Terminate | Do::HandOver) => Is::Terminated,
            (Is::Signed | Is::Active, Do::GiveNotice | Do::WithdrawNotice | Do::AgreeToEnd | Do::EndByNotice) => {
                return self.after_notice(step, on.notice, on.enterprise_stands);
            }
            _ => return Err(StepNotNow::State(self)),
        };
        if on.enterprise_stands || !step.wants_enterprise() { Ok(next) } else { Err(StepNotNow::EnterpriseSuspended) }
    }

    /// The same of the steps of leaving with notice, for an agreement that can be left.
    const fn after_notice(
        self,
        step: PairingStep,
        notice: NoticeStand,
        enterprise_stands: bool,
    ) -> Result<PairingStatus, StepNotNow> {
        match (step, notice) {
            (PairingStep::GiveNotice, NoticeStand::Running | NoticeStand::Over) => Err(StepNotNow::UnderNotice),
            (PairingStep::WithdrawNotice, NoticeStand::Running) if !enterprise_stands => {
                Err(StepNotNow::EnterpriseSuspended)
            }
            (PairingStep::GiveNotice, NoticeStand::None) | (PairingStep::WithdrawNotice, NoticeStand::Running) => {
                Ok(self)
            }
            (PairingStep::WithdrawNotice, NoticeStand::Over) => Err(StepNotNow::NoticeOver),
            (PairingStep::AgreeToEnd, NoticeStand::Running | NoticeStand::Over)
            | (PairingStep::EndByNotice, NoticeStand::Over) => Ok(PairingStatus::Terminated),
            _ => Err(StepNotNow::NoNotice),
        }
    }

    /// Whether an agreement holds its villages, or its town, for its term.
    #[must_use]
    pub const fn is_under_way(self) -> bool {
        matches!(self, PairingStatus::Approved | PairingStatus::Signed | PairingStatus::Active)
    }

    /// Whether nothing can come of it any more.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            PairingStatus::Renewed
                | PairingStatus::Ended
                | PairingStatus::Terminated
                | PairingStatus::Declined
                | PairingStatus::Withdrawn
        )
    }

    /// Whether the joint plan is written and reported on.
    #[must_use]
    pub const fn takes_plan(self) -> bool {
        self.is_under_way()
    }

    /// Whether another one can follow it.
    #[must_use]
    pub const fn takes_renewal(self) -> bool {
        matches!(self, PairingStatus::Active | PairingStatus::Ended)
    }

    /// Where it stands on the way from the intention to the first day, for a page that shows the way; none aside of it.
    #[must_use]
    pub fn on_the_way(self) -> Option<usize> {
        PairingStatus::ALL[..6].iter().position(|status| *status == self)
    }
}

impl PairingStep {
    /// Whether it needs an enterprise that is verified: what leads on does, what leads out does not.
    #[must_use]
    pub const fn wants_enterprise(self) -> bool {
        !matches!(
            self,
            PairingStep::Decline
                | PairingStep::Withdraw
                | PairingStep::Return
                | PairingStep::End
                | PairingStep::Renew
                | PairingStep::Terminate
                | PairingStep::GiveNotice
                | PairingStep::AgreeToEnd
                | PairingStep::EndByNotice
                | PairingStep::HandOver
        )
    }

    /// Whether it is taken from this seat; `proposer`: by the organisation that proposed the pairing. The house's own
    /// steps are taken from none.
    #[must_use]
    pub const fn is_for(self, seat: PairingSeat, proposer: bool) -> bool {
        let federation = matches!(seat, PairingSeat::Federation);
        match self {
            PairingStep::Counter
            | PairingStep::Agree
            | PairingStep::Confirm
            | PairingStep::SendPaper
            | PairingStep::AcceptPaper
            | PairingStep::Terminate => true,
            // Who gave notice, and who sits across, is the use case's matter; the federation ends at once.
            PairingStep::GiveNotice | PairingStep::WithdrawNotice | PairingStep::AgreeToEnd => !federation,
            PairingStep::Decline => !proposer,
            PairingStep::Withdraw => proposer,
            PairingStep::TakeUp | PairingStep::Return | PairingStep::Approve | PairingStep::HandOver => federation,
            PairingStep::Begin | PairingStep::End | PairingStep::Renew | PairingStep::EndByNotice => false,
        }
    }

    /// Checks what was said with a step that wants a reason.
    ///
    /// # Errors
    /// A sentence at `reason`.
    pub fn check_reason(self, reason: &str) -> Result<(), Vec<Problem>> {
        if self.wants_reason() { super::check_reason(reason) } else { Ok(()) }
    }

    #[must_use]
    pub const fn wants_reason(self) -> bool {
        matches!(
            self,
            PairingStep::Decline
                | PairingStep::Withdraw
                | PairingStep::Return
                | PairingStep::Terminate
                | PairingStep::GiveNotice
                | PairingStep::HandOver
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PairingStatus as Is;
    use PairingStep as Do;

    const READY: StepOn = StepOn {
        enterprise_stands: true,
        all_agreed: true,
        all_confirmed: true,
        paper_waits: true,
        begun: true,
        notice: NoticeStand::None,
    };
    const NOTICE: [Do; 4] = [Do::GiveNotice, Do::WithdrawNotice, Do::AgreeToEnd, Do::EndByNotice];

    /// Every pair of state and step: what is not listed is refused by the state.
    #[test]
    fn each_state_allows_these_steps_and_no_others() {
        let table = [
            (
                Is::Proposed,
                vec![
                    (Do::Counter, Is::Proposed),
                    (Do::Agree, Is::MutuallyAgreed),
                    (Do::Decline, Is::Declined),
                    (Do::Withdraw, Is::Withdrawn),
                ],
            ),
            (
                Is::MutuallyAgreed,
                vec![
                    (Do::Counter, Is::Proposed),
                    (Do::Decline, Is::Declined),
                    (Do::Withdraw, Is::Withdrawn),
                    (Do::TakeUp, Is::UnderReview),
                ],
            ),
            (
                Is::UnderReview,
                vec![
                    (Do::Decline, Is::Declined),
                    (Do::Withdraw, Is::Withdrawn),
                    (Do::Return, Is::Proposed),
                    (Do::Approve, Is::Approved),
                ],
            ),
            (
                Is::Approved,
                vec![
                    (Do::Decline, Is::Declined),
                    (Do::Withdraw, Is::Withdrawn),
                    (Do::Return, Is::Proposed),
                    (Do::Confirm, Is::Approved),
                    (Do::SendPaper, Is::Approved),
                    (Do::AcceptPaper, Is::Active),
                ],
            ),
            (
                Is::Signed,
                vec![(Do::Begin, Is::Active), (Do::Terminate, Is::Terminated), (Do::HandOver, Is::Terminated)],
            ),
            (
                Is::Active,
                vec![
                    (Do::End, Is::Ended),
                    (Do::Renew, Is::Renewed),
                    (Do::Terminate, Is::Terminated),
                    (Do::HandOver, Is::Terminated),
                ],
            ),
            (Is::Renewed, vec![]),
            (Is::Ended, vec![]),
            (Is::Terminated, vec![]),
            (Is::Declined, vec![]),
            (Is::Withdrawn, vec![]),
        ];
        assert_eq!(table.len(), Is::ALL.len());
        for (status, steps) in table {
            for step in Do::ALL.iter().filter(|step| !NOTICE.contains(step)) {
                let listed = steps.iter().find(|(listed, _)| listed == step).map(|(_, next)| *next);
                assert_eq!(status.after(*step, &READY), listed.ok_or(StepNotNow::State(status)), "{status} {step}");
            }
        }
    }

    #[test]
    fn an_agreement_is_left_with_notice_and_nothing_else_is() {
        for status in Is::ALL {
            let left = matches!(status, Is::Signed | Is::Active);
            for step in NOTICE {
                for notice in [NoticeStand::None, NoticeStand::Running, NoticeStand::Over] {
                    let expected = match (step, notice) {
                        _ if !left => Err(StepNotNow::State(*status)),
                        (Do::GiveNotice, NoticeStand::None) | (Do::WithdrawNotice, NoticeStand::Running) => Ok(*status),
                        (Do::GiveNotice, _) => Err(StepNotNow::UnderNotice),
                        (Do::WithdrawNotice, NoticeStand::Over) => Err(StepNotNow::NoticeOver),
                        (_, NoticeStand::None) | (Do::EndByNotice, NoticeStand::Running) => Err(StepNotNow::NoNotice),
                        _ => Ok(Is::Terminated),
                    };
                    assert_eq!(status.after(step, &StepOn { notice, ..READY }), expected, "{status} {step} {notice:?}");
                }
            }
        }
        let on = StepOn { notice: NoticeStand::Running, enterprise_stands: false, ..READY };
        assert_eq!(Is::Active.after(Do::WithdrawNotice, &on), Err(StepNotNow::EnterpriseSuspended), "it leads on");
        assert_eq!(Is::Active.after(Do::AgreeToEnd, &on), Ok(Is::Terminated), "it leads out");
    }

    #[test]
    fn what_is_missing_is_named() {
        let some = StepOn { all_agreed: false, ..READY };
        assert_eq!(Is::Proposed.after(Do::Agree, &some), Ok(Is::Proposed), "one of several");
        let unconfirmed = StepOn { all_confirmed: false, ..READY };
        for step in [Do::SendPaper, Do::AcceptPaper] {
            assert_eq!(Is::Approved.after(step, &unconfirmed), Err(StepNotNow::NotConfirmed));
        }
        let nothing = StepOn { paper_waits: false, ..READY };
        assert_eq!(Is::Approved.after(Do::AcceptPaper, &nothing), Err(StepNotNow::NoPaper));
        let early = StepOn { begun: false, ..READY };
        assert_eq!(Is::Approved.after(Do::AcceptPaper, &early), Ok(Is::Signed));
        assert_eq!(Is::Signed.after(Do::Begin, &early), Err(StepNotNow::State(Is::Signed)));
    }

    #[test]
    fn with_a_suspended_enterprise_everybody_gets_out_and_nobody_goes_on() {
        let suspended = StepOn { enterprise_stands: false, ..READY };
        for status in Is::ALL {
            for step in Do::ALL {
                let Ok(next) = status.after(*step, &READY) else { continue };
                let out = matches!(next, Is::Declined | Is::Withdrawn | Is::Terminated | Is::Ended | Is::Renewed)
                    || matches!(step, Do::Return | Do::GiveNotice);
                let now = status.after(*step, &suspended);
                assert_eq!(now, if out { Ok(next) } else { Err(StepNotNow::EnterpriseSuspended) }, "{status} {step}");
            }
        }
    }

    #[test]
    fn each_step_is_for_these_seats() {
        use PairingSeat::{Enterprise, Federation, Place};
        for step in Do::ALL {
            let seats: Vec<bool> = [Enterprise, Place, Federation].map(|seat| step.is_for(seat, false)).to_vec();
            let expected = match step {
                Do::TakeUp | Do::Return | Do::Approve | Do::HandOver => vec![false, false, true],
                Do::Withdraw | Do::Begin | Do::End | Do::Renew | Do::EndByNotice => vec![false; 3],
                Do::GiveNotice | Do::WithdrawNotice | Do::AgreeToEnd => vec![true, true, false],
                _ => vec![true; 3],
            };
            assert_eq!(seats, expected, "{step}");
        }
        assert!(Do::Withdraw.is_for(Enterprise, true) && !Do::Decline.is_for(Enterprise, true));
    }

    #[test]
    fn the_way_leads_from_the_intention_to_the_first_day() {
        let way: Vec<_> = Is::ALL.iter().filter_map(|status| status.on_the_way()).collect();
        assert_eq!(way, [0, 1, 2, 3, 4, 5]);
        assert!(Is::Active.is_under_way() && !Is::Proposed.is_under_way() && Is::Ended.is_settled());
        assert!(HandOverCause::Renamed.goes_on() && !HandOverCause::Left.goes_on());
    }
}
