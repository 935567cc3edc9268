//! What a town's coverage covers: the villages that it lists, those of the town that it leaves out, and those that others
//! are paired with as well.
//!
//! Computed, never typed in. Deliberately absent: whether an overlap is good; people decide that.

use crate::place::PlaceCode;

/// The villages of a town against the villages that an agreement lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Of the town, and not listed.
    pub gaps: Vec<PlaceCode>,
    /// Listed, and paired with somebody else too.
    pub overlaps: Vec<PlaceCode>,
}

impl Coverage {
    /// `others`: villages that another agreement under way lists.
    #[must_use]
    pub fn of(town: &[PlaceCode], listed: &[PlaceCode], others: &[PlaceCode]) -> Self {
        let mut coverage = Coverage {
            gaps: town.iter().filter(|village| !listed.contains(village)).cloned().collect(),
            overlaps: listed.iter().filter(|village| others.contains(village)).cloned().collect(),
        };
        for places in [&mut coverage.gaps, &mut coverage.overlaps] {
            places.sort_unstable();
            places.dedup();
        }
        coverage
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn village(n: u32) -> PlaceCode {
        format!("441424125{n:03}").parse().unwrap()
    }

    #[test]
    fn what_is_left_out_and_what_is_covered_twice_is_seen() {
        let town: Vec<_> = (200..205).map(village).collect();
        let listed = [village(203), village(200), village(201)];
        let others = [village(201), village(204), village(201)];
        let coverage = Coverage::of(&town, &listed, &others);
        assert_eq!(coverage.gaps, [village(202), village(204)]);
        assert_eq!(coverage.overlaps, [village(201)]);
        assert_eq!(Coverage::of(&town, &town, &[]).gaps, []);
    }
}
