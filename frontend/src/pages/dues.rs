//! What the enterprise has promised, by day: late first, with whom to call; and the same as files to keep.

use super::pairings::places;
use crate::parts::contacts::person;
use crate::parts::{money, query_string};
use crate::visit::{Page, Visit};
use crate::words::{as_of, date, href, text};
use domain::api::ApiError;
use domain::api::dues::{self, Due, DueContacts, DueCounts, DueQuery};
use domain::due::{DueKind, DueStanding, DuesShown};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    let list = visit.call(dues::list(&DueQuery { show: typed("show"), after: typed("after") })).await?;
    let chosen = visit.query("show").unwrap_or_default().to_owned();
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend((!chosen.is_empty()).then(|| ("show", chosen.clone())));
        let link = href(&format!("/commitments/due?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let empty = if chosen.is_empty() {
        t!("还没有答应过什么。承诺、结对和认捐以后，约定的日期都会排在这里。")
    } else {
        t!("没有这样的事。")
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("我们的承诺")}</h1>
        <p class="soft">{t!("企业答应的事，按约定的日期排：资金以外的承诺、共建计划里由企业负责的节点、结对到期、还没有全部到账的认捐和各期约定的汇款。")}</p>
        {filters(&chosen, &list.counts)}
        <div class="two reading">
            <div class="middle">
                {rows(&list.items, &list.contacts, empty)}
                {next}
                <p class="soft as-of">{t!("截至 {at}", at = as_of(list.as_of))}</p>
                {files(&chosen, list.counts.all)}
            </div>
            <aside class="behind">{contacts(&list.contacts)}</aside>
        </div>
    };
    Ok(Page::new(t!("我们的承诺"), body.into_any()))
}

fn filters(chosen: &str, counts: &DueCounts) -> AnyView {
    let choices = std::iter::once((None, t!("全部").to_owned()))
        .chain(DuesShown::ALL.iter().map(|show| (Some(*show), text(show.label()))));
    let links = choices.map(|(show, label)| {
        let word = show.map(DuesShown::as_str).unwrap_or_default();
        let path = if word.is_empty() { "/commitments/due".to_owned() } else { format!("/commitments/due?show={word}") };
        let here = (word == chosen).then_some("true");
        view! { <a class="button quiet" href=href(&path) aria-current=here>{t!("{label}（{n}）", label = label, n = counts.of(show))}</a> }
    });
    let more = counts.more.then(|| view! { <p class="note">{t!("办结已久的没有全部列出。")}</p> });
    view! { <nav class="buttons" aria-label=t!("看哪些")>{links.collect_view()}</nav>{more} }.into_any()
}

fn rows(items: &[Due], contacts: &[DueContacts], empty: &'static str) -> AnyView {
    if items.is_empty() {
        return view! { <p class="card empty">{empty}</p> }.into_any();
    }
    let rows = items.iter().map(|due| row(due, contacts));
    view! { <ul class="rows card" id="dues">{rows.collect_view()}</ul> }.into_any()
}

fn row(due: &Due, contacts: &[DueContacts]) -> AnyView {
    let late = due.standing == DueStanding::Late;
    let day = match due.day {
        Some(day) => date(day),
        None => t!("没有约定日期").to_owned(),
    };
    let what = if due.what.is_empty() { text(due.kind.label()) } else { due.what.clone() };
    let place = places(due.town.as_ref(), &due.villages);
    let standing = matches!(due.standing, DueStanding::Late | DueStanding::Waiting | DueStanding::Dropped)
        .then(|| view! { <span class="tag status">{text(due.standing.label())}</span> });
    let whom = due.pairing.filter(|pairing| contacts.iter().any(|of| of.pairing == *pairing)).map(|pairing| {
        view! { <a href=format!("#contacts-{pairing}")>{t!("联系人")}</a> }
    });
    let charity = due.charity.clone().map(|charity| {
        let says = if due.charity_contact.is_empty() {
            charity
        } else {
            t!("{charity}，联系方式：{contact}", charity = charity, contact = due.charity_contact)
        };
        view! { <span class="soft">{says}</span> }
    });
    view! {
        <li>
            <div class="need" class:late=late>
                <span class="what">
                    <span class="tags">
                        {standing}
                        <span class="tag">{text(due.kind.label())}</span>
                        <span class="tag status">{text(&due.state)}</span>
                    </span>
                    <b><a href=href(&due.path)>{what}</a></b>
                    {amount(due).map(|amount| view! { <span>{amount}</span> })}
                    {(!place.is_empty()).then(|| view! { <span>{place}</span> })}
                    {charity}
                    <span class="soft">{due.reference.clone()}" "{whom}</span>
                </span>
                <span class="amount">{day}</span>
            </div>
        </li>
    }
    .into_any()
}

/// How much, and how much of it is there.
fn amount(due: &Due) -> Option<String> {
    if let (Some(quantity), Some(delivered)) = (due.quantity, due.delivered) {
        let unit = text(&due.unit);
        return Some(t!(
            "{quantity} {unit}，已兑现 {delivered} {unit}",
            quantity = quantity,
            delivered = delivered,
            unit = unit
        ));
    }
    let (amount, arrived) =
        due.amount_fen.zip(due.arrived_fen).filter(|_| matches!(due.kind, DueKind::Pledge | DueKind::Instalment))?;
    Some(t!("认捐 {amount}，已到账 {arrived}", amount = money::exact(amount), arrived = money::exact(arrived)))
}

/// The same as files to keep.
fn files(chosen: &str, all: usize) -> Option<AnyView> {
    let query =
        if chosen.is_empty() { String::new() } else { format!("?{}", query_string(&[("show", chosen.to_owned())])) };
    (all > 0).then(|| {
        view! {
            <section class="card">
                <h2>{t!("存到日历或表格")}</h2>
                <p class="buttons">
                    <a class="button quiet" href=format!("/api/v1/commitments/due.ics{query}")>{t!("日历文件（ICS）")}</a>
                    <a class="button quiet" href=format!("/api/v1/commitments/due.csv{query}")>{t!("表格（CSV）")}</a>
                </p>
                <p class="soft">{t!("和上面选的一样。日历里只有约定了日期的事，再次导入会更新原来的；两种文件都不含联系人。")}</p>
            </section>
        }
        .into_any()
    })
}

/// Whom to call, pairing by pairing.
fn contacts(of: &[DueContacts]) -> AnyView {
    let sections = of.iter().map(|of| {
        let sides = of.sides.iter().map(|side| view! { <li><span class="what">{person(side)}</span></li> });
        let link = href(&format!("/pairings/{}#contacts", of.pairing));
        view! {
            <section id=format!("contacts-{}", of.pairing)>
                <h3><a href=link>{of.reference.clone()}</a></h3>
                <ul class="rows">{sides.collect_view()}</ul>
            </section>
        }
    });
    let none = of
        .is_empty()
        .then(|| view! { <p class="soft">{t!("还没有签约的结对。结对里各方登记的联系人会列在这里。")}</p> });
    view! {
        <section class="card" id="contacts">
            <h2>{t!("联系人")}</h2>
            <p class="soft">{t!("结对的各方自己登记的，只给各方和工商联看。")}</p>
            {none}{sections.collect_view()}
        </section>
    }
    .into_any()
}
