//! The only SQL on files. What shows a picture is read from `need_photo`, `need_quote`, `need_version_file`,
//! `spending_read`, `registration_document_now` and `commitment_file`, and written by the rooms of needs, deliveries,
//! registrations and commitments.

use super::picture::Taken;
use chrono::{DateTime, Utc};
use domain::api::files::StoredFile;
use domain::place::PlaceCode;
use domain::{FileId, OrganisationId, PersonId};
use sqlx::PgConnection;

pub async fn insert(
    connection: &mut PgConnection,
    uploader: PersonId,
    file: &StoredFile,
    sha256: &[u8],
    taken: &Taken,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into file (id, uploader, width, height, bytes, sha256, latitude, longitude, taken_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7::bigint / 1000.0, $8::bigint / 1000.0, $9, $10)",
        file.id.0,
        uploader.0,
        file.width,
        file.height,
        file.bytes,
        sha256,
        taken.place.map(|(latitude, _)| latitude),
        taken.place.map(|(_, longitude)| longitude),
        taken.at,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn sizes(connection: &mut PgConnection, ids: &[FileId]) -> sqlx::Result<Vec<StoredFile>> {
    let ids: Vec<_> = ids.iter().map(|file| file.0).collect();
    let rows = sqlx::query!(
        r#"select f.id, f.width, f.height, f.bytes
           from unnest($1::uuid[]) with ordinality as wanted (id, position)
           join file f on f.id = wanted.id
           order by wanted.position"#,
        &ids
    )
    .fetch_all(connection)
    .await?;
    let file = |(id, width, height, bytes)| StoredFile { id: FileId(id), width, height, bytes };
    Ok(rows.into_iter().map(|row| file((row.id, row.width, row.height, row.bytes))).collect())
}

/// What each picture is by its content, in the order asked for; one that does not exist is none.
pub async fn contents(connection: &mut PgConnection, ids: &[FileId]) -> sqlx::Result<Vec<Option<Vec<u8>>>> {
    let ids: Vec<_> = ids.iter().map(|file| file.0).collect();
    sqlx::query_scalar!(
        r#"select f.sha256 as "sha256?"
           from unnest($1::uuid[]) with ordinality as wanted (id, position)
           left join file f on f.id = wanted.id
           order by wanted.position"#,
        &ids
    )
    .fetch_all(connection)
    .await
}

pub struct Access {
    pub uploader: PersonId,
    pub public: bool,
    pub need: Option<OfNeed>,
    /// For the picture of an invoice: the charity and the givers whose fen it shows.
    pub invoice_for: Vec<OrganisationId>,
    /// For the picture of a licence: the enterprise that it belongs to, and its county.
    pub licence_of: Option<(OrganisationId, PlaceCode)>,
    /// For a picture that proves something: those whom it is shown to.
    pub document_for: Vec<OrganisationId>,
}

/// The need that shows a picture, or that a version or a revision of it shows.
pub struct OfNeed {
    pub organisation: OrganisationId,
    pub village: PlaceCode,
    pub submitted: bool,
}

pub async fn access(connection: &mut PgConnection, id: FileId) -> sqlx::Result<Option<Access>> {
    let row = sqlx::query!(
        r#"select f.uploader, f.public, n.organisation as "organisation?", n.village as "village?",
                  n.status <> 'draft' and (v.file is null or v.handed_in or p.file is not null or q.file is not null)
                      as "submitted?",
                  s.charity as "charity?", s.givers as "givers?",
                  d.organisation as "licence_of?", d.place as "licence_place?",
                  array(select r.organisation from file_reader r where r.file = f.id
                        union all
                        select c.enterprise from commitment_file c where c.file = f.id
                        union all
                        select g.organisation from gift_paper_reader g where g.file = f.id) as "readers!"
           from file f
           left join need_photo p on p.file = f.id
           left join need_quote q on q.file = f.id
           left join spending_file sf on sf.file = f.id
           left join spending_read s on s.id = sf.item
           left join need_version_file v on v.file = f.id
           left join commitment_file cf on cf.file = f.id
           left join need n on n.id = coalesce(p.need, q.need, v.need, s.need, cf.need)
           left join registration_document_now d on d.file = f.id
           where f.id = $1
           limit 1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Access {
        uploader: PersonId(row.uploader),
        public: row.public,
        invoice_for: row.charity.into_iter().chain(row.givers.unwrap_or_default()).map(OrganisationId).collect(),
        licence_of: row
            .licence_of
            .zip(row.licence_place.and_then(|place| place.parse().ok()))
            .map(|(id, place)| (OrganisationId(id), place)),
        document_for: row.readers.into_iter().map(OrganisationId).collect(),
        need: (|| {
            Some(OfNeed {
                organisation: OrganisationId(row.organisation?),
                village: row.village?.parse().ok()?,
                submitted: row.submitted?,
            })
        })(),
    }))
}

/// How many of the drafts were there to be kept.
pub async fn keep(connection: &mut PgConnection, person: PersonId, files: &[FileId]) -> sqlx::Result<usize> {
    let files: Vec<_> = files.iter().map(|file| file.0).collect();
    let result =
        sqlx::query!("update file set kept = true where id = any($1) and uploader = $2 and not kept", &files, person.0)
            .execute(connection)
            .await?;
    Ok(usize::try_from(result.rows_affected()).unwrap_or(usize::MAX))
}

pub async fn let_go(connection: &mut PgConnection, files: &[FileId]) -> sqlx::Result<()> {
    let files: Vec<_> = files.iter().map(|file| file.0).collect();
    sqlx::query!("update file set kept = false where id = any($1) and not public", &files).execute(connection).await?;
    Ok(())
}

pub async fn publish(connection: &mut PgConnection, files: &[FileId]) -> sqlx::Result<()> {
    let files: Vec<_> = files.iter().map(|file| file.0).collect();
    sqlx::query!("update file set public = true where id = any($1)", &files).execute(connection).await?;
    Ok(())
}

/// Drafts from before, oldest first.
pub async fn drafts(connection: &mut PgConnection, before: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<FileId>> {
    let ids = sqlx::query_scalar!(
        "select id from file where not kept and created_at < $1 order by created_at, id limit $2",
        before,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(FileId).collect())
}

/// Whether it is a draft that nobody else has in hand; locked until the transaction ends.
pub async fn lock_draft(connection: &mut PgConnection, id: FileId) -> sqlx::Result<bool> {
    let found = sqlx::query_scalar!("select id from file where id = $1 and not kept for update skip locked", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

pub async fn delete(connection: &mut PgConnection, id: FileId) -> sqlx::Result<()> {
    sqlx::query!("delete from file where id = $1", id.0).execute(connection).await?;
    Ok(())
}
