//! The fundraising guard: when everybody may be asked to give to a campaign's charity, and where such a gift is made.
//!
//! Sources: 慈善法 (2023) arts. 22 to 27, 公开募捐管理办法 (MCA order 74): only a qualified charity raises from the public,
//! under a filed plan, online on a designated platform and on its own site. This platform takes no such gift; it shows a
//! link, and only while [`stands`] says so for the day. The database holds the same rules as constraints.
//! Deliberately absent: enterprises' gifts under agreement, which need none of this.

use crate::campaign::CampaignStage;
use crate::campaign::setup::{FundraisingCertificate, FundraisingFiling, Validity};
use crate::{OrganisationId, Problem, Problems};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

words! {
    /// Where a gift is made.
    pub enum GivingKind {
        OwnSite = "own_site" / "慈善组织自己的网站",
        DesignatedPlatform = "designated_platform" / "民政部指定的募捐平台",
    }
}

words! {
    /// Why a way of giving was closed.
    pub enum GivingClosed {
        Ended = "ended" / "期限已到",
        ByOffice = "by_office" / "6·30办关闭",
        SiteInactive = "site_inactive" / "网站已不在名单里",
        Stage = "stage" / "活动不再接受捐赠",
        Charity = "charity" / "慈善组织被停用",
    }
}

/// Why nobody is sent to a way of giving today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoGiving {
    #[error("这个捐赠链接已经关闭")]
    Closed,
    #[error("活动现在不接受个人捐赠")]
    Stage,
    #[error("慈善组织现在不能接受捐赠")]
    Charity,
    #[error("这个网站已不在可以捐赠的名单里")]
    Site,
    #[error("募捐还没有开始")]
    NotYet,
    #[error("募捐期间、备案或公开募捐资格已经到期")]
    Ended,
}

impl NoGiving {
    /// As what it is closed for good; what only has not begun stays.
    #[must_use]
    pub const fn closes(self) -> Option<GivingClosed> {
        match self {
            NoGiving::Stage => Some(GivingClosed::Stage),
            NoGiving::Charity => Some(GivingClosed::Charity),
            NoGiving::Site => Some(GivingClosed::SiteInactive),
            NoGiving::Ended => Some(GivingClosed::Ended),
            NoGiving::Closed | NoGiving::NotYet => None,
        }
    }
}

/// What is known of a way of giving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GivingFacts {
    pub closed: bool,
    pub stage: CampaignStage,
    pub charity_verified: bool,
    pub site_active: bool,
    /// In which the public is asked.
    pub period: Validity,
    pub certificate: Validity,
    pub filing: Validity,
}

/// Whether everybody may be sent there on this legal day.
///
/// # Errors
/// Why not.
pub fn stands(facts: &GivingFacts, today: NaiveDate) -> Result<(), NoGiving> {
    let all = [facts.period, facts.certificate, facts.filing];
    if facts.closed {
        Err(NoGiving::Closed)
    } else if all.iter().any(|valid| today > valid.to) {
        Err(NoGiving::Ended)
    } else if facts.stage > CampaignStage::Collecting {
        Err(NoGiving::Stage)
    } else if !facts.charity_verified {
        Err(NoGiving::Charity)
    } else if !facts.site_active {
        Err(NoGiving::Site)
    } else if !facts.stage.takes_pledges() || all.iter().any(|valid| today < valid.from) {
        Err(NoGiving::NotYet)
    } else {
        Ok(())
    }
}

/// Checks what is to be opened against what is recorded of the charity.
///
/// # Errors
/// A sentence for each thing that is missing or does not fit.
pub fn check_opening(
    certificate: Option<&FundraisingCertificate>,
    filing: Option<&FundraisingFiling>,
    contact: &str,
    (period, filing_days): (Validity, i32),
    today: NaiveDate,
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let said = !contact.trim().is_empty();
    problems.require(said, "charity", "这家慈善组织还没有写公众可以问的联系方式，请先在活动的设置里补上");
    problems.require(period.from <= period.to, "ends_on", "截止日期不能早于起始日期");
    problems.require(period.to >= today, "ends_on", "截止日期不能早于今天");
    match certificate {
        None => problems.add("charity", "这家慈善组织没有登记公开募捐资格证书，不能面向公众募捐"),
        Some(own) if !own.valid.holds(&period) => {
            problems.add("ends_on", format!("期间要在证书的有效期之内（{} 至 {}）", own.valid.from, own.valid.to));
        }
        Some(_) => {}
    }
    match filing {
        None => problems.add("charity", "这家慈善组织没有登记募捐方案备案，不能面向公众募捐"),
        Some(own) => {
            if !own.period.holds(&period) {
                let Validity { from, to } = own.period;
                problems.add("starts_on", format!("期间要在备案的募捐期间之内（{from} 至 {to}）"));
            }
            let first = own.filed_on.checked_add_days(Days::new(u64::try_from(filing_days).unwrap_or_default()));
            if let Some(first) = first.filter(|first| period.from < *first) {
                problems.add("starts_on", format!("备案后要隔 {filing_days} 天，最早 {first} 开始"));
            }
        }
    }
    problems.none_or_err()
}

