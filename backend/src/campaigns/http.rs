//! The routes of campaigns: what everybody reads, and the office's desk.

use super::{listed, rehearsal, setup};
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{CampaignDesk, CampaignReader, RehearsalDesk, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::List;
use domain::api::campaigns::setup::{
    CHARITIES, CLEAR_REHEARSAL, CampaignDossier, CampaignSetupChange, CampaignSetupRow, CharityChange, ListNeeds,
    Listing, MOVE_NEED, MoveNeed, NewCampaignSetup, NewRehearsalPledge, OWN_LISTED, PARTNERS, PartnerChange, RECEIVERS,
    REHEARSAL, REMOVE_CHARITY, REMOVE_NEED, REMOVE_PARTNER, Receiver, Rehearsal, SETUP, SETUPS, STAGE, StageStep,
    WhichCharity, WhichPartner,
};
use domain::api::campaigns::{CAMPAIGN, CAMPAIGNS, Campaign, CampaignMoney, LISTED, PLEDGES, PageQuery, PublicPledge};
use domain::api::needs::NeedRow;

pub fn routes() -> Endpoints {
    Endpoints::new("活动")
        .get(CAMPAIGNS, "全部活动", list)
        .get(CAMPAIGN, "一个活动和它的四个数，按代号或编号", read)
        .get(PLEDGES, "一个活动公开的认捐", pledges)
        .get(LISTED, "一个活动列出的需求", needs)
        .get(SETUPS, "全部活动，包括筹备中的", setups)
        .get(RECEIVERS, "可以接收捐款的慈善组织和收款账户", receivers)
        .post(CAMPAIGNS, "新建一个年度的活动", create)
        .get(SETUP, "一个活动的全部设置", dossier)
        .get(OWN_LISTED, "一个活动列出的需求，筹备中的也看得到", own_needs)
        .post(SETUP, "修改活动的设置", change)
        .post(STAGE, "改变活动的阶段", set_stage)
        .post(CHARITIES, "加入慈善组织，登记资格和备案", set_charity)
        .post(REMOVE_CHARITY, "移出慈善组织", remove_charity)
        .post(PARTNERS, "登记合作方", set_partner)
        .post(REMOVE_PARTNER, "移出合作方", remove_partner)
        .post(LISTED, "把需求列入活动", list_needs)
        .post(REMOVE_NEED, "把需求移出活动", remove_needs)
        .post(MOVE_NEED, "改变需求在活动里的位置", move_need)
        .get(REHEARSAL, "演练的认捐", rehearsed)
        .post(REHEARSAL, "录入演练的认捐", rehearse)
        .post(CLEAR_REHEARSAL, "清除演练的认捐", clear_rehearsal)
}

async fn list(State(app): State<App>) -> Result<Json<List<Campaign>>> {
    Ok(Json(super::list(&app).await?))
}

async fn read(State(app): State<App>, Path(name): Path<String>) -> Result<Json<CampaignMoney>> {
    Ok(Json(super::get(&app, &name).await?))
}

async fn pledges(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<PublicPledge>>> {
    Ok(Json(super::pledges(&app, &name, &query).await?))
}

async fn needs(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<NeedRow>>> {
    Ok(Json(listed::get(&app, &name, &query).await?))
}

async fn setups(State(app): State<App>, reader: CampaignReader) -> Result<Json<List<CampaignSetupRow>>> {
    Ok(Json(setup::list(&app, &reader).await?))
}

async fn receivers(State(app): State<App>, desk: CampaignDesk) -> Result<Json<List<Receiver>>> {
    Ok(Json(setup::receivers(&app, &desk).await?))
}

async fn create(
    State(app): State<App>,
    desk: CampaignDesk,
    Body(new): Body<NewCampaignSetup>,
) -> Result<(StatusCode, Json<CampaignDossier>)> {
    Ok((StatusCode::CREATED, Json(setup::create(&app, &desk, &new).await?)))
}

async fn dossier(
    State(app): State<App>,
    reader: CampaignReader,
    Path(name): Path<String>,
) -> Result<Json<CampaignDossier>> {
    Ok(Json(setup::get(&app, &reader, &name).await?))
}

async fn own_needs(
    State(app): State<App>,
    reader: CampaignReader,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<NeedRow>>> {
    Ok(Json(listed::own(&app, &reader, &name, &query).await?))
}

async fn change(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(change): Body<CampaignSetupChange>,
) -> Result<Json<CampaignDossier>> {
    Ok(Json(setup::change(&app, &desk, &name, &change).await?))
}

async fn set_stage(
    State(app): State<App>,
    desk: Sure<CampaignDesk>,
    Path(name): Path<String>,
    Body(step): Body<StageStep>,
) -> Result<Json<CampaignDossier>> {
    Ok(Json(setup::set_stage(&app, &desk, &name, step).await?))
}

async fn set_charity(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(change): Body<CharityChange>,
) -> Result<Json<CampaignDossier>> {
    Ok(Json(setup::set_charity(&app, &desk, &name, &change).await?))
}

async fn remove_charity(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(which): Body<WhichCharity>,
) -> Result<Json<CampaignDossier>> {
    Ok(Json(setup::remove_charity(&app, &desk, &name, which).await?))
}

async fn set_partner(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(change): Body<PartnerChange>,
) -> Result<Json<CampaignDossier>> {
    Ok(Json(setup::set_partner(&app, &desk, &name, &change).await?))
}

async fn remove_partner(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(which): Body<WhichPartner>,
) -> Result<Json<CampaignDossier>> {
    Ok(Json(setup::remove_partner(&app, &desk, &name, which).await?))
}

async fn list_needs(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(asked): Body<ListNeeds>,
) -> Result<Json<Listing>> {
    Ok(Json(listed::add(&app, &desk, &name, &asked).await?))
}

async fn remove_needs(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(asked): Body<ListNeeds>,
) -> Result<Json<Listing>> {
    Ok(Json(listed::remove(&app, &desk, &name, &asked).await?))
}

async fn move_need(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
    Body(step): Body<MoveNeed>,
) -> Result<Json<Listing>> {
    Ok(Json(listed::set_position(&app, &desk, &name, step).await?))
}

async fn rehearsed(State(app): State<App>, desk: RehearsalDesk, Path(name): Path<String>) -> Result<Json<Rehearsal>> {
    Ok(Json(rehearsal::get(&app, &desk, &name).await?))
}

async fn rehearse(
    State(app): State<App>,
    desk: RehearsalDesk,
    Path(name): Path<String>,
    Body(new): Body<NewRehearsalPledge>,
) -> Result<Json<Rehearsal>> {
    Ok(Json(rehearsal::enter(&app, &desk, &name, &new).await?))
}

async fn clear_rehearsal(
    State(app): State<App>,
    desk: CampaignDesk,
    Path(name): Path<String>,
) -> Result<Json<Rehearsal>> {
    Ok(Json(rehearsal::clear(&app, &desk, &name).await?))
}
