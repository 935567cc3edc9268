//! Why something is recommended, in words, with its score.
//!
//! Deliberately absent: any sentence that is not one of the reasons of `domain::matching`.

use super::money;
use crate::words::text;
use domain::matching::reason::{FitReason, Score};
use leptos::prelude::*;
use std::cmp::Reverse;

/// The page that explains the score.
pub const FORMULA: &str = "/about/recommendations";

/// To whom the reasons are told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// The enterprise to which a need is recommended.
    Enterprise,
    /// The village or the federation to which an offer is shown.
    Village,
    /// The federation that brings an enterprise and a village together.
    Between,
}

/// One reason as its reader reads it.
pub fn words(reason: &FitReason, reader: Reader) -> String {
    if reader == Reader::Between {
        return between(reason);
    }
    let enterprise = reader == Reader::Enterprise;
    match reason {
        FitReason::FieldChosen { field } if enterprise => t!("您选过的领域：{field}", field = text(field.label())),
        FitReason::FieldChosen { field } => t!("供给写明用于：{field}", field = text(field.label())),
        FitReason::IndustryFits { industry, field } => {
            t!("行业对口：{industry}—{field}", industry = text(industry.label()), field = text(field.label()))
        }
        FitReason::SharedTopic { topic, need_word, own_word } => {
            let topic = text(topic);
            if enterprise {
                t!(
                    "同为“{topic}”：需求写到“{need}”，您的名称或资料里有“{own}”",
                    topic = topic,
                    need = need_word,
                    own = own_word
                )
            } else {
                t!(
                    "同为“{topic}”：需求写到“{need}”，企业的名称或意向里有“{own}”",
                    topic = topic,
                    need = need_word,
                    own = own_word
                )
            }
        }
        FitReason::SameTown { town } => t!("您的基地就在{town}", town = town),
        FitReason::SameCounty { county } => t!("您的基地在同县（市、区）：{county}", county = county),
        FitReason::Near { km, rough: false } => t!("您的基地到需求所在镇直线约 {km} 公里", km = km),
        FitReason::Near { km, rough: true } => {
            t!("直线约 {km} 公里（有一处不知道镇的位置，按县中心粗算）", km = km)
        }
        FitReason::PlaceChosen { name, .. } if enterprise => t!("在您选过的地方：{place}", place = name),
        FitReason::PlaceChosen { name, .. } => t!("供给写明的地方：{place}", place = name),
        FitReason::AnyPlace => t!("面向全梅州").to_owned(),
        FitReason::KindChosen { kind } if enterprise => t!("要的是{kind}，您能提供", kind = text(kind.label())),
        FitReason::KindChosen { kind } => t!("提供的是{kind}，正是需求要的", kind = text(kind.label())),
        FitReason::AmountInRange { missing_fen, whole } => {
            let amount = money::exact(*missing_fen);
            match (enterprise, whole) {
                (true, true) => t!("扣除认捐后还差 {amount}，在您的金额范围内", amount = amount),
                (true, false) => t!("扣除认捐后还差 {amount}，比您的金额范围大，可分担一部分", amount = amount),
                (false, true) => t!("扣除认捐后还差 {amount}，在供给的金额范围内", amount = amount),
                (false, false) => t!("扣除认捐后还差 {amount}，比供给的金额范围大，可分担一部分", amount = amount),
            }
        }
        FitReason::NeverPledged => t!("还没有企业认捐").to_owned(),
        FitReason::KeyAssisted { source } => t!("所在镇是重点帮扶镇（据《{source}》）", source = source),
    }
}

/// The same of two others. What is a fact of the need alone is told to everybody alike.
fn between(reason: &FitReason) -> String {
    match reason {
        FitReason::FieldChosen { field } => t!("企业选过的领域：{field}", field = text(field.label())),
        FitReason::SharedTopic { topic, need_word, own_word } => t!(
            "同为“{topic}”：需求写到“{need}”，企业的名称或资料里有“{own}”",
            topic = text(topic),
            need = need_word,
            own = own_word
        ),
        FitReason::SameTown { town } => t!("企业的基地就在{town}", town = town),
        FitReason::SameCounty { county } => t!("企业的基地在同县（市、区）：{county}", county = county),
        FitReason::Near { km, rough: false } => t!("企业的基地到村所在镇直线约 {km} 公里", km = km),
        FitReason::PlaceChosen { name, .. } => t!("在企业选过的地方：{place}", place = name),
        FitReason::KindChosen { kind } => t!("要的是{kind}，企业能提供", kind = text(kind.label())),
        FitReason::AmountInRange { missing_fen, whole } => {
            let amount = money::exact(*missing_fen);
            if *whole {
                t!("扣除认捐后还差 {amount}，在企业的金额范围内", amount = amount)
            } else {
                t!("扣除认捐后还差 {amount}，比企业的金额范围大，可分担一部分", amount = amount)
            }
        }
        FitReason::IndustryFits { .. }
        | FitReason::Near { rough: true, .. }
        | FitReason::AnyPlace
        | FitReason::NeverPledged
        | FitReason::KeyAssisted { .. } => words(reason, Reader::Enterprise),
    }
}

/// Reasons that stand open.
const OPEN: usize = 3;

/// The reasons that weigh most, the others folded behind them, and the score.
pub fn reasons(all: &[FitReason], score: Score, reader: Reader) -> AnyView {
    let mut all: Vec<&FitReason> = all.iter().collect();
    all.sort_by_key(|reason| Reverse(reason.worth()));
    let (open, others) = all.split_at(all.len().min(OPEN));
    let lines =
        |some: &[&FitReason]| some.iter().map(|reason| view! { <li>{words(reason, reader)}</li> }).collect_view();
    let others = (!others.is_empty()).then(|| {
        view! {
            <details>
                <summary>{t!("另有 {n} 条理由", n = others.len())}</summary>
                <ul class="reasons">{lines(others)}</ul>
            </details>
        }
    });
    view! {
        <ul class="reasons" aria-label=t!("推荐的理由")>{lines(open)}</ul>
        {others}
        <p class="soft score">{t!("得分 {score}（满分 1000）", score = score.total)}</p>
    }
    .into_any()
}

/// Where the points come from that distances are measured between, where any is told.
pub fn attribution<'a>(mut all: impl Iterator<Item = &'a FitReason>) -> Option<AnyView> {
    let tells = all.any(|reason| matches!(reason, FitReason::Near { .. }));
    tells.then(|| {
        view! {
            <p class="soft as-of">
                {t!("距离是直线，不是路程。镇的位置：")}
                <a href="https://www.geonames.org/" rel="noreferrer">"GeoNames"</a>"（"
                <a href="https://creativecommons.org/licenses/by/4.0/" rel="license noreferrer">"CC BY 4.0"</a>"）"
            </p>
        }
        .into_any()
    })
}
