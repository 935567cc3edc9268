//! The only SQL on what is said of places.

use crate::files::tables::Draft;
use chrono::{DateTime, NaiveDate, Utc};
use domain::PlaceImportId;
use domain::api::place_imports::{ImportEffect, PlaceImport};
use domain::organisation::Acting;
use domain::place::{ListSubject, PlaceCode, PlaceIndicator, TownClass, TownLead, VillageType};
use sqlx::PgConnection;

/// The advisory lock of whoever imports.
const IMPORTING: i64 = 0x7169_616e_6375_6e02;

/// From what list, as of when.
type Said<'a> = (&'a str, NaiveDate);

struct Row {
    id: uuid::Uuid,
    subject: String,
    source: String,
    as_of: NaiveDate,
    file_name: String,
    rows_read: i32,
    changed: i32,
    by: String,
    made_at: DateTime<Utc>,
}

impl Row {
    fn into_api(self) -> sqlx::Result<PlaceImport> {
        let subject = self.subject.parse().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
        Ok(PlaceImport {
            id: PlaceImportId(self.id),
            subject,
            source: self.source,
            as_of: self.as_of,
            file_name: self.file_name,
            rows_read: self.rows_read,
            changed: self.changed,
            by: self.by,
            made_at: self.made_at,
        })
    }
}

/// Waits until nobody else imports; ends with the transaction.
pub async fn one_at_a_time(connection: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("select pg_advisory_xact_lock($1)", IMPORTING).fetch_one(connection).await?;
    Ok(())
}

pub async fn latest(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<PlaceImport>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select i.id, i.subject, i.source, i.as_of, i.file_name, i.rows_read, i.changed, o.name as "by", i.made_at
           from place_import i
           join organisation o on o.id = i.acting_for
           order by i.made_at desc, i.id desc
           limit $1"#,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::into_api).collect()
}

/// An import with the hash of its file.
pub async fn by_id(connection: &mut PgConnection, id: PlaceImportId) -> sqlx::Result<Option<(PlaceImport, Vec<u8>)>> {
    let row = sqlx::query!(
        r#"select i.id, i.subject, i.source, i.as_of, i.file_name, i.rows_read, i.changed, o.name as "by", i.made_at,
                  i.sha256
           from place_import i
           join organisation o on o.id = i.acting_for
           where i.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let import = Row {
            id: row.id,
            subject: row.subject,
            source: row.source,
            as_of: row.as_of,
            file_name: row.file_name,
            rows_read: row.rows_read,
            changed: row.changed,
            by: row.by,
            made_at: row.made_at,
        };
        Ok((import.into_api()?, row.sha256))
    })
    .transpose()
}

/// The latest import of this very file.
pub async fn by_file(connection: &mut PgConnection, sha256: &[u8]) -> sqlx::Result<Option<PlaceImport>> {
    let row = sqlx::query_as!(
        Row,
        r#"select i.id, i.subject, i.source, i.as_of, i.file_name, i.rows_read, i.changed, o.name as "by", i.made_at
           from place_import i
           join organisation o on o.id = i.acting_for
           where i.sha256 = $1
           order by i.made_at desc, i.id desc
           limit 1"#,
        sha256
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::into_api).transpose()
}

/// An import that is to be written down.
pub struct NewRow<'a> {
    pub id: PlaceImportId,
    pub subject: ListSubject,
    pub source: &'a str,
    pub as_of: NaiveDate,
    pub rows_read: i32,
    pub changed: i32,
    pub draft: &'a Draft,
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewRow<'_>,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into place_import (id, source, as_of, subject, rows_read, changed, file_name, sha256, made_by,
                                   acting_for, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.0,
        new.source,
        new.as_of,
        new.subject.as_str(),
        new.rows_read,
        new.changed,
        new.draft.name,
        new.draft.sha256,
        acting.person.0,
        acting.organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Codes and words of a list, column by column, as a statement takes them.
fn columns<T>(rows: &[T], one: impl Fn(&T) -> &str) -> Vec<String> {
    rows.iter().map(|row| one(row).to_owned()).collect()
}

fn leads(rows: &[(PlaceCode, TownClass, Option<TownLead>)]) -> Vec<Option<String>> {
    rows.iter().map(|row| row.2.map(|lead| lead.as_str().to_owned())).collect()
}

