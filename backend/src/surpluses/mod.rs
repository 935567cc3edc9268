//! What needs left (结余): declared by one person of the charity and confirmed by a second, then used for another need by
//! two again, or returned to its givers (`returns`).
//!
//! Lots are chosen under the lock when it is confirmed, oldest first, and only of the charity's own surplus: two charities
//! may have worked on one need. Givers are told of what is theirs. Deliberately absent: taking a placement back.

mod http;
pub mod placing;
pub mod public;
mod sql;
pub mod telling;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{
    BooksReader, Caller, CharityChecker, CharityDesk, CharityMaker, CharityStaff, Federation, Origin, Sure,
    SurplusReader,
};
use crate::{campaigns, consents, ledger};
use domain::api::campaigns::PageQuery;
use domain::api::surpluses::{NewSurplus, Remains, SendSurplusBack, Surplus, SurplusDossier};
use domain::api::{Count, List};
use domain::ledger::{Account, Asset, Event, LotBalance};
use domain::organisation::{Acting, Role};
use domain::surplus::{SurplusStatus, check_declaration, check_second, check_sending_back};
use domain::{EventId, Fen, LotId, NeedId, OrganisationId, PersonId, SurplusId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Surpluses on one page of a list.
const PAGE: usize = 50;
/// Needs with something left that the list shows.
const REMAINS_MAX: i64 = 100;

/// Who looks at a surplus, and what he may do with it.
struct Eyes {
    person: PersonId,
    charity: Option<OrganisationId>,
    place: Option<String>,
    maker: bool,
    checker: bool,
}

impl Eyes {
    /// As whoever just did something, by the role that he did it by.
    fn of(acting: &Acting) -> Self {
        let charity = CharityStaff::ROLES.contains(&acting.role).then_some(acting.organisation);
        let place = acting.place.as_ref().filter(|_| Federation::ROLES.contains(&acting.role));
        Eyes {
            person: acting.person,
            charity,
            place: place.map(|place| place.as_str().to_owned()),
            maker: acting.role == Role::CharityMaker,
            checker: acting.role == Role::CharityChecker,
        }
    }

    /// With all roles that the caller has there.
    fn reading(caller: &Caller, reader: &SurplusReader) -> Self {
        let own = |roles: &[Role]| {
            caller.acting_as(roles).is_some_and(|acting| acting.organisation == reader.acting.organisation)
        };
        Eyes { maker: own(CharityMaker::ROLES), checker: own(CharityChecker::ROLES), ..Eyes::of(&reader.acting) }
    }

    fn whose(&self) -> sql::Whose {
        sql::Whose { charity: self.charity, place: self.place.clone() }
    }

    /// Givers are the charity's and the auditor's to read.
    const fn reads_givers(&self) -> bool {
        self.place.is_none()
    }

    fn may_read(&self, known: &sql::Known) -> bool {
        self.charity.is_none_or(|own| own == known.surplus.charity)
            && self.place.as_ref().is_none_or(|place| known.village.starts_with(place.as_str()))
    }
}

/// What a charity holds for a need that it has set money aside for.
async fn held(tx: &mut PgConnection, charity: OrganisationId, need: NeedId) -> Result<Option<sql::Held>> {
    Ok(sql::held(tx, charity, &[need]).await?.into_iter().next())
}

fn shown(held: sql::Held) -> Remains {
    Remains { held_fen: held.facts.held, under_way: held.facts.under_way(), need: held.need, declared: held.declared }
}

/// What the caller's charity holds for a need, and what is still under way.
pub async fn remains_of(app: &App, reader: &BooksReader, need: NeedId) -> Result<Remains> {
    let mut tx = app.snapshot().await?;
    let held = held(&mut tx, reader.charity, need).await?;
    let held = held.filter(|held| held.facts.held.is_positive() || held.declared.is_some());
    Ok(shown(held.ok_or(Error::NotFound)?))
}

/// The needs that are over and for which the caller's charity still holds money.
pub async fn remains(app: &App, reader: &BooksReader) -> Result<List<Remains>> {
    let charity = reader.charity;
    let mut tx = app.snapshot().await?;
    let needs = sql::over_with_money(&mut tx, charity, REMAINS_MAX).await?;
    let items: Vec<_> = sql::held(&mut tx, charity, &needs).await?.into_iter().map(shown).collect();
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// All that is left is surplus, says the maker; nothing moves yet. The same id and content again gives the same answer.
pub async fn declare(app: &App, maker: &CharityMaker, new: &NewSurplus) -> Result<SurplusDossier> {
    check_declaration(&new.reason)?;
    consents::no_numbers(("reason", &new.reason))?;
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    if let Some(known) = sql::by_id(&mut tx, new.id, app.clock.today()).await? {
        let own = &known.surplus;
        let same = own.charity == acting.organisation
            && (own.need.id, own.amount_fen, own.reason.as_str()) == (new.need, new.amount_fen, new.reason.trim());
        let other = || Error::Conflict("这个编号已经记录过另一笔结余，请重新打开页面填写".into());
        return if same { dossier(app, &mut tx, &Eyes::of(acting), new.id).await } else { Err(other()) };
    }
    whole_rest(&mut tx, (new.need, acting.organisation), new.amount_fen).await?;
    let inserted = sql::insert(&mut tx, new, acting, app.clock.now()).await;
    match broken(&inserted) {
        Some("surplus_waits_once") => {
            return Err(Error::Conflict("这条需求的结余已经申报，正等同事确认".into()));
        }
        _ => inserted.on_constraint("surplus_pkey", || Error::Conflict("这笔结余刚刚已经申报，请刷新".into()))?,
    };
    let after = json!({ "status": SurplusStatus::Declared, "need": new.need, "amount_fen": new.amount_fen });
    let what = ("surplus_declared", "surplus", new.id.0);
    record(app, &mut tx, (acting, &maker.origin), what, (None, after), Some(new.reason.trim())).await?;
    let told = dossier(app, &mut tx, &Eyes::of(acting), new.id).await?;
    tx.commit().await?;
    Ok(told)
}

/// All that a charity has set aside for a need, which stays as it is until the transaction ends; refused while anything is
/// under way, and where it is not as much as was seen.
async fn whole_rest(
    tx: &mut PgConnection,
    (need, charity): (NeedId, OrganisationId),
    seen: Fen,
) -> Result<Vec<(LotId, Fen)>> {
    let lots = ledger::lock(tx, &Account::Allocated { need, charity }, Asset::Cny).await?;
    let held = held(tx, charity, need).await?.ok_or_else(|| Error::invalid("need", "没有找到这条需求"))?;
    let rest = held.facts.check().map_err(|error| Error::Conflict(error.to_string()))?;
    if rest != seen {
        return Err(Error::Conflict(format!("余款现在是 {rest}，和申报的 {seen} 不同，请核对后重新申报")));
    }
    campaigns::lots_may_move(tx, lots.iter().map(|held| held.lot)).await?;
    Ok(lots.into_iter().map(|held| (held.lot, held.amount)).collect())
}

/// A surplus of the caller's charity, locked.
async fn lock(tx: &mut PgConnection, charity: OrganisationId, id: SurplusId) -> Result<sql::Locked> {
    sql::lock(tx, id).await?.filter(|own| own.charity == charity).ok_or(Error::NotFound)
}

fn in_this_state(status: SurplusStatus) -> Error {
    Error::Conflict(format!("这笔结余现在是“{}”，不能这样办，请刷新", status.label()))
}

/// A second person agrees: it is booked and numbered, and whoever gave of it is told.
pub async fn confirm(app: &App, Sure(checker): &Sure<CharityChecker>, id: SurplusId) -> Result<SurplusDossier> {
    let acting = &checker.acting;
    let (now, today) = (app.clock.now(), app.clock.today());
    let mut tx = app.begin().await?;
    let own = lock(&mut tx, acting.organisation, id).await?;
    if own.status != SurplusStatus::Declared {
        return Err(in_this_state(own.status));
    }
    check_second(own.declared_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    let takes = whole_rest(&mut tx, (own.need, own.charity), own.amount).await?;
    let record_id = EventId(id.0);
    let event = Event::SurplusFound { record: record_id, need: own.need, charity: own.charity, takes, on: today };
    ledger::post(app, &mut tx, &event).await?;
    let set = sql::set_confirmed(&mut tx, &own, acting.person, (now, today)).await;
    match broken(&set) {
        Some("surplus_number_once") => return Err(Error::Conflict("本单位刚刚确认了另一笔结余，请再确认一次".into())),
        Some("surplus_four_eyes") => return Err(Error::Conflict("结余须由经办以外的人确认，请同事确认".into())),
        _ => set?.one_row_or_conflict()?,
    }
    let states = (Some(json!({ "status": own.status })), json!({ "status": SurplusStatus::Confirmed }));
    let what = ("surplus_confirmed", "surplus", id.0);
    record(app, &mut tx, (acting, &checker.origin), what, states, None).await?;
    let told = dossier(app, &mut tx, &Eyes::of(acting), id).await?;
    telling::later(app, &mut tx, id, None).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(told)
}

/// It is not so, or whoever declared it takes it back; nothing was booked.
pub async fn send_back(app: &App, desk: &CharityDesk, id: SurplusId, why: &SendSurplusBack) -> Result<SurplusDossier> {
    check_sending_back(&why.reason)?;
    consents::no_numbers(("reason", &why.reason))?;
    let (acting, reason) = (&desk.acting, why.reason.trim());
    let mut tx = app.begin().await?;
    let own = lock(&mut tx, acting.organisation, id).await?;
    if own.status != SurplusStatus::Declared {
        return Err(in_this_state(own.status));
    }
    sql::set_sent_back(&mut tx, id, acting.person, reason, app.clock.now()).await?.one_row_or_conflict()?;
    let states = (Some(json!({ "status": own.status })), json!({ "status": SurplusStatus::SentBack }));
    let what = ("surplus_sent_back", "surplus", id.0);
    record(app, &mut tx, (acting, &desk.origin), what, states, Some(reason)).await?;
    let told = dossier(app, &mut tx, &Eyes::of(acting), id).await?;
    tx.commit().await?;
    Ok(told)
}

/// Of a surplus, what is neither placed nor promised to go back, lot by lot. Its row and its account are locked.
async fn left(tx: &mut PgConnection, own: &sql::Locked) -> Result<Vec<LotBalance>> {
    let mut held = ledger::lock(tx, &Account::Surplus { need: own.need }, Asset::Cny).await?;
    let of_this = sql::lots(tx, own.id).await?;
    for lot in &mut held {
        lot.amount = lot.amount.min(of_this.get(&lot.lot).copied().unwrap_or_default());
    }
    held.retain(|lot| lot.amount.is_positive());
    Ok(held)
}

/// Locks the surplus that something goes back of, if any: before pledges and the ledger's accounts, as a placement does.
pub async fn hold(tx: &mut PgConnection, id: Option<SurplusId>) -> Result<()> {
    if let Some(id) = id {
        sql::lock(tx, id).await?;
    }
    Ok(())
}

/// What of a confirmed surplus of the caller's charity nobody has asked for: its need, its lots, and how much in all.
pub async fn free(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    id: SurplusId,
) -> Result<(NeedId, Vec<LotBalance>, Fen)> {
    let unknown = || Error::invalid("surplus", "没有找到本单位的这笔结余");
    let own = sql::lock(tx, id).await?.filter(|own| own.charity == acting.organisation).ok_or_else(unknown)?;
    if own.status != SurplusStatus::Confirmed {
        return Err(in_this_state(own.status));
    }
    let known = sql::by_id(tx, id, app.clock.today()).await?.ok_or_else(unknown)?;
    Ok((own.need, left(tx, &own).await?, known.surplus.free()))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, subject_kind, subject): (&'static str, &'static str, Uuid),
    (before, after): (Option<Value>, Value),
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind, subject, before, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// Those that the caller may read, latest first.
pub async fn list(app: &App, reader: &SurplusReader, query: &PageQuery) -> Result<List<Surplus>> {
    let after = query.after.as_deref().map(str::parse::<SurplusId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let whose = Eyes::of(&reader.acting).whose();
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut items = sql::list(&mut tx, &whose, after, (limit, app.clock.today())).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    let count = Count::capped(sql::count(&mut tx, &whose, 1001).await?);
    Ok(List { items, next, count })
}

pub async fn get(app: &App, caller: &Caller, reader: &SurplusReader, id: SurplusId) -> Result<SurplusDossier> {
    let mut tx = app.snapshot().await?;
    dossier(app, &mut tx, &Eyes::reading(caller, reader), id).await
}

/// Everything about one, as these eyes may see it. Givers are the charity's and the auditor's to read.
async fn dossier(app: &App, tx: &mut PgConnection, eyes: &Eyes, id: SurplusId) -> Result<SurplusDossier> {
    let known = sql::by_id(tx, id, app.clock.today()).await?.filter(|known| eyes.may_read(known));
    let known = known.ok_or(Error::NotFound)?;
    let own = eyes.charity == Some(known.surplus.charity);
    let (maker, checker) = (own && eyes.maker, own && eyes.checker);
    let parts = if eyes.reads_givers() { sql::parts(tx, id).await? } else { Vec::new() };
    let placements = placing::of(tx, id, eyes, own).await?;
    let declared = known.surplus.status == SurplusStatus::Declared;
    Ok(SurplusDossier {
        parts,
        placements,
        returns: sql::returns(tx, id).await?,
        may_confirm: declared && checker && known.declared_by != eyes.person,
        may_send_back: declared && (maker || checker),
        may_place: maker && known.surplus.free().is_positive(),
        surplus: known.surplus,
    })
}
