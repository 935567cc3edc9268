//! A county, a town, a village: what is said of it and by whom, what its needs ask and got, what was brought about.
//!
//! What nobody has imported is unknown, and said to be.

use crate::parts::commitments::totals;
use crate::parts::earlier::history;
use crate::parts::four::{four, later, meaning, rows_of};
use crate::parts::money;
use crate::parts::need_row::need_list;
use crate::parts::pairings;
use crate::parts::place::{links, path};
use crate::parts::town_map::coverage_path;
use crate::visit::{Page, Visit};
use crate::words::{date, href, text};
use domain::api::earlier_pairings::{self, EarlierPage};
use domain::api::figures::MoneyOf;
use domain::api::needs::{NeedQuery, NeedSort};
use domain::api::pairings as paired;
use domain::api::places::{self, Delivered, PlaceBelow, PlaceFact, PlaceInFull, Said, TownStanding};
use domain::api::{ApiError, ErrorCode};
use domain::money::group_thousands;
use domain::place::{PlaceCode, PlaceIndicator, PlaceLevel, TownClass};
use leptos::prelude::*;

pub async fn county(visit: &Visit, code: &str) -> Result<Page, ApiError> {
    page(visit, code, PlaceLevel::County).await
}

pub async fn town(visit: &Visit, code: &str) -> Result<Page, ApiError> {
    page(visit, code, PlaceLevel::Town).await
}

pub async fn village(visit: &Visit, code: &str) -> Result<Page, ApiError> {
    page(visit, code, PlaceLevel::Village).await
}

async fn page(visit: &Visit, code: &str, level: PlaceLevel) -> Result<Page, ApiError> {
    let code = code.parse::<PlaceCode>().ok().filter(|code| code.level() == level);
    let code = code.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let about = visit.call(places::get(&code)).await?;
    let pairings = visit.call(paired::of_place(&code)).await?;
    let before = earlier(visit, &code).await?;
    let place = &about.place;
    let (name, within) = match level {
        PlaceLevel::Village => (place.village.clone(), format!("{} · {}", place.county, place.town)),
        PlaceLevel::Town => (place.town.clone(), place.county.clone()),
        PlaceLevel::County | PlaceLevel::City => (place.county.clone(), t!("梅州市").to_owned()),
    };
    let title = [place.county.as_str(), &place.town, &place.village].concat();
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/")>{t!("首页")}</a>{links(place, false)}</nav>
        <h1>{name}</h1>
        <p class="soft">{within}" · "{t!("区划代码 {code}", code = place.code)}</p>
        <div class="two reading">
            <aside class="ahead">{standing(&about)}{covered(&code)}{pairing_link(&about)}</aside>
            <div class="middle">
                {funds(&about)}
                {totals(&about.commitments, t!("这里各条公开需求的合计。").to_owned())}
                {newest(&code, &about)}
                {pairings::of_place(&pairings)}
                {delivered(&about)}
                {below(&about)}
                {before}
                {facts(&about.facts)}
            </div>
        </div>
    };
    Ok(Page::new(title, body.into_any()).public())
}

/// Where an enterprise begins to pair with this place.
fn pairing_link(about: &PlaceInFull) -> Option<AnyView> {
    let kind = match about.level {
        PlaceLevel::Village => "village",
        PlaceLevel::Town => "town",
        PlaceLevel::County | PlaceLevel::City => return None,
    };
    let link = href(&format!("/pairings/new?{kind}={}", about.place.code));
    Some(
        view! {
            <section class="card">
                <p><a class="button quiet" href=link>{t!("提出结对")}</a></p>
                <p class="soft">{t!("已认证的企业可以和村、镇长期结对：商定期限和各自做什么，由工商联审核。完全自愿。")}</p>
            </section>
        }
        .into_any(),
    )
}

