//! Commitments besides money: the list of whoever reads them, and one with its deliveries and what may be done to it.

use crate::parts::commitments::{amount, delivered, rows, tags, totals, what};
use crate::parts::field::{Field, problem, radios, summary_of_row};
use crate::parts::{query_string, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::CommitmentId;
use domain::api::commitments::{self, Commitment, CommitmentPart, CommitmentQuery, CommitmentsShown};
use domain::api::{ApiError, ErrorCode};
use domain::commitment::{Paper, PartStatus};
use domain::organisation::Role;
use domain::pledge::{DisplayChoice, PublicDisplay, partial_name};
use leptos::prelude::*;

const ENTERPRISE: [Role; 3] = [Role::EnterpriseOwner, Role::EnterpriseOperator, Role::Donor];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    let query = CommitmentQuery { show: typed("show"), after: typed("after") };
    let list = visit.call(commitments::list(&query)).await?;
    let enterprise = visit.has(&ENTERPRISE);
    let village = visit.has(&[Role::VillageReporter, Role::VillageHead]);
    let (title, lead, empty) = if enterprise {
        (
            t!("资金以外的承诺"),
            t!("资金以外答应给的东西：兑现一部分就登记一部分，由村里确认。"),
            t!("还没有承诺。在“找需求”里打开一条不要资金的需求，点“我们来承担”。"),
        )
    } else if village {
        (
            t!("企业对我们村的承诺"),
            t!("企业登记兑现后请核对确认；直接收到的也可以自己登记。"),
            t!("还没有企业承诺。需求公开后，企业可以在需求页上承担。"),
        )
    } else {
        (t!("资金以外的承诺"), t!("辖区里企业对各条需求的承诺和兑现。"), t!("还没有承诺。"))
    };
    let chosen = visit.query("show").unwrap_or_default().to_owned();
    let choices = std::iter::once(("", t!("全部").to_owned()))
        .chain(CommitmentsShown::ALL.iter().map(|show| (show.as_str(), text(show.label()))));
    let filters = choices.map(|(show, label)| {
        let path = if show.is_empty() { "/commitments".to_owned() } else { format!("/commitments?show={show}") };
        let here = (show == chosen).then_some("true");
        view! { <a class="button quiet" href=href(&path) aria-current=here>{label}</a> }
    });
    let empty = if chosen.is_empty() { empty } else { t!("没有这样的承诺。") };
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend((!chosen.is_empty()).then(|| ("show", chosen.clone())));
        let link = href(&format!("/commitments?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{title}</h1>
            {visit.has(&super::pairings::ENTERPRISE).then(|| {
                view! { <a class="button quiet" href=href("/commitments/due")>{t!("我们的承诺")}</a> }
            })}
            {enterprise.then(|| view! { <a class="button" href=href("/needs")>{t!("找需求")}</a> })}
        </div>
        <p class="soft">{lead}</p>
        <nav class="buttons" aria-label=t!("看哪些")>{filters.collect_view()}</nav>
        {rows(&list.items, !enterprise, empty)}
        {next}
        {totals(&list.totals, t!("这里全部承诺的合计，不含已撤回的。").to_owned())}
    };
    Ok(Page::new(title, body.into_any()))
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: CommitmentId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let read = visit.call(commitments::get(id)).await?;
    let row = &read.row;
    let done = visit.query("done").and_then(done_message);
    let title = what(row);
    let ended = read.ended.as_ref().map(|ended| {
        let says = t!("{state}，{at}", state = text(row.status.label()), at = instant(ended.at));
        view! { <section class="summary"><h2>{says}</h2><p>{ended.reason.clone()}</p></section> }
    });
    let procured = row.procured.then(|| {
        view! { <p class="note">{t!("这项服务由政府付费购买，不是捐赠，不计入任何合计。")}</p> }
    });
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(|form| summary_of_row(form, form.value("row")))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/commitments")>{t!("承诺")}</a>
            <a href=href(&format!("/needs/{}", row.need_code))>{row.need_title.clone()}</a>
        </nav>
        <h1>{title.clone()}</h1>
        <p>{tags(row)}</p>
        {ended}{procured}
        <div class="two reading">
            <aside class="ahead">{facts(&read)}</aside>
            <div class="middle">{parts(visit, &read)}{new_part(visit, &read)}</div>
            <aside class="behind">{endings(visit, &read)}</aside>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "promised" => t!("承诺已记录，村里会收到通知。兑现后请在这里登记。"),
        "reported" => t!("已登记，等村里确认。"),
        "received" => t!("已登记收到，企业会看到。"),
        "confirmed" => t!("已确认，计入兑现。"),
        "disputed" => t!("已写明异议，企业会看到。"),
        "taken-back" => t!("已冲回，企业会看到原因。"),
        "withdrawn" => t!("已撤回，村里会看到原因。"),
        "waived" => t!("余下部分已豁免，企业会看到原因。"),
        "display" => t!("公开的方式已改，立即生效。"),
        _ => return None,
    })
}

