//! The routes of what needs left.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{BooksReader, Caller, CharityChecker, CharityDesk, CharityMaker, Sure, SurplusReader};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::campaigns::PageQuery;
use domain::api::surpluses::{
    CONFIRM, CONFIRM_PLACEMENT, ConfirmSurplus, NeedSurplus, NewSurplus, NewSurplusPlacement, OF_NEED, PLACEMENTS,
    REMAINS, REMAINS_OF_NEED, Remains, SEND_BACK, SEND_PLACEMENT_BACK, SURPLUS, SURPLUSES, SendSurplusBack, Surplus,
    SurplusDossier,
};
use domain::{NeedId, SurplusId, SurplusPlacementId};

pub fn routes() -> Endpoints {
    Endpoints::new("结余")
        .get(REMAINS, "本慈善组织已结束、还有余款的需求", remains)
        .get(REMAINS_OF_NEED, "本慈善组织在一条需求上的余款，和还没办完的", remains_of)
        .post(SURPLUSES, "经办申报一条需求的结余", declare)
        .get(SURPLUSES, "结余的清单", list)
        .get(SURPLUS, "一笔结余", get)
        .post(CONFIRM, "第二个人确认结余", confirm)
        .post(SEND_BACK, "退回或撤回结余申报", send_back)
        .post(PLACEMENTS, "经办申请把结余转用于另一条需求", place)
        .post(CONFIRM_PLACEMENT, "第二个人确认结余转用", confirm_placement)
        .post(SEND_PLACEMENT_BACK, "退回或撤回结余转用的申请", send_placement_back)
        .get(OF_NEED, "一条公开需求的结余和去向", of_need)
}

async fn remains(State(app): State<App>, reader: BooksReader) -> Result<Json<List<Remains>>> {
    Ok(Json(super::remains(&app, &reader).await?))
}

async fn remains_of(State(app): State<App>, reader: BooksReader, Path(need): Path<NeedId>) -> Result<Json<Remains>> {
    Ok(Json(super::remains_of(&app, &reader, need).await?))
}

async fn declare(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewSurplus>,
) -> Result<(StatusCode, Json<SurplusDossier>)> {
    Ok((StatusCode::CREATED, Json(super::declare(&app, &maker, &new).await?)))
}

async fn list(
    State(app): State<App>,
    reader: SurplusReader,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<Surplus>>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn get(
    State(app): State<App>,
    reader: SurplusReader,
    caller: Caller,
    Path(id): Path<SurplusId>,
) -> Result<Json<SurplusDossier>> {
    Ok(Json(super::get(&app, &caller, &reader, id).await?))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<SurplusId>,
    Body(ConfirmSurplus {}): Body<ConfirmSurplus>,
) -> Result<Json<SurplusDossier>> {
    Ok(Json(super::confirm(&app, &checker, id).await?))
}

async fn send_back(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<SurplusId>,
    Body(why): Body<SendSurplusBack>,
) -> Result<Json<SurplusDossier>> {
    Ok(Json(super::send_back(&app, &desk, id, &why).await?))
}

async fn place(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<SurplusId>,
    Body(new): Body<NewSurplusPlacement>,
) -> Result<(StatusCode, Json<SurplusDossier>)> {
    Ok((StatusCode::CREATED, Json(super::placing::place(&app, &maker, id, &new).await?)))
}

async fn confirm_placement(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<SurplusPlacementId>,
    Body(ConfirmSurplus {}): Body<ConfirmSurplus>,
) -> Result<Json<SurplusDossier>> {
    Ok(Json(super::placing::confirm(&app, &checker, id).await?))
}

async fn send_placement_back(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<SurplusPlacementId>,
    Body(why): Body<SendSurplusBack>,
) -> Result<Json<SurplusDossier>> {
    Ok(Json(super::placing::send_back(&app, &desk, id, &why).await?))
}

async fn of_need(State(app): State<App>, Path(need): Path<NeedId>) -> Result<Json<NeedSurplus>> {
    Ok(Json(super::public::of_need(&app, need).await?))
}
