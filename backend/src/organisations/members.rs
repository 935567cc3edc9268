//! The people of an organisation: who reads what of them, and changes of their roles.
//!
//! Every change is made under the lock of the organisation's row, on what is true then and not when the page was
//! opened. Deliberately absent: adding somebody who has not accepted an invitation.

use super::{Organisation, Standing, place_of, sql, standing};
use crate::app::App;
use crate::audit::{self, Record};
use crate::error::{Error, OnConstraint, OneRow, Result, broken};
use crate::http::caller::{Caller, CharityMember, Origin, Owner, Sure};
use crate::people;
use domain::api::members::{ChangeMember, HeldRole, Member, Members, MembersView, SecondRole, Waits};
use domain::membership::{Change, InvitesAs, NotAllowed, change as rule, fits, go_together, may_invite, may_second};
use domain::organisation::{Acting, MembershipStatus, Role};
use domain::person::mask_phone;
use domain::{OrganisationId, PersonId};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// What the rule refuses, as the caller reads it.
pub fn refused(not: NotAllowed) -> Error {
    match not {
        NotAllowed::NotOwner => Error::Forbidden("您已经不是这个单位的负责人，不能改成员的岗位"),
        NotAllowed::NotThisKind | NotAllowed::TownsVillagesOnly | NotAllowed::FirstOwnerOnly => {
            Error::invalid("role", not.to_string())
        }
        NotAllowed::NotAMember | NotAllowed::Oneself | NotAllowed::LastOwner | NotAllowed::AdminAndMoney => {
            Error::Conflict(not.to_string())
        }
    }
}

/// The people of an organisation, as much of them as the caller may know.
pub async fn list(app: &App, caller: &Caller, id: OrganisationId) -> Result<Members> {
    let mut connection = app.pool.acquire().await?;
    read(app, &mut connection, caller, id).await
}

async fn read(app: &App, connection: &mut PgConnection, caller: &Caller, id: OrganisationId) -> Result<Members> {
    let organisation = sql::get(connection, id).await?.ok_or(Error::NotFound)?;
    let (standing, acting) = standing(caller, &organisation).ok_or(Error::NotFound)?;
    let rows = sql::held(connection, id).await?;
    let has_owner = rows.iter().any(|row| owns(&organisation, row));
    let roles: Vec<Role> =
        organisation.kind.roles().iter().copied().filter(|role| there_is(&organisation, *role)).collect();
    let invites = |role: &Role| {
        let by = invites_as(standing);
        by.is_some_and(|by| may_invite(by, (organisation.kind, organisation.place.as_ref()), has_owner, *role).is_ok())
    };
    Ok(Members {
        organisation: id,
        view: view(standing),
        place: place_of(app, &organisation),
        items: of_rows(&rows, standing, acting.person),
        may_invite: roles.iter().copied().filter(invites).collect(),
        roles,
        name: organisation.name,
        kind: organisation.kind,
        status: organisation.status,
    })
}

pub(super) fn owns(organisation: &Organisation, row: &sql::HeldRow) -> bool {
    row.role == organisation.kind.owner() && row.status == MembershipStatus::Active
}

fn there_is(organisation: &Organisation, role: Role) -> bool {
    fits(organisation.kind, organisation.place.as_ref(), role)
}

fn view(standing: Standing) -> MembersView {
    match standing {
        Standing::Owner => MembersView::Owner,
        Standing::Colleague => MembersView::Colleague,
        Standing::Town => MembersView::Town,
        Standing::Admin => MembersView::Admin,
    }
}

/// By which right somebody of this standing invites.
pub(super) fn invites_as(standing: Standing) -> Option<InvitesAs> {
    match standing {
        Standing::Owner => Some(InvitesAs::Owner),
        Standing::Colleague => None,
        Standing::Town => Some(InvitesAs::Town),
        Standing::Admin => Some(InvitesAs::Admin),
    }
}

