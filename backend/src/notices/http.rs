//! The routes of notices and of where one wants to be told.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::SignedIn;
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use domain::NoticeId;
use domain::api::List;
use domain::api::notices::{
    AllRead, ChoosePreferences, NOTICES, Notice, NoticeQuery, PREFERENCES, Preferences, READ, READ_ALL, ReadNotice,
};

pub fn routes() -> Endpoints {
    Endpoints::new("通知")
        .get(NOTICES, "给我的通知，新的在前", list)
        .post(READ_ALL, "全部标为已读", read_all)
        .post(READ, "标为已读", read)
        .get(PREFERENCES, "各类通知怎样给我", preferences)
        .post(PREFERENCES, "选择各类通知怎样给我", choose)
}

async fn list(
    State(app): State<App>,
    signed_in: SignedIn,
    Query(query): Query<NoticeQuery>,
) -> Result<Json<List<Notice>>> {
    Ok(Json(super::list(&app, signed_in.me.id, &query).await?))
}

async fn read(
    State(app): State<App>,
    signed_in: SignedIn,
    Path(id): Path<NoticeId>,
    Body(ReadNotice {}): Body<ReadNotice>,
) -> Result<Json<Notice>> {
    Ok(Json(super::read(&app, signed_in.me.id, id).await?))
}

async fn read_all(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(ReadNotice {}): Body<ReadNotice>,
) -> Result<Json<AllRead>> {
    Ok(Json(super::read_all(&app, signed_in.me.id).await?))
}

async fn preferences(State(app): State<App>, signed_in: SignedIn) -> Result<Json<Preferences>> {
    Ok(Json(super::preferences(&app, &signed_in).await?))
}

async fn choose(
    State(app): State<App>,
    signed_in: SignedIn,
    Body(choice): Body<ChoosePreferences>,
) -> Result<Json<Preferences>> {
    Ok(Json(super::choose(&app, &signed_in, &choice).await?))
}
