//! Which towns and villages are paired: the city county by county with its map, a county town by town, a town village by
//! village; by field, and only those with none, one, several, or with an end in sight.
//!
//! Every number is the sum of the rows below it. Deliberately absent: a rank, and names that an enterprise does not show.

mod village;

use crate::parts::choice;
use crate::parts::field::Field;
use crate::parts::place::path;
use crate::parts::query_string;
use crate::parts::town_map::{coverage_path, mark, town_map, town_tiles};
use crate::visit::{FormState, Page, Visit};
use crate::words::{as_of, date, href, text};
use domain::api::coverage::{self, CoveragePart, CoverageQuery, EndingPairing, GroupedTowns, PlaceCoverage};
use domain::api::{ApiError, ErrorCode, PREFIX};
use domain::coverage::{CoverageCounts, CoverageShow, PermilleShare};
use domain::place::{PlaceCode, PlaceLevel};
use leptos::prelude::*;

/// The whole city.
pub async fn city(visit: &Visit) -> Result<Page, ApiError> {
    let coverage = visit.call(coverage::of_city(&query(visit))).await?;
    Ok(page(visit, &coverage))
}

/// A county or a town.
pub async fn place(visit: &Visit, code: &str) -> Result<Page, ApiError> {
    let code: PlaceCode = code.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let coverage = visit.call(coverage::of_place(&code, &query(visit))).await?;
    Ok(page(visit, &coverage))
}

fn query(visit: &Visit) -> CoverageQuery {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    CoverageQuery { field: typed("field"), show: typed("show") }
}

/// The page with these conditions.
fn link(code: &PlaceCode, field: Option<&str>, show: Option<CoverageShow>) -> String {
    let base = if code.level() == PlaceLevel::City { "/coverage".to_owned() } else { coverage_path(code) };
    let show = show.map(|show| ("show", show.to_string()));
    let parameters: Vec<_> = field.map(|field| ("field", field.to_owned())).into_iter().chain(show).collect();
    let query = query_string(&parameters);
    href(&if query.is_empty() { base } else { format!("{base}?{query}") })
}

fn page(visit: &Visit, coverage: &PlaceCoverage) -> Page {
    let name = name(coverage);
    let title = t!("{place}的结对覆盖", place = name);
    let city = coverage.level == PlaceLevel::City;
    let map = city.then(|| town_map(visit, &coverage.parts, &coverage.towns)).flatten();
    let rows = match coverage.level {
        PlaceLevel::Town => village::rows(coverage),
        _ => table(coverage),
    };
    let tiles = (city && coverage.show.is_none()).then(|| {
        view! {
            <section id="towns">
                <h2>{t!("各镇（街道）")}</h2>
                {town_tiles(&coverage.parts, &coverage.towns)}
            </section>
        }
    });
    let body = view! {
        {crumbs(coverage)}
        <h1>{title.clone()}</h1>
        <p>{t!("协议生效的结对才算。已签约、还没有到起始日期的另列，不算在内；以往的千企帮千村结对是历史，也不算在内。没有村（社区）的单位不计入占比。")}</p>
        <div class="two reading">
            <aside class="ahead">{numbers(coverage)}</aside>
            <div class="middle">{map}{filter(coverage)}{rows}</div>
        </div>
        {tiles}
        {ending(&coverage.ending)}
        <p class="soft as-of">{t!("截至 {at}。", at = as_of(coverage.as_of))}" "{download(coverage)}</p>
    };
    Page::new(title, body.into_any()).public()
}

fn name(coverage: &PlaceCoverage) -> String {
    let place = &coverage.place;
    if coverage.level == PlaceLevel::City {
        return t!("梅州市").to_owned();
    }
    [place.county.as_str(), &place.town].concat()
}

