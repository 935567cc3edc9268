//! Changes of purpose: money of a giver's agreement goes elsewhere only with the giver's consent, money of a campaign's
//! plan only with a filing.
//!
//! Sources: Charity Law 2016, articles 55 and 57. What is set aside goes back and is set aside anew in one transaction, by
//! a person of the charity who did not ask for it. Deliberately absent: money that was paid out already.

pub mod closing;
mod http;
mod sql;

pub use http::routes;

use crate::allocations::{self, Source};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{
    AllocationDesk, Audit, Caller, CharityStaff, Consenter, Enterprise, FundParty, Giver, Origin, Sure,
};
use crate::mail::letter::NamedNeed;
use crate::mail::letter::fund::{FundNews, FundStep};
use crate::mail::{self, Letter};
use crate::pledges;
use crate::{campaigns, charity_books};
use domain::allocation::{AllocationStatus, PurposeBasis, PurposeChangeStatus, PurposeOrigin, check_filing};
use domain::api::campaigns::PageQuery;
use domain::api::purpose_changes::{
    ChangedNeed, CompleteChange, ConsentToChange, NewPurposeChange, PurposeChange, RecordFiling, RefuseChange,
};
use domain::api::{Count, List};
use domain::need::check_reason;
use domain::organisation::Acting;
use domain::pledge::Restriction;
use domain::todo::Waiting;
use domain::{Fen, NeedId, OrganisationId, PledgeId, PurposeChangeId};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Rows on one page of a list.
const PAGE: usize = 50;

/// Giver or charity asks for another purpose. The same id and content again gives the same answer. The enterprise's owner
/// agrees in a step of his own, also to what he asks for himself: it is a serious act.
pub async fn request(app: &App, party: &FundParty, new: &NewPurposeChange) -> Result<PurposeChange> {
    check_reason(&new.reason)?;
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        return requested_before(known, acting, new);
    }
    let asked = match (new.allocation, new.pledge.zip(new.position)) {
        (Some(id), None) => of_allocation(&mut tx, acting, id).await?,
        (None, Some((pledge, position))) => of_row(app, &mut tx, acting, (pledge, position), new).await?,
        _ => return Err(Error::invalid("allocation", "请选择一笔分配，或认捐的一项")),
    };
    if asked.from_need == Some(new.to_need) {
        return Err(Error::invalid("to_need", "这笔款本来就用于这条需求"));
    }
    let row = sql::New {
        id: new.id,
        subject: &asked,
        to_need: Some(new.to_need),
        origin: if is_giver(acting) { PurposeOrigin::Enterprise } else { PurposeOrigin::Charity },
        reason: new.reason.trim(),
        requested_by: Some(acting.person),
        consented: false,
        now: app.clock.now(),
    };
    may_take(&mut tx, new.to_need, asked.amount, "to_need").await?;
    insert(&mut tx, &row).await?;
    if let Some((id, before)) = asked.allocation {
        allocations::change_state(app, &mut tx, id, (before, AllocationStatus::Changing)).await?;
    }
    let after = json!({ "from": asked.from_need, "to": new.to_need, "amount_fen": asked.amount });
    let what = ("purpose_change_requested", new.id);
    record(
        app,
        &mut tx,
        Some((acting, &party.origin)),
        what,
        (None, PurposeChangeStatus::Requested),
        Some(new.reason.trim()),
        after,
    )
    .await?;
    let made = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    if made.basis == PurposeBasis::Consent && !is_giver(acting) {
        tell_giver(app, &mut tx, &made, FundStep::ChangeAsked).await?;
    }
    tx.commit().await?;
    Ok(made)
}

async fn insert(tx: &mut PgConnection, row: &sql::New<'_>) -> Result<()> {
    let under_way = || Error::Conflict("这笔款已经有一个用途变更在办，请先办完".into());
    let inserted = sql::insert(tx, row).await;
    match crate::error::broken(&inserted) {
        Some("purpose_change_once" | "purpose_change_of_row_once") => Err(under_way()),
        _ => inserted.on_constraint("purpose_change_pkey", || Error::Conflict("这个编号已经记录过另一个变更".into())),
    }
}

