//! What a need asks for besides money: goods, jobs, purchases, technology, service, line by line; and which parts a
//! line of each kind has.
//!
//! One table says for every kind which parts a line has, what they are called there and which of them are needed: form,
//! import and page read it. Kinds are never added into yuan. Deliberately absent: money, which has its budget.

use super::ContributionKind;
use crate::money::Fen;
use crate::{Problem, Problems};
use serde::{Deserialize, Serialize};

/// Lines of one need.
pub const LINES_MAX: usize = 20;
/// What one line can count up to.
pub const QUANTITY_MAX: i64 = 100_000_000;

/// One line of what is asked. Which parts it has depends on the need's kind; the others are empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AskedLine {
    pub name: String,
    /// In `unit`; of jobs, people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// Of a purchase the price of one unit, of a job the least monthly pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_fen: Option<Fen>,
    /// Of a job the most monthly pay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_to_fen: Option<Fen>,
    /// Of a purchase: the least that can be ordered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// When: the season of a harvest, the days of a service.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub period: String,
    /// Where it is delivered, worked or done.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub place: String,
    /// What else counts: the state of goods, what a post demands.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

words! {
    /// A part of a line.
    pub enum AskedPart {
        Name = "name" / "名称",
        Quantity = "quantity" / "数量",
        Unit = "unit" / "单位",
        Price = "price" / "单价",
        PriceTo = "price_to" / "最高价",
        Minimum = "minimum" / "起订量",
        Period = "period" / "时间",
        Place = "place" / "地点",
        Note = "note" / "要求",
    }
}

/// A part as a line of some kind has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartRule {
    pub part: AskedPart,
    pub label: &'static str,
    pub example: &'static str,
    pub needed: bool,
}

const fn needed(part: AskedPart, label: &'static str, example: &'static str) -> PartRule {
    PartRule { part, label, example, needed: true }
}

const fn free(part: AskedPart, label: &'static str, example: &'static str) -> PartRule {
    PartRule { part, label, example, needed: false }
}

const GOODS: &[PartRule] = &[
    needed(AskedPart::Name, "要什么物资", "太阳能路灯"),
    needed(AskedPart::Quantity, "数量", "20"),
    needed(AskedPart::Unit, "单位", "盏"),
    needed(AskedPart::Place, "送到哪里", "村委会门口"),
    free(AskedPart::Note, "规格和新旧", "6 米杆，二手完好的也可以"),
];
const JOBS: &[PartRule] = &[
    needed(AskedPart::Name, "想做什么岗位", "制衣车工"),
    needed(AskedPart::Quantity, "多少人", "12"),
    needed(AskedPart::Price, "月工资从（元）", "3500"),
    free(AskedPart::PriceTo, "到（元）", "5000"),
    needed(AskedPart::Place, "在哪里上班", "本镇，或县城有宿舍"),
    free(AskedPart::Note, "条件", "多为 45 至 55 岁妇女，可培训后上岗"),
];
const PURCHASE: &[PartRule] = &[
    needed(AskedPart::Name, "卖什么", "金柚（一级果）"),
    needed(AskedPart::Quantity, "能供多少", "20000"),
    needed(AskedPart::Unit, "单位", "斤"),
    needed(AskedPart::Price, "每单位多少元", "2.5"),
    needed(AskedPart::Minimum, "起订量", "500"),
    needed(AskedPart::Period, "什么时候有", "11 月至次年 1 月"),
    free(AskedPart::Note, "包装和运输", "10 斤装，包邮梅州市内"),
];
const TECHNOLOGY: &[PartRule] = &[
    needed(AskedPart::Name, "要什么技术", "茶园病虫害防治"),
    needed(AskedPart::Quantity, "多少天", "6"),
    needed(AskedPart::Period, "什么时候", "3 月至 5 月，每月两天"),
    needed(AskedPart::Place, "在哪里", "村茶园现场"),
    free(AskedPart::Note, "要求", "能带农户现场操作"),
];
const SERVICE: &[PartRule] = &[
    needed(AskedPart::Name, "要什么服务", "老人义诊"),
    needed(AskedPart::Quantity, "多少天", "2"),
    needed(AskedPart::Period, "什么时候", "重阳节前后"),
    needed(AskedPart::Place, "在哪里", "村文化室"),
    free(AskedPart::Note, "要求", "内科和眼科"),
];

impl ContributionKind {
    /// The parts of a line of this kind, in the order in which they are written; money has none.
    #[must_use]
    pub const fn line_parts(self) -> &'static [PartRule] {
        match self {
            ContributionKind::Money => &[],
            ContributionKind::Goods => GOODS,
            ContributionKind::Jobs => JOBS,
            ContributionKind::Purchase => PURCHASE,
            ContributionKind::Technology => TECHNOLOGY,
            ContributionKind::Service => SERVICE,
        }
    }

    /// The unit of a line whose kind leaves no choice.
    #[must_use]
    pub const fn fixed_unit(self) -> Option<&'static str> {
        match self {
            ContributionKind::Jobs => Some("人"),
            ContributionKind::Technology | ContributionKind::Service => Some("天"),
            _ => None,
        }
    }
}

