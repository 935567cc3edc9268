//! The questions that a search takes: the needs, and the numbers beside each facet that is restricted.
//!
//! A facet is counted without its own choices, so each restricted one is a question of its own; all others are counted
//! with the needs.

use std::collections::HashMap;

use chrono::{Datelike, NaiveDate};
use domain::finding::{DeadlineBand, Facet};
use meilisearch_sdk::search::SearchResults;
use uuid::Uuid;

use super::Hit;
use super::wire::attribute;
use crate::search::engine::{EngineError, Facets, NeedQuery, Sort, most_first, open_statuses};

/// One question.
pub struct Ask {
    pub filter: String,
    pub facets: Vec<&'static str>,
    pub offset: usize,
    pub limit: usize,
}

impl Ask {
    /// How many needs there are.
    pub fn counting(filter: String) -> Self {
        Ask { filter, facets: Vec::new(), offset: 0, limit: 0 }
    }

    /// And in which fields they are.
    pub fn counting_fields(filter: String) -> Self {
        Ask { facets: vec![attribute(Facet::Field)], ..Self::counting(filter) }
    }
}

/// What was counted.
#[derive(Clone, Default)]
pub struct Count {
    pub number: usize,
    /// Empty where they were not asked for.
    pub fields: HashMap<String, usize>,
}

impl Count {
    pub fn of(answer: SearchResults<Hit>) -> Self {
        let number = total(&answer);
        let fields = answer.facet_distribution.and_then(|mut all| all.remove(attribute(Facet::Field)));
        Count { number, fields: fields.unwrap_or_default() }
    }
}

/// First the needs with all filters, then what has to be counted without some. `words` is the condition of the words.
pub fn asks(query: &NeedQuery, words: &str, (offset, limit): (usize, usize)) -> Vec<Ask> {
    let filter = |except: Option<Facet>| all_of([words.to_owned(), conditions(query, except)]);
    let restricted = |facet: &Facet| !query.of(*facet).is_empty();
    let counted = Facet::ALL.iter().copied().filter(|facet| !restricted(facet)).map(attribute).collect();
    let needs = Ask { filter: filter(None), facets: counted, offset, limit };
    let alone = |facet: Facet| Ask { filter: filter(Some(facet)), facets: vec![attribute(facet)], offset: 0, limit: 0 };
    std::iter::once(needs).chain(Facet::ALL.iter().copied().filter(restricted).map(alone)).collect()
}

/// The conditions of `query` beside its words, without the choices of `except`; empty where there are none.
pub fn conditions(query: &NeedQuery, except: Option<Facet>) -> String {
    let mut conditions = Vec::new();
    for (facet, values) in &query.chosen {
        if values.is_empty() || except == Some(*facet) {
            continue;
        }
        if *facet == Facet::Deadline {
            let bands = DeadlineBand::ALL.iter().filter(|band| values.iter().any(|value| value == band.as_str()));
            let any = any_of(bands.map(|band| days(*band, query.today)));
            // A choice that is no band meets nothing, as in the other columns.
            conditions.push(if any.is_empty() { "wanted_by < 0".to_owned() } else { any });
        } else {
            conditions.push(one_of(attribute(*facet), values));
        }
    }
    conditions.extend(query.village.as_deref().map(|code| equals("village", code)));
    conditions.extend(query.amount_min_fen.map(|fen| format!("amount_fen >= {fen}")));
    conditions.extend(query.amount_max_fen.map(|fen| format!("amount_fen <= {fen}")));
    if query.open_only {
        conditions.push(one_of("status", open_statuses()));
    }
    all_of(conditions)
}

pub fn equals(attribute: &str, value: &str) -> String {
    format!("{attribute} = {}", quoted(value))
}

pub fn one_of(attribute: &str, values: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let values: Vec<String> = values.into_iter().map(|value| quoted(value.as_ref())).collect();
    format!("{attribute} IN [{}]", values.join(", "))
}

