//! The only SQL on reversals.

use super::{Subject, lots_of};
use crate::db::decode::{error, fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::rebookings::MovedOn;
use domain::api::reversals::{NewReversal, Reversal, ReversalOutcome, Reversible, WaitingReversal};
use domain::giving_back::BackKind;
use domain::ledger::Posted;
use domain::organisation::Acting;
use domain::reversal::ReversalKind;
use domain::todo::Waiting;
use domain::{
    BankAccountId, CampaignId, DisbursementId, Fen, LotId, NeedId, OrganisationId, PersonId, ReversalId, TransferId,
};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use std::collections::BTreeSet;
use uuid::Uuid;

pub async fn lock_subject(connection: &mut PgConnection, (kind, id): Subject) -> sqlx::Result<()> {
    match kind {
        ReversalKind::Back => {
            sqlx::query!("select id from bank_line where id = $1 for update", id).fetch_optional(connection).await?;
        }
        ReversalKind::Fee => {
            sqlx::query!("select id from bank_out where id = $1 for update", id).fetch_optional(connection).await?;
        }
        ReversalKind::Return => {
            sqlx::query!("select id from gift_return where id = $1 for update", id).fetch_optional(connection).await?;
        }
    }
    Ok(())
}

/// Whose it is, whatever its state.
pub async fn charity_of(connection: &mut PgConnection, (kind, id): Subject) -> sqlx::Result<Option<OrganisationId>> {
    let charity = sqlx::query_scalar!(
        r#"select a.charity as "charity!" from bank_line l join bank_account a on a.id = l.bank_account
           where l.id = $1 and $2 = 'back'
           union all
           select a.charity from bank_out o join bank_account a on a.id = o.bank_account where o.id = $1 and $2 = 'fee'
           union all
           select r.charity from gift_return r where r.id = $1 and $2 = 'return'"#,
        id,
        kind.as_str()
    )
    .fetch_optional(connection)
    .await?;
    Ok(charity.map(OrganisationId))
}

/// What is booked and can be taken back.
pub struct Standing {
    pub amount: Fen,
    pub on_day: NaiveDate,
    pub disbursement: Option<DisbursementId>,
    other_name: String,
    need: Option<NeedId>,
    back_kind: Option<BackKind>,
    campaign: Option<CampaignId>,
    bank_account: Option<BankAccountId>,
    bank_reference: String,
    said_by: PersonId,
    confirmed_by: PersonId,
}

impl Standing {
    pub fn shown(&self) -> Reversible {
        Reversible {
            amount_fen: self.amount,
            on_day: self.on_day,
            other_name: self.other_name.clone(),
            bank_reference: self.bank_reference.clone(),
            disbursement: self.disbursement,
        }
    }

    /// What it set aside for a need again, and would take from there.
    pub fn set_aside(&self) -> Option<(NeedId, Fen)> {
        self.need.map(|need| (need, self.amount))
    }
}

pub async fn standing(connection: &mut PgConnection, (kind, id): Subject) -> sqlx::Result<Option<Standing>> {
    let row = sqlx::query!(
        r#"select amount_fen as "amount_fen!", on_day as "on_day!", other_name as "other_name!", disbursement, need, back_kind,
                  campaign, bank_account, coalesce(bank_reference, '') as "bank_reference!", said_by as "said_by!",
                  confirmed_by as "confirmed_by!"
           from reversible
           where kind = $1 and subject = $2"#,
        kind.as_str(),
        id
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Standing {
            amount: fen("reversible.amount_fen", row.amount_fen)?,
            on_day: row.on_day,
            disbursement: row.disbursement.map(DisbursementId),
            other_name: row.other_name,
            need: row.need.map(NeedId),
            back_kind: row.back_kind.map(|kind| word("reversible.back_kind", &kind)).transpose()?,
            campaign: row.campaign.map(CampaignId),
            bank_account: row.bank_account.map(BankAccountId),
            bank_reference: row.bank_reference,
            said_by: PersonId(row.said_by),
            confirmed_by: PersonId(row.confirmed_by),
        })
    })
    .transpose()
}

/// The lots and the transfers by which it was booked, also those that were taken back since.
pub async fn posted(
    connection: &mut PgConnection,
    (kind, id): Subject,
) -> sqlx::Result<(Vec<LotId>, BTreeSet<TransferId>)> {
    let rows = sqlx::query!(
        r#"select t.id as "id!", t.lot as "lot!"
           from reversible_transfer r
           join transfer t on t.id = r.transfer
           where r.kind = $1 and r.subject = $2"#,
        kind.as_str(),
        id
    )
    .fetch_all(connection)
    .await?;
    let posted: Vec<_> = rows.into_iter().map(|row| (TransferId(row.id), LotId(row.lot))).collect();
    Ok(lots_of(&posted))
}

