//! Pairings of the time before this platform, as lists tell of them: what a row may say, and who reads whose name.
//!
//! They are history: nothing that counts what is paired now counts them. Deliberately absent: amounts of money, which come
//! from the ledger alone, and persons.

use crate::day;
use crate::money::to_half_width;
use crate::need::PairingForm;
use crate::place::{PlaceCode, PlaceLevel};
use crate::pledge::{DisplayChoice, PublicDisplay};
use crate::uscc::Uscc;
use crate::{Problem, Problems, problem};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Characters of an enterprise's name: less is no company's name but perhaps a person's.
pub const NAME_LENGTH: std::ops::RangeInclusive<usize> = 4..=100;
/// Characters of what was done.
pub const DONE_MAX: usize = 500;
/// Rows of one list.
pub const ROWS_MAX: usize = 20_000;
/// Characters of a list's name.
pub const SOURCE_LENGTH: std::ops::RangeInclusive<usize> = crate::place::SOURCE_LENGTH;
/// Characters of the address at which a list was published.
const LINK_MAX: usize = 500;
/// How far ahead an end may lie, in years.
const AHEAD: i32 = 10;
/// Stands for an enterprise whose name is not public.
pub const SOME_ENTERPRISE: &str = "一家企业";

/// A year or a day: as exact as the list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum YearOrDay {
    Year(i32),
    Day(NaiveDate),
}

/// A text on the wire: `2021` or `2021-06-30`.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for YearOrDay {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for YearOrDay {}

/// A text that is neither a year nor a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("不是年份或日期，应写成 2021 或 2021-06-30 的样子")]
pub struct NotAYearOrDay;

impl YearOrDay {
    /// As tables write it.
    ///
    /// # Errors
    /// Half a sentence.
    pub fn read(text: &str) -> Result<Self, NotAYearOrDay> {
        let plain: String = text.chars().map(to_half_width).filter(|c| !c.is_whitespace()).collect();
        let digits = plain.strip_suffix('年').unwrap_or(&plain);
        let year = digits.parse().ok().filter(|year| digits.len() == 4 && (2000..2100).contains(year));
        let day = || day::read(&plain).or_else(|| day::of_serial(&plain)).filter(|day| day.year() >= 2000);
        year.map(YearOrDay::Year).or_else(|| day().map(YearOrDay::Day)).ok_or(NotAYearOrDay)
    }

    #[must_use]
    pub fn year(self) -> i32 {
        match self {
            YearOrDay::Year(year) => year,
            YearOrDay::Day(day) => day.year(),
        }
    }

    /// The first day that it may mean, and the last.
    fn days(self) -> (NaiveDate, NaiveDate) {
        match self {
            YearOrDay::Day(day) => (day, day),
            YearOrDay::Year(year) => {
                let of = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
                (of(1, 1), of(12, 31))
            }
        }
    }
}

impl fmt::Display for YearOrDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            YearOrDay::Year(year) => write!(f, "{year}"),
            YearOrDay::Day(day) => write!(f, "{day}"),
        }
    }
}

impl FromStr for YearOrDay {
    type Err = NotAYearOrDay;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        YearOrDay::read(text)
    }
}

impl TryFrom<String> for YearOrDay {
    type Error = NotAYearOrDay;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<YearOrDay> for String {
    fn from(of: YearOrDay) -> String {
        of.to_string()
    }
}

/// What a row says. The order of the fields is part of how the same row is known again.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EarlierPairing {
    pub enterprise_name: String,
    pub uscc: Option<Uscc>,
    /// A village, or a town that an enterprise took on.
    pub place: PlaceCode,
    pub form: PairingForm,
    pub begun: Option<YearOrDay>,
    /// None: the list does not say that it ended.
    pub until: Option<YearOrDay>,
    pub done: String,
}

/// Checks the form of a row against its place; nothing stands for the usual form of such a place.
///
/// # Errors
/// A sentence.
pub fn form_of(place: &PlaceCode, form: Option<PairingForm>) -> Result<PairingForm, &'static str> {
    match (place.level(), form) {
        (PlaceLevel::Village, form) => Ok(form.unwrap_or(PairingForm::VillagePairing)),
        (PlaceLevel::Town, None | Some(PairingForm::TownCoverage)) => Ok(PairingForm::TownCoverage),
        (PlaceLevel::Town, Some(_)) => Err("这种形式要写到村（社区）；只写到镇（街道）的是“连片包镇”"),
        (PlaceLevel::City | PlaceLevel::County, _) => Err("请写到村（社区）；连片包镇写到镇（街道）"),
    }
}

/// Checks when it began and ended, on the legal day `today`.
///
/// # Errors
/// A sentence; `true` where it is about the end.
pub fn check_term(
    begun: Option<YearOrDay>,
    until: Option<YearOrDay>,
    today: NaiveDate,
) -> Result<(), (bool, &'static str)> {
    if begun.is_some_and(|begun| begun.days().0 > today) {
        return Err((false, "起始不能晚于今天；还没有开始的结对请在平台上办理"));
    }
    if until.is_some_and(|until| until.year() > today.year() + AHEAD) {
        return Err((true, "结束太远，请核对"));
    }
    match begun.zip(until) {
        Some((begun, until)) if until.days().1 < begun.days().0 => Err((true, "结束不能早于起始")),
        _ => Ok(()),
    }
}

