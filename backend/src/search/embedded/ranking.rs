//! Which needs of a segment meet which words of a query, and with how many points.
//!
//! One pass over the postings is all it costs. What is worth how much is said in `points`.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::postings::SegmentPostings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use super::shape::IndexedPart;
use super::table::Table;
use crate::search::config::{PartRule, Quality};
use crate::search::engine::EngineError;
use crate::search::points::{Wanted, field_points, near, points, telling, worth};
use crate::search::reading::{Alternative, Group, Want};
use crate::search::widening::Attempt;

/// The needs of one segment that meet enough of a query, with what they earned.
pub struct Earned {
    fitting: Vec<Fitting>,
    telling: Arc<[i64]>,
}

/// A need that meets enough.
struct Fitting {
    /// Its number in the segment.
    document: u32,
    points: u32,
    /// Which words of the query are met: a bit each.
    met: u8,
}

impl Earned {
    /// The needs with what they are worth.
    pub fn fitting(&self) -> impl Iterator<Item = (u32, i64)> {
        self.fitting.iter().map(|need| (need.document, worth(&self.telling, need.met, need.points)))
    }
}

/// Points of the documents of a segment while it is searched. Kept from one search to the next, because clearing what was
/// touched costs less than new memory; between searches everything is zero and empty.
#[derive(Default)]
pub struct Slate {
    /// For all words so far, and which of them are met.
    points: Vec<u32>,
    met: Vec<u8>,
    /// Those that meet any, each once.
    touched: Vec<u32>,
    /// For the word that is looked at: the best of the places where it stands.
    best: Vec<u32>,
    /// Those that have any, each once.
    reached: Vec<u32>,
}

impl Slate {
    fn make_room(&mut self, documents: usize) {
        if self.points.len() < documents {
            self.points.resize(documents, 0);
            self.met.resize(documents, 0);
            self.best.resize(documents, 0);
        }
    }

    fn raise(&mut self, document: u32, points: u32) {
        let slot = &mut self.best[document as usize];
        if *slot == 0 && points > 0 {
            self.reached.push(document);
        }
        *slot = points.max(*slot);
    }

    /// Adds what was reached for one word. Returns how many needs meet it.
    fn end_word(&mut self, bit: usize) -> usize {
        let Slate { points, met, touched, best, reached } = self;
        let number = reached.len();
        for document in reached.drain(..) {
            let at = document as usize;
            if met[at] == 0 {
                touched.push(document);
            }
            points[at] += std::mem::take(&mut best[at]);
            met[at] |= 1 << bit;
        }
        number
    }

    /// Takes out what meets enough, and clears the rest.
    fn take(&mut self, wanted: &Wanted) -> Vec<Fitting> {
        let Slate { points, met, touched, .. } = self;
        let mut fitting = Vec::with_capacity(touched.len());
        for document in touched.drain(..) {
            let at = document as usize;
            let (points, met) = (std::mem::take(&mut points[at]), std::mem::take(&mut met[at]));
            if wanted.is_met(met) {
                fitting.push(Fitting { document, points, met });
            }
        }
        fitting
    }
}

/// What the needs of the segments earned that meet enough.
pub fn rank<'a>(
    segments: impl Iterator<Item = &'a SegmentReader>,
    parts: &[IndexedPart],
    quality: &Quality,
    attempt: &Attempt,
    slate: &mut Slate,
) -> Result<Vec<Earned>, EngineError> {
    let wanted = Wanted::of(attempt);
    let mut meeting = vec![0_usize; attempt.groups.len()];
    let mut all = 0;
    let mut ranked = Vec::new();
    for segment in segments {
        all += segment.max_doc() as usize;
        slate.make_room(segment.max_doc() as usize);
        rank_segment(segment, parts, quality, &attempt.groups, (slate, &mut meeting)).map_err(super::unavailable)?;
        ranked.push(slate.take(&wanted));
    }
    let telling: Arc<[i64]> = if attempt.fewer { telling(&meeting, all).into() } else { Arc::default() };
    Ok(ranked.into_iter().map(|fitting| Earned { fitting, telling: Arc::clone(&telling) }).collect())
}

