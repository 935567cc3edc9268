//! A public need is changed by a revision: reviewed while what was approved stays public, kept version by version.

use crate::commitments::{Given, given, promise};
use crate::deliveries::picture;
use crate::disbursements::{Ready, ready};
use crate::enquiries::letter;
use crate::mail::sent;
use crate::money::open_need;
use crate::needs::{VILLAGE, opened, submitted};
use backend::{jobs, needs as room};
use chrono::Duration;
use domain::Fen;
use domain::api::commitments;
use domain::api::enquiries::{self, EnquiryQuery, NewEnquiry};
use domain::api::need_versions::{self, NeedRevision, RevisionChange, RevisionStep};
use domain::api::needs::{self, Need, NeedChange, NeedQuery, NeedStep, Seen};
use domain::api::todo;
use domain::need::{
    AskedLine, BudgetItem, ContributionKind, NeedAction, NeedContent, NeedStatus, RevisionAction, RevisionStatus,
};
use domain::organisation::{OrganisationKind, Role};
use domain::todo::TodoKind;
use sqlx::AssertSqlSafe;
use tests::{Client, Refused, TestApp};

/// A small change: more words, and a later day.
fn small(need: &Need) -> NeedContent {
    NeedContent {
        description: format!("{}镇水利所来看过。", need.content.description),
        wanted_by: "2027-01-15".parse().ok(),
        ..need.content.clone()
    }
}

/// One that asks for 20,000 yuan more.
fn more(need: &Need) -> NeedContent {
    let mut content = need.content.clone();
    content.items.push(BudgetItem { name: "水泵".into(), amount_fen: Fen::yuan(20_000) });
    content.amount_fen = Some(Fen::yuan(120_000));
    content
}

fn change(version: i32, content: NeedContent) -> RevisionChange {
    RevisionChange { version, why: "报价和工期有变".into(), content }
}

async fn proposed(village: &Client<'_>, need: &Need, content: NeedContent) -> NeedRevision {
    village.call(need_versions::save(need.id, &change(0, content))).await.unwrap()
}

async fn takes(client: &Client<'_>, action: RevisionAction, revision: &NeedRevision) -> Result<NeedRevision, Refused> {
    let reason = "现场看过，请按意见办".to_owned();
    let step = RevisionStep { version: revision.version, reason, publicize: false };
    client.call(need_versions::step(action, revision.need, &step)).await
}

async fn handed_in(village: &Client<'_>, need: &Need, content: NeedContent) -> NeedRevision {
    let draft = proposed(village, need, content).await;
    takes(village, RevisionAction::Submit, &draft).await.unwrap()
}

async fn read(client: &Client<'_>, need: &Need) -> Need {
    client.call(needs::get(&need.id.to_string())).await.unwrap()
}

async fn own_village(test: &TestApp) -> Client<'_> {
    test.signed_in(&format!("village-{VILLAGE}")).await
}

