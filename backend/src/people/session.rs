//! Access and refresh tokens.
//!
//! The access token is a signed, short-lived name of person and session. The refresh token is random; only its hash
//! is stored, and its successor is derived from it by a keyed hash: two requests that present the same token at once
//! get the same successor without either being written down. Deliberately absent: rights inside a token.

use crate::clock::Clock;
use anyhow::{Context, anyhow};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit};
use chrono::{DateTime, Duration, Utc};
use domain::{LinkId, PersonId, SessionId, code};
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub const ACCESS_LIFE: Duration = Duration::minutes(10);
pub const REFRESH_LIFE: Duration = Duration::days(30);
/// Two requests of one page may present the same token; later it is a copy in other hands.
pub const REUSE_GRACE: Duration = Duration::seconds(30);

/// Of ChaCha20-Poly1305 (RFC 8439).
const NONCE_BYTES: usize = 12;

/// The keys that sign and seal, all derived from the one secret.
pub struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    refresh: Vec<u8>,
    links: Vec<u8>,
    codes: Vec<u8>,
    sealing: ChaCha20Poly1305,
}

pub struct Tokens {
    pub access: String,
    pub refresh: Refresh,
}

/// A refresh token as the client holds it: 32 bytes.
#[derive(Clone, Copy)]
pub struct Refresh([u8; 32]);

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: PersonId,
    sid: SessionId,
    exp: i64,
}

impl Refresh {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        BASE64_URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Refresh)
    }

    #[must_use]
    pub fn text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the database keeps.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

impl Keys {
    #[must_use]
    pub fn new(secret: &str) -> Self {
        let derive = |purpose: &str| {
            let mut mac = keyed(secret.as_bytes());
            mac.update(purpose.as_bytes());
            mac.finalize().into_bytes().to_vec()
        };
        let access = derive("access");
        let mut validation = Validation::new(Algorithm::HS256);
        // The end is compared with our own clock, which a test can move.
        validation.validate_exp = false;
        Keys {
            validation,
            encoding: EncodingKey::from_secret(&access),
            decoding: DecodingKey::from_secret(&access),
            refresh: derive("refresh"),
            links: derive("links"),
            codes: derive("codes"),
            sealing: ChaCha20Poly1305::new_from_slice(&derive("seal"))
                .unwrap_or_else(|_| unreachable!("a SHA-256 is as long as the key")),
        }
    }

    /// The secret of a one-time link: made from its id again when its letter is sent, so that it is stored nowhere.
    #[must_use]
    pub fn link(&self, id: LinkId) -> [u8; 32] {
        let mut mac = keyed(&self.links);
        mac.update(id.0.as_bytes());
        mac.finalize().into_bytes().into()
    }

    /// What proves that a link to this subject is ours: 132 bits that only this installation can make, kept nowhere.
    #[must_use]
    pub fn letter_link(&self, purpose: &str, subject: Uuid) -> String {
        let mut mac = keyed(&self.links);
        mac.update(format!("{purpose}:{subject}").as_bytes());
        let mut text = BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        text.truncate(22);
        text
    }

    /// Whether a link is that one; takes as long for every wrong one.
    #[must_use]
    pub fn is_letter_link(&self, purpose: &str, subject: Uuid, link: &str) -> bool {
        let known = self.letter_link(purpose, subject);
        let differ = known.bytes().zip(link.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
        known.len() == link.len() && differ == 0
    }

    /// Encrypts what the database must keep and must not know: nonce, then text with its tag.
    pub fn seal(&self, clock: &Clock, secret: &[u8]) -> anyhow::Result<Vec<u8>> {
        let mut nonce = [0_u8; NONCE_BYTES];
        clock.fill(&mut nonce);
        let sealed = self.sealing.encrypt(&nonce.into(), secret).map_err(|_| anyhow!("cannot seal a secret"))?;
        Ok([nonce.to_vec(), sealed].concat())
    }

    /// What was sealed with the same secret of the installation.
    pub fn open(&self, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let (nonce, text) = sealed.split_first_chunk::<NONCE_BYTES>().context("a sealed secret is too short")?;
        let opened = self.sealing.decrypt(&(*nonce).into(), text);
        opened.map_err(|_| anyhow!("a sealed secret does not open: was SECRET changed?"))
    }

    /// The code that belongs to a row: derived, so that a letter or a sheet can say it and the database need not know
    /// it. Who has the row alone cannot find it out.
    #[must_use]
    pub fn one_time_code(&self, purpose: &str, id: Uuid) -> String {
        let mut code = String::new();
        for block in 0_u8.. {
            let mut mac = keyed(&self.codes);
            mac.update(purpose.as_bytes());
            mac.update(&[0, block]);
            mac.update(id.as_bytes());
            for byte in mac.finalize().into_bytes() {
                // Bytes beyond the last whole round of the alphabet would make its first letters likelier.
                let letter = usize::from(byte);
                if code.len() < code::LENGTH && letter < 256 / code::ALPHABET.len() * code::ALPHABET.len() {
                    code.push(char::from(code::ALPHABET[letter % code::ALPHABET.len()]));
                }
            }
            if code.len() == code::LENGTH {
                break;
            }
        }
        code
    }

    pub fn first_tokens(&self, clock: &Clock, person: PersonId, session: SessionId) -> anyhow::Result<Tokens> {
        let mut bytes = [0_u8; 32];
        clock.fill(&mut bytes);
        Ok(Tokens { access: self.access(clock.now(), person, session)?, refresh: Refresh(bytes) })
    }

    pub fn next_tokens(
        &self,
        clock: &Clock,
        person: PersonId,
        session: SessionId,
        previous: &Refresh,
    ) -> anyhow::Result<Tokens> {
        let mut mac = keyed(&self.refresh);
        mac.update(&previous.0);
        let refresh = Refresh(mac.finalize().into_bytes().into());
        Ok(Tokens { access: self.access(clock.now(), person, session)?, refresh })
    }

    fn access(&self, now: DateTime<Utc>, person: PersonId, session: SessionId) -> anyhow::Result<String> {
        let claims = Claims { sub: person, sid: session, exp: (now + ACCESS_LIFE).timestamp() };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).context("sign a session")
    }

