//! Leaving a pairing: with notice, back again, earlier than that, and at once.

use crate::mail::{sent, text_of};
use crate::members::events;
use crate::pairings::{SILENT, TOWN, Table, VILLAGE, new_pairing, paired, seen, signed, table, terms, to};
use backend::jobs;
use backend::pairings::turn;
use chrono::{Duration, NaiveDate};
use domain::api::coverage::{self, CoverageQuery};
use domain::api::pairings::{self, HandOver, NewMilestone, NewTerms, Pairing, PairingReason};
use domain::organisation::{OrganisationKind, Role};
use domain::pairing::{
    HandOverCause, MilestoneInput, PairingSeat, PairingSide, PairingStatus, PairingStep, PairingTerms,
};
use domain::{MilestoneId, PairingId};
use tests::{Client, Refused, TestApp};
use uuid::Uuid;

const WHY: &str = "企业一年没来过了";

fn with_notice(days: u16) -> PairingTerms {
    PairingTerms { notice_days: days, ..terms() }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

async fn leave(client: &Client<'_>, read: &Pairing, reason: &str) -> Result<Pairing, Refused> {
    client.call(pairings::step(PairingStep::GiveNotice, read.row.id, &seen(read, reason))).await
}

async fn with(client: &Client<'_>, read: &Pairing, step: PairingStep) -> Result<Pairing, Refused> {
    client.call(pairings::step(step, read.row.id, &seen(read, ""))).await
}

async fn letters(test: &TestApp, told: &str) -> usize {
    jobs::run_due(&test.app).await.unwrap();
    sent(test).iter().filter(|letter| letter.subject.starts_with(told)).count()
}

/// Those at the table, signed in anew.
async fn again<'a>(test: &'a TestApp, table: &Table<'a>) -> Table<'a> {
    Table {
        enterprise: test.signed_in("金柚").await,
        village: test.signed_in("head").await,
        federation: test.signed_in("federation-441424").await,
        firm: table.firm,
    }
}

async fn status(client: &Client<'_>, id: PairingId) -> PairingStatus {
    client.call(pairings::get(id)).await.unwrap().row.status
}

#[tokio::test]
async fn a_side_leaves_with_notice_and_the_pairing_ends_on_its_day_and_no_earlier() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let Table { enterprise, village, federation, .. } = &table;
    let active = paired(&table, 1, with_notice(30)).await;
    let id = active.row.id;
    let pdf = village.page(&format!("/api/v1/pairings/{id}/agreement.pdf")).await;
    let words = text_of(&pdf.body);
    assert!(words.contains("提前30天在平台上写明原因"), "{words}");
    let own = village.call(pairings::get(id)).await.unwrap();
    assert!(own.may.steps.contains(&PairingStep::GiveNotice) && !own.may.steps.contains(&PairingStep::Terminate));
    assert!(active.may.steps.contains(&PairingStep::Terminate), "the federation ends at once");

    let organisation = test.organisation_of(village).await;
    let reporter = test.member("reporter", organisation, Role::VillageReporter).await;
    assert_eq!(leave(&reporter, &active, WHY).await.unwrap_err().status, 403);
    assert_eq!(leave(village, &active, " ").await.unwrap_err().fields(), ["reason"]);
    let stale = PairingReason { version: active.version - 1, reason: WHY.into() };
    let stale = village.call(pairings::step(PairingStep::GiveNotice, id, &stale)).await.unwrap_err();
    assert_eq!(stale.status, 409);
    letters(&test, "").await;
    let given = leave(village, &active, WHY).await.unwrap();
    let notice = given.notice.clone().unwrap();
    assert_eq!((given.row.status, given.row.ends_on), (PairingStatus::Active, Some(day("2026-07-30"))));
    assert_eq!((notice.ends_on, notice.days_left, notice.seat), (day("2026-07-30"), 30, PairingSeat::Place));
    assert_eq!((notice.by.as_str(), notice.reason.as_str()), ("head的单位", WHY));
    assert_eq!(leave(village, &given, WHY).await.unwrap_err().status, 409, "once");
    assert_eq!(leave(enterprise, &given, WHY).await.unwrap_err().status, 409, "it is being left already");
    assert_eq!(letters(&test, "有一方提出终止结对").await, 2, "the enterprise and the federation");
    for client in [enterprise, village, federation] {
        let page = client.page(&format!("/pairings/{id}")).await.text();
        assert!(page.contains("还有 30 天") && page.contains(WHY), "{page}");
        assert!(client.page("/pairings").await.text().contains("2026年7月30日 终止"));
    }

    // The plan goes on until that day.
    let milestone = |n, due: &str| {
        let input = MilestoneInput { title: "交接仓库".into(), owner: PairingSide::Enterprise, due_on: day(due) };
        NewMilestone { id: MilestoneId(Uuid::from_u128(n)), input }
    };
    let late = enterprise.call(pairings::plan(id, &milestone(41, "2026-08-01"))).await.unwrap_err();
    assert_eq!(late.fields(), ["due_on"]);
    let planned = enterprise.call(pairings::plan(id, &milestone(42, "2026-07-20"))).await.unwrap();
    assert_eq!(planned.plan.len(), 1);

    // 2026-07-29 23:59:59 in Shanghai.
    test.clock
        .advance(day("2026-07-30").and_hms_opt(0, 0, 0).unwrap().and_utc() - Duration::hours(8) - test.clock.now());
    test.clock.advance(-Duration::seconds(1));
    turn::take(&test.app).await.unwrap();
    let table = again(&test, &table).await;
    assert_eq!(status(&table.village, id).await, PairingStatus::Active);
    test.clock.advance(Duration::seconds(1));
    assert_eq!(turn::take(&test.app).await.unwrap(), 1);
    assert_eq!(turn::take(&test.app).await.unwrap(), 0, "once");
    let ended = table.village.call(pairings::get(id)).await.unwrap();
    assert_eq!((ended.row.status, ended.notice, ended.row.ends_on), (PairingStatus::Terminated, None, None));
    assert_eq!(ended.ended.unwrap().reason, WHY);
    assert_eq!(letters(&test, "通知期满，结对终止").await, 4, "the village is two people");
    assert_eq!((events(&test, "pairing_notice_given").await, events(&test, "pairing_left").await), (1, 1));
    let fresh = new_pairing(2, table.firm, PairingTerms { first_day: day("2026-07-30"), ..with_notice(30) });
    assert!(table.enterprise.call(pairings::propose(&fresh)).await.is_ok(), "the village is free again");
    test.done().await;
}

