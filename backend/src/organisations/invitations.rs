//! Invitations into an organisation: made by an owner, by a village's town, or by the platform for a first owner; sent
//! by e-mail, printed, or passed on by telephone; good once, for fourteen days.
//!
//! The code is derived from the row and the installation's secret, and the database keeps its hash. Deliberately
//! absent: a way into an organisation without its reader's own hand.

mod accept;
mod sql;

pub use accept::{accept, look};

use super::members::{invites_as, refused};
use super::{Organisation, Standing, lock_to_join, members, parent, standing};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result};
use crate::http::caller::{Caller, Inviter, Origin, SignedIn, Sure};
use crate::jobs::{self, Done, Failure, Job};
use crate::mail::letter::{ColleagueAsked, InvitationSent, Letter, RoleAsked};
use crate::texts::{self, Texts};
use crate::{mail, qr};
use chrono::{DateTime, Duration, Utc};
use domain::api::invitations::{Invitation, InvitationMade, InvitedByName, NewInvitation, Sheet};
use domain::api::{Count, List};
use domain::code::OneTimeCode;
use domain::membership::{InvitationStatus, InvitationWay, may_invite};
use domain::organisation::Acting;
use domain::person::{looks_like_email, normalise_phone};
use domain::{InvitationId, JobId, OrganisationId, Problems};
use serde_json::json;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// How long an invitation is good.
pub const LIFE: Duration = Duration::days(14);
/// Rows of one list.
const LIST_MAX: i64 = 200;
/// Open invitations of one organisation: beyond that somebody writes to the world.
const OPEN_MAX: i64 = 50;
/// Characters of the name of whom it is for.
const NAME_MAX: usize = 40;

/// What the database keeps of a code.
#[must_use]
pub fn hash_of(code: &OneTimeCode) -> Vec<u8> {
    Sha256::digest(code.as_str()).to_vec()
}

/// The code of a row.
fn code_of(app: &App, purpose: &str, id: uuid::Uuid) -> Result<OneTimeCode> {
    let code = app.keys.one_time_code(purpose, id).parse();
    Ok(code.map_err(|error| anyhow::anyhow!("a code of our own: {error}"))?)
}

/// A code with its sheet: for invitations, and for new passwords, which are handed over on paper too.
pub fn sheet(app: &App, (purpose, id): (&str, uuid::Uuid), path: &str, expires_at: DateTime<Utc>) -> Result<Sheet> {
    let code = code_of(app, purpose, id)?;
    let address = format!("{}{path}", app.origin);
    let qr = qr::svg(&format!("{address}?code={}", code.as_str()))?;
    Ok(Sheet { code: code.to_string(), address, qr, expires_at })
}

/// What the database keeps of the code of a row.
pub fn hash_for(app: &App, purpose: &str, id: uuid::Uuid) -> Result<Vec<u8>> {
    Ok(hash_of(&code_of(app, purpose, id)?))
}

const PURPOSE: &str = "invitation";
const JOIN: &str = "/join";

/// Where an invitation goes, as typed and found fine.
struct Target {
    name: String,
    email: Option<String>,
    phone: Option<String>,
}

impl Target {
    fn checked(new: &NewInvitation) -> Result<Self> {
        let mut problems = Problems::new();
        let name = new.name.trim().to_owned();
        problems.require(name.chars().count() <= NAME_MAX, "name", "称呼最多 40 个字");
        let typed = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_lowercase();
        let email = Some(typed(&new.email)).filter(|_| new.way == InvitationWay::Email);
        if let Some(email) = &email {
            problems.require(looks_like_email(email), "email", "请填写对方的邮箱，如 name@example.com");
        }
        let phone = Some(typed(&new.phone)).filter(|_| new.way == InvitationWay::Text);
        let number = phone.as_deref().and_then(normalise_phone);
        problems.require(phone.is_none() || number.is_some(), "phone", "请填写对方的 11 位手机号");
        let named = new.person.is_some() == (new.way == InvitationWay::Parent);
        problems.require(named, "person", "请选择上级单位的一位");
        problems.none_or_err()?;
        Ok(Target { name, email, phone: number })
    }
}

