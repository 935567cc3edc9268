//! Money given back to its giver: prepared by one, approved by a second, paid by a third person.
//!
//! Its lots are chosen and written down when it is prepared, and nothing else takes them until it is paid or rejected
//! (`lot_reserved`). When it is paid, what arrived for its pledge is less by it. What a need
//! left goes back from its surplus. Deliberately absent: money that is set aside for a need; that is released first.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{BooksReader, Caller, CharityChecker, CharityMaker, CharityPayer, Giver, Origin, Sure};
use crate::mail::letter::correction::{GiftReturned, ReturnTakenBack};
use crate::mail::{self, Letter};
use crate::pledges::Viewer;
use crate::{bank_accounts, campaigns, ledger, pledges, surpluses};
use domain::api::campaigns::PageQuery;
use domain::api::returns::{GiftReturn, NewReturn, RejectReturn, ReturnPaid, ReturnedToGiver};
use domain::api::{Count, List};
use domain::day::check_past;
use domain::giving_back::{ReturnHands, ReturnStatus};
use domain::ledger::{Account, Asset, Event, LotBalance, ReturnedFrom, take_lots};
use domain::organisation::Acting;
use domain::pledge::Restriction;
use domain::todo::Waiting;
use domain::{EventId, Fen, LotId, PledgeId, Problems, ReturnId, SurplusId};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Returns on one page of a list.
const PAGE: usize = 50;
/// Characters of a bank's number of a payment.
const REFERENCE_MAX: usize = 64;

/// Prepares a return and reserves its lots. The same id and content again gives the same answer.
pub async fn prepare(app: &App, maker: &CharityMaker, new: &NewReturn) -> Result<GiftReturn> {
    let digits = new.input.check()?;
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        let same = known.charity == acting.organisation && known.says(new, &digits);
        let other = || Error::Conflict("这个编号已经记录过另一笔退回，请重新打开页面填写".into());
        return if same { Ok(known.shown) } else { Err(other()) };
    }
    let (from, held) = match new.surplus {
        Some(surplus) => left_of(app, &mut tx, acting, (new, surplus)).await?,
        None => source(&mut tx, acting, new).await?,
    };
    let takes = take_lots(&held, new.input.amount).map_err(|error| {
        let asked = new.input.amount;
        Error::invalid("amount_fen", format!("还在账上、没有安排用途的只有 {}，不能退回 {asked}", error.held))
    })?;
    campaigns::lots_may_move(&mut tx, takes.iter().map(|(lot, _)| *lot)).await?;
    let inserted = sql::insert(&mut tx, new, &digits, acting, app.clock.now()).await;
    inserted.on_constraint("gift_return_pkey", || Error::Conflict("这笔退回刚刚已经记录，请刷新".into()))?;
    sql::insert_takes(&mut tx, new.id, &Account::from(from), &takes).await?;
    record(app, &mut tx, (acting, &maker.origin), ("return_prepared", new.id), new.input.amount, None).await?;
    let made = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(made.shown)
}

/// What a need left of a pledge, or of a part that no pledge has.
async fn left_of(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    (new, surplus): (&NewReturn, SurplusId),
) -> Result<(ReturnedFrom, Vec<LotBalance>)> {
    let lots = match (new.pledge, new.lot) {
        (Some(pledge), None) => sql::lots_of(tx, pledge).await?,
        (None, Some(lot)) if sql::free_part(tx, acting.organisation, lot).await?.is_some() => vec![lot],
        _ => return Err(Error::invalid("pledge", "请选择一笔认捐，或一份没有归入认捐的到账款")),
    };
    let (need, mut held, free) = surpluses::free(app, tx, acting, surplus).await?;
    held.retain(|held| lots.contains(&held.lot));
    if free < new.input.amount {
        let asked = new.input.amount;
        return Err(Error::invalid("amount_fen", format!("这笔结余还没有安排的只有 {free}，不能退回 {asked}")));
    }
    Ok((ReturnedFrom::Surplus { need }, held))
}

/// From which account, and what of it is free.
async fn source(tx: &mut PgConnection, acting: &Acting, new: &NewReturn) -> Result<(ReturnedFrom, Vec<LotBalance>)> {
    let (from, lots) = origin(tx, acting, new).await?;
    let mut held = ledger::free(tx, &from.into(), Asset::Cny).await?;
    held.retain(|held| lots.contains(&held.lot));
    Ok((from, held))
}

