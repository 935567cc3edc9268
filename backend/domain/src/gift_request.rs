//! What an enterprise asks of its charity about a pledge or an arrived gift: a waiver (豁免), a correction, money back.
//!
//! One person of the charity gives an opinion, a second one decides; what is granted and is to be booked waits for the
//! cashier. Sources: Charity Law, article 41 in the numbering of 2016 (serious hardship excepts from a promise); Law on
//! Donations for Public Welfare (a gift that was given is not taken back for convenience). Deliberately absent: booking.

use crate::pledge::PledgeStatus;
use crate::problem::Problems;
use crate::{Fen, PersonId, Problem};

words! {
    /// What is asked.
    pub enum GiftRequestKind {
        Waiver = "waiver" / "豁免还没有到账的部分",
        WrongPledge = "wrong_pledge" / "更正：款记错了认捐",
        WrongAmount = "wrong_amount" / "更正：金额记错了",
        WrongPayer = "wrong_payer" / "更正：付款人名称记错了",
        Return = "return" / "申请退回款项",
    }
}

words! {
    /// On what money may go back.
    pub enum GiftReturnGround {
        Misdirected = "misdirected" / "汇错了，不是给这家慈善组织的",
        Overpaid = "overpaid" / "多汇了，或重复汇了",
        PurposeFailed = "purpose_failed" / "约定的用途不能实现，又没有商定别的用途",
        Agreed = "agreed" / "捐赠协议约定可以退回",
        ByLaw = "by_law" / "法律规定或判决要求退回",
    }
}

words! {
    /// Where it stands.
    pub enum GiftRequestStatus {
        Asked = "asked" / "等经办核实",
        Recommended = "recommended" / "等第二人决定",
        Granted = "granted" / "已同意",
        Refused = "refused" / "未同意",
        Withdrawn = "withdrawn" / "已撤回",
        /// What was granted is booked.
        Settled = "settled" / "已办理",
    }
}

words! {
    /// What is done to it.
    pub enum GiftRequestStep {
        /// By one person of the charity.
        Recommend = "recommend" / "写核实意见",
        /// By a second one.
        Decide = "decide" / "决定",
        /// By the enterprise.
        Withdraw = "withdraw" / "撤回申请",
        /// By the cashier.
        Settle = "settle" / "登记已办理",
    }
}

/// Pictures of one request.
pub const REQUEST_PICTURES_MAX: usize = 12;

/// What is told before anything is asked.
pub const REQUEST_LAW: &[&str] = &[
    "捐出的款依法属于慈善组织，专门用于公益，不因为改变主意或者资金紧张退回。",
    "只有汇错、多汇、约定的用途不能实现又没有商定别的用途、协议有约定，或者法律有规定的，才能退回；已经拨付、支出的部分一般退不回来。",
    "记错了认捐、金额或者付款人名称的，可以更正。更正时原来的记录保留，另记一笔，写明原因。",
    "签了协议或公开承诺以后，经营或生活严重困难的，可以凭材料申请豁免还没有到账的部分；已经到账的照记。",
];

/// Why a request cannot be made or gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestNotNow {
    #[error("这笔认捐现在是“{}”，没有可以豁免的部分", .0.label())]
    NothingToWaive(PledgeStatus),
    #[error("这笔认捐还没有款到账，没有可以更正或退回的款")]
    NothingArrived,
    #[error("这笔认捐已取消，不用再申请")]
    Cancelled,
    #[error("这件申请现在是“{}”，不能这样操作", .0.label())]
    State(GiftRequestStatus),
    #[error("写核实意见的人不能自己决定，请另一位复核或负责人决定")]
    SamePerson,
}

/// What is known of a pledge about which something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestFacts {
    pub pledge: PledgeStatus,
    pub amount: Fen,
    pub arrived: Fen,
}

impl RequestFacts {
    /// What of the pledge is still to come.
    #[must_use]
    pub fn outstanding(self) -> Fen {
        self.amount.saturating_gap(self.arrived)
    }

