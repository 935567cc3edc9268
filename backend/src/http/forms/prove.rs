//! Forms that need to know better who sends them: because a session ended while somebody typed, or because the act is
//! serious. The form comes back as a page that asks for the password and carries everything that was typed; sent again,
//! the password is taken off here and the form goes on where it was.
//!
//! Deliberately absent: which act is serious (the rights say it), and pictures, which are stored before.

use super::Form;
use crate::http::caller::{Caller, Sitting};
use crate::http::identify::SetTokens;
use crate::site::{PageRequest, Site};
use axum::body::Body;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::api::ApiError;
use domain::api::sessions::{self, Credentials, Prove};
use domain::person::Proof;
use frontend::{Ask, FormState};
use std::sync::Arc;

const ACCOUNT: &str = "proof_account";
const PASSWORD: &str = "proof_password";
const CODE: &str = "proof_code";
const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// Takes the proof off a form that carries one; whatever carries none goes through as it is.
pub async fn first(State(site): State<Site>, request: Request, next: Next) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if request.method() != Method::POST || !kind.starts_with(URL_ENCODED) {
        return next.run(request).await;
    }
    let page = PageRequest::of(&request);
    let (mut parts, body) = request.into_parts();
    let whole = Request::from_parts(parts.clone(), body);
    let values = match axum::Form::<Vec<(String, String)>>::from_request(whole, &site).await {
        Ok(axum::Form(values)) => values,
        Err(refused) => return super::read::unreadable(&site, page, refused.into_response().status()).await,
    };
    let (proof, values): (Vec<_>, Vec<_>) =
        values.into_iter().partition(|(name, _)| [ACCOUNT, PASSWORD, CODE].contains(&name.as_str()));
    let text = serde_urlencoded::to_string(&values).unwrap_or_default();
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(text.len()));
    if proof.is_empty() {
        return next.run(Request::from_parts(parts, Body::from(text))).await;
    }
    let mut state = FormState { values, ..FormState::default() };
    let proved = proved(&site, &page, &FormState { values: proof.clone(), ..FormState::default() }).await;
    match proved {
        Ok((caller, tokens)) => {
            parts.extensions.insert(caller);
            let mut response = next.run(Request::from_parts(parts, Body::from(text))).await;
            if let Some(tokens) = tokens {
                response.extensions_mut().insert(tokens);
            }
            response
        }
        Err(error) => {
            let signs_in = proof.iter().any(|(name, _)| name == ACCOUNT);
            state.ask = Some(if signs_in { Ask::SignIn } else { Ask::ProveAgain });
            // What is not secret comes back into its field.
            state.values.extend(proof.into_iter().filter(|(name, _)| name == ACCOUNT));
            Form { page, state }.refused(&site, named_as_in_the_form(error)).await
        }
    }
}

/// The caller as he is known now, and new cookies where he signed in.
async fn proved(site: &Site, page: &PageRequest, typed: &FormState) -> Result<(Caller, Option<SetTokens>), ApiError> {
    let password = typed.value(PASSWORD).to_owned();
    let code = Some(typed.value(CODE).to_owned()).filter(|code| !code.is_empty());
    let inner = page.in_process(site);
    let now = site.app.clock.now();
    if let (Some(me), Some(sitting)) = (page.caller.me.clone(), page.caller.session) {
        inner.call(sessions::prove(&Prove { password, code })).await?;
        let enrolled = sitting.proof.enrolled;
        let proof = Proof { authenticated_at: now, second_factor: enrolled, enrolled };
        let session = Some(Sitting { id: sitting.id, proof });
        return Ok((Caller { me: Some(me), session, origin: page.caller.origin.clone() }, None));
    }
    let credentials = Credentials { account: typed.value(ACCOUNT).to_owned(), password, code };
    let (signed_in, mut extensions) = inner.call_with_extensions(sessions::sign_in(&credentials)).await?;
    let enrolled = signed_in.me.second_factor;
    let proof = Proof { authenticated_at: now, second_factor: enrolled, enrolled };
    let session = site.app.keys.read(now, &signed_in.access).map(|(_, id)| Sitting { id, proof });
    let caller = Caller { me: Some(Arc::new(signed_in.me)), session, origin: page.caller.origin.clone() };
    Ok((caller, extensions.remove::<SetTokens>()))
}

fn named_as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        problem.field = format!("proof_{}", problem.field);
    }
    error
}
