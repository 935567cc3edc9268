use crate::members::events;
use axum::http::StatusCode;
use backend::jobs::regular;
use chrono::Duration;
use domain::api::offers::{self, NewOffer, Offer, OfferChange, OfferQuery, SeenOffer};
use domain::need::{ContributionKind, Field};
use domain::offer::{OfferContent, OfferStatus};
use domain::organisation::{OrganisationKind, Role};
use domain::{Fen, OfferId};
use sqlx::AssertSqlSafe;
use tests::{Client, TestApp};
use uuid::Uuid;

/// Money for 五华县, until the end of the year.
pub fn content() -> OfferContent {
    OfferContent {
        kind: Some(ContributionKind::Money),
        fields: vec![Field::Infrastructure],
        places: vec!["441424".parse().unwrap()],
        amount_from_fen: Some(Fen::yuan(20_000)),
        amount_to_fen: Some(Fen::yuan(100_000)),
        title: "支持村里修路灯".into(),
        words: "可以出资装太阳能路灯，也可以派人帮忙设计线路。".into(),
        until: "2026-12-31".parse().ok(),
        ..OfferContent::default()
    }
}

pub fn new_offer(n: u128, content: OfferContent) -> NewOffer {
    NewOffer { id: OfferId(Uuid::from_u128(n)), content }
}

/// An open offer of this enterprise.
pub async fn opened(enterprise: &Client<'_>, n: u128, content: OfferContent) -> Offer {
    let draft = enterprise.call(offers::create(&new_offer(n, content))).await.unwrap();
    enterprise.call(offers::open(draft.id, SeenOffer { version: draft.version })).await.unwrap()
}

#[tokio::test]
async fn an_offer_goes_from_draft_to_open_to_closed() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let village = test.village(crate::needs::VILLAGE).await;
    let bare = OfferContent { kind: None, fields: Vec::new(), until: None, ..content() };
    let draft = enterprise.call(offers::create(&new_offer(1, bare))).await.unwrap();
    assert_eq!((draft.status, draft.version, draft.may.open), (OfferStatus::Draft, 1, true));
    assert_eq!(village.call(offers::get(draft.id)).await.unwrap_err().status, 404, "a draft is its own enterprise's");
    let incomplete = enterprise.call(offers::open(draft.id, SeenOffer { version: 1 })).await.unwrap_err();
    assert_eq!((incomplete.status, incomplete.fields()), (422, vec!["kind", "fields", "until"]));

    let change = OfferChange { version: 1, content: content() };
    let edited = enterprise.call(offers::update(draft.id, &change)).await.unwrap();
    assert_eq!((edited.version, &edited.content), (2, &content()));
    assert_eq!(enterprise.call(offers::update(draft.id, &change)).await.unwrap(), edited, "sent twice, saved once");
    let stale = OfferChange { version: 1, content: OfferContent { title: "别的标题".into(), ..content() } };
    assert_eq!(enterprise.call(offers::update(draft.id, &stale)).await.unwrap_err().status, 409);
    assert_eq!(enterprise.call(offers::open(draft.id, SeenOffer { version: 1 })).await.unwrap_err().status, 409);

    let open = enterprise.call(offers::open(draft.id, SeenOffer { version: 2 })).await.unwrap();
    assert_eq!((open.status, open.may.edit, open.may.close), (OfferStatus::Open, true, true));
    assert_eq!(
        enterprise.call(offers::open(draft.id, SeenOffer { version: 2 })).await.unwrap(),
        open,
        "and opened once"
    );
    let read = village.call(offers::get(draft.id)).await.unwrap();
    assert_eq!((read.enterprise_name.as_str(), read.places[0].name.as_str()), ("firm的单位", "五华县"));
    assert!(!read.may.edit && !read.may.close);

    let emptied = OfferChange { version: 2, content: OfferContent { fields: Vec::new(), ..content() } };
    let refused = enterprise.call(offers::update(draft.id, &emptied)).await.unwrap_err();
    assert_eq!((refused.status, refused.fields()), (422, vec!["fields"]), "what is open stays complete");

    let closed = enterprise.call(offers::close(draft.id, SeenOffer { version: 2 })).await.unwrap();
    assert_eq!((closed.status, closed.ended_at.is_some()), (OfferStatus::Closed, true));
    let late = OfferChange { version: 2, content: OfferContent { title: "太晚了的标题".into(), ..content() } };
    assert_eq!(enterprise.call(offers::update(draft.id, &late)).await.unwrap_err().status, 409);
    assert_eq!(enterprise.call(offers::open(draft.id, SeenOffer { version: 2 })).await.unwrap_err().status, 409);
    assert_eq!(village.call(offers::get(draft.id)).await.unwrap().status, OfferStatus::Closed, "a link stays true");
    assert!(village.call(offers::list(&OfferQuery::default())).await.unwrap().items.is_empty());
    for verb in ["offer_drafted", "offer_edited", "offer_opened", "offer_closed"] {
        assert_eq!(events(&test, verb).await, 1, "{verb}");
    }
    test.done().await;
}

