//! Needs that may be the same as one, for whoever writes or reviews it: a hint, with the reasons.

use super::money;
use super::need_row::place;
use crate::visit::Visit;
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::need_versions::{SimilarNeed, similar};
use domain::need::ContributionKind;
use domain::{NeedId, need::NeedStatus};
use leptos::prelude::*;

/// The hint; nothing where no need is like it, or it has ended.
pub async fn similar_needs(visit: &Visit, (id, status): (NeedId, NeedStatus)) -> Result<Option<AnyView>, ApiError> {
    if matches!(status, NeedStatus::Closed | NeedStatus::Withdrawn | NeedStatus::Expired) {
        return Ok(None);
    }
    let found = visit.call(similar(id)).await?;
    if found.items.is_empty() {
        return Ok(None);
    }
    let rows = found.items.iter().map(row);
    Ok(Some(
        view! {
            <section class="card">
                <h2>{t!("可能重复的需求（{n}）", n = found.items.len())}</h2>
                <p class="soft">{t!("只是提醒，不影响提交和审核。是同一件事的，请合成一条；不是的，在说明里写清区别。")}</p>
                <ul class="rows">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    ))
}

fn row(found: &SimilarNeed) -> AnyView {
    let need = &found.need;
    let link = href(&format!("/needs/{}", need.code.clone().unwrap_or_else(|| need.id.to_string())));
    let amount = match need.kind {
        ContributionKind::Money => need.amount_fen.map(money::headline).into_any(),
        _ => need.asked.clone().into_any(),
    };
    // A need that was done is what whoever writes it again has to know.
    let status = if need.status == NeedStatus::Closed { t!("已办结").to_owned() } else { text(need.status.label()) };
    let why = found.similarity.reasons.iter().map(|reason| text(reason.label())).collect::<Vec<_>>().join(t!("、"));
    view! {
        <li>
            <a class="need" href=link>
                <span class="what">
                    <span class="tags"><span class="tag status">{status}</span></span>
                    <b>{need.title.clone()}</b>
                    <span class="soft">{place(&need.place)}</span>
                    <span class="soft">{why}</span>
                </span>
                <span class="amount">{amount}</span>
            </a>
        </li>
    }
    .into_any()
}
