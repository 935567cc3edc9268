//! The one source of time, identifiers and randomness, so that tests are exact.
//!
//! Everything that needs "now", a new id or a random number takes it from here. Instants are UTC; every legal
//! day is a day in Shanghai. Deliberately absent: any other call to the system's clock or generator.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, Utc};
use rand::RngCore;
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// China Standard Time: UTC+8, without summer time since 1991.
const SHANGHAI_SECONDS: i32 = 8 * 3600;

/// The wall clock, or one that a test moves by hand.
#[derive(Clone)]
pub enum Clock {
    System,
    Manual(Arc<Mutex<Manual>>),
}

pub struct Manual {
    now: DateTime<Utc>,
    /// Counts ids and random draws, so that both are the same in every run.
    drawn: u64,
}

impl Clock {
    #[must_use]
    pub fn manual(now: DateTime<Utc>) -> Self {
        Clock::Manual(Arc::new(Mutex::new(Manual { now, drawn: 0 })))
    }

    #[expect(clippy::disallowed_methods, reason = "this is the place that the others are sent to")]
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            // PostgreSQL keeps microseconds; an instant that went there and back must still be equal.
            Clock::System => chrono::SubsecRound::trunc_subsecs(Utc::now(), 6),
            Clock::Manual(manual) => manual.lock().unwrap_or_else(std::sync::PoisonError::into_inner).now,
        }
    }

    /// Moves a manual clock; the system's clock moves by itself.
    pub fn advance(&self, by: Duration) {
        if let Clock::Manual(manual) = self {
            manual.lock().unwrap_or_else(std::sync::PoisonError::into_inner).now += by;
        }
    }

    /// The day in Shanghai, by which every legal day, campaign year and deadline is counted.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        shanghai(self.now()).date_naive()
    }

    /// A new time-ordered id (UUID version 7).
    #[must_use]
    pub fn id<T: From<Uuid>>(&self) -> T {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or_default();
        let mut random = [0_u8; 10];
        self.fill(&mut random);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
    }

    /// Random bytes fit for secrets. A manual clock gives the same ones in every run.
    pub fn fill(&self, bytes: &mut [u8]) {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the place that the others are sent to")]
            Clock::System => rand::rng().fill_bytes(bytes),
            Clock::Manual(manual) => {
                let mut manual = manual.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                manual.drawn += 1;
                for (place, byte) in bytes.iter_mut().enumerate() {
                    *byte = (manual.drawn >> (8 * (7 - place % 8))).to_le_bytes()[0];
                }
            }
        }
    }
}

/// An instant as the people of Meizhou read it.
#[must_use]
pub fn shanghai(instant: DateTime<Utc>) -> DateTime<FixedOffset> {
    let offset = FixedOffset::east_opt(SHANGHAI_SECONDS).unwrap_or_else(|| unreachable!("eight hours is an offset"));
    instant.with_timezone(&offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_midnight_in_shanghai() {
        let clock = Clock::manual("2026-06-29T15:59:59Z".parse().unwrap());
        assert_eq!(clock.today().to_string(), "2026-06-29");
        clock.advance(Duration::seconds(1));
        assert_eq!(clock.today().to_string(), "2026-06-30");
    }

    #[test]
    fn manual_ids_are_distinct_and_repeatable() {
        let draw = || {
            let clock = Clock::manual("2026-06-30T00:00:00Z".parse().unwrap());
            [clock.id::<Uuid>(), clock.id::<Uuid>()]
        };
        assert_eq!(draw(), draw());
        assert_ne!(draw()[0], draw()[1]);
    }
}
