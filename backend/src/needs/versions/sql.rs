//! The only SQL on approved versions of needs.

use super::Approval;
use chrono::{DateTime, Utc};
use domain::NeedId;
use domain::api::files::Photo;
use domain::api::need_versions::NeedVersion;
use domain::consent::ConsentKind;
use domain::need::NeedContent;
use sqlx::PgConnection;
use sqlx::types::Json;

/// The next version of a need: a copy of its text, made where the text is.
pub async fn record(
    connection: &mut PgConnection,
    id: NeedId,
    approval: &Approval<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into need_approved (need, number, content, why, approved_by, approved_at, shown_from)
         select n.id, coalesce((select max(a.number) from need_approved a where a.need = n.id), 0) + 1,
                need_content(n), $2, $3, $4, $5
         from need n
         where n.id = $1",
        id.0,
        approval.why,
        approval.by.map(|person| person.0),
        approval.at,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Pictures of a version stay readable when the need shows others.
pub async fn keep_pictures(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into need_version_file (need, file, handed_in)
         select $1, named.file, true
         from (select file from need_photo where need = $1 union select file from need_quote where need = $1) named
         on conflict (file, need) do update set handed_in = true",
        id.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn list(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Vec<NeedVersion>> {
    let rows = sqlx::query!(
        r#"select a.number, a.content as "content: Json<NeedContent>", a.why, a.approved_at, a.shown_from,
                  coalesce((
                      select json_agg(file_shown(f, $2) order by p.position)
                      from jsonb_array_elements_text(a.content -> 'photos') with ordinality as p (file, position)
                      join file f on f.id = p.file::uuid
                  ), '[]') as "photos!: Json<Vec<Photo>>"
           from need_approved a
           where a.need = $1
           order by a.number"#,
        id.0,
        ConsentKind::PhotoPlace.version()
    )
    .fetch_all(connection)
    .await?;
    let version = |(number, content, photos, why, approved_at, shown_from)| NeedVersion {
        number,
        content,
        photos,
        why,
        approved_at,
        shown_from,
    };
    let rows = rows.into_iter();
    Ok(rows.map(|r| version((r.number, r.content.0, r.photos.0, r.why, r.approved_at, r.shown_from))).collect())
}

/// The version that is shown, by its number.
pub async fn latest(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<(i32, NeedContent)>> {
    let row = sqlx::query!(
        r#"select number, content as "content: Json<NeedContent>"
           from need_approved
           where need = $1
           order by number desc
           limit 1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| (row.number, row.content.0)))
}

pub async fn not_as_approved(connection: &mut PgConnection) -> sqlx::Result<Vec<NeedId>> {
    let ids = sqlx::query_scalar!(
        "select n.id
         from need n
         join lateral (
             select a.content from need_approved a where a.need = n.id order by a.number desc limit 1
         ) latest on true
         where n.id in (select id from needs_public) and latest.content is distinct from need_content(n)
         order by n.id"
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(NeedId).collect())
}
