//! The steps of a need's life: what people do to it, and what the house does when its day has come.
//!
//! A step is one transaction: the state, the event, the letters. It names the version that was read, so nobody decides on
//! a text that he has not seen. Deliberately absent: which step follows which (domain), and what follows from promises.

mod sql;

use super::revisions::steps::drop_live;
use super::versions::{self, Approval};
use super::{Named, Viewer, get, named, read, replace_text, sql as texts};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::files;
use crate::http::caller::{Giver, Origin, Village};
use crate::mail::letter::{NeedApproved, NeedMoved, NeedReturned};
use crate::mail::{self, Letter};
use crate::{commitments, pledges};
use chrono::{Datelike, NaiveDate};
use domain::NeedId;
use domain::api::needs::{Need, NeedChange, NeedStep};
use domain::campaign::legal_day;
use domain::need::status::{publicity_until, warned_until};
use domain::need::{NeedAction, NeedStatus, NotNow, StepFacts, need_code};
use domain::organisation::{Acting, Role};
use serde_json::json;
pub use sql::{Locked, lock};
use sqlx::PgConnection;

/// Needs of one round; the next round takes the others.
const ROUND: i64 = 500;

/// What a step has to know of a need beside its state.
pub async fn facts(tx: &mut PgConnection, id: NeedId) -> Result<StepFacts> {
    sql::facts(tx, id).await?.ok_or(Error::NotFound)
}

/// How many letters that object to a need wait for an answer.
pub async fn objections(tx: &mut PgConnection, id: NeedId) -> Result<i64> {
    Ok(sql::objections(tx, id).await?)
}

/// Takes a step. Of a draft that is sent in twice, the second sending is answered like the first.
pub async fn step(
    app: &App,
    (acting, origin): (&Acting, &Origin),
    (id, action): (NeedId, NeedAction),
    asked: &NeedStep,
) -> Result<Need> {
    action.check_reason(&asked.reason)?;
    let mut tx = app.begin().await?;
    let row = lock(&mut tx, id).await?.filter(|row| sees(acting, row)).ok_or(Error::NotFound)?;
    let sent = matches!(row.status, NeedStatus::TownReview | NeedStatus::FederationReview);
    if action == NeedAction::Submit && sent && row.version == asked.version {
        tx.rollback().await?;
        return get(app, &Viewer::of(acting), &id.to_string()).await;
    }
    if !action.is_for(acting.role, row.status) {
        return Err(Error::Conflict(NotNow::State(row.status).to_string()));
    }
    if action == NeedAction::Submit {
        let content = texts::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?.content;
        content.check_complete(app.clock.today()).none_or_err()?;
    }
    if action == NeedAction::Approve {
        // What was handed in before the rule, or by another way, is not made public either.
        let content = texts::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?.content;
        if let Some(appeal) = content.appeals().into_vec().into_iter().next() {
            return Err(Error::Conflict(format!("不能公开：{}。请退回补正", appeal.message)));
        }
    }
    let next = row.status.after(action, &facts(&mut tx, id).await?).map_err(|no| Error::Conflict(no.to_string()))?;
    if row.version != asked.version {
        return Err(Error::changed_meanwhile());
    }
    let reason = Some(asked.reason.trim()).filter(|reason| !reason.is_empty());
    let moved = Moved { id, row: &row, action, next, reason };
    moved.write(app, &mut tx, Some(acting)).await?;
    moved.record(app, &mut tx, Some(acting), origin).await?;
    moved.tell(app, &mut tx, Some(acting.role)).await?;
    // As this step left it, whoever takes the next one at the same moment.
    let need = read(app, &mut tx, &Viewer::of(acting), &id.to_string()).await;
    tx.commit().await?;
    need
}

/// The last day of objection. Nobody who tries a demo waits for a week.
pub(super) fn shown_until(app: &App) -> NaiveDate {
    let today = app.clock.today();
    if app.demo { today.pred_opt().unwrap_or(today) } else { publicity_until(today) }
}

/// Gives a need that is shown for objections all the days of it again.
pub(super) async fn show_again(app: &App, tx: &mut PgConnection, id: NeedId) -> Result<()> {
    sql::show_until(tx, id, shown_until(app)).await?.one_row_or_conflict()
}

/// Whether somebody may know of a need at all: its village, or the town and the federation that it was handed to.
pub(super) fn sees(acting: &Acting, row: &Locked) -> bool {
    if Village::ROLES.contains(&acting.role) {
        return acting.organisation == row.organisation;
    }
    let covered = acting.place.as_ref().is_some_and(|place| place.contains(&row.village));
    covered && row.status != NeedStatus::Draft
}

/// One change of state.
struct Moved<'a> {
    id: NeedId,
    row: &'a Locked,
    action: NeedAction,
    next: NeedStatus,
    reason: Option<&'a str>,
}

