//! The rehearsal: test pledges on a list that only staff see.
//!
//! They stand in a table of their own that no view and no other room reads, so that none can enter a total or a list of
//! pledges; the database takes them in a rehearsal only. Deliberately absent: any way from a test pledge to a real one.

mod sql;

use super::setup::{locked, record};
use super::sql as room;
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, Result, broken};
use crate::http::caller::{CampaignDesk, RehearsalDesk};
use domain::CampaignId;
use domain::api::Count;
use domain::api::campaigns::setup::{NewRehearsalPledge, Rehearsal};
use domain::campaign::CampaignAct;
use domain::campaign::setup::{REHEARSED_MAX, check_rehearsed};
use domain::organisation::Acting;
use serde_json::json;
use sqlx::PgConnection;

pub(super) async fn count(tx: &mut PgConnection, id: CampaignId) -> Result<i64> {
    Ok(sql::count(tx, id).await?)
}

/// The test pledges of a campaign.
pub async fn get(app: &App, desk: &RehearsalDesk, name: &str) -> Result<Rehearsal> {
    read(app, &desk.acting, name).await
}

async fn read(app: &App, acting: &Acting, name: &str) -> Result<Rehearsal> {
    let mut tx = app.snapshot().await?;
    let campaign = room::called(&mut tx, name).await?.ok_or(Error::NotFound)?;
    let (name, stage) = sql::campaign(&mut tx, campaign).await?;
    let items = sql::all(&mut tx, campaign, REHEARSED_MAX).await?;
    Ok(Rehearsal {
        campaign,
        name,
        stage,
        count: Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX)),
        total_fen: sql::total(&mut tx, campaign).await?,
        may_clear: CampaignDesk::ROLES.contains(&acting.role) && !items.is_empty(),
        items,
        open: stage.allows(CampaignAct::Rehearse),
        as_of: app.clock.now(),
    })
}

/// Enters a test pledge. The same id and content again gives the same answer.
pub async fn enter(app: &App, desk: &RehearsalDesk, name: &str, new: &NewRehearsalPledge) -> Result<Rehearsal> {
    check_rehearsed(&new.name, new.amount_fen)?;
    let new = NewRehearsalPledge { name: new.name.trim().to_owned(), ..new.clone() };
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::Rehearse).await?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        tx.rollback().await?;
        let other = || Error::Conflict("这个编号已经录入过别的内容，请重新打开页面填写".into());
        return if known == (id, new) { read(app, &desk.acting, &id.to_string()).await } else { Err(other()) };
    }
    if sql::count(&mut tx, id).await? >= REHEARSED_MAX {
        return Err(Error::Conflict("演练最多录入 500 笔，请先清除".into()));
    }
    let inserted = sql::insert(&mut tx, id, &new, (desk.acting.person, app.clock.now())).await;
    if broken(&inserted) == Some("rehearsal_pledge_pkey") {
        // Entered at the same moment for another campaign.
        return Err(Error::changed_meanwhile());
    }
    inserted?;
    let after = Some(json!({ "amount_fen": new.amount_fen }));
    let record = Record {
        verb: "rehearsal_pledged",
        subject_kind: "campaign",
        subject: id.0,
        before: None,
        after,
        reason: None,
    };
    audit::record(app, &mut tx, &desk.acting, &desk.origin, record).await?;
    tx.commit().await?;
    read(app, &desk.acting, &id.to_string()).await
}

/// Deletes all test pledges of a campaign. Twice is as good as once.
pub async fn clear(app: &App, desk: &CampaignDesk, name: &str) -> Result<Rehearsal> {
    let mut tx = app.begin().await?;
    let id = room::called(&mut tx, name).await?.ok_or(Error::NotFound)?;
    room::stage(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let cleared = sql::clear(&mut tx, id).await?;
    if cleared > 0 {
        let before = json!({ "rows_read": cleared });
        record(app, &mut tx, desk, ("rehearsal_cleared", id), (Some(before), json!({}))).await?;
    }
    tx.commit().await?;
    read(app, &desk.acting, &id.to_string()).await
}
