//! Failed tries at a password or a one-time code: each makes the next one wait longer, none locks anybody out. The same
//! waits keep anybody from sending letters without end.
//!
//! Deliberately absent: a lock, which a stranger could close for somebody else.

use super::sql;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::Origin;
use chrono::Duration;
use sqlx::PgConnection;

/// What failures are counted against: the account as tried from one address, the account, the address.
pub struct Guesses([String; 3]);

impl Guesses {
    #[must_use]
    pub fn of(account: &str, origin: &Origin) -> Self {
        let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
        Guesses([format!("pair:{account}|{address}"), format!("account:{account}"), format!("address:{address}")])
    }

    /// Letters of strangers: as one address of mail from one of the network, of the one, of the other. None of them is
    /// forgotten before a quiet day.
    #[must_use]
    pub fn of_letters(email: &str, origin: &Origin) -> Self {
        let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
        let email = email.trim().to_lowercase();
        Guesses([format!("letters:{email}|{address}"), format!("letters:{email}"), format!("letters-from:{address}")])
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
        Some("pair" | "letters" | "letters-from") => 900,
        Some("account") => 2,
        _ => 60,
    }
}

/// Free tries before the delay begins: of one person three, of an address (an office behind one) thirty; ten letters.
fn free_tries(subject: &str) -> i32 {
    match subject.split(':').next() {
        Some("address") => 30,
        Some("letters-from") => 10,
        _ => 3,
    }
}
