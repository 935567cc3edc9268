//! What an enterprise pledged: one pledge with its payment sheet, and all of them.

use super::{pledge_beside, returns};
use crate::islands::AmountEcho;
use crate::parts::commitments::totals;
use crate::parts::field::{Field, summary};
use crate::parts::trail::trail;
use crate::parts::{designations, money};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::PledgeId;
use domain::api::commitments::{self, CommitmentQuery};
use domain::api::pledges::{self, PayTo, Pledge, PledgeInstalment};
use domain::api::{ApiError, ErrorCode, ledger};
use domain::ledger::{Account, FEES_HELD_BACK};
use domain::organisation::Role;
use domain::pledge::{DesignationTarget, DisplayChoice, InstalmentStanding, PledgeStatus, Restriction};
use leptos::prelude::*;

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PledgeId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let pledge = visit.call(pledges::get(id)).await?;
    let way = visit.call(pledges::trail(pledge.id)).await?;
    let gone = returns::of_pledge(visit, pledge.id).await?;
    let done = match visit.query("done") {
        Some("pledged") => Some(t!("认捐已记录。请按下面的账号和编号汇款。")),
        Some("display") => Some(t!("公开的方式已改，立即生效。")),
        Some("designated") => Some(t!("已指定需求，慈善组织可以把到账的款分配到这里。")),
        Some("cancelled") => Some(t!("认捐已取消，不再计入任何合计。")),
        Some("allocated") => Some(t!("已分配到需求，可以申请拨付。")),
        _ => None,
    };
    let done = done.map(|message| view! { <p class="done" role="status">{message}</p> });
    let giver = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator, Role::Donor]);
    let crumbs = if giver {
        view! { <a href=href("/my-gifts")>{t!("我的捐赠")}</a> }
    } else {
        view! { <a href=href("/work")>{t!("我的工作")}</a> }
    };
    let outstanding =
        pledge.status.takes_money() && !matches!(pledge.status, PledgeStatus::Fulfilled | PledgeStatus::Waived);
    let maker = visit.has(&[Role::CharityMaker]) && pledge.arrived_fen.is_positive();
    let signs = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    let undecided = signs && pledge.restriction == Restriction::Directed && pledge.status.takes_money();
    let designation = if undecided { designation(visit, &pledge) } else { None };
    let allocation = if maker { Some(allocation(visit, &pledge).await?) } else { None };
    let can_cancel = signs && pledge.arrived_fen.is_zero() && pledge.status.may_become(PledgeStatus::Cancelled);
    let cancelling = can_cancel.then(|| cancelling(visit));
    let beside = pledge_beside::section(visit, &pledge).await?;
    let body = view! {
        {done}
        {visit.form.as_ref().and_then(summary)}
        <nav class="crumbs" aria-label=t!("位置")>{crumbs}</nav>
        <h1>{t!("认捐 {reference}", reference = pledge.reference)}</h1>
        <p class="tags">
            <span class="tag status">{text(pledge.status.label())}</span>
            <span class="soft">{pledge.enterprise_name.clone()}</span>
        </p>
        <div class="two">
            <div>
                {pledge.pay_to.as_ref().filter(|_| outstanding).map(|pay_to| payment_sheet(&pledge, pay_to))}
                {designations::table(&pledge)}
                {instalments(&pledge)}
                {arrivals(&pledge)}
                {gone}
                {maker.then(|| give_back(pledge.id))}
                {trail(&way, pledge.id)}
            </div>
            <aside>{facts(visit, &pledge)}{beside}{designation}{allocation}{cancelling}</aside>
        </div>
    };
    Ok(Page::new(t!("认捐 {reference}", reference = pledge.reference), body.into_any()))
}