pub async fn effect_of_classes(
    connection: &mut PgConnection,
    rows: &[(PlaceCode, TownClass, Option<TownLead>)],
    (source, as_of): Said<'_>,
) -> sqlx::Result<ImportEffect> {
    sqlx::query_as!(
        ImportEffect,
        r#"select count(*) filter (where c.town is null) as "added!",
                  count(*) filter (where c.town is not null and not same) as "changed!",
                  count(*) filter (where same) as "same!",
                  count(*) filter (where not same and i.as_of > $5) as "later_known!"
           from unnest($1::text[], $2::text[], $3::text[]) as e (town, class, lead)
           left join town_class c on c.town = e.town
           left join place_import i on i.id = c.import
           cross join lateral (
               select c.town is not null and c.class = e.class and c.lead is not distinct from e.lead
                      and i.source = $4 and i.as_of = $5 as same
           ) compared"#,
        &columns(rows, |row| row.0.as_str()),
        &columns(rows, |row| row.1.as_str()),
        &leads(rows) as &[Option<String>],
        source,
        as_of
    )
    .fetch_one(connection)
    .await
}

pub async fn write_classes(
    connection: &mut PgConnection,
    import: PlaceImportId,
    rows: &[(PlaceCode, TownClass, Option<TownLead>)],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into town_class (town, class, lead, import)
         select e.town, e.class, e.lead, $4
         from unnest($1::text[], $2::text[], $3::text[]) as e (town, class, lead)
         on conflict (town) do update set class = excluded.class, lead = excluded.lead, import = excluded.import",
        &columns(rows, |row| row.0.as_str()),
        &columns(rows, |row| row.1.as_str()),
        &leads(rows) as &[Option<String>],
        import.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn effect_of_types(
    connection: &mut PgConnection,
    rows: &[(PlaceCode, VillageType)],
    (source, as_of): Said<'_>,
) -> sqlx::Result<ImportEffect> {
    sqlx::query_as!(
        ImportEffect,
        r#"select count(*) filter (where t.village is null) as "added!",
                  count(*) filter (where t.village is not null and not same) as "changed!",
                  count(*) filter (where same) as "same!",
                  count(*) filter (where not same and i.as_of > $4) as "later_known!"
           from unnest($1::text[], $2::text[]) as e (village, type)
           left join village_type t on t.village = e.village
           left join place_import i on i.id = t.import
           cross join lateral (
               select t.village is not null and t.type = e.type and i.source = $3 and i.as_of = $4 as same
           ) compared"#,
        &columns(rows, |row| row.0.as_str()),
        &columns(rows, |row| row.1.as_str()),
        source,
        as_of
    )
    .fetch_one(connection)
    .await
}

pub async fn write_types(
    connection: &mut PgConnection,
    import: PlaceImportId,
    rows: &[(PlaceCode, VillageType)],
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into village_type (village, type, import)
         select e.village, e.type, $3
         from unnest($1::text[], $2::text[]) as e (village, type)
         on conflict (village) do update set type = excluded.type, import = excluded.import",
        &columns(rows, |row| row.0.as_str()),
        &columns(rows, |row| row.1.as_str()),
        import.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Years and values, as a statement takes them.
fn numbers(rows: &[(PlaceCode, PlaceIndicator, i32, i64)]) -> (Vec<i32>, Vec<i64>) {
    rows.iter().map(|row| (row.2, row.3)).unzip()
}

pub async fn effect_of_facts(
    connection: &mut PgConnection,
    rows: &[(PlaceCode, PlaceIndicator, i32, i64)],
    (source, as_of): Said<'_>,
) -> sqlx::Result<ImportEffect> {
    let (years, values) = numbers(rows);
    sqlx::query_as!(
        ImportEffect,
        r#"select count(*) filter (where f.place is null) as "added!",
                  count(*) filter (where f.place is not null and not same) as "changed!",
                  count(*) filter (where same) as "same!",
                  count(*) filter (where not same and i.as_of > $6) as "later_known!"
           from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[]) as e (place, indicator, year, value)
           left join place_fact f on f.place = e.place and f.indicator = e.indicator and f.year = e.year
           left join place_import i on i.id = f.import
           cross join lateral (
               select f.place is not null and f.value = e.value and i.source = $5 and i.as_of = $6 as same
           ) compared"#,
        &columns(rows, |row| row.0.as_str()),
        &columns(rows, |row| row.1.as_str()),
        &years,
        &values,
        source,
        as_of
    )
    .fetch_one(connection)
    .await
}

pub async fn write_facts(
    connection: &mut PgConnection,
    import: PlaceImportId,
    rows: &[(PlaceCode, PlaceIndicator, i32, i64)],
) -> sqlx::Result<()> {
    let (years, values) = numbers(rows);
    sqlx::query!(
        "insert into place_fact (place, indicator, year, value, import)
         select e.place, e.indicator, e.year, e.value, $5
         from unnest($1::text[], $2::text[], $3::integer[], $4::bigint[]) as e (place, indicator, year, value)
         on conflict (place, indicator, year) do update set value = excluded.value, import = excluded.import",
        &columns(rows, |row| row.0.as_str()),
        &columns(rows, |row| row.1.as_str()),
        &years,
        &values,
        import.0
    )
    .execute(connection)
    .await?;
    Ok(())
}
