//! Accepting goods: one person of the charity inspects, a second one confirms, and in that transaction they are in the
//! books. What was accepted wrongly is reversed by two people as long as nothing of it has gone on.
//!
//! Deliberately absent: handing over.

mod sql;

use super::{Held, OF_CHARITY, not_now, one, record, said, tell};
use crate::app::App;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Enterprise, Giver, Sure, Village};
use crate::mail::letter::goods::{GoodsConfirmed, News};
use crate::mail::{self, Letter};
use crate::{campaigns, consents, ledger};
use domain::api::goods::{GoodsGift, GoodsReason, GoodsSeen, InspectGoods, SetGoodsAside};
use domain::campaign::legal_day;
use domain::goods::{GoodsGiftStatus, GoodsStep, InspectionFacts, check_second};
use domain::ledger::{Asset, Event, Fund, LedgerError, transfers_for};
use domain::organisation::Acting;
use domain::{AllocationId, EventId, Fen, GoodsGiftId, LotId, NeedId};
use serde_json::json;
use sqlx::PgConnection;

const NEED_GONE: &str = "这条需求现在不能接受物资。请捐赠方撤回后另捐，或不接受并写明原因";

/// The charity's maker says what he found. Nothing is booked yet.
pub async fn inspect(app: &App, maker: &CharityMaker, id: GoodsGiftId, said: &InspectGoods) -> Result<GoodsGift> {
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, said.version)).await?;
    let next = held.after(GoodsStep::Inspect)?;
    let offered: Vec<_> = super::lines::of(&mut tx, id).await?.into_iter().map(|line| line.offered).collect();
    let facts = InspectionFacts {
        offered: &offered,
        basis: held.stored.basis,
        offered_on: legal_day(held.stored.offered_at),
        expires_on: held.stored.expires_on,
        today: app.clock.today(),
    };
    let value = said.found.check(&facts)?;
    consents::no_numbers(("value_reason", &said.found.value_reason))?;
    for line in &said.found.lines {
        consents::no_numbers(("lines", &line.condition))?;
    }
    sql::set_inspected(&mut tx, &held.stored, (&said.found, value), acting.person, app.clock.now())
        .await?
        .one_row_or_conflict()?;
    sql::set_lines(&mut tx, id, &said.found.lines).await?;
    let after = json!({ "status": next, "accepted_fen": value });
    record(app, &mut tx, (acting, &maker.origin), ("goods_inspected", id), after, None).await?;
    tell(app, &mut tx, &held.stored, (held.stored.charity, CharityChecker::ROLES), News::Inspected { value }).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// A gift to the caller's charity.
async fn of_charity(tx: &mut PgConnection, acting: &Acting, seen: (GoodsGiftId, i32)) -> Result<Held> {
    Held::lock(tx, seen, |gift| gift.charity == acting.organisation).await
}

