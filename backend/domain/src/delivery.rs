//! Delivery: what a village reports, and what it spent.
//!
//! A village reports once; money and outcome are read from the same report. An item counts as 支出 only when the
//! charity has accepted it. Deliberately absent: pictures, indicators, and names of the people who are helped.

use crate::appeal::{self, Appeal};
use crate::day::check_past;
use crate::money::to_half_width;
use crate::{Fen, Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Characters of a report's text at most.
pub const REPORT_TEXT_MAX: usize = 2_000;
/// Spending items in one report at most.
pub const REPORT_ITEMS_MAX: usize = 100;

words! {
    /// What money was spent on.
    pub enum SpendingKind {
        Material = "material" / "材料",
        Labour = "labour" / "人工",
        Equipment = "equipment" / "设备",
        Transport = "transport" / "运输",
        Training = "training" / "培训",
        Subsidy = "subsidy" / "补助",
        Other = "other" / "其他",
    }
}

words! {
    /// The states of a spending item.
    pub enum SpendingStatus {
        Submitted = "submitted" / "待核",
        /// The charity accepted the evidence: counts as 支出 from here on.
        Accepted = "accepted" / "已核销",
        /// Sent back with a reason, to be completed and handed in again.
        Returned = "returned" / "退回补正",
    }
}

impl SpendingStatus {
    /// Whether an item may go from this state to `next`. What was accepted goes back only with its transfers reversed.
    #[must_use]
    pub const fn may_become(self, next: SpendingStatus) -> bool {
        use SpendingStatus::{Accepted, Returned, Submitted};
        matches!((self, next), (Submitted, Accepted | Returned) | (Accepted, Returned) | (Returned, Submitted))
    }
}

/// One invoice or voucher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpendingItem {
    pub kind: SpendingKind,
    /// What was bought or paid for, 2 to 200 characters; public.
    pub description: String,
    /// Who was paid, 2 to 100 characters; public through [`SpendingItem::public_seller`] only.
    pub seller: String,
    pub seller_is_person: bool,
    #[serde(rename = "amount_fen")]
    pub amount: Fen,
    pub invoice_on: NaiveDate,
    /// Not every payment to a villager has an invoice; up to 40 letters and digits.
    pub invoice_no: Option<String>,
}

impl SpendingItem {
    /// Checks an item on the legal day `today`.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self, today: NaiveDate) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        self.note(&mut problems, "", today);
        problems.none_or_err()
    }

    /// Notes what is wrong under field names that begin with `prefix`.
    fn note(&self, problems: &mut Problems, prefix: &str, today: NaiveDate) {
        let field = |name: &str| format!("{prefix}{name}");
        let (description, seller) = (length(&self.description), length(&self.seller));
        let described = (2..=200).contains(&description);
        problems.require(described, &field("description"), "请写明买了什么或付了什么（2 至 200 字）");
        note_personal_numbers(problems, &field("description"), &self.description);
        problems.require((2..=100).contains(&seller), &field("seller"), "请填写收款方名称（2 至 100 字）");
        problems.take(&field("amount_fen"), self.amount.check_amount());
        if let Err(wrong) = check_past(self.invoice_on, today) {
            problems.add(field("invoice_on"), format!("票据日期{wrong}，请对照票据"));
        }
        let numbered = self.invoice_no.as_deref().is_none_or(|number| {
            (1..=40).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        problems.require(numbered, &field("invoice_no"), "发票号码只写数字和字母（最多 40 位）；没有发票就留空");
    }

    /// The seller as the public reads it: an organisation by name, a person as 个人.
    #[must_use]
    pub fn public_seller(&self) -> &str {
        if self.seller_is_person { "个人" } else { &self.seller }
    }
}

/// A village's report as handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReportInput {
    /// What has happened, in the village's own words; up to 2,000 characters.
    pub text: String,
    /// The outcome reached so far, all reports together, in the need's unit (households, metres, people).
    pub quantity_so_far: Option<i64>,
    pub items: Vec<SpendingItem>,
}

