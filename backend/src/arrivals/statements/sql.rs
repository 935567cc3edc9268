//! The only SQL on bank statements and their rows, and on the lines that they bring.

use super::reading::{Layout, Reading, RowFound};
use crate::db::decode;
use crate::db::decode::fen;
use crate::files::tables::Draft;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::arrivals::BankAccount;
use domain::api::bank_statements::{
    BankStatement, BankStatementStatus, ColumnRead, NewBankStatement, StatementBalances, StatementLine,
    StatementLineRead, StatementProblem, StatementTally,
};
use domain::arrival::{BankLineInput, BankLineStatus, LineChannel};
use domain::bank_account::BankAccountStatus;
use domain::disbursement::mask_account;
use domain::{BankAccountId, BankLineId, BankStatementId, Fen, OrganisationId, OutgoingId, PersonId, TableFileId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

/// An account that a statement is of.
pub struct Account {
    pub charity: OrganisationId,
    pub bank: String,
    pub status: BankAccountStatus,
}

pub async fn account(connection: &mut PgConnection, id: BankAccountId) -> sqlx::Result<Option<Account>> {
    let row = sqlx::query!("select charity, bank, status from bank_account where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        let status = decode::word("bank_account.status", &row.status)?;
        Ok(Account { charity: OrganisationId(row.charity), bank: row.bank, status })
    })
    .transpose()
}

/// Until the transaction ends nobody else takes a statement of this account in.
pub async fn lock_account(connection: &mut PgConnection, id: BankAccountId) -> sqlx::Result<()> {
    sqlx::query!("select id from bank_account where id = $1 for update", id.0).fetch_one(connection).await?;
    Ok(())
}

/// How a bank's last table was read.
pub async fn layout(connection: &mut PgConnection, charity: OrganisationId, bank: &str) -> sqlx::Result<Layout> {
    let known = sqlx::query_scalar!(
        r#"select columns as "columns: Json<Layout>" from statement_layout where charity = $1 and bank = $2"#,
        charity.0,
        bank
    )
    .fetch_optional(connection)
    .await?;
    Ok(known.map(|Json(layout)| layout).unwrap_or_default())
}

