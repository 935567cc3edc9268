//! Whom to call about a pairing: each side names one person.

use super::Pairing;
use crate::PairingId;
use crate::api::Call;
use crate::pairing::{PairingPerson, PairingSide};
use serde::{Deserialize, Serialize};

pub const CONTACT: &str = "/pairings/{id}/contact";

/// Names whom to call, for a side that the caller speaks for; none takes the name back.
#[must_use]
pub fn name_contact(id: PairingId, new: &NewPairingContact) -> Call<Pairing> {
    Call::post(format!("/pairings/{id}/contact"), new)
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPairingContact {
    pub side: PairingSide,
    /// None empties what is there.
    #[serde(default)]
    pub person: Option<PairingPerson>,
}

/// Whom a side of a pairing names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingContact {
    pub side: PairingSide,
    pub side_name: String,
    /// None while the side has named nobody.
    pub person: Option<PairingPerson>,
    /// Name and number are hidden until the sides have agreed.
    pub masked: bool,
    /// The reader may name another one.
    pub may_name: bool,
}
