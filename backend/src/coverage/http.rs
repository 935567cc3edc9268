//! `GET /coverage` and what lies below it.

use crate::app::App;
use crate::error::Result;
use crate::http::endpoints::{Answered, Description, Endpoints};
use crate::http::{Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::api::coverage::{COVERAGE, CoverageQuery, OF_PLACE, PlaceCoverage, TABLE};

const CSV: &str = "text/csv; charset=utf-8";

pub fn routes() -> Endpoints {
    Endpoints::new("结对覆盖")
        .get(COVERAGE, "全市的结对覆盖，按县（市、区）", of_city)
        .get(OF_PLACE, "一个县按镇、一个镇按村的结对覆盖", of_place)
        .get(TABLE, "同样的各行，表格；4414 是全市", table)
}

async fn of_city(State(app): State<App>, Query(query): Query<CoverageQuery>) -> Result<Json<PlaceCoverage>> {
    Ok(Json(super::of_city(&app, &query).await?))
}

async fn of_place(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(query): Query<CoverageQuery>,
) -> Result<Json<PlaceCoverage>> {
    Ok(Json(super::of_place(&app, &code, &query).await?))
}

/// The rows to keep.
struct CoverageTable(Vec<u8>);

impl Answered for CoverageTable {
    fn describe(description: &mut Description) {
        description.answer_text(CSV, "表格");
    }
}

impl IntoResponse for CoverageTable {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, CSV),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"coverage.csv\""),
            (header::CACHE_CONTROL, "no-cache"),
        ];
        (headers, self.0).into_response()
    }
}

async fn table(
    State(app): State<App>,
    Path(code): Path<String>,
    Query(query): Query<CoverageQuery>,
) -> Result<CoverageTable> {
    Ok(CoverageTable(super::table(&app, &code, &query).await?))
}