/// The second person wants it inspected anew.
pub async fn send_back(app: &App, checker: &CharityChecker, id: GoodsGiftId, why: &GoodsReason) -> Result<GoodsGift> {
    let (acting, reason) = (&checker.acting, said(&why.reason)?);
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, why.version)).await?;
    let next = held.after(GoodsStep::SendBack)?;
    sql::set_sent_back(&mut tx, &held.stored, reason, app.clock.now()).await?.one_row_or_conflict()?;
    sql::clear_lines(&mut tx, id).await?;
    let by = (acting, &checker.origin);
    record(app, &mut tx, by, ("goods_sent_back", id), json!({ "status": next }), Some(reason)).await?;
    let news = News::SentBack { reason: reason.to_owned() };
    tell(app, &mut tx, &held.stored, (held.stored.charity, CharityMaker::ROLES), news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// A second person confirms: a new lot, in the books, and its giver gets the confirmation letter.
pub async fn confirm(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: GoodsGiftId,
    seen: GoodsSeen,
) -> Result<GoodsGift> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, seen.version)).await?;
    let stored = &held.stored;
    let next = held.after(GoodsStep::Confirm)?;
    let (inspected, value) = stored.inspected.as_ref().zip(stored.accepted).ok_or_else(Error::changed_meanwhile)?;
    check_second(inspected.by, acting.person).map_err(not_now)?;
    campaigns::may_move(&mut tx, &[stored.campaign]).await?;
    let lot: LotId = app.clock.id();
    sql::insert_lot(&mut tx, lot).await?;
    let number = sql::next_confirmation(&mut tx).await?;
    sql::set_confirmed(&mut tx, stored, (next, lot, number), acting.person, app.clock.now())
        .await
        .on_constraint("goods_gift_four_eyes", || Error::Conflict("验收和复核须是两个人".into()))?
        .one_row_or_conflict()?;
    let accepted = Event::GoodsAccepted {
        gift: id,
        lot,
        value,
        campaign: stored.campaign,
        charity: stored.charity,
        on: inspected.received_on,
    };
    ledger::post(app, &mut tx, &accepted).await?;
    if let Some(need) = stored.need {
        allocate(app, &mut tx, &held, need, (lot, value)).await?;
        sql::insert_set_aside(&mut tx, (id, need, value), acting.person, app.clock.now()).await?;
    }
    let after = json!({ "status": next, "accepted_fen": value });
    record(app, &mut tx, (acting, &checker.origin), ("goods_accepted", id), after, None).await?;
    let letter = GoodsConfirmed {
        number: format!("{}-{number:06}-{}", app.clock.today().format("%Y"), stored.reference),
        reference: stored.reference.to_string(),
        enterprise: stored.enterprise_name.clone(),
        charity: stored.charity_name.clone(),
        campaign: stored.campaign_name.clone(),
        lines: sql::accepted_lines(&mut tx, id).await?,
        value,
        basis: inspected.basis.label().to_owned(),
        value_reason: inspected.value_reason.clone(),
        received_on: inspected.received_on,
        confirmed_on: app.clock.today(),
        need: stored.for_need.as_ref().map(|(_, code, title)| format!("{code} {title}")),
        path: format!("/goods-gifts/{id}"),
    };
    let letter = Letter::GoodsConfirmed(letter);
    mail::write_to(&mut tx, app, (stored.enterprise, Giver::ROLES), &letter).await?;
    if let Some(((_, code, title), village)) = stored.for_need.as_ref().zip(stored.village) {
        let news = News::SetAside { need: format!("{code} {title}") };
        tell(app, &mut tx, stored, (village, Village::ROLES), news).await?;
    }
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}

/// Posts that what is left of a gift is set aside for a need that still takes goods.
async fn allocate(app: &App, tx: &mut PgConnection, held: &Held, need: NeedId, take: (LotId, Fen)) -> Result<()> {
    let open = super::sql::need(tx, need).await?.is_some_and(|need| need.takes_goods());
    if !open {
        return Err(Error::Conflict(NEED_GONE.into()));
    }
    let stored = &held.stored;
    let event = Event::Allocated {
        allocation: AllocationId(stored.id.0),
        from: Fund::General { campaign: stored.campaign, charity: stored.charity },
        need,
        charity: stored.charity,
        asset: Asset::InKind,
        takes: vec![take],
        on: app.clock.today(),
    };
    ledger::post(app, tx, &event).await?;
    Ok(())
}

/// The charity does not take it.
pub async fn refuse(app: &App, desk: &CharityDesk, id: GoodsGiftId, why: &GoodsReason) -> Result<GoodsGift> {
    let (acting, reason) = (&desk.acting, said(&why.reason)?);
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, why.version)).await?;
    let next = held.after(GoodsStep::Refuse)?;
    super::sql::end(&mut tx, &held.stored, (next, reason), acting.person, app.clock.now())
        .await?
        .one_row_or_conflict()?;
    let by = (acting, &desk.origin);
    record(app, &mut tx, by, ("goods_refused", id), json!({ "status": next }), Some(reason)).await?;
    let news = News::Refused { reason: reason.to_owned() };
    tell(app, &mut tx, &held.stored, (held.stored.enterprise, Enterprise::ROLES), news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// The charity sets what is left of a gift that is bound to no need aside for one.
pub async fn set_aside(app: &App, maker: &CharityMaker, id: GoodsGiftId, to: SetGoodsAside) -> Result<GoodsGift> {
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, to.version)).await?;
    let next = held.after(GoodsStep::SetAside)?;
    let stored = &held.stored;
    let left = stored.left();
    let take = (stored.lot.ok_or_else(Error::changed_meanwhile)?, left);
    campaigns::may_move(&mut tx, &[stored.campaign]).await?;
    let need = super::sql::need(&mut tx, to.need).await?.filter(super::sql::GoodsFor::takes_goods);
    let need = need.ok_or_else(|| Error::invalid("need", "没有找到能接受物资的这条需求，请核对需求编号"))?;
    allocate(app, &mut tx, &held, to.need, take).await?;
    sql::set_aside(&mut tx, stored, (next, to.need), acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    sql::insert_set_aside(&mut tx, (id, to.need, left), acting.person, app.clock.now()).await?;
    let after = json!({ "status": next, "need": to.need, "value_fen": left });
    record(app, &mut tx, (acting, &maker.origin), ("goods_set_aside", id), after, None).await?;
    let news = News::SetAside { need: format!("{} {}", need.code, need.title) };
    tell(app, &mut tx, stored, (stored.enterprise, Enterprise::ROLES), news.clone()).await?;
    tell(app, &mut tx, stored, (need.village, Village::ROLES), news).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}

