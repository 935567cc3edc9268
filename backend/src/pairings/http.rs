//! The routes of pairings.

use crate::app::App;
use crate::error::Result;
use crate::http::caller::{Enterprise, Federation, PairingParty, PairingReader, PairingSigner, Sure};
use crate::http::endpoints::{Answered, Description, Endpoints};
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::api::pairings::{
    ACCEPT_DAY, ACCEPT_PAPER, AGREE, AGREE_TO_END, AGREEMENT, APPROVE, AcceptPaper, AgreeToTerms, CONFIRM, CONTACT,
    ConfirmAgreement, DECLINE, DISPLAY, DROP_DAY, ENTERPRISES, HAND_OVER, HandOver, MESSAGES, MILESTONES, MOVE,
    MilestoneReason, MilestoneReport, MoveMilestone, NewMilestone, NewPairing, NewPairingContact, NewPairingMessage,
    NewPairingPaper, NewTerms, OF_PLACE, PAIRING, PAIRINGS, PAPER, Pairing, PairingDisplay, PairingEnterpriseQuery,
    PairingEnterprises, PairingList, PairingQuery, PairingReason, PlacePairings, RENEW, RETURN, Renewal, SEND_BACK,
    SUBMIT, SeenMilestone, TAKE_UP, TERMINATE, TERMS, VERIFY, WITHDRAW, WITHDRAW_NOTICE,
};
use domain::pairing::PairingStep;
use domain::{MilestoneId, PairingId};

pub fn routes() -> Endpoints {
    Endpoints::new("结对")
        .get(PAIRINGS, "结对：企业看自己的，村、镇、工商联看辖区的，等自己办的在前", list)
        .post(PAIRINGS, "提出结对", propose)
        .get(ENTERPRISES, "按名称找已认证的企业，提出结对时用", enterprises)
        .get(PAIRING, "一份结对", read)
        .post(TERMS, "改提条款", counter)
        .post(AGREE, "同意条款", agree)
        .post(DECLINE, "不结对", decline)
        .post(WITHDRAW, "提出的一方撤回意向", withdraw)
        .post(MESSAGES, "留言", write)
        .post(TAKE_UP, "工商联受理审核", take_up)
        .post(APPROVE, "工商联审核通过，生成协议书", approve)
        .post(RETURN, "工商联退回协商", give_back)
        .post(CONFIRM, "一方确认协议书", confirm)
        .get(AGREEMENT, "协议书（PDF）", agreement)
        .post(PAPER, "上传盖章的协议书", send_paper)
        .post(ACCEPT_PAPER, "对方或工商联核对盖章的协议书", accept_paper)
        .post(TERMINATE, "终止协议：一方提前通知，通知期满终止；工商联即时终止", terminate)
        .post(WITHDRAW_NOTICE, "提出终止的一方撤回终止通知", withdraw_notice)
        .post(AGREE_TO_END, "对方同意提前终止，立即终止", agree_to_end)
        .post(CONTACT, "登记或清空自己一方的联系人", name_contact)
        .post(RENEW, "提出续约", renew)
        .post(HAND_OVER, "工商联移交给另一家企业", hand_over)
        .post(DISPLAY, "企业改公开的方式，立即生效", change_display)
        .post(MILESTONES, "在共建计划里加一个节点", plan)
        .post(MOVE, "提议改节点的日期", move_day)
        .post(ACCEPT_DAY, "对方同意节点的日期", accept_day)
        .post(DROP_DAY, "不采用提议的日期", drop_day)
        .post(SUBMIT, "负责的一方报告节点做成了", submit)
        .post(VERIFY, "对方核验节点", verify)
        .post(SEND_BACK, "对方退回节点", send_back)
        .get(OF_PLACE, "一个村、镇、县生效的结对", of_place)
}

async fn list(
    State(app): State<App>,
    reader: PairingReader,
    Query(query): Query<PairingQuery>,
) -> Result<Json<PairingList>> {
    Ok(Json(super::list(&app, &reader, &query).await?))
}

async fn propose(
    State(app): State<App>,
    party: PairingParty,
    Body(new): Body<NewPairing>,
) -> Result<(StatusCode, Json<Pairing>)> {
    Ok((StatusCode::CREATED, Json(super::propose(&app, &party, &new).await?)))
}

async fn enterprises(
    State(app): State<App>,
    party: PairingParty,
    Query(query): Query<PairingEnterpriseQuery>,
) -> Result<Json<PairingEnterprises>> {
    Ok(Json(super::enterprises(&app, &party, &query).await?))
}

async fn read(State(app): State<App>, reader: PairingReader, Path(id): Path<PairingId>) -> Result<Json<Pairing>> {
    Ok(Json(super::get(&app, &reader, id).await?))
}

async fn counter(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(new): Body<NewTerms>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::counter(&app, &party, id, &new).await?))
}

async fn agree(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(to): Body<AgreeToTerms>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::agree(&app, &party, id, &to).await?))
}

async fn decline(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::step(&app, (&party.acting, &party.origin), (id, PairingStep::Decline), &seen).await?))
}

