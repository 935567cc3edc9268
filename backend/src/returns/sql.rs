//! The only SQL on money given back to its givers.

use crate::db::decode::{error, fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::returns::{GiftReturn, NewReturn, ReturnPaid, ReturnedToGiver};
use domain::giving_back::{ReturnHands, ReturnInput, ReturnStatus};
use domain::ledger::{Account, ReturnedFrom};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{BankAccountId, BankLineId, Fen, LotId, OrganisationId, PersonId, PledgeId, ReturnId, SurplusId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The lots that came for a pledge.
pub async fn lots_of(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Vec<LotId>> {
    let lots = sqlx::query_scalar!(
        "select part.lot
         from bank_line_part part
         join bank_line l on l.id = part.line and l.status = 'confirmed'
         where part.pledge = $1",
        pledge.0
    )
    .fetch_all(connection)
    .await?;
    Ok(lots.into_iter().map(LotId).collect())
}

/// Where a confirmed part is that no pledge has.
pub async fn free_part(
    connection: &mut PgConnection,
    charity: OrganisationId,
    lot: LotId,
) -> sqlx::Result<Option<ReturnedFrom>> {
    let row = sqlx::query!(
        "select part.campaign, l.bank_account
         from bank_line_part part
         join bank_line l on l.id = part.line and l.status = 'confirmed'
         join bank_account a on a.id = l.bank_account
         where part.lot = $1 and a.charity = $2 and part.pledge is null and part.rebooked_by is null
         for update of part",
        lot.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| match row.campaign {
        Some(campaign) => ReturnedFrom::General { campaign: campaign.into(), charity },
        None => ReturnedFrom::Unmatched { bank_account: BankAccountId(row.bank_account) },
    }))
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewReturn,
    digits: &str,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into gift_return (id, charity, pledge, lot, amount_fen, ground, reason, to_name, to_bank, to_account, status,
                                  prepared_by, prepared_at, surplus)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'requested', $11, $12, $13)",
        new.id.0,
        acting.organisation.0,
        new.pledge.map(|id| id.0),
        new.lot.map(|id| id.0),
        new.input.amount.get(),
        new.input.ground.as_str(),
        new.input.reason.trim(),
        new.input.to_name.trim(),
        new.input.to_bank.trim(),
        digits,
        acting.person.0,
        now,
        new.surplus.map(|id| id.0)
    )
    .execute(connection)
    .await
}

