//! Gifts of goods (捐赠物资): offered by an enterprise, accepted at a value by two people of the charity, set aside for a
//! need, handed over to its village.
//!
//! A gift of goods is a record of its own and no pledge: whatever adds pledges up adds money. In the ledger it is one lot
//! of the asset in kind. It lands in `general`, kept apart from money by its asset and from other goods by its lot; a
//! fund account of its own would hold the same lot once more. One that its giver bound to a need is set aside for it in
//! the transaction that accepts it, so nothing that a giver directed ever waits among what the charity may arrange.
//! Accepting is in `acceptance`, handing over in `hand_overs`, what becomes of the rest in `rests`, what everybody reads in
//! `public`. Deliberately absent: another need than the one that its giver named, unless the giver lets it go; and giving
//! goods back to their giver.

mod acceptance;
mod hand_overs;
mod http;
mod lines;
mod public;
mod rests;
mod sql;

pub use acceptance::{ask_reversal, confirm, drop_reversal, inspect, refuse, reverse, send_back, set_aside};
pub use hand_overs::{accept, hand_over, object, receive, refuse_hand_over};
pub use http::routes;
pub use public::{of_campaign, of_enterprise, of_need};
pub use rests::{confirm_rest, drop_rest, release, unbind, write_off};

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result, broken};
use crate::gift_papers::{self, Kind};
use crate::http::caller::{Audit, CharityMaker, CharityStaff, Enterprise, GoodsReader, Origin, Village};
use crate::ledger::shown_name;
use crate::mail::letter::goods::{GoodsNews, News};
use crate::mail::{self, Letter};
use crate::{campaigns, consents, files, people};
use domain::api::Count;
use domain::api::goods::{
    GoodsDisplay, GoodsGift, GoodsGiftList, GoodsGiftQuery, GoodsGiftRow, GoodsNeed, GoodsReason, GoodsSaid, GoodsShow,
    NewGoodsGift,
};
use domain::goods::{
    GoodsFacts, GoodsGiftStatus, GoodsHandOverStatus, GoodsNotNow, GoodsReference, GoodsStanding, GoodsStep,
    check_reason,
};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{GoodsGiftId, OrganisationId};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Gifts on one page of a list.
const PAGE: usize = 30;
/// What becomes of it is told by mail.
const CONFIRM_FIRST: &str = "捐赠前请先确认您的邮箱：到“我的账号”让我们再发一封确认邮件，打开里面的链接";
/// Who of a charity is told that goods are offered.
const OF_CHARITY: &[Role] = &[Role::CharityMaker, Role::CharityOwner];

fn not_now(error: GoodsNotNow) -> Error {
    Error::Conflict(error.to_string())
}

fn other_content() -> Error {
    Error::Conflict("这个编号已经记录过另一份物资捐赠。请到“捐赠物资”核对；要另外捐赠，请重新填写".into())
}