/// Checks what whoever imports says of the whole list. The published address is empty where there is none.
///
/// # Errors
/// A sentence for each field.
pub fn check_list(source: &str, as_of: NaiveDate, published: &str, today: NaiveDate) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let said = SOURCE_LENGTH.contains(&source.trim().chars().count());
    problems.require(said, "source", "来源请写 4 至 200 个字：哪个单位的什么名单");
    if let Err(error) = day::check_past(as_of, today) {
        problems.add("as_of", format!("截至日期{error}"));
    }
    let published = published.trim();
    let rest = published.strip_prefix("https://").or_else(|| published.strip_prefix("http://"));
    let address = rest.is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace) && rest.len() >= 4);
    let fits = published.is_empty() || (address && published.len() <= LINK_MAX && published.is_ascii());
    problems.require(
        fits,
        "published_at",
        "请填写公开这份名单的网页地址，以 http:// 或 https:// 开头；没有公开过就留空",
    );
    problems.none_or_err()
}

/// Checks why an import is taken back.
///
/// # Errors
/// A sentence at `reason`.
pub fn check_withdrawal(reason: &str) -> Result<(), Vec<Problem>> {
    problem::check_reason(reason, Some("请写明为什么撤回（至少 5 个字），如“名单有误，改正后重新导入”"))
}

/// The name that everybody reads. What the enterprise has chosen comes first; else a name stands only where the list
/// itself is public (domain vocabulary, law L10 and L11).
#[must_use]
pub fn public_name(name: &str, chosen: Option<PublicDisplay>, list_is_public: bool) -> String {
    let shown = |name_shown| DisplayChoice { name: name_shown, show_amount: false, share_with_recipient: false };
    match chosen {
        Some(PublicDisplay::Anonymous) => SOME_ENTERPRISE.to_owned(),
        Some(choice) => shown(choice).public_name(name, false),
        None if list_is_public => name.to_owned(),
        None => SOME_ENTERPRISE.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<YearOrDay> {
        YearOrDay::read(text).ok()
    }

    #[test]
    fn a_year_or_a_day_is_read_as_lists_write_it() {
        for (text, read) in [
            ("2021", "2021"),
            ("2021年", "2021"),
            ("２０２１", "2021"),
            ("2021-06-30", "2021-06-30"),
            ("2021年6月30日", "2021-06-30"),
            ("44377", "2021-06-30"),
        ] {
            assert_eq!(at(text).map(|read| read.to_string()).as_deref(), Some(read), "{text}");
        }
        for text in ["", "21", "1999", "2021-13-01", "今年", "1998-01-01", "2021-2022"] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn a_term_has_begun_and_does_not_end_before_it() {
        let today = "2026-06-30".parse().unwrap();
        for (begun, until, wrong) in [
            ("", "", None),
            ("2021", "", None),
            ("2021", "2021", None),
            ("2021-12-31", "2021", None),
            ("2026", "2030", None),
            ("2021", "2020", Some(true)),
            ("2021-07-01", "2021-06-30", Some(true)),
            ("2027", "", Some(false)),
            ("2026-07-01", "", Some(false)),
            ("2021", "2037", Some(true)),
        ] {
            assert_eq!(check_term(at(begun), at(until), today).err().map(|(end, _)| end), wrong, "{begun} {until}");
        }
    }

    #[test]
    fn the_form_fits_the_place() {
        use PairingForm::{JointBuilding, TownCoverage, VillagePairing};
        let (village, town, county) = ("441424125207", "441424125", "441424");
        for (place, form, expected) in [
            (village, None, Some(VillagePairing)),
            (village, Some(TownCoverage), Some(TownCoverage)),
            (town, None, Some(TownCoverage)),
            (town, Some(JointBuilding), None),
            (county, None, None),
        ] {
            assert_eq!(form_of(&place.parse().unwrap(), form).ok(), expected, "{place} {form:?}");
        }
    }

    #[test]
    fn each_wrong_field_of_a_list_is_named() {
        let today: NaiveDate = "2026-06-30".parse().unwrap();
        let refused = |source: &str, as_of: &str, published: &str| -> Vec<String> {
            let problems = check_list(source, as_of.parse().unwrap(), published, today).err().unwrap_or_default();
            problems.into_iter().map(|problem| problem.field).collect()
        };
        assert_eq!(refused("示例名单", "2021-07-01", ""), Vec::<String>::new());
        assert_eq!(refused("示例名单", "2021-07-01", " https://www.meizhou.gov.cn/a "), Vec::<String>::new());
        assert_eq!(refused("名单", "2026-07-01", "见网站"), ["source", "as_of", "published_at"]);
        for link in ["ftp://a.cn/x", "https://", "https://a b.cn", "javascript:alert(1)", "https://示例"] {
            assert_eq!(refused("示例名单", "2021-07-01", link), ["published_at"], "{link}");
        }
    }

    #[test]
    fn a_name_is_public_where_its_list_is_or_its_owner_says_so() {
        let name = "梅州市示例茶业有限公司";
        for (chosen, public, shown) in [
            (None, false, SOME_ENTERPRISE),
            (None, true, name),
            (Some(PublicDisplay::Name), false, name),
            (Some(PublicDisplay::Anonymous), true, SOME_ENTERPRISE),
        ] {
            assert_eq!(public_name(name, chosen, public), shown, "{chosen:?} {public}");
        }
        let partial = public_name(name, Some(PublicDisplay::Partial), true);
        assert!(partial != name && partial.contains("**"), "{partial}");
    }
}
