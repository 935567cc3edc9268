//! The only SQL on invitations.

use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::api::invitations::{Invitation, NewInvitation};
use domain::membership::{InvitationStatus, InvitationWay};
use domain::organisation::{Acting, Role};
use domain::person::mask_phone;
use domain::{InvitationId, OrganisationId, PersonId};
use sqlx::PgConnection;
use sqlx::postgres::PgQueryResult;

pub async fn insert(
    connection: &mut PgConnection,
    (organisation, new): (OrganisationId, &NewInvitation),
    code_hash: &[u8],
    acting: &Acting,
    (created_at, expires_at): (DateTime<Utc>, DateTime<Utc>),
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into invitation (id, organisation, role, way, code_hash, made_by, made_for, created_at, expires_at,
                                 person)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        new.id.0,
        organisation.0,
        new.role.as_str(),
        new.way.as_str(),
        code_hash,
        acting.person.0,
        acting.organisation.0,
        created_at,
        expires_at,
        new.person.map(|person| person.0)
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_private(
    connection: &mut PgConnection,
    id: InvitationId,
    name: &str,
    email: Option<&str>,
    phone: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into invitation_private (invitation, name, email, phone) values ($1, $2, $3, $4)",
        id.0,
        name,
        email,
        phone
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn forget_private(connection: &mut PgConnection, id: InvitationId) -> sqlx::Result<()> {
    sqlx::query!("delete from invitation_private where invitation = $1", id.0).execute(connection).await?;
    Ok(())
}

pub async fn revoke_all(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update invitation
         set revoked_at = $2
         where organisation = $1 and accepted_at is null and revoked_at is null",
        organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn forget_all_private(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from invitation_private p
         using invitation i
         where i.id = p.invitation and i.organisation = $1",
        organisation.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Whom the expired invitations of an organisation were for need not be known any more.
pub async fn forget_expired(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from invitation_private p
         using invitation i
         where i.id = p.invitation and i.organisation = $1 and i.expires_at <= $2",
        organisation.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn count_open(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    now: DateTime<Utc>,
) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!"
           from invitation
           where organisation = $1 and accepted_at is null and revoked_at is null and expires_at > $2"#,
        organisation.0,
        now
    )
    .fetch_one(connection)
    .await
}

/// Whether somebody is asked already for this role in this organisation, and has not answered.
pub async fn asks(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    person: PersonId,
    role: Role,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from invitation_read
               where organisation = $1 and person = $2 and role = $3
                 and not accepted and not revoked and inviter_stays and expires_at > $4
           ) as "exists!""#,
        organisation.0,
        person.0,
        role.as_str(),
        now
    )
    .fetch_one(connection)
    .await
}

/// An invitation with whom it is for, by whom it is, and whether he may still invite.
pub struct Row {
    pub id: InvitationId,
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub role: Role,
    pub way: InvitationWay,
    pub name: String,
    pub email: Option<String>,
    phone: Option<String>,
    pub made_by: PersonId,
    pub made_by_name: Option<String>,
    pub made_for: OrganisationId,
    /// Whom it names: nobody else takes it.
    pub person: Option<PersonId>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    accepted: bool,
    revoked: bool,
    /// Who made it has a role there from which people invite.
    inviter_stays: bool,
}

impl Row {
    /// What has become of it. What somebody made who has no such right any more is void.
    pub fn status(&self, now: DateTime<Utc>) -> InvitationStatus {
        if self.accepted {
            InvitationStatus::Accepted
        } else if self.revoked || !self.inviter_stays {
            InvitationStatus::Revoked
        } else if self.expires_at <= now {
            InvitationStatus::Expired
        } else {
            InvitationStatus::Open
        }
    }

    /// As somebody of this organisation reads it: where it went is for those only who sent it.
    pub fn shown(self, now: DateTime<Utc>, reader: OrganisationId) -> Invitation {
        let sent_to = self.email.clone().or_else(|| self.phone.as_deref().map(mask_phone));
        Invitation {
            id: self.id,
            role: self.role,
            way: self.way,
            status: self.status(now),
            sent_to: sent_to.filter(|_| self.made_for == reader),
            name: self.name,
            made_by: self.made_by_name,
            created_at: self.created_at,
            expires_at: self.expires_at,
        }
    }
}

struct Record {
    id: uuid::Uuid,
    organisation: uuid::Uuid,
    organisation_name: String,
    role: String,
    way: String,
    name: String,
    email: Option<String>,
    phone: Option<String>,
    made_by: uuid::Uuid,
    made_by_name: Option<String>,
    made_for: uuid::Uuid,
    person: Option<uuid::Uuid>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    accepted: bool,
    revoked: bool,
    inviter_stays: bool,
}

impl Record {
    fn read(self) -> sqlx::Result<Row> {
        Ok(Row {
            id: InvitationId(self.id),
            organisation: OrganisationId(self.organisation),
            organisation_name: self.organisation_name,
            role: word("organisation", &self.role)?,
            way: word("organisation", &self.way)?,
            name: self.name,
            email: self.email,
            phone: self.phone,
            made_by: PersonId(self.made_by),
            made_by_name: self.made_by_name,
            made_for: OrganisationId(self.made_for),
            person: self.person.map(PersonId),
            created_at: self.created_at,
            expires_at: self.expires_at,
            accepted: self.accepted,
            revoked: self.revoked,
            inviter_stays: self.inviter_stays,
        })
    }
}

/// Those into an organisation, latest first; `only`: made for this organisation.
pub async fn of(
    connection: &mut PgConnection,
    organisation: OrganisationId,
    only: Option<OrganisationId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Record,
        r#"select id as "id!", organisation as "organisation!", organisation_name as "organisation_name!", role as "role!",
                  way as "way!", name as "name!", email, phone, made_by as "made_by!", made_by_name, made_for as "made_for!", person,
                  created_at as "created_at!", expires_at as "expires_at!", accepted as "accepted!", revoked as "revoked!",
                  inviter_stays as "inviter_stays!"
           from invitation_read
           where organisation = $1 and ($2::uuid is null or made_for = $2)
           order by created_at desc, id desc
           limit $3"#,
        organisation.0,
        only.map(|only| only.0),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Record::read).collect()
}