/// Writes down which lots go back.
pub async fn insert_takes(
    connection: &mut PgConnection,
    id: ReturnId,
    account: &Account,
    takes: &[(LotId, Fen)],
) -> sqlx::Result<()> {
    let lots: Vec<Uuid> = takes.iter().map(|(lot, _)| lot.0).collect();
    let amounts: Vec<i64> = takes.iter().map(|(_, amount)| amount.get()).collect();
    sqlx::query!(
        "insert into gift_return_take (gift_return, account, lot, amount_fen)
         select $1, $2, t.lot, t.amount_fen from unnest($3::uuid[], $4::bigint[]) as t (lot, amount_fen)",
        id.0,
        account.to_string(),
        &lots,
        &amounts
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The lots that go back, each with the account that it is taken from.
pub async fn takes(connection: &mut PgConnection, id: ReturnId) -> sqlx::Result<Vec<(Account, LotId, Fen)>> {
    let rows =
        sqlx::query!("select account, lot, amount_fen from gift_return_take where gift_return = $1 order by lot", id.0)
            .fetch_all(connection)
            .await?;
    rows.into_iter()
        .map(|row| {
            let account = row.account.parse().map_err(|wrong| error("gift_return_take.account", wrong))?;
            Ok((account, LotId(row.lot), fen("gift_return_take.amount_fen", row.amount_fen)?))
        })
        .collect()
}

/// The pledges whose lots go back, each with how much.
pub async fn owners(connection: &mut PgConnection, id: ReturnId) -> sqlx::Result<BTreeMap<PledgeId, Fen>> {
    let rows = sqlx::query!(
        r#"select part.pledge as "pledge!", sum(t.amount_fen)::bigint as "amount_fen!"
           from gift_return_take t
           join bank_line_part part on part.lot = t.lot
           where t.gift_return = $1 and part.pledge is not null
           group by part.pledge"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((PledgeId(row.pledge), fen("amount_fen", row.amount_fen)?))).collect()
}

/// Whether any of these lots is reserved to go back.
pub async fn reserved(connection: &mut PgConnection, lots: &[LotId]) -> sqlx::Result<bool> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query_scalar!(r#"select exists (select from lot_reserved where lot = any($1)) as "reserved!""#, &lots)
        .fetch_one(connection)
        .await
}

pub async fn enterprise_of(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Option<OrganisationId>> {
    let enterprise =
        sqlx::query_scalar!("select enterprise from pledge where id = $1", pledge.0).fetch_optional(connection).await?;
    Ok(enterprise.map(OrganisationId))
}

/// The surplus that a return is of, to be locked before it.
pub async fn surplus_of(connection: &mut PgConnection, id: ReturnId) -> sqlx::Result<Option<SurplusId>> {
    let surplus =
        sqlx::query_scalar!("select surplus from gift_return where id = $1", id.0).fetch_optional(connection).await?;
    Ok(surplus.flatten().map(SurplusId))
}

pub async fn lock(connection: &mut PgConnection, id: ReturnId) -> sqlx::Result<()> {
    sqlx::query!("select id from gift_return where id = $1 for update", id.0).fetch_optional(connection).await?;
    Ok(())
}

pub async fn set_approved(
    connection: &mut PgConnection,
    id: ReturnId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_return
         set status = 'approved', approved_by = $2, approved_at = $3
         where id = $1 and status = 'requested'",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_rejected(
    connection: &mut PgConnection,
    id: ReturnId,
    before: ReturnStatus,
    reason: &str,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_return set status = 'rejected', rejected_why = $3 where id = $1 and status = $2",
        id.0,
        before.as_str(),
        reason
    )
    .execute(connection)
    .await
}

pub async fn set_paid(
    connection: &mut PgConnection,
    id: ReturnId,
    (person, account): (PersonId, BankAccountId),
    paid: &ReturnPaid,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_return
         set status = 'paid', paid_by = $2, bank_account = $3, paid_on = $4, bank_reference = $5, paid_at = $6
         where id = $1 and status = 'approved'",
        id.0,
        person.0,
        account.0,
        paid.paid_on,
        paid.bank_reference.trim(),
        now
    )
    .execute(connection)
    .await
}

/// It waits to be paid again.
pub async fn set_approved_again(connection: &mut PgConnection, id: ReturnId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_return
         set status = 'approved', paid_by = null, bank_account = null, paid_on = null, bank_reference = null, paid_at = null
         where id = $1 and status = 'paid'",
        id.0
    )
    .execute(connection)
    .await
}

/// A return with what decides on who may go on with it.
pub struct Known {
    pub charity: OrganisationId,
    pub hands: ReturnHands,
    pub shown: GiftReturn,
}

impl Known {
    /// Whether it is what this says.
    pub fn says(&self, new: &NewReturn, digits: &str) -> bool {
        let input = &new.input;
        (self.shown.pledge, self.shown.lot, self.shown.surplus) == (new.pledge, new.lot, new.surplus)
            && self.shown.input
                == ReturnInput {
                    reason: input.reason.trim().to_owned(),
                    to_name: input.to_name.trim().to_owned(),
                    to_bank: input.to_bank.trim().to_owned(),
                    to_account: digits.to_owned(),
                    ..input.clone()
                }
    }
}

struct Row {
    id: Uuid,
    charity: Uuid,
    pledge: Option<Uuid>,
    reference: Option<String>,
    enterprise_name: Option<String>,
    lot: Option<Uuid>,
    line: Option<Uuid>,
    surplus: Option<Uuid>,
    amount_fen: i64,
    ground: String,
    reason: String,
    to_name: String,
    to_bank: String,
    to_account: String,
    status: String,
    prepared_by: Uuid,
    prepared_by_name: Option<String>,
    prepared_at: DateTime<Utc>,
    approved_by: Option<Uuid>,
    approved_by_name: Option<String>,
    paid_by: Option<Uuid>,
    paid_by_name: Option<String>,
    paid_on: Option<NaiveDate>,
    bank_reference: Option<String>,
    rejected_why: Option<String>,
}

impl Row {
    fn known(self) -> sqlx::Result<Known> {
        let hands = ReturnHands {
            prepared_by: PersonId(self.prepared_by),
            approved_by: self.approved_by.map(PersonId),
            paid_by: self.paid_by.map(PersonId),
        };
        let shown = GiftReturn {
            id: ReturnId(self.id),
            pledge: self.pledge.map(PledgeId),
            reference: self.reference.map(|reference| word("pledge.reference", &reference)).transpose()?,
            enterprise_name: self.enterprise_name,
            lot: self.lot.map(LotId),
            line: self.line.map(BankLineId),
            surplus: self.surplus.map(SurplusId),
            input: ReturnInput {
                amount: fen("gift_return.amount_fen", self.amount_fen)?,
                ground: word("gift_return.ground", &self.ground)?,
                reason: self.reason,
                to_name: self.to_name,
                to_bank: self.to_bank,
                to_account: self.to_account,
            },
            status: word("gift_return.status", &self.status)?,
            prepared_by: self.prepared_by_name.unwrap_or_default(),
            prepared_at: self.prepared_at,
            approved_by: self.approved_by_name,
            paid_by: self.paid_by_name,
            paid_on: self.paid_on,
            bank_reference: self.bank_reference,
            rejected_why: self.rejected_why,
        };
        Ok(Known { charity: OrganisationId(self.charity), hands, shown })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: ReturnId) -> sqlx::Result<Option<Known>> {
    let row = sqlx::query_as!(
        Row,
        r#"select r.id, r.charity, r.pledge, p.reference as "reference?", o.name as "enterprise_name?", r.lot,
                  part.line as "line?", r.surplus, r.amount_fen, r.ground, r.reason, r.to_name, r.to_bank, r.to_account, r.status,
                  r.prepared_by, prepared.name as "prepared_by_name?", r.prepared_at, r.approved_by,
                  approved.name as "approved_by_name?", r.paid_by, paid.name as "paid_by_name?", r.paid_on,
                  r.bank_reference, r.rejected_why
           from gift_return r
           left join pledge p on p.id = r.pledge
           left join organisation o on o.id = p.enterprise
           left join bank_line_part part on part.lot = r.lot
           left join person_private prepared on prepared.person = r.prepared_by
           left join person_private approved on approved.person = r.approved_by
           left join person_private paid on paid.person = r.paid_by
           where r.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::known).transpose()
}

pub async fn of_charity(
    connection: &mut PgConnection,
    charity: OrganisationId,
    after: Option<ReturnId>,
    limit: i64,
) -> sqlx::Result<Vec<GiftReturn>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select r.id, r.charity, r.pledge, p.reference as "reference?", o.name as "enterprise_name?", r.lot,
                  part.line as "line?", r.surplus, r.amount_fen, r.ground, r.reason, r.to_name, r.to_bank, r.to_account, r.status,
                  r.prepared_by, prepared.name as "prepared_by_name?", r.prepared_at, r.approved_by,
                  approved.name as "approved_by_name?", r.paid_by, paid.name as "paid_by_name?", r.paid_on,
                  r.bank_reference, r.rejected_why
           from gift_return r
           left join pledge p on p.id = r.pledge
           left join organisation o on o.id = p.enterprise
           left join bank_line_part part on part.lot = r.lot
           left join person_private prepared on prepared.person = r.prepared_by
           left join person_private approved on approved.person = r.approved_by
           left join person_private paid on paid.person = r.paid_by
           where r.charity = $1
             and ($2::uuid is null
                  or (r.prepared_at, r.id) < (select b.prepared_at, b.id from gift_return b where b.id = $2))
           order by r.prepared_at desc, r.id desc
           limit $3"#,
        charity.0,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok(row.known()?.shown)).collect()
}

