//! Needs: a village writes one, town and federation decide on it, everybody reads it.
//!
//! Each use case is one transaction: change, event, commit. What moves a need from state to state is in `life`, what
//! moves it because of promises in `promises`, what was approved of it in `versions`, what would change it while it is
//! public in `revisions`. Deliberately absent: money (ledger), finding by words (search).

mod finding;
mod http;
pub mod imports;
pub mod life;
pub mod promises;
pub mod revisions;
pub mod similar;
mod sql;
pub mod versions;

pub use finding::{find, ids, suggestions};
pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::files;
use crate::http::caller::{Audit, Caller, Federation, NeedInsider, Reviewer, TownDesk, Village};
use domain::api::needs::{Need, NeedChange, NeedRights, NeedRow, NewNeed, RevisionStanding};
use domain::api::{Count, List};
use domain::need::{NeedAction, NeedContent, NeedStatus, NotNow, RevisionStatus};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::{NeedId, OrganisationId};
use serde_json::json;
use sqlx::PgConnection;

/// Rows of one's own list and of a to-do list; beyond that a list is not read but searched.
const LIST_MAX: i64 = 200;

/// Saves a new draft. The same id and content again gives the same answer; other content is a conflict.
pub async fn create(app: &App, village: &Village, new: &NewNeed) -> Result<Need> {
    own_village(&village.acting, &new.content.village)?;
    new.content.check_draft().none_or_err()?;
    let mut tx = app.begin().await?;
    let created = sql::insert(&mut tx, new, &village.acting, app.clock.now()).await;
    let created = created.on_constraint("need_pkey", || Error::Conflict(String::new()));
    if matches!(created, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        return created_before(app, village, new).await;
    }
    created?;
    write_parts(&mut tx, village, new.id, &new.content).await?;
    let record = Record {
        verb: "need_drafted",
        subject_kind: "need",
        subject: new.id.0,
        before: None,
        after: Some(json!({ "status": NeedStatus::Draft, "version": 1 })),
        reason: None,
    };
    audit::record(app, &mut tx, &village.acting, &village.origin, record).await?;
    tx.commit().await?;
    get(app, &Viewer::of(&village.acting), &new.id.to_string()).await
}

/// The answer to an id that exists: the same need, if it is the same, and ours.
async fn created_before(app: &App, village: &Village, new: &NewNeed) -> Result<Need> {
    let other = || Error::Conflict("这个编号已经保存过别的内容，请从“我的需求”里打开修改".into());
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, new.id).await?;
    let own = stored.filter(|stored| stored.organisation == village.acting.organisation).ok_or_else(other)?;
    if !is_stored(&mut tx, &own.content, &new.content).await? {
        return Err(other());
    }
    drop(tx);
    get(app, &Viewer::of(&village.acting), &new.id.to_string()).await
}

/// Whether what is asked is there already: the same text, and the same pictures.
async fn is_stored(tx: &mut PgConnection, stored: &NeedContent, asked: &NeedContent) -> Result<bool> {
    let text = |content: &NeedContent| NeedContent { photos: Vec::new(), quotes: Vec::new(), ..content.trimmed() };
    Ok(text(stored) == text(asked)
        && files::same(tx, &stored.photos, &asked.photos).await?
        && files::same(tx, &stored.quotes, &asked.quotes).await?)
}

