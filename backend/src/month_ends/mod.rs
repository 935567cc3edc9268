//! The end of a month of one bank account: books and bank agree or the difference has a name, and two people sign.
//!
//! What was signed is kept as it was. Of a signed month nothing is entered and nothing booked leaves (triggers,
//! `bank_day_sealed`) until two people open it again with the reason. What waited when it was signed is still cleared,
//! and shown as what came later. Deliberately absent: bookings; those are made where they are made.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::arrivals::{Viewer, viewer};
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Origin, Sure};
use chrono::NaiveDate;
use domain::api::month_ends::{AccountMonth, MonthEnd, MonthQuery, NewMonthEnd, ReopenMonth};
use domain::api::{Count, List};
use domain::month_end::{
    MonthNumbers, check_explanation, check_month, check_reopening, check_signer, month_of, unnamed,
};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{Fen, MonthEndId};
use serde_json::json;
use sqlx::PgConnection;

/// Months in one list.
const LIST_MAX: i64 = 120;

const GONE: &str = "这件事已经有人办过，请刷新页面";

/// Every month that was prepared, latest first.
pub async fn list(app: &App, viewer: &Viewer) -> Result<List<MonthEnd>> {
    let mut tx = app.snapshot().await?;
    let mut items = Vec::new();
    for known in sql::of_charity(&mut tx, viewer.charity(), LIST_MAX).await? {
        items.push(shown(&mut tx, viewer, known).await?);
    }
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Adds what this person may do, and what came later.
async fn shown(tx: &mut PgConnection, viewer: &Viewer, known: sql::Known) -> Result<MonthEnd> {
    let (maker, checker) = (viewer.has(Role::CharityMaker), viewer.has(Role::CharityChecker));
    let mut shown = known.shown;
    let stands = !shown.dropped && shown.reopened_at.is_none();
    let waits = stands && shown.signed_at.is_none();
    let (_, last) = month_of(shown.month);
    shown.may_sign = waits && checker && !viewer.is(known.prepared_by);
    shown.may_drop = waits && (maker || checker);
    let latest = stands && shown.signed_at.is_some() && known.sealed_until == Some(last);
    shown.may_reopen = latest && maker && known.reopen_asked_by.is_none();
    shown.may_confirm_reopening = latest && checker && known.reopen_asked_by.is_some_and(|by| !viewer.is(by));
    if let (true, Some(opening)) = (stands, known.opening) {
        let now = numbers(tx, &known.account, opening, month_of(shown.month)).await?;
        shown.later_fen = amount(now.closing_fen.checked_sub(shown.numbers.closing_fen))?;
    }
    Ok(shown)
}

fn amount<T>(sum: std::result::Result<T, domain::money::AmountError>) -> Result<T> {
    sum.map_err(|error| Error::Conflict(error.to_string()))
}

/// What the books say of a month: from the opening balance on.
async fn numbers(
    tx: &mut PgConnection,
    account: &domain::BankAccountId,
    (opening_on, opening): (NaiveDate, Fen),
    (first, last): (NaiveDate, NaiveDate),
) -> Result<MonthNumbers> {
    let begins = first.max(opening_on);
    let before = match begins.pred_opt() {
        Some(day) if day >= opening_on => sql::moved(tx, *account, (opening_on, day)).await?,
        _ => (Fen::ZERO, Fen::ZERO),
    };
    let opening = amount(MonthNumbers::new(opening, before.0, before.1))?.closing_fen;
    let within = sql::moved(tx, *account, (begins, last)).await?;
    amount(MonthNumbers::new(opening, within.0, within.1))
}

/// One month of one account as books and bank have it now.
pub async fn month(app: &App, viewer: &Viewer, query: MonthQuery) -> Result<AccountMonth> {
    let mut tx = app.snapshot().await?;
    let account = sql::account(&mut tx, viewer.charity(), query.bank_account).await?.ok_or(Error::NotFound)?;
    let (first, last) = month_of(query.month);
    let mut numbers_now = None;
    let mut differences = Vec::new();
    if let Some(opening) = account.opening {
        numbers_now = Some(numbers(&mut tx, &query.bank_account, opening, (first, last)).await?);
        differences = sql::differences(&mut tx, query.bank_account, (opening.0, last)).await?;
    }
    let stands = sql::standing(&mut tx, query.bank_account, first).await?;
    let turn = check_month(first, account.opening.map(|(day, _)| day), account.sealed_until, app.clock.today());
    let may_prepare = viewer.has(Role::CharityMaker) && stands.is_none() && turn.is_ok();
    let month_end = match stands {
        Some(known) => Some(shown(&mut tx, viewer, known).await?),
        None => None,
    };
    Ok(AccountMonth {
        bank_closing_fen: sql::bank_closing(&mut tx, query.bank_account, (first, last)).await?,
        bank_account: account.shown,
        first,
        last,
        numbers: numbers_now,
        differences,
        not_now: turn.err().filter(|_| month_end.is_none()).map(|error| error.to_string()),
        month_end,
        may_prepare,
    })
}

/// Prepares a month. The same id and content again gives the same answer.
pub async fn prepare(app: &App, maker: &CharityMaker, new: &NewMonthEnd) -> Result<MonthEnd> {
    let acting = &maker.acting;
    let (first, last) = month_of(new.month);
    let mut tx = app.begin().await?;
    let account = sql::lock_account(&mut tx, acting.organisation, new.bank_account).await?;
    let account = account.ok_or_else(|| Error::invalid("bank_account", "请选择本单位的银行账户"))?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        let same = known.charity == acting.organisation && known.says(new, first);
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        return if same { shown(&mut tx, &viewer(acting), known).await } else { Err(other()) };
    }
    check_month(first, account.opening.map(|(day, _)| day), account.sealed_until, app.clock.today())
        .map_err(|error| Error::Conflict(error.to_string()))?;
    let opening = account.opening.ok_or_else(Error::changed_meanwhile)?;
    if new.bank_closing_fen < Fen::ZERO {
        return Err(Error::invalid("bank_closing_fen", "请填写银行对账单月末的余额"));
    }
    let numbers = numbers(&mut tx, &new.bank_account, opening, (first, last)).await?;
    let differences = sql::differences(&mut tx, new.bank_account, (opening.0, last)).await?;
    let left = amount(unnamed(numbers, differences.iter().map(|row| row.fen), new.bank_closing_fen))?;
    check_explanation(left, &new.explanation)?;
    let inserted = sql::insert(&mut tx, new, (first, numbers, &differences), acting.person, app.clock.now()).await;
    inserted.on_constraint("month_end_stands", || Error::Conflict("这个月的月结已经编制，等待签字".into()))?;
    record(app, &mut tx, (acting, &maker.origin), ("month_end_prepared", new.id), None).await?;
    done(app, tx, acting, new.id).await
}

