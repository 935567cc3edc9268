//! The accounts: every place in which a fen can be, with one stable text for each.
//!
//! Deliberately absent: accounts made up as one goes. A new kind of account is a new line here.

use crate::{BankAccountId, CampaignId, DisbursementId, NeedId, OrganisationId, PledgeId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A place in which money can be. Text form: the kind and its ids, joined by colons: `directed:<uuid>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Account {
    /// Everything outside: where gifts come from. Its balance is below zero by what came in.
    World,
    /// On the charity's bank account, giver not known yet.
    Unmatched { bank_account: BankAccountId },
    /// Arrived for one pledge, waiting for its giver to point it at a need (定向额度).
    Directed { pledge: PledgeId },
    /// Arrived without direction: the charity decides, within the campaign's purpose.
    General { campaign: CampaignId, charity: OrganisationId },
    /// Set aside for one need, still with the charity.
    Allocated { need: NeedId, charity: OrganisationId },
    /// Paid out by one disbursement, not yet accounted for.
    Advance { disbursement: DisbursementId },
    /// Spent on a need, evidence accepted. An end.
    Spent { need: NeedId },
    /// Kept as a fee by the charity, as its rule states. An end.
    Fee { charity: OrganisationId },
    /// Given back to givers. An end.
    Returned,
    /// Goods that were accepted and never handed over: spoilt, lost, expired, of no use. An end.
    Lost { charity: OrganisationId },
    /// Left over from a need that is done, until its lawful use is decided.
    Surplus { need: NeedId },
}

// The derive would describe the variants; on the wire an account is its text.
#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Account {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Account {}

/// A text that is no account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("不是账户：{0}")]
pub struct NotAnAccount(pub String);

impl Account {
    /// Whether the account may not go below zero, so that its balance is kept and locked when money moves.
    ///
    /// The world gives without limit, and the ends (`spent`, `fee`, `returned`, `lost`) only receive: what leaves them is a
    /// reversal of what came.
    #[must_use]
    pub const fn is_limited(&self) -> bool {
        match self {
            Self::World | Self::Spent { .. } | Self::Fee { .. } | Self::Returned | Self::Lost { .. } => false,
            Self::Unmatched { .. }
            | Self::Directed { .. }
            | Self::General { .. }
            | Self::Allocated { .. }
            | Self::Advance { .. }
            | Self::Surplus { .. } => true,
        }
    }

    /// Whether money in it has left the flow for good.
    #[must_use]
    pub const fn is_end(&self) -> bool {
        matches!(self, Self::Spent { .. } | Self::Fee { .. } | Self::Returned | Self::Lost { .. })
    }

    /// Whether money in it lies on a bank account of the charity: neither outside, nor paid out, nor at an end.
    #[must_use]
    pub const fn is_in_bank(&self) -> bool {
        self.is_limited() && !matches!(self, Self::Advance { .. })
    }

    /// The word before the first colon: for grouping, and for the check constraint.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::World => "world",
            Self::Unmatched { .. } => "unmatched",
            Self::Directed { .. } => "directed",
            Self::General { .. } => "general",
            Self::Allocated { .. } => "allocated",
            Self::Advance { .. } => "advance",
            Self::Spent { .. } => "spent",
            Self::Fee { .. } => "fee",
            Self::Returned => "returned",
            Self::Lost { .. } => "lost",
            Self::Surplus { .. } => "surplus",
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::World | Self::Returned => f.write_str(kind),
            Self::Unmatched { bank_account } => write!(f, "{kind}:{bank_account}"),
            Self::Directed { pledge } => write!(f, "{kind}:{pledge}"),
            Self::General { campaign, charity } => write!(f, "{kind}:{campaign}:{charity}"),
            Self::Allocated { need, charity } => write!(f, "{kind}:{need}:{charity}"),
            Self::Advance { disbursement } => write!(f, "{kind}:{disbursement}"),
            Self::Spent { need } | Self::Surplus { need } => write!(f, "{kind}:{need}"),
            Self::Fee { charity } | Self::Lost { charity } => write!(f, "{kind}:{charity}"),
        }
    }
}

impl FromStr for Account {
    type Err = NotAnAccount;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let account = read(text).ok_or_else(|| NotAnAccount(text.to_owned()))?;
        // An id has other spellings too (upper case, without hyphens); an account has one, because it is a key.
        if account.to_string() == text { Ok(account) } else { Err(NotAnAccount(text.to_owned())) }
    }
}

fn read(text: &str) -> Option<Account> {
    let (kind, ids) = text.split_once(':').unwrap_or((text, ""));
    let (first, second) = ids.split_once(':').unwrap_or((ids, ""));
    Some(match kind {
        "world" => Account::World,
        "returned" => Account::Returned,
        "unmatched" => Account::Unmatched { bank_account: ids.parse().ok()? },
        "directed" => Account::Directed { pledge: ids.parse().ok()? },
        "general" => Account::General { campaign: first.parse().ok()?, charity: second.parse().ok()? },
        "allocated" => Account::Allocated { need: first.parse().ok()?, charity: second.parse().ok()? },
        "advance" => Account::Advance { disbursement: ids.parse().ok()? },
        "spent" => Account::Spent { need: ids.parse().ok()? },
        "fee" => Account::Fee { charity: ids.parse().ok()? },
        "lost" => Account::Lost { charity: ids.parse().ok()? },
        "surplus" => Account::Surplus { need: ids.parse().ok()? },
        _ => return None,
    })
}

impl TryFrom<String> for Account {
    type Error = NotAnAccount;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Account> for String {
    fn from(account: Account) -> String {
        account.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn each(a: u128, b: u128) -> [Account; 11] {
        let (a, b) = (Uuid::from_u128(a), Uuid::from_u128(b));
        [
            Account::World,
            Account::Unmatched { bank_account: a.into() },
            Account::Directed { pledge: a.into() },
            Account::General { campaign: a.into(), charity: b.into() },
            Account::Allocated { need: a.into(), charity: b.into() },
            Account::Advance { disbursement: a.into() },
            Account::Spent { need: a.into() },
            Account::Fee { charity: a.into() },
            Account::Returned,
            Account::Lost { charity: a.into() },
            Account::Surplus { need: a.into() },
        ]
    }

    #[test]
    fn the_text_of_an_account_is_stable() {
        let one = "00000000-0000-0000-0000-000000000001";
        let two = "00000000-0000-0000-0000-000000000002";
        let texts = each(1, 2).map(|account| account.to_string());
        let expected = [
            "world".to_owned(),
            format!("unmatched:{one}"),
            format!("directed:{one}"),
            format!("general:{one}:{two}"),
            format!("allocated:{one}:{two}"),
            format!("advance:{one}"),
            format!("spent:{one}"),
            format!("fee:{one}"),
            "returned".to_owned(),
            format!("lost:{one}"),
            format!("surplus:{one}"),
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn other_spellings_and_other_texts_are_no_accounts() {
        let one = "00000000-0000-0000-0000-00000000000a";
        for text in [
            "",
            "World",
            "world:",
            "returned:1",
            "directed",
            "directed:",
            "general:1",
            &format!("directed:{one}:{one}"),
            &format!("general:{one}"),
            &format!("general:{one}:{one}:"),
            &format!("directed:{}", one.to_uppercase()),
            &format!("directed:{}", one.replace('-', "")),
            &format!(" directed:{one}"),
            &format!("cash:{one}"),
        ] {
            assert_eq!(text.parse::<Account>(), Err(NotAnAccount(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_holds_money_is_limited_and_the_ends_and_the_world_are_not() {
        for account in each(1, 2) {
            let unlimited = account.is_end() || account == Account::World;
            assert_eq!(account.is_limited(), !unlimited, "{account}");
            let in_bank = account.is_limited() && account.kind() != "advance";
            assert_eq!(account.is_in_bank(), in_bank, "{account}");
        }
    }

    proptest! {
        #[test]
        fn every_account_reads_back(a: u128, b: u128) {
            for account in each(a, b) {
                prop_assert_eq!(account.to_string().parse(), Ok(account));
                let json = serde_json::to_string(&account).unwrap();
                prop_assert_eq!(serde_json::from_str::<Account>(&json).unwrap(), account);
            }
        }
    }
}
