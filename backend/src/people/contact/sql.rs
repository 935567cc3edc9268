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

pub struct FoundAccount {
    pub person: PersonId,
    pub account: String,
    pub hash: String,
}

/// By account name, else by phone number, else by e-mail address.
pub async fn find_account(
    connection: &mut PgConnection,
    account: &str,
    phone: Option<&str>,
) -> sqlx::Result<Option<FoundAccount>> {
    let row = sqlx::query!(
        "select p.id, p.account, p.password_hash
         from (
             select id as person, 1 as place from person where account = $1
             union all
             select person, 2 from person_private where phone = $2
             union all
             select person, 3 from person_private where lower(email) = $1 and email <> ''
         ) as named
         join person p on p.id = named.person and p.disabled_at is null
         order by named.place
         limit 1",
        account,
        phone
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| FoundAccount { person: PersonId(row.id), account: row.account, hash: row.password_hash }))
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
