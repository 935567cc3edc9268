//! The core of an enterprise's name, in simplified characters.
//!
//! Deliberately absent: what is a legal form and what is alike (domain).

use crate::app::App;
use domain::likeness;
use domain::place::PlaceLevel;
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use std::sync::LazyLock;

/// Read when the first name is looked at. Without the table names are compared as they are written.
static SIMPLIFIED: LazyLock<Option<OpenCC>> = LazyLock::new(|| {
    let table = OpenCC::from_config(BuiltinConfig::T2s);
    table.map_err(|error| tracing::error!(%error, "the table of traditional characters cannot be read")).ok()
});

/// A text in simplified characters.
#[must_use]
pub fn simplified(text: &str) -> String {
    SIMPLIFIED.as_ref().map_or_else(|| text.to_owned(), |table| table.convert(text))
}

/// What of a name tells one enterprise from another.
#[must_use]
pub fn core(app: &App, name: &str) -> String {
    likeness::core(&simplified(name), &app.places.of_level(PlaceLevel::County))
}