#[tokio::test]
async fn the_same_id_and_content_saves_once_and_other_content_is_a_conflict() {
    let test = TestApp::new().await;
    let (enterprise, other) = (test.enterprise("firm").await, test.enterprise("别家").await);
    let new = new_offer(1, content());
    let first = enterprise.call(offers::create(&new)).await.unwrap();
    let spaced = OfferContent { title: format!(" {} ", content().title), ..content() };
    assert_eq!(enterprise.call(offers::create(&new_offer(1, spaced))).await.unwrap(), first);
    let differs = OfferContent { title: "另外一件事".into(), ..content() };
    assert_eq!(enterprise.call(offers::create(&new_offer(1, differs))).await.unwrap_err().status, 409);
    assert_eq!(other.call(offers::create(&new)).await.unwrap_err().status, 409, "nobody learns of another's draft");
    assert_eq!(enterprise.call(offers::own()).await.unwrap().items.len(), 1);
    test.done().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_at_its_field() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    for (wrong, field) in [
        (OfferContent { places: vec!["441499".parse().unwrap()], ..content() }, "places"),
        (OfferContent { places: vec!["441424103203".parse().unwrap()], ..content() }, "places"),
        (OfferContent { fields: vec![Field::Other], ..content() }, "fields"),
        (OfferContent { amount_from_fen: Some(Fen::yuan(200_000)), ..content() }, "amount_to"),
        (OfferContent { kind: Some(ContributionKind::Goods), quantity: Some(0), ..content() }, "quantity"),
        (OfferContent { words: "请找张三，身份证 11010519491231002X".into(), ..content() }, "words"),
    ] {
        let refused = enterprise.call(offers::create(&new_offer(1, wrong))).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec![field]));
    }
    test.done().await;
}

#[tokio::test]
async fn offers_are_read_by_villages_and_offices_and_by_nobody_else() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let offer = opened(&enterprise, 1, content()).await;
    let list = || offers::list(&OfferQuery::default());
    let charity = test.charity("示例慈善会").await;
    let town = test.person("town", OrganisationKind::Town, Some("441424103"), Role::TownReviewer).await;
    let town_owner = test.person("owner", OrganisationKind::Town, Some("441424104"), Role::OfficeOwner).await;
    let rural = test.person("rural", OrganisationKind::RuralOffice, Some("441424"), Role::RuralOffice).await;
    let readers = [
        test.village(crate::needs::VILLAGE).await,
        test.village("441481102200").await,
        town,
        town_owner,
        rural,
        test.federation("441402").await,
        test.auditor().await,
    ];
    for reader in &readers {
        assert_eq!(reader.call(list()).await.unwrap().items[0].id, offer.id);
        assert_eq!(reader.call(offers::get(offer.id)).await.unwrap().id, offer.id);
        assert_eq!(reader.call(offers::close(offer.id, SeenOffer { version: 1 })).await.unwrap_err().status, 403);
        assert_eq!(reader.page("/offers").await.status, StatusCode::OK);
    }
    let campaign_owner = test.person("630", OrganisationKind::CampaignOffice, Some("441424"), Role::OfficeOwner).await;
    for (who, status) in [
        (&test.visitor(), 401),
        (&charity.maker, 403),
        (&test.donor().await, 403),
        (&test.admin().await, 403),
        (&campaign_owner, 403),
    ] {
        assert_eq!(who.call(list()).await.unwrap_err().status, status);
        assert_eq!(who.call(offers::get(offer.id)).await.unwrap_err().status, status);
    }
    let other = test.enterprise("别家").await;
    assert_eq!(other.call(list()).await.unwrap_err().status, 403, "no enterprise looks at others'");
    assert_eq!(other.call(offers::get(offer.id)).await.unwrap_err().status, 404);
    assert_eq!(other.call(offers::close(offer.id, SeenOffer { version: 1 })).await.unwrap_err().status, 404);
    let change = OfferChange { version: 1, content: OfferContent { title: "改成别的".into(), ..content() } };
    assert_eq!(other.call(offers::update(offer.id, &change)).await.unwrap_err().status, 404);
    let stranger = test.visitor().page(&format!("/offers/{}", offer.id)).await;
    assert!(stranger.location().starts_with("/sign-in?next="), "{}", stranger.location());
    test.done().await;
}

