//! Taking back what was confirmed wrongly besides arrivals: the list of what waits, and one line, fee or return with what
//! stands in the way and the step of the visitor's desk.

use super::rebooking::followed;
use crate::parts::field::{Field, summary};
use crate::parts::money;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::reversals::{self, CountedOn, Reversal, Reversals, WaitingReversal};
use domain::api::{ApiError, ErrorCode};
use domain::reversal::ReversalKind;
use leptos::prelude::*;
use uuid::Uuid;

const PATH: &str = "/work/reversals";

/// What waits for a second person.
pub async fn list(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(reversals::waiting()).await?;
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("没有等待确认的冲正。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let body = view! {
        {crumbs(None)}
        <h1>{t!("等待确认的冲正（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("记错的到账、退汇、交回、手续费和退回，由一个人提出、另一个人确认后冲正。要提出一份，从那笔流水、银行支出或退回的页面打开。")}</p>
        {rows}
    };
    Ok(Page::new(t!("等待确认的冲正"), body.into_any()))
}

fn row(one: &WaitingReversal) -> AnyView {
    let (label, to) = match one.kind {
        Some(kind) => (text(kind.label()), format!("{PATH}/{kind}/{}", one.subject)),
        None => (t!("到账，冲正并重记").to_owned(), format!("/work/bank-lines/{}", one.subject)),
    };
    view! {
        <li>
            <a class="need" href=href(&to)>
                <span class="what">
                    <span class="tags"><span class="tag status">{label}</span></span>
                    <b>{one.other_name.clone()}</b>
                    <span class="soft">{one.reason.clone()}" · "{one.proposed_by.clone()}" "{instant(one.proposed_at)}</span>
                </span>
                <span class="amount">{money::exact(one.amount_fen)}</span>
            </a>
        </li>
    }
    .into_any()
}

/// Where the record itself is looked after.
fn home(kind: ReversalKind, subject: Uuid) -> (&'static str, String) {
    match kind {
        ReversalKind::Back => (t!("银行流水"), format!("/work/bank-lines/{subject}")),
        ReversalKind::Fee => (t!("银行支出"), "/work/outgoings?all=1".to_owned()),
        ReversalKind::Return => (t!("退回捐赠方"), format!("/work/returns/{subject}")),
    }
}

fn crumbs(of: Option<(ReversalKind, Uuid)>) -> AnyView {
    let inside = of.map(|(kind, subject)| {
        let (label, to) = home(kind, subject);
        view! { <a href=href(&to)>{label}</a><a href=href(PATH)>{t!("等待确认的冲正")}</a> }
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a>{inside}</nav>
    }
    .into_any()
}

/// One line, row or return.
pub async fn page(visit: &Visit, kind: &str, id: &str) -> Result<Page, ApiError> {
    let missing = || ApiError::new(ErrorCode::NotFound, "没有找到");
    let kind: ReversalKind = kind.parse().map_err(|_| missing())?;
    let subject: Uuid = id.parse().map_err(|_| missing())?;
    let known = visit.call(reversals::of(kind, subject)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").and_then(done_message);
    let title = t!("冲正：{what}", what = text(kind.label()));
    let items = known.items.iter().map(|item| one(visit, kind, item)).collect_view();
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}{crumbs(Some((kind, subject)))}
        <h1>{title.clone()}</h1>
        {stands(&known)}{in_the_way(&known)}
        {known.may_propose.then(|| propose(visit, form, kind))}
        {items}
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "proposed" => Some(t!("已提出冲正，等另一位同事确认。")),
        "confirmed" => Some(t!("已冲正，这笔业务回到记账以前的状态。")),
        "dropped" => Some(t!("冲正没有采用，账没有变。")),
        _ => None,
    }
}

fn stands(known: &Reversals) -> AnyView {
    let Some(stands) = &known.stands else {
        return view! { <p class="card empty">{t!("这笔业务现在没有已确认的记账。")}</p> }.into_any();
    };
    let payment = stands.disbursement.map(|id| {
        view! { <dt>{t!("哪一笔拨付")}</dt><dd><a href=href(&format!("/work/disbursements/{id}"))>{t!("打开这笔拨付")}</a></dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("现在记为")}</dt><dd>{text(known.kind.label())}</dd>
                <dt>{t!("金额")}</dt><dd class="big">{money::exact(stands.amount_fen)}</dd>
                <dt>{t!("银行日期")}</dt><dd>{date(stands.on_day)}</dd>
                <dt>{t!("对方")}</dt><dd>{stands.other_name.clone()}</dd>
                <dt>{t!("银行流水号")}</dt><dd>{stands.bank_reference.clone()}</dd>
                {payment}
            </dl>
        </section>
    }
    .into_any()
}

/// What has to be done before.
fn in_the_way(known: &Reversals) -> AnyView {
    let moved_on = (!known.moved_on.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{t!("这笔款已经继续使用")}</h2>
                <p>{t!("下面的业务用了这笔款，要先冲正或收回，才能冲正这一笔。")}</p>
                {followed(&known.moved_on)}
            </section>
        }
    });
    let counted_on = (!known.counted_on.is_empty()).then(|| {
        view! {
            <section class="card">
                <h2>{t!("有拨付申请要用这笔款")}</h2>
                <p>{t!("下面的拨付还没有付款，要先办完或驳回，才能冲正这一笔。")}</p>
                <table class="sums"><tbody>{known.counted_on.iter().map(counted).collect_view()}</tbody></table>
            </section>
        }
    });
    let recognised = known.recognised_as.map(|_| {
        view! {
            <section class="card">
                <h2>{t!("对账单上有这笔付款")}</h2>
                <p>{t!("对账单上有一笔支出已说明是这笔退回，说明款确实付出了。确实有误的，请先撤回那个说明。")}</p>
                <p><a class="button quiet" href=href("/work/outgoings?all=1")>{t!("打开银行支出")}</a></p>
            </section>
        }
    });
    view! { {moved_on}{counted_on}{recognised} }.into_any()
}

fn counted(one: &CountedOn) -> AnyView {
    let to = href(&format!("/work/disbursements/{}", one.disbursement));
    let says = format!("{} {}", one.payee_name, text(one.status.label()));
    view! { <tr><th scope="row"><a href=to>{says}</a></th><td>{money::exact(one.amount_fen)}</td></tr> }.into_any()
}

/// What the record is afterwards.
fn afterwards(kind: ReversalKind) -> &'static str {
    match kind {
        ReversalKind::Back => {
            t!("冲正后，款从需求的已分配款回到这笔拨付，拨付仍算已付；这笔收入回到等待匹配。村里会收到更正通知。")
        }
        ReversalKind::Fee => t!("冲正后，款回到活动的非定向捐款；银行的这笔支出回到还没有说明。"),
        ReversalKind::Return => {
            t!("冲正后，这笔退回回到等待付款，款重新计入到账并仍为退回留出；捐赠方会收到更正通知。")
        }
    }
}

