//! Which pairs of a round are candidates: each enterprise's best villages and each village's best enterprises, by the
//! public score.
//!
//! A pair is worth what the need of the village is worth to the enterprise that fits it best. A pair for which nothing
//! speaks is none. Deliberately absent: rules of a round, and the plan.

use super::setup::{BEST_ENTERPRISES, BEST_VILLAGES};
use crate::matching::{NeedFacts, Seeker, judge_need};
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What a pair is worth, and by which need. All are positions in the lists that were handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScoredPair {
    pub enterprise: u32,
    pub village: u32,
    pub score: u32,
    pub need: u32,
}

/// What is scored.
pub struct Scoring<'a> {
    pub seekers: &'a [&'a Seeker],
    /// Each with its village, those that have waited longest first: of two that fit alike the first one counts.
    pub needs: &'a [(u32, &'a NeedFacts)],
    pub villages: usize,
    /// Pairs that are kept, however little they are worth.
    pub always: &'a BTreeSet<(u32, u32)>,
    /// Pairs that take nobody's place among the best. They are kept beside them.
    pub aside: &'a BTreeSet<(u32, u32)>,
}

impl Scoring<'_> {
    /// The pairs that are candidates, by enterprise and village. `each` is told all that an enterprise is worth, one
    /// enterprise after the other, and hears whether to go on.
    pub fn candidates(
        &self,
        each: &mut dyn FnMut(&[ScoredPair]) -> ControlFlow<()>,
    ) -> ControlFlow<(), Vec<ScoredPair>> {
        let mut kept = BTreeSet::new();
        let mut of_villages: Vec<Vec<ScoredPair>> = vec![Vec::new(); self.villages];
        for (seeker, enterprise) in self.seekers.iter().zip(0..) {
            let mut scored = self.of(seeker, enterprise);
            each(&scored)?;
            let beside = |pair: &ScoredPair| self.aside.contains(&(pair.enterprise, pair.village));
            let kept_anyway =
                |pair: &ScoredPair| beside(pair) || self.always.contains(&(pair.enterprise, pair.village));
            kept.extend(scored.iter().filter(|pair| kept_anyway(pair)).copied());
            scored.retain(|pair| !beside(pair));
            for pair in &scored {
                offer(&mut of_villages[pair.village as usize], *pair);
            }
            scored.sort_unstable_by_key(|pair| (Reverse(pair.score), pair.village));
            kept.extend(scored.into_iter().take(BEST_VILLAGES));
        }
        kept.extend(of_villages.into_iter().flatten());
        ControlFlow::Continue(kept.into_iter().collect())
    }

    /// All that an enterprise is worth, by village.
    fn of(&self, seeker: &Seeker, enterprise: u32) -> Vec<ScoredPair> {
        let mut best: Vec<Option<ScoredPair>> = vec![None; self.villages];
        for ((village, facts), need) in self.needs.iter().zip(0..) {
            // What an enterprise cannot give is not recommended to it either.
            if !seeker.kinds.is_empty() && !seeker.kinds.contains(&facts.kind) {
                continue;
            }
            let judged = judge_need(seeker, facts);
            let score = u32::from(judged.score.total);
            let known = &mut best[*village as usize];
            if !judged.reasons.is_empty() && known.is_none_or(|known| known.score < score) {
                *known = Some(ScoredPair { enterprise, village: *village, score, need });
            }
        }
        best.into_iter().flatten().collect()
    }
}

