//! The end of a month of a bank account: what books and bank say, each difference by name, two signatures.

use crate::parts::field::{Field, summary};
use crate::parts::{choice, money};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::Fen;
use domain::api::month_ends::{self, AccountMonth, MonthDifference, MonthEnd, MonthQuery};
use domain::api::{ApiError, bank_accounts};
use domain::month_end::{DifferenceKind, MonthNumbers};
use leptos::prelude::*;

const PATH: &str = "/work/month-ends";

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let accounts = choice::bank_accounts(&visit.call(bank_accounts::list()).await?.items);
    let list = visit.call(month_ends::list()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let asked = |name: &str| {
        let typed = form.value(name).to_owned();
        if typed.is_empty() { visit.query(name).unwrap_or_default().to_owned() } else { typed }
    };
    let (account, month) = (asked("account"), asked("month"));
    let query = account.parse().ok().zip(format!("{month}-01").parse().ok());
    let query = query.map(|(bank_account, month)| MonthQuery { bank_account, month });
    let seen = match query {
        Some(query) => Some(visit.call(month_ends::month(&query)).await?),
        None => None,
    };
    let done = visit.query("done").and_then(done_message);
    let mut chosen = FormState::default();
    chosen.set("account", account);
    chosen.set("month", month);
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
        </nav>
        <h1>{t!("月结")}</h1>
        <p class="soft">{t!("每个账户每月一次：账面余额和银行余额对上，或差异逐笔列明。经办编制，复核签字，签字后这个月的流水不再改动；要改，两人写明原因重开。")}</p>
        <form class="card" method="get" action=href(PATH)>
            {Field::new(&chosen, "account", t!("哪个账户")).select(t!("请选择"), accounts)}
            {Field::new(&chosen, "month", t!("哪个月")).input("month", "none", "off")}
            <button class="button quiet">{t!("查看")}</button>
        </form>
        {seen.as_ref().map(|seen| month_of(visit, form, seen))}
        {made(&list.items)}
    };
    Ok(Page::new(t!("月结"), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "prepared" => Some(t!("月结已编制，等另一位同事签字。")),
        "signed" => Some(t!("已签字，这个月封账。")),
        "dropped" => Some(t!("已撤下，可以重新编制。")),
        "reopening" => Some(t!("已申请重开，等另一位同事同意。")),
        "reopened" => Some(t!("已重开，改完请重新做月结。")),
        _ => None,
    }
}

fn month_name(first: chrono::NaiveDate) -> String {
    first.format("%Y-%m").to_string()
}

fn month_of(visit: &Visit, form: &FormState, seen: &AccountMonth) -> AnyView {
    let account = format!("{} {}", seen.bank_account.bank, seen.bank_account.account_masked);
    let standing = seen.month_end.as_ref().map(|month_end| signed(visit, form, seen, month_end));
    let now = seen.month_end.is_none().then(|| {
        let numbers = seen.numbers.map(|numbers| sums(numbers, seen.bank_closing_fen));
        let prepare = seen.numbers.filter(|_| seen.may_prepare).map(|numbers| prepare(visit, form, seen, numbers));
        view! {
            {seen.not_now.clone().map(|says| view! { <p class="note">{text(&says)}</p> })}
            {numbers}{differences(&seen.differences)}{prepare}
        }
    });
    view! {
        <section>
            <h2>{account}" "{month_name(seen.first)}</h2>
            {standing}{now}
        </section>
    }
    .into_any()
}

fn sums(numbers: MonthNumbers, bank: Option<Fen>) -> AnyView {
    let rows = [
        (t!("期初账面余额"), Some(numbers.opening_fen)),
        (t!("本月收入"), Some(numbers.in_fen)),
        (t!("本月支出"), Some(numbers.out_fen)),
        (t!("期末账面余额"), Some(numbers.closing_fen)),
        (t!("银行对账单期末余额"), bank),
    ];
    let rows = rows.into_iter().filter_map(|(label, amount)| Some((label, amount?)));
    let rows =
        rows.map(|(label, amount)| view! { <tr><th scope="row">{label}</th><td>{money::exact(amount)}</td></tr> });
    view! { <section class="card"><table class="sums"><tbody>{rows.collect_view()}</tbody></table></section> }
        .into_any()
}

fn differences(rows: &[MonthDifference]) -> AnyView {
    if rows.is_empty() {
        return view! { <p class="card empty">{t!("没有只在一边的记录。")}</p> }.into_any();
    }
    let rows = rows.iter().map(|row| {
        let path = match row.kind {
            DifferenceKind::LineWaits => format!("/work/bank-lines/{}", row.subject),
            DifferenceKind::OutWaits => "/work/outgoings".to_owned(),
            DifferenceKind::NotOnStatement if row.fen < Fen::ZERO => format!("/work/bank-lines/{}", row.subject),
            DifferenceKind::NotOnStatement => "/work/disbursements".to_owned(),
        };
        view! {
            <tr>
                <th scope="row"><a href=href(&path)>{row.other_name.clone()}</a>" "<span class="soft">{date(row.day)}" "{text(row.kind.label())}</span></th>
                <td>{money::exact(row.fen)}</td>
            </tr>
        }
    });
    view! {
        <section class="card">
            <h3>{t!("只在一边的（银行多为正，少为负）")}</h3>
            <table class="sums"><tbody>{rows.collect_view()}</tbody></table>
        </section>
    }
    .into_any()
}

