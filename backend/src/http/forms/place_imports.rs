//! The two steps by which a federation imports what is said of places: a table is uploaded and looked at, then taken in.
//!
//! A file that is no list at all is refused where it was chosen; what is wrong with its rows is shown on its own page.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::TableFileId;
use domain::api::place_imports::{self, NewPlaceImport};

/// A table comes in and is looked at.
pub async fn upload(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(table) = form.value("kept_table").parse::<TableFileId>() else {
        if form.state.problems.is_empty() {
            form.problem("table", "请选择一个表格文件（CSV 或 XLSX）");
        }
        return form.refused(&site, invalid(Vec::new())).await;
    };
    match form.page.in_process(&site).call(place_imports::preview(table)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/work/place-imports/{table}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// The table that was looked at is taken in.
pub async fn confirm(State(site): State<Site>, Path(table): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(table), Ok(id)) = (table.parse(), form.value("id").parse()) else {
        return site.page(&form.page, None).await;
    };
    match form.page.in_process(&site).call(place_imports::import(&NewPlaceImport { id, table })).await {
        Ok(done) => site.see_other(form.lang(), &format!("/work/place-imports?done={}", done.changed)),
        Err(error) => form.refused(&site, error).await,
    }
}
