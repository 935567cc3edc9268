//! An enterprise's profile: written by its own people, read by them and by the federation above it.
//!
//! Deliberately absent: showing it to anybody else, and any use but recommendations.

use super::sql;
use crate::app::App;
use crate::audit::{self, Record};
use crate::consents;
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{Enterprise, Federation};
use crate::offers::named;
use domain::api::matching::{OwnProfile, ProfileChange};
use domain::matching::profile::Profile;
use domain::organisation::OrganisationKind;
use domain::place::{PlaceCode, PlaceLevel};
use domain::{OrganisationId, Problems};
use serde_json::json;

/// The caller's own.
pub async fn own(app: &App, enterprise: &Enterprise) -> Result<OwnProfile> {
    read(app, enterprise.acting.organisation).await
}

async fn read(app: &App, id: OrganisationId) -> Result<OwnProfile> {
    let mut connection = app.pool.acquire().await?;
    let stored = sql::enterprise(&mut connection, id).await?.ok_or(Error::NotFound)?;
    Ok(shown(app, stored))
}

fn shown(app: &App, stored: sql::Enterprise) -> OwnProfile {
    let profile = stored.profile.unwrap_or_default();
    OwnProfile {
        version: stored.version,
        base: profile.base.as_ref().and_then(|base| named(&app.places, std::slice::from_ref(base)).pop()),
        places: named(&app.places, &profile.places),
        profile,
        industry: stored.industry,
        changed_at: stored.changed_at,
    }
}

/// Replaces the profile that was read. What is stored already changes nothing.
pub async fn set(app: &App, enterprise: &Enterprise, change: &ProfileChange) -> Result<OwnProfile> {
    let profile = checked(app, &change.profile)?;
    let acting = &enterprise.acting;
    let mut tx = app.begin().await?;
    let before = sql::enterprise(&mut tx, acting.organisation).await?.ok_or(Error::NotFound)?;
    if before.profile.as_ref() == Some(&profile) {
        tx.rollback().await?;
        return own(app, enterprise).await;
    }
    sql::set_profile(&mut tx, acting, change.version, &profile, app.clock.now()).await?.one_row_or_conflict()?;
    // The record is read by others than the profile: it tells that something changed, not what.
    let record = Record {
        verb: "profile_changed",
        subject_kind: "organisation",
        subject: acting.organisation.0,
        before: Some(json!({ "version": change.version })),
        after: Some(json!({ "version": change.version + 1 })),
        reason: None,
    };
    audit::record(app, &mut tx, acting, &enterprise.origin, record).await?;
    tx.commit().await?;
    own(app, enterprise).await
}

fn checked(app: &App, profile: &Profile) -> Result<Profile> {
    profile.check()?;
    let mut problems = Problems::new();
    let known = |place: &PlaceCode| app.places.get(place).is_some();
    problems.require(profile.base.as_ref().is_none_or(known), "base", "请从列表里选择地方");
    problems.require(profile.places.iter().all(known), "places", "请从列表里选择地方");
    problems.none_or_err()?;
    consents::no_numbers(("business", &profile.business))?;
    Ok(profile.tidied())
}

/// An enterprise's, for the federation of the county where it registered, and for the city's.
pub async fn of(app: &App, federation: &Federation, id: OrganisationId) -> Result<OwnProfile> {
    let mut connection = app.pool.acquire().await?;
    let stored = sql::enterprise(&mut connection, id).await?.ok_or(Error::NotFound)?;
    let place = federation.acting.place.as_ref().ok_or(Error::NotFound)?;
    // What the installation itself entered stands in no county: the city's federation looks after it.
    let covered = stored.place.as_ref().map_or(place.level() == PlaceLevel::City, |own| place.contains(own));
    if stored.kind == OrganisationKind::Enterprise && covered { Ok(shown(app, stored)) } else { Err(Error::NotFound) }
}
