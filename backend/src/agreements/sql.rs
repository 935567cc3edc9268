//! The only SQL on donation agreements, and the reading of what their text says of a pledge.

use crate::db::decode::{fen, word};
use crate::gift_papers::Scope;
use chrono::{DateTime, Utc};
use domain::agreement::{AgreementSide, AgreementWay};
use domain::allocation::FundingChoice;
use domain::api::agreements::{AgreementRow, AgreementText, NewAgreement};
use domain::organisation::Acting;
use domain::pledge::{Instalment, PledgeReference, PublicDisplay};
use domain::todo::Waiting;
use domain::{AgreementId, AgreementPaperId, OrganisationId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// What the text says of a pledge beside its amount.
pub struct Facts {
    pub reference: String,
    pub enterprise: String,
    pub enterprise_code: String,
    pub charity: String,
    pub charity_code: String,
    pub campaign: String,
    pub holder: String,
    pub bank: String,
    pub account_no: String,
    pub public_display: PublicDisplay,
    pub show_amount: bool,
    pub share_with_recipient: bool,
    pub funding_choice: FundingChoice,
}

pub async fn facts(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Facts> {
    let row = sqlx::query!(
        r#"select p.reference, e.name as enterprise, coalesce(e.uscc, '') as "enterprise_code!", h.name as charity,
                  coalesce(h.uscc, '') as "charity_code!", c.name as campaign, b.holder, b.bank, b.account_no,
                  p.public_display, p.show_amount, p.share_with_recipient, p.funding_choice
           from pledge p
           join organisation e on e.id = p.enterprise
           join organisation h on h.id = p.charity
           join campaign c on c.id = p.campaign
           join campaign_charity cc on cc.campaign = p.campaign and cc.charity = p.charity
           join bank_account b on b.id = cc.bank_account
           where p.id = $1"#,
        pledge.0
    )
    .fetch_one(connection)
    .await?;
    Ok(Facts {
        reference: row.reference,
        enterprise: row.enterprise,
        enterprise_code: row.enterprise_code,
        charity: row.charity,
        charity_code: row.charity_code,
        campaign: row.campaign,
        holder: row.holder,
        bank: row.bank,
        account_no: row.account_no,
        public_display: word("pledge", &row.public_display)?,
        show_amount: row.show_amount,
        share_with_recipient: row.share_with_recipient,
        funding_choice: word("pledge.funding_choice", &row.funding_choice)?,
    })
}

pub async fn instalments(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Vec<Instalment>> {
    let rows = sqlx::query!("select due_on, amount_fen from instalment where pledge = $1 order by position", pledge.0)
        .fetch_all(connection)
        .await?;
    rows.into_iter().map(|row| Ok(Instalment { due_on: row.due_on, amount: fen("amount", row.amount_fen)? })).collect()
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewAgreement,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into donation_agreement (id, pledge, asked_by, asked_for, asked_at, changed_at)
         values ($1, $2, $3, $4, $5, $5)",
        new.id.0,
        new.pledge.0,
        acting.person.0,
        acting.organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_text(
    connection: &mut PgConnection,
    id: AgreementId,
    (number, hash, text, extra): (i32, &str, &str, &str),
    by: Option<&Acting>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into donation_agreement_text (agreement, number, hash, text, extra, written_by, written_for, written_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        number,
        hash,
        text,
        extra,
        by.map(|acting| acting.person.0),
        by.map(|acting| acting.organisation.0),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn of_pledge(connection: &mut PgConnection, pledge: PledgeId) -> sqlx::Result<Option<AgreementId>> {
    let id = sqlx::query_scalar!("select id from donation_agreement where pledge = $1", pledge.0)
        .fetch_optional(connection)
        .await?;
    Ok(id.map(AgreementId))
}

/// What was agreed on besides in the first text.
pub async fn first_extra(connection: &mut PgConnection, id: AgreementId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select extra from donation_agreement_text where agreement = $1 and number = 1", id.0)
        .fetch_optional(connection)
        .await
}

pub async fn pledge_of(connection: &mut PgConnection, id: AgreementId) -> sqlx::Result<Option<PledgeId>> {
    let pledge = sqlx::query_scalar!("select pledge from donation_agreement where id = $1", id.0)
        .fetch_optional(connection)
        .await?;
    Ok(pledge.map(PledgeId))
}

/// An agreement as it is stored, with the text that is talked about.
pub struct Stored {
    pub id: AgreementId,
    pub number: i32,
    pub hash: String,
    pub extra: String,
    pub agreed_at: Option<DateTime<Utc>>,
    pub reference: PledgeReference,
    pub enterprise_name: String,
    pub charity_name: String,
    pub campaign_name: String,
}

pub async fn lock(connection: &mut PgConnection, id: AgreementId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query!(
        "select a.id, a.number, t.hash, t.extra, a.agreed_at, p.reference, e.name as enterprise, h.name as charity,
                c.name as campaign
         from donation_agreement a
         join donation_agreement_text t on t.agreement = a.id and t.number = a.number
         join pledge p on p.id = a.pledge
         join organisation e on e.id = p.enterprise
         join organisation h on h.id = p.charity
         join campaign c on c.id = p.campaign
         where a.id = $1
         for update of a",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Stored {
            id: AgreementId(row.id),
            number: row.number,
            hash: row.hash,
            extra: row.extra,
            agreed_at: row.agreed_at,
            reference: word("pledge.reference", &row.reference)?,
            enterprise_name: row.enterprise,
            charity_name: row.charity,
            campaign_name: row.campaign,
        })
    })
    .transpose()
}

pub async fn set_number(
    connection: &mut PgConnection,
    before: &Stored,
    number: i32,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update donation_agreement set number = $3, changed_at = $4 where id = $1 and number = $2 and agreed_at is null",
        before.id.0,
        before.number,
        number,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_made(
    connection: &mut PgConnection,
    before: &Stored,
    way: AgreementWay,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update donation_agreement
         set agreed_at = $3, agreed_way = $4, changed_at = $3
         where id = $1 and number = $2 and agreed_at is null",
        before.id.0,
        before.number,
        now,
        way.as_str()
    )
    .execute(connection)
    .await
}

/// Who confirmed a text for which side.
pub struct Confirmation {
    pub side: AgreementSide,
    pub person: PersonId,
    pub at: DateTime<Utc>,
}

pub async fn confirmations(
    connection: &mut PgConnection,
    id: AgreementId,
    number: i32,
) -> sqlx::Result<Vec<Confirmation>> {
    let rows = sqlx::query!(
        "select side, person, confirmed_at
         from donation_agreement_confirmation
         where agreement = $1 and number = $2
         order by confirmed_at",
        id.0,
        number
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Confirmation {
                side: word("donation_agreement_confirmation.side", &row.side)?,
                person: PersonId(row.person),
                at: row.confirmed_at,
            })
        })
        .collect()
}

pub async fn insert_confirmation(
    connection: &mut PgConnection,
    (id, number): (AgreementId, i32),
    side: AgreementSide,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into donation_agreement_confirmation (agreement, number, side, organisation, person, confirmed_at)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        number,
        side.as_str(),
        acting.organisation.0,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Hash and additional words of the text that is talked about.
pub async fn current(connection: &mut PgConnection, id: AgreementId) -> sqlx::Result<(String, String)> {
    let row = sqlx::query!(
        "select t.hash, t.extra
         from donation_agreement a
         join donation_agreement_text t on t.agreement = a.id and t.number = a.number
         where a.id = $1",
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok((row.hash, row.extra))
}

/// Hash and text of the text that is talked about.
pub async fn printed(connection: &mut PgConnection, id: AgreementId) -> sqlx::Result<(String, String)> {
    let row = sqlx::query!(
        "select t.hash, t.text
         from donation_agreement a
         join donation_agreement_text t on t.agreement = a.id and t.number = a.number
         where a.id = $1",
        id.0
    )
    .fetch_one(connection)
    .await?;
    Ok((row.hash, row.text))
}

pub async fn texts(connection: &mut PgConnection, id: AgreementId) -> sqlx::Result<Vec<AgreementText>> {
    sqlx::query_as!(
        AgreementText,
        r#"select t.number, t.hash, o.name as "by?", t.written_at as at
           from donation_agreement_text t
           left join organisation o on o.id = t.written_for
           where t.agreement = $1
           order by t.number desc"#,
        id.0
    )
    .fetch_all(connection)
    .await
}

/// What of them is listed.
pub struct Filter {
    pub side: Option<AgreementSide>,
    pub waiting: bool,
    pub pledge: Option<PledgeId>,
    pub after: Option<AgreementId>,
}

struct Row {
    id: Uuid,
    pledge: Uuid,
    reference: String,
    pledge_status: String,
    enterprise_name: String,
    charity_name: String,
    campaign_name: String,
    amount_fen: i64,
    number: i32,
    asked_at: DateTime<Utc>,
    changed_at: DateTime<Utc>,
    agreed_at: Option<DateTime<Utc>>,
    agreed_way: Option<String>,
    waits: bool,
}

impl Row {
    fn read(self) -> sqlx::Result<AgreementRow> {
        Ok(AgreementRow {
            id: AgreementId(self.id),
            pledge: PledgeId(self.pledge),
            reference: word("pledge.reference", &self.reference)?,
            pledge_status: word("pledge.status", &self.pledge_status)?,
            enterprise_name: self.enterprise_name,
            charity_name: self.charity_name,
            campaign_name: self.campaign_name,
            amount_fen: fen("pledge.amount_fen", self.amount_fen)?,
            number: self.number,
            asked_at: self.asked_at,
            changed_at: self.changed_at,
            agreed_at: self.agreed_at,
            agreed_way: self.agreed_way.map(|way| word("donation_agreement.agreed_way", &way)).transpose()?,
            waits: self.waits,
        })
    }
}

/// Latest first.
pub async fn list(
    connection: &mut PgConnection,
    scope: &Scope,
    filter: &Filter,
    limit: i64,
) -> sqlx::Result<Vec<AgreementRow>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select a.id as "id!", a.pledge as "pledge!", a.reference as "reference!", a.pledge_status as "pledge_status!",
                  a.enterprise_name as "enterprise_name!", a.charity_name as "charity_name!",
                  a.campaign_name as "campaign_name!", a.amount_fen as "amount_fen!", a.number as "number!",
                  a.asked_at as "asked_at!", a.changed_at as "changed_at!", a.agreed_at, a.agreed_way,
                  coalesce(w.side is not null, false) as "waits!"
           from donation_agreement_read a
           left join donation_agreement_waiting w on w.agreement = a.id and w.side = $3
           where ($1::uuid is null or a.enterprise = $1) and ($2::uuid is null or a.charity = $2)
             and (not $4 or w.side is not null) and ($5::uuid is null or a.pledge = $5)
             and ($6::uuid is null
                  or (a.changed_at, a.id) < (select b.changed_at, b.id from donation_agreement b where b.id = $6))
           order by a.changed_at desc, a.id desc
           limit $7"#,
        scope.enterprise.map(|id| id.0),
        scope.charity.map(|id| id.0),
        filter.side.map(AgreementSide::as_str),
        filter.waiting,
        filter.pledge.map(|id| id.0),
        filter.after.map(|id| id.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn row(
    connection: &mut PgConnection,
    scope: &Scope,
    side: Option<AgreementSide>,
    id: AgreementId,
) -> sqlx::Result<Option<AgreementRow>> {
    let row = sqlx::query_as!(
        Row,
        r#"select a.id as "id!", a.pledge as "pledge!", a.reference as "reference!", a.pledge_status as "pledge_status!",
                  a.enterprise_name as "enterprise_name!", a.charity_name as "charity_name!",
                  a.campaign_name as "campaign_name!", a.amount_fen as "amount_fen!", a.number as "number!",
                  a.asked_at as "asked_at!", a.changed_at as "changed_at!", a.agreed_at, a.agreed_way,
                  coalesce(w.side is not null, false) as "waits!"
           from donation_agreement_read a
           left join donation_agreement_waiting w on w.agreement = a.id and w.side = $3
           where ($1::uuid is null or a.enterprise = $1) and ($2::uuid is null or a.charity = $2) and a.id = $4"#,
        scope.enterprise.map(|id| id.0),
        scope.charity.map(|id| id.0),
        side.map(AgreementSide::as_str),
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// What waits for a side, counted up to one more than a list counts.
pub async fn waiting(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    side: AgreementSide,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(since) as oldest
           from (select w.since
                 from donation_agreement_waiting w
                 where w.side = $2 and w.organisation = $1
                 order by w.since
                 limit 1001) as waiting"#,
        organisation.0,
        side.as_str()
    )
    .fetch_one(connection)
    .await
}

/// A paper as it is stored.
pub struct Paper {
    pub id: AgreementPaperId,
    pub agreement: AgreementId,
    pub number: i32,
    pub side: AgreementSide,
    pub uploaded_by: PersonId,
    pub at: DateTime<Utc>,
    pub accepted_by: Option<PersonId>,
    pub accepted_at: Option<DateTime<Utc>>,
}

struct PaperRow {
    id: Uuid,
    agreement: Uuid,
    number: i32,
    side: String,
    uploaded_by: Uuid,
    uploaded_at: DateTime<Utc>,
    accepted_by: Option<Uuid>,
    accepted_at: Option<DateTime<Utc>>,
}

impl PaperRow {
    fn read(self) -> sqlx::Result<Paper> {
        Ok(Paper {
            id: AgreementPaperId(self.id),
            agreement: AgreementId(self.agreement),
            number: self.number,
            side: word("donation_agreement_paper.side", &self.side)?,
            uploaded_by: PersonId(self.uploaded_by),
            at: self.uploaded_at,
            accepted_by: self.accepted_by.map(PersonId),
            accepted_at: self.accepted_at,
        })
    }
}

pub async fn paper(connection: &mut PgConnection, id: AgreementPaperId) -> sqlx::Result<Option<Paper>> {
    let row = sqlx::query_as!(
        PaperRow,
        "select id, agreement, number, side, uploaded_by, uploaded_at, accepted_by, accepted_at
         from donation_agreement_paper
         where id = $1",
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(PaperRow::read).transpose()
}

/// Latest first.
pub async fn papers(connection: &mut PgConnection, id: AgreementId) -> sqlx::Result<Vec<Paper>> {
    let rows = sqlx::query_as!(
        PaperRow,
        "select id, agreement, number, side, uploaded_by, uploaded_at, accepted_by, accepted_at
         from donation_agreement_paper
         where agreement = $1
         order by uploaded_at desc, id desc",
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(PaperRow::read).collect()
}

pub async fn insert_paper(
    connection: &mut PgConnection,
    (agreement, number): (AgreementId, i32),
    (id, side): (AgreementPaperId, AgreementSide),
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into donation_agreement_paper (id, agreement, number, side, uploaded_by, uploaded_at)
         values ($1, $2, $3, $4, $5, $6)",
        id.0,
        agreement.0,
        number,
        side.as_str(),
        person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn accept_paper(
    connection: &mut PgConnection,
    id: AgreementPaperId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update donation_agreement_paper set accepted_by = $2, accepted_at = $3 where id = $1 and accepted_at is null",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}
