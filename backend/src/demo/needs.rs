//! The demo's needs: the invented ones by which the search is judged, in real villages, approved but for a few that
//! wait for the federation.

use crate::app::App;
use crate::clock::Clock;
use crate::http::caller::{Origin, Village};
use crate::needs::{life, revisions};
use crate::organisations::{self, NewOrganisation};
use crate::{needs, people};
use anyhow::Context;
use chrono::{Days, Duration};
use domain::api::need_versions::{RevisionChange, RevisionStep};
use domain::api::needs::{NewNeed, Seen};
use domain::need::{
    AskedLine, AskedPart, BudgetItem, ContributionKind, Field, Indicator, NeedAction, NeedContent, NeedStatus,
    RevisionAction, RevisionStatus,
};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::place::{PlaceCode, short_village_name};
use domain::{Fen, NeedId, OrganisationId, PersonId};
use serde::Deserialize;
use std::collections::HashMap;

const GOLDEN: &str = include_str!("../../../search-config/golden/needs.json");

/// When the first of them was written: long enough ago for the days of objection to be over.
const AGO_DAYS: i64 = 10;
/// Of 五华县 one in so many waits for review, so that the to-do list is not empty.
const WAITS: usize = 15;

#[derive(Deserialize)]
struct Golden {
    needs: Vec<GoldenNeed>,
}

#[derive(Deserialize)]
struct GoldenNeed {
    title: String,
    field: Field,
    county: String,
    county_code: String,
    town: String,
    village: String,
    village_code: PlaceCode,
    description: String,
    budget: Vec<GoldenItem>,
    amount_fen: Fen,
    outcome: GoldenOutcome,
    wanted_by_days: u64,
}

#[derive(Deserialize)]
struct GoldenItem {
    item: String,
    amount_fen: Fen,
}

#[derive(Deserialize)]
struct GoldenOutcome {
    text: String,
    quantity: serde_json::Number,
    unit: String,
}

/// Writes, submits and approves them, as the villages, the town and the federations would have done before today; then
/// their days of objection are over.
pub async fn seed(today: &App) -> anyhow::Result<()> {
    let began = today.clock.now() - Duration::days(AGO_DAYS);
    let app = &today.at(Clock::manual(began));
    write_all(app).await?;
    life::open_publicized(today).await?;
    Ok(())
}

async fn write_all(app: &App) -> anyhow::Result<()> {
    let golden: Golden = serde_json::from_str(GOLDEN).context("search-config/golden/needs.json")?;
    let accounts: HashMap<String, PersonId> =
        people::demo_people(app).await?.into_iter().map(|demo| (demo.account, demo.id)).collect();
    let person = |account: &str| accounts.get(account).copied().with_context(|| format!("no account {account}"));
    let (reporter, reviewer) = (person("village")?, person("federation")?);
    let town = town_desk(app, person("town-reviewer")?).await?;
    let mut villages: HashMap<PlaceCode, OrganisationId> = HashMap::new();
    let mut federations: HashMap<String, OrganisationId> = HashMap::new();
    let total = golden.needs.len();
    let mut shown = false;
    for (n, need) in golden.needs.into_iter().enumerate() {
        let waits = need.county_code == "441424" && n % WAITS == 0;
        let village = village(app, &mut villages, &need).await?;
        let federation = federation(app, &mut federations, &need).await?;
        let village = Village {
            acting: Acting {
                place: Some(need.village_code.clone()),
                ..super::acting(reporter, village, OrganisationKind::Village, Role::VillageReporter)
            },
            origin: Origin::default(),
        };
        let federation = Acting {
            place: Some(need.county_code.parse()?),
            ..super::acting(reviewer, federation, OrganisationKind::Federation, Role::FederationCounty)
        };
        let own = need.village_code.as_str() == super::VILLAGE;
        let hands = (&village, &town, &federation);
        let content = content(app, need)?;
        let id = publish(app, hands, content.clone(), waits).await?;
        if own && !waits && !shown {
            shown = true;
            Box::pin(revise(app, hands, (id, content))).await?;
            for content in other_kinds(app, &village)? {
                publish(app, hands, content, false).await?;
            }
        }
        if (n + 1) % 60 == 0 {
            crate::say!("  {} of {total}", n + 1);
        }
    }
    Ok(())
}

