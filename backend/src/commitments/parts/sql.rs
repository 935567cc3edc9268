//! The only SQL on parts of commitments.

use crate::db::decode::word;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::commitments::{CommitmentPart, NewCommitmentPart};
use domain::commitment::{Paper, PartStatus};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{CommitmentId, CommitmentPartId, FileId, OrganisationId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// A part as it is stored.
pub struct Recorded {
    pub commitment: CommitmentId,
    pub quantity: i64,
    pub happened_on: NaiveDate,
    pub paper: Paper,
    pub note: String,
    pub status: PartStatus,
    pub received: bool,
    pub reason: Option<String>,
    pub corrects: Option<CommitmentPartId>,
    pub pictures: Vec<FileId>,
}

pub async fn recorded(connection: &mut PgConnection, id: CommitmentPartId) -> sqlx::Result<Option<Recorded>> {
    let row = sqlx::query!(
        r#"select p.commitment, p.quantity, p.happened_on, p.paper, p.note, p.status, p.received, p.reason, p.corrects,
                  array(select f.file from commitment_part_file f where f.part = p.id order by f.position)
                      as "pictures!"
           from commitment_part p
           where p.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Recorded {
            commitment: CommitmentId(row.commitment),
            quantity: row.quantity,
            happened_on: row.happened_on,
            paper: word("commitment_part", &row.paper)?,
            note: row.note,
            status: word("commitment_part", &row.status)?,
            received: row.received,
            reason: row.reason,
            corrects: row.corrects.map(CommitmentPartId),
            pictures: row.pictures.into_iter().map(FileId).collect(),
        })
    })
    .transpose()
}

pub async fn commitment_of(connection: &mut PgConnection, id: CommitmentPartId) -> sqlx::Result<Option<CommitmentId>> {
    let id = sqlx::query_scalar!("select commitment from commitment_part where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(id.map(CommitmentId))
}

/// Reported, or confirmed at once by the village that received it.
pub async fn insert(
    connection: &mut PgConnection,
    commitment: CommitmentId,
    (new, received): (&NewCommitmentPart, bool),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into commitment_part (id, commitment, quantity, happened_on, paper, note, status, received, reported_by,
                                      reported_at, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, case when $7 then 'confirmed' else 'reported' end, $7, $8, $9,
                 case when $7 then $8::uuid end, case when $7 then $9::timestamptz end)",
        new.id.0,
        commitment.0,
        new.part.quantity,
        new.part.happened_on,
        new.part.paper.as_str(),
        new.part.note.trim(),
        received,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_files(connection: &mut PgConnection, part: CommitmentPartId, files: &[FileId]) -> sqlx::Result<()> {
    let files: Vec<_> = files.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into commitment_part_file (part, position, file)
         select $1, position::integer, file
         from unnest($2::uuid[]) with ordinality as named (file, position)",
        part.0,
        &files
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A part that takes another one back: its quantity, its paper, none of its pictures.
pub async fn insert_counter(
    connection: &mut PgConnection,
    id: CommitmentPartId,
    (corrects, reason): (CommitmentPartId, &str),
    acting: &Acting,
    (today, now): (NaiveDate, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into commitment_part (id, commitment, quantity, happened_on, paper, note, status, received, reported_by,
                                      reported_at, decided_by, decided_at, reason, corrects)
         select $1::uuid, p.commitment, p.quantity, $4::date, p.paper, '', 'confirmed', true, $5::uuid, $6::timestamptz, $5,
                $6, $3::text, p.id
         from commitment_part p
         where p.id = $2",
        id.0,
        corrects.0,
        reason,
        today,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn decide(
    connection: &mut PgConnection,
    id: CommitmentPartId,
    (status, reason): (PartStatus, Option<&str>),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update commitment_part
         set status = $2, reason = $3, decided_by = $4, decided_at = $5
         where id = $1 and status = 'reported'",
        id.0,
        status.as_str(),
        reason,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn of(connection: &mut PgConnection, commitment: CommitmentId) -> sqlx::Result<Vec<CommitmentPart>> {
    let rows = sqlx::query!(
        r#"select p.id, p.quantity, p.happened_on, p.paper, p.note, p.status, p.received, p.reported_at, p.decided_at,
                  p.reason, p.corrects,
                  exists (select from commitment_part c where c.corrects = p.id) as "taken_back!",
                  array(select f.file from commitment_part_file f where f.part = p.id order by f.position)
                      as "pictures!"
           from commitment_part p
           where p.commitment = $1
           order by p.reported_at, p.id"#,
        commitment.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CommitmentPart {
                id: CommitmentPartId(row.id),
                quantity: row.quantity,
                happened_on: row.happened_on,
                paper: word("commitment_part", &row.paper)?,
                note: row.note,
                pictures: row.pictures.into_iter().map(FileId).collect(),
                status: word("commitment_part", &row.status)?,
                received: row.received,
                reported_at: row.reported_at,
                decided_at: row.decided_at,
                reason: row.reason,
                corrects: row.corrects.map(CommitmentPartId),
                taken_back: row.taken_back,
            })
        })
        .collect()
}

/// The parts that wait for a village's organisation.
pub async fn waiting(connection: &mut PgConnection, recipient: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(reported_at) as oldest
           from (select p.reported_at
                 from need n
                 join commitment c on c.need = n.id
                 join commitment_part p on p.commitment = c.id and p.status = 'reported'
                 where n.organisation = $1
                 order by p.reported_at
                 limit 1001) as waiting"#,
        recipient.0
    )
    .fetch_one(connection)
    .await
}
