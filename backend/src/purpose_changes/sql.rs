//! The only SQL on changes of purpose.

use super::Subject;
use crate::allocations::Source;
use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::allocation::{PurposeBasis, PurposeChangeStatus, PurposeOrigin};
use domain::api::purpose_changes::{ChangedNeed, PurposeChange};
use domain::todo::Waiting;
use domain::{AllocationId, CampaignId, Fen, NeedId, OrganisationId, PersonId, PledgeId, PurposeChangeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// Whose an allocation is.
pub struct Parties {
    pub charity: OrganisationId,
    pub enterprise: Option<OrganisationId>,
}

pub async fn parties_of(connection: &mut PgConnection, id: AllocationId) -> sqlx::Result<Option<Parties>> {
    let row = sqlx::query!(r#"select charity as "charity!", enterprise from allocation_read where id = $1"#, id.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|row| Parties { charity: OrganisationId(row.charity), enterprise: row.enterprise.map(OrganisationId) }))
}

/// A change as it is asked for.
pub struct New<'a> {
    pub id: PurposeChangeId,
    pub subject: &'a Subject,
    pub to_need: Option<NeedId>,
    pub origin: PurposeOrigin,
    pub reason: &'a str,
    pub requested_by: Option<PersonId>,
    /// The giver chose so before pledging.
    pub consented: bool,
    pub now: DateTime<Utc>,
}

pub async fn insert(connection: &mut PgConnection, new: &New<'_>) -> sqlx::Result<()> {
    let (pledge, position, campaign) = match new.subject.source {
        Source::Row(pledge, position) => (Some(pledge.0), Some(position), None),
        Source::Campaign(campaign) => (None, None, Some(campaign.0)),
    };
    let basis = if campaign.is_some() { PurposeBasis::Filing } else { PurposeBasis::Consent };
    let status = if new.consented { PurposeChangeStatus::Consented } else { PurposeChangeStatus::Requested };
    sqlx::query!(
        "insert into purpose_change (id, charity, enterprise, pledge, position, campaign, allocation, from_need, to_need,
                                     amount_fen, basis, origin, status, reason, requested_by, requested_at, consented_at,
                                     changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                 case when $17 then $16::timestamptz end, $16)",
        new.id.0,
        new.subject.charity.0,
        new.subject.enterprise.filter(|_| pledge.is_some()).map(|id| id.0),
        pledge,
        position,
        campaign,
        new.subject.allocation.map(|(id, _)| id.0),
        new.subject.from_need.map(|id| id.0),
        new.to_need.map(|id| id.0),
        new.subject.amount.get(),
        basis.as_str(),
        new.origin.as_str(),
        status.as_str(),
        new.reason,
        new.requested_by.map(|id| id.0),
        new.now,
        new.consented
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A change that is being worked on, locked until the transaction ends.
pub struct Locked {
    pub id: PurposeChangeId,
    pub status: PurposeChangeStatus,
    pub basis: PurposeBasis,
    pub charity: OrganisationId,
    pub enterprise: Option<OrganisationId>,
    pub source: Source,
    pub from_need: Option<NeedId>,
    pub to_need: Option<NeedId>,
    pub amount: Fen,
    pub requested_by: Option<PersonId>,
}

pub async fn lock(connection: &mut PgConnection, id: PurposeChangeId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        "select status, basis, charity, enterprise, pledge, position, campaign, from_need, to_need, amount_fen, requested_by
         from purpose_change
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
            (None, None) => return Err(sqlx::Error::Decode("purpose_change: of nothing".into())),
        };
        Ok(Locked {
            id,
            status: word("purpose_change.status", &row.status)?,
            basis: word("purpose_change.basis", &row.basis)?,
            charity: OrganisationId(row.charity),
            enterprise: row.enterprise.map(OrganisationId),
            source,
            from_need: row.from_need.map(NeedId),
            to_need: row.to_need.map(NeedId),
            amount: fen("purpose_change.amount_fen", row.amount_fen)?,
            requested_by: row.requested_by.map(PersonId),
        })
    })
    .transpose()
}

pub async fn set_consented(
    connection: &mut PgConnection,
    id: PurposeChangeId,
    person: PersonId,
    to_need: NeedId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update purpose_change
         set status = 'consented', consented_by = $2, to_need = $3, consented_at = $4, changed_at = $4
         where id = $1 and status = 'requested' and basis = 'consent'",
        id.0,
        person.0,
        to_need.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_filed(
    connection: &mut PgConnection,
    id: PurposeChangeId,
    (number, filed_on): (&str, NaiveDate),
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update purpose_change
         set status = 'filed', filing_no = $2, filed_on = $3, filed_by = $4, changed_at = $5
         where id = $1 and status = 'requested' and basis = 'filing'",
        id.0,
        number,
        filed_on,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_done(
    connection: &mut PgConnection,
    before: &Locked,
    (person, to_need, made): (PersonId, NeedId, AllocationId),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update purpose_change
         set status = 'done', done_by = $3, to_need = $4, made = $5, ended_by = $3, ended_at = $6, changed_at = $6
         where id = $1 and status = $2",
        before.id.0,
        before.status.as_str(),
        person.0,
        to_need.0,
        made.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_refused(
    connection: &mut PgConnection,
    before: &Locked,
    person: PersonId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update purpose_change
         set status = 'refused', ended_by = $3, ended_reason = $4, ended_at = $5, changed_at = $5
         where id = $1 and status = $2",
        before.id.0,
        before.status.as_str(),
        person.0,
        reason,
        now
    )
    .execute(connection)
    .await
}

/// Whether a payment of a need was approved or made.
pub async fn is_paid_from(connection: &mut PgConnection, need: NeedId, charity: OrganisationId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from disbursement
               where need = $1 and charity = $2 and status in ('approved', 'paid', 'bank_confirmed')
           ) as "paid!""#,
        need.0,
        charity.0
    )
    .fetch_one(connection)
    .await
}

