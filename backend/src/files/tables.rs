//! Tables as they were uploaded: drafts of their uploader, for whichever room reads them, and dropped after seven days.
//!
//! Nothing of one is looked at here. Deliberately absent: what a table says (`crate::tables` reads it, a room makes sense
//! of it), and keeping one for good.

mod sql;

use crate::app::App;
use crate::error::{Error, Result};
use anyhow::Context;
use bytes::Bytes;
use domain::api::files::{StoredTable, TABLE_BYTES_MAX};
use domain::{PersonId, TableFileId};
use object_store::ObjectStoreExt;
use object_store::path::Path;
use sha2::{Digest, Sha256};

/// What the owner of a table of more than `TABLE_BYTES_MAX` reads.
pub const TOO_LARGE: &str = "表格太大，每个最多 16 MB";

/// Characters of a file's name that are kept.
const NAME_MAX: usize = 200;

/// A table with its bytes.
pub struct Draft {
    pub name: String,
    pub bytes: Bytes,
    pub sha256: Vec<u8>,
}

fn path(id: TableFileId) -> Path {
    Path::from(format!("tables/{id}"))
}

/// Takes in one table as a draft of `uploader`.
pub async fn store(app: &App, uploader: PersonId, name: &str, bytes: Bytes) -> Result<StoredTable> {
    if bytes.len() > TABLE_BYTES_MAX {
        return Err(Error::TooLarge(TOO_LARGE.into()));
    }
    let id: TableFileId = app.clock.id();
    let table =
        StoredTable { id, name: plain_name(name), bytes: i64::try_from(bytes.len()).context("the size of a table")? };
    let sha256 = Sha256::digest(&bytes).to_vec();
    // The row first, as with pictures.
    let mut connection = app.pool.acquire().await?;
    sql::insert(&mut connection, uploader, &table, &sha256, app.clock.now()).await?;
    drop(connection);
    app.files.put(&path(id), bytes.into()).await.context("store a table")?;
    Ok(table)
}

/// A table of this person's.
pub async fn open(app: &App, uploader: PersonId, id: TableFileId) -> Result<Draft> {
    let mut connection = app.pool.acquire().await?;
    let (name, sha256) = sql::of(&mut connection, uploader, id).await?.ok_or(Error::NotFound)?;
    drop(connection);
    let object = app.files.get(&path(id)).await.context("read a table")?;
    let bytes = object.bytes().await.context("read a table")?;
    Ok(Draft { name, bytes, sha256 })
}

/// The last part of what a browser calls a file, without what no page should show.
fn plain_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|c| !c.is_control()).take(NAME_MAX).collect();
    let name = name.trim();
    if name.is_empty() { "表格".to_owned() } else { name.to_owned() }
}

/// Drops tables of more than a week ago; the next round goes on.
pub(super) async fn drop_old(app: &App) -> Result<()> {
    let mut connection = app.pool.acquire().await?;
    let old = sql::older_than(&mut connection, app.clock.now() - super::DRAFT_LIFE, super::DROPPED_AT_ONCE).await?;
    drop(connection);
    for id in old {
        // The bytes first: whoever is ended in between finds the row again.
        match app.files.delete(&path(id)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => {
                let mut connection = app.pool.acquire().await?;
                sql::delete(&mut connection, id).await?;
            }
            Err(error) => tracing::error!(table = %id, %error, "an old table is not dropped"),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_is_its_last_part() {
        for (sent, kept) in [
            ("镇分类.csv", "镇分类.csv"),
            ("C:\\桌面\\镇.xlsx", "镇.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("a\u{0}b\n.csv", "ab.csv"),
            ("", "表格"),
            ("/", "表格"),
        ] {
            assert_eq!(plain_name(sent), kept, "{sent:?}");
        }
        assert_eq!(plain_name(&"长".repeat(300)).chars().count(), NAME_MAX);
    }
}
