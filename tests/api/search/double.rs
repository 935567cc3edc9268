//! A double of the search server that speaks HTTP: it records what it is asked, keeps documents in memory and answers
//! the few questions that our engine sends: filters, orders, numbers beside filters, and weights. It is no Meilisearch: it
//! searches no words.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// How the double behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Manner {
    Faithful,
    /// Answers only after this long.
    Slow(Duration),
    /// Answers something that is no JSON.
    Garbled,
    /// Says no, as to a wrong key.
    Refusing,
    /// Falls over while answering.
    Broken,
}

#[derive(Clone)]
pub struct Double {
    pub address: String,
    state: Arc<Mutex<Memory>>,
}

struct Memory {
    manner: Manner,
    asked: Vec<(String, Value)>,
    indexes: HashMap<String, BTreeMap<String, Document>>,
}

type Document = Map<String, Value>;

impl Double {
    pub async fn start(manner: Manner) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let memory = Memory { manner, asked: Vec::new(), indexes: HashMap::new() };
        let state = Arc::new(Mutex::new(memory));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, state }
    }

    /// `POST /path` and body of everything asked so far.
    pub fn asked(&self) -> Vec<(String, Value)> {
        self.memory().asked.clone()
    }

    pub fn behave(&self, manner: Manner) {
        self.memory().manner = manner;
    }

    /// Changes an attribute of a document that is there.
    pub fn change(&self, index: &str, id: &str, attribute: &str, value: Value) {
        let mut memory = self.memory();
        let document = memory.index(index).get_mut(id).expect("a document");
        document.insert(attribute.to_owned(), value);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.state.lock().expect("no test panics while holding it")
    }
}

