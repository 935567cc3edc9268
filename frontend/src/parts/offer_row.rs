//! One offer in a list, and how much it is.

use super::money;
use crate::visit::Visit;
use crate::words::{date, href, text};
use domain::Fen;
use domain::api::offers::{NamedPlace, OfferRow};
use domain::organisation::OrganisationStatus;
use leptos::prelude::*;

/// Whether the visitor may look for what enterprises offer.
pub fn seeks_offers(visit: &Visit) -> bool {
    let mut own = visit.me.iter().flat_map(|me| me.acting()).filter(|own| own.status == OrganisationStatus::Verified);
    own.any(|own| own.role.seeks_offers(own.kind))
}

/// `2 万元 – 10 万元`, `50 盏`; nothing of a draft that does not say.
pub fn measure(amounts: (Option<Fen>, Option<Fen>), (quantity, unit): (Option<i64>, &str)) -> AnyView {
    match (amounts, quantity) {
        ((Some(from), Some(to)), _) if from == to => money::headline(to),
        ((Some(from), Some(to)), _) => view! { {money::headline(from)}" – "{money::headline(to)} }.into_any(),
        (_, Some(quantity)) => {
            view! { <span class="money">{quantity}" "<small>{unit.to_owned()}</small></span> }.into_any()
        }
        _ => ().into_any(),
    }
}

/// Where an offer is for.
pub fn places(places: &[NamedPlace]) -> String {
    if places.is_empty() {
        return t!("全梅州").to_owned();
    }
    places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>().join(t!("、"))
}

pub fn offer_row(offer: &OfferRow, with_status: bool) -> AnyView {
    let title = if offer.title.is_empty() { t!("（还没有标题）").to_owned() } else { offer.title.clone() };
    let kind = offer.kind.map(|kind| view! { <span class="tag">{text(kind.label())}</span> });
    let fields = offer.fields.iter().map(|field| view! { <span class="tag">{text(field.label())}</span> });
    let status = with_status.then(|| view! { <span class="tag status">{text(offer.status.label())}</span> });
    let until = offer.until.map(|day| t!("有效期到 {day}", day = date(day)));
    let industry = offer.industry.map(|industry| format!(" · {}", text(industry.label())));
    let amounts = (offer.amount_from_fen, offer.amount_to_fen);
    view! {
        <a class="need" href=href(&format!("/offers/{}", offer.id))>
            <span class="what">
                <span class="tags">{kind}{fields.collect_view()}{status}</span>
                <b>{title}</b>
                {(!with_status).then(|| view! { <span class="soft">{offer.enterprise_name.clone()}{industry}</span> })}
                <span class="soft">{places(&offer.places)}</span>
                <span class="soft">{until}</span>
            </span>
            <span class="amount">{measure(amounts, (offer.quantity, &offer.unit))}</span>
        </a>
    }
    .into_any()
}

/// A list of offers, or the sentence that stands for an empty one.
pub fn offer_list(offers: &[OfferRow], with_status: bool, empty: &'static str) -> AnyView {
    if offers.is_empty() {
        return view! { <p class="card empty">{empty}</p> }.into_any();
    }
    let rows = offers.iter().map(|offer| view! { <li>{offer_row(offer, with_status)}</li> });
    view! { <ul class="card rows">{rows.collect_view()}</ul> }.into_any()
}