#[tokio::test]
async fn what_was_approved_stays_public_until_the_other_text_is_approved_and_both_can_be_compared() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (village, federation) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let code = need.code.clone().unwrap();
    assert!(read(&village, &need).await.may.revise && !read(&federation, &need).await.may.revise);
    let draft = proposed(&village, &need, small(&need)).await;
    assert_eq!((draft.status, draft.version, draft.may.edit), (RevisionStatus::Draft, 1, true));
    assert_eq!(federation.call(need_versions::get(need.id)).await.unwrap_err().status, 404, "a draft is the village's");
    assert_eq!(read(&federation, &need).await.revision, None);

    let sent_in = takes(&village, RevisionAction::Submit, &draft).await.unwrap();
    assert_eq!(sent_in.status, RevisionStatus::FederationReview);
    assert_eq!(takes(&village, RevisionAction::Submit, &draft).await.unwrap(), sent_in, "sent twice, submitted once");
    assert_eq!(federation.call(todo::get()).await.unwrap().items[0].kind, TodoKind::ReviewRevisions);
    assert_eq!(federation.call(need_versions::list()).await.unwrap().items.len(), 1);
    let seen = federation.call(need_versions::get(need.id)).await.unwrap();
    assert_eq!((&seen.shown, &seen.content), (&need.content, &small(&need)));
    let page = federation.page(&format!("/needs/{}/revision", need.id)).await.text();
    for words in ["2026-12-01", "2027-01-15", "镇水利所来看过", "value=\"approve\"", "不用公示"] {
        assert!(page.contains(words), "{words}:\n{page}");
    }
    let public = read(&test.visitor(), &need).await;
    assert_eq!((public.content, public.revision, public.updates), (need.content.clone(), None, 0));

    let done = takes(&federation, RevisionAction::Approve, &seen).await.unwrap();
    assert_eq!((done.status, done.may.steps.len()), (RevisionStatus::Approved, 0));
    let public = read(&test.visitor(), &need).await;
    assert_eq!((&public.content, public.updates, public.status), (&small(&need), 1, NeedStatus::Open));
    assert_eq!(public.version, need.version + 1, "whoever read the old text decides on nothing");
    let page = test.visitor().page(&format!("/needs/{code}")).await.text();
    assert!(page.contains("已更新 1 次") && page.contains(&format!("/needs/{code}/versions")), "{page}");
    let versions = test.visitor().call(need_versions::versions(&code)).await.unwrap();
    let texts: Vec<_> = versions.items.iter().map(|version| &version.content).collect();
    assert_eq!(texts, [&need.content, &small(&need)]);
    let page = test.visitor().page(&format!("/needs/{code}/versions")).await.text();
    for words in ["第 1 版和第 2 版对照", "2026-12-01", "2027-01-15", "报价和工期有变"] {
        assert!(page.contains(words), "{words}:\n{page}");
    }
    let same = test.visitor().page(&format!("/needs/{code}/versions?from=2&to=2")).await.text();
    assert!(same.contains("内容相同"), "{same}");
    test.index().await;
    let query = NeedQuery { q: Some("水利所".into()), ..NeedQuery::default() };
    let found = test.visitor().call(needs::list(&query)).await.unwrap();
    assert_eq!(found.items.len(), 1, "search has followed");
    test.done().await;
}

#[tokio::test]
async fn a_town_reads_first_and_a_returned_revision_is_mended_and_sent_again() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (village, federation) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let town = test.person("town", OrganisationKind::Town, Some(&VILLAGE[..9]), Role::TownReviewer).await;
    let sent_in = handed_in(&village, &need, small(&need)).await;
    assert_eq!(sent_in.status, RevisionStatus::TownReview);
    assert_eq!(town.call(todo::get()).await.unwrap().items[0].kind, TodoKind::ReviewTownRevisions);
    assert_eq!(
        takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap_err().status,
        409,
        "it is the town's"
    );
    assert_eq!(takes(&town, RevisionAction::Approve, &sent_in).await.unwrap_err().status, 403);
    let silent = RevisionStep { version: sent_in.version, reason: String::new(), publicize: false };
    let refused = town.call(need_versions::step(RevisionAction::Return, need.id, &silent)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["reason"]));
    takes(&town, RevisionAction::Return, &sent_in).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).iter().any(|letter| letter.subject.contains("需求的修改被退回")));
    let back = village.call(todo::get()).await.unwrap();
    assert_eq!(back.items[0].kind, TodoKind::MendRevisions);
    let page = village.page(&format!("/needs/{}/revision", need.id)).await.text();
    assert!(page.contains("退回修改") && page.contains("现场看过"), "{page}");

    let mended = NeedContent { outcome: "160 户常年有水".into(), ..small(&need) };
    let again = village.call(need_versions::save(need.id, &change(sent_in.version, mended))).await.unwrap();
    assert_eq!((again.status, again.version), (RevisionStatus::Returned, 2));
    let again = takes(&village, RevisionAction::Submit, &again).await.unwrap();
    takes(&town, RevisionAction::Pass, &again).await.unwrap();
    takes(&federation, RevisionAction::Approve, &again).await.unwrap();
    assert_eq!(read(&test.visitor(), &need).await.content.outcome, "160 户常年有水");
    test.done().await;
}

