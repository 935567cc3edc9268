//! Members: who is in an organisation in which role, and changes of that.

use super::Call;
use super::needs::Where;
use crate::organisation::{MembershipStatus, OrganisationKind, OrganisationStatus, Role};
use crate::{OrganisationId, PersonId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub const MEMBERS: &str = "/organisations/{id}/members";
pub const MEMBER: &str = "/organisations/{id}/members/{person}";
pub const PARENT: &str = "/organisations/{id}/parent";
pub const SECOND: &str = "/organisations/{id}/members/{person}/second";

/// The people of an organisation, with as much of them as the caller may know.
#[must_use]
pub fn list(organisation: OrganisationId) -> Call<Members> {
    Call::get(format!("/organisations/{organisation}/members"))
}

/// An owner sets somebody's roles; without any, the person leaves the organisation.
#[must_use]
pub fn change(organisation: OrganisationId, person: PersonId, change: &ChangeMember) -> Call<Members> {
    Call::post(format!("/organisations/{organisation}/members/{person}"), change)
}

/// A second person of a charity agrees to a role that handles money, or refuses it.
#[must_use]
pub fn second(organisation: OrganisationId, person: PersonId, second: &SecondRole) -> Call<Members> {
    Call::post(format!("/organisations/{organisation}/members/{person}/second"), second)
}

/// The unit above an organisation, of whose people its owner may ask one; for the administrator, without its people.
#[must_use]
pub fn parent(organisation: OrganisationId) -> Call<Parent> {
    Call::get(format!("/organisations/{organisation}/parent"))
}

/// The administrator names the charity above a charity, or none.
#[must_use]
pub fn set_parent(organisation: OrganisationId, parent: Option<OrganisationId>) -> Call<Parent> {
    Call::post(format!("/organisations/{organisation}/parent"), &SetParent { parent })
}

words! {
    /// As whom the caller reads the people of an organisation.
    pub enum MembersView {
        /// Sees everything, invites and changes.
        Owner = "owner" / "负责人",
        /// Sees names and roles.
        Colleague = "colleague" / "同事",
        /// Of the town of a village: sees names and roles, invites, asks for new passwords.
        Town = "town" / "所在镇",
        /// Sees names and roles, invites the first owner.
        Admin = "admin" / "平台管理员",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Members {
    pub organisation: OrganisationId,
    pub name: String,
    pub kind: OrganisationKind,
    pub status: OrganisationStatus,
    pub place: Option<Where>,
    pub view: MembersView,
    pub items: Vec<Member>,
    /// The roles that there are here.
    pub roles: Vec<Role>,
    /// Those to which the caller may invite.
    pub may_invite: Vec<Role>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    pub person: PersonId,
    pub name: String,
    pub roles: Vec<HeldRole>,
    /// For owners and the town, without its middle.
    pub phone_masked: Option<String>,
    /// The caller himself.
    pub me: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HeldRole {
    pub role: Role,
    pub status: MembershipStatus,
    /// For owners.
    pub since: Option<DateTime<Utc>>,
    /// For owners: the name of who gave it; none, where it came with the installation.
    pub given_by: Option<String>,
    pub seconded_by: Option<String>,
    /// For a role that waits, within the charity.
    pub waits: Option<Waits>,
}

/// What a role that handles money waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Waits {
    /// The caller may agree to it.
    pub for_me: bool,
    /// How many people of the charity may.
    pub people: u32,
}

/// The unit above an organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Parent {
    pub organisation: Option<OrganisationId>,
    pub name: Option<String>,
    /// Those with a role that works there, who are not in the organisation itself. For its owner.
    pub people: Vec<ParentPerson>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParentPerson {
    pub person: PersonId,
    pub name: String,
    pub roles: Vec<Role>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetParent {
    /// A charity; none takes away the one that there was.
    pub parent: Option<OrganisationId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeMember {
    /// The roles that the caller saw, waiting ones too: if they are others by now, nothing is changed.
    pub seen: Vec<Role>,
    /// The roles that the person is to have.
    pub roles: Vec<Role>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondRole {
    pub role: Role,
    /// Otherwise the role is not given.
    pub agrees: bool,
}
