//! What was told to the visitor, a sheet of it to be printed, and where he wants to be told.

use crate::parts::field::{problem, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::notices::{self, Notice, NoticeQuery, Preference};
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.query("print") == Some("1") {
        return sheet(visit).await;
    }
    let query = NoticeQuery { unread: false, after: visit.query("after").map(str::to_owned) };
    let list = visit.call(notices::list(&query)).await?;
    let unread = visit.me.as_ref().is_some_and(|me| me.unread.number > 0);
    let next = list.next.as_ref().map(|next| {
        let link = href(&format!("/notices?after={next}"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("还没有通知。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card notices">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = (visit.query("done") == Some("read")).then(|| t!("全部标为已读。"));
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <div class="head">
            <h1>{t!("通知（{n}）", n = list.count)}</h1>
            <span class="buttons">
                <a class="button quiet" href=href("/notices?print=1")>{t!("打印未读的")}</a>
                <a class="button quiet" href=href("/account/notices")>{t!("通知方式")}</a>
            </span>
        </div>
        {unread.then(|| view! {
            <form method="post" action=href("/notices")>
                <p><button class="button" name="action" value="read_all">{t!("全部标为已读")}</button></p>
            </form>
        })}
        {rows}{next}
    };
    Ok(Page::new(t!("通知"), body.into_any()))
}

/// A notice that was not read is opened by a button, which notes that it was.
fn row(notice: &Notice) -> AnyView {
    let title = notice.text.clone();
    let opens = if notice.read_at.is_some() {
        view! { <a href=href(&notice.path)>{title}</a> }.into_any()
    } else {
        view! {
            <form method="post" action=href("/notices")>
                <input type="hidden" name="notice" value=notice.id.to_string() />
                <button class="link" name="action" value="open"><b>{title}</b></button>
                <button class="link soft" name="action" value="read">{t!("标为已读")}</button>
            </form>
        }
        .into_any()
    };
    let unread = notice.read_at.is_none().then(|| view! { <span class="tag status">{t!("未读")}</span> });
    view! {
        <li>
            <span class="what">
                <span class="tags">{unread}<span class="tag">{text(notice.kind.label())}</span><span class="soft">{instant(notice.at)}</span></span>
                {opens}
            </span>
        </li>
    }
    .into_any()
}

/// For somebody without a screen: what was not read, to be handed over.
async fn sheet(visit: &Visit) -> Result<Page, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let list = visit.call(notices::list(&NoticeQuery { unread: true, after: None })).await?;
    let rows = list.items.iter().map(|notice| {
        view! {
            <tr>
                <td>"□"</td>
                <th scope="row">{notice.text.clone()}<span class="soft">{text(notice.kind.label())}" · "<code>{notice.path.clone()}</code></span></th>
                <td>{instant(notice.at)}</td>
            </tr>
        }
    });
    let body = if list.items.is_empty() {
        view! { <p class="card empty">{t!("没有未读的通知。")}</p> }.into_any()
    } else {
        view! {
            <div class="card sheet">
                <table class="handed">
                    <thead><tr>
                        <th scope="col">{t!("已告知")}</th><th scope="col">{t!("通知")}</th><th scope="col">{t!("时间")}</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
                <p>{t!("收件人签名：")}"________________　"{t!("日期：")}"________________"</p>
            </div>
        }
        .into_any()
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/notices")>{t!("通知")}</a></nav>
        <h1>{t!("未读通知单（{n}）", n = list.count)}</h1>
        <p>{me.name.clone()}" · "{instant(visit.now)}</p>
        {body}
    };
    Ok(Page::new(t!("未读通知单"), body.into_any()))
}

/// Where the visitor wants to read each kind of letter.
pub async fn preferences(visit: &Visit) -> Result<Page, ApiError> {
    let preferences = visit.call(notices::preferences()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = (visit.query("done") == Some("saved")).then(|| t!("通知方式已保存。"));
    let rows = preferences.items.iter().map(|preference| kind(form, preference)).collect_view();
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/account")>{t!("我的账号")}</a></nav>
        <h1>{t!("通知方式")}</h1>
        <p>{t!("所有通知在网站上都有。这里选要不要再发邮件。认捐、到账、拨付、收款账户和账号安全的通知是法律和资金需要的，总会立即发邮件。")}</p>
        <form class="long" method="post" action=href("/account/notices")>
            {rows}
            <button class="button">{t!("保存")}</button>
        </form>
    };
    Ok(Page::new(t!("通知方式"), body.into_any()))
}

fn kind(form: &FormState, preference: &Preference) -> AnyView {
    let name = preference.kind.as_str();
    let label = text(preference.kind.label());
    let [only] = preference.channels.as_slice() else {
        let typed = form.value(name).parse().ok();
        let chosen = typed.unwrap_or(preference.channel);
        let choices = preference.channels.iter().map(|channel| {
            let id = format!("{name}-{channel}");
            view! {
                <p class="choice">
                    <input type="radio" id=id.clone() name=name value=channel.as_str() checked=*channel == chosen />
                    <label for=id>{text(channel.label())}</label>
                </p>
            }
        });
        return view! {
            <fieldset class="card" id=name>
                <legend>{label}</legend>
                {problem(form, name)}
                {choices.collect_view()}
            </fieldset>
        }
        .into_any();
    };
    view! {
        <section class="card" id=name>
            <h2>{label}</h2>
            {problem(form, name)}
            <p class="soft">{text(only.label())}" · "{t!("不能关闭")}</p>
        </section>
    }
    .into_any()
}
