//! The several questions that one search takes: the needs, and the numbers beside each facet that is restricted.
//!
//! A facet is counted without its own choices, so each restricted one is a question of its own; all others are counted
//! with the needs. Deadlines are counted from today, so each of their bands is a question, too.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use domain::finding::{DeadlineBand, Facet};
use meilisearch_sdk::search::SearchResults;
use uuid::Uuid;

use super::Hit;
use super::wire::attribute;
use crate::search::engine::{EngineError, Facets, NeedQuery, Sort, most_first, open_statuses, window};

/// One question.
pub struct Ask {
    pub filter: String,
    pub facets: Vec<&'static str>,
    pub offset: usize,
    pub limit: usize,
    /// What the answer counts: a band of deadlines.
    band: Option<DeadlineBand>,
}

/// First the needs with all filters, then what has to be counted without some.
pub fn asks(query: &NeedQuery) -> Vec<Ask> {
    let (offset, limit) = window(query);
    let columns = || Facet::ALL.iter().copied().filter(|facet| *facet != Facet::Deadline);
    let restricted = |facet: &Facet| !query.of(*facet).is_empty();
    let counted: Vec<&'static str> = columns().filter(|facet| !restricted(facet)).map(attribute).collect();
    let needs = Ask { filter: filter(query, None, None), facets: counted, offset, limit, band: None };
    let alone = |facet: Facet| Ask {
        filter: filter(query, Some(facet), None),
        facets: vec![attribute(facet)],
        offset: 0,
        limit: 0,
        band: None,
    };
    let band = |band: &DeadlineBand| Ask {
        filter: filter(query, Some(Facet::Deadline), Some(*band)),
        facets: Vec::new(),
        offset: 0,
        limit: 0,
        band: Some(*band),
    };
    std::iter::once(needs)
        .chain(columns().filter(restricted).map(alone))
        .chain(DeadlineBand::ALL.iter().map(band))
        .collect()
}

/// The filter expression of `query` without the choices of `except`, within a band; empty where nothing is filtered.
fn filter(query: &NeedQuery, except: Option<Facet>, band: Option<DeadlineBand>) -> String {
    // JSON's quoting is the one that the server reads.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut conditions = Vec::new();
    for (facet, values) in &query.chosen {
        if values.is_empty() || except == Some(*facet) {
            continue;
        }
        if *facet == Facet::Deadline {
            let bands = DeadlineBand::ALL.iter().filter(|band| values.iter().any(|value| value == band.as_str()));
            let bands: Vec<String> = bands.map(|band| format!("({})", days(*band, query.today))).collect();
            // A choice that is no band meets nothing, as in the other columns.
            let none = || "wanted_by < 0".to_owned();
            conditions.push(if bands.is_empty() { none() } else { format!("({})", bands.join(" OR ")) });
        } else {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            conditions.push(format!("{} IN [{}]", attribute(*facet), values.join(", ")));
        }
    }
    conditions.extend(query.village.as_deref().map(|code| format!("village = {}", quoted(code))));
    conditions.extend(query.amount_min_fen.map(|fen| format!("amount_fen >= {fen}")));
    conditions.extend(query.amount_max_fen.map(|fen| format!("amount_fen <= {fen}")));
    if query.open_only {
        conditions.push(format!("status IN [{}]", open_statuses().map(quoted).collect::<Vec<_>>().join(", ")));
    }
    conditions.extend(band.map(|band| days(band, query.today)));
    conditions.join(" AND ")
}

/// The days of a band.
fn days(band: DeadlineBand, today: NaiveDate) -> String {
    let number = |day: NaiveDate| day.num_days_from_ce();
    let before = DeadlineBand::ALL.iter().rev().find(|other| **other < band);
    let after = before.and_then(|before| before.last_day(today)).map(|day| format!("wanted_by > {}", number(day)));
    let until = band.last_day(today).map(|day| format!("wanted_by <= {}", number(day)));
    after.into_iter().chain(until).collect::<Vec<_>>().join(" AND ")
}

pub fn order(sort: Sort) -> &'static [&'static str] {
    match sort {
        Sort::Relevance => &[],
        Sort::Newest => &["published_at:desc"],
        Sort::AmountAsc => &["amount_fen:asc"],
        Sort::AmountDesc => &["amount_fen:desc"],
        Sort::Deadline => &["wanted_by:asc"],
    }
}

/// What the answers say: ids in order, how many there are, the numbers beside the filters.
pub fn read(asks: &[Ask], answers: Vec<SearchResults<Hit>>) -> Result<(Vec<Uuid>, usize, Facets), EngineError> {
    let total = |answer: &SearchResults<Hit>| answer.estimated_total_hits.or(answer.total_hits).unwrap_or_default();
    let mut facets = Facets::new();
    for (ask, answer) in asks.iter().zip(&answers) {
        if let Some(band) = ask.band {
            let counts = facets.entry(Facet::Deadline).or_default();
            counts.extend(Some((band.to_string(), total(answer))).filter(|(_, count)| *count > 0));
            continue;
        }
        for facet in Facet::ALL.iter().filter(|facet| ask.facets.contains(&attribute(**facet))) {
            let counts = answer.facet_distribution.as_ref().and_then(|all| all.get(attribute(*facet)));
            let counts: HashMap<&str, usize> =
                counts.into_iter().flatten().map(|(value, count)| (value.as_str(), *count)).collect();
            facets.insert(*facet, most_first(counts));
        }
    }
    if let Some(counts) = facets.get_mut(&Facet::Deadline) {
        counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    }
    let needs = answers.into_iter().next().ok_or(EngineError::Unavailable)?;
    let number = total(&needs);
    Ok((needs.hits.into_iter().map(|hit| hit.result.id).collect(), number, facets))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restricted_facet_is_counted_by_a_question_of_its_own() {
        let query = NeedQuery { limit: 20, ..NeedQuery::default() }.choosing(Facet::County, &["441424", "441481"]);
        let asked = asks(&query);
        assert_eq!(asked[0].filter, r#"county IN ["441424", "441481"]"#);
        assert!(!asked[0].facets.contains(&"county") && asked[0].facets.contains(&"town"));
        assert_eq!((asked[1].filter.as_str(), asked[1].facets.as_slice()), ("", ["county"].as_slice()));
        assert_eq!(asked.len(), 2 + DeadlineBand::ALL.len());
    }

    #[test]
    fn deadlines_are_days_counted_from_today() {
        let today: NaiveDate = "2026-06-30".parse().expect("a day");
        let query = NeedQuery { today, ..NeedQuery::default() }.choosing(Facet::Deadline, &["within_30", "later"]);
        let day = today.num_days_from_ce();
        let wanted =
            format!("((wanted_by > {} AND wanted_by <= {}) OR (wanted_by > {}))", day - 1, day + 30, day + 180);
        assert_eq!(asks(&query)[0].filter, wanted);
    }
}
