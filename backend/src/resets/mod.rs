//! New passwords for people of villages, who often have neither e-mail nor a telephone that this house can write to:
//! one of the town asks, another agrees, and the person sets the password himself with a code on paper, within a day.
//!
//! Only for those all of whose roles lie in villages of the town: nobody gets at a charity's desk by way of a town.
//! Deliberately absent: setting a password for somebody, and signing in as him.

mod http;
mod sql;

pub use http::routes;
pub use sql::notices;

use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{Origin, Sure, Town};
use crate::organisations::{self, invitations};
use crate::people::guesses::Guesses;
use crate::people::{self, contact, password};
use crate::texts::{self, Texts};
use chrono::{DateTime, Duration, Utc};
use domain::api::resets::{NewReset, Reset, ResetApproved, UseCode};
use domain::api::{Count, List};
use domain::code::OneTimeCode;
use domain::membership::ResetStatus;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::person::check_password;
use domain::place::{PlaceCode, PlaceLevel};
use domain::todo::Waiting;
use domain::{OrganisationId, PersonId, Problems, ResetId};
use serde_json::json;
use sqlx::PgConnection;

/// How long the code of an approved one is good.
pub const LIFE: Duration = Duration::hours(24);
const LIST_MAX: i64 = 200;
const PURPOSE: &str = "reset";
const PAGE: &str = "/reset-code";

/// As what somebody has to do with new passwords.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Desk<'a> {
    Town(OrganisationId),
    /// The owner of the county's federation, for the towns in it that have one person only.
    County(&'a PlaceCode),
}

fn desk(acting: &Acting) -> Result<Desk<'_>> {
    match (acting.kind, acting.role, &acting.place) {
        (OrganisationKind::Town, _, Some(_)) => Ok(Desk::Town(acting.organisation)),
        (OrganisationKind::Federation, Role::OfficeOwner, Some(place)) if place.level() == PlaceLevel::County => {
            Ok(Desk::County(place))
        }
        _ => Err(Error::Forbidden("只有镇（街道）的账号可以做这件事")),
    }
}

