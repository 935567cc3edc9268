//! The routes of sessions and of one's own account.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::identify::SetTokens;
use crate::http::{Body, Path};
use crate::notices;
use axum::extract::State;
use axum::{Extension, Json};
use domain::SessionId;
use domain::api::List;
use domain::api::contact::{CONTACT, OwnContact, OwnPhone, PHONE};
use domain::api::own_data::{self, CloseAccount, Closed, OwnData};
use domain::api::sessions::{
    ACTING, ActFor, BeginSecondFactor, ConfirmSecondFactor, Credentials, Device, ME, Me, NewPassword, ONE_SESSION,
    PASSWORD, PROOF, Prove, Proved, RECOVERY_CODES, RecoveryCodes, SECOND_FACTOR, SECOND_FACTOR_CONFIRM, SESSION,
    SESSIONS, SecondFactorSetup, Session, SignedOut,
};

pub fn routes() -> Endpoints {
    Endpoints::new("登录和账号")
        .post(SESSION, "登录", sign_in)
        .delete(SESSION, "退出这台设备上的登录", sign_out)
        .post(PROOF, "办重要的事之前，再次证明是本人", prove)
        .post(ACTING, "换一个单位办事", act_for)
        .get(SESSIONS, "登录着的设备", devices)
        .delete(SESSIONS, "退出其他所有设备", revoke_others)
        .delete(ONE_SESSION, "退出一台设备", revoke)
        .get(ME, "我是谁", me)
        .post(PASSWORD, "改密码", change_password)
        .get(CONTACT, "我的账号名、邮箱和手机号", contact)
        .post(PHONE, "改我的手机号", set_phone)
        .post(SECOND_FACTOR, "开始设置两步验证", begin_second_factor)
        .post(SECOND_FACTOR_CONFIRM, "用第一个动态码启用两步验证", confirm_second_factor)
        .delete(SECOND_FACTOR, "停用两步验证", remove_second_factor)
        .post(RECOVERY_CODES, "换一组恢复码", new_recovery_codes)
        .get(own_data::DATA, "我的全部数据", data)
        .post(own_data::CLOSE, "注销账号", close)
}

/// An answer that also changes the session's cookies.
type WithTokens<T> = (Extension<SetTokens>, Json<T>);

async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    Body(credentials): Body<Credentials>,
) -> Result<WithTokens<Session>> {
    let (session, tokens) = super::sign_in(&app, &caller.origin, &credentials).await?;
    Ok((Extension(SetTokens::Set(tokens.into())), Json(session)))
}

async fn sign_out(State(app): State<App>, signed_in: SignedIn) -> Result<WithTokens<SignedOut>> {
    super::sign_out(&app, &signed_in.origin, signed_in.me.id, signed_in.session).await?;
    Ok((Extension(SetTokens::Clear), Json(SignedOut {})))
}

async fn prove(State(app): State<App>, signed_in: SignedIn, Body(proof): Body<Prove>) -> Result<Json<Proved>> {
    super::prove(&app, &signed_in, &proof).await?;
    Ok(Json(Proved {}))
}

async fn act_for(State(app): State<App>, signed_in: SignedIn, Body(chosen): Body<ActFor>) -> Result<Json<Me>> {
    Ok(Json(super::act_for(&app, &signed_in, chosen.organisation).await?))
}

async fn devices(State(app): State<App>, signed_in: SignedIn) -> Result<Json<List<Device>>> {
    Ok(Json(super::devices(&app, &signed_in).await?))
}

async fn revoke(State(app): State<App>, signed_in: SignedIn, Path(id): Path<SessionId>) -> Result<Json<SignedOut>> {
    super::sign_out(&app, &signed_in.origin, signed_in.me.id, id).await?;
    Ok(Json(SignedOut {}))
}

async fn revoke_others(State(app): State<App>, signed_in: SignedIn) -> Result<Json<SignedOut>> {
    super::sign_out_elsewhere(&app, &signed_in).await?;
    Ok(Json(SignedOut {}))
}

async fn me(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Me>> {
    let unread = notices::unread(&app, signed_in.me.id).await?;
    Ok(Json(Me { unread, ..(*signed_in.me).clone() }))
}

async fn change_password(
    State(app): State<App>,
    sure: Sure<SignedIn>,
    Body(change): Body<NewPassword>,
) -> Result<Json<Proved>> {
    super::change_password(&app, &sure, &change).await?;
    Ok(Json(Proved {}))
}

async fn contact(State(app): State<App>, signed_in: SignedIn) -> Result<Json<OwnContact>> {
    Ok(Json(super::contact::own(&app, &signed_in).await?))
}

async fn set_phone(
    State(app): State<App>,
    sure: Sure<SignedIn>,
    Body(new): Body<OwnPhone>,
) -> Result<Json<OwnContact>> {
    Ok(Json(super::contact::set_phone(&app, &sure, &new.phone).await?))
}

async fn begin_second_factor(
    State(app): State<App>,
    sure: Sure<SignedIn>,
    Body(BeginSecondFactor {}): Body<BeginSecondFactor>,
) -> Result<Json<SecondFactorSetup>> {
    Ok(Json(super::second_factor::begin(&app, &sure).await?))
}

async fn confirm_second_factor(
    State(app): State<App>,
    sure: Sure<SignedIn>,
    Body(confirm): Body<ConfirmSecondFactor>,
) -> Result<Json<RecoveryCodes>> {
    Ok(Json(super::second_factor::confirm(&app, &sure, &confirm.code).await?))
}

async fn remove_second_factor(State(app): State<App>, sure: Sure<SignedIn>) -> Result<Json<Proved>> {
    super::second_factor::remove(&app, &sure).await?;
    Ok(Json(Proved {}))
}

async fn new_recovery_codes(
    State(app): State<App>,
    sure: Sure<SignedIn>,
    Body(BeginSecondFactor {}): Body<BeginSecondFactor>,
) -> Result<Json<RecoveryCodes>> {
    Ok(Json(super::second_factor::new_codes(&app, &sure).await?))
}

async fn data(State(app): State<App>, signed_in: SignedIn) -> Result<Json<OwnData>> {
    Ok(Json(super::own_data::read(&app, &signed_in).await?))
}

async fn close(
    State(app): State<App>,
    sure: Sure<SignedIn>,
    Body(close): Body<CloseAccount>,
) -> Result<WithTokens<Closed>> {
    super::own_data::close(&app, &sure, &close.confirm).await?;
    Ok((Extension(SetTokens::Clear), Json(Closed {})))
}
