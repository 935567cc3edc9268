//! What a federation says of a matching round before it is computed: where, who takes part, how many at most and at
//! least; and what all proposals of the round say alike.
//!
//! Deliberately absent: rules about single enterprises, villages and pairs ([`super::rule`]), and the computation.

use crate::need::Field;
use crate::need::joint::PairingForm;
use crate::pairing::PairingTerms;
use crate::pairing::notice::NOTICE_DAYS;
use crate::place::{PlaceCode, PlaceLevel};
use crate::registration::Industry;
use crate::{Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub const NAME_MAX: usize = 60;
/// Villages that one enterprise takes at most, whatever a round says; and enterprises that one village takes.
pub const CAPACITY_MAX: u32 = 50;
/// Pairs that a floor demands at most.
pub const FLOOR_MAX: u32 = 200;
/// The best villages of each enterprise that are looked at …
pub const BEST_VILLAGES: usize = 40;
/// … and the best enterprises of each village, so that none is left out because it is nobody's favourite.
pub const BEST_ENTERPRISES: usize = 10;
/// After so many seconds a computation is given up.
pub const SECONDS_MAX: u64 = 120;
const MESSAGE_MAX: usize = 1_000;

words! {
    /// How far a round is.
    pub enum RoundStatus {
        Open = "open" / "筹备和计算",
        /// A plan was sent; its proposals go out one by one.
        Sending = "sending" / "正在送出",
        Sent = "sent" / "已送出",
        /// Set aside without anything sent.
        Closed = "closed" / "已关闭",
    }
}

impl RoundStatus {
    /// Whether it may still be changed, computed and sent.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, RoundStatus::Open)
    }
}

words! {
    /// What became of one computation.
    pub enum RunStatus {
        Waiting = "waiting" / "等待计算",
        Computing = "computing" / "正在计算",
        Planned = "planned" / "已得出方案",
        Contradiction = "contradiction" / "条件互相矛盾",
        NoCandidates = "no_candidates" / "没有候选组合",
        /// Not one plan was found in the time, nor a contradiction.
        Unsolved = "unsolved" / "没有算出方案",
        Cancelled = "cancelled" / "已取消",
    }
}

impl RunStatus {
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, RunStatus::Waiting | RunStatus::Computing)
    }
}

words! {
    /// Which villages of the chosen places take part.
    pub enum RoundVillages {
        OpenNeed = "open_need" / "有可对接需求的村（社区）",
        OpenNeedUnpaired = "open_need_unpaired" / "有可对接需求、还没有结对企业的村（社区）",
        Unpaired = "unpaired" / "还没有结对企业的村（社区）",
    }
}

impl RoundVillages {
    #[must_use]
    pub const fn wants_open_need(self) -> bool {
        !matches!(self, RoundVillages::Unpaired)
    }

    #[must_use]
    pub const fn wants_unpaired(self) -> bool {
        !matches!(self, RoundVillages::OpenNeed)
    }
}

words! {
    /// Which enterprises take part.
    pub enum RoundEnterprises {
        All = "all" / "本地区已认证的企业",
        Named = "named" / "只有按名称加入的企业",
    }
}

words! {
    /// In which groups the floor of fairness is counted.
    pub enum RoundGroup {
        Town = "town" / "每个镇（街道）",
        County = "county" / "每个县（市、区）",
    }
}

impl RoundGroup {
    #[must_use]
    pub const fn level(self) -> PlaceLevel {
        match self {
            RoundGroup::Town => PlaceLevel::Town,
            RoundGroup::County => PlaceLevel::County,
        }
    }

    /// The group of a village.
    #[must_use]
    pub fn of(self, village: &PlaceCode) -> Option<PlaceCode> {
        let town = village.parent()?;
        match self {
            RoundGroup::Town => Some(town),
            RoundGroup::County => town.parent(),
        }
    }
}

