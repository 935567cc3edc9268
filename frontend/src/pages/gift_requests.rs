//! Requests about pledges: asking with what the law allows told first, the list of a side, one with its steps.

use super::pairing::{id_of, own, pictures};
use crate::parts::field::{Field, problem, radios, summary, summary_of_row, tick};
use crate::parts::money;
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::gift_requests::{self, GiftRequest, GiftRequestQuery};
use domain::api::pledges::{self, Pledge};
use domain::api::{ApiError, ErrorCode};
use domain::gift_request::{
    GiftRequestKind, GiftRequestStatus, GiftRequestStep, GiftReturnGround, REQUEST_LAW, RequestFacts, SettlementKind,
};
use domain::organisation::Role;
use domain::{GiftRequestId, PledgeId};
use leptos::prelude::*;

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

/// The states by which the list is cut.
const SHOWN: [GiftRequestStatus; 3] =
    [GiftRequestStatus::Asked, GiftRequestStatus::Recommended, GiftRequestStatus::Granted];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    let query = GiftRequestQuery { status: typed("status"), pledge: typed("pledge"), after: typed("after") };
    let list = visit.call(gift_requests::list(&query)).await?;
    let chosen = visit.query("status").unwrap_or_default().to_owned();
    let choices = std::iter::once(("", t!("全部").to_owned()))
        .chain(SHOWN.iter().map(|status| (status.as_str(), text(status.label()))));
    let filters = choices.map(|(status, label)| {
        let path =
            if status.is_empty() { "/gift-requests".to_owned() } else { format!("/gift-requests?status={status}") };
        let here = (status == chosen).then_some("true");
        view! { <a class="button quiet" href=href(&path) aria-current=here>{label}</a> }
    });
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend((!chosen.is_empty()).then(|| ("status", chosen.clone())));
        let link = href(&format!("/gift-requests?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("豁免、更正和退回的申请（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("企业在自己的认捐页上申请；慈善组织一人核实、另一人决定。只有双方和审计看得到，不公开。")}</p>
        <nav class="buttons" aria-label=t!("看哪些")>{filters.collect_view()}</nav>
        {rows(&list.items)}
        {next}
    };
    Ok(Page::new(t!("豁免、更正和退回的申请"), body.into_any()))
}

