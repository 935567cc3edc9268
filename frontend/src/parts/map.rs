//! The county map: outlines drawn by the server, shaded by a number, with the table behind it.
//!
//! The boundaries come without a review number (审图号), so the map says 示意图, and where the site has no number the
//! same numbers stand in tiles. Deliberately absent: tiles of strangers, script, zoom.

use crate::visit::Visit;
use crate::words::href;
use domain::place::short_county_name;
use leptos::prelude::*;
use serde_json::Value;
use std::fmt::Write;
use std::sync::LazyLock;

const BOUNDARIES: &str = include_str!("../../../backend/data/places/meizhou_counties.geojson");
const WIDTH: f64 = 512.0;
/// cos(24.2°): a degree of longitude against one of latitude, in the middle of Meizhou.
const NARROWING: f64 = 0.912;

pub(super) struct County {
    pub code: String,
    pub name: String,
    pub path: String,
    pub label: (f64, f64),
}

pub(super) struct Drawing {
    pub counties: Vec<County>,
    height: f64,
    /// The north-western corner and how many units a degree of latitude is.
    west: f64,
    north: f64,
    scale: f64,
}

impl Drawing {
    /// Where a point on earth is drawn.
    pub fn place(&self, (lon, lat): (f64, f64)) -> (f64, f64) {
        ((lon - self.west) * NARROWING * self.scale, (self.north - lat) * self.scale)
    }

    /// The frame around all counties.
    pub fn view_box(&self) -> String {
        format!("-2 -2 {:.0} {:.0}", WIDTH + 4.0, self.height + 4.0)
    }
}

/// One county's number.
pub struct CountyCount {
    pub code: String,
    pub name: String,
    pub count: u32,
}

static DRAWING: LazyLock<Drawing> =
    LazyLock::new(|| draw(BOUNDARIES).unwrap_or_else(|| unreachable!("a test reads it")));

/// The counties as every map draws them.
pub(super) fn drawing() -> &'static Drawing {
    &DRAWING
}

fn number_pair(value: &Value) -> Option<(f64, f64)> {
    Some((value.get(0)?.as_f64()?, value.get(1)?.as_f64()?))
}

fn draw(geojson: &str) -> Option<Drawing> {
    let geojson: Value = serde_json::from_str(geojson).ok()?;
    let features = geojson.get("features")?.as_array()?;
    let rings = |feature: &Value| -> Vec<Vec<(f64, f64)>> {
        let polygons = feature["geometry"]["coordinates"].as_array().cloned().unwrap_or_default();
        let rings = polygons.iter().filter_map(Value::as_array).flatten();
        rings.map(|ring| ring.as_array().into_iter().flatten().filter_map(number_pair).collect()).collect()
    };
    let all: Vec<(f64, f64)> = features.iter().flat_map(&rings).flatten().collect();
    let west = all.iter().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let east = all.iter().map(|point| point.0).fold(f64::NEG_INFINITY, f64::max);
    let south = all.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let north = all.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    let scale = WIDTH / ((east - west) * NARROWING);
    let empty = Drawing { counties: Vec::new(), height: (north - south) * scale, west, north, scale };
    let place = |point: (f64, f64)| empty.place(point);
    let county = |feature: &Value| {
        let mut path = String::new();
        for ring in rings(feature) {
            for (n, point) in ring.into_iter().enumerate() {
                let (x, y) = place(point);
                let _ = write!(path, "{}{x:.1},{y:.1}", if n == 0 { "M" } else { "L" });
            }
            path.push('Z');
        }
        let properties = feature.get("properties")?;
        Some(County {
            code: properties.get("code")?.as_str()?.to_owned(),
            name: properties.get("name")?.as_str()?.to_owned(),
            path,
            label: label(properties.get("code")?.as_str()?, place(number_pair(properties.get("centroid")?)?)),
        })
    };
    let counties = features.iter().map(county).collect::<Option<Vec<_>>>()?;
    Some(Drawing { counties, ..empty })
}

/// 梅县区 lies around 梅江区, so its centre is where the other's name stands: the name goes to its north-east.
fn label(code: &str, (x, y): (f64, f64)) -> (f64, f64) {
    match code {
        "441403" => (x + 42.0, y - 42.0),
        "441402" => (x - 6.0, y - 12.0),
        _ => (x, y),
    }
}

/// The map (or tiles) with its caption and, folded, its table.
pub fn county_map(visit: &Visit, counts: &[CountyCount], caption: &'static str) -> AnyView {
    let most = counts.iter().map(|county| county.count).max().unwrap_or(0).max(1);
    let drawing = if visit.site.shows_map() { map(counts, most, caption) } else { tiles(counts) };
    let note = note(visit);
    let rows = counts.iter().map(|county| {
        let (needs, page) = (format!("/needs?county={}", county.code), format!("/counties/{}", county.code));
        view! {
            <tr>
                <th scope="row"><a href=href(&page)>{county.name.clone()}</a></th>
                <td><a href=href(&needs)>{county.count}</a></td>
            </tr>
        }
    });
    view! {
        <figure class="map">
            {drawing}
            <figcaption>{caption}" · "{note}</figcaption>
            <details>
                <summary>{t!("用表格看")}</summary>
                <table>
                    <thead><tr><th scope="col">{t!("县（市、区）")}</th><th scope="col">{t!("需求数")}</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}

/// Whose review the boundaries have passed, or that they are a sketch.
pub(super) fn note(visit: &Visit) -> String {
    match visit.site.map_approval_no.clone() {
        Some(number) => t!("审图号：{number}", number = number),
        None => t!("示意图").to_owned(),
    }
}

fn map(counts: &[CountyCount], most: u32, caption: &'static str) -> AnyView {
    let drawing = &*DRAWING;
    let count_of = |code: &str| counts.iter().find(|county| county.code == code).map_or(0, |county| county.count);
    let shapes = drawing.counties.iter().map(|county| {
        let count = count_of(&county.code);
        let shade = 8 + count * 60 / most;
        let label = t!("{county}：{n} 个需求", county = county.name, n = count);
        let link = href(&format!("/needs?county={}", county.code));
        view! {
            <a href=link aria-label=label.clone()>
                <path d=county.path.clone() style=format!("--shade:{shade}%")><title>{label.clone()}</title></path>
            </a>
        }
    });
    let labels = drawing.counties.iter().map(|county| {
        let (x, y) = county.label;
        view! {
            <text x=format!("{x:.0}") y=format!("{y:.0}")>
                {short_county_name(&county.name).to_owned()}
                <tspan class="count" x=format!("{x:.0}") dy="17">{count_of(&county.code)}</tspan>
            </text>
        }
    });
    view! {
        <svg viewBox=drawing.view_box() role="group" aria-label=caption>
            {shapes.collect_view()}
            <g class="labels" aria-hidden="true">{labels.collect_view()}</g>
        </svg>
    }
    .into_any()
}

fn tiles(counts: &[CountyCount]) -> AnyView {
    let tiles = counts.iter().map(|county| {
        let link = href(&format!("/needs?county={}", county.code));
        view! { <li><a href=link><b>{county.name.clone()}</b>{county.count}</a></li> }
    });
    view! { <ul class="tiles">{tiles.collect_view()}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_counties_are_drawn_inside_the_frame() {
        let drawing = draw(BOUNDARIES).unwrap();
        assert_eq!(drawing.counties.len(), 8);
        for county in &drawing.counties {
            assert!(county.path.starts_with('M') && county.path.ends_with('Z'), "{}", county.name);
            assert!((0.0..WIDTH).contains(&county.label.0) && (0.0..drawing.height).contains(&county.label.1));
        }
    }
}
