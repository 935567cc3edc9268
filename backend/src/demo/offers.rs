//! The demo's offers, the profile by which needs are recommended to its enterprise, and one need that it set aside.
//!
//! All invented; what the enterprise offers is an intention and no pledge.

use super::acting;
use crate::app::App;
use crate::http::caller::{Enterprise, Origin};
use crate::matching::{self, dismissals, profile};
use crate::{offers, people};
use anyhow::Context;
use chrono::Days;
use domain::Fen;
use domain::api::matching::{NewDismissal, ProfileChange};
use domain::api::offers::{NewOffer, SeenOffer};
use domain::matching::dismissal::DismissalReason;
use domain::matching::profile::Profile;
use domain::need::{ContributionKind, Field};
use domain::offer::OfferContent;
use domain::organisation::{OrganisationKind, Role};

/// Says what the enterprise of the demo would say, through the same doors.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let people = people::demo_people(app).await?;
    let owner = people.iter().find(|demo| demo.account == "enterprise").context("no account enterprise")?;
    let organisation = owner.organisation.context("enterprise belongs to nobody")?;
    let acting = acting(owner.id, organisation, OrganisationKind::Enterprise, Role::EnterpriseOwner);
    let enterprise = Enterprise { acting, origin: Origin::default() };
    let said = Profile {
        business: "金柚种植、分级和加工，冷链运输，也做电商".into(),
        base: Some("441403100".parse()?),
        places: vec!["441403".parse()?, "441424".parse()?],
        fields: vec![Field::SpecialtyIndustry, Field::ConsumptionAssistance, Field::Infrastructure],
        kinds: vec![ContributionKind::Money, ContributionKind::Purchase, ContributionKind::Technology],
        amount_from_fen: Some(Fen::yuan(20_000)),
        amount_to_fen: Some(Fen::yuan(150_000)),
    };
    profile::set(app, &enterprise, &ProfileChange { version: 0, profile: said }).await?;
    for content in contents(app)? {
        let draft = offers::create(app, &enterprise, &NewOffer { id: app.clock.id(), content }).await?;
        offers::open(app, &enterprise, draft.id, SeenOffer { version: draft.version }).await?;
    }
    let found = matching::recommend(app, &enterprise).await?;
    let last = found.items.last().context("nothing is recommended")?;
    let aside = NewDismissal {
        need: last.need.id,
        why: DismissalReason::BadTiming,
        note: "今年的帮扶资金已经安排，明年再看。".into(),
    };
    dismissals::dismiss(app, &enterprise, &aside).await?;
    Ok(())
}

fn contents(app: &App) -> anyhow::Result<[OfferContent; 2]> {
    let until = Some(app.clock.today() + Days::new(180));
    Ok([
        OfferContent {
            kind: Some(ContributionKind::Purchase),
            fields: vec![Field::ConsumptionAssistance, Field::SpecialtyIndustry],
            places: vec!["441402".parse()?, "441403".parse()?],
            quantity: Some(50),
            unit: "吨".into(),
            title: "收购金柚和蜜柚，送到就收".into(),
            words: "每年十月到次年一月收购金柚、蜜柚，按质分级，现款结算；产量大的村可以派车上门。".into(),
            until,
            ..OfferContent::default()
        },
        OfferContent {
            kind: Some(ContributionKind::Money),
            fields: vec![Field::Infrastructure, Field::SpecialtyIndustry],
            places: vec!["441424".parse()?],
            amount_from_fen: Some(Fen::yuan(20_000)),
            amount_to_fen: Some(Fen::yuan(300_000)),
            title: "支持村里修路灯和机耕路".into(),
            words: "可以出资装太阳能路灯、修果园机耕路；希望村里有人看护，完工后有照片。".into(),
            until,
            ..OfferContent::default()
        },
    ])
}
