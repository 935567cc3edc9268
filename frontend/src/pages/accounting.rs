//! Where an accountant takes the books of a period along as a table.

use crate::parts::field::Field;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use chrono::Datelike;
use domain::api::accounting::{self, ByDay};
use domain::api::need_imports::TemplateFormat;
use domain::api::{ApiError, bank_accounts};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    // For the people of a charity, as what it downloads is.
    visit.call(bank_accounts::list()).await?;
    let today = domain::campaign::legal_day(visit.now);
    let mut form = FormState::default();
    form.set("from", today.with_day(1).unwrap_or(today).to_string());
    form.set("until", today.to_string());
    form.set("by", ByDay::Booked.to_string());
    form.set("format", TemplateFormat::Xlsx.to_string());
    let days = ByDay::ALL.iter().map(|by| (by.to_string(), text(by.label()))).collect();
    let formats = [TemplateFormat::Xlsx, TemplateFormat::Csv];
    let formats = formats.iter().map(|format| (format.to_string(), format.to_string().to_uppercase())).collect();
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
        </nav>
        <h1>{t!("会计导出")}</h1>
        <p class="soft">{t!("每笔转账借贷两行，科目用中文名称和编码，附银行流水号和对方。末行合计，借贷相等。")}</p>
        <form class="card" method="get" action=accounting::legs_path()>
            {Field::new(&form, "from", t!("从哪天")).input("date", "none", "off")}
            {Field::new(&form, "until", t!("到哪天")).input("date", "none", "off")}
            {Field::new(&form, "by", t!("按哪个日期")).select(t!("请选择"), days)}
            {Field::new(&form, "format", t!("文件格式")).select(t!("请选择"), formats)}
            <button class="button">{t!("下载")}</button>
        </form>
    };
    Ok(Page::new(t!("会计导出"), body.into_any()))
}
