//! A round with everything sorted by codes and numbered so, in compact lists. It is the same in whatever order the
//! round was handed in, and so is what is reckoned from it.
//!
//! Deliberately absent: codes, which nothing needs any more but for names in the end.

use super::check::{List, Wrong};
use super::{Pair, Round};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The least and the most that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub least: u32,
    pub most: u32,
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
pub(super) struct Ordered<'a> {
    pub enterprises: Vec<Span>,
    pub villages: Vec<Span>,
    /// The group of each village.
    pub group_of: Vec<u32>,
    pub floors: Vec<u32>,
    /// Where each enterprise's pairs begin in `entries`, and after the last where they end.
    starts: Vec<u32>,
    /// By enterprise and village. A round that was handed in in this order is not copied: with millions of pairs that
    /// would take longer than all the reckoning.
    entries: Cow<'a, [Pair]>,
    /// The highest score of all.
    pub top_score: u32,
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

impl<'a> Ordered<'a> {
    /// Of a round that was checked; what is left to find are double candidates.
    pub fn of(round: &'a Round) -> Result<Self, Wrong> {
        let (given_enterprises, enterprise_ranks) = ranks(round.enterprises.iter().map(|one| one.code.as_str()));
        let (given_villages, village_ranks) = ranks(round.villages.iter().map(|one| one.code.as_str()));
        let (given_groups, group_ranks) = ranks(round.groups.iter().map(|one| one.code.as_str()));
        let rank = |(enterprise, village): (u32, u32)| {
            (enterprise_ranks[enterprise as usize], village_ranks[village as usize])
        };
        let in_order = round.fixed.is_empty() && counts_up(&given_enterprises) && counts_up(&given_villages);
        let entries = if in_order && round.candidates.is_sorted_by(|one, next| one.at() < next.at()) {
            Cow::Borrowed(round.candidates.as_slice())
        } else {
            Cow::Owned(sorted(round, &rank)?)
        };
        let (starts, top) = rows(&entries, round.enterprises.len());
        let enterprises = given_enterprises.iter().map(|given| &round.enterprises[*given as usize]);
        let villages = given_villages.iter().map(|given| &round.villages[*given as usize]);
        let mut fixed: Vec<_> = round.fixed.iter().map(|pair| rank(pair.at())).collect();
        let mut forbidden: Vec<_> = round.forbidden.iter().map(|pair| rank(*pair)).collect();
        fixed.sort_unstable();
        forbidden.sort_unstable();
        let (towns, wishes) = wishes(round, &enterprise_ranks, &village_ranks);
        let of_wishes = wishes.iter().flat_map(|wish| &wish.villages).map(|(_, score)| *score);
        Ok(Ordered {
            top_score: of_wishes.fold(top, u32::max),
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
        })
    }

    /// An enterprise's pairs, by village.
    pub fn row(&self, enterprise: u32) -> &[Pair] {
        let Range { start, end } = self.row_range(enterprise);
        &self.entries[start as usize..end as usize]
    }

    /// Where they are among all pairs.
    pub fn row_range(&self, enterprise: u32) -> Range<u32> {
        let enterprise = enterprise as usize;
        self.starts[enterprise]..self.starts[enterprise + 1]
    }

    pub fn entry(&self, at: u32) -> Pair {
        self.entries[at as usize]
    }

    /// Where a pair is among all pairs.
    pub fn find(&self, (enterprise, village): (u32, u32)) -> Option<u32> {
        let at = self.row(enterprise).binary_search_by_key(&village, |entry| entry.village).ok()?;
        Some(self.row_range(enterprise).start + count(at))
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

/// Whether the order of the codes is the one in which they were handed in.
fn counts_up(given: &[u32]) -> bool {
    (0..).zip(given).all(|(rank, given)| rank == *given)
}

/// All candidates and fixed pairs by ranks, each once and in order: a fixed pair that is a candidate too has the
/// candidate's score.
fn sorted(round: &Round, rank: &dyn Fn((u32, u32)) -> (u32, u32)) -> Result<Vec<Pair>, Wrong> {
    let ranked = |pair: &Pair, mark: u32| {
        let (enterprise, village) = rank(pair.at());
        Pair { enterprise, village, score: pair.score | mark }
    };
    let candidates = round.candidates.iter().map(|pair| ranked(pair, 0));
    let mut all: Vec<Pair> = candidates.chain(round.fixed.iter().map(|pair| ranked(pair, MARK))).collect();
    all.sort();
    let double = all.windows(2).find(|two| two[0].at() == two[1].at() && two[1].score & MARK == 0);
    if let Some(double) = double {
        let same = round.candidates.iter().find(|pair| rank(pair.at()) == double[0].at());
        let (enterprise, village) = round.codes(same.map(Pair::at).unwrap_or_default());
        return Err(Wrong::DoublePair { list: List::Candidates, enterprise, village });
    }
    all.dedup_by_key(|pair| pair.at());
    for pair in &mut all {
        pair.score &= !MARK;
    }
    Ok(all)
}

/// Where the pairs of each enterprise begin, and where the last ones end; and the highest score.
fn rows(entries: &[Pair], enterprises: usize) -> (Vec<u32>, u32) {
    let (mut starts, mut top) = (Vec::with_capacity(enterprises + 1), 0);
    for (at, pair) in (0..).zip(entries) {
        while starts.len() <= pair.enterprise as usize {
            starts.push(at);
        }
        top = top.max(pair.score);
    }
    starts.resize(enterprises + 1, count(entries.len()));
    (starts, top)
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