/// From draft to public, by whoever has to; or as far as the federation's desk, if it waits there.
async fn publish(
    app: &App,
    (village, town, federation): (&Village, &Acting, &Acting),
    content: NeedContent,
    waits: bool,
) -> anyhow::Result<NeedId> {
    app.clock.advance(Duration::minutes(5));
    let draft = needs::create(app, village, &NewNeed { id: app.clock.id(), content }).await?;
    let take = async |acting: &Acting, action| {
        let step = Seen { version: draft.version }.into();
        life::step(app, (acting, &Origin::default()), (draft.id, action), &step).await
    };
    let sent = take(&village.acting, NeedAction::Submit).await?;
    if sent.status == NeedStatus::TownReview {
        take(town, NeedAction::Pass).await?;
    }
    if !waits {
        take(federation, NeedAction::Approve).await?;
    }
    Ok(draft.id)
}

/// Changes a need that is public: once as far as everybody reads it, and once as far as the federation's desk.
async fn revise(
    app: &App,
    (village, town, federation): (&Village, &Acting, &Acting),
    (id, mut content): (NeedId, NeedContent),
) -> anyhow::Result<()> {
    for (why, approved) in [("镇里补充了核实的情况", true), ("三家报价比原来的高", false)] {
        if approved {
            content.description.push_str("镇里已派人看过现场，情况属实。");
        } else {
            let more = Fen::yuan(8_000);
            content.items.push(BudgetItem { name: "材料涨价和运费".into(), amount_fen: more });
            content.amount_fen = content.amount_fen.map(|amount| amount.checked_add(more)).transpose()?;
        }
        app.clock.advance(Duration::minutes(5));
        let change = RevisionChange { version: 0, why: why.into(), content: content.clone() };
        let revision = revisions::save(app, village, id, &change).await?;
        let step = RevisionStep { version: revision.version, reason: String::new(), publicize: false };
        let take = async |acting: &Acting, action| {
            revisions::steps::step(app, (acting, &Origin::default()), (id, action), &step).await
        };
        let sent = take(&village.acting, RevisionAction::Submit).await?;
        if sent.status == RevisionStatus::TownReview {
            take(town, RevisionAction::Pass).await?;
        }
        if approved {
            take(federation, RevisionAction::Approve).await?;
        }
    }
    Ok(())
}

/// The demo's own town, whose reviewer reads before the federation does.
async fn town_desk(app: &App, reviewer: PersonId) -> anyhow::Result<Acting> {
    let place: PlaceCode = super::TOWN.parse()?;
    let town = organisations::at(app, OrganisationKind::Town, &place).await?.context("the demo has no town")?;
    let acting = super::acting(reviewer, town, OrganisationKind::Town, Role::TownReviewer);
    Ok(Acting { place: Some(place), ..acting })
}

/// One need of each kind besides money, of the village whose account visitors have.
fn other_kinds(app: &App, village: &Village) -> anyhow::Result<Vec<NeedContent>> {
    let place = village.acting.place.clone().context("a village has a place")?;
    OTHER_KINDS
        .iter()
        .map(|other| {
            let mut line = AskedLine::default();
            for (part, typed) in other.line {
                line.set(*part, typed).map_err(anyhow::Error::msg)?;
            }
            Ok(NeedContent {
                field: Some(other.field),
                title: other.title.into(),
                description: other.description.into(),
                lines: vec![line],
                procured: other.procured,
                wanted_by: Some(app.clock.today() + Days::new(200)),
                outcome: other.outcome.0.into(),
                indicator: Some(other.outcome.1),
                outcome_quantity: Some(other.outcome.2),
                ..NeedContent::empty(place.clone(), other.kind)
            })
        })
        .collect()
}

