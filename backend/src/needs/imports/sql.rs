//! The only SQL on needs imported from tables.

use super::super::sql::json;
use crate::db::decode;
use crate::files::tables::Draft;
use crate::places::Names;
use chrono::{DateTime, Utc};
use domain::api::need_imports::{ImportProblem, ImportTally, ImportedRow, NeedImport, NeedImportStatus};
use domain::need::{NeedContent, NeedStatus};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::{NeedId, NeedImportId, OrganisationId, PersonId};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

/// The villages of a place that work on the platform.
pub async fn villages(
    connection: &mut PgConnection,
    place: &PlaceCode,
) -> sqlx::Result<Vec<(PlaceCode, OrganisationId)>> {
    let rows = sqlx::query!(
        r#"select id, place as "place!"
           from organisation
           where kind = 'village' and status = 'verified' and place like $1 || '%'"#,
        place.as_str()
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.place.parse().map_err(|error| decode::error("place", error))?, OrganisationId(row.id))))
        .collect()
}

/// An import as it is stored.
pub struct Stored {
    pub id: NeedImportId,
    pub file_name: String,
    pub sha256: Vec<u8>,
    pub status: NeedImportStatus,
    pub needs: i32,
    pub problems: i32,
    pub acting_for: OrganisationId,
    pub confirmed_by: Option<PersonId>,
    by: String,
    made_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl Stored {
    pub fn into_api(self, caller: OrganisationId) -> NeedImport {
        NeedImport {
            id: self.id,
            file_name: self.file_name,
            status: self.status,
            needs: self.needs,
            by: self.by,
            own: self.acting_for == caller,
            made_at: self.made_at,
            done_at: self.done_at,
        }
    }
}

struct StoredRow {
    id: Uuid,
    file_name: String,
    sha256: Vec<u8>,
    status: String,
    needs: i32,
    problems: i32,
    acting_for: Uuid,
    confirmed_by: Option<Uuid>,
    by: String,
    made_at: DateTime<Utc>,
    done_at: Option<DateTime<Utc>>,
}

impl StoredRow {
    fn read(self) -> sqlx::Result<Stored> {
        Ok(Stored {
            id: NeedImportId(self.id),
            file_name: self.file_name,
            sha256: self.sha256,
            status: self.status.parse().map_err(|error| decode::error("need_import.status", error))?,
            needs: self.needs,
            problems: self.problems,
            acting_for: OrganisationId(self.acting_for),
            confirmed_by: self.confirmed_by.map(PersonId),
            by: self.by,
            made_at: self.made_at,
            done_at: self.done_at,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: NeedImportId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        StoredRow,
        r#"select i.id, i.file_name, i.sha256, i.status, i.needs, i.problems, i.acting_for, i.confirmed_by,
                  o.name as "by", i.made_at, i.done_at
           from need_import i
           join organisation o on o.id = i.acting_for
           where i.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(StoredRow::read).transpose()
}

/// The same, locked until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: NeedImportId) -> sqlx::Result<Option<Stored>> {
    sqlx::query!("select id from need_import where id = $1 for update", id.0).fetch_optional(&mut *connection).await?;
    by_id(connection, id).await
}

/// What an organisation imported, and what others imported for it.
pub async fn latest(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        StoredRow,
        r#"select i.id, i.file_name, i.sha256, i.status, i.needs, i.problems, i.acting_for, i.confirmed_by,
                  o.name as "by", i.made_at, i.done_at
           from need_import i
           join organisation o on o.id = i.acting_for
           where i.acting_for = $1
              or i.id in (select r.import from need_import_row r where r.organisation = $1 and r.outcome = 'imported')
           order by i.made_at desc, i.id desc
           limit $2"#,
        organisation.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StoredRow::read).collect()
}

/// When the same organisation took in the same file.
pub async fn imported_before(connection: &mut PgConnection, id: NeedImportId) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select max(other.confirmed_at)
         from need_import i
         join need_import other on other.acting_for = i.acting_for and other.sha256 = i.sha256 and other.id <> i.id
         where i.id = $1",
        id.0
    )
    .fetch_one(connection)
    .await
}

