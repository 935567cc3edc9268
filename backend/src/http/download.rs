//! A table to keep: the answer of whoever downloads one.

use super::endpoints::{Answered, Description};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::api::need_imports::TemplateFormat;

pub struct Download {
    pub format: TemplateFormat,
    /// Of the file, without its ending.
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

const fn mime(format: TemplateFormat) -> &'static str {
    match format {
        TemplateFormat::Csv => "text/csv; charset=utf-8",
        TemplateFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
}

impl Answered for Download {
    fn describe(description: &mut Description) {
        description.answer_text(mime(TemplateFormat::Csv), "表格");
    }
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let name = format!("attachment; filename=\"{}.{}\"", self.name, self.format);
        let headers = [
            (header::CONTENT_TYPE, mime(self.format)),
            (header::CONTENT_DISPOSITION, name.as_str()),
            (header::CACHE_CONTROL, "private, no-store"),
        ];
        (headers, self.bytes).into_response()
    }
}
