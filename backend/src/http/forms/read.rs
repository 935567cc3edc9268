//! Reading a form off the network: names, values, and pictures and tables as drafts, never more of it in memory than one
//! of them.
//!
//! What cannot be read is answered with a page, as every other refusal is. Deliberately absent: what the values mean.

use super::Form;
use crate::app::App;
use crate::error::{Error, Result};
use crate::files::{self, tables};
use crate::http::caller::{SignedIn, TableSender};
use crate::http::identify::brings_credentials;
use crate::site::{PageRequest, Site};
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, FromRequestParts, Multipart, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use domain::api::files::{FILE_BYTES_MAX, StoredFile, TABLE_BYTES_MAX};
use domain::{PersonId, Problem};
use frontend::FormState;
use futures::StreamExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// All that is typed into one form, in bytes.
const TEXT_BYTES_MAX: usize = 256 * 1024;
/// What a value costs besides its text, so that a form of empty values ends too.
const VALUE_BYTES: usize = 64;
/// More than the network hands over at a time.
const UNREAD_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Files that one form stores: nine photos, and five pictures for each of three vouchers.
const FILES_MAX: usize = 24;

/// The field of a table; with a stored one the form holds `kept_table`.
const TABLE: &str = "table";

const TOO_LARGE: &str = "内容太大，没有收下。照片请分几次上传，文字请写短一些";
const BROKEN: &str = "内容没有完整送到，请再提交一次";

/// Why the rest of a form is not read.
struct Unreadable {
    status: StatusCode,
    says: &'static str,
}

impl Unreadable {
    fn with(status: StatusCode) -> Self {
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Unreadable { status, says: TOO_LARGE },
            status => Unreadable { status, says: BROKEN },
        }
    }
}

impl From<MultipartError> for Unreadable {
    fn from(error: MultipartError) -> Self {
        // A body that ends early is the sender's matter as well, whatever the library calls it.
        match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Unreadable::with(StatusCode::PAYLOAD_TOO_LARGE),
            _ => Unreadable::with(StatusCode::BAD_REQUEST),
        }
    }
}

impl Form {
    /// Reads names and values; pictures are stored as drafts on the way. What is refused is a page already.
    pub(super) async fn read(site: &Site, request: Request) -> std::result::Result<Self, Response> {
        let page = PageRequest::of(&request);
        let kind =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            return match axum::Form::<Vec<(String, String)>>::from_request(request, site).await {
                Ok(axum::Form(values)) => {
                    // A form that had to ask who sends it comes again without its pictures, which are stored already.
                    let mut state = FormState { values, ..FormState::default() };
                    let signed_in = page.caller.me.is_some();
                    match keep_earlier_photos(&site.app, signed_in, &mut state).await {
                        Ok(()) => Ok(Form { page, state }),
                        Err(error) => Err(error.into_response()),
                    }
                }
                Err(rejection) => Err(unreadable(site, page, rejection.into_response().status()).await),
            };
        }
        let signed_in = page.caller.me.is_some();
        // A stranger's upload is answered before any of it is read. Whoever's session has just ended keeps the words
        // that were typed, and no file.
        if !signed_in && !brings_credentials(request.headers()) {
            return Err(site.page(&page, None).await);
        }
        let (mut parts, body) = request.into_parts();
        let signed_in = SignedIn::from_request_parts(&mut parts, site).await.ok();
        let sender = TableSender::from_request_parts(&mut parts, site).await.ok();
        let mut reading = Reading::new(&site.app, signed_in.as_ref());
        reading.sends_tables = sender.map(|sender| sender.acting.person);
        let body = reading.unread.watch(body);
        let read = match Multipart::from_request(Request::from_parts(parts, body), site).await {
            Ok(multipart) => reading.all(multipart).await,
            Err(_) => Ok(Err(Unreadable::with(StatusCode::BAD_REQUEST))),
        };
        let form = Form { page, state: reading.state };
        match read {
            Ok(Ok(())) => Ok(form),
            Ok(Err(unreadable)) => Err(form.unreadable(site, &unreadable).await),
            Err(error) => Err(error.into_response()),
        }
    }

    /// The page again with what could be read, and why not the rest.
    async fn unreadable(mut self, site: &Site, why: &Unreadable) -> Response {
        self.state.message = Some(why.says.into());
        let mut response = site.page(&self.page, Some(self.state)).await;
        if response.status() == StatusCode::UNPROCESSABLE_ENTITY {
            *response.status_mut() = why.status;
        }
        response
    }
}