/// What a round is about. Field names are those of the form and of the JSON body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundSetup {
    pub name: String,
    /// Counties and towns, all within the place of the round.
    pub places: Vec<PlaceCode>,
    /// Of the needs that count; none chosen counts all.
    #[serde(default)]
    pub fields: Vec<Field>,
    pub villages: RoundVillages,
    pub enterprises: RoundEnterprises,
    /// Counties where enterprises have their base; none chosen takes all.
    #[serde(default)]
    pub counties: Vec<PlaceCode>,
    /// None chosen takes all.
    #[serde(default)]
    pub industries: Vec<Industry>,
    /// Villages that an enterprise takes at most, where no rule says otherwise.
    pub enterprise_capacity: u32,
    /// Villages that it takes at least.
    pub enterprise_minimum: u32,
    /// Enterprises that a village takes at most.
    pub village_capacity: u32,
    pub group: RoundGroup,
    /// Pairs in each group at least; 0 for none.
    pub floor: u32,
}

impl RoundSetup {
    /// As it is stored: everything once and in order.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let mut setup = RoundSetup { name: self.name.trim().into(), ..self.clone() };
        setup.places.sort_unstable();
        // What lies in another chosen place is chosen with it.
        let places = setup.places.clone();
        setup.places.retain(|place| !places.iter().any(|other| other != place && other.contains(place)));
        setup.places.dedup();
        setup.fields.sort_unstable();
        setup.fields.dedup();
        setup.counties.sort_unstable();
        setup.counties.dedup();
        setup.industries.sort_unstable();
        setup.industries.dedup();
        setup
    }

    /// Checks what was handed in. `own`: the place of the round; `known`: whether there is such a place.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self, own: &PlaceCode, known: impl Fn(&PlaceCode) -> bool) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let length = self.name.trim().chars().count();
        problems.require((2..=NAME_MAX).contains(&length), "name", "请给这一轮起个名字（2 至 60 个字）");
        problems.require(!self.places.is_empty(), "places", "请至少选择一个县（市、区）或镇（街道）");
        let level = |place: &PlaceCode| matches!(place.level(), PlaceLevel::County | PlaceLevel::Town);
        problems.require(self.places.iter().all(|place| level(place) && known(place)), "places", "请从页面上选择地方");
        problems.require(self.places.iter().all(|place| own.contains(place)), "places", "只能选择本辖区的地方");
        problems.require(!self.fields.contains(&Field::Other), "fields", "请从九个领域里选");
        let county = |place: &PlaceCode| place.level() == PlaceLevel::County && known(place);
        problems.require(self.counties.iter().all(county), "counties", "请从页面上选择县（市、区）");
        let fits = |count: u32| (1..=CAPACITY_MAX).contains(&count);
        let most = "请填 1 至 50 的整数";
        problems.require(fits(self.enterprise_capacity), "enterprise_capacity", most);
        problems.require(fits(self.village_capacity), "village_capacity", most);
        let possible = self.enterprise_minimum <= self.enterprise_capacity;
        problems.require(possible, "enterprise_minimum", "最少的村数不能比最多的还多");
        problems.require(self.floor <= FLOOR_MAX, "floor", "保底数最多 200");
        problems.none_or_err()
    }
}

/// What all proposals of a round say. Each has its own village, and the field of the need that it answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RoundTerms {
    pub first_day: NaiveDate,
    /// Counts too.
    pub last_day: NaiveDate,
    pub purpose: String,
    pub enterprise_does: String,
    pub places_do: String,
    /// Where a pair answers no need with a field.
    pub fields: Vec<Field>,
    /// Opens the thread of each proposal.
    #[serde(default)]
    pub message: String,
}

