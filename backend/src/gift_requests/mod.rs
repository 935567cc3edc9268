//! Requests of an enterprise about its pledge: a waiver in serious hardship, a correction, money back.
//!
//! The charity's maker gives an opinion, a second person decides, the cashier says what was booked for it. A refused
//! request keeps its words; another can be made. Private: its enterprise, its charity, the auditor. Deliberately absent:
//! the booking itself, and anything that the public reads.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::gift_papers::{self, Kind, Scope};
use crate::http::caller::{CharityApprover, CharityMaker, CharityPayer, Enterprise, Origin, RequestReader, Sure};
use crate::mail::letter::gift::{GiftNews, News};
use crate::mail::{self, Letter};
use crate::{consents, files, pledges};
use domain::api::Count;
use domain::api::gift_requests::{
    GiftRequest, GiftRequestAdvice, GiftRequestDecision, GiftRequestList, GiftRequestQuery, NewGiftRequest,
    SeenGiftRequest, SettledGiftRequest,
};
use domain::gift_request::{
    GiftRequestKind, GiftRequestStatus, GiftRequestStep, NotSettled, RequestFacts, RequestInput, RequestNotNow,
    check_decider, check_said, check_settlement,
};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{GiftRequestId, PledgeId, ReturnId};
use serde_json::json;
use sqlx::PgConnection;

/// Requests on one page of a list.
const PAGE: usize = 30;
/// Who of a charity is told that something is asked.
const OF_CHARITY: &[Role] = &[Role::CharityMaker, Role::CharityOwner];

fn not_now(error: RequestNotNow) -> Error {
    Error::Conflict(error.to_string())
}

/// Asks. The same id and content again gives the same answer; other content is a conflict.
pub async fn ask(app: &App, enterprise: &Enterprise, id: PledgeId, new: &NewGiftRequest) -> Result<GiftRequest> {
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    let pledge = pledges::lock(&mut tx, &[id]).await?.into_iter().next();
    let pledge = pledge.filter(|pledge| pledge.enterprise == acting.organisation).ok_or(Error::NotFound)?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        let pictures = gift_papers::of(&mut tx, new.id.0).await?;
        let same =
            known.pledge == id && says_the_same(&known, new) && files::same(&mut tx, &pictures, &new.pictures).await?;
        tx.rollback().await?;
        let other = || Error::Conflict("这个编号已经交过别的内容，请重新打开页面填写".into());
        return if same { get(app, acting, new.id).await } else { Err(other()) };
    }
    let facts = RequestFacts { pledge: pledge.status, amount: pledge.amount, arrived: pledge.arrived };
    facts.check(new.kind).map_err(not_now)?;
    let input = RequestInput {
        kind: new.kind,
        ground: new.ground,
        amount: new.amount_fen,
        reason: &new.reason,
        pictures: new.pictures.len(),
        understood: new.understood,
    };
    input.check(facts)?;
    consents::no_numbers(("reason", &new.reason))?;
    if let Some(lot) = new.lot
        && !sql::has_lot(&mut tx, id, lot).await?
    {
        return Err(Error::invalid("lot", "没有找到这笔认捐的这一份到账"));
    }
    let amount = if new.kind == GiftRequestKind::Waiver { Some(facts.outstanding()) } else { new.amount_fen };
    let inserted = sql::insert(&mut tx, (id, amount), new, acting, app.clock.now()).await;
    match broken(&inserted) {
        Some("gift_request_open_once") => {
            return Err(Error::Conflict("这笔认捐已有一件同样的申请在办，请等慈善组织答复，或先撤回".into()));
        }
        Some("gift_request_pkey") => {
            return Err(Error::Conflict("这个编号已经交过别的内容，请重新打开页面填写".into()));
        }
        _ => inserted?,
    }
    gift_papers::keep(&mut tx, acting.person, (Kind::Request, new.id.0), &new.pictures).await?;
    let stored = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    let after = json!({ "status": GiftRequestStatus::Asked, "pledge": id, "kind": new.kind.label() });
    record(app, &mut tx, (acting, &enterprise.origin), ("gift_request_made", new.id), (None, after), None).await?;
    let news = News::RequestAsked { what: new.kind.label().to_owned() };
    tell(app, &mut tx, &stored, (pledge.charity, OF_CHARITY), news).await?;
    tx.commit().await?;
    get(app, acting, new.id).await
}

