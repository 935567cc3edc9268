//! Pledges as their givers want everybody to read them.

use super::money;
use crate::words::{date, href, text};
use domain::api::campaigns::PublicPledge;
use leptos::prelude::*;

pub fn pledge_rows(pledges: &[PublicPledge], empty: &'static str) -> AnyView {
    if pledges.is_empty() {
        return view! { <p class="card empty">{empty}</p> }.into_any();
    }
    let rows = pledges.iter().map(|pledge| {
        let need = pledge.need.as_ref().map(|(code, title)| {
            view! { <a href=href(&format!("/needs/{code}"))>{title.clone()}</a> }
        });
        let hidden = || t!("金额不公开").to_owned();
        let amount = pledge.amount_fen.map_or_else(hidden, money::exact);
        let arrived = pledge.arrived_fen.map_or_else(hidden, money::exact);
        let name = match pledge.enterprise {
            Some(id) => view! { <a href=href(&format!("/enterprises/{id}"))>{text(&pledge.name)}</a> }.into_any(),
            None => text(&pledge.name).into_any(),
        };
        view! {
            <tr>
                <th scope="row">{name}<span class="soft">{date(pledge.pledged_on)}{need}</span></th>
                <td>{amount}</td>
                <td>{arrived}</td>
            </tr>
        }
    });
    view! {
        <div class="card scroll">
            <table class="sums gifts">
                <thead><tr>
                    <th scope="col">{t!("捐赠方")}</th><th scope="col">{t!("认捐")}</th><th scope="col">{t!("到账")}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
