//! `/api/openapi.json` and the page to read it at, `/api/docs/`.
//!
//! The reader is Swagger UI, built into the binary. Deliberately absent: anything fetched from elsewhere.

use crate::error::{Error, Result};
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use std::sync::Arc;
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

const DOCUMENT: &str = "/api/openapi.json";

pub fn routes(document: OpenApi) -> Router {
    let document = Arc::new(document);
    Router::new()
        .route(DOCUMENT, get(async move || Json(document)))
        .route("/api/docs", get(async || Redirect::permanent("/api/docs/")))
        .route("/api/docs/", get(async || reader("")))
        .route("/api/docs/{file}", get(async |Path(file): Path<String>| reader(&file)))
}

fn reader(file: &str) -> Result<Response> {
    let config = Config::from(DOCUMENT).show_extensions(true).try_it_out_enabled(true);
    let file = utoipa_swagger_ui::serve(file, Arc::new(config));
    let file = file.map_err(|error| Error::Internal(anyhow::anyhow!("the reader of the API document: {error}")))?;
    let file = file.ok_or(Error::NotFound)?;
    Ok(([(header::CONTENT_TYPE, file.content_type)], file.bytes.into_owned()).into_response())
}
