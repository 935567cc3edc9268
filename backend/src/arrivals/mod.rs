//! Bank lines: one person enters and matches them, a second one confirms; only then is money 到账.
//!
//! Confirming is one transaction: the line, the transfers, the pledges' states, the record. Lines come in by hand or from
//! a bank's statement (`statements`); a wrong confirmation is reversed and booked anew (`rebookings`). Deliberately
//! absent: changing what is booked.

pub mod backs;
mod guesses;
mod http;
mod many;
pub mod owner;
pub mod rebookings;
mod sql;
pub mod statements;
mod unmatched;

pub use http::routes;
pub use many::{confirm_many, match_many};
pub use unmatched::{table as unmatched_table, unmatched};

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{BooksReader, CharityChecker, CharityMaker, Sure};
use crate::{bank_accounts, campaigns, gift_claims, ledger, pledges};
use domain::api::arrivals::{
    BankLine, ConfirmLine, LinePart, LineQuery, LineRights, MatchLine, MatchPart, NewBankLine, VoidLine,
};
use domain::api::{Count, List};
use domain::arrival::{BankLineInput, BankLineStatus, check_aside, check_confirmer, check_parts, check_void};
use domain::ledger::{ArrivalPart, Event, Landing};
use domain::organisation::{Acting, Role};
use domain::pledge::Restriction;
use domain::todo::Waiting;
use domain::{BankLineId, Fen, LotId, OrganisationId, PersonId, PledgeId};
use guesses::Guesses;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Lines on one page of a list.
const PAGE: usize = 50;
/// Nothing of a signed month is entered or taken back.
pub const SEALED: &str = "这一天所在的月份已完成月结。要改，请先在“月结”申请重开，由另一位同事同意";
/// Parts into which one line may be divided.
const PARTS_MAX: usize = 50;

/// Enters a line. The same id and content again gives the same answer; the same serial number is refused.
pub async fn enter(app: &App, maker: &CharityMaker, new: &NewBankLine) -> Result<BankLine> {
    new.line.check(app.clock.today())?;
    let mut tx = app.begin().await?;
    bank_accounts::usable(&mut tx, maker.acting.organisation, new.bank_account, new.line.booked_on).await?;
    let guesses = Guesses::read(&mut tx, maker.acting.organisation, &[&new.line]).await?;
    let status = if guesses.any(&new.line) { BankLineStatus::Suggested } else { BankLineStatus::Unmatched };
    let entered = sql::insert(&mut tx, new, status, maker.acting.person, app.clock.now()).await;
    match entered.map_err(|error| (error.as_database_error().and_then(|e| e.constraint().map(str::to_owned)), error)) {
        Ok(()) => {}
        Err((Some(constraint), _)) if constraint == "bank_line_pkey" => {
            tx.rollback().await?;
            return entered_before(app, maker, new).await;
        }
        Err((Some(constraint), _)) if constraint == "bank_day_sealed" => {
            return Err(Error::invalid("booked_on", SEALED));
        }
        // The id was new; so the number is one that this account already has.
        Err((Some(constraint), _)) if constraint == "bank_line_serial_once" => {
            return Err(Error::invalid("serial_no", "这个流水号已经录入过，请在列表里核对，不要重复录入"));
        }
        Err((_, error)) => return Err(error.into()),
    }
    record(app, &mut tx, &maker.acting, &maker.origin, "bank_line_entered", new.id, None, status).await?;
    tx.commit().await?;
    get(app, &viewer(&maker.acting), new.id).await
}

async fn entered_before(app: &App, maker: &CharityMaker, new: &NewBankLine) -> Result<BankLine> {
    match get(app, &viewer(&maker.acting), new.id).await {
        Ok(line) if line.line == trimmed(&new.line) && line.bank_account.id == new.bank_account => Ok(line),
        Err(trouble) if !matches!(trouble, Error::NotFound) => Err(trouble),
        Ok(_) | Err(_) => Err(Error::Conflict("这个编号已经录入过另一笔流水，请重新打开录入页面".into())),
    }
}

