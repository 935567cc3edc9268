//! Arrived money that is set aside for needs: by the charity, and by givers that point their own at a need.
//!
//! A request moves nothing; what the charity accepts lies on the need's account until it is paid, released, or put to
//! another purpose (`purpose_changes`). Deliberately absent: payments, and what fits an enterprise (`matching`).

mod balances;
mod http;
pub mod idle;
mod sql;

pub use balances::balances;
pub use http::routes;
pub use sql::{Locked, Source};

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{AllocationDesk, Audit, Caller, CharityMaker, CharityStaff, Enterprise, FundParty, Giver};
use crate::mail::letter::NamedNeed;
use crate::mail::letter::fund::{FundNews, FundStep};
use crate::mail::{self, Letter};
use crate::{campaigns, charity_books, ledger, needs, pledges};
use domain::allocation::{AllocationError, AllocationStatus, PointingFacts};
use domain::api::allocations::{Allocation, AllocationReason, AllocationRow, NewAllocation, NewAllocationRequest};
use domain::api::campaigns::PageQuery;
use domain::api::{Count, List};
use domain::ledger::{Account, Asset, Event, Fund};
use domain::need::{NeedStatus, check_reason};
use domain::organisation::Acting;
use domain::pledge::Restriction;
use domain::todo::Waiting;
use domain::{AllocationId, Fen, NeedId, OrganisationId, PledgeId};
use serde_json::json;
use sqlx::PgConnection;

/// Rows on one page of a list.
const PAGE: usize = 50;

/// The charity sets arrived money aside for a need that its giver chose, or a campaign's undirected money for any need.
/// The same id and content again gives the same answer.
pub async fn allocate(app: &App, maker: &CharityMaker, new: &NewAllocation) -> Result<Allocation> {
    new.amount_fen.check_amount().map_err(|error| Error::invalid("amount_fen", error.to_string()))?;
    let charity = maker.acting.organisation;
    let mut tx = app.begin().await?;
    if let Some(recorded) = sql::by_id(&mut tx, new.id).await? {
        return allocated_before(&recorded, charity, new);
    }
    let (source, free) = source(app, &mut tx, charity, new).await?;
    let facts = sql::lock_need(&mut tx, new.need).await?.filter(|facts| facts.takes_money && is_public(facts.status));
    if facts.is_none() {
        return Err(Error::invalid("need", "没有这条公开的需求"));
    }
    if let Some(free) = free.filter(|free| *free < new.amount_fen) {
        return Err(too_little(free, new.amount_fen));
    }
    let row = sql::NewRow {
        id: new.id,
        charity,
        need: new.need,
        source,
        amount: new.amount_fen,
        made_by: maker.acting.person,
        now: app.clock.now(),
    };
    set_aside(app, &mut tx, &row).await?;
    let after = json!({ "need": new.need, "amount_fen": new.amount_fen, "pledge": new.pledge });
    let record = Record {
        verb: "allocated",
        subject_kind: "allocation",
        subject: new.id.0,
        before: None,
        after: Some(after),
        reason: None,
    };
    audit::record(app, &mut tx, &maker.acting, &maker.origin, record).await?;
    let recorded = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(short(&recorded))
}

fn short(row: &AllocationRow) -> Allocation {
    Allocation {
        id: row.id,
        need: row.need,
        pledge: row.pledge,
        campaign: row.campaign,
        amount_fen: row.amount_fen,
        made_at: row.made_at,
    }
}

fn allocated_before(known: &AllocationRow, charity: OrganisationId, new: &NewAllocation) -> Result<Allocation> {
    let same = known.charity == charity
        && (known.need, known.pledge, known.campaign, known.amount_fen)
            == (new.need, new.pledge, new.campaign, new.amount_fen);
    if same { Ok(short(known)) } else { Err(Error::Conflict("这个编号已经记录过另一笔分配".into())) }
}

