//! The steps of a revision: what people do to it, and what the house does when its day has come.
//!
//! When one takes effect, its text becomes the need's in the same transaction, and is kept as the version that was
//! approved. Deliberately absent: the need's own steps (life).

use super::{Stored, facts, pictures, read, sql};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{Giver, Origin, Village};
use crate::mail::letter::NeedMoved;
use crate::mail::{self, Letter};
use crate::needs::life::{self, Locked};
use crate::needs::versions::{self, Approval};
use crate::needs::{Named, Viewer, named, replace_text};
use crate::{commitments, files, pledges};
use chrono::Datelike;
use domain::api::need_versions::{NeedRevision, RevisionStep};
use domain::api::needs::NeedChange;
use domain::need::change::in_a_sentence;
use domain::need::revision::{NotRevised, Promised, check_revision, wants_publicity};
use domain::need::{NeedStatus, RevisionAction, RevisionStatus, changes};
use domain::organisation::Acting;
use domain::{NeedId, Problem};
use serde_json::json;
use sqlx::PgConnection;

/// Revisions of one round; the next round takes the others.
const ROUND: i64 = 500;

fn cannot(why: NotRevised) -> Error {
    Error::Conflict(why.to_string())
}

/// Takes a step. Of a revision that is sent in twice, the second sending is answered like the first.
pub async fn step(
    app: &App,
    (acting, origin): (&Acting, &Origin),
    (need, action): (NeedId, RevisionAction),
    asked: &RevisionStep,
) -> Result<NeedRevision> {
    action.check_reason(&asked.reason)?;
    let mut tx = app.begin().await?;
    let row = life::lock(&mut tx, need).await?.filter(|row| life::sees(acting, row)).ok_or(Error::NotFound)?;
    let viewer = Viewer::of(acting);
    let own = Village::ROLES.contains(&acting.role);
    // A draft is nobody's business but the village's.
    let revision = under_way(&mut tx, need).await?.filter(|revision| own || revision.status != RevisionStatus::Draft);
    let none = || Error::Conflict("现在没有正在进行的修改，可能已经有了结果。请打开需求看最新的内容".into());
    let revision = revision.ok_or_else(none)?;
    let sent = matches!(revision.status, RevisionStatus::TownReview | RevisionStatus::FederationReview);
    if action == RevisionAction::Submit && sent && revision.version == asked.version {
        return read(app, &mut tx, &viewer, (need, revision.id)).await;
    }
    if !action.is_for(acting.role, revision.status) {
        return Err(cannot(NotRevised::State(revision.status)));
    }
    let mut facts = facts(&mut tx, need, row.status, &revision).await?;
    facts.publicity |= asked.publicize && row.status != NeedStatus::Publicized;
    let next = revision.status.after(action, facts).map_err(cannot)?;
    if revision.version != asked.version {
        return Err(Error::changed_meanwhile());
    }
    if matches!(action, RevisionAction::Submit | RevisionAction::Approve) {
        problems(app, &mut tx, (need, &row), &revision).await?.none_or_err()?;
    }
    let reason = Some(asked.reason.trim()).filter(|reason| !reason.is_empty());
    let moved = Moved { need, row: &row, revision: &revision, action, next, reason };
    moved.take(app, &mut tx, Some(acting), origin).await?;
    let answer = read(app, &mut tx, &viewer, (need, revision.id)).await?;
    tx.commit().await?;
    Ok(answer)
}

async fn under_way(tx: &mut PgConnection, need: NeedId) -> Result<Option<Stored>> {
    match sql::live(tx, need).await? {
        Some(live) => Ok(sql::by_id(tx, live.id).await?),
        None => Ok(None),
    }
}

/// What keeps a revision from going on, by what has been promised until now.
async fn problems(
    app: &App,
    tx: &mut PgConnection,
    (need, row): (NeedId, &Locked),
    revision: &Stored,
) -> Result<domain::Problems> {
    let facts = life::facts(tx, need).await?;
    let money = sql::promised(tx, need).await?;
    let any = facts.promised || money.is_positive();
    let promised = Promised { need: row.status, any, money, reported: facts.reported };
    let texts = (&revision.shown, &revision.content);
    Ok(check_revision(texts, &revision.why, promised, app.clock.today()))
}