#[tokio::test]
async fn more_money_is_shown_for_objections_before_it_takes_effect() {
    let test = TestApp::new().await;
    let Ready { village, need, .. } = ready(&test).await;
    let federation = test.signed_in("federation-441424").await;
    let code = need.code.clone().unwrap();
    let sent_in = handed_in(&village, &need, more(&need)).await;
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    let shown = takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap();
    assert_eq!(shown.status, RevisionStatus::Publicized);
    assert_eq!(shown.publicized_until.unwrap().to_string(), "2026-07-07");
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    assert_eq!(letters.len(), 2, "village and enterprise");
    assert!(letters.iter().any(|letter| letter.to == "firm@example.com" && letter.text.contains("水泵")));

    let public = read(&test.visitor(), &need).await;
    assert_eq!((public.content, public.updates), (need.content.clone(), 0), "what was approved is what is public");
    assert_eq!(public.revision.unwrap().status, RevisionStatus::Publicized);
    let page = test.visitor().page(&format!("/needs/{code}")).await.text();
    assert!(page.contains("有一项修改正在公示"), "{page}");
    let page = test.visitor().page(&format!("/needs/{code}/versions")).await.text();
    assert!(page.contains("120,000 元") && page.contains("提出异议"), "{page}");
    let page = test.visitor().page(&format!("/contact?need={code}")).await.text();
    assert!(page.contains("这条需求的修改正在公示"), "{page}");

    let objection = NewEnquiry { need: Some(need.id), ..letter(1, None) };
    test.visitor().call(enquiries::ask(&objection)).await.unwrap();
    test.publicity_passes().await;
    assert_eq!(read(&village, &need).await.updates, 0, "an objection waits");
    let waiting = federation.call(enquiries::list(&EnquiryQuery::default())).await.unwrap().items;
    federation.call(enquiries::answer(waiting[0].id, "已到现场核实，情况属实。")).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    assert_eq!(room::revisions::steps::take_effect(&test.app).await.unwrap(), 0, "its days are not over");
    test.publicity_passes().await;
    let public = read(&test.visitor(), &need).await;
    assert_eq!((public.content.amount_fen, public.updates), (Some(Fen::yuan(120_000)), 1));
    let versions = test.visitor().call(need_versions::versions(&code)).await.unwrap();
    assert!(versions.proposed.is_none() && versions.items[1].approved_at < versions.items[1].shown_from);
    test.clock.advance(Duration::days(8));
    jobs::run_due(&test.app).await.unwrap();
    assert!(sent(&test).iter().any(|letter| letter.subject.contains("您支持的需求有改动")));
    test.done().await;
}

#[tokio::test]
async fn a_federation_may_show_a_small_change_for_objections_and_take_it_back() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (village, federation) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let sent_in = handed_in(&village, &need, small(&need)).await;
    let form = [("version", "1"), ("publicize", "1"), ("action", "approve")];
    let answer = federation.form(&format!("/needs/{}/revision", need.id), &form).await;
    assert_eq!(answer.status, 303, "{}", answer.text());
    let shown = village.call(need_versions::get(need.id)).await.unwrap();
    assert_eq!(shown.status, RevisionStatus::Publicized);
    takes(&federation, RevisionAction::Return, &sent_in).await.unwrap();
    test.publicity_passes().await;
    assert_eq!(read(&test.visitor(), &need).await.updates, 0);
    test.done().await;
}

