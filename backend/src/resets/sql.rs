//! The only SQL on new passwords that two people agree to.

use chrono::{DateTime, Utc};
use domain::api::contact::ResetNotice;
use domain::api::resets::{NewReset, Reset};
use domain::membership::ResetStatus;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::{OrganisationId, PersonId, ResetId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewReset,
    (village, town): (OrganisationId, OrganisationId),
    asked_by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into password_reset (id, person, village, town, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)",
        new.id.0,
        new.person.0,
        village.0,
        town.0,
        asked_by.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// One with the names of everybody and how many people its town has.
pub struct Row {
    id: ResetId,
    pub person: PersonId,
    person_name: String,
    village_name: String,
    pub town: OrganisationId,
    pub town_name: String,
    pub town_place: PlaceCode,
    town_people: i64,
    pub asked_by: PersonId,
    asked_by_name: Option<String>,
    asked_at: DateTime<Utc>,
    approved_by_name: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    approved: bool,
    used: bool,
    ended: bool,
}

impl Row {
    pub fn status(&self, now: DateTime<Utc>) -> ResetStatus {
        if self.used {
            ResetStatus::Used
        } else if self.ended || self.expires_at.is_some_and(|end| end <= now) {
            ResetStatus::Ended
        } else if self.approved {
            ResetStatus::Approved
        } else {
            ResetStatus::Asked
        }
    }

    /// Whether the county's federation has to be the second, because the town has one person only.
    pub fn town_is_one(&self) -> bool {
        self.town_people <= 1
    }

    /// As somebody of the town or the county reads it.
    pub fn shown(self, now: DateTime<Utc>, reader: &Acting) -> Reset {
        let status = self.status(now);
        let town_is_one = self.town_is_one();
        let county = reader.kind == OrganisationKind::Federation && reader.role == Role::OfficeOwner;
        let his = reader.organisation == self.town || (county && town_is_one);
        let other = reader.person != self.asked_by && reader.person != self.person;
        Reset {
            id: self.id,
            person: self.person,
            person_name: self.person_name,
            village: self.village_name,
            town: self.town,
            town_name: self.town_name,
            asked_by: self.asked_by_name,
            asked_at: self.asked_at,
            approved_by: self.approved_by_name,
            status,
            may_approve: status == ResetStatus::Asked && his && other,
            town_is_one,
            expires_at: self.expires_at,
        }
    }
}

struct Record {
    id: uuid::Uuid,
    person: uuid::Uuid,
    person_name: String,
    village_name: String,
    town: uuid::Uuid,
    town_name: String,
    town_place: String,
    town_people: i64,
    asked_by: uuid::Uuid,
    asked_by_name: Option<String>,
    asked_at: DateTime<Utc>,
    approved_by_name: Option<String>,
    expires_at: Option<DateTime<Utc>>,
    approved: bool,
    used: bool,
    ended: bool,
}

impl Record {
    fn read(self) -> sqlx::Result<Row> {
        Ok(Row {
            id: ResetId(self.id),
            person: PersonId(self.person),
            person_name: self.person_name,
            village_name: self.village_name,
            town: OrganisationId(self.town),
            town_name: self.town_name,
            town_place: self.town_place.parse::<PlaceCode>().map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            town_people: self.town_people,
            asked_by: PersonId(self.asked_by),
            asked_by_name: self.asked_by_name,
            asked_at: self.asked_at,
            approved_by_name: self.approved_by_name,
            expires_at: self.expires_at,
            approved: self.approved,
            used: self.used,
            ended: self.ended,
        })
    }
}

pub async fn one(connection: &mut PgConnection, id: ResetId) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query_as!(
        Record,
        r#"select id as "id!", person as "person!", person_name as "person_name!", village_name as "village_name!",
                  town as "town!", town_name as "town_name!", town_place as "town_place!",
                  town_people as "town_people!", asked_by as "asked_by!", asked_by_name, asked_at as "asked_at!",
                  approved_by_name, expires_at, approved as "approved!", used as "used!", ended as "ended!"
           from password_reset_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Record::read).transpose()
}

