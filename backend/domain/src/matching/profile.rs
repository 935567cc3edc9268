//! What an enterprise says of itself so that fitting needs can be found for it. All of it may be left empty.
//!
//! For its own people and the federation only, and for recommendations only. Deliberately absent: industry, name and
//! county, which it has registered (registration).

use crate::need::{ContributionKind, Field};
use crate::offer::{check_places, check_range, outermost};
use crate::place::{PlaceCode, PlaceLevel};
use crate::{Fen, Problem, Problems};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Characters of what it makes or does.
pub const BUSINESS_MAX: usize = 200;

/// A profile, as typed and as stored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Profile {
    /// What it makes or does, in its own words: topics are met in them.
    #[serde(default)]
    pub business: String,
    /// The town or county where its works are.
    #[serde(default)]
    pub base: Option<PlaceCode>,
    /// Counties and towns of interest.
    #[serde(default)]
    pub places: Vec<PlaceCode>,
    #[serde(default)]
    pub fields: Vec<Field>,
    /// What it can give; none means that it has not said.
    #[serde(default)]
    pub kinds: Vec<ContributionKind>,
    #[serde(default)]
    pub amount_from_fen: Option<Fen>,
    #[serde(default)]
    pub amount_to_fen: Option<Fen>,
}

impl Profile {
    /// As it is stored: everything once and in order.
    #[must_use]
    pub fn tidied(&self) -> Self {
        Profile {
            business: self.business.trim().into(),
            base: self.base.clone(),
            places: outermost(&self.places),
            fields: self.fields.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            kinds: self.kinds.iter().copied().collect::<BTreeSet<_>>().into_iter().collect(),
            amount_from_fen: self.amount_from_fen,
            amount_to_fen: self.amount_to_fen,
        }
    }

    /// Checks what was typed.
    ///
    /// # Errors
    /// A sentence for each field that has to be mended, all at once.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let short = self.business.trim().chars().count() <= BUSINESS_MAX;
        problems.require(short, "business", "主营产品或服务最多 200 个字");
        let based = |base: &PlaceCode| matches!(base.level(), PlaceLevel::County | PlaceLevel::Town);
        problems.require(self.base.as_ref().is_none_or(based), "base", "请选择县（市、区）或镇（街道）");
        check_places(&mut problems, "places", &self.places);
        problems.require(!self.fields.contains(&Field::Other), "fields", "请从九个领域里选");
        check_range(&mut problems, ("amount_from", self.amount_from_fen), ("amount_to", self.amount_to_fen));
        problems.none_or_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(profile: &Profile) -> Vec<String> {
        profile.check().err().unwrap_or_default().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn everything_may_be_left_empty_and_nonsense_is_named() {
        let place = |code: &str| code.parse::<PlaceCode>().unwrap();
        assert_eq!(fields(&Profile::default()), Vec::<String>::new());
        let all = Profile {
            business: "字".repeat(201),
            base: Some(place("441424103203")),
            places: vec![place("4414")],
            fields: vec![Field::Other],
            kinds: vec![ContributionKind::Money],
            amount_from_fen: Some(Fen::yuan(2)),
            amount_to_fen: Some(Fen::yuan(1)),
        };
        assert_eq!(fields(&all), ["business", "base", "places", "fields", "amount_to"]);
        let open = Profile { amount_from_fen: Some(Fen::yuan(2)), ..Profile::default() };
        assert_eq!(fields(&open), Vec::<String>::new(), "one end may stay open");
    }

    #[test]
    fn what_is_stored_is_tidy() {
        let place = |code: &str| code.parse::<PlaceCode>().unwrap();
        let typed = Profile {
            business: " 茶叶 ".into(),
            places: vec![place("441424103"), place("441424")],
            fields: vec![Field::Infrastructure, Field::SpecialtyIndustry, Field::Infrastructure],
            kinds: vec![ContributionKind::Goods, ContributionKind::Money],
            ..Profile::default()
        };
        let tidy = typed.tidied();
        assert_eq!((tidy.business.as_str(), &tidy.places[..]), ("茶叶", &[place("441424")][..]));
        assert_eq!(tidy.fields, [Field::SpecialtyIndustry, Field::Infrastructure]);
        assert_eq!(tidy.kinds, [ContributionKind::Money, ContributionKind::Goods]);
        assert_eq!(tidy.tidied(), tidy);
    }
}
