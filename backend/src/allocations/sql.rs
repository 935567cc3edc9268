//! The only SQL on money that is set aside.

use crate::db::decode::{fen, word};
use chrono::{DateTime, Utc};
use domain::allocation::AllocationStatus;
use domain::api::allocations::{AllocationRow, NewAllocation, NewAllocationRequest};
use domain::need::NeedStatus;
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{AllocationId, CampaignId, Fen, LotId, NeedId, OrganisationId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// What of a need decides whether money may be set aside for it, kept as it is until the transaction ends.
pub struct NeedFacts {
    pub status: NeedStatus,
    pub takes_money: bool,
    /// What it asks for, less what is pledged to it and arranged for it.
    pub unpledged: Fen,
    /// What it asks for, less what is set aside for it.
    pub not_set_aside: Fen,
}

pub async fn lock_need(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<NeedFacts>> {
    let locked = sqlx::query!(
        "select status, kind, code is not null as public, coalesce(amount_fen, 0) as amount_fen
         from need
         where id = $1
         for no key update",
        need.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(locked) = locked else { return Ok(None) };
    let sums = sqlx::query!(
        r#"select m.pledged_fen + m.arranged_fen as "promised!",
                  coalesce((
                      select sum(case when t.code = 'allocate' then t.amount_fen else -t.amount_fen end)
                      from allocation a
                      join transfer t on t.cause = a.id and t.code in ('allocate', 'release') and t.asset = 'cny'
                      where a.need = m.need
                  ), 0)::bigint
                  + coalesce((select sum(s.fen) from surplus_arranged s where s.need = m.need), 0)::bigint as "set_aside!"
           from money_by_need m
           where m.need = $1"#,
        need.0
    )
    .fetch_one(connection)
    .await?;
    let asked = fen("need.amount_fen", locked.amount_fen.unwrap_or_default())?;
    Ok(Some(NeedFacts {
        status: word("need.status", &locked.status)?,
        takes_money: locked.kind == "money" && locked.public == Some(true),
        unpledged: asked.saturating_gap(fen("money_by_need", sums.promised)?),
        not_set_aside: asked.saturating_gap(fen("allocation", sums.set_aside)?),
    }))
}

/// A row of a directed pledge: what has arrived, is set aside, and is asked for.
pub struct Balance {
    pub arrived: Fen,
    pub set_aside: Fen,
    pub asked: Fen,
}

impl Balance {
    /// What is neither set aside nor asked for.
    pub fn free(&self) -> Fen {
        self.arrived.saturating_gap(self.set_aside).saturating_gap(self.asked)
    }
}

pub async fn balance(connection: &mut PgConnection, pledge: PledgeId, position: i32) -> sqlx::Result<Option<Balance>> {
    let row = sqlx::query!(
        r#"select arrived_fen as "arrived!", set_aside_fen as "set_aside!", asked_fen as "asked!"
           from directed_balance
           where pledge = $1 and position = $2"#,
        pledge.0,
        position
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Balance {
            arrived: fen("directed_balance", row.arrived)?,
            set_aside: fen("directed_balance", row.set_aside)?,
            asked: fen("directed_balance", row.asked)?,
        })
    })
    .transpose()
}

/// What is set aside at once, by the charity.
pub struct NewRow {
    pub id: AllocationId,
    pub charity: OrganisationId,
    pub need: NeedId,
    pub source: Source,
    pub amount: Fen,
    pub made_by: PersonId,
    pub now: DateTime<Utc>,
}

/// From which row of a pledge, or from which campaign's undirected money.
#[derive(Clone, Copy)]
pub enum Source {
    Row(PledgeId, i32),
    Campaign(CampaignId),
}

impl Source {
    pub fn of(new: &NewAllocation, position: Option<i32>) -> Option<Self> {
        match (new.pledge.zip(position), new.campaign) {
            (Some((pledge, position)), None) => Some(Self::Row(pledge, position)),
            (None, Some(campaign)) => Some(Self::Campaign(campaign)),
            _ => None,
        }
    }

    fn parts(self) -> (Option<Uuid>, Option<i32>, Option<Uuid>) {
        match self {
            Self::Row(pledge, position) => (Some(pledge.0), Some(position), None),
            Self::Campaign(campaign) => (None, None, Some(campaign.0)),
        }
    }
}

/// Whether the need was what the money was given for, and where it was given to, is read off its row.
pub async fn insert_accepted(connection: &mut PgConnection, new: &NewRow) -> sqlx::Result<()> {
    let (pledge, position, campaign) = new.source.parts();
    sqlx::query!(
        "insert into allocation (id, charity, need, pledge, position, campaign, amount_fen, made_by, made_at, arranged,
                                 given_to, status, accepted_by, accepted_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9,
                 not exists (select from designation_counted where pledge = $4 and position = $5 and need = $3),
                 (select place from designation_counted where pledge = $4 and position = $5), 'accepted', $8, $9, $9)",
        new.id.0,
        new.charity.0,
        new.need.0,
        pledge,
        position,
        campaign,
        new.amount.get(),
        new.made_by.0,
        new.now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_requested(
    connection: &mut PgConnection,
    new: &NewAllocationRequest,
    charity: OrganisationId,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into allocation (id, charity, need, pledge, position, amount_fen, made_by, made_at, arranged, given_to,
                                 status, beyond, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8,
                 not exists (select from designation_counted where pledge = $4 and position = $5 and need = $3),
                 (select place from designation_counted where pledge = $4 and position = $5), 'requested', $9, $8)",
        new.id.0,
        charity.0,
        new.need.0,
        new.pledge.0,
        new.position,
        new.amount_fen.get(),
        acting.person.0,
        now,
        new.beyond
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Money set aside or asked for, locked until the transaction ends.
pub struct Locked {
    pub id: AllocationId,
    pub status: AllocationStatus,
    pub charity: OrganisationId,
    pub need: NeedId,
    pub source: Source,
    pub amount: Fen,
    pub arranged: bool,
    pub beyond: bool,
}

pub async fn lock(connection: &mut PgConnection, id: AllocationId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        "select status, charity, need, pledge, position, campaign, amount_fen, arranged, beyond
         from allocation
         where id = $1
         for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let source = match (row.pledge.zip(row.position), row.campaign) {
            (Some((pledge, position)), _) => Source::Row(PledgeId(pledge), position),
            (None, Some(campaign)) => Source::Campaign(CampaignId(campaign)),
            (None, None) => return Err(sqlx::Error::Decode("allocation: from nowhere".into())),
        };
        Ok(Locked {
            id,
            status: word("allocation.status", &row.status)?,
            charity: OrganisationId(row.charity),
            need: NeedId(row.need),
            source,
            amount: fen("allocation.amount_fen", row.amount_fen)?,
            arranged: row.arranged,
            beyond: row.beyond,
        })
    })
    .transpose()
}

/// The pledge of an allocation, to be locked before it.
pub async fn pledge_of(connection: &mut PgConnection, id: AllocationId) -> sqlx::Result<Option<PledgeId>> {
    let pledge =
        sqlx::query_scalar!("select pledge from allocation where id = $1", id.0).fetch_optional(connection).await?;
    Ok(pledge.flatten().map(PledgeId))
}

pub async fn set_accepted(
    connection: &mut PgConnection,
    id: AllocationId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update allocation
         set status = 'accepted', accepted_by = $2, accepted_at = $3, changed_at = $3
         where id = $1 and status = 'requested'",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_status(
    connection: &mut PgConnection,
    id: AllocationId,
    (before, after): (AllocationStatus, AllocationStatus),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update allocation set status = $3, changed_at = $4 where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        now
    )
    .execute(connection)
    .await
}

