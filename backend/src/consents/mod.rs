//! What people have agreed to: given or withdrawn, each kind for itself, never overwritten, in force at once.
//!
//! What is shown of a person asks the database's `consent_in_force` in the statement that reads it; what is taken from
//! him asks `numbers_of`. Both name the version of the text that is in force.
//! Deliberately absent: the texts (domain), and consents that somebody else gives.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result};
use crate::http::caller::SignedIn;
use crate::{enquiries, verifications};
use domain::api::consents::{ConsentDecision, ConsentDecisions, ConsentEntry, ConsentStanding, Consents};
use domain::consent::{ConsentKind, NUMBER_NEEDS_ACCOUNT, NUMBER_NEEDS_CONSENT, NUMBER_NOT_QUOTED};
use domain::{PersonId, Problems, sensitive};
use serde_json::json;
use sqlx::PgConnection;

/// Rows of the history that a page shows.
const HISTORY_MAX: i64 = 100;

/// What the caller has agreed to.
pub async fn mine(app: &App, signed_in: &SignedIn) -> Result<Consents> {
    let mut tx = app.snapshot().await?;
    read(&mut tx, signed_in.me.id).await
}

/// What a person gave and withdrew, latest first.
pub async fn history(tx: &mut PgConnection, person: PersonId) -> Result<Vec<ConsentEntry>> {
    Ok(sql::history(tx, person, HISTORY_MAX).await?)
}

async fn read(tx: &mut PgConnection, person: PersonId) -> Result<Consents> {
    let history = sql::history(tx, person, HISTORY_MAX).await?;
    let now = sql::now(tx, person).await?;
    let standing = |kind: &ConsentKind| ConsentStanding {
        kind: *kind,
        version: kind.version().to_owned(),
        given: now.iter().any(|(own, version, given)| own == kind && version == kind.version() && *given),
    };
    Ok(Consents { standing: ConsentKind::ALL.iter().map(standing).collect(), history })
}

/// Gives or withdraws. What stands so already is not written again.
pub async fn decide(app: &App, signed_in: &SignedIn, asked: &ConsentDecisions) -> Result<Consents> {
    check(&asked.decisions).none_or_err()?;
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    sql::lock(&mut tx, person).await?;
    let before = sql::now(&mut tx, person).await?;
    let mut shown = false;
    for decision in &asked.decisions {
        // What was given in an older text is in force no more, but can still be withdrawn, with what was taken by it.
        let last = before.iter().find(|(kind, ..)| *kind == decision.kind);
        let stands = match (decision.given, last) {
            (true, last) => last.is_some_and(|(kind, version, given)| *given && version == kind.version()),
            (false, last) => last.is_none_or(|(.., given)| !given),
        };
        if !stands {
            shown |= matches!(decision.kind, ConsentKind::PublicName | ConsentKind::PhotoPlace);
            write(app, &mut tx, person, decision.kind, decision.given).await?;
            if !decision.given {
                forget(&mut tx, person, decision.kind).await?;
            }
            let verb = if decision.given { "consent_given" } else { "consent_withdrawn" };
            let after = Some(json!({ "kind": decision.kind, "version": decision.version }));
            let record = Record { verb, subject_kind: "person", subject: person.0, before: None, after, reason: None };
            audit::record_as(app, &mut tx, Some(person), None, &signed_in.origin, record).await?;
        }
    }
    let after = read(&mut tx, person).await?;
    tx.commit().await?;
    if shown {
        app.pages.forget_all();
    }
    Ok(after)
}

/// What was taken by a consent that is withdrawn goes. What was only shown by it asks for it each time.
async fn forget(tx: &mut PgConnection, person: PersonId, kind: ConsentKind) -> Result<()> {
    if kind == ConsentKind::SensitiveData {
        enquiries::forget_numbers(tx, person).await?;
        verifications::forget_numbers(tx, person).await?;
    }
    Ok(())
}

/// Somebody's account closes: nothing that he gave freely is in force any more, since he could not withdraw it later.
/// The caller empties the page cache when it has committed.
pub async fn end(app: &App, tx: &mut PgConnection, person: PersonId) -> Result<()> {
    sql::lock(tx, person).await?;
    for (kind, _, given) in sql::now(tx, person).await? {
        if given && !kind.is_needed() {
            write(app, tx, person, kind, false).await?;
            forget(tx, person, kind).await?;
        }
    }
    Ok(())
}

/// A text in which such numbers have no place, whoever consents.
///
/// # Errors
/// A sentence at `field` where it holds one.
pub fn no_numbers((field, text): (&str, &str)) -> Result<()> {
    if sensitive::holds_number(text) { Err(Error::invalid(field, NUMBER_NOT_QUOTED)) } else { Ok(()) }
}

/// Whose consent covers the numbers of identity or bank cards in a text that `person` hands in as `field`; none where
/// it holds no such number. A withdrawal waits until the caller has committed, and finds the text then.
///
/// # Errors
/// A sentence at `field` where he has not given his consent, or has no account to give it from.
pub async fn numbers_of(
    tx: &mut PgConnection,
    person: Option<PersonId>,
    (field, text): (&str, &str),
) -> Result<Option<PersonId>> {
    if !sensitive::holds_number(text) {
        return Ok(None);
    }
    let person = person.ok_or_else(|| Error::invalid(field, NUMBER_NEEDS_ACCOUNT))?;
    sql::lock(tx, person).await?;
    if holds(tx, person, ConsentKind::SensitiveData).await? {
        Ok(Some(person))
    } else {
        Err(Error::invalid(field, NUMBER_NEEDS_CONSENT))
    }
}

/// Only the present text can be agreed to, and there is no account without notice and terms.
fn check(decisions: &[ConsentDecision]) -> Problems {
    let mut problems = Problems::new();
    for ConsentDecision { kind, version, given } in decisions {
        if version != kind.version() {
            problems.add(kind.as_str(), format!("{}已更新，请重新阅读后再提交", kind.label()));
        } else if kind.is_needed() && !given {
            problems.add(
                kind.as_str(),
                format!("没有{}就不能使用账号。要停用账号，请联系所在县（市、区）工商联", kind.label()),
            );
        }
    }
    problems
}

async fn write(app: &App, tx: &mut PgConnection, person: PersonId, kind: ConsentKind, given: bool) -> Result<()> {
    Ok(sql::insert(tx, person, kind, kind.version(), given, app.clock.now()).await?)
}

/// Notice and terms in their present versions, as somebody agrees to them who opens an account.
pub async fn agree(app: &App, tx: &mut PgConnection, person: PersonId) -> Result<()> {
    for kind in ConsentKind::NEEDED {
        write(app, tx, person, kind, true).await?;
    }
    Ok(())
}

/// Whether a person has agreed to the present text of one kind and not withdrawn.
pub async fn holds(tx: &mut PgConnection, person: PersonId, kind: ConsentKind) -> Result<bool> {
    Ok(sql::in_force(tx, person, kind).await?)
}
