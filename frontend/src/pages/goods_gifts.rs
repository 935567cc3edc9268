//! Gifts of goods: the list of whoever reads them, and one from the offer to the hand-over.

use super::goods_gift_rests::one_rest;
use super::goods_gift_steps::{hand_over_steps, steps};
use crate::parts::field::summary_of_row;
use crate::parts::{money, query_string};
use crate::visit::{Page, Visit};
use crate::words::{date, href, instant, text};
use chrono::{DateTime, Utc};
use domain::GoodsGiftId;
use domain::api::goods::{self, GoodsGift, GoodsGiftQuery, GoodsGiftRow, GoodsHandOver, GoodsShow};
use domain::api::{ApiError, ErrorCode};
use domain::goods::{GoodsGiftStatus, GoodsHandOverStatus, GoodsRestStatus, GoodsStep};
use domain::organisation::Role;
use leptos::prelude::*;

pub const ENTERPRISE: [Role; 2] = [Role::EnterpriseOwner, Role::EnterpriseOperator];
const VILLAGE: [Role; 2] = [Role::VillageReporter, Role::VillageHead];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    let query = GoodsGiftQuery {
        status: typed("status"),
        hand_over: typed("hand_over"),
        show: typed("show"),
        after: typed("after"),
    };
    let list = visit.call(goods::list(&query)).await?;
    let (enterprise, village) = (visit.has(&ENTERPRISE), visit.has(&VILLAGE));
    let (lead, empty) = if enterprise {
        (
            t!("捐给活动的物资：慈善组织两人验收接受，安排给需求，移交到村。每一步都看得到。"),
            t!("还没有捐过物资。点“捐物资”开始。"),
        )
    } else if village {
        (t!("安排给我们村需求的物资。东西送到后请清点，写明实际收到多少。"), t!("还没有安排给我们村的物资。"))
    } else {
        (t!("经办验收，另一人复核后接受；安排给需求，移交到村，由村确认。"), t!("还没有物资捐赠。"))
    };
    let empty = if query == GoodsGiftQuery::default() { empty } else { t!("没有这样的物资捐赠。") };
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend(query.status.clone().map(|status| ("status", status)));
        parameters.extend(query.hand_over.clone().map(|status| ("hand_over", status)));
        parameters.extend(query.show.clone().map(|show| ("show", show)));
        let link = href(&format!("/goods-gifts?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("捐赠物资（{n}）", n = list.count)}</h1>
            {enterprise.then(|| view! { <a class="button" href=href("/goods-gifts/new")>{t!("捐物资")}</a> })}
        </div>
        <p class="soft">{lead}</p>
        {filters(&query, (enterprise, village))}
        {if list.items.is_empty() {
            view! { <p class="card empty">{empty}</p> }.into_any()
        } else {
            view! { <ul class="rows card">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
        }}
        {next}
    };
    Ok(Page::new(t!("捐赠物资"), body.into_any()))
}

/// The states by which the list is cut: to those who work on gifts, what waits for them.
fn filters(query: &GoodsGiftQuery, (enterprise, village): (bool, bool)) -> AnyView {
    use GoodsGiftStatus::{
        Accepted, HandedOver, HandedOverShort, Inspected, Offered, PartlyFree, PartlyHandedOver, SetAside, WrittenOff,
    };
    let (before, shown, after): (&[GoodsGiftStatus], &[GoodsShow], &[GoodsGiftStatus]) = if village {
        (&[SetAside, PartlyHandedOver], &[], &[HandedOver, HandedOverShort])
    } else if enterprise {
        (
            &[Offered, Inspected, Accepted, SetAside, PartlyHandedOver, PartlyFree],
            &[],
            &[HandedOver, HandedOverShort, WrittenOff],
        )
    } else {
        (&[Offered, Inspected], GoodsShow::ALL, &[HandedOver, HandedOverShort, WrittenOff])
    };
    let waiting = [GoodsHandOverStatus::Recorded, GoodsHandOverStatus::Received];
    let chosen = [("status", &query.status), ("hand_over", &query.hand_over), ("show", &query.show)];
    let of = |name: &'static str, value: &'static str, label: &'static str| {
        let here = chosen.contains(&(name, &Some(value.to_owned()))).then_some("true");
        let link = href(&format!("/goods-gifts?{name}={value}"));
        view! { <a class="button quiet" href=link aria-current=here>{text(label)}</a> }.into_any()
    };
    let state = |status: &GoodsGiftStatus| of("status", status.as_str(), status.label());
    let all = chosen.iter().all(|(_, value)| value.is_none()).then_some("true");
    let mut links: Vec<AnyView> = before.iter().map(state).collect();
    links.extend(shown.iter().map(|show| of("show", show.as_str(), show.label())));
    links.extend(waiting.iter().map(|status| of("hand_over", status.as_str(), status.label())));
    links.extend(after.iter().map(state));
    view! {
        <nav class="buttons" aria-label=t!("看哪些")>
            <a class="button quiet" href=href("/goods-gifts") aria-current=all>{t!("全部")}</a>
            {links}
        </nav>
    }
    .into_any()
}

