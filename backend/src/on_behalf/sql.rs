//! The only SQL on notes on behalf of enterprises.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::on_behalf::NewOnBehalf;
use domain::on_behalf::OnBehalfStatus;
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::uscc::Uscc;
use domain::{CampaignId, Fen, OnBehalfId, OrganisationId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// The verified enterprise with this id, or with this code.
pub async fn enterprise(
    connection: &mut PgConnection,
    id: Option<OrganisationId>,
    uscc: Option<&Uscc>,
) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!(
        "select id
         from organisation
         where kind = 'enterprise' and status = 'verified'
           and case when $1::uuid is null then uscc = $2 else id = $1 end",
        id.map(|id| id.0),
        uscc.map(Uscc::as_str)
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(OrganisationId))
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewOnBehalf,
    enterprise: Option<OrganisationId>,
    acting: &Acting,
    (now, today): (DateTime<Utc>, NaiveDate),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pledge_on_behalf (id, recorder, recorded_by, recorded_at, recorded_on, campaign, charity, enterprise,
                                       name, uscc, amount_fen, note, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $4)",
        new.id.0,
        acting.organisation.0,
        acting.person.0,
        now,
        today,
        new.campaign.0,
        new.charity.0,
        enterprise.map(|id| id.0),
        new.name.trim(),
        new.uscc.as_ref().map(Uscc::as_str),
        new.amount_fen.get(),
        new.note.trim()
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_contact(connection: &mut PgConnection, id: OnBehalfId, email: &str) -> sqlx::Result<()> {
    sqlx::query!("insert into pledge_on_behalf_contact (on_behalf, email) values ($1, $2)", id.0, email)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn contact(connection: &mut PgConnection, id: OnBehalfId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select email from pledge_on_behalf_contact where on_behalf = $1", id.0)
        .fetch_optional(connection)
        .await
}

pub async fn forget_contact(connection: &mut PgConnection, id: OnBehalfId) -> sqlx::Result<()> {
    sqlx::query!("delete from pledge_on_behalf_contact where on_behalf = $1", id.0).execute(connection).await?;
    Ok(())
}

/// A note as it is stored.
pub struct Stored {
    pub id: OnBehalfId,
    pub recorder: OrganisationId,
    pub recorder_name: String,
    pub recorded_on: NaiveDate,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    /// The enterprise as the platform knows it by now.
    pub enterprise: Option<OrganisationId>,
    pub name: String,
    pub uscc: Option<String>,
    pub amount: Fen,
    pub note: String,
    pub status: OnBehalfStatus,
}

/// A note, whose row stays as it is until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: OnBehalfId) -> sqlx::Result<Option<Stored>> {
    let found = sqlx::query_scalar!("select id from pledge_on_behalf where id = $1 for update", id.0)
        .fetch_optional(&mut *connection)
        .await?;
    if found.is_none() { Ok(None) } else { by_id(connection, id).await }
}

pub async fn by_id(connection: &mut PgConnection, id: OnBehalfId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query!(
        r#"select r.recorder as "recorder!", r.recorder_name as "recorder_name!", r.recorded_on as "recorded_on!",
                  r.campaign as "campaign!", r.campaign_name as "campaign_name!", r.charity as "charity!",
                  r.charity_name as "charity_name!", r.enterprise, r.name as "name!", b.uscc,
                  r.amount_fen as "amount_fen!", r.note as "note!", r.status as "status!"
           from pledge_on_behalf_read r
           join pledge_on_behalf b on b.id = r.id
           where r.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Stored {
            id,
            recorder: OrganisationId(row.recorder),
            recorder_name: row.recorder_name,
            recorded_on: row.recorded_on,
            campaign: CampaignId(row.campaign),
            campaign_name: row.campaign_name,
            charity: OrganisationId(row.charity),
            charity_name: row.charity_name,
            enterprise: row.enterprise.map(OrganisationId),
            name: row.name,
            uscc: row.uscc,
            amount: fen("pledge_on_behalf.amount_fen", row.amount_fen)?,
            note: row.note,
            status: word("pledge_on_behalf.status", &row.status)?,
        })
    })
    .transpose()
}

/// What became of a note.
pub struct Answered<'a> {
    pub status: OnBehalfStatus,
    pub pledge: Option<PledgeId>,
    pub answer: Option<&'a str>,
}

pub async fn end(
    connection: &mut PgConnection,
    before: &Stored,
    answered: Answered<'_>,
    by: Option<PersonId>,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge_on_behalf
         set status = $2, pledge = $3, answer = $4, answered_by = $5, ended_at = $6, changed_at = $6
         where id = $1 and status = 'waiting'",
        before.id.0,
        answered.status.as_str(),
        answered.pledge.map(|pledge| pledge.0),
        answered.answer,
        by.map(|person| person.0),
        now
    )
    .execute(connection)
    .await
}

/// Notes that wait and were made before a day.
pub async fn waiting_since_before(
    connection: &mut PgConnection,
    day: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<OnBehalfId>> {
    let ids = sqlx::query_scalar!(
        "select id
         from pledge_on_behalf
         where status = 'waiting' and recorded_on < $1
         order by recorded_on, id
         limit $2",
        day,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OnBehalfId).collect())
}

/// Notes that wait, were made by a day, and of which nobody was reminded.
pub async fn to_remind(connection: &mut PgConnection, day: NaiveDate, limit: i64) -> sqlx::Result<Vec<OnBehalfId>> {
    let ids = sqlx::query_scalar!(
        "select id
         from pledge_on_behalf
         where status = 'waiting' and recorded_on <= $1 and reminded_at is null
         order by recorded_on, id
         limit $2",
        day,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OnBehalfId).collect())
}

