//! Offers (供给意向): an enterprise writes what it could give; villages, towns and the federation search them.
//!
//! No pledge, no money, no total: nothing here is read by the ledger or by a view of money. Each use case is one
//! transaction: change, event, commit. Deliberately absent: answering an offer on the platform (the federation brings the
//! two together), and showing offers to the public or to other enterprises.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Enterprise, NO_OFFERS, OfferReader, OfferSeeker, Origin};
use crate::places::Names;
use crate::{consents, organisations};
use domain::api::offers::{NamedPlace, NewOffer, Offer, OfferChange, OfferQuery, OfferRights, OfferRow, SeenOffer};
use domain::api::{Count, List};
use domain::matching::OfferFacts;
use domain::need::{ContributionKind, Field};
use domain::offer::{OPEN_MAX, OfferAction, OfferContent, OfferStatus};
use domain::place::{PlaceCode, PlaceLevel};
use domain::{OfferId, OrganisationId, Problems};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::HashMap;

/// Offers on one page of a list.
const PAGE: usize = 20;
/// Rows of one's own list.
const LIST_MAX: usize = 200;
/// Characters of a query, and words of it that count.
const QUERY_MAX: usize = 100;
const QUERY_WORDS: usize = 8;
/// Offers that one round of the hourly task ends; the next round takes the others.
const ROUND: i64 = 1_000;

/// Saves a new draft. The same id and content again gives the same answer; other content is a conflict.
pub async fn create(app: &App, enterprise: &Enterprise, new: &NewOffer) -> Result<Offer> {
    let content = checked(app, &new.content)?;
    let mut tx = app.begin().await?;
    let created = sql::insert(&mut tx, new.id, &content, &enterprise.acting, app.clock.now()).await;
    let created = created.on_constraint("offer_pkey", || Error::Conflict(String::new()));
    if matches!(created, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        return created_before(app, enterprise, new.id, &content).await;
    }
    created?;
    let change = (None, Some(json!({ "status": OfferStatus::Draft, "version": 1 })));
    record(app, &mut tx, enterprise, ("offer_drafted", new.id), change).await?;
    tx.commit().await?;
    own_one(app, enterprise, new.id).await
}

/// The answer to an id that exists: the same offer, if it is the same, and ours.
async fn created_before(app: &App, enterprise: &Enterprise, id: OfferId, content: &OfferContent) -> Result<Offer> {
    let mut connection = app.pool.acquire().await?;
    let stored = sql::by_id(&mut connection, id).await?;
    drop(connection);
    let own = stored.filter(|stored| stored.enterprise == enterprise.acting.organisation && stored.content == *content);
    own.ok_or_else(|| Error::Conflict("这个编号已经保存过别的内容，请从“我的工作”里打开修改".into()))?;
    own_one(app, enterprise, id).await
}

/// What was typed, tidy, if even a draft may hold it.
fn checked(app: &App, content: &OfferContent) -> Result<OfferContent> {
    let mut problems = content.check_draft();
    let known = content.places.iter().all(|place| app.places.get(place).is_some());
    problems.require(known, "places", "请从列表里选择地方");
    problems.none_or_err()?;
    let content = content.tidied();
    for (field, text) in [("title", &content.title), ("words", &content.words)] {
        consents::no_numbers((field, text))?;
    }
    Ok(content)
}

/// Replaces the content of a draft or of an open offer. What is stored already changes nothing.
pub async fn update(app: &App, enterprise: &Enterprise, id: OfferId, change: &OfferChange) -> Result<Offer> {
    let content = checked(app, &change.content)?;
    let mut tx = app.begin().await?;
    let stored = lock_own(&mut tx, enterprise, id).await?;
    if stored.content == content {
        tx.rollback().await?;
        return own_one(app, enterprise, id).await;
    }
    if !stored.status.is_editable() {
        return Err(Error::Conflict(format!("这条供给意向现在是“{}”，不能再修改", stored.status.label())));
    }
    if stored.status == OfferStatus::Open {
        content.check_change(&stored.content, app.clock.today()).none_or_err()?;
    }
    sql::update(&mut tx, id, change.version, &content, app.clock.now()).await?.one_row_or_conflict()?;
    let version = |version: i32| json!({ "status": stored.status, "version": version });
    let changed = (Some(version(change.version)), Some(version(change.version + 1)));
    record(app, &mut tx, enterprise, ("offer_edited", id), changed).await?;
    tx.commit().await?;
    own_one(app, enterprise, id).await
}

