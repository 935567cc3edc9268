//! What is left when a need is over (结余): when it may be declared, what it may lawfully be used for, and by when.
//!
//! Sources: Charity Law 2016, article 57 (what a project leaves goes as agreement or plan say; where they say nothing, to
//! another project of like purpose, made public); MCA Order 81 of 2026 (what is left is handled within three months and
//! disclosed). Deliberately absent: the ledger's transfers, and money back to givers (`giving_back`).

use crate::allocation::FundingChoice;
use crate::ledger::{LotBalance, take_lots};
use crate::need::NeedStatus;
use crate::pledge::Restriction;
use crate::problem::check_short_reason;
use crate::{Fen, LotId, PersonId, PledgeId, Problem, Problems};
use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Within how many months it is handled.
pub const HANDLED_WITHIN_MONTHS: u32 = 3;

words! {
    /// The states of a surplus.
    pub enum SurplusStatus {
        /// One person says that so much is left; nothing has moved.
        Declared = "declared" / "等待确认",
        /// A second person agrees: it lies on the need's account of surplus.
        Confirmed = "confirmed" / "已确认",
        SentBack = "sent_back" / "已退回",
    }
}

words! {
    /// The states of its use for another need.
    pub enum PlacementStatus {
        /// Asked for; so much of the surplus is held for it.
        Proposed = "proposed" / "等待确认",
        /// A second person agrees: it is set aside for the other need.
        Confirmed = "confirmed" / "已转用",
        SentBack = "sent_back" / "已退回",
    }
}

words! {
    /// What allows it to be used for another need.
    pub enum PlacementBasis {
        Agreement = "agreement" / "捐赠协议（募捐方案）的约定",
        Consent = "consent" / "捐赠人同意",
        SimilarPurpose = "similar_purpose" / "用于目的相同或相近的需求，并向社会公示",
    }
}

words! {
    /// In what another need is like the one that is over.
    pub enum LikePurpose {
        Village = "village" / "同一个村（社区）",
        Field = "field" / "同一个领域",
        Both = "both" / "同一个村（社区）、同一个领域",
    }
}

impl LikePurpose {
    /// None where the two have nothing in common: then their purposes are not like each other.
    #[must_use]
    pub const fn of(same_village: bool, same_field: bool) -> Option<Self> {
        match (same_village, same_field) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Village),
            (false, true) => Some(Self::Field),
            (false, false) => None,
        }
    }

    const fn is_in_village(self) -> bool {
        matches!(self, Self::Village | Self::Both)
    }

    const fn is_in_field(self) -> bool {
        matches!(self, Self::Field | Self::Both)
    }
}

words! {
    /// What keeps a surplus from being declared.
    pub enum UnderWayKind {
        NeedNotOver = "need_not_over" / "需求还没有办结",
        Payments = "payments" / "拨付还没有付完",
        Unaccounted = "unaccounted" / "已拨付的款还没有核销完",
        MoneyBack = "money_back" / "退汇或交回还没有确认",
        Requests = "requests" / "分配申请还没有受理",
        Changes = "changes" / "用途变更还没有办完",
    }
}

impl UnderWayKind {
    /// Where it is worked on, within the site; of the need itself on its own page.
    #[must_use]
    pub const fn path(self) -> Option<&'static str> {
        match self {
            Self::NeedNotOver => None,
            Self::Payments => Some("/work/disbursements"),
            Self::Unaccounted => Some("/work/spending"),
            Self::MoneyBack => Some("/work/bank-lines?desk=confirm"),
            Self::Requests => Some("/work/allocations"),
            Self::Changes => Some("/purpose-changes"),
        }
    }
}

/// Something that is still under way for a need at its charity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnderWay {
    pub kind: UnderWayKind,
    /// How many; of the need itself, one.
    pub count: i64,
    pub amount_fen: Fen,
}

impl std::fmt::Display for UnderWay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            UnderWayKind::NeedNotOver => f.write_str(self.kind.label()),
            kind => write!(f, "{}（{} 笔，{}）", kind.label(), self.count, self.amount_fen),
        }
    }
}

/// How many of a kind there are, and how much they are about.
pub type Several = (i64, Fen);