/// Offers goods. The same id and content again gives the same answer; other content is a conflict.
pub async fn offer(app: &App, enterprise: &Enterprise, new: &NewGoodsGift) -> Result<GoodsGift> {
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    if let Some(same) = repeated(&mut tx, acting, new).await? {
        tx.rollback().await?;
        return if same { one(app, acting, new.id).await } else { Err(other_content()) };
    }
    if !people::email::is_confirmed(&mut tx, acting.person).await? {
        return Err(Error::Forbidden(CONFIRM_FIRST));
    }
    let campaign = campaigns::of_charity(&mut tx, new.campaign, new.charity).await?;
    let campaign = campaign.ok_or_else(|| Error::invalid("charity", "请选择接收本次活动捐赠的慈善组织"))?;
    let need_open = match new.input.need {
        Some(need) => {
            sql::need(&mut tx, need).await?.is_some_and(|need| need.takes_goods() && need.status.takes_pledges())
        }
        None => false,
    };
    let facts =
        GoodsFacts { campaign: campaign.stage, need_open, papers: new.pictures.len(), today: app.clock.today() };
    let (display, value) = new.input.check(facts)?;
    for (field, text) in texts(new) {
        consents::no_numbers((field, text))?;
    }
    let number = u64::try_from(sql::next_number(&mut tx).await?).unwrap_or(u64::MAX);
    let reference = GoodsReference::from_number(number).map_err(|error| Error::Conflict(error.to_string()))?;
    let inserted = sql::insert(&mut tx, new, (reference, display, value), acting, app.clock.now()).await;
    if broken(&inserted) == Some("goods_gift_pkey") {
        // Sent twice at once: the other one was faster.
        tx.rollback().await?;
        let mut tx = app.begin().await?;
        let same = repeated(&mut tx, acting, new).await?;
        tx.rollback().await?;
        return if same == Some(true) { one(app, acting, new.id).await } else { Err(other_content()) };
    }
    inserted?;
    lines::insert(&mut tx, new.id, &new.input.lines).await?;
    gift_papers::keep(&mut tx, acting.person, (Kind::Goods, new.id.0), &new.pictures).await?;
    let after = json!({ "status": GoodsGiftStatus::Offered, "value_fen": value, "need": new.input.need });
    record(app, &mut tx, (acting, &enterprise.origin), ("goods_offered", new.id), after, None).await?;
    let made = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tell(app, &mut tx, &made, (made.charity, OF_CHARITY), News::Offered).await?;
    tx.commit().await?;
    one(app, acting, new.id).await
}

/// Texts that somebody typed and others read.
fn texts(new: &NewGoodsGift) -> Vec<(&'static str, &str)> {
    let names = new.input.lines.iter().map(|line| ("lines", line.name.as_str()));
    names.chain([("basis_note", new.input.basis_note.as_str())]).collect()
}

/// Whether the id holds the same gift; none where it holds nothing yet.
async fn repeated(tx: &mut PgConnection, acting: &Acting, new: &NewGoodsGift) -> Result<Option<bool>> {
    let Some(known) = sql::by_id(tx, new.id).await? else { return Ok(None) };
    let (input, pictures) = (&new.input, gift_papers::of(tx, new.id.0).await?);
    let lines: Vec<_> = lines::of(tx, new.id).await?.into_iter().map(|line| line.offered).collect();
    let typed = input.lines.iter().map(|line| {
        let (name, unit) = (line.name.trim().to_owned(), line.unit.trim().to_owned());
        domain::goods::GoodsLine { name, unit, ..line.clone() }
    });
    let same = (known.enterprise, known.campaign, known.charity, known.need)
        == (acting.organisation, new.campaign, new.charity, input.need)
        && (known.basis, known.basis_note.as_str(), known.expires_on)
            == (input.basis, input.basis_note.trim(), input.expires_on)
        && known.terms_version == input.terms_version
        && lines == typed.collect::<Vec<_>>()
        && (known.version > 1
            || (Some(known.public_display), known.show_value) == (input.public_display, input.show_value))
        && files::same(tx, &pictures, &new.pictures).await?;
    Ok(Some(same))
}

/// A gift that somebody wants to do something to, locked in the version that was read.
struct Held {
    stored: sql::Stored,
}

impl Held {
    /// Of those whose gift it is, on the side that `mine` picks.
    async fn lock(
        tx: &mut PgConnection,
        (id, version): (GoodsGiftId, i32),
        mine: impl Fn(&sql::Stored) -> bool,
    ) -> Result<Self> {
        sql::lock(tx, id).await?;
        let stored = sql::by_id(tx, id).await?.filter(mine).ok_or(Error::NotFound)?;
        if stored.version == version { Ok(Held { stored }) } else { Err(Error::changed_meanwhile()) }
    }

    fn after(&self, step: GoodsStep) -> Result<GoodsGiftStatus> {
        self.stored.standing().after(step).map_err(not_now)
    }
}

