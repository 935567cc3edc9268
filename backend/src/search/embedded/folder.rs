//! The folder of the index: whose it is, whether it can be used, and beginning anew.
//!
//! It holds nothing that the database does not hold, so whatever cannot be read is thrown away.

use std::path::Path;
use std::{fs, io};

use tantivy::directory::error::LockError;
use tantivy::directory::{INDEX_WRITER_LOCK, MmapDirectory};
use tantivy::{Directory, Index, TantivyError};

use super::shape::Shape;
use super::unavailable;
use crate::search::engine::EngineError;

/// The file that says which version and configuration wrote the folder.
pub const MARK: &str = "qiancun-search";

/// Emptying a folder under another process would take its index away, so the writer's lock is tried first.
pub fn refuse_if_taken(folder: &Path) -> Result<(), EngineError> {
    let directory = MmapDirectory::open(folder).map_err(unavailable)?;
    match directory.acquire_lock(&INDEX_WRITER_LOCK) {
        Ok(_released_at_once) => Ok(()),
        Err(LockError::LockBusy) => Err(EngineError::Refused(format!("{} is in use", folder.display()))),
        Err(problem) => Err(unavailable(problem)),
    }
}

/// The index in `folder` if it can be used; else why not, or `None` if there is nothing yet.
pub fn usable(folder: &Path, shape: &Shape, mark: &str) -> Result<Result<Index, Option<String>>, EngineError> {
    let names = file_names(folder).map_err(unavailable)?;
    let ours = |name: &str| names.iter().any(|found| found == name);
    if names.is_empty() {
        return Ok(Err(None));
    }
    if !ours(MARK) && !ours("meta.json") {
        return Err(EngineError::Refused(format!("{} holds files that are not a search index", folder.display())));
    }
    let found = fs::read_to_string(folder.join(MARK)).unwrap_or_default();
    if found != mark {
        return Ok(Err(Some(format!("written as {found:?}, needed is {mark:?}"))));
    }
    Ok(intact(folder, shape).map_err(Some))
}

fn intact(folder: &Path, shape: &Shape) -> Result<Index, String> {
    let text = |problem: TantivyError| problem.to_string();
    let index = Index::open_in_dir(folder).map_err(text)?;
    if index.schema() != shape.schema {
        return Err("another shape".to_owned());
    }
    let damaged = index.validate_checksum().map_err(text)?;
    if !damaged.is_empty() {
        return Err(format!("damaged files: {damaged:?}"));
    }
    index.reader().map_err(text)?;
    Ok(index)
}

pub fn begin(folder: &Path, shape: &Shape, mark: &str) -> Result<Index, EngineError> {
    let index = Index::create_in_dir(folder, shape.schema.clone()).map_err(unavailable)?;
    // Last, so that a folder that carries the mark has an index.
    fs::write(folder.join(MARK), mark).map_err(unavailable)?;
    Ok(index)
}

/// Names of the files in `folder`, without locks.
fn file_names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if Path::new(&name).extension().is_none_or(|ending| ending != "lock") {
            names.push(name);
        }
    }
    Ok(names)
}

/// Removes the files of an index; folders are not touched, an index has none.
pub fn empty(folder: &Path) -> io::Result<()> {
    for name in file_names(folder)? {
        let path = folder.join(name);
        if path.is_file() {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
