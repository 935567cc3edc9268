//! A pledge: a promise of money to a campaign, its states, and what has to hold when it is made.
//!
//! A pledge is not money and touches no account. Its bank reference is in [`mod@reference`], how its maker is shown in
//! [`display`], how it is paid in parts in [`instalment`], what it is for in [`designation`]. Deliberately absent:
//! anything that books money.

pub mod designation;
pub mod display;
pub mod instalment;
pub mod reference;

use crate::allocation::FundingChoice;
use crate::campaign::CampaignStage;
use crate::problem::check_short_reason;
use crate::{Fen, NeedId, Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use designation::{DESIGNATIONS_MAX, Designation, DesignationKind, DesignationTarget};
pub use display::{DISPLAY_TEXT, DISPLAY_TEXT_VERSION, DisplayChoice, PublicDisplay, partial_name};
pub use instalment::{Every, Instalment, InstalmentReminder, InstalmentStanding, Schedule};
pub use reference::{PledgeReference, find_references, nearest};

/// The version of [`PLEDGE_TERMS`] that is in force; stored with each pledge. A changed sentence is a new version.
pub const PLEDGE_TERMS_VERSION: &str = "2026-1";

/// What a pledger is told before pledging. Sources: Charity Law, article 41 in the numbering of 2016 (a public
/// promise, or a signed one for poverty relief, is to be kept; serious hardship excepted); Law on Donations for
/// Public Welfare, articles 4, 5 and 8 (voluntary, unpaid, wish respected, praise only after being asked).
pub const PLEDGE_TERMS: &[&str] = &[
    "捐赠完全自愿，没有任何单位给您下达或摊派捐款数额。",
    "认捐是承诺。公开作出的或签了协议的扶贫济困捐赠承诺，依法应当履行；经营或生活严重困难的，可以凭材料申请豁免。",
    "怎样公开您的名称和金额由您决定，以后可以更改。",
    "只有银行到账并经两人核对的款项才算到账。",
];

words! {
    /// The states of a pledge.
    pub enum PledgeStatus {
        Draft = "draft" / "草稿",
        /// Promised. Counts as 认捐 from here on.
        Pledged = "pledged" / "已认捐",
        /// A donation agreement is signed.
        Agreed = "agreed" / "已签约",
        PartlyArrived = "partly_arrived" / "部分到账",
        Fulfilled = "fulfilled" / "全部到账",
        /// The day has passed with money outstanding. Internal, never public; late money still fulfils it.
        Overdue = "overdue" / "逾期",
        /// The outstanding part is forgiven, with documents.
        Waived = "waived" / "豁免",
        /// Taken back before any agreement and before any money.
        Cancelled = "cancelled" / "取消",
    }
}

words! {
    /// Whether the money is bound to needs that its giver chooses, or the charity decides.
    pub enum Restriction {
        Directed = "directed" / "定向",
        Undirected = "undirected" / "非定向",
    }
}

/// The facts of which a pledge's state after a movement of money follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fulfilment {
    /// What was promised.
    pub amount: Fen,
    /// Confirmed arrivals less what was returned.
    pub arrived: Fen,
    /// Whether a donation agreement is signed.
    pub agreed: bool,
    /// Whether the agreed day has passed.
    pub past_due: bool,
}

impl PledgeStatus {
    /// Whether a pledge may go from this state to `next`. The ways back from arrived states are for reversals.
    #[must_use]
    pub const fn may_become(self, next: PledgeStatus) -> bool {
        use PledgeStatus::{Agreed, Cancelled, Draft, Fulfilled, Overdue, PartlyArrived, Pledged, Waived};
        matches!(
            (self, next),
            (Draft, Pledged | Cancelled)
                | (Pledged, Agreed | PartlyArrived | Fulfilled | Overdue | Waived | Cancelled)
                | (Agreed, PartlyArrived | Fulfilled | Overdue | Waived)
                | (PartlyArrived, Pledged | Agreed | Fulfilled | Overdue | Waived)
                | (Fulfilled, Pledged | Agreed | PartlyArrived | Overdue)
                | (Overdue, Pledged | Agreed | PartlyArrived | Fulfilled | Waived)
                | (Waived, Fulfilled)
        )
    }

