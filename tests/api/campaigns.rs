//! The campaign office's desk: a campaign is set up, goes from stage to stage, lists needs and is rehearsed; who may, what is
//! refused, what happens twice.

use crate::accounts::renewed;
use crate::members::events;
use crate::money::new_pledge;
use crate::needs::{VILLAGE, content, submitted};
use axum::http::StatusCode;
use domain::api::ErrorCode;
use domain::api::campaigns::setup::{
    self, CampaignDossier, CampaignSetupChange, CharityChange, ListNeeds, MoveNeed, NewCampaignSetup,
    NewRehearsalPledge, PartnerChange, StageStep, WhichCharity, WhichPartner,
};
use domain::api::campaigns::{self, CampaignMoney, PageQuery};
use domain::api::needs::{self, Need, NewNeed, Seen};
use domain::api::pledges;
use domain::campaign::CampaignStage;
use domain::campaign::setup::{
    CampaignCharity, CampaignPartner, CampaignSetup, FundraisingCertificate, FundraisingFiling, Qualification, Validity,
};
use domain::organisation::{OrganisationKind, Role};
use domain::person::SURE_FOR;
use domain::{CampaignId, Fen, NeedId, PartnerId, RehearsalPledgeId};
use tests::people::Charity;
use tests::{Client, Refused, TestApp};
use uuid::Uuid;

pub async fn office(test: &TestApp) -> Client<'_> {
    test.person("office", OrganisationKind::CampaignOffice, None, Role::CampaignOffice).await
}

pub fn setup_of(year: i32) -> CampaignSetup {
    CampaignSetup {
        code: format!("630-{year}"),
        year,
        programme: "示例行动".into(),
        name: format!("{year}年示例扶贫济困日活动"),
        host: "示例630办".into(),
        purpose: "支持村（社区）公开的需求".into(),
        rules: "自愿认捐，按捐赠协议转账到慈善组织的账户。".into(),
        page: String::new(),
        held_on: format!("{year}-06-30").parse().unwrap(),
        filing_days: 10,
    }
}

pub fn new_setup(n: u128, year: i32) -> NewCampaignSetup {
    NewCampaignSetup { id: CampaignId(Uuid::from_u128(n)), setup: setup_of(year) }
}

pub fn valid(from: &str, to: &str) -> Validity {
    Validity { from: from.parse().unwrap(), to: to.parse().unwrap() }
}

/// With a certificate until the end of 2026 and a plan filed for the summer.
pub fn qualified(charity: &Charity<'_>) -> CampaignCharity {
    CampaignCharity {
        charity: charity.id,
        bank_account: charity.account,
        certificate: Some(FundraisingCertificate {
            number: "示例募 001".into(),
            valid: valid("2024-01-01", "2026-12-31"),
        }),
        tax: None,
        filing: Some(FundraisingFiling {
            number: "示例备 2026-7".into(),
            filed_on: "2026-06-01".parse().unwrap(),
            period: valid("2026-06-15", "2026-09-30"),
        }),
        contact: "办公室 0753-0000000".into(),
    }
}

/// A campaign of 2026 in preview, with one qualified charity.
pub async fn previewed(office: &Client<'_>, charity: &Charity<'_>) -> CampaignDossier {
    let made = office.call(setup::create(&new_setup(1, 2026))).await.unwrap();
    let change = CharityChange { version: made.version, charity: qualified(charity) };
    let made = office.call(setup::set_charity(made.id, &change)).await.unwrap();
    to(office, &made, CampaignStage::Preview).await.unwrap()
}

pub async fn to(
    office: &Client<'_>,
    campaign: &CampaignDossier,
    to: CampaignStage,
) -> Result<CampaignDossier, Refused> {
    let from = office.call(setup::get(campaign.id)).await?.stage;
    office.call(setup::set_stage(campaign.id, &StageStep { from, to })).await
}

