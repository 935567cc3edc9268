//! Password hashes: argon2id, some at a time, the rest queue and are turned away after a while.

use crate::app::{App, heavy};
use crate::error::{Error, Result};
use anyhow::anyhow;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::time::Duration;

/// How long a sign-in may wait for its turn.
const QUEUE: Duration = Duration::from_secs(10);

/// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Of a password that nobody has, so that an unknown account costs the same time as a known one.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cWlhbmN1bnFpYW5jdW4$mF3xO7yX1tX9w0nQv0m1uXo6wQxk6uF1cVb8m3w7F4E";

pub async fn hash(app: &App, password: &str) -> Result<String> {
    let mut salt = [0_u8; 16];
    app.clock.fill(&mut salt);
    let password = password.to_owned();
    in_turn(app, move || {
        let salt = SaltString::encode_b64(&salt).map_err(|error| anyhow!("salt: {error}"))?;
        let hash = argon2().hash_password(password.as_bytes(), &salt).map_err(|error| anyhow!("hash: {error}"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether the password fits the hash; without a hash it never does, after the same work.
pub async fn fits(app: &App, password: &str, hash: Option<String>) -> Result<bool> {
    let password = password.to_owned();
    in_turn(app, move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.to_owned());
        let parsed = PasswordHash::new(&text).map_err(|error| anyhow!("stored hash: {error}"))?;
        Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

async fn in_turn<T: Send + 'static>(app: &App, work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    let turn = tokio::time::timeout(QUEUE, app.hashing.clone().acquire_owned()).await;
    let Ok(Ok(turn)) = turn else { return Err(Error::Busy { retry_after_seconds: 10 }) };
    Ok(heavy(turn, work).await??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_nobody_is_well_formed_and_costs_the_same() {
        let parsed = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(parsed.params.get_decimal("m"), Some(19 * 1024));
        assert_eq!(parsed.params.get_decimal("t"), Some(2));
        assert!(parsed.hash.is_some());
    }
}
