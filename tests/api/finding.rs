//! Finding needs from the front door: choices with their counts, marks, suggestions, widening, and what crawlers may.

use crate::need_kinds::need_of;
use crate::needs::{VILLAGE, content, opened};
use crate::place_imports::{CLASSES, import};
use axum::http::StatusCode;
use backend::search;
use domain::api::needs::{self, FacetCount, NeedList, NeedQuery, NeedSort, NewNeed, Seen, SuggestionKind};
use domain::finding::Facet;
use domain::need::{ContributionKind, Field, JointBuilding, NeedContent, PairingForm, Readiness};
use domain::{Fen, NeedId};
use sqlx::AssertSqlSafe;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use tests::{Client, TestApp};
use uuid::Uuid;

/// Three public needs of one village: water for 100,000 yuan, lamps for 30,000 yuan by joint building, and
/// technology. Answers with their federation.
async fn some_needs(test: &TestApp) -> Client<'_> {
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    let lamps = NeedContent {
        title: "村口太阳能路灯及停车场".into(),
        description: "天一黑就看不见路，收工晚的人骑车摔过。<b>想装二十盏路灯</b>，费用由村里出一半。".into(),
        field: Some(Field::VillageLandscape),
        items: vec![domain::need::BudgetItem { name: "路灯".into(), amount_fen: Fen::yuan(30_000) }],
        amount_fen: Some(Fen::yuan(30_000)),
        wanted_by: "2026-07-20".parse().ok(),
        form: Some(PairingForm::JointBuilding),
        joint: Some(JointBuilding {
            village_percent: Some(50),
            village_duties: "出工出地，日后看护".into(),
            enterprise_duties: "出设备，负责安装".into(),
            land: Some(Readiness::Ready),
            permits: Some(Readiness::NotNeeded),
            note: String::new(),
        }),
        ..content()
    };
    let money = |n: u128, content| NewNeed { id: NeedId(Uuid::from_u128(n)), content };
    for new in [money(1, content()), money(2, lamps), need_of(ContributionKind::Technology, 3)] {
        let draft = village.call(needs::create(&new)).await.unwrap();
        let sent = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap();
        opened(test, &federation, &sent).await;
    }
    test.index().await;
    federation
}

async fn found(client: &Client<'_>, query: &NeedQuery) -> NeedList {
    client.call(needs::list(query)).await.unwrap()
}

fn words(q: &str) -> NeedQuery {
    NeedQuery { q: Some(q.to_owned()), ..NeedQuery::default() }
}

fn numbers(counts: &[FacetCount]) -> Vec<(&str, u32)> {
    counts.iter().map(|count| (count.value.as_str(), count.count)).collect()
}

#[tokio::test]
async fn every_choice_is_counted_and_several_of_one_facet_add_up() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    let visitor = test.visitor();
    let all = found(&visitor, &NeedQuery::default()).await;
    assert_eq!(numbers(&all.facets.kinds), [("money", 2), ("technology", 1)]);
    assert_eq!(numbers(&all.facets.fields), [("infrastructure", 2), ("village_landscape", 1)]);
    assert_eq!(numbers(&all.facets.amounts), [("under_5", 1), ("5_to_20", 1)], "technology asks for no money");
    assert_eq!(numbers(&all.facets.deadlines), [("within_30", 1), ("within_180", 2)]);
    assert_eq!(numbers(&all.facets.forms), [("joint_building", 1)]);
    assert_eq!(all.facets.forms[0].label, "村企共建");
    assert!(all.facets.towns.is_empty() && all.facets.classes.is_empty());

    let money = found(&visitor, &NeedQuery::default().with(Facet::Kind, &["money"])).await;
    assert_eq!((money.items.len(), numbers(&money.facets.kinds)), (2, vec![("money", 2), ("technology", 1)]));
    let both =
        NeedQuery::default().with(Facet::Kind, &["technology", "money"]).with(Facet::Amount, &["under_5", "5_to_20"]);
    assert_eq!(found(&visitor, &both).await.items.len(), 2);
    let town = NeedQuery::default().with(Facet::County, &["441424"]);
    assert_eq!(numbers(&found(&visitor, &town).await.facets.towns), [("441424103", 3)]);
    let cheap_first = NeedQuery { sort: Some(NeedSort::AmountAsc), ..NeedQuery::default() };
    let amounts: Vec<_> = found(&visitor, &cheap_first).await.items.into_iter().map(|row| row.amount_fen).collect();
    assert_eq!(amounts, [Some(Fen::yuan(30_000)), Some(Fen::yuan(100_000)), None]);
    test.done().await;
}

