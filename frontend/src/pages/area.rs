//! An area in one table: the villages of a town, the towns of a county. For a town also new passwords and what is to be
//! passed on.

use super::members::passing_on;
use super::sheet::{self, Sheet};
use crate::parts::field::summary;
use crate::visit::{FormState, Page, Visit};
use crate::words::{as_of, href, instant, text};
use domain::api::areas::{self, Area, AreaQuery, AreaRow, NeedCounts};
use domain::api::resets::{self, Reset};
use domain::api::{ApiError, ErrorCode, texts};
use domain::membership::ResetStatus;
use domain::organisation::Role;
use domain::place::PlaceLevel;
use leptos::prelude::*;

/// A town's own page.
pub async fn town(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let area = visit.call(areas::area(&AreaQuery::default())).await?;
    if area.level != PlaceLevel::Town {
        return Err(ApiError::new(ErrorCode::Forbidden, "只有镇（街道）的账号可以看这一页"));
    }
    let resets = visit.call(resets::list()).await?.items;
    if let Some(page) = step(form, &resets, "/work/town") {
        return Ok(page);
    }
    let to_pass_on = visit.call(texts::list()).await?.items;
    let body = view! {
        {done(visit)}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{t!("{town}的村（社区）（{n}）", town = area.place.town, n = area.rows.len())}</h1>
        {table(&area, "/work/town")}
        {waiting(&resets, "/work/town")}
        {passing_on(&to_pass_on, "/work/town", None)}
    };
    Ok(Page::new(t!("本镇的村（社区）"), body.into_any()))
}

/// A county's towns, a town's villages; the city's counties for the city.
pub async fn places(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let query = AreaQuery { place: visit.query("place").map(str::to_owned) };
    let area = visit.call(areas::area(&query)).await?;
    // Only the owner of a federation may be the second of a town that has one person.
    let resets = if visit.has(&[Role::OfficeOwner]) && area.level != PlaceLevel::City {
        visit.call(resets::list()).await.map(|list| list.items).unwrap_or_default()
    } else {
        Vec::new()
    };
    if let Some(page) = step(form, &resets, "/work/places") {
        return Ok(page);
    }
    let (title, parent) = heading(&area);
    let body = view! {
        {done(visit)}
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=href("/work")>{t!("我的工作")}</a>
            {query.place.is_some().then(|| view! { <a href=href("/work/places")>{t!("辖区")}</a> })}
            {parent}
        </nav>
        <h1>{title}</h1>
        {table(&area, "/work/places")}
        {(!resets.is_empty()).then(|| waiting(&resets, "/work/places"))}
    };
    Ok(Page::new(t!("辖区"), body.into_any()))
}

fn heading(area: &Area) -> (String, Option<AnyView>) {
    let n = area.rows.len();
    match area.level {
        PlaceLevel::City => (t!("全市的县（市、区）（{n}）", n = n), None),
        PlaceLevel::County => (t!("{county}的镇（街道）（{n}）", county = area.place.county, n = n), None),
        PlaceLevel::Town | PlaceLevel::Village => {
            let county = area.place.code.county().to_owned();
            let link = view! { <a href=href(&format!("/work/places?place={county}"))>{area.place.county.clone()}</a> };
            let name = format!("{}{}", area.place.county, area.place.town);
            (t!("{town}的村（社区）（{n}）", town = name, n = n), Some(link.into_any()))
        }
    }
}

