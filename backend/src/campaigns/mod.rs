//! Campaigns: what everybody reads of them, and their set-up by the installation.
//!
//! A total and its time come from one moment. How the office sets one up is in `setup`, which needs it lists in `listed`,
//! its rehearsal in `rehearsal`. Deliberately absent: any gift of a private person; who may be asked for one is in the
//! room `fundraising`.

mod http;
pub mod listed;
pub mod rehearsal;
pub mod setup;
mod sql;

pub use http::routes;
pub use sql::{OfCharity, of_charity};

use crate::app::App;
use crate::commitments;
use crate::error::{Error, OnConstraint, OneRow, Result};
use chrono::NaiveDate;
use domain::api::campaigns::{Campaign, CampaignMoney, PageQuery, PublicPledge};
use domain::api::{Count, List};
use domain::campaign::{
    CampaignAct, CampaignStage, CampaignYear, GoodsUnfinished, MoneyOnItsWay, SurplusUnsettled, begins,
};
use domain::four::FourNumbers;
use domain::todo::Waiting;
use domain::{BankAccountId, CampaignId, LotId, OrganisationId, PledgeId};
use sqlx::PgConnection;

/// Campaigns in one list; there is one a year.
const LIST_MAX: i64 = 50;
/// Pledges on one page of a campaign.
const PAGE: usize = 50;

/// A campaign to be set up by the installation itself.
pub struct NewCampaign<'a> {
    pub name: &'a str,
    /// The calendar year in which its year begins.
    pub year: i32,
    pub host: &'a str,
    pub purpose: &'a str,
    pub held_on: NaiveDate,
    /// Who receives for it, and on which account.
    pub charities: &'a [(OrganisationId, BankAccountId)],
}

