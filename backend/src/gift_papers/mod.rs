//! Pictures that prove something about a gift: a stamped agreement, a hardship, a bank's slip, what goods are worth.
//!
//! They are private: who may see them is one view of the database (`gift_paper_reader`), beside their uploader and the
//! auditor. Once handed in they stay. Deliberately absent: pictures that everybody sees.

mod sql;

use crate::error::{Error, Result};
use crate::files;
use crate::http::caller::{Audit, CharityStaff, Enterprise};
use domain::organisation::Acting;
use domain::{FileId, OrganisationId, PersonId};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// What a paper belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Agreement,
    Request,
    OnBehalf,
    Claim,
    Goods,
    GoodsHandOver,
    GoodsRest,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Kind::Agreement => "agreement",
            Kind::Request => "request",
            Kind::OnBehalf => "on_behalf",
            Kind::Claim => "claim",
            Kind::Goods => "goods",
            Kind::GoodsHandOver => "goods_hand_over",
            Kind::GoodsRest => "goods_rest",
        }
    }
}

/// Whose agreements, requests or claims somebody reads; all where neither is named.
pub struct Scope {
    pub enterprise: Option<OrganisationId>,
    pub charity: Option<OrganisationId>,
}

impl Scope {
    /// An enterprise reads its own, a charity those that it decides on, the auditor all.
    pub fn of(acting: &Acting) -> Result<Self> {
        let own = Some(acting.organisation);
        if Enterprise::ROLES.contains(&acting.role) {
            Ok(Scope { enterprise: own, charity: None })
        } else if CharityStaff::ROLES.contains(&acting.role) {
            Ok(Scope { enterprise: None, charity: own })
        } else if Audit::ROLES.contains(&acting.role) {
            Ok(Scope { enterprise: None, charity: None })
        } else {
            Err(Error::NotFound)
        }
    }
}

/// Keeps a person's drafts as the papers of `subject`, in their order.
pub async fn keep(
    tx: &mut PgConnection,
    person: PersonId,
    (kind, subject): (Kind, Uuid),
    pictures: &[FileId],
) -> Result<()> {
    files::keep(tx, person, pictures, &[]).await.map_err(at_pictures)?;
    Ok(sql::insert(tx, kind.as_str(), subject, pictures).await?)
}

/// The papers of one subject.
pub async fn of(tx: &mut PgConnection, subject: Uuid) -> Result<Vec<FileId>> {
    Ok(of_all(tx, &[subject]).await?.remove(&subject).unwrap_or_default())
}

/// The papers of several.
pub async fn of_all(tx: &mut PgConnection, subjects: &[Uuid]) -> Result<HashMap<Uuid, Vec<FileId>>> {
    let mut all: HashMap<Uuid, Vec<FileId>> = HashMap::new();
    for (subject, file) in sql::of(tx, subjects).await? {
        all.entry(subject).or_default().push(file);
    }
    Ok(all)
}

/// Pictures that cannot be kept are named as those of the form's field.
fn at_pictures(error: Error) -> Error {
    match error {
        Error::Invalid(problems) => {
            let says = problems.into_iter().map(|problem| problem.message).collect::<String>();
            Error::invalid("pictures", says)
        }
        other => other,
    }
}
