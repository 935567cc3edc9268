//! Who may be what in an organisation, who gives a role, and what must never become of an organisation.
//!
//! Deliberately absent: what a role may do (the rooms that it works in), and invitations' paper.

use crate::PersonId;
use crate::organisation::{MembershipStatus, OrganisationKind, Role};
use crate::place::{PlaceCode, PlaceLevel};

/// Whether such an organisation at such a place has people in this role. County and city federation are told apart by
/// the place.
#[must_use]
pub fn fits(kind: OrganisationKind, place: Option<&PlaceCode>, role: Role) -> bool {
    let level = place.map(PlaceCode::level);
    let at_its_level = match role {
        Role::FederationCounty => level == Some(PlaceLevel::County),
        Role::FederationCity => level == Some(PlaceLevel::City),
        _ => true,
    };
    at_its_level && kind.roles().contains(&role)
}

/// Kinds of organisations that the platform's administrator opens. An enterprise registers itself.
pub const FOUNDED: [OrganisationKind; 7] = [
    OrganisationKind::Village,
    OrganisationKind::Town,
    OrganisationKind::Federation,
    OrganisationKind::RuralOffice,
    OrganisationKind::CampaignOffice,
    OrganisationKind::Charity,
    OrganisationKind::AuditOffice,
];

/// Whether an organisation of this kind stands at such a place, or at none.
#[must_use]
pub fn stands_at(kind: OrganisationKind, place: Option<&PlaceCode>) -> bool {
    match (kind, place.map(PlaceCode::level)) {
        (OrganisationKind::Village, level) => level == Some(PlaceLevel::Village),
        (OrganisationKind::Town, level) => level == Some(PlaceLevel::Town),
        (OrganisationKind::Federation | OrganisationKind::RuralOffice, level) => {
            matches!(level, Some(PlaceLevel::County | PlaceLevel::City))
        }
        (_, level) => level.is_none(),
    }
}

/// The unit above one, found by its place: of which a unit that is a person short may ask somebody. A charity's is named
/// by the platform; an enterprise, a donor and the city's units have none.
#[must_use]
pub fn above(kind: OrganisationKind, place: &PlaceCode) -> Option<(OrganisationKind, PlaceCode)> {
    let kind = match kind {
        OrganisationKind::Village => OrganisationKind::Town,
        OrganisationKind::Town | OrganisationKind::Federation => OrganisationKind::Federation,
        OrganisationKind::RuralOffice => OrganisationKind::RuralOffice,
        _ => return None,
    };
    Some((kind, place.parent()?))
}

/// One role that somebody holds in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub person: PersonId,
    pub role: Role,
    pub status: MembershipStatus,
}

/// What a change of somebody's roles does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub given: Vec<(Role, MembershipStatus)>,
    pub taken: Vec<Role>,
}

/// Why a change of roles, or an invitation, is not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    #[error("您已经不是这个单位的负责人，不能改成员的岗位")]
    NotOwner,
    #[error("这个人已经不在本单位。要请他回来，请发邀请")]
    NotAMember,
    #[error("这个单位没有这种岗位")]
    NotThisKind,
    #[error("不能给自己加岗位，请另一位负责人来办")]
    Oneself,
    #[error("单位至少要有一位负责人。请先请另一位负责人，再改自己的岗位")]
    LastOwner,
    #[error("平台管理员不能有经手钱款的岗位，经手钱款的人也不能当平台管理员")]
    AdminAndMoney,
    #[error("镇（街道）只能邀请本镇村（社区）的负责人和信息员")]
    TownsVillagesOnly,
    #[error("平台管理员只能邀请还没有负责人的单位的第一位负责人；其他人由负责人邀请")]
    FirstOwnerOnly,
}

/// What happens when `actor`, one of `all`, sets the roles of `person`. A role that handles money waits for a second
/// person; nobody gives himself anything; the last owner stays.
pub fn change(
    (kind, place): (OrganisationKind, Option<&PlaceCode>),
    all: &[Held],
    actor: PersonId,
    (person, roles): (PersonId, &[Role]),
) -> Result<Change, NotAllowed> {
    let owns = |held: &Held| held.role == kind.owner() && held.status == MembershipStatus::Active;
    if !all.iter().any(|held| held.person == actor && owns(held)) {
        return Err(NotAllowed::NotOwner);
    }
    let own: Vec<Role> = all.iter().filter(|held| held.person == person).map(|held| held.role).collect();
    if own.is_empty() {
        return Err(NotAllowed::NotAMember);
    }
    let mut given: Vec<(Role, MembershipStatus)> = Vec::new();
    for role in roles.iter().filter(|role| !own.contains(role)) {
        if !given.iter().any(|(known, _)| known == role) {
            given.push((*role, first_status(*role)));
        }
    }
    if given.iter().any(|(role, _)| !fits(kind, place, *role)) {
        return Err(NotAllowed::NotThisKind);
    }
    if person == actor && !given.is_empty() {
        return Err(NotAllowed::Oneself);
    }
    let taken: Vec<Role> = own.into_iter().filter(|role| !roles.contains(role)).collect();
    let others_own = all.iter().any(|held| owns(held) && (held.person != person || !taken.contains(&held.role)));
    let becomes = given.iter().any(|(role, _)| *role == kind.owner());
    if others_own || becomes { Ok(Change { given, taken }) } else { Err(NotAllowed::LastOwner) }
}

