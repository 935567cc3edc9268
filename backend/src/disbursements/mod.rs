//! Money that leaves: what is set aside for a need is paid to a checked payee by three people.
//!
//! Each payment is prepared by one, checked and approved by a second, paid by a third; no size of charity lifts it.
//! Deliberately absent: the payment itself, which a bank makes, and what it was spent on.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::clock::shanghai;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{
    Audit, BooksReader, Caller, CharityApprover, CharityChecker, CharityMaker, CharityOwner, CharityPayer,
    CharityStaff, Origin, Sure, Village,
};
use crate::mail::letter::DisbursementPaid;
use crate::mail::{self, Letter};
use crate::{allocations, bank_accounts, campaigns, ledger, needs, payees};
use chrono::{DateTime, Utc};
use domain::api::campaigns::PageQuery;
use domain::api::disbursements::{ApprovalRule, Available, Disbursement, NewDisbursement, Paid, PublicPayment, Reject};
use domain::api::reversals::CountedOn;
use domain::api::{Count, List};
use domain::day::check_past;
use domain::disbursement::{Desk, DisbursementStatus, Hands, MoreThanAllocated, check_within_allocation};
use domain::ledger::{Account, Asset, Event};
use domain::need::check_reason;
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{DisbursementId, Fen, NeedId, OrganisationId, Problems};
use serde_json::json;
use sqlx::PgConnection;

/// Payments on one page of a list.
const PAGE: usize = 50;
/// Payments that a need's page shows.
const PAID_MAX: i64 = 200;
/// Characters of a bank's number of a payment.
const REFERENCE_MAX: usize = 64;

/// The maker prepares a payment. The same id and content again gives the same answer.
pub async fn prepare(app: &App, maker: &CharityMaker, new: &NewDisbursement) -> Result<Disbursement> {
    let charity = maker.acting.organisation;
    let mut problems = Problems::new();
    problems.take("amount_fen", new.amount_fen.check_amount());
    let purpose = new.purpose.trim().chars().count();
    problems.require((2..=200).contains(&purpose), "purpose", "请写明这笔款用来付什么（2 至 200 字）");
    problems.none_or_err()?;
    let mut tx = app.begin().await?;
    // First of all: what was recorded is the answer, also when its money has been paid meanwhile.
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        return prepared_before(known, charity, new);
    }
    let village = sql::organisation_of_need(&mut tx, new.need).await?;
    let payee = payees::checked(&mut tx, new.payee, charity).await?;
    let payee = payee.ok_or_else(|| Error::invalid("payee", "请选择已核实的收款账户"))?;
    if village != Some(payee.organisation) {
        return Err(Error::invalid("payee", "收款账户不是这条需求所在村（社区）的"));
    }
    within_allocation(&mut tx, charity, new.need, (new.amount_fen, None))
        .await?
        .map_err(|error| Error::invalid("amount_fen", error.to_string()))?;
    let inserted = sql::insert(&mut tx, new, &payee.snapshot, &maker.acting, app.clock.now()).await;
    let inserted = inserted.on_constraint("disbursement_pkey", || Error::Conflict(String::new()));
    if matches!(inserted, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        let known = sql::by_id(&mut *app.pool.acquire().await?, new.id).await?.ok_or(Error::NotFound)?;
        return prepared_before(known, charity, new);
    }
    inserted?;
    let after = json!({ "status": DisbursementStatus::Requested, "amount_fen": new.amount_fen, "need": new.need });
    let what = ("disbursement_prepared", "disbursement", new.id.0);
    record(app, &mut tx, &maker.acting, &maker.origin, what, after, None).await?;
    tx.commit().await?;
    read(app, charity, new.id).await
}

/// The answer to an id that exists: the same payment, if it is the same, and ours.
fn prepared_before(known: Disbursement, charity: OrganisationId, new: &NewDisbursement) -> Result<Disbursement> {
    let same = (known.charity, known.need, known.payee, known.amount_fen)
        == (charity, new.need, new.payee, new.amount_fen)
        && known.purpose == new.purpose.trim();
    let other = || Error::Conflict("这个编号已经记录过另一笔拨付，请重新打开页面填写".into());
    if same { Ok(known) } else { Err(other()) }
}

