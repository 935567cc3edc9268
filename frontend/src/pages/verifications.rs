//! The federation's desk: who waits, what each says of itself, what looks odd, and the decision in two steps.

use super::organisation::{facts, shown, thread};
use super::profile;
use crate::parts::field::{Field, problem, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::verifications::{self, Verification, VerificationQuery, VerificationRow};
use domain::api::{ApiError, ErrorCode};
use domain::likeness::RegistrationFlag;
use domain::organisation::{OrganisationStatus, Role};
use domain::verification::{ReturnReason, VerificationStep};
use leptos::prelude::*;

/// What waits for the federation, on the page of its work.
pub async fn waiting(visit: &Visit) -> Result<AnyView, ApiError> {
    let waiting = visit.call(verifications::waiting()).await?;
    let since = waiting.oldest.map(|oldest| {
        view! { <span class="soft">{t!("最早的提交于 {at}", at = instant(oldest))}</span> }
    });
    Ok(view! {
        <section>
            <div class="head">
                <h2>{t!("待认证的企业（{n}）", n = waiting.number)}</h2>
                <a class="button quiet" href=href("/work/verifications")>{t!("企业认证")}</a>
            </div>
            {since}
        </section>
    }
    .into_any())
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let title = t!("企业认证");
    let status = visit.query("status").and_then(|status| status.parse().ok()).unwrap_or(OrganisationStatus::Pending);
    let list = visit.call(verifications::list(&VerificationQuery { status: Some(status) })).await?;
    let tabs = OrganisationStatus::ALL.iter().map(|other| {
        let here = (*other == status).then_some("page");
        let path = href(&format!("/work/verifications?status={other}"));
        view! { <a class="chip" href=path aria-current=here>{text(other.label())}</a> }
    });
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("没有“{status}”的企业。", status = text(status.label()))}</p> }.into_any()
    } else {
        view! { <ul class="card rows">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("企业认证 · {status}（{n}）", status = text(status.label()), n = list.count)}</h1>
        <nav class="chips" aria-label=t!("状态")>{tabs.collect_view()}</nav>
        {rows}
    };
    Ok(Page::new(title, body.into_any()))
}

fn row(row: &VerificationRow) -> AnyView {
    view! {
        <li>
            <a class="need" href=href(&format!("/work/verifications/{}", row.organisation))>
                <span class="what">
                    <b>{row.name.clone()}</b>
                    <span class="soft">{row.county_name.clone()}" · "{row.uscc.clone()}" · "{t!("证照照片 {n} 张", n = row.documents)}</span>
                </span>
                <span class="soft">{t!("提交于 {at}", at = instant(row.submitted_at))}</span>
            </a>
        </li>
    }
    .into_any()
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let id = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let Verification { registration, flags, decisions } = visit.call(verifications::get(id)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").is_some().then(|| t!("已办，并已写信告诉企业。"));
    let chosen = visit.query("decide").and_then(|step| step.parse::<VerificationStep>().ok());
    let chosen = chosen.filter(|step| decisions.contains(step));
    let n = registration.documents.len();
    let pictures = if n == 0 {
        view! { <p class="empty">{t!("企业还没有上传照片。")}</p> }.into_any()
    } else {
        let pictures = registration.documents.iter().map(|document| shown(document, None));
        view! { <ul class="kept">{pictures.collect_view()}</ul> }.into_any()
    };
    let decide = match chosen {
        Some(step) => confirm(visit, form, step, registration.version),
        None => offered(visit, &decisions),
    };
    let profile = profile::of(visit, id).await?;
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/verifications")>{t!("企业认证")}</a>
        </nav>
        <h1>{registration.name.clone()}</h1>
        <p class="tags"><span class="tag status">{text(registration.status.label())}</span></p>
        {summary(form)}
        {super::organisation::lapses(&registration)}
        {flagged(visit, &flags)}
        {facts(&registration)}
        {profile}
        <section class="card"><h2>{t!("证照照片（{n}）", n = n)}</h2>{pictures}</section>
        {thread(&registration.thread)}
        {decide}
    };
    Ok(Page::new(registration.name, body.into_any()))
}

