//! One pass over the needs that match: filters, the best of them in order, and the numbers beside the filters.
//!
//! It reads tables only. Every facet is counted without its own choices, so filters cannot be part of the search; they
//! are looked at need by need, which costs a few array reads each.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use chrono::Datelike;
use domain::finding::{DeadlineBand, Facet};
use tantivy::SegmentReader;

use super::ranking::Earned;
use super::table::{CODED, Table};
use crate::search::engine::{Facets, NeedQuery, Position, Sort, most_first};

/// What was found so far; segments are added one after another.
pub struct Tally<'a> {
    query: &'a NeedQuery,
    wanted: usize,
    best: BinaryHeap<Reverse<Position>>,
    /// Needs that match.
    total: usize,
    /// Of them, those behind the place that is asked for.
    behind: usize,
    counts: Vec<HashMap<&'a str, usize>>,
    deadlines: Deadlines,
}

/// Which bands of deadlines are wanted, and how many needs are in each.
struct Deadlines {
    /// The last day of each band but the last.
    ends: Vec<i32>,
    passing: Option<Vec<bool>>,
    counts: Vec<usize>,
}

impl Deadlines {
    fn of(query: &NeedQuery) -> Self {
        let end = |band: &DeadlineBand| band.last_day(query.today).map(|day| day.num_days_from_ce());
        let chosen = query.of(Facet::Deadline);
        let passes = |band: &DeadlineBand| chosen.iter().any(|value| value == band.as_str());
        Deadlines {
            ends: DeadlineBand::ALL.iter().filter_map(end).collect(),
            passing: (!chosen.is_empty()).then(|| DeadlineBand::ALL.iter().map(passes).collect()),
            counts: vec![0; DeadlineBand::ALL.len()],
        }
    }

    fn band(&self, day: i32) -> usize {
        self.ends.iter().take_while(|end| day > **end).count()
    }
}

/// Which values of a column pass; `None` when nothing is chosen.
fn passing(values: &[String], chosen: &[String]) -> Option<Vec<bool>> {
    (!chosen.is_empty()).then(|| values.iter().map(|value| chosen.contains(value)).collect())
}

fn passes(passing: &[bool], number: u16) -> bool {
    passing.get(usize::from(number)).copied().unwrap_or(false)
}

/// Bits of the facets whose choices a need does not meet; the deadline's is the highest.
const DEADLINE_BIT: u32 = 1 << CODED.len();

impl<'a> Tally<'a> {
    /// `wanted`: how many needs from the top have to be kept in order.
    pub fn new(query: &'a NeedQuery, wanted: usize) -> Self {
        Self {
            query,
            wanted,
            best: BinaryHeap::new(),
            total: 0,
            behind: 0,
            counts: vec![HashMap::new(); CODED.len()],
            deadlines: Deadlines::of(query),
        }
    }

    /// Adds all needs of a segment.
    pub fn add_all(&mut self, segment: &SegmentReader, table: &'a Table) {
        self.add(segment, table, (0..segment.max_doc()).map(|document| (document, 0)));
    }

    /// Adds the needs that earned enough points.
    pub fn add_earned(&mut self, segment: &SegmentReader, table: &'a Table, earned: &Earned) {
        self.add(segment, table, earned.fitting());
    }

