//! The forms of pledges and bank lines.

use super::{Form, designations, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;
use domain::allocation::FundingChoice;
use domain::api::arrivals::{self, ConfirmLine, MatchLine, MatchPart, NewBankLine, PartOwner, VoidLine};
use domain::api::on_behalf;
use domain::api::pledges::{self, NewPledge};
use domain::api::{ApiError, ErrorCode, rebookings};
use domain::arrival::{BankLineInput, LineChannel};
use domain::campaign::CampaignStage;
use domain::pledge::{Every, PledgeFacts, PledgeInput, PledgeReference, Restriction, Schedule};
use domain::{BankLineId, Fen, OnBehalfId, Problem};
use std::str::FromStr;

/// Field names that the form spells otherwise than the API, because a person types yuan and chooses both at once.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        match problem.field.as_str() {
            "amount_fen" => problem.field = "amount".into(),
            "campaign" | "charity" => problem.field = "receiver".into(),
            _ => {}
        }
    }
    error
}

/// An amount as typed; what is wrong with it is noted.
pub fn amount(form: &mut Form, name: &str) -> Fen {
    match Fen::parse_yuan(form.value(name)) {
        Ok(amount) => amount,
        Err(error) => {
            form.problem(name, error.to_string());
            Fen::ZERO
        }
    }
}

/// An amount of a row as typed; what is wrong with it is noted under `field`.
pub fn typed_amount(form: &mut Form, field: String, typed: &str) -> Option<Fen> {
    Fen::parse_yuan(typed).map_err(|error| form.problem(field, error.to_string())).ok()
}

/// What a field names, or nothing where it is empty. What cannot be read is a problem, and not shown again: it must
/// not become nothing unseen.
fn named<T: FromStr>(form: &mut Form, name: &str, wrong: &str) -> Option<T> {
    let typed = form.value(name).trim();
    if typed.is_empty() {
        return None;
    }
    let read = typed.parse().ok();
    if read.is_none() {
        form.problem(name, wrong);
        form.state.values.retain(|(field, _)| field != name);
    }
    read
}

