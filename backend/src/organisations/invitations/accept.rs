//! The reader's side of an invitation: what a code invites to, and taking it.
//!
//! Unknown and wrong codes are answered alike, and tries are counted by where they come from. Deliberately absent:
//! telling whether somebody has an account.

use super::super::lock_to_join;
use super::super::members::give;
use super::super::parent;
use super::{hash_of, sql};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OneRow, Result};
use crate::http::caller::{Caller, Origin};
use crate::people::guesses::Guesses;
use crate::people::newcomer;
use domain::api::invitations::{AcceptInvitation, Accepted, Invited};
use domain::code::OneTimeCode;
use domain::membership::{InvitationStatus, first_status};
use domain::organisation::MembershipStatus;
use domain::{PersonId, Problem};
use serde_json::json;
use sqlx::PgConnection;

fn guesses(origin: &Origin) -> Guesses {
    Guesses::of_codes("invitation", origin)
}

/// The invitation of a code that somebody typed; the try is counted until it is known better.
async fn find(app: &App, connection: &mut PgConnection, code: &str) -> Result<sql::Row> {
    let code: Option<OneTimeCode> = code.parse().ok();
    let hash = code.as_ref().map(hash_of).ok_or(Error::NotFound)?;
    let row = sql::by_code(connection, &hash).await?.ok_or(Error::NotFound)?;
    // The hash is of a code that this installation's secret made; after a change of the secret none is good.
    let ours = super::hash_for(app, super::PURPOSE, row.id.0)? == hash;
    if ours { Ok(row) } else { Err(Error::NotFound) }
}

/// What a code invites to.
pub async fn look(app: &App, origin: &Origin, code: &str) -> Result<Invited> {
    let guesses = guesses(origin);
    guesses.take(app).await?;
    let mut connection = app.pool.acquire().await?;
    let row = find(app, &mut connection, code).await?;
    let status = row.status(app.clock.now());
    drop(connection);
    guesses.give_back(app).await?;
    Ok(Invited {
        organisation_name: row.organisation_name,
        role: row.role,
        status,
        email: row.email.filter(|_| status == InvitationStatus::Open),
        expires_at: row.expires_at,
    })
}

/// Why a code is good no more, and what to do.
fn not_open(status: InvitationStatus) -> Error {
    let says = match status {
        InvitationStatus::Accepted => "这个代码已经用过了。如果不是您用的，请告诉邀请您的人",
        InvitationStatus::Revoked => "这张邀请已经作废，请向邀请您的人再要一张",
        InvitationStatus::Expired | InvitationStatus::Open => "这张邀请已经过期，请向邀请您的人再要一张",
    };
    Error::Conflict(says.into())
}

/// Takes the role: with the account of whoever is signed in, or with a new one.
pub async fn accept(app: &App, caller: &Caller, code: &str, asked: &AcceptInvitation) -> Result<Accepted> {
    let guesses = guesses(&caller.origin);
    guesses.take(app).await?;
    let mut connection = app.pool.acquire().await?;
    let seen = find(app, &mut connection, code).await?;
    drop(connection);
    // The code is a good one: whatever is wrong from here on is no guess.
    guesses.give_back(app).await?;
    if seen.status(app.clock.now()) != InvitationStatus::Open {
        return Err(not_open(seen.status(app.clock.now())));
    }
    let new = match (&caller.me, &asked.newcomer) {
        (Some(_), None) => None,
        (None, Some(typed)) => Some(newcomer::check(app, typed, seen.email.clone()).await?),
        (Some(_), Some(_)) => return Err(Error::Conflict("您已经登录。要用新账号接受，请先退出".into())),
        (None, None) => return Err(who_are_you()),
    };
    let mut tx = app.begin().await?;
    // One after the other: the organisation's people change under its lock.
    let organisation = lock_to_join(&mut tx, seen.organisation).await?;
    let row = sql::lock(&mut tx, seen.id).await?.ok_or(Error::NotFound)?;
    if row.status(app.clock.now()) != InvitationStatus::Open {
        return Err(not_open(row.status(app.clock.now())));
    }
    let (person, account) = match (&new, &caller.me) {
        (Some(new), _) => {
            let (person, account) = newcomer::insert(app, &mut tx, new).await?;
            (person, Some(account))
        }
        (None, Some(me)) => (me.id, None),
        (None, None) => return Err(who_are_you()),
    };
    let status = first_status(row.role);
    if row.person.is_some_and(|named| named != person) {
        return Err(Error::Conflict("这张邀请是请另一个人的，请用他的账号接受".into()));
    }
    if row.person.is_some() && !parent::has(&mut tx, &organisation, person).await? {
        return Err(Error::Conflict("您已经不在发出邀请时的上级单位，这张邀请不再有效".into()));
    }
    if person == row.made_by {
        return Err(Error::Conflict("不能接受自己发出的邀请，请把它交给要请的人".into()));
    }
    give(app, &mut tx, (organisation.id, person, row.role, status), row.made_by).await?;
    sql::set_accepted(&mut tx, row.id, person, app.clock.now()).await?.one_row_or_conflict()?;
    sql::forget_private(&mut tx, row.id).await?;
    record(app, &mut tx, &caller.origin, person, &row, status).await?;
    guesses.forgive(&mut tx).await?;
    tx.commit().await?;
    Ok(Accepted {
        organisation: organisation.id,
        organisation_name: organisation.name,
        role: row.role,
        waits: status == MembershipStatus::Waiting,
        account,
    })
}

/// Somebody unknown who says nothing of himself.
fn who_are_you() -> Error {
    let asked =
        [("name", "请填写姓名"), ("account", "请填写账号名或手机号，以后用它登录"), ("password", "请设一个密码")];
    Error::Invalid(asked.map(|(field, says)| Problem { field: field.into(), message: says.into() }).into())
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    origin: &Origin,
    person: PersonId,
    row: &sql::Row,
    status: MembershipStatus,
) -> Result<()> {
    let after = json!({ "person": person, "role": row.role, "status": status, "given_by": row.made_by });
    let record = Record {
        verb: "invitation_accepted",
        subject_kind: "invitation",
        subject: row.id.0,
        before: None,
        after: Some(after),
        reason: None,
    };
    Ok(audit::record_as(app, tx, Some(person), Some(row.organisation), origin, record).await?)
}
