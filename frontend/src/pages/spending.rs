//! A charity's checker decides on what villages spent, item by item.

use crate::parts::field::{Field, summary_of_row};
use crate::parts::money;
use crate::parts::reports::vouchers;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::api::ApiError;
use domain::api::deliveries::{self, ItemToDecide};
use domain::organisation::Role;
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(deliveries::waiting()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = match visit.query("done") {
        Some("accepted") => Some(t!("已核销，计入支出。")),
        Some("returned") => Some(t!("已退回，村里会看到原因。")),
        _ => None,
    };
    let none = list.items.is_empty().then(|| view! { <p class="card empty">{t!("没有等待核销的支出。")}</p> });
    let rows = list.items.iter().map(|item| row(visit, form, item)).collect_view();
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary_of_row(form, form.value("item"))}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("待核销的支出（{n}）", n = list.count)}</h1>
        {none}{rows}
    };
    Ok(Page::new(t!("待核销的支出"), body.into_any()))
}

fn row(visit: &Visit, form: &FormState, item: &ItemToDecide) -> AnyView {
    let spent = &item.spent;
    let id = spent.id.to_string();
    let empty = FormState::default();
    let own = if form.value("item") == id { form } else { &empty };
    let decide = visit.has(&[Role::CharityChecker]).then(|| {
        view! {
            <form method="post" action=href("/work/spending")>
                <input type="hidden" name="item" value=id.clone() />
                <input type="hidden" name="version" value=spent.version.to_string() />
                <p>{t!("请对照票据照片。核销后计入支出并公开，不能直接撤销。")}</p>
                <button class="button" name="action" value="accept">{t!("核销")}</button>
            </form>
            <hr />
            <form method="post" action=href("/work/spending")>
                <input type="hidden" name="item" value=id.clone() />
                <input type="hidden" name="version" value=spent.version.to_string() />
                {Field::new(own, "reason", t!("退回原因")).of_row(&id).area(2)}
                <button class="button danger" name="action" value="return">{t!("退回这笔支出")}</button>
            </form>
        }
    });
    view! {
        <section class="card facts">
            <h2>{spent.description.clone()}</h2>
            <dl>
                <dt>{t!("金额")}</dt><dd class="big">{money::exact(spent.amount_fen)}</dd>
                <dt>{t!("需求")}</dt><dd><a href=href(&format!("/needs/{}", item.need))>{item.need_title.clone()}</a></dd>
                <dt>{t!("类别和收款方")}</dt><dd>{text(spent.kind.label())}" · "{spent.seller.clone()}</dd>
                <dt>{t!("票据")}</dt><dd>{date(spent.invoice_on)}" "{vouchers(spent)}</dd>
            </dl>
            {decide}
        </section>
    }
    .into_any()
}
