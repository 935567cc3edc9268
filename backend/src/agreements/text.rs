//! The text of a donation agreement: all that is printed, made from the pledge as it is now.
//!
//! Deliberately absent: the day on which it is printed, which would make every reading another text.

use super::{Held, sql};
use crate::app::App;
use crate::error::{Error, Result};
use crate::mail::letter::day;
use crate::pledges::{self, Locked};
use crate::receipts::{self, DonationAgreement, DonationPart, DonationPurpose};
use domain::AgreementId;
use domain::agreement::{AGREEMENT_FREE_WILL, AGREEMENT_PROMISE, AGREEMENT_PURPOSE_CHANGE, AGREEMENT_WORDS_VERSION};
use domain::organisation::Acting;
use domain::pledge::{DisplayChoice, Restriction};
use sqlx::PgConnection;

/// Writes a text down under its number.
pub(super) async fn write(
    app: &App,
    tx: &mut PgConnection,
    (id, pledge): (AgreementId, &Locked),
    (number, extra): (i32, &str),
    by: Option<&Acting>,
) -> Result<()> {
    let (hash, text) = of(app, tx, (id, pledge), (number, extra)).await?;
    Ok(sql::insert_text(tx, id, (number, &hash, &text, extra), by, app.clock.now()).await?)
}

/// Whether the text would be another one today.
pub(super) async fn has_changed(app: &App, tx: &mut PgConnection, held: &Held) -> Result<bool> {
    let stored = &held.stored;
    let (hash, _) = of(app, tx, (stored.id, &held.pledge), (stored.number, &stored.extra)).await?;
    Ok(hash != stored.hash)
}

async fn of(
    app: &App,
    tx: &mut PgConnection,
    (id, pledge): (AgreementId, &Locked),
    (number, extra): (i32, &str),
) -> Result<(String, String)> {
    let agreement = printed(app, tx, (id, pledge), (number, extra)).await?;
    let text = serde_json::to_string(&agreement).map_err(|wrong| Error::Internal(wrong.into()))?;
    Ok((receipts::fingerprint(&text), text))
}

async fn printed(
    app: &App,
    tx: &mut PgConnection,
    (id, pledge): (AgreementId, &Locked),
    (number, extra): (i32, &str),
) -> Result<DonationAgreement> {
    let facts = sql::facts(tx, pledge.id).await?;
    let purposes = pledges::purposes(app, tx, pledge.id).await?;
    let parts = sql::instalments(tx, pledge.id).await?;
    let choice = DisplayChoice {
        name: facts.public_display,
        show_amount: facts.show_amount,
        share_with_recipient: facts.share_with_recipient,
    };
    let name = choice.public_name(&facts.enterprise, false);
    let amount = if choice.show_amount { "公开捐赠金额" } else { "不公开捐赠金额" };
    let shared = if choice.share_with_recipient { "可以告诉受益的村" } else { "不告诉受益的村" };
    let sentences = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Ok(DonationAgreement {
        words: AGREEMENT_WORDS_VERSION.to_owned(),
        reference: facts.reference,
        number,
        enterprise: facts.enterprise,
        enterprise_code: facts.enterprise_code,
        charity: facts.charity,
        charity_code: facts.charity_code,
        campaign: facts.campaign,
        amount: receipts::printed(pledge.amount),
        capitals: pledge.amount.to_capitals(),
        restriction: pledge.restriction.label().to_owned(),
        undirected: pledge.restriction == Restriction::Undirected,
        purposes: purposes
            .into_iter()
            .map(|(purpose, amount)| DonationPurpose { purpose, amount: receipts::printed(amount) })
            .collect(),
        instalments: parts
            .iter()
            .map(|part| DonationPart { due_on: day(part.due_on), amount: receipts::printed(part.amount) })
            .collect(),
        holder: facts.holder,
        bank: facts.bank,
        account_no: facts.account_no,
        display: format!("对公众称“{name}”，{amount}；全称{shared}。甲方可以随时在平台上更改，立即生效。"),
        left_over: if pledge.restriction == Restriction::Directed {
            format!("需求提前办结、失效、撤回，或者款用不完、超过需要时：{}", facts.funding_choice.in_agreement())
        } else {
            String::new()
        },
        extra: extra.to_owned(),
        free_will: sentences(AGREEMENT_FREE_WILL),
        promise: sentences(AGREEMENT_PROMISE),
        purpose_change: sentences(AGREEMENT_PURPOSE_CHANGE),
        contact: format!("{}/agreements/{id}", app.origin),
        demo: app.demo,
    })
}
