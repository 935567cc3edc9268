//! One mail in the morning to whoever works here: what waits for him, counted, and what he wanted to read of once a day.
//!
//! Written from eight o'clock in Shanghai on, once a day and person; nothing to say, no mail. The round of the
//! regular tasks calls [`keep_up`]; whoever was stopped half-way goes on where it was.
//! Deliberately absent: sending (jobs), and people without an address, who find all of it on their pages.

mod sql;

use crate::app::App;
use crate::clock::shanghai;
use crate::error::Result;
use crate::jobs::{Job, enqueue};
use crate::mail::letter::{Digest, DigestLine};
use crate::mail::{Letter, Mail};
use crate::{notices, todo};
use chrono::{NaiveDate, Timelike};
use domain::PersonId;
use domain::api::todo::TodoItem;
use domain::campaign::legal_day;
use domain::notice::Channel;
use domain::organisation::Acting;

/// Of the day in Shanghai.
const HOUR: u32 = 8;

/// Writes what is due; a failure is logged and tried again by the next call.
pub async fn keep_up(app: &App) {
    if let Err(error) = write_due(app).await {
        tracing::error!(%error, "the daily digest is not written");
    }
}

/// Writes the digests of today that are not written yet; returns how many that were.
pub async fn write_due(app: &App) -> Result<usize> {
    if shanghai(app.clock.now()).hour() < HOUR {
        return Ok(0);
    }
    let day = app.clock.today();
    let mut connection = app.pool.acquire().await?;
    if sql::is_done(&mut connection, day).await? {
        return Ok(0);
    }
    let readers = sql::readers(&mut connection, day).await?;
    drop(connection);
    let mut written = 0;
    for reader in &readers {
        written += usize::from(write(app, day, reader).await?);
    }
    let mut tx = app.begin().await?;
    sql::set_done(&mut tx, day, app.clock.now()).await?;
    tx.commit().await?;
    Ok(written)
}

/// Somebody with an address, and everything that he is here.
pub struct Reader {
    pub person: PersonId,
    /// In each organisation one after the other, in the order of joining.
    pub desks: Vec<Desk>,
    /// What he chose for the daily count, if anything.
    pub chosen: Option<Channel>,
    /// Letters wait for his digest.
    pub has_news: bool,
}

pub struct Desk {
    pub acting: Acting,
    pub organisation_name: String,
}

/// One digest, in one transaction with the row that says that it was written.
async fn write(app: &App, day: NaiveDate, reader: &Reader) -> Result<bool> {
    let counts = notices::reads_todo_by_mail(reader.chosen, reader.desks.iter().map(|desk| desk.acting.kind));
    if !counts && !reader.has_news {
        return Ok(false);
    }
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    if sql::take(&mut tx, reader.person, day, now).await?.rows_affected() == 0 {
        return Ok(false);
    }
    let mut lines = Vec::new();
    for desks in reader.desks.chunk_by(|a, b| a.acting.organisation == b.acting.organisation).filter(|_| counts) {
        let acting_as = |roles: &[_]| {
            let desk = desks.iter().find(|desk| roles.contains(&desk.acting.role));
            desk.map(|desk| desk.acting.clone())
        };
        let items = todo::of(&mut tx, acting_as, now).await?;
        let several = desks.len() < reader.desks.len();
        let name = desks.first().filter(|_| several).map(|desk| desk.organisation_name.as_str());
        lines.extend(items.into_iter().map(|item| line(name, &item)));
    }
    let news = notices::take_for_digest(&mut tx, reader.person).await?;
    if lines.is_empty() && news.is_empty() {
        return Ok(false);
    }
    let letter = Letter::Digest(Digest { day, lines, news, path: "/work".into() });
    enqueue(&mut tx, app, &Job::Mail(Box::new(Mail { to: reader.person, letter }))).await?;
    tx.commit().await?;
    Ok(true)
}

fn line(organisation: Option<&str>, item: &TodoItem) -> DigestLine {
    let label = organisation.map_or_else(|| item.label.clone(), |name| format!("{name}：{}", item.label));
    DigestLine {
        label,
        count: item.count.to_string(),
        since: legal_day(item.since),
        due: item.due,
        overdue: item.overdue,
    }
}
