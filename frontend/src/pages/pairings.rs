//! Pairings: the list of whoever reads them, what waits first.

use crate::parts::query_string;
use crate::visit::{Page, Visit};
use crate::words::{date, href, text};
use domain::api::ApiError;
use domain::api::needs::Where;
use domain::api::pairings::{self, PairingQuery, PairingRow, PairingsShown};
use domain::organisation::Role;
use leptos::prelude::*;

/// Who speaks for places, and looks over them.
pub const PLACES: [Role; 6] = [
    Role::VillageReporter,
    Role::VillageHead,
    Role::TownReviewer,
    Role::OfficeOwner,
    Role::FederationCounty,
    Role::FederationCity,
];
pub const ENTERPRISE: [Role; 2] = [Role::EnterpriseOwner, Role::EnterpriseOperator];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    let list = visit.call(pairings::list(&PairingQuery { show: typed("show"), after: typed("after") })).await?;
    let enterprise = visit.has(&ENTERPRISE);
    let federation = visit.has(&[Role::FederationCounty, Role::FederationCity]);
    let (lead, empty) = if enterprise {
        (
            t!("和村、镇长期结对：商定期限和各自做什么，由工商联审核，盖章后生效。完全自愿。"),
            t!("还没有结对。打开一个村或镇的页面，点“提出结对”。"),
        )
    } else if federation {
        (t!("辖区里的结对：牵线、审核、看进展。"), t!("还没有结对。可以替双方牵线，点“提出结对”。"))
    } else {
        (
            t!("和企业长期结对：商定期限和各自做什么，由工商联审核，盖章后生效。"),
            t!("还没有结对。可以向企业提出，也可以等企业提出。"),
        )
    };
    let chosen = visit.query("show").unwrap_or_default().to_owned();
    let choices = std::iter::once(("", t!("全部").to_owned()))
        .chain(PairingsShown::ALL.iter().map(|show| (show.as_str(), text(show.label()))));
    let filters = choices.map(|(show, label)| {
        let path = if show.is_empty() { "/pairings".to_owned() } else { format!("/pairings?show={show}") };
        let here = (show == chosen).then_some("true");
        view! { <a class="button quiet" href=href(&path) aria-current=here>{label}</a> }
    });
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend((!chosen.is_empty()).then(|| ("show", chosen.clone())));
        let link = href(&format!("/pairings?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let empty = if chosen.is_empty() { empty } else { t!("没有这样的结对。") };
    let proposes = enterprise || visit.has(&PLACES);
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("结对")}</h1>
            {enterprise.then(|| view! { <a class="button quiet" href=href("/commitments/due")>{t!("我们的承诺")}</a> })}
            {proposes.then(|| view! { <a class="button" href=href("/pairings/new")>{t!("提出结对")}</a> })}
        </div>
        <p class="soft">{lead}</p>
        <nav class="buttons" aria-label=t!("看哪些")>{filters.collect_view()}</nav>
        {rows(&list.items, empty)}
        {next}
    };
    Ok(Page::new(t!("结对"), body.into_any()))
}

/// The places of a pairing, in a few words.
pub fn places(town: Option<&Where>, villages: &[Where]) -> String {
    let full = |place: &Where| format!("{} · {} · {}", place.county, place.town, place.village);
    match (town, villages) {
        (Some(town), _) => {
            let name = format!("{} · {}", town.county, town.town);
            t!("{town}（{n} 个村、社区）", town = name, n = villages.len())
        }
        (None, [only]) => full(only),
        (None, [first, ..]) => t!("{village}等 {n} 个村（社区）", village = full(first), n = villages.len()),
        (None, []) => String::new(),
    }
}

/// Form, state, and what has to be known of it.
pub fn tags(row: &PairingRow) -> AnyView {
    let waits = row.waits.then(|| view! { <span class="tag status">{t!("等您办")}</span> });
    let late = (row.late > 0).then(|| {
        view! { <span class="tag status">{t!("{n} 个节点过期", n = row.late)}</span> }
    });
    let leaves = row.ends_on.map(|day| {
        view! { <span class="tag status">{t!("{day} 终止", day = date(day))}</span> }
    });
    view! {
        <span class="tags">
            <span class="tag">{text(row.form.label())}</span>
            <span class="tag status">{text(row.status.label())}</span>
            {leaves}{waits}{late}
        </span>
    }
    .into_any()
}

fn rows(items: &[PairingRow], empty: &'static str) -> AnyView {
    if items.is_empty() {
        return view! { <p class="card empty">{empty}</p> }.into_any();
    }
    let rows = items.iter().map(|row| {
        let link = href(&format!("/pairings/{}", row.id));
        let term = t!("{from} 至 {until}", from = date(row.first_day), until = date(row.last_day));
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what">
                        {tags(row)}
                        <b>{row.enterprise_name.clone()}</b>
                        <span>{places(row.town.as_ref(), &row.villages)}</span>
                        <span class="soft">{row.reference.clone()}" · "{term}</span>
                    </span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}