/// How a role begins.
#[must_use]
pub const fn first_status(role: Role) -> MembershipStatus {
    if role.handles_money() { MembershipStatus::Waiting } else { MembershipStatus::Active }
}

/// Whether `who`, somebody of the same charity, may agree to a role that `giver` gave to `receiver`.
#[must_use]
pub fn may_second(giver: PersonId, receiver: PersonId, who: PersonId) -> bool {
    who != giver && who != receiver
}

/// Whether somebody may hold all these roles at once, in whatever organisations.
#[must_use]
pub fn go_together(roles: &[Role]) -> bool {
    !(roles.contains(&Role::PlatformAdmin) && roles.iter().any(|role| role.handles_money()))
}

/// By which right somebody invites into an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitesAs {
    Owner,
    /// The town of a village.
    Town,
    Admin,
}

/// The roles to which somebody may invite by that right.
pub fn may_invite(
    by: InvitesAs,
    (kind, place): (OrganisationKind, Option<&PlaceCode>),
    has_owner: bool,
    role: Role,
) -> Result<(), NotAllowed> {
    match by {
        InvitesAs::Town if kind != OrganisationKind::Village => Err(NotAllowed::TownsVillagesOnly),
        InvitesAs::Admin if has_owner || role != kind.owner() => Err(NotAllowed::FirstOwnerOnly),
        _ if !fits(kind, place, role) => Err(NotAllowed::NotThisKind),
        _ => Ok(()),
    }
}

words! {
    /// How an invitation reaches its reader.
    pub enum InvitationWay {
        Print = "print" / "打印邀请单，当面交给他",
        Email = "email" / "发邮件",
        Text = "text" / "打电话或发短信转告",
        /// To somebody of the unit above, who finds it among what waits for him.
        Parent = "parent" / "请上级单位的人",
    }
}

words! {
    /// What has become of an invitation.
    pub enum InvitationStatus {
        Open = "open" / "等待接受",
        Accepted = "accepted" / "已接受",
        Revoked = "revoked" / "已作废",
        Expired = "expired" / "已过期",
    }
}

