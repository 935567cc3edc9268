//! The fundraising guard: what opens giving by everybody, when it is shown, how it closes; and personal appeals.

use crate::campaigns::{office, previewed, qualified, to, valid};
use crate::mail::sent;
use crate::members::events;
use crate::money::new_pledge;
use crate::needs::{VILLAGE, content};
use axum::http::StatusCode;
use backend::{fundraising as room, jobs};
use domain::api::ErrorCode;
use domain::api::campaigns::setup::{self, CampaignDossier, CharityChange};
use domain::api::fundraising::{self, GivingSite, GivingSiteChange, NewGivingSite, NewPublicGiving, PublicGiving};
use domain::api::needs::{self, NewNeed, Seen};
use domain::api::pledges;
use domain::campaign::CampaignStage;
use domain::campaign::setup::{CampaignCharity, FundraisingCertificate};
use domain::fundraising::{GivingClosed, GivingKind, GivingSiteInput};
use domain::need::NeedContent;
use domain::organisation::Role;
use domain::{GivingSiteId, NeedId, OrganisationId, PublicGivingId};
use sqlx::AssertSqlSafe;
use tests::people::Charity;
use tests::{Client, TestApp};
use uuid::Uuid;

pub fn platform(n: u128, host: &str) -> NewGivingSite {
    let site = GivingSiteInput {
        kind: GivingKind::DesignatedPlatform,
        name: "示例募捐平台".into(),
        host: host.into(),
        charity: None,
        source: "第二批指定".into(),
    };
    NewGivingSite { id: GivingSiteId(Uuid::from_u128(n)), site }
}

pub fn giving(n: u128, charity: OrganisationId, site: &GivingSite, from: &str, until: &str) -> NewPublicGiving {
    NewPublicGiving {
        id: PublicGivingId(Uuid::from_u128(n)),
        charity,
        site: site.id,
        url: format!("https://{}/630", site.site.host),
        period: valid(from, until),
    }
}

struct Scene<'a> {
    office: Client<'a>,
    charity: Charity<'a>,
    campaign: CampaignDossier,
    site: GivingSite,
}

/// A campaign in preview, a qualified charity with a filed plan, a listed platform.
async fn scene(test: &TestApp) -> Scene<'_> {
    let (office, charity) = (office(test).await, test.charity("示例慈善会").await);
    let campaign = previewed(&office, &charity).await;
    let site = office.call(fundraising::list_site(&platform(1, "gongyi.example.org"))).await.unwrap();
    Scene { office, charity, campaign, site }
}

impl Scene<'_> {
    async fn opens(&self, n: u128, from: &str, until: &str) -> Result<PublicGiving, tests::Refused> {
        let new = giving(n, self.charity.id, &self.site, from, until);
        self.office.call(fundraising::open(self.campaign.id, &new)).await
    }
}

async fn shown(test: &TestApp) -> usize {
    test.visitor().call(fundraising::list("630-2026")).await.unwrap().items.len()
}

