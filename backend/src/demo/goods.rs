//! The demo's gifts of goods: one that waits for inspection, one that the charity has to arrange, one that the village has
//! to confirm, one that was handed over, and one whose rest a second person has to write off.
//!
//! All invented, through the same doors as those that people make.

use super::{acting, pictures};
use crate::app::App;
use crate::goods_gifts;
use crate::http::caller::{CharityChecker, CharityMaker, Enterprise, Giver, Origin, Sure, Village};
use crate::{files, needs, people, pledges};
use anyhow::Context;
use domain::api::goods::{GoodsGift, GoodsSeen, InspectGoods, NewGoodsGift, NewGoodsHandOver, NewGoodsWriteOff};
use domain::goods::{
    GOODS_TERMS_VERSION, GoodsHandOverInput, GoodsInput, GoodsLine, GoodsLossCause, GoodsReceipt, GoodsWriteOffInput,
    InspectedLine, Inspection, Quantity, ValuationBasis,
};
use domain::need::ContributionKind;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pledge::PublicDisplay;
use domain::{CampaignId, Fen, GoodsHandOverId, NeedId};

/// Those who take part.
struct Desks {
    giver: Acting,
    maker: Acting,
    checker: Acting,
    village: Acting,
    campaign: CampaignId,
    need: NeedId,
}

pub async fn seed(app: &App) -> anyhow::Result<()> {
    let desks = desks(app).await?;
    let books = line("儿童读物（示例）", 200_000, "册", 2_500);
    let shelves = line("书架（示例）", 6_000, "个", 38_000);
    let lamps = line("太阳能路灯（示例）", 12_000, "盏", 128_000);
    let rice = line("大米（示例，25 公斤装）", 12_500, "袋", 12_000);

    offered(app, &desks, vec![rice], None).await?;
    accepted(app, &desks, vec![lamps], None).await?;
    let waiting = accepted(app, &desks, vec![shelves.clone()], Some(desks.need)).await?;
    brought(app, &desks, &waiting, vec![4_000]).await?;

    let given = accepted(app, &desks, vec![books, shelves], Some(desks.need)).await?;
    handed(app, &desks, &given, vec![200_000, 6_000]).await?;

    let pens = accepted(app, &desks, vec![line("文具套装（示例）", 100_000, "套", 3_600)], Some(desks.need)).await?;
    let pens = handed(app, &desks, &pens, vec![96_000]).await?;
    let lost = NewGoodsWriteOff {
        id: app.clock.id(),
        version: pens.version,
        input: GoodsWriteOffInput {
            quantities: vec![Quantity::of_thousandths(4_000)],
            cause: GoodsLossCause::Spoilt,
            found_on: app.clock.today(),
            reason: "示例：运到村里时发现 4 套被雨水泡坏，已当场清点".to_owned(),
        },
        pictures: vec![files::store(app, desks.maker.person, pictures::invoice()?).await?.id],
    };
    let maker = CharityMaker { acting: desks.maker.clone(), origin: Origin::default() };
    goods_gifts::write_off(app, &maker, pens.row.id, &lost).await?;
    Ok(())
}

/// Brought, received whole and accepted.
async fn handed(app: &App, desks: &Desks, gift: &GoodsGift, thousandths: Vec<i64>) -> anyhow::Result<GoodsGift> {
    let id = brought(app, desks, gift, thousandths.clone()).await?;
    let village = Sure(Village { acting: desks.village.clone(), origin: Origin::default() });
    let received = thousandths.into_iter().map(Quantity::of_thousandths).collect();
    goods_gifts::receive(app, &village, id, &GoodsReceipt { received, note: String::new() }).await?;
    let checker = Sure(CharityChecker { acting: desks.checker.clone(), origin: Origin::default() });
    Ok(goods_gifts::accept(app, &checker, id).await?)
}

fn line(name: &str, thousandths: i64, unit: &str, fen: i64) -> GoodsLine {
    GoodsLine {
        name: name.to_owned(),
        quantity: Quantity::of_thousandths(thousandths),
        unit: unit.to_owned(),
        unit_value: Fen::new(fen).unwrap_or_default(),
    }
}

