//! Personal appeals (个人求助): a text that asks everybody to give to one named or telling person, or to somebody's private
//! account. None is published here: appeals for oneself belong to other places and other rules (慈善法 art. 124; industry
//! standards for designated platforms: public fundraising is never mixed with personal help).
//!
//! The rule is small and says what it saw, so that whoever wrote a village's need in other words knows what to change. A
//! village, a group of households or an institution asks for nothing that it forbids.
//! Deliberately absent: judging a picture, and blocking a text for one word alone.

use crate::sensitive;

/// Why a text is a personal appeal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Appeal {
    #[error("这里有身份证号或银行卡号。平台不为个人收款，也不发布个人求助；请删去号码")]
    Number,
    #[error("“{0}”像是个人收款。平台不发布个人求助，捐款只进慈善组织的账户；请删去个人的收款方式")]
    PrivateAccount(&'static str),
    #[error(
        "“{0}”和“{1}”放在一起，像是为一个人求助。平台不发布个人求助；请改写为全村或一类人的需要，个人的困难请联系民政部门"
    )]
    ForOne(&'static str, &'static str),
}

/// Ways by which a private person is paid.
const PRIVATE_ACCOUNTS: [&str; 14] = [
    "微信收款",
    "收款码",
    "收款二维码",
    "支付宝账号",
    "支付宝号",
    "微信转账",
    "加我微信",
    "个人账户",
    "个人账号",
    "私人账户",
    "个人银行卡",
    "本人银行卡",
    "本人账户",
    "打到我",
];

/// Words by which strangers are asked.
const ASKING: [&str; 15] = [
    "求助",
    "求救",
    "救命",
    "救救",
    "众筹",
    "水滴筹",
    "轻松筹",
    "好心人",
    "恳请大家",
    "恳求",
    "帮帮我",
    "帮帮他",
    "帮帮她",
    "请大家帮",
    "伸出援手",
];

/// Words by which a text speaks of one person.
const ONE_PERSON: [&str; 32] = [
    "我叫",
    "我是一名",
    "我是一个",
    "我儿子",
    "我女儿",
    "我的儿子",
    "我的女儿",
    "我父亲",
    "我母亲",
    "我爸",
    "我妈",
    "我丈夫",
    "我妻子",
    "我老公",
    "我老婆",
    "我家孩子",
    "本人因",
    "本人患",
    "患者",
    "确诊",
    "白血病",
    "尿毒症",
    "癌",
    "肿瘤",
    "重病",
    "手术费",
    "医药费",
    "治疗费",
    "住院费",
    "化疗",
    "病危",
    "车祸",
];

/// What in a text makes it a personal appeal, if something does.
#[must_use]
pub fn seen_in(text: &str) -> Option<Appeal> {
    if sensitive::holds_number(text) {
        return Some(Appeal::Number);
    }
    // Spaces between characters are a way around every list of words.
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let first = |words: &[&'static str]| words.iter().copied().find(|word| text.contains(word));
    if let Some(word) = first(&PRIVATE_ACCOUNTS) {
        return Some(Appeal::PrivateAccount(word));
    }
    Some(Appeal::ForOne(first(&ASKING)?, first(&ONE_PERSON)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_himself_or_for_one_person_is_told_what_was_seen() {
        for (text, says) in [
            ("我叫某某，女儿确诊白血病，求助各位", "“求助”和“我叫”"),
            ("村民某某患者急需手术费，恳请好心人帮忙", "“好心人”和“患者”"),
            ("请 好 心 人 救 救 我 儿 子", "“救救”和“我儿子”"),
            ("捐款请扫收款码", "“收款码”像是个人收款"),
            ("款项请打到我的卡上", "“打到我”像是个人收款"),
            ("请汇到 6222 0212 3456 7890 128", "银行卡号"),
        ] {
            let seen = seen_in(text).unwrap_or_else(|| panic!("{text}")).to_string();
            assert!(seen.contains(says), "{text}: {seen}");
        }
    }

    #[test]
    fn what_a_village_or_a_group_needs_is_none() {
        for text in [
            "",
            "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。",
            "为 12 户特困供养老人修缮房屋，购置护理床 12 张",
            "村卫生站缺血压计，重病患者要走 8 公里就医",
            "设置求助电话牌 6 块，安装路灯 40 盏",
            "请好心人士和企业关心村里的留守老人食堂",
            "统一社会信用代码 914403001922038216，电话 0753-2233445",
            "企业自愿认捐，按捐赠协议转账到慈善会的对公账户。",
        ] {
            assert_eq!(seen_in(text), None, "{text}");
        }
    }
}
