//! Needs as rows of a table: which columns there are, what each is called and how it is filled in.
//!
//! A need takes one row for each thing that it asks for; rows of one need share their 编号, and what is said of the whole
//! stands in the first of them. The columns of a line are the parts of [`AskedPart`], so that table and form cannot
//! differ. Deliberately absent: files (the backend reads and writes them), pictures, and which village a name means.

mod reading;

pub use reading::{CellProblem, ReadNeed, TableRow, read};

use super::{AskedPart, ContributionKind, Field, Indicator, PairingForm, Readiness};
use crate::money::to_half_width;
use chrono::{Days, NaiveDate};

/// Rows of one table with something in them, the head included.
pub const ROWS_MAX: usize = 20_000;
/// A row whose 编号 begins so shows how one is written, and is passed over.
pub const EXAMPLE: &str = "示例";

/// A column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    Number,
    Code,
    County,
    Town,
    Village,
    Kind,
    Field,
    Title,
    Description,
    /// Of a line; of money its name is what is bought or done.
    Part(AskedPart),
    /// Of money: what the line costs.
    Budget,
    Amount,
    PriceBasis,
    Procured,
    Form,
    VillagePercent,
    VillageDuties,
    EnterpriseDuties,
    Land,
    Permits,
    JointNote,
    WantedBy,
    Outcome,
    Indicator,
    OutcomeQuantity,
    OutcomeUnit,
}

/// What else people call a column.
const OTHER_NAMES: &[(&str, Column)] = &[
    ("序号", Column::Number),
    ("代码", Column::Code),
    ("统计用区划代码", Column::Code),
    ("县", Column::County),
    ("县区", Column::County),
    ("县市区", Column::County),
    ("镇", Column::Town),
    ("镇街", Column::Town),
    ("乡镇", Column::Town),
    ("村", Column::Village),
    ("行政村", Column::Village),
    ("类型", Column::Kind),
    ("需求类别", Column::Kind),
    ("需求领域", Column::Field),
    ("需求标题", Column::Title),
    ("需求名称", Column::Title),
    ("说明", Column::Description),
    ("需求说明", Column::Description),
    ("希望完成日期", Column::WantedBy),
    ("完成日期", Column::WantedBy),
];

impl Column {
    /// All columns, in the order of the table.
    pub const ALL: &[Column] = &[
        Column::Number,
        Column::Code,
        Column::County,
        Column::Town,
        Column::Village,
        Column::Kind,
        Column::Field,
        Column::Title,
        Column::Description,
        Column::Part(AskedPart::Name),
        Column::Part(AskedPart::Quantity),
        Column::Part(AskedPart::Unit),
        Column::Part(AskedPart::Price),
        Column::Part(AskedPart::PriceTo),
        Column::Part(AskedPart::Minimum),
        Column::Part(AskedPart::Period),
        Column::Part(AskedPart::Place),
        Column::Part(AskedPart::Note),
        Column::Budget,
        Column::Amount,
        Column::PriceBasis,
        Column::WantedBy,
        Column::Outcome,
        Column::Indicator,
        Column::OutcomeQuantity,
        Column::OutcomeUnit,
        Column::Procured,
        Column::Form,
        Column::VillagePercent,
        Column::VillageDuties,
        Column::EnterpriseDuties,
        Column::Land,
        Column::Permits,
        Column::JointNote,
    ];

