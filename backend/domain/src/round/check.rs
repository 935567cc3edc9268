//! What is wrong with a round before anything is reckoned: numbers beyond what fits, names that nothing has, doubles.
//!
//! Deliberately absent: rules that cannot hold together, which take reckoning to find.

use super::{CANDIDATES_MAX, ENTERPRISES_MAX, GROUPS_MAX, Pair, Round, SCORE_MAX, VILLAGES_MAX, WISHES_MAX, Wish};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The lists of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    Enterprises,
    Groups,
    Villages,
    Candidates,
    Fixed,
    Forbidden,
    Wishes,
}

impl List {
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            List::Enterprises => "企业",
            List::Groups => "分组",
            List::Villages => "村",
            List::Candidates => "候选组合",
            List::Fixed => "指定组合",
            List::Forbidden => "排除组合",
            List::Wishes => "包镇意向",
        }
    }
}

/// What is wrong with a round. Enterprises, villages and groups are named by their codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "wrong", rename_all = "snake_case")]
pub enum Wrong {
    #[error("{}共 {given} 项，最多 {most} 项", .list.label())]
    TooMany { list: List, given: usize, most: usize },
    #[error("{}的代码重复：{code}", .list.label())]
    DoubleCode { list: List, code: String },
    /// The village names a group by a position that the list does not have.
    #[error("村 {village} 的分组不存在")]
    UnknownGroup { village: String },
    /// An entry, counted from 0, names an enterprise by a position that the list does not have.
    #[error("{}第 {entry} 项的企业不存在", .list.label())]
    UnknownEnterprise { list: List, entry: usize },
    #[error("{}第 {entry} 项的村不存在", .list.label())]
    UnknownVillage { list: List, entry: usize },
    #[error("{}重复：{enterprise} 和 {village}", .list.label())]
    DoublePair { list: List, enterprise: String, village: String },
    #[error("{enterprise} 和 {village} 既被指定又被排除")]
    FixedAndForbidden { enterprise: String, village: String },
    #[error("{}中 {enterprise} 和 {village} 的分数 {score} 超过上限", .list.label())]
    ScoreTooHigh { list: List, enterprise: String, village: String, score: u32 },
    #[error("{enterprise} 对 {town} 的包镇意向重复")]
    DoubleWish { enterprise: String, town: String },
    #[error("{enterprise} 对 {town} 的包镇意向没有村")]
    EmptyWish { enterprise: String, town: String },
    #[error("{enterprise} 对 {town} 的包镇意向中村 {village} 重复")]
    DoubleWishedVillage { enterprise: String, town: String, village: String },
    #[error("包镇意向把村 {village} 归入两个镇：{town} 和 {other}")]
    TwoTowns { village: String, town: String, other: String },
}

/// Finds the first thing that is wrong; of double candidates [`super::ordered`] tells, which sorts them.
pub(super) fn check(round: &Round) -> Result<(), Wrong> {
    sizes(round)?;
    doubled(List::Enterprises, round.enterprises.iter().map(|enterprise| &enterprise.code))?;
    doubled(List::Groups, round.groups.iter().map(|group| &group.code))?;
    doubled(List::Villages, round.villages.iter().map(|village| &village.code))?;
    let lost = round.villages.iter().find(|village| village.group as usize >= round.groups.len());
    if let Some(village) = lost {
        return Err(Wrong::UnknownGroup { village: village.code.clone() });
    }
    for (list, pairs) in [(List::Candidates, &round.candidates), (List::Fixed, &round.fixed)] {
        let (enterprises, villages) = (round.enterprises.len(), round.villages.len());
        let wrong = |pair: &Pair| {
            pair.enterprise as usize >= enterprises || pair.village as usize >= villages || pair.score > SCORE_MAX
        };
        if let Some(entry) = pairs.iter().position(wrong) {
            known(round, list, entry, pairs[entry].at())?;
            within(round, list, pairs[entry])?;
        }
    }
    for (entry, pair) in round.forbidden.iter().enumerate() {
        known(round, List::Forbidden, entry, *pair)?;
    }
    fixed_and_forbidden(round)?;
    wishes(round)
}

