//! The only SQL on payments.

use crate::db::decode;
use crate::db::decode::word;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::arrivals::BankAccount;
use domain::api::disbursements::{Disbursement, NewDisbursement, PublicPayment};
use domain::api::reversals::CountedOn;
use domain::disbursement::{DisbursementStatus, Hands, PayeeSnapshot, mask_account};
use domain::organisation::{Acting, Role};
use domain::todo::Waiting;
use domain::{BankAccountId, DisbursementId, Fen, NeedId, OrganisationId, PayeeId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

fn fen(amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|error| decode::error("amount", error))
}

/// The village whose public need it is.
pub async fn organisation_of_need(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!(r#"select organisation as "organisation!" from needs_public where id = $1"#, need.0)
        .fetch_optional(connection)
        .await?;
    Ok(id.map(OrganisationId))
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewDisbursement,
    payee: &PayeeSnapshot,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into disbursement (id, charity, need, payee, payee_name, payee_bank, payee_account_masked, payee_kind,
                                   amount_fen, purpose, status, prepared_by, prepared_at, two_approvers)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'requested', $11, $12,
                 exists (select from approval_rule where charity = $2 and from_fen <= $9))",
        new.id.0,
        acting.organisation.0,
        new.need.0,
        new.payee.0,
        payee.name,
        payee.bank,
        payee.account_masked,
        payee.kind.as_str(),
        new.amount_fen.get(),
        new.purpose.trim(),
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A payment that is being worked on, locked until the transaction ends.
pub struct Locked {
    pub charity: OrganisationId,
    pub need: NeedId,
    pub payee: PayeeId,
    pub paid_to: PayeeSnapshot,
    pub amount: Fen,
    pub status: DisbursementStatus,
    pub hands: Hands,
}

pub async fn lock(connection: &mut PgConnection, id: DisbursementId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        "select charity, need, payee, payee_name, payee_bank, payee_account_masked, payee_kind, amount_fen, status,
                prepared_by, checked_by, approved_by, paid_by, two_approvers
         from disbursement
         where id = $1
         for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Locked {
            charity: OrganisationId(row.charity),
            need: NeedId(row.need),
            payee: PayeeId(row.payee),
            paid_to: PayeeSnapshot {
                name: row.payee_name,
                bank: row.payee_bank,
                account_masked: row.payee_account_masked,
                kind: word("disbursement", &row.payee_kind)?,
            },
            amount: fen(row.amount_fen)?,
            status: word("disbursement", &row.status)?,
            hands: Hands {
                prepared_by: PersonId(row.prepared_by),
                checked_by: row.checked_by.map(PersonId),
                approved_by: row.approved_by.map(PersonId),
                paid_by: row.paid_by.map(PersonId),
                two_approvers: row.two_approvers,
            },
        })
    })
    .transpose()
}

/// What payments on their way count on of a need's account, but for one of them.
pub async fn reserved(
    connection: &mut PgConnection,
    need: NeedId,
    charity: OrganisationId,
    own: Option<DisbursementId>,
) -> sqlx::Result<Fen> {
    let sum = sqlx::query_scalar!(
        r#"select coalesce(sum(amount_fen), 0)::bigint as "sum!"
           from disbursement
           where need = $1 and charity = $2 and status in ('requested', 'checked', 'approved')
             and ($3::uuid is null or id <> $3)"#,
        need.0,
        charity.0,
        own.map(|own| own.0)
    )
    .fetch_one(connection)
    .await?;
    fen(sum)
}

/// The payments that are not made yet.
pub async fn on_their_way(
    connection: &mut PgConnection,
    need: NeedId,
    charity: OrganisationId,
) -> sqlx::Result<Vec<CountedOn>> {
    let rows = sqlx::query!(
        "select id, payee_name, amount_fen, status
         from disbursement
         where need = $1 and charity = $2 and status in ('requested', 'checked', 'approved')
         order by prepared_at, id",
        need.0,
        charity.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(CountedOn {
                disbursement: DisbursementId(row.id),
                payee_name: row.payee_name,
                amount_fen: fen(row.amount_fen)?,
                status: word("disbursement.status", &row.status)?,
            })
        })
        .collect()
}

pub async fn set_checked(
    connection: &mut PgConnection,
    id: DisbursementId,
    person: PersonId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update disbursement set status = 'checked', checked_by = $2 where id = $1 and status = 'requested'",
        id.0,
        person.0
    )
    .execute(connection)
    .await
}

pub async fn set_approved(
    connection: &mut PgConnection,
    id: DisbursementId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update disbursement
         set status = 'approved', approved_by = $2, approved_at = $3
         where id = $1 and status = 'checked'",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_rejected(
    connection: &mut PgConnection,
    id: DisbursementId,
    before: DisbursementStatus,
    reason: &str,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update disbursement set status = 'rejected', reason = $3 where id = $1 and status = $2",
        id.0,
        before.as_str(),
        reason
    )
    .execute(connection)
    .await
}

