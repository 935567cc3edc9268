//! The people of the tests, by their part.

use crate::{Client, TestApp};
use backend::people::{self, NewOrganisation, NewPerson};
use domain::api::sessions::{self, Credentials};
use domain::organisation::{OrganisationKind, Role};

pub const PASSWORD: &str = "correct horse battery";

impl TestApp {
    /// A person with one role in a new organisation, signed in.
    pub async fn person(&self, account: &str, kind: OrganisationKind, place: Option<&str>, role: Role) -> Client<'_> {
        let place = place.map(|code| code.parse().expect("a place"));
        let name = format!("{account}的单位");
        let organisation = NewOrganisation { kind, name: &name, place: place.as_ref() };
        let organisation = people::create_organisation(&self.app, &organisation).await.expect("an organisation");
        let person = NewPerson { account, name: account, email: None, password: PASSWORD };
        let person = people::create(&self.app, &person).await.expect("a person");
        people::add_member(&self.app, person, organisation, role).await.expect("a membership");
        self.signed_in(account).await
    }

    /// The client of an account that exists.
    pub async fn signed_in(&self, account: &str) -> Client<'_> {
        let credentials = Credentials { account: account.into(), password: PASSWORD.into() };
        let session = self.visitor().call(sessions::sign_in(&credentials)).await.expect("signs in");
        Client { test: self, bearer: Some(session.access) }
    }

    /// The reporter of the village with this code.
    pub async fn village(&self, code: &str) -> Client<'_> {
        self.person(&format!("village-{code}"), OrganisationKind::Village, Some(code), Role::VillageReporter).await
    }

    /// The federation of a county.
    pub async fn federation(&self, county: &str) -> Client<'_> {
        let role = Role::FederationCounty;
        self.person(&format!("federation-{county}"), OrganisationKind::Federation, Some(county), role).await
    }

    pub async fn enterprise(&self, name: &str) -> Client<'_> {
        self.person(name, OrganisationKind::Enterprise, None, Role::EnterpriseOwner).await
    }

    pub async fn auditor(&self) -> Client<'_> {
        self.person("auditor", OrganisationKind::Platform, None, Role::Auditor).await
    }

    pub async fn admin(&self) -> Client<'_> {
        self.person("admin", OrganisationKind::Platform, None, Role::PlatformAdmin).await
    }
}