    /// The heading.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Column::Number => "编号",
            Column::Code => "区划代码",
            Column::County => "县（市、区）",
            Column::Town => "镇（街道）",
            Column::Village => "村（社区）",
            Column::Kind => "类别",
            Column::Field => "领域",
            Column::Title => "标题",
            Column::Description => "现状和要做的事",
            Column::Part(AskedPart::Price) => "单价（元）",
            Column::Part(AskedPart::PriceTo) => "最高价（元）",
            Column::Part(part) => part.label(),
            Column::Budget => "预算金额（元）",
            Column::Amount => "需要的金额（元）",
            Column::PriceBasis => "价格依据",
            Column::Procured => "政府购买服务",
            Column::Form => "合作方式",
            Column::VillagePercent => "村方份额（%）",
            Column::VillageDuties => "村里负责",
            Column::EnterpriseDuties => "企业负责",
            Column::Land => "用地",
            Column::Permits => "手续",
            Column::JointNote => "用地和手续说明",
            Column::WantedBy => "希望完成的日期",
            Column::Outcome => "预期成效",
            Column::Indicator => "成效指标",
            Column::OutcomeQuantity => "成效数量",
            Column::OutcomeUnit => "成效单位",
        }
    }

    /// The column that a heading means, however its author writes brackets and spaces.
    #[must_use]
    pub fn called(heading: &str) -> Option<Column> {
        let plain = |text: &str| -> String {
            text.chars().map(to_half_width).filter(|c| !c.is_whitespace() && *c != '*').collect()
        };
        let heading = plain(heading);
        let known = Column::ALL.iter().copied().find(|column| plain(column.label()) == heading);
        known.or_else(|| OTHER_NAMES.iter().find(|(name, _)| plain(name) == heading).map(|(_, column)| *column))
    }

    /// Whether each row of a need has its own; the others are said once.
    #[must_use]
    pub const fn is_of_line(self) -> bool {
        matches!(self, Column::Part(_) | Column::Budget)
    }

    /// Whether it tells of which need and which village a row is; alone it says nothing.
    #[must_use]
    pub const fn names(self) -> bool {
        matches!(self, Column::Number | Column::Code | Column::County | Column::Town | Column::Village)
    }

    /// Whether it belongs to a joint project only.
    #[must_use]
    pub const fn is_of_joint(self) -> bool {
        matches!(
            self,
            Column::VillagePercent
                | Column::VillageDuties
                | Column::EnterpriseDuties
                | Column::Land
                | Column::Permits
                | Column::JointNote
        )
    }

    /// How it is filled in.
    #[must_use]
    pub fn says(self) -> String {
        let fixed = match self {
            Column::Number => {
                "同一条需求的几行写同一个编号；只有一行的可以不写。只在这一张表里用。以“示例”开头的行不导入"
            }
            Column::Code => "村的 12 位区划代码，按文本填写；写了县、镇、村的名称可以不填",
            Column::County | Column::Town | Column::Village => "写了区划代码可以不填；村自己导入的可以不填",
            Column::Kind => "必填，保存后不能改",
            Column::Field => "提交前必填",
            Column::Title => "必填，4 至 40 个字；同一个村不能有两条同名的需求",
            Column::Description => "提交前必填，20 至 2000 个字",
            Column::Part(part) => return part_says(part),
            Column::Budget => "只有资金类填：这一行（买什么、做什么）的预算，可带“万”“元”和逗号",
            Column::Amount => "只有资金类填：请捐赠方出多少，不能多于预算合计",
            Column::PriceBasis => "只有资金类填：有一行满 10 万元时，写明价格依据，或导入后上传报价单",
            Column::Procured => "只有服务类填“是”：由政府付费的服务不算捐赠；不填就是“否”",
            Column::Form => "可以不填",
            Column::VillagePercent => "只有村企共建填：0 至 100 的整数",
            Column::VillageDuties | Column::EnterpriseDuties => "只有村企共建填：谁负责什么",
            Column::Land | Column::Permits => "只有村企共建填",
            Column::JointNote => "只有村企共建填：还缺什么、什么时候能办好",
            Column::WantedBy => "提交前必填，写成 2026-12-31 或 2026年12月31日；要在今天以后、五年以内",
            Column::Outcome => "提交前必填，例如“156 户用上自来水”",
            Column::Indicator => "选一个和领域相配的指标；没有合适的就不填，自己写成效单位",
            Column::OutcomeQuantity => "提交前必填，大于 0 的整数",
            Column::OutcomeUnit => "没有选成效指标时填写，例如“户”",
        };
        fixed.to_owned()
    }

    /// What may stand in it, where that is a closed set.
    #[must_use]
    pub fn choices(self) -> Vec<&'static str> {
        match self {
            Column::Kind => ContributionKind::ALL.iter().map(|word| word.label()).collect(),
            Column::Field => Field::ALL.iter().map(|word| word.label()).collect(),
            Column::Form => PairingForm::ALL.iter().map(|word| word.label()).collect(),
            Column::Land | Column::Permits => Readiness::ALL.iter().map(|word| word.label()).collect(),
            Column::Indicator => Indicator::ALL.iter().map(|word| word.label()).collect(),
            Column::Procured => vec![YES, NO],
            _ => Vec::new(),
        }
    }
}

