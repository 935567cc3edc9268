//! Everything that can go wrong on the way to an answer, and what the caller is told.
//!
//! Logged once, here, with its causes, below the request's id; the visitor reads a sentence and that id. Deliberately absent:
//! the text of internal errors in any answer.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Problem;
use domain::api::{ApiError, ErrorCode};

const PROVE_AGAIN: &str = "这件事比较重要，请再次确认是您本人";
const SECOND_FACTOR_NEEDED: &str = "您的岗位须先启用两步验证，才能办这件事";
const CHOOSE_CHARITY: &str = "请先在“慈善组织的账”选择要看哪个慈善组织";

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug)]
pub enum Error {
    /// Not understood: the sentence says what was expected.
    BadRequest(String),
    SignInRequired,
    Forbidden(&'static str),
    /// Serious, and it is too long ago that the person proved who he is.
    ProveAgain,
    /// Serious, and the person's organisation demands a second factor that he has not set up.
    SecondFactorNeeded,
    NotFound,
    /// Something else happened first.
    Conflict(String),
    /// An auditor reads a charity's books, and has not said whose.
    ChooseCharity,
    TooLarge(String),
    Invalid(Vec<Problem>),
    TooMany {
        retry_after_seconds: u64,
    },
    Busy {
        retry_after_seconds: u64,
    },
    Internal(anyhow::Error),
}

impl Error {
    /// One problem with one field.
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Error::Invalid(vec![Problem { field: field.into(), message: message.into() }])
    }

    /// The text changed while the caller was reading it.
    #[must_use]
    pub fn changed_meanwhile() -> Self {
        Error::Conflict("内容刚刚被改动，请看过新的内容再操作".into())
    }

    /// This, unless it says that something else was recorded: then `other`, which came first. Trouble stays trouble.
    #[must_use]
    pub fn unless_conflict(self, other: Self) -> Self {
        if matches!(self, Error::Conflict(_)) { other } else { self }
    }

    /// What a form would be told of its fields, where nothing was typed: their sentences, as one conflict.
    #[must_use]
    pub fn as_conflict(self) -> Self {
        match self {
            Error::Invalid(problems) => {
                Error::Conflict(problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("；"))
            }
            other => other,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::SignInRequired => StatusCode::UNAUTHORIZED,
            Error::Forbidden(_) | Error::ProveAgain | Error::SecondFactorNeeded => StatusCode::FORBIDDEN,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Conflict(_) | Error::ChooseCharity => StatusCode::CONFLICT,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Error::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn into_answer(self) -> ApiError {
        let (code, message, fields) = match self {
            Error::BadRequest(message) => (ErrorCode::BadRequest, message, Vec::new()),
            Error::SignInRequired => (ErrorCode::SignInRequired, "请先登录".into(), Vec::new()),
            Error::Forbidden(message) => (ErrorCode::Forbidden, message.into(), Vec::new()),
            Error::ProveAgain => (ErrorCode::ProveAgain, PROVE_AGAIN.into(), Vec::new()),
            Error::SecondFactorNeeded => (ErrorCode::SecondFactorNeeded, SECOND_FACTOR_NEEDED.into(), Vec::new()),
            Error::NotFound => (ErrorCode::NotFound, "没有找到".into(), Vec::new()),
            Error::Conflict(message) => (ErrorCode::Conflict, message, Vec::new()),
            Error::ChooseCharity => (ErrorCode::ChooseCharity, CHOOSE_CHARITY.into(), Vec::new()),
            Error::TooLarge(message) => (ErrorCode::TooLarge, message, Vec::new()),
            Error::Invalid(fields) => (ErrorCode::Invalid, "有几处需要改一改".into(), fields),
            Error::TooMany { retry_after_seconds } => {
                (ErrorCode::TooMany, format!("尝试太频繁，请 {retry_after_seconds} 秒后再试"), Vec::new())
            }
            Error::Busy { .. } => (ErrorCode::Unavailable, "现在人多，请稍后再试".into(), Vec::new()),
            Error::Internal(_) => (ErrorCode::Internal, "系统出错了，已经记录。请稍后再试".into(), Vec::new()),
        };
        ApiError { code, message, fields, request_id: None }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Error::Internal(error) = &self {
            tracing::error!(error = format!("{error:#}"), "request failed");
        }
        let status = self.status();
        let retry_after = match &self {
            Error::TooMany { retry_after_seconds } | Error::Busy { retry_after_seconds } => Some(*retry_after_seconds),
            _ => None,
        };
        let mut response = (status, Json(self.into_answer())).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// For the command line and the log.
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::BadRequest(message) | Error::Conflict(message) | Error::TooLarge(message) => f.write_str(message),
            Error::SignInRequired => f.write_str("请先登录"),
            Error::Forbidden(message) => f.write_str(message),
            Error::ProveAgain => f.write_str(PROVE_AGAIN),
            Error::SecondFactorNeeded => f.write_str(SECOND_FACTOR_NEEDED),
            Error::ChooseCharity => f.write_str(CHOOSE_CHARITY),
            Error::NotFound => f.write_str("没有找到"),
            Error::Invalid(problems) => {
                let sentences: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
                f.write_str(&sentences.join("；"))
            }
            Error::TooMany { retry_after_seconds } | Error::Busy { retry_after_seconds } => {
                write!(f, "请 {retry_after_seconds} 秒后再试")
            }
            Error::Internal(error) => write!(f, "{error:#}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Error::Internal(error)
    }
}

impl From<Vec<Problem>> for Error {
    fn from(problems: Vec<Problem>) -> Self {
        Error::Invalid(problems)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Error::NotFound,
            sqlx::Error::PoolTimedOut => Error::Busy { retry_after_seconds: 5 },
            _ => Error::Internal(anyhow::Error::new(error).context("database")),
        }
    }
}

/// Of a statement that several asked for.
impl From<std::sync::Arc<sqlx::Error>> for Error {
    fn from(error: std::sync::Arc<sqlx::Error>) -> Self {
        match &*error {
            sqlx::Error::PoolTimedOut => Error::Busy { retry_after_seconds: 5 },
            _ => Error::Internal(anyhow::Error::new(error).context("database")),
        }
    }
}

/// Turns the breach of a named constraint into the error that a person can act on.
pub trait OnConstraint<T> {
    fn on_constraint(self, name: &str, to_error: impl FnOnce() -> Error) -> Result<T>;
}

impl<T> OnConstraint<T> for sqlx::Result<T> {
    fn on_constraint(self, name: &str, to_error: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|error| if violates(&error, name) { to_error() } else { error.into() })
    }
}

/// Whether the database refused because of this constraint.
#[must_use]
pub fn violates(error: &sqlx::Error, constraint: &str) -> bool {
    matches!(error, sqlx::Error::Database(database) if database.constraint() == Some(constraint))
}

/// The named constraint that a statement broke, where there are several to tell apart.
pub fn broken<T>(done: &sqlx::Result<T>) -> Option<&str> {
    match done {
        Err(sqlx::Error::Database(error)) => error.constraint(),
        _ => None,
    }
}

/// For an update whose `where` names the state that it leaves: one row, or somebody was faster.
pub trait OneRow {
    fn one_row_or_conflict(&self) -> Result<()>;
}

impl OneRow for sqlx::postgres::PgQueryResult {
    fn one_row_or_conflict(&self) -> Result<()> {
        if self.rows_affected() == 1 { Ok(()) } else { Err(Error::changed_meanwhile()) }
    }
}