fn requested_before(known: PurposeChange, acting: &Acting, new: &NewPurposeChange) -> Result<PurposeChange> {
    let ours = known.enterprise == Some(acting.organisation) || known.charity == acting.organisation;
    let same = (known.allocation, known.reason.as_str()) == (new.allocation, new.reason.trim())
        && (new.pledge.is_none() || known.pledge == new.pledge)
        && known.to.as_ref().map(|need| need.id) == Some(new.to_need)
        && (new.amount_fen.is_none() || new.amount_fen == Some(known.amount_fen));
    if ours && same { Ok(known) } else { Err(Error::Conflict("这个编号已经记录过另一个变更".into())) }
}

fn is_giver(acting: &Acting) -> bool {
    Enterprise::ROLES.contains(&acting.role)
}

/// What a change is about.
pub(crate) struct Subject {
    pub charity: OrganisationId,
    pub enterprise: Option<OrganisationId>,
    pub source: Source,
    pub allocation: Option<(domain::AllocationId, AllocationStatus)>,
    pub from_need: Option<NeedId>,
    pub amount: Fen,
}

/// All of what one allocation has set aside.
async fn of_allocation(tx: &mut PgConnection, acting: &Acting, id: domain::AllocationId) -> Result<Subject> {
    let known = sql::parties_of(tx, id).await?.ok_or_else(|| Error::invalid("allocation", "没有找到这笔分配"))?;
    let ours = if is_giver(acting) { known.enterprise } else { Some(known.charity) } == Some(acting.organisation);
    if !ours {
        return Err(Error::invalid("allocation", "没有找到这笔分配"));
    }
    let own = allocations::lock(tx, known.charity, id).await?;
    if !matches!(own.status, AllocationStatus::Accepted | AllocationStatus::Locked) {
        let now = own.status.label();
        return Err(Error::Conflict(format!("这笔分配现在是“{now}”，不能申请变更用途")));
    }
    // What was paid out is told before anybody agrees to anything.
    allocations::may_give_back(tx, &own).await?;
    Ok(Subject {
        charity: known.charity,
        enterprise: known.enterprise,
        source: own.source,
        allocation: Some((id, own.status)),
        from_need: Some(own.need),
        amount: own.amount,
    })
}

/// What of a row of a pledge has arrived and is not set aside.
async fn of_row(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    (id, position): (PledgeId, i32),
    new: &NewPurposeChange,
) -> Result<Subject> {
    let pledge = pledges::lock(tx, &[id]).await?.into_iter().next();
    let ours = |pledge: &pledges::Locked| {
        acting.organisation == if is_giver(acting) { pledge.enterprise } else { pledge.charity }
    };
    let pledge = pledge.filter(ours).ok_or_else(|| Error::invalid("pledge", "没有找到这笔认捐"))?;
    if pledge.restriction == Restriction::Undirected {
        return Err(Error::invalid("pledge", "非定向的款由慈善组织在活动宗旨内安排"));
    }
    let target = pledges::designations::target_of(app, tx, id, position).await?;
    let target = target.ok_or_else(|| Error::invalid("position", "这笔认捐没有这一项"))?;
    let free = allocations::free_of_row(tx, id, position).await?.unwrap_or_default();
    let amount = new.amount_fen.unwrap_or(free);
    amount.check_amount().map_err(|error| Error::invalid("amount_fen", error.to_string()))?;
    if free < amount {
        return Err(Error::invalid("amount_fen", format!("这一项到账后没有安排的只有 {free}，不够 {amount}")));
    }
    Ok(Subject {
        charity: pledge.charity,
        enterprise: Some(pledge.enterprise),
        source: Source::Row(id, position),
        allocation: None,
        from_need: target.need(),
        amount,
    })
}