fn rows(items: &[GiftRequest]) -> AnyView {
    if items.is_empty() {
        return view! { <p class="card empty">{t!("没有这样的申请。")}</p> }.into_any();
    }
    let rows = items.iter().map(|request| {
        let link = href(&format!("/gift-requests/{}", request.id));
        let amount = request.amount_fen.map(money::headline);
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what">
                        <span class="tags"><span class="tag status">{text(request.status.label())}</span></span>
                        <b>{text(request.kind.label())}</b>
                        <span>{request.enterprise_name.clone()}</span>
                        <span class="soft">{request.reference.to_string()}" · "{instant(request.asked_at)}</span>
                    </span>
                    <span class="amount">{amount}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

/// Asking: what the law allows comes first.
pub async fn new(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PledgeId = id.parse().map_err(|_| not_found())?;
    let pledge = visit.call(pledges::get(id)).await?;
    if !visit.has(&[Role::EnterpriseOwner, Role::EnterpriseOperator]) {
        return Err(ApiError::new(ErrorCode::Forbidden, "只有企业账号可以做这件事"));
    }
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let back = href(&format!("/pledges/{id}"));
    let known = GiftRequestQuery { pledge: Some(id.to_string()), ..GiftRequestQuery::default() };
    let known = visit.call(gift_requests::list(&known)).await?.items;
    let facts = RequestFacts { pledge: pledge.status, amount: pledge.amount_fen, arrived: pledge.arrived_fen };
    let kinds: Vec<_> = GiftRequestKind::ALL.iter().copied().filter(|kind| facts.check(*kind).is_ok()).collect();
    let asking = if kinds.is_empty() {
        view! { <p class="card empty">{t!("这笔认捐现在没有可以申请的事。")}</p> }.into_any()
    } else {
        ask(visit, form, &pledge, &kinds)
    };
    let before = (!known.is_empty()).then(|| view! { <h2>{t!("以前的申请")}</h2>{rows(&known)} });
    let law = REQUEST_LAW.iter().map(|line| view! { <li>{text(line)}</li> });
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=back>{t!("认捐 {reference}", reference = pledge.reference)}</a>
        </nav>
        <h1>{t!("申请豁免、更正或退回")}</h1>
        <section class="card" id="law">
            <h2>{t!("法律怎样规定")}</h2>
            <ul class="terms">{law.collect_view()}</ul>
        </section>
        {asking}{before}
    };
    Ok(Page::new(t!("申请豁免、更正或退回"), body.into_any()))
}

fn ask(visit: &Visit, form: &FormState, pledge: &Pledge, kinds: &[GiftRequestKind]) -> AnyView {
    let missing = pledge.amount_fen.saturating_gap(pledge.arrived_fen);
    let choices = kinds
        .iter()
        .map(|kind| match kind {
            GiftRequestKind::Waiver => (kind.as_str(), t!("豁免还没有到账的 {amount}", amount = money::exact(missing))),
            kind => (kind.as_str(), text(kind.label())),
        })
        .collect();
    let returns = kinds.contains(&GiftRequestKind::Return).then(|| {
        let grounds = GiftReturnGround::ALL.iter().map(|ground| (ground.as_str().to_owned(), text(ground.label())));
        view! {
            <fieldset class="card">
                <legend>{t!("只有申请退回才填")}</legend>
                {Field::new(form, "ground", t!("依据什么申请退回")).select(t!("请选择"), grounds.collect())}
                {Field::new(form, "amount", t!("申请退回的金额（元）")).input("text", "decimal", "off")}
            </fieldset>
        }
    });
    let lots = (!pledge.arrivals.is_empty()).then(|| {
        let lots = pledge.arrivals.iter().map(|arrival| {
            let label = format!("{} · {}", date(arrival.booked_on), money::exact(arrival.amount_fen));
            (arrival.lot.to_string(), label)
        });
        Field::new(form, "lot", t!("关于哪一笔到账（可以不选）")).select(t!("不是关于某一笔到账"), lots.collect())
    });
    view! {
        <form class="long" method="post" enctype="multipart/form-data" action=href(&visit.path)>
            <input type="hidden" name="id" value=id_of(visit, form) />
            {radios(form, "kind", (t!("申请什么"), None), choices)}
            {returns}{lots}
            {Field::new(form, "reason", t!("情况说明"))
                .hint(t!("写清楚什么时候、发生了什么、希望怎样办。请不要写身份证号、银行卡号。"))
                .area(5)}
            {pictures(form, "request", t!("证明材料的照片（最多 12 张）"), t!("如受灾证明、审计报告、银行回单。只给这家慈善组织、你们企业和审计看，不公开。申请豁免和退回的必须有。"))}
            {tick(form, "understood", t!("我已阅读上面的规定"))}
            <button class="button">{t!("提交申请")}</button>
        </form>
    }
    .into_any()
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "asked" => t!("申请已提交，慈善组织会收到通知。"),
        "recommended" => t!("核实意见已记下，等另一人决定。"),
        "decided" => t!("已决定，企业会收到通知。"),
        "withdrawn" => t!("申请已撤回。"),
        "settled" => t!("已登记办理，企业会收到通知。"),
        _ => return None,
    })
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: GiftRequestId = id.parse().map_err(|_| not_found())?;
    let request = visit.call(gift_requests::get(id)).await?;
    let done = visit.query("done").and_then(done_message);
    let pledge = href(&format!("/pledges/{}", request.pledge));
    let title = text(request.kind.label());
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(|form| summary_of_row(form, form.value("row")))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/gift-requests")>{t!("豁免、更正和退回的申请")}</a>
            <a href=pledge>{t!("认捐 {reference}", reference = request.reference)}</a>
        </nav>
        <h1>{title.clone()}</h1>
        <p class="tags">
            <span class="tag status">{text(request.status.label())}</span>
            <span class="soft">{request.enterprise_name.clone()}</span>
        </p>
        <div class="two">
            <div>{asked(&request)}{answers(&request)}{steps(visit, &request)}</div>
            <aside>{facts(&request)}</aside>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

fn asked(request: &GiftRequest) -> AnyView {
    let pictures = request.pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("材料 {n}", n = n + 1)}</a>" " }
    });
    let ground = request.ground.map(|ground| view! { <p>{t!("依据：{ground}", ground = text(ground.label()))}</p> });
    view! {
        <section class="card">
            <h2>{t!("情况说明")}</h2>
            {ground}
            <p class="typed">{request.reason.clone()}</p>
            <p>{pictures.collect_view()}</p>
            <p class="soft">{t!("材料和意见只给双方和审计看，不公开。")}</p>
        </section>
    }
    .into_any()
}