#[tokio::test]
async fn a_choice_that_is_none_and_too_many_choices_are_refused() {
    let test = TestApp::new().await;
    let visitor = test.visitor();
    for facet in Facet::ALL {
        let refused = visitor.call(needs::list(&NeedQuery::default().with(*facet, &["x"]))).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec![facet.as_str()]));
    }
    let towns: Vec<String> = (100..113).map(|town| format!("441424{town}")).collect();
    let towns: Vec<&str> = towns.iter().map(String::as_str).collect();
    let refused = visitor.call(needs::list(&NeedQuery::default().with(Facet::Town, &towns))).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["q"]));
    test.done().await;
}

#[tokio::test]
async fn what_a_list_says_of_towns_can_be_chosen_once_it_is_followed() {
    let test = TestApp::new().await;
    let federation = some_needs(&test).await;
    import(&federation, 7, CLASSES).await.unwrap();
    test.index().await;
    let all = found(&test.visitor(), &NeedQuery::default()).await;
    assert_eq!(numbers(&all.facets.classes), [("key_assisted", 3)]);
    let chosen = NeedQuery::default().with(Facet::TownClass, &["key_assisted"]);
    assert_eq!(found(&test.visitor(), &chosen).await.items.len(), 3);
    test.done().await;
}

#[tokio::test]
async fn words_are_marked_in_title_and_snippet_and_nothing_of_them_is_markup() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    let list = found(&test.visitor(), &words("路燈")).await;
    let hits = |pieces: &[needs::TextPiece]| -> Vec<String> {
        pieces.iter().filter(|piece| piece.hit).map(|piece| piece.text.clone()).collect()
    };
    assert_eq!(hits(&list.marked[0].title), ["路灯"]);
    assert!(list.marked[0].snippet.iter().any(|piece| piece.hit));
    let title: String = list.marked[0].title.iter().map(|piece| piece.text.as_str()).collect();
    assert_eq!(title, list.items[0].title);
    let page = test.visitor().page("/needs?q=%E8%B7%AF%E7%81%AF+%E6%91%94").await.text();
    assert!(page.contains("<mark>路灯</mark>"), "{page}");
    assert!(!page.contains("<b>想装"), "a description is text");
    assert!(found(&test.visitor(), &NeedQuery::default()).await.marked.is_empty());
    test.done().await;
}

#[tokio::test]
async fn what_was_let_go_is_said_with_the_way_back() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    let visitor = test.visitor();
    let spelt = found(&visitor, &words("路登")).await;
    assert_eq!((spelt.meant.as_deref(), spelt.items.len()), (Some("路灯"), 1));
    let page = visitor.page("/needs?q=%E8%B7%AF%E7%99%BB").await.text();
    assert!(page.contains("显示的是“路灯”的结果") && page.contains("exact=1"), "{page}");
    let exactly = NeedQuery { exact: Some(true), ..words("路登") };
    assert_eq!(found(&visitor, &exactly).await.items.len(), 0);

    assert_eq!(spelt.perhaps, None, "that is shown already");
    let elsewhere = found(&visitor, &words("平远 路灯")).await;
    assert_eq!(elsewhere.widened.unwrap().place.as_deref(), Some("梅州市"));
    let page = visitor.page("/needs?q=%E5%B9%B3%E8%BF%9C+%E8%B7%AF%E7%81%AF").await.text();
    assert!(page.contains("“平远”没有，下面是梅州市范围内的"), "{page}");
    let empty = visitor.page("/needs?q=%E5%B9%B3%E8%BF%9C+%E8%B7%AF%E7%81%AF&exact=1").await.text();
    assert!(empty.contains("没有符合条件的需求"));

    let dear = found(&visitor, &words("路灯 50万以上")).await;
    assert_eq!(dear.widened.unwrap().conditions, [Facet::Amount]);
    let cheap = found(&visitor, &words("路灯 5万以内")).await;
    assert_eq!((cheap.amount_said.as_deref(), cheap.widened), (Some("5 万元以内"), None));
    test.done().await;
}