/// What is known of a need at its charity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemainsFacts {
    pub status: NeedStatus,
    /// What is set aside for it and was not paid.
    pub held: Fen,
    /// Prepared, checked or approved.
    pub payments: Several,
    /// Paid and neither accounted for nor back.
    pub unaccounted: Several,
    /// Lines said to be a payment coming back, which nobody has confirmed.
    pub money_back: Several,
    pub requests: Several,
    pub changes: Several,
}

/// Why nothing can be declared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemainsError {
    #[error("这条需求还有没办完的，办完才能申报结余：{}", list(.0))]
    UnderWay(Vec<UnderWay>),
    #[error("这条需求在本单位没有余款，不用申报结余")]
    Nothing,
}

fn list(under_way: &[UnderWay]) -> String {
    under_way.iter().map(ToString::to_string).collect::<Vec<_>>().join("；")
}

/// Whether a need is over: accepted and closed, or ended without being carried out.
#[must_use]
pub const fn is_over(status: NeedStatus) -> bool {
    matches!(status, NeedStatus::Closed | NeedStatus::Withdrawn | NeedStatus::Expired)
}

impl RemainsFacts {
    /// Everything that is still under way.
    #[must_use]
    pub fn under_way(&self) -> Vec<UnderWay> {
        let not_over = i64::from(!is_over(self.status));
        [
            (UnderWayKind::NeedNotOver, (not_over, Fen::ZERO)),
            (UnderWayKind::Payments, self.payments),
            (UnderWayKind::Unaccounted, self.unaccounted),
            (UnderWayKind::MoneyBack, self.money_back),
            (UnderWayKind::Requests, self.requests),
            (UnderWayKind::Changes, self.changes),
        ]
        .into_iter()
        .filter(|(_, (count, _))| *count > 0)
        .map(|(kind, (count, amount_fen))| UnderWay { kind, count, amount_fen })
        .collect()
    }

    /// What may be declared: all that is left, once nothing is under way.
    ///
    /// # Errors
    /// [`RemainsError`] with the list of what is under way.
    pub fn check(&self) -> Result<Fen, RemainsError> {
        let under_way = self.under_way();
        if !under_way.is_empty() {
            return Err(RemainsError::UnderWay(under_way));
        }
        if self.held.is_positive() { Ok(self.held) } else { Err(RemainsError::Nothing) }
    }
}

/// The last day on which a surplus is handled in time.
#[must_use]
pub fn due_on(found_on: NaiveDate) -> NaiveDate {
    found_on.checked_add_months(Months::new(HANDLED_WITHIN_MONTHS)).unwrap_or(NaiveDate::MAX)
}

/// What somebody said before the need was over about whatever would be left of a gift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiverTerms {
    pub restriction: Restriction,
    pub choice: FundingChoice,
}

impl GiverTerms {
    /// Whether the giver has to be asked before it is used for a need that is like the old one in this.
    #[must_use]
    pub const fn wants_asking(self, like: LikePurpose) -> bool {
        match (self.restriction, self.choice) {
            (Restriction::Undirected, _) | (Restriction::Directed, FundingChoice::CharityDecides) => false,
            (Restriction::Directed, FundingChoice::AskMe) => true,
            (Restriction::Directed, FundingChoice::SameVillage) => !like.is_in_village(),
            (Restriction::Directed, FundingChoice::SameField) => !like.is_in_field(),
        }
    }
}

/// The basis does not carry the placement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("有 {0} 笔定向捐赠的协议写明余款要先征求捐赠人意见，请先取得书面同意，依据选“捐赠人同意”并写明同意函")]
pub struct ConsentMissing(pub usize);

/// Whose a lot of a surplus is: of a gift, or of nobody's pledge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SurplusSource {
    Gift(PledgeId),
    Part(LotId),
}

impl SurplusSource {
    #[must_use]
    pub const fn id(self) -> Uuid {
        match self {
            Self::Gift(pledge) => pledge.0,
            Self::Part(lot) => lot.0,
        }
    }
}

/// A lot of a surplus that nobody has asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SurplusLot {
    pub held: LotBalance,
    pub source: SurplusSource,
    /// What its giver said, where it has one.
    pub terms: Option<GiverTerms>,
}

