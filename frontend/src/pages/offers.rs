//! What enterprises could give: the list for those who look for it, one offer, and an enterprise's own on its work page.

use crate::parts::choice;
use crate::parts::field::{Field, summary};
use crate::parts::offer_row::{measure, offer_list, places};
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::offers::{self, Offer, OfferQuery, OfferRow};
use domain::api::places::{self as place_calls, PlacesQuery};
use domain::api::{ApiError, ErrorCode, List};
use domain::organisation::Role;
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    let query = OfferQuery {
        q: typed("q"),
        kind: typed("kind"),
        field: typed("field"),
        county: typed("county"),
        after: typed("after"),
    };
    let list = visit.call(offers::list(&query)).await?;
    let counties = visit.call(place_calls::list(&PlacesQuery::default())).await?.items;
    let counties = counties.into_iter().map(|county| (county.code.to_string(), county.name)).collect();
    let body = view! {
        <h1>{t!("企业的供给意向")}</h1>
        <p class="soft">{t!("企业写明自己能提供什么。意向出于自愿，不是认捐，不计入任何合计。")}</p>
        <div class="finder plain">
            <aside>{filters(&query, counties)}</aside>
            <div>
                <p role="status">{t!("共 {n} 条供给意向", n = list.count)}</p>
                {offer_list(&list.items, false, t!("没有符合条件的供给意向。可以少选一个条件，或换一个说法。"))}
                {paging(&query, &list)}
            </div>
        </div>
    };
    Ok(Page::new(t!("企业的供给意向"), body.into_any()))
}

fn filters(query: &OfferQuery, counties: Vec<(String, String)>) -> AnyView {
    let mut form = FormState::default();
    for (name, value) in [("kind", &query.kind), ("field", &query.field), ("county", &query.county)] {
        form.set(name, value.clone().unwrap_or_default());
    }
    let chosen = [&query.kind, &query.field, &query.county].into_iter().any(Option::is_some);
    view! {
        <form class="filters card" role="search" action=href("/offers")>
            <div class="field">
                <label for="q">{t!("关键词")}</label>
                <input id="q" type="search" name="q" value=query.q.clone().unwrap_or_default() placeholder=t!("如“路灯”“茶叶”，或企业名称") />
            </div>
            <details class="more" open=chosen>
                <summary>{t!("更多条件")}</summary>
                {Field::new(&form, "kind", t!("种类")).select(t!("全部种类"), choice::kinds())}
                {Field::new(&form, "field", t!("领域")).select(t!("全部领域"), choice::fields())}
                {Field::new(&form, "county", t!("面向的县（市、区）")).select(t!("全部县（市、区）"), counties)}
            </details>
            <button class="button">{t!("查找")}</button>
            <a class="clear" href=href("/offers")>{t!("清除条件")}</a>
        </form>
    }
    .into_any()
}

fn paging(query: &OfferQuery, list: &List<OfferRow>) -> Option<AnyView> {
    let next = list.next.clone()?;
    let mut parameters: Vec<(&str, String)> = Vec::new();
    let mut add = |name, value: &Option<String>| parameters.extend(value.clone().map(|value| (name, value)));
    add("q", &query.q);
    add("kind", &query.kind);
    add("field", &query.field);
    add("county", &query.county);
    add("after", &Some(next));
    let link = href(&format!("/offers?{}", query_string(&parameters)));
    Some(view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }.into_any())
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let offer = visit.call(offers::get(id)).await?;
    let content = &offer.content;
    let own = offer.may.edit
        || offer.may.open
        || offer.may.close
        || visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    let done = visit.query("done").and_then(done_message);
    let title = if content.title.is_empty() { t!("（还没有标题）").to_owned() } else { content.title.clone() };
    let fields = content.fields.iter().map(|field| view! { <span class="tag">{text(field.label())}</span> });
    let crumb = if own { ("/work#offers", t!("我的工作")) } else { ("/offers", t!("企业的供给意向")) };
    let words = content.words.lines().map(str::trim).filter(|line| !line.is_empty());
    let words = words.map(|line| view! { <p>{line.to_owned()}</p> }).collect_view();
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(summary)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href(crumb.0)>{crumb.1}</a></nav>
        <h1>{title.clone()}</h1>
        <p class="tags">
            {content.kind.map(|kind| view! { <span class="tag">{text(kind.label())}</span> })}
            {fields.collect_view()}
            <span class="tag status">{text(offer.status.label())}</span>
        </p>
        <div class="two reading">
            <aside class="ahead">{facts(&offer)}</aside>
            <div class="middle">
                <section class="card prose"><h2>{t!("能提供什么、怎样提供")}</h2>{words}</section>
                <p class="note">{t!("这是企业自愿写明的意向，不是认捐，也不是承诺，不计入任何合计。")}</p>
            </div>
            <aside class="behind">{steps(visit, &offer)}{(!own).then(|| whom_to_ask(visit, &offer))}</aside>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "saved" => Some(t!("已保存。")),
        "opened" => Some(t!("已发布，村、镇和工商联现在看得到。")),
        "closed" => Some(t!("已结束，不再出现在列表和推荐里。")),
        _ => None,
    }
}

