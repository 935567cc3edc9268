//! The number of a gift of goods, written on the consignment note and on the boxes: `WZ7K3M9P9`.
//!
//! Spelled as the references of pledges are, so that a wrong character is noticed, and told apart from them by its first
//! two letters: goods are no money, and nobody types it into the 附言 of a transfer. Deliberately absent: looking it up.

use crate::pledge::reference::{LENGTH, ReferenceError, proven, spell, typed};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

const PREFIX: [u8; 2] = *b"WZ";

/// The reference of one gift of goods, in its one written form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, example = "WZ7K3M9P9"))]
pub struct GoodsReference([u8; LENGTH]);

/// Why a text is no reference of goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GoodsReferenceError {
    #[error("物资捐赠编号以 WZ 开头，共 9 位字母和数字")]
    Malformed,
    #[error("物资捐赠编号有误，请核对是否有错字或相邻两位颠倒")]
    WrongCheck,
    #[error("物资捐赠编号已用完")]
    UsedUp,
}

impl From<ReferenceError> for GoodsReferenceError {
    fn from(error: ReferenceError) -> Self {
        match error {
            ReferenceError::Malformed => GoodsReferenceError::Malformed,
            ReferenceError::WrongCheck => GoodsReferenceError::WrongCheck,
            ReferenceError::UsedUp => GoodsReferenceError::UsedUp,
        }
    }
}

impl GoodsReference {
    /// The reference of the gift with this running number.
    ///
    /// # Errors
    /// [`GoodsReferenceError::UsedUp`] where there are no more.
    pub fn from_number(number: u64) -> Result<Self, GoodsReferenceError> {
        Ok(GoodsReference(spell(PREFIX, number)?))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        // Only ASCII is ever put in, so the empty text never appears.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for GoodsReference {
    type Err = GoodsReferenceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(GoodsReference(proven(PREFIX, typed(text)?)?))
    }
}

impl TryFrom<String> for GoodsReference {
    type Error = GoodsReferenceError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<GoodsReference> for String {
    fn from(reference: GoodsReference) -> String {
        reference.as_str().to_owned()
    }
}

impl fmt::Display for GoodsReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for GoodsReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GoodsReference({})", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pledge::PledgeReference;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_reference_reads_back_however_it_is_typed_and_is_never_one_of_a_pledge(number in 0u64..90_000_000) {
            let reference = GoodsReference::from_number(number).unwrap();
            prop_assert_eq!(reference.to_string().parse(), Ok(reference));
            prop_assert_eq!(reference.to_string().to_lowercase().parse(), Ok(reference));
            prop_assert!(reference.as_str().parse::<PledgeReference>().is_err());
            let mut wrong = reference.to_string().into_bytes();
            wrong.swap(2, 3);
            let swapped = String::from_utf8(wrong).unwrap();
            let same = swapped == reference.as_str();
            prop_assert_eq!(swapped.parse::<GoodsReference>().is_ok(), same);
        }
    }

    #[test]
    fn other_texts_are_refused_in_words_of_goods() {
        assert_eq!("QC7K3M9P9".parse::<GoodsReference>(), Err(GoodsReferenceError::Malformed));
        assert_eq!("WZ".parse::<GoodsReference>(), Err(GoodsReferenceError::Malformed));
        assert!(GoodsReferenceError::WrongCheck.to_string().contains("物资"));
    }
}
