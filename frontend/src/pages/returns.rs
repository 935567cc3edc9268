//! Money given back to its giver: the list, one return with the step of the visitor's desk, and preparing one.

use super::disbursements::rejection;
use crate::parts::field::{Field, problem, radios, summary};
use crate::parts::{choice, money, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::campaigns::PageQuery;
use domain::api::returns::{self, GiftReturn};
use domain::api::{ApiError, ErrorCode, bank_accounts};
use domain::giving_back::{ReturnGround, ReturnStatus};
use domain::organisation::Role;
use domain::{Fen, LotId, PledgeId, ReturnId};
use leptos::prelude::*;

const PATH: &str = "/work/returns";

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let after = visit.query("after").map(str::to_owned);
    let list = visit.call(returns::list(&PageQuery { after })).await?;
    let next = list.next.as_ref().map(|next| {
        let link = href(&format!("{PATH}?after={next}"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("还没有退回过捐赠方的款。")}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let body = view! {
        {crumbs(false)}
        <h1>{t!("退回捐赠方（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("汇错的、超出认捐的、协议约定要退的款，从这里退回原付款方：经办申请，复核同意，出纳付款。退回后不再计入到账。要退某笔认捐的款，从认捐页打开；来源未明的，从那笔流水打开。")}</p>
        {rows}{next}
    };
    Ok(Page::new(t!("退回捐赠方"), body.into_any()))
}

fn crumbs(inside: bool) -> AnyView {
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            {inside.then(|| view! { <a href=href(PATH)>{t!("退回捐赠方")}</a> })}
        </nav>
    }
    .into_any()
}

fn row(one: &GiftReturn) -> AnyView {
    let whose = one.enterprise_name.clone().unwrap_or_else(|| one.input.to_name.clone());
    view! {
        <li>
            <a class="need" href=href(&format!("{PATH}/{}", one.id))>
                <span class="what">
                    <span class="tags"><span class="tag status">{text(one.status.label())}</span></span>
                    <b>{whose}</b>
                    <span class="soft">{text(one.input.ground.label())}" · "{instant(one.prepared_at)}</span>
                </span>
                <span class="amount">{money::exact(one.input.amount)}</span>
            </a>
        </li>
    }
    .into_any()
}

/// One return.
pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: ReturnId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let known = visit.call(returns::get(id)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").and_then(done_message);
    let step = step(visit, form, &known).await?;
    let title = t!("退回 {amount}", amount = money::exact(known.input.amount));
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}{crumbs(true)}
        <h1>{title.clone()}</h1>
        <p class="tags"><span class="tag status">{text(known.status.label())}</span></p>
        <div class="two"><div>{facts(&known)}</div><aside>{step}</aside></div>
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "prepared" => Some(t!("已提交，等复核。款已留出，不会再安排给别处。")),
        "approved" => Some(t!("已同意，等出纳付款。")),
        "rejected" => Some(t!("已驳回，款可以再安排。")),
        "paid" => Some(t!("已记录付款，不再计入到账；捐赠方会收到通知。")),
        _ => None,
    }
}

fn facts(known: &GiftReturn) -> AnyView {
    let input = &known.input;
    let from = match (known.pledge, known.line) {
        (Some(pledge), _) => {
            let name = known.enterprise_name.clone().unwrap_or_default();
            let reference = known.reference.map(|reference| reference.to_string()).unwrap_or_default();
            view! { <a href=href(&format!("/pledges/{pledge}"))>{name}" "{reference}</a> }.into_any()
        }
        (None, Some(line)) => {
            view! { <a href=href(&format!("/work/bank-lines/{line}"))>{t!("没有归入认捐的一份到账款")}</a> }.into_any()
        }
        (None, None) => t!("没有归入认捐的一份到账款").into_any(),
    };
    let surplus = known.surplus.map(|id| {
        view! { " · "<a href=href(&format!("/work/surpluses/{id}"))>{t!("需求的结余")}</a> }
    });
    let fact =
        |label: &'static str, value: Option<String>| value.map(|value| view! { <dt>{label}</dt><dd>{value}</dd> });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("从哪里退")}</dt><dd>{from}{surplus}</dd>
                <dt>{t!("金额")}</dt><dd>{money::exact(input.amount)}</dd>
                <dt>{t!("依据")}</dt><dd>{text(input.ground.label())}</dd>
                <dt>{t!("事由")}</dt><dd>{input.reason.clone()}</dd>
                <dt>{t!("退到")}</dt><dd>{input.to_name.clone()}" "{input.to_bank.clone()}" "<code>{input.to_account.clone()}</code></dd>
                {fact(t!("经办"), Some(known.prepared_by.clone()))}
                {fact(t!("复核"), known.approved_by.clone())}
                {fact(t!("付款"), known.paid_by.clone())}
                {fact(t!("付款日期"), known.paid_on.map(date))}
                {fact(t!("银行付款流水号"), known.bank_reference.clone())}
                {fact(t!("驳回原因"), known.rejected_why.clone())}
            </dl>
        </section>
    }
    .into_any()
}

async fn step(visit: &Visit, form: &FormState, known: &GiftReturn) -> Result<AnyView, ApiError> {
    let path = href(&visit.path);
    let checker = visit.has(&[Role::CharityChecker]);
    let reject = checker.then(|| rejection(form, &path, known.status == ReturnStatus::Approved));
    let main = match known.status {
        ReturnStatus::Requested if checker => view! {
            <form method="post" action=path.clone()>
                <p>{t!("请核对依据和收款户名：应当退回原付款方。")}</p>
                <button class="button" name="action" value="approve">{t!("复核无误，同意退回")}</button>
            </form>
            {reject}
        }
        .into_any(),
        ReturnStatus::Approved if visit.has(&[Role::CharityPayer]) => {
            let accounts = choice::bank_accounts(&visit.call(bank_accounts::list()).await?.items);
            let several = (accounts.len() > 1)
                .then(|| Field::new(form, "bank_account", t!("从哪个账户付的")).select(t!("请选择"), accounts.clone()));
            view! {
                <form method="post" action=path.clone()>
                    <p>{t!("先在银行付款，再照回单填写。保存后这笔款不再计入到账。")}</p>
                    {several}
                    {Field::new(form, "paid_on", t!("付款日期")).input("date", "none", "off")}
                    {Field::new(form, "bank_reference", t!("银行付款流水号")).text()}
                    <button class="button" name="action" value="pay">{t!("已付款")}</button>
                </form>
                {reject}
            }
            .into_any()
        }
        ReturnStatus::Approved => view! { <p>{t!("等出纳付款。")}</p>{reject} }.into_any(),
        ReturnStatus::Requested => view! { <p>{t!("等复核办理。")}</p> }.into_any(),
        ReturnStatus::Paid => {
            let to = href(&format!("/work/reversals/return/{}", known.id));
            view! { <p>{t!("没有要办的。")}</p><p><a href=to>{t!("其实没有付款，冲正")}</a></p> }.into_any()
        }
        ReturnStatus::Rejected => view! { <p>{t!("没有要办的。")}</p> }.into_any(),
    };
    Ok(view! { <section class="card"><h2>{t!("下一步")}</h2>{main}</section> }.into_any())
}

/// Preparing one, of a pledge or of a part that the query names.
pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let mut form = visit.form.clone().unwrap_or_default();
    let said = |form: &FormState, name: &str| {
        let typed = form.value(name).to_owned();
        if typed.is_empty() { visit.query(name).unwrap_or_default().to_owned() } else { typed }
    };
    let (pledge, lot, surplus) = (said(&form, "pledge"), said(&form, "lot"), said(&form, "surplus"));
    let from = match (pledge.parse::<PledgeId>(), lot.parse::<LotId>()) {
        (Ok(id), _) => {
            let pledge = visit.call(domain::api::pledges::get(id)).await?;
            if form.value("to_name").is_empty() {
                form.set("to_name", pledge.enterprise_name.clone());
            }
            format!("{} {}", pledge.enterprise_name, pledge.reference)
        }
        (Err(_), Ok(_)) => t!("没有归入认捐的一份到账款").to_owned(),
        _ => return Err(ApiError::new(ErrorCode::NotFound, "没有找到")),
    };
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let stored = match recorded::id::<ReturnId>(&form) {
        Some(id) => visit.call(returns::get(id)).await.ok().map(|known| stored(&known)),
        None => None,
    };
    let form = &form;
    let grounds = ReturnGround::ALL.iter().map(|ground| (ground.as_str(), text(ground.label()))).collect();
    let body = view! {
        {summary(form)}{stored}{crumbs(true)}
        <h1>{t!("申请退回捐赠方")}</h1>
        <p>{from}</p>
        {(!surplus.is_empty()).then(|| view! { <p class="note">{t!("从需求的结余退回。")}</p> })}
        {problem(form, "surplus")}{problem(form, "pledge")}{problem(form, "lot")}
        <form class="long" method="post" action=href("/work/returns/new")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <input type="hidden" name="pledge" value=pledge />
            <input type="hidden" name="lot" value=lot />
            <input type="hidden" name="surplus" value=surplus.clone() />
            <fieldset class="card">
                <legend>{t!("退多少，为什么")}</legend>
                {Field::new(form, "amount", t!("退回金额（元）")).hint(t!("只能退还在账上、没有安排用途的款；已分配的先释放。")).input("text", "decimal", "off")}
                {radios(form, "ground", (t!("依据"), Some(t!("捐赠一经交付，依法不能随意退回；请选择符合的一种，并写明凭据。").into_any())), grounds)}
                {Field::new(form, "reason", t!("事由和凭据")).area(3)}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("退到哪里")}</legend>
                <p class="hint">{t!("应当退回原付款方的原账户；不能退到原账户的，在事由里写明。")}</p>
                {Field::new(form, "to_name", t!("户名")).text()}
                {Field::new(form, "to_bank", t!("开户银行")).text()}
                {Field::new(form, "to_account", t!("银行账号")).input("text", "numeric", "off")}
            </fieldset>
            <div class="buttons"><button class="button">{t!("提交复核")}</button></div>
        </form>
    };
    Ok(Page::new(t!("申请退回捐赠方"), body.into_any()))
}