#[tokio::test]
async fn an_enterprise_that_was_suspended_offers_nothing() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let village = test.village(crate::needs::VILLAGE).await;
    let offer = opened(&enterprise, 1, content()).await;
    let id = test.organisation_of(&enterprise).await;
    sqlx::query("update organisation set status = 'suspended' where id = $1")
        .bind(id.0)
        .execute(&test.app.pool)
        .await
        .unwrap();
    assert!(village.call(offers::list(&OfferQuery::default())).await.unwrap().items.is_empty());
    assert_eq!(village.call(offers::get(offer.id)).await.unwrap_err().status, 404);
    assert_eq!(enterprise.call(offers::own()).await.unwrap_err().status, 403);
    test.done().await;
}

#[tokio::test]
async fn offers_are_found_by_kind_field_place_and_words() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("嘉应茶业").await;
    let village = test.village(crate::needs::VILLAGE).await;
    let goods = OfferContent {
        kind: Some(ContributionKind::Goods),
        fields: vec![Field::SpecialtyIndustry, Field::ConsumptionAssistance],
        places: Vec::new(),
        amount_from_fen: None,
        amount_to_fen: None,
        quantity: Some(300),
        unit: "株".into(),
        title: "茶叶苗木和技术".into(),
        words: "提供单丛茶苗，负责教会种植。".into(),
        ..content()
    };
    let town =
        OfferContent { places: vec!["441424103".parse().unwrap()], title: "给转水镇修路灯".into(), ..content() };
    let elsewhere =
        OfferContent { places: vec!["441481".parse().unwrap()], title: "兴宁的路灯".into(), ..content() };
    for (n, content) in [content(), goods, town, elsewhere].into_iter().enumerate() {
        opened(&enterprise, n as u128, content).await;
        test.clock.advance(Duration::minutes(1));
    }
    let found = async |query: OfferQuery| -> Vec<u128> {
        let list = village.call(offers::list(&query)).await.unwrap();
        assert_eq!(list.count.number as usize, list.items.len());
        list.items.iter().map(|offer| offer.id.0.as_u128()).collect()
    };
    let some = |text: &str| Some(text.to_owned());
    let query = OfferQuery::default;
    assert_eq!(found(query()).await, [3, 2, 1, 0], "newest first");
    assert_eq!(found(OfferQuery { kind: some("goods"), ..query() }).await, [1]);
    assert_eq!(found(OfferQuery { field: some("consumption_assistance"), ..query() }).await, [1]);
    assert_eq!(found(OfferQuery { county: some("441424"), ..query() }).await, [2, 1, 0], "its towns, and everywhere");
    assert_eq!(found(OfferQuery { county: some("441402"), ..query() }).await, [1]);
    assert_eq!(found(OfferQuery { q: some("路灯"), ..query() }).await, [3, 2, 0]);
    assert_eq!(found(OfferQuery { q: some("路灯 转水"), ..query() }).await, [2], "all of the words");
    assert_eq!(found(OfferQuery { q: some("茶葉"), ..query() }).await, [1], "in traditional characters too");
    assert_eq!(found(OfferQuery { q: some("嘉应茶业"), ..query() }).await, [3, 2, 1, 0], "by the enterprise's name");
    assert_eq!(found(OfferQuery { q: some("%' or 1=1 --"), ..query() }).await, Vec::<u128>::new());
    let all = OfferQuery { kind: some("money"), field: some("infrastructure"), county: some("441481"), ..query() };
    assert_eq!(found(OfferQuery { q: some("路灯"), ..all }).await, [3]);
    for (wrong, field) in [
        (OfferQuery { kind: some("gold"), ..query() }, "kind"),
        (OfferQuery { field: some("moon"), ..query() }, "field"),
        (OfferQuery { county: some("4401"), ..query() }, "county"),
        (OfferQuery { county: some("441499"), ..query() }, "county"),
        (OfferQuery { q: some(&"长".repeat(101)), ..query() }, "q"),
        (OfferQuery { after: some("7"), ..query() }, "after"),
    ] {
        let refused = village.call(offers::list(&wrong)).await.unwrap_err();
        assert_eq!((refused.status, refused.fields()), (422, vec![field]));
    }
    test.done().await;
}