/// A second person signs what was prepared, if it is still so: the month is sealed.
pub async fn sign(app: &App, Sure(checker): &Sure<CharityChecker>, id: MonthEndId) -> Result<MonthEnd> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let known = lock(&mut tx, acting, id).await?;
    if known.shown.dropped || known.shown.signed_at.is_some() {
        return Err(Error::Conflict(GONE.into()));
    }
    check_signer(known.prepared_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    let opening = known.opening.ok_or_else(Error::changed_meanwhile)?;
    let (first, last) = month_of(known.shown.month);
    let numbers = numbers(&mut tx, &known.account, opening, (first, last)).await?;
    let differences = sql::differences(&mut tx, known.account, (opening.0, last)).await?;
    if numbers != known.shown.numbers || differences != known.shown.differences {
        return Err(Error::Conflict("编制以后账又有变动，请撤下这份，按新的数字重新编制".into()));
    }
    sql::decide(&mut tx, id, "signed", acting.person, app.clock.now())
        .await
        .on_constraint("month_end_four_eyes", || Error::Conflict("月结须由另一人签字".into()))?
        .one_row_or_conflict()?;
    sql::seal(&mut tx, known.account, Some(last)).await?;
    record(app, &mut tx, (acting, &checker.origin), ("month_end_signed", id), None).await?;
    done(app, tx, acting, id).await
}

