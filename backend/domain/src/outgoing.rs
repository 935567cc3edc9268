//! Money out of a charity's account: what a row of the bank's statement was.
//!
//! A fee is taken from money that nobody has directed, or is the charity's own cost. Deliberately absent: payments
//! themselves (`disbursement`, `giving_back`).

use crate::problem::check_short_reason;
use crate::{BankAccountId, CampaignId, DisbursementId, PersonId, Problem, Problems, ReturnId};
use serde::{Deserialize, Serialize};

words! {
    /// What money out was.
    pub enum OutKind {
        /// A payment to a payee, which three people made.
        Disbursement = "disbursement" / "拨付",
        /// A gift that went back, which three people made.
        Return = "return" / "退回捐赠方",
        /// A bank's fee, taken from undirected gifts.
        Fee = "fee" / "手续费，从非定向捐款列支",
        /// Paid by the charity's own money, not by gifts.
        OwnCost = "own_cost" / "本单位自有资金支出",
        /// To another account of the same charity.
        OwnTransfer = "own_transfer" / "转到本单位另一账户",
        Other = "other" / "其他，写明原因",
    }
}

impl OutKind {
    /// Whether a second person has to agree. What three people paid is only recognised.
    #[must_use]
    pub const fn needs_second(self) -> bool {
        !matches!(self, Self::Disbursement | Self::Return)
    }
}

/// What is said of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OutMeaning {
    pub kind: OutKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disbursement: Option<DisbursementId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gift_return: Option<ReturnId>,
    /// From whose undirected money a fee is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_account: Option<BankAccountId>,
    /// 5 to 200 characters, but for payments.
    #[serde(default)]
    pub reason: String,
}

impl OutMeaning {
    /// Whether it names what its kind asks for, and nothing else.
    ///
    /// # Errors
    /// A sentence for each field that is wrong.
    pub fn check(&self) -> Result<(), Vec<Problem>> {
        let mut problems = Problems::new();
        let named = [
            (OutKind::Disbursement, self.disbursement.is_some(), "disbursement", "请选择是哪一笔拨付"),
            (OutKind::Return, self.gift_return.is_some(), "gift_return", "请选择是哪一笔退回"),
            (OutKind::Fee, self.campaign.is_some(), "campaign", "请选择从哪个活动的非定向捐款列支"),
            (OutKind::OwnTransfer, self.other_account.is_some(), "other_account", "请选择转到哪个账户"),
        ];
        for (kind, given, field, ask) in named {
            problems.require(given == (kind == self.kind), field, ask);
        }
        if self.kind.needs_second() {
            let asks = "请写明是什么、依据是什么，如“对公转账手续费，见 6 月回单”（5 至 200 字）";
            let wrong = check_short_reason(&self.reason, asks).err().unwrap_or_default();
            for problem in wrong {
                problems.add(problem.field, problem.message);
            }
        }
        problems.none_or_err()
    }
}

/// What one person said of a row another one confirms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("支出的说明须由另一人确认，请同事确认")]
pub struct SamePersonExplains;

/// The rule of four eyes on what money out was.
///
/// # Errors
/// [`SamePersonExplains`] where both are one.
pub fn check_explainer(said_by: PersonId, confirmer: PersonId) -> Result<(), SamePersonExplains> {
    if said_by == confirmer { Err(SamePersonExplains) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn each_kind_names_its_own_and_nothing_else() {
        let bare = |kind| OutMeaning {
            kind,
            disbursement: None,
            gift_return: None,
            campaign: None,
            other_account: None,
            reason: "对公转账手续费".into(),
        };
        let fields = |meaning: &OutMeaning| -> Vec<String> {
            meaning.check().err().unwrap_or_default().into_iter().map(|problem| problem.field).collect()
        };
        let id = Uuid::from_u128(1);
        let table = [
            (OutKind::Disbursement, Some("disbursement")),
            (OutKind::Return, Some("gift_return")),
            (OutKind::Fee, Some("campaign")),
            (OutKind::OwnCost, None),
            (OutKind::OwnTransfer, Some("other_account")),
            (OutKind::Other, None),
        ];
        for (kind, asks) in table {
            assert_eq!(fields(&bare(kind)), asks.into_iter().collect::<Vec<_>>(), "{kind}");
            let silent = OutMeaning { reason: String::new(), ..bare(kind) };
            assert_eq!(fields(&silent).contains(&"reason".to_owned()), kind.needs_second(), "{kind}");
            let more = OutMeaning { campaign: Some(id.into()), ..bare(kind) };
            assert_eq!(fields(&more).contains(&"campaign".to_owned()), kind != OutKind::Fee, "{kind}");
        }
    }
}