/// Whether the need's account holds the amount beside what other payments count on. The balance stays locked until
/// the transaction ends, so that two payments cannot count on the same money.
async fn within_allocation(
    tx: &mut PgConnection,
    charity: OrganisationId,
    need: NeedId,
    (asked, own): (Fen, Option<DisbursementId>),
) -> Result<std::result::Result<(), MoreThanAllocated>> {
    let held = ledger::lock(tx, &Account::Allocated { need, charity }, Asset::Cny).await?;
    // Which lots will be taken is not known before the bank has paid: none of them may be closed.
    campaigns::lots_may_move(tx, held.iter().map(|held| held.lot)).await?;
    let allocated = Fen::sum(held.iter().map(|lot| lot.amount)).map_err(|error| Error::Conflict(error.to_string()))?;
    let reserved = sql::reserved(tx, need, charity, own).await?;
    Ok(check_within_allocation(asked, allocated, reserved))
}

/// What the caller's charity has set aside for a need, and what of it is reserved, read in one moment.
pub async fn available(app: &App, reader: &BooksReader, need: NeedId) -> Result<Available> {
    let charity = reader.charity;
    let mut tx = app.snapshot().await?;
    let allocated_fen = ledger::balance(&mut tx, &Account::Allocated { need, charity }).await?;
    let reserved_fen = sql::reserved(&mut tx, need, charity, None).await?;
    Ok(Available { allocated_fen, reserved_fen })
}

/// A step of a desk on a payment: who, from which state to which.
struct Step<'a> {
    acting: &'a Acting,
    origin: &'a Origin,
    after: DisbursementStatus,
    verb: &'static str,
    reason: Option<&'a str>,
}

impl Step<'_> {
    /// Locks the payment and sees that this person may take it there.
    async fn lock(&self, tx: &mut PgConnection, id: DisbursementId) -> Result<sql::Locked> {
        let row = sql::lock(tx, id).await?.filter(|row| row.charity == self.acting.organisation);
        let row = row.ok_or(Error::NotFound)?;
        if !row.status.may_become(self.after) {
            let (now, next) = (row.status.label(), self.after.label());
            return Err(Error::Conflict(format!("这笔拨付现在是“{now}”，不能改为“{next}”")));
        }
        let person = Some(self.acting.person);
        let hands = match self.after {
            DisbursementStatus::Checked => Hands { checked_by: person, ..row.hands },
            DisbursementStatus::Approved => Hands { approved_by: person, ..row.hands },
            DisbursementStatus::Paid => Hands { paid_by: person, ..row.hands },
            _ => row.hands,
        };
        hands.check().map_err(|error| Error::Conflict(error.to_string()))?;
        Ok(row)
    }

    async fn record(&self, app: &App, tx: &mut PgConnection, id: DisbursementId) -> Result<()> {
        let what = (self.verb, "disbursement", id.0);
        record(app, tx, self.acting, self.origin, what, json!({ "status": self.after }), self.reason).await
    }
}

/// A checker has compared it with allocation, agreement and payee.
pub async fn check(app: &App, Sure(checker): &Sure<CharityChecker>, id: DisbursementId) -> Result<Disbursement> {
    let (acting, origin) = (&checker.acting, &checker.origin);
    let step = Step { acting, origin, after: DisbursementStatus::Checked, verb: "disbursement_checked", reason: None };
    let mut tx = app.begin().await?;
    step.lock(&mut tx, id).await?;
    sql::set_checked(&mut tx, id, acting.person).await.three_people()?.one_row_or_conflict()?;
    step.record(app, &mut tx, id).await?;
    tx.commit().await?;
    read(app, acting.organisation, id).await
}

