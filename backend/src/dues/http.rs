//! The routes of what an enterprise has promised.

use crate::app::App;
use crate::error::Result;
use crate::http::Query;
use crate::http::caller::Enterprise;
use crate::http::download::{Download, FileFormat};
use crate::http::endpoints::{Answered, Description, Endpoints};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::api::dues::{CALENDAR, DUES, DueList, DueQuery, TABLE};

/// Of the files, without their ending.
const NAME: &str = "commitments-due";

pub fn routes() -> Endpoints {
    Endpoints::new("我们的承诺")
        .get(DUES, "企业答应的事按日期排：承诺、共建节点、结对到期、认捐，和各方的联系人", list)
        .get(TABLE, "同样的各行，表格；不含联系人", table)
        .get(CALENDAR, "同样的各行中有日期的，日历（iCalendar）；不含联系人", calendar)
}

async fn list(State(app): State<App>, enterprise: Enterprise, Query(query): Query<DueQuery>) -> Result<Json<DueList>> {
    Ok(Json(super::list(&app, &enterprise, &query).await?))
}

async fn table(State(app): State<App>, enterprise: Enterprise, Query(query): Query<DueQuery>) -> Result<Download> {
    let bytes = super::table(&app, &enterprise, &query).await?;
    Ok(Download { format: FileFormat::Csv, name: NAME, bytes })
}

struct CalendarFile(Download);

impl Answered for CalendarFile {
    fn describe(description: &mut Description) {
        description.answer_text(FileFormat::Ics.mime(), "日历");
    }
}

impl IntoResponse for CalendarFile {
    fn into_response(self) -> Response {
        self.0.into_response()
    }
}

async fn calendar(
    State(app): State<App>,
    enterprise: Enterprise,
    Query(query): Query<DueQuery>,
) -> Result<CalendarFile> {
    let bytes = super::calendar(&app, &enterprise, &query).await?;
    Ok(CalendarFile(Download { format: FileFormat::Ics, name: NAME, bytes }))
}
