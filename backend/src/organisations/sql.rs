//! The only SQL on organisations and memberships.

use super::{NewOrganisation, Registering};
use chrono::{DateTime, Utc};
use domain::organisation::{OrganisationStatus, Role};
use domain::{OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn insert_organisation(
    connection: &mut PgConnection,
    id: OrganisationId,
    organisation: &NewOrganisation<'_>,
    status: OrganisationStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into organisation (id, kind, name, place, status, created_at) values ($1, $2, $3, $4, $5, $6)",
        id.0,
        organisation.kind.as_str(),
        organisation.name,
        organisation.place.map(domain::place::PlaceCode::as_str),
        status.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn village_of(
    connection: &mut PgConnection,
    village: &domain::place::PlaceCode,
) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!("select id from organisation where kind = 'village' and place = $1", village.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(id.map(OrganisationId))
}

pub async fn insert_membership(
    connection: &mut PgConnection,
    person: PersonId,
    organisation: OrganisationId,
    role: Role,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into membership (person, organisation, role, created_at) values ($1, $2, $3, $4)",
        person.0,
        organisation.0,
        role.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn members(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    roles: &[Role],
) -> sqlx::Result<Vec<PersonId>> {
    let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
    let people = sqlx::query_scalar!(
        "select distinct m.person
         from membership m
         join person p on p.id = m.person and p.disabled_at is null
         where m.organisation = $1 and m.role = any($2) and m.status = 'active'
         order by m.person",
        organisation.0,
        &roles
    )
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

pub async fn name_of(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<String> {
    sqlx::query_scalar!("select name from organisation where id = $1", organisation.0).fetch_one(connection).await
}

pub async fn set_core(connection: &mut PgConnection, id: OrganisationId, core: &str) -> sqlx::Result<()> {
    sqlx::query!("update organisation set name_core = $2 where id = $1", id.0, core).execute(connection).await?;
    Ok(())
}

pub async fn insert_registering(
    connection: &mut PgConnection,
    new: &Registering<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into organisation (id, kind, name, name_core, uscc, place, status, created_at)
         values ($1, 'enterprise', $2, $3, $4, $5, 'pending', $6)",
        new.id.0,
        new.name,
        new.core,
        new.uscc.as_str(),
        new.county.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn update_registering(
    connection: &mut PgConnection,
    changed: &Registering<'_>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update organisation
         set name = $2, name_core = $3, uscc = $4, place = $5
         where id = $1 and status in ('pending', 'returned')",
        changed.id.0,
        changed.name,
        changed.core,
        changed.uscc.as_str(),
        changed.county.as_str()
    )
    .execute(connection)
    .await
}

pub async fn set_status(
    connection: &mut PgConnection,
    id: OrganisationId,
    from: OrganisationStatus,
    to: OrganisationStatus,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update organisation set status = $3 where id = $1 and status = $2",
        id.0,
        from.as_str(),
        to.as_str()
    )
    .execute(connection)
    .await
}

pub async fn insert_membership_once(
    connection: &mut PgConnection,
    person: PersonId,
    organisation: OrganisationId,
    role: Role,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into membership (person, organisation, role, created_at) values ($1, $2, $3, $4)
         on conflict (person, organisation, role) do nothing",
        person.0,
        organisation.0,
        role.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

fn owners() -> Vec<String> {
    Role::ALL.iter().filter(|role| role.owns()).map(ToString::to_string).collect()
}

/// Locks the organisations that the person owns, so that two owners cannot leave at once.
pub async fn lock_owned(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!(
        "select o.id
         from organisation o
         where exists (select from membership m where m.organisation = o.id and m.person = $1 and m.role = any($2))
         order by o.id
         for update",
        person.0,
        &owners()
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

/// The organisations, but for donors, of which the person is the only owner.
pub async fn owned_alone(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select o.name
         from organisation o
         where o.kind <> 'donor'
           and exists (select from membership m where m.organisation = o.id and m.person = $1 and m.role = any($2))
           and not exists (
               select from membership m
               where m.organisation = o.id and m.person <> $1 and m.role = any($2) and m.status = 'active'
           )
         order by o.id",
        person.0,
        &owners()
    )
    .fetch_all(connection)
    .await
}

/// A donor's name is a person's name.
pub async fn end_donor(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!(
        "update organisation o set name = '已注销的捐赠人', status = 'suspended'
         where o.kind = 'donor' and exists (select from membership m where m.organisation = o.id and m.person = $1)",
        person.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn delete_memberships(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!("delete from membership where person = $1", person.0).execute(connection).await?;
    Ok(())
}