pub async fn save_layout(
    connection: &mut PgConnection,
    (charity, bank): (OrganisationId, &str),
    layout: &Layout,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into statement_layout (charity, bank, columns, saved_by, saved_at)
         values ($1, $2, $3, $4, $5)
         on conflict (charity, bank) do update
         set columns = excluded.columns, saved_by = excluded.saved_by, saved_at = excluded.saved_at",
        charity.0,
        bank,
        Json(layout) as _,
        person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewBankStatement,
    draft: &Draft,
    reading: &Reading,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let balances = reading.balances.as_ref();
    sqlx::query!(
        "insert into bank_statement (id, bank_account, file_name, sha256, table_file, status, columns, passed_over,
                                     opening_fen, closing_fen, broken_at, read_by, read_at)
         values ($1, $2, $3, $4, $5, 'read', $6, $7, $8, $9, $10, $11, $12)",
        new.id.0,
        new.bank_account.0,
        draft.name,
        draft.sha256,
        new.table.0,
        Json(&reading.columns) as _,
        reading.passed_over,
        balances.map(|balances| balances.chain.opening.get()),
        balances.map(|balances| balances.chain.closing.get()),
        balances.and_then(|balances| balances.broken_at),
        person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts another reading of the same table in the place of the one before; its rows follow.
pub async fn read_anew(
    connection: &mut PgConnection,
    id: BankStatementId,
    reading: &Reading,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from bank_statement_row where statement = $1", id.0).execute(&mut *connection).await?;
    let balances = reading.balances.as_ref();
    sqlx::query!(
        "update bank_statement
         set columns = $2, passed_over = $3, opening_fen = $4, closing_fen = $5, broken_at = $6
         where id = $1 and status = 'read'",
        id.0,
        Json(&reading.columns) as _,
        reading.passed_over,
        balances.map(|balances| balances.chain.opening.get()),
        balances.map(|balances| balances.chain.closing.get()),
        balances.and_then(|balances| balances.broken_at)
    )
    .execute(connection)
    .await
}

/// Writes rows down, the first at place `from`.
pub async fn insert_rows(
    connection: &mut PgConnection,
    statement: BankStatementId,
    from: usize,
    rows: &[RowFound],
) -> sqlx::Result<()> {
    let read = |row: &RowFound| row.read.as_ref().map(|(read, serial)| (read.clone(), serial.clone()));
    let read: Vec<_> = rows.iter().map(read).collect();
    let of = |text: fn(&(domain::arrival::statement::StatementRow, String)) -> String| -> Vec<Option<String>> {
        read.iter().map(|read| read.as_ref().map(text)).collect()
    };
    let positions: Vec<i32> = (from..).take(rows.len()).filter_map(|place| i32::try_from(place).ok()).collect();
    let numbers: Vec<i32> = rows.iter().map(|row| row.row).collect();
    let outcomes: Vec<String> = rows.iter().map(|row| super::outcome(row).to_string()).collect();
    let days: Vec<Option<NaiveDate>> = read.iter().map(|read| read.as_ref().map(|(read, _)| read.booked_on)).collect();
    let sides = of(|(read, _)| read.side.to_string());
    let amounts: Vec<Option<i64>> = read.iter().map(|read| read.as_ref().map(|(read, _)| read.amount.get())).collect();
    let (payers, remarks) = (of(|(read, _)| read.payer.clone()), of(|(read, _)| read.remark.clone()));
    let serials = of(|(_, serial)| serial.clone());
    let balances: Vec<Option<i64>> =
        read.iter().map(|read| read.as_ref().and_then(|(read, _)| read.balance).map(Fen::get)).collect();
    let problems: Vec<serde_json::Value> = rows
        .iter()
        .map(|row| serde_json::to_value(&row.problems).map_err(|error| sqlx::Error::Encode(error.into())))
        .collect::<sqlx::Result<_>>()?;
    sqlx::query!(
        "insert into bank_statement_row (statement, position, row, outcome, booked_on, side, amount_fen, payer, remark,
                                         serial_no, balance_fen, problems)
         select $1, r.position, r.number, r.outcome, r.booked_on, r.side, r.amount_fen, r.payer, r.remark, r.serial_no,
                r.balance_fen, r.problems
         from unnest($2::int[], $3::int[], $4::text[], $5::date[], $6::text[], $7::bigint[], $8::text[], $9::text[],
                     $10::text[], $11::bigint[], $12::jsonb[])
              as r (position, number, outcome, booked_on, side, amount_fen, payer, remark, serial_no, balance_fen, problems)",
        statement.0,
        &positions,
        &numbers,
        &outcomes,
        &days as &[Option<NaiveDate>],
        &sides as &[Option<String>],
        &amounts as &[Option<i64>],
        &payers as &[Option<String>],
        &remarks as &[Option<String>],
        &serials as &[Option<String>],
        &balances as &[Option<i64>],
        &problems
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Rows whose line is there already, with the same day, amount and payer.
pub async fn mark_present(connection: &mut PgConnection, statement: BankStatementId) -> sqlx::Result<()> {
    sqlx::query!(
        "update bank_statement_row r
         set outcome = 'present', line = l.id
         from bank_statement s, bank_line l
         where r.statement = $1 and r.outcome = 'ready' and s.id = r.statement
           and l.bank_account = s.bank_account and l.serial_no = r.serial_no and l.status <> 'voided'
           and l.booked_on = r.booked_on and l.amount_fen = r.amount_fen",
        statement.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Rows whose serial number is that of another line: one of the two is mistyped.
pub async fn mark_another(connection: &mut PgConnection, statement: BankStatementId) -> sqlx::Result<()> {
    sqlx::query!(
        "update bank_statement_row r
         set outcome = 'wrong',
             problems = r.problems || jsonb_build_array(jsonb_build_object(
                 'row', r.row, 'column', 'serial_no', 'message',
                 '这个流水号已经录入过，但日期或金额不同，请核对先前录入的那一笔'))
         from bank_statement s, bank_line l
         where r.statement = $1 and r.outcome = 'ready' and s.id = r.statement
           and l.bank_account = s.bank_account and l.serial_no = r.serial_no and l.status <> 'voided'",
        statement.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A statement as it is stored.
pub struct Stored {
    pub statement: BankStatement,
    pub sha256: Vec<u8>,
    pub table: TableFileId,
    pub columns: Vec<ColumnRead>,
    pub passed_over: i32,
    pub balances: Option<StatementBalances>,
}

struct StoredRow {
    id: Uuid,
    bank_account: Uuid,
    holder: String,
    bank: String,
    account_no: String,
    file_name: String,
    sha256: Vec<u8>,
    table_file: Uuid,
    status: String,
    columns: Json<Vec<ColumnRead>>,
    passed_over: i32,
    opening_fen: Option<i64>,
    closing_fen: Option<i64>,
    broken_at: Option<i32>,
    read_by_name: Option<String>,
    read_at: DateTime<Utc>,
    taken_in_at: Option<DateTime<Utc>>,
    rows: i64,
    ready: i64,
    present: i64,
    wrong: i64,
    gone_out: i64,
    taken_in: i64,
    in_fen: i64,
    out_fen: i64,
    first_day: Option<NaiveDate>,
    last_day: Option<NaiveDate>,
}

impl StoredRow {
    fn read(self) -> sqlx::Result<Stored> {
        let status: BankStatementStatus =
            self.status.parse().map_err(|error| decode::error("bank_statement.status", error))?;
        let ends = self.opening_fen.zip(self.closing_fen);
        let balances = ends.map(|(opening, closing)| {
            Ok::<_, sqlx::Error>(StatementBalances {
                opening_fen: fen("amount", opening)?,
                closing_fen: fen("amount", closing)?,
                broken_at: self.broken_at,
            })
        });
        Ok(Stored {
            statement: BankStatement {
                id: BankStatementId(self.id),
                bank_account: BankAccount {
                    id: BankAccountId(self.bank_account),
                    holder: self.holder,
                    bank: self.bank,
                    account_masked: mask_account(&self.account_no),
                },
                file_name: self.file_name,
                status,
                from: self.first_day,
                until: self.last_day,
                tally: StatementTally {
                    rows: self.rows,
                    ready: self.ready,
                    present: self.present,
                    wrong: self.wrong,
                    out: self.gone_out,
                    taken_in: self.taken_in,
                    in_fen: fen("amount", self.in_fen)?,
                    out_fen: fen("amount", self.out_fen)?,
                },
                read_by: self.read_by_name.unwrap_or_default(),
                read_at: self.read_at,
                taken_in_at: self.taken_in_at,
            },
            sha256: self.sha256,
            table: TableFileId(self.table_file),
            columns: self.columns.0,
            passed_over: self.passed_over,
            balances: balances.transpose()?,
        })
    }
}

/// Statements, whole: one statement up to what follows `from bank_statement_read`.
macro_rules! statements {
    ($connection:expr, $tail:literal, $($value:expr),+) => {{
        let rows = sqlx::query_as!(
            StoredRow,
            r#"select id as "id!", bank_account as "bank_account!", holder as "holder!", bank as "bank!",
                      account_no as "account_no!", file_name as "file_name!", sha256 as "sha256!",
                      table_file as "table_file!", status as "status!", columns as "columns!: Json<Vec<ColumnRead>>",
                      passed_over as "passed_over!", opening_fen, closing_fen, broken_at, read_by_name,
                      read_at as "read_at!", taken_in_at, rows as "rows!", ready as "ready!", present as "present!",
                      wrong as "wrong!", gone_out as "gone_out!", taken_in as "taken_in!", in_fen as "in_fen!",
                      out_fen as "out_fen!", first_day, last_day
               from bank_statement_read
               "# + $tail,
            $($value),+
        )
        .fetch_all($connection)
        .await?;
        rows.into_iter().map(StoredRow::read).collect::<sqlx::Result<Vec<Stored>>>()
    }};
}

pub async fn by_id(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: BankStatementId,
) -> sqlx::Result<Option<Stored>> {
    Ok(statements!(connection, "where id = $1 and charity = $2", id.0, charity.0)?.pop())
}

/// The same, locked until the transaction ends.
pub async fn lock(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: BankStatementId,
) -> sqlx::Result<Option<Stored>> {
    sqlx::query!("select id from bank_statement where id = $1 for update", id.0)
        .fetch_optional(&mut *connection)
        .await?;
    by_id(connection, charity, id).await
}

pub async fn latest(connection: &mut PgConnection, charity: OrganisationId, limit: i64) -> sqlx::Result<Vec<Stored>> {
    statements!(connection, "where charity = $1 order by read_at desc, id desc limit $2", charity.0, limit)
}

pub async fn tally(connection: &mut PgConnection, id: BankStatementId) -> sqlx::Result<StatementTally> {
    let mut stored = statements!(connection, "where id = $1", id.0)?;
    Ok(stored.pop().map(|stored| stored.statement.tally).unwrap_or_default())
}

/// When the same file was taken in for the same account as another statement.
pub async fn taken_in_before(
    connection: &mut PgConnection,
    id: BankStatementId,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let at = sqlx::query_scalar!(
        r#"select other.taken_in_at
           from bank_statement s
           join bank_statement other on other.bank_account = s.bank_account and other.sha256 = s.sha256
           where s.id = $1 and other.id <> s.id and other.status = 'taken_in'"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(at.flatten())
}

/// What is wrong, row by row.
pub async fn problems(
    connection: &mut PgConnection,
    id: BankStatementId,
    limit: Option<i64>,
) -> sqlx::Result<Vec<StatementProblem>> {
    let rows = sqlx::query_scalar!(
        r#"select problems as "problems: Json<Vec<StatementProblem>>"
           from bank_statement_row
           where statement = $1 and outcome = 'wrong'
           order by position
           limit $2"#,
        id.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().flat_map(|Json(problems)| problems).collect())
}

pub async fn count_problems(connection: &mut PgConnection, id: BankStatementId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select coalesce(sum(jsonb_array_length(problems)), 0)::bigint as "count!"
           from bank_statement_row
           where statement = $1 and outcome = 'wrong'"#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// The rows behind a place, in the order of the file.
pub async fn rows(
    connection: &mut PgConnection,
    id: BankStatementId,
    after: i32,
    limit: i64,
) -> sqlx::Result<Vec<StatementLine>> {
    let rows = sqlx::query!(
        "select position, row, outcome, booked_on, side, amount_fen, payer, remark, serial_no, line
         from bank_statement_row
         where statement = $1 and position > $2
         order by position
         limit $3",
        id.0,
        after,
        limit
    )
    .fetch_all(connection)
    .await?;
    let line = |row: &str| row.parse().map_err(|error| decode::error("bank_statement_row.outcome", error));
    rows.into_iter()
        .map(|row| {
            let read = match (row.booked_on, row.side, row.amount_fen, row.payer, row.remark, row.serial_no) {
                (Some(booked_on), Some(side), Some(amount), Some(payer), Some(remark), Some(serial_no)) => {
                    let side = side.parse().map_err(|error| decode::error("bank_statement_row.side", error))?;
                    Some(StatementLineRead {
                        booked_on,
                        side,
                        amount_fen: fen("amount", amount)?,
                        payer,
                        remark,
                        serial_no,
                    })
                }
                _ => None,
            };
            Ok(StatementLine {
                position: row.position,
                row: row.row,
                outcome: line(&row.outcome)?,
                read,
                line: row.line.map(BankLineId),
            })
        })
        .collect()
}

/// What is to become lines, with its place.
pub async fn ready(connection: &mut PgConnection, id: BankStatementId) -> sqlx::Result<Vec<(i32, BankLineInput)>> {
    let rows = sqlx::query!(
        r#"select position, booked_on as "booked_on!", payer as "payer!", amount_fen as "amount_fen!", remark as "remark!",
                  serial_no as "serial_no!"
           from bank_statement_row
           where statement = $1 and outcome = 'ready'
           order by position"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let amount = fen("amount", row.amount_fen)?;
            let (booked_on, payer, remark, serial_no) = (row.booked_on, row.payer, row.remark, row.serial_no);
            let channel = LineChannel::Transfer;
            Ok((row.position, BankLineInput { booked_on, payer, amount, remark, serial_no, channel }))
        })
        .collect()
}

/// A line that a row becomes.
pub struct NewLine {
    pub position: i32,
    pub id: BankLineId,
    pub status: BankLineStatus,
}

/// Makes lines of rows that are ready.
pub async fn insert_lines(
    connection: &mut PgConnection,
    statement: &BankStatement,
    lines: &[NewLine],
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = lines.iter().map(|line| line.id.0).collect();
    let positions: Vec<i32> = lines.iter().map(|line| line.position).collect();
    let statuses: Vec<String> = lines.iter().map(|line| line.status.to_string()).collect();
    sqlx::query!(
        "insert into bank_line (id, bank_account, booked_on, payer, amount_fen, remark, serial_no, status, entered_by,
                                entered_at, channel)
         select new.id, $2, r.booked_on, r.payer, r.amount_fen, r.remark, r.serial_no, new.status, $6, $7, 'transfer'
         from unnest($3::uuid[], $4::int[], $5::text[]) as new (id, position, status)
         join bank_statement_row r on r.statement = $1 and r.position = new.position and r.outcome = 'ready'",
        statement.id.0,
        statement.bank_account.id.0,
        &ids,
        &positions,
        &statuses,
        person.0,
        now
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "update bank_statement_row r
         set outcome = 'taken_in', line = new.id
         from unnest($2::uuid[], $3::int[]) as new (id, position)
         where r.statement = $1 and r.position = new.position",
        statement.id.0,
        &ids,
        &positions
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn set_taken_in(
    connection: &mut PgConnection,
    id: BankStatementId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_statement
         set status = 'taken_in', taken_in_by = $2, taken_in_at = $3
         where id = $1 and status = 'read'",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// The places of rows of money out, in the order of the file.
pub async fn out_rows(connection: &mut PgConnection, id: BankStatementId) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar!(
        "select position from bank_statement_row where statement = $1 and outcome = 'out' order by position",
        id.0
    )
    .fetch_all(connection)
    .await
}

/// How many rows of money out no other statement of the account has brought.
pub async fn new_out(connection: &mut PgConnection, id: BankStatementId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from bank_statement_row r
           join bank_statement s on s.id = r.statement
           where r.statement = $1 and r.outcome = 'out'
             and not exists (select from bank_out o
                             where o.bank_account = s.bank_account and o.serial_no = r.serial_no)"#,
        id.0
    )
    .fetch_one(connection)
    .await
}

/// Keeps the rows of money out, each once, to be explained.
pub async fn insert_out(
    connection: &mut PgConnection,
    id: BankStatementId,
    positions: &[i32],
    ids: &[OutgoingId],
) -> sqlx::Result<()> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query!(
        "insert into bank_out (id, bank_account, statement, booked_on, payee, amount_fen, remark, serial_no)
         select n.id, s.bank_account, s.id, r.booked_on, r.payer, r.amount_fen, r.remark, r.serial_no
         from unnest($2::integer[], $3::uuid[]) as n (position, id)
         join bank_statement_row r on r.statement = $1 and r.position = n.position
         join bank_statement s on s.id = r.statement
         where not exists (select from bank_out o where o.bank_account = s.bank_account and o.serial_no = r.serial_no)",
        id.0,
        positions,
        &ids
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn drop_unconfirmed(connection: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!("delete from bank_statement where status = 'read' and read_at < $1", before)
        .execute(connection)
        .await?;
    Ok(())
}
