//! What can wait for somebody: each kind with who must act, where, and by when.
//!
//! The days are 建议时限, a setting of the platform, not law, but for what needs left. Deliberately absent: counting (each room counts its own),
//! and public holidays, which are decided anew each year: a working day is Monday to Friday.

use crate::campaign::legal_day;
use crate::surplus::HANDLED_WITHIN_MONTHS;
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};

/// After so many days without a word on money that was paid out, a village is asked for a report.
pub const SILENCE_DAYS: u64 = 30;
/// From so many days before its agreed day a commitment stands among what its enterprise has to do.
pub const AHEAD_DAYS: u64 = 30;

words! {
    /// What waits. The order is that of the page where several wait equally long.
    pub enum TodoKind {
        ReviewNeeds = "review_needs" / "待审核的需求",
        ReviewTownNeeds = "review_town_needs" / "待镇审的需求",
        ReviewRevisions = "review_revisions" / "待审核的需求修改",
        ReviewTownRevisions = "review_town_revisions" / "待镇审的需求修改",
        AcceptNeeds = "accept_needs" / "待验收的需求",
        VerifyEnterprises = "verify_enterprises" / "待认证的企业",
        AnswerEnquiries = "answer_enquiries" / "待答复的来信",
        MendNeeds = "mend_needs" / "被退回、待修改的需求",
        MendRevisions = "mend_revisions" / "被退回、待改的需求修改",
        ImportedNeeds = "imported_needs" / "别的单位代为导入、待核对提交的需求草稿",
        MendSpending = "mend_spending" / "被退回、待补正的支出",
        ReportsDue = "reports_due" / "该报告进展的需求",
        MatchLines = "match_lines" / "待对账的银行流水",
        ConfirmLines = "confirm_lines" / "待确认的到账",
        EnterPayees = "enter_payees" / "待录入的收款账户",
        VerifyPayees = "verify_payees" / "待核实的收款账户",
        CheckPayments = "check_payments" / "待复核的拨付",
        ApprovePayments = "approve_payments" / "待批准的拨付",
        MakePayments = "make_payments" / "待付款的拨付",
        ApproveReturns = "approve_returns" / "待复核的退回捐赠方",
        PayReturns = "pay_returns" / "待付款的退回捐赠方",
        ConfirmReversals = "confirm_reversals" / "待确认的冲正",
        ExplainOutgoings = "explain_outgoings" / "待说明的银行支出",
        ConfirmOutgoings = "confirm_outgoings" / "待确认的银行支出说明",
        ConfirmBankAccounts = "confirm_bank_accounts" / "待确认的银行账户登记或改动",
        SignMonths = "sign_months" / "待签字的月结、待同意的重开",
        AcceptSpending = "accept_spending" / "待核销的支出",
        DecideAllocations = "decide_allocations" / "待受理的分配申请",
        CarryOutChanges = "carry_out_changes" / "待办理的用途变更",
        ConfirmSurpluses = "confirm_surpluses" / "待确认的结余申报和转用",
        HandleSurpluses = "handle_surpluses" / "待处理的结余",
        ConsentToChanges = "consent_to_changes" / "待您同意的用途变更",
        Agreements = "agreements" / "等您这一方办的捐赠协议",
        RecommendRequests = "recommend_requests" / "待核实的豁免、更正、退回申请",
        DecideRequests = "decide_requests" / "待决定的豁免、更正、退回申请",
        SettleRequests = "settle_requests" / "已同意、待办理的更正和退回",
        NameClaims = "name_claims" / "待核对的认领",
        ConfirmClaims = "confirm_claims" / "待确认归属的认领",
        ClaimOnBehalf = "claim_on_behalf" / "别的单位代为记录、等您认领或说明的认捐",
        AwaitedPledges = "awaited_pledges" / "尚未全部到账的认捐",
        DeliverCommitments = "deliver_commitments" / "快到期或已过期的承诺",
        ConfirmDeliveries = "confirm_deliveries" / "待确认收到的兑现",
        InspectGoods = "inspect_goods" / "待验收的捐赠物资",
        ConfirmGoods = "confirm_goods" / "待复核的物资验收",
        SetGoodsAside = "set_goods_aside" / "待安排的捐赠物资",
        BringGoods = "bring_goods" / "待移交给村的物资",
        ReceiveGoods = "receive_goods" / "待确认收到的物资",
        AcceptHandOvers = "accept_hand_overs" / "待核对的物资移交",
        ReverseGoods = "reverse_goods" / "待确认的物资冲正",
        ConfirmGoodsRest = "confirm_goods_rest" / "待确认的物资收回和报损",
        Pairings = "pairings" / "等您这一方办的结对",
        MoveCampaigns = "move_campaigns" / "按日期该进入下一阶段的活动",
        SecondRoles = "second_roles" / "待您同意的岗位",
        ApproveResets = "approve_resets" / "待您同意的重设密码",
        DeadJobs = "dead_jobs" / "没有办成的后台任务",
    }
}