fn row(gift: &GoodsGiftRow) -> AnyView {
    let link = href(&format!("/goods-gifts/{}", gift.id));
    let value = gift.accepted_fen.or(gift.offered_fen).map(money::headline);
    let need = gift.need.as_ref().map(|need| view! { <span>{need.title.clone()}</span> });
    let waits = gift.hand_over.map(|status| view! { <span class="tag">{text(status.label())}</span> });
    let reversal = gift.reversal_waits.then(|| view! { <span class="tag">{t!("申请冲正")}</span> });
    let rest = gift.rest.map(|kind| view! { <span class="tag">{t!("申请：{what}", what = text(kind.label()))}</span> });
    view! {
        <li>
            <a class="need" href=link>
                <span class="what">
                    <span class="tags">
                        <span class="tag status">{text(gift.status.label())}</span>{waits}{rest}{reversal}
                    </span>
                    <b>{gift.what.clone()}</b>
                    {need}
                    <span class="soft">
                        {text(&gift.enterprise_name)}" · "{gift.reference.to_string()}" · "{instant(gift.offered_at)}
                    </span>
                </span>
                <span class="amount">{value}</span>
            </a>
        </li>
    }
    .into_any()
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "offered" => t!("已提交，慈善组织会收到通知，请等他们联系送达。"),
        "withdraw" => t!("已撤回。"),
        "refuse" => t!("已登记不接受，捐赠方会收到通知。"),
        "inspect" => t!("验收已登记，等另一人复核。"),
        "send-back" => t!("已退回，请经办重新验收。"),
        "confirm" => t!("已接受，物资已入账，捐赠方会收到确认函。"),
        "set-aside" => t!("已安排，捐赠方和村都会收到通知。"),
        "hand-over" => t!("移交已登记，等村里确认收到。"),
        "receive" => t!("已确认收到，等慈善组织核对。"),
        "object" => t!("异议已记下，慈善组织会重新办理。"),
        "accept" => t!("核对通过，物资已移交。"),
        "refuse-hand-over" => t!("已登记核对不通过，请重新登记移交。"),
        "display" => t!("公开方式已更改，立即生效。"),
        "release" => t!("已申请收回，等另一人确认。"),
        "write-off" => t!("已申请报损，等另一人确认。"),
        "confirm-rest" => t!("已确认，捐赠方和村会收到通知。"),
        "drop-rest" => t!("不办了，物资还是原来的安排。"),
        "unbind" => t!("已同意改用于其他需求，慈善组织会收到通知。"),
        "ask-reversal" => t!("已申请冲正，等另一人确认。"),
        "reverse" => t!("已冲正，折款不再计入。"),
        "drop-reversal" => t!("不冲正，原来的接受有效。"),
        _ => return None,
    })
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: GoodsGiftId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let gift = visit.call(goods::get(id)).await?;
    let done = visit.query("done").and_then(done_message);
    let title = t!("物资捐赠 {reference}", reference = gift.row.reference);
    let waits = gift.row.hand_over.map(|status| view! { <span class="tag">{text(status.label())}</span> });
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(|form| summary_of_row(form, form.value("row")))}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/goods-gifts")>{t!("捐赠物资")}</a></nav>
        <h1>{title.clone()}</h1>
        <p class="tags">
            <span class="tag status">{text(gift.row.status.label())}</span>{waits}
            <span class="soft">{text(&gift.row.enterprise_name)}</span>
        </p>
        {notes(&gift)}
        <div class="two">
            <div>
                {steps(visit, &gift)}
                {lines(&gift)}
                {gift.rests.iter().map(|rest| one_rest(visit, &gift, rest)).collect_view()}
                {gift.hand_overs.iter().map(|hand_over| one_hand_over(visit, &gift, hand_over)).collect_view()}
            </div>
            <aside>{facts(&gift)}{story(&gift)}</aside>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