    /// Whether this can be asked now.
    ///
    /// # Errors
    /// The reason against it.
    pub fn check(self, kind: GiftRequestKind) -> Result<(), RequestNotNow> {
        match kind {
            _ if matches!(self.pledge, PledgeStatus::Draft | PledgeStatus::Cancelled) => Err(RequestNotNow::Cancelled),
            GiftRequestKind::Waiver => {
                let open = self.pledge.may_become(PledgeStatus::Waived) && self.outstanding().is_positive();
                if open { Ok(()) } else { Err(RequestNotNow::NothingToWaive(self.pledge)) }
            }
            GiftRequestKind::WrongAmount => Ok(()),
            GiftRequestKind::WrongPledge | GiftRequestKind::WrongPayer | GiftRequestKind::Return => {
                if self.arrived.is_positive() { Ok(()) } else { Err(RequestNotNow::NothingArrived) }
            }
        }
    }
}

/// What is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestInput<'a> {
    pub kind: GiftRequestKind,
    pub ground: Option<GiftReturnGround>,
    /// What is to go back.
    pub amount: Option<Fen>,
    pub reason: &'a str,
    pub pictures: usize,
    /// "I have read what the law allows."
    pub understood: bool,
}

impl RequestInput<'_> {
    /// Checks what was handed in.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(self, facts: RequestFacts) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let length = self.reason.trim().chars().count();
        problems.require((10..=1000).contains(&length), "reason", "请把情况写清楚（10 至 1000 字）");
        problems.require(self.understood, "understood", "请先阅读并勾选上面的说明");
        let proved = matches!(self.kind, GiftRequestKind::Waiver | GiftRequestKind::Return);
        problems.require(self.pictures <= REQUEST_PICTURES_MAX, "pictures", "材料最多 12 张照片");
        problems.require(!proved || self.pictures > 0, "pictures", "请上传证明材料的照片（1 至 12 张）");
        let returns = self.kind == GiftRequestKind::Return;
        problems.require(!returns || self.ground.is_some(), "ground", "请选择依据什么申请退回");
        problems.require(returns || self.ground.is_none(), "ground", "只有申请退回才选依据");
        match self.amount {
            Some(amount) if returns => {
                let within = amount.is_positive() && amount <= facts.arrived;
                problems.require(within, "amount_fen", "退回的金额应大于零，不超过已到账的金额");
            }
            None if returns => problems.add("amount_fen", "请填写申请退回的金额"),
            Some(_) => problems.add("amount_fen", "只有申请退回才填金额"),
            None => {}
        }
        problems.none_or_err()
    }
}

impl GiftRequestStatus {
    /// The state after a step; of a decision, `yes` is what was decided.
    ///
    /// # Errors
    /// Where the step cannot be taken now.
    pub const fn after(self, step: GiftRequestStep, kind: GiftRequestKind, yes: bool) -> Result<Self, RequestNotNow> {
        use GiftRequestStatus as Is;
        use GiftRequestStep as Do;
        match (step, self, kind) {
            (Do::Recommend, Is::Asked, _) => Ok(Is::Recommended),
            (Do::Decide, Is::Recommended, _) => Ok(if yes { Is::Granted } else { Is::Refused }),
            (Do::Withdraw, Is::Asked | Is::Recommended, _) => Ok(Is::Withdrawn),
            (Do::Settle, Is::Granted, kind) if !matches!(kind, GiftRequestKind::Waiver) => Ok(Is::Settled),
            (_, now, _) => Err(RequestNotNow::State(now)),
        }
    }
}

/// Whether somebody may decide what another has given an opinion on.
///
/// # Errors
/// Where it is the same person.
pub fn check_decider(recommended_by: PersonId, by: PersonId) -> Result<(), RequestNotNow> {
    if recommended_by == by { Err(RequestNotNow::SamePerson) } else { Ok(()) }
}

