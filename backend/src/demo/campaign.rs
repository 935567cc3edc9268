//! What the demo's campaign office has set up: rules, the charity's rights, a partner, a link for individuals, the needs
//! that are listed. All invented; the hosts are reserved for examples.

use super::acting;
use crate::app::App;
use crate::campaigns::{listed, setup};
use crate::http::caller::{CampaignDesk, GivingSiteKeeper, Origin, Sure};
use crate::{fundraising, needs, people, search};
use anyhow::Context;
use chrono::Days;
use domain::api::campaigns::setup::{CampaignSetupChange, CharityChange, ListNeeds, PartnerChange};
use domain::api::fundraising::{NewGivingSite, NewPublicGiving};
use domain::api::needs::{NeedQuery, NeedSort};
use domain::campaign::setup::{
    CampaignCharity, CampaignPartner, CampaignSetup, FundraisingCertificate, FundraisingFiling, USUAL_FILING_DAYS,
    Validity,
};
use domain::fundraising::{GivingKind, GivingSiteInput};
use domain::organisation::{OrganisationKind, Role};
use domain::{BankAccountId, CampaignId, OrganisationId};

const RULES: &str = "一、认捐完全自愿，没有指标，也不排名。\n\
    二、企业先在本平台认捐，按捐赠协议从对公账户转账，附言写认捐编号。\n\
    三、到账以慈善会两人核对银行流水为准，每一分钱用在哪里都公开。\n\
    四、定向的捐款由企业自己指到公开的需求；不定向的由慈善会在宗旨内安排。";

async fn desk(app: &App) -> anyhow::Result<CampaignDesk> {
    let people = people::demo_people(app).await?;
    let office = people.iter().find(|demo| demo.account == "campaign-office").context("no campaign office")?;
    let organisation = office.organisation.context("the campaign office belongs to nobody")?;
    let acting = acting(office.id, organisation, OrganisationKind::CampaignOffice, Role::CampaignOffice);
    Ok(CampaignDesk { acting, origin: Origin::default() })
}

/// Sets up what is public of a campaign that is still a draft.
pub async fn set_up(
    app: &App,
    id: CampaignId,
    setup: CampaignSetup,
    (charity, bank_account): (OrganisationId, BankAccountId),
) -> anyhow::Result<()> {
    let (desk, name, today) = (desk(app).await?, id.to_string(), app.clock.today());
    let setup = CampaignSetup { rules: RULES.into(), programme: "千企兴千村".into(), ..setup };
    let change = CampaignSetupChange { version: 1, setup };
    let made = setup::change(app, &desk, &name, &change).await?;
    let rights = CampaignCharity {
        charity,
        bank_account,
        certificate: Some(FundraisingCertificate {
            number: "示例募证 000001".into(),
            valid: Validity { from: today - Days::new(700), to: today + Days::new(395) },
        }),
        tax: Some(Validity { from: today - Days::new(700), to: today + Days::new(395) }),
        filing: Some(FundraisingFiling {
            number: "示例备 000630".into(),
            filed_on: today - Days::new(45),
            period: Validity { from: today - Days::new(30), to: today + Days::new(150) },
        }),
        contact: "示例慈善会办公室 0753-0000000".into(),
    };
    let change = CharityChange { version: made.version, charity: rights };
    let made = setup::set_charity(app, &desk, &name, &change).await?;
    let partner = CampaignPartner {
        name: "示例五华县工商联".into(),
        agreed_on: today - Days::new(60),
        agreement: "示例合字 6 号".into(),
        evaluated_on: None,
        named_in_plan: true,
    };
    let change = PartnerChange { version: made.version, id: app.clock.id(), partner };
    setup::set_partner(app, &desk, &name, &change).await?;
    open_link(app, desk, (id, charity)).await
}

/// A link for individuals to a platform that there is not.
async fn open_link(app: &App, desk: CampaignDesk, (id, charity): (CampaignId, OrganisationId)) -> anyhow::Result<()> {
    let keeper = GivingSiteKeeper { acting: desk.acting.clone(), origin: Origin::default() };
    let site = GivingSiteInput {
        kind: GivingKind::DesignatedPlatform,
        name: "示例募捐平台".into(),
        host: "gongyi.example.org".into(),
        charity: None,
        source: "示例：第几批指定".into(),
    };
    let site = fundraising::list_site(app, &keeper, &NewGivingSite { id: app.clock.id(), site }).await?;
    let today = app.clock.today();
    let new = NewPublicGiving {
        id: app.clock.id(),
        charity,
        site: site.id,
        url: "https://gongyi.example.org/630".into(),
        period: Validity { from: today - Days::new(20), to: today + Days::new(60) },
    };
    fundraising::open(app, &Sure(desk), &id.to_string(), &new).await?;
    Ok(())
}

/// Lists the newest needs of the demo's county.
pub async fn list_needs(app: &App, id: CampaignId) -> anyhow::Result<()> {
    search::catch_up(app).await?;
    let query = NeedQuery { sort: Some(NeedSort::Newest), county: Some("441424".into()), ..NeedQuery::default() };
    let found = needs::find(app, &query).await?.items;
    let needs = found.into_iter().take(6).map(|need| need.id).collect();
    listed::add(app, &desk(app).await?, &id.to_string(), &ListNeeds { needs }).await?;
    Ok(())
}

/// What the installation made, as its office reads it.
pub fn as_made(name: &str, year: i32, held_on: chrono::NaiveDate, host: &str, purpose: &str) -> CampaignSetup {
    CampaignSetup {
        code: format!("630-{year}"),
        year,
        programme: String::new(),
        name: name.to_owned(),
        host: host.to_owned(),
        purpose: purpose.to_owned(),
        rules: String::new(),
        page: String::new(),
        held_on,
        filing_days: USUAL_FILING_DAYS,
    }
}