/// JSON's quoting is the one that the server reads.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// All conditions together; those that are empty restrict nothing.
pub fn all_of(conditions: impl IntoIterator<Item = String>) -> String {
    conditions.into_iter().filter(|condition| !condition.is_empty()).collect::<Vec<_>>().join(" AND ")
}

/// Any of the conditions; none has to be empty, unless it is the only one.
pub fn any_of(conditions: impl IntoIterator<Item = String>) -> String {
    let all: Vec<String> = conditions.into_iter().collect();
    if all.len() > 1 { format!("({})", all.join(" OR ")) } else { all.concat() }
}

/// The days of a band.
fn days(band: DeadlineBand, today: NaiveDate) -> String {
    let number = |day: NaiveDate| day.num_days_from_ce();
    let before = DeadlineBand::ALL.iter().rev().find(|other| **other < band);
    let after = before.and_then(|before| before.last_day(today)).map(|day| format!("wanted_by > {}", number(day)));
    let until = band.last_day(today).map(|day| format!("wanted_by <= {}", number(day)));
    all_of(after.into_iter().chain(until))
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

fn total(answer: &SearchResults<Hit>) -> usize {
    answer.estimated_total_hits.or(answer.total_hits).unwrap_or_default()
}

/// What the answers say: ids in order, how many there are, the numbers beside the filters.
pub fn read(
    query: &NeedQuery,
    asks: &[Ask],
    answers: Vec<SearchResults<Hit>>,
) -> Result<(Vec<Uuid>, usize, Facets), EngineError> {
    let mut facets = Facets::new();
    for (ask, answer) in asks.iter().zip(&answers) {
        for facet in Facet::ALL.iter().filter(|facet| ask.facets.contains(&attribute(**facet))) {
            let mut counts: HashMap<&str, usize> = HashMap::new();
            let distribution = answer.facet_distribution.as_ref().and_then(|all| all.get(attribute(*facet)));
            for (value, count) in distribution.into_iter().flatten() {
                let value = if *facet == Facet::Deadline { band(value, query.today)? } else { value.as_str() };
                *counts.entry(value).or_default() += count;
            }
            facets.insert(*facet, most_first(counts));
        }
    }
    let needs = answers.into_iter().next().ok_or(EngineError::Unavailable)?;
    let number = total(&needs);
    Ok((needs.hits.into_iter().map(|hit| hit.result.id).collect(), number, facets))
}

/// The band of a day that the server counted.
fn band(day: &str, today: NaiveDate) -> Result<&'static str, EngineError> {
    let day = day.parse().ok().and_then(NaiveDate::from_num_days_from_ce_opt).ok_or(EngineError::Unavailable)?;
    Ok(DeadlineBand::of(day, today).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restricted_facet_is_counted_by_a_question_of_its_own() {
        let query = NeedQuery::default().choosing(Facet::County, &["441424", "441481"]);
        let asked = asks(&query, r#"title_terms = "桥""#, (0, 20));
        assert_eq!(asked[0].filter, r#"title_terms = "桥" AND county IN ["441424", "441481"]"#);
        assert!(!asked[0].facets.contains(&"county") && asked[0].facets.contains(&"town"));
        assert_eq!(asked[1].filter, r#"title_terms = "桥""#);
        assert_eq!((asked[1].facets.as_slice(), asked[1].limit), (["county"].as_slice(), 0));
        assert_eq!(asked.len(), 2);
    }

    #[test]
    fn deadlines_are_days_counted_from_today() {
        let today: NaiveDate = "2026-06-30".parse().expect("a day");
        let query = NeedQuery { today, ..NeedQuery::default() }.choosing(Facet::Deadline, &["within_30", "later"]);
        let day = today.num_days_from_ce();
        let wanted = format!("(wanted_by > {} AND wanted_by <= {} OR wanted_by > {})", day - 1, day + 30, day + 180);
        assert_eq!(conditions(&query, None), wanted);
        assert_eq!(band(&day.to_string(), today), Ok("within_30"));
    }
}
