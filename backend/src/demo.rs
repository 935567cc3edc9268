//! A database full of invented parties and needs, so that everybody can try everything.
//!
//! Real are the places only. What is seeded goes through the same use cases as what people do, so that no rule is
//! bypassed. A demo writes only into a database that is empty or that it marked; outside the demo such a database is
//! refused.

mod desk;
mod gifts;
mod needs;
mod pictures;

use crate::app::App;
use crate::organisations::{self, NewOrganisation};
use crate::people::{self, NewPerson};
use anyhow::ensure;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::place::PlaceCode;
use domain::{OrganisationId, PersonId};

/// Of every demo account; shown on the sign-in page.
pub const PASSWORD: &str = "qiancun-shili";

/// Refuses a real database in a demo, and a demo's outside.
pub async fn check_mark(app: &App, demo: bool) -> anyhow::Result<()> {
    let marked = sqlx::query_scalar!("select demo from installation").fetch_optional(&app.pool).await?;
    match (marked, demo) {
        (Some(marked), demo) => {
            ensure!(marked || !demo, "this database is not a demo's: a demo writes invented data, give it another one");
            ensure!(
                !marked || demo,
                "this database holds a demo's invented data: start with --demo, or give another one"
            );
        }
        (None, demo) => {
            let mut connection = app.pool.acquire().await?;
            ensure!(
                !demo || !people::any(&mut connection).await?,
                "this database has accounts: a demo needs an empty one"
            );
            sqlx::query!("insert into installation (demo, created_at) values ($1, $2)", demo, app.clock.now())
                .execute(&app.pool)
                .await?;
        }
    }
    Ok(())
}

struct Party {
    kind: OrganisationKind,
    name: &'static str,
    place: Option<&'static str>,
    people: &'static [(&'static str, &'static str, Role)],
}

const PARTIES: &[Party] = &[
    Party {
        kind: OrganisationKind::Village,
        name: "五华县梅林镇黄沙村",
        place: Some("441424125207"),
        people: &[("village", "示例村信息员", Role::VillageReporter)],
    },
    Party {
        kind: OrganisationKind::Federation,
        name: "示例五华县工商联",
        place: Some("441424"),
        people: &[("federation", "示例工商联审核员", Role::FederationCounty)],
    },
    Party {
        kind: OrganisationKind::Enterprise,
        name: "示例金柚农业有限公司",
        place: None,
        people: &[("enterprise", "示例企业负责人", Role::EnterpriseOwner), ("donor", "示例捐赠人", Role::Donor)],
    },
    Party {
        kind: OrganisationKind::Charity,
        name: "示例慈善会",
        place: None,
        people: &[
            ("maker", "示例慈善会经办", Role::CharityMaker),
            ("checker", "示例慈善会复核", Role::CharityChecker),
            ("payer", "示例慈善会出纳", Role::CharityPayer),
        ],
    },
    Party {
        kind: OrganisationKind::Platform,
        name: "示例平台",
        place: None,
        people: &[("admin", "示例管理员", Role::PlatformAdmin), ("auditor", "示例审计员", Role::Auditor)],
    },
];

/// Fills an empty demo; a second start finds it filled.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let mut connection = app.pool.acquire().await?;
    if people::any(&mut connection).await? {
        return Ok(());
    }
    drop(connection);
    crate::say!("making the demo's accounts …");
    for party in PARTIES {
        add_party(app, party).await?;
    }
    crate::say!("making the demo's needs …");
    needs::seed(app).await?;
    crate::say!("making the demo's campaign and gifts …");
    gifts::seed(app).await?;
    desk::seed(app).await
}

/// One of the demo's people at his desk.
fn acting(person: PersonId, organisation: OrganisationId, kind: OrganisationKind, role: Role) -> Acting {
    Acting { person, organisation, kind, role, place: None }
}

async fn add_party(app: &App, party: &Party) -> anyhow::Result<()> {
    let place: Option<PlaceCode> = party.place.map(str::parse).transpose()?;
    let organisation = NewOrganisation { kind: party.kind, name: party.name, place: place.as_ref() };
    let organisation = organisations::create(app, &organisation).await?;
    for (account, name, role) in party.people {
        let email = format!("{account}@example.com");
        let person = NewPerson { account, name, email: Some(&email), password: PASSWORD };
        let person = people::create(app, &person).await?;
        organisations::add_member(app, person, organisation, *role).await?;
    }
    Ok(())
}