fn says_the_same(known: &sql::Stored, new: &NewGiftRequest) -> bool {
    (known.kind, known.ground, known.lot, known.reason.as_str()) == (new.kind, new.ground, new.lot, new.reason.trim())
        && (new.kind == GiftRequestKind::Waiver || known.amount == new.amount_fen)
}

/// A request and its pledge, both locked, in the version that was read.
struct Held {
    stored: sql::Stored,
    pledge: pledges::Locked,
}

impl Held {
    async fn lock(tx: &mut PgConnection, acting: &Acting, (id, version): (GiftRequestId, i32)) -> Result<Self> {
        let pledge = sql::pledge_of(tx, id).await?.ok_or(Error::NotFound)?;
        let pledge = pledges::lock(tx, &[pledge]).await?.into_iter().next().ok_or(Error::NotFound)?;
        if ![pledge.enterprise, pledge.charity].contains(&acting.organisation) {
            return Err(Error::NotFound);
        }
        let stored = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
        if stored.version == version { Ok(Held { stored, pledge }) } else { Err(Error::changed_meanwhile()) }
    }

    fn after(&self, step: GiftRequestStep, yes: bool) -> Result<GiftRequestStatus> {
        self.stored.status.after(step, self.stored.kind, yes).map_err(not_now)
    }
}

/// The charity's maker says what he found. A second person reads it and decides.
pub async fn recommend(
    app: &App,
    maker: &CharityMaker,
    id: GiftRequestId,
    said: &GiftRequestAdvice,
) -> Result<GiftRequest> {
    check_said("opinion", &said.opinion)?;
    consents::no_numbers(("opinion", &said.opinion))?;
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, (id, said.version)).await?;
    let next = held.after(GiftRequestStep::Recommend, said.recommends)?;
    let opinion = said.opinion.trim();
    sql::recommend(&mut tx, &held.stored, (said.recommends, opinion), acting.person, app.clock.now())
        .await?
        .one_row_or_conflict()?;
    let change = (Some(json!({ "status": held.stored.status })), json!({ "status": next }));
    record(app, &mut tx, (acting, &maker.origin), ("gift_request_recommended", id), change, None).await?;
    let news = News::RequestRecommended { what: held.stored.kind.label().to_owned() };
    tell(app, &mut tx, &held.stored, (held.pledge.charity, CharityApprover::ROLES), news).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// A second person of the charity decides. A granted waiver counts at once.
pub async fn decide(
    app: &App,
    Sure(approver): &Sure<CharityApprover>,
    id: GiftRequestId,
    said: &GiftRequestDecision,
) -> Result<GiftRequest> {
    check_said("decision", &said.decision)?;
    consents::no_numbers(("decision", &said.decision))?;
    let acting = &approver.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, (id, said.version)).await?;
    let next = held.after(GiftRequestStep::Decide, said.grants)?;
    let recommended_by = held.stored.recommended_by.ok_or_else(Error::changed_meanwhile)?;
    check_decider(recommended_by, acting.person).map_err(not_now)?;
    check_decider(held.stored.asked_by, acting.person).map_err(not_now)?;
    let waived = match (held.stored.kind, next) {
        (GiftRequestKind::Waiver, GiftRequestStatus::Granted) => {
            Some(pledges::waive(app, &mut tx, &held.pledge).await?)
        }
        _ => None,
    };
    let decision = said.decision.trim();
    sql::decide(&mut tx, &held.stored, (next, decision, waived), acting.person, app.clock.now())
        .await?
        .one_row_or_conflict()?;
    let change = (Some(json!({ "status": held.stored.status })), json!({ "status": next, "amount_fen": waived }));
    let by = (acting, &approver.origin);
    record(app, &mut tx, by, ("gift_request_decided", id), change, Some(decision)).await?;
    let what = held.stored.kind.label().to_owned();
    let told = News::RequestDecided { what: what.clone(), granted: said.grants, waived, says: decision.to_owned() };
    tell(app, &mut tx, &held.stored, (held.pledge.enterprise, Enterprise::ROLES), told).await?;
    if next == GiftRequestStatus::Granted && waived.is_none() {
        let news = News::RequestToSettle { what };
        tell(app, &mut tx, &held.stored, (held.pledge.charity, CharityPayer::ROLES), news).await?;
    }
    tx.commit().await?;
    if waived.is_some() {
        app.pages.forget_all();
    }
    get(app, acting, id).await
}

