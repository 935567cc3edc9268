//! Taking back what was confirmed wrongly besides arrivals: a payment that came back, a fee, a return noted as paid.
//!
//! One act of two people with the reason: the transfers are reversed, the record is what it was before, and whoever was
//! told is told anew. While the money has moved on, or a payment on its way counts on it, nothing is reversed and the
//! refusal lists what stands in the way. Deliberately absent: arrivals (`arrivals::rebookings`), and reversing what
//! followed.

mod books;
mod http;
mod sql;

pub use books::{named, reversal, standing};
pub use http::routes;

use crate::app::App;
use crate::arrivals::{self, SEALED, Viewer, viewer};
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{BooksReader, CharityChecker, CharityDesk, CharityMaker, Origin, Sure};
use crate::{campaigns, disbursements, gift_requests, ledger, outgoings, returns};
use domain::api::reversals::{NewReversal, ReversalOutcome, Reversals, WaitingReversal};
use domain::api::{Count, List};
use domain::arrival::check_confirmer;
use domain::ledger::{Account, Asset, Event, Posted};
use domain::organisation::{Acting, Role};
use domain::reversal::{ReversalKind, check_reversal};
use domain::todo::Waiting;
use domain::{DisbursementId, EventId, Fen, LotId, OrganisationId, OutgoingId, ReturnId, ReversalId, TransferId};
use serde_json::json;
use sql::Standing;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Proposals that the list shows.
const LIST_MAX: i64 = 100;

/// What is taken back: of which kind, and which line, row or return.
pub type Subject = (ReversalKind, Uuid);

/// How something was taken back so far, what waits, and what stands in the way.
pub async fn read(app: &App, viewer: &Viewer, subject: Subject) -> Result<Reversals> {
    let (kind, id) = subject;
    let mut tx = app.snapshot().await?;
    if sql::charity_of(&mut tx, subject).await? != Some(viewer.charity()) {
        return Err(Error::NotFound);
    }
    let stands = sql::standing(&mut tx, subject).await?;
    let mut items = sql::of_subject(&mut tx, subject).await?;
    let (maker, checker) = (viewer.has(Role::CharityMaker), viewer.has(Role::CharityChecker));
    for (by, item) in &mut items {
        let waits = item.outcome.is_none();
        item.may_confirm = waits && checker && !viewer.is(*by);
        item.may_drop = waits && (maker || checker);
    }
    let items: Vec<_> = items.into_iter().map(|(_, item)| item).collect();
    let waits = items.iter().any(|item| item.outcome.is_none());
    let mut known = Reversals {
        kind,
        subject: id,
        stands: stands.as_ref().map(Standing::shown),
        may_propose: maker && stands.is_some() && !waits,
        moved_on: Vec::new(),
        counted_on: Vec::new(),
        recognised_as: None,
        items,
    };
    if let Some(stands) = &stands {
        let (lots, own) = sql::posted(&mut tx, subject).await?;
        let (_, followed) =
            books::reversing(&mut tx, EventId(id), &lots, is_one_of(&own, stands), stands.on_day).await?;
        known.moved_on = named(&mut tx, &followed).await?;
        if let Some((need, amount)) = stands.set_aside() {
            known.counted_on = disbursements::counting_on(&mut tx, (need, viewer.charity()), amount).await?;
        }
        if kind == ReversalKind::Return {
            known.recognised_as = outgoings::recognised_return(&mut tx, ReturnId(id)).await?;
        }
    }
    Ok(known)
}

/// Which transfers are taken back, and the payment of which they said that it came back.
fn is_one_of(own: &BTreeSet<TransferId>, stands: &Standing) -> (impl Fn(&Posted) -> bool, Option<DisbursementId>) {
    (|posted: &Posted| own.contains(&posted.id), stands.disbursement)
}

/// Locks what is to be taken back, of the caller's charity, and says what of it stands.
async fn lock(tx: &mut PgConnection, acting: &Acting, subject: Subject) -> Result<Option<Standing>> {
    if let (ReversalKind::Return, id) = subject {
        returns::hold_surplus(tx, ReturnId(id)).await?;
    }
    sql::lock_subject(tx, subject).await?;
    if sql::charity_of(tx, subject).await? != Some(acting.organisation) {
        return Err(Error::NotFound);
    }
    Ok(sql::standing(tx, subject).await?)
}

