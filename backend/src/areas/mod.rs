//! An area at a glance: a town's villages, a county's towns, the city's counties, with who is there and what waits.
//!
//! One statement, however many villages there are. Deliberately absent: any change, and places outside the caller's
//! own area.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::AreaKeeper;
use domain::api::areas::{Area, AreaQuery};
use domain::organisation::{Acting, OrganisationKind};
use domain::place::{PlaceCode, PlaceLevel};

/// The place that the caller looks over.
fn own(acting: &Acting) -> Result<&PlaceCode> {
    let keeps =
        matches!(acting.kind, OrganisationKind::Town | OrganisationKind::Federation | OrganisationKind::RuralOffice);
    let place = acting.place.as_ref().filter(|_| keeps);
    place.ok_or(Error::Forbidden("只有镇（街道）、工商联和农业农村部门的账号可以看辖区"))
}

/// The places directly below one of the caller's area.
pub async fn area(app: &App, keeper: &AreaKeeper, query: &AreaQuery) -> Result<Area> {
    let own = own(&keeper.acting)?;
    let asked = query.place.as_deref().map(str::trim).filter(|place| !place.is_empty());
    let place: PlaceCode = match asked {
        Some(code) => code.parse().map_err(|_| Error::NotFound)?,
        None => own.clone(),
    };
    let known = app.places.get(&place).is_some() && place.level() != PlaceLevel::Village;
    if !known || !own.contains(&place) {
        return Err(Error::NotFound);
    }
    let as_of = app.clock.now();
    let mut connection = app.pool.acquire().await?;
    let rows = sql::below(&mut connection, &place, as_of).await?;
    Ok(Area { level: place.level(), place: app.places.place(&place), rows, as_of })
}
