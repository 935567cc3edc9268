//! The only SQL on the joint plan.

use crate::db::decode::{error, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::pairings::{MilestoneReport, NewMilestone};
use domain::organisation::Acting;
use domain::pairing::{MilestoneStatus, PairingSeat, PairingSide};
use domain::{FileId, MilestoneId, PairingId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// A milestone as it is stored, with its latest report.
pub struct Known {
    pub id: MilestoneId,
    pub version: i32,
    pub title: String,
    pub owner: PairingSide,
    pub due_on: Option<NaiveDate>,
    /// The day that is proposed, and from which seat.
    pub proposed: Option<(NaiveDate, PairingSeat)>,
    pub status: MilestoneStatus,
    pub reports: i32,
    pub note: String,
    pub pictures: Vec<FileId>,
    pub reported_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
}

pub async fn pairing_of(connection: &mut PgConnection, id: MilestoneId) -> sqlx::Result<Option<PairingId>> {
    let id = sqlx::query_scalar!("select pairing from pairing_milestone where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(id.map(PairingId))
}

/// By the day that is agreed on, or else proposed.
pub async fn of(connection: &mut PgConnection, pairing: PairingId) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query!(
        r#"select m.id, m.version, m.title, m.owner, m.due_on, m.proposed_day, m.proposed_seat, m.status, m.reports,
                  m.decided_at, m.reason, coalesce(r.note, '') as "note!", r.reported_at as "reported_at?",
                  array(select f.file from pairing_milestone_file f
                        where f.milestone = m.id and f.number = m.reports order by f.position) as "pictures!"
           from pairing_milestone m
           left join pairing_milestone_report r on r.milestone = m.id and r.number = m.reports
           where m.pairing = $1
           order by coalesce(m.due_on, m.proposed_day), m.created_at, m.id"#,
        pairing.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let seat = row.proposed_seat.as_deref().map(|seat| word("pairing_milestone.proposed_seat", seat));
            Ok(Known {
                id: MilestoneId(row.id),
                version: row.version,
                title: row.title,
                owner: row.owner.parse().map_err(|wrong| error("pairing_milestone.owner", wrong))?,
                due_on: row.due_on,
                proposed: row.proposed_day.zip(seat.transpose()?),
                status: word("pairing_milestone.status", &row.status)?,
                reports: row.reports,
                note: row.note,
                pictures: row.pictures.into_iter().map(FileId).collect(),
                reported_at: row.reported_at,
                decided_at: row.decided_at,
                reason: row.reason,
            })
        })
        .collect()
}

pub async fn insert(
    connection: &mut PgConnection,
    pairing: PairingId,
    new: &NewMilestone,
    (seat, acting): (PairingSeat, &Acting),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_milestone (id, pairing, title, owner, proposed_day, proposed_seat, status, created_by,
                                        created_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, 'planned', $7, $8, $8)",
        new.id.0,
        pairing.0,
        new.input.title.trim(),
        new.input.owner.to_string(),
        new.input.due_on,
        seat.as_str(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn propose_day(
    connection: &mut PgConnection,
    (id, version): (MilestoneId, i32),
    (day, seat): (NaiveDate, PairingSeat),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing_milestone
         set proposed_day = $3, proposed_seat = $4, version = version + 1, changed_at = $5
         where id = $1 and version = $2 and proposed_day is null",
        id.0,
        version,
        day,
        seat.as_str(),
        now
    )
    .execute(connection)
    .await
}

pub async fn set_day(
    connection: &mut PgConnection,
    (id, version): (MilestoneId, i32),
    day: NaiveDate,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing_milestone
         set due_on = $3, proposed_day = null, proposed_seat = null, version = version + 1, changed_at = $4
         where id = $1 and version = $2 and proposed_day = $3",
        id.0,
        version,
        day,
        now
    )
    .execute(connection)
    .await
}

pub async fn drop_day(
    connection: &mut PgConnection,
    (id, version): (MilestoneId, i32),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing_milestone
         set status = case when due_on is null then 'dropped' else status end, proposed_day = null,
             proposed_seat = null, version = version + 1, changed_at = $3
         where id = $1 and version = $2 and proposed_day is not null",
        id.0,
        version,
        now
    )
    .execute(connection)
    .await
}

/// Reported once more: what was said about the report before counts no more.
pub async fn submit(
    connection: &mut PgConnection,
    (id, version): (MilestoneId, i32),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing_milestone
         set status = 'submitted', reports = reports + 1, decided_by = null, decided_at = null, reason = null,
             version = version + 1, changed_at = $3
         where id = $1 and version = $2 and status in ('planned', 'returned')",
        id.0,
        version,
        now
    )
    .execute(connection)
    .await
}

pub async fn insert_report(
    connection: &mut PgConnection,
    (id, number): (MilestoneId, i32),
    report: &MilestoneReport,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_milestone_report (milestone, number, note, person, reported_at)
         values ($1, $2, $3, $4, $5)",
        id.0,
        number,
        report.note.trim(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_files(
    connection: &mut PgConnection,
    (id, number): (MilestoneId, i32),
    files: &[FileId],
) -> sqlx::Result<()> {
    let files: Vec<_> = files.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into pairing_milestone_file (milestone, number, position, file)
         select $1, $2, position::integer, file
         from unnest($3::uuid[]) with ordinality as named (file, position)",
        id.0,
        number,
        &files
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn decide(
    connection: &mut PgConnection,
    (id, version): (MilestoneId, i32),
    (after, reason): (MilestoneStatus, Option<&str>),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing_milestone
         set status = $3, reason = $4, decided_by = $5, decided_at = $6, version = version + 1, changed_at = $6
         where id = $1 and version = $2 and status = 'submitted'",
        id.0,
        version,
        after.as_str(),
        reason,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}
