//! The joint plan on the page of a pairing: milestones by day, what is late, and what the reader may do with each.

use super::pairing::{id_of, own, pictures};
use crate::parts::field::Field;
use crate::visit::Visit;
use crate::words::{date, href, instant, text};
use domain::api::pairings::{Milestone, Pairing};
use leptos::prelude::*;

/// Nothing before there is an agreement.
pub fn plan(visit: &Visit, read: &Pairing) -> Option<AnyView> {
    if read.plan.is_empty() && !read.may.plan {
        return None;
    }
    let none = read.plan.is_empty().then(|| {
        view! { <p class="soft">{t!("还没有节点。把要做的事按日期列出来，写明由哪一方负责；对方同意日期后就列入。")}</p> }
    });
    let rows = read.plan.iter().map(|one| row(visit, one));
    Some(
        view! {
            <section class="card" id="plan">
                <h2>{t!("共建计划（{n}）", n = read.plan.len())}</h2>
                {none}
                {rows.collect_view()}
                {read.may.plan.then(|| add(visit, read))}
            </section>
        }
        .into_any(),
    )
}

fn row(visit: &Visit, one: &Milestone) -> AnyView {
    let state = match (one.due_on, one.late) {
        (None, _) => t!("等对方同意日期").to_owned(),
        (_, true) => t!("已过期").to_owned(),
        _ => text(one.status.label()),
    };
    let due = one.due_on.map(|day| view! { <dt>{t!("日期")}</dt><dd>{t!("{day} 前", day = date(day))}</dd> });
    let proposed = one.proposed_day.map(|day| view! { <dt>{t!("提议的日期")}</dt><dd>{date(day)}</dd> });
    let note = (!one.note.is_empty()).then(|| {
        let shown = one.pictures.iter().enumerate().map(|(n, picture)| {
            view! { " "<a href=format!("/api/v1/files/{picture}")>{t!("照片 {n}", n = n + 1)}</a> }
        });
        view! { <dt>{t!("报告")}</dt><dd class="typed">{one.note.clone()}{shown.collect_view()}</dd> }
    });
    let submitted = one.submitted_at.map(|at| view! { <dt>{t!("报告时间")}</dt><dd>{instant(at)}</dd> });
    let reason = one.reason.clone().map(|reason| view! { <p class="note">{t!("退回的原因：")}{reason}</p> });
    view! {
        <section class="facts milestone">
            <h3>{one.title.clone()}" "<span class="tag status">{state}</span></h3>
            <dl>
                <dt>{t!("负责")}</dt><dd>{one.owner_name.clone()}</dd>
                {due}{proposed}{note}{submitted}
            </dl>
            {reason}
            {steps(visit, one)}
        </section>
    }
    .into_any()
}

/// A form of one milestone.
fn form_of(visit: &Visit, one: &Milestone, action: &'static str, label: &'static str, class: &'static str) -> AnyView {
    view! {
        <form method="post" action=href(&visit.path)>
            <input type="hidden" name="row" value=format!("{action}-{}", one.id) />
            <input type="hidden" name="milestone" value=one.id.to_string() />
            <input type="hidden" name="version" value=one.version />
            <button class=class name="action" value=action>{label}</button>
        </form>
    }
    .into_any()
}

fn steps(visit: &Visit, one: &Milestone) -> AnyView {
    let may = one.may;
    view! {
        {may.accept_day.then(|| form_of(visit, one, "accept-day", t!("同意这个日期"), "button"))}
        {may.drop_day.then(|| form_of(visit, one, "drop-day", t!("不采用提议的日期"), "button quiet"))}
        {may.decide.then(|| form_of(visit, one, "verify", t!("核验：已经做成"), "button"))}
        {may.decide.then(|| {
            let says = t!("没有做成、说不清楚的，写明原因退回。");
            opened(visit, one, "send-back", t!("退回"), says, |form, key| {
                Field::new(form, "reason", t!("原因")).of_row(key).area(2)
            })
        })}
        {may.submit.then(|| report(visit, one))}
        {may.move_day.then(|| {
            let says = t!("对方同意后才改；同意之前仍按原来的日期。");
            opened(visit, one, "move", t!("提议改期"), says, |form, key| {
                Field::new(form, "due_on", t!("新的日期")).of_row(key).input("date", "none", "off")
            })
        })}
    }
    .into_any()
}

/// A step with a field: opened before it can be pressed.
fn opened(
    visit: &Visit,
    one: &Milestone,
    action: &'static str,
    label: &'static str,
    says: &'static str,
    field: impl FnOnce(&crate::visit::FormState, &str) -> AnyView,
) -> AnyView {
    let key = format!("{action}-{}", one.id);
    let form = own(visit, &key);
    let open = visit.form.as_ref().is_some_and(|form| form.value("row") == key);
    let control = field(&form, &key);
    view! {
        <details class="more" open=open>
            <summary>{label}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value=key />
                <input type="hidden" name="milestone" value=one.id.to_string() />
                <input type="hidden" name="version" value=one.version />
                <p class="soft">{says}</p>
                {control}
                <button class="button quiet" name="action" value=action>{label}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The owner says that it is done.
fn report(visit: &Visit, one: &Milestone) -> AnyView {
    let key = format!("submit-{}", one.id);
    let form = own(visit, &key);
    let open = visit.form.as_ref().is_some_and(|form| form.value("row") == key);
    let hint = t!("没有照片也可以报告。请先遮住个人的姓名、电话和证件号。");
    view! {
        <details class="more" open=open>
            <summary>{t!("报告做成了")}</summary>
            <form method="post" enctype="multipart/form-data" action=href(&visit.path)>
                <input type="hidden" name="row" value=key.clone() />
                <input type="hidden" name="milestone" value=one.id.to_string() />
                <input type="hidden" name="version" value=one.version />
                {Field::new(&form, "note", t!("做成了什么")).of_row(&key).area(3)}
                {pictures(&form, &key, t!("照片（最多 5 张）"), hint)}
                <button class="button" name="action" value="submit">{t!("报告")}</button>
            </form>
        </details>
    }
    .into_any()
}

fn add(visit: &Visit, read: &Pairing) -> AnyView {
    let form = own(visit, "plan");
    let open = read.plan.is_empty() || visit.form.as_ref().is_some_and(|form| form.value("row") == "plan");
    let owners = read.sides.iter().map(|side| (side.side.to_string(), side.name.clone())).collect();
    view! {
        <details class="more" open=open>
            <summary>{t!("加一个节点")}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value="plan" />
                <input type="hidden" name="id" value=id_of(visit, &form) />
                {Field::new(&form, "title", t!("做成什么")).of_row("plan").text()}
                {Field::new(&form, "owner", t!("由哪一方负责")).of_row("plan").select(t!("请选择"), owners)}
                {Field::new(&form, "due_on", t!("哪天以前")).of_row("plan").input("date", "none", "off")}
                <button class="button quiet" name="action" value="plan">{t!("加入计划")}</button>
            </form>
        </details>
    }
    .into_any()
}
