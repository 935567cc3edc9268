//! The routes of pairings of the time before this platform.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{EarlierImportReader, Enterprise, Federation, Sure};
use crate::http::download::{Download, FileFormat};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::earlier_pairings::{
    DISPLAY, EarlierDisplay, EarlierImport, EarlierImportInFull, EarlierOfPlace, EarlierPage, EarlierPreview,
    EarlierWithdrawal, IMPORT, IMPORTS, NewEarlierImport, OF_PLACE, OWN, OwnEarlierPairings, PREVIEW, PROBLEMS,
    TEMPLATE, TemplateFormat, WITHDRAW,
};
use domain::{EarlierImportId, TableFileId};

pub fn routes() -> Endpoints {
    Endpoints::new("以往的结对")
        .get(IMPORTS, "导入过的名单，新的在前", list)
        .post(IMPORTS, "导入一张上传的表里没有错误的行", import)
        .get(IMPORT, "一次导入和它的各行", get)
        .post(WITHDRAW, "撤回一次导入，写明原因", withdraw)
        .get(PREVIEW, "一张上传的表有哪些行、有什么问题，还不导入", preview)
        .get(PROBLEMS, "一张上传的表的全部问题，表格", problems)
        .get(TEMPLATE, "名单的模板：xlsx 或 csv", template)
        .get(OWN, "本企业以往的结对，和它们怎样公开企业的名称", own)
        .post(DISPLAY, "选择以往的结对怎样公开本企业的名称", display)
        .get(OF_PLACE, "一个县、镇或村以往的结对", of_place)
}

async fn list(State(app): State<App>, reader: EarlierImportReader) -> Result<Json<List<EarlierImport>>> {
    Ok(Json(super::list(&app, &reader).await?))
}

async fn get(
    State(app): State<App>,
    reader: EarlierImportReader,
    Path(id): Path<EarlierImportId>,
    Query(page): Query<EarlierPage>,
) -> Result<Json<EarlierImportInFull>> {
    Ok(Json(super::get(&app, &reader, id, &page).await?))
}

async fn preview(
    State(app): State<App>,
    federation: Federation,
    Path(table): Path<TableFileId>,
) -> Result<Json<EarlierPreview>> {
    Ok(Json(super::preview(&app, &federation, table).await?))
}

async fn import(
    State(app): State<App>,
    federation: Sure<Federation>,
    Body(new): Body<NewEarlierImport>,
) -> Result<(StatusCode, Json<EarlierImport>)> {
    Ok((StatusCode::CREATED, Json(super::import(&app, &federation, &new).await?)))
}

async fn withdraw(
    State(app): State<App>,
    federation: Sure<Federation>,
    Path(id): Path<EarlierImportId>,
    Body(why): Body<EarlierWithdrawal>,
) -> Result<Json<EarlierImport>> {
    Ok(Json(super::withdraw(&app, &federation, id, &why).await?))
}

async fn own(State(app): State<App>, enterprise: Enterprise) -> Result<Json<OwnEarlierPairings>> {
    Ok(Json(super::own(&app, &enterprise).await?))
}

async fn display(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(choice): Body<EarlierDisplay>,
) -> Result<Json<OwnEarlierPairings>> {
    Ok(Json(super::display(&app, &enterprise, choice).await?))
}

async fn of_place(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(page): Query<EarlierPage>,
) -> Result<Json<EarlierOfPlace>> {
    Ok(Json(super::of_place(&app, &code, &page).await?))
}

async fn problems(State(app): State<App>, federation: Federation, Path(table): Path<TableFileId>) -> Result<Download> {
    let bytes = super::problems(&app, &federation, table).await?;
    Ok(Download { format: FileFormat::Csv, name: "problems", bytes })
}

async fn template(_: Federation, Path(format): Path<String>) -> Result<Download> {
    let format: TemplateFormat = format.parse().map_err(|_| Error::NotFound)?;
    Ok(Download { format: format.into(), name: "earlier-pairings", bytes: super::template(format)? })
}
