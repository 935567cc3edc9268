//! What a text is about, by words that stand in it; and which fields an industry is of use for.
//!
//! Both tables are public: the page about recommendations prints them. A topic is met only where one of its words is
//! written, and whoever reads the reason is told which. Chinese is written without spaces: where a word only seems to stand
//! because two others meet (提供|水泥), the table says so (`but_not`). Deliberately absent: segmentation by a dictionary,
//! which no page can print; judging words by their sense; and any search (search-config has its own, wider synonyms).

use crate::need::Field;
use crate::registration::Industry;

/// Something that villages and enterprises both speak of.
#[derive(Debug, PartialEq, Eq)]
pub struct Topic {
    pub name: &'static str,
    pub words: &'static [&'static str],
    /// Words that hold one of these, or a part of one, and mean something else.
    pub but_not: &'static [&'static str],
}

/// A topic with the word by which it was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    pub topic: &'static Topic,
    pub word: &'static str,
}

const fn topic(name: &'static str, words: &'static [&'static str]) -> Topic {
    Topic { name, words, but_not: &[] }
}

const fn topic_but_not(name: &'static str, words: &'static [&'static str], but_not: &'static [&'static str]) -> Topic {
    Topic { name, words, but_not }
}

/// The topics, in the order in which they are told.
pub const TOPICS: &[Topic] = &[
    topic_but_not("茶产业", &["茶叶", "茶园", "茶业", "制茶", "绿茶", "单丛", "茶青", "茶厂"], &["油茶"]),
    topic_but_not("油茶产业", &["油茶", "茶油", "茶籽"], &["酥油茶"]),
    topic("柚子产业", &["金柚", "蜜柚", "沙田柚", "柚子", "柚果", "柚农"]),
    topic_but_not(
        "稻米产业",
        &["稻米", "大米", "丝苗米", "水稻", "稻谷", "米业"],
        &["玉米业", "小米业", "虾米业", "扩大米"],
    ),
    topic("蔬菜和瓜果", &["蔬菜", "菜地", "脐橙", "百香果", "瓜果"]),
    topic("薯类产业", &["番薯", "红薯"]),
    topic_but_not("畜禽养殖", &["养鸡", "鸡苗", "土鸡", "养猪", "生猪", "养牛", "肉牛", "养殖场"], &["水产养殖场"]),
    topic_but_not(
        "水产养殖",
        &["鱼塘", "养鱼", "鱼苗", "水产"],
        &["泉水产", "饮水产", "用水产", "来水产", "净水产", "汽水产", "药水产", "香水产", "污水产", "废水产"],
    ),
    topic("养蜂", &["养蜂", "蜂蜜", "蜂箱"]),
    topic("中药材", &["药材", "中草药", "草药"]),
    topic_but_not("竹木产业", &["毛竹", "竹笋", "竹制品", "木材"], &["土木材", "苗木材", "树木材", "花木材"]),
    topic(
        "农产品加工和储存",
        &["烘干", "冷库", "冷链", "保鲜库", "农产品加工", "粮食加工", "食品加工", "初加工", "深加工"],
    ),
    topic_but_not(
        "农机",
        &["农机", "植保", "收割机", "旋耕机", "拖拉机"],
        &["农机构", "农机制", "农机关", "农机遇", "种植保"],
    ),
    topic_but_not(
        "电商",
        &["电商", "直播", "网店", "网销"],
        &[
            "家电商",
            "机电商",
            "水电商",
            "光电商",
            "弱电商",
            "充电商",
            "供电商",
            "发电商",
            "用电商",
            "稻直播",
            "旱直播",
            "机械直播",
            "精量直播",
            "直播种",
            "直播稻",
        ],
    ),
    topic("乡村旅游", &["民宿", "农家乐", "乡村旅游"]),
    topic_but_not(
        "道路和桥梁",
        &["村道", "巷道", "机耕路", "水泥路", "路面", "桥梁", "危桥", "便桥"],
        &["村道德", "电路面", "线路面"],
    ),
    topic_but_not(
        "照明",
        &["路灯", "照明", "亮化", "灯具"],
        &["按照明", "依照明", "参照明", "对照明", "遵照明", "执照明", "护照明", "漂亮化"],
    ),
    topic_but_not("饮水", &["饮水", "自来水", "饮用水", "供水"], &["提供水", "供水果", "供水泥", "供水产", "供水稻"]),
    topic("水利", &["水渠", "灌溉", "水陂", "河堤", "护岸", "山塘"]),
    topic("污水和垃圾", &["污水", "垃圾", "保洁", "公厕"]),
    topic("绿化", &["绿化", "种树", "植树", "苗木"]),
    topic("光伏", &["光伏", "太阳能板"]),
    topic("通信和网络", &["宽带", "光纤", "监控"]),
    topic_but_not("教育", &["学校", "小学", "助学", "奖学", "幼儿园", "教学点"], &["帮助学习", "协助学习", "辅助学习"]),
    topic_but_not(
        "医疗和健康",
        &["卫生站", "卫生室", "义诊", "体检", "村医"],
        &[
            "整体检",
            "个体检",
            "集体检",
            "主体检",
            "具体检",
            "总体检",
            "物体检",
            "固体检",
            "液体检",
            "气体检",
            "车体检",
            "墙体检",
        ],
    ),
    topic_but_not(
        "养老",
        &["养老", "长者", "老人", "助餐"],
        &["擅长者", "成长者", "增长者", "生长者", "特长者", "专长者"],
    ),
    topic("文化和体育", &["篮球场", "健身", "文化室", "文化广场", "图书", "书屋", "山歌"]),
    topic_but_not("技能培训", &["培训", "授课", "技能"], &["科技能"]),
    topic("陶瓷", &["陶瓷", "瓷器", "青花瓷"]),
];

/// The topics of a text, each with the first of its words that stands there.
#[must_use]
pub fn met(text: &str) -> Vec<Met> {
    TOPICS.iter().filter_map(|topic| Some(Met { topic, word: word_in(topic, text)? })).collect()
}

/// The topics of a text, one bit for each in the order of the table.
#[must_use]
pub fn bits(text: &str) -> u64 {
    let met = TOPICS.iter().enumerate().filter(|(_, topic)| word_in(topic, text).is_some());
    met.fold(0, |bits, (place, _)| bits | 1 << place)
}

// One bit for each.
const _: () = assert!(TOPICS.len() <= 64);

/// Those of `own` that `text` is about too: each with the word that stands there.
pub fn shared<'a>(own: &'a [Met], text: &'a str) -> impl Iterator<Item = (Met, &'static str)> + 'a {
    own.iter().filter_map(move |met| Some((*met, word_in(met.topic, text)?)))
}

/// The first of a topic's words that stands in a text and is not cut out of a longer one.
fn word_in(topic: &Topic, text: &str) -> Option<&'static str> {
    let cut = |place: usize, word: &str| {
        let mut others = topic.but_not.iter().flat_map(|other| text.match_indices(other));
        others.any(|(begin, other)| begin < place + word.len() && place < begin + other.len())
    };
    // Most words stand nowhere, which is found out faster than where.
    let stands = |word: &str| text.contains(word) && text.match_indices(word).any(|(place, _)| !cut(place, word));
    topic.words.iter().copied().find(|word| stands(word))
}

