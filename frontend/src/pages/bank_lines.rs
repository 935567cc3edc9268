//! A charity's desk for money that arrives: entering one line, matching it, confirming it.

use super::{line_back, rebooking};
use crate::islands::AmountEcho;
use crate::parts::choice;
use crate::parts::field::{Field, problem, radios, sent_by_enter, summary};
use crate::parts::{money, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::BankLineId;
use domain::api::arrivals::{self, BankLine, LinePart, SuggestedPledge};
use domain::api::{ApiError, ErrorCode, bank_accounts, rebookings, returns};
use domain::arrival::{LineChannel, PARTS_TYPED};
use leptos::prelude::*;

/// Parts that the form for dividing a line offers at first, and that it adds when asked for more.
const PARTS: usize = 5;

/// How many rows for parts a form has: what was typed or stands, at least a few, and as many more as were asked for.
pub fn part_rows(form: &FormState, standing: usize) -> usize {
    let typed = form.all("part_amount").len().max(form.all("reference").len());
    let more = if form.value("action") == "more_parts" { PARTS } else { 0 };
    (typed.max(standing).max(PARTS) + more).min(PARTS_TYPED.max(standing))
}

/// The button for more rows, while more are to be had.
pub fn more_parts(rows: usize) -> Option<AnyView> {
    (rows < PARTS_TYPED).then(|| {
        view! { <p><button class="button quiet" name="action" value="more_parts" formnovalidate>{t!("再加几行")}</button></p> }
            .into_any()
    })
}

/// Entering a line as the bank's statement has it.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let accounts = visit.call(bank_accounts::list()).await?.items;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let choices = choice::bank_accounts(&accounts);
    if let ([(only, _)], true) = (choices.as_slice(), visit.form.is_none()) {
        form.set("bank_account", only.clone());
    }
    let form = &form;
    let stored = match recorded::id::<BankLineId>(form) {
        Some(id) => visit.call(arrivals::get(id)).await.ok().map(|line| stored(&line)),
        None => None,
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
        </nav>
        <h1>{t!("录入一笔流水")}</h1>
        {summary(form)}{stored}
        <form class="long" method="post" action=href("/work/bank-lines/new")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <fieldset class="card">
                <legend>{t!("照银行流水填写")}</legend>
                {Field::new(form, "bank_account", t!("本单位的收款账户")).select(t!("请选择"), choices)}
                {Field::new(form, "booked_on", t!("入账日期")).input("date", "none", "off")}
                {Field::new(form, "payer", t!("付款方名称")).text()}
                {Field::new(form, "amount", t!("金额（元）")).with(|described_by| view! {
                    <AmountEcho name="amount".to_owned() value=form.value("amount").to_owned()
                        unit=t!("元").to_owned() described_by=described_by />
                }.into_any())}
                {Field::new(form, "remark", t!("附言")).hint(t!("照抄，包括错字；没有就留空。")).text()}
                {channels(form)}
                {Field::new(form, "serial_no", t!("银行流水号")).hint(t!("现金、支票、扫码收款的，写收据或单据的编号。")).text()}
            </fieldset>
            <div class="buttons"><button class="button">{t!("保存")}</button></div>
        </form>
    };
    Ok(Page::new(t!("录入一笔流水"), body.into_any()))
}

/// How it came in; a transfer where nobody says otherwise.
fn channels(form: &FormState) -> AnyView {
    let mut form = form.clone();
    if form.value("channel").is_empty() {
        form.set("channel", LineChannel::Transfer.to_string());
    }
    let choices = LineChannel::ALL.iter().map(|channel| (channel.as_str(), text(channel.label()))).collect();
    radios(&form, "channel", (t!("怎样收到的"), None), choices)
}

