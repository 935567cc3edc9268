//! A crowd on the real binary, over HTTP, as on the day itself: clerks who pledge and visitors who read.
//!
//! Everybody acts by the clock and not when the server is ready for the next one: whoever waits is waited for, and what
//! is measured begins when it should have begun. Clerks do what people do when no answer comes: they send the same again.
//! Deliberately absent: starting and stopping servers, and judging what was seen.

use axum::body::Bytes;
use axum::http::{Method, Request, StatusCode, header};
use domain::allocation::FundingChoice;
use domain::api::campaigns::Campaign;
use domain::api::pledges::{NewPledge, Pledge};
use domain::api::sessions::{Credentials, Session};
use domain::api::{Call, List, PREFIX};
use domain::pledge::{PLEDGE_TERMS_VERSION, PledgeInput, PublicDisplay, Restriction};
use domain::{CampaignId, Fen, OrganisationId, PledgeId};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// After that long a person gives an answer up and tries again.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long whoever got no answer waits before trying again.
const BREATH: Duration = Duration::from_millis(200);
/// An access token lives for ten minutes; it is renewed well before.
const TOKEN_LIFE: Duration = Duration::from_mins(7);

/// Asks one server.
#[derive(Clone)]
pub struct Asking {
    client: legacy::Client<HttpConnector, Full<Bytes>>,
    origin: String,
    tokens: Arc<Mutex<BTreeMap<String, (String, Instant)>>>,
}

/// What came back, or why nothing did.
pub type Answer = Result<(StatusCode, Bytes), String>;

impl Asking {
    #[must_use]
    pub fn new(port: u16) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = legacy::Client::builder(TokioExecutor::new()).build(connector);
        Asking { client, origin: format!("http://127.0.0.1:{port}"), tokens: Arc::default() }
    }

    async fn send(&self, method: Method, path: &str, headers: &[(header::HeaderName, String)], body: Bytes) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.origin));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body)).map_err(|error| error.to_string())?;
        let answered = async {
            let answer = self.client.request(request).await.map_err(|error| format!("{error:?}"))?;
            let status = answer.status();
            let body = answer.into_body().collect().await.map_err(|error| format!("{error:?}"))?;
            Ok((status, body.to_bytes()))
        };
        tokio::time::timeout(PATIENCE, answered).await.unwrap_or_else(|_| Err("no answer in time".into()))
    }

    /// A page, as the visitor of a number or by somebody's cookie. Each visitor comes from an address of its own, where the
    /// server believes this machine about that.
    pub async fn page(&self, path: &str, visitor: u32, cookie: Option<&str>) -> Answer {
        let address = format!("10.0.{}.{}", visitor / 256 % 256, visitor % 256);
        let mut headers = vec![(header::HeaderName::from_static("x-forwarded-for"), address)];
        headers.extend(cookie.map(|cookie| (header::COOKIE, format!("qc_access={cookie}"))));
        self.send(Method::GET, path, &headers, Bytes::new()).await
    }

    /// One call of the API by one of the demo's accounts.
    pub async fn call<T>(&self, account: &str, call: &Call<T>) -> Answer {
        let token = self.token(account).await?;
        let method = match call.request.method {
            domain::api::Method::Get => Method::GET,
            domain::api::Method::Post => Method::POST,
            domain::api::Method::Delete => Method::DELETE,
        };
        let headers =
            [(header::AUTHORIZATION, format!("Bearer {token}")), (header::CONTENT_TYPE, "application/json".to_owned())];
        let body = Bytes::from(call.request.body.clone().unwrap_or_default());
        self.send(method, &format!("{PREFIX}{}", call.request.path), &headers, body).await
    }

    /// As [`Asking::call`], again and again until there is an answer that is not the server's own trouble.
    pub async fn insist<T>(&self, account: &str, call: &Call<T>) -> (StatusCode, Bytes) {
        loop {
            match self.call(account, call).await {
                Ok((status, body)) if !status.is_server_error() => return (status, body),
                _ => tokio::time::sleep(BREATH).await,
            }
        }
    }

    /// What a call answers, insisted upon.
    pub async fn told<T: DeserializeOwned>(&self, account: &str, call: &Call<T>) -> T {
        let (status, body) = self.insist(account, call).await;
        assert!(status.is_success(), "{}: {status} {}", call.request.path, String::from_utf8_lossy(&body));
        serde_json::from_slice(&body).expect("an answer of the promised shape")
    }

    /// A token that is good for some minutes more.
    pub async fn token(&self, account: &str) -> Result<String, String> {
        let known = self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned();
        if let Some((token, since)) = known
            && since.elapsed() < TOKEN_LIFE
        {
            return Ok(token);
        }
        let credentials = Credentials { account: account.into(), password: "qiancun-shili".into(), code: None };
        let body = serde_json::to_vec(&credentials).map_err(|error| error.to_string())?;
        let kind = [(header::CONTENT_TYPE, "application/json".to_owned())];
        let (status, body) = self.send(Method::POST, &format!("{PREFIX}/session"), &kind, body.into()).await?;
        let session: Session =
            serde_json::from_slice(&body).map_err(|_| format!("{status}: {}", String::from_utf8_lossy(&body)))?;
        let token = session.access;
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.insert(account.into(), (token.clone(), Instant::now()));
        Ok(token)
    }
}

