//! Which pairs of a round are candidates: each enterprise's best villages and each village's best enterprises, by the
//! public score.
//!
//! A pair is worth what the need of the village is worth to the enterprise that fits it best; one that is worth nothing
//! is none. Millions of needs and enterprises are held against each other, so no reasons are made: an outlook
//! ([`crate::matching::outlook`]) by all that is known of a need is its score. Deliberately absent: rules of a round, and the plan.

use super::setup::{BEST_ENTERPRISES, BEST_VILLAGES};
use crate::matching::outlook::{Glimpse, Outlook};
use crate::matching::{NeedFacts, Seeker, Spot, topics};
use crate::need::{ContributionKind, Field};
use crate::place::TownClass;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
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
        let (needs, towns) = self.weighed();
        for (seeker, enterprise) in self.seekers.iter().zip(0..) {
            let outlook = Outlook::of(seeker, towns.iter().map(|town| (*town).clone()));
            let mut scored = self.of(&outlook, &needs, enterprise);
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

    /// The needs as they are scored, and the places of their towns.
    fn weighed(&self) -> (Vec<Weighed>, Vec<&Spot>) {
        let (mut towns, mut numbers) = (Vec::new(), BTreeMap::new());
        let needs = self.needs.iter().map(|(village, facts)| {
            let spot = &facts.spot;
            let town = *numbers.entry(spot.place.code.parent()).or_insert_with(|| {
                towns.push(spot);
                towns.len() - 1
            });
            let money = facts.kind == ContributionKind::Money;
            let glimpse = Glimpse {
                topics: topics::bits(&facts.text),
                asks: facts.missing.filter(|missing| money && missing.is_positive()),
                untouched: facts.pledged == Some(false),
                class: facts.key_assisted.is_some().then_some(TownClass::KeyAssisted),
                ..Glimpse::default()
            };
            Weighed { village: *village, town, field: facts.field, kind: facts.kind, glimpse }
        });
        (needs.collect(), towns)
    }

    /// All that an enterprise is worth, by village.
    fn of(&self, outlook: &Outlook, needs: &[Weighed], enterprise: u32) -> Vec<ScoredPair> {
        let fields: Vec<u16> = outlook.fields.iter().map(|(_, points)| *points).collect();
        // What an enterprise cannot give is not recommended to it either.
        let mut kinds = [None; ContributionKind::ALL.len()];
        for (kind, points) in &outlook.kinds {
            kinds[*kind as usize] = Some(*points);
        }
        let mut best = vec![(0, 0); self.villages];
        for (weighed, need) in needs.iter().zip(0..) {
            let Some(kind) = kinds[weighed.kind as usize] else { continue };
            let field = weighed.field.map_or(0, |field| fields[field as usize]);
            let score =
                outlook.at_most(&Glimpse { field, kind, town: outlook.towns[weighed.town].1, ..weighed.glimpse });
            let known = &mut best[weighed.village as usize];
            if score > known.0 {
                *known = (score, need);
            }
        }
        let pair = |(village, (score, need))| ScoredPair { enterprise, village, score: u32::from(score), need };
        (0..).zip(best).filter(|(_, (score, _))| *score > 0).map(pair).collect()
    }
}

/// A need as it is scored. Its town stands for a place in a list.
struct Weighed {
    village: u32,
    town: usize,
    field: Option<Field>,
    kind: ContributionKind,
    /// But for the points of its field, kind and town, which are each enterprise's own.
    glimpse: Glimpse,
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
    use crate::Fen;
    use crate::api::needs::Where;
    use crate::matching::distance::Point;
    use crate::matching::judge_need;
    use crate::registration::Industry;

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

    /// Each enterprise against each need by itself, as the public table judges them.
    #[test]
    fn a_pair_is_worth_what_the_judgement_with_its_reasons_says() {
        let spot = |code: &str, point: Option<(&str, &str)>| {
            let place =
                Where { code: code.parse().unwrap(), county: "县".into(), town: "镇".into(), village: "村".into() };
            Spot { place, point: point.and_then(|(lon, lat)| Point::parse(lon, lat)), exact: code.ends_with('7') }
        };
        let spots = [
            spot("441424125207", Some(("115.72", "23.91"))),
            spot("441424103203", Some(("115.60", "24.02"))),
            spot("441481102200", None),
        ];
        let kinds = [ContributionKind::Money, ContributionKind::Goods];
        let mut needs = Vec::new();
        for (n, spot) in spots.iter().cycle().take(36).enumerate() {
            let kind = kinds[n % 2];
            needs.push(NeedFacts {
                spot: spot.clone(),
                field: Some(Field::ALL[n % Field::ALL.len()]).filter(|_| n % 7 > 0),
                kind,
                missing: (kind == ContributionKind::Money).then(|| Fen::yuan(i64::try_from(n / 3).unwrap() * 1_000)),
                pledged: (kind == ContributionKind::Money).then_some(n % 4 == 0),
                key_assisted: (n % 5 == 0).then(|| "名单".into()),
                text: ["装路灯，修村道", "茶园的烘干房", ""][n % 3].into(),
            });
        }
        let base = Seeker { topics: topics::met("茶叶和路灯，自来水"), ..Seeker::default() };
        let seekers = [
            Seeker::default(),
            Seeker { base: Some(spots[0].clone()), fields: vec![Field::Infrastructure], ..base.clone() },
            Seeker { base: Some(spots[1].clone()), kinds: vec![ContributionKind::Money], ..base.clone() },
            Seeker { industry: Some(Industry::Construction), amount_to: Some(Fen::yuan(5_000)), ..base.clone() },
            Seeker {
                places: vec!["441424".parse().unwrap(), "441424103".parse().unwrap()],
                amount_from: Some(Fen::yuan(4_000)),
                kinds: kinds.to_vec(),
                ..base
            },
        ];
        let each: Vec<_> = (0..).zip(needs.iter().cloned()).collect();
        let found = candidates(&seekers, &each, needs.len(), (&[], &[]));
        let known: BTreeMap<_, _> = found.iter().map(|pair| ((pair.0, pair.1), pair.2)).collect();
        for (enterprise, seeker) in (0..).zip(&seekers) {
            for (village, need) in (0..).zip(&needs) {
                let given = seeker.kinds.is_empty() || seeker.kinds.contains(&need.kind);
                let judged = u32::from(judge_need(seeker, need).score.total);
                let expected = Some(judged).filter(|judged| given && *judged > 0);
                assert_eq!(known.get(&(enterprise, village)).copied(), expected, "{seeker:?} {need:?}");
            }
        }
        assert!(known.len() > 100, "{}", known.len());
    }

    #[test]
    fn it_ends_when_nobody_wants_it_any_more() {
        let water = seeker(Field::Infrastructure);
        let none = BTreeSet::new();
        let scoring = Scoring { seekers: &[&water], needs: &[], villages: 0, always: &none, aside: &none };
        assert!(scoring.candidates(&mut |_| ControlFlow::Break(())).is_break());
    }
}
