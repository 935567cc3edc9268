//! The steps by which a federation imports earlier pairings and takes a list back, and an enterprise's choice of its name.
//!
//! A file that is no list at all is refused where it was chosen; what is wrong with its rows is shown on its own page.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::earlier_pairings::{self, EarlierDisplay, EarlierWithdrawal, NewEarlierImport};
use domain::{EarlierImportId, TableFileId, day};

const PATH: &str = "/work/earlier-pairings";

/// A table comes in and is looked at.
pub async fn upload(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(table) = form.value("kept_table").parse::<TableFileId>() else {
        if form.state.problems.is_empty() {
            form.problem("table", "请选择一个表格文件（XLSX 或 CSV）");
        }
        return form.refused(&site, invalid(Vec::new())).await;
    };
    match form.page.in_process(&site).call(earlier_pairings::preview(table)).await {
        Ok(_) => site.see_other(form.lang(), &format!("{PATH}/tables/{table}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// The rows that were found right are taken in.
pub async fn import(State(site): State<Site>, Path(table): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(table), Ok(id), Ok(ready)) = (table.parse(), form.value("id").parse(), form.value("seen").parse()) else {
        return site.page(&form.page, None).await;
    };
    let Some(as_of) = day::read(form.value("as_of")) else {
        form.problem("as_of", "请写截至日期，如 2021-12-31");
        return form.refused(&site, invalid(Vec::new())).await;
    };
    let (source, published_at) = (form.value("source").to_owned(), form.value("published_at").to_owned());
    let new = NewEarlierImport { id, table, source, as_of, published_at, ready };
    match form.page.in_process(&site).call(earlier_pairings::import(&new)).await {
        Ok(import) => site.see_other(form.lang(), &format!("{PATH}/imports/{}?done=1", import.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

/// A list is taken back.
pub async fn withdraw(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<EarlierImportId>() else { return site.page(&form.page, None).await };
    let why = EarlierWithdrawal { reason: form.value("reason").to_owned() };
    match form.page.in_process(&site).call(earlier_pairings::withdraw(id, &why)).await {
        Ok(_) => site.see_other(form.lang(), &format!("{PATH}/imports/{id}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// How an enterprise is named in its earlier pairings.
pub async fn display(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(name) = form.value("public_display").parse() else {
        form.problem("public_display", "请选择怎样公开名称");
        return form.refused(&site, invalid(Vec::new())).await;
    };
    match form.page.in_process(&site).call(earlier_pairings::display(EarlierDisplay { name })).await {
        Ok(_) => site.see_other(form.lang(), &format!("{PATH}/own?done=1")),
        Err(error) => form.refused(&site, error).await,
    }
}
