//! What differs between two texts of a need, part by part, in words that stand beside each other on a page.
//!
//! A line of the budget or of what is asked is known by its name; the order of lines is no difference. Deliberately
//! absent: who may change what (revision), and where it is shown.

use super::{AskedLine, AskedPart, BudgetItem, ContributionKind, JointBuilding, NeedContent, Readiness};
use crate::{Fen, FileId};
use std::collections::BTreeSet;

words! {
    /// A part of a need's text.
    pub enum NeedPart {
        Field = "field" / "需求领域",
        Title = "title" / "标题",
        Description = "description" / "现状和要做的事",
        Item = "item" / "预算",
        Amount = "amount" / "请企业支持的金额",
        PriceBasis = "price_basis" / "价格依据",
        Quotes = "quotes" / "报价单",
        Line = "line" / "要什么",
        Procured = "procured" / "政府购买服务",
        Outcome = "outcome" / "预期成效",
        Indicator = "indicator" / "成效指标",
        Goal = "goal" / "成效目标",
        WantedBy = "wanted_by" / "希望完成的日期",
        Form = "form" / "希望的合作形式",
        VillagePercent = "village_percent" / "村里占的份额",
        VillageDuties = "village_duties" / "村里负责什么",
        EnterpriseDuties = "enterprise_duties" / "企业负责什么",
        Land = "land" / "用地",
        Permits = "permits" / "手续",
        JointNote = "joint_note" / "还缺什么",
        Photos = "photos" / "现场照片",
    }
}

/// One difference. Empty words on a side mean that there is nothing on that side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub part: NeedPart,
    /// Which line, by its name; empty for what stands once.
    pub of: String,
    pub before: String,
    pub after: String,
}

/// What differs, in the order in which a need is read; nothing where both say the same.
#[must_use]
pub fn changes(before: &NeedContent, after: &NeedContent) -> Vec<Change> {
    NeedPart::ALL
        .iter()
        .flat_map(|part| match part {
            NeedPart::Item => lines(*part, &items(&before.items), &items(&after.items)),
            NeedPart::Line => lines(*part, &asked(before), &asked(after)),
            NeedPart::Photos => pictures(*part, &before.photos, &after.photos).into_iter().collect(),
            NeedPart::Quotes => pictures(*part, &before.quotes, &after.quotes).into_iter().collect(),
            part => {
                let (before, after) = (said(before, *part), said(after, *part));
                let change = Change { part: *part, of: String::new(), before, after };
                (change.before != change.after).then_some(change).into_iter().collect()
            }
        })
        .collect()
}

/// The differences in one sentence, for a letter; of many the first.
#[must_use]
pub fn in_a_sentence(changes: &[Change]) -> String {
    const TOLD: usize = 6;
    let nothing = |words: &str| if words.is_empty() { "（无）".to_owned() } else { short(words) };
    let told = changes.iter().take(TOLD).map(|change| {
        let of = if change.of.is_empty() { String::new() } else { format!("“{}”", change.of) };
        format!("{}{of}：{} → {}", change.part.label(), nothing(&change.before), nothing(&change.after))
    });
    let told = told.collect::<Vec<_>>().join("；");
    if changes.len() > TOLD { format!("{told}；等 {} 处", changes.len()) } else { told }
}

/// A long text by its beginning.
fn short(words: &str) -> String {
    const CHARS: usize = 40;
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= CHARS { line } else { line.chars().take(CHARS).chain(['…']).collect() }
}

/// A part that stands once, as people read it.
fn said(content: &NeedContent, part: NeedPart) -> String {
    let joint = content.joint.as_ref();
    let of_joint = |read: fn(&JointBuilding) -> String| joint.map(read).unwrap_or_default();
    let how = |readiness: Option<Readiness>| readiness.map(Readiness::label).unwrap_or_default().to_owned();
    match part {
        NeedPart::Field => content.field.map(super::Field::label).unwrap_or_default().to_owned(),
        NeedPart::Title => content.title.clone(),
        NeedPart::Description => content.description.clone(),
        NeedPart::Amount => content.amount_fen.map(|amount| amount.to_string()).unwrap_or_default(),
        NeedPart::PriceBasis => content.price_basis.clone(),
        NeedPart::Procured => if content.procured { "由政府付费购买" } else { "" }.to_owned(),
        NeedPart::Outcome => content.outcome.clone(),
        NeedPart::Indicator => content.indicator.map(super::Indicator::label).unwrap_or_default().to_owned(),
        NeedPart::Goal => {
            content.outcome_quantity.map(|number| format!("{number} {}", content.outcome_unit)).unwrap_or_default()
        }
        NeedPart::WantedBy => content.wanted_by.map(|day| day.to_string()).unwrap_or_default(),
        NeedPart::Form => content.form.map(super::PairingForm::label).unwrap_or_default().to_owned(),
        NeedPart::VillagePercent => {
            joint.and_then(|joint| joint.village_percent).map(|percent| format!("{percent}%")).unwrap_or_default()
        }
        NeedPart::VillageDuties => of_joint(|joint| joint.village_duties.clone()),
        NeedPart::EnterpriseDuties => of_joint(|joint| joint.enterprise_duties.clone()),
        NeedPart::Land => how(joint.and_then(|joint| joint.land)),
        NeedPart::Permits => how(joint.and_then(|joint| joint.permits)),
        NeedPart::JointNote => of_joint(|joint| joint.note.clone()),
        NeedPart::Item | NeedPart::Line | NeedPart::Photos | NeedPart::Quotes => String::new(),
    }
}

