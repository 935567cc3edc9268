//! The only SQL on offers.

use super::Filter;
use crate::db::decode::{fen, texts, word, words};
use chrono::{DateTime, NaiveDate, Utc};
use domain::need::{ContributionKind, Field};
use domain::offer::{OfferContent, OfferStatus};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::registration::Industry;
use domain::{Fen, OfferId, OrganisationId};
use sqlx::postgres::PgQueryResult;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

pub async fn insert(
    connection: &mut PgConnection,
    id: OfferId,
    content: &OfferContent,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into offer (id, enterprise, status, kind, fields, places, amount_from_fen, amount_to_fen, quantity, unit,
                            title, words, until, created_by, created_at, changed_at)
         values ($1, $2, 'draft', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)",
        id.0,
        acting.organisation.0,
        content.kind.map(ContributionKind::as_str),
        &texts(&content.fields),
        &texts(&content.places),
        content.amount_from_fen.map(Fen::get),
        content.amount_to_fen.map(Fen::get),
        content.quantity,
        content.unit,
        content.title,
        content.words,
        content.until,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update(
    connection: &mut PgConnection,
    id: OfferId,
    version: i32,
    content: &OfferContent,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update offer
         set kind = $3, fields = $4, places = $5, amount_from_fen = $6, amount_to_fen = $7, quantity = $8, unit = $9,
             title = $10, words = $11, until = $12, version = version + 1, changed_at = $13
         where id = $1 and version = $2 and status in ('draft', 'open')",
        id.0,
        version,
        content.kind.map(ContributionKind::as_str),
        &texts(&content.fields),
        &texts(&content.places),
        content.amount_from_fen.map(Fen::get),
        content.amount_to_fen.map(Fen::get),
        content.quantity,
        content.unit,
        content.title,
        content.words,
        content.until,
        now
    )
    .execute(connection)
    .await
}

/// Opens a draft or ends an offer.
pub async fn set_status(
    connection: &mut PgConnection,
    id: OfferId,
    (before, after): (OfferStatus, OfferStatus),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update offer
         set status = $3, changed_at = $4,
             opened_at = case when $3 = 'open' then $4 else opened_at end,
             ended_at = case when $3 in ('closed', 'expired') then $4 end
         where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        now
    )
    .execute(connection)
    .await
}

/// Ends what is open and past its last day: ids with their versions.
pub async fn expire(
    connection: &mut PgConnection,
    today: NaiveDate,
    limit: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<(OfferId, i32)>> {
    let rows = sqlx::query!(
        "update offer
         set status = 'expired', changed_at = $3, ended_at = $3
         where status = 'open' and id in (
             select id
             from offer
             where status = 'open' and until < $1
             order by until
             limit $2
             for update skip locked
         )
         returning id, version",
        today,
        limit,
        now
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (OfferId(row.id), row.version)).collect())
}

/// An offer, whole.
pub struct Stored {
    pub id: OfferId,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub industry: Option<Industry>,
    /// The county in which the enterprise registered.
    pub place: Option<PlaceCode>,
    pub status: OfferStatus,
    pub version: i32,
    pub content: OfferContent,
    pub created_at: DateTime<Utc>,
    pub changed_at: DateTime<Utc>,
    pub opened_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// A row of `offer_read`.
#[derive(FromRow)]
struct Read {
    id: Uuid,
    enterprise: Uuid,
    enterprise_name: String,
    industry: Option<String>,
    enterprise_place: Option<String>,
    status: String,
    version: i32,
    kind: Option<String>,
    fields: Vec<String>,
    places: Vec<String>,
    amount_from_fen: Option<i64>,
    amount_to_fen: Option<i64>,
    quantity: Option<i64>,
    unit: String,
    title: String,
    words: String,
    until: Option<NaiveDate>,
    created_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    opened_at: Option<DateTime<Utc>>,
    ended_at: Option<DateTime<Utc>>,
}

impl Read {
    fn stored(self) -> sqlx::Result<Stored> {
        let amount = |column: &str, amount: Option<i64>| amount.map(|amount| fen(column, amount)).transpose();
        let content = OfferContent {
            kind: self.kind.as_deref().map(|kind| word("offer.kind", kind)).transpose()?,
            fields: words::<Field>("offer.fields", &self.fields)?,
            places: words("offer.places", &self.places)?,
            amount_from_fen: amount("offer.amount_from_fen", self.amount_from_fen)?,
            amount_to_fen: amount("offer.amount_to_fen", self.amount_to_fen)?,
            quantity: self.quantity,
            unit: self.unit,
            title: self.title,
            words: self.words,
            until: self.until,
        };
        Ok(Stored {
            id: OfferId(self.id),
            enterprise: OrganisationId(self.enterprise),
            enterprise_name: self.enterprise_name,
            industry: self.industry.as_deref().map(|industry| word("registration.industry", industry)).transpose()?,
            place: self.enterprise_place.as_deref().map(|place| word("organisation.place", place)).transpose()?,
            status: word("offer.status", &self.status)?,
            version: self.version,
            content,
            created_at: self.created_at,
            changed_at: self.changed_at,
            opened_at: self.opened_at,
            ended_at: self.ended_at,
        })
    }
}

/// Offers, whole: one statement up to what follows `from offer_read`.
macro_rules! offers {
    ($connection:expr, $tail:literal, $($value:expr),+) => {{
        let rows = sqlx::query_as!(
            Read,
            r#"select id as "id!", enterprise as "enterprise!", enterprise_name as "enterprise_name!", industry,
                      enterprise_place, status as "status!", version as "version!", kind, fields as "fields!", places as "places!",
                      amount_from_fen, amount_to_fen, quantity, unit as "unit!", title as "title!", words as "words!",
                      until, created_at as "created_at!", changed_at as "changed_at!", opened_at, ended_at
               from offer_read
               "# + $tail,
            $($value),+
        )
        .fetch_all($connection)
        .await?;
        rows.into_iter().map(Read::stored).collect::<sqlx::Result<Vec<Stored>>>()
    }};
}

pub async fn by_id(connection: &mut PgConnection, id: OfferId) -> sqlx::Result<Option<Stored>> {
    Ok(offers!(connection, "where id = $1", id.0)?.pop())
}

/// The same, locked until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: OfferId) -> sqlx::Result<Option<Stored>> {
    sqlx::query!("select id from offer where id = $1 for update", id.0).fetch_optional(&mut *connection).await?;
    by_id(connection, id).await
}

