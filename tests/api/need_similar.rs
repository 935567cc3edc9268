//! Needs that may be the same need: who is told of which, and that it blocks nothing.

use crate::needs::{VILLAGE, content, opened};
use chrono::Duration;
use domain::NeedId;
use domain::api::need_versions::similar;
use domain::api::needs::{self, Need, NeedStep, NewNeed, Seen};
use domain::need::similar::SimilarReason::{LikeTitle, SameField, SameTown, SameVillage};
use domain::need::{Field, NeedAction, NeedContent, NeedStatus};
use domain::organisation::{OrganisationKind, Role};
use tests::{Client, TestApp};
use uuid::Uuid;

const NEIGHBOUR: &str = "441424103204";
const OTHER_TOWN: &str = "441424104201";

fn titled(village: &str, title: &str) -> NeedContent {
    NeedContent { title: title.into(), village: village.parse().unwrap(), ..content() }
}

async fn draft(village: &Client<'_>, n: u128, content: NeedContent) -> Need {
    village.call(needs::create(&NewNeed { id: NeedId(Uuid::from_u128(n)), content })).await.unwrap()
}

async fn handed_in(village: &Client<'_>, n: u128, content: NeedContent) -> Need {
    let need = draft(village, n, content).await;
    village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap()
}

async fn titles(client: &Client<'_>, need: &Need) -> Vec<String> {
    let found = client.call(similar(need.id)).await.unwrap();
    found.items.into_iter().map(|found| found.need.title).collect()
}

#[tokio::test]
async fn author_and_reviewers_are_told_what_may_be_the_same_and_why() {
    let test = TestApp::new().await;
    let (village, neighbour) = (test.village(VILLAGE).await, test.village(NEIGHBOUR).await);
    let far = test.village(OTHER_TOWN).await;
    let federation = test.federation("441424").await;
    let town = test.person("town", OrganisationKind::Town, Some(&VILLAGE[..9]), Role::TownReviewer).await;
    handed_in(&village, 1, titled(VILLAGE, "饮水安全巩固工程")).await;
    let road = NeedContent { field: Some(Field::VillageLandscape), ..titled(VILLAGE, "村口荒地改建小公园") };
    handed_in(&village, 2, road).await;
    handed_in(&neighbour, 3, titled(NEIGHBOUR, "饮水安全巩固工程")).await;
    handed_in(&far, 4, titled(OTHER_TOWN, "饮水安全巩固工程")).await;
    draft(&neighbour, 5, titled(NEIGHBOUR, "饮水安全巩固")).await;
    let own_draft = draft(&village, 6, titled(VILLAGE, "自来水进户")).await;

    let need = handed_in(&village, 7, titled(VILLAGE, "饮水安全工程（二期）")).await;
    assert_eq!(titles(&village, &need).await, ["饮水安全巩固工程", "自来水进户"], "what others wrote is not public");
    assert_eq!(titles(&federation, &need).await.len(), 2);
    let found = town.call(similar(need.id)).await.unwrap().items;
    let told: Vec<_> = found.iter().map(|found| (found.need.title.as_str(), &found.similarity.reasons[..])).collect();
    assert_eq!(
        told,
        [
            ("饮水安全巩固工程", &[SameVillage, SameField, LikeTitle][..]),
            ("饮水安全巩固工程", &[SameTown, SameField, LikeTitle][..]),
        ]
    );
    for client in [&village, &town] {
        let page = client.page(&format!("/needs/{}", need.id)).await.text();
        for words in ["可能重复的需求", "同村、同领域、标题相近", "镇审"] {
            assert!(page.contains(words), "{words}:\n{page}");
        }
    }
    let page = village.page(&format!("/work/needs/{}", own_draft.id)).await.text();
    assert!(
        page.contains("可能重复的需求") && page.contains("饮水安全巩固工程"),
        "on the form after it was saved: {page}"
    );
    assert_eq!(neighbour.call(similar(need.id)).await.unwrap_err().status, 404);
    assert_eq!(test.visitor().call(similar(need.id)).await.unwrap_err().status, 401);
    test.done().await;
}

#[tokio::test]
async fn a_need_that_was_done_is_told_for_two_years_and_one_that_was_withdrawn_never() {
    let test = TestApp::new().await;
    let ready = crate::disbursements::ready(&test).await;
    let federation = test.signed_in("federation-441424").await;
    test.follow().await;
    let (village, need) = (&ready.village, &ready.need);
    let payment = crate::deliveries::advance(&ready).await;
    let report = vec![crate::deliveries::item(30_000, false)];
    let report = crate::deliveries::new_report(1, village, payment.id, report).await;
    let step = |action| needs::step(action, need.id, &Seen { version: need.version }.into());
    village.call(step(NeedAction::Start)).await.unwrap();
    village.call(domain::api::deliveries::report(need.id, &report)).await.unwrap();
    village.call(step(NeedAction::Finish)).await.unwrap();
    let accept = domain::api::deliveries::accept(report.vouchers[0].id, 1);
    ready.charity.checker.call(accept).await.unwrap();
    assert_eq!(federation.call(step(NeedAction::Close)).await.unwrap().status, NeedStatus::Closed);
    let gone = draft(village, 8, titled(VILLAGE, "饮水安全巩固工程")).await;
    let why = NeedStep { version: gone.version, reason: "写错了，不要了".into() };
    village.call(needs::step(NeedAction::Withdraw, gone.id, &why)).await.unwrap();

    let again = draft(village, 9, titled(VILLAGE, "饮水安全工程")).await;
    let found = village.call(similar(again.id)).await.unwrap().items;
    assert_eq!(found.iter().map(|found| found.need.id).collect::<Vec<_>>(), [need.id]);
    let page = village.page(&format!("/needs/{}", again.id)).await.text();
    assert!(page.contains("已办结"), "{page}");
    test.clock.advance(Duration::days(2 * 365 + 2));
    let village = test.signed_in(&format!("village-{VILLAGE}")).await;
    assert!(village.call(similar(again.id)).await.unwrap().items.is_empty());
    test.done().await;
}

#[tokio::test]
async fn the_same_need_twice_is_approved_all_the_same_by_whoever_thinks_so() {
    let test = TestApp::new().await;
    let (village, federation) = (test.village(VILLAGE).await, test.federation("441424").await);
    let first = handed_in(&village, 1, titled(VILLAGE, "饮水安全巩固工程")).await;
    opened(&test, &federation, &first).await;
    let second = handed_in(&village, 2, titled(VILLAGE, "饮水安全巩固工程")).await;
    assert_eq!(titles(&federation, &second).await, ["饮水安全巩固工程"]);
    assert_eq!(opened(&test, &federation, &second).await.status, NeedStatus::Open);
    test.done().await;
}