async fn withdraw(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::step(&app, (&party.acting, &party.origin), (id, PairingStep::Withdraw), &seen).await?))
}

async fn write(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(new): Body<NewPairingMessage>,
) -> Result<(StatusCode, Json<Pairing>)> {
    Ok((StatusCode::CREATED, Json(super::write(&app, &party, id, &new).await?)))
}

async fn take_up(
    State(app): State<App>,
    by: Federation,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::step(&app, (&by.acting, &by.origin), (id, PairingStep::TakeUp), &seen).await?))
}

async fn approve(
    State(app): State<App>,
    Sure(by): Sure<Federation>,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::step(&app, (&by.acting, &by.origin), (id, PairingStep::Approve), &seen).await?))
}

async fn give_back(
    State(app): State<App>,
    by: Federation,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::step(&app, (&by.acting, &by.origin), (id, PairingStep::Return), &seen).await?))
}

async fn confirm(
    State(app): State<App>,
    signer: Sure<PairingSigner>,
    Path(id): Path<PairingId>,
    Body(text): Body<ConfirmAgreement>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::confirm(&app, &signer, id, &text).await?))
}

/// The agreement as it goes out.
struct Paper(Vec<u8>);

const PDF: &str = "application/pdf";

impl Answered for Paper {
    fn describe(description: &mut Description) {
        description.answer_text(PDF, "协议书");
    }
}

impl IntoResponse for Paper {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, PDF), (header::CACHE_CONTROL, "private, no-store")];
        (headers, self.0).into_response()
    }
}

async fn agreement(State(app): State<App>, reader: PairingReader, Path(id): Path<PairingId>) -> Result<Paper> {
    Ok(Paper(super::pdf(&app, &reader, id).await?))
}

async fn send_paper(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(new): Body<NewPairingPaper>,
) -> Result<(StatusCode, Json<Pairing>)> {
    Ok((StatusCode::CREATED, Json(super::send_paper(&app, &party, id, &new).await?)))
}

async fn accept_paper(
    State(app): State<App>,
    party: Sure<PairingParty>,
    Path(id): Path<PairingId>,
    Body(paper): Body<AcceptPaper>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::accept_paper(&app, &party, id, &paper).await?))
}

async fn terminate(
    State(app): State<App>,
    signer: Sure<PairingSigner>,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::terminate(&app, &signer, id, &seen).await?))
}

async fn withdraw_notice(
    State(app): State<App>,
    signer: Sure<PairingSigner>,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::withdraw_notice(&app, &signer, id, &seen).await?))
}

async fn agree_to_end(
    State(app): State<App>,
    signer: Sure<PairingSigner>,
    Path(id): Path<PairingId>,
    Body(seen): Body<PairingReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::agree_to_end(&app, &signer, id, &seen).await?))
}

async fn name_contact(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(new): Body<NewPairingContact>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::contacts::name(&app, &party, id, &new).await?))
}

async fn renew(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(new): Body<Renewal>,
) -> Result<(StatusCode, Json<Pairing>)> {
    Ok((StatusCode::CREATED, Json(super::renew(&app, &party, id, &new).await?)))
}

async fn hand_over(
    State(app): State<App>,
    by: Sure<Federation>,
    Path(id): Path<PairingId>,
    Body(to): Body<HandOver>,
) -> Result<(StatusCode, Json<Pairing>)> {
    Ok((StatusCode::CREATED, Json(super::hand_over(&app, &by, id, &to).await?)))
}

async fn change_display(
    State(app): State<App>,
    enterprise: Enterprise,
    Path(id): Path<PairingId>,
    Body(shown): Body<PairingDisplay>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::change_display(&app, &enterprise, id, shown.name).await?))
}

async fn plan(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<PairingId>,
    Body(new): Body<NewMilestone>,
) -> Result<(StatusCode, Json<Pairing>)> {
    Ok((StatusCode::CREATED, Json(super::plan(&app, &party, id, &new).await?)))
}

async fn move_day(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<MilestoneId>,
    Body(to): Body<MoveMilestone>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::move_day(&app, &party, id, &to).await?))
}

async fn accept_day(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<MilestoneId>,
    Body(seen): Body<SeenMilestone>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::accept_day(&app, &party, id, seen).await?))
}

async fn drop_day(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<MilestoneId>,
    Body(seen): Body<SeenMilestone>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::drop_day(&app, &party, id, seen).await?))
}

async fn submit(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<MilestoneId>,
    Body(report): Body<MilestoneReport>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::submit(&app, &party, id, &report).await?))
}

async fn verify(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<MilestoneId>,
    Body(seen): Body<SeenMilestone>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::verify(&app, &party, id, seen).await?))
}

async fn send_back(
    State(app): State<App>,
    party: PairingParty,
    Path(id): Path<MilestoneId>,
    Body(seen): Body<MilestoneReason>,
) -> Result<Json<Pairing>> {
    Ok(Json(super::send_back(&app, &party, id, &seen).await?))
}

async fn of_place(State(app): State<App>, Path(code): Path<String>) -> Result<Json<PlacePairings>> {
    Ok(Json(super::of_place(&app, &code).await?))
}
