//! Pairings of the time before this platform: a federation uploads a list, looks at it, takes in what is right and can take
//! a list back; an enterprise chooses how it is named in them.

mod own;

pub use own::page as own;

use crate::parts::earlier::{named, term};
use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::earlier_pairings::{
    self, EarlierImport, EarlierPage, EarlierPreview, EarlierProblem, EarlierRow, TemplateFormat,
};
use domain::api::{ApiError, ErrorCode, PREFIX};
use domain::earlier::ROWS_MAX;
use domain::organisation::Role;
use leptos::prelude::*;

const PATH: &str = "/work/earlier-pairings";

/// The form for a table, the templates, and what was imported.
pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let imports = visit.call(earlier_pairings::list()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let may = visit.has(&[Role::FederationCounty, Role::FederationCity]);
    let rows = if imports.items.is_empty() {
        view! { <p class="card empty">{t!("还没有导入过。")}</p> }.into_any()
    } else {
        let rows = imports.items.iter().map(import_row).collect_view();
        view! { <ul class="card rows">{rows}</ul> }.into_any()
    };
    let upload = may.then(|| {
        view! {
            <div class="two">
                <section><h2>{t!("一、下载模板")}</h2>{templates()}</section>
                <section><h2>{t!("二、上传并核对")}</h2>{upload(form)}</section>
            </div>
        }
    });
    let body = view! {
        {summary(form)}
        {crumbs(false)}
        <h1>{t!("以往的结对")}</h1>
        <p>{t!("平台以前的千企帮千村结对，从名单导入，写明来源和截至日期。它们是历史，显示在村、镇的页面和结对覆盖里，不计入现在的结对，也没有金额。")}</p>
        {upload}
        <section>
            <h2>{t!("导入过的名单（{n}）", n = imports.count)}</h2>
            {rows}
        </section>
    };
    Ok(Page::new(t!("以往的结对"), body.into_any()))
}

fn crumbs(inside: bool) -> AnyView {
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            {inside.then(|| view! { <a href=href(PATH)>{t!("以往的结对")}</a> })}
        </nav>
    }
    .into_any()
}

fn templates() -> AnyView {
    let links = TemplateFormat::ALL.iter().map(|format| {
        let path = format!("{PREFIX}{}", earlier_pairings::template_path(*format));
        let name = format!("{}.{format}", t!("以往的结对"));
        view! { <li><a href=path download=name>{text(format.label())}</a></li> }
    });
    view! {
        <div class="card">
            <ul>{links.collect_view()}</ul>
            <p>{t!("一行是一家企业和一个村（连片包镇可以只写到镇）。一家企业和几个村，写几行。")}</p>
            <p class="soft">{t!("不要写金额、个人姓名和电话：有金额的列不收，钱的数目只从平台的账本读。")}</p>
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
            <p class="soft">{t!("最多 {n} 行。这一步只核对，不会写入任何内容。", n = ROWS_MAX)}</p>
        </form>
    }
    .into_any()
}

fn import_row(import: &EarlierImport) -> AnyView {
    let withdrawn = import.withdrawn_at.map(|_| view! { <span class="tag status">{t!("已撤回")}</span> });
    let public = import.published_at.as_ref().map(|_| view! { <span class="tag">{t!("公开的名单")}</span> });
    let said = t!("截至 {day}", day = date(import.as_of));
    view! {
        <li>
            <a class="need" href=href(&format!("{PATH}/imports/{}", import.id))>
                <span class="what">
                    <span class="tags">{withdrawn}{public}</span>
                    <b>{import.source.clone()}</b>
                    <span class="soft">{said}" · "{import.by.clone()}" · "{instant(import.made_at)}" · "{import.file_name.clone()}</span>
                </span>
                <span class="amount">{t!("{n} 行", n = import.rows)}</span>
            </a>
        </li>
    }
    .into_any()
}

/// What an uploaded table says, and the form that takes it in.
pub async fn table(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let table = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let preview = visit.call(earlier_pairings::preview(table)).await?;
    let title = t!("核对：{file}", file = preview.file_name);
    let body = view! {
        {visit.form.as_ref().and_then(summary)}
        {crumbs(true)}
        <h1>{title.clone()}</h1>
        {counts(&preview)}
        {problems(&preview)}
        {take_in(visit, &preview)}
        {sample(&preview)}
    };
    Ok(Page::new(title, body.into_any()))
}

