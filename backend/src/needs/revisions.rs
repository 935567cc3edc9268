//! Revisions: a village proposes another text for a need that is public. Everybody reads what was approved until the
//! other text is approved too.
//!
//! Here one is read and written; `steps` moves it. All of it happens under the lock of the need's row. Deliberately
//! absent: what may be changed, and what is shown for objections first (domain).

mod http;
mod sql;
pub mod steps;

pub use http::routes;

use super::life;
use super::{Viewer, Village, own_village, stored, versions};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::files;
use crate::http::caller::{RevisionDesk, TownDesk};
use domain::api::need_versions::{NeedRevision, ProposedVersion, RevisionChange, RevisionRights, RevisionRow};
use domain::api::{Count, List};
use domain::need::revision::{RevisionFacts, check_revision_draft, wants_publicity};
use domain::need::{NeedContent, NeedStatus, NotNow, RevisionAction, RevisionStatus};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{FileId, NeedId, RevisionId};
use serde_json::json;
use sql::{Live, Stored};
use sqlx::PgConnection;

/// Rows of a list.
const LIST_MAX: i64 = 200;

/// What of a need is shown for objections.
pub async fn proposed(tx: &mut PgConnection, need: NeedId) -> Result<Option<ProposedVersion>> {
    Ok(sql::proposed(tx, need).await?)
}

/// The revision that is under way, for those who work on the need.
pub async fn get(app: &App, viewer: &Viewer, need: NeedId) -> Result<NeedRevision> {
    let mut tx = app.snapshot().await?;
    let live = sql::live(&mut tx, need).await?.ok_or(Error::NotFound)?;
    read(app, &mut tx, viewer, (need, live.id)).await
}

/// A revision, under way or ended, as this caller reads it. A draft is nobody's business but the village's.
async fn read(
    app: &App,
    tx: &mut PgConnection,
    viewer: &Viewer,
    (need, id): (NeedId, RevisionId),
) -> Result<NeedRevision> {
    let (row, insider) = stored(tx, viewer, &need.to_string()).await?;
    let revision = sql::by_id(tx, id).await?.ok_or(Error::NotFound)?;
    let acting = viewer.acting_on(&row);
    let own = acting.is_some_and(|acting| Village::ROLES.contains(&acting.role));
    let handed_in = revision.status != RevisionStatus::Draft;
    if !(own || viewer.audit || (insider && handed_in)) {
        return Err(Error::NotFound);
    }
    let facts = facts(tx, need, row.status, &revision).await?;
    let may = |acting: &Acting| {
        let open = |step: &RevisionAction| {
            step.is_for(acting.role, revision.status) && revision.status.after(*step, facts).is_ok()
        };
        RevisionRights {
            edit: own && revision.status.is_editable() && row.status.takes_revisions(),
            steps: RevisionAction::ALL.iter().copied().filter(open).collect(),
        }
    };
    Ok(NeedRevision {
        id,
        need,
        code: row.code,
        need_status: row.status,
        place: app.places.place(&row.content.village),
        status: revision.status,
        version: revision.version,
        may: acting.map(may).unwrap_or_default(),
        why: revision.why,
        content: revision.content,
        photos: revision.photos,
        shown: revision.shown,
        shown_photos: revision.shown_photos,
        promised_fen: sql::promised(tx, need).await?,
        publicized_until: revision.publicized_until,
        objections: life::objections(tx, need).await?,
        changed_at: revision.changed_at,
        history: sql::history(tx, id).await?,
    })
}

async fn facts(tx: &mut PgConnection, need: NeedId, status: NeedStatus, revision: &Stored) -> Result<RevisionFacts> {
    let town_reviews = life::facts(tx, need).await?.town_reviews;
    // While the need itself is shown for objections nobody can promise anything: its new text is shown at once, anew for
    // all the days.
    let publicity = status != NeedStatus::Publicized && wants_publicity(&revision.shown, &revision.content);
    Ok(RevisionFacts { need: status, town_reviews, publicity })
}