/// A line as it is stored.
fn trimmed(line: &BankLineInput) -> BankLineInput {
    BankLineInput { payer: line.payer.trim().to_owned(), remark: line.remark.trim().to_owned(), ..line.clone() }
}

/// Says whose a line is: parts that add up to it.
pub async fn match_(app: &App, maker: &CharityMaker, id: BankLineId, parts: &MatchLine) -> Result<BankLine> {
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, &maker.acting, id).await?;
    if !line.status.may_become(BankLineStatus::Matched) {
        return Err(in_this_state(line.status));
    }
    not_a_payment_back(&mut tx, id).await?;
    let parts = &parts.parts;
    if parts.len() > PARTS_MAX {
        return Err(Error::invalid("parts", "一笔流水最多分 50 项"));
    }
    check_parts(line.amount, parts.iter().map(|part| part.amount_fen))
        .map_err(|error| Error::invalid("parts", error.to_string()))?;
    check_owners(&mut tx, maker.acting.organisation, parts).await?;
    let parts: Vec<_> = parts.iter().map(|part| (id, app.clock.id(), part.clone())).collect();
    write_matched(app, &mut tx, maker, &[(id, line.status)], &parts).await?;
    tx.commit().await?;
    get(app, &viewer(&maker.acting), id).await
}

/// Writes down whose lines are, each in the state that it was read in.
async fn write_matched(
    app: &App,
    tx: &mut PgConnection,
    maker: &CharityMaker,
    lines: &[(BankLineId, BankLineStatus)],
    parts: &[(BankLineId, LotId, MatchPart)],
) -> Result<()> {
    sql::insert_parts(tx, parts).await?;
    let Acting { person, organisation, .. } = maker.acting;
    let written = sql::set_matched(tx, lines, person, app.clock.now()).await?.rows_affected();
    if usize::try_from(written).is_ok_and(|written| written != lines.len()) {
        return Err(Error::changed_meanwhile());
    }
    let records: Vec<Record<'_>> = lines
        .iter()
        .map(|(line, before)| Record {
            verb: "bank_line_matched",
            subject_kind: "bank_line",
            subject: line.0,
            before: Some(json!({ "status": before })),
            after: Some(json!({ "status": BankLineStatus::Matched })),
            reason: None,
        })
        .collect();
    Ok(audit::record_all(app, tx, (person, organisation), &maker.origin, &records).await?)
}

/// Each part goes to a pledge to this charity that takes money, or to a campaign that it receives for, or waits; and
/// money of these campaigns may still move.
async fn check_owners(tx: &mut PgConnection, charity: OrganisationId, parts: &[MatchPart]) -> Result<()> {
    let wanted: Vec<PledgeId> = parts.iter().filter_map(|part| part.pledge).collect();
    let known = pledges::lock(tx, &wanted).await?;
    for part in parts {
        if part.pledge.is_some() && part.campaign.is_some() {
            return Err(Error::invalid("parts", "一个分项只能归入认捐或活动之一"));
        }
        if let Some(id) = part.pledge {
            takes_money(&known, charity, id)?;
        }
        if let Some(campaign) = part.campaign {
            let receives = campaigns::of_charity(tx, campaign, charity).await?;
            receives.ok_or_else(|| Error::invalid("parts", "本单位不接收这个活动的捐款"))?;
        }
    }
    let named = parts.iter().filter_map(|part| part.campaign);
    let campaigns: Vec<_> = known.iter().map(|pledge| pledge.campaign).chain(named).collect();
    campaigns::may_move(tx, &campaigns).await
}

