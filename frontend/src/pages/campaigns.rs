//! Campaigns: the list, and one with its totals and the pledges that their givers show.

use crate::parts::books;
use crate::parts::commitments::totals;
use crate::parts::four::{Rows, four, later, meaning};
use crate::parts::pledge_rows::pledge_rows;
use crate::visit::{Page, Visit};
use crate::words::{date, href, text};
use domain::CampaignId;
use domain::api::campaigns::{self, Campaign, PageQuery};
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(campaigns::list()).await?;
    let rows = list.items.iter().map(|campaign| {
        let link = href(&format!("/campaigns/{}", campaign.id));
        view! {
            <li>
                <a class="need" href=link>
                    <span class="what"><b>{campaign.name.clone()}</b><span class="soft">{campaign.host.clone()}</span></span>
                    <span class="tag status">{text(campaign.stage.label())}</span>
                </a>
            </li>
        }
    });
    let rows = rows.collect_view();
    let body = view! {
        <h1>{t!("活动")}</h1>
        {if list.items.is_empty() {
            view! { <p class="card empty">{t!("还没有公开的活动。")}</p> }.into_any()
        } else {
            view! { <ul class="rows card">{rows}</ul> }.into_any()
        }}
    };
    Ok(Page::new(t!("活动"), body.into_any()).public())
}

/// What was paid and spent stands on the pages of the needs that it was for.
const ROWS: Rows = [Some("#pledges"), Some("#pledges"), None, None];

pub async fn one(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: CampaignId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let read = visit.call(campaigns::get(id)).await?;
    let query = PageQuery { after: visit.query("after").map(str::to_owned) };
    let pledges = visit.call(campaigns::pledges(id, &query)).await?;
    let campaign = &read.campaign;
    let next = pledges.next.as_ref().map(|next| {
        let link = href(&format!("/campaigns/{id}?after={next}"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/campaigns")>{t!("活动")}</a></nav>
        <h1>{campaign.name.clone()}</h1>
        <p class="tags">
            <span class="tag status">{text(campaign.stage.label())}</span>
            <span class="soft">{campaign.host.clone()}" · "{date(campaign.held_on)}</span>
        </p>
        <div class="two">
            <div>
                <section class="card">
                    <h2>{t!("到现在")}</h2>
                    {four(&read.money, read.as_of, ROWS)}{later(read.later)}
                    <p>{t!("{n} 家企业，{m} 笔认捐", n = read.enterprises, m = read.pledges)}</p>
                    {meaning()}
                </section>
                {totals(
                    &read.commitments,
                    t!("{from} 年 6 月 1 日至 {to} 年 5 月 31 日作出的承诺。", from = campaign.year, to = campaign.year + 1),
                )}
                <section id="pledges">
                    <h2>{t!("认捐（{n}）", n = pledges.count)}</h2>
                    {pledge_rows(&pledges.items, t!("还没有认捐。"))}
                    {next}
                </section>
            </div>
            <aside>{about(campaign)}{books::of_campaign(campaign)}</aside>
        </div>
    };
    Ok(Page::new(campaign.name.clone(), body.into_any()).public())
}

fn about(campaign: &Campaign) -> AnyView {
    let charities = campaign.charities.iter().map(|charity| view! { <dd>{charity.name.clone()}</dd> });
    let pledge = campaign.takes_pledges.then(|| {
        view! { <p><a class="button" href=href("/pledge")>{t!("企业认捐")}</a></p> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("宗旨")}</dt><dd>{campaign.purpose.clone()}</dd>
                <dt>{t!("接收捐款的慈善组织")}</dt>{charities.collect_view()}
            </dl>
            {pledge}
            <p class="soft">{t!("企业按捐赠协议经银行转账捐赠。本页不接受个人捐款。")}</p>
        </section>
    }
    .into_any()
}