/// The enterprise takes its request back as long as nobody has decided.
pub async fn withdraw(
    app: &App,
    enterprise: &Enterprise,
    id: GiftRequestId,
    seen: SeenGiftRequest,
) -> Result<GiftRequest> {
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, (id, seen.version)).await?;
    let next = held.after(GiftRequestStep::Withdraw, true)?;
    sql::withdraw(&mut tx, &held.stored, app.clock.now()).await?.one_row_or_conflict()?;
    let change = (Some(json!({ "status": held.stored.status })), json!({ "status": next }));
    record(app, &mut tx, (acting, &enterprise.origin), ("gift_request_withdrawn", id), change, None).await?;
    let news = News::RequestWithdrawn { what: held.stored.kind.label().to_owned() };
    tell(app, &mut tx, &held.stored, (held.pledge.charity, OF_CHARITY), news).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// The cashier says what was booked for it.
pub async fn settle(
    app: &App,
    Sure(payer): &Sure<CharityPayer>,
    id: GiftRequestId,
    done: &SettledGiftRequest,
) -> Result<GiftRequest> {
    check_said("note", &done.note)?;
    consents::no_numbers(("note", &done.note))?;
    let acting = &payer.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, acting, (id, done.version)).await?;
    let next = held.after(GiftRequestStep::Settle, true)?;
    let booking = match done.booking {
        Some(booking) => {
            let found = sql::booking(&mut tx, (acting.organisation, booking), &held.stored).await?;
            let missing = || Error::invalid("booking", "没有找到本单位的这笔记账，请重新选择");
            Some(found.ok_or_else(missing)?)
        }
        None => None,
    };
    check_settlement(held.stored.kind, held.stored.amount, booking)
        .map_err(|error| Error::invalid("booking", error.to_string()))?;
    let used = || Error::invalid("booking", NotSettled::Used.to_string());
    let settled = sql::settle(&mut tx, &held.stored, done, acting.person, app.clock.now()).await;
    settled.on_constraint("gift_request_booking_once", used)?.one_row_or_conflict()?;
    let change = (Some(json!({ "status": held.stored.status })), json!({ "status": next }));
    record(app, &mut tx, (acting, &payer.origin), ("gift_request_settled", id), change, Some(done.note.trim())).await?;
    let news = News::RequestSettled { what: held.stored.kind.label().to_owned(), says: done.note.trim().to_owned() };
    tell(app, &mut tx, &held.stored, (held.pledge.enterprise, Enterprise::ROLES), news).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// The return that settled a request was reversed: the request waits for the cashier again. Its giver is told of the return
/// itself.
pub async fn open_again(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    id: ReturnId,
) -> Result<()> {
    let Some(request) = sql::open_again(tx, id.0, app.clock.now()).await? else { return Ok(()) };
    let change =
        (Some(json!({ "status": GiftRequestStatus::Settled })), json!({ "status": GiftRequestStatus::Granted }));
    record(app, tx, (acting, origin), ("gift_request_opened_again", request), change, None).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, GiftRequestId),
    (before, after): (Option<serde_json::Value>, serde_json::Value),
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind: "gift_request", subject: id.0, before, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

