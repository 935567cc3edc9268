//! The routes of registering, and of an enterprise's own record.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Applicant, Caller};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::FileId;
use domain::api::links::{AskByEmail, LetterAsked};
use domain::api::registrations::{
    ContactChange, DONOR_COMPLETION, DONORS, DonorRegistered, ENTERPRISES, EnterpriseRegistered, NewDonor,
    NewRegistration, NewRegistrationDocument, OWN, OWN_ANSWERS, OWN_CONTACT, OWN_DOCUMENT, OWN_DOCUMENTS, Registration,
    RegistrationAnswer, RegistrationChange,
};

pub fn routes() -> Endpoints {
    Endpoints::new("注册")
        .post(ENTERPRISES, "注册企业", enterprise)
        .post(DONORS, "注册捐赠人：发一封邮件", donor)
        .post(DONOR_COMPLETION, "用邮件里的链接完成捐赠人注册", complete_donor)
        .get(OWN, "本企业的认证资料", own)
        .post(OWN, "修改本企业的认证资料，再次提交", resubmit)
        .post(OWN_ANSWERS, "答复工商联", answer)
        .post(OWN_CONTACT, "更新本企业的联系资料", amend)
        .post(OWN_DOCUMENTS, "添加一张证照照片", add_document)
        .delete(OWN_DOCUMENT, "去掉一张证照照片", remove_document)
}

async fn enterprise(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewRegistration>,
) -> Result<(StatusCode, Json<EnterpriseRegistered>)> {
    Ok((StatusCode::CREATED, Json(super::enterprise(&app, &caller.origin, &new).await?)))
}

async fn donor(State(app): State<App>, caller: Caller, Body(asked): Body<AskByEmail>) -> Result<Json<LetterAsked>> {
    super::donor(&app, &caller.origin, &asked).await?;
    Ok(Json(LetterAsked {}))
}

async fn complete_donor(
    State(app): State<App>,
    caller: Caller,
    Body(new): Body<NewDonor>,
) -> Result<(StatusCode, Json<DonorRegistered>)> {
    super::complete_donor(&app, &caller.origin, &new).await?;
    Ok((StatusCode::CREATED, Json(DonorRegistered {})))
}

async fn own(State(app): State<App>, applicant: Applicant) -> Result<Json<Registration>> {
    Ok(Json(super::own(&app, &applicant).await?))
}

async fn resubmit(
    State(app): State<App>,
    applicant: Applicant,
    Body(change): Body<RegistrationChange>,
) -> Result<Json<Registration>> {
    Ok(Json(super::resubmit(&app, &applicant, &change).await?))
}

async fn answer(
    State(app): State<App>,
    applicant: Applicant,
    Body(said): Body<RegistrationAnswer>,
) -> Result<Json<Registration>> {
    Ok(Json(super::answer(&app, &applicant, &said).await?))
}

async fn amend(
    State(app): State<App>,
    applicant: Applicant,
    Body(change): Body<ContactChange>,
) -> Result<Json<Registration>> {
    Ok(Json(super::amend(&app, &applicant, &change).await?))
}

async fn add_document(
    State(app): State<App>,
    applicant: Applicant,
    Body(new): Body<NewRegistrationDocument>,
) -> Result<Json<Registration>> {
    Ok(Json(super::add_document(&app, &applicant, &new).await?))
}

async fn remove_document(
    State(app): State<App>,
    applicant: Applicant,
    Path(file): Path<FileId>,
) -> Result<Json<Registration>> {
    Ok(Json(super::remove_document(&app, &applicant, file).await?))
}