/// The rows of an organisation, one member for each person.
fn of_rows(rows: &[sql::HeldRow], standing: Standing, reader: PersonId) -> Vec<Member> {
    let owner = standing == Standing::Owner;
    let mut members: Vec<Member> = Vec::new();
    for row in rows {
        let role = HeldRole {
            role: row.role,
            status: row.status,
            since: owner.then_some(row.since),
            given_by: row.given_by_name.clone().filter(|_| owner),
            seconded_by: row.seconded_by_name.clone().filter(|_| owner),
            waits: waits(rows, row, standing, reader),
        };
        if let Some(known) = members.iter_mut().find(|known| known.person == row.person) {
            known.roles.push(role);
            continue;
        }
        let phone = row.phone.as_deref().filter(|_| matches!(standing, Standing::Owner | Standing::Town));
        members.push(Member {
            person: row.person,
            name: row.name.clone(),
            roles: vec![role],
            phone_masked: phone.map(mask_phone),
            me: row.person == reader,
        });
    }
    members
}

/// Who may agree to a role that waits: everybody whose role works, but its giver, its receiver and administrators.
fn waits(rows: &[sql::HeldRow], row: &sql::HeldRow, standing: Standing, reader: PersonId) -> Option<Waits> {
    let giver = row.given_by.filter(|_| row.status == MembershipStatus::Waiting)?;
    if !matches!(standing, Standing::Owner | Standing::Colleague) {
        return None;
    }
    let active = rows.iter().filter(|other| other.status == MembershipStatus::Active && !other.is_admin);
    let may: BTreeSet<PersonId> =
        active.map(|other| other.person).filter(|who| may_second(giver, row.person, *who)).collect();
    Some(Waits { for_me: may.contains(&reader), people: u32::try_from(may.len()).unwrap_or(u32::MAX) })
}

/// An owner sets somebody's roles.
pub async fn change(
    app: &App,
    Sure(owner): &Sure<Owner>,
    caller: &Caller,
    (id, person): (OrganisationId, PersonId),
    asked: &ChangeMember,
) -> Result<Members> {
    let Owner { acting, origin } = owner;
    let mut tx = app.begin().await?;
    let organisation = sql::lock(&mut tx, id).await?.filter(|_| acting.organisation == id).ok_or(Error::NotFound)?;
    let rows = sql::held(&mut tx, id).await?;
    let held: Vec<_> = rows.iter().map(sql::HeldRow::held).collect();
    let own: BTreeSet<Role> = held.iter().filter(|held| held.person == person).map(|held| held.role).collect();
    if own != asked.seen.iter().copied().collect() {
        return Err(Error::Conflict("这个人的岗位刚刚被改过，请看过现在的岗位再改".into()));
    }
    let at = (organisation.kind, organisation.place.as_ref());
    let change = rule(at, &held, acting.person, (person, &asked.roles)).map_err(refused)?;
    if change.given.iter().any(|(role, _)| role.handles_money()) {
        no_admin_handles_money(&mut tx, &[acting.person]).await?;
    }
    apply(app, &mut tx, (id, person), acting, &change).await?;
    let after = json!({ "organisation": id, "roles": asked.roles, "waiting": waiting(&change) });
    let before = json!({ "organisation": id, "roles": own });
    record(app, &mut tx, (acting, origin), ("roles_changed", person), before, after).await?;
    tx.commit().await?;
    after_change(app, caller, id, person == acting.person).await
}

fn waiting(change: &Change) -> Vec<Role> {
    let waiting = change.given.iter().filter(|(_, status)| *status == MembershipStatus::Waiting);
    waiting.map(|(role, _)| *role).collect()
}

/// First what is given, then what is taken, so that the last owner hands over in one step.
async fn apply(
    app: &App,
    tx: &mut PgConnection,
    (id, person): (OrganisationId, PersonId),
    acting: &Acting,
    change: &Change,
) -> Result<()> {
    for (role, status) in &change.given {
        give(app, tx, (id, person, *role, *status), acting.person).await?;
    }
    for role in &change.taken {
        sql::take(tx, id, person, *role)
            .await
            .on_constraint("organisation_keeps_an_owner", || refused(NotAllowed::LastOwner))?
            .one_row_or_conflict()?;
    }
    Ok(())
}

/// Gives one role; the constraints say what must never be.
pub(super) async fn give(
    app: &App,
    tx: &mut PgConnection,
    (organisation, person, role, status): (OrganisationId, PersonId, Role, MembershipStatus),
    giver: PersonId,
) -> Result<()> {
    let mut roles = sql::roles_of(tx, person).await?;
    roles.push(role);
    if !go_together(&roles) {
        return Err(refused(NotAllowed::AdminAndMoney));
    }
    let inserted = sql::give(tx, (organisation, person, role, status), giver, app.clock.now()).await;
    match broken(&inserted) {
        Some("membership_pkey") => Err(Error::Conflict("这个人已经有这个岗位了".into())),
        Some("membership_not_by_oneself") => Err(refused(NotAllowed::Oneself)),
        _ => inserted.on_constraint("membership_admin_without_money", || refused(NotAllowed::AdminAndMoney)),
    }
}

