//! What a pledge is for: one to twenty rows that add up to it, and how arrived money is told off to them.
//!
//! A pledge is directed or undirected as a whole: its money lies on one account of the ledger, and what the charity
//! decides on must not lie beside what its giver directs. Who wants both makes two pledges. Deliberately absent: where
//! the money of a row may be set aside, which `allocation` says.

use super::Restriction;
use crate::need::Field;
use crate::place::{PlaceCode, PlaceLevel};
use crate::{Fen, NeedId, PairingId, Problems, UnknownWord};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Rows of one pledge.
pub const DESIGNATIONS_MAX: usize = 20;

words! {
    /// What a row of a pledge is for.
    pub enum DesignationKind {
        Need = "need" / "需求",
        Pairing = "pairing" / "结对",
        Village = "village" / "村（社区）",
        Town = "town" / "镇",
        Field = "field" / "领域",
        /// Its giver says so later.
        Undesignated = "undesignated" / "以后指定",
        /// The charity decides, within the campaign's purpose.
        Undirected = "undirected" / "由慈善组织安排",
    }
}

/// What a row of a pledge is for, with what it names. Text form: the kind, and what it names behind a colon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DesignationTarget {
    Need { need: NeedId },
    Pairing { pairing: PairingId },
    Village { village: PlaceCode },
    Town { town: PlaceCode },
    Field { field: Field },
    Undesignated,
    Undirected,
}

impl DesignationTarget {
    #[must_use]
    pub const fn kind(&self) -> DesignationKind {
        match self {
            Self::Need { .. } => DesignationKind::Need,
            Self::Pairing { .. } => DesignationKind::Pairing,
            Self::Village { .. } => DesignationKind::Village,
            Self::Town { .. } => DesignationKind::Town,
            Self::Field { .. } => DesignationKind::Field,
            Self::Undesignated => DesignationKind::Undesignated,
            Self::Undirected => DesignationKind::Undirected,
        }
    }

    #[must_use]
    pub const fn need(&self) -> Option<NeedId> {
        if let Self::Need { need } = self { Some(*need) } else { None }
    }

    /// Whether a place that is named is of the level that its kind says.
    #[must_use]
    fn is_of_its_level(&self) -> bool {
        match self {
            Self::Village { village } => village.level() == PlaceLevel::Village,
            Self::Town { town } => town.level() == PlaceLevel::Town,
            _ => true,
        }
    }
}

impl fmt::Display for DesignationTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::Need { need } => write!(f, "{kind}:{need}"),
            Self::Pairing { pairing } => write!(f, "{kind}:{pairing}"),
            Self::Village { village: place } | Self::Town { town: place } => write!(f, "{kind}:{}", place.as_str()),
            Self::Field { field } => write!(f, "{kind}:{field}"),
            Self::Undesignated | Self::Undirected => write!(f, "{kind}"),
        }
    }
}

impl FromStr for DesignationTarget {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownWord(text.to_owned());
        let (kind, named) = text.split_once(':').unwrap_or((text, ""));
        Ok(match kind.parse()? {
            DesignationKind::Need => Self::Need { need: named.parse().map_err(|_| unknown())? },
            DesignationKind::Pairing => Self::Pairing { pairing: named.parse().map_err(|_| unknown())? },
            DesignationKind::Village => Self::Village { village: named.parse().map_err(|_| unknown())? },
            DesignationKind::Town => Self::Town { town: named.parse().map_err(|_| unknown())? },
            DesignationKind::Field => Self::Field { field: named.parse()? },
            DesignationKind::Undesignated => Self::Undesignated,
            DesignationKind::Undirected => Self::Undirected,
        })
    }
}

/// One row: what of a pledge is for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Designation {
    #[serde(flatten)]
    pub target: DesignationTarget,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
}

/// Checks the rows of a pledge of this amount. What is wrong with the n-th is told under `designation_n`, counted from 0.
pub fn check(rows: &[Designation], amount: Fen, restriction: Restriction, problems: &mut Problems) {
    if rows.len() > DESIGNATIONS_MAX {
        problems.add("designations", "一笔认捐最多分给 20 处");
        return;
    }
    for (n, row) in rows.iter().enumerate() {
        let field = format!("designation_{n}");
        if let Err(error) = row.amount.check_amount() {
            problems.add(field.as_str(), error.to_string());
        } else if rows[..n].iter().any(|earlier| earlier.target == row.target) {
            problems.add(field.as_str(), "同一处只写一次，请把金额合在一起");
        } else if !row.target.is_of_its_level() {
            problems.add(field.as_str(), "请写村（社区）的 12 位区划代码或镇的 9 位区划代码");
        }
        let undirected = row.target == DesignationTarget::Undirected;
        if undirected != (restriction == Restriction::Undirected) {
            problems.add(field, "定向的款和由慈善组织安排的款分开记账：请分成两笔认捐，一笔定向，一笔非定向");
        }
    }
    match Fen::sum(rows.iter().map(|row| row.amount)) {
        Ok(sum) if sum == amount => {}
        Ok(sum) if sum < amount => {
            let missing = amount.saturating_gap(sum);
            problems.add("designations", format!("各处加起来是 {sum}，比认捐金额 {amount} 少 {missing}"));
        }
        Ok(sum) => {
            let more = sum.saturating_gap(amount);
            problems.add("designations", format!("各处加起来是 {sum}，比认捐金额 {amount} 多 {more}"));
        }
        Err(error) => problems.add("designations", error.to_string()),
    }
}

