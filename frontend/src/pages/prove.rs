//! A form that waits until it is known who sends it: the page asks, and carries what was typed.

use crate::parts::field::{Field, summary};
use crate::visit::{Ask, FormState, Page, Visit};
use crate::words::href;
use leptos::prelude::*;

pub fn page(visit: &Visit, form: &FormState, ask: Ask) -> Page {
    let (title, says) = match ask {
        Ask::SignIn => (t!("请重新登录"), t!("登录已经过期。登录后接着办，刚才填写的内容都在。")),
        Ask::ProveAgain => (t!("请再次确认是您本人"), t!("这件事比较重要。确认后接着办，刚才填写的内容都在。")),
        Ask::SecondFactor => {
            (t!("请先启用两步验证"), t!("您的岗位办这件事须有两步验证。启用只要一次；刚才填写的内容留在这一页。"))
        }
    };
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            <p>{says}</p>
            {(!form.problems.is_empty()).then(|| summary(form))}
            <form class="card" method="post" action=href(&visit.address())>
                {carried(form)}
                {fields(visit, form, ask)}
            </form>
        </div>
    };
    Page::new(title, body.into_any()).status(403)
}

/// Everything that was typed, and the pictures that are stored already.
fn carried(form: &FormState) -> AnyView {
    let typed = form.values.iter().filter(|(name, _)| !name.starts_with("proof_") && name != "photo");
    let values = typed.map(|(name, value)| {
        view! { <input type="hidden" name=name.clone() value=value.clone() /> }
    });
    let photos = form.photos.iter().map(|photo| {
        view! { <input type="hidden" name="photo" value=photo.id.to_string() /> }
    });
    view! { {values.collect_view()}{photos.collect_view()} }.into_any()
}

fn fields(visit: &Visit, form: &FormState, ask: Ask) -> AnyView {
    if ask == Ask::SecondFactor {
        return view! {
            <p><a class="button" href=href("/account") target="_blank">{t!("去启用两步验证（新窗口）")}</a></p>
            <button class="button quiet">{t!("我已启用，接着办")}</button>
        }
        .into_any();
    }
    let account = (ask == Ask::SignIn).then(|| {
        Field::new(form, "proof_account", t!("账号"))
            .hint(t!("邮箱、手机号或账号名"))
            .input("text", "email", "username")
    });
    let demo = visit.demo_password.map(|password| {
        view! { <p class="soft">{t!("演示环境的密码都是")}" "<code>{password}</code></p> }
    });
    let enrolled = visit.me.as_ref().is_none_or(|me| me.second_factor);
    let hint = if ask == Ask::SignIn {
        t!("没有启用两步验证的账号不用填")
    } else {
        t!("手机上的六位数字，或一个恢复码")
    };
    view! {
        {account}
        {Field::new(form, "proof_password", t!("密码")).input("password", "text", "current-password")}
        {enrolled.then(|| Field::new(form, "proof_code", t!("动态码")).hint(hint).input("text", "numeric", "one-time-code"))}
        {demo}
        <button class="button">{t!("确认，接着办")}</button>
    }
    .into_any()
}