/// A checker releases it for payment.
pub async fn approve(app: &App, Sure(checker): &Sure<CharityApprover>, id: DisbursementId) -> Result<Disbursement> {
    let (acting, origin) = (&checker.acting, &checker.origin);
    let step =
        Step { acting, origin, after: DisbursementStatus::Approved, verb: "disbursement_approved", reason: None };
    let mut tx = app.begin().await?;
    let row = step.lock(&mut tx, id).await?;
    allocations::lock_for_payment(app, &mut tx, row.need, row.charity).await?;
    still_the_payee(app, &mut tx, &row).await?;
    within_allocation(&mut tx, row.charity, row.need, (row.amount, Some(id)))
        .await?
        .map_err(|error| Error::Conflict(error.to_string()))?;
    sql::set_approved(&mut tx, id, acting.person, app.clock.now()).await.three_people()?.one_row_or_conflict()?;
    step.record(app, &mut tx, id).await?;
    tx.commit().await?;
    read(app, acting.organisation, id).await
}

/// A checker sends it back with the reason.
pub async fn reject(app: &App, checker: &CharityChecker, id: DisbursementId, why: &Reject) -> Result<Disbursement> {
    check_reason(&why.reason)?;
    let (acting, origin) = (&checker.acting, &checker.origin);
    let reason = why.reason.trim();
    let verb = "disbursement_rejected";
    let step = Step { acting, origin, after: DisbursementStatus::Rejected, verb, reason: Some(reason) };
    let mut tx = app.begin().await?;
    let row = step.lock(&mut tx, id).await?;
    row.status.check_rejection(why.not_paid).map_err(|error| Error::invalid("not_paid", error.to_string()))?;
    sql::set_rejected(&mut tx, id, row.status, reason).await?.one_row_or_conflict()?;
    step.record(app, &mut tx, id).await?;
    tx.commit().await?;
    read(app, acting.organisation, id).await
}

/// The payer has paid it: from here on it is 拨付, and the ledger has moved.
///
/// The bank was first, so nothing may stand in the way of the record: the money was reserved when the payment was
/// approved, and its payee cannot be closed before it is paid.
pub async fn pay(app: &App, Sure(payer): &Sure<CharityPayer>, id: DisbursementId, paid: &Paid) -> Result<Disbursement> {
    let mut problems = Problems::new();
    if let Err(wrong) = check_past(paid.paid_on, app.clock.today()) {
        problems.add("paid_on", format!("付款日期{wrong}，请对照银行回单"));
    }
    let number = paid.bank_reference.trim();
    let written = (1..=REFERENCE_MAX).contains(&number.chars().count());
    problems.require(written, "bank_reference", "请填写银行付款流水号（最多 64 个字）");
    problems.none_or_err()?;
    let (acting, origin) = (&payer.acting, &payer.origin);
    let step = Step { acting, origin, after: DisbursementStatus::Paid, verb: "disbursement_paid", reason: None };
    let mut tx = app.begin().await?;
    let row = step.lock(&mut tx, id).await?;
    let account = bank_accounts::paid_from(&mut tx, row.charity, paid.bank_account, paid.paid_on).await?;
    let account = account.ok_or_else(|| Error::invalid("bank_account", "请选择从哪个账户付的款"))?;
    let from = Account::Allocated { need: row.need, charity: row.charity };
    let more = |held: Fen| {
        let asked = row.amount;
        Error::Conflict(format!("已分配的款项只有 {held}，不够支付 {asked}。请先增加分配，再登记付款"))
    };
    let takes = ledger::take(&mut tx, &from, Asset::Cny, row.amount, more).await?;
    // No campaign is archived while an approved payment counts on its money, so this never refuses what was paid.
    campaigns::lots_may_move(&mut tx, takes.iter().map(|(lot, _)| *lot)).await?;
    let event = Event::Paid { disbursement: id, need: row.need, charity: row.charity, takes, paid_on: paid.paid_on };
    ledger::post(app, &mut tx, &event).await?;
    sql::set_paid(&mut tx, id, acting.person, paid.paid_on, number, app.clock.now())
        .await
        .three_people()?
        .one_row_or_conflict()?;
    sql::set_account(&mut tx, id, account).await?;
    step.record(app, &mut tx, id).await?;
    tell_village(app, &mut tx, &row, paid).await?;
    tx.commit().await?;
    read(app, acting.organisation, id).await
}

