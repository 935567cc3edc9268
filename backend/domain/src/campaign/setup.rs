//! What the office sets a campaign up with: its names and texts, who receives and by which right, who helps; and what is
//! still lacking before the next stage.
//!
//! Deliberately absent: giving by individuals ([`crate::fundraising`]), and any amount that is expected of anybody.

use super::{CampaignStage, CampaignYear, GoodsUnfinished, MoneyOnItsWay, SurplusUnsettled};
use crate::appeal;
use crate::day::FIRST_DAY;
use crate::{BankAccountId, Fen, OrganisationId, Problem, Problems};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Needs that one campaign lists.
pub const LISTED_MAX: usize = 1_000;
/// Needs that are listed at once.
pub const LISTED_AT_ONCE: usize = 100;
/// Charities and partners of one campaign.
pub const PARTIES_MAX: usize = 50;
/// Test pledges of one rehearsal.
pub const REHEARSED_MAX: i64 = 500;
/// Days between filing and start that are taken where nobody says otherwise (the 2016 text of the Measures).
pub const USUAL_FILING_DAYS: i32 = 10;

/// What a campaign is: names, texts, days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignSetup {
    /// In its address: small letters, digits and hyphens, such as `630-2026`.
    pub code: String,
    /// The calendar year in which its year (1 June to 31 May) begins.
    pub year: i32,
    /// Of the programme that it belongs to.
    pub programme: String,
    pub name: String,
    pub host: String,
    pub purpose: String,
    /// What holds for whoever takes part.
    #[serde(default)]
    pub rules: String,
    /// What else its page says.
    #[serde(default)]
    pub page: String,
    /// The day itself.
    pub held_on: NaiveDate,
    /// Days between the filing of a plan and the first day of giving by individuals.
    pub filing_days: i32,
}

impl CampaignSetup {
    /// Without space at the ends of its texts.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let tidy = |text: &String| text.trim().to_owned();
        CampaignSetup {
            code: tidy(&self.code),
            programme: tidy(&self.programme),
            name: tidy(&self.name),
            host: tidy(&self.host),
            purpose: tidy(&self.purpose),
            rules: tidy(&self.rules),
            page: tidy(&self.page),
            ..self.clone()
        }
    }

    /// # Errors
    /// A sentence for each field that cannot stay so.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let between = |text: &str, least: usize, most: usize| (least..=most).contains(&text.chars().count());
        problems.require(is_code(&self.code), "code", "代号用小写字母、数字和连字符，2 至 24 个字符，如 630-2026");
        problems.require((2000..=2100).contains(&self.year), "year", "年度应在 2000 至 2100 之间");
        problems.require(between(&self.programme, 0, 40), "programme", "行动名称最多 40 个字");
        problems.require(between(&self.name, 4, 60), "name", "活动名称要 4 至 60 个字");
        problems.require(between(&self.host, 2, 60), "host", "主办单位要 2 至 60 个字");
        problems.require(between(&self.purpose, 4, 500), "purpose", "宗旨要 4 至 500 个字");
        problems.require(between(&self.rules, 0, 4000), "rules", "规则最多 4000 个字");
        problems.require(between(&self.page, 0, 4000), "page", "页面文字最多 4000 个字");
        problems.require((0..=90).contains(&self.filing_days), "filing_days", "备案提前的天数应在 0 至 90 之间");
        let year = CampaignYear::starting_in(self.year);
        if !year.contains(self.held_on) {
            problems.add("held_on", format!("活动日要在年度之内（{year}）"));
        }
        let texts = [("name", &self.name), ("purpose", &self.purpose), ("rules", &self.rules), ("page", &self.page)];
        for (field, text) in texts {
            if let Some(appeal) = appeal::seen_in(text) {
                problems.add(field, appeal.to_string());
            }
        }
        problems.none_or_err()
    }
}

/// Whether a text can be a campaign's code: it can never be taken for an id.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (2..=24).contains(&text.len()) && text.split('-').all(part)
}

/// Days from the first to the last, both of them included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Validity {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

impl Validity {
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.to
    }

    #[must_use]
    pub fn holds(&self, inner: &Validity) -> bool {
        self.from <= inner.from && inner.to <= self.to
    }
}

/// 公开募捐资格证书.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundraisingCertificate {
    pub number: String,
    pub valid: Validity,
}

/// 募捐方案备案 of one charity for one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundraisingFiling {
    pub number: String,
    pub filed_on: NaiveDate,
    pub period: Validity,
}

words! {
    /// How a charity's right to raise publicly stands on a day.
    pub enum Qualification {
        Unknown = "unknown" / "没有登记公开募捐资格",
        NotYet = "not_yet" / "公开募捐资格还没有开始",
        Valid = "valid" / "公开募捐资格有效",
        Ended = "ended" / "公开募捐资格已到期",
    }
}

