//! Needs imported from a table: a file is chosen, what it says is looked at, what is right is taken in, and the village
//! hands it in.

use crate::parts::field::{Field, summary};
use crate::parts::need_row::place;
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::need_imports::{
    self, ImportProblem, ImportedPage, ImportedRow, NeedImport, NeedImportInFull, NeedImportStatus, TemplateFormat,
};
use domain::api::{ApiError, ErrorCode, PREFIX};
use domain::need::table::{Column, ROWS_MAX};
use domain::organisation::Role;
use leptos::prelude::*;

const PATH: &str = "/needs/import";
/// Seconds after which the page of an import that is under way is asked for anew.
const AGAIN_AFTER: u8 = 2;

/// The form for a table, the templates, and what was imported.
pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let imports = visit.call(need_imports::list()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let village = visit.has(&[Role::VillageReporter, Role::VillageHead]);
    let whose = if village {
        t!("导入的需求成为本村的草稿，补齐后由村里提交审核，和一条一条写的一样。")
    } else {
        t!("导入的需求成为各村的草稿：由村里核对、补齐并提交，导入的单位不能代为提交。村里会在“我的工作”里看到。")
    };
    let rows = if imports.items.is_empty() {
        view! { <p class="card empty">{t!("还没有导入过。")}</p> }.into_any()
    } else {
        let rows = imports.items.iter().map(import_row).collect_view();
        view! { <ul class="card rows">{rows}</ul> }.into_any()
    };
    let body = view! {
        {summary(form)}
        {crumbs(false)}
        <h1>{t!("导入需求")}</h1>
        <p>{whose}</p>
        <div class="two">
            <section>
                <h2>{t!("一、下载模板")}</h2>
                {templates()}
            </section>
            <section>
                <h2>{t!("二、上传并核对")}</h2>
                {upload(form)}
            </section>
        </div>
        <section>
            <h2>{t!("上传和导入过的表格（{n}）", n = imports.count)}</h2>
            {rows}
        </section>
    };
    Ok(Page::new(t!("导入需求"), body.into_any()))
}

fn crumbs(inside: bool) -> AnyView {
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            {inside.then(|| view! { <a href=href(PATH)>{t!("导入需求")}</a> })}
        </nav>
    }
    .into_any()
}

fn templates() -> AnyView {
    let links = TemplateFormat::ALL.iter().map(|format| {
        let path = format!("{PREFIX}{}", need_imports::template_path(*format));
        let name = format!("{}.{format}", t!("需求导入模板"));
        view! { <li><a href=path download=name>{text(format.label())}</a></li> }
    });
    let columns = Column::ALL.iter().map(|column| {
        let choices = column.choices().join("、");
        let choices = (!choices.is_empty()).then(|| view! { <p class="soft">{choices}</p> });
        view! { <dt>{text(column.label())}</dt><dd>{text(&column.says())}{choices}</dd> }
    });
    view! {
        <div class="card">
            <ul>{links.collect_view()}</ul>
            <p>{t!("模板里每个类别有一条示例，编号以“示例”开头，不会被导入，可以留着。一条需求要几样东西就写几行，编号写成一样。")}</p>
            <details>
                <summary>{t!("每一列怎么填")}</summary>
                <dl>{columns.collect_view()}</dl>
            </details>
        </div>
    }
    .into_any()
}

fn upload(form: &FormState) -> AnyView {
    let field = Field::new(form, "table", t!("表格文件"))
        .hint(t!("XLSX 的第一个工作表，或 CSV（UTF-8、GB18030/GBK），最多 16 MB。不要有公式、合并单元格和个人信息。"));
    view! {
        <form class="card" method="post" enctype="multipart/form-data" action=href(PATH)>
            {field.table()}
            <button class="button">{t!("上传并核对")}</button>
            <p class="soft">{t!("最多 {n} 行。这一步只核对，不会写入任何需求；没有确认导入的，七天后删除。", n = ROWS_MAX)}</p>
        </form>
    }
    .into_any()
}

fn import_row(import: &NeedImport) -> AnyView {
    let status = view! { <span class="tag status">{text(import.status.label())}</span> };
    let by = if import.own {
        instant(import.made_at)
    } else {
        t!("{by} 代为导入 · {at}", by = import.by, at = instant(import.made_at))
    };
    view! {
        <li>
            <a class="need" href=href(&format!("/needs/imports/{}", import.id))>
                <span class="what">
                    <span class="tags">{status}</span>
                    <b>{import.file_name.clone()}</b>
                    <span class="soft">{by}</span>
                </span>
                <span class="amount">{t!("{n} 条", n = import.needs)}</span>
            </a>
        </li>
    }
    .into_any()
}

