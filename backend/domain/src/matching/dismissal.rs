//! “Not for us”: an enterprise sets a recommended need aside and says why; it is not shown again until that is undone.
//!
//! Why is read by the enterprise and the federation only, so that the federation learns what keeps needs from being met.
//! Deliberately absent: any effect on others, and on what the public sees.

use crate::{Problem, Problems};

words! {
    /// Why a need is not for an enterprise.
    pub enum DismissalReason {
        TooFar = "too_far" / "离我们太远",
        OtherBusiness = "other_business" / "与我们的业务不合",
        TooMuch = "too_much" / "超出我们现在的能力",
        BadTiming = "bad_timing" / "时间不合适",
        Unclear = "unclear" / "需求写得不够清楚",
        AlreadyHelping = "already_helping" / "已在用别的方式帮扶",
        Other = "other" / "其他（请写明）",
    }
}

/// Characters of the free text.
pub const NOTE_MAX: usize = 200;
const NOTE_MIN: usize = 4;

/// Checks what is said beside the reason.
///
/// # Errors
/// A sentence at `note`.
pub fn check_note(why: DismissalReason, note: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let length = note.trim().chars().count();
    let said = why != DismissalReason::Other || length >= NOTE_MIN;
    problems.require(said, "note", "请写明原因（至少 4 个字）");
    problems.require(length <= NOTE_MAX, "note", "说明最多 200 个字");
    problems.none_or_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_reason_needs_words() {
        for why in DismissalReason::ALL {
            assert_eq!(check_note(*why, " 无 ").is_ok(), *why != DismissalReason::Other, "{why}");
            assert!(check_note(*why, "今年的帮扶名额已满").is_ok(), "{why}");
            assert!(check_note(*why, &"字".repeat(NOTE_MAX + 1)).is_err(), "{why}");
        }
    }
}
