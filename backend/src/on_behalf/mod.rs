//! Notes of what enterprises are said to have promised (代为记录的认捐), by a federation or a campaign office.
//!
//! A note is in no total, binds nobody and is shown to nobody outside: who recorded it, the charity that it names, the
//! enterprise, the auditor. The enterprise claims it by a pledge of its own, made by `pledges` in the same transaction,
//! or says that it promised nothing; else it lapses after thirty days. Deliberately absent: reminding anybody of an
//! amount, and claiming for somebody else.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result, broken};
use crate::gift_papers::{self, Kind};
use crate::http::caller::{Audit, CharityStaff, Enterprise, OnBehalfReader, OnBehalfRecorder, Origin};
use crate::jobs::{Done, Failure, Job, enqueue};
use crate::mail::letter::on_behalf::{OnBehalfNews, OnBehalfTold};
use crate::mail::{self, Letter};
use crate::{consents, files, pledges};
use chrono::{DateTime, Utc};
use domain::api::Count;
use domain::api::on_behalf::{DeclineOnBehalf, NewOnBehalf, OnBehalf, OnBehalfList, OnBehalfQuery};
use domain::api::pledges::{NewPledge, Pledge};
use domain::on_behalf::{
    OnBehalfInput, OnBehalfNotNow, OnBehalfStatus, check_decline, check_open, lapsed_if_recorded_before,
    reminded_if_recorded_by,
};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{JobId, OnBehalfId, PersonId, PledgeId};
use serde_json::json;
use sql::Stored;
use sqlx::PgConnection;

/// Notes on one page of a list.
const PAGE: usize = 30;
/// Notes that one round looks at; the next one goes on.
const ROUND: i64 = 500;
/// Who of a charity is told.
const OF_CHARITY: &[Role] = &[Role::CharityMaker, Role::CharityOwner];

fn not_now(error: OnBehalfNotNow) -> Error {
    Error::Conflict(error.to_string())
}

/// Notes what an enterprise is said to have promised. The same id and content again gives the same answer.
pub async fn note(app: &App, recorder: &OnBehalfRecorder, new: &NewOnBehalf) -> Result<OnBehalf> {
    let acting = &recorder.acting;
    let mut tx = app.begin().await?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        let pictures = gift_papers::of(&mut tx, new.id.0).await?;
        let same = known.recorder == acting.organisation
            && says_the_same(&known, new)
            && files::same(&mut tx, &pictures, &new.pictures).await?;
        tx.rollback().await?;
        let other = || Error::Conflict("这个编号已经记录过别的内容，请重新打开页面填写".into());
        return if same { get(app, acting, new.id).await } else { Err(other()) };
    }
    let enterprise = sql::enterprise(&mut tx, new.enterprise, new.uscc.as_ref()).await?;
    if new.enterprise.is_some() && enterprise.is_none() {
        return Err(Error::invalid("name", "没有找到这家已认证的企业，请核对"));
    }
    let input = OnBehalfInput {
        name: &new.name,
        amount: new.amount_fen,
        note: &new.note,
        pictures: new.pictures.len(),
        known: enterprise.is_some(),
        coded: new.uscc.is_some(),
        email: new.email.as_deref(),
    };
    input.check()?;
    consents::no_numbers(("note", &new.note))?;
    let (now, today) = (app.clock.now(), app.clock.today());
    let inserted = sql::insert(&mut tx, new, enterprise, acting, (now, today)).await;
    match broken(&inserted) {
        Some("pledge_on_behalf_campaign_charity_fkey") => {
            return Err(Error::invalid("charity", "请选择接收本次活动捐款的慈善组织"));
        }
        Some("pledge_on_behalf_pkey") => {
            return Err(Error::Conflict("这个编号已经记录过别的内容，请重新打开页面填写".into()));
        }
        _ => inserted?,
    }
    gift_papers::keep(&mut tx, acting.person, (Kind::OnBehalf, new.id.0), &new.pictures).await?;
    if let (None, Some(email)) = (enterprise, &new.email) {
        sql::insert_contact(&mut tx, new.id, &email.trim().to_ascii_lowercase()).await?;
    }
    let stored = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    record(app, &mut tx, Some((acting, &recorder.origin)), ("on_behalf_noted", new.id), OnBehalfStatus::Waiting, None)
        .await?;
    tell_enterprise(app, &mut tx, &stored, OnBehalfTold::Noted).await?;
    tx.commit().await?;
    get(app, acting, new.id).await
}

