//! A plan: what it is worth and what is proven of it, whole towns, villages with the reasons in words, on a map and in a
//! table; what has changed since; and the buttons that fix or forbid a pair.

use super::round::{against, compute_button, crumbs, not_found, sending_note, whole};
use crate::parts::field::{Field, problem, summary_of_row};
use crate::parts::reasons::{FORMULA, Reader, attribution, words};
use crate::parts::town_map::{Telling, map_of};
use crate::visit::{FormState, Page, Visit};
use crate::words::{as_of, href, instant, text};
use domain::api::ApiError;
use domain::api::rounds::{
    self, PlanQuery, PlanStale, PlannedPair, PlannedWish, RoundPairRule, RoundPlan, RoundProposal, RunResult,
};
use domain::coverage::CoverageState;
use domain::round::rule::RoundRuleKind;
use domain::round::setup::{BEST_ENTERPRISES, BEST_VILLAGES};
use leptos::prelude::*;
use std::cmp::Reverse;

/// Seconds after which the page of a plan that is being compared is asked for anew.
const COMPARED_AFTER: u8 = 3;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| not_found())?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    // A refused form is shown on the page of the list where it stands.
    let asked = |name: &str| visit.query(name).map_or_else(|| form.value(name).to_owned(), str::to_owned);
    let number = |name: &str| asked(name).parse().ok();
    let plan = visit.call(rounds::plan(id, &PlanQuery { run: number("run"), after: number("after") })).await?;
    let title = t!("{round}：第 {n} 次计算的方案", round = plan.round.name, n = plan.run.number);
    let body = view! {
        {summary_of_row(form, &row_of(form.value("enterprise"), form.value("place")))}
        {crumbs(Some(&plan.round))}
        <h1>{title.clone()}</h1>
        {done(visit)}
        {plan.sent.as_ref().map(sending_note)}
        {stale(&plan)}
        {comparing(&plan)}
        {worth(&plan)}
        {map(visit, &plan)}
        {wishes(&plan)}
        {pairs(visit, &plan, form)}
        {left(&plan)}
        <p class="soft as-of">{t!("截至 {at}", at = as_of(plan.as_of))}</p>
    };
    let page = Page::new(title, body.into_any());
    Ok(if plan.comparing { page.again_after(COMPARED_AFTER) } else { page })
}

/// A large round is not compared at once.
fn comparing(plan: &RoundPlan) -> Option<AnyView> {
    plan.comparing.then(|| {
        view! { <p class="note" role="status">{t!("正在核对需求、企业和得分有没有变化，核对完才能送出。页面会自己刷新。")}</p> }
            .into_any()
    })
}

