//! The confirmation letter (捐赠确认函) of accepted goods as a PDF: each line with its value, and on what that rests.
//!
//! Deliberately absent: the statutory receipt, which is the charity's alone.

use super::Typesetter;
use serde::Serialize;

const TEMPLATE: &str = include_str!("goods.typ");

/// What stands in the letter; every field is text as it is printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoodsConfirmation {
    pub number: String,
    pub enterprise: String,
    pub charity: String,
    pub campaign: String,
    pub reference: String,
    pub lines: Vec<GoodsPrinted>,
    pub value: String,
    pub capitals: String,
    /// On what the value rests, and why it is not as the giver wrote it, where it is not.
    pub basis: String,
    pub received_on: String,
    pub confirmed_on: String,
    pub purpose: String,
    /// Where the way of the goods can be followed.
    pub follow: String,
    /// What the letter is not.
    pub not_an_invoice: String,
    pub demo: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GoodsPrinted {
    pub name: String,
    pub quantity: String,
    pub unit_value: String,
    pub value: String,
}

/// The letter as a PDF.
pub async fn goods_pdf(typesetter: &Typesetter, letter: &GoodsConfirmation) -> anyhow::Result<Vec<u8>> {
    typesetter.pdf(TEMPLATE, &letter.number, serde_json::to_value(letter)?).await
}