#[tokio::test]
async fn while_the_need_is_shown_for_objections_another_text_begins_its_days_anew() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let need = federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    test.clock.advance(Duration::days(3));
    let (village, federation) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let sent_in = handed_in(&village, &need, small(&need)).await;
    takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap();
    assert_eq!(read(&village, &need).await.publicized_until, need.publicized_until, "a small one changes no day");
    let sent_in = handed_in(&village, &need, more(&read(&village, &need).await)).await;
    let done = takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap();
    assert_eq!(done.status, RevisionStatus::Approved);
    let shown = read(&test.visitor(), &need).await;
    assert_eq!((shown.status, shown.updates), (NeedStatus::Publicized, 2));
    assert_eq!(shown.publicized_until.unwrap().to_string(), "2026-07-10");
    test.done().await;
}

#[tokio::test]
async fn what_is_promised_is_not_undercut_and_its_givers_are_told_why() {
    let test = TestApp::new().await;
    let Ready { village, need, .. } = ready(&test).await;
    let less = |yuan| NeedContent { amount_fen: Some(Fen::yuan(yuan)), ..need.content.clone() };
    let draft = proposed(&village, &need, less(49_999)).await;
    let refused = takes(&village, RevisionAction::Submit, &draft).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["amount"]));
    let silent = RevisionChange { version: 1, why: String::new(), content: less(50_000) };
    let draft = village.call(need_versions::save(need.id, &silent)).await.unwrap();
    let refused = takes(&village, RevisionAction::Submit, &draft).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["why"]));
    let draft = village.call(need_versions::save(need.id, &change(2, less(50_000)))).await.unwrap();
    let sent_in = takes(&village, RevisionAction::Submit, &draft).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    takes(&test.signed_in("federation-441424").await, RevisionAction::Approve, &sent_in).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let letter = letters.iter().find(|letter| letter.to == "firm@example.com").expect("the giver is told");
    for words in ["您支持的需求有改动", "100,000 元 → 50,000 元", "报价和工期有变"] {
        assert!(letter.subject.contains(words) || letter.text.contains(words), "{words}: {}", letter.text);
    }
    test.follow().await;
    assert_eq!(read(&village, &need).await.status, NeedStatus::Funded, "less is asked: it is met");
    test.done().await;
}

#[tokio::test]
async fn a_line_that_was_promised_to_stays_where_it_is_and_whoever_promised_is_told_of_a_change() {
    let test = TestApp::new().await;
    let Given { village, federation, enterprise, need } = given(&test, ContributionKind::Goods).await;
    enterprise.call(commitments::create(&promise(120, &need, 8))).await.unwrap();
    let mut first = need.content.clone();
    first.lines.insert(0, AskedLine { name: "垃圾桶".into(), ..first.lines[0].clone() });
    let draft = proposed(&village, &need, first.clone()).await;
    let refused = takes(&village, RevisionAction::Submit, &draft).await.unwrap_err();
    assert_eq!((refused.status, refused.fields().contains(&"lines")), (422, true));
    let moved = AssertSqlSafe(format!("update need set asked = '[]' where id = '{}'", need.id));
    let moved = sqlx::raw_sql(moved).execute(&test.app.pool).await;
    let refused = moved.unwrap_err();
    let constraint = refused.as_database_error().and_then(|error| error.constraint());
    assert_eq!(constraint, Some("need_promised_lines"), "the database keeps it too: {refused}");

    first.lines.rotate_left(1);
    let draft = village.call(need_versions::save(need.id, &change(1, first))).await.unwrap();
    let sent_in = takes(&village, RevisionAction::Submit, &draft).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    sent(&test);
    assert_eq!(takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap().status, RevisionStatus::Publicized);
    jobs::run_due(&test.app).await.unwrap();
    let letters = sent(&test);
    let told = letters.iter().find(|letter| letter.to == "firm@example.com").expect("whoever promised is told");
    assert!(told.subject.contains("您支持的需求拟修改") && told.text.contains("垃圾桶"), "{}", told.text);
    test.done().await;
}

