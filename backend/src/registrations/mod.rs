//! Registering: an enterprise with the account of whoever registers it, a donor by his address, and the enterprise's own
//! record until the federation has decided on it.
//!
//! The answer to a stranger is the same whether his address has an account or not; that a firm is registered may be
//! said, because firms are public record. Deliberately absent: deciding (verifications), and inviting colleagues.

mod http;
mod lapse;
mod own;
mod sql;

pub use http::routes;
pub use lapse::lapse_unconfirmed;
pub use own::{add_document, amend, answer, own, remove_document, resubmit};
pub use sql::{Locked, lock};

use crate::app::App;
use crate::audit::{self, Record};
use crate::consents;
use crate::error::{Error, OnConstraint, Result};
use crate::http::caller::Origin;
use crate::links::{self, NewLink};
use crate::organisations::{self, Registering};
use crate::people::email::{self, NewAccount, count_letter};
use crate::people::password;
use crate::verifications::{self, Entry};
use domain::api::links::AskByEmail;
use domain::api::registrations::{EnterpriseRegistered, NewDonor, NewRegistration, Registration};
use domain::email::EmailAddress;
use domain::link::{LinkPurpose, LinkState};
use domain::organisation::{OrganisationStatus, Role};
use domain::place::PlaceCode;
use domain::registration::{Enterprise, check_person};
use domain::verification::VerificationStep;
use domain::{OrganisationId, PersonId, Problem, Problems};
use serde_json::json;
use sqlx::PgConnection;

const CODE_TAKEN: &str = "这个统一社会信用代码已经登记在平台上。要加入这家企业，请向企业里已有账号的负责人要邀请；\
    如果不是你们单位登记的，请联系所在县（市、区）工商联";

/// Registers an enterprise, pending, with the account of whoever does it. The same id and content again gives the same
/// answer; other content is a conflict.
pub async fn enterprise(app: &App, origin: &Origin, new: &NewRegistration) -> Result<EnterpriseRegistered> {
    let (enterprise, email, person) = check(app, new)?;
    count_letter(app, &email, origin).await?;
    // Made whether it is needed or not, so that an address that is known takes no less time.
    let hash = password::hash(app, &new.account.password).await?;
    let account = NewAccount { email: &email, name: &person, hash: &hash, confirmed: false };
    let mut tx = app.begin().await?;
    let core = organisations::core(app, &enterprise.name);
    let inserted = organisations::insert_registering(app, &mut tx, &registering(new.id, &enterprise, &core)).await;
    match refused(inserted) {
        Err(Error::Conflict(_)) => {
            tx.rollback().await?;
            return repeated(app, new.id, &enterprise, &email).await;
        }
        Err(Error::Invalid(problems)) => {
            tx.rollback().await?;
            note_attempt(app, &enterprise).await?;
            return Err(Error::Invalid(problems));
        }
        other => other?,
    }
    sql::insert(&mut tx, new.id, &enterprise, &former_cores(app, &enterprise), &email, app.clock.now()).await?;
    let owner = open_or_ask(app, &mut tx, new.id, &account).await?;
    let entry = Entry::new(new.id, VerificationStep::Submitted, 1, (owner, new.id));
    verifications::write(app, &mut tx, &entry).await?;
    let record = Record {
        verb: "enterprise_registered",
        subject_kind: "organisation",
        subject: new.id.0,
        before: None,
        after: Some(json!({ "status": OrganisationStatus::Pending, "uscc": enterprise.uscc })),
        reason: None,
    };
    audit::record_as(app, &mut tx, owner, Some(new.id), origin, record).await?;
    tx.commit().await?;
    Ok(EnterpriseRegistered { id: new.id, email_masked: email.masked() })
}

/// Everything that is wrong, all at once.
fn check(app: &App, new: &NewRegistration) -> Result<(Enterprise, EmailAddress, String)> {
    let enterprise = new.enterprise.check().and_then(|enterprise| in_a_county(app, enterprise));
    match (enterprise, new.account.check()) {
        (Ok(enterprise), Ok((email, person))) => Ok((enterprise, email, person)),
        (enterprise, account) => {
            let problems = enterprise.err().into_iter().chain(account.err()).flatten();
            Err(Error::Invalid(problems.collect()))
        }
    }
}

/// A code may be well formed and name no county.
fn in_a_county(app: &App, enterprise: Enterprise) -> std::result::Result<Enterprise, Vec<Problem>> {
    let mut problems = Problems::new();
    problems.require(app.places.get(&enterprise.county).is_some(), "county", "请选择所在县（市、区）");
    problems.none_or_err()?;
    Ok(enterprise)
}

fn registering<'a>(id: OrganisationId, enterprise: &'a Enterprise, core: &'a str) -> Registering<'a> {
    Registering { id, name: &enterprise.name, core, uscc: &enterprise.uscc, county: &enterprise.county }
}

fn former_cores(app: &App, enterprise: &Enterprise) -> Vec<String> {
    enterprise.former_names.iter().map(|name| organisations::core(app, name)).collect()
}

