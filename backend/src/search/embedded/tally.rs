//! One pass over the needs that match: filters, the best of them in order, and the numbers beside the filters.
//!
//! It reads columns only. Every facet is counted without its own filter, so filters cannot be part of the search; they
//! are looked at need by need, which costs a few array reads each.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;
use std::slice;

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};
use uuid::Uuid;

use super::ranking::Earned;
use crate::search::engine::{EngineError, Facets, NeedQuery, Sort, most_first, open_statuses};

/// Place of a need in the order asked for: greater is further up.
type Key = (i64, i64, Uuid);

/// What was found so far; segments are added one after another.
pub struct Tally<'a> {
    query: &'a NeedQuery,
    wanted: usize,
    best: BinaryHeap<Reverse<Key>>,
    total: usize,
    fields: HashMap<String, usize>,
    counties: HashMap<String, usize>,
    towns: HashMap<String, usize>,
}

/// A column of codes: numbers into a small dictionary of the segment.
struct Coded {
    column: StrColumn,
    numbers: Column<u64>,
    counts: Vec<usize>,
}

impl Coded {
    fn open(segment: &SegmentReader, name: &str) -> tantivy::Result<Option<Self>> {
        let Some(column) = segment.fast_fields().str(name)? else {
            return Ok(None);
        };
        let numbers = column.ords().clone();
        let counts = vec![0; column.num_terms()];
        Ok(Some(Self { column, numbers, counts }))
    }

    /// Which codes of the segment pass; `None` when there is no filter.
    fn passing(&self, wanted: &[&str]) -> tantivy::Result<Option<Vec<bool>>> {
        if wanted.is_empty() {
            return Ok(None);
        }
        let mut passing = vec![false; self.column.num_terms()];
        for code in wanted {
            if let Some(number) = self.column.dictionary().term_ord(code.as_bytes())?
                && let Some(slot) = usize::try_from(number).ok().and_then(|number| passing.get_mut(number))
            {
                *slot = true;
            }
        }
        Ok(Some(passing))
    }

    fn number(&self, document: u32) -> usize {
        self.numbers.first(document).and_then(|number| usize::try_from(number).ok()).unwrap_or(usize::MAX)
    }

    fn count(&mut self, number: usize) {
        if let Some(count) = self.counts.get_mut(number) {
            *count += 1;
        }
    }

    fn add_to(&self, totals: &mut HashMap<String, usize>) -> tantivy::Result<()> {
        let counted = || self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        let numbers: Vec<u64> = counted().map(|(number, _)| number as u64).collect();
        let mut counts = counted().map(|(_, count)| *count);
        // One pass over the dictionary for all of them: to look up each alone costs more than counting.
        self.column.dictionary().sorted_ords_to_term_cb(&numbers, |code| {
            let code = String::from_utf8_lossy(code).into_owned();
            *totals.entry(code).or_default() += counts.next().unwrap_or_default();
        })?;
        Ok(())
    }
}

fn passes(passing: Option<&Vec<bool>>, number: usize) -> bool {
    passing.is_none_or(|passing| passing.get(number).copied().unwrap_or(false))
}

/// The columns that put needs in order.
struct Order {
    sort: Sort,
    published_at: Column<i64>,
    amount_fen: Column<i64>,
    wanted_by: Column<i64>,
    id_high: Column<u64>,
    id_low: Column<u64>,
}

impl Order {
    fn open(segment: &SegmentReader, sort: Sort) -> tantivy::Result<Self> {
        let columns = segment.fast_fields();
        Ok(Self {
            sort,
            published_at: columns.i64("published_at")?,
            amount_fen: columns.i64("amount_fen")?,
            wanted_by: columns.i64("wanted_by")?,
            id_high: columns.u64("id_high")?,
            id_low: columns.u64("id_low")?,
        })
    }

    fn rank(&self, document: u32, points: i64) -> (i64, i64) {
        let value = |column: &Column<i64>| column.first(document).unwrap_or_default();
        let first = match self.sort {
            Sort::Relevance => points,
            Sort::Newest => 0,
            Sort::AmountAsc => -value(&self.amount_fen),
            Sort::AmountDesc => value(&self.amount_fen),
            Sort::Deadline => -value(&self.wanted_by),
        };
        (first, value(&self.published_at))
    }

    fn id(&self, document: u32) -> Uuid {
        let value = |column: &Column<u64>| column.first(document).unwrap_or_default();
        Uuid::from_u64_pair(value(&self.id_high), value(&self.id_low))
    }
}

/// Which needs of a segment match the text of the query.
pub enum Matching<'a> {
    All,
    /// Those that meet at least so many words.
    Earned(&'a Earned, u8),
}

impl Matching<'_> {
    /// The documents among which those that match are.
    fn candidates(&self, segment: &SegmentReader) -> Candidates<'_> {
        match self {
            Self::All => Candidates::All(0..segment.max_doc()),
            Self::Earned(earned, _) => Candidates::Some(earned.documents.iter()),
        }
    }

    /// Points of a document that matches; words met weigh more than any points.
    fn points(&self, document: u32) -> Option<i64> {
        match self {
            Self::All => Some(0),
            Self::Earned(earned, least) => {
                let at = document as usize;
                let met = earned.met[at];
                (met >= *least).then(|| (i64::from(met) << 32) + i64::from(earned.points[at]))
            }
        }
    }
}

