//! The only SQL on bank accounts and their steps.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::arrivals::BankAccount;
use domain::api::bank_accounts::{
    AccountStep, AccountStepOutcome, BankAccountRecord, NewAccountStep, NewBankAccount, OpeningBalance,
};
use domain::bank_account::BankAccountStatus;
use domain::disbursement::mask_account;
use domain::todo::Waiting;
use domain::{AccountStepId, BankAccountId, Fen, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// An account as it is stored.
pub struct Stored {
    pub id: BankAccountId,
    pub charity: OrganisationId,
    pub status: BankAccountStatus,
    pub opened_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    pub opening: Option<OpeningBalance>,
    /// The last day of the months that two people have signed.
    pub sealed_until: Option<NaiveDate>,
    holder: String,
    bank: String,
    account_no: String,
}

impl Stored {
    /// Whether it is what this says.
    pub fn says(&self, new: &NewBankAccount, digits: &str) -> bool {
        (self.holder.as_str(), self.bank.as_str()) == (new.input.holder.trim(), new.input.bank.trim())
            && self.account_no == digits
            && self.opened_on == Some(new.input.opened_on)
    }

    pub fn into_record(self) -> BankAccountRecord {
        BankAccountRecord {
            account: BankAccount {
                id: self.id,
                holder: self.holder,
                bank: self.bank,
                account_masked: mask_account(&self.account_no),
            },
            account_no: self.account_no,
            status: self.status,
            opened_on: self.opened_on,
            closed_on: self.closed_on,
            opening: self.opening,
            steps: Vec::new(),
        }
    }
}

struct Row {
    id: Uuid,
    charity: Uuid,
    holder: String,
    bank: String,
    account_no: String,
    status: String,
    opened_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    opening_on: Option<NaiveDate>,
    opening_fen: Option<i64>,
    sealed_until: Option<NaiveDate>,
}

impl Row {
    fn account(self) -> sqlx::Result<Stored> {
        let opening = self.opening_on.zip(self.opening_fen);
        let opening = opening.map(|(on_day, amount)| {
            Ok::<_, sqlx::Error>(OpeningBalance { on_day, amount_fen: fen("bank_account.opening_fen", amount)? })
        });
        Ok(Stored {
            id: BankAccountId(self.id),
            charity: OrganisationId(self.charity),
            status: word("bank_account.status", &self.status)?,
            opened_on: self.opened_on,
            closed_on: self.closed_on,
            opening: opening.transpose()?,
            sealed_until: self.sealed_until,
            holder: self.holder,
            bank: self.bank,
            account_no: self.account_no,
        })
    }
}

/// Those of a charity, or one of them.
pub async fn of_charity(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: Option<BankAccountId>,
) -> sqlx::Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        "select id, charity, holder, bank, account_no, status, opened_on, closed_on, opening_on, opening_fen,
                sealed_until
         from bank_account
         where charity = $1 and ($2::uuid is null or id = $2)
         order by created_at, id",
        charity.0,
        id.map(|id| id.0)
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::account).collect()
}

pub async fn lock(connection: &mut PgConnection, id: BankAccountId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        Row,
        "select id, charity, holder, bank, account_no, status, opened_on, closed_on, opening_on, opening_fen,
                sealed_until
         from bank_account
         where id = $1
         for update",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::account).transpose()
}

/// Locked so that it is not closed meanwhile; those who book on it do not wait for each other.
pub async fn lock_to_read(connection: &mut PgConnection, id: BankAccountId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        Row,
        "select id, charity, holder, bank, account_no, status, opened_on, closed_on, opening_on, opening_fen,
                sealed_until
         from bank_account
         where id = $1
         for share",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::account).transpose()
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewBankAccount,
    digits: &str,
    charity: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into bank_account (id, charity, holder, bank, account_no, created_at, status, opened_on)
         values ($1, $2, $3, $4, $5, $6, 'proposed', $7)",
        new.id.0,
        charity.0,
        new.input.holder.trim(),
        new.input.bank.trim(),
        digits,
        now,
        new.input.opened_on
    )
    .execute(connection)
    .await
}

pub async fn set_open(connection: &mut PgConnection, id: BankAccountId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update bank_account set status = 'open' where id = $1 and status = 'proposed'", id.0)
        .execute(connection)
        .await
}

pub async fn set_refused(connection: &mut PgConnection, id: BankAccountId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update bank_account set status = 'refused' where id = $1 and status = 'proposed'", id.0)
        .execute(connection)
        .await
}

pub async fn set_closed(
    connection: &mut PgConnection,
    id: BankAccountId,
    day: NaiveDate,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_account set status = 'closed', closed_on = $2 where id = $1 and status = 'open'",
        id.0,
        day
    )
    .execute(connection)
    .await
}

pub async fn set_balance(
    connection: &mut PgConnection,
    id: BankAccountId,
    day: NaiveDate,
    amount: Fen,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_account set opening_on = $2, opening_fen = $3 where id = $1 and status = 'open'",
        id.0,
        day,
        amount.get()
    )
    .execute(connection)
    .await
}

