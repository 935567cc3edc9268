//! The only SQL on giving by everybody.

use crate::db::decode::{error, word};
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::fundraising::{GivingLink, GivingSite, NewPublicGiving};
use domain::campaign::setup::{FundraisingCertificate, FundraisingFiling, Validity};
use domain::fundraising::{GivingClosed, GivingFacts, GivingSiteInput};
use domain::organisation::OrganisationKind;
use domain::{CampaignId, GivingSiteId, OrganisationId, PersonId, PublicGivingId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// A way of giving as it is stored, with what it is judged by.
pub struct Stored {
    pub campaign: CampaignId,
    pub site: GivingSiteId,
    pub facts: GivingFacts,
    pub link: GivingLink,
    pub opened_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closed_because: Option<GivingClosed>,
}

impl Stored {
    /// What was asked for when it was opened.
    pub fn asked(&self) -> NewPublicGiving {
        NewPublicGiving {
            id: self.link.id,
            charity: self.link.charity,
            site: self.site,
            url: self.link.url.clone(),
            period: self.link.period,
        }
    }
}

struct Row {
    id: Uuid,
    campaign: Uuid,
    code: String,
    name: String,
    stage: String,
    charity: Uuid,
    charity_name: String,
    charity_status: String,
    contact: String,
    kind: String,
    site: Uuid,
    site_name: String,
    active: bool,
    host: String,
    url: String,
    certificate_no: String,
    certificate_from: NaiveDate,
    certificate_to: NaiveDate,
    filing_no: String,
    filed_on: NaiveDate,
    filing_from: NaiveDate,
    filing_to: NaiveDate,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    opened_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    closed_because: Option<String>,
}

impl Row {
    fn into_stored(self) -> sqlx::Result<Stored> {
        let certificate = Validity { from: self.certificate_from, to: self.certificate_to };
        let filing = Validity { from: self.filing_from, to: self.filing_to };
        let period = Validity { from: self.starts_on, to: self.ends_on };
        Ok(Stored {
            campaign: CampaignId(self.campaign),
            site: GivingSiteId(self.site),
            facts: GivingFacts {
                closed: self.closed_at.is_some(),
                stage: word("campaign.stage", &self.stage)?,
                charity_verified: self.charity_status == "verified",
                site_active: self.active,
                period,
                certificate,
                filing,
            },
            link: GivingLink {
                id: PublicGivingId(self.id),
                campaign_code: self.code,
                campaign_name: self.name,
                charity: OrganisationId(self.charity),
                charity_name: self.charity_name,
                kind: word("public_giving.kind", &self.kind)?,
                site_name: self.site_name,
                host: self.host,
                url: self.url,
                certificate: FundraisingCertificate { number: self.certificate_no, valid: certificate },
                filing: FundraisingFiling { number: self.filing_no, filed_on: self.filed_on, period: filing },
                contact: self.contact,
                period,
            },
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            closed_because: self
                .closed_because
                .map(|because| because.parse().map_err(|wrong| error("public_giving.closed_because", wrong)))
                .transpose()?,
        })
    }
}

/// Ways of giving, latest first: all of a campaign, one, or all that are open.
async fn read(
    connection: &mut PgConnection,
    (campaign, id, open): (Option<CampaignId>, Option<PublicGivingId>, bool),
    limit: Option<i64>,
) -> sqlx::Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select g.id, g.campaign, c.code, c.name, c.stage, g.charity, o.name as charity_name,
                  o.status as charity_status, coalesce(cc.contact, '') as "contact!", g.kind, g.site,
                  s.name as site_name, s.active, g.host, g.url, g.certificate_no, g.certificate_from,
                  g.certificate_to, g.filing_no, g.filed_on, g.filing_from, g.filing_to, g.starts_on, g.ends_on,
                  g.opened_at, g.closed_at, g.closed_because
           from public_giving g
           join campaign c on c.id = g.campaign
           join organisation o on o.id = g.charity
           join giving_site s on s.id = g.site
           left join campaign_charity cc on cc.campaign = g.campaign and cc.charity = g.charity
           where ($1::uuid is null or g.campaign = $1) and ($2::uuid is null or g.id = $2)
             and (not $3 or g.closed_at is null)
           order by g.opened_at desc, g.id desc
           limit $4"#,
        campaign.map(|campaign| campaign.0),
        id.map(|id| id.0),
        open,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::into_stored).collect()
}

pub async fn of_campaign(connection: &mut PgConnection, id: CampaignId, limit: i64) -> sqlx::Result<Vec<Stored>> {
    read(connection, (Some(id), None, false), Some(limit)).await
}

pub async fn by_id(connection: &mut PgConnection, id: PublicGivingId) -> sqlx::Result<Option<Stored>> {
    Ok(read(connection, (None, Some(id), false), Some(1)).await?.into_iter().next())
}

pub async fn open(connection: &mut PgConnection) -> sqlx::Result<Vec<Stored>> {
    read(connection, (None, None, true), None).await
}

pub async fn any_open(connection: &mut PgConnection, campaign: CampaignId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from public_giving where open_campaign = $1 and closed_at is null) as "any!""#,
        campaign.0
    )
    .fetch_one(connection)
    .await
}

/// By which right a charity receives for a campaign, and how many days a filing has to be ahead.
pub struct Rights {
    pub certificate: Option<FundraisingCertificate>,
    pub filing: Option<FundraisingFiling>,
    pub filing_days: i32,
    pub contact: String,
}

