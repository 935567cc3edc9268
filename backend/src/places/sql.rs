//! The only SQL on places.

use domain::place::{PlaceCode, PlaceLevel};
use sqlx::PgConnection;

pub async fn names(connection: &mut PgConnection) -> sqlx::Result<Vec<(PlaceCode, String)>> {
    let rows = sqlx::query!("select code, name from place").fetch_all(connection).await?;
    Ok(rows.into_iter().filter_map(|row| Some((row.code.parse().ok()?, row.name))).collect())
}

pub async fn upsert(
    connection: &mut PgConnection,
    rows: &[(&str, PlaceLevel, &str, Option<&str>)],
) -> sqlx::Result<()> {
    let codes: Vec<_> = rows.iter().map(|row| row.0.to_owned()).collect();
    let levels: Vec<_> = rows.iter().map(|row| level(row.1).to_owned()).collect();
    let names: Vec<_> = rows.iter().map(|row| row.2.to_owned()).collect();
    let parents: Vec<_> = rows.iter().map(|row| row.3.map(str::to_owned)).collect();
    sqlx::query!(
        "insert into place (code, level, name, parent)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[])
         on conflict (code) do update
         set name = excluded.name
         where place.name <> excluded.name",
        &codes,
        &levels,
        &names,
        &parents as &[Option<String>],
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn level(level: PlaceLevel) -> &'static str {
    match level {
        PlaceLevel::City => "city",
        PlaceLevel::County => "county",
        PlaceLevel::Town => "town",
        PlaceLevel::Village => "village",
    }
}
