//! The only SQL on money out.

use crate::db::decode::{fen, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::arrivals::BankAccount;
use domain::api::outgoings::{OutSuggestion, Outgoing};
use domain::disbursement::mask_account;
use domain::outgoing::{OutKind, OutMeaning};
use domain::todo::Waiting;
use domain::{BankAccountId, CampaignId, DisbursementId, Fen, OrganisationId, OutgoingId, PersonId, ReturnId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// A row with what decides on who may go on with it.
pub struct Row {
    pub charity: OrganisationId,
    pub said_by: Option<PersonId>,
    /// Its month is signed.
    pub sealed: bool,
    pub shown: Outgoing,
}

struct Stored {
    id: Uuid,
    charity: Uuid,
    bank_account: Uuid,
    holder: String,
    bank: String,
    account_no: String,
    booked_on: NaiveDate,
    payee: String,
    amount_fen: i64,
    remark: String,
    serial_no: String,
    kind: Option<String>,
    disbursement: Option<Uuid>,
    gift_return: Option<Uuid>,
    campaign: Option<Uuid>,
    other_account: Option<Uuid>,
    reason: Option<String>,
    said_by: Option<Uuid>,
    said_by_name: Option<String>,
    confirmed_by_name: Option<String>,
    explained: bool,
    sealed: bool,
}

impl Stored {
    fn row(self) -> sqlx::Result<Row> {
        let kind: Option<OutKind> = self.kind.map(|kind| word("bank_out_meaning.kind", &kind)).transpose()?;
        let meaning = kind.map(|kind| OutMeaning {
            kind,
            disbursement: self.disbursement.map(DisbursementId),
            gift_return: self.gift_return.map(ReturnId),
            campaign: self.campaign.map(CampaignId),
            other_account: self.other_account.map(BankAccountId),
            reason: self.reason.unwrap_or_default(),
        });
        let shown = Outgoing {
            id: OutgoingId(self.id),
            bank_account: BankAccount {
                id: BankAccountId(self.bank_account),
                holder: self.holder,
                bank: self.bank,
                account_masked: mask_account(&self.account_no),
            },
            booked_on: self.booked_on,
            payee: self.payee,
            amount_fen: fen("bank_out.amount_fen", self.amount_fen)?,
            remark: self.remark,
            serial_no: self.serial_no,
            meaning,
            said_by: self.said_by_name,
            confirmed_by: self.confirmed_by_name,
            explained: self.explained,
            suggestions: Vec::new(),
            may_explain: false,
            may_confirm: false,
            may_drop: false,
        };
        let charity = OrganisationId(self.charity);
        Ok(Row { charity, said_by: self.said_by.map(PersonId), sealed: self.sealed, shown })
    }
}

pub async fn lock(connection: &mut PgConnection, id: OutgoingId) -> sqlx::Result<()> {
    sqlx::query!("select id from bank_out where id = $1 for update", id.0).fetch_optional(connection).await?;
    Ok(())
}

pub async fn by_id(connection: &mut PgConnection, id: OutgoingId) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query_as!(
        Stored,
        r#"select o.id as "id!", o.charity as "charity!", o.bank_account as "bank_account!", o.holder as "holder!",
                  o.bank as "bank!", o.account_no as "account_no!", o.booked_on as "booked_on!", o.payee as "payee!",
                  o.amount_fen as "amount_fen!", o.remark as "remark!", o.serial_no as "serial_no!", o.kind, o.disbursement,
                  o.gift_return, o.campaign, o.other_account, o.reason, o.said_by, said.name as "said_by_name?",
                  confirmed.name as "confirmed_by_name?", o.explained as "explained!", o.sealed as "sealed!"
           from bank_out_read o
           left join person_private said on said.person = o.said_by
           left join person_private confirmed on confirmed.person = o.confirmed_by
           where o.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Stored::row).transpose()
}

/// Rows that nobody has explained, oldest first.
pub async fn open(
    connection: &mut PgConnection,
    charity: OrganisationId,
    after: Option<OutgoingId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select o.id as "id!", o.charity as "charity!", o.bank_account as "bank_account!", o.holder as "holder!",
                  o.bank as "bank!", o.account_no as "account_no!", o.booked_on as "booked_on!", o.payee as "payee!",
                  o.amount_fen as "amount_fen!", o.remark as "remark!", o.serial_no as "serial_no!", o.kind, o.disbursement,
                  o.gift_return, o.campaign, o.other_account, o.reason, o.said_by, said.name as "said_by_name?",
                  confirmed.name as "confirmed_by_name?", o.explained as "explained!", o.sealed as "sealed!"
           from bank_out_read o
           left join person_private said on said.person = o.said_by
           left join person_private confirmed on confirmed.person = o.confirmed_by
           where o.charity = $1 and not o.explained
             and ($2::uuid is null or (o.booked_on, o.id) > (select b.booked_on, b.id from bank_out b where b.id = $2))
           order by o.booked_on, o.id
           limit $3"#,
        charity.0,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Stored::row).collect()
}