/// The fields for which an industry is of use, by the table that the page about recommendations prints.
#[must_use]
pub const fn fields_of(industry: Industry) -> &'static [Field] {
    use Field::{
        ConsumptionAssistance, Infrastructure, LowIncomeSupport, RuralCivility, SocializedServices,
        SpecialHardshipRelief, SpecialtyIndustry, TalentCultivation, VillageLandscape,
    };
    match industry {
        Industry::Agriculture => &[SpecialtyIndustry, ConsumptionAssistance, TalentCultivation],
        Industry::Manufacturing | Industry::Hospitality => &[SpecialtyIndustry, ConsumptionAssistance],
        Industry::Utilities => &[Infrastructure],
        Industry::Construction | Industry::Environment => &[Infrastructure, VillageLandscape],
        Industry::Trade | Industry::Transport => &[ConsumptionAssistance],
        Industry::Information => &[ConsumptionAssistance, SocializedServices, TalentCultivation],
        Industry::RealEstate => &[VillageLandscape],
        Industry::Finance | Industry::Business => &[SocializedServices],
        Industry::Science => &[SpecialtyIndustry, TalentCultivation],
        Industry::Services => &[SocializedServices, LowIncomeSupport],
        Industry::Education => &[TalentCultivation, LowIncomeSupport],
        Industry::Health => &[SocializedServices, LowIncomeSupport, SpecialHardshipRelief],
        Industry::Culture => &[RuralCivility, VillageLandscape],
        Industry::PublicAdministration => &[RuralCivility, SocializedServices],
        Industry::Mining | Industry::International => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn names(text: &str) -> Vec<(&'static str, &'static str)> {
        met(text).into_iter().map(|met| (met.topic.name, met.word)).collect()
    }

    #[test]
    fn a_topic_is_met_by_a_word_that_is_written() {
        for (text, expected) in [
            ("示例嘉应茶业有限公司，做绿茶加工", vec![("茶产业", "茶业")]),
            ("油茶园的道路", vec![("油茶产业", "油茶")]),
            ("油茶园旁边的茶园", vec![("茶产业", "茶园"), ("油茶产业", "油茶")]),
            ("金柚保鲜冷库", vec![("柚子产业", "金柚"), ("农产品加工和储存", "冷库")]),
            ("茶水间和柚木家具", vec![]),
            ("", vec![]),
            // Two words that meet.
            ("可以提供水泥100吨", vec![]),
            ("提供水果和水产品保鲜技术", vec![("水产养殖", "水产")]),
            ("长期直供水果", vec![]),
            ("可以提供供水设备", vec![("饮水", "供水")]),
            ("提供水管，接到供水管网", vec![("饮水", "供水")]),
            ("示例家电商贸有限公司", vec![]),
            ("示例机电商行", vec![]),
            ("示例水电商务服务部，也做电商", vec![("电商", "电商")]),
            ("水稻直播技术推广", vec![("稻米产业", "水稻")]),
            ("直播带货，帮村里卖水稻", vec![("稻米产业", "水稻"), ("电商", "直播")]),
            ("示例科技能源有限公司", vec![]),
            ("科技能力和技能培训", vec![("技能培训", "培训")]),
            ("建筑整体检测", vec![]),
            ("为老人免费体检", vec![("医疗和健康", "体检"), ("养老", "老人")]),
            ("示例山泉水产品有限公司", vec![]),
            ("鱼塘和水产养殖场", vec![("水产养殖", "鱼塘")]),
            ("土木材料、苗木材料供应", vec![("绿化", "苗木")]),
            ("农业种植保险，支农机构合作", vec![]),
            ("按照明确的标准执行", vec![]),
            ("乡村道德讲堂", vec![]),
            ("玉米业务", vec![]),
            ("帮助学习种植", vec![]),
            ("擅长者优先", vec![]),
            ("制衣加工厂", vec![]),
            ("粮食加工和烘干", vec![("农产品加工和储存", "烘干")]),
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
    }

    #[test]
    fn the_bits_of_a_text_are_its_topics() {
        let text = "我们做茶叶，也装路灯";
        let places = (0..TOPICS.len()).filter(|place| bits(text) >> place & 1 == 1);
        assert_eq!(places.map(|place| TOPICS[place].name).collect::<Vec<_>>(), ["茶产业", "照明"]);
        assert_eq!(bits(""), 0);
    }

    #[test]
    fn what_two_texts_share_is_told_in_the_words_of_both() {
        let own = met("我们做茶叶，也装路灯");
        let both: Vec<_> = shared(&own, "茶园里的机耕路").map(|(met, word)| (met.topic.name, met.word, word)).collect();
        assert_eq!(both, [("茶产业", "茶叶", "茶园")]);
        assert_eq!(shared(&own, "养鸡").count(), 0);
    }

    #[test]
    fn no_topic_stands_twice_and_no_word_is_a_single_character() {
        let names: BTreeSet<_> = TOPICS.iter().map(|topic| topic.name).collect();
        assert_eq!(names.len(), TOPICS.len());
        for topic in TOPICS {
            assert!(topic.words.iter().all(|word| word.chars().count() >= 2), "{}", topic.name);
            let unique: BTreeSet<_> = topic.words.iter().collect();
            assert_eq!(unique.len(), topic.words.len(), "{}", topic.name);
            // What meets no word does nothing, and stands on the page all the same.
            let ends = |word: &str, other: &str| {
                word.char_indices()
                    .skip(1)
                    .any(|(at, _)| other.ends_with(&word[..at]) || other.starts_with(&word[at..]))
            };
            for other in topic.but_not {
                let meets = topic.words.iter().any(|word| other.contains(word) || ends(word, other));
                assert!(meets && !topic.words.contains(other), "{}: {other}", topic.name);
            }
        }
    }

    #[test]
    fn no_industry_is_sent_to_a_field_that_is_none() {
        for industry in Industry::ALL {
            assert!(!fields_of(*industry).contains(&Field::Other), "{industry}");
        }
        let reached: BTreeSet<_> = Industry::ALL.iter().flat_map(|industry| fields_of(*industry)).collect();
        assert_eq!(reached.len(), Field::ALL.len() - 1, "each of the nine is some industry's");
    }
}