/// Needs that were public stay so; money may be set aside for them until they are set aside themselves.
const fn is_public(status: NeedStatus) -> bool {
    !matches!(status, NeedStatus::Draft | NeedStatus::TownReview | NeedStatus::FederationReview | NeedStatus::Returned)
}

fn too_little(held: Fen, asked: Fen) -> Error {
    Error::invalid("amount_fen", format!("可分配的到账款只有 {held}，不能分配 {asked}"))
}

/// From where the money comes, and of a pledge what of its row is free. A giver's money goes where the giver has pointed
/// it and nowhere else.
async fn source(
    app: &App,
    tx: &mut PgConnection,
    charity: OrganisationId,
    new: &NewAllocation,
) -> Result<(Source, Option<Fen>)> {
    let position = match new.pledge {
        Some(id) => {
            let pledge = pledges::lock(tx, &[id]).await?.into_iter().next();
            let pledge = pledge.filter(|pledge| pledge.charity == charity);
            let pledge = pledge.ok_or_else(|| Error::invalid("pledge", "没有找到向本单位作出的这笔认捐"))?;
            if pledge.restriction == Restriction::Undirected {
                return Err(Error::invalid("pledge", "这笔认捐是非定向的，请从活动的非定向款分配"));
            }
            let row = pledges::designations::row_for(tx, app, id, new.need).await?;
            let other = || Error::invalid("need", "捐赠方没有指定这条需求，不能把这笔定向款用于这里");
            Some(row.ok_or_else(other)?.position)
        }
        None => None,
    };
    let source =
        Source::of(new, position).ok_or_else(|| Error::invalid("pledge", "请选择一笔定向认捐或活动的非定向款之一"))?;
    match source {
        Source::Row(pledge, position) => {
            let balance = sql::balance(tx, pledge, position).await?.ok_or(Error::NotFound)?;
            Ok((source, Some(balance.free())))
        }
        Source::Campaign(campaign) => {
            let receives = campaigns::of_charity(tx, campaign, charity).await?;
            receives.ok_or_else(|| Error::invalid("campaign", "本单位不接收这个活动的捐款"))?;
            Ok((source, None))
        }
    }
}

/// Where the money of a source lies.
const fn fund(source: Source, charity: OrganisationId) -> Fund {
    match source {
        Source::Row(pledge, _) => Fund::Directed { pledge },
        Source::Campaign(campaign) => Fund::General { campaign, charity },
    }
}

/// Writes that money is set aside, and moves it.
pub async fn set_aside(app: &App, tx: &mut PgConnection, new: &sql::NewRow) -> Result<()> {
    let takes = take(tx, new.source, new.charity, new.amount).await?;
    sql::insert_accepted(tx, new)
        .await
        .on_constraint("allocation_pkey", || Error::Conflict("这笔分配刚刚已经记录，请刷新".into()))?;
    move_aside(app, tx, (new.id, new.source), (new.need, new.charity), takes).await
}

async fn take(
    tx: &mut PgConnection,
    source: Source,
    charity: OrganisationId,
    amount: Fen,
) -> Result<domain::ledger::event::Takes> {
    let from: Account = fund(source, charity).into();
    let takes = ledger::take(tx, &from, Asset::Cny, amount, |held| too_little(held, amount)).await?;
    campaigns::lots_may_move(tx, takes.iter().map(|(lot, _)| *lot)).await?;
    Ok(takes)
}

async fn move_aside(
    app: &App,
    tx: &mut PgConnection,
    (allocation, source): (AllocationId, Source),
    (need, charity): (NeedId, OrganisationId),
    takes: domain::ledger::event::Takes,
) -> Result<()> {
    let (from, on) = (fund(source, charity), app.clock.today());
    let event = Event::Allocated { allocation, from, need, charity, asset: Asset::Cny, takes, on };
    ledger::post(app, tx, &event).await.map(|_| ())
}