fn says_the_same(known: &Stored, new: &NewOnBehalf) -> bool {
    (known.campaign, known.charity, known.amount, known.name.as_str(), known.note.as_str())
        == (new.campaign, new.charity, new.amount_fen, new.name.trim(), new.note.trim())
        && known.uscc.as_deref() == new.uscc.as_ref().map(domain::uscc::Uscc::as_str)
}

/// The enterprise makes its own pledge by its own terms; the note is answered in the same transaction.
pub async fn claim(app: &App, enterprise: &Enterprise, id: OnBehalfId, new: &NewPledge) -> Result<Pledge> {
    pledges::create_claiming(app, enterprise, new, Some(id)).await
}

/// Ties a note to the pledge that its enterprise has just made; for `pledges`, within its transaction.
pub async fn tie(
    app: &App,
    tx: &mut PgConnection,
    enterprise: &Enterprise,
    (id, pledge): (OnBehalfId, PledgeId),
) -> Result<()> {
    let acting = &enterprise.acting;
    let stored = open_for(app, tx, acting, id).await?;
    let answered = sql::Answered { status: OnBehalfStatus::Claimed, pledge: Some(pledge), answer: None };
    end(app, tx, &stored, answered, Some(acting.person)).await?;
    let by = Some((acting, &enterprise.origin));
    record(app, tx, by, ("on_behalf_claimed", id), OnBehalfStatus::Claimed, None).await?;
    tell_others(app, tx, &stored, OnBehalfTold::Claimed).await
}

/// A note about an enterprise, locked, as long as it can be answered.
async fn open_for(app: &App, tx: &mut PgConnection, acting: &Acting, id: OnBehalfId) -> Result<Stored> {
    let stored = sql::lock(tx, id).await?.ok_or(Error::NotFound)?;
    if stored.enterprise != Some(acting.organisation) {
        return Err(Error::NotFound);
    }
    check_open(stored.status, stored.recorded_on, app.clock.today()).map_err(not_now)?;
    Ok(stored)
}

