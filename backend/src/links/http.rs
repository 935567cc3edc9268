//! The routes of one-time links. A link's secret comes in a body, never in a path, which stands in the log.

use crate::app::App;
use crate::error::Result;
use crate::http::Body;
use crate::http::caller::{Caller, SignedIn};
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::links::{
    AskByEmail, AskConfirmation, EMAIL_CONFIRMATIONS, LINK_RENEWALS, LINK_STATE, LetterAsked, LinkConfirmed, LinkShown,
    LinkText, MY_EMAIL_CONFIRMATIONS, PASSWORD_RESET_COMPLETION, PASSWORD_RESETS, PasswordSet, ResetPassword,
};
use domain::link::LinkPurpose;

pub fn routes() -> Endpoints {
    Endpoints::new("邮件里的链接")
        .post(LINK_STATE, "链接是否还有效（看了不算用）", state)
        .post(LINK_RENEWALS, "给同一个邮箱再发一封", renew)
        .post(EMAIL_CONFIRMATIONS, "用链接确认邮箱", confirm)
        .post(MY_EMAIL_CONFIRMATIONS, "再发一封确认邮箱的邮件", confirm_mine)
        .post(PASSWORD_RESETS, "忘记密码：发一封邮件", ask_reset)
        .post(PASSWORD_RESET_COMPLETION, "用链接设置新密码", reset)
}

async fn state(State(app): State<App>, Body(LinkText { link }): Body<LinkText>) -> Result<Json<LinkShown>> {
    Ok(Json(super::shown(&app, &link).await?))
}

async fn renew(
    State(app): State<App>,
    caller: Caller,
    Body(LinkText { link }): Body<LinkText>,
) -> Result<Json<LetterAsked>> {
    super::renew(&app, &caller.origin, &link).await?;
    Ok(Json(LetterAsked {}))
}

async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Body(LinkText { link }): Body<LinkText>,
) -> Result<Json<LinkConfirmed>> {
    let purpose = super::confirm(&app, &caller.origin, &link).await?;
    Ok(Json(LinkConfirmed { purpose }))
}

async fn confirm_mine(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(AskConfirmation {}): Body<AskConfirmation>,
) -> Result<Json<LetterAsked>> {
    super::confirm_mine(&app, &signed_in).await?;
    Ok(Json(LetterAsked {}))
}

async fn ask_reset(State(app): State<App>, caller: Caller, Body(asked): Body<AskByEmail>) -> Result<Json<LetterAsked>> {
    super::ask(&app, &caller.origin, LinkPurpose::ResetPassword, &asked.email).await?;
    Ok(Json(LetterAsked {}))
}

async fn reset(State(app): State<App>, caller: Caller, Body(reset): Body<ResetPassword>) -> Result<Json<PasswordSet>> {
    super::reset(&app, &caller.origin, &reset).await?;
    Ok(Json(PasswordSet {}))
}