pub async fn rights(
    connection: &mut PgConnection,
    campaign: CampaignId,
    charity: OrganisationId,
) -> sqlx::Result<Option<Rights>> {
    let row = sqlx::query!(
        "select cc.certificate_no, cc.certificate_from, cc.certificate_to, cc.filing_no, cc.filed_on, cc.filing_from,
                cc.filing_to, cc.contact, c.filing_days
         from campaign_charity cc
         join campaign c on c.id = cc.campaign
         join organisation o on o.id = cc.charity
         where cc.campaign = $1 and cc.charity = $2 and o.status = 'verified'",
        campaign.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| {
        let valid = |from: Option<NaiveDate>, to: Option<NaiveDate>| Some(Validity { from: from?, to: to? });
        let certificate = row.certificate_no.zip(valid(row.certificate_from, row.certificate_to));
        let filing = row.filing_no.zip(row.filed_on).zip(valid(row.filing_from, row.filing_to));
        Rights {
            certificate: certificate.map(|(number, valid)| FundraisingCertificate { number, valid }),
            filing: filing.map(|((number, filed_on), period)| FundraisingFiling { number, filed_on, period }),
            filing_days: row.filing_days,
            contact: row.contact,
        }
    }))
}

/// What a way of giving is opened on.
pub struct OpenedOn<'a> {
    pub certificate: &'a FundraisingCertificate,
    pub filing: &'a FundraisingFiling,
    pub filing_days: i32,
    pub site: &'a GivingSiteInput,
}

pub async fn insert(
    connection: &mut PgConnection,
    campaign: CampaignId,
    new: &NewPublicGiving,
    on: &OpenedOn<'_>,
    (by, at): (PersonId, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into public_giving (id, campaign, charity, kind, site, host, url, certificate_no, certificate_from,
                                    certificate_to, filing_no, filed_on, filing_from, filing_to, filing_days,
                                    starts_on, ends_on, opened_by, opened_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        new.id.0,
        campaign.0,
        new.charity.0,
        on.site.kind.as_str(),
        new.site.0,
        on.site.host,
        new.url,
        on.certificate.number,
        on.certificate.valid.from,
        on.certificate.valid.to,
        on.filing.number,
        on.filing.filed_on,
        on.filing.period.from,
        on.filing.period.to,
        on.filing_days,
        new.period.from,
        new.period.to,
        by.0,
        at
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn close(
    connection: &mut PgConnection,
    id: PublicGivingId,
    because: GivingClosed,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update public_giving set closed_at = $2, closed_because = $3 where id = $1 and closed_at is null",
        id.0,
        now,
        because.as_str()
    )
    .execute(connection)
    .await
}

/// Verified organisations of a kind.
pub async fn offices(connection: &mut PgConnection, kind: OrganisationKind) -> sqlx::Result<Vec<OrganisationId>> {
    let ids = sqlx::query_scalar!("select id from organisation where kind = $1 and status = 'verified'", kind.as_str())
        .fetch_all(connection)
        .await?;
    Ok(ids.into_iter().map(OrganisationId).collect())
}

pub async fn is_charity(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from organisation where id = $1 and kind = 'charity' and status = 'verified'
           ) as "is!""#,
        id.0
    )
    .fetch_one(connection)
    .await
}

struct SiteRow {
    id: Uuid,
    kind: String,
    name: String,
    host: String,
    charity: Option<Uuid>,
    charity_name: Option<String>,
    source: String,
    active: bool,
    version: i32,
}

impl SiteRow {
    fn into_api(self) -> sqlx::Result<GivingSite> {
        Ok(GivingSite {
            id: GivingSiteId(self.id),
            version: self.version,
            active: self.active,
            charity_name: self.charity_name,
            site: GivingSiteInput {
                kind: word("giving_site.kind", &self.kind)?,
                name: self.name,
                host: self.host,
                charity: self.charity.map(OrganisationId),
                source: self.source,
            },
        })
    }
}

pub async fn sites(connection: &mut PgConnection, limit: i64) -> sqlx::Result<Vec<GivingSite>> {
    let rows = sqlx::query_as!(
        SiteRow,
        r#"select s.id, s.kind, s.name, s.host, s.charity, o.name as "charity_name?", s.source, s.active, s.version
           from giving_site s
           left join organisation o on o.id = s.charity
           order by s.active desc, s.kind, s.name, s.id
           limit $1"#,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(SiteRow::into_api).collect()
}

pub async fn site(connection: &mut PgConnection, id: GivingSiteId) -> sqlx::Result<Option<GivingSite>> {
    let row = sqlx::query_as!(
        SiteRow,
        r#"select s.id, s.kind, s.name, s.host, s.charity, o.name as "charity_name?", s.source, s.active, s.version
           from giving_site s
           left join organisation o on o.id = s.charity
           where s.id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(SiteRow::into_api).transpose()
}

pub async fn insert_site(
    connection: &mut PgConnection,
    id: GivingSiteId,
    site: &GivingSiteInput,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into giving_site (id, kind, name, host, charity, source, listed_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        id.0,
        site.kind.as_str(),
        site.name,
        site.host,
        site.charity.map(|charity| charity.0),
        site.source,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn change_site(
    connection: &mut PgConnection,
    id: GivingSiteId,
    version: i32,
    (site, active): (&GivingSiteInput, bool),
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update giving_site set name = $3, source = $4, active = $5, version = version + 1
         where id = $1 and version = $2",
        id.0,
        version,
        site.name,
        site.source,
        active
    )
    .execute(connection)
    .await
}