/// How long something may wait, counted from the day after it began to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    WorkingDays(u64),
    Days(u64),
    Months(u32),
}

impl TodoKind {
    /// 建议时限.
    #[must_use]
    pub const fn within(self) -> Within {
        match self {
            TodoKind::ReviewNeeds
            | TodoKind::ReviewTownNeeds
            | TodoKind::ReviewRevisions
            | TodoKind::ReviewTownRevisions
            | TodoKind::VerifyEnterprises
            | TodoKind::AnswerEnquiries
            | TodoKind::AcceptSpending
            | TodoKind::DecideAllocations
            | TodoKind::CarryOutChanges
            | TodoKind::ConfirmSurpluses
            | TodoKind::InspectGoods
            | TodoKind::ConfirmGoods
            | TodoKind::ReceiveGoods
            | TodoKind::AcceptHandOvers
            | TodoKind::ReverseGoods
            | TodoKind::ConfirmGoodsRest
            | TodoKind::ConfirmDeliveries
            | TodoKind::ExplainOutgoings
            | TodoKind::ConfirmOutgoings
            | TodoKind::SignMonths => Within::WorkingDays(5),
            TodoKind::MendNeeds
            | TodoKind::MendRevisions
            | TodoKind::ImportedNeeds
            | TodoKind::Pairings
            | TodoKind::ConsentToChanges
            | TodoKind::Agreements
            | TodoKind::NameClaims
            | TodoKind::ConfirmClaims
            | TodoKind::RecommendRequests
            | TodoKind::DecideRequests
            | TodoKind::SettleRequests
            | TodoKind::MendSpending
            | TodoKind::AcceptNeeds => Within::WorkingDays(10),
            TodoKind::ReportsDue => Within::Days(SILENCE_DAYS),
            TodoKind::MatchLines
            | TodoKind::ConfirmLines
            | TodoKind::EnterPayees
            | TodoKind::SecondRoles
            | TodoKind::ConfirmReversals
            | TodoKind::ConfirmBankAccounts => Within::WorkingDays(2),
            TodoKind::VerifyPayees
            | TodoKind::CheckPayments
            | TodoKind::ApprovePayments
            | TodoKind::MakePayments
            | TodoKind::ApproveReturns
            | TodoKind::PayReturns => Within::WorkingDays(3),
            // The law's own.
            TodoKind::HandleSurpluses => Within::Months(HANDLED_WITHIN_MONTHS),
            // A commitment waits from so many days before its own day.
            TodoKind::DeliverCommitments => Within::Days(AHEAD_DAYS),
            TodoKind::AwaitedPledges | TodoKind::ClaimOnBehalf | TodoKind::SetGoodsAside | TodoKind::BringGoods => {
                Within::Days(30)
            }
            TodoKind::ApproveResets | TodoKind::DeadJobs | TodoKind::MoveCampaigns => Within::WorkingDays(1),
        }
    }

