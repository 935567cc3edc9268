//! The pairings of a place, as everybody reads them.

mod sql;

use crate::app::App;
use crate::error::{Error, Result};
use domain::api::Count;
use domain::api::pairings::{PlacePairings, PublicPairing};
use domain::place::PlaceCode;
use domain::pledge::DisplayChoice;

/// Pairings that a place's page shows.
const PUBLIC_MAX: i64 = 200;

/// What everybody reads of the active pairings of a place: the enterprise as it wants to be shown.
pub async fn of_place(app: &App, code: &str) -> Result<PlacePairings> {
    let code: PlaceCode = code.parse().map_err(|_| Error::NotFound)?;
    app.places.get(&code).ok_or(Error::NotFound)?;
    let mut tx = app.snapshot().await?;
    let rows = sql::active_in(&mut tx, code.as_str(), PUBLIC_MAX).await?;
    let count = Count::capped(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    let items = rows.into_iter().map(|one| {
        let choice = DisplayChoice { name: one.public_display, show_amount: true, share_with_recipient: true };
        PublicPairing {
            form: one.form,
            enterprise: choice.public_name(&one.enterprise_name, false),
            town: one.town.as_ref().map(|town| app.places.place(town)),
            villages: one.villages.iter().map(|village| app.places.place(village)).collect(),
            first_day: one.first_day,
            last_day: one.last_day,
        }
    });
    Ok(PlacePairings { items: items.collect(), count, as_of: app.clock.now() })
}
