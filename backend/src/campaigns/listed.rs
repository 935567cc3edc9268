//! Which needs a campaign lists: its office picks them among the public ones and puts them in order.
//!
//! A list is what the office shows, no condition: a pledge to the campaign may name any open need. A need that is no
//! longer in public lists is not shown here either. Deliberately absent: finding (the room `needs`).

mod sql;

use super::setup::{locked, record};
use super::{PAGE, called, public_id};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{CampaignDesk, CampaignReader};
use crate::needs;
use domain::api::campaigns::PageQuery;
use domain::api::campaigns::setup::{ListNeeds, Listing, MoveNeed};
use domain::api::needs::NeedRow;
use domain::api::{Count, List};
use domain::campaign::CampaignAct;
use domain::campaign::setup::{LISTED_AT_ONCE, LISTED_MAX};
use domain::{CampaignId, NeedId};
use serde_json::json;
use sqlx::PgConnection;

pub(super) async fn count(tx: &mut PgConnection, id: CampaignId) -> Result<i64> {
    Ok(sql::count(tx, id).await?)
}

/// The needs that a campaign lists, in its office's order.
pub async fn get(app: &App, name: &str, query: &PageQuery) -> Result<List<NeedRow>> {
    let mut tx = app.snapshot().await?;
    let id = public_id(&mut tx, name).await?;
    page(app, &mut tx, id, query).await
}

/// The same also of a draft, for whoever works on it.
pub async fn own(app: &App, _: &CampaignReader, name: &str, query: &PageQuery) -> Result<List<NeedRow>> {
    let mut tx = app.snapshot().await?;
    let id = called(&mut tx, name).await?;
    page(app, &mut tx, id, query).await
}

async fn page(app: &App, tx: &mut PgConnection, id: CampaignId, query: &PageQuery) -> Result<List<NeedRow>> {
    let after = query.after.as_deref().map(str::parse::<NeedId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut ids = sql::page(tx, id, after, limit).await?;
    let more = ids.len() > PAGE;
    ids.truncate(PAGE);
    let next = ids.last().filter(|_| more).map(ToString::to_string);
    let items = needs::public_rows(app, tx, &ids).await?;
    let count = Count::capped(sql::count_shown(tx, id).await?);
    Ok(List { items, next, count })
}

fn checked(asked: &ListNeeds) -> Result<Vec<NeedId>> {
    if asked.needs.is_empty() {
        return Err(Error::invalid("needs", "请至少选一条需求"));
    }
    if asked.needs.len() > LISTED_AT_ONCE {
        return Err(Error::invalid("needs", "一次最多选 100 条需求"));
    }
    let mut needs = Vec::new();
    for need in &asked.needs {
        if !needs.contains(need) {
            needs.push(*need);
        }
    }
    Ok(needs)
}

/// Lists needs behind those that are listed; what is listed already stays where it is.
pub async fn add(app: &App, desk: &CampaignDesk, name: &str, asked: &ListNeeds) -> Result<Listing> {
    let needs = checked(asked)?;
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::ListNeeds).await?;
    if sql::public(&mut tx, &needs).await? < needs.len() {
        return Err(Error::invalid("needs", "有的需求没有公开，或已不在公开的列表里，请重新挑选"));
    }
    let stored = sql::all(&mut tx, id).await?;
    let new: Vec<NeedId> = needs.into_iter().filter(|need| !stored.contains(need)).collect();
    if stored.len() + new.len() > LISTED_MAX {
        return Err(Error::invalid("needs", "一次活动最多列 1000 条需求"));
    }
    sql::append(&mut tx, id, &new, (desk.acting.person, app.clock.now())).await?;
    if !new.is_empty() {
        let after = json!({ "needs": new.len(), "ids": new });
        record(app, &mut tx, desk, ("campaign_needs_listed", id), (None, after)).await?;
    }
    let listed = sql::count(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Listing { changed: number(new.len()), listed })
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Takes needs off the list.
pub async fn remove(app: &App, desk: &CampaignDesk, name: &str, asked: &ListNeeds) -> Result<Listing> {
    let needs = checked(asked)?;
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::ListNeeds).await?;
    let removed = sql::remove(&mut tx, id, &needs).await?;
    if !removed.is_empty() {
        let before = json!({ "needs": removed.len(), "ids": removed });
        record(app, &mut tx, desk, ("campaign_needs_unlisted", id), (Some(before), json!({}))).await?;
    }
    let listed = sql::count(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Listing { changed: number(removed.len()), listed })
}

/// Puts a listed need at a place of the list.
pub async fn set_position(app: &App, desk: &CampaignDesk, name: &str, step: MoveNeed) -> Result<Listing> {
    let mut tx = app.begin().await?;
    let (id, _) = locked(&mut tx, name, CampaignAct::ListNeeds).await?;
    let mut order = sql::all(&mut tx, id).await?;
    let now = order.iter().position(|need| *need == step.need);
    let now = now.ok_or_else(|| Error::invalid("need", "这条需求不在活动的列表里"))?;
    if step.position == 0 {
        return Err(Error::invalid("position", "位置从 1 数起"));
    }
    let place = usize::try_from(step.position - 1).unwrap_or(usize::MAX).min(order.len() - 1);
    let listed = number(order.len());
    if place == now {
        tx.rollback().await?;
        return Ok(Listing { changed: 0, listed });
    }
    let need = order.remove(now);
    order.insert(place, need);
    sql::set_order(&mut tx, id, &order).await?;
    let (before, after) = (json!({ "need": need, "row": now + 1 }), json!({ "need": need, "row": place + 1 }));
    record(app, &mut tx, desk, ("campaign_need_moved", id), (Some(before), after)).await?;
    tx.commit().await?;
    Ok(Listing { changed: 1, listed })
}
