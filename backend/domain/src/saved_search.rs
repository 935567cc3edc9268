//! Searches that somebody saves, to be told of new needs that fit.
//!
//! Deliberately absent: searching, and what a query means (needs).

use crate::{Problem, Problems};

/// Searches of one person. The constraint of the table says the same.
pub const SEARCHES_MAX: usize = 20;
/// Characters of a search's name.
pub const NAME_MAX: usize = 40;

words! {
    /// When somebody is written to about new needs.
    pub enum Pace {
        AtOnce = "at_once" / "一有新需求就告诉我",
        Daily = "daily" / "每天早上告诉我一次",
    }
}

/// Checks what a search is called.
///
/// # Errors
/// A sentence at `name`.
pub fn check_name(name: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = name.trim().chars().count();
    problems.require((1..=NAME_MAX).contains(&length), "name", "请起一个名字，1 至 40 个字，如“五华的饮水需求”");
    problems.none_or_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_has_a_name() {
        assert!(check_name(" 五华的饮水 ").is_ok() && check_name(&"字".repeat(NAME_MAX)).is_ok());
        assert!(check_name("  ").is_err() && check_name(&"字".repeat(NAME_MAX + 1)).is_err());
    }
}
