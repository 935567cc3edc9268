//! An enterprise's own registration: how it stands, what was said, mending it, adding pictures; and what stands in the
//! way of pledging, wherever somebody wants to pledge.

use super::register_enterprise::{contact_fields, enterprise_fields, industry_field};
use crate::parts::field::{Field, summary};
use crate::visit::{FormState, Page, Visit};
use crate::words::{href, instant, text};
use domain::api::registrations::{self, Registration, RegistrationDocument, VerificationEntry};
use domain::api::{ApiError, ErrorCode};
use domain::organisation::{Membership, OrganisationKind, OrganisationStatus, Role};
use domain::registration::DOCUMENTS_MAX;
use leptos::prelude::*;

const PATH: &str = "/work/organisation";

/// The enterprise that the visitor acts for.
fn enterprise(visit: &Visit) -> Option<&Membership> {
    let me = visit.me.as_ref()?;
    let roles = [Role::EnterpriseOwner, Role::EnterpriseOperator];
    me.acting().find(|own| own.kind == OrganisationKind::Enterprise && roles.contains(&own.role))
}

/// What an enterprise that is not verified reads where its work will be.
pub fn standing(visit: &Visit) -> Option<AnyView> {
    let own = enterprise(visit)?;
    let verified = own.status == OrganisationStatus::Verified;
    let card = (!verified).then(|| {
        view! {
            <section class="card">
                <h2>{text(own.status.label())}" · "{own.organisation_name.clone()}</h2>
                <p>{what_to_do(own.status)}</p>
                <p><a class="button" href=href(PATH)>{t!("查看认证资料")}</a></p>
            </section>
        }
    });
    let email = unconfirmed(visit);
    let link = verified.then(|| view! { <p><a href=href(PATH)>{t!("本企业的认证资料")}</a></p> });
    Some(view! { {email}{card}{link} }.into_any())
}

fn what_to_do(status: OrganisationStatus) -> &'static str {
    match status {
        OrganisationStatus::Pending => t!("认证通过后才能认捐。请上传营业执照照片，然后等所在县（市、区）工商联审核。"),
        OrganisationStatus::Returned => t!("认证资料被退回。请按工商联的意见修改，再次提交；认证通过后才能认捐。"),
        OrganisationStatus::Suspended => t!("本企业已被停用，现在不能办事。请看原因，可以答复工商联。"),
        OrganisationStatus::Verified => t!("已通过认证，可以认捐。"),
        OrganisationStatus::Lapsed => t!("没有按时确认邮箱，登记已经失效，统一社会信用代码可以重新登记。"),
    }
}

/// The card that asks to confirm one's address, for those who give, where that is still to be done.
pub fn unconfirmed(visit: &Visit) -> Option<AnyView> {
    let gives = |own: &Membership| matches!(own.kind, OrganisationKind::Enterprise | OrganisationKind::Donor);
    let waits = visit.me.as_ref().is_some_and(|me| !me.email_confirmed && me.memberships.iter().all(gives));
    waits.then(|| {
        view! {
            <form class="card" method="post" action=href("/confirm-email")>
                <p class="note">{t!("您的邮箱还没有确认，认捐前要先确认。请打开邮件里的链接。")}</p>
                <button class="button quiet" name="action" value="mine">{t!("再发一封确认邮件")}</button>
            </form>
        }
        .into_any()
    })
}

/// Instead of the page of pledging: what is missing and what to do about it.
pub fn cannot_pledge_yet(visit: &Visit) -> Option<Page> {
    let own = enterprise(visit)?;
    let confirmed = visit.me.as_ref().is_some_and(|me| me.email_confirmed);
    if own.status == OrganisationStatus::Verified && confirmed {
        return None;
    }
    let title = t!("现在还不能认捐");
    let body = view! { <div class="narrow"><h1>{title}</h1>{standing(visit)}</div> };
    Some(Page::new(title, body.into_any()).status(403))
}

