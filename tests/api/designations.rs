//! A pledge for several things at once: rows that add up, filled in their order, read wherever one need was.

use crate::disbursements::{allocation, gift};
use crate::money::{new_line, new_pledge, open_need};
use crate::needs::{VILLAGE, new_need};
use axum::http::StatusCode;
use domain::api::arrivals::{self, ConfirmLine, MatchLine, MatchPart};
use domain::api::needs::Need;
use domain::api::pledges::{self, Designate, NewPledge, Pledge};
use domain::api::{disbursements, money, places};
use domain::need::Field;
use domain::pledge::{Designation, DesignationTarget, PledgeInput, Restriction};
use domain::{CampaignId, Fen};
use tests::TestApp;
use tests::people::Charity;

pub fn row(target: DesignationTarget, yuan: i64) -> Designation {
    Designation { target, amount: Fen::yuan(yuan) }
}

pub fn for_need(need: &Need, yuan: i64) -> Designation {
    row(DesignationTarget::Need { need: need.id }, yuan)
}

/// A pledge of as much as its rows add up to.
pub fn divided(n: u128, campaign: CampaignId, charity: &Charity<'_>, rows: &[Designation]) -> NewPledge {
    let new = new_pledge(n, campaign, charity, None);
    let amount = Fen::sum(rows.iter().map(|row| row.amount)).unwrap();
    NewPledge { input: PledgeInput { amount, designations: rows.to_vec(), ..new.input.clone() }, ..new }
}

fn shares(pledge: &Pledge) -> Vec<(i64, i64)> {
    pledge.designations.iter().map(|row| (row.amount_fen.get() / 100, row.arrived_fen.get() / 100)).collect()
}

#[tokio::test]
async fn arrived_money_fills_the_rows_in_their_order_and_every_page_reads_its_own_row() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let village = VILLAGE.parse::<domain::place::PlaceCode>().unwrap();
    let town = village.parent().unwrap();
    let rows = [
        for_need(&need, 30_000),
        row(DesignationTarget::Village { village: village.clone() }, 20_000),
        row(DesignationTarget::Town { town: town.clone() }, 10_000),
        row(DesignationTarget::Field { field: Field::Infrastructure }, 5_000),
    ];
    let new = divided(1, campaign, &charity, &rows);
    let pledge = gift(&charity, &enterprise, &new, 1, 45_000).await;
    assert_eq!(enterprise.call(pledges::create(&new)).await.unwrap().id, pledge.id, "sent twice, made once");
    let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!(shares(&read), [(30_000, 30_000), (20_000, 15_000), (10_000, 0), (5_000, 0)]);
    assert_eq!(read.need, None, "not all of it is for the need");

    let visitor = test.visitor();
    let of_need = visitor.call(money::of_need(need.id)).await.unwrap();
    assert_eq!((of_need.money.pledged, of_need.money.arrived), (Fen::yuan(30_000), Fen::yuan(30_000)));
    assert_eq!(of_need.pledges[0].amount_fen, Some(Fen::yuan(30_000)), "the row, not the whole pledge");
    let of_village = visitor.call(places::get(&village)).await.unwrap().money;
    assert_eq!((of_village.pledged, of_village.arrived), (Fen::yuan(50_000), Fen::yuan(45_000)));
    let of_town = visitor.call(places::get(&town)).await.unwrap().money;
    assert_eq!((of_town.pledged, of_town.arrived), (Fen::yuan(60_000), Fen::yuan(45_000)));

    // What comes later goes on where the first ended, and what is beyond the pledge goes to the last row.
    let line = new_line(2, &charity, "金柚", 25_000, "");
    let line = charity.maker.call(arrivals::enter(&line)).await.unwrap();
    let part = MatchPart { amount_fen: Fen::yuan(25_000), pledge: Some(pledge.id), campaign: None };
    let line = charity.maker.call(arrivals::match_(line.id, &MatchLine { parts: vec![part] })).await.unwrap();
    let lots = line.parts.iter().map(|part| part.lot).collect();
    charity.checker.call(arrivals::confirm(line.id, &ConfirmLine { lots })).await.unwrap();
    let read = enterprise.call(pledges::get(pledge.id)).await.unwrap();
    assert_eq!(shares(&read), [(30_000, 30_000), (20_000, 20_000), (10_000, 10_000), (5_000, 10_000)]);
    let page = enterprise.page(&format!("/pledges/{}", pledge.id)).await.text();
    assert!(page.contains("分给 4 处") && page.contains("基础设施建设"), "{page}");
    assert!(enterprise.page("/my-gifts").await.text().contains("基础设施建设"));
    test.done().await;
}

