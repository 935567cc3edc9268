//! `/dev/mail`: in a demo on this very machine, the letters that nobody received.

use super::Outbox;
use crate::app::App;
use crate::error::{Error, Result};
use crate::http::Path;
use axum::Router;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::{Message, MessageParser, MimeHeaders};
use maud::{DOCTYPE, Markup, html};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Letters in the list.
const LIST_MAX: usize = 100;

pub fn routes() -> Router<App> {
    Router::new()
        .route("/dev/mail", get(list))
        .route("/dev/mail/{name}", get(one))
        .route("/dev/mail/{name}/html", get(as_html))
        .route("/dev/mail/{name}/attachments/{place}", get(attachment))
}

/// The folder of letters; for anybody but a direct visitor from this machine there is none.
struct Folder(PathBuf);

impl FromRequestParts<App> for Folder {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let direct = peer.is_some_and(|ip| ip.is_loopback()) && !is_forwarded(&parts.headers);
        match &app.mail {
            Outbox::Files(folder) if app.demo && direct => Ok(Folder(folder.clone())),
            _ => Err(Error::NotFound),
        }
    }
}

fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key("x-forwarded-for") || headers.contains_key(header::FORWARDED)
}

impl Folder {
    /// Names of letters, latest first.
    async fn names(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut entries = tokio::fs::read_dir(&self.0).await.map_err(anyhow::Error::from)?;
        while let Some(entry) = entries.next_entry().await.map_err(anyhow::Error::from)? {
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(name) = name.strip_suffix(".eml") {
                names.push(name.to_owned());
            }
        }
        names.sort_unstable_by(|a, b| b.cmp(a));
        names.truncate(LIST_MAX);
        Ok(names)
    }

    async fn bytes(&self, name: &str) -> Result<Vec<u8>> {
        // Our own names only: no way leads out of the folder.
        if !name.chars().all(|char| char.is_ascii_alphanumeric() || char == '-') {
            return Err(Error::NotFound);
        }
        tokio::fs::read(self.0.join(format!("{name}.eml"))).await.map_err(|_| Error::NotFound)
    }
}

fn parse(bytes: &[u8]) -> Result<Message<'_>> {
    MessageParser::default().parse(bytes).ok_or(Error::NotFound)
}

fn recipient(message: &Message<'_>) -> String {
    let first = message.to().and_then(|to| to.first());
    first.and_then(|to| to.address()).unwrap_or_default().to_owned()
}

fn page(title: &str, body: &Markup) -> Html<String> {
    let page = html! {
        (DOCTYPE)
        html lang="zh-Hans" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · 演示信箱" }
            }
            body style="margin:0 auto;padding:24px;max-width:720px;font:16px/1.7 sans-serif;color:#1c2a25;background:#fbf9f3" {
                (body)
            }
        }
    };
    Html(page.into_string())
}

async fn list(folder: Folder) -> Result<Html<String>> {
    let mut rows = Vec::new();
    for name in folder.names().await? {
        let bytes = folder.bytes(&name).await?;
        let message = parse(&bytes)?;
        let date = message.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default();
        rows.push((name, message.subject().unwrap_or_default().to_owned(), recipient(&message), date));
    }
    let body = html! {
        h1 { "演示信箱" }
        p { "演示系统的邮件不会寄出，都放在这里。只有从本机直接打开才看得到。" }
        @if rows.is_empty() { p { "还没有邮件。" } }
        ul {
            @for (name, subject, to, date) in &rows {
                li { a href=(format!("/dev/mail/{name}")) { (subject) } br; small { (to) " · " (date) } }
            }
        }
        p { a href="/" { "回首页" } }
    };
    Ok(page("邮件", &body))
}

async fn one(folder: Folder, Path(name): Path<String>) -> Result<Html<String>> {
    let bytes = folder.bytes(&name).await?;
    let message = parse(&bytes)?;
    let text = message.body_text(0).unwrap_or_default();
    let subject = message.subject().unwrap_or_default();
    let attachments: Vec<_> = message.attachments().filter_map(|part| part.attachment_name()).collect();
    let body = html! {
        p { a href="/dev/mail" { "← 全部邮件" } }
        h1 style="font-size:22px" { (subject) }
        p { "收件人：" (recipient(&message)) }
        @for (place, file) in attachments.iter().enumerate() {
            p { "附件：" a href=(format!("/dev/mail/{name}/attachments/{place}")) { (file) } }
        }
        p { a href=(format!("/dev/mail/{name}/html")) { "看网页版" } }
        pre style="white-space:pre-wrap;font:inherit;background:#fff;padding:16px;border-radius:10px" { (text) }
    };
    Ok(page(subject, &body))
}

async fn as_html(folder: Folder, Path(name): Path<String>) -> Result<Html<String>> {
    let bytes = folder.bytes(&name).await?;
    let message = parse(&bytes)?;
    message.body_html(0).map(|html| Html(html.into_owned())).ok_or(Error::NotFound)
}

async fn attachment(folder: Folder, Path((name, place)): Path<(String, usize)>) -> Result<Response> {
    let bytes = folder.bytes(&name).await?;
    let message = parse(&bytes)?;
    let part = message.attachments().nth(place).ok_or(Error::NotFound)?;
    let kind = part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()));
    let kind = kind.and_then(|kind| HeaderValue::from_str(&kind).ok());
    let kind = kind.unwrap_or(HeaderValue::from_static("application/octet-stream"));
    Ok(([(header::CONTENT_TYPE, kind)], part.contents().to_vec()).into_response())
}
