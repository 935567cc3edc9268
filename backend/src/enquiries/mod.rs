//! Letters from anybody to the federation of a place: each gets a number, waits in a to-do, and is answered by mail.
//!
//! A stranger needs no account; the link in the mail is his key to the thread. Text is plain on both sides. Who asked
//! and what was written lies in tables that can be emptied. Numbers of identity and bank cards are taken only from
//! whoever has consented to it. Deliberately absent: attachments, and closing unanswered.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Caller, Federation, Origin};
use crate::jobs::{Done, Failure, Job, enqueue};
use crate::mail::letter::EnquiryAnswered;
use crate::people::Guesses;
use crate::{consents, mail};
use chrono::{DateTime, Utc};
use domain::api::enquiries::{AddToEnquiry, AnswerEnquiry, Asked, Enquiry, EnquiryQuery, EnquiryRow, NewEnquiry};
use domain::api::{Count, List};
use domain::enquiry::{EnquiryStatus, MESSAGES_MAX, check_message, check_question, reference};
use domain::organisation::Acting;
use domain::place::{PlaceCode, PlaceLevel};
use domain::todo::Waiting;
use domain::{EnquiryId, JobId, NeedId, PersonId, mask, sensitive};
use serde_json::json;
use sqlx::PgConnection;

/// Letters on one page of a list.
const PAGE: usize = 50;
/// What a link to a thread is made for.
const LINK: &str = "enquiry";
/// The city, whose federation is asked where no county's can be.
const CITY: &str = "4414";

/// Somebody asks, signed in as `asker` or a stranger. The same id and content again gives the same number.
pub async fn ask(app: &App, origin: &Origin, asker: Option<PersonId>, new: &NewEnquiry) -> Result<Asked> {
    check_question(&new.name, &new.email, &new.text)?;
    consents::no_numbers(("name", &new.name))?;
    if let Some(county) = &new.county {
        let known = county.level() == PlaceLevel::County && app.places.get(county).is_some();
        known.then_some(()).ok_or_else(|| Error::invalid("county", "请从列表里选择县（市、区）"))?;
    }
    if let Some(asked) = asked_before(app, new).await? {
        return Ok(asked);
    }
    Guesses::of_enquiries(&new.email, origin).take(app).await?;
    let mut tx = app.begin().await?;
    let consented_by = consents::numbers_of(&mut tx, asker, ("text", &new.text)).await?;
    let county = match new.need {
        Some(need) => Some(county_of(&mut tx, need).await?),
        None => new.county.clone(),
    };
    let place = answers_for(&mut tx, county.as_ref()).await?;
    let number = reference(app.clock.today(), sql::next_number(&mut tx).await?);
    let inserted = sql::insert(&mut tx, new, (&place, &number), consented_by, app.clock.now()).await;
    let inserted = inserted.on_constraint("enquiry_pkey", || Error::Conflict(String::new()));
    if matches!(inserted, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        return asked_before(app, new).await?.ok_or(Error::NotFound);
    }
    inserted?;
    let record = Record {
        verb: "enquiry_received",
        subject_kind: "enquiry",
        subject: new.id.0,
        before: None,
        after: Some(json!({ "status": EnquiryStatus::Waiting, "place": place, "topic": new.topic, "need": new.need })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, origin, record).await?;
    tx.commit().await?;
    Ok(Asked { id: new.id, reference: number })
}

/// The answer to an id that exists: the same number for the same letter; of another, nothing is told.
async fn asked_before(app: &App, new: &NewEnquiry) -> Result<Option<Asked>> {
    let mut connection = app.pool.acquire().await?;
    let Some(known) = sql::first_message(&mut connection, new.id).await? else { return Ok(None) };
    let same = (known.topic, known.need) == (new.topic, new.need)
        && known.email.as_deref() == Some(new.email.trim())
        && known.text.as_deref() == Some(new.text.trim());
    let other = || Error::Conflict("这封信已经收到过别的内容，请重新打开页面填写".into());
    same.then_some(Some(Asked { id: new.id, reference: known.reference })).ok_or_else(other)
}

/// A letter about a need goes to the federation that answers for it.
async fn county_of(tx: &mut PgConnection, need: NeedId) -> Result<PlaceCode> {
    let village = sql::village_of_public(tx, need).await?;
    let village = village.ok_or_else(|| Error::invalid("need", "没有这条公开的需求，请从需求的页面重新打开"))?;
    village.county().parse().map_err(|error| Error::Internal(anyhow::anyhow!("a village's county: {error}")))
}

/// Whose federation answers: the county's where there is one, so that no letter waits for nobody.
async fn answers_for(tx: &mut PgConnection, county: Option<&PlaceCode>) -> Result<PlaceCode> {
    if let Some(county) = county
        && sql::has_federation(tx, county).await?
    {
        return Ok(county.clone());
    }
    CITY.parse().map_err(|error| Error::Internal(anyhow::anyhow!("the city's code: {error}")))
}

/// By what somebody may read a letter.
pub struct Viewer<'a> {
    pub federation: Option<Acting>,
    pub key: Option<&'a str>,
}

