//! The demo's campaign, its charity's account, and pledges of which some have arrived.
//!
//! All invented; the accounts begin with 0000 so that no bank takes money for them.

use crate::app::App;
use crate::arrivals;
use crate::campaigns::{self, NewAccount, NewCampaign};
use crate::http::caller::{CharityChecker, CharityMaker, Enterprise, Origin};
use crate::people::{self, NewOrganisation};
use crate::pledges;
use crate::{needs, search};
use anyhow::Context;
use chrono::NaiveDate;
use domain::api::arrivals::{ConfirmLine, MatchLine, MatchPart, NewBankLine};
use domain::api::needs::{NeedQuery, NeedSort};
use domain::api::pledges::NewPledge;
use domain::arrival::BankLineInput;
use domain::campaign::{CampaignStage, CampaignYear};
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pledge::{PLEDGE_TERMS_VERSION, PledgeInput, PublicDisplay, Restriction};
use domain::{CampaignId, Fen, OrganisationId, PersonId};

/// Of the demo's charity; no bank knows it.
const ACCOUNT_NO: &str = "0000 4414 0000 6300";

struct Giver {
    name: &'static str,
    display: PublicDisplay,
    show_amount: bool,
    /// Yuan, promised and arrived, need by need.
    gifts: &'static [(i64, i64)],
}

const GIVERS: &[Giver] = &[
    Giver {
        name: "示例金柚农业有限公司",
        display: PublicDisplay::Name,
        show_amount: true,
        gifts: &[(30_000, 30_000), (20_000, 0)],
    },
    Giver {
        name: "示例客都米业有限公司",
        display: PublicDisplay::Partial,
        show_amount: true,
        gifts: &[(80_000, 50_000)],
    },
    Giver {
        name: "示例嘉应茶业有限公司",
        display: PublicDisplay::Name,
        show_amount: false,
        gifts: &[(60_000, 60_000)],
    },
    Giver {
        name: "示例石扇建材有限公司",
        display: PublicDisplay::Anonymous,
        show_amount: false,
        gifts: &[(50_000, 0)],
    },
];

/// The people who do what is seeded.
struct Desks {
    charity: OrganisationId,
    maker: PersonId,
    checker: PersonId,
    clerk: PersonId,
    enterprise: OrganisationId,
}

/// Opens a campaign of the present year and lets the demo's enterprises pledge to it.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let desks = desks(app).await?;
    let campaign = campaign(app, &desks).await?;
    search::catch_up(app).await?;
    let query = NeedQuery { sort: Some(NeedSort::Newest), county: Some("441424".into()), ..NeedQuery::default() };
    let needs = needs::find(app, &query).await?.items;
    let mut needs = needs.into_iter();
    let mut number = 0;
    for (place, giver) in GIVERS.iter().enumerate() {
        let organisation = if place == 0 {
            desks.enterprise
        } else {
            let enterprise = NewOrganisation { kind: OrganisationKind::Enterprise, name: giver.name, place: None };
            people::create_organisation(app, &enterprise).await?
        };
        for (promised, arrived) in giver.gifts {
            let need = needs.next().context("the demo has too few needs")?;
            number += 1;
            let new = NewPledge {
                id: app.clock.id(),
                campaign,
                charity: desks.charity,
                input: PledgeInput {
                    amount: Fen::yuan(*promised),
                    restriction: Restriction::Directed,
                    need: Some(need.id),
                    public_display: Some(giver.display),
                    show_amount: giver.show_amount,
                    share_with_recipient: true,
                    notice_acknowledged: true,
                    voluntary: true,
                    terms_version: PLEDGE_TERMS_VERSION.to_owned(),
                },
            };
            let right = Enterprise {
                acting: acting(desks.clerk, organisation, Role::EnterpriseOwner),
                origin: Origin::default(),
            };
            let pledge = pledges::create(app, &right, &new).await?;
            if *arrived > 0 {
                let line = (giver.name, Fen::yuan(*arrived), pledge.reference.to_string(), number);
                arrive(app, &desks, &pledge, line).await?;
            }
        }
    }
    Ok(())
}

async fn desks(app: &App) -> anyhow::Result<Desks> {
    let people = people::demo_people(app).await?;
    let find = |account: &str| {
        let (_, me) = people.iter().find(|(known, _)| known == account).with_context(|| format!("no {account}"))?;
        let membership = me.memberships.first().with_context(|| format!("{account} belongs to nobody"))?;
        anyhow::Ok((me.id, membership.organisation))
    };
    let (clerk, enterprise) = find("enterprise")?;
    let (maker, charity) = find("maker")?;
    let (checker, _) = find("checker")?;
    Ok(Desks { charity, maker, checker, clerk, enterprise })
}

/// In the stage that fits the day, so that it takes pledges whenever the demo is started.
async fn campaign(app: &App, desks: &Desks) -> anyhow::Result<CampaignId> {
    let account = NewAccount {
        charity: desks.charity,
        holder: "示例慈善会（示例账号，请勿转账）",
        bank: "示例银行梅州分行",
        account_no: ACCOUNT_NO,
    };
    let account = campaigns::add_account(app, &account).await?;
    let today = app.clock.today();
    let year = CampaignYear::of(today).starts_in();
    let held_on = NaiveDate::from_ymd_opt(year, 6, 30).context("the 30th of June exists")?;
    let name = format!("{year}年示例扶贫济困日（6·30）活动");
    let new = NewCampaign {
        name: &name,
        year,
        host: "示例6·30活动办公室",
        purpose: "支持村（社区）公开的乡村振兴需求",
        held_on,
        charities: &[(desks.charity, account)],
    };
    let id = campaigns::create(app, &new).await?;
    campaigns::set_stage(app, id, CampaignStage::Preview).await?;
    if today >= held_on {
        campaigns::set_stage(app, id, CampaignStage::Live).await?;
    }
    if today > held_on {
        campaigns::set_stage(app, id, CampaignStage::Collecting).await?;
    }
    Ok(id)
}

fn acting(person: PersonId, organisation: OrganisationId, role: Role) -> Acting {
    Acting { person, organisation, role, place: None }
}

/// A bank line from the maker's desk to the checker's.
async fn arrive(
    app: &App,
    desks: &Desks,
    pledge: &domain::api::pledges::Pledge,
    (payer, amount, remark, number): (&str, Fen, String, i32),
) -> anyhow::Result<()> {
    let maker =
        CharityMaker { acting: acting(desks.maker, desks.charity, Role::CharityMaker), origin: Origin::default() };
    let checker = CharityChecker {
        acting: acting(desks.checker, desks.charity, Role::CharityChecker),
        origin: Origin::default(),
    };
    let accounts = arrivals::own_accounts(app, desks.charity).await?;
    let account = accounts.first().context("the charity has an account")?;
    let new = NewBankLine {
        id: app.clock.id(),
        bank_account: account.id,
        line: BankLineInput {
            booked_on: app.clock.today(),
            payer: payer.to_owned(),
            amount,
            remark,
            serial_no: format!("SHILI{number:04}"),
        },
    };
    let line = arrivals::enter(app, &maker, &new).await?;
    let part = MatchPart { amount_fen: amount, pledge: Some(pledge.id), campaign: None };
    let line = arrivals::match_(app, &maker, line.id, &MatchLine { parts: vec![part] }).await?;
    let seen = ConfirmLine { lots: line.parts.iter().map(|part| part.lot).collect() };
    arrivals::confirm(app, &checker, line.id, &seen).await?;
    Ok(())
}
