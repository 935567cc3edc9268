//! Recommendations among many needs and many offers: what is looked at, what a page shows of it, and how one goes on.

use crate::matching::{one_more, profile, recommended, says};
use crate::members::events;
use crate::money::{new_pledge, open_need};
use crate::needs::{VILLAGE, content as need_content};
use crate::offers::{content as offer_content, opened};
use crate::registration::registered;
use crate::statements::Statements;
use axum::http::StatusCode;
use domain::NeedId;
use domain::api::enquiries;
use domain::api::matching::{self, NewDismissal};
use domain::api::needs::{self, NeedStep};
use domain::api::pledges;
use domain::api::verifications::{self, SeenRegistration};
use domain::matching::dismissal::DismissalReason;
use domain::matching::profile::Profile;
use domain::matching::reason::FitReason;
use domain::need::{NeedAction, NeedContent};
use domain::offer::OfferContent;
use domain::organisation::{OrganisationKind, Role};
use sqlx::AssertSqlSafe;
use tests::TestApp;
use uuid::Uuid;

/// Many more open needs of the tests' village, each a minute younger than the one before.
async fn crowd(test: &TestApp, n: i64) {
    let sql = format!(
        "insert into need (id, code, organisation, village, status, kind, field, title, description, amount_fen, wanted_by,
                           outcome, outcome_quantity, outcome_unit, created_by, created_at, changed_at, published_at)
         select gen_random_uuid(), 'XQ-441424-2026-' || (1000 + n), organisation, village, status, kind, field,
                '很多需求之' || n, description, amount_fen, wanted_by, '有用', 1, '户', created_by, created_at,
                changed_at, published_at + n * interval '1 minute'
         from need, generate_series(1, {n}) n
         where code = 'XQ-441424-2026-1';
         insert into event (id, at, verb, subject_kind, subject)
         select gen_random_uuid(), published_at, 'need_approved', 'need', id
         from need
         where code like 'XQ-441424-2026-____';
         analyze need"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
}