impl ReportInput {
    /// Checks a report on the legal day `today`. Fields of items are named `items.0.seller`, counted from 0.
    ///
    /// # Errors
    /// A sentence for each field that is wrong, all at once.
    pub fn check(&self, today: NaiveDate) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let says_something = length(&self.text) > 0 || !self.items.is_empty();
        problems.require(says_something, "text", "请写几句进展，或至少填一笔支出");
        problems.require(length(&self.text) <= REPORT_TEXT_MAX, "text", "进展最多写 2000 字，请删短一些");
        note_personal_numbers(&mut problems, "text", &self.text);
        if let Some(appeal) = appeal::seen_in(&self.text).filter(|appeal| *appeal != Appeal::Number) {
            problems.add("text", appeal.to_string());
        }
        let counted = self.quantity_so_far.is_none_or(|quantity| quantity >= 0);
        problems.require(counted, "quantity_so_far", "累计成效数量不能小于 0");
        problems.require(self.items.len() <= REPORT_ITEMS_MAX, "items", "一次最多填 100 笔支出，其余请另报");
        for (position, item) in self.items.iter().enumerate().take(REPORT_ITEMS_MAX) {
            item.note(&mut problems, &format!("items.{position}."), today);
        }
        problems.none_or_err()
    }
}

/// More would be accepted than was paid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("已核销 {accepted}，再核销 {asked} 将超过拨付的 {advanced}，请核对票据或先拨付")]
pub struct MoreThanAdvanced {
    pub accepted: Fen,
    pub asked: Fen,
    /// Paid by the disbursement, less what bounced or was paid back.
    pub advanced: Fen,
}

/// The accepted items of a disbursement never exceed what it paid out.
pub fn check_within_advance(accepted: Fen, asked: Fen, advanced: Fen) -> Result<(), MoreThanAdvanced> {
    match accepted.checked_add(asked) {
        Ok(sum) if sum <= advanced => Ok(()),
        _ => Err(MoreThanAdvanced { accepted, asked, advanced }),
    }
}

fn length(text: &str) -> usize {
    text.trim().chars().count()
}

/// Reports are public: numbers of identity cards, telephones and bank cards do not belong there.
fn note_personal_numbers(problems: &mut Problems, field: &str, text: &str) {
    problems.require(!has_long_number(text), field, "这段文字会公开，请删去身份证号、手机号、银行卡号等长号码");
}

