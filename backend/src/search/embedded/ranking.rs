//! Which needs of a segment meet which words of a query, and with how many points.
//!
//! Points of a word are those of the best place where it stands; points of a need are the sum over its words. That can be
//! explained on a page, needs no statistics of the whole index, and one pass over the postings is all it costs.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::postings::SegmentPostings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use super::shape::IndexedPart;
use super::table::Table;
use crate::search::config::{PartRule, Quality};
use crate::search::engine::EngineError;
use crate::search::reading::{Alternative, Group, Reach, Want};
use crate::search::widening::Attempt;

/// Points for the field in which all of the best needs are.
const FIELD_POINTS: u32 = 10;
/// The best needs are those that miss at most this part of the best points.
const NEAR_BEST: i64 = 10;

/// What the needs of one segment earned; the index is the document's number in the segment.
pub struct Earned {
    points: Vec<u32>,
    /// Which words of the query are met: a bit each.
    met: Vec<u8>,
    /// The documents that meet any, in order: most queries meet few, and nobody looks at the others.
    documents: Vec<u32>,
    /// What is wanted of a need.
    wanted: Wanted,
}

/// Which words a need has to meet, and what the words are worth where not all have to be met.
#[derive(Clone, Default)]
pub struct Wanted {
    /// Bits of the words that have to be met.
    must: u8,
    /// So many words have to be met in all.
    least: u32,
    /// Where fewer words are enough: what each tells, the rarer the more.
    telling: Vec<i64>,
}

impl Wanted {
    /// Before the words are counted.
    pub fn of(attempt: &Attempt) -> Self {
        let places = attempt.groups.iter().enumerate().filter(|(_, group)| group.names_a_place());
        let must = places.fold(0_u8, |bits, (at, _)| bits | (1 << at));
        let places = must.count_ones();
        Wanted { must, least: places + u32::try_from(attempt.least()).unwrap_or(u32::MAX), telling: Vec::new() }
    }
}

impl Earned {
    /// The needs that meet enough, with their points. A word that is met is worth more than any points.
    pub fn fitting(&self) -> impl Iterator<Item = (u32, i64)> {
        let wanted = &self.wanted;
        self.documents.iter().filter_map(move |document| {
            let at = *document as usize;
            let met = self.met[at];
            if met & wanted.must != wanted.must || met.count_ones() < wanted.least {
                return None;
            }
            let bits = wanted.telling.iter().enumerate().filter(|(bit, _)| met & (1 << bit) != 0);
            let telling: i64 = bits.map(|(_, telling)| telling).sum();
            Some((*document, (telling << 32) + i64::from(self.points[at])))
        })
    }
}

/// The best points of each document for one word.
struct Best {
    points: Vec<u32>,
    /// Those that have any points, each once.
    documents: Vec<u32>,
}

impl Best {
    fn raise(&mut self, document: u32, points: u32) {
        let slot = &mut self.points[document as usize];
        if *slot == 0 && points > 0 {
            self.documents.push(document);
        }
        *slot = points.max(*slot);
    }
}

/// Points of every document of the segments.
pub fn rank<'a>(
    segments: impl Iterator<Item = &'a SegmentReader>,
    parts: &[IndexedPart],
    quality: &Quality,
    attempt: &Attempt,
) -> Result<Vec<Earned>, EngineError> {
    let wanted = Wanted::of(attempt);
    let mut meeting = vec![0_usize; attempt.groups.len()];
    let mut all = 0;
    let mut ranked = Vec::new();
    for segment in segments {
        all += segment.max_doc() as usize;
        ranked.push(rank_segment(segment, parts, quality, &attempt.groups, &wanted, &mut meeting)?);
    }
    if attempt.fewer {
        // How many times the number doubles until it is all needs: what a word tells.
        let telling = |meeting: &usize| i64::from((all / (*meeting).max(1)).max(1).ilog2());
        let telling: Vec<i64> = meeting.iter().map(telling).collect();
        for earned in &mut ranked {
            earned.wanted.telling.clone_from(&telling);
        }
    }
    Ok(ranked)
}