fn facts(read: &Commitment) -> AnyView {
    let row = &read.row;
    let choice = DisplayChoice { name: read.public_display, show_amount: true, share_with_recipient: true };
    let missing = row.quantity - row.delivered;
    let missing = (row.status.is_live() && missing > 0).then(|| {
        view! { <dt>{t!("还差")}</dt><dd>{amount(missing, &row.unit)}</dd> }
    });
    let note = (!read.note.is_empty()).then(|| {
        view! { <dt>{t!("说明")}</dt><dd class="typed">{read.note.clone()}</dd> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("承诺")}</dt><dd class="big">{amount(row.quantity, &row.unit)}</dd>
                <dt>{t!("兑现")}</dt><dd>{delivered(row)}</dd>
                {missing}
                <dt>{t!("约定日期")}</dt><dd>{date(row.due_on)}</dd>
                <dt>{t!("企业")}</dt><dd>{row.enterprise_name.clone()}</dd>
                <dt>{t!("村（社区）")}</dt><dd>{crate::parts::need_row::place(&row.place)}</dd>
                <dt>{t!("公众看到")}</dt><dd>{text(&choice.public_name(&row.enterprise_name, false))}</dd>
                {note}
                <dt>{t!("承诺时间")}</dt><dd>{instant(read.promised_at)}</dd>
            </dl>
        </section>
    }
    .into_any()
}

/// The form that was refused, for the one of the page's forms that it is; the others are empty.
fn own(visit: &Visit, row: &str) -> FormState {
    visit.form.as_ref().filter(|form| form.value("row") == row).cloned().unwrap_or_default()
}

fn parts(visit: &Visit, read: &Commitment) -> AnyView {
    let none = read.parts.is_empty().then(|| view! { <p class="card empty">{t!("还没有登记过兑现。")}</p> });
    let shown = read.parts.iter().map(|one| part(visit, read, one)).collect_view();
    view! { <section id="parts"><h2>{t!("兑现（{n} 笔）", n = read.parts.len())}</h2>{none}{shown}</section> }
        .into_any()
}

fn part(visit: &Visit, read: &Commitment, part: &CommitmentPart) -> AnyView {
    let quantity = amount(part.quantity, &read.row.unit);
    let heading = match part.corrects {
        Some(_) => t!("冲回 {quantity}", quantity = quantity),
        None => quantity,
    };
    let state = match (part.corrects, part.taken_back, part.received) {
        (Some(_), ..) => t!("冲回").to_owned(),
        (_, true, _) => t!("已被冲回，不再计入").to_owned(),
        (_, _, true) => t!("村里登记收到").to_owned(),
        _ => text(part.status.label()),
    };
    let pictures = part.pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("凭证 {n}", n = n + 1)}</a>" " }
    });
    let note = (!part.note.is_empty()).then(|| view! { <p>{part.note.clone()}</p> });
    let reason = part.reason.clone().map(|reason| view! { <p class="note">{t!("原因：")}{reason}</p> });
    let paper = part.corrects.is_none().then(|| {
        view! { <dt>{t!("凭证")}</dt><dd>{text(part.paper.label())}" "{pictures.collect_view()}</dd> }
    });
    let decided = part.decided_at.filter(|_| !part.received).map(|at| {
        view! { <dt>{t!("村里答复")}</dt><dd>{instant(at)}</dd> }
    });
    view! {
        <section class="card facts">
            <h3>{heading}" "<span class="tag status">{state}</span></h3>
            <dl>
                <dt>{t!("日期")}</dt><dd>{date(part.happened_on)}</dd>
                {paper}
                <dt>{t!("登记时间")}</dt><dd>{instant(part.reported_at)}</dd>
                {decided}
            </dl>
            {note}{reason}
            {decision(visit, read, part)}
        </section>
    }
    .into_any()
}

