//! A gift followed fen by fen; and whose gifts paid an item, for everybody.
//!
//! At every level the parts add up; others' fen are one sum. Deliberately absent: names of others.

use crate::parts::money;
use crate::parts::reports::pictures;
use crate::visit::{Page, Visit};
use crate::words::{as_of, date, href, instant, text};
use domain::Fen;
use domain::api::gifts::{self, GiftItem, GiftLot, GiftMove, GiftNeed, GiftPayment, GiftTrail, LotShare};
use domain::api::ledger::NamedAccount;
use domain::api::{ApiError, ErrorCode};
use domain::{PledgeId, SpendingItemId};
use leptos::prelude::*;

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PledgeId = id.parse().map_err(|_| not_found())?;
    let gift = visit.call(gifts::trail(id)).await?;
    let title = t!("捐赠 {reference} 的去向", reference = gift.reference);
    let several = gift.lots.len() > 1;
    let needs = gift.needs.iter().map(|need| need_tree(need, several)).collect_view();
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href(&format!("/pledges/{id}"))>{t!("认捐 {reference}", reference = gift.reference)}</a>
        </nav>
        <h1>{title.clone()}</h1>
        <p class="soft">{gift.enterprise_name.clone()}" · "{t!("认捐 {amount}", amount = money::exact(gift.pledged_fen))}</p>
        {places(&gift)}
        {needs}
        <section id="lots">
            <h2>{t!("到账（{n}）", n = gift.lots.len())}</h2>
            {gift.lots.iter().map(lot).collect_view()}
        </section>
        <p class="soft">{t!("同一笔拨付或支出用了几家的款时，别家的部分合计写成“其他捐赠”。最早到账的款先用。")}" "
            <a href=href("/about/ledger")>{t!("账怎么看")}</a></p>
    };
    Ok(Page::new(title, body.into_any()))
}

/// Where the fen are now: adds up to what arrived.
fn places(gift: &GiftTrail) -> AnyView {
    if gift.lots.is_empty() {
        return view! { <p class="card empty">{t!("还没有到账。")}</p> }.into_any();
    }
    let rows = gift.places.iter().map(|place| {
        view! { <dt>{text(place.kind.label())}</dt><dd>{money::exact(place.amount_fen)}</dd> }
    });
    view! {
        <section class="card">
            <h2>{t!("这笔捐赠现在在哪里")}</h2>
            <dl class="whereabouts">
                {rows.collect_view()}
                <dt><b>{t!("合计到账")}</b></dt><dd><b>{money::exact(gift.arrived_fen)}</b></dd>
            </dl>
            <p class="soft as-of">{t!("截至 {time}", time = as_of(gift.as_of))}</p>
        </section>
    }
    .into_any()
}

/// Which of the gift's lots an amount is of, where there are several.
fn of_lots(lots: &[LotShare], several: bool) -> Option<AnyView> {
    if !several {
        return None;
    }
    let parts =
        lots.iter().map(|share| t!("第 {n} 笔 {amount}", n = share.number, amount = money::exact(share.amount_fen)));
    let says = parts.collect::<Vec<_>>().join(t!("，"));
    Some(view! { <span class="way">{t!("其中 {parts}", parts = says)}</span> }.into_any())
}

/// A line where there is something to say.
fn part(name: &'static str, fen: Fen) -> Option<AnyView> {
    (!fen.is_zero()).then(|| view! { <li><span>{name}</span>" "<b>{money::exact(fen)}</b></li> }.into_any())
}

fn need_tree(need: &GiftNeed, several: bool) -> AnyView {
    let title = match &need.code {
        Some(code) => view! { <a href=href(&format!("/needs/{code}"))>{need.title.clone()}</a> }.into_any(),
        None => need.title.clone().into_any(),
    };
    let payments = need.payments.iter().map(|payment| payment_tree(payment, several)).collect_view();
    view! {
        <section class="card">
            <h2>{title}</h2>
            <p><b>{t!("分配 {amount}", amount = money::exact(need.set_aside_fen))}</b>{of_lots(&need.lots, several)}</p>
            <ul class="tree">
                {payments}
                {part(t!("还在慈善组织，没有拨付"), need.waiting_fen)}
                {part(t!("结余"), need.surplus_fen)}
                {surplus_way(need)}
            </ul>
        </section>
    }
    .into_any()
}

/// What will become of what is left.
fn surplus_way(need: &GiftNeed) -> Option<AnyView> {
    let code = need.code.as_ref().filter(|_| !need.surplus_fen.is_zero())?;
    let link = href(&format!("/needs/{code}#surplus"));
    let says = t!("需求结束后没有用完的款。慈善组织在三个月内依法转用于相近的需求，或退回给您。");
    Some(view! { <li><span class="way">{says}" "<a href=link>{t!("看结余的处理")}</a></span></li> }.into_any())
}

