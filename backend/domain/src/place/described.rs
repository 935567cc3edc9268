//! What the province and the bureaus say of places beside their names: a town's class and who leads its help, a village's
//! type, counts and sums of a year; and what a list of it says of itself, which its rows have to add up to.
//!
//! All of it is imported with a named source and its day; what nobody has imported is unknown, never guessed.
//! Deliberately absent: anything about a person. Of people with little there are counts only.

use crate::money::to_half_width;
use std::collections::BTreeMap;

words! {
    /// How a town is helped. Of the 104 towns 69 are key-assisted, 35 are helped by their own county.
    pub enum TownClass {
        KeyAssisted = "key_assisted" / "重点帮扶镇",
        Consolidation = "consolidation" / "巩固提升镇",
    }
}

words! {
    /// Who leads a town's help.
    pub enum TownLead {
        ProvincialCentral = "provincial_central" / "省直中直驻粤单位",
        Guangzhou = "guangzhou" / "广州市",
        Meizhou = "meizhou" / "梅州市",
        County = "county" / "本县",
    }
}

words! {
    /// The three levels of 美丽乡村.
    pub enum VillageType {
        CleanTidy = "clean_tidy" / "干净整洁村",
        BeautifulLivable = "beautiful_livable" / "美丽宜居村",
        DistinctivePremium = "distinctive_premium" / "特色精品村",
    }
}

words! {
    /// What is known of a place by the year, each a whole number of its unit.
    pub enum PlaceIndicator {
        Households = "households" / "户数",
        Population = "population" / "户籍人口",
        LowIncomePeople = "low_income_people" / "低收入人口",
        ArableMu = "arable_mu" / "耕地面积",
        VillageCollectiveIncome = "village_collective_income" / "村集体经济年收入",
    }
}

words! {
    /// What a list is about; the database calls it the same.
    pub enum ListSubject {
        TownClass = "town_class" / "镇的分类和牵头方",
        VillageType = "village_type" / "村庄类型",
        PlaceFact = "place_fact" / "年度情况",
    }
}

/// No count and no sum of a place is larger; the constraint of the table says the same.
pub const VALUE_MAX: i64 = 1_000_000_000_000;
/// Characters of a source's name.
pub const SOURCE_LENGTH: std::ops::RangeInclusive<usize> = 4..=200;

impl TownClass {
    /// Whether this one can lead the help of such a town: a consolidating one is helped by its own county, a key-assisted
    /// one by somebody else.
    #[must_use]
    pub const fn may_be_led_by(self, lead: TownLead) -> bool {
        matches!(self, TownClass::Consolidation) == matches!(lead, TownLead::County)
    }
}

impl PlaceIndicator {
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            PlaceIndicator::Households => "户",
            PlaceIndicator::Population | PlaceIndicator::LowIncomePeople => "人",
            PlaceIndicator::ArableMu => "亩",
            PlaceIndicator::VillageCollectiveIncome => "元",
        }
    }
}

/// What a number in a list cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    #[error("应是一个数字")]
    NotANumber,
    #[error("不能小于 0")]
    Negative,
    #[error("应是整数")]
    NotWhole,
    #[error("太大，请核对单位")]
    TooLarge,
}

/// A number as people type it, times ten to the power of `digits`, exactly: 15.2 (万元) with 4 digits is 152000 (元).
/// Full-width digits and commas between thousands are read.
///
/// # Errors
/// Half a sentence; the caller puts the column's name before it.
pub fn whole_number(text: &str, digits: usize) -> Result<i64, NumberError> {
    let plain: String = text.chars().map(to_half_width).filter(|c| !c.is_whitespace() && *c != ',').collect();
    if plain.strip_prefix('-').is_some_and(|rest| !rest.is_empty()) {
        return Err(NumberError::Negative);
    }
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let part = part.trim_end_matches('0');
    if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    if part.len() > digits {
        return Err(NumberError::NotWhole);
    }
    let scaled = format!("{whole}{part:0<digits$}");
    let value = scaled.parse::<i64>().map_err(|_| NumberError::TooLarge)?;
    if value <= VALUE_MAX { Ok(value) } else { Err(NumberError::TooLarge) }
}

