//! What needs left: the list with what may be declared, declaring it, and one surplus with the step of the visitor's desk.

use crate::parts::field::{Field, problem, radios, summary};
use crate::parts::{money, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::campaigns::PageQuery;
use domain::api::needs;
use domain::api::surpluses::{
    self, Remains, Surplus, SurplusDossier, SurplusNeed, SurplusPart, SurplusPlacement, SurplusReturn,
};
use domain::api::{ApiError, ErrorCode};
use domain::ledger::Account;
use domain::organisation::Role;
use domain::pledge::PledgeReference;
use domain::surplus::{PlacementBasis, SurplusStatus, UnderWay};
use domain::{NeedId, SurplusId};
use leptos::prelude::*;

const PATH: &str = "/work/surpluses";
const STAFF: [Role; 4] = [Role::CharityOwner, Role::CharityMaker, Role::CharityChecker, Role::CharityPayer];

fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let after = visit.query("after").map(str::to_owned);
    let list = visit.call(surpluses::list(&PageQuery { after })).await?;
    let remains = if visit.has(&STAFF) && visit.query("after").is_none() {
        Some(remains(visit, &visit.call(surpluses::remains()).await?.items))
    } else {
        None
    };
    let next = list.next.as_ref().map(|next| {
        let link = href(&format!("{PATH}?after={next}"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("还没有申报过结余。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let body = view! {
        {crumbs(false)}
        <h1>{t!("结余（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("需求办结后没有用完的款是结余。经办申报，复核确认；确认后三个月内处理：转用于用途相近的需求，或退回捐赠人，并向社会公开。")}</p>
        {remains}{rows}{next}
    };
    Ok(Page::new(t!("结余"), body.into_any()))
}

fn crumbs(inside: bool) -> AnyView {
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            {inside.then(|| view! { <a href=href(PATH)>{t!("结余")}</a> })}
        </nav>
    }
    .into_any()
}

/// What could be declared.
fn remains(visit: &Visit, items: &[Remains]) -> Option<AnyView> {
    if items.is_empty() {
        return None;
    }
    let maker = visit.has(&[Role::CharityMaker]);
    let rows = items.iter().map(|one| {
        let (link, says) = match one.declared {
            Some(id) => (format!("{PATH}/{id}"), t!("已申报，等确认")),
            None if !one.under_way.is_empty() => (format!("{PATH}/new?need={}", one.need.id), t!("还有没办完的")),
            None if maker => (format!("{PATH}/new?need={}", one.need.id), t!("申报结余")),
            None => (format!("{PATH}/new?need={}", one.need.id), t!("等经办申报")),
        };
        view! {
            <li>
                <a class="need" href=href(&link)>
                    <span class="what"><b>{one.need.title.clone()}</b><span class="soft">{says}</span></span>
                    <span class="amount">{money::exact(one.held_fen)}</span>
                </a>
            </li>
        }
    });
    Some(
        view! {
            <h2>{t!("已经结束、还有余款的需求")}</h2>
            <ul class="rows card">{rows.collect_view()}</ul>
            <h2>{t!("申报过的结余")}</h2>
        }
        .into_any(),
    )
}

fn number(one: &Surplus) -> String {
    one.number.map_or_else(|| t!("结余").to_owned(), |n| t!("结余 {n} 号", n = n))
}

fn row(one: &Surplus) -> AnyView {
    let due = one.due_on.filter(|_| one.left_fen.is_positive()).map(|due| {
        if one.late {
            t!("处理期限 {day}，已经过了", day = date(due))
        } else {
            t!("处理期限 {day}", day = date(due))
        }
    });
    let settled = one.status == SurplusStatus::Confirmed && one.left_fen.is_zero();
    let status = if settled { t!("已处理完").to_owned() } else { text(one.status.label()) };
    let amount = if one.status == SurplusStatus::Confirmed { one.left_fen } else { one.amount_fen };
    view! {
        <li>
            <a class="need" class:late=one.late href=href(&format!("{PATH}/{}", one.id))>
                <span class="what">
                    <span class="tags"><span class="tag status">{status}</span></span>
                    <b>{one.need.title.clone()}</b>
                    <span class="soft">{number(one)}" · "{one.charity_name.clone()}" · "{instant(one.declared_at)}</span>
                    {due.map(|due| view! { <span class="soft">{due}</span> })}
                </span>
                <span class="amount">{money::exact(amount)}</span>
            </a>
        </li>
    }
    .into_any()
}

fn linked(need: &SurplusNeed) -> AnyView {
    match &need.code {
        Some(code) => {
            view! { <a href=href(&format!("/needs/{code}"))>{need.title.clone()}</a>" "<code>{code.clone()}</code> }
                .into_any()
        }
        None => need.title.clone().into_any(),
    }
}

/// Declaring what the need that the query names left.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("need").is_empty() {
        form.replace("need", visit.query("need").unwrap_or_default().to_owned());
    }
    let need: NeedId = form.value("need").parse().map_err(|_| not_found())?;
    let stored = match recorded::id::<SurplusId>(&form) {
        Some(id) => visit.call(surpluses::get(id)).await.ok().map(|known| {
            let facts = vec![
                (t!("需求"), known.surplus.need.title.clone()),
                (t!("金额"), money::exact(known.surplus.amount_fen)),
                (t!("为什么有结余"), known.surplus.reason.clone()),
            ];
            recorded::under_this_id(&format!("{PATH}/{id}"), facts)
        }),
        None => None,
    };
    let known = visit.call(surpluses::remains_of(need)).await?;
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let form = &form;
    let next = if let Some(id) = known.declared {
        let link = href(&format!("{PATH}/{id}"));
        view! { <p class="note">{t!("这条需求的结余已经申报，等同事确认。")}" "<a href=link>{t!("打开")}</a></p> }
            .into_any()
    } else if known.under_way.is_empty() && visit.has(&[Role::CharityMaker]) {
        declaration(form, &known)
    } else if known.under_way.is_empty() {
        view! { <p class="note">{t!("由经办申报。")}</p> }.into_any()
    } else {
        under_way(&known)
    };
    let body = view! {
        {summary(form)}{stored}{crumbs(true)}
        <h1>{t!("申报结余")}</h1>
        <section class="card facts">
            <dl>
                <dt>{t!("需求")}</dt><dd>{linked(&known.need)}</dd>
                <dt>{t!("本单位的余款")}</dt><dd class="big">{money::exact(known.held_fen)}</dd>
            </dl>
        </section>
        {next}
    };
    Ok(Page::new(t!("申报结余"), body.into_any()))
}

fn declaration(form: &FormState, known: &Remains) -> AnyView {
    view! {
        <form class="long card" method="post" action=href("/work/surpluses/new")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <input type="hidden" name="need" value=known.need.id.to_string() />
            <input type="hidden" name="amount_fen" value=known.held_fen.get().to_string() />
            <p>{t!("没有在办的事了。余款全部转为结余，由另一位同事确认后记账；确认后三个月内要处理。")}</p>
            {problem(form, "amount_fen")}
            {Field::new(form, "reason", t!("为什么有结余"))
                .hint(t!("会和结余一起公开，如“招标价低于预算”。不要写捐赠人或个人的姓名、证件号码。")).area(2)}
            <button class="button">{t!("申报，等同事确认")}</button>
        </form>
    }
    .into_any()
}

fn under_way(known: &Remains) -> AnyView {
    let rows = known.under_way.iter().map(|one| item(known, one));
    view! {
        <section class="card">
            <h2>{t!("还有没办完的")}</h2>
            <p>{t!("下面的办完以后，才能申报结余。")}</p>
            <table class="sums"><tbody>{rows.collect_view()}</tbody></table>
        </section>
    }
    .into_any()
}

fn item(known: &Remains, one: &UnderWay) -> AnyView {
    let label = text(one.kind.label());
    let to = one.kind.path().map(str::to_owned);
    let to = to.or_else(|| known.need.code.as_ref().map(|code| format!("/needs/{code}")));
    let says = match to {
        Some(to) => view! { <a href=href(&to)>{label}</a> }.into_any(),
        None => label.into_any(),
    };
    let amount = one.kind.path().map(|_| t!("{n} 笔，{amount}", n = one.count, amount = money::exact(one.amount_fen)));
    view! { <tr><th scope="row">{says}</th><td>{amount}</td></tr> }.into_any()
}

/// One surplus.
pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: SurplusId = id.parse().map_err(|_| not_found())?;
    let known = visit.call(surpluses::get(id)).await?;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let done = visit.query("done").and_then(done_message);
    let title = number(&known.surplus);
    let place = if known.may_place { Some(placing(visit, &form, &known).await?) } else { None };
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(&form)}{crumbs(true)}
        <h1>{title.clone()}</h1>
        <p class="tags">
            <span class="tag status">{text(known.surplus.status.label())}</span>
            {known.surplus.late.then(|| view! { <span class="tag wrong">{t!("已过处理期限")}</span> })}
        </p>
        {facts(&known.surplus)}
        {decision(&form, &known)}
        {parts(visit, &known)}
        {uses(visit, &form, &known)}
        {place}
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "declared" => Some(t!("已申报，等另一位同事确认。")),
        "confirmed" => Some(t!("已确认并记账。有关的捐赠人会收到通知。")),
        "sent_back" => Some(t!("已退回，款没有动。")),
        "proposed" => Some(t!("转用的申请已提交，等另一位同事确认。")),
        "placed" => Some(t!("已转用，款已留给新的需求。有关的捐赠人会收到通知。")),
        "placement_sent_back" => Some(t!("转用的申请已退回，款仍是结余。")),
        _ => None,
    }
}

