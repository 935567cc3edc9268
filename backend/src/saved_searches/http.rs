//! `/saved-searches`.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, SignedIn};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::SavedSearchId;
use domain::api::List;
use domain::api::saved_searches::{
    NewSavedSearch, SEARCH, SEARCHES, STOP, SavedSearch, SavedSearchChange, StopSearches, StoppedSearches,
};

pub fn routes() -> Endpoints {
    Endpoints::new("需求")
        .get(SEARCHES, "自己保存的搜索，新的在前", list)
        .post(SEARCHES, "保存一个搜索，有新需求时发通知", save)
        .post(SEARCH, "给保存的搜索改名，改频率，暂停或恢复", change)
        .delete(SEARCH, "删除一个保存的搜索", drop)
        .post(STOP, "按邮件里的链接停发新需求的通知", stop)
}

async fn list(State(app): State<App>, signed_in: SignedIn) -> Result<Json<List<SavedSearch>>> {
    Ok(Json(super::list(&app, signed_in.me.id).await?))
}

async fn save(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(new): Body<NewSavedSearch>,
) -> Result<(StatusCode, Json<SavedSearch>)> {
    Ok((StatusCode::CREATED, Json(super::save(&app, &signed_in, &new).await?)))
}

async fn change(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<SavedSearchId>,
    Body(change): Body<SavedSearchChange>,
) -> Result<Json<SavedSearch>> {
    Ok(Json(super::change(&app, &signed_in, id, &change).await?))
}

async fn drop(State(app): State<App>, signed_in: SignedIn, Path(id): Path<SavedSearchId>) -> Result<Json<SavedSearch>> {
    Ok(Json(super::drop(&app, &signed_in, id).await?))
}

async fn stop(
    State(app): State<App>,
    caller: Caller,
    Body(asked): Body<StopSearches>,
) -> Result<Json<StoppedSearches>> {
    Ok(Json(super::stop(&app, &caller.origin, &asked).await?))
}