#[tokio::test]
async fn where_few_are_found_a_spelling_that_more_needs_have_is_offered() {
    let test = TestApp::new().await;
    let village = test.village(VILLAGE).await;
    let federation = test.federation("441424").await;
    for (number, title) in [(1, "村道路登改造"), (2, "村道路灯改造"), (3, "祠堂前路灯更换")] {
        let content = NeedContent { title: title.into(), ..content() };
        let new = NewNeed { id: NeedId(Uuid::from_u128(number)), content };
        let draft = village.call(needs::create(&new)).await.unwrap();
        let sent = village.call(needs::submit(draft.id, Seen { version: draft.version })).await.unwrap();
        opened(&test, &federation, &sent).await;
    }
    test.index().await;
    let visitor = test.visitor();
    let few = found(&visitor, &words("路登")).await;
    assert_eq!((few.items.len(), few.meant, few.perhaps.as_deref()), (1, None, Some("路灯")));
    let page = visitor.page("/needs?q=%E8%B7%AF%E7%99%BB").await.text();
    assert!(page.contains("您是不是要找：") && page.contains("/needs?q=%E8%B7%AF%E7%81%AF"), "{page}");
    assert_eq!(found(&visitor, &words("路灯")).await.perhaps, None);
    test.done().await;
}

#[tokio::test]
async fn texts_that_nobody_means_are_answered_with_a_page() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    let long = "路灯".repeat(250);
    let odd =
        ["桥", "🏮🏮", "' or 1=1; drop table need; --", "的 了 吗", "需要", "<script>alert(1)</script>", "%", &long];
    for text in odd {
        let list = found(&test.visitor(), &words(text)).await;
        assert_eq!(list.cut, text == long, "{text}");
        let query = serde_urlencoded::to_string([("q", text)]).unwrap();
        let page = test.visitor().page(&format!("/needs?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{text}");
        assert!(!page.text().contains("<script>alert"));
        assert_eq!(page.text().contains("只按前 100 个字"), text == long);
    }
    assert_eq!(found(&test.visitor(), &words("请问有什么")).await.items.len(), 3, "words that say nothing ask for all");
    test.done().await;
}

#[tokio::test]
async fn suggestions_come_from_places_fields_words_and_titles() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    let suggested = async |typed: &str| test.visitor().call(needs::suggestions(typed)).await.unwrap().items;
    let texts = async |typed| suggested(typed).await.into_iter().map(|one| one.text).collect::<Vec<_>>();
    for (typed, text) in [
        ("五", "五华县"),
        ("wuhua", "五华县"),
        ("whx", "五华县"),
        ("lud", "路灯"),
        ("基础", "基础设施建设"),
        ("五华 路", "五华 路灯"),
        ("五华路", "五华 路灯"),
        ("太阳能路灯", "村口太阳能路灯及停车场"),
    ] {
        let found = texts(typed).await;
        assert!(found.iter().any(|found| found == text), "{typed}: {found:?}");
    }
    let village = suggested("輋𣒍").await.remove(0);
    assert_eq!((village.kind, village.note.contains("五华县")), (SuggestionKind::Place, true));
    assert!(suggested("").await.is_empty() && suggested("🏮").await.is_empty());
    assert_eq!(test.visitor().call(needs::suggestions(&"长".repeat(500))).await.unwrap().items.len(), 0);
    test.done().await;
}

#[tokio::test]
async fn the_page_offers_choices_and_takes_them_back() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    let page = test.visitor().page("/needs?kind=money&amount=under_5&amount=5_to_20").await.text();
    for wanted in [
        "id=\"kind-money\" name=\"kind\" value=\"money\" checked",
        "id=\"amount-under_5\" name=\"amount\" value=\"under_5\" checked",
        "5 万元以下",
        "共 2 条需求",
        "去掉条件：资金",
        "href=\"/needs?amount=under_5%2C5_to_20\"",
        "href=\"/needs?kind=money&amp;amount=5_to_20\"",
    ] {
        assert!(page.contains(wanted), "{wanted}: {page}");
    }
    test.done().await;
}

