//! Letters about pairings, and what the record says of them.
//!
//! Whoever did it is not written to. Deliberately absent: what a letter says (mail).

use super::Held;
use super::sql::{self, Stored};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::Result;
use crate::http::caller::{Federation, Origin};
use crate::mail::letter::pairing::{News, PairingNews};
use crate::mail::{self, Letter};
use domain::organisation::{Acting, Role};
use domain::pairing::{PairingSide, PairingStep};
use domain::place::PlaceCode;
use domain::{OrganisationId, PairingId};
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Who reads letters about pairings in the organisation of a side.
const SIDE_ROLES: &[Role] = &[
    Role::VillageReporter,
    Role::VillageHead,
    Role::TownReviewer,
    Role::OfficeOwner,
    Role::EnterpriseOwner,
    Role::EnterpriseOperator,
];

/// Whom something concerns.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    Enterprise,
    Places,
    Federation,
}

pub const SIDES: &[Whom] = &[Whom::Enterprise, Whom::Places];
pub const ALL: &[Whom] = &[Whom::Enterprise, Whom::Places, Whom::Federation];

/// Writes to those whom it concerns what happened to a pairing.
pub async fn tell(
    app: &App,
    tx: &mut PgConnection,
    (stored, sides): (&Stored, &[sql::Side]),
    (whom, but): (&[Whom], Option<OrganisationId>),
    news: News,
) -> Result<()> {
    let letter = Letter::Pairing(PairingNews {
        reference: stored.reference.clone(),
        form: stored.form.label().to_owned(),
        enterprise: stored.enterprise_name.clone(),
        places: places(app, stored),
        first_day: stored.first_day,
        last_day: stored.last_day,
        news,
        path: format!("/pairings/{}", stored.id),
    });
    let of_side = |side: &sql::Side| match side.side {
        PairingSide::Enterprise => whom.contains(&Whom::Enterprise),
        PairingSide::Place(_) => whom.contains(&Whom::Places),
    };
    // One that speaks for several sides is written to once.
    let speakers: BTreeSet<OrganisationId> =
        sides.iter().filter(|side| of_side(side)).filter_map(|side| side.speaker).collect();
    for speaker in speakers.into_iter().filter(|speaker| but != Some(*speaker)) {
        mail::write_to(tx, app, (speaker, SIDE_ROLES), &letter).await?;
    }
    let silent = sides.iter().any(|side| of_side(side) && side.speaker.is_none());
    if whom.contains(&Whom::Federation) || silent {
        let federation = sql::federation(tx, common(stored)).await?;
        if let Some(federation) = federation.filter(|federation| but != Some(*federation)) {
            mail::write_to(tx, app, (federation, Federation::ROLES), &letter).await?;
        }
    }
    Ok(())
}

/// The county that all villages of a pairing lie in, or the city.
fn common(stored: &Stored) -> &str {
    let mut counties = stored.villages.iter().map(PlaceCode::county);
    let first = counties.next().unwrap_or("4414");
    if counties.all(|county| county == first) { first } else { "4414" }
}

/// The places of a pairing in a few words.
pub fn places(app: &App, stored: &Stored) -> String {
    let count = stored.villages.len();
    match (&stored.town, stored.villages.as_slice()) {
        (Some(town), _) => format!("{}（{count} 个村、社区）", super::side_name(app, town)),
        (None, [first]) => super::side_name(app, first),
        (None, [first, ..]) => format!("{}等 {count} 个村（社区）", super::side_name(app, first)),
        (None, []) => String::new(),
    }
}

/// The same of something that somebody did who is not written to.
pub async fn tell_others(
    app: &App,
    tx: &mut PgConnection,
    (held, acting): (&Held, &Acting),
    whom: &[Whom],
    news: News,
) -> Result<()> {
    tell(app, tx, (&held.stored, &held.sides), (whom, Some(acting.organisation)), news).await
}

/// Records what somebody did to a pairing.
pub async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, PairingId),
    after: Value,
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind: "pairing", subject: id.0, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// Records what the house did to a pairing when its day had come.
pub async fn record_by_house(
    app: &App,
    tx: &mut PgConnection,
    (verb, id): (&'static str, PairingId),
    after: Value,
) -> Result<()> {
    let record =
        Record { verb, subject_kind: "pairing", subject: id.0, before: None, after: Some(after), reason: None };
    Ok(audit::record_as(app, tx, None, None, &Origin::default(), record).await?)
}

pub fn verb(step: PairingStep) -> &'static str {
    match step {
        PairingStep::Decline => "pairing_declined",
        PairingStep::Withdraw => "pairing_withdrawn",
        PairingStep::TakeUp => "pairing_taken_up",
        PairingStep::Return => "pairing_returned",
        PairingStep::Approve => "pairing_approved",
        _ => "pairing_terminated",
    }
}

pub fn told(step: PairingStep, by: String, reason: Option<&str>) -> (&'static [Whom], News) {
    let reason = reason.unwrap_or_default().to_owned();
    match step {
        PairingStep::Decline => (ALL, News::Declined { by, reason }),
        PairingStep::Withdraw => (ALL, News::Withdrawn { by, reason }),
        PairingStep::TakeUp => (SIDES, News::TakenUp),
        PairingStep::Return => (SIDES, News::Returned { reason }),
        PairingStep::Approve => (SIDES, News::Approved),
        _ => (ALL, News::Terminated { by, reason }),
    }
}