/// What the village may do with a part.
fn decision(visit: &Visit, read: &Commitment, part: &CommitmentPart) -> Option<AnyView> {
    if !read.may.decide {
        return None;
    }
    let id = part.id.to_string();
    if part.status == PartStatus::Reported {
        let confirm = view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value=id.clone() />
                <input type="hidden" name="part" value=id.clone() />
                <p>{t!("请对照凭证和实物。确认后计入兑现并公开，不能直接撤销。")}</p>
                <button class="button" name="action" value="confirm">{t!("确认收到")}</button>
            </form>
        };
        let says = t!("没有收到、数量不对、凭证不清的，写明原因。企业会照实再登记。");
        let dispute = reasoned(visit, (id.as_str(), Some(id.as_str())), "dispute", (t!("有异议"), says), None);
        return Some(view! { {confirm}{dispute} }.into_any());
    }
    let counts = part.status == PartStatus::Confirmed && part.corrects.is_none() && !part.taken_back;
    counts.then(|| {
        let says = t!("确认错了的，整笔冲回，再照实登记。冲回和原因都留在记录里。");
        let counter = visit.fresh_id.to_string();
        reasoned(visit, (id.as_str(), Some(id.as_str())), "take-back", (t!("冲回这笔"), says), Some(counter))
    })
}