#[tokio::test]
async fn a_notice_is_taken_back_by_whoever_gave_it_or_ended_early_by_the_other_side() {
    let test = TestApp::new().await;
    let first = table(&test).await;
    let active = paired(&first, 1, with_notice(30)).await;
    let id = active.row.id;
    let Table { enterprise, village, federation, .. } = &first;
    assert_eq!(with(village, &active, PairingStep::WithdrawNotice).await.unwrap_err().status, 409, "there is none");
    assert_eq!(with(enterprise, &active, PairingStep::AgreeToEnd).await.unwrap_err().status, 409);
    let given = leave(village, &active, WHY).await.unwrap();
    assert!(
        given.may.steps.contains(&PairingStep::WithdrawNotice) && !given.may.steps.contains(&PairingStep::AgreeToEnd)
    );
    for other in [enterprise, federation] {
        assert_eq!(with(other, &given, PairingStep::WithdrawNotice).await.unwrap_err().status, 403);
    }
    letters(&test, "").await;
    let stays = with(village, &given, PairingStep::WithdrawNotice).await.unwrap();
    assert_eq!((stays.row.status, stays.notice.is_none()), (PairingStatus::Active, true));
    assert_eq!(letters(&test, "终止结对的通知已撤回").await, 2);
    test.clock.advance(Duration::days(40));
    assert_eq!(turn::take(&test.app).await.unwrap(), 0, "nothing of it is left");
    let Table { enterprise, village, federation, .. } = &again(&test, &first).await;

    let given = leave(enterprise, &stays, "停产，无力继续").await.unwrap();
    for other in [enterprise, federation] {
        let refused = with(other, &given, PairingStep::AgreeToEnd).await.unwrap_err();
        assert_eq!(refused.status, 403, "not by itself, and the federation ends it in its own name");
    }
    let stale = with(village, &stays, PairingStep::AgreeToEnd).await.unwrap_err();
    assert_eq!(stale.status, 409, "of a version before");
    let read = village.call(pairings::get(id)).await.unwrap();
    assert!(read.may.steps.contains(&PairingStep::AgreeToEnd), "{:?}", read.may.steps);
    letters(&test, "").await;
    let ended = with(village, &read, PairingStep::AgreeToEnd).await.unwrap();
    assert_eq!((ended.row.status, ended.ended.unwrap().reason.as_str()), (PairingStatus::Terminated, "停产，无力继续"));
    assert_eq!(letters(&test, "结对提前终止").await, 2);
    assert_eq!(with(village, &read, PairingStep::AgreeToEnd).await.unwrap_err().status, 409, "once");
    let outcomes: Vec<String> = sqlx::query_scalar("select outcome from pairing_notice order by number")
        .fetch_all(&test.app.pool)
        .await
        .unwrap();
    assert_eq!(outcomes, ["withdrawn", "agreed"]);
    test.done().await;
}

