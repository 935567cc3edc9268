//! Who asks, and by which right: types that a handler cannot make up.
//!
//! [`Caller`] is put into each request by the identifying layer. A right such as [`Village`] is an extractor that
//! exists only where the caller holds it in the verified organisation that he acts for; ownership and jurisdiction are
//! the use case's matter. [`Sure`] around a right says that the person has proved lately who he is.
//! Deliberately absent: booleans such as `is_admin`.

use super::endpoints::{Asked, Description};
use crate::app::App;
use crate::charity_books;
use crate::error::Error;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use chrono::{DateTime, Utc};
use domain::api::sessions::Me;
use domain::organisation::{Acting, Membership, Role};
use domain::person::{NotSure, Proof};
use domain::{OrganisationId, PersonId, SessionId};
use std::net::IpAddr;
use std::sync::Arc;

/// Who sent the request; nobody, for a visitor.
#[derive(Clone, Default)]
pub struct Caller {
    pub me: Option<Arc<Me>>,
    pub session: Option<Sitting>,
    pub origin: Origin,
}

/// The session that a request belongs to.
#[derive(Clone, Copy)]
pub struct Sitting {
    pub id: SessionId,
    pub proof: Proof,
}

/// Where a request came from.
#[derive(Clone, Default, Debug)]
pub struct Origin {
    pub address: Option<IpAddr>,
    pub request_id: String,
    /// What the browser says of itself, in short; empty for a program.
    pub device: String,
}

impl Caller {
    /// Who is signed in.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        self.me.as_ref().map(|me| me.id)
    }

    /// The first membership with one of the roles, in the organisation that the caller acts for, if it is verified.
    #[must_use]
    pub fn acting_as(&self, roles: &[Role]) -> Option<Acting> {
        let me = self.me.as_ref()?;
        Some(acting_in(me, me.acting_as(roles)?))
    }

    /// Whether the caller has proved well enough who he is for something serious.
    fn is_sure(&self, now: DateTime<Utc>, demanded: bool) -> Result<(), Error> {
        let sitting = self.session.ok_or(Error::SignInRequired)?;
        sitting.proof.suffices(now, demanded).map_err(|not| match not {
            NotSure::Enrol => Error::SecondFactorNeeded,
            NotSure::ProveAgain => Error::ProveAgain,
        })
    }
}

fn acting_in(me: &Me, membership: &Membership) -> Acting {
    Acting {
        person: me.id,
        organisation: membership.organisation,
        kind: membership.kind,
        role: membership.role,
        place: membership.place.clone(),
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller
            .ok_or_else(|| Error::Internal(anyhow::anyhow!("a route outside the identifying layer asks for a caller")))
    }
}

/// Anybody who is signed in.
pub struct SignedIn {
    pub me: Arc<Me>,
    pub session: SessionId,
    pub origin: Origin,
}

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let (me, sitting) = caller.me.zip(caller.session).ok_or(Error::SignInRequired)?;
        Ok(SignedIn { me, session: sitting.id, origin: caller.origin })
    }
}

/// A right whose holder has proved lately who he is, by a second factor where his organisation's kind demands one: what
/// a use case asks for that is serious. Outside a request only the demo makes one.
pub struct Sure<R>(pub R);

/// A right that can be made sure of.
pub trait Right {
    /// Whether the holder needs a second factor.
    fn demands_second_factor(&self) -> bool;
}

impl Right for SignedIn {
    fn demands_second_factor(&self) -> bool {
        false
    }
}

impl<R> FromRequestParts<App> for Sure<R>
where
    R: Right + FromRequestParts<App, Rejection = Error> + Send,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let right = R::from_request_parts(parts, app).await?;
        let caller = Caller::from_request_parts(parts, app).await?;
        // A demo's passwords stand on its sign-in page; a second factor would protect nothing there.
        caller.is_sure(app.clock.now(), right.demands_second_factor() && !app.demo)?;
        Ok(Sure(right))
    }
}

impl<R: Asked> Asked for Sure<R> {
    fn describe(description: &mut Description) {
        R::describe(description);
        description.serious();
    }
}

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident: [$($role:ident),+], $refusal:expr;)+) => {$(
        $(#[$doc])*
        pub struct $name {
            pub acting: Acting,
            pub origin: Origin,
        }

        impl $name {
            /// The roles that carry this right.
            pub const ROLES: &'static [Role] = &[$(Role::$role),+];
        }

        impl<S: Sync> FromRequestParts<S> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
                let caller = Caller::from_request_parts(parts, state).await?;
                if caller.me.is_none() {
                    return Err(Error::SignInRequired);
                }
                let acting = caller.acting_as(Self::ROLES).ok_or(Error::Forbidden($refusal))?;
                Ok($name { acting, origin: caller.origin })
            }
        }

        impl Right for $name {
            fn demands_second_factor(&self) -> bool {
                self.acting.kind.demands_second_factor()
            }
        }

        impl Asked for $name {
            fn describe(description: &mut Description) {
                description.right(Self::ROLES);
            }
        }
    )+};
}