    /// Whether money may be booked to a pledge in this state. Late money is welcome.
    #[must_use]
    pub const fn takes_money(self) -> bool {
        !matches!(self, Self::Draft | Self::Cancelled)
    }

    /// What counts as 认捐: nothing of a draft or cancelled pledge, and only what arrived of a waived one.
    #[must_use]
    pub fn counted(self, amount: Fen, arrived: Fen) -> Fen {
        match self {
            Self::Draft | Self::Cancelled => Fen::ZERO,
            Self::Waived => amount.min(arrived),
            Self::Pledged | Self::Agreed | Self::PartlyArrived | Self::Fulfilled | Self::Overdue => amount,
        }
    }

    /// The state after money came or went back: it follows from the facts, so a reversal needs no memory of what
    /// was before. A draft or cancelled pledge stays so; a waived one changes only when everything has come.
    #[must_use]
    pub fn after_money(self, facts: &Fulfilment) -> PledgeStatus {
        let complete = facts.arrived >= facts.amount;
        match self {
            Self::Draft | Self::Cancelled => self,
            _ if complete => Self::Fulfilled,
            Self::Waived => Self::Waived,
            _ if facts.past_due => Self::Overdue,
            _ if facts.arrived.is_positive() => Self::PartlyArrived,
            _ if facts.agreed => Self::Agreed,
            _ => Self::Pledged,
        }
    }
}

/// Why a pledge cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    #[error("这笔认捐已经签了捐赠协议，不能取消；有困难的请与慈善组织商量豁免")]
    Agreed,
    #[error("这笔认捐已经有款到账，不能取消；请与慈善组织商量")]
    MoneyCame,
    #[error("有一笔汇款正在核对，可能是这笔认捐的，现在不能取消；请与慈善组织联系")]
    MoneyIsMatched,
    #[error("这笔认捐现在是“{}”，不能取消", .0.label())]
    State(PledgeStatus),
}

/// What is known when a pledge is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelFacts {
    pub status: PledgeStatus,
    pub arrived: Fen,
    /// Whether a bank line that nobody has confirmed yet was matched to it.
    pub matched: bool,
}

impl CancelFacts {
    /// Whether a pledge may be taken back: before any agreement and before any money.
    ///
    /// # Errors
    /// The first reason against it.
    pub fn check(self) -> Result<(), CancelError> {
        match self {
            Self { status: PledgeStatus::Agreed, .. } => Err(CancelError::Agreed),
            Self { arrived, .. } if !arrived.is_zero() => Err(CancelError::MoneyCame),
            Self { status, .. } if !status.may_become(PledgeStatus::Cancelled) => Err(CancelError::State(status)),
            Self { matched: true, .. } => Err(CancelError::MoneyIsMatched),
            Self { .. } => Ok(()),
        }
    }
}

/// Why a pledge is taken back, to be read by its charity.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_cancel_reason(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明为什么取消，如“金额填错，已另行认捐”（5 至 200 字）")
}

/// Why a pledge cannot be pointed at a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DesignationError {
    #[error("非定向的认捐由慈善组织在活动宗旨内安排，不能指定需求")]
    Undirected,
    #[error("这笔认捐已经指定了需求，不能改为别的需求")]
    AlreadyDesignated,
    #[error("这条需求不在这一项指定的范围里，请另选需求，或申请调整用途")]
    Elsewhere,
    #[error("这一项的款已经分配给别的需求，不能再整项指定；请用“定向额度”分配其余的款")]
    SetAside,
    #[error("这笔认捐的另一项已经指定了这条需求")]
    Twice,
    /// What is agreed is changed by the way that the agreement names, not by a click.
    #[error(
        "捐赠协议已经签订，写明的用途不能直接改。到账的款可以在“定向额度”里申请安排给这个范围内的需求；要改用途，请办理“用途变更”"
    )]
    Agreed,
    #[error("这笔认捐已取消，不能指定需求")]
    Cancelled,
    #[error("这条需求现在不能认捐，请另选一条正在征集的需求")]
    NeedClosed,
}

/// What is known when a pledge is pointed at a need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact, looked up by itself")]
pub struct DesignationFacts {
    pub restriction: Restriction,
    /// Whether the row has a need already.
    pub designated: bool,
    pub status: PledgeStatus,
    pub need_open: bool,
    /// Whether the need lies within what the row is for.
    pub fits: bool,
    /// Whether some of the row was set aside, for whatever need.
    pub set_aside: bool,
    /// Whether another row of the pledge is for this need.
    pub twice: bool,
    /// Whether its agreement is made and says what the row is for. An agreement that leaves it to the giver does not.
    pub agreed: bool,
}