impl<'a> Viewer<'a> {
    #[must_use]
    pub fn of(caller: &Caller, key: Option<&'a str>) -> Self {
        Viewer { federation: caller.acting_as(Federation::ROLES), key }
    }

    fn may_read(&self, app: &App, id: EnquiryId, place: &PlaceCode) -> bool {
        let federation = self.federation.as_ref().and_then(|acting| acting.place.as_ref());
        let key = self.key.is_some_and(|key| app.keys.is_letter_link(LINK, id.0, key));
        key || federation == Some(place)
    }
}

/// One letter with its thread, for the federation of its place and for whoever holds the link.
pub async fn get(app: &App, viewer: &Viewer<'_>, id: EnquiryId) -> Result<Enquiry> {
    let mut tx = app.snapshot().await?;
    let row = sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !viewer.may_read(app, id, &row.place) {
        return Err(Error::NotFound);
    }
    let messages = sql::messages(&mut tx, id).await?;
    Ok(Enquiry {
        id,
        need: sql::about(&mut tx, id).await?,
        reference: row.reference,
        topic: row.topic,
        status: row.status,
        place: app.places.get(&row.place).unwrap_or_default().to_owned(),
        name: row.name.unwrap_or_default(),
        email: row.email.as_deref().map(mask::email).unwrap_or_default(),
        asked_at: row.asked_at,
        messages,
    })
}

/// What waits for a federation, longest waiting first; or what was answered, latest first.
pub async fn list(app: &App, federation: &Federation, query: &EnquiryQuery) -> Result<List<EnquiryRow>> {
    let place = federation.acting.place.as_ref().ok_or(Error::NotFound)?;
    let after = query.after.as_deref().map(str::parse::<EnquiryId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let mut rows = if query.answered {
        sql::answered(&mut tx, place, after, limit).await?
    } else {
        sql::waiting(&mut tx, place, after, limit).await?
    };
    let status = if query.answered { EnquiryStatus::Answered } else { EnquiryStatus::Waiting };
    let counted = sql::count(&mut tx, place, status).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| row.id.to_string());
    let row = |row: sql::Row| EnquiryRow {
        id: row.id,
        reference: row.reference,
        topic: row.topic,
        status: row.status,
        place: app.places.get(&row.place).unwrap_or_default().to_owned(),
        name: row.name.as_deref().map(mask::name).unwrap_or_default(),
        asked_at: row.asked_at,
        changed_at: row.changed_at,
    };
    Ok(List { items: rows.into_iter().map(row).collect(), next, count: Count::capped(counted) })
}

