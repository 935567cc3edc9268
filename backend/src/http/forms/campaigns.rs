//! The forms of the campaign office: setting up, charities, partners, stages, needs, the rehearsal.

use super::money::amount;
use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;
use domain::api::campaigns::setup::{
    self, CampaignSetupChange, CharityChange, ListNeeds, MoveNeed, NewCampaignSetup, NewRehearsalPledge, PartnerChange,
    StageStep, WhichCharity, WhichPartner,
};
use domain::api::{ApiError, ErrorCode, fundraising};
use domain::campaign::setup::{
    CampaignCharity, CampaignPartner, CampaignSetup, FundraisingCertificate, FundraisingFiling, Validity,
};
use domain::{BankAccountId, NeedId, OrganisationId};

pub(super) fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

pub(super) fn text(form: &Form, name: &str) -> String {
    form.value(name).trim().replace("\r\n", "\n")
}

fn version(form: &Form) -> i32 {
    form.value("version").parse().unwrap_or_default()
}

/// A day that has to be there.
pub(super) fn day(form: &mut Form, name: &'static str) -> NaiveDate {
    some_day(form, name).unwrap_or_else(|| {
        if form.state.problem(name).is_none() {
            form.problem(name, "请填写日期，如 2026-06-30");
        }
        NaiveDate::default()
    })
}

/// A day that may be left out.
fn some_day(form: &mut Form, name: &'static str) -> Option<NaiveDate> {
    let typed = form.value(name).trim().to_owned();
    if typed.is_empty() {
        return None;
    }
    let read = domain::day::read(&typed);
    if read.is_none() {
        form.problem(name, "请填写日期，如 2026-06-30");
    }
    read
}

fn setup_of(form: &mut Form) -> CampaignSetup {
    let mut number = |name: &'static str| {
        form.value(name).trim().parse().unwrap_or_else(|_| {
            form.problem(name, "请填整数");
            0
        })
    };
    let (year, filing_days) = (number("year"), number("filing_days"));
    CampaignSetup {
        code: text(form, "code"),
        year,
        programme: text(form, "programme"),
        name: text(form, "name"),
        host: text(form, "host"),
        purpose: text(form, "purpose"),
        rules: text(form, "rules"),
        page: text(form, "page"),
        held_on: day(form, "held_on"),
        filing_days,
    }
}

