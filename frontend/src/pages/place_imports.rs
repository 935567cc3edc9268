//! What is said of towns and villages, imported by the federation: a table is chosen, looked at, then taken in.

use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::TableFileId;
use domain::api::place_imports::{self, ImportPreview, PlaceImport, RowProblem, TallyLine};
use domain::api::{ApiError, ErrorCode, PREFIX};
use domain::place::ListSubject;
use leptos::prelude::*;

const PATH: &str = "/work/place-imports";

/// What was imported so far, and the form for a table.
pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let imports = visit.call(place_imports::list()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let rows = if imports.items.is_empty() {
        view! { <p class="card empty">{t!("还没有导入过。没有导入的，页面上写“暂无资料”。")}</p> }.into_any()
    } else {
        let rows = imports.items.iter().map(|import| view! { <li>{imported(import)}</li> });
        view! { <ul class="card rows record">{rows.collect_view()}</ul> }.into_any()
    };
    let body = view! {
        {done(visit)}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("镇村资料")}</h1>
        <p>{t!("镇的分类和牵头方、村庄类型、年度情况，都要有来源和截至日期。先上传核对，没有问题再导入；一份名单要么全部导入，要么不导入。")}</p>
        <div class="two">
            <section>
                <h2>{t!("上传一份名单")}</h2>
                {upload(form)}
            </section>
            <section>
                <h2>{t!("空白的表")}</h2>
                {templates()}
            </section>
        </div>
        <section>
            <h2>{t!("导入过的名单（{n}）", n = imports.count)}</h2>
            {rows}
        </section>
    };
    Ok(Page::new(t!("镇村资料"), body.into_any()))
}

