//! When a need comes to its end with money of a giver left: the change that its giver chose before pledging is proposed, or
//! the giver is asked.
//!
//! Each gift is looked at once for each need. The charity carries out what is proposed, as any change. Deliberately
//! absent: money that was paid to the village, whose remains are accounted for with it.

mod sql;

use super::sql::New;
use super::{PurposeChange, Subject, letter, record, tell_giver};
use crate::allocations::{self, Source};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::AllocationDesk;
use crate::mail;
use crate::mail::letter::fund::FundStep;
use crate::pledges;
use domain::allocation::{AllocationStatus, FundingChoice, PurposeChangeStatus, PurposeOrigin};
use domain::{NeedId, PurposeChangeId};
use serde_json::json;
use sqlx::PgConnection;

/// Gifts of one round; the next round takes the others.
const ROUND: i64 = 200;
/// Why, where nobody wrote it.
const REASON: &str = "需求已经结束，这笔款还没有用到";

/// Done twice it does nothing the second time.
pub async fn keep_up(app: &App) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    let left = sql::left_over(&mut connection, ROUND).await?;
    drop(connection);
    for gift in left {
        let pledge = gift.pledge;
        match propose(app, &gift).await {
            // What is paid already, or on its way, is not this room's.
            Ok(()) | Err(Error::Conflict(_)) => {}
            Err(error) => tracing::error!(%pledge, %error, "what is left of a need is not asked about"),
        }
    }
    Ok(())
}

async fn propose(app: &App, gift: &sql::LeftOver) -> Result<()> {
    let mut tx = app.begin().await?;
    let Some(pledge) = pledges::lock(&mut tx, &[gift.pledge]).await?.into_iter().next() else { return Ok(()) };
    let subject = if let Some(id) = gift.allocation {
        let own = allocations::lock(&mut tx, pledge.charity, id).await?;
        if !matches!(own.status, AllocationStatus::Accepted | AllocationStatus::Locked) {
            return Ok(());
        }
        allocations::may_give_back(&mut tx, &own).await?;
        allocations::change_state(app, &mut tx, id, (own.status, AllocationStatus::Changing)).await?;
        let amount = own.amount;
        (Some((id, own.status)), amount)
    } else {
        let free = allocations::free_of_row(&mut tx, gift.pledge, gift.position).await?.unwrap_or_default();
        if !free.is_positive() {
            return Ok(());
        }
        (None, free)
    };
    let subject = Subject {
        charity: pledge.charity,
        enterprise: Some(pledge.enterprise),
        source: Source::Row(gift.pledge, gift.position),
        allocation: subject.0,
        from_need: Some(gift.need),
        amount: subject.1,
    };
    let choice = chosen(&mut tx, gift, &subject).await?;
    let id: PurposeChangeId = app.clock.id();
    let new = New {
        id,
        subject: &subject,
        to_need: choice.to_need,
        origin: PurposeOrigin::Closing,
        reason: REASON,
        requested_by: None,
        consented: choice.consented,
        now: app.clock.now(),
    };
    super::insert(&mut tx, &new).await?;
    let status = if choice.consented { PurposeChangeStatus::Consented } else { PurposeChangeStatus::Requested };
    let more = json!({ "from": gift.need, "to": choice.to_need, "choice": gift.choice, "amount_fen": subject.amount });
    record(app, &mut tx, None, ("purpose_change_requested", id), (None, status), Some(REASON), more).await?;
    let made = super::sql::by_id(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tell(app, &mut tx, &made, choice.consented).await?;
    tx.commit().await?;
    Ok(())
}

/// What the giver chose, as far as there is a need for it; otherwise the giver is asked.
struct Choice {
    to_need: Option<NeedId>,
    consented: bool,
}

async fn chosen(tx: &mut PgConnection, gift: &sql::LeftOver, subject: &Subject) -> Result<Choice> {
    let (village, field) = match gift.choice {
        FundingChoice::AskMe => return Ok(Choice { to_need: None, consented: false }),
        FundingChoice::CharityDecides => return Ok(Choice { to_need: None, consented: true }),
        FundingChoice::SameVillage => (true, false),
        FundingChoice::SameField => (false, true),
    };
    let found = sql::like(tx, gift.need, (village, field), subject.amount).await?;
    Ok(Choice { to_need: found, consented: found.is_some() })
}

/// The giver always; the charity where it can carry the change out.
async fn tell(app: &App, tx: &mut PgConnection, change: &PurposeChange, consented: bool) -> Result<()> {
    if !consented {
        return tell_giver(app, tx, change, FundStep::Remains).await;
    }
    tell_giver(app, tx, change, FundStep::RemainsGo).await?;
    mail::write_to(tx, app, (change.charity, AllocationDesk::ROLES), &letter(change, FundStep::RemainsGo)).await
}