/// Whether a need can take money that was meant for something else: open, and missing as much.
async fn may_take(tx: &mut PgConnection, need: NeedId, amount: Fen, field: &str) -> Result<()> {
    let fits = allocations::may_point(tx, (need, false), (amount, amount), (true, false)).await?;
    fits.map_err(|error| Error::invalid(field, error.to_string()))
}

/// Locks a change that is in one of these states, for who it concerns.
async fn lock(tx: &mut PgConnection, id: PurposeChangeId, ours: impl Fn(&sql::Locked) -> bool) -> Result<sql::Locked> {
    sql::lock(tx, id).await?.filter(ours).ok_or(Error::NotFound)
}

fn in_this_state(status: PurposeChangeStatus) -> Error {
    Error::Conflict(format!("这个用途变更现在是“{}”，不能这样操作，请刷新", status.label()))
}

/// Whoever answers for the giver agrees.
pub async fn consent(
    app: &App,
    Sure(owner): &Sure<Consenter>,
    id: PurposeChangeId,
    to: ConsentToChange,
) -> Result<PurposeChange> {
    let enterprise = owner.acting.organisation;
    let mut tx = app.begin().await?;
    let own = lock(&mut tx, id, |own| own.enterprise == Some(enterprise)).await?;
    if own.status != PurposeChangeStatus::Requested || own.basis != PurposeBasis::Consent {
        return Err(in_this_state(own.status));
    }
    let to_need = own.to_need.or(to.to_need);
    let to_need = to_need.ok_or_else(|| Error::invalid("to_need", "请选择改用于哪条需求"))?;
    if own.from_need == Some(to_need) {
        return Err(Error::invalid("to_need", "这笔款本来就用于这条需求"));
    }
    may_take(&mut tx, to_need, own.amount, "to_need").await?;
    sql::set_consented(&mut tx, id, owner.acting.person, to_need, app.clock.now()).await?.one_row_or_conflict()?;
    let by = Some((&owner.acting, &owner.origin));
    let states = (Some(own.status), PurposeChangeStatus::Consented);
    record(app, &mut tx, by, ("purpose_change_consented", id), states, None, json!({ "to": to_need })).await?;
    let told = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(told)
}

/// The charity records that the change of the plan is filed with civil affairs.
pub async fn file(
    app: &App,
    desk: &AllocationDesk,
    id: PurposeChangeId,
    filing: &RecordFiling,
) -> Result<PurposeChange> {
    check_filing(&filing.filing_no, filing.filed_on, app.clock.today())?;
    let charity = desk.acting.organisation;
    let mut tx = app.begin().await?;
    let own = lock(&mut tx, id, |own| own.charity == charity).await?;
    if own.status != PurposeChangeStatus::Requested || own.basis != PurposeBasis::Filing {
        return Err(in_this_state(own.status));
    }
    let number = filing.filing_no.trim();
    sql::set_filed(&mut tx, id, (number, filing.filed_on), desk.acting.person, app.clock.now())
        .await?
        .one_row_or_conflict()?;
    let by = Some((&desk.acting, &desk.origin));
    let states = (Some(own.status), PurposeChangeStatus::Filed);
    let after = json!({ "filing_no": number, "filed_on": filing.filed_on });
    record(app, &mut tx, by, ("purpose_change_filed", id), states, None, after).await?;
    let told = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(told)
}

