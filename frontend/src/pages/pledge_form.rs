//! Pledging, in two steps: fill in, then read it back and confirm.

use super::campaign_about::ended;
use crate::islands::AmountEcho;
use crate::parts::field::{Field, problem, radios, sent_by_enter, summary, tick};
use crate::parts::{designations, recorded};
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, text};
use domain::allocation::{FUNDING_CHOICE_TERMS, FundingChoice};
use domain::api::campaigns::{self, Campaign};
use domain::api::needs::{self, Need};
use domain::api::on_behalf;
use domain::api::pairings::{self, PairingQuery, PairingRow};
use domain::api::pledges::{self, Pledge};
use domain::api::{ApiError, ErrorCode};
use domain::organisation::Role;
use domain::pairing::PairingStatus;
use domain::pledge::{
    Every, Instalment, PLEDGE_TERMS, PLEDGE_TERMS_VERSION, PublicDisplay, Restriction, Schedule, partial_name,
};
use domain::{Fen, OnBehalfId, PledgeId};
use leptos::prelude::*;

/// Paid at once, without a day.
const ONCE: &str = "once";
/// Once, by an agreed day.
const ONCE_BY: &str = "once_by";
/// What is carried from the first step to the second, and back.
const CARRIED: [&str; 17] = [
    "split",
    "funding_choice",
    "id",
    "on_behalf",
    "receiver",
    "need",
    "restriction",
    "amount",
    "public_display",
    "show_amount",
    "share_with_recipient",
    "notice_acknowledged",
    "voluntary",
    "terms_version",
    "pace",
    "parts",
    "first_due",
];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if let Some(page) = super::organisation::cannot_pledge_yet(visit) {
        return Ok(page);
    }
    let enterprise = own_enterprise(visit)?;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    if let Some(note) = visit.query("on_behalf").filter(|_| visit.form.is_none()) {
        fill_in_noted(visit, &mut form, note).await?;
    }
    let campaigns = visit.call(campaigns::list()).await?.items;
    let open: Vec<Campaign> = campaigns.into_iter().filter(|campaign| campaign.takes_pledges).collect();
    let asked =
        if form.value("need").is_empty() { visit.query("need").unwrap_or_default() } else { form.value("need") };
    let need = if asked.is_empty() { None } else { Some(visit.call(needs::get(asked)).await?) };
    let stored = match recorded::id::<PledgeId>(&form) {
        Some(id) => visit.call(pledges::get(id)).await.ok().map(|pledge| stored(&pledge)),
        None => None,
    };
    let split = form.value("split") == "1";
    let pairings = if split { own_pairings(visit).await? } else { Vec::new() };
    let body = if open.is_empty() {
        view! { <h1>{t!("作出认捐")}</h1><p class="card empty">{t!("现在没有接受认捐的活动。")}</p> }.into_any()
    } else if form.value("step") == "review" {
        review((&form, &pairings), &enterprise, &open, need.as_ref())
    } else {
        fill_in((&form, stored, &pairings), &enterprise, &open, need.as_ref())
    };
    Ok(Page::new(t!("作出认捐"), body))
}

/// What was noted of the enterprise stands in the form as a beginning; all of it can be changed.
async fn fill_in_noted(visit: &Visit, form: &mut FormState, note: &str) -> Result<(), ApiError> {
    let id: OnBehalfId = note.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let noted = visit.call(on_behalf::get(id)).await?;
    form.set("on_behalf", note);
    form.set("receiver", format!("{}:{}", noted.campaign, noted.charity));
    form.set("amount", noted.amount_fen.to_yuan().replace(',', ""));
    Ok(())
}

/// The pairings under way that a row can be for.
async fn own_pairings(visit: &Visit) -> Result<Vec<PairingRow>, ApiError> {
    let list = visit.call(pairings::list(&PairingQuery::default())).await?;
    let under_way = [PairingStatus::Approved, PairingStatus::Signed, PairingStatus::Active];
    Ok(list.items.into_iter().filter(|pairing| under_way.contains(&pairing.status)).collect())
}

/// The full name of the enterprise that the visitor pledges for.
fn own_enterprise(visit: &Visit) -> Result<String, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let pledges = [Role::EnterpriseOwner, Role::EnterpriseOperator];
    me.acting_as(&pledges)
        .map(|membership| membership.organisation_name.clone())
        .ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有已认证的企业账号可以认捐"))
}

