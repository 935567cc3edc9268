//! How a pledge is shown: chosen when it was made, and changed here at any time.

use super::pledge_form::display;
use crate::parts::field::summary;
use crate::visit::{FormState, Page, Visit};
use crate::words::href;
use domain::PledgeId;
use domain::api::pledges;
use domain::api::{ApiError, ErrorCode};
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
    let body = view! {
        {summary(&form)}
        <nav class="crumbs" aria-label=t!("位置")>
            <a href=back.clone()>{t!("认捐 {reference}", reference = pledge.reference)}</a>
        </nav>
        <h1>{t!("怎样公开这笔认捐")}</h1>
        <p>{t!("改了立即生效：公开的名单、需求页和活动页都按新的方式显示。已经被别人抄录、转发的，我们收不回来。")}</p>
        <p class="soft">{t!("不公开金额时，总数仍然包含它。如果一条需求只有您一家捐赠，别人能从总数推算出来。")}</p>
        <form class="long" method="post" action=href(&visit.path)>
            {display(&form, &pledge.enterprise_name)}
            <div class="buttons">
                <button class="button">{t!("保存")}</button>
                <a class="button quiet" href=back>{t!("不改了")}</a>
            </div>
        </form>
    };
    Ok(Page::new(t!("怎样公开这笔认捐"), body.into_any()))
}