/// A line by its name, with what it says.
type Named = (String, String);

fn items(items: &[BudgetItem]) -> Vec<Named> {
    items.iter().map(|item| (item.name.clone(), item.amount_fen.to_string())).collect()
}

fn asked(content: &NeedContent) -> Vec<Named> {
    content.lines.iter().map(|line| (line.name.clone(), line_in_words(content.kind, line))).collect()
}

/// A line of what is asked without its name: how much, then part by part.
fn line_in_words(kind: ContributionKind, line: &AskedLine) -> String {
    let amount = |amount: Option<Fen>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let parts = kind.line_parts().iter().filter_map(|rule| {
        let said = match rule.part {
            AskedPart::Name | AskedPart::Quantity | AskedPart::Unit => return None,
            AskedPart::Price => amount(line.price_fen),
            AskedPart::PriceTo => amount(line.price_to_fen),
            part => line.text(part),
        };
        (!said.is_empty()).then(|| format!("{}：{said}", rule.label.trim_end_matches("（元）")))
    });
    std::iter::once(line.amount()).chain(parts).filter(|words| !words.is_empty()).collect::<Vec<_>>().join("；")
}

/// Lines that went, came, or say something else. Of several lines of one name the first stands against the first.
fn lines(part: NeedPart, before: &[Named], after: &[Named]) -> Vec<Change> {
    let mut left: Vec<&Named> = after.iter().collect();
    let mut found = Vec::new();
    let change = |of: &str, before: &str, after: &str| Change {
        part,
        of: of.to_owned(),
        before: before.to_owned(),
        after: after.to_owned(),
    };
    for (name, was) in before {
        let place = left.iter().position(|(other, now)| other == name && now == was);
        match place.or_else(|| left.iter().position(|(other, _)| other == name)) {
            Some(place) => {
                let (_, now) = left.remove(place);
                if now != was {
                    found.push(change(name, was, now));
                }
            }
            None => found.push(change(name, was, "")),
        }
    }
    found.extend(left.into_iter().map(|(name, now)| change(name, "", now)));
    found
}