async fn tell_village(app: &App, tx: &mut PgConnection, row: &sql::Locked, paid: &Paid) -> Result<()> {
    let need = needs::named(tx, row.need).await?;
    let letter = DisbursementPaid {
        need_code: need.code.unwrap_or_default(),
        title: need.title,
        amount: row.amount,
        paid_on: paid.paid_on,
        payee_name: row.paid_to.name.clone(),
        path: format!("/work/needs/{}/report", row.need),
    };
    mail::write_to(tx, app, (need.organisation, Village::ROLES), &Letter::DisbursementPaid(letter)).await
}

/// Who prepared it saw this account; if it has been closed since, nothing is approved.
async fn still_the_payee(app: &App, tx: &mut PgConnection, row: &sql::Locked) -> Result<()> {
    let payee = payees::checked(tx, row.payee, row.charity).await?;
    let payee = payee.filter(|payee| payee.snapshot == row.paid_to);
    let payee =
        payee.ok_or_else(|| Error::Conflict("收款账户已停用或有变更，不能批准。请驳回后按新账户重新申请".into()))?;
    match payee.held_until {
        Some(from) if from > app.clock.now() => {
            let from = shanghai(from).format("%Y-%m-%d %H:%M");
            Err(Error::Conflict(format!("这个收款账户刚有变更，{from} 以后才能批准付款，以便村、镇和本单位核对")))
        }
        _ => Ok(()),
    }
}

/// The constraint behind the rule of three people, in the rule's words.
trait ThreePeople<T> {
    fn three_people(self) -> Result<T>;
}

