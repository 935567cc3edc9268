//! Everybody who is tried, and a newcomer.

use crate::disbursements::Ready;
use domain::InvitationId;
use domain::api::charity_books;
use domain::api::invitations::NewInvitation;
use domain::membership::InvitationWay;
use domain::organisation::{OrganisationKind, Role};
use tests::{Client, TestApp};
use uuid::Uuid;

/// A village of another county.
pub const ELSEWHERE: &str = "441481102200";

/// Everybody, by name. The first column of the table's blocks reads like their sentence.
pub async fn everybody<'a>(test: &'a TestApp, ready: &Ready<'a>) -> Vec<(&'static str, Client<'a>)> {
    let charity = &ready.charity;
    let other = test.charity("另一慈善会").await;
    let city = Role::FederationCity;
    let county = Some("441424");
    let other_town = test.person("other_town", OrganisationKind::Town, Some(&ELSEWHERE[..9]), Role::TownReviewer).await;
    let office = test.person("rural", OrganisationKind::RuralOffice, county, Role::RuralOffice).await;
    let campaign = test.person("campaign", OrganisationKind::CampaignOffice, county, Role::CampaignOffice).await;
    let auditor = test.auditor().await;
    auditor.call(charity_books::choose(charity.id)).await.unwrap();
    vec![
        ("stranger", test.visitor()),
        ("village", ready.village.clone()),
        ("other_village", test.signed_in(&format!("village-{ELSEWHERE}")).await),
        ("town", test.signed_in("colleague").await),
        ("other_town", other_town),
        ("county", test.signed_in("federation-441424").await),
        ("other_county", test.signed_in("federation-441481").await),
        ("city", test.person("city", OrganisationKind::Federation, Some("4414"), city).await),
        ("rural_office", office),
        ("campaign_office", campaign),
        ("enterprise", ready.enterprise.clone()),
        ("other_enterprise", test.enterprise("别家").await),
        ("charity_owner", test.signed_in("charity-owner").await),
        ("maker", charity.maker.clone()),
        ("checker", charity.checker.clone()),
        ("payer", charity.payer.clone()),
        ("other_maker", other.maker),
        ("other_checker", other.checker),
        ("other_payer", other.payer),
        ("donor", test.donor().await),
        ("auditor", auditor),
        ("admin", test.admin().await),
    ]
}

pub fn invitation(n: u128) -> NewInvitation {
    NewInvitation {
        id: InvitationId(Uuid::from_u128(n)),
        role: Role::CharityChecker,
        way: InvitationWay::Print,
        name: "新同事".into(),
        email: None,
        phone: None,
        person: None,
    }
}