#[tokio::test]
async fn crawlers_are_kept_to_what_has_an_end() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    for (path, listed) in [
        ("/needs", true),
        ("/needs?county=441424", true),
        ("/needs?county=441424&kind=money", false),
        ("/needs?kind=money&kind=goods", false),
        ("/needs?q=x", false),
        ("/needs?min=5", false),
    ] {
        let page = test.visitor().page(path).await.text();
        assert_eq!(page.contains("noindex"), !listed, "{path}");
    }
    let robots = test.visitor().page("/robots.txt").await;
    assert!(robots.status.is_success() && robots.text().contains("Disallow: /*?*&"));
    test.done().await;
}

/// Many more needs like the first, all of them published at the same two instants, some for the same amount.
async fn many(test: &TestApp, from: i64, to: i64) {
    let sql = format!(
        "insert into need (id, code, organisation, village, status, kind, field, title, description, amount_fen, wanted_by,
                           outcome, outcome_quantity, outcome_unit, created_by, created_at, changed_at, published_at)
         select gen_random_uuid(), 'XQ-441424-2026-' || (1000 + n), organisation, village, status, kind, field, title,
                description, 100000 * (1 + n % 9), wanted_by + (n % 4)::integer, outcome, outcome_quantity, outcome_unit,
                created_by, created_at, changed_at, published_at + n % 2 * interval '1 minute'
         from need, generate_series({from}, {to}) n
         where code = 'XQ-441424-2026-1';
         insert into event (id, at, verb, subject_kind, subject)
         select gen_random_uuid(), published_at, 'need_approved', 'need', id from need where code like 'XQ-441424-2026-1___'"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
    test.index().await;
}

fn sorted(sort: NeedSort) -> NeedQuery {
    NeedQuery { sort: Some(sort), county: Some("441424".into()), ..NeedQuery::default() }
}

#[tokio::test]
async fn a_whole_list_is_walked_through_and_nothing_stands_in_it_twice() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    many(&test, 1, 140).await;
    let visitor = test.visitor();
    for sort in NeedSort::ALL {
        let (mut seen, mut after) = (Vec::new(), None);
        for page in 1.. {
            let list = found(&visitor, &NeedQuery { after, ..sorted(*sort) }).await;
            assert_eq!(list.count.number, 143, "all are counted on every page");
            seen.extend(list.items);
            assert_eq!(seen.len(), 143.min(page * 20), "{sort}");
            after = list.next;
            if after.is_none() {
                break;
            }
        }
        let ids: BTreeSet<_> = seen.iter().map(|row| row.id).collect();
        assert_eq!((ids.len(), seen.len()), (143, 143), "{sort}");
        let amounts: Vec<_> = seen.iter().map(|row| row.amount_fen).collect();
        match sort {
            NeedSort::AmountAsc => assert!(amounts[..142].is_sorted() && amounts[142].is_none()),
            NeedSort::AmountDesc => assert!(amounts.is_sorted_by_key(|amount| Reverse(*amount))),
            NeedSort::Deadline => assert!(seen.is_sorted_by_key(|row| row.wanted_by)),
            NeedSort::Relevance | NeedSort::Newest => {}
        }
    }
    test.done().await;
}

