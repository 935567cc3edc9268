//! What of the enterprise's gifts can be deducted from its taxable income, year by year, for the profit that is typed in.
//!
//! What is typed stays on the page and is stored nowhere.

use crate::parts::field::{problem, summary};
use crate::parts::money;
use crate::visit::{FormState, Page, Visit};
use crate::words::{as_of, href};
use domain::api::deductions::{self, DeductionRow, DeductionTable, EstimateDeductions, GivenYear, YearProfit};
use domain::api::{ApiError, ErrorCode};
use domain::deduction::GivenIn;
use domain::money::AmountError;
use domain::{Fen, Problem};
use leptos::prelude::*;

const PATH: &str = "/deductions";

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let given = visit.call(deductions::given()).await?;
    let mut form = visit.form.clone().unwrap_or_default();
    let asked = if visit.form.is_some() { told(&mut form, &given.years) } else { None };
    let table = match asked {
        Some(asked) => match visit.call(deductions::estimate(&asked)).await {
            Ok(table) => Some(table),
            Err(error) if error.code == ErrorCode::Invalid => {
                form.message = Some(error.fields.into_iter().next().map_or(error.message, |problem| problem.message));
                None
            }
            Err(error) => return Err(error),
        },
        None => None,
    };
    let years = given.years.iter().rev().map(|year| asked_of(&form, year));
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("税前扣除测算")}</h1>
        {summary(&form)}
        <p class="soft">{t!("企业的公益性捐赠，在年度利润总额 12% 以内的可以税前扣除，超过的结转以后三年，先扣以前年度的（企业所得税法第九条、财税〔2018〕15号）。")}</p>
        <p class="note">{t!("这里只是测算，不是纳税申报。扣除要凭慈善组织开具的公益事业捐赠票据，请和会计核对。填写的利润不保存。")}</p>
        {table.as_ref().map(result)}
        <form class="long" method="post" action=href(PATH)>
            {years.collect_view()}
            <div class="buttons"><button class="button">{t!("测算")}</button></div>
        </form>
        <p class="soft as-of">{t!("捐赠按银行到账日期归入年度，已减去退回的；截至 {time}", time = as_of(given.as_of))}</p>
    };
    Ok(Page::new(t!("税前扣除测算"), body.into_any()))
}

/// What was typed, year by year; what cannot be read is added to the form's problems.
fn told(form: &mut FormState, years: &[GivenYear]) -> Option<EstimateDeductions> {
    let typed = |name: &str, year: i32| form.value(&format!("{name}-{year}")).trim().to_owned();
    let last = years.iter().rposition(|given| !typed("profit", given.year).is_empty());
    let mut asked = EstimateDeductions::default();
    let mut problems = Vec::new();
    let mut wrong = |name: &str, year: i32, message: String| {
        problems.push(Problem { field: format!("{name}-{year}"), message });
        Fen::ZERO
    };
    for given in &years[..last.map_or(1, |last| last + 1).min(years.len())] {
        let year = given.year;
        let profit_fen = match typed("profit", year).as_str() {
            "" => wrong("profit", year, t!("请填写这一年的利润总额，亏损写负数；结转要从这一年算起").to_owned()),
            profit => signed(profit).unwrap_or_else(|error| wrong("profit", year, error.to_string())),
        };
        let other_fen = match typed("other", year).as_str() {
            "" | "0" => Fen::ZERO,
            other => Fen::parse_yuan(other).unwrap_or_else(|error| wrong("other", year, error.to_string())),
        };
        asked.years.push(YearProfit { year, profit_fen, other_fen });
    }
    let whole = problems.is_empty();
    form.problems.extend(problems);
    whole.then_some(asked)
}

/// An amount that may be nothing or below it.
fn signed(text: &str) -> Result<Fen, AmountError> {
    match (text, text.strip_prefix(['-', '－', '−'])) {
        ("0" | "0.00", _) => Ok(Fen::ZERO),
        (_, Some(loss)) => Fen::ZERO.checked_sub(Fen::parse_yuan(loss)?),
        (profit, None) => Fen::parse_yuan(profit),
    }
}

