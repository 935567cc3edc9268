//! Recommendations: the needs that fit an enterprise, and the offers that fit a need, each with its reasons.
//!
//! Candidates come from the database in one statement, scores and reasons from `domain::matching`, which is public. What
//! an enterprise says of itself is used here and nowhere else: no reason that a village reads is made of it.
//! Deliberately absent: learning from what anybody opens, and letters that nobody asked for.

pub mod dismissals;
mod http;
pub mod profile;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Enterprise, Federation, NeedKeeper};
use crate::places::points::spot;
use crate::search::{self, engine};
use crate::{needs, offers};
use domain::api::matching::{FittingOffer, Recommendation, Recommendations};
use domain::api::needs::NeedRow;
use domain::api::{Count, List};
use domain::matching::candidates::{
    BY_WORDS, CANDIDATES_MAX, OFFERS_JUDGED, OFFERS_NAMED, TOPICS_SEARCHED, of_each_town, strata,
};
use domain::matching::profile::Profile;
use domain::matching::topics::{self, Met, Topic};
use domain::matching::{Judged, Seeker, judge_need, judge_offer};
use domain::need::ContributionKind;
use domain::place::{PlaceCode, PlaceLevel};
use domain::{Fen, NeedId, OrganisationId};
use futures::future::join_all;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Needs that one answer recommends; whoever wants more looks for them.
const RECOMMENDED: usize = 30;

/// An enterprise with what it said, ready to be matched.
struct Known {
    seeker: Seeker,
    /// Something is written in its profile.
    has_profile: bool,
}

/// What is known of an enterprise: its profile, its industry, and what its open offers say.
async fn known(app: &App, enterprise: OrganisationId) -> Result<Known> {
    let mut connection = app.pool.acquire().await?;
    let own = sql::enterprise(&mut connection, enterprise).await?.ok_or(Error::NotFound)?;
    let said = offers::said_by(app, &mut connection, enterprise).await?;
    let profile = own.profile.unwrap_or_default();
    let has_profile = profile != Profile::default();
    let text = format!("{} {} {}", own.name, profile.business, said.words);
    let each = |one: Vec<PlaceCode>, other: Vec<PlaceCode>| one.into_iter().chain(other).collect::<BTreeSet<_>>();
    let fields: BTreeSet<_> = profile.fields.into_iter().chain(said.fields).collect();
    let seeker = Seeker {
        industry: own.industry,
        base: profile.base.as_ref().map(|base| spot(&app.places, base)),
        places: each(profile.places, said.places).into_iter().collect(),
        fields: fields.into_iter().collect(),
        kinds: profile.kinds,
        amount_from: profile.amount_from_fen,
        amount_to: profile.amount_to_fen,
        topics: topics::met(&text),
    };
    Ok(Known { seeker, has_profile })
}

/// Open needs that fit the caller's enterprise, best first. What it has set aside, or pledged for, is not among them.
pub async fn recommend(app: &App, enterprise: &Enterprise) -> Result<Recommendations> {
    let id = enterprise.acting.organisation;
    let Known { seeker, has_profile } = known(app, id).await?;
    let by_words = found_by_words(app, &seeker.topics).await;
    let wanted = wanted(app, id, &seeker, by_words);
    let as_of = app.clock.now();
    let mut tx = app.snapshot().await?;
    let candidates = sql::candidates(&mut tx, &wanted, app.clock.today()).await?;
    let judged = candidates.into_iter().map(|candidate| {
        let facts = candidate.facts(&app.places)?;
        Ok((judge_need(&seeker, &facts), facts.missing, candidate))
    });
    let judged: Vec<(Judged, Option<Fen>, sql::Candidate)> = judged.collect::<sqlx::Result<_>>()?;
    // Without a reason nothing is recommended.
    let mut judged: Vec<_> = judged.into_iter().filter(|(judged, ..)| !judged.reasons.is_empty()).collect();
    // Among equals those that have waited longest come first.
    judged.sort_by_key(|(judged, _, need)| (Reverse(judged.score.total), need.published_at, need.id));
    judged.truncate(RECOMMENDED);
    let ids: Vec<_> = judged.iter().map(|(_, _, need)| NeedId(need.id)).collect();
    let rows = needs::public_rows(app, &mut tx, &ids).await?;
    let mut rows: HashMap<NeedId, NeedRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let items = judged.into_iter().filter_map(|(judged, missing_fen, need)| {
        let need = rows.remove(&NeedId(need.id))?;
        Some(Recommendation { need, missing_fen, score: judged.score, reasons: judged.reasons })
    });
    Ok(Recommendations { items: items.collect(), has_profile, as_of })
}

