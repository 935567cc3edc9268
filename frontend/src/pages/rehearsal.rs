//! The rehearsal: test pledges entered and read by staff. Nothing here is, or becomes, a pledge.

use crate::parts::field::{Field, summary};
use crate::parts::money;
use crate::visit::{Page, Visit};
use crate::words::{as_of, href, instant, text};
use domain::api::ApiError;
use domain::api::campaigns::Campaign;
use domain::api::campaigns::setup::{self, Rehearsal, RehearsalPledge};
use domain::campaign::CampaignStage;
use domain::organisation::Role;
use leptos::prelude::*;

/// Who takes part.
const DESK: [Role; 3] = [Role::CampaignOffice, Role::FederationCounty, Role::FederationCity];

/// The way in from the campaign's page, for those who take part.
pub fn way_in(visit: &Visit, campaign: &Campaign) -> Option<AnyView> {
    let open = campaign.stage == CampaignStage::Rehearsal && visit.has(&DESK);
    let link = href(&format!("/work/campaigns/{}/rehearsal", campaign.id));
    open.then(|| view! { <p><a class="button quiet" href=link>{t!("打开演练")}</a></p> }.into_any())
}

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let rehearsal = visit.call(setup::rehearsal(id)).await?;
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.replace("id", visit.fresh_id.to_string());
    }
    let enter = rehearsal.open.then(|| {
        view! {
            <form class="long" method="post" action=href(&visit.path)>
                <input type="hidden" name="id" value=form.value("id").to_owned() />
                <fieldset class="card">
                    <legend>{t!("录入一笔演练的认捐")}</legend>
                    {Field::new(&form, "name", t!("企业名称")).hint(t!("最好用一看就是演练的名称，如“演练企业一”")).text()}
                    {Field::new(&form, "amount", t!("金额（元）")).hint(t!("可写“5万”。")).input("text", "decimal", "off")}
                </fieldset>
                <div class="buttons"><button class="button" name="action" value="enter">{t!("录入")}</button></div>
            </form>
        }
    });
    let closed = (!rehearsal.open).then(|| {
        view! { <p class="note">{t!("活动现在是“{stage}”，只有演练阶段可以录入。", stage = text(rehearsal.stage.label()))}</p> }
    });
    let title = t!("演练");
    let body = view! {
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <div class="head">
            <h1>{title}</h1>
            <span class="tags"><span class="tag status">{t!("演练，不是真的认捐")}</span></span>
        </div>
        <p class="soft">{rehearsal.name.clone()}</p>
        {done(visit)}
        {closed}
        {board(&rehearsal)}
        {enter}
        {clear(visit, &rehearsal)}
    };
    Ok(Page::new(title, body.into_any()))
}

fn done(visit: &Visit) -> Option<AnyView> {
    let says = match visit.query("done")? {
        "entered" => t!("已录入。"),
        "cleared" => t!("已清除。"),
        _ => return None,
    };
    Some(view! { <p class="done" role="status">{says}</p> }.into_any())
}

fn board(rehearsal: &Rehearsal) -> AnyView {
    let row = |pledge: &RehearsalPledge| {
        view! {
            <tr>
                <th scope="row">{pledge.name.clone()}<span class="soft">{instant(pledge.entered_at)}</span></th>
                <td>{money::exact(pledge.amount_fen)}</td>
            </tr>
        }
    };
    let rows = if rehearsal.items.is_empty() {
        view! { <p class="card empty">{t!("还没有演练的认捐。")}</p> }.into_any()
    } else {
        view! {
            <div class="card scroll">
                <table class="sums gifts">
                    <thead><tr><th scope="col">{t!("演练的企业")}</th><th scope="col">{t!("金额")}</th></tr></thead>
                    <tbody>{rehearsal.items.iter().map(row).collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    };
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("演练合计（{n} 笔）", n = rehearsal.count)}</dt>
                <dd class="big">{money::headline(rehearsal.total_fen)}</dd>
            </dl>
            <p class="soft as-of">{t!("截至 {at}", at = as_of(rehearsal.as_of))}</p>
        </section>
        {rows}
    }
    .into_any()
}

fn clear(visit: &Visit, rehearsal: &Rehearsal) -> Option<AnyView> {
    rehearsal.may_clear.then(|| {
        view! {
            <details class="card">
                <summary>{t!("演练结束，清除")}</summary>
                <form method="post" action=href(&visit.path)>
                    <p>{t!("删除这里的全部演练认捐。真的认捐不在这里，不受影响。清除以后才能离开演练阶段。")}</p>
                    <button class="button quiet" name="action" value="clear">{t!("清除 {n} 笔", n = rehearsal.count)}</button>
                </form>
            </details>
        }
        .into_any()
    })
}
