//! How queries are read, before any engine is asked.

use backend::search::reading::{Reach, Want};
use proptest::prelude::*;

use super::support::analyzer;

fn words(text: &str) -> Vec<String> {
    let known = |typed: &str| ["wuhua", "ludeng", "dabu", "zhaoming"].contains(&typed);
    analyzer().read(text, &known).groups.into_iter().map(|group| group.word).collect()
}

#[test]
fn queries_are_read_into_words() {
    for (text, expected) in [
        ("五华路灯", vec!["五华", "路灯"]),
        ("五華縣　路燈", vec!["五华县", "路灯"]),
        ("需要修路灯", vec!["路灯"]),
        ("需要", vec!["需要"]),
        ("输𣒍", vec!["输𣒍"]),
        ("dabu饮水", vec!["dabu", "饮水"]),
        ("WuHuaLuDeng", vec!["wuhua", "ludeng"]),
        ("XQ-441424-2026-12", vec!["xq-441424-2026-12"]),
        ("路灯 路灯", vec!["路灯"]),
        ("梅县区河堤加固", vec!["梅县区", "河堤", "加固"]),
        ("郭田镇礤下村", vec!["郭田镇", "礤下村"]),
        ("5万元以内 路灯", vec!["路灯"]),
        ("ludeng 30盏", vec!["ludeng"]),
        ("lu deng", vec!["ludeng"]),
        ("!?。", vec![]),
    ] {
        assert_eq!(words(text), expected, "{text}");
    }
}

#[test]
fn a_slip_of_the_finger_asks_for_what_was_meant() {
    let analyzer = analyzer();
    let groups = analyzer.read("zhaomin", &|typed| typed == "zhaoming").groups;
    assert!(groups[0].alternatives.iter().any(|way| way.want == Want::Pinyin("zhaoming".to_owned())));
    let short = analyzer.read("dabi", &|typed| typed == "dabu").groups;
    assert!(!short[0].alternatives.iter().any(|way| way.want == Want::Pinyin("dabu".to_owned())));
}

#[test]
fn synonyms_go_both_ways_and_never_into_names_of_places() {
    let analyzer = analyzer();
    for (typed, other) in [("茶叶", "=茶"), ("茶", "=茶叶"), ("路灯", "=照明"), ("照明", "=路灯")] {
        let group = analyzer.read(typed, &|_| false).groups.remove(0);
        let way = group.alternatives.iter().find(|way| way.want == Want::Term(other.to_owned())).expect(typed);
        assert_eq!(way.reach, Reach::NotPlaces);
    }
}

proptest! {
    #[test]
    fn hanzi_never_ask_by_sound(text in "[一-龥 ]{0,20}") {
        for group in analyzer().read(&text, &|_| true).groups {
            prop_assert!(group.alternatives.iter().all(|way| !matches!(way.want, Want::Pinyin(_))));
        }
    }
}