/// Fill in, read back, confirm: three steps of one form.
pub async fn pledge(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    form.state.values.retain(|(name, _)| name != "step");
    let action = form.value("action").to_owned();
    if action == "back" {
        return form.next_step(&site).await;
    }
    if ["split", "rows", "whole"].contains(&action.as_str()) {
        designations::rearrange(&mut form, &action);
        return form.next_step(&site).await;
    }
    let new = match new_pledge(&site, &mut form).await {
        Ok(new) => new,
        Err(error) => return form.refused(&site, error).await,
    };
    if action != "confirm" {
        form.state.set("step", "review");
        return form.next_step(&site).await;
    }
    let inner = form.page.in_process(&site);
    let made = match form.value("on_behalf").parse::<OnBehalfId>() {
        Ok(note) => inner.call(on_behalf::claim(note, &new)).await,
        Err(_) => inner.call(pledges::create(&new)).await,
    };
    match made {
        Ok(pledge) => site.see_other(form.lang(), &format!("/pledges/{}?done=pledged", pledge.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

/// What was typed as a pledge. What only the server knows (stage, need) is taken as given and checked by the call.
async fn new_pledge(site: &Site, form: &mut Form) -> Result<NewPledge, ApiError> {
    let typed = amount(form, "amount");
    let inner = form.page.in_process(site);
    let designations = designations::rows(site, form, &inner).await;
    let receiver =
        form.value("receiver").split_once(':').map(|(campaign, charity)| (campaign.parse(), charity.parse()));
    let receiver = match receiver {
        Some((Ok(campaign), Ok(charity))) => Some((campaign, charity)),
        _ => None,
    };
    if receiver.is_none() {
        form.problem("receiver", "请选择活动和接收捐款的慈善组织");
    }
    let restriction = form.value("restriction").parse::<Restriction>();
    if restriction.is_err() {
        form.problem("restriction", "请选择怎样使用：定向或非定向");
    }
    let schedule = schedule(form);
    let need = named(form, "need", "没有认出这条需求，请从需求页重新打开");
    let input = PledgeInput {
        amount: typed,
        restriction: restriction.unwrap_or(Restriction::Directed),
        need,
        designations,
        funding_choice: form.value("funding_choice").parse().unwrap_or(FundingChoice::AskMe),
        public_display: form.value("public_display").parse().ok(),
        show_amount: form.value("show_amount") == "1",
        share_with_recipient: form.value("share_with_recipient") == "1",
        notice_acknowledged: form.value("notice_acknowledged") == "1",
        voluntary: form.value("voluntary") == "1",
        terms_version: form.value("terms_version").to_owned(),
        schedule,
    };
    let facts = PledgeFacts { campaign: CampaignStage::Live, need_open: true, today: site.app.clock.today() };
    let fields = input.check(facts).err().unwrap_or_default();
    let fields = as_in_the_form(invalid(fields)).fields;
    let (Some((campaign, charity)), Ok(id)) = (receiver, form.value("id").parse()) else { return Err(invalid(fields)) };
    if !fields.is_empty() || !form.state.problems.is_empty() {
        return Err(invalid(fields));
    }
    Ok(NewPledge { id, campaign, charity, input })
}

/// In which parts it is paid, where that was chosen; what is wrong with it is noted.
fn schedule(form: &mut Form) -> Option<Schedule> {
    match form.value("pace") {
        "" | "once" => None,
        "once_by" => agreed_day(form).map(Schedule::once),
        pace => {
            let every = pace.parse::<Every>();
            let parts = form.value("parts").trim().parse::<u16>();
            if every.is_err() {
                form.problem("pace", "请选择一次汇清或分期");
            }
            if parts.is_err() {
                form.problem("parts", "请填写分几期，如 4");
            }
            let first_due = agreed_day(form);
            Some(Schedule { first_due: first_due?, parts: parts.ok()?, every: every.ok()? })
        }
    }
}

fn agreed_day(form: &mut Form) -> Option<NaiveDate> {
    let day = form.value("first_due").trim().parse();
    if day.is_err() {
        form.problem("first_due", "请填写约定的日期，如 2026-06-30");
    }
    day.ok()
}

/// Entering a bank line.
pub async fn enter_line(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let typed = amount(&mut form, "amount");
    let booked_on = form.value("booked_on").trim().parse();
    if booked_on.is_err() {
        form.problem("booked_on", "请填写入账日期，如 2026-06-30");
    }
    let bank_account = form.value("bank_account").parse();
    if bank_account.is_err() {
        form.problem("bank_account", "请选择收款账户");
    }
    let today = site.app.clock.today();
    let line = BankLineInput {
        booked_on: booked_on.unwrap_or(today),
        payer: form.value("payer").trim().to_owned(),
        amount: typed,
        remark: form.value("remark").trim().to_owned(),
        serial_no: form.value("serial_no").trim().to_owned(),
        channel: form.value("channel").parse().unwrap_or(LineChannel::Transfer),
    };
    let fields = as_in_the_form(invalid(line.check(today).err().unwrap_or_default())).fields;
    let (true, Ok(bank_account), Ok(id)) =
        (fields.is_empty() && form.state.problems.is_empty(), bank_account, form.value("id").parse())
    else {
        return form.refused(&site, invalid(fields)).await;
    };
    match form.page.in_process(&site).call(arrivals::enter(&NewBankLine { id, bank_account, line })).await {
        Ok(line) => site.see_other(form.lang(), &format!("/work/bank-lines/{}?done=entered", line.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

/// Matching, taking a match back, confirming: on the line's own page.
pub async fn line_step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let Ok(id) = id.parse::<BankLineId>() else { return site.page(&form.page, None).await };
    if form.value("action") == "more_parts" {
        return form.next_step(&site).await;
    }
    let (result, done) = match form.value("action") {
        "match" => (match_whole(&site, &mut form, id).await, "matched"),
        "divide" => (divide(&site, &mut form, id).await, "matched"),
        "void" => {
            let why = VoidLine { reason: form.value("reason").to_owned() };
            (inner.call(arrivals::void(id, &why)).await.map(|_| ()), "voided")
        }
        "not_donation" => {
            let why = VoidLine { reason: form.value("reason").to_owned() };
            (inner.call(arrivals::not_donation(id, &why)).await.map(|_| ()), "not_donation")
        }
        "donation" => {
            let why = VoidLine { reason: form.value("reason").to_owned() };
            (inner.call(arrivals::donation(id, &why)).await.map(|_| ()), "donation")
        }
        "name_owner" => (name_owner(&site, &mut form, id).await, "owner_named"),
        "confirm_owner" => (confirm_owner(&site, &form, id).await, "owner_confirmed"),
        "say_back" | "confirm_back" | "drop_back" => super::returns::back(&site, &mut form, id).await,
        "confirm_rebooking" | "drop_rebooking" => rebooking(&site, &form).await,
        "unmatch" => (inner.call(arrivals::unmatch(id)).await.map(|_| ()), "unmatched"),
        "confirm" => {
            let lots = form.state.all("lot").into_iter().filter_map(|lot| lot.parse().ok()).collect();
            (inner.call(arrivals::confirm(id, &ConfirmLine { lots })).await.map(|_| ()), "confirmed")
        }
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(()) => site.see_other(form.lang(), &format!("/work/bank-lines/{id}?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// A second person agrees to a rebooking, or it is dropped.
async fn rebooking(site: &Site, form: &Form) -> (Result<(), ApiError>, &'static str) {
    let Ok(id) = form.value("rebooking").parse() else {
        return (Err(ApiError::new(ErrorCode::BadRequest, "请刷新页面再操作")), "");
    };
    let inner = form.page.in_process(site);
    if form.value("action") == "confirm_rebooking" {
        (inner.call(rebookings::confirm(id)).await.map(|_| ()), "rebooked")
    } else {
        (inner.call(rebookings::drop(id)).await.map(|_| ()), "rebooking_dropped")
    }
}

/// The whole line for the pledge that was guessed.
async fn match_whole(site: &Site, form: &mut Form, id: BankLineId) -> Result<(), ApiError> {
    let inner = form.page.in_process(site);
    let Ok(pledge) = form.value("pledge").parse() else {
        form.problem("parts", "没有认出这笔认捐，请刷新页面后再匹配");
        return Err(invalid(Vec::new()));
    };
    let line = inner.call(arrivals::get(id)).await?;
    let part = MatchPart { amount_fen: line.line.amount, pledge: Some(pledge), campaign: None };
    inner.call(arrivals::match_(id, &MatchLine { parts: vec![part] })).await.map(|_| ())
}

/// By the reference of the pledge that a part of an unknown giver was paid for.
async fn name_owner(site: &Site, form: &mut Form, id: BankLineId) -> Result<(), ApiError> {
    let inner = form.page.in_process(site);
    let lot = form.value("lot").parse().map_err(|_| ApiError::new(ErrorCode::BadRequest, "请刷新页面再操作"))?;
    let found = match form.value("owner_reference").parse::<PledgeReference>() {
        Ok(reference) => {
            let read = inner.call(pledges::by_reference(reference)).await;
            read.map(|pledge| pledge.id).map_err(|_| "没有找到向本单位作出的这笔认捐".to_owned())
        }
        Err(error) => Err(error.to_string()),
    };
    match found {
        Ok(pledge) => inner.call(arrivals::name_owner(id, &PartOwner { lot, pledge })).await.map(|_| ()),
        Err(wrong) => {
            form.problem("owner_reference", wrong);
            Err(invalid(Vec::new()))
        }
    }
}

async fn confirm_owner(site: &Site, form: &Form, id: BankLineId) -> Result<(), ApiError> {
    let (Ok(lot), Ok(pledge)) = (form.value("lot").parse(), form.value("pledge").parse()) else {
        return Err(ApiError::new(ErrorCode::BadRequest, "请刷新页面再操作"));
    };
    form.page.in_process(site).call(arrivals::confirm_owner(id, &PartOwner { lot, pledge })).await.map(|_| ())
}

async fn divide(site: &Site, form: &mut Form, id: BankLineId) -> Result<(), ApiError> {
    let parts = typed_parts(site, form).await?;
    form.page.in_process(site).call(arrivals::match_(id, &MatchLine { parts })).await.map(|_| ())
}

/// Parts by reference and amount; lines with neither are passed over.
pub async fn typed_parts(site: &Site, form: &mut Form) -> Result<Vec<MatchPart>, ApiError> {
    let inner = form.page.in_process(site);
    let own = |name: &str| form.state.all(name).into_iter().map(|typed| typed.trim().to_owned()).collect::<Vec<_>>();
    let typed: Vec<_> = own("reference").into_iter().zip(own("part_amount")).collect();
    let mut parts = Vec::new();
    for (n, (reference, yuan)) in typed.into_iter().enumerate() {
        if reference.is_empty() && yuan.is_empty() {
            continue;
        }
        let amount_fen = match Fen::parse_yuan(&yuan) {
            Ok(amount) => amount,
            Err(error) => {
                form.problem(format!("part_amount_{n}"), error.to_string());
                continue;
            }
        };
        let mut pledge = None;
        if !reference.is_empty() {
            match reference.parse::<PledgeReference>() {
                Err(error) => form.problem(format!("reference_{n}"), error.to_string()),
                Ok(reference) => match inner.call(pledges::by_reference(reference)).await {
                    Ok(found) => pledge = Some(found.id),
                    Err(_) => form.problem(format!("reference_{n}"), "没有找到向本单位作出的这笔认捐"),
                },
            }
        }
        parts.push(MatchPart { amount_fen, pledge, campaign: None });
    }
    if !form.state.problems.is_empty() {
        let fields: Vec<Problem> = Vec::new();
        return Err(invalid(fields));
    }
    Ok(parts)
}