/// Something that a list says about itself at its head and that its rows have to add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tally {
    /// Rows that say something; a file that was cut off has fewer.
    Rows,
    Class(TownClass),
    /// Key-assisted towns by who leads their help.
    Lead(TownLead),
    Type(VillageType),
}

/// How many of each.
pub type Tallies = BTreeMap<Tally, i64>;

/// Who leads key-assisted towns.
const OUTSIDE_LEADS: [TownLead; 3] = [TownLead::ProvincialCentral, TownLead::Guangzhou, TownLead::Meizhou];

impl Tally {
    /// All that a head may name.
    pub const ALL: [Tally; 9] = [
        Tally::Rows,
        Tally::Class(TownClass::KeyAssisted),
        Tally::Class(TownClass::Consolidation),
        Tally::Lead(TownLead::ProvincialCentral),
        Tally::Lead(TownLead::Guangzhou),
        Tally::Lead(TownLead::Meizhou),
        Tally::Type(VillageType::CleanTidy),
        Tally::Type(VillageType::BeautifulLivable),
        Tally::Type(VillageType::DistinctivePremium),
    ];

    /// What the head calls it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Tally::Rows => "行数",
            Tally::Class(class) => class.label(),
            Tally::Lead(lead) => lead.label(),
            Tally::Type(village_type) => village_type.label(),
        }
    }

    /// What a head that calls it so means.
    #[must_use]
    pub fn called(label: &str) -> Option<Tally> {
        Tally::ALL.into_iter().find(|tally| tally.label() == label)
    }

    /// Whether a list about this has to say it; everything else it may say.
    #[must_use]
    pub const fn is_needed(self, subject: ListSubject) -> bool {
        match subject {
            ListSubject::TownClass => matches!(self, Tally::Class(_) | Tally::Lead(_)),
            ListSubject::VillageType | ListSubject::PlaceFact => matches!(self, Tally::Rows),
        }
    }
}