    /// Where the list is, within the site.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            TodoKind::ReviewNeeds | TodoKind::ReviewTownNeeds | TodoKind::AcceptNeeds => "/work#review",
            TodoKind::MendNeeds | TodoKind::MendSpending | TodoKind::ReportsDue => "/work#needs",
            TodoKind::ReviewRevisions | TodoKind::ReviewTownRevisions | TodoKind::MendRevisions => "/work#revisions",
            TodoKind::ImportedNeeds => "/needs/import",
            TodoKind::VerifyEnterprises => "/work/verifications",
            TodoKind::AnswerEnquiries => "/work/enquiries",
            TodoKind::MatchLines => "/work/bank-lines?desk=match",
            TodoKind::ConfirmLines => "/work/bank-lines?desk=confirm",
            TodoKind::EnterPayees => "/work/payees?status=proposed",
            TodoKind::VerifyPayees => "/work/payees?status=entered",
            TodoKind::CheckPayments | TodoKind::ApprovePayments | TodoKind::MakePayments => "/work/disbursements",
            TodoKind::ApproveReturns | TodoKind::PayReturns => "/work/returns",
            TodoKind::ConfirmReversals => "/work/reversals",
            TodoKind::ExplainOutgoings | TodoKind::ConfirmOutgoings => "/work/outgoings",
            TodoKind::ConfirmBankAccounts => "/work/bank-accounts",
            TodoKind::SignMonths => "/work/month-ends",
            TodoKind::MoveCampaigns => "/work/campaigns",
            TodoKind::AcceptSpending => "/work/spending",
            TodoKind::DecideAllocations => "/work/allocations",
            TodoKind::CarryOutChanges | TodoKind::ConsentToChanges => "/purpose-changes",
            TodoKind::ConfirmSurpluses | TodoKind::HandleSurpluses => "/work/surpluses",
            TodoKind::AwaitedPledges => "/my-gifts",
            TodoKind::ClaimOnBehalf => "/on-behalf?waiting=true",
            TodoKind::NameClaims => "/gift-claims?status=asked",
            TodoKind::ConfirmClaims => "/gift-claims?status=named",
            TodoKind::DeliverCommitments => "/commitments?show=open",
            TodoKind::ConfirmDeliveries => "/commitments?show=to_confirm",
            TodoKind::InspectGoods => "/goods-gifts?status=offered",
            TodoKind::ConfirmGoods => "/goods-gifts?status=inspected",
            TodoKind::SetGoodsAside => "/goods-gifts?show=to_arrange",
            TodoKind::BringGoods => "/goods-gifts?show=to_bring",
            TodoKind::ReceiveGoods => "/goods-gifts?hand_over=recorded",
            TodoKind::AcceptHandOvers => "/goods-gifts?hand_over=received",
            TodoKind::ReverseGoods => "/goods-gifts?show=to_reverse",
            TodoKind::ConfirmGoodsRest => "/goods-gifts?show=to_settle",
            TodoKind::Pairings => "/pairings?show=waiting",
            TodoKind::Agreements => "/agreements?waiting=true",
            TodoKind::RecommendRequests => "/gift-requests?status=asked",
            TodoKind::DecideRequests => "/gift-requests?status=recommended",
            TodoKind::SettleRequests => "/gift-requests?status=granted",
            TodoKind::SecondRoles => "/work/members",
            TodoKind::ApproveResets => "/work/town",
            TodoKind::DeadJobs => "/work/jobs",
        }
    }

    /// The day by which what has waited since `since` should be done.
    #[must_use]
    pub fn due(self, since: DateTime<Utc>) -> NaiveDate {
        let first = legal_day(since);
        match self.within() {
            Within::Days(days) => first.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX),
            Within::Months(months) => first.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX),
            Within::WorkingDays(days) => after_working_days(first, days),
        }
    }
}

fn after_working_days(mut day: NaiveDate, mut left: u64) -> NaiveDate {
    while left > 0 {
        let Some(next) = day.succ_opt() else { return day };
        day = next;
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    day
}

/// What one source says of what waits: how many, counted up to one more than a list counts, and since when.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    pub count: i64,
    pub oldest: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn working_days_leave_the_weekend_out_and_begin_in_shanghai() {
        for (kind, since, due) in [
            // Tuesday to Tuesday, over a weekend.
            (TodoKind::ReviewNeeds, "2026-06-30T02:00:00Z", "2026-07-07"),
            // Late on Friday in Greenwich is Saturday in Shanghai: Monday is the first working day.
            (TodoKind::DeadJobs, "2026-07-03T17:00:00Z", "2026-07-06"),
            (TodoKind::MatchLines, "2026-07-02T02:00:00Z", "2026-07-06"),
            (TodoKind::MatchLines, "2026-07-03T02:00:00Z", "2026-07-07"),
            (TodoKind::ReportsDue, "2026-06-30T02:00:00Z", "2026-07-30"),
            (TodoKind::HandleSurpluses, "2026-11-30T02:00:00Z", "2027-02-28"),
        ] {
            assert_eq!(kind.due(at(since)).to_string(), due, "{kind} {since}");
        }
    }

    #[test]
    fn every_kind_leads_to_a_page_for_those_who_work() {
        for kind in TodoKind::ALL {
            let pages = [
                "/work",
                "/my-gifts",
                "/commitments",
                "/needs/import",
                "/pairings",
                "/agreements",
                "/gift-requests",
                "/on-behalf",
                "/gift-claims",
                "/purpose-changes",
                "/goods-gifts",
            ];
            assert!(pages.iter().any(|page| kind.path().starts_with(page)), "{kind}");
        }
    }

    proptest! {
        #[test]
        fn a_deadline_is_never_before_what_it_is_for(seconds in 0i64..4_000_000_000, kind in 0..TodoKind::ALL.len()) {
            let since = DateTime::from_timestamp(seconds, 0).unwrap();
            prop_assert!(TodoKind::ALL[kind].due(since) > legal_day(since));
        }
    }
}
