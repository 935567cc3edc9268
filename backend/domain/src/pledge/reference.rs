//! The short bank reference of a pledge, typed by hand into the 附言 of a transfer: `QC7K3M9P9`.
//!
//! `QC`, six characters and one check character, of 23 that look unlike each other. Because 23 is prime and each
//! position has a weight of its own, every single wrong character and every swap of two neighbours is noticed.
//! Deliberately absent: looking a reference up; [`nearest`] only says what may have been meant.

use crate::money::to_half_width;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// Without 0 O D Q, 1 I L, S (5), Z (2), B (8), G (6), U V: 23 characters.
const ALPHABET: &[u8; 23] = b"23456789ACEFHJKMNPRTWXY";
const SIZE: u64 = 23;
const PREFIX: &[u8; 2] = b"QC";
/// Characters after the prefix: six and the check character.
const BODY: usize = 7;
pub(crate) const LENGTH: usize = PREFIX.len() + BODY;
/// How many references there are: 23^6.
pub const REFERENCES: u64 = SIZE.pow(6);
/// Consecutive numbers get references that look unlike each other. No multiple of 23, so it is one-to-one.
const STRIDE: u64 = 61_803_399;

/// The reference of one pledge, in its one written form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "QC7K3M9P9"))]
pub struct PledgeReference([u8; LENGTH]);

/// Why a text is no reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error("认捐编号以 QC 开头，共 9 位字母和数字")]
    Malformed,
    #[error("认捐编号有误，请对照认捐确认信核对是否有错字或相邻两位颠倒")]
    WrongCheck,
    #[error("认捐编号已用完")]
    UsedUp,
}

impl PledgeReference {
    /// The reference of the pledge with this running number, below [`REFERENCES`]. Different numbers give different
    /// references.
    ///
    /// # Errors
    /// [`ReferenceError::UsedUp`] from 148,035,889 on.
    pub fn from_number(number: u64) -> Result<Self, ReferenceError> {
        spell(*PREFIX, number).map(PledgeReference)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever put in, so the empty text never appears.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Reads exactly nine upper-case characters.
    fn exact(text: [u8; LENGTH]) -> Result<Self, ReferenceError> {
        proven(*PREFIX, text).map(PledgeReference)
    }
}

/// The characters of a running number behind a prefix; other references than those of pledges are spelled alike.
pub(crate) fn spell(prefix: [u8; 2], number: u64) -> Result<[u8; LENGTH], ReferenceError> {
    if number >= REFERENCES {
        return Err(ReferenceError::UsedUp);
    }
    let mut rest = number * STRIDE % REFERENCES;
    let mut text = [0; LENGTH];
    text[..prefix.len()].copy_from_slice(&prefix);
    let mut sum = 0;
    for (position, place) in text[prefix.len()..LENGTH - 1].iter_mut().enumerate() {
        let digit = rest % SIZE;
        rest /= SIZE;
        *place = character(digit);
        sum += weight(position) * digit;
    }
    text[LENGTH - 1] = character((SIZE - sum % SIZE) % SIZE);
    Ok(text)
}

/// The same characters, if they begin with the prefix and their check character is right.
pub(crate) fn proven(prefix: [u8; 2], text: [u8; LENGTH]) -> Result<[u8; LENGTH], ReferenceError> {
    if !text.starts_with(&prefix) {
        return Err(ReferenceError::Malformed);
    }
    let mut sum = 0;
    for (position, byte) in text[prefix.len()..].iter().enumerate() {
        sum += weight(position) * digit(*byte).ok_or(ReferenceError::Malformed)?;
    }
    if sum % SIZE == 0 { Ok(text) } else { Err(ReferenceError::WrongCheck) }
}

/// What a person typed, as nine characters to be proven.
pub(crate) fn typed(text: &str) -> Result<[u8; LENGTH], ReferenceError> {
    <[u8; LENGTH]>::try_from(plain_characters(text).as_slice()).map_err(|_| ReferenceError::Malformed)
}

fn digit(byte: u8) -> Option<u64> {
    ALPHABET.iter().position(|known| *known == byte).and_then(|digit| u64::try_from(digit).ok())
}

fn character(digit: u64) -> u8 {
    usize::try_from(digit).ok().and_then(|digit| ALPHABET.get(digit)).copied().unwrap_or(b'?')
}

/// 2 to 7 for the six characters and 1 for the check character: none a multiple of 23, neighbours different.
fn weight(position: usize) -> u64 {
    u64::try_from(position).map_or(1, |position| if position == 6 { 1 } else { position + 2 })
}

impl FromStr for PledgeReference {
    type Err = ReferenceError;

    /// Reads a reference as people type it: full-width, lower case, with spaces or hyphens.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        typed(text).and_then(PledgeReference::exact)
    }
}

impl TryFrom<String> for PledgeReference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<PledgeReference> for String {
    fn from(reference: PledgeReference) -> String {
        reference.as_str().to_owned()
    }
}

impl fmt::Display for PledgeReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for PledgeReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PledgeReference({})", self.as_str())
    }
}

/// Half-width, upper case, without spaces and hyphens; one byte for each character, `?` for what is no letter or digit.
fn plain_characters(text: &str) -> Vec<u8> {
    text.chars()
        .map(to_half_width)
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '-' | '_' | '‐' | '‑' | '–' | '—' | '−' | '\u{200b}' | '\u{feff}')
        })
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '?' })
        .map(|c| u8::try_from(c).unwrap_or(b'?'))
        .collect()
}

/// The valid references inside a 附言 such as `捐款 QC7K3M9P9 五华饮水`, in the order of the text, each once.
#[must_use]
pub fn find_references(text: &str) -> Vec<PledgeReference> {
    let mut found = Vec::new();
    for window in windows(text) {
        if let Ok(reference) = PledgeReference::exact(window)
            && !found.contains(&reference)
        {
            found.push(reference);
        }
    }
    found
}

/// The references that may have been meant where one character is wrong or two neighbours are swapped, in order.
///
/// Several for each mistake: the caller keeps those that exist. What [`find_references`] finds is not among them
/// unless it is also near to something else in the text.
#[must_use]
pub fn nearest(text: &str) -> Vec<PledgeReference> {
    let mut near = BTreeSet::new();
    for window in windows(text) {
        if PledgeReference::exact(window).is_ok() {
            continue;
        }
        near.extend(swaps(window).chain(substitutions(window)).filter_map(|text| PledgeReference::exact(text).ok()));
    }
    near.into_iter().collect()
}

fn windows(text: &str) -> Vec<[u8; LENGTH]> {
    plain_characters(text).windows(LENGTH).filter_map(|window| window.try_into().ok()).collect()
}

fn swaps(window: [u8; LENGTH]) -> impl Iterator<Item = [u8; LENGTH]> {
    (1..LENGTH).map(move |position| {
        let mut text = window;
        text.swap(position - 1, position);
        text
    })
}

/// Every text that differs in one letter or digit. A window with anything else in it is the end of some other word.
fn substitutions(window: [u8; LENGTH]) -> impl Iterator<Item = [u8; LENGTH]> {
    let typed = !window.contains(&b'?');
    (0..LENGTH).filter(move |_| typed).flat_map(move |position| {
        ALPHABET.iter().chain(PREFIX).map(move |byte| {
            let mut text = window;
            text[position] = *byte;
            text
        })
    })
}

#[cfg(test)]
mod tests;
