//! Needs: what a village asks for, and what makes one complete.
//!
//! The states that it passes are in `status`, what is asked besides money in `asked`. Deliberately absent: money that
//! came in for it (ledger), and who may decide (the caller's rights).

pub mod asked;
pub mod change;
pub mod indicator;
pub mod joint;
pub mod revision;
pub mod similar;
pub mod status;
pub mod table;

pub use asked::{AskedLine, AskedPart};
pub use change::{Change, NeedPart, changes};
pub use indicator::Indicator;
pub use joint::{JointBuilding, PairingForm, Readiness};
pub use revision::{RevisionAction, RevisionStatus};
pub use status::{NeedAction, NeedStatus, NotNow, StepFacts};
pub use table::CellProblem;

use crate::appeal;
use crate::day::FIRST_DAY;
use crate::money::Fen;
use crate::place::{PlaceCode, PlaceLevel};
use crate::{FileId, NeedId, Problem, Problems};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

words! {
    /// The nine fields of participation (policy, item 14). The list there ends with 等, hence `other`.
    pub enum Field {
        SpecialtyIndustry = "specialty_industry" / "乡村特色产业开发",
        ConsumptionAssistance = "consumption_assistance" / "消费帮扶协作",
        Infrastructure = "infrastructure" / "基础设施建设",
        SocializedServices = "socialized_services" / "社会化服务提供",
        VillageLandscape = "village_landscape" / "乡村风貌提升",
        RuralCivility = "rural_civility" / "文明乡风培育",
        TalentCultivation = "talent_cultivation" / "农村人才培养",
        LowIncomeSupport = "low_income_support" / "农村低收入人口帮扶",
        SpecialHardshipRelief = "special_hardship_relief" / "特困群体救助",
        Other = "other" / "其他",
    }
}

words! {
    /// What is given. Kinds are never added to each other.
    pub enum ContributionKind {
        Money = "money" / "资金",
        Goods = "goods" / "物资",
        Jobs = "jobs" / "就业岗位",
        Purchase = "purchase" / "采购",
        Technology = "technology" / "技术",
        Service = "service" / "服务",
    }
}

pub const TITLE_MAX: usize = 40;
pub const DESCRIPTION_MAX: usize = 2_000;
pub const ITEMS_MAX: usize = 30;
pub const PHOTOS_MAX: usize = 9;
pub const QUOTES_MAX: usize = 6;
/// An item of the budget from here on shows where its price comes from: a quote, or what else it rests on.
pub const QUOTED_FROM: Fen = Fen::yuan(100_000);

/// What a village writes. A draft may lack anything; [`NeedContent::check_complete`] says what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedContent {
    pub village: PlaceCode,
    /// What is asked; it stays what it was when the need was first saved.
    #[serde(default = "money")]
    pub kind: ContributionKind,
    #[serde(default)]
    pub field: Option<Field>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    /// Of money: the budget.
    #[serde(default)]
    pub items: Vec<BudgetItem>,
    /// Of money: what is asked of donors, at most the budget's total; the rest is paid from elsewhere.
    #[serde(default)]
    pub amount_fen: Option<Fen>,
    /// Of money: where the price of a large item comes from, if there is no quote.
    #[serde(default)]
    pub price_basis: String,
    /// Pictures of quotes: for the village and whoever reviews it, never public.
    #[serde(default)]
    pub quotes: Vec<FileId>,
    /// Of every other kind: what is asked.
    #[serde(default)]
    pub lines: Vec<AskedLine>,
    /// Of service: the enterprise is paid for it by a public body (政府购买服务). It is no gift and in no total.
    #[serde(default)]
    pub procured: bool,
    /// How the village would like to work together.
    #[serde(default)]
    pub form: Option<PairingForm>,
    /// Of a joint project.
    #[serde(default)]
    pub joint: Option<JointBuilding>,
    #[serde(default)]
    pub wanted_by: Option<NaiveDate>,
    /// What will be better, in words.
    #[serde(default)]
    pub outcome: String,
    /// What the outcome is counted in; none where the village names a unit of its own.
    #[serde(default)]
    pub indicator: Option<Indicator>,
    #[serde(default)]
    pub outcome_quantity: Option<i64>,
    /// 户, 人, 亩, 公里 …; the indicator's, where there is one.
    #[serde(default)]
    pub outcome_unit: String,
    #[serde(default)]
    pub photos: Vec<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BudgetItem {
    pub name: String,
    pub amount_fen: Fen,
}

