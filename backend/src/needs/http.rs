//! The routes of needs.

use super::life;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Caller, Federation, NeedKeeper, Origin, Reviewer, Sure, TownDesk, Village};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::NeedId;
use domain::api::List;
use domain::api::needs::{
    APPROVE, CLOSE, FINISH, NEED, NEEDS, Need, NeedChange, NeedList, NeedQuery, NeedRow, NeedStep, NeedSuggestion,
    NewNeed, OWN, PASS, PAUSE, RENEW, RESUME, RETURN, REVIEW, SEND_BACK, START, SUBMIT, SUGGESTIONS, SuggestionQuery,
    TAKE_UP, WITHDRAW,
};
use domain::need::NeedAction;
use domain::organisation::Acting;

pub fn routes() -> Endpoints {
    Endpoints::new("需求")
        .get(NEEDS, "公开的需求：搜索、筛选、翻页", list)
        .post(NEEDS, "写一条需求的草稿", create)
        .get(SUGGESTIONS, "边输入边提示：地点、领域、词、需求标题", suggestions)
        .get(OWN, "本村的需求", own)
        .get(REVIEW, "等待审核和验收的需求", review)
        .get(NEED, "一条需求，按编号或 id", read)
        .post(NEED, "改一条需求的草稿", update)
        .post(SUBMIT, "提交审核：镇里有审核员的先到镇，否则到工商联", submit)
        .post(PASS, "镇审通过，交工商联", pass)
        .post(TAKE_UP, "工商联直接受理在镇里等候的需求，写明原因", take_up)
        .post(RETURN, "退回，写明原因", return_)
        .post(APPROVE, "审核通过，开始公示", approve)
        .post(PAUSE, "暂停，写明原因", pause)
        .post(RESUME, "恢复，写明原因", resume)
        .post(WITHDRAW, "撤回，写明原因；有人认捐或承诺后不能撤回", withdraw)
        .post(RENEW, "把失效或撤回的需求重新申报", renew)
        .post(START, "开工", start)
        .post(FINISH, "做完了，申请验收", finish)
        .post(SEND_BACK, "验收不通过，退回继续实施，写明原因", send_back)
        .post(CLOSE, "验收通过，办结", close)
}

async fn list(State(app): State<App>, Query(query): Query<NeedQuery>) -> Result<Json<NeedList>> {
    Ok(Json(super::find(&app, &query).await?))
}

async fn suggestions(
    State(app): State<App>,
    Query(query): Query<SuggestionQuery>,
) -> Result<Json<List<NeedSuggestion>>> {
    Ok(Json(super::suggestions(&app, query.q.as_deref().unwrap_or_default()).await?))
}

async fn create(
    State(app): State<App>,
    village: Village,
    Body(new): Body<NewNeed>,
) -> Result<(StatusCode, Json<Need>)> {
    Ok((StatusCode::CREATED, Json(super::create(&app, &village, &new).await?)))
}

async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<Need>> {
    Ok(Json(super::get(&app, &(&caller).into(), &id).await?))
}

async fn update(
    State(app): State<App>,
    village: Village,
    Path(id): Path<String>,
    Body(change): Body<NeedChange>,
) -> Result<Json<Need>> {
    Ok(Json(super::update(&app, &village, need_id(&id)?, &change).await?))
}

/// A step, whoever takes it: the right is what the handler asked for.
async fn take(
    app: &App,
    (acting, origin): (&Acting, &Origin),
    action: NeedAction,
    id: &str,
    step: &NeedStep,
) -> Result<Json<Need>> {
    Ok(Json(life::step(app, (acting, origin), (need_id(id)?, action), step).await?))
}

/// Handlers that differ in the right that they ask for and in the step.
macro_rules! steps {
    ($take:ident($action:ident, $step:ty) -> $answer:ty; $($name:ident: $right:ty, $by:pat => $acting:expr, $do:ident;)+) => {$(
        async fn $name(
            State(app): State<App>,
            $by: $right,
            Path(id): Path<String>,
            Body(step): Body<$step>,
        ) -> Result<Json<$answer>> {
            $take(&app, $acting, $action::$do, &id, &step).await
        }
    )+};
}
pub(super) use steps;

steps! {
    take(NeedAction, NeedStep) -> Need;
    submit: Village, by => (&by.acting, &by.origin), Submit;
    pass: TownDesk, by => (&by.acting, &by.origin), Pass;
    take_up: Federation, by => (&by.acting, &by.origin), TakeUp;
    return_: Reviewer, by => (&by.acting, &by.origin), Return;
    approve: Sure<Federation>, Sure(by) => (&by.acting, &by.origin), Approve;
    pause: NeedKeeper, by => (&by.acting, &by.origin), Pause;
    resume: NeedKeeper, by => (&by.acting, &by.origin), Resume;
    withdraw: Village, by => (&by.acting, &by.origin), Withdraw;
    renew: Village, by => (&by.acting, &by.origin), Renew;
    start: Village, by => (&by.acting, &by.origin), Start;
    finish: Village, by => (&by.acting, &by.origin), Finish;
    send_back: Federation, by => (&by.acting, &by.origin), SendBack;
    close: Sure<Federation>, Sure(by) => (&by.acting, &by.origin), Close;
}

async fn own(State(app): State<App>, village: Village) -> Result<Json<List<NeedRow>>> {
    Ok(Json(super::own(&app, &village).await?))
}

async fn review(State(app): State<App>, reviewer: Reviewer) -> Result<Json<List<NeedRow>>> {
    Ok(Json(super::review(&app, &reviewer).await?))
}

/// `/needs/{id}` takes a code as well when it is read; whatever else is no id is not found.
pub(super) fn need_id(text: &str) -> Result<NeedId> {
    text.parse().map_err(|_| Error::NotFound)
}
