//! The SQL of setting up a campaign: its texts, its charities and their rights, its partners.

use super::super::sql::{CharityRow, read_stage};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::campaigns::setup::{CampaignSetupRow, DossierCharity, DossierPartner, Receiver, ReceivingAccount};
use domain::campaign::CampaignStage;
use domain::campaign::setup::{CampaignCharity, CampaignPartner, CampaignSetup};
use domain::disbursement::mask_account;
use domain::{BankAccountId, CampaignId, OrganisationId, PartnerId};
use serde::Deserialize;
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

pub async fn all(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<CampaignSetupRow>> {
    let rows = sqlx::query!("select id, code, name, year, stage from campaign order by year desc limit $1", limit)
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|row| {
            let stage = read_stage(&row.stage)?;
            Ok(CampaignSetupRow { id: CampaignId(row.id), code: row.code, name: row.name, year: row.year, stage })
        })
        .collect()
}

#[derive(Debug, Deserialize)]
struct AccountRow {
    id: Uuid,
    bank: String,
    account_no: String,
}

/// Charities that are verified, each with its accounts.
pub async fn receivers(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<Receiver>> {
    let rows = sqlx::query!(
        r#"select o.id, o.name,
                  json_agg(json_build_object('id', a.id, 'bank', a.bank, 'account_no', a.account_no)
                           order by a.created_at, a.id) as "accounts!: Json<Vec<AccountRow>>"
           from organisation o
           join bank_account a on a.charity = o.id
           where o.kind = 'charity' and o.status = 'verified'
           group by o.id, o.name
           order by o.name
           limit $1"#,
        limit
    )
    .fetch_all(connection)
    .await?;
    let account = |row: AccountRow| ReceivingAccount {
        id: BankAccountId(row.id),
        bank: row.bank,
        number_masked: mask_account(&row.account_no),
    };
    Ok(rows
        .into_iter()
        .map(|row| Receiver {
            id: OrganisationId(row.id),
            name: row.name,
            accounts: row.accounts.0.into_iter().map(account).collect(),
        })
        .collect())
}

/// Whether it is a verified charity with that account.
pub async fn is_receiver(connection: &mut PgConnection, asked: &CampaignCharity) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select
               from organisation o
               join bank_account a on a.charity = o.id
               where o.id = $1 and a.id = $2 and o.kind = 'charity' and o.status = 'verified'
           ) as "is!""#,
        asked.charity.0,
        asked.bank_account.0
    )
    .fetch_one(connection)
    .await
}

/// A campaign as it is stored.
pub struct Stored {
    pub version: i32,
    pub stage: CampaignStage,
    pub setup: CampaignSetup,
}

pub async fn stored(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query!(
        "select code, year, programme, name, host, purpose, rules, page, held_on, filing_days, version, stage
         from campaign where id = $1",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Stored {
            version: row.version,
            stage: read_stage(&row.stage)?,
            setup: CampaignSetup {
                code: row.code,
                year: row.year,
                programme: row.programme,
                name: row.name,
                host: row.host,
                purpose: row.purpose,
                rules: row.rules,
                page: row.page,
                held_on: row.held_on,
                filing_days: row.filing_days,
            },
        })
    })
    .transpose()
}

pub async fn insert(
    connection: &mut PgConnection,
    id: CampaignId,
    setup: &CampaignSetup,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into campaign (id, code, year, programme, name, host, purpose, rules, page, held_on, filing_days,
                               stage, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', $12)",
        id.0,
        setup.code,
        setup.year,
        setup.programme,
        setup.name,
        setup.host,
        setup.purpose,
        setup.rules,
        setup.page,
        setup.held_on,
        setup.filing_days,
        now
    )
    .execute(connection)
    .await
}

pub async fn change(
    connection: &mut PgConnection,
    id: CampaignId,
    version: i32,
    setup: &CampaignSetup,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update campaign
         set code = $3, year = $4, programme = $5, name = $6, host = $7, purpose = $8, rules = $9, page = $10,
             held_on = $11, filing_days = $12, version = version + 1
         where id = $1 and version = $2 and stage in ('draft', 'preview')",
        id.0,
        version,
        setup.code,
        setup.year,
        setup.programme,
        setup.name,
        setup.host,
        setup.purpose,
        setup.rules,
        setup.page,
        setup.held_on,
        setup.filing_days
    )
    .execute(connection)
    .await
}

/// Something of a campaign that was at this version changes.
pub async fn count_up(connection: &mut PgConnection, id: CampaignId, version: i32) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update campaign set version = version + 1 where id = $1 and version = $2", id.0, version)
        .execute(connection)
        .await
}