/// What somebody wrote of it, before everything else.
fn notes(gift: &GoodsGift) -> AnyView {
    let sent_back = gift.sent_back.as_ref().filter(|_| gift.row.status == GoodsGiftStatus::Offered).map(|reason| {
        view! { <p class="note">{t!("复核退回重新验收：{reason}", reason = reason)}</p> }
    });
    let ended = gift.ended.as_ref().map(|said| {
        view! { <p class="note">{text(gift.row.status.label())}{t!("：")}{said.reason.clone()}</p> }
    });
    let reversal = gift.reversal.as_ref().map(|said| {
        view! { <p class="note">{t!("申请冲正：{reason}", reason = said.reason)}</p> }
    });
    view! { {sent_back}{ended}{reversal} }.into_any()
}

/// The lines, with a column for whatever has happened to any of them.
fn lines(gift: &GoodsGift) -> AnyView {
    let accepted = gift.inspected.is_some();
    let handed = gift.lines.iter().any(|line| !line.handed.is_zero());
    let lost = gift.lines.iter().any(|line| !line.lost.is_zero());
    let rows = gift.lines.iter().map(|line| {
        let value = if accepted { line.accepted_fen } else { line.value_fen };
        let unit_value = if accepted { line.accepted_unit_value_fen } else { line.unit_value_fen };
        let each = unit_value.map(|each| {
            view! { <span class="soft">{t!("单价 {value}", value = money::exact(each))}</span> }
        });
        let changed = accepted && line.accepted_unit_value_fen != line.unit_value_fen;
        let was = line.unit_value_fen.filter(|_| changed).map(|was| {
            view! { <span class="soft">{t!("原写 {value}", value = money::exact(was))}</span> }
        });
        let condition =
            (!line.condition.is_empty()).then(|| view! { <span class="soft">{line.condition.clone()}</span> });
        let of = |quantity: domain::goods::Quantity| format!("{quantity} {}", line.unit);
        let some = |quantity: domain::goods::Quantity| (!quantity.is_zero()).then(|| of(quantity));
        view! {
            <tr>
                <th scope="row">{line.name.clone()}{each}{was}{condition}</th>
                <td>{of(line.quantity)}</td>
                {accepted.then(|| view! { <td>{line.accepted.map(of)}</td> })}
                {handed.then(|| view! { <td>{some(line.handed)}</td> })}
                {lost.then(|| view! { <td>{some(line.lost)}</td> })}
                <td>{value.map(money::exact)}</td>
            </tr>
        }
    });
    let total = gift.row.accepted_fen.or(gift.row.offered_fen).map(money::exact);
    let hidden = total.is_none().then(|| view! { <p class="soft">{t!("捐赠方不公开折款。")}</p> });
    let head = |shown: bool, label: &'static str| shown.then(|| view! { <th scope="col">{label}</th> });
    let empty = |shown: bool| shown.then(|| view! { <td></td> });
    view! {
        <section class="card scroll" id="lines">
            <h2>{t!("物资")}</h2>
            <table class="sums">
                <thead><tr>
                    <th scope="col">{t!("物资")}</th><th scope="col">{t!("捐赠")}</th>
                    {head(accepted, t!("接受"))}{head(handed, t!("已移交"))}{head(lost, t!("报损"))}
                    <th scope="col">{t!("折款")}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot><tr>
                    <th scope="row">{t!("合计")}</th><td></td>{empty(accepted)}{empty(handed)}{empty(lost)}<td>{total}</td>
                </tr></tfoot>
            </table>
            {hidden}
        </section>
    }
    .into_any()
}

