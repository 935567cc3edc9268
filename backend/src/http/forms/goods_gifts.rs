//! The forms of gifts of goods: offering them in two steps, and what is done to one on its own page.

use super::money::typed_amount;
use super::{Form, invalid};
use crate::http::in_process::InProcess;
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use chrono::NaiveDate;
use domain::api::goods::{
    self, GoodsDisplay, GoodsGift, GoodsReason, GoodsRestReason, GoodsSeen, HandOverReason, InspectGoods, NewGoodsGift,
    NewGoodsHandOver, NewGoodsRelease, NewGoodsWriteOff, SetGoodsAside,
};
use domain::api::{ApiError, ErrorCode, needs};
use domain::campaign::CampaignStage;
use domain::goods::{
    GoodsFacts, GoodsHandOverInput, GoodsInput, GoodsLine, GoodsLossCause, GoodsReceipt, GoodsWriteOffInput,
    InspectedLine, Inspection, Quantity, ValuationBasis,
};
use domain::{Fen, FileId, GoodsGiftId, GoodsHandOverId, GoodsRestId, NeedId};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

fn text(form: &Form, name: &str) -> String {
    form.value(name).trim().replace("\r\n", "\n")
}

fn kept_pictures(form: &Form) -> Vec<FileId> {
    form.state.all("kept_pictures").into_iter().filter_map(|file| file.parse().ok()).collect()
}

fn day(form: &mut Form, name: &str) -> NaiveDate {
    form.value(name).trim().parse().unwrap_or_else(|_| {
        form.problem(name, "请填写日期，如 2026-06-30");
        NaiveDate::default()
    })
}

/// A quantity of a line as typed; empty is nothing where that is allowed.
fn quantity(form: &mut Form, n: usize, typed: &str, empty_is_none: bool) -> Quantity {
    if empty_is_none && typed.trim().is_empty() {
        return Quantity::ZERO;
    }
    typed.parse().unwrap_or_else(|error: domain::goods::value::NotAQuantity| {
        form.problem(format!("line_{n}"), error.to_string());
        Quantity::ZERO
    })
}

/// All values of a field that a form has several times.
fn all(form: &Form, name: &str) -> Vec<String> {
    form.state.all(name).into_iter().map(str::to_owned).collect()
}

/// The lines that are not left empty; the others are taken out, so that problems stand at theirs.
fn lines(form: &mut Form) -> Vec<GoodsLine> {
    const NAMES: [&str; 4] = ["line_name", "line_quantity", "line_unit", "line_value"];
    let columns = NAMES.map(|name| all(form, name));
    let rows = columns.iter().map(Vec::len).max().unwrap_or_default();
    let typed: Vec<[String; 4]> = (0..rows)
        .map(|n| std::array::from_fn(|c| columns[c].get(n).cloned().unwrap_or_default()))
        .filter(|row: &[String; 4]| row.iter().any(|part| !part.trim().is_empty()))
        .collect();
    form.state.values.retain(|(name, _)| !NAMES.contains(&name.as_str()));
    for row in &typed {
        for (name, value) in NAMES.iter().zip(row) {
            form.state.set(name, value.clone());
        }
    }
    let line = |(n, row): (usize, [String; 4])| {
        let [name, count, unit, value] = row;
        GoodsLine {
            name,
            quantity: quantity(form, n, &count, false),
            unit,
            unit_value: typed_amount(form, format!("line_{n}"), &value).unwrap_or_default(),
        }
    };
    typed.into_iter().enumerate().map(line).collect()
}

/// The need that a code names; none where none is named.
async fn need(form: &mut Form, site: &Site, name: &str) -> Option<NeedId> {
    let code = form.value(name).trim().to_owned();
    if code.is_empty() {
        return None;
    }
    let found = form.page.in_process(site).call(needs::get(&code)).await.ok();
    if found.is_none() {
        form.problem(name, "没有找到这条需求，请核对编号");
    }
    found.map(|need| need.id)
}

async fn input(form: &mut Form, site: &Site) -> GoodsInput {
    let lines = lines(form);
    let need = need(form, site, "need_code").await;
    let basis = form.value("basis").parse().unwrap_or_else(|_| {
        form.problem("basis", "请选择单价按什么写");
        ValuationBasis::Invoice
    });
    let expires_on = if form.value("expires_on").trim().is_empty() { None } else { Some(day(form, "expires_on")) };
    let ticked = |name: &str| form.value(name) == "1";
    GoodsInput {
        lines,
        need,
        basis,
        basis_note: text(form, "basis_note"),
        expires_on,
        own_property: ticked("own_property"),
        conforms: ticked("conforms"),
        voluntary: ticked("voluntary"),
        public_display: form.value("public_display").parse().ok(),
        show_value: ticked("show_value"),
        terms_version: form.value("terms_version").to_owned(),
    }
}