/// Keeps a pair among the best of its village, if it is one of them; among equals the first enterprise.
fn offer(best: &mut Vec<ScoredPair>, pair: ScoredPair) {
    let at = best.partition_point(|known| known.score >= pair.score);
    if at < BEST_ENTERPRISES {
        best.insert(at, pair);
        best.truncate(BEST_ENTERPRISES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::needs::Where;
    use crate::matching::Spot;
    use crate::need::{ContributionKind, Field};

    fn need(field: Field, kind: ContributionKind, pledged: bool) -> NeedFacts {
        let place = Where {
            code: "441424125207".parse().unwrap(),
            county: "五华县".into(),
            town: "梅林镇".into(),
            village: "黄沙村".into(),
        };
        NeedFacts {
            spot: Spot { place, point: None, exact: false },
            field: Some(field),
            kind,
            missing: None,
            pledged: Some(pledged),
            key_assisted: None,
            text: String::new(),
        }
    }

    fn seeker(field: Field) -> Seeker {
        Seeker { fields: vec![field], ..Seeker::default() }
    }

    type Positions<'a> = &'a [(u32, u32)];

    fn candidates(
        seekers: &[Seeker],
        needs: &[(u32, NeedFacts)],
        villages: usize,
        (always, aside): (Positions<'_>, Positions<'_>),
    ) -> Vec<(u32, u32, u32, u32)> {
        let seekers: Vec<&Seeker> = seekers.iter().collect();
        let needs: Vec<(u32, &NeedFacts)> = needs.iter().map(|(village, facts)| (*village, facts)).collect();
        let (always, aside) = (always.iter().copied().collect(), aside.iter().copied().collect());
        let scoring = Scoring { seekers: &seekers, needs: &needs, villages, always: &always, aside: &aside };
        let ControlFlow::Continue(found) = scoring.candidates(&mut |_| ControlFlow::Continue(())) else {
            panic!("nobody stopped it")
        };
        found.into_iter().map(|pair| (pair.enterprise, pair.village, pair.score, pair.need)).collect()
    }

    #[test]
    fn a_pair_is_worth_its_best_need_and_without_a_reason_it_is_none() {
        let (water, tea) = (Field::Infrastructure, Field::SpecialtyIndustry);
        let needs = [
            (0, need(tea, ContributionKind::Money, true)),
            (0, need(water, ContributionKind::Money, true)),
            (0, need(water, ContributionKind::Money, true)),
            (1, need(tea, ContributionKind::Money, true)),
            (2, need(water, ContributionKind::Goods, true)),
        ];
        let found = candidates(&[seeker(water)], &needs, 3, (&[], &[]));
        assert_eq!(found, [(0, 0, 175, 1), (0, 2, 175, 4)], "the need that has waited longest, by the public table");
        let money = Seeker { kinds: vec![ContributionKind::Money], ..seeker(water) };
        let found = candidates(&[money], &needs, 3, (&[], &[]));
        assert_eq!(found.iter().map(|pair| pair.1).collect::<Vec<_>>(), [0, 1], "it gives no goods");
    }

    #[test]
    fn the_best_of_each_side_are_kept_and_those_that_have_to_be() {
        let water = Field::Infrastructure;
        let villages = u32::try_from(BEST_VILLAGES).unwrap() + 2;
        // The last two are worth less, and are the second enterprise's like the first one's.
        let worth = |village: u32| need(water, ContributionKind::Money, village >= villages - 2);
        let needs: Vec<_> = (0..villages).map(|village| (village, worth(village))).collect();
        let all = villages as usize;
        let one = candidates(&[seeker(water)], &needs, all, (&[], &[]));
        assert_eq!(one.len(), all, "a village's best are kept too");
        let many: Vec<Seeker> = (0..=BEST_ENTERPRISES).map(|_| seeker(water)).collect();
        let last = u32::try_from(BEST_ENTERPRISES).unwrap();
        let of_last = |found: &[(u32, u32, u32, u32)]| found.iter().filter(|pair| pair.0 == last).count();
        let found = candidates(&many, &needs, all, (&[], &[]));
        assert_eq!(of_last(&found), BEST_VILLAGES, "ten others come before it");
        let found = candidates(&many, &needs, all, (&[(last, villages - 1)], &[(last, 0)]));
        assert_eq!(of_last(&found), BEST_VILLAGES + 2, "one that has to be, and one that takes no place");
    }

    #[test]
    fn it_ends_when_nobody_wants_it_any_more() {
        let water = seeker(Field::Infrastructure);
        let none = BTreeSet::new();
        let scoring = Scoring { seekers: &[&water], needs: &[], villages: 0, always: &none, aside: &none };
        assert!(scoring.candidates(&mut |_| ControlFlow::Break(())).is_break());
    }
}
