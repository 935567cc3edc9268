//! Parts of commitments: the enterprise reports what it delivered and the village confirms it, or the village enters what
//! it received. What was confirmed wrongly is taken back by a part that says why.
//!
//! Every part is written under the lock of its commitment, with what the confirmed ones add up to. Deliberately absent:
//! changing a part.

mod sql;

use super::{Side, not_possible, one, record, said, sql as commitments, tell};
use crate::app::App;
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Enterprise, Sure, Village};
use crate::mail::letter::commitment::News;
use crate::{consents, files};
use domain::api::commitments::{Commitment, CommitmentPart, CommitmentReason, NewCommitmentPart, TakeBack};
use domain::commitment::{Fulfilment, PartStatus};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{CommitmentId, CommitmentPartId};
use serde_json::json;
use sqlx::PgConnection;

/// The enterprise reports a delivery; it counts when the village has confirmed it.
pub async fn report(
    app: &App,
    enterprise: &Enterprise,
    id: CommitmentId,
    new: &NewCommitmentPart,
) -> Result<Commitment> {
    let mut tx = app.begin().await?;
    let row = commitments::lock(&mut tx, id).await?.filter(|row| row.enterprise == enterprise.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    let by = (&enterprise.acting, &enterprise.origin);
    if write(app, &mut tx, &row, &enterprise.acting, (new, false)).await? {
        let after = json!({ "status": PartStatus::Reported, "quantity": new.part.quantity });
        record(app, &mut tx, by, ("commitment_part_reported", id), after, None).await?;
        let news = News::Reported { quantity: row.amount(new.part.quantity) };
        tell(app, &mut tx, &row, &[Side::Recipient], news).await?;
    }
    tx.commit().await?;
    one(app, &enterprise.acting, id).await
}

/// The village enters what it received; it counts at once.
pub async fn receive(
    app: &App,
    Sure(village): &Sure<Village>,
    id: CommitmentId,
    new: &NewCommitmentPart,
) -> Result<Commitment> {
    let mut tx = app.begin().await?;
    let row = commitments::lock(&mut tx, id).await?.filter(|row| row.recipient == village.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    let by = (&village.acting, &village.origin);
    if write(app, &mut tx, &row, &village.acting, (new, true)).await? {
        book(app, &mut tx, &row, new.part.quantity).await?;
        let after = json!({ "status": PartStatus::Confirmed, "quantity": new.part.quantity });
        record(app, &mut tx, by, ("commitment_part_received", id), after, None).await?;
        let news = News::Received { quantity: row.amount(new.part.quantity) };
        tell(app, &mut tx, &row, &[Side::Enterprise], news).await?;
    }
    tx.commit().await?;
    one(app, &village.acting, id).await
}

/// Whether the part is new. The same id and content again changes nothing; other content is a conflict.
async fn write(
    app: &App,
    tx: &mut PgConnection,
    row: &commitments::Locked,
    acting: &Acting,
    (new, received): (&NewCommitmentPart, bool),
) -> Result<bool> {
    let other = || Error::Conflict("这个编号已经报过别的内容，请重新打开页面填写".into());
    if let Some(known) = sql::recorded(tx, new.id).await? {
        let same = known.commitment == row.id
            && (known.quantity, known.happened_on) == (new.part.quantity, new.part.happened_on)
            && (known.paper, known.note.as_str()) == (new.part.paper, new.part.note.trim())
            && known.received == received
            && files::same(tx, &known.pictures, &new.pictures).await?;
        return if same { Ok(false) } else { Err(other()) };
    }
    new.part.check(row.kind, new.pictures.len(), app.clock.today())?;
    consents::no_numbers(("note", &new.part.note))?;
    row.standing().deliver().map_err(not_possible)?;
    sql::insert(tx, row.id, (new, received), acting, app.clock.now())
        .await
        .on_constraint("commitment_part_pkey", other)?;
    files::keep(tx, acting.person, &new.pictures, &[]).await.map_err(at_pictures)?;
    sql::insert_files(tx, new.id, &new.pictures).await?;
    Ok(true)
}

/// Pictures that cannot be kept are named as those of any text.
fn at_pictures(error: Error) -> Error {
    match error {
        Error::Invalid(problems) => {
            let says = problems.into_iter().map(|problem| problem.message).collect::<String>();
            Error::invalid("pictures", says)
        }
        other => other,
    }
}

/// Writes what more, or less, is delivered; the state follows.
async fn book(app: &App, tx: &mut PgConnection, row: &commitments::Locked, change: i64) -> Result<()> {
    let delivered = row.delivered + change;
    let status = Fulfilment { quantity: row.quantity, delivered, ending: row.ending }.status();
    commitments::set_delivered(tx, row, (delivered, status), app.clock.now()).await?.one_row_or_conflict()
}

/// A part of the caller's village, with its commitment locked.
async fn lock(
    tx: &mut PgConnection,
    village: &Village,
    id: CommitmentPartId,
) -> Result<(commitments::Locked, sql::Recorded)> {
    let commitment = sql::commitment_of(tx, id).await?.ok_or(Error::NotFound)?;
    let row = commitments::lock(tx, commitment).await?.filter(|row| row.recipient == village.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    let part = sql::recorded(tx, id).await?.ok_or(Error::NotFound)?;
    Ok((row, part))
}

fn in_this_state(status: PartStatus) -> Error {
    Error::Conflict(format!("这笔兑现现在是“{}”，不能这样操作", status.label()))
}

/// The village confirms what the enterprise reported: it counts from here on.
pub async fn confirm(app: &App, Sure(village): &Sure<Village>, id: CommitmentPartId) -> Result<Commitment> {
    decide(app, village, id, (PartStatus::Confirmed, None)).await
}

/// The village did not receive it so, and says why.
pub async fn dispute(app: &App, village: &Village, id: CommitmentPartId, why: &CommitmentReason) -> Result<Commitment> {
    decide(app, village, id, (PartStatus::Disputed, Some(said(why)?))).await
}

async fn decide(
    app: &App,
    village: &Village,
    id: CommitmentPartId,
    (after, reason): (PartStatus, Option<&str>),
) -> Result<Commitment> {
    let mut tx = app.begin().await?;
    let (row, part) = lock(&mut tx, village, id).await?;
    if part.status != PartStatus::Reported {
        return Err(in_this_state(part.status));
    }
    sql::decide(&mut tx, id, (after, reason), &village.acting, app.clock.now())
        .await
        .on_constraint("commitment_part_two_people", || {
            Error::Conflict("自己填报的兑现不能自己确认，请村里另一位办理".into())
        })?
        .one_row_or_conflict()?;
    let quantity = row.amount(part.quantity);
    let (verb, news) = if after == PartStatus::Confirmed {
        book(app, &mut tx, &row, part.quantity).await?;
        ("commitment_part_confirmed", News::Confirmed { quantity })
    } else {
        let reason = reason.unwrap_or_default().to_owned();
        ("commitment_part_disputed", News::Disputed { quantity, reason })
    };
    let by = (&village.acting, &village.origin);
    let told = json!({ "status": after, "quantity": part.quantity });
    record(app, &mut tx, by, (verb, row.id), told, reason).await?;
    tell(app, &mut tx, &row, &[Side::Enterprise], news).await?;
    tx.commit().await?;
    one(app, &village.acting, row.id).await
}

/// The village takes a confirmed part back, whole. The same id again changes nothing.
pub async fn take_back(
    app: &App,
    Sure(village): &Sure<Village>,
    id: CommitmentPartId,
    by: &TakeBack,
) -> Result<Commitment> {
    let why = CommitmentReason { reason: by.reason.clone() };
    let reason = said(&why)?;
    let mut tx = app.begin().await?;
    let (row, part) = lock(&mut tx, village, id).await?;
    let taken = || Error::Conflict("这笔兑现已经冲回过".into());
    if let Some(known) = sql::recorded(&mut tx, by.id).await? {
        tx.rollback().await?;
        let same = known.corrects == Some(id) && known.reason.as_deref() == Some(reason);
        return if same { one(app, &village.acting, row.id).await } else { Err(taken()) };
    }
    if part.status != PartStatus::Confirmed || part.corrects.is_some() {
        return Err(in_this_state(part.status));
    }
    row.standing().deliver().map_err(not_possible)?;
    sql::insert_counter(&mut tx, by.id, (id, reason), &village.acting, (app.clock.today(), app.clock.now()))
        .await
        .on_constraint("commitment_part_taken_back_once", taken)?;
    book(app, &mut tx, &row, -part.quantity).await?;
    let actor = (&village.acting, &village.origin);
    let told = json!({ "quantity": -part.quantity });
    record(app, &mut tx, actor, ("commitment_part_taken_back", row.id), told, Some(reason)).await?;
    let news = News::TakenBack { quantity: row.amount(part.quantity), reason: reason.to_owned() };
    tell(app, &mut tx, &row, &[Side::Enterprise], news).await?;
    tx.commit().await?;
    one(app, &village.acting, row.id).await
}

/// The parts of a commitment, oldest first.
pub(super) async fn of(tx: &mut PgConnection, id: CommitmentId) -> Result<Vec<CommitmentPart>> {
    Ok(sql::of(tx, id).await?)
}

/// What of deliveries waits for a village: what an enterprise reported and it has not decided on.
pub async fn waiting_to_be_confirmed(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting(tx, acting.organisation).await?)
}