const fn money() -> ContributionKind {
    ContributionKind::Money
}

impl NeedContent {
    /// A draft of which nothing is written yet.
    #[must_use]
    pub fn empty(village: PlaceCode, kind: ContributionKind) -> Self {
        NeedContent {
            village,
            kind,
            field: None,
            title: String::new(),
            description: String::new(),
            items: Vec::new(),
            amount_fen: None,
            price_basis: String::new(),
            quotes: Vec::new(),
            lines: Vec::new(),
            procured: false,
            form: None,
            joint: None,
            wanted_by: None,
            outcome: String::new(),
            indicator: None,
            outcome_quantity: None,
            outcome_unit: String::new(),
            photos: Vec::new(),
        }
    }

    /// As it is stored: texts without space around them, and what follows from something else as it follows.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let item = |item: &BudgetItem| BudgetItem { name: item.name.trim().into(), ..item.clone() };
        let joint = self.joint.as_ref().filter(|_| self.form == Some(PairingForm::JointBuilding));
        let unit = match self.indicator {
            Some(indicator) => indicator.unit(),
            None => self.outcome_unit.trim(),
        };
        NeedContent {
            title: self.title.trim().into(),
            description: self.description.trim().into(),
            items: self.items.iter().map(item).collect(),
            price_basis: self.price_basis.trim().into(),
            lines: self.lines.iter().map(|line| line.trimmed(self.kind)).collect(),
            joint: joint.map(JointBuilding::trimmed),
            outcome: self.outcome.trim().into(),
            outcome_unit: unit.to_owned(),
            ..self.clone()
        }
    }

    /// Whether an item is so large that its price has to be shown.
    #[must_use]
    pub fn wants_quotes(&self) -> bool {
        self.items.iter().any(|item| item.amount_fen >= QUOTED_FROM)
    }

    /// The budget's total; more than the cap counts as the cap, and is refused by the checks.
    #[must_use]
    pub fn budget(&self) -> Option<Fen> {
        Fen::sum(self.items.iter().map(|item| item.amount_fen)).ok()
    }

    /// Problems that even a draft may not have: texts that would not fit.
    #[must_use]
    pub fn check_draft(&self) -> Problems {
        let mut problems = Problems::new();
        let at_most = |text: &str, max: usize| text.chars().count() <= max;
        problems.require(self.village.level() == PlaceLevel::Village, "village", "请选择一个村（社区）");
        problems.require(at_most(&self.title, TITLE_MAX), "title", "标题最多 40 个字");
        problems.require(at_most(&self.description, DESCRIPTION_MAX), "description", "说明最多 2000 个字");
        problems.require(at_most(&self.outcome, 200), "outcome", "预期成效最多 200 个字");
        problems.require(at_most(&self.outcome_unit, 10), "outcome_unit", "单位最多 10 个字");
        problems.require(self.items.len() <= ITEMS_MAX, "items", "预算最多 30 项");
        problems.require(self.photos.len() <= PHOTOS_MAX, "photos", "照片最多 9 张");
        problems.require(self.quotes.len() <= QUOTES_MAX, "quotes", "报价单最多 6 张");
        problems.require(at_most(&self.price_basis, 200), "price_basis", "价格依据最多 200 个字");
        let is_money = self.kind == ContributionKind::Money;
        let no_money = self.items.is_empty() && self.amount_fen.is_none();
        problems.require(is_money || no_money, "amount", "这类需求不填资金");
        let paid = self.procured && self.kind != ContributionKind::Service;
        problems.require(!paid, "procured", "只有服务类需求可以是政府购买服务");
        asked::check_lines(&mut problems, self.kind, &self.lines, false);
        if let Some(joint) = self.joint.as_ref().filter(|_| self.form == Some(PairingForm::JointBuilding)) {
            joint.check(&mut problems, false);
        }
        if let Some((indicator, field)) = self.indicator.zip(self.field) {
            problems.require(
                field.indicators().contains(&indicator),
                "indicator",
                "这个指标不属于所选的领域，请重新选择",
            );
        }
        let fits = self.amount_fen.is_none_or(|amount| amount.is_zero() || amount.check_amount().is_ok());
        problems.require(fits, "amount", "金额应在 0 到 10 亿元之间");
        let dated = self.wanted_by.is_none_or(|day| day >= FIRST_DAY);
        problems.require(dated, "wanted_by", "希望完成的日期不对，请重新选择");
        for (n, item) in self.items.iter().enumerate() {
            problems.require(at_most(&item.name, 60), &format!("item_name_{n}"), "项目名称最多 60 个字");
            problems.take(&format!("item_amount_{n}"), item.amount_fen.check_amount());
        }
        problems
    }

    /// Problems that keep a need from being submitted on `today`.
    #[must_use]
    pub fn check_complete(&self, today: NaiveDate) -> Problems {
        let mut problems = self.check_draft();
        problems.require(self.field.is_some(), "field", "请选择需求领域");
        problems.require(self.title.trim().chars().count() >= 4, "title", "请写一个标题（至少 4 个字）");
        let described = self.description.trim().chars().count() >= 20;
        problems.require(described, "description", "请说明现状和要做的事（至少 20 个字）");
        if self.kind == ContributionKind::Money {
            self.check_budget(&mut problems);
        } else {
            let mut lines = Problems::new();
            asked::check_lines(&mut lines, self.kind, &self.lines, true);
            problems.add_unless_known(lines);
        }
        if self.form == Some(PairingForm::JointBuilding) {
            let mut joint = Problems::new();
            self.joint.clone().unwrap_or_default().check(&mut joint, true);
            problems.add_unless_known(joint);
        }
        self.check_date(&mut problems, today);
        problems.require(!self.outcome.trim().is_empty(), "outcome", "请写预期成效，例如“156 户用上自来水”");
        problems.require(
            self.outcome_quantity.is_some_and(|n| n > 0),
            "outcome_quantity",
            "请写成效的数量（大于 0 的整数）",
        );
        let has_unit = self.indicator.is_some() || !self.outcome_unit.trim().is_empty();
        problems.require(has_unit, "outcome_unit", "请选一个指标，或自己写数量的单位，例如“户”");
        problems.add_unless_known(self.appeals());
        problems
    }

    /// Texts that are an appeal for one person, which are never public.
    #[must_use]
    pub fn appeals(&self) -> Problems {
        let mut problems = Problems::new();
        let texts = [
            ("title", self.title.clone()),
            ("description", self.description.clone()),
            ("description", format!("{}\n{}", self.title, self.description)),
            ("outcome", self.outcome.clone()),
            ("price_basis", self.price_basis.clone()),
        ];
        for (field, text) in texts {
            if let Some(appeal) = appeal::seen_in(&text) {
                let mut seen = Problems::new();
                seen.add(field, appeal.to_string());
                problems.add_unless_known(seen);
            }
        }
        for (n, item) in self.items.iter().enumerate() {
            if let Some(appeal) = appeal::seen_in(&item.name) {
                problems.add(format!("item_name_{n}"), appeal.to_string());
            }
        }
        problems
    }

    fn check_budget(&self, problems: &mut Problems) {
        problems.require(!self.items.is_empty(), "items", "请至少写一项预算");
        for (n, item) in self.items.iter().enumerate() {
            problems.require(!item.name.trim().is_empty(), &format!("item_name_{n}"), "请写这一项买什么或做什么");
        }
        self.check_amount(problems);
        let shown = !self.wants_quotes() || !self.quotes.is_empty() || !self.price_basis.trim().is_empty();
        problems.require(
            shown,
            "price_basis",
            "有一项满 10 万元：请上传报价单（最好三家），或写明价格依据，如“县造价信息 2026 年第 5 期”",
        );
    }

    fn check_amount(&self, problems: &mut Problems) {
        match (self.amount_fen, self.budget()) {
            (None, _) => problems.add("amount", "请填写金额"),
            (Some(amount), _) if !amount.is_positive() => problems.add("amount", "金额要大于 0"),
            (Some(_), None) => problems.add("items", "预算合计超出上限，请核对每一项"),
            (Some(amount), Some(budget)) if !self.items.is_empty() && amount > budget => {
                problems.add("amount", format!("需要的金额（{amount}）不能多于预算合计（{budget}），请核对预算"));
            }
            _ => {}
        }
    }

    fn check_date(&self, problems: &mut Problems, today: NaiveDate) {
        match self.wanted_by {
            None => problems.add("wanted_by", "请填写希望完成的日期"),
            Some(date) if date <= today => problems.add("wanted_by", "希望完成的日期要在今天以后"),
            Some(date) if date > today + Days::new(365 * 5) => {
                problems.add("wanted_by", "希望完成的日期最多在五年以内");
            }
            Some(_) => {}
        }
    }
}

