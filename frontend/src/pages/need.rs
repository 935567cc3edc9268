//! One need: for everybody when it is public; with its state, history and buttons for those who work on it.

use super::recommendations;
use crate::parts;
use crate::parts::books;
use crate::parts::comparison::comparison;
use crate::parts::field::{Field, summary_of_row};
use crate::parts::four::{four, later, meaning, rows_of};
use crate::parts::money;
use crate::parts::photos::{photos, quotes};
use crate::parts::place::{links, path};
use crate::parts::pledge_rows::pledge_rows;
use crate::parts::reports::{payment_rows, reports};
use crate::parts::similar::similar_needs;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::ApiError;
use domain::api::figures::MoneyOf;
use domain::api::money::{NeedMoney, of_need};
use domain::api::needs::{self, Need};
use domain::api::{commitments, deliveries, disbursements, goods, need_versions};
use domain::campaign::legal_day;
use domain::need::{AskedPart, ContributionKind, NeedAction, NeedStatus, Readiness, RevisionStatus};
use domain::organisation::Role;
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let need = visit.call(needs::get(id)).await?;
    let content = &need.content;
    let done = visit.query("done").and_then(done_message);
    let title = if content.title.is_empty() { t!("（还没有标题）").to_owned() } else { content.title.clone() };
    let code = need.code.clone().map(|code| view! { <span class="soft code">{code}</span> });
    // The numbers of all needs of its field are public; a draft has no part in them.
    let field = content.field.map(|field| {
        let name = text(field.label());
        if need.is_public() {
            view! { <a class="tag" href=href(&format!("/fields/{field}"))>{name}</a> }.into_any()
        } else {
            view! { <span class="tag">{name}</span> }.into_any()
        }
    });
    let kind = (content.kind != ContributionKind::Money).then(|| {
        view! { <span class="tag">{text(content.kind.label())}</span> }
    });
    let funds = if need.is_public() { Some(funds(visit, &need).await?) } else { None };
    let fitting = recommendations::of_need(visit, &need).await?;
    let since_approved = since_approved(visit, &need).await?;
    // Whoever works on it reads its history, and is told of needs that may be the same.
    let similar = if need.history.is_empty() { None } else { similar_needs(visit, (need.id, need.status)).await? };
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(|form| summary_of_row(form, form.value("action")))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/needs")>{t!("找需求")}</a>
            {links(&need.place, true)}
        </nav>
        <h1>{title.clone()}</h1>
        <p class="tags">
            {field}{kind}<span class="tag status">{text(need.status.label())}</span>
            <span class="soft">{need.place.county.clone()}" · "{need.place.town.clone()}" · "{need.place.village.clone()}</span>
            {code}
        </p>
        {returned(&need)}
        {standing(&need)}
        {revision(&need)}
        <div class="two reading">
            <aside class="ahead">
                {facts(&need)}
                {pledge_link(&need)}{pairing_link(visit, &need)}
            </aside>
            <div class="middle">
                {pictures(&need)}
                <section class="card prose">
                    <h2>{t!("现状和要做的事")}</h2>
                    {paragraphs(&content.description)}
                    <h2>{t!("预期成效")}</h2>
                    {paragraphs(&content.outcome)}
                </section>
                {if content.kind == ContributionKind::Money { budget(&need) } else { asked(&need) }}
                {joint(&need)}
                {since_approved}
                {funds}
                {similar}
                {fitting}
            </div>
            <aside class="behind">
                {report_link(visit, &need)}
                {quotes(&need.content.quotes)}
                {actions(visit, &need)}
                {history(&need)}
            </aside>
        </div>
    };
    let public = need.is_public() && visit.me.is_none();
    let page = Page::new(title, body.into_any());
    Ok(if public { page.public() } else { page })
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => t!("草稿已保存。"),
        "reported" => t!("报告已提交。支出经慈善组织核销后公开。"),
        step => match step.parse().ok()? {
            NeedAction::Submit => t!("已提交审核。结果会显示在这里和“我的工作”里。"),
            NeedAction::Pass => t!("镇审已通过，已交工商联。"),
            NeedAction::TakeUp => t!("已由工商联直接受理。"),
            NeedAction::Return => t!("已退回，村里会看到原因。"),
            NeedAction::Approve => t!("已通过，需求现在向所有人公示。公示期满、没有待答复的异议，就开放对接。"),
            NeedAction::Pause => t!("已暂停。"),
            NeedAction::Resume => t!("已恢复。"),
            NeedAction::Withdraw => t!("已撤回。"),
            NeedAction::Renew => t!("请改好内容和日期，再提交审核。"),
            NeedAction::Start => t!("已登记开工。做的过程中请随时报告进展。"),
            NeedAction::Finish => t!("已申请验收，工商联会来看。"),
            NeedAction::SendBack => t!("已退回村里继续实施。"),
            NeedAction::Close => t!("验收通过，已办结。"),
            NeedAction::Open | NeedAction::Expire => return None,
        },
    })
}

