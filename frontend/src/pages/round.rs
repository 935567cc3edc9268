//! Matching rounds: the list, and one round with its next step, its rules and what was computed.

use super::round_rules;
use crate::parts::field::summary_of_row;
use crate::visit::{FormState, Page, Visit};
use crate::words::{as_of, href, instant, text};
use domain::api::needs::Where;
use domain::api::rounds::{
    self, MatchingRound, MatchingRoundRow, RoundConflict, RoundRun, RoundSending, RunConflict, RunResult,
};
use domain::api::{ApiError, ErrorCode};
use domain::organisation::Role;
use domain::round::rule::RoundConflictKind;
use domain::round::setup::{RoundEnterprises, RoundStatus, RunStatus};
use leptos::prelude::*;

/// Seconds after which the page of something that is under way is asked for anew.
const AGAIN_AFTER: u8 = 2;

pub const FEDERATION: [Role; 2] = [Role::FederationCounty, Role::FederationCity];

/// Who reads rounds.
pub const READERS: [Role; 3] = [Role::FederationCounty, Role::FederationCity, Role::Auditor];

pub fn not_found() -> ApiError {
    ApiError::new(ErrorCode::NotFound, "没有找到")
}

/// The way back: to the list, and to the round where one is deeper inside.
pub fn crumbs(round: Option<&MatchingRoundRow>) -> AnyView {
    let round = round.map(|round| {
        let link = href(&format!("/rounds/{}", round.id));
        view! { <a href=link>{round.name.clone()}</a> }
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            <a href=href("/rounds")>{t!("对接轮次")}</a>
            {round}
        </nav>
    }
    .into_any()
}

/// A place with what it lies in, in one line.
pub fn whole(place: &Where) -> String {
    let parts = [&place.county, &place.town, &place.village];
    let parts: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { t!("全市").to_owned() } else { parts.join(" · ") }
}

pub async fn list(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(rounds::list()).await?;
    let may = visit.has(&FEDERATION);
    let rows = if list.items.is_empty() {
        let says = if may {
            t!("还没有对接轮次。点“新建一轮对接”，选好地方和企业，平台算出总分最高的方案。")
        } else {
            t!("还没有对接轮次。")
        };
        view! { <p class="card empty">{says}</p> }.into_any()
    } else {
        view! { <ul class="rows card">{list.items.iter().map(row).collect_view()}</ul> }.into_any()
    };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("对接轮次")}</h1>
            {may.then(|| view! { <a class="button" href=href("/rounds/new")>{t!("新建一轮对接")}</a> })}
        </div>
        <p class="soft">{t!("把一批企业和一批村（社区）一起对接：按公开的得分算出总分最高的方案，看过理由、改过条件，再作为结对意向送出。双方同意才结对，完全自愿。")}</p>
        {rows}
    };
    Ok(Page::new(t!("对接轮次"), body.into_any()))
}

fn row(row: &MatchingRoundRow) -> AnyView {
    let latest = row.latest.filter(|_| row.status.is_open()).map(|latest| {
        view! { <span class="tag">{text(latest.label())}</span> }
    });
    view! {
        <li>
            <a class="need" href=href(&format!("/rounds/{}", row.id))>
                <span class="what">
                    <span class="tags"><span class="tag status">{text(row.status.label())}</span>{latest}</span>
                    <b>{row.name.clone()}</b>
                    <span class="soft">{whole(&row.place)}" · "{row.by.clone()}" · "{instant(row.made_at)}</span>
                </span>
                <span class="amount">{t!("计算 {n} 次", n = row.runs)}</span>
            </a>
        </li>
    }
    .into_any()
}

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id = id.parse().map_err(|_| not_found())?;
    let round = visit.call(rounds::get(id)).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let still = visit.query("still").is_some();
    let under_way = round.under_way().is_some() || round.row.status == RoundStatus::Sending;
    let rules = round_rules::section(visit, &round, form).await?;
    let body = view! {
        {summary_of_row(form, form.value("kind"))}
        {crumbs(None)}
        <div class="head">
            <h1>{round.row.name.clone()}</h1>
            <span class="tags"><span class="tag status">{text(round.row.status.label())}</span></span>
        </div>
        {done(visit)}
        {round.sent.as_ref().map(|sent| sending(&round, sent))}
        {next_step(visit, &round, still)}
        {facts(&round)}
        {rules}
        {computed(&round)}
        {close(visit, &round)}
    };
    let page = Page::new(round.row.name.clone(), body.into_any());
    Ok(if under_way && !still { page.again_after(AGAIN_AFTER) } else { page })
}