fn done(visit: &Visit) -> Option<AnyView> {
    let says = match visit.query("done")? {
        "fixed" => t!("已指定这一对。重新计算后看得到代价。"),
        "forbidden" => t!("已排除这一对。重新计算后看得到代价。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

/// What has changed since, with the way to a new plan.
fn stale(plan: &RoundPlan) -> Option<AnyView> {
    if !plan.latest && plan.round.status.is_open() {
        let link = href(&format!("/rounds/{}/plan", plan.round.id));
        return Some(
            view! { <p class="note">{t!("这不是最新的方案。")}<a href=link>{t!("看最新的方案")}</a></p> }.into_any(),
        );
    }
    let PlanStale { rules, facts, pairs } = plan.stale?;
    let rules = rules.then(|| view! { <li>{t!("范围或条件改过。")}</li> });
    let facts = facts.then(|| {
        let concerned = if pairs == 0 {
            t!("需求、企业或得分有变化，方案里的组合没有受影响，但可能有更好的方案。").to_owned()
        } else {
            t!("需求、企业或得分有变化，方案里 {n} 个组合受影响，已在表里标出。", n = pairs)
        };
        view! { <li>{concerned}</li> }
    });
    let again = plan.may.change.then(|| compute_button(&plan.round, plan.version, (t!("重新计算"), false)));
    Some(
        view! {
            <div class="summary" role="status">
                <h2>{t!("方案已经过时，不能送出")}</h2>
                <ul>{rules}{facts}</ul>
                {again}
            </div>
        }
        .into_any(),
    )
}

/// What the plan is worth, step by step, and what is proven.
fn worth(plan: &RoundPlan) -> Option<AnyView> {
    let result = plan.run.result.as_ref()?;
    let send = plan.may.send.then(|| {
        let link = href(&format!("/rounds/{}/send?run={}", plan.round.id, plan.run.number));
        view! { <a class="button" href=link>{t!("送出为结对意向（{n} 件）", n = result.proposals())}</a> }
    });
    let seconds = format!("{}.{:01}", result.milliseconds / 1_000, result.milliseconds % 1_000 / 100);
    let mut lines = vec![(t!("总分"), result.value.to_string())];
    if result.wishes > 0 {
        let taken = t!(
            "{taken} / {all} 个意向，{value} 分",
            taken = result.wishes_taken,
            all = result.wishes,
            value = result.wishes_value
        );
        let pairs = t!("{n} 对，{value} 分", n = result.pairs, value = result.pairs_value);
        lines.push((t!("第一步：包镇"), taken));
        lines.push((t!("第二步：村企组合"), pairs));
        lines.push((t!("放宽包镇“全有或全无”后的最优值"), result.relaxed.to_string()));
    } else {
        lines.push((t!("村企组合"), t!("{n} 对", n = result.pairs)));
    }
    lines.extend([
        (t!("任何方案最多"), result.bound.to_string()),
        (t!("差距"), gap(result)),
        (
            t!("参加的"),
            t!(
                "{enterprises} 家企业、{villages} 个村（社区），{candidates} 个候选组合",
                enterprises = result.enterprises,
                villages = result.villages,
                candidates = result.candidates
            ),
        ),
        (
            t!("计算"),
            t!("{seconds} 秒，{n} 步，{at}", seconds = seconds, n = result.nodes, at = instant(plan.run.asked_at)),
        ),
        (t!("输入的指纹"), result.input.chars().take(16).collect()),
    ]);
    let lines = lines.into_iter().map(|(label, value)| view! { <div><dt>{label}</dt><dd>{value}</dd></div> });
    let best = t!(
        "候选组合是每家企业得分最高的 {villages} 个村和每个村得分最高的 {enterprises} 家企业；一对的得分是企业对村里最合适的一条需求的得分。同样的输入得到同样的方案。",
        villages = BEST_VILLAGES,
        enterprises = BEST_ENTERPRISES
    );
    Some(
        view! {
            <section class="card facts across">
                <dl>{lines.collect_view()}</dl>
                {against(result)}
                <p class="soft">{best}" "<a href=href(FORMULA)>{t!("得分怎样算")}</a></p>
                <p class="buttons">{send}</p>
            </section>
        }
        .into_any(),
    )
}

fn gap(result: &RunResult) -> String {
    if result.gap == 0 {
        t!("0，已证明没有更好的方案").to_owned()
    } else {
        t!("{gap}，更好的方案最多多这些分", gap = result.gap)
    }
}

fn map(visit: &Visit, plan: &RoundPlan) -> Option<AnyView> {
    let telling = Telling {
        caption: t!("各县（市、区）参加的村（社区）有安排的占多少，各镇（街道）安排到什么程度"),
        county: |county, of| {
            t!("{county}：参加的 {all} 个村中 {n} 个有安排", county = county, all = of.whole, n = of.part)
        },
        state: |state| {
            let says = match state {
                CoverageState::Empty => t!("没有村参加"),
                CoverageState::None => t!("都没有安排"),
                CoverageState::Part => t!("部分有安排"),
                CoverageState::All => t!("都有安排"),
            };
            says.to_owned()
        },
        links: false,
    };
    map_of(visit, &plan.counties, &plan.towns, &telling)
}

fn wishes(plan: &RoundPlan) -> Option<AnyView> {
    if plan.wishes.is_empty() {
        return None;
    }
    let rows = plan.wishes.iter().map(wish).collect_view();
    Some(
        view! {
            <section>
                <h2>{t!("包镇")}</h2>
                <div class="card scroll" role="region" tabindex="0" aria-label=t!("包镇")>
                    <table>
                        <thead><tr>
                            <th scope="col">{t!("镇（街道）")}</th>
                            <th scope="col">{t!("企业")}</th>
                            <th scope="col">{t!("结果")}</th>
                            <th scope="col">{t!("得分")}</th>
                        </tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </section>
        }
        .into_any(),
    )
}

fn wish(wish: &PlannedWish) -> AnyView {
    let outcome = match wish.left {
        None => t!("包镇，{n} 个村（社区）", n = wish.villages),
        Some(left) => t!("没有采用：{why}", why = text(left.label())),
    };
    view! {
        <tr>
            <th scope="row">{whole(&wish.town)}</th>
            <td>{wish.enterprise_name.clone()}</td>
            <td>{outcome}{wish.proposal.as_ref().map(proposal)}</td>
            <td>{wish.score}</td>
        </tr>
    }
    .into_any()
}

/// What became of it when it was sent.
fn proposal(proposal: &RoundProposal) -> AnyView {
    match proposal.pairing {
        Some(pairing) => {
            let link = href(&format!("/pairings/{pairing}"));
            view! { <p><a href=link>{t!("打开结对意向")}</a></p> }.into_any()
        }
        None => view! { <p class="problem">{t!("没能送出：{why}", why = text(&proposal.says))}</p> }.into_any(),
    }
}

fn pairs(visit: &Visit, plan: &RoundPlan, form: &FormState) -> AnyView {
    let rows = if plan.pairs.is_empty() {
        view! { <p class="card empty">{t!("方案里没有村企组合。")}</p> }.into_any()
    } else {
        let rows = plan.pairs.iter().map(|pair| row((visit, plan), pair, form)).collect_view();
        view! {
            <div class="card scroll planned" role="region" tabindex="0" aria-label=t!("村企组合")>
                <table>
                    <thead><tr>
                        <th scope="col">{t!("村（社区）")}</th>
                        <th scope="col">{t!("企业")}</th>
                        <th scope="col">{t!("理由")}</th>
                        <th scope="col">{t!("得分")}</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    let next = plan.next.map(|next| {
        let link = href(&format!("{}?run={}&after={next}", visit.path, plan.run.number));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    view! {
        <section>
            <h2>{t!("村企组合")}</h2>
            {rows}
            {next}
            {attribution(plan.pairs.iter().flat_map(|pair| &pair.reasons))}
        </section>
    }
    .into_any()
}

fn row((visit, plan): (&Visit, &RoundPlan), pair: &PlannedPair, form: &FormState) -> AnyView {
    let fixed = pair.fixed.then(|| view! { <span class="tag">{t!("指定的")}</span> });
    let changes = pair.changes.iter().map(|change| {
        view! { <span class="tag status">{text(change.label())}</span> }
    });
    let need = pair.need.as_ref().map(|need| {
        let link = href(&format!("/needs/{}", need.id));
        view! { <p><a href=link>{need.title.clone()}</a></p> }
    });
    let decision = match &pair.rule {
        Some(rule) => Some(decided(pair, rule)),
        None => plan.may.change.then(|| decide((visit, plan), pair, form)),
    };
    view! {
        <tr>
            <th scope="row">{whole(&pair.village)}</th>
            <td class="wraps">
                {pair.enterprise_name.clone()}
                <span class="tags">{fixed}{changes.collect_view()}</span>
            </td>
            <td class="wraps">{need}{reasons(pair)}{pair.proposal.as_ref().map(proposal)}{decision}</td>
            <td>{pair.score}</td>
        </tr>
    }
    .into_any()
}

fn reasons(pair: &PlannedPair) -> AnyView {
    let mut all: Vec<_> = pair.reasons.iter().collect();
    all.sort_by_key(|reason| Reverse(reason.worth()));
    let lines = all.into_iter().map(|reason| view! { <li>{words(reason, Reader::Between)}</li> }).collect_view();
    let hidden = (pair.hidden > 0).then(|| {
        view! { <p class="soft">{t!("另有 {n} 条理由出自企业自己的资料，只有它所在地的工商联能看。", n = pair.hidden)}</p> }
    });
    let none = (pair.reasons.is_empty() && pair.hidden == 0).then(|| {
        view! { <p class="soft">{t!("没有理由：是指定的，村里没有合适的需求。")}</p> }
    });
    view! { <ul class="reasons">{lines}</ul>{hidden}{none} }.into_any()
}

/// What the form of a pair is known by on its page.
fn row_of(enterprise: &str, village: &str) -> String {
    if enterprise.is_empty() { String::new() } else { format!("{enterprise}-{village}") }
}

/// The rule that counts for a pair, with its reason; of one that this plan was not computed with, when it will be seen.
fn decided(pair: &PlannedPair, rule: &RoundPairRule) -> AnyView {
    let says = match (rule.kind, pair.fixed) {
        (RoundRuleKind::Fixed, true) => None,
        (RoundRuleKind::Fixed, false) => Some(t!("已指定，重新计算后看得到代价。")),
        _ => Some(t!("已排除，重新计算后看得到代价。")),
    };
    let why = (!rule.why.is_empty()).then(|| t!("理由：{why}", why = rule.why));
    view! { <p class="soft">{says}{why}</p> }.into_any()
}

/// Fix or forbid: a rule of the round, which counts when a plan is computed anew.
fn decide((visit, plan): (&Visit, &RoundPlan), pair: &PlannedPair, form: &FormState) -> AnyView {
    let (enterprise, village) = (pair.enterprise.to_string(), pair.village.code.to_string());
    let refused = form.value("enterprise") == enterprise && form.value("place") == village;
    let empty = FormState::default();
    let own = if refused { form } else { &empty };
    let row = row_of(&enterprise, &village);
    let one = |kind: RoundRuleKind, label: &'static str| {
        let told = t!(
            "{label}：{enterprise} 和 {village}",
            label = label,
            enterprise = pair.enterprise_name,
            village = whole(&pair.village)
        );
        view! { <button class="button quiet" name="kind" value=kind.as_str() aria-label=told>{label}</button> }
    };
    view! {
        <details open=refused>
            <summary id=format!("place-{row}")>{t!("指定或排除")}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="run" value=plan.run.number />
                <input type="hidden" name="after" value=visit.query("after").unwrap_or(own.value("after")).to_owned() />
                <input type="hidden" name="enterprise" value=enterprise.clone() />
                <input type="hidden" name="place" value=village />
                {problem(own, "place")}
                {problem(own, "enterprise")}
                {Field::new(own, "why", t!("为什么（可以不填）")).of_row(&row).text()}
                <p class="buttons">
                    {one(RoundRuleKind::Fixed, t!("指定"))}
                    {one(RoundRuleKind::Forbidden, t!("排除"))}
                </p>
            </form>
        </details>
    }
    .into_any()
}

/// Who got nothing, and what was left out by itself.
fn left(plan: &RoundPlan) -> AnyView {
    let says = t!(
        "{enterprises} 家企业和 {villages} 个村（社区）这次没有安排。",
        enterprises = plan.enterprises_left,
        villages = plan.villages_left
    );
    let excluded = (plan.excluded_count > 0).then(|| {
        let rows = plan.excluded.iter().map(|one| {
            let village = whole(&one.village);
            view! { <li>{one.enterprise_name.clone()}" — "{village}"："{text(one.kind.label())}</li> }
        });
        view! {
            <details>
                <summary>{t!("自动排除的组合（{n}）", n = plan.excluded_count)}</summary>
                <ul>{rows.collect_view()}</ul>
            </details>
        }
    });
    view! { <section><p>{says}</p>{excluded}</section> }.into_any()
}
