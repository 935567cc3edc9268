//! Which place a row means: by its code, or by the names of county, town and village.
//!
//! A name that several places have is no answer, and code and names have to agree. Deliberately absent: guessing at names
//! that are spelled in another way.

use crate::places::Names;
use domain::place::{PlaceCode, PlaceLevel, short_county_name, short_village_name};
use std::collections::HashMap;

/// Of places that one name may mean, as many as a sentence names.
const NAMED: usize = 3;

/// All places by name. A village is found by its full name and by the one that people say.
pub struct Gazetteer<'a> {
    names: &'a Names,
    by_name: HashMap<(PlaceLevel, String), Vec<&'a PlaceCode>>,
}

/// How a row names its place.
#[derive(Debug, Default, Clone, Copy)]
pub struct Named<'a> {
    pub code: &'a str,
    pub county: &'a str,
    pub town: &'a str,
    pub village: &'a str,
}

impl<'a> Named<'a> {
    /// The names that are there, from above.
    fn parts(&self) -> impl Iterator<Item = (NamePart, PlaceLevel, &'a str)> + use<'a> {
        let parts = [
            (NamePart::County, PlaceLevel::County, self.county),
            (NamePart::Town, PlaceLevel::Town, self.town),
            (NamePart::Village, PlaceLevel::Village, self.village),
        ];
        parts.into_iter().filter(|(.., name)| !name.is_empty())
    }
}

/// Which of a row's cells is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePart {
    Code,
    County,
    Town,
    Village,
}

/// Why a row names no place, at which of its cells.
pub type Unplaced = (NamePart, String);

impl<'a> Gazetteer<'a> {
    pub fn new(names: &'a Names) -> Self {
        let mut by_name: HashMap<_, Vec<&PlaceCode>> = HashMap::new();
        let mut places: Vec<_> = names.iter().collect();
        places.sort_by_key(|(code, _)| *code);
        for (code, name) in places {
            let level = code.level();
            let short = match level {
                PlaceLevel::Village => short_village_name(name),
                PlaceLevel::County => short_county_name(name).to_owned(),
                PlaceLevel::City | PlaceLevel::Town => name.to_owned(),
            };
            if short != name {
                by_name.entry((level, short)).or_default().push(code);
            }
            by_name.entry((level, name.to_owned())).or_default().push(code);
        }
        Gazetteer { names, by_name }
    }

    /// The place that is named, of whatever level.
    pub fn find(&self, named: &Named<'_>) -> Result<PlaceCode, Unplaced> {
        if named.code.is_empty() {
            return self.by_names(named);
        }
        let code = self.by_code(named.code)?;
        for (part, level, name) in named.parts() {
            if !self.called(level, name).iter().any(|named| named.contains(&code)) {
                let says = format!("代码 {} 是{}，和这里写的“{name}”不一致", named.code, self.full_name(&code));
                return Err((part, says));
            }
        }
        Ok(code)
    }

