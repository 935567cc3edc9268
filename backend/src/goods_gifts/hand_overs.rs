//! Handing goods over in parts: the charity's maker says what was brought, the village what came, and a second person of
//! the charity accepts that; then what came has left the charity, at its share of the accepted value.
//!
//! One hand-over of a gift at a time. What did not come stays set aside. Deliberately absent: changing a hand-over; one
//! that the village or the charity does not accept keeps its words, and another is recorded.

mod sql;

use super::sql as gifts;
use super::{BRINGERS, Held, lines, not_now, one, said, tell};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::gift_papers::{self, Kind};
use crate::http::caller::{CharityChecker, CharityMaker, Giver, Origin, Sure, Village};
use crate::mail::letter::goods::News;
use crate::{campaigns, consents, files, ledger};
use domain::api::goods::{GoodsGift, GoodsHandOver, HandOverReason, NewGoodsHandOver};
use domain::goods::hand_over::HandOverNotNow;
use domain::goods::{GoodsGiftStatus, GoodsHandOverStatus, GoodsHandOverStep, GoodsReceipt, GoodsStep, Quantity};
use domain::ledger::Event;
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{Fen, GoodsHandOverId, OrganisationId};
use serde_json::{Value, json};
use sqlx::PgConnection;

fn refused_now(error: HandOverNotNow) -> Error {
    Error::Conflict(error.to_string())
}

fn other_content() -> Error {
    Error::Conflict("这个编号已经登记过别的移交，请重新打开页面填写".into())
}

/// The charity's maker says what was brought. The same id and content again gives the same answer.
pub async fn hand_over(
    app: &App,
    maker: &CharityMaker,
    id: domain::GoodsGiftId,
    new: &NewGoodsHandOver,
) -> Result<GoodsGift> {
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    gifts::lock(&mut tx, id).await?;
    let stored = gifts::by_id(&mut tx, id).await?.filter(|gift| gift.charity == acting.organisation);
    let stored = stored.ok_or(Error::NotFound)?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        let pictures = gift_papers::of(&mut tx, new.id.0).await?;
        let quantities: Vec<Quantity> = known.lines.iter().map(|line| line.quantity).collect();
        let same = known.gift == id
            && (quantities, known.happened_on) == (new.input.quantities.clone(), new.input.happened_on)
            && (known.place.as_str(), known.note.as_str()) == (new.input.place.trim(), new.input.note.trim())
            && files::same(&mut tx, &pictures, &new.pictures).await?;
        tx.rollback().await?;
        return if same { one(app, acting, id).await } else { Err(other_content()) };
    }
    if stored.version != new.version {
        return Err(Error::changed_meanwhile());
    }
    let held = Held { stored };
    held.after(GoodsStep::HandOver)?;
    let lines = lines::of(&mut tx, id).await?;
    let left: Vec<_> = lines.iter().map(|line| (line.left(), line.offered.unit.as_str())).collect();
    let received_on = held.stored.inspected.as_ref().map(|inspected| inspected.received_on);
    let days = (received_on.ok_or_else(Error::changed_meanwhile)?, app.clock.today());
    new.input.check(&left, new.pictures.len(), days)?;
    consents::no_numbers(("note", &new.input.note))?;
    consents::no_numbers(("place", &new.input.place))?;
    let need = held.stored.for_need.as_ref().map(|(need, ..)| *need).ok_or_else(Error::changed_meanwhile)?;
    let inserted = sql::insert(&mut tx, (id, need), new, acting.person, app.clock.now()).await;
    match broken(&inserted) {
        Some("goods_hand_over_one_waits") => return Err(not_now(domain::goods::GoodsNotNow::HandOverWaits)),
        Some("goods_hand_over_pkey") => return Err(other_content()),
        _ => inserted?,
    }
    gift_papers::keep(&mut tx, acting.person, (Kind::GoodsHandOver, new.id.0), &new.pictures).await?;
    gifts::count_step(&mut tx, id, app.clock.now()).await?;
    let after = json!({ "status": GoodsHandOverStatus::Recorded, "gift": id });
    record(app, &mut tx, (acting, &maker.origin), ("goods_handed_over", new.id), after, None).await?;
    if let Some(village) = held.stored.village {
        tell(app, &mut tx, &held.stored, (village, Village::ROLES), News::Brought { place: new.input.place.clone() })
            .await?;
    }
    tx.commit().await?;
    one(app, acting, id).await
}

/// A hand-over with its gift, both locked, on the side that `mine` picks.
struct Both {
    gift: gifts::Stored,
    hand_over: sql::Stored,
}

impl Both {
    async fn lock(tx: &mut PgConnection, id: GoodsHandOverId, mine: impl Fn(&gifts::Stored) -> bool) -> Result<Self> {
        let gift = sql::gift_of(tx, id).await?.ok_or(Error::NotFound)?;
        gifts::lock(tx, gift).await?;
        let gift = gifts::by_id(tx, gift).await?.filter(mine).ok_or(Error::NotFound)?;
        let hand_over = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
        Ok(Both { gift, hand_over })
    }

