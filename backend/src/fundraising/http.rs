//! The routes of giving by everybody.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{CampaignDesk, CampaignReader, GivingSiteKeeper, GivingSiteReader, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::fundraising::{
    CLOSE, GIVING, GivingLink, GivingSite, GivingSiteChange, LINK, NewGivingSite, NewPublicGiving, OWN_GIVING,
    PublicGiving, SITE, SITES,
};
use domain::{GivingSiteId, PublicGivingId};

pub fn routes() -> Endpoints {
    Endpoints::new("个人捐赠链接")
        .get(GIVING, "一个活动今天有效的个人捐赠链接", list)
        .get(LINK, "一个此刻有效的个人捐赠链接", link)
        .get(OWN_GIVING, "一个活动打开过的全部捐赠链接", own)
        .post(GIVING, "打开一个个人捐赠链接", open)
        .post(CLOSE, "关闭一个个人捐赠链接", close)
        .get(SITES, "可以捐赠的网站名单", sites)
        .post(SITES, "把网站列入名单", list_site)
        .post(SITE, "修改名单里的网站，停用或恢复", change_site)
}

async fn list(State(app): State<App>, Path(name): Path<String>) -> Result<Json<List<GivingLink>>> {
    Ok(Json(super::list(&app, &name).await?))
}

async fn link(State(app): State<App>, Path(id): Path<PublicGivingId>) -> Result<Json<GivingLink>> {
    Ok(Json(super::link(&app, id).await?))
}

async fn own(
    State(app): State<App>,
    reader: CampaignReader,
    Path(name): Path<String>,
) -> Result<Json<List<PublicGiving>>> {
    Ok(Json(super::own(&app, &reader, &name).await?))
}

async fn open(
    State(app): State<App>,
    desk: Sure<CampaignDesk>,
    Path(name): Path<String>,
    Body(new): Body<NewPublicGiving>,
) -> Result<(StatusCode, Json<PublicGiving>)> {
    Ok((StatusCode::CREATED, Json(super::open(&app, &desk, &name, &new).await?)))
}

async fn close(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(id): Path<PublicGivingId>,
) -> Result<Json<PublicGiving>> {
    Ok(Json(super::close(&app, &desk, id).await?))
}

async fn sites(State(app): State<App>, reader: GivingSiteReader) -> Result<Json<List<GivingSite>>> {
    Ok(Json(super::sites(&app, &reader).await?))
}

async fn list_site(
    State(app): State<App>,
    keeper: GivingSiteKeeper,
    Body(new): Body<NewGivingSite>,
) -> Result<(StatusCode, Json<GivingSite>)> {
    Ok((StatusCode::CREATED, Json(super::list_site(&app, &keeper, &new).await?)))
}

async fn change_site(
    State(app): State<App>,
    keeper: GivingSiteKeeper,
    Path(id): Path<GivingSiteId>,
    Body(change): Body<GivingSiteChange>,
) -> Result<Json<GivingSite>> {
    Ok(Json(super::change_site(&app, &keeper, id, &change).await?))
}
