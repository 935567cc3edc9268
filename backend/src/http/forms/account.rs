//! The forms of one's own account: password, second factor, devices, and for whom one acts.

use super::{Form, own_path};
use crate::http::identify::SetTokens;
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::api::sessions::{self, NewPassword};
use domain::api::{ApiError, ErrorCode, charity_books, contact, own_data};

/// Everything on the page of one's account.
pub async fn account(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let done = match form.value("action") {
        "password" => {
            if form.value("new") == form.value("again") {
                let change = NewPassword { new: form.value("new").to_owned() };
                inner.call(sessions::change_password(&change)).await.map(|_| "password")
            } else {
                form.problem("again", "两次输入的新密码不一样");
                Err(super::invalid(Vec::new()))
            }
        }
        "phone" => inner.call(contact::set_phone(form.value("phone"))).await.map(|_| "phone"),
        "begin" => match inner.call(sessions::begin_second_factor()).await {
            Ok(setup) => {
                form.state.set("secret", setup.secret);
                form.state.picture = Some(setup.qr);
                return form.next_step(&site).await;
            }
            Err(error) => Err(error),
        },
        "confirm" => match inner.call(sessions::confirm_second_factor(form.value("code"))).await {
            Ok(codes) => return form.codes(&site, codes.codes).await,
            Err(error) => Err(error),
        },
        "codes" => match inner.call(sessions::new_recovery_codes()).await {
            Ok(codes) => return form.codes(&site, codes.codes).await,
            Err(error) => Err(error),
        },
        "remove" => inner.call(sessions::remove_second_factor()).await.map(|_| "removed"),
        "revoke" => match form.value("session").parse() {
            Ok(id) => inner.call(sessions::revoke(id)).await.map(|_| "revoked"),
            Err(_) => Err(ApiError::new(ErrorCode::NotFound, "没有找到")),
        },
        "revoke_others" => inner.call(sessions::revoke_others()).await.map(|_| "revoked"),
        _ => Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")),
    };
    match done {
        Ok(done) => site.see_other(form.lang(), &format!("/account?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

impl Form {
    /// Recovery codes are shown once, by the answer that made them.
    async fn codes(mut self, site: &Site, codes: Vec<String>) -> Response {
        for code in codes {
            self.state.set("recovery_code", code);
        }
        self.next_step(site).await
    }
}

/// From the header of every page: act for another of one's organisations.
pub async fn act_for(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(organisation) = form.value("organisation").parse() else { return site.see_other(form.lang(), "/account") };
    match form.page.in_process(&site).call(sessions::act_for(organisation)).await {
        Ok(_) => site.see_other(form.lang(), "/work"),
        Err(error) => form.refused(&site, error).await,
    }
}

/// An auditor reads the books of one charity from now on.
pub async fn choose_books(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(charity) = form.value("charity").parse() else {
        return form.refused(&site, ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")).await;
    };
    match form.page.in_process(&site).call(charity_books::choose(charity)).await {
        Ok(_) => site.see_other(form.lang(), own_path(form.value("next"))),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Closes the account for good.
pub async fn close(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    match form.page.in_process(&site).call(own_data::close(form.value("confirm"))).await {
        Ok(_) => {
            let mut response = site.see_other(form.lang(), "/");
            response.extensions_mut().insert(SetTokens::Clear);
            response
        }
        Err(error) => form.refused(&site, error).await,
    }
}