    fn after(&self, step: GoodsHandOverStep) -> Result<GoodsHandOverStatus> {
        self.hand_over.status.after(step).map_err(refused_now)
    }
}

fn three_people() -> Error {
    Error::Conflict("登记移交、确认收到和核对须是三个人".into())
}

/// The village says what came.
pub async fn receive(
    app: &App,
    Sure(village): &Sure<Village>,
    id: GoodsHandOverId,
    receipt: &GoodsReceipt,
) -> Result<GoodsGift> {
    let acting = &village.acting;
    let mut tx = app.begin().await?;
    let both = Both::lock(&mut tx, id, |gift| gift.village == Some(acting.organisation)).await?;
    let next = both.after(GoodsHandOverStep::Receive)?;
    let lines = lines::of(&mut tx, both.gift.id).await?;
    let units = lines.iter().map(|line| line.offered.unit.as_str());
    let recorded: Vec<_> = both.hand_over.lines.iter().map(|line| line.quantity).zip(units).collect();
    receipt.check(&recorded)?;
    consents::no_numbers(("note", &receipt.note))?;
    sql::set_received(&mut tx, id, (next, receipt.note.trim()), acting.person, app.clock.now())
        .await
        .on_constraint("goods_hand_over_three_people", three_people)?
        .one_row_or_conflict()?;
    sql::set_lines_received(&mut tx, id, &receipt.received).await?;
    gifts::count_step(&mut tx, both.gift.id, app.clock.now()).await?;
    let after = json!({ "status": next });
    record(app, &mut tx, (acting, &village.origin), ("goods_received", id), after, None).await?;
    tell(app, &mut tx, &both.gift, (both.gift.charity, CharityChecker::ROLES), News::Received).await?;
    tx.commit().await?;
    one(app, acting, both.gift.id).await
}

/// The village did not receive it so; the charity records it anew.
pub async fn object(app: &App, village: &Village, id: GoodsHandOverId, why: &HandOverReason) -> Result<GoodsGift> {
    let (acting, reason) = (&village.acting, said(&why.reason)?);
    let mut tx = app.begin().await?;
    let both = Both::lock(&mut tx, id, |gift| gift.village == Some(acting.organisation)).await?;
    let next = both.after(GoodsHandOverStep::Object)?;
    sql::set_received(&mut tx, id, (next, reason), acting.person, app.clock.now())
        .await
        .on_constraint("goods_hand_over_three_people", three_people)?
        .one_row_or_conflict()?;
    gifts::count_step(&mut tx, both.gift.id, app.clock.now()).await?;
    let by = (acting, &village.origin);
    record(app, &mut tx, by, ("goods_objected", id), json!({ "status": next }), Some(reason)).await?;
    let news = News::Objected { reason: reason.to_owned() };
    tell(app, &mut tx, &both.gift, (both.gift.charity, BRINGERS), news).await?;
    tx.commit().await?;
    one(app, acting, both.gift.id).await
}

/// A second person of the charity accepts what came: it has left the charity.
pub async fn accept(app: &App, Sure(checker): &Sure<CharityChecker>, id: GoodsHandOverId) -> Result<GoodsGift> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let both = Both::lock(&mut tx, id, |gift| gift.charity == acting.organisation).await?;
    let next = both.after(GoodsHandOverStep::Accept)?;
    let gift = &both.gift;
    let (lot, need) = gift.lot.zip(gift.for_need.as_ref()).ok_or_else(Error::changed_meanwhile)?;
    campaigns::may_move(&mut tx, &[gift.campaign]).await?;
    let (moved, value) = moved(&mut tx, &both).await?;
    sql::set_decided(&mut tx, id, (next, "", Some(value)), acting.person, app.clock.now())
        .await
        .on_constraint("goods_hand_over_three_people", three_people)?
        .one_row_or_conflict()?;
    sql::add_to_lines(&mut tx, gift.id, &moved).await?;
    let handed = gift.handed.checked_add(value).map_err(|error| Error::Conflict(error.to_string()))?;
    let status = gift.standing_with(handed, gift.lost, true);
    let whole = status != GoodsGiftStatus::PartlyHandedOver;
    sql::set_handed(&mut tx, gift.id, (status, handed), app.clock.now()).await?.one_row_or_conflict()?;
    let event = Event::GoodsHandedOver {
        hand_over: id,
        need: need.0,
        charity: gift.charity,
        takes: vec![(lot, value)],
        on: both.hand_over.happened_on,
    };
    ledger::post(app, &mut tx, &event).await?;
    let after = json!({ "status": next, "value_fen": value });
    record(app, &mut tx, (acting, &checker.origin), ("goods_hand_over_accepted", id), after, None).await?;
    let news = News::HandedOver { need: format!("{} {}", need.1, need.2), whole };
    tell(app, &mut tx, gift, (gift.enterprise, Giver::ROLES), news.clone()).await?;
    if let Some(village) = gift.village {
        tell(app, &mut tx, gift, (village, Village::ROLES), news).await?;
    }
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, gift.id).await
}

