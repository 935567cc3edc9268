//! As many invented needs in real villages as are asked for, the same ones each time: what judged queries are asked of.
//!
//! A need is put together from the sentences of `search-config/golden/corpus.json` by its number alone, so need 17 of
//! 5,000 is need 17 of 100,000. Its tags say what it is about, whatever words it happens to use; judgements read tags,
//! engines never see them. Deliberately absent: any randomness, any engine.

use backend::search::engine::NeedDocument;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// A file or folder of the checkout.
pub fn checkout(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// What a need is about; the names are those of the corpus.
#[derive(Clone, Debug)]
pub struct Tags {
    pub topic: String,
    /// Done by the way, with an item of its own in the budget.
    pub also: Option<String>,
    /// Topics that a sentence mentions and that the need is not about.
    pub mentions: Vec<String>,
    /// What kind of work the title names: `repair`, `processing`; empty where it names none.
    pub aspect: String,
    pub kind: String,
    /// Form of pairing that the village has in mind.
    pub form: Option<&'static str>,
    /// Days from [`first_day`] until it is wanted.
    pub within_days: u64,
}

/// A need as an engine gets it, and what it is about.
#[derive(Clone, Debug)]
pub struct InventedNeed {
    pub document: NeedDocument,
    pub tags: Tags,
}

#[derive(Deserialize)]
struct Vocabulary {
    openings: Vec<String>,
    closings: Vec<String>,
    kinds: HashMap<String, KindWords>,
    topics: Vec<Topic>,
}

/// How a need of another kind than money is put; `{词}` is a word of the topic, `{物}` an item of its budget.
#[derive(Deserialize)]
struct KindWords {
    titles: Vec<String>,
    says: Vec<String>,
}

#[derive(Deserialize)]
struct Topic {
    id: String,
    field: String,
    weight: u64,
    /// Counties where it occurs; all where none is named.
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    not_in: Vec<String>,
    words: Vec<String>,
    /// Title and aspect, parted by `|`.
    titles: Vec<String>,
    says: Vec<String>,
    items: Vec<String>,
    /// What will be better, in which unit, at least, at most.
    outcome: (String, String, u64, u64),
    /// Least and greatest amount, in 万元.
    wan: (u64, u64),
    kinds: BTreeMap<String, u64>,
    /// What a sentence about something else may say of it.
    passing: Vec<String>,
}

impl Topic {
    fn occurs_in(&self, county: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|code| code == county))
            && !self.not_in.iter().any(|code| code == county)
    }
}

struct Village {
    code: String,
    name: String,
}

/// The vocabulary and the places, read once.
pub struct Corpus {
    words: Vocabulary,
    villages: Vec<Village>,
    names: HashMap<String, String>,
}

pub fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 6, 1).expect("a day")
}

fn first_moment() -> DateTime<Utc> {
    first_day().and_hms_opt(2, 0, 0).expect("a time").and_utc()
}

/// Numbers that look accidental and are not: the same for the same need.
struct Dice {
    state: u64,
}

impl Dice {
    fn of(number: u64) -> Self {
        Self { state: number.wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// Less than `sides`. The mixing is splitmix64.
    fn roll(&mut self, sides: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.roll(most - least + 1)
    }

    fn pick<'a>(&mut self, from: &'a [String]) -> &'a str {
        let at = self.roll(from.len() as u64);
        &from[usize::try_from(at).expect("less than the length")]
    }

    /// Takes the one whose share of all weights the roll falls into.
    fn weighted<T: Copy>(&mut self, from: impl Iterator<Item = (T, u64)> + Clone) -> T {
        let mut left = self.roll(from.clone().map(|(_, weight)| weight).sum());
        for (one, weight) in from {
            if left < weight {
                return one;
            }
            left -= weight;
        }
        unreachable!("the roll is less than the sum")
    }
}

impl Corpus {
    pub fn read() -> Self {
        let text = std::fs::read_to_string(checkout("search-config/golden/corpus.json")).expect("the corpus");
        let words: Vocabulary = serde_json::from_str(&text).expect("the corpus is well formed");
        let divisions = std::fs::read_to_string(checkout("backend/data/places/meizhou_divisions.csv")).expect("places");
        let (mut villages, mut names) = (Vec::new(), HashMap::new());
        for line in divisions.lines().skip(1) {
            let mut cells = line.split(',').map(str::to_owned);
            let (Some(code), Some(name)) = (cells.next(), cells.next()) else { continue };
            names.insert(code.clone(), name.clone());
            // Two codes exist in statistics only, see `backend::places`.
            if code.len() == 12 && !code.ends_with("598") {
                villages.push(Village { code, name });
            }
        }
        Self { words, villages, names }
    }

    /// The first `number` needs, in order.
    pub fn needs(&self, number: usize) -> impl Iterator<Item = InventedNeed> {
        let mut codes: HashMap<String, u64> = HashMap::new();
        (0..number as u64).map(move |at| {
            let mut need = self.need(at);
            let county = need.document.county_code.clone();
            let running = codes.entry(county.clone()).or_default();
            *running += 1;
            need.document.code = format!("XQ-{county}-2026-{running}");
            need
        })
    }

    /// All topics.
    pub fn topics(&self) -> impl Iterator<Item = &str> {
        self.words.topics.iter().map(|topic| topic.id.as_str())
    }

    /// Code and name of every county, town and village.
    pub fn places(&self) -> impl Iterator<Item = (&str, &str)> {
        let places = self.names.iter().filter(|(code, _)| code.len() >= 6);
        places.map(|(code, name)| (code.as_str(), name.as_str()))
    }