/// The pledge among those that were locked, if it is to this charity and takes money.
fn takes_money(known: &[pledges::Locked], charity: OrganisationId, id: PledgeId) -> Result<&pledges::Locked> {
    let pledge = known.iter().find(|pledge| pledge.id == id && pledge.charity == charity);
    let pledge = pledge.ok_or_else(|| Error::invalid("parts", "没有找到向本单位作出的这笔认捐"))?;
    if pledge.status.takes_money() {
        Ok(pledge)
    } else {
        Err(Error::invalid("parts", "这笔认捐已取消，不能匹配"))
    }
}

/// Takes a match back, before it is confirmed.
pub async fn unmatch(app: &App, maker: &CharityMaker, id: BankLineId) -> Result<BankLine> {
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, &maker.acting, id).await?;
    if line.status != BankLineStatus::Matched {
        return Err(in_this_state(line.status));
    }
    sql::delete_parts(&mut tx, id).await?;
    sql::set_unmatched(&mut tx, id).await?.one_row_or_conflict()?;
    let (before, after) = (Some(line.status), BankLineStatus::Unmatched);
    record(app, &mut tx, &maker.acting, &maker.origin, "bank_line_unmatched", id, before, after).await?;
    tx.commit().await?;
    get(app, &viewer(&maker.acting), id).await
}

/// Voids a mistyped line that nobody has matched: it stays to be read, and its serial number is free again.
pub async fn void(app: &App, maker: &CharityMaker, id: BankLineId, why: &VoidLine) -> Result<BankLine> {
    check_void(&why.reason)?;
    let reason = why.reason.trim();
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, &maker.acting, id).await?;
    if !line.status.may_become(BankLineStatus::Voided) {
        return Err(in_this_state(line.status));
    }
    let sealed = || Error::Conflict(SEALED.into());
    let voided = sql::set_voided(&mut tx, id, line.status, reason).await;
    voided.on_constraint("bank_day_sealed", sealed)?.one_row_or_conflict()?;
    let record = Record {
        verb: "bank_line_voided",
        subject_kind: "bank_line",
        subject: id.0,
        before: Some(json!({ "status": line.status })),
        after: Some(json!({ "status": BankLineStatus::Voided })),
        reason: Some(reason),
    };
    audit::record(app, &mut tx, &maker.acting, &maker.origin, record).await?;
    tx.commit().await?;
    get(app, &viewer(&maker.acting), id).await
}

/// Puts money in aside that is no gift, such as interest; it is counted nowhere.
pub async fn not_donation(app: &App, maker: &CharityMaker, id: BankLineId, why: &VoidLine) -> Result<BankLine> {
    put(app, maker, id, BankLineStatus::NotDonation, why, "bank_line_not_donation").await
}

/// What was put aside is a gift after all: it waits to be matched.
pub async fn donation(app: &App, maker: &CharityMaker, id: BankLineId, why: &VoidLine) -> Result<BankLine> {
    put(app, maker, id, BankLineStatus::Unmatched, why, "bank_line_donation").await
}

async fn put(
    app: &App,
    maker: &CharityMaker,
    id: BankLineId,
    to: BankLineStatus,
    why: &VoidLine,
    verb: &'static str,
) -> Result<BankLine> {
    check_aside(&why.reason)?;
    let reason = why.reason.trim();
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, &maker.acting, id).await?;
    // A match is taken back by its own step, so that nobody mistakes one for the other.
    if line.status == BankLineStatus::Matched || !line.status.may_become(to) {
        return Err(in_this_state(line.status));
    }
    not_a_payment_back(&mut tx, id).await?;
    let kept = (to == BankLineStatus::NotDonation).then_some(reason);
    sql::put(&mut tx, id, (line.status, to), kept).await?.one_row_or_conflict()?;
    let record = Record {
        verb,
        subject_kind: "bank_line",
        subject: id.0,
        before: Some(json!({ "status": line.status })),
        after: Some(json!({ "status": to })),
        reason: Some(reason),
    };
    audit::record(app, &mut tx, &maker.acting, &maker.origin, record).await?;
    tx.commit().await?;
    get(app, &viewer(&maker.acting), id).await
}

