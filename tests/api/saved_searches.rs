//! Saved searches: what is told of new needs, to whom, when, and once.

use crate::mail::sent;
use crate::members::{events, id_of};
use crate::needs::{VILLAGE, content, opened};
use axum::http::StatusCode;
use backend::{jobs, saved_searches as room};
use chrono::Duration;
use domain::api::needs::{self, NeedQuery, NeedSort, NewNeed, Seen};
use domain::api::notices;
use domain::api::saved_searches::{self, NewSavedSearch, SavedSearch, SavedSearchChange, StopSearches};
use domain::need::{Field, NeedContent};
use domain::saved_search::{Pace, SEARCHES_MAX};
use domain::{NeedId, PersonId, SavedSearchId};
use tests::{Client, Refused, TestApp};
use uuid::Uuid;

fn query(words: &str) -> NeedQuery {
    NeedQuery { q: Some(words.into()), ..NeedQuery::default() }
}

async fn save(client: &Client<'_>, n: u128, query: NeedQuery, pace: Pace) -> Result<SavedSearch, Refused> {
    let new = NewSavedSearch { id: SavedSearchId(Uuid::from_u128(n)), name: format!("搜索 {n}"), query, pace };
    client.call(saved_searches::save(&new)).await
}

/// Those by whom a need comes to everybody's eyes.
struct Desks<'a> {
    village: Client<'a>,
    federation: Client<'a>,
}

impl<'a> Desks<'a> {
    async fn new(test: &'a TestApp) -> Self {
        Desks { village: test.village(VILLAGE).await, federation: test.federation("441424").await }
    }

    /// Signed in anew, when time has passed.
    async fn again(test: &'a TestApp) -> Self {
        let village = test.signed_in(&format!("village-{VILLAGE}")).await;
        Desks { village, federation: test.signed_in("federation-441424").await }
    }

    /// A need that opens now, with this title.
    async fn open(&self, n: u128, title: &str, field: Field) -> NeedId {
        let content = NeedContent { title: title.into(), field: Some(field), indicator: None, ..content() };
        let new = NewNeed { id: NeedId(Uuid::from_u128(n)), content };
        let need = self.village.call(needs::create(&new)).await.unwrap();
        let need = self.village.call(needs::submit(need.id, Seen { version: need.version })).await.unwrap();
        let test = self.village.test;
        opened(test, &self.federation, &need).await;
        test.index().await;
        need.id
    }
}

/// Lets searches follow until now: transactions of other tests may hold that up.
async fn follows(test: &TestApp) {
    let number = |sql| sqlx::query_scalar::<_, i64>(sql).fetch_one(&test.app.pool);
    let now = number("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint").await.unwrap();
    loop {
        room::follow(&test.app).await.unwrap();
        if number("select horizon from follower where name = 'saved_searches'").await.unwrap() + 1 >= now {
            return;
        }
    }
}

/// The letters that are written and sent now: to whom, and what they say.
async fn letters(test: &TestApp) -> Vec<(String, String)> {
    follows(test).await;
    room::tell(&test.app).await.unwrap();
    jobs::run_due(&test.app).await.unwrap();
    let found = sent(test).into_iter().filter(|letter| letter.subject.contains("符合您保存的搜索"));
    found.map(|letter| (letter.to, letter.text)).collect()
}

#[tokio::test]
async fn a_new_need_is_told_at_once_and_never_twice() {
    let test = TestApp::new().await;
    let desks = Desks::new(&test).await;
    desks.open(1, "老饮水工程", Field::Infrastructure).await;
    assert!(letters(&test).await.is_empty(), "nobody has saved anything");
    let enterprise = test.enterprise("firm").await;
    save(&enterprise, 1, query("饮水"), Pace::AtOnce).await.unwrap();
    save(&enterprise, 2, NeedQuery { field: Some("infrastructure".into()), ..NeedQuery::default() }, Pace::AtOnce)
        .await
        .unwrap();
    save(&enterprise, 3, query("路灯"), Pace::AtOnce).await.unwrap();
    assert!(letters(&test).await.is_empty(), "what was there before is not new");
    desks.open(2, "饮水安全巩固二期", Field::Infrastructure).await;
    desks.open(3, "茶园加工坊", Field::SpecialtyIndustry).await;
    let told = letters(&test).await;
    let [(to, says)] = told.as_slice() else { panic!("one letter for a person: {told:?}") };
    assert!(to.starts_with("firm"));
    assert!(says.contains("饮水安全巩固二期") && !says.contains("老饮水工程"), "{says}");
    assert!(says.contains("搜索 1”“搜索 2") && !says.contains("搜索 3"), "{says}");
    assert!(says.contains("/saved-searches/stop?person="), "the way out: {says}");
    assert!(letters(&test).await.is_empty(), "once");
    assert_eq!(room::follow(&test.app).await.unwrap(), 0);
    let own = enterprise.call(saved_searches::list()).await.unwrap();
    assert_eq!(own.items.iter().map(|search| search.found).sum::<i64>(), 2);
    let notices = enterprise.call(notices::list(&notices::NoticeQuery::default())).await.unwrap();
    assert!(notices.items.iter().any(|notice| notice.path == "/saved-searches"), "in the app too");
    // It opens again after a pause, and is no news.
    let federation = &desks.federation;
    let need = federation.call(needs::get(&Uuid::from_u128(2).to_string())).await.unwrap();
    let why = needs::NeedStep { version: need.version, reason: "先暂停核实一下".into() };
    federation.call(needs::step(domain::need::NeedAction::Pause, need.id, &why)).await.unwrap();
    federation.call(needs::step(domain::need::NeedAction::Resume, need.id, &why)).await.unwrap();
    assert!(letters(&test).await.is_empty());
    test.done().await;
}

