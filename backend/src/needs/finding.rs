//! Finding public needs: a query is checked, the engine finds, the database tells what the needs are now.
//!
//! Deliberately absent: how words are met (search).

mod cursor;
mod sql;

use self::cursor::Cursor;
use self::sql::Texts;
use super::sql::{Row, public_rows};
use crate::app::App;
use crate::error::Result;
use crate::search::{self, engine, engine::Sort};
use domain::api::needs::{
    FacetCount, Facets, MarkedNeed, NeedList, NeedQuery, NeedRow, NeedSort, NeedSuggestion, SuggestionKind,
};
use domain::api::{Count, List};
use domain::finding::{AmountBand, CHOICES_MAX, DeadlineBand, Facet, QUERY_MAX};
use domain::need::{ContributionKind, Field, PairingForm};
use domain::place::{PlaceCode, PlaceLevel, TownClass, VillageType};
use domain::{NeedId, Problems};
use std::collections::BTreeMap;
use std::str::FromStr;
use uuid::Uuid;

/// Needs on one page of a list.
const PAGE: usize = 20;
/// Titles of needs among the suggestions.
const TITLES: usize = 3;

/// Public needs that fit a query.
pub async fn find(app: &App, query: &NeedQuery) -> Result<NeedList> {
    let question = question(app, query)?;
    let hits = search::find(app, &question).await?;
    let next = next(&question, &hits).and_then(Cursor::written);
    let with_texts = !hits.reading.groups.is_empty();
    let counties = query.chosen(Facet::County).next().is_some();
    // The first asks the database; while it answers, the second works.
    let (read, (marker, facets)) = tokio::join!(rows_and_texts(app, &hits.ids, with_texts), async {
        (app.search.marker(&hits.reading), facets(app, hits.facets, counties))
    });
    let (rows, texts) = read?;
    let items: Vec<NeedRow> = rows.into_iter().map(|row| row.into_api(&app.places)).collect();
    let pieces = marker.map(|marker| items.iter().map(|item| marked(&marker, item, &texts)).collect());
    Ok(NeedList {
        items,
        marked: pieces.unwrap_or_default(),
        next,
        count: Count::capped(i64::try_from(hits.total).unwrap_or(i64::MAX)),
        facets,
        cut: query.q.as_deref().is_some_and(|text| text.chars().count() > QUERY_MAX),
        amount_said: hits.reading.amount.as_ref().map(|amount| amount.said.clone()),
        meant: hits.meant,
        perhaps: hits.perhaps,
        widened: hits.widened,
        stands_in: hits.stands_in_for.is_some(),
    })
}

/// Reads needs, and the texts in which words are shown: side by side where a connection is free besides. Nobody waits for
/// a second one while he holds the first.
async fn rows_and_texts(app: &App, ids: &[Uuid], with_texts: bool) -> Result<(Vec<Row>, Texts)> {
    let mut connection = app.pool.acquire().await?;
    if !with_texts {
        return Ok((public_rows(&mut connection, ids).await?, Texts::new()));
    }
    Ok(match app.pool.try_acquire() {
        Some(mut other) => tokio::try_join!(public_rows(&mut connection, ids), sql::texts(&mut other, ids))?,
        None => (public_rows(&mut connection, ids).await?, sql::texts(&mut connection, ids).await?),
    })
}

/// Which needs fit a query, without what they say.
pub async fn ids(app: &App, query: &NeedQuery) -> Result<FoundIds> {
    let question = question(app, query)?;
    let hits = search::find(app, &question).await?;
    let next = next(&question, &hits).and_then(Cursor::written);
    Ok(FoundIds { ids: hits.ids.into_iter().map(NeedId).collect(), as_asked: hits.meant.is_none(), next })
}