impl<T> ThreePeople<T> for sqlx::Result<T> {
    fn three_people(self) -> Result<T> {
        self.on_constraint("disbursement_three_people", || Error::Conflict("经办、复核和付款须是三个人".into()))
    }
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    origin: &Origin,
    (verb, subject_kind, subject): (&'static str, &'static str, uuid::Uuid),
    after: serde_json::Value,
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind, subject, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

async fn read(app: &App, charity: OrganisationId, id: DisbursementId) -> Result<Disbursement> {
    let mut connection = app.pool.acquire().await?;
    let found = sql::by_id(&mut connection, id).await?.filter(|found| found.charity == charity);
    found.ok_or(Error::NotFound)
}

/// One payment, for its charity and the auditor.
pub async fn get(app: &App, caller: &Caller, id: DisbursementId) -> Result<Disbursement> {
    let charity = caller.acting_as(CharityStaff::ROLES).map(|acting| acting.organisation);
    let audit = caller.acting_as(Audit::ROLES).is_some();
    let mut connection = app.pool.acquire().await?;
    let found = sql::by_id(&mut connection, id).await?;
    let mut found = found.filter(|found| audit || charity == Some(found.charity)).ok_or(Error::NotFound)?;
    found.paid_from = sql::paid_from(&mut connection, id).await?;
    if let Some((desk, roles)) = next_desk(found.status)
        && !sql::somebody_may(&mut connection, id, roles).await?
    {
        found.nobody_at = Some(desk);
    }
    Ok(found)
}

/// The desk whose step is next, and the roles that may take it.
fn next_desk(status: DisbursementStatus) -> Option<(Desk, &'static [Role])> {
    match status {
        DisbursementStatus::Requested => Some((Desk::Checker, CharityChecker::ROLES)),
        DisbursementStatus::Checked => Some((Desk::Checker, CharityApprover::ROLES)),
        DisbursementStatus::Approved => Some((Desk::Payer, CharityPayer::ROLES)),
        _ => None,
    }
}

/// The charity's own rule of a second approver.
pub async fn approval_rule(app: &App, reader: &BooksReader) -> Result<ApprovalRule> {
    let mut connection = app.pool.acquire().await?;
    Ok(ApprovalRule { from_fen: sql::approval_rule(&mut connection, reader.charity).await? })
}

/// Sets it for payments that are prepared from now on. It adds a pair of eyes; nothing takes one away.
pub async fn set_approval_rule(
    app: &App,
    Sure(owner): &Sure<CharityOwner>,
    rule: ApprovalRule,
) -> Result<ApprovalRule> {
    if let Some(from) = rule.from_fen {
        from.check_amount().map_err(|error| Error::invalid("from_fen", error.to_string()))?;
    }
    let charity = owner.acting.organisation;
    let mut tx = app.begin().await?;
    let before = sql::approval_rule(&mut tx, charity).await?;
    sql::set_approval_rule(&mut tx, &owner.acting, rule.from_fen, app.clock.now()).await?;
    let record = Record {
        verb: "approval_rule_set",
        subject_kind: "organisation",
        subject: charity.0,
        before: Some(json!({ "from_fen": before })),
        after: Some(json!(rule)),
        reason: None,
    };
    audit::record(app, &mut tx, &owner.acting, &owner.origin, record).await?;
    tx.commit().await?;
    Ok(rule)
}

/// What was paid for a public need, latest first.
pub async fn of_need(app: &App, need: NeedId) -> Result<List<PublicPayment>> {
    let mut tx = app.snapshot().await?;
    let items = sql::paid_for(&mut tx, need, PAID_MAX).await?.ok_or(Error::NotFound)?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// The payments of the caller's charity, latest first.
pub async fn list(app: &App, reader: &BooksReader, query: &PageQuery) -> Result<List<Disbursement>> {
    let after = query.after.as_deref().map(str::parse::<DisbursementId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let charity = reader.charity;
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = sql::of_charity(&mut tx, charity, after, limit).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    let count = Count::capped(sql::count(&mut tx, charity).await?);
    Ok(List { items, next, count })
}

/// A payment that was made and has not come back as a whole.
pub struct PaidOut {
    pub need: NeedId,
    pub amount: Fen,
    pub payee_name: String,
}

/// A payment of the charity that has left, locked.
pub async fn lock_paid(tx: &mut PgConnection, charity: OrganisationId, id: DisbursementId) -> Result<Option<PaidOut>> {
    let row = sql::lock(tx, id).await?;
    let row = row.filter(|row| row.charity == charity && row.status.counts_as_disbursed());
    Ok(row.map(|row| PaidOut { need: row.need, amount: row.amount, payee_name: row.paid_to.name }))
}

/// As [`lock_paid`], also one that bounced as a whole.
pub async fn lock_left(tx: &mut PgConnection, charity: OrganisationId, id: DisbursementId) -> Result<Option<PaidOut>> {
    let row = sql::lock(tx, id).await?;
    let left = |status: DisbursementStatus| status.counts_as_disbursed() || status == DisbursementStatus::Bounced;
    let row = row.filter(|row| row.charity == charity && left(row.status));
    Ok(row.map(|row| PaidOut { need: row.need, amount: row.amount, payee_name: row.paid_to.name }))
}

/// Of a locked payment something has not come back after all.
pub async fn set_paid_again(tx: &mut PgConnection, id: DisbursementId) -> Result<()> {
    Ok(sql::set_paid_again(tx, id).await?)
}

/// The payments on their way that would not be covered any more if an amount were taken from what is set aside for a
/// need; none where all of them would.
pub async fn counting_on(
    tx: &mut PgConnection,
    (need, charity): (NeedId, OrganisationId),
    amount: Fen,
) -> Result<Vec<CountedOn>> {
    let held = ledger::balance(tx, &Account::Allocated { need, charity }).await?;
    let reserved = sql::reserved(tx, need, charity, None).await?;
    if held.saturating_gap(amount) >= reserved {
        return Ok(Vec::new());
    }
    Ok(sql::on_their_way(tx, need, charity).await?)
}

/// All of a locked payment came back.
pub async fn set_bounced(tx: &mut PgConnection, id: DisbursementId) -> Result<()> {
    sql::set_bounced(tx, id).await?.one_row_or_conflict()
}

/// What of payments waits for this checker: those that somebody else prepared.
pub async fn waiting_to_be_checked(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_checked(tx, acting.organisation, acting.person).await?)
}

/// What of payments waits for this person's release: those that he did not prepare, that he may release although he
/// checked them, and whose payee is not held back.
pub async fn waiting_to_be_approved(tx: &mut PgConnection, acting: &Acting, now: DateTime<Utc>) -> Result<Waiting> {
    Ok(sql::waiting_to_be_approved(tx, acting.organisation, acting.person, now).await?)
}

/// What of payments waits for this payer: those that he neither prepared, checked nor approved.
pub async fn waiting_to_be_paid(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_paid(tx, acting.organisation, acting.person).await?)
}
