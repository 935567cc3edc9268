//! The route of the accountant's export.

use crate::app::App;
use crate::error::Result;
use crate::http::Query;
use crate::http::caller::CharityStaff;
use crate::http::download::FileFormat;
use crate::http::endpoints::{Answered, Description, Endpoints};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::api::accounting::{LEGS, LegsQuery};

pub fn routes() -> Endpoints {
    Endpoints::new("会计导出").get(LEGS, "一段时间的全部转账，借贷两行（CSV 或 XLSX）", legs)
}

/// A table on its way.
struct Legs(FileFormat, Body);

impl Answered for Legs {
    fn describe(description: &mut Description) {
        description.answer_text(FileFormat::Csv.mime(), "表格");
    }
}

impl IntoResponse for Legs {
    fn into_response(self) -> Response {
        let ending = if self.0 == FileFormat::Xlsx { "xlsx" } else { "csv" };
        let name = format!("attachment; filename=\"legs.{ending}\"");
        let headers = [
            (header::CONTENT_TYPE, self.0.mime()),
            (header::CONTENT_DISPOSITION, name.as_str()),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        (headers, self.1).into_response()
    }
}

async fn legs(State(app): State<App>, staff: CharityStaff, Query(query): Query<LegsQuery>) -> Result<Legs> {
    Ok(Legs(query.format.into(), Body::from_stream(super::legs(&app, &staff, query).await?)))
}
