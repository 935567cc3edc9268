//! What is kept about the visitor, to take along; and closing the account.

use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::ApiError;
use domain::api::own_data::{self, Kept};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let data = visit.call(own_data::read()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let file = format!("/api/v1{}", own_data::DATA);
    let acts = if data.more_acts { format!("{}+", data.acts.len()) } else { data.acts.len().to_string() };
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/account")>{t!("我的账号")}</a></nav>
        <h1>{t!("我的数据")}</h1>
        {summary(form)}
        <section class="card facts">
            <h2>{t!("保存着的")}</h2>
            <dl>
                <dt>{t!("账号")}</dt><dd>{data.account}</dd>
                <dt>{t!("姓名")}</dt><dd>{data.name}</dd>
                <dt>{t!("邮箱")}</dt><dd>{data.email.unwrap_or_else(|| t!("没有").to_owned())}</dd>
                <dt>{t!("手机号")}</dt><dd>{data.phone.unwrap_or_else(|| t!("没有").to_owned())}</dd>
                <dt>{t!("开户时间")}</dt><dd>{instant(data.created_at)}</dd>
                <dt>{t!("单位和岗位")}</dt><dd>{data.memberships.len()}</dd>
                <dt>{t!("登录着的设备")}</dt><dd>{data.devices.len()}</dd>
                <dt>{t!("保存的搜索")}</dt><dd>{data.saved_searches.len()}</dd>
                <dt>{t!("办过的事")}</dt><dd>{acts}</dd>
            </dl>
            <p><a class="button quiet" href=file download="qiancun-my-data.json">{t!("下载全部（JSON）")}</a></p>
        </section>
        <section class="card">
            <h2>{t!("注销账号")}</h2>
            <p>{t!("注销后不能恢复：姓名、邮箱、手机号、密码、两步验证和单位里的岗位都会删除，所有设备退出登录。")}</p>
            {kept(&data.kept)}
            <form method="post" action=href(&visit.path)>
                {Field::new(form, "confirm", t!("要注销，请输入“注销”两个字")).text()}
                <button class="button danger">{t!("注销我的账号")}</button>
            </form>
        </section>
    };
    Ok(Page::new(t!("我的数据"), body.into_any()))
}

fn kept(kept: &[Kept]) -> AnyView {
    let rows = kept.iter().map(|kept| {
        view! {
            <tr>
                <th scope="row">{text(&kept.what)}</th>
                <td>{text(&kept.why)}</td>
                <td>{text(&kept.term)}</td>
            </tr>
        }
    });
    view! {
        <table class="gifts">
            <caption>{t!("依法要保留、不随注销删除的")}</caption>
            <thead><tr><th scope="col">{t!("内容")}</th><th scope="col">{t!("依据")}</th><th scope="col">{t!("期限")}</th></tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
