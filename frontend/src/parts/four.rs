//! The four numbers with their bar: 认捐 → 到账 → 拨付 → 支出, what each means, and the moment that they are of.

use super::money;
use crate::words::{as_of, href, text};
use chrono::{DateTime, Utc};
use domain::Fen;
use domain::api::figures::MoneyOf;
use domain::four::{FourNumbers, MoneyNumber};
use leptos::prelude::*;

/// Where the rows of each number are, in its order, and last those of what was arranged; none where there is no such page.
pub type Rows = [Option<String>; 5];

/// The pages on which each number's rows are.
pub fn rows_of(of: &MoneyOf) -> Rows {
    use MoneyNumber::{Arranged, Arrived, Disbursed, Pledged, Spent};
    [Pledged, Arrived, Disbursed, Spent, Arranged].map(|number| Some(href(&format!("{}/money/{number}", of.path()))))
}

/// Places on the page itself.
pub fn rows_at(places: [&str; 4]) -> Rows {
    let [pledged, arrived, disbursed, spent] = places.map(|place| Some(place.to_owned()));
    [pledged, arrived, disbursed, spent, None]
}

/// The numbers as they were at `at`, each leading to the rows that add up to it.
pub fn four(numbers: &FourNumbers, at: DateTime<Utc>, rows: Rows) -> AnyView {
    let [pledged, arrived, disbursed, spent, arranged] = rows;
    let widest =
        [numbers.pledged, numbers.arrived, numbers.disbursed, numbers.spent].into_iter().max().unwrap_or_default();
    let number = |class: &'static str, name: &'static str, amount: Fen, rows: Option<String>| {
        let shown = match rows {
            Some(rows) => view! { <a href=rows>{money::headline(amount)}</a> }.into_any(),
            None => money::headline(amount).into_any(),
        };
        view! { <div class=class><dt>{name}</dt><dd>{shown}</dd></div> }
    };
    let part = |class: &'static str, amount: Fen| {
        let width = format!("width:{}%", amount.percent_of(widest));
        view! { <i class=class style=width></i> }
    };
    let says = t!(
        "认捐 {pledged}，到账 {arrived}，拨付 {disbursed}，支出 {spent}",
        pledged = numbers.pledged,
        arrived = numbers.arrived,
        disbursed = numbers.disbursed,
        spent = numbers.spent
    );
    let arranged = numbers.arranged.is_positive().then(|| {
        let says = t!("另有统筹安排 {amount}", amount = money::exact(numbers.arranged));
        match arranged {
            Some(rows) => view! { <p class="soft"><a href=rows>{says}</a></p> }.into_any(),
            None => view! { <p class="soft">{says}</p> }.into_any(),
        }
    });
    let explained = numbers.explain().map(|why| view! { <p class="note">{text(&why)}</p> });
    view! {
        <dl class="four">
            {number("pledged", t!("认捐"), numbers.pledged, pledged)}
            {number("arrived", t!("到账"), numbers.arrived, arrived)}
            {number("disbursed", t!("拨付"), numbers.disbursed, disbursed)}
            {number("spent", t!("支出"), numbers.spent, spent)}
        </dl>
        <div class="bar" role="img" aria-label=says>
            {part("pledged", numbers.pledged)}{part("arrived", numbers.arrived)}
            {part("disbursed", numbers.disbursed)}{part("spent", numbers.spent)}
        </div>
        {arranged}{explained}
        <p class="soft as-of">{t!("截至 {time}", time = as_of(at))}</p>
    }
    .into_any()
}

/// Why a gift of today may be missing in the sums.
pub fn later(gifts: i64) -> Option<AnyView> {
    let says = (gifts > 0).then(|| {
        t!("另有今天 {n} 笔不公开金额的捐赠还没有计入：满三笔，或当天结束后，一起计入，以免从总数推算出来。", n = gifts)
    })?;
    Some(view! { <p class="note">{says}</p> }.into_any())
}

/// What each number means, for whoever wants to know.
pub fn meaning() -> AnyView {
    view! {
        <details>
            <summary>{t!("四个数字各是什么意思")}</summary>
            <p>{t!("认捐是企业的承诺，还不是钱。到账是银行已收到、经慈善组织两人核对的款。拨付是慈善组织付给执行单位的款。支出是执行单位花掉、凭证已由慈善组织核销的款。")}</p>
            <p><a href=href("/about/ledger")>{t!("账怎么看")}</a></p>
        </details>
    }
    .into_any()
}
