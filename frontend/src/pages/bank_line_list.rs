//! A charity's bank lines: what waits at which desk, what is done; many of them matched or confirmed at once.

use crate::parts::field::{problem, summary};
use crate::parts::money;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::Fen;
use domain::api::ApiError;
use domain::api::arrivals::{self, BankLine, LineDesk, LineQuery, SecondStep};
use domain::organisation::Role;
use leptos::prelude::*;

const PATH: &str = "/work/bank-lines";
/// From this score on a guess is offered to be taken with others at once: a reference and the payer's name, say.
const SURE: u8 = 65;

/// The ways to new lines, for whoever may enter any.
pub fn enter() -> AnyView {
    view! {
        <span class="buttons">
            <a class="button" href=href("/work/bank-statements")>{t!("导入银行对账单")}</a>
            <a class="button quiet" href=href("/work/bank-lines/new")>{t!("录入一笔流水")}</a>
        </span>
    }
    .into_any()
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let done = visit.query("done") == Some("1");
    let (maker, checker) = (visit.has(&[Role::CharityMaker]), visit.has(&[Role::CharityChecker]));
    let desk: Option<LineDesk> = visit.query("desk").and_then(|desk| desk.parse().ok()).filter(|_| !done);
    let query = LineQuery { done, desk, after: visit.query("after").map(str::to_owned) };
    let list = visit.call(arrivals::list(&query)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    if form.value("step") == "review" {
        return Ok(review(form, &query, &list.items));
    }
    let next = list.next.as_ref().map(|next| {
        let link = address(&LineQuery { after: Some(next.clone()), ..query.clone() });
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let heading = match (done, desk) {
        (true, _) => t!("已办的银行流水（{n}）", n = list.count),
        (false, None) => t!("等待办理的银行流水（{n}）", n = list.count),
        (false, Some(LineDesk::Match)) => t!("等待匹配的银行流水（{n}）", n = list.count),
        (false, Some(LineDesk::Confirm)) => t!("等待复核的银行流水（{n}）", n = list.count),
    };
    let lines = match desk {
        Some(LineDesk::Match) if maker => to_match(form, &query, &list.items),
        Some(LineDesk::Confirm) if checker => to_confirm(form, &query, &list.items),
        _ => line_rows(&list.items),
    };
    let body = view! {
        {done_message(visit)}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{heading}</h1>
            {maker.then(enter)}
        </div>
        {desks(&query)}
        {lines}
        {next}
    };
    Ok(Page::new(t!("银行流水"), body.into_any()))
}

/// The list with the same conditions.
fn address(query: &LineQuery) -> String {
    let mut parameters: Vec<(&str, String)> = Vec::new();
    parameters.extend(query.desk.map(|desk| ("desk", desk.to_string())));
    parameters.extend(query.done.then(|| ("done", "1".to_owned())));
    parameters.extend(query.after.clone().map(|after| ("after", after)));
    let query = crate::parts::query_string(&parameters);
    href(&if query.is_empty() { PATH.to_owned() } else { format!("{PATH}?{query}") })
}

fn desks(query: &LineQuery) -> AnyView {
    let of = |done, desk| LineQuery { done, desk, after: None };
    let all = [
        (t!("全部待办"), of(false, None)),
        (t!("等待匹配"), of(false, Some(LineDesk::Match))),
        (t!("等待复核"), of(false, Some(LineDesk::Confirm))),
        (t!("已办"), of(true, None)),
    ];
    let links = all.into_iter().map(|(label, to)| {
        let current = (to.done == query.done && to.desk == query.desk).then_some("page");
        view! { <a class="chip" href=address(&to) aria-current=current>{label}</a> }
    });
    view! { <nav class="chips" aria-label=t!("流水的状态")>{links.collect_view()}</nav> }.into_any()
}

fn done_message(visit: &Visit) -> Option<AnyView> {
    let number: i64 = visit.query("did")?.parse().ok()?;
    let confirmed = visit.query("what") == Some("confirmed");
    let left: i64 = visit.query("left").and_then(|left| left.parse().ok()).unwrap_or(0);
    let says = if confirmed {
        t!("已复核 {n} 笔，计入到账。", n = number)
    } else {
        t!("已匹配 {n} 笔，等另一位同事复核。", n = number)
    };
    let left = (left > 0).then(|| t!("有 {n} 笔没有办成，还在列表里，请逐笔打开办理。", n = left));
    Some(view! { <p class="done" role="status">{says}{left}</p> }.into_any())
}

pub fn line_rows(lines: &[BankLine]) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="card empty">{t!("没有银行流水。")}</p> }.into_any();
    }
    let rows = lines.iter().map(|line| view! { <li>{row(line, guess(line))}</li> });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

fn row(line: &BankLine, whose: Option<AnyView>) -> AnyView {
    view! {
        <a class="need" href=href(&format!("{PATH}/{}", line.id))>
            <span class="what">
                <b>{line.line.payer.clone()}</b>
                <span class="soft">{date(line.line.booked_on)}" · "{line.line.remark.clone()}</span>
                {whose}
            </span>
            <span class="what">
                <span class="amount">{money::exact(line.line.amount)}</span>
                <span class="tag status">{text(line.status.label())}</span>
                {line.waits.iter().filter(|step| **step != SecondStep::Arrival).map(|step| view! { <span class="tag status">{text(step.label())}</span> }).collect_view()}
            </span>
        </a>
    }
    .into_any()
}

fn guess(line: &BankLine) -> Option<AnyView> {
    let guess = line.suggestions.first()?;
    Some(view! { <span class="soft">{t!("可能是 {name}", name = guess.enterprise_name)}</span> }.into_any())
}

/// A guess that may be taken unopened: sure enough, and surer than the next one.
fn sure(line: &BankLine) -> bool {
    let mut scores = line.suggestions.iter().map(|guess| guess.suggestion.score);
    scores.next().is_some_and(|best| best >= SURE && scores.next().is_none_or(|next| next < best))
}

/// What waits to be matched: the guesses that are sure enough can be taken together.
fn to_match(form: &FormState, query: &LineQuery, lines: &[BankLine]) -> AnyView {
    let offered = lines.iter().any(sure);
    let rows = lines.iter().map(|line| {
        let whose = line.suggestions.first().map(|guess| {
            let reasons: Vec<String> =
                guess.suggestion.reasons.iter().map(|reason| text(reason.sentence())).collect();
            let (name, reference) = (guess.enterprise_name.clone(), guess.reference);
            view! {
                <span class="soft">
                    {t!("可能是 {name} 的认捐 {reference}，把握 {score}/100", name = name, reference = reference, score = guess.suggestion.score)}
                </span>
                <span class="soft">{reasons.join("；")}</span>
            }
            .into_any()
        });
        let value = sure(line).then(|| line.suggestions.first()).flatten();
        let value = value.map(|guess| format!("{}:{}", line.id, guess.suggestion.pledge));
        chosen_row(form, line, whose, value)
    });
    many(
        query,
        lines,
        rows.collect_view().into_any(),
        offered.then(|| {
            view! {
                <p class="hint">{t!("附言编号和付款方都对得上的，可以选中后一起匹配；其余请逐笔打开。匹配须由另一位同事复核，可以撤回。")}</p>
                <button class="button" name="action" value="match_many">{t!("把选中的按建议匹配")}</button>
            }
            .into_any()
        }),
    )
}

/// What waits for a second person.
fn to_confirm(form: &FormState, query: &LineQuery, lines: &[BankLine]) -> AnyView {
    let offered = lines.iter().any(|line| line.may.confirm);
    let rows = lines.iter().map(|line| {
        let value = line.may.confirm.then(|| seen(line));
        chosen_row(form, line, Some(whose(line)), value)
    });
    many(
        query,
        lines,
        rows.collect_view().into_any(),
        offered.then(|| {
            view! {
                <p class="hint">{t!("请对照银行流水逐笔核对，再选中一起复核。您自己录入或匹配的，须由别人复核。待确认归属或退回的，请打开那一笔确认。")}</p>
                <button class="button" name="action" value="review">{t!("核对选中的合计")}</button>
            }
            .into_any()
        }),
    )
}

/// The line with its parts, as it is confirmed.
fn seen(line: &BankLine) -> String {
    let lots: Vec<String> = line.parts.iter().map(|part| part.lot.to_string()).collect();
    format!("{}:{}", line.id, lots.join(","))
}

fn whose(line: &BankLine) -> AnyView {
    let parts = line.parts.iter().map(|part| {
        let owner = match (&part.pledge, part.campaign) {
            (Some(pledge), _) => format!("{} {}", pledge.enterprise_name, pledge.reference),
            (None, Some(_)) => t!("活动的非定向捐款").to_owned(),
            (None, None) => match &part.owner {
                Some(said) => {
                    let (name, reference) = (&said.pledge.enterprise_name, said.pledge.reference);
                    t!(
                        "来源未明，{by} 认为是 {name} {reference}",
                        by = said.named_by,
                        name = name,
                        reference = reference
                    )
                }
                None => t!("来源未明").to_owned(),
            },
        };
        let amount = (line.parts.len() > 1).then(|| money::exact(part.amount_fen));
        view! { <span class="soft">"→ "{owner}" "{amount}</span> }
    });
    parts.collect_view().into_any()
}

fn chosen_row(form: &FormState, line: &BankLine, whose: Option<AnyView>, value: Option<String>) -> AnyView {
    let label = t!("选中 {payer} 的 {amount}", payer = line.line.payer, amount = money::exact(line.line.amount));
    let tick = value.map(|value| {
        let ticked = form.all("line").contains(&value.as_str());
        view! { <input type="checkbox" name="line" value=value checked=ticked aria-label=label /> }
    });
    view! { <li class="ticked"><span class="tick">{tick}</span>{row(line, whose)}</li> }.into_any()
}

fn many(query: &LineQuery, lines: &[BankLine], rows: AnyView, step: Option<AnyView>) -> AnyView {
    if lines.is_empty() {
        return view! { <p class="card empty">{t!("没有银行流水。")}</p> }.into_any();
    }
    view! {
        <form method="post" action=address(query)>
            <ul class="rows card">{rows}</ul>
            {step}
        </form>
    }
    .into_any()
}

/// What was chosen to be confirmed, added up, before it is.
fn review(form: &FormState, query: &LineQuery, lines: &[BankLine]) -> Page {
    let chosen = form.all("line");
    let chosen: Vec<&BankLine> = lines.iter().filter(|line| chosen.contains(&seen(line).as_str())).collect();
    let sum = Fen::sum(chosen.iter().map(|line| line.line.amount)).unwrap_or_default();
    let rows = chosen.iter().map(|line| {
        view! {
            <li>
                <input type="hidden" name="line" value=seen(line) />
                {row(line, Some(whose(line)))}
            </li>
        }
    });
    let number = chosen.len();
    let step = if number == 0 {
        view! { <p class="note">{t!("一笔也没有选中，或选中的刚刚变动。请返回重选。")}</p> }.into_any()
    } else {
        let button = t!("复核无误，确认这 {n} 笔到账", n = number);
        view! { <button class="button" name="action" value="confirm_many">{button}</button> }.into_any()
    };
    let body = view! {
        {summary(form)}
        {problem(form, "lines")}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=address(query)>{t!("等待复核的银行流水")}</a>
        </nav>
        <h1>{t!("复核 {n} 笔，合计 {sum}", n = number, sum = money::exact(sum))}</h1>
        <p>{t!("确认后这些款计入到账，不能直接撤销。")}</p>
        <form method="post" action=address(query)>
            <ul class="rows card">{rows.collect_view()}</ul>
            <p class="buttons">{step}<a class="button quiet" href=address(query)>{t!("返回重选")}</a></p>
        </form>
    };
    Page::new(t!("复核多笔流水"), body.into_any())
}