/// Ids of one page of an answer.
pub struct FoundIds {
    pub ids: Vec<NeedId>,
    /// As the words were spelt.
    pub as_asked: bool,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Where the list goes on behind these, if it does.
fn next(question: &engine::NeedQuery, hits: &engine::NeedHits) -> Option<Cursor> {
    if question.is_wordless() {
        return hits.last.map(|last| Cursor::Behind(question.sort, last));
    }
    let shown = question.offset + hits.ids.len();
    (shown < hits.total).then_some(Cursor::Passed(shown))
}

/// Where the words stand: in the title, and in whichever text of the need says most of them.
fn marked(marker: &search::Marker<'_>, item: &NeedRow, texts: &Texts) -> MarkedNeed {
    let texts = texts.get(&item.id.0).into_iter().flatten().map(String::as_str);
    MarkedNeed { title: marker.whole(&item.title), snippet: marker.snippet(texts) }
}

/// What somebody who has typed so far may mean: words of the site, then titles of needs that fit already.
pub async fn suggestions(app: &App, typed: &str) -> Result<List<NeedSuggestion>> {
    let mut items = search::suggest(&app.search, typed);
    if typed.chars().filter(|character| character.is_alphanumeric()).count() >= 2 {
        let query = NeedQuery { q: Some(typed.to_owned()), exact: Some(true), ..NeedQuery::default() };
        let question = engine::NeedQuery { limit: TITLES, ..question(app, &query)? };
        let hits = search::find(app, &question).await?;
        let mut connection = app.pool.acquire().await?;
        for row in public_rows(&mut connection, &hits.ids).await? {
            let need = row.into_api(&app.places);
            let note = format!("{} · {} · {}", need.place.county, need.place.town, need.place.village);
            items.push(NeedSuggestion { text: need.title, kind: SuggestionKind::Need, note });
        }
    }
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// The query as the engine is asked; what it cannot mean is said.
fn question(app: &App, query: &NeedQuery) -> Result<engine::NeedQuery> {
    let mut problems = Problems::new();
    let text: String = query.q.as_deref().unwrap_or_default().chars().take(QUERY_MAX).collect();
    let mut chosen: BTreeMap<Facet, Vec<String>> = BTreeMap::new();
    for facet in Facet::ALL {
        let values: Vec<&str> = query.chosen(*facet).collect();
        let known = values.iter().all(|value| is_value(*facet, value));
        problems.require(known, facet.as_str(), "没有这个选项，请重新选择");
        if !values.is_empty() {
            chosen.insert(*facet, values.into_iter().map(str::to_owned).collect());
        }
    }
    let choices: usize = chosen.values().map(Vec::len).sum();
    problems.require(choices <= CHOICES_MAX, "q", "条件太多，请最多同时选 12 项");
    let village = query.village.as_deref().is_none_or(|code| code.parse::<PlaceCode>().is_ok());
    problems.require(village, "village", "没有这个地方");
    let wordless = text.trim().is_empty();
    let sort = sort(query.sort.unwrap_or(if wordless { NeedSort::Newest } else { NeedSort::Relevance }));
    let (after, offset) = match query.after.as_deref().map(Cursor::read) {
        None => (None, 0),
        Some(Some(Cursor::Behind(of, position))) if wordless && of == sort => (Some(position), 0),
        Some(Some(Cursor::Passed(passed))) if !wordless => (None, passed),
        Some(_) => {
            problems.add("after", "翻页的位置不对，请从第一页看起");
            (None, 0)
        }
    };
    problems.none_or_err()?;
    Ok(engine::NeedQuery {
        text,
        chosen,
        village: query.village.clone(),
        amount_min_fen: query.amount_min_fen,
        amount_max_fen: query.amount_max_fen,
        open_only: false,
        today: app.clock.today(),
        exact: query.exact.unwrap_or(false),
        sort,
        after,
        offset,
        limit: PAGE,
    })
}

fn sort(sort: NeedSort) -> Sort {
    match sort {
        NeedSort::Relevance => Sort::Relevance,
        NeedSort::Newest => Sort::Newest,
        NeedSort::AmountAsc => Sort::AmountAsc,
        NeedSort::AmountDesc => Sort::AmountDesc,
        NeedSort::Deadline => Sort::Deadline,
    }
}

fn is<T: FromStr>(value: &str) -> bool {
    value.parse::<T>().is_ok()
}

fn is_value(facet: Facet, value: &str) -> bool {
    let place = |level| value.parse::<PlaceCode>().is_ok_and(|code| code.level() == level);
    match facet {
        Facet::Field => is::<Field>(value),
        Facet::Kind => is::<ContributionKind>(value),
        Facet::County => place(PlaceLevel::County),
        Facet::Town => place(PlaceLevel::Town),
        Facet::TownClass => is::<TownClass>(value),
        Facet::VillageType => is::<VillageType>(value),
        Facet::Amount => is::<AmountBand>(value),
        Facet::Deadline => is::<DeadlineBand>(value),
        Facet::Form => is::<PairingForm>(value),
    }
}

/// What a reader calls a value of a facet.
fn label(app: &App, facet: Facet, value: &str) -> Option<String> {
    let place = || value.parse().ok().and_then(|code| app.places.get(&code));
    let label = match facet {
        Facet::Field => value.parse::<Field>().ok()?.label(),
        Facet::Kind => value.parse::<ContributionKind>().ok()?.label(),
        Facet::County | Facet::Town => place()?,
        Facet::TownClass => value.parse::<TownClass>().ok()?.label(),
        Facet::VillageType => value.parse::<VillageType>().ok()?.label(),
        Facet::Amount => value.parse::<AmountBand>().ok()?.label(),
        Facet::Deadline => value.parse::<DeadlineBand>().ok()?.label(),
        Facet::Form => value.parse::<PairingForm>().ok()?.label(),
    };
    Some(label.to_owned())
}

/// Values with their names: most needs first, bands in their own order.
fn facets(app: &App, mut counted: engine::Facets, counties: bool) -> Facets {
    let mut of = |facet: Facet| -> Vec<FacetCount> {
        let counts = counted.remove(&facet).unwrap_or_default();
        let choice = |(value, count): (String, usize)| {
            let label = label(app, facet, &value)?;
            Some(FacetCount { value, label, count: u32::try_from(count).unwrap_or(u32::MAX) })
        };
        let mut choices: Vec<FacetCount> = counts.into_iter().filter_map(choice).collect();
        match facet {
            Facet::Amount => choices.sort_by_key(|choice| choice.value.parse::<AmountBand>().ok()),
            Facet::Deadline => choices.sort_by_key(|choice| choice.value.parse::<DeadlineBand>().ok()),
            _ => {}
        }
        choices
    };
    Facets {
        fields: of(Facet::Field),
        kinds: of(Facet::Kind),
        counties: of(Facet::County),
        towns: if counties { of(Facet::Town) } else { Vec::new() },
        classes: of(Facet::TownClass),
        types: of(Facet::VillageType),
        amounts: of(Facet::Amount),
        deadlines: of(Facet::Deadline),
        forms: of(Facet::Form),
    }
}