pub async fn insert(
    connection: &mut PgConnection,
    (id, draft): (NeedImportId, &Draft),
    (needs, problems): (i32, i32),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into need_import (id, file_name, sha256, status, needs, problems, made_by, acting_for, made_at)
         values ($1, $2, $3, 'read', $4, $5, $6, $7, $8)",
        id.0,
        draft.name,
        draft.sha256,
        needs,
        problems,
        acting.person.0,
        acting.organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A need of a table, to be written down.
pub struct NewRow {
    pub first_row: i32,
    pub title: String,
    pub right: Option<Right>,
    pub problems: Value,
}

pub struct Right {
    pub content: NeedContent,
    pub organisation: OrganisationId,
    pub digest: Vec<u8>,
}

/// Writes rows down, the first of them at position `from`.
pub async fn insert_rows(
    connection: &mut PgConnection,
    import: NeedImportId,
    from: i32,
    rows: &[NewRow],
) -> sqlx::Result<()> {
    let rights = || rows.iter().map(|row| row.right.as_ref());
    let first_rows: Vec<i32> = rows.iter().map(|row| row.first_row).collect();
    let titles: Vec<String> = rows.iter().map(|row| row.title.clone()).collect();
    let villages: Vec<Option<String>> =
        rights().map(|right| right.map(|right| right.content.village.to_string())).collect();
    let organisations: Vec<Option<Uuid>> = rights().map(|right| right.map(|right| right.organisation.0)).collect();
    let contents: Vec<Option<Value>> =
        rights().map(|right| right.map(|right| json(&right.content)).transpose()).collect::<sqlx::Result<_>>()?;
    let digests: Vec<Option<Vec<u8>>> = rights().map(|right| right.map(|right| right.digest.clone())).collect();
    let problems: Vec<Value> = rows.iter().map(|row| row.problems.clone()).collect();
    sqlx::query!(
        "insert into need_import_row (import, position, first_row, title, village, organisation, outcome, content,
                                      digest, problems)
         select $1, $2 + place::integer - 1, first_row, title, village, organisation,
                case when content is null then 'wrong' else 'ready' end, content, digest, problems
         from unnest($3::integer[], $4::text[], $5::text[], $6::uuid[], $7::jsonb[], $8::bytea[], $9::jsonb[])
              with ordinality as row (first_row, title, village, organisation, content, digest, problems, place)",
        import.0,
        from,
        &first_rows,
        &titles,
        &villages as &[Option<String>],
        &organisations as &[Option<Uuid>],
        &contents as &[Option<Value>],
        &digests as &[Option<Vec<u8>>],
        &problems
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks what its village was given by an import before, of those up to a position.
pub async fn mark_present(connection: &mut PgConnection, import: NeedImportId, last: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "update need_import_row r
         set outcome = 'present', need = known.need, content = null
         from need_import_row known
         where r.import = $1 and r.outcome = 'ready' and r.position <= $2
           and known.outcome = 'imported' and known.organisation = r.organisation and known.digest = r.digest",
        import.0,
        last
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Marks whose title its village uses for something that is under way, of those up to a position.
pub async fn mark_same_title(connection: &mut PgConnection, import: NeedImportId, last: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "update need_import_row r
         set outcome = 'same_title', need = n.id, content = null
         from need n
         where r.import = $1 and r.outcome = 'ready' and r.position <= $2
           and n.organisation = r.organisation and n.title = r.title
           and n.status not in ('closed', 'withdrawn', 'expired')",
        import.0,
        last
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How many needs of an import came to what; of one organisation where only its part is asked for.
pub async fn tally(
    connection: &mut PgConnection,
    import: NeedImportId,
    part: Option<OrganisationId>,
) -> sqlx::Result<ImportTally> {
    sqlx::query_as!(
        ImportTally,
        r#"select count(*) as "needs!", count(*) filter (where outcome = 'wrong') as "wrong!",
                  count(*) filter (where outcome = 'ready') as "ready!",
                  count(*) filter (where outcome = 'present') as "present!",
                  count(*) filter (where outcome = 'same_title') as "same_title!",
                  count(*) filter (where outcome = 'imported') as "imported!"
           from need_import_row
           where import = $1 and ($2::uuid is null or (organisation = $2 and outcome = 'imported'))"#,
        import.0,
        part.map(|organisation| organisation.0)
    )
    .fetch_one(connection)
    .await
}

/// What was said of the rows, in their order; of so many rows at most.
pub async fn problems(
    connection: &mut PgConnection,
    import: NeedImportId,
    rows: Option<i64>,
) -> sqlx::Result<Vec<ImportProblem>> {
    let rows = sqlx::query_scalar!(
        r#"select problems as "problems: Json<Vec<ImportProblem>>"
           from need_import_row
           where import = $1 and problems <> '[]'
           order by position
           limit $2"#,
        import.0,
        rows
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().flat_map(|problems| problems.0).collect())
}

/// One need of an import that is not wrong.
pub struct Listed {
    pub position: i32,
    first_row: i32,
    title: String,
    village: String,
    outcome: String,
    need: Option<Uuid>,
    status: Option<String>,
    whose: Option<Uuid>,
}

impl Listed {
    pub fn into_api(self, places: &Names, caller: OrganisationId) -> sqlx::Result<ImportedRow> {
        let status: Option<NeedStatus> = self
            .status
            .map(|status| status.parse().map_err(|error| decode::error("need.status", error)))
            .transpose()?;
        let village: PlaceCode =
            self.village.parse().map_err(|error| decode::error("need_import_row.village", error))?;
        let open = self.whose == Some(caller.0) || status.is_some_and(|status| status != NeedStatus::Draft);
        Ok(ImportedRow {
            row: self.first_row,
            title: self.title,
            place: places.place(&village),
            outcome: self.outcome.parse().map_err(|error| decode::error("need_import_row.outcome", error))?,
            need: self.need.map(NeedId).filter(|_| open),
            status: status.filter(|_| open),
        })
    }
}

pub async fn rows(
    connection: &mut PgConnection,
    (import, part): (NeedImportId, Option<OrganisationId>),
    after: i32,
    limit: i64,
) -> sqlx::Result<Vec<Listed>> {
    sqlx::query_as!(
        Listed,
        r#"select r.position, r.first_row, r.title, r.village as "village!", r.outcome, r.need,
                  n.status as "status?", n.organisation as "whose?"
           from need_import_row r
           left join need n on n.id = r.need
           where r.import = $1 and r.position > $3 and r.outcome <> 'wrong'
             and ($2::uuid is null or (r.organisation = $2 and r.outcome = 'imported'))
           order by r.position
           limit $4"#,
        import.0,
        part.map(|organisation| organisation.0),
        after,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Whether an import brought an organisation anything.
pub async fn has_drafts_of(
    connection: &mut PgConnection,
    import: NeedImportId,
    organisation: OrganisationId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from need_import_row where import = $1 and organisation = $2 and outcome = 'imported'
           ) as "exists!""#,
        import.0,
        organisation.0
    )
    .fetch_one(connection)
    .await
}

pub async fn begin_import(
    connection: &mut PgConnection,
    id: NeedImportId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need_import set status = 'importing', confirmed_by = $2, confirmed_at = $3
         where id = $1 and status = 'read'",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// The drafts of an import that wait for their village: id, version, title.
pub async fn drafts(
    connection: &mut PgConnection,
    import: NeedImportId,
    organisation: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<(NeedId, i32, String)>> {
    let rows = sqlx::query!(
        "select n.id, n.version, n.title
         from need_import_row r
         join need n on n.id = r.need
         where r.import = $1 and r.organisation = $2 and r.outcome = 'imported' and n.status = 'draft'
         order by r.position
         limit $3",
        import.0,
        organisation.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (NeedId(row.id), row.version, row.title)).collect())
}

pub async fn count_drafts(
    connection: &mut PgConnection,
    import: NeedImportId,
    organisation: OrganisationId,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from need_import_row r
           join need n on n.id = r.need
           where r.import = $1 and r.organisation = $2 and r.outcome = 'imported' and n.status = 'draft'"#,
        import.0,
        organisation.0
    )
    .fetch_one(connection)
    .await
}

/// Drafts that others imported for a village.
pub async fn waiting(connection: &mut PgConnection, village: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(created_at) as oldest
           from (select n.created_at
                 from need n
                 join need_import_row r on r.need = n.id and r.outcome = 'imported'
                 join need_import i on i.id = r.import
                 where n.organisation = $1 and n.status = 'draft' and i.acting_for <> $1
                 order by n.created_at
                 limit 1001) as waiting"#,
        village.0
    )
    .fetch_one(connection)
    .await
}

pub async fn drop_unconfirmed(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from need_import_row r
         using need_import i
         where i.id = r.import and i.status = 'read' and i.made_at < $1",
        before
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("delete from need_import where status = 'read' and made_at < $1", before).execute(connection).await?;
    Ok(())
}
