//! The routes of gifts of goods.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Enterprise, GoodsReader, Sure, Village};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::api::goods::{
    ACCEPT, ASK_REVERSAL, AcceptHandOver, CONFIRM, CONFIRM_REST, ConfirmGoodsRest, DISPLAY, DROP_REST, DROP_REVERSAL,
    GIFT, GIFTS, GoodsDisplay, GoodsGift, GoodsGiftList, GoodsGiftQuery, GoodsReason, GoodsRestReason, GoodsSeen,
    HAND_OVERS, HandOverReason, INSPECT, InspectGoods, NewGoodsGift, NewGoodsHandOver, NewGoodsRelease,
    NewGoodsWriteOff, OBJECT, OF_CAMPAIGN, OF_ENTERPRISE, OF_NEED, PublicGoods, RECEIVE, REFUSE, REFUSE_HAND_OVER,
    RELEASES, REVERSE, SEND_BACK, SET_ASIDE, SetGoodsAside, UNBIND, WITHDRAW, WRITE_OFFS,
};
use domain::goods::GoodsReceipt;
use domain::{GoodsGiftId, GoodsHandOverId, GoodsRestId, NeedId, OrganisationId};

pub fn routes() -> Endpoints {
    Endpoints::new("捐赠物资")
        .get(GIFTS, "物资捐赠：企业看自己的，慈善组织看捐给自己的，村看安排给本村的", list)
        .post(GIFTS, "企业捐物资", offer)
        .get(GIFT, "一份物资捐赠", read)
        .post(WITHDRAW, "企业在接受以前撤回", withdraw)
        .post(DISPLAY, "改公开的方式，立即生效", change_display)
        .post(INSPECT, "慈善组织经办登记验收", inspect)
        .post(SEND_BACK, "复核退回重新验收", send_back)
        .post(CONFIRM, "另一人复核确认，物资入账", confirm)
        .post(REFUSE, "慈善组织不接受", refuse)
        .post(SET_ASIDE, "慈善组织把没有指定需求的物资安排给一条需求", set_aside)
        .post(ASK_REVERSAL, "申请冲正记错的接受", ask_reversal)
        .post(REVERSE, "另一人确认冲正", reverse)
        .post(DROP_REVERSAL, "不冲正", drop_reversal)
        .post(HAND_OVERS, "慈善组织登记移交给村", hand_over)
        .post(RECEIVE, "村确认收到多少", receive)
        .post(OBJECT, "村对移交有异议", object)
        .post(ACCEPT, "慈善组织另一人核对通过", accept)
        .post(REFUSE_HAND_OVER, "慈善组织另一人核对不通过", refuse_hand_over)
        .post(UNBIND, "企业同意把指定给一条需求的物资改用于其他需求", unbind)
        .post(RELEASES, "经办申请收回没有移交的物资，另行安排", release)
        .post(WRITE_OFFS, "经办申请把不能再移交的物资报损", write_off)
        .post(CONFIRM_REST, "另一人确认收回或报损", confirm_rest)
        .post(DROP_REST, "不收回、不报损", drop_rest)
        .get(OF_NEED, "一条需求收到的物资折款", of_need)
        .get(OF_CAMPAIGN, "一次活动的物资折款", of_campaign)
        .get(OF_ENTERPRISE, "一家企业以全称公开的物资捐赠", of_enterprise)
}

async fn list(
    State(app): State<App>,
    reader: GoodsReader,
    Query(query): Query<GoodsGiftQuery>,
) -> Result<Json<GoodsGiftList>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn offer(
    State(app): State<App>,
    enterprise: Enterprise,
    Body(new): Body<NewGoodsGift>,
) -> Result<(StatusCode, Json<GoodsGift>)> {
    Ok((StatusCode::CREATED, Json(super::offer(&app, &enterprise, &new).await?)))
}

async fn read(State(app): State<App>, reader: GoodsReader, Path(id): Path<GoodsGiftId>) -> Result<Json<GoodsGift>> {
    Ok(Json(super::get(&app, &reader, id).await?))
}

async fn withdraw(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<GoodsGiftId>,
    Body(why): Body<GoodsReason>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::withdraw(&app, &enterprise, id, &why).await?))
}

