//! The routes of matching rounds.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Federation, RoundReader, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::rounds::{
    CANCEL, CLOSE, COMPUTE, DROP_RULE, MatchingRound, MatchingRoundChange, MatchingRounds, NewMatchingRound,
    NewRoundRule, PLAN, PlanQuery, ROUND, ROUNDS, RULES, RoundPlan, SEND, SeenRound, SendRound,
};
use domain::{MatchingRoundId, RoundRuleId};

pub fn routes() -> Endpoints {
    Endpoints::new("对接轮次")
        .get(ROUNDS, "本辖区的对接轮次，新的在前", list)
        .post(ROUNDS, "新建一轮对接", start)
        .get(ROUND, "一轮对接：范围、条件、历次计算", get)
        .post(ROUND, "修改一轮对接的范围", change)
        .post(RULES, "加一个条件：上限、保底、包镇意向、指定或排除一个组合", add_rule)
        .post(DROP_RULE, "取消一个条件", drop_rule)
        .post(COMPUTE, "计算方案，在后台进行", compute)
        .post(CANCEL, "取消正在进行的计算", cancel)
        .post(CLOSE, "关闭一轮对接，不送出", close)
        .get(PLAN, "一个方案：组合、理由、有没有过时", plan)
        .post(SEND, "把方案送出为结对意向", send)
}

async fn list(State(app): State<App>, reader: RoundReader) -> Result<Json<MatchingRounds>> {
    Ok(Json(super::list(&app, &reader).await?))
}

async fn start(
    State(app): State<App>,
    federation: Federation,
    Body(new): Body<NewMatchingRound>,
) -> Result<(StatusCode, Json<MatchingRound>)> {
    Ok((StatusCode::CREATED, Json(super::start(&app, &federation, &new).await?)))
}

async fn get(
    State(app): State<App>,
    reader: RoundReader,
    Path(id): Path<MatchingRoundId>,
) -> Result<Json<MatchingRound>> {
    Ok(Json(super::get(&app, &reader, id).await?))
}

async fn change(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<MatchingRoundId>,
    Body(change): Body<MatchingRoundChange>,
) -> Result<Json<MatchingRound>> {
    Ok(Json(super::change(&app, &federation, id, &change).await?))
}

async fn add_rule(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<MatchingRoundId>,
    Body(new): Body<NewRoundRule>,
) -> Result<(StatusCode, Json<MatchingRound>)> {
    Ok((StatusCode::CREATED, Json(super::add_rule(&app, &federation, id, &new).await?)))
}

async fn drop_rule(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<RoundRuleId>,
) -> Result<Json<MatchingRound>> {
    Ok(Json(super::drop_rule(&app, &federation, id).await?))
}

async fn compute(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<MatchingRoundId>,
    Body(seen): Body<SeenRound>,
) -> Result<Json<MatchingRound>> {
    Ok(Json(super::compute(&app, &federation, id, seen).await?))
}

async fn cancel(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<MatchingRoundId>,
) -> Result<Json<MatchingRound>> {
    Ok(Json(super::cancel(&app, &federation, id).await?))
}

async fn close(
    State(app): State<App>,
    federation: Federation,
    Path(id): Path<MatchingRoundId>,
    Body(seen): Body<SeenRound>,
) -> Result<Json<MatchingRound>> {
    Ok(Json(super::close(&app, &federation, id, seen).await?))
}

async fn plan(
    State(app): State<App>,
    reader: RoundReader,
    Path(id): Path<MatchingRoundId>,
    Query(query): Query<PlanQuery>,
) -> Result<Json<RoundPlan>> {
    Ok(Json(super::plan(&app, &reader, id, &query).await?))
}

async fn send(
    State(app): State<App>,
    federation: Sure<Federation>,
    Path(id): Path<MatchingRoundId>,
    Body(asked): Body<SendRound>,
) -> Result<Json<MatchingRound>> {
    Ok(Json(super::send(&app, &federation, id, &asked).await?))
}