pub async fn of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    offers!(connection, "where enterprise = $1 order by changed_at desc, id desc limit $2", enterprise.0, limit)
}

/// Those that are open and last, the latest changed first.
pub async fn open_of(
    connection: &mut PgConnection,
    enterprises: &[OrganisationId],
    today: NaiveDate,
) -> sqlx::Result<Vec<Stored>> {
    let enterprises: Vec<Uuid> = enterprises.iter().map(|id| id.0).collect();
    offers!(
        connection,
        "where enterprise = any($1) and status = 'open' and until >= $2 order by changed_at desc, id desc",
        &enterprises,
        today
    )
}

/// Locks the drafts and the open offers of an enterprise until the transaction ends.
pub async fn lock_all_of(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<()> {
    sqlx::query!(
        "select id from offer where enterprise = $1 and status in ('draft', 'open') order by id for update",
        enterprise.0
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

pub async fn count_open(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from offer where enterprise = $1 and status = 'open'"#,
        enterprise.0
    )
    .fetch_one(connection)
    .await
}

/// The newest open ones of a kind that are for everywhere or for one of the places.
pub async fn for_place(
    connection: &mut PgConnection,
    (kind, around): (ContributionKind, &[String]),
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    offers!(
        connection,
        "where status = 'open' and until >= $3 and kind = $1 and (places = '{}' or places && $2)
         order by opened_at desc, id desc
         limit $4",
        kind.as_str(),
        around,
        today,
        limit
    )
}

/// The conditions that a filter sets. Put together from these pieces, since each set of them has an index of its own,
/// which one statement for all would hide from the planner.
fn conditions(sql: &mut QueryBuilder<Postgres>, filter: &Filter, today: NaiveDate) {
    sql.push(" where status = 'open' and until >= ").push_bind(today);
    if let Some(kind) = filter.kind {
        sql.push(" and kind = ").push_bind(kind.as_str());
    }
    if let Some(field) = filter.field {
        sql.push(" and fields @> ").push_bind(vec![field.to_string()]);
    }
    if let Some(places) = &filter.places {
        sql.push(" and (places = '{}' or places && ").push_bind(places.clone()).push(")");
    }
    for (simplified, typed) in &filter.words {
        sql.push(" and (position(").push_bind(simplified.clone());
        sql.push(" in lower(title || ' ' || words || ' ' || enterprise_name)) > 0 or position(")
            .push_bind(typed.clone());
        sql.push(" in lower(title || ' ' || words || ' ' || enterprise_name)) > 0)");
    }
}

/// Newest first.
fn list_of(mut sql: QueryBuilder<Postgres>, filter: &Filter, today: NaiveDate, limit: i64) -> QueryBuilder<Postgres> {
    sql.push(
        "select id, enterprise, enterprise_name, industry, enterprise_place, status, version, kind, fields, places, amount_from_fen,
                amount_to_fen, quantity, unit, title, words, until, created_at, changed_at, opened_at, ended_at
         from offer_read",
    );
    conditions(&mut sql, filter, today);
    if let Some(after) = filter.after {
        sql.push(" and (opened_at, id) < (select o.opened_at, o.id from offer o where o.id = ");
        sql.push_bind(after.0).push(")");
    }
    sql.push(" order by opened_at desc, id desc limit ").push_bind(limit);
    sql
}

pub async fn list(
    connection: &mut PgConnection,
    filter: &Filter,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    let mut sql = list_of(QueryBuilder::new(""), filter, today, limit);
    let rows: Vec<Read> = sql.build_query_as().fetch_all(connection).await?;
    rows.into_iter().map(Read::stored).collect()
}

/// At most one more than a list counts.
pub async fn count(connection: &mut PgConnection, filter: &Filter, today: NaiveDate) -> sqlx::Result<i64> {
    let mut sql = QueryBuilder::new("select count(*) from (select from offer_read");
    conditions(&mut sql, filter, today);
    sql.push(" limit 1001) as counted");
    sql.build_query_scalar().fetch_one(connection).await
}

/// The plan of the list, a line a step.
pub async fn plan(
    connection: &mut PgConnection,
    filter: &Filter,
    today: NaiveDate,
    limit: i64,
) -> sqlx::Result<String> {
    let mut sql = list_of(QueryBuilder::new("explain "), filter, today, limit);
    let lines: Vec<String> = sql.build_query_scalar().fetch_all(connection).await?;
    Ok(lines.join("\n"))
}