/// Reasons to look twice; none of them is a verdict.
fn flagged(visit: &Visit, flags: &[RegistrationFlag]) -> Option<AnyView> {
    if flags.is_empty() {
        return None;
    }
    let decides = visit.has(&[Role::FederationCounty, Role::FederationCity]);
    let rows = flags.iter().map(|flag| {
        let other = flag.name.clone().map(|name| {
            let status = flag.status.map(|status| format!("（{}）", text(status.label())));
            view! { <span>{t!("：")}{name}{status}</span> }
        });
        let times = flag.times.map(|times| view! { <span>{t!("：{n} 次", n = times)}</span> });
        view! { <li><b>{text(flag.kind.label())}</b>{other}{times}</li> }
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <section class="card">
                <h2>{t!("请留意（{n}）", n = flags.len())}</h2>
                <ul class="terms">{rows}</ul>
                {decides.then(|| view! { <p class="soft">{t!("这些只是提醒，请核对后自行判断。")}</p> })}
            </section>
        }
        .into_any(),
    )
}

/// The decisions, each leading to the step that confirms it.
fn offered(visit: &Visit, decisions: &[VerificationStep]) -> AnyView {
    let buttons = decisions.iter().map(|step| {
        let class = if *step == VerificationStep::Verified { "button" } else { "button quiet" };
        let path = href(&format!("{}?decide={step}#decide", visit.path));
        view! { <a class=class href=path>{text(step.label())}</a> }
    });
    view! { <div class="buttons">{buttons.collect_view()}</div> }.into_any()
}

/// What the decision means, its reasons, and the button by which it counts.
fn confirm(visit: &Visit, form: &FormState, step: VerificationStep, version: i32) -> AnyView {
    let means = match step {
        VerificationStep::Verified => t!("通过后企业就能认捐，系统会写信告诉它。"),
        VerificationStep::Returned => t!("企业会收到您的意见，可以修改后再次提交；填过的内容都在。"),
        VerificationStep::Suspended => {
            t!("停用后企业的人不能再办事，已有的认捐和款项不受影响。企业会收到原因，可以答复。")
        }
        _ => t!("恢复后企业可以照常办事。"),
    };
    let reasons = (step == VerificationStep::Returned).then(|| reasons(form));
    let said = step
        .needs_words()
        .then(|| Field::new(form, "said", t!("说明")).hint(t!("企业看得到。写清要改什么、怎样改。")).area(4));
    view! {
        <form class="card long" id="decide" method="post" action=href(&format!("{}?decide={step}", visit.path))>
            <h2>{text(step.label())}</h2>
            <p>{means}</p>
            <input type="hidden" name="version" value=version.to_string() />
            {reasons}
            {said}
            <div class="buttons">
                <button class="button" name="action" value=step.as_str()>{t!("确认：{step}", step = text(step.label()))}</button>
                <a class="button quiet" href=href(&visit.path)>{t!("先不办")}</a>
            </div>
        </form>
    }
    .into_any()
}

fn reasons(form: &FormState) -> AnyView {
    let ticked = form.all("reasons");
    let boxes = ReturnReason::ALL.iter().map(|reason| {
        let id = format!("reason-{reason}");
        view! {
            <p class="choice">
                <input type="checkbox" id=id.clone() name="reasons" value=reason.as_str() checked=ticked.contains(&reason.as_str()) />
                <label for=id>{text(reason.label())}</label>
            </p>
        }
    });
    let boxes = boxes.collect_view();
    view! {
        <div class="field" id="reasons" class:wrong=form.problem("reasons").is_some()>
            <p class="label">{t!("退回的原因")}</p>
            {problem(form, "reasons")}
            {boxes}
        </div>
    }
    .into_any()
}
