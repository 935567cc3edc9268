//! The accounts that may be paid: a village proposes one, a charity's checker verifies it.

use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::campaigns;
use domain::api::payees::{self, Payee, PayeeQuery, PayeeStatus};
use domain::api::{ApiError, ErrorCode};
use domain::disbursement::PayeeKind;
use domain::organisation::Role;
use leptos::prelude::*;

const VILLAGE: [Role; 2] = [Role::VillageReporter, Role::VillageHead];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let here = asked(visit);
    let list = visit.call(payees::list(&here)).await?;
    let next = list.next.as_ref().map(|next| {
        let link = address(here.status, Some(next.as_str()));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").and_then(done_message);
    let propose = if visit.has(&VILLAGE) { Some(propose(visit, form).await?) } else { None };
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("收款账户（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("只能是村（社区）自己的对公账户，或镇代管账户。不向个人账户付款。账户有变更，请停用旧的、登记新的。")}</p>
        {statuses(&here)}
        {rows(visit, form, &here, &list.items)}
        {next}
        {propose}
    };
    Ok(Page::new(t!("收款账户"), body.into_any()))
}

/// The part of the list that the visitor looks at.
fn asked(visit: &Visit) -> PayeeQuery {
    let status = visit.query("status").and_then(|status| status.parse().ok());
    PayeeQuery { organisation: None, status, after: visit.query("after").map(str::to_owned) }
}

/// Where a part of the list is; forms lead back to it.
fn address(status: Option<PayeeStatus>, after: Option<&str>) -> String {
    let status = status.map(|status| format!("status={status}"));
    let after = after.map(|after| format!("after={after}"));
    let query: Vec<String> = status.into_iter().chain(after).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    href(&format!("/work/payees{mark}{}", query.join("&")))
}

/// All of them, or those of one state.
fn statuses(here: &PayeeQuery) -> AnyView {
    let all = [None].into_iter().chain(PayeeStatus::ALL.iter().copied().map(Some));
    let links = all.map(|status| {
        let name = status.map_or_else(|| t!("全部").to_owned(), |status| text(status.label()));
        let current = (status == here.status).then_some("page");
        view! { <a class="button quiet" href=address(status, None) aria-current=current>{name}</a> }
    });
    view! { <nav class="buttons" aria-label=t!("状态")>{links.collect_view()}</nav> }.into_any()
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "proposed" => Some(t!("收款账户已登记，等慈善组织核实。")),
        "verified" => Some(t!("收款账户已核实，可以付款。")),
        "closed" => Some(t!("收款账户已停用。")),
        _ => None,
    }
}

fn rows(visit: &Visit, form: &FormState, here: &PayeeQuery, list: &[Payee]) -> AnyView {
    if list.is_empty() {
        return view! { <p class="card empty">{t!("还没有收款账户。")}</p> }.into_any();
    }
    list.iter().map(|payee| row(visit, form, here, payee)).collect_view().into_any()
}

fn row(visit: &Visit, form: &FormState, here: &PayeeQuery, payee: &Payee) -> AnyView {
    let checker = visit.has(&[Role::CharityChecker]);
    let id = payee.id.to_string();
    let number = payee.account_no.clone().unwrap_or_else(|| payee.account_masked.clone());
    let verify = (checker && payee.status == PayeeStatus::Proposed).then(|| {
        let empty = FormState::default();
        let own = if form.value("payee") == id { form } else { &empty };
        view! {
            <form method="post" action=address(here.status, here.after.as_deref())>
                <input type="hidden" name="payee" value=id.clone() />
                {Field::new(own, "how", t!("怎样核实的")).hint(t!("不要用登记时留的电话。如“回拨镇政府公开电话，与开户证明一致”。")).text()}
                <button class="button" name="action" value="verify">{t!("核实无误")}</button>
            </form>
        }
    });
    let closes = payee.status != PayeeStatus::Closed && (checker || visit.has(&VILLAGE));
    let close = closes.then(|| {
        view! {
            <form method="post" action=address(here.status, here.after.as_deref())>
                <input type="hidden" name="payee" value=id.clone() />
                <button class="button danger" name="action" value="close">{t!("停用这个账户")}</button>
            </form>
        }
    });
    view! {
        <section class="card facts">
            <h2>{payee.name.clone()}</h2>
            <p class="tags"><span class="tag status">{text(payee.status.label())}</span><span class="soft">{payee.organisation_name.clone()}</span></p>
            <dl>
                <dt>{text(payee.kind.label())}</dt><dd>{payee.bank.clone()}" "<code>{number}</code></dd>
                {payee.verified_how.clone().map(|how| view! { <dt>{t!("核实")}</dt><dd>{how}</dd> })}
                <dt>{t!("登记时间")}</dt><dd>{instant(payee.proposed_at)}</dd>
            </dl>
            {verify}{close}
        </section>
    }
    .into_any()
}

async fn propose(visit: &Visit, form: &FormState) -> Result<AnyView, ApiError> {
    let campaigns = visit.call(campaigns::list()).await?.items;
    let mut charities: Vec<(String, String)> = Vec::new();
    for charity in campaigns.into_iter().flat_map(|campaign| campaign.charities) {
        let choice = (charity.id.to_string(), charity.name);
        if !charities.contains(&choice) {
            charities.push(choice);
        }
    }
    let kinds = PayeeKind::ALL.iter().map(|kind| (kind.to_string(), text(kind.label()))).collect();
    let id = if form.value("id").is_empty() { visit.fresh_id.to_string() } else { form.value("id").to_owned() };
    Ok(view! {
        <form class="long" method="post" action=href("/work/payees")>
            <input type="hidden" name="id" value=id />
            <fieldset class="card">
                <legend>{t!("登记一个收款账户")}</legend>
                {Field::new(form, "charity", t!("付款的慈善组织")).select(t!("请选择"), charities)}
                {Field::new(form, "kind", t!("账户类别")).select(t!("请选择"), kinds)}
                {Field::new(form, "name", t!("户名")).hint(t!("照开户证明写全称")).text()}
                {Field::new(form, "bank", t!("开户银行")).hint(t!("写到支行")).text()}
                {Field::new(form, "account", t!("账号")).input("text", "numeric", "off")}
                <button class="button" name="action" value="propose">{t!("登记")}</button>
            </fieldset>
        </form>
    }
    .into_any())
}