/// Taking it back, before any agreement and before any money.
fn cancelling(visit: &Visit) -> AnyView {
    let empty = FormState::default();
    let form = visit.form.as_ref().filter(|form| form.value("action") == "cancel").unwrap_or(&empty);
    view! {
        <details class="card" open=form.problem("reason").is_some()>
            <summary>{t!("取消这笔认捐")}</summary>
            <form method="post" action=href(&visit.path)>
                <p class="hint">{t!("签约和到账以前可以取消，取消后不能恢复，不再计入任何合计。已经汇款的请不要取消。")}</p>
                {Field::new(form, "reason", t!("取消的原因")).hint(t!("慈善组织会看到。")).area(2)}
                <button class="button danger" name="action" value="cancel">{t!("取消这笔认捐")}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The giver of a directed pledge says which need a row is for that is for none yet.
fn designation(visit: &Visit, pledge: &Pledge) -> Option<AnyView> {
    let free: Vec<_> = pledge.designations.iter().filter(|row| row.target.need().is_none()).collect();
    let first = free.first()?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let which = if pledge.designations.len() == 1 {
        view! { <input type="hidden" name="position" value=first.position /> }.into_any()
    } else {
        let rows = free.iter().map(|row| {
            let label =
                t!("第 {n} 处：{name}，{amount}", n = row.position, name = text(&row.name), amount = row.amount_fen);
            (row.position.to_string(), label)
        });
        Field::new(form, "position", t!("指定哪一处")).select(t!("请选择"), rows.collect())
    };
    let shown = view! {
        <section class="card">
            <h2>{t!("指定用于哪条需求")}</h2>
            <p>{t!("在需求页上可以看到编号。指定后不能改为别的需求。")}" "<a href=href("/needs")>{t!("找需求")}</a></p>
            <form method="post" action=href(&visit.path)>
                {which}
                {Field::new(form, "need_code", t!("需求编号")).hint(t!("如 XQ-441424-2026-1")).text()}
                <button class="button" name="action" value="designate">{t!("指定这条需求")}</button>
            </form>
        </section>
    };
    Some(shown.into_any())
}

/// The maker sets arrived money aside for the need that the giver chose.
async fn allocation(visit: &Visit, pledge: &Pledge) -> Result<AnyView, ApiError> {
    let needs: Vec<_> = pledge.designations.iter().filter(|row| row.target.need().is_some()).collect();
    if needs.is_empty() {
        return Ok(().into_any());
    }
    let free = visit.call(ledger::account(&Account::Directed { pledge: pledge.id })).await?.balance_fen;
    let pay = needs.iter().filter_map(|row| row.code.as_ref()).map(|code| {
        let label =
            if needs.len() == 1 { t!("申请拨付").to_owned() } else { t!("申请拨付：{code}", code = code) };
        let link = href(&format!("/work/disbursements/new?need={code}"));
        view! { <p><a class="button quiet" href=link>{label}</a></p> }
    });
    let pay = pay.collect_view();
    let which = if let [only] = needs.as_slice() {
        view! { <input type="hidden" name="need" value=only.code.clone() /> }.into_any()
    } else {
        let rows = needs.iter().filter_map(|row| Some((row.code.clone()?, row.name.clone())));
        Field::new(visit.form.as_ref().unwrap_or(&FormState::default()), "need", t!("分配到哪条需求"))
            .select(t!("请选择"), rows.collect())
    };
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let id = if form.value("id").is_empty() { visit.fresh_id.to_string() } else { form.value("id").to_owned() };
    let allocate = free.is_positive().then(|| {
        view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="id" value=id />
                {which}
                {Field::new(form, "amount", t!("分配金额（元）")).hint(t!("捐赠方指定了这条需求，只能分配到这里。")).with(|described_by| view! {
                    <AmountEcho name="amount".to_owned() value=form.value("amount").to_owned()
                        unit=t!("元").to_owned() described_by=described_by />
                }.into_any())}
                <button class="button">{t!("分配到这条需求")}</button>
            </form>
        }
    });
    Ok(view! {
        <section class="card">
            <h2>{t!("分配和拨付")}</h2>
            <p>{t!("到账后还没有分配：{amount}", amount = money::exact(free))}</p>
            {allocate}
            {pay}
        </section>
    }
    .into_any())
}

/// What the cashier of the enterprise needs, fit to be printed.
fn payment_sheet(pledge: &Pledge, pay_to: &PayTo) -> AnyView {
    let missing = pledge.amount_fen.saturating_gap(pledge.arrived_fen);
    let next = pledge.instalments.iter().find(|instalment| instalment.standing != InstalmentStanding::Paid);
    let next = next.map(|PledgeInstalment { part, covered_fen, .. }| {
        let now = part.amount.saturating_gap(*covered_fen);
        view! {
            <dt>{t!("这一期要汇（约定 {day} 前）", day = date(part.due_on))}</dt>
            <dd class="big">{money::exact(now)}</dd>
        }
    });
    let in_all = if next.is_some() { t!("全部还要汇") } else { t!("还要汇") };
    let size = if next.is_some() { "" } else { "big" };
    view! {
        <section class="card sheet">
            <h2>{t!("汇款单")}</h2>
            <dl>
                <dt>{t!("附言（请务必填写）")}</dt><dd class="reference"><code>{pledge.reference.to_string()}</code></dd>
                <dt>{t!("户名")}</dt><dd>{pay_to.holder.clone()}</dd>
                <dt>{t!("开户银行")}</dt><dd>{pay_to.bank.clone()}</dd>
                <dt>{t!("银行账号")}</dt><dd><code>{pay_to.account_no.clone()}</code></dd>
                {next}
                <dt>{in_all}</dt><dd class=size>{money::exact(missing)}</dd>
                {(!pay_to.contact.is_empty()).then(|| view! { <dt>{t!("有问题问谁")}</dt><dd>{pay_to.contact.clone()}</dd> })}
            </dl>
            <p>{t!("请由 {name} 的对公账户汇款，并在附言里写上编号，慈善组织才认得出这笔款。", name = pledge.enterprise_name)}</p>
            <p class="soft">{t!("银行到账并经慈善组织两人核对后才算到账。本页可以直接打印。")}</p>
            <p class="soft">{text(FEES_HELD_BACK)}</p>
        </section>
    }
    .into_any()
}

/// The parts by day; what arrives covers them from the first on.
fn instalments(pledge: &Pledge) -> Option<AnyView> {
    if pledge.instalments.is_empty() {
        return None;
    }
    let rows = pledge.instalments.iter().map(|instalment| {
        let PledgeInstalment { part, covered_fen, standing } = *instalment;
        let some = (standing != InstalmentStanding::Paid && covered_fen.is_positive())
            .then(|| view! { <span class="soft">{t!("已到账 {amount}", amount = money::exact(covered_fen))}</span> });
        view! {
            <tr>
                <th scope="row">{date(part.due_on)}" "<span class="tag status">{text(standing.label())}</span>{some}</th>
                <td>{money::exact(part.amount)}</td>
            </tr>
        }
    });
    let title = match pledge.instalments.len() {
        1 => t!("约定的日期").to_owned(),
        n => t!("分期（{n} 期）", n = n),
    };
    Some(
        view! {
            <section class="card" id="instalments">
                <h2>{title}</h2>
                <table class="sums gifts">
                    <thead><tr><th scope="col">{t!("约定日期")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot><tr><th scope="row">{t!("合计")}</th><td>{money::exact(pledge.amount_fen)}</td></tr></tfoot>
                </table>
                <p class="soft">{t!("到账的款从最早的一期起计。")}</p>
            </section>
        }
        .into_any(),
    )
}

/// For the charity: what arrived may have to go back.
fn give_back(id: PledgeId) -> AnyView {
    let to = href(&format!("/work/returns/new?pledge={id}"));
    view! { <p><a class="button quiet" href=to>{t!("申请退回捐赠方")}</a></p> }.into_any()
}

fn arrivals(pledge: &Pledge) -> AnyView {
    if pledge.arrivals.is_empty() {
        return view! { <p class="card empty">{t!("还没有到账。")}</p> }.into_any();
    }
    let rows = pledge.arrivals.iter().map(|arrival| {
        view! {
            <tr>
                <th scope="row">{date(arrival.booked_on)}<span class="soft">{t!("复核 {time}", time = instant(arrival.confirmed_at))}</span></th>
                <td>{money::exact(arrival.amount_fen)}</td>
            </tr>
        }
    });
    view! {
        <section class="card">
            <h2>{t!("到账")}</h2>
            <table class="sums gifts">
                <thead><tr><th scope="col">{t!("银行入账日期")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot><tr><th scope="row">{t!("合计")}</th><td>{money::exact(pledge.arrived_fen)}</td></tr></tfoot>
            </table>
        </section>
    }
    .into_any()
}

fn facts(visit: &Visit, pledge: &Pledge) -> AnyView {
    let own = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    let change = own.then(|| {
        let link = href(&format!("/pledges/{}/display", pledge.id));
        view! { " "<a href=link>{t!("改")}</a> }
    });
    let choice = DisplayChoice {
        name: pledge.public_display,
        show_amount: pledge.show_amount,
        share_with_recipient: pledge.share_with_recipient,
    };
    let shown = choice.public_name(&pledge.enterprise_name, false);
    let with_amount = if pledge.show_amount { t!("公开金额") } else { t!("不公开金额（总数里包含）") };
    let giver = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator, Role::Donor]);
    let balance =
        (giver && pledge.restriction == Restriction::Directed && pledge.arrived_fen.is_positive()).then(|| {
            let link = href(&format!("/directed-balance#{}", pledge.id));
            view! { <dt>{t!("定向额度")}</dt><dd><a href=link>{t!("查看和指定")}</a></dd> }
        });
    let need = match (pledge.designations.as_slice(), pledge.restriction) {
        (_, Restriction::Undirected) => view! { <dd>{t!("非定向")}</dd> }.into_any(),
        ([only], _) if only.target == DesignationTarget::Undesignated => {
            view! { <dd>{t!("定向，等您指定需求")}</dd> }.into_any()
        }
        ([only], _) => view! { <dd>{designations::target(only)}</dd> }.into_any(),
        (rows, _) => view! { <dd><a href="#designations">{t!("分给 {n} 处", n = rows.len())}</a></dd> }.into_any(),
    };
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("认捐金额")}</dt><dd class="big">{money::headline(pledge.amount_fen)}</dd>
                <dt>{t!("已到账")}</dt><dd>{money::exact(pledge.arrived_fen)}</dd>
                <dt>{t!("用途")}</dt>{need}
                <dt>{t!("需求用不完时")}</dt><dd>{text(pledge.funding_choice.label())}</dd>
                {balance}
                <dt>{t!("活动名称")}</dt>
                <dd><a href=href(&format!("/campaigns/{}", pledge.campaign))>{pledge.campaign_name.clone()}</a></dd>
                <dt>{t!("慈善组织")}</dt><dd>{pledge.charity_name.clone()}</dd>
                <dt>{t!("公众看到")}</dt><dd>{shown}{t!("，")}{with_amount}{change}</dd>
                <dt>{t!("认捐时间")}</dt><dd>{instant(pledge.pledged_at)}</dd>
                {pledge.cancelled_reason.clone().map(|reason| view! { <dt>{t!("取消的原因")}</dt><dd>{reason}</dd> })}
            </dl>
        </section>
    }
    .into_any()
}

