//! The only SQL on bank lines and their parts.

use crate::db::decode;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::arrivals::{
    BankAccount, BankLine, LineDesk, LinePart, LineRights, MatchPart, NamedOwner, NewBankLine, PartPledge, SecondStep,
    SuggestedPledge,
};
use domain::arrival::{BankLineInput, BankLineStatus};
use domain::disbursement::mask_account;
use domain::todo::Waiting;
use domain::{BankAccountId, BankLineId, CampaignId, Fen, LotId, OrganisationId, PersonId, PledgeId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use uuid::Uuid;

fn fen(amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|error| decode::error("amount", error))
}

fn read_status(text: &str) -> sqlx::Result<BankLineStatus> {
    text.parse().map_err(|error| decode::error("bank_line.status", error))
}

pub async fn insert(
    connection: &mut PgConnection,
    new: &NewBankLine,
    status: BankLineStatus,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bank_line (id, bank_account, booked_on, payer, amount_fen, remark, serial_no, status, entered_by,
                                entered_at, channel)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        new.id.0,
        new.bank_account.0,
        new.line.booked_on,
        new.line.payer.trim(),
        new.line.amount.get(),
        new.line.remark.trim(),
        new.line.serial_no,
        status.as_str(),
        person.0,
        now,
        new.line.channel.as_str()
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// A line that is being worked on, locked until the transaction ends.
pub struct Locked {
    pub id: BankLineId,
    pub bank_account: BankAccountId,
    pub charity: OrganisationId,
    pub status: BankLineStatus,
    pub amount: Fen,
    pub booked_on: NaiveDate,
    pub entered_by: PersonId,
    pub matched_by: Option<PersonId>,
    pub confirmation_no: Option<i64>,
}

/// Lines in the order of their ids, so that two who work on the same ones wait for each other and never in a circle.
pub async fn lock(connection: &mut PgConnection, ids: &[BankLineId]) -> sqlx::Result<Vec<Locked>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "select l.id, l.bank_account, a.charity, l.status, l.amount_fen, l.booked_on, l.entered_by, l.matched_by,
                l.confirmation_no
         from bank_line l
         join bank_account a on a.id = l.bank_account
         where l.id = any($1)
         order by l.id
         for update of l",
        &ids
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Locked {
                id: BankLineId(row.id),
                bank_account: BankAccountId(row.bank_account),
                charity: OrganisationId(row.charity),
                status: read_status(&row.status)?,
                amount: fen(row.amount_fen)?,
                booked_on: row.booked_on,
                entered_by: PersonId(row.entered_by),
                matched_by: row.matched_by.map(PersonId),
                confirmation_no: row.confirmation_no,
            })
        })
        .collect()
}

