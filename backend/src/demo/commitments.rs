//! The demo's commitments besides money: one in each state, to the needs of the village whose account visitors have.
//!
//! All invented, through the same doors as those that people make.

use super::{acting, pictures};
use crate::app::App;
use crate::clock::Clock;
use crate::commitments::{self, parts};
use crate::files;
use crate::http::caller::{Enterprise, NeedKeeper, Origin, Sure, Village};
use crate::organisations::{self, NewOrganisation};
use crate::{needs, people};
use anyhow::Context;
use chrono::{Days, Duration};
use domain::api::commitments::{Commitment, CommitmentReason, NewCommitment, NewCommitmentPart};
use domain::commitment::{COMMITMENT_TERMS_VERSION, CommitmentInput, Paper, PartInput};
use domain::need::ContributionKind;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pledge::PublicDisplay;
use domain::{NeedId, OrganisationId, PersonId};

/// When the first of them were made: one of them is late by now.
const AGO_DAYS: i64 = 9;

/// The two sides, and the needs by what they ask for.
struct Desks {
    clerk: PersonId,
    enterprise: Enterprise,
    /// Of another enterprise.
    other: Enterprise,
    reporter: PersonId,
    village: Village,
    needs: Vec<(ContributionKind, bool, NeedId)>,
}

impl Desks {
    fn need(&self, kind: ContributionKind, procured: bool) -> anyhow::Result<NeedId> {
        let found = self.needs.iter().find(|(of, paid, _)| *of == kind && *paid == procured);
        Ok(found.with_context(|| format!("the demo's village has no need of {kind}"))?.2)
    }

    fn receiver(&self) -> Sure<Village> {
        Sure(Village { acting: self.village.acting.clone(), origin: Origin::default() })
    }
}

/// Promises and delivers what the demo's enterprises would.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let desks = desks(app).await?;
    let earlier = &app.at(Clock::manual(app.clock.now() - Duration::days(AGO_DAYS)));
    let today = app.clock.today();
    let ours = &desks.enterprise;

    let books = desks.need(ContributionKind::Goods, false)?;
    let whole = promise(earlier, ours, (books, 200, 6), "旧书整理消毒后送到书屋").await?;
    let part = report(app, &desks, &whole, (120, Paper::DeliveryNote)).await?;
    parts::confirm(app, &desks.receiver(), part).await?;
    let received = delivery(app, desks.reporter, (90, Paper::Photo)).await?;
    parts::receive(app, &desks.receiver(), whole.row.id, &received).await?;
    let gone = promise(earlier, &desks.other, (books, 100, 60), "").await?;
    let why = CommitmentReason { reason: "这批书改捐给了邻村小学，先撤回".into() };
    commitments::withdraw(app, &desks.other, gone.row.id, &why).await?;

    let oil = desks.need(ContributionKind::Purchase, false)?;
    let partly = promise(earlier, ours, (oil, 500, 90), "食堂每月采购一批").await?;
    let part = report(app, &desks, &partly, (200, Paper::Invoice)).await?;
    parts::confirm(app, &desks.receiver(), part).await?;
    report(app, &desks, &partly, (100, Paper::Invoice)).await?;

    let jobs = desks.need(ContributionKind::Jobs, false)?;
    promise(app, ours, (jobs, 8, 20), "先培训一周再上岗").await?;
    // Its day was two days ago.
    let lessons = desks.need(ContributionKind::Technology, false)?;
    promise(earlier, ours, (lessons, 2, 7), "").await?;

    let repairs = desks.need(ContributionKind::Service, false)?;
    let rest = promise(earlier, &desks.other, (repairs, 3, 30), "每次两位电工").await?;
    let received = delivery(app, desks.reporter, (1, Paper::Photo)).await?;
    parts::receive(app, &desks.receiver(), rest.row.id, &received).await?;
    let why = CommitmentReason { reason: "电工师傅外派，余下两天另找企业".into() };
    let keeper = NeedKeeper { acting: desks.village.acting.clone(), origin: Origin::default() };
    commitments::waive(app, &Sure(keeper), rest.row.id, &why).await?;

    let paid = desks.need(ContributionKind::Service, true)?;
    promise(app, &desks.other, (paid, 12, 200), "").await?;
    anyhow::ensure!(whole.row.due_on < today, "the demo's first promise lies behind");
    Ok(())
}

async fn desks(app: &App) -> anyhow::Result<Desks> {
    let people = people::demo_people(app).await?;
    let find = |account: &str| {
        let found = people.iter().find(|demo| demo.account == account).with_context(|| format!("no {account}"))?;
        anyhow::Ok((found.id, found.organisation.with_context(|| format!("{account} belongs to nobody"))?))
    };
    let ((clerk, enterprise), (reporter, village)) = (find("enterprise")?, find("village")?);
    let other =
        NewOrganisation { kind: OrganisationKind::Enterprise, name: "示例梅江电器有限公司", place: None };
    let other = organisations::create(app, &other).await?;
    let of = |organisation: OrganisationId| Enterprise {
        acting: acting(clerk, organisation, OrganisationKind::Enterprise, Role::EnterpriseOwner),
        origin: Origin::default(),
    };
    let village = Village {
        acting: Acting {
            place: Some(super::VILLAGE.parse()?),
            ..acting(reporter, village, OrganisationKind::Village, Role::VillageReporter)
        },
        origin: Origin::default(),
    };
    let mut known = Vec::new();
    for row in needs::own(app, &village).await?.items {
        if row.kind == ContributionKind::Money || !row.status.takes_pledges() {
            continue;
        }
        let read = commitments::of_need(app, row.id).await?;
        known.push((read.kind, read.procured, row.id));
    }
    Ok(Desks { clerk, enterprise: of(enterprise), other: of(other), reporter, village, needs: known })
}

async fn promise(
    app: &App,
    enterprise: &Enterprise,
    (need, quantity, due_in): (NeedId, i64, u64),
    note: &str,
) -> anyhow::Result<Commitment> {
    let input = CommitmentInput {
        line: 0,
        quantity,
        due_on: app.clock.today() + Days::new(due_in),
        note: note.into(),
        public_display: Some(PublicDisplay::Name),
        more_than_needed: false,
        notice_acknowledged: true,
        voluntary: true,
        terms_version: COMMITMENT_TERMS_VERSION.to_owned(),
    };
    Ok(commitments::create(app, enterprise, &NewCommitment { id: app.clock.id(), need, input }).await?)
}

/// A delivery of today with its paper.
async fn delivery(app: &App, person: PersonId, (quantity, paper): (i64, Paper)) -> anyhow::Result<NewCommitmentPart> {
    let picture = if paper == Paper::Photo { pictures::village_road()? } else { pictures::invoice()? };
    let picture = files::store(app, person, picture).await?.id;
    let part = PartInput { quantity, happened_on: app.clock.today(), paper, note: String::new() };
    Ok(NewCommitmentPart { id: app.clock.id(), part, pictures: vec![picture] })
}

/// Reported by the demo's enterprise.
async fn report(
    app: &App,
    desks: &Desks,
    to: &Commitment,
    what: (i64, Paper),
) -> anyhow::Result<domain::CommitmentPartId> {
    let new = delivery(app, desks.clerk, what).await?;
    parts::report(app, &desks.enterprise, to.row.id, &new).await?;
    Ok(new.id)
}
