//! Which needs may be the same need, written twice: a hint for its author and for whoever reviews it, never a refusal.
//!
//! Deliberately absent: which needs are looked at (the room), and any judgement.

use super::Field;
use crate::money::to_half_width;
use crate::place::PlaceCode;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words! {
    /// Why a need may be the same.
    pub enum SimilarReason {
        SameVillage = "same_village" / "同村",
        SameTown = "same_town" / "同镇",
        SameField = "same_field" / "同领域",
        LikeTitle = "like_title" / "标题相近",
    }
}

/// What of a need is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject<'a> {
    pub village: &'a PlaceCode,
    pub field: Option<Field>,
    pub title: &'a str,
}

/// How alike two needs are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Similarity {
    pub reasons: Vec<SimilarReason>,
    /// How much of the titles is the same, in percent.
    pub title_percent: u8,
}

/// In one village, titles of which so much is the same are told.
const IN_VILLAGE: u8 = 30;
/// In one town, where the field is the same too.
const IN_TOWN: u8 = 50;

/// How alike they are, if that is worth a look: in one village by the field or by the title, in one town by both. Two
/// needs of different towns are two needs.
#[must_use]
pub fn compare(one: Subject<'_>, other: Subject<'_>) -> Option<Similarity> {
    let same_village = one.village == other.village;
    let same_town = one.village.parent() == other.village.parent();
    let same_field = one.field.is_some() && one.field == other.field;
    let title_percent = overlap(one.title, other.title);
    let like_title = title_percent >= if same_village { IN_VILLAGE } else { IN_TOWN };
    let told = if same_village { same_field || like_title } else { same_town && same_field && like_title };
    told.then(|| {
        let place = if same_village { SimilarReason::SameVillage } else { SimilarReason::SameTown };
        let field = same_field.then_some(SimilarReason::SameField);
        let title = like_title.then_some(SimilarReason::LikeTitle);
        Similarity { reasons: std::iter::once(place).chain(field).chain(title).collect(), title_percent }
    })
}

impl Similarity {
    /// The order of a list: most alike first.
    #[must_use]
    pub fn weight(&self) -> (usize, u8, bool) {
        let same_village = self.reasons.contains(&SimilarReason::SameVillage);
        (self.reasons.len(), self.title_percent, same_village)
    }
}

/// How much of two texts is the same, in percent: pairs of neighbouring characters that both have, twice, of all pairs.
/// Signs and spaces are nothing.
#[must_use]
pub fn overlap(one: &str, other: &str) -> u8 {
    let (one, other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    if all == 0 {
        return 0;
    }
    u8::try_from(one.intersection(&other).count() * 200 / all).unwrap_or(100)
}

/// The pairs of a text. One that is a single character is a pair with nothing.
fn pairs(text: &str) -> BTreeSet<(char, Option<char>)> {
    let narrow = text.chars().map(to_half_width).flat_map(char::to_lowercase);
    let plain: Vec<char> = narrow.filter(|c| c.is_alphanumeric()).collect();
    match plain.as_slice() {
        [only] => BTreeSet::from([(*only, None)]),
        several => several.windows(2).map(|pair| (pair[0], Some(pair[1]))).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SimilarReason as Why;
    use proptest::prelude::*;

    fn found(other_village: &str, same_field: bool, title: &str) -> Option<Vec<Why>> {
        let (here, there) = ("441424103203".parse().unwrap(), other_village.parse().unwrap());
        let own = Subject { village: &here, field: Some(Field::Infrastructure), title: "饮水安全巩固工程" };
        let field = if same_field { Field::Infrastructure } else { Field::Other };
        compare(own, Subject { village: &there, field: Some(field), title }).map(|similarity| similarity.reasons)
    }

    #[test]
    fn the_same_need_twice_is_found_and_its_neighbours_are_not() {
        const VILLAGE: &str = "441424103203";
        const NEIGHBOUR: &str = "441424103204";
        let all = Some(vec![Why::SameVillage, Why::SameField, Why::LikeTitle]);
        assert_eq!(found(VILLAGE, true, "饮水安全工程（二期）"), all);
        assert_eq!(found(VILLAGE, true, "村道硬化 2 公里"), Some(vec![Why::SameVillage, Why::SameField]));
        assert_eq!(found(VILLAGE, false, "饮水工程巩固"), Some(vec![Why::SameVillage, Why::LikeTitle]));
        assert_eq!(found(VILLAGE, false, "茶园低产改造"), None);
        let in_town = Some(vec![Why::SameTown, Why::SameField, Why::LikeTitle]);
        assert_eq!(found(NEIGHBOUR, true, "饮水安全巩固工程"), in_town);
        assert_eq!(found(NEIGHBOUR, false, "饮水安全巩固工程"), None);
        assert_eq!(found(NEIGHBOUR, true, "村道硬化 2 公里"), None);
        assert_eq!(found("441424104201", true, "饮水安全巩固工程"), None, "another town");
    }

    #[test]
    fn a_need_without_a_field_has_no_field_in_common() {
        let village: PlaceCode = "441424103203".parse().unwrap();
        let blank = Subject { village: &village, field: None, title: "" };
        assert_eq!(compare(blank, blank), None);
    }

    #[test]
    fn signs_width_and_case_are_nothing() {
        assert_eq!(overlap("ＬＥＤ 路灯（30 盏）", "led路灯30盏"), 100);
        assert_eq!(overlap("水", "水"), 100);
        assert_eq!((overlap("", ""), overlap("饮水", "村道")), (0, 0));
    }

    proptest! {
        #[test]
        fn it_is_the_same_both_ways_and_a_text_is_like_itself(one in "[饮水安全工程村道]{0,8}", other in "[饮水安全工程村道]{0,8}") {
            prop_assert_eq!(overlap(&one, &other), overlap(&other, &one));
            prop_assert_eq!(overlap(&one, &one), if one.is_empty() { 0 } else { 100 });
            prop_assert!(overlap(&one, &other) <= 100);
        }
    }
}
