//! Pictures: taken in, made safe, kept apart from the database.
//!
//! An upload is decoded and encoded anew, so that nothing but a picture comes out and nothing hides in it; place
//! and time of its EXIF are kept privately. It is a draft of its uploader until a need or a report names it. Tables
//! (`tables.rs`) are drafts as well, for the rooms that read them.
//! Deliberately absent: any other kind of file, and a picture's original bytes.

mod http;
mod picture;
mod sql;
pub mod tables;

pub use http::routes;

use crate::app::{self, App};
use crate::error::{Error, Result};
use crate::http::caller::Caller;
use anyhow::Context;
use bytes::Bytes;
use chrono::Duration;
use domain::api::files::{FILE_BYTES_MAX, StoredFile};
use domain::organisation::{Membership, OrganisationStatus, Role};
use domain::{FileId, PersonId};
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::sync::Arc;

/// Where the bytes are.
pub type Store = Arc<dyn ObjectStore>;

/// What the owner of a file of more than `FILE_BYTES_MAX` reads.
pub const TOO_LARGE: &str = "照片太大，每张最多 10 MB";

/// Drafts that nothing named in this time are dropped.
pub const DRAFT_LIFE: Duration = Duration::days(7);
/// Drafts that one round drops; the next one goes on.
const DROPPED_AT_ONCE: i64 = 1_000;

/// The two sizes that exist of every picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// At most 1,600 pixels on the longer side.
    Full,
    /// At most 480.
    Small,
}

fn path(id: FileId, size: Size) -> Path {
    let suffix = if size == Size::Small { "-small" } else { "" };
    Path::from(format!("pictures/{id}{suffix}.jpg"))
}

/// Takes in one picture as a draft of `uploader`.
pub async fn store(app: &App, uploader: PersonId, upload: Bytes) -> Result<StoredFile> {
    if upload.len() > FILE_BYTES_MAX {
        return Err(Error::TooLarge(TOO_LARGE.into()));
    }
    let turn = app.decoding.clone().acquire_owned().await.context("the app is closing")?;
    let decoded = app::heavy(turn, move || picture::read(&upload)).await?;
    let picture = decoded.map_err(|error| Error::invalid("file", error.to_string()))?;
    let id: FileId = app.clock.id();
    let sha256 = Sha256::digest(&picture.full).to_vec();
    let stored = StoredFile {
        id,
        width: picture.width,
        height: picture.height,
        bytes: i64::try_from(picture.full.len()).context("size")?,
    };
    // The row first: bytes without one would be found by nobody, a row without bytes is dropped with the old drafts.
    let mut connection = app.pool.acquire().await?;
    sql::insert(&mut connection, uploader, &stored, &sha256, &picture.taken, app.clock.now()).await?;
    drop(connection);
    app.files.put(&path(id, Size::Full), picture.full.into()).await.context("store a picture")?;
    app.files.put(&path(id, Size::Small), picture.small.into()).await.context("store a picture")?;
    Ok(stored)
}

