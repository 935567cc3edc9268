//! What somebody who is still typing may mean, from the words that the site itself has.
//!
//! Deliberately absent: what needs are called; whoever lists needs adds their titles.

use super::Search;
use super::lexicon::{Entry, EntryKind};
use super::text::Analyzer;
use domain::api::needs::NeedSuggestion;
use domain::finding::QUERY_MAX;

/// Words that are suggested at once.
const WORDS: usize = 6;

/// Texts that begin as this one does, the likeliest first.
pub fn suggest(search: &Search, typed: &str) -> Vec<NeedSuggestion> {
    let Some(analyzer) = &search.analyzer else { return Vec::new() };
    let typed: String = typed.chars().take(QUERY_MAX).collect();
    let folded = analyzer.fold(&typed);
    let (head, last) = folded.rsplit_once(' ').unwrap_or(("", folded.as_str()));
    if last.is_empty() {
        return Vec::new();
    }
    let found = analyzer.lexicon().beginning_with(last, WORDS);
    let (head, found) = match analyzer.place_at_the_beginning(last) {
        // `五华路`: the place is there, a word has begun.
        Some(place) if found.is_empty() && place.len() < last.len() => {
            let head = format!("{head} {place}");
            (head, analyzer.lexicon().beginning_with(&last[place.len()..], WORDS))
        }
        _ => (head.to_owned(), found),
    };
    let head = head.trim();
    let suggestion = |entry: &Entry| NeedSuggestion {
        text: if head.is_empty() { entry.text.clone() } else { format!("{head} {}", entry.text) },
        kind: entry.suggestion_kind(),
        note: note(analyzer, entry),
    };
    let mut all: Vec<NeedSuggestion> = Vec::new();
    for suggestion in found.into_iter().map(suggestion) {
        if !all.contains(&suggestion) {
            all.push(suggestion);
        }
    }
    all
}

/// County and town of a village, the county of a town.
fn note(analyzer: &Analyzer, entry: &Entry) -> String {
    let code = entry.code.as_deref().unwrap_or_default();
    let above: &[usize] = match entry.kind {
        EntryKind::Village => &[6, 9],
        EntryKind::Town => &[6],
        EntryKind::County | EntryKind::Field | EntryKind::Word => &[],
    };
    let names = above.iter().filter_map(|digits| analyzer.place_name(code.get(..*digits)?));
    names.collect::<Vec<_>>().join(" · ")
}
