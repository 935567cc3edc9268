//! Goods that are left: the charity's maker asks to take them back from a need, or to write off what will never be handed
//! over; a second person confirms, and in that transaction they move in the books.
//!
//! One such thing of a gift at a time, and none beside a hand-over or a reversal. Its giver may let a gift go that it
//! bound to a need. Deliberately absent: taking a confirmed write-off back.

mod sql;

use super::lines::{self, Line};
use super::sql as gifts;
use super::{Held, OF_CHARITY, Viewer, not_now, one, record as record_gift, said, tell};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::gift_papers::{self, Kind};
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Enterprise, Giver, Origin, Sure, Village};
use crate::mail::letter::goods::News;
use crate::{campaigns, consents, files, ledger};
use domain::api::goods::{GoodsGift, GoodsRest, GoodsRestReason, GoodsSeen, NewGoodsRelease, NewGoodsWriteOff};
use domain::goods::{
    GoodsGiftStatus, GoodsNotNow, GoodsRestKind, GoodsRestStatus, GoodsRestStep, GoodsStep, Quantity, WriteOffFacts,
};
use domain::ledger::{Asset, Event, Fund, GoodsHeld};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{AllocationId, Fen, GoodsGiftId, GoodsRestId, LotId};
use serde_json::{Value, json};
use sqlx::PgConnection;

fn other_content() -> Error {
    Error::Conflict("这个编号已经登记过别的处理，请重新打开页面填写".into())
}

fn two_people() -> Error {
    Error::Conflict("申请和确认须是两个人：请另一位有复核岗位的同事确认".into())
}

