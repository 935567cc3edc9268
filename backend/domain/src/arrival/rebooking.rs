//! What a rebooking changes: of the parts that a confirmed line has and those that it should have, which stay.
//!
//! A part that stays keeps its lot and is not touched, so that a mistake in one part does not stop at what became of the
//! others. Deliberately absent: whether money has moved on (`ledger`).

use crate::problem::check_short_reason;
use crate::{CampaignId, Fen, LotId, PledgeId, Problem};

/// How much of a line is whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub amount: Fen,
    pub pledge: Option<PledgeId>,
    pub campaign: Option<CampaignId>,
}

/// What is done with the parts of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rebooked {
    /// The lots that stay, each in the place of a wanted share.
    pub kept: Vec<LotId>,
    /// The lots that are reversed.
    pub reversed: Vec<LotId>,
    /// Booked anew, each as a lot of its own.
    pub anew: Vec<Share>,
}

/// The new parts are the old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("新的归属和现在的一样，不用冲正")]
pub struct NothingChanges;

/// Compares the parts that stand with those that are wanted; equal ones stay.
///
/// # Errors
/// [`NothingChanges`] where all of them are equal.
pub fn rebooked(standing: &[(LotId, Share)], wanted: &[Share]) -> Result<Rebooked, NothingChanges> {
    let mut left: Vec<(LotId, Share)> = standing.to_vec();
    let mut done = Rebooked::default();
    for share in wanted {
        match left.iter().position(|(_, own)| own == share) {
            Some(place) => done.kept.push(left.remove(place).0),
            None => done.anew.push(*share),
        }
    }
    done.reversed = left.into_iter().map(|(lot, _)| lot).collect();
    if done.reversed.is_empty() && done.anew.is_empty() { Err(NothingChanges) } else { Ok(done) }
}

/// Why a confirmed line is booked anew.
///
/// # Errors
/// A sentence for the field `reason`.
pub fn check_rebooking(reason: &str) -> Result<(), Vec<Problem>> {
    check_short_reason(reason, "请写明哪里错了、依据是什么，如“附言写错编号，捐赠方来函说明”（5 至 200 字）")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn share(fen: i64, pledge: u128) -> Share {
        let pledge = (pledge > 0).then(|| PledgeId(Uuid::from_u128(pledge)));
        Share { amount: Fen::new(fen).expect("an amount"), pledge, campaign: None }
    }

    fn standing(shares: &[Share]) -> Vec<(LotId, Share)> {
        (1..).map(|n| LotId(Uuid::from_u128(n))).zip(shares.iter().copied()).collect()
    }

    #[test]
    fn only_what_is_wrong_is_reversed() {
        let before = standing(&[share(300, 1), share(700, 2)]);
        let done = rebooked(&before, &[share(700, 2), share(300, 3)]).expect("a change");
        assert_eq!((done.kept, done.reversed, done.anew), (vec![before[1].0], vec![before[0].0], vec![share(300, 3)]));
        assert_eq!(rebooked(&before, &[share(700, 2), share(300, 1)]), Err(NothingChanges), "another order");
        let none = rebooked(&before, &[]).expect("no gift at all");
        assert_eq!((none.reversed.len(), none.anew.len()), (2, 0));
        assert!(check_rebooking("错了").is_err() && check_rebooking("附言写错编号").is_ok());
    }

    proptest! {
        #[test]
        fn what_is_reversed_and_what_is_booked_anew_are_equal_sums(
            cuts in prop::collection::vec((1_i64..100, 0_u128..4), 1..6), other in prop::collection::vec(0_u128..4, 1..6),
        ) {
            let shares: Vec<Share> = cuts.iter().map(|(fen, pledge)| share(*fen, *pledge)).collect();
            let before = standing(&shares);
            // The same amounts, of other owners.
            let wanted: Vec<Share> =
                cuts.iter().zip(other.iter().cycle()).map(|((fen, _), pledge)| share(*fen, *pledge)).collect();
            if let Ok(done) = rebooked(&before, &wanted) {
                prop_assert_eq!(done.kept.len() + done.reversed.len(), before.len());
                prop_assert_eq!(done.kept.len() + done.anew.len(), wanted.len());
                let reversed = before.iter().filter(|(lot, _)| done.reversed.contains(lot));
                let out: i64 = reversed.map(|(_, share)| share.amount.get()).sum();
                let back: i64 = done.anew.iter().map(|share| share.amount.get()).sum();
                prop_assert_eq!(out, back);
            }
        }
    }
}