fn payment_tree(payment: &GiftPayment, several: bool) -> AnyView {
    let items = payment.items.iter().map(|item| item_row(item, several)).collect_view();
    let on = payment.paid_on.map(|day| view! { <span class="way">{date(day)}</span> });
    view! {
        <li>
            <span>{t!("拨付给 {payee}", payee = payment.payee)}</span>" "<b>{money::exact(payment.own_fen)}</b>
            {on}{of_lots(&payment.lots, several)}{whole(payment.own_fen, payment.others_fen)}
            <ul class="tree">
                {items}
                {part(t!("退汇或交回"), payment.came_back_fen)}
                {part(t!("支出待核"), payment.waiting_fen)}
            </ul>
        </li>
    }
    .into_any()
}

/// The whole of a payment or an item: own fen and the rest.
fn whole(own: Fen, others: Fen) -> Option<AnyView> {
    if others.is_zero() {
        return None;
    }
    let all = own.checked_add(others).unwrap_or(own);
    let says = t!(
        "整笔 {all} ＝ 这笔捐赠 {own} ＋ 其他捐赠 {others}",
        all = money::exact(all),
        own = money::exact(own),
        others = money::exact(others)
    );
    Some(view! { <span class="way">{says}</span> }.into_any())
}

fn item_row(item: &GiftItem, several: bool) -> AnyView {
    let invoice = item.invoice_no.as_ref().map(|no| t!("发票 {no}", no = no));
    let about = [Some(text(&item.seller)), Some(date(item.invoice_on)), invoice];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <li>
            <span>{item.description.clone()}</span>" "<b>{money::exact(item.own_fen)}</b>
            <span class="way">{about}" "{pictures(&item.pictures)}</span>
            {of_lots(&item.lots, several)}{whole(item.own_fen, item.others_fen)}
        </li>
    }
    .into_any()
}

/// One arrival with each movement of it, in order.
fn lot(lot: &GiftLot) -> AnyView {
    let moves = lot.moves.iter().map(step).collect_view();
    view! {
        <section class="card" id=format!("lot-{}", lot.number)>
            <h3>{t!("第 {n} 笔：{day} 到账 {amount}", n = lot.number, day = date(lot.booked_on), amount = money::exact(lot.amount_fen))}</h3>
            <p class="soft">{t!("复核 {time}", time = instant(lot.confirmed_at))}</p>
            <ol class="trail">{moves}</ol>
        </section>
    }
    .into_any()
}

fn step(step: &GiftMove) -> AnyView {
    let taken_back = step.taken_back.then(|| view! { " "<span class="tag status">{t!("已冲正")}</span> });
    let class = if step.taken_back { "taken-back" } else { "" };
    view! {
        <li class=class>
            <b><a href=href(&format!("/about/ledger#{}", step.code))>{text(step.code.label())}</a>" "
                {money::exact(step.amount_fen)}</b>{taken_back}
            <span class="soft">{date(step.on)}" · "{called(&step.from)}" → "{called(&step.to)}</span>
        </li>
    }
    .into_any()
}

fn called(account: &NamedAccount) -> AnyView {
    let kind = text(account.kind.label());
    let name = if account.of.is_empty() { kind } else { format!("{kind}（{}）", account.of) };
    match account.account {
        Some(id) => view! { <a href=href(&format!("/ledger/{id}"))>{name}</a> }.into_any(),
        None => name.into_any(),
    }
}

/// Whose gifts paid an item.
pub async fn sources(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: SpendingItemId = id.parse().map_err(|_| not_found())?;
    let read = visit.call(gifts::sources(id)).await?;
    let title = t!("这项支出用的是谁的捐赠");
    let rows = read.shares.iter().map(|share| {
        view! { <tr><th scope="row">{text(&share.name)}</th><td>{money::exact(share.amount_fen)}</td></tr> }
    });
    let others = (!read.others_fen.is_zero()).then(|| {
        view! { <tr><th scope="row">{t!("其他捐赠")}</th><td>{money::exact(read.others_fen)}</td></tr> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/needs")>{t!("找需求")}</a>
            <a href=href(&format!("/needs/{}#reports", read.need_code))>{read.need_title.clone()}</a>
        </nav>
        <h1>{title}</h1>
        <section class="card">
            <p><b>{read.description.clone()}</b></p>
            <table class="sums gifts">
                <thead><tr><th scope="col">{t!("捐赠方")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                <tbody>{rows.collect_view()}{others}</tbody>
                <tfoot><tr><th scope="row">{t!("合计")}</th><td>{money::exact(read.amount_fen)}</td></tr></tfoot>
            </table>
            <p class="soft">{t!("名称按各捐赠方选择的方式显示。不公开金额的捐赠、没有署名的捐赠和统筹安排的款合计写成“其他捐赠”。")}</p>
            <p class="soft as-of">{t!("截至 {time}", time = as_of(read.as_of))}</p>
        </section>
        <p><a href=href("/about/ledger")>{t!("账怎么看")}</a></p>
    };
    Ok(Page::new(title, body.into_any()).public())
}