/// Gives needs some points for being in the field in which most of the best are: who types 厕所 means public toilets
/// rather than a house whose kitchen is mended with its toilet.
pub fn lean(ranked: &mut [Earned], tables: &[&Table]) {
    let best = ranked.iter().flat_map(Earned::fitting).map(|(_, points)| points).max().unwrap_or_default();
    let near = best - best / NEAR_BEST;
    let mut counts: HashMap<&str, u32> = HashMap::new();
    for (earned, table) in ranked.iter().zip(tables) {
        for (document, _) in earned.fitting().filter(|(_, points)| *points >= near) {
            if let Some(field) = table.fields().get(table.field(document)) {
                *counts.entry(field).or_default() += 1;
            }
        }
    }
    let all = counts.values().sum::<u32>().max(1);
    for (earned, table) in ranked.iter_mut().zip(tables) {
        let points = |field: &String| FIELD_POINTS * counts.get(field.as_str()).unwrap_or(&0) / all;
        let points: Vec<u32> = table.fields().iter().map(points).collect();
        for document in &earned.documents {
            earned.points[*document as usize] += points.get(table.field(*document)).unwrap_or(&0);
        }
    }
}

fn rank_segment(
    segment: &SegmentReader,
    parts: &[IndexedPart],
    quality: &Quality,
    groups: &[Group],
    wanted: &Wanted,
    meeting: &mut [usize],
) -> Result<Earned, EngineError> {
    let documents = segment.max_doc() as usize;
    let parts: Vec<Opened> =
        parts.iter().map(|part| Opened::of(segment, part)).collect::<Result<_, _>>().map_err(super::unavailable)?;
    let (mut points, mut met, mut any) = (vec![0_u32; documents], vec![0_u8; documents], Vec::new());
    let mut best = Best { points: vec![0; documents], documents: Vec::new() };
    for (bit, group) in groups.iter().enumerate() {
        for alternative in &group.alternatives {
            for part in &parts {
                meet(part, quality, group.names_a_place(), alternative, &mut best).map_err(super::unavailable)?;
            }
        }
        meeting[bit] += best.documents.len();
        for document in best.documents.drain(..) {
            let at = document as usize;
            if met[at] == 0 {
                any.push(document);
            }
            points[at] += std::mem::take(&mut best.points[at]);
            met[at] |= 1 << bit;
        }
    }
    any.sort_unstable();
    Ok(Earned { points, met, documents: any, wanted: wanted.clone() })
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
    best: &mut Best,
) -> tantivy::Result<()> {
    let reached = match alternative.reach {
        Reach::Everywhere => true,
        Reach::NotPlaces => !part.rule.place,
    };
    if !reached {
        return Ok(());
    }
    let by_sound = matches!(alternative.want, Want::Pinyin(_));
    let placed = if part.rule.place && (names_a_place || by_sound) { quality.place } else { 100 };
    let points = part.rule.weight * alternative.percent * placed / 100;
    match (&alternative.want, &part.pinyin) {
        (Want::Term(term), _) => mark(&part.terms, term, points, best),
        (Want::AllOf(terms), _) => mark_all_of(&part.terms, terms, points, best),
        (Want::Pinyin(term), Some(pinyin)) => mark(pinyin, term, points, best),
        (Want::Pinyin(_), None) => Ok(()),
    }
}

fn mark(lists: &Lists, term: &str, points: u32, best: &mut Best) -> tantivy::Result<()> {
    let Some(mut postings) = lists.of(term)? else { return Ok(()) };
    let mut document = postings.doc();
    while document != TERMINATED {
        best.raise(document, points);
        document = postings.advance();
    }
    Ok(())
}

fn mark_all_of(lists: &Lists, terms: &[String], points: u32, best: &mut Best) -> tantivy::Result<()> {
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
            best.raise(document, points);
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
