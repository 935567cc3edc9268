//! The routes of claims of gifts that came without an account.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{
    BooksReader, CharityApprover, CharityChecker, CharityMaker, Enterprise, RequestReader, Sure,
};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::GiftClaimId;
use domain::api::List;
use domain::api::gift_claims::{
    CLAIM, CLAIMS, CODES, CONFIRM, GiftClaim, GiftClaimList, GiftClaimQuery, NAME, NewGiftClaim, REFUSE,
    RefuseGiftClaim, SeenGiftClaim, UnclaimedGift, WITHDRAW,
};

pub fn routes() -> Endpoints {
    Endpoints::new("认领到账的捐款")
        .get(CLAIMS, "认领：企业看自己的，慈善组织看自己的", list)
        .post(CLAIMS, "企业认领一笔来源未明的到账", ask)
        .get(CODES, "来源未明的到账和登记编号，只给慈善组织", codes)
        .get(CLAIM, "一件认领", read)
        .post(NAME, "慈善组织经办核对，认为属实", name)
        .post(CONFIRM, "另一人确认，成为企业的认捐", confirm)
        .post(REFUSE, "慈善组织不确认", refuse)
        .post(WITHDRAW, "企业撤回认领", withdraw)
}

async fn list(
    State(app): State<App>,
    reader: RequestReader,
    Query(query): Query<GiftClaimQuery>,
) -> Result<Json<GiftClaimList>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn ask(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(new): Body<NewGiftClaim>,
) -> Result<(StatusCode, Json<GiftClaim>)> {
    Ok((StatusCode::CREATED, Json(super::ask(&app, &enterprise, &new).await?)))
}

async fn codes(State(app): State<App>, reader: BooksReader) -> Result<Json<List<UnclaimedGift>>> {
    Ok(Json(super::codes(&app, &reader).await?))
}

async fn read(State(app): State<App>, reader: RequestReader, Path(id): Path<GiftClaimId>) -> Result<Json<GiftClaim>> {
    Ok(Json(super::get(&app, &reader.acting, id).await?))
}

async fn name(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GiftClaimId>,
    Body(seen): Body<SeenGiftClaim>,
) -> Result<Json<GiftClaim>> {
    Ok(Json(super::name(&app, &maker, id, seen).await?))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<GiftClaimId>,
    Body(seen): Body<SeenGiftClaim>,
) -> Result<Json<GiftClaim>> {
    Ok(Json(super::confirm(&app, &checker, id, seen).await?))
}

async fn refuse(
    State(app): State<App>,
    approver: CharityApprover,
    Path(id): Path<GiftClaimId>,
    Body(why): Body<RefuseGiftClaim>,
) -> Result<Json<GiftClaim>> {
    Ok(Json(super::refuse(&app, &approver, id, &why).await?))
}

async fn withdraw(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<GiftClaimId>,
    Body(seen): Body<SeenGiftClaim>,
) -> Result<Json<GiftClaim>> {
    Ok(Json(super::withdraw(&app, &enterprise, id, seen).await?))
}
