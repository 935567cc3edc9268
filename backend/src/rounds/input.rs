//! What a plan is computed from: who takes part, what the pairs are worth, and the rules; with a fingerprint by which it is
//! known whether anything has changed.
//!
//! Reading is a few statements in one moment; everything else is pure and has a thread of its own. Deliberately absent:
//! the plan (`solving`), and who may ask for it.

mod sql;

use super::runs::ConflictRule;
use crate::app::App;
use crate::error::Result;
use crate::matching::{self, KnownEnterprise, KnownNeed};
use domain::OrganisationId;
use domain::matching::judge_need;
use domain::matching::reason::FitReason;
use domain::place::{PlaceCode, PlaceLevel};
use domain::round::rule::{RoundConflictKind, RoundExclusionKind, RoundRuleInput, RoundRuleKind, WishLeft};
use domain::round::scored::{ScoredPair, Scoring};
use domain::round::setup::RoundSetup;
use domain::round::{Enterprise, Group, Pair, Round, Village, Wish, WishedVillage};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

/// What is set out: for the plan that is computed, or that would be computed now.
pub struct SetOut<'a> {
    pub place: &'a PlaceCode,
    pub setup: &'a RoundSetup,
    pub rules: &'a [RoundRuleInput],
}

/// All that was read.
pub struct Gathered {
    setup: RoundSetup,
    rules: Vec<RoundRuleInput>,
    enterprises: Vec<KnownEnterprise>,
    /// Those that the setup chose.
    chosen: BTreeSet<OrganisationId>,
    /// Those that take part by themselves, in the order of their codes; the others only with their whole town.
    taking: BTreeSet<PlaceCode>,
    villages: Vec<PlaceCode>,
    /// The villages of each wished town.
    towns: BTreeMap<PlaceCode, Vec<PlaceCode>>,
    needs: Vec<KnownNeed>,
    dismissed: Vec<(OrganisationId, PlaceCode)>,
    paired: Vec<(OrganisationId, PlaceCode)>,
    covered: Vec<PlaceCode>,
}

/// Verified enterprises and villages that take part, as things stand.
pub struct Participants {
    pub enterprises: Vec<(OrganisationId, bool)>,
    pub villages: BTreeSet<PlaceCode>,
}

fn of_kind(rules: &[RoundRuleInput], kind: RoundRuleKind) -> impl Iterator<Item = &RoundRuleInput> {
    rules.iter().filter(move |rule| rule.kind == kind)
}

fn pairs_of(rules: &[RoundRuleInput], kind: RoundRuleKind) -> impl Iterator<Item = (OrganisationId, PlaceCode)> {
    of_kind(rules, kind).filter_map(|rule| Some((rule.enterprise?, rule.place.clone()?)))
}

/// Who takes part: whom the setup chooses, whom rules name, less those whom rules leave out.
pub async fn participants(app: &App, tx: &mut PgConnection, set_out: &SetOut<'_>) -> Result<Participants> {
    let SetOut { place, setup, rules } = set_out;
    let named: Vec<_> = rules.iter().filter_map(|rule| Some(rule.enterprise?.0)).collect();
    let mut enterprises = sql::enterprises(tx, (place, setup), &named).await?;
    let limits: HashMap<OrganisationId, u32> =
        of_kind(rules, RoundRuleKind::Enterprise).filter_map(|rule| Some((rule.enterprise?, rule.capacity?))).collect();
    // Whoever is fixed or wishes for a town stays: it is the rules' matter whether they can hold.
    let kept: BTreeSet<OrganisationId> = [RoundRuleKind::Fixed, RoundRuleKind::Wish]
        .into_iter()
        .flat_map(|kind| pairs_of(rules, kind))
        .map(|(enterprise, _)| enterprise)
        .collect();
    // A pair that is forbidden brings nobody in.
    enterprises.retain(|(id, chosen)| match limits.get(id) {
        Some(capacity) => *capacity > 0 || kept.contains(id),
        None => *chosen || kept.contains(id),
    });
    let mut villages: BTreeSet<PlaceCode> = sql::villages(tx, setup, app.clock.today()).await?.into_iter().collect();
    for rule in of_kind(rules, RoundRuleKind::Village) {
        let Some(village) = &rule.place else { continue };
        if rule.capacity.unwrap_or(0) > 0 {
            villages.insert(village.clone());
        } else {
            villages.remove(village);
        }
    }
    villages.extend(pairs_of(rules, RoundRuleKind::Fixed).map(|(_, village)| village));
    Ok(Participants { enterprises, villages })
}

