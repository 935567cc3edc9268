//! Papers as PDF: the confirmation letter (捐赠确认函) that a donor gets when money has arrived or goods are accepted, the
//! agreement of a pairing, and the donation agreement of a pledge.
//!
//! Made from the data of the letter that it goes with, each time it is sent; the same data gives the same bytes.
//! Deliberately absent: the statutory receipt (公益事业捐赠票据), which is the charity's alone.

mod donation;
mod goods;
mod typeset;

pub use donation::{DonationAgreement, DonationPart, DonationPurpose, donation_pdf, fingerprint};
pub use goods::{GoodsConfirmation, GoodsPrinted, goods_pdf};
pub use typeset::Typesetter;

use chrono::NaiveDate;
use domain::Fen;
use domain::pledge::PledgeReference;
use serde::{Deserialize, Serialize};

/// What stands in a confirmation letter; every field is text as it is printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConfirmationLetter {
    pub number: String,
    pub enterprise: String,
    pub charity: String,
    pub campaign: String,
    pub reference: String,
    pub amount: String,
    pub capitals: String,
    pub booked_on: String,
    pub confirmed_on: String,
    pub purpose: String,
    /// Where the money's way can be followed.
    pub follow: String,
    /// What the letter is not.
    pub not_an_invoice: String,
    pub demo: bool,
}

const TEMPLATE: &str = include_str!("confirmation.typ");
const AGREEMENT: &str = include_str!("agreement.typ");

/// What stands in the agreement of a pairing; every field is text as it is printed. Stored as it was approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairingAgreement {
    pub reference: String,
    /// Which terms, and how often they were reviewed: no two approvals have the same text.
    pub round: String,
    pub form: String,
    pub enterprise: String,
    /// The villages, or the town, that are party to it.
    pub places: Vec<String>,
    /// In a few words.
    pub covers: String,
    pub villages: Vec<String>,
    pub first_day: String,
    pub last_day: String,
    /// How many days ahead a side says that it leaves; none in what was approved before that was settled.
    #[serde(default)]
    pub notice_days: Option<u16>,
    pub purpose: String,
    pub enterprise_does: String,
    pub places_do: String,
    pub fields: Vec<String>,
    pub joint: Option<JointText>,
    pub free_will: Vec<String>,
    pub reviewed_by: String,
    pub approved_on: String,
    /// Where its sides reach each other.
    pub contact: String,
    pub demo: bool,
}

/// Of joint building.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JointText {
    pub village_percent: String,
    pub enterprise_percent: String,
    pub village_duties: String,
    pub enterprise_duties: String,
    pub land: String,
    pub permits: String,
    pub note: String,
}

/// The agreement as a PDF; `hash` is that of its stored text.
pub async fn agreement_pdf(
    typesetter: &Typesetter,
    agreement: &PairingAgreement,
    hash: &str,
) -> anyhow::Result<Vec<u8>> {
    let mut data = serde_json::to_value(agreement)?;
    if let Some(fields) = data.as_object_mut() {
        fields.insert("hash".to_owned(), hash.into());
    }
    typesetter.pdf(AGREEMENT, &format!("{}-{hash}", agreement.reference), data).await
}

/// The letter as a PDF.
pub async fn confirmation_pdf(typesetter: &Typesetter, letter: &ConfirmationLetter) -> anyhow::Result<Vec<u8>> {
    typesetter.pdf(TEMPLATE, &letter.number, serde_json::to_value(letter)?).await
}

/// The number of a letter: the year of the confirmation, the running number of the bank line's confirmation,
/// and the pledge, since one line may serve several.
#[must_use]
pub fn confirmation_number(confirmed_on: NaiveDate, confirmation_no: i64, reference: PledgeReference) -> String {
    format!("{}-{confirmation_no:06}-{reference}", confirmed_on.format("%Y"))
}

/// An amount as it is printed: figures and unit.
#[must_use]
pub fn printed(amount: Fen) -> String {
    format!("人民币 {amount}")
}
