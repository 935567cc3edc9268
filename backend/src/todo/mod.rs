//! What waits for somebody, counted, with since when and by when.
//!
//! A kind of work is one line of [`SOURCES`] and one small function in its own room, which sends one statement.
//! Deliberately absent: the lists themselves, and anything that is written.

mod http;

pub use http::routes;

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{
    AgreementSigner, AllocationDesk, Caller, CampaignDesk, CharityApprover, CharityChecker, CharityMaker,
    CharityMember, CharityPayer, Consenter, Enterprise, Federation, PairingParty, PlatformAdmin, Town, TownDesk,
    Village,
};
use crate::needs::revisions;
use crate::{
    agreements, allocations, arrivals, bank_accounts, campaigns, commitments, deliveries, disbursements, enquiries,
    gift_claims, gift_requests, goods_gifts, jobs, month_ends, needs, on_behalf, organisations, outgoings, pairings,
    payees, pledges, purpose_changes, resets, returns, reversals, surpluses, verifications,
};
use chrono::{DateTime, Days, Utc};
use domain::api::Count;
use domain::api::todo::{Todo, TodoItem};
use domain::campaign::legal_day;
use domain::gift_claim::GiftClaimStatus;
use domain::gift_request::GiftRequestStatus;
use domain::goods::GoodsGiftStatus;
use domain::need::{NeedStatus, RevisionStatus};
use domain::organisation::{Acting, Role};
use domain::todo::{SILENCE_DAYS, TodoKind, Waiting};
use futures::future::BoxFuture;
use sqlx::PgConnection;

/// Who must act, in what, and how much of it waits for him at an instant.
type Source = (
    &'static [Role],
    TodoKind,
    for<'a> fn(&'a mut PgConnection, &'a Acting, DateTime<Utc>) -> BoxFuture<'a, Result<Waiting>>,
);