/// The reason for a return: what the village has to mend.
///
/// # Errors
/// A sentence at `reason`.
pub fn check_reason(reason: &str) -> Result<(), Vec<Problem>> {
    NeedAction::Return.check_reason(reason)
}

/// The public code of a need: county, year of approval, running number (not gap-free).
#[must_use]
pub fn need_code(county: &str, year: i32, number: i64) -> String {
    format!("XQ-{county}-{year}-{number}")
}

/// Whether a text has the form of a need's id or of its code: whatever else stands in that place names no need.
#[must_use]
pub fn names_a_need(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let code = text.strip_prefix("XQ-").map(|rest| rest.split('-').collect::<Vec<_>>());
    let is_code = code.is_some_and(|parts| parts.len() == 3 && parts.into_iter().all(digits));
    is_code || text.parse::<NeedId>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complete() -> NeedContent {
        NeedContent {
            field: Some(Field::Infrastructure),
            title: "饮水安全巩固工程".into(),
            description: "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。".into(),
            items: vec![BudgetItem { name: "水管 2 公里".into(), amount_fen: Fen::yuan(80_000) }],
            amount_fen: Some(Fen::yuan(60_000)),
            wanted_by: "2026-12-01".parse().ok(),
            outcome: "156 户常年有水".into(),
            outcome_quantity: Some(156),
            outcome_unit: "户".into(),
            ..NeedContent::empty("441424103203".parse().unwrap(), ContributionKind::Money)
        }
    }

    fn fields_refused(content: &NeedContent) -> Vec<String> {
        let today = "2026-06-30".parse().unwrap();
        content.check_complete(today).into_vec().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn an_id_or_a_code_names_a_need_and_nothing_else_does() {
        for name in [need_code("441424", 2026, 7).as_str(), "0190a000-0000-7000-8000-000000000001"] {
            assert!(names_a_need(name), "{name}");
        }
        for other in ["", "own", "review", "XQ-", "XQ-441424-2026", "XQ-441424-2026-7-8", "XQ-441424-2026-x", "7"] {
            assert!(!names_a_need(other), "{other}");
        }
    }

    #[test]
    fn a_complete_need_has_no_problem() {
        assert_eq!(fields_refused(&complete()), Vec::<String>::new());
    }

    #[test]
    fn every_gap_is_named_at_its_field() {
        let mut table: Vec<(NeedContent, &str)> = Vec::new();
        let mut case = |change: fn(&mut NeedContent), field| {
            let mut content = complete();
            change(&mut content);
            table.push((content, field));
        };
        case(|c| c.village = "441424".parse().unwrap(), "village");
        case(|c| c.field = None, "field");
        case(|c| c.title = "水".into(), "title");
        case(|c| c.title = "水".repeat(41), "title");
        case(|c| c.description = "缺水".into(), "description");
        case(|c| c.items.clear(), "items");
        case(|c| c.items[0].name = " ".into(), "item_name_0");
        case(|c| c.items[0].amount_fen = Fen::ZERO, "item_amount_0");
        case(|c| c.items[0].amount_fen = Fen::yuan(1_000_000_001), "item_amount_0");
        case(|c| c.amount_fen = Some(Fen::yuan(1_000_000_001)), "amount");
        case(|c| c.wanted_by = NaiveDate::from_ymd_opt(-100_000, 1, 1), "wanted_by");
        case(|c| c.amount_fen = None, "amount");
        case(|c| c.amount_fen = Some(Fen::ZERO), "amount");
        case(|c| c.amount_fen = Some(Fen::yuan(80_001)), "amount");
        case(|c| c.wanted_by = None, "wanted_by");
        case(|c| c.wanted_by = "2026-06-30".parse().ok(), "wanted_by");
        case(|c| c.wanted_by = "2036-06-30".parse().ok(), "wanted_by");
        case(|c| c.outcome = String::new(), "outcome");
        case(|c| c.outcome_quantity = Some(0), "outcome_quantity");
        case(|c| c.outcome_unit = String::new(), "outcome_unit");
        case(|c| c.items[0].amount_fen = QUOTED_FROM, "price_basis");
        case(|c| c.price_basis = "长".repeat(201), "price_basis");
        case(|c| c.quotes = vec![FileId(uuid::Uuid::nil()); 7], "quotes");
        case(|c| c.procured = true, "procured");
        case(|c| c.lines = vec![AskedLine { name: "路灯".into(), ..AskedLine::default() }], "line_name_0");
        case(|c| c.indicator = Some(Indicator::TrainedPeople), "indicator");
        case(|c| c.form = Some(PairingForm::JointBuilding), "village_percent");
        case(|c| c.kind = ContributionKind::Goods, "amount");
        for (content, field) in table {
            assert!(fields_refused(&content).contains(&field.to_owned()), "{field}");
        }
    }

    #[test]
    fn a_draft_may_lack_everything_but_a_village() {
        let mut content = complete();
        content = NeedContent { field: None, title: String::new(), items: Vec::new(), amount_fen: None, ..content };
        assert!(content.check_draft().is_empty());
        for spoilt in [
            NeedContent { amount_fen: Some(Fen::yuan(-1)), ..content.clone() },
            NeedContent { amount_fen: Some(Fen::yuan(1_000_000_001)), ..content.clone() },
            NeedContent { wanted_by: NaiveDate::from_ymd_opt(-100_000, 1, 1), ..content },
        ] {
            assert_eq!(spoilt.check_draft().into_vec().len(), 1, "{spoilt:?}");
        }
    }

    #[test]
    fn a_need_of_another_kind_asks_by_lines_and_for_no_money() {
        let mut content = complete();
        content = NeedContent { kind: ContributionKind::Jobs, items: Vec::new(), amount_fen: None, ..content };
        assert_eq!(fields_refused(&content), ["lines"]);
        content.lines = vec![AskedLine {
            name: "制衣车工".into(),
            quantity: Some(12),
            price_fen: Some(Fen::yuan(3_500)),
            place: "本镇".into(),
            ..AskedLine::default()
        }];
        assert_eq!(fields_refused(&content), Vec::<String>::new());
        assert_eq!(content.trimmed().lines[0].unit, "人");
        content.lines[0].place = String::new();
        assert_eq!(fields_refused(&content), ["line_place_0"]);
    }

    #[test]
    fn an_indicator_brings_its_unit_and_a_quote_or_its_stead_a_price() {
        let mut content = complete();
        content.indicator = Some(Indicator::ServedPeople);
        content.outcome_unit = "公里".into();
        assert_eq!(content.trimmed().outcome_unit, "人");
        content.items[0].amount_fen = QUOTED_FROM;
        content.quotes = vec![FileId(uuid::Uuid::nil())];
        assert!(fields_refused(&content).is_empty());
        content.quotes.clear();
        content.price_basis = "县造价信息 2026 年第 5 期".into();
        assert!(fields_refused(&content).is_empty());
    }

    #[test]
    fn what_a_joint_project_settled_goes_when_it_is_none() {
        let mut content = complete();
        content.joint = Some(JointBuilding { village_percent: Some(30), ..JointBuilding::default() });
        assert_eq!(content.trimmed().joint, None);
    }
}
