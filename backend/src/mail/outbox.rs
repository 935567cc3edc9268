//! Where letters leave the house: to a mail server, into files, or into a test's hands.
//!
//! Deliberately absent: trying again (jobs).

use super::message::Outgoing;
use crate::app::App;
use crate::jobs::Failure;
use anyhow::Context;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long one step of the talk with a mail server may take.
const SMTP_PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone)]
pub enum Outbox {
    /// One `.eml` a letter, for a demo to show.
    Files(PathBuf),
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
    Memory(Arc<Mutex<Memory>>),
}

/// What a test sees of its mail server.
#[derive(Default)]
pub struct Memory {
    pub mails: Vec<Outgoing>,
    /// Tries that fail from now on.
    pub failures: u32,
}

impl Outbox {
    /// Letters become files in this folder, which nobody else can list.
    pub fn files(folder: &Path) -> anyhow::Result<Self> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Outbox::Files(folder.to_owned()))
    }

    /// Letters are handed to this server. Passwords and letters go over an encrypted line only, but to this very machine.
    pub fn smtp(url: &str) -> anyhow::Result<Self> {
        let encrypted;
        let url = if url.starts_with("smtp://") && !url.contains("tls=") && !is_this_machine(url) {
            encrypted = format!("{url}{}tls=required", if url.contains('?') { '&' } else { '?' });
            &encrypted
        } else {
            url
        };
        // The cause is left out: it could repeat the password.
        let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).ok();
        let builder = builder.context("SMTP_URL is not an address such as smtp://user:password@host:587")?;
        Ok(Outbox::Smtp(Box::new(builder.timeout(Some(SMTP_PATIENCE)).build())))
    }

    /// Hands a letter over.
    pub async fn send(&self, app: &App, outgoing: Outgoing) -> Result<(), Failure> {
        match self {
            Outbox::Files(folder) => {
                let message = outgoing.message(&app.mail_from, &app.origin).map_err(Failure::Never)?;
                Ok(write(folder, &outgoing, message.formatted()).await?)
            }
            Outbox::Smtp(transport) => {
                let message = outgoing.message(&app.mail_from, &app.origin).map_err(Failure::Never)?;
                transport.send(message).await.map(drop).map_err(|error| refused(&error))
            }
            Outbox::Memory(memory) => {
                outgoing.message(&app.mail_from, &app.origin).map_err(Failure::Never)?;
                let mut memory = memory.lock().unwrap_or_else(PoisonError::into_inner);
                if memory.failures > 0 {
                    memory.failures -= 1;
                    return Err(Failure::Later(anyhow::anyhow!("the mail server does not answer")));
                }
                memory.mails.push(outgoing);
                Ok(())
            }
        }
    }
}

fn is_this_machine(url: &str) -> bool {
    let authority = url.trim_start_matches("smtp://").split(['/', '?']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// A server's answer often repeats the address, so only its number is kept. A line that broke before the answer came tells
/// nobody whether the letter was taken.
fn refused(error: &lettre::transport::smtp::Error) -> Failure {
    let code = error.status().map(|code| format!(" {code}")).unwrap_or_default();
    let what = if error.is_timeout() { "did not answer in time" } else { "refused or could not be reached" };
    let kept = anyhow::anyhow!("the mail server {what}{code}");
    if error.is_permanent() {
        Failure::Never(kept)
    } else if error.status().is_some() || error.is_client() || error.is_tls() || not_reached(error) {
        Failure::Later(kept)
    } else {
        Failure::Unheard(kept)
    }
}

/// Whether there was no line at all.
fn not_reached(error: &lettre::transport::smtp::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<std::io::Error>());
    cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::ConnectionRefused)
}

/// Whole or not at all; the same letter again replaces the same file.
async fn write(folder: &Path, outgoing: &Outgoing, bytes: Vec<u8>) -> anyhow::Result<()> {
    let name = format!("{}-{}", outgoing.at.format("%Y%m%dT%H%M%SZ"), outgoing.id);
    let unfinished = folder.join(format!("{name}.tmp"));
    let path = folder.join(format!("{name}.eml"));
    // One way to the thread that may wait for the disk, not two.
    let written = tokio::task::spawn_blocking(move || {
        std::fs::write(&unfinished, bytes)?;
        std::fs::rename(&unfinished, &path)
    });
    written.await?.with_context(|| format!("cannot write to {}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_to_another_machine_is_encrypted() {
        for (url, here) in [
            ("smtp://localhost:25", true),
            ("smtp://127.0.0.1", true),
            ("smtp://a:b@localhost:25/", true),
            ("smtp://localhost@mail.example", false),
            ("smtp://a:b@mail.example:587", false),
            ("smtp://localhost.example", false),
        ] {
            assert_eq!(is_this_machine(url), here, "{url}");
        }
        assert!(Outbox::smtp("smtp://a:b@mail.example:587").is_ok());
        let refused = Outbox::smtp("nonsense://a:b@c").err().map(|error| format!("{error:#}"));
        assert!(refused.is_some_and(|text| !text.contains("a:b")));
    }

    #[test]
    fn the_sender_of_the_settings_is_one() {
        let from: lettre::message::Mailbox = "千村 <noreply@localhost>".parse().unwrap();
        assert_eq!((from.name.as_deref(), from.email.to_string().as_str()), (Some("千村"), "noreply@localhost"));
    }
}
