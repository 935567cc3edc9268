//! Needs: what a village asks for, what makes one complete, and the states that it passes.
//!
//! Deliberately absent: money that came in for it (ledger), and who may decide (the caller's rights).

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

words! {
    /// The life of a need. `town_review` and `publicized` are entered where a town reviews and a 公示 is held.
    pub enum NeedStatus {
        Draft = "draft" / "草稿",
        TownReview = "town_review" / "镇审",
        FederationReview = "federation_review" / "工商联审核",
        Publicized = "publicized" / "公示中",
        Open = "open" / "可对接",
        PartlyFunded = "partly_funded" / "部分落实",
        Funded = "funded" / "已落实",
        InProgress = "in_progress" / "实施中",
        Acceptance = "acceptance" / "验收",
        Closed = "closed" / "办结",
        Returned = "returned" / "退回补正",
        Paused = "paused" / "暂停",
        Withdrawn = "withdrawn" / "撤回",
        Expired = "expired" / "失效",
    }
}

/// What is done to a need; each leads from certain states to exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedAction {
    Submit,
    Return,
    Approve,
}

impl NeedStatus {
    /// The state after `action`, if it is allowed in this one.
    #[must_use]
    pub const fn after(self, action: NeedAction) -> Option<NeedStatus> {
        match (self, action) {
            (NeedStatus::Draft | NeedStatus::Returned, NeedAction::Submit) => Some(NeedStatus::FederationReview),
            (NeedStatus::FederationReview, NeedAction::Return) => Some(NeedStatus::Returned),
            (NeedStatus::FederationReview, NeedAction::Approve) => Some(NeedStatus::Open),
            _ => None,
        }
    }

    /// Whether everybody may see it.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(
            self,
            NeedStatus::Publicized
                | NeedStatus::Open
                | NeedStatus::PartlyFunded
                | NeedStatus::Funded
                | NeedStatus::InProgress
                | NeedStatus::Acceptance
                | NeedStatus::Closed
        )
    }

    /// Whether the village may still change the text.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        matches!(self, NeedStatus::Draft | NeedStatus::Returned)
    }

    /// Whether enterprises may pledge to it.
    #[must_use]
    pub const fn takes_pledges(self) -> bool {
        matches!(self, NeedStatus::Open | NeedStatus::PartlyFunded)
    }
}

pub const TITLE_MAX: usize = 40;
pub const DESCRIPTION_MAX: usize = 2_000;
pub const ITEMS_MAX: usize = 30;
pub const PHOTOS_MAX: usize = 9;

/// What a village writes. A draft may lack anything; [`NeedContent::check_complete`] says what is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NeedContent {
    pub village: PlaceCode,
    #[serde(default)]
    pub field: Option<Field>,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub items: Vec<BudgetItem>,
    /// What is asked of donors, at most the budget's total; the rest is paid from elsewhere.
    #[serde(default)]
    pub amount_fen: Option<Fen>,
    #[serde(default)]
    pub wanted_by: Option<NaiveDate>,
    /// What will be better, in words.
    #[serde(default)]
    pub outcome: String,
    #[serde(default)]
    pub outcome_quantity: Option<i64>,
    /// 户, 人, 亩, 公里 …
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

impl NeedContent {
    /// As it is stored: texts without space around them.
    #[must_use]
    pub fn trimmed(&self) -> Self {
        let item = |item: &BudgetItem| BudgetItem { name: item.name.trim().into(), ..item.clone() };
        NeedContent {
            title: self.title.trim().into(),
            description: self.description.trim().into(),
            items: self.items.iter().map(item).collect(),
            outcome: self.outcome.trim().into(),
            outcome_unit: self.outcome_unit.trim().into(),
            ..self.clone()
        }
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
        problems.require(!self.items.is_empty(), "items", "请至少写一项预算");
        for (n, item) in self.items.iter().enumerate() {
            problems.require(!item.name.trim().is_empty(), &format!("item_name_{n}"), "请写这一项买什么或做什么");
        }
        self.check_amount(&mut problems);
        self.check_date(&mut problems, today);
        problems.require(!self.outcome.trim().is_empty(), "outcome", "请写预期成效，例如“156 户用上自来水”");
        problems.require(
            self.outcome_quantity.is_some_and(|n| n > 0),
            "outcome_quantity",
            "请写成效的数量（大于 0 的整数）",
        );
        problems.require(!self.outcome_unit.trim().is_empty(), "outcome_unit", "请写数量的单位，例如“户”");
        problems
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
pub fn check_reason(reason: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = reason.trim().chars().count();
    problems.require(length >= 5, "reason", "请写明退回的原因，告诉村里要补正什么（至少 5 个字）");
    problems.require(length <= 500, "reason", "原因最多 500 个字");
    problems.none_or_err()
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
            village: "441424103203".parse().unwrap(),
            field: Some(Field::Infrastructure),
            title: "饮水安全巩固工程".into(),
            description: "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。".into(),
            items: vec![BudgetItem { name: "水管 2 公里".into(), amount_fen: Fen::yuan(80_000) }],
            amount_fen: Some(Fen::yuan(60_000)),
            wanted_by: "2026-12-01".parse().ok(),
            outcome: "156 户常年有水".into(),
            outcome_quantity: Some(156),
            outcome_unit: "户".into(),
            photos: Vec::new(),
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
    fn only_a_submitted_need_is_decided() {
        use NeedAction::{Approve, Return, Submit};
        use NeedStatus::{Draft, FederationReview, Open, Returned};
        for status in NeedStatus::ALL {
            let expected = match status {
                Draft | Returned => [Some(FederationReview), None, None],
                FederationReview => [None, Some(Returned), Some(Open)],
                _ => [None, None, None],
            };
            assert_eq!([Submit, Return, Approve].map(|action| status.after(action)), expected, "{status}");
        }
    }
}