/// From which account, and of which lots.
async fn origin(tx: &mut PgConnection, acting: &Acting, new: &NewReturn) -> Result<(ReturnedFrom, Vec<LotId>)> {
    match (new.pledge, new.lot) {
        (Some(id), None) => {
            let pledge = pledges::lock(tx, &[id]).await?.into_iter().next();
            let pledge = pledge.filter(|pledge| pledge.charity == acting.organisation);
            let pledge = pledge.ok_or_else(|| Error::invalid("pledge", "没有找到向本单位作出的这笔认捐"))?;
            let from = match pledge.restriction {
                Restriction::Directed => ReturnedFrom::Directed { pledge: id },
                Restriction::Undirected => ReturnedFrom::General { campaign: pledge.campaign, charity: pledge.charity },
            };
            Ok((from, sql::lots_of(tx, id).await?))
        }
        (None, Some(lot)) => {
            let part = sql::free_part(tx, acting.organisation, lot).await?;
            let part = part.ok_or_else(|| Error::invalid("lot", "没有找到这一份款，或它已经归入认捐，请从认捐退回"))?;
            Ok((part, vec![lot]))
        }
        _ => Err(Error::invalid("pledge", "请选择一笔认捐，或一份没有归入认捐的到账款")),
    }
}

/// A second person agrees.
pub async fn approve(app: &App, Sure(checker): &Sure<CharityChecker>, id: ReturnId) -> Result<GiftReturn> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let known = lock(&mut tx, acting, id, ReturnStatus::Approved).await?;
    let hands = ReturnHands { approved_by: Some(acting.person), ..known.hands };
    hands.check().map_err(|error| Error::Conflict(error.to_string()))?;
    sql::set_approved(&mut tx, id, acting.person, app.clock.now())
        .await
        .on_constraint("gift_return_three_people", || Error::Conflict("经办、复核和付款须是三个人".into()))?
        .one_row_or_conflict()?;
    done(app, tx, (acting, &checker.origin), ("return_approved", &known), None).await
}

/// It does not go back: its money is free again.
pub async fn reject(app: &App, checker: &CharityChecker, id: ReturnId, why: &RejectReturn) -> Result<GiftReturn> {
    let reason = why.reason.trim();
    if !(5..=200).contains(&reason.chars().count()) {
        return Err(Error::invalid("reason", "请写明为什么不退（5 至 200 字）"));
    }
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let known = lock(&mut tx, acting, id, ReturnStatus::Rejected).await?;
    if known.shown.status == ReturnStatus::Approved && !why.not_paid {
        let ask = "这笔退回已同意，出纳可能已在银行付款。请先问明出纳：还没有付的，勾选后再驳回；已付的请出纳登记";
        return Err(Error::invalid("not_paid", ask));
    }
    sql::set_rejected(&mut tx, id, known.shown.status, reason).await?.one_row_or_conflict()?;
    done(app, tx, (acting, &checker.origin), ("return_rejected", &known), Some(reason)).await
}