/// Lets revisions take effect whose days of objection are over and to which no letter objects that waits. Returns how
/// many; one that fails keeps no other from its turn.
pub async fn take_effect(app: &App) -> Result<usize> {
    let mut connection = app.pool.acquire().await?;
    let due = sql::publicity_over(&mut connection, app.clock.today(), ROUND).await?;
    drop(connection);
    let mut moved = 0;
    for need in due {
        match take_effect_one(app, need).await {
            Ok(has_moved) => moved += usize::from(has_moved),
            Err(error) => tracing::error!(%need, %error, "a revision does not take effect"),
        }
    }
    Ok(moved)
}

async fn take_effect_one(app: &App, need: NeedId) -> Result<bool> {
    let mut tx = app.begin().await?;
    let row = life::lock(&mut tx, need).await?.ok_or(Error::NotFound)?;
    let Some(revision) = under_way(&mut tx, need).await? else { return Ok(false) };
    let facts = facts(&mut tx, need, row.status, &revision).await?;
    // What has changed since the round began is left for the next one.
    let Ok(mut next) = revision.status.after(RevisionAction::TakeEffect, facts) else { return Ok(false) };
    let (mut action, mut reason) = (RevisionAction::TakeEffect, None);
    // What was promised while it was shown may speak against it: then the village has to write it anew.
    if let Err(against) = problems(app, &mut tx, (need, &row), &revision).await?.none_or_err() {
        let says: Vec<_> = against.into_iter().map(|Problem { message, .. }| message).collect();
        reason = Some(format!("公示期间情况有变，没有生效：{}", says.join("；")));
        (action, next) = (RevisionAction::Return, RevisionStatus::Returned);
    }
    let moved = Moved { need, row: &row, revision: &revision, action, next, reason: reason.as_deref() };
    moved.take(app, &mut tx, None, &Origin::default()).await?;
    tx.commit().await?;
    Ok(next == RevisionStatus::Approved)
}

/// Drops the revision of a need that goes where nothing is revised, in the transaction of that step.
pub async fn drop_live(
    app: &App,
    tx: &mut PgConnection,
    (need, row): (NeedId, &Locked),
    next: NeedStatus,
) -> Result<()> {
    let Some(revision) = under_way(tx, need).await? else { return Ok(()) };
    let reason = format!("需求到了“{}”，还没有生效的修改随之撤销", next.label());
    let (action, next) = (RevisionAction::Drop, RevisionStatus::Dropped);
    let moved = Moved { need, row, revision: &revision, action, next, reason: Some(&reason) };
    moved.take(app, tx, None, &Origin::default()).await
}

/// One change of state.
struct Moved<'a> {
    need: NeedId,
    row: &'a Locked,
    revision: &'a Stored,
    action: RevisionAction,
    next: RevisionStatus,
    reason: Option<&'a str>,
}

