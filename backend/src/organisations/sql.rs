//! The only SQL on organisations and memberships.

use super::{NewOrganisation, Organisation, Registering};
use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::membership::Held;
use domain::organisation::{MembershipStatus, OrganisationKind, OrganisationStatus, Role};
use domain::todo::Waiting;
use domain::{OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

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

pub async fn at(
    connection: &mut PgConnection,
    kind: OrganisationKind,
    place: &domain::place::PlaceCode,
) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!(
        "select id from organisation where kind = $1 and place = $2 order by created_at, id limit 1",
        kind.as_str(),
        place.as_str()
    )
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

pub async fn names_of(
    connection: &mut PgConnection,
    ids: &[OrganisationId],
) -> sqlx::Result<Vec<(OrganisationId, String)>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!("select id, name from organisation where id = any($1)", &ids).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|row| (OrganisationId(row.id), row.name)).collect())
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
    sqlx::query!("update organisation set status = $3 where id = $1 and status = $2", id.0, from.as_str(), to.as_str())
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

struct OrganisationRecord {
    id: Uuid,
    kind: String,
    name: String,
    place: Option<String>,
    status: String,
}

impl OrganisationRecord {
    fn read(self) -> sqlx::Result<Organisation> {
        Ok(Organisation {
            id: OrganisationId(self.id),
            kind: word("organisation", &self.kind)?,
            name: self.name,
            place: self.place.as_deref().map(|text| word("organisation", text)).transpose()?,
            status: word("organisation", &self.status)?,
        })
    }
}

