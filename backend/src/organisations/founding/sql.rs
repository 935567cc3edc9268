//! The only SQL on the list of organisations.

use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::OrganisationId;
use domain::organisation::{OrganisationKind, OrganisationStatus};
use domain::place::PlaceCode;
use sqlx::PgConnection;

/// What a list is filtered by.
pub struct Filter {
    /// A part of the name.
    pub name: Option<String>,
    pub kind: Option<OrganisationKind>,
    /// What stands there and within.
    pub place: Option<PlaceCode>,
}

impl Filter {
    fn kind(&self) -> Option<&'static str> {
        self.kind.map(OrganisationKind::as_str)
    }

    fn place(&self) -> Option<&str> {
        self.place.as_ref().map(PlaceCode::as_str)
    }
}

pub struct Row {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub name: String,
    pub place: Option<PlaceCode>,
    pub status: OrganisationStatus,
    pub people: i64,
    pub has_owner: bool,
    pub created_at: DateTime<Utc>,
}

struct Record {
    id: uuid::Uuid,
    kind: String,
    name: String,
    place: Option<String>,
    status: String,
    created_at: DateTime<Utc>,
    people: i64,
    has_owner: bool,
}

impl Record {
    fn read(self) -> sqlx::Result<Row> {
        Ok(Row {
            id: OrganisationId(self.id),
            kind: word("organisation", &self.kind)?,
            name: self.name,
            place: self.place.as_deref().map(|text| word("organisation", text)).transpose()?,
            status: word("organisation", &self.status)?,
            people: self.people,
            has_owner: self.has_owner,
            created_at: self.created_at,
        })
    }
}

pub async fn count(connection: &mut PgConnection, filter: &Filter, limit: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (
               select from organisation o
               where ($1::text is null or position(lower($1) in lower(o.name)) > 0)
                 and ($2::text is null or o.kind = $2)
                 and ($3::text is null or starts_with(o.place, $3))
               limit $4
           ) as found"#,
        filter.name,
        filter.kind(),
        filter.place(),
        limit
    )
    .fetch_one(connection)
    .await
}

/// The rows after a place in the list, with who is there.
pub async fn page(
    connection: &mut PgConnection,
    filter: &Filter,
    from: Option<(DateTime<Utc>, OrganisationId)>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let (at, id) = from.unzip();
    let rows = sqlx::query_as!(
        Record,
        r#"select o.id, o.kind, o.name, o.place, o.status, o.created_at,
                  (select count(distinct m.person) from membership m
                   where m.organisation = o.id and m.status = 'active') as "people!",
                  exists (
                      select from membership m
                      where m.organisation = o.id and m.status = 'active'
                        and m.role in ('village_head', 'enterprise_owner', 'charity_owner', 'office_owner')
                  ) as "has_owner!"
           from organisation o
           where ($1::text is null or position(lower($1) in lower(o.name)) > 0)
             and ($2::text is null or o.kind = $2)
             and ($3::text is null or starts_with(o.place, $3))
             and ($4::timestamptz is null or (o.created_at, o.id) < ($4, $5::uuid))
           order by o.created_at desc, o.id desc
           limit $6"#,
        filter.name,
        filter.kind(),
        filter.place(),
        at,
        id.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Record::read).collect()
}

pub async fn one(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query_as!(
        Record,
        r#"select o.id, o.kind, o.name, o.place, o.status, o.created_at,
                  (select count(distinct m.person) from membership m
                   where m.organisation = o.id and m.status = 'active') as "people!",
                  exists (
                      select from membership m
                      where m.organisation = o.id and m.status = 'active'
                        and m.role in ('village_head', 'enterprise_owner', 'charity_owner', 'office_owner')
                  ) as "has_owner!"
           from organisation o
           where o.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Record::read).transpose()
}