impl AskedLine {
    /// A part as text; an amount as it would be typed.
    #[must_use]
    pub fn text(&self, part: AskedPart) -> String {
        let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
        let amount = |amount: Option<Fen>| amount.map(Fen::to_input).unwrap_or_default();
        match part {
            AskedPart::Name => self.name.clone(),
            AskedPart::Quantity => number(self.quantity),
            AskedPart::Unit => self.unit.clone(),
            AskedPart::Price => amount(self.price_fen),
            AskedPart::PriceTo => amount(self.price_to_fen),
            AskedPart::Minimum => number(self.minimum),
            AskedPart::Period => self.period.clone(),
            AskedPart::Place => self.place.clone(),
            AskedPart::Note => self.note.clone(),
        }
    }

    /// Writes a part as it was typed; space around it is nothing.
    ///
    /// # Errors
    /// What is wrong with it, and what to write.
    pub fn set(&mut self, part: AskedPart, typed: &str) -> Result<(), String> {
        let typed = typed.trim();
        let number = |typed: &str| -> Result<Option<i64>, String> {
            let half: String = typed.chars().map(crate::money::to_half_width).filter(|c| *c != ',').collect();
            if half.is_empty() {
                return Ok(None);
            }
            let number = half.parse::<i64>().ok().filter(|number| (1..=QUANTITY_MAX).contains(number));
            number.map(Some).ok_or_else(|| "应是大于 0 的整数，不带单位".to_owned())
        };
        let amount = |typed: &str| -> Result<Option<Fen>, String> {
            if typed.is_empty() {
                Ok(None)
            } else {
                Fen::parse_yuan(typed).map(Some).map_err(|error| error.to_string())
            }
        };
        match part {
            AskedPart::Name => typed.clone_into(&mut self.name),
            AskedPart::Quantity => self.quantity = number(typed)?,
            AskedPart::Unit => typed.clone_into(&mut self.unit),
            AskedPart::Price => self.price_fen = amount(typed)?,
            AskedPart::PriceTo => self.price_to_fen = amount(typed)?,
            AskedPart::Minimum => self.minimum = number(typed)?,
            AskedPart::Period => typed.clone_into(&mut self.period),
            AskedPart::Place => typed.clone_into(&mut self.place),
            AskedPart::Note => typed.clone_into(&mut self.note),
        }
        Ok(())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == AskedLine::default()
    }

    /// As it is stored: texts without space around them, the unit that the kind fixes.
    #[must_use]
    pub fn trimmed(&self, kind: ContributionKind) -> Self {
        let text = |text: &str| text.trim().to_owned();
        AskedLine {
            name: text(&self.name),
            unit: kind.fixed_unit().map_or_else(|| text(&self.unit), str::to_owned),
            period: text(&self.period),
            place: text(&self.place),
            note: text(&self.note),
            ..self.clone()
        }
    }

    /// How much of it, with its unit; empty while it is not known.
    #[must_use]
    pub fn amount(&self) -> String {
        self.quantity.map(|quantity| format!("{quantity} {}", self.unit)).unwrap_or_default()
    }
}

/// What is asked in a few words: the first line, and how many there are.
#[must_use]
pub fn summary(lines: &[AskedLine]) -> String {
    let Some(first) = lines.first() else { return String::new() };
    let first_line = format!("{} {}", first.name, first.amount()).trim_end().to_owned();
    if lines.len() == 1 { first_line } else { format!("{first_line}等 {} 项", lines.len()) }
}

/// Checks lines as a draft may have them; `complete` asks for every part that the kind needs.
pub(super) fn check_lines(problems: &mut Problems, kind: ContributionKind, lines: &[AskedLine], complete: bool) {
    problems.require(lines.len() <= LINES_MAX, "lines", "最多 20 行");
    let rules = kind.line_parts();
    for (n, line) in lines.iter().enumerate() {
        for part in AskedPart::ALL.iter().copied() {
            let field = format!("line_{part}_{n}");
            let rule = rules.iter().find(|rule| rule.part == part);
            let text = line.text(part);
            // The unit that a kind fixes is written by the house.
            let fixed = part == AskedPart::Unit && kind.fixed_unit().is_some_and(|unit| unit == text);
            match rule {
                None => problems.require(text.is_empty() || fixed, &field, "这类需求没有这一项，请留空"),
                Some(rule) if complete && rule.needed && text.is_empty() => {
                    problems.add(field, format!("请填写“{}”，如“{}”", rule.label, rule.example));
                }
                Some(_) => check_part(problems, line, part, &field),
            }
        }
    }
    if complete && !rules.is_empty() {
        problems.require(!lines.is_empty(), "lines", "请至少写一行");
    }
}