/// A proposal, locked until the transaction ends.
pub struct Proposal {
    pub subject: Subject,
    pub reason: String,
    pub proposed_by: PersonId,
    pub decided: bool,
    amount: i64,
    on_day: NaiveDate,
    confirmed_by: Uuid,
}

impl Proposal {
    /// Whether what stands is what the proposal was made of.
    pub fn is_of(&self, stands: &Standing) -> bool {
        (self.amount, self.on_day, self.confirmed_by) == (stands.amount.get(), stands.on_day, stands.confirmed_by.0)
    }
}

fn subject(line: Option<Uuid>, bank_out: Option<Uuid>, gift_return: Option<Uuid>) -> sqlx::Result<Subject> {
    match (line, bank_out, gift_return) {
        (Some(id), None, None) => Ok((ReversalKind::Back, id)),
        (None, Some(id), None) => Ok((ReversalKind::Fee, id)),
        (None, None, Some(id)) => Ok((ReversalKind::Return, id)),
        _ => Err(error("money_reversal", "not one subject")),
    }
}

pub async fn subject_of(connection: &mut PgConnection, id: ReversalId) -> sqlx::Result<Option<Subject>> {
    let row = sqlx::query!("select line, bank_out, gift_return from money_reversal where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| subject(row.line, row.bank_out, row.gift_return)).transpose()
}

pub async fn lock(connection: &mut PgConnection, id: ReversalId) -> sqlx::Result<Option<Proposal>> {
    let row = sqlx::query!(
        "select line, bank_out, gift_return, reason, amount_fen, on_day, confirmed_by, proposed_by, outcome
         from money_reversal
         where id = $1
         for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Proposal {
            subject: subject(row.line, row.bank_out, row.gift_return)?,
            reason: row.reason,
            proposed_by: PersonId(row.proposed_by),
            decided: row.outcome.is_some(),
            amount: row.amount_fen,
            on_day: row.on_day,
            confirmed_by: row.confirmed_by,
        })
    })
    .transpose()
}

