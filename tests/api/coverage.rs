//! The coverage as everybody reads it: what counts, what adds up, and whose name is shown.

use crate::earlier_pairings::{LIST, import as import_earlier};
use crate::page_cache::cached;
use crate::pairings::{SILENT, TOWN, Table, VILLAGE, paired, table, terms};
use crate::place_imports::{CLASSES, import as import_places};
use crate::statements::Statements;
use axum::http::StatusCode;
use domain::api::coverage::{self, CoverageQuery, PlaceCoverage, VillageCoverage};
use domain::api::pairings;
use domain::api::places::{self, PlacesQuery};
use domain::coverage::{CoverageCounts, CoverageState};
use domain::need::{Field, PairingForm};
use domain::organisation::{OrganisationKind, Role};
use domain::pairing::{PairingStatus, PairingTerms};
use domain::place::PlaceCode;
use domain::pledge::PublicDisplay;
use std::collections::BTreeMap;
use tests::{Client, TestApp};

const COUNTY: &str = "441424";

async fn of(test: &TestApp, code: &str, field: Option<Field>, show: Option<&str>) -> PlaceCoverage {
    let query = CoverageQuery { field: field.map(|field| field.to_string()), show: show.map(str::to_owned) };
    let call = match code {
        "4414" => coverage::of_city(&query),
        code => coverage::of_place(&code.parse().unwrap(), &query),
    };
    test.visitor().call(call).await.unwrap()
}

async fn counts(test: &TestApp, code: &str) -> CoverageCounts {
    of(test, code, None, None).await.whole
}

fn village<'a>(town: &'a PlaceCoverage, code: &str) -> &'a VillageCoverage {
    town.villages.iter().find(|village| village.code.as_str() == code).unwrap()
}

/// The city is the sum of its counties, each county of its towns, each town of its villages.
async fn adds_up(test: &TestApp) -> CoverageCounts {
    let city = of(test, "4414", None, None).await;
    assert_eq!((city.parts.len(), city.towns.len()), (8, 117));
    assert_eq!(city.whole, city.parts.iter().map(|part| part.counts).sum());
    assert_eq!(city.whole, city.towns.iter().map(|town| town.counts).sum());
    assert_eq!(city.whole, city.listed);
    let of_town: BTreeMap<PlaceCode, CoverageCounts> =
        city.towns.iter().map(|town| (town.code.clone(), town.counts)).collect();
    for county in &city.parts {
        let page = of(test, county.code.as_str(), None, None).await;
        assert_eq!(page.whole, county.counts, "{}", county.name);
        assert_eq!(page.whole, page.parts.iter().map(|part| part.counts).sum());
        for town in &page.parts {
            assert_eq!(of_town[&town.code], town.counts);
            let page = of(test, town.code.as_str(), None, None).await;
            assert_eq!(page.whole, town.counts, "{}", town.name);
            let villages = i64::try_from(page.villages.len()).unwrap();
            assert_eq!((page.whole.villages, page.whole.none + page.whole.covered()), (villages, villages));
        }
    }
    city.whole
}

/// At a table of another enterprise: who agrees for the place is `place`.
async fn seat<'a>(test: &'a TestApp, name: &str, at: &Table<'a>, place: &Client<'a>) -> Table<'a> {
    let enterprise = test.enterprise(name).await;
    let firm = test.organisation_of(&enterprise).await;
    Table { enterprise, village: place.clone(), federation: at.federation.clone(), firm }
}

