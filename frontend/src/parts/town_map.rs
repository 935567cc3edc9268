//! The map of coverage: counties shaded by the share of their villages that are paired, a dot for each town that has a
//! point, and all towns as tiles behind it.
//!
//! Nobody has published the boundaries of towns, so a town is a point, and which of its villages are paired the dot does
//! not tell. A form of the dot says what its colour says. Deliberately absent: script, and dots to press on; the tiles are
//! the links.

use super::map::{drawing, note};
use super::place::path;
use crate::visit::Visit;
use crate::words::{href, text};
use domain::api::coverage::CoveragePart;
use domain::coverage::{CoverageState, PermilleShare};
use domain::place::{PlaceCode, short_county_name};
use leptos::prelude::*;
use std::collections::HashMap;
use std::sync::LazyLock;

const POINTS: &str = include_str!("../../../backend/data/places/meizhou_town_points_geonames.csv");
/// How large a dot is, in units of the map, and the core of one that says "some".
const DOT: &str = "4.2";
const CORE: &str = "1.8";

/// Where the dot of a town stands, by its code.
static DOTS: LazyLock<HashMap<&'static str, (f64, f64)>> = LazyLock::new(|| dots().collect());

fn dots() -> impl Iterator<Item = (&'static str, (f64, f64))> {
    POINTS.lines().skip(1).filter_map(|line| {
        let mut columns = line.split(',');
        let (code, _, lon, lat) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
        Some((code, drawing().place((lon.parse().ok()?, lat.parse().ok()?))))
    })
}

/// The page of a place's coverage.
pub fn coverage_path(code: &PlaceCode) -> String {
    format!("/coverage/{code}")
}

/// What stands for a state where there is no colour.
pub const fn mark(state: CoverageState) -> &'static str {
    match state {
        CoverageState::Empty => "–",
        CoverageState::None => "○",
        CoverageState::Part => "◉",
        CoverageState::All => "●",
    }
}

/// What a map of towns tells.
pub struct Telling {
    pub caption: &'static str,
    /// A county with its share, in words.
    pub county: fn(&str, PermilleShare) -> String,
    /// A state, in words.
    pub state: fn(CoverageState) -> String,
    /// The counties lead to their coverage.
    pub links: bool,
}

/// Which villages are paired.
fn paired() -> Telling {
    Telling {
        caption: t!("各县（市、区）有结对企业的村占多少，各镇（街道）结对到什么程度"),
        county: |county, of| {
            t!(
                "{county}：{all} 个村中 {n} 个有结对企业（{share}）",
                county = county,
                all = of.whole,
                n = of.part,
                share = of.percent()
            )
        },
        state: |state| text(state.label()),
        links: true,
    }
}

/// The map with its caption; nothing where a map with boundaries may not be shown.
pub fn town_map(visit: &Visit, counties: &[CoveragePart], towns: &[CoveragePart]) -> Option<AnyView> {
    map_of(visit, counties, towns, &paired())
}

/// The same of other counts.
pub fn map_of(visit: &Visit, counties: &[CoveragePart], towns: &[CoveragePart], telling: &Telling) -> Option<AnyView> {
    if !visit.site.shows_map() {
        return None;
    }
    let caption = telling.caption;
    let with_dot = towns.iter().filter(|town| DOTS.contains_key(town.code.as_str())).count();
    let legend = [CoverageState::None, CoverageState::Part, CoverageState::All].map(|state| {
        view! { <span><b aria-hidden="true">{mark(state)}</b>" "{(telling.state)(state)}</span> }
    });
    Some(
        view! {
            <figure class="map coverage">
                <svg viewBox=drawing().view_box() role="group" aria-label=caption>
                    {shapes(counties, telling)}
                    <g class="dots" aria-hidden="true">{towns.iter().filter_map(dot).collect_view()}</g>
                    <g class="labels" aria-hidden="true">{labels(counties)}</g>
                </svg>
                <figcaption>
                    {caption}" · "{note(visit)}
                    <span class="legend">{legend.into_iter().collect_view()}</span>
                    <span>
                        {t!("点是镇（街道）的位置，{all} 个中 {n} 个有点：", all = towns.len(), n = with_dot)}
                        <a href="https://www.geonames.org/" rel="noreferrer">"GeoNames"</a>"（"
                        <a href="https://creativecommons.org/licenses/by/4.0/" rel="license noreferrer">"CC BY 4.0"</a>"）"
                    </span>
                </figcaption>
            </figure>
        }
        .into_any(),
    )
}