pub async fn set_paid(
    connection: &mut PgConnection,
    id: DisbursementId,
    person: PersonId,
    paid_on: NaiveDate,
    bank_reference: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update disbursement
         set status = 'paid', paid_by = $2, paid_on = $3, bank_reference = $4, paid_at = $5
         where id = $1 and status = 'approved'",
        id.0,
        person.0,
        paid_on,
        bank_reference,
        now
    )
    .execute(connection)
    .await
}

/// From which account it was paid.
pub async fn set_account(
    connection: &mut PgConnection,
    id: DisbursementId,
    account: BankAccountId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update disbursement set bank_account = $2 where id = $1", id.0, account.0).execute(connection).await
}

pub async fn paid_from(connection: &mut PgConnection, id: DisbursementId) -> sqlx::Result<Option<BankAccount>> {
    let row = sqlx::query!(
        "select a.id, a.holder, a.bank, a.account_no
         from disbursement d
         join bank_account a on a.id = d.bank_account
         where d.id = $1",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| BankAccount {
        id: BankAccountId(row.id),
        holder: row.holder,
        bank: row.bank,
        account_masked: mask_account(&row.account_no),
    }))
}

pub async fn set_bounced(connection: &mut PgConnection, id: DisbursementId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update disbursement set status = 'bounced' where id = $1 and status in ('paid', 'bank_confirmed')",
        id.0
    )
    .execute(connection)
    .await
}

/// What bounced as a whole has not; every other state stays.
pub async fn set_paid_again(connection: &mut PgConnection, id: DisbursementId) -> sqlx::Result<()> {
    sqlx::query!("update disbursement set status = 'paid' where id = $1 and status = 'bounced'", id.0)
        .execute(connection)
        .await?;
    Ok(())
}

struct Row {
    id: Uuid,
    charity: Uuid,
    need: Uuid,
    need_title: String,
    payee: Uuid,
    payee_name: String,
    payee_bank: String,
    payee_account_masked: String,
    payee_kind: String,
    amount_fen: i64,
    purpose: String,
    status: String,
    two_approvers: bool,
    prepared_by: Option<String>,
    checked_by: Option<String>,
    approved_by: Option<String>,
    paid_by: Option<String>,
    prepared_at: DateTime<Utc>,
    paid_on: Option<NaiveDate>,
    bank_reference: Option<String>,
    reason: Option<String>,
}

