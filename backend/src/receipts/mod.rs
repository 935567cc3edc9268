//! The confirmation letter (捐赠确认函) that a donor gets when money has arrived, as a PDF.
//!
//! Made from the data of the letter that it goes with, each time it is sent; the same data gives the same bytes.
//! Deliberately absent: the statutory receipt (公益事业捐赠票据), which is the charity's alone.

mod typeset;

pub use typeset::Typesetter;

use chrono::NaiveDate;
use domain::Fen;
use domain::pledge::PledgeReference;
use serde::Serialize;

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
