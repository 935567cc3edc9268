//! What stands beside the steps of a pairing: the thread, what it follows, and what may be done at any time.

use super::{id_of, leaving, names, own, reasoned};
use crate::parts::field::{Field, radios};
use crate::visit::Visit;
use crate::words::{date, href, instant, text};
use domain::api::pairings::{Pairing, PairingMessage};
use domain::pairing::{HandOverCause, PairingSeat, PairingStep};
use leptos::prelude::*;

pub fn thread(visit: &Visit, read: &Pairing) -> AnyView {
    let rows = read.messages.iter().map(message);
    let none = read.messages.is_empty().then(|| view! { <p class="soft">{t!("还没有留言。")}</p> });
    let form = own(visit, "message");
    let write = read.may.write.then(|| {
        view! {
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value="message" />
                <input type="hidden" name="id" value=id_of(visit, &form) />
                {Field::new(&form, "text", t!("留言")).hint(t!("只有结对的各方、工商联和审计看得到。")).of_row("message").area(3)}
                <button class="button quiet" name="action" value="message">{t!("留言")}</button>
            </form>
        }
    });
    view! {
        <section class="card" id="thread">
            <h2>{t!("留言（{n}）", n = read.messages.len())}</h2>
            {none}<ol class="thread">{rows.collect_view()}</ol>
            {write}
        </section>
    }
    .into_any()
}

fn message(one: &PairingMessage) -> AnyView {
    view! {
        <li class:answer=one.seat != PairingSeat::Enterprise>
            <b>{one.by.clone()}</b>
            <span class="soft">{instant(one.at)}</span>
            <p class="typed">{one.text.clone()}</p>
        </li>
    }
    .into_any()
}

pub fn history(read: &Pairing) -> Option<AnyView> {
    let rows = read.history.iter().map(|link| {
        let term = t!("{from} 至 {until}", from = date(link.first_day), until = date(link.last_day));
        let state = text(link.status.label());
        let name = format!("{} {}", link.reference, link.enterprise_name);
        if link.here {
            view! { <li aria-current="true"><b>{name}</b>" "<span class="soft">{state}" · "{term}</span></li> }
                .into_any()
        } else {
            let path = href(&format!("/pairings/{}", link.id));
            view! { <li><a href=path>{name}</a>" "<span class="soft">{state}" · "{term}</span></li> }.into_any()
        }
    });
    (read.history.len() > 1).then(|| {
        view! { <section class="card" id="history"><h2>{t!("前后衔接")}</h2><ul>{rows.collect_view()}</ul></section> }
            .into_any()
    })
}

/// What leads out, and what is changed at any time.
pub fn others(visit: &Visit, read: &Pairing) -> Option<AnyView> {
    let may = |step| read.may.steps.contains(&step);
    let renew = read.may.renew.then(|| {
        let link = href(&format!("/pairings/{}/renew", read.row.id));
        view! { <p><a class="button quiet" href=link>{t!("提出续约")}</a></p> }.into_any()
    });
    let parts = [
        renew,
        read.may.change_display.then(|| display(visit, read)),
        may(PairingStep::Withdraw).then(|| {
            reasoned(visit, read, "withdraw", (t!("撤回意向"), t!("签约前可以撤回。请写明原因，各方会看到。")))
        }),
        may(PairingStep::Decline).then(|| {
            reasoned(visit, read, "decline", (t!("不结对"), t!("签约前任何一方都可以不结对。请写明原因，各方会看到。")))
        }),
        leaving::steps(visit, read),
        may(PairingStep::HandOver).then(|| hand_over(visit, read)),
    ];
    let parts: Vec<AnyView> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| view! { <section class="card steps"><h2>{t!("其他")}</h2>{parts}</section> }.into_any())
}

fn display(visit: &Visit, read: &Pairing) -> AnyView {
    let mut form = own(visit, "display");
    if form.value("public_display").is_empty() {
        form.set("public_display", read.public_display.as_str());
    }
    // The same choice stands in the form of agreeing, once a page.
    if read.may.steps.contains(&PairingStep::Agree) {
        return ().into_any();
    }
    view! {
        <details class="more">
            <summary>{t!("改公开的方式")}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value="display" />
                {names(&form, &read.row.enterprise_name)}
                <button class="button quiet" name="action" value="display">{t!("保存")}</button>
            </form>
        </details>
    }
    .into_any()
}

fn hand_over(visit: &Visit, read: &Pairing) -> AnyView {
    let form = own(visit, "hand-over");
    let open = visit.form.as_ref().is_some_and(|form| form.value("row") == "hand-over");
    let causes = HandOverCause::ALL.iter().map(|cause| (cause.as_str(), text(cause.label()))).collect();
    view! {
        <details class="more" open=open>
            <summary>{t!("移交给另一家企业")}</summary>
            <form method="post" action=href(&visit.path)>
                <input type="hidden" name="row" value="hand-over" />
                <input type="hidden" name="version" value=read.version />
                <input type="hidden" name="id" value=id_of(visit, &form) />
                <p class="soft">{t!("企业合并、改名换了登记的，新的企业按原条款继续；企业退出的，接手的企业和村、镇要重新同意。历史记录都看得到。要再输一次密码。")}</p>
                {Field::new(&form, "enterprise_name", t!("接手企业的全称")).hint(t!("已在平台认证的企业")).of_row("hand-over").text()}
                {radios(&form, "cause", (t!("为什么移交"), None), causes)}
                {Field::new(&form, "reason", t!("原因")).of_row("hand-over").area(3)}
                <button class="button danger" name="action" value="hand-over">{t!("移交")}</button>
            </form>
        </details>
    }
    .into_any()
}
