//! The forms of giving by everybody: opening a link, and the list of sites.

use super::campaigns::{day, text, use_the_buttons};
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::fundraising::{self, GivingSiteChange, NewGivingSite, NewPublicGiving};
use domain::campaign::setup::Validity;
use domain::fundraising::{GivingKind, GivingSiteInput};

pub async fn open(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (charity, chosen) = (form.value("charity").parse().ok(), form.value("site").parse().ok());
    if charity.is_none() {
        form.problem("charity", "请选择接收本次活动捐款的慈善组织");
    }
    if chosen.is_none() {
        form.problem("site", "请选择名单里的网站");
    }
    let period = Validity { from: day(&mut form, "starts_on"), to: day(&mut form, "ends_on") };
    let Ok(own) = form.value("id").parse() else { return form.refused(&site, use_the_buttons()).await };
    let (Some(charity), Some(chosen), true) = (charity, chosen, form.state.problems.is_empty()) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let new = NewPublicGiving { id: own, charity, site: chosen, url: text(&form, "url"), period };
    match form.page.in_process(&site).call(fundraising::open(&id, &new)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/work/campaigns/{id}?done=giving")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

pub async fn sites(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    if form.value("action") == "change" {
        let Ok(own) = form.value("site").parse() else { return form.refused(&site, use_the_buttons()).await };
        let change = GivingSiteChange {
            version: form.value("version").parse().unwrap_or_default(),
            name: text(&form, "name"),
            source: text(&form, "source"),
            active: form.value("active") == "1",
        };
        return match form.page.in_process(&site).call(fundraising::change_site(own, &change)).await {
            Ok(_) => site.see_other(form.lang(), "/work/giving-sites?done=changed"),
            Err(error) => form.refused(&site, error).await,
        };
    }
    let kind = form.value("kind").parse().ok();
    if kind.is_none() {
        form.problem("kind", "请选择一项");
    }
    let Ok(own) = form.value("id").parse() else { return form.refused(&site, use_the_buttons()).await };
    let input = GivingSiteInput {
        kind: kind.unwrap_or(GivingKind::DesignatedPlatform),
        name: text(&form, "site_name"),
        host: text(&form, "host"),
        charity: form.value("site_charity").parse().ok(),
        source: text(&form, "source"),
    };
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    match form.page.in_process(&site).call(fundraising::list_site(&NewGivingSite { id: own, site: input })).await {
        Ok(_) => site.see_other(form.lang(), "/work/giving-sites?done=listed"),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}