#[tokio::test]
async fn who_wants_it_daily_is_told_in_the_morning_and_who_pauses_is_not() {
    let test = TestApp::new().await;
    let desks = Desks::new(&test).await;
    let (daily, paused) = (test.enterprise("daily").await, test.donor().await);
    save(&daily, 1, NeedQuery::default(), Pace::Daily).await.unwrap();
    save(&daily, 2, query("饮水"), Pace::Daily).await.unwrap();
    let search = save(&paused, 3, NeedQuery::default(), Pace::AtOnce).await.unwrap();
    let change = SavedSearchChange { name: search.name.clone(), pace: search.pace, paused: true };
    assert!(paused.call(saved_searches::change(search.id, &change)).await.unwrap().paused);
    follows(&test).await;
    desks.open(1, "饮水安全巩固工程", Field::Infrastructure).await;
    desks.open(2, "茶园加工坊", Field::SpecialtyIndustry).await;
    assert!(letters(&test).await.is_empty(), "ten in the morning: it waits for the next");
    test.clock.advance(Duration::hours(21) + Duration::minutes(59));
    assert!(letters(&test).await.is_empty(), "not yet eight");
    test.clock.advance(Duration::minutes(1));
    let told = letters(&test).await;
    let [(to, says)] = told.as_slice() else { panic!("one letter: {told:?}") };
    assert!(to.starts_with("daily") && says.contains("饮水安全巩固工程") && says.contains("茶园加工坊"), "{says}");
    assert!(letters(&test).await.is_empty());
    // Whoever resumes is told of what opens from then on.
    let paused = test.signed_in("donor").await;
    let change = SavedSearchChange { paused: false, ..change };
    paused.call(saved_searches::change(search.id, &change)).await.unwrap();
    assert!(letters(&test).await.is_empty());
    Desks::again(&test).await.open(3, "第三件新的事", Field::Other).await;
    let told = letters(&test).await;
    assert!(told.len() == 1 && told[0].0.starts_with("donor") && told[0].1.contains("第三件新的事"), "{told:?}");
    test.done().await;
}

#[tokio::test]
async fn a_person_has_twenty_searches_of_his_own() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let other = test.donor().await;
    let first =
        save(&enterprise, 1, NeedQuery { sort: Some(NeedSort::Deadline), ..query(" 饮水 ") }, Pace::Daily).await;
    let first = first.unwrap();
    assert_eq!(first.query, query("饮水"), "order and page are of no matter");
    assert_eq!(save(&enterprise, 1, query("饮水"), Pace::Daily).await.unwrap(), first, "sent twice");
    assert_eq!(save(&enterprise, 1, query("路灯"), Pace::Daily).await.unwrap_err().status, 409);
    assert_eq!(save(&other, 1, query("饮水"), Pace::Daily).await.unwrap_err().status, 409);
    for n in 2..=SEARCHES_MAX {
        save(&enterprise, u128::try_from(n).unwrap(), query("饮水"), Pace::Daily).await.unwrap();
    }
    let refused = save(&enterprise, 99, query("饮水"), Pace::Daily).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["name"]));
    let second = SavedSearchId(Uuid::from_u128(2));
    assert_eq!(other.call(saved_searches::drop(second)).await.unwrap_err().status, 404);
    enterprise.call(saved_searches::drop(second)).await.unwrap();
    let (one, two) = tokio::join!(
        save(&enterprise, 100, query("饮水"), Pace::Daily),
        save(&enterprise, 101, query("饮水"), Pace::Daily)
    );
    assert!(one.is_ok() != two.is_ok(), "one place for two");
    let change = SavedSearchChange { name: "改名".into(), pace: Pace::AtOnce, paused: false };
    assert_eq!(other.call(saved_searches::change(first.id, &change)).await.unwrap_err().status, 404);
    let changed = enterprise.call(saved_searches::change(first.id, &change)).await.unwrap();
    assert_eq!((changed.name.as_str(), changed.pace), ("改名", Pace::AtOnce));
    let unknown = NeedQuery { county: Some("五华".into()), ..NeedQuery::default() };
    assert_eq!(save(&other, 200, unknown, Pace::Daily).await.unwrap_err().status, 422, "it cannot be searched");
    let nameless = NewSavedSearch { id: first.id, name: " ".into(), query: query("饮水"), pace: Pace::Daily };
    assert_eq!(other.call(saved_searches::save(&nameless)).await.unwrap_err().fields(), ["name"]);
    assert_eq!(test.visitor().call(saved_searches::list()).await.unwrap_err().status, 401);
    assert_eq!(events(&test, "search_saved").await, 21);
    assert_eq!(events(&test, "search_dropped").await, 1);
    test.done().await;
}

