//! Gifts that came without an account: their codes for the charity, claiming one, and a claim with its steps.

use super::pairing::{id_of, pictures};
use super::pledge_form::display;
use crate::parts::field::{Field, problem, radios, summary, tick};
use crate::parts::money;
use crate::parts::query_string;
use crate::visit::{FormState, Page, Visit};
use crate::words::{date, href, instant, text};
use domain::GiftClaimId;
use domain::api::campaigns;
use domain::api::gift_claims::{self, GiftClaim, GiftClaimQuery, UnclaimedGift};
use domain::api::{ApiError, ErrorCode};
use domain::gift_claim::{GiftClaimStatus, GiftClaimStep};
use domain::organisation::Role;
use domain::pledge::{PLEDGE_TERMS_VERSION, Restriction};
use leptos::prelude::*;

const ENTERPRISE: [Role; 2] = [Role::EnterpriseOwner, Role::EnterpriseOperator];
const CHARITY: [Role; 4] = [Role::CharityMaker, Role::CharityChecker, Role::CharityPayer, Role::CharityOwner];

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let typed = |name: &str| visit.query(name).map(str::to_owned);
    let list =
        visit.call(gift_claims::list(&GiftClaimQuery { status: typed("status"), after: typed("after") })).await?;
    let chosen = visit.query("status").unwrap_or_default().to_owned();
    let shown = [GiftClaimStatus::Asked, GiftClaimStatus::Named, GiftClaimStatus::Confirmed];
    let choices = std::iter::once(("", t!("全部").to_owned()))
        .chain(shown.iter().map(|status| (status.as_str(), text(status.label()))));
    let filters = choices.map(|(status, label)| {
        let path = if status.is_empty() { "/gift-claims".to_owned() } else { format!("/gift-claims?status={status}") };
        let here = (status == chosen).then_some("true");
        view! { <a class="button quiet" href=href(&path) aria-current=here>{label}</a> }
    });
    let next = list.next.clone().map(|next| {
        let mut parameters = vec![("after", next)];
        parameters.extend((!chosen.is_empty()).then(|| ("status", chosen.clone())));
        let link = href(&format!("/gift-claims?{}", query_string(&parameters)));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let codes = if visit.has(&CHARITY) { Some(codes(&visit.call(gift_claims::codes()).await?.items)) } else { None };
    let asks = visit.has(&ENTERPRISE);
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{t!("认领到账的捐款（{n}）", n = list.count)}</h1>
            {asks.then(|| view! { <a class="button" href=href("/gift-claims/new")>{t!("认领一笔")}</a> })}
        </div>
        <p class="soft">{t!("没有登录就汇出的捐款，可以凭慈善组织给的登记编号、金额、日期和银行回单认领。慈善组织一人核对、另一人确认。")}</p>
        <nav class="buttons" aria-label=t!("看哪些")>{filters.collect_view()}</nav>
        {rows(&list.items)}
        {next}
        {codes}
    };
    Ok(Page::new(t!("认领到账的捐款"), body.into_any()))
}