/// What the charity said, as far as its reader sees it.
fn answers(request: &GiftRequest) -> AnyView {
    let opinion = request.opinion.as_ref().map(|said| {
        let stands = if said.recommends { t!("建议同意") } else { t!("建议不同意") };
        view! {
            <section class="card">
                <h2>{t!("核实意见：{stands}", stands = stands)}</h2>
                <p class="typed">{said.opinion.clone()}</p>
                <p class="soft">{instant(said.at)}</p>
            </section>
        }
    });
    let decision = request.decision.as_ref().map(|said| {
        let stands = if request.status == GiftRequestStatus::Refused { t!("未同意") } else { t!("已同意") };
        let waived = request.waived_fen.map(|amount| {
            view! { <p class="note">{t!("豁免了 {amount}。已经到账的照记，余下的不再要求兑现。", amount = money::exact(amount))}</p> }
        });
        view! {
            <section class="card">
                <h2>{t!("决定：{stands}", stands = stands)}</h2>
                <p class="typed">{said.decision.clone()}</p>
                {waived}
                <p class="soft">{instant(said.at)}</p>
            </section>
        }
    });
    let settled = request.settled.as_ref().map(|said| {
        view! {
            <section class="card">
                <h2>{t!("已办理")}</h2>
                <p class="typed">{said.note.clone()}</p>
                <p class="soft">{instant(said.at)}</p>
            </section>
        }
    });
    view! { {opinion}{decision}{settled} }.into_any()
}

fn steps(visit: &Visit, request: &GiftRequest) -> Option<AnyView> {
    let steps = request.may.iter().map(|step| match step {
        GiftRequestStep::Recommend => yes_or_no(
            visit,
            request,
            ("recommend", "recommends", "opinion"),
            (t!("写核实意见"), t!("请核对材料，写明属实不属实。另一位复核或负责人看过再决定；企业看不到这一段。")),
            (t!("建议同意"), t!("建议不同意")),
        ),
        GiftRequestStep::Decide => yes_or_no(
            visit,
            request,
            ("decide", "grants", "decision"),
            (t!("决定"), t!("企业会看到决定和理由。同意豁免的立即生效；同意更正、退回的，由出纳办理后登记。")),
            (t!("同意"), t!("不同意")),
        ),
        GiftRequestStep::Withdraw => view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value="withdraw" />
                <input type="hidden" name="version" value=request.version />
                <button class="button quiet" name="action" value="withdraw">{t!("撤回申请")}</button>
            </form>
        }
        .into_any(),
        GiftRequestStep::Settle => {
            let form = own(visit, "settle");
            view! {
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="row" value="settle" />
                    <input type="hidden" name="version" value=request.version />
                    <p class="soft">{t!("先在银行流水里办好更正或退回，再在这里登记。")}</p>
                    {booking(&form, request)}
                    {Field::new(&form, "note", t!("办了什么")).hint(t!("如“7 月 3 日退回，回单号 P-9”。企业会看到。")).of_row("settle").area(2)}
                    <button class="button" name="action" value="settle">{t!("登记已办理")}</button>
                </form>
            }
            .into_any()
        }
    });
    let steps: Vec<AnyView> = steps.collect();
    (!steps.is_empty())
        .then(|| view! { <section class="card steps" id="now"><h2>{t!("下一步")}</h2>{steps}</section> }.into_any())
}

