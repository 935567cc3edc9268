//! Money out of a charity's accounts, row by row as the bank says it: what each was, by two people where it has to be.

use crate::parts::field::{Field, problem, summary_of_row};
use crate::parts::{choice, money};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::api::outgoings::{self, OutQuery, OutSuggestion, Outgoing};
use domain::api::{ApiError, bank_accounts, campaigns};
use domain::organisation::Role;
use domain::outgoing::{OutKind, OutMeaning};
use leptos::prelude::*;

const PATH: &str = "/work/outgoings";

/// What a row can be said to be beside a payment, and what of it is chosen.
struct Choices {
    kinds: Vec<(String, String)>,
    campaigns: Vec<(String, String)>,
    accounts: Vec<(String, String)>,
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let all = visit.query("all").is_some();
    let query = OutQuery { all, after: visit.query("after").map(str::to_owned) };
    let list = visit.call(outgoings::list(&query)).await?;
    let choices = Choices {
        kinds: OutKind::ALL
            .iter()
            .filter(|kind| kind.needs_second())
            .map(|kind| (kind.to_string(), text(kind.label())))
            .collect(),
        campaigns: visit
            .call(campaigns::list())
            .await?
            .items
            .into_iter()
            .map(|campaign| (campaign.id.to_string(), campaign.name))
            .collect(),
        accounts: choice::bank_accounts(&visit.call(bank_accounts::list()).await?.items),
    };
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let address = |after: Option<&str>| {
        let parts: Vec<String> =
            all.then(|| "all=1".to_owned()).into_iter().chain(after.map(|after| format!("after={after}"))).collect();
        let mark = if parts.is_empty() { "" } else { "?" };
        href(&format!("{PATH}{mark}{}", parts.join("&")))
    };
    let here = address(query.after.as_deref());
    let next = list.next.as_deref().map(|next| {
        view! { <p class="paging"><a class="button quiet" rel="next" href=address(Some(next))>{t!("下一页")}</a></p> }
    });
    let rows = if list.items.is_empty() {
        let none = if all { t!("对账单上还没有支出。") } else { t!("每一笔支出都有说明了。") };
        view! { <p class="card empty">{none}</p> }.into_any()
    } else {
        list.items.iter().map(|row| one(form, &here, row, &choices)).collect_view().into_any()
    };
    let current = |this: bool| (this == all).then_some("page");
    let done = visit.query("done").and_then(done_message);
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary_of_row(form, form.value("row"))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
        </nav>
        <h1>{t!("银行支出（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("对账单上的每一笔支出，都要说明是什么：付款时三个人办过的，选中即可；手续费、自有资金支出、转账和其他，须另一位同事确认。")}</p>
        <nav class="buttons" aria-label=t!("状态")>
            <a class="button quiet" href=href(PATH) aria-current=current(false)>{t!("还没有说明的")}</a>
            <a class="button quiet" href=href(&format!("{PATH}?all=1")) aria-current=current(true)>{t!("全部")}</a>
        </nav>
        {rows}{next}
        {visit.has(&[Role::CharityMaker]).then(|| view! { <p class="soft">{t!("结息等收入不是捐款的，在那笔流水上放到一边。")}</p> })}
    };
    Ok(Page::new(t!("银行支出"), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "explained" => Some(t!("已记下。")),
        "confirmed" => Some(t!("已确认。")),
        "dropped" => Some(t!("说明已撤回。")),
        _ => None,
    }
}

fn one(form: &FormState, here: &str, row: &Outgoing, choices: &Choices) -> AnyView {
    let id = row.id.to_string();
    let remark = if row.remark.is_empty() { String::new() } else { format!(" · {}", row.remark) };
    let state = match (&row.meaning, row.explained) {
        (None, _) => t!("还没有说明"),
        (Some(_), false) => t!("等待另一位同事确认"),
        (Some(_), true) => t!("已说明"),
    };
    let booked = row.explained && row.meaning.as_ref().is_some_and(|meaning| meaning.kind == OutKind::Fee);
    let said = row.meaning.as_ref().map(|meaning| said(row, meaning));
    let button = |action: &'static str, label: &'static str, class: &'static str, fields: AnyView| {
        view! {
            <form method="post" action=here.to_owned()>
                <input type="hidden" name="row" value=id.clone() />
                {fields}
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
    };
    let confirm = row
        .meaning
        .as_ref()
        .filter(|_| row.may_confirm)
        .map(|meaning| button("confirm", t!("核对无误，确认"), "button", hidden(meaning)));
    let drop = row.may_drop.then(|| button("drop", t!("撤回说明"), "button quiet", ().into_any()));
    let guesses = row.suggestions.iter().map(|guess| guessed(here, &id, guess)).collect_view();
    let explain = row.may_explain.then(|| explain(form, here, &id, choices));
    view! {
        <section class="card">
            <p class="tags"><span class="tag status">{state}</span></p>
            <h2>{row.payee.clone()}" −"{money::exact(row.amount_fen)}</h2>
            <p class="soft">{date(row.booked_on)}" · "{row.bank_account.bank.clone()}" "{row.bank_account.account_masked.clone()}" · "{t!("流水号")}" "{row.serial_no.clone()}{remark}</p>
            {said}
            <div class="buttons">{confirm}{drop}</div>
            {booked.then(|| view! { <p><a href=href(&format!("/work/reversals/fee/{id}"))>{t!("记错了，冲正")}</a></p> })}
            {guesses}{explain}
        </section>
    }
    .into_any()
}

fn said(row: &Outgoing, meaning: &OutMeaning) -> AnyView {
    let kind = text(meaning.kind.label());
    let what = match (meaning.disbursement, meaning.gift_return) {
        (Some(id), _) => view! { <a href=href(&format!("/work/disbursements/{id}"))>{kind}</a> }.into_any(),
        (None, Some(id)) => view! { <a href=href(&format!("/work/returns/{id}"))>{kind}</a> }.into_any(),
        (None, None) => kind.into_any(),
    };
    let hands = [row.said_by.clone(), row.confirmed_by.clone()];
    let hands = hands.into_iter().flatten().collect::<Vec<_>>().join("、");
    view! { <p><b>{what}</b>" "{meaning.reason.clone()}" "<span class="soft">{hands}</span></p> }.into_any()
}

/// What the second person has before the eyes.
fn hidden(meaning: &OutMeaning) -> AnyView {
    let fields = [
        ("kind", Some(meaning.kind.to_string())),
        ("campaign", meaning.campaign.map(|id| id.to_string())),
        ("other_account", meaning.other_account.map(|id| id.to_string())),
        ("reason", Some(meaning.reason.clone())),
    ];
    let fields = fields.into_iter().filter_map(|(name, value)| Some((name, value?)));
    fields.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view().into_any()
}

/// A payment of the same amount.
fn guessed(here: &str, id: &str, guess: &OutSuggestion) -> AnyView {
    let (kind, field, target) = match (guess.disbursement, guess.gift_return) {
        (Some(id), _) => (OutKind::Disbursement, "disbursement", id.to_string()),
        (None, Some(id)) => (OutKind::Return, "gift_return", id.to_string()),
        (None, None) => return ().into_any(),
    };
    view! {
        <form class="guess" method="post" action=here.to_owned()>
            <input type="hidden" name="row" value=id.to_owned() />
            <input type="hidden" name="kind" value=kind.to_string() />
            <input type="hidden" name=field value=target />
            <p>{text(kind.label())}" "<b>{guess.to_name.clone()}</b>" "{date(guess.paid_on)}" "<code>{guess.bank_reference.clone()}</code></p>
            <button class="button" name="action" value="explain">{t!("就是这一笔")}</button>
        </form>
    }
    .into_any()
}

fn explain(form: &FormState, here: &str, id: &str, choices: &Choices) -> AnyView {
    let own = if form.value("row") == id { form.clone() } else { FormState::default() };
    view! {
        <details open=!own.problems.is_empty()>
            <summary>{t!("是别的支出")}</summary>
            <form method="post" action=here.to_owned()>
                <input type="hidden" name="row" value=id.to_owned() />
                {problem(&own, "disbursement")}{problem(&own, "gift_return")}
                {Field::new(&own, "kind", t!("是什么")).of_row(id).select(t!("请选择"), choices.kinds.clone())}
                {Field::new(&own, "campaign", t!("手续费从哪个活动的非定向捐款列支")).hint(t!("只有手续费才选；定向捐款不能列支手续费。")).of_row(id).select(t!("不是手续费"), choices.campaigns.clone())}
                {Field::new(&own, "other_account", t!("转到哪个账户")).hint(t!("只有转到本单位另一账户才选。")).of_row(id).select(t!("不是转账"), choices.accounts.clone())}
                {Field::new(&own, "reason", t!("说明和依据")).of_row(id).area(2)}
                <button class="button quiet" name="action" value="explain">{t!("记下，等同事确认")}</button>
            </form>
        </details>
    }
    .into_any()
}