#[tokio::test]
async fn the_office_sets_a_campaign_up_and_takes_it_through_all_its_stages() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let made = office.call(setup::create(&new_setup(1, 2026))).await.unwrap();
    assert_eq!((made.stage, made.version), (CampaignStage::Draft, 1));
    assert_eq!(office.call(setup::create(&new_setup(1, 2026))).await.unwrap(), made, "sent twice, made once");
    let other = NewCampaignSetup {
        setup: CampaignSetup { name: "另一个名称".into(), ..setup_of(2026) },
        ..new_setup(1, 2026)
    };
    assert_eq!(office.call(setup::create(&other)).await.unwrap_err().error.code, ErrorCode::Conflict);
    // A draft is nobody's business.
    let visitor = test.visitor();
    assert_eq!(visitor.call(campaigns::get("630-2026")).await.unwrap_err().error.code, ErrorCode::NotFound);
    let refused = to(&office, &made, CampaignStage::Preview).await.unwrap_err();
    assert!(refused.error.message.contains("还没有接收捐款的慈善组织"), "{}", refused.error.message);
    let receivers = office.call(setup::receivers()).await.unwrap().items;
    assert_eq!(receivers.iter().map(|receiver| receiver.id).collect::<Vec<_>>(), [charity.id]);
    let change = CharityChange { version: 1, charity: qualified(&charity) };
    office.call(setup::set_charity(made.id, &change)).await.unwrap();
    for stage in &CampaignStage::ALL[1..] {
        assert_eq!(to(&office, &made, *stage).await.unwrap().stage, *stage, "{stage}");
        let read = visitor.call(campaigns::get("630-2026")).await.unwrap();
        assert_eq!((read.campaign.stage, read.campaign.code.as_str()), (*stage, "630-2026"));
        assert_eq!(read.campaign.takes_pledges, stage.takes_pledges(), "{stage}");
    }
    assert_eq!(events(&test, "campaign_stage_set").await, 6);
    assert_eq!(events(&test, "campaign_set_up").await, 1);
    let by_id = visitor.page(&format!("/en/campaigns/{}?after=x", made.id)).await;
    assert_eq!(by_id.status, StatusCode::PERMANENT_REDIRECT, "it has one address");
    assert_eq!(by_id.location(), "/en/campaigns/630-2026?after=x");
    let by_code = visitor.page("/campaigns/630-2026").await;
    assert_eq!(by_code.status, StatusCode::OK);
    let page = by_code.text();
    for said in [
        "示例募 001",
        "示例备 2026-7",
        "办公室 0753-0000000",
        "2026 年 6 月 1 日至 2027 年 5 月 31 日",
        "自愿认捐，按捐赠协议",
    ] {
        assert!(page.contains(said), "{said}");
    }
    test.done().await;
}

#[tokio::test]
async fn a_year_and_a_code_are_one_campaigns_alone() {
    let test = TestApp::new().await;
    let office = office(&test).await;
    office.call(setup::create(&new_setup(1, 2026))).await.unwrap();
    let again = CampaignSetup { code: "other".into(), ..setup_of(2026) };
    let again = NewCampaignSetup { setup: again, ..new_setup(2, 2026) };
    assert_eq!(office.call(setup::create(&again)).await.unwrap_err().fields(), ["year"]);
    let again = CampaignSetup { code: "630-2026".into(), ..setup_of(2027) };
    let again = NewCampaignSetup { setup: again, ..new_setup(2, 2027) };
    assert_eq!(office.call(setup::create(&again)).await.unwrap_err().fields(), ["code"]);
    // The day itself lies within 1 June and 31 May, and a personal appeal is no text of a campaign.
    let wrong = CampaignSetup {
        held_on: "2028-06-01".parse().unwrap(),
        page: "我叫某某，孩子重病，求助大家".into(),
        ..setup_of(2027)
    };
    let wrong = NewCampaignSetup { setup: wrong, ..new_setup(2, 2027) };
    assert_eq!(office.call(setup::create(&wrong)).await.unwrap_err().fields(), ["held_on", "page"]);
    test.done().await;
}

