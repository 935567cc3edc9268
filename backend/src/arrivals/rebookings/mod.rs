//! Rebooking a confirmed line: the wrong parts are reversed and the right ones booked, in one act of two people.
//!
//! A part that stays as it was keeps its lot; what is booked anew is a new lot, with the bank's day of the line. What
//! stood before stays to be read. While the money of a wrong part has moved on, nothing is reversed, and the refusal
//! lists what stands in the way. Deliberately absent: reversing what followed; that is done where it was done.

mod http;
mod sql;

pub use http::routes;

use super::{Landing, SEALED, Viewer, check_owners, in_this_state, lock_own, sql as lines, viewer};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{CharityChecker, CharityDesk, CharityMaker, Origin, Sure};
use crate::{campaigns, ledger, pledges, returns, reversals};
use domain::api::arrivals::MatchPart;
use domain::api::rebookings::{NewRebooking, RebookingOutcome, Rebookings};
use domain::arrival::rebooking::{Rebooked, Share, check_rebooking, rebooked};
use domain::arrival::{BankLineStatus, check_confirmer, check_parts};
use domain::ledger::{ArrivalPart, Event, Posted, TransferCode};
use domain::organisation::{Acting, Role};
use domain::pledge::Restriction;
use domain::{BankLineId, EventId, Fen, LotId, PledgeId, RebookingId};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// How a line was booked anew so far, what waits, and what stands in the way.
pub async fn read(app: &App, viewer: &Viewer, id: BankLineId) -> Result<Rebookings> {
    let mut tx = app.snapshot().await?;
    let line = lines::by_id(&mut tx, viewer.charity, id).await?.ok_or(Error::NotFound)?;
    let lots: Vec<LotId> = lines::parts(&mut tx, &[id]).await?.iter().map(|part| part.lot).collect();
    let confirmed = line.status == BankLineStatus::Confirmed;
    let history = if confirmed { ledger::history(&mut tx, &lots).await? } else { Vec::new() };
    let moved_on = reversals::named(&mut tx, &reversals::standing(&history, followed)).await?;
    let mut items = sql::of_line(&mut tx, id).await?;
    let (maker, checker) = (viewer.roles.contains(&Role::CharityMaker), viewer.roles.contains(&Role::CharityChecker));
    for (by, item) in &mut items {
        let waits = item.outcome.is_none();
        item.may_confirm = waits && checker && *by != viewer.person;
        item.may_drop = waits && (maker || checker);
    }
    let items: Vec<_> = items.into_iter().map(|(_, item)| item).collect();
    let waits = items.iter().any(|item| item.outcome.is_none());
    Ok(Rebookings { line: id, may_propose: maker && confirmed && !waits, moved_on, items })
}

/// What brought the money to where its owner's is.
fn arrived(code: TransferCode) -> bool {
    matches!(code, TransferCode::Arrival | TransferCode::Match)
}

fn followed(posted: &Posted) -> bool {
    !arrived(posted.transfer.code)
}

fn share(part: &MatchPart) -> Share {
    Share { amount: part.amount_fen, pledge: part.pledge, campaign: part.campaign }
}

fn shares(parts: &[lines::Part]) -> Vec<(LotId, Share)> {
    let share = |part: &lines::Part| Share {
        amount: part.amount,
        pledge: part.pledge.as_ref().map(|pledge| pledge.id),
        campaign: part.campaign,
    };
    parts.iter().map(|part| (part.lot, share(part))).collect()
}

/// Says what a confirmed line really is. The same id and content again gives the same answer.
pub async fn propose(app: &App, maker: &CharityMaker, id: BankLineId, new: &NewRebooking) -> Result<Rebookings> {
    check_rebooking(&new.reason)?;
    if new.parts.len() > super::PARTS_MAX {
        return Err(Error::invalid("parts", "一笔流水最多分 50 项"));
    }
    let acting = &maker.acting;
    let mut tx = app.begin().await?;
    let line = lock_own(&mut tx, acting, id).await?;
    if let Some(known) = sql::lock(&mut tx, new.id).await? {
        let other = || Error::Conflict("这个编号已经用过，请重新打开页面填写".into());
        let same = known.line == id && known.says(new) && sql::after(&mut tx, new.id).await? == new.parts;
        return if same { read(app, &viewer(acting), id).await } else { Err(other()) };
    }
    if line.status != BankLineStatus::Confirmed {
        return Err(in_this_state(line.status));
    }
    if new.not_donation {
        if !new.parts.is_empty() {
            return Err(Error::invalid("parts", "不是捐款的，不用再写归属"));
        }
    } else {
        check_parts(line.amount, new.parts.iter().map(|part| part.amount_fen))
            .map_err(|error| Error::invalid("parts", error.to_string()))?;
        check_owners(&mut tx, acting.organisation, &new.parts).await?;
    }
    let parts = lines::parts(&mut tx, &[id]).await?;
    let wanted: Vec<Share> = new.parts.iter().map(share).collect();
    let change = rebooked(&shares(&parts), &wanted).map_err(|error| Error::invalid("parts", error.to_string()))?;
    reversal(&mut tx, (new.id, &line), &change).await?;
    let inserted = sql::insert(&mut tx, id, new, acting.person, app.clock.now()).await;
    if broken(&inserted) == Some("bank_day_sealed") {
        return Err(Error::Conflict(SEALED.into()));
    }
    let waits = || Error::Conflict("这笔流水已有一份冲正重记等待确认，请先确认或撤回".into());
    inserted.on_constraint("rebooking_waits", waits)?;
    let before: Vec<(Option<LotId>, Share)> =
        shares(&parts).into_iter().map(|(lot, share)| (Some(lot), share)).collect();
    sql::insert_parts(&mut tx, new.id, "before", &before).await?;
    let after: Vec<(Option<LotId>, Share)> = wanted.into_iter().map(|share| (None, share)).collect();
    sql::insert_parts(&mut tx, new.id, "after", &after).await?;
    record(app, &mut tx, (acting, &maker.origin), "rebooking_proposed", id, &new.reason).await?;
    tx.commit().await?;
    read(app, &viewer(acting), id).await
}

