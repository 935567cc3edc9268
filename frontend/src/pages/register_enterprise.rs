//! An enterprise registers itself: what its licence says, whom to call, and the account of whoever does it.

use super::register_donor::agreement;
use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, text};
use domain::api::ApiError;
use domain::api::places::{self, PlacesQuery};
use domain::registration::Industry;
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    if visit.form.is_none() && visit.query("done").is_some() {
        return Ok(done());
    }
    let mut form = visit.form.clone().unwrap_or_default();
    if form.value("id").is_empty() {
        form.set("id", visit.fresh_id.to_string());
    }
    let fields = enterprise_fields(visit, &form).await?;
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/sign-in")>{t!("登录")}</a></nav>
        <h1>{t!("注册企业")}</h1>
        <p class="soft">{t!("注册后由所在县（市、区）工商联认证，通过后就能认捐。注册不收费，也不等于承诺捐款。")}</p>
        {summary(&form)}
        <form class="long" method="post" action=href("/register/enterprise")>
            <input type="hidden" name="id" value=form.value("id").to_owned() />
            <fieldset class="card">
                <legend>{t!("企业")}</legend>
                {fields}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("联系人")}</legend>
                {contact_fields(&form)}
            </fieldset>
            <fieldset class="card">
                <legend>{t!("您的账号")}</legend>
                {Field::new(&form, "email", t!("邮箱")).hint(t!("用它登录。我们会发一封邮件请您确认。")).input("email", "email", "username")}
                {Field::new(&form, "person", t!("您的姓名")).input("text", "text", "name")}
                {Field::new(&form, "password", t!("密码")).hint(t!("至少 12 个字符，长比花样重要")).input("password", "text", "new-password")}
            </fieldset>
            {agreement(&form)}
            <div class="buttons"><button class="button">{t!("注册企业")}</button></div>
        </form>
        <p class="soft">{t!("营业执照等照片，注册后登录再上传。")}</p>
    };
    Ok(Page::new(t!("注册企业"), body.into_any()))
}

/// The fields of the enterprise itself, here and where it mends them.
pub async fn enterprise_fields(visit: &Visit, form: &FormState) -> Result<AnyView, ApiError> {
    let counties = visit.call(places::list(&PlacesQuery::default())).await?.items;
    let counties = counties.into_iter().map(|county| (county.code.to_string(), county.name)).collect();
    Ok(view! {
        {Field::new(form, "uscc", t!("统一社会信用代码")).hint(t!("营业执照上的 18 位代码")).text()}
        {Field::new(form, "name", t!("企业名称")).hint(t!("照营业执照写全称")).input("text", "text", "organization")}
        {Field::new(form, "former_names", t!("曾用名（没有就留空）")).hint(t!("一行写一个，最多 5 个")).area(2)}
        {industry_field(form)}
        {Field::new(form, "county", t!("所在县（市、区）")).hint(t!("由这里的工商联认证")).select(t!("请选择"), counties)}
    }
    .into_any())
}

pub fn industry_field(form: &FormState) -> AnyView {
    let industries = Industry::ALL.iter().map(|section| (section.to_string(), text(section.label()))).collect();
    Field::new(form, "industry", t!("所属行业"))
        .hint(t!("国民经济行业分类（GB/T 4754）的门类"))
        .select(t!("请选择"), industries)
}

/// Whom to call.
pub fn contact_fields(form: &FormState) -> AnyView {
    view! {
        {Field::new(form, "contact_name", t!("联系人姓名")).hint(t!("只给负责认证的工商联看，不公开")).input("text", "text", "off")}
        {Field::new(form, "contact_phone", t!("联系电话")).hint(t!("手机，或带区号的座机")).input("tel", "tel", "off")}
    }
    .into_any()
}

/// What comes next.
fn done() -> Page {
    let body = view! {
        <div class="narrow">
            <h1>{t!("企业已登记，等待认证")}</h1>
            <section class="card">
                <ol class="steps">
                    <li>{t!("请查收邮件，打开里面的链接确认邮箱，24 小时内有效，过期可以再要一封。14 天内没有确认的，登记失效。")}</li>
                    <li>{t!("登录后上传营业执照照片。")}</li>
                    <li>{t!("工商联认证后会再发一封邮件，之后就能认捐。")}</li>
                </ol>
                <p><a class="button" href=href("/sign-in")>{t!("登录")}</a></p>
            </section>
            <p class="soft">{t!("没有收到邮件？看看垃圾邮件；登录后也可以在“我的账号”里让我们再发一封。")}</p>
        </div>
    };
    Page::new(t!("注册企业"), body.into_any())
}
