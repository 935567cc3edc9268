//! The agreement: its text as it was approved, what the sides say to it, and the stamped paper.
//!
//! The text is kept as it was, with the names of then, and its hash; the PDF is set from it each time. A side confirms it
//! in the system (确认, which is no signature); the stamped paper that the other side or the federation accepts is the
//! agreement. Deliberately absent: electronic signatures.

mod sql;

use super::sql::{self as pairings, Side, Stored};
use super::tell::{ALL, SIDES, places, record, tell_others};
use super::{Held, Scope, one, side_name, steps, villages_of};
use crate::app::App;
use crate::error::{Error, OneRow, Result, broken};
use crate::files;
use crate::http::caller::{PairingParty, PairingReader, PairingSigner, Sure};
use crate::mail::letter::day;
use crate::mail::letter::pairing::News;
use crate::receipts::{self, JointText, PairingAgreement};
use domain::PairingId;
use domain::api::pairings::{AcceptPaper, ConfirmAgreement, NewPairingPaper, Pairing, PairingPaper, PairingText};
use domain::organisation::Acting;
use domain::pairing::{
    PAIRING_FREE_WILL, PairingSeat, PairingSide, PairingStatus, PairingStep, StepNotNow, check_paper,
};
use domain::place::PlaceCode;
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::fmt::Write;

/// Writes the text of what the federation approves; gives its hash.
pub(super) async fn approve(app: &App, tx: &mut PgConnection, held: &Held, acting: &Acting) -> Result<String> {
    let stored = &held.stored;
    if stored.last_day <= app.clock.today() {
        return Err(Error::Conflict("协议的期限已经过了，请退回，让双方改期限".into()));
    }
    let text = text_of(app, tx, stored, acting).await?;
    let text = serde_json::to_string(&text).map_err(|wrong| Error::Internal(wrong.into()))?;
    let hash = Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    });
    let town: Vec<PlaceCode> = stored.town.as_ref().map(|town| villages_of(app, town)).unwrap_or_default();
    sql::insert_text(tx, stored, (&hash, &text), &town, app.clock.now()).await?;
    Ok(hash)
}

/// All that is printed.
async fn text_of(app: &App, tx: &mut PgConnection, stored: &Stored, acting: &Acting) -> Result<PairingAgreement> {
    let versions = pairings::terms(tx, stored.id).await?;
    let terms = versions.into_iter().find(|version| version.number == stored.terms).ok_or(Error::NotFound)?.terms;
    let joint = terms.joint.map(|joint| {
        let village = joint.village_percent.unwrap_or_default();
        let label = |readiness: Option<domain::need::Readiness>| {
            readiness.map(|readiness| readiness.label().to_owned()).unwrap_or_default()
        };
        JointText {
            village_percent: format!("{village}%"),
            enterprise_percent: format!("{}%", 100_u8.saturating_sub(village)),
            village_duties: joint.village_duties,
            enterprise_duties: joint.enterprise_duties,
            land: label(joint.land),
            permits: label(joint.permits),
            note: joint.note,
        }
    });
    let sides = pairings::sides(tx, stored.id).await?;
    let parties = sides.iter().filter_map(|side| match &side.side {
        PairingSide::Place(place) => Some(side_name(app, place)),
        PairingSide::Enterprise => None,
    });
    Ok(PairingAgreement {
        reference: stored.reference.clone(),
        round: format!("{}-{}", stored.terms, stored.review),
        form: stored.form.label().to_owned(),
        enterprise: stored.enterprise_name.clone(),
        places: parties.collect(),
        covers: places(app, stored),
        villages: stored.villages.iter().map(|village| side_name(app, village)).collect(),
        first_day: day(stored.first_day),
        last_day: day(stored.last_day),
        notice_days: Some(terms.notice_days),
        purpose: terms.purpose,
        enterprise_does: terms.enterprise_does,
        places_do: terms.places_do,
        fields: terms.fields.iter().map(|field| field.label().to_owned()).collect(),
        joint,
        free_will: PAIRING_FREE_WILL.iter().map(|line| (*line).to_owned()).collect(),
        reviewed_by: crate::organisations::name_of(tx, acting.organisation).await?,
        approved_on: day(app.clock.today()),
        contact: format!("{}/pairings/{}", app.origin, stored.id),
        demo: app.demo,
    })
}

