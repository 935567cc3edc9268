//! What is asked of pairings: the bodies of the calls.

use crate::pairing::{HandOverCause, MilestoneInput, PairingOrigin, PairingTerms};
use crate::pledge::PublicDisplay;
use crate::{FileId, MilestoneId, OrganisationId, PairingId, PairingMessageId, PairingPaperId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPairing {
    pub id: PairingId,
    /// Of an enterprise's own proposal the enterprise itself.
    pub enterprise: OrganisationId,
    /// Of the federation: `federation`, or `round` with the round it comes from. Of the others it is known.
    #[serde(default)]
    pub origin: Option<PairingOrigin>,
    /// The matching round.
    #[serde(default)]
    pub round: Option<Uuid>,
    pub terms: PairingTerms,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// For the other side; opens the thread.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewTerms {
    /// Of the pairing that was read.
    pub version: i32,
    pub terms: PairingTerms,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// For the other side: why.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AgreeToTerms {
    /// Which terms were read.
    pub number: i32,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// Of an enterprise: how it is named in public; anonymous while it has not chosen.
    #[serde(default)]
    pub public_display: Option<PublicDisplay>,
    /// Of whoever speaks for a place where nobody works here: how he knows that they agree.
    #[serde(default)]
    pub note: String,
}

/// The version that was read, and why, for whom it concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingReason {
    pub version: i32,
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConfirmAgreement {
    /// Of the text that was read.
    pub hash: String,
    /// Of whoever speaks for a place where nobody works here: how he knows that they agree.
    #[serde(default)]
    pub note: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPairingPaper {
    pub id: PairingPaperId,
    /// Page by page, one to twelve; not public.
    pub pictures: Vec<FileId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AcceptPaper {
    pub paper: PairingPaperId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Renewal {
    /// Of the pairing that follows.
    pub id: PairingId,
    pub terms: PairingTerms,
    /// Of an enterprise: "of our own free will".
    #[serde(default)]
    pub voluntary: bool,
    /// For the other side; opens the thread.
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HandOver {
    /// Of the pairing that was read.
    pub version: i32,
    /// Of the pairing that follows.
    pub id: PairingId,
    /// Who takes it over.
    pub enterprise: OrganisationId,
    pub cause: HandOverCause,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPairingMessage {
    pub id: PairingMessageId,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairingDisplay {
    pub name: PublicDisplay,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMilestone {
    pub id: MilestoneId,
    #[serde(flatten)]
    pub input: MilestoneInput,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MoveMilestone {
    /// Of the milestone that was read.
    pub version: i32,
    pub due_on: NaiveDate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenMilestone {
    pub version: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MilestoneReason {
    pub version: i32,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MilestoneReport {
    pub version: i32,
    pub note: String,
    /// None to five; not public.
    pub pictures: Vec<FileId>,
}
