//! The rows of a coverage page as a table for a spreadsheet, with their sum.
//!
//! Deliberately absent: numbers that are not on the page.

use crate::app::App;
use crate::error::Result;
use crate::tables::written::csv_of;
use domain::api::coverage::{CoveragePart, CoverageQuery, PlaceCoverage, VillageCoverage};
use domain::coverage::CoverageCounts;
use domain::place::PlaceLevel;

type Count = fn(&CoverageCounts) -> i64;

/// What of each row is counted.
const COUNTS: [(&str, Count); 14] = [
    ("镇（街道）数", |counts| counts.towns),
    ("其中没有村（社区）的", |counts| counts.towns_without_village),
    ("村村有结对的镇（街道）", |counts| counts.towns_all),
    ("部分村有结对的镇（街道）", |counts| counts.towns_part),
    ("连片包镇的镇（街道）", |counts| counts.town_coverages),
    ("村（社区）数", |counts| counts.villages),
    ("没有结对企业的村", |counts| counts.none),
    ("有一家的村", |counts| counts.one),
    ("有多家的村", |counts| counts.many),
    ("九十天内有到期的村", |counts| counts.leaving),
    ("已签约待生效的村", |counts| counts.coming),
    ("包镇协议没有列入的村", |counts| counts.gaps),
    ("包镇之外还有别家结对的村", |counts| counts.overlaps),
    ("以往有过结对的村", |counts| counts.earlier),
];

/// The table of a place.
pub async fn table(app: &App, code: &str, query: &CoverageQuery) -> Result<Vec<u8>> {
    let coverage = super::of_place(app, code, query).await?;
    let rows = if coverage.level == PlaceLevel::Town { villages(&coverage) } else { parts(&coverage) };
    csv_of(&rows)
}

fn parts(coverage: &PlaceCoverage) -> Vec<Vec<String>> {
    let mut heading = vec!["区划代码".to_owned(), "名称".to_owned()];
    heading.extend(COUNTS.iter().map(|(label, _)| (*label).to_owned()));
    heading.push("结对的村占比".to_owned());
    let row = |code: &str, name: &str, counts: &CoverageCounts| {
        let mut row = vec![code.to_owned(), name.to_owned()];
        row.extend(COUNTS.iter().map(|(_, of)| of(counts).to_string()));
        row.push(counts.share().map(|share| share.percent()).unwrap_or_default());
        row
    };
    let mut rows = vec![heading];
    rows.extend(coverage.parts.iter().map(|CoveragePart { code, name, counts, .. }| row(code.as_str(), name, counts)));
    rows.push(row("", "合计", &coverage.listed));
    rows
}

fn villages(coverage: &PlaceCoverage) -> Vec<Vec<String>> {
    let headings = [
        "区划代码",
        "村（社区）",
        "结对企业数",
        "企业、形式和期限（按企业选择的方式公开）",
        "九十天内有到期",
        "包镇协议没有列入",
        "包镇之外还有别家结对",
        "以往的结对（条）",
    ];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    rows.extend(coverage.villages.iter().map(village));
    rows
}

fn village(village: &VillageCoverage) -> Vec<String> {
    let yes = |holds: bool| if holds { "是".to_owned() } else { String::new() };
    let pairings = village.pairings.iter().map(|pairing| {
        let coming = if pairing.coming { "（待生效）" } else { "" };
        let (form, first, last) = (pairing.form.label(), pairing.first_day, pairing.last_day);
        format!("{} {form} {first} 至 {last}{coming}", pairing.enterprise)
    });
    vec![
        village.code.to_string(),
        village.name.clone(),
        village.enterprises.to_string(),
        pairings.collect::<Vec<_>>().join("；"),
        yes(village.leaving),
        yes(village.gap),
        yes(village.overlap),
        village.earlier.to_string(),
    ]
}