/// Field names that the form spells otherwise than the API, because both are chosen at once.
fn as_in_the_form(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        match problem.field.as_str() {
            "campaign" | "charity" => problem.field = "receiver".into(),
            "need" => problem.field = "need_code".into(),
            _ => {}
        }
    }
    error
}

/// Fill in, read back, confirm: three steps of one form.
pub async fn new(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    form.state.values.retain(|(name, _)| name != "step");
    let action = form.value("action").to_owned();
    if action == "rows" {
        for _ in 0..3 {
            for name in ["line_name", "line_quantity", "line_unit", "line_value"] {
                form.state.set(name, "");
            }
        }
    }
    if action == "back" || action == "rows" {
        return form.next_step(&site).await;
    }
    let input = input(&mut form, &site).await;
    let receiver = form
        .value("receiver")
        .split_once(':')
        .and_then(|(campaign, charity)| Some((campaign.parse().ok()?, charity.parse().ok()?)));
    if receiver.is_none() {
        form.problem("receiver", "请选择活动和接收捐赠的慈善组织");
    }
    let pictures = kept_pictures(&form);
    if action != "confirm" {
        // Stage and need are asked again when it counts; here everything else is told at once.
        let facts = GoodsFacts {
            campaign: CampaignStage::Live,
            need_open: true,
            papers: pictures.len(),
            today: site.app.clock.today(),
        };
        let fields = input.check(facts).err().unwrap_or_default();
        if !fields.is_empty() || !form.state.problems.is_empty() {
            return form.refused(&site, as_in_the_form(invalid(fields))).await;
        }
        form.state.set("step", "review");
        return form.next_step(&site).await;
    }
    let (Some((campaign, charity)), Ok(id), true) =
        (receiver, form.value("id").parse(), form.state.problems.is_empty())
    else {
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let new = NewGoodsGift { id, campaign, charity, input, pictures };
    match form.page.in_process(&site).call(goods::offer(&new)).await {
        Ok(made) => site.see_other(form.lang(), &format!("/goods-gifts/{}?done=offered", made.row.id)),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error)).await
        }
    }
}

pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<GoodsGiftId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let action = form.value("action").to_owned();
    let result = match action.as_str() {
        "receive" | "object" | "accept" | "refuse-hand-over" => of_hand_over(&mut form, &inner, &action).await,
        "confirm-rest" | "drop-rest" => of_rest(&form, &inner, &action).await,
        "set-aside" => {
            let named = need(&mut form, &site, "need_code").await;
            set_aside(&mut form, &inner, id, named).await
        }
        _ => of_gift(&mut form, &inner, id, &action).await,
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/goods-gifts/{id}?done={action}")),
        Err(error) => form.refused(&site, error).await,
    }
}

async fn set_aside(
    form: &mut Form,
    inner: &InProcess,
    id: GoodsGiftId,
    named: Option<NeedId>,
) -> Result<GoodsGift, ApiError> {
    let version = form.value("version").parse().unwrap_or_default();
    if let Some(need) = named {
        return inner.call(goods::set_aside(id, SetGoodsAside { version, need })).await.map_err(as_in_the_form);
    }
    if form.value("need_code").trim().is_empty() {
        form.problem("need_code", "请填写需求编号");
    }
    Err(invalid(Vec::new()))
}

