use crate::members::events;
use crate::money::{new_pledge, open_need};
use crate::needs::{VILLAGE, new_need};
use crate::offers::{content as offer_content, opened};
use crate::place_imports::{CLASSES, import};
use crate::registration::registered;
use axum::http::StatusCode;
use chrono::Duration;
use domain::api::matching::{self, NewDismissal, ProfileChange, Recommendation};
use domain::api::needs::{self, Need, NewNeed, Seen};
use domain::api::offers::{self, SeenOffer};
use domain::api::verifications::{self, SeenRegistration};
use domain::api::{audit, money, pledges};
use domain::matching::dismissal::DismissalReason;
use domain::matching::profile::Profile;
use domain::matching::reason::FitReason;
use domain::need::{ContributionKind, Field, NeedContent};
use domain::offer::OfferContent;
use domain::organisation::{OrganisationKind, Role};
use domain::registration::Industry;
use domain::{Fen, NeedId};
use tests::{Client, TestApp};
use uuid::Uuid;

pub fn profile() -> Profile {
    Profile {
        business: "太阳能路灯，自来水管".into(),
        // 梅林镇 in the county of the tests' village.
        base: Some("441424125".parse().unwrap()),
        places: vec!["441424".parse().unwrap()],
        fields: vec![Field::Infrastructure],
        kinds: vec![ContributionKind::Money],
        amount_from_fen: Some(Fen::yuan(20_000)),
        amount_to_fen: Some(Fen::yuan(120_000)),
    }
}

pub async fn says(enterprise: &Client<'_>, profile: Profile) {
    let version = enterprise.call(matching::profile()).await.unwrap().version;
    enterprise.call(matching::set_profile(&ProfileChange { version, profile })).await.unwrap();
}

/// What is recommended when the index knows what has happened.
pub async fn recommended(enterprise: &Client<'_>) -> Vec<Recommendation> {
    enterprise.test.index().await;
    enterprise.call(matching::recommendations()).await.unwrap().items
}

/// One more public need of the tests' village.
pub async fn one_more(test: &TestApp, n: u128, content: NeedContent) -> Need {
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let federation = test.signed_in("federation-441424").await;
    let need = village.call(needs::create(&NewNeed { content, ..new_need(n) })).await.unwrap();
    let need = village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    crate::needs::opened(test, &federation, &need).await
}

#[tokio::test]
async fn a_recommendation_says_why_and_every_reason_is_true() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    // Of 五华县, in which the village's town is a key-assisted one.
    import(&test.signed_in("federation-441424").await, 7, CLASSES).await.unwrap();
    let enterprise = test.enterprise("firm").await;
    says(&enterprise, profile()).await;
    let found = recommended(&enterprise).await;
    let [only] = found.as_slice() else { panic!("{} needs", found.len()) };
    assert_eq!((only.need.id, only.missing_fen), (need.id, Some(Fen::yuan(100_000))));
    // The need's title is 饮水安全巩固工程; 转水镇 and 梅林镇 are both known to GeoNames.
    let expected = [
        FitReason::FieldChosen { field: Field::Infrastructure },
        FitReason::SharedTopic { topic: "饮水".into(), need_word: "饮水".into(), own_word: "自来水".into() },
        FitReason::SameCounty { county: "五华县".into() },
        FitReason::Near { km: 38, rough: false },
        FitReason::PlaceChosen { place: "441424".parse().unwrap(), name: "五华县".into() },
        FitReason::KindChosen { kind: ContributionKind::Money },
        FitReason::AmountInRange { missing_fen: Fen::yuan(100_000), whole: true },
        FitReason::NeverPledged,
        FitReason::KeyAssisted { source: "示例文件〔2021〕7号".into() },
    ];
    let near = |reason: &FitReason| matches!(reason, FitReason::Near { .. });
    let others = |all: &[FitReason]| all.iter().filter(|reason| !near(reason)).cloned().collect::<Vec<_>>();
    assert_eq!(others(&only.reasons), others(&expected));
    let Some(FitReason::Near { km, rough: false }) = only.reasons.iter().find(|reason| near(reason)) else {
        panic!("{:?}", only.reasons)
    };
    assert!((10..60).contains(km), "{km} km between two towns of one county");
    let page = enterprise.page("/recommendations").await.text();
    for said in [
        "饮水安全巩固工程",
        "您选过的领域：基础设施建设",
        "同为“饮水”：需求写到“饮水”，您的名称或资料里有“自来水”",
        "您的基地在同县（市、区）：五华县",
        "直线约",
        "在您选过的地方：五华县",
        "要的是资金，您能提供",
        "扣除认捐后还差 100,000 元，在您的金额范围内",
        "还没有企业认捐",
        "所在镇是重点帮扶镇（据《示例文件〔2021〕7号》）",
        "GeoNames",
        "CC BY 4.0",
    ] {
        assert!(page.contains(said), "{said}");
    }
    assert!(enterprise.page("/work").await.text().contains("推荐的需求"));
    test.done().await;
}

