//! One need in a list.

use super::money;
use crate::words::{date, href, text};
use domain::api::needs::{NeedList, NeedRow, TextPiece, Where};
use domain::need::ContributionKind;
use leptos::prelude::*;

/// County · town · village: always all three, because village names recur.
pub fn place(place: &Where) -> String {
    format!("{} · {} · {}", place.county, place.town, place.village)
}

pub fn need_row(need: &NeedRow, with_status: bool) -> AnyView {
    view! { <li>{need_link(need, with_status)}</li> }.into_any()
}

/// The same where the line holds more than the need.
pub fn need_link(need: &NeedRow, with_status: bool) -> AnyView {
    let title = if need.title.is_empty() { t!("（还没有标题）").to_owned() } else { need.title.clone() };
    link(need, with_status, title.into_any(), None)
}

fn link(need: &NeedRow, with_status: bool, title: AnyView, snippet: Option<AnyView>) -> AnyView {
    let link = href(&format!("/needs/{}", need.code.clone().unwrap_or_else(|| need.id.to_string())));
    let field = need.field.map(|field| view! { <span class="tag">{text(field.label())}</span> });
    let status = with_status.then(|| view! { <span class="tag status">{text(need.status.label())}</span> });
    let kind = (need.kind != ContributionKind::Money).then(|| {
        view! { <span class="tag">{text(need.kind.label())}</span> }
    });
    let amount = match need.kind {
        ContributionKind::Money => need.amount_fen.map(money::headline).into_any(),
        _ => need.asked.clone().into_any(),
    };
    let until = need.wanted_by.map(|day| t!("希望 {day} 前完成", day = date(day)));
    view! {
        <a class="need" href=link>
            <span class="what">
                <span class="tags">{field}{kind}{status}</span>
                <b>{title}</b>
                {snippet}
                <span class="soft">{place(&need.place)}</span>
                <span class="soft">{until}</span>
            </span>
            <span class="amount">{amount}</span>
        </a>
    }
    .into_any()
}

/// Text with what was asked for marked.
fn pieces(pieces: &[TextPiece]) -> AnyView {
    let piece = |piece: &TextPiece| {
        if piece.hit { view! { <mark>{piece.text.clone()}</mark> }.into_any() } else { piece.text.clone().into_any() }
    };
    pieces.iter().map(piece).collect_view().into_any()
}

/// Needs that were found, with the words that were asked for marked in them.
pub fn found_list(list: &NeedList, empty: &'static str) -> AnyView {
    if list.marked.len() != list.items.len() || list.items.is_empty() {
        return need_list(&list.items, false, empty);
    }
    let rows = list.items.iter().zip(&list.marked).map(|(need, marked)| {
        let snippet = (!marked.snippet.is_empty())
            .then(|| view! { <span class="snippet">{pieces(&marked.snippet)}</span> }.into_any());
        view! { <li>{link(need, false, pieces(&marked.title), snippet)}</li> }
    });
    view! { <ul class="card rows">{rows.collect_view()}</ul> }.into_any()
}

/// A list of needs, or the sentence that stands for an empty one.
pub fn need_list(needs: &[NeedRow], with_status: bool, empty: &'static str) -> AnyView {
    if needs.is_empty() {
        return view! { <p class="card empty">{empty}</p> }.into_any();
    }
    let rows = needs.iter().map(|need| need_row(need, with_status));
    view! { <ul class="card rows">{rows.collect_view()}</ul> }.into_any()
}