/// What a breach tells the person. That a firm is registered is no secret; who registered it is.
fn refused<T>(result: sqlx::Result<T>) -> Result<T> {
    match result {
        Err(sqlx::Error::Database(error)) if error.constraint() == Some("organisation_uscc_unique") => {
            Err(Error::invalid("uscc", CODE_TAKEN))
        }
        other => other.on_constraint("organisation_pkey", || Error::Conflict(String::new())),
    }
}

/// The answer to an id that exists: the same, if what was sent is the same.
async fn repeated(
    app: &App,
    id: OrganisationId,
    enterprise: &Enterprise,
    email: &EmailAddress,
) -> Result<EnterpriseRegistered> {
    let mut connection = app.pool.acquire().await?;
    if sql::says_the_same(&mut connection, id, enterprise, email).await? {
        Ok(EnterpriseRegistered { id, email_masked: email.masked() })
    } else {
        Err(Error::Conflict("这个编号已经登记过别的内容，请重新打开页面填写".into()))
    }
}

/// For the reviewer: somebody else came with a code that is registered.
async fn note_attempt(app: &App, enterprise: &Enterprise) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::insert_attempt(&mut connection, app.clock.id(), &enterprise.uscc, app.clock.now()).await?)
}

/// Opens the account as owner of the enterprise and sends the link that confirms its address. Whoever has an account
/// under that address is asked by a letter whether the enterprise is his.
async fn open_or_ask(
    app: &App,
    tx: &mut PgConnection,
    organisation: OrganisationId,
    account: &NewAccount<'_>,
) -> Result<Option<PersonId>> {
    let known = email::people_of(tx, account.email).await?;
    let opened = if known.is_empty() { email::open_account(app, tx, account).await? } else { None };
    let link =
        |purpose, person, organisation| NewLink { purpose, person: Some(person), organisation, email: account.email };
    if let Some(person) = opened {
        organisations::join(app, tx, person, organisation, Role::EnterpriseOwner).await?;
        consents::agree(app, tx, person).await?;
        links::write(app, tx, &link(LinkPurpose::ConfirmEmail, person, None)).await?;
    }
    for person in known {
        links::write(app, tx, &link(LinkPurpose::OwnEnterprise, person, Some(organisation))).await?;
    }
    Ok(opened)
}

/// Somebody wants to be a donor: what comes next stands in a letter.
pub async fn donor(app: &App, origin: &Origin, asked: &AskByEmail) -> Result<()> {
    links::ask(app, origin, LinkPurpose::DonorAccount, &asked.email).await
}

/// Opens a donor's account by the link from the letter.
pub async fn complete_donor(app: &App, origin: &Origin, new: &NewDonor) -> Result<()> {
    let mut problems = Problems::new();
    let name = check_person(&mut problems, &new.person, &new.password, &new.agreement);
    problems.none_or_err()?;
    let shown = links::shown(app, &new.link).await?;
    if shown.state != LinkState::Good {
        return Err(Error::invalid("link", shown.state.refusal()));
    }
    let hash = password::hash(app, &new.password).await?;
    let mut tx = app.begin().await?;
    let taken = links::take(app, &mut tx, &new.link, &[LinkPurpose::DonorAccount]).await?;
    let account = NewAccount { email: &taken.email, name: &name, hash: &hash, confirmed: true };
    let person = email::open_account(app, &mut tx, &account).await?;
    let person = person.ok_or_else(|| Error::Conflict("这个邮箱已经有账号，请直接登录".into()))?;
    let organisation = organisations::insert_donor(app, &mut tx).await?;
    organisations::join(app, &mut tx, person, organisation, Role::Donor).await?;
    consents::agree(app, &mut tx, person).await?;
    let record = Record {
        verb: "donor_registered",
        subject_kind: "person",
        subject: person.0,
        before: None,
        after: None,
        reason: None,
    };
    audit::record_as(app, &mut tx, Some(person), Some(organisation), origin, record).await?;
    tx.commit().await?;
    Ok(())
}

/// Empties the address of somebody whose account closes, wherever it stands on a record.
pub async fn forget_address(tx: &mut PgConnection, address: &EmailAddress) -> Result<()> {
    Ok(sql::empty_email(tx, address).await?)
}

/// A registration with its documents and its thread, read in the caller's transaction.
pub async fn read(app: &App, tx: &mut PgConnection, id: OrganisationId) -> Result<Registration> {
    let row = sql::by_organisation(tx, id).await?.ok_or(Error::NotFound)?;
    let county: PlaceCode = row.county;
    Ok(Registration {
        organisation: id,
        status: row.status,
        version: row.version,
        uscc: row.uscc,
        name: row.name,
        former_names: row.former_names,
        industry: row.industry,
        county_name: app.places.get(&county).unwrap_or_default().to_owned(),
        county,
        contact: row.contact,
        email_confirmed: row.email_confirmed,
        documents: sql::documents(tx, id).await?,
        thread: verifications::thread(tx, id).await?,
        submitted_at: row.submitted_at,
        confirm_until: row.confirm_until,
    })
}
