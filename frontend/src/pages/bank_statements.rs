//! Bank statements: a file is chosen, what its columns mean is seen to, what is right and new is taken in.

use crate::parts::choice;
use crate::parts::field::{Field, problem, summary};
use crate::parts::money;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::api::bank_accounts;
use domain::api::bank_statements::{
    self, BankStatement, BankStatementInFull, BankStatementStatus, ColumnRead, StatementLine, StatementOutcome,
    StatementPage,
};
use domain::api::{ApiError, ErrorCode, PREFIX};
use domain::arrival::statement::{ROWS_MAX, Side, StatementColumn, check_columns};
use domain::organisation::Role;
use leptos::prelude::*;

const PATH: &str = "/work/bank-statements";

/// The form for a file, and what was read and taken in.
pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(bank_statements::list()).await?;
    let maker = visit.has(&[Role::CharityMaker]);
    let form = if maker { Some(upload(visit).await?) } else { None };
    let rows = if list.items.is_empty() {
        view! { <p class="card empty">{t!("还没有上传过银行对账单。")}</p> }.into_any()
    } else {
        let rows = list.items.iter().map(statement_row).collect_view();
        view! { <ul class="card rows">{rows}</ul> }.into_any()
    };
    let body = view! {
        {visit.form.as_ref().and_then(summary)}
        {crumbs(false)}
        <h1>{t!("银行对账单")}</h1>
        <p>{t!("从网上银行导出流水明细，在这里上传。收入成为待匹配的流水；支出逐笔说明是什么。同一笔不会导入两次。")}</p>
        {form}
        <section>
            <h2>{t!("上传和导入过的对账单（{n}）", n = list.count)}</h2>
            {rows}
        </section>
    };
    Ok(Page::new(t!("银行对账单"), body.into_any()))
}

fn crumbs(inside: bool) -> AnyView {
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a><a href=href("/work/bank-lines")>{t!("银行流水")}</a>
            {inside.then(|| view! { <a href=href(PATH)>{t!("银行对账单")}</a> })}
        </nav>
    }
    .into_any()
}

async fn upload(visit: &Visit) -> Result<AnyView, ApiError> {
    let accounts = visit.call(bank_accounts::list()).await?.items;
    let mut form = visit.form.clone().unwrap_or_default();
    let choices = choice::bank_accounts(&accounts);
    if let ([(only, _)], true) = (choices.as_slice(), visit.form.is_none()) {
        form.set("bank_account", only.clone());
    }
    let file = Field::new(&form, "table", t!("流水文件"))
        .hint(t!("网上银行导出的 CSV 或 XLSX（第一个工作表），UTF-8 或 GBK，最多 16 MB。不用改列名，也不用删行。"));
    Ok(view! {
        <form class="card" method="post" enctype="multipart/form-data" action=href(PATH)>
            {Field::new(&form, "bank_account", t!("是哪个账户的")).select(t!("请选择"), choices)}
            {file.table()}
            <button class="button">{t!("上传并核对")}</button>
            <p class="soft">{t!("最多 {n} 行。这一步只读取，不录入任何流水；没有确认导入的，七天后删除。", n = ROWS_MAX)}</p>
        </form>
    }
    .into_any())
}

fn period(statement: &BankStatement) -> Option<String> {
    let (from, until) = (statement.from?, statement.until?);
    Some(if from == until { date(from) } else { t!("{from} 至 {until}", from = date(from), until = date(until)) })
}

fn statement_row(statement: &BankStatement) -> AnyView {
    let account = format!("{} {}", statement.bank_account.bank, statement.bank_account.account_masked);
    let at = statement.taken_in_at.unwrap_or(statement.read_at);
    view! {
        <li>
            <a class="need" href=href(&format!("{PATH}/{}", statement.id))>
                <span class="what">
                    <span class="tags"><span class="tag status">{text(statement.status.label())}</span></span>
                    <b>{statement.file_name.clone()}</b>
                    <span class="soft">{account}{period(statement).map(|period| format!(" · {period}"))}</span>
                    <span class="soft">{statement.read_by.clone()}" · "{instant(at)}</span>
                </span>
                <span class="amount">{t!("{n} 行", n = statement.tally.rows)}</span>
            </a>
        </li>
    }
    .into_any()
}

/// One statement: what was read, what is wrong, what the columns mean, and the button.
pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let after = visit.query("after").and_then(|after| after.parse().ok());
    let statement = visit.call(bank_statements::get(id, &StatementPage { after })).await?;
    let maker = visit.has(&[Role::CharityMaker]);
    let open = maker && statement.statement.status == BankStatementStatus::Read;
    let title = t!("对账单：{file}", file = statement.statement.file_name);
    let body = view! {
        {visit.form.as_ref().and_then(summary)}
        {crumbs(true)}
        <h1>{title.clone()}</h1>
        {before(&statement)}
        <div class="two">
            <div>
                {facts(&statement)}
                {balances(&statement)}
                {open.then(|| take_in(visit, &statement))}
                {taken_in(&statement)}
                {problems(&statement)}
            </div>
            <aside>{columns(visit, &statement, open)}</aside>
        </div>
        {rows(visit, &statement)}
    };
    Ok(Page::new(title, body.into_any()))
}