/// Shows a complete draft to those who may read offers. Twice is as good as once.
pub async fn open(app: &App, enterprise: &Enterprise, id: OfferId, seen: SeenOffer) -> Result<Offer> {
    step(app, enterprise, (id, seen), OfferAction::Open, "offer_opened").await
}

/// The enterprise ends an offer. Twice is as good as once.
pub async fn close(app: &App, enterprise: &Enterprise, id: OfferId, seen: SeenOffer) -> Result<Offer> {
    step(app, enterprise, (id, seen), OfferAction::Close, "offer_closed").await
}

async fn step(
    app: &App,
    enterprise: &Enterprise,
    (id, seen): (OfferId, SeenOffer),
    action: OfferAction,
    verb: &'static str,
) -> Result<Offer> {
    let mut tx = app.begin().await?;
    if action == OfferAction::Open {
        // Two drafts that are opened at once would each not count the other.
        sql::lock_all_of(&mut tx, enterprise.acting.organisation).await?;
    }
    let stored = lock_own(&mut tx, enterprise, id).await?;
    if stored.status == action.leads_to() && stored.version == seen.version {
        tx.rollback().await?;
        return own_one(app, enterprise, id).await;
    }
    let Some(after) = stored.status.after(action) else {
        return Err(Error::Conflict(format!("这条供给意向现在是“{}”，不能这样操作", stored.status.label())));
    };
    if stored.version != seen.version {
        return Err(Error::changed_meanwhile());
    }
    if after == OfferStatus::Open {
        stored.content.check_complete(app.clock.today()).none_or_err()?;
        if sql::count_open(&mut tx, stored.enterprise).await? >= OPEN_MAX {
            return Err(Error::Conflict(format!("同时有效的供给意向最多 {OPEN_MAX} 条，请先结束不再需要的")));
        }
    }
    sql::set_status(&mut tx, id, (stored.status, after), app.clock.now()).await?.one_row_or_conflict()?;
    let state = |status: OfferStatus| Some(json!({ "status": status, "version": stored.version }));
    record(app, &mut tx, enterprise, (verb, id), (state(stored.status), state(after))).await?;
    tx.commit().await?;
    own_one(app, enterprise, id).await
}