/// Of a town or a village what lists tell of the years before this platform.
async fn earlier(visit: &Visit, code: &PlaceCode) -> Result<Option<AnyView>, ApiError> {
    if code.level() == PlaceLevel::County {
        return Ok(None);
    }
    let after = visit.query("after").map(str::to_owned);
    let earlier = visit.call(earlier_pairings::of_place(code, &EarlierPage { after })).await?;
    Ok(history(&earlier, &visit.path))
}

/// The way to who is paired here; a village's stands among those of its town.
fn covered(code: &PlaceCode) -> Option<AnyView> {
    let town = if code.level() == PlaceLevel::Village { code.parent()? } else { code.clone() };
    let says = match code.level() {
        PlaceLevel::Village => t!("本镇（街道）各村的结对覆盖"),
        _ => t!("这里的结对覆盖"),
    };
    Some(view! { <p><a href=href(&coverage_path(&town))>{says}</a></p> }.into_any())
}

/// The public needs of a place, newest first.
fn needs_of(code: &PlaceCode) -> NeedQuery {
    let part = |digits: usize| code.as_str().get(..digits).map(str::to_owned);
    NeedQuery {
        county: part(6),
        town: part(9),
        village: part(12),
        sort: Some(NeedSort::Newest),
        ..NeedQuery::default()
    }
}

fn said(said: &Said) -> AnyView {
    let says = t!("来源：{source} · 截至 {day}", source = said.source, day = date(said.as_of));
    view! { <p class="hint">{says}</p> }.into_any()
}

fn unknown() -> AnyView {
    view! { <span class="soft">{t!("暂无资料（还没有导入名单）")}</span> }.into_any()
}

fn standing(about: &PlaceInFull) -> AnyView {
    let village = (about.level == PlaceLevel::Village).then(|| {
        let known = about.village.as_ref().map(|known| (text(known.village_type.label()), said(&known.said)));
        let (kind, source) = known.map_or_else(|| (unknown(), None), |(kind, source)| (kind.into_any(), Some(source)));
        view! { <dt>{t!("村庄类型")}</dt><dd>{kind}{source}</dd> }
    });
    let town = match about.level {
        PlaceLevel::Village => Some(of_town(t!("所在镇的分类"), about.town.as_ref())),
        PlaceLevel::Town => Some(of_town(t!("镇的分类"), about.town.as_ref())),
        PlaceLevel::County | PlaceLevel::City => None,
    };
    view! { <section class="card facts"><dl>{village}{town}{inside(about)}</dl></section> }.into_any()
}

fn of_town(title: &'static str, town: Option<&TownStanding>) -> AnyView {
    let Some(town) = town else { return view! { <dt>{title}</dt><dd>{unknown()}</dd> }.into_any() };
    let lead = town.lead.map_or_else(unknown, |lead| text(lead.label()).into_any());
    view! {
        <dt>{title}</dt>
        <dd>{text(town.class.label())}{said(&town.said)}</dd>
        <dt>{t!("帮扶牵头方")}</dt>
        <dd>{lead}</dd>
    }
    .into_any()
}

/// What lies in a county or a town, counted.
fn inside(about: &PlaceInFull) -> Option<AnyView> {
    let count = about.below.len();
    let title = match about.level {
        PlaceLevel::County => t!("镇（街道）"),
        PlaceLevel::Town => t!("村（社区）"),
        PlaceLevel::Village | PlaceLevel::City => return None,
    };
    let of_class = |class: TownClass| about.below.iter().filter(|one| one.class == Some(class)).count();
    let known = about.below.iter().filter(|one| one.class.is_some()).count();
    let classes = (about.level == PlaceLevel::County).then(|| {
        if known == 0 {
            return view! { <dt>{t!("镇的分类")}</dt><dd>{unknown()}</dd> }.into_any();
        }
        let counts = TownClass::ALL.iter().map(|class| {
            let n = of_class(*class);
            let said = if known == count { t!("{n} 个", n = n) } else { t!("已知 {n} 个", n = n) };
            view! { <dt>{text(class.label())}</dt><dd>{said}</dd> }
        });
        let without = (known < count).then(|| {
            view! { <dt>{t!("镇的分类")}</dt><dd>{t!("{n} 个镇（街道）暂无资料", n = count - known)}</dd> }
        });
        view! { {counts.collect_view()}{without} }.into_any()
    });
    Some(view! { <dt>{title}</dt><dd>{t!("{n} 个", n = count)}</dd>{classes} }.into_any())
}