/// A step that wants a reason: opened before it can be pressed.
fn reasoned(
    visit: &Visit,
    (row, part): (&str, Option<&str>),
    action: &'static str,
    (label, says): (&'static str, &'static str),
    fresh_id: Option<String>,
) -> AnyView {
    let key = format!("{action}-{row}");
    let form = own(visit, &key);
    let open = visit.form.as_ref().is_some_and(|form| form.value("row") == key);
    let fresh_id = fresh_id.map(|fresh| if form.value("id").is_empty() { fresh } else { form.value("id").to_owned() });
    view! {
        <details class="more" open=open>
            <summary>{label}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value=key.clone() />
                {part.map(|part| view! { <input type="hidden" name="part" value=part.to_owned() /> })}
                {fresh_id.map(|id| view! { <input type="hidden" name="id" value=id /> })}
                <p class="soft">{says}</p>
                {Field::new(&form, "reason", t!("原因")).of_row(&key).area(3)}
                <button class="button danger" name="action" value=action>{label}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The enterprise reports what it delivered, or the village enters what it received.
fn new_part(visit: &Visit, read: &Commitment) -> Option<AnyView> {
    if !(read.may.report || read.may.receive) {
        return None;
    }
    let (action, heading, says) = if read.may.report {
        ("report", t!("登记兑现了一部分"), t!("村里确认后才计入兑现。凭证照片不公开，给村里、工商联和审计看。"))
    } else {
        ("receive", t!("登记收到了一部分"), t!("企业还没有登记、村里已经收到的，可以在这里登记，立即计入兑现。"))
    };
    let mut form = own(visit, "");
    // Where there is one paper only, it is chosen.
    if let ([only], "") = (Paper::of(read.row.kind), form.value("paper")) {
        form.set("paper", only.as_str());
    }
    let id = match form.value("id") {
        "" => visit.fresh_id.to_string(),
        typed => typed.to_owned(),
    };
    let papers = Paper::of(read.row.kind).iter().map(|paper| (paper.as_str(), text(paper.label()))).collect();
    let kept: Vec<String> = form.all("kept_pictures").into_iter().map(str::to_owned).collect();
    let uploaded = kept.len();
    let kept = kept.into_iter().map(|id| view! { <input type="hidden" name="kept_pictures" value=id /> });
    Some(
        view! {
            <section class="card" id="new-part">
                <h2>{heading}</h2>
                <p class="soft">{says}</p>
                <form method="post" enctype="multipart/form-data" action=href(&visit.path)>
                    <input type="hidden" name="id" value=id />
                    <p class="hint">{t!("单位：{unit}。可以比承诺的多，会照实写明。", unit = read.row.unit)}</p>
                    {Field::new(&form, "quantity", t!("数量")).input("text", "numeric", "off")}
                    {Field::new(&form, "happened_on", t!("兑现的日期")).input("date", "none", "off")}
                    {radios(&form, "paper", (t!("附什么凭证"), None), papers)}
                    {kept.collect_view()}
                    {(uploaded > 0).then(|| view! { <p class="soft">{t!("已上传 {n} 张照片", n = uploaded)}</p> })}
                    <div class="field" class:wrong=form.problem("pictures").is_some()>
                        <label for="pictures">{t!("凭证照片（1 至 5 张）")}</label>
                        <p class="hint" id="pictures-hint">{t!("请先遮住个人的姓名、电话和证件号再拍；招工只写人数，不要名单。")}</p>
                        {problem(&form, "pictures")}
                        <input id="pictures" name="pictures" type="file" multiple=true
                            accept="image/jpeg,image/png,image/webp" aria-describedby="pictures-hint" />
                    </div>
                    {Field::new(&form, "note", t!("说明（可不填）")).area(2)}
                    <button class="button" name="action" value=action>{t!("登记")}</button>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// Taking it back, forgiving what is missing, and how the enterprise is shown.
fn endings(visit: &Visit, read: &Commitment) -> Option<AnyView> {
    let may = read.may;
    if !(may.withdraw || may.waive || may.change_display) {
        return None;
    }
    let withdraw = may.withdraw.then(|| {
        let says = t!("还没有兑现的可以撤回。公开作出的承诺依法应当履行，请写明原因，村里会看到。");
        reasoned(visit, ("one", None), "withdraw", (t!("撤回承诺"), says), None)
    });
    let waive = may.waive.then(|| {
        let says = t!("没有兑现的部分不再要求兑现，已经兑现的照记。请写明原因，企业会看到。");
        reasoned(visit, ("one", None), "waive", (t!("豁免余下部分"), says), None)
    });
    Some(
        view! {
            <section class="card steps">
                <h2>{t!("其他")}</h2>
                {may.change_display.then(|| display(visit, read))}
                {withdraw}{waive}
            </section>
        }
        .into_any(),
    )
}

fn display(visit: &Visit, read: &Commitment) -> AnyView {
    let mut form = own(visit, "display");
    if form.value("public_display").is_empty() {
        form.set("public_display", read.public_display.as_str());
    }
    view! {
        <details class="more">
            <summary>{t!("改公开的方式")}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value="display" />
                {names(&form, &read.row.enterprise_name)}
                <button class="button quiet" name="action" value="display">{t!("保存")}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The choice of how the enterprise is named in public.
pub fn names(form: &FormState, enterprise: &str) -> AnyView {
    let choices = vec![
        (PublicDisplay::Name.as_str(), t!("公开全称：{name}", name = enterprise)),
        (PublicDisplay::Partial.as_str(), t!("部分公开：{name}", name = partial_name(enterprise))),
        (PublicDisplay::Anonymous.as_str(), t!("匿名：爱心企业").to_owned()),
    ];
    radios(form, "public_display", (t!("公众看到的名称"), None), choices)
}

/// The commitment that a form's id names already.
pub fn stored(read: &Commitment) -> AnyView {
    let facts = vec![
        (t!("需求"), read.row.need_title.clone()),
        (t!("承诺"), what(&read.row)),
        (t!("约定日期"), date(read.row.due_on)),
    ];
    recorded::under_this_id(&format!("/commitments/{}", read.row.id), facts)
}