/// A second person agrees: the line's money is 到账.
pub async fn confirm(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: BankLineId,
    seen: &ConfirmLine,
) -> Result<BankLine> {
    agree(app, checker, id, &seen.lots).await?;
    get(app, &viewer(&checker.acting), id).await
}

/// Confirms and books one line. Returns its amount.
async fn agree(app: &App, checker: &CharityChecker, id: BankLineId, lots: &[LotId]) -> Result<Fen> {
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, &checker.acting, id).await?;
    if line.status != BankLineStatus::Matched {
        return Err(in_this_state(line.status));
    }
    for earlier in [Some(line.entered_by), line.matched_by].into_iter().flatten() {
        check_confirmer(earlier, checker.acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    }
    let parts = sql::parts(&mut tx, &[id]).await?;
    if parts.iter().map(|part| part.lot).ne(lots.iter().copied()) {
        return Err(Error::changed_meanwhile());
    }
    let number = sql::next_confirmation(&mut tx).await?;
    book(app, &mut tx, (checker.acting.organisation, number), &line, &parts).await?;
    sql::set_confirmed(&mut tx, id, number, checker.acting.person, app.clock.now())
        .await
        .on_constraint("bank_line_four_eyes", || Error::Conflict("到账须由另一人复核".into()))?
        .one_row_or_conflict()?;
    let (before, after) = (Some(line.status), BankLineStatus::Confirmed);
    record(app, &mut tx, &checker.acting, &checker.origin, "bank_line_confirmed", id, before, after).await?;
    tx.commit().await?;
    Ok(line.amount)
}

/// Posts the transfers of a confirmed line, tells its pledges, and writes to their givers.
async fn book(
    app: &App,
    tx: &mut PgConnection,
    (charity, confirmation_no): (OrganisationId, i64),
    line: &sql::Locked,
    parts: &[sql::Part],
) -> Result<()> {
    let ids: Vec<PledgeId> = parts.iter().filter_map(|part| part.pledge.as_ref().map(|pledge| pledge.id)).collect();
    let locked = pledges::lock(tx, &ids).await?;
    if locked.iter().any(|pledge| !pledge.status.takes_money()) {
        return Err(Error::Conflict("归属里有一笔认捐已取消，请撤回匹配，查明后重新匹配".into()));
    }
    let named = parts.iter().filter_map(|part| part.campaign);
    campaigns::may_move(tx, &locked.iter().map(|pledge| pledge.campaign).chain(named).collect::<Vec<_>>()).await?;
    let landing = |part: &sql::Part| -> Landing {
        let pledge = part.pledge.as_ref().and_then(|of| locked.iter().find(|pledge| pledge.id == of.id));
        match (pledge, part.campaign) {
            (Some(pledge), _) if pledge.restriction == Restriction::Directed => Landing::Directed { pledge: pledge.id },
            (Some(pledge), _) => Landing::General { campaign: pledge.campaign, charity },
            (None, Some(campaign)) => Landing::General { campaign, charity },
            (None, None) => Landing::Unmatched { bank_account: line.bank_account },
        }
    };
    let event = Event::ArrivalConfirmed {
        line: line.id,
        amount: line.amount,
        parts: parts.iter().map(|part| ArrivalPart { lot: part.lot, amount: part.amount, to: landing(part) }).collect(),
        booked_on: line.booked_on,
    };
    ledger::post(app, tx, &event).await?;
    let mut sums: BTreeMap<PledgeId, Fen> = BTreeMap::new();
    for part in parts {
        if let Some(pledge) = &part.pledge {
            let sum = sums.entry(pledge.id).or_default();
            *sum = sum.checked_add(part.amount).map_err(|error| Error::Conflict(error.to_string()))?;
        }
    }
    let arrived: Vec<_> = locked
        .into_iter()
        .map(|pledge| {
            let sum = sums.get(&pledge.id).copied().unwrap_or_default();
            (pledge, sum)
        })
        .collect();
    pledges::book_arrivals(app, tx, &arrived).await?;
    for (pledge, amount) in sums {
        let arrival = pledges::Arrival { confirmation_no, amount, booked_on: line.booked_on };
        pledges::tell_arrival(app, tx, pledge, arrival).await?;
    }
    Ok(())
}

