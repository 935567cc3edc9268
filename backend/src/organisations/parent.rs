//! The unit above one: of its people an organisation that is a person short asks one to help out.
//!
//! Whoever is asked takes a role here like anybody else, by his own hand, and acts for one organisation at a time.
//! Deliberately absent: a right in an organisation that follows from a right in the one above.

use super::{Organisation, Standing, sql, standing};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, Result};
use crate::http::caller::{Caller, PlatformAdmin, Sure};
use domain::api::members::{Parent, ParentPerson};
use domain::membership::above;
use domain::organisation::{OrganisationKind, OrganisationStatus};
use domain::{OrganisationId, PersonId};
use serde_json::json;
use sqlx::PgConnection;

/// People of one list.
const LIST_MAX: i64 = 200;

/// The verified unit above an organisation, if there is one.
pub(super) async fn of(tx: &mut PgConnection, organisation: &Organisation) -> Result<Option<Organisation>> {
    let id = match organisation.place.as_ref().and_then(|place| above(organisation.kind, place)) {
        Some((kind, place)) => sql::at(tx, kind, &place).await?,
        None => sql::named_parent(tx, organisation.id).await?,
    };
    let parent = match id {
        Some(id) => sql::get(tx, id).await?,
        None => None,
    };
    Ok(parent.filter(|parent| parent.status == OrganisationStatus::Verified))
}

/// Whether somebody has a role that works in the unit above.
pub(super) async fn has(tx: &mut PgConnection, organisation: &Organisation, person: PersonId) -> Result<bool> {
    let Some(parent) = of(tx, organisation).await? else { return Ok(false) };
    Ok(sql::people_in(tx, parent.id).await?.contains(&person))
}

/// The unit above, with those whom the owner may ask.
pub async fn get(app: &App, caller: &Caller, id: OrganisationId) -> Result<Parent> {
    let mut tx = app.snapshot().await?;
    let organisation = sql::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let standing = standing(caller, &organisation).map(|(standing, _)| standing);
    if !matches!(standing, Some(Standing::Owner | Standing::Admin)) {
        return Err(Error::NotFound);
    }
    let Some(parent) = of(&mut tx, &organisation).await? else { return Ok(Parent::default()) };
    let people = match standing {
        Some(Standing::Owner) => sql::people_beside(&mut tx, parent.id, id, LIST_MAX).await?,
        _ => Vec::new(),
    };
    let people = people.into_iter().map(|(person, name, roles)| ParentPerson { person, name, roles }).collect();
    Ok(Parent { organisation: Some(parent.id), name: Some(parent.name), people })
}

/// The administrator names the charity above a charity; the other units' follows from their place.
pub async fn set(
    app: &App,
    Sure(admin): &Sure<PlatformAdmin>,
    caller: &Caller,
    id: OrganisationId,
    parent: Option<OrganisationId>,
) -> Result<Parent> {
    let mut tx = app.begin().await?;
    // In one order: of two charities that become each other's at the same moment, the second sees the first.
    let mut both = [Some(id), parent];
    both.sort();
    for id in both.into_iter().flatten() {
        sql::lock(&mut tx, id).await?;
    }
    let organisation = sql::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if organisation.kind != OrganisationKind::Charity {
        return Err(Error::Conflict("只有慈善组织的上级需要指定，其他单位的上级按所在地确定".into()));
    }
    let wrong = || Error::invalid("parent", "请选择另一个已认证的慈善组织");
    if let Some(parent) = parent {
        let known = sql::get(&mut tx, parent).await?.ok_or_else(wrong)?;
        let fits = (known.kind, known.status) == (OrganisationKind::Charity, OrganisationStatus::Verified);
        if !fits || known.id == id || sql::named_parent(&mut tx, parent).await? == Some(id) {
            return Err(wrong());
        }
    }
    let before = sql::named_parent(&mut tx, id).await?;
    if before != parent {
        sql::set_parent(&mut tx, id, parent).await.on_constraint("organisation_parent_of_its_kind", wrong)?;
        let record = Record {
            verb: "organisation_parent_set",
            subject_kind: "organisation",
            subject: id.0,
            before: Some(json!({ "parent": before })),
            after: Some(json!({ "parent": parent })),
            reason: None,
        };
        audit::record(app, &mut tx, &admin.acting, &admin.origin, record).await?;
    }
    tx.commit().await?;
    get(app, caller, id).await
}