#[tokio::test]
async fn the_federation_ends_at_once_and_a_hand_over_overtakes_a_notice() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let active = paired(&table, 1, with_notice(60)).await;
    let given = leave(&table.enterprise, &active, WHY).await.unwrap();
    let terminate = PairingStep::Terminate;
    let silent = with(&table.federation, &given, terminate).await.unwrap_err();
    assert_eq!(silent.fields(), ["reason"]);
    let why = seen(&given, "双方有纠纷，协调不成");
    let ended = table.federation.call(pairings::step(terminate, given.row.id, &why)).await.unwrap();
    assert_eq!((ended.row.status, ended.notice.is_none()), (PairingStatus::Terminated, true));
    assert_eq!(ended.ended.unwrap().reason, "双方有纠纷，协调不成");

    let other = paired(&table, 2, with_notice(60)).await;
    let given = leave(&table.village, &other, WHY).await.unwrap();
    let successor = test.enterprise("新公司").await;
    let to = HandOver {
        version: given.version,
        id: PairingId(Uuid::from_u128(3)),
        enterprise: test.organisation_of(&successor).await,
        cause: HandOverCause::Merged,
        reason: "两家公司合并".into(),
    };
    let next = table.federation.call(pairings::hand_over(given.row.id, &to)).await.unwrap();
    assert_eq!((next.row.status, next.notice.is_none()), (PairingStatus::Active, true), "it goes on as it was agreed");
    test.clock.advance(Duration::days(90));
    turn::take(&test.app).await.unwrap();
    let federation = test.signed_in("federation-441424").await;
    assert_eq!(status(&federation, next.row.id).await, PairingStatus::Active);
    let outcomes: Vec<String> =
        sqlx::query_scalar("select outcome from pairing_notice").fetch_all(&test.app.pool).await.unwrap();
    assert_eq!(outcomes, ["overtaken", "overtaken"]);
    test.done().await;
}

#[tokio::test]
async fn the_period_is_a_term_that_is_talked_about() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let Table { enterprise, village, firm, .. } = &table;
    let long = enterprise.call(pairings::propose(&new_pairing(1, *firm, with_notice(366)))).await.unwrap_err();
    assert_eq!(long.fields(), ["notice_days"]);
    let made = enterprise.call(pairings::propose(&new_pairing(1, *firm, with_notice(30)))).await.unwrap();
    let counter = NewTerms { version: made.version, terms: with_notice(0), voluntary: false, message: String::new() };
    let countered = village.call(pairings::counter(made.row.id, &counter)).await.unwrap();
    let [change] = countered.changes.as_slice() else { panic!("one: {:?}", countered.changes) };
    assert_eq!((change.before.as_str(), change.after.as_str()), ("30 天", "0 天"));
    let agreed = enterprise.call(pairings::agree(made.row.id, &to(&countered))).await.unwrap();
    let active = signed(&table, &crate::pairings::approved(&table.federation, &agreed).await, 1).await;
    let ended = leave(village, &active, WHY).await.unwrap();
    assert_eq!(ended.row.status, PairingStatus::Terminated, "no notice was settled");
    // Who says nothing has thirty days.
    let mut body = serde_json::to_value(new_pairing(2, *firm, with_notice(7))).unwrap();
    body["terms"].as_object_mut().unwrap().remove("notice_days");
    let silent: pairings::NewPairing = serde_json::from_value(body).unwrap();
    assert_eq!(silent.terms.notice_days, 30);
    test.done().await;
}