/// What was said to be a payment that comes back is nothing else meanwhile.
async fn not_a_payment_back(tx: &mut PgConnection, id: BankLineId) -> Result<()> {
    if backs::among(tx, &[id]).await?.is_empty() { Ok(()) } else { Err(comes_back()) }
}

fn comes_back() -> Error {
    Error::Conflict("这笔收入已经说明是退回来的拨付，请先撤回那个说明".into())
}

async fn lock_own(tx: &mut PgConnection, acting: &Acting, id: BankLineId) -> Result<sql::Locked> {
    let line = sql::lock(tx, &[id]).await?.pop();
    line.filter(|line| line.charity == acting.organisation).ok_or(Error::NotFound)
}

fn in_this_state(status: BankLineStatus) -> Error {
    Error::Conflict(format!("这笔流水现在是“{}”，不能这样操作", status.label()))
}

#[expect(clippy::too_many_arguments, reason = "a record of one change of one line, always the same")]
async fn record(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    origin: &crate::http::caller::Origin,
    verb: &'static str,
    id: BankLineId,
    before: Option<BankLineStatus>,
    after: BankLineStatus,
) -> Result<()> {
    let record = Record {
        verb,
        subject_kind: "bank_line",
        subject: id.0,
        before: before.map(|status| json!({ "status": status })),
        after: Some(json!({ "status": after })),
        reason: None,
    };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// Of a member of a charity, what decides on what he sees and may do.
pub struct Viewer {
    charity: OrganisationId,
    person: PersonId,
    roles: Vec<Role>,
}

impl Viewer {
    /// With all the roles that the person has in the charity.
    #[must_use]
    pub fn of(reader: &BooksReader, me: &domain::api::sessions::Me) -> Self {
        let own = me.acting().filter(|membership| membership.organisation == reader.charity);
        let roles = own.map(|membership| membership.role).collect();
        Viewer { charity: reader.charity, person: reader.acting.person, roles }
    }
}

impl Viewer {
    #[must_use]
    pub const fn charity(&self) -> OrganisationId {
        self.charity
    }

    #[must_use]
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    #[must_use]
    pub fn is(&self, person: PersonId) -> bool {
        self.person == person
    }
}

/// As whoever just did something, by the role that he did it by.
#[must_use]
pub fn viewer(acting: &Acting) -> Viewer {
    Viewer { charity: acting.organisation, person: acting.person, roles: vec![acting.role] }
}

/// One line of the caller's charity.
pub async fn get(app: &App, viewer: &Viewer, id: BankLineId) -> Result<BankLine> {
    let mut tx = app.snapshot().await?;
    let row = sql::by_id(&mut tx, viewer.charity, id).await?.ok_or(Error::NotFound)?;
    let lines = with_parts(&mut tx, viewer, vec![row]).await?;
    lines.into_iter().next().ok_or(Error::NotFound)
}

/// Lines that wait, oldest first, or that are done, latest first.
pub async fn list(app: &App, viewer: &Viewer, query: &LineQuery) -> Result<List<BankLine>> {
    let after = query.after.as_deref().map(str::parse::<BankLineId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let (mut rows, counted) = if query.done {
        (sql::done(&mut tx, viewer.charity, after, limit).await?, sql::count_done(&mut tx, viewer.charity).await?)
    } else {
        let waiting = sql::waiting(&mut tx, viewer.charity, query.desk, after, limit).await?;
        (waiting, sql::count_waiting(&mut tx, viewer.charity, query.desk).await?)
    };
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let items = with_parts(&mut tx, viewer, rows).await?;
    Ok(List { items, next, count: Count::capped(counted) })
}

/// Adds parts, steps that wait, guesses and rights to lines: four more queries, however many lines.
async fn with_parts(tx: &mut PgConnection, viewer: &Viewer, rows: Vec<sql::Row>) -> Result<Vec<BankLine>> {
    let ids: Vec<BankLineId> = rows.iter().map(|row| row.id).collect();
    let parts = sql::parts(tx, &ids).await?;
    let steps = sql::second_steps(tx, &ids).await?;
    let open: Vec<_> = rows.iter().filter(|row| row.status.may_become(BankLineStatus::Matched)).collect();
    let inputs: Vec<_> = open.iter().map(|row| &row.input).collect();
    let guesses = Guesses::read(tx, viewer.charity, &inputs).await?.of(tx, &inputs).await?;
    let mut guesses: BTreeMap<BankLineId, _> = open.iter().map(|row| row.id).zip(guesses).collect();
    let line = |row: sql::Row| {
        let own = parts.iter().filter(|part| part.line == row.id).map(|part| shown(viewer, &row, part));
        let own = own.collect::<Result<Vec<_>>>()?;
        let may = rights(viewer, &row);
        let waits = steps.iter().filter(|(line, _)| *line == row.id).map(|(_, step)| *step).collect();
        let suggestions = guesses.remove(&row.id).unwrap_or_default();
        Ok(row.into_api(own, waits, suggestions, may))
    };
    rows.into_iter().map(line).collect()
}

/// A part with what the viewer may do about an unknown giver. What goes back, or went back, is nobody's to name or to
/// claim; what is left of it can only go back too.
fn shown(viewer: &Viewer, row: &sql::Row, part: &sql::Part) -> Result<LinePart> {
    let unowned = row.status == BankLineStatus::Confirmed && part.pledge.is_none();
    let claimable = unowned && part.taken.is_zero();
    let unknown = claimable && part.campaign.is_none();
    let maker = viewer.roles.contains(&Role::CharityMaker);
    let checker = viewer.roles.contains(&Role::CharityChecker);
    let second = part.owner.as_ref().is_some_and(|(by, _)| *by != viewer.person);
    Ok(LinePart {
        lot: part.lot,
        amount_fen: part.amount,
        pledge: part.pledge.clone(),
        campaign: part.campaign,
        owner: part.owner.as_ref().map(|(_, owner)| owner.clone()),
        may_name_owner: unknown && maker,
        may_confirm_owner: unknown && checker && second,
        claim_code: claimable.then(|| gift_claims::code_of(part.number)).transpose()?,
        may_return: unowned && maker && part.taken < part.amount,
    })
}

fn rights(viewer: &Viewer, row: &sql::Row) -> LineRights {
    let maker = viewer.roles.contains(&Role::CharityMaker);
    let checker = viewer.roles.contains(&Role::CharityChecker);
    let took_part = row.entered_by == viewer.person || row.matched_by == Some(viewer.person);
    LineRights {
        match_: maker && row.status.may_become(BankLineStatus::Matched),
        unmatch: maker && row.status == BankLineStatus::Matched,
        confirm: checker && !took_part && row.status == BankLineStatus::Matched,
        void: maker && row.status.may_become(BankLineStatus::Voided),
        not_donation: maker && row.status.may_become(BankLineStatus::NotDonation),
        donation: maker && row.status == BankLineStatus::NotDonation,
    }
}

/// What of bank lines waits for a maker: those of which nobody has said whose they are.
pub async fn waiting_to_be_matched(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_matched(tx, acting.organisation).await?)
}

/// What of bank lines waits for this checker: lines that are matched, said to come back, or whose giver was found, where
/// he had no part in it.
pub async fn waiting_to_be_confirmed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_confirmed(tx, acting.organisation, acting.person).await?)
}