#[tokio::test]
async fn a_link_is_opened_on_certificate_and_filing_and_shows_both_with_the_contact() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    assert!(test.visitor().page("/campaigns/630-2026").await.text().contains("现在也没有可以前往的捐赠网站"));
    let opened = scene.opens(1, "2026-06-20", "2026-09-30").await.unwrap();
    assert_eq!((opened.says, opened.closed_at), (None, None));
    let again = scene.opens(1, "2026-06-20", "2026-09-30").await.unwrap();
    assert_eq!(again.link, opened.link, "sent twice, opened once");
    assert_eq!(events(&test, "public_giving_opened").await, 1);
    let other = scene.opens(1, "2026-06-21", "2026-09-30").await.unwrap_err();
    assert_eq!(other.error.code, ErrorCode::Conflict);
    let second = scene.opens(2, "2026-06-20", "2026-09-30").await.unwrap_err();
    assert!(second.error.message.contains("已经打开着"), "{}", second.error.message);
    let page = test.visitor().page("/campaigns/630-2026").await.text();
    for said in ["示例募 001", "示例备 2026-7", "办公室 0753-0000000", "去“示例募捐平台”捐赠", "企业怎样捐"]
    {
        assert!(page.contains(said), "{said}");
    }
    let onwards = test.visitor().page(&format!("/campaigns/630-2026/give/{}", opened.link.id)).await;
    assert_eq!(onwards.status, StatusCode::OK);
    assert!(onwards.text().contains("href=\"https://gongyi.example.org/630\""));
    let closed = scene.office.call(fundraising::close(opened.link.id)).await.unwrap();
    assert_eq!(closed.closed_because, Some(GivingClosed::ByOffice));
    scene.office.call(fundraising::close(opened.link.id)).await.unwrap();
    assert_eq!((shown(&test).await, events(&test, "public_giving_closed").await), (0, 1));
    let gone = test.visitor().call(fundraising::link(opened.link.id)).await.unwrap_err();
    assert_eq!((gone.status, gone.error.message.as_str()), (409, "这个捐赠链接已经关闭"));
    test.done().await;
}