async fn offered(app: &App, desks: &Desks, lines: Vec<GoodsLine>, need: Option<NeedId>) -> anyhow::Result<GoodsGift> {
    let photo = files::store(app, desks.giver.person, pictures::invoice()?).await?.id;
    let new = NewGoodsGift {
        id: app.clock.id(),
        campaign: desks.campaign,
        charity: desks.maker.organisation,
        input: GoodsInput {
            lines,
            need,
            basis: ValuationBasis::Invoice,
            basis_note: "示例：增值税发票 20260612 号".to_owned(),
            expires_on: None,
            own_property: true,
            conforms: true,
            voluntary: true,
            public_display: Some(PublicDisplay::Name),
            show_value: true,
            terms_version: GOODS_TERMS_VERSION.to_owned(),
        },
        pictures: vec![photo],
    };
    let giver = Enterprise { acting: desks.giver.clone(), origin: Origin::default() };
    Ok(goods_gifts::offer(app, &giver, &new).await?)
}

async fn accepted(app: &App, desks: &Desks, lines: Vec<GoodsLine>, need: Option<NeedId>) -> anyhow::Result<GoodsGift> {
    let found = lines.iter().map(|line| InspectedLine {
        accepted: line.quantity,
        unit_value: line.unit_value,
        condition: String::new(),
    });
    let found = Inspection {
        lines: found.collect(),
        received_on: app.clock.today(),
        basis: ValuationBasis::Invoice,
        value_reason: String::new(),
    };
    let gift = offered(app, desks, lines, need).await?;
    let maker = CharityMaker { acting: desks.maker.clone(), origin: Origin::default() };
    let gift = goods_gifts::inspect(app, &maker, gift.row.id, &InspectGoods { version: gift.version, found }).await?;
    let checker = Sure(CharityChecker { acting: desks.checker.clone(), origin: Origin::default() });
    Ok(goods_gifts::confirm(app, &checker, gift.row.id, GoodsSeen { version: gift.version }).await?)
}

async fn brought(app: &App, desks: &Desks, gift: &GoodsGift, thousandths: Vec<i64>) -> anyhow::Result<GoodsHandOverId> {
    let photo = files::store(app, desks.maker.person, pictures::invoice()?).await?.id;
    let new = NewGoodsHandOver {
        id: app.clock.id(),
        version: gift.version,
        input: GoodsHandOverInput {
            quantities: thousandths.into_iter().map(Quantity::of_thousandths).collect(),
            happened_on: app.clock.today(),
            place: "示例：村委会院内".to_owned(),
            note: String::new(),
        },
        pictures: vec![photo],
    };
    let maker = CharityMaker { acting: desks.maker.clone(), origin: Origin::default() };
    goods_gifts::hand_over(app, &maker, gift.row.id, &new).await?;
    Ok(new.id)
}

async fn desks(app: &App) -> anyhow::Result<Desks> {
    let people = people::demo_people(app).await?;
    let find = |account: &str, kind: OrganisationKind, role: Role| {
        let found = people.iter().find(|demo| demo.account == account).with_context(|| format!("no {account}"))?;
        let organisation = found.organisation.with_context(|| format!("{account} belongs to nobody"))?;
        anyhow::Ok(acting(found.id, organisation, kind, role))
    };
    let giver = find("enterprise", OrganisationKind::Enterprise, Role::EnterpriseOwner)?;
    let village = find("village", OrganisationKind::Village, Role::VillageReporter)?;
    let own = Giver { acting: giver.clone(), origin: Origin::default() };
    let gifts = pledges::own(app, &own).await?.items;
    let campaign = gifts.first().context("the demo's enterprise has no pledge")?.campaign;
    let reporter = Village { acting: village.clone(), origin: Origin::default() };
    let needs = needs::own(app, &reporter).await?.items;
    let goods = needs.iter().find(|need| need.kind == ContributionKind::Goods && need.status.takes_pledges());
    Ok(Desks {
        giver,
        maker: find("maker", OrganisationKind::Charity, Role::CharityMaker)?,
        checker: find("checker", OrganisationKind::Charity, Role::CharityChecker)?,
        village,
        campaign,
        need: goods.context("the demo's village has no open need of goods")?.id,
    })
}