/// How a right stands on a day; its last day still belongs to it.
#[must_use]
pub fn qualification(valid: Option<&Validity>, today: NaiveDate) -> Qualification {
    match valid {
        None => Qualification::Unknown,
        Some(valid) if today < valid.from => Qualification::NotYet,
        Some(valid) if today > valid.to => Qualification::Ended,
        Some(_) => Qualification::Valid,
    }
}

/// A charity that receives for a campaign, and by which right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignCharity {
    pub charity: OrganisationId,
    /// On which it receives.
    pub bank_account: BankAccountId,
    #[serde(default)]
    pub certificate: Option<FundraisingCertificate>,
    /// 公益性捐赠税前扣除资格, where it is known.
    #[serde(default)]
    pub tax: Option<Validity>,
    #[serde(default)]
    pub filing: Option<FundraisingFiling>,
    /// Whom the public asks: an office, its telephone.
    #[serde(default)]
    pub contact: String,
}

impl CampaignCharity {
    #[must_use]
    pub fn tidied(&self) -> Self {
        let certificate = self.certificate.as_ref();
        let filing = self.filing.as_ref();
        CampaignCharity {
            certificate: certificate
                .map(|own| FundraisingCertificate { number: own.number.trim().into(), ..own.clone() }),
            filing: filing.map(|own| FundraisingFiling { number: own.number.trim().into(), ..own.clone() }),
            contact: self.contact.trim().into(),
            ..self.clone()
        }
    }

    /// # Errors
    /// A sentence for each field that cannot stay so.
    pub fn check(&self, today: NaiveDate) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let number = |text: &str| (2..=60).contains(&text.chars().count());
        if let Some(own) = &self.certificate {
            problems.require(number(&own.number), "certificate_no", "请照证书填写编号，2 至 60 个字");
            check_days(&mut problems, "certificate_to", own.valid);
        }
        if let Some(valid) = &self.tax {
            check_days(&mut problems, "tax_to", *valid);
        }
        if let Some(own) = &self.filing {
            problems.require(number(&own.number), "filing_no", "请照备案填写编号，2 至 60 个字");
            check_days(&mut problems, "filing_to", own.period);
            problems.require(own.filed_on >= FIRST_DAY, "filed_on", "备案日期不能早于 2000 年");
            problems.require(own.filed_on <= today, "filed_on", "备案日期不能晚于今天");
            let before = own.filed_on <= own.period.from;
            problems.require(before, "filing_from", "募捐期间不能早于备案日期");
        }
        problems.require(self.contact.chars().count() <= 200, "contact", "联系方式最多 200 个字");
        problems.none_or_err()
    }

    /// Whoever is shown to everybody says whom everybody asks.
    ///
    /// # Errors
    /// A sentence for the contact that is missing.
    pub fn check_contact(&self, stage: CampaignStage) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let said = !self.contact.trim().is_empty() || stage == CampaignStage::Draft;
        problems.require(said, "contact", "活动已经公开，请写公众可以问的联系方式");
        problems.none_or_err()
    }
}

fn check_days(problems: &mut Problems, field: &str, valid: Validity) {
    problems.require(valid.from >= FIRST_DAY, field, "日期不能早于 2000 年");
    problems.require(valid.from <= valid.to, field, "截止日期不能早于起始日期");
}

/// Who helps to raise without a qualification of its own (慈善法 art. 26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CampaignPartner {
    pub name: String,
    pub agreed_on: NaiveDate,
    /// Where the agreement is kept, such as the number of its file.
    pub agreement: String,
    /// When the charity evaluated it.
    #[serde(default)]
    pub evaluated_on: Option<NaiveDate>,
    /// Whether the filed plan names it.
    pub named_in_plan: bool,
}

impl CampaignPartner {
    #[must_use]
    pub fn tidied(&self) -> Self {
        CampaignPartner { name: self.name.trim().into(), agreement: self.agreement.trim().into(), ..self.clone() }
    }

    /// # Errors
    /// A sentence for each field that cannot stay so.
    pub fn check(&self, today: NaiveDate) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let length = |text: &str, least: usize, most: usize| (least..=most).contains(&text.chars().count());
        problems.require(length(&self.name, 2, 60), "partner_name", "合作方的名称要 2 至 60 个字");
        problems.require(length(&self.agreement, 2, 100), "agreement", "请写协议的编号或存放处，2 至 100 个字");
        problems.require(self.agreed_on >= FIRST_DAY, "agreed_on", "签约日期不能早于 2000 年");
        problems.require(self.agreed_on <= today, "agreed_on", "签约日期不能晚于今天");
        if let Some(day) = self.evaluated_on {
            problems.require(day >= self.agreed_on, "evaluated_on", "评估日期不能早于签约日期");
            problems.require(day <= today, "evaluated_on", "评估日期不能晚于今天");
        }
        problems.none_or_err()
    }
}