/// Whether eleven digits or more follow each other, spaces and hyphens aside: a mobile number is the shortest.
#[must_use]
pub fn has_long_number(text: &str) -> bool {
    let mut digits = 0;
    text.chars().map(to_half_width).any(|c| {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '-' => {}
            _ => digits = 0,
        }
        digits >= 11
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Makes one field wrong.
    type Spoil = fn(&mut SpendingItem);

    fn today() -> NaiveDate {
        "2026-09-01".parse().unwrap()
    }

    fn item() -> SpendingItem {
        SpendingItem {
            kind: SpendingKind::Material,
            description: "PE 水管 500 米".to_owned(),
            seller: "五华县水暖商行".to_owned(),
            seller_is_person: false,
            amount: Fen::yuan(3_500),
            invoice_on: "2026-08-31".parse().unwrap(),
            invoice_no: Some("26442000000012345678".to_owned()),
        }
    }

    fn report() -> ReportInput {
        ReportInput { text: "水管已铺 500 米。".to_owned(), quantity_so_far: Some(120), items: vec![item()] }
    }

    fn fields(result: Result<(), Vec<Problem>>) -> Vec<String> {
        result.err().unwrap_or_default().into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn each_wrong_field_of_an_item_is_named() {
        assert_eq!(item().check(today()), Ok(()));
        let table: &[(&str, Spoil)] = &[
            ("description", |item| item.description = "水".to_owned()),
            ("description", |item| item.description = "水".repeat(201)),
            ("description", |item| item.description = "付给张三 138 0013 8000".to_owned()),
            ("seller", |item| item.seller = " ".to_owned()),
            ("amount_fen", |item| item.amount = Fen::ZERO),
            ("amount_fen", |item| item.amount = Fen::yuan(1_000_000_001)),
            ("invoice_on", |item| item.invoice_on = "2026-09-02".parse().unwrap()),
            ("invoice_on", |item| item.invoice_on = NaiveDate::MIN),
            ("invoice_no", |item| item.invoice_no = Some(String::new())),
            ("invoice_no", |item| item.invoice_no = Some("12-34".to_owned())),
        ];
        for (field, spoil) in table {
            let mut item = item();
            spoil(&mut item);
            assert_eq!(fields(item.check(today())), [*field]);
        }
        assert_eq!(SpendingItem { invoice_no: None, ..item() }.check(today()), Ok(()));
    }

    #[test]
    fn a_report_needs_words_or_spending() {
        assert_eq!(report().check(today()), Ok(()));
        assert_eq!(ReportInput { text: String::new(), ..report() }.check(today()), Ok(()));
        assert_eq!(ReportInput { items: vec![], quantity_so_far: None, ..report() }.check(today()), Ok(()));
        let empty = ReportInput { text: "  ".to_owned(), items: vec![], ..report() };
        assert_eq!(fields(empty.check(today())), ["text"]);
        let appeal = ReportInput { text: "还差一点，请大家扫收款码支持".to_owned(), ..report() };
        assert_eq!(fields(appeal.check(today())), ["text"], "nobody is paid past the charity");
    }

    #[test]
    fn the_problems_of_a_report_are_told_together_with_the_items_place() {
        let bad = SpendingItem { amount: Fen::yuan(-1), seller: String::new(), ..item() };
        let report = ReportInput { text: "字".repeat(2_001), quantity_so_far: Some(-1), items: vec![item(), bad] };
        let expected = ["text", "quantity_so_far", "items.1.seller", "items.1.amount_fen"];
        assert_eq!(fields(report.check(today())), expected);
        let many = ReportInput { items: vec![item(); 101], ..self::report() };
        assert_eq!(fields(many.check(today())), ["items"]);
    }

    #[test]
    fn numbers_of_people_are_kept_out_of_public_text() {
        for (text, found) in [
            ("电话 13800138000", true),
            ("１３８００１３８０００", true),
            ("441424 19800101 123X", true),
            ("6222-0210-0112-3456", true),
            ("2026-08-31", false),
            ("铺管 500 米，受益 120 户，2026-08-31 完工", false),
            ("合计 1234567890 元", false),
        ] {
            assert_eq!(has_long_number(text), found, "{text}");
        }
    }

    #[test]
    fn a_person_who_sold_something_is_not_named_in_public() {
        assert_eq!(item().public_seller(), "五华县水暖商行");
        let person = SpendingItem { seller: "张三".to_owned(), seller_is_person: true, ..item() };
        assert_eq!(person.public_seller(), "个人");
    }

    #[test]
    fn what_is_returned_can_be_handed_in_again_and_what_is_accepted_is_never_pending() {
        use SpendingStatus::{Accepted, Returned, Submitted};
        let allowed = [(Submitted, Accepted), (Submitted, Returned), (Accepted, Returned), (Returned, Submitted)];
        for from in SpendingStatus::ALL {
            for to in SpendingStatus::ALL {
                assert_eq!(from.may_become(*to), allowed.contains(&(*from, *to)), "{from} -> {to}");
            }
        }
    }

    #[test]
    fn accepting_more_than_was_paid_is_refused_with_the_numbers() {
        let error = check_within_advance(Fen::yuan(80), Fen::yuan(30), Fen::yuan(100)).unwrap_err();
        assert_eq!(error.to_string(), "已核销 80 元，再核销 30 元 将超过拨付的 100 元，请核对票据或先拨付");
        assert_eq!(check_within_advance(Fen::yuan(80), Fen::yuan(20), Fen::yuan(100)), Ok(()));
        let most = Fen::new(crate::money::FEN_MAX).unwrap();
        assert!(check_within_advance(most, most, most).is_err());
    }

    proptest! {
        #[test]
        fn the_accepted_sum_stays_within_the_advance(
            items in prop::collection::vec(1i64..500, 0..20), advanced in 0i64..3_000,
        ) {
            let (advanced, mut accepted) = (Fen::new(advanced).unwrap(), Fen::ZERO);
            for item in items.into_iter().map(|fen| Fen::new(fen).unwrap()) {
                if check_within_advance(accepted, item, advanced).is_ok() {
                    accepted = accepted.checked_add(item).unwrap();
                }
            }
            prop_assert!(accepted <= advanced);
        }
    }
}