fn one_hand_over(visit: &Visit, gift: &GoodsGift, hand_over: &GoodsHandOver) -> AnyView {
    let rows = hand_over.lines.iter().filter(|line| !line.quantity.is_zero()).map(|line| {
        let of = usize::try_from(line.line).ok().and_then(|n| gift.lines.get(n));
        let (name, unit) = of.map(|line| (line.name.clone(), line.unit.clone())).unwrap_or_default();
        let received = line.received.map(|received| t!("收到 {quantity} {unit}", quantity = received, unit = unit));
        view! { <li>{name}" "{t!("登记 {quantity} {unit}", quantity = line.quantity, unit = unit)}" "{received}</li> }
    });
    let pictures = hand_over.pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("照片 {n}", n = n + 1)}</a>" " }
    });
    let said = |label: &'static str, words: &str| {
        (!words.is_empty()).then(|| view! { <p class="typed">{label}{words.to_owned()}</p> })
    };
    let other_need = Some(&hand_over.need).filter(|need| gift.row.need.as_ref() != Some(need));
    let value = hand_over.value_fen.map(|value| view! { <p>{t!("折款 {value}", value = money::exact(value))}</p> });
    view! {
        <section class="card" id=format!("hand-over-{}", hand_over.number)>
            <h2>{t!("第 {n} 次移交：{status}", n = hand_over.number, status = text(hand_over.status.label()))}</h2>
            <p class="soft">{date(hand_over.happened_on)}" · "{hand_over.place.clone()}</p>
            {other_need.map(|need| view! { <p><a href=href(&format!("/needs/{}", need.code))>{need.title.clone()}</a></p> })}
            <ul>{rows.collect_view()}</ul>
            {said("", &hand_over.note)}
            {said(t!("村里："), &hand_over.received_note)}
            {said(t!("慈善组织："), &hand_over.decision)}
            {value}
            <p>{pictures.collect_view()}</p>
            {hand_over_steps(visit, gift, hand_over)}
        </section>
    }
    .into_any()
}