/// Begins a revision, or saves it again. What is stored already changes nothing, and is no conflict with whoever stored
/// it: a form that is sent twice.
pub async fn save(app: &App, village: &Village, need: NeedId, change: &RevisionChange) -> Result<NeedRevision> {
    own_village(&village.acting, &change.content.village)?;
    let viewer = Viewer::of(&village.acting);
    let mut tx = app.begin().await?;
    let row = life::lock(&mut tx, need).await?.filter(|row| row.organisation == village.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    let cannot = || Error::Conflict(NotNow::State(row.status).to_string());
    let (based_on, shown) = versions::latest(&mut tx, need).await?.ok_or_else(cannot)?;
    check_revision_draft(&shown, &change.content, &change.why).none_or_err()?;
    let live = sql::live(&mut tx, need).await?;
    if let Some(live) = &live
        && live.why == change.why.trim()
        && super::is_stored(&mut tx, &live.content, &change.content).await?
    {
        return read(app, &mut tx, &viewer, (need, live.id)).await;
    }
    if !row.status.takes_revisions() {
        return Err(cannot());
    }
    let id = match live {
        None if change.version == 0 => begin(app, &mut tx, village, (need, based_on), change).await?,
        None => return Err(Error::Conflict("这项修改已经结束，请从需求的页面重新提出".into())),
        Some(live) => edit(app, &mut tx, village, &live, change).await?,
    };
    keep_pictures(&mut tx, village, need, &change.content).await?;
    let saved = read(app, &mut tx, &viewer, (need, id)).await?;
    tx.commit().await?;
    Ok(saved)
}

async fn begin(
    app: &App,
    tx: &mut PgConnection,
    village: &Village,
    (need, based_on): (NeedId, i32),
    change: &RevisionChange,
) -> Result<RevisionId> {
    let id: RevisionId = app.clock.id();
    let begun = sql::insert(tx, id, (need, based_on), change, village.acting.person, app.clock.now()).await;
    begun.on_constraint("need_revision_live", Error::changed_meanwhile)?;
    let record = Record {
        verb: "revision_drafted",
        subject_kind: "need_revision",
        subject: id.0,
        before: None,
        after: Some(json!({ "status": RevisionStatus::Draft, "version": 1, "need": need })),
        reason: None,
    };
    audit::record(app, tx, &village.acting, &village.origin, record).await?;
    Ok(id)
}

async fn edit(
    app: &App,
    tx: &mut PgConnection,
    village: &Village,
    live: &Live,
    change: &RevisionChange,
) -> Result<RevisionId> {
    if !live.status.is_editable() {
        return Err(Error::Conflict("这项修改已经提交，不能再改；要改的话请先撤销，再重新提出".into()));
    }
    sql::update(tx, live.id, change, app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "revision_edited",
        subject_kind: "need_revision",
        subject: live.id.0,
        before: Some(json!({ "status": live.status, "version": change.version })),
        after: Some(json!({ "status": live.status, "version": change.version + 1 })),
        reason: None,
    };
    audit::record(app, tx, &village.acting, &village.origin, record).await?;
    Ok(live.id)
}

fn pictures(content: &NeedContent) -> Vec<FileId> {
    content.photos.iter().chain(&content.quotes).copied().collect()
}

/// Pictures that the revision names stay; each is the writer's own draft, or was named by this need before.
async fn keep_pictures(tx: &mut PgConnection, village: &Village, need: NeedId, content: &NeedContent) -> Result<()> {
    let named = pictures(content);
    let already = sql::pictures(tx, need).await?;
    files::keep(tx, village.acting.person, &named, &already).await?;
    Ok(sql::name_pictures(tx, need, &named).await?)
}

/// A village's own revisions that are under way; those that wait for a town or a federation, oldest first.
pub async fn list(app: &App, desk: &RevisionDesk) -> Result<List<RevisionRow>> {
    let acting = &desk.acting;
    let mut connection = app.pool.acquire().await?;
    let rows = if Village::ROLES.contains(&acting.role) {
        sql::of_organisation(&mut connection, acting.organisation, LIST_MAX).await?
    } else {
        let place = acting.place.as_ref().ok_or(Error::NotFound)?;
        let town = TownDesk::ROLES.contains(&acting.role);
        let status = if town { RevisionStatus::TownReview } else { RevisionStatus::FederationReview };
        sql::waiting_rows(&mut connection, place, status, LIST_MAX).await?
    };
    let count = Count::capped(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let items = rows.into_iter().map(|row| row.into_api(&app.places)).collect();
    Ok(List { items, next: None, count })
}

/// What of revisions in one state waits for whoever looks after a place.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting, status: RevisionStatus) -> Result<Waiting> {
    let Some(place) = &acting.place else { return Ok(Waiting::default()) };
    Ok(sql::waiting(tx, place, status).await?)
}

/// What of revisions waits for a village: those that came back.
pub async fn waiting_to_be_mended(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_mended(tx, acting.organisation).await?)
}