    fn add(&mut self, segment: &SegmentReader, table: &'a Table, matching: impl Iterator<Item = (u32, i64)>) {
        let query = self.query;
        let chosen: Vec<(usize, Vec<bool>)> = CODED
            .iter()
            .enumerate()
            .filter_map(|(at, facet)| Some((at, passing(&table.values[at], query.of(*facet))?)))
            .collect();
        let village = query.village.as_ref().map(|village| {
            let number = table.villages.iter().position(|value| value == village);
            number.and_then(|number| u16::try_from(number).ok()).unwrap_or(u16::MAX)
        });
        let least = query.amount_min_fen.unwrap_or(i64::MIN + 1);
        let most = query.amount_max_fen.unwrap_or(i64::MAX);
        let any_amount = query.amount_min_fen.is_none() && query.amount_max_fen.is_none();
        // Column after column, each with one more place than it has values: for needs that have none.
        let mut starts = [0; CODED.len()];
        let mut places = 0;
        for (start, values) in starts.iter_mut().zip(&table.values) {
            *start = places;
            places += values.len() + 1;
        }
        let mut counts = vec![0_usize; places];
        let alive = segment.alive_bitset();
        for (document, points) in matching {
            if alive.is_some_and(|alive| alive.is_deleted(document)) {
                continue;
            }
            let at = document as usize;
            let row = &table.rows[at];
            if (!any_amount && !(least..=most).contains(&row.amount_fen))
                || (query.open_only && !row.open)
                || village.is_some_and(|village| row.village != village)
            {
                continue;
            }
            let mut fails = 0_u32;
            for (facet, passing) in &chosen {
                fails |= u32::from(!passes(passing, row.codes[*facet])) << facet;
            }
            let band = self.deadlines.band(row.wanted_by);
            if self.deadlines.passing.as_ref().is_some_and(|passing| !passing[band]) {
                fails |= DEADLINE_BIT;
            }
            if fails == 0 {
                for (start, number) in starts.iter().zip(row.codes) {
                    counts[start + usize::from(number)] += 1;
                }
                self.deadlines.counts[band] += 1;
                self.total += 1;
                self.consider(table, at, points);
            } else if fails == DEADLINE_BIT {
                self.deadlines.counts[band] += 1;
            } else if fails.is_power_of_two() {
                let facet = fails.trailing_zeros() as usize;
                counts[starts[facet] + usize::from(row.codes[facet])] += 1;
            }
        }
        for (facet, values) in table.values.iter().enumerate() {
            for (value, count) in values.iter().zip(&counts[starts[facet]..]).filter(|(_, count)| **count > 0) {
                *self.counts[facet].entry(value).or_default() += count;
            }
        }
    }

    fn consider(&mut self, table: &Table, at: usize, points: i64) {
        if self.wanted == 0 {
            return;
        }
        let value = match self.query.sort {
            Sort::Relevance => points,
            Sort::Newest => 0,
            // What asks for no money stands last either way.
            Sort::AmountAsc => table.rows[at].amount_fen.checked_neg().unwrap_or(i64::MIN),
            Sort::AmountDesc => table.rows[at].amount_fen,
            Sort::Deadline => -i64::from(table.rows[at].wanted_by),
        };
        let bar = if self.best.len() < self.wanted { None } else { self.best.peek().map(|Reverse(last)| *last) };
        // Most are far below: of these nothing more is looked at.
        if self.query.after.is_none() && bar.is_some_and(|bar| value < bar.value) {
            self.behind += 1;
            return;
        }
        let published_at = table.published_at[at];
        if let Some(after) = &self.query.after
            && (value, published_at, table.ids[at]) >= (after.value, after.published_at, after.id)
        {
            return;
        }
        self.behind += 1;
        if bar.is_some_and(|bar| (value, published_at) < (bar.value, bar.published_at)) {
            return;
        }
        self.best.push(Reverse(Position { value, published_at, id: table.ids[at] }));
        if bar.is_some() {
            self.best.pop();
        }
    }

    /// Where the best stand in order, without the first `offset`; whether others follow; how many match in all; and the
    /// facets.
    pub fn finish(self, offset: usize) -> (Vec<Position>, bool, usize, Facets) {
        let mut best: Vec<Position> = self.best.into_iter().map(|Reverse(position)| position).collect();
        best.sort_unstable_by(|one, other| other.cmp(one));
        let more = self.behind > best.len();
        best.drain(..offset.min(best.len()));
        let mut facets: Facets = CODED.iter().copied().zip(self.counts.into_iter().map(most_first)).collect();
        let bands = DeadlineBand::ALL.iter().map(|band| band.as_str()).zip(self.deadlines.counts);
        facets.insert(Facet::Deadline, most_first(bands.filter(|(_, count)| *count > 0).collect()));
        (best, more, self.total, facets)
    }
}
