//! What waits for the caller, counted.

use super::{Call, Count};
use crate::todo::TodoKind;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub const TODO: &str = "/todo";

/// What waits for the caller in the organisation that he acts for, longest waiting first.
#[must_use]
pub fn get() -> Call<Todo> {
    Call::get(TODO)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Todo {
    pub items: Vec<TodoItem>,
    pub as_of: DateTime<Utc>,
}

/// One kind of what waits. What does not wait is not in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TodoItem {
    pub kind: TodoKind,
    pub label: String,
    pub count: Count,
    /// Since when the one that waits longest waits.
    pub since: DateTime<Utc>,
    /// 建议时限 of that one.
    pub due: NaiveDate,
    pub overdue: bool,
    /// Where the list is, within the site.
    pub path: String,
}