fn stored(line: &BankLine) -> AnyView {
    let facts = vec![
        (t!("付款方名称"), line.line.payer.clone()),
        (t!("金额"), money::exact(line.line.amount)),
        (t!("入账日期"), date(line.line.booked_on)),
        (t!("附言"), line.line.remark.clone()),
        (t!("银行流水号"), line.line.serial_no.clone()),
    ];
    recorded::under_this_id(&format!("/work/bank-lines/{}", line.id), facts)
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: BankLineId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let line = visit.call(arrivals::get(id)).await?;
    let known = visit.call(rebookings::of_line(id)).await?;
    let came_back = visit.call(returns::back(id)).await?;
    let done = visit.query("done").and_then(done_message);
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
        </nav>
        <h1>{line.line.payer.clone()}</h1>
        <p class="tags"><span class="tag status">{text(line.status.label())}</span></p>
        <div class="two">
            <div>
                {parts(&line)}
                {owners(visit, form, &line)}
                {confirmation(visit, &line)}
                {rebooking::section(visit, &known)}
                {line.may.match_.then(|| matching(visit, form, &line))}
            </div>
            <aside>{facts(&line)}{line_back::section(visit, form, &came_back)}{line.may.not_donation.then(|| aside(visit, form))}{line.may.donation.then(|| back(visit, form))}{line.may.void.then(|| voiding(visit, form))}</aside>
        </div>
    };
    Ok(Page::new(line.line.payer.clone(), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "entered" => Some(t!("流水已录入。请选择它是谁的捐款。")),
        "matched" => Some(t!("已匹配，等另一位同事复核。")),
        "unmatched" => Some(t!("匹配已撤回。")),
        "owner_named" => Some(t!("已记下款项属于谁，等另一位同事复核。")),
        "owner_confirmed" => Some(t!("已复核，这份款计入这笔认捐的到账。")),
        "not_donation" => Some(t!("已放到一边，不算捐款。")),
        "donation" => Some(t!("已放回，等待匹配。")),
        "voided" => Some(t!("已作废，这个流水号可以重新录入。")),
        "rebooking_proposed" => Some(t!("已提出冲正重记，等另一位同事确认。")),
        "back_said" => Some(t!("已记下，等另一位同事确认。")),
        "back_confirmed" => Some(t!("已确认，款回到需求的已分配款里。")),
        "back_dropped" => Some(t!("已撤回，这笔收入等待匹配。")),
        "rebooked" => Some(t!("已冲正并重记，捐赠方会收到通知。")),
        "rebooking_dropped" => Some(t!("冲正重记没有采用，账没有变。")),
        "confirmed" => Some(t!("已复核，这笔款计入到账。")),
        _ => None,
    }
}

fn facts(line: &BankLine) -> AnyView {
    let remark = if line.line.remark.is_empty() { t!("（空）").to_owned() } else { line.line.remark.clone() };
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("金额")}</dt><dd class="big">{money::exact(line.line.amount)}</dd>
                <dt>{t!("入账日期")}</dt><dd>{date(line.line.booked_on)}</dd>
                <dt>{t!("附言")}</dt><dd>{remark}</dd>
                <dt>{t!("银行流水号")}</dt><dd>{line.line.serial_no.clone()}</dd>
                <dt>{t!("本单位的收款账户")}</dt><dd>{line.bank_account.holder.clone()}" "{line.bank_account.account_masked.clone()}</dd>
                <dt>{t!("怎样收到的")}</dt><dd>{text(line.line.channel.label())}</dd>
                <dt>{t!("录入")}</dt><dd>{line.entered_by.clone()}</dd>
                {line.matched_by.clone().map(|name| view! { <dt>{t!("匹配")}</dt><dd>{name}</dd> })}
                {line.reason.clone().map(|reason| view! { <dt>{t!("原因")}</dt><dd>{reason}</dd> })}
                {line.confirmed_by.clone().zip(line.confirmed_at).map(|(name, at)| {
                    view! { <dt>{t!("复核")}</dt><dd>{name}" "{instant(at)}</dd> }
                })}
            </dl>
        </section>
    }
    .into_any()
}

/// Money in that is no gift is put aside, and can come back.
fn aside(visit: &Visit, form: &FormState) -> AnyView {
    let own = of_action(form, "not_donation");
    view! {
        <details class="card" open=own.problem("reason").is_some()>
            <summary>{t!("这笔不是捐款")}</summary>
            <form method="post" action=href(&visit.path)>
                <p class="hint">{t!("银行结息、退回的手续费、付错的款等。放到一边后不计入到账，可以放回。")}</p>
                {Field::new(&own, "reason", t!("依据")).of_row("aside").area(2)}
                <button class="button quiet" name="action" value="not_donation">{t!("放到一边")}</button>
            </form>
        </details>
    }
    .into_any()
}

fn back(visit: &Visit, form: &FormState) -> AnyView {
    let own = of_action(form, "donation");
    view! {
        <section class="card">
            <h2>{t!("其实是捐款")}</h2>
            <form method="post" action=href(&visit.path)>
                {Field::new(&own, "reason", t!("依据")).of_row("back").area(2)}
                <button class="button quiet" name="action" value="donation">{t!("放回，等待匹配")}</button>
            </form>
        </section>
    }
    .into_any()
}

/// What was typed into the form of this button; other forms of the page have fields of the same name.
fn of_action(form: &FormState, action: &str) -> FormState {
    if form.value("action") == action { form.clone() } else { FormState::default() }
}