/// Reads all that a plan is computed from.
pub async fn gather(app: &App, tx: &mut PgConnection, set_out: &SetOut<'_>) -> Result<Gathered> {
    let Participants { enterprises, villages: taking } = participants(app, tx, set_out).await?;
    let wished: BTreeSet<PlaceCode> = pairs_of(set_out.rules, RoundRuleKind::Wish).map(|(_, town)| town).collect();
    let of_town = |town: &PlaceCode| -> Vec<PlaceCode> {
        let places = app.places.iter().map(|(code, _)| code);
        places.filter(|code| code.level() == PlaceLevel::Village && town.contains(code)).cloned().collect()
    };
    let towns: BTreeMap<PlaceCode, Vec<PlaceCode>> = wished.iter().map(|town| (town.clone(), of_town(town))).collect();
    let villages: Vec<PlaceCode> =
        taking.iter().chain(towns.values().flatten()).collect::<BTreeSet<_>>().into_iter().cloned().collect();
    let ids: Vec<OrganisationId> = enterprises.iter().map(|(id, _)| *id).collect();
    let wished: Vec<PlaceCode> = wished.into_iter().collect();
    Ok(Gathered {
        setup: set_out.setup.clone(),
        rules: set_out.rules.to_vec(),
        enterprises: matching::enterprises(app, tx, &ids).await?,
        chosen: enterprises.into_iter().filter(|(_, chosen)| *chosen).map(|(id, _)| id).collect(),
        needs: matching::open_needs(app, tx, &villages, &set_out.setup.fields).await?,
        dismissed: matching::dismissed_villages(tx, &ids, &villages).await?,
        paired: sql::paired(tx, &ids, &villages).await?,
        covered: sql::covered(tx, &wished).await?,
        taking,
        villages,
        towns,
    })
}

/// Whether a town has a coverage already, under way or talked about.
pub async fn is_covered(tx: &mut PgConnection, town: &PlaceCode) -> Result<bool> {
    Ok(!sql::covered(tx, std::slice::from_ref(town)).await?.is_empty())
}

/// Why a pair is left out by itself; none where nothing stands between the two.
pub async fn left_out(
    tx: &mut PgConnection,
    enterprise: OrganisationId,
    village: &PlaceCode,
) -> Result<Option<RoundExclusionKind>> {
    let (ids, villages) = ([enterprise], std::slice::from_ref(village));
    if !sql::paired(tx, &ids, villages).await?.is_empty() {
        return Ok(Some(RoundExclusionKind::Paired));
    }
    let dismissed = matching::dismissed_villages(tx, &ids, villages).await?;
    Ok((!dismissed.is_empty()).then_some(RoundExclusionKind::Dismissed))
}

/// A wish of the federation's list.
pub struct WishedTown {
    pub enterprise: OrganisationId,
    pub town: PlaceCode,
    pub villages: Vec<PlaceCode>,
    pub score: u64,
    /// It is not even considered.
    pub left: Option<WishLeft>,
}

/// What is solved, with the names of what stands in it by positions.
pub struct Input {
    pub round: Round,
    pub enterprises: Vec<OrganisationId>,
    pub villages: Vec<PlaceCode>,
    /// In the order of the round's list come those that are considered.
    pub wishes: Vec<WishedTown>,
    pub exclusions: BTreeMap<(OrganisationId, PlaceCode), RoundExclusionKind>,
    /// Rules that no plan can keep, whatever the others are.
    pub broken: Option<Vec<ConflictRule>>,
    /// What each candidate is worth.
    pub worth: HashMap<(u32, u32), ScoredPair>,
    pub taking: BTreeSet<PlaceCode>,
    /// Of all that is reckoned with; and of enterprises, villages and scores alone.
    pub fingerprint: String,
    pub facts: String,
}

