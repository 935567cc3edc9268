//! The only SQL on needs.

use super::Named;
use crate::places::Names;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::needs::{HistoryEntry, NeedChange, NeedRow, NewNeed, Photo};
use domain::need::{BudgetItem, NeedContent, NeedStatus};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::{Fen, FileId, NeedId, OrganisationId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// A value that the database's constraints should have made impossible.
fn decode<E: std::fmt::Display>(what: &str, error: E) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what}: {error}").into())
}

fn status(text: &str) -> sqlx::Result<NeedStatus> {
    text.parse().map_err(|error| decode("need.status", error))
}

fn place(text: &str) -> sqlx::Result<PlaceCode> {
    text.parse().map_err(|error| decode("need.village", error))
}

fn fen(amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|error| decode("amount", error))
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewNeed,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let content = &new.content;
    sqlx::query!(
        "insert into need (id, organisation, village, status, field, title, description, amount_fen, wanted_by,
                           outcome, outcome_quantity, outcome_unit, created_by, created_at, changed_at)
         values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        new.id.0,
        acting.organisation.0,
        content.village.as_str(),
        content.field.map(domain::need::Field::as_str),
        content.title.trim(),
        content.description.trim(),
        content.amount_fen.map(Fen::get),
        content.wanted_by,
        content.outcome.trim(),
        content.outcome_quantity,
        content.outcome_unit.trim(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update_content(
    connection: &mut PgConnection,
    id: NeedId,
    change: &NeedChange,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    let content = &change.content;
    sqlx::query!(
        "update need
         set field = $3, title = $4, description = $5, amount_fen = $6, wanted_by = $7, outcome = $8,
             outcome_quantity = $9, outcome_unit = $10, version = version + 1, changed_at = $11
         where id = $1 and version = $2 and status in ('draft', 'returned')",
        id.0,
        change.version,
        content.field.map(domain::need::Field::as_str),
        content.title.trim(),
        content.description.trim(),
        content.amount_fen.map(Fen::get),
        content.wanted_by,
        content.outcome.trim(),
        content.outcome_quantity,
        content.outcome_unit.trim(),
        now
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

pub async fn photos(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Vec<FileId>> {
    let files = sqlx::query_scalar!("select file from need_photo where need = $1 order by position", id.0)
        .fetch_all(connection)
        .await?;
    Ok(files.into_iter().map(FileId).collect())
}

pub async fn photo_sizes(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Vec<Photo>> {
    let rows = sqlx::query!(
        "select f.id, f.width, f.height
         from need_photo p
         join file f on f.id = p.file
         where p.need = $1
         order by p.position",
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| Photo { id: FileId(row.id), width: row.width, height: row.height }).collect())
}

/// What a decision needs to know of a need, locked until the transaction ends.
pub struct Locked {
    pub organisation: OrganisationId,
    pub village: PlaceCode,
    pub status: NeedStatus,
    pub version: i32,
}

pub async fn named(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Named> {
    let row =
        sqlx::query!("select organisation, code, title from need where id = $1", id.0).fetch_one(connection).await?;
    Ok(Named { organisation: OrganisationId(row.organisation), code: row.code, title: row.title })
}

pub async fn lock(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!("select organisation, village, status, version from need where id = $1 for update", id.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Locked {
            organisation: OrganisationId(row.organisation),
            village: place(&row.village)?,
            status: status(&row.status)?,
            version: row.version,
        })
    })
    .transpose()
}

pub async fn set_status(
    connection: &mut PgConnection,
    id: NeedId,
    before: NeedStatus,
    after: NeedStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need set status = $3, changed_at = $4 where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        now
    )
    .execute(connection)
    .await
}

pub async fn next_number(connection: &mut PgConnection, county: &str, year: i32) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        "insert into need_code_counter as c (county, year, last) values ($1, $2, 1)
         on conflict (county, year) do update set last = c.last + 1
         returning last",
        county,
        year
    )
    .fetch_one(connection)
    .await
}

pub async fn publish(
    connection: &mut PgConnection,
    id: NeedId,
    code: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need set status = 'open', code = $2, published_at = $3, changed_at = $3
         where id = $1 and status = 'federation_review'",
        id.0,
        code,
        now
    )
    .execute(connection)
    .await
}

/// The head of a need; its text is read apart.
pub struct Head {
    pub id: NeedId,
    pub code: Option<String>,
    pub organisation: OrganisationId,
    pub village: PlaceCode,
    pub status: NeedStatus,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
}

struct HeadRow {
    id: uuid::Uuid,
    code: Option<String>,
    organisation: uuid::Uuid,
    village: String,
    status: String,
    version: i32,
    created_at: DateTime<Utc>,
    published_at: Option<DateTime<Utc>>,
}