/// A site that takes gifts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GivingSiteInput {
    pub kind: GivingKind,
    pub name: String,
    /// As in its addresses, without `https://`.
    pub host: String,
    /// Whose own site it is.
    #[serde(default)]
    pub charity: Option<OrganisationId>,
    /// By which batch it was designated, or where the charity says that it is its own.
    pub source: String,
}

impl GivingSiteInput {
    #[must_use]
    pub fn tidied(&self) -> Self {
        GivingSiteInput {
            name: self.name.trim().into(),
            host: self.host.trim().to_ascii_lowercase(),
            source: self.source.trim().into(),
            ..self.clone()
        }
    }

    /// # Errors
    /// A sentence for each field that cannot stay so.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        problems.require((2..=40).contains(&self.name.chars().count()), "site_name", "网站名称要 2 至 40 个字");
        problems.require(is_host(&self.host), "host", "请只写域名，如 gongyi.example.cn，不带 https:// 和路径");
        problems.require((2..=100).contains(&self.source.chars().count()), "source", "请写依据，2 至 100 个字");
        let whose = (self.kind == GivingKind::OwnSite) == self.charity.is_some();
        problems.require(whose, "site_charity", "慈善组织自己的网站要选是哪一家的；指定的平台不选");
        problems.none_or_err()
    }
}

/// Whether a text is the name of a host: labels of small letters, digits and hyphens, two at least.
#[must_use]
pub fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !label.is_empty() && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}

