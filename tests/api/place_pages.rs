use crate::deliveries::{advance, item, new_report};
use crate::disbursements::{gift, ready};
use crate::money::new_pledge;
use crate::needs::{VILLAGE, content};
use crate::page_cache::cached;
use crate::place_imports::{CLASSES, import};
use crate::statements::Statements;
use axum::http::{StatusCode, header};
use backend::figures::totals;
use chrono::Duration;
use domain::api::needs::{self, Need, NeedQuery, NeedStep, NewNeed, Seen};
use domain::api::places::{self, PlaceInFull};
use domain::api::{deliveries, money, pledges};
use domain::need::{NeedAction, NeedContent, NeedStatus};
use domain::pledge::PledgeInput;
use domain::{Fen, NeedId};
use sqlx::AssertSqlSafe;
use tests::TestApp;
use uuid::Uuid;

const TOWN: &str = "441424103";
const COUNTY: &str = "441424";

async fn about(test: &TestApp, code: &str) -> PlaceInFull {
    test.visitor().call(places::get(&code.parse().unwrap())).await.unwrap()
}

/// One more public need, in the village with this code.
async fn open_elsewhere(test: &TestApp, n: u128, code: &str) -> Need {
    let village = test.village(code).await;
    let content = NeedContent { village: code.parse().unwrap(), ..content() };
    let need = village.call(needs::create(&NewNeed { id: NeedId(Uuid::from_u128(n)), content })).await.unwrap();
    village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
    // No code is taken twice.
    test.clock.advance(Duration::seconds(90));
    let federation = test.signed_in("federation-441424").await;
    crate::needs::opened(test, &federation, &need).await
}

#[tokio::test]
async fn a_place_adds_up_its_own_public_needs_and_no_others() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let report = new_report(1, &ready.village, payment.id, vec![item(12_000, false)]).await;
    let report = ready.village.call(deliveries::report(ready.need.id, &report)).await.unwrap();
    ready.charity.checker.call(deliveries::accept(report.items[0].id, 1)).await.unwrap();
    let other = open_elsewhere(&test, 40, "441424125207").await;
    gift(&ready.charity, &ready.enterprise, &new_pledge(41, ready.campaign, &ready.charity, Some(&other)), 41, 20_000)
        .await;
    // A draft is nobody's business.
    let draft = NewNeed { id: NeedId(Uuid::from_u128(42)), content: content() };
    ready.village.call(needs::create(&draft)).await.unwrap();

    let own = test.visitor().call(money::of_need(ready.need.id)).await.unwrap().money;
    for code in [VILLAGE, TOWN] {
        let place = about(&test, code).await;
        assert_eq!((place.money, place.later), (own, 0), "{code}");
        assert_eq!(place.delivered.len(), 1, "{code}");
        let delivered = &place.delivered[0];
        assert_eq!((delivered.quantity_so_far, delivered.goal, delivered.unit.as_str()), (Some(120), Some(156), "户"));
        assert_eq!((delivered.spent_fen, delivered.need), (Fen::yuan(12_000), ready.need.id));
    }
    let county = about(&test, COUNTY).await;
    assert_eq!((county.money.pledged, county.money.arrived), (Fen::yuan(100_000), Fen::yuan(70_000)));
    assert_eq!((county.money.disbursed, county.money.spent), (Fen::yuan(30_000), Fen::yuan(12_000)));
    let counted: Vec<_> =
        county.below.iter().filter(|town| town.needs > 0).map(|town| (town.code.as_str(), town.needs)).collect();
    assert_eq!((county.below.len(), counted), (16, vec![(TOWN, 1), ("441424125", 1)]));
    let town = about(&test, TOWN).await;
    let counted: Vec<_> =
        town.below.iter().filter(|village| village.needs > 0).map(|village| village.code.as_str()).collect();
    assert_eq!(counted, [VILLAGE]);
    assert!(about(&test, VILLAGE).await.below.is_empty());
    let empty = about(&test, "441422").await;
    assert_eq!((empty.money, empty.delivered.len()), (domain::four::FourNumbers::default(), 0));
    test.done().await;
}