/// Invites somebody. The same id and content again gives the same answer.
pub async fn invite(
    app: &App,
    Sure(inviter): &Sure<Inviter>,
    caller: &Caller,
    id: OrganisationId,
    new: &NewInvitation,
) -> Result<InvitationMade> {
    let target = Target::checked(new)?;
    let mut tx = app.begin().await?;
    let organisation = lock_to_join(&mut tx, id).await?;
    let acting = inviting(caller, &organisation)?;
    if let Some(known) = sql::by_id(&mut tx, new.id).await? {
        return made_before(app, &acting, id, new, known);
    }
    allowed(&mut tx, caller, &organisation, new, app.clock.now()).await?;
    if sql::count_open(&mut tx, id, app.clock.now()).await? >= OPEN_MAX {
        return Err(Error::Conflict("没有接受的邀请太多了，请先作废一些".into()));
    }
    let expires_at = app.clock.now() + LIFE;
    let hash = hash_for(app, PURPOSE, new.id.0)?;
    sql::forget_expired(&mut tx, id, app.clock.now()).await?;
    let inserted = sql::insert(&mut tx, (id, new), &hash, &acting, (app.clock.now(), expires_at)).await;
    inserted.on_constraint("invitation_pkey", || Error::Conflict("这张邀请单刚刚做过，请刷新后再看".into()))?;
    sql::insert_private(&mut tx, new.id, &target.name, target.email.as_deref(), target.phone.as_deref()).await?;
    hand_over(app, &mut tx, (&organisation, &acting), new, &target, expires_at).await?;
    let after = json!({ "organisation": id, "role": new.role, "way": new.way, "person": new.person });
    record(app, &mut tx, (&acting, &inviter.origin), "invitation_made", new.id, after).await?;
    let row = sql::by_id(&mut tx, new.id).await?.ok_or(Error::NotFound)?;
    tell_parent(app, &mut tx, &organisation, &row).await?;
    tx.commit().await?;
    made(app, &acting, row)
}

/// The caller as somebody who may invite into an organisation.
fn inviting(caller: &Caller, organisation: &Organisation) -> Result<Acting> {
    let (standing, acting) = standing(caller, organisation).ok_or(Error::NotFound)?;
    if invites_as(standing).is_none() {
        return Err(Error::Forbidden("只有本单位的负责人可以邀请"));
    }
    Ok(acting)
}

async fn allowed(
    tx: &mut PgConnection,
    caller: &Caller,
    organisation: &Organisation,
    new: &NewInvitation,
    now: DateTime<Utc>,
) -> Result<()> {
    let held = super::sql::held(tx, organisation.id).await?;
    let (standing, acting) = standing(caller, organisation).ok_or(Error::NotFound)?;
    let by = invites_as(standing).ok_or(Error::NotFound)?;
    let at = (organisation.kind, organisation.place.as_ref());
    may_invite(by, at, held.iter().any(|row| members::owns(organisation, row)), new.role).map_err(refused)?;
    // Rights are read with the request; what happened since is seen under the lock.
    let owns = held.iter().any(|row| row.person == acting.person && members::owns(organisation, row));
    if standing == Standing::Owner && !owns {
        return Err(Error::Forbidden("您已经不是这个单位的负责人，不能邀请"));
    }
    if let Some(person) = new.person {
        let here = held.iter().any(|row| row.person == person && row.role == new.role);
        let himself = person == acting.person;
        if standing != Standing::Owner || himself || here || !parent::has(tx, organisation, person).await? {
            return Err(Error::invalid("person", "请选择上级单位的一位，他还没有这个岗位"));
        }
        if sql::asks(tx, organisation.id, person, new.role, now).await? {
            return Err(Error::invalid("person", "已经请过他担任这个岗位，等他回复；不再需要时先作废那张邀请"));
        }
    }
    if new.role.handles_money() && super::sql::any_admin(tx, &[acting.person]).await? {
        return Err(refused(domain::membership::NotAllowed::AdminAndMoney));
    }
    Ok(())
}

