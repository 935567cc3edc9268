//! The donation agreement (捐赠协议) of a pledge: who says what to it, and when it is made.
//!
//! Its text is versioned; what a side said to one version says nothing of the next. It is made when both sides have
//! confirmed the same text in the system (确认, no signature), two people, or when one side's stamped paper of that text
//! was accepted by the other. Deliberately absent: electronic signatures, and another amount than the pledge's.

use crate::pledge::PledgeStatus;
use crate::{PersonId, Problem, Problems};

/// The version of the sentences below; stored with each text. A changed sentence is a new version.
pub const AGREEMENT_WORDS_VERSION: &str = "2026-2";

/// Law on Donations for Public Welfare, articles 4, 5 and 8.
pub const AGREEMENT_FREE_WILL: &[&str] = &[
    "本次捐赠完全出于甲方自愿，是无偿的，没有任何单位和个人摊派、变相摊派，也不以捐赠换取任何便利。",
    "公开表扬甲方的捐赠以前，须征得甲方同意。",
];

/// Charity Law, article 41 in the numbering of 2016.
pub const AGREEMENT_PROMISE: &[&str] = &[
    "甲方应当按本协议约定的期限和方式履行捐赠。通过媒体公开承诺的，或者签订书面协议用于扶贫济困的捐赠，依法应当履行；逾期未交付的，乙方可以要求交付。",
    "甲方公开承诺捐赠或者签订本协议后，经济状况显著恶化，严重影响生产经营或者家庭生活的，报告并说明情况后，可以不再履行捐赠义务。",
];

/// Charity Law, articles 55, 57 and 58 in the numbering of 2016.
pub const AGREEMENT_PURPOSE_CHANGE: &[&str] = &[
    "乙方应当按本协议约定的用途使用捐赠财产；确需改变用途的，应当征得甲方同意。",
    "项目终止后有剩余的，按本协议的约定处理；没有约定的，用于目的相同或者相近的项目，并向社会公开。",
    "甲方有权查询、复制捐赠财产管理使用的有关资料；乙方应当如实答复。",
];

/// What the sides agree on besides, in characters.
pub const EXTRA_MAX: usize = 1000;
/// Texts of one agreement.
pub const AGREEMENT_TEXTS_MAX: i32 = 50;
/// Pictures of one paper.
pub const PAPERS_MAX: usize = 12;

words! {
    /// The two sides.
    pub enum AgreementSide {
        Enterprise = "enterprise" / "捐赠方",
        Charity = "charity" / "慈善组织",
    }
}

impl AgreementSide {
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Enterprise => Self::Charity,
            Self::Charity => Self::Enterprise,
        }
    }
}

words! {
    /// How an agreement came to be.
    pub enum AgreementWay {
        Confirmed = "confirmed" / "双方在线确认",
        Paper = "paper" / "盖章的纸质协议",
    }
}

/// Why nothing can be done to an agreement now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AgreementNotNow {
    #[error("协议已经签订，不能再改；要调整用途，请走用途变更")]
    Made,
    #[error("这笔认捐现在是“{}”，不能签捐赠协议", .0.label())]
    Pledge(PledgeStatus),
    #[error("协议书改得太多次了，请双方商量好，用盖章的纸质协议")]
    TooManyTexts,
    #[error("同一个人不能替双方确认，请另一位负责人确认")]
    SamePerson,
}

/// What is known of an agreement when something is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgreementFacts {
    pub pledge: PledgeStatus,
    pub made: bool,
}

impl AgreementFacts {
    /// Whether an agreement can be asked for, written and confirmed: as long as the pledge stands and nothing is made.
    ///
    /// # Errors
    /// The first reason against it.
    pub const fn check(self) -> Result<(), AgreementNotNow> {
        match self {
            Self { made: true, .. } => Err(AgreementNotNow::Made),
            Self { pledge: PledgeStatus::Draft | PledgeStatus::Cancelled | PledgeStatus::Waived, .. } => {
                Err(AgreementNotNow::Pledge(self.pledge))
            }
            Self { .. } => Ok(()),
        }
    }
}

/// Whether somebody may confirm a text for his side beside who has confirmed it already.
///
/// # Errors
/// Where he has confirmed it for the other side.
pub fn check_signer(
    side: AgreementSide,
    by: PersonId,
    known: &[(AgreementSide, PersonId)],
) -> Result<(), AgreementNotNow> {
    let twice = known.iter().any(|(other, person)| *other != side && *person == by);
    if twice { Err(AgreementNotNow::SamePerson) } else { Ok(()) }
}

/// Whether both sides have confirmed.
#[must_use]
pub fn is_whole(known: &[(AgreementSide, PersonId)]) -> bool {
    AgreementSide::ALL.iter().all(|side| known.iter().any(|(confirmed, _)| confirmed == side))
}

/// What is agreed on besides.
///
/// # Errors
/// A sentence for the field `extra`.
pub fn check_extra(extra: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.require(extra.trim().chars().count() <= EXTRA_MAX, "extra", "补充约定最多 1000 个字");
    problems.none_or_err()
}

/// How many pictures show something that is to be proved.
///
/// # Errors
/// A sentence for the field `pictures`.
pub fn check_pictures(pictures: usize) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.require((1..=PAPERS_MAX).contains(&pictures), "pictures", "请上传 1 至 12 张照片");
    problems.none_or_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn an_agreement_is_open_as_long_as_its_pledge_stands() {
        use PledgeStatus::{Agreed, Cancelled, Draft, Fulfilled, Overdue, PartlyArrived, Pledged, Waived};
        for pledge in [Pledged, PartlyArrived, Fulfilled, Overdue, Agreed] {
            assert_eq!(AgreementFacts { pledge, made: false }.check(), Ok(()));
            assert_eq!(AgreementFacts { pledge, made: true }.check(), Err(AgreementNotNow::Made));
        }
        for pledge in [Draft, Cancelled, Waived] {
            assert_eq!(AgreementFacts { pledge, made: false }.check(), Err(AgreementNotNow::Pledge(pledge)));
        }
    }

    #[test]
    fn two_sides_are_two_people_and_both_are_needed() {
        let (one, two) = (PersonId(Uuid::from_u128(1)), PersonId(Uuid::from_u128(2)));
        let known = [(AgreementSide::Enterprise, one)];
        assert_eq!(check_signer(AgreementSide::Charity, one, &known), Err(AgreementNotNow::SamePerson));
        assert_eq!(check_signer(AgreementSide::Charity, two, &known), Ok(()));
        assert_eq!(check_signer(AgreementSide::Enterprise, one, &known), Ok(()), "again is no harm");
        assert!(!is_whole(&known) && !is_whole(&[]));
        assert!(is_whole(&[known[0], (AgreementSide::Charity, two)]));
        assert!(AgreementSide::ALL.iter().all(|side| side.other().other() == *side && side.other() != *side));
    }

    #[test]
    fn what_is_typed_has_bounds() {
        assert!(check_extra(&"字".repeat(1000)).is_ok() && check_extra(&"字".repeat(1001)).is_err());
        assert!(check_pictures(1).is_ok() && check_pictures(12).is_ok());
        assert!(check_pictures(0).is_err() && check_pictures(13).is_err());
    }
}
