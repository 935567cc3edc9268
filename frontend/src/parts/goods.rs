//! What everybody reads of given goods: 物资折款 as a number of its own, and each gift as its giver shows it.
//!
//! Deliberately absent: adding it to money.

use super::money;
use crate::words::{date, href, instant, text};
use domain::api::goods::{PublicGoods, PublicGoodsGift};
use leptos::prelude::*;

/// The section of a need, a campaign or an enterprise; none where nothing was accepted.
pub fn section(goods: &PublicGoods, with_need: bool) -> Option<AnyView> {
    if goods.gifts == 0 {
        return None;
    }
    let hidden = (goods.hidden > 0).then(|| {
        view! { <p class="soft">{t!("其中 {n} 份不公开折款，不在上面的数里。", n = goods.hidden)}</p> }
    });
    let rows = goods.items.iter().map(|gift| row(gift, with_need));
    Some(
        view! {
            <section class="card" id="goods">
                <h2>{t!("捐赠物资（{n}）", n = goods.gifts)}</h2>
                <dl class="facts">
                    <dt>{t!("物资折款：已接受")}</dt><dd>{money::exact(goods.accepted_fen)}</dd>
                    <dt>{t!("物资折款：已移交")}</dt><dd>{money::exact(goods.handed_over_fen)}</dd>
                    {goods.lost_fen.is_positive().then(|| view! {
                        <dt>{t!("物资折款：报损")}</dt><dd>{money::exact(goods.lost_fen)}</dd>
                    })}
                </dl>
                {hidden}
                <ul class="rows">{rows.collect_view()}</ul>
                <p class="soft">
                    {t!("物资折款单独一个数，不在认捐、到账、拨付、支出里。折款由慈善组织一人验收、另一人复核后核定。")}
                    " "{t!("截至 {time}", time = instant(goods.as_of))}
                </p>
            </section>
        }
        .into_any(),
    )
}

fn row(gift: &PublicGoodsGift, with_need: bool) -> AnyView {
    let need = gift.need.as_ref().filter(|_| with_need).map(|need| {
        view! { <span><a href=href(&format!("/needs/{}", need.code))>{need.title.clone()}</a></span> }
    });
    let giver = match gift.enterprise {
        Some(id) => view! { <a href=href(&format!("/enterprises/{id}#goods"))>{text(&gift.giver)}</a> }.into_any(),
        None => text(&gift.giver).into_any(),
    };
    let lost = gift.lost.iter().map(|lost| {
        view! { <span>{t!("报损 {what}：{cause}", what = lost.what, cause = text(lost.cause.label()))}</span> }
    });
    let value = gift
        .value_fen
        .map_or_else(|| view! { <span class="soft">{t!("不公开折款")}</span> }.into_any(), money::headline);
    view! {
        <li>
            <div class="need">
                <span class="what">
                    <span class="tags"><span class="tag status">{text(gift.status.label())}</span></span>
                    <b>{gift.what.clone()}</b>
                    <span>{giver}</span>
                    {need}
                    {lost.collect_view()}
                    <span class="soft">{t!("{day} 接受", day = date(gift.accepted_on))}</span>
                </span>
                <span class="amount">{value}</span>
            </div>
        </li>
    }
    .into_any()
}
