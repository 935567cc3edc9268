//! The only SQL on months' ends, and on what books and bank say of an account.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::arrivals::BankAccount;
use domain::api::month_ends::{MonthDifference, MonthEnd, NewMonthEnd};
use domain::disbursement::mask_account;
use domain::month_end::{MonthNumbers, unnamed};
use domain::todo::Waiting;
use domain::{BankAccountId, Fen, MonthEndId, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

/// An account as far as its months need it.
pub struct Account {
    pub shown: BankAccount,
    pub opening: Option<(NaiveDate, Fen)>,
    pub sealed_until: Option<NaiveDate>,
}

fn opening(day: Option<NaiveDate>, amount: Option<i64>) -> sqlx::Result<Option<(NaiveDate, Fen)>> {
    day.zip(amount).map(|(day, amount)| Ok((day, fen("bank_account.opening_fen", amount)?))).transpose()
}

pub async fn account(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: BankAccountId,
) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!(
        "select holder, bank, account_no, opening_on, opening_fen, sealed_until
         from bank_account
         where id = $1 and charity = $2",
        id.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let shown =
            BankAccount { id, holder: row.holder, bank: row.bank, account_masked: mask_account(&row.account_no) };
        Ok(Account { shown, opening: opening(row.opening_on, row.opening_fen)?, sealed_until: row.sealed_until })
    })
    .transpose()
}

/// The same, locked: no month of it is signed or opened, and nothing is booked on it, until the transaction ends.
pub async fn lock_account(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: BankAccountId,
) -> sqlx::Result<Option<Account>> {
    sqlx::query!("select id from bank_account where id = $1 for update", id.0).fetch_optional(&mut *connection).await?;
    account(connection, charity, id).await
}

/// What came in and went out by the books between two days, both of them counted.
pub async fn moved(
    connection: &mut PgConnection,
    account: BankAccountId,
    (from, until): (NaiveDate, NaiveDate),
) -> sqlx::Result<(Fen, Fen)> {
    let row = sqlx::query!(
        r#"select coalesce(sum(amount_fen) filter (where side = 'in'), 0)::bigint as "came!",
                  coalesce(sum(amount_fen) filter (where side = 'out'), 0)::bigint as "gone!"
           from bank_book
           where bank_account = $1 and day between $2 and $3"#,
        account.0,
        from,
        until
    )
    .fetch_one(connection)
    .await?;
    Ok((fen("bank_book", row.came)?, fen("bank_book", row.gone)?))
}

/// What only one side has, oldest first.
pub async fn differences(
    connection: &mut PgConnection,
    account: BankAccountId,
    (from, until): (NaiveDate, NaiveDate),
) -> sqlx::Result<Vec<MonthDifference>> {
    let rows = sqlx::query!(
        r#"select kind as "kind!", day as "day!", fen as "fen!", subject as "subject!", other_name as "other_name!"
           from bank_difference
           where bank_account = $1 and day between $2 and $3
           order by day, kind, subject"#,
        account.0,
        from,
        until
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MonthDifference {
                kind: word("bank_difference.kind", &row.kind)?,
                day: row.day,
                fen: fen("bank_difference.fen", row.fen)?,
                subject: row.subject,
                other_name: row.other_name,
            })
        })
        .collect()
}

