//! The routes of commitments.

use super::parts;
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{CommitmentReader, Enterprise, NeedKeeper, Sure, Village};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::commitments::{
    COMMITMENT, COMMITMENTS, CONFIRM, Commitment, CommitmentDisplay, CommitmentList, CommitmentQuery, CommitmentReason,
    DISPLAY, DISPUTE, NeedCommitments, NewCommitment, NewCommitmentPart, OF_NEED, PARTS, RECEIVED, TAKE_BACK, TakeBack,
    WAIVE, WITHDRAW,
};
use domain::{CommitmentId, CommitmentPartId, NeedId};

pub fn routes() -> Endpoints {
    Endpoints::new("资金以外的承诺")
        .get(COMMITMENTS, "承诺：企业看自己的，村看给本村的，工商联看辖区的", list)
        .post(COMMITMENTS, "承诺资金以外的需求", create)
        .get(COMMITMENT, "一项承诺", read)
        .post(DISPLAY, "改公开的方式，立即生效", change_display)
        .post(WITHDRAW, "企业撤回承诺", withdraw)
        .post(WAIVE, "村或工商联豁免没有兑现的部分", waive)
        .post(PARTS, "企业登记兑现了一部分", report)
        .post(RECEIVED, "村登记收到了一部分", receive)
        .post(CONFIRM, "村确认企业登记的兑现", confirm)
        .post(DISPUTE, "村对企业登记的兑现有异议", dispute)
        .post(TAKE_BACK, "村冲回一笔确认错的兑现", take_back)
        .get(OF_NEED, "一条需求资金以外的承诺和兑现", of_need)
}

async fn list(
    State(app): State<App>,
    reader: CommitmentReader,
    Query(query): Query<CommitmentQuery>,
) -> Result<Json<CommitmentList>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn create(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(new): Body<NewCommitment>,
) -> Result<(StatusCode, Json<Commitment>)> {
    Ok((StatusCode::CREATED, Json(super::create(&app, &enterprise, &new).await?)))
}

async fn read(
    State(app): State<App>,
    reader: CommitmentReader,
    Path(id): Path<CommitmentId>,
) -> Result<Json<Commitment>> {
    Ok(Json(super::get(&app, &reader, id).await?))
}

async fn change_display(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<CommitmentId>,
    Body(shown): Body<CommitmentDisplay>,
) -> Result<Json<Commitment>> {
    Ok(Json(super::change_display(&app, &enterprise, id, shown.name).await?))
}

async fn withdraw(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<CommitmentId>,
    Body(why): Body<CommitmentReason>,
) -> Result<Json<Commitment>> {
    Ok(Json(super::withdraw(&app, &enterprise, id, &why).await?))
}

async fn waive(
    State(app): State<App>,
    keeper: Sure<NeedKeeper>,
    Path(id): Path<CommitmentId>,
    Body(why): Body<CommitmentReason>,
) -> Result<Json<Commitment>> {
    Ok(Json(super::waive(&app, &keeper, id, &why).await?))
}

async fn report(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<CommitmentId>,
    Body(new): Body<NewCommitmentPart>,
) -> Result<(StatusCode, Json<Commitment>)> {
    Ok((StatusCode::CREATED, Json(parts::report(&app, &enterprise, id, &new).await?)))
}

async fn receive(
    State(app): State<App>,
    village: Sure<Village>,
    Path(id): Path<CommitmentId>,
    Body(new): Body<NewCommitmentPart>,
) -> Result<(StatusCode, Json<Commitment>)> {
    Ok((StatusCode::CREATED, Json(parts::receive(&app, &village, id, &new).await?)))
}

async fn confirm(
    State(app): State<App>,
    village: Sure<Village>,
    Path(id): Path<CommitmentPartId>,
) -> Result<Json<Commitment>> {
    Ok(Json(parts::confirm(&app, &village, id).await?))
}

async fn dispute(
    State(app): State<App>,
    village: Village,
    Path(id): Path<CommitmentPartId>,
    Body(why): Body<CommitmentReason>,
) -> Result<Json<Commitment>> {
    Ok(Json(parts::dispute(&app, &village, id, &why).await?))
}

async fn take_back(
    State(app): State<App>,
    village: Sure<Village>,
    Path(id): Path<CommitmentPartId>,
    Body(by): Body<TakeBack>,
) -> Result<Json<Commitment>> {
    Ok(Json(parts::take_back(&app, &village, id, &by).await?))
}

async fn of_need(State(app): State<App>, Path(id): Path<NeedId>) -> Result<Json<NeedCommitments>> {
    Ok(Json(super::of_need(&app, id).await?))
}
