//! Rules of a matching round about single enterprises, villages, groups and pairs; and what rules conflict, as they are
//! told.
//!
//! A rule is added, and dropped when it counts no more; it is never changed. Deliberately absent: which rules conflict,
//! which takes reckoning ([`super::contradiction`]).

use super::setup::{CAPACITY_MAX, FLOOR_MAX, RoundSetup};
use crate::place::{PlaceCode, PlaceLevel};
use crate::{OrganisationId, Problem, Problems};
use serde::{Deserialize, Serialize};

/// Rules of one round that count at a time.
pub const RULES_MAX: usize = 2_000;
pub const WHY_MAX: usize = 200;

words! {
    /// What a rule is about.
    pub enum RoundRuleKind {
        /// How many villages an enterprise takes; none leaves it out. It takes part also where it was not chosen.
        Enterprise = "enterprise" / "企业参加，上限和最少",
        /// The same of a village.
        Village = "village" / "村（社区）参加，上限和最少",
        Floor = "floor" / "一个镇或县的保底数",
        /// An enterprise takes all villages of a town, or none of them by this.
        Wish = "wish" / "企业包镇的意向",
        Fixed = "fixed" / "指定的组合",
        Forbidden = "forbidden" / "排除的组合",
    }
}

impl RoundRuleKind {
    #[must_use]
    pub const fn names_enterprise(self) -> bool {
        !matches!(self, RoundRuleKind::Village | RoundRuleKind::Floor)
    }

    #[must_use]
    pub const fn names_place(self) -> bool {
        !matches!(self, RoundRuleKind::Enterprise)
    }

    #[must_use]
    pub const fn has_capacity(self) -> bool {
        matches!(self, RoundRuleKind::Enterprise | RoundRuleKind::Village)
    }

    #[must_use]
    pub const fn has_minimum(self) -> bool {
        matches!(self, RoundRuleKind::Enterprise | RoundRuleKind::Village | RoundRuleKind::Floor)
    }
}

/// A rule, as typed and as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundRuleInput {
    pub kind: RoundRuleKind,
    #[serde(default)]
    pub enterprise: Option<OrganisationId>,
    /// A village; of a floor a town or a county, of a wish a town.
    #[serde(default)]
    pub place: Option<PlaceCode>,
    /// The most; 0 leaves out.
    #[serde(default)]
    pub capacity: Option<u32>,
    /// The least; of a floor the pairs in the group.
    #[serde(default)]
    pub minimum: Option<u32>,
    #[serde(default)]
    pub why: String,
}

impl RoundRuleInput {
    /// The pair that is fixed or forbidden, where the rule is about one.
    #[must_use]
    pub fn about_pair(&self) -> Option<(OrganisationId, &PlaceCode)> {
        let about_one = matches!(self.kind, RoundRuleKind::Fixed | RoundRuleKind::Forbidden);
        self.enterprise.zip(self.place.as_ref()).filter(|_| about_one)
    }

    /// Checks what was handed in, for a round of `own`. `known`: whether there is such a place.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(
        &self,
        own: &PlaceCode,
        setup: &RoundSetup,
        known: impl Fn(&PlaceCode) -> bool,
    ) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let kind = self.kind;
        problems.require(self.enterprise.is_some() == kind.names_enterprise(), "enterprise", "请写明是哪家企业");
        let level = |place: &PlaceCode| match kind {
            RoundRuleKind::Wish => place.level() == PlaceLevel::Town,
            RoundRuleKind::Floor => place.level() == setup.group.level(),
            _ => place.level() == PlaceLevel::Village,
        };
        match &self.place {
            None => problems.require(!kind.names_place(), "place", "请写明是哪个地方"),
            Some(place) if !kind.names_place() || !level(place) || !known(place) => {
                problems.add("place", "请从页面上选择地方");
            }
            Some(place) => problems.require(own.contains(place), "place", "只能选择本辖区的地方"),
        }
        let (capacity, minimum) = (self.capacity.unwrap_or(0), self.minimum.unwrap_or(0));
        let whole = self.capacity.is_some() == kind.has_capacity() && capacity <= CAPACITY_MAX;
        problems.require(whole, "capacity", "请填 0 至 50 的整数，0 是不参加");
        let whole = self.minimum.is_some() == kind.has_minimum() && minimum <= FLOOR_MAX;
        problems.require(whole, "minimum", "请填 0 至 200 的整数");
        let possible = !kind.has_capacity() || minimum <= capacity;
        problems.require(possible, "minimum", "最少的不能比最多的还多");
        problems.require(self.why.trim().chars().count() <= WHY_MAX, "why", "说明最多 200 个字");
        problems.none_or_err()
    }
}

