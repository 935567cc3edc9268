//! Organisations, and who does what in them: members and their roles, invitations, opening an organisation.
//!
//! Deliberately absent: signing in (people), what a role may do (the rooms that it works in), and an administrator's way
//! to a role that handles money.

mod founding;
mod http;
pub mod invitations;
pub mod members;
mod names;
mod parent;
mod sql;

pub use founding::{found, list};
pub use http::routes;
pub use names::{core, simplified};

use crate::app::App;
use crate::error::{Error, OneRow, Result};
use crate::http::caller::Caller;
use chrono::{DateTime, Utc};
use domain::api::needs::Where;
use domain::organisation::{Acting, OrganisationKind, OrganisationStatus, Role};
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::uscc::Uscc;
use domain::{OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::HashMap;

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

/// Members of an enterprise whose address is not confirmed and who are in no other organisation, locked: they neither
/// confirm it nor join another one meanwhile.
pub async fn lock_unconfirmed(tx: &mut PgConnection, id: OrganisationId) -> Result<Vec<PersonId>> {
    sql::lock_members(tx, id).await?;
    Ok(sql::lock_unconfirmed(tx, id).await?)
}

/// Ends an enterprise that was never verified, for good: its code may be registered again, nobody is in it any more, and
/// nobody is asked into it.
pub async fn lapse(
    tx: &mut PgConnection,
    id: OrganisationId,
    from: OrganisationStatus,
    now: DateTime<Utc>,
) -> Result<()> {
    sql::lapse(tx, id, from).await?.one_row_or_conflict()?;
    sql::delete_members(tx, id).await?;
    invitations::end_all(tx, id, now).await
}

/// Locks an organisation that somebody wants to join; one that has lapsed is joined by nobody.
pub async fn lock_to_join(tx: &mut PgConnection, id: OrganisationId) -> Result<Organisation> {
    let organisation = sql::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if organisation.status == OrganisationStatus::Lapsed {
        return Err(Error::Conflict("这家企业的登记已经失效，请重新登记".into()));
    }
    Ok(organisation)
}

/// The memberships of somebody whose enterprise lapses.
pub async fn forget_memberships(tx: &mut PgConnection, person: PersonId) -> Result<()> {
    Ok(sql::delete_memberships(tx, person).await?)
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

/// The organisation of this kind at a place, if there is one: of a village, a town or a federation.
pub async fn at(app: &App, kind: OrganisationKind, place: &PlaceCode) -> Result<Option<OrganisationId>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::at(&mut connection, kind, place).await?)
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

/// Names of several.
pub async fn names_of(tx: &mut PgConnection, ids: &[OrganisationId]) -> Result<HashMap<OrganisationId, String>> {
    Ok(sql::names_of(tx, ids).await?.into_iter().collect())
}

/// An organisation as use cases look at it.
#[derive(Clone)]
pub struct Organisation {
    pub id: OrganisationId,
    pub kind: OrganisationKind,
    pub name: String,
    pub place: Option<PlaceCode>,
    pub status: OrganisationStatus,
}

/// What an organisation is.
pub async fn get(tx: &mut PgConnection, id: OrganisationId) -> Result<Option<Organisation>> {
    Ok(sql::get(tx, id).await?)
}

/// The people with a role that works in an organisation.
pub async fn people_in(tx: &mut PgConnection, organisation: OrganisationId) -> Result<Vec<PersonId>> {
    Ok(sql::people_in(tx, organisation).await?)
}

/// The organisations in which somebody has a role, working or waiting.
pub async fn of_person(tx: &mut PgConnection, person: PersonId) -> Result<Vec<Organisation>> {
    Ok(sql::of_person(tx, person).await?)
}

/// The name and place of an organisation, county and town with it.
fn place_of(app: &App, organisation: &Organisation) -> Option<Where> {
    organisation.place.as_ref().map(|place| app.places.place(place))
}

/// How somebody stands to an organisation that he may look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Owner,
    Colleague,
    /// Of the town in which the village lies.
    Town,
    Admin,
}

/// As what the caller looks at an organisation, in the organisation that he acts for; none: he may not know of it.
fn standing(caller: &Caller, organisation: &Organisation) -> Option<(Standing, Acting)> {
    const TOWN: &[Role] = &[Role::OfficeOwner, Role::TownReviewer];
    let own = caller.me.as_ref()?.acting == Some(organisation.id);
    // A donor is alone in his organisation.
    let owner = caller.acting_as(&[organisation.kind.owner()]).filter(|acting| own && acting.role != Role::Donor);
    let colleague = caller.acting_as(Role::ALL).filter(|_| own);
    let town = caller.acting_as(TOWN).filter(|acting| {
        let over = acting.place.as_ref().zip(organisation.place.as_ref());
        let villages = (acting.kind, organisation.kind) == (OrganisationKind::Town, OrganisationKind::Village);
        villages && over.is_some_and(|(town, village)| town.contains(village))
    });
    let admin = caller.acting_as(&[Role::PlatformAdmin]);
    let found =
        [(Standing::Owner, owner), (Standing::Colleague, colleague), (Standing::Town, town), (Standing::Admin, admin)];
    found.into_iter().find_map(|(standing, acting)| Some((standing, acting?)))
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

/// Roles that handle money, given by a colleague, to which this person may agree.
pub async fn waiting_to_be_seconded(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_seconded(tx, acting.organisation, acting.person).await?)
}
