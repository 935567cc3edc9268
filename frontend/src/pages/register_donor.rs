//! A person registers as a donor: first the address only, then name and password by the link from the letter.

use super::links::{ended, shown};
use crate::parts::field::{Field, summary, tick};
use crate::visit::{FormState, Page, Visit};
use crate::words::href;
use domain::api::ApiError;
use domain::consent::{PRIVACY_NOTICE_VERSION, TERMS_VERSION};
use domain::link::{LinkPurpose, LinkState};
use leptos::prelude::*;

pub fn page(visit: &Visit) -> Page {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let sent = visit.form.is_none() && visit.query("done").is_some();
    let sent = sent.then(|| {
        view! {
            <p class="done" role="status">{t!("我们已经往这个邮箱发了一封邮件，请按邮件里说的做。没有收到？看看垃圾邮件，或过几分钟再试。")}</p>
        }
    });
    let body = view! {
        <div class="narrow">
            <nav class="crumbs" aria-label=t!("位置")><a href=href("/sign-in")>{t!("登录")}</a></nav>
            <h1>{t!("注册捐赠人")}</h1>
            {sent}
            <p>{t!("注册后可以看自己的捐赠到了哪里、办成了什么。先填邮箱，其余的在邮件的链接里填。")}</p>
            {summary(form)}
            <form class="card" method="post" action=href("/register/donor")>
                {Field::new(form, "email", t!("邮箱")).input("email", "email", "email")}
                <button class="button">{t!("发送邮件")}</button>
            </form>
        </div>
    };
    Page::new(t!("注册捐赠人"), body.into_any())
}

/// By the link from the letter.
pub async fn complete(visit: &Visit) -> Result<Page, ApiError> {
    let (link, shown) = shown(visit, &[LinkPurpose::DonorAccount]).await?;
    if shown.state != LinkState::Good {
        return Ok(ended(visit, t!("完成捐赠人注册"), &link, shown.state));
    }
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let body = view! {
        <div class="narrow">
            <h1>{t!("完成捐赠人注册")}</h1>
            {summary(form)}
            <form method="post" action=href("/register/donor/complete")>
                <input type="hidden" name="link" value=link />
                <section class="card">
                    {Field::new(form, "person", t!("您的姓名")).hint(t!("不公开，除非您另外同意")).input("text", "text", "name")}
                    {Field::new(form, "password", t!("密码")).hint(t!("至少 12 个字符，长比花样重要")).input("password", "text", "new-password")}
                </section>
                {agreement(form)}
                <div class="buttons"><button class="button">{t!("完成注册")}</button></div>
            </form>
        </div>
    };
    Ok(Page::new(t!("完成捐赠人注册"), body.into_any()))
}

/// The two boxes without which there is no account.
pub fn agreement(form: &FormState) -> AnyView {
    view! {
        <fieldset class="card">
            <legend>{t!("同意")}</legend>
            <p>
                <a href=href("/privacy") target="_blank">{t!("阅读隐私告知（新窗口）")}</a>" · "
                <a href=href("/terms") target="_blank">{t!("阅读使用条款（新窗口）")}</a>
            </p>
            <input type="hidden" name="privacy_notice_version" value=PRIVACY_NOTICE_VERSION />
            <input type="hidden" name="terms_version" value=TERMS_VERSION />
            {tick(form, "privacy_notice", t!("我已阅读并同意隐私告知"))}
            {tick(form, "terms", t!("我已阅读并同意使用条款"))}
        </fieldset>
    }
    .into_any()
}