/// Notes that its enterprise is reminded; false where it was before.
pub async fn set_reminded(connection: &mut PgConnection, id: OnBehalfId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let noted = sqlx::query!(
        "update pledge_on_behalf set reminded_at = $2 where id = $1 and status = 'waiting' and reminded_at is null",
        id.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() == 1)
}

/// Whose notes are read; all where nobody is named.
pub struct Scope {
    pub recorder: Option<OrganisationId>,
    pub charity: Option<OrganisationId>,
    pub enterprise: Option<OrganisationId>,
}

/// A note as it is read.
pub struct Row {
    pub id: OnBehalfId,
    pub recorder: OrganisationId,
    pub recorder_name: String,
    pub recorded_at: DateTime<Utc>,
    pub recorded_on: NaiveDate,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub enterprise: Option<OrganisationId>,
    pub name: String,
    pub amount: Fen,
    pub note: String,
    pub status: OnBehalfStatus,
    pub pledge: Option<PledgeId>,
    pub answer: Option<String>,
    pub ended_at: Option<DateTime<Utc>>,
}

struct Read {
    id: Uuid,
    recorder: Uuid,
    recorder_name: String,
    recorded_at: DateTime<Utc>,
    recorded_on: NaiveDate,
    campaign: Uuid,
    campaign_name: String,
    charity: Uuid,
    charity_name: String,
    enterprise: Option<Uuid>,
    name: String,
    amount_fen: i64,
    note: String,
    status: String,
    pledge: Option<Uuid>,
    answer: Option<String>,
    ended_at: Option<DateTime<Utc>>,
}

impl Read {
    fn row(self) -> sqlx::Result<Row> {
        Ok(Row {
            id: OnBehalfId(self.id),
            recorder: OrganisationId(self.recorder),
            recorder_name: self.recorder_name,
            recorded_at: self.recorded_at,
            recorded_on: self.recorded_on,
            campaign: CampaignId(self.campaign),
            campaign_name: self.campaign_name,
            charity: OrganisationId(self.charity),
            charity_name: self.charity_name,
            enterprise: self.enterprise.map(OrganisationId),
            name: self.name,
            amount: fen("pledge_on_behalf.amount_fen", self.amount_fen)?,
            note: self.note,
            status: word("pledge_on_behalf.status", &self.status)?,
            pledge: self.pledge.map(PledgeId),
            answer: self.answer,
            ended_at: self.ended_at,
        })
    }
}

/// Latest first.
pub async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    (waiting, after): (bool, Option<OnBehalfId>),
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Read,
        r#"select id as "id!", recorder as "recorder!", recorder_name as "recorder_name!",
                  recorded_at as "recorded_at!", recorded_on as "recorded_on!", campaign as "campaign!",
                  campaign_name as "campaign_name!", charity as "charity!", charity_name as "charity_name!", enterprise,
                  name as "name!", amount_fen as "amount_fen!", note as "note!", status as "status!", pledge, answer,
                  ended_at
           from pledge_on_behalf_read
           where ($1::uuid is null or recorder = $1) and ($2::uuid is null or charity = $2)
             and ($3::uuid is null or enterprise = $3) and (not $4 or status = 'waiting')
             and ($5::uuid is null
                  or (recorded_at, id) < (select b.recorded_at, b.id from pledge_on_behalf b where b.id = $5))
           order by recorded_at desc, id desc
           limit $6"#,
        scope.recorder.map(|id| id.0),
        scope.charity.map(|id| id.0),
        scope.enterprise.map(|id| id.0),
        waiting,
        after.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Read::row).collect()
}

/// How many there are, up to one more than a list counts.
pub async fn count(connection: &mut PgConnection, scope: &Scope, waiting: bool) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from pledge_on_behalf_read
                 where ($1::uuid is null or recorder = $1) and ($2::uuid is null or charity = $2)
                   and ($3::uuid is null or enterprise = $3) and (not $4 or status = 'waiting')
                 limit 1001) as counted"#,
        scope.recorder.map(|id| id.0),
        scope.charity.map(|id| id.0),
        scope.enterprise.map(|id| id.0),
        waiting
    )
    .fetch_one(connection)
    .await
}

pub async fn row(connection: &mut PgConnection, scope: &Scope, id: OnBehalfId) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query_as!(
        Read,
        r#"select id as "id!", recorder as "recorder!", recorder_name as "recorder_name!",
                  recorded_at as "recorded_at!", recorded_on as "recorded_on!", campaign as "campaign!",
                  campaign_name as "campaign_name!", charity as "charity!", charity_name as "charity_name!", enterprise,
                  name as "name!", amount_fen as "amount_fen!", note as "note!", status as "status!", pledge, answer,
                  ended_at
           from pledge_on_behalf_read
           where ($1::uuid is null or recorder = $1) and ($2::uuid is null or charity = $2)
             and ($3::uuid is null or enterprise = $3) and id = $4"#,
        scope.recorder.map(|id| id.0),
        scope.charity.map(|id| id.0),
        scope.enterprise.map(|id| id.0),
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Read::row).transpose()
}

/// What waits for an enterprise, known by its id or its code.
pub async fn waiting_for(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(recorded_at) as oldest
           from (select b.recorded_at
                 from pledge_on_behalf b
                 where b.status = 'waiting'
                   and (b.enterprise = $1
                        or (b.enterprise is null and b.uscc = (select o.uscc from organisation o where o.id = $1)))
                 order by b.recorded_at
                 limit 1001) as waiting"#,
        enterprise.0
    )
    .fetch_one(connection)
    .await
}