#[tokio::test]
async fn what_ends_earlier_anyway_is_not_left_and_what_was_left_before_its_first_day_never_begins() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let short = PairingTerms { last_day: day("2026-08-15"), ..with_notice(60) };
    let active = paired(&table, 1, short).await;
    let refused = leave(&table.village, &active, WHY).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("2026-08-15 到期"), "{}", refused.error.message);
    let own = table.village.call(pairings::get(active.row.id)).await.unwrap();
    assert!(!own.may.steps.contains(&PairingStep::GiveNotice));

    let other = test.enterprise("别家").await;
    let firm = test.organisation_of(&other).await;
    let seat = Table { enterprise: other, firm, ..table };
    let later = PairingTerms { first_day: day("2026-07-20"), ..with_notice(10) };
    let signed = paired(&seat, 2, later).await;
    assert_eq!(signed.row.status, PairingStatus::Signed);
    let given = leave(&seat.enterprise, &signed, "停产，无力继续").await.unwrap();
    assert_eq!(given.row.ends_on, Some(day("2026-07-10")));
    test.clock.advance(Duration::days(20));
    turn::take(&test.app).await.unwrap();
    let federation = test.signed_in("federation-441424").await;
    assert_eq!(status(&federation, signed.row.id).await, PairingStatus::Terminated);
    assert_eq!(events(&test, "pairing_began").await, 0);
    test.done().await;
}

#[tokio::test]
async fn nobody_ends_early_for_a_village_that_is_not_his() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let other = test.person("other-head", OrganisationKind::Village, Some(SILENT), Role::VillageHead).await;
    let both = PairingTerms { villages: vec![VILLAGE.parse().unwrap(), SILENT.parse().unwrap()], ..with_notice(30) };
    let made = table.enterprise.call(pairings::propose(&new_pairing(1, table.firm, both))).await.unwrap();
    table.village.call(pairings::agree(made.row.id, &to(&made))).await.unwrap();
    let agreed = other.call(pairings::agree(made.row.id, &to(&made))).await.unwrap();
    let approved = crate::pairings::approved(&table.federation, &agreed).await;
    let confirm = pairings::ConfirmAgreement { hash: approved.agreement.clone().unwrap().hash, note: String::new() };
    other.call(pairings::confirm(approved.row.id, &confirm)).await.unwrap();
    let active = signed(&table, &approved, 1).await;
    let given = leave(&table.enterprise, &active, WHY).await.unwrap();
    for village in [&table.village, &other] {
        assert_eq!(with(village, &given, PairingStep::AgreeToEnd).await.unwrap_err().status, 403, "one of two");
    }
    test.done().await;
}

#[tokio::test]
async fn who_leaves_with_notice_is_among_those_who_leave_soon() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let active = paired(&table, 1, PairingTerms { last_day: day("2029-06-29"), ..with_notice(45) }).await;
    let town = async || {
        let call = coverage::of_place(&TOWN.parse().unwrap(), &CoverageQuery::default());
        test.visitor().call(call).await.unwrap()
    };
    assert_eq!((town().await.whole.leaving, town().await.ending.len()), (0, 0), "three years are left");
    let given = leave(&table.village, &active, WHY).await.unwrap();
    let left = town().await;
    assert_eq!(left.whole.leaving, 1);
    assert_eq!(left.ending.iter().map(|ending| ending.last_day).collect::<Vec<_>>(), [day("2026-08-14")]);
    with(&table.village, &given, PairingStep::WithdrawNotice).await.unwrap();
    assert_eq!(town().await.whole.leaving, 0);
    test.done().await;
}

#[tokio::test]
async fn leaving_has_forms() {
    let test = TestApp::new().await;
    let table = table(&test).await;
    let active = paired(&table, 1, with_notice(30)).await;
    let path = format!("/pairings/{}", active.row.id);
    let page = table.village.page(&path).await.text();
    assert!(page.contains("按协议要提前 30 天通知") && !page.contains("value=\"terminate\""), "{page}");
    let version = active.version.to_string();
    let leave =
        |reason| [("row", "give-notice"), ("version", &*version), ("reason", reason), ("action", "give-notice")];
    let silent = table.village.form(&path, &leave("不")).await;
    assert!(silent.status == 422 && silent.text().contains("请写明原因"), "{}", silent.text());
    assert_eq!(table.village.form(&path, &leave(WHY)).await.location(), format!("{path}?done=notice-given"));
    let other = table.enterprise.page(&path).await.text();
    assert!(other.contains("同意提前终止") && !other.contains("撤回终止通知"), "{other}");
    let version = (active.version + 1).to_string();
    let back = [("row", "withdraw-notice"), ("version", &*version), ("action", "withdraw-notice")];
    let stays = table.village.form(&path, &back).await;
    assert_eq!(stays.location(), format!("{path}?done=notice-withdrawn"), "{}", stays.text());
    test.done().await;
}