fn counts(preview: &EarlierPreview) -> AnyView {
    let counts = [
        (t!("表里的行"), preview.rows),
        (t!("可以导入"), preview.ready),
        (t!("以前导入过，不重复导入"), preview.present),
        (t!("有误，不导入"), preview.wrong),
    ];
    let lines = counts.map(|(label, count)| view! { <dt>{label}</dt><dd>{t!("{n} 行", n = count)}</dd> });
    let before = preview.imported_before.map(|at| {
        view! { <p class="note">{t!("这个文件在 {at} 导入过；那时已经导入的行不会再导入一次。", at = instant(at))}</p> }
    });
    view! { {before}<section class="card facts"><dl>{lines.into_iter().collect_view()}</dl></section> }.into_any()
}

fn problems(preview: &EarlierPreview) -> Option<AnyView> {
    if preview.problems.is_empty() {
        return None;
    }
    let of = |stops: bool| {
        let own = preview.problems.iter().filter(move |problem| problem.stops == stops);
        own.map(problem).collect::<Vec<_>>()
    };
    let (stops, looks) = (of(true), of(false));
    let stops = (!stops.is_empty()).then(|| {
        view! { <section class="summary"><h2>{t!("要改的：改好前不导入")}</h2><ul>{stops}</ul></section> }
    });
    let looks = (!looks.is_empty()).then(|| {
        view! { <section class="note"><h2>{t!("请核对的：可以导入")}</h2><ul>{looks}</ul></section> }
    });
    let shown = preview.problems.len();
    let more = (preview.problem_count > i64::try_from(shown).unwrap_or(i64::MAX)).then(|| {
        view! { <p>{t!("这里是前 {n} 处。", n = shown)}</p> }
    });
    let path = format!("{PREFIX}{}", earlier_pairings::problems_path(preview.table));
    Some(
        view! {
            {stops}
            {looks}
            {more}
            <p><a href=path download=format!("{}.csv", t!("导入问题"))>{t!("下载全部 {n} 处问题（CSV）", n = preview.problem_count)}</a></p>
        }
        .into_any(),
    )
}

fn problem(problem: &EarlierProblem) -> AnyView {
    let place = match (problem.at.row, &problem.at.column) {
        (Some(row), Some(column)) => t!("第 {row} 行“{column}”：", row = row, column = column),
        (Some(row), None) => t!("第 {row} 行：", row = row),
        (None, _) => String::new(),
    };
    view! { <li><b>{place}</b>{problem.at.message.clone()}</li> }.into_any()
}

/// The questions about the whole list, and the button.
fn take_in(visit: &Visit, preview: &EarlierPreview) -> AnyView {
    let again = view! { <a class="button quiet" href=href(PATH)>{t!("另选文件")}</a> };
    if preview.ready == 0 {
        return view! { <section class="card"><p><b>{t!("没有可以导入的行。")}</b></p><p>{again}</p></section> }
            .into_any();
    }
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let id = Some(form.value("id").to_owned()).filter(|id| !id.is_empty());
    let id = id.unwrap_or_else(|| visit.fresh_id.to_string());
    let wrong = (preview.wrong > 0).then(|| {
        view! { <p>{t!("有误的 {n} 行这次不导入。改好后再上传整张表就行，已经导入的不会重复。", n = preview.wrong)}</p> }
    });
    view! {
        <form class="card long" method="post" action=href(&visit.path)>
            <h2>{t!("这份名单")}</h2>
            <input type="hidden" name="id" value=id />
            <input type="hidden" name="seen" value=preview.ready />
            {Field::new(form, "source", t!("来源")).hint(t!("哪个单位的什么名单，会显示在每一条后面。")).text()}
            {Field::new(form, "as_of", t!("截至日期")).hint(t!("如 2021-12-31")).input("text", "numeric", "off")}
            {Field::new(form, "published_at", t!("公开的网页地址（可以不填）"))
                .hint(t!("政府网站等公开过这份名单的，填写网页地址，企业名称就照名单显示；没有公开过的不填，页面上写“一家企业”，企业认证后可以自己选择公开。"))
                .input("url", "url", "off")}
            {wrong}
            <p class="buttons"><button class="button">{t!("导入没有错误的 {n} 行", n = preview.ready)}</button>{again}</p>
            <p class="soft">{t!("导入后马上公开。有误的可以整份撤回。")}</p>
        </form>
    }
    .into_any()
}