/// The enterprise says that it promised nothing of the kind.
pub async fn decline(app: &App, enterprise: &Enterprise, id: OnBehalfId, why: &DeclineOnBehalf) -> Result<OnBehalf> {
    check_decline(&why.reason)?;
    consents::no_numbers(("reason", &why.reason))?;
    let (acting, reason) = (&enterprise.acting, why.reason.trim());
    let mut tx = app.begin().await?;
    let stored = open_for(app, &mut tx, acting, id).await?;
    let answered = sql::Answered { status: OnBehalfStatus::Declined, pledge: None, answer: Some(reason) };
    end(app, &mut tx, &stored, answered, Some(acting.person)).await?;
    let by = Some((acting, &enterprise.origin));
    record(app, &mut tx, by, ("on_behalf_declined", id), OnBehalfStatus::Declined, Some(reason)).await?;
    tell_others(app, &mut tx, &stored, OnBehalfTold::Declined { reason: reason.to_owned() }).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// Whoever noted it takes it back.
pub async fn withdraw(app: &App, recorder: &OnBehalfRecorder, id: OnBehalfId) -> Result<OnBehalf> {
    let acting = &recorder.acting;
    let mut tx = app.begin().await?;
    let stored = sql::lock(&mut tx, id).await?.filter(|stored| stored.recorder == acting.organisation);
    let stored = stored.ok_or(Error::NotFound)?;
    if stored.status != OnBehalfStatus::Waiting {
        return Err(not_now(OnBehalfNotNow::Over(stored.status)));
    }
    let answered = sql::Answered { status: OnBehalfStatus::Withdrawn, pledge: None, answer: None };
    end(app, &mut tx, &stored, answered, Some(acting.person)).await?;
    let by = Some((acting, &recorder.origin));
    record(app, &mut tx, by, ("on_behalf_withdrawn", id), OnBehalfStatus::Withdrawn, None).await?;
    tx.commit().await?;
    get(app, acting, id).await
}

/// It is over: nobody is written to about it any more.
async fn end(
    app: &App,
    tx: &mut PgConnection,
    stored: &Stored,
    answered: sql::Answered<'_>,
    by: Option<PersonId>,
) -> Result<()> {
    sql::end(tx, stored, answered, by, app.clock.now()).await?.one_row_or_conflict()?;
    Ok(sql::forget_contact(tx, stored.id).await?)
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    by: Option<(&Acting, &Origin)>,
    (verb, id): (&'static str, OnBehalfId),
    status: OnBehalfStatus,
    reason: Option<&str>,
) -> Result<()> {
    let after = Some(json!({ "status": status }));
    let record = Record { verb, subject_kind: "on_behalf", subject: id.0, before: None, after, reason };
    match by {
        Some((acting, origin)) => audit::record(app, tx, acting, origin, record).await?,
        None => audit::record_as(app, tx, None, None, &Origin::default(), record).await?,
    }
    Ok(())
}

fn letter(stored: &Stored, told: OnBehalfTold) -> OnBehalfNews {
    let path = match (&told, stored.enterprise) {
        (OnBehalfTold::Noted | OnBehalfTold::Reminder, None) => "/register/enterprise".to_owned(),
        _ => format!("/on-behalf/{}", stored.id),
    };
    OnBehalfNews {
        recorder: stored.recorder_name.clone(),
        enterprise: stored.name.clone(),
        campaign: stored.campaign_name.clone(),
        charity: stored.charity_name.clone(),
        last_day: domain::on_behalf::last_day(stored.recorded_on),
        told,
        path,
    }
}

/// Writes to the enterprise: to its people, or to the address that was given.
async fn tell_enterprise(app: &App, tx: &mut PgConnection, stored: &Stored, told: OnBehalfTold) -> Result<()> {
    if let Some(enterprise) = stored.enterprise {
        let letter = Letter::OnBehalf(letter(stored, told));
        return mail::write_to(tx, app, (enterprise, Enterprise::ROLES), &letter).await;
    }
    let reminder = told == OnBehalfTold::Reminder;
    enqueue(tx, app, &Job::OnBehalf { on_behalf: stored.id, reminder }).await
}

/// Writes to whoever recorded it and to the charity.
async fn tell_others(app: &App, tx: &mut PgConnection, stored: &Stored, told: OnBehalfTold) -> Result<()> {
    let letter = Letter::OnBehalf(letter(stored, told));
    mail::write_to(tx, app, (stored.recorder, OnBehalfRecorder::ROLES), &letter).await?;
    mail::write_to(tx, app, (stored.charity, OF_CHARITY), &letter).await
}

/// Sends the letter to an enterprise without an account: the address is looked up now, and gone when it is over.
pub async fn send(
    app: &App,
    job: JobId,
    at: DateTime<Utc>,
    (id, reminder): (OnBehalfId, bool),
) -> std::result::Result<Done, Failure> {
    let mut connection = app.pool.acquire().await?;
    let stored = sql::by_id(&mut connection, id).await?;
    let address = sql::contact(&mut connection, id).await?;
    drop(connection);
    let (Some(stored), Some(address)) = (stored, address) else { return Ok(Some("no address")) };
    let told = if reminder { OnBehalfTold::Reminder } else { OnBehalfTold::Noted };
    mail::send_to(app, (job, at), address, &Letter::OnBehalf(letter(&stored, told))).await
}

/// Reminds once after twenty days, and lets lapse what nobody claimed in thirty. Done twice it does nothing new.
pub async fn keep_up(app: &App) -> Result<()> {
    let today = app.clock.today();
    let mut connection = app.pool.acquire().await?;
    let over = sql::waiting_since_before(&mut connection, lapsed_if_recorded_before(today), ROUND).await?;
    let quiet = sql::to_remind(&mut connection, reminded_if_recorded_by(today), ROUND).await?;
    drop(connection);
    for id in over {
        if let Err(error) = lapse(app, id).await {
            tracing::error!(on_behalf = %id, %error, "a note does not lapse");
        }
    }
    for id in quiet {
        if let Err(error) = remind(app, id).await {
            tracing::error!(on_behalf = %id, %error, "an enterprise is not reminded of a note");
        }
    }
    Ok(())
}

async fn lapse(app: &App, id: OnBehalfId) -> Result<()> {
    let mut tx = app.begin().await?;
    let Some(stored) = sql::lock(&mut tx, id).await? else { return Ok(()) };
    // It may have been answered since it was looked for.
    if check_open(stored.status, stored.recorded_on, app.clock.today()) != Err(OnBehalfNotNow::TooLate)
        || stored.status != OnBehalfStatus::Waiting
    {
        return Ok(());
    }
    let answered = sql::Answered { status: OnBehalfStatus::Lapsed, pledge: None, answer: None };
    end(app, &mut tx, &stored, answered, None).await?;
    record(app, &mut tx, None, ("on_behalf_lapsed", id), OnBehalfStatus::Lapsed, None).await?;
    let letter = Letter::OnBehalf(letter(&stored, OnBehalfTold::Lapsed));
    mail::write_to(&mut tx, app, (stored.recorder, OnBehalfRecorder::ROLES), &letter).await?;
    tx.commit().await?;
    Ok(())
}

async fn remind(app: &App, id: OnBehalfId) -> Result<()> {
    let mut tx = app.begin().await?;
    let Some(stored) = sql::lock(&mut tx, id).await? else { return Ok(()) };
    let open = check_open(stored.status, stored.recorded_on, app.clock.today()).is_ok();
    if !open || !sql::set_reminded(&mut tx, id, app.clock.now()).await? {
        return Ok(());
    }
    tell_enterprise(app, &mut tx, &stored, OnBehalfTold::Reminder).await?;
    tx.commit().await?;
    Ok(())
}

/// Whose notes somebody reads.
fn scope(acting: &Acting) -> Result<sql::Scope> {
    let own = Some(acting.organisation);
    let none = sql::Scope { recorder: None, charity: None, enterprise: None };
    if Enterprise::ROLES.contains(&acting.role) {
        Ok(sql::Scope { enterprise: own, ..none })
    } else if CharityStaff::ROLES.contains(&acting.role) {
        Ok(sql::Scope { charity: own, ..none })
    } else if OnBehalfRecorder::ROLES.contains(&acting.role) {
        Ok(sql::Scope { recorder: own, ..none })
    } else if Audit::ROLES.contains(&acting.role) {
        Ok(none)
    } else {
        Err(Error::NotFound)
    }
}

/// What of a note a reader sees and may do.
fn shown(app: &App, acting: &Acting, row: sql::Row) -> OnBehalf {
    let open = check_open(row.status, row.recorded_on, app.clock.today()).is_ok();
    let recorder = row.recorder == acting.organisation;
    OnBehalf {
        id: row.id,
        recorder_name: row.recorder_name,
        recorded_at: row.recorded_at,
        last_day: domain::on_behalf::last_day(row.recorded_on),
        campaign: row.campaign,
        campaign_name: row.campaign_name,
        charity: row.charity,
        charity_name: row.charity_name,
        name: row.name,
        known: row.enterprise.is_some(),
        amount_fen: row.amount,
        note: row.note,
        pictures: Vec::new(),
        status: row.status,
        // Whoever noted it learns that it was claimed, not what was pledged.
        pledge: row.pledge.filter(|_| !recorder),
        answer: row.answer,
        ended_at: row.ended_at,
        may_claim: open && Enterprise::ROLES.contains(&acting.role) && row.enterprise == Some(acting.organisation),
        may_withdraw: recorder
            && OnBehalfRecorder::ROLES.contains(&acting.role)
            && row.status == OnBehalfStatus::Waiting,
    }
}

pub async fn list(app: &App, reader: &OnBehalfReader, query: &OnBehalfQuery) -> Result<OnBehalfList> {
    let scope = scope(&reader.acting)?;
    let after = query.after.as_deref().map(str::parse::<OnBehalfId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let waiting = query.waiting == Some(true);
    let mut tx = app.snapshot().await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = sql::list(&mut tx, &scope, (waiting, after), limit).await?;
    let count = sql::count(&mut tx, &scope, waiting).await?;
    let next = if rows.len() > PAGE { rows.get(PAGE - 1).map(|row| row.id.to_string()) } else { None };
    rows.truncate(PAGE);
    let items = rows.into_iter().map(|row| shown(app, &reader.acting, row)).collect();
    Ok(OnBehalfList { items, next, count: Count::capped(count) })
}

/// One note, for those who may know of it.
pub async fn get(app: &App, acting: &Acting, id: OnBehalfId) -> Result<OnBehalf> {
    let scope = scope(acting)?;
    let mut tx = app.snapshot().await?;
    let row = sql::row(&mut tx, &scope, id).await?.ok_or(Error::NotFound)?;
    let pictures = gift_papers::of(&mut tx, id.0).await?;
    Ok(OnBehalf { pictures, ..shown(app, acting, row) })
}

/// What waits for an enterprise to be claimed or declined.
pub async fn waiting(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_for(tx, acting.organisation).await?)
}