pub async fn insert(
    connection: &mut PgConnection,
    (kind, subject): Subject,
    new: &NewReversal,
    (stands, acting): (&Standing, &Acting),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    let of = |this: ReversalKind| (this == kind).then_some(subject);
    sqlx::query!(
        "insert into money_reversal (id, charity, line, bank_out, gift_return, reason, amount_fen, on_day, other_name,
                                     disbursement, back_kind, campaign, bank_account, bank_reference, said_by,
                                     confirmed_by, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        new.id.0,
        acting.organisation.0,
        of(ReversalKind::Back),
        of(ReversalKind::Fee),
        of(ReversalKind::Return),
        new.reason.trim(),
        stands.amount.get(),
        stands.on_day,
        stands.other_name,
        stands.disbursement.map(|id| id.0),
        stands.back_kind.map(BackKind::as_str),
        stands.campaign.map(|id| id.0),
        stands.bank_account.map(|id| id.0),
        stands.bank_reference,
        stands.said_by.0,
        stands.confirmed_by.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn decide(
    connection: &mut PgConnection,
    id: ReversalId,
    outcome: ReversalOutcome,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update money_reversal
         set outcome = $2, decided_by = $3, decided_at = $4
         where id = $1 and outcome is null",
        id.0,
        outcome.as_str(),
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// The proposals on one subject, latest first, each with who made it.
pub async fn of_subject(
    connection: &mut PgConnection,
    (kind, subject): Subject,
) -> sqlx::Result<Vec<(PersonId, Reversal)>> {
    let of = |this: ReversalKind| (this == kind).then_some(subject);
    let rows = sqlx::query!(
        r#"select r.id, r.reason, r.amount_fen, r.on_day, r.other_name, r.proposed_by, r.proposed_at, r.outcome, r.decided_at,
                  said.name as "said_by_name?", confirmed.name as "confirmed_by_name?",
                  proposer.name as "proposed_by_name?", decider.name as "decided_by_name?"
           from money_reversal r
           left join person_private said on said.person = r.said_by
           left join person_private confirmed on confirmed.person = r.confirmed_by
           left join person_private proposer on proposer.person = r.proposed_by
           left join person_private decider on decider.person = r.decided_by
           where r.line = $1 or r.bank_out = $2 or r.gift_return = $3
           order by r.proposed_at desc, r.id desc"#,
        of(ReversalKind::Back),
        of(ReversalKind::Fee),
        of(ReversalKind::Return)
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let item = Reversal {
                id: ReversalId(row.id),
                reason: row.reason,
                amount_fen: fen("money_reversal.amount_fen", row.amount_fen)?,
                on_day: row.on_day,
                other_name: row.other_name,
                said_by: row.said_by_name.unwrap_or_default(),
                confirmed_by: row.confirmed_by_name.unwrap_or_default(),
                proposed_by: row.proposed_by_name.unwrap_or_default(),
                proposed_at: row.proposed_at,
                outcome: row.outcome.map(|outcome| word("money_reversal.outcome", &outcome)).transpose()?,
                decided_by: row.decided_by_name,
                decided_at: row.decided_at,
                may_confirm: false,
                may_drop: false,
            };
            Ok((PersonId(row.proposed_by), item))
        })
        .collect()
}

/// What waits for a second person, also arrivals, oldest first.
pub async fn waiting_list(
    connection: &mut PgConnection,
    charity: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<WaitingReversal>> {
    let rows = sqlx::query!(
        r#"select w.kind, w.subject as "subject!", w.amount_fen as "amount_fen!", w.on_day as "on_day!",
                  w.other_name as "other_name!", w.reason as "reason!", w.proposed_at as "proposed_at!",
                  proposer.name as "proposed_by_name?"
           from reversal_waiting w
           left join person_private proposer on proposer.person = w.proposed_by
           where w.charity = $1
           order by w.proposed_at, w.subject
           limit $2"#,
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(WaitingReversal {
                kind: row.kind.map(|kind| word("reversal_waiting.kind", &kind)).transpose()?,
                subject: row.subject,
                amount_fen: fen("reversal_waiting.amount_fen", row.amount_fen)?,
                on_day: row.on_day,
                other_name: row.other_name,
                reason: row.reason,
                proposed_by: row.proposed_by_name.unwrap_or_default(),
                proposed_at: row.proposed_at,
            })
        })
        .collect()
}

/// At most one more than a list counts; of all, or of those that somebody else than this checker proposed.
pub async fn count_waiting(
    connection: &mut PgConnection,
    charity: OrganisationId,
    checker: Option<PersonId>,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(proposed_at) as oldest
           from (select proposed_at
                 from reversal_waiting
                 where charity = $1 and ($2::uuid is null or proposed_by <> $2)
                 order by proposed_at
                 limit 1001) as waiting"#,
        charity.0,
        checker.map(|checker| checker.0)
    )
    .fetch_one(connection)
    .await
}

/// What transfers are for, and where that is looked after.
pub async fn named(connection: &mut PgConnection, posted: &[Posted]) -> sqlx::Result<Vec<MovedOn>> {
    let ids: Vec<Uuid> = posted.iter().map(|posted| posted.id.0).collect();
    let rows = sqlx::query!(
        r#"select t.id, a.pledge as "pledge?", d.id as "disbursement?", i.id as "item?", r.id as "gift_return?",
                  coalesce(s.id, p.surplus) as "surplus?", n.title as "title?"
           from transfer t
           left join allocation a on a.id = t.cause
           left join spending_item i on i.id = t.cause
           left join gift_return r on r.id = t.cause
           left join disbursement d on d.id = coalesce(i.disbursement, t.cause)
           left join surplus s on s.id = t.cause
           left join surplus_placement p on p.id = t.cause
           left join need n on n.id = coalesce(a.need, d.need, s.need, p.to_need)
           where t.id = any($1)
           order by t.seq"#,
        &ids
    )
    .fetch_all(connection)
    .await?;
    let of = |id: Uuid| posted.iter().find(|posted| posted.id.0 == id);
    let named = rows.into_iter().filter_map(|row| {
        let posted = of(row.id)?;
        // An item is looked after with all of its village; else one of these is the cause.
        let path = row.item.map(|_| "/work/spending".to_owned());
        let path = path.or_else(|| row.disbursement.map(|id| format!("/work/disbursements/{id}")));
        let path = path.or_else(|| row.pledge.map(|id| format!("/pledges/{id}")));
        let path = path.or_else(|| row.gift_return.map(|id| format!("/work/returns/{id}")));
        let path = path.or_else(|| row.surplus.map(|id| format!("/work/surpluses/{id}")));
        Some(MovedOn {
            transfer: posted.id,
            code: posted.transfer.code,
            amount_fen: posted.transfer.amount,
            effective_on: posted.transfer.effective_on,
            need_title: row.title,
            path,
        })
    });
    Ok(named.collect())
}