fn facts(one: &Surplus) -> AnyView {
    let fact =
        |label: &'static str, value: Option<String>| value.map(|value| view! { <dt>{label}</dt><dd>{value}</dd> });
    let decided = one.decided_by.clone().zip(one.decided_at).map(|(by, at)| format!("{by} {}", instant(at)));
    let sum = |label: &'static str, fen: domain::Fen| {
        (!fen.is_zero()).then(|| view! { <dt>{label}</dt><dd>{money::exact(fen)}</dd> })
    };
    let confirmed = one.status == SurplusStatus::Confirmed;
    let due = one.due_on.map(|due| {
        let class = if one.late { "late" } else { "" };
        view! { <dt>{t!("处理期限")}</dt><dd class=class>{date(due)}</dd> }
    });
    let account = confirmed.then(|| {
        let account = Account::Surplus { need: one.need.id };
        view! { <dt>{t!("公开的账")}</dt><dd><a href=href(&format!("/ledger/{account}"))>{t!("结余的每一笔")}</a></dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("需求")}</dt><dd>{linked(&one.need)}</dd>
                <dt>{t!("慈善组织")}</dt><dd>{one.charity_name.clone()}</dd>
                <dt>{t!("结余")}</dt><dd class="big">{money::exact(one.amount_fen)}</dd>
                {sum(t!("已转用"), one.placed_fen)}
                {sum(t!("转用待确认"), one.proposed_fen)}
                {sum(t!("已退回捐赠人"), one.returned_fen)}
                {sum(t!("正在退回"), one.returning_fen)}
                {confirmed.then(|| view! { <dt>{t!("还没有处理")}</dt><dd>{money::exact(one.left_fen)}</dd> })}
                {due}
                <dt>{t!("为什么有结余")}</dt><dd>{one.reason.clone()}</dd>
                <dt>{t!("申报")}</dt><dd>{one.declared_by.clone()}" "{instant(one.declared_at)}</dd>
                {fact(if confirmed { t!("确认") } else { t!("退回") }, decided)}
                {fact(t!("退回原因"), one.decided_why.clone())}
                {account}
            </dl>
        </section>
    }
    .into_any()
}