impl RoundTerms {
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let mut terms = RoundTerms {
            purpose: self.purpose.trim().into(),
            enterprise_does: self.enterprise_does.trim().into(),
            places_do: self.places_do.trim().into(),
            message: self.message.trim().into(),
            ..self.clone()
        };
        terms.fields.sort_unstable();
        terms.fields.dedup();
        terms
    }

    /// The terms of one proposal: of a village, or of a town with its villages.
    #[must_use]
    pub fn of(&self, town: Option<PlaceCode>, villages: Vec<PlaceCode>, field: Option<Field>) -> PairingTerms {
        let form = if town.is_some() { PairingForm::TownCoverage } else { PairingForm::VillagePairing };
        PairingTerms {
            form,
            town,
            villages,
            first_day: self.first_day,
            last_day: self.last_day,
            purpose: self.purpose.clone(),
            enterprise_does: self.enterprise_does.clone(),
            places_do: self.places_do.clone(),
            fields: field.map_or_else(|| self.fields.clone(), |field| vec![field]),
            notice_days: NOTICE_DAYS,
            joint: None,
        }
    }

    /// Checks what all proposals say, as a proposal to any village would be checked.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self, today: NaiveDate, village: &PlaceCode) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let short = self.message.trim().chars().count() <= MESSAGE_MAX;
        problems.require(short, "message", "留言最多 1,000 个字");
        let terms = self.of(None, vec![village.clone()], None).check(today, |_| true);
        for problem in terms.err().unwrap_or_default() {
            problems.add(problem.field, problem.message);
        }
        problems.none_or_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str) -> PlaceCode {
        code.parse().unwrap()
    }

    fn setup() -> RoundSetup {
        RoundSetup {
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
        }
    }

    fn wrong(setup: &RoundSetup) -> Vec<String> {
        let problems = setup.check(&place("441424"), |_| true).err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn what_is_wrong_is_said_all_at_once() {
        assert_eq!(wrong(&setup()), Vec::<String>::new());
        let all = RoundSetup {
            name: "秋".into(),
            places: vec![place("441481"), place("441424125207")],
            fields: vec![Field::Other],
            counties: vec![place("441424125")],
            enterprise_capacity: 0,
            enterprise_minimum: 1,
            village_capacity: 51,
            floor: 201,
            ..setup()
        };
        let fields = ["name", "places", "places", "fields", "counties"];
        let numbers = ["enterprise_capacity", "village_capacity", "enterprise_minimum", "floor"];
        assert_eq!(wrong(&all), [&fields[..], &numbers[..]].concat());
        assert_eq!(wrong(&RoundSetup { places: Vec::new(), ..setup() }), ["places"]);
    }

    #[test]
    fn a_town_of_a_chosen_county_is_chosen_with_it() {
        let places = ["441424125", "441424", "441481101", "441424"].map(place).to_vec();
        let tidy = RoundSetup { places, ..setup() }.tidied();
        assert_eq!(tidy.places, [place("441424"), place("441481101")]);
        assert_eq!(RoundGroup::Town.of(&place("441424125207")), Some(place("441424125")));
        assert_eq!(RoundGroup::County.of(&place("441424125207")), Some(place("441424")));
    }

    #[test]
    fn the_terms_of_all_are_those_of_a_proposal() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let terms = RoundTerms {
            first_day: day("2026-07-01"),
            last_day: day("2027-06-30"),
            purpose: "把村里的产业带起来".into(),
            enterprise_does: "派技术员驻村，教管护".into(),
            places_do: "组织农户，提供晒场".into(),
            fields: vec![Field::SpecialtyIndustry],
            message: String::new(),
        };
        let village = place("441424125207");
        assert!(terms.check(day("2026-06-30"), &village).is_ok());
        let wrong = RoundTerms { last_day: day("2026-07-02"), fields: Vec::new(), ..terms.clone() };
        let fields: Vec<_> = wrong.check(day("2026-08-30"), &village).unwrap_err();
        let fields: Vec<_> = fields.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["first_day", "last_day", "fields"]);
        let one = terms.of(None, vec![village.clone()], Some(Field::Infrastructure));
        assert_eq!((one.form, one.fields), (PairingForm::VillagePairing, vec![Field::Infrastructure]));
        let town = terms.of(village.parent(), vec![village], None);
        assert_eq!((town.form, town.fields), (PairingForm::TownCoverage, vec![Field::SpecialtyIndustry]));
    }
}