/// Many open offers of one enterprise, each a minute younger than the one before.
async fn generated(test: &TestApp, enterprise: &Client<'_>, n: i64) {
    let id = test.organisation_of(enterprise).await;
    let person = crate::members::id_of(enterprise).await;
    let sql = format!(
        "insert into offer (id, enterprise, status, kind, fields, places, amount_from_fen, amount_to_fen, unit, title,
                            words, until, created_by, created_at, changed_at, opened_at)
         select gen_random_uuid(), '{id}', 'open', 'money',
                array[(array['infrastructure', 'rural_civility', 'talent_cultivation'])[1 + n % 3]],
                case n % 4 when 0 then '{{}}'::text[] else array['4414' || (array['02', '24', '81'])[1 + n % 3]] end,
                100, 200, '', '意向 ' || n, '写明能提供什么的一段话', '2026-12-31', '{person}', now(), now(),
                '2026-01-01'::timestamptz + n * interval '1 minute'
         from generate_series(1, {n}) n;
         analyze offer;
         analyze organisation"
    );
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&test.app.pool).await.unwrap();
}

#[tokio::test]
async fn a_long_list_is_turned_page_by_page_and_read_by_its_index() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let village = test.village(crate::needs::VILLAGE).await;
    generated(&test, &enterprise, 5_000).await;
    let mut query = OfferQuery { county: Some("441424".into()), ..OfferQuery::default() };
    let mut seen = Vec::new();
    for _ in 0..3 {
        let list = village.call(offers::list(&query)).await.unwrap();
        assert_eq!((list.count.number, list.count.more, list.items.len()), (1_000, true, 20));
        seen.extend(list.items.iter().map(|offer| offer.id));
        query.after = list.next;
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 60, "no offer stands on two pages");
    for query in [query, OfferQuery::default(), OfferQuery { kind: Some("money".into()), ..OfferQuery::default() }] {
        let plan = backend::offers::plan(&test.app, &query).await.unwrap();
        assert!(!plan.contains("Seq Scan on offer"), "{plan}");
    }
    test.done().await;
}

