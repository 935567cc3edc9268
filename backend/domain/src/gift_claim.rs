//! A gift that came without an account is claimed later: by its code, its exact amount, its day and the bank's slip.
//!
//! The code is made like a pledge's bank reference, with a check character, and begins with `RL`. Whether code, amount or
//! day is wrong is not told apart. Deliberately absent: looking anything up.

use crate::money::to_half_width;
use crate::pledge::reference::ReferenceError;
use crate::pledge::{PLEDGE_TERMS_VERSION, PledgeReference, PublicDisplay};
use crate::{Problem, Problems};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

words! {
    /// Where a claim stands.
    pub enum GiftClaimStatus {
        Asked = "asked" / "等经办核对",
        /// One person of the charity says that it is theirs.
        Named = "named" / "等另一人确认",
        Confirmed = "confirmed" / "已确认归属",
        Refused = "refused" / "未确认",
        Withdrawn = "withdrawn" / "已撤回",
    }
}

words! {
    /// What is done to a claim.
    pub enum GiftClaimStep {
        /// By the charity's maker.
        Name = "name" / "核对无误",
        /// By a second person.
        Confirm = "confirm" / "确认归属",
        Refuse = "refuse" / "不确认",
        /// By the claimant.
        Withdraw = "withdraw" / "撤回认领",
    }
}

/// Pictures that go with a claim.
pub const CLAIM_PICTURES_MAX: usize = 6;
/// What is said whatever is wrong: nobody learns by trying what has come.
pub const NO_SUCH_GIFT: &str = "没有对上。编号、金额和入账日期都要与银行回单和慈善组织给的编号一致，请核对后再试";

/// The code of a gift whose giver is not known.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "RL7K3M9P9"))]
pub struct GiftCode(PledgeReference);

const PREFIX: &str = "RL";
const OF_PLEDGES: &str = "QC";

/// What was typed is no such code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("登记编号以 RL 开头，共 9 位字母和数字，请对照慈善组织给的编号核对")]
pub struct NoGiftCode;

impl GiftCode {
    /// The code of the part with this running number.
    ///
    /// # Errors
    /// When the numbers are used up.
    pub fn from_number(number: u64) -> Result<Self, ReferenceError> {
        PledgeReference::from_number(number).map(GiftCode)
    }
}

impl fmt::Display for GiftCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = self.0.as_str().strip_prefix(OF_PLEDGES).unwrap_or_default();
        write!(f, "{PREFIX}{body}")
    }
}

impl fmt::Debug for GiftCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GiftCode({self})")
    }
}

impl FromStr for GiftCode {
    type Err = NoGiftCode;

    fn from_str(typed: &str) -> Result<Self, NoGiftCode> {
        let plain: String = typed
            .chars()
            .map(to_half_width)
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let body = plain.strip_prefix(PREFIX).ok_or(NoGiftCode)?;
        format!("{OF_PLEDGES}{body}").parse().map(GiftCode).map_err(|_| NoGiftCode)
    }
}

impl TryFrom<String> for GiftCode {
    type Error = NoGiftCode;

    fn try_from(typed: String) -> Result<Self, NoGiftCode> {
        typed.parse()
    }
}

impl From<GiftCode> for String {
    fn from(code: GiftCode) -> String {
        code.to_string()
    }
}

/// Checks what a claimant chooses.
///
/// # Errors
/// A sentence for each field that is wrong, all at once.
pub fn check_claim(
    display: Option<PublicDisplay>,
    (pictures, voluntary): (usize, bool),
    terms_version: &str,
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    problems.require(display.is_some(), "public_display", "请选择怎样公开您的名称：全称、部分或匿名");
    let within = (1..=CLAIM_PICTURES_MAX).contains(&pictures);
    problems.require(within, "pictures", "请上传付款人的银行回单照片（1 至 6 张）");
    problems.require(voluntary, "voluntary", "请确认这笔款是自愿捐赠的；如有人摊派，请不要提交并向我们反映");
    let current = terms_version == PLEDGE_TERMS_VERSION;
    problems.require(current, "terms_version", "认捐须知已更新，请重新阅读后再提交");
    problems.none_or_err()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_code_is_told_from_a_pledges_reference_and_read_as_people_type_it() {
        let code = GiftCode::from_number(7).unwrap();
        let text = code.to_string();
        assert!(text.starts_with("RL") && text.len() == 9, "{text}");
        let typed = format!(" {}-{} ", text[..4].to_lowercase(), &text[4..]);
        assert_eq!(typed.parse(), Ok(code));
        assert_eq!(PledgeReference::from_number(7).unwrap().as_str().parse::<GiftCode>(), Err(NoGiftCode));
        assert!(text.parse::<PledgeReference>().is_err());
        let json = serde_json::to_string(&code).unwrap();
        assert_eq!(serde_json::from_str::<GiftCode>(&json).unwrap(), code);
    }

    #[test]
    fn each_missing_thing_is_named_by_its_field() {
        let display = Some(PublicDisplay::Partial);
        assert_eq!(check_claim(display, (1, true), PLEDGE_TERMS_VERSION), Ok(()));
        for (field, checked) in [
            ("public_display", check_claim(None, (1, true), PLEDGE_TERMS_VERSION)),
            ("pictures", check_claim(display, (0, true), PLEDGE_TERMS_VERSION)),
            ("pictures", check_claim(display, (7, true), PLEDGE_TERMS_VERSION)),
            ("voluntary", check_claim(display, (1, false), PLEDGE_TERMS_VERSION)),
            ("terms_version", check_claim(display, (1, true), "2020-1")),
        ] {
            let problems = checked.unwrap_err();
            assert_eq!(problems.iter().map(|problem| problem.field.as_str()).collect::<Vec<_>>(), [field]);
        }
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(number in 0u64..90_000_000, place in 2usize..9, other in 0usize..23) {
            let text = GiftCode::from_number(number).unwrap().to_string();
            let mut wrong: Vec<char> = text.chars().collect();
            wrong[place] = "23456789ACEFHJKMNPRTWXY".chars().nth(other).unwrap();
            let wrong: String = wrong.into_iter().collect();
            prop_assert_eq!(wrong.parse::<GiftCode>().is_ok(), wrong == text);
        }
    }
}