/// Everything that can wait. Whoever adds work that waits adds its line.
const SOURCES: &[Source] = &[
    (Federation::ROLES, TodoKind::ReviewNeeds, |tx, desk, _| {
        Box::pin(needs::waiting(tx, desk, NeedStatus::FederationReview))
    }),
    (Federation::ROLES, TodoKind::ReviewRevisions, |tx, desk, _| {
        Box::pin(revisions::waiting(tx, desk, RevisionStatus::FederationReview))
    }),
    (TownDesk::ROLES, TodoKind::ReviewTownRevisions, |tx, desk, _| {
        Box::pin(revisions::waiting(tx, desk, RevisionStatus::TownReview))
    }),
    (Federation::ROLES, TodoKind::AcceptNeeds, |tx, desk, _| {
        Box::pin(needs::waiting(tx, desk, NeedStatus::Acceptance))
    }),
    (TownDesk::ROLES, TodoKind::ReviewTownNeeds, |tx, desk, _| {
        Box::pin(needs::waiting(tx, desk, NeedStatus::TownReview))
    }),
    (Federation::ROLES, TodoKind::VerifyEnterprises, |tx, desk, _| {
        Box::pin(verifications::waiting_to_be_decided(tx, desk))
    }),
    (Federation::ROLES, TodoKind::AnswerEnquiries, |tx, desk, _| Box::pin(enquiries::waiting(tx, desk))),
    (Village::ROLES, TodoKind::MendNeeds, |tx, desk, _| Box::pin(needs::waiting_to_be_mended(tx, desk))),
    (Village::ROLES, TodoKind::MendRevisions, |tx, desk, _| Box::pin(revisions::waiting_to_be_mended(tx, desk))),
    (Village::ROLES, TodoKind::ImportedNeeds, |tx, desk, _| Box::pin(needs::imports::waiting(tx, desk))),
    (Village::ROLES, TodoKind::MendSpending, |tx, desk, _| Box::pin(deliveries::waiting_to_be_mended(tx, desk))),
    (Village::ROLES, TodoKind::ReportsDue, |tx, desk, now| {
        Box::pin(deliveries::reports_due(tx, desk, now - Days::new(SILENCE_DAYS)))
    }),
    (CharityMaker::ROLES, TodoKind::MatchLines, |tx, desk, _| Box::pin(arrivals::waiting_to_be_matched(tx, desk))),
    (CharityChecker::ROLES, TodoKind::ConfirmLines, |tx, desk, _| {
        Box::pin(arrivals::waiting_to_be_confirmed(tx, desk))
    }),
    (CharityMaker::ROLES, TodoKind::EnterPayees, |tx, desk, _| Box::pin(payees::waiting_to_be_entered(tx, desk))),
    (CharityChecker::ROLES, TodoKind::VerifyPayees, |tx, desk, _| Box::pin(payees::waiting_to_be_verified(tx, desk))),
    (CharityChecker::ROLES, TodoKind::CheckPayments, |tx, desk, _| {
        Box::pin(disbursements::waiting_to_be_checked(tx, desk))
    }),
    (CharityApprover::ROLES, TodoKind::ApprovePayments, |tx, desk, now| {
        Box::pin(disbursements::waiting_to_be_approved(tx, desk, now))
    }),
    (CharityPayer::ROLES, TodoKind::MakePayments, |tx, desk, _| Box::pin(disbursements::waiting_to_be_paid(tx, desk))),
    (CharityChecker::ROLES, TodoKind::ApproveReturns, |tx, desk, _| {
        Box::pin(returns::waiting_to_be_approved(tx, desk))
    }),
    (CharityPayer::ROLES, TodoKind::PayReturns, |tx, desk, _| Box::pin(returns::waiting_to_be_paid(tx, desk))),
    (CharityChecker::ROLES, TodoKind::ConfirmReversals, |tx, desk, _| {
        Box::pin(reversals::waiting_to_be_confirmed(tx, desk))
    }),
    (CharityMaker::ROLES, TodoKind::ExplainOutgoings, |tx, desk, _| {
        Box::pin(outgoings::waiting_to_be_explained(tx, desk))
    }),
    (CharityChecker::ROLES, TodoKind::ConfirmOutgoings, |tx, desk, _| {
        Box::pin(outgoings::waiting_to_be_confirmed(tx, desk))
    }),
    (CharityApprover::ROLES, TodoKind::ConfirmBankAccounts, |tx, desk, _| {
        Box::pin(bank_accounts::waiting_to_be_confirmed(tx, desk))
    }),
    (CharityChecker::ROLES, TodoKind::SignMonths, |tx, desk, _| Box::pin(month_ends::waiting_to_be_signed(tx, desk))),
    (CampaignDesk::ROLES, TodoKind::MoveCampaigns, |tx, _, now| {
        Box::pin(campaigns::waiting_to_move_on(tx, legal_day(now)))
    }),
    (CharityChecker::ROLES, TodoKind::AcceptSpending, |tx, desk, _| {
        Box::pin(deliveries::waiting_to_be_accepted(tx, desk))
    }),
    (AllocationDesk::ROLES, TodoKind::DecideAllocations, |tx, desk, _| Box::pin(allocations::waiting(tx, desk))),
    (AllocationDesk::ROLES, TodoKind::CarryOutChanges, |tx, desk, _| {
        Box::pin(purpose_changes::waiting_for_charity(tx, desk))
    }),
    (CharityChecker::ROLES, TodoKind::ConfirmSurpluses, |tx, desk, _| {
        Box::pin(surpluses::public::waiting_to_be_confirmed(tx, desk))
    }),
    (CharityMaker::ROLES, TodoKind::HandleSurpluses, |tx, desk, _| {
        Box::pin(surpluses::public::waiting_to_be_handled(tx, desk))
    }),
    (Consenter::ROLES, TodoKind::ConsentToChanges, |tx, desk, _| {
        Box::pin(purpose_changes::waiting_for_consent(tx, desk))
    }),
    (AgreementSigner::ROLES, TodoKind::Agreements, |tx, desk, _| Box::pin(agreements::waiting(tx, desk))),
    (CharityMaker::ROLES, TodoKind::RecommendRequests, |tx, desk, _| {
        Box::pin(gift_requests::waiting(tx, desk, GiftRequestStatus::Asked))
    }),
    (CharityApprover::ROLES, TodoKind::DecideRequests, |tx, desk, _| {
        Box::pin(gift_requests::waiting(tx, desk, GiftRequestStatus::Recommended))
    }),
    (CharityPayer::ROLES, TodoKind::SettleRequests, |tx, desk, _| {
        Box::pin(gift_requests::waiting(tx, desk, GiftRequestStatus::Granted))
    }),
    (CharityMaker::ROLES, TodoKind::NameClaims, |tx, desk, _| {
        Box::pin(gift_claims::waiting(tx, desk, GiftClaimStatus::Asked))
    }),
    (CharityChecker::ROLES, TodoKind::ConfirmClaims, |tx, desk, _| {
        Box::pin(gift_claims::waiting(tx, desk, GiftClaimStatus::Named))
    }),
    (Enterprise::ROLES, TodoKind::ClaimOnBehalf, |tx, desk, _| Box::pin(on_behalf::waiting(tx, desk))),
    (Enterprise::ROLES, TodoKind::AwaitedPledges, |tx, desk, _| Box::pin(pledges::waiting_for_money(tx, desk))),
    (Enterprise::ROLES, TodoKind::DeliverCommitments, |tx, desk, now| {
        Box::pin(commitments::waiting_to_be_delivered(tx, desk, legal_day(now)))
    }),
    (Village::ROLES, TodoKind::ConfirmDeliveries, |tx, desk, _| {
        Box::pin(commitments::parts::waiting_to_be_confirmed(tx, desk))
    }),
    (CharityMaker::ROLES, TodoKind::InspectGoods, |tx, desk, _| {
        Box::pin(goods_gifts::waiting(tx, desk, GoodsGiftStatus::Offered))
    }),
    (CharityChecker::ROLES, TodoKind::ConfirmGoods, |tx, desk, _| {
        Box::pin(goods_gifts::waiting(tx, desk, GoodsGiftStatus::Inspected))
    }),
    (CharityMaker::ROLES, TodoKind::SetGoodsAside, |tx, desk, _| {
        Box::pin(goods_gifts::waiting_to_be_arranged(tx, desk))
    }),
    (CharityMaker::ROLES, TodoKind::BringGoods, |tx, desk, _| Box::pin(goods_gifts::waiting_to_be_brought(tx, desk))),
    (Village::ROLES, TodoKind::ReceiveGoods, |tx, desk, _| Box::pin(goods_gifts::waiting_to_be_received(tx, desk))),
    (CharityChecker::ROLES, TodoKind::AcceptHandOvers, |tx, desk, _| {
        Box::pin(goods_gifts::waiting_to_be_accepted(tx, desk))
    }),
    (CharityChecker::ROLES, TodoKind::ReverseGoods, |tx, desk, _| {
        Box::pin(goods_gifts::waiting_to_be_reversed(tx, desk))
    }),
    (CharityChecker::ROLES, TodoKind::ConfirmGoodsRest, |tx, desk, _| {
        Box::pin(goods_gifts::waiting_to_be_settled(tx, desk))
    }),
    (PairingParty::ROLES, TodoKind::Pairings, |tx, desk, now| Box::pin(pairings::waiting(tx, desk, legal_day(now)))),
    (CharityMember::ROLES, TodoKind::SecondRoles, |tx, desk, _| {
        Box::pin(organisations::waiting_to_be_seconded(tx, desk))
    }),
    (Town::ROLES, TodoKind::ApproveResets, |tx, desk, _| Box::pin(resets::waiting_to_be_approved(tx, desk))),
    (PlatformAdmin::ROLES, TodoKind::DeadJobs, |tx, _, _| Box::pin(jobs::waiting(tx))),
];

