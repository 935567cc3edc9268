//! The only SQL on payees.

use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::api::payees::{NewPayee, Payee, PayeeQuery, PayeeStatus};
use domain::disbursement::{PayeeSnapshot, mask_account};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{FileId, OrganisationId, PayeeId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

pub async fn is_charity(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from organisation where id = $1 and kind = 'charity' and status = 'verified'
           ) as "exists!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewPayee,
    snapshot: &PayeeSnapshot,
    digits: &str,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into payee (id, organisation, charity, kind, name, bank, account_no, sub_account, document, status,
                            proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'proposed', $10, $11)",
        new.id.0,
        acting.organisation.0,
        new.charity.0,
        snapshot.kind.as_str(),
        snapshot.name,
        snapshot.bank,
        digits,
        new.sub_account.trim(),
        new.document.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub struct Locked {
    pub organisation: OrganisationId,
    pub charity: OrganisationId,
    /// Digits.
    pub account_no: String,
    pub has_document: bool,
    pub entered_by: Option<PersonId>,
    pub status: PayeeStatus,
}

pub async fn lock(connection: &mut PgConnection, id: PayeeId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        r#"select organisation, charity, account_no, document is not null as "has_document!", entered_by, status
           from payee
           where id = $1
           for update"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Locked {
            organisation: OrganisationId(row.organisation),
            charity: OrganisationId(row.charity),
            account_no: row.account_no,
            has_document: row.has_document,
            entered_by: row.entered_by.map(PersonId),
            status: word("payee", &row.status)?,
        })
    })
    .transpose()
}

/// Until the transaction ends, no other account of this village is verified.
pub async fn lock_organisation(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<()> {
    sqlx::query!("select id from organisation where id = $1 for no key update", id.0).fetch_one(connection).await?;
    Ok(())
}

/// Whether a payment to this payee is approved and not paid. The payee is locked, so no other is approved meanwhile.
pub async fn awaits_payment(connection: &mut PgConnection, id: PayeeId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from disbursement_read where payee = $1 and status = 'approved'
           ) as "exists!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

pub async fn set_entered(
    connection: &mut PgConnection,
    id: PayeeId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update payee set status = 'entered', entered_by = $2, entered_at = $3 where id = $1 and status = 'proposed'",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_verified(
    connection: &mut PgConnection,
    id: PayeeId,
    person: PersonId,
    how: &str,
    held_until: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update payee
         set status = 'verified', verified_by = $2, verified_how = $3, verified_at = $4, held_until = $5, no_interest = true
         where id = $1 and status = 'entered'",
        id.0,
        person.0,
        how,
        now,
        held_until
    )
    .execute(connection)
    .await
}

/// The pictures that prove accounts of an organisation.
pub async fn documents(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<Vec<FileId>> {
    let files = sqlx::query_scalar!(
        r#"select document as "document!" from payee where organisation = $1 and document is not null"#,
        organisation.0
    )
    .fetch_all(connection)
    .await?;
    Ok(files.into_iter().map(FileId).collect())
}

/// Whether the charity has verified another account of the organisation before: then this one is a change.
pub async fn is_a_change(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    charity: OrganisationId,
    but: PayeeId,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from payee
               where organisation = $1 and charity = $2 and id <> $3 and verified_at is not null
           ) as "exists!""#,
        organisation.0,
        charity.0,
        but.0
    )
    .fetch_one(connection)
    .await
}

pub async fn snapshot(connection: &mut PgConnection, id: PayeeId) -> sqlx::Result<PayeeSnapshot> {
    let row = sqlx::query!("select name, bank, account_no, kind from payee where id = $1", id.0)
        .fetch_one(connection)
        .await?;
    Ok(PayeeSnapshot {
        name: row.name,
        bank: row.bank,
        account_masked: mask_account(&row.account_no),
        kind: word("payee", &row.kind)?,
    })
}

/// The town's organisation above a village's, if there is one.
pub async fn town_of(connection: &mut PgConnection, village: OrganisationId) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!(
        "select town.id
         from organisation village
         join organisation town on town.kind = 'town' and town.place = left(village.place, 9)
         where village.id = $1",
        village.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(id.map(OrganisationId))
}

pub async fn set_closed(connection: &mut PgConnection, id: PayeeId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update payee set status = 'closed', closed_at = $2 where id = $1 and status <> 'closed'", id.0, now)
        .execute(connection)
        .await
}

struct Row {
    id: Uuid,
    organisation: Uuid,
    organisation_name: String,
    charity: Uuid,
    kind: String,
    name: String,
    bank: String,
    account_no: String,
    status: String,
    verified_how: Option<String>,
    proposed_at: DateTime<Utc>,
    sub_account: String,
    document: Option<Uuid>,
    held_until: Option<DateTime<Utc>>,
}