/// To whoever may not look for what enterprises offer.
pub const NO_OFFERS: &str = "只有村（社区）、镇（街道）、工商联、农业农村部门和审计的账号可以看企业的供给意向";

/// To whoever has no part in pairings, or whose enterprise is not verified.
pub const NO_PAIRINGS: &str =
    "只有已认证的企业、村（社区）、镇（街道）、工商联和审计的账号可以看和办结对；企业被停用期间不能办";

rights! {
    /// Writes and submits the needs of its village.
    Village: [VillageReporter, VillageHead], "只有村（社区）的账号可以做这件事";
    /// Reads the needs of its town's villages before the federation does.
    TownDesk: [TownReviewer], "只有镇（街道）的审核员可以做这件事";
    /// Returns a need that waits at its desk.
    Reviewer: [TownReviewer, FederationCounty, FederationCity], "只有镇（街道）审核员和工商联可以做这件事";
    /// Reads what would change a need, and which needs may be the same: whoever works on it or audits.
    NeedInsider: [VillageReporter, VillageHead, TownReviewer, FederationCounty, FederationCity, Auditor],
        "只有村（社区）、镇（街道）审核员、工商联和审计的账号可以看";
    /// Lists the revisions of needs: the village its own, town and federation those that wait for them.
    RevisionDesk: [VillageReporter, VillageHead, TownReviewer, FederationCounty, FederationCity],
        "只有村（社区）、镇（街道）审核员和工商联可以看需求的修改";
    /// Sets a need aside for a time and reads which offers fit it: the village its own, the federation one of its county.
    NeedKeeper: [VillageReporter, VillageHead, FederationCounty, FederationCity], "只有村（社区）和工商联可以做这件事";
    /// Imports needs from a table: the village its own, town and federation for the villages of their place.
    NeedImporter: [VillageReporter, VillageHead, TownReviewer, FederationCounty, FederationCity],
        "只有村（社区）、镇（街道）审核员和工商联可以导入需求";
    /// Uploads tables: whoever imports needs, and a charity's maker its bank statements.
    TableSender: [VillageReporter, VillageHead, TownReviewer, FederationCounty, FederationCity, CharityMaker],
        "只有村（社区）、镇（街道）审核员、工商联和慈善组织的经办可以上传表格";
    /// Reads which lists of earlier pairings were imported: the federation its own, the auditor all.
    EarlierImportReader: [FederationCounty, FederationCity, Auditor], "只有工商联和审计的账号可以看导入的名单";
    /// Decides on the needs of its county or of the whole city.
    Federation: [FederationCounty, FederationCity], "只有工商联的账号可以做这件事";
    /// Pledges for its enterprise and follows its gifts.
    Enterprise: [EnterpriseOwner, EnterpriseOperator], "只有企业账号可以做这件事";
    /// Follows the gifts of its organisation, without making any.
    Giver: [EnterpriseOwner, EnterpriseOperator, Donor], "只有捐赠方的账号可以看自己的捐赠";
    /// Enters and matches bank lines, prepares payments.
    CharityMaker: [CharityMaker], "只有慈善组织的经办可以做这件事";
    /// Confirms what a colleague prepared.
    CharityChecker: [CharityChecker], "只有慈善组织的复核可以做这件事";
    /// Decides on what givers ask for, and carries changes of purpose out.
    AllocationDesk: [CharityMaker, CharityChecker], "只有慈善组织的经办和复核可以受理分配和用途变更";
    /// Reads what needs left: a charity its own, the federation those of its place, the auditor all.
    SurplusReader: [CharityMaker, CharityChecker, CharityPayer, CharityOwner, FederationCounty, FederationCity, Auditor],
        "只有慈善组织、工商联和审计的账号可以看结余的办理";
    /// Asks for a change of what money is for, or does not agree to one.
    FundParty: [EnterpriseOwner, EnterpriseOperator, CharityMaker, CharityChecker],
        "只有捐赠企业和慈善组织的经办、复核可以做这件事";
    /// Agrees to another purpose, for the giver.
    Consenter: [EnterpriseOwner], "变更用途须由捐赠企业的负责人同意";
    /// Takes back what one of both proposed.
    CharityDesk: [CharityMaker, CharityChecker], "只有慈善组织的经办和复核可以做这件事";
    /// Releases what was checked for payment.
    CharityApprover: [CharityChecker, CharityOwner], "只有慈善组织的复核或负责人可以批准";
    /// Sets the charity's own rules.
    CharityOwner: [CharityOwner], "只有慈善组织的负责人可以做这件事";
    /// Pays what was approved.
    CharityPayer: [CharityPayer], "只有慈善组织的出纳可以做这件事";
    /// Reads the books of its charity.
    CharityStaff: [CharityMaker, CharityChecker, CharityPayer, CharityOwner], "只有慈善组织的账号可以做这件事";
    /// Lists the accounts of the ledger: a charity its own, the auditor all.
    AccountReader: [CharityMaker, CharityChecker, CharityPayer, CharityOwner, Auditor],
        "只有慈善组织和审计的账号可以看科目";
    /// Closes a payee: the village its own, the charity's checker one that it pays.
    PayeeKeeper: [VillageReporter, VillageHead, CharityChecker], "只有村（社区）和慈善组织的复核可以停用收款账户";
    /// Reads how the enterprises of its place registered; what is decided asks for the federation.
    VerificationReader: [FederationCounty, FederationCity, Auditor], "只有工商联和审计的账号可以看企业的认证";
    /// Reads everything, changes nothing.
    Audit: [Auditor], "只有审计账号可以做这件事";
    /// Sets the roles of the people of its organisation.
    Owner: [VillageHead, EnterpriseOwner, CharityOwner, OfficeOwner], "只有单位负责人可以做这件事";
    /// Invites: an owner into its organisation, a town into its villages, the platform a first owner.
    Inviter: [VillageHead, EnterpriseOwner, CharityOwner, OfficeOwner, TownReviewer, PlatformAdmin],
        "只有单位负责人、镇（街道）和平台管理员可以邀请";
    /// Agrees to what a colleague of its charity was given.
    CharityMember: [CharityOwner, CharityMaker, CharityChecker, CharityPayer], "只有慈善组织的账号可以做这件事";
    /// Answers for the people of its town's villages; with a kind to be looked at, because other offices have owners too.
    Town: [OfficeOwner, TownReviewer], "只有镇（街道）的账号可以做这件事";
    /// Looks over its town, its county or the city.
    AreaKeeper: [OfficeOwner, TownReviewer, FederationCounty, FederationCity, RuralOffice],
        "只有镇（街道）、工商联和农业农村部门的账号可以看辖区";
    /// Searches what enterprises offer; with a kind to be looked at, because other offices have owners too.
    OfferSeeker: [VillageReporter, VillageHead, OfficeOwner, TownReviewer, FederationCounty, FederationCity, RuralOffice,
        Auditor], NO_OFFERS;
    /// Reads one offer: its own enterprise too.
    OfferReader: [VillageReporter, VillageHead, OfficeOwner, TownReviewer, FederationCounty, FederationCity, RuralOffice,
        Auditor, EnterpriseOwner, EnterpriseOperator],
        "只有企业自己和村（社区）、镇（街道）、工商联、农业农村部门、审计的账号可以看供给意向";
    /// Reads commitments besides money: the enterprise its own, the village those to it, the federation those of its
    /// place, the auditor all.
    CommitmentReader: [VillageReporter, VillageHead, FederationCounty, FederationCity, EnterpriseOwner,
        EnterpriseOperator, Donor, Auditor], "只有企业、村（社区）、工商联和审计的账号可以看资金以外的承诺";
    /// Reads pairings: the enterprise its own, villages, towns and federations those of their place, the auditor all;
    /// with a kind to be looked at, because other offices have owners too.
    PairingReader: [VillageReporter, VillageHead, TownReviewer, OfficeOwner, FederationCounty, FederationCity,
        EnterpriseOwner, EnterpriseOperator, Auditor], NO_PAIRINGS;
    /// Takes part in pairings: for a side, or as the federation.
    PairingParty: [VillageReporter, VillageHead, TownReviewer, OfficeOwner, FederationCounty, FederationCity,
        EnterpriseOwner, EnterpriseOperator], NO_PAIRINGS;
    /// Confirms an agreement or ends it: whoever answers for a side.
    PairingSigner: [VillageHead, TownReviewer, OfficeOwner, FederationCounty, FederationCity, EnterpriseOwner],
        "确认和终止协议由负责人办理：企业负责人、村负责人，镇（街道）或工商联";
    /// Sets campaigns up and takes them from stage to stage.
    CampaignDesk: [CampaignOffice], "只有6·30办的账号可以做这件事";
    /// Reads how a campaign is set up, drafts too.
    CampaignReader: [CampaignOffice, Auditor], "只有6·30办和审计的账号可以看活动的设置";
    /// Enters and reads test pledges at a rehearsal.
    RehearsalDesk: [CampaignOffice, FederationCounty, FederationCity],
        "只有6·30办和工商联的账号可以参加演练";
    /// Keeps the list of sites that take gifts of individuals.
    GivingSiteKeeper: [CampaignOffice, PlatformAdmin], "只有6·30办和平台管理员可以改捐赠网站的名单";
    /// Reads that list.
    GivingSiteReader: [CampaignOffice, PlatformAdmin, Auditor], "只有6·30办、平台管理员和审计可以看捐赠网站的名单";
    /// Asks for donation agreements and writes their text: the enterprise that pledged, the charity's maker.
    AgreementParty: [EnterpriseOwner, EnterpriseOperator, CharityMaker], "只有认捐的企业和慈善组织的经办可以起草捐赠协议";
    /// Confirms a donation agreement: whoever answers for a side.
    AgreementSigner: [EnterpriseOwner, CharityOwner, CharityChecker],
        "确认捐赠协议由企业负责人和慈善组织的负责人或复核办理";
    /// Reads donation agreements: each side its own, the auditor all.
    AgreementReader: [EnterpriseOwner, EnterpriseOperator, CharityMaker, CharityChecker, CharityPayer, CharityOwner,
        Auditor], "只有认捐的企业、慈善组织和审计的账号可以看捐赠协议";
    /// Reads requests about pledges: each side its own, the auditor all.
    RequestReader: [EnterpriseOwner, EnterpriseOperator, CharityMaker, CharityChecker, CharityPayer, CharityOwner,
        Auditor], "只有认捐的企业、慈善组织和审计的账号可以看豁免、更正和退回的申请";
    /// Reads gifts of goods: the enterprise its own, the charity those to it, the village those for its needs, the auditor
    /// all.
    GoodsReader: [EnterpriseOwner, EnterpriseOperator, CharityMaker, CharityChecker, CharityPayer, CharityOwner,
        VillageReporter, VillageHead, Auditor], "只有捐赠的企业、慈善组织、受助的村和审计的账号可以看捐赠物资";
    /// Notes what an enterprise is said to have promised.
    OnBehalfRecorder: [CampaignOffice, FederationCounty, FederationCity], "只有工商联和 6·30 办可以代为记录认捐";
    /// Reads such notes: who recorded them, the charity that is named, the enterprise, the auditor.
    OnBehalfReader: [CampaignOffice, FederationCounty, FederationCity, EnterpriseOwner, EnterpriseOperator, CharityMaker,
        CharityChecker, CharityPayer, CharityOwner, Auditor],
        "只有记录的单位、所写的慈善组织、企业自己和审计的账号可以看代为记录的认捐";
    /// Reads matching rounds: the federation those of its place, the auditor all.
    RoundReader: [FederationCounty, FederationCity, Auditor], "只有工商联和审计的账号可以看对接轮次";
    /// Reads the record of what happened.
    AuditReader: [Auditor, PlatformAdmin], "只有审计和平台管理员可以看操作记录";
    /// Opens organisations and looks after what runs in the background; handles no money and signs in as nobody else.
    PlatformAdmin: [PlatformAdmin], "只有平台管理员可以做这件事";
}

