//! Signing in; in a demo with the accounts to choose from.

use crate::parts::field::{Field, summary};
use crate::visit::{DemoAccount, FormState, Page, Visit};
use crate::words::{href, text};
use leptos::prelude::*;

pub fn page(visit: &Visit) -> Page {
    let form = visit.form.clone().unwrap_or_default();
    let next = form.value("next").to_owned();
    let next = if next.is_empty() { visit.query("next").unwrap_or_default().to_owned() } else { next };
    let body = view! {
        <div class="narrow">
            <h1>{t!("登录")}</h1>
            {done(visit)}
            {summary(&form)}
            <form class="card" method="post" action=href("/sign-in")>
                <input type="hidden" name="next" value=next.clone() />
                {Field::new(&form, "account", t!("账号")).hint(t!("邮箱、手机号或账号名")).input("text", "email", "username")}
                {Field::new(&form, "password", t!("密码")).input("password", "text", "current-password")}
                {code(&form)}
                <button class="button">{t!("登录")}</button>
            </form>
            <p class="links">
                <a href=href("/forgot-password")>{t!("忘记密码")}</a>
                <a href=href("/register/enterprise")>{t!("注册企业")}</a>
                <a href=href("/register/donor")>{t!("注册捐赠人")}</a>
            </p>
            <p><a href=href("/join")>{t!("我收到了邀请")}</a>" · "<a href=href("/reset-code")>{t!("我有镇里给的重设密码的代码")}</a></p>
            {demo(visit, &next)}
        </div>
    };
    Page::new(t!("登录"), body.into_any())
}

/// What led here.
fn done(visit: &Visit) -> Option<AnyView> {
    let message = match visit.query("done")? {
        "reset" => t!("新密码已设置，其他设备上的登录都已退出。请用新密码登录。"),
        "registered" => t!("注册完成，请登录。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{message}</p> }.into_any())
}

/// Only some have a second factor; it opens by itself where it is asked for.
fn code(form: &FormState) -> AnyView {
    let asked = form.problem("code").is_some() || !form.value("code").is_empty();
    view! {
        <details open=asked>
            <summary>{t!("我启用了两步验证")}</summary>
            {Field::new(form, "code", t!("动态码")).hint(t!("手机上的六位数字，或一个恢复码")).input("text", "numeric", "one-time-code")}
        </details>
    }
    .into_any()
}

fn demo(visit: &Visit, next: &str) -> Option<AnyView> {
    let password = visit.demo_password?;
    let rows = visit.demo_accounts.iter().map(|account| demo_account(account, password, next));
    Some(
        view! {
            <section class="card">
                <h2>{t!("示例账号")}</h2>
                <p class="soft">{t!("演示环境的密码都是")}" "<code>{password}</code></p>
                <ul class="accounts">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn demo_account(account: &DemoAccount, password: &'static str, next: &str) -> AnyView {
    let roles = account.roles.iter().map(|(organisation, role)| {
        view! { <span class="soft">{organisation.clone()}" · "{text(role.label())}</span> }
    });
    view! {
        <li>
            <form method="post" action=href("/sign-in")>
                <input type="hidden" name="account" value=account.account.clone() />
                <input type="hidden" name="password" value=password />
                <input type="hidden" name="next" value=next.to_owned() />
                <span><b>{account.name.clone()}</b>" "<code>{account.account.clone()}</code>{roles.collect_view()}</span>
                <button class="button quiet">{t!("以此账号登录")}</button>
            </form>
        </li>
    }
    .into_any()
}