/// Gives needs some points for being in the field in which most of the best are: who types 厕所 means public toilets
/// rather than a house whose kitchen is mended with its toilet.
pub fn lean(ranked: &mut [Earned], tables: &[&Table]) {
    let best = ranked.iter().flat_map(Earned::fitting).map(|(_, points)| points).max().unwrap_or_default();
    let near = near(best);
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for (earned, table) in ranked.iter().zip(tables) {
        // One more than there are fields: for needs that have none.
        let mut numbers = vec![0_u32; table.fields().len() + 1];
        for (document, _) in earned.fitting().filter(|(_, points)| *points >= near) {
            numbers[table.field(document)] += 1;
        }
        for (field, number) in table.fields().iter().zip(numbers) {
            *counts.entry(field).or_default() += number;
        }
    }
    let all = counts.values().sum::<u32>();
    for (earned, table) in ranked.iter_mut().zip(tables) {
        let points = |field: &String| field_points(*counts.get(field.as_str()).unwrap_or(&0), all);
        let points: Vec<u32> = table.fields().iter().map(points).collect();
        for need in &mut earned.fitting {
            need.points += points.get(table.field(need.document)).unwrap_or(&0);
        }
    }
}

fn rank_segment(
    segment: &SegmentReader,
    parts: &[IndexedPart],
    quality: &Quality,
    groups: &[Group],
    (slate, meeting): (&mut Slate, &mut [usize]),
) -> tantivy::Result<()> {
    let parts: Vec<Opened> = parts.iter().map(|part| Opened::of(segment, part)).collect::<Result<_, _>>()?;
    for (bit, group) in groups.iter().enumerate() {
        for alternative in &group.alternatives {
            for part in &parts {
                meet(part, quality, group.names_a_place(), alternative, slate)?;
            }
        }
        meeting[bit] += slate.end_word(bit);
    }
    Ok(())
}

/// A part of a segment, ready to be looked into.
struct Opened<'a> {
    rule: &'a PartRule,
    terms: Lists,
    pinyin: Option<Lists>,
}

impl<'a> Opened<'a> {
    fn of(segment: &SegmentReader, part: &'a IndexedPart) -> tantivy::Result<Self> {
        let lists = |field| segment.inverted_index(field).map(|index| Lists { field, index });
        Ok(Opened { rule: &part.rule, terms: lists(part.terms)?, pinyin: part.pinyin.map(lists).transpose()? })
    }
}

/// For each term of a field the documents that have it.
struct Lists {
    field: Field,
    index: Arc<InvertedIndexReader>,
}

impl Lists {
    fn of(&self, term: &str) -> tantivy::Result<Option<SegmentPostings>> {
        let term = Term::from_field_text(self.field, term);
        Ok(self.index.read_postings(&term, IndexRecordOption::Basic)?)
    }
}

fn meet(
    part: &Opened,
    quality: &Quality,
    names_a_place: bool,
    alternative: &Alternative,
    slate: &mut Slate,
) -> tantivy::Result<()> {
    let Some(points) = points(alternative, part.rule, quality, names_a_place) else { return Ok(()) };
    match (&alternative.want, &part.pinyin) {
        (Want::Term(term), _) => mark(&part.terms, term, points, slate),
        (Want::AllOf(terms), _) => mark_all_of(&part.terms, terms, points, slate),
        (Want::Pinyin(term), Some(pinyin)) => mark(pinyin, term, points, slate),
        (Want::Pinyin(_), None) => Ok(()),
    }
}

fn mark(lists: &Lists, term: &str, points: u32, slate: &mut Slate) -> tantivy::Result<()> {
    let Some(mut postings) = lists.of(term)? else { return Ok(()) };
    let mut document = postings.doc();
    while document != TERMINATED {
        slate.raise(document, points);
        document = postings.advance();
    }
    Ok(())
}

fn mark_all_of(lists: &Lists, terms: &[String], points: u32, slate: &mut Slate) -> tantivy::Result<()> {
    let mut all = Vec::with_capacity(terms.len());
    for term in terms {
        match lists.of(term)? {
            Some(postings) => all.push(postings),
            None => return Ok(()),
        }
    }
    all.sort_by_key(DocSet::size_hint);
    let Some((rarest, others)) = all.split_first_mut() else {
        return Ok(());
    };
    let mut document = rarest.doc();
    while document != TERMINATED {
        let everywhere = others.iter_mut().all(|postings| {
            // Seeking backwards is not allowed; a list that is already past the document does not hold it.
            postings.doc() == document || (postings.doc() < document && postings.seek(document) == document)
        });
        if everywhere {
            slate.raise(document, points);
        }
        document = rarest.advance();
    }
    Ok(())
}

/// Whether any need has this word of Latin letters, as it is written or by its sound.
pub fn is_known(segments: &[SegmentReader], latin: Field, typed: &str) -> tantivy::Result<bool> {
    let term = Term::from_field_text(latin, typed);
    for segment in segments {
        if segment.inverted_index(latin)?.get_term_info(&term)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
