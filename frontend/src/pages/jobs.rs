//! Background work that was given up: what it was, why, and what to do about it.

use crate::parts::field::summary;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant};
use domain::api::ApiError;
use domain::api::jobs::{self, DeadJob, RepeatedLetter};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(jobs::dead()).await?;
    let repeated = visit.call(jobs::perhaps_twice()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = match visit.query("done") {
        Some("retried") => Some(t!("已重新排队。")),
        Some("set_aside") => Some(t!("已标明另行处理。")),
        _ => None,
    };
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("没有办不成的后台任务。")}</p> }.into_any()
    } else {
        list.items.iter().map(row).collect_view().into_any()
    };
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("没有办成的后台任务（{n}）", n = list.count)}</h1>
        {rows}
        {letters(&repeated.items)}
    };
    Ok(Page::new(t!("没有办成的后台任务"), body.into_any()))
}

fn letters(repeated: &[RepeatedLetter]) -> Option<AnyView> {
    if repeated.is_empty() {
        return None;
    }
    let rows = repeated.iter().map(|letter| {
        view! {
            <tr>
                <td><code>{letter.id.to_string()}</code></td>
                <td>{letter.kind.clone()}</td>
                <td>{instant(letter.created_at)}</td>
                <td>{instant(letter.sent_at)}</td>
                <td class="number">{letter.attempts}</td>
            </tr>
        }
    });
    Some(
        view! {
            <h2>{t!("可能寄了两次的信")}</h2>
            <p>{t!("寄信途中程序或网络断了，不知道前一次是否寄到，所以又寄了一次。两次是同一封信（编号相同），多数邮箱只显示一封。")}</p>
            <div class="scroll">
                <table class="gifts">
                    <thead><tr>
                        <th>{t!("编号")}</th><th>{t!("种类")}</th><th>{t!("写下的时间")}</th><th>{t!("寄出的时间")}</th>
                        <th>{t!("试过")}</th>
                    </tr></thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any(),
    )
}

fn row(job: &DeadJob) -> AnyView {
    view! {
        <section class="card facts">
            <h2>{job.kind.clone()}" "<code>{job.id.to_string()}</code></h2>
            <dl>
                <dt>{t!("写下的时间")}</dt><dd>{instant(job.created_at)}</dd>
                <dt>{t!("试过")}</dt><dd>{t!("{n} 次", n = job.attempts)}</dd>
                <dt>{t!("最后的原因")}</dt><dd><code>{job.error.clone()}</code></dd>
            </dl>
            <form method="post" action=href("/work/jobs")>
                <input type="hidden" name="job" value=job.id.to_string() />
                <p class="buttons">
                    <button class="button" name="action" value="retry">{t!("重办")}</button>
                    <button class="button quiet" name="action" value="set_aside">{t!("已另行处理")}</button>
                </p>
            </form>
        </section>
    }
    .into_any()
}