/// Says that something confirmed was wrong. The same id and content again gives the same answer.
pub async fn propose(app: &App, maker: &CharityMaker, subject: Subject, new: &NewReversal) -> Result<Reversals> {
    check_reversal(&new.reason)?;
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let stands = lock(&mut tx, acting, subject).await?;
    if let Some(known) = sql::lock(&mut tx, new.id).await? {
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        let same = known.subject == subject && known.reason == new.reason.trim();
        tx.rollback().await?;
        return if same { read(app, &viewer(acting), subject).await } else { Err(other()) };
    }
    let stands = stands.ok_or_else(not_booked)?;
    undoing(&mut tx, acting.organisation, (new.id, subject), &stands).await?;
    let inserted = sql::insert(&mut tx, subject, new, (&stands, acting), app.clock.now()).await;
    if broken(&inserted) == Some("bank_day_sealed") {
        return Err(Error::Conflict(SEALED.into()));
    }
    let waits = || Error::Conflict("这笔业务已有一份冲正等待确认，请先确认或撤回".into());
    inserted.on_constraint("money_reversal_waits", waits)?;
    record(app, &mut tx, (acting, &maker.origin), "reversal_proposed", (subject, &new.reason)).await?;
    tx.commit().await?;
    read(app, &viewer(acting), subject).await
}

fn not_booked() -> Error {
    Error::Conflict("这笔业务没有已确认的记账，不用冲正；请刷新页面".into())
}

/// What takes its transfers back, if nothing stands in the way. Its accounts are locked from here on.
async fn undoing(
    tx: &mut PgConnection,
    charity: OrganisationId,
    (id, subject): (ReversalId, Subject),
    stands: &Standing,
) -> Result<Event> {
    let (lots, own) = sql::posted(tx, subject).await?;
    campaigns::lots_may_move(tx, lots.iter().copied()).await?;
    if let Some((need, amount)) = stands.set_aside() {
        ledger::lock(tx, &Account::Allocated { need, charity }, Asset::Cny).await?;
        let counted = disbursements::counting_on(tx, (need, charity), amount).await?;
        if !counted.is_empty() {
            let list = counted
                .iter()
                .map(|one| format!("{} {}（{}）", one.payee_name, one.amount_fen, one.status.label()))
                .collect::<Vec<_>>()
                .join("；");
            let says = format!("退回来的款已有 {} 笔拨付申请要用，请先办完或驳回：{list}", counted.len());
            return Err(Error::Conflict(says));
        }
    }
    if let (ReversalKind::Return, id) = subject
        && outgoings::recognised_return(tx, ReturnId(id)).await?.is_some()
    {
        let says = "对账单上有一笔支出已说明是这笔退回，说明款确实付出了。确实有误的，请先在“银行支出”撤回那个说明";
        return Err(Error::Conflict(says.into()));
    }
    let event = reversal(tx, EventId(id.0), &lots, is_one_of(&own, stands), stands.on_day).await?;
    let stays = |event: &Event| match event {
        Event::Reversed { transfers, history, .. } => {
            Fen::sum(history.iter().filter(|one| transfers.contains(&one.id)).map(|one| one.transfer.amount)).ok()
        }
        _ => None,
    };
    if stays(&event) == Some(stands.amount) {
        return Ok(event);
    }
    Err(Error::Conflict("账上的转账与这笔业务的金额对不上，不能冲正，请联系平台管理员核对".into()))
}