/// All pledges of the visitor's enterprise.
pub async fn own(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(pledges::own()).await?;
    let pledges = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    let besides = visit.call(commitments::list(&CommitmentQuery::default())).await?;
    let body = view! {
        <div class="head">
            <h1>{t!("我的捐赠（{n}）", n = list.count)}</h1>
            {pledges.then(|| view! { <a class="button" href=href("/needs")>{t!("找需求认捐")}</a> })}
            <a class="button quiet" href=href("/directed-balance")>{t!("定向额度")}</a>
        </div>
        {four_numbers(visit)}
        {own_rows(&list.items)}
        {totals(&besides.totals, t!("我们全部承诺的合计，不含已撤回的。").to_owned())}
        <p><a href=href("/commitments")>{t!("资金以外的承诺")}</a></p>
    };
    Ok(Page::new(t!("我的捐赠"), body.into_any()))
}

/// Where the enterprise reads what became of all its gifts together.
fn four_numbers(visit: &Visit) -> Option<AnyView> {
    let acting = visit.me.as_ref()?.acting_as(&[Role::EnterpriseOwner, Role::EnterpriseOperator])?.organisation;
    let link = href(&format!("/enterprises/{acting}"));
    Some(view! { <p><a href=link>{t!("我们全部捐赠的四个数：认捐、到账、拨付、支出")}</a></p> }.into_any())
}

