//! The demo's campaign, its charity's account, and pledges: some have arrived, one is partly spent.
//!
//! All invented; the accounts begin with 0000 so that no bank takes money for them.

pub mod left_over;

use super::{acting, pictures};
use crate::app::App;
use crate::campaigns::{self, NewAccount, NewCampaign};
use crate::http::caller::{
    CharityApprover, CharityChecker, CharityMaker, CharityPayer, Enterprise, Origin, Sure, Village,
};
use crate::organisations::{self, NewOrganisation};
use crate::{arrivals, bank_accounts, deliveries, disbursements, files, needs, payees, people, pledges, search};
use anyhow::Context;
use chrono::{Days, NaiveDate};
use domain::api::arrivals::{ConfirmLine, MatchLine, MatchPart, NewBankLine};
use domain::api::bank_statements::NewBankStatement;
use domain::api::deliveries::{AcceptItem, NewReport, Voucher};
use domain::api::disbursements::{NewAllocation, NewDisbursement, Paid};
use domain::api::needs::{NeedQuery, NeedSort};
use domain::api::payees::{EnterPayee, NewPayee, VerifyPayee};
use domain::api::pledges::NewPledge;
use domain::arrival::{BankLineInput, LineChannel};
use domain::campaign::{CampaignStage, CampaignYear};
use domain::delivery::{ReportInput, SpendingItem, SpendingKind};
use domain::disbursement::PayeeKind;
use domain::need::ContributionKind;
use domain::organisation::{Acting, OrganisationKind, Role};
use domain::pledge::{Every, PLEDGE_TERMS_VERSION, PledgeInput, PledgeReference, PublicDisplay, Restriction, Schedule};
use domain::{CampaignId, Fen, NeedId, OrganisationId, PersonId, PledgeId};
use std::fmt::Write as _;
use std::iter;

/// Of the demo's charity; no bank knows it.
const ACCOUNT_NO: &str = "0000 4414 0000 6300";
const PAYEE_NO: &str = "0000 4414 2412 5207";
/// Of the gift that visitors can follow to its invoice.
const PAID: Fen = Fen::yuan(20_000);
const SPENT: Fen = Fen::yuan(12_000);

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
    payer: PersonId,
    clerk: PersonId,
    enterprise: OrganisationId,
    reporter: PersonId,
    village: OrganisationId,
}

impl Desks {
    fn maker(&self) -> CharityMaker {
        CharityMaker { acting: self.at_the_charity(self.maker, Role::CharityMaker), origin: Origin::default() }
    }

    fn checker(&self) -> Sure<CharityChecker> {
        let acting = self.at_the_charity(self.checker, Role::CharityChecker);
        Sure(CharityChecker { acting, origin: Origin::default() })
    }

    fn payer(&self) -> Sure<CharityPayer> {
        let acting = self.at_the_charity(self.payer, Role::CharityPayer);
        Sure(CharityPayer { acting, origin: Origin::default() })
    }

    fn at_the_charity(&self, person: PersonId, role: Role) -> Acting {
        acting(person, self.charity, OrganisationKind::Charity, role)
    }

    fn village(&self) -> Village {
        let acting = acting(self.reporter, self.village, OrganisationKind::Village, Role::VillageReporter);
        Village { acting, origin: Origin::default() }
    }
}

/// Opens a campaign of the present year and lets the demo's enterprises pledge to it.
pub async fn seed(app: &App) -> anyhow::Result<()> {
    let desks = desks(app).await?;
    let campaign = campaign(app, &desks).await?;
    search::catch_up(app).await?;
    let query = NeedQuery { sort: Some(NeedSort::Newest), county: Some("441424".into()), ..NeedQuery::default() };
    let others = needs::find(app, &query).await?.items;
    // The first gift goes to the village whose account visitors have, so that they see a gift's whole way.
    let own = needs::own(app, &desks.village()).await?.items;
    let own = own.iter().find(|need| need.status.takes_pledges() && need.kind == ContributionKind::Money);
    let own = own.context("the demo's village has no open need")?.id;
    let mut needs = iter::once(own).chain(
        others
            .into_iter()
            .filter(|need| need.kind == ContributionKind::Money)
            .map(|need| need.id)
            .filter(|id| *id != own),
    );
    let (mut number, mut unpaid) = (0, Vec::new());
    for (place, giver) in GIVERS.iter().enumerate() {
        let organisation = if place == 0 {
            desks.enterprise
        } else {
            let enterprise = NewOrganisation { kind: OrganisationKind::Enterprise, name: giver.name, place: None };
            organisations::create(app, &enterprise).await?
        };
        for (promised, arrived) in giver.gifts {
            let need = needs.next().context("the demo has too few needs")?;
            number += 1;
            let mut new = new_pledge(app, (campaign, desks.charity), need, (giver, Fen::yuan(*promised)));
            // The enterprise whose account visitors have pays one of its gifts in parts.
            new.input.schedule = (place == 0 && *arrived == 0).then(|| in_parts(app.clock.today()));
            let right = Enterprise {
                acting: acting(desks.clerk, organisation, OrganisationKind::Enterprise, Role::EnterpriseOwner),
                origin: Origin::default(),
            };
            let pledge = pledges::create(app, &right, &new).await?;
            if *arrived == 0 {
                unpaid.push((giver.name, Fen::yuan(*promised), pledge.reference));
            } else {
                let line = (giver.name, Fen::yuan(*arrived), pledge.reference.to_string(), number);
                arrive(app, &desks, &pledge, line).await?;
            }
            if number == 1 {
                deliver(app, &desks, need, pledge.id, Fen::yuan(*arrived)).await?;
            }
        }
    }
    statement(app, &desks, &unpaid).await
}

