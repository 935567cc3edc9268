//! What a visitor sees when a page cannot be shown: a sentence, a way on, and the number to ask with.

use crate::visit::{Page, Visit};
use crate::words::{href, text};
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

pub fn page(visit: &Visit, error: &ApiError) -> Page {
    let (status, title, says) = match error.code {
        ErrorCode::NotFound => (404, t!("没有这个页面"), t!("地址可能写错了，或者内容已经撤下、不对您公开。")),
        ErrorCode::SignInRequired => (401, t!("请先登录"), t!("这个页面要登录后才能看。")),
        ErrorCode::Forbidden | ErrorCode::ProveAgain | ErrorCode::SecondFactorNeeded => {
            (403, t!("没有权限"), t!("您的账号不能打开这个页面。换一个账号试试。"))
        }
        ErrorCode::Unavailable | ErrorCode::TooMany => (503, t!("现在人多"), t!("请过一会儿再试。")),
        ErrorCode::BadRequest | ErrorCode::Invalid => (400, t!("请求不对"), t!("页面地址里的条件看不懂。")),
        ErrorCode::Conflict | ErrorCode::ChooseCharity | ErrorCode::TooLarge | ErrorCode::Internal => {
            (500, t!("系统出错了"), t!("已经记录。请稍后再试，或把下面的编号告诉管理员。"))
        }
    };
    let detail = (status == 403 || status == 400).then(|| text(&error.message));
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            <p>{says}</p>
            {detail.map(|detail| view! { <p>{detail}</p> })}
            <p><a class="button" href=href("/")>{t!("回首页")}</a></p>
            <p class="soft">{t!("请求编号")}" "<code>{visit.request_id.clone()}</code></p>
        </div>
    };
    Page::new(title, body.into_any()).status(status)
}