struct Other {
    kind: ContributionKind,
    /// A public body pays for it.
    procured: bool,
    field: Field,
    title: &'static str,
    description: &'static str,
    line: &'static [(AskedPart, &'static str)],
    outcome: (&'static str, Indicator, i64),
}

const OTHER_KINDS: &[Other] = &[
    Other {
        kind: ContributionKind::Goods,
        procured: false,
        field: Field::RuralCivility,
        title: "农家书屋添置书柜和儿童图书",
        description: "书屋去年腾出一间旧教室，桌椅已有，书柜只有两个，书多是十几年前的。周末常有三十多个孩子来，坐在地上看。",
        line: &[
            (AskedPart::Name, "儿童图书"),
            (AskedPart::Quantity, "600"),
            (AskedPart::Unit, "册"),
            (AskedPart::Place, "村委会旁旧小学一楼"),
            (AskedPart::Note, "适合小学生，八成新以上"),
        ],
        outcome: ("全村孩子周末有书看", Indicator::Participants, 1_500),
    },
    Other {
        kind: ContributionKind::Jobs,
        procured: false,
        field: Field::LowIncomeSupport,
        title: "留守妇女想在家门口做手工",
        description: "村里有二十多位妇女要照顾老人孩子，不能外出，会踩缝纫机。村委会腾出八十平方米的房子，水电都通，想请企业来设加工点。",
        line: &[
            (AskedPart::Name, "缝纫、包装手工"),
            (AskedPart::Quantity, "20"),
            (AskedPart::Price, "2000"),
            (AskedPart::PriceTo, "3500"),
            (AskedPart::Place, "村委会二楼加工点"),
            (AskedPart::Note, "计件，时间灵活"),
        ],
        outcome: ("20 位妇女在家门口有收入", Indicator::EmployedPeople, 20),
    },
    Other {
        kind: ContributionKind::Purchase,
        procured: false,
        field: Field::ConsumptionAssistance,
        title: "山茶油上市，找单位食堂采购",
        description: "全村油茶三百多亩，十二月榨油，往年靠贩子上门，价格压得低。今年统一送镇里检验、统一灌装，想直接卖给食堂和企业。",
        line: &[
            (AskedPart::Name, "山茶油"),
            (AskedPart::Quantity, "3000"),
            (AskedPart::Unit, "斤"),
            (AskedPart::Price, "55"),
            (AskedPart::Minimum, "50"),
            (AskedPart::Period, "12 月至次年 3 月"),
        ],
        outcome: ("60 户油茶户每斤多卖 8 元", Indicator::SoldHouseholds, 60),
    },
    Other {
        kind: ContributionKind::Technology,
        procured: false,
        field: Field::SpecialtyIndustry,
        title: "油茶低产林改造，请技术员来教",
        description: "油茶林多是八十年代种的，密、老、病虫多，亩产只有别村一半。想请懂油茶的技术员来几次，带着大家修剪、嫁接。",
        line: &[
            (AskedPart::Name, "油茶修剪和嫁接"),
            (AskedPart::Quantity, "6"),
            (AskedPart::Period, "春季，每次两天"),
            (AskedPart::Place, "村后山油茶林"),
        ],
        outcome: ("改造油茶林 120 亩", Indicator::PlantedArea, 120),
    },
    Other {
        kind: ContributionKind::Service,
        procured: false,
        field: Field::SocializedServices,
        title: "给独居老人做一次家电和电路检修",
        description: "村里独居老人三十一户，电线多是老式的，去年有一户插座冒烟。想请企业的电工师傅来，逐户看一遍，换掉危险的开关和插座。",
        line: &[
            (AskedPart::Name, "入户电路检修"),
            (AskedPart::Quantity, "4"),
            (AskedPart::Period, "入冬前的周末"),
            (AskedPart::Place, "全村 31 户"),
        ],
        outcome: ("31 户老人用电没有隐患", Indicator::ServedElders, 31),
    },
    Other {
        kind: ContributionKind::Service,
        procured: true,
        field: Field::SocializedServices,
        title: "村道和公厕保洁（镇里购买服务）",
        description: "村道四公里、公厕两座，保洁由镇里按政府购买服务付费，想请本地企业来做，优先用本村的人。这项服务付费，不是捐赠。",
        line: &[
            (AskedPart::Name, "村道和公厕保洁"),
            (AskedPart::Quantity, "24"),
            (AskedPart::Period, "全年，每月两天"),
            (AskedPart::Place, "全村"),
        ],
        outcome: ("全年保洁 24 次", Indicator::ServiceVisits, 24),
    },
];

