//! Payments that come back by a bank line: sent back by the payee's bank (退汇), or paid back by the payee (交回).
//!
//! One person says which payment a line is, a second one agrees; then the money is set aside for its need again, in the
//! lots that it went out with, and the line is no gift. Deliberately absent: paying it out anew; that is a new payment.

mod http;
mod sql;

pub use http::routes;

use super::{Viewer, in_this_state, lock_own, sql as lines, viewer};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Origin, Sure, Village};
use crate::mail::letter::correction::{DisbursementBack, DisbursementOutAgain};
use crate::mail::{self, Letter};
use crate::{disbursements, ledger, needs};
use domain::api::returns::{LineBack, SayBack};
use domain::arrival::{BankLineStatus, check_confirmer};
use domain::giving_back::BackKind;
use domain::ledger::{Account, Asset, Event};
use domain::organisation::{Acting, Role};
use domain::{BankLineId, Fen, NeedId};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Payments that a line may be.
const CANDIDATES_MAX: i64 = 50;

/// Whether a line is a payment coming back, and which payments it may be.
pub async fn read(app: &App, viewer: &Viewer, id: BankLineId) -> Result<LineBack> {
    let mut tx = app.snapshot().await?;
    let line = lines::by_id(&mut tx, viewer.charity, id).await?.ok_or(Error::NotFound)?;
    let mut said = sql::of_line(&mut tx, id).await?;
    let maker = viewer.roles.contains(&Role::CharityMaker);
    let checker = viewer.roles.contains(&Role::CharityChecker);
    if let Some((by, said)) = &mut said {
        let waits = said.confirmed_by.is_none();
        said.may_confirm = waits && checker && *by != viewer.person && line.entered_by != viewer.person;
        said.may_drop = waits && (maker || checker);
    }
    let said = said.map(|(_, said)| said);
    let open = maker && said.is_none() && unclaimed(line.status);
    let candidates = if open { sql::candidates(&mut tx, viewer.charity, CANDIDATES_MAX).await? } else { Vec::new() };
    Ok(LineBack { line: id, said, candidates })
}

/// Whether nobody has said yet what a line is.
const fn unclaimed(status: BankLineStatus) -> bool {
    matches!(status, BankLineStatus::Unmatched | BankLineStatus::Suggested)
}

/// Says which payment a line is. The same again gives the same answer.
pub async fn say(app: &App, maker: &CharityMaker, id: BankLineId, back: SayBack) -> Result<LineBack> {
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, acting, id).await?;
    if let Some((_, said)) = sql::of_line(&mut tx, id).await? {
        let other = || Error::Conflict("这笔收入已经说明是另一笔拨付退回来的，请先撤回".into());
        return if said.back == back { read(app, &viewer(acting), id).await } else { Err(other()) };
    }
    if !unclaimed(line.status) {
        return Err(in_this_state(line.status));
    }
    let paid = disbursements::lock_paid(&mut tx, acting.organisation, back.disbursement).await?;
    paid.ok_or_else(|| Error::invalid("disbursement", "没有找到本单位已付的这笔拨付"))?;
    check_left(&mut tx, back, line.amount).await?;
    sql::insert(&mut tx, id, back, acting.person, app.clock.now()).await?;
    record(app, &mut tx, (acting, &maker.origin), "line_back_said", (id, back)).await?;
    tx.commit().await?;
    read(app, &viewer(acting), id).await
}

/// No more comes back than is neither accounted for nor back already.
async fn check_left(tx: &mut PgConnection, back: SayBack, amount: Fen) -> Result<()> {
    let left = ledger::balance(tx, &Account::Advance { disbursement: back.disbursement }).await?;
    if amount > left {
        return Err(Error::invalid("disbursement", too_much(left, amount)));
    }
    Ok(())
}

fn too_much(left: Fen, amount: Fen) -> String {
    format!("这笔拨付还没有核销、也没有退回的只有 {left}，不能退回 {amount}。请核对是哪一笔拨付")
}

