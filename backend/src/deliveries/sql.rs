//! The only SQL on reports and spending.

use crate::db::decode;
use crate::db::decode::word;
use chrono::{DateTime, NaiveDate, Utc};
use domain::api::deliveries::{Author, ItemToCorrect, NewReport, Report, Spent, Voucher};
use domain::api::files::Photo;
use domain::consent::ConsentKind;
use domain::delivery::{ReportInput, SpendingItem, SpendingStatus};
use domain::organisation::Acting;
use domain::place::PlaceCode;
use domain::todo::Waiting;
use domain::{DisbursementId, Fen, FileId, NeedId, OrganisationId, PersonId, ReportId, SpendingItemId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;
use sqlx::types::Json;
use uuid::Uuid;

fn fen(amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|error| decode::error("amount", error))
}

fn files(ids: Vec<Uuid>) -> Vec<FileId> {
    ids.into_iter().map(FileId).collect()
}

/// The village whose public need it is.
pub async fn village_of_need(connection: &mut PgConnection, need: NeedId) -> sqlx::Result<Option<OrganisationId>> {
    let id = sqlx::query_scalar!(r#"select organisation as "organisation!" from needs_public where id = $1"#, need.0)
        .fetch_optional(connection)
        .await?;
    Ok(id.map(OrganisationId))
}

pub async fn insert_report(
    connection: &mut PgConnection,
    need: NeedId,
    new: &NewReport,
    acting: &Acting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into report (id, need, organisation, text, quantity_so_far, submitted_by, submitted_as, submitted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.0,
        need.0,
        acting.organisation.0,
        new.report.text.trim(),
        new.report.quantity_so_far,
        acting.person.0,
        acting.role.as_str(),
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Of these payments, those that were paid for the need.
pub async fn paid_for(
    connection: &mut PgConnection,
    need: NeedId,
    wanted: &[DisbursementId],
) -> sqlx::Result<Vec<DisbursementId>> {
    let wanted: Vec<Uuid> = wanted.iter().map(|id| id.0).collect();
    let ids = sqlx::query_scalar!(
        "select id from disbursement where need = $1 and id = any($2) and status in ('paid', 'bank_confirmed')",
        need.0,
        &wanted
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(DisbursementId).collect())
}

pub async fn insert_photos(connection: &mut PgConnection, report: ReportId, photos: &[FileId]) -> sqlx::Result<()> {
    let photos: Vec<Uuid> = photos.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into report_photo (report, position, file)
         select $1, position, file from unnest($2::uuid[]) with ordinality as photo (file, position)",
        report.0,
        &photos
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_items(connection: &mut PgConnection, new: &NewReport, person: PersonId) -> sqlx::Result<()> {
    for (place, (item, voucher)) in (1..).zip(new.report.items.iter().zip(&new.vouchers)) {
        sqlx::query!(
            "insert into spending_item (id, report, position, disbursement, kind, description, seller,
                                        seller_is_person, amount_fen, invoice_on, invoice_no, status, submitted_by)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'submitted', $12)",
            voucher.id.0,
            new.id.0,
            place,
            voucher.disbursement.0,
            item.kind.as_str(),
            item.description.trim(),
            item.seller.trim(),
            item.seller_is_person,
            item.amount.get(),
            item.invoice_on,
            item.invoice_no,
            person.0
        )
        .execute(&mut *connection)
        .await?;
        add_files(connection, voucher.id, &voucher.pictures).await?;
    }
    Ok(())
}

pub async fn add_files(connection: &mut PgConnection, item: SpendingItemId, pictures: &[FileId]) -> sqlx::Result<()> {
    let pictures: Vec<Uuid> = pictures.iter().map(|file| file.0).collect();
    sqlx::query!(
        "insert into spending_file (item, position, file)
         select $1, (select count(*) from spending_file where item = $1) + picture.position, picture.file
         from unnest($2::uuid[]) with ordinality as picture (file, position)",
        item.0,
        &pictures
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// An item that is being decided on, locked until the transaction ends.
pub struct Locked {
    pub version: i32,
    pub need: NeedId,
    pub village: OrganisationId,
    pub charity: OrganisationId,
    pub disbursement: DisbursementId,
    pub amount: Fen,
    pub description: String,
    /// What the payment paid, less what came back.
    pub advanced: Fen,
    pub status: SpendingStatus,
}

pub async fn lock(connection: &mut PgConnection, id: SpendingItemId) -> sqlx::Result<Option<Locked>> {
    let row = sqlx::query!(
        r#"select i.version, d.need, r.organisation, d.charity, i.disbursement, i.amount_fen, i.status, i.description,
                  p.disbursed_fen as "disbursed_fen!"
           from spending_item i
           join report r on r.id = i.report
           join disbursement d on d.id = i.disbursement
           join disbursed p on p.disbursement = i.disbursement
           where i.id = $1
           for update of i"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        Ok(Locked {
            version: row.version,
            need: NeedId(row.need),
            village: OrganisationId(row.organisation),
            charity: OrganisationId(row.charity),
            disbursement: DisbursementId(row.disbursement),
            amount: fen(row.amount_fen)?,
            description: row.description,
            advanced: fen(row.disbursed_fen)?,
            status: word("spending", &row.status)?,
        })
    })
    .transpose()
}

pub async fn correct(
    connection: &mut PgConnection,
    id: SpendingItemId,
    item: &SpendingItem,
    person: PersonId,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update spending_item
         set kind = $2, description = $3, seller = $4, seller_is_person = $5, amount_fen = $6, invoice_on = $7,
             invoice_no = $8, status = 'submitted', submitted_by = $9, decided_by = null, decided_at = null,
             reason = null, version = version + 1
         where id = $1 and status = 'returned'",
        id.0,
        item.kind.as_str(),
        item.description.trim(),
        item.seller.trim(),
        item.seller_is_person,
        item.amount.get(),
        item.invoice_on,
        item.invoice_no,
        person.0
    )
    .execute(connection)
    .await
}