/// How much of what has arrived each row has: they are filled in their order, and what came beyond the pledge goes to
/// the last. It follows from the amounts and the sum alone, so that money that goes back leaves the last rows first.
#[must_use]
pub fn attribute(amounts: &[Fen], arrived: Fen) -> Vec<Fen> {
    let mut left = arrived;
    let last = amounts.len().saturating_sub(1);
    let share = |(n, amount): (usize, &Fen)| {
        let share = if n == last { left } else { left.min(*amount) };
        left = left.saturating_gap(share);
        share
    };
    amounts.iter().enumerate().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn row(n: u128, yuan: i64) -> Designation {
        let target = DesignationTarget::Need { need: NeedId(Uuid::from_u128(n)) };
        Designation { target, amount: Fen::yuan(yuan) }
    }

    fn problems(rows: &[Designation], yuan: i64, restriction: Restriction) -> Vec<(String, String)> {
        let mut found = Problems::new();
        check(rows, Fen::yuan(yuan), restriction, &mut found);
        found.into_vec().into_iter().map(|problem| (problem.field, problem.message)).collect()
    }

    #[test]
    fn rows_that_do_not_add_up_are_told_by_the_difference() {
        assert_eq!(problems(&[row(1, 60), row(2, 40)], 100, Restriction::Directed), []);
        let found = problems(&[row(1, 60), row(2, 30)], 100, Restriction::Directed);
        assert_eq!(found[0].0, "designations");
        assert!(found[0].1.contains(&format!("少 {}", Fen::yuan(10))), "{found:?}");
        let found = problems(&[row(1, 60), row(2, 45)], 100, Restriction::Directed);
        assert!(found[0].1.contains(&format!("多 {}", Fen::yuan(5))), "{found:?}");
    }

    #[test]
    fn a_row_twice_an_empty_one_a_mixed_one_and_too_many_are_named() {
        let mixed = Designation { target: DesignationTarget::Undirected, amount: Fen::yuan(40) };
        let county = Designation {
            target: DesignationTarget::Village { village: "441424".parse().unwrap() },
            amount: Fen::yuan(40),
        };
        for (rows, field) in [
            (vec![row(1, 60), row(1, 40)], "designation_1"),
            (vec![row(1, 100), row(2, 0)], "designation_1"),
            (vec![row(1, 60), mixed], "designation_1"),
            (vec![row(1, 60), county], "designation_1"),
            ((0..25).map(|n| row(n, 4)).collect(), "designations"),
        ] {
            let found = problems(&rows, 100, Restriction::Directed);
            assert_eq!(found.iter().map(|(field, _)| field.as_str()).collect::<Vec<_>>(), [field], "{rows:?}");
        }
        assert_eq!(problems(&[row(1, 100)], 100, Restriction::Undirected).len(), 1);
    }

    #[test]
    fn every_target_reads_back() {
        for target in [
            DesignationTarget::Need { need: NeedId(Uuid::from_u128(1)) },
            DesignationTarget::Pairing { pairing: PairingId(Uuid::from_u128(2)) },
            DesignationTarget::Village { village: "441424103203".parse().unwrap() },
            DesignationTarget::Town { town: "441424103".parse().unwrap() },
            DesignationTarget::Field { field: Field::Infrastructure },
            DesignationTarget::Undesignated,
            DesignationTarget::Undirected,
        ] {
            assert_eq!(target.to_string().parse(), Ok(target.clone()));
            let row = Designation { target, amount: Fen::yuan(3) };
            let json = serde_json::to_string(&row).unwrap();
            assert_eq!(serde_json::from_str::<Designation>(&json).unwrap(), row, "{json}");
        }
        assert!("village".parse::<DesignationTarget>().is_err());
    }

    #[test]
    fn the_first_row_is_full_first_and_the_last_has_what_is_beyond() {
        let amounts = [Fen::yuan(60), Fen::yuan(40)];
        for (arrived, shares) in [(0, [0, 0]), (50, [50, 0]), (60, [60, 0]), (75, [60, 15]), (130, [60, 70])] {
            assert_eq!(attribute(&amounts, Fen::yuan(arrived)), shares.map(Fen::yuan));
        }
    }

    proptest! {
        #[test]
        fn what_arrived_is_told_off_whole_in_order_and_never_above_a_row(
            amounts in prop::collection::vec(1i64..1_000_000, 1..=DESIGNATIONS_MAX), arrived in 0i64..30_000_000,
        ) {
            let amounts: Vec<Fen> = amounts.into_iter().map(|fen| Fen::new(fen).unwrap()).collect();
            let shares = attribute(&amounts, Fen::new(arrived).unwrap());
            prop_assert_eq!(Fen::sum(shares.iter().copied()).unwrap().get(), arrived);
            let last = amounts.len() - 1;
            for n in 0..last {
                prop_assert!(shares[n] <= amounts[n]);
                prop_assert!(shares[n] == amounts[n] || shares[n + 1..].iter().all(|share| share.is_zero()));
            }
        }

        #[test]
        fn more_money_takes_nothing_from_a_row(
            amounts in prop::collection::vec(1i64..1_000, 1..6), before in 0i64..4_000, more in 0i64..4_000,
        ) {
            let amounts: Vec<Fen> = amounts.into_iter().map(|fen| Fen::new(fen).unwrap()).collect();
            let earlier = attribute(&amounts, Fen::new(before).unwrap());
            let later = attribute(&amounts, Fen::new(before + more).unwrap());
            prop_assert!(earlier.iter().zip(&later).all(|(earlier, later)| earlier <= later));
        }
    }
}