fn check_part(problems: &mut Problems, line: &AskedLine, part: AskedPart, field: &str) {
    let most = |part| match part {
        AskedPart::Name => 40,
        AskedPart::Unit => 10,
        _ => 100,
    };
    match part {
        AskedPart::Name | AskedPart::Unit | AskedPart::Period | AskedPart::Place | AskedPart::Note => {
            let length = line.text(part).chars().count();
            if length > most(part) {
                problems.add(field, format!("最多 {} 个字", most(part)));
            }
        }
        AskedPart::Quantity | AskedPart::Minimum => {
            let number = if part == AskedPart::Quantity { line.quantity } else { line.minimum };
            let counts = number.is_none_or(|number| (1..=QUANTITY_MAX).contains(&number));
            problems.require(counts, field, "应是大于 0 的整数，不带单位");
            let more =
                part == AskedPart::Minimum && line.minimum.zip(line.quantity).is_some_and(|(least, all)| least > all);
            problems.require(!more, field, "起订量不能多于能供的数量");
        }
        AskedPart::Price | AskedPart::PriceTo => {
            let amount = if part == AskedPart::Price { line.price_fen } else { line.price_to_fen };
            if let Some(amount) = amount {
                problems.take(field, amount.check_amount());
            }
            let turned =
                part == AskedPart::PriceTo && line.price_fen.zip(line.price_to_fen).is_some_and(|(from, to)| to < from);
            problems.require(!turned, field, "最高工资不能低于最低工资");
        }
    }
}

/// Problems as they are for whoever wrote the lines in a table: row by row, the part's name before its sentence.
#[must_use]
pub fn part_of_field(field: &str) -> Option<(AskedPart, usize)> {
    let rest = field.strip_prefix("line_")?;
    let (part, n) = rest.rsplit_once('_')?;
    Some((part.parse().ok()?, n.parse().ok()?))
}

/// What a refused part is called in a need of this kind.
#[must_use]
pub fn label_of(kind: ContributionKind, problem: &Problem) -> Option<&'static str> {
    let (part, _) = part_of_field(&problem.field)?;
    kind.line_parts().iter().find(|rule| rule.part == part).map(|rule| rule.label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(kind: ContributionKind) -> AskedLine {
        let mut line = AskedLine::default();
        for rule in kind.line_parts() {
            line.set(rule.part, rule.example).unwrap();
        }
        line.trimmed(kind)
    }

    fn refused(kind: ContributionKind, line: &AskedLine, complete: bool) -> Vec<String> {
        let mut problems = Problems::new();
        check_lines(&mut problems, kind, std::slice::from_ref(line), complete);
        problems.into_vec().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn the_examples_of_every_kind_are_complete_lines() {
        for kind in ContributionKind::ALL.iter().copied().filter(|kind| *kind != ContributionKind::Money) {
            let line = example(kind);
            assert_eq!(refused(kind, &line, true), Vec::<String>::new(), "{kind}");
            assert!(
                !line.unit.is_empty() && line.quantity.is_some(),
                "{kind}: what is promised is counted in something"
            );
            for rule in kind.line_parts() {
                assert_eq!(line.text(rule.part).replace(".50", ".5"), rule.example, "{kind} {}", rule.part);
            }
        }
    }

    #[test]
    fn every_needed_part_that_is_missing_is_named_and_only_then() {
        for kind in ContributionKind::ALL.iter().copied() {
            for rule in kind.line_parts() {
                let mut line = example(kind);
                line.set(rule.part, "").unwrap();
                let field = format!("line_{}_0", rule.part);
                assert_eq!(refused(kind, &line, true).contains(&field), rule.needed, "{kind} {}", rule.part);
                assert!(refused(kind, &line, false).is_empty(), "a draft may lack it");
            }
        }
    }

    #[test]
    fn a_part_of_another_kind_is_refused() {
        let mut goods = example(ContributionKind::Goods);
        goods.minimum = Some(3);
        assert_eq!(refused(ContributionKind::Goods, &goods, false), ["line_minimum_0"]);
        assert!(!refused(ContributionKind::Money, &goods, false).is_empty());
    }

    #[test]
    fn what_cannot_be_is_refused_at_its_part() {
        let mut line = example(ContributionKind::Purchase);
        line.minimum = Some(20_001);
        assert_eq!(refused(ContributionKind::Purchase, &line, true), ["line_minimum_0"]);
        let mut post = example(ContributionKind::Jobs);
        post.price_to_fen = Some(Fen::yuan(3_000));
        assert_eq!(refused(ContributionKind::Jobs, &post, true), ["line_price_to_0"]);
        post.quantity = Some(0);
        assert!(refused(ContributionKind::Jobs, &post, true).contains(&"line_quantity_0".to_owned()));
        for typed in ["0", "-3", "3.5", "三", "3斤", "9999999999"] {
            assert!(AskedLine::default().set(AskedPart::Quantity, typed).is_err(), "{typed}");
        }
        let mut full = AskedLine::default();
        full.set(AskedPart::Quantity, " １2,000 ").unwrap();
        assert_eq!(full.quantity, Some(12_000));
    }

    #[test]
    fn a_problem_says_which_part_of_which_line_it_means() {
        let problem = Problem { field: "line_price_to_11".into(), message: String::new() };
        assert_eq!(part_of_field(&problem.field), Some((AskedPart::PriceTo, 11)));
        assert_eq!(label_of(ContributionKind::Jobs, &problem), Some("到（元）"));
        assert_eq!(part_of_field("lines"), None);
    }
}