async fn answer(State(state): State<Arc<Mutex<Memory>>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let manner = state.lock().expect("held shortly").manner;
    match manner {
        Manner::Faithful => {}
        Manner::Slow(by) => tokio::time::sleep(by).await,
        Manner::Garbled => return (StatusCode::OK, "<html>").into_response(),
        Manner::Broken => return (StatusCode::BAD_GATEWAY, "").into_response(),
        Manner::Refusing => {
            let no = problem("The provided API key is invalid.", "invalid_api_key", "auth");
            return (StatusCode::FORBIDDEN, no.to_string()).into_response();
        }
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
    let mut memory = state.lock().expect("held shortly");
    memory.asked.push((format!("{method} {}", uri.path()), body.clone()));
    let (status, answer) = memory.answer(&method, uri.path(), &body);
    (status, answer.to_string()).into_response()
}

fn problem(message: &str, code: &str, kind: &str) -> Value {
    json!({ "message": message, "code": code, "type": kind, "link": "" })
}

impl Memory {
    fn answer(&mut self, method: &Method, path: &str, body: &Value) -> (StatusCode, Value) {
        let pieces: Vec<&str> = path.trim_matches('/').split('/').collect();
        match (method.as_str(), pieces.as_slice()) {
            ("POST", ["indexes"]) => {
                let name = body["uid"].as_str().expect("a uid").to_owned();
                self.indexes.entry(name).or_default();
                accepted()
            }
            ("PATCH", ["indexes", _, "settings"]) => accepted(),
            ("GET", ["tasks", number]) => (StatusCode::OK, done(number)),
            ("POST", ["indexes", name, "documents"]) => {
                for document in body.as_array().expect("documents") {
                    let document = document.as_object().expect("a document").clone();
                    let id = document["id"].as_str().expect("an id").to_owned();
                    self.indexes.entry((*name).to_owned()).or_default().insert(id, document);
                }
                accepted()
            }
            ("POST", ["indexes", name, "documents", "delete-batch"]) => {
                for id in body.as_array().expect("ids") {
                    self.index(name).remove(id.as_str().expect("an id"));
                }
                accepted()
            }
            ("DELETE", ["indexes", name, "documents"]) => {
                self.index(name).clear();
                accepted()
            }
            ("GET", ["indexes", name, "documents", id]) => match self.index(name).get(*id) {
                Some(document) => (StatusCode::OK, Value::Object(document.clone())),
                None => (StatusCode::NOT_FOUND, problem("not found", "document_not_found", "invalid_request")),
            },
            ("GET", ["indexes", name, "documents"]) => {
                let all: Vec<Value> = self.index(name).keys().map(|id| json!({ "id": id })).collect();
                (StatusCode::OK, json!({ "total": all.len(), "results": all, "offset": 0, "limit": 1_000 }))
            }
            ("GET", ["indexes", name, "stats"]) => (StatusCode::OK, stats(self.index(name).len())),
            ("POST", ["indexes", name, "search"]) => (StatusCode::OK, self.search(name, body)),
            ("POST", ["multi-search"]) => {
                let questions = body["queries"].as_array().expect("queries");
                let answer = if body["federation"].is_object() {
                    self.merged(questions, &body["federation"])
                } else {
                    let answer = |question: &Value| self.search(question["indexUid"].as_str().expect("one"), question);
                    json!({ "results": questions.iter().map(answer).collect::<Vec<_>>() })
                };
                (StatusCode::OK, answer)
            }
            _ => panic!("the double knows no {method} {path}"),
        }
    }

    fn index(&mut self, name: &str) -> &mut BTreeMap<String, Document> {
        self.indexes.entry(name.to_owned()).or_default()
    }

    /// The documents that a question asks for, in its order.
    fn found(&self, name: &str, question: &Value) -> Vec<&Document> {
        let filter = Filter::read(question["filter"].as_str().unwrap_or_default());
        let all = self.indexes.get(name).into_iter().flat_map(BTreeMap::values);
        let mut found: Vec<&Document> = all.filter(|document| filter.passes(document)).collect();
        sort(&mut found, question["sort"][0].as_str().unwrap_or("published_at:desc"));
        found
    }

    fn search(&self, name: &str, question: &Value) -> Value {
        let found = self.found(name, question);
        let mut answer = page(&found, question);
        let facets = question["facets"].as_array().cloned().unwrap_or_default();
        for attribute in facets.iter().filter_map(Value::as_str) {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for value in found.iter().flat_map(|document| values(document, attribute)) {
                *counts.entry(value.as_str().map_or_else(|| value.to_string(), str::to_owned)).or_default() += 1;
            }
            answer["facetDistribution"][attribute] = json!(counts);
        }
        answer
    }

    /// Each document once, by the greatest weight of the questions that find it.
    fn merged(&self, questions: &[Value], federation: &Value) -> Value {
        let weight = |question: &Value| question["federationOptions"]["weight"].as_f64().expect("a weight");
        let mut questions: Vec<&Value> = questions.iter().collect();
        questions.sort_by(|one, other| weight(other).total_cmp(&weight(one)));
        let mut tiers: Vec<(f64, Vec<&Document>)> = Vec::new();
        for question in questions {
            assert_eq!(question["q"], "x", "without a word that is found there is no score to be weighed");
            let found = self.found(question["indexUid"].as_str().expect("an index"), question);
            match tiers.last_mut().filter(|tier| (tier.0 - weight(question)).abs() < f64::EPSILON) {
                Some(tier) => tier.1.extend(found),
                None => tiers.push((weight(question), found)),
            }
        }
        let mut seen = HashSet::new();
        let mut all = Vec::new();
        for (_, mut found) in tiers {
            sort(&mut found, "published_at:desc");
            all.extend(found.into_iter().filter(|document| seen.insert(document["id"].to_string())));
        }
        page(&all, federation)
    }
}

/// The part of what was found that was asked for.
fn page(found: &[&Document], asked: &Value) -> Value {
    let number = |name: &str, instead: u64| usize::try_from(asked[name].as_u64().unwrap_or(instead)).expect("small");
    let (offset, limit) = (number("offset", 0), number("limit", 20));
    let ids: Vec<Value> = found.iter().skip(offset).take(limit).map(|one| json!({ "id": one["id"] })).collect();
    json!({
        "hits": ids, "offset": offset, "limit": limit, "estimatedTotalHits": found.len(), "processingTimeMs": 1,
        "query": asked["q"].as_str().unwrap_or_default(),
    })
}

fn sort(found: &mut [&Document], order: &str) {
    let (attribute, direction) = order.split_once(':').expect("attribute:direction");
    found.sort_by_key(|document| {
        let value = document[attribute].as_i64().expect("a number");
        (if direction == "asc" { value } else { -value }, -document["published_at"].as_i64().expect("a number"))
    });
}

/// The values by which a document is filtered and counted; none where it has none.
fn values<'a>(document: &'a Document, attribute: &str) -> impl Iterator<Item = &'a Value> {
    let value = document.get(attribute).unwrap_or(&Value::Null);
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice).iter().filter(|value| !value.is_null())
}

