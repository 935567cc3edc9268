//! What a campaign's page says besides its numbers: who receives and by which right, who helps, the rules, the needs that
//! it lists, and how an enterprise gives.

use super::campaign_office::rights;
use crate::parts::need_row::need_row;
use crate::words::{date, href};
use domain::api::List;
use domain::api::campaigns::{Campaign, CampaignMoney, Charity, NamedPartner};
use domain::api::needs::NeedRow;
use domain::campaign::setup::Qualification;
use leptos::prelude::*;

/// Purpose, year, charities, partners, and how to give.
pub fn about(read: &CampaignMoney) -> AnyView {
    let campaign = &read.campaign;
    let year = t!("{from} 年 6 月 1 日至 {to} 年 5 月 31 日", from = campaign.year, to = campaign.year + 1);
    let pledge = campaign.takes_pledges.then(|| {
        view! { <p><a class="button" href=href("/pledge")>{t!("企业认捐")}</a></p> }
    });
    view! {
        <section class="card facts">
            <dl>
                <dt>{t!("宗旨")}</dt><dd>{campaign.purpose.clone()}</dd>
                <dt>{t!("年度")}</dt><dd>{year}</dd>
            </dl>
            <h2>{t!("企业怎样捐")}</h2>
            <p>{t!("企业按捐赠协议，从对公账户转账到下面慈善组织的账户。先在这里认捐，就会得到收款账号和写进附言的认捐编号。完全自愿。")}</p>
            {pledge}
            <p class="soft">
                {t!("已经汇了款、还没有在这里认捐的企业，登录以后可以凭银行回单认领。")}" "
                <a href=href("/gift-claims/new")>{t!("认领到账的捐款")}</a>
            </p>
        </section>
        <section class="card facts" id="charities">
            <h2>{t!("接收捐款的慈善组织")}</h2>
            {campaign.charities.iter().map(charity).collect_view()}
        </section>
        {partners(&read.partners)}
    }
    .into_any()
}

fn charity(charity: &Charity) -> AnyView {
    let ended = (charity.qualification == Qualification::Ended).then(|| {
        view! { <p class="note">{t!("这家慈善组织登记的公开募捐资格已到期，不能面向公众募捐。企业按协议捐赠前，请先向它核实。")}</p> }
    });
    view! { <div><h3>{charity.name.clone()}</h3>{ended}{rights(charity)}</div> }.into_any()
}

/// On the form of a pledge: which of the charities have a right that has ended.
pub fn ended(open: &[Campaign]) -> Option<AnyView> {
    let charities = open.iter().flat_map(|campaign| &campaign.charities);
    let names = |ended: fn(&&Charity) -> bool| {
        let mut names: Vec<&str> = charities.clone().filter(ended).map(|charity| charity.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.join(t!("、"))
    };
    let raising = names(|charity| charity.qualification == Qualification::Ended);
    let tax = names(|charity| charity.tax_stands == Qualification::Ended);
    let note = |says: String| view! { <p class="note">{says}</p> };
    let raising = (!raising.is_empty()).then(|| {
        note(t!(
            "{names}登记的公开募捐资格已到期。企业按协议捐赠不以它为条件；认捐以前，请先向慈善组织核实。",
            names = raising
        ))
    });
    let tax = (!tax.is_empty()).then(|| {
        note(t!("{names}登记的税前扣除资格已到期，现在捐赠可能不能税前扣除，请先向慈善组织核实。", names = tax))
    });
    (raising.is_some() || tax.is_some()).then(|| view! { {raising}{tax} }.into_any())
}

fn partners(partners: &[NamedPartner]) -> Option<AnyView> {
    if partners.is_empty() {
        return None;
    }
    let rows = partners.iter().map(|partner| {
        let planned = if partner.named_in_plan { t!("已写进募捐方案") } else { t!("没有写进募捐方案") };
        let evaluated = partner.evaluated_on.map(|day| t!("，{day} 由慈善组织评估", day = date(day)));
        view! {
            <dt>{partner.name.clone()}</dt>
            <dd>{t!("{day} 签订协议", day = date(partner.agreed_on))}{t!("，")}{planned}{evaluated}</dd>
        }
    });
    Some(
        view! {
            <section class="card facts">
                <h2>{t!("合作方")}</h2>
                <p class="soft">{t!("合作方不收款，款项全部进慈善组织的账户。")}</p>
                <dl>{rows.collect_view()}</dl>
            </section>
        }
        .into_any(),
    )
}

/// The rules, and what else the office says.
pub fn rules(read: &CampaignMoney) -> AnyView {
    let told = |title: &'static str, text: &String| {
        (!text.is_empty()).then(|| {
            view! { <section class="card facts"><h2>{title}</h2><p class="typed">{text.clone()}</p></section> }
        })
    };
    view! { {told(t!("关于这次活动"), &read.page)}{told(t!("规则"), &read.rules)} }.into_any()
}

/// The needs that the office lists with it.
pub fn listed(code: &str, needs: &List<NeedRow>) -> AnyView {
    let next = needs.next.as_ref().map(|next| {
        let link = href(&format!("/campaigns/{code}?needs_after={next}#needs"));
        view! { <p class="paging"><a class="button quiet" rel="next" href=link>{t!("下一页")}</a></p> }
    });
    let rows = needs.items.iter().map(|need| need_row(need, true)).collect_view();
    view! {
        <section id="needs">
            <h2>{t!("活动列出的需求（{n}）", n = needs.count)}</h2>
            <p class="soft">{t!("没有列在这里的公开需求，也可以认捐。")}<a href=href("/needs")>{t!("找需求")}</a></p>
            <ul class="rows card">{rows}</ul>
            {next}
        </section>
    }
    .into_any()
}