/// The step of the second person, and taking it back.
fn decision(form: &FormState, known: &SurplusDossier) -> Option<AnyView> {
    if known.surplus.status != SurplusStatus::Declared {
        return None;
    }
    let confirm = if known.may_confirm {
        view! {
            <form method="post">
                <p>{t!("请核对：需求已经结束，该付的都付了，该核销的都核销了，余款和银行账一致。确认后记账，不能撤回。")}</p>
                <button class="button" name="action" value="confirm">
                    {t!("确认结余 {amount}", amount = money::exact(known.surplus.amount_fen))}
                </button>
            </form>
        }
        .into_any()
    } else {
        view! { <p>{t!("等申报人以外的复核确认。")}</p> }.into_any()
    };
    let back = known.may_send_back.then(|| sending_back(form, "send_back", None, t!("退回申报")));
    Some(view! { <section class="card"><h2>{t!("下一步")}</h2>{confirm}{back}</section> }.into_any())
}

fn sending_back(form: &FormState, action: &'static str, row: Option<String>, label: &'static str) -> AnyView {
    let own = form.value("action") == action && row.as_ref().is_none_or(|row| form.value("row") == row);
    let empty = FormState::default();
    let form = if own { form } else { &empty };
    let key = row.clone().unwrap_or_else(|| action.to_owned());
    let hidden = row.map(|row| view! { <input type="hidden" name="row" value=row /> });
    view! {
        <details class="more" open=own>
            <summary>{label}</summary>
            <form method="post">
                {hidden}
                {Field::new(form, "reason", t!("原因")).of_row(&key).area(2)}
                <button class="button danger" name="action" value=action>{label}</button>
            </form>
        </details>
    }
    .into_any()
}