fn crumbs(coverage: &PlaceCoverage) -> AnyView {
    let place = &coverage.place;
    let city = (coverage.level != PlaceLevel::City).then(|| {
        view! { <a href=href("/coverage")>{t!("结对覆盖")}</a> }
    });
    let county = (coverage.level == PlaceLevel::Town).then(|| {
        let county = place.code.parent();
        let name = place.county.clone();
        county.map(|county| view! { <a href=href(&coverage_path(&county))>{name}</a> })
    });
    let itself = (coverage.level != PlaceLevel::City).then(|| {
        view! { <p><a href=href(&path(&place.code))>{t!("{place}的页面", place = name(coverage))}</a></p> }
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/")>{t!("首页")}</a>{city}{county}</nav>
        {itself}
    }
    .into_any()
}

/// A share with what it is a share of.
fn share(of: Option<PermilleShare>) -> String {
    match of {
        Some(share) => {
            t!("{n} / {all}（{share}）", n = share.part, all = share.whole, share = share.percent())
        }
        None => "—".to_owned(),
    }
}

fn numbers(coverage: &PlaceCoverage) -> AnyView {
    let whole = coverage.whole;
    let towns = (coverage.level != PlaceLevel::Town).then(|| of_towns(&whole));
    let covered = (coverage.level == PlaceLevel::Town && whole.town_coverages > 0).then(|| {
        view! { <dt>{t!("连片包镇")}</dt><dd>{t!("有企业包镇")}</dd> }
    });
    let lines = [
        (t!("没有结对企业的村"), whole.none),
        (t!("有一家的村"), whole.one),
        (t!("有多家的村"), whole.many),
        (t!("九十天内有到期的村"), whole.leaving),
        (t!("已签约、待生效的村"), whole.coming),
        (t!("包镇协议没有列入的村"), whole.gaps),
        (t!("包镇之外还有别家结对的村"), whole.overlaps),
        (t!("以往有过结对的村"), whole.earlier),
    ];
    let lines = lines.map(|(label, count)| view! { <dt>{label}</dt><dd>{count}</dd> });
    view! {
        <section class="card facts" id="numbers">
            <dl>
                <dt>{t!("有结对企业的村")}</dt>
                <dd class="big">{share(whole.share())}</dd>
                {lines.into_iter().collect_view()}
                {covered}
                {towns}
            </dl>
            {coverage.grouped.as_ref().map(grouped)}
        </section>
    }
    .into_any()
}

fn of_towns(whole: &CoverageCounts) -> AnyView {
    let with_villages = whole.towns - whole.towns_without_village;
    let without = (whole.towns_without_village > 0).then(|| {
        view! { <dt>{t!("没有村（社区）的单位，不计入占比")}</dt><dd>{whole.towns_without_village}</dd> }
    });
    view! {
        <dt>{t!("村村有结对的镇（街道）")}</dt>
        <dd>{share(PermilleShare::of(whole.towns_all, with_villages))}</dd>
        <dt>{t!("部分村有结对的镇（街道）")}</dt>
        <dd>{share(PermilleShare::of(whole.towns_part, with_villages))}</dd>
        <dt>{t!("连片包镇的镇（街道）")}</dt>
        <dd>{share(PermilleShare::of(whole.town_coverages, with_villages))}</dd>
        {without}
    }
    .into_any()
}

/// The towns of the imported list, and who says which these are.
fn grouped(of: &GroupedTowns) -> AnyView {
    let said = of.said.iter().map(|said| {
        let says = t!("来源：{source} · 截至 {day}", source = said.source, day = date(said.as_of));
        view! { <p class="hint">{says}</p> }
    });
    view! {
        <h2 class="label">{t!("组团帮扶名单里的镇（已导入 {n} 个）", n = of.counts.towns)}</h2>
        <dl>
            <dt>{t!("至少一个村有结对的镇")}</dt>
            <dd>{share(of.with_any)}</dd>
            <dt>{t!("这些镇里有结对企业的村")}</dt>
            <dd>{share(of.villages)}</dd>
        </dl>
        {said.collect_view()}
    }
    .into_any()
}

fn filter(coverage: &PlaceCoverage) -> AnyView {
    let field = coverage.field.map(|field| field.to_string());
    let code = &coverage.place.code;
    let mut form = FormState::default();
    form.set("field", field.clone().unwrap_or_default());
    let chip = |show: Option<CoverageShow>, label: String| {
        let here = (coverage.show == show).then_some("true");
        view! { <a class="chip" href=link(code, field.as_deref(), show) aria-current=here>{label}</a> }
    };
    let chips = CoverageShow::ALL.iter().map(|show| chip(Some(*show), text(show.label())));
    let kept = coverage.show.map(|show| view! { <input type="hidden" name="show" value=show.as_str() /> });
    let by_field = coverage.field.map(|field| {
        view! { <p class="note">{t!("现在只算“{field}”领域的结对；以往的结对不分领域。", field = text(field.label()))}</p> }
    });
    view! {
        <section id="filter">
            <form class="by-field" action=link(code, None, None)>
                {Field::new(&form, "field", t!("参与领域")).select(t!("全部领域"), choice::fields())}
                {kept}
                <button class="button quiet">{t!("按领域看")}</button>
            </form>
            <nav class="chips" aria-label=t!("只看哪些")>
                {chip(None, t!("全部").to_owned())}{chips.collect_view()}
            </nav>
            {by_field}
        </section>
    }
    .into_any()
}

fn table(coverage: &PlaceCoverage) -> AnyView {
    let (title, parts) = match coverage.level {
        PlaceLevel::City => (t!("各县（市、区）"), t!("县（市、区）")),
        _ => (t!("各镇（街道）"), t!("镇（街道）")),
    };
    if coverage.parts.is_empty() {
        return view! { <p class="card empty">{t!("没有符合条件的。")}</p> }.into_any();
    }
    let headings = [
        t!("村数"),
        t!("没有企业"),
        t!("一家"),
        t!("多家"),
        t!("占比"),
        t!("到期"),
        t!("待生效"),
        t!("包镇"),
        t!("未列入"),
        t!("重叠"),
        t!("以往有过"),
    ];
    let headings = headings.map(|heading| view! { <th scope="col">{heading}</th> });
    let rows = coverage.parts.iter().map(row).collect_view();
    let sum = cells(&coverage.listed);
    let some = (coverage.show.is_some()).then(|| {
        view! { <p class="soft">{t!("下面只列有这种村的，合计也只算所列的。")}</p> }
    });
    view! {
        <section id="rows">
            <h2>{title}</h2>
            {some}
            <div class="card scroll" role="region" tabindex="0" aria-label=title>
                <table class="gifts">
                    <thead><tr><th scope="col">{parts}</th>{headings.into_iter().collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                    <tfoot><tr><th scope="row">{t!("合计")}</th>{sum}</tr></tfoot>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn row(part: &CoveragePart) -> AnyView {
    let state = part.counts.state();
    let class = part.class.map(|class| view! { <span class="soft">{text(class.label())}</span> });
    view! {
        <tr>
            <th scope="row">
                <span aria-hidden="true">{mark(state)}" "</span>
                <a href=href(&coverage_path(&part.code))>{part.name.clone()}</a>
                {class}
            </th>
            {cells(&part.counts)}
        </tr>
    }
    .into_any()
}

fn cells(counts: &CoverageCounts) -> AnyView {
    let percent = counts.share().map_or_else(|| "—".to_owned(), |share| share.percent());
    let numbers = [counts.villages, counts.none, counts.one, counts.many].map(|number| number.to_string());
    let others = [counts.leaving, counts.coming, counts.town_coverages, counts.gaps, counts.overlaps, counts.earlier];
    let all = numbers.into_iter().chain([percent]).chain(others.map(|number| number.to_string()));
    all.map(|cell| view! { <td>{cell}</td> }).collect_view().into_any()
}

fn ending(ending: &[EndingPairing]) -> Option<AnyView> {
    if ending.is_empty() {
        return None;
    }
    let rows = ending.iter().map(|one| {
        let town = [one.town.county.as_str(), &one.town.town].concat();
        view! {
            <li>
                <span class="what">
                    <span class="tags"><span class="tag">{text(one.form.label())}</span></span>
                    <b>{text(&one.enterprise)}</b>
                    <span>
                        <a href=href(&coverage_path(&one.town.code))>{town}</a>" · "
                        {t!("{n} 个村，{day}到期", n = one.villages, day = date(one.last_day))}
                    </span>
                </span>
            </li>
        }
    });
    Some(
        view! {
            <section id="ending">
                <h2>{t!("九十天内到期、还没有签续约的（{n}）", n = ending.len())}</h2>
                <ul class="card rows record">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn download(coverage: &PlaceCoverage) -> AnyView {
    let field = coverage.field.map(|field| ("field", field.to_string()));
    let show = coverage.show.map(|show| ("show", show.to_string()));
    let query = query_string(&field.into_iter().chain(show).collect::<Vec<_>>());
    let path = format!("{PREFIX}{}", coverage::table_path(&coverage.place.code));
    let path = if query.is_empty() { path } else { format!("{path}?{query}") };
    let name = format!("{}.csv", t!("结对覆盖"));
    view! { <a href=path download=name>{t!("下载这张表（CSV）")}</a> }.into_any()
}
