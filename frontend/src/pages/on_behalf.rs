//! Notes on behalf of enterprises: the list, making one, and one with what its reader may do.

use super::pairing::{id_of, pictures};
use super::pledge_form::receivers;
use crate::parts::field::{Field, summary};
use crate::parts::money;
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::OnBehalfId;
use domain::api::campaigns::{self, Campaign};
use domain::api::on_behalf::{self, OnBehalf, OnBehalfQuery};
use domain::api::{ApiError, ErrorCode};
use domain::on_behalf::BINDS_NOBODY;
use domain::organisation::Role;
use leptos::prelude::*;

/// Who may note what an enterprise is said to have promised.
pub const RECORDERS: [Role; 3] = [Role::CampaignOffice, Role::FederationCounty, Role::FederationCity];

fn said() -> AnyView {
    let lines = BINDS_NOBODY.iter().map(|line| view! { <li>{text(line)}</li> });
    view! { <ul class="terms">{lines.collect_view()}</ul> }.into_any()
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let waiting = visit.query("waiting") == Some("true");
    let query = OnBehalfQuery { waiting: waiting.then_some(true), after: visit.query("after").map(str::to_owned) };
    let list = visit.call(on_behalf::list(&query)).await?;
    let choices = [(t!("全部"), false), (t!("等企业认领"), true)];
    let filters = choices.map(|(label, only)| {
        let path = if only { "/on-behalf?waiting=true" } else { "/on-behalf" };
        let here = (only == waiting).then_some("true");
        view! { <a class="button quiet" href=href(path) aria-current=here>{label}</a> }
    });
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend(waiting.then(|| ("waiting", "true".to_owned())));
        let link = href(&format!("/on-behalf?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("代为记录的认捐（{n}）", n = list.count)}</h1>
            {visit.has(&RECORDERS).then(|| view! { <a class="button" href=href("/on-behalf/new")>{t!("代为记录")}</a> })}
        </div>
        {said()}
        <nav class="buttons" aria-label=t!("看哪些")>{filters.collect_view()}</nav>
        {rows(&list.items)}
        {next}
    };
    Ok(Page::new(t!("代为记录的认捐"), body.into_any()))
}

fn rows(items: &[OnBehalf]) -> AnyView {
    if items.is_empty() {
        return view! { <p class="card empty">{t!("没有这样的记录。")}</p> }.into_any();
    }
    let rows = items.iter().map(|one| {
        let link = href(&format!("/on-behalf/{}", one.id));
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what">
                        <span class="tags"><span class="tag status">{text(one.status.label())}</span></span>
                        <b>{one.name.clone()}</b>
                        <span>{one.charity_name.clone()}</span>
                        <span class="soft">{one.recorder_name.clone()}" · "{instant(one.recorded_at)}" · "{t!("可以认领到 {day}", day = date(one.last_day))}</span>
                    </span>
                    <span class="amount">{money::headline(one.amount_fen)}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    if visit.me.is_none() {
        return Err(ApiError::new(ErrorCode::SignInRequired, "请先登录"));
    }
    if !visit.has(&RECORDERS) {
        return Err(ApiError::new(ErrorCode::Forbidden, "只有工商联和 6·30 办可以代为记录"));
    }
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let campaigns = visit.call(campaigns::list()).await?.items;
    let open: Vec<Campaign> = campaigns.into_iter().filter(|campaign| campaign.takes_pledges).collect();
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/on-behalf")>{t!("代为记录的认捐")}</a></nav>
        <h1>{t!("代为记录一笔认捐")}</h1>
        <p>{t!("企业在现场会、电话里表示过捐赠意愿，又不方便自己登录的，可以先记下来，等企业自己认领。请照实记，不要替企业定数额。")}</p>
        {said()}
        <form class="long" method="post" enctype="multipart/form-data" action=href(&visit.path)>
            <input type="hidden" name="id" value=id_of(visit, form) />
            {Field::new(form, "name", t!("企业全称")).text()}
            {Field::new(form, "uscc", t!("统一社会信用代码")).hint(t!("已认证的企业凭它认出；还没有注册的，注册认证后凭它认领。")).text()}
            {Field::new(form, "email", t!("联系邮箱")).hint(t!("企业还没有在平台上认证的才要填。只用来发这条记录的两封通知信，认领、说明或过期后删除。")).input("email", "email", "off")}
            {Field::new(form, "receiver", t!("活动和接收捐款的慈善组织")).select(t!("请选择"), receivers(&open))}
            {Field::new(form, "amount", t!("当时说的金额（元）")).hint(t!("照企业自己说的记。认领时由企业自己填，可以不同。")).input("text", "decimal", "off")}
            {Field::new(form, "note", t!("依据：在什么场合、谁说的、怎么说的")).area(4)}
            {pictures(form, "note", t!("照片（可以没有，最多 6 张）"), t!("如举牌照片、会议记录。只给记录的单位、所写的慈善组织、这家企业和审计看，不公开。"))}
            <button class="button">{t!("记下来，通知企业")}</button>
        </form>
    };
    Ok(Page::new(t!("代为记录一笔认捐"), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "noted" => t!("已记下，企业会收到通知。"),
        "declined" => t!("已说明不认领，记录的单位会看到。"),
        "withdrawn" => t!("记录已撤回。"),
        _ => return None,
    })
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: OnBehalfId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let one = visit.call(on_behalf::get(id)).await?;
    let done = visit.query("done").and_then(done_message);
    let shown = one.pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("材料 {n}", n = n + 1)}</a>" " }
    });
    let pledge = one.pledge.map(|pledge| {
        let link = href(&format!("/pledges/{pledge}"));
        view! { <dt>{t!("企业自己的认捐")}</dt><dd><a href=link>{t!("打开这笔认捐")}</a></dd> }
    });
    let answer = one.answer.clone().map(|answer| view! { <dt>{t!("企业的说明")}</dt><dd class="typed">{answer}</dd> });
    let known = (!one.known).then(
        || view! { <p class="note">{t!("这家企业还没有在平台上认证。认证后凭统一社会信用代码就能看到并认领。")}</p> },
    );
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(summary)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/on-behalf")>{t!("代为记录的认捐")}</a></nav>
        <h1>{one.name.clone()}</h1>
        <p class="tags"><span class="tag status">{text(one.status.label())}</span></p>
        {said()}{known}
        <div class="two">
            <div>
                <section class="card">
                    <h2>{t!("记录的内容")}</h2>
                    <p class="typed">{one.note.clone()}</p>
                    <p>{shown.collect_view()}</p>
                    <p class="soft">{t!("只给记录的单位、所写的慈善组织、这家企业和审计看，不公开。")}</p>
                </section>
                {steps(visit, &one)}
            </div>
            <aside>
                <section class="card facts">
                    <dl>
                        <dt>{t!("当时说的金额")}</dt><dd>{money::exact(one.amount_fen)}</dd>
                        <dt>{t!("活动名称")}</dt><dd>{one.campaign_name.clone()}</dd>
                        <dt>{t!("慈善组织")}</dt><dd>{one.charity_name.clone()}</dd>
                        <dt>{t!("记录的单位")}</dt><dd>{one.recorder_name.clone()}</dd>
                        <dt>{t!("记录时间")}</dt><dd>{instant(one.recorded_at)}</dd>
                        <dt>{t!("可以认领到")}</dt><dd>{date(one.last_day)}</dd>
                        {answer}{pledge}
                    </dl>
                </section>
            </aside>
        </div>
    };
    Ok(Page::new(one.name.clone(), body.into_any()))
}

