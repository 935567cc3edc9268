//! How a giver is shown in public, and, apart from that, whether the recipient learns who gave.
//!
//! Two different wishes: "do not show my name" and "do not give my data to the village"; merging them has hurt
//! givers elsewhere. Deliberately absent: a default. The giver chooses, and may choose again later.

use crate::Fen;
use serde::{Deserialize, Serialize};

/// The version of [`DISPLAY_TEXT`] that is in force; kept with each choice. A changed sentence is a new version.
pub const DISPLAY_TEXT_VERSION: &str = "2026-1";

/// What is told to whoever chooses again. Law on Donations for Public Welfare, article 8: praise only after being asked.
pub const DISPLAY_TEXT: &[&str] = &[
    "改了立即生效：公开的名单、需求页和活动页都按新的方式显示。已经被别人抄录、转发的，我们收不回来。",
    "不公开金额时，总数仍然包含它。如果一条需求只有您一家捐赠，别人能从总数推算出来。",
    "公开名称、公开金额、告诉受助的村，是三个各自的选择，都可以随时收回。每次的选择和您看到的说明都有记录。",
];

words! {
    /// How the giver's name is shown in public.
    pub enum PublicDisplay {
        Name = "name" / "公开全称",
        Partial = "partial" / "部分公开",
        Anonymous = "anonymous" / "匿名",
    }
}

/// A giver's three wishes, each on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DisplayChoice {
    pub name: PublicDisplay,
    /// Whether the amount stands beside the name. Totals contain it in any case.
    pub show_amount: bool,
    /// Whether the village and the executing unit are told who gave.
    pub share_with_recipient: bool,
}

impl DisplayChoice {
    /// What the public reads in place of the giver's `full_name`.
    #[must_use]
    pub fn public_name(self, full_name: &str, natural_person: bool) -> String {
        match self.name {
            PublicDisplay::Name => full_name.to_owned(),
            PublicDisplay::Partial => partial_name(full_name),
            PublicDisplay::Anonymous if natural_person => "爱心人士".to_owned(),
            PublicDisplay::Anonymous => "爱心企业".to_owned(),
        }
    }

    /// The amount as the public may see it beside the name.
    #[must_use]
    pub fn public_amount(self, amount: Fen) -> Option<Fen> {
        self.show_amount.then_some(amount)
    }

    /// What the recipient reads: the full name, or that a giver does not want to be named.
    #[must_use]
    pub fn name_for_recipient(self, full_name: &str) -> String {
        if self.share_with_recipient { full_name.to_owned() } else { "不愿具名的捐赠方".to_owned() }
    }
}

/// Stands for what is hidden; always two, so that its length tells nothing.
const HIDDEN: &str = "**";

/// Beginnings that say where and not who, longest first.
const PLACES: &[&str] = &[
    "广东省",
    "梅州市",
    "梅江区",
    "梅县区",
    "兴宁市",
    "平远县",
    "蕉岭县",
    "大埔县",
    "丰顺县",
    "五华县",
    "广州市",
    "深圳市",
    "广东",
    "梅州",
    "梅江",
    "梅县",
    "兴宁",
    "平远",
    "蕉岭",
    "大埔",
    "丰顺",
    "五华",
    "广州",
    "深圳",
];

/// Endings that say what kind of body it is and not which, longest first.
const KINDS: &[&str] = &[
    "集团股份有限公司",
    "集团有限责任公司",
    "农民专业合作社",
    "有限责任公司",
    "股份有限公司",
    "集团有限公司",
    "专业合作社",
    "个体工商户",
    "有限合伙",
    "有限公司",
    "合作社",
    "分公司",
    "基金会",
    "集团",
    "公司",
    "商会",
    "协会",
    "学会",
    "中心",
    "酒店",
    "农场",
    "工厂",
    "商行",
    "商店",
    "厂",
    "店",
];