/// How many charities receive for a campaign, and how many of them do not say whom the public asks.
pub async fn parties(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<(i64, i64)> {
    let row = sqlx::query!(
        r#"select count(*) as "charities!", count(*) filter (where contact = '') as "silent!"
           from campaign_charity where campaign = $1"#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok((row.charities, row.silent))
}

pub async fn charities(
    connection: &mut PgConnection,
    id: CampaignId,
    today: NaiveDate,
) -> sqlx::Result<Vec<DossierCharity>> {
    let rows = sqlx::query!(
        r#"select json_build_object(
                      'id', o.id, 'name', o.name, 'certificate_no', cc.certificate_no,
                      'certificate_from', cc.certificate_from, 'certificate_to', cc.certificate_to,
                      'tax_from', cc.tax_from, 'tax_to', cc.tax_to, 'filing_no', cc.filing_no,
                      'filed_on', cc.filed_on, 'filing_from', cc.filing_from, 'filing_to', cc.filing_to,
                      'contact', cc.contact) as "charity!: Json<CharityRow>",
                  a.id as bank_account, a.bank, a.account_no
           from campaign_charity cc
           join organisation o on o.id = cc.charity
           join bank_account a on a.id = cc.bank_account
           where cc.campaign = $1
           order by o.name"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DossierCharity {
            charity: row.charity.0.into_api(today),
            bank_account: BankAccountId(row.bank_account),
            bank: row.bank,
            number_masked: mask_account(&row.account_no),
        })
        .collect())
}

pub async fn set_charity(
    connection: &mut PgConnection,
    id: CampaignId,
    asked: &CampaignCharity,
) -> sqlx::Result<PgQueryResult> {
    let (certificate, filing) = (asked.certificate.as_ref(), asked.filing.as_ref());
    sqlx::query!(
        "insert into campaign_charity (campaign, charity, bank_account, certificate_no, certificate_from,
                                       certificate_to, tax_from, tax_to, filing_no, filed_on, filing_from, filing_to,
                                       contact)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
         on conflict (campaign, charity) do update
         set bank_account = $3, certificate_no = $4, certificate_from = $5, certificate_to = $6, tax_from = $7,
             tax_to = $8, filing_no = $9, filed_on = $10, filing_from = $11, filing_to = $12, contact = $13",
        id.0,
        asked.charity.0,
        asked.bank_account.0,
        certificate.map(|own| own.number.as_str()),
        certificate.map(|own| own.valid.from),
        certificate.map(|own| own.valid.to),
        asked.tax.map(|valid| valid.from),
        asked.tax.map(|valid| valid.to),
        filing.map(|own| own.number.as_str()),
        filing.map(|own| own.filed_on),
        filing.map(|own| own.period.from),
        filing.map(|own| own.period.to),
        asked.contact
    )
    .execute(connection)
    .await
}

pub async fn remove_charity(
    connection: &mut PgConnection,
    id: CampaignId,
    charity: OrganisationId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from campaign_charity where campaign = $1 and charity = $2", id.0, charity.0)
        .execute(connection)
        .await
}

pub async fn partners(connection: &mut PgConnection, id: CampaignId) -> sqlx::Result<Vec<DossierPartner>> {
    let rows = sqlx::query!(
        "select id, name, agreed_on, agreement, evaluated_on, named_in_plan
         from campaign_partner where campaign = $1 order by recorded_at, id",
        id.0
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| DossierPartner {
            id: PartnerId(row.id),
            partner: CampaignPartner {
                name: row.name,
                agreed_on: row.agreed_on,
                agreement: row.agreement,
                evaluated_on: row.evaluated_on,
                named_in_plan: row.named_in_plan,
            },
        })
        .collect())
}

pub async fn set_partner(
    connection: &mut PgConnection,
    campaign: CampaignId,
    id: PartnerId,
    partner: &CampaignPartner,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "insert into campaign_partner (id, campaign, name, agreed_on, agreement, evaluated_on, named_in_plan,
                                       recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update
         set name = $3, agreed_on = $4, agreement = $5, evaluated_on = $6, named_in_plan = $7
         where campaign_partner.campaign = $2",
        id.0,
        campaign.0,
        partner.name,
        partner.agreed_on,
        partner.agreement,
        partner.evaluated_on,
        partner.named_in_plan,
        now
    )
    .execute(connection)
    .await
}

pub async fn remove_partner(
    connection: &mut PgConnection,
    campaign: CampaignId,
    id: PartnerId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("delete from campaign_partner where campaign = $1 and id = $2", campaign.0, id.0)
        .execute(connection)
        .await
}
