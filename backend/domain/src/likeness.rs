//! What makes a registration look like another one: flags for the reviewer, never a refusal.
//!
//! Deliberately absent: turning traditional characters into simplified ones (backend), and judging.

use crate::OrganisationId;
use crate::money::to_half_width;
use crate::organisation::OrganisationStatus;
use crate::place::short_county_name;
use serde::{Deserialize, Serialize};

words! {
    /// Why the reviewer should look twice.
    pub enum FlagKind {
        LookAlike = "look_alike" / "名称与另一家企业相同或只差一个字",
        FormerNameTaken = "former_name_taken" / "填写的曾用名是另一家企业的名称",
        NameWasFormer = "name_was_former" / "名称是另一家企业的曾用名",
        SamePhone = "same_phone" / "联系电话与另一家企业相同",
        SameDocument = "same_document" / "有一张证照照片另一家企业也用过",
        CodeTriedAgain = "code_tried_again" / "有人又用这个统一社会信用代码来登记",
    }
}

/// One reason to look twice, with the other party where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistrationFlag {
    pub kind: FlagKind,
    pub organisation: Option<OrganisationId>,
    pub name: Option<String>,
    pub status: Option<OrganisationStatus>,
    /// How often, where that is what the flag tells.
    pub times: Option<i64>,
}

/// Legal forms and the like, which tell nothing of who it is; the longer first.
const FORMS: [&str; 12] = [
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "有限合伙",
    "普通合伙",
    "合伙企业",
    "集团",
    "股份",
    "公司",
    "个体工商户",
    "广东省",
    "梅州市",
];
const AROUND: [&str; 2] = ["广东", "梅州"];

/// What is left of an enterprise's name when the legal form, the province, the city and the county are taken away.
/// `simplified` is in simplified characters, `counties` are the full names of the city's counties.
#[must_use]
pub fn core(simplified: &str, counties: &[&str]) -> String {
    let narrow = simplified.chars().map(to_half_width).flat_map(char::to_lowercase);
    let plain: String = narrow.filter(|c| c.is_alphanumeric()).collect();
    let short: Vec<&str> = counties.iter().map(|county| short_county_name(county)).collect();
    // Full names first: 梅县区 before 梅县.
    let words = FORMS.iter().chain(counties).chain(&short).chain(&AROUND);
    let mut core = plain.clone();
    for word in words {
        let rest = core.replace(word, "");
        // A name that is nothing but such words keeps the last of them.
        if !rest.is_empty() {
            core = rest;
        }
    }
    core
}

/// Whether two cores are equal or differ by one character, changed, added or left out.
#[must_use]
pub fn alike(one: &str, other: &str) -> bool {
    if one.is_empty() || other.is_empty() {
        return false;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    if long.len() - short.len() > 1 || short.len() < 2 {
        return one == other;
    }
    let ahead = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let rest = if short.len() == long.len() { ahead + 1 } else { ahead };
    ahead == short.len() || short[rest..] == long[ahead + 1..]
}

/// An enterprise's names, by their cores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    pub core: String,
    pub former_cores: Vec<String>,
}

/// Another enterprise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub organisation: OrganisationId,
    pub name: String,
    pub status: OrganisationStatus,
    pub names: Names,
}

impl Other {
    #[must_use]
    pub fn flag(&self, kind: FlagKind) -> RegistrationFlag {
        RegistrationFlag {
            kind,
            organisation: Some(self.organisation),
            name: Some(self.name.clone()),
            status: Some(self.status),
            times: None,
        }
    }
}

/// What of the names speaks for looking twice.
#[must_use]
pub fn name_flags(own: &Names, others: &[Other]) -> Vec<RegistrationFlag> {
    let mut flags = Vec::new();
    for other in others {
        if alike(&own.core, &other.names.core) {
            flags.push(other.flag(FlagKind::LookAlike));
        }
        if own.former_cores.contains(&other.names.core) {
            flags.push(other.flag(FlagKind::FormerNameTaken));
        }
        if other.names.former_cores.contains(&own.core) {
            flags.push(other.flag(FlagKind::NameWasFormer));
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const COUNTIES: [&str; 8] = ["梅江区", "梅县区", "大埔县", "丰顺县", "五华县", "平远县", "蕉岭县", "兴宁市"];

    #[test]
    fn the_core_is_what_tells_one_firm_from_another() {
        for (name, expected) in [
            ("广东金柚农业有限公司", "金柚农业"),
            ("梅州市金柚农业股份有限公司", "金柚农业"),
            ("金柚农业（梅州）集团有限公司", "金柚农业"),
            ("五华县金柚农业有限责任公司", "金柚农业"),
            ("五华金柚农业有限公司", "金柚农业"),
            ("梅县区金柚农业有限公司", "金柚农业"),
            ("金柚 农业 ＡＢＣ 有限公司", "金柚农业abc"),
            ("梅州集团有限公司", "梅州"),
            ("有限公司", "有限"),
            ("", ""),
        ] {
            assert_eq!(core(name, &COUNTIES), expected, "{name}");
        }
    }

    #[test]
    fn equal_or_one_character_different_is_alike() {
        for (one, other, expected) in [
            ("金柚农业", "金柚农业", true),
            ("金柚农业", "金釉农业", true),
            ("金柚农业", "柚农业", true),
            ("金柚农业", "金柚新农业", true),
            ("金柚农业", "金柚农业发", true),
            ("金柚农业", "金柚农业发展", false),
            ("金柚农业", "银釉农业", false),
            ("金柚", "金桔", true),
            ("金", "银", false),
            ("金", "金", true),
            ("金", "金柚", false),
            ("", "", false),
            ("", "金", false),
        ] {
            assert_eq!(alike(one, other), expected, "{one} {other}");
            assert_eq!(alike(other, one), expected, "{other} {one}");
        }
    }

    #[test]
    fn names_now_and_before_are_compared_both_ways() {
        let names = |core: &str, former: &[&str]| Names {
            core: core.to_owned(),
            former_cores: former.iter().map(|&name| name.to_owned()).collect(),
        };
        let other = Other {
            organisation: OrganisationId(Uuid::from_u128(1)),
            name: "嘉应茶业有限公司".into(),
            status: OrganisationStatus::Verified,
            names: names("嘉应茶业", &["嘉应老茶厂"]),
        };
        let kinds = |own: &Names| -> Vec<FlagKind> {
            name_flags(own, std::slice::from_ref(&other)).into_iter().map(|flag| flag.kind).collect()
        };
        assert_eq!(kinds(&names("嘉应茶叶", &[])), [FlagKind::LookAlike]);
        assert_eq!(kinds(&names("客都米业", &["嘉应茶业"])), [FlagKind::FormerNameTaken]);
        assert_eq!(kinds(&names("嘉应老茶厂", &[])), [FlagKind::NameWasFormer]);
        assert!(kinds(&names("客都米业", &["客都粮油"])).is_empty());
    }

    proptest! {
        #[test]
        fn one_change_is_always_found(name in "[金柚农业嘉应茶]{2,8}", place in 0..8_usize, other in "[米果橘]") {
            let mut changed: Vec<char> = name.chars().collect();
            let place = place % changed.len();
            changed[place] = other.chars().next().unwrap();
            let changed: String = changed.into_iter().collect();
            prop_assert!(alike(&name, &changed));
            let longer = format!("{other}{name}");
            prop_assert!(alike(&name, &longer));
        }
    }
}
