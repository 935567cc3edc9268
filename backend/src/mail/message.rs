//! A letter as a message of the internet (RFC 5322), ready to be handed over.
//!
//! Date, id and boundaries come from the job, so that a repeated try is the same message and a reader's program shows it
//! once. Deliberately absent: where it goes (outbox).

use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::JobId;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, Mailbox, Message, MultiPart, MultiPartKind, SinglePart};
use std::time::SystemTime;

/// A letter with its address, rendered.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    pub id: JobId,
    /// When the letter was written, not when it is sent.
    pub at: DateTime<Utc>,
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    pub name: String,
    pub mime: &'static str,
    pub bytes: Vec<u8>,
}

/// Tells other programs not to answer (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".into())
    }
}

impl Outgoing {
    /// The id that stays with the message wherever it goes.
    #[must_use]
    pub fn message_id(&self, origin: &str) -> String {
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let host = host.split([':', '/']).next().unwrap_or_default();
        format!("<{}@{}>", self.id, if host.is_empty() { "qiancun" } else { host })
    }

    pub fn message(&self, from: &Mailbox, origin: &str) -> anyhow::Result<Message> {
        // The address is not repeated in the error: the error is kept.
        let to = self.to.trim().parse().ok().context("the recipient's address is not one")?;
        let boundary = |part: &str| format!("{}-{part}", self.id.0.simple());
        let both = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(boundary("both"))
            .singlepart(SinglePart::plain(self.text.clone()))
            .singlepart(SinglePart::html(self.html.clone()));
        let mut whole = MultiPart::builder().kind(MultiPartKind::Mixed).boundary(boundary("whole")).multipart(both);
        for attachment in &self.attachments {
            let kind = ContentType::parse(attachment.mime)?;
            whole = whole.singlepart(Part::new(attachment.name.clone()).body(attachment.bytes.clone(), kind));
        }
        let message = Message::builder()
            .from(from.clone())
            .to(Mailbox::new(None, to))
            .subject(self.subject.clone())
            .date(SystemTime::from(self.at))
            .message_id(Some(self.message_id(origin)))
            .header(AutoSubmitted)
            .multipart(whole)?;
        Ok(message)
    }
}