/// Which needs are looked at for this enterprise.
fn wanted(app: &App, enterprise: OrganisationId, seeker: &Seeker, by_words: Vec<Uuid>) -> sql::Wanted {
    let base = seeker.base.iter().map(|base| &base.place.code);
    let around: Vec<&PlaceCode> = seeker.places.iter().chain(base).collect();
    let county = |place: &&PlaceCode| place.county().parse().ok();
    let chosen: Vec<PlaceCode> = around.iter().filter_map(county).collect();
    let towns: BTreeSet<String> =
        around.iter().filter(|place| place.level() == PlaceLevel::Town).map(ToString::to_string).collect();
    let strata = strata(&app.places.counties(), &chosen, &seeker.fields);
    let kinds = if seeker.kinds.is_empty() { ContributionKind::ALL } else { &seeker.kinds };
    sql::Wanted {
        enterprise,
        counties: strata.iter().map(|stratum| stratum.county.to_string()).collect(),
        fields: strata.iter().map(|stratum| stratum.field.to_string()).collect(),
        each: strata.iter().map(|stratum| stratum.each).collect(),
        each_town: of_each_town(towns.len()),
        towns: towns.into_iter().collect(),
        kinds: kinds.iter().map(ToString::to_string).collect(),
        ids: by_words,
        limit: CANDIDATES_MAX,
    }
}

/// Needs that can be answered and in which words of the enterprise's first topics stand: any of a topic's, since the
/// village may call it otherwise than the enterprise does. A search that does not answer finds none: the others are
/// recommended all the same.
async fn found_by_words(app: &App, own: &[Met]) -> Vec<Uuid> {
    let searched = &own[..own.len().min(TOPICS_SEARCHED)];
    let query = |topic: &Topic, word: &str| engine::NeedQuery {
        text: word.to_owned(),
        open_only: true,
        exact: true,
        limit: (BY_WORDS / searched.len() / topic.words.len()).min(engine::MAX_LIMIT),
        ..engine::NeedQuery::default()
    };
    let of_topic = |met: &Met| met.topic.words.iter().map(|word| query(met.topic, word)).collect::<Vec<_>>();
    let queries: Vec<_> = searched.iter().flat_map(of_topic).collect();
    let mut found = BTreeSet::new();
    for answer in join_all(queries.iter().map(|query| search::find(app, query))).await {
        match answer {
            Ok(hits) => found.extend(hits.ids),
            Err(error) => tracing::warn!(%error, "needs are recommended without looking for a word"),
        }
    }
    found.into_iter().collect()
}

/// Open offers that fit a need that takes pledges, best first: for its own village and the federation of its place.
pub async fn offers_for(app: &App, keeper: &NeedKeeper, need: NeedId) -> Result<List<FittingOffer>> {
    let mut tx = app.snapshot().await?;
    let stored = sql::need(&mut tx, need, app.clock.today()).await?.ok_or(Error::NotFound)?;
    let facts = stored.facts(&app.places)?;
    let acting = &keeper.acting;
    let may = if Federation::ROLES.contains(&acting.role) {
        acting.place.as_ref().is_some_and(|place| place.contains(&facts.spot.place.code))
    } else {
        stored.organisation == acting.organisation.0
    };
    if !may {
        return Err(Error::NotFound);
    }
    let place = (facts.kind, &facts.spot.place.code);
    let offered = offers::for_place(app, &mut tx, place, OFFERS_JUDGED).await?;
    let fits = |offered: offers::Candidate| {
        let judged = judge_offer(&offered.facts, &facts)?;
        Some(FittingOffer { offer: offered.row, score: judged.score, reasons: judged.reasons })
    };
    let mut fitting: Vec<_> = offered.into_iter().filter_map(fits).collect();
    // The newest come first among equals: they were read in that order.
    fitting.sort_by_key(|fitting| Reverse(fitting.score.total));
    let count = Count::capped(i64::try_from(fitting.len()).unwrap_or(i64::MAX));
    fitting.truncate(OFFERS_NAMED);
    Ok(List { items: fitting, next: None, count })
}