#[tokio::test]
async fn village_and_kind_stay_what_they_are() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let village = own_village(&test).await;
    let elsewhere = NeedContent { village: "441481102200".parse().unwrap(), ..small(&need) };
    let refused = village.call(need_versions::save(need.id, &change(0, elsewhere.clone()))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["village"]), "a village of another county");
    let other = test.village("441481102200").await;
    let refused = other.call(need_versions::save(need.id, &change(0, elsewhere))).await.unwrap_err();
    assert_eq!(refused.status, 404, "and from there it is nobody's");
    let goods = NeedContent { kind: ContributionKind::Goods, ..small(&need) };
    let refused = village.call(need_versions::save(need.id, &change(0, goods))).await.unwrap_err();
    assert!(refused.status == 422 && refused.fields().contains(&"kind"), "{refused:?}");
    let same = proposed(&village, &need, need.content.clone()).await;
    let refused = takes(&village, RevisionAction::Submit, &same).await.unwrap_err();
    assert!(refused.status == 422 && refused.error.fields[0].message.contains("没有不同"), "{refused:?}");
    test.done().await;
}

#[tokio::test]
async fn of_two_people_who_edit_one_is_told_and_keeps_what_he_typed() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let village = own_village(&test).await;
    let office = test.organisation_of(&village).await;
    let head = test.member("head", office, Role::VillageHead).await;
    let path = format!("/work/needs/{}/revision", need.id);
    let form = |version: &'static str, title: &'static str| {
        vec![
            ("version", version),
            ("kind", "money"),
            ("why", "工期有变"),
            ("field", "infrastructure"),
            ("title", title),
            ("description", "村里的水池修于二十年前，枯水期三个自然村常常停水，需要换管、修池。"),
            ("item_name", "水管 2 公里"),
            ("item_amount", "80000"),
            ("item_name", "蓄水池"),
            ("item_amount", "40000"),
            ("amount", "100000"),
            ("wanted_by", "2026-12-01"),
            ("outcome", "156 户常年有水"),
            ("outcome_quantity", "156"),
            ("outcome_unit", "户"),
            ("action", "save"),
        ]
    };
    let page = village.page(&path).await;
    assert!(page.text().contains("修改公开的需求") && page.hidden("version") == "0", "{}", page.text());
    let first = village.form(&path, &form("0", "饮水巩固工程")).await;
    assert_eq!((first.status.as_u16(), first.location()), (303, format!("/needs/{}/revision?done=saved", need.id)));
    let again = village.form(&path, &form("0", "饮水巩固工程")).await;
    assert_eq!(again.status, 303, "sent twice, saved once");

    let late = head.form(&path, &form("0", "饮水安全工程（含水泵）")).await;
    let page = late.text();
    assert_eq!(late.status, 422);
    for words in ["内容刚刚被改动", "饮水安全工程（含水泵）", "现在保存着的", "饮水巩固工程"]
    {
        assert!(page.contains(words), "{words}:\n{page}");
    }
    assert_eq!(late.hidden("version"), "1", "the next try has seen it");
    let second = head.form(&path, &form("1", "饮水安全工程（含水泵）")).await;
    assert_eq!(second.status, 303, "{}", second.text());
    let late = village.form(&path, &form("1", "饮水巩固工程二")).await;
    assert!(late.status == 422 && late.text().contains("饮水巩固工程二"), "{}", late.text());

    let mut submits = form("2", "饮水安全工程（含水泵）");
    submits.retain(|(name, _)| *name != "action");
    submits.push(("action", "submit"));
    let answer = head.form(&path, &submits).await;
    assert_eq!(answer.location(), format!("/needs/{}/revision?done=submit", need.id), "{}", answer.text());
    let late = village.form(&path, &form("2", "饮水巩固工程三")).await;
    let page = late.text();
    assert!(late.status == 422 && page.contains("饮水巩固工程三") && page.contains("不能修改"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn of_two_federations_that_decide_on_a_revision_at_once_one_is_too_late() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (village, county) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let city = test.person("city", OrganisationKind::Federation, Some("4414"), Role::FederationCity).await;
    let sent_in = handed_in(&village, &need, small(&need)).await;
    let (one, other) = tokio::join!(
        takes(&county, RevisionAction::Approve, &sent_in),
        takes(&city, RevisionAction::Approve, &sent_in)
    );
    let mut answers = [one.map(|done| done.status), other.map(|done| done.status)];
    answers.sort_by_key(Result::is_err);
    match answers {
        [Ok(RevisionStatus::Approved), Err(late)] => assert_eq!(late.status, 409),
        other => panic!("{other:?}"),
    }
    assert_eq!(read(&village, &need).await.updates, 1, "once");
    test.done().await;
}

#[tokio::test]
async fn nobody_decides_on_a_revision_that_changed_since_it_was_read() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (village, federation) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let sent_in = handed_in(&village, &need, small(&need)).await;
    takes(&federation, RevisionAction::Return, &sent_in).await.unwrap();
    let mended = NeedContent { outcome: "160 户常年有水".into(), ..small(&need) };
    let again = village.call(need_versions::save(need.id, &change(1, mended))).await.unwrap();
    takes(&village, RevisionAction::Submit, &again).await.unwrap();
    assert_eq!(takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap_err().status, 409);
    test.done().await;
}

