//! The only SQL on claims of gifts that came without an account.

use crate::db::decode::{fen, word};
use crate::gift_papers::Scope;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::gift_claims::NewGiftClaim;
use domain::gift_claim::GiftClaimStatus;
use domain::organisation::Acting;
use domain::pledge::{PublicDisplay, Restriction};
use domain::todo::Waiting;
use domain::{BankLineId, CampaignId, Fen, GiftClaimId, LotId, OrganisationId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// A part that no pledge has, and that may be meant.
pub struct Candidate {
    pub number: i64,
    pub line: BankLineId,
    pub lot: LotId,
    pub charity: OrganisationId,
    /// It counts as undirected money of the campaign already.
    pub general: bool,
}

/// The parts of this amount and day that no pledge has, at the charities of a campaign: of an unknown giver, or undirected
/// money of that campaign. What went back, or was booked anew, is nobody's to claim.
pub async fn candidates(
    connection: &mut PgConnection,
    (amount, day): (Fen, NaiveDate),
    campaign: CampaignId,
) -> sqlx::Result<Vec<Candidate>> {
    let rows = sqlx::query!(
        r#"select p.gift_number as "gift_number!", p.line as "line!", p.lot as "lot!", p.charity as "charity!",
                  p.campaign is not null as "general!"
           from unowned_part p
           join campaign_charity cc on cc.charity = p.charity and cc.campaign = $3
           where (p.campaign is null or p.campaign = $3) and p.amount_fen = $1 and p.booked_on = $2 and p.paid_fen = 0"#,
        amount.get(),
        day,
        campaign.0
    )
    .fetch_all(connection)
    .await?;
    let read = rows.into_iter().map(|row| Candidate {
        number: row.gift_number,
        line: BankLineId(row.line),
        lot: LotId(row.lot),
        charity: OrganisationId(row.charity),
        general: row.general,
    });
    Ok(read.collect())
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewGiftClaim,
    part: &Candidate,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into gift_claim (id, enterprise, asked_by, asked_at, changed_at, line, lot, campaign, charity, restriction,
                                 public_display, show_amount, share_with_recipient, terms_version)
         values ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        new.id.0,
        acting.organisation.0,
        acting.person.0,
        now,
        part.line.0,
        part.lot.0,
        new.campaign.0,
        part.charity.0,
        new.restriction.as_str(),
        new.public_display.map(PublicDisplay::as_str),
        new.show_amount,
        new.share_with_recipient,
        new.terms_version
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A claim as it is stored, with the gift that it is about.
pub struct Stored {
    pub id: GiftClaimId,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub asked_by: PersonId,
    pub asked_at: DateTime<Utc>,
    pub line: BankLineId,
    pub lot: LotId,
    pub number: i64,
    pub amount: Fen,
    pub booked_on: NaiveDate,
    pub payer: String,
    pub campaign: CampaignId,
    pub campaign_name: String,
    pub charity: OrganisationId,
    pub charity_name: String,
    pub restriction: Restriction,
    pub public_display: PublicDisplay,
    pub show_amount: bool,
    pub share_with_recipient: bool,
    pub terms_version: String,
    pub status: GiftClaimStatus,
    pub version: i32,
    pub named_by: Option<PersonId>,
    pub decision: Option<String>,
    pub pledge: Option<PledgeId>,
}

struct Row {
    id: Uuid,
    enterprise: Uuid,
    enterprise_name: String,
    asked_by: Uuid,
    asked_at: DateTime<Utc>,
    line: Uuid,
    lot: Uuid,
    gift_number: i64,
    amount_fen: i64,
    booked_on: NaiveDate,
    payer: String,
    campaign: Uuid,
    campaign_name: String,
    charity: Uuid,
    charity_name: String,
    restriction: String,
    public_display: String,
    show_amount: bool,
    share_with_recipient: bool,
    terms_version: String,
    status: String,
    version: i32,
    named_by: Option<Uuid>,
    decision: Option<String>,
    pledge: Option<Uuid>,
}

impl Row {
    fn read(self) -> sqlx::Result<Stored> {
        Ok(Stored {
            id: GiftClaimId(self.id),
            enterprise: OrganisationId(self.enterprise),
            enterprise_name: self.enterprise_name,
            asked_by: PersonId(self.asked_by),
            asked_at: self.asked_at,
            line: BankLineId(self.line),
            lot: LotId(self.lot),
            number: self.gift_number,
            amount: fen("bank_line_part.amount_fen", self.amount_fen)?,
            booked_on: self.booked_on,
            payer: self.payer,
            campaign: CampaignId(self.campaign),
            campaign_name: self.campaign_name,
            charity: OrganisationId(self.charity),
            charity_name: self.charity_name,
            restriction: word("gift_claim.restriction", &self.restriction)?,
            public_display: word("gift_claim.public_display", &self.public_display)?,
            show_amount: self.show_amount,
            share_with_recipient: self.share_with_recipient,
            terms_version: self.terms_version,
            status: word("gift_claim.status", &self.status)?,
            version: self.version,
            named_by: self.named_by.map(PersonId),
            decision: self.decision,
            pledge: self.pledge.map(PledgeId),
        })
    }
}

impl Scope {
    pub fn sees(&self, stored: &Stored) -> bool {
        self.enterprise.is_none_or(|own| own == stored.enterprise)
            && self.charity.is_none_or(|own| own == stored.charity)
    }
}

/// A claim, whose row stays as it is until the transaction ends.
pub async fn lock(connection: &mut PgConnection, id: GiftClaimId) -> sqlx::Result<Option<Stored>> {
    let found = sqlx::query_scalar!("select id from gift_claim where id = $1 for update", id.0)
        .fetch_optional(&mut *connection)
        .await?;
    if found.is_none() { Ok(None) } else { by_id(connection, id).await }
}

pub async fn by_id(connection: &mut PgConnection, id: GiftClaimId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", enterprise as "enterprise!", enterprise_name as "enterprise_name!",
                  asked_by as "asked_by!", asked_at as "asked_at!", line as "line!", lot as "lot!",
                  gift_number as "gift_number!", amount_fen as "amount_fen!", booked_on as "booked_on!",
                  payer as "payer!", campaign as "campaign!", campaign_name as "campaign_name!", charity as "charity!",
                  charity_name as "charity_name!", restriction as "restriction!", public_display as "public_display!",
                  show_amount as "show_amount!", share_with_recipient as "share_with_recipient!",
                  terms_version as "terms_version!", status as "status!", version as "version!", named_by, decision,
                  pledge
           from gift_claim_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// Latest first.
pub async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    (status, after): (Option<GiftClaimStatus>, Option<GiftClaimId>),
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", enterprise as "enterprise!", enterprise_name as "enterprise_name!",
                  asked_by as "asked_by!", asked_at as "asked_at!", line as "line!", lot as "lot!",
                  gift_number as "gift_number!", amount_fen as "amount_fen!", booked_on as "booked_on!",
                  payer as "payer!", campaign as "campaign!", campaign_name as "campaign_name!", charity as "charity!",
                  charity_name as "charity_name!", restriction as "restriction!", public_display as "public_display!",
                  show_amount as "show_amount!", share_with_recipient as "share_with_recipient!",
                  terms_version as "terms_version!", status as "status!", version as "version!", named_by, decision,
                  pledge
           from gift_claim_read
           where ($1::uuid is null or enterprise = $1) and ($2::uuid is null or charity = $2)
             and ($3::text is null or status = $3)
             and ($4::uuid is null or (asked_at, id) < (select c.asked_at, c.id from gift_claim c where c.id = $4))
           order by asked_at desc, id desc
           limit $5"#,
        scope.enterprise.map(|id| id.0),
        scope.charity.map(|id| id.0),
        status.map(GiftClaimStatus::as_str),
        after.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// How many there are, up to one more than a list counts.
pub async fn count(connection: &mut PgConnection, scope: &Scope, status: Option<GiftClaimStatus>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from gift_claim
                 where ($1::uuid is null or enterprise = $1) and ($2::uuid is null or charity = $2)
                   and ($3::text is null or status = $3)
                 limit 1001) as counted"#,
        scope.enterprise.map(|id| id.0),
        scope.charity.map(|id| id.0),
        status.map(GiftClaimStatus::as_str)
    )
    .fetch_one(connection)
    .await
}

pub async fn name(
    connection: &mut PgConnection,
    before: &Stored,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_claim
         set status = 'named', named_by = $3, named_at = $4, version = version + 1, changed_at = $4
         where id = $1 and version = $2 and status = 'asked'",
        before.id.0,
        before.version,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn confirm(
    connection: &mut PgConnection,
    before: &Stored,
    pledge: PledgeId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_claim
         set status = 'confirmed', pledge = $3, decided_by = $4, decided_at = $5, version = version + 1, changed_at = $5
         where id = $1 and version = $2 and status = 'named'",
        before.id.0,
        before.version,
        pledge.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn refuse(
    connection: &mut PgConnection,
    before: &Stored,
    reason: &str,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_claim
         set status = 'refused', decision = $3, decided_by = $4, decided_at = $5, version = version + 1, changed_at = $5
         where id = $1 and version = $2 and status in ('asked', 'named')",
        before.id.0,
        before.version,
        reason,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn withdraw(
    connection: &mut PgConnection,
    before: &Stored,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update gift_claim
         set status = 'withdrawn', version = version + 1, changed_at = $3
         where id = $1 and version = $2 and status in ('asked', 'named')",
        before.id.0,
        before.version,
        now
    )
    .execute(connection)
    .await
}

/// A gift of a charity whose giver is not known.
pub struct Unowned {
    pub number: i64,
    pub line: BankLineId,
    pub payer: String,
    pub amount: Fen,
    pub booked_on: NaiveDate,
}

/// Oldest first.
pub async fn unowned(connection: &mut PgConnection, charity: OrganisationId, limit: i64) -> sqlx::Result<Vec<Unowned>> {
    let rows = sqlx::query!(
        r#"select gift_number as "gift_number!", line as "line!", payer as "payer!", amount_fen as "amount_fen!",
                  booked_on as "booked_on!"
           from unowned_part
           where charity = $1 and taken_fen = 0
           order by booked_on, gift_number
           limit $2"#,
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Unowned {
                number: row.gift_number,
                line: BankLineId(row.line),
                payer: row.payer,
                amount: fen("bank_line_part.amount_fen", row.amount_fen)?,
                booked_on: row.booked_on,
            })
        })
        .collect()
}

/// What is in a state that waits for somebody of a charity.
pub async fn waiting(
    connection: &mut PgConnection,
    charity: OrganisationId,
    status: GiftClaimStatus,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(changed_at) as oldest
           from (select changed_at
                 from gift_claim
                 where charity = $1 and status = $2
                 order by changed_at
                 limit 1001) as waiting"#,
        charity.0,
        status.as_str()
    )
    .fetch_one(connection)
    .await
}
