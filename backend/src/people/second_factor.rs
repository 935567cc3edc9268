//! A second proof of who somebody is: one-time passwords of an authenticator app (RFC 6238), and recovery codes.
//!
//! The secret lies sealed in the database, a recovery code as a hash. Neither is taken twice. Deliberately absent: codes
//! by SMS or mail, which whoever holds the phone's number or the mailbox reads as well.

mod sql;

use super::guesses::Guesses;
use super::record;
use crate::app::App;
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{SignedIn, Sure};
use anyhow::{Context, anyhow};
use domain::PersonId;
use domain::api::sessions::{RecoveryCodes, SecondFactorSetup};
use domain::code::ALPHABET;
use qrcode::QrCode;
use qrcode::render::svg;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use totp_rs::{Builder, Secret, Totp};

/// RFC 4226 asks for 160 bits.
const SECRET_BYTES: usize = 20;
/// The one algorithm that every app knows is the library's default, SHA-1, with six digits.
const STEP_SECONDS: u64 = 30;
const RECOVERY_CODES: usize = 10;

fn totp(secret: &[u8], account: &str) -> Result<Totp> {
    let built = Builder::new()
        .with_secret(secret.to_vec())
        .with_step_duration(STEP_SECONDS)
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some("千村"))
        .build();
    built.map_err(|error| Error::Internal(anyhow!("one-time passwords: {error}")))
}

/// The one-time password of a secret at an instant, for tests and the demo.
pub fn code_at(secret: &[u8], at: chrono::DateTime<chrono::Utc>) -> Result<String> {
    Ok(totp(secret, "-")?.generate(seconds(at)?).to_string())
}

fn seconds(at: chrono::DateTime<chrono::Utc>) -> Result<u64> {
    Ok(u64::try_from(at.timestamp()).context("a time before 1970")?)
}

/// Begins to set up a second factor: another secret each time, until one is confirmed.
pub async fn begin(app: &App, sure: &Sure<SignedIn>) -> Result<SecondFactorSetup> {
    let Sure(SignedIn { me, .. }) = sure;
    let mut secret = [0_u8; SECRET_BYTES];
    app.clock.fill(&mut secret);
    let sealed = app.keys.seal(&app.clock, &secret)?;
    let mut tx = app.begin().await?;
    let (account, _) = super::sql::password_of(&mut tx, me.id).await?.ok_or(Error::SignInRequired)?;
    let set = sql::set(&mut tx, me.id, &sealed, app.clock.now()).await?;
    if set.rows_affected() == 0 {
        return Err(Error::Conflict("两步验证已经启用。要换手机，请先停用".into()));
    }
    tx.commit().await?;
    let address = totp(&secret, &account)?.to_url().map_err(|error| anyhow!("one-time passwords: {error}"))?;
    let code = QrCode::new(address.as_bytes()).context("a QR code")?;
    let qr = code.render::<svg::Color>().min_dimensions(220, 220).build();
    Ok(SecondFactorSetup { secret: Secret::from(secret.to_vec()).to_base32(), address, qr })
}

/// Confirms it by the first password that the app shows. From here on it is asked for; other sessions end.
pub async fn confirm(app: &App, sure: &Sure<SignedIn>, code: &str) -> Result<RecoveryCodes> {
    let Sure(signed_in) = sure;
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    let known = sql::lock(&mut tx, person).await?.filter(|known| !known.confirmed);
    let known = known.ok_or_else(|| Error::Conflict("请重新打开这个页面，再扫一次二维码".into()))?;
    let step = step_of(app, &known, code)?.ok_or_else(|| Error::invalid("code", "动态码不对，请核对手机的时间再试"))?;
    sql::confirm(&mut tx, person, step, app.clock.now()).await?.one_row_or_conflict()?;
    super::sql::revoke_others(&mut tx, person, signed_in.session, app.clock.now()).await?;
    super::sql::set_proved(&mut tx, signed_in.session, true, app.clock.now()).await?.one_row_or_conflict()?;
    let codes = replace_codes(app, &mut tx, person).await?;
    record(app, &mut tx, &signed_in.origin, person, ("second_factor_set", "person", person.0)).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Gives it up.
pub async fn remove(app: &App, sure: &Sure<SignedIn>) -> Result<()> {
    let Sure(signed_in) = sure;
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    if sql::delete(&mut tx, person).await?.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    record(app, &mut tx, &signed_in.origin, person, ("second_factor_removed", "person", person.0)).await?;
    tx.commit().await?;
    Ok(())
}

/// New recovery codes; the old ones end.
pub async fn new_codes(app: &App, sure: &Sure<SignedIn>) -> Result<RecoveryCodes> {
    let Sure(signed_in) = sure;
    let person = signed_in.me.id;
    let mut tx = app.begin().await?;
    sql::lock(&mut tx, person).await?.filter(|known| known.confirmed).ok_or(Error::NotFound)?;
    let codes = replace_codes(app, &mut tx, person).await?;
    record(app, &mut tx, &signed_in.origin, person, ("recovery_codes_made", "person", person.0)).await?;
    tx.commit().await?;
    Ok(codes)
}

async fn replace_codes(app: &App, tx: &mut PgConnection, person: PersonId) -> Result<RecoveryCodes> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| recovery_code(app)).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| hash(code)).collect();
    sql::replace_recovery_codes(tx, person, &hashes).await?;
    Ok(RecoveryCodes { codes })
}

