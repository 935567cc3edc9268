//! `POST /files`, `GET /files/{id}`, `POST /files/tables`.

use super::{Size, tables};
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::caller::{Caller, SignedIn, TableSender};
use crate::http::endpoints::{Answered, Description, Endpoints};
use crate::http::{Path, Query};
use axum::Json;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::FileId;
use domain::api::files::{FILE, FILE_BYTES_MAX, FILES, StoredFile, StoredTable, TABLE_BYTES_MAX, TABLES};
use serde::Deserialize;
use utoipa::IntoParams;

pub fn routes() -> Endpoints {
    let upload = Endpoints::new("照片")
        .post(FILES, "上传一张照片，七天内用不上就删除", upload)
        .with(|router| router.layer(DefaultBodyLimit::max(FILE_BYTES_MAX + 64 * 1024)));
    let table = Endpoints::new("表格")
        .post(TABLES, "上传一张表格（CSV、XLSX），七天内用不上就删除", upload_table)
        .with(|router| router.layer(DefaultBodyLimit::max(TABLE_BYTES_MAX + 64 * 1024)));
    Endpoints::new("照片").get(FILE, "一张照片", read).merge(upload).merge(table)
}

async fn upload(
    State(app): State<App>,
    signed_in: SignedIn,
    mut form: Multipart,
) -> Result<(StatusCode, Json<StoredFile>)> {
    let refused = |error| refused(&error, super::TOO_LARGE);
    while let Some(part) = form.next_field().await.map_err(refused)? {
        if part.name() == Some("file") {
            let bytes = part.bytes().await.map_err(refused)?;
            return Ok((StatusCode::CREATED, Json(super::store(&app, signed_in.me.id, bytes).await?)));
        }
    }
    Err(Error::invalid("file", "请选择一张照片"))
}

async fn upload_table(
    State(app): State<App>,
    sender: TableSender,
    mut form: Multipart,
) -> Result<(StatusCode, Json<StoredTable>)> {
    let refused = |error| refused(&error, tables::TOO_LARGE);
    while let Some(part) = form.next_field().await.map_err(refused)? {
        if part.name() == Some("file") {
            let name = part.file_name().unwrap_or_default().to_owned();
            let bytes = part.bytes().await.map_err(refused)?;
            let stored = tables::store(&app, sender.acting.person, &name, bytes).await?;
            return Ok((StatusCode::CREATED, Json(stored)));
        }
    }
    Err(Error::invalid("file", "请选择一个表格文件"))
}

fn refused(error: &MultipartError, too_large: &str) -> Error {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Error::TooLarge(too_large.into())
    } else {
        Error::BadRequest(error.body_text())
    }
}

#[derive(Deserialize, IntoParams)]
struct Wanted {
    /// `small` for a preview.
    size: Option<String>,
}

/// A picture as it goes out.
struct Picture {
    bytes: bytes::Bytes,
    public: bool,
}

impl Answered for Picture {
    fn describe(description: &mut Description) {
        description.answer_picture();
    }
}

impl IntoResponse for Picture {
    fn into_response(self) -> Response {
        let cache = if self.public { "public, max-age=86400" } else { "private, no-store" };
        let headers = [
            (header::CONTENT_TYPE, "image/jpeg"),
            (header::CACHE_CONTROL, cache),
            (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        ];
        (headers, self.bytes).into_response()
    }
}

async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<FileId>,
    Query(wanted): Query<Wanted>,
) -> Result<Picture> {
    let size = if wanted.size.as_deref() == Some("small") { Size::Small } else { Size::Full };
    let (bytes, public) = super::read(&app, &caller, id, size).await?;
    Ok(Picture { bytes, public })
}
