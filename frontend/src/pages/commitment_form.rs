//! Promising something besides money for a need, in two steps: fill in, then read it back and confirm.

use super::commitments::{names, stored};
use crate::parts::commitments::amount;
use crate::parts::field::{Field, problem, summary, tick};
use crate::parts::recorded;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::CommitmentId;
use domain::api::commitments::{self, LineProgress, NeedCommitments};
use domain::api::needs::{self, Need};
use domain::api::{ApiError, ErrorCode};
use domain::commitment::{COMMITMENT_TERMS, COMMITMENT_TERMS_VERSION};
use domain::need::ContributionKind;
use domain::organisation::Role;
use domain::pledge::{PublicDisplay, partial_name};
use leptos::prelude::*;

/// What is carried from the first step to the second, and back.
const CARRIED: [&str; 11] = [
    "id",
    "need",
    "line",
    "quantity",
    "due_on",
    "note",
    "public_display",
    "more_than_needed",
    "notice_acknowledged",
    "voluntary",
    "terms_version",
];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if let Some(page) = super::organisation::cannot_pledge_yet(visit) {
        return Ok(page);
    }
    let enterprise = own_enterprise(visit)?;
    let title = t!("我们来承担");
    let mut form = visit.form.clone().unwrap_or_default();
    let asked =
        if form.value("need").is_empty() { visit.query("need").unwrap_or_default() } else { form.value("need") };
    if asked.is_empty() {
        let body = view! {
            <h1>{title}</h1>
            <p class="card empty">{t!("请先找一条需求，在它的页面上点“我们来承担”。")}" "<a href=href("/needs")>{t!("找需求")}</a></p>
        };
        return Ok(Page::new(title, body.into_any()));
    }
    let need = visit.call(needs::get(asked)).await?;
    if need.content.kind == ContributionKind::Money || !need.is_public() {
        return Err(ApiError::new(ErrorCode::NotFound, "这条需求不能这样承担"));
    }
    let read = visit.call(commitments::of_need(need.id)).await?;
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    if visit.form.is_none() {
        form.set("due_on", need.content.wanted_by.map(|day| day.to_string()).unwrap_or_default());
        if let [_] = read.lines.as_slice() {
            form.set("line", "0");
        }
    }
    let known = match recorded::id::<CommitmentId>(&form) {
        Some(id) => visit.call(commitments::get(id)).await.ok().map(|known| stored(&known)),
        None => None,
    };
    let body = if form.value("step") == "review" {
        review(&form, &enterprise, (&need, &read))
    } else if need.status.takes_pledges() || visit.form.is_some() {
        fill_in((&form, known), &enterprise, (&need, &read))
    } else {
        view! {
            <h1>{title}</h1>
            <p class="card empty">{t!("这条需求现在不能承诺。")}" "<a href=href("/needs")>{t!("找需求")}</a></p>
        }
        .into_any()
    };
    Ok(Page::new(title, body))
}

/// The full name of the enterprise that the visitor promises for.
fn own_enterprise(visit: &Visit) -> Result<String, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    me.acting_as(&[Role::EnterpriseOwner, Role::EnterpriseOperator])
        .map(|membership| membership.organisation_name.clone())
        .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有已认证的企业账号可以承诺"))
}

fn missing(line: &LineProgress) -> i64 {
    (line.asked - line.promised).max(0)
}