impl Row {
    fn read(self) -> sqlx::Result<Payee> {
        Ok(Payee {
            id: PayeeId(self.id),
            organisation: OrganisationId(self.organisation),
            organisation_name: self.organisation_name,
            charity: OrganisationId(self.charity),
            kind: word("payee", &self.kind)?,
            name: self.name,
            bank: self.bank,
            account_masked: mask_account(&self.account_no),
            account_no: Some(self.account_no),
            status: word("payee", &self.status)?,
            verified_how: self.verified_how,
            sub_account: self.sub_account,
            document: self.document.map(FileId),
            held_until: self.held_until,
            proposed_at: self.proposed_at,
        })
    }
}

/// A payee that an organisation proposed or that was proposed to it.
pub async fn by_id(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    id: PayeeId,
) -> sqlx::Result<Option<Payee>> {
    let row = sqlx::query_as!(
        Row,
        "select p.id, p.organisation, o.name as organisation_name, p.charity, p.kind, p.name, p.bank, p.account_no,
                p.status, p.verified_how, p.proposed_at, p.sub_account, p.document, p.held_until
         from payee p
         join organisation o on o.id = p.organisation
         where p.id = $1 and (p.organisation = $2 or p.charity = $2)",
        id.0,
        organisation.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// Those that an organisation proposed or that were proposed to it, latest first.
pub async fn of(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    query: &PayeeQuery,
    after: Option<PayeeId>,
    limit: i64,
) -> sqlx::Result<Vec<Payee>> {
    let rows = sqlx::query_as!(
        Row,
        "select p.id, p.organisation, o.name as organisation_name, p.charity, p.kind, p.name, p.bank, p.account_no,
                p.status, p.verified_how, p.proposed_at, p.sub_account, p.document, p.held_until
         from payee p
         join organisation o on o.id = p.organisation
         where (p.organisation = $1 or p.charity = $1)
           and ($2::uuid is null or p.organisation = $2)
           and ($3::text is null or p.status = $3)
           and ($4::uuid is null or (p.proposed_at, p.id) < (select a.proposed_at, a.id from payee a where a.id = $4))
         order by p.proposed_at desc, p.id desc
         limit $5",
        organisation.0,
        query.organisation.map(|id| id.0),
        query.status.map(PayeeStatus::as_str),
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// At most one more than a list counts.
pub async fn count(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    query: &PayeeQuery,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from payee p
                 where (p.organisation = $1 or p.charity = $1)
                   and ($2::uuid is null or p.organisation = $2)
                   and ($3::text is null or p.status = $3)
                 limit 1001) as counted"#,
        organisation.0,
        query.organisation.map(|id| id.0),
        query.status.map(PayeeStatus::as_str)
    )
    .fetch_one(connection)
    .await
}

/// A payee that may be paid, as it is now; it stays so until the transaction ends.
pub struct Checked {
    pub organisation: OrganisationId,
    pub snapshot: PayeeSnapshot,
    /// It changed lately: nothing is paid to it before this instant.
    pub held_until: Option<DateTime<Utc>>,
}

/// The payee, if this charity has verified it and it is not closed.
pub async fn checked(
    connection: &mut PgConnection,
    id: PayeeId,
    charity: OrganisationId,
) -> sqlx::Result<Option<Checked>> {
    let row = sqlx::query!(
        "select organisation, kind, name, bank, account_no, held_until
         from payee
         where id = $1 and charity = $2 and status = 'verified'
         for share",
        id.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let snapshot = PayeeSnapshot {
            name: row.name,
            bank: row.bank,
            account_masked: mask_account(&row.account_no),
            kind: word("payee", &row.kind)?,
        };
        Ok(Checked { organisation: OrganisationId(row.organisation), snapshot, held_until: row.held_until })
    })
    .transpose()
}

pub async fn waiting_to_be_entered(
    connection: &mut PgConnection,
    charity: OrganisationId,
    maker: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(proposed_at) as oldest
           from (select proposed_at
                 from payee
                 where charity = $1 and status = 'proposed' and proposed_by <> $2
                 order by proposed_at
                 limit 1001) as waiting"#,
        charity.0,
        maker.0
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_verified(
    connection: &mut PgConnection,
    charity: OrganisationId,
    checker: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(entered_at) as oldest
           from (select entered_at
                 from payee
                 where charity = $1 and status = 'entered' and proposed_by <> $2 and entered_by <> $2
                 order by entered_at
                 limit 1001) as waiting"#,
        charity.0,
        checker.0
    )
    .fetch_one(connection)
    .await
}
