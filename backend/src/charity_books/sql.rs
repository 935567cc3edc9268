//! The only SQL on whose books are read.

use domain::api::charity_books::BookKeeper;
use domain::{OrganisationId, SessionId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// No row where it is no charity.
pub async fn choose(
    connection: &mut PgConnection,
    session: SessionId,
    charity: OrganisationId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update session
         set reads = $2
         where id = $1 and exists (select from organisation o where o.id = $2 and o.kind = 'charity')",
        session.0,
        charity.0
    )
    .execute(connection)
    .await
}

/// All charities, also those that are no longer verified: their books stay.
pub async fn charities(connection: &mut PgConnection) -> sqlx::Result<Vec<BookKeeper>> {
    let rows = sqlx::query!("select id, name from organisation where kind = 'charity' order by name, id")
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| BookKeeper { id: OrganisationId(row.id), name: row.name }).collect())
}