/// Campaign and charity as one choice.
pub fn receivers(open: &[Campaign]) -> Vec<(String, String)> {
    let of = |campaign: &Campaign| {
        let choice = |charity: &campaigns::Charity| {
            (format!("{}:{}", campaign.id, charity.id), format!("{} · {}", campaign.name, charity.name))
        };
        campaign.charities.iter().map(choice).collect::<Vec<_>>()
    };
    open.iter().flat_map(of).collect()
}

/// The pledge that has the form's id already.
fn stored(pledge: &Pledge) -> AnyView {
    let need = pledge.designations.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join("、");
    let facts = vec![
        (t!("认捐编号"), pledge.reference.to_string()),
        (t!("认捐金额"), pledge.amount_fen.to_string()),
        (t!("活动和慈善组织"), format!("{} · {}", pledge.campaign_name, pledge.charity_name)),
        (t!("用途"), need),
    ];
    recorded::under_this_id(&format!("/pledges/{}", pledge.id), facts)
}

fn fill_in(
    (form, stored, pairings): (&FormState, Option<AnyView>, &[PairingRow]),
    enterprise: &str,
    open: &[Campaign],
    need: Option<&Need>,
) -> AnyView {
    let receivers = receivers(open);
    let back = need.and_then(|need| need.code.as_ref()).map(|code| {
        view! { <a href=href(&format!("/needs/{code}"))>{t!("回到需求")}</a> }
    });
    view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/my-gifts")>{t!("我的捐赠")}</a>{back}</nav>
        <h1>{t!("作出认捐")}</h1>
        <p class="soft">{enterprise.to_owned()}" · "<a href=href("/goods-gifts/new")>{t!("捐的是物资")}</a></p>
        {summary(form)}{stored}
        <form class="long" method="post" action=href("/pledge")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <input type="hidden" name="on_behalf" value=form.value("on_behalf").to_owned() />
            <input type="hidden" name="terms_version" value=PLEDGE_TERMS_VERSION />
            {sent_by_enter("review")}
            <fieldset class="card">
                <legend>{t!("捐给谁，捐多少")}</legend>
                {receiver(form, receivers)}{ended(open)}
                {Field::new(form, "amount", t!("认捐金额（元）")).hint(t!("可写“5万”。"))
                    .with(|described_by| view! {
                        <AmountEcho name="amount".to_owned() value=form.value("amount").to_owned()
                            unit=t!("元").to_owned() described_by=described_by />
                    }.into_any())}
                {if form.value("split") == "1" { designations::rows(form, pairings) } else { designation(form, need) }}
            </fieldset>
            {remains(form)}
            {pace(form)}
            {display(form, enterprise)}
            {terms(form)}
            <div class="buttons"><button class="button" name="action" value="review">{t!("下一步：核对")}</button></div>
        </form>
    }
    .into_any()
}

/// Where there is one choice only, it is told and not asked.
fn receiver(form: &FormState, receivers: Vec<(String, String)>) -> AnyView {
    if let [(only, label)] = receivers.as_slice() {
        return view! {
            <input type="hidden" name="receiver" value=only.clone() />
            <div class="field" id="receiver">
                <p class="label">{t!("活动和接收捐款的慈善组织")}</p>
                {problem(form, "receiver")}
                <p class="chosen">{label.clone()}</p>
            </div>
        }
        .into_any();
    }
    Field::new(form, "receiver", t!("活动和接收捐款的慈善组织")).select(t!("请选择"), receivers)
}