#[tokio::test]
async fn reasons_follow_what_happens() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let (enterprise, other) = (test.enterprise("firm").await, test.enterprise("别家").await);
    says(&enterprise, Profile { base: Some("441481".parse().unwrap()), ..profile() }).await;
    let reasons = async || recommended(&enterprise).await.pop().map(|one| one.reasons).unwrap_or_default();
    let before = reasons().await;
    assert!(before.contains(&FitReason::NeverPledged));
    assert!(before.iter().any(|reason| matches!(reason, FitReason::Near { rough: true, .. })), "a county's centre");
    assert!(
        !before.iter().any(|reason| matches!(reason, FitReason::SameCounty { .. } | FitReason::KeyAssisted { .. }))
    );
    other.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&need)))).await.unwrap();
    let after = reasons().await;
    assert!(!after.contains(&FitReason::NeverPledged));
    assert!(after.contains(&FitReason::AmountInRange { missing_fen: Fen::yuan(50_000), whole: true }), "{after:?}");
    says(&enterprise, Profile { amount_to_fen: Some(Fen::yuan(40_000)), ..profile() }).await;
    let part = FitReason::AmountInRange { missing_fen: Fen::yuan(50_000), whole: false };
    assert!(reasons().await.contains(&part), "several may pledge");
    says(&enterprise, Profile { amount_from_fen: Some(Fen::yuan(60_000)), ..profile() }).await;
    assert!(!reasons().await.iter().any(|reason| matches!(reason, FitReason::AmountInRange { .. })));
    enterprise.call(pledges::create(&new_pledge(2, campaign, &charity, Some(&need)))).await.unwrap();
    assert!(recommended(&enterprise).await.is_empty(), "what one has pledged for is not recommended again");
    test.done().await;
}

#[tokio::test]
async fn a_hidden_amount_is_not_told_by_what_is_missing() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let (enterprise, shy) = (test.enterprise("firm").await, test.enterprise("别家").await);
    says(&enterprise, profile()).await;
    let mut new = new_pledge(1, campaign, &charity, Some(&need));
    new.input.show_amount = false;
    shy.call(pledges::create(&new)).await.unwrap();
    let public = test.visitor().call(money::of_need(need.id)).await.unwrap().money.pledged;
    let one = recommended(&enterprise).await.pop().unwrap();
    assert_eq!((public, one.missing_fen), (Fen::ZERO, Some(Fen::yuan(100_000))), "as everybody reads it today");
    assert!(!one.reasons.contains(&FitReason::NeverPledged), "that somebody pledged is public");
    test.done().await;
}

#[tokio::test]
async fn what_is_recommended_can_be_answered() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let draft = test.signed_in(&format!("village-{VILLAGE}")).await;
    draft.call(needs::create(&new_need(2))).await.unwrap();
    let enterprise = test.enterprise("firm").await;
    assert_eq!(recommended(&enterprise).await.len(), 1, "a draft is nobody's business");
    says(&enterprise, Profile { kinds: vec![ContributionKind::Goods], ..profile() }).await;
    assert!(recommended(&enterprise).await.is_empty(), "only the kinds that were chosen");
    says(&enterprise, profile()).await;
    sqlx::query("update need set wanted_by = '2026-06-29' where id = $1")
        .bind(need.id.0)
        .execute(&test.app.pool)
        .await
        .unwrap();
    assert!(recommended(&enterprise).await.is_empty(), "its day is over");
    sqlx::query("update need set wanted_by = '2026-12-01', status = 'closed' where id = $1")
        .bind(need.id.0)
        .execute(&test.app.pool)
        .await
        .unwrap();
    assert!(recommended(&enterprise).await.is_empty());
    test.done().await;
}

