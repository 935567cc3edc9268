//! What a pledge is for, row by row: the rows of the form, and the table of a pledge.
//!
//! Deliberately absent: reading what was typed, which the form's handler does.

use super::field::problem;
use super::money;
use crate::visit::FormState;
use crate::words::{href, instant, text};
use domain::Fen;
use domain::api::pairings::PairingRow;
use domain::api::pledges::{Pledge, PledgeDesignation};
use domain::need::Field;
use domain::pledge::{DESIGNATIONS_MAX, DesignationKind, DesignationTarget};
use leptos::prelude::*;
use std::cmp::Ordering;

/// Rows that stand open at first, and empty ones below those that are filled in.
const AT_FIRST: usize = 2;

/// What of the amount no row has yet, or what the rows have too much.
fn remaining(form: &FormState) -> Option<AnyView> {
    let amount = Fen::parse_yuan(form.value("amount")).ok()?;
    let typed = form.all("row_amount").into_iter().filter_map(|typed| Fen::parse_yuan(typed).ok());
    let sum = Fen::sum(typed).ok()?;
    let says = match sum.cmp(&amount) {
        Ordering::Less => t!("各处合计 {sum}，还有 {left} 没有分。", sum = sum, left = amount.saturating_gap(sum)),
        Ordering::Greater => t!("各处合计 {sum}，比认捐金额多 {more}。", sum = sum, more = sum.saturating_gap(amount)),
        Ordering::Equal => t!("各处合计 {sum}，正好分完。", sum = sum),
    };
    Some(view! { <p class="note" role="status">{says}</p> }.into_any())
}

/// What a row can be for: what is named beside it, or a choice that needs no name.
fn choices(pairings: &[PairingRow]) -> Vec<(String, String)> {
    let named = [DesignationKind::Need, DesignationKind::Village, DesignationKind::Town];
    let named = named.iter().map(|kind| (kind.to_string(), text(kind.label())));
    let own = pairings.iter().map(|pairing| {
        let villages: Vec<&str> = pairing.villages.iter().map(|place| place.village.as_str()).collect();
        let label = t!("结对 {reference}：{villages}", reference = pairing.reference, villages = villages.join("、"));
        (DesignationTarget::Pairing { pairing: pairing.id }.to_string(), label)
    });
    let fields = Field::ALL.iter().map(|field| {
        (DesignationTarget::Field { field: *field }.to_string(), t!("领域：{field}", field = text(field.label())))
    });
    let later = DesignationTarget::Undesignated;
    named.chain(own).chain(fields).chain([(later.to_string(), text(later.kind().label()))]).collect()
}

/// The rows of the form, each with what it is for and its amount.
pub fn rows(form: &FormState, pairings: &[PairingRow]) -> AnyView {
    let (chosen, named, amounts) = (form.all("row_for"), form.all("row_named"), form.all("row_amount"));
    let shown = chosen.len().clamp(AT_FIRST, DESIGNATIONS_MAX);
    let choices = choices(pairings);
    let rows = (0..shown).map(|n| {
        let at = |of: &[&str]| of.get(n).copied().unwrap_or_default().to_owned();
        let (chosen, named, amount) = (at(&chosen), at(&named), at(&amounts));
        let id = format!("designation_{n}");
        let (named_id, amount_id) = (format!("row_named_{n}"), format!("row_amount_{n}"));
        let wrong = [&id, &named_id, &amount_id].iter().any(|name| form.problem(name).is_some());
        let options = choices.iter().map(|(value, label)| {
            let selected = *value == chosen;
            view! { <option value=value.clone() selected=selected>{label.clone()}</option> }
        });
        view! {
            <li class="item" class:wrong=wrong>
                {problem(form, &id)}{problem(form, &named_id)}{problem(form, &amount_id)}
                <label for=id.clone()>{t!("第 {n} 处：给什么", n = n + 1)}</label>
                <select id=id name="row_for"><option value="">{t!("请选择")}</option>{options.collect_view()}</select>
                <label for=named_id.clone()>{t!("需求编号，或村、镇的名称")}</label>
                <input id=named_id name="row_named" value=named maxlength="60" autocomplete="off" />
                <label for=amount_id.clone()>{t!("金额（元）")}</label>
                <input id=amount_id name="row_amount" value=amount inputmode="decimal" autocomplete="off" />
            </li>
        }
    });
    view! {
        <input type="hidden" name="split" value="1" />
        <input type="hidden" name="restriction" value="directed" />
        <div class="field" id="designations">
            <p class="label">{t!("分给几处")}</p>
            <p class="hint">{t!("每处写明给什么和多少钱，合计等于认捐金额。到账的款按这个次序先满足前面的。选领域、结对或“以后指定”的不用写名称。")}</p>
            {problem(form, "designations")}{problem(form, "restriction")}{problem(form, "need")}
            <ol class="items">{rows.collect_view()}</ol>
            {remaining(form)}
            <p>
                <button class="button quiet" name="action" value="rows">{t!("再加一处，并重新合计")}</button>
                " "<button class="button quiet" name="action" value="whole">{t!("不分，全部给一处")}</button>
            </p>
            <p class="hint">{t!("由慈善组织安排的款另作一笔认捐，因为两种款分开记账。")}</p>
        </div>
    }
    .into_any()
}