fn before(statement: &BankStatementInFull) -> Option<AnyView> {
    let at = statement.taken_in_before?;
    Some(
        view! { <p class="note">{t!("这个文件在 {at} 已经导入过这个账户，不用再导入。", at = instant(at))}</p> }
            .into_any(),
    )
}

fn facts(statement: &BankStatementInFull) -> AnyView {
    let tally = statement.statement.tally;
    let account = &statement.statement.bank_account;
    let counts = [
        (t!("可导入的收入"), tally.ready),
        (t!("已导入的收入"), tally.taken_in),
        (t!("已经录入过的收入"), tally.present),
        (t!("支出（逐笔说明）"), tally.out),
        (t!("有误，不导入"), tally.wrong),
        (t!("跳过的合计和说明"), i64::from(statement.passed_over)),
    ];
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    let counts = counts.map(|(label, count)| view! { <dt>{label}</dt><dd>{t!("{n} 行", n = count)}</dd> });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("账户")}</dt><dd>{account.holder.clone()}" "{account.bank.clone()}" "{account.account_masked.clone()}</dd>
                {period(&statement.statement).map(|period| view! { <dt>{t!("期间")}</dt><dd>{period}</dd> })}
                <dt>{t!("收入合计")}</dt><dd>{money::exact(tally.in_fen)}</dd>
                <dt>{t!("支出合计")}</dt><dd>{money::exact(tally.out_fen)}</dd>
                {counts.collect_view()}
            </dl>
        </section>
    }
    .into_any()
}

/// Whether the balances go on from row to row.
fn balances(statement: &BankStatementInFull) -> Option<AnyView> {
    let balances = statement.balances?;
    let (opening, closing) = (money::exact(balances.opening_fen), money::exact(balances.closing_fen));
    Some(match balances.broken_at {
        None => view! {
            <p class="done">{t!("余额逐行接得上：期初 {opening}，期末 {closing}。", opening = opening, closing = closing)}</p>
        }
        .into_any(),
        Some(row) => view! {
            <p class="note">{t!("余额在第 {row} 行接不上：这里可能少了记录，或行的次序被改过。请向银行重新导出后再导入。", row = row)}</p>
        }
        .into_any(),
    })
}

fn take_in(visit: &Visit, statement: &BankStatementInFull) -> AnyView {
    let tally = statement.statement.tally;
    if tally.ready == 0 && tally.out == 0 {
        return view! {
            <section class="card">
                <p><b>{t!("没有可以导入的流水。")}</b></p>
                <p class="soft">{t!("都已经录入过，或者列的含义不对。请看右边各列的含义，或另选文件。")}</p>
                <p><a class="button quiet" href=href(PATH)>{t!("另选文件")}</a></p>
            </section>
        }
        .into_any();
    }
    let label = if tally.ready == 0 {
        t!("导入 {n} 笔支出，逐笔说明", n = tally.out)
    } else {
        t!("导入 {n} 笔收入", n = tally.ready)
    };
    let wrong = (tally.wrong > 0).then(|| {
        view! { <p>{t!("有误的 {n} 行这次不导入，请之后逐笔录入，或改好后再上传整个文件，已经导入的不会重复。", n = tally.wrong)}</p> }
    });
    view! {
        <section class="card">
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="seen" value=tally.ready />
                {wrong}
                <p class="buttons">
                    <button class="button" name="action" value="take_in">{label}</button>
                    <a class="button quiet" href=href(PATH)>{t!("另选文件")}</a>
                </p>
                <p class="soft">{t!("导入后等待匹配和复核，还不计入到账。")}</p>
            </form>
        </section>
    }
    .into_any()
}

fn taken_in(statement: &BankStatementInFull) -> Option<AnyView> {
    let at = statement.statement.taken_in_at?;
    let number = statement.statement.tally.taken_in;
    Some(
        view! {
            <p class="done" role="status">{t!("已于 {at} 导入 {n} 笔。", at = instant(at), n = number)}</p>
            <p class="buttons"><a class="button" href=href("/work/bank-lines?desk=match")>{t!("去匹配")}</a></p>
        }
        .into_any(),
    )
}

