//! The only SQL on commitments themselves: who promised what, and how it stands.

use super::Viewer;
use crate::db::decode::word;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::commitments::{CommitmentsShown, LineProgress, NewCommitment, PublicCommitment};
use domain::campaign::legal_day;
use domain::commitment::{CommitmentStatus, Ending};
use domain::need::{ContributionKind, NeedStatus};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::pledge::{DisplayChoice, PublicDisplay};
use domain::todo::Waiting;
use domain::{CommitmentId, NeedId, OrganisationId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

/// A need as something is promised for it; it stays so, and nobody else promises anything for it, until the transaction
/// ends.
pub struct Need {
    pub kind: ContributionKind,
    pub status: NeedStatus,
}

pub async fn lock_need(connection: &mut PgConnection, id: NeedId) -> sqlx::Result<Option<Need>> {
    let row = sqlx::query!("select kind, status from need where id = $1 for no key update", id.0)
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(Need { kind: word("commitment", &row.kind)?, status: word("commitment", &row.status)? }))
        .transpose()
}

/// One line of a need as it stands.
pub async fn line(connection: &mut PgConnection, need: NeedId, line: i32) -> sqlx::Result<Option<LineProgress>> {
    sqlx::query_as!(
        LineProgress,
        r#"select name as "name!", unit as "unit!", asked as "asked!", promised as "promised!",
                  delivered as "delivered!"
           from commitment_by_line
           where need = $1 and line = $2"#,
        need.0,
        line
    )
    .fetch_optional(connection)
    .await
}

pub async fn lines(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Vec<LineProgress>> {
    sqlx::query_as!(
        LineProgress,
        r#"select name as "name!", unit as "unit!", asked as "asked!", promised as "promised!",
                  delivered as "delivered!"
           from commitment_by_line
           where need = $1
           order by line"#,
        need.0
    )
    .fetch_all(connection)
    .await
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewCommitment,
    (line, display): (&LineProgress, PublicDisplay),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let input = &new.input;
    sqlx::query!(
        "insert into commitment (id, need, line, name, unit, enterprise, quantity, due_on, note, status, public_display,
                                 terms_version, promised_by, promised_at, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'promised', $10, $11, $12, $13, $13)",
        new.id.0,
        new.need.0,
        input.line,
        line.name,
        line.unit,
        acting.organisation.0,
        input.quantity,
        input.due_on,
        input.note.trim(),
        display.as_str(),
        input.terms_version,
        acting.person.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A commitment with its need and its enterprise.
pub struct Stored {
    pub id: CommitmentId,
    pub need: NeedId,
    pub line: i32,
    pub name: String,
    pub unit: String,
    pub enterprise: OrganisationId,
    pub enterprise_name: String,
    pub quantity: i64,
    pub delivered: i64,
    pub due_on: NaiveDate,
    pub note: String,
    pub status: CommitmentStatus,
    pub public_display: PublicDisplay,
    pub terms_version: String,
    pub promised_at: DateTime<Utc>,
    pub ended: Option<(DateTime<Utc>, String)>,
    pub need_code: String,
    pub need_title: String,
    pub need_status: NeedStatus,
    pub kind: ContributionKind,
    pub procured: bool,
    pub village: PlaceCode,
    /// The organisation of the village.
    pub recipient: OrganisationId,
    /// Parts that wait for the village.
    pub waiting: i64,
}

struct Row {
    id: Uuid,
    need: Uuid,
    line: i32,
    name: String,
    unit: String,
    enterprise: Uuid,
    enterprise_name: String,
    quantity: i64,
    delivered: i64,
    due_on: NaiveDate,
    note: String,
    status: String,
    public_display: String,
    terms_version: String,
    promised_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    ended_reason: Option<String>,
    need_code: Option<String>,
    need_title: String,
    need_status: String,
    kind: String,
    procured: bool,
    village: String,
    recipient: Uuid,
    waiting: i64,
}

impl Row {
    fn read(self) -> sqlx::Result<Stored> {
        Ok(Stored {
            id: CommitmentId(self.id),
            need: NeedId(self.need),
            line: self.line,
            name: self.name,
            unit: self.unit,
            enterprise: OrganisationId(self.enterprise),
            enterprise_name: self.enterprise_name,
            quantity: self.quantity,
            delivered: self.delivered,
            due_on: self.due_on,
            note: self.note,
            status: word("commitment", &self.status)?,
            public_display: word("commitment", &self.public_display)?,
            terms_version: self.terms_version,
            promised_at: self.promised_at,
            ended: self.ended_at.zip(self.ended_reason),
            need_code: self.need_code.unwrap_or_default(),
            need_title: self.need_title,
            need_status: word("commitment", &self.need_status)?,
            kind: word("commitment", &self.kind)?,
            procured: self.procured,
            village: word("commitment", &self.village)?,
            recipient: OrganisationId(self.recipient),
            waiting: self.waiting,
        })
    }
}

pub async fn by_id(connection: &mut PgConnection, id: CommitmentId) -> sqlx::Result<Option<Stored>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", need as "need!", line as "line!", name as "name!", unit as "unit!",
                  enterprise as "enterprise!", enterprise_name as "enterprise_name!", quantity as "quantity!",
                  delivered as "delivered!", due_on as "due_on!", note as "note!", status as "status!",
                  public_display as "public_display!", terms_version as "terms_version!",
                  promised_at as "promised_at!", ended_at, ended_reason, need_code, need_title as "need_title!",
                  need_status as "need_status!", kind as "kind!", procured as "procured!", village as "village!",
                  recipient as "recipient!", waiting as "waiting!"
           from commitment_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// What is due first comes first, what is settled last.
pub async fn list(
    connection: &mut PgConnection,
    viewer: &Viewer,
    (show, today): (Option<CommitmentsShown>, NaiveDate),
    after: Option<CommitmentId>,
    limit: i64,
) -> sqlx::Result<Vec<Stored>> {
    let (enterprise, recipient, place) = viewer.scope();
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", need as "need!", line as "line!", name as "name!", unit as "unit!",
                  enterprise as "enterprise!", enterprise_name as "enterprise_name!", quantity as "quantity!",
                  delivered as "delivered!", due_on as "due_on!", note as "note!", status as "status!",
                  public_display as "public_display!", terms_version as "terms_version!",
                  promised_at as "promised_at!", ended_at, ended_reason, need_code, need_title as "need_title!",
                  need_status as "need_status!", kind as "kind!", procured as "procured!", village as "village!",
                  recipient as "recipient!", waiting as "waiting!"
           from commitment_read c
           where ($1::uuid is null or c.enterprise = $1)
             and ($2::uuid is null or c.recipient = $2)
             and ($3::text is null or c.village like $3 || '%')
             and case $4::text when 'open' then not c.settled
                               when 'late' then not c.settled and c.due_on < $5
                               when 'to_confirm' then c.waiting > 0
                               else true end
             and ($6::uuid is null or (c.settled, c.due_on, c.id) >
                  (select a.settled, a.due_on, a.id from commitment_read a where a.id = $6))
           order by c.settled, c.due_on, c.id
           limit $7"#,
        enterprise.map(|id| id.0),
        recipient.map(|id| id.0),
        place,
        show.map(CommitmentsShown::as_str),
        today,
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
    viewer: &Viewer,
    (show, today): (Option<CommitmentsShown>, NaiveDate),
) -> sqlx::Result<i64> {
    let (enterprise, recipient, place) = viewer.scope();
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select
                 from commitment_read c
                 where ($1::uuid is null or c.enterprise = $1)
                   and ($2::uuid is null or c.recipient = $2)
                   and ($3::text is null or c.village like $3 || '%')
                   and case $4::text when 'open' then not c.settled
                                     when 'late' then not c.settled and c.due_on < $5
                                     when 'to_confirm' then c.waiting > 0
                                     else true end
                 limit 1001) as counted"#,
        enterprise.map(|id| id.0),
        recipient.map(|id| id.0),
        place,
        show.map(CommitmentsShown::as_str),
        today
    )
    .fetch_one(connection)
    .await
}

