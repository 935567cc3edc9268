//! Organisations, and who does what in them.
//!
//! Deliberately absent: signing in (people), and what a role may do (the rooms that it works in).

mod names;
mod sql;

pub use names::core;

use crate::app::App;
use crate::error::{Error, OneRow, Result};
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::place::PlaceCode;
use domain::uscc::Uscc;
use domain::{OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

/// An organisation to be created by the installation itself.
pub struct NewOrganisation<'a> {
    pub kind: OrganisationKind,
    pub name: &'a str,
    pub place: Option<&'a PlaceCode>,
}

/// Creates a verified organisation.
pub async fn create(app: &App, organisation: &NewOrganisation<'_>) -> Result<OrganisationId> {
    let id: OrganisationId = app.clock.id();
    let mut connection = app.pool.acquire().await?;
    sql::insert_organisation(&mut connection, id, organisation, OrganisationStatus::Verified, app.clock.now()).await?;
    if organisation.kind == OrganisationKind::Enterprise {
        sql::set_core(&mut connection, id, &core(app, organisation.name)).await?;
    }
    Ok(id)
}

/// What of an enterprise that registers is the organisation's.
pub struct Registering<'a> {
    pub id: OrganisationId,
    pub name: &'a str,
    pub core: &'a str,
    pub uscc: &'a Uscc,
    pub county: &'a PlaceCode,
}

/// Adds an enterprise that nobody has verified yet. The constraints `organisation_pkey` and `organisation_uscc_unique`
/// tell what is there already.
pub async fn insert_registering(app: &App, tx: &mut PgConnection, new: &Registering<'_>) -> sqlx::Result<()> {
    sql::insert_registering(tx, new, app.clock.now()).await
}

/// Changes an enterprise that is not verified.
pub async fn change_registering(tx: &mut PgConnection, changed: &Registering<'_>) -> sqlx::Result<PgQueryResult> {
    sql::update_registering(tx, changed).await
}

/// Leads an organisation from one state to another; a conflict where it is in neither.
pub async fn set_status(
    tx: &mut PgConnection,
    id: OrganisationId,
    from: OrganisationStatus,
    to: OrganisationStatus,
) -> Result<()> {
    sql::set_status(tx, id, from, to).await?.one_row_or_conflict()
}

/// Adds the organisation of somebody who gives for himself. His name is not in its own.
pub async fn insert_donor(app: &App, tx: &mut PgConnection) -> Result<OrganisationId> {
    let id: OrganisationId = app.clock.id();
    let kind = OrganisationKind::Donor;
    let donor = NewOrganisation { kind, name: kind.label(), place: None };
    sql::insert_organisation(tx, id, &donor, OrganisationStatus::Verified, app.clock.now()).await?;
    Ok(id)
}

/// Gives a person a role that he takes up himself, as part of the caller's transaction. Twice is as good as once.
pub async fn join(
    app: &App,
    tx: &mut PgConnection,
    person: PersonId,
    organisation: OrganisationId,
    role: Role,
) -> Result<()> {
    Ok(sql::insert_membership_once(tx, person, organisation, role, app.clock.now()).await?)
}

/// The organisation of a village, if it has one.
pub async fn village_of(app: &App, village: &PlaceCode) -> Result<Option<OrganisationId>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::village_of(&mut connection, village).await?)
}

/// Gives a person a role in an organisation: by the installation itself, hence without a giver.
pub async fn add_member(app: &App, person: PersonId, organisation: OrganisationId, role: Role) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    sql::insert_membership(&mut connection, person, organisation, role, app.clock.now()).await?;
    Ok(())
}

/// The people who act for an organisation in one of the roles.
pub async fn members(tx: &mut PgConnection, organisation: OrganisationId, roles: &[Role]) -> Result<Vec<PersonId>> {
    Ok(sql::members(tx, organisation, roles).await?)
}

/// The name of an organisation.
pub async fn name_of(tx: &mut PgConnection, organisation: OrganisationId) -> Result<String> {
    Ok(sql::name_of(tx, organisation).await?)
}

/// Ends all memberships of a person whose account closes. Whoever is the only owner of an organisation hands it over
/// first; a donor's own organisation ends with its person.
pub async fn leave_all(tx: &mut PgConnection, person: PersonId) -> Result<()> {
    sql::lock_owned(tx, person).await?;
    let alone = sql::owned_alone(tx, person).await?;
    if let Some(name) = alone.first() {
        return Err(Error::Conflict(format!("您是“{name}”唯一的负责人。请先请另一位负责人接手，再注销账号")));
    }
    sql::end_donor(tx, person).await?;
    Ok(sql::delete_memberships(tx, person).await?)
}