/// What is booked for it: what the cashier names is compared with what was asked.
fn booking(form: &FormState, request: &GiftRequest) -> Option<AnyView> {
    let kind = request.kind.settled_by()?;
    let choices = request.bookings.iter().map(|one| {
        let says = match kind {
            SettlementKind::Return => {
                t!("{day} 退回 {amount}", day = date(one.on_day), amount = money::exact(one.amount_fen))
            }
            SettlementKind::Rebooking => t!(
                "{day} 的流水：原来计入 {before}，更正后 {after}",
                day = date(one.on_day),
                before = money::exact(one.amount_fen),
                after = money::exact(one.after_fen)
            ),
        };
        (one.id.to_string(), says)
    });
    let hint = if kind == SettlementKind::Return {
        t!("只列出这笔认捐已付款的退回，金额须与申请相同。还没有的，先从认捐页申请退回，付款后再登记。")
    } else {
        t!("只列出涉及这笔认捐、已确认的冲正重记。还没有的，先在那笔流水上冲正并重记。")
    };
    let none = if request.kind.needs_booking() { t!("请选择") } else { t!("没有改账") };
    let label = t!("对应的记账");
    Some(Field::new(form, "booking", label).hint(hint).of_row("settle").select(none, choices.collect()))
}

fn yes_or_no(
    visit: &Visit,
    request: &GiftRequest,
    (action, choice, said): (&'static str, &'static str, &'static str),
    (label, says): (&'static str, &'static str),
    (yes, no): (&'static str, &'static str),
) -> AnyView {
    let form = own(visit, action);
    let box_of = |value: &'static str, label: &'static str| {
        let id = format!("{choice}-{value}");
        let checked = form.value(choice) == value;
        view! {
            <p class="choice">
                <input type="radio" id=id.clone() name=choice value=value checked=checked />
                <label for=id>{label}</label>
            </p>
        }
    };
    view! {
        <form method="post" action=href(&visit.path)>
            <input type="hidden" name="row" value=action />
            <input type="hidden" name="version" value=request.version />
            <p class="soft">{says}</p>
            <div class="field" id=format!("{choice}-{action}") role="radiogroup" aria-label=label
                class:wrong=form.problem(choice).is_some()>
                {problem(&form, choice)}
                {box_of("yes", yes)}{box_of("no", no)}
            </div>
            {Field::new(&form, said, t!("理由")).of_row(action).area(3)}
            <button class="button" name="action" value=action>{label}</button>
        </form>
    }
    .into_any()
}

fn facts(request: &GiftRequest) -> AnyView {
    let amount = request.amount_fen.map(|amount| {
        let label = match request.kind {
            GiftRequestKind::Waiver => t!("申请时还没有到账"),
            _ => t!("申请退回"),
        };
        view! { <dt>{label}</dt><dd>{money::exact(amount)}</dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("认捐的企业")}</dt><dd>{request.enterprise_name.clone()}</dd>
                <dt>{t!("慈善组织")}</dt><dd>{request.charity_name.clone()}</dd>
                <dt>{t!("活动名称")}</dt><dd>{request.campaign_name.clone()}</dd>
                <dt>{t!("认捐金额")}</dt><dd>{money::exact(request.pledge_fen)}</dd>
                <dt>{t!("已到账")}</dt><dd>{money::exact(request.arrived_fen)}</dd>
                <dt>{t!("认捐的状态")}</dt><dd>{text(request.pledge_status.label())}</dd>
                {amount}
                <dt>{t!("申请时间")}</dt><dd>{instant(request.asked_at)}</dd>
            </dl>
        </section>
    }
    .into_any()
}
