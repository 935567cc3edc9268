//! What every engine has to do, whichever it is. Order by relevance is not in it: that is what the golden queries judge.

use backend::search::engine::{Engine, NeedDocument, NeedQuery, Sort};

use super::support::{golden_documents, id, text};

/// Runs the whole contract against `engine` and leaves it empty.
pub async fn holds<E: Engine>(engine: &E) {
    starts_empty(engine).await;
    let needs = golden_documents();
    engine.upsert(needs.clone()).await.expect("written");
    finds_by_words(engine, &needs).await;
    filters_and_counts(engine, &needs).await;
    finds_only_open_ones(engine, &needs).await;
    sorts_and_pages(engine, &needs).await;
    replaces_and_removes(engine, &needs).await;
    keeps_a_cursor(engine).await;
    engine.clear().await.expect("cleared");
    starts_empty(engine).await;
}

async fn starts_empty<E: Engine>(engine: &E) {
    engine.clear().await.expect("clearing an empty engine is no error");
    assert_eq!(engine.document_count().await, Ok(0));
    assert_eq!(engine.cursor().await, Ok(None));
    let hits = engine.search(&text("路灯")).await.expect("an answer");
    assert_eq!((hits.total, hits.ids.len(), hits.relaxed), (0, 0, false));
    assert_eq!(hits.answered_by, engine.name());
    assert_eq!(hits.stands_in_for, None);
}

async fn finds_by_words<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    assert_eq!(engine.document_count().await, Ok(needs.len()));
    let all = engine.search(&text("")).await.expect("an answer");
    assert_eq!((all.total, all.ids.len()), (needs.len(), 20));
    for (words, wanted) in [
        ("路灯", "黄沙村主干道太阳能路灯"),
        ("五华 照明", "大布村巷道路灯更换"),
        ("興寧 饮水", "黄沙村饮水管网改造"),
        ("dabu 饮水", "泮溪村饮水池清洗和滤网更换"),
        ("whx ludeng", "大布村巷道路灯更换"),
        ("輋𣒍", "輋𣒍村村道硬化及错车台"),
        ("桥", "河子口村危桥重建"),
        ("youzi", "三坑村金柚订购"),
    ] {
        let hits = engine.search(&NeedQuery { limit: 200, ..text(words) }).await.expect("an answer");
        let titles: Vec<&str> =
            needs.iter().filter(|need| hits.ids.contains(&need.id)).map(|need| need.title.as_str()).collect();
        assert!(titles.contains(&wanted), "{words}: {titles:?}");
        assert!(!hits.relaxed, "{words}");
    }
    for words in ["景点", "五花", "羽毛球", "xyzzy"] {
        let hits = engine.search(&text(words)).await.expect("an answer");
        assert_eq!((hits.total, hits.relaxed), (0, false), "{words}");
    }
    let loosened = engine.search(&text("平远 路灯")).await.expect("an answer");
    assert!(loosened.relaxed && loosened.total > 0);
    let code = &needs[7].code;
    let by_code = engine.search(&text(code)).await.expect("an answer");
    assert_eq!(by_code.ids, vec![needs[7].id]);
}

async fn filters_and_counts<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    let query = NeedQuery {
        fields: vec!["infrastructure".to_owned(), "village_landscape".to_owned()],
        county: Some("441424".to_owned()),
        amount_min_fen: Some(10_000_000),
        amount_max_fen: Some(20_000_000),
        limit: 200,
        ..NeedQuery::default()
    };
    let in_fields = |need: &NeedDocument| query.fields.contains(&need.field);
    let in_county = |need: &NeedDocument| need.county_code == "441424";
    let in_amount = |need: &NeedDocument| (10_000_000..=20_000_000).contains(&need.amount_fen);
    let count = |test: &dyn Fn(&NeedDocument) -> bool| needs.iter().filter(|need| test(need)).count();
    let hits = engine.search(&query).await.expect("an answer");
    assert_eq!(hits.total, count(&|need| in_fields(need) && in_county(need) && in_amount(need)));
    assert_eq!(hits.ids.len(), hits.total);
    let of = |facet: &[(String, usize)], code: &str| facet.iter().find(|(found, _)| found == code).map(|found| found.1);
    // Without its own filter, but with all others.
    let industry = count(&|need| need.field == "specialty_industry" && in_county(need) && in_amount(need));
    assert_eq!(of(&hits.facets.fields, "specialty_industry"), Some(industry));
    let dabu = count(&|need| need.county_code == "441422" && in_fields(need) && in_amount(need));
    assert_eq!(of(&hits.facets.counties, "441422"), Some(dabu));
    assert!(hits.facets.towns.iter().all(|(code, _)| code.starts_with("441424")));
    assert_eq!(hits.facets.towns.iter().map(|town| town.1).sum::<usize>(), hits.total);
    assert!(hits.facets.counties.is_sorted_by_key(|county| std::cmp::Reverse(county.1)));

    let village = NeedQuery { village: Some("441424103203".to_owned()), ..text("") };
    assert_eq!(engine.search(&village).await.expect("an answer").total, 1);
    let town = NeedQuery { town: Some("441424103".to_owned()), ..text("道路") };
    let hits = engine.search(&town).await.expect("an answer");
    assert!(hits.total >= 1 && hits.facets.towns.len() > 1);
    let nowhere = NeedQuery { county: Some("\" OR 1".to_owned()), ..text("") };
    assert_eq!(engine.search(&nowhere).await.expect("a strange code is no error").total, 0);
}