impl Moved<'_> {
    async fn take(&self, app: &App, tx: &mut PgConnection, by: Option<&Acting>, origin: &Origin) -> Result<()> {
        self.write(app, tx, by).await?;
        self.record(app, tx, by, origin).await?;
        if self.next == RevisionStatus::Approved {
            self.apply(app, tx, by, origin).await?;
        }
        if by.is_none_or(|acting| !Village::ROLES.contains(&acting.role)) {
            self.tell(app, tx).await?;
        }
        Ok(())
    }

    async fn write(&self, app: &App, tx: &mut PgConnection, by: Option<&Acting>) -> Result<()> {
        let now = app.clock.now();
        let approved_by = by.filter(|_| self.action == RevisionAction::Approve).map(|acting| acting.person);
        let until = (self.next == RevisionStatus::Publicized).then(|| life::shown_until(app));
        let states = (self.revision.status, self.next);
        sql::move_to(tx, self.revision.id, states, (approved_by, until), now).await?.one_row_or_conflict()?;
        if self.action == RevisionAction::Submit {
            sql::hand_in_pictures(tx, self.need, &pictures(&self.revision.content)).await?;
        }
        if matches!(self.next, RevisionStatus::Publicized | RevisionStatus::Approved) {
            files::publish(tx, &self.revision.content.photos).await?;
        }
        Ok(())
    }

    async fn record(&self, app: &App, tx: &mut PgConnection, by: Option<&Acting>, origin: &Origin) -> Result<()> {
        let version = self.revision.version;
        let record = Record {
            verb: verb(self.action),
            subject_kind: "need_revision",
            subject: self.revision.id.0,
            before: Some(json!({ "status": self.revision.status, "version": version })),
            after: Some(json!({ "status": self.next, "version": version, "need": self.need })),
            reason: self.reason,
        };
        let (person, organisation) = (by.map(|acting| acting.person), by.map(|acting| acting.organisation));
        Ok(audit::record_as(app, tx, person, organisation, origin, record).await?)
    }

    /// The text becomes the need's. The need's own event lets search and what follows from promises read it anew.
    async fn apply(&self, app: &App, tx: &mut PgConnection, by: Option<&Acting>, origin: &Origin) -> Result<()> {
        let (now, version) = (app.clock.now(), self.row.version);
        let content = &self.revision.content;
        let change = NeedChange { version, content: content.clone() };
        replace_text(app, tx, self.need, self.row.status, &change).await?;
        // Whoever shows more, or something else, is given all the days of objection again.
        if self.row.status == NeedStatus::Publicized && wants_publicity(&self.revision.shown, content) {
            life::show_again(app, tx, self.need).await?;
        }
        let approval = Approval {
            by: by.map(|acting| acting.person).or(self.revision.approved_by),
            at: self.revision.approved_at.unwrap_or(now),
            why: &self.revision.why,
        };
        versions::record(app, tx, self.need, &approval).await?;
        let record = Record {
            verb: "need_revised",
            subject_kind: "need",
            subject: self.need.0,
            before: Some(json!({ "status": self.row.status, "version": version })),
            after: Some(json!({ "status": self.row.status, "version": version + 1 })),
            reason: None,
        };
        let (person, organisation) = (by.map(|acting| acting.person), by.map(|acting| acting.organisation));
        Ok(audit::record_as(app, tx, person, organisation, origin, record).await?)
    }

    /// Writes to the village what others did, and to those who have promised something what changes.
    async fn tell(&self, app: &App, tx: &mut PgConnection) -> Result<()> {
        let Named { code, title, .. } = named(tx, self.need).await?;
        let code = code.unwrap_or_default();
        let letter = |what: &str, says: String, (reason, page): (Option<&str>, &str)| {
            Letter::NeedMoved(NeedMoved {
                code_or_title: format!("{code} {title}"),
                what: what.to_owned(),
                says,
                reason: reason.map(str::to_owned),
                path: format!("/needs/{code}/{page}"),
            })
        };
        let what = in_a_sentence(&changes(&self.revision.shown, &self.revision.content));
        let why = Some(self.revision.why.as_str()).filter(|why| !why.is_empty());
        let (village, givers) = match (self.action, self.next) {
            (RevisionAction::Return, _) => {
                let says = "公开的内容没有变。请按下面的意见改好再提交，或撤销这项修改。".to_owned();
                (Some(letter("需求的修改被退回", says, (self.reason, "revision"))), None)
            }
            (RevisionAction::TakeUp, _) => {
                let says = "这项修改在镇（街道）等候较久，工商联已直接受理。".to_owned();
                (Some(letter("需求的修改改由工商联审核", says, (self.reason, "revision"))), None)
            }
            (_, RevisionStatus::Publicized) => {
                let until = life::shown_until(app);
                let until = format!("{} 年 {} 月 {} 日", until.year(), until.month(), until.day());
                let says =
                    format!("公示到 {until}，期满没有待答复的异议就生效；在那以前，公开的内容不变。改动：{what}。");
                let to_givers = format!("您认捐或承诺过的这条需求，村里提出修改。{says}有异议请在公示期内提出。");
                (
                    Some(letter("需求的修改开始公示", says, (None, "versions"))),
                    Some(letter("您支持的需求拟修改，正在公示", to_givers, (why, "versions"))),
                )
            }
            (_, RevisionStatus::Approved) => {
                let says = format!("现在公开的是改过的内容。改动：{what}。原来的内容仍可对照。");
                (
                    Some(letter("需求的修改已生效", says.clone(), (None, "versions"))),
                    Some(letter("您支持的需求有改动", says, (why, "versions"))),
                )
            }
            _ => (None, None),
        };
        if let Some(letter) = village {
            mail::write_to(tx, app, (self.row.organisation, Village::ROLES), &letter).await?;
        }
        if let Some(letter) = givers {
            let mut givers = pledges::pledgers(tx, self.need).await?;
            givers.extend(commitments::promisers(tx, self.need).await?);
            for giver in givers {
                mail::write_to(tx, app, (giver, Giver::ROLES), &letter).await?;
            }
        }
        Ok(())
    }
}

const fn verb(action: RevisionAction) -> &'static str {
    match action {
        RevisionAction::Submit => "revision_submitted",
        RevisionAction::Pass => "revision_passed",
        RevisionAction::TakeUp => "revision_taken_up",
        RevisionAction::Return => "revision_returned",
        RevisionAction::Approve => "revision_approved",
        RevisionAction::TakeEffect => "revision_took_effect",
        RevisionAction::Drop => "revision_dropped",
    }
}