#[tokio::test]
async fn a_profile_is_its_enterprises_and_its_federations() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let enterprise = registered(&test, 0, "五华县长布茶业有限公司").await;
    let id = test.organisation_of(&enterprise).await;
    assert_eq!(enterprise.call(matching::profile()).await.unwrap_err().status, 403, "not before it is verified");
    federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap();
    let empty = enterprise.call(matching::profile()).await.unwrap();
    assert_eq!((empty.version, empty.profile, empty.industry), (0, Profile::default(), Some(Industry::Manufacturing)));
    let change = ProfileChange { version: 0, profile: profile() };
    let stored = enterprise.call(matching::set_profile(&change)).await.unwrap();
    assert_eq!((stored.version, &stored.profile), (1, &profile()));
    assert_eq!(stored.base.as_ref().unwrap().name, "五华县 · 梅林镇");
    assert_eq!(enterprise.call(matching::set_profile(&change)).await.unwrap(), stored, "sent twice, saved once");
    let stale = ProfileChange { version: 0, profile: Profile::default() };
    assert_eq!(enterprise.call(matching::set_profile(&stale)).await.unwrap_err().status, 409);
    let changed = ProfileChange { version: 1, profile: Profile { business: "茶叶".into(), ..profile() } };
    assert_eq!(enterprise.call(matching::set_profile(&changed)).await.unwrap().version, 2);

    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    for reader in [&federation, &city] {
        assert_eq!(reader.call(matching::profile_of(id)).await.unwrap().profile.business, "茶叶");
    }
    assert_eq!(test.federation("441481").await.call(matching::profile_of(id)).await.unwrap_err().status, 404);
    let other = test.enterprise("别家").await;
    let village = test.village(VILLAGE).await;
    for (who, status) in [(&test.visitor(), 401), (&other, 403), (&village, 403), (&test.auditor().await, 403)] {
        assert_eq!(who.call(matching::profile_of(id)).await.unwrap_err().status, status);
    }
    assert_eq!(village.call(matching::profile()).await.unwrap_err().status, 403);
    let page = federation.page(&format!("/work/verifications/{id}")).await.text();
    assert!(page.contains("对接资料") && page.contains("只有它自己和工商联看得到"));
    let without_county = test.organisation_of(&other).await;
    assert_eq!(
        federation.call(matching::profile_of(without_county)).await.unwrap_err().status,
        404,
        "it stands in no county"
    );
    assert!(city.call(matching::profile_of(without_county)).await.is_ok());
    let record = events_of(&test, "profile_changed").await;
    assert!(!record.contains("茶叶") && !record.contains("441424125"), "{record}");
    test.done().await;
}

/// What the record holds of a verb, for whoever reads it.
async fn events_of(test: &TestApp, verb: &str) -> String {
    let query = audit::AuditQuery { verb: Some(verb.into()), ..audit::AuditQuery::default() };
    let auditor = test.signed_in("auditor").await;
    serde_json::to_string(&auditor.call(audit::list(&query)).await.unwrap().items).unwrap()
}

#[tokio::test]
async fn a_profile_that_makes_no_sense_is_refused() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    for (wrong, field) in [
        (Profile { business: "长".repeat(201), ..profile() }, "business"),
        (Profile { business: "联系张三 11010519491231002X".into(), ..profile() }, "business"),
        (Profile { base: Some("441499".parse().unwrap()), ..profile() }, "base"),
        (Profile { places: vec!["4414".parse().unwrap()], ..profile() }, "places"),
        (Profile { places: vec!["441424999".parse().unwrap()], ..profile() }, "places"),
        (Profile { fields: vec![Field::Other], ..profile() }, "fields"),
        (Profile { amount_from_fen: Some(Fen::yuan(500_000)), ..profile() }, "amount_to"),
    ] {
        let refused = enterprise.call(matching::set_profile(&ProfileChange { version: 0, profile: wrong })).await;
        let refused = refused.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec![field]));
    }
    test.done().await;
}

