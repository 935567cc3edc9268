//! A federation's letters: those that wait, those that were answered, one with its thread and the answer's form.

use crate::parts::field::{Field, summary};
use crate::parts::thread::thread;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::EnquiryId;
use domain::api::enquiries::{self, EnquiryQuery, EnquiryRow};
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let answered = visit.query("answered") == Some("1");
    let query = EnquiryQuery { answered, after: visit.query("after").map(str::to_owned) };
    let list = visit.call(enquiries::list(&query)).await?;
    let (heading, other) = if answered {
        let link = view! { <a href=href("/work/enquiries")>{t!("看等待答复的")}</a> };
        (t!("已答复的来信（{n}）", n = list.count), link)
    } else {
        let link = view! { <a href=href("/work/enquiries?answered=1")>{t!("看已答复的")}</a> };
        (t!("等待答复的来信（{n}）", n = list.count), link)
    };
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("没有来信。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let next = list.next.as_ref().map(|next| {
        let link = href(&format!("/work/enquiries?after={next}{}", if answered { "&answered=1" } else { "" }));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{heading}</h1>
        {rows}{next}
        <p>{other}</p>
    };
    Ok(Page::new(t!("来信"), body.into_any()))
}

fn row(enquiry: &EnquiryRow) -> AnyView {
    view! {
        <li>
            <a class="need" href=href(&format!("/work/enquiries/{}", enquiry.id))>
                <span class="what">
                    <b>{text(enquiry.topic.label())}" · "{enquiry.name.clone()}</b>
                    <span class="soft">{enquiry.reference.clone()}" · "{enquiry.place.clone()}" · "{instant(enquiry.changed_at)}</span>
                </span>
                <span class="tag status">{text(enquiry.status.label())}</span>
            </a>
        </li>
    }
    .into_any()
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: EnquiryId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let enquiry = visit.call(enquiries::get(id, None)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = (visit.query("done") == Some("answered")).then(|| t!("已答复，正在发到写信人的邮箱。"));
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/enquiries")>{t!("来信")}</a>
        </nav>
        <h1>{t!("来信 {number}", number = enquiry.reference)}</h1>
        <p class="tags">
            <span class="tag status">{text(enquiry.status.label())}</span>
            <span class="tag">{text(enquiry.topic.label())}</span>
            <span class="soft">{enquiry.place.clone()}" · "{enquiry.name.clone()}" · "{enquiry.email.clone()}</span>
        </p>
        {enquiry.need.as_ref().map(|need| {
            let link = href(&format!("/needs/{}", need.code));
            view! { <p>{t!("关于需求：")}<a href=link>{need.code.clone()}" "{need.title.clone()}</a></p> }
        })}
        {thread(&enquiry.messages, t!("写信人"), t!("工商联"))}
        <form class="card long" method="post" action=href(&format!("/work/enquiries/{id}"))>
            {Field::new(form, "text", t!("答复")).hint(t!("会发到写信人的邮箱，并留在往来记录里。")).area(6)}
            <button class="button">{t!("寄出答复")}</button>
        </form>
    };
    Ok(Page::new(t!("来信 {number}", number = enquiry.reference), body.into_any()))
}