#[tokio::test]
async fn what_is_set_up_stands_fast_from_the_rehearsal_on_and_two_people_do_not_overwrite_each_other() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let made = previewed(&office, &charity).await;
    let named = |name: &str| CampaignSetup { name: name.into(), ..setup_of(2026) };
    let change = |version, name| CampaignSetupChange { version, setup: named(name) };
    let changed = office.call(setup::change("630-2026", &change(made.version, "改过的活动名称"))).await.unwrap();
    assert_eq!(changed.version, made.version + 1);
    let late = office.call(setup::change(made.id, &change(made.version, "别人的活动名称"))).await.unwrap_err();
    assert_eq!(late.error.code, ErrorCode::Conflict);
    let same = office.call(setup::change(made.id, &change(made.version, "改过的活动名称"))).await.unwrap();
    assert_eq!(same.version, changed.version, "what is so already is no change");
    assert_eq!(events(&test, "campaign_changed").await, 1);
    to(&office, &made, CampaignStage::Rehearsal).await.unwrap();
    let refused = office.call(setup::change(made.id, &change(changed.version, "演练时改名称"))).await.unwrap_err();
    assert!(refused.error.message.contains("“演练”，不能修改设置"), "{}", refused.error.message);
    // A certificate is renewed while the campaign runs; the account stays.
    let renewed = FundraisingCertificate { number: "示例募 002".into(), valid: valid("2026-06-01", "2029-05-31") };
    let charity = CampaignCharity { certificate: Some(renewed), ..qualified(&charity) };
    let change = CharityChange { version: changed.version, charity };
    let read = office.call(setup::set_charity(made.id, &change)).await.unwrap();
    assert_eq!(read.charities[0].charity.certificate.as_ref().unwrap().number, "示例募 002");
    assert_eq!(office.call(setup::set_charity(made.id, &change)).await.unwrap().version, read.version, "sent twice");
    let contact = CampaignCharity { contact: "另一个电话".into(), ..change.charity.clone() };
    let late = CharityChange { version: changed.version, charity: contact };
    let late = office.call(setup::set_charity(made.id, &late)).await.unwrap_err();
    assert_eq!(late.error.code, ErrorCode::Conflict, "of a version that was read before");
    // Whom the public asks is not taken away while the public sees it, by nobody.
    let silent = CampaignCharity { contact: " ".into(), ..change.charity };
    let silent = CharityChange { version: read.version, charity: silent };
    assert_eq!(office.call(setup::set_charity(made.id, &silent)).await.unwrap_err().fields(), ["contact"]);
    let owner = sqlx::raw_sql("update campaign_charity set contact = ''").execute(&test.app.pool).await.unwrap_err();
    assert!(owner.to_string().contains("no contact"), "{owner}");
    test.done().await;
}

#[tokio::test]
async fn charities_and_partners_are_recorded_and_taken_out_only_while_nothing_hangs_on_them() {
    let test = TestApp::new().await;
    let office = office(&test).await;
    let (charity, other) = (test.charity("示例慈善会").await, test.charity("另一慈善会").await);
    let made = previewed(&office, &charity).await;
    // Another charity's account, and an enterprise, receive nothing.
    let crossed = CampaignCharity { bank_account: charity.account, ..qualified(&other) };
    let crossed = CharityChange { version: made.version, charity: crossed };
    let refused = office.call(setup::set_charity(made.id, &crossed)).await.unwrap_err();
    assert_eq!(refused.fields(), ["bank_account"]);
    let second = CharityChange { version: made.version, charity: qualified(&other) };
    let read = office.call(setup::set_charity(made.id, &second)).await.unwrap();
    assert_eq!(read.charities.len(), 2);
    let enterprise = test.enterprise("示例企业").await;
    enterprise.call(pledges::create(&new_pledge(1, made.id, &charity, None))).await.unwrap();
    let which = |id, version| WhichCharity { version, charity: id };
    let kept = office.call(setup::remove_charity(made.id, &which(charity.id, read.version))).await.unwrap_err();
    assert!(kept.error.message.contains("不能移出活动"), "{}", kept.error.message);
    let read = office.call(setup::remove_charity(made.id, &which(other.id, read.version))).await.unwrap();
    assert_eq!(read.charities.len(), 1);

    let partner = CampaignPartner {
        name: "示例合作平台".into(),
        agreed_on: "2026-05-20".parse().unwrap(),
        agreement: "合 2026-3".into(),
        evaluated_on: None,
        named_in_plan: true,
    };
    let id = PartnerId(Uuid::from_u128(9));
    let recorded = PartnerChange { version: read.version, id, partner: partner.clone() };
    let read = office.call(setup::set_partner(made.id, &recorded)).await.unwrap();
    assert_eq!(office.call(setup::set_partner(made.id, &recorded)).await.unwrap().version, read.version, "sent twice");
    let shown = test.visitor().call(campaigns::get(made.id)).await.unwrap().partners;
    assert_eq!((shown.len(), shown[0].name.as_str(), shown[0].named_in_plan), (1, "示例合作平台", true));
    // Evaluated when the day is over; the agreement's own days hold.
    for stage in [CampaignStage::Live, CampaignStage::Collecting, CampaignStage::Settled] {
        to(&office, &made, stage).await.unwrap();
    }
    test.clock.advance(chrono::Duration::days(60));
    let office = test.signed_in("office").await;
    let evaluated = CampaignPartner { evaluated_on: Some("2026-08-20".parse().unwrap()), ..partner };
    let evaluated = PartnerChange { version: read.version, id, partner: evaluated };
    let read = office.call(setup::set_partner(made.id, &evaluated)).await.unwrap();
    assert_eq!(read.partners[0].partner.evaluated_on, Some("2026-08-20".parse().unwrap()));
    let refused = office.call(setup::remove_partner(made.id, &WhichPartner { version: read.version, id })).await;
    assert_eq!(refused.unwrap_err().error.code, ErrorCode::Conflict, "what was public is not taken out");
    test.done().await;
}