    /// The places of a level that have this name.
    fn called(&self, level: PlaceLevel, name: &str) -> &[&'a PlaceCode] {
        self.by_name.get(&(level, name.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    fn by_code(&self, text: &str) -> Result<PlaceCode, Unplaced> {
        if text.contains(['E', 'e']) && text.bytes().any(|byte| byte.is_ascii_digit()) {
            let says =
                format!("“{text}”被表格软件改成了科学计数，请把这一列设成文本后重填；写了县、镇、村的名称也可以留空");
            return Err((NamePart::Code, says));
        }
        let code = PlaceCode::from_list(text).ok().filter(|code| self.names.get(code).is_some());
        code.ok_or_else(|| (NamePart::Code, format!("没有区划代码“{text}”")))
    }

    fn by_names(&self, named: &Named<'_>) -> Result<PlaceCode, Unplaced> {
        let mut within: Option<Vec<&PlaceCode>> = None;
        let mut last = (NamePart::Code, "");
        for (part, level, name) in named.parts() {
            let inside =
                |code: &&PlaceCode| within.as_ref().is_none_or(|above| above.iter().any(|above| above.contains(code)));
            let found: Vec<&PlaceCode> = self.called(level, name).iter().copied().filter(|code| inside(code)).collect();
            if found.is_empty() {
                let above = within.as_deref().and_then(<[_]>::first).map(|above| self.full_name(above));
                return Err((part, format!("{}没有“{name}”", above.unwrap_or_else(|| "梅州".into()))));
            }
            within = Some(found);
            last = (part, name);
        }
        match within.as_deref() {
            None => Err((NamePart::Code, "没有写是哪个地方：请填区划代码，或县、镇、村的名称".into())),
            Some([one]) => Ok((*one).clone()),
            Some(several) => Err((last.0, self.ambiguous(last.1, several))),
        }
    }

    fn ambiguous(&self, name: &str, several: &[&PlaceCode]) -> String {
        let named: Vec<String> = several.iter().take(NAMED).map(|code| self.full_name(code)).collect();
        let more = if several.len() > NAMED { "等" } else { "" };
        let (named, count) = (named.join("、"), several.len());
        format!("叫“{name}”的有 {count} 处（{named}{more}），请写明县和镇，或填区划代码")
    }

    /// County, town and village in one.
    fn full_name(&self, code: &PlaceCode) -> String {
        let place = self.names.place(code);
        [place.county, place.town, place.village].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let shipped = super::super::shipped();
        Names(shipped.map(|(code, _, name, _)| (code.parse().unwrap(), name.to_owned())).collect())
    }

    fn find(code: &str, names: [&str; 3]) -> Result<String, String> {
        let all = self::names();
        let [county, town, village] = names;
        let found = Gazetteer::new(&all).find(&Named { code, county, town, village });
        found.map(String::from).map_err(|(part, says)| format!("{part:?}: {says}"))
    }

    #[test]
    fn a_place_is_found_by_code_or_by_names() {
        for (code, names, expected) in [
            ("441424125207", ["", "", ""], "441424125207"),
            ("441424125000", ["", "", ""], "441424125"),
            ("441424", ["五华", "", ""], "441424"),
            ("", ["五华县", "梅林镇", "黄沙村"], "441424125207"),
            ("", ["五华", "梅林镇", "黄沙村委会"], "441424125207"),
            ("", ["五华县", "梅林镇", ""], "441424125"),
            ("", ["五华县", "", ""], "441424"),
            ("441424125207", ["五华县", "梅林镇", "黄沙村"], "441424125207"),
        ] {
            assert_eq!(find(code, names), Ok(expected.to_owned()), "{code} {names:?}");
        }
    }

    #[test]
    fn what_names_no_place_or_several_is_said() {
        let says = |code, names, part: &str, words: &str| {
            let error = find(code, names).unwrap_err();
            assert!(error.starts_with(part) && error.contains(words), "{code} {names:?}: {error}");
        };
        says("", ["", "", ""], "Code", "没有写是哪个地方");
        says("441499", ["", "", ""], "Code", "没有区划代码“441499”");
        says("4414", ["", "", ""], "Code", "没有区划代码");
        says("4.41424E+11", ["", "", ""], "Code", "科学计数");
        says("", ["五月县", "", ""], "County", "梅州没有“五月县”");
        says("", ["五华县", "梅西镇", ""], "Town", "五华县没有“梅西镇”");
        says("", ["五华县", "梅林镇", "没有村"], "Village", "五华县梅林镇没有“没有村”");
        says("441424125207", ["大埔县", "", ""], "County", "是五华县梅林镇黄沙村，和这里写的“大埔县”不一致");
        says("441424125207", ["五华县", "梅林镇", "优河村"], "Village", "不一致");
        // Village names recur: without its town this one is several.
        says("", ["", "", "黄沙村"], "Village", "叫“黄沙村”的有 7 处（");
        says("", ["", "大坪镇", ""], "Town", "叫“大坪镇”的有 2 处（");
    }
}