#[tokio::test]
async fn an_offer_ends_by_itself_when_its_last_day_is_over() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    test.village(crate::needs::VILLAGE).await;
    let short = OfferContent { until: "2026-07-01".parse().ok(), ..content() };
    let (short, long) = (opened(&enterprise, 1, short).await, opened(&enterprise, 2, content()).await);
    let listed = async || {
        let village = test.signed_in(&format!("village-{}", crate::needs::VILLAGE)).await;
        village.call(offers::list(&OfferQuery::default())).await.unwrap().items.len()
    };
    test.clock.advance(Duration::days(1));
    let mut never = test.clock.now() + Duration::days(365);
    regular::round(&test.app, &mut never).await;
    assert_eq!(listed().await, 2, "its last day is a day of it");
    test.clock.advance(Duration::days(1));
    assert_eq!(listed().await, 1, "nobody waits for the hour");
    regular::round(&test.app, &mut never).await;
    let enterprise = test.signed_in("firm").await;
    let ended = enterprise.call(offers::get(short.id)).await.unwrap();
    assert_eq!((ended.status, ended.may.edit), (OfferStatus::Expired, false));
    assert_eq!(enterprise.call(offers::get(long.id)).await.unwrap().status, OfferStatus::Open);
    test.clock.advance(Duration::hours(2));
    regular::round(&test.app, &mut never).await;
    assert_eq!(events(&test, "offer_expired").await, 1, "once");
    test.done().await;
}

#[tokio::test]
async fn an_offer_can_be_changed_on_its_last_day_but_not_made_to_end_today() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let last_day = OfferContent { until: "2026-07-01".parse().ok(), ..content() };
    let offer = opened(&enterprise, 1, last_day.clone()).await;
    test.clock.advance(Duration::days(1));
    let enterprise = test.signed_in("firm").await;
    let change = |version, content| OfferChange { version, content };
    let titled = OfferContent { title: "支持村里修路灯和桥".into(), ..last_day };
    let edited = enterprise.call(offers::update(offer.id, &change(1, titled.clone()))).await.unwrap();
    assert_eq!((edited.version, edited.content.title.as_str()), (2, "支持村里修路灯和桥"));
    let longer = OfferContent { until: "2026-12-31".parse().ok(), ..titled.clone() };
    enterprise.call(offers::update(offer.id, &change(2, longer))).await.unwrap();
    let today = enterprise.call(offers::update(offer.id, &change(3, titled))).await.unwrap_err();
    assert_eq!((today.status, today.fields()), (422, vec!["until"]));
    test.done().await;
}

#[tokio::test]
async fn an_enterprise_has_fifty_open_offers_at_most_and_a_long_list_says_that_it_goes_on() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    generated(&test, &enterprise, 49).await;
    opened(&enterprise, 1, content()).await;
    let draft = enterprise.call(offers::create(&new_offer(2, content()))).await.unwrap();
    let refused = enterprise.call(offers::open(draft.id, SeenOffer { version: 1 })).await.unwrap_err();
    assert_eq!(refused.status, 409);
    assert!(refused.error.message.contains("最多 50 条"), "{}", refused.error.message);
    let one = OfferId(Uuid::from_u128(1));
    enterprise.call(offers::close(one, SeenOffer { version: 1 })).await.unwrap();
    enterprise.call(offers::open(draft.id, SeenOffer { version: 1 })).await.unwrap();
    generated(&test, &enterprise, 200).await;
    let own = enterprise.call(offers::own()).await.unwrap();
    assert_eq!((own.items.len(), own.count.number, own.count.more), (200, 200, true));
    assert!(enterprise.page("/work").await.text().contains("我们的供给意向（200+）"));
    test.done().await;
}

const ID: &str = "00000000-0000-0000-0000-000000000001";

fn filled(action: &str) -> Vec<(&str, &str)> {
    vec![
        ("id", ID),
        ("kind", "money"),
        ("title", "支持村里修路灯"),
        ("words", "可以出资装太阳能路灯，也可以派人帮忙设计线路。"),
        ("amount_from", "2万"),
        ("amount_to", "１０万"),
        ("quantity", ""),
        ("unit", ""),
        ("until", "2026-12-31"),
        ("fields", "infrastructure"),
        ("fields", "village_landscape"),
        ("places", "441424103"),
        ("action", action),
    ]
}