fn facts(offer: &Offer) -> AnyView {
    let content = &offer.content;
    let amounts = (content.amount_from_fen, content.amount_to_fen);
    let industry = offer.industry.map(|industry| {
        view! { <dt>{t!("所属行业")}</dt><dd>{text(industry.label())}</dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("多少")}</dt>
                <dd class="big">{measure(amounts, (content.quantity, &content.unit))}</dd>
                <dt>{t!("面向")}</dt><dd>{places(&offer.places)}</dd>
                {content.until.map(|day| view! { <dt>{t!("有效期到")}</dt><dd>{date(day)}</dd> })}
                <dt>{t!("企业")}</dt><dd>{offer.enterprise_name.clone()}</dd>
                {industry}
                {offer.county.as_ref().map(|county| view! { <dt>{t!("登记在")}</dt><dd>{county.name.clone()}</dd> })}
                {offer.opened_at.map(|at| view! { <dt>{t!("发布时间")}</dt><dd>{instant(at)}</dd> })}
                {offer.ended_at.map(|at| view! { <dt>{t!("结束时间")}</dt><dd>{instant(at)}</dd> })}
            </dl>
        </section>
    }
    .into_any()
}

/// How the two are brought together: the federation by what it knows of the enterprise, everybody else by the federation.
fn whom_to_ask(visit: &Visit, offer: &Offer) -> AnyView {
    let federations = [Role::FederationCounty, Role::FederationCity];
    let federation = visit.me.as_ref().and_then(|me| me.acting_as(&federations));
    let says = match (federation, &offer.county) {
        (Some(own), Some(county)) if own.covers(&county.code) => {
            let link = href(&format!("/work/verifications/{}", offer.enterprise));
            view! {
                <p>{t!("由你们牵线：企业登记的联系人和电话在“企业认证”里。")}</p>
                <p><a class="button quiet" href=link>{offer.enterprise_name.clone()}</a></p>
            }
            .into_any()
        }
        (Some(_), Some(county)) => {
            view! { <p>{t!("企业登记在{county}，请和那里的工商联一起牵线。", county = county.name)}</p> }.into_any()
        }
        (Some(_), None) => {
            view! { <p>{t!("这家企业由平台录入，没有登记资料，请向平台管理员询问联系人。")}</p> }.into_any()
        }
        (None, _) => view! {
            {pairing_link(visit, offer)}
            <p>{t!("请联系本县（市、区）工商联，由工商联牵线。企业的电话不在这里公开。")}</p>
            <p><a class="button quiet" href=href(&format!("/contact?offer={}", offer.id))>{t!("为这条意向给工商联写信")}</a></p>
        }
        .into_any(),
    };
    view! { <section class="card"><h2>{t!("想对接？")}</h2>{says}</section> }.into_any()
}

/// Pairing with the enterprise, for a village or a town.
fn pairing_link(visit: &Visit, offer: &Offer) -> Option<AnyView> {
    let link = format!("/pairings/new?{}", query_string(&[("enterprise_name", offer.enterprise_name.clone())]));
    visit
        .has(&[Role::VillageReporter, Role::VillageHead, Role::TownReviewer])
        .then(|| view! { <p><a class="button quiet" href=href(&link)>{t!("向这家企业提出结对")}</a></p> }.into_any())
}

/// What its own enterprise may do with it now.
fn steps(visit: &Visit, offer: &Offer) -> Option<AnyView> {
    let may = offer.may;
    let ended = (!may.edit && visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator])).then(|| {
        let again = href(&format!("/work/offers/new?from={}", offer.id));
        view! { <p><a class="button quiet" href=again>{t!("照这条再写一条")}</a></p> }
    });
    if !(may.edit || may.open || may.close) && ended.is_none() {
        return None;
    }
    let edit = href(&format!("/work/offers/{}", offer.id));
    let button = if may.open {
        Some((
            "open",
            "button",
            t!("发布"),
            t!("发布后，登录的村、镇、工商联、农业农村部门和审计看得到；不对公众和其他企业公开。"),
        ))
    } else {
        may.close.then(|| ("close", "button danger", t!("结束这条意向"), t!("结束后不再出现在列表和推荐里。")))
    };
    let form = button.map(|(action, class, label, says)| {
        view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="version" value=offer.version />
                <p class="soft">{says}</p>
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
    });
    Some(
        view! {
            <section class="card">
                <h2>{t!("下一步")}</h2>
                {may.edit.then(|| view! { <p><a class="button quiet" href=edit>{t!("修改内容")}</a></p> })}
                {form}
                {ended}
            </section>
        }
        .into_any(),
    )
}

/// An enterprise's own, on the page of its work.
pub async fn own(visit: &Visit) -> Result<AnyView, ApiError> {
    let list = visit.call(offers::own()).await?;
    Ok(view! {
        <section id="offers">
            <div class="head">
                <h2>{t!("我们的供给意向（{n}）", n = list.count)}</h2>
                <a class="button" href=href("/work/offers/new")>{t!("写一条供给意向")}</a>
            </div>
            <p class="soft">{t!("写明能提供什么，村里和工商联就找得到您。意向不是认捐，写不写、写多少都由您决定。")}</p>
            {offer_list(&list.items, true, t!("还没有写过供给意向。"))}
        </section>
    }
    .into_any())
}