/// Parts of lines, behind those that a line already has; each with the lot that it becomes.
pub async fn insert_parts(connection: &mut PgConnection, parts: &[(BankLineId, LotId, MatchPart)]) -> sqlx::Result<()> {
    let lines: Vec<Uuid> = parts.iter().map(|(line, ..)| line.0).collect();
    let lots: Vec<Uuid> = parts.iter().map(|(_, lot, _)| lot.0).collect();
    let amounts: Vec<i64> = parts.iter().map(|(.., part)| part.amount_fen.get()).collect();
    let pledges: Vec<Option<Uuid>> = parts.iter().map(|(.., part)| part.pledge.map(|id| id.0)).collect();
    let campaigns: Vec<Option<Uuid>> = parts.iter().map(|(.., part)| part.campaign.map(|id| id.0)).collect();
    sqlx::query!(
        "insert into bank_line_part (lot, line, position, amount_fen, pledge, campaign)
         select p.lot, p.line,
                row_number() over (partition by p.line order by p.place)
                + coalesce((select max(b.position) from bank_line_part b where b.line = p.line), 0),
                p.amount_fen, p.pledge, p.campaign
         from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[])
              with ordinality as p (line, lot, amount_fen, pledge, campaign, place)",
        &lines,
        &lots,
        &amounts,
        &pledges as &[Option<Uuid>],
        &campaigns as &[Option<Uuid>]
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Parts that were never confirmed: nothing was booked on them.
pub async fn delete_parts(connection: &mut PgConnection, line: BankLineId) -> sqlx::Result<()> {
    sqlx::query!("delete from bank_line_part where line = $1 and rebooked_by is null", line.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Lines that are in the state that they were read in.
pub async fn set_matched(
    connection: &mut PgConnection,
    before: &[(BankLineId, BankLineStatus)],
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    let ids: Vec<Uuid> = before.iter().map(|(id, _)| id.0).collect();
    let statuses: Vec<&str> = before.iter().map(|(_, status)| status.as_str()).collect();
    sqlx::query!(
        "update bank_line l
         set status = 'matched', matched_by = $3, matched_at = $4
         from unnest($1::uuid[], $2::text[]) as w (id, status)
         where l.id = w.id and l.status = w.status",
        &ids,
        &statuses as &[&str],
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_unmatched(connection: &mut PgConnection, id: BankLineId) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_line
         set status = 'unmatched', matched_by = null, matched_at = null
         where id = $1 and status = 'matched'",
        id.0
    )
    .execute(connection)
    .await
}

pub async fn set_voided(
    connection: &mut PgConnection,
    id: BankLineId,
    before: BankLineStatus,
    reason: &str,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_line set status = 'voided', reason = $3 where id = $1 and status = $2",
        id.0,
        before.as_str(),
        reason
    )
    .execute(connection)
    .await
}

/// Puts a line aside with the reason, or back.
pub async fn put(
    connection: &mut PgConnection,
    id: BankLineId,
    (before, after): (BankLineStatus, BankLineStatus),
    reason: Option<&str>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_line set status = $3, reason = $4 where id = $1 and status = $2",
        id.0,
        before.as_str(),
        after.as_str(),
        reason
    )
    .execute(connection)
    .await
}

pub async fn next_confirmation(connection: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"select nextval('confirmation_number') as "number!""#).fetch_one(connection).await
}

pub async fn set_confirmed(
    connection: &mut PgConnection,
    id: BankLineId,
    number: i64,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update bank_line
         set status = 'confirmed', confirmation_no = $2, confirmed_by = $3, confirmed_at = $4
         where id = $1 and status = 'matched'",
        id.0,
        number,
        person.0,
        now
    )
    .execute(connection)
    .await
}

/// A part of a line; its lot is what the money is known by from the confirmation on.
pub struct Part {
    pub line: BankLineId,
    pub lot: LotId,
    pub amount: Fen,
    pub pledge: Option<PartPledge>,
    pub campaign: Option<CampaignId>,
    /// By which it is claimed, while no pledge has it.
    pub number: i64,
    /// Whose it is said to be while nobody has agreed, and who said it.
    pub owner: Option<(PersonId, NamedOwner)>,
    /// What returns have taken of it, paid or under way.
    pub taken: Fen,
}

pub fn part_pledge(
    id: Option<Uuid>,
    reference: Option<String>,
    enterprise_name: Option<String>,
) -> sqlx::Result<Option<PartPledge>> {
    let Some(((id, reference), enterprise_name)) = id.zip(reference).zip(enterprise_name) else { return Ok(None) };
    let reference = reference.parse().map_err(|error| decode::error("pledge.reference", error))?;
    Ok(Some(PartPledge { id: PledgeId(id), reference, enterprise_name }))
}