/// A village paired until the end of August with somebody who is named; its town covered by somebody who is not, with two
/// of its villages; and one more agreement with the village that begins in two weeks.
async fn scene(test: &TestApp) -> Table<'_> {
    let own = table(test).await;
    let soon = PairingTerms { last_day: "2026-08-31".parse().unwrap(), ..terms() };
    let pairing = paired(&own, 1, soon).await;
    own.enterprise.call(pairings::change_display(pairing.row.id, PublicDisplay::Name)).await.unwrap();

    let town = test.person("town", OrganisationKind::Town, Some(TOWN), Role::TownReviewer).await;
    let covering = seat(test, "包镇", &own, &town).await;
    let cover = PairingTerms {
        form: PairingForm::TownCoverage,
        town: Some(TOWN.parse().unwrap()),
        villages: [VILLAGE, SILENT].map(|code| code.parse().unwrap()).to_vec(),
        fields: vec![Field::Infrastructure],
        ..terms()
    };
    paired(&covering, 2, cover).await;

    let later = seat(test, "以后", &own, &own.village).await;
    let coming = PairingTerms { first_day: "2026-07-15".parse().unwrap(), ..terms() };
    let signed = paired(&later, 3, coming).await;
    assert_eq!(signed.row.status, PairingStatus::Signed);
    own
}

#[tokio::test]
async fn without_any_pairing_all_villages_have_none_and_two_units_are_in_no_share() {
    let test = TestApp::new().await;
    let city = adds_up(&test).await;
    let expected = CoverageCounts {
        towns: 117,
        towns_without_village: 2,
        villages: 2_267,
        none: 2_267,
        ..CoverageCounts::default()
    };
    assert_eq!(city, expected);
    let share = city.share().unwrap();
    assert_eq!((share.part, share.whole, share.permille), (0, 2_267, 0));
    let page = of(&test, "4414", None, None).await;
    let empty: Vec<_> = page.towns.iter().filter(|town| town.counts.state() == CoverageState::Empty).collect();
    assert_eq!(empty.len(), 2);
    for town in empty {
        let alone = of(&test, town.code.as_str(), None, None).await;
        assert_eq!((alone.whole.share(), alone.villages.len()), (None, 0));
        let page = test.visitor().page(&format!("/coverage/{}", town.code)).await.text();
        assert!(page.contains("这里没有村（社区），不计入占比。"), "{page}");
    }
    assert_eq!((page.grouped, page.ending.len()), (None, 0));
    test.done().await;
}

#[tokio::test]
async fn what_is_active_counts_and_what_is_signed_is_coming() {
    let test = TestApp::new().await;
    scene(&test).await;
    let city = adds_up(&test).await;
    let town = of(&test, TOWN, None, None).await;
    let all = town.whole.villages;
    let expected = CoverageCounts {
        towns: 1,
        towns_part: 1,
        town_coverages: 1,
        villages: all,
        none: all - 2,
        one: 1,
        many: 1,
        leaving: 1,
        coming: 1,
        gaps: all - 2,
        overlaps: 1,
        ..CoverageCounts::default()
    };
    assert_eq!(town.whole, expected);
    assert_eq!((city.one, city.many, city.town_coverages, city.villages), (1, 1, 1, 2_267));
    let own = village(&town, VILLAGE);
    assert_eq!((own.enterprises, own.overlap, own.gap, own.leaving), (2, true, false, true));
    let coming: Vec<_> = own.pairings.iter().map(|pairing| pairing.coming).collect();
    assert_eq!(coming, [false, false, true], "those that count come first");
    let silent = village(&town, SILENT);
    assert_eq!((silent.enterprises, silent.overlap, silent.gap, silent.leaving), (1, false, false, false));
    assert!(town.villages.iter().filter(|village| village.gap).all(|village| village.enterprises == 0));
    // Who leaves soon, from the city down.
    for code in ["4414", COUNTY, TOWN] {
        let page = of(&test, code, None, None).await;
        let [ending] = page.ending.as_slice() else { panic!("one ends soon: {:?}", page.ending) };
        assert_eq!((ending.enterprise.as_str(), ending.villages), ("金柚的单位", 1));
        assert_eq!((ending.last_day.to_string(), ending.town.code.as_str()), ("2026-08-31".to_owned(), TOWN));
    }
    test.done().await;
}