fn rows(items: &[GiftClaim]) -> AnyView {
    if items.is_empty() {
        return view! { <p class="card empty">{t!("没有这样的认领。")}</p> }.into_any();
    }
    let rows = items.iter().map(|claim| {
        let link = href(&format!("/gift-claims/{}", claim.id));
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what">
                        <span class="tags"><span class="tag status">{text(claim.status.label())}</span></span>
                        <b>{claim.enterprise_name.clone()}</b>
                        <span class="soft">{claim.code.to_string()}" · "{date(claim.booked_on)}" · "{instant(claim.asked_at)}</span>
                    </span>
                    <span class="amount">{money::headline(claim.amount_fen)}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="rows card">{rows.collect_view()}</ul> }.into_any()
}

/// What the charity gives to whoever calls.
fn codes(gifts: &[UnclaimedGift]) -> AnyView {
    if gifts.is_empty() {
        return view! { <section id="codes"><h2>{t!("来源未明的到账")}</h2><p class="card empty">{t!("没有来源未明的款。")}</p></section> }
            .into_any();
    }
    let rows = gifts.iter().map(|gift| {
        view! {
            <tr>
                <th scope="row"><code>{gift.code.to_string()}</code></th>
                <td><a href=href(&format!("/work/bank-lines/{}", gift.line))>{gift.payer.clone()}</a></td>
                <td>{date(gift.booked_on)}</td>
                <td>{money::exact(gift.amount_fen)}</td>
            </tr>
        }
    });
    view! {
        <section class="card" id="codes">
            <h2>{t!("来源未明的到账（{n}）", n = gifts.len())}</h2>
            <p class="soft">{t!("有人来问时，核对付款人后把登记编号告诉他，他凭编号、金额、日期和银行回单认领。已按非定向计入活动的款也可以认领，仍是非定向。")}</p>
            <table class="sums">
                <thead><tr>
                    <th scope="col">{t!("登记编号")}</th><th scope="col">{t!("付款人")}</th>
                    <th scope="col">{t!("入账日期")}</th><th scope="col">{t!("金额")}</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

pub async fn new(visit: &Visit) -> Result<Page, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let own = me.acting_as(&ENTERPRISE).map(|membership| membership.organisation_name.clone());
    let own = own.ok_or_else(|| ApiError::new(ErrorCode::Forbidden, "只有企业账号可以做这件事"))?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let campaigns = visit.call(campaigns::list()).await?.items;
    let campaigns = campaigns.into_iter().map(|campaign| (campaign.id.to_string(), campaign.name)).collect();
    let uses = vec![
        (Restriction::Directed.as_str(), t!("定向：到账后由我们指定用于哪条需求").to_owned()),
        (Restriction::Undirected.as_str(), t!("非定向：由慈善组织在活动宗旨内安排").to_owned()),
    ];
    let body = view! {
        {summary(form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/gift-claims")>{t!("认领到账的捐款")}</a></nav>
        <h1>{t!("认领一笔到账的捐款")}</h1>
        <p>{t!("请先向收款的慈善组织问登记编号。编号、金额、入账日期都对上，才能提交；填错的次数多了要等一会儿再试。")}</p>
        <form class="long" method="post" enctype="multipart/form-data" action=href(&visit.path)>
            <input type="hidden" name="id" value=id_of(visit, form) />
            <input type="hidden" name="terms_version" value=PLEDGE_TERMS_VERSION />
            {Field::new(form, "code", t!("登记编号")).hint(t!("如 RL7K3M9P9")).text()}
            {Field::new(form, "amount", t!("到账金额（元）")).hint(t!("与银行回单一致，精确到分")).input("text", "decimal", "off")}
            {Field::new(form, "booked_on", t!("入账日期")).input("date", "none", "off")}
            {Field::new(form, "campaign", t!("计入哪次活动")).select(t!("请选择"), campaigns)}
            {radios(form, "restriction", (t!("怎样使用"), None), uses)}
            {pictures(form, "claim", t!("付款人的银行回单照片（1 至 6 张）"), t!("只给这家慈善组织、你们企业和审计看，不公开。"))}
            {display(form, &own)}
            {problem(form, "terms_version")}
            {tick(form, "voluntary", t!("这笔款是我们自愿捐赠的，没有人摊派"))}
            <button class="button">{t!("提交认领")}</button>
        </form>
    };
    Ok(Page::new(t!("认领一笔到账的捐款"), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    Some(match done {
        "asked" => t!("已提交，慈善组织会核对。"),
        "named" => t!("已核对，等另一人确认。"),
        "confirmed" => t!("已确认归属，成为企业的认捐并计为到账。"),
        "refused" => t!("未确认，企业会看到原因。"),
        "withdrawn" => t!("认领已撤回。"),
        _ => return None,
    })
}

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: GiftClaimId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let claim = visit.call(gift_claims::get(id)).await?;
    let done = visit.query("done").and_then(done_message);
    let title = t!("认领 {code}", code = claim.code);
    let shown = claim.pictures.iter().enumerate().map(|(n, picture)| {
        view! { <a href=format!("/api/v1/files/{picture}")>{t!("材料 {n}", n = n + 1)}</a>" " }
    });
    let payer = claim.payer.clone().map(|payer| view! { <dt>{t!("付款人")}</dt><dd>{payer}</dd> });
    let booked = claim.line.map(|line| {
        let path = href(&format!("/work/bank-lines/{line}"));
        view! { <dt>{t!("银行流水")}</dt><dd><a href=path>{t!("打开这笔流水")}</a></dd> }
    });
    let pledge = claim.pledge.map(|pledge| {
        let link = href(&format!("/pledges/{pledge}"));
        view! { <dt>{t!("认捐")}</dt><dd><a href=link>{t!("打开这笔认捐")}</a></dd> }
    });
    let decision = claim.decision.clone().map(|said| {
        view! { <section class="card"><h2>{t!("未确认")}</h2><p class="typed">{said}</p></section> }
    });
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        {visit.form.as_ref().and_then(summary)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/gift-claims")>{t!("认领到账的捐款")}</a></nav>
        <h1>{title.clone()}</h1>
        <p class="tags">
            <span class="tag status">{text(claim.status.label())}</span>
            <span class="soft">{claim.enterprise_name.clone()}</span>
        </p>
        <div class="two">
            <div>
                <section class="card">
                    <h2>{t!("付款人的银行回单")}</h2>
                    <p>{shown.collect_view()}</p>
                    <p class="soft">{t!("只给慈善组织、认领的企业和审计看，不公开。")}</p>
                </section>
                {decision}{steps(visit, &claim)}
            </div>
            <aside>
                <section class="card facts">
                    <dl>
                        <dt>{t!("到账金额")}</dt><dd>{money::exact(claim.amount_fen)}</dd>
                        <dt>{t!("入账日期")}</dt><dd>{date(claim.booked_on)}</dd>
                        {payer}{booked}
                        <dt>{t!("慈善组织")}</dt><dd>{claim.charity_name.clone()}</dd>
                        <dt>{t!("活动名称")}</dt><dd>{claim.campaign_name.clone()}</dd>
                        <dt>{t!("怎样使用")}</dt><dd>{text(claim.restriction.label())}</dd>
                        {pledge}
                    </dl>
                </section>
            </aside>
        </div>
    };
    Ok(Page::new(title, body.into_any()))
}

fn steps(visit: &Visit, claim: &GiftClaim) -> Option<AnyView> {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let may = |step| claim.may.contains(&step);
    let button = |action: &'static str, label: &'static str, says: &'static str, class: &'static str| {
        view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="version" value=claim.version />
                <p class="soft">{says}</p>
                <button class=class name="action" value=action>{label}</button>
            </form>
        }
        .into_any()
    };
    let parts: Vec<AnyView> = [
        may(GiftClaimStep::Name).then(|| {
            button(
                "name",
                t!("核对无误，请另一人确认"),
                t!("请对照流水核对回单上的付款人、账号、金额和日期。"),
                "button",
            )
        }),
        may(GiftClaimStep::Confirm).then(|| {
            button("confirm", t!("确认归属"), t!("确认后成为这家企业的认捐，计为到账，并发确认函。"), "button")
        }),
        may(GiftClaimStep::Refuse).then(|| {
            view! {
                <details class="more" open=form.problem("reason").is_some()>
                    <summary>{t!("不确认")}</summary>
                    <form method="post" action=href(&visit.path)>
                        <input type="hidden" name="version" value=claim.version />
                        {Field::new(form, "reason", t!("原因")).hint(t!("企业会看到。")).area(2)}
                        <button class="button danger" name="action" value="refuse">{t!("不确认")}</button>
                    </form>
                </details>
            }
            .into_any()
        }),
        may(GiftClaimStep::Withdraw).then(|| button("withdraw", t!("撤回认领"), "", "button quiet")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!parts.is_empty())
        .then(|| view! { <section class="card steps" id="now"><h2>{t!("下一步")}</h2>{parts}</section> }.into_any())
}