#[tokio::test]
async fn what_was_set_aside_is_not_shown_again_until_that_is_undone() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let enterprise = test.enterprise("firm").await;
    let new = NewDismissal { need: need.id, why: DismissalReason::Other, note: "今年的名额已满".into() };
    let silent = NewDismissal { note: " ".into(), ..new.clone() };
    assert_eq!(enterprise.call(matching::dismiss(&silent)).await.unwrap_err().fields(), ["note"]);
    let said = enterprise.call(matching::dismiss(&new)).await.unwrap();
    assert_eq!((said.need.id, said.why), (need.id, DismissalReason::Other));
    assert!(recommended(&enterprise).await.is_empty());
    assert_eq!(enterprise.call(matching::dismiss(&new)).await.unwrap(), said, "sent twice, said once");
    let otherwise = NewDismissal { why: DismissalReason::TooFar, ..new.clone() };
    assert_eq!(enterprise.call(matching::dismiss(&otherwise)).await.unwrap_err().status, 409);
    assert_eq!(enterprise.call(matching::dismissals()).await.unwrap().items, [said]);
    let other = test.enterprise("别家").await;
    assert_eq!(recommended(&other).await.len(), 1, "what one sets aside is still there for others");
    assert!(other.call(matching::dismissals()).await.unwrap().items.is_empty());
    assert_eq!(other.call(matching::undo(need.id)).await.unwrap_err().status, 404);

    let undone = enterprise.call(matching::undo(need.id)).await.unwrap();
    assert_eq!((undone.need, undone.undone_at), (need.id, test.clock.now()));
    assert_eq!(enterprise.call(matching::undo(need.id)).await.unwrap(), undone, "and undone once");
    assert_eq!(recommended(&enterprise).await.len(), 1);
    test.clock.advance(Duration::minutes(1));
    enterprise.call(matching::dismiss(&otherwise)).await.unwrap();
    assert!(recommended(&enterprise).await.is_empty(), "and can be set aside again");
    assert_eq!((events(&test, "need_dismissed").await, events(&test, "need_dismissal_undone").await), (2, 1));
    test.done().await;
}

#[tokio::test]
async fn why_is_read_by_the_enterprise_and_the_federation_above_the_need_only() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (enterprise, auditor) = (test.enterprise("firm").await, test.auditor().await);
    let new = NewDismissal { need: need.id, why: DismissalReason::Unclear, note: "没写清楚要多少水管".into() };
    enterprise.call(matching::dismiss(&new)).await.unwrap();
    let federation = test.signed_in("federation-441424").await;
    let why = federation.call(matching::dismissals_of(need.id)).await.unwrap().items;
    assert_eq!((why[0].enterprise_name.as_str(), why[0].note.as_str()), ("firm的单位", "没写清楚要多少水管"));
    assert_eq!(test.federation("441481").await.call(matching::dismissals_of(need.id)).await.unwrap_err().status, 404);
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    for (who, status) in [(&test.visitor(), 401), (&village, 403), (&enterprise, 403), (&auditor, 403)] {
        assert_eq!(who.call(matching::dismissals_of(need.id)).await.unwrap_err().status, status);
    }
    let path = format!("/needs/{}", need.code.as_ref().unwrap());
    let shown = federation.page(&path).await.text();
    assert!(shown.contains("需求写得不够清楚") && shown.contains("没写清楚要多少水管"));
    for reader in [&village, &enterprise, &auditor, &test.visitor()] {
        assert!(!reader.page(&path).await.text().contains("没写清楚要多少水管"));
    }
    let record = events_of(&test, "need_dismissed").await;
    assert!(
        record.contains(&need.id.to_string()) && !record.contains("水管") && !record.contains("unclear"),
        "{record}"
    );
    test.done().await;
}