/// The parts of lines, in their order.
pub async fn parts(connection: &mut PgConnection, lines: &[BankLineId]) -> sqlx::Result<Vec<Part>> {
    let lines: Vec<Uuid> = lines.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select part.line, part.lot, part.amount_fen, part.campaign, part.gift_number, p.id as "pledge?", p.reference as "reference?",
                  o.name as "enterprise_name?", named.id as "named_pledge?", named.reference as "named_reference?",
                  giver.name as "named_enterprise?", owner.named_by as "named_by?", namer.name as "named_by_name?",
                  coalesce((select u.taken_fen from unowned_part u where u.lot = part.lot), 0) as "taken_fen!"
           from bank_line_part part
           left join pledge_counted p on p.id = part.pledge
           left join organisation o on o.id = p.enterprise
           left join part_owner owner on owner.lot = part.lot and owner.confirmed_by is null
           left join pledge_counted named on named.id = owner.pledge
           left join organisation giver on giver.id = named.enterprise
           left join person_private namer on namer.person = owner.named_by
           where part.line = any($1) and part.rebooked_by is null
           order by part.line, part.position"#,
        &lines
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            let named = part_pledge(row.named_pledge, row.named_reference, row.named_enterprise)?;
            let owner = named.zip(row.named_by).map(|(pledge, by)| {
                (PersonId(by), NamedOwner { pledge, named_by: row.named_by_name.unwrap_or_default() })
            });
            Ok(Part {
                line: BankLineId(row.line),
                lot: LotId(row.lot),
                amount: fen(row.amount_fen)?,
                pledge: part_pledge(row.pledge, row.reference, row.enterprise_name)?,
                campaign: row.campaign.map(CampaignId),
                number: row.gift_number,
                owner,
                taken: fen(row.taken_fen)?,
            })
        })
        .collect()
}

/// What of each line waits for a second person.
pub async fn second_steps(
    connection: &mut PgConnection,
    lines: &[BankLineId],
) -> sqlx::Result<Vec<(BankLineId, SecondStep)>> {
    let lines: Vec<Uuid> = lines.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select distinct line as "line!", step as "step!"
           from line_waiting
           where line = any($1) and desk = 'confirm'"#,
        &lines
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((BankLineId(row.line), decode::word("line_waiting.step", &row.step)?))).collect()
}

/// A line as it is read.
pub struct Row {
    pub id: BankLineId,
    pub input: BankLineInput,
    pub status: BankLineStatus,
    pub entered_by: PersonId,
    pub matched_by: Option<PersonId>,
    account: BankAccount,
    entered_by_name: String,
    matched_by_name: Option<String>,
    confirmed_by_name: Option<String>,
    confirmed_at: Option<DateTime<Utc>>,
    reason: Option<String>,
}

impl Row {
    pub fn into_api(
        self,
        parts: Vec<LinePart>,
        waits: Vec<SecondStep>,
        suggestions: Vec<SuggestedPledge>,
        may: LineRights,
    ) -> BankLine {
        BankLine {
            id: self.id,
            bank_account: self.account,
            line: self.input,
            status: self.status,
            entered_by: self.entered_by_name,
            matched_by: self.matched_by_name,
            confirmed_by: self.confirmed_by_name,
            confirmed_at: self.confirmed_at,
            reason: self.reason,
            parts,
            waits,
            suggestions,
            may,
        }
    }
}

struct Stored {
    id: Uuid,
    bank_account: Uuid,
    holder: String,
    bank: String,
    account_no: String,
    booked_on: NaiveDate,
    payer: String,
    amount_fen: i64,
    remark: String,
    serial_no: String,
    status: String,
    entered_by: Uuid,
    matched_by: Option<Uuid>,
    entered_by_name: Option<String>,
    matched_by_name: Option<String>,
    confirmed_by_name: Option<String>,
    confirmed_at: Option<DateTime<Utc>>,
    reason: Option<String>,
    channel: String,
}

impl Stored {
    fn read(self) -> sqlx::Result<Row> {
        Ok(Row {
            id: BankLineId(self.id),
            input: BankLineInput {
                booked_on: self.booked_on,
                payer: self.payer,
                amount: fen(self.amount_fen)?,
                remark: self.remark,
                serial_no: self.serial_no,
                channel: self.channel.parse().map_err(|error| decode::error("bank_line.channel", error))?,
            },
            status: read_status(&self.status)?,
            entered_by: PersonId(self.entered_by),
            matched_by: self.matched_by.map(PersonId),
            account: BankAccount {
                id: BankAccountId(self.bank_account),
                holder: self.holder,
                bank: self.bank,
                account_masked: mask_account(&self.account_no),
            },
            entered_by_name: self.entered_by_name.unwrap_or_default(),
            matched_by_name: self.matched_by_name,
            confirmed_by_name: self.confirmed_by_name,
            confirmed_at: self.confirmed_at,
            reason: self.reason,
        })
    }
}

