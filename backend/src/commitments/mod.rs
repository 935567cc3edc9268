//! Commitments: an enterprise promises something besides money to a line of a need; the village confirms what came.
//!
//! What was delivered is in `parts`, reminders in `reminders`, sums in `totals`. A need is locked before its commitment,
//! as the steps of a need lock. Deliberately absent: money, and everything of a need but whether it takes promises.

mod http;
pub mod parts;
pub mod reminders;
mod sql;
pub mod totals;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{CommitmentReader, Enterprise, Federation, NeedKeeper, Origin, Sure, Village};
use crate::mail::letter::commitment::{CommitmentNews, News};
use crate::mail::letter::{Letter, NamedNeed};
use crate::{consents, mail, organisations, people};
use chrono::NaiveDate;
use domain::api::Count;
use domain::api::commitments::{
    Commitment, CommitmentEnd, CommitmentList, CommitmentQuery, CommitmentReason, CommitmentRights, CommitmentRow,
    CommitmentsShown, NeedCommitments, NewCommitment,
};
use domain::commitment::{CommitmentFacts, CommitmentStatus, LineFacts, NotPossible, Standing, check_reason};
use domain::need::ContributionKind;
use domain::organisation::{Acting, Role};
use domain::place::PlaceCode;
use domain::pledge::PublicDisplay;
use domain::todo::{AHEAD_DAYS, Waiting};
use domain::{CommitmentId, NeedId, OrganisationId};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Commitments on one page of a list.
const PAGE: usize = 30;
/// Commitments that a need's page shows.
const PUBLIC_MAX: i64 = 200;
/// What was promised is reminded of by mail.
const CONFIRM_FIRST: &str = "承诺前请先确认您的邮箱：到“我的账号”让我们再发一封确认邮件，打开里面的链接";

