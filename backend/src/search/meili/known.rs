//! The pinyin and the words of Latin letters that needs have, kept in the process: a slip of the finger asks for hundreds.
//!
//! It asks no server.

use std::collections::HashSet;
use std::time::{Duration, Instant};

/// Words that another process wrote are read this long after the last time at the earliest.
const READ_AGAIN: Duration = Duration::from_mins(1);

#[derive(Default)]
pub struct Known {
    words: HashSet<String>,
    /// The last event that these words are of.
    cursor: Option<i64>,
    read: Option<Instant>,
}

impl Known {
    pub fn has(&self, word: &str) -> bool {
        self.words.contains(word)
    }

    pub fn add(&mut self, words: HashSet<String>) {
        self.words.extend(words);
    }

    /// This process applied all events up to this one.
    pub fn follow(&mut self, cursor: i64) {
        self.cursor = Some(cursor);
    }

    /// Whether another process wrote what is not known here.
    pub fn lags(&self, cursor: i64) -> bool {
        self.cursor != Some(cursor) && self.read.is_none_or(|read| read.elapsed() >= READ_AGAIN)
    }

    /// All words of the index as of `cursor`.
    pub fn replace(&mut self, words: HashSet<String>, cursor: i64) {
        *self = Known { words, cursor: Some(cursor), read: Some(Instant::now()) };
    }
}