/// A second person agrees: the money is set aside for its need again.
pub async fn confirm(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: BankLineId,
    seen: SayBack,
) -> Result<LineBack> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, acting, id).await?;
    let said = sql::of_line(&mut tx, id).await?.filter(|(_, said)| said.confirmed_by.is_none());
    let (by, said) = said.ok_or_else(|| Error::Conflict("这件事已经有人办过，请刷新页面".into()))?;
    if said.back != seen {
        return Err(Error::changed_meanwhile());
    }
    if !unclaimed(line.status) {
        return Err(in_this_state(line.status));
    }
    for earlier in [by, line.entered_by] {
        check_confirmer(earlier, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    }
    let paid = disbursements::lock_paid(&mut tx, acting.organisation, seen.disbursement).await?;
    let paid = paid.ok_or_else(Error::changed_meanwhile)?;
    let (disbursement, need, charity) = (seen.disbursement, paid.need, acting.organisation);
    let advance = Account::Advance { disbursement };
    let refuse = |left| Error::Conflict(too_much(left, line.amount));
    let takes = ledger::take(&mut tx, &advance, Asset::Cny, line.amount, refuse).await?;
    let booked_on = line.booked_on;
    let event = match seen.kind {
        BackKind::Bounced => Event::Bounced { disbursement, need, charity, takes, booked_on },
        BackKind::PaidBack => Event::MoneyPaidBack { line: id, disbursement, need, charity, takes, booked_on },
    };
    let posted = ledger::post(app, &mut tx, &event).await?;
    sql::keep_transfers(&mut tx, id, &posted).await?;
    sql::confirm(&mut tx, id, acting.person, app.clock.now())
        .await
        .on_constraint("line_back_four_eyes", || Error::Conflict("须由另一人确认".into()))?
        .one_row_or_conflict()?;
    let reason = seen.kind.label();
    lines::put(&mut tx, id, (line.status, BankLineStatus::NotDonation), Some(reason)).await?.one_row_or_conflict()?;
    if seen.kind == BackKind::Bounced && sql::bounced(&mut tx, disbursement).await? == paid.amount {
        disbursements::set_bounced(&mut tx, disbursement).await?;
    }
    record(app, &mut tx, (acting, &checker.origin), "line_back_confirmed", (id, seen)).await?;
    tell_village(app, &mut tx, need, line.amount, (seen.kind, paid.payee_name)).await?;
    tx.commit().await?;
    app.pages.forget_all();
    read(app, &viewer(acting), id).await
}

/// It was no payment coming back, or another one: the line is nothing yet, and the payment is out again. Its transfers
/// are taken back already.
pub async fn take_back(
    app: &App,
    tx: &mut PgConnection,
    id: BankLineId,
    (amount, payment): (Fen, disbursements::PaidOut),
) -> Result<()> {
    let (_, said) = sql::of_line(tx, id).await?.ok_or_else(Error::changed_meanwhile)?;
    sql::delete_confirmed(tx, id).await?.one_row_or_conflict()?;
    lines::put(tx, id, (BankLineStatus::NotDonation, BankLineStatus::Unmatched), None).await?.one_row_or_conflict()?;
    disbursements::set_paid_again(tx, said.back.disbursement).await?;
    let named = needs::named(tx, payment.need).await?;
    let letter = DisbursementOutAgain {
        need_code: named.code.unwrap_or_default(),
        title: named.title,
        amount,
        payee_name: payment.payee_name,
        path: format!("/work/needs/{}/report", payment.need),
    };
    mail::write_to(tx, app, (named.organisation, Village::ROLES), &Letter::DisbursementOutAgain(letter)).await
}

async fn tell_village(
    app: &App,
    tx: &mut PgConnection,
    need: NeedId,
    amount: Fen,
    (kind, payee_name): (BackKind, String),
) -> Result<()> {
    let named = needs::named(tx, need).await?;
    let letter = DisbursementBack {
        need_code: named.code.unwrap_or_default(),
        title: named.title,
        amount,
        bounced: kind == BackKind::Bounced,
        payee_name,
        path: format!("/work/needs/{need}/report"),
    };
    mail::write_to(tx, app, (named.organisation, Village::ROLES), &Letter::DisbursementBack(letter)).await
}

/// It is another line, or a second person does not agree.
pub async fn drop_it(app: &App, desk: &CharityDesk, id: BankLineId) -> Result<LineBack> {
    let acting = &desk.acting;
    let mut tx = app.begin().await?;
    lock_own(&mut tx, acting, id).await?;
    let said = sql::of_line(&mut tx, id).await?.filter(|(_, said)| said.confirmed_by.is_none());
    let (_, said) = said.ok_or_else(|| Error::Conflict("这件事已经有人办过，请刷新页面".into()))?;
    sql::delete(&mut tx, id).await?.one_row_or_conflict()?;
    record(app, &mut tx, (acting, &desk.origin), "line_back_dropped", (id, said.back)).await?;
    tx.commit().await?;
    read(app, &viewer(acting), id).await
}

/// Which of the lines are payments that came back; they are no gifts, and stay none.
pub async fn among(tx: &mut PgConnection, lines: &[BankLineId]) -> Result<BTreeSet<BankLineId>> {
    Ok(sql::among(tx, lines).await?)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    verb: &'static str,
    (id, back): (BankLineId, SayBack),
) -> Result<()> {
    let after = Some(json!({ "disbursement": back.disbursement, "kind": back.kind }));
    let record = Record { verb, subject_kind: "bank_line", subject: id.0, before: None, after, reason: None };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}
