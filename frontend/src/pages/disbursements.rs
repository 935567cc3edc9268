//! Paying: a charity's payments, preparing one for a need, and the step of each desk.

use crate::islands::AmountEcho;
use crate::parts::field::{Field, summary, tick};
use crate::parts::{choice, money, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::campaigns::PageQuery;
use domain::api::disbursements::{self, Disbursement};
use domain::api::payees::{self, PayeeQuery, PayeeStatus};
use domain::api::{ApiError, ErrorCode, bank_accounts, needs};
use domain::bank_account::BankAccountStatus;
use domain::disbursement::DisbursementStatus as Status;
use domain::organisation::{OrganisationKind, Role};
use domain::{DisbursementId, OrganisationId};
use leptos::prelude::*;

/// The charity that the visitor works for.
pub fn own_charity(visit: &Visit) -> Result<OrganisationId, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let charity = me.acting().find(|membership| membership.kind == OrganisationKind::Charity);
    charity
        .map(|membership| membership.organisation)
        .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有慈善组织的账号可以做这件事"))
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let query = PageQuery { after: visit.query("after").map(str::to_owned) };
    let list = visit.call(disbursements::list(&query)).await?;
    let next = list.next.as_ref().map(|next| {
        let link = href(&format!("/work/disbursements?after={next}"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("拨付（{n}）", n = list.count)}</h1>
            <a class="button quiet" href=href("/work/approval-rule")>{t!("双人批准的起点")}</a>
        </div>
        {rows(&list.items)}{next}
    };
    Ok(Page::new(t!("全部拨付"), body.into_any()))
}

pub fn rows(list: &[Disbursement]) -> AnyView {
    if list.is_empty() {
        return view! { <p class="card empty">{t!("还没有拨付。款项到账后，在认捐页上分配到需求，再申请拨付。")}</p> }
            .into_any();
    }
    let rows = list.iter().map(|row| {
        view! {
            <li>
                <a class="need" href=href(&format!("/work/disbursements/{}", row.id))>
                    <span class="what">
                        <b>{row.need_title.clone()}</b>
                        <span class="soft">{row.paid_to.name.clone()}" · "{instant(row.prepared_at)}</span>
                    </span>
                    <span class="what">
                        <span class="amount">{money::exact(row.amount_fen)}</span>
                        <span class="tag status">{text(row.status.label())}</span>
                    </span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

/// Preparing a payment for the need that the query names by its code.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    own_charity(visit)?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let asked =
        if form.value("need").is_empty() { visit.query("need").unwrap_or_default() } else { form.value("need") };
    let need = visit.call(needs::get(asked)).await?;
    let available = visit.call(disbursements::available(need.id)).await?;
    let free = available.allocated_fen.saturating_gap(available.reserved_fen);
    let of_its_village = PayeeQuery {
        organisation: Some(need.organisation),
        status: Some(PayeeStatus::Verified),
        ..PayeeQuery::default()
    };
    let mut own = visit.call(payees::list(&of_its_village)).await?.items;
    // A changed account waits; whoever chooses it shall know.
    own.sort_by_key(|payee| payee.held_until.filter(|until| *until > visit.now));
    let choice = |payee: &payees::Payee| {
        let held = payee.held_until.filter(|until| *until > visit.now);
        let held = held.map(|until| t!("（刚变更，{time} 以后才能批准）", time = instant(until))).unwrap_or_default();
        (payee.id.to_string(), format!("{} {} {}{held}", payee.name, payee.bank, payee.account_masked))
    };
    let choices: Vec<_> = own.iter().map(choice).collect();
    let none = choices.is_empty().then(|| {
        view! { <p class="note">{t!("这个村（社区）还没有已核实的收款账户。请先请村里登记，由复核核实。")}" "<a href=href("/work/payees")>{t!("收款账户")}</a></p> }
    });
    let id = if form.value("id").is_empty() { visit.fresh_id.to_string() } else { form.value("id").to_owned() };
    let stored = match recorded::id::<DisbursementId>(form) {
        Some(id) => visit.call(disbursements::get(id)).await.ok().map(|payment| stored(&payment)),
        None => None,
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/disbursements")>{t!("全部拨付")}</a>
        </nav>
        <h1>{t!("申请拨付")}</h1>
        <p class="soft">{need.content.title.clone()}" · "{need.place.county.clone()}" · "{need.place.town.clone()}" · "{need.place.village.clone()}</p>
        {summary(form)}{stored}{none}
        <form class="long" method="post" action=href("/work/disbursements/new")>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="need" value=need.id.to_string() />
            <fieldset class="card">
                <legend>{t!("付给谁，付多少")}</legend>
                <p>{t!("还能申请拨付：{amount}", amount = money::exact(free))}</p>
                <p class="soft">{t!("已分配、还没有拨付 {allocated}，其中在办的拨付 {reserved}。",
                    allocated = money::exact(available.allocated_fen), reserved = money::exact(available.reserved_fen))}</p>
                {Field::new(form, "payee", t!("收款账户")).select(t!("请选择"), choices)}
                {Field::new(form, "amount", t!("拨付金额（元）")).with(|described_by| view! {
                    <AmountEcho name="amount".to_owned() value=form.value("amount").to_owned()
                        unit=t!("元").to_owned() described_by=described_by />
                }.into_any())}
                {Field::new(form, "purpose", t!("用途")).hint(t!("如“水管采购首付款”")).text()}
            </fieldset>
            <div class="buttons"><button class="button">{t!("提交复核")}</button></div>
        </form>
    };
    Ok(Page::new(t!("申请拨付"), body.into_any()))
}

fn stored(payment: &Disbursement) -> AnyView {
    let facts = vec![
        (t!("需求"), payment.need_title.clone()),
        (t!("收款账户"), format!("{} {}", payment.paid_to.name, payment.paid_to.account_masked)),
        (t!("拨付金额（元）"), money::exact(payment.amount_fen)),
        (t!("用途"), payment.purpose.clone()),
    ];
    recorded::under_this_id(&format!("/work/disbursements/{}", payment.id), facts)
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: DisbursementId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let payment = visit.call(disbursements::get(id)).await?;
    let done = visit.query("done").and_then(done_message);
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let step = step(visit, form, &payment).await?;
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/disbursements")>{t!("全部拨付")}</a>
        </nav>
        <h1>{t!("拨付 {amount}", amount = money::exact(payment.amount_fen))}</h1>
        <p class="tags"><span class="tag status">{text(payment.status.label())}</span><span class="soft">{payment.need_title.clone()}</span></p>
        <div class="two">
            <div>{facts(&payment)}</div>
            <aside>{step}</aside>
        </div>
    };
    Ok(Page::new(t!("拨付 {amount}", amount = money::exact(payment.amount_fen)), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "prepared" => Some(t!("已提交，等复核。")),
        "checked" => Some(t!("已复核，可以批准。")),
        "approved" => Some(t!("已批准，等出纳付款。")),
        "rejected" => Some(t!("已驳回，经办会看到原因。")),
        "paid" => Some(t!("已记录付款，计入拨付。")),
        _ => None,
    }
}

fn facts(payment: &Disbursement) -> AnyView {
    let person = |label: &'static str, name: Option<String>| name.map(|name| view! { <dt>{label}</dt><dd>{name}</dd> });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("需求")}</dt>
                <dd><a href=href(&format!("/needs/{}", payment.need))>{payment.need_title.clone()}</a></dd>
                <dt>{t!("收款方")}</dt>
                <dd>{payment.paid_to.name.clone()}" · "{text(payment.paid_to.kind.label())}</dd>
                <dt>{t!("开户银行和账号")}</dt>
                <dd>{payment.paid_to.bank.clone()}" "<code>{payment.paid_to.account_masked.clone()}</code></dd>
                <dt>{t!("用途")}</dt><dd>{payment.purpose.clone()}</dd>
                {person(t!("经办"), Some(payment.prepared_by.clone()))}
                {person(t!("复核"), payment.checked_by.clone())}
                {person(t!("批准"), payment.approved_by.clone())}
                {person(t!("付款"), payment.paid_by.clone())}
                {payment.paid_on.map(|day| view! { <dt>{t!("付款日期")}</dt><dd>{date(day)}</dd> })}
                {person(t!("银行付款流水号"), payment.bank_reference.clone())}
                {person(t!("从哪个账户付的"), payment.paid_from.as_ref().map(|from| format!("{} {}", from.bank, from.account_masked)))}
                {person(t!("驳回原因"), payment.reason.clone())}
            </dl>
        </section>
    }
    .into_any()
}

/// The form that sends money back that has not left. What is approved may have been paid a minute ago.
pub fn rejection(form: &FormState, path: &str, approved: bool) -> AnyView {
    let asked = approved.then(|| {
        view! {
            <p class="note">{t!("只有银行还没有付款时才能驳回。请先问明出纳；已经付了的，由出纳登记付款。")}</p>
            {tick(form, "not_paid", t!("我已问过出纳：银行还没有付款"))}
        }
    });
    view! {
        <hr />
        <form method="post" action=path.to_owned()>
            {asked}
            {Field::new(form, "reason", t!("驳回原因")).area(3)}
            <button class="button danger" name="action" value="reject">{t!("驳回")}</button>
        </form>
    }
    .into_any()
}

/// What the visitor's desk may do now.
async fn step(visit: &Visit, form: &FormState, payment: &Disbursement) -> Result<AnyView, ApiError> {
    let path = href(&visit.path);
    let checker = visit.has(&[Role::CharityChecker]);
    let approver = visit.has(&[Role::CharityChecker, Role::CharityOwner]);
    let payer = visit.has(&[Role::CharityPayer]);
    let reject = |status: Status| rejection(form, &path, status == Status::Approved);
    let main = match payment.status {
        Status::Requested if checker => view! {
            <form method="post" action=path.clone()>
                <p>{t!("请与分配、协议、收款账户核对。")}</p>
                <button class="button" name="action" value="check">{t!("复核无误")}</button>
            </form>
            {reject(payment.status)}
        }
        .into_any(),
        Status::Checked if approver => view! {
            <form method="post" action=path.clone()>
                {payment.two_approvers.then(|| view! {
                    <p>{t!("按本单位的规定，这个金额的复核和批准须是两个人。")}</p>
                })}
                <button class="button" name="action" value="approve">{t!("批准付款")}</button>
            </form>
            {checker.then(|| reject(payment.status))}
        }
        .into_any(),
        Status::Approved if payer => view! {
            <form method="post" action=path.clone()>
                <p>{t!("先在银行付款，再照回单填写。保存后计入拨付，不能直接撤销。")}</p>
                {from_account(visit, form).await?}
                {Field::new(form, "paid_on", t!("付款日期")).input("date", "none", "off")}
                {Field::new(form, "bank_reference", t!("银行付款流水号")).text()}
                <button class="button" name="action" value="pay">{t!("已付款")}</button>
            </form>
            {checker.then(|| reject(payment.status))}
        }
        .into_any(),
        Status::Approved if checker => view! { <p>{t!("等出纳付款。")}</p>{reject(payment.status)} }.into_any(),
        Status::Requested | Status::Checked => view! { <p>{t!("等复核办理。")}</p> }.into_any(),
        Status::Approved => view! { <p>{t!("等出纳付款。")}</p> }.into_any(),
        _ => view! { <p>{t!("没有要办的。")}</p> }.into_any(),
    };
    Ok(view! { <section class="card"><h2>{t!("下一步")}</h2>{nobody(payment)}{main}</section> }.into_any())
}

/// From which of the charity's accounts it was paid; the only one is chosen already.
async fn from_account(visit: &Visit, form: &FormState) -> Result<AnyView, ApiError> {
    let accounts = visit.call(bank_accounts::list()).await?.items;
    let mut open = accounts.iter().filter(|record| record.status == BankAccountStatus::Open);
    let mut chosen = form.clone();
    if let (Some(only), None, true) = (open.next(), open.next(), form.value("bank_account").is_empty()) {
        chosen.set("bank_account", only.account.id.to_string());
    }
    let hint = t!("照银行回单上的付款账户选择。");
    let field = Field::new(&chosen, "bank_account", t!("从哪个账户付的")).hint(hint);
    Ok(field.select(t!("请选择"), choice::bank_accounts(&accounts)))
}

/// A step that waits for nobody would wait for ever: why, and what to do.
fn nobody(payment: &Disbursement) -> Option<AnyView> {
    let desk = payment.nobody_at?;
    let says = t!(
        "现在没有人能办这一步：{desk}须是没有办过前面步骤的另一个人。请负责人增加一位，可以请上级慈善组织的人担任。",
        desk = text(desk.label())
    );
    Some(view! { <p class="note">{says}<a href=href("/work/members")>{t!("本单位的人员")}</a></p> }.into_any())
}

/// From which amount on checker and approver are two people: read by the charity, set by its owner.
pub async fn approval_rule(visit: &Visit) -> Result<Page, ApiError> {
    let rule = visit.call(disbursements::approval_rule()).await?;
    let form = visit.form.clone().unwrap_or_else(|| {
        let mut form = FormState::default();
        form.set("amount", rule.from_fen.map(domain::Fen::to_yuan).unwrap_or_default());
        form
    });
    let now = match rule.from_fen {
        Some(from) => t!("现在：{amount}以上（含）的拨付，复核和批准须是两个人。", amount = money::exact(from)),
        None => t!("现在：没有另外的规定，每笔拨付由经办、复核、出纳三个人办理。").to_owned(),
    };
    let set = visit.has(&[Role::CharityOwner]).then(|| {
        view! {
            <form class="card" method="post" action=href(&visit.path)>
                {Field::new(&form, "amount", t!("从多少元起")).hint(t!("留空就是不另外规定。只对以后申请的拨付有效。"))
                    .input("text", "decimal", "off")}
                <button class="button">{t!("保存")}</button>
            </form>
        }
    });
    let body = view! {
        {(visit.query("done") == Some("set")).then(|| view! { <p class="done" role="status">{t!("规定已保存，已记入审计记录。")}</p> })}
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/disbursements")>{t!("全部拨付")}</a>
        </nav>
        <h1>{t!("双人批准的起点")}</h1>
        <p>{now}</p>
        <p class="soft">{t!("这条规定只会多一个人把关。三个人的规定由系统保证，任何设置都不能取消。")}</p>
        {set}
    };
    Ok(Page::new(t!("双人批准的起点"), body.into_any()))
}