#[tokio::test]
async fn a_revision_goes_with_a_need_that_is_set_aside_for_good_and_waits_for_one_that_is_paused() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (village, federation) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let why = |need: &Need| NeedStep { version: need.version, reason: "情况有变化，先停一停".into() };
    let sent_in = handed_in(&village, &need, small(&need)).await;
    village.call(needs::step(NeedAction::Pause, need.id, &why(&need))).await.unwrap();
    assert_eq!(takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap_err().status, 409);
    assert!(!read(&village, &need).await.may.revise);
    village.call(needs::step(NeedAction::Resume, need.id, &why(&need))).await.unwrap();
    assert_eq!(village.call(need_versions::get(need.id)).await.unwrap().status, RevisionStatus::FederationReview);
    village.call(needs::step(NeedAction::Withdraw, need.id, &why(&need))).await.unwrap();
    assert_eq!(village.call(need_versions::get(need.id)).await.unwrap_err().status, 404);
    assert!(federation.call(need_versions::list()).await.unwrap().items.is_empty());
    let late = takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap_err();
    assert!(late.status == 409 && late.error.message.contains("已经有了结果"), "{late:?}");
    let late = village.call(need_versions::save(need.id, &change(0, more(&need)))).await.unwrap_err();
    assert_eq!(late.status, 409);
    test.done().await;
}

#[tokio::test]
async fn a_village_drops_what_it_proposed_and_may_propose_again() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let village = own_village(&test).await;
    let sent_in = handed_in(&village, &need, small(&need)).await;
    let late = village.call(need_versions::save(need.id, &change(1, more(&need)))).await.unwrap_err();
    assert!(late.status == 409 && late.error.message.contains("先撤销"), "{late:?}");
    takes(&village, RevisionAction::Drop, &sent_in).await.unwrap();
    assert_eq!(village.call(need_versions::get(need.id)).await.unwrap_err().status, 404);
    let page = village.page(&format!("/needs/{}/revision?done=drop", need.id)).await.text();
    assert!(page.contains("已撤销") && page.contains("没有正在进行的修改"), "{page}");
    assert_eq!(proposed(&village, &need, more(&need)).await.status, RevisionStatus::Draft);
    test.done().await;
}

