//! Many lines at once: matched as was guessed, confirmed by a second person.
//!
//! Each line is judged as if it were taken alone: one that cannot be leaves the others. Deliberately absent: dividing
//! lines; that is done one by one.

use super::{agree, backs, comes_back, in_this_state, sql, takes_money, write_matched};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{CharityChecker, CharityMaker, Sure};
use crate::{campaigns, pledges};
use domain::api::arrivals::MatchPart;
use domain::api::bank_statements::{ConfirmMany, DoneWithLines, LINES_AT_ONCE, LeftLine, MatchMany};
use domain::arrival::BankLineStatus;
use domain::{BankLineId, CampaignId, Fen, PledgeId};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Says of lines whose they are, each whole for one pledge. All are read, judged and written together: who takes in ten
/// thousand lines does not wait for each of them.
pub async fn match_many(app: &App, maker: &CharityMaker, asked: &MatchMany) -> Result<DoneWithLines> {
    check_number(asked.lines.len())?;
    let mut tx = app.begin().await?;
    let lines: Vec<BankLineId> = asked.lines.iter().map(|wanted| wanted.line).collect();
    let locked = sql::lock(&mut tx, &lines).await?;
    let mut open: BTreeMap<BankLineId, sql::Locked> = locked.into_iter().map(|line| (line.id, line)).collect();
    let back = backs::among(&mut tx, &lines).await?;
    let wanted: Vec<PledgeId> = asked.lines.iter().map(|wanted| wanted.pledge).collect();
    let known = pledges::lock(&mut tx, &wanted).await?;
    let mut still: BTreeMap<CampaignId, Option<String>> = BTreeMap::new();
    for campaign in known.iter().map(|pledge| pledge.campaign) {
        if let Entry::Vacant(unknown) = still.entry(campaign) {
            unknown.insert(refusal(campaigns::may_move(&mut tx, &[campaign]).await)?.err());
        }
    }
    let charity = maker.acting.organisation;
    let mut done = DoneWithLines::default();
    let (mut before, mut parts) = (Vec::new(), Vec::new());
    for wanted in &asked.lines {
        let judged = match open.get(&wanted.line).filter(|line| line.charity == charity) {
            None => Err(Error::NotFound),
            Some(line) if !line.status.may_become(BankLineStatus::Matched) => Err(in_this_state(line.status)),
            Some(line) if back.contains(&line.id) => Err(comes_back()),
            Some(line) => takes_money(&known, charity, wanted.pledge).and_then(|pledge| {
                let closed = still.get(&pledge.campaign).and_then(Option::as_ref);
                closed.map_or(Ok(line.amount), |says| Err(Error::Conflict(says.clone())))
            }),
        };
        let taken = judged.as_ref().ok().copied();
        note(&mut done, wanted.line, judged)?;
        if let (Some(amount_fen), Some(line)) = (taken, open.get_mut(&wanted.line)) {
            before.push((line.id, line.status));
            let part = MatchPart { amount_fen, pledge: Some(wanted.pledge), campaign: None };
            parts.push((line.id, app.clock.id(), part));
            // Who names a line twice is told so.
            line.status = BankLineStatus::Matched;
        }
    }
    if !before.is_empty() {
        write_matched(app, &mut tx, maker, &before, &parts).await?;
        tx.commit().await?;
    }
    Ok(done)
}

/// A second person agrees to lines as they were seen: their money is 到账.
pub async fn confirm_many(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    asked: &ConfirmMany,
) -> Result<DoneWithLines> {
    check_number(asked.lines.len())?;
    let mut done = DoneWithLines::default();
    for seen in &asked.lines {
        note(&mut done, seen.line, agree(app, checker, seen.line, &seen.lots).await)?;
    }
    Ok(done)
}

fn check_number(lines: usize) -> Result<()> {
    if (1..=LINES_AT_ONCE).contains(&lines) {
        Ok(())
    } else {
        Err(Error::invalid("lines", format!("请选 1 至 {LINES_AT_ONCE} 笔流水")))
    }
}

/// Counts a step, or keeps why it was not taken. What is nobody's fault here ends all.
fn note(done: &mut DoneWithLines, line: BankLineId, step: Result<Fen>) -> Result<()> {
    match refusal(step)? {
        Ok(amount) => {
            done.done += 1;
            done.amount_fen =
                done.amount_fen.checked_add(amount).map_err(|error| Error::Conflict(error.to_string()))?;
        }
        Err(says) => done.left.push(LeftLine { line, says }),
    }
    Ok(())
}

/// What a step that was refused says. What is nobody's fault here stays an error.
fn refusal<T>(step: Result<T>) -> Result<std::result::Result<T, String>> {
    match step.map_err(Error::as_conflict) {
        Ok(done) => Ok(Ok(done)),
        Err(Error::Conflict(says)) => Ok(Err(says)),
        Err(Error::NotFound) => Ok(Err("没有找到这笔流水".to_owned())),
        Err(error) => Err(error),
    }
}
