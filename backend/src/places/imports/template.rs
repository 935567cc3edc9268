//! The empty table: its head, its headings, and the caller's places filled in, so that only what is said is left to write.
//!
//! UTF-8 with a byte order mark, without which Excel takes Chinese for something else. Codes stand as `="441424103203"`,
//! because Excel would show twelve digits as 4.41424E+11 and save that. Deliberately absent: anything that is known.

use super::columns::headings;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Federation;
use anyhow::Context;
use chrono::Datelike;
use domain::place::{ListSubject, PlaceCode, PlaceLevel, Tally};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// A CSV for the caller's area. A row of which nothing is written says nothing when it comes back.
pub fn template(app: &App, federation: &Federation, subject: ListSubject) -> Result<Vec<u8>> {
    let own = federation.acting.place.as_ref().ok_or(Error::NotFound)?;
    let level = if subject == ListSubject::TownClass { PlaceLevel::Town } else { PlaceLevel::Village };
    let inside = |code: &PlaceCode| own.contains(code) && code.level() == level;
    let mut places: Vec<&PlaceCode> = app.places.iter().map(|(code, _)| code).filter(|code| inside(code)).collect();
    places.sort_unstable();
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(BYTE_ORDER_MARK.to_vec());
    let mut line = |cells: &[&str]| writer.write_record(cells).context("a row in memory");
    line(&["来源", ""])?;
    line(&["截至日期", ""])?;
    for tally in Tally::ALL.into_iter().filter(|tally| tally.is_needed(subject)) {
        line(&[tally.label(), ""])?;
    }
    let headings = headings(subject);
    line(&headings.iter().map(String::as_str).collect::<Vec<_>>())?;
    let last_year = (app.clock.today().year() - 1).to_string();
    for code in places {
        let place = app.places.place(code);
        let code = format!("=\"{code}\"");
        let mut cells = vec![code.as_str(), &place.county, &place.town];
        if level == PlaceLevel::Village {
            cells.push(&place.village);
        }
        if subject == ListSubject::PlaceFact {
            cells.push(&last_year);
        }
        cells.resize(headings.len(), "");
        line(&cells)?;
    }
    Ok(writer.into_inner().map_err(|error| anyhow::anyhow!("rows in memory: {error}"))?)
}
