//! The document around every page: head, banner, header, footer.

use super::offer_row::seeks_offers;
use crate::visit::{Page, Visit};
use crate::words::{Lang, href, text};
use domain::api::Count;
use domain::organisation::Role;
use leptos::prelude::*;

pub fn document(visit: &Visit, page: Page) -> AnyView {
    let lang = visit.lang;
    let title = match page.title.as_str() {
        "" => t!("千村 · 千企兴千村").to_owned(),
        title => format!("{title} · {}", t!("千村")),
    };
    let path = visit.path.clone();
    let alternates = Lang::ALL.map(|other| {
        view! { <link rel="alternate" hreflang=other.tag() href=format!("{}{path}", other.prefix()) /> }
    });
    view! {
        <html lang=lang.tag()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                {(visit.site.demo || page.unlisted).then(|| view! { <meta name="robots" content="noindex, nofollow" /> })}
                {page.again_after.map(|seconds| view! { <meta http-equiv="refresh" content=seconds.to_string() /> })}
                <title inner_html=escape(&title)></title>
                <link rel="icon" type="image/svg+xml" href=visit.site.asset("icon.svg") />
                <link rel="stylesheet" href=visit.site.asset("style.css") />
                {page.public.then_some(alternates)}
                <script type="module" src=visit.site.asset("start.js")></script>
            </head>
            <body>
                <a class="skip" href="#main">{t!("跳到正文")}</a>
                {visit.site.demo.then(|| view! {
                    <p class="demo">{t!("演示环境 · 除地名外均为示例数据，请勿转账")}</p>
                })}
                {header(visit)}
                <main id="main" class="wrap">{page.body}</main>
                {footer(visit)}
            </body>
        </html>
    }
    .into_any()
}

/// Text for the few elements whose content is no markup (`title`, `textarea`), where the renderer's own markers
/// would be read as text.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn header(visit: &Visit) -> AnyView {
    let item = |path: &'static str, label: &'static str| {
        let here = visit.path == path || (path != "/" && visit.path.starts_with(&format!("{path}/")));
        view! { <a href=href(path) aria-current=here.then_some("page")>{label}</a> }
    };
    let works = visit.me.is_some();
    let seeks = seeks_offers(visit);
    let gives = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator, Role::Donor]);
    view! {
        <header class="top">
            <div class="wrap">
                <a class="logo" href=href("/")><span aria-hidden="true">"村"</span>{t!("千村")}</a>
                <nav aria-label=t!("主导航")>
                    {item("/needs", t!("找需求"))}
                    {seeks.then(|| item("/offers", t!("企业供给")))}
                    {item("/campaigns", t!("活动"))}
                    {gives.then(|| item("/my-gifts", t!("我的捐赠")))}
                    {works.then(|| item("/work", t!("我的工作")))}
                    {item("/about", t!("关于"))}
                </nav>
                {account(visit)}
            </div>
        </header>
    }
    .into_any()
}

fn account(visit: &Visit) -> AnyView {
    match &visit.me {
        None => view! { <a class="button quiet" href=href("/sign-in")>{t!("登录")}</a> }.into_any(),
        Some(me) => {
            let name = me.name.clone();
            let place = me.acting().next().map(|membership| {
                let role = text(membership.role.label());
                view! { <span class="soft">{membership.organisation_name.clone()}" · "{role}</span> }
            });
            // Whoever belongs to several sees for whom he acts, and that he can change it.
            let several = me.memberships.iter().any(|own| Some(own.organisation) != me.acting);
            let books = me.books().map(|books| {
                view! { <a class="soft" href=href("/work/charity-books")>{t!("正在看{charity}的账", charity = books.name)}</a> }
            });
            let other = several.then(|| view! { <a class="soft" href=href("/account")>{t!("换单位")}</a> });
            view! {
                <div class="account">
                    {notices(me.unread)}
                    <span><a href=href("/account")><b>{name}</b></a>{place}{books}{other}</span>
                    <form method="post" action=href("/sign-out")><button class="link">{t!("退出")}</button></form>
                </div>
            }
            .into_any()
        }
    }
}

/// The way to the notices, with how many were not read.
fn notices(unread: Count) -> AnyView {
    let some = unread.number > 0;
    let count = some.then(|| {
        view! { <span class="tag status"><span class="unseen">{t!("未读")}</span>{unread.to_string()}</span> }
    });
    view! { <a class="notices" href=href("/notices")>{t!("通知")}{count}</a> }.into_any()
}

fn footer(visit: &Visit) -> AnyView {
    let query: String = visit.query.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&");
    let suffix = if query.is_empty() || visit.form.is_some() { String::new() } else { format!("?{query}") };
    let languages = Lang::ALL.into_iter().filter(|other| *other != visit.lang).map(|other| {
        let path = format!("{}{}{suffix}", other.prefix(), visit.path);
        view! { <a lang=other.tag() hreflang=other.tag() href=path>{other.own_name()}</a> }
    });
    let staff = visit.has(&[Role::PlatformAdmin]);
    view! {
        <footer class="bottom">
            <div class="wrap">
                <p>{t!("主办：工商联 · 捐赠由慈善组织接收，本平台不经手资金")}</p>
                <p>
                    <a href=href("/about")>{t!("关于与数据来源")}</a>
                    <a href=href("/privacy")>{t!("隐私告知")}</a>
                    <a href=href("/terms")>{t!("使用条款")}</a>
                    <a href=href("/help")>{t!("帮助")}</a>
                    <a href=href("/contact")>{t!("联系我们")}</a>
                    <a href="/api/v1/health">{t!("运行状态")}</a>
                    {(staff && visit.site.demo).then(|| view! { <a href="/dev/mail">{t!("示例邮件")}</a> })}
                    {languages.collect_view()}
                </p>
            </div>
        </footer>
    }
    .into_any()
}