fn new_pledge(
    app: &App,
    (campaign, charity): (CampaignId, OrganisationId),
    need: NeedId,
    (giver, amount): (&Giver, Fen),
) -> NewPledge {
    let input = PledgeInput {
        amount,
        restriction: Restriction::Directed,
        need: Some(need),
        designations: Vec::new(),
        funding_choice: domain::allocation::FundingChoice::AskMe,
        public_display: Some(giver.display),
        show_amount: giver.show_amount,
        share_with_recipient: true,
        notice_acknowledged: true,
        voluntary: true,
        terms_version: PLEDGE_TERMS_VERSION.to_owned(),
        schedule: None,
    };
    NewPledge { id: app.clock.id(), campaign, charity, input }
}

/// Four parts, the first of them soon.
fn in_parts(today: NaiveDate) -> Schedule {
    Schedule { first_due: today + Days::new(12), parts: 4, every: Every::Quarter }
}

/// A bank's table that the maker has uploaded and not taken in yet: what is still to come of gifts, one that names nobody,
/// and a payment.
async fn statement(app: &App, desks: &Desks, unpaid: &[(&str, Fen, PledgeReference)]) -> anyhow::Result<()> {
    let mut file = "交易日期,对方户名,贷方发生额(元),借方发生额(元),余额(元),附言,核心流水号\n".to_owned();
    let (today, mut balance) = (app.clock.today(), 120_000);
    let mut add = |payer: &str, yuan: i64, remark: &str, number: usize| {
        balance += yuan;
        let (money_in, money_out) =
            if yuan > 0 { (yuan.to_string(), String::new()) } else { (String::new(), (-yuan).to_string()) };
        writeln!(file, "{today},{payer},{money_in},{money_out},{balance},{remark},SHILI9{number:03}")
    };
    for (number, (payer, promised, reference)) in unpaid.iter().enumerate() {
        add(payer, promised.get() / 400, &format!("捐款{reference}"), number)?;
    }
    add("示例过路人", 200, "一点心意", 100)?;
    add("示例施工队", -12_000, "示例工程款", 101)?;
    let (maker, accounts) = (desks.maker(), bank_accounts::of_charity(app, desks.charity).await?);
    let account = accounts.first().context("the charity has an account")?;
    let stored = files::tables::store(app, desks.maker, "示例银行流水.csv", file.into()).await?;
    let new = NewBankStatement { id: app.clock.id(), bank_account: account.account.id, table: stored.id };
    arrivals::statements::read(app, &maker, &new).await?;
    Ok(())
}

async fn desks(app: &App) -> anyhow::Result<Desks> {
    let people = people::demo_people(app).await?;
    let find = |account: &str| {
        let found = people.iter().find(|demo| demo.account == account).with_context(|| format!("no {account}"))?;
        anyhow::Ok((found.id, found.organisation.with_context(|| format!("{account} belongs to nobody"))?))
    };
    let (clerk, enterprise) = find("enterprise")?;
    let (maker, charity) = find("maker")?;
    let ((checker, _), (payer, _)) = (find("checker")?, find("payer")?);
    let (reporter, village) = find("village")?;
    Ok(Desks { charity, maker, checker, payer, clerk, enterprise, reporter, village })
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
    let made = super::campaign::as_made(&name, year, held_on, new.host, new.purpose);
    super::campaign::set_up(app, id, made, (desks.charity, account)).await?;
    super::campaign::list_needs(app, id).await?;
    campaigns::set_stage(app, id, CampaignStage::Preview).await?;
    if today >= held_on {
        campaigns::set_stage(app, id, CampaignStage::Live).await?;
    }
    if today > held_on {
        campaigns::set_stage(app, id, CampaignStage::Collecting).await?;
    }
    Ok(id)
}

