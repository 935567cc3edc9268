//! The only SQL on revisions of needs.

use crate::db::decode::word;
use crate::places::Names;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::files::Photo;
use domain::api::need_versions::{ProposedVersion, RevisionChange, RevisionEntry, RevisionRow};
use domain::consent::ConsentKind;
use domain::need::{NeedContent, RevisionStatus};
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::{Fen, FileId, NeedId, OrganisationId, PersonId, RevisionId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;

fn json(content: &NeedContent) -> sqlx::Result<serde_json::Value> {
    serde_json::to_value(content.trimmed()).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn uuids(files: &[FileId]) -> Vec<uuid::Uuid> {
    files.iter().map(|file| file.0).collect()
}

pub async fn insert(
    connection: &mut PgConnection,
    id: RevisionId,
    (need, based_on): (NeedId, i32),
    change: &RevisionChange,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into need_revision (id, need, based_on, status, content, why, created_by, created_at, changed_at)
         values ($1, $2, $3, 'draft', $4, $5, $6, $7, $7)",
        id.0,
        need.0,
        based_on,
        json(&change.content)?,
        change.why.trim(),
        person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Replaces the text of one that its village may change and that is still at the version that the writer read.
pub async fn update(
    connection: &mut PgConnection,
    id: RevisionId,
    change: &RevisionChange,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need_revision
         set content = $3, why = $4, changed_at = $5, version = version + 1
         where id = $1 and version = $2 and status in ('draft', 'returned')",
        id.0,
        change.version,
        json(&change.content)?,
        change.why.trim(),
        now
    )
    .execute(connection)
    .await
}

/// From one state to another; an approval is written down with it.
pub async fn move_to(
    connection: &mut PgConnection,
    id: RevisionId,
    (before, after): (RevisionStatus, RevisionStatus),
    (approved_by, publicized_until): (Option<PersonId>, Option<NaiveDate>),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update need_revision
         set status = $3, changed_at = $4, publicized_until = coalesce($5, publicized_until),
             approved_by = coalesce($6, approved_by),
             approved_at = case when $6::uuid is null then approved_at else $4 end
         where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        now,
        publicized_until,
        approved_by.map(|person| person.0)
    )
    .execute(connection)
    .await
}

/// The one that is under way.
pub struct Live {
    pub id: RevisionId,
    pub status: RevisionStatus,
    pub why: String,
    pub content: NeedContent,
}

pub async fn live(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<Live>> {
    let row = sqlx::query!(
        r#"select id, status, why, content as "content: Json<NeedContent>"
           from need_revision
           where need = $1 and status in ('draft', 'town_review', 'federation_review', 'publicized', 'returned')"#,
        need.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Live {
            id: RevisionId(row.id),
            status: word("need_revision", &row.status)?,
            why: row.why,
            content: row.content.0,
        })
    })
    .transpose()
}

/// A revision with the approved text that it is based on.
pub struct Stored {
    pub id: RevisionId,
    pub status: RevisionStatus,
    pub version: i32,
    pub why: String,
    pub content: NeedContent,
    pub photos: Vec<Photo>,
    pub shown: NeedContent,
    pub shown_photos: Vec<Photo>,
    pub approved_by: Option<PersonId>,
    pub approved_at: Option<DateTime<Utc>>,
    pub publicized_until: Option<NaiveDate>,
    pub changed_at: DateTime<Utc>,
}

pub async fn by_id(connection: &mut PgConnection, id: RevisionId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query!(
        r#"select r.id, r.status, r.version, r.why, r.content as "content: Json<NeedContent>",
                  a.content as "shown: Json<NeedContent>", r.approved_by, r.approved_at, r.publicized_until,
                  r.changed_at,
                  coalesce((
                      select json_agg(file_shown(f, $2) order by p.position)
                      from jsonb_array_elements_text(r.content -> 'photos') with ordinality as p (file, position)
                      join file f on f.id = p.file::uuid
                  ), '[]') as "photos!: Json<Vec<Photo>>",
                  coalesce((
                      select json_agg(file_shown(f, $2) order by p.position)
                      from jsonb_array_elements_text(a.content -> 'photos') with ordinality as p (file, position)
                      join file f on f.id = p.file::uuid
                  ), '[]') as "shown_photos!: Json<Vec<Photo>>"
           from need_revision r
           join need_approved a on a.need = r.need and a.number = r.based_on
           where r.id = $1"#,
        id.0,
        ConsentKind::PhotoPlace.version()
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Stored {
            id: RevisionId(row.id),
            status: word("need_revision", &row.status)?,
            version: row.version,
            why: row.why,
            content: row.content.0,
            photos: row.photos.0,
            shown: row.shown.0,
            shown_photos: row.shown_photos.0,
            approved_by: row.approved_by.map(PersonId),
            approved_at: row.approved_at,
            publicized_until: row.publicized_until,
            changed_at: row.changed_at,
        })
    })
    .transpose()
}

/// The one that is shown for objections.
pub async fn proposed(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<ProposedVersion>> {
    let row = sqlx::query!(
        r#"select r.why, r.content as "content: Json<NeedContent>", r.publicized_until as "publicized_until!",
                  coalesce((
                      select json_agg(file_shown(f, $2) order by p.position)
                      from jsonb_array_elements_text(r.content -> 'photos') with ordinality as p (file, position)
                      join file f on f.id = p.file::uuid
                  ), '[]') as "photos!: Json<Vec<Photo>>"
           from need_revision r
           where r.need = $1 and r.status = 'publicized'"#,
        need.0,
        ConsentKind::PhotoPlace.version()
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| ProposedVersion {
        content: row.content.0,
        photos: row.photos.0,
        why: row.why,
        publicized_until: row.publicized_until,
    }))
}