/// Checks that a link leads to the listed host, by https, and to nobody else.
///
/// # Errors
/// A sentence at `url`.
pub fn check_link(url: &str, host: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let rest = url.strip_prefix("https://").and_then(|rest| rest.strip_prefix(host));
    let onwards = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || rest.starts_with('?'));
    // Browsers drop line ends and read a backslash as a slash.
    let plain = url.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'));
    if !onwards || !plain {
        problems.add("url", format!("链接要以 https://{host} 开头，和名单里的网站一致"));
    }
    problems.require(url.len() <= 500, "url", "链接最多 500 个字符");
    problems.none_or_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn valid(from: &str, to: &str) -> Validity {
        Validity { from: day(from), to: day(to) }
    }

    fn facts() -> GivingFacts {
        GivingFacts {
            closed: false,
            stage: CampaignStage::Live,
            charity_verified: true,
            site_active: true,
            period: valid("2026-06-20", "2026-07-20"),
            certificate: valid("2024-01-01", "2026-07-31"),
            filing: valid("2026-06-15", "2026-09-30"),
        }
    }

    #[test]
    fn a_way_of_giving_stands_from_its_first_day_to_its_last() {
        for (today, says) in [
            ("2026-06-19", Err(NoGiving::NotYet)),
            ("2026-06-20", Ok(())),
            ("2026-07-20", Ok(())),
            ("2026-07-21", Err(NoGiving::Ended)),
        ] {
            assert_eq!(stands(&facts(), day(today)), says, "{today}");
        }
        let ends = GivingFacts { certificate: valid("2024-01-01", "2026-06-30"), ..facts() };
        assert_eq!(stands(&ends, day("2026-06-30")), Ok(()), "the certificate's last day");
        assert_eq!(stands(&ends, day("2026-07-01")), Err(NoGiving::Ended));
    }

    #[test]
    fn each_thing_that_is_missing_closes_it() {
        let today = day("2026-06-30");
        for (facts, says) in [
            (GivingFacts { closed: true, ..facts() }, NoGiving::Closed),
            (GivingFacts { stage: CampaignStage::Draft, ..facts() }, NoGiving::NotYet),
            (GivingFacts { stage: CampaignStage::Settled, ..facts() }, NoGiving::Stage),
            (GivingFacts { charity_verified: false, ..facts() }, NoGiving::Charity),
            (GivingFacts { site_active: false, ..facts() }, NoGiving::Site),
            (GivingFacts { filing: valid("2026-06-01", "2026-06-29"), ..facts() }, NoGiving::Ended),
        ] {
            assert_eq!(stands(&facts, today), Err(says));
        }
        assert_eq!(NoGiving::NotYet.closes(), None);
        assert_eq!(NoGiving::Ended.closes(), Some(GivingClosed::Ended));
    }

    #[test]
    fn nothing_is_opened_without_certificate_and_filing_or_outside_them() {
        let today = day("2026-06-30");
        let certificate = FundraisingCertificate { number: "证 1".into(), valid: valid("2024-01-01", "2026-12-31") };
        let filing = FundraisingFiling {
            number: "备 1".into(),
            filed_on: day("2026-06-10"),
            period: valid("2026-06-15", "2026-09-30"),
        };
        let fields = |certificate, filing, from, to, days| -> Vec<String> {
            let checked = check_opening(certificate, filing, "0753-0000000", (valid(from, to), days), today);
            checked.err().into_iter().flatten().map(|problem| problem.field).collect()
        };
        let (some, filed) = (Some(&certificate), Some(&filing));
        assert!(fields(some, filed, "2026-06-20", "2026-09-30", 10).is_empty());
        assert_eq!(fields(None, filed, "2026-07-01", "2026-09-30", 10), ["charity"]);
        assert_eq!(fields(some, None, "2026-07-01", "2026-09-30", 10), ["charity"]);
        assert_eq!(fields(some, filed, "2026-06-19", "2026-09-30", 10), ["starts_on"], "nine days after the filing");
        assert!(fields(some, filed, "2026-06-19", "2026-09-30", 9).is_empty());
        assert_eq!(fields(some, filed, "2026-07-01", "2026-10-01", 10), ["starts_on"]);
        assert_eq!(fields(some, filed, "2026-07-01", "2027-01-01", 10), ["ends_on", "starts_on"]);
        assert_eq!(fields(some, filed, "2026-06-20", "2026-06-29", 10), ["ends_on"], "over already");
        let silent = check_opening(some, filed, " ", (valid("2026-06-20", "2026-09-30"), 10), today).unwrap_err();
        assert!(silent.len() == 1 && silent[0].message.contains("联系方式"), "{silent:?}");
    }

    #[test]
    fn a_link_leads_to_the_listed_host_and_to_nobody_else() {
        let host = "gongyi.example.cn";
        for url in ["https://gongyi.example.cn", "https://gongyi.example.cn/p?id=1", "https://gongyi.example.cn?id=1"] {
            assert!(check_link(url, host).is_ok(), "{url}");
        }
        for url in [
            "",
            "http://gongyi.example.cn/p",
            "https://gongyi.example.cn.evil.cn/p",
            "https://gongyi.example.cn@evil.cn/",
            "https://gongyi.example.cn:8443/",
            "https://evil.cn/https://gongyi.example.cn",
            "https://gongyi.example.cn\\@evil.cn",
            "https://gongyi.example.cn/a b",
            "https://Gongyi.example.cn/",
            "javascript:alert(1)",
            "https://gongyi.example.cn/\"><script>",
        ] {
            assert!(check_link(url, host).is_err(), "{url}");
        }
        for (text, is) in
            [("a.cn", true), ("a", false), ("-a.cn", false), ("a..cn", false), ("A.cn", false), ("a.cn/x", false)]
        {
            assert_eq!(is_host(text), is, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_stands_lies_in_all_three_periods(offset in 0u64..400, ends in 0u64..400, today in 0u64..500) {
            let first = day("2026-01-01");
            let facts = GivingFacts {
                period: Validity { from: first, to: first + Days::new(ends) },
                certificate: Validity { from: first + Days::new(offset / 2), to: first + Days::new(offset) },
                filing: Validity { from: first, to: first + Days::new(300) },
                ..facts()
            };
            let today = first + Days::new(today);
            let inside = [facts.period, facts.certificate, facts.filing].iter().all(|valid| valid.contains(today));
            prop_assert_eq!(stands(&facts, today).is_ok(), inside);
        }
    }
}