pub(super) const YES: &str = "是";
pub(super) const NO: &str = "否";

/// Of a part of a line, what each kind writes into it.
fn part_says(part: AskedPart) -> String {
    let mut says: Vec<String> = Vec::new();
    if part == AskedPart::Name {
        says.push("资金：买什么或做什么，如“水管 2 公里”".to_owned());
    }
    for kind in ContributionKind::ALL {
        if let Some(rule) = kind.line_parts().iter().find(|rule| rule.part == part) {
            let free = if rule.needed { "" } else { "（可以不填）" };
            says.push(format!("{}：{}{free}，如“{}”", kind.label(), rule.label, rule.example));
        }
    }
    format!("{}。其他类别不填", says.join("；"))
}

/// A need of each kind as rows of the table, complete on `today`: with its 编号 it is passed over, without it is a need.
#[must_use]
pub fn example(kind: ContributionKind, today: NaiveDate) -> Vec<Vec<(Column, String)>> {
    let field = match kind {
        ContributionKind::Money => Field::Infrastructure,
        ContributionKind::Goods => Field::VillageLandscape,
        ContributionKind::Jobs => Field::LowIncomeSupport,
        ContributionKind::Purchase => Field::ConsumptionAssistance,
        ContributionKind::Technology => Field::SpecialtyIndustry,
        ContributionKind::Service => Field::SocializedServices,
    };
    let name = kind.line_parts().iter().find(|rule| rule.part == AskedPart::Name);
    let title = name.map_or(field.example().title, |rule| rule.example);
    let wanted_by = today.checked_add_days(Days::new(180)).unwrap_or(today);
    let mut first: Vec<(Column, String)> = [
        (Column::Number, format!("{EXAMPLE}{}", kind.label())),
        (Column::Kind, kind.label().to_owned()),
        (Column::Field, field.label().to_owned()),
        (Column::Title, title.to_owned()),
        (Column::Description, "这里写现在怎样、为什么要做、做成什么样，至少二十个字。".to_owned()),
        (Column::WantedBy, wanted_by.to_string()),
        (Column::Outcome, field.example().outcome.to_owned()),
        (Column::OutcomeQuantity, "100".to_owned()),
    ]
    .into();
    first.extend(field.indicators().first().map(|indicator| (Column::Indicator, indicator.label().to_owned())));
    if kind == ContributionKind::Money {
        let line = |name: &str, budget: &str| {
            vec![(Column::Part(AskedPart::Name), name.to_owned()), (Column::Budget, budget.to_owned())]
        };
        let mut second = vec![first[0].clone()];
        second.extend(line("蓄水池", "4万"));
        first.extend(line("水管 2 公里", "80,000"));
        first.push((Column::Amount, "100000".to_owned()));
        return vec![first, second];
    }
    first.extend(kind.line_parts().iter().map(|rule| (Column::Part(rule.part), rule.example.to_owned())));
    vec![first]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_part_of_a_line_has_its_column_and_every_column_one_heading() {
        for part in AskedPart::ALL {
            assert!(Column::ALL.contains(&Column::Part(*part)), "{part}");
        }
        let labels: BTreeSet<_> = Column::ALL.iter().map(|column| column.label()).collect();
        assert_eq!(labels.len(), Column::ALL.len());
        for column in Column::ALL {
            assert_eq!(Column::called(column.label()), Some(*column));
            assert!(!column.says().is_empty(), "{}", column.label());
        }
    }

    #[test]
    fn headings_are_read_as_people_write_them() {
        for (heading, column) in [
            (" 标 题* ", Some(Column::Title)),
            ("县(市,区)", Some(Column::County)),
            ("单价(元)", Some(Column::Part(AskedPart::Price))),
            ("序号", Some(Column::Number)),
            ("需要的金额（万元）", None),
            ("联系人电话", None),
            ("", None),
        ] {
            assert_eq!(Column::called(heading), column, "{heading}");
        }
    }

    #[test]
    fn what_a_column_says_of_a_part_is_what_the_kinds_say() {
        let says = Column::Part(AskedPart::Price).says();
        assert_eq!(says, "就业岗位：月工资从（元），如“3500”；采购：每单位多少元，如“2.5”。其他类别不填");
        assert!(Column::Part(AskedPart::Name).says().starts_with("资金：买什么或做什么"));
    }
}
