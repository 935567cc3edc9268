//! What one has agreed to: given and withdrawn here; and the page that asks again when a text has changed.

use super::about::paragraphs;
use crate::parts::field::summary;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::consents::{self, ConsentEntry, ConsentStanding};
use domain::api::{ApiError, ErrorCode};
use domain::consent::{ConsentKind, PRIVACY_NOTICE, PRIVACY_NOTICE_VERSION, TERMS, TERMS_VERSION, WHAT_IS_NEW};
use leptos::prelude::*;

/// Pages on which one works; the others stay open whatever one has agreed to.
const WORK: [&str; 4] = ["work", "pledge", "pledges", "my-gifts"];

/// Whether the visitor has to agree first. A form that somebody has just sent is not taken from him.
pub fn asks_first(visit: &Visit, segments: &[&str]) -> bool {
    let works = segments.first().is_some_and(|first| WORK.contains(first));
    works && visit.form.is_none() && visit.me.as_ref().is_some_and(|me| me.consent_needed)
}

/// What is new, the whole texts, and one button.
pub fn ask(visit: &Visit) -> Page {
    let title = t!("请先阅读并同意");
    let next = visit.address();
    let new = WHAT_IS_NEW.iter().map(|line| view! { <li>{text(line)}</li> }).collect_view();
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            <p>{t!("隐私告知和使用条款有了新的版本（{version}）。同意后接着办事；公开的页面不受影响。", version = PRIVACY_NOTICE_VERSION)}</p>
            <section class="card"><h2>{t!("新的内容")}</h2><ul class="terms">{new}</ul></section>
            {whole(t!("隐私告知全文"), PRIVACY_NOTICE)}
            {whole(t!("使用条款全文"), TERMS)}
            <form class="card" method="post" action=href("/account/consents")>
                <input type="hidden" name="next" value=next />
                <input type="hidden" name="privacy_notice" value=PRIVACY_NOTICE_VERSION />
                <input type="hidden" name="terms" value=TERMS_VERSION />
                <button class="button" name="action" value="agree">{t!("我已阅读并同意")}</button>
            </form>
        </div>
    };
    Page::new(title, body.into_any())
}

fn whole(title: &'static str, lines: &[&str]) -> AnyView {
    view! { <details class="card prose"><summary>{title}</summary>{paragraphs(lines)}</details> }.into_any()
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let title = t!("我的同意");
    let mine = visit.call(consents::mine()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").and_then(done_message);
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/account")>{t!("我的账号")}</a></nav>
        <h1>{title}</h1>
        {summary(form)}
        {mine.standing.iter().map(standing).collect_view()}
        {history(&mine.history)}
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "given" => Some(t!("已同意，随时可以撤回。")),
        "withdrawn" => Some(t!("已撤回。")),
        _ => None,
    }
}

fn standing(standing: &ConsentStanding) -> AnyView {
    let kind = standing.kind;
    let state = if standing.given { t!("已同意") } else { t!("未同意") };
    let about = match kind {
        ConsentKind::PrivacyNotice => view! { <p><a href=href("/privacy")>{t!("阅读全文")}</a></p> }.into_any(),
        ConsentKind::Terms => view! { <p><a href=href("/terms")>{t!("阅读全文")}</a></p> }.into_any(),
        _ => view! { <p>{text(kind.about())}</p> }.into_any(),
    };
    let (action, label, class) = match (standing.given, kind.is_needed()) {
        (true, true) => ("", "", ""),
        (true, false) => ("withdraw", t!("撤回同意"), "button danger"),
        (false, _) => ("give", t!("我同意"), "button quiet"),
    };
    let button = (!action.is_empty()).then(|| {
        view! {
            <form method="post" action=href("/account/consents")>
                <input type="hidden" name="kind" value=kind.as_str() />
                <input type="hidden" name="version" value=standing.version.clone() />
                <button class=class name="action" value=action>
                    {label}<span class="unseen">{text(kind.label())}</span>
                </button>
            </form>
        }
    });
    let needed = (standing.given && kind.is_needed())
        .then(|| view! { <p class="soft">{t!("使用账号必须同意。要撤回，请在“我的数据”里注销账号。")}</p> });
    view! {
        <section class="card" id=kind.as_str()>
            <h2>{text(kind.label())}</h2>
            <p class="tags"><span class="tag status">{state}</span><span class="soft">{t!("版本：{version}", version = standing.version)}</span></p>
            {about}
            {button}
            {needed}
        </section>
    }
    .into_any()
}

fn history(history: &[ConsentEntry]) -> AnyView {
    let rows = history.iter().map(|entry| {
        let did = if entry.given { t!("已同意") } else { t!("已撤回") };
        view! {
            <li>
                {did}" "{text(entry.kind.label())}
                <span class="soft">{instant(entry.at)}" · "{t!("版本：{version}", version = entry.version)}</span>
            </li>
        }
    });
    let list = if history.is_empty() {
        view! { <p class="empty">{t!("还没有记录。")}</p> }.into_any()
    } else {
        view! { <ol class="history">{rows.collect_view()}</ol> }.into_any()
    };
    view! { <section class="card"><h2>{t!("记录（{n}）", n = history.len())}</h2>{list}</section> }.into_any()
}
