//! The record of what happened: filters, rows with masked names, the table to take along, and a person's data in full.

use crate::parts::field::{Field, summary};
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{as_of, href, instant, text};
use domain::PersonId;
use domain::api::audit::{self, AuditQuery, AuditRow};
use domain::api::{ApiError, ErrorCode, List};
use domain::audit::{SUBJECTS, VERBS, told};
use domain::organisation::Role;
use domain::{Problem, Problems};
use leptos::prelude::*;
use std::str::FromStr;

/// The fields of the filter, as the address bar names them.
const FILTERS: [&str; 7] = ["verb", "subject_kind", "subject", "person", "organisation", "from", "to"];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let mut form = typed(visit);
    let query = read(visit, &mut form);
    let list = match visit.call(audit::list(&query)).await {
        Ok(list) => Some(list),
        Err(error) if error.code == ErrorCode::Invalid => {
            form.problems.extend(error.fields);
            None
        }
        Err(error) => return Err(error),
    };
    let rows = list.as_ref().map(|list| rows(visit, list));
    let next = list.as_ref().and_then(|list| list.next.as_ref()).map(|next| {
        let link = href(&format!("/work/audit?{}", with(&form, &[("after", next.as_str())])));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("操作记录（{n}）", n = list.as_ref().map(|list| list.count.to_string()).unwrap_or_default())}</h1>
        <p class="soft">{t!("谁、代表谁、什么时候、从哪里、做了什么。记录只增不改。姓名只显示第一个字。")}" "{t!("截至 {at}", at = as_of(visit.now))}</p>
        {filters(&form)}
        {rows}
        {next}
        {export(visit, &form)}
    };
    Ok(Page::new(t!("操作记录"), body.into_any()))
}

/// What the filter holds: of a refused form, or of the address bar.
fn typed(visit: &Visit) -> FormState {
    if let Some(form) = &visit.form {
        return form.clone();
    }
    let mut form = FormState::default();
    for name in FILTERS {
        if let Some(value) = visit.query(name) {
            form.set(name, value);
        }
    }
    form
}

/// The query; what is no id or no day is named at its field and left out.
fn read(visit: &Visit, form: &mut FormState) -> AuditQuery {
    let mut problems = Problems::new();
    let word = |name: &str| Some(form.value(name).to_owned()).filter(|word| !word.is_empty());
    let query = AuditQuery {
        verb: word("verb"),
        subject_kind: word("subject_kind"),
        subject: parsed(form, &mut problems, "subject", "对象编号应像 0190a000-0000-7000-8000-000000000001"),
        person: parsed(form, &mut problems, "person", "人员编号应像 0190a000-0000-7000-8000-000000000001"),
        organisation: parsed(form, &mut problems, "organisation", "单位编号应像 0190a000-0000-7000-8000-000000000001"),
        from: parsed(form, &mut problems, "from", "日期应写成 2026-06-30 的样子"),
        to: parsed(form, &mut problems, "to", "日期应写成 2026-06-30 的样子"),
        after: visit.query("after").and_then(|after| after.parse().ok()),
    };
    form.problems.extend(problems.into_vec());
    query
}

fn parsed<T: FromStr>(form: &FormState, problems: &mut Problems, name: &str, says: &str) -> Option<T> {
    match form.value(name).trim() {
        "" => None,
        typed => problems.take(name, typed.parse::<T>().map_err(|_| says)),
    }
}

/// The filter's fields that are set, some replaced, as a query.
fn with(form: &FormState, others: &[(&str, &str)]) -> String {
    let kept = FILTERS.iter().filter(|name| !others.iter().any(|(other, _)| other == *name));
    let kept = kept.map(|name| (*name, form.value(name).to_owned())).filter(|(_, value)| !value.is_empty());
    let all: Vec<_> = kept.chain(others.iter().map(|(name, value)| (*name, (*value).to_owned()))).collect();
    query_string(&all)
}