async fn finds_only_open_ones<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    let with_status = |number: usize, status: &str| NeedDocument { status: status.to_owned(), ..needs[number].clone() };
    engine
        .upsert(vec![with_status(0, "closed"), with_status(1, "publicized"), with_status(2, "partly_funded")])
        .await
        .expect("written");
    let open = NeedQuery { open_only: true, limit: 200, ..NeedQuery::default() };
    let hits = engine.search(&open).await.expect("an answer");
    assert_eq!((hits.total, hits.ids.len()), (needs.len() - 2, needs.len() - 2));
    assert!(!hits.ids.contains(&needs[0].id) && !hits.ids.contains(&needs[1].id) && hits.ids.contains(&needs[2].id));
    assert_eq!(hits.facets.counties.iter().map(|county| county.1).sum::<usize>(), hits.total);
    let all = engine.search(&NeedQuery { open_only: false, ..open }).await.expect("an answer");
    assert_eq!(all.total, needs.len());
    engine.upsert(needs.to_vec()).await.expect("written");
}

async fn sorts_and_pages<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    let ordered = async |sort| {
        let query = NeedQuery { sort, limit: 200, ..NeedQuery::default() };
        let ids = engine.search(&query).await.expect("an answer").ids;
        assert_eq!(ids.len(), needs.len());
        ids.into_iter().map(|id| needs.iter().find(|need| need.id == id).expect("one of ours")).collect::<Vec<_>>()
    };
    assert!(ordered(Sort::Newest).await.is_sorted_by_key(|need| std::cmp::Reverse(need.published_at)));
    assert!(ordered(Sort::AmountAsc).await.is_sorted_by_key(|need| need.amount_fen));
    assert!(ordered(Sort::AmountDesc).await.is_sorted_by_key(|need| std::cmp::Reverse(need.amount_fen)));
    assert!(ordered(Sort::Deadline).await.is_sorted_by_key(|need| need.wanted_by));

    let page = async |offset| {
        let query = NeedQuery { sort: Sort::AmountDesc, offset, limit: 7, ..NeedQuery::default() };
        engine.search(&query).await.expect("an answer").ids
    };
    let whole: Vec<_> = ordered(Sort::AmountDesc).await.iter().map(|need| need.id).collect();
    assert_eq!([page(0).await, page(7).await].concat(), whole[..14]);
    assert!(page(needs.len()).await.is_empty());
    let numbers = engine.search(&NeedQuery::default()).await.expect("an answer");
    assert_eq!((numbers.ids.len(), numbers.total), (0, needs.len()));
}

async fn replaces_and_removes<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    let mut changed = needs[0].clone();
    "村口羽毛球馆".clone_into(&mut changed.title);
    engine.upsert(vec![changed.clone()]).await.expect("written");
    assert_eq!(engine.document_count().await, Ok(needs.len()));
    assert_eq!(engine.search(&text("羽毛球")).await.expect("an answer").ids, vec![changed.id]);
    engine.remove(vec![changed.id, id(99_999)]).await.expect("an id that is not there is no error");
    assert_eq!(engine.document_count().await, Ok(needs.len() - 1));
    assert_eq!(engine.search(&text("羽毛球")).await.expect("an answer").total, 0);
    engine.upsert(Vec::new()).await.expect("nothing to write is no error");
}

async fn keeps_a_cursor<E: Engine>(engine: &E) {
    engine.set_cursor(41).await.expect("kept");
    engine.set_cursor(42).await.expect("kept");
    assert_eq!(engine.cursor().await, Ok(Some(42)));
    engine.remove(vec![id(1)]).await.expect("a write does not lose the cursor");
    assert_eq!(engine.cursor().await, Ok(Some(42)));
}