fn funds(about: &PlaceInFull) -> AnyView {
    view! {
        <section class="card" id="funds">
            <h2>{t!("这里各条公开需求的资金合计")}</h2>
            {four(&about.money, about.as_of, rows_of(&MoneyOf::Place(about.place.code.clone())))}{later(about.later)}
            <p class="soft">{t!("每条需求的页面列出它的每一笔。")}</p>
            {meaning()}
        </section>
    }
    .into_any()
}

fn newest(code: &PlaceCode, about: &PlaceInFull) -> AnyView {
    let all = href(&format!("/needs?{}", serde_urlencoded::to_string(needs_of(code)).unwrap_or_default()));
    let link = (!about.newest.is_empty()).then(|| {
        view! { <p><a href=all>{t!("在“找需求”里看全部（{n}）", n = about.needs)}</a></p> }
    });
    view! {
        <section id="needs">
            <h2>{t!("需求（{n}）", n = about.needs)}</h2>
            {need_list(&about.newest, true, t!("这里没有列出的需求。"))}
            {link}
            {unlisted(about)}
        </section>
    }
    .into_any()
}

/// What is in the sums and in no list.
fn unlisted(about: &PlaceInFull) -> Option<AnyView> {
    if about.unlisted.is_empty() {
        return None;
    }
    let rows = about.unlisted.iter().map(|need| {
        view! {
            <li>
                <a class="need" href=href(&format!("/needs/{}", need.code))>
                    <span class="what">
                        <span class="tags"><span class="tag status">{text(need.status.label())}</span></span>
                        <b>{need.title.clone()}</b>
                        <span class="soft">{crate::parts::need_row::place(&need.place)}</span>
                    </span>
                </a>
            </li>
        }
    });
    Some(
        view! {
            <details class="opens" id="unlisted">
                <summary>{t!("已暂停、撤回或过期的需求（{n}），有过认捐或安排的资金", n = about.unlisted_count)}</summary>
                <p class="soft">{t!("它们不在列表里；为它们认捐、到账、拨付和支出的钱仍计入上面的合计。")}</p>
                <ul class="card rows">{rows.collect_view()}</ul>
            </details>
        }
        .into_any(),
    )
}

