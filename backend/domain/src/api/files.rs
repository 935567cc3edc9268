//! Pictures: uploaded to a private draft first, kept when a need or a report names them. And tables, which are drafts
//! until they are read.

use crate::{FileId, TableFileId};
use serde::{Deserialize, Serialize};

/// `POST` one file as `multipart/form-data` (part `file`).
pub const FILES: &str = "/files";
pub const FILE: &str = "/files/{id}";

/// `POST` one table (CSV, XLSX) in the same way.
pub const TABLES: &str = "/files/tables";

/// The largest upload in bytes.
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The largest table in bytes.
pub const TABLE_BYTES_MAX: usize = 16 * 1024 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredFile {
    pub id: FileId,
    pub width: i32,
    pub height: i32,
    /// Of the re-encoded picture.
    pub bytes: i64,
}

/// A table that waits; it is its uploader's alone and is dropped after seven days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredTable {
    pub id: TableFileId,
    /// As the uploader's computer calls it.
    pub name: String,
    pub bytes: i64,
}

/// A picture as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Photo {
    pub id: FileId,
    pub width: i32,
    pub height: i32,
    /// Where it was taken, as far as the picture says and as long as its uploader consents to showing it.
    pub place: Option<Spot>,
}

/// A place to about 100 m: degrees with three decimals, north and east counted up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Spot {
    #[cfg_attr(feature = "openapi", schema(example = "24.315"))]
    pub latitude: String,
    #[cfg_attr(feature = "openapi", schema(example = "116.110"))]
    pub longitude: String,
}
