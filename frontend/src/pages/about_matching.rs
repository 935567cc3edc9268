//! How needs and offers are recommended: the whole formula, printed from the tables by which it is computed.
//!
//! Deliberately absent: anything that is not in `domain::matching`.

use crate::visit::Page;
use crate::words::{href, text};
use domain::matching::outlook::{JUDGED_MAX, OFFERS_JUDGED};
use domain::matching::reason::{NEAR_KM, Part, ReasonKind};
use domain::matching::topics::{TOPICS, fields_of};
use domain::registration::Industry;
use leptos::prelude::*;

pub fn page() -> Page {
    let title = t!("怎样推荐");
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/about")>{t!("关于")}</a></nav>
        <h1>{title}</h1>
        <section class="card prose">
            <p>{t!("平台给企业推荐需求，给村里推荐企业的供给意向。推荐只按下面公开的公式算，每条理由都来自资料和需求本身，不看谁点过什么，也不收钱。")}</p>
            <p>{t!("推荐不是要求。捐赠出于自愿，平台不给任何企业定指标，也不显示“应捐多少”。")}</p>
            <h2>{t!("给企业推荐需求")}</h2>
            <p>{t!("看企业自己填的对接资料、登记的行业、企业名称，和它发布的供给意向。对接资料只有本企业和工商联看得到。企业标为“不合适”的、已经认捐的需求不再推荐；填了能提供的种类，就只推荐这些种类。")}</p>
            <h2>{t!("给需求推荐供给意向")}</h2>
            <p>{t!("只看供给意向本身写的内容和企业登记的行业、名称，不看对接资料。种类不同、不面向这个地方的不推荐；公平的理由对所有意向都一样，不计分。同类的意向很多时，只看最新的 {n} 条。", n = OFFERS_JUDGED)}</p>
        </section>
        {parts()}
        {industries()}
        {topics()}
        {candidates()}
    };
    Page::new(title, body.into_any()).public()
}

/// Parts with their weights, reasons with their points.
fn parts() -> AnyView {
    let rows = Part::ALL.iter().map(|part| {
        let reasons = ReasonKind::ALL.iter().filter(|kind| kind.part() == *part).map(|kind| {
            view! { <tr><th scope="row">{text(kind.label())}</th><td>{kind.points()}</td></tr> }
        });
        let how = if part.adds_up() { t!("各条相加，最多 1000") } else { t!("取最高的一条") };
        view! {
            <tbody>
                <tr class="part">
                    <th scope="rowgroup"><b>{text(part.label())}</b>" "<span class="soft">{how}</span></th>
                    <td><b>{t!("权重 {n}‰", n = part.weight())}</b></td>
                </tr>
                {reasons.collect_view()}
            </tbody>
        }
    });
    view! {
        <section class="card">
            <h2>{t!("得分")}</h2>
            <p>{t!("总分 = 各部分的分 × 权重之和，满分 1000，只用整数。同分的，等得最久的需求在前。")}</p>
            <table>
                <thead><tr><th scope="col">{t!("理由")}</th><th scope="col">{t!("分（该部分满分 1000）")}</th></tr></thead>
                {rows.collect_view()}
            </table>
            <p class="soft">
                {t!("距离是直线，从企业填的基地到需求所在的镇，{km} 公里以外不计。117 个镇级单位里有 103 个知道位置；其余的按县（市、区）中心粗算，并注明。镇的位置：", km = NEAR_KM)}
                <a href="https://www.geonames.org/" rel="noreferrer">"GeoNames"</a>"（"
                <a href="https://creativecommons.org/licenses/by/4.0/" rel="license noreferrer">"CC BY 4.0"</a>"）"
            </p>
        </section>
    }
    .into_any()
}

fn industries() -> AnyView {
    let rows = Industry::ALL.iter().filter(|industry| !fields_of(**industry).is_empty()).map(|industry| {
        let fields = fields_of(*industry).iter().map(|field| text(field.label())).collect::<Vec<_>>().join(t!("、"));
        view! { <tr><th scope="row">{text(industry.label())}</th><td class="wraps">{fields}</td></tr> }
    });
    view! {
        <details class="opens card">
            <summary>{t!("哪个行业适合哪些领域")}</summary>
            <table>
                <thead><tr><th scope="col">{t!("行业")}</th><th scope="col">{t!("领域")}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}

fn topics() -> AnyView {
    let rows = TOPICS.iter().map(|topic| {
        view! {
            <tr>
                <th scope="row">{text(topic.name)}</th>
                <td class="wraps" lang="zh-Hans">{topic.words.join("、")}</td>
                <td class="wraps" lang="zh-Hans">{topic.but_not.join("、")}</td>
            </tr>
        }
    });
    view! {
        <details class="opens card">
            <summary>{t!("主题和词")}</summary>
            <p>{t!("两边各有同一主题的一个词，才算同一主题；理由里写明是哪个词。企业这边看名称、对接资料和供给意向。只是从最后一栏的词里切出来的不算：“提供水泥”里没有“供水”。")}</p>
            <table>
                <thead><tr><th scope="col">{t!("主题")}</th><th scope="col">{t!("词")}</th><th scope="col">{t!("不算的词")}</th></tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </details>
    }
    .into_any()
}

fn candidates() -> AnyView {
    view! {
        <section class="card prose">
            <h2>{t!("哪些需求参加计算")}</h2>
            <p>{t!("每一条可对接的需求都参加。先按需求的领域、种类、地方、金额、主题，以及有没有企业认捐，估它最多能得多少分；从估分最高的开始，按当时的情况逐条计算，最多 {n} 条，估分相同的，等得最久的在前。没有算到的需求，在“找需求”里都找得到。", n = JUDGED_MAX)}</p>
        </section>
    }
    .into_any()
}