/// One of the town asks for somebody of a village of the town. The same id again gives the same answer.
pub async fn ask(app: &App, Sure(town): &Sure<Town>, new: &NewReset) -> Result<Reset> {
    let Town { acting, origin } = town;
    let (Desk::Town(own), Some(place)) = (desk(acting)?, &acting.place) else {
        return Err(Error::Forbidden("只有镇（街道）的账号可以做这件事"));
    };
    if new.person == acting.person {
        return Err(Error::Conflict("自己的密码请在“我的账号”里改，忘了请让同事来办".into()));
    }
    let mut tx = app.begin().await?;
    let village = village_of(&mut tx, new.person, place).await?;
    let inserted = sql::insert(&mut tx, new, (village, own), acting.person, app.clock.now()).await;
    if broken(&inserted) == Some("password_reset_pkey") {
        tx.rollback().await?;
        return asked_before(app, acting, new).await;
    }
    inserted.on_constraint("password_reset_asked_once", || {
        Error::Conflict("已经有人为他申请了重设密码，等另一人同意即可".into())
    })?;
    let after = json!({ "status": ResetStatus::Asked, "reset": new.id });
    record(app, &mut tx, (acting, origin), "password_reset_asked", new.person, after).await?;
    let row = sql::one(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(row.shown(app.clock.now(), acting))
}

async fn asked_before(app: &App, acting: &Acting, new: &NewReset) -> Result<Reset> {
    let mut connection = app.pool.acquire().await?;
    let row = sql::one(&mut connection, new.id).await?;
    let same = |row: &sql::Row| (row.person, row.asked_by) == (new.person, acting.person);
    let other = || Error::Conflict("这个编号已经用过了，请重新打开页面".into());
    row.filter(same).map(|row| row.shown(app.clock.now(), acting)).ok_or_else(other)
}

/// The village of the town in which the person is; refuses whoever has a role elsewhere too.
async fn village_of(tx: &mut PgConnection, person: PersonId, town: &PlaceCode) -> Result<OrganisationId> {
    let all = organisations::of_person(tx, person).await?;
    let here = |organisation: &&organisations::Organisation| {
        let inside = organisation.place.as_ref().is_some_and(|place| town.contains(place));
        organisation.kind == OrganisationKind::Village && inside
    };
    let village = all.iter().find(here).ok_or(Error::NotFound)?;
    if !all.iter().all(|organisation| here(&organisation)) {
        return Err(Error::Conflict(
            "这个人在别的单位也有岗位，镇里不能为他重设密码。请他用邮箱找回，或找那个单位的负责人".into(),
        ));
    }
    Ok(village.id)
}

/// The row, if this person may decide on it.
async fn deciding(tx: &mut PgConnection, id: ResetId, acting: &Acting) -> Result<sql::Row> {
    let desk = desk(acting)?;
    let row = sql::lock(tx, id).await?.ok_or(Error::NotFound)?;
    let may = match desk {
        Desk::Town(town) => row.town == town,
        Desk::County(county) => row.town_is_one() && county.contains(&row.town_place),
    };
    if may { Ok(row) } else { Err(Error::NotFound) }
}

/// Another person agrees. Only this answer holds the code.
pub async fn approve(app: &App, Sure(town): &Sure<Town>, id: ResetId) -> Result<ResetApproved> {
    let Town { acting, origin } = town;
    let mut tx = app.begin().await?;
    let row = deciding(&mut tx, id, acting).await?;
    let now = app.clock.now();
    if row.status(now) != ResetStatus::Asked {
        return Err(Error::Conflict(format!("这次申请现在是“{}”，不能再同意", row.status(now).label())));
    }
    if acting.person == row.asked_by || acting.person == row.person {
        return Err(Error::Conflict("要由申请人和本人以外的另一个人同意".into()));
    }
    village_of(&mut tx, row.person, &row.town_place).await?;
    let expires_at = now + LIFE;
    let hash = invitations::hash_for(app, PURPOSE, id.0)?;
    sql::end_earlier(&mut tx, row.person, id, now).await?;
    sql::set_approved(&mut tx, id, acting.person, &hash, (now, expires_at))
        .await
        .on_constraint("password_reset_two_people", || Error::Conflict("要由另一个人同意".into()))?
        .one_row_or_conflict()?;
    let after = json!({ "status": ResetStatus::Approved, "reset": id, "asked_by": row.asked_by });
    record(app, &mut tx, (acting, origin), "password_reset_approved", row.person, after).await?;
    tell(app, &mut tx, &row, expires_at).await?;
    let row = sql::one(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    let sheet = invitations::sheet(app, (PURPOSE, id.0), PAGE, expires_at)?;
    Ok(ResetApproved { reset: row.shown(now, acting), sheet })
}

/// Lets the person know by telephone, where he has one. The code is on paper only.
async fn tell(app: &App, tx: &mut PgConnection, row: &sql::Row, useful_until: DateTime<Utc>) -> Result<()> {
    let Some(phone) = contact::phone_of(tx, row.person).await? else { return Ok(()) };
    let body = format!(
        "【千村】{}已有两人同意为您重设密码，请到镇里领取重设单，24 小时内有效。不是您要求的，请马上告诉镇里。",
        row.town_name
    );
    let text = texts::Outgoing { organisation: row.town, phone, body, useful_until };
    texts::way().hand_over(app, tx, &text).await
}

/// Nothing comes of it: refused by another, or withdrawn by who asked.
pub async fn refuse(app: &App, town: &Town, id: ResetId) -> Result<Reset> {
    let Town { acting, origin } = town;
    let mut tx = app.begin().await?;
    let row = deciding(&mut tx, id, acting).await?;
    sql::set_ended(&mut tx, id, app.clock.now()).await?.one_row_or_conflict()?;
    let after = json!({ "status": ResetStatus::Ended, "reset": id });
    record(app, &mut tx, (acting, origin), "password_reset_refused", row.person, after).await?;
    let row = sql::one(&mut tx, id).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(row.shown(app.clock.now(), acting))
}

/// New passwords that a colleague of the town has asked for, to which this person may agree.
pub async fn waiting_to_be_approved(tx: &mut PgConnection, acting: &Acting) -> Result<Waiting> {
    Ok(sql::waiting_to_be_approved(tx, acting.organisation, acting.person).await?)
}

/// Those of the town, or of the county's towns that have one person only; latest first.
pub async fn list(app: &App, town: &Town) -> Result<List<Reset>> {
    let acting = &town.acting;
    let mut connection = app.pool.acquire().await?;
    let rows = match desk(acting)? {
        Desk::Town(town) => sql::of_town(&mut connection, town, LIST_MAX).await?,
        Desk::County(county) => sql::of_single_towns(&mut connection, county, LIST_MAX).await?,
    };
    let items: Vec<_> = rows.into_iter().map(|row| row.shown(app.clock.now(), acting)).collect();
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// The person sets the password with the code; all his sessions end. A wrong, an old and a used code are refused alike.
pub async fn use_code(app: &App, origin: &Origin, typed: &UseCode) -> Result<()> {
    let mut problems = Problems::new();
    check_password(&mut problems, "new", &typed.new);
    problems.none_or_err()?;
    let guesses = Guesses::of_codes(PURPOSE, origin);
    guesses.take(app).await?;
    let refused = || Error::invalid("code", "代码不对、已经用过或已经过期。请核对，或到镇里再办一张");
    let code: OneTimeCode = typed.code.parse().map_err(|_| refused())?;
    let code_hash = invitations::hash_of(&code);
    let mut connection = app.pool.acquire().await?;
    sql::by_code(&mut connection, &code_hash).await?.ok_or_else(refused)?;
    drop(connection);
    let hash = password::hash(app, &typed.new).await?;
    let now = app.clock.now();
    let mut tx = app.begin().await?;
    let id = sql::by_code(&mut tx, &code_hash).await?.ok_or_else(refused)?;
    let row = sql::lock(&mut tx, id).await?.filter(|row| row.status(now) == ResetStatus::Approved);
    let row = row.ok_or_else(refused)?;
    // Whoever got a role elsewhere since then has other ways to a new password.
    village_of(&mut tx, row.person, &row.town_place).await.map_err(|_| refused())?;
    people::set_password_of(&mut tx, app, row.person, &hash).await?;
    sql::set_used(&mut tx, id, now).await?.one_row_or_conflict()?;
    guesses.forget(&mut tx).await?;
    let after = Some(json!({ "status": ResetStatus::Used, "reset": id }));
    let (verb, subject) = ("password_reset_used", row.person.0);
    let record = Record { verb, subject_kind: "person", subject, before: None, after, reason: None };
    audit::record_as(app, &mut tx, Some(row.person), None, origin, record).await?;
    tx.commit().await?;
    Ok(())
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    verb: &'static str,
    person: PersonId,
    after: serde_json::Value,
) -> Result<()> {
    let record =
        Record { verb, subject_kind: "person", subject: person.0, before: None, after: Some(after), reason: None };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}