fn stored(known: &GiftReturn) -> AnyView {
    let facts = vec![
        (t!("金额"), money::exact(known.input.amount)),
        (t!("依据"), text(known.input.ground.label())),
        (t!("户名"), known.input.to_name.clone()),
    ];
    recorded::under_this_id(&format!("{PATH}/{}", known.id), facts)
}

/// On a pledge's page: what of it went back.
pub async fn of_pledge(visit: &Visit, id: PledgeId) -> Result<Option<AnyView>, ApiError> {
    let gone = visit.call(returns::of_pledge(id)).await?.items;
    let total = Fen::sum(gone.iter().map(|one| one.amount_fen)).unwrap_or_default();
    if total.is_zero() {
        return Ok(None);
    }
    let rows = gone.iter().map(|one| {
        view! {
            <tr><th scope="row">{date(one.paid_on)}" "{text(one.ground.label())}</th><td>{money::exact(one.amount_fen)}</td></tr>
        }
    });
    Ok(Some(
        view! {
            <section class="card">
                <h2>{t!("已退回 {amount}", amount = money::exact(total))}</h2>
                <p class="soft">{t!("退回的款不再计入到账。")}</p>
                <table class="sums"><tbody>{rows.collect_view()}</tbody></table>
            </section>
        }
        .into_any(),
    ))
}