fn done(visit: &Visit) -> Option<AnyView> {
    let says = match visit.query("done")?.parse::<u32>().ok()? {
        0 => t!("平台上已经是这份名单的内容，没有改动任何地方，也没有重复记录。").to_owned(),
        changed => t!("已导入，新增或更新 {n} 处。", n = changed),
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

fn upload(form: &FormState) -> AnyView {
    let field = Field::new(form, "table", t!("表格文件"))
        .hint(t!("CSV（UTF-8 或 GBK）或 XLSX 的第一个工作表，最多 16 MB。不要有公式、合并单元格和个人信息。"));
    view! {
        <form class="card" method="post" enctype="multipart/form-data" action=href(PATH)>
            {field.table()}
            <button class="button">{t!("上传并核对")}</button>
            <p class="soft">{t!("这一步不会改动任何内容。")}</p>
        </form>
    }
    .into_any()
}

fn templates() -> AnyView {
    let links = ListSubject::ALL.iter().map(|subject| {
        let path = format!("{PREFIX}{}", place_imports::template_path(*subject));
        view! { <li><a href=path download=format!("{}.csv", subject.label())>{text(subject.label())}</a></li> }
    });
    view! {
        <div class="card">
            <p>{t!("下载后用表格软件打开，本辖区的地方已经填好，只填要说的几行；没有填的行不算。")}</p>
            <ul>{links.collect_view()}</ul>
            <p class="soft">{t!("表头的数目要和下面的行加起来一致，否则不能导入。地方可以写区划代码，也可以写县、镇、村的名称。")}</p>
        </div>
    }
    .into_any()
}

fn imported(import: &PlaceImport) -> AnyView {
    let source = t!("来源：{source} · 截至 {day}", source = import.source, day = date(import.as_of));
    let counts = t!("{rows} 行，新增或更新 {n} 处", rows = import.rows_read, n = import.changed);
    view! {
        <span class="what">
            <b>{text(import.subject.label())}</b>
            <span>{source}</span>
            <span class="soft">{counts}" · "{import.by.clone()}" · "{instant(import.made_at)}" · "{import.file_name.clone()}</span>
        </span>
    }
    .into_any()
}

/// What an uploaded table says and would change.
pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let table: TableFileId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let preview = visit.call(place_imports::preview(table)).await?;
    let title = preview
        .subject
        .map_or_else(|| t!("核对名单").to_owned(), |subject| t!("核对：{subject}", subject = text(subject.label())));
    let body = view! {
        {visit.form.as_ref().and_then(summary)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href(PATH)>{t!("镇村资料")}</a>
        </nav>
        <h1>{title.clone()}</h1>
        <p class="soft">{preview.file_name.clone()}</p>
        {head(&preview)}
        {problems(&preview)}
        {next(visit, &preview)}
    };
    Ok(Page::new(title, body.into_any()))
}

fn head(preview: &ImportPreview) -> AnyView {
    let none = || t!("没有写").to_owned();
    let tallies = (!preview.tallies.is_empty()).then(|| {
        let rows = preview.tallies.iter().map(tally).collect_view();
        view! {
            <table class="gifts">
                <thead>
                    <tr><th scope="col">{t!("项目")}</th><th scope="col">{t!("表头写的")}</th><th scope="col">{t!("表里有的")}</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("来源")}</dt><dd>{preview.source.clone().unwrap_or_else(none)}</dd>
                <dt>{t!("截至日期")}</dt><dd>{preview.as_of.map_or_else(none, date)}</dd>
            </dl>
            {tallies}
        </section>
    }
    .into_any()
}

fn tally(line: &TallyLine) -> AnyView {
    let claimed = line.claimed.map_or_else(|| "—".to_owned(), |claimed| claimed.to_string());
    view! { <tr><th scope="row">{text(&line.label)}</th><td>{claimed}</td><td>{line.counted}</td></tr> }.into_any()
}

fn problems(preview: &ImportPreview) -> Option<AnyView> {
    if preview.problems.is_empty() {
        return None;
    }
    let rows = preview.problems.iter().map(problem).collect_view();
    Some(
        view! {
            <section class="summary">
                <h2>{t!("有 {n} 处要改，改好后重新上传", n = preview.problem_count)}</h2>
                <ul>{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn problem(problem: &RowProblem) -> AnyView {
    let place = match (problem.row, &problem.column) {
        (Some(row), Some(column)) => t!("第 {row} 行“{column}”：", row = row, column = column),
        (Some(row), None) => t!("第 {row} 行：", row = row),
        (None, _) => String::new(),
    };
    view! { <li><b>{place}</b>{text(&problem.message)}</li> }.into_any()
}

/// What taking it in would do, and the button.
fn next(visit: &Visit, preview: &ImportPreview) -> AnyView {
    let again = view! { <a class="button quiet" href=href(PATH)>{t!("另选文件")}</a> };
    let before = preview.imported_before.as_ref().map(|before| {
        view! { <p class="note">{t!("这个文件在 {at} 导入过。", at = instant(before.made_at))}</p> }
    });
    if !preview.problems.is_empty() {
        return view! { {before}<p>{again}</p> }.into_any();
    }
    let effect = preview.effect;
    if effect.added + effect.changed == 0 {
        return view! {
            {before}
            <section class="card">
                <p>{t!("平台上已经是这份名单的内容，来源和截至日期也一样，不用再导入。")}</p>
                <p>{again}</p>
            </section>
        }
        .into_any();
    }
    let later = (effect.later_known > 0).then(|| {
        view! { <p class="note">{t!("其中 {n} 处，平台上现有的资料截至日期更晚。导入后会换成这份较早的资料，请确认要这样做。", n = effect.later_known)}</p> }
    });
    let id = visit.form.as_ref().map(|form| form.value("id").to_owned()).filter(|id| !id.is_empty());
    let id = id.unwrap_or_else(|| visit.fresh_id.to_string());
    view! {
        {before}
        <section class="card">
            <h2>{t!("导入后")}</h2>
            <p>{t!("共 {rows} 行：新增 {added} 处，更新 {changed} 处，不变 {same} 处。", rows = preview.rows, added = effect.added, changed = effect.changed, same = effect.same)}</p>
            {later}
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="id" value=id />
                <p class="soft">{t!("导入后马上公开，并注明来源和截至日期。以前的导入仍留在记录里。")}</p>
                <p class="buttons"><button class="button">{t!("确认导入")}</button>{again}</p>
            </form>
        </section>
    }
    .into_any()
}