impl sql::Stored {
    fn standing(&self) -> GoodsStanding {
        GoodsStanding {
            status: self.status,
            bound: self.is_bound(),
            lost: self.lost.is_positive(),
            hand_over_waits: self.hand_over.is_some(),
            reversal_waits: self.reversal.is_some() && self.status != GoodsGiftStatus::Reversed,
            rest_waits: self.rest.is_some(),
        }
    }

    /// Whether its giver bound it to a need, and has not let it go since.
    const fn is_bound(&self) -> bool {
        self.need.is_some() && self.unbound_at.is_none()
    }
}

fn said(reason: &str) -> Result<&str> {
    check_reason(reason)?;
    consents::no_numbers(("reason", reason))?;
    Ok(reason.trim())
}

/// The giver takes it back, before it is accepted.
pub async fn withdraw(app: &App, enterprise: &Enterprise, id: GoodsGiftId, why: &GoodsReason) -> Result<GoodsGift> {
    let (acting, reason) = (&enterprise.acting, said(&why.reason)?);
    let mut tx = app.begin().await?;
    let held = Held::lock(&mut tx, (id, why.version), |gift| gift.enterprise == acting.organisation).await?;
    let next = held.after(GoodsStep::Withdraw)?;
    sql::end(&mut tx, &held.stored, (next, reason), acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    let by = (acting, &enterprise.origin);
    record(app, &mut tx, by, ("goods_withdrawn", id), json!({ "status": next }), Some(reason)).await?;
    let news = News::Withdrawn { reason: reason.to_owned() };
    tell(app, &mut tx, &held.stored, (held.stored.charity, OF_CHARITY), news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// The giver wants to be shown otherwise; counts at once, everywhere.
pub async fn change_display(
    app: &App,
    enterprise: &Enterprise,
    id: GoodsGiftId,
    to: GoodsDisplay,
) -> Result<GoodsGift> {
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    sql::lock(&mut tx, id).await?;
    let stored = sql::by_id(&mut tx, id).await?.filter(|gift| gift.enterprise == acting.organisation);
    let held = Held { stored: stored.ok_or(Error::NotFound)? };
    held.after(GoodsStep::ChangeDisplay)?;
    sql::set_display(&mut tx, id, to, app.clock.now()).await?.one_row_or_conflict()?;
    let after = json!({ "name": to.name, "show_value": to.show_value });
    record(app, &mut tx, (acting, &enterprise.origin), ("goods_display_changed", id), after, None).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, GoodsGiftId),
    after: Value,
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind: "goods_gift", subject: id.0, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

async fn tell(
    app: &App,
    tx: &mut PgConnection,
    stored: &sql::Stored,
    (to, roles): (OrganisationId, &[Role]),
    news: News,
) -> Result<()> {
    // A village reads of a giver what everybody does.
    let village = Village::ROLES == roles;
    let enterprise = if village {
        shown_name(&stored.enterprise_name, stored.public_display)
    } else {
        stored.enterprise_name.clone()
    };
    let value = stored.accepted.unwrap_or(stored.value);
    let letter = Letter::Goods(GoodsNews {
        reference: stored.reference.to_string(),
        enterprise,
        charity: stored.charity_name.clone(),
        campaign: stored.campaign_name.clone(),
        what: stored.what.clone(),
        value: (!village || stored.show_value).then_some(value),
        news,
        path: format!("/goods-gifts/{}", stored.id),
    });
    mail::write_to(tx, app, (to, roles), &letter).await
}

/// What of a caller decides which gifts are read, and how much of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Viewer {
    Enterprise(OrganisationId),
    Charity(OrganisationId),
    Village(OrganisationId),
    Everything,
}

impl Viewer {
    fn of(acting: &Acting) -> Result<Self> {
        let own = acting.organisation;
        match acting.role {
            role if Audit::ROLES.contains(&role) => Ok(Viewer::Everything),
            role if Enterprise::ROLES.contains(&role) => Ok(Viewer::Enterprise(own)),
            role if CharityStaff::ROLES.contains(&role) => Ok(Viewer::Charity(own)),
            role if Village::ROLES.contains(&role) => Ok(Viewer::Village(own)),
            _ => Err(Error::NotFound),
        }
    }

    /// A village reads what is or was set aside for its needs, and nothing before.
    fn sees(self, stored: &sql::Stored) -> bool {
        match self {
            Viewer::Enterprise(id) => stored.enterprise == id,
            Viewer::Charity(id) => stored.charity == id,
            Viewer::Village(id) => stored.villages.contains(&id),
            Viewer::Everything => true,
        }
    }
}

/// One gift, for its giver, its charity, its village and the auditor.
pub async fn get(app: &App, reader: &GoodsReader, id: GoodsGiftId) -> Result<GoodsGift> {
    one(app, &reader.acting, id).await
}

async fn one(app: &App, acting: &Acting, id: GoodsGiftId) -> Result<GoodsGift> {
    let viewer = Viewer::of(acting)?;
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, id).await?.filter(|stored| viewer.sees(stored)).ok_or(Error::NotFound)?;
    let village = matches!(viewer, Viewer::Village(_));
    let values = !village || stored.show_value;
    let lines = lines::of(&mut tx, id).await?.into_iter().map(|line| line.shown(values)).collect();
    let hand_overs = hand_overs::of(&mut tx, acting, &stored, values).await?;
    let rests = rests::of(&mut tx, (acting, viewer), &stored, values).await?;
    let pictures = if village { Vec::new() } else { gift_papers::of(&mut tx, id.0).await? };
    let internal = matches!(viewer, Viewer::Charity(_) | Viewer::Everything);
    Ok(GoodsGift {
        version: stored.version,
        bound: stored.is_bound(),
        unbound_at: stored.unbound_at,
        lines,
        basis: stored.basis,
        basis_note: if village { String::new() } else { stored.basis_note.clone() },
        expires_on: stored.expires_on,
        public_display: stored.public_display,
        show_value: stored.show_value,
        terms_version: stored.terms_version.clone(),
        inspected: stored.inspected.clone().map(|inspected| inspected.shown(village)),
        sent_back: stored.sent_back.clone().filter(|_| internal),
        set_aside_at: stored.set_aside_at,
        ended: stored.ended.clone().map(|(at, reason)| GoodsSaid { at, reason }),
        reversal: stored.reversal.clone().filter(|_| internal).map(|(_, said)| said),
        hand_overs,
        rests,
        pictures,
        may: steps(acting, &stored),
        row: row(viewer, stored),
    })
}

/// What somebody who reads it may do now.
fn steps(acting: &Acting, stored: &sql::Stored) -> Vec<GoodsStep> {
    let (role, person) = (acting.role, acting.person);
    let (maker, checker) = (role == Role::CharityMaker, role == Role::CharityChecker);
    let enterprise = Enterprise::ROLES.contains(&role);
    let inspector = stored.inspected.as_ref().map(|inspected| inspected.by);
    let asker = stored.reversal.as_ref().map(|(by, _)| *by);
    let mine = |step: GoodsStep| match step {
        GoodsStep::Withdraw | GoodsStep::ChangeDisplay | GoodsStep::Unbind => enterprise,
        GoodsStep::Inspect
        | GoodsStep::SetAside
        | GoodsStep::HandOver
        | GoodsStep::Release
        | GoodsStep::WriteOff
        | GoodsStep::AskReversal => maker,
        GoodsStep::SendBack => checker,
        GoodsStep::Confirm => checker && inspector != Some(person),
        GoodsStep::Refuse | GoodsStep::DropReversal => maker || checker,
        GoodsStep::Reverse => checker && asker != Some(person),
    };
    let standing = stored.standing();
    GoodsStep::ALL.iter().copied().filter(|step| mine(*step) && standing.after(*step).is_ok()).collect()
}

fn row(viewer: Viewer, stored: sql::Stored) -> GoodsGiftRow {
    let village = matches!(viewer, Viewer::Village(_));
    let internal = matches!(viewer, Viewer::Charity(_) | Viewer::Everything);
    let shown = !village || stored.show_value;
    let enterprise_name =
        if village { shown_name(&stored.enterprise_name, stored.public_display) } else { stored.enterprise_name };
    GoodsGiftRow {
        id: stored.id,
        reference: stored.reference,
        status: stored.status,
        campaign: stored.campaign,
        campaign_name: stored.campaign_name,
        charity: stored.charity,
        charity_name: stored.charity_name,
        enterprise_name,
        what: stored.what,
        offered_fen: shown.then_some(stored.value),
        accepted_fen: stored.accepted.filter(|_| shown),
        handed_fen: shown.then_some(stored.handed),
        lost_fen: shown.then_some(stored.lost),
        need: stored.for_need.map(|(id, code, title)| GoodsNeed { id, code, title }),
        offered_at: stored.offered_at,
        hand_over: stored.hand_over,
        reversal_waits: stored.reversal.is_some() && stored.status != GoodsGiftStatus::Reversed && !village,
        rest: stored.rest.filter(|_| internal),
    }
}

/// The gifts that somebody reads, latest first.
pub async fn list(app: &App, reader: &GoodsReader, query: &GoodsGiftQuery) -> Result<GoodsGiftList> {
    let viewer = Viewer::of(&reader.acting)?;
    let wrong = |field: &str| Error::invalid(field, "没有认出，请从页面上的链接打开");
    let status = query.status.as_deref().map(str::parse::<GoodsGiftStatus>).transpose();
    let hand_over = query.hand_over.as_deref().map(str::parse::<GoodsHandOverStatus>).transpose();
    let show = query.show.as_deref().map(str::parse::<GoodsShow>).transpose();
    let after = query.after.as_deref().map(str::parse::<GoodsGiftId>).transpose();
    let filter = sql::Filter {
        status: status.map_err(|_| wrong("status"))?,
        hand_over: hand_over.map_err(|_| wrong("hand_over"))?,
        show: show.map_err(|_| wrong("show"))?,
        after: after.map_err(|_| wrong("after"))?,
    };
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = sql::list(&mut tx, viewer, &filter, limit).await?;
    let count = sql::count(&mut tx, viewer, &filter).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let items = rows.into_iter().map(|stored| row(viewer, stored)).collect();
    Ok(GoodsGiftList { items, next, count: Count::capped(count) })
}

/// What of gifts waits at a charity's desk.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting, status: GoodsGiftStatus) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation, &[status]).await?)
}