pub async fn page(visit: &Visit) -> Result<Page, ApiError> {
    let me = visit.me.as_ref().ok_or_else(|| ApiError::new(ErrorCode::SignInRequired, "请先登录"))?;
    let registration = match visit.call(registrations::own()).await {
        Ok(registration) => registration,
        Err(error) if error.code == ErrorCode::NotFound && me.acting().next().is_some() => return Ok(unregistered()),
        Err(error) => return Err(error),
    };
    let empty = FormState::default();
    let form = visit.form.as_ref().unwrap_or(&empty);
    let done = visit.query("done").and_then(done_message);
    let open = matches!(registration.status, OrganisationStatus::Pending | OrganisationStatus::Returned);
    let change = if open { Some(change(visit, form, &registration).await?) } else { None };
    let facts = (!open).then(|| facts(&registration));
    let answers = registration.status != OrganisationStatus::Verified;
    let body = view! {
        {done.map(|message| view! { <p class="done" role="status">{message}</p> })}
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{registration.name.clone()}</h1>
        <p class="tags"><span class="tag status">{text(registration.status.label())}</span></p>
        <p>{what_to_do(registration.status)}</p>
        {summary(form)}
        {unconfirmed(visit)}
        {lapses(&registration)}
        {facts}
        {(registration.status == OrganisationStatus::Verified).then(|| amend(form, &registration))}
        {documents(form, &registration, open)}
        {change}
        {thread(&registration.thread)}
        {answers.then(|| answer(form))}
    };
    Ok(Page::new(t!("本企业的认证资料"), body.into_any()))
}

/// Until when an address has to be confirmed, where nobody has done it.
pub fn lapses(registration: &Registration) -> Option<AnyView> {
    let until = registration.confirm_until?;
    let says =
        t!("{until} 前没有人确认邮箱，登记就失效，注册的账号和除单位名称外的资料一并删除。", until = instant(until));
    Some(view! { <p class="note">{says}</p> }.into_any())
}

fn done_message(done: &str) -> Option<&'static str> {
    match done {
        "resubmitted" => Some(t!("已再次提交，等工商联审核。")),
        "answered" => Some(t!("已答复。")),
        "amended" => Some(t!("联系资料已更新。")),
        "added" => Some(t!("照片已添加。")),
        "removed" => Some(t!("照片已去掉。")),
        _ => None,
    }
}

fn unregistered() -> Page {
    let title = t!("本企业的认证资料");
    let body = view! {
        <nav class="crumbs" aria-label=t!("位置")><a href=href("/work")>{t!("我的工作")}</a></nav>
        <h1>{title}</h1>
        <p class="card empty">{t!("本单位由平台直接登记，没有认证资料。要更正，请联系工商联。")}</p>
    };
    Page::new(title, body.into_any())
}

/// What was handed in, to be read.
pub fn facts(registration: &Registration) -> AnyView {
    let former = registration.former_names.join(t!("、"));
    let contact = registration.contact.as_ref().map(|contact| {
        view! {
            <dt>{t!("联系人")}</dt><dd>{contact.name.clone()}" "{contact.phone.clone()}</dd>
            <dt>{t!("登记的邮箱")}</dt><dd>{contact.email.clone()}</dd>
        }
    });
    let confirmed = if registration.email_confirmed { t!("已确认") } else { t!("还没有人确认") };
    view! {
        <section class="card facts">
            <h2>{t!("登记的资料")}</h2>
            <dl>
                {(!registration.uscc.is_empty()).then(|| view! {
                    <dt>{t!("统一社会信用代码")}</dt><dd><code>{registration.uscc.clone()}</code></dd>
                })}
                <dt>{t!("企业名称")}</dt><dd>{registration.name.clone()}</dd>
                {(!former.is_empty()).then(|| view! { <dt>{t!("曾用名")}</dt><dd>{former}</dd> })}
                <dt>{t!("所属行业")}</dt><dd>{text(registration.industry.label())}</dd>
                <dt>{t!("所在县（市、区）")}</dt><dd>{registration.county_name.clone()}</dd>
                {contact}
                <dt>{t!("邮箱确认")}</dt><dd>{confirmed}</dd>
                <dt>{t!("提交时间")}</dt><dd>{instant(registration.submitted_at)}</dd>
            </dl>
        </section>
    }
    .into_any()
}

/// The record as form values; what was just typed goes before.
fn filled(form: &FormState, registration: &Registration) -> FormState {
    if form.value("action") == "resubmit" {
        return form.clone();
    }
    let mut filled = FormState::default();
    filled.set("version", registration.version.to_string());
    filled.set("uscc", registration.uscc.clone());
    filled.set("name", registration.name.clone());
    filled.set("former_names", registration.former_names.join("\n"));
    filled.set("industry", registration.industry.as_str());
    filled.set("county", registration.county.to_string());
    if let Some(contact) = &registration.contact {
        filled.set("contact_name", contact.name.clone());
        filled.set("contact_phone", contact.phone.clone());
    }
    filled
}