#[tokio::test]
async fn only_a_public_need_is_set_aside_and_by_an_enterprise_only() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let draft = village.call(needs::create(&new_need(2))).await.unwrap();
    let enterprise = test.enterprise("firm").await;
    let aside = |need| NewDismissal { need, why: DismissalReason::TooFar, note: String::new() };
    for unknown in [draft.id, NeedId(Uuid::from_u128(99))] {
        assert_eq!(enterprise.call(matching::dismiss(&aside(unknown))).await.unwrap_err().status, 404);
    }
    for (who, status) in [(&test.visitor(), 401), (&village, 403), (&test.donor().await, 403)] {
        assert_eq!(who.call(matching::dismiss(&aside(need.id))).await.unwrap_err().status, status);
        assert_eq!(who.call(matching::recommendations()).await.unwrap_err().status, status);
        assert_eq!(who.call(matching::dismissals()).await.unwrap_err().status, status);
    }
    test.done().await;
}

#[tokio::test]
async fn setting_aside_works_without_script() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    test.index().await;
    let enterprise = test.enterprise("firm").await;
    let id = need.id.to_string();
    let page = enterprise.page("/recommendations").await.text();
    assert!(page.contains(&format!("/recommendations?aside={id}")) && page.contains("还没有填对接资料"), "{page}");
    let page = enterprise.page(&format!("/recommendations?aside={id}")).await;
    assert_eq!(page.hidden("need"), id);
    let chosen = [("need", id.as_str()), ("action", "dismiss"), ("note", "字<b>"), ("why", "")];
    let refused = enterprise.form("/recommendations", &chosen).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("请选择原因") && refused.text().contains("字&lt;b&gt;"));
    let chosen = [("need", id.as_str()), ("action", "dismiss"), ("note", ""), ("why", "other")];
    assert!(enterprise.form("/recommendations", &chosen).await.text().contains("请写明原因"));
    let chosen = [("need", id.as_str()), ("action", "dismiss"), ("note", ""), ("why", "too_far")];
    let done = enterprise.form("/recommendations", &chosen).await;
    assert_eq!(done.location(), "/recommendations?done=dismissed", "{}", done.text());
    let empty = enterprise.page("/recommendations?done=dismissed").await.text();
    assert!(empty.contains("现在没有可推荐的需求") && empty.contains("离我们太远") && empty.contains("撤销"));
    let undone = enterprise.form("/recommendations", &[("need", &id), ("action", "undo")]).await;
    assert_eq!(undone.location(), "/recommendations?done=undone");
    assert_eq!(recommended(&enterprise).await.len(), 1);
    let odd = enterprise.form("/recommendations", &[("need", "x"), ("action", "undo")]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    test.done().await;
}

#[tokio::test]
async fn a_profile_is_written_without_script() {
    let test = TestApp::new().await;
    open_need(&test).await;
    let enterprise = test.enterprise("firm").await;
    let page = enterprise.page("/work/profile").await;
    for said in ["只用来给您推荐需求，只有本企业的人和工商联看得到", "梅林镇", "填了不等于要捐"]
    {
        assert!(page.text().contains(said), "{said}");
    }
    let mut typed = vec![
        ("version", "0"),
        ("business", "太阳能路灯"),
        ("base", "441424125"),
        ("fields", "infrastructure"),
        ("kinds", "money"),
        ("places", "441424"),
        ("amount_from", "2万"),
        ("amount_to", "1万"),
    ];
    let refused = enterprise.form("/work/profile", &typed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("最多的金额不能小于最少的金额"));
    assert!(refused.text().contains("value=\"441424125\" selected"), "what was chosen stays chosen");
    typed[7].1 = "12万";
    let saved = enterprise.form("/work/profile", &typed).await;
    assert_eq!(saved.location(), "/recommendations?done=profile", "{}", saved.text());
    assert!(!enterprise.page("/recommendations").await.text().contains("还没有填对接资料"));
    typed[1].1 = "换了业务";
    let late = enterprise.form("/work/profile", &typed).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text().contains("现在保存着的") && late.text().contains("太阳能路灯"));
    assert_eq!(late.hidden("version"), "1", "the next try can succeed");
    for who in [test.visitor(), test.donor().await] {
        assert_ne!(who.page("/work/profile").await.status, StatusCode::OK);
        assert_ne!(who.page("/recommendations").await.status, StatusCode::OK);
    }
    test.done().await;
}