/// Text as it was typed, in paragraphs; markup in it stays text.
fn paragraphs(text: &str) -> AnyView {
    if text.trim().is_empty() {
        return view! { <p class="soft">{t!("（还没有写）")}</p> }.into_any();
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| view! { <p>{line.to_owned()}</p> }).collect_view().into_any()
}

fn returned(need: &Need) -> Option<AnyView> {
    let entry = need.history.last().filter(|entry| entry.status == NeedStatus::Returned)?;
    let reason = entry.reason.clone()?;
    let title = t!("{by}退回补正", by = entry.by);
    Some(view! { <section class="summary"><h2>{title}</h2><p>{reason}</p></section> }.into_any())
}

/// What a reader has to know of the state: until when it is shown for objections, or why it is set aside.
fn standing(need: &Need) -> Option<AnyView> {
    let code = need.code.clone()?;
    let says = match need.status {
        NeedStatus::Publicized => {
            let until = need.publicized_until.map(date).unwrap_or_default();
            let link = href(&format!("/contact?need={code}"));
            let waits = need.objections.filter(|count| *count > 0).map(|count| {
                view! {
                    <p>{t!("有 {n} 封异议待答复，答复之前不开放对接。", n = count)}
                    " "<a href=href("/work/enquiries")>{t!("去答复")}</a></p>
                }
            });
            return Some(
                view! {
                    <section class="card">
                        <p><b>{t!("正在公示，到 {until} 为止。", until = until)}</b>" "
                        {t!("期满没有异议，企业就可以来对接。")}</p>
                        <p>{t!("内容不属实、重复申报或不合适的，请告诉我们：")}<a href=link>{t!("提出异议")}</a></p>
                        {waits}
                    </section>
                }
                .into_any(),
            );
        }
        NeedStatus::Paused => t!("这条需求已暂停，不接受新的认捐；已有的认捐不受影响。"),
        NeedStatus::Withdrawn => t!("这条需求已由村里撤回。"),
        NeedStatus::Expired => t!("这条需求希望完成的日期已过，不再接受对接。"),
        NeedStatus::Closed => t!("这条需求已验收办结，资金和成效的明细在下面。"),
        _ => return None,
    };
    Some(view! { <p class="note">{says}</p> }.into_any())
}

/// A change of it that is under way: everybody knows of one that is shown for objections.
fn revision(need: &Need) -> Option<AnyView> {
    let revision = need.revision?;
    let name = need.code.clone().unwrap_or_else(|| need.id.to_string());
    if let Some(until) = revision.publicized_until.filter(|_| revision.status == RevisionStatus::Publicized) {
        let (object, compare) =
            (href(&format!("/contact?need={name}")), href(&format!("/needs/{name}/versions#proposed")));
        return Some(
            view! {
                <section class="card">
                    <p><b>{t!("这条需求有一项修改正在公示，到 {until} 为止。", until = date(until))}</b>" "
                    {t!("在那以前，公开的内容不变。")}</p>
                    <p><a href=compare>{t!("看改了什么")}</a>" "<a href=object>{t!("提出异议")}</a></p>
                </section>
            }
            .into_any(),
        );
    }
    let link = href(&format!("/needs/{name}/revision"));
    let state = text(revision.status.label());
    Some(
        view! { <p class="note">{state}"。"{t!("公开的内容先不变。")}" "<a href=link>{t!("打开这项修改")}</a></p> }
            .into_any(),
    )
}