/// Sets a campaign up as a draft.
pub async fn create(app: &App, new: &NewCampaign<'_>) -> Result<CampaignId> {
    let id: CampaignId = app.clock.id();
    let mut tx = app.begin().await?;
    sql::insert(&mut tx, id, new, app.clock.now())
        .await
        .on_constraint("campaign_year_once", || Error::invalid("year", "这一年度已经有活动"))?;
    for (charity, account) in new.charities {
        sql::insert_charity(&mut tx, id, *charity, *account).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// A charity's account, on which gifts arrive.
pub struct NewAccount<'a> {
    pub charity: OrganisationId,
    pub holder: &'a str,
    pub bank: &'a str,
    pub account_no: &'a str,
}

pub async fn add_account(app: &App, new: &NewAccount<'_>) -> Result<BankAccountId> {
    let id: BankAccountId = app.clock.id();
    let mut connection = app.pool.acquire().await?;
    sql::insert_account(&mut connection, id, new, app.clock.now()).await?;
    Ok(id)
}

/// Takes a campaign to the next stage, by the installation itself. The office's way asks what is lacking first.
pub async fn set_stage(app: &App, id: CampaignId, next: CampaignStage) -> Result<()> {
    let mut tx = app.begin().await?;
    let now = sql::stage(&mut tx, id).await?.ok_or(Error::NotFound)?;
    if !now.may_become(next) {
        let (now, next) = (now.label(), next.label());
        return Err(Error::Conflict(format!("活动现在是“{now}”，不能改为“{next}”")));
    }
    // The bank may be paying what is approved, and a village owes vouchers for what was paid: both are booked first.
    if next == CampaignStage::Archived && sql::money_is_on_its_way(&mut tx, id).await? {
        return Err(Error::Conflict(MoneyOnItsWay.to_string()));
    }
    if next == CampaignStage::Archived && sql::goods_are_unfinished(&mut tx, id).await? {
        return Err(Error::Conflict(GoodsUnfinished.to_string()));
    }
    if next == CampaignStage::Archived && sql::surplus_is_unsettled(&mut tx, id).await? {
        return Err(Error::Conflict(SurplusUnsettled.to_string()));
    }
    sql::set_stage(&mut tx, id, now, next).await?.one_row_or_conflict()?;
    tx.commit().await?;
    Ok(())
}

/// Sees that money of these campaigns may move; their stages stay as they are until the transaction ends.
pub async fn may_move(tx: &mut PgConnection, campaigns: &[CampaignId]) -> Result<()> {
    for stage in sql::stages(tx, campaigns).await? {
        stage.check(CampaignAct::MoveMoney).map_err(|error| Error::Conflict(error.to_string()))?;
    }
    Ok(())
}

/// As [`may_move`], by the lots that the money came in with. Money of an unknown giver belongs to no campaign yet.
pub async fn lots_may_move(tx: &mut PgConnection, lots: impl IntoIterator<Item = LotId>) -> Result<()> {
    let lots: Vec<LotId> = lots.into_iter().collect();
    let campaigns = sql::of_lots(tx, &lots).await?;
    may_move(tx, &campaigns).await
}

/// The campaigns that everybody may see, newest first.
pub async fn list(app: &App) -> Result<List<Campaign>> {
    let mut tx = app.snapshot().await?;
    let mut items = sql::all(&mut tx, LIST_MAX, app.clock.today()).await?;
    items.retain(|campaign| campaign.stage.allows(CampaignAct::ShowPublicly));
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// The campaign that is called so, by its code or its id.
pub async fn called(tx: &mut PgConnection, name: &str) -> Result<CampaignId> {
    sql::called(tx, name).await?.ok_or(Error::NotFound)
}

/// The same, if everybody may see it.
pub async fn public_id(tx: &mut PgConnection, name: &str) -> Result<CampaignId> {
    let id = called(tx, name).await?;
    let stage = sql::stage_of(tx, id).await?.filter(|stage| stage.allows(CampaignAct::ShowPublicly));
    stage.map(|_| id).ok_or(Error::NotFound)
}

/// One campaign, by its code or its id, with its totals, read in one moment.
pub async fn get(app: &App, name: &str) -> Result<CampaignMoney> {
    let mut tx = app.snapshot().await?;
    let id = called(&mut tx, name).await?;
    let all = sql::all(&mut tx, LIST_MAX, app.clock.today()).await?;
    let campaign = all.into_iter().find(|campaign| campaign.id == id);
    let campaign = campaign.filter(|campaign| campaign.stage.allows(CampaignAct::ShowPublicly));
    let campaign = campaign.ok_or(Error::NotFound)?;
    let commitments = commitments::totals::of_year(&mut tx, CampaignYear::starting_in(campaign.year)).await?;
    let totals = sql::money(&mut tx, id, app.clock.today()).await?;
    let (rules, page, listed) = sql::texts(&mut tx, id).await?;
    Ok(CampaignMoney {
        campaign,
        rules,
        page,
        partners: sql::named_partners(&mut tx, id).await?,
        listed,
        money: totals.money,
        pledges: totals.pledges,
        enterprises: totals.enterprises,
        later: totals.later,
        unmatched_fen: sql::unmatched(&mut tx, id, app.clock.today()).await?,
        commitments,
        as_of: app.clock.now(),
    })
}

/// What a campaign that everybody may see is called, its four numbers, and how many hidden gifts are not in them yet.
pub async fn public_money(
    tx: &mut PgConnection,
    id: CampaignId,
    today: NaiveDate,
) -> Result<(String, FourNumbers, i64)> {
    let campaign = sql::all(tx, LIST_MAX, today).await?.into_iter().find(|campaign| campaign.id == id);
    let campaign = campaign.filter(|campaign| campaign.stage.allows(CampaignAct::ShowPublicly));
    let campaign = campaign.ok_or(Error::NotFound)?;
    let totals = sql::money(tx, id, today).await?;
    Ok((campaign.name, totals.money, totals.later))
}

/// The pledges of a campaign as their givers want to be shown, latest first.
pub async fn pledges(app: &App, name: &str, query: &PageQuery) -> Result<List<PublicPledge>> {
    let after = query.after.as_deref().map(str::parse::<PledgeId>).transpose();
    let after = after.map_err(|_| Error::invalid("after", "翻页的位置不对，请从第一页看起"))?;
    let mut tx = app.snapshot().await?;
    let id = public_id(&mut tx, name).await?;
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let mut rows = sql::pledges(&mut tx, id, after, limit).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|(id, _)| id.to_string());
    let count = Count::capped(sql::count_pledges(&mut tx, id).await?);
    Ok(List { items: rows.into_iter().map(|(_, pledge)| pledge).collect(), next, count })
}

/// What of campaigns waits for the office: those whose day says that they belong into another stage.
pub async fn waiting_to_move_on(tx: &mut PgConnection, today: NaiveDate) -> Result<Waiting> {
    let since = sql::days(tx).await?.into_iter().filter_map(|(stage, held_on)| stage.moves_on_from(held_on));
    let since: Vec<NaiveDate> = since.filter(|day| *day <= today).collect();
    let count = i64::try_from(since.len()).unwrap_or(i64::MAX);
    Ok(Waiting { count, oldest: since.into_iter().min().map(begins) })
}
