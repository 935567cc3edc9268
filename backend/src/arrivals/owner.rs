//! Money that arrived from an unknown giver finds its owner: one person says whose it is, a second one agrees.
//!
//! Only then it goes from `unmatched` to its owner's account, under the lot that it came in with, and the pledge counts
//! it as arrived. Deliberately absent: dividing a part among several pledges; that is said when a line is matched.

mod sql;

use super::{in_this_state, lock_own, viewer};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{CharityChecker, CharityMaker, Origin};
use crate::{campaigns, ledger, pledges, returns};
use domain::api::arrivals::{BankLine, PartOwner};
use domain::arrival::{BankLineStatus, check_confirmer};
use domain::ledger::{Event, Fund};
use domain::organisation::Acting;
use domain::pledge::Restriction;
use domain::{BankLineId, CampaignId, Fen, PersonId};
use serde_json::json;
use sqlx::PgConnection;

/// Says whose a confirmed part of an unknown giver is, or that it is another's while nobody has agreed.
pub async fn name(app: &App, maker: &CharityMaker, id: BankLineId, owner: PartOwner) -> Result<BankLine> {
    let mut tx = app.begin().await?;
    let part = Part::lock(&mut tx, &maker.acting, id, owner).await?;
    sql::name(&mut tx, owner, maker.acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    part.record(app, &mut tx, (&maker.acting, &maker.origin), "owner_named").await?;
    tx.commit().await?;
    super::get(app, &viewer(&maker.acting), id).await
}

/// A second person agrees: the money is its owner's, and its pledge counts it.
pub async fn confirm(app: &App, checker: &CharityChecker, id: BankLineId, seen: PartOwner) -> Result<BankLine> {
    let mut tx = app.begin().await?;
    let part = Part::lock(&mut tx, &checker.acting, id, seen).await?;
    let named = sql::named(&mut tx, seen.lot).await?.filter(|named| named.pledge == seen.pledge);
    let named = named.ok_or_else(Error::changed_meanwhile)?;
    agree(app, &mut tx, (&checker.acting, &checker.origin), part, named.by).await?;
    tx.commit().await?;
    super::get(app, &viewer(&checker.acting), id).await
}

/// The same for a gift that its giver claimed: one person named it on the claim, `by` is the second. Within the caller's
/// transaction.
pub async fn found(
    app: &App,
    tx: &mut PgConnection,
    by: (&Acting, &Origin),
    (id, owner, named_by): (BankLineId, PartOwner, PersonId),
) -> Result<()> {
    if let Some(campaign) = sql::general(tx, id, owner.lot).await? {
        return found_general(app, tx, by, (id, owner, campaign)).await;
    }
    let part = Part::lock(tx, by.0, id, owner).await?;
    sql::name(tx, owner, named_by, app.clock.now()).await?.one_row_or_conflict()?;
    agree(app, tx, by, part, named_by).await
}

/// Of undirected money of a campaign only its giver becomes known: it lies where undirected money of that pledge does,
/// and stays the campaign's, also where it was spent meanwhile. The claim holds who named and who confirmed it.
async fn found_general(
    app: &App,
    tx: &mut PgConnection,
    by: (&Acting, &Origin),
    (id, owner, campaign): (BankLineId, PartOwner, CampaignId),
) -> Result<()> {
    let part = Part::lock_of(tx, by.0, (id, Some(campaign)), owner).await?;
    if (part.pledge.restriction, part.pledge.campaign) != (Restriction::Undirected, campaign) {
        return Err(Error::Conflict("这笔款已按非定向计入另一个活动，不能归入这笔认捐".into()));
    }
    sql::set_owner(tx, owner).await?.one_row_or_conflict()?;
    part.record(app, tx, by, "owner_confirmed").await?;
    counted(app, tx, part).await
}

/// What the second person's agreement does.
async fn agree(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    part: Part,
    named_by: PersonId,
) -> Result<()> {
    check_confirmer(named_by, acting.person).map_err(|error| Error::Conflict(error.to_string()))?;
    let owner = part.owner;
    let to = match part.pledge.restriction {
        Restriction::Directed => Fund::Directed { pledge: part.pledge.id },
        Restriction::Undirected => Fund::General { campaign: part.pledge.campaign, charity: acting.organisation },
    };
    let (bank_account, takes) = (part.line.bank_account, vec![(owner.lot, part.amount)]);
    let event = Event::OwnerFound { line: part.line.id, bank_account, to, takes, on: app.clock.today() };
    ledger::post(app, tx, &event).await?;
    sql::set_owner(tx, owner).await?.one_row_or_conflict()?;
    sql::confirm(tx, owner.lot, acting.person, app.clock.now())
        .await
        .on_constraint("part_owner_four_eyes", || Error::Conflict("款项的归属须由另一人复核".into()))?
        .one_row_or_conflict()?;
    part.record(app, tx, (acting, origin), "owner_confirmed").await?;
    counted(app, tx, part).await
}

/// The pledge counts the money, and its giver is told.
async fn counted(app: &App, tx: &mut PgConnection, part: Part) -> Result<()> {
    let arrival = pledges::Arrival {
        confirmation_no: part.line.confirmation_no.ok_or_else(Error::changed_meanwhile)?,
        amount: part.amount,
        booked_on: part.line.booked_on,
    };
    pledges::book_arrivals(app, tx, &[(part.pledge, part.amount)]).await?;
    pledges::tell_arrival(app, tx, part.owner.pledge, arrival).await
}

/// A part whose giver is not known, with its line and the pledge that is said to be its owner, all locked.
struct Part {
    line: super::sql::Locked,
    amount: Fen,
    pledge: pledges::Locked,
    owner: PartOwner,
}

impl Part {
    async fn lock(tx: &mut PgConnection, acting: &Acting, id: BankLineId, owner: PartOwner) -> Result<Self> {
        Part::lock_of(tx, acting, (id, None), owner).await
    }

    /// Of a campaign's undirected money where one is named.
    async fn lock_of(
        tx: &mut PgConnection,
        acting: &Acting,
        (id, campaign): (BankLineId, Option<CampaignId>),
        owner: PartOwner,
    ) -> Result<Self> {
        let line = lock_own(tx, acting, id).await?;
        if line.status != BankLineStatus::Confirmed {
            return Err(in_this_state(line.status));
        }
        let amount = sql::unknown(tx, id, owner.lot, campaign).await?;
        let amount = amount.ok_or_else(|| Error::Conflict("这一份款项已有归属，请刷新页面".into()))?;
        let pledge = pledges::lock(tx, &[owner.pledge]).await?.into_iter().next();
        let pledge = pledge.filter(|pledge| pledge.charity == acting.organisation);
        let pledge = pledge.ok_or_else(|| Error::invalid("pledge", "没有找到向本单位作出的这笔认捐"))?;
        if !pledge.status.takes_money() {
            return Err(Error::invalid("pledge", "这笔认捐已取消，款项不能归入"));
        }
        campaigns::may_move(tx, &[pledge.campaign]).await?;
        returns::none_under_way(tx, &[owner.lot]).await?;
        if sql::went_back(tx, owner.lot).await? {
            return Err(Error::Conflict("这一份款已有退回捐赠方的记录，不能再归入认捐".into()));
        }
        Ok(Part { line, amount, pledge, owner })
    }

    async fn record(
        &self,
        app: &App,
        tx: &mut PgConnection,
        (acting, origin): (&Acting, &Origin),
        verb: &'static str,
    ) -> Result<()> {
        let after = Some(json!({ "lot": self.owner.lot, "pledge": self.owner.pledge }));
        let subject = self.line.id.0;
        let record = Record { verb, subject_kind: "bank_line", subject, before: None, after, reason: None };
        Ok(audit::record(app, tx, acting, origin, record).await?)
    }
}
