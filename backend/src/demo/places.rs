//! What the demo says of some towns and villages: invented, and each source says so.
//!
//! Two counties' towns have a class, some villages a type and figures of two years; all others are unknown, as they are
//! where nobody has imported anything. The lists go through the same import as everybody's.

use super::acting;
use crate::app::App;
use crate::files::tables;
use crate::http::caller::{Federation, Origin, Sure};
use crate::places::imports;
use crate::{organisations, people};
use anyhow::{Context, ensure};
use domain::api::place_imports::NewPlaceImport;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::place::{PlaceCode, PlaceLevel, TownClass, TownLead, VillageType};
use std::fmt::Write;

/// The counties whose towns have a class, and the town whose villages have more.
const COUNTIES: [&str; 2] = ["441424", "441422"];
const TOWN: &str = "441424125";
const SOURCE: &str = "示例数据（演示用，不是真实名单）";
const AS_OF: &str = "2024-12-31";

/// Imports three lists, as a county's federation would.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    for county in COUNTIES {
        import(app, county, classes(app, &county.parse()?)?).await?;
    }
    import(app, COUNTIES[0], types(app)?).await?;
    import(app, COUNTIES[0], facts(app)?).await
}

async fn import(app: &App, county: &str, list: String) -> anyhow::Result<()> {
    let federation = federation(app, county).await?;
    let table = tables::store(app, federation.0.acting.person, "示例名单.csv", list.into()).await?;
    let new = NewPlaceImport { id: app.clock.id(), table: table.id };
    let done = imports::import(app, &federation, &new).await.map_err(|error| anyhow::anyhow!("{error}"))?;
    ensure!(done.changed > 0, "a list of the demo says nothing");
    Ok(())
}

/// The federation of a county at its desk.
pub(super) async fn federation(app: &App, county: &str) -> anyhow::Result<Sure<Federation>> {
    let place: PlaceCode = county.parse()?;
    let people = people::demo_people(app).await?;
    let reviewer = people.iter().find(|demo| demo.account == "federation").context("no account federation")?.id;
    let federation = organisations::at(app, OrganisationKind::Federation, &place).await?;
    let federation = federation.with_context(|| format!("{county} has no federation"))?;
    let acting = Acting {
        place: Some(place),
        ..acting(reviewer, federation, OrganisationKind::Federation, Role::FederationCounty)
    };
    Ok(Sure(Federation { acting, origin: Origin::default() }))
}

/// The places of a level inside another one, in the order of their codes.
fn inside(app: &App, place: &PlaceCode, level: PlaceLevel) -> Vec<PlaceCode> {
    let codes = app.places.iter().map(|(code, _)| code);
    let mut inside: Vec<_> = codes.filter(|code| code.level() == level && place.contains(code)).cloned().collect();
    inside.sort_unstable();
    inside
}

/// Two of three towns are key-assisted, their leads in turn.
fn classes(app: &App, county: &PlaceCode) -> anyhow::Result<String> {
    let leads = [TownLead::ProvincialCentral, TownLead::Guangzhou, TownLead::Meizhou];
    let (mut rows, mut by_lead, mut consolidating) = (String::new(), [0, 0, 0], 0);
    for (n, town) in inside(app, county, PlaceLevel::Town).iter().enumerate() {
        let (class, lead) = if n % 3 == 2 {
            consolidating += 1;
            (TownClass::Consolidation, TownLead::County)
        } else {
            by_lead[n % 4 % 3] += 1;
            (TownClass::KeyAssisted, leads[n % 4 % 3])
        };
        writeln!(rows, "{town},{},{}", class.label(), lead.label())?;
    }
    let mut list = format!("来源,{SOURCE}\n截至日期,{AS_OF}\n");
    writeln!(list, "{},{}", TownClass::KeyAssisted.label(), by_lead.iter().sum::<i32>())?;
    writeln!(list, "{},{consolidating}", TownClass::Consolidation.label())?;
    for (lead, towns) in leads.iter().zip(by_lead) {
        writeln!(list, "{},{towns}", lead.label())?;
    }
    Ok(list + "区划代码,分类,牵头方\n" + &rows)
}

fn types(app: &App) -> anyhow::Result<String> {
    let villages = inside(app, &TOWN.parse()?, PlaceLevel::Village);
    let mut list = format!("来源,{SOURCE}\n截至日期,{AS_OF}\n行数,{}\n区划代码,类型\n", villages.len());
    for (n, village) in villages.iter().enumerate() {
        writeln!(list, "{village},{}", VillageType::ALL[n % VillageType::ALL.len()].label())?;
    }
    Ok(list)
}

fn facts(app: &App) -> anyhow::Result<String> {
    let villages = inside(app, &TOWN.parse()?, PlaceLevel::Village);
    let mut rows = String::new();
    for (n, village) in villages.iter().enumerate() {
        for year in [2023, 2024] {
            let (homes, later) = (180 + 37 * n % 240, year - 2023);
            let (people, mu, income) = (homes * 4 - later * 3, 400 + 53 * n % 700, 9 + n % 8 + 2 * later);
            writeln!(rows, "{village},{year},{homes},{people},{},{mu},{income}.5", 12 - later + n % 9)?;
        }
    }
    let count = villages.len() * 2;
    let headings = "区划代码,年份,户数（户）,户籍人口（人）,低收入人口（人）,耕地面积（亩）,村集体经济年收入（万元）";
    Ok(format!("来源,{SOURCE}\n截至日期,{AS_OF}\n行数,{count}\n{headings}\n{rows}"))
}