/// Why nothing is taken of a surplus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    #[error("勾选的款里有一笔不在这笔结余里，或已经安排完，请重新勾选")]
    Unknown,
    #[error("这笔结余是几位捐赠人的款。请勾选是哪几笔的捐赠人同意了；没有答复的不能动")]
    WhoseConsent,
    #[error(transparent)]
    Consent(ConsentMissing),
    #[error("勾选的款里还没有安排的只有 {held}，不够 {asked}")]
    TooLittle { held: Fen, asked: Fen },
}

impl PlacementBasis {
    /// The lots that a placement on this basis is of, oldest first: of those chosen, or where none is, of all that it is
    /// enough for. A consent is of those who gave it, so that it has to say whose it is where there are several.
    ///
    /// # Errors
    /// [`NotTaken`].
    pub fn take(
        self,
        lots: &[SurplusLot],
        chosen: &[SurplusSource],
        like: LikePurpose,
        asked: Fen,
    ) -> Result<Vec<(LotId, Fen)>, NotTaken> {
        let sources: BTreeMap<_, _> = lots.iter().map(|lot| (lot.source, lot.terms)).collect();
        if chosen.iter().any(|source| !sources.contains_key(source)) {
            return Err(NotTaken::Unknown);
        }
        if chosen.is_empty() && self == Self::Consent && sources.len() > 1 {
            return Err(NotTaken::WhoseConsent);
        }
        let meant = |source| chosen.is_empty() || chosen.contains(source);
        let terms: Vec<_> =
            sources.iter().filter(|(source, _)| meant(source)).filter_map(|(_, terms)| *terms).collect();
        let enough = self.check(&terms, like);
        if !chosen.is_empty() {
            enough.map_err(NotTaken::Consent)?;
        }
        let goes = |lot: &SurplusLot| lot.terms.is_none_or(|terms| self.check(&[terms], like).is_ok());
        let of: Vec<_> = lots.iter().filter(|lot| meant(&lot.source) && goes(lot)).map(|lot| lot.held).collect();
        take_lots(&of, asked).map_err(|error| match enough {
            Err(missing) => NotTaken::Consent(missing),
            Ok(()) => NotTaken::TooLittle { held: error.held, asked },
        })
    }

    /// Whether this basis is enough for the money of these givers.
    ///
    /// # Errors
    /// [`ConsentMissing`] where somebody has to be asked and it is another basis.
    pub fn check(self, givers: &[GiverTerms], like: LikePurpose) -> Result<(), ConsentMissing> {
        let asked = givers.iter().filter(|giver| giver.wants_asking(like)).count();
        if asked == 0 || self == Self::Consent { Ok(()) } else { Err(ConsentMissing(asked)) }
    }

    /// What is written beside it.
    #[must_use]
    pub const fn asks_for(self) -> &'static str {
        match self {
            Self::Agreement => "协议或方案的名称、编号和条款",
            Self::Consent => "谁在哪一天书面同意的",
            Self::SimilarPurpose => "在哪里、哪一天公示的",
        }
    }
}

/// Why so much is left.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_declaration(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明为什么有结余，如“招标价低于预算”（5 至 200 字）")
}

/// Why it is sent back.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_sending_back(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明为什么退回、要怎样改（5 至 200 字）")
}

/// What is written when a surplus is to be used for another need.
///
/// # Errors
/// A sentence for each field that is wrong, all at once.
pub fn check_placement(amount: Fen, why_similar: &str, basis_reference: &str) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let written = |text: &str| (5..=200).contains(&text.trim().chars().count());
    problems.take("amount_fen", amount.check_amount());
    problems.require(written(why_similar), "why_similar", "请写明两条需求的用途怎样相近（5 至 200 字）");
    problems.require(
        written(basis_reference),
        "basis_reference",
        "请写明依据在哪里查：协议条款、同意函或公示的日期和地方（5 至 200 字）",
    );
    problems.none_or_err()
}

/// Whoever says it does not agree to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("结余须由经办以外的人确认，请同事确认")]
pub struct OwnSurplus;