/// Commitments to one need as everybody reads them, oldest first; those that were withdrawn are not among them.
pub async fn public_of_need(
    connection: &mut PgConnection,
    need: NeedId,
    limit: i64,
) -> sqlx::Result<Vec<PublicCommitment>> {
    let rows = sqlx::query!(
        r#"select o.name as enterprise, c.public_display, c.promised_at, c.name, c.unit, k.counted as "counted!",
                  c.delivered
           from commitment c
           join commitment_counted k on k.id = c.id and k.counted > 0
           join organisation o on o.id = c.enterprise
           where c.need = $1
           order by c.promised_at, c.id
           limit $2"#,
        need.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let name: PublicDisplay = word("commitment", &row.public_display)?;
            let choice = DisplayChoice { name, show_amount: true, share_with_recipient: true };
            Ok(PublicCommitment {
                enterprise: choice.public_name(&row.enterprise, false),
                promised_on: legal_day(row.promised_at),
                name: row.name,
                unit: row.unit,
                promised: row.counted,
                delivered: row.delivered,
            })
        })
        .collect()
}

/// A public need's kind, and whether a public body pays for it.
pub async fn public_need(
    connection: &mut PgConnection,
    need: NeedId,
) -> sqlx::Result<Option<(ContributionKind, bool)>> {
    let row =
        sqlx::query!(r#"select kind as "kind!", procured as "procured!" from needs_public where id = $1"#, need.0)
            .fetch_optional(connection)
            .await?;
    row.map(|row| Ok((word("commitment", &row.kind)?, row.procured))).transpose()
}

/// A commitment that something is being done to, with its need, which was locked first.
pub struct Locked {
    pub id: CommitmentId,
    pub need: NeedId,
    pub enterprise: OrganisationId,
    pub recipient: OrganisationId,
    pub village: PlaceCode,
    pub kind: ContributionKind,
    pub need_status: NeedStatus,
    pub need_code: String,
    pub need_title: String,
    pub name: String,
    pub unit: String,
    pub quantity: i64,
    pub delivered: i64,
    pub due_on: NaiveDate,
    pub status: CommitmentStatus,
    pub ending: Option<Ending>,
    pub public_display: PublicDisplay,
    pub part_waits: bool,
}

/// Locks a commitment and keeps the state of its need until the transaction ends: the need first, in the order in which
/// steps of a need lock them.
pub async fn lock(connection: &mut PgConnection, id: CommitmentId) -> sqlx::Result<Option<Locked>> {
    let need = sqlx::query!(
        r#"select n.organisation, n.village, n.kind, n.status, n.code, n.title, n.id
           from need n
           where n.id = (select c.need from commitment c where c.id = $1)
           for share of n"#,
        id.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(need) = need else { return Ok(None) };
    let row = sqlx::query!(
        "select enterprise, name, unit, quantity, delivered, due_on, status, public_display, ended_at
         from commitment
         where id = $1
         for update",
        id.0
    )
    .fetch_one(&mut *connection)
    .await?;
    // Read when nobody else can decide on a part any more.
    let part_waits = sqlx::query_scalar!(
        r#"select exists (select from commitment_part where commitment = $1 and status = 'reported') as "waits!""#,
        id.0
    )
    .fetch_one(connection)
    .await?;
    let status: CommitmentStatus = word("commitment", &row.status)?;
    let ending = match (row.ended_at, status) {
        (None, _) => None,
        (Some(_), CommitmentStatus::Withdrawn) => Some(Ending::Withdrawn),
        (Some(_), _) => Some(Ending::Waived),
    };
    Ok(Some(Locked {
        id,
        need: NeedId(need.id),
        enterprise: OrganisationId(row.enterprise),
        recipient: OrganisationId(need.organisation),
        village: word("commitment", &need.village)?,
        kind: word("commitment", &need.kind)?,
        need_status: word("commitment", &need.status)?,
        need_code: need.code.unwrap_or_default(),
        need_title: need.title,
        name: row.name,
        unit: row.unit,
        quantity: row.quantity,
        delivered: row.delivered,
        due_on: row.due_on,
        status,
        ending,
        public_display: word("commitment", &row.public_display)?,
        part_waits,
    }))
}

/// Withdrawn, or what is missing waived.
pub async fn end(
    connection: &mut PgConnection,
    before: &Locked,
    (after, reason): (CommitmentStatus, &str),
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update commitment
         set status = $3, ended_by = $4, ended_at = $5, ended_reason = $6, changed_at = $5
         where id = $1 and status = $2 and ended_at is null",
        before.id.0,
        before.status.as_str(),
        after.as_str(),
        acting.person.0,
        now,
        reason
    )
    .execute(connection)
    .await
}

pub async fn set_delivered(
    connection: &mut PgConnection,
    before: &Locked,
    (delivered, status): (i64, CommitmentStatus),
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update commitment
         set delivered = $4, status = $5, changed_at = $6
         where id = $1 and status = $2 and delivered = $3",
        before.id.0,
        before.status.as_str(),
        before.delivered,
        delivered,
        status.as_str(),
        now
    )
    .execute(connection)
    .await
}