/// The giver lets a gift go that it bound to a need: the charity may set what is left aside for another.
pub async fn unbind(app: &App, enterprise: &Enterprise, id: GoodsGiftId, seen: GoodsSeen) -> Result<GoodsGift> {
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, (id, seen.version), |gift| gift.enterprise == acting.organisation).await?;
    let next = held.after(GoodsStep::Unbind)?;
    gifts::set_unbound(&mut tx, &held.stored, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    let after = json!({ "status": next });
    record_gift(app, &mut tx, (acting, &enterprise.origin), ("goods_unbound", id), after, None).await?;
    tell(app, &mut tx, &held.stored, (held.stored.charity, OF_CHARITY), News::Unbound).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// A gift to the caller's charity, locked.
async fn of_charity(tx: &mut PgConnection, acting: &Acting, id: GoodsGiftId) -> Result<gifts::Stored> {
    gifts::lock(tx, id).await?;
    gifts::by_id(tx, id).await?.filter(|gift| gift.charity == acting.organisation).ok_or(Error::NotFound)
}

/// The gift in the version that was read, if the step is possible now.
fn held(stored: gifts::Stored, version: i32, step: GoodsStep) -> Result<Held> {
    if stored.version != version {
        return Err(Error::changed_meanwhile());
    }
    let held = Held { stored };
    held.after(step)?;
    Ok(held)
}

/// The maker asks to take back all that is left. The same id and content again gives the same answer.
pub async fn release(app: &App, maker: &CharityMaker, id: GoodsGiftId, new: &NewGoodsRelease) -> Result<GoodsGift> {
    let (acting, reason) = (&maker.acting, said(&new.reason)?);
    let mut tx = app.begin().await?;
    let stored = of_charity(&mut tx, acting, id).await?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        tx.rollback().await?;
        let same = (known.gift, known.kind, known.reason.as_str()) == (id, GoodsRestKind::Release, reason);
        return if same { one(app, acting, id).await } else { Err(other_content()) };
    }
    let held = held(stored, new.version, GoodsStep::Release)?;
    let lines = lines::of(&mut tx, id).await?;
    let quantities: Vec<Quantity> = lines.iter().map(Line::left).collect();
    let asked = sql::Asked { id: new.id, kind: GoodsRestKind::Release, write_off: None, reason };
    ask(app, &mut tx, (acting, &maker.origin), &held, (&asked, &lines, &quantities)).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// The maker asks to write off what will never be handed over. The same id and content again gives the same answer.
pub async fn write_off(app: &App, maker: &CharityMaker, id: GoodsGiftId, new: &NewGoodsWriteOff) -> Result<GoodsGift> {
    let (acting, input) = (&maker.acting, &new.input);
    let mut tx = app.begin().await?;
    let stored = of_charity(&mut tx, acting, id).await?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        let pictures = gift_papers::of(&mut tx, new.id.0).await?;
        let quantities: Vec<Quantity> = known.lines.iter().map(|line| line.quantity).collect();
        let same = (known.gift, known.kind, known.cause, known.found_on)
            == (id, GoodsRestKind::WriteOff, Some(input.cause), Some(input.found_on))
            && known.reason == input.reason.trim()
            && quantities == input.quantities
            && files::same(&mut tx, &pictures, &new.pictures).await?;
        tx.rollback().await?;
        return if same { one(app, acting, id).await } else { Err(other_content()) };
    }
    let held = held(stored, new.version, GoodsStep::WriteOff)?;
    let lines = lines::of(&mut tx, id).await?;
    let left: Vec<_> = lines.iter().map(|line| (line.left(), line.offered.unit.as_str())).collect();
    let received_on = held.stored.inspected.as_ref().map(|inspected| inspected.received_on);
    input.check(&WriteOffFacts {
        left: &left,
        pictures: new.pictures.len(),
        received_on: received_on.ok_or_else(Error::changed_meanwhile)?,
        expires_on: held.stored.expires_on,
        today: app.clock.today(),
    })?;
    consents::no_numbers(("reason", &input.reason))?;
    let asked = sql::Asked {
        id: new.id,
        kind: GoodsRestKind::WriteOff,
        write_off: Some((input.cause, input.found_on)),
        reason: input.reason.trim(),
    };
    ask(app, &mut tx, (acting, &maker.origin), &held, (&asked, &lines, &input.quantities)).await?;
    gift_papers::keep(&mut tx, acting.person, (Kind::GoodsRest, new.id.0), &new.pictures).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Writes down what one person asks for, and tells those who can confirm it. Nothing moves.
async fn ask(
    app: &App,
    tx: &mut PgConnection,
    by: (&Acting, &Origin),
    held: &Held,
    (asked, lines, quantities): (&sql::Asked<'_>, &[Line], &[Quantity]),
) -> Result<()> {
    let gift = &held.stored;
    let parts: Vec<(Quantity, Fen)> =
        lines.iter().zip(quantities).map(|(line, quantity)| (*quantity, line.share(*quantity))).collect();
    let value = Fen::sum(parts.iter().map(|(_, value)| *value)).map_err(|error| Error::Conflict(error.to_string()))?;
    if value.is_zero() {
        return Err(Error::Conflict("折款不到一分，请和下一次合并登记".into()));
    }
    let inserted = sql::insert(tx, gift, (asked, value), by.0.person, app.clock.now()).await;
    match broken(&inserted) {
        Some("goods_rest_one_waits") => return Err(not_now(GoodsNotNow::RestWaits)),
        Some("goods_rest_pkey") => return Err(other_content()),
        _ => inserted?,
    }
    sql::insert_lines(tx, asked.id, &parts).await?;
    gifts::count_step(tx, gift.id, app.clock.now()).await?;
    let verb = match asked.kind {
        GoodsRestKind::Release => "goods_release_asked",
        GoodsRestKind::WriteOff => "goods_write_off_asked",
    };
    let after = json!({ "status": GoodsRestStatus::Asked, "gift": gift.id, "value_fen": value });
    record(app, tx, by, (verb, asked.id), after, Some(asked.reason)).await?;
    let news = News::RestAsked { kind: asked.kind, reason: asked.reason.to_owned() };
    tell(app, tx, gift, (gift.charity, CharityChecker::ROLES), news).await
}

/// A second person confirms: what is left moves in the books, and giver and village are told.
pub async fn confirm_rest(app: &App, Sure(checker): &Sure<CharityChecker>, id: GoodsRestId) -> Result<GoodsGift> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let (gift, rest) = both(&mut tx, acting, id).await?;
    let next = rest.status.after(GoodsRestStep::Confirm).map_err(|error| Error::Conflict(error.to_string()))?;
    if rest.asked_by == acting.person {
        return Err(two_people());
    }
    let lot = gift.lot.ok_or_else(Error::changed_meanwhile)?;
    campaigns::may_move(&mut tx, &[gift.campaign]).await?;
    sql::set_decided(&mut tx, id, (next, ""), acting.person, app.clock.now())
        .await
        .on_constraint("goods_rest_four_eyes", two_people)?
        .one_row_or_conflict()?;
    let (verb, status) = match rest.kind {
        GoodsRestKind::Release => ("goods_released", take_back(app, &mut tx, &gift, &rest, lot).await?),
        GoodsRestKind::WriteOff => ("goods_written_off", lose(app, &mut tx, &gift, &rest, lot).await?),
    };
    let after = json!({ "status": next, "value_fen": rest.value });
    record(app, &mut tx, (acting, &checker.origin), (verb, id), after, Some(&rest.reason)).await?;
    let news = match rest.kind {
        GoodsRestKind::Release => News::Released { reason: rest.reason.clone() },
        GoodsRestKind::WriteOff => News::WrittenOff {
            what: what(&lines::of(&mut tx, gift.id).await?, &rest),
            cause: rest.cause,
            reason: rest.reason.clone(),
            over: matches!(status, GoodsGiftStatus::HandedOverShort | GoodsGiftStatus::WrittenOff),
        },
    };
    tell(app, &mut tx, &gift, (gift.enterprise, Giver::ROLES), news.clone()).await?;
    if let Some(village) = rest.village {
        tell(app, &mut tx, &gift, (village, Village::ROLES), news).await?;
    }
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, gift.id).await
}