#[tokio::test]
async fn an_offer_is_written_and_published_without_script() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let page = enterprise.page("/work/offers/new").await;
    assert_eq!(page.status, StatusCode::OK);
    for said in ["不是认捐", "谁看得到", "转水镇", "乡村特色产业开发"] {
        assert!(page.text().contains(said), "{said}");
    }
    let answer = enterprise.form("/work/offers/new", &filled("open")).await;
    assert_eq!(answer.location(), format!("/offers/{ID}?done=opened"), "{}", answer.text());
    let own = enterprise.page(&format!("/offers/{ID}?done=opened")).await.text();
    for said in ["已发布", "五华县 · 转水镇", "乡村风貌提升", "结束这条意向", "有效期到"] {
        assert!(own.contains(said), "{said}");
    }
    let edit = enterprise.page(&format!("/work/offers/{ID}")).await;
    assert!(edit.text().contains("value=\"441424103\" checked"), "what was chosen is ticked");
    let mut change: Vec<_> = filled("save").into_iter().filter(|(name, _)| *name != "id").collect();
    change.push(("version", "1"));
    change.iter_mut().filter(|(name, _)| *name == "title").for_each(|field| field.1 = "支持修路灯和桥");
    let saved = enterprise.form(&format!("/work/offers/{ID}"), &change).await;
    assert_eq!(saved.location(), format!("/offers/{ID}?done=saved"));
    change.iter_mut().filter(|(name, _)| *name == "title").for_each(|field| field.1 = "同事也在改的标题");
    let late = enterprise.form(&format!("/work/offers/{ID}"), &change).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text().contains("现在保存着的") && late.text().contains("支持修路灯和桥"));
    assert_eq!(late.hidden("version"), "2", "the next try can succeed");
    let closed = enterprise.form(&format!("/offers/{ID}"), &[("action", "close"), ("version", "2")]).await;
    assert_eq!(closed.location(), format!("/offers/{ID}?done=closed"));
    let again = enterprise.page(&format!("/work/offers/new?from={ID}")).await.text();
    assert!(
        again.contains("支持修路灯和桥") && !again.contains("2026-12-31"),
        "a new one begins where the old one ended"
    );
    test.done().await;
}

#[tokio::test]
async fn a_refused_offer_comes_back_with_what_was_typed() {
    let test = TestApp::new().await;
    let enterprise = test.enterprise("firm").await;
    let mut wrong = filled("open");
    for (name, value) in &mut wrong {
        match *name {
            "amount_to" => *value = "十万<script>",
            "until" => *value = "2020-01-01",
            "title" => *value = "灯",
            _ => {}
        }
    }
    let refused = enterprise.form("/work/offers/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in [
        "value=\"十万&lt;script&gt;\"",
        "金额只能写数字",
        "有效期要到今天以后",
        "至少 4 个字",
        "value=\"441424103\" checked",
    ] {
        assert!(refused.text().contains(said), "{said}");
    }
    assert!(enterprise.call(offers::own()).await.unwrap().items.is_empty(), "nothing was saved");
    for who in [test.village(crate::needs::VILLAGE).await, test.donor().await] {
        assert_eq!(who.page("/work/offers/new").await.status, StatusCode::FORBIDDEN);
        assert_eq!(who.form("/work/offers/new", &filled("open")).await.status, StatusCode::FORBIDDEN);
    }
    let stranger = test.visitor().page("/work/offers/new").await;
    assert!(stranger.location().starts_with("/sign-in"));
    test.done().await;
}

#[tokio::test]
async fn pages_of_offers_say_when_there_are_none() {
    let test = TestApp::new().await;
    let village = test.village(crate::needs::VILLAGE).await;
    let empty = village.page("/offers?kind=money").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(empty.text().contains("没有符合条件的供给意向"));
    assert_eq!(village.page("/offers?kind=gold").await.status, StatusCode::BAD_REQUEST);
    let enterprise = test.enterprise("firm").await;
    assert!(enterprise.page("/work").await.text().contains("还没有写过供给意向"));
    opened(&enterprise, 1, content()).await;
    let listed = village.page("/offers").await.text();
    assert!(listed.contains("支持村里修路灯") && listed.contains("firm的单位"));
    assert!(village.page(&format!("/offers/{ID}")).await.text().contains("请联系本县"));
    let english = village.page("/en/offers").await.text();
    assert!(english.contains("What enterprises offer") && english.contains("Offers: 1"));
    test.done().await;
}
