//! The people of the tests, by their part.

use crate::{Client, TestApp};
use backend::campaigns::{self, NewAccount, NewCampaign};
use backend::consents;
use backend::organisations::{self, NewOrganisation};
use backend::people::{self, NewPerson, email, second_factor};
use chrono::Duration;
use domain::api::sessions::{self, Credentials};
use domain::campaign::CampaignStage;
use domain::organisation::{OrganisationKind, Role};
use domain::{BankAccountId, CampaignId, OrganisationId, PersonId};

pub const PASSWORD: &str = "correct horse battery";
/// Whom one asks at a charity of a test's campaign.
pub const CONTACT: &str = "示例慈善会办公室 0753-0000000";
/// Of everybody whose organisation demands a second factor.
pub const SECRET: &[u8; 20] = b"twenty bytes of seed";

/// An address for an account; one in Chinese is spelled in its bytes.
fn address_of(account: &str) -> String {
    let spelled = |byte: u8| format!("{byte:02x}");
    let name = if account.is_ascii() { account.to_owned() } else { account.bytes().map(spelled).collect() };
    format!("{name}@example.com")
}

impl TestApp {
    /// A person with one role in a new organisation, signed in.
    pub async fn person(&self, account: &str, kind: OrganisationKind, place: Option<&str>, role: Role) -> Client<'_> {
        let place = place.map(|code| code.parse().expect("a place"));
        let name = format!("{account}的单位");
        let organisation = NewOrganisation { kind, name: &name, place: place.as_ref() };
        let organisation = organisations::create(&self.app, &organisation).await.expect("an organisation");
        let email = address_of(account);
        let person = NewPerson { account, name: account, email: Some(&email), password: PASSWORD };
        let person = people::create(&self.app, &person).await.expect("a person");
        self.join(person, organisation, kind, role).await;
        self.signed_in(account).await
    }

    /// A membership, with the second factor that it demands.
    async fn join(&self, person: PersonId, organisation: OrganisationId, kind: OrganisationKind, role: Role) {
        organisations::add_member(&self.app, person, organisation, role).await.expect("a membership");
        self.settle(person).await;
        if kind.demands_second_factor() {
            second_factor::enrol(&self.app, person, SECRET).await.expect("a second factor");
        }
    }

    /// Confirms the person's address, where there is one, and agrees to what is in force.
    pub async fn settle(&self, person: PersonId) {
        let mut tx = self.app.begin().await.expect("a transaction");
        if let Some(address) = email::of(&mut tx, person).await.expect("a person") {
            email::confirm(&self.app, &mut tx, person, &address).await.expect("confirms");
        }
        consents::agree(&self.app, &mut tx, person).await.expect("agrees");
        tx.commit().await.expect("is committed");
    }

    /// The organisation that somebody acts for.
    pub async fn organisation_of(&self, client: &Client<'_>) -> OrganisationId {
        let me = client.call(sessions::me()).await.expect("is signed in");
        me.memberships.first().expect("a membership").organisation
    }

    /// One more person of an organisation, signed in.
    pub async fn member(&self, account: &str, organisation: OrganisationId, role: Role) -> Client<'_> {
        let email = address_of(account);
        let person = NewPerson { account, name: account, email: Some(&email), password: PASSWORD };
        let person = people::create(&self.app, &person).await.expect("a person");
        let kind = OrganisationKind::ALL.iter().find(|kind| role != Role::OfficeOwner && kind.roles().contains(&role));
        self.join(person, organisation, *kind.expect("a role of some kind"), role).await;
        self.signed_in(account).await
    }

    /// The client of an account that exists, signed in with the second factor where it has one.
    pub async fn signed_in(&self, account: &str) -> Client<'_> {
        // No code is taken twice, and the clock stands still: whoever signs in again uses the next one.
        for seconds in [-30, 0, 30] {
            let code = second_factor::code_at(SECRET, self.clock.now() + Duration::seconds(seconds)).expect("a code");
            let credentials = Credentials { account: account.into(), password: PASSWORD.into(), code: Some(code) };
            if let Ok(session) = self.visitor().call(sessions::sign_in(&credentials)).await {
                return Client { test: self, bearer: Some(session.access) };
            }
        }
        panic!("{account} does not get in")
    }

    /// What the authenticator app of everybody shows now.
    #[must_use]
    pub fn code(&self) -> String {
        second_factor::code_at(SECRET, self.clock.now()).expect("a code")
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

    pub async fn donor(&self) -> Client<'_> {
        self.person("donor", OrganisationKind::Donor, None, Role::Donor).await
    }

    pub async fn admin(&self) -> Client<'_> {
        self.person("admin", OrganisationKind::Platform, None, Role::PlatformAdmin).await
    }
}

/// A charity with three people at its desks, and its account.
pub struct Charity<'a> {
    pub id: OrganisationId,
    pub account: BankAccountId,
    pub maker: Client<'a>,
    pub checker: Client<'a>,
    pub payer: Client<'a>,
}

impl TestApp {
    /// A charity whose accounts are `<name>-maker`, `<name>-checker` and `<name>-payer`.
    pub async fn charity(&self, name: &str) -> Charity<'_> {
        let organisation = NewOrganisation { kind: OrganisationKind::Charity, name, place: None };
        let id = organisations::create(&self.app, &organisation).await.expect("a charity");
        let desks = [("maker", Role::CharityMaker), ("checker", Role::CharityChecker), ("payer", Role::CharityPayer)];
        let mut clients = Vec::new();
        for (desk, role) in desks {
            let account = format!("{name}-{desk}");
            let person = NewPerson { account: &account, name: &account, email: None, password: PASSWORD };
            let person = people::create(&self.app, &person).await.expect("a person");
            self.join(person, id, OrganisationKind::Charity, role).await;
            clients.push(self.signed_in(&account).await);
        }
        let account =
            NewAccount { charity: id, holder: name, bank: "示例银行梅州分行", account_no: "0000123456789012" };
        let account = campaigns::add_account(&self.app, &account).await.expect("an account");
        let [maker, checker, payer] = clients.try_into().unwrap_or_else(|_| unreachable!("three desks"));
        Charity { id, account, maker, checker, payer }
    }

    /// The campaign of 2026, live, for which these charities receive.
    pub async fn campaign(&self, charities: &[&Charity<'_>]) -> CampaignId {
        let charities: Vec<_> = charities.iter().map(|charity| (charity.id, charity.account)).collect();
        let new = NewCampaign {
            name: "2026年示例扶贫济困日活动",
            year: 2026,
            host: "示例630办",
            purpose: "乡村帮扶",
            held_on: "2026-06-30".parse().expect("a day"),
            charities: &charities,
        };
        let id = campaigns::create(&self.app, &new).await.expect("a campaign");
        sqlx::query("update campaign_charity set contact = $2 where campaign = $1")
            .bind(id.0)
            .bind(CONTACT)
            .execute(&self.app.pool)
            .await
            .expect("the charities say whom one asks");
        for stage in [CampaignStage::Preview, CampaignStage::Live] {
            campaigns::set_stage(&self.app, id, stage).await.expect("the next stage");
        }
        id
    }
}
