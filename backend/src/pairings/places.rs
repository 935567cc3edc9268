//! The pairings of a place: as everybody reads them, and town by town for those who look after it.

mod sql;

use super::Scope;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::PairingReader;
use domain::api::Count;
use domain::api::pairings::{CoverageOfTowns, PlacePairings, PublicPairing, TownCoverageRow};
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

/// Town by town: who covers it, which villages nobody is paired with, which several are.
pub async fn coverage_of_towns(app: &App, reader: &PairingReader) -> Result<CoverageOfTowns> {
    let scope = Scope::of(&reader.acting)?;
    let place = match (scope.enterprise, scope.place) {
        (Some(_), _) => return Err(Error::Forbidden("结对的覆盖情况由村、镇、工商联和审计查看")),
        (None, Some(place)) => place.get(..9).unwrap_or(place),
        (None, None) => "4414",
    };
    let mut tx = app.snapshot().await?;
    let rows = sql::towns(&mut tx, place).await?.into_iter().map(|one| TownCoverageRow {
        town: app.places.place(&one.town),
        pairing: one.pairing,
        enterprise_name: one.enterprise_name,
        villages: one.villages,
        without: one.without,
        several: one.several,
    });
    Ok(CoverageOfTowns { items: rows.collect(), as_of: app.clock.now() })
}
