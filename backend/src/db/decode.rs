//! Columns as values of the domain, and back. What does not fit is an error that names its column.

use domain::Fen;
use std::fmt::Display;
use std::str::FromStr;

pub fn error<E: Display>(column: &str, error: E) -> sqlx::Error {
    sqlx::Error::Decode(format!("{column}: {error}").into())
}

pub fn word<T: FromStr<Err: Display>>(column: &str, text: &str) -> sqlx::Result<T> {
    text.parse().map_err(|wrong| error(column, wrong))
}

pub fn words<T: FromStr<Err: Display>>(column: &str, texts: &[String]) -> sqlx::Result<Vec<T>> {
    texts.iter().map(|text| word(column, text)).collect()
}

pub fn fen(column: &str, amount: i64) -> sqlx::Result<Fen> {
    Fen::new(amount).map_err(|wrong| error(column, wrong))
}

/// As an array takes them.
pub fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}