#[tokio::test]
async fn nothing_opens_without_certificate_or_filing_or_outside_them_or_too_soon_after_the_filing() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    // Filed on 1 June with ten days ahead; the plan runs 15 June to 30 September, the certificate to the end of the year.
    for (from, until, field) in [
        ("2026-06-14", "2026-09-30", "starts_on"),
        ("2026-06-20", "2026-10-01", "starts_on"),
        ("2026-06-20", "2027-01-01", "ends_on"),
        ("2026-07-20", "2026-07-10", "ends_on"),
        ("2026-06-20", "2026-06-29", "ends_on"),
    ] {
        let refused = scene.opens(1, from, until).await.unwrap_err();
        assert!(refused.fields().contains(&field), "{from} {until}: {:?}", refused.fields());
    }
    let set = async |version, charity: CampaignCharity| {
        let change = CharityChange { version, charity };
        scene.office.call(setup::set_charity(scene.campaign.id, &change)).await.unwrap().version
    };
    let version = scene.office.call(setup::get(scene.campaign.id)).await.unwrap().version;
    let version = set(version, CampaignCharity { certificate: None, ..qualified(&scene.charity) }).await;
    let refused = scene.opens(1, "2026-06-20", "2026-09-30").await.unwrap_err();
    assert!(refused.error.fields[0].message.contains("没有登记公开募捐资格证书"));
    let version = set(version, CampaignCharity { filing: None, ..qualified(&scene.charity) }).await;
    let refused = scene.opens(1, "2026-06-20", "2026-09-30").await.unwrap_err();
    assert!(refused.error.fields[0].message.contains("没有登记募捐方案备案"));
    // The days ahead are the campaign's own setting (the texts of the law differ).
    let mut late = qualified(&scene.charity);
    if let Some(filing) = &mut late.filing {
        filing.filed_on = "2026-06-12".parse().unwrap();
    }
    set(version, late).await;
    let refused = scene.opens(1, "2026-06-21", "2026-09-30").await.unwrap_err();
    assert!(refused.error.fields[0].message.contains("最早 2026-06-22 开始"));
    scene.opens(1, "2026-06-22", "2026-09-30").await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn the_database_itself_stores_no_open_giving_without_its_papers() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    scene.opens(1, "2026-06-20", "2026-09-30").await.unwrap();
    // Each as an update of the row that stands, which the same constraints hold.
    for (change, constraint) in [
        ("certificate_no = null", "null value in column \"certificate_no\""),
        ("filing_no = null", "null value in column \"filing_no\""),
        ("filed_on = null", "null value in column \"filed_on\""),
        ("ends_on = null", "null value in column \"ends_on\""),
        ("certificate_no = ''", "public_giving_numbers"),
        ("starts_on = '2026-06-14'", "public_giving_within_filing"),
        ("ends_on = '2026-10-01'", "public_giving_within_filing"),
        ("ends_on = '2027-01-01', filing_to = '2027-02-01'", "public_giving_within_certificate"),
        ("starts_on = '2026-06-10', filing_from = '2026-06-01'", "public_giving_filed_before"),
        ("certificate_no = '别的证书'", "public_giving_qualification"),
        ("filing_no = '别的备案'", "public_giving_qualification"),
        ("certificate_to = '2027-12-31'", "public_giving_qualification"),
        ("filing_days = 0", "public_giving_filing_days"),
        ("url = 'https://gongyi.example.org.evil.cn/'", "public_giving_link"),
        ("url = 'http://gongyi.example.org/630'", "public_giving_link"),
        ("host = 'evil.cn', url = 'https://evil.cn/'", "public_giving_site"),
        ("kind = 'own_site'", "public_giving_site"),
        ("closed_at = now()", "public_giving_closed"),
    ] {
        let sql = format!("update public_giving set {change}");
        let refused = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap_err().to_string();
        assert!(refused.contains(constraint), "{change}: {refused}");
    }
    // What it stands on cannot be taken from under it.
    for sql in [
        "update campaign_charity set certificate_to = '2027-12-31'",
        "update campaign_charity set filing_no = null, filed_on = null, filing_from = null, filing_to = null",
        "update campaign set filing_days = 20",
        "update giving_site set host = 'evil.cn'",
    ] {
        assert!(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&test.app.pool).await.is_err(), "{sql}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_certificate_changes_only_when_what_was_opened_on_it_is_closed() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let opened = scene.opens(1, "2026-06-20", "2026-09-30").await.unwrap();
    let version = scene.office.call(setup::get(scene.campaign.id)).await.unwrap().version;
    let renewed = FundraisingCertificate { number: "示例募 002".into(), valid: valid("2026-06-01", "2029-05-31") };
    let renewed = CampaignCharity { certificate: Some(renewed), ..qualified(&scene.charity) };
    let change = CharityChange { version, charity: renewed };
    let refused = scene.office.call(setup::set_charity(scene.campaign.id, &change)).await.unwrap_err();
    assert!(refused.error.message.contains("请先关闭链接"), "{}", refused.error.message);
    for stage in [CampaignStage::Live, CampaignStage::Collecting] {
        to(&scene.office, &scene.campaign, stage).await.unwrap();
    }
    let refused = to(&scene.office, &scene.campaign, CampaignStage::Settled).await.unwrap_err();
    assert!(refused.error.message.contains("请先关闭"), "{}", refused.error.message);
    scene.office.call(fundraising::close(opened.link.id)).await.unwrap();
    scene.office.call(setup::set_charity(scene.campaign.id, &change)).await.unwrap();
    scene.opens(2, "2026-07-01", "2026-09-30").await.unwrap();
    let all = scene.office.call(fundraising::own(scene.campaign.id)).await.unwrap().items;
    let numbers: Vec<_> = all.iter().map(|own| own.link.certificate.number.as_str()).collect();
    assert_eq!(numbers, ["示例募 002", "示例募 001"], "what was closed keeps the papers that it stood on");
    test.done().await;
}