/// A bank line from the maker's desk to the checker's.
async fn arrive(
    app: &App,
    desks: &Desks,
    pledge: &domain::api::pledges::Pledge,
    (payer, amount, remark, number): (&str, Fen, String, i32),
) -> anyhow::Result<()> {
    let (maker, checker) = (desks.maker(), desks.checker());
    let accounts = bank_accounts::of_charity(app, desks.charity).await?;
    let account = accounts.first().context("the charity has an account")?;
    let new = NewBankLine {
        id: app.clock.id(),
        bank_account: account.account.id,
        line: BankLineInput {
            booked_on: app.clock.today(),
            payer: payer.to_owned(),
            amount,
            remark,
            serial_no: format!("SHILI{number:04}"),
            channel: LineChannel::Transfer,
        },
    };
    let line = arrivals::enter(app, &maker, &new).await?;
    let part = MatchPart { amount_fen: amount, pledge: Some(pledge.id), campaign: None };
    let line = arrivals::match_(app, &maker, line.id, &MatchLine { parts: vec![part] }).await?;
    let seen = ConfirmLine { lots: line.parts.iter().map(|part| part.lot).collect() };
    arrivals::confirm(app, &checker, line.id, &seen).await?;
    Ok(())
}

/// What has arrived is set aside for its need, most of it paid to the village, and a part reported with its voucher.
async fn deliver(app: &App, desks: &Desks, need: NeedId, pledge: PledgeId, arrived: Fen) -> anyhow::Result<()> {
    let (maker, checker, village) = (desks.maker(), desks.checker(), desks.village());
    let document = files::store(app, desks.reporter, pictures::permit()?).await?.id;
    let payee = NewPayee {
        id: app.clock.id(),
        charity: desks.charity,
        kind: PayeeKind::TownCustody,
        name: "示例梅林镇财政所代管户".into(),
        bank: "示例农商银行五华支行".into(),
        account_no: PAYEE_NO.into(),
        sub_account: "示例黄沙村专户".into(),
        document,
    };
    let payee = payees::propose(app, &village, &payee).await?;
    payees::enter(app, &maker, payee.id, &EnterPayee { account_no: PAYEE_NO.into() }).await?;
    let how = VerifyPayee { how: "回拨镇政府公开电话，与开户证明一致".into(), no_interest: true };
    payees::verify(app, &checker, payee.id, &how).await?;
    let set_aside =
        NewAllocation { id: app.clock.id(), need, pledge: Some(pledge), campaign: None, amount_fen: arrived };
    crate::allocations::allocate(app, &maker, &set_aside).await?;
    let payment = NewDisbursement {
        id: app.clock.id(),
        need,
        payee: payee.id,
        amount_fen: PAID,
        purpose: "路灯采购和安装首付款".into(),
    };
    let payment = disbursements::prepare(app, &maker, &payment).await?;
    disbursements::check(app, &checker, payment.id).await?;
    let approver = Sure(CharityApprover { acting: checker.0.acting.clone(), origin: Origin::default() });
    disbursements::approve(app, &approver, payment.id).await?;
    let paid = Paid { paid_on: app.clock.today(), bank_reference: "SHILI-FK-0001".into(), bank_account: None };
    disbursements::pay(app, &desks.payer(), payment.id, &paid).await?;

    let photo = files::store(app, desks.reporter, pictures::village_road()?).await?.id;
    let invoice = files::store(app, desks.reporter, pictures::invoice()?).await?.id;
    let item = SpendingItem {
        kind: SpendingKind::Material,
        description: "6 米太阳能路灯 8 套".into(),
        seller: "五华县示例照明器材行".into(),
        seller_is_person: false,
        amount: SPENT,
        invoice_on: app.clock.today(),
        invoice_no: None,
    };
    let voucher = Voucher { id: app.clock.id(), disbursement: payment.id, pictures: vec![invoice] };
    let report = ReportInput {
        text: "主干道北段 8 盏路灯已经装好亮灯，其余等灯杆基础干透后安装。".into(),
        quantity_so_far: Some(8),
        items: vec![item],
    };
    let report = NewReport { id: app.clock.id(), report, photos: vec![photo], vouchers: vec![voucher] };
    let reported = deliveries::report(app, &village, need, &report).await?;
    for item in &reported.items {
        deliveries::accept(app, &checker, item.id, AcceptItem { version: item.version }).await?;
    }
    Ok(())
}
