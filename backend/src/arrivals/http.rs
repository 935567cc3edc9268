//! The routes of bank lines.

use super::Viewer;
use crate::app::App;
use crate::error::Result;
use crate::http::caller::{BooksReader, CharityChecker, CharityMaker, SignedIn, Sure};
use crate::http::download::{FileFormat, Streamed};
use crate::http::endpoints::Endpoints;
use crate::http::{Body, Path, Query};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::BankLineId;
use domain::api::List;
use domain::api::arrivals::{
    BANK_LINE, BANK_LINES, BankLine, CONFIRM, CONFIRM_OWNER, ConfirmLine, DONATION, LineQuery, MATCH, MatchLine,
    NOT_DONATION, NewBankLine, OWNER, PartOwner, UNMATCH, UNMATCHED, UNMATCHED_TABLE, Unmatch, Unmatched, VOID,
    VoidLine,
};
use domain::api::bank_statements::{CONFIRM_MANY, ConfirmMany, DoneWithLines, MATCH_MANY, MatchMany};

pub fn routes() -> Endpoints {
    Endpoints::new("银行流水与到账")
        .get(BANK_LINES, "银行流水：待办的，或已确认的", list)
        .post(BANK_LINES, "录入一笔银行流水", enter)
        .get(BANK_LINE, "一笔银行流水", read)
        .post(MATCH, "把流水对到认捐", match_)
        .post(UNMATCH, "撤回对账", unmatch)
        .post(CONFIRM, "第二个人确认到账", confirm)
        .post(OWNER, "为来源未明的到账款指出认捐", name_owner)
        .post(CONFIRM_OWNER, "第二个人确认来源未明的款项属于谁", confirm_owner)
        .post(VOID, "作废一笔录错的流水", void)
        .post(NOT_DONATION, "把不是捐款的收入（如结息）放到一边", not_donation)
        .post(DONATION, "放到一边的收入其实是捐款，重新等待匹配", donation)
        .get(UNMATCHED, "两边都没对上的：没有认捐的到账，没有到账的认捐", unmatched)
        .get(UNMATCHED_TABLE, "两边都没对上的全部，一行一笔（CSV）", unmatched_table)
        .post(MATCH_MANY, "按建议一次匹配多笔流水，不能办的留下并说明", match_many)
        .post(CONFIRM_MANY, "第二个人一次确认多笔流水，不能办的留下并说明", confirm_many)
        .merge(super::statements::routes())
        .merge(super::rebookings::routes())
        .merge(super::backs::routes())
}

async fn list(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Query(query): Query<LineQuery>,
) -> Result<Json<List<BankLine>>> {
    Ok(Json(super::list(&app, &Viewer::of(&reader, &person.me), &query).await?))
}

async fn read(
    State(app): State<App>,
    reader: BooksReader,
    person: SignedIn,
    Path(id): Path<BankLineId>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::get(&app, &Viewer::of(&reader, &person.me), id).await?))
}

async fn enter(
    State(app): State<App>,
    maker: CharityMaker,
    Body(new): Body<NewBankLine>,
) -> Result<(StatusCode, Json<BankLine>)> {
    Ok((StatusCode::CREATED, Json(super::enter(&app, &maker, &new).await?)))
}

async fn match_(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(parts): Body<MatchLine>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::match_(&app, &maker, id, &parts).await?))
}

async fn unmatch(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(Unmatch {}): Body<Unmatch>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::unmatch(&app, &maker, id).await?))
}

async fn confirm(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Path(id): Path<BankLineId>,
    Body(seen): Body<ConfirmLine>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::confirm(&app, &checker, id, &seen).await?))
}

async fn void(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(why): Body<VoidLine>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::void(&app, &maker, id, &why).await?))
}

async fn not_donation(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(why): Body<VoidLine>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::not_donation(&app, &maker, id, &why).await?))
}

async fn donation(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(why): Body<VoidLine>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::donation(&app, &maker, id, &why).await?))
}

async fn unmatched(State(app): State<App>, reader: BooksReader) -> Result<Json<Unmatched>> {
    Ok(Json(super::unmatched(&app, &reader).await?))
}

async fn match_many(
    State(app): State<App>,
    maker: CharityMaker,
    Body(lines): Body<MatchMany>,
) -> Result<Json<DoneWithLines>> {
    Ok(Json(super::match_many(&app, &maker, &lines).await?))
}

async fn unmatched_table(State(app): State<App>, reader: BooksReader) -> Result<Streamed> {
    let body = axum::body::Body::from_stream(super::unmatched_table(&app, &reader).await?);
    Ok(Streamed { format: FileFormat::Csv, name: "unmatched", body })
}

async fn confirm_many(
    State(app): State<App>,
    checker: Sure<CharityChecker>,
    Body(lines): Body<ConfirmMany>,
) -> Result<Json<DoneWithLines>> {
    Ok(Json(super::confirm_many(&app, &checker, &lines).await?))
}

async fn name_owner(
    State(app): State<App>,
    maker: CharityMaker,
    Path(id): Path<BankLineId>,
    Body(owner): Body<PartOwner>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::owner::name(&app, &maker, id, owner).await?))
}

async fn confirm_owner(
    State(app): State<App>,
    checker: CharityChecker,
    Path(id): Path<BankLineId>,
    Body(seen): Body<PartOwner>,
) -> Result<Json<BankLine>> {
    Ok(Json(super::owner::confirm(&app, &checker, id, seen).await?))
}
