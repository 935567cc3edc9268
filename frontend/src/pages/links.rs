//! Pages behind one-time links, and those that ask for one. Opening a link changes nothing; the button on the page does.

use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::links::{self, LinkShown};
use domain::link::{LinkPurpose, LinkState};
use leptos::prelude::*;

/// The link of the address or of the refused form, and how it stands. One that is for another page is none here.
pub async fn shown(visit: &Visit, purposes: &[LinkPurpose]) -> Result<(String, LinkShown), ApiError> {
    let typed = visit.form.as_ref().map(|form| form.value("link")).filter(|link| !link.is_empty());
    let link = typed.or_else(|| visit.query("link")).unwrap_or_default().to_owned();
    let mut shown = visit.call(links::state(&link)).await?;
    if !shown.purpose.is_some_and(|purpose| purposes.contains(&purpose)) {
        shown = LinkShown { state: LinkState::Unknown, purpose: None, enterprise: None };
    }
    Ok((link, shown))
}

/// A link that is not good any more: why, and another one by a button.
pub fn ended(visit: &Visit, title: &'static str, link: &str, state: LinkState) -> Page {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    // The state says it already; what else was wrong is said above.
    let other = form.problems.iter().any(|problem| problem.field != "link") || form.message.is_some();
    let again = (state != LinkState::Unknown).then(|| {
        view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="link" value=link.to_owned() />
                <button class="button" name="action" value="renew">{t!("再发一封邮件")}</button>
            </form>
        }
    });
    let used = (state == LinkState::Used).then(|| {
        view! { <p>{t!("如果是您用过的，事情已经办好了，直接登录就行。")}</p> }
    });
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            {other.then(|| summary(form))}
            <section class="card">
                <p class="note">{text(state.refusal())}</p>
                {used}
                {again}
                <p class="links">
                    <a href=href("/sign-in")>{t!("登录")}</a>
                    <a href=href("/forgot-password")>{t!("忘记密码")}</a>
                    <a href=href("/register/donor")>{t!("注册捐赠人")}</a>
                </p>
            </section>
        </div>
    };
    Page::new(title, body.into_any())
}

/// After a form of one of these pages.
fn done(visit: &Visit, title: &'static str) -> Option<Page> {
    let done = visit.form.is_none().then(|| visit.query("done")).flatten()?;
    let message = match done {
        "sent" => t!("邮件已发出。请打开最新的那封，里面有新的链接。没有收到？看看垃圾邮件，或过几分钟再试。"),
        "confirmed" => t!("邮箱已确认。"),
        "owner" => t!("您已成为这家企业的负责人。请用原来的密码登录，在“我的账号”里换到这个单位。"),
        _ => return None,
    };
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            <p class="done" role="status">{message}</p>
            <p><a class="button" href=href("/work")>{t!("去办事")}</a></p>
        </div>
    };
    Some(Page::new(title, body.into_any()))
}

pub async fn confirm_email(visit: &Visit) -> Result<Page, ApiError> {
    let title = t!("确认邮箱");
    if let Some(page) = done(visit, title) {
        return Ok(page);
    }
    let (link, shown) = shown(visit, &[LinkPurpose::ConfirmEmail, LinkPurpose::OwnEnterprise]).await?;
    if link.is_empty() {
        return Ok(without_link(visit, title));
    }
    if shown.state != LinkState::Good {
        return Ok(ended(visit, title, &link, shown.state));
    }
    let (says, button) = match shown.enterprise {
        Some(name) => (
            t!("有人用您的邮箱注册了企业“{name}”。如果是您，请点下面的按钮，成为它的负责人。", name = name),
            t!("是我注册的"),
        ),
        None => (t!("点一下按钮，确认这个邮箱是您的。").to_owned(), t!("确认我的邮箱")),
    };
    let empty = FormState::default();
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            {summary(visit.form.as_ref().unwrap_or(&empty))}
            <form class="card" method="post" action=href("/confirm-email")>
                <p>{says}</p>
                <input type="hidden" name="link" value=link />
                <button class="button" name="action" value="confirm">{button}</button>
            </form>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

/// Somebody comes by himself, to have the letter sent again.
fn without_link(visit: &Visit, title: &'static str) -> Page {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let content = match &visit.me {
        Some(me) if me.email_confirmed => view! { <p>{t!("邮箱已确认。")}</p> }.into_any(),
        Some(_) => view! {
            <form method="post" action=href("/confirm-email")>
                <p>{t!("认捐之前要确认邮箱。我们发一封邮件，请打开里面的链接。")}</p>
                <button class="button" name="action" value="mine">{t!("发送确认邮件")}</button>
            </form>
        }
        .into_any(),
        None => view! {
            <p>{t!("请打开邮件里的链接。要我们再发一封，请先登录。")}</p>
            <p><a class="button" href=href("/sign-in?next=/confirm-email")>{t!("登录")}</a></p>
        }
        .into_any(),
    };
    let body = view! {
        <div class="narrow"><h1>{title}</h1>{summary(form)}<section class="card">{content}</section></div>
    };
    Page::new(title, body.into_any())
}

pub fn forgot_password(visit: &Visit) -> Page {
    let title = t!("忘记密码");
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let sent = visit.form.is_none() && visit.query("done").is_some();
    let sent = sent.then(|| {
        view! {
            <p class="done" role="status">{t!("如果这个邮箱有账号，我们已经发出一封邮件，链接 1 小时内有效。没有收到？看看垃圾邮件，或过几分钟再试。")}</p>
        }
    });
    let body = view! {
        <div class="narrow">
            <nav class="crumbs" aria-label=t!("位置")><a href=href("/sign-in")>{t!("登录")}</a></nav>
            <h1>{title}</h1>
            {sent}
            <p>{t!("填写账号的邮箱，我们发一个链接，用它设置新密码。没有登记邮箱的账号，请找本单位的负责人。")}</p>
            {summary(form)}
            <form class="card" method="post" action=href("/forgot-password")>
                {Field::new(form, "email", t!("邮箱")).input("email", "email", "username")}
                <button class="button">{t!("发送邮件")}</button>
            </form>
        </div>
    };
    Page::new(title, body.into_any())
}

pub async fn reset_password(visit: &Visit) -> Result<Page, ApiError> {
    let title = t!("设置新密码");
    if let Some(page) = done(visit, title) {
        return Ok(page);
    }
    let (link, shown) = shown(visit, &[LinkPurpose::ResetPassword]).await?;
    if shown.state != LinkState::Good {
        return Ok(ended(visit, title, &link, shown.state));
    }
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            {summary(form)}
            <form class="card" method="post" action=href("/reset-password")>
                <input type="hidden" name="link" value=link />
                {Field::new(form, "password", t!("新密码")).hint(t!("至少 12 个字符，长比花样重要")).input("password", "text", "new-password")}
                {Field::new(form, "again", t!("再输一遍")).input("password", "text", "new-password")}
                <button class="button" name="action" value="reset">{t!("设置新密码")}</button>
            </form>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}
