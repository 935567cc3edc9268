//! The accounts that may be paid: a village proposes one, a charity's maker enters it, its checker verifies it.

use crate::parts::field::{Field, summary_of_row, tick_of_row};
use crate::parts::recorded;
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
    let propose = if visit.has(&VILLAGE) { Some(propose(visit, form, &list.items).await?) } else { None };
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary_of_row(form, form.value("payee"))}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("收款账户（{n}）", n = list.count)}</h1>
        <p class="soft">{t!("只能是村（社区）自己的对公账户，或镇代管账户。不向个人账户付款。账户有变更，请停用旧的、登记新的：村、镇和慈善组织都会收到通知，核实后三天才付款。")}</p>
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
        "proposed" => Some(t!("收款账户已登记，等慈善组织录入和核实。")),
        "entered" => Some(t!("收款账户已录入，等另一位同事核实。")),
        "verified" => Some(t!("收款账户已核实。第一个账户现在就可以付款，变更的账户三天后才可以。")),
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
    let enter = (visit.has(&[Role::CharityMaker]) && payee.status == PayeeStatus::Proposed).then(|| {
        let empty = FormState::default();
        let own = if form.value("payee") == id { form } else { &empty };
        view! {
            <form method="post" action=address(here.status, here.after.as_deref())>
                <input type="hidden" name="payee" value=id.clone() />
                {Field::new(own, "account_no", t!("照开户证明重新输入账号")).hint(t!("不要照抄本页：两人各看一遍证明，错一位就能发现。")).of_row(&id).input("text", "numeric", "off")}
                <button class="button" name="action" value="enter">{t!("与开户证明一致，录入")}</button>
            </form>
        }
    });
    let verify = (checker && payee.status == PayeeStatus::Entered).then(|| {
        let empty = FormState::default();
        let own = if form.value("payee") == id { form } else { &empty };
        view! {
            <form method="post" action=address(here.status, here.after.as_deref())>
                <input type="hidden" name="payee" value=id.clone() />
                {Field::new(own, "how", t!("怎样核实的")).hint(t!("不要用登记时留的电话。如“回拨镇政府公开电话，与开户证明一致”。")).of_row(&id).text()}
                {tick_of_row(own, "no_interest", &id, t!("我声明：收款方不是本慈善组织管理人员的利害关系人"))}
                <button class="button" name="action" value="verify">{t!("核实无误")}</button>
            </form>
        }
    });
    let closes = payee.status != PayeeStatus::Closed && (checker || visit.has(&VILLAGE));
    let close = closes.then(|| {
        view! {
            <details>
                <summary>{t!("停用这个账户")}</summary>
                <form method="post" action=address(here.status, here.after.as_deref())>
                    <input type="hidden" name="payee" value=id.clone() />
                    <p class="note">{t!("停用后不能恢复，也不能再向它付款；还没有付的拨付要驳回，按新账户重新申请。")}</p>
                    <button class="button danger" name="action" value="close">{t!("确定停用")}</button>
                </form>
            </details>
        }
    });
    view! {
        <section class="card facts">
            <h2>{payee.name.clone()}</h2>
            <p class="tags"><span class="tag status">{text(payee.status.label())}</span><span class="soft">{payee.organisation_name.clone()}</span></p>
            <dl>
                <dt>{text(payee.kind.label())}</dt><dd>{payee.bank.clone()}" "<code>{number}</code></dd>
                {(!payee.sub_account.is_empty()).then(|| view! { <dt>{t!("本村子账户")}</dt><dd>{payee.sub_account.clone()}</dd> })}
                {payee.document.map(|id| view! {
                    <dt>{t!("开户证明")}</dt><dd><a href=format!("/api/v1/files/{id}")>{t!("看照片")}</a></dd>
                })}
                {payee.held_until.filter(|until| *until > visit.now).map(|until| view! {
                    <dt>{t!("刚有变更")}</dt><dd>{t!("{time} 以后才能批准付款", time = instant(until))}</dd>
                })}
                {payee.verified_how.clone().map(|how| view! { <dt>{t!("核实")}</dt><dd>{how}</dd> })}
                <dt>{t!("登记时间")}</dt><dd>{instant(payee.proposed_at)}</dd>
            </dl>
            {enter}{verify}{close}
        </section>
    }
    .into_any()
}

/// The picture that proves the account; one of an earlier try is kept.
fn document(form: &FormState) -> AnyView {
    let kept = form.all("kept_document").last().map(|id| (*id).to_owned());
    let kept = kept.map(|id| {
        view! {
            <input type="hidden" name="kept_document" value=id />
            <p class="soft">{t!("已上传一张照片；要换一张，请重新选择。")}</p>
        }
    });
    Field::new(form, "document", t!("开户证明"))
        .hint(t!("开户许可证或银行开户证明的照片。只有本村、付款的慈善组织和审计看得到，不公开。"))
        .with(|described_by| {
            view! {
                {kept}
                <input id="document" name="document" type="file" accept="image/jpeg,image/png,image/webp"
                    aria-describedby=described_by />
            }
            .into_any()
        })
}

/// The account that has the form's id already.
fn stored(payee: &Payee) -> AnyView {
    let facts = vec![
        (t!("户名"), payee.name.clone()),
        (t!("开户银行"), payee.bank.clone()),
        (t!("银行账号"), payee.account_no.clone().unwrap_or_else(|| payee.account_masked.clone())),
    ];
    recorded::under_this_id("/work/payees", facts)
}

async fn propose(visit: &Visit, form: &FormState, list: &[Payee]) -> Result<AnyView, ApiError> {
    let stored = recorded::id(form).and_then(|id| list.iter().find(|payee| payee.id == id)).map(stored);
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
        {stored}
        <form class="long" method="post" enctype="multipart/form-data" action=href("/work/payees")>
            <input type="hidden" name="id" value=id />
            <fieldset class="card">
                <legend>{t!("登记一个收款账户")}</legend>
                {Field::new(form, "charity", t!("付款的慈善组织")).select(t!("请选择"), charities)}
                {Field::new(form, "kind", t!("账户类别")).select(t!("请选择"), kinds)}
                {Field::new(form, "name", t!("户名")).hint(t!("照开户证明写全称")).text()}
                {Field::new(form, "bank", t!("开户银行")).hint(t!("写到支行")).text()}
                {Field::new(form, "account", t!("银行账号")).input("text", "numeric", "off")}
                {Field::new(form, "sub_account", t!("本村子账户")).hint(t!("镇代管账户才填：子账户的名称或编号")).text()}
                {document(form)}
                <button class="button" name="action" value="propose">{t!("登记")}</button>
            </fieldset>
        </form>
    }
    .into_any())
}
