//! Whose lines may be: the charity's pledges that they are compared with, read once for all lines of a request.
//!
//! A reference in a 附言 is looked up whatever its pledge's age; names are compared with the latest pledges only.
//! Deliberately absent: what makes a guess (`domain::arrival::suggest`).

use crate::error::Result;
use crate::pledges;
use domain::api::arrivals::SuggestedPledge;
use domain::arrival::{BankLineInput, Candidate, Candidates, Suggestion, meant};
use domain::{OrganisationId, PledgeId};
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};

/// Of pledges that no reference names, the latest that are compared with a line.
const CANDIDATES_MAX: i64 = 2_000;
/// Guesses that are shown for a line.
const SUGGESTIONS_MAX: usize = 5;

#[derive(Default)]
pub struct Guesses {
    known: HashMap<PledgeId, Candidate>,
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
        let candidates = Candidates::new(known.iter().cloned());
        let known = known.into_iter().map(|candidate| (candidate.pledge, candidate)).collect();
        Ok(Guesses { known, candidates })
    }

    /// Whether there is any guess for a line.
    pub fn any(&self, line: &BankLineInput) -> bool {
        !self.candidates.suggest(line).is_empty()
    }

    /// The best guesses for each line, with what a person needs to judge them.
    pub async fn of(&self, tx: &mut PgConnection, lines: &[&BankLineInput]) -> Result<Vec<Vec<SuggestedPledge>>> {
        let best: Vec<Vec<Suggestion>> = lines
            .iter()
            .map(|line| self.candidates.suggest(line).into_iter().take(SUGGESTIONS_MAX).collect())
            .collect();
        let guessed: BTreeSet<PledgeId> = best.iter().flatten().map(|suggestion| suggestion.pledge).collect();
        let titles = pledges::need_titles(tx, guessed).await?;
        let shown = |suggestion: Suggestion| {
            let known = self.known.get(&suggestion.pledge)?;
            Some(SuggestedPledge {
                reference: known.reference,
                enterprise_name: known.full_name.clone(),
                outstanding_fen: known.outstanding,
                need_title: titles.get(&suggestion.pledge).cloned(),
                suggestion,
            })
        };
        Ok(best.into_iter().map(|guesses| guesses.into_iter().filter_map(shown).collect()).collect())
    }
}