/// One import: what is wrong, what can be taken in, how far it is, what became of each need.
pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let after = visit.query("after").and_then(|after| after.parse().ok());
    let import = visit.call(need_imports::get(id, &ImportedPage { after })).await?;
    let under_way = import.import.status == NeedImportStatus::Importing;
    let still = visit.query("still").is_some();
    let title = t!("导入：{file}", file = import.import.file_name);
    let body = view! {
        {visit.form.as_ref().and_then(summary)}
        {crumbs(true)}
        <h1>{title.clone()}</h1>
        {done(visit)}
        {how_far(visit, &import, still)}
        {counts(&import)}
        {hand_in(visit, &import)}
        {problems(&import)}
        {rows(visit, &import)}
    };
    let page = Page::new(title, body.into_any());
    Ok(if under_way && !still { page.again_after(AGAIN_AFTER) } else { page })
}

fn done(visit: &Visit) -> Option<AnyView> {
    let handed_in: i64 = visit.query("handed_in")?.parse().ok()?;
    let left: i64 = visit.query("left").and_then(|left| left.parse().ok()).unwrap_or(0);
    let says = if left == 0 {
        t!("已提交 {n} 条。", n = handed_in)
    } else {
        t!(
            "已提交 {n} 条；{left} 条还缺内容，仍是草稿。请打开草稿，点“提交审核”，页面会说明缺什么。",
            n = handed_in,
            left = left
        )
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

/// Before it is confirmed the button, then the progress, then that it is done.
fn how_far(visit: &Visit, import: &NeedImportInFull, still: bool) -> AnyView {
    let (tally, path) = (import.tally, href(&visit.path));
    let before = import.imported_before.map(|at| {
        view! { <p class="note">{t!("这个文件在 {at} 导入过；那时已经导入的需求不会再导入一次。", at = instant(at))}</p> }
    });
    match import.import.status {
        NeedImportStatus::Read if tally.ready == 0 => view! {
            {before}
            <section class="card">
                <p><b>{t!("没有可以导入的需求。")}</b></p>
                <p><a class="button quiet" href=href(PATH)>{t!("另选文件")}</a></p>
            </section>
        }
        .into_any(),
        NeedImportStatus::Read => {
            let wrong = (tally.wrong > 0).then(|| {
                view! { <p>{t!("有误的 {n} 条这次不导入。改好后再上传整张表就行，已经导入的不会重复。", n = tally.wrong)}</p> }
            });
            view! {
                {before}
                <section class="card">
                    <form method="post" action=path>
                        <input type="hidden" name="step" value="confirm" />
                        <input type="hidden" name="seen" value=tally.ready />
                        {wrong}
                        <p class="buttons">
                            <button class="button">{t!("导入没有错误的 {n} 条", n = tally.ready)}</button>
                            <a class="button quiet" href=href(PATH)>{t!("另选文件")}</a>
                        </p>
                        <p class="soft">{t!("导入后是草稿，不公开。")}</p>
                    </form>
                </section>
            }
            .into_any()
        }
        NeedImportStatus::Importing => {
            let (looked_at, right) = (tally.looked_at(), tally.right());
            let says = t!("正在导入：{n} / {all} 条。可以离开这一页，导入会继续。", n = looked_at, all = right);
            let links = if still {
                view! { <a href=path.clone()>{t!("刷新，看最新进度")}</a> }.into_any()
            } else {
                view! { <a href=format!("{path}?still=1")>{t!("停止自动刷新")}</a> }.into_any()
            };
            view! {
                <section class="card" aria-live="polite">
                    <p><label for="progress">{says}</label></p>
                    <p><progress id="progress" max=right value=looked_at></progress></p>
                    <p class="soft">{links}</p>
                </section>
            }
            .into_any()
        }
        NeedImportStatus::Done => {
            let at = import.import.done_at.map(instant).unwrap_or_default();
            let by = (!import.import.own).then(|| t!("{by} 代为导入。", by = import.import.by));
            view! { <p class="done" role="status">{t!("已于 {at} 导入完毕。", at = at)}{by}</p> }.into_any()
        }
    }
}

/// The needs by what became of them.
fn counts(import: &NeedImportInFull) -> AnyView {
    let tally = import.tally;
    let counts = [
        (t!("表里的需求"), tally.needs),
        (t!("可以导入"), tally.ready),
        (t!("已导入为草稿"), tally.imported),
        (t!("以前导入过，不重复导入"), tally.present),
        (t!("村里已有同名的需求，不导入"), tally.same_title),
        (t!("有误，不导入"), tally.wrong),
    ];
    let shown = counts.into_iter().enumerate().filter(|(n, (_, count))| *n == 0 || *count > 0);
    let lines = shown.map(|(_, (label, count))| view! { <dt>{label}</dt><dd>{t!("{n} 条", n = count)}</dd> });
    view! { <section class="card facts"><dl>{lines.collect_view()}</dl></section> }.into_any()
}

/// For the village whose drafts wait.
fn hand_in(visit: &Visit, import: &NeedImportInFull) -> Option<AnyView> {
    if import.drafts == 0 || import.import.status != NeedImportStatus::Done {
        return None;
    }
    let most = need_imports::HANDED_IN_MAX;
    let more = (import.drafts > most).then(|| {
        view! { <p class="soft">{t!("一次提交 {n} 条，提交后再点一次。", n = most)}</p> }
    });
    Some(
        view! {
            <section class="card">
                <h2>{t!("本村还有 {n} 条草稿没有提交", n = import.drafts)}</h2>
                <p>{t!("请先逐条核对。提交后由镇、工商联审核，和一条一条提交一样；缺内容的留作草稿。")}</p>
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="step" value="hand_in" />
                    <input type="hidden" name="seen" value=import.drafts />
                    <button class="button">{t!("我们核对过了，提交审核")}</button>
                    {more}
                </form>
            </section>
        }
        .into_any(),
    )
}

fn problems(import: &NeedImportInFull) -> Option<AnyView> {
    if import.problems.is_empty() {
        return None;
    }
    let path = format!("{PREFIX}{}", need_imports::problems_path(import.import.id));
    let stops = import.problems.iter().filter(|problem| problem.stops).map(problem).collect::<Vec<_>>();
    let lacks = import.problems.iter().filter(|problem| !problem.stops).map(problem).collect::<Vec<_>>();
    let shown = import.problems.len();
    let more = (import.problem_count > i64::try_from(shown).unwrap_or(i64::MAX)).then(|| {
        view! { <p>{t!("这里是前 {n} 处。", n = shown)}</p> }
    });
    let stops = (!stops.is_empty()).then(|| {
        view! {
            <section class="summary">
                <h2>{t!("要改的：改好前不导入")}</h2>
                <ul>{stops}</ul>
            </section>
        }
    });
    let lacks = (!lacks.is_empty()).then(|| {
        view! {
            <section class="note">
                <h2>{t!("还缺的：可以导入为草稿，提交前补上")}</h2>
                <ul>{lacks}</ul>
            </section>
        }
    });
    Some(
        view! {
            {stops}
            {lacks}
            {more}
            <p><a href=path download=format!("{}.csv", t!("导入问题"))>{t!("下载全部 {n} 处问题（CSV）", n = import.problem_count)}</a></p>
        }
        .into_any(),
    )
}

fn problem(problem: &ImportProblem) -> AnyView {
    let place = t!("第 {row} 行“{column}”：", row = problem.row, column = text(&problem.column));
    view! { <li><b>{place}</b>{text(&problem.message)}</li> }.into_any()
}

fn rows(visit: &Visit, import: &NeedImportInFull) -> Option<AnyView> {
    if import.rows.is_empty() {
        return None;
    }
    let rows = import.rows.iter().map(row).collect_view();
    let next = import.next.map(|next| {
        let path = format!("{}?after={next}", href(&visit.path));
        view! { <p><a class="button quiet" href=path>{t!("下一页")}</a></p> }
    });
    Some(
        view! {
            <section>
                <h2>{t!("每条需求")}</h2>
                <ul class="card rows">{rows}</ul>
                {next}
            </section>
        }
        .into_any(),
    )
}

fn row(row: &ImportedRow) -> AnyView {
    let status = row.status.map(|status| view! { <span class="tag status">{text(status.label())}</span> });
    let what = view! {
        <span class="what">
            <span class="tags"><span class="tag">{text(row.outcome.label())}</span>{status}</span>
            <b>{row.title.clone()}</b>
            <span class="soft">{place(&row.place)}" · "{t!("第 {row} 行", row = row.row)}</span>
        </span>
    };
    match row.need {
        Some(need) => view! { <li><a class="need" href=href(&format!("/needs/{need}"))>{what}</a></li> }.into_any(),
        None => view! { <li><span class="need">{what}</span></li> }.into_any(),
    }
}