fn steps(visit: &Visit, one: &OnBehalf) -> Option<AnyView> {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    if one.may_claim {
        let link = href(&format!("/pledge?on_behalf={}", one.id));
        return Some(
            view! {
                <section class="card steps" id="now">
                    <h2>{t!("是您单位说的吗？")}</h2>
                    <p>{t!("愿意的，请作出自己的认捐：金额、用途、怎样公开都由您自己填，可以和记录的不同。")}</p>
                    <p><a class="button" href=link>{t!("认领：作出我们自己的认捐")}</a></p>
                    <details class="more" open=form.problem("reason").is_some()>
                        <summary>{t!("不是，或者不愿意")}</summary>
                        <form method="post" action=href(&visit.path)>
                            {Field::new(form, "reason", t!("简单说明一下")).hint(t!("记录的单位和慈善组织会看到。不说明也可以，过期自动失效。")).area(2)}
                            <button class="button quiet" name="action" value="decline">{t!("说明不认领")}</button>
                        </form>
                    </details>
                </section>
            }
            .into_any(),
        );
    }
    one.may_withdraw.then(|| {
        view! {
            <form method="post" action=href(&visit.path)>
                <button class="button quiet" name="action" value="withdraw">{t!("撤回这条记录")}</button>
            </form>
        }
        .into_any()
    })
}
