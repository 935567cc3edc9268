//! Places: county, town-level unit, village-level unit, keyed by the statistics bureau's code (NBS 2023).
//!
//! A code's prefix is its parent: 6 digits county, 9 town, 12 village. Names are not unique (199 village names
//! recur), so every name is shown with its county and town. Deliberately absent: merging with other code sets,
//! whose codes collide with these.

mod described;

pub use described::*;

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The code of a place in Meizhou (prefix 4414): 6, 9 or 12 digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "441424103203"))]
pub struct PlaceCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("不是梅州的区划代码（应为 4414 开头的 6、9 或 12 位数字）")]
pub struct NotAPlaceCode;

/// The level that a code's length tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum PlaceLevel {
    City,
    County,
    Town,
    Village,
}

impl PlaceCode {
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn level(&self) -> PlaceLevel {
        match self.0.len() {
            4 => PlaceLevel::City,
            6 => PlaceLevel::County,
            9 => PlaceLevel::Town,
            _ => PlaceLevel::Village,
        }
    }

    /// The six digits of the county; the city's code for the city itself.
    #[must_use]
    pub fn county(&self) -> &str {
        &self.0[..self.0.len().min(6)]
    }

    /// The place that this one lies in; none for the city.
    #[must_use]
    pub fn parent(&self) -> Option<PlaceCode> {
        let digits = match self.level() {
            PlaceLevel::City => return None,
            PlaceLevel::County => 4,
            PlaceLevel::Town => 6,
            PlaceLevel::Village => 9,
        };
        Some(PlaceCode(self.0[..digits].to_owned()))
    }

    /// As lists of the bureau write it too: a county's or town's code filled up with zeros to twelve digits.
    ///
    /// # Errors
    /// [`NotAPlaceCode`], also for the city: no list says anything of it.
    pub fn from_list(text: &str) -> Result<Self, NotAPlaceCode> {
        let digits = match text.len() {
            12 => text.strip_suffix("000000").or_else(|| text.strip_suffix("000")).unwrap_or(text),
            _ => text,
        };
        let code: PlaceCode = digits.parse()?;
        if code.level() == PlaceLevel::City { Err(NotAPlaceCode) } else { Ok(code) }
    }

    /// Whether `other` is this place or lies inside it: the rule behind every jurisdiction.
    #[must_use]
    pub fn contains(&self, other: &PlaceCode) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl FromStr for PlaceCode {
    type Err = NotAPlaceCode;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed = matches!(text.len(), 4 | 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit());
        if well_formed && text.starts_with("4414") { Ok(PlaceCode(text.to_owned())) } else { Err(NotAPlaceCode) }
    }
}

impl TryFrom<String> for PlaceCode {
    type Error = NotAPlaceCode;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PlaceCode> for String {
    fn from(code: PlaceCode) -> String {
        code.0
    }
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A village's name as people say it: without the committee's suffix. `黄沙村委会` → `黄沙村`.
#[must_use]
pub fn short_village_name(name: &str) -> String {
    for (suffix, kept) in [
        ("社区居民委员会", "社区"),
        ("社区居委会", "社区"),
        ("村民委员会", "村"),
        ("村委会", "村"),
        ("居民委员会", "居委会"),
    ] {
        if let Some(stem) = name.strip_suffix(suffix)
            && !stem.is_empty()
        {
            return format!("{stem}{kept}");
        }
    }
    name.to_owned()
}

/// A county's name as maps say it: without 县, 区, 市. `五华县` → `五华`.
#[must_use]
pub fn short_county_name(name: &str) -> &str {
    name.strip_suffix(['县', '区', '市']).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jurisdiction_is_a_prefix() {
        let county: PlaceCode = "441424".parse().unwrap();
        let village: PlaceCode = "441424103203".parse().unwrap();
        let elsewhere: PlaceCode = "441481103203".parse().unwrap();
        assert!(county.contains(&village) && county.contains(&county));
        assert!(!county.contains(&elsewhere) && !village.contains(&county));
        assert_eq!((county.level(), village.level()), (PlaceLevel::County, PlaceLevel::Village));
        let above: Vec<_> = std::iter::successors(Some(village), PlaceCode::parent).map(String::from).collect();
        assert_eq!(above, ["441424103203", "441424103", "441424", "4414"]);
    }

    #[test]
    fn other_cities_and_odd_lengths_are_refused() {
        for code in ["440100", "44142", "4414241", "44142410320x", ""] {
            assert_eq!(code.parse::<PlaceCode>(), Err(NotAPlaceCode), "{code}");
        }
    }

    #[test]
    fn a_list_may_fill_codes_up_with_zeros() {
        for (text, code) in [
            ("441424000000", "441424"),
            ("441424103000", "441424103"),
            ("441424103203", "441424103203"),
            ("441424103", "441424103"),
            ("441424", "441424"),
        ] {
            assert_eq!(PlaceCode::from_list(text).unwrap().as_str(), code);
        }
        for text in ["4414", "4.41424E+11", "441424103203000", "", "440100000000"] {
            assert_eq!(PlaceCode::from_list(text), Err(NotAPlaceCode), "{text}");
        }
    }

    #[test]
    fn names_are_shortened_as_people_say_them() {
        for (full, short) in [
            ("黄沙村委会", "黄沙村"),
            ("𣒍村民委员会", "𣒍村"),
            ("圩镇社区居委会", "圩镇社区"),
            ("东山居委会", "东山居委会"),
            ("村委会", "村委会"),
        ] {
            assert_eq!(short_village_name(full), short);
        }
        assert_eq!(short_county_name("五华县"), "五华");
    }
}
