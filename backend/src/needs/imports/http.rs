//! The routes of needs that are imported from tables.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{NeedImporter, Village};
use crate::http::download::{Download, FileFormat};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::NeedImportId;
use domain::api::List;
use domain::api::need_imports::{
    CONFIRM, ConfirmImport, HAND_IN, HandIn, HandedIn, IMPORT, IMPORTS, ImportedPage, NeedImport, NeedImportInFull,
    NewNeedImport, PROBLEMS, TEMPLATE, TemplateFormat,
};

pub fn routes() -> Endpoints {
    Endpoints::new("需求")
        .get(IMPORTS, "上传和导入过的需求表格，新的在前", list)
        .post(IMPORTS, "核对一张上传的需求表格，还不导入", read)
        .get(IMPORT, "一次导入：问题、每条需求的结果", get)
        .get(PROBLEMS, "一次导入的全部问题，表格", problems)
        .post(CONFIRM, "导入没有错误的需求，成为各村的草稿", confirm)
        .post(HAND_IN, "把导入的草稿一起提交审核，缺内容的留下", hand_in)
        .get(TEMPLATE, "需求表格的模板：xlsx 或 csv", template)
}

async fn list(State(app): State<App>, importer: NeedImporter) -> Result<Json<List<NeedImport>>> {
    Ok(Json(super::list(&app, &importer).await?))
}

async fn read(
    State(app): State<App>,
    importer: NeedImporter,
    Body(new): Body<NewNeedImport>,
) -> Result<(StatusCode, Json<NeedImport>)> {
    Ok((StatusCode::CREATED, Json(super::read(&app, &importer, &new).await?)))
}

async fn get(
    State(app): State<App>,
    importer: NeedImporter,
    Path(id): Path<NeedImportId>,
    Query(page): Query<ImportedPage>,
) -> Result<Json<NeedImportInFull>> {
    Ok(Json(super::get(&app, &importer, id, &page).await?))
}

async fn confirm(
    State(app): State<App>,
    importer: NeedImporter,
    Path(id): Path<NeedImportId>,
    Body(confirmed): Body<ConfirmImport>,
) -> Result<Json<NeedImport>> {
    Ok(Json(super::confirm(&app, &importer, id, confirmed).await?))
}

async fn hand_in(
    State(app): State<App>,
    village: Village,
    Path(id): Path<NeedImportId>,
    Body(seen): Body<HandIn>,
) -> Result<Json<HandedIn>> {
    Ok(Json(super::hand_in(&app, &village, id, seen).await?))
}

async fn problems(State(app): State<App>, importer: NeedImporter, Path(id): Path<NeedImportId>) -> Result<Download> {
    let bytes = super::problems(&app, &importer, id).await?;
    Ok(Download { format: FileFormat::Csv, name: "problems", bytes })
}

async fn template(State(app): State<App>, _: NeedImporter, Path(format): Path<String>) -> Result<Download> {
    let format: TemplateFormat = format.parse().map_err(|_| Error::NotFound)?;
    Ok(Download { format: format.into(), name: "needs", bytes: super::template(&app, format)? })
}
