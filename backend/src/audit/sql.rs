//! The only SQL on events.

use super::{Filter, Record};
use crate::http::caller::Origin;
use chrono::{DateTime, Utc};
use domain::api::audit::{AuditRow, PrivatePerson};
use domain::audit::{subject_label, verb_label};
use domain::{EventId, OrganisationId, PersonId};
use serde_json::Value;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Postgres, QueryBuilder, Row};
use uuid::Uuid;

pub async fn insert(
    connection: &mut PgConnection,
    id: EventId,
    at: DateTime<Utc>,
    person: Option<PersonId>,
    organisation: Option<OrganisationId>,
    origin: &Origin,
    record: &Record<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into event (id, at, actor, organisation, verb, subject_kind, subject, before, after, reason, address)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id.0,
        at,
        person.map(|id| id.0),
        organisation.map(|id| id.0),
        record.verb,
        record.subject_kind,
        record.subject,
        record.before,
        record.after,
        record.reason,
        origin.address.map(|address| address.to_string()),
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_all(
    connection: &mut PgConnection,
    ids: &[EventId],
    at: DateTime<Utc>,
    (person, organisation): (PersonId, OrganisationId),
    origin: &Origin,
    records: &[Record<'_>],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let texts = |text: fn(&Record<'_>) -> &'static str| records.iter().map(move |record| text(record).to_owned());
    let verbs: Vec<String> = texts(|record| record.verb).collect();
    let kinds: Vec<String> = texts(|record| record.subject_kind).collect();
    let subjects: Vec<Uuid> = records.iter().map(|record| record.subject).collect();
    let before: Vec<Option<Value>> = records.iter().map(|record| record.before.clone()).collect();
    let after: Vec<Option<Value>> = records.iter().map(|record| record.after.clone()).collect();
    let reasons: Vec<Option<String>> = records.iter().map(|record| record.reason.map(str::to_owned)).collect();
    sqlx::query!(
        "insert into event (id, at, actor, organisation, verb, subject_kind, subject, before, after, reason, address)
         select id, $2, $3, $4, verb, subject_kind, subject, before, after, reason, $5
         from unnest($1::uuid[], $6::text[], $7::text[], $8::uuid[], $9::jsonb[], $10::jsonb[], $11::text[])
              as record (id, verb, subject_kind, subject, before, after, reason)",
        &ids,
        at,
        person.0,
        organisation.0,
        origin.address.map(|address| address.to_string()),
        &verbs,
        &kinds,
        &subjects,
        &before as &[Option<Value>],
        &after as &[Option<Value>],
        &reasons as &[Option<String>]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The conditions that a filter sets. Put together from these pieces, since each set of them has an index of its own,
/// which one statement for all would hide from the planner.
fn conditions(sql: &mut QueryBuilder<Postgres>, filter: &Filter) {
    let query = &filter.query;
    sql.push(" where true");
    if let Some(verb) = &query.verb {
        sql.push(" and verb = ").push_bind(verb.clone());
    }
    if let Some(kind) = &query.subject_kind {
        sql.push(" and subject_kind = ").push_bind(kind.clone());
    }
    if let Some(subject) = query.subject {
        sql.push(" and subject = ").push_bind(subject);
    }
    if let Some(person) = query.person {
        sql.push(" and actor = ").push_bind(person.0);
    }
    if let Some(organisation) = query.organisation {
        sql.push(" and organisation = ").push_bind(organisation.0);
    }
    if let Some(from) = filter.from {
        sql.push(" and at >= ").push_bind(from);
    }
    if let Some(before) = filter.before {
        sql.push(" and at < ").push_bind(before);
    }
}

/// Newest first; events of one instant in the order of their numbers.
fn list_of(
    mut sql: QueryBuilder<Postgres>,
    filter: &Filter,
    after: Option<EventId>,
    limit: i64,
) -> QueryBuilder<Postgres> {
    sql.push(
        "select id, at, actor, actor_name, organisation, organisation_name, verb, subject_kind, subject, before, after,
                reason, address
         from event_read",
    );
    conditions(&mut sql, filter);
    if let Some(after) = after {
        sql.push(" and (at, seq) < (select e.at, e.seq from event e where e.id = ").push_bind(after.0).push(")");
    }
    sql.push(" order by at desc, seq desc limit ").push_bind(limit);
    sql
}

pub async fn list(
    connection: &mut PgConnection,
    filter: &Filter,
    after: Option<EventId>,
    limit: i64,
) -> sqlx::Result<Vec<AuditRow>> {
    let mut sql = list_of(QueryBuilder::new(""), filter, after, limit);
    let rows = sql.build().fetch_all(connection).await?;
    rows.iter().map(read).collect()
}

fn read(row: &PgRow) -> sqlx::Result<AuditRow> {
    let (verb, subject_kind): (String, String) = (row.try_get("verb")?, row.try_get("subject_kind")?);
    Ok(AuditRow {
        id: EventId(row.try_get("id")?),
        at: row.try_get("at")?,
        person: row.try_get::<Option<Uuid>, _>("actor")?.map(PersonId),
        person_name: row.try_get("actor_name")?,
        organisation: row.try_get::<Option<Uuid>, _>("organisation")?.map(OrganisationId),
        organisation_name: row.try_get("organisation_name")?,
        verb_label: verb_label(&verb).to_owned(),
        verb,
        subject_label: subject_label(&subject_kind).to_owned(),
        subject_kind,
        subject: row.try_get("subject")?,
        before: row.try_get("before")?,
        after: row.try_get("after")?,
        reason: row.try_get("reason")?,
        address: row.try_get("address")?,
    })
}

/// At most one more than a list counts.
pub async fn count(connection: &mut PgConnection, filter: &Filter) -> sqlx::Result<i64> {
    let mut sql = QueryBuilder::new("select count(*) from (select from event");
    conditions(&mut sql, filter);
    sql.push(" limit 1001) as counted");
    sql.build_query_scalar().fetch_one(connection).await
}

/// The plan of the list, a line a step.
pub async fn plan(
    connection: &mut PgConnection,
    filter: &Filter,
    after: Option<EventId>,
    limit: i64,
) -> sqlx::Result<String> {
    let mut sql = list_of(QueryBuilder::new("explain "), filter, after, limit);
    let lines: Vec<String> = sql.build_query_scalar().fetch_all(connection).await?;
    Ok(lines.join("\n"))
}

pub async fn person(connection: &mut PgConnection, id: PersonId) -> sqlx::Result<Option<PrivatePerson>> {
    let row = sqlx::query!(r#"select account as "account!", name, email from person_read where id = $1"#, id.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| PrivatePerson { id, account: row.account, name: row.name, email: row.email }))
}