pub async fn new(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let setup = setup_of(&mut form);
    let Ok(id) = form.value("id").parse() else { return form.refused(&site, use_the_buttons()).await };
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    match form.page.in_process(&site).call(setup::create(&NewCampaignSetup { id, setup })).await {
        Ok(made) => site.see_other(form.lang(), &format!("/work/campaigns/{}?done=set_up", made.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}

pub async fn edit(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let setup = setup_of(&mut form);
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let change = CampaignSetupChange { version: version(&form), setup };
    match form.page.in_process(&site).call(setup::change(&id, &change)).await {
        Ok(campaign) => site.see_other(form.lang(), &format!("/work/campaigns/{}?done=changed", campaign.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

/// What is taken out on the campaign's own page.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    if form.value("action") == "close_giving" {
        let Ok(giving) = form.value("giving").parse() else { return form.refused(&site, use_the_buttons()).await };
        return match inner.call(fundraising::close(giving)).await {
            Ok(_) => site.see_other(form.lang(), &format!("/work/campaigns/{id}?done=giving_closed")),
            Err(error) => form.refused(&site, error).await,
        };
    }
    let version = version(&form);
    let result = match form.value("action") {
        "remove_charity" => match form.value("charity").parse() {
            Ok(charity) => inner.call(setup::remove_charity(&id, &WhichCharity { version, charity })).await,
            Err(_) => Err(use_the_buttons()),
        },
        "remove_partner" => match form.value("partner").parse() {
            Ok(partner) => inner.call(setup::remove_partner(&id, &WhichPartner { version, id: partner })).await,
            Err(_) => Err(use_the_buttons()),
        },
        _ => Err(use_the_buttons()),
    };
    let done = if form.value("action") == "remove_charity" { "charity_removed" } else { "partner_removed" };
    match result {
        Ok(campaign) => site.see_other(form.lang(), &format!("/work/campaigns/{}?done={done}", campaign.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

/// From and to, both or none.
fn validity(form: &mut Form, from: &'static str, to: &'static str) -> Option<Validity> {
    let days = (some_day(form, from), some_day(form, to));
    match days {
        (Some(from), Some(to)) => Some(Validity { from, to }),
        (None, None) => None,
        (Some(_), None) => {
            form.problem(to, "请填写截止日期");
            None
        }
        (None, Some(_)) => {
            form.problem(from, "请填写起始日期");
            None
        }
    }
}

fn charity_of(form: &mut Form) -> Option<CampaignCharity> {
    let chosen = form.value("receiver").split_once(':').map(|(charity, account)| (charity.parse(), account.parse()));
    let chosen: Option<(OrganisationId, BankAccountId)> =
        chosen.and_then(|(charity, account)| Some((charity.ok()?, account.ok()?)));
    if chosen.is_none() {
        form.problem("receiver", "请选择慈善组织和收款账户");
    }
    let valid = validity(form, "certificate_from", "certificate_to");
    let number = text(form, "certificate_no");
    let certificate = match (number.is_empty(), valid) {
        (true, None) => None,
        (_, Some(valid)) => Some(FundraisingCertificate { number, valid }),
        (false, None) => {
            if form.state.problem("certificate_to").is_none() {
                form.problem("certificate_to", "请填写证书的有效期");
            }
            None
        }
    };
    let (period, number) = (validity(form, "filing_from", "filing_to"), text(form, "filing_no"));
    let filed_on = some_day(form, "filed_on");
    let filing = match (number.is_empty(), filed_on, period) {
        (true, None, None) => None,
        (_, Some(filed_on), Some(period)) => Some(FundraisingFiling { number, filed_on, period }),
        (_, filed_on, _) => {
            let field = if filed_on.is_none() { "filed_on" } else { "filing_to" };
            if form.state.problem(field).is_none() {
                form.problem(field, "备案的编号、日期和募捐期间要填全");
            }
            None
        }
    };
    let tax = validity(form, "tax_from", "tax_to");
    let contact = text(form, "contact");
    let (charity, bank_account) = chosen?;
    Some(CampaignCharity { charity, bank_account, certificate, tax, filing, contact })
}

/// The API's field names as the form spells them.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        if matches!(problem.field.as_str(), "charity" | "bank_account") {
            problem.field = "receiver".into();
        }
    }
    error
}

pub async fn charity(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let charity = charity_of(&mut form);
    let (Some(charity), true) = (charity, form.state.problems.is_empty()) else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let change = CharityChange { version: version(&form), charity };
    match form.page.in_process(&site).call(setup::set_charity(&id, &change)).await {
        Ok(campaign) => site.see_other(form.lang(), &format!("/work/campaigns/{}?done=charity", campaign.id)),
        Err(error) => form.refused(&site, as_in_the_form(error)).await,
    }
}

pub async fn partner(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let partner = CampaignPartner {
        name: text(&form, "partner_name"),
        agreed_on: day(&mut form, "agreed_on"),
        agreement: text(&form, "agreement"),
        evaluated_on: some_day(&mut form, "evaluated_on"),
        named_in_plan: form.value("named_in_plan") == "1",
    };
    let Ok(own) = form.value("id").parse() else { return form.refused(&site, use_the_buttons()).await };
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let change = PartnerChange { version: version(&form), id: own, partner };
    match form.page.in_process(&site).call(setup::set_partner(&id, &change)).await {
        Ok(campaign) => site.see_other(form.lang(), &format!("/work/campaigns/{}?done=partner", campaign.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

pub async fn stage(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(from), Ok(to)) = (form.value("from").parse(), form.value("to").parse()) else {
        return form.refused(&site, use_the_buttons()).await;
    };
    match form.page.in_process(&site).call(setup::set_stage(&id, &StageStep { from, to })).await {
        Ok(campaign) => site.see_other(form.lang(), &format!("/work/campaigns/{}?done=stage", campaign.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Listing, taking off, and putting at a place.
pub async fn needs(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let ticked: Vec<NeedId> = form.state.all("needs").into_iter().filter_map(|value| value.parse().ok()).collect();
    let need = form.value("need").parse::<NeedId>().ok();
    let (result, done) = match (form.value("action"), need) {
        ("list", _) => (inner.call(setup::list_needs(&id, &ListNeeds { needs: ticked })).await, "listed"),
        ("remove", Some(need)) => {
            (inner.call(setup::remove_needs(&id, &ListNeeds { needs: vec![need] })).await, "removed")
        }
        ("move", Some(need)) => {
            let position = form.value("position").trim().parse().unwrap_or_default();
            (inner.call(setup::move_need(&id, MoveNeed { need, position })).await, "moved")
        }
        _ => (Err(use_the_buttons()), ""),
    };
    match result {
        Ok(listing) => {
            let path = format!("/work/campaigns/{id}/needs?done={done}&n={}", listing.changed);
            site.see_other(form.lang(), &path)
        }
        Err(mut error) => {
            // No field of the page stands for what is wrong with a choice among rows.
            if let Some(message) = error.fields.first().map(|problem| problem.message.clone()) {
                error = ApiError::new(ErrorCode::Conflict, message);
            }
            form.refused(&site, error).await
        }
    }
}

pub async fn rehearsal(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let path = format!("/work/campaigns/{id}/rehearsal");
    if form.value("action") == "clear" {
        return match form.page.in_process(&site).call(setup::clear_rehearsal(&id)).await {
            Ok(_) => site.see_other(form.lang(), &format!("{path}?done=cleared")),
            Err(error) => form.refused(&site, error).await,
        };
    }
    let amount_fen = amount(&mut form, "amount");
    let Ok(own) = form.value("id").parse() else { return form.refused(&site, use_the_buttons()).await };
    if !form.state.problems.is_empty() {
        return form.refused(&site, invalid(Vec::new())).await;
    }
    let new = NewRehearsalPledge { id: own, name: text(&form, "name"), amount_fen };
    match form.page.in_process(&site).call(setup::rehearse(&id, &new)).await {
        Ok(_) => site.see_other(form.lang(), &format!("{path}?done=entered")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, error).await
        }
    }
}
