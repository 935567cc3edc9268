//! The form by which a confirmed line is said to be something else.

use super::money::typed_parts;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::BankLineId;
use domain::api::arrivals::MatchPart;
use domain::api::rebookings::{self, NewRebooking};

pub async fn propose(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(line) = id.parse::<BankLineId>() else { return site.page(&form.page, None).await };
    if form.value("action") == "more_parts" {
        return form.next_step(&site).await;
    }
    let not_donation = form.value("not_donation") == "1";
    let parts = if not_donation { Ok(Vec::new()) } else { typed_parts(&site, &mut form).await };
    let (parts, id) = match (parts, form.value("id").parse()) {
        (Ok(parts), Ok(id)) => (parts, id),
        (Err(error), _) => return form.refused(&site, error).await,
        (_, Err(_)) => return form.refused(&site, invalid(Vec::new())).await,
    };
    // Parts without a reference go to a campaign where one was chosen.
    let campaign = form.value("unnamed").parse().ok();
    let owned = |part: MatchPart| if part.pledge.is_none() { MatchPart { campaign, ..part } } else { part };
    let parts = parts.into_iter().map(owned).collect();
    let new = NewRebooking { id, reason: form.value("reason").to_owned(), not_donation, parts };
    match form.page.in_process(&site).call(rebookings::propose(line, &new)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/work/bank-lines/{line}?done=rebooking_proposed")),
        Err(error) => form.refused(&site, error).await,
    }
}
