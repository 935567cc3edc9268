//! Deliveries: a village reports once, with pictures and vouchers; a charity accepts or returns each item.
//!
//! Only what is accepted is 支出, and only then the ledger moves. Deliberately absent: names of those who are helped.

mod http;
mod sql;

pub use http::routes;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{
    Audit, BooksReader, Caller, CharityChecker, CharityStaff, Federation, Giver, Origin, Sure, Village,
};
use crate::mail::letter::{ReportPublished, SpendingReturned};
use crate::mail::{self, Letter};
use crate::{campaigns, files, ledger, needs, organisations, pledges};
use chrono::{DateTime, Utc};
use domain::api::deliveries::{
    AcceptItem, CorrectItem, ItemToCorrect, ItemToDecide, NewReport, Report, ReturnItem, Spent,
};
use domain::api::{Count, List};
use domain::delivery::{MoreThanAdvanced, SpendingItem, SpendingStatus};
use domain::ledger::{Account, Asset, Event};
use domain::need::{PHOTOS_MAX, check_reason};
use domain::organisation::Acting;
use domain::todo::Waiting;
use domain::{DisbursementId, NeedId, OrganisationId, Problems, SpendingItemId};
use serde_json::json;
use sqlx::PgConnection;

/// Reports, and waiting items, in one list.
const LIST_MAX: i64 = 200;
/// Pictures of one voucher.
const PICTURES_MAX: usize = 5;
/// Characters of a report in a letter.
const EXCERPT_MAX: usize = 300;

/// A village reports on its need. The same id and content again gives the same answer.
pub async fn report(app: &App, village: &Village, need: NeedId, new: &NewReport) -> Result<Report> {
    check(app, new)?;
    let mut tx = app.begin().await?;
    let owner = sql::village_of_need(&mut tx, need).await?;
    if owner != Some(village.acting.organisation) {
        return Err(Error::NotFound);
    }
    let inserted = sql::insert_report(&mut tx, need, new, &village.acting, app.clock.now()).await;
    let inserted = inserted.on_constraint("report_pkey", || Error::Conflict(String::new()));
    if matches!(inserted, Err(Error::Conflict(_))) {
        tx.rollback().await?;
        return reported_before(app, village, need, new).await;
    }
    inserted?;
    let wanted: Vec<DisbursementId> = new.vouchers.iter().map(|voucher| voucher.disbursement).collect();
    let paid = sql::paid_for(&mut tx, need, &wanted).await?;
    for (place, disbursement) in wanted.iter().enumerate() {
        if !paid.contains(disbursement) {
            return Err(Error::invalid(&format!("vouchers.{place}.disbursement"), "请选择已付给本村的一笔拨付"));
        }
    }
    let pictures: Vec<_> = new.vouchers.iter().flat_map(|voucher| voucher.pictures.iter().copied()).collect();
    let named: Vec<_> = new.photos.iter().copied().chain(pictures).collect();
    files::keep(&mut tx, village.acting.person, &named, &[]).await?;
    files::publish(&mut tx, &new.photos).await?;
    sql::insert_photos(&mut tx, new.id, &new.photos).await?;
    sql::insert_items(&mut tx, new, village.acting.person)
        .await
        .on_constraint("spending_item_pkey", || Error::Conflict("这些支出已经报过，请刷新页面".into()))?;
    let after = json!({ "need": need, "items": new.report.items.len() });
    let what = ("reported", "report", new.id.0);
    record(app, &mut tx, &village.acting, &village.origin, what, after, None).await?;
    tell_givers(app, &mut tx, need, new).await?;
    tx.commit().await?;
    let reports = of_need(app, &Viewer::of_village(&village.acting), need).await?;
    reports.items.into_iter().find(|report| report.id == new.id).ok_or(Error::NotFound)
}

