//! What is told to people: kinds of letters, where each may be read, and which may not be muted.
//!
//! Every letter is also a notice in the app, so nobody needs a mailbox. Deliberately absent: news and advertising.

use crate::organisation::{OrganisationKind, Role};

words! {
    /// The kinds of letters, as their reader knows them.
    pub enum NoticeKind {
        NeedReturned = "need_returned" / "需求被退回",
        NeedApproved = "need_approved" / "需求已公开",
        NeedMoved = "need_moved" / "需求的状态变化和到期提醒",
        PledgeMade = "pledge_made" / "认捐已登记，怎样汇款",
        /// What is talked about around a gift: agreements, requests, claims, notes on behalf, the way of given goods.
        Gift = "gift" / "捐赠协议、申请、认领、代为记录和捐赠物资的往来",
        ArrivalConfirmed = "arrival_confirmed" / "捐款到账和确认函",
        DisbursementPaid = "disbursement_paid" / "善款已拨付",
        ReportPublished = "report_published" / "所捐需求的新进展",
        SpendingReturned = "spending_returned" / "支出登记被退回",
        PayeeChanged = "payee_changed" / "收款账户变更",
        /// What was promised besides money: made, delivered, confirmed, late.
        Commitment = "commitment" / "资金以外的承诺：登记、兑现和提醒",
        /// What concerns a pairing and its joint plan.
        Pairing = "pairing" / "结对：条款、审核、签约和共建计划",
        /// To whoever had a plan of a matching round computed.
        MatchingRound = "matching_round" / "对接轮次：方案算好了，或没有算出",
        /// New needs that fit a search that its reader saved.
        SavedSearch = "saved_search" / "符合保存的搜索的新需求",
        /// Password, second factor, membership, verification: what keeps an account its owner's.
        Account = "account" / "账号、密码和单位认证",
        /// The daily count of what waits.
        Todo = "todo" / "每日待办",
    }
}

words! {
    /// Where a letter is read besides the notices in the app, where every letter is.
    pub enum Channel {
        AtOnce = "at_once" / "立即发邮件",
        Digest = "digest" / "放进每日汇总邮件",
        App = "app" / "只在网站上看",
    }
}

impl NoticeKind {
    /// Law or money needs it: it is mailed at once, whatever anybody wishes.
    #[must_use]
    pub const fn is_required(self) -> bool {
        matches!(
            self,
            NoticeKind::PledgeMade
                | NoticeKind::ArrivalConfirmed
                | NoticeKind::DisbursementPaid
                | NoticeKind::PayeeChanged
                | NoticeKind::Account
        )
    }

    /// The channels from which a reader may choose.
    #[must_use]
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            NoticeKind::Todo => &[Channel::Digest, Channel::App],
            kind if kind.is_required() => &[Channel::AtOnce],
            _ => Channel::ALL,
        }
    }

    #[must_use]
    pub fn may_go_by(self, channel: Channel) -> bool {
        self.channels().contains(&channel)
    }

    /// Where it is read by whoever has not chosen. Staff are written to once a day about their work.
    #[must_use]
    pub const fn by_default(self, staff: bool) -> Channel {
        match self {
            NoticeKind::Todo if staff => Channel::Digest,
            NoticeKind::Todo => Channel::App,
            _ => Channel::AtOnce,
        }
    }

    /// Who may be sent it; everybody, where none is named.
    #[must_use]
    pub const fn readers(self) -> &'static [Role] {
        match self {
            NoticeKind::NeedMoved | NoticeKind::Commitment => &[
                Role::VillageReporter,
                Role::VillageHead,
                Role::EnterpriseOwner,
                Role::EnterpriseOperator,
                Role::Donor,
            ],
            NoticeKind::Pairing => &[
                Role::VillageReporter,
                Role::VillageHead,
                Role::TownReviewer,
                Role::OfficeOwner,
                Role::FederationCounty,
                Role::FederationCity,
                Role::EnterpriseOwner,
                Role::EnterpriseOperator,
            ],
            NoticeKind::MatchingRound => &[Role::FederationCounty, Role::FederationCity],
            NoticeKind::NeedReturned
            | NoticeKind::NeedApproved
            | NoticeKind::DisbursementPaid
            | NoticeKind::SpendingReturned => &[Role::VillageReporter, Role::VillageHead],
            NoticeKind::PledgeMade => &[Role::EnterpriseOwner, Role::EnterpriseOperator],
            NoticeKind::Gift => &[
                Role::VillageReporter,
                Role::VillageHead,
                Role::EnterpriseOwner,
                Role::EnterpriseOperator,
                Role::CharityOwner,
                Role::CharityMaker,
                Role::CharityChecker,
                Role::CharityPayer,
                Role::CampaignOffice,
                Role::FederationCounty,
                Role::FederationCity,
            ],
            NoticeKind::ArrivalConfirmed | NoticeKind::ReportPublished => {
                &[Role::EnterpriseOwner, Role::EnterpriseOperator, Role::Donor]
            }
            NoticeKind::PayeeChanged => &[
                Role::VillageReporter,
                Role::VillageHead,
                Role::TownReviewer,
                Role::OfficeOwner,
                Role::CharityMaker,
                Role::CharityChecker,
                Role::CharityPayer,
            ],
            NoticeKind::SavedSearch | NoticeKind::Account | NoticeKind::Todo => &[],
        }
    }
}

/// Whether the people of such an organisation are written to daily about what waits, unless they choose otherwise.
/// Givers are not: a reminder every day would be dunning.
#[must_use]
pub const fn is_staff(kind: OrganisationKind) -> bool {
    !matches!(kind, OrganisationKind::Enterprise | OrganisationKind::Donor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_law_or_money_needs_cannot_be_muted() {
        use NoticeKind::{Account, ArrivalConfirmed, DisbursementPaid, PayeeChanged, PledgeMade};
        for kind in NoticeKind::ALL {
            let required = matches!(kind, PledgeMade | ArrivalConfirmed | DisbursementPaid | PayeeChanged | Account);
            assert_eq!(kind.is_required(), required, "{kind}");
            assert_eq!(kind.channels() == [Channel::AtOnce], required, "{kind}");
            assert_eq!(kind.may_go_by(Channel::App), !required, "{kind}");
            assert!(kind.may_go_by(Channel::AtOnce) || *kind == NoticeKind::Todo, "{kind}");
            for staff in [true, false] {
                assert!(kind.may_go_by(kind.by_default(staff)), "{kind}");
            }
        }
    }

    #[test]
    fn staff_read_of_their_work_once_a_day_and_givers_are_not_dunned() {
        assert_eq!(NoticeKind::Todo.by_default(is_staff(OrganisationKind::Federation)), Channel::Digest);
        assert_eq!(NoticeKind::Todo.by_default(is_staff(OrganisationKind::Enterprise)), Channel::App);
        assert!(is_staff(OrganisationKind::Village) && !is_staff(OrganisationKind::Donor));
    }
}
