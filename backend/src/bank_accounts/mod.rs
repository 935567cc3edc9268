//! A charity's bank accounts: its owner enters them, a second person confirms; so with opening balances and the end.
//!
//! Everything that chooses an account chooses from here. What a second person did not confirm counts for nothing.
//! Deliberately absent: what was booked on an account (`arrivals`, `outgoings`).

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{BooksReader, CharityApprover, CharityOwner, Origin, Sure};
use chrono::NaiveDate;
use domain::api::bank_accounts::{AccountStepOutcome, BankAccountRecord, NewAccountStep, NewBankAccount};
use domain::api::{Count, List};
use domain::bank_account::{AccountFacts, AccountStepKind, BankAccountStatus, check_second};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{AccountStepId, BankAccountId, OrganisationId, PersonId};
use serde_json::json;
use sqlx::PgConnection;

const ONE_AT_A_TIME: &str = "这个账户还有一件事等待确认，请先确认或撤回";

/// The accounts of the caller's charity, in the order in which they were entered.
pub async fn list(app: &App, reader: &BooksReader, me: &domain::api::sessions::Me) -> Result<List<BankAccountRecord>> {
    let charity = reader.charity;
    let roles: Vec<Role> =
        me.acting().filter(|own| own.organisation == charity).map(|membership| membership.role).collect();
    let mut tx = app.snapshot().await?;
    let items = read(&mut tx, charity, None, (reader.acting.person, &roles)).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// The accounts on which a charity has booked or may book.
pub async fn of_charity(app: &App, charity: OrganisationId) -> Result<Vec<BankAccountRecord>> {
    let mut tx = app.snapshot().await?;
    let all = sql::of_charity(&mut tx, charity, None).await?;
    Ok(all.into_iter().map(sql::Stored::into_record).filter(|account| account.status.has_books()).collect())
}

/// The caller's charity's account, if something that happened on this day can be booked on it.
///
/// # Errors
/// A sentence at `bank_account`.
pub async fn usable(tx: &mut PgConnection, charity: OrganisationId, id: BankAccountId, day: NaiveDate) -> Result<()> {
    let known = sql::lock_to_read(tx, id).await?.filter(|known| known.charity == charity);
    let known = known.filter(|known| known.status.has_books());
    let known = known.ok_or_else(|| Error::invalid("bank_account", "请选择本单位的银行账户"))?;
    if known.closed_on.is_some_and(|closed| day > closed) {
        return Err(Error::invalid("bank_account", "这个账户在这一天之前已经销户，请核对账户和日期"));
    }
    Ok(())
}

/// The only account in use of a charity, where there is one and no other.
async fn only(tx: &mut PgConnection, charity: OrganisationId) -> Result<Option<BankAccountId>> {
    let all = sql::of_charity(tx, charity, None).await?;
    let mut open = all.iter().filter(|account| account.status == BankAccountStatus::Open);
    let first = open.next();
    Ok(first.filter(|_| open.next().is_none()).map(|account| account.id))
}

/// From which account something was paid: the one that was said, or the only one that there is.
///
/// # Errors
/// A sentence at `bank_account` where it is not the charity's.
pub async fn paid_from(
    tx: &mut PgConnection,
    charity: OrganisationId,
    said: Option<BankAccountId>,
    day: NaiveDate,
) -> Result<Option<BankAccountId>> {
    match said {
        Some(id) => usable(tx, charity, id, day).await.map(|()| Some(id)),
        None => only(tx, charity).await,
    }
}

/// The accounts with what was proposed of them, and what this person may do about it.
async fn read(
    tx: &mut PgConnection,
    charity: OrganisationId,
    id: Option<BankAccountId>,
    (person, roles): (PersonId, &[Role]),
) -> Result<Vec<BankAccountRecord>> {
    let accounts = sql::of_charity(tx, charity, id).await?;
    let ids: Vec<BankAccountId> = accounts.iter().map(|account| account.id).collect();
    let steps = sql::steps(tx, &ids).await?;
    let second = roles.iter().any(|role| CharityApprover::ROLES.contains(role));
    let with_steps = |account: sql::Stored| {
        let own = steps.iter().filter(|step| step.account == account.id).map(|step| {
            let mut shown = step.shown.clone();
            shown.may_confirm = shown.outcome.is_none() && second && step.proposed_by != person;
            shown.may_drop = shown.outcome.is_none() && second;
            shown
        });
        let steps = own.collect();
        BankAccountRecord { steps, ..account.into_record() }
    };
    Ok(accounts.into_iter().map(with_steps).collect())
}

async fn one(app: &App, acting: &Acting, id: BankAccountId) -> Result<BankAccountRecord> {
    let mut tx = app.snapshot().await?;
    let found = read(&mut tx, acting.organisation, Some(id), (acting.person, &[acting.role])).await?;
    found.into_iter().next().ok_or(Error::NotFound)
}

/// The owner enters an account. The same id and content again gives the same answer.
pub async fn enter(app: &App, Sure(owner): &Sure<CharityOwner>, new: &NewBankAccount) -> Result<BankAccountRecord> {
    let digits = new.input.check(app.clock.today())?;
    let (acting, now) = (&owner.acting, app.clock.now());
    let mut tx = app.begin().await?;
    if let Some(known) = sql::lock(&mut tx, new.id).await? {
        let same = known.charity == acting.organisation && known.says(new, &digits);
        let other = || Error::Conflict("这个编号已经登记过另一个账户，请重新打开页面填写".into());
        return if same { one(app, acting, new.id).await } else { Err(other()) };
    }
    let twice = || Error::invalid("account_no", "这个账号已经登记过，不用再登记");
    let entered = sql::insert(&mut tx, new, &digits, acting.organisation, now).await;
    entered.on_constraint("bank_account_number_once", twice)?;
    let step = NewAccountStep {
        id: app.clock.id(),
        kind: AccountStepKind::Open,
        on_day: new.input.opened_on,
        amount_fen: None,
        reason: String::new(),
    };
    sql::insert_step(&mut tx, new.id, &step, acting.person, now).await?;
    record(app, &mut tx, (acting, &owner.origin), "bank_account_proposed", new.id, (&step, None)).await?;
    tx.commit().await?;
    one(app, acting, new.id).await
}

/// The owner proposes an opening balance, its correction, or the account's end.
pub async fn propose(
    app: &App,
    Sure(owner): &Sure<CharityOwner>,
    id: BankAccountId,
    step: &NewAccountStep,
) -> Result<BankAccountRecord> {
    let acting = &owner.acting;
    let mut tx = app.begin().await?;
    let known = sql::lock(&mut tx, id).await?.filter(|known| known.charity == acting.organisation);
    let known = known.ok_or(Error::NotFound)?;
    if let Some(before) = sql::step(&mut tx, step.id).await? {
        let same = before.account == id && before.says(step);
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        return if same { one(app, acting, id).await } else { Err(other()) };
    }
    let facts = facts(&mut tx, &known).await?;
    facts.check(step.kind).map_err(|error| Error::Conflict(error.to_string()))?;
    facts.check_words(step.kind, (step.on_day, step.amount_fen), &step.reason, app.clock.today())?;
    let inserted = sql::insert_step(&mut tx, id, step, acting.person, app.clock.now()).await;
    inserted.on_constraint("bank_account_step_waits", || Error::Conflict(ONE_AT_A_TIME.into()))?;
    record(app, &mut tx, (acting, &owner.origin), "bank_account_step_proposed", id, (step, None)).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

async fn facts(tx: &mut PgConnection, known: &sql::Stored) -> Result<AccountFacts> {
    Ok(AccountFacts {
        status: known.status,
        opened_on: known.opened_on,
        has_balance: known.opening.is_some(),
        sealed: known.sealed_until.is_some(),
        receives: sql::receives(tx, known.id).await?,
    })
}

/// A second person agrees: from now on it counts.
pub async fn confirm(app: &App, Sure(second): &Sure<CharityApprover>, id: AccountStepId) -> Result<BankAccountRecord> {
    let acting = &second.acting;
    let mut tx = app.begin().await?;
    let (known, step) = waiting(&mut tx, acting, id).await?;
    check_second(step.proposed_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    let kind = step.shown.kind;
    facts(&mut tx, &known).await?.check(kind).map_err(|error| Error::Conflict(error.to_string()))?;
    if kind == AccountStepKind::Close && sql::booked_after(&mut tx, known.id, step.shown.on_day).await? {
        return Err(Error::Conflict("这个账户在销户日期之后还有流水，请核对日期".into()));
    }
    sql::decide(&mut tx, id, AccountStepOutcome::Confirmed, acting.person, app.clock.now())
        .await
        .on_constraint("bank_account_step_four_eyes", || Error::Conflict("须由另一人确认".into()))?
        .one_row_or_conflict()?;
    match (kind, step.shown.amount_fen) {
        (AccountStepKind::Open, _) => sql::set_open(&mut tx, known.id).await,
        (AccountStepKind::Balance, Some(amount)) => {
            sql::set_balance(&mut tx, known.id, step.shown.on_day, amount).await
        }
        (AccountStepKind::Balance, None) => return Err(Error::changed_meanwhile()),
        (AccountStepKind::Close, _) => sql::set_closed(&mut tx, known.id, step.shown.on_day).await,
    }?
    .one_row_or_conflict()?;
    let said = step.as_new();
    let outcome = Some(AccountStepOutcome::Confirmed);
    record(app, &mut tx, (acting, &second.origin), "bank_account_step_confirmed", known.id, (&said, outcome)).await?;
    tx.commit().await?;
    one(app, acting, known.id).await
}

/// Whoever proposed it takes it back, or a second person does not agree.
pub async fn drop_step(app: &App, person: &CharityApprover, id: AccountStepId) -> Result<BankAccountRecord> {
    let acting = &person.acting;
    let mut tx = app.begin().await?;
    let (known, step) = waiting(&mut tx, acting, id).await?;
    let outcome = AccountStepOutcome::Dropped;
    sql::decide(&mut tx, id, outcome, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    if step.shown.kind == AccountStepKind::Open {
        sql::set_refused(&mut tx, known.id).await?.one_row_or_conflict()?;
    }
    let said = step.as_new();
    let (who, what) = ((acting, &person.origin), (&said, Some(outcome)));
    record(app, &mut tx, who, "bank_account_step_dropped", known.id, what).await?;
    tx.commit().await?;
    one(app, acting, known.id).await
}

/// A step of the caller's charity that nobody has decided on, with its account, both locked.
async fn waiting(tx: &mut PgConnection, acting: &Acting, id: AccountStepId) -> Result<(sql::Stored, sql::Step)> {
    let step = sql::step(tx, id).await?.ok_or(Error::NotFound)?;
    let known = sql::lock(tx, step.account).await?.filter(|known| known.charity == acting.organisation);
    let known = known.ok_or(Error::NotFound)?;
    // Read again under the lock of its account.
    let step = sql::step(tx, id).await?.filter(|step| step.shown.outcome.is_none());
    let step = step.ok_or_else(|| Error::Conflict("这件事已经有人办过，请刷新页面".into()))?;
    Ok((known, step))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    verb: &'static str,
    id: BankAccountId,
    (step, outcome): (&NewAccountStep, Option<AccountStepOutcome>),
) -> Result<()> {
    let after = json!({ "kind": step.kind, "day": step.on_day, "amount_fen": step.amount_fen, "outcome": outcome });
    let reason = Some(step.reason.trim()).filter(|reason| !reason.is_empty());
    let record = Record { verb, subject_kind: "bank_account", subject: id.0, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// What of accounts waits for this person: what somebody else proposed.
pub async fn waiting_to_be_confirmed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_confirmed(tx, acting.organisation, acting.person).await?)
}