fn sizes(round: &Round) -> Result<(), Wrong> {
    let sizes = [
        (List::Enterprises, round.enterprises.len(), ENTERPRISES_MAX),
        (List::Groups, round.groups.len(), GROUPS_MAX),
        (List::Villages, round.villages.len(), VILLAGES_MAX),
        (List::Candidates, round.candidates.len(), CANDIDATES_MAX),
        (List::Fixed, round.fixed.len(), CANDIDATES_MAX),
        (List::Forbidden, round.forbidden.len(), CANDIDATES_MAX),
        (List::Wishes, round.wishes.len(), WISHES_MAX),
    ];
    match sizes.into_iter().find(|(_, given, most)| given > most) {
        Some((list, given, most)) => Err(Wrong::TooMany { list, given, most }),
        None => Ok(()),
    }
}

fn doubled<'a>(list: List, codes: impl Iterator<Item = &'a String>) -> Result<(), Wrong> {
    let mut seen = BTreeSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err(Wrong::DoubleCode { list, code: code.clone() });
        }
    }
    Ok(())
}

fn known(round: &Round, list: List, entry: usize, (enterprise, village): (u32, u32)) -> Result<(), Wrong> {
    if enterprise as usize >= round.enterprises.len() {
        return Err(Wrong::UnknownEnterprise { list, entry });
    }
    if village as usize >= round.villages.len() {
        return Err(Wrong::UnknownVillage { list, entry });
    }
    Ok(())
}

fn within(round: &Round, list: List, Pair { enterprise, village, score }: Pair) -> Result<(), Wrong> {
    if score <= SCORE_MAX {
        return Ok(());
    }
    let (enterprise, village) = round.codes((enterprise, village));
    Err(Wrong::ScoreTooHigh { list, enterprise, village, score })
}

fn fixed_and_forbidden(round: &Round) -> Result<(), Wrong> {
    let double = |list, pair| {
        let (enterprise, village) = round.codes(pair);
        Wrong::DoublePair { list, enterprise, village }
    };
    let mut fixed = BTreeSet::new();
    for pair in &round.fixed {
        let pair = (pair.enterprise, pair.village);
        if !fixed.insert(pair) {
            return Err(double(List::Fixed, pair));
        }
    }
    let mut forbidden = BTreeSet::new();
    for pair in &round.forbidden {
        if fixed.contains(pair) {
            let (enterprise, village) = round.codes(*pair);
            return Err(Wrong::FixedAndForbidden { enterprise, village });
        }
        if !forbidden.insert(pair) {
            return Err(double(List::Forbidden, *pair));
        }
    }
    Ok(())
}

fn wishes(round: &Round) -> Result<(), Wrong> {
    let mut seen = BTreeSet::new();
    let mut towns: BTreeMap<u32, &str> = BTreeMap::new();
    for (entry, wish) in round.wishes.iter().enumerate() {
        known_wish(round, entry, wish)?;
        let enterprise = || round.enterprises[wish.enterprise as usize].code.clone();
        let town = || wish.town.clone();
        if wish.villages.is_empty() {
            return Err(Wrong::EmptyWish { enterprise: enterprise(), town: town() });
        }
        if !seen.insert((wish.enterprise, &wish.town)) {
            return Err(Wrong::DoubleWish { enterprise: enterprise(), town: town() });
        }
        let mut wished = BTreeSet::new();
        for one in &wish.villages {
            let village = || round.villages[one.village as usize].code.clone();
            if !wished.insert(one.village) {
                return Err(Wrong::DoubleWishedVillage { enterprise: enterprise(), town: town(), village: village() });
            }
            let other = *towns.entry(one.village).or_insert(&wish.town);
            if other != wish.town {
                return Err(Wrong::TwoTowns { village: village(), town: town(), other: other.to_owned() });
            }
        }
    }
    Ok(())
}

fn known_wish(round: &Round, entry: usize, wish: &Wish) -> Result<(), Wrong> {
    if wish.enterprise as usize >= round.enterprises.len() {
        return Err(Wrong::UnknownEnterprise { list: List::Wishes, entry });
    }
    for one in &wish.villages {
        known(round, List::Wishes, entry, (wish.enterprise, one.village))?;
        let pair = Pair { enterprise: wish.enterprise, village: one.village, score: one.score };
        within(round, List::Wishes, pair)?;
    }
    Ok(())
}

impl Round {
    /// The codes of a pair that is known.
    pub(super) fn codes(&self, (enterprise, village): (u32, u32)) -> (String, String) {
        (self.enterprises[enterprise as usize].code.clone(), self.villages[village as usize].code.clone())
    }
}
