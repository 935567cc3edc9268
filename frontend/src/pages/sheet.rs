//! A sheet to be printed: a one-time code with what it is for and where it is typed. Shown once, by the answer that made
//! it; and the step before something final, where it is read back.

use crate::visit::{FormState, Page};
use crate::words::href;
use leptos::prelude::*;

/// What stands on a sheet around the code.
pub struct Sheet {
    pub title: &'static str,
    /// Name and value, one a line.
    pub facts: Vec<(&'static str, String)>,
    /// How to use it, in order.
    pub steps: Vec<String>,
    pub note: &'static str,
    /// Where to go on afterwards.
    pub back: String,
}

/// The sheet of a form's answer, if there is one.
pub fn page(form: &FormState, sheet: Sheet) -> Option<Page> {
    let code = Some(form.value("sheet_code").to_owned()).filter(|code| !code.is_empty() && form.fine)?;
    let facts = sheet.facts.into_iter().map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> });
    let steps = sheet.steps.into_iter().map(|step| view! { <li>{step}</li> });
    let picture = form.picture.clone().map(|picture| {
        view! { <div class="qr" role="img" aria-label=t!("同一个地址和代码的二维码") inner_html=picture></div> }
    });
    let body = view! {
        <p class="done" role="status">{t!("请现在打印或抄下来。离开本页后代码不再显示。")}</p>
        <section class="card sheet reference">
            <h1>{sheet.title}</h1>
            <dl>{facts.collect_view()}</dl>
            <p><code>{code}</code></p>
            {picture}
            <ol class="steps">{steps.collect_view()}</ol>
            <p class="note">{sheet.note}</p>
        </section>
        <p class="buttons"><a class="button quiet" href=href(&sheet.back)>{t!("回去")}</a></p>
    };
    Some(Page::new(sheet.title, body.into_any()))
}

/// Until when the code of a form's answer is good.
pub fn until(form: &FormState) -> String {
    let at = form.value("sheet_until").parse::<chrono::DateTime<chrono::Utc>>();
    at.map(crate::words::instant).unwrap_or_default()
}

/// Something final, read back before it is done: what will be, and what was typed as hidden fields.
pub fn confirm(form: &FormState, path: &str, back: &str, title: &'static str, says: Vec<String>) -> Option<Page> {
    if !form.fine || form.value("step") != "confirm" {
        return None;
    }
    let says = says.into_iter().map(|line| view! { <p>{line}</p> });
    let carried = form.values.iter().filter(|(name, _)| name != "step" && name != "confirmed" && name != "action");
    let carried = carried.map(|(name, value)| {
        view! { <input type="hidden" name=name.clone() value=value.clone() /> }
    });
    let action = form.value("action").to_owned();
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            <form class="card" method="post" action=href(path)>
                {says.collect_view()}
                {carried.collect_view()}
                <input type="hidden" name="confirmed" value="1" />
                <div class="buttons">
                    <button class="button" name="action" value=action>{t!("确认")}</button>
                    <a class="button quiet" href=href(back)>{t!("不办了，回去")}</a>
                </div>
            </form>
        </div>
    };
    Some(Page::new(title, body.into_any()))
}