/// What is carried from one step of the form to the next.
pub fn carried(form: &FormState) -> Vec<AnyView> {
    let names = ["row_for", "row_named", "row_amount"];
    let each = |name: &'static str| {
        form.all(name)
            .into_iter()
            .map(move |value| view! { <input type="hidden" name=name value=value.to_owned() /> }.into_any())
    };
    names.into_iter().flat_map(each).collect()
}

/// The rows as they were typed, to be read before they count.
pub fn typed(form: &FormState, pairings: &[PairingRow]) -> AnyView {
    let choices = choices(pairings);
    let (named, amounts) = (form.all("row_named"), form.all("row_amount"));
    let rows = form.all("row_for").into_iter().enumerate().filter(|(_, chosen)| !chosen.is_empty());
    let rows = rows.map(|(n, chosen)| {
        let label = choices.iter().find(|(value, _)| value == chosen).map(|(_, label)| label.clone());
        let amount = amounts.get(n).and_then(|typed| Fen::parse_yuan(typed).ok()).map(|amount| amount.to_string());
        let named = named.get(n).copied().unwrap_or_default().to_owned();
        view! { <li>{label}" "{named}" "{amount}</li> }
    });
    view! { <ol class="parts">{rows.collect_view()}</ol> }.into_any()
}

/// The name of what a row is for, as a link where there is a page of it.
pub fn target(row: &PledgeDesignation) -> AnyView {
    let kind = text(row.target.kind().label());
    let path = match (&row.target, &row.code) {
        (DesignationTarget::Need { .. }, Some(code)) => Some(format!("/needs/{code}")),
        (DesignationTarget::Pairing { pairing }, _) => Some(format!("/pairings/{pairing}")),
        (DesignationTarget::Village { village }, _) => Some(format!("/villages/{}", village.as_str())),
        (DesignationTarget::Town { town }, _) => Some(format!("/towns/{}", town.as_str())),
        _ => None,
    };
    match path {
        Some(path) => view! {
            <a href=href(&path)>{text(&row.name)}</a>" "<span class="soft">{kind}{row.code.clone().map(|code| format!(" {code}"))}</span>
        }
        .into_any(),
        None => view! { {text(&row.name)} }.into_any(),
    }
}

/// The rows of a pledge that is for more than one thing; they add up to it.
pub fn table(pledge: &Pledge) -> Option<AnyView> {
    if pledge.designations.len() < 2 {
        return None;
    }
    let rows = pledge.designations.iter().map(|row| {
        let later = row.designated_at.map(|at| {
            view! { <span class="soft">{t!("{time} 指定", time = instant(at))}</span> }
        });
        view! {
            <tr>
                <th scope="row">{target(row)}{later}</th>
                <td>{money::exact(row.amount_fen)}</td>
                <td>{money::exact(row.arrived_fen)}</td>
            </tr>
        }
    });
    Some(
        view! {
            <section class="card scroll" id="designations">
                <h2>{t!("分给 {n} 处", n = pledge.designations.len())}</h2>
                <table class="sums gifts">
                    <thead><tr>
                        <th scope="col">{t!("给什么")}</th><th scope="col">{t!("认捐")}</th><th scope="col">{t!("到账")}</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot><tr>
                        <th scope="row">{t!("合计")}</th>
                        <td>{money::exact(pledge.amount_fen)}</td><td>{money::exact(pledge.arrived_fen)}</td>
                    </tr></tfoot>
                </table>
                <p class="soft">{t!("到账的款按次序先满足前面的；多于认捐的部分计入最后一处。")}</p>
            </section>
        }
        .into_any(),
    )
}
