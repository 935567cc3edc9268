//! The routes of money that is set aside.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{AllocationDesk, Caller, CharityMaker, Enterprise, FundParty, Giver, SignedIn};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::AllocationId;
use domain::api::List;
use domain::api::allocations::{
    ACCEPT, ALLOCATION, ALLOCATIONS, Allocation, AllocationReason, AllocationRow, AllocationStep, BALANCES,
    DirectedBalances, NewAllocation, NewAllocationRequest, REFUSE, RELEASE, REQUESTS,
};
use domain::api::campaigns::PageQuery;

pub fn routes() -> Endpoints {
    Endpoints::new("分配和定向额度")
        .post(ALLOCATIONS, "把到账的钱安排给一条需求", allocate)
        .get(ALLOCATIONS, "本企业或本慈善组织的分配", list)
        .post(REQUESTS, "企业把自己到账的款指向一条需求", request)
        .get(BALANCES, "本企业各笔捐赠的定向额度", balances)
        .get(ALLOCATION, "一笔分配", get)
        .post(ACCEPT, "慈善组织受理企业的分配申请", accept)
        .post(REFUSE, "慈善组织不受理企业的分配申请", refuse)
        .post(RELEASE, "撤回申请，或释放还没有付出的分配", release)
}

async fn allocate(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewAllocation>,
) -> Result<(StatusCode, Json<Allocation>)> {
    Ok((StatusCode::CREATED, Json(super::allocate(&app, &maker, &new).await?)))
}

async fn request(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(new): Body<NewAllocationRequest>,
) -> Result<(StatusCode, Json<AllocationRow>)> {
    Ok((StatusCode::CREATED, Json(super::request(&app, &enterprise, &new).await?)))
}

async fn list(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Query(query): Query<PageQuery>,
) -> Result<Json<List<AllocationRow>>> {
    Ok(Json(super::list(&app, &caller, &query).await?))
}

async fn balances(State(app): State<App>, giver: Giver) -> Result<Json<DirectedBalances>> {
    Ok(Json(super::balances(&app, &giver).await?))
}

async fn get(
    State(app): State<App>,
    _: SignedIn,
    caller: Caller,
    Path(id): Path<AllocationId>,
) -> Result<Json<AllocationRow>> {
    Ok(Json(super::get(&app, &caller, id).await?))
}

async fn accept(
    State(app): State<App>,
    desk: AllocationDesk,
    Path(id): Path<AllocationId>,
    Body(AllocationStep {}): Body<AllocationStep>,
) -> Result<Json<AllocationRow>> {
    Ok(Json(super::accept(&app, &desk, id).await?))
}

async fn refuse(
    State(app): State<App>,
    desk: AllocationDesk,
    Path(id): Path<AllocationId>,
    Body(why): Body<AllocationReason>,
) -> Result<Json<AllocationRow>> {
    Ok(Json(super::refuse(&app, &desk, id, &why).await?))
}

async fn release(
    State(app): State<App>,
    party: FundParty,
    Path(id): Path<AllocationId>,
    Body(why): Body<AllocationReason>,
) -> Result<Json<AllocationRow>> {
    Ok(Json(super::release(&app, &party, id, &why).await?))
}