/// The page of a form of which nothing could be read.
pub(super) async fn unreadable(site: &Site, page: PageRequest, status: StatusCode) -> Response {
    Form { page, state: FormState::default() }.unreadable(site, &Unreadable::with(status)).await
}

/// A form with files on its way in.
struct Reading<'a> {
    app: &'a App,
    /// Without anybody nothing is stored.
    signed_in: Option<&'a SignedIn>,
    /// Whoever may upload tables.
    sends_tables: Option<PersonId>,
    state: FormState,
    text_bytes: usize,
    stored: usize,
    unread: Unread,
}

impl<'a> Reading<'a> {
    fn new(app: &'a App, signed_in: Option<&'a SignedIn>) -> Self {
        Reading {
            app,
            signed_in,
            sends_tables: None,
            state: FormState::default(),
            text_bytes: 0,
            stored: 0,
            unread: Unread::default(),
        }
    }

    /// Part by part to the end. The outer error is ours, the inner one the sender's; what was read before it stays.
    async fn all(&mut self, mut parts: Multipart) -> Result<std::result::Result<(), Unreadable>> {
        let read = loop {
            let next = parts.next_field().await;
            self.unread.read_on();
            match next {
                Ok(Some(part)) => match self.part(part).await? {
                    Ok(()) => {}
                    Err(unreadable) => break Err(unreadable),
                },
                Ok(None) => break Ok(()),
                Err(error) => break Err(error.into()),
            }
        };
        keep_earlier_photos(self.app, self.signed_in.is_some(), &mut self.state).await?;
        Ok(read)
    }

    async fn part(&mut self, mut part: Field<'_>) -> Result<std::result::Result<(), Unreadable>> {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            return Ok(self.value(name, &mut part).await);
        };
        if name == TABLE {
            return self.table(&file_name, &mut part).await;
        }
        let room = if self.signed_in.is_some() && self.stored < FILES_MAX { FILE_BYTES_MAX } else { 0 };
        let bytes = match self.unread.read_within(&mut part, room).await {
            Ok(Within::All(bytes)) if bytes.is_empty() => return Ok(Ok(())),
            Ok(Within::All(bytes)) => bytes,
            Ok(Within::Part) => {
                self.too_much(name, &file_name);
                return Ok(Ok(()));
            }
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        let Some(signed_in) = self.signed_in else { return Ok(Ok(())) };
        self.stored += 1;
        match files::store(self.app, signed_in.me.id, bytes).await {
            Ok(stored) if name == "photos" => self.state.photos.push(stored),
            // A picture of a field of its own comes back with a refused form as that field's id.
            Ok(stored) => self.state.values.push((format!("kept_{name}"), stored.id.to_string())),
            Err(Error::Invalid(problems)) => {
                let says = problems.into_iter().map(|problem| problem.message).collect::<String>();
                self.problem(name, &file_name, &says);
            }
            Err(Error::TooLarge(says)) => self.problem(name, &file_name, &says),
            Err(error) => return Err(error),
        }
        Ok(Ok(()))
    }

