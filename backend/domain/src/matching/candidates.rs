//! Which needs are looked at closely, out of many thousands: some of every county and every field, more of those that
//! the enterprise chose, the newest and those that have waited longest without a pledge.
//!
//! So no county and no field is out of sight, and neither are the oldest of each. What is neither among the newest nor
//! among the longest waiting is found by looking for it. Deliberately absent: the lookup itself (SQL).

use crate::need::Field;
use crate::place::PlaceCode;

/// Needs that are scored for one enterprise, at most.
pub const CANDIDATES_MAX: i64 = 2_000;
/// Of them, taken by county and field …
const BY_COUNTY: i32 = 1_200;
/// … by the towns that the enterprise named or has its base in …
const BY_TOWN: i32 = 400;
/// … and found by the words of its topics.
pub const BY_WORDS: usize = 400;
/// Topics by whose words needs are looked for: the first that the enterprise meets.
pub const TOPICS_SEARCHED: usize = 4;
/// Offers that are judged for one need: the newest.
pub const OFFERS_JUDGED: i64 = 500;
/// Of them, those that one answer names: the best.
pub const OFFERS_NAMED: usize = 20;

/// How many needs of one county and one field: so many of the newest, and so many of the longest waiting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    pub county: PlaceCode,
    pub field: Field,
    pub each: i32,
}

/// Shares out the needs that are looked at: a county and field of which both were chosen counts eight times, of which
/// one was, three times.
#[must_use]
pub fn strata(counties: &[PlaceCode], chosen_counties: &[PlaceCode], chosen_fields: &[Field]) -> Vec<Stratum> {
    let weight =
        |county: &PlaceCode, field: Field| match (chosen_counties.contains(county), chosen_fields.contains(&field)) {
            (true, true) => 8,
            (true, false) | (false, true) => 3,
            (false, false) => 1,
        };
    let pairs = || counties.iter().flat_map(|county| Field::ALL.iter().map(move |field| (county, *field)));
    let all: i32 = pairs().map(|(county, field)| weight(county, field)).sum();
    let stratum = |(county, field): (&PlaceCode, Field)| Stratum {
        county: county.clone(),
        field,
        each: (BY_COUNTY / 2 * weight(county, field) / all.max(1)).max(1),
    };
    pairs().map(stratum).collect()
}

/// How many of each of so many towns: of the newest, and of the longest waiting.
#[must_use]
pub fn of_each_town(towns: usize) -> i32 {
    let towns = i32::try_from(towns).unwrap_or(i32::MAX).max(1);
    (BY_TOWN / 2 / towns).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::offer::PLACES_MAX;

    #[test]
    fn what_is_looked_at_is_shared_out_and_never_more_than_all() {
        let county = |n: usize| format!("4414{:02}", n + 1).parse::<PlaceCode>().unwrap();
        let counties: Vec<_> = (0..8).map(county).collect();
        for (places, fields) in [
            (vec![], vec![]),
            (vec![county(0)], vec![Field::Infrastructure]),
            (counties.clone(), Field::ALL.to_vec()),
            (vec![county(3), county(5)], vec![]),
        ] {
            let strata = strata(&counties, &places, &fields);
            assert_eq!(strata.len(), counties.len() * Field::ALL.len(), "each county and field is there");
            assert!(strata.iter().all(|stratum| stratum.each >= 1));
            let by_county: i32 = strata.iter().map(|stratum| stratum.each * 2).sum();
            assert!(by_county <= BY_COUNTY, "{by_county}");
            let chosen = strata.iter().find(|one| places.contains(&one.county) && fields.contains(&one.field));
            let other = strata.iter().find(|one| !places.contains(&one.county) && !fields.contains(&one.field));
            if let (Some(chosen), Some(other)) = (chosen, other) {
                assert!(chosen.each >= 7 * other.each.min(4), "{chosen:?} {other:?}");
            }
        }
        for towns in 0..=PLACES_MAX + 1 {
            let taken = of_each_town(towns) * 2 * i32::try_from(towns).unwrap();
            assert!(taken <= BY_TOWN, "{towns}: {taken}");
        }
        let words = i32::try_from(BY_WORDS).unwrap();
        assert!(i64::from(BY_COUNTY + BY_TOWN + words) <= CANDIDATES_MAX);
    }
}