/// What the last statement of the month says, where its balances go on from row to row.
pub async fn bank_closing(
    connection: &mut PgConnection,
    account: BankAccountId,
    (first, last): (NaiveDate, NaiveDate),
) -> sqlx::Result<Option<Fen>> {
    let closing = sqlx::query_scalar!(
        r#"select s.closing_fen as "closing!"
           from bank_statement s
           join lateral (
               select max(r.booked_on) as last_day from bank_statement_row r where r.statement = s.id
           ) t on t.last_day between $2 and $3
           where s.bank_account = $1 and s.status = 'taken_in' and s.closing_fen is not null and s.broken_at is null
           order by t.last_day desc, s.taken_in_at desc
           limit 1"#,
        account.0,
        first,
        last
    )
    .fetch_optional(connection)
    .await?;
    closing.map(|closing| fen("bank_statement.closing_fen", closing)).transpose()
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewMonthEnd,
    (month, numbers, differences): (NaiveDate, MonthNumbers, &[MonthDifference]),
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into month_end (id, bank_account, month, opening_fen, in_fen, out_fen, bank_closing_fen, differences,
                                explanation, prepared_by, prepared_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.0,
        new.bank_account.0,
        month,
        numbers.opening_fen.get(),
        numbers.in_fen.get(),
        numbers.out_fen.get(),
        new.bank_closing_fen.get(),
        Json(differences) as _,
        new.explanation.trim(),
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn decide(
    connection: &mut PgConnection,
    id: MonthEndId,
    outcome: &str,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update month_end set outcome = $2, decided_by = $3, decided_at = $4 where id = $1 and outcome is null",
        id.0,
        outcome,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn seal(
    connection: &mut PgConnection,
    account: BankAccountId,
    until: Option<NaiveDate>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update bank_account set sealed_until = $2 where id = $1", account.0, until).execute(connection).await
}

pub async fn ask_reopening(
    connection: &mut PgConnection,
    id: MonthEndId,
    reason: &str,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update month_end
         set reopen_reason = $2, reopen_asked_by = $3, reopen_asked_at = $4
         where id = $1 and reopen_asked_by is null",
        id.0,
        reason,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_reopened(
    connection: &mut PgConnection,
    id: MonthEndId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update month_end set reopened_by = $2, reopened_at = $3 where id = $1 and reopened_at is null",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// A month with what decides on who may go on with it.
pub struct Known {
    pub charity: OrganisationId,
    pub account: BankAccountId,
    pub opening: Option<(NaiveDate, Fen)>,
    pub sealed_until: Option<NaiveDate>,
    pub prepared_by: PersonId,
    pub reopen_asked_by: Option<PersonId>,
    pub shown: MonthEnd,
}

impl Known {
    /// Whether it is what this says.
    pub fn says(&self, new: &NewMonthEnd, first: NaiveDate) -> bool {
        (self.account, self.shown.month, self.shown.bank_closing_fen) == (new.bank_account, first, new.bank_closing_fen)
            && self.shown.explanation == new.explanation.trim()
    }
}

struct Row {
    id: Uuid,
    bank_account: Uuid,
    charity: Uuid,
    holder: String,
    bank: String,
    account_no: String,
    opening_on: Option<NaiveDate>,
    account_opening_fen: Option<i64>,
    sealed_until: Option<NaiveDate>,
    month: NaiveDate,
    opening_fen: i64,
    in_fen: i64,
    out_fen: i64,
    bank_closing_fen: i64,
    differences: Json<Vec<MonthDifference>>,
    explanation: String,
    prepared_by: Uuid,
    prepared_by_name: Option<String>,
    prepared_at: DateTime<Utc>,
    outcome: Option<String>,
    decided_by_name: Option<String>,
    decided_at: Option<DateTime<Utc>>,
    reopen_reason: Option<String>,
    reopen_asked_by: Option<Uuid>,
    reopen_asked_by_name: Option<String>,
    reopened_at: Option<DateTime<Utc>>,
}

impl Row {
    fn known(self) -> sqlx::Result<Known> {
        let amount = |amount| fen("month_end", amount);
        let of = |error| crate::db::decode::error("month_end", error);
        let numbers =
            MonthNumbers::new(amount(self.opening_fen)?, amount(self.in_fen)?, amount(self.out_fen)?).map_err(of)?;
        let bank_closing_fen = amount(self.bank_closing_fen)?;
        let Json(differences) = self.differences;
        let unnamed_fen = unnamed(numbers, differences.iter().map(|row| row.fen), bank_closing_fen).map_err(of)?;
        let signed = self.outcome.as_deref() == Some("signed");
        let account = BankAccountId(self.bank_account);
        let shown = MonthEnd {
            id: MonthEndId(self.id),
            bank_account: BankAccount {
                id: account,
                holder: self.holder,
                bank: self.bank,
                account_masked: mask_account(&self.account_no),
            },
            month: self.month,
            numbers,
            bank_closing_fen,
            differences,
            unnamed_fen,
            explanation: self.explanation,
            prepared_by: self.prepared_by_name.unwrap_or_default(),
            prepared_at: self.prepared_at,
            signed_by: self.decided_by_name.filter(|_| signed),
            signed_at: self.decided_at.filter(|_| signed),
            dropped: self.outcome.as_deref() == Some("dropped"),
            reopen_reason: self.reopen_reason,
            reopen_asked_by: self.reopen_asked_by_name,
            reopened_at: self.reopened_at,
            later_fen: Fen::ZERO,
            may_sign: false,
            may_drop: false,
            may_reopen: false,
            may_confirm_reopening: false,
        };
        Ok(Known {
            charity: OrganisationId(self.charity),
            account,
            opening: opening(self.opening_on, self.account_opening_fen)?,
            sealed_until: self.sealed_until,
            prepared_by: PersonId(self.prepared_by),
            reopen_asked_by: self.reopen_asked_by.map(PersonId),
            shown,
        })
    }
}

/// By id, by account and month where it stands, or all of a charity: what is not asked for is left out.
async fn read(
    connection: &mut PgConnection,
    id: Option<MonthEndId>,
    standing: Option<(BankAccountId, NaiveDate)>,
    charity: Option<OrganisationId>,
    limit: i64,
) -> sqlx::Result<Vec<Known>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select m.id, m.bank_account, a.charity, a.holder, a.bank, a.account_no, a.opening_on,
                  a.opening_fen as account_opening_fen, a.sealed_until, m.month, m.opening_fen, m.in_fen, m.out_fen,
                  m.bank_closing_fen, m.differences as "differences: Json<Vec<MonthDifference>>", m.explanation,
                  m.prepared_by, prepared.name as "prepared_by_name?", m.prepared_at, m.outcome,
                  decided.name as "decided_by_name?", m.decided_at, m.reopen_reason, m.reopen_asked_by,
                  asked.name as "reopen_asked_by_name?", m.reopened_at
           from month_end m
           join bank_account a on a.id = m.bank_account
           left join person_private prepared on prepared.person = m.prepared_by
           left join person_private decided on decided.person = m.decided_by
           left join person_private asked on asked.person = m.reopen_asked_by
           where ($1::uuid is null or m.id = $1)
             and ($2::uuid is null or (m.bank_account = $2 and m.month = $3 and m.outcome is distinct from 'dropped'
                                       and m.reopened_at is null))
             and ($4::uuid is null or a.charity = $4)
           order by m.month desc, m.prepared_at desc, m.id
           limit $5"#,
        id.map(|id| id.0),
        standing.map(|(account, _)| account.0),
        standing.map(|(_, month)| month),
        charity.map(|charity| charity.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::known).collect()
}

pub async fn by_id(connection: &mut PgConnection, id: MonthEndId) -> sqlx::Result<Option<Known>> {
    Ok(read(connection, Some(id), None, None, 1).await?.into_iter().next())
}

/// What was prepared or signed of a month, if anything stands.
pub async fn standing(
    connection: &mut PgConnection,
    account: BankAccountId,
    month: NaiveDate,
) -> sqlx::Result<Option<Known>> {
    Ok(read(connection, None, Some((account, month)), None, 1).await?.into_iter().next())
}

pub async fn of_charity(
    connection: &mut PgConnection,
    charity: OrganisationId,
    limit: i64,
) -> sqlx::Result<Vec<Known>> {
    read(connection, None, None, Some(charity), limit).await
}

pub async fn waiting_to_be_signed(
    connection: &mut PgConnection,
    charity: OrganisationId,
    checker: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(since) as oldest
           from (select coalesce(m.reopen_asked_at, m.prepared_at) as since
                 from bank_account a
                 join month_end m on m.bank_account = a.id
                 where a.charity = $1
                   and ((m.outcome is null and m.prepared_by <> $2)
                        or (m.reopen_asked_by <> $2 and m.reopened_at is null))
                 limit 1001) as waiting"#,
        charity.0,
        checker.0
    )
    .fetch_one(connection)
    .await
}
