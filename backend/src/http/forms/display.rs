//! The form by which a giver changes how a pledge is shown.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::PledgeId;
use domain::api::pledges::{self, ChangeDisplay};
use domain::pledge::DisplayChoice;

pub async fn change(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<PledgeId>() else { return site.page(&form.page, None).await };
    let Ok(name) = form.value("public_display").parse() else {
        form.problem("public_display", "请选择怎样公开名称");
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let ticked = |name: &str| form.value(name) == "1";
    let choice = DisplayChoice {
        name,
        show_amount: ticked("show_amount"),
        share_with_recipient: ticked("share_with_recipient"),
    };
    let text_version = Some(form.value("text_version").to_owned()).filter(|version| !version.is_empty());
    let asked = ChangeDisplay { choice, text_version };
    match form.page.in_process(&site).call(pledges::change_display_as_read(id, &asked)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/pledges/{id}?done=display")),
        Err(error) => form.refused(&site, error).await,
    }
}
