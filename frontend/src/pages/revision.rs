//! A revision of a public need for those who work on it: what would change, why, and the steps that are open.

use crate::parts::comparison::comparison;
use crate::parts::field::{Field, summary_of_row, tick};
use crate::parts::money;
use crate::parts::need_row::place;
use crate::parts::photos::quotes;
use crate::parts::similar::similar_needs;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::NeedId;
use domain::api::need_versions::{self, NeedRevision, RevisionRow};
use domain::api::{ApiError, ErrorCode};
use domain::need::revision::wants_publicity;
use domain::need::{NeedStatus, RevisionAction, RevisionStatus};
use leptos::prelude::*;

/// By the need's id, or by its code.
pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let need = visit.call(domain::api::needs::get(id)).await?;
    let Some(revision) = under_way(visit, need.id).await? else {
        return Ok(Page::new(t!("需求的修改"), ended(visit, need.code.as_deref().unwrap_or(id))));
    };
    let revision = &revision;
    let similar = similar_needs(visit, (need.id, need.status)).await?;
    let title = revision.shown.title.clone();
    let link = href(&format!("/needs/{}", need.code.clone().unwrap_or_else(|| need.id.to_string())));
    let body = view! {
        {visit.query("done").and_then(done_message).map(|said| view! { <p class="done" role="status">{said}</p> })}
        {visit.form.as_ref().and_then(|form| summary_of_row(form, form.value("action")))}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=link>{need.code.clone()}</a>
        </nav>
        <h1>{t!("需求的修改：{title}", title = title)}</h1>
        <p class="tags">
            <span class="tag status">{text(revision.status.label())}</span>
            <span class="soft">{place(&revision.place)}</span>
        </p>
        {returned(revision)}
        {standing(revision)}
        <div class="two reading">
            <div class="middle">
                <section class="card">
                    <h2>{t!("和公开的内容对照")}</h2>
                    {(!revision.why.is_empty()).then(|| view! { <p class="note">{t!("修改的原因：")}{revision.why.clone()}</p> })}
                    {comparison((&revision.shown, &revision.shown_photos), (&revision.content, &revision.photos))}
                </section>
                {quotes(&revision.content.quotes)}
                {similar}
            </div>
            <aside class="behind">{actions(visit, revision)}{history(revision)}</aside>
        </div>
    };
    Ok(Page::new(t!("需求的修改"), body.into_any()))
}

