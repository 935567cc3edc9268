//! Giving by everybody: the links that stand today beside what the law wants to stand there, the page between here and the
//! other site, and the office's form that opens one.

use super::campaign_office::{crumbs, days, path};
use crate::parts::field::{Field, summary};
use crate::visit::{Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::campaigns::setup::{self, CampaignDossier};
use domain::api::fundraising::{self, GivingLink, PublicGiving};
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

/// On a campaign's page: how a private person gives, where the guard allows it at all.
pub fn section(links: &[GivingLink]) -> AnyView {
    if links.is_empty() {
        return view! {
            <section class="card" id="giving">
                <h2>{t!("个人捐赠")}</h2>
                <p class="soft">{t!("本平台不收个人捐款，现在也没有可以前往的捐赠网站。企业按协议转账捐赠不受影响。")}</p>
            </section>
        }
        .into_any();
    }
    let rows = links.iter().map(|link| {
        let onwards = href(&format!("/campaigns/{}/give/{}", link.campaign_code, link.id));
        view! {
            <div>
                <h3>{link.charity_name.clone()}</h3>
                {beside(link)}
                <p><a class="button quiet" href=onwards>{t!("去“{site}”捐赠", site = link.site_name)}</a></p>
            </div>
        }
    });
    view! {
        <section class="card facts" id="giving">
            <h2>{t!("个人捐赠")}</h2>
            <p class="soft">{t!("本平台不收个人捐款。个人可以去慈善组织自己的网站，或民政部指定的募捐平台捐赠。")}</p>
            {rows.collect_view()}
        </section>
    }
    .into_any()
}

/// Certificate, filing, period and contact: never a link without them.
fn beside(link: &GivingLink) -> AnyView {
    let filed = t!("{day} 备案", day = date(link.filing.filed_on));
    view! {
        <dl>
            <dt>{t!("公开募捐资格证书")}</dt>
            <dd>{link.certificate.number.clone()}{t!("，")}{days(link.certificate.valid)}</dd>
            <dt>{t!("募捐方案备案")}</dt><dd>{link.filing.number.clone()}{t!("，")}{filed}</dd>
            <dt>{t!("可以捐赠的期间")}</dt><dd>{days(link.period)}</dd>
            <dt>{t!("联系方式")}</dt><dd>{link.contact.clone()}</dd>
        </dl>
    }
    .into_any()
}

/// The page between here and the other site: the link is judged once more when it is opened.
pub async fn give(visit: &Visit, code: &str, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let link = visit.call(fundraising::link(id)).await?;
    let back = href(&format!("/campaigns/{code}"));
    let title = t!("前往捐赠网站");
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=back.clone()>{link.campaign_name.clone()}</a></nav>
        <h1>{title}</h1>
        <section class="card facts">
            <p>{t!("您将离开本平台，前往{kind}“{site}”（{host}）。捐赠由{charity}接收，本平台不经手款项，也不收费。",
                kind = text(link.kind.label()), site = link.site_name, host = link.host, charity = link.charity_name)}</p>
            {beside(&link)}
            <div class="buttons">
                <a class="button" href=link.url.clone() rel="external noopener noreferrer nofollow">{t!("前往 {host}", host = link.host)}</a>
                <a class="button quiet" href=back>{t!("不去了")}</a>
            </div>
        </section>
    };
    Ok(Page::new(title, body.into_any()).unlisted())
}

/// On the office's page: everything that was opened, with the button that closes.
pub fn office(campaign: &CampaignDossier, giving: &[PublicGiving]) -> AnyView {
    let rows = giving.iter().map(|own| one(campaign, own)).collect_view();
    let none = giving.is_empty().then(|| {
        view! { <p class="card empty">{t!("没有打开过个人捐赠链接。企业按协议转账捐赠不需要它。")}</p> }
    });
    let open = campaign.may.keep_records.then(|| {
        view! { <a class="button quiet" href=href(&format!("{}/giving", path(campaign)))>{t!("打开捐赠链接")}</a> }
    });
    view! {
        <section id="giving">
            <div class="head"><h2>{t!("个人捐赠链接")}</h2>{open}</div>
            {none}{rows}
        </section>
    }
    .into_any()
}

fn one(campaign: &CampaignDossier, own: &PublicGiving) -> AnyView {
    let stands = match (&own.says, own.closed_because) {
        (None, _) => t!("今天有效").to_owned(),
        (Some(_), Some(because)) => t!("已关闭：{because}", because = text(because.label())),
        (Some(says), None) => text(says),
    };
    let close = own.closed_at.is_none().then(|| {
        view! {
            <form method="post" action=href(&path(campaign))>
                <input type="hidden" name="action" value="close_giving" />
                <input type="hidden" name="giving" value=own.link.id.to_string() />
                <button class="button quiet">{t!("关闭链接")}</button>
            </form>
        }
    });
    view! {
        <div class="card facts">
            <h3>{own.link.charity_name.clone()}" · "{own.link.site_name.clone()}</h3>
            <p class="tags"><span class="tag status">{stands}</span></p>
            <p class="soft">{own.link.url.clone()}</p>
            {beside(&own.link)}
            <p class="soft">{t!("{at} 打开", at = instant(own.opened_at))}</p>
            {close}
        </div>
    }
    .into_any()
}

/// The office opens a way of giving.
pub async fn open(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let campaign = visit.call(setup::get(id)).await?;
    if !campaign.may.keep_records && visit.form.is_none() {
        return Err(ApiError::new(ErrorCode::Forbidden, "只有6·30办的账号可以做这件事"));
    }
    let sites = visit.call(fundraising::sites()).await?.items;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.replace("id", visit.fresh_id.to_string());
    }
    let charities = campaign.charities.iter();
    let charities = charities.map(|own| (own.charity.id.to_string(), own.charity.name.clone())).collect();
    let sites = sites.iter().filter(|site| site.active).map(|site| {
        (site.id.to_string(), format!("{}（{}，{}）", site.site.name, text(site.site.kind.label()), site.site.host))
    });
    let title = t!("打开个人捐赠链接");
    let body = view! {
        {summary(&form)}
        {crumbs(Some(&campaign))}
        <h1>{title}</h1>
        <p class="soft">{t!("须有公开募捐资格证书和备案的募捐方案，期间在两者之内，备案后至少隔 {n} 天。少一样都存不进去；到期自动关闭，并通知慈善组织。", n = campaign.setup.filing_days)}</p>
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <fieldset class="card">
                <legend>{t!("捐给谁，去哪里捐")}</legend>
                {Field::new(&form, "charity", t!("慈善组织")).select(t!("请选择"), charities)}
                {Field::new(&form, "site", t!("网站")).hint(t!("名单在“捐赠网站名单”里维护")).select(t!("请选择"), sites.collect())}
                {Field::new(&form, "url", t!("捐赠页的链接")).hint(t!("以 https:// 开头，和所选网站的域名一致")).input("url", "url", "off")}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("可以捐赠的期间")}</legend>
                <div class="pair">
                    {Field::new(&form, "starts_on", t!("从")).input("date", "text", "off")}
                    {Field::new(&form, "ends_on", t!("到")).input("date", "text", "off")}
                </div>
            </fieldset>
            <div class="buttons">
                <button class="button">{t!("打开链接")}</button>
                <a class="button quiet" href=href(&path(&campaign))>{t!("不打开")}</a>
                <a class="button quiet" href=href("/work/giving-sites")>{t!("捐赠网站名单")}</a>
            </div>
        </form>
    };
    Ok(Page::new(title, body.into_any()))
}
