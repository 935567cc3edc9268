//! A village corrects one thing that money was spent on and that the charity sent back.

use super::report_form::item_fields;
use crate::parts::field::summary;
use crate::parts::reports::pictures;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::deliveries::{self, ItemToCorrect};
use domain::api::{ApiError, ErrorCode};
use domain::delivery::SpendingStatus;
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let read = visit.call(deliveries::to_correct(id)).await?;
    let form = visit.form.clone().unwrap_or_else(|| filled(&read));
    let done = (visit.query("done") == Some("corrected")).then(|| {
        view! { <p class="done" role="status">{t!("补正已提交，等慈善组织核销。")}</p> }
    });
    let reason = read.reason.clone().map(|reason| {
        view! { <section class="summary"><h2>{t!("退回原因")}</h2><p>{reason}</p></section> }
    });
    let returned = read.status == SpendingStatus::Returned;
    let correct = returned.then(|| correct(visit, &form, &read));
    // What was typed is not lost when a colleague was faster.
    let late = (!returned && visit.form.is_some()).then(|| item_fields(&form, 0));
    let body = view! {
        {done}
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href(&format!("/needs/{}", read.need))>{read.need_title.clone()}</a>
        </nav>
        <h1>{t!("补正一笔支出")}</h1>
        <p class="tags"><span class="tag status">{text(read.status.label())}</span><span class="soft">{read.item.description.clone()}</span></p>
        {reason}{correct}{late}
    };
    Ok(Page::new(t!("补正一笔支出"), body.into_any()))
}

fn correct(visit: &Visit, form: &FormState, read: &ItemToCorrect) -> AnyView {
    view! {
        <form class="long" method="post" enctype="multipart/form-data" action=href(&visit.path)>
            <fieldset class="card">
                <legend>{t!("请按退回原因修改")}</legend>
                <p>{t!("已有的票据照片会保留，可以再添加。")}" "{pictures(&read.pictures)}</p>
                {item_fields(form, 0)}
            </fieldset>
            <div class="buttons"><button class="button">{t!("提交补正")}</button></div>
        </form>
    }
    .into_any()
}

/// The item as it was handed in.
fn filled(read: &ItemToCorrect) -> FormState {
    let item = &read.item;
    let mut form = FormState::default();
    form.set("description_0", item.description.clone());
    form.set("amount_0", item.amount.to_input());
    form.set("kind_0", item.kind.as_str());
    form.set("seller_0", item.seller.clone());
    form.set("seller_kind_0", if item.seller_is_person { "person" } else { "organisation" });
    form.set("invoice_on_0", item.invoice_on.to_string());
    form.set("invoice_no_0", item.invoice_no.clone().unwrap_or_default());
    form
}