pub async fn by_id(
    connection: &mut PgConnection,
    charity: OrganisationId,
    id: BankLineId,
) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query_as!(
        Stored,
        r#"select id as "id!", bank_account as "bank_account!", holder as "holder!", bank as "bank!",
                  account_no as "account_no!", booked_on as "booked_on!", payer as "payer!", amount_fen as "amount_fen!",
                  remark as "remark!", serial_no as "serial_no!", status as "status!", entered_by as "entered_by!",
                  matched_by, entered_by_name, matched_by_name, confirmed_by_name, confirmed_at, reason, channel as "channel!"
           from bank_line_read
           where id = $1 and charity = $2"#,
        id.0,
        charity.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Stored::read).transpose()
}

/// What waits, for everybody or for one desk, oldest first.
pub async fn waiting(
    connection: &mut PgConnection,
    charity: OrganisationId,
    desk: Option<LineDesk>,
    after: Option<BankLineId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        r#"with page as materialized (
               select w.line
               from line_waiting w
               where w.charity = $1 and ($4::text is null or w.desk = $4)
                 and ($2::uuid is null
                      or (w.entered_at, w.line) > (select l.entered_at, l.id from bank_line l where l.id = $2))
               group by w.entered_at, w.line
               order by w.entered_at, w.line
               limit $3
           )
           select id as "id!", bank_account as "bank_account!", holder as "holder!", bank as "bank!",
                  account_no as "account_no!", booked_on as "booked_on!", payer as "payer!", amount_fen as "amount_fen!",
                  remark as "remark!", serial_no as "serial_no!", status as "status!", entered_by as "entered_by!",
                  matched_by, entered_by_name, matched_by_name, confirmed_by_name, confirmed_at, reason, channel as "channel!"
           from page
           join bank_line_read on id = page.line
           order by entered_at, id"#,
        charity.0,
        after.map(|after| after.0),
        limit,
        desk.map(LineDesk::as_str)
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Stored::read).collect()
}

/// What is done, latest bank date first.
pub async fn done(
    connection: &mut PgConnection,
    charity: OrganisationId,
    after: Option<BankLineId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Stored,
        r#"select id as "id!", bank_account as "bank_account!", holder as "holder!", bank as "bank!",
                  account_no as "account_no!", booked_on as "booked_on!", payer as "payer!", amount_fen as "amount_fen!",
                  remark as "remark!", serial_no as "serial_no!", status as "status!", entered_by as "entered_by!",
                  matched_by, entered_by_name, matched_by_name, confirmed_by_name, confirmed_at, reason, channel as "channel!"
           from bank_line_read
           where charity = $1 and status in ('confirmed', 'reversed', 'not_donation', 'voided')
             and ($2::uuid is null or (booked_on, id) < (select l.booked_on, l.id from bank_line l where l.id = $2))
           order by booked_on desc, id desc
           limit $3"#,
        charity.0,
        after.map(|after| after.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Stored::read).collect()
}

/// At most one more than a list counts.
pub async fn count_waiting(
    connection: &mut PgConnection,
    charity: OrganisationId,
    desk: Option<LineDesk>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from line_waiting
                 where charity = $1 and ($2::text is null or desk = $2)
                 group by line
                 limit 1001) as counted"#,
        charity.0,
        desk.map(LineDesk::as_str)
    )
    .fetch_one(connection)
    .await
}

pub async fn count_done(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from (select from bank_line l
                 join bank_account a on a.id = l.bank_account
                 where a.charity = $1 and l.status in ('confirmed', 'reversed', 'not_donation', 'voided')
                 limit 1001) as counted"#,
        charity.0
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_matched(connection: &mut PgConnection, charity: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(since) as oldest
           from (select since
                 from line_waiting
                 where charity = $1 and desk = 'match'
                 order by since
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
        r#"select count(*) as "count!", min(since) as oldest
           from (select min(since) as since
                 from line_waiting
                 where charity = $1 and desk = 'confirm' and one is distinct from $2 and other is distinct from $2
                 group by line
                 order by min(since)
                 limit 1001) as waiting"#,
        charity.0,
        checker.0
    )
    .fetch_one(connection)
    .await
}
