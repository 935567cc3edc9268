//! Sending a plan: how many proposals go out, what all of them say, and the button.

use super::round::{crumbs, not_found};
use crate::parts::choice::{fields, ticks};
use crate::parts::field::{Field, summary};
use crate::visit::{Page, Visit};
use crate::words::href;
use domain::api::ApiError;
use domain::api::rounds::{self, PlanQuery};
use domain::pairing::terms::{DUTIES_MAX, PURPOSE_MAX};
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| not_found())?;
    let run = visit.query("run").and_then(|run| run.parse().ok());
    let plan = visit.call(rounds::plan(id, &PlanQuery { run, after: None })).await?;
    let result = plan.run.result.as_ref().ok_or_else(not_found)?;
    let back = href(&format!("/rounds/{id}/plan?run={}", plan.run.number));
    let title = t!("送出为结对意向");
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.form.is_none() {
        form.set("first_day", visit.today.to_string());
        for field in &plan.setup.fields {
            form.set("fields", field.as_str());
        }
    }
    let body = if plan.may.send || (visit.form.is_some() && plan.may.change) {
        let proposals = result.proposals();
        let text = |name, label, hint, rows| Field::new(&form, name, label).hint(hint).area(rows);
        view! {
            <p>{t!(
                "送出后，{wishes} 件包镇、{pairs} 件村企结对，共 {n} 件意向分别发给企业和村、镇，并发信通知。一轮只送一次，送出后不能收回；单件可以在“结对”里撤回。",
                wishes = result.wishes_taken,
                pairs = result.pairs,
                n = proposals
            )}</p>
            <p>{t!("结对完全自愿：双方可以同意、改提条款或不结对。意向里不写金额，也不写理由和得分。")}</p>
            <form class="long" method="post" action=href(&visit.path)>
                <input type="hidden" name="run" value=plan.run.number />
                <input type="hidden" name="proposals" value=proposals />
                <fieldset class="card">
                    <legend>{t!("每件意向都这样写")}</legend>
                    <div class="pair">
                        {Field::new(&form, "first_day", t!("起始日期")).input("date", "text", "off")}
                        {Field::new(&form, "last_day", t!("截止日期")).input("date", "text", "off")}
                    </div>
                    {text("purpose", t!("目标"), t!("如“一年里把村里公开的需求办成一件”（5 至 500 个字）"), 3)}
                    {text("enterprise_does", t!("企业做什么"), t!("双方还可以改（5 至 1,000 个字）"), 3)}
                    {text("places_do", t!("村、镇做什么"), t!("双方还可以改（5 至 1,000 个字）"), 3)}
                    {ticks(
                        &form,
                        "fields",
                        (t!("参与领域"), t!("对着一条需求的，写那条需求的领域；其余写这里选的")),
                        fields(),
                    )}
                    {text("message", t!("给双方的留言（可以不填）"), t!("最多 1,000 个字"), 3)}
                </fieldset>
                <div class="buttons">
                    <button class="button">{t!("送出 {n} 件结对意向", n = proposals)}</button>
                    <a class="button quiet" href=back>{t!("先不送")}</a>
                </div>
            </form>
        }
        .into_any()
    } else {
        let says = if plan.sent.is_some() {
            t!("这个方案已经送出。")
        } else if plan.comparing {
            t!("正在核对需求、企业和得分有没有变化，请稍后再打开。")
        } else if plan.stale.is_some() {
            t!("方案已经过时，不能送出。请回到方案重新计算。")
        } else {
            t!("这个方案现在不能送出：不是最新的，或里面没有组合。")
        };
        view! { <p class="card empty">{says}</p><p><a class="button quiet" href=back>{t!("回到方案")}</a></p> }
            .into_any()
    };
    let body = view! {
        {visit.form.as_ref().and_then(summary)}
        {crumbs(Some(&plan.round))}
        <h1>{title}</h1>
        {body}
    };
    const { assert!(PURPOSE_MAX == 500 && DUTIES_MAX == 1_000, "the hints name them") };
    Ok(Page::new(title, body.into_any()))
}
