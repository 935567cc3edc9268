//! Letters to people: written when something happened, sent by a job.
//!
//! A letter names its recipient by id; the address is looked up when it is sent, so that an address that was erased
//! meanwhile is not written to, and none is kept elsewhere. Deliberately absent: news and advertising;
//! what somebody asked to be told of (`saved_searches`) says how to stop it.

mod http;
pub mod letter;
pub mod message;
pub mod outbox;
mod render;

pub use http::routes;
pub use letter::{Content, Letter};
pub use outbox::Outbox;

use crate::app::App;
use crate::jobs::{Done, Failure, Job, enqueue};
use crate::{notices, organisations, people, receipts, saved_searches, verifications};
use chrono::{DateTime, Utc};
use domain::organisation::Role;
use domain::{JobId, OrganisationId, PersonId};
use message::{Attachment, Outgoing};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

/// A letter and whom it is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    pub to: PersonId,
    pub letter: Letter,
}

/// Writes one letter to everybody who acts for an organisation in one of the roles, as part of the caller's transaction:
/// a notice for each, and a mail for those who read this kind by mail.
pub async fn write_to(
    tx: &mut PgConnection,
    app: &App,
    (organisation, roles): (OrganisationId, &[Role]),
    letter: &Letter,
) -> crate::Result<()> {
    let readers = organisations::members(tx, organisation, roles).await?;
    write_to_people(tx, app, &readers, letter).await
}

/// The same to people who are known.
pub async fn write_to_people(
    tx: &mut PgConnection,
    app: &App,
    readers: &[PersonId],
    letter: &Letter,
) -> crate::Result<()> {
    for person in notices::tell(tx, app, readers, letter).await? {
        enqueue(tx, app, &Job::Mail(Box::new(Mail { to: person, letter: letter.clone() }))).await?;
    }
    Ok(())
}

/// Sends a letter. The same job sends the same message, however often it is tried.
pub async fn send(app: &App, id: JobId, at: DateTime<Utc>, mail: &Mail) -> Result<Done, Failure> {
    let Some(address) = people::address(app, mail.to).await? else {
        return Ok(Some("no address"));
    };
    let content = match &mail.letter {
        // What was said can be erased, so it is read when it is sent.
        Letter::VerificationDecided(letter) => letter.content(verifications::said(app, letter.step).await?),
        Letter::ColleagueAsked(letter) => letter.content(people::name(app, letter.colleague).await?.as_deref()),
        Letter::SavedSearchFound(letter) => letter.content(Some(saved_searches::stop_path(app, mail.to))),
        letter => letter.content(),
    };
    let attachments = attachments(app, &mail.letter).await?;
    deliver(app, (id, at), address, &content, attachments).await?;
    Ok(None)
}

/// Sends a letter to an address of somebody who has no account yet.
pub async fn send_to(
    app: &App,
    (id, at): (JobId, DateTime<Utc>),
    to: String,
    letter: &Letter,
) -> Result<Done, Failure> {
    let papers = attachments(app, letter).await?;
    deliver(app, (id, at), to, &letter.content(), papers).await?;
    Ok(None)
}

/// Sends something to an address that somebody gave; to be called by its job, whose id and time are the message's.
pub async fn deliver(
    app: &App,
    (id, at): (JobId, DateTime<Utc>),
    to: String,
    content: &Content,
    attachments: Vec<Attachment>,
) -> Result<(), Failure> {
    let outgoing = Outgoing {
        id,
        at,
        to,
        text: render::text(content, &app.origin, app.demo),
        html: render::html(content, &app.origin, app.demo),
        // A line break that somebody typed into a title must not end the header.
        subject: content.subject.split_whitespace().collect::<Vec<_>>().join(" "),
        attachments,
    };
    app.mail.send(app, outgoing).await
}

/// The papers that go with a letter.
async fn attachments(app: &App, letter: &Letter) -> anyhow::Result<Vec<Attachment>> {
    let (number, bytes) = match letter {
        Letter::ArrivalConfirmed(arrival) => {
            let confirmation = arrival.confirmation(&app.origin, app.demo);
            let bytes = receipts::confirmation_pdf(&app.typesetter, &confirmation).await?;
            (confirmation.number, bytes)
        }
        Letter::GoodsConfirmed(goods) => {
            let confirmation = goods.confirmation(&app.origin, app.demo);
            let bytes = receipts::goods_pdf(&app.typesetter, &confirmation).await?;
            (confirmation.number, bytes)
        }
        _ => return Ok(Vec::new()),
    };
    let name = format!("捐赠确认函-{number}.pdf");
    Ok(vec![Attachment { name, mime: "application/pdf", bytes }])
}
