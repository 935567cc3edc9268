//! `POST|DELETE /session`, `GET /me`.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Body;
use crate::http::caller::{Caller, SignedIn};
use crate::http::endpoints::Endpoints;
use crate::http::identify::SetTokens;
use axum::extract::State;
use axum::{Extension, Json};
use domain::api::sessions::{Credentials, ME, Me, SESSION, Session, SignedOut};

pub fn routes() -> Endpoints {
    Endpoints::new("登录").post(SESSION, "登录", sign_in).delete(SESSION, "退出这台设备上的登录", sign_out).get(
        ME,
        "我是谁",
        me,
    )
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
    let session = signed_in.session.ok_or(Error::SignInRequired)?;
    super::sign_out(&app, &signed_in.origin, signed_in.me.id, session).await?;
    Ok((Extension(SetTokens::Clear), Json(SignedOut {})))
}

async fn me(signed_in: SignedIn) -> Json<Me> {
    Json((*signed_in.me).clone())
}