/// A platform administrator neither gives a role that handles money nor agrees to one.
async fn no_admin_handles_money(tx: &mut PgConnection, people: &[PersonId]) -> Result<()> {
    if sql::any_admin(tx, people).await? { Err(refused(NotAllowed::AdminAndMoney)) } else { Ok(()) }
}

/// Whoever left the organisation may not know its people any more.
async fn after_change(app: &App, caller: &Caller, id: OrganisationId, own: bool) -> Result<Members> {
    if !own {
        return list(app, caller, id).await;
    }
    let session = caller.session.ok_or(Error::SignInRequired)?;
    let me = people::who(app, session.id).await?.map(|known| known.me);
    let caller = Caller { me, ..caller.clone() };
    let mut connection = app.pool.acquire().await?;
    match read(app, &mut connection, &caller, id).await {
        Err(Error::NotFound) => {
            let organisation = sql::get(&mut connection, id).await?.ok_or(Error::NotFound)?;
            let (items, roles, may_invite) = (Vec::new(), Vec::new(), Vec::new());
            let (view, place) = (MembersView::Colleague, None);
            let Organisation { name, kind, status, .. } = organisation;
            Ok(Members { organisation: id, name, kind, status, place, view, items, roles, may_invite })
        }
        read => read,
    }
}

async fn record(
    app: &App,
    tx: &mut PgConnection,
    (acting, origin): (&Acting, &Origin),
    (verb, person): (&'static str, PersonId),
    before: serde_json::Value,
    after: serde_json::Value,
) -> Result<()> {
    let (before, after) = (Some(before), Some(after));
    let record = Record { verb, subject_kind: "person", subject: person.0, before, after, reason: None };
    Ok(audit::record(app, tx, acting, origin, record).await?)
}

/// A second person of the charity agrees to a role that handles money, or refuses it.
pub async fn second(
    app: &App,
    Sure(colleague): &Sure<CharityMember>,
    caller: &Caller,
    (id, person): (OrganisationId, PersonId),
    asked: SecondRole,
) -> Result<Members> {
    let CharityMember { acting, origin } = colleague;
    let mut tx = app.begin().await?;
    let organisation = sql::lock(&mut tx, id).await?.filter(|_| acting.organisation == id).ok_or(Error::NotFound)?;
    let rows = sql::held(&mut tx, id).await?;
    let still_his = rows.iter().any(|row| row.person == acting.person && row.status == MembershipStatus::Active);
    if !still_his {
        return Err(Error::Forbidden("您在这个单位已经没有岗位"));
    }
    let row = rows.iter().find(|row| (row.person, row.role) == (person, asked.role)).ok_or(Error::NotFound)?;
    let giver = row.given_by.filter(|_| row.status == MembershipStatus::Waiting);
    let giver = giver.ok_or_else(|| Error::Conflict("这个岗位已经不用等人同意了".into()))?;
    if !may_second(giver, person, acting.person) {
        return Err(Error::Conflict("要由给出和接受这个岗位以外的另一个人同意".into()));
    }
    if !rows.iter().any(|row| row.person == giver && owns(&organisation, row)) {
        return Err(Error::Conflict("给出这个岗位的人已经不是负责人了，请现在的负责人撤回后重新给".into()));
    }
    no_admin_handles_money(&mut tx, &[giver, acting.person]).await?;
    let verb = if asked.agrees {
        sql::second(&mut tx, (id, person, asked.role), acting.person, app.clock.now())
            .await
            .on_constraint("membership_money_two_people", || Error::Conflict("要由另一个人同意".into()))?
            .one_row_or_conflict()?;
        "role_seconded"
    } else {
        sql::take(&mut tx, id, person, asked.role).await?.one_row_or_conflict()?;
        "role_refused"
    };
    let before = json!({ "organisation": id, "role": asked.role, "status": MembershipStatus::Waiting });
    let after = json!({ "organisation": id, "role": asked.role, "given": asked.agrees });
    record(app, &mut tx, (acting, origin), (verb, person), before, after).await?;
    tx.commit().await?;
    list(app, caller, id).await
}