pub async fn set_accepted(
    connection: &mut PgConnection,
    id: SpendingItemId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update spending_item
         set status = 'accepted', decided_by = $2, decided_at = $3
         where id = $1 and status = 'submitted'",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_returned(
    connection: &mut PgConnection,
    id: SpendingItemId,
    person: PersonId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update spending_item
         set status = 'returned', decided_by = $2, reason = $3, decided_at = $4
         where id = $1 and status = 'submitted'",
        id.0,
        person.0,
        reason,
        now
    )
    .execute(connection)
    .await
}

/// A report as it is stored.
pub struct Recorded {
    pub need: NeedId,
    pub organisation: OrganisationId,
    pub new: NewReport,
    /// Of each item: from 2 on it says something else than what was handed in first.
    pub versions: Vec<i32>,
}

pub async fn recorded(connection: &mut PgConnection, id: ReportId) -> sqlx::Result<Option<Recorded>> {
    let report = sqlx::query!(
        r#"select need, organisation, text, quantity_so_far,
                  array(select p.file from report_photo p where p.report = r.id order by p.position) as "photos!"
           from report r
           where id = $1"#,
        id.0
    )
    .fetch_optional(&mut *connection)
    .await?;
    let Some(report) = report else { return Ok(None) };
    let rows = sqlx::query!(
        r#"select id, version, disbursement, kind, description, seller, seller_is_person, amount_fen, invoice_on,
                  invoice_no,
                  array(select f.file from spending_file f where f.item = i.id order by f.position) as "pictures!"
           from spending_item i
           where report = $1
           order by position"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    let (mut items, mut vouchers, mut versions) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        items.push(SpendingItem {
            kind: word("spending", &row.kind)?,
            description: row.description,
            seller: row.seller,
            seller_is_person: row.seller_is_person,
            amount: fen(row.amount_fen)?,
            invoice_on: row.invoice_on,
            invoice_no: row.invoice_no,
        });
        let (id, disbursement) = (SpendingItemId(row.id), DisbursementId(row.disbursement));
        vouchers.push(Voucher { id, disbursement, pictures: files(row.pictures) });
        versions.push(row.version);
    }
    let stored = ReportInput { text: report.text, quantity_so_far: report.quantity_so_far, items };
    let new = NewReport { id, report: stored, photos: files(report.photos), vouchers };
    let (need, organisation) = (NeedId(report.need), OrganisationId(report.organisation));
    Ok(Some(Recorded { need, organisation, new, versions }))
}

/// A public need's village and reports, latest first.
pub struct Reported {
    pub organisation: OrganisationId,
    pub village: PlaceCode,
    pub reports: Vec<Report>,
}

struct ReportRow {
    organisation: Uuid,
    village: String,
    id: Option<Uuid>,
    text: Option<String>,
    quantity_so_far: Option<i64>,
    submitted_at: Option<DateTime<Utc>>,
    submitted_as: Option<String>,
    author: Option<String>,
    photos: Json<Vec<Photo>>,
}