/// A mistyped line goes, so that the bank's line can be entered as it is.
fn voiding(visit: &Visit, form: &FormState) -> AnyView {
    let own = of_action(form, "void");
    view! {
        <details class="card" open=own.problem("reason").is_some()>
            <summary>{t!("录错了")}</summary>
            <form method="post" action=href(&visit.path)>
                <p class="hint">{t!("作废后不能恢复；同一个流水号可以照银行流水重新录入。")}</p>
                {Field::new(&own, "reason", t!("作废原因")).area(2)}
                <button class="button danger" name="action" value="void">{t!("作废这笔流水")}</button>
            </form>
        </details>
    }
    .into_any()
}

/// Whose the line was said to be.
fn parts(line: &BankLine) -> Option<AnyView> {
    if line.parts.is_empty() {
        return None;
    }
    let claimable = line.parts.iter().any(|part| part.claim_code.is_some());
    let rows = line.parts.iter().map(|part| {
        let owner = match (&part.pledge, part.campaign) {
            (Some(pledge), _) => {
                let address = href(&format!("/pledges/{}", pledge.id));
                view! { <a href=address>{pledge.enterprise_name.clone()}" "{pledge.reference.to_string()}</a> }
                    .into_any()
            }
            (None, of) => {
                let label = if of.is_some() { t!("活动的非定向捐款") } else { t!("来源未明") };
                let gives_back = part.may_return.then(|| {
                    let to = href(&format!("/work/returns/new?lot={}", part.lot));
                    view! { " "<a href=to>{t!("申请退回")}</a> }
                });
                let code = part.claim_code.map(|code| {
                    view! { " · "{t!("登记编号")}" "<code>{code.to_string()}</code> }
                });
                view! { {label}{code}{gives_back} }.into_any()
            }
        };
        view! { <tr><th scope="row">{owner}</th><td>{money::exact(part.amount_fen)}</td></tr> }
    });
    Some(
        view! {
            <section class="card">
                <h2>{t!("归属")}</h2>
                <table class="sums gifts">
                    <thead><tr><th scope="col">{t!("捐赠方")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
                {claimable.then(|| view! { <p class="hint">{t!("没有认捐的款可以由捐赠方认领：先核对来人就是付款人（看他的银行回单），再把登记编号告诉他，他在“认领到账的捐款”凭编号、金额、日期和回单认领。编号不要公开，也不要写进给别人的回复。")}</p> })}
            </section>
        }
        .into_any(),
    )
}

/// Of each part whose giver is not known: whose it is said to be, and the step of the visitor's desk.
fn owners(visit: &Visit, form: &FormState, line: &BankLine) -> Option<AnyView> {
    let unknown =
        line.parts.iter().filter(|part| part.may_name_owner || part.may_confirm_owner || part.owner.is_some());
    let rows: Vec<_> = unknown.map(|part| owner(visit, form, part)).collect();
    (!rows.is_empty())
        .then(|| view! { <section class="card"><h2>{t!("来源未明的款项")}</h2>{rows}</section> }.into_any())
}

fn owner(visit: &Visit, form: &FormState, part: &LinePart) -> AnyView {
    let path = href(&visit.path);
    let lot = part.lot.to_string();
    let said = part.owner.as_ref().map(|owner| {
        let (name, reference) = (owner.pledge.enterprise_name.clone(), owner.pledge.reference);
        view! { <p>{t!("{by} 认为是 {name} 的认捐 {reference}", by = owner.named_by, name = name, reference = reference)}</p> }
    });
    let confirm = part.owner.as_ref().filter(|_| part.may_confirm_owner).map(|owner| {
        view! {
            <form method="post" action=path.clone()>
                <input type="hidden" name="lot" value=lot.clone() />
                <input type="hidden" name="pledge" value=owner.pledge.id.to_string() />
                <p>{t!("请对照银行流水和捐赠方的证明。确认后记错了要两人冲正重记。")}</p>
                <button class="button" name="action" value="confirm_owner">{t!("确认属于这笔认捐")}</button>
            </form>
        }
    });
    let name = part.may_name_owner.then(|| {
        let empty = FormState::default();
        let own = if form.value("lot") == lot { form } else { &empty };
        view! {
            <form method="post" action=path.clone()>
                <input type="hidden" name="lot" value=lot.clone() />
                {Field::new(own, "owner_reference", t!("属于哪笔认捐（编号）")).hint(t!("查明后填写，须由另一位同事复核。")).text()}
                <button class="button quiet" name="action" value="name_owner">{t!("记下属于谁")}</button>
            </form>
        }
    });
    view! { <div class="guess"><p><b>{money::exact(part.amount_fen)}</b></p>{said}{confirm}{name}</div> }.into_any()
}

/// The fields of one part of a line, by its number from zero.
pub fn part_row(form: &FormState, n: usize, reference: String, amount: String) -> AnyView {
    let (reference_id, amount_id) = (format!("reference_{n}"), format!("part_amount_{n}"));
    let wrong = form.problem(&reference_id).or(form.problem(&amount_id)).is_some();
    view! {
        <li class="item" class:wrong=wrong>
            {problem(form, &reference_id)}{problem(form, &amount_id)}
            <label for=reference_id.clone()>{t!("第 {n} 份：认捐编号", n = n + 1)}</label>
            <input id=reference_id name="reference" value=reference autocomplete="off" />
            <label for=amount_id.clone()>{t!("金额（元）")}</label>
            <input id=amount_id name="part_amount" value=amount inputmode="decimal" autocomplete="off" />
        </li>
    }
    .into_any()
}

fn confirmation(visit: &Visit, line: &BankLine) -> Option<AnyView> {
    let path = href(&visit.path);
    let lots = line.parts.iter().map(|part| view! { <input type="hidden" name="lot" value=part.lot.to_string() /> });
    let lots = lots.collect_view();
    let amount = money::exact(line.line.amount);
    let confirm = line.may.confirm.then(|| {
        view! {
            <form method="post" action=path.clone()>
                {lots}
                <p>{t!("请对照银行流水和捐赠方。确认后 {amount} 计入到账，记错了要两人冲正重记。", amount = amount)}</p>
                <button class="button" name="action" value="confirm">{t!("复核无误，确认到账")}</button>
            </form>
        }
    });
    let unmatch = line.may.unmatch.then(|| {
        view! {
            <form method="post" action=path>
                <p class="soft">{t!("须由另一位同事复核。匹配有误可以撤回。")}</p>
                <button class="button quiet" name="action" value="unmatch">{t!("撤回匹配")}</button>
            </form>
        }
    });
    if confirm.is_none() && unmatch.is_none() {
        return None;
    }
    Some(view! { <section class="card"><h2>{t!("复核这笔流水")}</h2>{confirm}{unmatch}</section> }.into_any())
}

fn matching(visit: &Visit, form: &FormState, line: &BankLine) -> AnyView {
    let path = href(&visit.path);
    let guesses = line.suggestions.iter().map(|guess| guessed(&path, guess)).collect_view();
    let none = line.suggestions.is_empty().then(|| {
        view! { <p class="soft">{t!("没有找到可能的认捐。可以按编号填写，或先记为来源未明。")}</p> }
    });
    let (references, amounts) = (form.all("reference"), form.all("part_amount"));
    let number = part_rows(form, 0);
    let rows = (0..number).map(|n| {
        let reference = references.get(n).copied().unwrap_or_default().to_owned();
        let first = if n == 0 && form.values.is_empty() { line.line.amount.to_input() } else { String::new() };
        let amount = amounts.get(n).map_or(first, |typed| (*typed).to_owned());
        part_row(form, n, reference, amount)
    });
    view! {
        <section class="card">
            <h2>{t!("是谁的捐款")}</h2>
            {guesses}{none}
            <details open=!form.values.is_empty()>
                <summary>{t!("按编号填写，或分成几份")}</summary>
                <form method="post" action=path.clone()>
                    {sent_by_enter("divide")}{problem(form, "parts")}
                    <p class="hint">{t!("各份合计须等于流水金额。编号留空的一份记为来源未明。")}</p>
                    <ol class="items" id="parts">{rows.collect_view()}</ol>
                    {more_parts(number)}
                    <button class="button quiet" name="action" value="divide">{t!("按这样匹配")}</button>
                </form>
            </details>
        </section>
    }
    .into_any()
}

fn guessed(path: &str, guess: &SuggestedPledge) -> AnyView {
    let reasons = guess.suggestion.reasons.iter().map(|reason| view! { <li>{text(reason.sentence())}</li> });
    view! {
        <form class="guess" method="post" action=path.to_owned()>
            <input type="hidden" name="pledge" value=guess.suggestion.pledge.to_string() />
            <p>
                <b>{guess.enterprise_name.clone()}</b>" "<code>{guess.reference.to_string()}</code>
                <span class="soft">
                    {t!("未到账 {amount}", amount = guess.outstanding_fen)}" "{guess.need_title.clone()}" "
                    {t!("把握 {score}/100", score = guess.suggestion.score)}
                </span>
            </p>
            <ul>{reasons.collect_view()}</ul>
            <button class="button" name="action" value="match">{t!("匹配到这笔认捐")}</button>
        </form>
    }
    .into_any()
}
