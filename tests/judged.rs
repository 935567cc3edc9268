//! Judged queries: what a list of needs is worth to somebody who asked for it.
//!
//! The judgements are rules on a need's tags and places, written beside each query before any engine was asked. From
//! them come nDCG@10 (gain 2^grade − 1, discount by the logarithm of the rank, the ideal over the whole corpus) and how
//! many needs of grade 2 or 3 stand on the first page. Deliberately absent: what an engine does.

use crate::corpus::{Corpus, InventedNeed, checkout, first_day};
use backend::search::engine::{Engine, NeedQuery};
use serde::Deserialize;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Needs of one page of the site.
pub const PAGE: usize = 20;

#[derive(Deserialize)]
struct File {
    queries: Vec<Judged>,
}

/// A query with its rules; the first rule that a need satisfies gives its grade.
#[derive(Deserialize)]
pub struct Judged {
    pub query: String,
    /// What kind of query it is: `synonym`, `pinyin`, `question`.
    pub class: String,
    rules: Vec<Rule>,
}

/// Every condition that is given has to hold.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Rule {
    grade: u8,
    topic: Vec<String>,
    also: Vec<String>,
    aspect: Vec<String>,
    kind: Vec<String>,
    field: Vec<String>,
    /// Beginnings of village codes.
    place: Vec<String>,
    named: Option<String>,
    code: Option<String>,
    at_most_wan: Option<i64>,
    at_least_wan: Option<i64>,
    within_days: Option<u64>,
    any: bool,
}

impl Rule {
    fn holds(&self, need: &InventedNeed) -> bool {
        let (document, tags) = (&need.document, &need.tags);
        let among = |wanted: &[String], value: &str| wanted.is_empty() || wanted.iter().any(|one| one == value);
        let wan = |wan: i64| wan * 1_000_000;
        among(&self.topic, &tags.topic)
            && among(&self.also, tags.also.as_deref().unwrap_or_default())
            && among(&self.aspect, &tags.aspect)
            && among(&self.kind, &tags.kind)
            && among(&self.field, &document.field)
            && (self.place.is_empty() || self.place.iter().any(|code| document.village_code.starts_with(code)))
            && self.named.as_ref().is_none_or(|name| {
                [&document.county, &document.town, &document.village].iter().any(|place| place.contains(name))
            })
            && self.code.as_ref().is_none_or(|code| *code == document.code)
            && self.at_most_wan.is_none_or(|most| document.amount_fen.is_some_and(|fen| fen <= wan(most)))
            && self.at_least_wan.is_none_or(|least| document.amount_fen.is_some_and(|fen| fen >= wan(least)))
            && self.within_days.is_none_or(|days| tags.within_days <= days)
    }

    /// A rule without any condition would be a slip: it has to say `any`.
    fn says_something(&self) -> bool {
        let lists = [&self.topic, &self.also, &self.aspect, &self.kind, &self.field, &self.place];
        self.any
            || lists.iter().any(|list| !list.is_empty())
            || self.named.is_some()
            || self.code.is_some()
            || self.at_most_wan.is_some()
            || self.at_least_wan.is_some()
            || self.within_days.is_some()
    }
}

impl Judged {
    /// 3 is what was asked for, 0 has nothing to do with it.
    pub fn grade(&self, need: &InventedNeed) -> u8 {
        self.rules.iter().find(|rule| rule.holds(need)).map_or(0, |rule| rule.grade)
    }
}

/// The queries of a file in `search-config/golden/`; whoever misspelt a topic is told.
pub fn queries(file: &str, corpus: &Corpus) -> Vec<Judged> {
    let text = std::fs::read_to_string(checkout("search-config/golden").join(file)).expect("judged queries");
    let queries = serde_json::from_str::<File>(&text).expect("judged queries are well formed").queries;
    for judged in &queries {
        for rule in &judged.rules {
            assert!((1..=3).contains(&rule.grade) && rule.says_something(), "{}: a rule", judged.query);
            for topic in rule.topic.iter().chain(&rule.also) {
                assert!(corpus.topics().any(|known| known == topic), "{}: {topic}", judged.query);
            }
        }
    }
    queries
}

/// What one query's answer is worth.
#[derive(Clone, Debug)]
pub struct Worth {
    /// `None` where the corpus holds nothing that was asked for.
    pub ndcg: Option<f64>,
    /// Needs of grade 2 or 3 on the first page.
    pub first_page: usize,
    /// How long the engine took.
    pub took: Duration,
}

/// The worth of an answer, whose grades are given in its order; `all` are the grades of the whole corpus.
pub fn worth(found: &[u8], all: impl Iterator<Item = u8>) -> Worth {
    let mut best: Vec<u8> = all.filter(|grade| *grade > 0).collect();
    best.sort_unstable_by(|one, other| other.cmp(one));
    let ideal = gain(&best);
    let first_page = found.iter().take(PAGE).filter(|grade| **grade >= 2).count();
    Worth { ndcg: (ideal > 0.0).then(|| gain(found) / ideal), first_page, took: Duration::ZERO }
}

fn gain(grades: &[u8]) -> f64 {
    let discounted = |(rank, grade): (u32, &u8)| (f64::from(*grade).exp2() - 1.0) / (f64::from(rank) + 2.0).log2();
    // An empty sum is −0 otherwise.
    (0..).zip(grades.iter().take(10)).map(discounted).fold(0.0, |sum, gain| sum + gain)
}

/// The mean over the queries that can be answered at all.
pub fn mean(worths: &[Worth]) -> f64 {
    let (sum, number) = worths.iter().filter_map(|worth| worth.ndcg).fold((0.0, 0.0), |(s, n), one| (s + one, n + 1.0));
    sum / number
}

/// Needs in an engine, and what its answers to judged queries are worth.
pub struct Trial {
    needs: Vec<InventedNeed>,
    by_id: HashMap<Uuid, usize>,
}

/// Needs that are written at once.
const BATCH: usize = 5_000;

impl Trial {
    pub fn of(corpus: &Corpus, number: usize) -> Self {
        let needs: Vec<InventedNeed> = corpus.needs(number).collect();
        let by_id = needs.iter().enumerate().map(|(at, need)| (need.document.id, at)).collect();
        Self { needs, by_id }
    }

    pub fn needs(&self) -> &[InventedNeed] {
        &self.needs
    }

    /// Puts all needs into `engine`.
    pub async fn fill(&self, engine: &impl Engine) {
        for batch in self.needs.chunks(BATCH) {
            let documents = batch.iter().map(|need| need.document.clone()).collect();
            engine.upsert(documents).await.expect("written");
        }
    }

    /// What the first page of `engine` is worth for one query.
    pub async fn judge(&self, engine: &impl Engine, judged: &Judged) -> Worth {
        let started = Instant::now();
        let needs = self.answer(engine, &judged.query).await;
        let took = started.elapsed();
        let found: Vec<u8> = needs.iter().map(|need| judged.grade(need)).collect();
        Worth { took, ..worth(&found, self.needs.iter().map(|need| judged.grade(need))) }
    }

    /// The first page of `engine` for a text.
    pub async fn answer(&self, engine: &impl Engine, text: &str) -> Vec<&InventedNeed> {
        let query = NeedQuery { text: text.to_owned(), today: first_day(), limit: PAGE, ..NeedQuery::default() };
        let hits = engine.search(&query).await.expect("an answer");
        hits.ids.iter().map(|id| &self.needs[self.by_id[id]]).collect()
    }
}