/// Acts for an enterprise that need not be verified: on its own registration only.
pub struct Applicant {
    pub acting: Acting,
    pub origin: Origin,
}

impl<S: Sync> FromRequestParts<S> for Applicant {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let caller = Caller::from_request_parts(parts, state).await?;
        let me = caller.me.as_ref().ok_or(Error::SignInRequired)?;
        let membership = me.acting().find(|own| Enterprise::ROLES.contains(&own.role));
        let membership = membership.ok_or(Error::Forbidden("只有企业账号可以做这件事"))?;
        Ok(Applicant { acting: acting_in(me, membership), origin: caller.origin })
    }
}

impl Asked for Applicant {
    fn describe(description: &mut Description) {
        description.right(Enterprise::ROLES);
    }
}

/// Reads a charity's books: its people their own, the auditor those of the charity that he chose.
pub struct BooksReader {
    pub acting: Acting,
    /// Whose books are read.
    pub charity: OrganisationId,
    pub origin: Origin,
}

impl<S: Sync> FromRequestParts<S> for BooksReader {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        charity_books::reader(Caller::from_request_parts(parts, state).await?)
    }
}

impl Asked for BooksReader {
    fn describe(description: &mut Description) {
        description.right(&[CharityStaff::ROLES, Audit::ROLES].concat());
    }
}
