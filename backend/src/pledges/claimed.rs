//! A pledge of money that has come already: its giver claimed it, two people of the charity agreed.
//!
//! Deliberately absent: who claims and who agrees (`gift_claims`), and whether the campaign takes pledges: the gift is there.

use super::{designations, sql};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result};
use crate::http::caller::Origin;
use domain::api::pledges::NewPledge;
use domain::organisation::Acting;
use domain::pledge::{DisplayChoice, PledgeReference, PledgeStatus};
use serde_json::json;
use sqlx::PgConnection;

/// Writes the pledge down as its giver's own.
pub async fn insert(app: &App, tx: &mut PgConnection, giver: &Acting, new: &NewPledge) -> Result<()> {
    let name = new.input.public_display.ok_or_else(|| Error::invalid("public_display", "请选择怎样公开您的名称"))?;
    let choice = DisplayChoice {
        name,
        show_amount: new.input.show_amount,
        share_with_recipient: new.input.share_with_recipient,
    };
    let number = u64::try_from(sql::next_number(tx).await?).unwrap_or(u64::MAX);
    let reference = PledgeReference::from_number(number).map_err(|error| Error::Conflict(error.to_string()))?;
    sql::insert(tx, new, choice, reference, giver, app.clock.now()).await?;
    designations::write(tx, new.id, &new.input.rows()).await?;
    let record = Record {
        verb: "pledged",
        subject_kind: "pledge",
        subject: new.id.0,
        before: None,
        after: Some(json!({ "status": PledgeStatus::Pledged, "amount_fen": new.input.amount })),
        reason: None,
    };
    Ok(audit::record(app, tx, giver, &Origin::default(), record).await?)
}