/// Replaces the content of a draft or of a returned need. What is stored already changes nothing, and is no conflict
/// with whoever stored it: a form that is sent twice.
pub async fn update(app: &App, village: &Village, id: NeedId, change: &NeedChange) -> Result<Need> {
    own_village(&village.acting, &change.content.village)?;
    change.content.check_draft().none_or_err()?;
    let mut tx = app.begin().await?;
    let row = life::lock(&mut tx, id).await?.filter(|row| row.organisation == village.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    let stored = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if is_stored(&mut tx, &stored.content, &change.content).await? {
        tx.rollback().await?;
        return get(app, &Viewer::of(&village.acting), &id.to_string()).await;
    }
    if !row.status.is_editable() {
        return Err(Error::Conflict("这条需求已经提交，不能再修改".into()));
    }
    if stored.content.kind != change.content.kind {
        return Err(Error::invalid("kind", "需求的类别保存后不能改，请另写一条"));
    }
    sql::update_content(&mut tx, id, change, row.status, app.clock.now()).await?.one_row_or_conflict()?;
    write_parts(&mut tx, village, id, &change.content).await?;
    let record = Record {
        verb: "need_edited",
        subject_kind: "need",
        subject: id.0,
        before: Some(json!({ "status": row.status, "version": change.version })),
        after: Some(json!({ "status": row.status, "version": change.version + 1 })),
        reason: None,
    };
    audit::record(app, &mut tx, &village.acting, &village.origin, record).await?;
    tx.commit().await?;
    get(app, &Viewer::of(&village.acting), &id.to_string()).await
}

/// Items and pictures of a need, as its content names them.
async fn write_parts(tx: &mut PgConnection, village: &Village, id: NeedId, content: &NeedContent) -> Result<()> {
    sql::replace_items(tx, id, &content.items).await?;
    let already = sql::pictures(tx, id).await?;
    let named: Vec<_> = content.photos.iter().chain(&content.quotes).copied().collect();
    files::keep(tx, village.acting.person, &named, &already).await?;
    sql::replace_photos(tx, id, &content.photos).await?;
    sql::replace_quotes(tx, id, &content.quotes).await?;
    Ok(())
}

/// Replaces the whole text of a need that is in this state and at the version that was read; its pictures are known here.
async fn replace_text(
    app: &App,
    tx: &mut PgConnection,
    id: NeedId,
    status: NeedStatus,
    change: &NeedChange,
) -> Result<()> {
    sql::update_content(tx, id, change, status, app.clock.now()).await?.one_row_or_conflict()?;
    sql::replace_items(tx, id, &change.content.items).await?;
    sql::replace_photos(tx, id, &change.content.photos).await?;
    Ok(sql::replace_quotes(tx, id, &change.content.quotes).await?)
}

/// A need as letters name it, and whose it is.
pub struct Named {
    pub organisation: OrganisationId,
    /// None before it was public.
    pub code: Option<String>,
    pub title: String,
}

pub async fn named(tx: &mut PgConnection, id: NeedId) -> Result<Named> {
    Ok(sql::named(tx, id).await?)
}

fn own_village(acting: &Acting, village: &PlaceCode) -> Result<()> {
    if acting.place.as_ref() == Some(village) {
        Ok(())
    } else {
        Err(Error::invalid("village", "只能为自己的村（社区）填写需求"))
    }
}

/// A need by id or by code, if this caller may see it, and whether he does so because he works on it.
async fn stored(tx: &mut PgConnection, viewer: &Viewer, id_or_code: &str) -> Result<(sql::Stored, bool)> {
    let row = match id_or_code.parse::<NeedId>() {
        Ok(id) => sql::by_id(tx, id).await?,
        Err(_) => sql::by_code(tx, id_or_code).await?,
    };
    let row = row.ok_or(Error::NotFound)?;
    let insider = viewer.is_insider(&row);
    let public = row.code.is_some() && row.status.is_public();
    if insider || public { Ok((row, insider)) } else { Err(Error::NotFound) }
}

/// One need, by id or by code, if this caller may see it.
pub async fn get(app: &App, viewer: &Viewer, id_or_code: &str) -> Result<Need> {
    let mut tx = app.snapshot().await?;
    read(app, &mut tx, viewer, id_or_code).await
}

/// The same in the caller's transaction: as it is there.
async fn read(app: &App, tx: &mut PgConnection, viewer: &Viewer, id_or_code: &str) -> Result<Need> {
    let (mut row, insider) = stored(tx, viewer, id_or_code).await?;
    let (mut history, mut may, mut objections) = (Vec::new(), NeedRights::default(), None);
    if insider {
        history = sql::history(tx, row.id).await?;
        may = rights(tx, viewer, &row).await?;
        objections = Some(life::objections(tx, row.id).await?);
    } else {
        // What a seller offered one buyer is nobody else's.
        row.content.quotes.clear();
    }
    let revision = revision_standing(viewer, &row, insider);
    Ok(Need {
        id: row.id,
        code: row.code,
        status: row.status,
        version: row.version,
        place: app.places.place(&row.content.village),
        organisation: row.organisation,
        content: row.content,
        photos: row.photos,
        created_at: row.created_at,
        published_at: row.published_at,
        publicized_until: row.publicized_until,
        updates: row.updates,
        updated_at: row.updated_at.filter(|_| row.updates > 0),
        revision,
        objections,
        history,
        may,
    })
}

/// How far the revision is that this caller may know of: a draft is the village's, and the others read one that is shown
/// for objections.
fn revision_standing(viewer: &Viewer, row: &sql::Stored, insider: bool) -> Option<RevisionStanding> {
    let own = viewer.acting_on(row).is_some_and(|acting| acting.organisation == row.organisation);
    row.revision.filter(|revision| match revision.status {
        RevisionStatus::Publicized => true,
        RevisionStatus::Draft => own || viewer.audit,
        _ => insider,
    })
}

/// What an insider may do now. A step that only lacks something is offered all the same, and says what it lacks.
async fn rights(tx: &mut PgConnection, viewer: &Viewer, row: &sql::Stored) -> Result<NeedRights> {
    let Some(acting) = viewer.acting_on(row) else { return Ok(NeedRights::default()) };
    let facts = life::facts(tx, row.id).await?;
    let may = |action: &NeedAction| {
        let possible = row.status.after(*action, &facts);
        action.is_for(acting.role, row.status) && !matches!(possible, Err(NotNow::State(_)))
    };
    let own = acting.organisation == row.organisation;
    let free = row.revision.is_none_or(|revision| revision.status.is_editable());
    let revise = own && free && row.code.is_some() && row.status.takes_revisions();
    Ok(NeedRights {
        edit: own && row.status.is_editable(),
        revise,
        steps: NeedAction::ALL.iter().copied().filter(may).collect(),
    })
}

/// What of a caller decides which needs are seen: those for whom he acts, and whether he reads everything.
pub struct Viewer {
    acting: Vec<Acting>,
    audit: bool,
}

impl Viewer {
    pub(crate) fn of(acting: &Acting) -> Self {
        Viewer { acting: vec![acting.clone()], audit: false }
    }

    /// As whom the caller works on this need: its village, or a town or federation that it was handed to.
    fn acting_on(&self, row: &sql::Stored) -> Option<&Acting> {
        self.acting.iter().find(|acting| {
            let own = Village::ROLES.contains(&acting.role) && acting.organisation == row.organisation;
            let over = acting.place.as_ref().is_some_and(|place| place.contains(&row.content.village));
            // A draft is nobody's business but the village's.
            own || (Reviewer::ROLES.contains(&acting.role) && over && row.status != NeedStatus::Draft)
        })
    }

    fn is_insider(&self, row: &sql::Stored) -> bool {
        self.audit || self.acting_on(row).is_some()
    }
}

impl From<&NeedInsider> for Viewer {
    fn from(insider: &NeedInsider) -> Self {
        Viewer { acting: vec![insider.acting.clone()], audit: Audit::ROLES.contains(&insider.acting.role) }
    }
}

impl From<&Caller> for Viewer {
    fn from(caller: &Caller) -> Self {
        let desks = [Village::ROLES, TownDesk::ROLES, Federation::ROLES];
        Viewer {
            acting: desks.into_iter().filter_map(|roles| caller.acting_as(roles)).collect(),
            audit: caller.acting_as(Audit::ROLES).is_some(),
        }
    }
}

/// A village's own needs, latest change first.
pub async fn own(app: &App, village: &Village) -> Result<List<NeedRow>> {
    let mut connection = app.pool.acquire().await?;
    let rows = sql::of_organisation(&mut connection, village.acting.organisation, LIST_MAX).await?;
    Ok(list(app, rows))
}

/// What waits for a town or a federation, oldest first.
pub async fn review(app: &App, reviewer: &Reviewer) -> Result<List<NeedRow>> {
    let place = reviewer.acting.place.as_ref().ok_or(Error::NotFound)?;
    let waiting: &[NeedStatus] = if TownDesk::ROLES.contains(&reviewer.acting.role) {
        &[NeedStatus::TownReview]
    } else {
        &[NeedStatus::FederationReview, NeedStatus::Acceptance]
    };
    let mut connection = app.pool.acquire().await?;
    let rows = sql::waiting_rows(&mut connection, place, waiting, LIST_MAX).await?;
    Ok(list(app, rows))
}

fn list(app: &App, rows: Vec<sql::Row>) -> List<NeedRow> {
    let count = Count::capped(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    List { items: rows.into_iter().map(|row| row.into_api(&app.places)).collect(), next: None, count }
}

/// The newest needs of a county, a town or a village that stand in lists.
pub async fn newest(app: &App, tx: &mut PgConnection, place: &PlaceCode, limit: i64) -> Result<Vec<NeedRow>> {
    let rows = sql::newest(tx, place, limit).await?;
    Ok(rows.into_iter().map(|row| row.into_api(&app.places)).collect())
}

/// Those of these needs that everybody may read, in this order, as lists show them.
pub async fn public_rows(app: &App, tx: &mut PgConnection, ids: &[NeedId]) -> Result<Vec<NeedRow>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = sql::public_rows(tx, &ids).await?;
    Ok(rows.into_iter().map(|row| row.into_api(&app.places)).collect())
}

/// What of needs in one state waits for whoever looks after a place.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting, status: NeedStatus) -> Result<Waiting> {
    let Some(place) = &acting.place else { return Ok(Waiting::default()) };
    Ok(sql::waiting(tx, place, status).await?)
}

/// What of needs waits for a village: those that came back.
pub async fn waiting_to_be_mended(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_mended(tx, acting.organisation).await?)
}
