//! The routes of letters from anybody.

use super::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, Federation};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::EnquiryId;
use domain::api::List;
use domain::api::enquiries::{
    ANSWER, AddToEnquiry, AnswerEnquiry, Asked, ENQUIRIES, ENQUIRY, Enquiry, EnquiryQuery, EnquiryRow, MESSAGES,
    NewEnquiry, WithKey,
};

pub fn routes() -> Endpoints {
    Endpoints::new("来信")
        .post(ENQUIRIES, "给工商联写信", ask)
        .get(ENQUIRIES, "等待答复的来信，或已答复的", list)
        .get(ENQUIRY, "一封来信和往来；写信人凭邮件里的链接", read)
        .post(ANSWER, "答复来信，答复发到写信人的邮箱", answer)
        .post(MESSAGES, "写信人补充，凭邮件里的链接", add)
}

async fn ask(State(app): State<App>, caller: Caller, Body(new): Body<NewEnquiry>) -> Result<(StatusCode, Json<Asked>)> {
    Ok((StatusCode::CREATED, Json(super::ask(&app, &caller.origin, caller.person(), &new).await?)))
}

async fn list(
    State(app): State<App>,
    federation: Federation,
    Query(query): Query<EnquiryQuery>,
) -> Result<Json<List<EnquiryRow>>> {
    Ok(Json(super::list(&app, &federation, &query).await?))
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<EnquiryId>,
    Query(with): Query<WithKey>,
) -> Result<Json<Enquiry>> {
    Ok(Json(super::get(&app, &Viewer::of(&caller, with.key.as_deref()), id).await?))
}

async fn answer(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<EnquiryId>,
    Body(answer): Body<AnswerEnquiry>,
) -> Result<Json<Enquiry>> {
    Ok(Json(super::answer(&app, &federation, id, &answer).await?))
}

async fn add(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<EnquiryId>,
    Body(more): Body<AddToEnquiry>,
) -> Result<Json<Enquiry>> {
    Ok(Json(super::add(&app, &caller.origin, caller.person(), id, &more).await?))
}
