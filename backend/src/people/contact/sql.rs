//! The only SQL on how people are reached.

use domain::PersonId;
use sqlx::PgConnection;

pub async fn insert(
    connection: &mut PgConnection,
    person: PersonId,
    name: &str,
    email: Option<&str>,
    phone: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into person_private (person, name, email, phone) values ($1, $2, $3, $4)",
        person.0,
        name,
        email,
        phone
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub struct ContactRow {
    pub account: String,
    pub email: Option<String>,
    pub phone: Option<String>,
}

pub async fn of(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<ContactRow>> {
    sqlx::query_as!(
        ContactRow,
        "select p.account, pp.email, pp.phone
         from person p
         join person_private pp on pp.person = p.id
         where p.id = $1",
        person.0
    )
    .fetch_optional(connection)
    .await
}

pub async fn set_phone(connection: &mut PgConnection, person: PersonId, phone: Option<&str>) -> sqlx::Result<()> {
    sqlx::query!("update person_private set phone = $2 where person = $1", person.0, phone).execute(connection).await?;
    Ok(())
}
