//! Leaving a pairing: that a side has given notice and until when it counts, and what may be done about it.

use super::{button, reasoned};
use crate::visit::Visit;
use crate::words::{date, instant};
use domain::api::pairings::Pairing;
use domain::pairing::PairingStep;
use leptos::prelude::*;

/// How long ahead a side says that it leaves.
pub fn days(days: u16) -> String {
    if days == 0 { t!("不用提前，可以随时终止").to_owned() } else { t!("{n} 天", n = days) }
}

/// Who leaves, why, and how long it still counts.
pub fn notice(read: &Pairing) -> Option<AnyView> {
    let notice = read.notice.as_ref()?;
    let left = if notice.days_left == 0 {
        t!("今天终止。").to_owned()
    } else {
        t!("还有 {n} 天。在那之前协议照样有效，计划照常办。", n = notice.days_left)
    };
    Some(
        view! {
            <section class="summary" id="notice">
                <h2>{t!("{day} 终止", day = date(notice.ends_on))}</h2>
                <p>{t!("{by}提出终止，{at}。", by = notice.by, at = instant(notice.at))}{left}</p>
                <p class="typed">{notice.reason.clone()}</p>
            </section>
        }
        .into_any(),
    )
}

/// Giving notice, taking it back, agreeing to an end at once, ending at once.
pub fn steps(visit: &Visit, read: &Pairing) -> Option<AnyView> {
    let may = |step| read.may.steps.contains(&step);
    let days = read.terms.first().map_or(0, |version| version.terms.notice_days);
    let parts = [
        may(PairingStep::WithdrawNotice).then(|| {
            let says = t!("改了主意的，在终止的日期以前可以撤回，协议按原来的期限继续。要再输一次密码。");
            button(visit, read, "withdraw-notice", (t!("撤回终止通知"), says, "button"))
        }),
        may(PairingStep::AgreeToEnd).then(|| {
            let says = t!("不用等到那一天的，可以同意提前终止，协议今天就终止。要再输一次密码。");
            button(visit, read, "agree-to-end", (t!("同意提前终止"), says, "button danger"))
        }),
        may(PairingStep::GiveNotice).then(|| {
            let says = notice_says(days);
            reasoned(visit, read, "give-notice", (t!("提出终止"), says))
        }),
        may(PairingStep::Terminate).then(|| {
            let says =
                t!("协议立即终止，各方和工商联会收到通知。请写明原因和善后的安排；期间的记录都保留。要再输一次密码。");
            reasoned(visit, read, "terminate", (t!("终止协议"), says))
        }),
    ];
    let parts: Vec<AnyView> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.into_any())
}

fn notice_says(days: u16) -> String {
    t!(
        "按协议要提前 {n} 天通知：今天提出，满 {n} 天那天终止。各方和工商联会收到通知，期间照常办；您可以撤回，对方同意的可以提前终止。请写明原因和善后的安排。要再输一次密码。",
        n = days
    )
}
