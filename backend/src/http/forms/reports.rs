//! The forms of reports and of the charity's decision on what was spent.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::deliveries::{self, CorrectItem, NewReport, ReturnItem, Voucher};
use domain::api::{ApiError, ErrorCode, needs};
use domain::delivery::{ReportInput, SpendingItem, SpendingKind};
use domain::{DisbursementId, Fen, FileId, ReportId, SpendingItemId};
use uuid::Uuid;

/// Things that the form takes.
const ITEMS: usize = 3;

/// `items.1.seller` of the API is `seller_1` of the form, where empty rows may stand between.
fn as_in_the_form(mut error: ApiError, rows: &[usize]) -> ApiError {
    for problem in &mut error.fields {
        let parts: Vec<&str> = problem.field.split('.').collect();
        let row = parts.get(1).and_then(|place| place.parse::<usize>().ok()).and_then(|place| rows.get(place));
        if let (Some(row), Some(name)) = (row, parts.get(2)) {
            problem.field = match *name {
                "amount_fen" => format!("amount_{row}"),
                "pictures" => format!("invoice_{row}"),
                "disbursement" => "disbursement".to_owned(),
                name => format!("{name}_{row}"),
            };
        } else if problem.field == "quantity_so_far" {
            problem.field = "quantity".into();
        }
    }
    error
}

/// A village reports on its need.
pub async fn report(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let rows: Vec<usize> = (0..ITEMS).filter(|n| is_filled(&form, *n)).collect();
    let items: Vec<SpendingItem> = rows.iter().map(|n| item(&mut form, *n)).collect();
    let quantity: String = form.value("quantity").trim().chars().map(domain::money::to_half_width).collect();
    let quantity_so_far = match quantity.as_str() {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem("quantity", "成效数量应是整数")).ok(),
    };
    let disbursement = form.value("disbursement").parse::<DisbursementId>();
    if disbursement.is_err() && !rows.is_empty() {
        form.problem("disbursement", "请选择用的是哪一笔拨付");
    }
    let id_of_report = form.value("id").parse::<ReportId>();
    let voucher = |n: &usize, disbursement: DisbursementId| Voucher {
        id: id_of_item(id_of_report.as_ref().map_or(Uuid::nil(), |id| id.0), *n),
        disbursement,
        pictures: pictures(&form, *n),
    };
    let vouchers = disbursement.map(|id| rows.iter().map(|n| voucher(n, id)).collect()).unwrap_or_default();
    let text = form.value("text").trim().replace("\r\n", "\n");
    let report = ReportInput { text, quantity_so_far, items };
    let checked = report.check(site.app.clock.today()).err().unwrap_or_default();
    let wrong = as_in_the_form(invalid(checked), &rows);
    let (true, Ok(id_of_report)) = (wrong.fields.is_empty() && form.state.problems.is_empty(), id_of_report) else {
        return form.refused(&site, wrong).await;
    };
    let photos = form.state.photos.iter().map(|photo| photo.id).collect();
    let new = NewReport { id: id_of_report, report, photos, vouchers };
    let inner = form.page.in_process(&site);
    let sent = async {
        let need = inner.call(needs::get(&id)).await?.id;
        inner.call(deliveries::report(need, &new)).await?;
        Ok::<_, ApiError>(need)
    };
    match sent.await {
        Ok(need) => site.see_other(form.lang(), &format!("/needs/{need}?done=reported")),
        Err(error) => {
            form.begin_anew(&error);
            form.refused(&site, as_in_the_form(error, &rows)).await
        }
    }
}

/// The id of the item in row `n`: the report's next ones, so that a form sent twice names the same items.
fn id_of_item(report: Uuid, n: usize) -> SpendingItemId {
    SpendingItemId(Uuid::from_u128(report.as_u128().wrapping_add(1 + n as u128)))
}

/// The pictures of a row's voucher that were uploaded.
fn pictures(form: &Form, n: usize) -> Vec<FileId> {
    form.state.all(&format!("kept_invoice_{n}")).into_iter().filter_map(|id| id.parse().ok()).collect()
}

/// A village hands in again what the charity sent back.
pub async fn correct(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<SpendingItemId>() else { return site.page(&form.page, None).await };
    let corrected = CorrectItem { item: item(&mut form, 0), pictures: pictures(&form, 0) };
    let checked = corrected.item.check(site.app.clock.today()).err().unwrap_or_default();
    let wrong = as_of_the_only_row(invalid(checked));
    if !wrong.fields.is_empty() || !form.state.problems.is_empty() {
        return form.refused(&site, wrong).await;
    }
    match form.page.in_process(&site).call(deliveries::correct(id, &corrected)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/work/spending/{id}?done=corrected")),
        Err(error) => form.refused(&site, as_of_the_only_row(error)).await,
    }
}

/// `seller` of the API is `seller_0` of the form.
fn as_of_the_only_row(mut error: ApiError) -> ApiError {
    for problem in &mut error.fields {
        let name = std::mem::take(&mut problem.field);
        // Pictures that cannot be kept are named as those of any text.
        let name = if name == "photos" { "pictures" } else { &name };
        problem.field = format!("items.0.{name}");
    }
    as_in_the_form(error, &[0])
}

/// Whether anything was typed, or uploaded, in a row.
fn is_filled(form: &Form, n: usize) -> bool {
    let typed = ["description", "amount", "seller", "invoice_on", "invoice_no", "kept_invoice"];
    typed.iter().any(|part| !form.value(&format!("{part}_{n}")).trim().is_empty())
}

fn item(form: &mut Form, n: usize) -> SpendingItem {
    let typed = |form: &Form, part: &str| form.value(&format!("{part}_{n}")).trim().to_owned();
    let amount = Fen::parse_yuan(&typed(form, "amount"));
    let amount = amount.map_err(|error| form.problem(format!("amount_{n}"), error.to_string())).unwrap_or_default();
    let invoice_on = typed(form, "invoice_on").parse();
    let invoice_on = invoice_on.map_err(|_| form.problem(format!("invoice_on_{n}"), "请填写票据日期，如 2026-06-30"));
    let invoice_no = typed(form, "invoice_no");
    SpendingItem {
        kind: typed(form, "kind").parse().unwrap_or(SpendingKind::Other),
        description: typed(form, "description"),
        seller: typed(form, "seller"),
        seller_is_person: typed(form, "seller_kind") == "person",
        amount,
        invoice_on: invoice_on.unwrap_or_default(),
        invoice_no: (!invoice_no.is_empty()).then_some(invoice_no),
    }
}

/// The checker accepts an item, or sends it back.
pub async fn decide(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let version = form.value("version").parse().unwrap_or_default();
    let (result, done) = match (form.value("action"), form.value("item").parse::<SpendingItemId>()) {
        ("accept", Ok(id)) => (inner.call(deliveries::accept(id, version)).await, "accepted"),
        ("return", Ok(id)) => {
            let why = ReturnItem { version, reason: form.value("reason").to_owned() };
            (inner.call(deliveries::return_(id, &why)).await, "returned")
        }
        _ => (Err(ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")), ""),
    };
    match result {
        Ok(_) => site.see_other(form.lang(), &format!("/work/spending?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}