/// The lots that one has set aside, all of which must still be there, beside what payments on their way count on.
///
/// # Errors
/// A conflict that lists the payments.
async fn still_there(tx: &mut PgConnection, own: &Locked) -> Result<domain::ledger::event::Takes> {
    let account = Account::Allocated { need: own.need, charity: own.charity };
    let held = ledger::lock(tx, &account, Asset::Cny).await?;
    let takes = sql::lots(tx, own.id).await?;
    let there = takes.iter().all(|(lot, amount)| held.iter().any(|held| held.lot == *lot && held.amount >= *amount));
    let sum = Fen::sum(held.iter().map(|held| held.amount)).map_err(|error| Error::Conflict(error.to_string()))?;
    let unreserved = sum.saturating_gap(sql::reserved(tx, own.need, own.charity).await?);
    if !there || unreserved < own.amount {
        let payments = sql::payments(tx, own.need, own.charity).await?;
        return Err(Error::Conflict(if payments.is_empty() {
            "这笔款已经转为结余，不能收回；怎样处理的见需求页面的“结余”".into()
        } else {
            format!("这笔款已经付出或正在拨付，不能收回。有关的拨付：{}", payments.join("；"))
        }));
    }
    Ok(takes)
}

/// Whether what is set aside could go back; nothing moves.
///
/// # Errors
/// A conflict that lists the payments.
pub async fn may_give_back(tx: &mut PgConnection, own: &Locked) -> Result<()> {
    still_there(tx, own).await.map(|_| ())
}

/// Moves what is set aside back to where it came from. The caller writes its state.
async fn give_back(app: &App, tx: &mut PgConnection, own: &Locked) -> Result<()> {
    let takes = still_there(tx, own).await?;
    campaigns::lots_may_move(tx, takes.iter().map(|(lot, _)| *lot)).await?;
    let (to, on) = (fund(own.source, own.charity), app.clock.today());
    let (allocation, need, charity) = (own.id, own.need, own.charity);
    let event = Event::Released { allocation, need, charity, to, asset: Asset::Cny, takes, on };
    ledger::post(app, tx, &event).await.map(|_| ())
}

/// What is set aside for a need is counted on by a payment from here on. Before the need's account is locked.
pub async fn lock_for_payment(app: &App, tx: &mut PgConnection, need: NeedId, charity: OrganisationId) -> Result<()> {
    Ok(sql::set_locked(tx, need, charity, app.clock.now()).await?)
}

/// Whether `asked` of a row may be set aside for a need, whose row is locked from here on. `fits` says whether the need
/// lies within what the row is for.
pub async fn may_point(
    tx: &mut PgConnection,
    (need, own): (NeedId, bool),
    (asked, free): (Fen, Fen),
    (fits, beyond): (bool, bool),
) -> Result<std::result::Result<(), AllocationError>> {
    let facts = sql::lock_need(tx, need).await?.filter(|facts| facts.takes_money);
    let Some(facts) = facts else { return Ok(Err(AllocationError::NeedClosed)) };
    // What was pledged to a need may still be set aside for it when nothing more can be pledged.
    let need_open =
        facts.status.takes_pledges() || (own && matches!(facts.status, NeedStatus::Funded | NeedStatus::InProgress));
    let missing = if own { facts.not_set_aside } else { facts.unpledged };
    Ok(PointingFacts { asked, free, need_open, fits, missing, beyond }.check())
}

/// By which field of a request an error is told.
fn beside_its_field(error: &AllocationError) -> Error {
    let field = match error {
        AllocationError::NeedClosed | AllocationError::Elsewhere => "need",
        _ => "amount_fen",
    };
    Error::invalid(field, error.to_string())
}

