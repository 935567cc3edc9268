//! Choosing several of a list without script: boxes to be ticked, and the counties with their towns.
//!
//! Deliberately absent: villages, of which there are too many for boxes.

use super::field::problem;
use crate::visit::{FormState, Visit};
use crate::words::text;
use domain::api::ApiError;
use domain::api::bank_accounts::BankAccountRecord;
use domain::api::places::{self, Place, PlacesQuery};
use domain::bank_account::BankAccountStatus;
use domain::need::{ContributionKind, Field};
use leptos::prelude::*;

/// A county with its towns.
pub type County = (Place, Vec<Place>);

/// All counties with their towns, in the order of their codes.
pub async fn counties(visit: &Visit) -> Result<Vec<County>, ApiError> {
    let mut all = Vec::new();
    for county in visit.call(places::list(&PlacesQuery::default())).await?.items {
        let below = PlacesQuery { parent: Some(county.code.to_string()) };
        let towns = visit.call(places::list(&below)).await?.items;
        all.push((county, towns));
    }
    Ok(all)
}

/// The nine fields.
pub fn fields() -> Vec<(String, String)> {
    let nine = Field::ALL.iter().filter(|field| **field != Field::Other);
    nine.map(|field| (field.to_string(), text(field.label()))).collect()
}

/// The six kinds.
pub fn kinds() -> Vec<(String, String)> {
    ContributionKind::ALL.iter().map(|kind| (kind.to_string(), text(kind.label()))).collect()
}

/// A charity's accounts on which something can be booked, by holder, bank and the last digits; those in use first.
pub fn bank_accounts(accounts: &[BankAccountRecord]) -> Vec<(String, String)> {
    let label = |record: &BankAccountRecord| {
        let account = &record.account;
        let name = format!("{} {} {}", account.holder, account.bank, account.account_masked);
        if record.status == BankAccountStatus::Open { name } else { t!("{name}（已销户）", name = name) }
    };
    let of = |status| accounts.iter().filter(move |record| record.status == status);
    let both = of(BankAccountStatus::Open).chain(of(BankAccountStatus::Closed));
    both.map(|record| (record.account.id.to_string(), label(record))).collect()
}

/// One box; `name` stands several times in the form.
fn tick_box(form: &FormState, name: &'static str, value: String, label: String) -> AnyView {
    let id = format!("{name}-{value}");
    let ticked = form.all(name).contains(&value.as_str());
    view! {
        <p class="choice">
            <input type="checkbox" id=id.clone() name=name value=value checked=ticked />
            <label for=id>{label}</label>
        </p>
    }
    .into_any()
}

/// The frame of several boxes: one group with a name, a hint and what is wrong with it.
fn group(form: &FormState, name: &'static str, label: &'static str, hint: &'static str, boxes: AnyView) -> AnyView {
    let wrong = form.problem(name).is_some();
    let described_by = format!("{name}-hint{}", if wrong { format!(" {name}-problem") } else { String::new() });
    view! {
        <div class="field" id=name role="group" class:wrong=wrong aria-labelledby=format!("{name}-label")
            aria-describedby=described_by>
            <p class="label" id=format!("{name}-label")>{label}</p>
            <p class="hint" id=format!("{name}-hint")>{hint}</p>
            {problem(form, name)}
            {boxes}
        </div>
    }
    .into_any()
}

/// Several of a list.
pub fn ticks(
    form: &FormState,
    name: &'static str,
    (label, hint): (&'static str, &'static str),
    choices: Vec<(String, String)>,
) -> AnyView {
    let boxes = choices.into_iter().map(|(value, label)| tick_box(form, name, value, label));
    let boxes = view! { <div class="choices">{boxes.collect_view()}</div> };
    group(form, name, label, hint, boxes.into_any())
}

/// Several counties and towns: each county with its towns folded behind it.
pub fn places(
    form: &FormState,
    name: &'static str,
    (label, hint): (&'static str, &'static str),
    counties: &[County],
) -> AnyView {
    let chosen = form.all(name);
    let rows = counties.iter().map(|(county, towns)| {
        let whole = tick_box(form, name, county.code.to_string(), t!("{county}（全部）", county = county.name));
        let open = towns.iter().any(|town| chosen.contains(&town.code.as_str()));
        let towns = towns.iter().map(|town| tick_box(form, name, town.code.to_string(), town.name.clone()));
        view! {
            <div>
                {whole}
                <details open=open>
                    <summary>{t!("{county}的镇（街道）", county = county.name)}</summary>
                    <div class="choices">{towns.collect_view()}</div>
                </details>
            </div>
        }
    });
    let boxes = view! { <div class="counties">{rows.collect_view()}</div> };
    group(form, name, label, hint, boxes.into_any())
}

/// One county or town of a list that says which towns belong together.
pub fn place_select(
    form: &FormState,
    name: &'static str,
    counties: &[County],
    described_by: Option<String>,
) -> AnyView {
    let chosen = form.value(name).to_owned();
    let option = |place: &Place, label: String| {
        let selected = chosen == place.code.as_str();
        view! { <option value=place.code.to_string() selected=selected>{label}</option> }
    };
    let groups = counties.iter().map(|(county, towns)| {
        let whole = option(county, t!("{county}（不写到镇）", county = county.name));
        let towns = towns.iter().map(|town| option(town, town.name.clone()));
        view! { <optgroup label=county.name.clone()>{whole}{towns.collect_view()}</optgroup> }
    });
    view! {
        <select id=name name=name aria-describedby=described_by aria-invalid=form.problem(name).map(|_| "true")>
            <option value="">{t!("不填")}</option>
            {groups.collect_view()}
        </select>
    }
    .into_any()
}