/// Checks a test pledge.
///
/// # Errors
/// A sentence for each field that cannot stay so.
pub fn check_rehearsed(name: &str, amount: Fen) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.require((2..=60).contains(&name.trim().chars().count()), "name", "企业名称要 2 至 60 个字");
    problems.take("amount", amount.check_amount());
    problems.none_or_err()
}

/// What is known of a campaign when it is to go on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a fact each, which do not exclude one another")]
pub struct CampaignReadiness {
    pub charities: bool,
    /// Every charity says whom the public asks.
    pub contacts: bool,
    pub rules: bool,
    pub rehearsal_left: bool,
    pub giving_open: bool,
    pub money_on_its_way: bool,
    pub goods_unfinished: bool,
    pub surplus_unsettled: bool,
}

/// Why a campaign does not go on to a stage yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("还没有接收捐款的慈善组织")]
    NoCharity,
    #[error("有慈善组织还没有写公众可以问的联系方式")]
    NoContact,
    #[error("还没有写活动规则")]
    NoRules,
    #[error("演练里的认捐还没有清除")]
    RehearsalLeft,
    #[error("还有打开着的个人捐赠链接，请先关闭")]
    GivingOpen,
    #[error(transparent)]
    Money(MoneyOnItsWay),
    #[error(transparent)]
    Goods(GoodsUnfinished),
    #[error(transparent)]
    Surplus(SurplusUnsettled),
}

