//! Recommendations: the needs that fit an enterprise, and the offers that fit a need, each with its reasons.
//!
//! The index says which open needs may fit best (`search::fitting`); those are read from the database and judged by
//! `domain::matching`, which is public. What an enterprise says of itself is used here and nowhere else: no reason that a
//! village reads is made of it. Deliberately absent: learning from what anybody opens, and letters that nobody asked for.

pub mod dismissals;
mod http;
pub mod profile;
mod sql;
mod together;

pub use http::routes;
pub use together::{KnownEnterprise, KnownNeed, dismissed_villages, enterprises, open_needs};

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Enterprise, Federation, NeedKeeper};
use crate::places::points::spot;
use crate::{needs, offers, search};
use domain::api::matching::{FittingOffer, Recommendation, Recommendations};
use domain::api::needs::NeedRow;
use domain::api::{Count, List};
use domain::matching::outlook::{OFFERS_JUDGED, OFFERS_NAMED, Outlook};
use domain::matching::profile::Profile;
use domain::matching::{Judged, Seeker, judge_need, judge_offer, topics};
use domain::place::{PlaceCode, PlaceLevel};
use domain::{Fen, NeedId, OrganisationId};
use search::Fitting;
use sqlx::PgConnection;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Needs that one answer recommends; whoever wants more looks for them.
const RECOMMENDED: usize = 30;
/// Needs that are judged at once. Most often the first ones are enough.
const ROUND: usize = 60;

/// An enterprise with what it said, ready to be matched.
struct Known {
    seeker: Seeker,
    /// Something is written in its profile.
    has_profile: bool,
    /// Needs that it set aside or pledged for.
    aside: BTreeSet<Uuid>,
}

/// What is known of an enterprise: its profile, its industry, and what its open offers say.
async fn known(app: &App, enterprise: OrganisationId) -> Result<Known> {
    let mut connection = app.pool.acquire().await?;
    let own = sql::enterprise(&mut connection, enterprise).await?.ok_or(Error::NotFound)?;
    let said = offers::said_by(app, &mut connection, enterprise).await?;
    let aside = sql::aside(&mut connection, enterprise).await?.into_iter().collect();
    let has_profile = own.profile.as_ref().is_some_and(|profile| *profile != Profile::default());
    Ok(Known { seeker: seeker(app, own, said), has_profile, aside })
}

fn seeker(app: &App, own: sql::Enterprise, said: offers::Said) -> Seeker {
    let profile = own.profile.unwrap_or_default();
    let text = format!("{} {} {}", own.name, profile.business, said.words);
    let each = |one: Vec<PlaceCode>, other: Vec<PlaceCode>| one.into_iter().chain(other).collect::<BTreeSet<_>>();
    let fields: BTreeSet<_> = profile.fields.into_iter().chain(said.fields).collect();
    Seeker {
        industry: own.industry,
        base: profile.base.as_ref().map(|base| spot(&app.places, base)),
        places: each(profile.places, said.places).into_iter().collect(),
        fields: fields.into_iter().collect(),
        kinds: profile.kinds,
        amount_from: profile.amount_from_fen,
        amount_to: profile.amount_to_fen,
        topics: topics::met(&text),
    }
}

/// Open needs that fit the caller's enterprise, best first. What it has set aside, or pledged for, is not among them.
pub async fn recommend(app: &App, enterprise: &Enterprise) -> Result<Recommendations> {
    let id = enterprise.acting.organisation;
    let Known { seeker, has_profile, aside } = known(app, id).await?;
    let fitting = may_fit(app, &seeker, aside).await;
    let as_of = app.clock.now();
    let mut tx = app.snapshot().await?;
    let judged = best(app, &mut tx, (id, &seeker), &fitting).await?;
    let ids: Vec<_> = judged.iter().map(|(_, _, need)| NeedId(need.id)).collect();
    let rows = needs::public_rows(app, &mut tx, &ids).await?;
    let mut rows: HashMap<NeedId, NeedRow> = rows.into_iter().map(|row| (row.id, row)).collect();
    let items = judged.into_iter().filter_map(|(judged, missing_fen, need)| {
        let need = rows.remove(&NeedId(need.id))?;
        Some(Recommendation { need, missing_fen, score: judged.score, reasons: judged.reasons })
    });
    Ok(Recommendations { items: items.collect(), has_profile, as_of })
}

/// The needs that may fit best, as the index knows them. One that does not answer recommends nothing: whoever came to
/// work finds everything else all the same.
async fn may_fit(app: &App, seeker: &Seeker, aside: BTreeSet<Uuid>) -> Arc<Vec<Fitting>> {
    let towns = app.places.iter().filter(|(code, _)| code.level() == PlaceLevel::Town);
    let outlook = Outlook::of(seeker, towns.map(|(code, _)| spot(&app.places, code)));
    search::fitting(app, outlook, aside).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "nothing is recommended");
        Arc::default()
    })
}

type JudgedNeed = (Judged, Option<Fen>, sql::Candidate);

/// Judges those that may fit best, until no other one can come before those that were judged.
async fn best(
    app: &App,
    tx: &mut PgConnection,
    (enterprise, seeker): (OrganisationId, &Seeker),
    fitting: &[Fitting],
) -> Result<Vec<JudgedNeed>> {
    let mut judged: Vec<JudgedNeed> = Vec::new();
    for round in fitting.chunks(ROUND) {
        let last = judged.get(RECOMMENDED - 1).map(|(judged, ..)| judged.score.total);
        if last.is_some_and(|last| round.iter().all(|next| next.at_most <= last)) {
            break;
        }
        let ids: Vec<Uuid> = round.iter().map(Fitting::id).collect();
        for candidate in sql::candidates(tx, enterprise, &ids, app.clock.today()).await? {
            let facts = candidate.facts(&app.places)?;
            let fits = judge_need(seeker, &facts);
            // Without a reason nothing is recommended.
            if !fits.reasons.is_empty() {
                judged.push((fits, facts.missing, candidate));
            }
        }
        // Among equals those that have waited longest come first.
        judged.sort_by_key(|(judged, _, need)| (Reverse(judged.score.total), need.published_at, need.id));
        judged.truncate(RECOMMENDED);
    }
    Ok(judged)
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