/// What takes back the wrong parts, if nothing stands in the way.
async fn reversal(
    tx: &mut PgConnection,
    (id, line): (RebookingId, &lines::Locked),
    change: &Rebooked,
) -> Result<Event> {
    let of_arrival = |posted: &Posted| arrived(posted.transfer.code);
    reversals::reversal(tx, EventId(id.0), &change.reversed, (of_arrival, None), line.booked_on).await
}

/// A second person agrees: what was wrong is reversed, what is right is booked, and the givers are told.
pub async fn confirm(app: &App, Sure(checker): &Sure<CharityChecker>, id: RebookingId) -> Result<Rebookings> {
    let acting = &checker.acting;
    let mut tx = app.begin().await?;
    let (line, proposed) = waiting(&mut tx, acting, id).await?;
    check_confirmer(proposed.proposed_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    if line.status != BankLineStatus::Confirmed {
        return Err(in_this_state(line.status));
    }
    let parts = lines::parts(&mut tx, &[line.id]).await?;
    if shares(&parts) != sql::before(&mut tx, id).await? {
        return Err(Error::changed_meanwhile());
    }
    let wanted = sql::after(&mut tx, id).await?;
    let change = rebooked(&shares(&parts), &wanted.iter().map(share).collect::<Vec<_>>())
        .map_err(|error| Error::Conflict(error.to_string()))?;
    let owners: Vec<PledgeId> = parts
        .iter()
        .filter_map(|part| part.pledge.as_ref().map(|pledge| pledge.id))
        .chain(wanted.iter().filter_map(|part| part.pledge))
        .collect();
    // Before the ledger's accounts, as everywhere.
    let locked = pledges::lock(&mut tx, &owners).await?;
    check_owners(&mut tx, acting.organisation, &wanted).await?;
    campaigns::lots_may_move(&mut tx, change.reversed.iter().copied()).await?;
    returns::none_under_way(&mut tx, &change.reversed).await?;
    let reversal = reversal(&mut tx, (id, &line), &change).await?;
    ledger::post(app, &mut tx, &reversal).await?;
    sql::take_from_owners(&mut tx, id, &change.reversed).await?;
    book(app, &mut tx, (acting, &line), &locked, &change).await?;
    let number = lines::next_confirmation(&mut tx).await?;
    let decided = sql::decide(&mut tx, id, (RebookingOutcome::Confirmed, Some(number)), acting.person, app.clock.now());
    let decided = decided.await;
    if broken(&decided) == Some("bank_day_sealed") {
        return Err(Error::Conflict(SEALED.into()));
    }
    decided
        .on_constraint("rebooking_four_eyes", || Error::Conflict("冲正重记须由另一人确认".into()))?
        .one_row_or_conflict()?;
    if proposed.not_donation {
        sql::set_not_donation(&mut tx, line.id, id).await?.one_row_or_conflict()?;
    }
    let sums = Sums::of(&parts, &wanted, &change)?;
    sums.tell(app, &mut tx, &line, number, locked).await?;
    record(app, &mut tx, (acting, &checker.origin), "rebooking_confirmed", line.id, &proposed.reason).await?;
    tx.commit().await?;
    app.pages.forget_all();
    read(app, &viewer(acting), line.id).await
}

/// Books what the line is now, each share as a new lot.
async fn book(
    app: &App,
    tx: &mut PgConnection,
    (acting, line): (&Acting, &lines::Locked),
    locked: &[pledges::Locked],
    change: &Rebooked,
) -> Result<()> {
    if change.anew.is_empty() {
        return Ok(());
    }
    let charity = acting.organisation;
    let landing = |share: &Share| {
        let pledge = share.pledge.and_then(|id| locked.iter().find(|pledge| pledge.id == id));
        match (pledge, share.campaign) {
            (Some(pledge), _) if pledge.restriction == Restriction::Directed => Landing::Directed { pledge: pledge.id },
            (Some(pledge), _) => Landing::General { campaign: pledge.campaign, charity },
            (None, Some(campaign)) => Landing::General { campaign, charity },
            (None, None) => Landing::Unmatched { bank_account: line.bank_account },
        }
    };
    let lots: Vec<LotId> = change.anew.iter().map(|_| app.clock.id()).collect();
    let parts: Vec<(BankLineId, LotId, MatchPart)> = change
        .anew
        .iter()
        .map(|share| MatchPart { amount_fen: share.amount, pledge: share.pledge, campaign: share.campaign })
        .zip(&lots)
        .map(|(part, lot)| (line.id, *lot, part))
        .collect();
    lines::insert_parts(tx, &parts).await?;
    let booked = lots.iter().zip(&change.anew);
    let parts = booked.map(|(lot, share)| ArrivalPart { lot: *lot, amount: share.amount, to: landing(share) });
    let amount = Fen::sum(change.anew.iter().map(|share| share.amount));
    let event = Event::ArrivalConfirmed {
        line: line.id,
        amount: amount.map_err(|error| Error::Conflict(error.to_string()))?,
        parts: parts.collect(),
        booked_on: line.booked_on,
    };
    ledger::post(app, tx, &event).await?;
    Ok(())
}

/// What each pledge concerned had of the line, and has now.
struct Sums(BTreeMap<PledgeId, (Fen, Fen)>);

impl Sums {
    /// Of the pledges for which something changes.
    fn of(parts: &[lines::Part], wanted: &[MatchPart], change: &Rebooked) -> Result<Self> {
        let mut sums: BTreeMap<PledgeId, (Fen, Fen)> = BTreeMap::new();
        let too_large = |error: domain::money::AmountError| Error::Conflict(error.to_string());
        for part in parts {
            if let Some(pledge) = &part.pledge {
                let sum = sums.entry(pledge.id).or_default();
                sum.0 = sum.0.checked_add(part.amount).map_err(too_large)?;
            }
        }
        for part in wanted {
            if let Some(pledge) = part.pledge {
                let sum = sums.entry(pledge).or_default();
                sum.1 = sum.1.checked_add(part.amount_fen).map_err(too_large)?;
            }
        }
        let touched: BTreeSet<PledgeId> = parts
            .iter()
            .filter(|part| change.reversed.contains(&part.lot))
            .filter_map(|part| part.pledge.as_ref().map(|pledge| pledge.id))
            .chain(change.anew.iter().filter_map(|share| share.pledge))
            .collect();
        sums.retain(|pledge, _| touched.contains(pledge));
        Ok(Sums(sums))
    }

    /// The pledges' arrived amounts and states follow, and their givers are told.
    async fn tell(
        self,
        app: &App,
        tx: &mut PgConnection,
        line: &lines::Locked,
        confirmation_no: i64,
        locked: Vec<pledges::Locked>,
    ) -> Result<()> {
        let mut changes = Vec::new();
        for pledge in locked {
            if let Some((before, after)) = self.0.get(&pledge.id) {
                let change = after.checked_sub(*before).map_err(|error| Error::Conflict(error.to_string()))?;
                changes.push((pledge, change));
            }
        }
        pledges::book_arrivals(app, tx, &changes).await?;
        for (pledge, (before, after)) in self.0 {
            let corrected = pledges::Corrected { before, after, booked_on: line.booked_on };
            pledges::tell_correction(app, tx, pledge, corrected).await?;
            if after.is_positive() {
                let arrival = pledges::Arrival { confirmation_no, amount: after, booked_on: line.booked_on };
                pledges::tell_arrival(app, tx, pledge, arrival).await?;
            }
        }
        Ok(())
    }
}

/// It is taken back, or a second person does not agree; nothing was booked.
pub async fn drop_it(app: &App, desk: &CharityDesk, id: RebookingId) -> Result<Rebookings> {
    let acting = &desk.acting;
    let mut tx = app.begin().await?;
    let (line, proposed) = waiting(&mut tx, acting, id).await?;
    let dropped = (RebookingOutcome::Dropped, None);
    sql::decide(&mut tx, id, dropped, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    record(app, &mut tx, (acting, &desk.origin), "rebooking_dropped", line.id, &proposed.reason).await?;
    tx.commit().await?;
    read(app, &viewer(acting), line.id).await
}

/// A proposal of the caller's charity that nobody has decided on, with its line, both locked.
async fn waiting(tx: &mut PgConnection, acting: &Acting, id: RebookingId) -> Result<(lines::Locked, sql::Proposal)> {
    let line = sql::line_of(tx, id).await?.ok_or(Error::NotFound)?;
    let line = lock_own(tx, acting, line).await?;
    let proposed = sql::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if proposed.decided {
        return Err(Error::Conflict("这份冲正重记已经有人办过，请刷新页面".into()));
    }
    Ok((line, proposed))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    verb: &'static str,
    line: BankLineId,
    reason: &str,
) -> Result<()> {
    let reason = Some(reason.trim());
    let record =
        Record { verb, subject_kind: "bank_line", subject: line.0, before: None, after: Some(json!({})), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}
