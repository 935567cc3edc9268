//! The only SQL that writes pledges, and the reading of the sums over them.

use super::{Locked, public_pledge};
use crate::db::decode;
use crate::db::decode::word;
use chrono::{DateTime, NaiveDate, Utc};
use domain::allocation::FUNDING_CHOICE_VERSION;
use domain::api::campaigns::PublicPledge;
use domain::api::money::SetAsideBy;
use domain::api::pledges::{Arrival, NewPledge, PayTo, Pledge, TrailItem, TrailStep, Whereabouts};
use domain::four::FourNumbers;
use domain::need::NeedStatus;
use domain::organisation::Acting;
use domain::pledge::{DisplayChoice, PledgeReference, PledgeStatus};
use domain::todo::Waiting;
use domain::{CampaignId, Fen, FileId, LotId, NeedId, OrganisationId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

fn fen(amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|error| decode::error("amount", error))
}

/// The state of a need that asks for money, which stays so until the transaction ends.
pub async fn need_status(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<NeedStatus>> {
    let status = sqlx::query_scalar!("select status from need where id = $1 and kind = 'money' for share", need.0)
        .fetch_optional(connection)
        .await?;
    status.as_deref().map(|text| word("pledge", text)).transpose()
}

pub async fn next_number(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select nextval('pledge_number') as "number!""#).fetch_one(connection).await
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewPledge,
    choice: DisplayChoice,
    reference: PledgeReference,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into pledge (id, reference, campaign, charity, enterprise, restriction, amount_fen, status,
                             public_display, show_amount, share_with_recipient, terms_version, pledged_by, pledged_at,
                             changed_at, funding_choice, funding_choice_version)
         values ($1, $2, $3, $4, $5, $6, $7, 'pledged', $8, $9, $10, $11, $12, $13, $13, $14, $15)",
        new.id.0,
        reference.as_str(),
        new.campaign.0,
        new.charity.0,
        acting.organisation.0,
        new.input.restriction.as_str(),
        new.input.amount.get(),
        choice.name.as_str(),
        choice.show_amount,
        choice.share_with_recipient,
        new.input.terms_version,
        acting.person.0,
        now,
        new.input.funding_choice.as_str(),
        FUNDING_CHOICE_VERSION
    )
    .execute(connection)
    .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    reference: String,
    status: String,
    campaign: Uuid,
    campaign_name: String,
    charity: Uuid,
    charity_name: String,
    enterprise: Uuid,
    enterprise_name: String,
    restriction: String,
    funding_choice: String,
    amount_fen: i64,
    arrived_fen: i64,
    public_display: String,
    show_amount: bool,
    share_with_recipient: bool,
    terms_version: String,
    pledged_at: DateTime<Utc>,
    cancelled_reason: Option<String>,
}

