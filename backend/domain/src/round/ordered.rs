//! A round with everything sorted by codes and numbered so, in compact lists. It is the same in whatever order the
//! round was handed in, and so is what is reckoned from it.
//!
//! Deliberately absent: codes, which nothing needs any more but for names in the end.

use super::check::{List, Wrong};
use super::{Pair, Round};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The least and the most that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub least: u32,
    pub most: u32,
}

/// A pair of an enterprise's list: the village and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub village: u32,
    pub score: u32,
}

#[derive(Debug)]
pub(super) struct OrderedWish {
    /// Its position in the round.
    pub given: u32,
    pub enterprise: u32,
    /// Numbered from 0, by codes.
    pub town: u32,
    /// Each village with its score.
    pub villages: Vec<(u32, u32)>,
}

#[derive(Debug)]
pub(super) struct Ordered {
    pub enterprises: Vec<Span>,
    pub villages: Vec<Span>,
    /// The group of each village.
    pub group_of: Vec<u32>,
    pub floors: Vec<u32>,
    /// Where each enterprise's pairs begin in `entries`, and after the last where they end.
    starts: Vec<u32>,
    entries: Vec<Entry>,
    /// In order, as enterprise and village.
    pub fixed: Vec<(u32, u32)>,
    pub forbidden: Vec<(u32, u32)>,
    pub towns: u32,
    /// By town and enterprise.
    pub wishes: Vec<OrderedWish>,
    /// Back to the positions in the round.
    pub given_enterprises: Vec<u32>,
    pub given_villages: Vec<u32>,
    pub given_groups: Vec<u32>,
}

/// Marks the score of a fixed pair until it is known whether the pair is a candidate. Scores stay below.
const MARK: u32 = 1 << 31;

impl Ordered {
    /// Of a round that was checked; what is left to find are double candidates.
    pub fn of(round: &Round) -> Result<Self, Wrong> {
        let (given_enterprises, enterprise_ranks) = ranks(round.enterprises.iter().map(|one| one.code.as_str()));
        let (given_villages, village_ranks) = ranks(round.villages.iter().map(|one| one.code.as_str()));
        let (given_groups, group_ranks) = ranks(round.groups.iter().map(|one| one.code.as_str()));
        let rank = |(enterprise, village): (u32, u32)| {
            (enterprise_ranks[enterprise as usize], village_ranks[village as usize])
        };
        let (starts, entries) = entries(round, &enterprise_ranks, &village_ranks);
        let enterprises = given_enterprises.iter().map(|given| &round.enterprises[*given as usize]);
        let villages = given_villages.iter().map(|given| &round.villages[*given as usize]);
        let mut fixed: Vec<_> = round.fixed.iter().map(|pair| rank((pair.enterprise, pair.village))).collect();
        let mut forbidden: Vec<_> = round.forbidden.iter().map(|pair| rank(*pair)).collect();
        fixed.sort_unstable();
        forbidden.sort_unstable();
        let (towns, wishes) = wishes(round, &enterprise_ranks, &village_ranks);
        let mut ordered = Ordered {
            enterprises: enterprises.map(|one| Span { least: one.minimum, most: one.capacity }).collect(),
            group_of: villages.clone().map(|one| group_ranks[one.group as usize]).collect(),
            villages: villages.map(|one| Span { least: one.minimum, most: one.capacity }).collect(),
            floors: given_groups.iter().map(|given| round.groups[*given as usize].floor).collect(),
            starts,
            entries,
            fixed,
            forbidden,
            towns,
            wishes,
            given_enterprises,
            given_villages,
            given_groups,
        };
        ordered.single().map_err(|pair| {
            let (enterprise, village) = round.codes(pair);
            Wrong::DoublePair { list: List::Candidates, enterprise, village }
        })?;
        Ok(ordered)
    }

    /// An enterprise's pairs, by village.
    pub fn row(&self, enterprise: u32) -> &[Entry] {
        let Range { start, end } = self.row_range(enterprise);
        &self.entries[start as usize..end as usize]
    }

    /// Where they are among all pairs.
    pub fn row_range(&self, enterprise: u32) -> Range<u32> {
        let enterprise = enterprise as usize;
        self.starts[enterprise]..self.starts[enterprise + 1]
    }

    pub fn entry(&self, at: u32) -> Entry {
        self.entries[at as usize]
    }

    /// Where a pair is among all pairs.
    pub fn find(&self, (enterprise, village): (u32, u32)) -> Option<u32> {
        let at = self.row(enterprise).binary_search_by_key(&village, |entry| entry.village).ok()?;
        Some(self.row_range(enterprise).start + count(at))
    }

