//! Notices: whatever is written to somebody stands here too, so that nobody needs a mailbox; and where each wants to be
//! written to besides.
//!
//! Deliberately absent: letters themselves (mail), and muting what law or money needs.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, Result};
use crate::http::caller::SignedIn;
use crate::mail::Letter;
use domain::api::notices::{AllRead, ChoosePreferences, Notice, NoticeQuery, Preference, Preferences};
use domain::api::{Count, List};
use domain::notice::{Channel, NoticeKind, is_staff};
use domain::organisation::OrganisationKind;
use domain::{NoticeId, PersonId, Problems};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Notices on one page of the list.
const PAGE: usize = 50;

/// Notes a letter for its readers, as part of the caller's transaction; gives those to whom it is mailed at once.
pub async fn tell(tx: &mut PgConnection, app: &App, people: &[PersonId], letter: &Letter) -> Result<Vec<PersonId>> {
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let kind = letter.kind();
    let chosen = if kind.is_required() { HashMap::new() } else { sql::channels_of_kind(tx, people, kind).await? };
    let channel = |person: &PersonId| {
        let chosen = chosen.get(person).copied().filter(|channel| kind.may_go_by(*channel));
        chosen.unwrap_or(kind.by_default(false))
    };
    let content = letter.content();
    // A line break that somebody typed into a title is no part of a notice.
    let text = content.subject.split_whitespace().collect::<Vec<_>>().join(" ");
    let notices: Vec<sql::New> = people
        .iter()
        .map(|person| sql::New { id: app.clock.id(), person: *person, for_digest: channel(person) == Channel::Digest })
        .collect();
    sql::insert(tx, &notices, kind, &text, &content.link.1, app.clock.now()).await?;
    Ok(people.iter().filter(|person| channel(person) == Channel::AtOnce).copied().collect())
}

/// Somebody's notices, latest first.
pub async fn list(app: &App, person: PersonId, query: &NoticeQuery) -> Result<List<Notice>> {
    let after = query.after.as_deref().map(str::parse::<NoticeId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut tx = app.snapshot().await?;
    let mut items = sql::of_person(&mut tx, person, query.unread, after, limit).await?;
    let counted = sql::count(&mut tx, person, query.unread).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(List { items, next, count: Count::capped(counted) })
}

/// How many of somebody's notices he has not read.
pub async fn unread(app: &App, person: PersonId) -> Result<Count> {
    let mut connection = app.pool.acquire().await?;
    Ok(Count::capped(sql::count(&mut connection, person, true).await?))
}

/// Notes that one's own notice was read; again is the same.
pub async fn read(app: &App, person: PersonId, id: NoticeId) -> Result<Notice> {
    let mut tx = app.begin().await?;
    let notice = sql::set_read(&mut tx, person, id, app.clock.now()).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(notice)
}

/// Notes that all of one's notices were read.
pub async fn read_all(app: &App, person: PersonId) -> Result<AllRead> {
    let mut tx = app.begin().await?;
    let read = sql::set_all_read(&mut tx, person, app.clock.now()).await?.rows_affected();
    tx.commit().await?;
    Ok(AllRead { read })
}

/// Where somebody reads each kind of letter that he may be sent.
pub async fn preferences(app: &App, signed_in: &SignedIn) -> Result<Preferences> {
    let mut connection = app.pool.acquire().await?;
    let chosen = sql::channels_of_person(&mut connection, signed_in.me.id).await?;
    let memberships = &signed_in.me.memberships;
    let staff = memberships.iter().any(|own| is_staff(own.kind));
    let concerns = |kind: &NoticeKind| {
        kind.readers().is_empty() || memberships.iter().any(|own| kind.readers().contains(&own.role))
    };
    let preference = |kind: NoticeKind| Preference {
        kind,
        channel: chosen.get(&kind).copied().unwrap_or(kind.by_default(staff)),
        channels: kind.channels().to_vec(),
    };
    Ok(Preferences { items: NoticeKind::ALL.iter().copied().filter(concerns).map(preference).collect() })
}

/// Chooses where to read; what cannot be muted is refused.
pub async fn choose(app: &App, signed_in: &SignedIn, choice: &ChoosePreferences) -> Result<Preferences> {
    let mut problems = Problems::new();
    for chosen in &choice.chosen {
        let allowed = chosen.kind.may_go_by(chosen.channel);
        problems.require(allowed, chosen.kind.as_str(), "这类通知是法律或资金需要的，不能改成别的方式");
    }
    problems.none_or_err()?;
    let mut tx = app.begin().await?;
    for chosen in &choice.chosen {
        let refused = || Error::invalid(chosen.kind.as_str(), "这类通知是法律或资金需要的，不能改成别的方式");
        let set = sql::set_channel(&mut tx, signed_in.me.id, chosen, app.clock.now()).await;
        set.on_constraint("notice_preference_required", refused)?;
    }
    let record = Record {
        verb: "notice_preferences_set",
        subject_kind: "person",
        subject: signed_in.me.id.0,
        before: None,
        after: None,
        reason: None,
    };
    audit::record_as(app, &mut tx, Some(signed_in.me.id), None, &signed_in.origin, record).await?;
    tx.commit().await?;
    preferences(app, signed_in).await
}

/// Whether somebody with these organisations, and this wish, is written to daily about what waits.
#[must_use]
pub fn reads_todo_by_mail(chosen: Option<Channel>, mut kinds: impl Iterator<Item = OrganisationKind>) -> bool {
    chosen.unwrap_or(NoticeKind::Todo.by_default(kinds.any(is_staff))) == Channel::Digest
}

/// Empties what was told to somebody whose account closes.
pub async fn forget(tx: &mut PgConnection, person: PersonId) -> Result<()> {
    Ok(sql::forget(tx, person).await?)
}

/// What waits for somebody's next digest, oldest first; it waits no more.
pub async fn take_for_digest(tx: &mut PgConnection, person: PersonId) -> Result<Vec<String>> {
    Ok(sql::take_for_digest(tx, person).await?)
}
