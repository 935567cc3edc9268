//! A charity's bank accounts: the owner enters and changes them, a second person confirms.

use crate::parts::field::{Field, summary_of_row};
use crate::parts::{money, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::BankAccountId;
use domain::api::ApiError;
use domain::api::bank_accounts::{self, AccountStep, BankAccountRecord};
use domain::bank_account::{AccountStepKind, BankAccountStatus};
use domain::organisation::Role;
use leptos::prelude::*;

const PATH: &str = "/work/bank-accounts";

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(bank_accounts::list()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let owner = visit.has(&[Role::CharityOwner]);
    let done = visit.query("done").and_then(done_message);
    let rows = list.items.iter().map(|record| account(visit, form, record, owner)).collect_view();
    let none = list.items.is_empty().then(|| view! { <p class="card empty">{t!("还没有登记银行账户。")}</p> });
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary_of_row(form, form.value("row"))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
        </nav>
        <h1>{t!("银行账户（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("流水、对账单和月结都从这里选账户。登记、期初余额和销户由负责人提出，另一位同事（复核或负责人）确认后才算数。")}</p>
        {none}{rows}
        {owner.then(|| enter(visit, form, &list.items))}
    };
    Ok(Page::new(t!("银行账户"), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "entered" => Some(t!("账户已登记，等另一位同事确认。")),
        "proposed" => Some(t!("已提出，等另一位同事确认。")),
        "confirmed" => Some(t!("已确认。")),
        "dropped" => Some(t!("已撤下，没有采用。")),
        _ => None,
    }
}

fn account(visit: &Visit, form: &FormState, record: &BankAccountRecord, owner: bool) -> AnyView {
    let id = record.account.id;
    let opening = match record.opening {
        Some(opening) => {
            t!("{amount}（{day} 开始时）", amount = money::exact(opening.amount_fen), day = date(opening.on_day))
        }
        None => t!("还没有登记").to_owned(),
    };
    let waits = record.steps.iter().any(|step| step.outcome.is_none());
    let may_change = owner && !waits && record.status == BankAccountStatus::Open;
    let steps = record.steps.iter().map(|one| step(visit, one)).collect_view();
    view! {
        <section class="card facts">
            <h2>{record.account.holder.clone()}</h2>
            <p class="tags"><span class="tag status">{text(record.status.label())}</span></p>
            <dl>
                <dt>{t!("开户银行")}</dt><dd>{record.account.bank.clone()}</dd>
                <dt>{t!("银行账号")}</dt><dd><code>{record.account_no.clone()}</code></dd>
                {record.opened_on.map(|day| view! { <dt>{t!("开户日期")}</dt><dd>{date(day)}</dd> })}
                {record.closed_on.map(|day| view! { <dt>{t!("销户日期")}</dt><dd>{date(day)}</dd> })}
                <dt>{t!("期初余额")}</dt><dd>{opening}</dd>
            </dl>
            {(!record.steps.is_empty()).then(|| view! { <h3>{t!("登记和改动")}</h3><ul class="rows">{steps}</ul> })}
            {may_change.then(|| change(visit, form, record, id))}
        </section>
    }
    .into_any()
}

/// What was proposed, by whom, and what became of it; the buttons of whoever may decide.
fn step(visit: &Visit, step: &AccountStep) -> AnyView {
    let what = match (step.kind, step.amount_fen) {
        (AccountStepKind::Balance, Some(amount)) => {
            t!("期初余额 {amount}（{day} 开始时）", amount = money::exact(amount), day = date(step.on_day))
        }
        (kind, _) => format!("{} {}", text(kind.label()), date(step.on_day)),
    };
    let outcome = match (step.outcome, &step.decided_by, step.decided_at) {
        (Some(outcome), Some(by), Some(at)) => format!("{} {} {}", text(outcome.label()), by, instant(at)),
        (Some(outcome), _, _) => text(outcome.label()),
        (None, ..) => t!("等待另一位同事确认").to_owned(),
    };
    let path = href(&visit.path);
    let button = |action: &'static str, label: &'static str, class: &'static str| {
        view! {
            <form method="post" action=path.clone()>
                <input type="hidden" name="step" value=step.id.to_string() />
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
    };
    let confirm = step.may_confirm.then(|| button("confirm", t!("核对无误，确认"), "button"));
    let drop = step.may_drop.then(|| button("drop", t!("不采用"), "button quiet"));
    view! {
        <li>
            <b>{what}</b>
            {(!step.reason.is_empty()).then(|| view! { <p>{step.reason.clone()}</p> })}
            <p class="soft">{step.proposed_by.clone()}" "{instant(step.proposed_at)}" · "{outcome}</p>
            <div class="buttons">{confirm}{drop}</div>
        </li>
    }
    .into_any()
}

/// What was typed into the form of this row and button.
fn typed(form: &FormState, row: &str, action: &str) -> FormState {
    if form.value("row") == row && form.value("action") == action { form.clone() } else { FormState::default() }
}

fn change(visit: &Visit, form: &FormState, record: &BankAccountRecord, id: BankAccountId) -> AnyView {
    let path = href(&visit.path);
    let row = id.to_string();
    let fresh = |own: &FormState| {
        if own.value("id").is_empty() { visit.fresh_id.to_string() } else { own.value("id").to_owned() }
    };
    let (balance, close) = (typed(form, &row, "balance"), typed(form, &row, "close"));
    let (balance_row, close_row) = (format!("{row}-balance"), format!("{row}-close"));
    let (balance_id, close_id) = (fresh(&balance), fresh(&close));
    let correcting = record.opening.is_some();
    let heading = if correcting { t!("更正期初余额") } else { t!("登记期初余额") };
    let why = correcting.then(|| Field::new(&balance, "reason", t!("更正的原因和依据")).of_row(&balance_row).area(2));
    view! {
        <details open=!balance.values.is_empty()>
            <summary>{heading}</summary>
            <form method="post" action=path.clone()>
                <input type="hidden" name="row" value=row.clone() />
                <input type="hidden" name="id" value=balance_id />
                {Field::new(&balance, "on_day", t!("哪一天")).hint(t!("这一天开始时的余额；账从这一天记起。")).of_row(&balance_row).input("date", "none", "off")}
                {Field::new(&balance, "amount", t!("余额（元）")).hint(t!("照银行对账单，没有就填 0。")).of_row(&balance_row).input("text", "decimal", "off")}
                {why}
                <button class="button quiet" name="action" value="balance">{t!("提出，等同事确认")}</button>
            </form>
        </details>
        <details open=!close.values.is_empty()>
            <summary>{t!("销户")}</summary>
            <form method="post" action=path>
                <input type="hidden" name="row" value=row.clone() />
                <input type="hidden" name="id" value=close_id />
                <p class="hint">{t!("确认后不能恢复。销户那天和以前的流水还可以录入。")}</p>
                {Field::new(&close, "on_day", t!("销户日期")).of_row(&close_row).input("date", "none", "off")}
                {Field::new(&close, "reason", t!("原因")).of_row(&close_row).area(2)}
                <button class="button danger" name="action" value="close">{t!("提出销户")}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The account that has the form's id already.
fn stored(record: &BankAccountRecord) -> AnyView {
    let facts = vec![
        (t!("户名"), record.account.holder.clone()),
        (t!("开户银行"), record.account.bank.clone()),
        (t!("银行账号"), record.account_no.clone()),
    ];
    recorded::under_this_id(PATH, facts)
}

fn enter(visit: &Visit, form: &FormState, list: &[BankAccountRecord]) -> AnyView {
    let own = typed(form, "", "enter");
    let known = recorded::id::<BankAccountId>(&own);
    let stored = known.and_then(|id| list.iter().find(|record| record.account.id == id)).map(stored);
    let id = if own.value("id").is_empty() { visit.fresh_id.to_string() } else { own.value("id").to_owned() };
    view! {
        {stored}
        <form class="long" method="post" action=href(PATH)>
            <input type="hidden" name="id" value=id />
            <fieldset class="card">
                <legend>{t!("登记一个银行账户")}</legend>
                {Field::new(&own, "holder", t!("户名")).hint(t!("照开户证明写全称")).text()}
                {Field::new(&own, "bank", t!("开户银行")).hint(t!("写到支行")).text()}
                {Field::new(&own, "account_no", t!("银行账号")).input("text", "numeric", "off")}
                {Field::new(&own, "opened_on", t!("开户日期")).input("date", "none", "off")}
                <button class="button" name="action" value="enter">{t!("登记")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}
