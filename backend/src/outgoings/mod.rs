//! Money out of a charity's accounts, as its bank says it: each row is said to be something, so that none is forgotten.
//!
//! A payment or a return that three people made is recognised by one person, of the same amount; everything else asks
//! for a second one. A fee is booked then, from undirected money only. Deliberately absent: paying anything.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::arrivals::{SEALED, Viewer, viewer};
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Origin, Sure};
use crate::{campaigns, ledger};
use domain::api::outgoings::{OutQuery, Outgoing};
use domain::api::{Count, List};
use domain::ledger::{Account, Asset, Event};
use domain::organisation::{Acting, Role};
use domain::outgoing::{OutKind, OutMeaning, check_explainer};
use domain::todo::Waiting;
use domain::{EventId, OrganisationId, OutgoingId, ReturnId};
use serde_json::json;
use sqlx::PgConnection;

/// Rows on one page of a list.
const PAGE: usize = 50;

/// Rows that nobody has explained, oldest first, or all, latest first.
pub async fn list(app: &App, viewer: &Viewer, query: &OutQuery) -> Result<List<Outgoing>> {
    let after = query.after.as_deref().map(str::parse::<OutgoingId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let charity = viewer.charity();
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = if query.all {
        sql::all(&mut tx, charity, after, limit).await?
    } else {
        sql::open(&mut tx, charity, after, limit).await?
    };
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.shown.id.to_string());
    let count = Count::capped(sql::count(&mut tx, charity, query.all).await?);
    Ok(List { items: shown(&mut tx, viewer, rows).await?, next, count })
}

/// Adds what a row may be, and what this person may do.
async fn shown(tx: &mut PgConnection, viewer: &Viewer, rows: Vec<sql::Row>) -> Result<Vec<Outgoing>> {
    let (maker, checker) = (viewer.has(Role::CharityMaker), viewer.has(Role::CharityChecker));
    let open: Vec<OutgoingId> = rows.iter().filter(|row| row.shown.meaning.is_none()).map(|row| row.shown.id).collect();
    let mut suggestions = if maker { sql::suggestions(tx, &open).await? } else { Vec::new() };
    let with_rights = |row: sql::Row| {
        let mut shown = row.shown;
        let waits = shown.meaning.is_some() && !shown.explained;
        shown.may_explain = maker && shown.meaning.is_none();
        shown.may_confirm = waits && checker && row.said_by.is_some_and(|by| !viewer.is(by));
        let booked = shown.meaning.as_ref().is_some_and(|said| said.kind == OutKind::Fee) && shown.explained;
        let signed = row.sealed && shown.explained;
        shown.may_drop = shown.meaning.is_some() && !booked && !signed && (maker || checker);
        let own = suggestions.extract_if(.., |(of, _)| *of == shown.id).map(|(_, suggestion)| suggestion);
        shown.suggestions = own.collect();
        shown
    };
    Ok(rows.into_iter().map(with_rights).collect())
}

async fn one(app: &App, acting: &Acting, id: OutgoingId) -> Result<Outgoing> {
    let mut tx = app.snapshot().await?;
    let row = sql::by_id(&mut tx, id).await?.filter(|row| row.charity == acting.organisation);
    let rows = vec![row.ok_or(Error::NotFound)?];
    shown(&mut tx, &viewer(acting), rows).await?.into_iter().next().ok_or(Error::NotFound)
}

/// A row of the caller's charity, locked.
async fn lock(tx: &mut PgConnection, charity: OrganisationId, id: OutgoingId) -> Result<sql::Row> {
    sql::lock(tx, id).await?;
    sql::by_id(tx, id).await?.filter(|row| row.charity == charity).ok_or(Error::NotFound)
}