fn facts(gift: &GoodsGift) -> AnyView {
    let pictures = gift.pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("材料 {n}", n = n + 1)}</a>" " }
    });
    let need = gift.row.need.as_ref().map_or_else(
        || t!("由慈善组织安排").into_any(),
        |need| view! { <a href=href(&format!("/needs/{}", need.code))>{need.title.clone()}</a> }.into_any(),
    );
    let shown = if gift.show_value { t!("公开折款") } else { t!("不公开折款") };
    let inspected = gift.inspected.as_ref().map(|found| {
        let reason =
            (!found.value_reason.is_empty()).then(|| view! { <span class="soft">{found.value_reason.clone()}</span> });
        view! {
            <dt>{t!("收到日期")}</dt><dd>{date(found.received_on)}</dd>
            <dt>{t!("核定的依据")}</dt><dd>{text(found.basis.label())}{reason}</dd>
        }
    });
    let expires = gift.expires_on.map(|day| view! { <dt>{t!("保质期到")}</dt><dd>{date(day)}</dd> });
    let handed = gift.row.handed_fen.filter(|fen| fen.is_positive()).map(|fen| {
        view! { <dt>{t!("物资折款：已移交")}</dt><dd>{money::exact(fen)}</dd> }
    });
    let lost = gift.row.lost_fen.filter(|fen| fen.is_positive()).map(|fen| {
        view! { <dt>{t!("物资折款：报损")}</dt><dd>{money::exact(fen)}</dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("慈善组织")}</dt><dd>{gift.row.charity_name.clone()}</dd>
                <dt>{t!("活动名称")}</dt><dd>{gift.row.campaign_name.clone()}</dd>
                <dt>{t!("用途")}</dt><dd>{need}</dd>
                <dt>{t!("折款的依据")}</dt><dd>{text(gift.basis.label())}" "{gift.basis_note.clone()}</dd>
                {inspected}{expires}
                {gift.row.accepted_fen.map(|fen| view! { <dt>{t!("物资折款：已接受")}</dt><dd>{money::exact(fen)}</dd> })}
                {handed}{lost}
                <dt>{t!("怎样公开")}</dt><dd>{text(gift.public_display.label())}{t!("，")}{shown}</dd>
            </dl>
            <p>{pictures.collect_view()}</p>
        </section>
    }
    .into_any()
}

/// What became of it, step by step, with the day and who did it by his post.
fn story(gift: &GoodsGift) -> AnyView {
    let mut told: Vec<(DateTime<Utc>, String)> = vec![(gift.row.offered_at, t!("企业捐赠").to_owned())];
    if let Some(found) = &gift.inspected {
        told.push((found.inspected_at, t!("慈善组织经办验收").to_owned()));
        told.extend(found.confirmed_at.map(|at| (at, t!("慈善组织复核接受").to_owned())));
    }
    if let Some(at) = gift.set_aside_at {
        let by =
            if gift.bound { t!("按捐赠方指定的需求安排") } else { t!("慈善组织经办安排给需求") };
        told.push((at, by.to_owned()));
    }
    for hand_over in &gift.hand_overs {
        let n = hand_over.number;
        told.push((hand_over.recorded_at, t!("慈善组织经办登记第 {n} 次移交", n = n)));
        let objected = hand_over.status == GoodsHandOverStatus::Objected;
        let village = if objected {
            t!("村对第 {n} 次移交有异议", n = n)
        } else {
            t!("村确认第 {n} 次收到", n = n)
        };
        told.extend(hand_over.received_at.map(|at| (at, village)));
        let refused = hand_over.status == GoodsHandOverStatus::Refused;
        let charity = if refused {
            t!("慈善组织复核不通过第 {n} 次移交", n = n)
        } else {
            t!("慈善组织复核通过第 {n} 次移交", n = n)
        };
        told.extend(hand_over.decided_at.map(|at| (at, charity)));
    }
    for rest in &gift.rests {
        let what = text(rest.kind.label());
        told.push((rest.asked_at, t!("慈善组织经办申请：{what}", what = what)));
        let decided = if rest.status == GoodsRestStatus::Done {
            t!("慈善组织复核确认：{what}", what = what)
        } else {
            t!("没有办：{what}", what = what)
        };
        told.extend(rest.decided_at.map(|at| (at, decided)));
    }
    told.extend(gift.unbound_at.map(|at| (at, t!("捐赠方同意改用于其他需求").to_owned())));
    told.extend(gift.ended.as_ref().map(|said| (said.at, text(gift.row.status.label()))));
    told.sort_by_key(|(at, _)| *at);
    let rows = told.into_iter().map(|(at, says)| view! { <li>{says}<span class="soft">" "{instant(at)}</span></li> });
    let changes = gift.may.contains(&GoodsStep::ChangeDisplay);
    view! {
        <section class="card">
            <h2>{t!("经过")}</h2>
            <ol>{rows.collect_view()}</ol>
            {changes.then(|| view! { <p class="soft">{t!("怎样公开可以随时更改，立即生效。")}</p> })}
        </section>
    }
    .into_any()
}