/// What is known of a year, and what only the enterprise knows.
fn asked_of(form: &FormState, given: &GivenYear) -> AnyView {
    let year = given.year;
    let goods = given.goods_fen.is_positive().then(|| {
        view! { <dt>{t!("其中物资")}</dt><dd>{money::exact(given.goods_fen)}</dd> }
    });
    let all = given.money_fen.checked_add(given.goods_fen).unwrap_or_default();
    let outside = given.outside_fen.is_positive().then(|| {
        let says = t!(
            "其中 {amount} 到账时，慈善组织登记的税前扣除资格不在有效期内，没有算进可扣除的捐赠。",
            amount = money::exact(given.outside_fen)
        );
        view! { <p class="note">{says}</p> }
    });
    let unknown = given.unknown_fen.is_positive().then(|| {
        let says = t!(
            "其中 {amount} 的慈善组织没有登记税前扣除资格，先算在内，请向慈善组织核实。",
            amount = money::exact(given.unknown_fen)
        );
        view! { <p class="soft">{says}</p> }
    });
    view! {
        <fieldset class="card facts">
            <legend>{t!("{year} 年", year = year)}</legend>
            <dl><dt>{t!("经本平台捐赠")}</dt><dd>{money::exact(all)}</dd>{goods}</dl>
            {outside}{unknown}
            {line(form, &format!("profit-{year}"), t!("利润总额（元）"), t!("按会计账，亏损写负数，如 500万 或 -20000"))}
            {line(form, &format!("other-{year}"), t!("本平台以外的公益捐赠（元）"), t!("有公益事业捐赠票据的，没有就不填"))}
        </fieldset>
    }
    .into_any()
}

/// A line of text of one year.
fn line(form: &FormState, name: &str, label: &'static str, hint: &'static str) -> AnyView {
    let wrong = form.problem(name).is_some();
    let described_by = if wrong { format!("{name}-hint {name}-problem") } else { format!("{name}-hint") };
    view! {
        <div class="field" class:wrong=wrong>
            <label for=name.to_owned()>{label}</label>
            <p class="hint" id=format!("{name}-hint")>{hint}</p>
            {problem(form, name)}
            <input id=name.to_owned() name=name.to_owned() type="text" inputmode="text" autocomplete="off"
                value=form.value(name).to_owned() aria-describedby=described_by aria-invalid=wrong.then_some("true") />
        </div>
    }
    .into_any()
}

fn result(table: &DeductionTable) -> AnyView {
    let rows = table.rows.iter().rev().map(row);
    view! {
        <section class="card" id="result" role="status">
            <h2>{t!("测算结果")}</h2>
            <ul class="rows">{rows.collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn row(row: &DeductionRow) -> AnyView {
    let DeductionRow { given, told, deduction } = row;
    let own = given.deductible().and_then(|own| own.checked_add(told.other_fen)).unwrap_or_default();
    let parts = |of: &[GivenIn]| {
        let parts =
            of.iter().map(|part| t!("{year} 年 {amount}", year = part.year, amount = money::exact(part.amount)));
        parts.collect::<Vec<_>>().join("；")
    };
    let from = (!deduction.from.is_empty()).then(|| {
        view! { <span>{t!("扣的是：{parts}", parts = parts(&deduction.from))}</span> }
    });
    let carried = (!deduction.carried.is_empty()).then(|| {
        view! { <span>{t!("结转以后：{parts}", parts = parts(&deduction.carried))}</span> }
    });
    let lapsed = deduction.lapsed.is_positive().then(|| {
        view! { <span class="late">{t!("满三年没有扣完，不能再扣：{amount}", amount = money::exact(deduction.lapsed))}</span> }
    });
    view! {
        <li>
            <div class="need">
                <span class="what">
                    <b>{t!("{year} 年", year = deduction.year)}</b>
                    <span>{t!("可扣除的捐赠 {given}，限额 {limit}", given = money::exact(own), limit = money::exact(deduction.limit))}</span>
                    {from}{carried}{lapsed}
                </span>
                <span class="amount">{t!("扣除 {amount}", amount = money::exact(deduction.deducted))}</span>
            </div>
        </li>
    }
    .into_any()
}
