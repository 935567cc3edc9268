//! The only SQL on the history of verifications. Registrations are read by the views that their migration defines.

use super::Entry;
use crate::db::decode::word;
use chrono::{DateTime, Utc};
use domain::api::registrations::VerificationEntry;
use domain::api::verifications::VerificationRow;
use domain::likeness::{FlagKind, Names, Other, RegistrationFlag};
use domain::organisation::OrganisationStatus;
use domain::place::PlaceCode;
use domain::{OrganisationId, PersonId, VerificationStepId};
use sqlx::PgConnection;

pub async fn insert_step(
    connection: &mut PgConnection,
    id: VerificationStepId,
    entry: &Entry<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let reasons: Vec<String> = entry.reasons.iter().map(ToString::to_string).collect();
    sqlx::query!(
        "insert into verification_step (id, organisation, step, reasons, version, person, acting_for, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        entry.organisation.0,
        entry.step.as_str(),
        &reasons,
        entry.version,
        entry.person.map(|id| id.0),
        entry.acting_for.0,
        now
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn insert_text(
    connection: &mut PgConnection,
    id: VerificationStepId,
    said: &str,
    consented_by: Option<PersonId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into verification_text (step, said, consented_by) values ($1, $2, $3)",
        id.0,
        said,
        consented_by.map(|person| person.0)
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The texts with numbers that this person's consent covers.
pub async fn with_numbers_of(
    connection: &mut PgConnection,
    person: PersonId,
) -> sqlx::Result<Vec<(VerificationStepId, String)>> {
    let rows = sqlx::query!("select step, said from verification_text where consented_by = $1", person.0)
        .fetch_all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (VerificationStepId(row.step), row.said)).collect())
}

/// A text without its numbers: no consent has to cover it any more.
pub async fn replace_text(connection: &mut PgConnection, id: VerificationStepId, said: &str) -> sqlx::Result<()> {
    sqlx::query!("update verification_text set said = $2, consented_by = null where step = $1", id.0, said)
        .execute(connection)
        .await?;
    Ok(())
}

pub async fn delete_texts(connection: &mut PgConnection, organisation: OrganisationId) -> sqlx::Result<()> {
    sqlx::query!(
        "delete from verification_text t
         using verification_step s
         where s.id = t.step and s.organisation = $1",
        organisation.0
    )
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn said(connection: &mut PgConnection, step: VerificationStepId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select said from verification_text where step = $1", step.0).fetch_optional(connection).await
}

pub async fn thread(
    connection: &mut PgConnection,
    organisation: OrganisationId,
) -> sqlx::Result<Vec<VerificationEntry>> {
    let rows = sqlx::query!(
        r#"select s.id, s.step, s.reasons, s.at, o.name, t.said as "said?"
           from verification_step s
           join organisation o on o.id = s.acting_for
           left join verification_text t on t.step = s.id
           where s.organisation = $1
           order by s.seq"#,
        organisation.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(VerificationEntry {
                id: VerificationStepId(row.id),
                step: word("verification", &row.step)?,
                organisation_name: row.name,
                at: row.at,
                reasons: row.reasons.iter().map(|reason| word("verification", reason)).collect::<sqlx::Result<_>>()?,
                said: row.said,
            })
        })
        .collect()
}

pub async fn waiting(connection: &mut PgConnection, place: &PlaceCode) -> sqlx::Result<(i64, Option<DateTime<Utc>>)> {
    let row = sqlx::query!(
        r#"select count(*) as "number!", min(submitted_at) as oldest
           from registration_read
           where status = 'pending' and lies_in(place, $1)"#,
        place.as_str()
    )
    .fetch_one(connection)
    .await?;
    Ok((row.number, row.oldest))
}

pub async fn count(connection: &mut PgConnection, place: &PlaceCode, status: OrganisationStatus) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "number!" from registration_read where status = $2 and lies_in(place, $1)"#,
        place.as_str(),
        status.as_str()
    )
    .fetch_one(connection)
    .await
}