/// A condition, read.
enum Filter {
    Any(Vec<Filter>),
    All(Vec<Filter>),
    Is { attribute: String, operator: String, value: Value },
}

impl Filter {
    fn read(text: &str) -> Self {
        let mut rest = text;
        let filter = if text.is_empty() { Filter::All(Vec::new()) } else { Filter::any(&mut rest) };
        assert!(rest.is_empty(), "the double does not understand the end of: {text}");
        filter
    }

    /// Conditions joined by `OR`, of which those joined by `AND` belong together.
    fn any(rest: &mut &str) -> Self {
        let mut any = Vec::new();
        loop {
            let mut all = vec![Filter::one(rest)];
            while take(rest, " AND ") {
                all.push(Filter::one(rest));
            }
            any.push(Filter::All(all));
            if !take(rest, " OR ") {
                return Filter::Any(any);
            }
        }
    }

    fn one(rest: &mut &str) -> Self {
        if take(rest, "(") {
            let inside = Filter::any(rest);
            assert!(take(rest, ")"), "a bracket stays open before: {rest}");
            return inside;
        }
        let mut pieces = rest.splitn(3, ' ');
        let mut piece = || pieces.next().expect("attribute, operator, value");
        let (attribute, operator, value) = (piece().to_owned(), piece().to_owned(), piece());
        // A number ends before a bracket; texts and lists say themselves where they end.
        let number = value.find([' ', ')']).filter(|_| value.starts_with(|first: char| first.is_ascii_digit()));
        let mut values = serde_json::Deserializer::from_str(&value[..number.unwrap_or(value.len())]).into_iter();
        let wanted: Value = values.next().expect("a value").expect("a value in JSON's quoting");
        *rest = &value[values.byte_offset()..];
        Filter::Is { attribute, operator, value: wanted }
    }

    fn passes(&self, document: &Document) -> bool {
        let (attribute, operator, value) = match self {
            Filter::Any(any) => return any.iter().any(|one| one.passes(document)),
            Filter::All(all) => return all.iter().all(|one| one.passes(document)),
            Filter::Is { attribute, operator, value } => (attribute, operator, value),
        };
        let number = value.as_i64();
        values(document, attribute).any(|own| match operator.as_str() {
            "=" => own == value,
            "IN" => value.as_array().expect("a list").contains(own),
            ">=" => own.as_i64() >= number,
            "<=" => own.as_i64() <= number,
            ">" => own.as_i64() > number,
            "<" => own.as_i64() < number,
            other => panic!("the double knows no operator {other}"),
        })
    }
}

fn take(rest: &mut &str, beginning: &str) -> bool {
    let others = rest.strip_prefix(beginning);
    *rest = others.unwrap_or(rest);
    others.is_some()
}

fn accepted() -> (StatusCode, Value) {
    let task = json!({
        "taskUid": 1, "indexUid": "needs", "status": "enqueued", "type": "indexCreation",
        "enqueuedAt": "2026-06-30T10:00:00Z",
    });
    (StatusCode::ACCEPTED, task)
}

fn done(number: &str) -> Value {
    let time = "2026-06-30T10:00:00Z";
    json!({
        "uid": number.parse::<u32>().expect("a task"), "indexUid": "needs", "status": "succeeded",
        "type": "indexCreation", "duration": "PT0.1S", "enqueuedAt": time, "startedAt": time, "finishedAt": time,
    })
}

fn stats(documents: usize) -> Value {
    json!({
        "numberOfDocuments": documents, "numberOfEmbeddedDocuments": 0, "numberOfEmbeddings": 0,
        "rawDocumentDbSize": 0, "avgDocumentSize": 0, "isIndexing": false, "fieldDistribution": {},
    })
}