pub async fn by_id(connection: &mut PgConnection, id: InvitationId) -> sqlx::Result<Option<Row>> {
    let row = sqlx::query_as!(
        Record,
        r#"select id as "id!", organisation as "organisation!", organisation_name as "organisation_name!", role as "role!",
                  way as "way!", name as "name!", email, phone, made_by as "made_by!", made_by_name, made_for as "made_for!", person,
                  created_at as "created_at!", expires_at as "expires_at!", accepted as "accepted!", revoked as "revoked!",
                  inviter_stays as "inviter_stays!"
           from invitation_read
           where id = $1"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    row.map(Record::read).transpose()
}

/// Those that name somebody and are open, latest first.
pub async fn naming(
    connection: &mut PgConnection,
    person: PersonId,
    now: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let rows = sqlx::query_as!(
        Record,
        r#"select id as "id!", organisation as "organisation!", organisation_name as "organisation_name!", role as "role!",
                  way as "way!", name as "name!", email, phone, made_by as "made_by!", made_by_name, made_for as "made_for!", person,
                  created_at as "created_at!", expires_at as "expires_at!", accepted as "accepted!",
                  revoked as "revoked!", inviter_stays as "inviter_stays!"
           from invitation_read i
           where person = $1 and not accepted and not revoked and inviter_stays and expires_at > $2
             and not exists (
                 select from membership m
                 where m.person = i.person and m.organisation = i.organisation and m.role = i.role
             )
           order by created_at desc, id desc
           limit $3"#,
        person.0,
        now,
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Record::read).collect()
}

pub async fn by_code(connection: &mut PgConnection, hash: &[u8]) -> sqlx::Result<Option<Row>> {
    let id = sqlx::query_scalar!("select id from invitation where code_hash = $1", hash)
        .fetch_optional(&mut *connection)
        .await?;
    match id {
        Some(id) => by_id(connection, InvitationId(id)).await,
        None => Ok(None),
    }
}

/// The invitation, locked: of two who take it at once, the second sees that it is taken.
pub async fn lock(connection: &mut PgConnection, id: InvitationId) -> sqlx::Result<Option<Row>> {
    sqlx::query!("select id from invitation where id = $1 for update", id.0).fetch_optional(&mut *connection).await?;
    by_id(connection, id).await
}

pub async fn set_accepted(
    connection: &mut PgConnection,
    id: InvitationId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update invitation
         set accepted_by = $2, accepted_at = $3
         where id = $1 and accepted_at is null and revoked_at is null and expires_at > $3",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}

pub async fn set_revoked(
    connection: &mut PgConnection,
    id: InvitationId,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<PgQueryResult> {
    sqlx::query!(
        "update invitation
         set revoked_by = $2, revoked_at = $3
         where id = $1 and accepted_at is null and revoked_at is null",
        id.0,
        person.0,
        now
    )
    .execute(connection)
    .await
}