    /// The name of the place with this code.
    pub fn name(&self, code: &str) -> &str {
        self.names.get(code).map_or("", String::as_str)
    }

    fn topic(&self, county: &str, dice: &mut Dice) -> &Topic {
        let here = self.words.topics.iter().filter(|topic| topic.occurs_in(county));
        dice.weighted(here.map(|topic| (topic, topic.weight)))
    }

    fn need(&self, number: u64) -> InventedNeed {
        let mut dice = Dice::of(number);
        // A stride without a common divisor: so few needs as there are villages already reach each of them.
        let villages = self.villages.len() as u64;
        let village = &self.villages[usize::try_from(number * 1_301 % villages).expect("less than their number")];
        let (county_code, town_code) = (&village.code[..6], &village.code[..9]);
        let topic = self.topic(county_code, &mut dice);
        let kind = dice.weighted(topic.kinds.iter().map(|(kind, weight)| (kind.as_str(), *weight)));
        let also = dice.chance(15).then(|| self.topic(county_code, &mut dice)).filter(|also| also.id != topic.id);
        let (title, aspect) = self.title(topic, kind, also, village, &mut dice);
        let mut mentioned: Vec<&Topic> = Vec::new();
        for percent in [45, 25] {
            if dice.chance(percent) {
                let other = self.topic(county_code, &mut dice);
                if other.id != topic.id && also.is_none_or(|also| also.id != other.id) {
                    mentioned.push(other);
                }
            }
        }
        let description = self.description(topic, kind, also, &mentioned, &mut dice);
        let mut items: Vec<&str> = Vec::new();
        for _ in 0..dice.between(2, 4) {
            let item = dice.pick(&topic.items);
            if !items.contains(&item) {
                items.push(item);
            }
        }
        items.extend(also.map(|also| dice.pick(&also.items)));
        let (better, unit, least, most) = &topic.outcome;
        let outcome = format!("{better}{}{unit}", dice.between(*least, *most));
        // Rounded to 100 yuan, as estimates are.
        let amount_fen = i64::try_from(dice.between(topic.wan.0 * 100, topic.wan.1 * 100)).expect("small") * 10_000;
        let within_days = dice.between(15, 400);
        let published = i64::try_from(dice.roll(500 * 24 * 60)).expect("small");
        let status =
            dice.weighted([("open", 75), ("partly_funded", 15), ("in_progress", 5), ("closed", 5)].into_iter());
        let forms =
            [(None, 65), (Some("village_pairing"), 18), (Some("joint_building"), 11), (Some("town_coverage"), 6)];
        let form = dice.weighted(forms.into_iter());
        let document = NeedDocument {
            id: Uuid::from_u128(u128::from(number) + 1),
            code: String::new(),
            title,
            description,
            budget: items.join("、"),
            outcome,
            field: topic.field.clone(),
            kind: kind.to_owned(),
            form: form.map(str::to_owned),
            town_class: None,
            village_type: None,
            county_code: county_code.to_owned(),
            county: self.name(county_code).to_owned(),
            town_code: town_code.to_owned(),
            town: self.name(town_code).to_owned(),
            village_code: village.code.clone(),
            village: village.name.clone(),
            amount_fen: Some(amount_fen),
            wanted_by: first_day() + Days::new(within_days),
            published_at: first_moment() - TimeDelta::minutes(published),
            status: status.to_owned(),
        };
        let tags = Tags {
            topic: topic.id.clone(),
            also: also.map(|also| also.id.clone()),
            mentions: mentioned.iter().map(|other| other.id.clone()).collect(),
            aspect,
            kind: kind.to_owned(),
            form,
            within_days,
        };
        InventedNeed { document, tags }
    }

    fn title(
        &self,
        topic: &Topic,
        kind: &str,
        also: Option<&Topic>,
        village: &Village,
        dice: &mut Dice,
    ) -> (String, String) {
        let (mut title, aspect) = if let Some(kind) = self.words.kinds.get(kind) {
            let title = dice.pick(&kind.titles).replace("{词}", dice.pick(&topic.words));
            (title.replace("{物}", dice.pick(&topic.items)), String::new())
        } else {
            let title = dice.pick(&topic.titles);
            let (title, aspect) = title.split_once('|').expect("a title with its aspect");
            (title.to_owned(), aspect.to_owned())
        };
        if let Some(also) = also
            && dice.chance(40)
        {
            title = format!("{title}及{}", dice.pick(&also.words));
        }
        if dice.chance(60) {
            let short = village.name.replace("村委会", "村").replace("社区居委会", "社区").replace("居委会", "社区");
            title = format!("{}{title}", short.replace("村村", "村"));
        }
        (title, aspect)
    }

    fn description(
        &self,
        topic: &Topic,
        kind: &str,
        also: Option<&Topic>,
        mentioned: &[&Topic],
        dice: &mut Dice,
    ) -> String {
        let mut text = String::new();
        if dice.chance(50) {
            text.push_str(dice.pick(&self.words.openings));
        }
        let first = dice.pick(&topic.says);
        // A sentence in passing leads up to what the need is about, as people write.
        for other in mentioned {
            text.push_str(dice.pick(&other.passing));
        }
        text.push_str(first);
        if dice.chance(60) {
            let second = dice.pick(&topic.says);
            text.push_str(if second == first { "" } else { second });
        }
        if let Some(kind) = self.words.kinds.get(kind) {
            text.push_str(dice.pick(&kind.says));
        }
        if let Some(also) = also {
            text.push_str("顺带把");
            text.push_str(dice.pick(&also.words));
            text.push_str("也一起做了。");
        }
        if dice.chance(60) {
            text.push_str(dice.pick(&self.words.closings));
        }
        text
    }
}