async fn change_display(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<GoodsGiftId>,
    Body(to): Body<GoodsDisplay>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::change_display(&app, &enterprise, id, to).await?))
}

async fn inspect(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GoodsGiftId>,
    Body(found): Body<InspectGoods>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::inspect(&app, &maker, id, &found).await?))
}

async fn send_back(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<GoodsGiftId>,
    Body(why): Body<GoodsReason>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::send_back(&app, &checker, id, &why).await?))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<GoodsGiftId>,
    Body(seen): Body<GoodsSeen>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::confirm(&app, &checker, id, seen).await?))
}

async fn refuse(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<GoodsGiftId>,
    Body(why): Body<GoodsReason>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::refuse(&app, &desk, id, &why).await?))
}

async fn set_aside(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GoodsGiftId>,
    Body(to): Body<SetGoodsAside>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::set_aside(&app, &maker, id, to).await?))
}

async fn ask_reversal(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GoodsGiftId>,
    Body(why): Body<GoodsReason>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::ask_reversal(&app, &maker, id, &why).await?))
}

async fn reverse(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<GoodsGiftId>,
    Body(seen): Body<GoodsSeen>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::reverse(&app, &checker, id, seen).await?))
}

async fn drop_reversal(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<GoodsGiftId>,
    Body(seen): Body<GoodsSeen>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::drop_reversal(&app, &desk, id, seen).await?))
}

async fn hand_over(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GoodsGiftId>,
    Body(new): Body<NewGoodsHandOver>,
) -> Result<(StatusCode, Json<GoodsGift>)> {
    Ok((StatusCode::CREATED, Json(super::hand_over(&app, &maker, id, &new).await?)))
}

async fn receive(
    State(app): State<App>,
    village: Sure<Village>,
    Path(id): Path<GoodsHandOverId>,
    Body(receipt): Body<GoodsReceipt>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::receive(&app, &village, id, &receipt).await?))
}

async fn object(
    State(app): State<App>,
    village: Village,
    Path(id): Path<GoodsHandOverId>,
    Body(why): Body<HandOverReason>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::object(&app, &village, id, &why).await?))
}

async fn accept(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<GoodsHandOverId>,
    Body(AcceptHandOver {}): Body<AcceptHandOver>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::accept(&app, &checker, id).await?))
}

async fn refuse_hand_over(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<GoodsHandOverId>,
    Body(why): Body<HandOverReason>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::refuse_hand_over(&app, &checker, id, &why).await?))
}

async fn of_need(State(app): State<App>, Path(id): Path<NeedId>) -> Result<Json<PublicGoods>> {
    Ok(Json(super::of_need(&app, id).await?))
}

async fn of_campaign(State(app): State<App>, Path(id): Path<String>) -> Result<Json<PublicGoods>> {
    Ok(Json(super::of_campaign(&app, &id).await?))
}

async fn unbind(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<GoodsGiftId>,
    Body(seen): Body<GoodsSeen>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::unbind(&app, &enterprise, id, seen).await?))
}

async fn release(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GoodsGiftId>,
    Body(new): Body<NewGoodsRelease>,
) -> Result<(StatusCode, Json<GoodsGift>)> {
    Ok((StatusCode::CREATED, Json(super::release(&app, &maker, id, &new).await?)))
}

async fn write_off(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<GoodsGiftId>,
    Body(new): Body<NewGoodsWriteOff>,
) -> Result<(StatusCode, Json<GoodsGift>)> {
    Ok((StatusCode::CREATED, Json(super::write_off(&app, &maker, id, &new).await?)))
}

async fn confirm_rest(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<GoodsRestId>,
    Body(ConfirmGoodsRest {}): Body<ConfirmGoodsRest>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::confirm_rest(&app, &checker, id).await?))
}

async fn drop_rest(
    State(app): State<App>,
    desk: CharityDesk,
    Path(id): Path<GoodsRestId>,
    Body(why): Body<GoodsRestReason>,
) -> Result<Json<GoodsGift>> {
    Ok(Json(super::drop_rest(&app, &desk, id, &why).await?))
}

async fn of_enterprise(State(app): State<App>, Path(id): Path<OrganisationId>) -> Result<Json<PublicGoods>> {
    Ok(Json(super::of_enterprise(&app, id).await?))
}
