//! The steps by which needs are imported: a table is uploaded and looked at, what is right in it is taken in, and a
//! village hands in what came in for it.
//!
//! A file that is no table of needs is refused where it was chosen; what is wrong with its rows is shown on its own page.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::need_imports::{self, ConfirmImport, HandIn, NewNeedImport};
use domain::{NeedImportId, TableFileId};

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
    // The table's own id: a form that is sent again with the same stored table is the same import.
    let id = NeedImportId(table.0);
    match form.page.in_process(&site).call(need_imports::read(&NewNeedImport { id, table })).await {
        Ok(import) => site.see_other(form.lang(), &format!("/needs/imports/{}", import.id)),
        Err(error) => form.refused(&site, error).await,
    }
}

/// What was looked at is taken in, or handed in.
pub async fn step(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (Ok(id), Ok(seen)) = (id.parse::<NeedImportId>(), form.value("seen").parse::<i64>()) else {
        return site.page(&form.page, None).await;
    };
    let api = form.page.in_process(&site);
    if form.value("step") == "hand_in" {
        return match api.call(need_imports::hand_in(id, HandIn { drafts: seen })).await {
            Ok(done) => {
                let (handed_in, left) = (done.handed_in, done.left.len());
                site.see_other(form.lang(), &format!("/needs/imports/{id}?handed_in={handed_in}&left={left}"))
            }
            Err(error) => form.refused(&site, error).await,
        };
    }
    match api.call(need_imports::confirm(id, ConfirmImport { ready: seen })).await {
        Ok(_) => site.see_other(form.lang(), &format!("/needs/imports/{id}")),
        Err(error) => form.refused(&site, error).await,
    }
}