/// The charity carries it out, by somebody who did not ask for it: in one transaction the old allocation is released and
/// the new one made.
pub async fn complete(
    app: &App,
    desk: &AllocationDesk,
    id: PurposeChangeId,
    to: CompleteChange,
) -> Result<PurposeChange> {
    let acting = &desk.acting;
    let mut tx = app.begin().await?;
    // Pledge, allocation, change: in this order everywhere.
    let known = sql::by_id(&mut tx, id).await?.filter(|known| known.charity == acting.organisation);
    let known = known.ok_or(Error::NotFound)?;
    if let Some(pledge) = known.pledge {
        pledges::lock(&mut tx, &[pledge]).await?;
    }
    let held = match known.allocation {
        Some(allocation) => Some(allocations::lock(&mut tx, acting.organisation, allocation).await?),
        None => None,
    };
    let own = lock(&mut tx, id, |own| own.charity == acting.organisation).await?;
    if !own.status.may_become(PurposeChangeStatus::Done) {
        return Err(in_this_state(own.status));
    }
    if own.requested_by == Some(acting.person) {
        return Err(Error::Conflict("用途变更须由申请人以外的人办理".into()));
    }
    let to_need = own.to_need.or(to.to_need);
    let to_need = to_need.ok_or_else(|| Error::invalid("to_need", "请选择改用于哪条需求"))?;
    if own.from_need == Some(to_need) {
        return Err(Error::invalid("to_need", "这笔款本来就用于这条需求"));
    }
    let reason = format!("变更用途：{}", known.reason);
    if let Some(held) = &held {
        allocations::end_for_another(app, &mut tx, acting, held, &reason).await?;
    }
    may_take(&mut tx, to_need, own.amount, "to_need").await?;
    campaigns_may_move(&mut tx, own.source).await?;
    let made = allocations::make(app, &mut tx, acting, (own.source, to_need), own.amount).await?;
    sql::set_done(&mut tx, &own, (acting.person, to_need, made), app.clock.now())
        .await
        .on_constraint("purpose_change_two_people", || Error::Conflict("用途变更须由申请人以外的人办理".into()))?
        .one_row_or_conflict()?;
    let by = Some((acting, &desk.origin));
    let states = (Some(own.status), PurposeChangeStatus::Done);
    let after = json!({ "to": to_need, "allocation": made, "amount_fen": own.amount });
    record(app, &mut tx, by, ("purpose_changed", id), states, None, after).await?;
    let told = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tell_giver(app, &mut tx, &told, FundStep::ChangeDone).await?;
    tx.commit().await?;
    Ok(told)
}

async fn campaigns_may_move(tx: &mut PgConnection, source: Source) -> Result<()> {
    if let Source::Campaign(campaign) = source { campaigns::may_move(tx, &[campaign]).await } else { Ok(()) }
}