/// Two people: who proposes and who confirms.
///
/// # Errors
/// [`OwnSurplus`] where they are one.
pub fn check_second(proposed_by: PersonId, confirmed_by: PersonId) -> Result<(), OwnSurplus> {
    if proposed_by == confirmed_by { Err(OwnSurplus) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Several = (0, Fen::ZERO);
    const DONE: RemainsFacts = RemainsFacts {
        status: NeedStatus::Closed,
        held: Fen::yuan(300),
        payments: NONE,
        unaccounted: NONE,
        money_back: NONE,
        requests: NONE,
        changes: NONE,
    };

    #[test]
    fn only_a_need_that_is_over_leaves_something() {
        for status in NeedStatus::ALL.iter().copied() {
            let facts = RemainsFacts { status, ..DONE };
            let over = matches!(status, NeedStatus::Closed | NeedStatus::Withdrawn | NeedStatus::Expired);
            assert_eq!(facts.check().is_ok(), over, "{status}");
        }
    }

    #[test]
    fn everything_under_way_is_named_with_its_amount() {
        let one = (1, Fen::yuan(7));
        for (facts, kind) in [
            (RemainsFacts { payments: one, ..DONE }, UnderWayKind::Payments),
            (RemainsFacts { unaccounted: one, ..DONE }, UnderWayKind::Unaccounted),
            (RemainsFacts { money_back: one, ..DONE }, UnderWayKind::MoneyBack),
            (RemainsFacts { requests: one, ..DONE }, UnderWayKind::Requests),
            (RemainsFacts { changes: one, ..DONE }, UnderWayKind::Changes),
        ] {
            let expected = UnderWay { kind, count: 1, amount_fen: Fen::yuan(7) };
            assert_eq!(facts.check(), Err(RemainsError::UnderWay(vec![expected])), "{kind}");
        }
        let much = RemainsFacts { status: NeedStatus::InProgress, payments: (2, Fen::yuan(90)), ..DONE };
        let says = much.check().unwrap_err().to_string();
        assert!(says.contains("需求还没有办结；拨付还没有付完（2 笔，90 元）"), "{says}");
        assert_eq!(DONE.check(), Ok(Fen::yuan(300)), "the whole rest");
        assert_eq!(RemainsFacts { held: Fen::ZERO, ..DONE }.check(), Err(RemainsError::Nothing));
    }

    #[test]
    fn three_months_end_on_the_same_day_or_the_last_one_of_a_shorter_month() {
        for (found, due) in [("2026-06-30", "2026-09-30"), ("2026-11-30", "2027-02-28"), ("2026-12-01", "2027-03-01")] {
            assert_eq!(due_on(found.parse().unwrap()).to_string(), due, "{found}");
        }
    }

    #[test]
    fn a_givers_word_decides_whether_the_giver_is_asked() {
        use FundingChoice::{AskMe, CharityDecides, SameField, SameVillage};
        use LikePurpose::{Both, Field, Village};
        for (choice, asked_in) in [
            (AskMe, vec![Village, Field, Both]),
            (SameVillage, vec![Field]),
            (SameField, vec![Village]),
            (CharityDecides, vec![]),
        ] {
            for like in [Village, Field, Both] {
                let directed = GiverTerms { restriction: Restriction::Directed, choice };
                let asked = asked_in.contains(&like);
                assert_eq!(directed.wants_asking(like), asked, "{choice} {like}");
                let undirected = GiverTerms { restriction: Restriction::Undirected, choice };
                assert!(!undirected.wants_asking(like), "undirected money is the charity's to arrange");
                for basis in PlacementBasis::ALL.iter().copied() {
                    let enough = basis.check(&[undirected, directed], like).is_ok();
                    assert_eq!(enough, !asked || basis == PlacementBasis::Consent, "{basis} {choice} {like}");
                }
            }
        }
    }

    fn held(n: u128, day: &str, yuan: i64) -> LotBalance {
        LotBalance {
            lot: LotId(Uuid::from_u128(n)),
            bank_date: day.parse().unwrap(),
            confirmation_no: 1,
            amount: Fen::yuan(yuan),
        }
    }

    /// Of A, who wants to be asked, 60 in two lots; of B, who need not be, 40; and 5 of nobody's pledge.
    fn of_several() -> ([SurplusSource; 3], [SurplusLot; 4]) {
        let gift = |n| SurplusSource::Gift(PledgeId(Uuid::from_u128(n)));
        let said = |choice| Some(GiverTerms { restriction: Restriction::Directed, choice });
        let (a, b, part) = (gift(1), gift(2), SurplusSource::Part(LotId(Uuid::from_u128(14))));
        let lot = |held, source, terms| SurplusLot { held, source, terms };
        let (ask, same) = (said(FundingChoice::AskMe), said(FundingChoice::SameVillage));
        let lots = [
            lot(held(11, "2026-06-01", 20), a, ask),
            lot(held(12, "2026-06-02", 40), a, ask),
            lot(held(13, "2026-06-03", 40), b, same),
            lot(held(14, "2026-06-04", 5), part, None),
        ];
        ([a, b, part], lots)
    }

    #[test]
    fn nobodys_money_goes_on_the_word_of_another() {
        use LikePurpose::{Both, Field};
        use PlacementBasis::{Agreement, Consent};
        let ([a, b, part], lots) = of_several();
        let lot = |n, yuan| (LotId(Uuid::from_u128(n)), Fen::yuan(yuan));
        let take = |basis: PlacementBasis, chosen: &[SurplusSource], like, yuan| {
            basis.take(&lots, chosen, like, Fen::yuan(yuan))
        };
        assert_eq!(take(Consent, &[], Both, 40), Err(NotTaken::WhoseConsent));
        assert_eq!(take(Consent, &[b], Both, 40), Ok(vec![lot(13, 40)]), "A was not asked, and nothing of A's goes");
        assert_eq!(
            take(Consent, &[b], Both, 41),
            Err(NotTaken::TooLittle { held: Fen::yuan(40), asked: Fen::yuan(41) })
        );
        assert_eq!(take(Consent, &[b, a], Both, 61), Ok(vec![lot(11, 20), lot(12, 40), lot(13, 1)]), "oldest first");
        assert_eq!(take(Agreement, &[], Both, 42), Ok(vec![lot(13, 40), lot(14, 2)]), "as many as it carries");
        assert_eq!(take(Agreement, &[], Both, 46), Err(NotTaken::Consent(ConsentMissing(1))));
        assert_eq!(take(Agreement, &[a, b], Both, 1), Err(NotTaken::Consent(ConsentMissing(1))));
        assert_eq!(take(Agreement, &[], Field, 6), Err(NotTaken::Consent(ConsentMissing(2))), "B said the village");
        assert_eq!(take(Agreement, &[part], Field, 5), Ok(vec![lot(14, 5)]));
        let gone = SurplusSource::Gift(PledgeId(Uuid::from_u128(9)));
        assert_eq!(take(Consent, &[gone], Both, 1), Err(NotTaken::Unknown));
        assert_eq!(Consent.take(&lots[..2], &[], Both, Fen::yuan(30)), Ok(vec![lot(11, 20), lot(12, 10)]), "one giver");
    }

    #[test]
    fn needs_with_nothing_in_common_are_not_alike() {
        assert_eq!(LikePurpose::of(false, false), None);
        assert_eq!(LikePurpose::of(true, false), Some(LikePurpose::Village));
        assert_eq!(LikePurpose::of(false, true), Some(LikePurpose::Field));
        assert_eq!(LikePurpose::of(true, true), Some(LikePurpose::Both));
    }

    #[test]
    fn each_wrong_field_of_a_placement_is_named() {
        assert!(check_placement(Fen::yuan(1), "都是修路灯", "公示于本会网站").is_ok());
        let wrong = check_placement(Fen::ZERO, "近", " ").unwrap_err();
        let fields: Vec<_> = wrong.into_iter().map(|problem| problem.field).collect();
        assert_eq!(fields, ["amount_fen", "why_similar", "basis_reference"]);
        assert!(check_declaration("省了").is_err() && check_sending_back("招标价低于预算").is_ok());
    }

    #[test]
    fn nobody_confirms_what_is_his_own() {
        let person = |n| PersonId(Uuid::from_u128(n));
        assert_eq!(check_second(person(1), person(1)), Err(OwnSurplus));
        assert_eq!(check_second(person(1), person(2)), Ok(()));
    }
}
