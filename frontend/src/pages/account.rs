//! One's own account: for whom one acts, the password, the second factor, the devices.

use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::contact::{self, OwnContact};
use domain::api::sessions::{self, Device, Me};
use domain::api::{ApiError, ErrorCode};
use leptos::prelude::*;

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let devices = visit.call(sessions::devices()).await?;
    let contact = visit.call(contact::contact()).await?;
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").and_then(done_message);
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        <h1>{t!("我的账号")}</h1>
        <p>{me.name.clone()}" · "<a href=href("/account/notices")>{t!("通知方式")}</a></p>
        {(!form.fine).then(|| summary(form))}
        {recovery_codes(form)}
        {super::organisation::unconfirmed(visit)}
        {contact_card(&contact, form)}
        {organisations(me)}
        {second_factor(me, form)}
        {password(form)}
        {devices_card(&devices.items)}
        <p><a href=href("/account/consents")>{t!("我的同意")}</a></p>
        <p><a href=href("/account/data")>{t!("我的数据、注销账号")}</a></p>
    };
    Ok(Page::new(t!("我的账号"), body.into_any()))
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "phone" => Some(t!("手机号已保存。")),
        "password" => Some(t!("密码已改，其他设备上的登录已退出。")),
        "removed" => Some(t!("两步验证已停用。")),
        "revoked" => Some(t!("已退出。")),
        _ => None,
    }
}

/// Shown once, by the answer that made them.
fn recovery_codes(form: &FormState) -> Option<AnyView> {
    let codes = form.all("recovery_code");
    if codes.is_empty() {
        return None;
    }
    let rows = codes.iter().map(|code| view! { <li><code>{(*code).to_owned()}</code></li> });
    Some(
        view! {
            <section class="card sheet" role="status">
                <h2>{t!("两步验证已启用。请保存恢复码")}</h2>
                <p>{t!("手机丢了，可用恢复码登录，每个只能用一次。请打印或抄下来放好；离开本页后不再显示。")}</p>
                <ol class="codes">{rows.collect_view()}</ol>
            </section>
        }
        .into_any(),
    )
}

fn contact_card(contact: &OwnContact, form: &FormState) -> AnyView {
    let mut own = form.clone();
    if form.value("action") != "phone" {
        own.set("phone", contact.phone.clone().unwrap_or_default());
    }
    let resets = contact.resets.iter().map(|reset| {
        let by =
            [&reset.asked_by, &reset.approved_by].into_iter().flatten().cloned().collect::<Vec<_>>().join(t!("、"));
        let what = if let Some(at) = reset.used_at {
            t!("{by}（{town}）同意为您重设密码，{at} 已经使用", by = by, town = reset.town_name, at = instant(at))
        } else {
            let at = instant(reset.approved_at);
            t!("{by}（{town}）{at} 同意为您重设密码，还没有使用", by = by, town = reset.town_name, at = at)
        };
        view! { <li>{what}</li> }
    });
    let notices = (!contact.resets.is_empty()).then(|| {
        view! {
            <h3>{t!("别人为您重设过密码（{n}）", n = contact.resets.len())}</h3>
            <ul>{resets.collect_view()}</ul>
            <p class="soft">{t!("不是您要求的，请马上改密码，并告诉县（市、区）工商联。")}</p>
        }
    });
    view! {
        <section class="card">
            <h2>{t!("登录用的账号")}</h2>
            <p>{t!("账号名")}" "<code>{contact.account.clone()}</code></p>
            {contact.email.clone().map(|email| view! { <p>{t!("邮箱")}" "{email}</p> })}
            <form method="post" action=href("/account")>
                {Field::new(&own, "phone", t!("手机号")).hint(t!("可以用它登录。别人只看得到头三位和末四位；不要了就清空。")).input("text", "tel", "tel")}
                <button class="button quiet" name="action" value="phone">{t!("保存手机号")}</button>
            </form>
            {notices}
        </section>
    }
    .into_any()
}

fn organisations(me: &Me) -> AnyView {
    let mut seen = Vec::new();
    let mut rows: Vec<AnyView> = Vec::new();
    for membership in &me.memberships {
        if seen.contains(&membership.organisation) {
            continue;
        }
        seen.push(membership.organisation);
        let roles = me.memberships.iter().filter(|own| own.organisation == membership.organisation);
        let roles = roles.map(|own| text(own.role.label())).collect::<Vec<_>>().join(t!("、"));
        let here = me.acting == Some(membership.organisation);
        let choose = if here {
            view! { <span class="tag status">{t!("现在代表")}</span> }.into_any()
        } else {
            view! {
                <form method="post" action=href("/account/acting")>
                    <input type="hidden" name="organisation" value=membership.organisation.to_string() />
                    <button class="button quiet">{t!("代表这个单位办事")}</button>
                </form>
            }
            .into_any()
        };
        rows.push(
            view! {
                <li>
                    <span><b>{membership.organisation_name.clone()}</b>" "<span class="soft">{roles}" · "{text(membership.status.label())}</span></span>
                    {choose}
                </li>
            }
            .into_any(),
        );
    }
    let list = if rows.is_empty() {
        view! { <p class="empty">{t!("您还不代表任何单位。")}</p> }.into_any()
    } else {
        view! { <ul class="accounts">{rows}</ul> }.into_any()
    };
    view! { <section class="card"><h2>{t!("我代表的单位")}</h2>{list}</section> }.into_any()
}

