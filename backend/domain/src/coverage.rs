//! How many villages are paired: with no enterprise, with one, with several; what leaves soon; and the sums of places.
//!
//! An agreement counts while it is active. A signed one that has not begun is coming and not counted, what was before this
//! platform is history and not counted. Deliberately absent: names, and which agreements there are.

use serde::{Deserialize, Serialize};

/// An agreement leaves soon when it ends within so many days, today among them.
pub const LEAVING_WITHIN_DAYS: u64 = 90;

words! {
    /// Which villages, or the places that have such, are wanted.
    pub enum CoverageShow {
        None = "none" / "没有结对企业",
        One = "one" / "有一家结对企业",
        Many = "many" / "有多家结对企业",
        Leaving = "leaving" / "九十天内到期",
    }
}

words! {
    /// How far the villages of a place are paired.
    pub enum CoverageState {
        /// There is no village: nothing can be covered.
        Empty = "empty" / "没有村（社区）",
        None = "none" / "都没有结对企业",
        Part = "part" / "部分村有结对企业",
        All = "all" / "村村有结对企业",
    }
}

/// Counts of one place; those of its parts add up to its own.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CoverageCounts {
    /// Town-level units.
    pub towns: i64,
    /// Of them those without any village; they are in no share.
    pub towns_without_village: i64,
    /// Units of which every village is paired.
    pub towns_all: i64,
    /// Units of which some villages are.
    pub towns_part: i64,
    /// Units that an enterprise has taken on as a whole (连片包镇).
    pub town_coverages: i64,
    pub villages: i64,
    /// Villages without an enterprise.
    pub none: i64,
    pub one: i64,
    /// Villages with two enterprises or more.
    pub many: i64,
    /// Villages of which an agreement ends within ninety days and no signed one follows.
    pub leaving: i64,
    /// Villages of agreements that are signed and begin later.
    pub coming: i64,
    /// Villages of a covered unit that its agreement does not list.
    pub gaps: i64,
    /// Villages that are covered with their unit and paired with somebody else too.
    pub overlaps: i64,
    /// Villages of which lists of earlier pairings tell, by themselves or with their unit.
    pub earlier: i64,
}

impl CoverageCounts {
    #[must_use]
    pub const fn covered(&self) -> i64 {
        self.one + self.many
    }

    #[must_use]
    pub fn share(&self) -> Option<PermilleShare> {
        PermilleShare::of(self.covered(), self.villages)
    }

    #[must_use]
    pub const fn state(&self) -> CoverageState {
        match (self.villages, self.none) {
            (0, _) => CoverageState::Empty,
            (_, 0) => CoverageState::All,
            (all, none) if all == none => CoverageState::None,
            _ => CoverageState::Part,
        }
    }

    /// Whether the place has a village that is wanted.
    #[must_use]
    pub const fn has(&self, show: CoverageShow) -> bool {
        let count = match show {
            CoverageShow::None => self.none,
            CoverageShow::One => self.one,
            CoverageShow::Many => self.many,
            CoverageShow::Leaving => self.leaving,
        };
        count > 0
    }
}

impl std::iter::Sum for CoverageCounts {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(CoverageCounts::default(), |sum, part| CoverageCounts {
            towns: sum.towns + part.towns,
            towns_without_village: sum.towns_without_village + part.towns_without_village,
            towns_all: sum.towns_all + part.towns_all,
            towns_part: sum.towns_part + part.towns_part,
            town_coverages: sum.town_coverages + part.town_coverages,
            villages: sum.villages + part.villages,
            none: sum.none + part.none,
            one: sum.one + part.one,
            many: sum.many + part.many,
            leaving: sum.leaving + part.leaving,
            coming: sum.coming + part.coming,
            gaps: sum.gaps + part.gaps,
            overlaps: sum.overlaps + part.overlaps,
            earlier: sum.earlier + part.earlier,
        })
    }
}

/// A part of a whole, in thousandths, with both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermilleShare {
    pub part: i64,
    pub whole: i64,
    /// Rounded down, so that only the whole is a thousand.
    pub permille: i64,
}

impl PermilleShare {
    /// None of nothing.
    #[must_use]
    pub fn of(part: i64, whole: i64) -> Option<Self> {
        (whole > 0).then(|| PermilleShare { part, whole, permille: part * 1_000 / whole })
    }

    /// As it is read: `8.3%`.
    #[must_use]
    pub fn percent(&self) -> String {
        format!("{}.{}%", self.permille / 10, self.permille % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(villages: i64, none: i64, many: i64) -> CoverageCounts {
        CoverageCounts { villages, none, many, one: villages - none - many, towns: 1, ..CoverageCounts::default() }
    }

    #[test]
    fn only_the_whole_is_a_thousand_and_nothing_has_no_share() {
        for (part, whole, permille) in
            [(0, 3, Some(0)), (1, 3, Some(333)), (2_266, 2_267, Some(999)), (5, 5, Some(1_000)), (0, 0, None)]
        {
            assert_eq!(PermilleShare::of(part, whole).map(|share| share.permille), permille, "{part}/{whole}");
        }
        assert_eq!(counts(0, 0, 0).share(), None);
        assert_eq!(counts(4, 1, 1).share(), PermilleShare::of(3, 4));
    }

    #[test]
    fn a_place_is_empty_or_covered_by_nobody_in_part_or_all_over() {
        for (villages, none, state) in [
            (0, 0, CoverageState::Empty),
            (3, 3, CoverageState::None),
            (3, 1, CoverageState::Part),
            (3, 0, CoverageState::All),
        ] {
            assert_eq!(counts(villages, none, 0).state(), state);
        }
    }

    #[test]
    fn a_sum_is_that_of_its_parts_and_each_choice_is_about_its_own_count() {
        let sum: CoverageCounts = [counts(4, 1, 1), counts(3, 3, 0)].into_iter().sum();
        assert_eq!((sum.towns, sum.villages, sum.none, sum.one, sum.many), (2, 7, 4, 2, 1));
        assert_eq!(sum.covered() + sum.none, sum.villages);
        let has: Vec<_> = CoverageShow::ALL.iter().map(|show| sum.has(*show)).collect();
        assert_eq!(has, [true, true, true, false]);
    }
}