    /// Person and session of a token that is ours and has not ended at `now`.
    #[must_use]
    pub fn read(&self, now: DateTime<Utc>, access: &str) -> Option<(PersonId, SessionId)> {
        let claims = jsonwebtoken::decode::<Claims>(access, &self.decoding, &self.validation).ok()?.claims;
        (claims.exp > now.timestamp()).then_some((claims.sub, claims.sid))
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // HMAC takes a key of any length (RFC 2104).
    Hmac::new_from_slice(key).unwrap_or_else(|_| unreachable!("HMAC takes any key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_token_ends_and_a_changed_one_is_refused() {
        let clock = Clock::manual("2026-06-30T02:00:00Z".parse().unwrap());
        let keys = Keys::new("one secret of at least thirty-two characters");
        let (person, session) = (PersonId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let tokens = keys.first_tokens(&clock, person, session).unwrap();
        assert_eq!(keys.read(clock.now(), &tokens.access), Some((person, session)));
        let other = Keys::new("another secret of at least thirty-two characters");
        assert_eq!(other.read(clock.now(), &tokens.access), None);
        clock.advance(ACCESS_LIFE);
        assert_eq!(keys.read(clock.now(), &tokens.access), None);
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_secret_only() {
        let clock = Clock::manual("2026-06-30T02:00:00Z".parse().unwrap());
        let keys = Keys::new("one secret of at least thirty-two characters");
        let mut sealed = keys.seal(&clock, b"twenty bytes of seed").unwrap();
        assert_eq!(keys.open(&sealed).unwrap(), b"twenty bytes of seed");
        assert!(Keys::new("another secret of at least thirty-two characters").open(&sealed).is_err());
        sealed[15] ^= 1;
        assert!(keys.open(&sealed).is_err() && keys.open(b"short").is_err());
    }

    #[test]
    fn a_links_secret_is_the_same_for_the_same_link_and_key_only() {
        let keys = Keys::new("one secret of at least thirty-two characters");
        let (one, other) = (LinkId(Uuid::from_u128(1)), LinkId(Uuid::from_u128(2)));
        assert_eq!(keys.link(one), keys.link(one));
        assert_ne!(keys.link(one), keys.link(other));
        assert_ne!(keys.link(one), Keys::new("another secret of at least thirty-two characters").link(one));
    }

    #[test]
    fn a_code_belongs_to_its_row_its_purpose_and_the_secret() {
        let keys = Keys::new("one secret of at least thirty-two characters");
        let other = Keys::new("another secret of at least thirty-two characters");
        let row = Uuid::from_u128(1);
        let code = keys.one_time_code("invitation", row);
        assert!(code.parse::<code::OneTimeCode>().is_ok(), "{code}");
        assert_eq!(code, keys.one_time_code("invitation", row));
        for different in [
            keys.one_time_code("invitation", Uuid::from_u128(2)),
            keys.one_time_code("reset", row),
            other.one_time_code("invitation", row),
        ] {
            assert_ne!(code, different);
        }
    }

    #[test]
    fn a_link_is_good_for_its_subject_and_its_purpose_only() {
        let keys = Keys::new("one secret of at least thirty-two characters");
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let link = keys.letter_link("enquiry", one);
        assert!(keys.is_letter_link("enquiry", one, &link) && link.len() == 22);
        for wrong in
            [keys.letter_link("enquiry", two), keys.letter_link("other", one), String::new(), link[1..].to_owned()]
        {
            assert!(!keys.is_letter_link("enquiry", one, &wrong), "{wrong}");
        }
    }

    #[test]
    fn the_successor_is_the_same_for_the_same_token_only() {
        let clock = Clock::manual("2026-06-30T02:00:00Z".parse().unwrap());
        let keys = Keys::new("one secret of at least thirty-two characters");
        let (person, session) = (PersonId(Uuid::from_u128(1)), SessionId(Uuid::from_u128(2)));
        let first = keys.first_tokens(&clock, person, session).unwrap().refresh;
        let next = |token: &Refresh| keys.next_tokens(&clock, person, session, token).unwrap().refresh;
        assert_eq!(next(&first).text(), next(&first).text());
        assert_ne!(next(&first).text(), next(&next(&first)).text());
        assert_eq!(Refresh::parse(&first.text()).map(|token| token.text()), Some(first.text()));
    }
}