/// Sends it on its way.
async fn hand_over(
    app: &App,
    tx: &mut PgConnection,
    (organisation, acting): (&Organisation, &Acting),
    new: &NewInvitation,
    target: &Target,
    expires_at: DateTime<Utc>,
) -> Result<()> {
    match (new.way, &target.phone) {
        (InvitationWay::Email, _) => jobs::enqueue(tx, app, &Job::Invite { invitation: new.id }).await,
        (InvitationWay::Text, Some(phone)) => {
            let code = code_of(app, PURPOSE, new.id.0)?;
            let (name, role, origin) = (&organisation.name, new.role.label(), &app.origin);
            let last = crate::clock::shanghai(expires_at).format("%-m月%-d日");
            let body = format!(
                "【千村】{name}请您担任{role}。请打开 {origin}{JOIN} ，输入代码 {code}，{last}前有效，只能用一次。"
            );
            let text = texts::Outgoing {
                organisation: acting.organisation,
                phone: phone.clone(),
                body,
                useful_until: expires_at,
            };
            texts::way().hand_over(app, tx, &text).await
        }
        (InvitationWay::Parent, _) => {
            let letter = Letter::RoleAsked(RoleAsked {
                organisation: organisation.name.clone(),
                role: new.role.label().to_owned(),
                expires_on: crate::clock::shanghai(expires_at).date_naive(),
                path: "/work".into(),
            });
            let readers: Vec<_> = new.person.into_iter().collect();
            mail::write_to_people(tx, app, &readers, &letter).await
        }
        _ => Ok(()),
    }
}

/// Writes to those who answer for the unit above that one of its people is asked for.
async fn tell_parent(app: &App, tx: &mut PgConnection, organisation: &Organisation, row: &sql::Row) -> Result<()> {
    let Some(person) = row.person else { return Ok(()) };
    let Some(above) = parent::of(tx, organisation).await? else { return Ok(()) };
    let mut owners = members(tx, above.id, &[above.kind.owner()]).await?;
    owners.retain(|owner| *owner != person);
    let letter = Letter::ColleagueAsked(ColleagueAsked {
        organisation: organisation.name.clone(),
        colleague: person,
        role: row.role.label().to_owned(),
        path: format!("/work/members?organisation={}", above.id),
    });
    mail::write_to_people(tx, app, &owners, &letter).await
}

/// Ends the open invitations into an organisation that is no more, and forgets whom they were for.
pub async fn end_all(tx: &mut PgConnection, organisation: OrganisationId, now: DateTime<Utc>) -> Result<()> {
    sql::revoke_all(tx, organisation, now).await?;
    Ok(sql::forget_all_private(tx, organisation).await?)
}

/// The answer to an id that exists: the same invitation, if it is the same, still open, and made by the same person.
fn made_before(
    app: &App,
    acting: &Acting,
    organisation: OrganisationId,
    new: &NewInvitation,
    known: sql::Row,
) -> Result<InvitationMade> {
    let same =
        (known.organisation, known.role, known.way, known.person) == (organisation, new.role, new.way, new.person);
    let open = known.status(app.clock.now()) == InvitationStatus::Open;
    if same && open && known.made_by == acting.person {
        return made(app, acting, known);
    }
    Err(Error::Conflict("这个编号已经发过另一张邀请，请重新打开页面".into()))
}

fn made(app: &App, acting: &Acting, row: sql::Row) -> Result<InvitationMade> {
    let print = row.way == InvitationWay::Print;
    let sheet = print.then(|| sheet(app, (PURPOSE, row.id.0), JOIN, row.expires_at)).transpose()?;
    Ok(InvitationMade { invitation: row.shown(app.clock.now(), acting.organisation), sheet })
}