pub async fn get(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<Organisation>> {
    let row = sqlx::query_as!(
        OrganisationRecord,
        "select id, kind, name, place, status from organisation where id = $1",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(OrganisationRecord::read).transpose()
}

/// Whoever changes the people of an organisation holds its row; others wait.
pub async fn lock(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<Organisation>> {
    let row = sqlx::query_as!(
        OrganisationRecord,
        "select id, kind, name, place, status from organisation where id = $1 for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(OrganisationRecord::read).transpose()
}

pub async fn of_person(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<Organisation>> {
    let rows = sqlx::query_as!(
        OrganisationRecord,
        "select id, kind, name, place, status
         from organisation
         where id in (select organisation from membership where person = $1)
         order by id",
        person.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(OrganisationRecord::read).collect()
}

pub async fn people_in(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<Vec<PersonId>> {
    let people = sqlx::query_scalar!(
        "select distinct person from membership where organisation = $1 and status = 'active' order by person",
        organisation.0
    )
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

pub async fn roles_of(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<Role>> {
    let roles =
        sqlx::query_scalar!("select role from membership where person = $1", person.0).fetch_all(connection).await?;
    roles.iter().map(|role| word("organisation", role)).collect()
}

/// The unit that the administrator named above an organisation.
pub async fn named_parent(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<OrganisationId>> {
    let parent =
        sqlx::query_scalar!("select parent from organisation where id = $1", id.0).fetch_optional(connection).await?;
    Ok(parent.flatten().map(OrganisationId))
}

pub async fn set_parent(
    connection: &mut PgConnection,
    id: OrganisationId,
    parent: Option<OrganisationId>,
) -> sqlx::Result<()> {
    sqlx::query!("update organisation set parent = $2 where id = $1", id.0, parent.map(|parent| parent.0))
        .execute(connection)
        .await?;
    Ok(())
}

/// Who has a role that works in one organisation and none in another: a person, his name, his roles.
pub async fn people_beside(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    but: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<(PersonId, String, Vec<Role>)>> {
    let rows = sqlx::query!(
        r#"select m.person, min(pp.name) as "name!", array_agg(m.role order by m.role) as "roles!"
           from membership m
           join person p on p.id = m.person and p.disabled_at is null
           join person_private pp on pp.person = m.person
           where m.organisation = $1 and m.status = 'active'
             and not exists (select from membership o where o.organisation = $2 and o.person = m.person)
           group by m.person
           order by min(pp.name), m.person
           limit $3"#,
        organisation.0,
        but.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    let roles =
        |roles: Vec<String>| roles.iter().map(|role| word("organisation", role)).collect::<sqlx::Result<Vec<Role>>>();
    rows.into_iter().map(|row| Ok((PersonId(row.person), row.name, roles(row.roles)?))).collect()
}

/// One role of one person, with what its readers see.
pub struct HeldRow {
    pub person: PersonId,
    pub name: String,
    pub phone: Option<String>,
    pub role: Role,
    pub status: MembershipStatus,
    pub since: DateTime<Utc>,
    pub given_by: Option<PersonId>,
    pub given_by_name: Option<String>,
    pub seconded_by_name: Option<String>,
    /// Of the platform, in whatever organisation.
    pub is_admin: bool,
}

impl HeldRow {
    pub fn held(&self) -> Held {
        Held { person: self.person, role: self.role, status: self.status }
    }
}

/// The roles in an organisation, in the order in which their people joined.
pub async fn held(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<Vec<HeldRow>> {
    let rows = sqlx::query!(
        r#"select m.person, pp.name as "name?", pp.phone, m.role, m.status, m.created_at, m.given_by,
                  giver.name as "given_by_name?", seconder.name as "seconded_by_name?",
                  exists (select from membership a where a.person = m.person and a.role = 'platform_admin')
                      as "is_admin!"
           from membership m
           left join person_private pp on pp.person = m.person
           left join person_private giver on giver.person = m.given_by
           left join person_private seconder on seconder.person = m.seconded_by
           where m.organisation = $1
           order by m.created_at, m.person, m.role"#,
        organisation.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(HeldRow {
                person: PersonId(row.person),
                name: row.name.unwrap_or_default(),
                phone: row.phone,
                role: word("organisation", &row.role)?,
                status: word("organisation", &row.status)?,
                since: row.created_at,
                given_by: row.given_by.map(PersonId),
                given_by_name: row.given_by_name,
                seconded_by_name: row.seconded_by_name,
                is_admin: row.is_admin,
            })
        })
        .collect()
}

pub async fn any_admin(connection: &mut PgConnection, people: &[PersonId]) -> sqlx::Result<bool> {
    let people: Vec<Uuid> = people.iter().map(|person| person.0).collect();
    sqlx::query_scalar!(
        r#"select exists (
               select from membership where person = any($1) and role = 'platform_admin'
           ) as "exists!""#,
        &people
    )
    .fetch_one(connection)
    .await
}

pub async fn give(
    connection: &mut PgConnection,
    (organisation, person, role, status): (OrganisationId, PersonId, Role, MembershipStatus),
    giver: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into membership (person, organisation, role, status, given_by, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        person.0,
        organisation.0,
        role.as_str(),
        status.as_str(),
        giver.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn take(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "delete from membership where organisation = $1 and person = $2 and role = $3",
        organisation.0,
        person.0,
        role.as_str()
    )
    .execute(connection)
    .await
}

pub async fn second(
    connection: &mut PgConnection,
    (organisation, person, role): (OrganisationId, PersonId, Role),
    by: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update membership
         set status = 'active', seconded_by = $4, seconded_at = $5
         where organisation = $1 and person = $2 and role = $3 and status = 'waiting'",
        organisation.0,
        person.0,
        role.as_str(),
        by.0,
        now
    )
    .execute(connection)
    .await
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

/// Locks the people of an organisation: whoever is about to be somebody's member waits, or is waited for.
pub async fn lock_members(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<()> {
    sqlx::query!(
        "select p.id
         from person p
         where exists (select from membership m where m.person = p.id and m.organisation = $1)
         order by p.id
         for update",
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(())
}

pub async fn lock_unconfirmed(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Vec<PersonId>> {
    let people = sqlx::query_scalar!(
        "select pp.person
         from person_private pp
         join person p on p.id = pp.person and p.disabled_at is null
         where pp.email is not null and pp.email_confirmed_at is null
           and exists (select from membership m where m.person = pp.person and m.organisation = $1)
           and not exists (select from membership m where m.person = pp.person and m.organisation <> $1)
         order by pp.person
         for update of pp",
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(people.into_iter().map(PersonId).collect())
}

pub async fn lapse(
    connection: &mut PgConnection,
    id: OrganisationId,
    from: OrganisationStatus,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update organisation set status = 'lapsed', uscc = null, name_core = null where id = $1 and status = $2",
        id.0,
        from.as_str()
    )
    .execute(connection)
    .await
}

pub async fn delete_members(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<()> {
    sqlx::query!("delete from membership where organisation = $1", organisation.0).execute(connection).await?;
    Ok(())
}

pub async fn delete_memberships(connection: &mut PgConnection, person: PersonId) -> sqlx::Result<()> {
    sqlx::query!("delete from membership where person = $1", person.0).execute(connection).await?;
    Ok(())
}

pub async fn waiting_to_be_seconded(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    person: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(created_at) as oldest
           from membership
           where organisation = $1 and status = 'waiting' and person <> $2 and given_by is distinct from $2"#,
        organisation.0,
        person.0
    )
    .fetch_one(connection)
    .await
}
