//! What follows a pairing: terms for the time after it, and another enterprise that takes it over.
//!
//! Both are pairings of their own that name the one before, so that its history stays readable. Deliberately absent:
//! the day on which one relieves the other (turn).

mod sql;

use super::sql as pairings;
use super::steps::sql as steps;
use super::steps::{Beginning, allowed, begin, check_place, check_terms, repeated, taken, voluntary, who, write_terms};
use super::tell::{ALL, SIDES, Whom, record, tell, tell_others};
use super::{Held, one};
use crate::app::App;
use crate::consents;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Federation, PairingParty, Sure};
use crate::mail::letter::pairing::News;
use domain::PairingId;
use domain::api::pairings::{HandOver, Pairing, Renewal};
use domain::organisation::Acting;
use domain::pairing::{PairingOrigin, PairingSeat, PairingStatus, PairingStep, StepNotNow};
use domain::place::PlaceLevel;
use domain::pledge::PublicDisplay;
use serde_json::json;
use sqlx::PgConnection;

/// Proposes terms that follow those of an agreement; a pairing of its own, to which all sides agree anew.
pub async fn renew(app: &App, party: &PairingParty, id: PairingId, new: &Renewal) -> Result<Pairing> {
    let acting = &party.acting;
    let terms = new.terms.trimmed();
    check_terms(app, &terms, &new.message)?;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let stored = &held.stored;
    if held.own.is_empty() {
        return Err(Error::Forbidden("续约由结对的各方提出"));
    }
    if held.seat == PairingSeat::Enterprise {
        voluntary(new.voluntary)?;
    }
    let known = pairings::by_id(&mut tx, new.id).await?;
    if known.is_some() {
        tx.rollback().await?;
        return repeated(app, acting, (new.id, stored.enterprise), &terms).await;
    }
    if !stored.status.takes_renewal() {
        return Err(Error::Conflict(StepNotNow::State(stored.status).to_string()));
    }
    if !stored.enterprise_stands {
        return Err(Error::Conflict(StepNotNow::EnterpriseSuspended.to_string()));
    }
    if terms.first_day <= stored.last_day {
        return Err(Error::invalid("first_day", format!("续约从现在的期限结束以后开始：{} 以后", stored.last_day)));
    }
    check_place(acting, held.seat, &terms)?;
    let origin = match held.seat {
        PairingSeat::Enterprise => PairingOrigin::Enterprise,
        PairingSeat::Place if acting.place.as_ref().is_some_and(|place| place.level() == PlaceLevel::Town) => {
            PairingOrigin::Town
        }
        PairingSeat::Place => PairingOrigin::Village,
        PairingSeat::Federation => PairingOrigin::Federation,
    };
    let begun = Beginning {
        id: new.id,
        enterprise: stored.enterprise,
        origin,
        round: None,
        follows: Some((id, "renewal")),
        display: stored.public_display,
    };
    if !begin(app, &mut tx, acting, &begun).await? {
        return Err(Error::changed_meanwhile());
    }
    let by = (acting, &party.origin);
    write_terms(app, &mut tx, acting, (new.id, 1), &terms, &new.message).await?;
    let after = json!({ "status": PairingStatus::Proposed, "follows": id });
    record(app, &mut tx, by, ("pairing_renewal_proposed", new.id), after, None).await?;
    let next = Held::now(&mut tx, acting, new.id).await?;
    let news = News::RenewalProposed { by: who(&mut tx, acting).await?, before: stored.reference.clone() };
    tell_others(app, &mut tx, (&next, acting), ALL, news).await?;
    tx.commit().await?;
    one(app, acting, new.id).await
}

/// Another enterprise takes an agreement over: it goes on as it is where the enterprise merged or was renamed; where it
/// leaves, the other one and the places are asked anew.
pub async fn hand_over(
    app: &App,
    Sure(federation): &Sure<Federation>,
    id: PairingId,
    to: &HandOver,
) -> Result<Pairing> {
    domain::pairing::check_reason(&to.reason)?;
    consents::no_numbers(("reason", &to.reason))?;
    let acting = &federation.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let stored = &held.stored;
    if let Some(known) = pairings::by_id(&mut tx, to.id).await? {
        tx.rollback().await?;
        let same = known.follows == Some(id) && known.enterprise == to.enterprise;
        return if same { one(app, acting, to.id).await } else { Err(Error::changed_meanwhile()) };
    }
    let today = app.clock.today();
    allowed(&held, acting, PairingStep::HandOver, held.on(today, false))?;
    if stored.version != to.version {
        return Err(Error::changed_meanwhile());
    }
    if to.enterprise == stored.enterprise {
        return Err(Error::invalid("enterprise", "请选另一家企业。同一家企业改了名称，不用移交"));
    }
    if !pairings::enterprise_stands(&mut tx, to.enterprise).await? {
        return Err(Error::invalid("enterprise", "没有这家已认证的企业。请先让接手的企业在平台上注册、认证"));
    }
    let (reason, now) = (to.reason.trim(), app.clock.now());
    let says = format!("{}：{reason}", to.cause.label());
    steps::end(&mut tx, stored, PairingStatus::Terminated, (acting, &says), now).await?.one_row_or_conflict()?;
    let next = carry_on(app, &mut tx, (&held, acting), to).await?;
    let by = (acting, &federation.origin);
    let after = json!({ "status": PairingStatus::Terminated, "enterprise": to.enterprise });
    record(app, &mut tx, by, ("pairing_handed_over", id), after, Some(reason)).await?;
    let after = json!({ "status": next.stored.status, "follows": id });
    record(app, &mut tx, by, ("pairing_taken_over", to.id), after, Some(reason)).await?;
    let news = News::HandedOver { to: next.stored.enterprise_name.clone(), goes_on: to.cause.goes_on(), reason: says };
    tell_others(app, &mut tx, (&held, acting), SIDES, news.clone()).await?;
    tell(app, &mut tx, (&next.stored, &next.sides), (&[Whom::Enterprise], None), news).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, to.id).await
}

/// The pairing that follows one that is handed over, with the same terms.
async fn carry_on(app: &App, tx: &mut PgConnection, (held, acting): (&Held, &Acting), to: &HandOver) -> Result<Held> {
    let stored = &held.stored;
    let begun = Beginning {
        id: to.id,
        enterprise: to.enterprise,
        origin: PairingOrigin::Federation,
        round: None,
        follows: Some((stored.id, "hand_over")),
        display: PublicDisplay::Anonymous,
    };
    if !begin(app, tx, acting, &begun).await? {
        return Err(Error::changed_meanwhile());
    }
    let terms = pairings::terms(tx, stored.id).await?;
    let terms = terms.into_iter().find(|version| version.number == stored.terms).ok_or(Error::NotFound)?;
    pairings::insert_terms(tx, (to.id, 1), &terms.terms, acting, app.clock.now()).await?;
    if to.cause.goes_on() {
        sql::copy_text(tx, stored.id, to.id).await?;
        sql::carry(tx, (stored.id, to.id), app.clock.now())
            .await
            .on_constraint("pairing_one_under_way", || taken(stored.form))?
            .one_row_or_conflict()?;
    }
    Held::now(tx, acting, to.id).await
}
