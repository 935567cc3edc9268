//! A village reports on a need: progress, photos, and what money was spent on, each thing with a picture of its voucher.

use crate::parts::field::{Field, problem, summary};
use crate::parts::{money, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::ReportId;
use domain::api::needs::Need;
use domain::api::{ApiError, deliveries, disbursements, needs};
use domain::delivery::SpendingKind;
use leptos::prelude::*;

/// Things that one form takes; further ones go into another report.
pub const ITEMS: usize = 3;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let need = visit.call(needs::get(id)).await?;
    let payments = visit.call(disbursements::of_need(need.id)).await?.items;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let id = if form.value("id").is_empty() { visit.fresh_id.to_string() } else { form.value("id").to_owned() };
    let stored = match recorded::id::<ReportId>(form) {
        Some(id) => stored(visit, &need, id).await,
        None => None,
    };
    let kept =
        form.photos.iter().map(|photo| view! { <input type="hidden" name="photo" value=photo.id.to_string() /> });
    let kept = kept.collect_view();
    let kept_photos = form.photos.len();
    let choices: Vec<_> = payments
        .iter()
        .map(|payment| {
            (payment.id.to_string(), format!("{} {}", date(payment.paid_on), money::exact(payment.amount_fen)))
        })
        .collect();
    let spending = if choices.is_empty() {
        view! { <p class="card note">{t!("还没有收到拨付，现在只能报告进展。")}</p> }.into_any()
    } else {
        let rows = (0..ITEMS).map(|n| item(form, n)).collect_view();
        view! {
            <fieldset class="card" id="items">
                <legend>{t!("花了什么钱")}</legend>
                <p class="hint">{t!("没有支出就留空。慈善组织核销后才计入支出并公开；票据照片不公开。")}</p>
                {problem(form, "items")}
                {Field::new(form, "disbursement", t!("用的是哪一笔拨付")).select(t!("请选择"), choices)}
                {rows}
            </fieldset>
        }
        .into_any()
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a><a href=href(&format!("/needs/{}", need.id))>{need.content.title.clone()}</a></nav>
        <h1>{t!("报告进展")}</h1>
        {summary(form)}{stored}
        <form class="long" method="post" enctype="multipart/form-data" action=href(&visit.path)>
            <input type="hidden" name="id" value=id />
            <fieldset class="card">
                <legend>{t!("做到哪一步了")}</legend>
                {Field::new(form, "text", t!("进展")).hint(t!("会公开。不要写个人的姓名、电话、身份证号。")).area(5)}
                {Field::new(form, "quantity", t!("到现在累计的成效数量")).hint(t!("所有报告合在一起的数，可不填。")).input("text", "numeric", "off")}
                {kept}
                {(kept_photos > 0).then(|| view! { <p class="soft">{t!("已上传 {n} 张照片", n = kept_photos)}</p> })}
                {Field::new(form, "photos", t!("现场照片")).hint(t!("会公开。请不要拍到儿童的脸。")).with(|described_by| view! {
                    <input id="photos" name="photos" type="file" multiple=true accept="image/jpeg,image/png,image/webp"
                        aria-describedby=described_by />
                }.into_any())}
            </fieldset>
            {spending}
            <div class="buttons"><button class="button">{t!("提交报告")}</button></div>
        </form>
    };
    Ok(Page::new(t!("报告进展"), body.into_any()))
}

/// The report that has the form's id already.
async fn stored(visit: &Visit, need: &Need, id: ReportId) -> Option<AnyView> {
    let reports = visit.call(deliveries::of_need(need.id)).await.ok()?.items;
    let report = reports.into_iter().find(|report| report.id == id)?;
    let items = report.items.iter().map(|item| format!("{} {}", item.description, money::exact(item.amount_fen)));
    let facts = vec![
        (t!("进展"), report.text.clone()),
        (t!("到现在累计的成效数量"), report.quantity_so_far.map(|n| n.to_string()).unwrap_or_default()),
        (t!("花了什么钱"), items.collect::<Vec<_>>().join("\n")),
    ];
    Some(recorded::under_this_id(&format!("/needs/{}#reports", need.id), facts))
}

fn item(form: &FormState, n: usize) -> AnyView {
    view! { <section class="guess"><h3>{t!("第 {n} 笔", n = n + 1)}</h3>{item_fields(form, n)}</section> }.into_any()
}

/// The fields of one thing that money was spent on; the names end with its number.
pub fn item_fields(form: &FormState, n: usize) -> AnyView {
    let name = |part: &str| format!("{part}_{n}");
    let line = |part: &str, label: &'static str, kind: &'static str, mode: &'static str| {
        let id = name(part);
        let value = form.value(&id).to_owned();
        view! {
            <div class="field" class:wrong=form.problem(&id).is_some()>
                <label for=id.clone()>{label}</label>
                {problem(form, &id)}
                <input id=id.clone() name=id.clone() type=kind inputmode=mode value=value autocomplete="off" />
            </div>
        }
        .into_any()
    };
    let select = |part: &str, label: &'static str, choices: Vec<(&'static str, String)>| {
        let id = name(part);
        let chosen = form.value(&id).to_owned();
        let options = choices.into_iter().map(|(value, label)| {
            let selected = chosen == value;
            view! { <option value=value selected=selected>{label}</option> }
        });
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <select id=id.clone() name=id.clone()>{options.collect_view()}</select>
            </div>
        }
        .into_any()
    };
    let kinds = SpendingKind::ALL.iter().map(|kind| (kind.as_str(), text(kind.label()))).collect();
    let sellers =
        vec![("organisation", t!("单位或商店").to_owned()), ("person", t!("个人（公开时只写“个人”）").to_owned())];
    let invoice = name("invoice");
    let kept_name = format!("kept_{invoice}");
    let kept: Vec<_> = form.all(&kept_name).into_iter().map(str::to_owned).collect();
    let uploaded = kept.len();
    let hidden = kept.into_iter().map({
        let kept_name = kept_name.clone();
        move |id| view! { <input type="hidden" name=kept_name.clone() value=id /> }
    });
    let hidden = hidden.collect_view();
    view! {
        {line("description", t!("买了什么或付了什么"), "text", "text")}
        {line("amount", t!("金额（元）"), "text", "decimal")}
        {select("kind", t!("类别"), kinds)}
        {line("seller", t!("付给谁"), "text", "text")}
        {select("seller_kind", t!("收钱的是"), sellers)}
        {line("invoice_on", t!("票据日期"), "date", "none")}
        {line("invoice_no", t!("发票号码（没有就留空）"), "text", "text")}
        <div class="field" class:wrong=form.problem(&invoice).is_some()>
            <label for=invoice.clone()>{t!("票据照片")}</label>
            <p class="hint" id=format!("{invoice}-hint")>{t!("个人的收据上，请先遮住证件号和银行卡号再拍。")}</p>
            {problem(form, &invoice)}
            {hidden}
            {(uploaded > 0).then(|| view! { <p class="soft">{t!("已上传 {n} 张照片", n = uploaded)}</p> })}
            <input id=invoice.clone() name=invoice.clone() type="file" multiple=true accept="image/jpeg,image/png,image/webp"
                aria-describedby=format!("{invoice}-hint") />
        </div>
    }
    .into_any()
}