#[tokio::test]
async fn what_was_written_after_a_return_is_public_only_when_it_was_approved() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let need = federation.call(needs::approve(need.id, Seen { version: need.version })).await.unwrap();
    let why = NeedStep { version: need.version, reason: "有人反映数字不实".into() };
    federation.call(needs::return_(need.id, &why)).await.unwrap();
    let never = NeedContent { title: "谁也没有审过的标题".into(), ..need.content.clone() };
    let edited = village.call(needs::update(need.id, &NeedChange { version: need.version, content: never })).await;
    let step = NeedStep { version: edited.unwrap().version, reason: "不再需要了，撤回".into() };
    let set_aside = village.call(needs::step(NeedAction::Withdraw, need.id, &step)).await.unwrap();
    assert_eq!(read(&test.visitor(), &need).await.content, need.content);
    let step = NeedStep { version: set_aside.version, ..step };

    let back = village.call(needs::step(NeedAction::Renew, need.id, &step)).await.unwrap();
    let content = NeedContent { title: "饮水工程（重报）".into(), ..need.content.clone() };
    let edited = village.call(needs::update(need.id, &NeedChange { version: back.version, content })).await.unwrap();
    let sent_in = village.call(needs::submit(need.id, Seen { version: edited.version })).await.unwrap();
    let page = federation.page(&format!("/needs/{}", need.id)).await.text();
    assert!(page.contains("和上次通过审核的内容对照") && page.contains("饮水安全巩固工程"), "{page}");
    let shown = opened(&test, &federation, &sent_in).await;
    assert_eq!((shown.updates, shown.content.title.as_str()), (1, "饮水工程（重报）"));
    test.done().await;
}

#[tokio::test]
async fn pictures_are_seen_by_whoever_may_see_the_text_that_names_them() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let (village, federation) = (own_village(&test).await, test.signed_in("federation-441424").await);
    let office = test.organisation_of(&village).await;
    let head = test.member("head", office, Role::VillageHead).await;
    let (photo, quote, stays) = (picture(&village).await, picture(&village).await, picture(&village).await);
    let content = NeedContent { photos: vec![photo, stays], quotes: vec![quote], ..small(&need) };
    let draft = proposed(&village, &need, content).await;
    let sees = async |client: &Client<'_>, file| client.page(&format!("/api/v1/files/{file}")).await.status == 200;
    assert!(sees(&head, photo).await && !sees(&federation, photo).await && !sees(&test.visitor(), photo).await);
    takes(&village, RevisionAction::Submit, &draft).await.unwrap();
    assert!(sees(&federation, photo).await && sees(&federation, quote).await && !sees(&test.visitor(), photo).await);
    takes(&federation, RevisionAction::Approve, &draft).await.unwrap();
    assert!(sees(&test.visitor(), photo).await && !sees(&test.visitor(), quote).await);

    // The next version shows one of them only: the other stays where it was approved.
    let content = NeedContent { photos: vec![stays], ..read(&village, &need).await.content };
    let sent_in = handed_in(&head, &need, content).await;
    takes(&federation, RevisionAction::Approve, &sent_in).await.unwrap();
    let code = need.code.clone().unwrap();
    let versions = test.visitor().call(need_versions::versions(&code)).await.unwrap();
    let shown: Vec<_> = versions.items.iter().map(|version| version.photos.len()).collect();
    assert_eq!(shown, [0, 2, 1]);
    assert!(versions.items.iter().all(|version| version.content.quotes.is_empty()), "a quote is never public");
    assert!(sees(&test.visitor(), photo).await && sees(&federation, quote).await);
    let page = test.visitor().page(&format!("/needs/{code}/versions")).await.text();
    assert!(page.contains("删去的照片") && page.contains(&photo.to_string()), "{page}");

    let strangers = test.village("441424103204").await;
    let theirs = picture(&strangers).await;
    let content = NeedContent { photos: vec![theirs], ..small(&need) };
    let refused = village.call(need_versions::save(need.id, &change(0, content))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["photos"]), "another's picture is not named");
    test.done().await;
}

#[tokio::test]
async fn a_need_that_is_not_public_has_no_versions_and_no_revision() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let need = submitted(&village, 1).await;
    let id = need.id.to_string();
    assert!(federation.call(need_versions::versions(&id)).await.unwrap().items.is_empty());
    assert_eq!(test.visitor().call(need_versions::versions(&id)).await.unwrap_err().status, 404);
    assert_eq!(village.call(need_versions::save(need.id, &change(0, small(&need)))).await.unwrap_err().status, 409);
    assert_eq!(test.visitor().page("/needs/own/versions").await.status, 404);
    assert_eq!(village.page(&format!("/work/needs/{id}/revision")).await.status, 404);
    test.done().await;
}
