//! How a pledge is shown: chosen when it was made, and changed here at any time.

use super::pledge_form::display;
use crate::parts::field::{problem, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::PledgeId;
use domain::api::pledges::{self, DisplayChosen};
use domain::api::{ApiError, ErrorCode};
use domain::pledge::{DISPLAY_TEXT, DISPLAY_TEXT_VERSION};
use leptos::prelude::*;

pub async fn page(visit: &Visit, id: &str) -> Result<Page, ApiError> {
    let id: PledgeId = id.parse().map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
    let pledge = visit.call(pledges::get(id)).await?;
    let form = visit.form.clone().unwrap_or_else(|| {
        let mut form = FormState::default();
        form.set("public_display", pledge.public_display.as_str());
        for (name, chosen) in
            [("show_amount", pledge.show_amount), ("share_with_recipient", pledge.share_with_recipient)]
        {
            form.set(name, if chosen { "1" } else { "" });
        }
        form
    });
    let back = href(&format!("/pledges/{id}"));
    let said = DISPLAY_TEXT.iter().map(|line| view! { <p>{text(line)}</p> });
    let before = visit.call(pledges::displays(id)).await?;
    let body = view! {
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=back.clone()>{t!("认捐 {reference}", reference = pledge.reference)}</a>
        </nav>
        <h1>{t!("怎样公开这笔认捐")}</h1>
        {said.collect_view()}
        <form class="long" method="post" action=href(&visit.path)>
            <input type="hidden" name="text_version" value=DISPLAY_TEXT_VERSION />
            {problem(&form, "text_version")}
            {display(&form, &pledge.enterprise_name)}
            <div class="buttons">
                <button class="button">{t!("保存")}</button>
                <a class="button quiet" href=back>{t!("不改了")}</a>
            </div>
        </form>
        {history(&before.items, &pledge.enterprise_name)}
    };
    Ok(Page::new(t!("怎样公开这笔认捐"), body.into_any()))
}

/// What was chosen before, for the giver's eyes only.
fn history(items: &[DisplayChosen], enterprise: &str) -> AnyView {
    let rows = items.iter().map(|chosen| {
        let name = chosen.choice.public_name(enterprise, false);
        let amount = if chosen.choice.show_amount { t!("公开金额") } else { t!("不公开金额（总数里包含）") };
        let shared = if chosen.choice.share_with_recipient { t!("告诉受助的村") } else { t!("不告诉受助的村") };
        view! {
            <li>
                <span class="what">
                    <b>{name}{t!("，")}{amount}{t!("，")}{shared}</b>
                    <span class="soft">{instant(chosen.chosen_at)}" · "{t!("说明的版本 {version}", version = chosen.text_version)}</span>
                </span>
            </li>
        }
    });
    view! {
        <section id="history">
            <h2>{t!("历次的选择（{n}）", n = items.len())}</h2>
            <p class="soft">{t!("只有您自己看得到。最上面的是现在的。")}</p>
            <ol class="rows card">{rows.collect_view()}</ol>
        </section>
    }
    .into_any()
}