    /// The highest score of all.
    pub fn top_score(&self) -> u32 {
        let wished = self.wishes.iter().flat_map(|wish| &wish.villages).map(|(_, score)| *score);
        self.entries.iter().map(|entry| entry.score).chain(wished).max().unwrap_or_default()
    }

    /// How many pairs there are in the lists.
    pub fn pairs(&self) -> usize {
        self.entries.len()
    }

    /// The same pair as it was handed in.
    pub fn given(&self, pair: Pair) -> Pair {
        Pair {
            enterprise: self.given_enterprises[pair.enterprise as usize],
            village: self.given_villages[pair.village as usize],
            ..pair
        }
    }

    /// Sorts each enterprise's pairs and leaves each village once: a fixed pair that is a candidate too has the
    /// candidate's score.
    ///
    /// # Errors
    /// A candidate that was there twice, as positions in the round.
    fn single(&mut self) -> Result<(), (u32, u32)> {
        let mut kept = 0;
        for enterprise in 0..self.enterprises.len() {
            let range = self.starts[enterprise] as usize..self.starts[enterprise + 1] as usize;
            self.entries[range.clone()].sort_unstable();
            let begin = kept;
            for at in range {
                let entry = self.entries[at];
                let before = (kept > begin).then(|| self.entries[kept - 1].village);
                if before == Some(entry.village) {
                    if entry.score & MARK == 0 {
                        let given = (self.given_enterprises[enterprise], self.given_villages[entry.village as usize]);
                        return Err(given);
                    }
                } else {
                    self.entries[kept] = Entry { score: entry.score & !MARK, ..entry };
                    kept += 1;
                }
            }
            self.starts[enterprise] = count(begin);
        }
        *self.starts.last_mut().expect("there is an end") = count(kept);
        self.entries.truncate(kept);
        Ok(())
    }
}

/// Counts as they are kept.
pub(super) fn count(number: usize) -> u32 {
    u32::try_from(number).expect("a round is far smaller than 32 bits can count")
}

/// The positions in the order of the codes, and the rank of each position.
fn ranks<'a>(codes: impl Iterator<Item = &'a str>) -> (Vec<u32>, Vec<u32>) {
    let codes: Vec<&str> = codes.collect();
    let mut given: Vec<u32> = (0..count(codes.len())).collect();
    given.sort_unstable_by_key(|position| codes[*position as usize]);
    let mut ranks = vec![0; codes.len()];
    for (rank, position) in (0..).zip(&given) {
        ranks[*position as usize] = rank;
    }
    (given, ranks)
}

/// All candidates and fixed pairs, those of an enterprise together. A fixed pair's score bears the mark.
fn entries(round: &Round, enterprise_ranks: &[u32], village_ranks: &[u32]) -> (Vec<u32>, Vec<Entry>) {
    let fixed = round.fixed.iter().map(|pair| Pair { score: pair.score | MARK, ..*pair });
    let pairs = || round.candidates.iter().copied().chain(fixed.clone());
    let mut starts = vec![0; enterprise_ranks.len() + 1];
    for pair in pairs() {
        starts[enterprise_ranks[pair.enterprise as usize] as usize + 1] += 1;
    }
    for enterprise in 1..starts.len() {
        starts[enterprise] += starts[enterprise - 1];
    }
    let mut next = starts.clone();
    let mut entries = vec![Entry { village: 0, score: 0 }; round.candidates.len() + round.fixed.len()];
    for pair in pairs() {
        let next = &mut next[enterprise_ranks[pair.enterprise as usize] as usize];
        entries[*next as usize] = Entry { village: village_ranks[pair.village as usize], score: pair.score };
        *next += 1;
    }
    (starts, entries)
}

fn wishes(round: &Round, enterprise_ranks: &[u32], village_ranks: &[u32]) -> (u32, Vec<OrderedWish>) {
    let codes: BTreeSet<&str> = round.wishes.iter().map(|wish| wish.town.as_str()).collect();
    let towns: BTreeMap<&str, u32> = codes.into_iter().zip(0..).collect();
    let mut wishes: Vec<_> = round
        .wishes
        .iter()
        .zip(0..)
        .map(|(wish, given)| {
            let mut villages: Vec<_> =
                wish.villages.iter().map(|one| (village_ranks[one.village as usize], one.score)).collect();
            villages.sort_unstable();
            let enterprise = enterprise_ranks[wish.enterprise as usize];
            OrderedWish { given, enterprise, town: towns[wish.town.as_str()], villages }
        })
        .collect();
    wishes.sort_unstable_by_key(|wish| (wish.town, wish.enterprise));
    (count(towns.len()), wishes)
}
