//! For whoever holds a code: what it invites to and taking it, with an account or a new one; setting a new password.
//! Both work for somebody who has never been here.

use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::invitations::{self, Invited};
use domain::api::{ApiError, ErrorCode};
use domain::membership::InvitationStatus;
use domain::organisation::Role;
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    if let Some(page) = visit.query("done").and_then(joined) {
        return Ok(page);
    }
    let code = Some(form.value("code")).filter(|code| !code.is_empty()).or(visit.query("code")).unwrap_or_default();
    if code.is_empty() || form.problem("code").is_some() {
        return Ok(ask(form));
    }
    match visit.call(invitations::look(code)).await {
        Ok(invited) if invited.status == InvitationStatus::Open => Ok(open(visit, form, code, &invited)),
        Ok(invited) => Ok(over(&invited)),
        Err(error) if error.code == ErrorCode::NotFound => Ok(unknown(code)),
        Err(error) if error.code == ErrorCode::TooMany => {
            let tired = FormState { message: Some(error.message), ..FormState::default() };
            Ok(ask(&tired).status(429))
        }
        Err(error) => Err(error),
    }
}

fn joined(done: &str) -> Option<Page> {
    let (title, says) = match done {
        "joined" => (t!("已经加入"), t!("您现在可以代表这个单位办事了。")),
        "waits" => {
            (t!("已经接受，等另一位同意"), t!("这个岗位经手钱款，要由本单位另一位同意后才生效。请告诉邀请您的人。"))
        }
        _ => return None,
    };
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            <p class="done" role="status">{says}</p>
            <p><a class="button" href=href("/work")>{t!("去我的工作")}</a></p>
        </div>
    };
    Some(Page::new(title, body.into_any()))
}

/// The field for the code.
fn code_form(form: &FormState) -> AnyView {
    view! {
        <form class="card" method="post" action=href("/join")>
            {Field::new(form, "code", t!("邀请单上的代码")).hint(t!("10 位字母和数字，不分大小写，横线和空格可以不打")).input("text", "text", "one-time-code")}
            <button class="button" name="action" value="look">{t!("下一步")}</button>
        </form>
    }
    .into_any()
}

fn ask(form: &FormState) -> Page {
    let body = view! {
        <div class="narrow">
            <h1>{t!("接受邀请")}</h1>
            {summary(form)}
            {code_form(form)}
            <p class="soft">{t!("没有邀请？村（社区）的人请向镇（街道）要，其他人请向本单位的负责人要。")}</p>
        </div>
    };
    Page::new(t!("接受邀请"), body.into_any())
}

/// A wrong code and one that never was are the same.
fn unknown(code: &str) -> Page {
    let mut form = FormState::default();
    form.set("code", code);
    let body = view! {
        <div class="narrow">
            <h1>{t!("没有这个代码")}</h1>
            <p>{t!("请对着邀请单再核对一遍。代码里没有数字 0、1，也没有字母 I、L、O。还是不行，请向邀请您的人再要一张。")}</p>
            {code_form(&form)}
        </div>
    };
    Page::new(t!("没有这个代码"), body.into_any()).status(404)
}

/// The code was good once.
fn over(invited: &Invited) -> Page {
    let (title, says) = match invited.status {
        InvitationStatus::Accepted => (
            t!("这个代码已经用过了"),
            t!("每个代码只能用一次。是您用的，请直接登录；不是您用的，请马上告诉邀请您的人。"),
        ),
        InvitationStatus::Revoked => (t!("这张邀请已经作废"), t!("请向邀请您的人再要一张。")),
        InvitationStatus::Expired | InvitationStatus::Open => {
            (t!("这张邀请已经过期"), t!("邀请 14 天有效。请向邀请您的人再要一张。"))
        }
    };
    let body = view! {
        <div class="narrow">
            <h1>{title}</h1>
            <p>{says}</p>
            <p class="soft">{invited.organisation_name.clone()}</p>
            <div class="buttons">
                <a class="button" href=href("/sign-in")>{t!("登录")}</a>
                <a class="button quiet" href=href("/join")>{t!("换一个代码")}</a>
            </div>
        </div>
    };
    Page::new(title, body.into_any()).status(410)
}

fn open(visit: &Visit, form: &FormState, code: &str, invited: &Invited) -> Page {
    let money = invited.role.handles_money().then(|| {
        view! { <p class="note">{t!("这个岗位经手钱款：接受后还要本单位另一位同意才生效。")}</p> }
    });
    let take = match &visit.me {
        Some(me) => with_account(code, &me.name),
        None => newcomer(form, code, invited),
    };
    let body = view! {
        <div class="narrow">
            <h1>{t!("邀请您加入 {name}", name = invited.organisation_name)}</h1>
            {summary(form)}
            <section class="card facts">
                <dl>
                    <dt>{t!("岗位")}</dt><dd>{text(invited.role.label())}</dd>
                    <dt>{t!("有效期至")}</dt><dd>{instant(invited.expires_at)}</dd>
                </dl>
                <p class="soft">{duty(invited.role)}</p>
            </section>
            {money}
            {take}
        </div>
    };
    Page::new(t!("接受邀请"), body.into_any())
}

