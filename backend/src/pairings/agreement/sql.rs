//! The only SQL on the texts of agreements, what was said to them, and their papers.

use crate::db::decode::{texts, word, words};
use crate::pairings::sql::Stored;
use chrono::{DateTime, Utc};
use domain::api::pairings::NewPairingPaper;
use domain::organisation::Acting;
use domain::pairing::{PairingSeat, PairingSide, PairingStatus};
use domain::place::PlaceCode;
use domain::{FileId, OrganisationId, PairingId, PairingPaperId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

pub async fn insert_text(
    connection: &mut PgConnection,
    of: &Stored,
    (hash, text): (&str, &str),
    town_villages: &[PlaceCode],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_text (pairing, hash, number, text, enterprise_name, town_villages, made_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict do nothing",
        of.id.0,
        hash,
        of.terms,
        text,
        of.enterprise_name,
        &texts(town_villages),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn text(connection: &mut PgConnection, (id, hash): (PairingId, &str)) -> sqlx::Result<String> {
    sqlx::query_scalar!("select text from pairing_text where pairing = $1 and hash = $2", id.0, hash)
        .fetch_one(connection)
        .await
}

/// Of which terms, and the enterprise's name then.
pub async fn text_about(connection: &mut PgConnection, (id, hash): (PairingId, &str)) -> sqlx::Result<(i32, String)> {
    let row =
        sqlx::query!("select number, enterprise_name from pairing_text where pairing = $1 and hash = $2", id.0, hash)
            .fetch_one(connection)
            .await?;
    Ok((row.number, row.enterprise_name))
}

pub async fn town_villages(
    connection: &mut PgConnection,
    (id, hash): (PairingId, &str),
) -> sqlx::Result<Vec<PlaceCode>> {
    let codes =
        sqlx::query_scalar!("select town_villages from pairing_text where pairing = $1 and hash = $2", id.0, hash)
            .fetch_one(connection)
            .await?;
    words("pairing_text.town_villages", &codes)
}

pub async fn insert_confirmation(
    connection: &mut PgConnection,
    (id, hash): (PairingId, &str),
    (side, note): (&PairingSide, &str),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_confirmation (pairing, hash, side, organisation, person, note, confirmed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        hash,
        side.to_string(),
        acting.organisation.0,
        acting.person.0,
        note,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A paper as it is stored.
pub struct Paper {
    pub id: PairingPaperId,
    pub pairing: PairingId,
    pub hash: String,
    pub seat: PairingSeat,
    pub organisation: OrganisationId,
    pub uploaded_by: PersonId,
    pub at: DateTime<Utc>,
    pub accepted: bool,
    pub pictures: Vec<FileId>,
}

struct Row {
    id: Uuid,
    pairing: Uuid,
    hash: String,
    seat: String,
    organisation: Uuid,
    uploaded_by: Uuid,
    uploaded_at: DateTime<Utc>,
    accepted_at: Option<DateTime<Utc>>,
    by: String,
    pictures: Vec<Uuid>,
}

impl Row {
    fn read(self) -> sqlx::Result<(Paper, String, Option<DateTime<Utc>>)> {
        let paper = Paper {
            id: PairingPaperId(self.id),
            pairing: PairingId(self.pairing),
            hash: self.hash,
            seat: word("pairing_paper.seat", &self.seat)?,
            organisation: OrganisationId(self.organisation),
            uploaded_by: PersonId(self.uploaded_by),
            at: self.uploaded_at,
            accepted: self.accepted_at.is_some(),
            pictures: self.pictures.into_iter().map(FileId).collect(),
        };
        Ok((paper, self.by, self.accepted_at))
    }
}

pub async fn paper(connection: &mut PgConnection, id: PairingPaperId) -> sqlx::Result<Option<Paper>> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.id, p.pairing, p.hash, p.seat, p.organisation, p.uploaded_by, p.uploaded_at, p.accepted_at,
                  o.name as by,
                  array(select f.file from pairing_paper_file f where f.paper = p.id order by f.position) as "pictures!"
           from pairing_paper p
           join organisation o on o.id = p.organisation
           where p.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Row::read).transpose()?.map(|(paper, ..)| paper))
}

/// Latest first, with who handed each in and when it was accepted.
pub async fn papers(
    connection: &mut PgConnection,
    pairing: PairingId,
) -> sqlx::Result<Vec<(Paper, String, Option<DateTime<Utc>>)>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.pairing, p.hash, p.seat, p.organisation, p.uploaded_by, p.uploaded_at, p.accepted_at,
                  o.name as by,
                  array(select f.file from pairing_paper_file f where f.paper = p.id order by f.position) as "pictures!"
           from pairing_paper p
           join organisation o on o.id = p.organisation
           where p.pairing = $1
           order by p.uploaded_at desc, p.id desc"#,
        pairing.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn insert_paper(
    connection: &mut PgConnection,
    (id, hash): (PairingId, &str),
    new: &NewPairingPaper,
    (seat, acting): (PairingSeat, &Acting),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pairing_paper (id, pairing, hash, seat, organisation, uploaded_by, uploaded_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        new.id.0,
        id.0,
        hash,
        seat.as_str(),
        acting.organisation.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_paper_files(
    connection: &mut PgConnection,
    paper: PairingPaperId,
    files: &[FileId],
) -> sqlx::Result<()> {
    let files: Vec<_> = files.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into pairing_paper_file (paper, position, file)
         select $1, position::integer, file
         from unnest($2::uuid[]) with ordinality as named (file, position)",
        paper.0,
        &files
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn accept_paper(
    connection: &mut PgConnection,
    id: PairingPaperId,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing_paper set accepted_by = $2, accepted_at = $3 where id = $1 and accepted_at is null",
        id.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn sign(
    connection: &mut PgConnection,
    before: &Stored,
    after: PairingStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pairing
         set status = $3, signed_at = $4, version = version + 1, changed_at = $4
         where id = $1 and status = 'approved' and version = $2",
        before.id.0,
        before.version,
        after.as_str(),
        now
    )
    .execute(connection)
    .await
}