/// Twelve letters of 31, about 59 bits: `K7Q3-9MXA-2RTB`.
fn recovery_code(app: &App) -> String {
    // Bytes beyond the last whole round of the alphabet would make its first letters likelier.
    let fair = 256 / ALPHABET.len() * ALPHABET.len();
    let mut code = String::new();
    loop {
        let mut bytes = [0_u8; 32];
        app.clock.fill(&mut bytes);
        for letter in Sha256::digest(bytes).into_iter().map(usize::from).filter(|letter| *letter < fair) {
            code.push(char::from(ALPHABET[letter % ALPHABET.len()]));
            match code.len() {
                4 | 9 => code.push('-'),
                14 => return code,
                _ => {}
            }
        }
    }
}

/// As it is compared: without the dashes and spaces that people leave out or add.
fn hash(code: &str) -> Vec<u8> {
    let plain: String = code.chars().map(domain::money::to_half_width).filter(char::is_ascii_alphanumeric).collect();
    Sha256::digest(plain.to_ascii_uppercase()).to_vec()
}

/// Whether this sign-in was by a second factor. Refuses where one is set up and the code is missing or wrong.
pub async fn asked(app: &App, person: PersonId, code: Option<&str>, guesses: &Guesses) -> Result<bool> {
    let mut tx = app.begin().await?;
    let Some(known) = sql::lock(&mut tx, person).await?.filter(|known| known.confirmed) else {
        return Ok(false);
    };
    let Some(code) = code.map(str::trim).filter(|code| !code.is_empty()) else {
        drop(tx);
        guesses.give_back(app).await?;
        return Err(Error::invalid("code", "此账号启用了两步验证，请输入动态码或恢复码"));
    };
    let digits: String = code.chars().map(domain::money::to_half_width).filter(|c| !c.is_whitespace()).collect();
    let taken = match step_of(app, &known, &digits)? {
        Some(step) => sql::take_step(&mut tx, person, step).await?.rows_affected() == 1,
        None => sql::take_recovery_code(&mut tx, person, &hash(code), app.clock.now()).await?.rows_affected() == 1,
    };
    if taken {
        tx.commit().await?;
        return Ok(true);
    }
    Err(Error::invalid("code", "动态码不对或已经用过。请等手机上换一个新码再试"))
}

/// The step whose password this is, if it is one of now, of half a minute ago or ahead. None where `SECRET` is not the
/// one that it was sealed with: the recovery codes still open the account then.
fn step_of(app: &App, known: &sql::SecondFactor, code: &str) -> Result<Option<i64>> {
    let secret = match app.keys.open(&known.sealed) {
        Ok(secret) => secret,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "a second factor cannot be opened: is SECRET another one?");
            return Ok(None);
        }
    };
    let step = totp(&secret, "-")?.check(code, seconds(app.clock.now())?);
    Ok(step.and_then(|step| i64::try_from(step).ok()))
}

/// Sets up a second factor with this secret, as somebody does who confirms it: for tests.
pub async fn enrol(app: &App, person: PersonId, secret: &[u8]) -> Result<()> {
    let sealed = app.keys.seal(&app.clock, secret)?;
    let mut tx = app.begin().await?;
    sql::set(&mut tx, person, &sealed, app.clock.now()).await?;
    sql::confirm(&mut tx, person, 0, app.clock.now()).await?.one_row_or_conflict()?;
    tx.commit().await?;
    Ok(())
}