/// How long answers took, and how many did not come.
#[derive(Default)]
pub struct Seen {
    micros: Mutex<Vec<u64>>,
    failed: AtomicU64,
}

impl Seen {
    fn note(&self, since: Instant) {
        let took = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.micros.lock().unwrap_or_else(PoisonError::into_inner).push(took);
    }

    /// Answers that were none, or the server's own trouble.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// How many answers there were, and what so many thousandths of them did not exceed, in milliseconds.
    #[must_use]
    pub fn milliseconds<const N: usize>(&self, thousandths: [usize; N]) -> (usize, [u64; N]) {
        let mut micros = self.micros.lock().unwrap_or_else(PoisonError::into_inner).clone();
        micros.sort_unstable();
        let at = |part: usize| micros.get((micros.len() * part / 1000).min(micros.len().saturating_sub(1)));
        (micros.len(), thousandths.map(|part| at(part).copied().unwrap_or_default() / 1000))
    }
}

/// Clerks who pledge, at so many a second.
pub struct Pledging {
    asking: Asking,
    campaign: CampaignId,
    charity: OrganisationId,
    next: AtomicU64,
    /// What was promised to be there: the answers that came.
    pub acknowledged: Mutex<BTreeMap<PledgeId, Pledge>>,
    pub seen: Seen,
    stop: AtomicBool,
}

/// A directed pledge without a need, shown by name.
#[must_use]
pub fn plain_pledge(id: PledgeId, (campaign, charity): (CampaignId, OrganisationId), amount: Fen) -> NewPledge {
    NewPledge {
        id,
        campaign,
        charity,
        input: PledgeInput {
            amount,
            restriction: Restriction::Directed,
            need: None,
            designations: Vec::new(),
            funding_choice: FundingChoice::AskMe,
            public_display: Some(PublicDisplay::Name),
            show_amount: true,
            share_with_recipient: true,
            notice_acknowledged: true,
            voluntary: true,
            terms_version: PLEDGE_TERMS_VERSION.to_owned(),
            schedule: None,
        },
    }
}

/// Clerks at their desks at once: a server that is away for long is not met by more than a town has.
const CLERKS_MAX: usize = 1_000;
/// Each so-many-eth clerk presses the button twice.
const TWICE: u64 = 10;

impl Pledging {
    /// Into the first campaign that takes pledges. No two crowds on one database may begin at the same number.
    pub async fn new(asking: &Asking, first: u64) -> Arc<Self> {
        let campaigns: List<Campaign> = asking.told("enterprise", &domain::api::campaigns::list()).await;
        let campaign = campaigns.items.iter().find(|campaign| campaign.takes_pledges).expect("an open campaign");
        Arc::new(Pledging {
            asking: asking.clone(),
            campaign: campaign.id,
            charity: campaign.charities.first().expect("a charity that receives").id,
            next: AtomicU64::new(first),
            acknowledged: Mutex::default(),
            seen: Seen::default(),
            stop: AtomicBool::new(false),
        })
    }

