//! The platform's administrator opens an organisation and finds those that there are.
//!
//! Its first owner comes by an invitation; everybody else is invited by him. Deliberately absent: enterprises, which
//! register themselves, and closing an organisation.

mod sql;

use super::NewOrganisation;
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, Result, broken};
use crate::http::caller::{PlatformAdmin, Sure};
use chrono::{DateTime, Utc};
use domain::api::organisations::{FoundOrganisation, OrganisationQuery, OrganisationRow};
use domain::api::{COUNT_MAX, Count, List};
use domain::membership::{FOUNDED, stands_at};
use domain::organisation::{OrganisationKind, OrganisationStatus};
use domain::place::PlaceCode;
use domain::{OrganisationId, Problems};
use serde_json::json;
use uuid::Uuid;

/// Rows on one page of the list.
const PAGE: i64 = 50;
/// Characters of a name and of a query.
const NAME_MAX: usize = 100;

/// Opens an organisation. The same id and content again gives the same answer.
pub async fn found(app: &App, Sure(admin): &Sure<PlatformAdmin>, new: &FoundOrganisation) -> Result<OrganisationRow> {
    let name = checked(app, new)?;
    let mut tx = app.begin().await?;
    let organisation = NewOrganisation { kind: new.kind, name: &name, place: new.place.as_ref() };
    let now = app.clock.now();
    let inserted = super::sql::insert_organisation(&mut tx, new.id, &organisation, OrganisationStatus::Verified, now);
    let inserted = inserted.await;
    if broken(&inserted) == Some("organisation_pkey") {
        tx.rollback().await?;
        return opened_before(app, new, &name).await;
    }
    let taken = ["organisation_one_per_village", "organisation_one_per_town", "organisation_one_federation"];
    if broken(&inserted).is_some_and(|constraint| taken.contains(&constraint)) {
        return Err(Error::invalid("place", "这个地方已经有这样的单位了，请在列表里找它"));
    }
    inserted.on_constraint("organisation_place_known", || Error::invalid("place", "请选择所在地"))?;
    let after = Some(json!({ "kind": new.kind, "place": new.place, "status": OrganisationStatus::Verified }));
    let record = Record {
        verb: "organisation_opened",
        subject_kind: "organisation",
        subject: new.id.0,
        before: None,
        after,
        reason: None,
    };
    audit::record(app, &mut tx, &admin.acting, &admin.origin, record).await?;
    let row = sql::one(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(shown(app, row))
}

/// The name as it is kept, if all is well.
fn checked(app: &App, new: &FoundOrganisation) -> Result<String> {
    let name = new.name.trim().to_owned();
    let mut problems = Problems::new();
    problems.require((2..=NAME_MAX).contains(&name.chars().count()), "name", "请填写单位全称（2 至 100 个字）");
    problems.require(FOUNDED.contains(&new.kind), "kind", "这类单位不由平台管理员开通；企业自己注册");
    let there = new.place.as_ref().is_none_or(|place| app.places.get(place).is_some());
    let fits = there && stands_at(new.kind, new.place.as_ref());
    problems.require(fits || !FOUNDED.contains(&new.kind), "place", place_wanted(new.kind));
    problems.none_or_err()?;
    Ok(name)
}

fn place_wanted(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Village => "请填写村（社区）的 12 位区划代码",
        OrganisationKind::Town => "请填写镇（街道）的 9 位区划代码",
        OrganisationKind::Federation | OrganisationKind::RuralOffice => {
            "请填写县（市、区）的 6 位区划代码，市级的填 4414"
        }
        _ => "这类单位不填区划代码",
    }
}

async fn opened_before(app: &App, new: &FoundOrganisation, name: &str) -> Result<OrganisationRow> {
    let mut connection = app.pool.acquire().await?;
    let row = sql::one(&mut connection, new.id).await?;
    let same = |row: &sql::Row| (row.kind, row.name.as_str(), &row.place) == (new.kind, name, &new.place);
    let other = || Error::Conflict("这个编号已经开通过另一个单位，请重新打开页面填写".into());
    row.filter(same).map(|row| shown(app, row)).ok_or_else(other)
}

fn shown(app: &App, row: sql::Row) -> OrganisationRow {
    OrganisationRow {
        id: row.id,
        kind: row.kind,
        name: row.name,
        place: row.place.as_ref().map(|place| app.places.place(place)),
        status: row.status,
        people: row.people,
        has_owner: row.has_owner,
        created_at: row.created_at,
    }
}

/// Where a page of the list ends: when the last organisation was made, and its id.
fn cursor(text: &str) -> Option<(DateTime<Utc>, OrganisationId)> {
    let (micros, id) = text.split_once('_')?;
    Some((DateTime::from_timestamp_micros(micros.parse().ok()?)?, OrganisationId(id.parse::<Uuid>().ok()?)))
}

/// Organisations by a part of the name, kind and place, latest first.
pub async fn list(app: &App, _: &PlatformAdmin, query: &OrganisationQuery) -> Result<List<OrganisationRow>> {
    let mut problems = Problems::new();
    let asked =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let name = asked(&query.q);
    problems.require(name.as_ref().is_none_or(|q| q.chars().count() <= NAME_MAX), "q", "查询词最多 100 个字");
    let kind = asked(&query.kind).and_then(|kind| problems.take("kind", kind.parse::<OrganisationKind>()));
    let place = asked(&query.place).and_then(|place| problems.take("place", place.parse::<PlaceCode>()));
    let after = asked(&query.after);
    let from = after.as_deref().and_then(cursor);
    problems.require(after.is_none() || from.is_some(), "after", "这一页的地址不对，请从第一页看起");
    problems.none_or_err()?;
    let filter = sql::Filter { name, kind, place };
    let mut tx = app.snapshot().await?;
    let counted = sql::count(&mut tx, &filter, i64::from(COUNT_MAX) + 1).await?;
    let mut rows = sql::page(&mut tx, &filter, from, PAGE + 1).await?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| more).map(|row| format!("{}_{}", row.created_at.timestamp_micros(), row.id));
    Ok(List { items: rows.into_iter().map(|row| shown(app, row)).collect(), next, count: Count::capped(counted) })
}
