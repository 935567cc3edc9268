//! What a need is worth to a query. Both engines rank by it.
//!
//! Points of a word are those of the best place where it stands; points of a need are the sum over its words. That can be
//! explained on a page and needs no statistics of the whole index. It reads no index.

use super::config::{PartRule, Quality};
use super::reading::{Alternative, Reach, Want};
use super::widening::Attempt;

/// Points for the field in which all of the best needs are.
const FIELD_POINTS: u32 = 10;
/// The best needs are those that miss at most this part of the best points.
const NEAR_BEST: i64 = 10;

/// The points of a word that is met like this in a part; none where that does not count.
pub fn points(alternative: &Alternative, rule: &PartRule, quality: &Quality, names_a_place: bool) -> Option<u32> {
    if rule.place && alternative.reach == Reach::NotPlaces {
        return None;
    }
    let by_sound = matches!(alternative.want, Want::Pinyin(_));
    let placed = if rule.place && (names_a_place || by_sound) { quality.place } else { 100 };
    Some(rule.weight * alternative.percent * placed / 100)
}

/// Which words a need has to meet. A set of words is a bit for each.
pub struct Wanted {
    /// Those that have to be met.
    pub must: u8,
    /// So many have to be met in all.
    pub least: u32,
}

impl Wanted {
    pub fn of(attempt: &Attempt) -> Self {
        let places = attempt.groups.iter().enumerate().filter(|(_, group)| group.names_a_place());
        let must = places.fold(0_u8, |bits, (at, _)| bits | (1 << at));
        Wanted { must, least: must.count_ones() + u32::try_from(attempt.least()).unwrap_or(u32::MAX) }
    }

    pub fn is_met(&self, met: u8) -> bool {
        met & self.must == self.must && met.count_ones() >= self.least
    }
}

/// What each set of words that are met tells, the rarer the words the more: how many times the number of needs that meet
/// a word doubles until it is all needs.
pub fn telling(meeting: &[usize], all: usize) -> Vec<i64> {
    let each: Vec<i64> = meeting.iter().map(|meeting| i64::from((all / (*meeting).max(1)).max(1).ilog2())).collect();
    let of_set =
        |met: usize| each.iter().enumerate().filter(|(bit, _)| met & (1 << bit) != 0).map(|(_, one)| one).sum();
    (0..1 << each.len()).map(of_set).collect()
}

/// A word that is met is worth more than any points. `telling` is empty where every word is met.
pub fn worth(telling: &[i64], met: u8, points: u32) -> i64 {
    (telling.get(usize::from(met)).copied().unwrap_or_default() << 32) + i64::from(points)
}

/// The least that one of the best needs is worth.
pub fn near(best: i64) -> i64 {
    best - best / NEAR_BEST
}

/// Points for being in a field in which so many of all the best needs are.
pub fn field_points(number: u32, all: u32) -> u32 {
    FIELD_POINTS * number / all.max(1)
}
