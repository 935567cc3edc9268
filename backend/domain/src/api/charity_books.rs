//! Whose books one reads: a charity's people their own, an auditor those of the charity that he chose.

use super::sessions::Me;
use super::{Call, List};
use crate::OrganisationId;
use serde::{Deserialize, Serialize};

pub const CHARITY_BOOKS: &str = "/session/charity";

/// The charities whose books an auditor may read, by name. Which one he chose is in `Me`.
#[must_use]
pub fn list() -> Call<List<BookKeeper>> {
    Call::get(CHARITY_BOOKS)
}

/// Reads the books of this charity from now on, in this session.
#[must_use]
pub fn choose(charity: OrganisationId) -> Call<Me> {
    Call::post(CHARITY_BOOKS, &ChooseBooks { charity })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChooseBooks {
    pub charity: OrganisationId,
}

/// A charity that keeps books here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BookKeeper {
    pub id: OrganisationId,
    pub name: String,
}