/// Writes to everybody whose money arrived for the need what the village says, as everybody can read it.
async fn tell_givers(app: &App, tx: &mut PgConnection, need: NeedId, new: &NewReport) -> Result<()> {
    let named = needs::named(tx, need).await?;
    let code = named.code.unwrap_or_default();
    let letter = ReportPublished {
        path: format!("/needs/{code}"),
        need_code: code,
        title: named.title,
        village: organisations::name_of(tx, named.organisation).await?,
        text_excerpt: new.report.text.trim().chars().take(EXCERPT_MAX).collect(),
        spent: pledges::spent(tx, need).await?,
    };
    let letter = Letter::ReportPublished(letter);
    for enterprise in pledges::givers(tx, need).await? {
        mail::write_to(tx, app, (enterprise, Giver::ROLES), &letter).await?;
    }
    Ok(())
}

fn check(app: &App, new: &NewReport) -> Result<()> {
    let mut problems = Problems::new();
    problems.require(new.photos.len() <= PHOTOS_MAX, "photos", "照片最多 9 张");
    let each = new.vouchers.len() == new.report.items.len();
    problems.require(each, "vouchers", "每笔支出要有一份凭证");
    for (place, voucher) in new.vouchers.iter().enumerate() {
        let some = (1..=PICTURES_MAX).contains(&voucher.pictures.len());
        problems.require(some, &format!("vouchers.{place}.pictures"), "每笔支出请上传 1 至 5 张票据照片");
    }
    let mut fields = new.report.check(app.clock.today()).err().unwrap_or_default();
    fields.extend(problems.into_vec());
    if fields.is_empty() { Ok(()) } else { Err(Error::Invalid(fields)) }
}

