//! A file to keep: the answer of whoever downloads a table, or days for a calendar.

use super::endpoints::{Answered, Description};
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::api::need_imports::TemplateFormat;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    Csv,
    Xlsx,
    /// iCalendar.
    Ics,
}

impl FileFormat {
    pub const fn mime(self) -> &'static str {
        match self {
            FileFormat::Csv => "text/csv; charset=utf-8",
            FileFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileFormat::Ics => "text/calendar; charset=utf-8; method=PUBLISH",
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            FileFormat::Csv => "csv",
            FileFormat::Xlsx => "xlsx",
            FileFormat::Ics => "ics",
        }
    }
}

impl From<TemplateFormat> for FileFormat {
    fn from(format: TemplateFormat) -> Self {
        match format {
            TemplateFormat::Csv => FileFormat::Csv,
            TemplateFormat::Xlsx => FileFormat::Xlsx,
        }
    }
}

pub struct Download {
    pub format: FileFormat,
    /// Of the file, without its ending.
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

impl Answered for Download {
    fn describe(description: &mut Description) {
        description.answer_text(FileFormat::Csv.mime(), "表格");
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        Streamed { format: self.format, name: self.name, body: Body::from(self.bytes) }.into_response()
    }
}

/// A file that is written while it is sent.
pub struct Streamed {
    pub format: FileFormat,
    /// Of the file, without its ending.
    pub name: &'static str,
    pub body: Body,
}

impl Answered for Streamed {
    fn describe(description: &mut Description) {
        Download::describe(description);
    }
}

impl IntoResponse for Streamed {
    fn into_response(self) -> Response {
        let name = format!("attachment; filename=\"{}.{}\"", self.name, self.format.ending());
        let headers = [
            (header::CONTENT_TYPE, self.format.mime()),
            (header::CONTENT_DISPOSITION, name.as_str()),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        (headers, self.body).into_response()
    }
}