    /// How many pledges were begun and how many acknowledged.
    pub fn counts(&self, first: u64) -> (u64, usize) {
        let acknowledged = self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).len();
        (self.next.load(Ordering::Relaxed) - first, acknowledged)
    }

    fn pledge(&self, number: u64) -> NewPledge {
        // Another amount each time, so that no two can stand for each other.
        let amount = 1_000_000 + i64::try_from(number % 1_000_000).unwrap_or_default();
        let id = PledgeId(Uuid::from_u128(u128::from(number)));
        plain_pledge(id, (self.campaign, self.charity), Fen::new(amount).expect("an amount"))
    }

    /// One clerk: sends until it is answered, and sometimes once more; the same answer has to come again.
    async fn clerk(&self, number: u64, due: Instant) {
        let new = self.pledge(number);
        let call = domain::api::pledges::create(&new);
        let (status, body) = self.asking.insist("enterprise", &call).await;
        self.seen.note(due);
        assert!(status.is_success(), "a pledge is refused: {status} {}", String::from_utf8_lossy(&body));
        let pledge: Pledge = serde_json::from_slice(&body).expect("a pledge");
        assert_eq!((pledge.id, pledge.amount_fen), (new.id, new.input.amount), "the answer is to what was sent");
        if number.is_multiple_of(TWICE) {
            let again: Pledge = self.asking.told("enterprise", &call).await;
            assert_eq!((again.id, &again.reference), (pledge.id, &pledge.reference), "sent twice is recorded once");
        }
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).insert(pledge.id, pledge);
    }

    /// Begins so many pledges a second until told to stop; returns when each of them is answered. While [`CLERKS_MAX`]
    /// wait, those that are due wait with them, and that counts as waiting.
    pub async fn keep_pledging(self: Arc<Self>, a_second: u32) {
        let answered = |clerk: Result<(), tokio::task::JoinError>| clerk.expect("a clerk is answered as promised");
        let mut clerks = tokio::task::JoinSet::new();
        let mut due = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            tokio::time::sleep_until(due.into()).await;
            while let Some(clerk) = clerks.try_join_next() {
                answered(clerk);
            }
            if clerks.len() >= CLERKS_MAX {
                answered(clerks.join_next().await.expect("some are waiting"));
            }
            let (own, number) = (self.clone(), self.next.fetch_add(1, Ordering::Relaxed));
            clerks.spawn(async move { own.clerk(number, due).await });
            due += Duration::from_secs(1) / a_second;
        }
        while let Some(clerk) = clerks.join_next().await {
            answered(clerk);
        }
    }

    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Visitors who each open a page a second; one in ten is signed in.
pub struct Visitors {
    stop: Arc<AtomicBool>,
    pub seen: Arc<Seen>,
    tasks: tokio::task::JoinSet<()>,
}

impl Visitors {
    #[must_use]
    pub fn start(asking: &Asking, number: u32, pages: &[String]) -> Self {
        let (stop, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(Seen::default()));
        let mut tasks = tokio::task::JoinSet::new();
        for visitor in 0..number {
            let own = (asking.clone(), pages.to_vec(), stop.clone(), seen.clone());
            tasks.spawn(visit(own, visitor, Duration::from_secs(1) * visitor / number));
        }
        Visitors { stop, seen, tasks }
    }

    pub async fn end(mut self) -> Arc<Seen> {
        self.stop.store(true, Ordering::Relaxed);
        while let Some(visitor) = self.tasks.join_next().await {
            visitor.expect("a visitor goes home");
        }
        self.seen
    }
}

async fn visit(
    (asking, pages, stop, seen): (Asking, Vec<String>, Arc<AtomicBool>, Arc<Seen>),
    visitor: u32,
    later: Duration,
) {
    let mut due = Instant::now() + later;
    let mut turn = visitor as usize;
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep_until(due.into()).await;
        let cookie = if visitor.is_multiple_of(10) { asking.token("enterprise").await.ok() } else { None };
        match asking.page(&pages[turn % pages.len()], visitor, cookie.as_deref()).await {
            Ok((status, _)) if status.is_success() => seen.note(due),
            _ => _ = seen.failed.fetch_add(1, Ordering::Relaxed),
        }
        turn += 1;
        due += Duration::from_secs(1);
    }
}

/// Ten pages that everybody reads on the day.
pub async fn public_pages(asking: &Asking) -> Vec<String> {
    let campaigns: List<Campaign> = asking.told("enterprise", &domain::api::campaigns::list()).await;
    let campaign = &campaigns.items.first().expect("a campaign").code;
    let needs = asking.told("enterprise", &domain::api::needs::list(&domain::api::needs::NeedQuery::default())).await;
    let need = |place: usize| needs.items.get(place).expect("the demo has needs");
    let code = |place: usize| format!("/needs/{}", need(place).code.as_ref().expect("a public need has a code"));
    let village = need(0).place.code.to_string();
    vec![
        "/".into(),
        "/needs".into(),
        code(0),
        code(1),
        code(2),
        format!("/campaigns/{campaign}"),
        format!("/villages/{village}"),
        format!("/counties/{}", &village[..6]),
        "/coverage".into(),
        "/about/recommendations".into(),
    ]
}