impl DesignationFacts {
    /// Whether a row of a directed pledge that was made without a need may be pointed at this one. Once only: what may
    /// have been set aside for a need stays with it.
    ///
    /// # Errors
    /// The first reason against it.
    pub const fn check(self) -> Result<(), DesignationError> {
        match self {
            Self { restriction: Restriction::Undirected, .. } => Err(DesignationError::Undirected),
            Self { designated: true, .. } => Err(DesignationError::AlreadyDesignated),
            Self { status, .. } if !status.takes_money() => Err(DesignationError::Cancelled),
            Self { agreed: true, .. } => Err(DesignationError::Agreed),
            Self { need_open: false, .. } => Err(DesignationError::NeedClosed),
            Self { fits: false, .. } => Err(DesignationError::Elsewhere),
            Self { twice: true, .. } => Err(DesignationError::Twice),
            Self { set_aside: true, .. } => Err(DesignationError::SetAside),
            Self { .. } => Ok(()),
        }
    }
}

/// What a pledger hands in. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(clippy::struct_excessive_bools, reason = "each is one box that the pledger ticks or leaves")]
pub struct PledgeInput {
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    pub restriction: Restriction,
    /// The need that all of the money is for, if that is known already and no rows are named.
    pub need: Option<NeedId>,
    /// What the money is for, in rows that add up to it. None: all of it for `need`; without one for what its giver
    /// chooses later, or wherever the charity decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub designations: Vec<Designation>,
    /// What is to become of money that its need does not use: asked first, where nothing is said.
    #[serde(default = "FundingChoice::default_choice")]
    pub funding_choice: FundingChoice,
    /// Nobody is shown by default: the pledger has to choose.
    pub public_display: Option<PublicDisplay>,
    pub show_amount: bool,
    pub share_with_recipient: bool,
    /// "I know that a public promise is to be kept."
    pub notice_acknowledged: bool,
    /// "I pledge of my own free will."
    pub voluntary: bool,
    /// The version of the terms that the pledger saw.
    pub terms_version: String,
    /// Paid in parts by days; none where no day is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
}

/// What is known when a pledge is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PledgeFacts {
    pub campaign: CampaignStage,
    /// Whether the need, where one is named for the whole, takes pledges.
    pub need_open: bool,
    /// The legal day on which it is made.
    pub today: NaiveDate,
}

impl PledgeInput {
    /// What the pledge is for, row by row, also where it was not named so.
    #[must_use]
    pub fn rows(&self) -> Vec<Designation> {
        if !self.designations.is_empty() {
            return self.designations.clone();
        }
        let target = match (self.need, self.restriction) {
            (Some(need), _) => DesignationTarget::Need { need },
            (None, Restriction::Directed) => DesignationTarget::Undesignated,
            (None, Restriction::Undirected) => DesignationTarget::Undirected,
        };
        vec![Designation { target, amount: self.amount }]
    }