#[tokio::test]
async fn the_link_of_a_letter_stops_them_all() {
    let test = TestApp::new().await;
    let desks = Desks::new(&test).await;
    let enterprise = test.enterprise("firm").await;
    for n in 1..=2 {
        save(&enterprise, n, NeedQuery::default(), Pace::AtOnce).await.unwrap();
    }
    follows(&test).await;
    desks.open(1, "饮水安全巩固工程", Field::Infrastructure).await;
    let told = letters(&test).await;
    let link = told[0].1.split("https://qiancun.test").find(|part| part.starts_with("/saved-searches/stop?")).unwrap();
    let link = link.split_whitespace().next().unwrap();
    let page = test.visitor().page(link).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("不再收新需求的通知"));
    assert!(enterprise.call(saved_searches::list()).await.unwrap().items.iter().all(|search| !search.paused));
    let (person, key) = (page.hidden("person"), page.hidden("key"));
    let wrong = test.visitor().form("/saved-searches/stop", &[("person", &person), ("key", "guess")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = StopSearches { person: PersonId(Uuid::from_u128(1)), key: key.clone() };
    assert_eq!(test.visitor().call(saved_searches::stop(&other)).await.unwrap_err().status, 404);
    let done = test.visitor().form("/saved-searches/stop", &[("person", &person), ("key", &key)]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert!(test.visitor().page(&done.location()).await.text().contains("已暂停您保存的全部搜索"));
    assert!(enterprise.call(saved_searches::list()).await.unwrap().items.iter().all(|search| search.paused));
    assert_eq!(id_of(&enterprise).await.to_string(), person);
    desks.open(2, "另一件要做的事", Field::Other).await;
    assert!(letters(&test).await.is_empty());
    assert_eq!(events(&test, "searches_stopped").await, 1);
    test.done().await;
}

#[tokio::test]
async fn a_search_is_saved_from_the_page_where_it_was_made() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let found = test.visitor().page("/needs?q=%E9%A5%AE%E6%B0%B4&county=441424&max=50000").await.text();
    let link = found.split("href=\"").find(|part| part.starts_with("/saved-searches?new=1")).expect("the way there");
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    assert_eq!(test.visitor().page(&link).await.status, StatusCode::SEE_OTHER, "whoever saves signs in");
    let page = enterprise.page(&link).await;
    let (id, query) = (page.hidden("id"), page.hidden("query").replace("&quot;", "\""));
    let none =
        enterprise.form("/saved-searches", &[("step", "save"), ("id", &id), ("query", &query), ("name", "")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text().contains("请选择多久告诉您一次"));
    let form = [("step", "save"), ("id", id.as_str()), ("query", &query), ("name", "五华饮水"), ("pace", "daily")];
    let saved = enterprise.form("/saved-searches", &form).await;
    assert_eq!(saved.location(), "/saved-searches?done=saved", "{}", saved.text());
    let own = enterprise.call(saved_searches::list()).await.unwrap().items.remove(0);
    let expected =
        NeedQuery { county: Some("441424".into()), amount_max_fen: Some(5_000_000), ..self::query("饮水") };
    assert_eq!((own.name.as_str(), own.query), ("五华饮水", expected));
    let page = enterprise.page("/saved-searches").await.text();
    assert!(page.contains("五华饮水") && page.contains("/needs?q=%E9%A5%AE%E6%B0%B4&amp;county=441424&amp;max=50000"));
    let row = own.id.to_string();
    for (step, words) in
        [("pause", "恢复通知"), ("resume", "暂停通知"), ("change", "五华饮水"), ("drop", "还没有保存过搜索")]
    {
        let form = [("step", step), ("id", row.as_str()), ("name", "五华饮水"), ("pace", "at_once")];
        let done = enterprise.form("/saved-searches", &form).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{step}");
        assert!(enterprise.page(&done.location()).await.text().contains(words), "{step}");
    }
    test.done().await;
}