/// Back to the goods without a need, all that is left.
async fn take_back(
    app: &App,
    tx: &mut PgConnection,
    gift: &gifts::Stored,
    rest: &sql::Stored,
    lot: LotId,
) -> Result<GoodsGiftStatus> {
    let need = rest.need.as_ref().map(|need| need.id).ok_or_else(Error::changed_meanwhile)?;
    let status = gift.standing_with(gift.handed, gift.lost, false);
    sql::set_free(tx, gift.id, (status, rest.value), app.clock.now())
        .await
        .on_constraint("goods_gift_bound", || not_now(GoodsNotNow::Bound))?
        .one_row_or_conflict()?;
    let event = Event::Released {
        allocation: AllocationId(rest.id.0),
        need,
        charity: gift.charity,
        to: Fund::General { campaign: gift.campaign, charity: gift.charity },
        asset: Asset::InKind,
        takes: vec![(lot, rest.value)],
        on: app.clock.today(),
    };
    ledger::post(app, tx, &event).await?;
    Ok(status)
}

/// Out of the books, as a loss of the charity.
async fn lose(
    app: &App,
    tx: &mut PgConnection,
    gift: &gifts::Stored,
    rest: &sql::Stored,
    lot: LotId,
) -> Result<GoodsGiftStatus> {
    let in_all = gift.lost.checked_add(rest.value).map_err(|error| Error::Conflict(error.to_string()))?;
    let status = gift.standing_with(gift.handed, in_all, rest.need.is_some());
    sql::add_to_lines(tx, gift.id, rest.id).await?;
    sql::set_lost(tx, gift.id, (status, in_all), app.clock.now()).await?.one_row_or_conflict()?;
    let from = match &rest.need {
        Some(need) => GoodsHeld::Allocated { need: need.id },
        None => GoodsHeld::General { campaign: gift.campaign },
    };
    let on = rest.found_on.unwrap_or_else(|| app.clock.today());
    let event =
        Event::GoodsWrittenOff { rest: rest.id, from, charity: gift.charity, takes: vec![(lot, rest.value)], on };
    ledger::post(app, tx, &event).await?;
    Ok(status)
}