    /// Checks what was handed in and gives how the pledger wants to be shown.
    ///
    /// # Errors
    /// A sentence for each field that keeps the pledge from being made, all at once.
    pub fn check(&self, facts: PledgeFacts) -> Result<DisplayChoice, Vec<Problem>> {
        let mut problems = Problems::new();
        problems.take("amount_fen", self.amount.check_amount());
        problems.require(facts.campaign.takes_pledges(), "campaign", "本次活动现在不接受认捐，请选择正在进行的活动");
        if self.need.is_some() {
            problems.require(facts.need_open, "need", "这个需求现在不能认捐，请另选需求，或先不指定需求");
            problems.require(
                self.restriction == Restriction::Directed,
                "restriction",
                "已指定需求的认捐是定向捐赠，请选“定向”，或取消指定的需求",
            );
        }
        if !self.designations.is_empty() {
            problems.require(self.need.is_none(), "need", "已经分给几处，请不要再另写一条需求");
            designation::check(&self.designations, self.amount, self.restriction, &mut problems);
        }
        problems.require(
            self.notice_acknowledged,
            "notice_acknowledged",
            "请阅读并勾选：公开作出的捐赠承诺依法应当履行",
        );
        problems.require(self.voluntary, "voluntary", "请确认这次认捐完全出于自愿；如有人摊派，请不要提交并向我们反映");
        let current = self.terms_version == PLEDGE_TERMS_VERSION;
        problems.require(current, "terms_version", "认捐须知已更新，请重新阅读后再提交");
        if let Some(Err(wrong)) = self.schedule.map(|schedule| schedule.check(self.amount, facts.today)) {
            for problem in wrong {
                problems.add(problem.field, problem.message);
            }
        }
        if self.public_display.is_none() {
            problems.add("public_display", "请选择怎样公开您的名称：全称、部分或匿名");
        }
        let choice = self.public_display.map(|name| DisplayChoice {
            name,
            show_amount: self.show_amount,
            share_with_recipient: self.share_with_recipient,
        });
        match choice {
            Some(choice) if problems.is_empty() => Ok(choice),
            _ => Err(problems.into_vec()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// Makes one field wrong.
    type Spoil = fn(&mut PledgeInput);

    fn good() -> PledgeInput {
        PledgeInput {
            amount: Fen::yuan(50_000),
            restriction: Restriction::Directed,
            need: Some(NeedId(Uuid::from_u128(1))),
            designations: Vec::new(),
            funding_choice: FundingChoice::AskMe,
            public_display: Some(PublicDisplay::Partial),
            show_amount: false,
            share_with_recipient: true,
            notice_acknowledged: true,
            voluntary: true,
            terms_version: PLEDGE_TERMS_VERSION.to_owned(),
            schedule: None,
        }
    }

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 6, 30).unwrap();
    const OPEN: PledgeFacts = PledgeFacts { campaign: CampaignStage::Live, need_open: true, today: TODAY };

    #[test]
    fn a_complete_pledge_keeps_the_three_wishes_apart() {
        let choice = good().check(OPEN).unwrap();
        assert_eq!(choice.name, PublicDisplay::Partial);
        assert!(!choice.show_amount && choice.share_with_recipient);
    }

    #[test]
    fn each_missing_thing_is_named_by_its_field() {
        let table: &[(&str, Spoil)] = &[
            ("amount_fen", |input| input.amount = Fen::ZERO),
            ("amount_fen", |input| input.amount = Fen::yuan(-1)),
            ("amount_fen", |input| input.amount = Fen::yuan(1_000_000_001)),
            ("restriction", |input| input.restriction = Restriction::Undirected),
            ("public_display", |input| input.public_display = None),
            ("notice_acknowledged", |input| input.notice_acknowledged = false),
            ("voluntary", |input| input.voluntary = false),
            ("terms_version", |input| input.terms_version = "2020-1".to_owned()),
            ("first_due", |input| {
                input.schedule = Some(Schedule { first_due: TODAY.pred_opt().unwrap(), parts: 2, every: Every::Month });
            }),
        ];
        for (field, spoil) in table {
            let mut input = good();
            spoil(&mut input);
            let problems = input.check(OPEN).unwrap_err();
            let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
            assert_eq!(fields, [*field]);
        }
    }

    #[test]
    fn a_closed_campaign_and_a_closed_need_are_both_told_at_once() {
        let closed = PledgeFacts { campaign: CampaignStage::Settled, need_open: false, today: TODAY };
        let problems = good().check(closed).unwrap_err();
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["campaign", "need"]);
    }

    #[test]
    fn a_pledge_without_a_need_asks_nothing_of_needs() {
        let input = PledgeInput { need: None, restriction: Restriction::Undirected, ..good() };
        assert!(input.check(PledgeFacts { need_open: false, ..OPEN }).is_ok());
    }

    #[test]
    fn a_directed_pledge_without_a_need_is_pointed_at_an_open_one_once() {
        let (restriction, status) = (Restriction::Directed, PledgeStatus::Fulfilled);
        let good = DesignationFacts {
            restriction,
            designated: false,
            status,
            need_open: true,
            fits: true,
            set_aside: false,
            twice: false,
            agreed: false,
        };
        assert_eq!(good.check(), Ok(()));
        for (facts, error) in [
            (DesignationFacts { restriction: Restriction::Undirected, ..good }, DesignationError::Undirected),
            (DesignationFacts { designated: true, ..good }, DesignationError::AlreadyDesignated),
            (DesignationFacts { status: PledgeStatus::Cancelled, ..good }, DesignationError::Cancelled),
            (DesignationFacts { need_open: false, ..good }, DesignationError::NeedClosed),
            (DesignationFacts { fits: false, ..good }, DesignationError::Elsewhere),
            (DesignationFacts { set_aside: true, ..good }, DesignationError::SetAside),
            (DesignationFacts { twice: true, ..good }, DesignationError::Twice),
            (DesignationFacts { agreed: true, ..good }, DesignationError::Agreed),
            (DesignationFacts { agreed: true, fits: false, ..good }, DesignationError::Agreed),
        ] {
            assert_eq!(facts.check(), Err(error), "{facts:?}");
        }
    }

    #[test]
    fn what_speaks_against_taking_a_pledge_back_is_named() {
        let good = CancelFacts { status: PledgeStatus::Pledged, arrived: Fen::ZERO, matched: false };
        assert_eq!(good.check(), Ok(()));
        for (facts, error) in [
            (CancelFacts { status: PledgeStatus::Agreed, ..good }, CancelError::Agreed),
            (
                CancelFacts { status: PledgeStatus::PartlyArrived, arrived: Fen::yuan(1), ..good },
                CancelError::MoneyCame,
            ),
            (CancelFacts { matched: true, ..good }, CancelError::MoneyIsMatched),
            (CancelFacts { status: PledgeStatus::Cancelled, ..good }, CancelError::State(PledgeStatus::Cancelled)),
            (CancelFacts { status: PledgeStatus::Overdue, ..good }, CancelError::State(PledgeStatus::Overdue)),
        ] {
            assert_eq!(facts.check(), Err(error), "{facts:?}");
        }
        assert!(check_cancel_reason("填错").is_err() && check_cancel_reason("金额填错了").is_ok());
    }

    #[test]
    fn a_pledge_is_cancelled_only_before_agreement_and_money() {
        let cancellable: Vec<_> = PledgeStatus::ALL
            .iter()
            .filter(|status| status.may_become(PledgeStatus::Cancelled))
            .map(|status| status.as_str())
            .collect();
        assert_eq!(cancellable, ["draft", "pledged"]);
    }

    #[test]
    fn only_standing_pledges_count_and_a_waived_one_by_what_came() {
        let (amount, arrived) = (Fen::yuan(100), Fen::yuan(30));
        for (status, counted) in [
            (PledgeStatus::Draft, Fen::ZERO),
            (PledgeStatus::Cancelled, Fen::ZERO),
            (PledgeStatus::Waived, arrived),
            (PledgeStatus::Overdue, amount),
            (PledgeStatus::Pledged, amount),
        ] {
            assert_eq!(status.counted(amount, arrived), counted, "{status}");
        }
    }

    #[test]
    fn late_money_fulfils_an_overdue_and_a_waived_pledge() {
        let facts = Fulfilment { amount: Fen::yuan(100), arrived: Fen::yuan(100), agreed: true, past_due: true };
        assert_eq!(PledgeStatus::Overdue.after_money(&facts), PledgeStatus::Fulfilled);
        assert_eq!(PledgeStatus::Waived.after_money(&facts), PledgeStatus::Fulfilled);
        assert_eq!(PledgeStatus::Cancelled.after_money(&facts), PledgeStatus::Cancelled);
        let part = Fulfilment { arrived: Fen::yuan(1), ..facts };
        assert_eq!(PledgeStatus::Agreed.after_money(&part), PledgeStatus::Overdue);
        assert_eq!(
            PledgeStatus::Agreed.after_money(&Fulfilment { past_due: false, ..part }),
            PledgeStatus::PartlyArrived
        );
    }

    proptest! {
        #[test]
        fn a_movement_of_money_leads_only_to_states_that_may_follow(
            status in prop::sample::select(PledgeStatus::ALL), arrived in 0i64..200, agreed: bool, past_due: bool,
        ) {
            // A signature, once given, does not go away.
            let agreed = agreed || status == PledgeStatus::Agreed;
            let facts = Fulfilment { amount: Fen::yuan(100), arrived: Fen::yuan(arrived), agreed, past_due };
            let next = status.after_money(&facts);
            prop_assert!(next == status || status.may_become(next), "{status} -> {next}");
        }
    }
}