fn fill_in(
    (form, stored): (&FormState, Option<AnyView>),
    enterprise: &str,
    (need, read): (&Need, &NeedCommitments),
) -> AnyView {
    let back = need.code.as_ref().map(|code| {
        view! { <a href=href(&format!("/needs/{code}"))>{t!("回到需求")}</a> }
    });
    let procured = read.procured.then(|| {
        view! { <p class="note">{t!("这项服务由政府付费购买，不是捐赠，不计入任何合计。")}</p> }
    });
    // Asked only when it has to be said; before that it would only invite to promise too much.
    let more = (form.problem("more_than_needed").is_some() || form.value("more_than_needed") == "1")
        .then(|| tick(form, "more_than_needed", t!("我们知道这比需要的多，愿意多给")));
    let terms = COMMITMENT_TERMS.iter().map(|line| view! { <li>{text(line)}</li> });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/commitments")>{t!("承诺")}</a>{back}</nav>
        <h1>{t!("我们来承担")}</h1>
        <p class="soft">{enterprise.to_owned()}</p>
        {summary(form)}{stored}
        <form class="long" method="post" action=href("/commitments/new")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <input type="hidden" name="need" value=need.id.to_string() />
            <input type="hidden" name="terms_version" value=COMMITMENT_TERMS_VERSION />
            <fieldset class="card">
                <legend>{t!("承担什么，多少，什么时候")}</legend>
                <div class="field" id="need">
                    <p class="label">{t!("需求")}</p>
                    {problem(form, "need")}
                    <p class="chosen"><b>{need.content.title.clone()}</b>
                        <span class="soft">{need.place.county.clone()}" · "{need.place.town.clone()}" · "{need.place.village.clone()}</span></p>
                </div>
                {procured}
                {line_choice(form, &read.lines)}
                {Field::new(form, "quantity", t!("数量")).hint(t!("整数，单位同上面那一项。可以只承担一部分。")).input("text", "numeric", "off")}
                {more}
                {Field::new(form, "due_on", t!("约定在哪天以前兑现")).input("date", "none", "off")}
                {Field::new(form, "note", t!("怎样兑现（可不填）")).hint(t!("给村里看，不公开。如“分两批送到村委会”。不要写个人的姓名、电话。")).area(3)}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("怎样公开")}</legend>
                {names(form, enterprise)}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("承诺须知")}</legend>
                <ul class="terms">{terms.collect_view()}</ul>
                {problem(form, "terms_version")}
                {tick(form, "notice_acknowledged", t!("我已阅读承诺须知，知道公开作出的承诺依法应当履行"))}
                {tick(form, "voluntary", t!("这次承诺完全出于自愿，没有人摊派"))}
            </fieldset>
            <div class="buttons"><button class="button" name="action" value="review">{t!("下一步：核对")}</button></div>
        </form>
    }
    .into_any()
}

/// Where there is one line only, it is told and not asked.
fn line_choice(form: &FormState, lines: &[LineProgress]) -> AnyView {
    let told = |line: &LineProgress| {
        t!(
            "{name}：需要 {asked}，还差 {missing}",
            name = line.name,
            asked = amount(line.asked, &line.unit),
            missing = amount(missing(line), &line.unit)
        )
    };
    if let [only] = lines {
        return view! {
            <input type="hidden" name="line" value="0" />
            <div class="field" id="line">
                <p class="label">{t!("承担哪一项")}</p>
                {problem(form, "line")}
                <p class="chosen">{told(only)}</p>
            </div>
        }
        .into_any();
    }
    let choices = lines.iter().enumerate().map(|(n, line)| (n.to_string(), told(line))).collect();
    Field::new(form, "line", t!("承担哪一项")).select(t!("请选择"), choices)
}

/// Everything once more, in words, before it counts.
fn review(form: &FormState, enterprise: &str, (need, read): (&Need, &NeedCommitments)) -> AnyView {
    let carried = CARRIED.map(|name| view! { <input type="hidden" name=name value=form.value(name).to_owned() /> });
    let line = form.value("line").parse().ok().and_then(|n: usize| read.lines.get(n));
    let promised = line.map(|line| format!("{} {} {}", line.name, form.value("quantity").trim(), line.unit));
    let over = (form.value("more_than_needed") == "1").then(|| {
        view! { <p class="note">{t!("这比需要的多，您已说明愿意多给。")}</p> }
    });
    let shown = match form.value("public_display").parse() {
        Ok(PublicDisplay::Name) => enterprise.to_owned(),
        Ok(PublicDisplay::Partial) => partial_name(enterprise),
        _ => t!("爱心企业").to_owned(),
    };
    let due = form.value("due_on").parse().map(date).unwrap_or_default();
    let note = (!form.value("note").trim().is_empty()).then(|| {
        view! { <dt>{t!("说明")}</dt><dd class="typed">{form.value("note").to_owned()}</dd> }
    });
    view! {
        <h1>{t!("请核对承诺")}</h1>
        <form class="long" method="post" action=href("/commitments/new")>
            {carried}
            <section class="card facts">
                <dl>
                    <dt>{t!("企业")}</dt><dd>{enterprise.to_owned()}</dd>
                    <dt>{t!("承诺")}</dt><dd class="big">{promised}</dd>
                    <dt>{t!("需求")}</dt><dd>{need.content.title.clone()}</dd>
                    <dt>{t!("约定日期")}</dt><dd>{due}</dd>
                    <dt>{t!("公众看到")}</dt><dd>{shown}</dd>
                    {note}
                </dl>
                {over}
                <p class="note">{t!("公开作出的承诺依法应当履行。确认后村里会收到通知，约定日期前后我们会提醒您。")}</p>
            </section>
            <div class="buttons">
                <button class="button" name="action" value="confirm">{t!("确认承诺")}</button>
                <button class="button quiet" name="action" value="back">{t!("返回修改")}</button>
            </div>
        </form>
    }
    .into_any()
}