fn choices(table: &[(&str, &'static str)]) -> Vec<(String, String)> {
    table.iter().map(|(word, label)| ((*word).to_owned(), text(label))).collect()
}

fn filters(form: &FormState) -> AnyView {
    let open = form.problems.iter().any(|problem: &Problem| FILTERS.contains(&problem.field.as_str()));
    let more = open || ["subject", "person", "organisation"].iter().any(|name| !form.value(name).is_empty());
    view! {
        <form class="card" method="get" action=href("/work/audit") role="search" aria-label=t!("查找操作记录")>
            <div class="pair">
                {Field::new(form, "verb", t!("事项")).select(t!("全部"), choices(VERBS))}
                {Field::new(form, "subject_kind", t!("对象")).select(t!("全部"), choices(SUBJECTS))}
            </div>
            <div class="pair">
                {Field::new(form, "from", t!("从哪天起")).input("date", "text", "off")}
                {Field::new(form, "to", t!("到哪天止")).input("date", "text", "off")}
            </div>
            <details open=more>
                <summary>{t!("按编号找")}</summary>
                {Field::new(form, "person", t!("人员编号")).text()}
                {Field::new(form, "organisation", t!("单位编号")).text()}
                {Field::new(form, "subject", t!("对象编号")).text()}
            </details>
            <p class="buttons">
                <button class="button">{t!("查找")}</button>
                <a class="button quiet" href=href("/work/audit")>{t!("清除条件")}</a>
            </p>
        </form>
    }
    .into_any()
}

fn rows(visit: &Visit, list: &List<AuditRow>) -> AnyView {
    if list.items.is_empty() {
        return view! { <p class="card empty">{t!("没有符合条件的记录。")}</p> }.into_any();
    }
    let auditor = visit.has(&[Role::Auditor]);
    let rows = list.items.iter().map(|event| row(event, auditor));
    view! { <ul class="rows card record">{rows.collect_view()}</ul> }.into_any()
}

fn row(event: &AuditRow, auditor: bool) -> AnyView {
    let filtered = |name: &str, value: String| href(&format!("/work/audit?{}", query_string(&[(name, value)])));
    let who = match event.person {
        Some(person) => {
            let name = event.person_name.clone().unwrap_or_else(|| t!("（姓名已删除）").to_owned());
            let whole = auditor.then(|| {
                view! { " "<a class="soft" href=href(&format!("/work/audit/people/{person}"))>{t!("看个人信息")}</a> }
            });
            view! { <a href=filtered("person", person.to_string())>{name}</a>{whole} }.into_any()
        }
        None => view! { {t!("访客或系统")} }.into_any(),
    };
    let organisation = event.organisation.zip(event.organisation_name.clone()).map(|(id, name)| {
        view! { " · "<a href=filtered("organisation", id.to_string())>{name}</a> }
    });
    let change = |label: &'static str, value: &Option<serde_json::Value>| {
        let told = value.as_ref().map(|value| told(&event.subject_kind, value)).unwrap_or_default();
        let told = told
            .into_iter()
            .map(|(name, value)| t!("{name}：{value}", name = text(&name), value = text(&value)))
            .collect::<Vec<_>>()
            .join(t!("；"));
        (!told.is_empty()).then(|| view! { <span class="soft">{label}" "{told}</span> })
    };
    let subject = filtered("subject", event.subject.to_string());
    view! {
        <li>
            <span class="what">
                <b>{text(&event.verb_label)}</b>
                <span>{who}{organisation}</span>
                <span class="soft">{text(&event.subject_label)}" "<a href=subject><code>{event.subject.to_string()}</code></a></span>
                {change(t!("之前"), &event.before)}
                {change(t!("之后"), &event.after)}
                {event.reason.clone().map(|reason| view! { <span>{t!("原因：")}{reason}</span> })}
                <span class="soft">{instant(event.at)}{event.address.clone().map(|address| format!(" · {address}"))}</span>
            </span>
        </li>
    }
    .into_any()
}

/// Only the auditor takes the record out of the house.
fn export(visit: &Visit, form: &FormState) -> Option<AnyView> {
    if !visit.has(&[Role::Auditor]) {
        return None;
    }
    let carried = FILTERS.iter().map(|name| {
        view! { <input type="hidden" name=*name value=form.value(name).to_owned() /> }
    });
    Some(
        view! {
            <section class="card">
                <h2>{t!("导出")}</h2>
                <p>{t!("把符合上面条件的全部记录导出为表格（CSV，可用 Excel 打开）。导出会留下记录。")}</p>
                <form method="post" action=href("/work/audit")>
                    {carried.collect_view()}
                    <button class="button quiet" name="action" value="export">{t!("导出表格")}</button>
                </form>
            </section>
        }
        .into_any(),
    )
}

/// A person's name, account and address: first why, then once in full.
pub fn person(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    if !visit.has(&[Role::Auditor]) {
        return Err(ApiError::new(ErrorCode::Forbidden, "只有审计账号可以做这件事"));
    }
    let id: PersonId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let content = if form.fine { shown(form) } else { ask(form, id) };
    let body = view! {
        {(!form.fine).then(|| summary(form))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/audit")>{t!("操作记录")}</a>
        </nav>
        <h1>{t!("个人信息")}</h1>
        <p class="soft">{t!("人员编号")}" "<code>{id.to_string()}</code></p>
        {content}
        <p><a href=href(&format!("/work/audit?person={id}"))>{t!("看此人的操作记录")}</a></p>
    };
    Ok(Page::new(t!("个人信息"), body.into_any()))
}

fn ask(form: &FormState, id: PersonId) -> AnyView {
    view! {
        <form class="card long" method="post" action=href(&format!("/work/audit/people/{id}"))>
            <p>{t!("查看完整的姓名、账号和邮箱会留下记录：谁、什么时候、为什么看。")}</p>
            {Field::new(form, "reason", t!("为什么要看")).hint(t!("如信访编号、核查事项")).area(2)}
            <button class="button">{t!("写明原因，查看")}</button>
        </form>
    }
    .into_any()
}

fn shown(form: &FormState) -> AnyView {
    let value = |name: &str| {
        let value = form.value(name);
        if value.is_empty() { t!("（没有或已删除）").to_owned() } else { value.to_owned() }
    };
    view! {
        <section class="card facts" role="status">
            <dl>
                <dt>{t!("姓名")}</dt><dd>{value("read_name")}</dd>
                <dt>{t!("账号")}</dt><dd>{value("read_account")}</dd>
                <dt>{t!("邮箱")}</dt><dd>{value("read_email")}</dd>
            </dl>
            <p class="soft">{t!("已记录这次查看。离开本页后不再显示。")}</p>
        </section>
    }
    .into_any()
}
