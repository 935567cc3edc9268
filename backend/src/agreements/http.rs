//! The routes of donation agreements.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{AgreementParty, AgreementReader, AgreementSigner, Sure};
use crate::http::endpoints::{Answered, Description, Endpoints};
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::AgreementId;
use domain::api::agreements::{
    ACCEPT_PAPER, AGREEMENT, AGREEMENTS, AcceptAgreementPaper, AgreementList, AgreementQuery, CONFIRM, ConfirmDonation,
    GiftAgreement, NewAgreement, NewAgreementPaper, PAPER, TEXT, WRITE, WriteAgreement,
};

pub fn routes() -> Endpoints {
    Endpoints::new("捐赠协议")
        .get(AGREEMENTS, "捐赠协议：企业看自己的，慈善组织看自己的", list)
        .post(AGREEMENTS, "为一笔认捐起草捐赠协议", ask)
        .get(AGREEMENT, "一份捐赠协议", read)
        .get(TEXT, "协议书（PDF）", pdf)
        .post(WRITE, "改补充约定，生成新的一稿", write)
        .post(CONFIRM, "一方确认协议书的文本", confirm)
        .post(PAPER, "上传盖章的协议书", send_paper)
        .post(ACCEPT_PAPER, "对方核对盖章的协议书", accept_paper)
}

async fn list(
    State(app): State<App>,
    reader: AgreementReader,
    Query(query): Query<AgreementQuery>,
) -> Result<Json<AgreementList>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn ask(
    State(app): State<App>,
    party: AgreementParty,
    Body(new): Body<NewAgreement>,
) -> Result<(StatusCode, Json<GiftAgreement>)> {
    Ok((StatusCode::CREATED, Json(super::ask(&app, &party, &new).await?)))
}

async fn read(
    State(app): State<App>,
    reader: AgreementReader,
    Path(id): Path<AgreementId>,
) -> Result<Json<GiftAgreement>> {
    Ok(Json(super::get(&app, &reader.acting, id).await?))
}

/// The agreement as it goes out.
struct Printed(Vec<u8>);

const PDF: &str = "application/pdf";

impl Answered for Printed {
    fn describe(description: &mut Description) {
        description.answer_text(PDF, "协议书");
    }
}

impl IntoResponse for Printed {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, PDF), (header::CACHE_CONTROL, "private, no-store")];
        (headers, self.0).into_response()
    }
}

async fn pdf(State(app): State<App>, reader: AgreementReader, Path(id): Path<AgreementId>) -> Result<Printed> {
    Ok(Printed(super::pdf(&app, &reader, id).await?))
}

async fn write(
    State(app): State<App>,
    party: AgreementParty,
    Path(id): Path<AgreementId>,
    Body(new): Body<WriteAgreement>,
) -> Result<Json<GiftAgreement>> {
    Ok(Json(super::write(&app, &party, id, &new).await?))
}

async fn confirm(
    State(app): State<App>,
    signer: Sure<AgreementSigner>,
    Path(id): Path<AgreementId>,
    Body(seen): Body<ConfirmDonation>,
) -> Result<Json<GiftAgreement>> {
    Ok(Json(super::confirm(&app, &signer, id, &seen).await?))
}

async fn send_paper(
    State(app): State<App>,
    party: AgreementParty,
    Path(id): Path<AgreementId>,
    Body(new): Body<NewAgreementPaper>,
) -> Result<(StatusCode, Json<GiftAgreement>)> {
    Ok((StatusCode::CREATED, Json(super::send(&app, &party, id, &new).await?)))
}

async fn accept_paper(
    State(app): State<App>,
    signer: Sure<AgreementSigner>,
    Path(id): Path<AgreementId>,
    Body(paper): Body<AcceptAgreementPaper>,
) -> Result<Json<GiftAgreement>> {
    Ok(Json(super::accept(&app, &signer, id, paper).await?))
}
