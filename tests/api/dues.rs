//! What an enterprise has promised, by day: as a page, as a table and as a calendar.

use crate::commitments::{Given, given, open, part, promise};
use crate::money::new_pledge;
use crate::needs::VILLAGE;
use crate::pairings::{Table, paired, terms};
use crate::statements::Statements;
use axum::http::StatusCode;
use backend::tables::{self, Limits};
use chrono::{Duration, NaiveDate};
use domain::api::commitments;
use domain::api::dues::{self, Due, DueList, DueQuery};
use domain::api::pairings::{self, MilestoneReport, NewMilestone, NewPairingContact, SeenMilestone};
use domain::api::pledges;
use domain::due::DueKind::{self, Commitment, Milestone, PairingEnd, Pledge};
use domain::due::DueStanding;
use domain::need::ContributionKind;
use domain::pairing::{MilestoneInput, PairingPerson, PairingSide, PairingStep, PairingTerms};
use domain::{MilestoneId, PairingId};
use std::collections::BTreeSet;
use tests::{Client, TestApp};
use uuid::Uuid;

const FILES: [&str; 2] = ["/api/v1/commitments/due.csv", "/api/v1/commitments/due.ics"];

async fn list(client: &Client<'_>, show: &str) -> DueList {
    let show = Some(show.to_owned()).filter(|show| !show.is_empty());
    client.call(dues::list(&DueQuery { show, after: None })).await.unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn told(due: &Due) -> (DueKind, Option<NaiveDate>, DueStanding) {
    (due.kind, due.day, due.standing)
}

/// Lays a milestone down between both sides.
async fn milestone(table: &Table<'_>, n: u128, pairing: PairingId, title: &str, owner: PairingSide, due: &str) {
    let input = MilestoneInput { title: title.into(), owner, due_on: day(due) };
    let new = NewMilestone { id: MilestoneId(Uuid::from_u128(n)), input };
    table.enterprise.call(pairings::plan(pairing, &new)).await.unwrap();
    table.village.call(pairings::accept_day(new.id, SeenMilestone { version: 1 })).await.unwrap();
}

/// A commitment, a pledge, and a pairing with the same village: its end, two milestones of the enterprise and one of the
/// village's.
async fn scene(test: &TestApp) -> (Table<'_>, PairingId) {
    let Given { village, federation, enterprise, need } = given(test, ContributionKind::Goods).await;
    enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    let charity = test.charity("示例慈善会").await;
    let campaign = test.campaign(&[&charity]).await;
    enterprise.call(pledges::create(&new_pledge(1, campaign, &charity, None))).await.unwrap();
    let firm = test.organisation_of(&enterprise).await;
    // Agreements are confirmed by whoever answers for the village.
    let head = test.organisation_of(&village).await;
    let head = test.member("head", head, domain::organisation::Role::VillageHead).await;
    let table = Table { enterprise, village: head, federation, firm };
    let active = paired(&table, 1, PairingTerms { villages: vec![VILLAGE.parse().unwrap()], ..terms() }).await;
    let id = active.row.id;
    milestone(&table, 31, id, "技术员进村", PairingSide::Enterprise, "2026-07-20").await;
    milestone(&table, 32, id, "=1+1，建冷库；第一批", PairingSide::Enterprise, "2026-12-31").await;
    milestone(&table, 33, id, "整理仓库", PairingSide::Place(VILLAGE.parse().unwrap()), "2026-07-10").await;
    (table, id)
}

#[tokio::test]
async fn what_was_promised_stands_by_day_and_is_late_by_the_day_of_shanghai() {
    let test = TestApp::new().await;
    let (table, pairing) = scene(&test).await;
    let all = list(&table.enterprise, "").await;
    let open = DueStanding::Open;
    assert_eq!(
        all.items.iter().map(told).collect::<Vec<_>>(),
        [
            (Milestone, Some(day("2026-07-20")), open),
            (Commitment, Some(day("2026-09-30")), open),
            (Milestone, Some(day("2026-12-31")), open),
            (PairingEnd, Some(day("2027-06-29")), open),
            (Pledge, None, open),
        ]
    );
    let [first, goods, _, end, pledge] = all.items.as_slice() else { panic!("five") };
    assert_eq!((goods.quantity, goods.delivered, goods.unit.as_str()), (Some(8), Some(0), "盏"));
    assert_eq!((goods.villages[0].county.as_str(), goods.villages.len()), ("五华县", 1));
    assert_eq!((goods.pairing, first.pairing, end.pairing), (Some(pairing), Some(pairing), Some(pairing)));
    assert_eq!(pledge.amount_fen.unwrap().to_string(), "50,000 元");
    assert_eq!((pledge.arrived_fen.unwrap().to_string().as_str(), pledge.villages.len()), ("0 元", 0));
    assert_eq!((all.counts.all, all.counts.late, all.counts.soon, all.counts.done), (5, 0, 1, 0));
    assert_eq!(
        list(&table.enterprise, "soon").await.items,
        std::slice::from_ref(first),
        "thirty days, this one is in twenty"
    );

    // 23:59:59 of the day itself, then midnight.
    let midnight = day("2026-07-21").and_hms_opt(0, 0, 0).unwrap().and_utc() - Duration::hours(8);
    test.clock.advance(midnight - test.clock.now() - Duration::seconds(1));
    let enterprise = test.signed_in("firm").await;
    assert_eq!(list(&enterprise, "late").await.items.len(), 0);
    test.clock.advance(Duration::seconds(1));
    let late = list(&enterprise, "late").await;
    assert_eq!(
        late.items.iter().map(told).collect::<Vec<_>>(),
        [(Milestone, Some(day("2026-07-20")), DueStanding::Late)]
    );
    let page = enterprise.page("/commitments/due").await.text();
    assert!(page.contains("已过期的（1）") && page.contains("技术员进村") && page.contains("没有约定日期"), "{page}");

    // Reported it waits for the other side, verified it is done.
    let (village, id) = (test.signed_in("head").await, MilestoneId(Uuid::from_u128(31)));
    let report = MilestoneReport { version: 2, note: "两名技术员到了".into(), pictures: Vec::new() };
    enterprise.call(pairings::submit(id, &report)).await.unwrap();
    let all = list(&enterprise, "").await;
    assert_eq!(told(&all.items[0]), (Milestone, Some(day("2026-07-20")), DueStanding::Waiting));
    village.call(pairings::verify(id, SeenMilestone { version: 3 })).await.unwrap();
    let all = list(&enterprise, "").await;
    assert_eq!(
        told(all.items.last().unwrap()),
        (Milestone, Some(day("2026-07-20")), DueStanding::Done),
        "settled last"
    );
    assert_eq!((all.counts.late, all.counts.done), (0, 1));

    // What is left with its pairing is nobody's any more; the end is that of the notice while it runs.
    let read = enterprise.call(pairings::get(pairing)).await.unwrap();
    let why = pairings::PairingReason { version: read.version, reason: "停产，无力继续".into() };
    enterprise.call(pairings::step(PairingStep::Terminate, pairing, &why)).await.unwrap();
    let all = list(&enterprise, "").await;
    let dropped: Vec<_> = all.items.iter().filter(|due| due.standing == DueStanding::Dropped).map(told).collect();
    assert_eq!(
        dropped,
        [
            (Milestone, Some(day("2026-12-31")), DueStanding::Dropped),
            (PairingEnd, Some(day("2026-07-21")), DueStanding::Dropped)
        ]
    );
    assert!(all.contacts.is_empty() && all.items.iter().all(|due| due.pairing.is_none()));
    test.done().await;
}

#[tokio::test]
async fn a_pairing_under_notice_ends_on_the_day_of_the_notice() {
    let test = TestApp::new().await;
    let Given { village, federation, enterprise, .. } = given(&test, ContributionKind::Goods).await;
    let firm = test.organisation_of(&enterprise).await;
    let head = test.member("head", test.organisation_of(&village).await, domain::organisation::Role::VillageHead).await;
    let table = Table { enterprise, village: head, federation, firm };
    let terms = PairingTerms { villages: vec![VILLAGE.parse().unwrap()], notice_days: 20, ..terms() };
    let active = paired(&table, 1, terms).await;
    let why = pairings::PairingReason { version: active.version, reason: "企业一年没来过了".into() };
    table.village.call(pairings::step(PairingStep::GiveNotice, active.row.id, &why)).await.unwrap();
    let soon = list(&table.enterprise, "soon").await;
    let [end] = soon.items.as_slice() else { panic!("one: {:?}", soon.items) };
    assert_eq!((end.kind, end.day, end.state.as_str()), (PairingEnd, Some(day("2026-07-20")), "已提出终止"));
    test.done().await;
}

/// The rows of a table below its heading, cell by cell.
fn rows(csv: &[u8]) -> Vec<Vec<String>> {
    assert!(csv.starts_with("\u{feff}".as_bytes()), "a mark, for Excel");
    let table = tables::read(csv, &Limits { rows: 5_000, columns: 20, cell_chars: 500, bytes: 1_000_000 }).unwrap();
    let cells = |row: &tables::Row| (0..row.width()).map(|n| row.text(n).unwrap().to_owned()).collect();
    table.rows.iter().skip(1).map(cells).collect()
}

/// The lines of a calendar, put together again.
fn lines(ics: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(ics).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{text}");
    text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

#[tokio::test]
async fn the_page_the_table_and_the_calendar_say_the_same() {
    let test = TestApp::new().await;
    let (table, pairing) = scene(&test).await;
    let person = PairingPerson { name: "李四光".into(), position: "经理".into(), phone: "13800138000".into() };
    let contact = NewPairingContact { side: PairingSide::Enterprise, person: Some(person) };
    table.enterprise.call(pairings::name_contact(pairing, &contact)).await.unwrap();
    test.clock.advance(Duration::days(25));
    let enterprise = test.signed_in("firm").await;
    for show in ["", "late", "soon", "done"] {
        let listed = list(&enterprise, show).await.items;
        let [csv, ics] = FILES.map(|file| format!("{file}?show={show}"));
        let csv = enterprise.page(&csv).await;
        assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
        assert!(csv.headers["content-disposition"].to_str().unwrap().starts_with("attachment"), "{show}");
        let rows = rows(&csv.body);
        let said = |due: &Due| {
            (due.day.map(|day| day.to_string()).unwrap_or_default(), due.reference.clone(), due.state.clone())
        };
        let written = |row: &Vec<String>| (row[0].clone(), row[11].clone(), row[9].clone());
        assert_eq!(rows.iter().map(written).collect::<Vec<_>>(), listed.iter().map(said).collect::<Vec<_>>(), "{show}");

        let ics = enterprise.page(&ics).await;
        assert_eq!(ics.headers["content-type"], "text/calendar; charset=utf-8; method=PUBLISH");
        let lines = lines(&ics.body);
        let values = |property: &str| -> Vec<String> {
            lines.iter().filter_map(|line| line.strip_prefix(property)).map(str::to_owned).collect()
        };
        let dated: Vec<&Due> = listed.iter().filter(|due| due.day.is_some()).collect();
        assert_eq!(
            values("UID:"),
            dated.iter().map(|due| format!("{}@qiancun", due.key)).collect::<Vec<_>>(),
            "{show}"
        );
        let days: Vec<_> = dated.iter().map(|due| due.day.unwrap().format("%Y%m%d").to_string()).collect();
        assert_eq!(values("DTSTART;VALUE=DATE:"), days, "{show}");
        for file in [&csv.body, &ics.body] {
            let said = std::str::from_utf8(file).unwrap();
            assert!(!said.contains("李四光") && !said.contains("13800138000"), "no persons: {said}");
        }
    }
    let csv = enterprise.page(FILES[0]).await;
    // Our own reader takes the mark off again.
    assert!(csv.text().contains(",'=1+1，建冷库；第一批,"), "no formula: {}", csv.text());
    let whole = rows(&csv.body);
    let goods = whole.iter().find(|row| row[6] == "盏").unwrap();
    assert_eq!((goods[3].as_str(), goods[4].as_str(), goods[5].as_str()), ("五华县转水镇輋𣒍村", "8", "0"));
    assert!(goods[12].starts_with("https://qiancun.test/commitments/"), "{goods:?}");
    let pledge = whole.iter().find(|row| row[1] == "认捐").unwrap();
    assert_eq!((pledge[0].as_str(), pledge[7].as_str(), pledge[8].as_str()), ("", "50000", "0"), "no day is made up");
    let wrong = enterprise.page(&format!("{}?show=all", FILES[0])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = enterprise.page("/commitments/due").await.text();
    assert!(page.contains("李四光") && page.contains("tel:13800138000"), "on the page they are: {page}");
    test.done().await;
}

#[tokio::test]
async fn nobody_else_reads_what_an_enterprise_has_promised() {
    let test = TestApp::new().await;
    let (table, _) = scene(&test).await;
    let other = test.enterprise("别家").await;
    let empty = list(&other, "").await;
    assert!(empty.items.is_empty() && empty.contacts.is_empty() && empty.counts.all == 0);
    let page = other.page("/commitments/due").await.text();
    assert!(page.contains("还没有答应过什么") && !page.contains("技术员进村") && !page.contains(".ics"), "{page}");
    assert_eq!(rows(&other.page(FILES[0]).await.body).len(), 0);
    assert!(lines(&other.page(FILES[1]).await.body).iter().all(|line| line != "BEGIN:VEVENT"));
    let auditor = test.auditor().await;
    for client in [&table.village, &table.federation, &auditor] {
        assert_eq!(client.call(dues::list(&DueQuery::default())).await.unwrap_err().status, 403);
        assert_eq!(client.page("/commitments/due").await.status, StatusCode::FORBIDDEN);
        for file in FILES {
            assert_eq!(client.page(file).await.status, StatusCode::FORBIDDEN, "{file}");
        }
    }
    for file in FILES {
        assert_eq!(test.visitor().page(file).await.status, StatusCode::UNAUTHORIZED, "{file}");
    }
    assert_eq!(test.visitor().page("/commitments/due").await.status, StatusCode::SEE_OTHER, "signs in first");
    test.done().await;
}

#[tokio::test]
async fn a_long_list_is_paged_and_costs_as_many_statements_as_a_short_one() {
    let test = TestApp::new().await;
    let (table, pairing) = scene(&test).await;
    let asked = async || {
        let (list, sent) = Statements::sent_by(list(&table.enterprise, "")).await;
        (list, sent.into_iter().filter(|sql| !sql.starts_with("begin") && !sql.starts_with("commit")).count())
    };
    let (_, few) = asked().await;
    for n in 0..50 {
        milestone(&table, 100 + n, pairing, "培训一次", PairingSide::Enterprise, "2026-10-01").await;
    }
    let need =
        open(&test, (&test.signed_in("village-441424103203").await, &table.federation), ContributionKind::Purchase, 9)
            .await;
    table.enterprise.call(commitments::create(&promise(9, &need, 1))).await.unwrap();
    let (first, many) = asked().await;
    assert_eq!((first.counts.all, first.items.len(), many), (56, 50, few));
    let query = DueQuery { show: None, after: first.next.clone() };
    let rest = table.enterprise.call(dues::list(&query)).await.unwrap();
    let keys: BTreeSet<_> = first.items.iter().chain(&rest.items).map(|due| due.key.clone()).collect();
    assert_eq!((rest.items.len(), rest.next, keys.len()), (6, None, 56));
    let nowhere = DueQuery { show: None, after: Some("milestone-0".into()) };
    assert_eq!(table.enterprise.call(dues::list(&nowhere)).await.unwrap_err().fields(), ["after"]);
    let page = table.enterprise.page(&format!("/commitments/due?after={}", first.next.unwrap())).await.text();
    assert!(page.contains("没有约定日期"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_delivered_commitment_is_done() {
    let test = TestApp::new().await;
    let Given { village, enterprise, need, .. } = given(&test, ContributionKind::Goods).await;
    let made = enterprise.call(commitments::create(&promise(1, &need, 8))).await.unwrap();
    village.call(commitments::receive(made.row.id, &part(11, &village, 3).await)).await.unwrap();
    let half = list(&enterprise, "").await;
    assert_eq!((half.items[0].delivered, half.items[0].state.as_str()), (Some(3), "部分兑现"));
    village.call(commitments::receive(made.row.id, &part(12, &village, 5).await)).await.unwrap();
    assert_eq!(
        list(&enterprise, "done").await.items.iter().map(|due| due.standing).collect::<Vec<_>>(),
        [DueStanding::Done]
    );
    test.done().await;
}