#[tokio::test]
async fn only_the_office_sets_up_and_only_who_proved_himself_changes_a_stage() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let made = previewed(&office, &charity).await;
    let federation = test.federation("441424").await;
    let (enterprise, admin) = (test.enterprise("示例企业").await, test.admin().await);
    for other in [&charity.maker, &federation, &enterprise, &admin] {
        for code in [
            other.call(setup::list()).await.map(|_| ()).unwrap_err().error.code,
            other.call(setup::create(&new_setup(2, 2027))).await.map(|_| ()).unwrap_err().error.code,
            other.call(setup::get(made.id)).await.map(|_| ()).unwrap_err().error.code,
            other.call(setup::clear_rehearsal(made.id)).await.map(|_| ()).unwrap_err().error.code,
        ] {
            assert_eq!(code, ErrorCode::Forbidden);
        }
    }
    let auditor = test.auditor().await;
    let read = auditor.call(setup::get(made.id)).await.unwrap();
    assert!(!read.may.edit && !read.may.set_stage && !read.may.keep_records, "an auditor reads only");
    test.clock.advance(SURE_FOR + chrono::Duration::seconds(1));
    let office = Client { bearer: Some(renewed(&test, &office)), ..office };
    let step = StageStep { from: CampaignStage::Preview, to: CampaignStage::Live };
    let asked = office.call(setup::set_stage(made.id, &step)).await.unwrap_err();
    assert_eq!(asked.error.code, ErrorCode::ProveAgain);
    test.done().await;
}

#[tokio::test]
async fn a_stage_is_changed_once_however_often_and_by_how_many_it_is_asked_for() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let made = previewed(&office, &charity).await;
    let step = StageStep { from: CampaignStage::Preview, to: CampaignStage::Live };
    let both =
        tokio::join!(office.call(setup::set_stage(made.id, &step)), office.call(setup::set_stage(made.id, &step)));
    assert_eq!((both.0.unwrap().stage, both.1.unwrap().stage), (CampaignStage::Live, CampaignStage::Live));
    assert_eq!(events(&test, "campaign_stage_set").await, 2, "to preview, and once to live");
    let back = StageStep { from: CampaignStage::Live, to: CampaignStage::Preview };
    let refused = office.call(setup::set_stage(made.id, &back)).await.unwrap_err();
    assert!(refused.error.message.contains("“进行”，不能改为“预热”"), "{}", refused.error.message);
    let stale = StageStep { from: CampaignStage::Preview, to: CampaignStage::Rehearsal };
    assert_eq!(office.call(setup::set_stage(made.id, &stale)).await.unwrap_err().error.code, ErrorCode::Conflict);
    test.done().await;
}

/// Everything that anybody outside reads of a campaign, but for the moment.
async fn public(test: &TestApp, campaign: CampaignId) -> (CampaignMoney, Vec<campaigns::PublicPledge>) {
    let visitor = test.visitor();
    let mut read = visitor.call(campaigns::get(campaign)).await.unwrap();
    read.as_of = chrono::DateTime::UNIX_EPOCH;
    let pledges = visitor.call(campaigns::pledges(campaign, &PageQuery::default())).await.unwrap();
    (read, pledges.items)
}