fn sample(preview: &EarlierPreview) -> Option<AnyView> {
    if preview.sample.is_empty() {
        return None;
    }
    let title = t!("可以导入的（前 {n} 行）", n = preview.sample.len());
    Some(view! { <section><h2>{title}</h2>{rows(&preview.sample)}</section> }.into_any())
}

fn rows(rows: &[EarlierRow]) -> AnyView {
    view! { <ul class="card rows record">{rows.iter().map(row).collect_view()}</ul> }.into_any()
}

fn row(one: &EarlierRow) -> AnyView {
    let pairing = &one.pairing;
    let code = pairing.uscc.as_ref().map(|code| format!(" · {code}"));
    let linked = match (&one.enterprise, &pairing.uscc) {
        (Some(name), _) => t!("平台上认证的企业：{name}", name = name),
        (None, Some(_)) => t!("平台上没有认证过这个代码的企业，只存名称").to_owned(),
        (None, None) => t!("没有写代码，只存名称").to_owned(),
    };
    view! {
        <li>
            <span class="what">
                <span class="tags"><span class="tag">{text(pairing.form.label())}</span></span>
                <b>{pairing.enterprise_name.clone()}{code}</b>
                <span>{named(&one.place)}" · "{term(pairing.begun, pairing.until)}</span>
                <span>{pairing.done.clone()}</span>
                <span class="soft">{t!("第 {row} 行", row = one.row)}" · "{linked}</span>
            </span>
        </li>
    }
    .into_any()
}

/// One import with its rows, and the form that takes it back.
pub async fn import(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let after = visit.query("after").map(str::to_owned);
    let whole = visit.call(earlier_pairings::get(id, &EarlierPage { after })).await?;
    let import = &whole.import;
    let next = whole.next.as_ref().map(|next| {
        let link = format!("{}?after={next}", href(&visit.path));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let done = visit.query("done").filter(|_| import.withdrawn_at.is_none()).map(|_| {
        view! { <p class="done" role="status">{t!("已导入 {n} 行。", n = import.rows)}</p> }
    });
    let withdrawn = import.withdrawn_at.zip(import.withdrawn_reason.as_ref()).map(|(at, reason)| {
        view! { <p class="note">{t!("已于 {at} 撤回：{reason}", at = instant(at), reason = reason)}</p> }
    });
    let link = import.published_at.clone().map(|address| {
        let shown = address.clone();
        view! { <dt>{t!("公开的名单")}</dt><dd><a href=address rel="noreferrer nofollow">{shown}</a></dd> }
    });
    let may = import.own && import.withdrawn_at.is_none() && visit.has(&[Role::FederationCounty, Role::FederationCity]);
    let body = view! {
        {visit.form.as_ref().and_then(summary)}
        {crumbs(true)}
        <h1>{import.source.clone()}</h1>
        {done}
        {withdrawn}
        <section class="card facts">
            <dl>
                <dt>{t!("截至日期")}</dt><dd>{date(import.as_of)}</dd>
                {link}
                <dt>{t!("导入")}</dt>
                <dd>{import.by.clone()}" · "{instant(import.made_at)}" · "{import.file_name.clone()}" · "{t!("{n} 行", n = import.rows)}</dd>
            </dl>
        </section>
        <section><h2>{t!("各行")}</h2>{rows(&whole.rows)}{next}</section>
        {may.then(|| withdraw(visit))}
    };
    Ok(Page::new(import.source.clone(), body.into_any()))
}

fn withdraw(visit: &Visit) -> AnyView {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    view! {
        <form class="card long" method="post" action=href(&visit.path)>
            <h2>{t!("整份撤回")}</h2>
            <p>{t!("撤回后各页面不再显示这份名单的任何一行，记录保留。改好后可以重新导入。")}</p>
            {Field::new(form, "reason", t!("原因")).area(2)}
            <button class="button danger">{t!("撤回这份名单")}</button>
        </form>
    }
    .into_any()
}
