//! Places as links: each name leads to the page of what it names, and no village stands without its county and town.

use crate::words::href;
use domain::api::needs::Where;
use domain::place::{PlaceCode, PlaceLevel};
use leptos::prelude::*;

/// The page of a place; the city has none but the home page.
pub fn path(code: &PlaceCode) -> String {
    match code.level() {
        PlaceLevel::City => "/".to_owned(),
        PlaceLevel::County => format!("/counties/{code}"),
        PlaceLevel::Town => format!("/towns/{code}"),
        PlaceLevel::Village => format!("/villages/{code}"),
    }
}

/// Links to the places that this one lies in, from above; with the place itself where another thing's page stands below.
pub fn links(place: &Where, with_itself: bool) -> AnyView {
    let mut above: Vec<PlaceCode> = std::iter::successors(Some(place.code.clone()), PlaceCode::parent)
        .skip(usize::from(!with_itself))
        .filter(|code| code.level() != PlaceLevel::City)
        .collect();
    above.reverse();
    let link = |code: PlaceCode| {
        let name = match code.level() {
            PlaceLevel::Village => place.village.clone(),
            PlaceLevel::Town => place.town.clone(),
            PlaceLevel::County | PlaceLevel::City => place.county.clone(),
        };
        view! { <a href=href(&path(&code))>{name}</a> }
    };
    above.into_iter().map(link).collect_view().into_any()
}