#[tokio::test]
async fn a_test_pledge_enters_no_total_no_public_list_and_no_check() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let made = previewed(&office, &charity).await;
    let enterprise = test.enterprise("真实企业").await;
    enterprise.call(pledges::create(&new_pledge(1, made.id, &charity, None))).await.unwrap();
    let tried = |n: u128, yuan| NewRehearsalPledge {
        id: RehearsalPledgeId(Uuid::from_u128(n)),
        name: "演练企业".into(),
        amount_fen: Fen::yuan(yuan),
    };
    let early = office.call(setup::rehearse(made.id, &tried(1, 50_000))).await.unwrap_err();
    assert!(early.error.message.contains("“预热”，不能录入演练的认捐"), "{}", early.error.message);
    to(&office, &made, CampaignStage::Rehearsal).await.unwrap();
    let (before, pledged) = public(&test, made.id).await;
    let federation = test.federation("441424").await;
    let first = office.call(setup::rehearse(made.id, &tried(1, 50_000))).await.unwrap();
    assert_eq!(office.call(setup::rehearse(made.id, &tried(1, 50_000))).await.unwrap().items, first.items, "twice");
    let other = office.call(setup::rehearse(made.id, &tried(1, 70_000))).await.unwrap_err();
    assert_eq!(other.error.code, ErrorCode::Conflict);
    let both = federation.call(setup::rehearse(made.id, &tried(2, 30_000))).await.unwrap();
    assert_eq!((both.total_fen, both.count.number, both.may_clear), (Fen::yuan(80_000), 2, false));
    let nothing = office.call(setup::rehearse(made.id, &tried(3, 0))).await.unwrap_err();
    assert_eq!(nothing.fields(), ["amount"]);
    // Nobody outside reads them, and nothing that anybody outside reads has changed.
    for outside in [&enterprise, &charity.maker, &test.visitor()] {
        assert!(outside.call(setup::rehearsal(made.id)).await.is_err());
    }
    assert_eq!(public(&test, made.id).await, (before, pledged));
    assert!(!test.visitor().page("/campaigns/630-2026").await.text().contains("演练企业"));
    assert_eq!(backend::check::check(&test.app.pool).await.unwrap(), [], "the books know nothing of them");
    // A real pledge is taken meanwhile.
    enterprise.call(pledges::create(&new_pledge(2, made.id, &charity, None))).await.unwrap();
    let refused = to(&office, &made, CampaignStage::Live).await.unwrap_err();
    assert!(refused.error.message.contains("演练里的认捐还没有清除"), "{}", refused.error.message);
    assert_eq!(federation.call(setup::clear_rehearsal(made.id)).await.unwrap_err().error.code, ErrorCode::Forbidden);
    assert_eq!(office.call(setup::clear_rehearsal(made.id)).await.unwrap().items, Vec::new());
    office.call(setup::clear_rehearsal(made.id)).await.unwrap();
    assert_eq!(events(&test, "rehearsal_cleared").await, 1);
    to(&office, &made, CampaignStage::Live).await.unwrap();
    let late = office.call(setup::rehearse(made.id, &tried(4, 1))).await.unwrap_err();
    assert_eq!(late.error.code, ErrorCode::Conflict);
    assert_eq!(public(&test, made.id).await.0.pledges, 2);
    test.done().await;
}

/// So many needs that take pledges.
async fn public_needs(test: &TestApp, count: u128) -> Vec<Need> {
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let mut all = Vec::new();
    for n in 1..=count {
        let need = submitted(&village, n).await;
        all.push(federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap());
    }
    test.publicity_passes().await;
    all
}

