//! Campaigns: the list, and one with its totals and the pledges that their givers show.

use super::campaign_about::{about, listed, rules};
use super::{campaign_giving, rehearsal};
use crate::parts;
use crate::parts::books;
use crate::parts::commitments::totals;
use crate::parts::four::{four, later, meaning, rows_of};
use crate::parts::pledge_rows::pledge_rows;
use crate::visit::{Page, Visit};
use crate::words::{date, href, text};
use domain::Fen;
use domain::api::ApiError;
use domain::api::campaigns::{self, PageQuery};
use domain::api::figures::MoneyOf;
use domain::api::{fundraising, goods};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let list = visit.call(campaigns::list()).await?;
    let rows = list.items.iter().map(|campaign| {
        let link = href(&format!("/campaigns/{}", campaign.code));
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

pub async fn one(visit: &Visit, name: &str) -> Result<Page, ApiError> {
    let read = visit.call(campaigns::get(name)).await?;
    let id = &read.campaign.code;
    // By its number it is found too; its address is the one by its code.
    if id != name {
        return Ok(Page::moved(format!("/campaigns/{id}")));
    }
    let query = PageQuery { after: visit.query("after").map(str::to_owned) };
    let pledges = visit.call(campaigns::pledges(id, &query)).await?;
    let needs = PageQuery { after: visit.query("needs_after").map(str::to_owned) };
    let needs = if read.listed > 0 { Some(visit.call(campaigns::listed(id, &needs)).await?) } else { None };
    let giving = visit.call(fundraising::list(id)).await?.items;
    let goods = visit.call(goods::of_campaign(id)).await?;
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
            {(!campaign.programme.is_empty()).then(|| view! { <span class="tag">{campaign.programme.clone()}</span> })}
        </p>
        {rehearsal::way_in(visit, campaign)}
        <div class="two">
            <div>
                <section class="card">
                    <h2>{t!("到现在")}</h2>
                    {four(&read.money, read.as_of, rows_of(&MoneyOf::Campaign(campaign.id)))}{later(read.later)}{unmatched(read.unmatched_fen)}
                    <p>{t!("{n} 家企业，{m} 笔认捐", n = read.enterprises, m = read.pledges)}</p>
                    {meaning()}
                </section>
                {parts::goods::section(&goods, true)}
                {totals(
                    &read.commitments,
                    t!("{from} 年 6 月 1 日至 {to} 年 5 月 31 日作出的承诺。", from = campaign.year, to = campaign.year + 1),
                )}
                {needs.as_ref().map(|needs| listed(&campaign.code, needs))}
                <section id="pledges">
                    <h2>{t!("认捐（{n}）", n = pledges.count)}</h2>
                    {pledge_rows(&pledges.items, t!("还没有认捐。"))}
                    {next}
                </section>
            </div>
            <aside>
                {about(&read)}
                {campaign_giving::section(&giving)}
                {books::of_campaign(campaign)}
                {rules(&read)}
            </aside>
        </div>
    };
    Ok(Page::new(campaign.name.clone(), body.into_any()).public())
}

/// 在途, which is in none of the numbers.
fn unmatched(held: Fen) -> Option<AnyView> {
    let says = held.is_positive().then(|| {
        t!(
            "另有在途 {amount}：到昨天为止，慈善组织的账户已收到、还不知道是谁的款，找到捐赠方以前不算到账。",
            amount = held
        )
    })?;
    Some(view! { <p class="soft">{says}</p> }.into_any())
}