fn shapes(counties: &[CoveragePart], telling: &Telling) -> AnyView {
    let shapes = drawing().counties.iter().filter_map(|county| {
        let part = counties.iter().find(|part| part.code.as_str() == county.code)?;
        let covered = part.counts.share();
        let shade = 8 + covered.map_or(0, |of| of.permille * 60 / 1_000);
        let label = match covered {
            Some(of) => (telling.county)(&county.name, of),
            None => county.name.clone(),
        };
        let path = county.path.clone();
        let style = format!("--shade:{shade}%");
        if telling.links {
            let link = href(&coverage_path(&part.code));
            return Some(
                view! { <a href=link aria-label=label.clone()><path d=path style=style><title>{label.clone()}</title></path></a> }
                    .into_any(),
            );
        }
        Some(view! { <path d=path style=style><title>{label}</title></path> }.into_any())
    });
    shapes.collect_view().into_any()
}

fn labels(counties: &[CoveragePart]) -> AnyView {
    let labels = drawing().counties.iter().filter_map(|county| {
        let part = counties.iter().find(|part| part.code.as_str() == county.code)?;
        let (x, y) = county.label;
        let count = format!("{}/{}", part.counts.covered(), part.counts.villages);
        Some(view! {
            <text x=format!("{x:.0}") y=format!("{y:.0}")>
                {short_county_name(&county.name).to_owned()}
                <tspan class="count" x=format!("{x:.0}") dy="17">{count}</tspan>
            </text>
        })
    });
    labels.collect_view().into_any()
}

fn dot(town: &CoveragePart) -> Option<AnyView> {
    let (x, y) = DOTS.get(town.code.as_str())?;
    let (x, y, state) = (format!("{x:.1}"), format!("{y:.1}"), town.counts.state());
    let core =
        (state == CoverageState::Part).then(|| view! { <circle class="core" cx=x.clone() cy=y.clone() r=CORE /> });
    Some(
        view! {
            <g class=state.as_str()>
                <circle cx=x.clone() cy=y.clone() r=DOT />
                {core}
            </g>
        }
        .into_any(),
    )
}

/// All towns as tiles, county by county: for whoever cannot see the map, and the way to each town.
pub fn town_tiles(counties: &[CoveragePart], towns: &[CoveragePart]) -> AnyView {
    let groups = counties.iter().map(|county| {
        let own = towns.iter().filter(|town| county.code.contains(&town.code)).map(tile).collect_view();
        view! { <h3><a href=href(&path(&county.code))>{county.name.clone()}</a></h3><ul class="town-tiles">{own}</ul> }
    });
    groups.collect_view().into_any()
}

fn tile(town: &CoveragePart) -> AnyView {
    let (state, counts) = (town.counts.state(), town.counts);
    let count = match state {
        CoverageState::Empty => text(state.label()),
        _ => format!("{}/{}", counts.covered(), counts.villages),
    };
    let told = (state != CoverageState::Empty).then(|| view! { <span class="unseen">" "{text(state.label())}</span> });
    view! {
        <li class=state.as_str()>
            <a href=href(&coverage_path(&town.code))>
                <b>{town.name.clone()}</b>
                <span><span aria-hidden="true">{mark(state)}" "</span>{count}{told}</span>
            </a>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hundred_and_three_towns_have_a_dot_inside_the_map() {
        assert_eq!(DOTS.len(), 103);
        assert!(DOTS.values().all(|(x, y)| (0.0..512.0).contains(x) && (0.0..600.0).contains(y)));
    }
}