/// The changes of state, oldest first: edits of the text are not shown.
pub async fn history(connection: &mut PgConnection, id: RevisionId) -> sqlx::Result<Vec<RevisionEntry>> {
    let rows = sqlx::query!(
        r#"select e.at, coalesce(o.name, '系统') as "by!", e.after ->> 'status' as "status!", e.reason
           from event e
           left join organisation o on o.id = e.organisation
           where e.subject = $1 and e.subject_kind = 'need_revision' and e.verb <> 'revision_edited'
           order by e.seq"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(RevisionEntry {
                at: row.at,
                by: row.by,
                status: word("need_revision", &row.status)?,
                reason: row.reason,
            })
        })
        .collect()
}

/// Money pledged to a need or set aside for it.
pub async fn promised(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Fen> {
    let promised = sqlx::query_scalar!(
        r#"select pledged_fen + arranged_fen as "promised!" from money_by_need where need = $1"#,
        need.0
    )
    .fetch_one(connection)
    .await?;
    Fen::new(promised).map_err(|error| sqlx::Error::Decode(error.into()))
}

/// Every picture that a need, a version or a revision of it names.
pub async fn pictures(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Vec<FileId>> {
    let files = sqlx::query_scalar!(
        r#"select file as "file!" from need_photo where need = $1
           union select file from need_quote where need = $1
           union select file from need_version_file where need = $1"#,
        need.0
    )
    .fetch_all(connection)
    .await?;
    Ok(files.into_iter().map(FileId).collect())
}

/// Names a draft's pictures in place of those that it named before.
pub async fn name_pictures(connection: &mut PgConnection, need: NeedId, files: &[FileId]) -> sqlx::Result<()> {
    let files = uuids(files);
    sqlx::query!("delete from need_version_file where need = $1 and not handed_in and file <> all($2)", need.0, &files)
        .execute(&mut *connection)
        .await?;
    sqlx::query!(
        "insert into need_version_file (need, file, handed_in)
         select $1, file, false from unnest($2::uuid[]) as named (file)
         on conflict (file, need) do nothing",
        need.0,
        &files
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn hand_in_pictures(connection: &mut PgConnection, need: NeedId, files: &[FileId]) -> sqlx::Result<()> {
    sqlx::query!(
        "update need_version_file set handed_in = true where need = $1 and file = any($2)",
        need.0,
        &uuids(files)
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Needs whose revision was shown long enough, without a letter that waits, longest over first.
pub async fn publicity_over(connection: &mut PgConnection, today: NaiveDate, limit: i64) -> sqlx::Result<Vec<NeedId>> {
    let ids = sqlx::query_scalar!(
        "select r.need
         from need_revision r
         join need n on n.id = r.need
         where r.status = 'publicized' and r.publicized_until < $1
           and n.status in ('publicized', 'open', 'partly_funded', 'funded', 'in_progress')
           and not exists (select from enquiry e where e.need = r.need and e.status = 'waiting')
         order by r.publicized_until, r.id
         limit $2",
        today,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(NeedId).collect())
}

/// One line of a list.
pub struct Row {
    need: uuid::Uuid,
    code: Option<String>,
    title: Option<String>,
    village: String,
    status: String,
    changed_at: DateTime<Utc>,
}

impl Row {
    pub fn into_api(self, places: &Names) -> RevisionRow {
        let village = self.village.parse::<PlaceCode>();
        RevisionRow {
            need: NeedId(self.need),
            code: self.code,
            title: self.title.unwrap_or_default(),
            place: village
                .map_or_else(|_| unreachable!("a constraint keeps need.village a code"), |v| places.place(&v)),
            status: self.status.parse().unwrap_or(RevisionStatus::Draft),
            changed_at: self.changed_at,
        }
    }
}

/// A village's own that are under way, latest change first.
pub async fn of_organisation(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select r.need, n.code, r.content ->> 'title' as title, n.village, r.status, r.changed_at
           from need n
           join need_revision r on r.need = n.id
               and r.status in ('draft', 'town_review', 'federation_review', 'publicized', 'returned')
           where n.organisation = $1
           order by r.changed_at desc
           limit $2"#,
        organisation.0,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Of a place, in one state, longest waiting first.
pub async fn waiting_rows(
    connection: &mut PgConnection,
    place: &PlaceCode,
    status: RevisionStatus,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select r.need, n.code, r.content ->> 'title' as title, n.village, r.status, r.changed_at
           from need_revision r
           join need n on n.id = r.need
           where r.status = $2 and r.status in ('town_review', 'federation_review', 'returned')
             and lies_in(n.village, $1)
           order by r.changed_at
           limit $3"#,
        place.as_str(),
        status.as_str(),
        limit
    )
    .fetch_all(connection)
    .await
}

pub async fn waiting(
    connection: &mut PgConnection,
    place: &PlaceCode,
    status: RevisionStatus,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select r.changed_at
                 from need_revision r
                 join need n on n.id = r.need
                 where r.status = $2 and r.status in ('town_review', 'federation_review', 'returned')
                   and lies_in(n.village, $1)
                 order by r.changed_at
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
           from (select r.changed_at
                 from need_revision r
                 join need n on n.id = r.need
                 where r.status = 'returned' and n.organisation = $1
                 order by r.changed_at
                 limit 1001) as waiting"#,
        village.0
    )
    .fetch_one(connection)
    .await
}
