//! `POST|DELETE /session`, `GET /me`.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Body;
use crate::http::caller::{Caller, SignedIn};
use crate::http::identify::SetTokens;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use domain::api::sessions::{Credentials, ME, Me, SESSION, SignedOut};

pub fn routes() -> Router<App> {
    Router::new().route(SESSION, post(sign_in).delete(sign_out)).route(ME, get(me))
}

async fn sign_in(State(app): State<App>, caller: Caller, Body(credentials): Body<Credentials>) -> Result<Response> {
    let (session, tokens) = super::sign_in(&app, &caller.origin, &credentials).await?;
    Ok((Extension(SetTokens::Set(tokens.into())), Json(session)).into_response())
}

async fn sign_out(State(app): State<App>, signed_in: SignedIn) -> Result<Response> {
    let session = signed_in.session.ok_or(Error::SignInRequired)?;
    super::sign_out(&app, &signed_in.origin, signed_in.me.id, session).await?;
    Ok((Extension(SetTokens::Clear), Json(SignedOut {})).into_response())
}

async fn me(signed_in: SignedIn) -> Json<Me> {
    Json((*signed_in.me).clone())
}