/// An opinion, a decision, or what was booked.
///
/// # Errors
/// A sentence for the field.
pub fn check_said(field: &str, said: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.require((5..=500).contains(&said.trim().chars().count()), field, "请写明理由（5 至 500 字）");
    problems.none_or_err()
}

words! {
    /// What can have been booked for a request.
    pub enum SettlementKind {
        Return = "return" / "退回捐赠方",
        /// An arrival that was reversed and booked anew.
        Rebooking = "rebooking" / "到账冲正并重记",
    }
}

impl GiftRequestKind {
    /// What is booked for it; none where nothing of the books says whether it is done.
    #[must_use]
    pub const fn settled_by(self) -> Option<SettlementKind> {
        match self {
            Self::Return => Some(SettlementKind::Return),
            Self::WrongPledge | Self::WrongAmount => Some(SettlementKind::Rebooking),
            Self::Waiver | Self::WrongPayer => None,
        }
    }

    /// Whether it is not done before something is booked. A wrong amount can be one on paper.
    #[must_use]
    pub const fn needs_booking(self) -> bool {
        matches!(self, Self::Return | Self::WrongPledge)
    }
}

/// What is known of the booking that settles a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fact, looked up by itself")]
pub struct BookingFacts {
    pub kind: SettlementKind,
    /// What went back; of a rebooking, what the pledge had of the line, and has now.
    pub amount: Fen,
    pub after: Fen,
    /// Whether it is booked: a return paid, a rebooking confirmed.
    pub booked: bool,
    /// Whether it is of the giver's pledge.
    pub own: bool,
    /// Whether it is of the arrived part that the request names, where it names one.
    pub of_lot: bool,
    /// Whether it has settled another request.
    pub used: bool,
}

/// Why a booking does not settle a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotSettled {
    #[error("请选择为这件申请办好的{}；还没有办的，先去办理", .0.label())]
    NothingBooked(SettlementKind),
    #[error("这件申请不用选记账，请留空")]
    NoneNeeded,
    #[error("所选的不是{}，请重新选择", .0.label())]
    AnotherKind(SettlementKind),
    #[error("所选的记账不是这家捐赠方这笔认捐的，请核对捐赠方和认捐编号")]
    AnotherGiver,
    #[error("所选的记账不是申请里写的那一份到账，请核对")]
    AnotherPart,
    #[error("所选的记账还没有办完，请先付款或确认")]
    NotBooked,
    #[error("所选的记账已用于另一件申请，请核对")]
    Used,
    #[error("申请退回 {asked}，所选的退回是 {booked}，相差 {difference}，请核对；确实只退这么多的，请企业另提一件申请")]
    AnotherAmount { asked: Fen, booked: Fen, difference: Fen },
    #[error("所选的冲正没有改变这笔认捐的到账金额（仍是 {0}），请核对")]
    NothingChanged(Fen),
}

