//! Many lines at once: matched as was guessed, confirmed by a second person.
//!
//! Each line is a step of its own, as if it were taken alone: one that cannot be leaves the others. Deliberately absent:
//! dividing lines; that is done one by one.

use super::{agree, divide};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{CharityChecker, CharityMaker, Sure};
use domain::api::arrivals::{MatchLine, MatchPart};
use domain::api::bank_statements::{ConfirmMany, DoneWithLines, LINES_AT_ONCE, LeftLine, MatchMany};
use domain::{BankLineId, Fen};

/// Says of lines whose they are, each whole for one pledge.
pub async fn match_many(app: &App, maker: &CharityMaker, asked: &MatchMany) -> Result<DoneWithLines> {
    check_number(asked.lines.len())?;
    let mut done = DoneWithLines::default();
    for wanted in &asked.lines {
        let whole = |amount_fen| {
            let part = MatchPart { amount_fen, pledge: Some(wanted.pledge), campaign: None };
            MatchLine { parts: vec![part] }
        };
        note(&mut done, wanted.line, divide(app, maker, wanted.line, whole).await)?;
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
    let says = match step {
        Ok(amount) => {
            done.done += 1;
            done.amount_fen =
                done.amount_fen.checked_add(amount).map_err(|error| Error::Conflict(error.to_string()))?;
            return Ok(());
        }
        Err(Error::Conflict(says)) => says,
        Err(Error::Invalid(problems)) => {
            problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("；")
        }
        Err(Error::NotFound) => "没有找到这笔流水".to_owned(),
        Err(error) => return Err(error),
    };
    done.left.push(LeftLine { line, says });
    Ok(())
}