/// The invitations into an organisation that the caller may make, latest first.
pub async fn list(app: &App, caller: &Caller, id: OrganisationId) -> Result<List<Invitation>> {
    let mut connection = app.pool.acquire().await?;
    let organisation = super::sql::get(&mut connection, id).await?.ok_or(Error::NotFound)?;
    let (standing, acting) = standing(caller, &organisation).ok_or(Error::NotFound)?;
    if invites_as(standing).is_none() {
        return Err(Error::Forbidden("只有本单位的负责人可以看邀请"));
    }
    // An owner sees all; town and platform see those that they made.
    let only = (standing != Standing::Owner).then_some(acting.organisation);
    let rows = sql::of(&mut connection, id, only, LIST_MAX).await?;
    let items: Vec<_> = rows.into_iter().map(|row| row.shown(app.clock.now(), acting.organisation)).collect();
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// The invitations that name the caller, each with the code that he takes it with.
pub async fn mine(app: &App, signed_in: &SignedIn) -> Result<List<InvitedByName>> {
    let mut connection = app.pool.acquire().await?;
    let rows = sql::naming(&mut connection, signed_in.me.id, app.clock.now(), LIST_MAX).await?;
    let named = rows.into_iter().map(|row| {
        Ok(InvitedByName {
            id: row.id,
            organisation_name: row.organisation_name,
            role: row.role,
            code: code_of(app, PURPOSE, row.id.0)?.to_string(),
            made_by: row.made_by_name,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    });
    let items: Vec<_> = named.collect::<Result<_>>()?;
    let count = Count::capped(i64::try_from(items.len()).unwrap_or(i64::MAX));
    Ok(List { items, next: None, count })
}

/// Makes an open invitation void.
pub async fn revoke(
    app: &App,
    inviter: &Inviter,
    caller: &Caller,
    (id, invitation): (OrganisationId, InvitationId),
) -> Result<Invitation> {
    let mut tx = app.begin().await?;
    let organisation = super::sql::get(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let (standing, acting) = standing(caller, &organisation).ok_or(Error::NotFound)?;
    inviting(caller, &organisation)?;
    let row = sql::by_id(&mut tx, invitation).await?.filter(|row| row.organisation == id);
    let mine = |row: &sql::Row| standing == Standing::Owner || row.made_for == acting.organisation;
    let row = row.filter(mine).ok_or(Error::NotFound)?;
    if row.status(app.clock.now()) != InvitationStatus::Open {
        return Err(Error::Conflict(format!("这张邀请{}，不用作废", row.status(app.clock.now()).label())));
    }
    sql::set_revoked(&mut tx, invitation, acting.person, app.clock.now()).await?.one_row_or_conflict()?;
    sql::forget_private(&mut tx, invitation).await?;
    let after = json!({ "organisation": id, "role": row.role, "person": row.person });
    record(app, &mut tx, (&acting, &inviter.origin), "invitation_revoked", invitation, after).await?;
    let row = sql::by_id(&mut tx, invitation).await?.ok_or(Error::NotFound)?;
    tx.commit().await?;
    Ok(row.shown(app.clock.now(), acting.organisation))
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    verb: &'static str,
    id: InvitationId,
    after: serde_json::Value,
) -> Result<()> {
    let record =
        Record { verb, subject_kind: "invitation", subject: id.0, before: None, after: Some(after), reason: None };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// Sends an invitation by e-mail: address and code are looked up now, so that no job holds them.
pub async fn send(app: &App, job: JobId, at: DateTime<Utc>, id: InvitationId) -> std::result::Result<Done, Failure> {
    let mut connection = app.pool.acquire().await?;
    let Some(row) = sql::by_id(&mut connection, id).await? else { return Ok(Some("no such invitation")) };
    drop(connection);
    let open = row.status(app.clock.now()) == InvitationStatus::Open;
    let (Some(address), true) = (row.email.clone(), open) else {
        return Ok(Some("the invitation is no longer open"));
    };
    let code = code_of(app, PURPOSE, id.0)?;
    let letter = Letter::InvitationSent(InvitationSent {
        organisation: row.organisation_name.clone(),
        role: row.role.label().to_owned(),
        by: row.made_by_name.clone().unwrap_or_default(),
        code: code.to_string(),
        expires_on: crate::clock::shanghai(row.expires_at).date_naive(),
        path: format!("{JOIN}?code={}", code.as_str()),
    });
    mail::send_to(app, (job, at), address, &letter).await
}