pub async fn set_display(
    connection: &mut PgConnection,
    id: CommitmentId,
    name: PublicDisplay,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!("update commitment set public_display = $2, changed_at = $3 where id = $1", id.0, name.as_str(), now)
        .execute(connection)
        .await
}

/// The enterprises with a commitment to a need that counts.
pub async fn promisers(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Vec<OrganisationId>> {
    let ids = sqlx::query_scalar!(
        r#"select distinct enterprise as "enterprise!" from commitment_counted where need = $1 and counted > 0 order by 1"#,
        need.0
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganisationId).collect())
}

/// The enterprises of which something was delivered for a need, each once.
pub async fn keepers(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Vec<OrganisationId>> {
    let ids = sqlx::query_scalar!(
        "select distinct enterprise from commitment where need = $1 and delivered > 0 order by enterprise",
        need.0
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(OrganisationId).collect())
}

/// What an enterprise has to deliver within the next `days`, or is late with; each waits from that long before its day.
pub async fn to_deliver(
    connection: &mut PgConnection,
    enterprise: OrganisationId,
    (today, days): (NaiveDate, i32),
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!",
                  (min(due_on) - $3::integer)::timestamp at time zone 'Asia/Shanghai' as oldest
           from (select due_on
                 from commitment
                 where enterprise = $1 and status in ('promised', 'partly_delivered') and due_on <= $2::date + $3::integer
                 order by due_on
                 limit 1001) as waiting"#,
        enterprise.0,
        today,
        days
    )
    .fetch_one(connection)
    .await
}