/// The revision that is under way, if there is one.
pub async fn under_way(visit: &Visit, need: NeedId) -> Result<Option<NeedRevision>, ApiError> {
    match visit.call(need_versions::get(need)).await {
        Ok(revision) => Ok(Some(revision)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn ended(visit: &Visit, name: &str) -> AnyView {
    let form = visit.form.as_ref();
    view! {
        {visit.query("done").and_then(done_message).map(|said| view! { <p class="done" role="status">{said}</p> })}
        {form.and_then(|form| summary_of_row(form, form.value("action")))}
        <h1>{t!("需求的修改")}</h1>
        <p class="card">
            {t!("现在没有正在进行的修改。")}
            " "<a href=href(&format!("/needs/{name}"))>{t!("打开这条需求")}</a>
            " "<a href=href(&format!("/needs/{name}/versions"))>{t!("看历次公开的内容")}</a>
        </p>
    }
    .into_any()
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "saved" => t!("修改稿已保存。公开的内容没有变，提交并通过审核后才会更新。"),
        step => match step.parse().ok()? {
            RevisionAction::Submit => t!("修改已提交审核。通过以前，公开的内容不变。"),
            RevisionAction::Pass => t!("镇审已通过，已交工商联。"),
            RevisionAction::TakeUp => t!("已由工商联直接受理。"),
            RevisionAction::Return => t!("已退回，村里会看到原因。公开的内容没有变。"),
            RevisionAction::Approve => t!("已通过。要先公示的，现在开始公示；不用公示的，公开的内容已经更新。"),
            RevisionAction::Drop => t!("已撤销。公开的内容没有变。"),
            RevisionAction::TakeEffect => return None,
        },
    })
}

fn returned(revision: &NeedRevision) -> Option<AnyView> {
    let entry = revision.history.last().filter(|entry| entry.status == RevisionStatus::Returned)?;
    let reason = entry.reason.clone()?;
    let title = t!("{by}退回修改", by = entry.by);
    Some(view! { <section class="summary"><h2>{title}</h2><p>{reason}</p></section> }.into_any())
}

/// What whoever decides has to know beside the text.
fn standing(revision: &NeedRevision) -> AnyView {
    let publicity = if revision.need_status == NeedStatus::Publicized {
        t!("需求本身正在公示：修改通过后立即更新；要得更多或换了用途的，公示重新计日。")
    } else if wants_publicity(&revision.shown, &revision.content) {
        t!("这项修改要得更多或换了用途：通过后先公示 7 天，没有待答复的异议才生效。")
    } else {
        t!("这项修改不用公示：通过后立即更新公开的内容。")
    };
    let until = revision.publicized_until.filter(|_| revision.status == RevisionStatus::Publicized);
    let said = match until {
        Some(until) => t!("正在公示，到 {until} 为止。", until = date(until)),
        None => publicity.to_owned(),
    };
    let waits = (revision.objections > 0).then(|| {
        view! {
            " "{t!("有 {n} 封异议待答复，答复之前不生效。", n = revision.objections)}
            " "<a href=href("/work/enquiries")>{t!("去答复")}</a>
        }
    });
    let promised = revision.promised_fen.is_positive().then(|| {
        view! { <p>{t!("已有认捐和统筹安排 {amount}，金额不能少于它；改动会告诉认捐的企业。", amount = money::exact(revision.promised_fen))}</p> }
    });
    view! { <section class="card"><p>{said}{waits}</p>{promised}</section> }.into_any()
}

fn actions(visit: &Visit, revision: &NeedRevision) -> Option<AnyView> {
    let edit = revision.may.edit.then(|| {
        let link = href(&format!("/work/needs/{}/revision", revision.need));
        view! { <p><a class="button quiet" href=link>{t!("继续写修改稿")}</a></p> }
    });
    if edit.is_none() && revision.may.steps.is_empty() {
        return None;
    }
    // The step that is due first; what sends it back or ends it below.
    let apart = |action: &RevisionAction| action.wants_reason() || *action == RevisionAction::Drop;
    let (apart, due): (Vec<_>, Vec<_>) = revision.may.steps.iter().copied().partition(apart);
    let steps = due.into_iter().chain(apart).map(|action| step(visit, revision, action));
    Some(view! { <section class="card steps"><h2>{t!("下一步")}</h2>{edit}{steps.collect_view()}</section> }.into_any())
}

fn step(visit: &Visit, revision: &NeedRevision, action: RevisionAction) -> AnyView {
    let empty = FormState::default();
    let refused = visit.form.as_ref().filter(|form| form.value("action") == action.as_str());
    let form = refused.unwrap_or(&empty);
    let says = match action {
        RevisionAction::Submit => t!("由镇（街道）和工商联审核；通过以前，公开的内容不变。"),
        RevisionAction::Pass => t!("改得有道理的，交给工商联审核。"),
        RevisionAction::TakeUp => t!("在镇里等候太久的，工商联可以直接受理。"),
        RevisionAction::Return => t!("村里会看到原因。公开的内容不变。"),
        RevisionAction::Approve => t!("请逐项对照后再通过。"),
        RevisionAction::Drop => t!("不改了。公开的内容不变，写过的修改稿留在记录里。"),
        RevisionAction::TakeEffect => "",
    };
    let may_publicize = action == RevisionAction::Approve
        && revision.need_status != NeedStatus::Publicized
        && !wants_publicity(&revision.shown, &revision.content);
    let publicize = may_publicize.then(|| tick(form, "publicize", t!("也先公示 7 天，例如说明改动很大的")));
    let reason = action.wants_reason().then(|| Field::new(form, "reason", t!("原因")).of_row(action.as_str()).area(3));
    let grave = matches!(action, RevisionAction::Return | RevisionAction::Drop);
    let class = if grave { "button danger" } else { "button" };
    let body = view! {
        <form method="post" action=href(&visit.path)>
            <input type="hidden" name="version" value=revision.version />
            <p class="soft">{says}</p>
            {publicize}{reason}
            <button class=class name="action" value=action.as_str()>{text(action.label())}</button>
        </form>
    };
    if action.wants_reason() || grave {
        let open = refused.is_some();
        return view! { <details class="more" open=open><summary>{text(action.label())}</summary>{body}</details> }
            .into_any();
    }
    body.into_any()
}

fn history(revision: &NeedRevision) -> AnyView {
    let entries = revision.history.iter().map(|entry| {
        view! {
            <li>
                <b>{text(entry.status.label())}</b>
                <span class="soft">{instant(entry.at)}" · "{entry.by.clone()}</span>
                {entry.reason.clone().map(|reason| view! { <p>{reason}</p> })}
            </li>
        }
    });
    view! { <section class="card"><h2>{t!("经过")}</h2><ol class="history">{entries.collect_view()}</ol></section> }
        .into_any()
}

/// Revisions on the page of one's work; nothing where there is none.
pub async fn waiting(visit: &Visit) -> Result<Option<AnyView>, ApiError> {
    let list = visit.call(need_versions::list()).await?;
    let rows = list.items.iter().map(row);
    Ok((!list.items.is_empty()).then(|| {
        view! {
            <section id="revisions">
                <h2>{t!("需求的修改（{n}）", n = list.count)}</h2>
                <ul class="card rows">{rows.collect_view()}</ul>
            </section>
        }
        .into_any()
    }))
}

fn row(row: &RevisionRow) -> AnyView {
    let link = href(&format!("/needs/{}/revision", row.need));
    view! {
        <li>
            <a class="need" href=link>
                <span class="what">
                    <span class="tags"><span class="tag status">{text(row.status.label())}</span></span>
                    <b>{row.title.clone()}</b>
                    <span class="soft">{place(&row.place)}</span>
                    <span class="soft">{row.code.clone()}" · "{instant(row.changed_at)}</span>
                </span>
            </a>
        </li>
    }
    .into_any()
}