async fn tell(
    app: &App,
    tx: &mut PgConnection,
    stored: &sql::Stored,
    readers: (domain::OrganisationId, &[Role]),
    news: News,
) -> Result<()> {
    let letter = Letter::Gift(GiftNews {
        reference: stored.reference.to_string(),
        enterprise: stored.enterprise_name.clone(),
        charity: stored.charity_name.clone(),
        campaign: stored.campaign_name.clone(),
        amount: stored.pledge_amount,
        news,
        path: format!("/gift-requests/{}", stored.id),
    });
    mail::write_to(tx, app, readers, &letter).await
}

/// What of a request a reader sees and may do.
fn shown(acting: &Acting, row: sql::Shown) -> GiftRequest {
    let sql::Shown { mut request, asked_by, recommended_by } = row;
    let role = acting.role;
    let enterprise = Enterprise::ROLES.contains(&role);
    let step = |step: GiftRequestStep| request.status.after(step, request.kind, true).is_ok();
    let decides =
        CharityApprover::ROLES.contains(&role) && recommended_by != Some(acting.person) && asked_by != acting.person;
    let may = [
        (CharityMaker::ROLES.contains(&role), GiftRequestStep::Recommend),
        (decides, GiftRequestStep::Decide),
        (enterprise, GiftRequestStep::Withdraw),
        (CharityPayer::ROLES.contains(&role), GiftRequestStep::Settle),
    ];
    request.may = may.into_iter().filter(|(may, next)| *may && step(*next)).map(|(_, step)| step).collect();
    if enterprise {
        request.opinion = None;
    }
    request
}

/// The requests that a caller reads, latest first.
pub async fn list(app: &App, reader: &RequestReader, query: &GiftRequestQuery) -> Result<GiftRequestList> {
    let scope = Scope::of(&reader.acting)?;
    let wrong = |field: &str| Error::invalid(field, "没有认出，请从页面上的链接打开");
    let status = query.status.as_deref().map(str::parse::<GiftRequestStatus>).transpose();
    let pledge = query.pledge.as_deref().map(str::parse::<PledgeId>).transpose();
    let after = query.after.as_deref().map(str::parse::<GiftRequestId>).transpose();
    let filter = sql::Filter {
        status: status.map_err(|_| wrong("status"))?,
        pledge: pledge.map_err(|_| wrong("pledge"))?,
        after: after.map_err(|_| wrong("after"))?,
    };
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = sql::list(&mut tx, &scope, &filter, limit).await?;
    let count = sql::count(&mut tx, &scope, &filter).await?;
    let next = if rows.len() > PAGE { rows.get(PAGE - 1).map(|row| row.request.id.to_string()) } else { None };
    rows.truncate(PAGE);
    let items = rows.into_iter().map(|row| shown(&reader.acting, row)).collect();
    Ok(GiftRequestList { items, next, count: Count::capped(count) })
}

/// One request, for its enterprise, its charity and the auditor.
pub async fn get(app: &App, acting: &Acting, id: GiftRequestId) -> Result<GiftRequest> {
    let scope = Scope::of(acting)?;
    let mut tx = app.snapshot().await?;
    let row = sql::shown(&mut tx, &scope, id).await?.ok_or(Error::NotFound)?;
    let pictures = gift_papers::of(&mut tx, id.0).await?;
    let mut request = GiftRequest { pictures, ..shown(acting, row) };
    if let (true, Some(kind)) = (request.may.contains(&GiftRequestStep::Settle), request.kind.settled_by()) {
        request.bookings = sql::bookings(&mut tx, request.pledge, kind).await?;
    }
    Ok(request)
}

/// What of requests waits in a charity at one of its desks.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting, status: GiftRequestStatus) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation, status).await?)
}