/// How many pictures there are on each side, and how many of them are others.
fn pictures(part: NeedPart, before: &[FileId], after: &[FileId]) -> Option<Change> {
    if before == after {
        return None;
    }
    let count =
        |pictures: &[FileId]| if pictures.is_empty() { String::new() } else { format!("{} 张", pictures.len()) };
    let (was, is): (BTreeSet<_>, BTreeSet<_>) = (before.iter().collect(), after.iter().collect());
    let (new, gone) = (is.difference(&was).count(), was.difference(&is).count());
    let how = match (new, gone) {
        (0, 0) => "（换了顺序）".to_owned(),
        (new, 0) => format!("（新增 {new} 张）"),
        (0, gone) => format!("（删去 {gone} 张）"),
        (new, gone) => format!("（新增 {new} 张，删去 {gone} 张）"),
    };
    let after = if after.is_empty() { String::new() } else { format!("{}{how}", count(after)) };
    Some(Change { part, of: String::new(), before: count(before), after })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::need::{Field, PairingForm};
    use proptest::prelude::*;
    use uuid::Uuid;

    pub fn money() -> NeedContent {
        NeedContent {
            field: Some(Field::Infrastructure),
            title: "饮水安全巩固工程".into(),
            description: "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。".into(),
            items: vec![
                BudgetItem { name: "水管 2 公里".into(), amount_fen: Fen::yuan(80_000) },
                BudgetItem { name: "蓄水池".into(), amount_fen: Fen::yuan(40_000) },
            ],
            amount_fen: Some(Fen::yuan(100_000)),
            wanted_by: "2026-12-01".parse().ok(),
            outcome: "156 户常年有水".into(),
            outcome_quantity: Some(156),
            outcome_unit: "户".into(),
            ..NeedContent::empty("441424103203".parse().unwrap(), ContributionKind::Money)
        }
    }

    pub fn goods() -> NeedContent {
        let lamp = AskedLine {
            name: "太阳能路灯".into(),
            quantity: Some(20),
            unit: "盏".into(),
            place: "村委会".into(),
            ..AskedLine::default()
        };
        NeedContent { kind: ContributionKind::Goods, items: Vec::new(), amount_fen: None, lines: vec![lamp], ..money() }
    }

    fn told(before: &NeedContent, after: &NeedContent) -> Vec<String> {
        let line = |change: Change| {
            format!("{} {}: {} > {}", change.part.label(), change.of, change.before, change.after).replace(" :", ":")
        };
        changes(before, after).into_iter().map(line).collect()
    }

    #[test]
    fn what_is_the_same_is_no_change_whatever_its_order() {
        let mut turned = money();
        turned.items.reverse();
        assert_eq!(told(&money(), &money()), Vec::<String>::new());
        assert_eq!(told(&money(), &turned), Vec::<String>::new());
    }

    #[test]
    fn each_part_that_changed_is_told_in_words_and_money_in_yuan() {
        let mut after = money();
        after.field = Some(Field::VillageLandscape);
        after.amount_fen = Some(Fen::yuan(110_000));
        after.items[1].amount_fen = Fen::new(4_500_050).unwrap();
        after.items.push(BudgetItem { name: "水泵".into(), amount_fen: Fen::yuan(5_000) });
        after.items.remove(0);
        after.wanted_by = "2027-03-01".parse().ok();
        after.form = Some(PairingForm::JointBuilding);
        after.joint = Some(JointBuilding { village_percent: Some(30), ..JointBuilding::default() });
        assert_eq!(
            told(&money(), &after),
            [
                "需求领域: 基础设施建设 > 乡村风貌提升",
                "预算 水管 2 公里: 80,000 元 > ",
                "预算 蓄水池: 40,000 元 > 45,000.50 元",
                "预算 水泵:  > 5,000 元",
                "请企业支持的金额: 100,000 元 > 110,000 元",
                "希望完成的日期: 2026-12-01 > 2027-03-01",
                "希望的合作形式:  > 村企共建",
                "村里占的份额:  > 30%",
            ]
        );
    }

    #[test]
    fn a_line_of_what_is_asked_is_told_with_its_parts() {
        let mut after = goods();
        after.lines[0].quantity = Some(30);
        assert_eq!(told(&goods(), &after), ["要什么 太阳能路灯: 20 盏；送到哪里：村委会 > 30 盏；送到哪里：村委会"]);
    }

    #[test]
    fn pictures_are_counted_and_a_new_order_is_a_change() {
        let file = |n| FileId(Uuid::from_u128(n));
        let with = |photos: &[u128]| NeedContent { photos: photos.iter().map(|n| file(*n)).collect(), ..money() };
        for (before, after, expected) in [
            (vec![1, 2], vec![2, 1], "现场照片: 2 张 > 2 张（换了顺序）"),
            (vec![1], vec![1, 2], "现场照片: 1 张 > 2 张（新增 1 张）"),
            (vec![1, 2], vec![3], "现场照片: 2 张 > 1 张（新增 1 张，删去 2 张）"),
            (vec![1], vec![], "现场照片: 1 张 > "),
        ] {
            assert_eq!(told(&with(&before), &with(&after)), [expected]);
        }
    }

    #[test]
    fn a_letter_tells_the_first_differences_and_how_many_there_are() {
        let mut after = money();
        after.description = "改".repeat(100);
        let said = in_a_sentence(&changes(&money(), &after));
        assert!(said.starts_with("现状和要做的事：村里的水池") && said.chars().count() < 110, "{said}");
        after.items = (0..9).map(|n| BudgetItem { name: format!("第 {n} 项"), amount_fen: Fen::yuan(1) }).collect();
        assert!(in_a_sentence(&changes(&money(), &after)).ends_with("；等 12 处"));
    }

    proptest! {
        /// Turned round, what came is what went.
        #[test]
        fn the_way_back_is_the_same_way(one in proptest::collection::vec(0..4_i64, 0..6), other in proptest::collection::vec(0..4_i64, 0..6)) {
            let with = |numbers: &[i64]| NeedContent {
                items: numbers.iter().map(|n| BudgetItem { name: format!("项目 {}", n % 2), amount_fen: Fen::yuan(n + 1) }).collect(),
                ..money()
            };
            let (there, back) = (changes(&with(&one), &with(&other)), changes(&with(&other), &with(&one)));
            let net = |changes: &[Change]| changes.iter().map(|c| i64::from(!c.after.is_empty()) - i64::from(!c.before.is_empty())).sum::<i64>();
            prop_assert_eq!(net(&there), -net(&back));
            prop_assert_eq!(there.is_empty(), back.is_empty());
        }
    }
}