fn delivered(about: &PlaceInFull) -> Option<AnyView> {
    if about.delivered.is_empty() {
        return None;
    }
    let rows = about.delivered.iter().map(outcome).collect_view();
    Some(
        view! {
            <section id="delivered">
                <h2>{t!("已有进展的需求（{n}）", n = about.delivered_count)}</h2>
                <ul class="card rows">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}

fn outcome(one: &Delivered) -> AnyView {
    let link = href(&format!("/needs/{}", one.code.clone().unwrap_or_else(|| one.need.to_string())));
    let reached = one.quantity_so_far.map(|n| t!("累计成效：{n} {unit}", n = n, unit = one.unit));
    let of = one.goal.map(|goal| t!("，目标 {goal} {unit}", goal = goal, unit = one.unit));
    let place = crate::parts::need_row::place(&one.place);
    view! {
        <li>
            <a class="need" href=link>
                <span class="what">
                    <b>{one.title.clone()}</b>
                    <span>{reached.map(|reached| view! { {reached}{of} })}</span>
                    <span class="soft">{place}</span>
                    <span class="soft">{t!("最近报告：{day}", day = date(domain::campaign::legal_day(one.reported_at)))}</span>
                </span>
                <span class="amount"><span class="soft">{t!("支出")}" "</span>{money::headline(one.spent_fen)}</span>
            </a>
        </li>
    }
    .into_any()
}

fn below(about: &PlaceInFull) -> Option<AnyView> {
    let (title, kind) = match about.level {
        PlaceLevel::County => (t!("镇（街道）"), t!("镇的分类")),
        PlaceLevel::Town => (t!("村（社区）"), t!("村庄类型")),
        PlaceLevel::Village | PlaceLevel::City => return None,
    };
    let rows = about.below.iter().map(row).collect_view();
    Some(
        view! {
            <section id="places">
                <h2>{title}</h2>
                <div class="card scroll" role="region" tabindex="0" aria-label=title>
                    <table class="gifts">
                        <thead>
                            <tr>
                                <th scope="col">{title}</th>
                                <th scope="col">{kind}</th>
                                <th scope="col">{t!("公开的需求")}</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn row(one: &PlaceBelow) -> AnyView {
    let kind = one.class.map(TownClass::label).or_else(|| Some(one.village_type?.label()));
    let kind = kind.map_or_else(|| t!("暂无资料").to_owned(), text);
    view! {
        <tr>
            <th scope="row"><a href=href(&path(&one.code))>{one.name.clone()}</a></th>
            <td>{kind}</td>
            <td>{one.needs}</td>
        </tr>
    }
    .into_any()
}

fn facts(facts: &[PlaceFact]) -> AnyView {
    let mut years: Vec<i32> = facts.iter().map(|fact| fact.year).collect();
    years.sort_unstable();
    years.dedup();
    years.reverse();
    if years.is_empty() {
        return view! {
            <section id="facts">
                <h2>{t!("年度情况")}</h2>
                <p class="card empty">{t!("暂无资料（还没有导入名单）")}</p>
            </section>
        }
        .into_any();
    }
    let of = |indicator: PlaceIndicator, year: i32| {
        let value = facts.iter().find(|fact| fact.indicator == indicator && fact.year == year);
        value.map_or_else(|| "—".to_owned(), |fact| group_thousands(fact.value.unsigned_abs()))
    };
    let rows =
        PlaceIndicator::ALL.iter().filter(|one| facts.iter().any(|fact| fact.indicator == **one)).map(|indicator| {
            let heading = t!("{what}（{unit}）", what = text(indicator.label()), unit = text(indicator.unit()));
            let values = years.iter().map(|year| view! { <td>{of(*indicator, *year)}</td> }).collect_view();
            view! { <tr><th scope="row">{heading}</th>{values}</tr> }
        });
    let columns = years.iter().map(|year| view! { <th scope="col">{t!("{year} 年", year = year)}</th> }).collect_view();
    view! {
        <section id="facts">
            <h2>{t!("年度情况")}</h2>
            <div class="card">
                <div class="scroll" role="region" tabindex="0" aria-label=t!("年度情况")>
                    <table class="gifts">
                        <thead><tr><th scope="col">{t!("项目")}</th>{columns}</tr></thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
                {sources(facts)}
                <p class="hint">{t!("只有数目，没有个人信息。")}</p>
            </div>
        </section>
    }
    .into_any()
}

/// Which source says which numbers; one alone says all of them.
fn sources(facts: &[PlaceFact]) -> AnyView {
    let mut sources: Vec<(&Said, Vec<&PlaceFact>)> = Vec::new();
    for fact in facts {
        match sources.iter_mut().find(|(said, _)| **said == fact.said) {
            Some((_, own)) => own.push(fact),
            None => sources.push((&fact.said, vec![fact])),
        }
    }
    if let [(only, _)] = sources.as_slice() {
        return said(only);
    }
    let lines = sources.iter().map(|(of, own)| {
        let years = own.chunk_by(|one, next| one.year == next.year).map(|year| {
            let what: Vec<_> = year.iter().map(|fact| text(fact.indicator.label())).collect();
            t!("{year} 年：{what}", year = year[0].year, what = what.join(t!("、")))
        });
        let which = years.collect::<Vec<_>>().join(t!("；"));
        view! { <li>{which}{said(of)}</li> }
    });
    view! { <ul class="sources">{lines.collect_view()}</ul> }.into_any()
}