/// Names and quantities in one sentence.
fn what(lines: &[Line], rest: &sql::Stored) -> String {
    let parts = rest.lines.iter().zip(lines).filter(|(part, _)| !part.quantity.is_zero());
    let parts = parts.map(|(part, line)| format!("{} {} {}", line.offered.name, part.quantity, line.offered.unit));
    parts.collect::<Vec<_>>().join("、")
}

/// It is not done: the second person says why, or whoever asked for it takes it back.
pub async fn drop_rest(app: &App, desk: &CharityDesk, id: GoodsRestId, why: &GoodsRestReason) -> Result<GoodsGift> {
    let (acting, reason) = (&desk.acting, said(&why.reason)?);
    let mut tx = app.begin().await?;
    let (gift, rest) = both(&mut tx, acting, id).await?;
    let next = rest.status.after(GoodsRestStep::Drop).map_err(|error| Error::Conflict(error.to_string()))?;
    sql::set_decided(&mut tx, id, (next, reason), acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    gifts::count_step(&mut tx, gift.id, app.clock.now()).await?;
    let by = (acting, &desk.origin);
    record(app, &mut tx, by, ("goods_rest_dropped", id), json!({ "status": next }), Some(reason)).await?;
    let news = News::RestDropped { reason: reason.to_owned() };
    tell(app, &mut tx, &gift, (gift.charity, CharityMaker::ROLES), news).await?;
    tx.commit().await?;
    one(app, acting, gift.id).await
}

/// What was asked for with its gift, both locked, of the caller's charity.
async fn both(tx: &mut PgConnection, acting: &Acting, id: GoodsRestId) -> Result<(gifts::Stored, sql::Stored)> {
    let gift = sql::gift_of(tx, id).await?.ok_or(Error::NotFound)?;
    let gift = of_charity(tx, acting, gift).await?;
    let rest = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
    Ok((gift, rest))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, GoodsRestId),
    after: Value,
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind: "goods_rest", subject: id.0, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// What was asked for of a gift, the first one first, with what the reader may do. Giver and village read what was
/// confirmed, a village of what was set aside for its own needs.
pub(super) async fn of(
    tx: &mut PgConnection,
    (acting, viewer): (&Acting, Viewer),
    gift: &gifts::Stored,
    values: bool,
) -> Result<Vec<GoodsRest>> {
    let mut all = sql::of_gift(tx, gift.id).await?;
    all.retain(|rest| match viewer {
        Viewer::Charity(_) | Viewer::Everything => true,
        Viewer::Enterprise(_) => rest.status == GoodsRestStatus::Done,
        Viewer::Village(own) => rest.status == GoodsRestStatus::Done && rest.village == Some(own),
    });
    let ids: Vec<_> = all.iter().map(|rest| rest.id.0).collect();
    let mut papers = gift_papers::of_all(tx, &ids).await?;
    let (maker, checker) = (acting.role == Role::CharityMaker, acting.role == Role::CharityChecker);
    let shown = all.into_iter().map(|rest| {
        let mine = |step: GoodsRestStep| match step {
            GoodsRestStep::Confirm => checker && rest.asked_by != acting.person,
            GoodsRestStep::Drop => maker || checker,
        };
        let possible = |step: &GoodsRestStep| mine(*step) && rest.status.after(*step).is_ok();
        let may = GoodsRestStep::ALL.iter().copied().filter(possible).collect();
        let pictures = papers.remove(&rest.id.0).unwrap_or_default();
        rest.shown(values, pictures, may)
    });
    Ok(shown.collect())
}

/// What waits for a second person of a charity.
pub(super) async fn waiting(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting).await?)
}