/// What somebody takes on.
fn duty(role: Role) -> &'static str {
    if role == Role::VillageReporter {
        t!("您会替村里写需求、报告进展。您做的事会记下姓名和时间。")
    } else {
        t!("您会代表这个单位办事。您做的事会记下姓名和时间。")
    }
}

fn with_account(code: &str, name: &str) -> AnyView {
    view! {
        <form class="card" method="post" action=href("/join")>
            <input type="hidden" name="code" value=code.to_owned() />
            <p>{t!("您现在以 {name} 的账号登录。", name = name)}</p>
            <button class="button" name="action" value="accept">{t!("用这个账号接受")}</button>
        </form>
        <form method="post" action=href("/sign-out")>
            <p>{t!("不是您？")}<button class="link">{t!("退出")}</button></p>
        </form>
    }
    .into_any()
}

fn newcomer(form: &FormState, code: &str, invited: &Invited) -> AnyView {
    let next = format!("/join?code={code}");
    let sign_in = href(&format!("/sign-in?{}", crate::parts::query_string(&[("next", next)])));
    let address = invited.email.clone();
    let email = if address.is_some() {
        view! { <p class="soft">{t!("通知会发到收到邀请的邮箱。")}</p> }.into_any()
    } else {
        Field::new(form, "email", t!("邮箱")).hint(t!("可以不填")).input("email", "email", "email")
    };
    view! {
        <p><a class="button quiet" href=sign_in>{t!("我已有账号，先登录")}</a></p>
        <form class="card" method="post" action=href("/join")>
            <input type="hidden" name="code" value=code.to_owned() />
            <h2>{t!("新建一个账号")}</h2>
            {Field::new(form, "name", t!("姓名")).hint(t!("同事看到的名字，请写真名")).input("text", "text", "name")}
            {Field::new(form, "account", t!("账号名")).hint(t!("以后用它登录，2 至 40 个字，如“黄沙老刘”；填了手机号可以不填")).input("text", "text", "username")}
            {Field::new(form, "phone", t!("手机号")).hint(t!("也可以用它登录；别人只看得到头三位和末四位。可以不填")).input("text", "tel", "tel")}
            {email}
            {Field::new(form, "password", t!("密码")).hint(t!("至少 12 个字符，长比花样重要")).input("password", "text", "new-password")}
            {Field::new(form, "again", t!("再输一遍")).input("password", "text", "new-password")}
            <button class="button" name="action" value="create">{t!("新建账号并接受")}</button>
            <p class="soft"><a href=href("/privacy")>{t!("隐私告知")}</a></p>
        </form>
    }
    .into_any()
}

/// A new password with the code that two people of the town agreed to.
pub fn reset_code(visit: &Visit) -> Page {
    let mut form = visit.form.clone().unwrap_or_default();
    if visit.query("done").is_some() {
        let body = view! {
            <div class="narrow">
                <h1>{t!("新密码已设好")}</h1>
                <p class="done" role="status">{t!("以前的登录都已退出，请用新密码登录。")}</p>
                <p><a class="button" href=href("/sign-in")>{t!("登录")}</a></p>
            </div>
        };
        return Page::new(t!("新密码已设好"), body.into_any());
    }
    if form.value("code").is_empty() {
        form.set("code", visit.query("code").unwrap_or_default());
    }
    let body = view! {
        <div class="narrow">
            <h1>{t!("用代码设新密码")}</h1>
            {summary(&form)}
            <form class="card" method="post" action=href("/reset-code")>
                {Field::new(&form, "code", t!("重设密码单上的代码")).hint(t!("10 位字母和数字，不分大小写，横线和空格可以不打")).input("text", "text", "one-time-code")}
                {Field::new(&form, "new", t!("新密码")).hint(t!("至少 12 个字符，长比花样重要")).input("password", "text", "new-password")}
                {Field::new(&form, "again", t!("再输一遍")).input("password", "text", "new-password")}
                <button class="button">{t!("设新密码")}</button>
            </form>
            <p class="soft">{t!("没有代码？村（社区）的人请到镇（街道）办，两人同意后当场打印。")}</p>
        </div>
    };
    Page::new(t!("用代码设新密码"), body.into_any())
}
