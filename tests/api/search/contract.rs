//! What every engine has to do, whichever it is. Order by relevance is not in it: that is what the golden queries judge.

use backend::search::engine::{Engine, NeedDocument, NeedQuery, Sort};
use domain::finding::{AmountBand, DeadlineBand, Facet};
use domain::{Fen, api::needs::Widened};

use super::support::{golden_documents, id, text};

/// Runs the whole contract against `engine` and leaves it empty.
pub async fn holds<E: Engine>(engine: &E) {
    starts_empty(engine).await;
    let needs = golden_documents();
    engine.upsert(needs.clone()).await.expect("written");
    finds_by_words(engine, &needs).await;
    widens_in_steps(engine, &needs).await;
    filters_and_counts(engine, &needs).await;
    counts_every_facet(engine, &needs).await;
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
    assert_eq!((hits.total, hits.ids.len(), hits.widened), (0, 0, None));
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
        assert_eq!((hits.widened, hits.meant), (None, None), "{words}");
    }
    for words in ["景点", "五花", "羽毛球", "xyzzy"] {
        let hits = engine.search(&text(words)).await.expect("an answer");
        assert_eq!((hits.total, hits.widened, hits.meant), (0, None, None), "{words}");
    }
    let code = &needs[7].code;
    let by_code = engine.search(&text(code)).await.expect("an answer");
    assert_eq!(by_code.ids, vec![needs[7].id]);
}

async fn widens_in_steps<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    let city = Some("梅州市".to_owned());
    let elsewhere = engine.search(&text("平远 路灯")).await.expect("an answer");
    let widened = elsewhere.widened.expect("there is none in 平远");
    assert_eq!((widened.words, widened.place, widened.fewer_words), (vec!["平远".to_owned()], city.clone(), false));
    assert!(elsewhere.total > 0);
    let exactly = engine.search(&NeedQuery { exact: true, ..text("平远 路灯") }).await.expect("an answer");
    assert_eq!((exactly.total, exactly.widened), (0, None));

    let spelt = engine.search(&text("路登")).await.expect("an answer");
    assert_eq!((spelt.meant.as_deref(), spelt.widened), (Some("路灯"), None));
    let right = engine.search(&text("路灯")).await.expect("an answer");
    assert_eq!((spelt.total, spelt.ids), (right.total, right.ids));

    // In a county that has none of it: the county is let go before the field, and the words stay.
    let chosen = text("陶瓷").choosing(Facet::County, &["441426"]);
    let hits = engine.search(&chosen).await.expect("an answer");
    let wanted = Widened { place: city, ..Widened::default() };
    assert_eq!(hits.widened, Some(wanted));
    let dated = text("路灯").choosing(Facet::Deadline, &["passed"]);
    let hits = engine.search(&dated).await.expect("an answer");
    assert_eq!(hits.widened.expect("none is that late").conditions, [Facet::Deadline]);

    let cheap = engine.search(&text("10万元以内 路灯")).await.expect("an answer");
    let amounts = needs.iter().filter(|need| cheap.ids.contains(&need.id)).map(|need| need.amount_fen);
    assert!(cheap.total > 0 && amounts.flatten().all(|fen| fen <= 10_000_000));
    let nothing_said = engine.search(&text("请问有什么")).await.expect("an answer");
    assert_eq!(nothing_said.total, needs.len());
}

async fn counts_every_facet<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    let today = text("").today;
    let deadline = |need: &NeedDocument| DeadlineBand::of(need.wanted_by, today);
    let amount = |need: &NeedDocument| need.amount_fen.map(|fen| AmountBand::of(Fen::new(fen).expect("an amount")));
    let all = engine.search(&text("")).await.expect("an answer");
    for facet in Facet::ALL {
        let counted: usize = all.facets[facet].iter().map(|(_, count)| count).sum();
        let has = |need: &&NeedDocument| *facet == Facet::Deadline || need.value(*facet).is_some();
        assert_eq!(counted, needs.iter().filter(has).count(), "{facet}");
        let (value, count) = all.facets[facet].first().expect("a value").clone();
        let restricted = engine.search(&text("").choosing(*facet, &[&value])).await.expect("an answer");
        assert_eq!(restricted.total, count, "{facet} {value}");
        assert_eq!(restricted.facets[facet], all.facets[facet], "its own choices do not restrict what it counts");
    }
    let two =
        text("").choosing(Facet::Amount, &["under_5", "5_to_20"]).choosing(Facet::Deadline, &["within_90", "later"]);
    let wanted = |need: &&NeedDocument| {
        matches!(amount(need), Some(AmountBand::Under5 | AmountBand::From5))
            && matches!(deadline(need), DeadlineBand::Within90 | DeadlineBand::Later)
    };
    assert_eq!(engine.search(&two).await.expect("an answer").total, needs.iter().filter(wanted).count());
}

async fn filters_and_counts<E: Engine>(engine: &E, needs: &[NeedDocument]) {
    let fields = ["infrastructure", "village_landscape"];
    let query = NeedQuery {
        amount_min_fen: Some(10_000_000),
        amount_max_fen: Some(20_000_000),
        limit: 200,
        ..text("").choosing(Facet::Field, &fields).choosing(Facet::County, &["441424"])
    };
    let in_fields = |need: &NeedDocument| fields.contains(&need.field.as_str());
    let in_county = |need: &NeedDocument| need.county_code == "441424";
    let in_amount = |need: &NeedDocument| need.amount_fen.is_some_and(|fen| (10_000_000..=20_000_000).contains(&fen));
    let count = |test: &dyn Fn(&NeedDocument) -> bool| needs.iter().filter(|need| test(need)).count();
    let hits = engine.search(&query).await.expect("an answer");
    assert_eq!(hits.total, count(&|need| in_fields(need) && in_county(need) && in_amount(need)));
    assert_eq!(hits.ids.len(), hits.total);
    let of = |facet: &[(String, usize)], code: &str| facet.iter().find(|(found, _)| found == code).map(|found| found.1);
    // Without its own filter, but with all others.
    let industry = count(&|need| need.field == "specialty_industry" && in_county(need) && in_amount(need));
    assert_eq!(of(&hits.facets[&Facet::Field], "specialty_industry"), Some(industry));
    let dabu = count(&|need| need.county_code == "441422" && in_fields(need) && in_amount(need));
    assert_eq!(of(&hits.facets[&Facet::County], "441422"), Some(dabu));
    assert!(hits.facets[&Facet::Town].iter().all(|(code, _)| code.starts_with("441424")));
    assert_eq!(hits.facets[&Facet::Town].iter().map(|town| town.1).sum::<usize>(), hits.total);
    assert!(hits.facets[&Facet::County].is_sorted_by_key(|county| std::cmp::Reverse(county.1)));

    let village = NeedQuery { village: Some("441424103203".to_owned()), ..text("") };
    assert_eq!(engine.search(&village).await.expect("an answer").total, 1);
    let town = text("道路").choosing(Facet::Town, &["441424103"]);
    let hits = engine.search(&town).await.expect("an answer");
    assert!(hits.total >= 1 && hits.facets[&Facet::Town].len() > 1);
    let nowhere = NeedQuery { exact: true, ..text("").choosing(Facet::County, &["\" OR 1"]) };
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
    assert_eq!(hits.facets[&Facet::County].iter().map(|county| county.1).sum::<usize>(), hits.total);
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
