//! The only SQL on needs.

use super::Named;
use crate::db::decode;
use crate::db::decode::word;
use crate::places::Names;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::files::Photo;
use domain::api::needs::{HistoryEntry, NeedChange, NeedRow, NewNeed, RevisionStanding};
use domain::consent::ConsentKind;
use domain::need::{
    AskedLine, BudgetItem, ContributionKind, Indicator, JointBuilding, NeedContent, NeedStatus, PairingForm, asked,
};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::{Fen, FileId, NeedId, OrganisationId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;

/// A value that the database's constraints should have made impossible.
fn place(text: &str) -> sqlx::Result<PlaceCode> {
    text.parse().map_err(|error| decode::error("need.village", error))
}

fn fen(amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|error| decode::error("amount", error))
}

/// Lines and joint project as they are stored.
pub fn json<T: serde::Serialize>(value: &T) -> sqlx::Result<serde_json::Value> {
    serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(error.into()))
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewNeed,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let content = new.content.trimmed();
    sqlx::query!(
        "insert into need (id, organisation, village, status, kind, field, title, description, amount_fen, price_basis,
                           asked, procured, form, joint, wanted_by, outcome, indicator, outcome_quantity, outcome_unit,
                           created_by, created_at, changed_at)
         values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
                 $20)",
        new.id.0,
        acting.organisation.0,
        content.village.as_str(),
        content.kind.as_str(),
        content.field.map(domain::need::Field::as_str),
        content.title,
        content.description,
        content.amount_fen.map(Fen::get),
        content.price_basis,
        json(&content.lines)?,
        content.procured,
        content.form.map(PairingForm::as_str),
        content.joint.as_ref().map(json).transpose()?,
        content.wanted_by,
        content.outcome,
        content.indicator.map(Indicator::as_str),
        content.outcome_quantity,
        content.outcome_unit,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces the text of a need that is in this state and still at the version that was read.
pub async fn update_content(
    connection: &mut PgConnection,
    id: NeedId,
    change: &NeedChange,
    status: NeedStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    let content = change.content.trimmed();
    sqlx::query!(
        "update need
         set field = $3, title = $4, description = $5, amount_fen = $6, price_basis = $7, asked = $8, procured = $9,
             form = $10, joint = $11, wanted_by = $12, outcome = $13, indicator = $14, outcome_quantity = $15,
             outcome_unit = $16, changed_at = $17, version = version + 1
         where id = $1 and version = $2 and status = $18",
        id.0,
        change.version,
        content.field.map(domain::need::Field::as_str),
        content.title,
        content.description,
        content.amount_fen.map(Fen::get),
        content.price_basis,
        json(&content.lines)?,
        content.procured,
        content.form.map(PairingForm::as_str),
        content.joint.as_ref().map(json).transpose()?,
        content.wanted_by,
        content.outcome,
        content.indicator.map(Indicator::as_str),
        content.outcome_quantity,
        content.outcome_unit,
        now,
        status.as_str()
    )
    .execute(connection)
    .await
}