impl Moved<'_> {
    async fn write(&self, app: &App, tx: &mut PgConnection, by: Option<&Acting>) -> Result<()> {
        let (now, before) = (app.clock.now(), self.row.status);
        if self.action == NeedAction::Approve {
            self.publish(app, tx).await?;
            let approval = Approval { by: by.map(|acting| acting.person), at: now, why: "" };
            versions::record(app, tx, self.id, &approval).await?;
        }
        if !self.next.keeps_revisions() {
            // Rare and long: not a part of every step's future.
            Box::pin(drop_live(app, tx, (self.id, self.row), self.next)).await?;
        }
        if self.next.is_public() && !before.is_public() && self.action != NeedAction::Approve {
            self.read_as_approved(app, tx).await?;
        }
        // Whoever comes back to the days of objection is given all of them again.
        let until = (self.next == NeedStatus::Publicized).then(|| shown_until(app));
        sql::move_to(tx, self.id, (before, self.next), until, now).await?.one_row_or_conflict()
    }

    /// What was written since the need was public, and never approved, is not read by everybody when it is set aside.
    async fn read_as_approved(&self, app: &App, tx: &mut PgConnection) -> Result<()> {
        let Some((_, content)) = versions::latest(tx, self.id).await? else { return Ok(()) };
        let change = NeedChange { version: self.row.version, content };
        replace_text(app, tx, self.id, self.row.status, &change).await
    }

    /// The code, once and for all, and the pictures that everybody sees from now on.
    async fn publish(&self, app: &App, tx: &mut PgConnection) -> Result<()> {
        let year = app.clock.today().year();
        if self.row.code.is_none() {
            let number = sql::next_number(tx, self.row.village.county(), year).await?;
            let code = need_code(self.row.village.county(), year, number);
            sql::set_code(tx, self.id, &code, app.clock.now()).await?.one_row_or_conflict()?;
        }
        let photos = texts::photos(tx, self.id).await?;
        files::publish(tx, &photos).await
    }

    async fn record(&self, app: &App, tx: &mut PgConnection, acting: Option<&Acting>, origin: &Origin) -> Result<()> {
        let version = self.row.version;
        let record = Record {
            verb: verb(self.action),
            subject_kind: "need",
            subject: self.id.0,
            before: Some(json!({ "status": self.row.status, "version": version })),
            after: Some(json!({ "status": self.next, "version": version })),
            reason: self.reason,
        };
        let (person, organisation) = (acting.map(|acting| acting.person), acting.map(|acting| acting.organisation));
        Ok(audit::record_as(app, tx, person, organisation, origin, record).await?)
    }

    /// Writes to the village about what others did; at the end, to the givers too.
    async fn tell(&self, app: &App, tx: &mut PgConnection, by: Option<Role>) -> Result<()> {
        if by.is_some_and(|role| Village::ROLES.contains(&role)) {
            return Ok(());
        }
        let Some(letter) = self.letter(app, tx).await? else { return Ok(()) };
        mail::write_to(tx, app, (self.row.organisation, Village::ROLES), &letter).await?;
        if self.next == NeedStatus::Closed {
            let mut givers = pledges::givers(tx, self.id).await?;
            givers.extend(commitments::keepers(tx, self.id).await?);
            for giver in givers {
                mail::write_to(tx, app, (giver, Giver::ROLES), &letter).await?;
            }
        }
        Ok(())
    }

    async fn letter(&self, app: &App, tx: &mut PgConnection) -> Result<Option<Letter>> {
        let Named { code, title, .. } = named(tx, self.id).await?;
        let reason = self.reason.map(str::to_owned);
        Ok(Some(match self.action {
            NeedAction::Return => Letter::NeedReturned(NeedReturned {
                code_or_title: title,
                reason: reason.unwrap_or_default(),
                path: format!("/work/needs/{}", self.id),
            }),
            NeedAction::Approve => {
                let code = code.unwrap_or_default();
                let until = shown_until(app);
                Letter::NeedApproved(NeedApproved { path: format!("/needs/{code}"), code, title, until })
            }
            action => {
                let Some((what, says)) = news(action) else { return Ok(None) };
                moved_letter(self.id, (code, &title), (what, says.to_owned()), reason)
            }
        }))
    }
}

fn moved_letter(
    id: NeedId,
    (code, title): (Option<String>, &str),
    (what, says): (&str, String),
    reason: Option<String>,
) -> Letter {
    let path = code.as_ref().map_or_else(|| format!("/needs/{id}"), |code| format!("/needs/{code}"));
    let code_or_title = code.map_or_else(|| title.to_owned(), |code| format!("{code} {title}"));
    Letter::NeedMoved(NeedMoved { code_or_title, what: what.to_owned(), says, reason, path })
}

