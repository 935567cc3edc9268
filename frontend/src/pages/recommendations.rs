//! Needs that fit an enterprise, with the reasons; what it has set aside; and, on a need's page, the offers that fit it.

use crate::parts::field::{Field, summary};
use crate::parts::need_row::need_link;
use crate::parts::offer_row::offer_row;
use crate::parts::reasons::{FORMULA, Reader, attribution, reasons};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use chrono::{DateTime, FixedOffset, Utc};
use domain::api::matching::{self, Dismissal, FittingOffer, Recommendation, WhyDismissed};
use domain::api::needs::Need;
use domain::api::{ApiError, ErrorCode, List};
use domain::matching::dismissal::DismissalReason;
use domain::matching::outlook::{OFFERS_JUDGED, OFFERS_NAMED};
use domain::organisation::Role;
use leptos::prelude::*;

const PATH: &str = "/recommendations";
/// Of the best, as many as the page shows at first.
const FIRST: usize = 10;
/// Of the best, as many as the page of one's work shows.
const ON_WORK: usize = 3;
/// Of the fitting offers, as many as a need's page shows at first.
const ON_NEED: usize = 5;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let found = visit.call(matching::recommendations()).await?;
    let aside = visit.call(matching::dismissals()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").and_then(done_message);
    let place = |need: Option<&str>| found.items.iter().position(|one| Some(one.need.id.to_string().as_str()) == need);
    // The one that is being set aside, and the one behind which somebody just did that.
    let (asked, next) = (place(visit.query("aside").or(Some(form.value("need")))), place(visit.query("next")));
    let beyond = asked.max(next).is_some_and(|place| place >= FIRST);
    let all = beyond || visit.query("all") == Some("1") || form.value("all") == "1";
    let shown = &found.items[..if all { found.items.len() } else { found.items.len().min(FIRST) }];
    let list = if shown.is_empty() {
        view! {
            <p class="card empty">{t!("现在没有可推荐的需求。资料改宽一些，或直接到“找需求”里找。")}</p>
        }
        .into_any()
    } else {
        let cards = shown.iter().enumerate().map(|(place, one)| {
            let message = done.filter(|_| next == Some(place)).map(said);
            let follows = found.items.get(place + 1).or_else(|| found.items.get(place.checked_sub(1)?));
            let aside = if asked == Some(place) { dismiss(form, one, follows, all) } else { unfit(one, all) };
            card(one, (message, Some(aside)))
        });
        view! { <ol class="fitting">{cards.collect_view()}</ol> }.into_any()
    };
    let more = (shown.len() < found.items.len()).then(|| {
        let first = found.items.get(shown.len()).map(|one| format!("#{}", anchor(one))).unwrap_or_default();
        let link = href(&format!("{PATH}?all=1{first}"));
        view! { <p><a class="button quiet" href=link>{t!("看另外 {n} 条", n = found.items.len() - shown.len())}</a></p> }
    });
    let source = attribution(shown.iter().flat_map(|one| &one.reasons));
    let title = t!("推荐的需求");
    let body = view! {
        {done.filter(|_| next.is_none()).map(said)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{title}</h1>
            <span class="buttons"><a class="button quiet" href=href("/work/profile")>{t!("对接资料")}</a></span>
        </div>
        <p class="soft">
            {t!("按公开的公式排列，每条理由都来自资料和需求本身。推荐不是要求：捐不捐、捐多少由您决定。")}
            " "<a href=href(FORMULA)>{t!("怎样推荐")}</a>
        </p>
        {(!found.has_profile).then(no_profile)}
        {summary(form)}
        {list}
        {more}
        {source}
        {set_aside(&aside)}
    };
    Ok(Page::new(title, body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "profile" => Some(t!("资料已保存，下面是按它推荐的。")),
        "dismissed" => Some(t!("已标为“不合适”，不再推荐。要撤销，见本页下方。")),
        "undone" => Some(t!("已撤销，这条需求又可以被推荐。")),
        _ => None,
    }
}

fn said(message: &'static str) -> AnyView {
    view! { <p class="done" role="status">{message}</p> }.into_any()
}

fn no_profile() -> AnyView {
    view! {
        <p class="note">
            {t!("还没有填对接资料，现在只看登记的行业、企业名称和发布的供给意向，以及“还没有企业认捐”等公平的理由。")}
            " "<a href=href("/work/profile")>{t!("填写对接资料")}</a>
        </p>
    }
    .into_any()
}

/// Where on the page a need stands.
fn anchor(one: &Recommendation) -> String {
    format!("need-{}", one.need.id)
}

/// One need with its reasons; before it what was done just now, behind it a way to set it aside, where those are wanted.
fn card(one: &Recommendation, (done, aside): (Option<AnyView>, Option<AnyView>)) -> AnyView {
    view! {
        <li class="card fits" id=anchor(one)>
            {done}
            {need_link(&one.need, false)}
            <div class="why">
                {reasons(&one.reasons, one.score, Reader::Enterprise)}
                {aside}
            </div>
        </li>
    }
    .into_any()
}

/// The way to set a need aside: one form stands on the page, behind this link.
fn unfit(one: &Recommendation, all: bool) -> AnyView {
    let all = if all { "&all=1" } else { "" };
    let link = href(&format!("{PATH}?aside={}{all}#{}", one.need.id, anchor(one)));
    let label = t!("不合适？{title}", title = one.need.title);
    view! { <p class="unfit"><a href=link aria-label=label>{t!("不合适？")}</a></p> }.into_any()
}

/// The form that sets a need aside, and then leads on to the one that `follows`.
fn dismiss(form: &FormState, one: &Recommendation, follows: Option<&Recommendation>, all: bool) -> AnyView {
    let choices = DismissalReason::ALL.iter().map(|why| (why.to_string(), text(why.label()))).collect();
    let back = href(&format!("{PATH}{}#{}", if all { "?all=1" } else { "" }, anchor(one)));
    view! {
        <form method="post" action=href(PATH)>
            <input type="hidden" name="need" value=one.need.id.to_string() />
            {follows.map(|next| view! { <input type="hidden" name="next" value=next.need.id.to_string() /> })}
            {all.then(|| view! { <input type="hidden" name="all" value="1" /> })}
            {Field::new(form, "why", t!("为什么不合适")).select(t!("请选择"), choices)}
            {Field::new(form, "note", t!("说明（选“其他”时要写）"))
                .hint(t!("原因和说明只有本企业和工商联看得到，村里看不到。")).area(2)}
            <div class="buttons">
                <button class="button" name="action" value="dismiss">{t!("不再推荐这条")}</button>
                <a class="button quiet" href=back>{t!("不标了")}</a>
            </div>
        </form>
    }
    .into_any()
}

/// What the enterprise has set aside, with a button that takes each back.
fn set_aside(aside: &List<Dismissal>) -> Option<AnyView> {
    if aside.items.is_empty() {
        return None;
    }
    let rows = aside.items.iter().map(|said| {
        let title = said.need.title.clone();
        let link = href(&format!("/needs/{}", said.need.code.clone().unwrap_or_else(|| said.need.id.to_string())));
        let label = t!("撤销：{title}", title = title);
        view! {
            <li>
                <span class="what">
                    <a href=link>{title}</a>
                    <span class="soft">{text(said.why.label())}" · "{date(day(said.at))}</span>
                    {(!said.note.is_empty()).then(|| view! { <span class="soft">{said.note.clone()}</span> })}
                </span>
                <form method="post" action=href(PATH)>
                    <input type="hidden" name="need" value=said.need.id.to_string() />
                    <button class="button quiet" name="action" value="undo" aria-label=label>{t!("撤销")}</button>
                </form>
            </li>
        }
    });
    Some(
        view! {
            <details class="opens" id="aside">
                <summary>{t!("标为“不合适”的需求（{n}）", n = aside.count)}</summary>
                <ul class="rows card undo">{rows.collect_view()}</ul>
            </details>
        }
        .into_any(),
    )
}

/// The day of an instant in Shanghai.
fn day(at: DateTime<Utc>) -> chrono::NaiveDate {
    let offset = FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| unreachable!("eight hours is an offset"));
    at.with_timezone(&offset).date_naive()
}

/// The best few, on the page of an enterprise's work.
pub async fn best(visit: &Visit) -> Result<AnyView, ApiError> {
    let found = visit.call(matching::recommendations()).await?;
    let shown = &found.items[..found.items.len().min(ON_WORK)];
    let list = if shown.is_empty() {
        view! { <p class="card empty">{t!("现在没有可推荐的需求。")}</p> }.into_any()
    } else {
        view! { <ol class="fitting">{shown.iter().map(|one| card(one, (None, None))).collect_view()}</ol> }.into_any()
    };
    let more = (found.items.len() > shown.len()).then(|| {
        view! { <p><a href=href(PATH)>{t!("看全部推荐")}</a></p> }
    });
    Ok(view! {
        <section id="recommended">
            <div class="head">
                <h2>{t!("推荐的需求")}</h2>
                <a class="button quiet" href=href("/work/profile")>{t!("对接资料")}</a>
            </div>
            {(!found.has_profile).then(no_profile)}
            {list}
            {attribution(shown.iter().flat_map(|one| &one.reasons))}
            {more}
        </section>
    }
    .into_any())
}

/// On a need's page, for its own village and its federation: the offers that fit, and for the federation why enterprises
/// have set it aside.
pub async fn of_need(visit: &Visit, need: &Need) -> Result<Option<AnyView>, ApiError> {
    let keeps = visit.has(&[Role::VillageReporter, Role::VillageHead, Role::FederationCounty, Role::FederationCity]);
    if !keeps || !need.status.takes_pledges() {
        return Ok(None);
    }
    // Another village's need has no offers for this visitor, and another county's no reasons.
    let fitting = known(visit.call(matching::offers_for(need.id)).await)?;
    let why = if visit.has(&[Role::FederationCounty, Role::FederationCity]) {
        known(visit.call(matching::dismissals_of(need.id)).await)?
    } else {
        None
    };
    let all = href(&format!("/offers?county={}&kind={}", need.content.village.county(), need.content.kind));
    let fitting = fitting.map(|list| {
        let row = |fitting: &FittingOffer| {
            view! {
                <li>{offer_row(&fitting.offer, false)}
                    <div class="why">{reasons(&fitting.reasons, fitting.score, Reader::Village)}</div>
                </li>
            }
        };
        let (first, others) = list.items.split_at(list.items.len().min(ON_NEED));
        let others = (!others.is_empty()).then(|| {
            view! {
                <details class="opens">
                    <summary>{t!("其次适合的 {n} 条", n = others.len())}</summary>
                    <ul class="rows card">{others.iter().map(row).collect_view()}</ul>
                </details>
            }
        });
        let none = list.items.is_empty().then(|| {
            view! { <p class="card empty">{t!("现在没有适合这条需求的供给意向。")}</p> }
        });
        let some = none.is_none().then(|| view! { <ul class="rows card">{first.iter().map(row).collect_view()}</ul> });
        view! {
            <section id="fitting">
                <h2>{t!("适合的供给意向（{n}）", n = list.count)}</h2>
                <p class="soft">
                    {t!("只有本村和工商联看得到这一段。意向不是认捐；要对接，请找工商联。")}
                    " "{t!("从面向这里的最新 {judged} 条同类意向里，按得分列出最前面的 {named} 条。", judged = OFFERS_JUDGED, named = OFFERS_NAMED)}
                    " "<a href=href(FORMULA)>{t!("怎样推荐")}</a>
                </p>
                {none}{some}{others}
                <p><a href=all>{t!("看面向本县的全部同类供给意向")}</a></p>
            </section>
        }
    });
    Ok(Some(view! { {fitting}{why.and_then(|list| dismissed(&list.items))} }.into_any()))
}

/// What was answered, and nothing where the visitor may not know.
fn known<T>(answer: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.code, ErrorCode::NotFound | ErrorCode::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

fn dismissed(all: &[WhyDismissed]) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let rows = all.iter().map(|said| {
        view! {
            <li>
                <b>{text(said.why.label())}</b>
                <span class="soft">{said.enterprise_name.clone()}" · "{instant(said.at)}</span>
                {(!said.note.is_empty()).then(|| view! { <p>{said.note.clone()}</p> })}
            </li>
        }
    });
    Some(
        view! {
            <section class="card">
                <h2>{t!("企业认为不合适的原因（{n}）", n = all.len())}</h2>
                <p class="soft">{t!("只有工商联看得到。可以据此帮村里把需求写清楚，不要据此要求企业捐赠。")}</p>
                <ul class="history">{rows.collect_view()}</ul>
            </section>
        }
        .into_any(),
    )
}