#[tokio::test]
async fn a_link_that_has_ended_is_not_shown_from_midnight_on_and_closed_by_a_job_with_a_letter() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    test.member("owner", scene.charity.id, Role::CharityOwner).await;
    let opened = scene.opens(1, "2026-06-20", "2026-06-30").await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    // Ten in the morning of the last day; the last second of it; the next day.
    assert_eq!(shown(&test).await, 1);
    assert_eq!(room::close_ended(&test.app).await.unwrap(), 0);
    test.clock.advance(chrono::Duration::hours(14) - chrono::Duration::seconds(1));
    assert_eq!((shown(&test).await, room::close_ended(&test.app).await.unwrap()), (1, 0));
    test.visitor().call(fundraising::link(opened.link.id)).await.unwrap();
    test.clock.advance(chrono::Duration::seconds(1));
    // Before any job: render and call ask for today.
    assert_eq!(shown(&test).await, 0);
    assert_eq!(test.visitor().call(fundraising::link(opened.link.id)).await.unwrap_err().status, 409);
    assert!(!test.visitor().page("/campaigns/630-2026").await.text().contains("去“示例募捐平台”捐赠"));
    let both = tokio::join!(room::close_ended(&test.app), room::close_ended(&test.app));
    assert_eq!(both.0.unwrap() + both.1.unwrap(), 1, "by one of two");
    assert_eq!(events(&test, "public_giving_closed").await, 1);
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let told: Vec<_> = letters.iter().filter(|letter| letter.subject.contains("个人捐赠链接已关闭")).collect();
    assert_eq!(told.len(), 2, "the charity's owner and the office");
    let office = test.signed_in("office").await;
    let all = office.call(fundraising::own(scene.campaign.id)).await.unwrap().items;
    assert_eq!(all[0].closed_because, Some(GivingClosed::Ended));
    // Enterprises pledge as before.
    let enterprise = test.enterprise("示例企业").await;
    enterprise.call(pledges::create(&new_pledge(1, scene.campaign.id, &scene.charity, None))).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn only_listed_sites_take_gifts_and_only_those_of_the_charity_itself() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let admin = test.admin().await;
    let own = GivingSiteInput {
        kind: GivingKind::OwnSite,
        name: "另一慈善会官网".into(),
        host: "cishan.example.org".into(),
        charity: Some(test.charity("另一慈善会").await.id),
        source: "官网公告".into(),
    };
    let own = NewGivingSite { id: GivingSiteId(Uuid::from_u128(2)), site: own };
    let own = admin.call(fundraising::list_site(&own)).await.unwrap();
    let field = |refused: tests::Refused| refused.error.fields[0].field.clone();
    let again = admin.call(fundraising::list_site(&platform(3, "cishan.example.org"))).await.unwrap_err();
    assert_eq!(field(again), "host");
    let wrong = admin.call(fundraising::list_site(&platform(3, "https://evil.cn/"))).await.unwrap_err();
    assert_eq!(field(wrong), "host");
    let crossed = giving(1, scene.charity.id, &own, "2026-06-20", "2026-09-30");
    assert_eq!(field(scene.office.call(fundraising::open(scene.campaign.id, &crossed)).await.unwrap_err()), "site");
    for url in ["https://evil.cn/630", "http://gongyi.example.org/630", "https://gongyi.example.org@evil.cn/"] {
        let new = giving(1, scene.charity.id, &scene.site, "2026-06-20", "2026-09-30");
        let new = NewPublicGiving { url: url.into(), ..new };
        assert_eq!(
            field(scene.office.call(fundraising::open(scene.campaign.id, &new)).await.unwrap_err()),
            "url",
            "{url}"
        );
    }
    scene.opens(1, "2026-06-20", "2026-09-30").await.unwrap();
    let off = GivingSiteChange {
        version: scene.site.version,
        name: scene.site.site.name.clone(),
        source: scene.site.site.source.clone(),
        active: false,
    };
    admin.call(fundraising::change_site(scene.site.id, &off)).await.unwrap();
    assert_eq!(shown(&test).await, 0, "a platform that left is not linked to");
    assert_eq!(scene.office.call(fundraising::change_site(scene.site.id, &off)).await.unwrap().version, 2, "twice");
    assert_eq!(room::close_ended(&test.app).await.unwrap(), 1);
    assert_eq!(field(scene.opens(2, "2026-06-20", "2026-09-30").await.unwrap_err()), "site");
    for other in [&scene.charity.maker, &test.enterprise("示例企业").await] {
        assert_eq!(other.call(fundraising::sites()).await.unwrap_err().status, 403);
        assert_eq!(other.call(fundraising::list_site(&platform(9, "x.example.org"))).await.unwrap_err().status, 403);
    }
    jobs::run_due(&test.app).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn a_draft_shows_no_link_and_a_link_waits_for_its_first_day() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let opened = scene.opens(1, "2026-07-01", "2026-09-30").await.unwrap();
    assert_eq!(opened.says.as_deref(), Some("募捐还没有开始"));
    assert_eq!(shown(&test).await, 0);
    assert_eq!(room::close_ended(&test.app).await.unwrap(), 0, "what has not begun is not closed");
    test.clock.advance(chrono::Duration::hours(14));
    assert_eq!(shown(&test).await, 1);
    test.done().await;
}