#[tokio::test]
async fn rows_that_do_not_add_up_or_name_nothing_that_stands_are_refused_by_name() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let whole = divided(1, campaign, &charity, &[for_need(&need, 600), row(DesignationTarget::Undesignated, 400)]);
    let refused = async |input: PledgeInput| {
        let new = NewPledge { input, ..whole.clone() };
        let error = enterprise.call(pledges::create(&new)).await.unwrap_err();
        assert_eq!(error.status, StatusCode::UNPROCESSABLE_ENTITY);
        (error.fields().into_iter().map(str::to_owned).collect::<Vec<_>>(), error.error.fields[0].message.clone())
    };
    let (fields, says) = refused(PledgeInput { amount: Fen::yuan(1_200), ..whole.input.clone() }).await;
    assert_eq!(fields, ["designations"]);
    assert!(says.contains("少") && says.contains("200"), "{says}");
    let twice = vec![for_need(&need, 600), for_need(&need, 400)];
    assert_eq!(refused(PledgeInput { designations: twice, ..whole.input.clone() }).await.0, ["designation_1"]);
    let mixed = vec![for_need(&need, 600), row(DesignationTarget::Undirected, 400)];
    let (fields, says) = refused(PledgeInput { designations: mixed, ..whole.input.clone() }).await;
    assert_eq!(fields, ["designation_1"]);
    assert!(says.contains("分成两笔"), "{says}");
    let draft = test.signed_in(&format!("village-{VILLAGE}")).await;
    let draft = draft.call(domain::api::needs::create(&new_need(2))).await.unwrap();
    let closed = vec![for_need(&draft, 600), row(DesignationTarget::Undesignated, 400)];
    assert_eq!(refused(PledgeInput { designations: closed, ..whole.input.clone() }).await.0, ["designation_0"]);
    let pairing = domain::PairingId(uuid::Uuid::from_u128(7));
    let strange = vec![row(DesignationTarget::Pairing { pairing }, 1_000)];
    assert_eq!(refused(PledgeInput { designations: strange, ..whole.input.clone() }).await.0, ["designation_0"]);
    let both = PledgeInput { need: Some(need.id), ..whole.input.clone() };
    assert_eq!(refused(both).await.0, ["need"]);

    enterprise.call(pledges::create(&whole)).await.unwrap();
    let other = [for_need(&need, 500), row(DesignationTarget::Undesignated, 500)];
    let other = enterprise.call(pledges::create(&divided(1, campaign, &charity, &other))).await.unwrap_err();
    assert_eq!(other.status, StatusCode::CONFLICT, "the same id with other rows");
    test.done().await;
}

