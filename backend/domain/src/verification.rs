//! How an organisation becomes one that may act: handed in, checked, sent back with reasons, suspended and restored.
//!
//! Sent back is no dead end: the same record is mended and handed in again, and all that was said stays beside it.
//! Deliberately absent: who decides where (the backend's rights and jurisdictions).

use crate::Problems;
use crate::organisation::OrganisationStatus;

/// Characters of what is written in the thread.
pub const SAID_MIN: usize = 2;
pub const SAID_MAX: usize = 1000;

words! {
    /// One entry of the record's history.
    pub enum VerificationStep {
        Submitted = "submitted" / "提交认证",
        Resubmitted = "resubmitted" / "修改后再次提交",
        /// Said by the applicant without changing anything.
        Answered = "answered" / "申请方回复",
        /// Whom to call was changed by the verified enterprise itself.
        Amended = "amended" / "更新联系资料",
        Verified = "verified" / "通过认证",
        Returned = "returned" / "退回修改",
        Suspended = "suspended" / "停用企业",
        Restored = "restored" / "恢复企业",
        /// By the house itself, when nobody confirmed the address in time.
        Lapsed = "lapsed" / "邮箱一直没有确认，登记失效",
    }
}

words! {
    /// Why something is sent back; several may hold.
    pub enum ReturnReason {
        CodeDiffers = "code_differs" / "统一社会信用代码与证照不一致",
        NameDiffers = "name_differs" / "名称与证照不一致",
        DocumentMissing = "document_missing" / "缺少营业执照照片",
        DocumentUnreadable = "document_unreadable" / "证照照片看不清",
        ContactUnreachable = "contact_unreachable" / "联系人或电话联系不上",
        WrongCounty = "wrong_county" / "不在本县（市、区）",
        Duplicate = "duplicate" / "同一企业已经登记",
        Other = "other" / "其他（见说明）",
    }
}

impl VerificationStep {
    /// The state after this step; none where the state does not allow it.
    #[must_use]
    pub const fn leads(self, from: OrganisationStatus) -> Option<OrganisationStatus> {
        use OrganisationStatus::{Lapsed, Pending, Returned, Suspended, Verified};
        match (self, from) {
            (Self::Submitted | Self::Resubmitted, Pending | Returned) => Some(Pending),
            (Self::Answered, Pending | Returned | Suspended) => Some(from),
            (Self::Verified, Pending) | (Self::Restored, Suspended) | (Self::Amended, Verified) => Some(Verified),
            (Self::Returned, Pending) => Some(Returned),
            (Self::Suspended, Verified) => Some(Suspended),
            (Self::Lapsed, Pending | Returned) => Some(Lapsed),
            _ => None,
        }
    }

    /// Whether the federation takes it.
    #[must_use]
    pub const fn is_decision(self) -> bool {
        matches!(self, Self::Verified | Self::Returned | Self::Suspended | Self::Restored)
    }

    /// Whether something has to be said with it.
    #[must_use]
    pub const fn needs_words(self) -> bool {
        matches!(self, Self::Answered | Self::Returned | Self::Suspended | Self::Restored)
    }

    /// Notes what is wrong with the words and reasons of a step.
    pub fn check(self, problems: &mut Problems, reasons: &[ReturnReason], said: &str) {
        let length = said.trim().chars().count();
        if length < SAID_MIN && (self.needs_words() || length > 0) {
            let message = match self {
                Self::Returned => "请写明要改什么、怎样改",
                Self::Suspended => "请写明停用的原因",
                Self::Restored => "请写明恢复的原因",
                _ => "请写明要说的话",
            };
            problems.add("said", message);
        }
        problems.require(length <= SAID_MAX, "said", "最多 1000 字");
        if self == Self::Returned {
            problems.require(!reasons.is_empty(), "reasons", "请至少选择一个退回的原因");
        }
    }
}

/// The decisions that a federation may take on an organisation in this state.
pub fn decisions(status: OrganisationStatus) -> impl Iterator<Item = VerificationStep> {
    let steps = VerificationStep::ALL.iter().copied();
    steps.filter(move |step| step.is_decision() && step.leads(status).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_offers_its_decisions() {
        use OrganisationStatus::{Lapsed, Pending, Returned, Suspended, Verified};
        use VerificationStep as Step;
        for (status, expected) in [
            (Pending, vec![Step::Verified, Step::Returned]),
            (Verified, vec![Step::Suspended]),
            (Returned, vec![]),
            (Suspended, vec![Step::Restored]),
            (Lapsed, vec![]),
        ] {
            assert_eq!(decisions(status).collect::<Vec<_>>(), expected, "{status}");
        }
    }

    #[test]
    fn what_was_sent_back_comes_again_and_what_is_verified_is_not_changed() {
        use OrganisationStatus::{Pending, Returned, Suspended, Verified};
        for (from, to) in [(Pending, Some(Pending)), (Returned, Some(Pending)), (Verified, None), (Suspended, None)] {
            assert_eq!(VerificationStep::Resubmitted.leads(from), to, "{from}");
        }
        assert_eq!(VerificationStep::Answered.leads(Suspended), Some(Suspended));
        assert_eq!(VerificationStep::Answered.leads(Verified), None);
    }

    #[test]
    fn only_what_was_never_verified_lapses_and_nothing_follows() {
        for status in OrganisationStatus::ALL.iter().copied() {
            let open = matches!(status, OrganisationStatus::Pending | OrganisationStatus::Returned);
            assert_eq!(VerificationStep::Lapsed.leads(status).is_some(), open, "{status}");
        }
        assert!(VerificationStep::ALL.iter().all(|step| step.leads(OrganisationStatus::Lapsed).is_none()));
    }

    #[test]
    fn whoever_sends_back_says_why() {
        let fields = |step: VerificationStep, reasons: &[ReturnReason], said: &str| {
            let mut problems = Problems::new();
            step.check(&mut problems, reasons, said);
            problems.into_vec().into_iter().map(|problem| problem.field).collect::<Vec<_>>()
        };
        assert_eq!(fields(VerificationStep::Returned, &[], " "), ["said", "reasons"]);
        assert!(fields(VerificationStep::Returned, &[ReturnReason::Other], "请补照片").is_empty());
        assert!(fields(VerificationStep::Verified, &[], "").is_empty());
        assert_eq!(fields(VerificationStep::Suspended, &[], "x"), ["said"]);
        assert_eq!(fields(VerificationStep::Answered, &[], &"长".repeat(1001)), ["said"]);
        assert!(fields(VerificationStep::Resubmitted, &[], "").is_empty());
        assert_eq!(fields(VerificationStep::Resubmitted, &[], "好"), ["said"], "nothing, or at least two characters");
    }
}