#[tokio::test]
async fn the_office_opens_and_closes_links_and_lists_sites_by_forms() {
    let test = TestApp::new().await;
    let scene = scene(&test).await;
    let office = &scene.office;
    let id = Uuid::from_u128(7).to_string();
    let refused = office
        .form("/work/giving-sites", &[("action", "list"), ("id", &id), ("kind", "designated_platform"), ("host", "a")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("请只写域名"));
    let site = [
        ("action", "list"),
        ("id", &id),
        ("kind", "designated_platform"),
        ("site_name", "表单列入的平台"),
        ("host", "biaodan.example.org"),
        ("source", "第三批指定"),
    ];
    assert_eq!(office.form("/work/giving-sites", &site).await.location(), "/work/giving-sites?done=listed");
    let path = format!("/work/campaigns/{}", scene.campaign.id);
    let link = Uuid::from_u128(8).to_string();
    let charity = scene.charity.id.to_string();
    let fields = |from: &'static str| {
        vec![
            ("id", link.as_str()),
            ("charity", charity.as_str()),
            ("site", id.as_str()),
            ("url", "https://biaodan.example.org/p/1"),
            ("starts_on", from),
            ("ends_on", "2026-09-30"),
        ]
    };
    let early = office.form(&format!("{path}/giving"), &fields("2026-06-01")).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(early.text().contains("最早 2026-06-11 开始") || early.text().contains("期间要在备案的募捐期间之内"));
    assert!(early.text().contains("https://biaodan.example.org/p/1"), "what was typed stays");
    let opened = office.form(&format!("{path}/giving"), &fields("2026-06-20")).await;
    assert_eq!(opened.location(), format!("{path}?done=giving"));
    assert!(office.page(&path).await.text().contains("今天有效"));
    let closed = office.form(&path, &[("action", "close_giving"), ("giving", &link)]).await;
    assert_eq!(closed.location(), format!("{path}?done=giving_closed"));
    assert!(office.page(&path).await.text().contains("已关闭：6·30办关闭"));
    test.done().await;
}

#[tokio::test]
async fn a_personal_appeal_is_neither_handed_in_nor_published() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let appeal = NeedContent {
        title: "为患病村民筹款".into(),
        description: "本村村民某某确诊白血病，急需手术费二十万元，恳请大家伸出援手，求助各界好心人。".into(),
        ..content()
    };
    let draft = NewNeed { id: NeedId(Uuid::from_u128(1)), content: appeal };
    let draft = village.call(needs::create(&draft)).await.unwrap();
    let refused = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap_err();
    assert_eq!(refused.fields(), ["description"]);
    assert!(refused.error.fields[0].message.contains("平台不发布个人求助"), "{:?}", refused.error.fields);
    let account =
        NeedContent { description: format!("{}捐款请扫收款码。", content().description), ..content() };
    let draft = NewNeed { id: NeedId(Uuid::from_u128(2)), content: account };
    let draft = village.call(needs::create(&draft)).await.unwrap();
    let refused = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap_err();
    assert!(refused.error.fields[0].message.contains("像是个人收款"), "{:?}", refused.error.fields);
    test.done().await;
}