pub fn own_rows(pledges: &[Pledge]) -> AnyView {
    if pledges.is_empty() {
        return view! { <p class="card empty">{t!("还没有认捐。从“找需求”里选一条想支持的需求开始。")}</p> }.into_any();
    }
    let rows = pledges.iter().map(|pledge| {
        let link = href(&format!("/pledges/{}", pledge.id));
        let title = match pledge.designations.as_slice() {
            [only] if only.name != only.target.kind().label() => text(&only.name),
            [_, _, ..] => pledge.designations.iter().map(|row| text(&row.name)).collect::<Vec<_>>().join("、"),
            _ => pledge.campaign_name.clone(),
        };
        let arrived = pledge.arrived_fen.percent_of(pledge.amount_fen).min(100);
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what">
                        <b>{title}</b>
                        <span class="soft">{pledge.reference.to_string()}" · "{instant(pledge.pledged_at)}</span>
                        <span class="bar mini" aria-hidden="true"><i class="arrived" style=format!("width:{arrived}%")></i></span>
                    </span>
                    <span class="what">
                        <span class="amount">{money::headline(pledge.amount_fen)}</span>
                        <span class="soft">{text(pledge.status.label())}" · "{t!("到账 {amount}", amount = pledge.arrived_fen)}</span>
                    </span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}