async fn change(visit: &Visit, form: &FormState, registration: &Registration) -> Result<AnyView, ApiError> {
    let filled = filled(form, registration);
    let fields = enterprise_fields(visit, &filled).await?;
    Ok(view! {
        <form class="long" method="post" action=href(PATH)>
            <input type="hidden" name="version" value=filled.value("version").to_owned() />
            <fieldset class="card">
                <legend>{t!("登记的资料")}</legend>
                {fields}
                {contact_fields(&filled)}
                {Field::new(&filled, "said", t!("给工商联的话（可不填）")).hint(t!("工商联和审计看得到。不要写身份证号。")).area(2)}
                <button class="button" name="action" value="resubmit">{t!("保存并再次提交")}</button>
            </fieldset>
        </form>
    }
    .into_any())
}

/// What a verified enterprise changes by itself; what it was verified by is the federation's to change.
fn amend(form: &FormState, registration: &Registration) -> AnyView {
    let filled = if form.value("action") == "amend" { form.clone() } else { filled(form, registration) };
    view! {
        <form class="long" method="post" action=href(PATH)>
            <input type="hidden" name="version" value=filled.value("version").to_owned() />
            <fieldset class="card">
                <legend>{t!("更新联系资料")}</legend>
                <p class="soft">{t!("保存后马上生效，工商联看得到改动。名称、代码、所在县有变，请联系工商联。")}</p>
                {industry_field(&filled)}
                {contact_fields(&filled)}
                <button class="button quiet" name="action" value="amend">{t!("保存")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}

fn documents(form: &FormState, registration: &Registration, open: bool) -> AnyView {
    let n = registration.documents.len();
    let list = if n == 0 {
        view! { <p class="empty">{t!("还没有照片。请上传营业执照。")}</p> }.into_any()
    } else {
        let shown = registration.documents.iter().map(|document| shown(document, open.then_some(PATH)));
        view! { <ul class="kept">{shown.collect_view()}</ul> }.into_any()
    };
    let kept = form.photos.iter().map(|photo| {
        view! { <input type="hidden" name="photo" value=photo.id.to_string() /> }
    });
    let kept = kept.collect_view();
    let upload = (n < DOCUMENTS_MAX).then(|| {
        view! {
            <form method="post" enctype="multipart/form-data" action=href(PATH)>
                {kept}
                {Field::new(form, "photos", t!("添加照片")).hint(t!("谁看得到：本企业的人、负责认证的工商联、审计。不公开。最多 9 张，每张不超过 10 MB。"))
                    .with(|described_by| view! {
                        <input id="photos" name="photos" type="file" multiple=true accept="image/jpeg,image/png,image/webp"
                            aria-describedby=described_by />
                    }.into_any())}
                <button class="button quiet" name="action" value="add">{t!("上传")}</button>
            </form>
        }
    });
    view! {
        <section class="card">
            <h2>{t!("证照照片（{n}）", n = n)}</h2>
            {list}
            {upload}
        </section>
    }
    .into_any()
}

/// A picture, with a button that takes it off where it may be taken off.
pub fn shown(document: &RegistrationDocument, remove: Option<&'static str>) -> AnyView {
    let id = document.file.to_string();
    let whole = format!("/api/v1/files/{id}");
    let small = format!("{whole}?size=small");
    let button = remove.map(|path| {
        view! {
            <form method="post" action=href(path)>
                <input type="hidden" name="file" value=id />
                <button class="button danger" name="action" value="remove">{t!("去掉这张")}</button>
            </form>
        }
    });
    view! {
        <li>
            <a href=whole><img src=small alt=t!("证照照片，添加于 {at}", at = instant(document.added_at))
                width=document.width height=document.height /></a>
            {button}
        </li>
    }
    .into_any()
}

/// What happened and what was said, oldest first.
pub fn thread(entries: &[VerificationEntry]) -> AnyView {
    let rows = entries.iter().map(|entry| {
        let reasons = entry.reasons.iter().map(|reason| view! { <li>{text(reason.label())}</li> }).collect_view();
        let reasons = (!entry.reasons.is_empty()).then(|| view! { <ul>{reasons}</ul> });
        let said = entry.said.clone().map(|said| view! { <p>{said}</p> });
        view! {
            <li>
                <b>{text(entry.step.label())}</b>
                <span class="soft">{entry.organisation_name.clone()}" · "{instant(entry.at)}</span>
                {reasons}
                {said}
            </li>
        }
    });
    view! {
        <section class="card">
            <h2>{t!("往来（{n}）", n = entries.len())}</h2>
            <ol class="history">{rows.collect_view()}</ol>
        </section>
    }
    .into_any()
}

fn answer(form: &FormState) -> AnyView {
    view! {
        <form class="card long" method="post" action=href(PATH)>
            {Field::new(form, "answer", t!("答复工商联")).hint(t!("只答复、不改资料时用。工商联和审计看得到。")).area(3)}
            <button class="button quiet" name="action" value="answer">{t!("发送答复")}</button>
        </form>
    }
    .into_any()
}