/// Ends one, by a person or by none.
pub async fn set_ended(
    connection: &mut PgConnection,
    id: AllocationId,
    (before, after): (AllocationStatus, AllocationStatus),
    (person, reason): (Option<PersonId>, Option<&str>),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update allocation
         set status = $3, ended_by = $4, ended_at = $5, ended_reason = $6, changed_at = $5
         where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        person.map(|person| person.0),
        now,
        reason
    )
    .execute(connection)
    .await
}

/// From here on a payment counts on what is set aside for a need.
pub async fn set_locked(
    connection: &mut PgConnection,
    need: NeedId,
    charity: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update allocation a
         set status = 'locked', changed_at = $3
         from (select id
               from allocation
               where need = $1 and charity = $2 and status = 'accepted'
               order by id
               for update) own
         where a.id = own.id",
        need.0,
        charity.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The lots that were set aside.
pub async fn lots(connection: &mut PgConnection, id: AllocationId) -> sqlx::Result<Vec<(LotId, Fen)>> {
    let rows = sqlx::query!(
        r#"select t.lot, sum(t.amount_fen)::bigint as "fen!"
           from transfer t
           where t.cause = $1 and t.code = 'allocate' and t.asset = 'cny'
             and not exists (select from transfer r where r.corrects = t.id)
           group by t.lot
           order by t.lot"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((LotId(row.lot), fen("transfer.amount_fen", row.fen)?))).collect()
}

/// The payments for a need that were made or count on its money, as a refusal lists them.
pub async fn payments(
    connection: &mut PgConnection,
    need: NeedId,
    charity: OrganisationId,
) -> sqlx::Result<Vec<String>> {
    let rows = sqlx::query!(
        "select payee_name, amount_fen, status, paid_on
         from disbursement
         where need = $1 and charity = $2 and status in ('requested', 'checked', 'approved', 'paid', 'bank_confirmed')
         order by prepared_at
         limit 20",
        need.0,
        charity.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount = fen("disbursement.amount_fen", row.amount_fen)?;
            let status: domain::disbursement::DisbursementStatus = word("disbursement.status", &row.status)?;
            let when = row.paid_on.map_or_else(|| status.label().to_owned(), |day| format!("{day} 已付"));
            Ok(format!("{}：{amount}（{when}）", row.payee_name))
        })
        .collect()
}

/// What payments on their way count on of a need's account.
pub async fn reserved(connection: &mut PgConnection, need: NeedId, charity: OrganisationId) -> sqlx::Result<Fen> {
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(amount_fen), 0)::bigint as "sum!"
           from disbursement
           where need = $1 and charity = $2 and status in ('requested', 'checked', 'approved')"#,
        need.0,
        charity.0
    )
    .fetch_one(connection)
    .await?;
    fen("disbursement.amount_fen", sum)
}