/// The enterprise points what has arrived of a row of its pledge at a need. The same id and content again gives the same
/// answer.
pub async fn request(app: &App, enterprise: &Enterprise, new: &NewAllocationRequest) -> Result<AllocationRow> {
    let own = enterprise.acting.organisation;
    let mut tx = app.begin().await?;
    // First of all: requests of one pledge are made one after the other.
    let pledge = pledges::lock(&mut tx, &[new.pledge]).await?.into_iter().next();
    let pledge = pledge.filter(|pledge| pledge.enterprise == own).ok_or_else(no_such_pledge)?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        let same = known.enterprise == Some(own)
            && (known.pledge, known.position, known.need, known.amount_fen, known.beyond)
                == (Some(new.pledge), Some(new.position), new.need, new.amount_fen, new.beyond);
        return if same {
            Ok(known)
        } else {
            Err(Error::Conflict("这个编号已经记录过另一笔申请".into()))
        };
    }
    if pledge.restriction == Restriction::Undirected {
        return Err(Error::invalid("pledge", "非定向的款由慈善组织在活动宗旨内安排"));
    }
    campaigns::may_move(&mut tx, &[pledge.campaign]).await?;
    let target = pledges::designations::target_of(app, &mut tx, new.pledge, new.position).await?;
    let target = target.ok_or_else(|| Error::invalid("position", "这笔认捐没有这一项"))?;
    let balance = sql::balance(&mut tx, new.pledge, new.position).await?.ok_or(Error::NotFound)?;
    let fits = pledges::designations::fits(&mut tx, &target, new.need).await?;
    let own_need = target.need() == Some(new.need);
    may_point(&mut tx, (new.need, own_need), (new.amount_fen, balance.free()), (fits, new.beyond))
        .await?
        .map_err(|error| beside_its_field(&error))?;
    sql::insert_requested(&mut tx, new, pledge.charity, &enterprise.acting, app.clock.now())
        .await
        .on_constraint("allocation_pkey", || Error::Conflict("这个编号已经记录过另一笔申请".into()))?;
    let record = Record {
        verb: "allocation_requested",
        subject_kind: "allocation",
        subject: new.id.0,
        before: None,
        after: Some(
            json!({ "pledge": new.pledge, "position": new.position, "need": new.need, "amount_fen": new.amount_fen }),
        ),
        reason: None,
    };
    audit::record(app, &mut tx, &enterprise.acting, &enterprise.origin, record).await?;
    let made = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(made)
}

fn no_such_pledge() -> Error {
    Error::invalid("pledge", "没有找到本企业的这笔认捐")
}

/// Locks an allocation, its pledge before it, and sees that it is this charity's.
async fn lock_own(tx: &mut PgConnection, charity: OrganisationId, id: AllocationId) -> Result<Locked> {
    if let Some(pledge) = sql::pledge_of(tx, id).await? {
        pledges::lock(tx, &[pledge]).await?;
    }
    sql::lock(tx, id).await?.filter(|own| own.charity == charity).ok_or(Error::NotFound)
}

fn in_this_state(status: AllocationStatus) -> Error {
    Error::Conflict(format!("这笔分配现在是“{}”，不能这样操作，请刷新", status.label()))
}

/// Locks an allocation that a change of purpose is about.
pub async fn lock(tx: &mut PgConnection, charity: OrganisationId, id: AllocationId) -> Result<Locked> {
    lock_own(tx, charity, id).await
}

