//! Writing to a federation without an account, and reading the answer by the link in the mail.

use crate::parts::field::{Field, summary};
use crate::parts::thread::thread;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::enquiries;
use domain::api::needs::{self, Need};
use domain::api::offers::{self, Offer};
use domain::api::places::{self, PlacesQuery};
use domain::api::{ApiError, ErrorCode};
use domain::enquiry::{Topic, is_reference};
use domain::need::{NeedStatus, RevisionStatus};
use domain::{EnquiryId, OfferId};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let counties = visit.call(places::list(&PlacesQuery::default())).await?.items;
    let counties = counties.into_iter().map(|place| (place.code.to_string(), place.name)).collect();
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    if visit.form.is_none()
        && let Some(id) = visit.query("offer").and_then(|id| id.parse::<OfferId>().ok())
        && let Ok(offer) = visit.call(offers::get(id)).await
    {
        about_offer(visit, &mut form, &offer);
    }
    let about = match visit.query("need").or(Some(form.value("about")).filter(|code| !code.is_empty())) {
        Some(code) => visit.call(needs::get(code)).await.ok(),
        None => None,
    };
    let topics = Topic::ALL.iter().map(|topic| (topic.to_string(), text(topic.label()))).collect();
    let done = visit.query("done").map(received);
    let body = view! {
        {done}
        {summary(&form)}
        <h1>{t!("联系我们")}</h1>
        <p>{t!("由所选县（市、区）的工商联答复；不选县，由市工商联答复。答复发到您的邮箱。")}</p>
        <p class="soft">{t!("先看看有没有现成的答案：")}<a href=href("/help")>{t!("帮助")}</a></p>
        <form class="card long" method="post" action=href("/contact")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            {match &about {
                Some(need) => about_need(need),
                None => view! {
                    {Field::new(&form, "county", t!("县（市、区）")).select(t!("不分县（市工商联答复）"), counties)}
                    {Field::new(&form, "topic", t!("主题")).select(t!("请选择"), topics)}
                }.into_any(),
            }}
            {Field::new(&form, "name", t!("怎样称呼您")).input("text", "text", "name")}
            {Field::new(&form, "email", t!("邮箱")).hint(t!("只用来把答复发给您，不公开")).input("email", "email", "email")}
            {Field::new(&form, "text", t!("要问的事")).hint(t!("请不要写身份证号、银行卡号等。最多 2000 字")).area(8)}
            <div class="unseen" aria-hidden="true">
                <label for="website">{t!("请留空")}</label>
                <input id="website" name="website" type="text" tabindex="-1" autocomplete="off" />
            </div>
            <p class="soft">{t!("只有答复您的工商联能看到这封信。")}</p>
            <button class="button">{t!("寄出")}</button>
        </form>
    };
    // Not for the page cache: its form carries an id of its own.
    Ok(Page::new(t!("联系我们"), body.into_any()))
}

/// What somebody who may read an offer would write for it to the own county's federation; all of it can be changed.
fn about_offer(visit: &Visit, form: &mut FormState, offer: &Offer) {
    let me = visit.me.as_deref();
    form.set("name", me.map(|me| me.name.clone()).unwrap_or_default());
    let place = me.and_then(|me| me.acting().find_map(|own| own.place.as_ref()));
    form.set("county", place.map(|place| place.county().to_owned()).unwrap_or_default());
    form.set("topic", Topic::Giving.as_str());
    let says = t!(
        "我们想对接供给意向“{title}”（{enterprise}，/offers/{id}），请帮我们联系这家企业。",
        title = offer.content.title,
        enterprise = offer.enterprise_name,
        id = offer.id
    );
    form.set("text", says);
}

/// What the letter is about, where it was opened from a need's page: its federation answers.
fn about_need(need: &Need) -> AnyView {
    let code = need.code.clone().unwrap_or_default();
    let link = href(&format!("/needs/{code}"));
    let objects = (need.status == NeedStatus::Publicized).then(|| {
        view! { <p class="soft">{t!("这条需求正在公示。您的异议答复之前，它不会开放对接。请写明哪里不属实、依据是什么。")}</p> }
    });
    let revised = need.revision.filter(|revision| revision.status == RevisionStatus::Publicized).map(|_| {
        view! { <p class="soft">{t!("这条需求的修改正在公示。您的异议答复之前，修改不会生效。请写明哪里不合适、依据是什么。")}</p> }
    });
    view! {
        <p>{t!("关于需求：")}<a href=link>{code.clone()}" "{need.content.title.clone()}</a></p>
        {objects}{revised}
        <input type="hidden" name="need" value=need.id.to_string() />
        <input type="hidden" name="about" value=code />
        <input type="hidden" name="topic" value=Topic::Need.as_str() />
    }
    .into_any()
}

/// The number stands in the address; whatever else somebody writes there is not repeated.
fn received(done: &str) -> AnyView {
    let number = is_reference(done).then(|| {
        view! { " "{t!("编号")}" "<b>{done.to_owned()}</b>{t!("，请记下。")} }
    });
    view! { <p class="done" role="status">{t!("信已收到，答复会发到您的邮箱。")}{number}</p> }.into_any()
}

/// The thread, by the key that only the mail has.
pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: EnquiryId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let key = if form.value("key").is_empty() { visit.query("key").unwrap_or_default() } else { form.value("key") };
    let enquiry = visit.call(enquiries::get(id, Some(key))).await?;
    let done = (visit.query("done") == Some("added")).then(|| t!("补充已收到，答复会发到您的邮箱。"));
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/contact")>{t!("联系我们")}</a></nav>
        <h1>{t!("来信 {number}", number = enquiry.reference)}</h1>
        <p class="tags">
            <span class="tag status">{text(enquiry.status.label())}</span>
            <span class="tag">{text(enquiry.topic.label())}</span>
            <span class="soft">{enquiry.place.clone()}</span>
        </p>
        {thread(&enquiry.messages, t!("您"), t!("工商联"))}
        <form class="card long" method="post" action=href(&format!("/contact/{id}"))>
            <input type="hidden" name="key" value=key.to_owned() />
            {Field::new(form, "text", t!("补充")).area(5)}
            <button class="button">{t!("寄出补充")}</button>
        </form>
    };
    Ok(Page::new(t!("来信 {number}", number = enquiry.reference), body.into_any()))
}
