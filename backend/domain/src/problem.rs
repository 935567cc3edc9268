//! What is wrong with an input, field by field, in words that say what to do.
//!
//! A rule that refuses input returns [`Problem`]s; the API answers them as `fields`, a form shows each
//! beside its field. Sentences are Chinese, the language of record; `frontend/words` holds translations.

use serde::{Deserialize, Serialize};

/// One thing wrong with one field. `field` is the name that the form and the JSON body use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    pub field: String,
    pub message: String,
}

/// Collects problems, so that a person sees all of them at once and not one after the other.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(Problem { field: field.into(), message: message.into() });
    }

    /// Notes the error of `result` under `field` and hands on the value, if there is one.
    pub fn take<T, E: std::fmt::Display>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(field, error.to_string());
                None
            }
        }
    }

    /// Notes `message` under `field` unless `holds`.
    pub fn require(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            self.add(field, message);
        }
    }

    /// Adds those of others whose field has none yet.
    pub fn add_unless_known(&mut self, others: Problems) {
        for problem in others.0 {
            if self.0.iter().all(|known| known.field != problem.field) {
                self.0.push(problem);
            }
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems as an error, or nothing when there are none.
    pub fn none_or_err(self) -> Result<(), Vec<Problem>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }

    #[must_use]
    pub fn into_vec(self) -> Vec<Problem> {
        self.0
    }
}

/// Checks why somebody does what others have to understand. `asks` is said to whoever has to say why and does not; none
/// where silence is allowed.
pub(crate) fn check_reason(reason: &str, asks: Option<&str>) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = reason.trim().chars().count();
    if let Some(asks) = asks {
        problems.require(length >= 5, "reason", asks);
    }
    problems.require(length <= 500, "reason", "原因最多 500 个字");
    problems.none_or_err()
}

/// The same in a sentence or two, 5 to 200 characters; `says` asks for it, and tells the bounds.
pub(crate) fn check_short_reason(reason: &str, says: &'static str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.require((5..=200).contains(&reason.trim().chars().count()), "reason", says);
    problems.none_or_err()
}