async fn of_gift(form: &mut Form, inner: &InProcess, id: GoodsGiftId, action: &str) -> Result<GoodsGift, ApiError> {
    let version = form.value("version").parse().unwrap_or_default();
    let why = GoodsReason { version, reason: text(form, "reason") };
    let seen = GoodsSeen { version };
    let call = match action {
        "withdraw" => goods::withdraw(id, &why),
        "refuse" => goods::refuse(id, &why),
        "send-back" => goods::send_back(id, &why),
        "ask-reversal" => goods::ask_reversal(id, &why),
        "confirm" => goods::confirm(id, seen),
        "reverse" => goods::reverse(id, seen),
        "drop-reversal" => goods::drop_reversal(id, seen),
        "display" => {
            let Ok(name) = form.value("public_display").parse() else {
                form.problem("public_display", "请选择怎样公开您的名称：全称、部分或匿名");
                return Err(invalid(Vec::new()));
            };
            goods::change_display(id, GoodsDisplay { name, show_value: form.value("show_value") == "1" })
        }
        "inspect" => goods::inspect(id, &InspectGoods { version, found: found(form) }),
        "unbind" => goods::unbind(id, seen),
        "release" => {
            let new = form.value("id").parse().map_err(|_| use_the_buttons())?;
            goods::release(id, &NewGoodsRelease { id: new, version, reason: text(form, "reason") })
        }
        "write-off" => {
            let new = lost(form, version).ok_or_else(use_the_buttons)?;
            goods::write_off(id, &new)
        }
        "hand-over" => {
            let new = brought(form, version).ok_or_else(use_the_buttons)?;
            goods::hand_over(id, &new)
        }
        _ => return Err(use_the_buttons()),
    };
    if form.state.problems.is_empty() { inner.call(call).await } else { Err(invalid(Vec::new())) }
}

/// What was found, line by line.
fn found(form: &mut Form) -> Inspection {
    let (accepted, values, conditions) = (all(form, "accepted"), all(form, "unit_value"), all(form, "condition"));
    let line = |(n, count): (usize, &String)| {
        let value = values.get(n).map(String::as_str).unwrap_or_default();
        let unit_value = typed_amount(form, format!("line_{n}"), value).unwrap_or(Fen::ZERO);
        InspectedLine {
            accepted: quantity(form, n, count, true),
            unit_value,
            condition: conditions.get(n).map(|said| said.trim().to_owned()).unwrap_or_default(),
        }
    };
    let lines = accepted.iter().enumerate().map(line).collect();
    let basis = form.value("basis").parse().unwrap_or_else(|_| {
        form.problem("basis", "请选择核定的依据");
        ValuationBasis::Invoice
    });
    let received_on = day(form, "received_on");
    Inspection { lines, received_on, basis, value_reason: text(form, "value_reason") }
}

/// What was brought, line by line.
fn brought(form: &mut Form, version: i32) -> Option<NewGoodsHandOver> {
    let id = form.value("id").parse().ok()?;
    let counts = all(form, "quantity");
    let quantities = counts.iter().enumerate().map(|(n, count)| quantity(form, n, count, true)).collect();
    let happened_on = day(form, "happened_on");
    let input = GoodsHandOverInput { quantities, happened_on, place: text(form, "place"), note: text(form, "note") };
    Some(NewGoodsHandOver { id, version, input, pictures: kept_pictures(form) })
}

/// What will never be handed over, line by line.
fn lost(form: &mut Form, version: i32) -> Option<NewGoodsWriteOff> {
    let id = form.value("id").parse().ok()?;
    let counts = all(form, "quantity");
    let quantities = counts.iter().enumerate().map(|(n, count)| quantity(form, n, count, true)).collect();
    let found_on = day(form, "found_on");
    let cause = form.value("cause").parse().unwrap_or_else(|_| {
        form.problem("cause", "请选择为什么不能再移交");
        GoodsLossCause::Unusable
    });
    let input = GoodsWriteOffInput { quantities, cause, found_on, reason: text(form, "reason") };
    Some(NewGoodsWriteOff { id, version, input, pictures: kept_pictures(form) })
}

async fn of_rest(form: &Form, inner: &InProcess, action: &str) -> Result<GoodsGift, ApiError> {
    let id: GoodsRestId = form.value("rest").parse().map_err(|_| use_the_buttons())?;
    if action == "confirm-rest" {
        return inner.call(goods::confirm_rest(id)).await;
    }
    inner.call(goods::drop_rest(id, &GoodsRestReason { reason: text(form, "reason") })).await
}

async fn of_hand_over(form: &mut Form, inner: &InProcess, action: &str) -> Result<GoodsGift, ApiError> {
    let id: GoodsHandOverId = form.value("hand_over").parse().map_err(|_| use_the_buttons())?;
    let why = HandOverReason { reason: text(form, "reason") };
    let call = match action {
        "receive" => {
            let counts = all(form, "received");
            let received = counts.iter().enumerate().map(|(n, count)| quantity(form, n, count, true)).collect();
            goods::receive(id, &GoodsReceipt { received, note: text(form, "note") })
        }
        "object" => goods::object(id, &why),
        "accept" => goods::accept(id),
        _ => goods::refuse_hand_over(id, &why),
    };
    if form.state.problems.is_empty() { inner.call(call).await } else { Err(invalid(Vec::new())) }
}