struct Row {
    id: Uuid,
    status: String,
    charity: Uuid,
    charity_name: String,
    need: Uuid,
    need_code: Option<String>,
    need_title: String,
    pledge: Option<Uuid>,
    reference: Option<String>,
    position: Option<i32>,
    enterprise: Option<Uuid>,
    enterprise_name: Option<String>,
    campaign: Option<Uuid>,
    campaign_name: Option<String>,
    amount_fen: i64,
    arranged: bool,
    beyond: bool,
    made_at: DateTime<Utc>,
    made_by: Option<String>,
    accepted_at: Option<DateTime<Utc>>,
    accepted_by: Option<String>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
    surplus: bool,
}

impl Row {
    fn read(self) -> sqlx::Result<AllocationRow> {
        Ok(AllocationRow {
            id: AllocationId(self.id),
            status: word("allocation.status", &self.status)?,
            charity: OrganisationId(self.charity),
            charity_name: self.charity_name,
            need: NeedId(self.need),
            need_code: self.need_code,
            need_title: self.need_title,
            pledge: self.pledge.map(PledgeId),
            reference: self.reference.as_deref().map(|text| word("pledge.reference", text)).transpose()?,
            position: self.position,
            enterprise: self.enterprise.map(OrganisationId),
            enterprise_name: self.enterprise_name,
            campaign: self.campaign.map(CampaignId),
            campaign_name: self.campaign_name,
            amount_fen: fen("allocation.amount_fen", self.amount_fen)?,
            arranged: self.arranged,
            beyond: self.beyond,
            made_at: self.made_at,
            made_by: self.made_by,
            accepted_at: self.accepted_at,
            accepted_by: self.accepted_by,
            ended_at: self.ended_at,
            ended_reason: self.ended_reason,
            surplus: self.surplus,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: AllocationId) -> sqlx::Result<Option<AllocationRow>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", status as "status!", charity as "charity!", charity_name as "charity_name!", need as "need!",
                  need_code, need_title as "need_title!", pledge, reference, position, enterprise, enterprise_name, campaign,
                  campaign_name, amount_fen as "amount_fen!", arranged as "arranged!", beyond as "beyond!",
                  made_at as "made_at!", made_by_name as made_by, accepted_at, accepted_by_name as accepted_by, ended_at,
                  ended_reason, surplus as "surplus!"
           from allocation_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// Of an enterprise's gifts, or of a charity: latest first.
pub async fn list(
    connection: &mut PgConnection,
    (enterprise, charity): (Option<OrganisationId>, Option<OrganisationId>),
    after: Option<AllocationId>,
    limit: i64,
) -> sqlx::Result<Vec<AllocationRow>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", status as "status!", charity as "charity!", charity_name as "charity_name!", need as "need!",
                  need_code, need_title as "need_title!", pledge, reference, position, enterprise, enterprise_name, campaign,
                  campaign_name, amount_fen as "amount_fen!", arranged as "arranged!", beyond as "beyond!",
                  made_at as "made_at!", made_by_name as made_by, accepted_at, accepted_by_name as accepted_by, ended_at,
                  ended_reason, surplus as "surplus!"
           from allocation_read
           where (enterprise = $1 or charity = $2)
             and ($3::uuid is null
                  or (made_at, id) < (select a.made_at, a.id from allocation a where a.id = $3))
           order by made_at desc, id desc
           limit $4"#,
        enterprise.map(|id| id.0),
        charity.map(|id| id.0),
        after.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// What enterprises ask this charity for.
pub async fn waiting(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(made_at) as oldest
           from (select made_at
                 from allocation
                 where charity = $1 and status = 'requested'
                 order by made_at
                 limit 1001) as waiting"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}
