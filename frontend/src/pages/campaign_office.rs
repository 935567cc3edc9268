//! The office's pages of campaigns: the list, and one with everything that is set up of it and what is lacking to go on.

use super::campaign_giving;
use crate::parts::field::summary;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::api::ApiError;
use domain::api::campaigns::Charity;
use domain::api::campaigns::setup::{
    self, CampaignDossier, CampaignSetupRow, DossierCharity, DossierPartner, NextStage,
};
use domain::api::fundraising;
use domain::campaign::CampaignStage;
use domain::campaign::setup::{Qualification, Validity};
use domain::organisation::Role;
use leptos::prelude::*;

pub const OFFICE: [Role; 1] = [Role::CampaignOffice];

/// The way back: to the list, and to the campaign where one is deeper inside.
pub fn crumbs(campaign: Option<&CampaignDossier>) -> AnyView {
    let campaign = campaign.map(|campaign| {
        view! { <a href=href(&path(campaign))>{campaign.setup.name.clone()}</a> }
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            <a href=href("/work/campaigns")>{t!("活动的设置")}</a>
            {campaign}
        </nav>
    }
    .into_any()
}

pub fn path(campaign: &CampaignDossier) -> String {
    format!("/work/campaigns/{}", campaign.id)
}

pub async fn list(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(setup::list()).await?;
    let may = visit.has(&OFFICE);
    let row = |row: &CampaignSetupRow| {
        view! {
            <li>
                <a class="need" href=href(&format!("/work/campaigns/{}", row.id))>
                    <span class="what">
                        <span class="tags"><span class="tag status">{text(row.stage.label())}</span></span>
                        <b>{row.name.clone()}</b>
                        <span class="soft">{t!("{from} 年 6 月 1 日至 {to} 年 5 月 31 日", from = row.year, to = row.year + 1)}</span>
                    </span>
                    <span class="soft">{row.code.clone()}</span>
                </a>
            </li>
        }
    };
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("还没有活动。一个年度一次，年度从 6 月 1 日到次年 5 月 31 日。")}</p> }
            .into_any()
    } else {
        view! { <ul class="rows card">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("活动的设置")}</h1>
            {may.then(|| view! { <a class="button" href=href("/work/campaigns/new")>{t!("新建活动")}</a> })}
        </div>
        {rows}
    };
    Ok(Page::new(t!("活动的设置"), body.into_any()))
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let campaign = visit.call(setup::get(id)).await?;
    let giving = visit.call(fundraising::own(campaign.id)).await?.items;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let body = view! {
        {summary(form)}
        {crumbs(None)}
        <div class="head">
            <h1>{campaign.setup.name.clone()}</h1>
            <span class="tags"><span class="tag status">{text(campaign.stage.label())}</span></span>
        </div>
        {done(visit)}
        {next(&campaign)}
        <div class="two">
            <div>{charities(&campaign)}{partners(&campaign)}{campaign_giving::office(&campaign, &giving)}</div>
            <aside>{facts(&campaign)}{needs(&campaign)}{rehearsal(&campaign)}</aside>
        </div>
    };
    Ok(Page::new(campaign.setup.name.clone(), body.into_any()))
}