enum Candidates<'a> {
    All(Range<u32>),
    Some(slice::Iter<'a, u32>),
}

impl Iterator for Candidates<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::All(range) => range.next(),
            Self::Some(documents) => documents.next().copied(),
        }
    }
}

impl<'a> Tally<'a> {
    /// `wanted`: how many needs from the top have to be kept in order.
    pub fn new(query: &'a NeedQuery, wanted: usize) -> Self {
        Self {
            query,
            wanted,
            best: BinaryHeap::new(),
            total: 0,
            fields: HashMap::new(),
            counties: HashMap::new(),
            towns: HashMap::new(),
        }
    }

    /// Adds the needs of `segment` that match.
    pub fn add(&mut self, segment: &SegmentReader, matching: &Matching<'_>) -> Result<(), EngineError> {
        self.try_add(segment, matching).map_err(super::unavailable)
    }

    fn try_add(&mut self, segment: &SegmentReader, matching: &Matching<'_>) -> tantivy::Result<()> {
        let query = self.query;
        let (Some(mut fields), Some(mut counties), Some(mut towns), Some(villages), Some(statuses)) = (
            Coded::open(segment, "field")?,
            Coded::open(segment, "county_code")?,
            Coded::open(segment, "town_code")?,
            Coded::open(segment, "village_code")?,
            Coded::open(segment, "status")?,
        ) else {
            return Ok(());
        };
        let order = Order::open(segment, query.sort)?;
        let some = |one: &'a Option<String>| one.as_deref().into_iter().collect::<Vec<_>>();
        let passing_fields = fields.passing(&query.fields.iter().map(String::as_str).collect::<Vec<_>>())?;
        let passing_counties = counties.passing(&some(&query.county))?;
        let passing_towns = towns.passing(&some(&query.town))?;
        let passing_villages = villages.passing(&some(&query.village))?;
        let open: Vec<_> = open_statuses().filter(|_| query.open_only).collect();
        let passing_statuses = statuses.passing(&open)?;
        let amounts = query.amount_min_fen.unwrap_or(i64::MIN)..=query.amount_max_fen.unwrap_or(i64::MAX);
        let any_amount = query.amount_min_fen.is_none() && query.amount_max_fen.is_none();
        let alive = segment.alive_bitset();
        for document in matching.candidates(segment) {
            let Some(points) = matching.points(document) else {
                continue;
            };
            if alive.is_some_and(|alive| alive.is_deleted(document)) {
                continue;
            }
            let in_amount = any_amount || order.amount_fen.first(document).is_some_and(|fen| amounts.contains(&fen));
            let in_village = passing_villages.is_none() || passes(passing_villages.as_ref(), villages.number(document));
            let in_status = passing_statuses.is_none() || passes(passing_statuses.as_ref(), statuses.number(document));
            if !in_amount || !in_village || !in_status {
                continue;
            }
            let (field, county, town) = (fields.number(document), counties.number(document), towns.number(document));
            let in_field = passes(passing_fields.as_ref(), field);
            let in_county = passes(passing_counties.as_ref(), county);
            let in_town = passes(passing_towns.as_ref(), town);
            if in_county && in_town {
                fields.count(field);
            }
            if in_field && in_town {
                counties.count(county);
            }
            if in_field && in_county {
                towns.count(town);
            }
            if in_field && in_county && in_town {
                self.total += 1;
                self.consider(&order, document, points);
            }
        }
        fields.add_to(&mut self.fields)?;
        counties.add_to(&mut self.counties)?;
        towns.add_to(&mut self.towns)
    }

    fn consider(&mut self, order: &Order, document: u32, points: i64) {
        if self.wanted == 0 {
            return;
        }
        let (first, second) = order.rank(document, points);
        if self.best.len() >= self.wanted {
            // Reading an id costs more than comparing; most needs fall out here.
            if self.best.peek().is_some_and(|Reverse(last)| (first, second) < (last.0, last.1)) {
                return;
            }
            self.best.push(Reverse((first, second, order.id(document))));
            self.best.pop();
        } else {
            self.best.push(Reverse((first, second, order.id(document))));
        }
    }

    /// Ids in order without the first `offset`, how many match in all, and the facets.
    pub fn finish(self, offset: usize) -> (Vec<Uuid>, usize, Facets) {
        let mut best: Vec<Key> = self.best.into_iter().map(|Reverse(key)| key).collect();
        best.sort_unstable_by(|one, other| other.cmp(one));
        let ids = best.into_iter().skip(offset).map(|(_, _, id)| id).collect();
        let facets = Facets {
            fields: most_first(self.fields),
            counties: most_first(self.counties),
            towns: most_first(self.towns),
        };
        (ids, self.total, facets)
    }
}