fn propose(visit: &Visit, form: &FormState, kind: ReversalKind) -> AnyView {
    let id = if form.value("id").is_empty() { visit.fresh_id.to_string() } else { form.value("id").to_owned() };
    view! {
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="id" value=id />
            <fieldset class="card">
                <legend>{t!("提出冲正")}</legend>
                <p class="hint">{afterwards(kind)}" "{t!("须由另一位同事确认。")}</p>
                {Field::new(form, "reason", t!("哪里错了，依据是什么")).area(3)}
            </fieldset>
            <div class="buttons"><button class="button" name="action" value="propose">{t!("提出，等同事确认")}</button></div>
        </form>
    }
    .into_any()
}

fn one(visit: &Visit, kind: ReversalKind, item: &Reversal) -> AnyView {
    let path = href(&visit.path);
    let outcome = match (item.outcome, &item.decided_by, item.decided_at) {
        (Some(outcome), Some(by), Some(at)) => format!("{} {by} {}", text(outcome.label()), instant(at)),
        (Some(outcome), ..) => text(outcome.label()),
        (None, ..) => t!("等待另一位同事确认").to_owned(),
    };
    let button = |action: &'static str, label: &'static str, class: &'static str| {
        view! {
            <form method="post" action=path.clone()>
                <input type="hidden" name="reversal" value=item.id.to_string() />
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
    };
    let confirm = item.may_confirm.then(|| {
        view! {
            <p>{t!("请对照银行流水和依据。")}" "{afterwards(kind)}</p>
            {button("confirm", t!("核对无误，冲正"), "button")}
        }
    });
    let drop = item.may_drop.then(|| button("drop", t!("不采用"), "button quiet"));
    let hands = [item.said_by.clone(), item.confirmed_by.clone()].join("、");
    view! {
        <section class="card">
            <h2>{t!("冲正 {amount}", amount = money::exact(item.amount_fen))}</h2>
            <p class="soft">{item.proposed_by.clone()}" "{instant(item.proposed_at)}" · "{outcome}</p>
            <p>{item.reason.clone()}</p>
            <p class="soft">{t!("原来：{day} {name}，{hands} 经办", day = date(item.on_day), name = item.other_name, hands = hands)}</p>
            {confirm}{drop}
        </section>
    }
    .into_any()
}