fn designation(form: &FormState, need: Option<&Need>) -> AnyView {
    if let Some(need) = need {
        let asked = need.content.amount_fen.map(|amount| t!("需要 {amount}", amount = amount));
        let split = split_button();
        return view! {
            <input type="hidden" name="need" value=need.id.to_string() />
            <input type="hidden" name="need_code" value=need.code.clone() />
            <input type="hidden" name="restriction" value=Restriction::Directed.as_str() />
            <div class="field">
                <p class="label">{t!("定向用于这条需求")}</p>
                {problem(form, "need")}{problem(form, "restriction")}
                <p class="chosen">
                    <b>{need.content.title.clone()}</b>
                    <span class="soft">
                        {need.place.county.clone()}" · "{need.place.town.clone()}" · "{need.place.village.clone()}" "{asked}
                    </span>
                </p>
                <p class="hint"><a href=href("/needs")>{t!("换一条需求")}</a>" "<a href=href("/pledge")>{t!("不指定需求")}</a></p>
                {split}
            </div>
        }
        .into_any();
    }
    let choices = [
        (Restriction::Directed.as_str(), t!("定向：到账后由我们指定用于哪条需求")),
        (Restriction::Undirected.as_str(), t!("非定向：由慈善组织在活动宗旨内安排")),
    ];
    let hint = view! {
        {t!("想捐给某条需求，请先")}<a href=href("/needs")>{t!("找需求")}</a>{t!("，再在需求页上认捐。")}
    };
    let choices = choices.map(|(value, label)| (value, label.to_owned())).to_vec();
    let split = split_button();
    view! { {radios(form, "restriction", (t!("怎样使用"), Some(hint.into_any())), choices)}{split} }.into_any()
}

/// Opens the rows.
fn split_button() -> AnyView {
    view! { <p><button class="button quiet" name="action" value="split" formnovalidate>{t!("分给几处")}</button></p> }
        .into_any()
}

/// What is to become of money that its need does not use: chosen before pledging.
fn remains(form: &FormState) -> AnyView {
    let mut own = form.clone();
    if own.value("funding_choice").is_empty() {
        own.set("funding_choice", FundingChoice::AskMe.as_str());
    }
    let choices = FundingChoice::ALL.iter().map(|choice| (choice.as_str(), text(choice.label())));
    let open = own.value("funding_choice") != FundingChoice::AskMe.as_str();
    view! {
        <details class="card" open=open>
            <summary>{t!("需求用不完时怎么办")}</summary>
            {radios(&own, "funding_choice", (t!("需求提前结束或者用不完时"), None), choices.collect())}
            <p class="hint">{text(FUNDING_CHOICE_TERMS)}</p>
        </details>
    }
    .into_any()
}

/// Whether it is paid at once or in parts, and by which days.
fn pace(form: &FormState) -> AnyView {
    let mut own = form.clone();
    if own.value("pace").is_empty() {
        own.set("pace", ONCE);
    }
    let rhythms = Every::ALL.iter().map(|every| (every.as_str(), t!("分期：{every}一期", every = text(every.label()))));
    let once = [(ONCE, t!("一次汇清，不约定日期").to_owned()), (ONCE_BY, t!("一次汇清，约定日期").to_owned())];
    let choices = once.into_iter().chain(rhythms).collect();
    let open =
        own.value("pace") != ONCE || ["pace", "parts", "first_due"].iter().any(|name| form.problem(name).is_some());
    view! {
        <details class="card" open=open>
            <summary>{t!("要约定日期或者分期汇款")}</summary>
            {radios(&own, "pace", (t!("一次还是分期"), None), choices)}
            <p class="hint">{t!("约定日期的填日期，分期的还要填期数。到期前后会发提醒信。")}</p>
            {Field::new(form, "first_due", t!("约定的日期（分期的是第一期）")).input("date", "none", "off")}
            {Field::new(form, "parts", t!("分几期（只有分期的要填）")).input("number", "numeric", "off")}
        </details>
    }
    .into_any()
}

/// The parts that were chosen; none where it is paid at once.
fn schedule(form: &FormState) -> Option<Vec<Instalment>> {
    let first_due = form.value("first_due").trim().parse().ok()?;
    let schedule = match form.value("pace") {
        ONCE_BY => Schedule::once(first_due),
        pace => Schedule { first_due, parts: form.value("parts").trim().parse().ok()?, every: pace.parse().ok()? },
    };
    Some(schedule.instalments(Fen::parse_yuan(form.value("amount")).ok()?))
}

/// The parts by day, to be read before it counts.
fn planned(form: &FormState) -> AnyView {
    let Some(parts) = schedule(form) else { return t!("一次汇清，不约定日期").into_any() };
    let rows = parts.iter().map(|part| view! { <li>{date(part.due_on)}" "{part.amount.to_string()}</li> });
    view! { <ol class="parts">{rows.collect_view()}</ol> }.into_any()
}

