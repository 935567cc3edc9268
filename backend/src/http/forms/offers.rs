//! The forms of an enterprise's offers, of its profile, and of what it sets aside.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::matching::{self, NewDismissal, ProfileChange};
use domain::api::offers::{self, NewOffer, Offer, OfferChange, SeenOffer};
use domain::api::{ApiError, ErrorCode};
use domain::matching::profile::Profile;
use domain::money::to_half_width;
use domain::offer::OfferContent;
use domain::{Fen, NeedId, OfferId};
use std::str::FromStr;

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// An amount that was typed; what is none is a problem at its field.
fn amount(form: &mut Form, name: &str) -> Option<Fen> {
    match form.value(name).trim() {
        "" => None,
        typed => Fen::parse_yuan(typed).map_err(|error| form.problem(name, error.to_string())).ok(),
    }
}

/// All boxes that were ticked. What is none of the page's is left out.
fn ticked<T: FromStr>(form: &Form, name: &str) -> Vec<T> {
    form.state.all(name).into_iter().filter_map(|value| value.parse().ok()).collect()
}

/// What was typed as an offer.
fn offer_content(form: &mut Form) -> OfferContent {
    let until = match form.value("until").trim() {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem("until", "日期应写成 2026-12-31 的样子")).ok(),
    };
    let quantity: String = form.value("quantity").trim().chars().map(to_half_width).collect();
    let quantity = match quantity.as_str() {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem("quantity", "数量应是大于 0 的整数")).ok(),
    };
    OfferContent {
        amount_from_fen: amount(form, "amount_from"),
        amount_to_fen: amount(form, "amount_to"),
        kind: form.value("kind").parse().ok(),
        fields: ticked(form, "fields"),
        places: ticked(form, "places"),
        quantity,
        unit: form.value("unit").to_owned(),
        title: form.value("title").to_owned(),
        words: form.value("words").replace("\r\n", "\n"),
        until,
    }
}

pub async fn new(State(site): State<Site>, request: Request) -> Response {
    save(site, request, None).await
}

pub async fn edit(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    save(site, request, id.parse().ok()).await
}

/// Saves a draft or an open offer; `open` then shows it to those who may read offers.
async fn save(site: Site, request: Request, id: Option<OfferId>) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let content = offer_content(&mut form);
    let opens = form.value("action") == "open";
    let missing = content.check_complete(site.app.clock.today());
    if !form.state.problems.is_empty() || (opens && !missing.is_empty()) {
        let fields = if opens { missing.into_vec() } else { Vec::new() };
        return form.refused(&site, invalid(fields)).await;
    }
    let inner = form.page.in_process(&site);
    let saved = match (id, form.value("id").parse()) {
        (Some(id), _) => {
            let version = form.value("version").parse().unwrap_or_default();
            inner.call(offers::update(id, &OfferChange { version, content })).await
        }
        (None, Ok(id)) => inner.call(offers::create(&NewOffer { id, content })).await,
        (None, Err(_)) => Err(ApiError::new(ErrorCode::BadRequest, "请重新打开这个页面再填写")),
    };
    let saved: Offer = match saved {
        Ok(saved) => saved,
        Err(error) => {
            form.begin_anew(&error);
            return form.refused(&site, error).await;
        }
    };
    if !opens {
        return site.see_other(form.lang(), &format!("/offers/{}?done=saved", saved.id));
    }
    match inner.call(offers::open(saved.id, SeenOffer { version: saved.version })).await {
        Ok(offer) => site.see_other(form.lang(), &format!("/offers/{}?done=opened", offer.id)),
        // The draft is saved; the next try changes that draft.
        Err(error) => {
            form.page.uri = format!("/work/offers/{}", saved.id).parse().unwrap_or_default();
            form.state.values.retain(|(name, _)| name != "version" && name != "id");
            form.state.set("version", saved.version.to_string());
            form.refused(&site, error).await
        }
    }
}

/// Opening or closing an offer, on its own page.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<OfferId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let seen = SeenOffer { version: form.value("version").parse().unwrap_or_default() };
    let done = match form.value("action") {
        "open" => inner.call(offers::open(id, seen)).await.map(|_| "opened"),
        "close" => inner.call(offers::close(id, seen)).await.map(|_| "closed"),
        _ => Err(use_the_buttons()),
    };
    match done {
        Ok(done) => site.see_other(form.lang(), &format!("/offers/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// What an enterprise says of itself.
pub async fn profile(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let profile = Profile {
        amount_from_fen: amount(&mut form, "amount_from"),
        amount_to_fen: amount(&mut form, "amount_to"),
        business: form.value("business").replace("\r\n", "\n"),
        base: form.value("base").parse().ok(),
        places: ticked(&form, "places"),
        fields: ticked(&form, "fields"),
        kinds: ticked(&form, "kinds"),
    };
    if !form.state.problems.is_empty() {
        let fields = profile.check().err().unwrap_or_default();
        return form.refused(&site, invalid(fields)).await;
    }
    let change = ProfileChange { version: form.value("version").parse().unwrap_or_default(), profile };
    match form.page.in_process(&site).call(matching::set_profile(&change)).await {
        Ok(_) => site.see_other(form.lang(), "/recommendations?done=profile"),
        Err(error) => form.refused(&site, error).await,
    }
}

/// The page of recommendations after something was done: where it goes on, if that is on it.
fn recommendations(done: &str, all: bool, next: Option<NeedId>) -> String {
    let all = if all { "&all=1" } else { "" };
    let next = next.map(|next| format!("&next={next}#need-{next}")).unwrap_or_default();
    format!("/recommendations?done={done}{all}{next}")
}

/// Setting a recommended need aside, or taking it back.
pub async fn dismissal(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(need) = form.value("need").parse::<NeedId>() else { return form.refused(&site, use_the_buttons()).await };
    let inner = form.page.in_process(&site);
    let next = form.value("next").parse::<NeedId>().ok();
    let done = match form.value("action") {
        "dismiss" => {
            if let Ok(why) = form.value("why").parse() {
                let new = NewDismissal { need, why, note: form.value("note").replace("\r\n", "\n") };
                inner.call(matching::dismiss(&new)).await.map(|_| "dismissed")
            } else {
                form.problem("why", "请选择原因");
                Err(invalid(Vec::new()))
            }
        }
        "undo" => inner.call(matching::undo(need)).await.map(|_| "undone"),
        _ => Err(use_the_buttons()),
    };
    match done {
        Ok(done) => site.see_other(form.lang(), &recommendations(done, form.value("all") == "1", next)),
        Err(error) => form.refused(&site, error).await,
    }
}