/// All rows, latest first.
pub async fn all(
    connection: &mut PgConnection,
    charity: OrganisationId,
    after: Option<OutgoingId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select o.id as "id!", o.charity as "charity!", o.bank_account as "bank_account!", o.holder as "holder!",
                  o.bank as "bank!", o.account_no as "account_no!", o.booked_on as "booked_on!", o.payee as "payee!",
                  o.amount_fen as "amount_fen!", o.remark as "remark!", o.serial_no as "serial_no!", o.kind, o.disbursement,
                  o.gift_return, o.campaign, o.other_account, o.reason, o.said_by, said.name as "said_by_name?",
                  confirmed.name as "confirmed_by_name?", o.explained as "explained!", o.sealed as "sealed!"
           from bank_out_read o
           left join person_private said on said.person = o.said_by
           left join person_private confirmed on confirmed.person = o.confirmed_by
           where o.charity = $1
             and ($2::uuid is null or (o.booked_on, o.id) < (select b.booked_on, b.id from bank_out b where b.id = $2))
           order by o.booked_on desc, o.id desc
           limit $3"#,
        charity.0,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Stored::row).collect()
}

/// At most one more than a list counts.
pub async fn count(connection: &mut PgConnection, charity: OrganisationId, all: bool) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from bank_out_read where charity = $1 and ($2 or not explained) limit 1001) as counted"#,
        charity.0,
        all
    )
    .fetch_one(connection)
    .await
}

/// For each of these rows the payments of its amount, a fortnight around its day, that no row is yet.
pub async fn suggestions(
    connection: &mut PgConnection,
    rows: &[OutgoingId],
) -> sqlx::Result<Vec<(OutgoingId, OutSuggestion)>> {
    let rows: Vec<Uuid> = rows.iter().map(|id| id.0).collect();
    let found = sqlx::query!(
        r#"select o.id, paid.disbursement, paid.gift_return, paid.to_name as "to_name!", paid.paid_on as "paid_on!",
                  paid.bank_reference as "bank_reference!"
           from bank_out o
           join bank_account a on a.id = o.bank_account
           join lateral (
               select d.id as disbursement, null::uuid as gift_return, d.payee_name as to_name, d.paid_on, d.bank_reference
               from disbursement d
               where d.charity = a.charity and d.amount_fen = o.amount_fen and d.paid_on is not null
                 and d.paid_on between o.booked_on - 14 and o.booked_on + 14
                 and not exists (select from bank_out_meaning m where m.disbursement = d.id)
               union all
               select null, r.id, r.to_name, r.paid_on, r.bank_reference
               from gift_return r
               where r.charity = a.charity and r.amount_fen = o.amount_fen and r.status = 'paid'
                 and r.paid_on between o.booked_on - 14 and o.booked_on + 14
                 and not exists (select from bank_out_meaning m where m.gift_return = r.id)
               order by 4
               limit 5
           ) paid on true
           where o.id = any($1)
           order by o.id, abs(paid.paid_on - o.booked_on)"#,
        &rows
    )
    .fetch_all(connection)
    .await?;
    let suggestion = found.into_iter().map(|row| {
        let suggestion = OutSuggestion {
            disbursement: row.disbursement.map(DisbursementId),
            gift_return: row.gift_return.map(ReturnId),
            to_name: row.to_name,
            paid_on: row.paid_on,
            bank_reference: row.bank_reference,
        };
        (OutgoingId(row.id), suggestion)
    });
    Ok(suggestion.collect())
}