/// A name of which the place, one character and the legal form are left: `梅州金柚农业有限公司` → `梅州金**有限公司`.
///
/// A person's name keeps its first character: `张三` → `张**`. A name of one character is hidden as a whole.
#[must_use]
pub fn partial_name(full_name: &str) -> String {
    let name = full_name.trim();
    let mut rest = name;
    while let Some(after) = PLACES.iter().find_map(|place| rest.strip_prefix(place)) {
        rest = after;
    }
    let place = &name[..name.len() - rest.len()];
    let kind = KINDS.iter().find(|kind| rest.ends_with(**kind)).copied().unwrap_or_default();
    let core = &rest[..rest.len() - kind.len()];
    // Brackets and spaces are skipped: the one character that is kept has to be one of the name.
    let mut letters = core.chars().filter(|c| c.is_alphanumeric());
    match (letters.next(), letters.next()) {
        (Some(first), Some(_)) => format!("{place}{first}{HIDDEN}{kind}"),
        // Nothing between place and kind would be hidden, so neither is a help: 梅州商会 is found at once.
        (None, _) => HIDDEN.to_owned(),
        (Some(_), None) => format!("{place}{HIDDEN}{kind}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_partial_name_keeps_place_first_character_and_legal_form() {
        for (full, partial) in [
            ("梅州金柚农业有限公司", "梅州金**有限公司"),
            ("梅州市客都米业股份有限公司", "梅州市客**股份有限公司"),
            ("广东（客家）控股集团有限公司", "广东客**集团有限公司"),
            ("广东省梅州市金柚农业有限公司", "广东省梅州市金**有限公司"),
            ("五华县黄沙村农民专业合作社", "五华县黄**农民专业合作社"),
            ("张三", "张**"),
            ("欧阳小明", "欧**"),
            ("金柚集团", "金**集团"),
            ("Golden Pomelo Ltd", "G**"),
            ("梅州柚有限公司", "梅州**有限公司"),
            ("梅州商会", "**"),
            ("柚", "**"),
            ("", "**"),
        ] {
            assert_eq!(partial_name(full), partial, "{full}");
        }
    }

    #[test]
    fn the_public_and_the_recipient_are_asked_about_apart() {
        let choice = DisplayChoice { name: PublicDisplay::Anonymous, show_amount: true, share_with_recipient: true };
        assert_eq!(choice.public_name("梅州金柚农业有限公司", false), "爱心企业");
        assert_eq!(choice.public_name("张三", true), "爱心人士");
        assert_eq!(choice.public_amount(Fen::yuan(5)), Some(Fen::yuan(5)));
        assert_eq!(choice.name_for_recipient("张三"), "张三");
        let shy = DisplayChoice { name: PublicDisplay::Name, show_amount: false, share_with_recipient: false };
        assert_eq!(shy.public_name("张三", true), "张三");
        assert_eq!((shy.public_amount(Fen::yuan(5)), shy.name_for_recipient("张三").contains("张三")), (None, false));
    }

    #[test]
    fn a_longer_word_comes_before_one_that_it_contains() {
        let begins = |later: &str, word: &str| later.starts_with(word);
        let ends = |later: &str, word: &str| later.ends_with(word);
        for (position, word) in PLACES.iter().enumerate() {
            assert!(!PLACES[position + 1..].iter().any(|later| begins(later, word)), "after {word}");
        }
        for (position, word) in KINDS.iter().enumerate() {
            assert!(!KINDS[position + 1..].iter().any(|later| ends(later, word)), "after {word}");
        }
    }

    proptest! {
        #[test]
        fn the_hidden_part_is_never_shown(core in "[柚果茶米油丝竹木石泉山云]{2,8}") {
            let shown = partial_name(&format!("梅州{core}有限公司"));
            prop_assert!(!shown.contains(&core));
            prop_assert_eq!(shown.chars().count(), "梅州".chars().count() + 3 + "有限公司".chars().count());
        }

        #[test]
        fn no_name_panics(name in "\\PC{0,30}") {
            prop_assert!(partial_name(&name).contains(HIDDEN));
        }
    }
}