/// Everything that is still lacking before `next`.
#[must_use]
pub fn lacking(now: CampaignStage, next: CampaignStage, known: &CampaignReadiness) -> Vec<NotReady> {
    use CampaignStage::{Archived, Preview, Rehearsal, Settled};
    // What goes back, or is given up, lacks nothing.
    let onwards = next != Archived && (now, next) != (Rehearsal, Preview);
    [
        (onwards && !known.charities, NotReady::NoCharity),
        (onwards && known.charities && !known.contacts, NotReady::NoContact),
        (onwards && !known.rules, NotReady::NoRules),
        (now == Rehearsal && known.rehearsal_left, NotReady::RehearsalLeft),
        (matches!(next, Settled | Archived) && known.giving_open, NotReady::GivingOpen),
        (next == Archived && known.money_on_its_way, NotReady::Money(MoneyOnItsWay)),
        (next == Archived && known.goods_unfinished, NotReady::Goods(GoodsUnfinished)),
        (next == Archived && known.surplus_unsettled, NotReady::Surplus(SurplusUnsettled)),
    ]
    .into_iter()
    .filter_map(|(holds, why)| holds.then_some(why))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn setup() -> CampaignSetup {
        CampaignSetup {
            code: "630-2026".into(),
            year: 2026,
            programme: "千企兴千村".into(),
            name: "2026年扶贫济困日活动".into(),
            host: "6·30办".into(),
            purpose: "支持公开的乡村需求".into(),
            rules: "自愿认捐，按协议转账。".into(),
            page: String::new(),
            held_on: day("2026-06-30"),
            filing_days: USUAL_FILING_DAYS,
        }
    }

    fn fields(checked: Result<(), Vec<Problem>>) -> Vec<String> {
        checked.err().into_iter().flatten().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_code_is_never_taken_for_an_id_and_never_for_a_path() {
        for code in ["630-2026", "ab", "2026", "a-b-c"] {
            assert!(is_code(code), "{code}");
        }
        let id = "019a2b3c-0000-7000-8000-000000000001";
        for code in ["", "a", "A-1", "630_2026", "-630", "630-", "6--3", "活动", "a/b", "../x", id] {
            assert!(!is_code(code), "{code}");
        }
    }

    #[test]
    fn the_day_itself_lies_in_the_campaigns_year() {
        assert_eq!(setup().check(), Ok(()));
        for (held_on, fits) in
            [("2026-05-31", false), ("2026-06-01", true), ("2027-05-31", true), ("2027-06-01", false)]
        {
            let checked = CampaignSetup { held_on: day(held_on), ..setup() }.check();
            assert_eq!(checked.is_ok(), fits, "{held_on}");
        }
    }

    #[test]
    fn each_text_that_does_not_fit_is_named() {
        let wrong = CampaignSetup {
            code: "X".into(),
            year: 1999,
            name: "短".into(),
            purpose: String::new(),
            page: "我叫某某，女儿患重病，求助大家".into(),
            filing_days: 91,
            ..setup()
        };
        assert_eq!(fields(wrong.check()), ["code", "year", "name", "purpose", "filing_days", "held_on", "page"]);
    }

    #[test]
    fn a_right_holds_on_its_last_day_and_not_on_the_next() {
        let valid = Validity { from: day("2024-07-01"), to: day("2026-06-30") };
        for (today, stands) in [
            ("2024-06-30", Qualification::NotYet),
            ("2024-07-01", Qualification::Valid),
            ("2026-06-30", Qualification::Valid),
            ("2026-07-01", Qualification::Ended),
        ] {
            assert_eq!(qualification(Some(&valid), day(today)), stands, "{today}");
        }
        assert_eq!(qualification(None, day("2026-06-30")), Qualification::Unknown);
    }

    #[test]
    fn what_a_charity_says_of_its_rights_is_whole_and_in_order() {
        let today = day("2026-06-20");
        let valid = Validity { from: day("2026-06-01"), to: day("2026-12-31") };
        let charity = CampaignCharity {
            charity: OrganisationId(uuid::Uuid::nil()),
            bank_account: BankAccountId(uuid::Uuid::nil()),
            certificate: Some(FundraisingCertificate { number: "粤募 1 号".into(), valid }),
            tax: Some(valid),
            filing: Some(FundraisingFiling { number: "备 7".into(), filed_on: day("2026-05-10"), period: valid }),
            contact: "办公室 0753-0000000".into(),
        };
        assert_eq!(charity.check(today), Ok(()));
        let backwards = Validity { from: valid.to, to: valid.from };
        let wrong = CampaignCharity {
            certificate: Some(FundraisingCertificate { number: String::new(), valid: backwards }),
            tax: Some(backwards),
            filing: Some(FundraisingFiling { number: "备 7".into(), filed_on: day("2026-06-21"), period: valid }),
            ..charity
        };
        let expected = ["certificate_no", "certificate_to", "tax_to", "filed_on", "filing_from"];
        assert_eq!(fields(wrong.check(today)), expected);
    }

    #[test]
    fn a_partner_is_evaluated_after_its_agreement() {
        let partner = CampaignPartner {
            name: "某平台".into(),
            agreed_on: day("2026-05-01"),
            agreement: "合 2026-3".into(),
            evaluated_on: Some(day("2026-04-30")),
            named_in_plan: true,
        };
        assert_eq!(fields(partner.check(day("2026-06-01"))), ["evaluated_on"]);
        let partner = CampaignPartner { evaluated_on: None, agreed_on: day("2026-06-02"), ..partner };
        assert_eq!(fields(partner.check(day("2026-06-01"))), ["agreed_on"]);
    }

    #[test]
    fn what_is_lacking_is_said_before_the_stage_that_needs_it() {
        use CampaignStage::{Archived, Collecting, Draft, Live, Preview, Rehearsal, Settled};
        let ready = CampaignReadiness { charities: true, contacts: true, rules: true, ..CampaignReadiness::default() };
        for (now, next) in [(Draft, Preview), (Preview, Rehearsal), (Preview, Live), (Live, Collecting)] {
            assert!(lacking(now, next, &ready).is_empty(), "{now} -> {next}");
            let nothing = lacking(now, next, &CampaignReadiness::default());
            assert_eq!(nothing, [NotReady::NoCharity, NotReady::NoRules], "{now} -> {next}");
        }
        assert!(lacking(Draft, Archived, &CampaignReadiness::default()).is_empty(), "a draft is given up as it is");
        let rehearsed = CampaignReadiness { rehearsal_left: true, ..ready };
        assert_eq!(lacking(Rehearsal, Live, &rehearsed), [NotReady::RehearsalLeft]);
        assert_eq!(lacking(Rehearsal, Preview, &rehearsed), [NotReady::RehearsalLeft]);
        let busy = CampaignReadiness { giving_open: true, money_on_its_way: true, ..ready };
        assert_eq!(lacking(Collecting, Settled, &busy), [NotReady::GivingOpen]);
        assert_eq!(lacking(Settled, Archived, &busy), [NotReady::GivingOpen, NotReady::Money(MoneyOnItsWay)]);
        let holding = CampaignReadiness { goods_unfinished: true, ..ready };
        assert!(lacking(Collecting, Settled, &holding).is_empty(), "goods are brought while the campaign is settled");
        assert_eq!(lacking(Settled, Archived, &holding), [NotReady::Goods(GoodsUnfinished)]);
        let left = CampaignReadiness { surplus_unsettled: true, ..ready };
        assert!(lacking(Collecting, Settled, &left).is_empty(), "what needs left is handled while it is settled");
        assert_eq!(lacking(Settled, Archived, &left), [NotReady::Surplus(SurplusUnsettled)]);
        let silent = CampaignReadiness { contacts: false, ..ready };
        assert_eq!(lacking(Draft, Preview, &silent), [NotReady::NoContact]);
    }
}
