//! Which needs of a segment meet which words of a query, and with how many points.
//!
//! Points of a word are those of the best place where it stands; points of a need are the sum over its words. That can be
//! explained on a page, needs no statistics of the whole index, and one pass over the postings is all it costs.

use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet, SegmentReader, TERMINATED, Term};

use super::shape::IndexedPart;
use crate::search::config::Quality;
use crate::search::engine::EngineError;
use crate::search::text::{Alternative, Group, Reach, Want};

/// What the needs of one segment earned; the index is the document's number in the segment.
pub struct Earned {
    pub points: Vec<u32>,
    /// How many words of the query are met.
    pub met: Vec<u8>,
    /// The documents that meet any, in order: most queries meet few, and nobody looks at the others.
    pub documents: Vec<u32>,
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

/// Points of every document of `segment`.
pub fn rank(
    segment: &SegmentReader,
    parts: &[IndexedPart],
    quality: &Quality,
    groups: &[Group],
) -> Result<Earned, EngineError> {
    let documents = segment.max_doc() as usize;
    let mut earned = Earned { points: vec![0; documents], met: vec![0; documents], documents: Vec::new() };
    let mut best = Best { points: vec![0; documents], documents: Vec::new() };
    for group in groups {
        for alternative in &group.alternatives {
            for part in parts {
                meet(segment, part, quality, group.place, alternative, &mut best).map_err(super::unavailable)?;
            }
        }
        for document in best.documents.drain(..) {
            let at = document as usize;
            if earned.met[at] == 0 {
                earned.documents.push(document);
            }
            earned.points[at] += std::mem::take(&mut best.points[at]);
            earned.met[at] += 1;
        }
    }
    earned.documents.sort_unstable();
    Ok(earned)
}

fn meet(
    segment: &SegmentReader,
    part: &IndexedPart,
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
    match &alternative.want {
        Want::Term(term) => mark(segment, part.terms, term, points, best)?,
        Want::AllOf(terms) => mark_all_of(segment, part.terms, terms, points, best)?,
        Want::Pinyin(term) => {
            if let Some(pinyin) = part.pinyin {
                mark(segment, pinyin, term, points, best)?;
            }
        }
    }
    Ok(())
}

fn mark(segment: &SegmentReader, field: Field, term: &str, points: u32, best: &mut Best) -> tantivy::Result<()> {
    let index = segment.inverted_index(field)?;
    let Some(mut postings) = index.read_postings(&Term::from_field_text(field, term), IndexRecordOption::Basic)? else {
        return Ok(());
    };
    let mut document = postings.doc();
    while document != TERMINATED {
        best.raise(document, points);
        document = postings.advance();
    }
    Ok(())
}

fn mark_all_of(
    segment: &SegmentReader,
    field: Field,
    terms: &[String],
    points: u32,
    best: &mut Best,
) -> tantivy::Result<()> {
    let index = segment.inverted_index(field)?;
    let mut all = Vec::with_capacity(terms.len());
    for term in terms {
        let term = Term::from_field_text(field, term);
        match index.read_postings(&term, IndexRecordOption::Basic)? {
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