/// The roles for which something can wait.
#[must_use]
pub fn roles() -> Vec<Role> {
    let mut roles: Vec<Role> = SOURCES.iter().flat_map(|(roles, ..)| *roles).copied().collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// What waits for whoever acts as `acting_as` says, longest waiting first: at most one statement a kind.
pub async fn of(
    tx: &mut PgConnection,
    acting_as: impl Fn(&[Role]) -> Option<Acting>,
    now: DateTime<Utc>,
) -> Result<Vec<TodoItem>> {
    let mut items = Vec::new();
    for (roles, kind, source) in SOURCES {
        let Some(acting) = acting_as(roles) else { continue };
        let waiting = source(&mut *tx, &acting, now).await?;
        if let Some(since) = waiting.oldest {
            let due = kind.due(since);
            items.push(TodoItem {
                kind: *kind,
                label: kind.label().to_owned(),
                count: Count::capped(waiting.count),
                since,
                due,
                overdue: due < legal_day(now),
                path: kind.path().to_owned(),
            });
        }
    }
    items.sort_by_key(|item| (item.since, item.kind));
    Ok(items)
}

/// What waits for the caller in the organisation that he acts for.
pub async fn get(app: &App, caller: &Caller) -> Result<Todo> {
    let now = app.clock.now();
    let mut tx = app.snapshot().await?;
    let items = of(&mut tx, |roles| caller.acting_as(roles), now).await?;
    Ok(Todo { items, as_of: now })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_kind_of_work_has_one_source() {
        let kinds: BTreeSet<_> = SOURCES.iter().map(|(_, kind, _)| *kind).collect();
        assert_eq!(kinds.len(), SOURCES.len());
        assert_eq!(kinds, TodoKind::ALL.iter().copied().collect());
        assert!(SOURCES.iter().all(|(roles, ..)| !roles.is_empty()));
    }
}
