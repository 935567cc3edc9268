//! How to read the books: what each kind of row and each kind of account means, printed from the ledger's own tables.
//!
//! Deliberately absent: anything that is not in `domain::ledger`.

use crate::visit::Page;
use crate::words::{href, text};
use domain::ledger::{AccountKind, MONEY_WORDS, TransferCode};
use leptos::prelude::*;

pub fn page() -> Page {
    let title = t!("账怎么看");
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/about")>{t!("关于")}</a></nav>
        <h1>{title}</h1>
        <section class="card prose">
            <p>{t!("账记的是钱从哪里到哪里。每一分钱任何时候只在一个地方；一行账把一笔钱从一个科目转到另一个科目，所以账不会不平。")}</p>
            <p>{t!("账只增加，不修改、不删除。记错了，就按原来的金额反方向记一次，两行都看得到。")}</p>
            <p>{t!("每笔到账是一个批次，付款时最早到账的先用。钱走到哪里都带着自己的批次，所以每位捐赠方都能从汇款一直看到发票。")}</p>
        </section>
        {words()}
        {kinds()}
        {codes()}
    };
    Page::new(title, body.into_any()).public()
}

fn words() -> AnyView {
    let rows = MONEY_WORDS.iter().map(|(word, says)| view! { <dt>{text(word)}</dt><dd>{text(says)}</dd> });
    view! {
        <section class="card facts" id="words">
            <h2>{t!("几个词")}</h2>
            <dl>{rows.collect_view()}</dl>
            <p class="soft">{t!("认捐、到账、拨付、支出是四个数，从不相加成一个。它们不一定一个比一个小：钱可以没有认捐就到账，统筹安排的款也可以拨付给没有收到捐款的需求。")}</p>
        </section>
    }
    .into_any()
}

fn kinds() -> AnyView {
    let rows = AccountKind::ALL.iter().map(|kind| {
        view! { <dt id=format!("kind-{kind}")>{text(kind.label())}</dt><dd>{text(kind.explain())}</dd> }
    });
    view! {
        <section class="card facts" id="kinds">
            <h2>{t!("各类科目")}</h2>
            <dl>{rows.collect_view()}</dl>
        </section>
    }
    .into_any()
}

/// Each kind of row with its way.
fn codes() -> AnyView {
    let names = |kinds: &[AccountKind]| {
        let names: Vec<_> = kinds.iter().map(|kind| text(kind.label())).collect();
        names.join(t!("、"))
    };
    let rows = TransferCode::ALL.iter().map(|code| {
        let (from, to) = code.way();
        let way = if from.is_empty() {
            t!("原来那一行的反方向").to_owned()
        } else {
            t!("{from} → {to}", from = names(from), to = names(to))
        };
        view! {
            <dt id=code.as_str()>{text(code.label())}</dt>
            <dd>
                {text(code.explain())}
                <span class="way">{way}</span>
                <span class="way">{t!("依据：{what}", what = text(code.cause().label()))}</span>
            </dd>
        }
    });
    view! {
        <section class="card facts" id="codes">
            <h2>{t!("各类明细")}</h2>
            <dl>{rows.collect_view()}</dl>
        </section>
    }
    .into_any()
}