/// The village's organisation: the demo's own, or a new one.
async fn village(
    app: &App,
    known: &mut HashMap<PlaceCode, OrganisationId>,
    need: &GoldenNeed,
) -> anyhow::Result<OrganisationId> {
    if let Some(id) = known.get(&need.village_code) {
        return Ok(*id);
    }
    let id = if let Some(id) = organisations::at(app, OrganisationKind::Village, &need.village_code).await? {
        id
    } else {
        let name = format!("{}{}{}", need.county, need.town, short_village_name(&need.village));
        let village = NewOrganisation { kind: OrganisationKind::Village, name: &name, place: Some(&need.village_code) };
        organisations::create(app, &village).await?
    };
    known.insert(need.village_code.clone(), id);
    Ok(id)
}

async fn federation(
    app: &App,
    known: &mut HashMap<String, OrganisationId>,
    need: &GoldenNeed,
) -> anyhow::Result<OrganisationId> {
    if let Some(id) = known.get(&need.county_code) {
        return Ok(*id);
    }
    let place: PlaceCode = need.county_code.parse()?;
    let id = if let Some(id) = organisations::at(app, OrganisationKind::Federation, &place).await? {
        id
    } else {
        let name = format!("示例{}工商联", need.county);
        let federation = NewOrganisation { kind: OrganisationKind::Federation, name: &name, place: Some(&place) };
        organisations::create(app, &federation).await?
    };
    known.insert(need.county_code.clone(), id);
    Ok(id)
}

fn content(app: &App, need: GoldenNeed) -> anyhow::Result<NeedContent> {
    let (quantity, unit) = whole(&need.outcome)?;
    Ok(NeedContent {
        field: Some(need.field),
        price_basis: "示例：参照县造价信息和三家询价的平均价".into(),
        title: need.title,
        description: need.description,
        items: need
            .budget
            .into_iter()
            .map(|item| BudgetItem { name: item.item, amount_fen: item.amount_fen })
            .collect(),
        amount_fen: Some(need.amount_fen),
        wanted_by: Some(app.clock.today() + Days::new(need.wanted_by_days)),
        outcome: need.outcome.text,
        outcome_quantity: Some(quantity),
        outcome_unit: unit,
        ..NeedContent::empty(need.village_code, ContributionKind::Money)
    })
}

/// A whole number of a unit: 1.3 公里 becomes 1300 米.
fn whole(outcome: &GoldenOutcome) -> anyhow::Result<(i64, String)> {
    if let Some(quantity) = outcome.quantity.as_i64() {
        return Ok((quantity, outcome.unit.clone()));
    }
    let text = outcome.quantity.to_string();
    let (whole, part) = text.split_once('.').context("a decimal number")?;
    let thousandths: i64 = format!("{whole}{part:0<3}").parse().context("at most three decimals")?;
    match outcome.unit.as_str() {
        "公里" => Ok((thousandths, "米".into())),
        "吨" => Ok((thousandths, "公斤".into())),
        unit => Ok(((thousandths + 999) / 1_000, unit.to_owned())),
    }
}
