//! The route of the accountant's export.

use crate::app::App;
use crate::error::Result;
use crate::http::Query;
use crate::http::caller::BooksReader;
use crate::http::download::Streamed;
use crate::http::endpoints::Endpoints;
use axum::body::Body;
use axum::extract::State;
use domain::api::accounting::{LEGS, LegsQuery};

pub fn routes() -> Endpoints {
    Endpoints::new("会计导出").get(LEGS, "一段时间的全部转账，借贷两行（CSV 或 XLSX）", legs)
}

async fn legs(State(app): State<App>, reader: BooksReader, Query(query): Query<LegsQuery>) -> Result<Streamed> {
    let body = Body::from_stream(super::legs(&app, &reader, query).await?);
    Ok(Streamed { format: query.format.into(), name: "legs", body })
}
