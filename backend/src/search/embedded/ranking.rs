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
}

/// Points of every document of `segment`.
pub fn rank(
    segment: &SegmentReader,
    parts: &[IndexedPart],
    quality: &Quality,
    groups: &[Group],
) -> Result<Earned, EngineError> {
    let documents = segment.max_doc() as usize;
    let mut earned = Earned { points: vec![0; documents], met: vec![0; documents] };
    let mut best = vec![0_u32; documents];
    for group in groups {
        best.fill(0);
        for alternative in &group.alternatives {
            for part in parts {
                meet(segment, part, quality, group.place, alternative, &mut best).map_err(super::unavailable)?;
            }
        }
        for (document, points) in best.iter().enumerate() {
            earned.points[document] += points;
            earned.met[document] += u8::from(*points > 0);
        }
    }
    Ok(earned)
}

fn meet(
    segment: &SegmentReader,
    part: &IndexedPart,
    quality: &Quality,
    names_a_place: bool,
    alternative: &Alternative,
    best: &mut [u32],
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

fn mark(segment: &SegmentReader, field: Field, term: &str, points: u32, best: &mut [u32]) -> tantivy::Result<()> {
    let index = segment.inverted_index(field)?;
    let Some(mut postings) = index.read_postings(&Term::from_field_text(field, term), IndexRecordOption::Basic)? else {
        return Ok(());
    };
    let mut document = postings.doc();
    while document != TERMINATED {
        raise(best, document, points);
        document = postings.advance();
    }
    Ok(())
}

fn mark_all_of(
    segment: &SegmentReader,
    field: Field,
    terms: &[String],
    points: u32,
    best: &mut [u32],
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
            raise(best, document, points);
        }
        document = rarest.advance();
    }
    Ok(())
}

fn raise(best: &mut [u32], document: u32, points: u32) {
    let slot = &mut best[document as usize];
    *slot = points.max(*slot);
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