#[tokio::test]
async fn each_row_is_set_aside_only_to_its_own_share_and_pointed_only_within_its_place() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let elsewhere = "441424104".parse().unwrap();
    let rows = [
        for_need(&need, 100),
        row(DesignationTarget::Town { town: elsewhere }, 50),
        row(DesignationTarget::Undesignated, 50),
    ];
    let pledge = gift(&charity, &enterprise, &divided(1, campaign, &charity, &rows), 1, 160).await;
    let more =
        charity.maker.call(disbursements::allocate(&allocation(1, &need, Some(&pledge), 101))).await.unwrap_err();
    assert_eq!((more.status, more.fields()), (422, vec!["amount_fen"]));
    charity.maker.call(disbursements::allocate(&allocation(1, &need, Some(&pledge), 100))).await.unwrap();

    let unsaid = enterprise.call(pledges::designate(pledge.id, &Designate { need: need.id, position: Some(9) })).await;
    assert_eq!(unsaid.unwrap_err().fields(), ["position"]);
    let far = enterprise.call(pledges::designate(pledge.id, &Designate { need: need.id, position: Some(2) })).await;
    let far = far.unwrap_err();
    assert_eq!((far.status, far.fields()), (422, vec!["need"]), "not in that town");
    let twice = enterprise.call(pledges::designate(pledge.id, &Designate { need: need.id, position: Some(3) })).await;
    assert_eq!(twice.unwrap_err().fields(), ["need"], "the first row is for it already");
    test.done().await;
}

#[tokio::test]
async fn the_form_opens_rows_adds_more_and_names_the_difference_without_script() {
    let test = TestApp::new().await;
    let need = open_need(&test).await;
    let charity = test.charity("示例慈善会").await;
    test.campaign(&[&charity]).await;
    let enterprise = test.enterprise("金柚").await;
    let code = need.code.clone().unwrap();
    let page = enterprise.page(&format!("/pledge?need={code}")).await;
    let (id, receiver, terms) = (page.hidden("id"), page.hidden("receiver"), page.hidden("terms_version"));
    assert!(page.text().contains("分给几处"));
    let fixed = [
        ("id", id.as_str()),
        ("receiver", &receiver),
        ("terms_version", &terms),
        ("amount", "1000"),
        ("public_display", "name"),
        ("notice_acknowledged", "1"),
        ("voluntary", "1"),
        ("restriction", "directed"),
    ];
    let send = async |more: &[(&str, &str)]| {
        let values: Vec<_> = fixed.iter().copied().chain(more.iter().copied()).collect();
        enterprise.form("/pledge", &values).await
    };
    let opened = send(&[("action", "split"), ("need_code", &code)]).await;
    assert_eq!(opened.status, StatusCode::OK);
    assert!(opened.text().contains("第 2 处") && opened.text().contains(&code), "the need is the first row");
    let two = [("split", "1"), ("row_for", "need"), ("row_named", code.as_str()), ("row_amount", "600")];
    let added: Vec<_> =
        two.iter().copied().chain([("row_for", "town"), ("row_named", ""), ("row_amount", "")]).collect();
    let added: Vec<_> = added.into_iter().chain([("action", "rows")]).collect();
    let added = send(&added).await.text();
    assert!(added.contains("第 3 处") && added.contains("还有"), "{added}");
    let short = [("row_for", "field:infrastructure"), ("row_named", ""), ("row_amount", "300"), ("action", "review")];
    let short: Vec<_> = two.iter().copied().chain(short).collect();
    let short = send(&short).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text().contains("少 100"), "{}", short.text());
    let unknown = [("row_for", "village"), ("row_named", "没有的村"), ("row_amount", "400"), ("action", "review")];
    let unknown: Vec<_> = two.iter().copied().chain(unknown).collect();
    assert!(send(&unknown).await.text().contains("没有找到"));
    let right = [("row_for", "field:infrastructure"), ("row_named", ""), ("row_amount", "400")];
    let right: Vec<_> = two.iter().copied().chain(right).collect();
    let review: Vec<_> = right.iter().copied().chain([("action", "review")]).collect();
    let review = send(&review).await;
    assert!(review.text().contains("请核对认捐") && review.text().contains("领域：基础设施建设"), "{}", review.text());
    let confirm: Vec<_> = right.iter().copied().chain([("action", "confirm")]).collect();
    let made = send(&confirm).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let own = enterprise.call(pledges::own()).await.unwrap().items;
    assert_eq!(shares(&own[0]), [(600, 0), (400, 0)]);
    assert_eq!(own[0].restriction, Restriction::Directed);
    test.done().await;
}