#[tokio::test]
async fn needs_that_come_and_go_between_two_pages_neither_repeat_nor_hide_another() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    many(&test, 1, 60).await;
    let visitor = test.visitor();
    let first = found(&visitor, &sorted(NeedSort::AmountDesc)).await;
    let second = found(&visitor, &NeedQuery { after: first.next.clone(), ..sorted(NeedSort::AmountDesc) }).await;
    let whole: Vec<_> = first.items.iter().chain(&second.items).cloned().collect();
    // Twenty more come in among those that were shown, and one of these, the last, goes.
    many(&test, 62, 82).await;
    let gone = first.items.last().unwrap();
    let sql = "with gone as (update need set paused_from = status, status = 'paused' where id = $1 returning id)
               insert into event (id, at, verb, subject_kind, subject)
               select gen_random_uuid(), now(), 'need_paused', 'need', id from gone";
    sqlx::query(sql).bind(gone.id.0).execute(&test.app.pool).await.unwrap();
    test.index().await;
    let second = found(&visitor, &NeedQuery { after: first.next.clone(), ..sorted(NeedSort::AmountDesc) }).await;
    let seen: Vec<_> = first.items.iter().chain(&second.items).map(|row| row.id).collect();
    let unique: BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), unique.len()), (40, 40), "none twice");
    let last = second.items.last().unwrap();
    let hidden: Vec<_> =
        whole.iter().filter(|row| !seen.contains(&row.id) && row.amount_fen > last.amount_fen).collect();
    assert!(hidden.is_empty(), "one that was there before is hidden: {hidden:?}");
    test.done().await;
}

#[tokio::test]
async fn a_place_in_the_list_that_is_none_is_refused_and_the_page_begins_anew() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    many(&test, 1, 30).await;
    let visitor = test.visitor();
    let next = found(&visitor, &sorted(NeedSort::Newest)).await.next.unwrap();
    assert!(next.len() <= 44, "{next}");
    let words = found(&visitor, &words("饮水")).await.next.unwrap();
    for (query, after) in [
        (sorted(NeedSort::Newest), "20"),
        (sorted(NeedSort::Newest), "1000000"),
        (sorted(NeedSort::Newest), &next[1..]),
        (sorted(NeedSort::Newest), &words),
        (sorted(NeedSort::Deadline), &next),
        (NeedQuery { q: Some("饮水".into()), ..NeedQuery::default() }, &next),
    ] {
        let refused =
            visitor.call(needs::list(&NeedQuery { after: Some(after.to_owned()), ..query })).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec!["after"]), "{after}");
    }
    let page = visitor.page("/needs?county=441424&after=20").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("这一页的位置已经不对了，下面从第一页看起") && page.text().contains("noindex"));
    let first = visitor.page("/needs?county=441424").await.text();
    let rows = |page: &str| page.matches("class=\"need\"").count();
    assert_eq!((rows(&page.text()), rows(&first)), (20, 20));
    assert!(first.contains("rel=\"next\"") && !first.contains("noindex"));
    let link =
        first.split("class=\"paging\"").nth(1).unwrap().split("href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = visitor.page(&link.replace("&amp;", "&")).await.text();
    assert_eq!(rows(&second), 13);
    test.done().await;
}

#[tokio::test]
async fn the_index_is_written_anew_on_demand_and_when_its_files_are_damaged() {
    let test = TestApp::new().await;
    some_needs(&test).await;
    assert!(search::inspect(&test.app).await.unwrap(), "it is sound");
    assert_eq!(test.index().await, 0);
    search::ask_anew(&test.app).await.unwrap();
    assert_eq!(test.index().await, 3, "all of them, without being emptied");

    for file in std::fs::read_dir(test.index_folder()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "term" || ending == "fast") {
            std::fs::remove_file(path).unwrap();
        }
    }
    assert!(!search::inspect(&test.app).await.unwrap(), "it is not");
    assert_eq!(found(&test.visitor(), &words("路灯")).await.items.len(), 1, "what was known goes on being found");
    assert_eq!(test.index().await, 3);
    assert!(search::inspect(&test.app).await.unwrap(), "it is whole again");
    assert_eq!(found(&test.visitor(), &words("水池 换管")).await.items.len(), 2);
    test.done().await;
}

#[tokio::test]
async fn what_was_committed_is_found_within_two_seconds() {
    let test = TestApp::new().await;
    let follower = tokio::spawn(search::follow(test.app.clone()));
    let need = crate::money::open_need(&test).await;
    let seen = async {
        while !found(&test.visitor(), &NeedQuery::default()).await.items.iter().any(|row| row.id == need.id) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(2), seen).await.expect("it is found by then");
    follower.abort();
    let _ = follower.await;
    test.done().await;
}
