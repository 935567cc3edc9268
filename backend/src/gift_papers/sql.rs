//! The only SQL on papers about pledges.

use domain::FileId;
use sqlx::PgConnection;
use uuid::Uuid;

pub async fn insert(connection: &mut PgConnection, kind: &str, subject: Uuid, files: &[FileId]) -> sqlx::Result<()> {
    let files: Vec<Uuid> = files.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into gift_paper (subject, kind, position, file)
         select $1, $2, position::integer, file
         from unnest($3::uuid[]) with ordinality as named (file, position)",
        subject,
        kind,
        &files
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn of(connection: &mut PgConnection, subjects: &[Uuid]) -> sqlx::Result<Vec<(Uuid, FileId)>> {
    let rows = sqlx::query!(
        "select subject, file from gift_paper where subject = any($1) order by subject, position",
        subjects
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.subject, FileId(row.file))).collect())
}