impl Row {
    /// Without its rows.
    fn read(self) -> sqlx::Result<Pledge> {
        Ok(Pledge {
            id: PledgeId(self.id),
            reference: word("pledge", &self.reference)?,
            status: word("pledge", &self.status)?,
            campaign: CampaignId(self.campaign),
            campaign_name: self.campaign_name,
            charity: OrganisationId(self.charity),
            charity_name: self.charity_name,
            enterprise: OrganisationId(self.enterprise),
            enterprise_name: self.enterprise_name,
            need: None,
            designations: Vec::new(),
            restriction: word("pledge", &self.restriction)?,
            funding_choice: word("pledge", &self.funding_choice)?,
            amount_fen: fen(self.amount_fen)?,
            arrived_fen: fen(self.arrived_fen)?,
            public_display: word("pledge", &self.public_display)?,
            show_amount: self.show_amount,
            share_with_recipient: self.share_with_recipient,
            terms_version: self.terms_version,
            pledged_at: self.pledged_at,
            designated_at: None,
            pay_to: None,
            arrivals: Vec::new(),
            instalments: Vec::new(),
            cancelled_reason: self.cancelled_reason,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: PledgeId) -> sqlx::Result<Option<Pledge>> {
    let row = sqlx::query_as!(
        Row,
        r#"select p.id, p.reference, p.status, p.campaign, c.name as campaign_name, p.charity, ch.name as charity_name,
                  p.enterprise, e.name as enterprise_name, p.restriction, p.funding_choice, p.amount_fen, p.arrived_fen,
                  p.public_display,
                  p.show_amount, p.share_with_recipient, p.terms_version, p.pledged_at, p.cancelled_reason
           from pledge p
           join campaign c on c.id = p.campaign
           join organisation ch on ch.id = p.charity
           join organisation e on e.id = p.enterprise
           where p.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

pub async fn id_of(connection: &mut PgConnection, reference: PledgeReference) -> sqlx::Result<Option<PledgeId>> {
    let id = sqlx::query_scalar!("select id from pledge where reference = $1", reference.as_str())
        .fetch_optional(connection)
        .await?;
    Ok(id.map(PledgeId))
}

pub async fn of_enterprise(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Pledge>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select p.id, p.reference, p.status, p.campaign, c.name as campaign_name, p.charity, ch.name as charity_name,
                  p.enterprise, e.name as enterprise_name, p.restriction, p.funding_choice, p.amount_fen, p.arrived_fen,
                  p.public_display,
                  p.show_amount, p.share_with_recipient, p.terms_version, p.pledged_at, p.cancelled_reason
           from pledge p
           join campaign c on c.id = p.campaign
           join organisation ch on ch.id = p.charity
           join organisation e on e.id = p.enterprise
           where p.enterprise = $1
           order by p.pledged_at desc, p.id desc
           limit $2"#,
        enterprise.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn arrivals(connection: &mut PgConnection, id: PledgeId) -> sqlx::Result<Vec<Arrival>> {
    let rows = sqlx::query!(
        r#"select part.lot, part.amount_fen, line.booked_on, line.confirmed_at as "confirmed_at!"
           from bank_line_part part
           join bank_line line on line.id = part.line
           where part.pledge = $1 and line.status = 'confirmed'
           order by line.booked_on, line.confirmation_no"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Arrival {
                lot: LotId(row.lot),
                amount_fen: fen(row.amount_fen)?,
                booked_on: row.booked_on,
                confirmed_at: row.confirmed_at,
            })
        })
        .collect()
}

pub async fn pay_to(
    connection: &mut PgConnection,
    campaign: CampaignId,
    charity: OrganisationId,
) -> sqlx::Result<PayTo> {
    sqlx::query_as!(
        PayTo,
        "select b.holder, b.bank, b.account_no, cc.contact
         from campaign_charity cc
         join bank_account b on b.id = cc.bank_account
         where cc.campaign = $1 and cc.charity = $2",
        campaign.0,
        charity.0
    )
    .fetch_one(connection)
    .await
}

/// The sums of a need as everybody reads them.
pub struct MoneyOfNeed {
    pub money: FourNumbers,
    /// Hidden gifts that are not in them yet.
    pub later: i64,
    pub set_aside_by: Vec<SetAsideBy>,
    pub has_surplus: bool,
}

/// The four numbers as everybody reads them on this day, and what else its page opens.
pub async fn money_of_need(
    connection: &mut PgConnection,
    need: NeedId,
    today: NaiveDate,
) -> sqlx::Result<Option<MoneyOfNeed>> {
    let row = sqlx::query!(
        r#"select m.pledged_fen - coalesce(p.left_out, 0)::bigint as "pledged_fen!",
                  m.arrived_fen - coalesce(a.left_out, 0)::bigint as "arrived_fen!",
                  m.disbursed_fen as "disbursed_fen!", m.spent_fen as "spent_fen!", m.arranged_fen as "arranged_fen!",
                  greatest(p.gifts, a.gifts) as "later!",
                  coalesce((
                      select json_agg(json_build_object('charity', o.id, 'name', o.name) order by o.name)
                      from organisation o
                      where o.id in (select g.charity from allocation g
                                     where g.need = $1 and g.status in ('accepted', 'locked', 'changing')
                                     union all
                                     select s.charity from surplus_placement u join surplus s on s.id = u.surplus
                                     where u.to_need = $1 and u.status = 'confirmed')
                  ), '[]') as "set_aside_by!: Json<Vec<SetAsideBy>>",
                  exists (select from surplus s where s.need = $1 and s.status = 'confirmed')
                  or exists (select from surplus_placement u where u.to_need = $1 and u.status = 'confirmed')
                      as "has_surplus!"
           from money_by_need m
           join needs_public n on n.id = m.need
           left join lateral (
               select sum(counted_fen) as left_out, count(*) as gifts
               from hidden_pledge_of_need h
               where h.need = $1 and h.day = $2 and h.left_out
           ) p on true
           left join lateral (
               select sum(amount_fen) as left_out, count(*) as gifts
               from hidden_arrival_of_need h
               where h.need = $1 and h.day = $2 and h.left_out
           ) a on true
           where m.need = $1"#,
        need.0,
        today
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let numbers = FourNumbers {
            pledged: fen(row.pledged_fen)?,
            arrived: fen(row.arrived_fen)?,
            disbursed: fen(row.disbursed_fen)?,
            spent: fen(row.spent_fen)?,
            arranged: fen(row.arranged_fen)?,
        };
        Ok(MoneyOfNeed {
            money: numbers,
            later: row.later,
            set_aside_by: row.set_aside_by.0,
            has_surplus: row.has_surplus,
        })
    })
    .transpose()
}

/// What of a need's money was spent.
pub async fn spent_of_need(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<Fen>> {
    let spent = sqlx::query_scalar!(r#"select spent_fen as "spent!" from money_by_need where need = $1"#, need.0)
        .fetch_optional(connection)
        .await?;
    spent.map(fen).transpose()
}

pub async fn public_of_need(
    connection: &mut PgConnection,
    need: NeedId,
    limit: i64,
) -> sqlx::Result<Vec<PublicPledge>> {
    let rows = sqlx::query!(
        r#"select o.id, o.name, p.public_display as "public_display!", p.show_amount as "show_amount!",
                  p.pledged_at as "pledged_at!", d.counted_fen as "amount_fen!", d.arrived_fen as "arrived_fen!"
           from designation_counted d
           join pledge_counted p on p.id = d.pledge
           join organisation o on o.id = p.enterprise
           where d.need = $1 and d.counted_fen > 0
           order by d.pledged_at, d.pledge
           limit $2"#,
        need.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let money = (fen(row.amount_fen)?, fen(row.arrived_fen)?);
            let giver = (OrganisationId(row.id), row.name.as_str());
            public_pledge(giver, &row.public_display, row.show_amount, row.pledged_at, money, None)
                .map_err(|error| decode::error("pledge.public_display", error))
        })
        .collect()
}

pub async fn lock(connection: &mut PgConnection, ids: &[PledgeId]) -> sqlx::Result<Vec<Locked>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select id, charity, enterprise, campaign, restriction, status, agreed_at is not null as "agreed!",
                  amount_fen, arrived_fen
           from pledge
           where id = any($1)
           order by id
           for update"#,
        &ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Locked {
                id: PledgeId(row.id),
                charity: OrganisationId(row.charity),
                enterprise: OrganisationId(row.enterprise),
                campaign: CampaignId(row.campaign),
                restriction: word("pledge", &row.restriction)?,
                status: word("pledge", &row.status)?,
                agreed: row.agreed,
                amount: fen(row.amount_fen)?,
                arrived: fen(row.arrived_fen)?,
            })
        })
        .collect()
}