/// The answer to an id that exists: the same report, if it is the same in every field, and ours.
async fn reported_before(app: &App, village: &Village, need: NeedId, new: &NewReport) -> Result<Report> {
    let mut tx = app.snapshot().await?;
    let known = sql::recorded(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    let ours = known.need == need && known.organisation == village.acting.organisation;
    if !(ours && says_the_same(&mut tx, &known, new).await?) {
        return Err(Error::Conflict("这个编号已经报过别的内容，请重新打开页面填写".into()));
    }
    drop(tx);
    let reports = of_need(app, &Viewer::of_village(&village.acting), need).await?;
    reports.items.into_iter().find(|report| report.id == new.id).ok_or(Error::NotFound)
}

/// Of an item that was corrected since, only its id is compared: what was handed in first is no longer stored.
async fn says_the_same(tx: &mut PgConnection, known: &sql::Recorded, new: &NewReport) -> Result<bool> {
    let (stored, asked) = (&known.new.report, &new.report);
    let text = (stored.text.as_str(), stored.quantity_so_far) == (asked.text.trim(), asked.quantity_so_far);
    if !text || stored.items.len() != asked.items.len() || !files::same(tx, &known.new.photos, &new.photos).await? {
        return Ok(false);
    }
    let before = stored.items.iter().zip(&known.new.vouchers).zip(&known.versions);
    for (((item, voucher), version), (asked, handed)) in before.zip(asked.items.iter().zip(&new.vouchers)) {
        let (description, seller) = (asked.description.trim().to_owned(), asked.seller.trim().to_owned());
        let corrected = *version > 1;
        let same = *item == SpendingItem { description, seller, ..asked.clone() }
            && voucher.disbursement == handed.disbursement
            && files::same(tx, &voucher.pictures, &handed.pictures).await?;
        if voucher.id != handed.id || !(corrected || same) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// An item that the village handed in, as it stands.
pub async fn to_correct(app: &App, village: &Village, id: SpendingItemId) -> Result<ItemToCorrect> {
    let mut connection = app.pool.acquire().await?;
    sql::of_village(&mut connection, id, village.acting.organisation).await?.ok_or(Error::NotFound)
}

/// The village hands a returned item in again, corrected.
pub async fn correct(app: &App, village: &Village, id: SpendingItemId, new: &CorrectItem) -> Result<Spent> {
    new.item.check(app.clock.today())?;
    let mut tx = app.begin().await?;
    let row = sql::lock(&mut tx, id).await?.filter(|row| row.village == village.acting.organisation);
    let row = row.ok_or(Error::NotFound)?;
    may_become(row.status, SpendingStatus::Submitted)?;
    files::keep(&mut tx, village.acting.person, &new.pictures, &[]).await?;
    sql::correct(&mut tx, id, &new.item, village.acting.person).await?.one_row_or_conflict()?;
    sql::add_files(&mut tx, id, &new.pictures).await?;
    let after = json!({ "status": SpendingStatus::Submitted, "amount_fen": new.item.amount });
    let what = ("spending_corrected", "spending_item", id.0);
    record(app, &mut tx, &village.acting, &village.origin, what, after, None).await?;
    tx.commit().await?;
    one(app, id).await
}

/// The charity's checker accepts the evidence: the money is spent, lot by lot.
pub async fn accept(
    app: &App,
    Sure(checker): &Sure<CharityChecker>,
    id: SpendingItemId,
    seen: AcceptItem,
) -> Result<Spent> {
    let mut tx = app.begin().await?;
    let row = lock_own(&mut tx, &checker.acting, id).await?;
    row.was_read(seen.version)?;
    may_become(row.status, SpendingStatus::Accepted)?;
    let advance = Account::Advance { disbursement: row.disbursement };
    let asked = row.amount;
    let spent = |left: domain::Fen| {
        let accepted = row.advanced.saturating_gap(left);
        Error::Conflict(MoreThanAdvanced { accepted, asked, advanced: row.advanced }.to_string())
    };
    let takes = ledger::take(&mut tx, &advance, Asset::Cny, asked, spent).await?;
    campaigns::lots_may_move(&mut tx, takes.iter().map(|(lot, _)| *lot)).await?;
    let (disbursement, need) = (row.disbursement, row.need);
    let event = Event::SpendingAccepted { item: id, disbursement, need, takes, on: app.clock.today() };
    ledger::post(app, &mut tx, &event).await?;
    sql::set_accepted(&mut tx, id, checker.acting.person, app.clock.now())
        .await
        .on_constraint("spending_two_people", || Error::Conflict("支出须由填报以外的人核销".into()))?
        .one_row_or_conflict()?;
    let after = json!({ "status": SpendingStatus::Accepted, "amount_fen": asked });
    let what = ("spending_accepted", "spending_item", id.0);
    record(app, &mut tx, &checker.acting, &checker.origin, what, after, None).await?;
    tx.commit().await?;
    one(app, id).await
}

/// The charity's checker sends an item back with the reason.
pub async fn return_(app: &App, checker: &CharityChecker, id: SpendingItemId, why: &ReturnItem) -> Result<Spent> {
    check_reason(&why.reason)?;
    let reason = why.reason.trim();
    let mut tx = app.begin().await?;
    let row = lock_own(&mut tx, &checker.acting, id).await?;
    row.was_read(why.version)?;
    // What was accepted goes back only with its transfers reversed.
    if row.status != SpendingStatus::Submitted {
        return Err(in_this_state(row.status));
    }
    sql::set_returned(&mut tx, id, checker.acting.person, reason, app.clock.now())
        .await
        .on_constraint("spending_two_people", || {
            Error::Conflict("自己填报的支出不能自己退回，请另一位复核办理".into())
        })?
        .one_row_or_conflict()?;
    let what = ("spending_returned", "spending_item", id.0);
    let after = json!({ "status": SpendingStatus::Returned });
    record(app, &mut tx, &checker.acting, &checker.origin, what, after, Some(reason)).await?;
    let letter = SpendingReturned {
        need_title: needs::named(&mut tx, row.need).await?.title,
        item: row.description,
        reason: reason.to_owned(),
        path: format!("/work/spending/{id}"),
    };
    mail::write_to(&mut tx, app, (row.village, Village::ROLES), &Letter::SpendingReturned(letter)).await?;
    tx.commit().await?;
    one(app, id).await
}

async fn lock_own(tx: &mut PgConnection, acting: &Acting, id: SpendingItemId) -> Result<sql::Locked> {
    let row = sql::lock(tx, id).await?.filter(|row| row.charity == acting.organisation);
    row.ok_or(Error::NotFound)
}

impl sql::Locked {
    /// Nobody decides on a text that he has not seen.
    fn was_read(&self, version: i32) -> Result<()> {
        if self.version == version { Ok(()) } else { Err(Error::changed_meanwhile()) }
    }
}

fn may_become(now: SpendingStatus, next: SpendingStatus) -> Result<()> {
    if now.may_become(next) { Ok(()) } else { Err(in_this_state(now)) }
}

fn in_this_state(status: SpendingStatus) -> Error {
    Error::Conflict(format!("这笔支出现在是“{}”，不能这样操作", status.label()))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    acting: &Acting,
    origin: &Origin,
    (verb, subject_kind, subject): (&'static str, &'static str, uuid::Uuid),
    after: serde_json::Value,
    reason: Option<&str>,
) -> Result<()> {
    let record = Record { verb, subject_kind, subject, before: None, after: Some(after), reason };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// What of a caller decides which items, sellers and pictures are read.
#[derive(Default)]
pub struct Viewer {
    village: Option<OrganisationId>,
    charity: Option<OrganisationId>,
    enterprise: Option<OrganisationId>,
    federation: Option<Acting>,
    audit: bool,
}

impl Viewer {
    fn of_village(acting: &Acting) -> Self {
        Viewer { village: Some(acting.organisation), ..Viewer::default() }
    }
}

impl From<&Caller> for Viewer {
    fn from(caller: &Caller) -> Self {
        Viewer {
            village: caller.acting_as(Village::ROLES).map(|acting| acting.organisation),
            charity: caller.acting_as(CharityStaff::ROLES).map(|acting| acting.organisation),
            enterprise: caller.acting_as(Giver::ROLES).map(|acting| acting.organisation),
            federation: caller.acting_as(Federation::ROLES),
            audit: caller.acting_as(Audit::ROLES).is_some(),
        }
    }
}

/// The reports of a public need, latest first: four queries, however many reports.
pub async fn of_need(app: &App, viewer: &Viewer, need: NeedId) -> Result<List<Report>> {
    let mut tx = app.snapshot().await?;
    let of = sql::reports(&mut tx, need, LIST_MAX).await?.ok_or(Error::NotFound)?;
    let place = viewer.federation.as_ref().and_then(|acting| acting.place.as_ref());
    let insider = viewer.audit
        || viewer.village == Some(of.organisation)
        || place.is_some_and(|place| place.contains(&of.village));
    let mut reports = of.reports;
    let items = sql::items(&mut tx, need, viewer.enterprise).await?;
    for item in items {
        let works_on_it = insider || viewer.charity == Some(item.charity);
        if !works_on_it && item.spent.status != SpendingStatus::Accepted {
            continue;
        }
        if let Some(report) = reports.iter_mut().find(|report| report.id == item.report) {
            report.items.push(item.shown_to(works_on_it));
        }
    }
    let count = Count::capped(i64::try_from(reports.len()).unwrap_or(i64::MAX));
    Ok(List { items: reports, next: None, count })
}

async fn one(app: &App, id: SpendingItemId) -> Result<Spent> {
    let mut connection = app.pool.acquire().await?;
    let item = sql::item(&mut connection, id).await?.ok_or(Error::NotFound)?;
    Ok(item.shown_to(true))
}

/// The items that wait for the caller's charity, oldest first.
pub async fn waiting(app: &App, reader: &BooksReader) -> Result<List<ItemToDecide>> {
    let mut connection = app.pool.acquire().await?;
    let items = sql::waiting(&mut connection, reader.charity, LIST_MAX).await?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    let shown = items.into_iter().map(|item| ItemToDecide {
        need: item.need,
        need_title: item.need_title.clone(),
        disbursement: item.disbursement,
        spent: item.shown_to(true),
    });
    Ok(List { items: shown.collect(), next: None, count })
}

/// What of spending waits for this checker: items that somebody else handed in.
pub async fn waiting_to_be_accepted(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_accepted(tx, acting.organisation, acting.person).await?)
}

/// What of spending waits for a village: items that came back.
pub async fn waiting_to_be_mended(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_mended(tx, acting.organisation).await?)
}

/// The needs of a village that were paid for, are not accounted for, and have not been spoken of since.
pub async fn reports_due(tx: &mut PgConnection, acting: &Acting, silent_since: DateTime<Utc>) -> Result<Waiting> {
    Ok(sql::reports_due(tx, acting.organisation, silent_since).await?)
}
