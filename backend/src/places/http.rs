//! `GET /places`, `GET /places/{code}`, and the import of what is said of places.

use super::imports;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Federation, Sure};
use crate::http::endpoints::{Answered, Description, Endpoints};
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::TableFileId;
use domain::api::List;
use domain::api::place_imports::{IMPORTS, ImportPreview, Imported, NewPlaceImport, PREVIEW, PlaceImport, TEMPLATE};
use domain::api::places::{PLACE, PLACES, PlaceInFull, Places, PlacesQuery};
use domain::place::ListSubject;

const CSV: &str = "text/csv; charset=utf-8";

pub fn routes() -> Endpoints {
    Endpoints::new("地方")
        .get(PLACES, "县、镇、村", list)
        .get(PLACE, "一个县、镇或村：分类和来源、年度情况、资金、办成的事", about)
        .get(IMPORTS, "导入过的镇村资料，新的在前", imported)
        .get(PREVIEW, "一张上传的表会改动什么、有什么问题", preview)
        .get(TEMPLATE, "空白的表，本辖区的地方已经填好", template)
        .post(IMPORTS, "导入一张上传的表", import)
}

async fn list(State(app): State<App>, Query(query): Query<PlacesQuery>) -> Result<Json<Places>> {
    Ok(Json(super::children(&app, query.parent.as_deref())?))
}

async fn about(State(app): State<App>, Path(code): Path<String>) -> Result<Json<PlaceInFull>> {
    Ok(Json(super::about(&app, &code).await?))
}

async fn imported(State(app): State<App>, _: Federation) -> Result<Json<List<PlaceImport>>> {
    Ok(Json(imports::list(&app).await?))
}

async fn preview(
    State(app): State<App>,
    federation: Federation,
    Path(table): Path<TableFileId>,
) -> Result<Json<ImportPreview>> {
    Ok(Json(imports::preview(&app, &federation, table).await?))
}

async fn import(
    State(app): State<App>,
    federation: Sure<Federation>,
    Body(new): Body<NewPlaceImport>,
) -> Result<Json<Imported>> {
    Ok(Json(imports::import(&app, &federation, &new).await?))
}

/// An empty table to fill in.
struct Template {
    subject: ListSubject,
    bytes: Vec<u8>,
}

impl Answered for Template {
    fn describe(description: &mut Description) {
        description.answer_text(CSV, "空白的表");
    }
}

impl IntoResponse for Template {
    fn into_response(self) -> Response {
        let name = format!("attachment; filename=\"{}.csv\"", self.subject);
        let headers = [
            (header::CONTENT_TYPE, CSV),
            (header::CONTENT_DISPOSITION, name.as_str()),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        (headers, self.bytes).into_response()
    }
}

async fn template(State(app): State<App>, federation: Federation, Path(subject): Path<String>) -> Result<Template> {
    let subject = subject.parse().map_err(|_| Error::NotFound)?;
    Ok(Template { subject, bytes: imports::template(&app, &federation, subject)? })
}