/// What came of each line with its share of the line's value, and all of it together.
async fn moved(tx: &mut PgConnection, both: &Both) -> Result<(Vec<(Quantity, Fen)>, Fen)> {
    let lines = lines::of(tx, both.gift.id).await?;
    let came = both.hand_over.lines.iter().map(|line| line.received.unwrap_or_default());
    let moved: Vec<(Quantity, Fen)> = lines
        .iter()
        .zip(came)
        .map(
            |(line, came)| if line.accepted.is_some() { (came, line.share(came)) } else { (Quantity::ZERO, Fen::ZERO) },
        )
        .collect();
    let value = Fen::sum(moved.iter().map(|(_, value)| *value)).map_err(|error| Error::Conflict(error.to_string()))?;
    if value.is_zero() {
        return Err(Error::Conflict("这次移交的折款不到一分，请不通过，和下一次合并登记".into()));
    }
    Ok((moved, value))
}

/// He does not accept it; the charity records it anew.
pub async fn refuse_hand_over(
    app: &App,
    checker: &CharityChecker,
    id: GoodsHandOverId,
    why: &HandOverReason,
) -> Result<GoodsGift> {
    let (acting, reason) = (&checker.acting, said(&why.reason)?);
    let mut tx = app.begin().await?;
    let both = Both::lock(&mut tx, id, |gift| gift.charity == acting.organisation).await?;
    let next = both.after(GoodsHandOverStep::Refuse)?;
    sql::set_decided(&mut tx, id, (next, reason, None), acting.person, app.clock.now())
        .await
        .on_constraint("goods_hand_over_three_people", three_people)?
        .one_row_or_conflict()?;
    gifts::count_step(&mut tx, both.gift.id, app.clock.now()).await?;
    let by = (acting, &checker.origin);
    record(app, &mut tx, by, ("goods_hand_over_refused", id), json!({ "status": next }), Some(reason)).await?;
    let news = News::NotAccepted { reason: reason.to_owned() };
    tell(app, &mut tx, &both.gift, (both.gift.charity, BRINGERS), news.clone()).await?;
    if let Some(village) = both.gift.village {
        tell(app, &mut tx, &both.gift, (village, Village::ROLES), news).await?;
    }
    tx.commit().await?;
    one(app, acting, both.gift.id).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, GoodsHandOverId),
    after: Value,
    reason: Option<&str>,
) -> Result<()> {
    let record =
        Record { verb, subject_kind: "goods_hand_over", subject: id.0, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// The hand-overs of a gift, the first one first, with what the reader may do.
pub(super) async fn of(
    tx: &mut PgConnection,
    acting: &Acting,
    gift: &gifts::Stored,
    values: bool,
) -> Result<Vec<GoodsHandOver>> {
    let (role, person) = (acting.role, acting.person);
    // The giver learns of what came, and sees no photos of the village. A village reads what it was to receive itself.
    let inside = |village| role == Role::Auditor || [gift.charity, village].contains(&acting.organisation);
    let mut all = sql::of_gift(tx, gift.id).await?;
    all.retain(|stored| !Village::ROLES.contains(&role) || stored.village == acting.organisation);
    let ids: Vec<_> = all.iter().filter(|stored| inside(stored.village)).map(|stored| stored.id.0).collect();
    let mut papers = gift_papers::of_all(tx, &ids).await?;
    let shown = all.into_iter().map(|stored| {
        let pictures = papers.remove(&stored.id.0).unwrap_or_default();
        let second =
            role == Role::CharityChecker && ![Some(stored.recorded_by), stored.received_by].contains(&Some(person));
        let village = Village::ROLES.contains(&role) && stored.recorded_by != person;
        let mine = |step: GoodsHandOverStep| match step {
            GoodsHandOverStep::Receive | GoodsHandOverStep::Object => village,
            GoodsHandOverStep::Accept | GoodsHandOverStep::Refuse => second,
        };
        let possible = |step: &GoodsHandOverStep| mine(*step) && stored.status.after(*step).is_ok();
        let may = GoodsHandOverStep::ALL.iter().copied().filter(possible).collect();
        stored.shown(values, pictures, may)
    });
    Ok(shown.collect())
}

/// What waits in a charity, or in a village.
pub(super) async fn waiting(
    tx: &mut PgConnection,
    (charity, village): (Option<OrganisationId>, Option<OrganisationId>),
    status: GoodsHandOverStatus,
) -> Result<Waiting> {
    Ok(sql::waiting(tx, charity, village, status).await?)
}
