//! The routes of pledges.

use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Caller, Enterprise, Giver, SignedIn, Sure};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::money::{self, NeedMoney};
use domain::api::pledges::{
    CANCEL, CancelPledge, ChangeDisplay, DESIGNATE, DISPLAY, DISPLAYS, Designate, DisplayChosen, INSTALMENTS,
    NewPledge, OWN, PLEDGE, PLEDGES, Pledge, PledgeInstalment, TRAIL, Trail,
};
use domain::api::{Count, List};
use domain::pledge::PledgeReference;
use domain::{NeedId, PledgeId};

pub fn routes() -> Endpoints {
    Endpoints::new("认捐")
        .post(PLEDGES, "认捐", create)
        .get(OWN, "本企业的认捐", own)
        .get(PLEDGE, "一笔认捐，按 id 或认捐编号", read)
        .post(DESIGNATE, "为一笔定向认捐指定需求", designate)
        .post(CANCEL, "取消一笔还没有签约、没有到账的认捐", cancel)
        .get(INSTALMENTS, "一笔认捐的各期：日期、金额、到账多少", instalments)
        .get(TRAIL, "一笔认捐的去向", trail)
        .post(DISPLAY, "改公开的方式，立即生效", change_display)
        .get(DISPLAYS, "一笔认捐历次选择的公开方式，只给捐赠方", display_history)
        .get(money::NEED, "一条需求的四个数", money_of_need)
}

async fn create(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(new): Body<NewPledge>,
) -> Result<(StatusCode, Json<Pledge>)> {
    Ok((StatusCode::CREATED, Json(super::create(&app, &enterprise, &new).await?)))
}

async fn read(State(app): State<App>, _: SignedIn, caller: Caller, Path(id): Path<String>) -> Result<Json<Pledge>> {
    let viewer = (&caller).into();
    let pledge = match (id.parse::<PledgeId>(), id.parse::<PledgeReference>()) {
        (Ok(id), _) => super::read(&app, &viewer, id).await?,
        (_, Ok(reference)) => super::read_by_reference(&app, &viewer, reference).await?,
        _ => return Err(Error::NotFound),
    };
    Ok(Json(pledge))
}

async fn designate(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<PledgeId>,
    Body(to): Body<Designate>,
) -> Result<Json<Pledge>> {
    Ok(Json(super::designate(&app, &enterprise, id, to).await?))
}

async fn cancel(
    State(app): State<App>,
    enterprise: Sure<Enterprise>,
    Path(id): Path<PledgeId>,
    Body(why): Body<CancelPledge>,
) -> Result<Json<Pledge>> {
    Ok(Json(super::cancel(&app, &enterprise, id, &why).await?))
}

async fn instalments(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(id): Path<PledgeId>,
) -> Result<Json<List<PledgeInstalment>>> {
    let items = super::read(&app, &(&caller).into(), id).await?.instalments;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(Json(List { items, next: None, count }))
}

async fn trail(State(app): State<App>, _: SignedIn, caller: Caller, Path(id): Path<PledgeId>) -> Result<Json<Trail>> {
    Ok(Json(super::trail(&app, &(&caller).into(), id).await?))
}

async fn change_display(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<PledgeId>,
    Body(asked): Body<ChangeDisplay>,
) -> Result<Json<Pledge>> {
    Ok(Json(super::change_display(&app, &enterprise, id, &asked).await?))
}

async fn display_history(
    State(app): State<App>,
    giver: Giver,
    Path(id): Path<PledgeId>,
) -> Result<Json<List<DisplayChosen>>> {
    Ok(Json(super::display_history(&app, &giver, id).await?))
}

async fn own(State(app): State<App>, giver: Giver) -> Result<Json<List<Pledge>>> {
    Ok(Json(super::own(&app, &giver).await?))
}

async fn money_of_need(State(app): State<App>, Path(id): Path<NeedId>) -> Result<Json<NeedMoney>> {
    Ok(Json(super::money_of_need(&app, id).await?))
}