/// Names and places of people who consent to showing them are in the same statement: what is withdrawn is gone at once.
pub async fn reports(connection: &mut PgConnection, need: NeedId, limit: i64) -> sqlx::Result<Option<Reported>> {
    let rows = sqlx::query_as!(
        ReportRow,
        r#"select n.organisation as "organisation!", n.village as "village!", r.id as "id?", r.text as "text?",
                  r.quantity_so_far, r.submitted_at as "submitted_at?", r.submitted_as,
                  (select pp.name
                   from person_private pp
                   where pp.person = r.submitted_by and consent_in_force(pp.person, 'public_name', $3)) as author,
                  coalesce((
                      select json_agg(file_shown(f, $4) order by p.position)
                      from report_photo p
                      join file f on f.id = p.file
                      where p.report = r.id
                  ), '[]') as "photos!: Json<Vec<Photo>>"
           from needs_public n
           left join report r on r.need = n.id
           where n.id = $1
           order by r.submitted_at desc, r.id desc
           limit $2"#,
        need.0,
        limit,
        ConsentKind::PublicName.version(),
        ConsentKind::PhotoPlace.version()
    )
    .fetch_all(connection)
    .await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let (organisation, village) = (OrganisationId(first.organisation), word("spending", &first.village)?);
    // The need without any report is one row of nothing.
    let report = |row: ReportRow| {
        let (Some(id), Some(text), Some(submitted_at)) = (row.id, row.text, row.submitted_at) else { return Ok(None) };
        let role = row.submitted_as.as_deref().map(|text| word("spending", text)).transpose()?;
        Ok(Some(Report {
            id: ReportId(id),
            text,
            quantity_so_far: row.quantity_so_far,
            submitted_at,
            author: Author { role, name: row.author },
            photos: row.photos.0,
            items: Vec::new(),
        }))
    };
    let reports = rows.into_iter().filter_map(|row| report(row).transpose()).collect::<sqlx::Result<_>>()?;
    Ok(Some(Reported { organisation, village, reports }))
}

/// An item as it is stored, with what decides on who reads what of it.
pub struct Item {
    pub report: ReportId,
    pub charity: OrganisationId,
    pub need: NeedId,
    pub need_title: String,
    pub disbursement: DisbursementId,
    pub spent: Spent,
    seller_is_person: bool,
    /// The caller's enterprise gave some of the fen that paid it.
    own_money: bool,
}

impl Item {
    /// For those who work on it, whole; for a giver, with its pictures; for everybody, without names of people.
    pub fn shown_to(mut self, works_on_it: bool) -> Spent {
        if !works_on_it {
            if self.seller_is_person {
                "个人".clone_into(&mut self.spent.seller);
            }
            if !self.own_money {
                self.spent.pictures.clear();
            }
            self.spent.reason = None;
        }
        self.spent
    }
}

struct Row {
    id: Uuid,
    version: i32,
    report: Uuid,
    charity: Uuid,
    need: Uuid,
    need_title: String,
    disbursement: Uuid,
    kind: String,
    description: String,
    seller: String,
    seller_is_person: bool,
    amount_fen: i64,
    invoice_on: NaiveDate,
    status: String,
    reason: Option<String>,
    pictures: Vec<Uuid>,
    own_money: bool,
}

impl Row {
    fn read(self) -> sqlx::Result<Item> {
        Ok(Item {
            report: ReportId(self.report),
            charity: OrganisationId(self.charity),
            need: NeedId(self.need),
            need_title: self.need_title,
            disbursement: DisbursementId(self.disbursement),
            spent: Spent {
                id: SpendingItemId(self.id),
                version: self.version,
                kind: word("spending", &self.kind)?,
                description: self.description,
                seller: self.seller,
                amount_fen: fen(self.amount_fen)?,
                invoice_on: self.invoice_on,
                status: word("spending", &self.status)?,
                pictures: files(self.pictures),
                reason: self.reason,
            },
            seller_is_person: self.seller_is_person,
            own_money: self.own_money,
        })
    }
}