impl Row {
    fn read(self) -> sqlx::Result<Disbursement> {
        Ok(Disbursement {
            id: DisbursementId(self.id),
            charity: OrganisationId(self.charity),
            need: NeedId(self.need),
            need_title: self.need_title,
            payee: PayeeId(self.payee),
            paid_to: PayeeSnapshot {
                name: self.payee_name,
                bank: self.payee_bank,
                account_masked: self.payee_account_masked,
                kind: word("disbursement", &self.payee_kind)?,
            },
            amount_fen: fen(self.amount_fen)?,
            purpose: self.purpose,
            status: word("disbursement", &self.status)?,
            two_approvers: self.two_approvers,
            nobody_at: None,
            prepared_by: self.prepared_by.unwrap_or_default(),
            checked_by: self.checked_by,
            approved_by: self.approved_by,
            paid_by: self.paid_by,
            prepared_at: self.prepared_at,
            paid_on: self.paid_on,
            bank_reference: self.bank_reference,
            paid_from: None,
            reason: self.reason,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: DisbursementId) -> sqlx::Result<Option<Disbursement>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", charity as "charity!", need as "need!", need_title as "need_title!", payee as "payee!",
                  payee_name as "payee_name!", payee_bank as "payee_bank!",
                  payee_account_masked as "payee_account_masked!", payee_kind as "payee_kind!",
                  amount_fen as "amount_fen!", purpose as "purpose!", status as "status!",
                  two_approvers as "two_approvers!",
                  prepared_by_name as prepared_by, checked_by_name as checked_by, approved_by_name as approved_by,
                  paid_by_name as paid_by, prepared_at as "prepared_at!", paid_on, bank_reference, reason
           from disbursement_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// Latest first.
pub async fn of_charity(
    connection: &mut PgConnection,
    charity: OrganisationId,
    after: Option<DisbursementId>,
    limit: i64,
) -> sqlx::Result<Vec<Disbursement>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", charity as "charity!", need as "need!", need_title as "need_title!", payee as "payee!",
                  payee_name as "payee_name!", payee_bank as "payee_bank!",
                  payee_account_masked as "payee_account_masked!", payee_kind as "payee_kind!",
                  amount_fen as "amount_fen!", purpose as "purpose!", status as "status!",
                  two_approvers as "two_approvers!",
                  prepared_by_name as prepared_by, checked_by_name as checked_by, approved_by_name as approved_by,
                  paid_by_name as paid_by, prepared_at as "prepared_at!", paid_on, bank_reference, reason
           from disbursement_read
           where charity = $1
             and ($2::uuid is null
                  or (prepared_at, id) < (select d.prepared_at, d.id from disbursement d where d.id = $2))
           order by prepared_at desc, id desc
           limit $3"#,
        charity.0,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// What was paid for a public need and has not come back.
pub async fn paid_for(
    connection: &mut PgConnection,
    need: NeedId,
    limit: i64,
) -> sqlx::Result<Option<Vec<PublicPayment>>> {
    let rows = sqlx::query!(
        r#"select d.id as "id?", d.amount_fen as "amount_fen?", d.paid_on as "paid_on?", d.payee_name as "payee_name?"
           from needs_public n
           left join disbursement d on d.need = n.id and d.status in ('paid', 'bank_confirmed')
           where n.id = $1
           order by d.paid_on desc, d.id desc
           limit $2"#,
        need.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    // The need without any payment is one row of nothing.
    let paid = rows.into_iter().filter_map(|row| Some((row.id?, row.amount_fen?, row.paid_on?, row.payee_name?)));
    let payment = |(id, amount, paid_on, payee_name)| {
        Ok(PublicPayment { id: DisbursementId(id), amount_fen: fen(amount)?, paid_on, payee_name })
    };
    paid.map(payment).collect::<sqlx::Result<_>>().map(Some)
}

/// At most one more than a list counts.
pub async fn count(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (select from disbursement where charity = $1 limit 1001) as counted"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_checked(
    connection: &mut PgConnection,
    charity: OrganisationId,
    checker: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(prepared_at) as oldest
           from (select prepared_at
                 from disbursement
                 where charity = $1 and status = 'requested' and prepared_by <> $2
                 order by prepared_at
                 limit 1001) as waiting"#,
        charity.0,
        checker.0
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_approved(
    connection: &mut PgConnection,
    charity: OrganisationId,
    approver: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(prepared_at) as oldest
           from (select d.prepared_at
                 from disbursement d
                 join payee p on p.id = d.payee and (p.held_until is null or p.held_until <= $3)
                 where d.charity = $1 and d.status = 'checked' and d.prepared_by <> $2
                   and (not d.two_approvers or d.checked_by <> $2)
                 order by d.prepared_at
                 limit 1001) as waiting"#,
        charity.0,
        approver.0,
        now
    )
    .fetch_one(connection)
    .await
}

/// Whether somebody sits at the next desk of a payment who may take the step.
pub async fn somebody_may(connection: &mut PgConnection, id: DisbursementId, roles: &[Role]) -> sqlx::Result<bool> {
    let roles: Vec<String> = roles.iter().map(ToString::to_string).collect();
    sqlx::query_scalar!(
        r#"select exists (
               select from disbursement d
               join at_a_desk m on m.organisation = d.charity and m.role = any($2)
               where d.id = $1 and m.person <> d.prepared_by
                 and (d.status <> 'checked' or not d.two_approvers or m.person is distinct from d.checked_by)
                 and (d.status <> 'approved'
                      or (m.person is distinct from d.checked_by and m.person is distinct from d.approved_by))
           ) as "exists!""#,
        id.0,
        &roles
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_paid(
    connection: &mut PgConnection,
    charity: OrganisationId,
    payer: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(approved_at) as oldest
           from (select approved_at
                 from disbursement
                 where charity = $1 and status = 'approved' and prepared_by <> $2 and checked_by <> $2
                   and approved_by <> $2
                 order by approved_at
                 limit 1001) as waiting"#,
        charity.0,
        payer.0
    )
    .fetch_one(connection)
    .await
}

pub async fn approval_rule(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<Option<Fen>> {
    let from = sqlx::query_scalar!("select from_fen from approval_rule where charity = $1", charity.0)
        .fetch_optional(connection)
        .await?;
    from.map(fen).transpose()
}

pub async fn set_approval_rule(
    connection: &mut PgConnection,
    acting: &Acting,
    from: Option<Fen>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    match from {
        Some(from) => {
            sqlx::query!(
                "insert into approval_rule (charity, from_fen, set_by, set_at) values ($1, $2, $3, $4)
                 on conflict (charity) do update set from_fen = $2, set_by = $3, set_at = $4",
                acting.organisation.0,
                from.get(),
                acting.person.0,
                now
            )
            .execute(connection)
            .await?
        }
        None => {
            sqlx::query!("delete from approval_rule where charity = $1", acting.organisation.0)
                .execute(connection)
                .await?
        }
    };
    Ok(())
}
