//! The forms of registering, and those behind links that came by mail.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::api::links::{self, ResetPassword};
use domain::api::registrations::{self, NewDonor, NewRegistration};
use domain::api::{ApiError, ErrorCode};
use domain::consent::Agreement;
use domain::link::LinkPurpose;
use domain::registration::{AccountInput, EnterpriseInput};

/// What was typed of an enterprise, here and where it is mended.
pub fn enterprise_input(form: &Form) -> EnterpriseInput {
    let typed = |name: &str| form.value(name).to_owned();
    EnterpriseInput {
        uscc: typed("uscc"),
        name: typed("name"),
        former_names: form.value("former_names").lines().map(str::to_owned).collect(),
        industry: form.value("industry").parse().ok(),
        county: form.value("county").parse().ok(),
        contact_name: typed("contact_name"),
        contact_phone: typed("contact_phone"),
    }
}

/// The versions that stood beside the boxes that were ticked.
fn agreement(form: &Form) -> Agreement {
    let of = |tick: &str, version: &str| {
        if form.value(tick) == "1" { form.value(version).to_owned() } else { String::new() }
    };
    Agreement { privacy_notice: of("privacy_notice", "privacy_notice_version"), terms: of("terms", "terms_version") }
}

pub async fn enterprise(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = form.value("id").parse() else {
        let error = ApiError::new(ErrorCode::BadRequest, "请重新打开这个页面再填写");
        return form.refused(&site, error).await;
    };
    let account = AccountInput {
        email: form.value("email").to_owned(),
        person: form.value("person").to_owned(),
        password: form.value("password").to_owned(),
        agreement: agreement(&form),
    };
    let new = NewRegistration { id, enterprise: enterprise_input(&form), account };
    match form.page.in_process(&site).call(registrations::enterprise(&new)).await {
        Ok(_) => site.see_other(form.lang(), "/register/enterprise?done=1"),
        Err(error) => refused_with_password(form, &site, error).await,
    }
}

/// The page again. A password is never sent back, so it has to be said that it is to be typed once more.
async fn refused_with_password(mut form: Form, site: &Site, error: ApiError) -> Response {
    let wrong = error.fields.iter().any(|problem| problem.field == "password");
    if error.code == ErrorCode::Invalid && !wrong {
        form.problem("password", "请再输一次密码");
    }
    form.refused(site, error).await
}

pub async fn donor(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    match form.page.in_process(&site).call(registrations::donor(form.value("email"))).await {
        Ok(_) => site.see_other(form.lang(), "/register/donor?done=1"),
        Err(error) => form.refused(&site, error).await,
    }
}

pub async fn complete_donor(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    if form.value("action") == "renew" {
        return renew(&site, form, "/register/donor?done=1").await;
    }
    let new = NewDonor {
        link: form.value("link").to_owned(),
        person: form.value("person").to_owned(),
        password: form.value("password").to_owned(),
        agreement: agreement(&form),
    };
    match form.page.in_process(&site).call(registrations::complete_donor(&new)).await {
        Ok(_) => site.see_other(form.lang(), "/sign-in?done=registered"),
        Err(error) => refused_with_password(form, &site, error).await,
    }
}

/// Another letter to where the link of this form went.
async fn renew(site: &Site, form: Form, then: &str) -> Response {
    match form.page.in_process(site).call(links::renew(form.value("link"))).await {
        Ok(_) => site.see_other(form.lang(), then),
        Err(error) => form.refused(site, error).await,
    }
}

pub async fn confirm_email(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let done = match form.value("action") {
        "renew" => return renew(&site, form, "/confirm-email?done=sent").await,
        "mine" => inner.call(links::confirm_mine()).await.map(|_| "sent"),
        _ => inner
            .call(links::confirm(form.value("link")))
            .await
            .map(|confirmed| if confirmed.purpose == LinkPurpose::OwnEnterprise { "owner" } else { "confirmed" }),
    };
    match done {
        Ok(done) => site.see_other(form.lang(), &format!("/confirm-email?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

pub async fn forgot_password(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    match form.page.in_process(&site).call(links::ask_reset(form.value("email"))).await {
        Ok(_) => site.see_other(form.lang(), "/forgot-password?done=1"),
        Err(error) => form.refused(&site, error).await,
    }
}

pub async fn reset_password(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    if form.value("action") == "renew" {
        return renew(&site, form, "/reset-password?done=sent").await;
    }
    if form.value("password") != form.value("again") {
        form.problem("again", "两次输入的新密码不一样");
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let reset = ResetPassword { link: form.value("link").to_owned(), password: form.value("password").to_owned() };
    match form.page.in_process(&site).call(links::reset(&reset)).await {
        Ok(_) => site.see_other(form.lang(), "/sign-in?done=reset"),
        Err(error) => form.refused(&site, error).await,
    }
}