/// Says what a row was. The same again gives the same answer.
pub async fn explain(app: &App, maker: &CharityMaker, id: OutgoingId, meaning: &OutMeaning) -> Result<Outgoing> {
    meaning.check()?;
    let meaning = OutMeaning { reason: meaning.reason.trim().to_owned(), ..meaning.clone() };
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let row = lock(&mut tx, acting.organisation, id).await?;
    if let Some(said) = &row.shown.meaning {
        let other = || Error::Conflict("这笔支出已经有说明，请先撤回再改".into());
        return if *said == meaning { one(app, acting, id).await } else { Err(other()) };
    }
    check_target(&mut tx, acting.organisation, &row, &meaning).await?;
    let said = sql::insert(&mut tx, id, &meaning, acting.person, app.clock.now()).await;
    let once = || Error::Conflict("另一笔支出已经说明是这笔付款，请核对".into());
    if matches!(meaning.kind, OutKind::Return) {
        said.on_constraint("bank_out_meaning_return_once", once)?;
    } else {
        said.on_constraint("bank_out_meaning_disbursement_once", once)?;
    }
    if !meaning.kind.needs_second() {
        sql::paid_from(&mut tx, &row, &meaning).await?;
    }
    record(app, &mut tx, (acting, &maker.origin), "outgoing_explained", (id, &meaning)).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// What a row is said to be exists, is the charity's, and is of its amount.
async fn check_target(
    tx: &mut PgConnection,
    charity: OrganisationId,
    row: &sql::Row,
    meaning: &OutMeaning,
) -> Result<()> {
    if let Some(id) = meaning.disbursement {
        let paid = sql::disbursement(tx, charity, id).await?;
        let paid = paid.ok_or_else(|| Error::invalid("disbursement", "没有找到本单位已付的这笔拨付"))?;
        if paid != row.shown.amount_fen {
            let says = format!("这笔拨付是 {paid}，流水是 {}，金额须相同", row.shown.amount_fen);
            return Err(Error::invalid("disbursement", says));
        }
    }
    if let Some(id) = meaning.gift_return {
        let paid = sql::gift_return(tx, charity, id).await?;
        let paid = paid.ok_or_else(|| Error::invalid("gift_return", "没有找到本单位已付的这笔退回"))?;
        if paid != row.shown.amount_fen {
            let says = format!("这笔退回是 {paid}，流水是 {}，金额须相同", row.shown.amount_fen);
            return Err(Error::invalid("gift_return", says));
        }
    }
    if let Some(id) = meaning.campaign {
        let receives = campaigns::of_charity(tx, id, charity).await?;
        receives.ok_or_else(|| Error::invalid("campaign", "本单位不接收这个活动的捐款"))?;
    }
    if let Some(id) = meaning.other_account {
        let own = sql::is_own_account(tx, charity, id).await?;
        if !own || id == row.shown.bank_account.id {
            return Err(Error::invalid("other_account", "请选择本单位的另一个账户"));
        }
    }
    Ok(())
}

/// A second person agrees; a fee is booked from undirected money.
pub async fn confirm(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: OutgoingId,
    seen: &OutMeaning,
) -> Result<Outgoing> {
    let acting = &checker.acting;
    let charity = acting.organisation;
    let mut tx = app.begin().await?;
    let row = lock(&mut tx, charity, id).await?;
    let said = row.shown.meaning.as_ref().filter(|_| !row.shown.explained);
    let said = said.ok_or_else(|| Error::Conflict("这件事已经有人办过，请刷新页面".into()))?;
    if said != seen {
        return Err(Error::changed_meanwhile());
    }
    let said_by = row.said_by.ok_or_else(Error::changed_meanwhile)?;
    check_explainer(said_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    if let (OutKind::Fee, Some(campaign)) = (said.kind, said.campaign) {
        campaigns::may_move(&mut tx, &[campaign]).await?;
        let general = Account::General { campaign, charity };
        let asked = row.shown.amount_fen;
        let refuse = |held| {
            Error::Conflict(format!(
                "这个活动的非定向捐款只有 {held}，不够列支手续费 {asked}。手续费不能从定向捐款列支，请改为本单位自有资金支出"
            ))
        };
        let takes = ledger::take(&mut tx, &general, Asset::Cny, asked, refuse).await?;
        let event = Event::FeeCharged { record: EventId(id.0), campaign, charity, takes, on: row.shown.booked_on };
        ledger::post(app, &mut tx, &event).await?;
    }
    sql::confirm(&mut tx, id, acting.person, app.clock.now())
        .await
        .on_constraint("bank_out_meaning_four_eyes", || Error::Conflict("须由另一人确认".into()))?
        .one_row_or_conflict()?;
    record(app, &mut tx, (acting, &checker.origin), "outgoing_confirmed", (id, said)).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// It was something else. A fee that is booked stays, and so does what was signed with its month.
pub async fn drop_it(app: &App, desk: &CharityDesk, id: OutgoingId) -> Result<Outgoing> {
    let acting = &desk.acting;
    let mut tx = app.begin().await?;
    let row = lock(&mut tx, acting.organisation, id).await?;
    let said = row.shown.meaning.clone().ok_or_else(|| Error::Conflict("这笔支出还没有说明".into()))?;
    if said.kind == OutKind::Fee && row.shown.explained {
        return Err(Error::Conflict("手续费已经入账，不能撤回说明；记错了请冲正".into()));
    }
    let sealed = || Error::Conflict(SEALED.into());
    sql::delete(&mut tx, id).await.on_constraint("bank_day_sealed", sealed)?.one_row_or_conflict()?;
    record(app, &mut tx, (acting, &desk.origin), "outgoing_dropped", (id, &said)).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// A booked fee was none: its row waits to be explained. Its transfers are taken back already.
pub async fn take_back_fee(tx: &mut PgConnection, id: OutgoingId) -> Result<()> {
    sql::delete(tx, id).await?.one_row_or_conflict()
}

/// The row of a statement that was recognised as this return.
pub async fn recognised_return(tx: &mut PgConnection, id: ReturnId) -> Result<Option<OutgoingId>> {
    Ok(sql::recognised_return(tx, id).await?)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    verb: &'static str,
    (id, meaning): (OutgoingId, &OutMeaning),
) -> Result<()> {
    let reason = Some(meaning.reason.as_str()).filter(|reason| !reason.is_empty());
    let after = Some(json!({ "kind": meaning.kind.label() }));
    let record = Record { verb, subject_kind: "outgoing", subject: id.0, before: None, after, reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// What of money out waits for a maker: rows of which nobody has said what they were.
pub async fn waiting_to_be_explained(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_explained(tx, acting.organisation).await?)
}

/// What of money out waits for this checker: rows that somebody else explained.
pub async fn waiting_to_be_confirmed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_confirmed(tx, acting.organisation, acting.person).await?)
}