/// Whether what the cashier names is what was asked for.
///
/// # Errors
/// The first thing that is not.
pub fn check_settlement(
    kind: GiftRequestKind,
    asked: Option<Fen>,
    booking: Option<BookingFacts>,
) -> Result<(), NotSettled> {
    let (wanted, facts) = match (kind.settled_by(), booking) {
        (None, Some(_)) => return Err(NotSettled::NoneNeeded),
        (Some(wanted), None) if kind.needs_booking() => return Err(NotSettled::NothingBooked(wanted)),
        (_, None) => return Ok(()),
        (Some(wanted), Some(facts)) => (wanted, facts),
    };
    match facts {
        BookingFacts { kind, .. } if kind != wanted => Err(NotSettled::AnotherKind(wanted)),
        BookingFacts { own: false, .. } => Err(NotSettled::AnotherGiver),
        BookingFacts { of_lot: false, .. } => Err(NotSettled::AnotherPart),
        BookingFacts { booked: false, .. } => Err(NotSettled::NotBooked),
        BookingFacts { used: true, .. } => Err(NotSettled::Used),
        BookingFacts { kind: SettlementKind::Rebooking, amount, after, .. } if amount == after => {
            Err(NotSettled::NothingChanged(after))
        }
        BookingFacts { kind: SettlementKind::Return, amount, .. } => match asked {
            Some(asked) if asked != amount => {
                let (more, less) = if asked > amount { (asked, amount) } else { (amount, asked) };
                Err(NotSettled::AnotherAmount { asked, booked: amount, difference: more.saturating_gap(less) })
            }
            _ => Ok(()),
        },
        BookingFacts { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const FACTS: RequestFacts =
        RequestFacts { pledge: PledgeStatus::PartlyArrived, amount: Fen::yuan(50_000), arrived: Fen::yuan(20_000) };

    fn good(kind: GiftRequestKind) -> RequestInput<'static> {
        let returns = kind == GiftRequestKind::Return;
        RequestInput {
            kind,
            ground: returns.then_some(GiftReturnGround::Overpaid),
            amount: returns.then_some(Fen::yuan(1)),
            reason: "工厂八月受灾停产，见材料",
            pictures: 1,
            understood: true,
        }
    }

    #[test]
    fn what_can_be_asked_follows_from_the_pledge() {
        use PledgeStatus::{Agreed, Cancelled, Fulfilled, Overdue, PartlyArrived, Pledged, Waived};
        for pledge in [Pledged, Agreed, PartlyArrived, Overdue] {
            assert_eq!(RequestFacts { pledge, ..FACTS }.check(GiftRequestKind::Waiver), Ok(()));
        }
        for pledge in [Fulfilled, Waived] {
            let refused = RequestFacts { pledge, ..FACTS }.check(GiftRequestKind::Waiver);
            assert_eq!(refused, Err(RequestNotNow::NothingToWaive(pledge)));
        }
        let nothing = RequestFacts { pledge: Pledged, arrived: Fen::ZERO, ..FACTS };
        for kind in [GiftRequestKind::WrongPledge, GiftRequestKind::WrongPayer, GiftRequestKind::Return] {
            assert_eq!(nothing.check(kind), Err(RequestNotNow::NothingArrived));
            assert_eq!(FACTS.check(kind), Ok(()));
        }
        assert_eq!(nothing.check(GiftRequestKind::WrongAmount), Ok(()));
        for kind in GiftRequestKind::ALL {
            assert_eq!(RequestFacts { pledge: Cancelled, ..nothing }.check(*kind), Err(RequestNotNow::Cancelled));
        }
        assert_eq!(FACTS.outstanding(), Fen::yuan(30_000));
    }

    #[test]
    fn each_missing_thing_is_named_by_its_field() {
        for kind in GiftRequestKind::ALL {
            assert_eq!(good(*kind).check(FACTS), Ok(()), "{kind}");
        }
        let back = good(GiftRequestKind::Return);
        let table = [
            ("reason", RequestInput { reason: "资金紧张", ..back }),
            ("understood", RequestInput { understood: false, ..back }),
            ("pictures", RequestInput { pictures: 0, ..back }),
            ("pictures", RequestInput { pictures: 13, ..back }),
            ("ground", RequestInput { ground: None, ..back }),
            ("amount_fen", RequestInput { amount: None, ..back }),
            ("amount_fen", RequestInput { amount: Some(Fen::ZERO), ..back }),
            ("amount_fen", RequestInput { amount: Some(Fen::yuan(20_001)), ..back }),
            ("ground", RequestInput { ground: Some(GiftReturnGround::Agreed), ..good(GiftRequestKind::WrongPledge) }),
            ("pictures", RequestInput { pictures: 0, ..good(GiftRequestKind::Waiver) }),
        ];
        for (field, input) in table {
            let problems = input.check(FACTS).unwrap_err();
            let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
            assert_eq!(fields, [field]);
        }
        assert!(RequestInput { pictures: 0, ..good(GiftRequestKind::WrongPayer) }.check(FACTS).is_ok());
    }

    #[test]
    fn steps_follow_one_another_and_what_is_over_stays() {
        use GiftRequestStatus as Is;
        use GiftRequestStep as Do;
        let kind = GiftRequestKind::Return;
        for status in Is::ALL {
            for step in Do::ALL {
                let next = status.after(*step, kind, true);
                let expected = match (status, step) {
                    (Is::Asked, Do::Recommend) => Some(Is::Recommended),
                    (Is::Recommended, Do::Decide) => Some(Is::Granted),
                    (Is::Asked | Is::Recommended, Do::Withdraw) => Some(Is::Withdrawn),
                    (Is::Granted, Do::Settle) => Some(Is::Settled),
                    _ => None,
                };
                assert_eq!(next.ok(), expected, "{status} {step}");
            }
        }
        assert_eq!(Is::Recommended.after(Do::Decide, kind, false), Ok(Is::Refused));
        assert!(Is::Granted.after(Do::Settle, GiftRequestKind::Waiver, true).is_err(), "a waiver is done at once");
    }

    #[test]
    fn whoever_gave_the_opinion_does_not_decide() {
        let (one, two) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        assert_eq!(check_decider(one, one), Err(RequestNotNow::SamePerson));
        assert_eq!(check_decider(one, two), Ok(()));
        assert!(check_said("opinion", "属实，建议同意").is_ok() && check_said("opinion", "同意").is_err());
    }

    #[test]
    fn what_settles_a_request_is_what_was_asked_for() {
        use GiftRequestKind::{Return, WrongAmount, WrongPayer, WrongPledge};
        let back = BookingFacts {
            kind: SettlementKind::Return,
            amount: Fen::yuan(200),
            after: Fen::ZERO,
            booked: true,
            own: true,
            of_lot: true,
            used: false,
        };
        let anew = BookingFacts { kind: SettlementKind::Rebooking, ..back };
        let (asked, unsaid) = (Some(Fen::yuan(200)), None);
        for (kind, amount, booking) in [
            (Return, asked, Some(back)),
            (WrongPledge, unsaid, Some(anew)),
            (WrongAmount, unsaid, Some(anew)),
            (WrongAmount, unsaid, None),
            (WrongPayer, unsaid, None),
        ] {
            assert_eq!(check_settlement(kind, amount, booking), Ok(()), "{kind}");
        }
        for (kind, amount, booking, error) in [
            (Return, asked, None, NotSettled::NothingBooked(SettlementKind::Return)),
            (WrongPledge, unsaid, None, NotSettled::NothingBooked(SettlementKind::Rebooking)),
            (WrongPayer, unsaid, Some(anew), NotSettled::NoneNeeded),
            (Return, asked, Some(anew), NotSettled::AnotherKind(SettlementKind::Return)),
            (WrongPledge, unsaid, Some(back), NotSettled::AnotherKind(SettlementKind::Rebooking)),
            (Return, asked, Some(BookingFacts { own: false, ..back }), NotSettled::AnotherGiver),
            (Return, asked, Some(BookingFacts { of_lot: false, ..back }), NotSettled::AnotherPart),
            (Return, asked, Some(BookingFacts { booked: false, ..back }), NotSettled::NotBooked),
            (Return, asked, Some(BookingFacts { used: true, ..back }), NotSettled::Used),
            (
                WrongAmount,
                unsaid,
                Some(BookingFacts { after: back.amount, ..anew }),
                NotSettled::NothingChanged(back.amount),
            ),
        ] {
            assert_eq!(check_settlement(kind, amount, booking), Err(error), "{kind}");
        }
        for (yuan, difference) in [(150, 50), (230, 30)] {
            let other = BookingFacts { amount: Fen::yuan(yuan), ..back };
            let says = check_settlement(Return, asked, Some(other)).unwrap_err().to_string();
            assert!(says.contains("200 元") && says.contains(&format!("相差 {difference} 元")), "{says}");
        }
    }
}
