//! The forms of whoever holds a code: taking an invitation, setting a new password.

use super::{Form, invalid};
use crate::http::identify::SetTokens;
use crate::site::Site;
use axum::extract::{Request, State};
use axum::http::Extensions;
use axum::response::Response;
use domain::api::invitations::{self, AcceptInvitation, Accepted, Newcomer};
use domain::api::resets::{self, UseCode};
use domain::api::sessions::{self, Credentials};
use domain::code::OneTimeCode;

/// Looks at a code, takes it with one's account, or with a new one.
pub async fn join(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    match form.value("action") {
        "accept" => accept(&site, form).await,
        "create" => create(&site, form).await,
        _ => match form.value("code").parse::<OneTimeCode>() {
            // The page of the code says whether it is good.
            Ok(code) => site.see_other(form.lang(), &format!("/join?code={}", code.as_str())),
            Err(error) => {
                form.problem("code", error.to_string());
                form.refused(&site, invalid(Vec::new())).await
            }
        },
    }
}

/// With the account of whoever is signed in; from now on he acts for the organisation that he joined.
async fn accept(site: &Site, form: Form) -> Response {
    let inner = form.page.in_process(site);
    let call = invitations::accept(form.value("code"), &AcceptInvitation::default());
    match inner.call(call).await {
        Ok(accepted) => {
            if !accepted.waits && inner.call(sessions::act_for(accepted.organisation)).await.is_err() {
                tracing::warn!("who joined an organisation does not act for it yet");
            }
            site.see_other(form.lang(), joined(&accepted))
        }
        Err(error) => form.refused(site, error).await,
    }
}

fn joined(accepted: &Accepted) -> &'static str {
    if accepted.waits { "/join?done=waits" } else { "/join?done=joined" }
}

/// With a new account, which is signed in at once.
async fn create(site: &Site, mut form: Form) -> Response {
    if form.value("password") != form.value("again") {
        form.problem("again", "两次输入的密码不一样");
        return form.refused(site, invalid(Vec::new())).await;
    }
    let typed = |name: &str| form.value(name).trim().to_owned();
    let newcomer = Newcomer {
        name: typed("name"),
        account: typed("account"),
        phone: typed("phone"),
        email: typed("email"),
        password: form.value("password").to_owned(),
    };
    let password = newcomer.password.clone();
    let asked = AcceptInvitation { newcomer: Some(newcomer) };
    match form.page.in_process(site).call(invitations::accept(form.value("code"), &asked)).await {
        Ok(accepted) => {
            let mut response = site.see_other(form.lang(), joined(&accepted));
            let credentials = Credentials { account: accepted.account.unwrap_or_default(), password, code: None };
            let signed_in = form.page.in_process(site).call_with_extensions(sessions::sign_in(&credentials)).await;
            if let Some(tokens) = signed_in.ok().and_then(|(_, mut found): (_, Extensions)| found.remove::<SetTokens>())
            {
                response.extensions_mut().insert(tokens);
            }
            response
        }
        Err(error) => form.refused(site, error).await,
    }
}

/// A new password with the code that two people of the town agreed to.
pub async fn reset(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    if form.value("new") != form.value("again") {
        form.problem("again", "两次输入的新密码不一样");
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let typed = UseCode { code: form.value("code").to_owned(), new: form.value("new").to_owned() };
    match form.page.in_process(&site).call(resets::use_code(&typed)).await {
        Ok(_) => site.see_other(form.lang(), "/reset-code?done=reset"),
        Err(error) => form.refused(&site, error).await,
    }
}