impl HeadRow {
    fn decode(self) -> sqlx::Result<Head> {
        Ok(Head {
            id: NeedId(self.id),
            code: self.code,
            organisation: OrganisationId(self.organisation),
            village: place(&self.village)?,
            status: status(&self.status)?,
            version: self.version,
            created_at: self.created_at,
            published_at: self.published_at,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<Head>> {
    let row = sqlx::query_as!(
        HeadRow,
        "select id, code, organisation, village, status, version, created_at, published_at from need where id = $1",
        id.0
    );
    row.fetch_optional(connection).await?.map(HeadRow::decode).transpose()
}

pub async fn by_code(connection: &mut PgConnection, code: &str) -> sqlx::Result<Option<Head>> {
    let row = sqlx::query_as!(
        HeadRow,
        "select id, code, organisation, village, status, version, created_at, published_at from need where code = $1",
        code
    );
    row.fetch_optional(connection).await?.map(HeadRow::decode).transpose()
}

pub async fn content(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<NeedContent> {
    let row = sqlx::query!(
        "select village, field, title, description, amount_fen, wanted_by, outcome, outcome_quantity, outcome_unit
         from need where id = $1",
        id.0
    )
    .fetch_one(&mut *connection)
    .await?;
    let items = sqlx::query!("select name, amount_fen from need_item where need = $1 order by position", id.0)
        .fetch_all(&mut *connection)
        .await?;
    let items = items
        .into_iter()
        .map(|item| Ok(BudgetItem { name: item.name, amount_fen: fen(item.amount_fen)? }))
        .collect::<sqlx::Result<_>>()?;
    let field = row.field.map(|field| field.parse().map_err(|error| decode("need.field", error))).transpose()?;
    Ok(NeedContent {
        village: place(&row.village)?,
        field,
        title: row.title,
        description: row.description,
        items,
        amount_fen: row.amount_fen.map(fen).transpose()?,
        wanted_by: row.wanted_by,
        outcome: row.outcome,
        outcome_quantity: row.outcome_quantity,
        outcome_unit: row.outcome_unit,
        photos: photos(connection, id).await?,
    })
}

/// The changes of state, oldest first: edits of the text are not shown.
pub async fn history(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Vec<HistoryEntry>> {
    let rows = sqlx::query!(
        r#"select e.at, coalesce(o.name, '系统') as "by!", e.after ->> 'status' as "status!", e.reason
           from event e
           left join organisation o on o.id = e.organisation
           where e.subject = $1 and e.verb in ('need_drafted', 'need_submitted', 'need_returned', 'need_approved')
           order by e.seq"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok(HistoryEntry { at: row.at, by: row.by, status: status(&row.status)?, reason: row.reason }))
        .collect()
}

/// One line of a list.
pub struct Row {
    id: uuid::Uuid,
    code: Option<String>,
    village: String,
    status: String,
    title: String,
    field: Option<String>,
    amount_fen: Option<i64>,
    wanted_by: Option<NaiveDate>,
    outcome: String,
    photo: Option<uuid::Uuid>,
    changed_at: DateTime<Utc>,
}

impl Row {
    pub fn into_api(self, places: &Names) -> NeedRow {
        let village = self.village.parse::<PlaceCode>();
        NeedRow {
            id: NeedId(self.id),
            code: self.code,
            status: self.status.parse().unwrap_or(NeedStatus::Draft),
            title: self.title,
            field: self.field.and_then(|field| field.parse().ok()),
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
        r#"select n.id, n.code, n.village, n.status, n.title, n.field, n.amount_fen, n.wanted_by, n.outcome,
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

pub async fn to_review(connection: &mut PgConnection, place: &PlaceCode, limit: i64) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select n.id, n.code, n.village, n.status, n.title, n.field, n.amount_fen, n.wanted_by, n.outcome,
                  (select file from need_photo p where p.need = n.id order by p.position limit 1) as photo,
                  n.changed_at
           from need n
           where n.status = 'federation_review' and n.village like $1 || '%'
           order by n.changed_at
           limit $2"#,
        place.as_str(),
        limit
    )
    .fetch_all(connection)
    .await
}

/// The public ones among `ids`, in that order.
pub async fn public_rows(connection: &mut PgConnection, ids: &[uuid::Uuid]) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select n.id as "id!", n.code, n.village as "village!", n.status as "status!", n.title as "title!", n.field,
                  n.amount_fen, n.wanted_by, n.outcome as "outcome!",
                  (select file from need_photo p where p.need = n.id order by p.position limit 1) as photo,
                  n.changed_at as "changed_at!"
           from unnest($1::uuid[]) with ordinality as wanted (id, position)
           join needs_public n on n.id = wanted.id
           order by wanted.position"#,
        ids
    )
    .fetch_all(connection)
    .await
}