pub async fn replace_items(connection: &mut PgConnection, id: NeedId, items: &[BudgetItem]) -> sqlx::Result<()> {
    sqlx::query!("delete from need_item where need = $1", id.0).execute(&mut *connection).await?;
    let names: Vec<_> = items.iter().map(|item| item.name.trim().to_owned()).collect();
    let amounts: Vec<_> = items.iter().map(|item| item.amount_fen.get()).collect();
    sqlx::query!(
        "insert into need_item (need, position, name, amount_fen)
         select $1, position, name, amount_fen
         from unnest($2::text[], $3::bigint[]) with ordinality as item (name, amount_fen, position)",
        id.0,
        &names,
        &amounts
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn replace_photos(connection: &mut PgConnection, id: NeedId, photos: &[FileId]) -> sqlx::Result<()> {
    sqlx::query!("delete from need_photo where need = $1", id.0).execute(&mut *connection).await?;
    let files: Vec<_> = photos.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into need_photo (need, position, file)
         select $1, position, file
         from unnest($2::uuid[]) with ordinality as photo (file, position)",
        id.0,
        &files
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn replace_quotes(connection: &mut PgConnection, id: NeedId, quotes: &[FileId]) -> sqlx::Result<()> {
    sqlx::query!("delete from need_quote where need = $1", id.0).execute(&mut *connection).await?;
    let files: Vec<_> = quotes.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into need_quote (need, position, file)
         select $1, position, file
         from unnest($2::uuid[]) with ordinality as quote (file, position)",
        id.0,
        &files
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Every picture that a need names: those that everybody may see one day, and those that nobody else does.
pub async fn pictures(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Vec<FileId>> {
    let files = sqlx::query_scalar!(
        r#"select file as "file!" from need_photo where need = $1 union all select file from need_quote where need = $1"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(files.into_iter().map(FileId).collect())
}

pub async fn photos(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Vec<FileId>> {
    let files = sqlx::query_scalar!("select file from need_photo where need = $1 order by position", id.0)
        .fetch_all(connection)
        .await?;
    Ok(files.into_iter().map(FileId).collect())
}

pub async fn named(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Named> {
    let row =
        sqlx::query!("select organisation, code, title from need where id = $1", id.0).fetch_one(connection).await?;
    Ok(Named { organisation: OrganisationId(row.organisation), code: row.code, title: row.title })
}

/// A need, whole.
pub struct Stored {
    pub id: NeedId,
    pub code: Option<String>,
    pub organisation: OrganisationId,
    pub status: NeedStatus,
    pub version: i32,
    pub content: NeedContent,
    pub photos: Vec<Photo>,
    pub created_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
    pub publicized_until: Option<NaiveDate>,
    /// How often it was approved anew, and since when it reads as it does.
    pub updates: i32,
    pub updated_at: Option<DateTime<Utc>>,
    pub revision: Option<RevisionStanding>,
}

/// One statement, since every need's page begins with it; and one way through it for id and code, since an `or` of both
/// would be planned anew each time, which costs several times what reading does.
async fn read(connection: &mut PgConnection, id: Option<NeedId>, code: Option<&str>) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query!(
        r#"select need.id, code, organisation, village, need.status, need.version, kind, field, title, description,
                  amount_fen, price_basis, asked as "asked: Json<Vec<AskedLine>>", procured, form,
                  joint as "joint: Json<JointBuilding>", wanted_by, outcome, indicator, outcome_quantity, outcome_unit,
                  need.created_at, published_at, need.publicized_until, approved.number as "number?",
                  approved.shown_from as "shown_from?", revision.status as "revision?",
                  revision.publicized_until as "revision_until?",
                  array(select q.file from need_quote q where q.need = need.id order by q.position) as "quotes!",
                  coalesce((
                      select json_agg(json_build_object('name', i.name, 'amount_fen', i.amount_fen) order by i.position)
                      from need_item i
                      where i.need = need.id
                  ), '[]') as "items!: Json<Vec<BudgetItem>>",
                  coalesce((
                      select json_agg(file_shown(f, $3) order by p.position)
                      from need_photo p
                      join file f on f.id = p.file
                      where p.need = need.id
                  ), '[]') as "photos!: Json<Vec<Photo>>"
           from need
           left join lateral (
               select a.number, a.shown_from from need_approved a where a.need = need.id order by a.number desc limit 1
           ) approved on true
           left join need_revision revision on revision.need = need.id
               and revision.status in ('draft', 'town_review', 'federation_review', 'publicized', 'returned')
           where need.id = coalesce($1, (select named.id from need named where named.code = $2))"#,
        id.map(|id| id.0),
        code,
        ConsentKind::PhotoPlace.version()
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let content = NeedContent {
        village: place(&row.village)?,
        kind: word("need", &row.kind)?,
        field: row.field.as_deref().map(|text| word("need", text)).transpose()?,
        title: row.title,
        description: row.description,
        items: row.items.0,
        amount_fen: row.amount_fen.map(fen).transpose()?,
        price_basis: row.price_basis,
        quotes: row.quotes.into_iter().map(FileId).collect(),
        lines: row.asked.0,
        procured: row.procured,
        form: row.form.as_deref().map(|text| word("need", text)).transpose()?,
        joint: row.joint.map(|joint| joint.0),
        wanted_by: row.wanted_by,
        outcome: row.outcome,
        indicator: row.indicator.as_deref().map(|text| word("need", text)).transpose()?,
        outcome_quantity: row.outcome_quantity,
        outcome_unit: row.outcome_unit,
        photos: row.photos.iter().map(|photo| photo.id).collect(),
    };
    let revision = match row.revision {
        Some(status) => Some(RevisionStanding { status: word("need", &status)?, publicized_until: row.revision_until }),
        None => None,
    };
    Ok(Some(Stored {
        id: NeedId(row.id),
        code: row.code,
        organisation: OrganisationId(row.organisation),
        status: word("need", &row.status)?,
        version: row.version,
        content,
        photos: row.photos.0,
        created_at: row.created_at,
        published_at: row.published_at,
        publicized_until: row.publicized_until,
        updates: row.number.map_or(0, |number| number - 1),
        updated_at: row.shown_from,
        revision,
    }))
}

pub async fn by_id(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<Stored>> {
    read(connection, Some(id), None).await
}

pub async fn by_code(connection: &mut PgConnection, code: &str) -> sqlx::Result<Option<Stored>> {
    read(connection, None, Some(code)).await
}

/// The changes of state, oldest first: edits of the text are not shown.
pub async fn history(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Vec<HistoryEntry>> {
    let rows = sqlx::query!(
        r#"select e.at, coalesce(o.name, '系统') as "by!", e.after ->> 'status' as "status!",
                  coalesce(e.reason, '从表格“' || i.file_name || '”第 ' || (e.after ->> 'row') || ' 行导入') as reason
           from event e
           left join need_import i on i.id = (e.after ->> 'import')::uuid
           left join organisation o on o.id = e.organisation
           where e.subject = $1 and e.subject_kind = 'need' and e.verb not in ('need_edited', 'need_warned', 'need_revised')
           order by e.seq"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok(HistoryEntry { at: row.at, by: row.by, status: word("need", &row.status)?, reason: row.reason }))
        .collect()
}

/// One line of a list.
pub struct Row {
    pub id: uuid::Uuid,
    pub code: Option<String>,
    pub village: String,
    pub status: String,
    pub title: String,
    pub kind: String,
    pub field: Option<String>,
    pub asked: Json<Vec<AskedLine>>,
    pub amount_fen: Option<i64>,
    pub wanted_by: Option<NaiveDate>,
    pub outcome: String,
    pub photo: Option<uuid::Uuid>,
    pub changed_at: DateTime<Utc>,
}

impl Row {
    pub fn into_api(self, places: &Names) -> NeedRow {
        let village = self.village.parse::<PlaceCode>();
        NeedRow {
            id: NeedId(self.id),
            code: self.code,
            status: self.status.parse().unwrap_or(NeedStatus::Draft),
            title: self.title,
            kind: self.kind.parse().unwrap_or(ContributionKind::Money),
            field: self.field.and_then(|field| field.parse().ok()),
            asked: asked::summary(&self.asked.0),
            place: village
                .map_or_else(|_| unreachable!("a constraint keeps need.village a code"), |v| places.place(&v)),
            amount_fen: self.amount_fen.and_then(|amount| Fen::new(amount).ok()),
            wanted_by: self.wanted_by,
            outcome: self.outcome,
            photo: self.photo.map(FileId),
            changed_at: self.changed_at,
        }
    }
}

pub async fn of_organisation(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select n.id, n.code, n.village, n.status, n.title, n.kind, n.field,
                  n.asked as "asked: Json<Vec<AskedLine>>", n.amount_fen, n.wanted_by, n.outcome,
                  (select file from need_photo p where p.need = n.id order by p.position limit 1) as photo,
                  n.changed_at
           from need n
           where n.organisation = $1
           order by n.changed_at desc
           limit $2"#,
        organisation.0,
        limit
    )
    .fetch_all(connection)
    .await
}

fn words(statuses: &[NeedStatus]) -> Vec<String> {
    statuses.iter().map(ToString::to_string).collect()
}

/// Of a place, in one of the states, longest waiting first. Each state that waits for somebody has an index of its own.
pub async fn waiting_rows(
    connection: &mut PgConnection,
    place: &PlaceCode,
    statuses: &[NeedStatus],
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select n.id, n.code, n.village, n.status, n.title, n.kind, n.field,
                  n.asked as "asked: Json<Vec<AskedLine>>", n.amount_fen, n.wanted_by, n.outcome,
                  (select file from need_photo p where p.need = n.id order by p.position limit 1) as photo,
                  n.changed_at
           from (
               select id, changed_at
               from need
               where 'town_review' = any($2::text[]) and status = 'town_review' and left(village, 9) = $1
               union all
               select id, changed_at
               from need
               where 'federation_review' = any($2::text[]) and status = 'federation_review' and lies_in(village, $1)
               union all
               select id, changed_at
               from need
               where 'acceptance' = any($2::text[]) and status = 'acceptance' and lies_in(village, $1)
               order by changed_at
               limit $3
           ) waiting
           join need n on n.id = waiting.id
           order by n.changed_at"#,
        place.as_str(),
        &words(statuses),
        limit
    )
    .fetch_all(connection)
    .await
}

/// The public ones among `ids`, in that order.
pub async fn public_rows(connection: &mut PgConnection, ids: &[uuid::Uuid]) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select n.id as "id!", n.code, n.village as "village!", n.status as "status!", n.title as "title!",
                  n.kind as "kind!", n.field, n.asked as "asked!: Json<Vec<AskedLine>>", n.amount_fen, n.wanted_by, n.outcome as "outcome!",
                  (select file from need_photo p where p.need = n.id order by p.position limit 1) as photo,
                  n.changed_at as "changed_at!"
           from unnest($1::uuid[]) with ordinality as wanted (id, position)
           join needs_listed n on n.id = wanted.id
           order by wanted.position"#,
        ids
    )
    .fetch_all(connection)
    .await
}

/// The newest of a place that stand in lists. Each level of places has an index of its own.
pub async fn newest(connection: &mut PgConnection, place: &PlaceCode, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select n.id as "id!", n.code, n.village as "village!", n.status as "status!", n.title as "title!",
                  n.kind as "kind!", n.field, n.asked as "asked!: Json<Vec<AskedLine>>", n.amount_fen, n.wanted_by,
                  n.outcome as "outcome!",
                  (select file from need_photo p where p.need = n.id order by p.position limit 1) as photo,
                  n.changed_at as "changed_at!"
           from (
               (select id
                from needs_listed
                where length($1) = 6 and left(village, 6) = $1
                order by published_at desc, id desc
                limit $2)
               union all
               (select id
                from needs_listed
                where length($1) = 9 and left(village, 9) = $1
                order by published_at desc, id desc
                limit $2)
               union all
               (select id
                from needs_listed
                where length($1) = 12 and village = $1
                order by published_at desc, id desc
                limit $2)
           ) newest
           join need n on n.id = newest.id
           order by n.published_at desc, n.id desc"#,
        place.as_str(),
        limit
    )
    .fetch_all(connection)
    .await
}

pub async fn waiting(connection: &mut PgConnection, place: &PlaceCode, status: NeedStatus) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select changed_at
                 from need
                 where $2 = 'town_review' and status = 'town_review' and left(village, 9) = $1
                 union all
                 select changed_at
                 from need
                 where $2 = 'federation_review' and status = 'federation_review' and lies_in(village, $1)
                 union all
                 select changed_at
                 from need
                 where $2 = 'acceptance' and status = 'acceptance' and lies_in(village, $1)
                 order by changed_at
                 limit 1001) as waiting"#,
        place.as_str(),
        status.as_str()
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_mended(connection: &mut PgConnection, village: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select changed_at
                 from need
                 where organisation = $1 and status = 'returned'
                 order by changed_at
                 limit 1001) as waiting"#,
        village.0
    )
    .fetch_one(connection)
    .await
}