/// Where a list and its head disagree, each sentence with both numbers; none where they agree.
#[must_use]
pub fn check_tallies(subject: ListSubject, claimed: &Tallies, counted: &Tallies) -> Vec<String> {
    let mut wrong = Vec::new();
    for tally in Tally::ALL {
        let (label, there) = (tally.label(), counted.get(&tally).copied().unwrap_or(0));
        match claimed.get(&tally) {
            Some(said) if *said != there => wrong.push(format!("{label}：表头写的是 {said}，表里有 {there}，对不上")),
            None if tally.is_needed(subject) => wrong.push(format!("表头没有写“{label}”的数，表里有 {there}")),
            _ => {}
        }
    }
    let key_assisted = claimed.get(&Tally::Class(TownClass::KeyAssisted));
    let leads: Option<Vec<i64>> =
        OUTSIDE_LEADS.into_iter().map(|lead| claimed.get(&Tally::Lead(lead)).copied()).collect();
    if let (Some(all), Some(leads)) = (key_assisted, leads) {
        let sum: i64 = leads.iter().fold(0, |sum, lead| sum.saturating_add(*lead));
        if sum != *all {
            wrong.push(format!("表头里各牵头方相加是 {sum}，重点帮扶镇写的是 {all}，对不上"));
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consolidating_town_is_its_countys_and_a_key_assisted_one_is_not() {
        for class in TownClass::ALL {
            for lead in TownLead::ALL {
                let county = *lead == TownLead::County;
                assert_eq!(
                    class.may_be_led_by(*lead),
                    (*class == TownClass::Consolidation) == county,
                    "{class} {lead}"
                );
            }
        }
    }

    #[test]
    fn numbers_are_read_as_people_type_them_and_exactly() {
        for (text, digits, expected) in [
            ("156", 0, Ok(156)),
            (" １，２３４ ", 0, Ok(1_234)),
            ("12.0", 0, Ok(12)),
            ("0", 0, Ok(0)),
            ("15.2", 4, Ok(152_000)),
            ("0.0001", 4, Ok(1)),
            ("15", 4, Ok(150_000)),
            ("15.23456", 4, Err(NumberError::NotWhole)),
            ("1.5", 0, Err(NumberError::NotWhole)),
            ("-3", 0, Err(NumberError::Negative)),
            ("", 0, Err(NumberError::NotANumber)),
            (".5", 1, Err(NumberError::NotANumber)),
            ("-", 0, Err(NumberError::NotANumber)),
            ("约30", 0, Err(NumberError::NotANumber)),
            ("1e3", 0, Err(NumberError::NotANumber)),
            ("1.2.3", 4, Err(NumberError::NotANumber)),
            ("1000000000000", 0, Ok(VALUE_MAX)),
            ("1000000000001", 0, Err(NumberError::TooLarge)),
            ("99999999999999999999999", 0, Err(NumberError::TooLarge)),
        ] {
            assert_eq!(whole_number(text, digits), expected, "{text}");
        }
    }

    /// The list of the policy draft: 69 = 18 + 30 + 21, and 35.
    fn policy() -> Tallies {
        let numbers = [69, 35, 18, 30, 21];
        Tally::ALL.into_iter().filter(|tally| tally.is_needed(ListSubject::TownClass)).zip(numbers).collect()
    }

    #[test]
    fn a_list_that_adds_up_is_not_refused() {
        assert_eq!(check_tallies(ListSubject::TownClass, &policy(), &policy()), Vec::<String>::new());
        let rows = Tallies::from([(Tally::Rows, 3)]);
        let types = Tallies::from([(Tally::Rows, 3), (Tally::Type(VillageType::CleanTidy), 3)]);
        assert_eq!(check_tallies(ListSubject::VillageType, &rows, &types), Vec::<String>::new());
        assert_eq!(check_tallies(ListSubject::PlaceFact, &rows, &rows), Vec::<String>::new());
    }

    #[test]
    fn a_list_that_does_not_add_up_is_refused_with_both_numbers() {
        let with = |tally, number| {
            let mut tallies = policy();
            tallies.insert(tally, number);
            tallies
        };
        let key = Tally::Class(TownClass::KeyAssisted);
        let wrong = check_tallies(ListSubject::TownClass, &policy(), &with(key, 68));
        assert_eq!(wrong, ["重点帮扶镇：表头写的是 69，表里有 68，对不上"]);
        let lead = Tally::Lead(TownLead::Guangzhou);
        let wrong = check_tallies(ListSubject::TownClass, &policy(), &with(lead, 29));
        assert_eq!(wrong, ["广州市：表头写的是 30，表里有 29，对不上"]);
        // The head contradicts itself, whatever the rows say.
        let wrong = check_tallies(ListSubject::TownClass, &with(lead, 31), &with(lead, 31));
        assert_eq!(wrong, ["表头里各牵头方相加是 70，重点帮扶镇写的是 69，对不上"]);
        let mut less = policy();
        less.remove(&Tally::Class(TownClass::Consolidation));
        let wrong = check_tallies(ListSubject::TownClass, &less, &policy());
        assert_eq!(wrong, ["表头没有写“巩固提升镇”的数，表里有 35"]);
        let counted = Tallies::from([(Tally::Rows, 2), (Tally::Type(VillageType::CleanTidy), 2)]);
        let claimed = Tallies::from([(Tally::Rows, 3), (Tally::Type(VillageType::BeautifulLivable), 1)]);
        let wrong = check_tallies(ListSubject::VillageType, &claimed, &counted);
        assert_eq!(wrong, ["行数：表头写的是 3，表里有 2，对不上", "美丽宜居村：表头写的是 1，表里有 0，对不上"]);
    }

    #[test]
    fn what_a_head_names_is_known_by_its_label() {
        for tally in Tally::ALL {
            assert_eq!(Tally::called(tally.label()), Some(tally));
        }
        assert_eq!(Tally::called("本县"), None);
    }
}