#[tokio::test]
async fn a_village_and_its_federation_see_which_offers_fit_a_need() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let enterprise = test.enterprise("自来水").await;
    // What it says of itself is no reason that a village reads.
    says(&enterprise, profile()).await;
    let fits =
        opened(&enterprise, 10, OfferContent { words: "可以出资装水管，饮水工程优先。".into(), ..offer_content() })
            .await;
    let everywhere = opened(
        &enterprise,
        11,
        OfferContent { places: Vec::new(), fields: vec![Field::RuralCivility], ..offer_content() },
    )
    .await;
    opened(&enterprise, 12, OfferContent { places: vec!["441481".parse().unwrap()], ..offer_content() }).await;
    let goods = OfferContent {
        kind: Some(ContributionKind::Goods),
        amount_from_fen: None,
        amount_to_fen: None,
        quantity: Some(50),
        unit: "盏".into(),
        ..offer_content()
    };
    opened(&enterprise, 13, goods).await;
    let ended = opened(&enterprise, 14, offer_content()).await;
    enterprise.call(offers::close(ended.id, SeenOffer { version: ended.version })).await.unwrap();

    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let federation = test.signed_in("federation-441424").await;
    for reader in [&village, &federation] {
        let found = reader.call(matching::offers_for(need.id)).await.unwrap().items;
        let ids: Vec<_> = found.iter().map(|fitting| fitting.offer.id).collect();
        assert_eq!(ids, [fits.id, everywhere.id], "best first; not of another kind, place or time");
        assert_eq!(
            found[0].reasons,
            [
                FitReason::FieldChosen { field: Field::Infrastructure },
                FitReason::SharedTopic {
                    topic: "饮水".into(), need_word: "饮水".into(), own_word: "饮水".into()
                },
                FitReason::PlaceChosen { place: "441424".parse().unwrap(), name: "五华县".into() },
                FitReason::KindChosen { kind: ContributionKind::Money },
                FitReason::AmountInRange { missing_fen: Fen::yuan(100_000), whole: true },
            ]
        );
        assert!(found[1].reasons.contains(&FitReason::AnyPlace));
    }
    let other_village = test.village("441481102200").await;
    let elsewhere = test.federation("441481").await;
    for stranger in [&other_village, &elsewhere] {
        assert_eq!(stranger.call(matching::offers_for(need.id)).await.unwrap_err().status, 404);
    }
    for (who, status) in [(&test.visitor(), 401), (&enterprise, 403), (&test.auditor().await, 403)] {
        assert_eq!(who.call(matching::offers_for(need.id)).await.unwrap_err().status, status);
    }
    let path = format!("/needs/{}", need.code.as_ref().unwrap());
    let shown = village.page(&path).await.text();
    for said in
        ["适合的供给意向（2）", "供给写明用于：基础设施建设", "供给写明的地方：五华县", "面向全梅州", "意向不是认捐"]
    {
        assert!(shown.contains(said), "{said}");
    }
    for reader in [&other_village, &enterprise, &test.visitor()] {
        assert!(!reader.page(&path).await.text().contains("适合的供给意向"));
    }
    test.done().await;
}

#[tokio::test]
async fn a_need_without_offers_says_so() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let page = village.page(&format!("/needs/{}", need.id)).await.text();
    assert!(page.contains("现在没有适合这条需求的供给意向"));
    let enterprise = test.enterprise("firm").await;
    let numbers = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    opened(&enterprise, 1, offer_content()).await;
    let with_an_offer = test.visitor().call(money::of_need(need.id)).await.unwrap().money;
    assert_eq!(numbers, with_an_offer, "an offer is in no total");
    test.done().await;
}

#[tokio::test]
async fn the_formula_is_public_and_complete() {
    let test = TestApp::new().await;
    for (language, says) in [("", "权重 350‰"), ("/zh-hant", "權重 350‰"), ("/en", "weight 350‰")] {
        let page = test.visitor().page(&format!("{language}/about/recommendations")).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text().contains(says), "{language}");
        for whole in ["家电商、机电商", "科技能"] {
            assert!(page.text().contains(whole), "{whole}: what does not count stands there too");
        }
        if language == "/en" {
            let main = page.text().split("<main").nth(1).unwrap().split("</main>").next().unwrap().to_owned();
            for chinese in ["需求", "企业", "推荐", "基地"] {
                assert!(!main.contains(chinese), "{chinese} is not translated");
            }
        }
    }
    test.done().await;
}