words! {
    /// What cannot hold together with others.
    pub enum RoundConflictKind {
        Fixed = "fixed" / "指定的组合",
        Forbidden = "forbidden" / "排除的组合",
        GroupFloor = "group_floor" / "保底数",
        VillageMinimum = "village_minimum" / "村（社区）最少的企业数",
        EnterpriseMinimum = "enterprise_minimum" / "企业最少的村数",
        VillageCapacity = "village_capacity" / "村（社区）最多的企业数",
        EnterpriseCapacity = "enterprise_capacity" / "企业最多的村数",
        /// A fixed pair whose enterprise is not verified any more.
        EnterpriseOut = "enterprise_out" / "企业现在没有通过认证",
    }
}

words! {
    /// Why a pair is left out by itself.
    pub enum RoundExclusionKind {
        Dismissed = "dismissed" / "企业对这个村的需求标过“不合适”",
        Paired = "paired" / "已经结对或正在商谈",
    }
}

words! {
    /// Why a wish is not in the plan.
    pub enum WishLeft {
        /// The enterprise does not take part.
        EnterpriseOut = "enterprise_out" / "企业现在没有通过认证",
        /// Another agreement covers the town, or is talked about.
        TownCovered = "town_covered" / "这个镇已有连片包镇的协议或正在商谈",
        /// The plan is worth more without it, or rules stand against it.
        NotBest = "not_best" / "不包镇的方案更好，或和别的条件冲突",
    }
}

words! {
    /// What of a pair is not as it was when the plan was computed.
    pub enum PairChange {
        EnterpriseOut = "enterprise_out" / "企业已不参加（可能被停用）",
        VillageOut = "village_out" / "村（社区）已不参加",
        Excluded = "excluded" / "已被排除，或已经结对、正在商谈",
        Score = "score" / "得分变了",
    }
}

#[cfg(test)]
mod tests {
    use super::super::setup::{RoundEnterprises, RoundGroup, RoundVillages};
    use super::RoundRuleKind as Kind;
    use super::*;
    use uuid::Uuid;

    fn place(code: &str) -> PlaceCode {
        code.parse().unwrap()
    }

    fn wrong(input: &RoundRuleInput) -> Vec<String> {
        let setup = RoundSetup {
            name: "秋季对接".into(),
            places: vec![place("441424")],
            fields: Vec::new(),
            villages: RoundVillages::OpenNeed,
            enterprises: RoundEnterprises::All,
            counties: Vec::new(),
            industries: Vec::new(),
            enterprise_capacity: 1,
            enterprise_minimum: 0,
            village_capacity: 1,
            group: RoundGroup::Town,
            floor: 0,
        };
        let problems = input.check(&"441424".parse().unwrap(), &setup, |_| true).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn each_kind_says_what_it_is_about_and_nothing_else() {
        let enterprise = Some(OrganisationId(Uuid::from_u128(1)));
        let of = |kind, place, numbers: (Option<u32>, Option<u32>)| RoundRuleInput {
            kind,
            enterprise: enterprise.filter(|_| kind.names_enterprise()),
            place,
            capacity: numbers.0,
            minimum: numbers.1,
            why: String::new(),
        };
        let village = || Some(place("441424125207"));
        let within = |code| Some(place(code));
        for (input, expected) in [
            (of(Kind::Enterprise, None, (Some(2), Some(0))), vec![]),
            (of(Kind::Enterprise, village(), (Some(2), Some(3))), vec!["place", "minimum"]),
            (of(Kind::Village, village(), (Some(0), Some(0))), vec![]),
            (of(Kind::Village, within("441424125"), (Some(51), None)), vec!["place", "capacity", "minimum"]),
            (of(Kind::Floor, within("441424125"), (None, Some(2))), vec![]),
            (of(Kind::Floor, within("441424"), (None, Some(2))), vec!["place"]),
            (of(Kind::Wish, within("441424125"), (None, None)), vec![]),
            (of(Kind::Fixed, village(), (None, None)), vec![]),
            (of(Kind::Forbidden, within("441481102200"), (Some(1), None)), vec!["place", "capacity"]),
            (of(Kind::Fixed, None, (None, None)), vec!["place"]),
            (
                RoundRuleInput { enterprise: None, ..of(Kind::Wish, within("441424125"), (None, None)) },
                vec!["enterprise"],
            ),
        ] {
            assert_eq!(wrong(&input), expected, "{input:?}");
        }
    }
}
