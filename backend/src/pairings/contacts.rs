//! Whom to call about a pairing: each side names one person, whom the other sides and the federation read.
//!
//! Until the sides have agreed, a name and a number are masked for the others; when a pairing is over, its rows are gone (a
//! trigger). The record says that somebody was named, never whom. Deliberately absent: contacts for the public, for towns
//! that speak for nobody, and for auditors.

mod sql;

use super::sql::{self as pairings, Stored};
use super::tell::record;
use super::{Held, one, side_name};
use crate::app::App;
use crate::consents;
use crate::error::{Error, Result};
use crate::http::caller::PairingParty;
use domain::api::dues::DueContacts;
use domain::api::pairings::{NewPairingContact, Pairing, PairingContact};
use domain::pairing::{PairingPerson, PairingSeat, PairingSide, PairingStatus, StepNotNow};
use domain::{OrganisationId, PairingId, PersonId};
use serde_json::json;
use sqlx::PgConnection;

/// Agreements of one enterprise whose contacts are read at once.
const AGREEMENTS_MAX: i64 = 200;

/// As somebody who has part in the pairing reads them; nobody else does.
pub(super) async fn of(
    app: &App,
    tx: &mut PgConnection,
    stored: &Stored,
    held: Option<&Held>,
) -> Result<Vec<PairingContact>> {
    let Some(held) = held.filter(|held| held.is_party() && !stored.status.is_settled()) else {
        return Ok(Vec::new());
    };
    let known = sql::of(tx, stored.id).await?;
    let contact = |side: &pairings::Side| {
        let own = held.own.contains(&side.side);
        let whole = own || held.seat == PairingSeat::Federation || stored.status != PairingStatus::Proposed;
        let person = known.iter().find(|(of, _)| *of == side.side).map(|(_, person)| person);
        PairingContact {
            side: side.side.clone(),
            side_name: named(app, &side.side, &stored.enterprise_name),
            person: person.map(|person| if whole { person.clone() } else { person.masked() }),
            masked: !whole && person.is_some(),
            may_name: own,
        }
    };
    Ok(held.sides.iter().map(contact).collect())
}

fn named(app: &App, side: &PairingSide, enterprise: &str) -> String {
    match side {
        PairingSide::Enterprise => enterprise.to_owned(),
        PairingSide::Place(place) => side_name(app, place),
    }
}

/// Those of an enterprise's agreements under way, for that enterprise.
pub async fn of_enterprise(app: &App, tx: &mut PgConnection, enterprise: OrganisationId) -> Result<Vec<DueContacts>> {
    let mut agreements: Vec<DueContacts> = Vec::new();
    for row in sql::of_enterprise(tx, enterprise, AGREEMENTS_MAX).await? {
        let contact = PairingContact {
            side_name: named(app, &row.side, &row.enterprise_name),
            may_name: row.side == PairingSide::Enterprise,
            side: row.side,
            person: row.person,
            masked: false,
        };
        if let Some(last) = agreements.last_mut().filter(|last| last.pairing == row.pairing) {
            last.sides.push(contact);
        } else {
            agreements.push(DueContacts { pairing: row.pairing, reference: row.reference, sides: vec![contact] });
        }
    }
    Ok(agreements)
}

/// Names somebody for a side, another one, or nobody any more. Twice is as good as once.
pub async fn name(app: &App, party: &PairingParty, id: PairingId, new: &NewPairingContact) -> Result<Pairing> {
    let acting = &party.acting;
    let person = new.person.as_ref().map(PairingPerson::check).transpose()?;
    if let Some(person) = &person {
        consents::no_numbers(("name", &person.name))?;
        consents::no_numbers(("position", &person.position))?;
    }
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    if !held.own.contains(&new.side) {
        return Err(Error::Forbidden("联系人由结对的各方登记自己的"));
    }
    if held.stored.status.is_settled() {
        return Err(Error::Conflict(StepNotNow::State(held.stored.status).to_string()));
    }
    let known = sql::of(&mut tx, id).await?.into_iter().find(|(side, _)| *side == new.side).map(|(_, known)| known);
    if known == person {
        tx.rollback().await?;
        return one(app, acting, id).await;
    }
    let verb = if let Some(person) = &person {
        sql::set(&mut tx, (id, &new.side), person, acting.person, app.clock.now()).await?;
        "pairing_contact_named"
    } else {
        sql::empty(&mut tx, (id, &new.side)).await?;
        "pairing_contact_emptied"
    };
    // Whom is said nowhere but in the table that can be emptied.
    record(app, &mut tx, (acting, &party.origin), (verb, id), json!({ "side": new.side }), None).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Those whom the sides named, to be carried over to a pairing that follows.
pub(super) async fn kept(tx: &mut PgConnection, id: PairingId) -> Result<Vec<(PairingSide, PairingPerson)>> {
    Ok(sql::of(tx, id).await?)
}

/// Gives a pairing that follows the contacts of the sides that it shares with the one before.
pub(super) async fn carry(
    app: &App,
    tx: &mut PgConnection,
    kept: &[(PairingSide, PairingPerson)],
    (held, by): (&Held, PersonId),
) -> Result<()> {
    for (side, person) in kept.iter().filter(|(side, _)| held.sides.iter().any(|of| of.side == *side)) {
        sql::set(tx, (held.stored.id, side), person, by, app.clock.now()).await?;
    }
    Ok(())
}

/// Somebody's account ends: he is no contact any more, where his own number stands or he named himself.
pub async fn forget(tx: &mut PgConnection, person: PersonId, (name, phone): (&str, Option<&str>)) -> Result<()> {
    Ok(sql::forget(tx, person, name, phone).await?)
}