/// The villages that a town had when its agreement was approved.
pub(super) async fn town_villages(tx: &mut PgConnection, text: (PairingId, &str)) -> Result<Vec<PlaceCode>> {
    Ok(sql::town_villages(tx, text).await?)
}

/// What is read of the text that counts.
pub(super) async fn of(tx: &mut PgConnection, stored: &Stored, all_confirmed: bool) -> Result<Option<PairingText>> {
    let (Some(hash), Some(approved_at)) = (stored.hash.clone(), stored.approved_at) else { return Ok(None) };
    let (number, enterprise_name) = sql::text_about(tx, (stored.id, &hash)).await?;
    let all_confirmed = all_confirmed || stored.signed_at.is_some();
    Ok(Some(PairingText { hash, number, enterprise_name, approved_at, all_confirmed, signed_at: stored.signed_at }))
}

/// The agreement as a PDF, for whoever reads the pairing.
pub async fn pdf(app: &App, reader: &PairingReader, id: PairingId) -> Result<Vec<u8>> {
    let scope = Scope::of(&reader.acting)?;
    let mut connection = app.pool.acquire().await?;
    let stored = pairings::by_id(&mut connection, id).await?.filter(|stored| scope.sees(stored));
    let stored = stored.ok_or(Error::NotFound)?;
    let Some(hash) = stored.hash.as_deref() else {
        return Err(Error::Conflict("工商联审核通过后才有协议书".into()));
    };
    let text = sql::text(&mut connection, (id, hash)).await?;
    drop(connection);
    let agreement = serde_json::from_str(&text).map_err(|wrong| Error::Internal(wrong.into()))?;
    Ok(receipts::agreement_pdf(&app.typesetter, &agreement, hash).await?)
}