/// The county's code stands where its name will be.
pub async fn list(
    connection: &mut PgConnection,
    place: &PlaceCode,
    status: OrganisationStatus,
    limit: i64,
) -> sqlx::Result<Vec<VerificationRow>> {
    let rows = sqlx::query!(
        r#"select r.organisation as "organisation!", r.name as "name!", r.uscc as "uscc!", r.place as "place!",
                  r.status as "status!", r.submitted_at as "submitted_at!",
                  (select count(*) from registration_document_now d where d.organisation = r.organisation)
                      as "documents!"
           from registration_read r
           where r.status = $2 and lies_in(r.place, $1)
           order by r.submitted_at, r.organisation
           limit $3"#,
        place.as_str(),
        status.as_str(),
        limit
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(VerificationRow {
                organisation: OrganisationId(row.organisation),
                name: row.name,
                uscc: row.uscc,
                county_name: row.place,
                status: word("verification", &row.status)?,
                submitted_at: row.submitted_at,
                documents: row.documents,
            })
        })
        .collect()
}

/// An enterprise's own names, by their cores.
pub async fn names(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<Names>> {
    let row = sqlx::query!(
        r#"select name_core as "name_core!", former_cores as "former_cores!"
           from registration_read
           where organisation = $1 and name_core is not null"#,
        id.0
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| Names { core: row.name_core, former_cores: row.former_cores }))
}

/// Other enterprises that may be alike: whose name is as long, or one character longer or shorter, or stands among the
/// former names of one of the two. The domain decides which of them are.
pub async fn with_near_names(
    connection: &mut PgConnection,
    id: OrganisationId,
    own: &Names,
) -> sqlx::Result<Vec<Other>> {
    let length = i32::try_from(own.core.chars().count()).unwrap_or(i32::MAX);
    let rows = sqlx::query!(
        r#"select o.id, o.name, o.status, o.name_core as "name_core!",
                  coalesce(r.former_cores, '{}') as "former_cores!"
           from organisation o
           left join registration r on r.organisation = o.id
           where o.name_core is not null and o.kind = 'enterprise' and o.id <> $1
             and (char_length(o.name_core) between $4 - 1 and $4 + 1
                  or o.name_core = any($3)
                  or r.former_cores @> array[$2::text])
           order by o.created_at, o.id"#,
        id.0,
        own.core,
        &own.former_cores,
        length
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Other {
                organisation: OrganisationId(row.id),
                name: row.name,
                status: word("verification", &row.status)?,
                names: Names { core: row.name_core, former_cores: row.former_cores },
            })
        })
        .collect()
}

fn flag(kind: FlagKind, (id, name, status): (uuid::Uuid, String, &str)) -> sqlx::Result<RegistrationFlag> {
    Ok(RegistrationFlag {
        kind,
        organisation: Some(OrganisationId(id)),
        name: Some(name),
        status: Some(word("verification", status)?),
        times: None,
    })
}

/// Others that named the same phone.
pub async fn with_same_phone(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Vec<RegistrationFlag>> {
    let rows = sqlx::query!(
        "select o.id, o.name, o.status
         from registration_contact own
         join registration_contact other on other.phone = own.phone and other.organisation <> own.organisation
         join organisation o on o.id = other.organisation
         where own.organisation = $1
         order by o.created_at, o.id
         limit 20",
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| flag(FlagKind::SamePhone, (row.id, row.name, &row.status))).collect()
}

/// Others that showed the same picture.
pub async fn with_same_document(
    connection: &mut PgConnection,
    id: OrganisationId,
) -> sqlx::Result<Vec<RegistrationFlag>> {
    let rows = sqlx::query!(
        r#"select distinct o.id, o.name, o.status, o.created_at
           from registration_document_now own
           join file f on f.sha256 = own.sha256
           join registration_document other on other.file = f.id and other.organisation <> own.organisation
           join organisation o on o.id = other.organisation
           where own.organisation = $1
           order by o.created_at, o.id
           limit 20"#,
        id.0
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| flag(FlagKind::SameDocument, (row.id, row.name, &row.status))).collect()
}

/// How often somebody else came with the code.
pub async fn attempts(connection: &mut PgConnection, id: OrganisationId) -> sqlx::Result<Option<RegistrationFlag>> {
    let times =
        sqlx::query_scalar!(r#"select count(*) as "times!" from registration_attempt where organisation = $1"#, id.0)
            .fetch_one(connection)
            .await?;
    let flag = RegistrationFlag {
        kind: FlagKind::CodeTriedAgain,
        organisation: None,
        name: None,
        status: None,
        times: Some(times),
    };
    Ok((times > 0).then_some(flag))
}
