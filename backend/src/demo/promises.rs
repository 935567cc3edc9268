//! What stands between the demo's giver and its charity: an agreement that waits for the charity, a request that waits for
//! an opinion, a note of the federation that waits for the enterprise.
//!
//! All invented, through the same doors as what people do.

use super::{acting, pictures};
use crate::app::App;
use crate::http::caller::{AgreementParty, AgreementSigner, Enterprise, Giver, OnBehalfRecorder, Origin, Sure};
use crate::{agreements, files, gift_requests, on_behalf, people, pledges};
use anyhow::Context;
use domain::Fen;
use domain::api::agreements::{ConfirmDonation, NewAgreement};
use domain::api::gift_requests::NewGiftRequest;
use domain::api::on_behalf::NewOnBehalf;
use domain::api::pledges::Pledge;
use domain::gift_request::GiftRequestKind;
use domain::organisation::{OrganisationKind, Role};

pub async fn seed(app: &App) -> anyhow::Result<()> {
    let people = people::demo_people(app).await?;
    let find = |account: &str| {
        let found = people.iter().find(|demo| demo.account == account).with_context(|| format!("no {account}"))?;
        anyhow::Ok((found.id, found.organisation.with_context(|| format!("{account} belongs to nobody"))?))
    };
    let ((clerk, enterprise), (maker, charity)) = (find("enterprise")?, find("maker")?);
    let owner = acting(clerk, enterprise, OrganisationKind::Enterprise, Role::EnterpriseOwner);
    let giver = Giver { acting: owner.clone(), origin: Origin::default() };
    let gifts = pledges::own(app, &giver).await?.items;
    let of =
        |wanted: fn(&&Pledge) -> bool| gifts.iter().find(wanted).context("the demo's enterprise has too few pledges");
    let (open, arrived) = (of(|pledge| pledge.arrived_fen.is_zero())?, of(|pledge| pledge.arrived_fen.is_positive())?);

    let maker = acting(maker, charity, OrganisationKind::Charity, Role::CharityMaker);
    let party = AgreementParty { acting: maker, origin: Origin::default() };
    let new =
        NewAgreement {
            id: app.clock.id(), pledge: open.id, extra: "完工后办一次交接仪式，村里出具收讫证明。".into()
        };
    let asked = agreements::ask(app, &party, &new).await?;
    let signer = Sure(AgreementSigner { acting: owner.clone(), origin: Origin::default() });
    agreements::confirm(app, &signer, new.id, &ConfirmDonation { hash: asked.hash }).await?;

    let photo = files::store(app, clerk, pictures::invoice()?).await?.id;
    let request = NewGiftRequest {
        id: app.clock.id(),
        kind: GiftRequestKind::WrongPayer,
        ground: None,
        amount_fen: None,
        lot: None,
        reason: "这笔是我们的示例分公司汇的，付款人名称请照回单更正。".into(),
        pictures: vec![photo],
        understood: true,
    };
    let clerk = Enterprise { acting: owner, origin: Origin::default() };
    gift_requests::ask(app, &clerk, arrived.id, &request).await?;

    let (person, federation) = find("federation")?;
    let by = acting(person, federation, OrganisationKind::Federation, Role::FederationCounty);
    let recorder = OnBehalfRecorder { acting: by, origin: Origin::default() };
    let note = NewOnBehalf {
        id: app.clock.id(),
        campaign: arrived.campaign,
        charity,
        enterprise: Some(enterprise),
        name: arrived.enterprise_name.clone(),
        uscc: None,
        email: None,
        amount_fen: Fen::yuan(20_000),
        note: "示例：在镇里的座谈会上，负责人说想再支持一个饮水项目，约两万元。".into(),
        pictures: Vec::new(),
    };
    on_behalf::note(app, &recorder, &note).await?;
    Ok(())
}