/// Whether a line that is not confirmed yet was matched to a pledge.
pub async fn is_matched(connection: &mut PgConnection, id: PledgeId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from bank_line_part part
               join bank_line l on l.id = part.line and l.status = 'matched'
               where part.pledge = $1) as "matched!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

pub async fn set_cancelled(
    connection: &mut PgConnection,
    before: &Locked,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge
         set status = 'cancelled', cancelled_reason = $3, changed_at = $4
         where id = $1 and status = $2",
        before.id.0,
        before.status.as_str(),
        reason,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_arrived(
    connection: &mut PgConnection,
    before: &Locked,
    arrived: Fen,
    status: PledgeStatus,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update pledge
         set arrived_fen = $3, status = $4, changed_at = $5
         where id = $1 and status = $2",
        before.id.0,
        before.status.as_str(),
        arrived.get(),
        status.as_str(),
        now
    )
    .execute(connection)
    .await
}

/// The movements of a pledge's lots; several lots that moved for one cause are one step.
pub async fn trail(connection: &mut PgConnection, id: PledgeId) -> sqlx::Result<Vec<TrailStep>> {
    let rows = sqlx::query!(
        r#"select t.code, sum(t.amount_fen)::bigint as "amount_fen!", t.effective_on,
                  max(t.recorded_at) as "recorded_at!", d.payee_name as "payee_name?",
                  i.description as "description?", i.seller as "seller?", i.seller_is_person as "seller_is_person?",
                  array(select f.file from spending_file f where f.item = i.id order by f.position) as "pictures!"
           from bank_line_part part
           join transfer t on t.lot = part.lot and t.asset = 'cny'
           left join disbursement d on d.id = t.cause
           left join spending_item i on i.id = t.cause
           where part.pledge = $1
           group by t.code, t.cause, t.effective_on, d.payee_name, i.id
           order by min(t.seq)"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let seller = if row.seller_is_person == Some(true) { Some("个人".to_owned()) } else { row.seller };
            let item = row.description.zip(seller).map(|(description, seller)| TrailItem {
                description,
                seller,
                pictures: row.pictures.into_iter().map(FileId).collect(),
            });
            Ok(TrailStep {
                code: word("pledge", &row.code)?,
                amount_fen: fen(row.amount_fen)?,
                on: row.effective_on,
                recorded_at: row.recorded_at,
                payee: row.payee_name,
                item,
            })
        })
        .collect()
}