#[tokio::test]
async fn the_office_lists_public_needs_orders_them_and_a_pledge_may_name_any() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let made = previewed(&office, &charity).await;
    let all = public_needs(&test, 4).await;
    let office = test.signed_in("office").await;
    let ids: Vec<NeedId> = all.iter().map(|need| need.id).collect();
    let chosen = ListNeeds { needs: vec![ids[0], ids[1], ids[2], ids[1]] };
    let listing = office.call(setup::list_needs(made.id, &chosen)).await.unwrap();
    assert_eq!((listing.changed, listing.listed), (3, 3));
    let again = office.call(setup::list_needs(made.id, &chosen)).await.unwrap();
    assert_eq!((again.changed, again.listed), (0, 3), "twice is as good as once");
    let order = async || {
        let listed = test.visitor().call(campaigns::listed("630-2026", &PageQuery::default())).await.unwrap();
        assert_eq!(usize::try_from(listed.count.number).unwrap(), listed.items.len());
        listed.items.into_iter().map(|need| need.id).collect::<Vec<_>>()
    };
    assert_eq!(order().await, [ids[0], ids[1], ids[2]]);
    let step = MoveNeed { need: ids[2], position: 1 };
    office.call(setup::move_need(made.id, step)).await.unwrap();
    assert_eq!(order().await, [ids[2], ids[0], ids[1]]);
    office.call(setup::move_need(made.id, MoveNeed { need: ids[2], position: 99 })).await.unwrap();
    assert_eq!(order().await, [ids[0], ids[1], ids[2]]);
    let unlisted = office.call(setup::move_need(made.id, MoveNeed { need: ids[3], position: 1 })).await.unwrap_err();
    assert_eq!(unlisted.fields(), ["need"]);
    let after = PageQuery { after: Some(ids[0].to_string()) };
    let rest = test.visitor().call(campaigns::listed(made.id, &after)).await.unwrap().items;
    assert_eq!(rest.iter().map(|need| need.id).collect::<Vec<_>>(), [ids[1], ids[2]]);
    office.call(setup::remove_needs(made.id, &ListNeeds { needs: vec![ids[1]] })).await.unwrap();
    assert_eq!(order().await, [ids[0], ids[2]]);
    // A draft is not for a campaign, and one that is withdrawn is shown no more.
    let draft = NewNeed { id: NeedId(Uuid::from_u128(50)), content: content() };
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let draft = village.call(needs::create(&draft)).await.unwrap();
    let refused = office.call(setup::list_needs(made.id, &ListNeeds { needs: vec![draft.id] })).await.unwrap_err();
    assert_eq!(refused.fields(), ["needs"]);
    // What is not listed is pledged to all the same.
    let enterprise = test.enterprise("示例企业").await;
    enterprise.call(pledges::create(&new_pledge(7, made.id, &charity, Some(&all[3])))).await.unwrap();
    assert_eq!(events(&test, "campaign_needs_listed").await, 1);
    let page = test.visitor().page("/campaigns/630-2026").await.text();
    assert!(page.contains("活动列出的需求（2）"));
    test.done().await;
}

#[tokio::test]
async fn a_charity_whose_qualification_ends_today_is_valid_until_midnight_in_shanghai() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let made = previewed(&office, &charity).await;
    let certificate =
        FundraisingCertificate { number: "示例募 001".into(), valid: valid("2024-01-01", "2026-06-30") };
    let tax = Some(valid("2024-01-01", "2026-06-30"));
    let ends = CampaignCharity { certificate: Some(certificate), tax, ..qualified(&charity) };
    office.call(setup::set_charity(made.id, &CharityChange { version: made.version, charity: ends })).await.unwrap();
    let stands = async || {
        let read = test.visitor().call(campaigns::get(made.id)).await.unwrap().campaign.charities.remove(0);
        (read.qualification, read.tax_stands)
    };
    // It is ten in the morning of the last day.
    assert_eq!(stands().await, (Qualification::Valid, Qualification::Valid));
    test.clock.advance(chrono::Duration::hours(14) - chrono::Duration::seconds(1));
    assert_eq!(stands().await, (Qualification::Valid, Qualification::Valid));
    test.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(stands().await, (Qualification::Ended, Qualification::Ended));
    assert!(test.visitor().page("/campaigns/630-2026").await.text().contains("公开募捐资格已到期"));
    let enterprise = test.enterprise("示例企业").await;
    let form = enterprise.page("/pledge").await.text();
    assert!(form.contains("登记的公开募捐资格已到期") && form.contains("登记的税前扣除资格已到期"));
    // An enterprise's gift under agreement does not hang on it.
    enterprise.call(pledges::create(&new_pledge(1, made.id, &charity, None))).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn the_year_turns_at_midnight_of_the_thirty_first_of_may_in_shanghai() {
    let test = TestApp::new().await;
    let office = office(&test).await;
    let year = async |client: &Client<'_>| {
        let page = client.page("/work/campaigns/new").await.text();
        ["2026", "2027"].into_iter().find(|year| page.contains(&format!("value=\"630-{year}\""))).map(str::to_owned)
    };
    assert_eq!(year(&office).await.as_deref(), Some("2026"));
    // 2027-05-31T15:59:59Z is the last second of the year.
    test.clock.advance("2027-05-31T15:59:59Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - test.clock.now());
    let office = test.signed_in("office").await;
    assert_eq!(year(&office).await.as_deref(), Some("2026"));
    test.clock.advance(chrono::Duration::seconds(1));
    assert_eq!(year(&office).await.as_deref(), Some("2027"));
    // The day of the new campaign is one of its own year: the last day of May belongs to the old one.
    let on = |day: &str| {
        let setup = CampaignSetup { held_on: day.parse().unwrap(), ..setup_of(2027) };
        NewCampaignSetup { setup, ..new_setup(3, 2027) }
    };
    assert_eq!(office.call(setup::create(&on("2027-05-31"))).await.unwrap_err().fields(), ["held_on"]);
    office.call(setup::create(&on("2027-06-01"))).await.unwrap();
    test.done().await;
}