/// Pairs by their positions.
type PairsAt = BTreeSet<(u32, u32)>;

/// Where an enterprise and a village stand in the lists.
struct Positions {
    enterprises: HashMap<OrganisationId, u32>,
    villages: HashMap<PlaceCode, u32>,
}

impl Positions {
    fn of(&self, (enterprise, village): &(OrganisationId, PlaceCode)) -> Option<(u32, u32)> {
        Some((*self.enterprises.get(enterprise)?, *self.villages.get(village)?))
    }
}

fn fingerprint<T: Serialize>(value: &T) -> String {
    hexadecimal(&Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

impl Gathered {
    /// Why these two fit, by a need.
    pub fn reasons(&self, enterprise: u32, need: u32) -> Vec<FitReason> {
        let enterprise = &self.enterprises[enterprise as usize];
        judge_need(&enterprise.seeker, &self.needs[need as usize].facts).reasons
    }

    pub fn need(&self, need: u32) -> &KnownNeed {
        &self.needs[need as usize]
    }

    fn positions(&self) -> Positions {
        Positions {
            enterprises: self.enterprises.iter().map(|known| known.id).zip(0..).collect(),
            villages: self.villages.iter().cloned().zip(0..).collect(),
        }
    }

    /// Scores the pairs and writes down what is to be solved. `go_on` is asked now and then.
    pub fn input(&self, go_on: &mut dyn FnMut() -> ControlFlow<()>) -> ControlFlow<(), Input> {
        let at = self.positions();
        let exclusions = self.exclusions();
        let forbidden: BTreeSet<(u32, u32)> = exclusions
            .keys()
            .cloned()
            .chain(pairs_of(&self.rules, RoundRuleKind::Forbidden))
            .filter_map(|pair| at.of(&pair))
            .collect();
        let fixed: BTreeSet<(u32, u32)> =
            pairs_of(&self.rules, RoundRuleKind::Fixed).filter_map(|pair| at.of(&pair)).collect();
        let of_towns: BTreeSet<(u32, u32)> = self.wished_pairs().filter_map(|pair| at.of(&pair)).collect();
        let always: BTreeSet<(u32, u32)> = fixed.union(&of_towns).copied().collect();
        let (scored, facts) = self.scored(&at, (&always, &forbidden), go_on)?;
        let worth: HashMap<(u32, u32), ScoredPair> =
            scored.iter().map(|pair| ((pair.enterprise, pair.village), *pair)).collect();
        let score = |pair: (u32, u32)| worth.get(&pair).map_or(0, |scored| scored.score);
        // Whom an enterprise is paired with already does not keep it from the whole town.
        let own_town = |pair: &(u32, u32)| of_towns.contains(pair) && self.is_paired(&exclusions, *pair);
        let single = |village: u32| self.taking.contains(&self.villages[village as usize]);
        let candidates = scored.iter().filter(|pair| {
            let pair = (pair.enterprise, pair.village);
            single(pair.1) && !own_town(&pair) && self.capacity(pair.0, &fixed) > 0
        });
        let candidates: Vec<Pair> = candidates
            .map(|pair| Pair { enterprise: pair.enterprise, village: pair.village, score: pair.score })
            .collect();
        let wishes = self.wishes(&at, &score);
        let (groups, villages) = self.groups_and_villages();
        let round = Round {
            enterprises: (0..)
                .zip(&self.enterprises)
                .map(|(position, known)| Enterprise {
                    code: known.id.to_string(),
                    capacity: self.capacity(position, &fixed),
                    minimum: self.minimum(position),
                })
                .collect(),
            groups,
            villages,
            candidates,
            fixed: fixed.iter().map(|pair| Pair { enterprise: pair.0, village: pair.1, score: score(*pair) }).collect(),
            forbidden: forbidden.iter().filter(|pair| !own_town(pair)).copied().collect(),
            wishes: wishes
                .iter()
                .filter(|wish| wish.left.is_none())
                .filter_map(|wish| {
                    let enterprise = *at.enterprises.get(&wish.enterprise)?;
                    let village = |village: &PlaceCode| {
                        let village = *at.villages.get(village)?;
                        Some(WishedVillage { village, score: score((enterprise, village)) })
                    };
                    let villages = wish.villages.iter().filter_map(village).collect();
                    Some(Wish { enterprise, town: wish.town.to_string(), villages })
                })
                .collect(),
        };
        ControlFlow::Continue(Input {
            fingerprint: fingerprint(&round),
            facts,
            broken: self.broken(&at, &exclusions),
            enterprises: self.enterprises.iter().map(|known| known.id).collect(),
            villages: self.villages.clone(),
            taking: self.taking.clone(),
            wishes,
            exclusions,
            worth,
            round,
        })
    }

    fn exclusions(&self) -> BTreeMap<(OrganisationId, PlaceCode), RoundExclusionKind> {
        let dismissed = self.dismissed.iter().map(|pair| (pair.clone(), RoundExclusionKind::Dismissed));
        let paired = self.paired.iter().map(|pair| (pair.clone(), RoundExclusionKind::Paired));
        dismissed.chain(paired).collect()
    }

    fn is_paired(
        &self,
        exclusions: &BTreeMap<(OrganisationId, PlaceCode), RoundExclusionKind>,
        (enterprise, village): (u32, u32),
    ) -> bool {
        let pair = (self.enterprises[enterprise as usize].id, self.villages[village as usize].clone());
        exclusions.get(&pair) == Some(&RoundExclusionKind::Paired)
    }

    /// Every village of a wished town with whoever wishes for it.
    fn wished_pairs(&self) -> impl Iterator<Item = (OrganisationId, PlaceCode)> {
        pairs_of(&self.rules, RoundRuleKind::Wish).flat_map(|(enterprise, town)| {
            let villages = self.towns.get(&town).cloned().unwrap_or_default();
            villages.into_iter().map(move |village| (enterprise, village))
        })
    }

    fn scored(
        &self,
        at: &Positions,
        (always, aside): (&PairsAt, &PairsAt),
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> ControlFlow<(), (Vec<ScoredPair>, String)> {
        let seekers: Vec<_> = self.enterprises.iter().map(|known| &known.seeker).collect();
        let needs: Vec<_> =
            self.needs.iter().filter_map(|need| Some((*at.villages.get(&need.village)?, &need.facts))).collect();
        let scoring = Scoring { seekers: &seekers, needs: &needs, villages: self.villages.len(), always, aside };
        let mut facts = Sha256::new();
        for code in &self.villages {
            facts.update(code.as_str());
        }
        let mut enterprise = self.enterprises.iter();
        let scored = scoring.candidates(&mut |all| {
            if let Some(known) = enterprise.next() {
                facts.update(known.id.0.as_bytes());
            }
            for pair in all {
                facts.update(pair.village.to_be_bytes());
                facts.update(pair.score.to_be_bytes());
            }
            go_on()
        })?;
        ControlFlow::Continue((scored, hexadecimal(&facts.finalize())))
    }

    fn rule_of(&self, enterprise: u32) -> Option<&RoundRuleInput> {
        let id = self.enterprises[enterprise as usize].id;
        of_kind(&self.rules, RoundRuleKind::Enterprise).find(|rule| rule.enterprise == Some(id))
    }

    /// Whoever is here for a whole town only takes no single villages.
    fn capacity(&self, enterprise: u32, fixed: &BTreeSet<(u32, u32)>) -> u32 {
        let id = self.enterprises[enterprise as usize].id;
        let is_fixed = fixed.range((enterprise, 0)..=(enterprise, u32::MAX)).next().is_some();
        let takes_part = self.chosen.contains(&id) || is_fixed;
        let usual = if takes_part { self.setup.enterprise_capacity } else { 0 };
        self.rule_of(enterprise).and_then(|rule| rule.capacity).unwrap_or(usual)
    }

    fn minimum(&self, enterprise: u32) -> u32 {
        let chosen = self.chosen.contains(&self.enterprises[enterprise as usize].id);
        let usual = if chosen { self.setup.enterprise_minimum } else { 0 };
        self.rule_of(enterprise).and_then(|rule| rule.minimum).unwrap_or(usual)
    }

    fn groups_and_villages(&self) -> (Vec<Group>, Vec<Village>) {
        let group = |village: &PlaceCode| self.setup.group.of(village).unwrap_or_else(|| village.clone());
        let codes: BTreeSet<PlaceCode> = self.villages.iter().map(group).collect();
        let taking: BTreeSet<PlaceCode> = self.taking.iter().map(group).collect();
        let floors: HashMap<&PlaceCode, u32> = of_kind(&self.rules, RoundRuleKind::Floor)
            .filter_map(|rule| Some((rule.place.as_ref()?, rule.minimum?)))
            .collect();
        // Where no village takes part nothing can be demanded.
        let usual = |code: &PlaceCode| if taking.contains(code) { self.setup.floor } else { 0 };
        let floor = |code: &PlaceCode| floors.get(code).copied().unwrap_or_else(|| usual(code));
        let groups = codes.iter().map(|code| Group { code: code.to_string(), floor: floor(code) }).collect();
        let at: HashMap<&PlaceCode, u32> = codes.iter().zip(0..).collect();
        let rules: HashMap<&PlaceCode, &RoundRuleInput> = of_kind(&self.rules, RoundRuleKind::Village)
            .filter_map(|rule| Some((rule.place.as_ref()?, rule)))
            .collect();
        let villages = self.villages.iter().map(|code| {
            let rule = rules.get(code);
            Village {
                code: code.to_string(),
                group: at.get(&group(code)).copied().unwrap_or_default(),
                capacity: rule.and_then(|rule| rule.capacity).unwrap_or(self.setup.village_capacity),
                minimum: rule.and_then(|rule| rule.minimum).unwrap_or(0),
            }
        });
        (groups, villages.collect())
    }

    fn wishes(&self, at: &Positions, score: &dyn Fn((u32, u32)) -> u32) -> Vec<WishedTown> {
        let wish = |(enterprise, town): (OrganisationId, PlaceCode)| {
            let villages = self.towns.get(&town).cloned().unwrap_or_default();
            let pairs = villages.iter().filter_map(|village| at.of(&(enterprise, village.clone())));
            let left = if !at.enterprises.contains_key(&enterprise) {
                Some(WishLeft::EnterpriseOut)
            } else if self.covered.contains(&town) {
                Some(WishLeft::TownCovered)
            } else {
                villages.is_empty().then_some(WishLeft::NotBest)
            };
            WishedTown { score: pairs.map(|pair| u64::from(score(pair))).sum(), enterprise, town, villages, left }
        };
        let mut wishes: Vec<WishedTown> = pairs_of(&self.rules, RoundRuleKind::Wish).map(wish).collect();
        wishes.sort_by(|one, other| (&one.town, one.enterprise).cmp(&(&other.town, other.enterprise)));
        wishes
    }

    /// A fixed pair that is left out by itself, or whose enterprise is not verified any more.
    fn broken(
        &self,
        at: &Positions,
        exclusions: &BTreeMap<(OrganisationId, PlaceCode), RoundExclusionKind>,
    ) -> Option<Vec<ConflictRule>> {
        let rule = |kind, (enterprise, village): &(OrganisationId, PlaceCode), by_itself| ConflictRule {
            kind,
            enterprise: Some(*enterprise),
            place: (kind != RoundConflictKind::EnterpriseOut).then(|| village.clone()),
            number: None,
            by_itself,
        };
        let mut fixed: Vec<_> = pairs_of(&self.rules, RoundRuleKind::Fixed).collect();
        fixed.sort();
        let of = |pair: &(OrganisationId, PlaceCode)| {
            let against = if !at.enterprises.contains_key(&pair.0) {
                RoundConflictKind::EnterpriseOut
            } else if exclusions.contains_key(pair) {
                RoundConflictKind::Forbidden
            } else {
                return None;
            };
            Some(vec![rule(RoundConflictKind::Fixed, pair, false), rule(against, pair, true)])
        };
        fixed.iter().find_map(of)
    }
}