/// Giver or charity does not agree, or takes back what it asked for: all stays as it is.
pub async fn refuse(app: &App, party: &FundParty, id: PurposeChangeId, why: &RefuseChange) -> Result<PurposeChange> {
    check_reason(&why.reason)?;
    let (acting, reason) = (&party.acting, why.reason.trim());
    let mut tx = app.begin().await?;
    let giver = is_giver(acting);
    let ours = |enterprise: Option<OrganisationId>, charity: OrganisationId| {
        if giver { enterprise == Some(acting.organisation) } else { charity == acting.organisation }
    };
    let known = sql::by_id(&mut tx, id).await?.filter(|known| ours(known.enterprise, known.charity));
    let known = known.ok_or(Error::NotFound)?;
    let held = match known.allocation {
        Some(allocation) => Some(allocations::lock(&mut tx, known.charity, allocation).await?),
        None => None,
    };
    let own = lock(&mut tx, id, |own| ours(own.enterprise, own.charity)).await?;
    if !own.status.may_become(PurposeChangeStatus::Refused) {
        return Err(in_this_state(own.status));
    }
    sql::set_refused(&mut tx, &own, acting.person, reason, app.clock.now()).await?.one_row_or_conflict()?;
    if let Some(held) = held.filter(|held| held.status == AllocationStatus::Changing) {
        let before = if sql::is_paid_from(&mut tx, held.need, held.charity).await? {
            AllocationStatus::Locked
        } else {
            AllocationStatus::Accepted
        };
        allocations::change_state(app, &mut tx, held.id, (held.status, before)).await?;
    }
    let by = Some((acting, &party.origin));
    let states = (Some(own.status), PurposeChangeStatus::Refused);
    record(app, &mut tx, by, ("purpose_change_refused", id), states, Some(reason), Value::Null).await?;
    let told = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !giver {
        tell_giver(app, &mut tx, &told, FundStep::ChangeRefused).await?;
    }
    tx.commit().await?;
    Ok(told)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    by: Option<(&Acting, &Origin)>,
    (verb, id): (&'static str, PurposeChangeId),
    (before, after): (Option<PurposeChangeStatus>, PurposeChangeStatus),
    reason: Option<&str>,
    more: Value,
) -> Result<()> {
    let record = Record {
        verb,
        subject_kind: "purpose_change",
        subject: id.0,
        before: before.map(|status| json!({ "status": status })),
        after: Some(json!({ "status": after, "change": more })),
        reason,
    };
    match by {
        Some((acting, origin)) => audit::record(app, tx, acting, origin, record).await?,
        None => audit::record_as(app, tx, None, None, &Origin::default(), record).await?,
    }
    Ok(())
}

fn named(need: &ChangedNeed) -> NamedNeed {
    NamedNeed { code: need.code.clone().unwrap_or_default(), title: need.title.clone() }
}

async fn tell_giver(app: &App, tx: &mut PgConnection, change: &PurposeChange, step: FundStep) -> Result<()> {
    let Some(enterprise) = change.enterprise else { return Ok(()) };
    mail::write_to(tx, app, (enterprise, Giver::ROLES), &letter(change, step)).await
}

fn letter(change: &PurposeChange, step: FundStep) -> Letter {
    Letter::Fund(FundNews {
        step,
        reference: change.reference.map(|reference| reference.to_string()).unwrap_or_default(),
        charity: change.charity_name.clone(),
        amount: change.amount_fen,
        from: change.from.as_ref().map(named),
        to: change.to.as_ref().map(named),
        reason: Some(change.ended_reason.clone().unwrap_or_else(|| change.reason.clone())),
        path: format!("/purpose-changes/{}", change.id),
    })
}

/// What of a caller decides which changes are read.
fn sides(caller: &Caller) -> (Option<OrganisationId>, Option<OrganisationId>) {
    let as_one_of = |roles| caller.acting_as(roles).map(|acting| acting.organisation);
    (as_one_of(Giver::ROLES), as_one_of(CharityStaff::ROLES))
}

/// One, for giver, charity and auditor.
pub async fn get(app: &App, caller: &Caller, id: PurposeChangeId) -> Result<PurposeChange> {
    let (giver, charity) = sides(caller);
    let audit = caller.acting_as(Audit::ROLES).is_some();
    let mut connection = app.pool.acquire().await?;
    let change = sql::by_id(&mut connection, id).await?.ok_or(Error::NotFound)?;
    let own = giver.is_some() && change.enterprise == giver;
    if own || audit || charity == Some(change.charity) { Ok(change) } else { Err(Error::NotFound) }
}

/// Those of the caller's enterprise, or of the charity whose books he reads, latest first.
pub async fn list(app: &App, caller: &Caller, query: &PageQuery) -> Result<List<PurposeChange>> {
    let after = query.after.as_deref().map(str::parse::<PurposeChangeId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let sides = (sides(caller).0, charity_books::read_by(caller)?);
    if sides == (None, None) {
        return Err(Error::Forbidden("只有捐赠企业、慈善组织和审计的账号可以看用途变更"));
    }
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = sql::list(&mut tx, sides, after, limit).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next, count })
}

/// What of changes waits for the giver: those that need its consent.
pub async fn waiting_for_consent(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_for_consent(tx, acting.organisation).await?)
}

/// What of changes waits for the charity: a filing, or to be carried out.
pub async fn waiting_for_charity(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_for_charity(tx, acting.organisation).await?)
}