fn done(visit: &Visit) -> Option<AnyView> {
    let says = match visit.query("done")? {
        "set_up" => t!("已新建。接下来登记接收捐款的慈善组织。"),
        "changed" => t!("已保存。"),
        "charity" => t!("已登记慈善组织。"),
        "charity_removed" => t!("已移出慈善组织。"),
        "giving" => t!("已打开捐赠链接。"),
        "giving_closed" => t!("已关闭捐赠链接。"),
        "partner" => t!("已登记合作方。"),
        "partner_removed" => t!("已移出合作方。"),
        "stage" => t!("已改变活动的阶段。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

/// What a stage means for everybody.
pub fn stage_means(stage: CampaignStage) -> &'static str {
    match stage {
        CampaignStage::Draft => t!("只有6·30办和审计看得到。"),
        CampaignStage::Preview => t!("公众看得到活动，企业可以认捐；设置还可以改。"),
        CampaignStage::Rehearsal => {
            t!("设置不能再改。可以录入演练的认捐，只有工作人员看得到，不进任何总数；企业照常认捐。")
        }
        CampaignStage::Live => t!("活动正在进行，大屏公开。"),
        CampaignStage::Collecting => t!("企业按协议陆续汇款，仍可认捐。"),
        CampaignStage::Settled => t!("不再接受认捐。以后到账和拨付的款照常记账。"),
        CampaignStage::Archived => t!("只供查阅，不再记账。"),
    }
}

fn next(campaign: &CampaignDossier) -> AnyView {
    let steps = campaign.next.iter().map(|step| next_stage(campaign, step)).collect_view();
    view! {
        <section class="card">
            <h2>{t!("现在的阶段：{stage}", stage = text(campaign.stage.label()))}</h2>
            <p class="soft">{stage_means(campaign.stage)}</p>
            {steps}
        </section>
    }
    .into_any()
}

fn next_stage(campaign: &CampaignDossier, step: &NextStage) -> AnyView {
    let label = text(step.stage.label());
    if step.lacking.is_empty() {
        let link = href(&format!("{}/stage?to={}", path(campaign), step.stage));
        return campaign
            .may
            .set_stage
            .then(|| view! { <p><a class="button quiet" href=link>{t!("改为“{stage}”", stage = label)}</a></p> })
            .into_any();
    }
    let why = step.lacking.iter().map(|why| view! { <li>{text(why)}</li> }).collect_view();
    view! {
        <div class="note"><p>{t!("改为“{stage}”以前，还缺：", stage = label)}</p><ul>{why}</ul></div>
    }
    .into_any()
}

fn facts(campaign: &CampaignDossier) -> AnyView {
    let setup = &campaign.setup;
    let lines = [
        (t!("代号"), setup.code.clone()),
        (t!("年度"), t!("{from} 年 6 月 1 日至 {to} 年 5 月 31 日", from = setup.year, to = setup.year + 1)),
        (t!("行动"), setup.programme.clone()),
        (t!("活动日"), date(setup.held_on)),
        (t!("主办单位"), setup.host.clone()),
        (t!("宗旨"), setup.purpose.clone()),
        (t!("规则"), setup.rules.clone()),
        (t!("页面文字"), setup.page.clone()),
        (t!("备案须提前的天数"), t!("{n} 天", n = setup.filing_days)),
    ];
    let lines = lines.into_iter().map(|(label, value)| {
        let value = if value.is_empty() { t!("没有填写").to_owned() } else { value };
        view! { <dt>{label}</dt><dd class="typed">{value}</dd> }
    });
    let edit = campaign.may.edit.then(|| {
        view! { <a class="button quiet" href=href(&format!("{}/edit", path(campaign)))>{t!("修改")}</a> }
    });
    let page = (campaign.stage != CampaignStage::Draft).then(|| {
        view! { <p><a href=href(&format!("/campaigns/{}", campaign.setup.code))>{t!("公众看到的页面")}</a></p> }
    });
    view! {
        <section class="card facts">
            <div class="head"><h2>{t!("设置")}</h2>{edit}</div>
            <dl>{lines.collect_view()}</dl>
            {page}
        </section>
    }
    .into_any()
}

fn needs(campaign: &CampaignDossier) -> AnyView {
    let label = if campaign.may.list_needs { t!("挑选和排序") } else { t!("查看") };
    view! {
        <section class="card">
            <h2>{t!("列出的需求（{n}）", n = campaign.listed)}</h2>
            <p><a class="button quiet" href=href(&format!("{}/needs", path(campaign)))>{label}</a></p>
        </section>
    }
    .into_any()
}

fn rehearsal(campaign: &CampaignDossier) -> Option<AnyView> {
    if !campaign.may.rehearse && campaign.rehearsed == 0 {
        return None;
    }
    let link = href(&format!("{}/rehearsal", path(campaign)));
    Some(
        view! {
            <section class="card">
                <h2>{t!("演练的认捐（{n}）", n = campaign.rehearsed)}</h2>
                <p class="soft">{t!("单独存放，不进任何总数和名单。")}</p>
                <p><a class="button quiet" href=link>{t!("打开演练")}</a></p>
            </section>
        }
        .into_any(),
    )
}

/// From and to, in words.
pub fn days(valid: Validity) -> String {
    t!("{from} 至 {to}", from = date(valid.from), to = date(valid.to))
}

/// How a charity's right to raise publicly stands, with what was recorded of it and of its filing.
pub fn rights(charity: &Charity) -> AnyView {
    let certificate = charity.certificate.as_ref().map(|own| {
        let ended = charity.qualification == Qualification::Ended;
        let tag = ended.then(|| view! { " "<span class="tag status">{text(Qualification::Ended.label())}</span> });
        view! { <dt>{t!("公开募捐资格证书")}</dt><dd>{own.number.clone()}{t!("，")}{days(own.valid)}{tag}</dd> }
    });
    let unknown = charity.certificate.is_none().then(|| {
        view! { <dt>{t!("公开募捐资格证书")}</dt><dd>{text(Qualification::Unknown.label())}</dd> }
    });
    let tax = charity.tax.as_ref().map(|valid| {
        let ended = charity.tax_stands == Qualification::Ended;
        let tag = ended.then(|| view! { " "<span class="tag status">{t!("已到期")}</span> });
        view! { <dt>{t!("公益性捐赠税前扣除资格")}</dt><dd>{days(*valid)}{tag}</dd> }
    });
    let filing = charity.filing.as_ref().map(|own| {
        let filed = t!("{day} 备案", day = date(own.filed_on));
        view! {
            <dt>{t!("募捐方案备案")}</dt>
            <dd>{own.number.clone()}{t!("，")}{filed}{t!("，")}{t!("募捐期间 {days}", days = days(own.period))}</dd>
        }
    });
    let contact = (!charity.contact.is_empty()).then(|| {
        view! { <dt>{t!("联系方式")}</dt><dd>{charity.contact.clone()}</dd> }
    });
    view! { <dl>{certificate}{unknown}{tax}{filing}{contact}</dl> }.into_any()
}

fn charities(campaign: &CampaignDossier) -> AnyView {
    let rows = campaign.charities.iter().map(|own| charity(campaign, own)).collect_view();
    let add = campaign.may.edit.then(|| {
        view! { <a class="button quiet" href=href(&format!("{}/charity", path(campaign)))>{t!("加入慈善组织")}</a> }
    });
    let none = campaign.charities.is_empty().then(|| {
        view! { <p class="card empty">{t!("还没有接收捐款的慈善组织。")}</p> }
    });
    view! {
        <section>
            <div class="head"><h2>{t!("接收捐款的慈善组织")}</h2>{add}</div>
            {none}{rows}
        </section>
    }
    .into_any()
}

fn charity(campaign: &CampaignDossier, own: &DossierCharity) -> AnyView {
    let id = own.charity.id;
    let edit = campaign.may.keep_records.then(|| {
        let link = href(&format!("{}/charity?charity={id}", path(campaign)));
        view! { <a class="button quiet" href=link>{t!("改资格和备案")}</a> }
    });
    let remove = campaign.may.edit.then(|| {
        view! {
            <form method="post" action=href(&path(campaign))>
                <input type="hidden" name="action" value="remove_charity" />
                <input type="hidden" name="version" value=campaign.version />
                <input type="hidden" name="charity" value=id.to_string() />
                <button class="button quiet">{t!("移出活动")}</button>
            </form>
        }
    });
    view! {
        <div class="card facts">
            <h3>{own.charity.name.clone()}</h3>
            <p class="soft">{t!("收款账户：{bank} {number}", bank = own.bank, number = own.number_masked)}</p>
            {rights(&own.charity)}
            <div class="buttons">{edit}{remove}</div>
        </div>
    }
    .into_any()
}

fn partners(campaign: &CampaignDossier) -> AnyView {
    let rows = campaign.partners.iter().map(|own| partner(campaign, own)).collect_view();
    let add = campaign.may.keep_records.then(|| {
        view! { <a class="button quiet" href=href(&format!("{}/partner", path(campaign)))>{t!("登记合作方")}</a> }
    });
    let none = campaign.partners.is_empty().then(|| {
        view! {
            <p class="card empty">{t!("没有登记合作方。没有公开募捐资格的单位一起募捐，要有书面协议、写进募捐方案，款项全部进慈善组织的账户，并由慈善组织评估。")}</p>
        }
    });
    view! {
        <section>
            <div class="head"><h2>{t!("合作方")}</h2>{add}</div>
            {none}{rows}
        </section>
    }
    .into_any()
}

fn partner(campaign: &CampaignDossier, own: &DossierPartner) -> AnyView {
    let edit = campaign.may.keep_records.then(|| {
        let link = href(&format!("{}/partner?partner={}", path(campaign), own.id));
        view! { <a class="button quiet" href=link>{t!("修改")}</a> }
    });
    let remove = campaign.may.edit.then(|| {
        view! {
            <form method="post" action=href(&path(campaign))>
                <input type="hidden" name="action" value="remove_partner" />
                <input type="hidden" name="version" value=campaign.version />
                <input type="hidden" name="partner" value=own.id.to_string() />
                <button class="button quiet">{t!("移出活动")}</button>
            </form>
        }
    });
    let evaluated = own.partner.evaluated_on.map_or_else(|| t!("还没有评估").to_owned(), date);
    let planned = if own.partner.named_in_plan { t!("已写进募捐方案") } else { t!("没有写进募捐方案") };
    view! {
        <div class="card facts">
            <h3>{own.partner.name.clone()}</h3>
            <dl>
                <dt>{t!("协议")}</dt><dd>{date(own.partner.agreed_on)}{t!("，")}{own.partner.agreement.clone()}</dd>
                <dt>{t!("评估日期")}</dt><dd>{evaluated}</dd>
                <dt>{t!("募捐方案")}</dt><dd>{planned}</dd>
            </dl>
            <div class="buttons">{edit}{remove}</div>
        </div>
    }
    .into_any()
}
