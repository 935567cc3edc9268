//! The routes of the record, and of a person's data in full.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Audit, AuditReader, Sure};
use crate::http::endpoints::{Answered, Description, Endpoints};
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::body::Body as Stream;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::PersonId;
use domain::api::List;
use domain::api::audit::{AUDIT, AuditQuery, AuditRow, EXPORT, PRIVATE, PrivatePerson, ReadPrivate};

const CSV: &str = "text/csv; charset=utf-8";

pub fn routes() -> Endpoints {
    Endpoints::new("操作记录")
        .get(AUDIT, "谁在什么时候做了什么，新的在前", list)
        .get(EXPORT, "导出为表格（CSV），条件相同", export)
        .post(PRIVATE, "查看一个人的姓名、账号和邮箱，写明原因", read_private)
}

async fn list(State(app): State<App>, _: AuditReader, Query(query): Query<AuditQuery>) -> Result<Json<List<AuditRow>>> {
    Ok(Json(super::list(&app, &query).await?))
}

/// A table on its way.
struct Table(Stream);

impl Answered for Table {
    fn describe(description: &mut Description) {
        description.answer_text(CSV, "表格");
    }
}

impl IntoResponse for Table {
    fn into_response(self) -> Response {
        let headers = [
            (header::CONTENT_TYPE, CSV),
            (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        (headers, self.0).into_response()
    }
}

async fn export(State(app): State<App>, auditor: Sure<Audit>, Query(query): Query<AuditQuery>) -> Result<Table> {
    Ok(Table(Stream::from_stream(super::export(&app, &auditor, &query).await?)))
}

async fn read_private(
    State(app): State<App>,
    auditor: Sure<Audit>,
    Path(person): Path<PersonId>,
    Body(why): Body<ReadPrivate>,
) -> Result<Json<PrivatePerson>> {
    Ok(Json(super::read_private(&app, &auditor, person, &why).await?))
}
