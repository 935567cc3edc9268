//! The routes of offers.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Enterprise, OfferReader, OfferSeeker};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::OfferId;
use domain::api::List;
use domain::api::offers::{
    CLOSE, NewOffer, OFFER, OFFERS, OPEN, OWN, Offer, OfferChange, OfferQuery, OfferRow, SeenOffer,
};

pub fn routes() -> Endpoints {
    Endpoints::new("供给意向")
        .get(OFFERS, "企业的供给意向：筛选、翻页", list)
        .post(OFFERS, "写一条供给意向的草稿", create)
        .get(OWN, "本企业的供给意向", own)
        .get(OFFER, "一条供给意向", read)
        .post(OFFER, "改一条供给意向", update)
        .post(OPEN, "发布", open)
        .post(CLOSE, "结束", close)
}

async fn list(
    State(app): State<App>,
    seeker: OfferSeeker,
    Query(query): Query<OfferQuery>,
) -> Result<Json<List<OfferRow>>> {
    Ok(Json(super::list(&app, &seeker, &query).await?))
}

async fn create(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(new): Body<NewOffer>,
) -> Result<(StatusCode, Json<Offer>)> {
    Ok((StatusCode::CREATED, Json(super::create(&app, &enterprise, &new).await?)))
}

async fn own(State(app): State<App>, enterprise: Enterprise) -> Result<Json<List<OfferRow>>> {
    Ok(Json(super::own(&app, &enterprise).await?))
}

async fn read(State(app): State<App>, reader: OfferReader, Path(id): Path<OfferId>) -> Result<Json<Offer>> {
    Ok(Json(super::get(&app, &reader, id).await?))
}

async fn update(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<OfferId>,
    Body(change): Body<OfferChange>,
) -> Result<Json<Offer>> {
    Ok(Json(super::update(&app, &enterprise, id, &change).await?))
}

async fn open(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<OfferId>,
    Body(seen): Body<SeenOffer>,
) -> Result<Json<Offer>> {
    Ok(Json(super::open(&app, &enterprise, id, seen).await?))
}

async fn close(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<OfferId>,
    Body(seen): Body<SeenOffer>,
) -> Result<Json<Offer>> {
    Ok(Json(super::close(&app, &enterprise, id, seen).await?))
}