words! {
    /// What has become of a new password that somebody of the town asked for.
    pub enum ResetStatus {
        Asked = "asked" / "等另一人同意",
        Approved = "approved" / "已同意，等本人使用",
        Used = "used" / "已使用",
        Ended = "ended" / "已失效",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person(n: u128) -> PersonId {
        PersonId(Uuid::from_u128(n))
    }

    fn held(n: u128, role: Role) -> Held {
        Held { person: person(n), role, status: MembershipStatus::Active }
    }

    #[test]
    fn the_unit_above_follows_from_the_place() {
        let above = |kind, place: &str| above(kind, &place.parse().unwrap()).map(|(kind, at)| (kind, at.to_string()));
        let found = |kind, at: &str| Some((kind, at.to_owned()));
        for (kind, place, expected) in [
            (OrganisationKind::Village, "441424103203", found(OrganisationKind::Town, "441424103")),
            (OrganisationKind::Town, "441424103", found(OrganisationKind::Federation, "441424")),
            (OrganisationKind::Federation, "441424", found(OrganisationKind::Federation, "4414")),
            (OrganisationKind::RuralOffice, "441424", found(OrganisationKind::RuralOffice, "4414")),
            (OrganisationKind::Federation, "4414", None),
            (OrganisationKind::Enterprise, "441424", None),
        ] {
            assert_eq!(above(kind, place), expected, "{kind} {place}");
        }
    }

    #[test]
    fn a_federations_roles_follow_its_place() {
        let (county, city): (PlaceCode, PlaceCode) = ("441424".parse().unwrap(), "4414".parse().unwrap());
        for (place, role, fine) in [
            (&county, Role::FederationCounty, true),
            (&county, Role::FederationCity, false),
            (&city, Role::FederationCity, true),
            (&city, Role::FederationCounty, false),
            (&city, Role::OfficeOwner, true),
            (&county, Role::TownReviewer, false),
        ] {
            assert_eq!(fits(OrganisationKind::Federation, Some(place), role), fine, "{place} {role}");
        }
    }

    #[test]
    fn the_last_owner_stays_and_nobody_gives_himself_a_role() {
        use Role::{CharityMaker, CharityOwner, CharityPayer, EnterpriseOwner};
        let charity = (OrganisationKind::Charity, None);
        let one = [held(1, CharityOwner), held(2, CharityMaker)];
        let two = [held(1, CharityOwner), held(2, CharityMaker), held(3, CharityOwner)];
        let try_ = |all: &[Held], actor, n, roles: &[Role]| change(charity, all, person(actor), (person(n), roles));
        assert_eq!(try_(&one, 1, 1, &[]), Err(NotAllowed::LastOwner));
        assert_eq!(try_(&two, 1, 1, &[]), Ok(Change { given: vec![], taken: vec![CharityOwner] }));
        assert_eq!(try_(&two, 1, 1, &[CharityOwner, CharityMaker]), Err(NotAllowed::Oneself));
        assert_eq!(try_(&one, 2, 1, &[]), Err(NotAllowed::NotOwner));
        assert_eq!(try_(&one, 1, 9, &[CharityOwner]), Err(NotAllowed::NotAMember));
        assert_eq!(try_(&one, 1, 2, &[EnterpriseOwner]), Err(NotAllowed::NotThisKind));
        let paying = vec![(CharityPayer, MembershipStatus::Waiting)];
        assert_eq!(try_(&one, 1, 2, &[CharityPayer]), Ok(Change { given: paying, taken: vec![CharityMaker] }));
        let owning = vec![(CharityOwner, MembershipStatus::Active)];
        assert_eq!(try_(&one, 1, 2, &[CharityMaker, CharityOwner]), Ok(Change { given: owning, taken: vec![] }));
    }

    #[test]
    fn a_waiting_owner_owns_nothing() {
        let waiting = Held { status: MembershipStatus::Waiting, ..held(1, Role::CharityOwner) };
        let all = [waiting, held(2, Role::CharityMaker)];
        let tried = change((OrganisationKind::Charity, None), &all, person(1), (person(2), &[]));
        assert_eq!(tried, Err(NotAllowed::NotOwner));
    }

    #[test]
    fn who_may_invite_whom() {
        use InvitesAs::{Admin, Owner, Town};
        let village: PlaceCode = "441424125207".parse().unwrap();
        let at = (OrganisationKind::Village, Some(&village));
        let charity = (OrganisationKind::Charity, None);
        for (by, at, has_owner, role, expected) in [
            (Owner, at, true, Role::VillageReporter, Ok(())),
            (Town, at, true, Role::VillageHead, Ok(())),
            (Town, at, false, Role::TownReviewer, Err(NotAllowed::NotThisKind)),
            (Town, charity, true, Role::CharityOwner, Err(NotAllowed::TownsVillagesOnly)),
            (Admin, at, false, Role::VillageHead, Ok(())),
            (Admin, at, true, Role::VillageHead, Err(NotAllowed::FirstOwnerOnly)),
            (Admin, charity, false, Role::CharityMaker, Err(NotAllowed::FirstOwnerOnly)),
            (Owner, charity, true, Role::CharityMaker, Ok(())),
        ] {
            assert_eq!(may_invite(by, at, has_owner, role), expected, "{by:?} {role}");
        }
    }

    #[test]
    fn an_administrator_never_handles_money() {
        for role in Role::ALL {
            assert_eq!(go_together(&[Role::PlatformAdmin, *role]), !role.handles_money(), "{role}");
        }
        assert!(go_together(&[Role::CharityMaker, Role::CharityOwner]));
    }

    #[test]
    fn whoever_is_founded_stands_where_his_kind_does() {
        let at = |code: &str| Some(code.parse::<PlaceCode>().unwrap());
        for (kind, place, fine) in [
            (OrganisationKind::Village, at("441424125207"), true),
            (OrganisationKind::Village, at("441424125"), false),
            (OrganisationKind::Town, at("441424125"), true),
            (OrganisationKind::Federation, at("441424"), true),
            (OrganisationKind::Federation, at("4414"), true),
            (OrganisationKind::Federation, None, false),
            (OrganisationKind::Charity, None, true),
            (OrganisationKind::Charity, at("441424"), false),
        ] {
            assert_eq!(stands_at(kind, place.as_ref()), fine, "{kind} {place:?}");
        }
        for kind in FOUNDED {
            assert!(!matches!(
                kind,
                OrganisationKind::Enterprise | OrganisationKind::Donor | OrganisationKind::Platform
            ));
        }
    }
}
