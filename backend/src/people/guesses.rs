//! Failed tries at a password or a one-time code, and letters that anybody may have sent to an address: each makes the
//! next one wait longer, none locks anybody out.
//!
//! Deliberately absent: a lock, which a stranger could close for somebody else.

use super::sql;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Origin;
use chrono::Duration;
use sqlx::PgConnection;

/// What failures are counted against: the account as tried from one address, the account, the address.
pub struct Guesses(Vec<String>);

impl Guesses {
    #[must_use]
    pub fn of(account: &str, origin: &Origin) -> Self {
        let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
        let subjects =
            [format!("pair:{account}|{address}"), format!("account:{account}"), format!("address:{address}")];
        Guesses(subjects.into())
    }

    /// What letters to an address are counted against, whether it has an account or not: the address of the mailbox,
    /// and the one that asks.
    #[must_use]
    pub fn of_letters(email: &str, origin: &Origin) -> Self {
        let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
        Guesses(vec![format!("letter:{email}"), format!("letters-from:{address}")])
    }

    /// What letters to a federation are counted against: the asker's address, and where he writes from.
    #[must_use]
    pub fn of_enquiries(asker: &str, origin: &Origin) -> Self {
        let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
        Guesses(vec![format!("letter:{}", asker.trim().to_lowercase()), format!("enquiries-from:{address}")])
    }

    /// Of one-time codes, which belong to no account: counted by where they are typed, for each kind of code.
    #[must_use]
    pub fn of_codes(kind: &str, origin: &Origin) -> Self {
        let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
        Guesses::of(&format!("code:{kind}|{address}"), origin)
    }

    /// Takes one try, which counts as failed until it is known better: a hundred tries at once are a hundred, not one.
    /// Refuses while the wait after earlier failures lasts.
    pub async fn take(&self, app: &App) -> Result<()> {
        let now = app.clock.now();
        let mut tx = app.begin().await?;
        sql::lock_subjects(&mut tx, &self.0).await?;
        let rows = sql::failures(&mut tx, &self.0).await?;
        let wait = rows.iter().map(|(subject, failures, last_at)| {
            let exponent = u32::try_from(failures - free_tries(subject)).unwrap_or(0).min(20);
            let seconds = if exponent == 0 { 0 } else { 2_i64.pow(exponent).min(longest_wait(subject)) };
            (*last_at + Duration::seconds(seconds) - now).num_seconds()
        });
        if let Some(seconds) = wait.max().and_then(|seconds| u64::try_from(seconds).ok()).filter(|wait| *wait > 0) {
            return Err(Error::TooMany { retry_after_seconds: seconds });
        }
        sql::count_failure(&mut tx, &self.0, now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The try was neither right nor wrong.
    pub async fn give_back(&self, app: &App) -> Result<()> {
        let mut connection = app.pool.acquire().await?;
        Ok(sql::give_try_back(&mut connection, &self.0).await?)
    }

    /// A right code forgives the wrong ones that were typed before it from the same place.
    pub async fn forgive(&self, tx: &mut PgConnection) -> Result<()> {
        Ok(sql::forget_failures(tx, &self.0[..2]).await?)
    }

    /// It was right: the failures before it are forgotten, but for those of the address, where one good account must
    /// not clear the way for guessing others.
    pub async fn forget(&self, tx: &mut PgConnection) -> Result<()> {
        sql::give_try_back(tx, &self.0[2..]).await?;
        Ok(sql::forget_failures(tx, &self.0[..2]).await?)
    }
}

/// A stranger's failures on an account from elsewhere cost its owner two seconds at most.
fn longest_wait(subject: &str) -> i64 {
    match subject.split(':').next() {
        Some("pair" | "letter" | "enquiries-from") => 900,
        Some("account") => 2,
        _ => 60,
    }
}

/// Free tries before the delay begins: of one person three, of an address (an office behind one) thirty; ten letters to
/// federations.
fn free_tries(subject: &str) -> i32 {
    match subject.split(':').next() {
        Some("address" | "letters-from") => 30,
        Some("enquiries-from") => 10,
        _ => 3,
    }
}