async fn lock_own(tx: &mut PgConnection, enterprise: &Enterprise, id: OfferId) -> Result<sql::Stored> {
    let stored = sql::lock(tx, id).await?.filter(|stored| stored.enterprise == enterprise.acting.organisation);
    stored.ok_or(Error::NotFound)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    enterprise: &Enterprise,
    (verb, id): (&'static str, OfferId),
    (before, after): (Option<serde_json::Value>, Option<serde_json::Value>),
) -> Result<()> {
    let record = Record { verb, subject_kind: "offer", subject: id.0, before, after, reason: None };
    Ok(audit::record(app, tx, &enterprise.acting, &enterprise.origin, record).await?)
}

/// Ends the offers whose last day is over. Returns how many.
pub async fn expire(app: &App) -> Result<usize> {
    let mut tx = app.begin().await?;
    let ended = sql::expire(&mut tx, app.clock.today(), ROUND, app.clock.now()).await?;
    for (id, version) in &ended {
        let state = |status: OfferStatus| Some(json!({ "status": status, "version": version }));
        let record = Record {
            verb: "offer_expired",
            subject_kind: "offer",
            subject: id.0,
            before: state(OfferStatus::Open),
            after: state(OfferStatus::Expired),
            reason: None,
        };
        audit::record_as(app, &mut tx, None, None, &Origin::default(), record).await?;
    }
    tx.commit().await?;
    Ok(ended.len())
}

/// One offer for whoever may read it: its own enterprise, and those who search offers once it was open.
pub async fn get(app: &App, reader: &OfferReader, id: OfferId) -> Result<Offer> {
    let acting = &reader.acting;
    let enterprise = Enterprise::ROLES.contains(&acting.role);
    if !enterprise && !acting.role.seeks_offers(acting.kind) {
        return Err(Error::Forbidden(NO_OFFERS));
    }
    let mut connection = app.pool.acquire().await?;
    let stored = sql::by_id(&mut connection, id).await?.ok_or(Error::NotFound)?;
    let own = enterprise && stored.enterprise == acting.organisation;
    if own || (!enterprise && stored.status.is_published()) {
        Ok(shown(app, stored, own))
    } else {
        Err(Error::NotFound)
    }
}

async fn own_one(app: &App, enterprise: &Enterprise, id: OfferId) -> Result<Offer> {
    let mut connection = app.pool.acquire().await?;
    let stored = sql::by_id(&mut connection, id).await?;
    let own = stored.filter(|stored| stored.enterprise == enterprise.acting.organisation);
    Ok(shown(app, own.ok_or(Error::NotFound)?, true))
}

fn shown(app: &App, stored: sql::Stored, own: bool) -> Offer {
    let allows = |action| own && stored.status.after(action).is_some();
    Offer {
        id: stored.id,
        status: stored.status,
        version: stored.version,
        enterprise: stored.enterprise,
        places: named(&app.places, &stored.content.places),
        may: OfferRights {
            edit: own && stored.status.is_editable(),
            open: allows(OfferAction::Open),
            close: allows(OfferAction::Close),
        },
        enterprise_name: stored.enterprise_name,
        industry: stored.industry,
        county: named(&app.places, stored.place.as_slice()).pop(),
        content: stored.content,
        created_at: stored.created_at,
        opened_at: stored.opened_at,
        ended_at: stored.ended_at,
    }
}

/// Places with their names: a town's after its county's.
#[must_use]
pub fn named(places: &Names, codes: &[PlaceCode]) -> Vec<NamedPlace> {
    let name = |code: &PlaceCode| {
        let place = places.place(code);
        if code.level() == PlaceLevel::Town { format!("{} · {}", place.county, place.town) } else { place.county }
    };
    codes.iter().map(|code| NamedPlace { name: name(code), code: code.clone() }).collect()
}

/// An enterprise's own offers, in any state.
pub async fn own(app: &App, enterprise: &Enterprise) -> Result<List<OfferRow>> {
    let mut connection = app.pool.acquire().await?;
    let limit = i64::try_from(LIST_MAX + 1).unwrap_or(i64::MAX);
    let mut rows = sql::of_enterprise(&mut connection, enterprise.acting.organisation, limit).await?;
    let count = Count::of_rows(&mut rows, LIST_MAX);
    Ok(List { items: rows.into_iter().map(|stored| row(app, stored)).collect(), next: None, count })
}

fn row(app: &App, stored: sql::Stored) -> OfferRow {
    OfferRow {
        id: stored.id,
        status: stored.status,
        enterprise: stored.enterprise,
        enterprise_name: stored.enterprise_name,
        industry: stored.industry,
        places: named(&app.places, &stored.content.places),
        kind: stored.content.kind,
        fields: stored.content.fields,
        amount_from_fen: stored.content.amount_from_fen,
        amount_to_fen: stored.content.amount_to_fen,
        quantity: stored.content.quantity,
        unit: stored.content.unit,
        title: stored.content.title,
        until: stored.content.until,
        changed_at: stored.changed_at,
    }
}

/// What open offers are looked for, read from the query.
pub struct Filter {
    /// As typed, and in simplified characters.
    words: Vec<(String, String)>,
    kind: Option<ContributionKind>,
    field: Option<Field>,
    /// A county with its towns: an offer for any of them counts.
    places: Option<Vec<String>>,
    after: Option<OfferId>,
}

fn filter(app: &App, query: &OfferQuery) -> Result<Filter> {
    let mut problems = Problems::new();
    let text = query.q.as_deref().unwrap_or_default();
    problems.require(text.chars().count() <= QUERY_MAX, "q", "关键词最多 100 个字");
    let kind = query.kind.as_deref().map(str::parse::<ContributionKind>).transpose();
    let kind = problems.take("kind", kind.map_err(|_| "没有这个种类")).flatten();
    let field = query.field.as_deref().map(str::parse::<Field>).transpose();
    let field = problems.take("field", field.map_err(|_| "没有这个领域")).flatten();
    let county = query.county.as_deref().map(str::parse::<PlaceCode>).transpose();
    let county = problems.take("county", county.map_err(|_| "没有这个地方")).flatten();
    let known = county.as_ref().is_none_or(|code| code.level() == PlaceLevel::County && app.places.get(code).is_some());
    problems.require(known, "county", "没有这个县（市、区）");
    let after = query.after.as_deref().map(str::parse::<OfferId>).transpose();
    let after = problems.take("after", after.map_err(|_| "翻页的位置不对，请从第一页看起")).flatten();
    problems.none_or_err()?;
    let words = text.split_whitespace().take(QUERY_WORDS).map(|word| {
        let word = word.to_lowercase();
        (organisations::simplified(&word), word)
    });
    let words = words.collect();
    Ok(Filter { words, kind, field, places: county.map(|county| app.places.with_towns(&county)), after })
}

/// Open offers that fit a query, newest first.
pub async fn list(app: &App, seeker: &OfferSeeker, query: &OfferQuery) -> Result<List<OfferRow>> {
    if !seeker.acting.role.seeks_offers(seeker.acting.kind) {
        return Err(Error::Forbidden(NO_OFFERS));
    }
    let filter = filter(app, query)?;
    let today = app.clock.today();
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let mut rows = sql::list(&mut tx, &filter, today, limit).await?;
    let counted = sql::count(&mut tx, &filter, today).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    Ok(List { items: rows.into_iter().map(|stored| row(app, stored)).collect(), next, count: Count::capped(counted) })
}

/// How the database goes about a list, for a test of its indexes.
pub async fn plan(app: &App, query: &OfferQuery) -> Result<String> {
    let filter = filter(app, query)?;
    let mut connection = app.pool.acquire().await?;
    Ok(sql::plan(&mut connection, &filter, app.clock.today(), i64::try_from(PAGE + 1).unwrap_or(i64::MAX)).await?)
}

/// An open offer, as it is matched and as it is shown.
pub struct Candidate {
    pub facts: OfferFacts,
    pub row: OfferRow,
}

/// The newest open offers of a kind that are meant for a place, at most `limit`.
pub async fn for_place(
    app: &App,
    tx: &mut PgConnection,
    (kind, place): (ContributionKind, &PlaceCode),
    limit: i64,
) -> Result<Vec<Candidate>> {
    let around: Vec<String> = std::iter::successors(place.parent(), PlaceCode::parent).map(String::from).collect();
    let found = sql::for_place(tx, (kind, &around), app.clock.today(), limit).await?;
    let candidate = |stored: sql::Stored| {
        let text = format!("{} {} {}", stored.enterprise_name, stored.content.title, stored.content.words);
        let facts = OfferFacts {
            industry: stored.industry,
            topics: domain::matching::topics::met(&text),
            content: stored.content.clone(),
        };
        Candidate { facts, row: row(app, stored) }
    };
    Ok(found.into_iter().map(candidate).collect())
}

/// What an enterprise's open offers say of its wishes: fields, places, and their words.
#[derive(Default)]
pub struct Said {
    pub fields: Vec<Field>,
    pub places: Vec<PlaceCode>,
    pub words: String,
}

/// Of all its open offers together.
pub async fn said_by(app: &App, tx: &mut PgConnection, enterprise: OrganisationId) -> Result<Said> {
    Ok(said_by_all(app, tx, &[enterprise]).await?.remove(&enterprise).unwrap_or_default())
}

/// The same of each of these enterprises that has open offers.
pub async fn said_by_all(
    app: &App,
    tx: &mut PgConnection,
    enterprises: &[OrganisationId],
) -> Result<HashMap<OrganisationId, Said>> {
    let mut all: HashMap<OrganisationId, Said> = HashMap::new();
    for stored in sql::open_of(tx, enterprises, app.clock.today()).await? {
        let said = all.entry(stored.enterprise).or_default();
        said.fields.extend(stored.content.fields);
        said.places.extend(stored.content.places);
        said.words = format!("{} {} {}", said.words, stored.content.title, stored.content.words);
    }
    Ok(all)
}