/// A third person has paid it: it has not arrived any more, and its giver is told.
///
/// The bank was first, so nothing may stand in the way: the lots were reserved when it was prepared.
pub async fn pay(app: &App, Sure(payer): &Sure<CharityPayer>, id: ReturnId, paid: &ReturnPaid) -> Result<GiftReturn> {
    let mut problems = Problems::new();
    if let Err(wrong) = check_past(paid.paid_on, app.clock.today()) {
        problems.add("paid_on", format!("付款日期{wrong}，请对照银行回单"));
    }
    let written = (1..=REFERENCE_MAX).contains(&paid.bank_reference.trim().chars().count());
    problems.require(written, "bank_reference", "请填写银行付款流水号（最多 64 个字）");
    problems.none_or_err()?;
    let acting = &payer.acting;
    let mut tx = app.begin().await?;
    let known = lock(&mut tx, acting, id, ReturnStatus::Paid).await?;
    let hands = ReturnHands { paid_by: Some(acting.person), ..known.hands };
    hands.check().map_err(|error| Error::Conflict(error.to_string()))?;
    let account = bank_accounts::paid_from(&mut tx, acting.organisation, paid.bank_account, paid.paid_on).await?;
    let account = account.ok_or_else(|| Error::invalid("bank_account", "请选择从哪个账户付的款"))?;
    let takes = sql::takes(&mut tx, id).await?;
    let owners = sql::owners(&mut tx, id).await?;
    let locked = pledges::lock(&mut tx, &owners.keys().copied().collect::<Vec<_>>()).await?;
    let event = Event::Returned {
        record: EventId(id.0),
        from: returned_from(&takes)?,
        asset: Asset::Cny,
        takes: takes.into_iter().map(|(_, lot, amount)| (lot, amount)).collect(),
        paid_on: paid.paid_on,
    };
    ledger::post(app, &mut tx, &event).await?;
    less(app, &mut tx, locked, &owners).await?;
    sql::set_paid(&mut tx, id, (acting.person, account), paid, app.clock.now())
        .await
        .on_constraint("gift_return_three_people", || Error::Conflict("经办、复核和付款须是三个人".into()))?
        .one_row_or_conflict()?;
    if let Some(pledge) = known.shown.pledge {
        tell(app, &mut tx, pledge, &known.shown, paid).await?;
    }
    let shown = done(app, tx, (acting, &payer.origin), ("return_paid", &known), None).await?;
    app.pages.forget_all();
    Ok(shown)
}

/// All lots of a return are taken from one account.
fn returned_from(takes: &[(Account, LotId, Fen)]) -> Result<ReturnedFrom> {
    let from = match takes.first().map(|(account, ..)| *account) {
        Some(Account::Directed { pledge }) => Some(ReturnedFrom::Directed { pledge }),
        Some(Account::General { campaign, charity }) => Some(ReturnedFrom::General { campaign, charity }),
        Some(Account::Unmatched { bank_account }) => Some(ReturnedFrom::Unmatched { bank_account }),
        Some(Account::Surplus { need }) => Some(ReturnedFrom::Surplus { need }),
        _ => None,
    };
    from.ok_or_else(Error::changed_meanwhile)
}

/// What arrived for the pledges of the lots is less by what went back.
async fn less(
    app: &App,
    tx: &mut PgConnection,
    locked: Vec<pledges::Locked>,
    owners: &BTreeMap<PledgeId, Fen>,
) -> Result<()> {
    let mut changes = Vec::new();
    for pledge in locked {
        let gone = owners.get(&pledge.id).copied().unwrap_or_default();
        let change = Fen::ZERO.checked_sub(gone).map_err(|error| Error::Conflict(error.to_string()))?;
        changes.push((pledge, change));
    }
    pledges::book_arrivals(app, tx, &changes).await
}

async fn tell(app: &App, tx: &mut PgConnection, pledge: PledgeId, known: &GiftReturn, paid: &ReturnPaid) -> Result<()> {
    let Some(enterprise) = sql::enterprise_of(tx, pledge).await? else { return Ok(()) };
    let letter = GiftReturned {
        reference: known.reference.map(|reference| reference.to_string()).unwrap_or_default(),
        amount: known.input.amount,
        paid_on: paid.paid_on,
        ground: known.input.ground.label().to_owned(),
        path: format!("/pledges/{pledge}"),
    };
    mail::write_to(tx, app, (enterprise, Giver::ROLES), &Letter::GiftReturned(letter)).await
}

/// The pledges whose money a return took, locked, each with how much.
pub struct Owners {
    locked: Vec<pledges::Locked>,
    gone: BTreeMap<PledgeId, Fen>,
}

pub async fn lock_owners(tx: &mut PgConnection, id: ReturnId) -> Result<Owners> {
    let gone = sql::owners(tx, id).await?;
    let locked = pledges::lock(tx, &gone.keys().copied().collect::<Vec<_>>()).await?;
    Ok(Owners { locked, gone })
}

