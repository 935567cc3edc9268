//! The only SQL on campaigns and the accounts on which gifts arrive.

use super::{NewAccount, NewCampaign};
use crate::db::decode;
use crate::pledges::public_pledge;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::campaigns::{Campaign, Charity, NamedPartner, PublicPledge};
use domain::campaign::CampaignStage;
use domain::campaign::setup::{FundraisingCertificate, FundraisingFiling, Validity, qualification};
use domain::four::FourNumbers;
use domain::{BankAccountId, CampaignId, Fen, LotId, OrganisationId, PledgeId};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

pub(super) fn read_stage(text: &str) -> sqlx::Result<CampaignStage> {
    text.parse().map_err(|error| decode::error("campaign.stage", error))
}

pub(super) fn fen(amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|error| decode::error("amount", error))
}

pub async fn insert(
    connection: &mut PgConnection,
    id: CampaignId,
    new: &NewCampaign<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into campaign (id, code, name, year, stage, host, purpose, held_on, created_at)
         values ($1, '630-' || $3::int, $2, $3, 'draft', $4, $5, $6, $7)",
        id.0,
        new.name,
        new.year,
        new.host,
        new.purpose,
        new.held_on,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_charity(
    connection: &mut PgConnection,
    campaign: CampaignId,
    charity: OrganisationId,
    account: BankAccountId,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into campaign_charity (campaign, charity, bank_account) values ($1, $2, $3)",
        campaign.0,
        charity.0,
        account.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_account(
    connection: &mut PgConnection,
    id: BankAccountId,
    new: &NewAccount<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bank_account (id, charity, holder, bank, account_no, created_at)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        new.charity.0,
        new.holder,
        new.bank,
        new.account_no,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The stage, kept as it is until the transaction ends.
pub async fn stage(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<Option<CampaignStage>> {
    let stage = sqlx::query_scalar!("select stage from campaign where id = $1 for update", id.0)
        .fetch_optional(connection)
        .await?;
    stage.as_deref().map(read_stage).transpose()
}

pub async fn stage_of(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<Option<CampaignStage>> {
    let stage =
        sqlx::query_scalar!("select stage from campaign where id = $1", id.0).fetch_optional(connection).await?;
    stage.as_deref().map(read_stage).transpose()
}

pub async fn set_stage(
    connection: &mut PgConnection,
    id: CampaignId,
    now: CampaignStage,
    next: CampaignStage,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update campaign set stage = $3 where id = $1 and stage = $2", id.0, now.as_str(), next.as_str())
        .execute(connection)
        .await
}

/// What a pledge needs to know of a campaign and a charity in it; the stage stays until the transaction ends.
pub struct OfCharity {
    pub stage: CampaignStage,
}

/// The campaign, if this charity receives for it.
pub async fn of_charity(
    connection: &mut PgConnection,
    campaign: CampaignId,
    charity: OrganisationId,
) -> sqlx::Result<Option<OfCharity>> {
    let stage = sqlx::query_scalar!(
        "select c.stage
         from campaign c
         join campaign_charity cc on cc.campaign = c.id
         join organisation o on o.id = cc.charity
         where c.id = $1 and cc.charity = $2 and o.status = 'verified'
         for share of c",
        campaign.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    stage.map(|stage| Ok(OfCharity { stage: read_stage(&stage)? })).transpose()
}

/// The stages of some campaigns, which stay so until the transaction ends.
pub async fn stages(connection: &mut PgConnection, campaigns: &[CampaignId]) -> sqlx::Result<Vec<CampaignStage>> {
    let campaigns: Vec<Uuid> = campaigns.iter().map(|id| id.0).collect();
    let stages = sqlx::query_scalar!("select stage from campaign where id = any($1) order by id for share", &campaigns)
        .fetch_all(connection)
        .await?;
    stages.iter().map(|stage| read_stage(stage)).collect()
}

/// The campaigns of lots, each once.
pub async fn of_lots(connection: &mut PgConnection, lots: &[LotId]) -> sqlx::Result<Vec<CampaignId>> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let ids = sqlx::query_scalar!(
        r#"select distinct campaign as "campaign!" from lot_campaign where lot = any($1) and campaign is not null"#,
        &lots
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(CampaignId).collect())
}

/// Whether money of the campaign waits to be paid by an approved payment, or is paid out without accepted vouchers.
pub async fn money_is_on_its_way(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select
               from lot_campaign l
               join account_balance b on b.lot = l.lot and b.amount_fen > 0
               where l.campaign = $1
                 and (b.account like 'advance:%'
                      or exists (
                          select from disbursement_read d
                          where d.status = 'approved' and b.account = 'allocated:' || d.need || ':' || d.charity
                      ))
           ) as "on_its_way!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// Whether goods that were offered to the campaign are neither handed over, written off, nor refused.
pub async fn goods_are_unfinished(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select
               from goods_gift
               where campaign = $1
                 and status in ('offered', 'inspected', 'accepted', 'set_aside', 'partly_handed_over', 'partly_free')
           ) as "unfinished!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// Whether needs that are over left money of the campaign that was neither used for another need nor returned. What is set
/// aside for a need that goes on holds no campaign open.
pub async fn surplus_is_unsettled(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select
               from lot_campaign l
               join account_balance b on b.lot = l.lot and b.amount_fen > 0 and b.asset = 'cny'
               where l.campaign = $1
                 and (b.account like 'surplus:%'
                      or exists (
                          select
                          from need n
                          where n.id = case when b.account like 'allocated:%'
                                            then split_part(b.account, ':', 2)::uuid end
                            and n.status in ('closed', 'withdrawn', 'expired')
                      ))
           ) as "unsettled!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// The id of a campaign that is called so, by its code or its id.
pub async fn called(connection: &mut PgConnection, name: &str) -> sqlx::Result<Option<CampaignId>> {
    let id = sqlx::query_scalar!("select id from campaign where code = $1 or id = $2", name, name.parse::<Uuid>().ok())
        .fetch_optional(connection)
        .await?;
    Ok(id.map(CampaignId))
}

/// A charity of a campaign, as the database makes it to JSON.
#[derive(Debug, Deserialize)]
pub(super) struct CharityRow {
    id: Uuid,
    name: String,
    certificate_no: Option<String>,
    certificate_from: Option<NaiveDate>,
    certificate_to: Option<NaiveDate>,
    tax_from: Option<NaiveDate>,
    tax_to: Option<NaiveDate>,
    filing_no: Option<String>,
    filed_on: Option<NaiveDate>,
    filing_from: Option<NaiveDate>,
    filing_to: Option<NaiveDate>,
    contact: String,
}

fn validity(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Option<Validity> {
    Some(Validity { from: from?, to: to? })
}

impl CharityRow {
    fn certificate(&self) -> Option<FundraisingCertificate> {
        let valid = validity(self.certificate_from, self.certificate_to)?;
        Some(FundraisingCertificate { number: self.certificate_no.clone()?, valid })
    }

    fn filing(&self) -> Option<FundraisingFiling> {
        let period = validity(self.filing_from, self.filing_to)?;
        Some(FundraisingFiling { number: self.filing_no.clone()?, filed_on: self.filed_on?, period })
    }

    /// As everybody reads it on this day.
    pub(super) fn into_api(self, today: NaiveDate) -> Charity {
        let (certificate, filing) = (self.certificate(), self.filing());
        let tax = validity(self.tax_from, self.tax_to);
        Charity {
            id: OrganisationId(self.id),
            name: self.name,
            qualification: qualification(certificate.as_ref().map(|own| &own.valid), today),
            certificate,
            tax_stands: qualification(tax.as_ref(), today),
            tax,
            filing,
            contact: self.contact,
        }
    }
}

pub async fn all(connection: &mut PgConnection, limit: i64, today: NaiveDate) -> sqlx::Result<Vec<Campaign>> {
    let rows = sqlx::query!(
        r#"select c.id, c.code, c.programme, c.name, c.year, c.stage, c.host, c.purpose, c.held_on,
                  coalesce((
                      select json_agg(json_build_object(
                          'id', o.id, 'name', o.name, 'certificate_no', cc.certificate_no,
                          'certificate_from', cc.certificate_from, 'certificate_to', cc.certificate_to,
                          'tax_from', cc.tax_from, 'tax_to', cc.tax_to, 'filing_no', cc.filing_no,
                          'filed_on', cc.filed_on, 'filing_from', cc.filing_from, 'filing_to', cc.filing_to,
                          'contact', cc.contact) order by o.name)
                      from campaign_charity cc
                      join organisation o on o.id = cc.charity
                      where cc.campaign = c.id
                  ), '[]') as "charities!: Json<Vec<CharityRow>>"
           from campaign c
           order by c.year desc
           limit $1"#,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let stage = read_stage(&row.stage)?;
            Ok(Campaign {
                id: CampaignId(row.id),
                code: row.code,
                programme: row.programme,
                name: row.name,
                year: row.year,
                stage,
                host: row.host,
                purpose: row.purpose,
                held_on: row.held_on,
                charities: row.charities.0.into_iter().map(|charity| charity.into_api(today)).collect(),
                takes_pledges: stage.takes_pledges(),
            })
        })
        .collect()
}

/// What the page of a campaign says besides: its rules and its text, and how many needs it lists.
pub async fn texts(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<(String, String, i64)> {
    let row = sqlx::query!(
        r#"select rules, page,
                  (select count(*) from campaign_need l join needs_listed n on n.id = l.need where l.campaign = c.id)
                      as "listed!"
           from campaign c
           where c.id = $1"#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok((row.rules, row.page, row.listed))
}

pub async fn named_partners(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<Vec<NamedPartner>> {
    sqlx::query_as!(
        NamedPartner,
        "select name, agreed_on, evaluated_on, named_in_plan from campaign_partner where campaign = $1
         order by recorded_at, id",
        id.0
    )
    .fetch_all(connection)
    .await
}

pub struct Totals {
    pub money: FourNumbers,
    pub pledges: i64,
    pub enterprises: i64,
    /// Hidden gifts of today that are not in them yet.
    pub later: i64,
}

/// The totals as everybody reads them on this day.
pub async fn money(connection: &mut PgConnection, id: CampaignId, today: NaiveDate) -> sqlx::Result<Totals> {
    let row = sqlx::query!(
        r#"select m.pledged_fen - coalesce(p.left_out, 0)::bigint as "pledged_fen!",
                  m.arrived_fen - coalesce(a.left_out, 0)::bigint as "arrived_fen!",
                  m.disbursed_fen as "disbursed_fen!", m.spent_fen as "spent_fen!", m.arranged_fen as "arranged_fen!",
                  m.pledges as "pledges!", m.enterprises as "enterprises!", greatest(p.gifts, a.gifts) as "later!"
           from campaign_money m
           left join lateral (
               select sum(counted_fen) as left_out, count(*) as gifts
               from hidden_pledge_of_campaign h
               where h.campaign = $1 and h.day = $2 and h.left_out
           ) p on true
           left join lateral (
               select sum(amount_fen) as left_out, count(*) as gifts
               from hidden_arrival_of_campaign h
               where h.campaign = $1 and h.day = $2 and h.left_out
           ) a on true
           where m.campaign = $1"#,
        id.0,
        today
    )
    .fetch_one(connection)
    .await?;
    Ok(Totals {
        money: FourNumbers {
            pledged: fen(row.pledged_fen)?,
            arrived: fen(row.arrived_fen)?,
            disbursed: fen(row.disbursed_fen)?,
            spent: fen(row.spent_fen)?,
            arranged: fen(row.arranged_fen)?,
        },
        pledges: row.pledges,
        enterprises: row.enterprises,
        later: row.later,
    })
}

/// Money of unknown givers on the accounts of its charities when this day began: what moves today would tell which gift it
/// became.
pub async fn unmatched(connection: &mut PgConnection, id: CampaignId, today: NaiveDate) -> sqlx::Result<Fen> {
    let held = sqlx::query_scalar!(
        r#"select coalesce(sum(held.fen - moved.fen), 0)::bigint as "held!"
           from campaign_charity c
           join bank_account a on a.charity = c.charity
           cross join lateral (
               select coalesce(sum(b.amount_fen), 0) as fen
               from account_balance b
               where b.account = 'unmatched:' || a.id and b.asset = 'cny'
           ) held
           cross join lateral (
               select coalesce(sum(t.fen), 0) as fen
               from (
                   select amount_fen as fen
                   from transfer
                   where credit = 'unmatched:' || a.id and booked_day >= $2 and asset = 'cny'
                   union all
                   select -amount_fen
                   from transfer
                   where debit = 'unmatched:' || a.id and booked_day >= $2 and asset = 'cny'
               ) t
           ) moved
           where c.campaign = $1"#,
        id.0,
        today
    )
    .fetch_one(connection)
    .await?;
    fen(held)
}

pub async fn pledges(
    connection: &mut PgConnection,
    id: CampaignId,
    after: Option<PledgeId>,
    limit: i64,
) -> sqlx::Result<Vec<(PledgeId, PublicPledge)>> {
    let rows = sqlx::query!(
        r#"select p.id as "id!", o.id as giver, o.name, p.public_display as "public_display!", p.show_amount as "show_amount!",
                  p.pledged_at as "pledged_at!",
                  p.counted_fen as "amount_fen!", p.arrived_fen as "arrived_fen!", n.code as "code?", n.title as "title?"
           from pledge_counted p
           join organisation o on o.id = p.enterprise
           -- Where all of it is for one need.
           left join designation_counted d on d.pledge = p.id and d.position = 1 and d.amount_fen = p.amount_fen
           left join needs_public n on n.id = d.need
           where p.campaign = $1 and p.counted_fen > 0
             and ($2::uuid is null
                  or (p.pledged_at, p.id) < (select a.pledged_at, a.id from pledge_counted a where a.id = $2 and a.campaign = $1))
           order by p.pledged_at desc, p.id desc
           limit $3"#,
        id.0,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let shown = public_pledge(
                (OrganisationId(row.giver), &row.name),
                &row.public_display,
                row.show_amount,
                row.pledged_at,
                (fen(row.amount_fen)?, fen(row.arrived_fen)?),
                row.code.zip(row.title),
            );
            Ok((PledgeId(row.id), shown.map_err(|error| decode::error("pledge.public_display", error))?))
        })
        .collect()
}

/// At most one more than a list counts.
pub async fn count_pledges(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from pledge_counted where campaign = $1 and counted_fen > 0 limit 1001) as counted"#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// The stage and the day of each campaign that is not closed.
pub async fn days(connection: &mut PgConnection) -> sqlx::Result<Vec<(CampaignStage, NaiveDate)>> {
    let rows =
        sqlx::query!("select stage, held_on from campaign where stage <> 'archived'").fetch_all(connection).await?;
    rows.into_iter().map(|row| Ok((read_stage(&row.stage)?, row.held_on))).collect()
}
