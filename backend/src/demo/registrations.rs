//! The demo's enterprises that are not verified yet: one waits, and looks like another; one was sent back and answered.
//!
//! Their codes are well formed and nobody's.

use super::{PASSWORD, acting, pictures};
use crate::app::App;
use crate::http::caller::{Applicant, Federation, Origin, Sure};
use crate::{files, people, registrations, verifications};
use anyhow::Context;
use domain::api::registrations::{NewRegistration, NewRegistrationDocument, RegistrationAnswer};
use domain::api::verifications::ReturnRegistration;
use domain::consent::Agreement;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::registration::{AccountInput, EnterpriseInput, Industry};
use domain::verification::ReturnReason;

const COUNTY: &str = "441424";

/// Registers them as their people would, and lets the federation look at one.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    // Its name differs in one character from an enterprise that is verified.
    let waiting = register(app, "示例金釉农业有限公司", "91441424MA4RL00013", "waiting@example.com").await?;
    let picture = files::store(app, waiting.acting.person, pictures::permit()?).await?;
    registrations::add_document(app, &waiting, &NewRegistrationDocument { file: picture.id }).await?;

    let returned = register(app, "示例山泉饮品有限公司", "91441424MA4RL00026", "returned@example.com").await?;
    let people = people::demo_people(app).await?;
    let reviewer = people.iter().find(|demo| demo.account == "federation").context("no federation")?;
    let organisation = reviewer.organisation.context("the reviewer belongs to nobody")?;
    let federation = Sure(Federation {
        acting: Acting {
            place: Some(COUNTY.parse()?),
            ..acting(reviewer.id, organisation, OrganisationKind::Federation, Role::FederationCounty)
        },
        origin: Origin::default(),
    });
    let why = ReturnRegistration {
        version: 1,
        reasons: vec![ReturnReason::DocumentMissing],
        said: "请补营业执照照片，要看得清代码和名称。".into(),
    };
    verifications::return_(app, &federation, returned.acting.organisation, &why).await?;
    let said = RegistrationAnswer { said: "执照正在换发，领到新证后上传。".into() };
    registrations::answer(app, &returned, &said).await?;
    Ok(())
}

async fn register(app: &App, name: &str, uscc: &str, email: &str) -> anyhow::Result<Applicant> {
    let new = NewRegistration {
        id: app.clock.id(),
        enterprise: EnterpriseInput {
            uscc: uscc.into(),
            name: name.into(),
            former_names: Vec::new(),
            industry: Some(Industry::Manufacturing),
            county: Some(COUNTY.parse()?),
            contact_name: "示例联系人".into(),
            contact_phone: "0753-0000000".into(),
        },
        account: AccountInput {
            email: email.into(),
            person: "示例注册人".into(),
            password: PASSWORD.into(),
            agreement: Agreement::present(),
        },
    };
    registrations::enterprise(app, &Origin::default(), &new).await?;
    let people = people::demo_people(app).await?;
    let person = people.iter().find(|demo| demo.account == email).context("nobody was registered")?.id;
    let mut tx = app.begin().await?;
    people::email::confirm(app, &mut tx, person, &email.parse()?).await?;
    tx.commit().await?;
    let acting = acting(person, new.id, OrganisationKind::Enterprise, Role::EnterpriseOwner);
    Ok(Applicant { acting, origin: Origin::default() })
}