fn second_factor(me: &Me, form: &FormState) -> AnyView {
    let here = href("/account");
    let content = if form.value("secret").is_empty() && form.value("action") != "confirm" {
        let button = |action: &'static str, label: &'static str, class: &'static str| {
            view! {
                <form method="post" action=here.clone()>
                    <button class=class name="action" value=action>{label}</button>
                </form>
            }
        };
        if me.second_factor {
            view! {
                <p>{t!("已启用。登录时除了密码，还要手机上的动态码。")}</p>
                <div class="buttons">
                    {button("codes", t!("换一组恢复码"), "button quiet")}
                    {button("remove", t!("停用两步验证"), "button danger")}
                </div>
            }
            .into_any()
        } else {
            view! {
                <p>{t!("未启用。启用后，别人即使知道密码也登录不了。工商联、慈善组织、审计和平台的岗位，办重要的事之前必须启用。")}</p>
                {button("begin", t!("开始设置"), "button")}
            }
            .into_any()
        }
    } else {
        setup(form)
    };
    view! { <section class="card" id="second-factor"><h2>{t!("两步验证")}</h2>{content}</section> }.into_any()
}

fn setup(form: &FormState) -> AnyView {
    let secret = form.value("secret").to_owned();
    let grouped = secret.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part).into_owned());
    let grouped = grouped.collect::<Vec<_>>().join(" ");
    // A picture of our own making. After a wrong password it is not shown again: the app has the secret by then.
    let picture = form.picture.as_deref().and_then(|qr| qr.find("<svg").map(|at| qr[at..].to_owned()));
    let picture = picture.map(|picture| {
        view! { <div class="qr" role="img" aria-label=t!("两步验证的二维码") inner_html=picture></div> }
    });
    view! {
        <ol class="steps">
            <li>{t!("在手机上装一个验证器，如微信小程序“腾讯身份验证器”、Microsoft Authenticator。")}</li>
            <li>{t!("用它扫下面的二维码，或手工输入密钥。")}
                {picture}
                <code>{grouped}</code>
            </li>
            <li>{t!("填写它显示的六位数字。")}</li>
        </ol>
        <form method="post" action=href("/account")>
            <input type="hidden" name="secret" value=secret />
            {Field::new(form, "code", t!("动态码")).input("text", "numeric", "one-time-code")}
            <button class="button" name="action" value="confirm">{t!("启用")}</button>
        </form>
    }
    .into_any()
}

fn password(form: &FormState) -> AnyView {
    view! {
        <section class="card">
            <h2>{t!("改密码")}</h2>
            <form method="post" action=href("/account")>
                {Field::new(form, "new", t!("新密码")).hint(t!("至少 12 个字符，长比花样重要")).input("password", "text", "new-password")}
                {Field::new(form, "again", t!("再输一遍")).input("password", "text", "new-password")}
                <button class="button" name="action" value="password">{t!("改密码")}</button>
            </form>
        </section>
    }
    .into_any()
}

fn devices_card(devices: &[Device]) -> AnyView {
    let rows = devices.iter().map(|device| {
        let name = if device.name.is_empty() { t!("程序或未知设备").to_owned() } else { device.name.clone() };
        let times = t!("登录 {from}，最近 {to}", from = instant(device.signed_in_at), to = instant(device.seen_at));
        let end = if device.this_one {
            view! { <span class="tag status">{t!("这台设备")}</span> }.into_any()
        } else {
            view! {
                <form method="post" action=href("/account")>
                    <input type="hidden" name="session" value=device.id.to_string() />
                    <button class="button quiet" name="action" value="revoke">{t!("退出")}</button>
                </form>
            }
            .into_any()
        };
        view! {
            <li>
                <span><b>{name}</b>" "<span class="soft">{device.address.clone()}" · "{times}</span></span>
                {end}
            </li>
        }
    });
    let others = (devices.len() > 1).then(|| {
        view! {
            <form method="post" action=href("/account")>
                <button class="button danger" name="action" value="revoke_others">{t!("退出其他所有设备")}</button>
            </form>
        }
    });
    view! {
        <section class="card">
            <h2>{t!("登录着的设备（{n}）", n = devices.len())}</h2>
            <p class="soft">{t!("不认得的设备，请退出它并改密码。")}</p>
            <ul class="accounts">{rows.collect_view()}</ul>
            {others}
        </section>
    }
    .into_any()
}
