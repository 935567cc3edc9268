//! On a bank line's page: that the money is a payment coming back, and which.

use crate::parts::field::{Field, radios};
use crate::parts::money;
use crate::visit::{FormState, Visit};
use crate::words::{date, href, text};
use domain::BankLineId;
use domain::api::returns::{LineBack, PaidOut, SaidBack};
use domain::giving_back::BackKind;
use leptos::prelude::*;

pub fn section(visit: &Visit, form: &FormState, back: &LineBack) -> Option<AnyView> {
    match &back.said {
        Some(said) => Some(stands(visit, back.line, said)),
        None if !back.candidates.is_empty() => Some(say(visit, form, &back.candidates)),
        None => None,
    }
}

fn payment(one: &PaidOut) -> String {
    let day = one.paid_on.map(date).unwrap_or_default();
    t!(
        "{day} 拨付 {payee} {amount}，{need}（未核销 {left}）",
        day = day,
        payee = one.payee_name,
        amount = money::exact(one.amount_fen),
        need = one.need_title,
        left = money::exact(one.left_fen)
    )
}

fn stands(visit: &Visit, line: BankLineId, said: &SaidBack) -> AnyView {
    let path = href(&visit.path);
    let hidden = || {
        view! {
            <input type="hidden" name="disbursement" value=said.back.disbursement.to_string() />
            <input type="hidden" name="kind" value=said.back.kind.to_string() />
        }
    };
    let confirm = said.may_confirm.then(|| {
        view! {
            <form method="post" action=path.clone()>
                {hidden()}
                <p>{t!("请对照银行流水。确认后这笔款回到需求的已分配款里，可以重新拨付。")}</p>
                <button class="button" name="action" value="confirm_back">{t!("核对无误，确认退回")}</button>
            </form>
        }
    });
    let drop = said.may_drop.then(|| {
        view! {
            <form method="post" action=path.clone()>
                <button class="button quiet" name="action" value="drop_back">{t!("不是这笔，撤回")}</button>
            </form>
        }
    });
    let state = if let Some(by) = &said.confirmed_by {
        t!("{by} 已确认", by = by)
    } else {
        t!("{by} 提出，等另一位同事确认", by = said.said_by)
    };
    view! {
        <section class="card">
            <h2>{text(said.back.kind.label())}</h2>
            <p><a href=href(&format!("/work/disbursements/{}", said.back.disbursement))>{payment(&said.payment)}</a></p>
            <p class="soft">{state}</p>
            {confirm}{drop}
            {said.confirmed_by.is_some().then(|| view! { <p><a href=href(&format!("/work/reversals/back/{line}"))>{t!("记错了，冲正")}</a></p> })}
        </section>
    }
    .into_any()
}

fn say(visit: &Visit, form: &FormState, candidates: &[PaidOut]) -> AnyView {
    let own = if form.value("action") == "say_back" { form.clone() } else { FormState::default() };
    let choices = candidates.iter().map(|one| (one.disbursement.to_string(), payment(one))).collect();
    let kinds = BackKind::ALL.iter().map(|kind| (kind.as_str(), text(kind.label()))).collect();
    view! {
        <details class="card" open=!own.problems.is_empty()>
            <summary>{t!("这笔是退回来的拨付款")}</summary>
            <form method="post" action=href(&visit.path)>
                <p class="hint">{t!("收款银行退汇，或村里把没有用完的款交回。")}</p>
                {Field::new(&own, "disbursement", t!("哪一笔拨付")).select(t!("请选择"), choices)}
                {radios(&own, "kind", (t!("怎样退回的"), None), kinds)}
                <button class="button quiet" name="action" value="say_back">{t!("记下，等同事确认")}</button>
            </form>
        </details>
    }
    .into_any()
}