/// What is accepted and set aside for no need.
pub async fn waiting_to_be_arranged(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    let states = [GoodsGiftStatus::Accepted, GoodsGiftStatus::PartlyFree];
    Ok(sql::waiting(tx, acting.organisation, &states).await?)
}

/// What a second person has to confirm of what is to be taken back or written off.
pub async fn waiting_to_be_settled(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    rests::waiting(tx, acting).await
}

/// What is set aside and to be brought to its village.
pub async fn waiting_to_be_brought(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    let states = [GoodsGiftStatus::SetAside, GoodsGiftStatus::PartlyHandedOver];
    Ok(sql::waiting(tx, acting.organisation, &states).await?)
}

/// What a second person has to reverse, or not.
pub async fn waiting_to_be_reversed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::to_reverse(tx, acting.organisation).await?)
}

/// What a village has to say of what was brought.
pub async fn waiting_to_be_received(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    hand_overs::waiting(tx, (None, Some(acting.organisation)), GoodsHandOverStatus::Recorded).await
}

/// What a second person of a charity has to accept of what came.
pub async fn waiting_to_be_accepted(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    hand_overs::waiting(tx, (Some(acting.organisation), None), GoodsHandOverStatus::Received).await
}

/// The roles of a charity that bring goods to a village.
const BRINGERS: &[Role] = CharityMaker::ROLES;