pub async fn lock(connection: &mut PgConnection, id: ResetId) -> sqlx::Result<Option<Row>> {
    sqlx::query!("select id from password_reset where id = $1 for update", id.0)
        .fetch_optional(&mut *connection)
        .await?;
    one(connection, id).await
}

pub async fn by_code(connection: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<ResetId>> {
    let id = sqlx::query_scalar!("select id from password_reset where code_hash = $1", hash)
        .fetch_optional(connection)
        .await?;
    Ok(id.map(ResetId))
}

pub async fn of_town(connection: &mut PgConnection, town: OrganisationId, limit: i64) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Record,
        r#"select id as "id!", person as "person!", person_name as "person_name!", village_name as "village_name!",
                  town as "town!", town_name as "town_name!", town_place as "town_place!",
                  town_people as "town_people!", asked_by as "asked_by!", asked_by_name, asked_at as "asked_at!",
                  approved_by_name, expires_at, approved as "approved!", used as "used!", ended as "ended!"
           from password_reset_read
           where town = $1
           order by asked_at desc, id desc
           limit $2"#,
        town.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Record::read).collect()
}

/// Those of the towns of a county that have one person only.
pub async fn of_single_towns(connection: &mut PgConnection, county: &PlaceCode, limit: i64) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Record,
        r#"select id as "id!", person as "person!", person_name as "person_name!", village_name as "village_name!",
                  town as "town!", town_name as "town_name!", town_place as "town_place!",
                  town_people as "town_people!", asked_by as "asked_by!", asked_by_name, asked_at as "asked_at!",
                  approved_by_name, expires_at, approved as "approved!", used as "used!", ended as "ended!"
           from password_reset_read
           where starts_with(town_place, $1) and town_people <= 1
           order by asked_at desc, id desc
           limit $2"#,
        county.as_str(),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Record::read).collect()
}

pub async fn set_approved(
    connection: &mut PgConnection,
    id: ResetId,
    person: PersonId,
    code_hash: &[u8],
    (now, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update password_reset
         set approved_by = $2, code_hash = $3, approved_at = $4, expires_at = $5
         where id = $1 and approved_at is null and ended_at is null",
        id.0,
        person.0,
        code_hash,
        now,
        expires_at
    )
    .execute(connection)
    .await
}

/// An earlier code of the same person is good no more.
pub async fn end_earlier(
    connection: &mut PgConnection,
    person: PersonId,
    but: ResetId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update password_reset
         set ended_at = $3
         where person = $1 and id <> $2 and approved_at is not null and used_at is null and ended_at is null",
        person.0,
        but.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_ended(connection: &mut PgConnection, id: ResetId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update password_reset set ended_at = $2 where id = $1 and used_at is null and ended_at is null",
        id.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_used(connection: &mut PgConnection, id: ResetId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update password_reset
         set used_at = $2
         where id = $1 and approved_at is not null and used_at is null and ended_at is null",
        id.0,
        now
    )
    .execute(connection)
    .await
}

/// What others did about somebody's password, for himself.
pub async fn notices(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<ResetNotice>> {
    let rows = sqlx::query!(
        r#"select o.name, asker.name as "asked_by?", approver.name as "approved_by?", r.approved_at as "approved_at!",
                  r.used_at
           from password_reset r
           join organisation o on o.id = r.town
           left join person_private asker on asker.person = r.asked_by
           left join person_private approver on approver.person = r.approved_by
           where r.person = $1 and r.approved_at is not null
           order by r.approved_at desc
           limit 10"#,
        person.0
    )
    .fetch_all(connection)
    .await?;
    let notice = |town_name, asked_by, approved_by, approved_at, used_at| ResetNotice {
        town_name,
        asked_by,
        approved_by,
        approved_at,
        used_at,
    };
    let notices =
        rows.into_iter().map(|row| notice(row.name, row.asked_by, row.approved_by, row.approved_at, row.used_at));
    Ok(notices.collect())
}

pub async fn waiting_to_be_approved(
    connection: &mut PgConnection,
    town: OrganisationId,
    person: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(asked_at) as oldest
           from password_reset
           where town = $1 and approved_at is null and ended_at is null and asked_by <> $2"#,
        town.0,
        person.0
    )
    .fetch_one(connection)
    .await
}