/// The amount of a payment of the charity that has left.
pub async fn disbursement(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: DisbursementId,
) -> sqlx::Result<Option<Fen>> {
    let amount = sqlx::query_scalar!(
        "select amount_fen
         from disbursement
         where id = $1 and charity = $2 and status in ('paid', 'bank_confirmed', 'bounced')",
        id.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    amount.map(|amount| fen("disbursement.amount_fen", amount)).transpose()
}

/// The amount of a return of the charity that has left.
pub async fn gift_return(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: ReturnId,
) -> sqlx::Result<Option<Fen>> {
    let amount = sqlx::query_scalar!(
        "select amount_fen from gift_return where id = $1 and charity = $2 and status = 'paid' for share",
        id.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    amount.map(|amount| fen("gift_return.amount_fen", amount)).transpose()
}

pub async fn recognised_return(connection: &mut PgConnection, id: ReturnId) -> sqlx::Result<Option<OutgoingId>> {
    let row = sqlx::query_scalar!("select bank_out from bank_out_meaning where gift_return = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(OutgoingId))
}

pub async fn is_own_account(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: BankAccountId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from bank_account where id = $1 and charity = $2 and status in ('open', 'closed')
           ) as "own!""#,
        id.0,
        charity.0
    )
    .fetch_one(connection)
    .await
}

pub async fn insert(
    connection: &mut PgConnection,
    id: OutgoingId,
    meaning: &OutMeaning,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into bank_out_meaning (bank_out, kind, disbursement, gift_return, campaign, other_account, reason, said_by,
                                       said_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id.0,
        meaning.kind.as_str(),
        meaning.disbursement.map(|id| id.0),
        meaning.gift_return.map(|id| id.0),
        meaning.campaign.map(|id| id.0),
        meaning.other_account.map(|id| id.0),
        meaning.reason,
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// A payment left the account on whose statement it stands.
pub async fn paid_from(connection: &mut PgConnection, row: &Row, meaning: &OutMeaning) -> sqlx::Result<()> {
    let account = row.shown.bank_account.id.0;
    if let Some(id) = meaning.disbursement {
        sqlx::query!("update disbursement set bank_account = $2 where id = $1", id.0, account)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(id) = meaning.gift_return {
        sqlx::query!("update gift_return set bank_account = $2 where id = $1", id.0, account)
            .execute(connection)
            .await?;
    }
    Ok(())
}

pub async fn confirm(
    connection: &mut PgConnection,
    id: OutgoingId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_out_meaning
         set confirmed_by = $2, confirmed_at = $3
         where bank_out = $1 and confirmed_by is null",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn delete(connection: &mut PgConnection, id: OutgoingId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from bank_out_meaning where bank_out = $1", id.0).execute(connection).await
}

/// Since the statement that they stand on was taken in.
pub async fn waiting_to_be_explained(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(since) as oldest
           from (select coalesce(s.taken_in_at, s.read_at) as since
                 from bank_account a
                 join bank_out o on o.bank_account = a.id
                 join bank_statement s on s.id = o.statement
                 where a.charity = $1 and not exists (select from bank_out_meaning m where m.bank_out = o.id)
                 limit 1001) as waiting"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_confirmed(
    connection: &mut PgConnection,
    charity: OrganisationId,
    checker: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(said_at) as oldest
           from (select o.said_at
                 from bank_out_read o
                 where o.charity = $1 and o.kind is not null and not o.explained and o.said_by <> $2
                 limit 1001) as waiting"#,
        charity.0,
        checker.0
    )
    .fetch_one(connection)
    .await
}
