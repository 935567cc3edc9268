//! One request for a page, and what a page answers.

use crate::words::Lang;
use chrono::{DateTime, NaiveDate, Utc};
use domain::Problem;
use domain::api::files::StoredFile;
use domain::api::sessions::Me;
use domain::api::{ApiError, Call, Request};
use domain::organisation::Role;
use leptos::prelude::AnyView;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use uuid::Uuid;

/// The bytes of a successful answer, on their way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, ApiError>> + Send + 'a>>;

/// The way to the API. The server's goes in process and carries the caller.
pub trait Api: Send + Sync {
    fn send(&self, request: Request) -> Sending<'_>;
}

/// What is the same for every request of this installation.
pub struct SiteInfo {
    /// `style.css` → `style.0123456789ab.css`.
    pub assets: HashMap<String, String>,
    pub demo: bool,
    /// 审图号 of the county map.
    pub map_approval_no: Option<String>,
}

impl SiteInfo {
    /// The address of a built file.
    #[must_use]
    pub fn asset(&self, name: &str) -> String {
        format!("/site/{}", self.assets.get(name).map_or(name, String::as_str))
    }

    /// Outside the demo a map with boundaries needs its number (地图管理条例).
    #[must_use]
    pub fn shows_map(&self) -> bool {
        self.demo || self.map_approval_no.is_some()
    }
}

/// An account that the sign-in page of a demo offers.
#[derive(Clone)]
pub struct DemoAccount {
    pub account: String,
    pub name: String,
    pub roles: Vec<(String, Role)>,
}

/// One request for a page.
pub struct Visit {
    pub api: Arc<dyn Api>,
    pub lang: Lang,
    /// Without the language.
    pub path: String,
    pub query: Vec<(String, String)>,
    pub me: Option<Arc<Me>>,
    /// The form that was refused, when the page is shown again for that.
    pub form: Option<FormState>,
    pub site: Arc<SiteInfo>,
    /// Filled on the sign-in page of a demo only.
    pub demo_accounts: Vec<DemoAccount>,
    pub demo_password: Option<&'static str>,
    pub now: DateTime<Utc>,
    pub today: NaiveDate,
    pub request_id: String,
    /// For a form that creates something: its id, so that sending it twice creates it once.
    pub fresh_id: Uuid,
}

impl Visit {
    pub async fn call<A: DeserializeOwned>(&self, call: Call<A>) -> Result<A, ApiError> {
        Call::<A>::read(&self.api.send(call.request).await?)
    }

    /// The path with the query, without the language.
    #[must_use]
    pub fn address(&self) -> String {
        let query = serde_urlencoded::to_string(&self.query).unwrap_or_default();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// A query parameter that is there and not empty.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// Whether the visitor holds one of the roles in the verified organisation that he acts for.
    #[must_use]
    pub fn has(&self, roles: &[Role]) -> bool {
        self.me.as_ref().is_some_and(|me| me.acting_as(roles).is_some())
    }
}

/// What has to be known before a form can go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Nobody is signed in any more.
    SignIn,
    /// It is serious: who is there?
    ProveAgain,
    /// It is serious, and the person has to set up a second factor first.
    SecondFactor,
}

/// What was typed and what is wrong with it.
#[derive(Clone, Default)]
pub struct FormState {
    /// The form waits for this; everything typed is carried along.
    pub ask: Option<Ask>,
    pub values: Vec<(String, String)>,
    pub problems: Vec<Problem>,
    /// What is wrong with the whole.
    pub message: Option<String>,
    /// Nothing is wrong: the page is a step of the form and no refusal.
    pub fine: bool,
    /// An SVG document of the server's own making, for the answer to this form.
    pub picture: Option<String>,
    /// Pictures that were uploaded already and need not be chosen again.
    pub photos: Vec<KeptPhoto>,
}

pub type KeptPhoto = StoredFile;

impl FormState {
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// All values of a repeated field, in order.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.values.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.push((name.to_owned(), value.into()));
    }

    /// Sets a field that stands once.
    pub fn replace(&mut self, name: &str, value: impl Into<String>) {
        self.values.retain(|(key, _)| key != name);
        self.set(name, value);
    }

    #[must_use]
    pub fn problem(&self, name: &str) -> Option<&str> {
        self.problems.iter().find(|problem| problem.field == name).map(|problem| problem.message.as_str())
    }
}

/// A page, ready to be put into the frame.
pub struct Page {
    pub title: String,
    pub status: u16,
    /// Everybody gets the same, and a shared cache may keep it for a second.
    pub public: bool,
    /// Seconds after which a browser asks for it anew: it tells of something that is under way.
    pub again_after: Option<u8>,
    /// Search engines are asked not to list it, nor to follow its links.
    pub unlisted: bool,
    /// It has another address, within the site.
    pub moved: Option<String>,
    pub body: AnyView,
}

impl Page {
    #[must_use]
    pub fn new(title: impl Into<String>, body: AnyView) -> Self {
        Page { title: title.into(), status: 200, public: false, again_after: None, unlisted: false, moved: None, body }
    }

    /// What is asked for has another address, for good.
    #[must_use]
    pub fn moved(path: String) -> Self {
        Page { moved: Some(path), ..Page::new(String::new(), leptos::prelude::IntoAny::into_any(())) }
    }

    #[must_use]
    pub fn public(mut self) -> Self {
        self.public = true;
        self
    }

    #[must_use]
    pub fn again_after(mut self, seconds: u8) -> Self {
        self.again_after = Some(seconds);
        self
    }

    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.unlisted = true;
        self
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }
}

/// A finished page.
pub struct Rendered {
    pub status: u16,
    pub public: bool,
    pub html: String,
    /// Nobody is signed in and the page is for somebody: where to sign in.
    pub sign_in: bool,
    /// It has another address, within the site.
    pub moved: Option<String>,
}