/// At most one more than a list counts.
pub async fn count(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from gift_return where charity = $1 limit 1001) as counted"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}

/// What went back of a pledge's money, also by a return that was not asked for by it.
pub async fn paid_of_pledge(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Vec<ReturnedToGiver>> {
    let rows = sqlx::query!(
        r#"select r.ground, r.paid_on as "paid_on!", sum(t.amount_fen)::bigint as "amount_fen!"
           from bank_line_part part
           join gift_return_take t on t.lot = part.lot
           join gift_return r on r.id = t.gift_return and r.status = 'paid'
           where part.pledge = $1
           group by r.id
           order by r.paid_on, r.id"#,
        pledge.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount_fen = fen("gift_return_take.amount_fen", row.amount_fen)?;
            Ok(ReturnedToGiver { amount_fen, paid_on: row.paid_on, ground: word("gift_return.ground", &row.ground)? })
        })
        .collect()
}

/// Those in a state in which this person has had no part.
pub async fn waiting(
    connection: &mut PgConnection,
    charity: OrganisationId,
    status: ReturnStatus,
    person: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(since) as oldest
           from (select coalesce(approved_at, prepared_at) as since
                 from gift_return
                 where charity = $1 and status in ('requested', 'approved') and status = $2 and prepared_by <> $3
                   and approved_by is distinct from $3
                 order by prepared_at
                 limit 1001) as waiting"#,
        charity.0,
        status.as_str(),
        person.0
    )
    .fetch_one(connection)
    .await
}
