//! The routes of whose books are read.

use crate::app::App;
use crate::error::Result;
use crate::http::Body;
use crate::http::caller::{Audit, SignedIn};
use crate::http::endpoints::Endpoints;
use axum::Json;
use axum::extract::State;
use domain::api::List;
use domain::api::charity_books::{BookKeeper, CHARITY_BOOKS, ChooseBooks};
use domain::api::sessions::Me;

pub fn routes() -> Endpoints {
    Endpoints::new("审计看账").get(CHARITY_BOOKS, "可以看哪些慈善组织的账", list).post(
        CHARITY_BOOKS,
        "选择看哪个慈善组织的账",
        choose,
    )
}

async fn list(State(app): State<App>, _: Audit) -> Result<Json<List<BookKeeper>>> {
    Ok(Json(super::list(&app).await?))
}

async fn choose(
    State(app): State<App>,
    auditor: Audit,
    person: SignedIn,
    Body(chosen): Body<ChooseBooks>,
) -> Result<Json<Me>> {
    Ok(Json(super::choose(&app, &auditor, &person, chosen.charity).await?))
}
