//! Words in the visitor's language. The Chinese sentence in the page is the key; `words/` holds its translations.
//!
//! A page reads as its readers will read it, and a sentence without a translation is shown in Chinese rather than
//! as a code. `tests/tidy.rs` finds the sentences that lack one. Deliberately absent: plural rules, which Chinese does
//! not have; English sentences are worded so that they need none.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Timelike, Utc};
use leptos::prelude::use_context;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The language of a page, as its path says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    #[default]
    ZhHans,
    ZhHant,
    En,
}

type Table = HashMap<&'static str, &'static str>;

static ZH_HANT: LazyLock<Table> = LazyLock::new(|| table(include_str!("../words/zh-Hant.json")));
static EN: LazyLock<Table> = LazyLock::new(|| table(include_str!("../words/en.json")));

fn table(json: &'static str) -> Table {
    serde_json::from_str(json).unwrap_or_else(|error| unreachable!("words are checked by a test: {error}"))
}

impl Lang {
    pub const ALL: [Lang; 3] = [Lang::ZhHans, Lang::ZhHant, Lang::En];

    /// The first segment of the path, empty for Simplified Chinese.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Lang::ZhHans => "",
            Lang::ZhHant => "/zh-hant",
            Lang::En => "/en",
        }
    }

    /// For the attribute `lang` (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Lang::ZhHans => "zh-Hans",
            Lang::ZhHant => "zh-Hant",
            Lang::En => "en",
        }
    }

    /// How the language calls itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Lang::ZhHans => "简体",
            Lang::ZhHant => "繁體",
            Lang::En => "English",
        }
    }

    /// The translation of a sentence, or the sentence.
    #[must_use]
    pub fn text(self, chinese: &str) -> &str {
        let table = match self {
            Lang::ZhHans => return chinese,
            Lang::ZhHant => &ZH_HANT,
            Lang::En => &EN,
        };
        table.get(chinese).copied().unwrap_or(chinese)
    }
}

/// The language of the page that is being rendered.
#[must_use]
pub fn lang() -> Lang {
    use_context().unwrap_or_default()
}

/// A sentence in the page's language; with values, each `{name}` is replaced.
#[macro_export]
macro_rules! t {
    ($text:literal) => { $crate::words::lang().text($text) };
    ($text:literal, $($name:ident = $value:expr),+ $(,)?) => {{
        let text = $crate::words::lang().text($text).to_owned();
        $(let text = text.replace(concat!("{", stringify!($name), "}"), &($value).to_string());)+
        text
    }};
}

/// A word of the domain or a sentence of the API in the page's language.
#[must_use]
pub fn text(chinese: &str) -> String {
    lang().text(chinese).to_owned()
}

/// An address of our own in the page's language.
#[must_use]
pub fn href(path: &str) -> String {
    format!("{}{path}", lang().prefix())
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day: `2026年6月30日`, `30 June 2026`.
#[must_use]
pub fn date(day: NaiveDate) -> String {
    match lang() {
        Lang::ZhHans | Lang::ZhHant => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        Lang::En => format!("{} {} {}", day.day(), MONTHS[day.month0() as usize % 12], day.year()),
    }
}

/// An instant in Shanghai, to the minute: `2026-06-30 10:02`.
#[must_use]
pub fn instant(at: DateTime<Utc>) -> String {
    let at = shanghai(at);
    format!("{} {:02}:{:02}", at.date_naive(), at.hour(), at.minute())
}

/// An instant in Shanghai, to the second, as totals name it: `2026-06-30 10:02:07`.
#[must_use]
pub fn as_of(at: DateTime<Utc>) -> String {
    format!("{}:{:02}", instant(at), at.second())
}

fn shanghai(at: DateTime<Utc>) -> DateTime<FixedOffset> {
    let offset = FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| unreachable!("eight hours is an offset"));
    at.with_timezone(&offset)
}