    /// A table waits as a draft, and the form goes on with its id. Of whoever may send none it is passed over.
    async fn table(&mut self, file_name: &str, part: &mut Field<'_>) -> Result<std::result::Result<(), Unreadable>> {
        let room = if self.sends_tables.is_some() { TABLE_BYTES_MAX } else { 0 };
        let bytes = match self.unread.read_within(part, room).await {
            Ok(Within::All(bytes)) => bytes,
            Ok(Within::Part) => {
                if self.sends_tables.is_some() {
                    self.problem(TABLE.to_owned(), file_name, tables::TOO_LARGE);
                }
                return Ok(Ok(()));
            }
            Err(unreadable) => return Ok(Err(unreadable)),
        };
        if let Some(person) = self.sends_tables.filter(|_| !file_name.is_empty()) {
            let stored = tables::store(self.app, person, file_name, bytes).await?;
            self.state.replace(&format!("kept_{TABLE}"), stored.id.to_string());
        }
        Ok(Ok(()))
    }

    async fn value(&mut self, name: String, part: &mut Field<'_>) -> std::result::Result<(), Unreadable> {
        let room = TEXT_BYTES_MAX.saturating_sub(self.text_bytes + name.len() + VALUE_BYTES);
        let Within::All(bytes) = self.unread.read_within(part, room).await? else {
            return Err(Unreadable::with(StatusCode::PAYLOAD_TOO_LARGE));
        };
        self.text_bytes += name.len() + VALUE_BYTES + bytes.len();
        if self.text_bytes > TEXT_BYTES_MAX {
            return Err(Unreadable::with(StatusCode::PAYLOAD_TOO_LARGE));
        }
        self.state.values.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        Ok(())
    }

    /// A file that was passed over: too large, or one too many. A stranger's is passed over in silence.
    fn too_much(&mut self, field: String, file_name: &str) {
        if self.signed_in.is_some() {
            let says = if self.stored < FILES_MAX {
                files::TOO_LARGE
            } else {
                "一次提交的照片太多，请分几次上传"
            };
            self.problem(field, file_name, says);
        }
    }

    fn problem(&mut self, field: String, file_name: &str, says: &str) {
        self.state.problems.push(Problem { field, message: format!("{file_name}：{says}") });
    }
}

/// Pictures of an earlier try or of the saved text come back as hidden ids, unless their box is ticked.
async fn keep_earlier_photos(app: &App, signed_in: bool, state: &mut FormState) -> Result<()> {
    let removed: Vec<String> = state.all("remove_photo").into_iter().map(str::to_owned).collect();
    let ids: Vec<_> = state.all("photo").into_iter().filter(|id| !removed.contains(&(*id).to_owned())).collect();
    let ids: Vec<domain::FileId> = ids.into_iter().filter_map(|id| id.parse().ok()).collect();
    let mut photos: Vec<StoredFile> = Vec::new();
    if signed_in && !ids.is_empty() {
        photos = files::sizes(app, &ids).await?;
    }
    photos.append(&mut state.photos);
    state.photos = photos;
    Ok(())
}

/// What was read of a part that may be too long.
enum Within {
    All(Bytes),
    /// There is more than that; it was passed over.
    Part,
}

/// What came in and is not read yet. A part's head is gathered until it ends, so one that never ends has to be cut off.
#[derive(Clone, Default)]
struct Unread(Arc<AtomicUsize>);

impl Unread {
    fn watch(&self, body: Body) -> Body {
        let unread = self.0.clone();
        Body::from_stream(body.into_data_stream().map(move |chunk| {
            let chunk = chunk?;
            if unread.fetch_add(chunk.len(), Ordering::Relaxed) > UNREAD_BYTES_MAX {
                return Err(axum::Error::new(std::io::Error::other("a part's head does not end")));
            }
            Ok(chunk)
        }))
    }

    fn read_on(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Reads a part to its end and keeps it as long as it is not too long.
    async fn read_within(&self, part: &mut Field<'_>, room: usize) -> std::result::Result<Within, Unreadable> {
        let mut read = BytesMut::new();
        let mut fits = true;
        while let Some(chunk) = part.chunk().await? {
            self.read_on();
            fits = fits && read.len() + chunk.len() <= room;
            if fits {
                read.extend_from_slice(&chunk);
            } else {
                read = BytesMut::new();
            }
        }
        Ok(if fits { Within::All(read.freeze()) } else { Within::Part })
    }
}
