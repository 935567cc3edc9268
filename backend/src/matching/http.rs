//! The routes of profiles, recommendations and what is set aside.

use super::{dismissals, profile};
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Enterprise, Federation, NeedKeeper};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::matching::{
    DISMISSALS, DISMISSALS_OF_NEED, Dismissal, FittingOffer, NewDismissal, OFFERS_FOR_NEED, OwnProfile, PROFILE,
    PROFILE_OF, ProfileChange, RECOMMENDATIONS, Recommendations, UNDO, Undone, WhyDismissed,
};
use domain::{NeedId, OrganisationId};

pub fn routes() -> Endpoints {
    Endpoints::new("推荐")
        .get(PROFILE, "本企业的对接资料，只用于推荐", own_profile)
        .post(PROFILE, "改本企业的对接资料", set_profile)
        .get(PROFILE_OF, "一家企业的对接资料，给所在地的工商联看", profile_of)
        .get(RECOMMENDATIONS, "适合本企业的需求，附理由和得分", recommendations)
        .get(DISMISSALS, "本企业标为不合适的需求", own_dismissals)
        .post(DISMISSALS, "把一条需求标为不合适，写明原因", dismiss)
        .post(UNDO, "撤销“不合适”", undo)
        .get(OFFERS_FOR_NEED, "适合一条需求的供给意向，附理由和得分", offers_for)
        .get(DISMISSALS_OF_NEED, "企业为什么把一条需求标为不合适", why_dismissed)
}

async fn own_profile(State(app): State<App>, enterprise: Enterprise) -> Result<Json<OwnProfile>> {
    Ok(Json(profile::own(&app, &enterprise).await?))
}

async fn set_profile(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(change): Body<ProfileChange>,
) -> Result<Json<OwnProfile>> {
    Ok(Json(profile::set(&app, &enterprise, &change).await?))
}

async fn profile_of(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<OrganisationId>,
) -> Result<Json<OwnProfile>> {
    Ok(Json(profile::of(&app, &federation, id).await?))
}

async fn recommendations(State(app): State<App>, enterprise: Enterprise) -> Result<Json<Recommendations>> {
    Ok(Json(super::recommend(&app, &enterprise).await?))
}

async fn own_dismissals(State(app): State<App>, enterprise: Enterprise) -> Result<Json<List<Dismissal>>> {
    Ok(Json(dismissals::own(&app, &enterprise).await?))
}

async fn dismiss(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(new): Body<NewDismissal>,
) -> Result<(StatusCode, Json<Dismissal>)> {
    Ok((StatusCode::CREATED, Json(dismissals::dismiss(&app, &enterprise, &new).await?)))
}

async fn undo(State(app): State<App>, enterprise: Enterprise, Path(need): Path<NeedId>) -> Result<Json<Undone>> {
    Ok(Json(dismissals::undo(&app, &enterprise, need).await?))
}

async fn offers_for(
    State(app): State<App>,
    keeper: NeedKeeper,
    Path(need): Path<NeedId>,
) -> Result<Json<List<FittingOffer>>> {
    Ok(Json(super::offers_for(&app, &keeper, need).await?))
}

async fn why_dismissed(
    State(app): State<App>,
    federation: Federation,
    Path(need): Path<NeedId>,
) -> Result<Json<List<WhyDismissed>>> {
    Ok(Json(dismissals::of_need(&app, &federation, need).await?))
}