struct Row {
    id: Uuid,
    status: String,
    basis: String,
    origin: String,
    charity: Uuid,
    charity_name: String,
    enterprise: Option<Uuid>,
    enterprise_name: Option<String>,
    pledge: Option<Uuid>,
    reference: Option<String>,
    campaign: Option<Uuid>,
    campaign_name: Option<String>,
    allocation: Option<Uuid>,
    from_need: Option<Uuid>,
    from_code: Option<String>,
    from_title: Option<String>,
    to_need: Option<Uuid>,
    to_code: Option<String>,
    to_title: Option<String>,
    amount_fen: i64,
    reason: String,
    requested_at: DateTime<Utc>,
    consented_at: Option<DateTime<Utc>>,
    by_choice: bool,
    filing_no: Option<String>,
    filed_on: Option<NaiveDate>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
}

fn changed(id: Option<Uuid>, code: Option<String>, title: Option<String>) -> Option<ChangedNeed> {
    Some(ChangedNeed { id: NeedId(id?), code, title: title? })
}

impl Row {
    fn read(self) -> sqlx::Result<PurposeChange> {
        Ok(PurposeChange {
            id: PurposeChangeId(self.id),
            status: word("purpose_change.status", &self.status)?,
            basis: word("purpose_change.basis", &self.basis)?,
            origin: word("purpose_change.origin", &self.origin)?,
            charity: OrganisationId(self.charity),
            charity_name: self.charity_name,
            enterprise: self.enterprise.map(OrganisationId),
            enterprise_name: self.enterprise_name,
            pledge: self.pledge.map(PledgeId),
            reference: self.reference.as_deref().map(|text| word("pledge.reference", text)).transpose()?,
            campaign: self.campaign.map(CampaignId),
            campaign_name: self.campaign_name,
            allocation: self.allocation.map(AllocationId),
            from: changed(self.from_need, self.from_code, self.from_title),
            to: changed(self.to_need, self.to_code, self.to_title),
            amount_fen: fen("purpose_change.amount_fen", self.amount_fen)?,
            reason: self.reason,
            requested_at: self.requested_at,
            consented_at: self.consented_at,
            by_choice: self.by_choice,
            filing_no: self.filing_no,
            filed_on: self.filed_on,
            ended_at: self.ended_at,
            ended_reason: self.ended_reason,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: PurposeChangeId) -> sqlx::Result<Option<PurposeChange>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", status as "status!", basis as "basis!", origin as "origin!", charity as "charity!",
                  charity_name as "charity_name!", enterprise, enterprise_name, pledge, reference, campaign, campaign_name,
                  allocation, from_need, from_code, from_title, to_need, to_code, to_title, amount_fen as "amount_fen!",
                  reason as "reason!", requested_at as "requested_at!", consented_at, by_choice as "by_choice!", filing_no,
                  filed_on, ended_at, ended_reason
           from purpose_change_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// Of an enterprise, or of a charity: latest first.
pub async fn list(
    connection: &mut PgConnection,
    (enterprise, charity): (Option<OrganisationId>, Option<OrganisationId>),
    after: Option<PurposeChangeId>,
    limit: i64,
) -> sqlx::Result<Vec<PurposeChange>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", status as "status!", basis as "basis!", origin as "origin!", charity as "charity!",
                  charity_name as "charity_name!", enterprise, enterprise_name, pledge, reference, campaign, campaign_name,
                  allocation, from_need, from_code, from_title, to_need, to_code, to_title, amount_fen as "amount_fen!",
                  reason as "reason!", requested_at as "requested_at!", consented_at, by_choice as "by_choice!", filing_no,
                  filed_on, ended_at, ended_reason
           from purpose_change_read
           where (enterprise = $1 or charity = $2)
             and ($3::uuid is null
                  or (requested_at, id) < (select c.requested_at, c.id from purpose_change c where c.id = $3))
           order by requested_at desc, id desc
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

pub async fn waiting_for_consent(connection: &mut PgConnection, enterprise: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(requested_at) as oldest
           from (select requested_at
                 from purpose_change
                 where enterprise = $1 and status = 'requested'
                 order by requested_at
                 limit 1001) as waiting"#,
        enterprise.0
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_for_charity(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select changed_at
                 from purpose_change
                 where charity = $1
                   and (status in ('consented', 'filed') or (status = 'requested' and basis = 'filing'))
                 order by changed_at
                 limit 1001) as waiting"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}