/// One person says that the acceptance was wrong, and why.
pub async fn ask_reversal(app: &App, maker: &CharityMaker, id: GoodsGiftId, why: &GoodsReason) -> Result<GoodsGift> {
    let (acting, reason) = (&maker.acting, said(&why.reason)?);
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, why.version)).await?;
    held.after(GoodsStep::AskReversal)?;
    sql::set_reversal(&mut tx, &held.stored, Some(reason), acting.person, app.clock.now())
        .await?
        .one_row_or_conflict()?;
    let by = (acting, &maker.origin);
    let after = json!({ "status": held.stored.status });
    record(app, &mut tx, by, ("goods_reversal_asked", id), after, Some(reason)).await?;
    let news = News::ReversalAsked { reason: reason.to_owned() };
    tell(app, &mut tx, &held.stored, (held.stored.charity, CharityChecker::ROLES), news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// The acceptance stands.
pub async fn drop_reversal(app: &App, desk: &CharityDesk, id: GoodsGiftId, seen: GoodsSeen) -> Result<GoodsGift> {
    let acting = &desk.acting;
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, seen.version)).await?;
    let next = held.after(GoodsStep::DropReversal)?;
    sql::set_reversal(&mut tx, &held.stored, None, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    let by = (acting, &desk.origin);
    record(app, &mut tx, by, ("goods_reversal_dropped", id), json!({ "status": next }), None).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// A second person reverses it: every row of its lot is taken back, and nothing of it counts any more.
pub async fn reverse(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: GoodsGiftId,
    seen: GoodsSeen,
) -> Result<GoodsGift> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let held = of_charity(&mut tx, acting, (id, seen.version)).await?;
    let next = held.after(GoodsStep::Reverse)?;
    let stored = &held.stored;
    let ((asked_by, asked), lot) = stored.reversal.as_ref().zip(stored.lot).ok_or_else(Error::changed_meanwhile)?;
    check_second(*asked_by, acting.person).map_err(not_now)?;
    campaigns::may_move(&mut tx, &[stored.campaign]).await?;
    let history = ledger::history(&mut tx, &[lot]).await?;
    // What came last goes first, so that no account is below zero on the way.
    let transfers = history.iter().rev().map(|posted| posted.id).collect();
    let event = Event::Reversed { record: EventId(id.0), transfers, history, on: app.clock.today() };
    if let Err(LedgerError::MovedOn(rows)) = transfers_for(&event) {
        return Err(Error::Conflict(format!("这份物资已经移交，不能冲正（其后有 {} 笔记账）", rows.len())));
    }
    sql::set_reversed(&mut tx, stored, acting.person, app.clock.now())
        .await
        .on_constraint("goods_gift_reversal_four_eyes", || Error::Conflict("申请冲正和确认须是两个人".into()))?
        .one_row_or_conflict()?;
    ledger::post(app, &mut tx, &event).await?;
    let by = (acting, &checker.origin);
    record(app, &mut tx, by, ("goods_reversed", id), json!({ "status": next }), Some(&asked.reason)).await?;
    let news = News::Reversed { reason: asked.reason.clone() };
    tell(app, &mut tx, stored, (stored.enterprise, Giver::ROLES), news.clone()).await?;
    tell(app, &mut tx, stored, (stored.charity, OF_CHARITY), news.clone()).await?;
    if stored.status == GoodsGiftStatus::SetAside
        && let Some(village) = stored.village
    {
        tell(app, &mut tx, stored, (village, Village::ROLES), news).await?;
    }
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}
