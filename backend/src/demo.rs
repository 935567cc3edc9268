//! A database full of invented parties and needs, so that everybody can try everything.
//!
//! Real are the places only. What is seeded goes through the same use cases as what people do, so that no rule is
//! bypassed. A demo writes only into a database that is empty or that it marked; outside the demo such a database is
//! refused. It is whole when the installation says so, which is written last.

mod books;
mod campaign;
mod commitments;
mod desk;
mod earlier;
mod gifts;
mod goods;
mod needs;
mod offers;
mod pairings;
mod pictures;
mod places;
mod promises;
mod registrations;
mod rounds;

use crate::app::App;
use crate::consents;
use crate::organisations::{self, NewOrganisation};
use crate::people::{self, NewPerson, email};
use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::place::PlaceCode;
use domain::{OrganisationId, PersonId};
use sqlx::PgPool;

/// Of every demo account; shown on the sign-in page.
pub const PASSWORD: &str = "qiancun-shili";

/// The advisory lock of whoever fills a demo.
const FILLING: i64 = 0x7169_616e_6375_6e01;

/// The tables that seeding fills; with whatever refers to their rows, all but places and the installation's own.
pub const FILLED: [&str; 21] = [
    "person",
    "organisation",
    "campaign",
    "event",
    "job",
    "sign_in_failure",
    "need_code_counter",
    "digest_day",
    "enquiry",
    "enquiry_private",
    "link_request",
    "follower",
    "lot",
    "public_total",
    "public_total_change",
    "campaign_total",
    "campaign_total_change",
    "pledge_reached",
    "round_fact_change",
    "ledger_kept",
    "surplus_told",
];

/// Refuses a real database in a demo, and a demo's outside, before anything of it is touched.
pub async fn refuse_wrong(pool: &PgPool, demo: bool) -> anyhow::Result<()> {
    let known = sqlx::query_scalar!(r#"select to_regclass('installation') is not null as "known!""#);
    if !known.fetch_one(pool).await? {
        ensure!(
            !demo || !has_tables(pool).await?,
            "this database has tables of something else: a demo needs an empty one"
        );
        return Ok(());
    }
    let marked = sqlx::query_scalar!("select demo from installation").fetch_optional(pool);
    let Some(marked) = marked.await.context("the table `installation` of this database is not ours")? else {
        // `migrate` or `admin` made the schema.
        let mut connection = pool.acquire().await?;
        let accounts = demo && people::any(&mut connection).await?;
        ensure!(!accounts, "this database has accounts: a demo needs an empty one");
        return Ok(());
    };
    ensure!(marked || !demo, "this database is not a demo's: a demo writes invented data, give it another one");
    ensure!(!marked || demo, "this database holds a demo's invented data: start with --demo, or give another one");
    Ok(())
}

/// Whether somebody keeps tables where ours would be. What the migrations write first is not somebody's.
async fn has_tables(pool: &PgPool) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (
               select from pg_class c
               where c.relnamespace = to_regnamespace(current_schema()) and c.relkind in ('r', 'p', 'f')
                 and c.relname <> '_sqlx_migrations'
           ) as "some!""#
    )
    .fetch_one(pool)
    .await
}

/// Writes down what this database is, once and for all.
pub async fn mark(pool: &PgPool, demo: bool, now: DateTime<Utc>) -> anyhow::Result<()> {
    let marked =
        sqlx::query!("insert into installation (demo, created_at) values ($1, $2) on conflict do nothing", demo, now);
    marked.execute(pool).await?;
    // Whoever came second to an empty database is held to what the first one made of it.
    refuse_wrong(pool, demo).await
}

struct Party {
    kind: OrganisationKind,
    name: &'static str,
    place: Option<&'static str>,
    people: &'static [(&'static str, &'static str, Role)],
}

/// The village and the town whose accounts visitors have.
const VILLAGE: &str = "441424125207";
const TOWN: &str = "441424125";

const PARTIES: &[Party] = &[
    Party {
        kind: OrganisationKind::Village,
        name: "五华县梅林镇黄沙村",
        place: Some(VILLAGE),
        people: &[
            ("village", "示例村信息员", Role::VillageReporter),
            ("village-head", "示例村负责人", Role::VillageHead),
        ],
    },
    Party {
        kind: OrganisationKind::Town,
        name: "五华县梅林镇",
        place: Some(TOWN),
        people: &[("town", "示例镇负责人", Role::OfficeOwner), ("town-reviewer", "示例镇审核员", Role::TownReviewer)],
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
            ("charity-owner", "示例慈善会负责人甲", Role::CharityOwner),
            ("charity-owner-2", "示例慈善会负责人乙", Role::CharityOwner),
        ],
    },
    Party {
        kind: OrganisationKind::CampaignOffice,
        name: "示例6·30活动办公室",
        place: None,
        people: &[("campaign-office", "示例630办经办", Role::CampaignOffice)],
    },
    Party {
        kind: OrganisationKind::Platform,
        name: "示例平台",
        place: None,
        people: &[("admin", "示例管理员", Role::PlatformAdmin), ("auditor", "示例审计员", Role::Auditor)],
    },
];

/// Fills an empty demo, or one that was ended while it was filled; a later start finds it filled.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    // The lock goes with its connection, which therefore must not come back to the pool.
    let mut alone = app.pool.acquire().await?.detach();
    let first = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "first!""#, FILLING);
    ensure!(first.fetch_one(&mut alone).await?, "another process is filling this demo: start again when it is ready");
    let seeded = sqlx::query_scalar!(r#"select seeded_at is not null as "seeded!" from installation"#);
    if seeded.fetch_one(&mut alone).await? {
        return Ok(());
    }
    if people::any(&mut alone).await? {
        crate::say!("the demo was ended half-made: starting over …");
        let empty = format!("truncate table {} cascade; update ledger_kept_until set seq = 0", FILLED.join(", "));
        sqlx::raw_sql(sqlx::AssertSqlSafe(empty)).execute(&mut alone).await?;
    }
    fill(app).await?;
    sqlx::query!("update installation set seeded_at = $1", app.clock.now()).execute(&mut alone).await?;
    Ok(())
}

async fn fill(app: &App) -> anyhow::Result<()> {
    crate::say!("making the demo's accounts …");
    for party in PARTIES {
        add_party(app, party).await?;
    }
    registrations::seed(app).await?;
    crate::say!("making the demo's needs …");
    needs::seed(app).await?;
    places::seed(app).await?;
    crate::say!("making the demo's campaign and gifts …");
    gifts::seed(app).await?;
    books::seed(app).await?;
    promises::seed(app).await?;
    goods::seed(app).await?;
    gifts::left_over::seed(app).await?;
    offers::seed(app).await?;
    commitments::seed(app).await?;
    pairings::seed(app).await?;
    earlier::seed(app).await?;
    rounds::seed(app).await?;
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
        settle(app, person, &email).await?;
    }
    Ok(())
}

/// The person has confirmed the address and agreed to what is in force, so that nothing stands in a visitor's way.
async fn settle(app: &App, person: PersonId, address: &str) -> anyhow::Result<()> {
    let mut tx = app.begin().await?;
    email::confirm(app, &mut tx, person, &address.parse()?).await?;
    consents::agree(app, &mut tx, person).await?;
    Ok(tx.commit().await?)
}
