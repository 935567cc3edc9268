//! The list of sites that take gifts of individuals: designated platforms and charities' own sites, as data.

use crate::parts::field::{Field, radios, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::campaigns::setup;
use domain::api::fundraising::{self, GivingSite};
use domain::fundraising::GivingKind;
use domain::organisation::Role;
use leptos::prelude::*;

const KEEPERS: [Role; 2] = [Role::CampaignOffice, Role::PlatformAdmin];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let sites = visit.call(fundraising::sites()).await?.items;
    let keeps = visit.has(&KEEPERS);
    // Only the office reads which charities there are; the administrator lists platforms.
    let charities = if visit.has(&[Role::CampaignOffice]) {
        let all = visit.call(setup::receivers()).await?.items;
        all.into_iter().map(|charity| (charity.id.to_string(), charity.name)).collect()
    } else {
        Vec::new()
    };
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let rows = sites.iter().map(|site| row(site, keeps)).collect_view();
    let list = if sites.is_empty() {
        view! { <p class="card empty">{t!("名单里还没有网站。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{rows}</ul> }.into_any()
    };
    let add = keeps.then(|| add(visit, form, charities));
    let title = t!("捐赠网站名单");
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{title}</h1>
        <p class="soft">{t!("个人捐赠只能去这里列出的网站：民政部指定的募捐平台，或慈善组织自己的网站。指定平台分批公布，也有退出的，请照公告维护。")}</p>
        {done(visit)}
        {list}
        {add}
    };
    Ok(Page::new(title, body.into_any()))
}

fn done(visit: &Visit) -> Option<AnyView> {
    let says = match visit.query("done")? {
        "listed" => t!("已列入名单。"),
        "changed" => t!("已保存。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

fn row(site: &GivingSite, keeps: bool) -> AnyView {
    let (now, label) = if site.active { ("", t!("停用")) } else { ("1", t!("恢复")) };
    let tool = keeps.then(|| {
        view! {
            <form method="post" action=href("/work/giving-sites")>
                <input type="hidden" name="action" value="change" />
                <input type="hidden" name="site" value=site.id.to_string() />
                <input type="hidden" name="version" value=site.version />
                <input type="hidden" name="name" value=site.site.name.clone() />
                <input type="hidden" name="source" value=site.site.source.clone() />
                <input type="hidden" name="active" value=now />
                <button class="button quiet">{label}</button>
            </form>
        }
    });
    let off = (!site.active).then(|| view! { <span class="tag status">{t!("已停用")}</span> });
    view! {
        <li>
            <div class="need">
                <span class="what">
                    <span class="tags"><span class="tag">{text(site.site.kind.label())}</span>{off}</span>
                    <b>{site.site.name.clone()}</b>
                    <span class="soft">{site.site.host.clone()}" "{site.charity_name.clone()}</span>
                    <span class="soft">{t!("依据：{source}", source = site.site.source)}</span>
                </span>
                {tool}
            </div>
        </li>
    }
    .into_any()
}

fn add(visit: &Visit, form: &FormState, charities: Vec<(String, String)>) -> AnyView {
    let id = if form.value("id").is_empty() { visit.fresh_id.to_string() } else { form.value("id").to_owned() };
    let kinds = GivingKind::ALL.iter().map(|kind| (kind.as_str(), text(kind.label()))).collect();
    let whose = (!charities.is_empty()).then(|| {
        Field::new(form, "site_charity", t!("是哪一家慈善组织的网站（指定的平台不选）")).select(t!("不选"), charities)
    });
    view! {
        <form class="long" id="add" method="post" action=href("/work/giving-sites")>
            <input type="hidden" name="action" value="list" />
            <input type="hidden" name="id" value=id />
            <fieldset class="card">
                <legend>{t!("列入一个网站")}</legend>
                {radios(form, "kind", (t!("哪一种"), None), kinds)}
                {Field::new(form, "site_name", t!("网站名称")).text()}
                {Field::new(form, "host", t!("域名")).hint(t!("如 gongyi.example.cn，不带 https:// 和路径；以后不能改")).text()}
                {Field::new(form, "source", t!("依据")).hint(t!("如“民政部第二批指定”“慈善组织官网公告”")).text()}
                {whose}
            </fieldset>
            <div class="buttons"><button class="button">{t!("列入名单")}</button></div>
        </form>
    }
    .into_any()
}