#[tokio::test]
async fn an_enterprise_is_named_as_it_wants_and_nothing_else_tells_who_it_is() {
    let test = TestApp::new().await;
    let table = scene(&test).await;
    let town = of(&test, TOWN, None, None).await;
    let names: Vec<_> = village(&town, VILLAGE).pairings.iter().map(|one| one.enterprise.as_str()).collect();
    assert_eq!(names.iter().filter(|name| **name == "爱心企业").count(), 2, "{names:?}");
    assert!(names.contains(&"金柚的单位"));
    for path in ["/coverage", "/coverage/441424", "/coverage/441424125", "/api/v1/coverage/441424125/table"] {
        let page = test.visitor().page(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(!page.text().contains("包镇的单位") && !page.text().contains("以后的单位"), "{path}: {}", page.text());
    }
    let page = test.visitor().page(&format!("/coverage/{TOWN}")).await.text();
    for part in [
        "金柚的单位",
        "爱心企业",
        "九十天内有到期",
        "包镇协议没有列入",
        "包镇之外还有别家",
        "已签约，2026年7月15日生效",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let list = table.enterprise.call(pairings::list(&pairings::PairingQuery::default())).await.unwrap();
    let id = list.items[0].id;
    table.enterprise.call(pairings::change_display(id, PublicDisplay::Anonymous)).await.unwrap();
    let page = test.visitor().page(&format!("/coverage/{TOWN}")).await.text();
    assert!(!page.contains("金柚的单位"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn a_field_counts_its_own_agreements_only_and_a_choice_lists_what_it_says() {
    let test = TestApp::new().await;
    scene(&test).await;
    let specialty = of(&test, TOWN, Some(Field::SpecialtyIndustry), None).await.whole;
    assert_eq!((specialty.one, specialty.many, specialty.gaps, specialty.town_coverages), (1, 0, 0, 0));
    let infrastructure = of(&test, TOWN, Some(Field::Infrastructure), None).await.whole;
    assert_eq!((infrastructure.one, infrastructure.many, infrastructure.overlaps), (2, 0, 0));
    assert_eq!((infrastructure.leaving, infrastructure.coming), (0, 0));
    assert_eq!(counts(&test, COUNTY).await.many, 1);
    assert_eq!(of(&test, "4414", Some(Field::TalentCultivation), None).await.whole.covered(), 0);

    let all = of(&test, TOWN, None, None).await.whole.villages;
    for (show, listed) in [("none", all - 2), ("one", 1), ("many", 1), ("leaving", 1)] {
        let town = of(&test, TOWN, None, Some(show)).await;
        assert_eq!(town.villages.len(), usize::try_from(listed).unwrap(), "{show}");
        assert_eq!((town.listed.villages, town.whole.villages), (listed, all), "{show}");
    }
    let county = of(&test, COUNTY, None, Some("many")).await;
    assert_eq!((county.parts.len(), county.parts[0].code.as_str()), (1, TOWN));
    assert_eq!((county.listed, county.whole.towns), (county.parts[0].counts, 16));
    let city = of(&test, "4414", None, Some("leaving")).await;
    assert_eq!((city.parts.len(), city.towns.len()), (1, 117));
    for (query, field) in [("field=hope", "field"), ("show=some", "show")] {
        let answer = test.visitor().page(&format!("/api/v1/coverage?{query}")).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
    }
    let page = test.visitor().page("/coverage/441424?field=infrastructure&show=one").await.text();
    assert!(page.contains("现在只算“基础设施建设”领域的结对") && page.contains("梅林镇"), "{page}");
    test.done().await;
}

#[tokio::test]
async fn an_agreement_that_ends_leaves_and_one_that_begins_comes_in() {
    let test = TestApp::new().await;
    scene(&test).await;
    assert_eq!(counts(&test, TOWN).await.coming, 1);
    // The day after the last one: the house has ended the first agreement and begun the third.
    test.clock.advance(chrono::Duration::days(64));
    backend::pairings::turn::take(&test.app).await.unwrap();
    let town = of(&test, TOWN, None, None).await;
    let own = village(&town, VILLAGE);
    assert_eq!((own.enterprises, town.whole.coming, town.whole.leaving), (2, 0, 0), "{:?}", own.pairings);
    assert!(own.pairings.iter().all(|pairing| pairing.enterprise == "爱心企业"));
    adds_up(&test).await;
    test.done().await;
}

#[tokio::test]
async fn a_village_that_comes_to_a_covered_town_is_a_gap() {
    let test = TestApp::new().await;
    scene(&test).await;
    let before = counts(&test, TOWN).await;
    // The bureau's next list, as `migrate` would bring it in.
    let new =
        "insert into place (code, level, name, parent) values ('441424125299', 'village', '新合村委会', '441424125')";
    sqlx::query(new).execute(&test.app.pool).await.unwrap();
    let town = of(&test, TOWN, None, None).await;
    assert_eq!((town.whole.gaps, town.whole.villages), (before.gaps + 1, before.villages + 1));
    assert!(village(&town, "441424125299").gap);
    test.done().await;
}

#[tokio::test]
async fn earlier_pairings_stand_in_a_column_of_their_own_and_cover_nothing() {
    let test = TestApp::new().await;
    let federation = test.federation(COUNTY).await;
    import_earlier(&federation, 1, LIST).await.unwrap();
    let city = adds_up(&test).await;
    let town = of(&test, TOWN, None, None).await;
    assert_eq!((city.covered(), city.earlier), (0, town.whole.villages), "a row of the town is about all its villages");
    assert_eq!(village(&town, VILLAGE).earlier, 2);
    assert_eq!((town.whole.one, town.whole.many), (0, 0));
    let page = test.visitor().page(&format!("/coverage/{TOWN}")).await.text();
    assert!(page.contains("以往的结对 2 条") && page.contains(&format!("/villages/{VILLAGE}#earlier")), "{page}");
    test.done().await;
}

#[tokio::test]
async fn the_share_of_the_imported_list_has_its_source_and_day() {
    let test = TestApp::new().await;
    let table = scene(&test).await;
    assert_eq!(of(&test, "4414", None, None).await.grouped, None);
    import_places(&table.federation, 1, CLASSES).await.unwrap();
    for code in ["4414", COUNTY] {
        let grouped = of(&test, code, None, None).await.grouped.unwrap();
        let share = grouped.with_any.unwrap();
        assert_eq!((grouped.counts.towns, share.part, share.whole, share.permille), (3, 1, 3, 333));
        assert_eq!(grouped.villages.unwrap().part, 2);
        assert_eq!((grouped.said.len(), grouped.said[0].source.as_str()), (1, "示例文件〔2021〕7号"));
    }
    let page = test.visitor().page("/coverage").await.text();
    for part in ["已导入 3 个", "来源：示例文件〔2021〕7号 · 截至 2021年7月1日", "1 / 3（33.3%）"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(of(&test, "441422", None, None).await.grouped, None);
    test.done().await;
}

#[tokio::test]
async fn the_pages_have_map_table_and_tiles_and_lead_from_the_city_to_the_village() {
    // A map with boundaries is for a demo, or needs its number.
    let plain = TestApp::new().await;
    let page = plain.visitor().page("/coverage").await.text();
    assert!(!page.contains("<circle") && page.contains("class=\"town-tiles\""), "{page}");
    plain.done().await;
    let test = TestApp::with(|parts| parts.demo = true).await;
    scene(&test).await;
    let city = test.visitor().page("/coverage").await;
    assert_eq!(city.status, StatusCode::OK);
    let says = city.text();
    for part in [
        "<title>梅州市的结对覆盖 · 千村</title>",
        "示意图",
        "GeoNames",
        "117 个中 103 个有点",
        "href=\"/coverage/441424\"",
        "href=\"/coverage/441424125\"",
        "部分村有结对企业",
        "href=\"/api/v1/coverage/4414/table\"",
        "截至 2026-06-30",
    ] {
        assert!(says.contains(part), "{part}: {says}");
    }
    assert_eq!(says.matches("<circle").count(), 104, "a dot for each town that has a point, and one core");
    let county = test.visitor().page(&format!("/coverage/{COUNTY}")).await.text();
    assert!(county.contains("<tfoot>") && county.contains(&format!("href=\"/counties/{COUNTY}\"")), "{county}");
    let town = test.visitor().page(&format!("/coverage/{TOWN}")).await.text();
    assert!(town.contains(&format!("href=\"/villages/{VILLAGE}\"")) && town.contains("有企业包镇"), "{town}");
    for (lang, words) in [("/en", "Pairing coverage of Meizhou"), ("/zh-hant", "梅州市的結對覆蓋")] {
        let page = test.visitor().page(&format!("{lang}/coverage")).await.text();
        assert!(page.contains(words), "{page}");
    }
    for path in ["/counties/441424", "/towns/441424125"] {
        let page = test.visitor().page(path).await.text();
        assert!(page.contains(&path.replace("/counties", "/coverage").replace("/towns", "/coverage")), "{page}");
    }
    let page = test.visitor().page(&format!("/villages/{VILLAGE}")).await.text();
    assert!(page.contains(&format!("href=\"/coverage/{TOWN}\"")), "{page}");
    for path in ["/coverage/441424125207", "/coverage/441499", "/coverage/hello", "/coverage/440100"] {
        assert_eq!(test.visitor().page(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    test.done().await;
}

#[tokio::test]
async fn the_table_says_what_the_page_says_and_its_last_row_is_the_sum() {
    let test = TestApp::new().await;
    scene(&test).await;
    let csv = test.visitor().page("/api/v1/coverage/4414/table").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    let said = csv.text();
    let rows: Vec<Vec<&str>> =
        said.trim_start_matches('\u{feff}').lines().map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 1 + 8 + 1);
    for column in 2..rows[0].len() - 1 {
        let number = |row: &Vec<&str>| row[column].parse::<i64>().unwrap();
        let sum: i64 = rows[1..9].iter().map(number).sum();
        assert_eq!(sum, number(&rows[9]), "{}", rows[0][column]);
    }
    let towns = test.visitor().page("/api/v1/coverage/441424/table?show=many").await.text();
    assert_eq!(towns.lines().count(), 3, "{towns}");
    let villages = test.visitor().page(&format!("/api/v1/coverage/{TOWN}/table")).await.text();
    assert!(villages.contains("441424125207,黄沙村,2,"), "{villages}");
    test.done().await;
}

#[tokio::test]
async fn a_page_is_one_statement_and_is_kept_and_forgotten_as_other_public_pages() {
    let test = cached().await;
    let table = scene(&test).await;
    for path in ["/api/v1/coverage", "/api/v1/coverage/441424", "/api/v1/coverage/441424125"] {
        let (page, sent) = Statements::sent_by(test.visitor().page(path)).await;
        assert_eq!(page.status, StatusCode::OK);
        let selects = sent.iter().filter(|sql| sql.contains("select") || sql.contains("with")).count();
        assert_eq!(selects, 1, "{}", sent.join("\n"));
    }
    let path = format!("/coverage/{TOWN}");
    assert!(test.visitor().page(&path).await.text().contains("金柚的单位"));
    let list = table.enterprise.call(pairings::list(&pairings::PairingQuery::default())).await.unwrap();
    table.enterprise.call(pairings::change_display(list.items[0].id, PublicDisplay::Anonymous)).await.unwrap();
    assert!(!test.visitor().page(&path).await.text().contains("金柚的单位"), "withdrawn at once");
    let towns = test.visitor().call(places::list(&PlacesQuery { parent: Some(COUNTY.into()) })).await.unwrap();
    assert_eq!(towns.items.len(), 16);
    test.done().await;
}
