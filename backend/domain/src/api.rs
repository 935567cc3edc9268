//! Every call of the API, defined once: the method, the path, what is asked, what is answered.
//!
//! The server routes by the same paths, pages and islands call through the same functions, so a call cannot be
//! spelled in two ways. Deliberately absent: transport. `/api/v1` is added where a call meets the network.

pub mod accounting;
pub mod agreements;
pub mod allocations;
pub mod areas;
pub mod arrivals;
pub mod audit;
pub mod bank_accounts;
pub mod bank_statements;
pub mod campaigns;
pub mod charity_books;
pub mod commitments;
pub mod consents;
pub mod contact;
pub mod coverage;
pub mod deductions;
pub mod deliveries;
pub mod disbursements;
pub mod dues;
pub mod earlier_pairings;
pub mod enquiries;
pub mod figures;
pub mod files;
pub mod fundraising;
pub mod gift_claims;
pub mod gift_requests;
pub mod gifts;
pub mod goods;
pub mod invitations;
pub mod jobs;
pub mod ledger;
pub mod links;
pub mod matching;
pub mod members;
pub mod money;
pub mod month_ends;
pub mod need_imports;
pub mod need_versions;
pub mod needs;
pub mod notices;
pub mod offers;
pub mod on_behalf;
pub mod organisations;
pub mod outgoings;
pub mod own_data;
pub mod pairings;
pub mod payees;
pub mod place_imports;
pub mod places;
pub mod pledges;
pub mod purpose_changes;
pub mod rebookings;
pub mod registrations;
pub mod resets;
pub mod returns;
pub mod reversals;
pub mod rounds;
pub mod saved_searches;
pub mod sessions;
pub mod surpluses;
pub mod texts;
pub mod todo;
pub mod verifications;

use crate::Problem;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::marker::PhantomData;

/// Where the API begins.
pub const PREFIX: &str = "/api/v1";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Delete,
}

/// What goes over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: Method,
    /// Below [`PREFIX`], with its query.
    pub path: String,
    /// JSON.
    pub body: Option<Vec<u8>>,
}

/// One call, ready to be sent; `A` is what a success answers.
#[derive(Debug)]
pub struct Call<A> {
    pub request: Request,
    answer: PhantomData<fn() -> A>,
}

impl<A: DeserializeOwned> Call<A> {
    #[must_use]
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::Get, path, None)
    }

    #[must_use]
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new(Method::Delete, path, None)
    }

    /// A call that changes something, with what is asked.
    #[must_use]
    pub fn post<B: Serialize>(path: impl Into<String>, body: &B) -> Self {
        Self::new(Method::Post, path, Some(to_json(body)))
    }

    /// Adds `query`'s fields that are set to the path.
    #[must_use]
    pub fn query<Q: Serialize>(mut self, query: &Q) -> Self {
        if let Ok(text) = serde_urlencoded::to_string(query)
            && !text.is_empty()
        {
            self.request.path = format!("{}?{text}", self.request.path);
        }
        self
    }

    fn new(method: Method, path: impl Into<String>, body: Option<Vec<u8>>) -> Self {
        Call { request: Request { method, path: path.into(), body }, answer: PhantomData }
    }

    /// Reads the answer of a success.
    pub fn read(bytes: &[u8]) -> Result<A, ApiError> {
        serde_json::from_slice(bytes)
            .map_err(|error| ApiError::new(ErrorCode::Internal, format!("系统出错了，已经记录。请稍后再试（{error}）")))
    }
}

/// Our own types always serialise; a failure would be a defect in this crate.
fn to_json<B: Serialize>(body: &B) -> Vec<u8> {
    serde_json::to_vec(body).unwrap_or_else(|error| unreachable!("a request serialises: {error}"))
}

/// Why a call was refused, as a word that programs can rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ErrorCode {
    /// 400: not understood at all (no JSON, a broken id).
    BadRequest,
    /// 401: nobody is signed in.
    SignInRequired,
    /// 403: signed in, but without this right.
    Forbidden,
    /// 403: this is serious; `POST /session/proof` first.
    ProveAgain,
    /// 403: this role needs a second factor before its first serious act.
    SecondFactorNeeded,
    /// 404: there is no such thing, or none that this caller may know of.
    NotFound,
    /// 409: something else happened first; read again.
    Conflict,
    /// 409: an auditor has to choose a charity first; `POST /session/charity`.
    ChooseCharity,
    /// 413: more bytes than this route takes.
    TooLarge,
    /// 422: understood and refused; `fields` says why.
    Invalid,
    /// 429: too often; `Retry-After` says when.
    TooMany,
    /// 500: our fault.
    Internal,
    /// 503: not now.
    Unavailable,
}

/// What every refused call answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    pub code: ErrorCode,
    /// One sentence for the person, in Chinese.
    pub message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Problem>,
    /// By which staff find this call in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl ApiError {
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ApiError { code, message: message.into(), fields: Vec::new(), request_id: None }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

/// One page of a list. `next` goes into the query's `after` for the following page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct List<T> {
    pub items: Vec<T>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub count: Count,
}

/// By hand, because what the derive makes for a generic type does not name the rows' own schema.
#[cfg(feature = "openapi")]
mod list_schema {
    use super::{Count, List};
    use std::borrow::Cow;
    use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
    use utoipa::openapi::{Ref, RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    impl<T: ToSchema> PartialSchema for List<T> {
        fn schema() -> RefOr<Schema> {
            let items = ArrayBuilder::new().items(Ref::from_schema_name(T::name()));
            let next = ObjectBuilder::new().schema_type(Type::String).description(Some("下一页的 after；最后一页没有"));
            let list = ObjectBuilder::new().property("items", items).property("next", next);
            let list = list.property("count", Ref::from_schema_name(Count::name()));
            list.required("items").required("count").build().into()
        }
    }

    impl<T: ToSchema> ToSchema for List<T> {
        fn name() -> Cow<'static, str> {
            format!("{}List", T::name()).into()
        }

        fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
            schemas.push((T::name().into_owned(), T::schema()));
            schemas.push((Count::name().into_owned(), Count::schema()));
            T::schemas(schemas);
        }
    }
}

/// How many there are: exact up to 1,000, then "more".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Count {
    pub number: u32,
    /// There are more than `number`.
    pub more: bool,
}

/// Beyond this nobody counts rows one by one, and neither do we.
pub const COUNT_MAX: u32 = 1_000;

impl Count {
    /// From a count that was cut off at [`COUNT_MAX`] + 1.
    #[must_use]
    pub fn capped(counted: i64) -> Self {
        let number = u32::try_from(counted).unwrap_or(u32::MAX);
        Count { number: number.min(COUNT_MAX), more: number > COUNT_MAX }
    }

    /// Of the rows of a list that were read up to one beyond `limit`; that one is dropped and told as "more".
    #[must_use]
    pub fn of_rows<T>(rows: &mut Vec<T>, limit: usize) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        Count { number: u32::try_from(rows.len()).unwrap_or(u32::MAX), more }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, if self.more { "+" } else { "" })
    }
}
