//! Organisations, and what a person may do in one.
//!
//! Deliberately absent: who may give which role (people and rights), and anything about a single person.

use crate::place::PlaceCode;
use crate::{OrganisationId, PersonId};
use serde::{Deserialize, Serialize};

words! {
    /// What an organisation is.
    pub enum OrganisationKind {
        Village = "village" / "村（社区）",
        Federation = "federation" / "工商联",
        Enterprise = "enterprise" / "企业",
        Charity = "charity" / "慈善组织",
        Donor = "donor" / "个人捐赠人",
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
    }
}

words! {
    /// What a person may do for an organisation. A person may hold several.
    pub enum Role {
        VillageReporter = "village_reporter" / "村信息员",
        VillageHead = "village_head" / "村负责人",
        FederationCounty = "federation_county" / "县级工商联",
        FederationCity = "federation_city" / "市级工商联",
        EnterpriseOperator = "enterprise_operator" / "企业经办人",
        EnterpriseOwner = "enterprise_owner" / "企业负责人",
        CharityMaker = "charity_maker" / "慈善组织经办",
        CharityChecker = "charity_checker" / "慈善组织复核",
        CharityPayer = "charity_payer" / "慈善组织出纳",
        Auditor = "auditor" / "审计（只读）",
        Donor = "donor" / "捐赠人",
        PlatformAdmin = "platform_admin" / "平台管理员",
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
    /// The village of a village, the county or city of a federation; none for the others.
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
    pub role: Role,
    pub place: Option<PlaceCode>,
}