#[tokio::test]
async fn the_office_works_by_forms_without_script_and_keeps_what_it_typed() {
    let test = TestApp::new().await;
    let (office, charity) = (office(&test).await, test.charity("示例慈善会").await);
    let id = Uuid::from_u128(1).to_string();
    let typed = |held_on| {
        vec![
            ("id", id.clone()),
            ("code", "630-2026".to_owned()),
            ("year", "2026".to_owned()),
            ("name", "表单建的活动".to_owned()),
            ("host", "示例630办".to_owned()),
            ("purpose", "支持村（社区）公开的需求".to_owned()),
            ("rules", "自愿认捐".to_owned()),
            ("held_on", held_on),
            ("filing_days", "10".to_owned()),
        ]
    };
    let post = async |path: &str, fields: &[(&str, String)]| {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        office.form(path, &fields).await
    };
    let refused = post("/work/campaigns/new", &typed("2027-06-30".to_owned())).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("活动日要在年度之内") && refused.text().contains("表单建的活动"));
    let made = post("/work/campaigns/new", &typed("2026-06-30".to_owned())).await;
    assert_eq!(made.location(), format!("/work/campaigns/{id}?done=set_up"));
    let path = format!("/work/campaigns/{id}");
    assert!(office.page(&path).await.text().contains("还没有接收捐款的慈善组织"));
    let rights = [
        ("version", "1".to_owned()),
        ("receiver", format!("{}:{}", charity.id, charity.account)),
        ("contact", "办公室 0753-0000000".to_owned()),
        ("certificate_no", "示例募 001".to_owned()),
        ("certificate_from", "2024-01-01".to_owned()),
    ];
    let half = post(&format!("{path}/charity"), &rights).await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(half.text().contains("请填写截止日期"));
    let whole: Vec<_> = rights.into_iter().chain([("certificate_to", "2026-12-31".to_owned())]).collect();
    assert_eq!(post(&format!("{path}/charity"), &whole).await.location(), format!("{path}?done=charity"));
    let partner = [
        ("version", "2".to_owned()),
        ("id", Uuid::from_u128(2).to_string()),
        ("partner_name", "示例合作平台".to_owned()),
        ("agreed_on", "2026-05-20".to_owned()),
        ("agreement", "合 2026-3".to_owned()),
        ("named_in_plan", "1".to_owned()),
    ];
    assert_eq!(post(&format!("{path}/partner"), &partner).await.location(), format!("{path}?done=partner"));
    assert!(office.page(&format!("{path}/stage?to=preview")).await.text().contains("确认改变"));
    let step = [("from", "draft".to_owned()), ("to", "preview".to_owned())];
    assert_eq!(post(&format!("{path}/stage"), &step).await.location(), format!("{path}?done=stage"));
    let step = [("from", "preview".to_owned()), ("to", "rehearsal".to_owned())];
    post(&format!("{path}/stage"), &step).await;
    let tried = [
        ("action", "enter".to_owned()),
        ("id", Uuid::from_u128(3).to_string()),
        ("name", "演练企业一".to_owned()),
        ("amount", "5万".to_owned()),
    ];
    let rehearsal = format!("{path}/rehearsal");
    assert_eq!(post(&rehearsal, &tried).await.location(), format!("{rehearsal}?done=entered"));
    assert_eq!(post(&rehearsal, &tried).await.location(), format!("{rehearsal}?done=entered"), "a double click");
    assert!(office.page(&rehearsal).await.text().contains("50,000"));
    assert_eq!(
        post(&rehearsal, &[("action", "clear".to_owned())]).await.location(),
        format!("{rehearsal}?done=cleared")
    );
    let needs = format!("{path}/needs");
    let nothing = post(&needs, &[("action", "list".to_owned())]).await;
    assert!(nothing.text().contains("请至少选一条需求"));
    test.done().await;
}