fn done(visit: &Visit) -> Option<AnyView> {
    let message = match visit.query("done")? {
        "asked" => t!("申请已记下，等另一人同意。"),
        "refused" => t!("申请已撤回，没有重设。"),
        "passed_on" => t!("已记下转告过了，号码和内容已删去。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{message}</p> }.into_any())
}

/// Everything below a place, each total the sum of its column.
fn table(area: &Area, path: &'static str) -> AnyView {
    if area.rows.is_empty() {
        return view! { <p class="card empty">{t!("这里没有下一级的地方。")}</p> }.into_any();
    }
    let villages = area.level == PlaceLevel::Town;
    let rows = area.rows.iter().map(|row| line(row, villages, path));
    let total = area.rows.iter().fold(NeedCounts::default(), |sum, row| added(sum, row.needs));
    let sum = |of: fn(&AreaRow) -> i64| area.rows.iter().map(of).sum::<i64>();
    let first = if villages { t!("村（社区）") } else { t!("地方") };
    let opened = format!("{} / {}", sum(|row| row.opened), sum(|row| row.villages));
    let without = sum(|row| row.villages) - sum(|row| row.opened);
    let hint = (without > 0 && villages).then(|| {
        view! { <p class="soft">{t!("还有 {n} 个村（社区）没有开通单位，请平台管理员开通后再邀请人。", n = without)}</p> }
    });
    view! {
        <section class="card">
            <div class="scroll" role="region" tabindex="0" aria-label=t!("辖区一览表")>
                <table class="gifts">
                    <thead>
                        <tr>
                            <th scope="col">{first}</th>
                            <th scope="col">{t!("开通")}</th>
                            <th scope="col">{t!("人数")}</th>
                            <th scope="col">{t!("待接受的邀请")}</th>
                            <th scope="col">{t!("草稿")}</th>
                            <th scope="col">{t!("退回")}</th>
                            <th scope="col">{t!("审核中")}</th>
                            <th scope="col">{t!("公开")}</th>
                            <th scope="col">{t!("办结")}</th>
                            <th scope="col">{t!("其他")}</th>
                            <th scope="col">{t!("需求合计")}</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{t!("合计")}</th>
                            <td>{opened}</td>
                            <td>{sum(|row| row.people)}</td>
                            <td>{sum(|row| row.invitations)}</td>
                            {counts(&total)}
                        </tr>
                    </tfoot>
                </table>
            </div>
            <p class="soft as-of">{t!("截至 {at}", at = as_of(area.as_of))}</p>
            {hint}
        </section>
    }
    .into_any()
}

const fn added(a: NeedCounts, b: NeedCounts) -> NeedCounts {
    NeedCounts {
        draft: a.draft + b.draft,
        returned: a.returned + b.returned,
        in_review: a.in_review + b.in_review,
        public: a.public + b.public,
        closed: a.closed + b.closed,
        aside: a.aside + b.aside,
    }
}

fn counts(needs: &NeedCounts) -> AnyView {
    let total = needs.total();
    view! {
        <td>{needs.draft}</td><td>{needs.returned}</td><td>{needs.in_review}</td><td>{needs.public}</td>
        <td>{needs.closed}</td><td>{needs.aside}</td><td>{total}</td>
    }
    .into_any()
}

fn line(row: &AreaRow, villages: bool, path: &str) -> AnyView {
    let name = row.name.clone();
    // From its own page a town opens a village's people; from above one goes down a level.
    let name = match (villages, row.organisation) {
        (true, Some(id)) if path == "/work/town" => {
            view! { <a href=href(&format!("/work/members?organisation={id}"))>{name}</a> }.into_any()
        }
        (true, _) => view! { <span>{name}</span> }.into_any(),
        (false, _) => view! { <a href=href(&format!("/work/places?place={}", row.code))>{name}</a> }.into_any(),
    };
    let opened = match (villages, row.opened) {
        (true, 0) => t!("还没有").to_owned(),
        (true, _) => t!("有").to_owned(),
        (false, opened) => format!("{opened} / {}", row.villages),
    };
    let waits = (row.resets > 0).then(|| {
        view! { <span class="soft">{t!("{n} 人等重设密码", n = row.resets)}</span> }
    });
    view! {
        <tr>
            <th scope="row">{name}{waits}</th>
            <td>{opened}</td>
            <td>{row.people}</td>
            <td>{row.invitations}</td>
            {counts(&row.needs)}
        </tr>
    }
    .into_any()
}

/// The step of a form: reading back what is final, or the sheet that is shown once.
fn step(form: &FormState, resets: &[Reset], path: &'static str) -> Option<Page> {
    if let Some(page) = sheet::page(form, reset_sheet(form, path)) {
        return Some(page);
    }
    if form.value("action") == "ask" {
        let name = form.value("person_name").to_owned();
        let says = vec![
            t!("为 {name} 申请重设密码。", name = name),
            t!("请先当面或打电话确认是本人要求的。要由另一人同意，才有一次性代码。").to_owned(),
        ];
        return sheet::confirm(form, path, path, t!("请确认申请重设密码"), says);
    }
    let reset = resets.iter().find(|reset| reset.id.to_string() == form.value("reset"))?;
    let says = vec![
        t!(
            "{asker} 为 {village} 的 {name} 申请重设密码。",
            asker = reset.asked_by.clone().unwrap_or_default(),
            village = reset.village,
            name = reset.person_name
        ),
        t!("同意后出现一次性代码，请打印交给本人，由他自己设新密码。他在别处的登录会全部退出。").to_owned(),
    ];
    sheet::confirm(form, path, path, t!("请确认同意重设密码"), says)
}

fn reset_sheet(form: &FormState, back: &str) -> Sheet {
    Sheet {
        title: t!("重设密码单"),
        facts: vec![(t!("请交给"), form.value("sheet_name").to_owned()), (t!("有效期至"), sheet::until(form))],
        steps: vec![
            t!("用手机扫二维码，或在浏览器里打开 {address}", address = form.value("sheet_address")),
            t!("输入上面的代码（不分大小写，横线可以不打）。").to_owned(),
            t!("自己设一个新密码，不要告诉别人。").to_owned(),
        ],
        note: t!("代码 24 小时内有效，只能用一次。请当面交给本人。"),
        back: back.to_owned(),
    }
}

fn waiting(resets: &[Reset], path: &'static str) -> AnyView {
    let open = resets.iter().filter(|reset| reset.status == ResetStatus::Asked).count();
    let rows = resets.iter().map(|reset| one(reset, path));
    let content = if resets.is_empty() {
        view! { <p class="empty">{t!("没有人在等重设密码。要为村里人申请，请打开那个村，在他的名字下点“他忘了密码”。")}</p> }.into_any()
    } else {
        view! { <ul class="history">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="card" id="resets">
            <h2>{t!("重设密码（{n} 人在等）", n = open)}</h2>
            <p class="soft">{t!("一人申请，另一人同意，本人用代码自己设密码。镇里只有一个人的，由县（市、区）工商联的负责人同意。")}</p>
            {content}
        </section>
    }
    .into_any()
}

fn one(reset: &Reset, path: &'static str) -> AnyView {
    let asked =
        t!("{name} 申请于 {at}", name = reset.asked_by.clone().unwrap_or_default(), at = instant(reset.asked_at));
    let approved = reset.approved_by.as_ref().map(|name| t!("{name} 已同意", name = name));
    let decide = |action: &'static str, label: &'static str, class: &'static str| {
        view! {
            <form method="post" action=href(path)>
                <input type="hidden" name="reset" value=reset.id.to_string() />
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
    };
    let waits = (reset.status == ResetStatus::Asked).then(|| {
        let says = match (reset.may_approve, reset.town_is_one) {
            (true, _) => None,
            (false, true) => Some(t!("镇里只有一个人，等县（市、区）工商联的负责人同意。")),
            (false, false) => Some(t!("等本镇的另一位同事同意。")),
        };
        view! {
            {says.map(|says| view! { <p>{says}</p> })}
            <div class="buttons">
                {reset.may_approve.then(|| decide("approve", t!("我同意"), "button"))}
                {decide("refuse", t!("不同意或撤回"), "button danger")}
            </div>
        }
    });
    view! {
        <li>
            <p class="tags"><b>{reset.person_name.clone()}</b>" "<span class="soft">{reset.village.clone()}</span>" "<span class="tag status">{text(reset.status.label())}</span></p>
            <span class="soft">{asked}" "{approved}</span>
            {waits}
        </li>
    }
    .into_any()
}