/// The choice of how a pledge is shown, and to whom.
pub fn display(form: &FormState, enterprise: &str) -> AnyView {
    let choices = vec![
        (PublicDisplay::Name.as_str(), t!("公开全称：{name}", name = enterprise)),
        (PublicDisplay::Partial.as_str(), t!("部分公开：{name}", name = partial_name(enterprise))),
        (PublicDisplay::Anonymous.as_str(), t!("匿名：爱心企业").to_owned()),
    ];
    view! {
        <fieldset class="card">
            <legend>{t!("怎样公开")}</legend>
            {radios(form, "public_display", (t!("公众看到的名称"), None), choices)}
            {tick(form, "show_amount", t!("在名称旁公开金额（总数里总是包含）"))}
            {tick(form, "share_with_recipient", t!("让受助的村和执行单位知道我们的名称"))}
        </fieldset>
    }
    .into_any()
}

fn terms(form: &FormState) -> AnyView {
    let lines = PLEDGE_TERMS.iter().map(|line| view! { <li>{text(line)}</li> });
    view! {
        <fieldset class="card">
            <legend>{t!("认捐须知")}</legend>
            <ul class="terms">{lines.collect_view()}</ul>
            {problem(form, "terms_version")}
            {tick(form, "notice_acknowledged", t!("我已阅读认捐须知，知道公开作出的捐赠承诺依法应当履行"))}
            {tick(form, "voluntary", t!("这次认捐完全出于自愿，没有人摊派"))}
        </fieldset>
    }
    .into_any()
}

/// Everything once more, in words, before it counts.
fn review(
    (form, pairings): (&FormState, &[PairingRow]),
    enterprise: &str,
    open: &[Campaign],
    need: Option<&Need>,
) -> AnyView {
    let carried = CARRIED.map(|name| view! { <input type="hidden" name=name value=form.value(name).to_owned() /> });
    let receiver = receivers(open).into_iter().find(|(value, _)| value == form.value("receiver"));
    let amount = Fen::parse_yuan(form.value("amount")).map(|amount| amount.to_string()).unwrap_or_default();
    let use_for = match (need, form.value("restriction")) {
        _ if form.value("split") == "1" => designations::typed(form, pairings),
        (Some(need), _) => t!("定向用于“{title}”", title = need.content.title).into_any(),
        (None, "directed") => t!("定向，到账后由我们指定需求").into_any(),
        _ => t!("非定向，由慈善组织在活动宗旨内安排").into_any(),
    };
    let choice = form.value("funding_choice").parse().unwrap_or(FundingChoice::AskMe);
    let choice = text(choice.label());
    let shown = match form.value("public_display").parse() {
        Ok(PublicDisplay::Name) => enterprise.to_owned(),
        Ok(PublicDisplay::Partial) => partial_name(enterprise),
        _ => t!("爱心企业").to_owned(),
    };
    let with_amount =
        if form.value("show_amount") == "1" { t!("公开金额") } else { t!("不公开金额（总数里包含）") };
    let shared =
        if form.value("share_with_recipient") == "1" { t!("告诉受助的村") } else { t!("不告诉受助的村") };
    view! {
        <h1>{t!("请核对认捐")}</h1>
        <form class="long" method="post" action=href("/pledge")>
            {carried}{designations::carried(form)}
            <section class="card facts">
                <dl>
                    <dt>{t!("捐赠方")}</dt><dd>{enterprise.to_owned()}</dd>
                    <dt>{t!("认捐金额")}</dt><dd class="big">{amount}</dd>
                    <dt>{t!("活动和慈善组织")}</dt><dd>{receiver.map(|(_, label)| label)}</dd>
                    <dt>{t!("用途")}</dt><dd>{use_for}</dd>
                    <dt>{t!("需求用不完时")}</dt><dd>{choice}</dd>
                    <dt>{t!("怎样汇款")}</dt><dd>{planned(form)}</dd>
                    <dt>{t!("公众看到")}</dt><dd>{shown}{t!("，")}{with_amount}</dd>
                    <dt>{t!("名称")}</dt><dd>{shared}</dd>
                </dl>
                <p class="note">{t!("认捐是承诺，公开作出后依法应当履行。确认后您会得到收款账号和认捐编号。")}</p>
            </section>
            <div class="buttons">
                <button class="button" name="action" value="confirm">{t!("确认认捐")}</button>
                <button class="button quiet" name="action" value="back">{t!("返回修改")}</button>
            </div>
        </form>
    }
    .into_any()
}
