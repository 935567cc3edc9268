//! The villages of a town: with whom each is paired, as the enterprises want to be shown, and what is worth a look.

use crate::parts::place::path;
use crate::words::{date, href, text};
use domain::api::coverage::{PlaceCoverage, VillageCoverage, VillagePairingShown};
use leptos::prelude::*;

pub fn rows(coverage: &PlaceCoverage) -> AnyView {
    if coverage.villages.is_empty() {
        let says = match coverage.whole.villages {
            0 => t!("这里没有村（社区），不计入占比。"),
            _ => t!("没有符合条件的。"),
        };
        return view! { <p class="card empty">{says}</p> }.into_any();
    }
    let rows = coverage.villages.iter().map(village).collect_view();
    view! {
        <section id="rows">
            <h2>{t!("各村（社区）（{n}）", n = coverage.villages.len())}</h2>
            <ul class="card rows record">{rows}</ul>
        </section>
    }
    .into_any()
}

fn village(village: &VillageCoverage) -> AnyView {
    let count = match village.enterprises {
        0 => t!("没有结对企业").to_owned(),
        n => t!("{n} 家结对企业", n = n),
    };
    let tag = |shown: bool, label: &'static str| shown.then(|| view! { <span class="tag status">{label}</span> });
    let earlier = (village.earlier > 0).then(|| {
        let link = format!("{}#earlier", href(&path(&village.code)));
        view! { <span class="soft"><a href=link>{t!("以往的结对 {n} 条", n = village.earlier)}</a></span> }
    });
    let pairings = village.pairings.iter().map(pairing).collect_view();
    view! {
        <li>
            <span class="what">
                <span class="tags">
                    <span class="tag">{count}</span>
                    {tag(village.leaving, t!("九十天内有到期"))}
                    {tag(village.gap, t!("包镇协议没有列入"))}
                    {tag(village.overlap, t!("包镇之外还有别家"))}
                </span>
                <b><a href=href(&path(&village.code))>{village.name.clone()}</a></b>
                {pairings}
                {earlier}
            </span>
        </li>
    }
    .into_any()
}

fn pairing(pairing: &VillagePairingShown) -> AnyView {
    let fields: Vec<String> = pairing.fields.iter().map(|field| text(field.label())).collect();
    let term = if pairing.coming {
        t!("已签约，{first}生效", first = date(pairing.first_day))
    } else {
        t!("至{last}", last = date(pairing.last_day))
    };
    view! {
        <span>
            {text(&pairing.enterprise)}" · "{text(pairing.form.label())}" · "{term}
            <span class="soft">" · "{fields.join(t!("、"))}</span>
        </span>
    }
    .into_any()
}