fn prepare(visit: &Visit, form: &FormState, seen: &AccountMonth, numbers: MonthNumbers) -> AnyView {
    let mut own = form.clone();
    if own.value("bank_closing").is_empty() {
        own.set("bank_closing", seen.bank_closing_fen.map(Fen::to_input).unwrap_or_default());
    }
    let id = if own.value("id").is_empty() { visit.fresh_id.to_string() } else { own.value("id").to_owned() };
    let named = Fen::sum(seen.differences.iter().map(|row| row.fen)).unwrap_or_default();
    let expected = numbers.closing_fen.checked_add(named).unwrap_or_default();
    view! {
        <form class="card" method="post" action=href(PATH)>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="account" value=seen.bank_account.id.to_string() />
            <input type="hidden" name="month" value=month_name(seen.first) />
            <p>{t!("按账面和上面列明的差异，银行余额应为 {amount}。", amount = money::exact(expected))}</p>
            {Field::new(&own, "bank_closing", t!("银行对账单月末余额（元）")).input("text", "decimal", "off")}
            {Field::new(&own, "explanation", t!("没有逐笔列明的差额，怎样解释")).hint(t!("对得上就留空。")).area(2)}
            <button class="button" name="action" value="prepare">{t!("编制月结，等同事签字")}</button>
        </form>
    }
    .into_any()
}

fn signed(visit: &Visit, form: &FormState, seen: &AccountMonth, month_end: &MonthEnd) -> AnyView {
    let hidden = || {
        view! {
            <input type="hidden" name="month_end" value=month_end.id.to_string() />
            <input type="hidden" name="account" value=seen.bank_account.id.to_string() />
            <input type="hidden" name="month" value=month_name(seen.first) />
        }
    };
    let path = href(&visit.path);
    let button = |action: &'static str, label: &'static str, class: &'static str| {
        view! {
            <form method="post" action=path.clone()>
                {hidden()}
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
    };
    let sign = month_end.may_sign.then(|| {
        view! {
            <p>{t!("请对照银行对账单和逐笔差异。签字后这个月的流水不再改动。")}</p>
            {button("sign", t!("核对无误，签字封账"), "button")}
        }
    });
    let drop = month_end.may_drop.then(|| button("drop", t!("撤下，重新编制"), "button quiet"));
    let reopening =
        month_end.may_confirm_reopening.then(|| button("confirm_reopening", t!("同意重开这个月"), "button danger"));
    let reopen = month_end.may_reopen.then(|| {
        view! {
            <details open=form.problem("reason").is_some()>
                <summary>{t!("要改这个月的账，申请重开")}</summary>
                <form method="post" action=path.clone()>
                    {hidden()}
                    {Field::new(form, "reason", t!("为什么要重开")).area(2)}
                    <button class="button quiet" name="action" value="reopen">{t!("申请重开，等同事同意")}</button>
                </form>
            </details>
        }
    });
    let later = (!month_end.later_fen.is_zero()).then(|| {
        view! { <p class="note">{t!("签字以后，这个月的账面又变动了 {amount}：当时列明的差异后来入了账。上面是签字时的数。", amount = money::exact(month_end.later_fen))}</p> }
    });
    let asked = month_end.reopen_reason.clone().zip(month_end.reopen_asked_by.clone());
    view! {
        {sums(month_end.numbers, Some(month_end.bank_closing_fen))}
        {differences(&month_end.differences)}
        <section class="card">
            {(!month_end.unnamed_fen.is_zero()).then(|| view! { <p>{t!("没有逐笔列明的差额 {amount}", amount = money::exact(month_end.unnamed_fen))}</p> })}
            {(!month_end.explanation.is_empty()).then(|| view! { <p>{month_end.explanation.clone()}</p> })}
            <p class="soft">{t!("{name} 编制", name = month_end.prepared_by)}" "{instant(month_end.prepared_at)}</p>
            {month_end.signed_by.clone().zip(month_end.signed_at).map(|(name, at)| view! { <p class="soft">{t!("{name} 签字", name = name)}" "{instant(at)}</p> })}
            {later}
            {asked.map(|(reason, by)| view! { <p>{t!("{name} 申请重开：{reason}", name = by, reason = reason)}</p> })}
            {sign}<div class="buttons">{drop}{reopening}</div>{reopen}
        </section>
    }
    .into_any()
}

/// The months that were prepared, latest first.
fn made(list: &[MonthEnd]) -> AnyView {
    let rows = list.iter().map(|one| {
        let state = match (one.dropped, one.reopened_at, one.signed_at) {
            (true, ..) => t!("已撤下"),
            (_, Some(_), _) => t!("已重开"),
            (.., Some(_)) => t!("已签字"),
            _ => t!("等待签字"),
        };
        let to = href(&format!("{PATH}?account={}&month={}", one.bank_account.id, month_name(one.month)));
        view! {
            <li>
                <a class="need" href=to>
                    <span class="what">
                        <span class="tags"><span class="tag status">{state}</span></span>
                        <b>{month_name(one.month)}</b>
                        <span class="soft">{one.bank_account.bank.clone()}" "{one.bank_account.account_masked.clone()}</span>
                    </span>
                    <span class="amount">{money::exact(one.numbers.closing_fen)}</span>
                </a>
            </li>
        }
    });
    if list.is_empty() {
        return view! { <p class="card empty">{t!("还没有做过月结。")}</p> }.into_any();
    }
    view! { <h2>{t!("做过的月结")}</h2><ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}