/// For whoever writes or reviews anew what was public before: how it differs from what was approved last.
async fn since_approved(visit: &Visit, need: &Need) -> Result<Option<AnyView>, ApiError> {
    if need.code.is_none() || need.status.is_public() {
        return Ok(None);
    }
    let versions = visit.call(need_versions::versions(&need.id.to_string())).await?;
    Ok(versions.items.last().map(|last| {
        view! {
            <section class="card">
                <h2>{t!("和上次通过审核的内容对照")}</h2>
                {comparison((&last.content, &last.photos), (&need.content, &need.photos))}
            </section>
        }
        .into_any()
    }))
}

/// How often it was changed since it was first public, with the way to what was changed.
fn updates(need: &Need) -> Option<AnyView> {
    let day = date(legal_day(need.updated_at?));
    let link = href(&format!("/needs/{}/versions", need.code.as_ref()?));
    let said = t!("已更新 {n} 次，最近 {day}", n = need.updates, day = day);
    Some(view! { <dt>{t!("更新")}</dt><dd>{said}" "<a href=link>{t!("看改了什么")}</a></dd> }.into_any())
}

/// What is asked besides money: each thing with the parts that its kind has.
fn asked(need: &Need) -> AnyView {
    let content = &need.content;
    let shown = |part| !matches!(part, AskedPart::Name | AskedPart::Quantity | AskedPart::Unit);
    let lines = content.lines.iter().map(|line| {
        let parts = content.kind.line_parts().iter().filter(|rule| shown(rule.part)).filter_map(|rule| {
            let said = match rule.part {
                AskedPart::Price => line.price_fen.map(|fen| fen.to_string()).unwrap_or_default(),
                AskedPart::PriceTo => line.price_to_fen.map(|fen| fen.to_string()).unwrap_or_default(),
                part => line.text(part),
            };
            (!said.is_empty()).then(|| view! { <dt>{text(rule.label)}</dt><dd>{said}</dd> })
        });
        view! {
            <li class="facts">
                <h3>{line.name.clone()}" "<span class="amount">{line.amount()}</span></h3>
                <dl>{parts.collect_view()}</dl>
            </li>
        }
    });
    let procured = content.procured.then(|| {
        view! { <p class="note">{t!("这项服务由政府付费购买，不是捐赠，不计入任何合计。")}</p> }
    });
    view! {
        <section class="card">
            <h2>{t!("要什么")}</h2>
            {procured}
            <ol class="items">{lines.collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// What a joint project has settled.
fn joint(need: &Need) -> Option<AnyView> {
    let joint = need.content.joint.as_ref()?;
    let shares = joint.village_percent.map(|percent| {
        t!("村里 {village}%，企业 {enterprise}%", village = percent, enterprise = 100 - percent.min(100))
    });
    let how = |readiness: Option<Readiness>| readiness.map(|how| text(how.label())).unwrap_or_default();
    let note = (!joint.note.is_empty()).then(|| {
        view! { <dt>{t!("还缺什么")}</dt><dd>{paragraphs(&joint.note)}</dd> }
    });
    Some(
        view! {
            <section class="card facts">
                <h2>{t!("村企共建的约定")}</h2>
                <dl>
                    <dt>{t!("份额")}</dt><dd>{shares}</dd>
                    <dt>{t!("村里负责什么")}</dt><dd>{paragraphs(&joint.village_duties)}</dd>
                    <dt>{t!("企业负责什么")}</dt><dd>{paragraphs(&joint.enterprise_duties)}</dd>
                    <dt>{t!("用地")}</dt><dd>{how(joint.land)}</dd>
                    <dt>{t!("手续")}</dt><dd>{how(joint.permits)}</dd>
                    {note}
                </dl>
            </section>
        }
        .into_any(),
    )
}

fn pictures(need: &Need) -> Option<AnyView> {
    let count = need.photos.len();
    photos(&need.photos, 2, |n| t!("现场照片 {n}（共 {count} 张），打开大图", n = n + 1, count = count))
}

fn budget(need: &Need) -> AnyView {
    let content = &need.content;
    let rows = content.items.iter().map(|item| {
        view! { <tr><th scope="row">{item.name.clone()}</th><td>{money::exact(item.amount_fen)}</td></tr> }
    });
    let total = content.budget().map(money::exact).unwrap_or_default();
    let basis = (!content.price_basis.is_empty()).then(|| {
        view! { <p class="soft">{t!("价格依据：")}{content.price_basis.clone()}</p> }
    });
    view! {
        <section class="card">
            <h2>{t!("预算")}</h2>
            <table class="sums">
                <thead><tr><th scope="col">{t!("项目")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
                <tfoot><tr><th scope="row">{t!("合计")}</th><td>{total}</td></tr></tfoot>
            </table>
            {basis}
        </section>
    }
    .into_any()
}

/// The four numbers of a need that asks for money with the rows that are in them, or what is promised and delivered of
/// anything else; and what the village reports.
async fn funds(visit: &Visit, need: &Need) -> Result<AnyView, ApiError> {
    let promised = if need.content.kind == ContributionKind::Money {
        sums(visit, need).await?
    } else {
        parts::commitments::of_need(&visit.call(commitments::of_need(need.id)).await?)
    };
    let reported = visit.call(deliveries::of_need(need.id)).await?;
    let goods = match need.content.kind {
        ContributionKind::Money | ContributionKind::Goods => Some(visit.call(goods::of_need(need.id)).await?),
        _ => None,
    };
    Ok(view! {
        {promised}
        {goods.and_then(|goods| parts::goods::section(&goods, false))}
        <section id="reports">
            <h2>{t!("进展和支出（{n}）", n = reported.count)}</h2>
            {reports(&reported.items, (need.content.outcome_quantity, &need.content.outcome_unit), is_own(visit, need))}
        </section>
    }
    .into_any())
}

async fn sums(visit: &Visit, need: &Need) -> Result<AnyView, ApiError> {
    let read: NeedMoney = visit.call(of_need(need.id)).await?;
    let payments = visit.call(disbursements::of_need(need.id)).await?;
    let surplus = super::surplus_of_need::section(visit, need, read.has_surplus).await?;
    Ok(view! {
        <section class="card" id="funds">
            <h2>{t!("资金")}</h2>
            {four(&read.money, read.as_of, rows_of(&MoneyOf::Need(need.id)))}{later(read.later)}
            {books::of_need(need.id, &read.set_aside_by)}
            {meaning()}
        </section>
        {surplus}
        <details class="opens" id="pledges" open=!read.pledges.is_empty()>
            <summary>{t!("认捐和到账的明细（{n}）", n = read.pledges.len())}</summary>
            {pledge_rows(&read.pledges, t!("还没有认捐。"))}
        </details>
        <details class="opens" id="payments" open=!payments.items.is_empty()>
            <summary>{t!("拨付的明细（{n}）", n = payments.count)}</summary>
            {payment_rows(&payments.items)}
        </details>
    }
    .into_any())
}

/// Pairing with the village, for whoever wants more than one need.
fn pairing_link(visit: &Visit, need: &Need) -> Option<AnyView> {
    let code = need.code.as_ref()?;
    let offered = visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]);
    let link = href(&format!("/pairings/new?need={code}"));
    offered.then(|| {
        view! {
            <section class="card">
                <p><a class="button quiet" href=link>{t!("和这个村结对")}</a></p>
                <p class="soft">{t!("想长期帮这个村的，可以提出结对。")}</p>
            </section>
        }
        .into_any()
    })
}

/// Whether the visitor works for the village whose need it is.
fn is_own(visit: &Visit, need: &Need) -> bool {
    let mut memberships = visit.me.iter().flat_map(|me| &me.memberships);
    memberships.any(|membership| membership.organisation == need.organisation)
}

fn report_link(visit: &Visit, need: &Need) -> Option<AnyView> {
    let own = need.is_public() && is_own(visit, need);
    let link = href(&format!("/work/needs/{}/report", need.id));
    own.then(|| {
        view! { <section class="card"><a class="button" href=link>{t!("报告进展和支出")}</a></section> }.into_any()
    })
}

fn pledge_link(need: &Need) -> Option<AnyView> {
    let code = need.code.as_ref().filter(|_| need.status.takes_pledges())?;
    if need.content.kind != ContributionKind::Money {
        let link = href(&format!("/commitments/new?need={code}"));
        return Some(
            view! {
                <section class="card">
                    <p><a class="button" href=link>{t!("我们来承担")}</a></p>
                    <p class="soft">{t!("由已认证的企业承诺数量和日期，可以只承担一部分；兑现由村里确认。")}</p>
                    {(need.content.kind == ContributionKind::Goods).then(|| goods_link(code))}
                </section>
            }
            .into_any(),
        );
    }
    let link = href(&format!("/pledge?need={code}"));
    Some(
        view! {
            <section class="card">
                <p><a class="button" href=link>{t!("企业认捐这条需求")}</a></p>
                <p class="soft">{t!("由已认证的企业按捐赠协议、经慈善组织捐赠。")}</p>
                {goods_link(code)}
            </section>
        }
        .into_any(),
    )
}

/// Giving goods for it through a charity, which values them.
fn goods_link(code: &str) -> AnyView {
    let link = href(&format!("/goods-gifts/new?need={code}"));
    view! { <p><a href=link>{t!("经慈善组织捐物资给这条需求")}</a></p> }.into_any()
}

fn facts(need: &Need) -> AnyView {
    let content = &need.content;
    let own_share = content.budget().zip(content.amount_fen).map(|(budget, amount)| budget.saturating_gap(amount));
    let own_share = own_share.filter(|share| share.is_positive()).map(|share| {
        view! { <dt>{t!("村集体和其他来源")}</dt><dd>{money::exact(share)}</dd> }
    });
    let counted = content.indicator.map(|indicator| format!("{} ", text(indicator.label()))).unwrap_or_default();
    let outcome = content.outcome_quantity.map(|quantity| {
        view! { <dt>{t!("成效目标")}</dt><dd>{counted}{quantity}" "{content.outcome_unit.clone()}</dd> }
    });
    let wanted = if content.kind == ContributionKind::Money {
        view! { <dt>{t!("需要资金")}</dt><dd class="big">{content.amount_fen.map(money::headline)}</dd> }.into_any()
    } else {
        view! { <dt>{t!("要什么")}</dt><dd class="big">{domain::need::asked::summary(&content.lines)}</dd> }.into_any()
    };
    view! {
        <section class="card facts">
            <dl>
                {wanted}
                {own_share}
                {outcome}
                {content.form.map(|form| view! { <dt>{t!("希望的合作形式")}</dt><dd>{text(form.label())}</dd> })}
                {content.wanted_by.map(|day| view! { <dt>{t!("希望完成")}</dt><dd>{date(day)}</dd> })}
                <dt>{t!("村（社区）")}</dt>
                <dd><a href=href(&path(&need.place.code))>{need.place.village.clone()}</a></dd>
                {need.published_at.map(|at| view! { <dt>{t!("公开时间")}</dt><dd>{instant(at)}</dd> })}
                {updates(need)}
            </dl>
        </section>
    }
    .into_any()
}

/// What this visitor may do with the need now: the step that is due first, the others below it.
fn actions(visit: &Visit, need: &Need) -> Option<AnyView> {
    let edit = need.may.edit.then(|| {
        view! { <p><a class="button quiet" href=href(&format!("/work/needs/{}", need.id))>{t!("修改内容")}</a></p> }
    });
    let revise = need.may.revise.then(|| {
        let link = href(&format!("/work/needs/{}/revision", need.id));
        let label = if need.revision.is_some() { t!("继续写修改稿") } else { t!("提出修改") };
        view! {
            <p><a class="button quiet" href=link>{label}</a></p>
            <p class="soft">{t!("修改要重新审核；通过以前，公开的内容不变。")}</p>
        }
    });
    if edit.is_none() && revise.is_none() && need.may.steps.is_empty() {
        return None;
    }
    let (apart, due): (Vec<NeedAction>, Vec<NeedAction>) =
        need.may.steps.iter().copied().partition(|action| action.wants_reason());
    let steps = due.into_iter().chain(apart).map(|action| step(visit, need, action));
    Some(
        view! {
            <section class="card steps">
                <h2>{t!("下一步")}</h2>
                {edit}{revise}
                {steps.collect_view()}
            </section>
        }
        .into_any(),
    )
}

/// One step: what it means, why it is taken where somebody has to know, and its button. A serious one, and one that sets
/// the need aside, is opened before it can be pressed.
fn step(visit: &Visit, need: &Need, action: NeedAction) -> AnyView {
    let empty = FormState::default();
    let refused = visit.form.as_ref().filter(|form| form.value("action") == action.as_str());
    let form = refused.unwrap_or(&empty);
    let says = match action {
        NeedAction::Submit => t!("提交后由镇（街道）和工商联审核，审核期间不能修改。"),
        NeedAction::Pass => t!("情况属实、确有需要的，交给工商联审核。"),
        NeedAction::TakeUp => t!("在镇里等候太久的，工商联可以直接受理。"),
        NeedAction::Return => t!("村里会看到原因，改好再提交。"),
        NeedAction::Approve => {
            t!("通过后，这条需求和照片向所有人公示 7 天并得到编号；期满没有待答复的异议就开放对接。")
        }
        NeedAction::Pause => t!("暂停期间不接受新的认捐，页面上会说明；以后可以恢复。"),
        NeedAction::Resume => t!("回到暂停以前的状态。"),
        NeedAction::Withdraw => t!("不再需要了。有企业认捐或承诺以后不能撤回。"),
        NeedAction::Renew => t!("改好内容和日期，重新走一遍审核。编号不变。"),
        NeedAction::Start => t!("开始实施。开工后不再接受新的认捐。"),
        NeedAction::Finish => t!("做完了、报告过进展的，请工商联来验收。"),
        NeedAction::SendBack => t!("没有做完，或说不清的。"),
        NeedAction::Close => t!("到现场看过、款项都已核销的，验收办结。办结以后不能再改。"),
        NeedAction::Open | NeedAction::Expire => "",
    };
    let reason = action.wants_reason().then(|| Field::new(form, "reason", t!("原因")).of_row(action.as_str()).area(3));
    let class = if is_grave(action) { "button danger" } else { "button" };
    let body = view! {
        <form method="post" action=href(&visit.path)>
            <input type="hidden" name="version" value=need.version />
            <p class="soft">{says}</p>
            {reason}
            <button class=class name="action" value=action.as_str()>{text(action.label())}</button>
        </form>
    };
    if action.wants_reason() {
        let open = refused.is_some();
        return view! { <details class="more" open=open><summary>{text(action.label())}</summary>{body}</details> }
            .into_any();
    }
    body.into_any()
}

const fn is_grave(action: NeedAction) -> bool {
    matches!(action, NeedAction::Return | NeedAction::Pause | NeedAction::Withdraw | NeedAction::SendBack)
}

fn history(need: &Need) -> Option<AnyView> {
    if need.history.is_empty() {
        return None;
    }
    let entries = need.history.iter().map(|entry| {
        view! {
            <li>
                <b>{text(entry.status.label())}</b>
                <span class="soft">{instant(entry.at)}" · "{entry.by.clone()}</span>
                {entry.reason.clone().map(|reason| view! { <p>{reason}</p> })}
            </li>
        }
    });
    Some(
        view! {
            <section class="card"><h2>{t!("经过")}</h2><ol class="history">{entries.collect_view()}</ol></section>
        }
        .into_any(),
    )
}
