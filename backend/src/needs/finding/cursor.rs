//! Where a list of needs goes on: behind the last need that was shown, so that a need that comes or goes meanwhile neither
//! has another shown twice nor hides one. What is found by words has no such place, since what a need earns hangs on
//! the others; there a number of needs is passed over.
//!
//! What a reader sees of it is one short word of letters and digits. Deliberately absent: keeping anything for a reader.

use crate::search::engine::{MAX_OFFSET, Position, Sort};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cursor {
    /// In this order, behind this place.
    Behind(Sort, Position),
    /// Behind so many that were found by words.
    Passed(usize),
}

/// The first byte: which kind of cursor it is, and of which order.
const PASSED: u8 = 0;
const SORTS: [(u8, Sort); 5] =
    [(1, Sort::Relevance), (2, Sort::Newest), (3, Sort::AmountAsc), (4, Sort::AmountDesc), (5, Sort::Deadline)];

impl Cursor {
    /// The cursor that a text stands for, if it is one and not further down than anybody is shown.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (kind, rest) = bytes.split_first()?;
        if *kind == PASSED {
            let passed = usize::from(u16::from_be_bytes(rest.try_into().ok()?));
            return (passed <= MAX_OFFSET).then_some(Cursor::Passed(passed));
        }
        let (_, sort) = SORTS.iter().find(|(byte, _)| byte == kind)?;
        let (value, rest) = rest.split_first_chunk()?;
        let (published_at, id) = rest.split_first_chunk()?;
        let (value, published_at) = (i64::from_be_bytes(*value), i64::from_be_bytes(*published_at));
        Some(Cursor::Behind(*sort, Position { value, published_at, id: Uuid::from_slice(id).ok()? }))
    }

    /// The text that stands for it; none where nobody is shown what follows.
    pub fn written(self) -> Option<String> {
        let mut bytes = Vec::with_capacity(33);
        match self {
            Cursor::Passed(passed) => {
                let passed = u16::try_from(passed).ok().filter(|passed| usize::from(*passed) <= MAX_OFFSET)?;
                bytes.push(PASSED);
                bytes.extend(passed.to_be_bytes());
            }
            Cursor::Behind(sort, Position { value, published_at, id }) => {
                bytes.push(SORTS.iter().find(|(_, known)| *known == sort)?.0);
                bytes.extend(value.to_be_bytes());
                bytes.extend(published_at.to_be_bytes());
                bytes.extend(id.as_bytes());
            }
        }
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(sort: Sort) -> Cursor {
        let id = Uuid::from_u128(7);
        Cursor::Behind(sort, Position { value: -12_345, published_at: 1_790_000_000_000_000, id })
    }

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        let of_sorts = SORTS.iter().map(|(_, sort)| behind(*sort));
        for cursor in of_sorts.chain([Cursor::Passed(20), Cursor::Passed(MAX_OFFSET)]) {
            let text = cursor.written().unwrap();
            assert!(text.len() <= 44 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(Cursor::read(&text), Some(cursor));
        }
        assert_eq!(Cursor::Passed(MAX_OFFSET + 1).written(), None);
    }

    #[test]
    fn what_is_no_cursor_is_none() {
        let whole = behind(Sort::Newest).written().unwrap();
        let beyond = URL_SAFE_NO_PAD.encode([&[PASSED][..], &2_001_u16.to_be_bytes()].concat());
        let unknown = URL_SAFE_NO_PAD.encode([9; 33]);
        let longer = format!("{whole}AAAA");
        for text in ["", "20", "!", "AA", &whole[..40], &longer, &beyond, &unknown] {
            assert_eq!(Cursor::read(text), None, "{text}");
        }
    }
}