#[tokio::test]
async fn a_places_total_tells_no_more_of_a_hidden_amount_than_its_needs_do() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let give = async |n: u128, yuan| {
        let new = new_pledge(n, ready.campaign, &ready.charity, Some(&ready.need));
        let input = PledgeInput { amount: Fen::yuan(yuan), show_amount: false, ..new.input.clone() };
        ready.enterprise.call(pledges::create(&pledges::NewPledge { input, ..new })).await.unwrap();
    };
    for (n, yuan, later) in [(50, 111, 1), (51, 222, 2), (52, 333, 0), (53, 444, 1)] {
        give(n, yuan).await;
        let need = test.visitor().call(money::of_need(ready.need.id)).await.unwrap();
        assert_eq!(need.later, later);
        for code in [VILLAGE, TOWN, COUNTY] {
            let place = about(&test, code).await;
            assert_eq!((place.money, place.later), (need.money, later), "{code}");
        }
    }
    assert_eq!(about(&test, VILLAGE).await.money.pledged, Fen::yuan(50_000 + 666));
    totals::add_up(&test.app).await.unwrap();
    assert_eq!(about(&test, VILLAGE).await.money.pledged, Fen::yuan(50_000 + 666), "added up or not");
    test.clock.advance(Duration::days(1));
    assert_eq!(about(&test, VILLAGE).await.money.pledged, Fen::yuan(50_000 + 666 + 444), "the day is over");
    test.done().await;
}

#[tokio::test]
async fn the_pages_of_places_name_county_and_town_and_lead_on() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let report = new_report(1, &ready.village, payment.id, vec![]).await;
    ready.village.call(deliveries::report(ready.need.id, &report)).await.unwrap();
    test.index().await;
    let code = ready.need.code.clone().unwrap();
    let shown = test.visitor().page(&format!("/villages/{VILLAGE}")).await;
    assert_eq!(shown.status, StatusCode::OK);
    let village = shown.text();
    for part in [
        "<title>五华县转水镇輋𣒍村 · 千村</title>",
        "href=\"/counties/441424\"",
        "href=\"/towns/441424103\"",
        "五华县 · 转水镇",
        "暂无资料（还没有导入名单）",
        "累计成效：120 户",
        "/needs?county=441424&amp;town=441424103&amp;village=441424103203",
    ] {
        assert!(village.contains(part), "{part}: {village}");
    }
    assert!(village.contains(&format!("href=\"/needs/{code}\"")));
    let federation = test.signed_in("federation-441424").await;
    import(&federation, 1, CLASSES).await.unwrap();
    let town = test.visitor().page(&format!("/towns/{TOWN}")).await.text();
    for part in [
        "重点帮扶镇",
        "省直中直驻粤单位",
        "来源：示例文件〔2021〕7号 · 截至 2021年7月1日",
        &format!("href=\"/villages/{VILLAGE}\""),
    ] {
        assert!(town.contains(part), "{part}: {town}");
    }
    let county = test.visitor().page(&format!("/counties/{COUNTY}")).await.text();
    for part in ["href=\"/towns/441424125\"", "巩固提升镇", "暂无资料", "16 个"] {
        assert!(county.contains(part), "{part}: {county}");
    }
    let english = test.visitor().page(&format!("/en/towns/{TOWN}")).await.text();
    assert!(english.contains("Key-assisted town") && english.contains("href=\"/en/counties/441424\""), "{english}");
    // The ways there.
    let need = test.visitor().page(&format!("/needs/{code}")).await.text();
    for part in ["href=\"/counties/441424\"", "href=\"/towns/441424103\"", &format!("href=\"/villages/{VILLAGE}\"")] {
        assert!(need.contains(part), "{part}");
    }
    assert!(test.visitor().page("/").await.text().contains("href=\"/counties/441424\""));
    let only = test.visitor().page(&format!("/needs?county=441424&town={TOWN}&village={VILLAGE}")).await.text();
    assert!(only.contains("只看这一个村（社区）的需求") && only.contains("共 1 条需求"), "{only}");
    let query = NeedQuery { village: Some("441424103200".into()), ..NeedQuery::default() };
    assert_eq!(test.visitor().call(needs::list(&query)).await.unwrap().count.number, 0);
    test.done().await;
}

#[tokio::test]
async fn what_is_not_known_of_a_countys_towns_is_not_counted_as_none() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let inside = async || {
        let page = test.visitor().page(&format!("/counties/{COUNTY}")).await.text();
        page.split("<aside class=\"ahead\">").nth(1).unwrap().split("</aside>").next().unwrap().to_owned()
    };
    let before = inside().await;
    assert!(before.contains("<dt>镇的分类</dt>") && before.contains("暂无资料（还没有导入名单）"), "{before}");
    assert!(!before.contains("重点帮扶镇") && !before.contains("0 个</dd>"), "{before}");
    import(&federation, 1, CLASSES).await.unwrap();
    let some = inside().await;
    for said in ["<dt>重点帮扶镇</dt><dd>已知 2 个", "<dt>巩固提升镇</dt><dd>已知 1 个", "13 个镇（街道）暂无资料"]
    {
        assert!(some.contains(said), "{said}: {some}");
    }
    test.done().await;
}