fn done(visit: &Visit) -> Option<AnyView> {
    let says = match visit.query("done")? {
        "started" => t!("已新建。可以先加条件，再计算。"),
        "changed" => t!("已修改。"),
        "added" => t!("已加上这个条件。"),
        "dropped" => t!("已取消这个条件。"),
        "cancelled" => t!("已取消计算。"),
        "closed" => t!("已关闭。"),
        "sent" => t!("已送出，结对意向正在一件一件发出。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

/// That a plan was sent, by whom and when.
pub fn sending_note(sent: &RoundSending) -> AnyView {
    let says = t!(
        "{by}于 {at} 送出第 {n} 次计算的方案，共 {all} 件结对意向。",
        by = sent.by,
        at = instant(sent.at),
        n = sent.run,
        all = sent.proposals
    );
    view! { <p class="done">{says}</p> }.into_any()
}

/// How far the sending is.
fn sending(round: &MatchingRound, sent: &RoundSending) -> AnyView {
    let gone = sent.made + sent.refused;
    let progress = sent.done_at.is_none().then(|| {
        view! {
            <p><label for="progress">{t!("正在送出：{n} / {all} 件。可以离开这一页。", n = gone, all = sent.proposals)}</label></p>
            <p><progress id="progress" max=sent.proposals value=gone></progress></p>
        }
    });
    let refused = (sent.refused > 0).then(|| {
        view! { <p class="note">{t!("{n} 件没能送出，原因写在方案里每一行。", n = sent.refused)}</p> }
    });
    let plan = href(&format!("/rounds/{}/plan?run={}", round.row.id, sent.run));
    view! {
        <section class="card" aria-live="polite">
            {sending_note(sent)}
            {progress}
            {refused}
            <p class="buttons">
                <a class="button" href=plan>{t!("看送出的方案")}</a>
                <a class="button quiet" href=href("/pairings")>{t!("结对")}</a>
            </p>
        </section>
    }
    .into_any()
}

/// What can be done now: wait, look at the plan, mend what conflicts, compute.
fn next_step(visit: &Visit, round: &MatchingRound, still: bool) -> Option<AnyView> {
    if !round.row.status.is_open() {
        return None;
    }
    if let Some(run) = round.under_way() {
        return Some(progress(visit, round, run, still));
    }
    let latest = round.computed.first();
    let told = latest.map(|run| outcome(round, run));
    let stale = round.planned().is_some_and(|run| run.version != round.version);
    let stale = stale.then(|| {
        view! { <p class="note">{t!("最新的方案之后改过范围或条件。请重新计算，才能送出。")}</p> }
    });
    let nobody = (round.takes_part.enterprises == 0 || round.takes_part.villages == 0).then(|| {
        view! { <p class="note">{t!("现在没有参加的企业或村（社区），算不出方案。请修改范围，或按名称加入。")}</p> }
    });
    let again = if latest.is_some() { t!("重新计算") } else { t!("计算方案") };
    // Where there is a plan of what is set out now, looking at it comes first.
    let done = latest.is_some_and(|run| run.result.is_some() && run.version == round.version);
    let compute = round.may.change.then(|| compute_button(&round.row, round.version, (again, done)));
    Some(view! { <section class="card">{told}{stale}{nobody}{compute}</section> }.into_any())
}

/// The button that asks for a plan of what is set out now; a quiet one where something else comes first.
pub fn compute_button(row: &MatchingRoundRow, version: i32, (label, quiet): (&'static str, bool)) -> AnyView {
    view! {
        <form method="post" action=href(&format!("/rounds/{}", row.id))>
            <input type="hidden" name="action" value="compute" />
            <input type="hidden" name="version" value=version />
            <button class="button" class:quiet=quiet>{label}</button>
        </form>
    }
    .into_any()
}

fn progress(visit: &Visit, round: &MatchingRound, run: &RoundRun, still: bool) -> AnyView {
    let path = href(&visit.path);
    let says = match (run.status, run.progress) {
        (RunStatus::Waiting, _) => t!("正在排队等待计算。").to_owned(),
        (_, None) => t!("正在给每一对企业和村打分。").to_owned(),
        (_, Some(progress)) => {
            let step = t!("正在计算：{phase}，第 {n} 步。", phase = text(progress.phase.label()), n = progress.nodes);
            let found = match (progress.value, progress.bound) {
                (Some(value), Some(bound)) => {
                    t!("已找到 {value} 分的方案，最多可能 {bound} 分。", value = value, bound = bound)
                }
                (None, Some(bound)) => t!("最多可能 {bound} 分。", bound = bound),
                _ => String::new(),
            };
            format!("{step}{found}")
        }
    };
    let link = if still {
        view! { <a href=path.clone()>{t!("刷新，看最新进度")}</a> }.into_any()
    } else {
        view! { <a href=format!("{path}?still=1")>{t!("停止自动刷新")}</a> }.into_any()
    };
    let cancel = round.may.change.then(|| {
        view! {
            <form method="post" action=path.clone()>
                <input type="hidden" name="action" value="cancel" />
                <button class="button quiet">{t!("取消计算")}</button>
            </form>
        }
    });
    view! {
        <section class="card" aria-live="polite">
            <p><label for="progress">{says}</label></p>
            <p><progress id="progress"></progress></p>
            <p class="soft">{t!("可以离开这一页，计算会继续。")}{link}</p>
            {cancel}
        </section>
    }
    .into_any()
}

/// What came of a computation, with the way on.
fn outcome(round: &MatchingRound, run: &RoundRun) -> AnyView {
    if let Some(result) = &run.result {
        let plan = href(&format!("/rounds/{}/plan?run={}", round.row.id, run.number));
        let says = t!(
            "第 {n} 次计算得出方案：{pairs} 个村企组合，{wishes} 个包镇，总分 {value}。",
            n = run.number,
            pairs = result.pairs,
            wishes = result.wishes_taken,
            value = result.value
        );
        return view! {
            <p><b>{says}</b></p>
            {against(result)}
            <p><a class="button" href=plan>{t!("看方案和理由")}</a></p>
        }
        .into_any();
    }
    if let Some(conflict) = &run.conflict {
        return contradiction(conflict);
    }
    let says = (!run.says.is_empty()).then(|| view! { <p>{text(&run.says)}</p> });
    view! { <p><b>{t!("第 {n} 次计算：{status}", n = run.number, status = text(run.status.label()))}</b></p>{says} }
        .into_any()
}

/// What other rules cost or brought.
pub fn against(result: &RunResult) -> Option<AnyView> {
    let against = result.against?;
    let says = match against.difference {
        0 => t!("和第 {n} 次的总分一样。", n = against.number),
        less if less < 0 => t!("比第 {n} 次少 {points} 分。", n = against.number, points = less.unsigned_abs()),
        more => t!("比第 {n} 次多 {points} 分。", n = against.number, points = more),
    };
    let others = (!against.same_facts).then(|| t!("参加的企业、村或得分也和那次不同，差别不全是条件造成的。"));
    Some(view! { <p>{says}{others}</p> }.into_any())
}

/// The rules that cannot hold together, in words.
pub fn contradiction(conflict: &RunConflict) -> AnyView {
    let rules = conflict.rules.iter().map(|rule| view! { <li>{in_words(rule)}</li> }).collect_view();
    let says = if conflict.smallest {
        t!("这些条件不能同时成立。放宽或取消其中任何一个，其余的就能成立：")
    } else {
        t!("这些条件不能同时成立（在时限内没有找全最小的一组）：")
    };
    view! { <div class="summary" role="status"><h2>{t!("条件互相矛盾")}</h2><p>{says}</p><ul>{rules}</ul></div> }
        .into_any()
}

fn in_words(rule: &RoundConflict) -> String {
    let enterprise = rule.enterprise.clone().unwrap_or_default();
    let place = rule.place.as_ref().map(whole).unwrap_or_default();
    let n = rule.number.unwrap_or_default();
    match rule.kind {
        RoundConflictKind::Fixed => t!("指定 {enterprise} 和 {place} 结对", enterprise = enterprise, place = place),
        RoundConflictKind::Forbidden if rule.by_itself => t!(
            "{enterprise} 和 {place} 自动排除（已经结对、正在商谈，或企业标过“不合适”）",
            enterprise = enterprise,
            place = place
        ),
        RoundConflictKind::Forbidden => t!("排除 {enterprise} 和 {place}", enterprise = enterprise, place = place),
        RoundConflictKind::GroupFloor => t!("{place} 至少 {n} 对", place = place, n = n),
        RoundConflictKind::VillageMinimum => t!("{place} 至少 {n} 家企业", place = place, n = n),
        RoundConflictKind::EnterpriseMinimum => t!("{enterprise} 至少 {n} 个村", enterprise = enterprise, n = n),
        RoundConflictKind::VillageCapacity => t!("{place} 最多 {n} 家企业", place = place, n = n),
        RoundConflictKind::EnterpriseCapacity => t!("{enterprise} 最多 {n} 个村", enterprise = enterprise, n = n),
        RoundConflictKind::EnterpriseOut => t!("{enterprise} 现在没有通过认证", enterprise = enterprise),
    }
}

fn names(places: &[domain::api::offers::NamedPlace]) -> String {
    places.iter().map(|place| place.name.as_str()).collect::<Vec<_>>().join(t!("、"))
}

fn labels<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.map(text).collect::<Vec<_>>().join(t!("、"))
}

/// What is set out.
fn facts(round: &MatchingRound) -> AnyView {
    let setup = &round.setup;
    let any = |said: String| if said.is_empty() { t!("不限").to_owned() } else { said };
    let mut lines = vec![
        (t!("地方"), names(&round.places)),
        (t!("需求的领域"), any(labels(setup.fields.iter().map(|field| field.label())))),
        (t!("参加的村（社区）"), text(setup.villages.label())),
        (t!("参加的企业"), text(setup.enterprises.label())),
    ];
    if setup.enterprises == RoundEnterprises::All {
        lines.push((t!("企业基地在"), any(names(&round.counties))));
        lines.push((t!("企业的行业"), any(labels(setup.industries.iter().map(|industry| industry.label())))));
    }
    let (least, most) = (setup.enterprise_minimum, setup.enterprise_capacity);
    lines.push((t!("每家企业"), t!("最少 {least} 个村，最多 {most} 个村", least = least, most = most)));
    lines.push((t!("每个村（社区）"), t!("最多 {most} 家企业", most = setup.village_capacity)));
    let floor = if setup.floor == 0 {
        t!("没有").to_owned()
    } else {
        t!("{group}至少 {n} 对", group = text(setup.group.label()), n = setup.floor)
    };
    lines.push((t!("公平保底"), floor));
    let lines = lines.into_iter().map(|(label, value)| view! { <dt>{label}</dt><dd>{value}</dd> });
    let edit = round.may.change.then(|| {
        let link = href(&format!("/rounds/{}/edit", round.row.id));
        view! { <a class="button quiet" href=link>{t!("修改范围")}</a> }
    });
    let takes_part = t!(
        "现在有 {enterprises} 家企业、{villages} 个村（社区）参加。",
        enterprises = round.takes_part.enterprises,
        villages = round.takes_part.villages
    );
    view! {
        <section class="card facts">
            <div class="head"><h2>{t!("范围")}</h2>{edit}</div>
            <dl>{lines.collect_view()}</dl>
            <p>{takes_part}</p>
            <p class="soft as-of">{t!("截至 {at}", at = as_of(round.as_of))}</p>
        </section>
    }
    .into_any()
}

fn computed(round: &MatchingRound) -> Option<AnyView> {
    if round.computed.is_empty() {
        return None;
    }
    let rows = round.computed.iter().map(|run| {
        let status = view! { <span class="tag status">{text(run.status.label())}</span> };
        let says = run.result.as_ref().map(|result| {
            t!("总分 {value}，差距 {gap}，{n} 件", value = result.value, gap = result.gap, n = result.proposals())
        });
        let what = view! {
            <span class="what">
                <span class="tags">{status}</span>
                <b>{t!("第 {n} 次计算", n = run.number)}</b>
                <span class="soft">{run.by.clone()}" · "{instant(run.asked_at)}</span>
            </span>
            <span class="amount">{says}</span>
        };
        if run.result.is_some() {
            let link = href(&format!("/rounds/{}/plan?run={}", round.row.id, run.number));
            view! { <li><a class="need" href=link>{what}</a></li> }.into_any()
        } else {
            view! { <li><span class="need">{what}</span></li> }.into_any()
        }
    });
    Some(
        view! {
            <section>
                <h2>{t!("历次计算")}</h2>
                <ul class="rows card">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}

fn close(visit: &Visit, round: &MatchingRound) -> Option<AnyView> {
    if !round.may.change {
        return None;
    }
    Some(
        view! {
            <details class="card">
                <summary>{t!("关闭这一轮")}</summary>
                <form method="post" action=href(&visit.path)>
                    <input type="hidden" name="action" value="close" />
                    <input type="hidden" name="version" value=round.version />
                    <p>{t!("关闭后不再计算，也不送出；记录留着。要再对接，请新建一轮。")}</p>
                    <button class="button quiet">{t!("关闭这一轮，不送出")}</button>
                </form>
            </details>
        }
        .into_any(),
    )
}