/// A side confirms the text, for all that it speaks for. Twice is as good as once.
pub async fn confirm(
    app: &App,
    Sure(signer): &Sure<PairingSigner>,
    id: PairingId,
    text: &ConfirmAgreement,
) -> Result<Pairing> {
    let acting = &signer.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let on = held.on(app.clock.today(), false);
    held.stored.status.after(PairingStep::Confirm, &on).map_err(|not| Error::Conflict(not.to_string()))?;
    if held.stored.hash.as_deref() != Some(text.hash.as_str()) {
        return Err(Error::changed_meanwhile());
    }
    if held.own.is_empty() {
        return Err(Error::Forbidden("协议书由结对的各方确认"));
    }
    let open: Vec<&Side> =
        held.sides.iter().filter(|side| held.own.contains(&side.side) && side.confirmed_at.is_none()).collect();
    if open.is_empty() {
        tx.rollback().await?;
        return one(app, acting, id).await;
    }
    let note = steps::how_known(&held, &text.note)?;
    for side in open {
        sql::insert_confirmation(&mut tx, (id, &text.hash), (&side.side, note), acting, app.clock.now()).await?;
    }
    let all = held.sides.iter().all(|side| side.confirmed_at.is_some() || held.own.contains(&side.side));
    let after = json!({ "status": held.stored.status });
    record(app, &mut tx, (acting, &signer.origin), ("pairing_confirmed", id), after, None).await?;
    let news = if all {
        News::AllConfirmed
    } else {
        News::Confirmed { by: crate::organisations::name_of(&mut tx, acting.organisation).await? }
    };
    tell_others(app, &mut tx, (&held, acting), SIDES, news).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// A side hands in the pictures of the stamped paper. The same id and content again changes nothing.
pub async fn send_paper(app: &App, party: &PairingParty, id: PairingId, new: &NewPairingPaper) -> Result<Pairing> {
    check_paper(new.pictures.len())?;
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let other = || Error::Conflict("这个编号已经交过别的内容，请重新打开页面上传".into());
    if let Some(known) = sql::paper(&mut tx, new.id).await? {
        let same = known.pairing == id && files::same(&mut tx, &known.pictures, &new.pictures).await?;
        tx.rollback().await?;
        return if same { one(app, acting, id).await } else { Err(other()) };
    }
    if held.own.is_empty() {
        return Err(Error::Forbidden("盖章的协议书由结对的各方上传，工商联核对"));
    }
    let on = held.on(app.clock.today(), false);
    held.stored.status.after(PairingStep::SendPaper, &on).map_err(|not| Error::Conflict(not.to_string()))?;
    let hash = held.stored.hash.as_deref().ok_or(Error::NotFound)?;
    let inserted = sql::insert_paper(&mut tx, (id, hash), new, (held.seat, acting), app.clock.now()).await;
    if broken(&inserted) == Some("pairing_paper_pkey") {
        return Err(other());
    }
    inserted?;
    files::keep(&mut tx, acting.person, &new.pictures, &[]).await.map_err(at_pictures)?;
    sql::insert_paper_files(&mut tx, new.id, &new.pictures).await?;
    let after = json!({ "status": held.stored.status });
    record(app, &mut tx, (acting, &party.origin), ("pairing_paper_sent", id), after, None).await?;
    let by = crate::organisations::name_of(&mut tx, acting.organisation).await?;
    tell_others(app, &mut tx, (&held, acting), ALL, News::PaperSent { by }).await?;
    tx.commit().await?;
    one(app, acting, id).await
}

/// Pictures that cannot be kept are named as those of the paper.
pub(super) fn at_pictures(error: Error) -> Error {
    match error {
        Error::Invalid(problems) => {
            let says = problems.into_iter().map(|problem| problem.message).collect::<String>();
            Error::invalid("pictures", says)
        }
        other => other,
    }
}

/// The other side, or the federation, has looked at the paper: it is the agreement, from its first day on.
pub async fn accept_paper(
    app: &App,
    Sure(party): &Sure<PairingParty>,
    id: PairingId,
    asked: &AcceptPaper,
) -> Result<Pairing> {
    let acting = &party.acting;
    let mut tx = app.begin().await?;
    let held = Held::lock_as_party(&mut tx, acting, id).await?;
    let paper = sql::paper(&mut tx, asked.paper).await?.filter(|paper| paper.pairing == id).ok_or(Error::NotFound)?;
    let current = held.stored.hash.as_deref() == Some(paper.hash.as_str()) && !paper.accepted;
    let on = held.on(app.clock.today(), current);
    let next = held.stored.status.after(PairingStep::AcceptPaper, &on);
    let next = next.map_err(|not: StepNotNow| Error::Conflict(not.to_string()))?;
    if !may_accept(held.seat, acting, &paper) {
        return Err(Error::Forbidden("自己一方交的协议书，由对方或工商联核对"));
    }
    let now = app.clock.now();
    sql::accept_paper(&mut tx, asked.paper, acting, now).await?.one_row_or_conflict()?;
    sql::sign(&mut tx, &held.stored, next, now).await?.one_row_or_conflict()?;
    let after = json!({ "status": next });
    record(app, &mut tx, (acting, &party.origin), ("pairing_signed", id), after, None).await?;
    tell_others(app, &mut tx, (&held, acting), ALL, News::Signed { active: next == PairingStatus::Active }).await?;
    if next == PairingStatus::Active {
        super::turn::renewed_by(app, &mut tx, &held.stored).await?;
    }
    tx.commit().await?;
    app.pages.forget_all();
    one(app, acting, id).await
}

/// Not by whoever handed it in, nor by his side of the table.
fn may_accept(seat: PairingSeat, acting: &Acting, paper: &sql::Paper) -> bool {
    acting.person != paper.uploaded_by
        && acting.organisation != paper.organisation
        && (seat == PairingSeat::Federation || seat != paper.seat)
}

/// The papers that were handed in, latest first.
pub(super) async fn papers(
    tx: &mut PgConnection,
    acting: &Acting,
    (stored, held): (&Stored, Option<&Held>),
    all_confirmed: bool,
) -> Result<Vec<PairingPaper>> {
    let papers = sql::papers(tx, stored.id).await?;
    Ok(papers
        .into_iter()
        .map(|(paper, by, accepted_at)| {
            let current = stored.hash.as_deref() == Some(paper.hash.as_str());
            let open = stored.status == PairingStatus::Approved && all_confirmed && current && !paper.accepted;
            let mine = held.is_some_and(|held| held.is_party() && may_accept(held.seat, acting, &paper));
            PairingPaper {
                id: paper.id,
                by,
                at: paper.at,
                pictures: paper.pictures,
                accepted_at,
                current,
                may_accept: open && mine && stored.enterprise_stands,
            }
        })
        .collect())
}