#[tokio::test]
async fn money_of_a_need_that_left_the_lists_stays_in_the_sums_and_is_shown_where_it_is() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let idle = open_elsewhere(&test, 40, "441424103200").await;
    let before = about(&test, TOWN).await;
    assert_eq!((before.unlisted.len(), before.unlisted_count.number), (0, 0));
    let federation = test.signed_in("federation-441424").await;
    for need in [&ready.need, &idle] {
        let version = federation.call(needs::get(&need.id.to_string())).await.unwrap().version;
        let step = NeedStep { version, reason: "现场看过，情况有变化".into() };
        federation.call(needs::step(NeedAction::Pause, need.id, &step)).await.unwrap();
    }
    test.index().await;
    let after = about(&test, TOWN).await;
    assert_eq!((after.money, after.unlisted_count.number), (before.money, 1));
    let unlisted = &after.unlisted[0];
    assert_eq!((unlisted.need, unlisted.status), (ready.need.id, NeedStatus::Paused), "not the one without money");
    let query = NeedQuery { county: Some(COUNTY.into()), town: Some(TOWN.into()), ..NeedQuery::default() };
    let listed = test.visitor().call(needs::list(&query)).await.unwrap().count.number;
    let counted: i64 = after.below.iter().map(|village| village.needs).sum();
    assert_eq!((i64::from(listed), counted), (0, 0), "as many as the list on the same page");
    let county = about(&test, COUNTY).await;
    assert_eq!(county.below.iter().map(|town| town.needs).sum::<i64>(), 0);
    let page = test.visitor().page(&format!("/towns/{TOWN}")).await.text();
    let link = format!("href=\"/needs/{}\"", unlisted.code);
    for said in ["需求（0）", "已暂停、撤回或过期的需求（1），有过认捐或安排的资金", &link]
    {
        assert!(page.contains(said), "{said}: {page}");
    }
    test.done().await;
}

#[tokio::test]
async fn each_source_says_which_numbers_it_is_for() {
    let test = TestApp::new().await;
    let federation = test.federation("441424").await;
    let list = |source: &str, row: &str| {
        let head = format!("来源,{source}\n截至日期,2026-01-31\n行数,1\n");
        format!("{head}区划代码,年份,户数（户）,户籍人口（人）\n441424125207,{row}\n")
    };
    import(&federation, 1, list("示例年报", "2024,312,1248")).await.unwrap();
    let facts = async || {
        let page = test.visitor().page("/villages/441424125207").await.text();
        page.split("id=\"facts\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned()
    };
    assert!(!facts().await.contains("2024 年：户数"), "one source says all");
    import(&federation, 2, list("示例快报", "2025,315,")).await.unwrap();
    let both = facts().await;
    let later = both.split("示例快报").next().unwrap();
    assert!(later.contains("2025 年：户数<") && !later.contains("2024 年：户数"), "{both}");
    assert!(both.contains("2024 年：户数、户籍人口<"), "{both}");
    test.done().await;
}

/// Eight thousand more needs in all villages, all of them pledged for.
async fn scattered(test: &TestApp) {
    let sql = "insert into need
         select (jsonb_populate_record(null::need, to_jsonb(n) || jsonb_build_object(
                    'id', gen_random_uuid(), 'code', 'XQ-' || left(v.code, 6) || '-2025-' || g, 'village', v.code))).*
         from (select * from needs_listed order by code limit 1) n, generate_series(1, 8000) g
         join (select code, row_number() over (order by code) as place, count(*) over () as of
               from place where length(code) = 12) v on v.place = 1 + g % v.of;
         create temporary table given on commit drop as
         select gen_random_uuid() as id, n.id as need,
                'QC' || translate(lpad(to_hex(row_number() over ()), 7, '0'), '0123456789abcdef', '23456789ACEFHJKM')
                    as reference
         from need n;
         insert into pledge (id, reference, campaign, charity, enterprise, restriction, amount_fen, status,
                             public_display, show_amount, share_with_recipient, terms_version, pledged_by, pledged_at,
                             changed_at)
         select g.id, g.reference, p.campaign, p.charity, p.enterprise, p.restriction, p.amount_fen, p.status,
                p.public_display, p.show_amount, p.share_with_recipient, p.terms_version, p.pledged_by, p.pledged_at,
                p.changed_at
         from (select * from pledge limit 1) p, given g;
         insert into pledge_designation (pledge, position, kind, need, amount_fen)
         select g.id, 1, 'need', g.need, p.amount_fen
         from (select * from pledge limit 1) p, given g;
         insert into report (id, need, organisation, text, submitted_by, submitted_at)
         select gen_random_uuid(), id, organisation, '进展', created_by, now()
         from need
         where code like '%7' or village = '441424103203'";
    sqlx::raw_sql(sql).execute(&test.app.pool).await.unwrap();
    sqlx::raw_sql("vacuum analyze need").execute(&test.app.pool).await.unwrap();
    sqlx::raw_sql("vacuum analyze pledge").execute(&test.app.pool).await.unwrap();
    sqlx::raw_sql("vacuum analyze pledge_designation").execute(&test.app.pool).await.unwrap();
    sqlx::raw_sql("analyze").execute(&test.app.pool).await.unwrap();
}

#[tokio::test]
async fn a_places_page_is_read_by_the_indexes_of_its_needs() {
    let test = TestApp::new().await;
    ready(&test).await;
    scattered(&test).await;
    totals::add_up(&test.app).await.unwrap();
    for code in [VILLAGE, TOWN, COUNTY] {
        let (place, sent) = Statements::sent_by(about(&test, code)).await;
        assert!(place.needs.number > 0 && place.delivered_count.number > 0, "{code}");
        let mut looked_at = 0;
        for sql in sent.iter().filter(|sql| sql.contains("needs_")) {
            let second = if sql.contains("limit $2") { "10" } else { "date '2026-06-30'" };
            let sql = format!(
                "explain (analyze, costs off) {}",
                sql.replace("$1", &format!("'{code}'")).replace("$2", second)
            );
            let plan: Vec<String> = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&test.app.pool).await.unwrap();
            for table in ["need", "pledge", "report", "need_reported"] {
                let all_of_it = format!("Seq Scan on {table} ");
                let read = plan.iter().any(|line| line.contains(&all_of_it) && !line.contains("never executed"));
                assert!(!read, "{code}: {}", plan.join("\n"));
            }
            looked_at += 1;
        }
        assert_eq!(looked_at, 4, "{sent:?}");
    }
    test.done_with_wrong_books().await;
}