/// A federation answers; the asker is written to.
pub async fn answer(app: &App, federation: &Federation, id: EnquiryId, answer: &AnswerEnquiry) -> Result<Enquiry> {
    check_message(&answer.text)?;
    consents::no_numbers(("text", &answer.text))?;
    let (acting, origin) = (&federation.acting, &federation.origin);
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if acting.place.as_ref() != Some(&row.place) {
        return Err(Error::NotFound);
    }
    let position = next_position(&row)?;
    let by = sql::By::Federation(acting.person);
    sql::add(&mut tx, id, (position, by), answer.text.trim(), app.clock.now()).await?;
    sql::set_status(&mut tx, id, EnquiryStatus::Answered, app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "enquiry_answered",
        subject_kind: "enquiry",
        subject: id.0,
        before: Some(json!({ "status": row.status })),
        after: Some(json!({ "status": EnquiryStatus::Answered })),
        reason: None,
    };
    audit::record(app, &mut tx, acting, origin, record).await?;
    enqueue(&mut tx, app, &Job::Answer { enquiry: id, position }).await?;
    tx.commit().await?;
    get(app, &Viewer { federation: Some(acting.clone()), key: None }, id).await
}

/// Whoever asked adds something; the letter waits again.
pub async fn add(
    app: &App,
    origin: &Origin,
    asker: Option<PersonId>,
    id: EnquiryId,
    more: &AddToEnquiry,
) -> Result<Enquiry> {
    let viewer = Viewer { federation: None, key: Some(&more.key) };
    if !app.keys.is_letter_link(LINK, id.0, &more.key) {
        return Err(Error::NotFound);
    }
    check_message(&more.text)?;
    Guesses::of_enquiries(&id.to_string(), origin).take(app).await?;
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let position = next_position(&row)?;
    let consented_by = consents::numbers_of(&mut tx, asker, ("text", &more.text)).await?;
    let by = sql::By::Asker { consented_by };
    sql::add(&mut tx, id, (position, by), more.text.trim(), app.clock.now()).await?;
    sql::set_status(&mut tx, id, EnquiryStatus::Waiting, app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "enquiry_continued",
        subject_kind: "enquiry",
        subject: id.0,
        before: Some(json!({ "status": row.status })),
        after: Some(json!({ "status": EnquiryStatus::Waiting })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, origin, record).await?;
    tx.commit().await?;
    get(app, &viewer, id).await
}

/// A consent is withdrawn: the numbers that were taken by it go, the rest of each letter stays.
pub async fn forget_numbers(tx: &mut PgConnection, person: PersonId) -> Result<()> {
    for (id, position, text) in sql::with_numbers_of(tx, person).await? {
        sql::replace(tx, (id, position), &sensitive::without_numbers(&text)).await?;
    }
    Ok(())
}

fn next_position(row: &sql::Locked) -> Result<i32> {
    if usize::try_from(row.messages).is_ok_and(|messages| messages < MESSAGES_MAX) {
        Ok(row.messages + 1)
    } else {
        Err(Error::Conflict("这封信的往来已经很长，请另写一封".into()))
    }
}

/// Sends one answer to whoever asked. An address that was erased meanwhile is not written to.
pub async fn send_answer(
    app: &App,
    job: JobId,
    at: DateTime<Utc>,
    id: EnquiryId,
    position: i32,
) -> std::result::Result<Done, Failure> {
    let mut connection = app.pool.acquire().await?;
    let Some(answer) = sql::answer_to_send(&mut connection, id, position).await? else { return Ok(Some("no address")) };
    drop(connection);
    let path = format!("/contact/{id}?key={}", app.keys.letter_link(LINK, id.0));
    let letter = EnquiryAnswered { reference: answer.reference, answer: answer.text, path };
    mail::deliver(app, (job, at), answer.email, &letter.content(), Vec::new()).await?;
    Ok(None)
}

/// What of letters waits for a federation: those to its own place.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    let Some(place) = &acting.place else { return Ok(Waiting::default()) };
    Ok(sql::waiting_for(tx, place).await?)
}