/// It is prepared anew.
pub async fn drop_it(app: &App, desk: &CharityDesk, id: MonthEndId) -> Result<MonthEnd> {
    let acting = &desk.acting;
    let mut tx = app.begin().await?;
    let known = lock(&mut tx, acting, id).await?;
    if known.shown.dropped || known.shown.signed_at.is_some() {
        return Err(Error::Conflict(GONE.into()));
    }
    sql::decide(&mut tx, id, "dropped", acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    record(app, &mut tx, (acting, &desk.origin), ("month_end_dropped", id), None).await?;
    done(app, tx, acting, id).await
}

/// Asks to open the latest signed month again.
pub async fn reopen(app: &App, maker: &CharityMaker, id: MonthEndId, why: &ReopenMonth) -> Result<MonthEnd> {
    check_reopening(&why.reason)?;
    let reason = why.reason.trim();
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let known = latest(&mut tx, acting, id).await?;
    if known.reopen_asked_by.is_some() {
        return Err(Error::Conflict("已经有人申请重开，等另一位同事同意".into()));
    }
    sql::ask_reopening(&mut tx, id, reason, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    record(app, &mut tx, (acting, &maker.origin), ("month_end_reopening_asked", id), Some(reason)).await?;
    done(app, tx, acting, id).await
}

/// A second person agrees: it is open again.
pub async fn confirm_reopening(app: &App, Sure(checker): &Sure<CharityChecker>, id: MonthEndId) -> Result<MonthEnd> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let known = latest(&mut tx, acting, id).await?;
    let asked_by = known.reopen_asked_by.ok_or_else(|| Error::Conflict("还没有人申请重开这个月".into()))?;
    check_signer(asked_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    sql::set_reopened(&mut tx, id, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    let before = known.shown.month.pred_opt();
    let earlier = known.opening.is_some_and(|(opening_on, _)| before.is_some_and(|day| day >= opening_on));
    sql::seal(&mut tx, known.account, before.filter(|_| earlier)).await?;
    record(app, &mut tx, (acting, &checker.origin), ("month_end_reopened", id), known.shown.reopen_reason.as_deref())
        .await?;
    done(app, tx, acting, id).await
}

/// A month of the caller's charity, with its account locked.
async fn lock(tx: &mut PgConnection, acting: &Acting, id: MonthEndId) -> Result<sql::Known> {
    let known = sql::by_id(tx, id).await?.filter(|known| known.charity == acting.organisation);
    let known = known.ok_or(Error::NotFound)?;
    sql::lock_account(tx, acting.organisation, known.account).await?;
    sql::by_id(tx, id).await?.ok_or(Error::NotFound)
}

/// The latest month of its account that is signed.
async fn latest(tx: &mut PgConnection, acting: &Acting, id: MonthEndId) -> Result<sql::Known> {
    let known = lock(tx, acting, id).await?;
    let (_, last) = month_of(known.shown.month);
    let signed = known.shown.signed_at.is_some() && known.shown.reopened_at.is_none();
    if !signed || known.sealed_until != Some(last) {
        return Err(Error::Conflict("只能重开这个账户最近一个签过字的月份".into()));
    }
    Ok(known)
}

async fn done(
    app: &App,
    mut tx: sqlx::Transaction<'_, sqlx::Postgres>,
    acting: &Acting,
    id: MonthEndId,
) -> Result<MonthEnd> {
    let known = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let shown = shown(&mut tx, &viewer(acting), known).await?;
    tx.commit().await?;
    // Whether a page may offer a step depends on what is sealed.
    app.pages.forget_all();
    Ok(shown)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, MonthEndId),
    reason: Option<&str>,
) -> Result<()> {
    let record =
        Record { verb, subject_kind: "month_end", subject: id.0, before: None, after: Some(json!({})), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// What of months waits for this checker: those that somebody else prepared, or asked to open again.
pub async fn waiting_to_be_signed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_signed(tx, acting.organisation, acting.person).await?)
}
