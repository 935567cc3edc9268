//! Organisations, and who does what in them.
//!
//! Deliberately absent: signing in (people), and what a role may do (the rooms that it works in).

mod sql;

use crate::app::App;
use crate::error::{Error, Result};
use domain::organisation::{OrganisationKind, OrganisationStatus, Role};
use domain::place::PlaceCode;
use domain::{OrganisationId, PersonId};
use sqlx::PgConnection;

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
    Ok(id)
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