/// The balances of a pledge's lots, account by account.
pub async fn whereabouts(connection: &mut PgConnection, id: PledgeId) -> sqlx::Result<Whereabouts> {
    let row = sqlx::query!(
        r#"select coalesce(sum(b.amount_fen) filter (where b.kind in ('directed', 'general')), 0)::bigint as "unallocated!",
                  coalesce(sum(b.amount_fen) filter (where b.kind = 'allocated'), 0)::bigint as "allocated!",
                  coalesce(sum(b.amount_fen) filter (where b.kind = 'advance'), 0)::bigint as "advanced!",
                  coalesce(sum(b.amount_fen) filter (where b.kind = 'spent'), 0)::bigint as "spent!",
                  coalesce(sum(b.amount_fen)
                           filter (where b.kind not in ('world', 'directed', 'general', 'allocated', 'advance', 'spent')),
                           0)::bigint as "elsewhere!"
           from (
               select split_part(t.credit, ':', 1) as kind, t.amount_fen
               from bank_line_part part
               join transfer t on t.lot = part.lot and t.asset = 'cny'
               where part.pledge = $1
               union all
               select split_part(t.debit, ':', 1), -t.amount_fen
               from bank_line_part part
               join transfer t on t.lot = part.lot and t.asset = 'cny'
               where part.pledge = $1
           ) b"#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok(Whereabouts {
        unallocated_fen: fen(row.unallocated)?,
        allocated_fen: fen(row.allocated)?,
        advanced_fen: fen(row.advanced)?,
        spent_fen: fen(row.spent)?,
        elsewhere_fen: fen(row.elsewhere)?,
    })
}

/// The enterprises whose money has arrived for a need.
pub async fn givers(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Vec<OrganisationId>> {
    let ids = sqlx::query_scalar!(
        r#"select distinct p.enterprise as "enterprise!"
           from designation_counted d
           join pledge p on p.id = d.pledge
           where d.need = $1 and d.arrived_fen > 0
           order by 1"#,
        need.0
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganisationId).collect())
}

/// The enterprises with a pledge for a need that counts.
pub async fn pledgers(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Vec<OrganisationId>> {
    let ids = sqlx::query_scalar!(
        r#"select distinct p.enterprise as "enterprise!"
           from designation_counted d
           join pledge p on p.id = d.pledge
           where d.need = $1 and d.counted_fen > 0
           order by 1"#,
        need.0
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganisationId).collect())
}

pub async fn waiting_for_money(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(pledged_at) as oldest
           from (select pledged_at
                 from pledge
                 where enterprise = $1 and status in ('pledged', 'agreed', 'partly_arrived', 'overdue')
                 order by pledged_at
                 limit 1001) as waiting"#,
        enterprise.0
    )
    .fetch_one(connection)
    .await
}