/// A second person agrees: the books are reversed, and the record is what it was before.
pub async fn confirm(app: &App, Sure(checker): &Sure<CharityChecker>, id: ReversalId) -> Result<Reversals> {
    let acting = &checker.acting;
    let charity = acting.organisation;
    let mut tx = app.begin().await?;
    let (proposed, stands) = waiting(&mut tx, acting, id).await?;
    check_confirmer(proposed.proposed_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    let stands = stands.ok_or_else(not_booked)?;
    if !proposed.is_of(&stands) {
        return Err(Error::changed_meanwhile());
    }
    let (kind, of) = proposed.subject;
    // The payment and the pledges before the ledger's accounts, as everywhere.
    let payment = match stands.disbursement {
        Some(payment) => disbursements::lock_left(&mut tx, charity, payment).await?,
        None => None,
    };
    let owners = match kind {
        ReversalKind::Return => Some(returns::lock_owners(&mut tx, ReturnId(of)).await?),
        ReversalKind::Back | ReversalKind::Fee => None,
    };
    let event = undoing(&mut tx, charity, (id, proposed.subject), &stands).await?;
    ledger::post(app, &mut tx, &event).await?;
    match kind {
        ReversalKind::Back => {
            let payment = payment.ok_or_else(Error::changed_meanwhile)?;
            arrivals::backs::take_back(app, &mut tx, of.into(), (stands.amount, payment)).await?;
        }
        ReversalKind::Fee => outgoings::take_back_fee(&mut tx, OutgoingId(of)).await?,
        ReversalKind::Return => {
            let owners = owners.ok_or_else(Error::changed_meanwhile)?;
            returns::take_back(app, &mut tx, ReturnId(of), owners).await?;
            gift_requests::open_again(app, &mut tx, (acting, &checker.origin), ReturnId(of)).await?;
        }
    }
    let decided = sql::decide(&mut tx, id, ReversalOutcome::Confirmed, acting.person, app.clock.now()).await;
    if broken(&decided) == Some("bank_day_sealed") {
        return Err(Error::Conflict(SEALED.into()));
    }
    decided
        .on_constraint("money_reversal_four_eyes", || Error::Conflict("冲正须由另一人确认".into()))?
        .one_row_or_conflict()?;
    let what = (proposed.subject, proposed.reason.as_str());
    record(app, &mut tx, (acting, &checker.origin), "reversal_confirmed", what).await?;
    tx.commit().await?;
    app.pages.forget_all();
    read(app, &viewer(acting), proposed.subject).await
}

/// It is taken back, or a second person does not agree; nothing was booked.
pub async fn drop_it(app: &App, desk: &CharityDesk, id: ReversalId) -> Result<Reversals> {
    let acting = &desk.acting;
    let mut tx = app.begin().await?;
    let (proposed, _) = waiting(&mut tx, acting, id).await?;
    let outcome = ReversalOutcome::Dropped;
    sql::decide(&mut tx, id, outcome, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    let what = (proposed.subject, proposed.reason.as_str());
    record(app, &mut tx, (acting, &desk.origin), "reversal_dropped", what).await?;
    tx.commit().await?;
    read(app, &viewer(acting), proposed.subject).await
}

/// A proposal of the caller's charity that nobody has decided on, with what stands of its subject, both locked.
async fn waiting(tx: &mut PgConnection, acting: &Acting, id: ReversalId) -> Result<(sql::Proposal, Option<Standing>)> {
    let subject = sql::subject_of(tx, id).await?.ok_or(Error::NotFound)?;
    let stands = lock(tx, acting, subject).await?;
    let proposed = sql::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if proposed.decided {
        return Err(Error::Conflict("这份冲正已经有人办过，请刷新页面".into()));
    }
    Ok((proposed, stands))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    verb: &'static str,
    ((kind, subject), reason): (Subject, &str),
) -> Result<()> {
    let subject_kind = match kind {
        ReversalKind::Back => "bank_line",
        ReversalKind::Fee => "outgoing",
        ReversalKind::Return => "gift_return",
    };
    let after = Some(json!({ "kind": kind.label() }));
    let record = Record { verb, subject_kind, subject, before: None, after, reason: Some(reason.trim()) };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// What waits for a second person of the caller's charity, also arrivals that are to be booked anew; oldest first.
pub async fn waiting_list(app: &App, reader: &BooksReader) -> Result<List<WaitingReversal>> {
    let charity = reader.charity;
    let mut tx = app.snapshot().await?;
    let items = sql::waiting_list(&mut tx, charity, LIST_MAX).await?;
    let count = Count::capped(sql::count_waiting(&mut tx, charity, None).await?.count);
    Ok(List { items, next: None, count })
}

/// What of reversals and rebookings waits for this checker: those that somebody else proposed.
pub async fn waiting_to_be_confirmed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::count_waiting(tx, acting.organisation, Some(acting.person)).await?)
}

/// The lots of transfers.
fn lots_of(posted: &[(TransferId, LotId)]) -> (Vec<LotId>, BTreeSet<TransferId>) {
    let lots: BTreeSet<LotId> = posted.iter().map(|(_, lot)| *lot).collect();
    (lots.into_iter().collect(), posted.iter().map(|(id, _)| *id).collect())
}