/// Whether a campaign that is not over yet receives on it.
pub async fn receives(connection: &mut PgConnection, id: BankAccountId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from campaign_charity cc
               join campaign c on c.id = cc.campaign
               where cc.bank_account = $1 and c.stage not in ('settled', 'archived')
           ) as "receives!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// Whether a line of a later day stands on it.
pub async fn booked_after(connection: &mut PgConnection, id: BankAccountId, day: NaiveDate) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from bank_line where bank_account = $1 and booked_on > $2 and status <> 'voided'
           ) as "booked!""#,
        id.0,
        day
    )
    .fetch_one(connection)
    .await
}

/// A step with what it is of and who proposed it.
pub struct Step {
    pub account: BankAccountId,
    pub proposed_by: PersonId,
    pub shown: AccountStep,
}

impl Step {
    pub fn as_new(&self) -> NewAccountStep {
        NewAccountStep {
            id: self.shown.id,
            kind: self.shown.kind,
            on_day: self.shown.on_day,
            amount_fen: self.shown.amount_fen,
            reason: self.shown.reason.clone(),
        }
    }

    /// Whether it is what this says.
    pub fn says(&self, new: &NewAccountStep) -> bool {
        self.as_new() == NewAccountStep { reason: new.reason.trim().to_owned(), ..new.clone() }
    }
}

struct StepRow {
    id: Uuid,
    bank_account: Uuid,
    kind: String,
    on_day: NaiveDate,
    amount_fen: Option<i64>,
    reason: String,
    proposed_by: Uuid,
    proposed_by_name: Option<String>,
    proposed_at: DateTime<Utc>,
    outcome: Option<String>,
    decided_by_name: Option<String>,
    decided_at: Option<DateTime<Utc>>,
}

impl StepRow {
    fn step(self) -> sqlx::Result<Step> {
        let shown = AccountStep {
            id: AccountStepId(self.id),
            kind: word("bank_account_step.kind", &self.kind)?,
            on_day: self.on_day,
            amount_fen: self.amount_fen.map(|amount| fen("bank_account_step.amount_fen", amount)).transpose()?,
            reason: self.reason,
            proposed_by: self.proposed_by_name.unwrap_or_default(),
            proposed_at: self.proposed_at,
            outcome: self.outcome.map(|outcome| word("bank_account_step.outcome", &outcome)).transpose()?,
            decided_by: self.decided_by_name,
            decided_at: self.decided_at,
            may_confirm: false,
            may_drop: false,
        };
        Ok(Step { account: BankAccountId(self.bank_account), proposed_by: PersonId(self.proposed_by), shown })
    }
}

/// The steps of accounts, latest first.
pub async fn steps(connection: &mut PgConnection, accounts: &[BankAccountId]) -> sqlx::Result<Vec<Step>> {
    let accounts: Vec<Uuid> = accounts.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        StepRow,
        r#"select s.id, s.bank_account, s.kind, s.on_day, s.amount_fen, s.reason, s.proposed_by, s.proposed_at, s.outcome,
                  s.decided_at, proposer.name as "proposed_by_name?", decider.name as "decided_by_name?"
           from bank_account_step s
           left join person_private proposer on proposer.person = s.proposed_by
           left join person_private decider on decider.person = s.decided_by
           where s.bank_account = any($1)
           order by s.proposed_at desc, s.id desc"#,
        &accounts
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(StepRow::step).collect()
}

pub async fn step(connection: &mut PgConnection, id: AccountStepId) -> sqlx::Result<Option<Step>> {
    let row = sqlx::query_as!(
        StepRow,
        r#"select s.id, s.bank_account, s.kind, s.on_day, s.amount_fen, s.reason, s.proposed_by, s.proposed_at, s.outcome,
                  s.decided_at, proposer.name as "proposed_by_name?", decider.name as "decided_by_name?"
           from bank_account_step s
           left join person_private proposer on proposer.person = s.proposed_by
           left join person_private decider on decider.person = s.decided_by
           where s.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(StepRow::step).transpose()
}

pub async fn insert_step(
    connection: &mut PgConnection,
    account: BankAccountId,
    step: &NewAccountStep,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into bank_account_step (id, bank_account, kind, on_day, amount_fen, reason, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        step.id.0,
        account.0,
        step.kind.as_str(),
        step.on_day,
        step.amount_fen.map(Fen::get),
        step.reason.trim(),
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn decide(
    connection: &mut PgConnection,
    id: AccountStepId,
    outcome: AccountStepOutcome,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_account_step set outcome = $2, decided_by = $3, decided_at = $4 where id = $1 and outcome is null",
        id.0,
        outcome.as_str(),
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn waiting_to_be_confirmed(
    connection: &mut PgConnection,
    charity: OrganisationId,
    second: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(s.proposed_at) as oldest
           from bank_account a
           join bank_account_step s on s.bank_account = a.id and s.outcome is null
           where a.charity = $1 and s.proposed_by <> $2"#,
        charity.0,
        second.0
    )
    .fetch_one(connection)
    .await
}