/// Whose money is left of it.
fn parts(visit: &Visit, known: &SurplusDossier) -> Option<AnyView> {
    if known.parts.is_empty() {
        return None;
    }
    let maker = visit.has(&[Role::CharityMaker]) && known.surplus.status == SurplusStatus::Confirmed;
    let rows = known.parts.iter().map(|part| part_row(part, maker.then_some(known.surplus.id)));
    Some(
        view! {
            <section class="card">
                <h2>{t!("余下的是谁的款")}</h2>
                <p class="soft">{t!("还没有安排的部分。协议写明要先征求意见的，取得这位捐赠人书面同意才能转用；也可以退回捐赠人。")}</p>
                <ul class="rows">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

/// Whose it is.
fn whose(giver: Option<&String>, reference: Option<PledgeReference>) -> String {
    match giver {
        Some(giver) => format!("{giver} {}", reference.map(|reference| reference.to_string()).unwrap_or_default()),
        None => t!("没有归入认捐的一份到账款").to_owned(),
    }
}

/// What the giver said before about whatever would be left.
fn said(part: &SurplusPart) -> Option<String> {
    part.restriction.zip(part.choice).map(|(restriction, choice)| {
        let directed = restriction == domain::pledge::Restriction::Directed;
        if directed { text(choice.label()) } else { text(restriction.label()) }
    })
}

fn part_row(part: &SurplusPart, returns: Option<SurplusId>) -> AnyView {
    let name = whose(part.giver.as_ref(), part.reference);
    let source = match (part.pledge, part.lot) {
        (Some(pledge), _) => format!("pledge={pledge}"),
        (None, lot) => format!("lot={}", lot.map(|lot| lot.to_string()).unwrap_or_default()),
    };
    let said = said(part);
    let back = returns.map(|surplus| {
        let link = href(&format!("/work/returns/new?surplus={surplus}&{source}"));
        view! { <a class="button quiet" href=link>{t!("退回捐赠人")}</a> }
    });
    view! {
        <li class="need">
            <span class="what"><b>{name}</b><span class="soft">{said}</span></span>
            <span class="what"><span class="amount">{money::exact(part.left_fen)}</span>{back}</span>
        </li>
    }
    .into_any()
}

/// What it was used for, or is to be.
fn uses(visit: &Visit, form: &FormState, known: &SurplusDossier) -> Option<AnyView> {
    if known.placements.is_empty() && known.returns.is_empty() {
        return None;
    }
    let placed = known.placements.iter().map(|placement| placement_card(form, placement));
    let staff = visit.has(&STAFF);
    let back = known.returns.iter().map(|one| return_row(one, staff)).collect_view();
    let back = (!known.returns.is_empty()).then(|| view! { <ul class="rows card">{back}</ul> });
    Some(view! { <h2>{t!("怎样处理的")}</h2>{placed.collect_view()}{back} }.into_any())
}

fn placement_card(form: &FormState, one: &SurplusPlacement) -> AnyView {
    let decided = one.decided_by.clone().zip(one.decided_at).map(|(by, at)| {
        view! { <dt>{t!("决定")}</dt><dd>{by}" "{instant(at)}</dd> }
    });
    let why = one.decided_why.clone().map(|why| view! { <dt>{t!("退回原因")}</dt><dd>{why}</dd> });
    let of = one.parts.iter().map(|part| {
        view! { <li>{whose(part.giver.as_ref(), part.reference)}" "<b>{money::exact(part.amount_fen)}</b></li> }
    });
    let label = if one.basis == PlacementBasis::Consent { t!("同意转用的捐赠") } else { t!("用谁的款") };
    let of =
        (!one.parts.is_empty()).then(|| view! { <dt>{label}</dt><dd><ul class="tree">{of.collect_view()}</ul></dd> });
    let reference = (!one.basis_reference.is_empty()).then(|| format!("：{}", one.basis_reference));
    let row = one.id.to_string();
    let confirm = one.may_confirm.then(|| {
        view! {
            <form method="post">
                <input type="hidden" name="row" value=row.clone() />
                <p>{t!("请核对依据和同意函。确认后款转到新的需求，不能撤回。")}</p>
                <button class="button" name="action" value="confirm_placement">{t!("确认转用")}</button>
            </form>
        }
    });
    let waits = (one.may_send_back && !one.may_confirm).then(|| view! { <p>{t!("等申请人以外的复核确认。")}</p> });
    let back =
        one.may_send_back.then(|| sending_back(form, "send_placement_back", Some(row.clone()), t!("退回这份申请")));
    view! {
        <section class="card facts">
            <p class="tags"><span class="tag status">{text(one.status.label())}</span></p>
            <dl>
                <dt>{t!("转用于")}</dt><dd>{linked(&one.to)}</dd>
                <dt>{t!("金额")}</dt><dd class="big">{money::exact(one.amount_fen)}</dd>
                <dt>{t!("怎样相近")}</dt><dd>{one.similarity.map(|like| text(like.label()))}"："{one.why_similar.clone()}</dd>
                <dt>{t!("依据")}</dt><dd>{text(one.basis.label())}{reference}</dd>
                {of}
                <dt>{t!("申请")}</dt><dd>{one.proposed_by.clone()}" "{instant(one.proposed_at)}</dd>
                {decided}{why}
            </dl>
            {confirm}{waits}{back}
        </section>
    }
    .into_any()
}

/// Others than the charity's staff do not read to whom it went.
fn return_row(one: &SurplusReturn, staff: bool) -> AnyView {
    let on = one.paid_on.map(|day| view! { <span class="soft">{date(day)}</span> });
    let says = view! {
        <span class="what"><b>{t!("退回捐赠方")}</b><span class="soft">{text(one.status.label())}</span>{on}</span>
        <span class="amount">{money::exact(one.amount_fen)}</span>
    };
    if staff {
        let link = href(&format!("/work/returns/{}", one.id));
        view! { <li><a class="need" href=link>{says}</a></li> }.into_any()
    } else {
        view! { <li class="need">{says}</li> }.into_any()
    }
}

/// The form by which it is to be used for another need.
async fn placing(visit: &Visit, form: &FormState, known: &SurplusDossier) -> Result<AnyView, ApiError> {
    let need = visit.call(needs::get(&known.surplus.need.id.to_string())).await?;
    let field = need.content.field.map(|field| {
        let link = href(&format!("/needs?field={field}"));
        view! { <a class="button quiet" href=link>{t!("同一领域的需求：{field}", field = text(field.label()))}</a> }
    });
    let village = href(&crate::parts::place::path(&need.place.code));
    let bases = PlacementBasis::ALL.iter().map(|basis| (basis.as_str(), text(basis.label()))).collect();
    let free = money::exact(known.surplus.free());
    let hint = t!("慈善法：剩余的捐赠财产按协议或募捐方案处理；没有约定的，用于目的相同或相近的项目，并向社会公开。");
    Ok(view! {
        <form class="long" method="post" id="place">
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <fieldset class="card">
                <legend>{t!("转用于另一条需求")}</legend>
                <p>{t!("还没有安排的结余 {amount}。", amount = free)}" "
                    {t!("新的需求要在同一个村（社区），或属于同一个领域，并且正在征集。")}</p>
                <p class="buttons">{field}<a class="button quiet" href=village>{t!("同一个村的需求")}</a></p>
                {Field::new(form, "need_code", t!("用于哪条需求（需求编号）")).hint(t!("如 XQ-441424-2026-1")).text()}
                {Field::new(form, "amount", t!("金额（元）")).input("text", "decimal", "off")}
                {Field::new(form, "why_similar", t!("用途怎样相近")).hint(t!("会公开。不要写捐赠人或个人的姓名、证件号码。")).area(2)}
                {radios(form, "basis", (t!("依据"), Some(hint.into_any())), bases)}
                {Field::new(form, "basis_reference", t!("依据在哪里查"))
                    .hint(t!("协议的条款、同意函的日期，或公示的地方和日期。不公开，只有本单位和审计人员看得到。")).area(2)}
                {whose_money(form, known)}
                <button class="button" name="action" value="place">{t!("申请转用，等同事确认")}</button>
            </fieldset>
        </form>
    }
    .into_any())
}

/// Whose money it is to be, where that is to be chosen.
fn whose_money(form: &FormState, known: &SurplusDossier) -> Option<AnyView> {
    if known.parts.len() < 2 {
        return None;
    }
    let boxes = known.parts.iter().map(|part| {
        let (name, value) = match (part.pledge, part.lot) {
            (Some(pledge), _) => ("pledges", pledge.to_string()),
            (None, lot) => ("lots", lot.map(|lot| lot.to_string()).unwrap_or_default()),
        };
        let id = format!("{name}-{value}");
        let ticked = form.all(name).contains(&value.as_str());
        let said = said(part).map(|said| format!("，{said}"));
        view! {
            <p class="choice">
                <input type="checkbox" id=id.clone() name=name value=value checked=ticked />
                <label for=id>{whose(part.giver.as_ref(), part.reference)}" "{money::exact(part.left_fen)}{said}</label>
            </p>
        }
    });
    let wrong = form.problem("pledges").is_some();
    let described_by = format!("pledges-hint{}", if wrong { " pledges-problem" } else { "" });
    Some(
        view! {
            <div class="field" id="pledges" role="group" class:wrong=wrong aria-labelledby="pledges-label"
                aria-describedby=described_by>
                <span class="label" id="pledges-label">{t!("用谁的款")}</span>
                <span class="hint" id="pledges-hint">
                    {t!("依据是“捐赠人同意”的，勾选同意了的捐赠。不勾选的，从依据够用的款里先用最早到账的。")}
                </span>
                {problem(form, "pledges")}
                {boxes.collect_view()}
            </div>
        }
        .into_any(),
    )
}