/// Promises. The same id and content again gives the same answer; other content is a conflict.
pub async fn create(app: &App, enterprise: &Enterprise, new: &NewCommitment) -> Result<Commitment> {
    consents::no_numbers(("note", &new.input.note))?;
    let mut tx = app.begin().await?;
    if !people::email::is_confirmed(&mut tx, enterprise.acting.person).await? {
        return Err(Error::Forbidden(CONFIRM_FIRST));
    }
    let need = sql::lock_need(&mut tx, new.need).await?;
    let need_open = need.is_some_and(|need| need.kind != ContributionKind::Money && need.status.takes_pledges());
    let line = sql::line(&mut tx, new.need, new.input.line).await?;
    let facts = CommitmentFacts {
        today: app.clock.today(),
        need_open,
        line: line.as_ref().map(|line| LineFacts { asked: line.asked, promised: line.promised, unit: &line.unit }),
    };
    let (display, line) = match (new.input.check(&facts), &line) {
        (Ok(display), Some(line)) => (display, line),
        // What was recorded stays true when the line is met meanwhile, by this very commitment perhaps.
        (refused, _) => {
            tx.rollback().await?;
            let problems = refused.err().unwrap_or_default();
            return repeated(app, enterprise, new)
                .await
                .map_err(|error| error.unless_conflict(Error::Invalid(problems)));
        }
    };
    let inserted = sql::insert(&mut tx, new, (line, display), &enterprise.acting, app.clock.now()).await;
    let inserted = inserted.on_constraint("commitment_pkey", || Error::Conflict(String::new()));
    if matches!(inserted, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        return repeated(app, enterprise, new).await;
    }
    inserted?;
    let after = json!({ "status": CommitmentStatus::Promised, "need": new.need, "quantity": new.input.quantity,
                        "due_on": new.input.due_on });
    record(app, &mut tx, (&enterprise.acting, &enterprise.origin), ("committed", new.id), after, None).await?;
    let made = sql::lock(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tell(app, &mut tx, &made, &[Side::Recipient, Side::Enterprise], News::Made).await?;
    tx.commit().await?;
    one(app, &enterprise.acting, new.id).await
}

/// The answer to an id that exists: the same commitment, if it is the same, and ours.
async fn repeated(app: &App, enterprise: &Enterprise, new: &NewCommitment) -> Result<Commitment> {
    match one(app, &enterprise.acting, new.id).await {
        Ok(known) if says_the_same(&known, new) => Ok(known),
        Err(trouble) if !matches!(trouble, Error::NotFound) => Err(trouble),
        Ok(_) | Err(_) => {
            Err(Error::Conflict("这个编号已经记录过另一项承诺。请到“承诺”里核对；要另外承诺，请重新填写".into()))
        }
    }
}

fn says_the_same(known: &Commitment, new: &NewCommitment) -> bool {
    let input = &new.input;
    (known.row.need, known.line, known.row.quantity, known.row.due_on)
        == (new.need, input.line, input.quantity, input.due_on)
        && (known.note.as_str(), known.terms_version.as_str()) == (input.note.trim(), input.terms_version.as_str())
        && Some(known.public_display) == input.public_display
}

/// The enterprise takes a commitment back, before anything of it is confirmed.
pub async fn withdraw(
    app: &App,
    enterprise: &Enterprise,
    id: CommitmentId,
    why: &CommitmentReason,
) -> Result<Commitment> {
    let reason = said(why)?;
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?.filter(|row| row.enterprise == enterprise.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    row.standing().withdraw().map_err(not_possible)?;
    let after = CommitmentStatus::Withdrawn;
    sql::end(&mut tx, &row, (after, reason), &enterprise.acting, app.clock.now()).await?.one_row_or_conflict()?;
    let by = (&enterprise.acting, &enterprise.origin);
    record(app, &mut tx, by, ("commitment_withdrawn", id), json!({ "status": after, "need": row.need }), Some(reason))
        .await?;
    tell(app, &mut tx, &row, &[Side::Recipient], News::Withdrawn { reason: reason.to_owned() }).await?;
    tx.commit().await?;
    one(app, &enterprise.acting, id).await
}

/// The village or the federation forgives what is missing; what came stays.
pub async fn waive(
    app: &App,
    Sure(keeper): &Sure<NeedKeeper>,
    id: CommitmentId,
    why: &CommitmentReason,
) -> Result<Commitment> {
    let reason = said(why)?;
    let mut tx = app.begin().await?;
    let village = Village::ROLES.contains(&keeper.acting.role);
    let row = sql::lock(&mut tx, id).await?.filter(|row| {
        let place = keeper.acting.place.as_ref();
        if village {
            row.recipient == keeper.acting.organisation
        } else {
            place.is_some_and(|place| place.contains(&row.village))
        }
    });
    let row = row.ok_or(Error::NotFound)?;
    row.standing().waive().map_err(not_possible)?;
    let after = CommitmentStatus::Waived;
    sql::end(&mut tx, &row, (after, reason), &keeper.acting, app.clock.now()).await?.one_row_or_conflict()?;
    let by = (&keeper.acting, &keeper.origin);
    record(app, &mut tx, by, ("commitment_waived", id), json!({ "status": after, "need": row.need }), Some(reason))
        .await?;
    let told: &[Side] = if village { &[Side::Enterprise] } else { &[Side::Enterprise, Side::Recipient] };
    tell(app, &mut tx, &row, told, News::Waived { reason: reason.to_owned() }).await?;
    tx.commit().await?;
    one(app, &keeper.acting, id).await
}

/// The enterprise wants to be shown otherwise. Counts from now on in every list; no count changes.
pub async fn change_display(
    app: &App,
    enterprise: &Enterprise,
    id: CommitmentId,
    name: PublicDisplay,
) -> Result<Commitment> {
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?.filter(|row| row.enterprise == enterprise.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    sql::set_display(&mut tx, id, name, app.clock.now()).await?.one_row_or_conflict()?;
    let record = Record {
        verb: "commitment_display_changed",
        subject_kind: "commitment",
        subject: id.0,
        before: Some(json!({ "name": row.public_display })),
        after: Some(json!({ "name": name })),
        reason: None,
    };
    audit::record(app, &mut tx, &enterprise.acting, &enterprise.origin, record).await?;
    tx.commit().await?;
    app.pages.forget_all();
    one(app, &enterprise.acting, id).await
}

fn said(why: &CommitmentReason) -> Result<&str> {
    check_reason(&why.reason)?;
    consents::no_numbers(("reason", &why.reason))?;
    Ok(why.reason.trim())
}

fn not_possible(not: NotPossible) -> Error {
    Error::Conflict(not.to_string())
}

impl sql::Locked {
    fn standing(&self) -> Standing {
        Standing { status: self.status, delivered: self.delivered, part_waits: self.part_waits, need: self.need_status }
    }

    /// So many, in its unit.
    fn amount(&self, quantity: i64) -> String {
        format!("{quantity} {}", self.unit)
    }
}

/// Records what was done to a commitment or to one of its parts.
async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, id): (&'static str, CommitmentId),
    after: Value,
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind: "commitment", subject: id.0, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// One of the two between whom a commitment is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Enterprise,
    Recipient,
}

/// Writes to those whom it concerns what happened to a commitment.
async fn tell(app: &App, tx: &mut PgConnection, row: &sql::Locked, sides: &[Side], news: News) -> Result<()> {
    let letter = Letter::Commitment(CommitmentNews {
        need: NamedNeed { code: row.need_code.clone(), title: row.need_title.clone() },
        enterprise: organisations::name_of(tx, row.enterprise).await?,
        what: format!("{} {}", row.name, row.amount(row.quantity)),
        due_on: row.due_on,
        news,
        path: format!("/commitments/{}", row.id),
    });
    for side in sides {
        let readers = match side {
            Side::Enterprise => (row.enterprise, Enterprise::ROLES),
            Side::Recipient => (row.recipient, Village::ROLES),
        };
        mail::write_to(tx, app, readers, &letter).await?;
    }
    Ok(())
}

/// What of a caller decides which commitments are read.
pub enum Viewer {
    Enterprise(OrganisationId),
    /// The village's organisation.
    Recipient(OrganisationId),
    Place(PlaceCode),
    Everything,
}

impl Viewer {
    fn of(acting: &Acting) -> Result<Self> {
        match acting.role {
            Role::Auditor => Ok(Viewer::Everything),
            role if Village::ROLES.contains(&role) => Ok(Viewer::Recipient(acting.organisation)),
            role if Federation::ROLES.contains(&role) => {
                Ok(Viewer::Place(acting.place.clone().ok_or(Error::NotFound)?))
            }
            _ => Ok(Viewer::Enterprise(acting.organisation)),
        }
    }

    /// Whose, to whom, and where; what is none is not asked about.
    fn scope(&self) -> (Option<OrganisationId>, Option<OrganisationId>, Option<&str>) {
        match self {
            Viewer::Enterprise(enterprise) => (Some(*enterprise), None, None),
            Viewer::Recipient(recipient) => (None, Some(*recipient), None),
            Viewer::Place(place) => (None, None, Some(place.as_str())),
            Viewer::Everything => (None, None, None),
        }
    }

    fn sees(&self, stored: &sql::Stored) -> bool {
        match self {
            Viewer::Enterprise(enterprise) => stored.enterprise == *enterprise,
            Viewer::Recipient(recipient) => stored.recipient == *recipient,
            Viewer::Place(place) => place.contains(&stored.village),
            Viewer::Everything => true,
        }
    }
}

/// One commitment, for its enterprise, its village, the federation of its place, and the auditor.
pub async fn get(app: &App, reader: &CommitmentReader, id: CommitmentId) -> Result<Commitment> {
    one(app, &reader.acting, id).await
}

async fn one(app: &App, acting: &Acting, id: CommitmentId) -> Result<Commitment> {
    let viewer = Viewer::of(acting)?;
    let mut tx = app.snapshot().await?;
    let stored = sql::by_id(&mut tx, id).await?.filter(|stored| viewer.sees(stored)).ok_or(Error::NotFound)?;
    let parts = parts::of(&mut tx, id).await?;
    let ended = stored.ended.clone().map(|(at, reason)| CommitmentEnd { at, reason });
    Ok(Commitment {
        may: rights(acting, &stored),
        line: stored.line,
        note: stored.note.clone(),
        public_display: stored.public_display,
        terms_version: stored.terms_version.clone(),
        promised_at: stored.promised_at,
        ended,
        parts,
        row: row(app, stored),
    })
}

fn row(app: &App, stored: sql::Stored) -> CommitmentRow {
    CommitmentRow {
        id: stored.id,
        status: stored.status,
        late: stored.status.is_late(stored.due_on, app.clock.today()),
        need: stored.need,
        need_code: stored.need_code,
        need_title: stored.need_title,
        place: app.places.place(&stored.village),
        kind: stored.kind,
        procured: stored.procured,
        name: stored.name,
        unit: stored.unit,
        quantity: stored.quantity,
        delivered: stored.delivered,
        due_on: stored.due_on,
        enterprise: stored.enterprise,
        enterprise_name: stored.enterprise_name,
        waiting: stored.waiting,
    }
}

/// What somebody who reads it may do now. What only lacks a decision on a part is offered all the same, and says so.
fn rights(acting: &Acting, stored: &sql::Stored) -> CommitmentRights {
    let standing = Standing {
        status: stored.status,
        delivered: stored.delivered,
        part_waits: stored.waiting > 0,
        need: stored.need_status,
    };
    let possible = |step: std::result::Result<(), NotPossible>| matches!(step, Ok(()) | Err(NotPossible::PartWaits));
    let (enterprise, village) = (Enterprise::ROLES.contains(&acting.role), Village::ROLES.contains(&acting.role));
    CommitmentRights {
        report: enterprise && standing.deliver().is_ok(),
        receive: village && standing.deliver().is_ok(),
        decide: village && standing.deliver().is_ok(),
        withdraw: enterprise && possible(standing.withdraw()),
        waive: NeedKeeper::ROLES.contains(&acting.role) && possible(standing.waive()),
        change_display: enterprise && stored.status != CommitmentStatus::Withdrawn,
    }
}

/// The commitments that somebody reads, page by page, with what all of them come to.
pub async fn list(app: &App, reader: &CommitmentReader, query: &CommitmentQuery) -> Result<CommitmentList> {
    let viewer = Viewer::of(&reader.acting)?;
    let show = query.show.as_deref().map(str::parse::<CommitmentsShown>).transpose();
    let show = show.map_err(|_| Error::invalid("show", "没有这一种，请从页面上选"))?;
    let after = query.after.as_deref().map(str::parse::<CommitmentId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let wanted = (show, app.clock.today());
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let mut rows = sql::list(&mut tx, &viewer, wanted, after, limit).await?;
    let counted = sql::count(&mut tx, &viewer, wanted).await?;
    let totals = totals::of_viewer(&mut tx, &viewer).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|last| last.id.to_string());
    let items = rows.into_iter().map(|stored| row(app, stored)).collect();
    Ok(CommitmentList { items, next, count: Count::capped(counted), totals })
}

/// What everybody reads of a public need's commitments: each line, and who promised what as he wants to be shown.
pub async fn of_need(app: &App, need: NeedId) -> Result<NeedCommitments> {
    let mut tx = app.snapshot().await?;
    let (kind, procured) = sql::public_need(&mut tx, need).await?.ok_or(Error::NotFound)?;
    let lines = sql::lines(&mut tx, need).await?;
    let items = sql::public_of_need(&mut tx, need, PUBLIC_MAX).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(NeedCommitments { need, kind, procured, lines, items, count, as_of: app.clock.now() })
}

/// The enterprises that have promised something for a need and still stand by it, each once.
pub async fn promisers(tx: &mut PgConnection, need: NeedId) -> Result<Vec<OrganisationId>> {
    Ok(sql::promisers(tx, need).await?)
}

/// The enterprises of which something was delivered for a need, each once.
pub async fn keepers(tx: &mut PgConnection, need: NeedId) -> Result<Vec<OrganisationId>> {
    Ok(sql::keepers(tx, need).await?)
}

/// What an enterprise has to deliver soon, or is late with.
pub async fn waiting_to_be_delivered(tx: &mut PgConnection, acting: &Acting, today: NaiveDate) -> Result<Waiting> {
    let days = i32::try_from(AHEAD_DAYS).unwrap_or(i32::MAX);
    Ok(sql::to_deliver(tx, acting.organisation, (today, days)).await?)
}