/// The items of a need's reports, with whether the enterprise's money paid some of each.
pub async fn items(
    connection: &mut PgConnection,
    need: NeedId,
    enterprise: Option<OrganisationId>,
) -> sqlx::Result<Vec<Item>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", version as "version!", report as "report!", charity as "charity!", need as "need!", need_title as "need_title!",
                  disbursement as "disbursement!", kind as "kind!", description as "description!", seller as "seller!",
                  seller_is_person as "seller_is_person!", amount_fen as "amount_fen!", invoice_on as "invoice_on!",
                  status as "status!", reason, pictures as "pictures!",
                  coalesce($2::uuid = any(givers), false) as "own_money!"
           from spending_read
           where need = $1
           order by report, position"#,
        need.0,
        enterprise.map(|id| id.0)
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn item(connection: &mut PgConnection, id: SpendingItemId) -> sqlx::Result<Option<Item>> {
    let row = sqlx::query_as!(
        Row,
        r#"select id as "id!", version as "version!", report as "report!", charity as "charity!", need as "need!", need_title as "need_title!",
                  disbursement as "disbursement!", kind as "kind!", description as "description!", seller as "seller!",
                  seller_is_person as "seller_is_person!", amount_fen as "amount_fen!", invoice_on as "invoice_on!",
                  status as "status!", reason, pictures as "pictures!", false as "own_money!"
           from spending_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// An item of a village's report, whole.
pub async fn of_village(
    connection: &mut PgConnection,
    id: SpendingItemId,
    village: OrganisationId,
) -> sqlx::Result<Option<ItemToCorrect>> {
    let row = sqlx::query!(
        r#"select s.need as "need!", s.need_title as "need_title!", s.kind as "kind!", s.description as "description!",
                  s.seller as "seller!", s.seller_is_person as "seller_is_person!", s.amount_fen as "amount_fen!",
                  s.invoice_on as "invoice_on!", s.invoice_no, s.status as "status!", s.reason,
                  s.pictures as "pictures!"
           from spending_read s
           join report r on r.id = s.report
           where s.id = $1 and r.organisation = $2"#,
        id.0,
        village.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| {
        let item = SpendingItem {
            kind: word("spending", &row.kind)?,
            description: row.description,
            seller: row.seller,
            seller_is_person: row.seller_is_person,
            amount: fen(row.amount_fen)?,
            invoice_on: row.invoice_on,
            invoice_no: row.invoice_no,
        };
        Ok(ItemToCorrect {
            id,
            need: NeedId(row.need),
            need_title: row.need_title,
            item,
            status: word("spending", &row.status)?,
            reason: row.reason,
            pictures: files(row.pictures),
        })
    })
    .transpose()
}

/// What waits for a charity, oldest first.
pub async fn waiting(connection: &mut PgConnection, charity: OrganisationId, limit: i64) -> sqlx::Result<Vec<Item>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select id as "id!", version as "version!", report as "report!", charity as "charity!", need as "need!", need_title as "need_title!",
                  disbursement as "disbursement!", kind as "kind!", description as "description!", seller as "seller!",
                  seller_is_person as "seller_is_person!", amount_fen as "amount_fen!", invoice_on as "invoice_on!",
                  status as "status!", reason, pictures as "pictures!", false as "own_money!"
           from spending_read
           where charity = $1 and status = 'submitted'
           order by submitted_at, id
           limit $2"#,
        charity.0,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

pub async fn waiting_to_be_accepted(
    connection: &mut PgConnection,
    charity: OrganisationId,
    checker: PersonId,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(submitted_at) as oldest
           from (select r.submitted_at
                 from spending_item i
                 join report r on r.id = i.report
                 join disbursement d on d.id = i.disbursement
                 where d.charity = $1 and i.status = 'submitted' and i.submitted_by <> $2
                 order by r.submitted_at
                 limit 1001) as waiting"#,
        charity.0,
        checker.0
    )
    .fetch_one(connection)
    .await
}

pub async fn waiting_to_be_mended(connection: &mut PgConnection, village: OrganisationId) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(decided_at) as oldest
           from (select i.decided_at
                 from spending_item i
                 join report r on r.id = i.report
                 where r.organisation = $1 and i.status = 'returned'
                 order by i.decided_at
                 limit 1001) as waiting"#,
        village.0
    )
    .fetch_one(connection)
    .await
}

pub async fn reports_due(
    connection: &mut PgConnection,
    village: OrganisationId,
    silent_since: DateTime<Utc>,
) -> sqlx::Result<Waiting> {
    sqlx::query_as!(
        Waiting,
        r#"select count(*) as "count!", min(silent_since) as oldest
           from (select s.silent_since
                 from need_silence s
                 where s.organisation = $1 and s.silent_since <= $2
                 order by s.silent_since
                 limit 1001) as waiting"#,
        village.0,
        silent_since
    )
    .fetch_one(connection)
    .await
}