/// Copies the only pledge to the oldest `n` of the crowd.
async fn pledged(test: &TestApp, n: i64) {
    let sql = format!(
        "create temporary table given on commit drop as
         select gen_random_uuid() as id, n.id as need, 'QC222222' || (2 + row_number() over ()) as reference
         from need n, generate_series(1, {n}) g
         where n.code = 'XQ-441424-2026-' || (1000 + g);
         insert into pledge (id, reference, campaign, charity, enterprise, restriction, amount_fen, status,
                             public_display, show_amount, share_with_recipient, terms_version, pledged_by, pledged_at,
                             changed_at)
         select g.id, g.reference, p.campaign, p.charity, p.enterprise, p.restriction, p.amount_fen, p.status,
                p.public_display, p.show_amount, p.share_with_recipient, p.terms_version, p.pledged_by, p.pledged_at,
                p.changed_at
         from (select * from pledge limit 1) p, given g;
         insert into pledge_designation (pledge, position, kind, need, amount_fen)
         select g.id, 1, 'need', g.need, p.amount_fen
         from (select * from pledge limit 1) p, given g"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
}

#[tokio::test]
async fn an_old_need_that_nobody_pledged_for_is_not_out_of_sight() {
    let test = TestApp::new().await;
    let old = open_need(&test).await;
    crowd(&test, 3_000).await;
    let enterprise = test.enterprise("firm").await;
    test.index().await;
    let (found, sent) = Statements::sent_by(enterprise.call(matching::recommendations())).await;
    let found = found.unwrap().items;
    assert_eq!(found[0].need.id, old.id, "the longest waiting comes first among equals");
    assert!(found.len() > 10, "{} of many", found.len());
    assert!(sent.len() <= 10, "{} statements:\n{}", sent.len(), sent.join("\n"));
    says(&enterprise, Profile { business: "自来水".into(), ..Profile::default() }).await;
    assert_eq!(recommended(&enterprise).await[0].need.id, old.id);
    test.done().await;
}

#[tokio::test]
async fn old_needs_that_were_pledged_for_are_passed_over() {
    let test = TestApp::new().await;
    let oldest = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let other = test.enterprise("别家").await;
    crowd(&test, 3_000).await;
    other.call(pledges::create(&new_pledge(1, campaign, &charity, Some(&oldest)))).await.unwrap();
    // More than are taken of a county and a field.
    pledged(&test, 7).await;
    let enterprise = test.enterprise("firm").await;
    let found = recommended(&enterprise).await;
    let titles: Vec<_> = found.iter().map(|one| one.need.title.as_str()).collect();
    assert_eq!(titles[0], "很多需求之8", "the longest waiting without a pledge: {titles:?}");
    assert!(!titles.contains(&"很多需求之7"), "{titles:?}");
    test.done().await;
}

#[tokio::test]
async fn needs_with_the_enterprises_words_are_found_among_many() {
    let test = TestApp::new().await;
    open_need(&test).await;
    let tea = one_more(&test, 2, NeedContent { title: "百亩茶园改造".into(), ..need_content() }).await;
    let closed = one_more(&test, 3, NeedContent { title: "旧茶园改造".into(), ..need_content() }).await;
    crowd(&test, 3_000).await;
    // In the middle, where neither the newest nor the longest waiting are.
    sqlx::query("update need set published_at = published_at + interval '1500 minutes' where id = any($1)")
        .bind([tea.id.0, closed.id.0].as_slice())
        .execute(&test.app.pool)
        .await
        .unwrap();
    sqlx::query("update need set status = 'closed' where id = $1")
        .bind(closed.id.0)
        .execute(&test.app.pool)
        .await
        .unwrap();
    let enterprise = test.enterprise("嘉应茶业").await;
    let found = recommended(&enterprise).await;
    assert_eq!(found[0].need.id, tea.id);
    let topic =
        FitReason::SharedTopic { topic: "茶产业".into(), need_word: "茶园".into(), own_word: "茶业".into() };
    assert!(found[0].reasons.contains(&topic), "{:?}", found[0].reasons);
    assert!(!found.iter().any(|one| one.need.id == closed.id));
    test.done().await;
}

#[tokio::test]
async fn ten_are_shown_first_and_setting_one_aside_leads_to_the_next() {
    let test = TestApp::new().await;
    open_need(&test).await;
    crowd(&test, 60).await;
    let enterprise = test.enterprise("firm").await;
    says(&enterprise, profile()).await;
    let found = recommended(&enterprise).await;
    let cards = |page: &str| page.matches("id=\"need-").count();
    let first = enterprise.page("/recommendations").await.text();
    assert_eq!(cards(&first), 10, "{first}");
    assert!(first.contains(&format!("看另外 {} 条", found.len() - 10)), "{first}");
    assert_eq!(first.matches("<form method=\"post\" action=\"/recommendations\"").count(), 0, "no form unasked");
    assert!(first.contains(&format!("aria-label=\"不合适？{}\"", found[1].need.title)));
    assert_eq!(first.matches("href=\"/about/recommendations\"").count(), 1, "one way to the formula");
    let open: Vec<_> = first.split("aria-label=\"推荐的理由\"").skip(1).collect();
    assert_eq!(open.len(), 10);
    assert!(open.iter().all(|one| one.split("</ul>").next().unwrap().matches("<li>").count() == 3));
    assert!(first.contains("另有 4 条理由"), "{first}");
    assert_eq!(cards(&enterprise.page("/recommendations?all=1").await.text()), found.len());

    let (one, next) = (found[1].need.id, found[2].need.id);
    let asked = enterprise.page(&format!("/recommendations?aside={one}")).await;
    assert_eq!(cards(&asked.text()), 10);
    assert_eq!((asked.hidden("need"), asked.hidden("next")), (one.to_string(), next.to_string()));
    assert_eq!(asked.text().matches("name=\"why\"").count(), 1, "one form");
    let late = found[15].need.id;
    assert_eq!(cards(&enterprise.page(&format!("/recommendations?aside={late}")).await.text()), found.len());
    let (one, next) = (one.to_string(), next.to_string());
    let refused = enterprise.form("/recommendations", &[("need", &one), ("next", &next), ("action", "dismiss")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!((refused.hidden("need"), refused.hidden("next")), (one.clone(), next.clone()));
    let typed = [("need", one.as_str()), ("next", &next), ("action", "dismiss"), ("why", "too_far"), ("note", "")];
    let done = enterprise.form("/recommendations", &typed).await;
    assert_eq!(done.location(), format!("/recommendations?done=dismissed&next={next}#need-{next}"));
    let after = enterprise.page(&done.location()).await.text();
    let message = after.find("已标为“不合适”").unwrap();
    let at = |need: NeedId| after.find(&format!("id=\"need-{need}\"")).unwrap();
    assert!(at(found[2].need.id) < message && message < at(found[3].need.id), "beside the next one");
    test.done().await;
}

#[tokio::test]
async fn whoever_has_no_profile_is_told_by_what_needs_are_chosen() {
    let test = TestApp::new().await;
    open_need(&test).await;
    let federation = test.signed_in("federation-441424").await;
    let enterprise = registered(&test, 0, "五华县长布茶业有限公司").await;
    let id = test.organisation_of(&enterprise).await;
    federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap();
    let hint = "还没有填对接资料，现在只看登记的行业、企业名称和发布的供给意向";
    let has_profile = async || enterprise.call(matching::recommendations()).await.unwrap().has_profile;
    assert!(!has_profile().await && enterprise.page("/recommendations").await.text().contains(hint));
    says(&enterprise, Profile { business: "茶叶".into(), ..Profile::default() }).await;
    assert!(has_profile().await && !enterprise.page("/recommendations").await.text().contains(hint));
    says(&enterprise, Profile::default()).await;
    assert!(!has_profile().await, "an emptied one says nothing");
    test.done().await;
}

#[tokio::test]
async fn a_need_that_is_in_no_list_is_not_set_aside_and_one_that_left_them_can_be_taken_back() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let other = one_more(&test, 2, need_content()).await;
    let (enterprise, federation) = (test.enterprise("firm").await, test.signed_in("federation-441424").await);
    let aside = |need| NewDismissal { need, why: DismissalReason::TooFar, note: String::new() };
    enterprise.call(matching::dismiss(&aside(need.id))).await.unwrap();
    for need in [&need, &other] {
        let version = federation.call(needs::get(&need.id.to_string())).await.unwrap().version;
        let step = NeedStep { version, reason: "现场看过，情况有变化".into() };
        federation.call(needs::step(NeedAction::Pause, need.id, &step)).await.unwrap();
    }
    assert_eq!(enterprise.call(matching::dismiss(&aside(other.id))).await.unwrap_err().status, 404);
    assert_eq!(events(&test, "need_dismissed").await, 1, "what is answered with 404 was not done");
    let undone = enterprise.call(matching::undo(need.id)).await.unwrap();
    assert_eq!((undone.need, undone.undone_at), (need.id, test.clock.now()));
    assert_eq!(enterprise.call(matching::undo(other.id)).await.unwrap_err().status, 404);
    test.done().await;
}

#[tokio::test]
async fn a_profile_with_one_amount_is_read_as_it_was_said() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let enterprise = registered(&test, 0, "五华县长布茶业有限公司").await;
    let id = test.organisation_of(&enterprise).await;
    federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap();
    let (from, to) = (profile().amount_from_fen, profile().amount_to_fen);
    for (from, to, says_so, not) in [
        (from, None, "</span> 起", "最多 "),
        (None, to, "最多 <span", " 起"),
        (from, to, "</span> – <span", "（没有填）</dd>"),
        (None, None, "<dt>金额</dt><dd>（没有填）", "</span> 起"),
    ] {
        says(&enterprise, Profile { amount_from_fen: from, amount_to_fen: to, ..profile() }).await;
        let page = federation.page(&format!("/work/verifications/{id}")).await.text();
        let range = page.split("<dt>金额</dt>").nth(1).unwrap().split("<dt>").next().unwrap();
        let range = format!("<dt>金额</dt>{range}");
        assert!(range.contains(says_so) && !range.contains(not), "{range}");
    }
    test.done().await;
}

#[tokio::test]
async fn fitting_offers_beyond_the_first_are_folded_behind_them() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let enterprise = test.enterprise("自来水").await;
    for n in 0..7 {
        opened(&enterprise, 10 + n, OfferContent { title: format!("支持饮水之{n}"), ..offer_content() }).await;
    }
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    let page = village.page(&format!("/needs/{}", need.id)).await.text();
    for said in [
        "适合的供给意向（7）",
        "其次适合的 2 条",
        "支持饮水之0",
        "最新 500 条同类意向",
        "/offers?county=441424&amp;kind=money",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    test.done().await;
}

#[tokio::test]
async fn an_offer_leads_to_whoever_brings_both_together() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let enterprise = registered(&test, 0, "五华县长布茶业有限公司").await;
    let id = test.organisation_of(&enterprise).await;
    federation.call(verifications::verify(id, &SeenRegistration { version: 1 })).await.unwrap();
    let offer = opened(&enterprise, 1, offer_content()).await;
    assert_eq!(offer.county.as_ref().unwrap().name, "五华县");
    let path = format!("/offers/{}", offer.id);
    let verification = format!("/work/verifications/{id}");
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    for reader in [&federation, &city] {
        assert!(reader.page(&path).await.text().contains(&verification));
        assert_eq!(reader.page(&verification).await.status, StatusCode::OK);
    }
    let elsewhere = test.federation("441481").await.page(&path).await.text();
    assert!(elsewhere.contains("企业登记在五华县，请和那里的工商联一起牵线") && !elsewhere.contains(&verification));
    let unregistered = opened(&test.enterprise("firm").await, 2, offer_content()).await;
    let page = federation.page(&format!("/offers/{}", unregistered.id)).await.text();
    assert!(page.contains("没有登记资料") && !page.contains("/work/verifications/"));

    let village = test.village(VILLAGE).await;
    let letter = format!("/contact?offer={}", offer.id);
    assert!(village.page(&path).await.text().contains(&letter));
    let page = village.page(&letter).await;
    for filled in [
        "我们想对接供给意向“支持村里修路灯”（五华县长布茶业有限公司，/offers/00000000-0000-0000-0000-000000000001）",
        "value=\"441424\" selected",
        "value=\"giving\" selected",
    ] {
        assert!(page.text().contains(filled), "{filled}: {}", page.text());
    }
    let id = page.hidden("id");
    let typed = [
        ("id", id.as_str()),
        ("county", "441424"),
        ("topic", "giving"),
        ("name", "村里"),
        ("email", "cun@example.com"),
        ("text", "我们想对接供给意向"),
        ("website", ""),
    ];
    assert!(village.form("/contact", &typed).await.location().starts_with("/contact?done=LX-"));
    let waiting = federation.call(enquiries::list(&enquiries::EnquiryQuery::default())).await.unwrap();
    assert_eq!(waiting.items.len(), 1, "it waits for the federation of the village");
    // Nobody learns of an offer by this way who may not read it.
    let stranger = test.visitor().page(&letter).await;
    assert_eq!(stranger.status, StatusCode::OK);
    assert!(!stranger.text().contains("支持村里修路灯"));
    assert_eq!(test.visitor().page(&format!("/contact?offer={}", Uuid::nil())).await.status, StatusCode::OK);
    test.done().await;
}