/// It was not paid: it waits to be, its money has arrived again, and its giver is told. Its transfers are taken back
/// already.
pub async fn take_back(app: &App, tx: &mut PgConnection, id: ReturnId, owners: Owners) -> Result<()> {
    let known = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
    let again = |pledge: pledges::Locked| {
        let amount = owners.gone.get(&pledge.id).copied().unwrap_or_default();
        (pledge, amount)
    };
    pledges::book_arrivals(app, tx, &owners.locked.into_iter().map(again).collect::<Vec<_>>()).await?;
    sql::set_approved_again(tx, id).await?.one_row_or_conflict()?;
    let Some(pledge) = known.shown.pledge else { return Ok(()) };
    let Some(enterprise) = sql::enterprise_of(tx, pledge).await? else { return Ok(()) };
    let letter = ReturnTakenBack {
        reference: known.shown.reference.map(|reference| reference.to_string()).unwrap_or_default(),
        amount: known.shown.input.amount,
        paid_on: known.shown.paid_on,
        path: format!("/pledges/{pledge}"),
    };
    mail::write_to(tx, app, (enterprise, Giver::ROLES), &Letter::ReturnTakenBack(letter)).await
}

/// Locks the surplus that a return is of, if any; to be called before anything else of it is locked.
pub async fn hold_surplus(tx: &mut PgConnection, id: ReturnId) -> Result<()> {
    let surplus = sql::surplus_of(tx, id).await?;
    surpluses::hold(tx, surplus).await
}

/// A return of the caller's charity that may go to this state, locked.
async fn lock(tx: &mut PgConnection, acting: &Acting, id: ReturnId, next: ReturnStatus) -> Result<sql::Known> {
    hold_surplus(tx, id).await?;
    sql::lock(tx, id).await?;
    let known = sql::by_id(tx, id).await?.filter(|known| known.charity == acting.organisation);
    let known = known.ok_or(Error::NotFound)?;
    if known.shown.status.may_become(next) {
        return Ok(known);
    }
    Err(Error::Conflict(format!("这笔退回现在是“{}”，不能这样办", known.shown.status.label())))
}

async fn done(
    app: &App,
    mut tx: sqlx::Transaction<'_, sqlx::Postgres>,
    who: (&Acting, &Origin),
    (verb, known): (&'static str, &sql::Known),
    reason: Option<&str>,
) -> Result<GiftReturn> {
    record(app, &mut tx, who, (verb, known.shown.id), known.shown.input.amount, reason).await?;
    let shown = sql::by_id(&mut tx, known.shown.id).await?.ok_or(Error::NotFound)?.shown;
    tx.commit().await?;
    Ok(shown)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, ReturnId),
    amount: Fen,
    reason: Option<&str>,
) -> Result<()> {
    let after = Some(json!({ "amount_fen": amount }));
    let record = Record { verb, subject_kind: "gift_return", subject: id.0, before: None, after, reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// The returns of the caller's charity, latest first.
pub async fn list(app: &App, reader: &BooksReader, query: &PageQuery) -> Result<List<GiftReturn>> {
    let after = query.after.as_deref().map(str::parse::<ReturnId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let charity = reader.charity;
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = sql::of_charity(&mut tx, charity, after, limit).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(List { items, next, count: Count::capped(sql::count(&mut tx, charity).await?) })
}

pub async fn get(app: &App, reader: &BooksReader, id: ReturnId) -> Result<GiftReturn> {
    let mut connection = app.pool.acquire().await?;
    let known = sql::by_id(&mut connection, id).await?;
    let known = known.filter(|known| known.charity == reader.charity);
    Ok(known.ok_or(Error::NotFound)?.shown)
}

/// What of a pledge went back, for those who may read the pledge.
pub async fn of_pledge(app: &App, caller: &Caller, id: PledgeId) -> Result<List<ReturnedToGiver>> {
    pledges::read(app, &Viewer::from(caller), id).await?;
    let mut connection = app.pool.acquire().await?;
    let items = sql::paid_of_pledge(&mut connection, id).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Refuses where some of these lots are reserved to go back.
pub async fn none_under_way(tx: &mut PgConnection, lots: &[LotId]) -> Result<()> {
    if sql::reserved(tx, lots).await? {
        return Err(Error::Conflict("这笔款有一份退回正在办理，请先办完或驳回那份退回".into()));
    }
    Ok(())
}

/// What of returns waits for this checker: those that somebody else prepared.
pub async fn waiting_to_be_approved(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation, ReturnStatus::Requested, acting.person).await?)
}

/// What of returns waits for this payer: those that two others prepared and approved.
pub async fn waiting_to_be_paid(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation, ReturnStatus::Approved, acting.person).await?)
}
