//! The donation agreement (捐赠协议) of a pledge as a PDF.
//!
//! Deliberately absent: what its sentences are; they come in as they were stored.

use super::Typesetter;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;

const TEMPLATE: &str = include_str!("donation.typ");

/// What stands in a donation agreement; every field is text as it is printed. Stored as it was shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DonationAgreement {
    /// The version of its sentences.
    pub words: String,
    /// Of the pledge.
    pub reference: String,
    /// Which text of this agreement it is.
    pub number: i32,
    pub enterprise: String,
    /// 统一社会信用代码; empty where the platform knows none.
    pub enterprise_code: String,
    pub charity: String,
    pub charity_code: String,
    pub campaign: String,
    pub amount: String,
    pub capitals: String,
    pub restriction: String,
    pub undirected: bool,
    /// What the money is for; empty where that is said later, or by the charity.
    pub purposes: Vec<DonationPurpose>,
    /// Empty where no days are promised.
    pub instalments: Vec<DonationPart>,
    pub holder: String,
    pub bank: String,
    pub account_no: String,
    /// How its giver wants to be shown.
    pub display: String,
    /// What its giver wishes where a need ends early or needs less than was given; empty of undirected money, and in texts
    /// of before.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub left_over: String,
    /// What the sides agree on besides.
    pub extra: String,
    pub free_will: Vec<String>,
    pub promise: Vec<String>,
    pub purpose_change: Vec<String>,
    /// Where its sides find it.
    pub contact: String,
    pub demo: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DonationPurpose {
    pub purpose: String,
    pub amount: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DonationPart {
    pub due_on: String,
    pub amount: String,
}

/// What tells one text from every other: SHA-256, in hex.
#[must_use]
pub fn fingerprint(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}

/// The agreement as a PDF; `hash` is that of its stored text.
pub async fn donation_pdf(
    typesetter: &Typesetter,
    agreement: &DonationAgreement,
    hash: &str,
) -> anyhow::Result<Vec<u8>> {
    let mut data = serde_json::to_value(agreement)?;
    if let Some(fields) = data.as_object_mut() {
        fields.insert("hash".to_owned(), hash.into());
    }
    typesetter.pdf(TEMPLATE, &format!("{}-{hash}", agreement.reference), data).await
}
