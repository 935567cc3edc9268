//! What is stored already, beside what was typed: for a form that came too late, or was sent again with something else.

use crate::visit::FormState;
use crate::words::href;
use leptos::prelude::*;

/// Label and value, one a line.
pub type Fact = (&'static str, String);

/// The id under which something else is stored than what was typed, if the form was refused for that.
pub fn id<T: std::str::FromStr>(form: &FormState) -> Option<T> {
    form.value("recorded").parse().ok()
}

/// What the form's id holds. What was typed has an id of its own from here on.
pub fn under_this_id(path: &str, facts: Vec<Fact>) -> AnyView {
    view! {
        <section class="card facts">
            <h2>{t!("已经保存的一份")}</h2>
            {list(facts)}
            <p><a href=href(path)>{t!("打开已经保存的")}</a></p>
            <p class="note">{t!("下面是您这次填写的内容，还没有保存。再提交就另存为新的一份；不需要的话，打开已经保存的那份就行。")}</p>
        </section>
    }
    .into_any()
}

/// What a colleague stored meanwhile. Saving what was typed replaces it.
pub fn meanwhile(facts: Vec<Fact>) -> AnyView {
    view! {
        <section class="card facts">
            <h2>{t!("现在保存着的（只列不同之处）")}</h2>
            {list(facts)}
            <p class="note">{t!("下面是您填写的内容。请对照修改；再保存就以您填写的为准。")}</p>
        </section>
    }
    .into_any()
}

/// What was typed and can no longer be saved, so that it can be copied.
pub fn typed(facts: Vec<Fact>) -> AnyView {
    view! {
        <section class="card facts">
            <h2>{t!("您填写的内容")}</h2>
            <p class="hint">{t!("没有保存。需要的话请先复制下来。")}</p>
            {list(facts)}
        </section>
    }
    .into_any()
}

fn list(facts: Vec<Fact>) -> AnyView {
    let rows = facts.into_iter().map(|(label, value)| {
        let value = if value.is_empty() { t!("（空）").to_owned() } else { value };
        view! { <dt>{label}</dt><dd class="typed">{value}</dd> }
    });
    view! { <dl>{rows.collect_view()}</dl> }.into_any()
}