/// The charity sets aside what the giver asks for.
pub async fn accept(app: &App, desk: &AllocationDesk, id: AllocationId) -> Result<AllocationRow> {
    let charity = desk.acting.organisation;
    let mut tx = app.begin().await?;
    let own = lock_own(&mut tx, charity, id).await?;
    if own.status != AllocationStatus::Requested {
        return Err(in_this_state(own.status));
    }
    let Source::Row(pledge, position) = own.source else { return Err(in_this_state(own.status)) };
    let balance = sql::balance(&mut tx, pledge, position).await?.ok_or(Error::NotFound)?;
    // What this request asks for is its own.
    let free = balance.arrived.saturating_gap(balance.set_aside);
    may_point(&mut tx, (own.need, !own.arranged), (own.amount, free), (true, own.beyond))
        .await?
        .map_err(|error| Error::Conflict(error.to_string()))?;
    let takes = take(&mut tx, own.source, charity, own.amount).await.map_err(Error::as_conflict)?;
    sql::set_accepted(&mut tx, id, desk.acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    move_aside(app, &mut tx, (id, own.source), (own.need, charity), takes).await?;
    let record = Record {
        verb: "allocation_accepted",
        subject_kind: "allocation",
        subject: id.0,
        before: Some(json!({ "status": own.status })),
        after: Some(json!({ "status": AllocationStatus::Accepted, "amount_fen": own.amount })),
        reason: None,
    };
    audit::record(app, &mut tx, &desk.acting, &desk.origin, record).await?;
    let told = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tell_giver(app, &mut tx, &told, FundStep::Accepted).await?;
    tx.commit().await?;
    Ok(told)
}

/// The charity does not set aside what the giver asks for, and says why.
pub async fn refuse(
    app: &App,
    desk: &AllocationDesk,
    id: AllocationId,
    why: &AllocationReason,
) -> Result<AllocationRow> {
    check_reason(&why.reason)?;
    let reason = why.reason.trim();
    let mut tx = app.begin().await?;
    let own = lock_own(&mut tx, desk.acting.organisation, id).await?;
    if own.status != AllocationStatus::Requested {
        return Err(in_this_state(own.status));
    }
    let states = (own.status, AllocationStatus::Refused);
    let by = (Some(desk.acting.person), Some(reason));
    sql::set_ended(&mut tx, id, states, by, app.clock.now()).await?.one_row_or_conflict()?;
    let verb = "allocation_refused";
    record_end(app, &mut tx, (&desk.acting, &desk.origin), (verb, id), states, reason).await?;
    let told = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tell_giver(app, &mut tx, &told, FundStep::Refused).await?;
    tx.commit().await?;
    Ok(told)
}

/// The giver takes back what it asked for, or the charity releases what it has set aside while nothing of it is paid.
pub async fn release(app: &App, party: &FundParty, id: AllocationId, why: &AllocationReason) -> Result<AllocationRow> {
    check_reason(&why.reason)?;
    let (acting, reason) = (&party.acting, why.reason.trim());
    let giver = Enterprise::ROLES.contains(&acting.role);
    let mut tx = app.begin().await?;
    let known = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let concerned =
        if giver { known.enterprise == Some(acting.organisation) } else { known.charity == acting.organisation };
    if !concerned {
        return Err(Error::NotFound);
    }
    let own = lock_own(&mut tx, known.charity, id).await?;
    let states = (own.status, AllocationStatus::Released);
    match own.status {
        AllocationStatus::Requested if giver => {}
        AllocationStatus::Accepted | AllocationStatus::Locked if !giver => give_back(app, &mut tx, &own).await?,
        other => return Err(in_this_state(other)),
    }
    let by = (Some(acting.person), Some(reason));
    sql::set_ended(&mut tx, id, states, by, app.clock.now()).await?.one_row_or_conflict()?;
    record_end(app, &mut tx, (acting, &party.origin), ("allocation_released", id), states, reason).await?;
    let told = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !giver {
        tell_giver(app, &mut tx, &told, FundStep::Released).await?;
    }
    tx.commit().await?;
    Ok(told)
}

async fn record_end(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &crate::http::caller::Origin),
    (verb, id): (&'static str, AllocationId),
    (before, after): (AllocationStatus, AllocationStatus),
    reason: &str,
) -> Result<()> {
    let record = Record {
        verb,
        subject_kind: "allocation",
        subject: id.0,
        before: Some(json!({ "status": before })),
        after: Some(json!({ "status": after })),
        reason: Some(reason),
    };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// States between which a change of purpose moves what is set aside.
pub async fn change_state(
    app: &App,
    tx: &mut PgConnection,
    id: AllocationId,
    (before, after): (AllocationStatus, AllocationStatus),
) -> Result<()> {
    if !before.may_become(after) {
        return Err(in_this_state(before));
    }
    sql::set_status(tx, id, (before, after), app.clock.now()).await?.one_row_or_conflict()
}

/// Gives back what is set aside and ends it, because its money goes elsewhere.
pub async fn end_for_another(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    own: &Locked,
    reason: &str,
) -> Result<()> {
    give_back(app, tx, own).await?;
    let states = (own.status, AllocationStatus::Released);
    let by = (Some(acting.person), Some(reason));
    sql::set_ended(tx, own.id, states, by, app.clock.now()).await?.one_row_or_conflict()
}

/// Sets money aside in the course of a change of purpose.
pub async fn make(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    (source, need): (Source, NeedId),
    amount: Fen,
) -> Result<AllocationId> {
    let id: AllocationId = app.clock.id();
    let new = sql::NewRow {
        id,
        charity: acting.organisation,
        need,
        source,
        amount,
        made_by: acting.person,
        now: app.clock.now(),
    };
    set_aside(app, tx, &new).await.map_err(Error::as_conflict)?;
    Ok(id)
}

/// What of a row of a pledge is neither set aside nor asked for.
pub async fn free_of_row(tx: &mut PgConnection, pledge: PledgeId, position: i32) -> Result<Option<Fen>> {
    Ok(sql::balance(tx, pledge, position).await?.map(|balance| balance.free()))
}

async fn tell_giver(app: &App, tx: &mut PgConnection, row: &AllocationRow, step: FundStep) -> Result<()> {
    let (Some(enterprise), Some(pledge)) = (row.enterprise, row.pledge) else { return Ok(()) };
    let named = needs::named(tx, row.need).await?;
    let letter = FundNews {
        step,
        reference: row.reference.map(|reference| reference.to_string()).unwrap_or_default(),
        charity: row.charity_name.clone(),
        amount: row.amount_fen,
        from: None,
        to: Some(NamedNeed { code: named.code.unwrap_or_default(), title: named.title }),
        reason: row.ended_reason.clone(),
        path: format!("/directed-balance#{pledge}"),
    };
    mail::write_to(tx, app, (enterprise, Giver::ROLES), &Letter::Fund(letter)).await
}

/// What of a caller decides which allocations are read.
fn sides(caller: &Caller) -> (Option<OrganisationId>, Option<OrganisationId>) {
    let as_one_of = |roles| caller.acting_as(roles).map(|acting| acting.organisation);
    (as_one_of(Giver::ROLES), as_one_of(CharityStaff::ROLES))
}

/// One, for its giver, its charity and the auditor. Whose hands it went through the charity and the auditor read.
pub async fn get(app: &App, caller: &Caller, id: AllocationId) -> Result<AllocationRow> {
    let (giver, charity) = sides(caller);
    let audit = caller.acting_as(Audit::ROLES).is_some();
    let mut connection = app.pool.acquire().await?;
    let row = sql::by_id(&mut connection, id).await?.ok_or(Error::NotFound)?;
    let own = giver.is_some() && row.enterprise == giver;
    let staff = charity == Some(row.charity) || audit;
    if !own && !staff {
        return Err(Error::NotFound);
    }
    Ok(without_others(row, staff))
}

/// Givers do not read who at the charity did it.
fn without_others(mut row: AllocationRow, staff: bool) -> AllocationRow {
    if !staff {
        (row.made_by, row.accepted_by) = (None, None);
    }
    row
}

/// Those of the caller's enterprise, or of the charity whose books he reads, latest first.
pub async fn list(app: &App, caller: &Caller, query: &PageQuery) -> Result<List<AllocationRow>> {
    let after = query.after.as_deref().map(str::parse::<AllocationId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let sides = (sides(caller).0, charity_books::read_by(caller)?);
    if sides == (None, None) {
        return Err(Error::Forbidden("只有捐赠企业、慈善组织和审计的账号可以看分配"));
    }
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = sql::list(&mut tx, sides, after, limit).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    let items: Vec<_> = items.into_iter().map(|row| without_others(row, sides.1.is_some())).collect();
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next, count })
}

/// What of requests waits for a charity.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation).await?)
}
