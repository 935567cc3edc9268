//! A double of the search server that speaks HTTP: it records what it is asked, keeps documents in memory and answers
//! the few questions that our engine sends. It is no Meilisearch: no ranking, no typos, every word must match.

use std::collections::{BTreeMap, HashMap};
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
    indexes: HashMap<String, BTreeMap<String, Map<String, Value>>>,
    synonyms: Map<String, Value>,
}

impl Double {
    pub async fn start(manner: Manner) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let memory = Memory { manner, asked: Vec::new(), indexes: HashMap::new(), synonyms: Map::new() };
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
            ("PATCH", ["indexes", _, "settings"]) => {
                self.synonyms = body["synonyms"].as_object().cloned().unwrap_or_default();
                accepted()
            }
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
                let questions = body["queries"].as_array().expect("queries").clone();
                let results: Vec<Value> = questions
                    .iter()
                    .map(|question| self.search(question["indexUid"].as_str().expect("an index"), question))
                    .collect();
                (StatusCode::OK, json!({ "results": results }))
            }
            _ => panic!("the double knows no {method} {path}"),
        }
    }

    fn index(&mut self, name: &str) -> &mut BTreeMap<String, Map<String, Value>> {
        self.indexes.entry(name.to_owned()).or_default()
    }

    fn search(&mut self, name: &str, question: &Value) -> Value {
        let every = question["matchingStrategy"] != "frequency";
        let words: Vec<String> = question["q"]
            .as_str()
            .unwrap_or_default()
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let filter = question["filter"].as_str().unwrap_or_default().to_owned();
        let synonyms = self.synonyms.clone();
        let mut found: Vec<&Map<String, Value>> = self
            .indexes
            .get(name)
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter(|document| passes(document, &filter))
            .filter(|document| {
                let mut met = words.iter().map(|word| meets(document, word, &synonyms));
                words.is_empty() || if every { met.all(|met| met) } else { met.any(|met| met) }
            })
            .collect();
        sort(&mut found, question["sort"][0].as_str().unwrap_or("published_at:desc"));
        let number =
            |name: &str, instead: u64| usize::try_from(question[name].as_u64().unwrap_or(instead)).expect("small");
        let (offset, limit) = (number("offset", 0), number("limit", 20));
        let hits: Vec<Value> =
            found.iter().skip(offset).take(limit).map(|document| json!({ "id": document["id"] })).collect();
        let mut answer = json!({
            "hits": hits, "offset": offset, "limit": limit, "estimatedTotalHits": found.len(),
            "processingTimeMs": 1, "query": question["q"],
        });
        let facets = question["facets"].as_array().cloned().unwrap_or_default();
        for attribute in facets.iter().filter_map(Value::as_str) {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for value in found.iter().filter_map(|document| document[attribute].as_str()) {
                *counts.entry(value).or_default() += 1;
            }
            answer["facetDistribution"][attribute] = json!(counts);
        }
        answer
    }
}

fn sort(found: &mut [&Map<String, Value>], order: &str) {
    let (attribute, direction) = order.split_once(':').expect("attribute:direction");
    found.sort_by_key(|document| {
        let value = document[attribute].as_i64().expect("a number");
        (if direction == "asc" { value } else { -value }, -document["published_at"].as_i64().expect("a number"))
    });
}

/// Whether a searched attribute holds the word or one of its synonyms.
fn meets(document: &Map<String, Value>, word: &str, synonyms: &Map<String, Value>) -> bool {
    let others = synonyms.get(word).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let wanted: Vec<&str> = std::iter::once(word).chain(others).collect();
    document
        .iter()
        .filter(|(name, _)| name.ends_with("_terms") || name.ends_with("_pinyin"))
        .filter_map(|(_, text)| text.as_str())
        .any(|text| text.split(' ').any(|term| wanted.contains(&term)))
}

/// The conditions that our engine writes, joined by `AND`; one may be several in brackets, joined by `OR`.
fn passes(document: &Map<String, Value>, filter: &str) -> bool {
    if let Some(rest) = filter.strip_prefix("((") {
        let (either, others) = rest.split_once("))").expect("brackets that close");
        let others = others.strip_prefix(" AND ").unwrap_or(others);
        return either.split(") OR (").any(|one| passes(document, one)) && passes(document, others);
    }
    if let Some((before, either)) = filter.split_once(" AND ((") {
        return passes(document, before) && passes(document, &format!("(({either}"));
    }
    filter.split(" AND ").filter(|condition| !condition.is_empty()).all(|condition| {
        let (attribute, rest) = condition.split_once(' ').expect("attribute first");
        let (operator, wanted) = rest.split_once(' ').expect("then an operator");
        let wanted: Value = serde_json::from_str(wanted).expect("a value in JSON's quoting");
        let value = &document[attribute];
        match operator {
            "=" => *value == wanted,
            "IN" => wanted.as_array().expect("a list").contains(value),
            // What has no number passes none of these.
            ">=" => value.as_i64().is_some_and(|value| Some(value) >= wanted.as_i64()),
            "<=" => value.as_i64().is_some_and(|value| Some(value) <= wanted.as_i64()),
            ">" => value.as_i64().is_some_and(|value| Some(value) > wanted.as_i64()),
            "<" => value.as_i64().is_some_and(|value| Some(value) < wanted.as_i64()),
            other => panic!("the double knows no operator {other}"),
        }
    })
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