/// What a reader of the letter has to know of a step of others; nothing where nothing changes for him.
const fn news(action: NeedAction) -> Option<(&'static str, &'static str)> {
    match action {
        NeedAction::Open => Some(("公示结束，可以对接", "公示期内没有未答复的异议，企业现在可以认捐和对接这条需求。")),
        NeedAction::Pause => Some(("需求已暂停", "工商联暂停了这条需求，暂停期间不接受新的认捐。已有的认捐不受影响。")),
        NeedAction::Resume => Some(("需求已恢复", "工商联恢复了这条需求，一切照旧。")),
        NeedAction::TakeUp => Some(("需求改由工商联审核", "这条需求在镇（街道）等候较久，工商联已直接受理。")),
        NeedAction::Expire => Some((
            "需求已失效",
            "希望完成的日期已过，还没有企业对接，这条需求不再列出。仍然需要的，请打开需求点“重新申报”，改好日期后再提交。",
        )),
        NeedAction::SendBack => {
            Some(("验收没有通过", "工商联认为还没有做完或说清，请按下面的意见继续实施、补充报告，再申请验收。"))
        }
        NeedAction::Close => Some(("需求已办结", "工商联验收通过，这条需求已经办结。资金和成效的全部明细继续公开。")),
        _ => None,
    }
}

const fn verb(action: NeedAction) -> &'static str {
    match action {
        NeedAction::Submit => "need_submitted",
        NeedAction::Pass => "need_passed",
        NeedAction::TakeUp => "need_taken_up",
        NeedAction::Return => "need_returned",
        NeedAction::Approve => "need_approved",
        NeedAction::Open => "need_opened",
        NeedAction::Pause => "need_paused",
        NeedAction::Resume => "need_resumed",
        NeedAction::Withdraw => "need_withdrawn",
        NeedAction::Renew => "need_renewed",
        NeedAction::Expire => "need_expired",
        NeedAction::Start => "need_started",
        NeedAction::Finish => "need_finished",
        NeedAction::SendBack => "need_sent_back",
        NeedAction::Close => "need_closed",
    }
}

/// Opens needs whose days of objection are over and to which no letter objects that waits. Returns how many.
pub async fn open_publicized(app: &App) -> Result<usize> {
    let mut connection = app.pool.acquire().await?;
    let due = sql::publicity_over(&mut connection, app.clock.today(), ROUND).await?;
    drop(connection);
    house_takes(app, NeedAction::Open, due).await
}

/// Ends needs whose day has passed and for which nobody has promised anything, and warns those whose day is near.
/// Returns how many ended.
pub async fn expire(app: &App) -> Result<usize> {
    let today = app.clock.today();
    let mut connection = app.pool.acquire().await?;
    let due = sql::met_by_nobody(&mut connection, today, warned_until(today), ROUND).await?;
    drop(connection);
    let (passed, near): (Vec<_>, Vec<_>) = due.into_iter().partition(|(_, day)| *day < today);
    for (id, day) in near {
        if let Err(error) = warn(app, id, day).await {
            tracing::error!(need = %id, %error, "a village is not warned that its need will expire");
        }
    }
    house_takes(app, NeedAction::Expire, passed.into_iter().map(|(id, _)| id).collect()).await
}

/// One that fails keeps no other from its turn.
async fn house_takes(app: &App, action: NeedAction, due: Vec<NeedId>) -> Result<usize> {
    let mut moved = 0;
    for id in due {
        match house_takes_one(app, action, id).await {
            Ok(has_moved) => moved += usize::from(has_moved),
            Err(error) => tracing::error!(need = %id, %action, %error, "a need is not moved"),
        }
    }
    Ok(moved)
}

async fn house_takes_one(app: &App, action: NeedAction, id: NeedId) -> Result<bool> {
    let mut tx = app.begin().await?;
    let row = lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    // What has changed since the round began is left for the next one.
    let Ok(next) = row.status.after(action, &facts(&mut tx, id).await?) else { return Ok(false) };
    let moved = Moved { id, row: &row, action, next, reason: None };
    moved.write(app, &mut tx, None).await?;
    moved.record(app, &mut tx, None, &Origin::default()).await?;
    moved.tell(app, &mut tx, None).await?;
    tx.commit().await?;
    Ok(true)
}

async fn warn(app: &App, id: NeedId, day: NaiveDate) -> Result<()> {
    let mut tx = app.begin().await?;
    let row = lock(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if sql::set_warned(&mut tx, id, day).await?.rows_affected() == 0 {
        return Ok(());
    }
    let Named { code, title, .. } = named(&mut tx, id).await?;
    let says = format!(
        "这条需求希望在 {} 年 {} 月 {} 日前完成，还没有企业对接。到那天仍没有，就会失效、不再列出。可以请镇里和工商联帮助对接，\
         或在失效后改好日期重新申报。",
        day.year(),
        day.month(),
        day.day()
    );
    let letter = moved_letter(id, (code, &title), ("需求快到期", says), None);
    mail::write_to(&mut tx, app, (row.organisation, Village::ROLES), &letter).await?;
    let record = Record {
        verb: "need_warned",
        subject_kind: "need",
        subject: id.0,
        before: None,
        after: Some(json!({ "status": row.status, "wanted_by": day, "warned_on": legal_day(app.clock.now()) })),
        reason: None,
    };
    audit::record_as(app, &mut tx, None, None, &Origin::default(), record).await?;
    tx.commit().await?;
    Ok(())
}
