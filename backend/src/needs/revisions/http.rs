//! The routes of versions, revisions and needs that may be the same.

use super::steps;
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Caller, Federation, NeedInsider, Origin, Reviewer, RevisionDesk, Sure, TownDesk, Village};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use crate::needs::http::{need_id, steps as handlers};
use crate::needs::{similar, versions};
use axum::Json;
use axum::extract::State;
use domain::api::List;
use domain::api::need_versions::{
    APPROVE, DROP, NeedRevision, NeedVersions, PASS, RETURN, REVISION, REVISIONS, RevisionChange, RevisionRow,
    RevisionStep, SIMILAR, SUBMIT, SimilarNeed, TAKE_UP, VERSIONS,
};
use domain::need::RevisionAction;
use domain::organisation::Acting;

pub fn routes() -> Endpoints {
    Endpoints::new("需求的修改")
        .get(VERSIONS, "一条需求历次通过审核的内容，和正在公示的修改", list_versions)
        .get(SIMILAR, "可能重复的需求，只给写它和审它的人", list_similar)
        .get(REVISIONS, "需求的修改：本村的，或等待审核的", list)
        .get(REVISION, "一条需求正在进行的修改", read)
        .post(REVISION, "提出或改写对公开需求的修改", save)
        .post(SUBMIT, "提交修改：镇里有审核员的先到镇，否则到工商联", submit)
        .post(PASS, "镇审通过修改，交工商联", pass)
        .post(TAKE_UP, "工商联直接受理在镇里等候的修改，写明原因", take_up)
        .post(RETURN, "退回修改，写明原因；公开的内容不变", return_)
        .post(APPROVE, "审核通过修改：要得更多或换了用途的先公示，其余即时生效", approve)
        .post(DROP, "撤销修改", drop_)
}

async fn list_versions(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<Json<NeedVersions>> {
    Ok(Json(versions::list(&app, &(&caller).into(), &id).await?))
}

async fn list_similar(
    State(app): State<App>,
    insider: NeedInsider,
    Path(id): Path<String>,
) -> Result<Json<List<SimilarNeed>>> {
    Ok(Json(similar::list(&app, &(&insider).into(), need_id(&id)?).await?))
}

async fn list(State(app): State<App>, desk: RevisionDesk) -> Result<Json<List<RevisionRow>>> {
    Ok(Json(super::list(&app, &desk).await?))
}

async fn read(State(app): State<App>, insider: NeedInsider, Path(id): Path<String>) -> Result<Json<NeedRevision>> {
    Ok(Json(super::get(&app, &(&insider).into(), need_id(&id)?).await?))
}

async fn save(
    State(app): State<App>,
    village: Village,
    Path(id): Path<String>,
    Body(change): Body<RevisionChange>,
) -> Result<Json<NeedRevision>> {
    Ok(Json(super::save(&app, &village, need_id(&id)?, &change).await?))
}

/// A step, whoever takes it: the right is what the handler asked for.
async fn take(
    app: &App,
    by: (&Acting, &Origin),
    action: RevisionAction,
    id: &str,
    step: &RevisionStep,
) -> Result<Json<NeedRevision>> {
    Ok(Json(steps::step(app, by, (need_id(id)?, action), step).await?))
}

handlers! {
    take(RevisionAction, RevisionStep) -> NeedRevision;
    submit: Village, by => (&by.acting, &by.origin), Submit;
    pass: TownDesk, by => (&by.acting, &by.origin), Pass;
    take_up: Federation, by => (&by.acting, &by.origin), TakeUp;
    return_: Reviewer, by => (&by.acting, &by.origin), Return;
    approve: Sure<Federation>, Sure(by) => (&by.acting, &by.origin), Approve;
    drop_: Village, by => (&by.acting, &by.origin), Drop;
}