fn problems(statement: &BankStatementInFull) -> Option<AnyView> {
    if statement.problems.is_empty() {
        return None;
    }
    let path = format!("{PREFIX}{}", bank_statements::problems_path(statement.statement.id));
    let rows = statement.problems.iter().map(|problem| {
        let place = if let Some(column) = problem.column {
            t!("第 {row} 行“{column}”：", row = problem.row, column = text(column.label()))
        } else {
            t!("第 {row} 行：", row = problem.row)
        };
        view! { <li><b>{place}</b>{text(&problem.message)}</li> }
    });
    let shown = statement.problems.len();
    let more = (statement.problem_count > i64::try_from(shown).unwrap_or(i64::MAX)).then(|| {
        view! { <p>{t!("这里是前 {n} 处。", n = shown)}</p> }
    });
    Some(
        view! {
            <section class="summary">
                <h2>{t!("不导入的行")}</h2>
                <ul>{rows.collect_view()}</ul>
            </section>
            {more}
            <p><a href=path download=format!("{}.csv", t!("导入问题"))>{t!("下载全部 {n} 处问题（CSV）", n = statement.problem_count)}</a></p>
        }
        .into_any(),
    )
}

/// What each column of the bank's table means; while nothing is taken in, to be corrected.
fn columns(visit: &Visit, statement: &BankStatementInFull, open: bool) -> AnyView {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let typed = form.all("column");
    let rows = statement.columns.iter().enumerate().map(|(place, column)| {
        let said = typed.get(place).and_then(|said| said.parse().ok()).unwrap_or(column.column);
        if open { meaning(place, column, said) } else { fixed(column) }
    });
    let rows = rows.collect_view();
    if !open {
        return view! { <section class="card"><h2>{t!("各列的含义")}</h2><dl class="columns">{rows}</dl></section> }
            .into_any();
    }
    let said: Vec<StatementColumn> = statement.columns.iter().map(|column| column.column).collect();
    let lacks = check_columns(&said).err().filter(|_| visit.form.is_none()).unwrap_or_default();
    let lacks = lacks.into_iter().map(|problem| view! { <p class="problem">{text(&problem.message)}</p> });
    view! {
        <section class="card">
            <h2>{t!("各列的含义")}</h2>
            {lacks.collect_view()}
            <p class="hint">{t!("按列名猜的，请核对。改过以后重新读取，这家银行下次也照这样读。")}</p>
            <form method="post" action=href(&visit.path)>
                {problem(form, "columns")}
                {rows}
                <button class="button quiet" name="action" value="columns">{t!("按这样重新读取")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn fixed(column: &ColumnRead) -> AnyView {
    view! { <dt>{heading(column)}</dt><dd>{text(column.column.label())}</dd> }.into_any()
}

fn heading(column: &ColumnRead) -> String {
    if column.heading.is_empty() { t!("（没有列名）").to_owned() } else { column.heading.clone() }
}

fn meaning(place: usize, column: &ColumnRead, said: StatementColumn) -> AnyView {
    let id = format!("column-{place}");
    let options = StatementColumn::ALL.iter().map(|one| {
        view! { <option value=one.to_string() selected=*one == said>{text(one.label())}</option> }
    });
    let examples = (!column.examples.is_empty()).then(|| {
        view! { <p class="hint" id=format!("{id}-hint")>{t!("如：{examples}", examples = column.examples.join("、"))}</p> }
    });
    let described_by = examples.is_some().then(|| format!("{id}-hint"));
    view! {
        <div class="field">
            <label for=id.clone()>{heading(column)}</label>
            {examples}
            <select id=id name="column" aria-describedby=described_by>{options.collect_view()}</select>
        </div>
    }
    .into_any()
}

fn rows(visit: &Visit, statement: &BankStatementInFull) -> AnyView {
    let rows = statement.rows.iter().map(row).collect_view();
    let next = statement.next.map(|next| {
        let path = format!("{}?after={next}", href(&visit.path));
        view! { <p class="paging"><a class="button quiet" rel="next" href=path>{t!("下一页")}</a></p> }
    });
    view! {
        <section>
            <h2>{t!("每一行")}</h2>
            <ul class="card rows">{rows}</ul>
            {next}
        </section>
    }
    .into_any()
}

fn row(line: &StatementLine) -> AnyView {
    let outcome = (line.outcome != StatementOutcome::Ready)
        .then(|| view! { <span class="tag">{text(line.outcome.label())}</span> });
    let number = t!("第 {row} 行", row = line.row);
    let inside = match &line.read {
        None => {
            view! { <span class="what"><span class="tags">{outcome}</span><span class="soft">{number}</span></span> }
                .into_any()
        }
        Some(read) => {
            let sign = if read.side == Side::Out { "−" } else { "" };
            view! {
                <span class="what">
                    <span class="tags">{outcome}</span>
                    <b>{read.payer.clone()}</b>
                    <span class="soft">{date(read.booked_on)}" · "{read.remark.clone()}</span>
                    <span class="soft">{number}" · "{t!("流水号")}" "{read.serial_no.clone()}</span>
                </span>
                <span class="amount">{sign}{money::exact(read.amount_fen)}</span>
            }
            .into_any()
        }
    };
    match line.line {
        Some(id) => {
            view! { <li><a class="need" href=href(&format!("/work/bank-lines/{id}"))>{inside}</a></li> }.into_any()
        }
        None => view! { <li><span class="need">{inside}</span></li> }.into_any(),
    }
}