#[tokio::test]
async fn what_is_no_place_of_that_kind_is_not_found() {
    let test = TestApp::new().await;
    for path in [
        "/villages/441424103",
        "/villages/441424103999",
        "/villages/hello",
        "/towns/441424",
        "/towns/441424999",
        "/towns/441424103203",
        "/counties/4414",
        "/counties/441499",
        "/counties/440100",
        "/villages/441422401598",
    ] {
        assert_eq!(test.visitor().page(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for code in ["4414", "441499", "441424103999"] {
        let refused = test.visitor().call(places::get(&code.parse().unwrap())).await.unwrap_err();
        assert_eq!(refused.status, 404, "{code}");
    }
    assert_eq!(test.visitor().page("/api/v1/places/hello").await.status, StatusCode::NOT_FOUND);
    test.done().await;
}

#[tokio::test]
async fn a_places_page_is_as_many_statements_however_much_is_on_it() {
    let test = TestApp::new().await;
    let ready = ready(&test).await;
    let payment = advance(&ready).await;
    let mut before = None;
    for n in 1..=3 {
        let report = new_report(n, &ready.village, payment.id, vec![item(1_000, false)]).await;
        ready.village.call(deliveries::report(ready.need.id, &report)).await.unwrap();
        open_elsewhere(&test, 60 + n, &format!("44142412520{n}")).await;
        test.index().await;
        let (page, sent) = Statements::sent_by(test.visitor().page(&format!("/counties/{COUNTY}"))).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!((1..=8).contains(&sent.len()), "{} statements:\n{}", sent.len(), sent.join("\n"));
        assert_eq!(*before.get_or_insert(sent.len()), sent.len());
    }
    test.done().await;
}

#[tokio::test]
async fn pages_of_places_are_kept_as_other_public_pages_are_and_forgotten_with_an_import() {
    let test = cached().await;
    let federation = test.federation("441424").await;
    let path = format!("/towns/{TOWN}");
    let strange = test.visitor().page(&path).await;
    assert_eq!(strange.headers[header::CACHE_CONTROL], "no-cache");
    assert_eq!(federation.page(&path).await.headers[header::CACHE_CONTROL], "private, no-store");
    assert!(!strange.text().contains("省直中直驻粤单位"));
    import(&federation, 1, CLASSES).await.unwrap();
    assert!(test.visitor().page(&path).await.text().contains("省直中直驻粤单位"), "at once");
    test.done().await;
}
