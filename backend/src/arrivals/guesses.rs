//! Whose lines may be: the charity's pledges that they are compared with, read once for all lines of a request.
//!
//! A reference in a 附言 is looked up whatever its pledge's age; names are compared with the latest pledges only.
//! Deliberately absent: what makes a guess (`domain::arrival::suggest`).

use crate::error::Result;
use crate::pledges::{self, Outstanding};
use domain::api::arrivals::SuggestedPledge;
use domain::arrival::{BankLineInput, Candidates, meant};
use domain::{OrganisationId, PledgeId};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Of pledges that no reference names, the latest that are compared with a line.
const CANDIDATES_MAX: i64 = 2_000;
/// Guesses that are shown for a line.
const SUGGESTIONS_MAX: usize = 5;

#[derive(Default)]
pub struct Guesses {
    known: HashMap<PledgeId, Outstanding>,
    candidates: Candidates,
}

impl Guesses {
    /// What these lines are compared with; nothing is read where there is no line.
    pub async fn read(tx: &mut PgConnection, charity: OrganisationId, lines: &[&BankLineInput]) -> Result<Self> {
        if lines.is_empty() {
            return Ok(Guesses::default());
        }
        let named: Vec<_> = lines.iter().flat_map(|line| meant(line)).collect();
        let known = pledges::outstanding(tx, charity, &named, CANDIDATES_MAX).await?;
        let candidates = Candidates::new(known.iter().map(|outstanding| outstanding.candidate.clone()));
        let known = known.into_iter().map(|outstanding| (outstanding.candidate.pledge, outstanding)).collect();
        Ok(Guesses { known, candidates })
    }

    /// Whether there is any guess for a line.
    pub fn any(&self, line: &BankLineInput) -> bool {
        !self.candidates.suggest(line).is_empty()
    }

    /// The best guesses for a line, with what a person needs to judge them.
    pub fn of(&self, line: &BankLineInput) -> Vec<SuggestedPledge> {
        let best = self.candidates.suggest(line).into_iter().take(SUGGESTIONS_MAX);
        let shown = best.filter_map(|suggestion| {
            let known = self.known.get(&suggestion.pledge)?;
            Some(SuggestedPledge {
                suggestion,
                reference: known.candidate.reference,
                enterprise_name: known.candidate.full_name.clone(),
                outstanding_fen: known.candidate.outstanding,
                need_title: known.need_title.clone(),
            })
        });
        shown.collect()
    }
}
