//! Organisations, and what a person may do in one.
//!
//! Deliberately absent: anything about a single person, and what a role may do with a need or with money.

use crate::place::PlaceCode;
use crate::{OrganisationId, PersonId};
use serde::{Deserialize, Serialize};

words! {
    /// What an organisation is.
    pub enum OrganisationKind {
        Village = "village" / "村（社区）",
        Town = "town" / "镇（街道）",
        Federation = "federation" / "工商联",
        RuralOffice = "rural_office" / "农业农村（乡村振兴）部门",
        CampaignOffice = "campaign_office" / "6·30办",
        Enterprise = "enterprise" / "企业",
        Charity = "charity" / "慈善组织",
        Donor = "donor" / "个人捐赠人",
        AuditOffice = "audit_office" / "审计、纪检监察",
        Platform = "platform" / "平台",
    }
}

words! {
    /// Whether an organisation has been checked.
    pub enum OrganisationStatus {
        Pending = "pending" / "待认证",
        Verified = "verified" / "已认证",
        Returned = "returned" / "退回",
        Suspended = "suspended" / "停用",
        /// Registered by somebody whose address was never confirmed; for good.
        Lapsed = "lapsed" / "登记失效",
    }
}

words! {
    /// What a person may do for an organisation. A person may hold several.
    pub enum Role {
        VillageReporter = "village_reporter" / "村信息员",
        VillageHead = "village_head" / "村负责人",
        TownReviewer = "town_reviewer" / "镇审核员",
        FederationCounty = "federation_county" / "县级工商联",
        FederationCity = "federation_city" / "市级工商联",
        RuralOffice = "rural_office" / "农业农村部门",
        CampaignOffice = "campaign_office" / "6·30办",
        EnterpriseOperator = "enterprise_operator" / "企业经办人",
        EnterpriseOwner = "enterprise_owner" / "企业负责人",
        CharityOwner = "charity_owner" / "慈善组织负责人",
        CharityMaker = "charity_maker" / "慈善组织经办",
        CharityChecker = "charity_checker" / "慈善组织复核",
        CharityPayer = "charity_payer" / "慈善组织出纳",
        Auditor = "auditor" / "审计（只读）",
        Donor = "donor" / "捐赠人",
        PlatformAdmin = "platform_admin" / "平台管理员",
        OfficeOwner = "office_owner" / "单位负责人",
    }
}

words! {
    /// Whether a role works already.
    pub enum MembershipStatus {
        /// Given, and waiting for a second person of the charity.
        Waiting = "waiting" / "待另一人同意",
        Active = "active" / "有效",
    }
}

impl OrganisationKind {
    /// The roles that people can hold in such an organisation, its owner's first.
    #[must_use]
    pub const fn roles(self) -> &'static [Role] {
        match self {
            OrganisationKind::Village => &[Role::VillageHead, Role::VillageReporter],
            OrganisationKind::Town => &[Role::OfficeOwner, Role::TownReviewer],
            // The county's and the city's are told apart by the organisation's place.
            OrganisationKind::Federation => &[Role::OfficeOwner, Role::FederationCounty, Role::FederationCity],
            OrganisationKind::RuralOffice => &[Role::OfficeOwner, Role::RuralOffice],
            OrganisationKind::CampaignOffice => &[Role::OfficeOwner, Role::CampaignOffice],
            OrganisationKind::Enterprise => &[Role::EnterpriseOwner, Role::EnterpriseOperator],
            OrganisationKind::Charity => {
                &[Role::CharityOwner, Role::CharityMaker, Role::CharityChecker, Role::CharityPayer]
            }
            OrganisationKind::Donor => &[Role::Donor],
            OrganisationKind::AuditOffice => &[Role::OfficeOwner, Role::Auditor],
            OrganisationKind::Platform => &[Role::OfficeOwner, Role::PlatformAdmin, Role::Auditor],
        }
    }

    /// Whether its people must prove by a second factor who they are before they decide, pay or read everything.
    #[must_use]
    pub const fn demands_second_factor(self) -> bool {
        matches!(
            self,
            OrganisationKind::Federation
                | OrganisationKind::Charity
                | OrganisationKind::AuditOffice
                | OrganisationKind::Platform
        )
    }

    /// The role whose holder invites and removes the others.
    #[must_use]
    pub const fn owner(self) -> Role {
        self.roles()[0]
    }
}

impl Role {
    /// Enters, confirms or pays money: given by one person of the charity and agreed to by a second.
    #[must_use]
    pub const fn handles_money(self) -> bool {
        matches!(self, Role::CharityMaker | Role::CharityChecker | Role::CharityPayer)
    }

    /// Whether the holder, in an organisation of this kind, looks for what enterprises offer. Owners of all offices hold
    /// the same role.
    #[must_use]
    pub const fn seeks_offers(self, of: OrganisationKind) -> bool {
        matches!(self, Role::Auditor)
            || matches!(
                of,
                OrganisationKind::Village
                    | OrganisationKind::Town
                    | OrganisationKind::Federation
                    | OrganisationKind::RuralOffice
                    | OrganisationKind::AuditOffice
            )
    }

    /// Whether the holder invites, changes and removes the people of his organisation.
    #[must_use]
    pub const fn owns(self) -> bool {
        matches!(self, Role::VillageHead | Role::EnterpriseOwner | Role::CharityOwner | Role::OfficeOwner | Role::Donor)
    }
}

/// One person's role in one organisation, with what a page needs to show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    pub organisation: OrganisationId,
    pub organisation_name: String,
    pub kind: OrganisationKind,
    pub status: OrganisationStatus,
    /// The village of a village, the county or city of a federation, the county in which an enterprise registered; none
    /// for the others.
    pub place: Option<PlaceCode>,
    pub role: Role,
}

impl Membership {
    /// Whether this membership's jurisdiction covers `place`.
    #[must_use]
    pub fn covers(&self, place: &PlaceCode) -> bool {
        self.place.as_ref().is_some_and(|own| own.contains(place))
    }
}

/// A person acting for an organisation in a role: what a right is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    pub person: PersonId,
    pub organisation: OrganisationId,
    pub kind: OrganisationKind,
    pub role: Role,
    pub place: Option<PlaceCode>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_an_owner_and_every_role_a_kind() {
        for kind in OrganisationKind::ALL {
            assert!(kind.owner().owns(), "{kind}");
            assert_eq!(kind.roles().iter().filter(|role| role.owns()).count(), 1, "{kind}");
        }
        for role in Role::ALL {
            assert!(OrganisationKind::ALL.iter().any(|kind| kind.roles().contains(role)), "{role}");
        }
    }

    #[test]
    fn whoever_handles_money_proves_who_he_is() {
        for kind in OrganisationKind::ALL {
            let money = kind.roles().iter().any(|role| role.handles_money());
            assert!(!money || kind.demands_second_factor(), "{kind}");
        }
    }
}
