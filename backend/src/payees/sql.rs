//! The only SQL on payees.

use chrono::{DateTime, Utc};
use domain::api::payees::{NewPayee, Payee, PayeeStatus};
use domain::disbursement::{PayeeSnapshot, mask_account};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{OrganisationId, PayeeId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

fn word<T: std::str::FromStr>(text: &str) -> sqlx::Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| sqlx::Error::Decode(format!("payee: {error}").into()))
}

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
        "insert into payee (id, organisation, charity, kind, name, bank, account_no, status, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'proposed', $8, $9)",
        new.id.0,
        acting.organisation.0,
        new.charity.0,
        snapshot.kind.as_str(),
        snapshot.name,
        snapshot.bank,
        digits,
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
    pub status: PayeeStatus,
}

pub async fn lock(connection: &mut PgConnection, id: PayeeId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!("select organisation, charity, status from payee where id = $1 for update", id.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(Locked {
            organisation: OrganisationId(row.organisation),
            charity: OrganisationId(row.charity),
            status: word(&row.status)?,
        })
    })
    .transpose()
}

pub async fn set_verified(
    connection: &mut PgConnection,
    id: PayeeId,
    person: PersonId,
    how: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update payee
         set status = 'verified', verified_by = $2, verified_how = $3, verified_at = $4
         where id = $1 and status = 'proposed'",
        id.0,
        person.0,
        how,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_closed(connection: &mut PgConnection, id: PayeeId, now: DateTime<Utc>) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update payee set status = 'closed', closed_at = $2 where id = $1 and status in ('proposed', 'verified')",
        id.0,
        now
    )
    .execute(connection)
    .await
}

/// Those that an organisation proposed or that were proposed to it, latest first; or one of them.
pub async fn of(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    id: Option<PayeeId>,
    limit: i64,
) -> sqlx::Result<Vec<Payee>> {
    let rows = sqlx::query!(
        "select p.id, p.organisation, o.name as organisation_name, p.charity, p.kind, p.name, p.bank, p.account_no,
                p.status, p.verified_how, p.proposed_at
         from payee p
         join organisation o on o.id = p.organisation
         where (p.organisation = $1 or p.charity = $1) and ($2::uuid is null or p.id = $2)
         order by p.proposed_at desc, p.id desc
         limit $3",
        organisation.0,
        id.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Payee {
                id: PayeeId(row.id),
                organisation: OrganisationId(row.organisation),
                organisation_name: row.organisation_name,
                charity: OrganisationId(row.charity),
                kind: word(&row.kind)?,
                name: row.name,
                bank: row.bank,
                account_masked: mask_account(&row.account_no),
                account_no: Some(row.account_no),
                status: word(&row.status)?,
                verified_how: row.verified_how,
                proposed_at: row.proposed_at,
            })
        })
        .collect()
}

/// A payee that may be paid, as it is now; it stays so until the transaction ends.
pub struct Checked {
    pub organisation: OrganisationId,
    pub snapshot: PayeeSnapshot,
}

/// The payee, if this charity has verified it and it is not closed.
pub async fn checked(
    connection: &mut PgConnection,
    id: PayeeId,
    charity: OrganisationId,
) -> sqlx::Result<Option<Checked>> {
    let row = sqlx::query!(
        "select organisation, kind, name, bank, account_no
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
            kind: word(&row.kind)?,
        };
        Ok(Checked { organisation: OrganisationId(row.organisation), snapshot })
    })
    .transpose()
}

pub async fn waiting_to_be_verified(
    connection: &mut PgConnection,
    charity: OrganisationId,
    checker: PersonId,
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
        checker.0
    )
    .fetch_one(connection)
    .await
}
