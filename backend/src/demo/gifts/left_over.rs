//! A need of the demo that is over with its gift left: most of that is used for another need of its field, the rest waits.

use super::{Desks, GIVERS, arrive, new_pledge};
use crate::app::App;
use crate::demo::{acting, pictures};
use crate::http::caller::{CharityMaker, Enterprise, Giver, Origin, Village};
use crate::needs::{life, promises};
use crate::{allocations, deliveries, files, needs, organisations, people, pledges, search, surpluses};
use anyhow::Context;
use domain::allocation::FundingChoice;
use domain::api::deliveries::NewReport;
use domain::api::disbursements::NewAllocation;
use domain::api::needs::{NeedQuery, NeedSort, Seen};
use domain::api::surpluses::{NewSurplus, NewSurplusPlacement};
use domain::delivery::ReportInput;
use domain::need::{ContributionKind, NeedAction, NeedStatus};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::surplus::PlacementBasis;
use domain::{Fen, NeedId};

const GIVEN: Fen = Fen::yuan(8_000);
const PLACED: Fen = Fen::yuan(6_000);

/// Of needs that no other gift of the demo is for.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let desks = &super::desks(app).await?;
    promises::catch_up(app).await?;
    search::catch_up(app).await?;
    let query = NeedQuery { sort: Some(NeedSort::Newest), county: Some("441424".into()), ..NeedQuery::default() };
    let open = needs::find(app, &query).await?.items;
    let open: Vec<_> =
        open.iter().filter(|need| need.kind == ContributionKind::Money && need.status == NeedStatus::Open).collect();
    let pairs = open.iter().enumerate().flat_map(|(n, one)| open[n + 1..].iter().map(move |other| (one, other)));
    let (done, next) = pairs.into_iter().find(|(one, other)| one.field == other.field).context("two of one field")?;
    let giver = Enterprise {
        acting: acting(desks.clerk, desks.enterprise, OrganisationKind::Enterprise, Role::EnterpriseOwner),
        origin: Origin::default(),
    };
    let others = pledges::own(app, &Giver { acting: giver.acting.clone(), origin: Origin::default() }).await?.items;
    let campaign = others.first().context("the demo's enterprise has no pledge")?.campaign;
    let mut new = new_pledge(app, (campaign, desks.charity), done.id, (&GIVERS[0], GIVEN));
    new.input.funding_choice = FundingChoice::SameField;
    let pledge = pledges::create(app, &giver, &new).await?;
    arrive(app, desks, &pledge, (GIVERS[0].name, GIVEN, pledge.reference.to_string(), 90)).await?;
    let maker = desks.maker();
    let set_aside =
        NewAllocation { id: app.clock.id(), need: done.id, pledge: Some(pledge.id), campaign: None, amount_fen: GIVEN };
    allocations::allocate(app, &maker, &set_aside).await?;
    promises::catch_up(app).await?;
    carry_out(app, desks, done.id).await?;
    place(app, desks, &maker, (done.id, next.id)).await
}

/// The village did it with other money, says so, and the federation accepts it.
async fn carry_out(app: &App, desks: &Desks, id: NeedId) -> anyhow::Result<()> {
    let people = people::demo_people(app).await?;
    let reviewer = people.iter().find(|one| one.account == "federation").context("no federation")?.id;
    let county = "441424".parse()?;
    let federation = organisations::at(app, OrganisationKind::Federation, &county).await?.context("no federation")?;
    let federation = Acting {
        place: Some(county),
        ..acting(reviewer, federation, OrganisationKind::Federation, Role::FederationCounty)
    };
    let reader = needs::Viewer::of(&federation);
    let need = needs::get(app, &reader, &id.to_string()).await?;
    let village = Village {
        acting: Acting {
            place: Some(need.content.village.clone()),
            ..acting(desks.reporter, need.organisation, OrganisationKind::Village, Role::VillageReporter)
        },
        origin: Origin::default(),
    };
    let take = async |by: &Acting, action| {
        let version = needs::get(app, &reader, &id.to_string()).await?.version;
        let step = Seen { version }.into();
        life::step(app, (by, &Origin::default()), (id, action), &step).await
    };
    take(&village.acting, NeedAction::Start).await?;
    let photo = files::store(app, desks.reporter, pictures::village_road()?).await?.id;
    let report = ReportInput {
        text: "县里的配套资金先到，村里用它做完了，已经用上。企业捐的款没有动用，请慈善组织另作安排。".into(),
        quantity_so_far: need.content.outcome_quantity,
        items: Vec::new(),
    };
    let report = NewReport { id: app.clock.id(), report, photos: vec![photo], vouchers: Vec::new() };
    deliveries::report(app, &village, id, &report).await?;
    take(&village.acting, NeedAction::Finish).await?;
    take(&federation, NeedAction::Close).await?;
    Ok(())
}

async fn place(app: &App, desks: &Desks, maker: &CharityMaker, (from, to): (NeedId, NeedId)) -> anyhow::Result<()> {
    let checker = desks.checker();
    let new = NewSurplus {
        id: app.clock.id(),
        need: from,
        amount_fen: GIVEN,
        reason: "县里的配套资金先到，村里用它做完了，捐款没有用到".into(),
    };
    surpluses::declare(app, maker, &new).await?;
    surpluses::confirm(app, &checker, new.id).await?;
    let used = NewSurplusPlacement {
        id: app.clock.id(),
        to_need: to,
        amount_fen: PLACED,
        why_similar: "两条需求属于同一个领域，做的是同一类事".into(),
        basis: PlacementBasis::Agreement,
        basis_reference: "示例捐赠协议：余款转给同一领域的其他需求".into(),
        pledges: Vec::new(),
        lots: Vec::new(),
    };
    surpluses::placing::place(app, maker, new.id, &used).await?;
    surpluses::placing::confirm(app, &checker, used.id).await?;
    Ok(())
}