/// The bytes of a picture that this caller may see, and whether everybody may.
pub async fn read(app: &App, caller: &Caller, id: FileId, size: Size) -> Result<(Bytes, bool)> {
    let mut connection = app.pool.acquire().await?;
    let access = sql::access(&mut connection, id).await?.ok_or(Error::NotFound)?;
    drop(connection);
    let me = caller.me.as_deref();
    let verified = |membership: &&Membership| membership.status == OrganisationStatus::Verified;
    let uploader = me.is_some_and(|me| me.id == access.uploader);
    // Whoever may see the need may see its pictures: its village, the town and the federation above it, the auditor.
    let insider = access.need.as_ref().is_some_and(|need| {
        me.is_some_and(|me| {
            me.acting().filter(verified).any(|membership| {
                use domain::organisation::Role::{Auditor, FederationCity, FederationCounty, TownReviewer};
                membership.organisation == need.organisation
                    || membership.role == Auditor
                    || (matches!(membership.role, FederationCity | FederationCounty | TownReviewer)
                        && need.submitted
                        && membership.covers(&need.village))
            })
        })
    });
    let invoice = me.is_some_and(|me| {
        me.acting().filter(verified).any(|membership| access.invoice_for.contains(&membership.organisation))
    });
    // A licence is for the enterprise's own people, verified or not, the federation above it and the auditor.
    let licence = access.licence_of.as_ref().is_some_and(|(enterprise, place)| {
        use domain::organisation::Role::{Auditor, FederationCity, FederationCounty};
        me.is_some_and(|me| {
            let own = me.acting().any(|membership| membership.organisation == *enterprise);
            let reads = |membership: &Membership| match membership.role {
                FederationCity | FederationCounty => membership.covers(place),
                role => role == Auditor,
            };
            own || me.acting().filter(verified).any(reads)
        })
    });
    let document = me.is_some_and(|me| {
        me.acting().filter(verified).any(|membership| {
            access.document_for.contains(&membership.organisation)
                || (membership.role == Role::Auditor && !access.document_for.is_empty())
        })
    });
    if !(access.public || uploader || insider || invoice || document || licence) {
        return Err(Error::NotFound);
    }
    let object = app.files.get(&path(id, size)).await.context("read a picture")?;
    Ok((object.bytes().await.context("read a picture")?, access.public))
}

/// Sizes of pictures that exist, in the order asked for.
pub async fn sizes(app: &App, ids: &[FileId]) -> Result<Vec<StoredFile>> {
    let mut connection = app.pool.acquire().await?;
    Ok(sql::sizes(&mut connection, ids).await?)
}

/// Whether both name the same pictures in the same order: a form that is sent twice uploads them twice.
pub async fn same(tx: &mut PgConnection, some: &[FileId], others: &[FileId]) -> Result<bool> {
    Ok(some == others || sql::contents(tx, some).await? == sql::contents(tx, others).await?)
}

/// Keeps the drafts that a text names. Each must be `person`'s own draft or already belong to that text.
pub async fn keep(tx: &mut PgConnection, person: PersonId, named: &[FileId], already: &[FileId]) -> Result<()> {
    let fresh: Vec<FileId> = named.iter().copied().filter(|file| !already.contains(file)).collect();
    let kept = sql::keep(tx, person, &fresh).await?;
    if kept == fresh.len() {
        Ok(())
    } else {
        Err(Error::invalid("photos", "有照片已经失效，请删除后重新上传"))
    }
}

/// Gives pictures back that belong to nothing any more: they go with the next old drafts.
pub async fn let_go(tx: &mut PgConnection, files: &[FileId]) -> Result<()> {
    Ok(sql::let_go(tx, files).await?)
}

/// Makes pictures public together with the text that shows them.
pub async fn publish(tx: &mut PgConnection, files: &[FileId]) -> Result<()> {
    Ok(sql::publish(tx, files).await?)
}

/// Drops drafts that nothing named for a week. Returns how many; one that cannot be dropped keeps no other from it.
pub async fn drop_old_drafts(app: &App) -> Result<usize> {
    let mut connection = app.pool.acquire().await?;
    let old = sql::drafts(&mut connection, app.clock.now() - DRAFT_LIFE, DROPPED_AT_ONCE).await?;
    drop(connection);
    let mut dropped = 0;
    for id in old {
        match drop_draft(app, id).await {
            Ok(was_there) => dropped += usize::from(was_there),
            Err(error) => tracing::error!(file = %id, %error, "a draft picture is not dropped"),
        }
    }
    tables::drop_old(app).await?;
    Ok(dropped)
}

/// The bytes go first and the row last: whoever is ended in between finds the row again. The row is locked meanwhile,
/// so that no text can name a picture whose bytes are going.
async fn drop_draft(app: &App, id: FileId) -> Result<bool> {
    let mut tx = app.begin().await?;
    if !sql::lock_draft(&mut tx, id).await? {
        return Ok(false);
    }
    for size in [Size::Full, Size::Small] {
        match app.files.delete(&path(id, size)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
            Err(error) => return Err(anyhow::Error::new(error).context("delete a draft picture").into()),
        }
    }
    sql::delete(&mut tx, id).await?;
    tx.commit().await?;
    Ok(true)
}
