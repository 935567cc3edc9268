//! The forms of everybody's desk: notices, the record of what happened, letters from anybody, background work.

use super::{Form, invalid};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::api::audit::{self, AuditQuery};
use domain::api::enquiries::{self, NewEnquiry};
use domain::api::notices::{self, ChosenChannel};
use domain::api::{ApiError, ErrorCode, jobs};
use domain::notice::NoticeKind;
use domain::{EnquiryId, JobId, NoticeId, PersonId};

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// Opening a notice, or noting that it or all of them were read.
pub async fn notices(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let notice = form.value("notice").parse::<NoticeId>();
    let onwards = match (form.value("action"), notice) {
        // Where a notice leads was written by this program and begins at its root.
        ("open", Ok(id)) => inner.call(notices::read(id)).await.map(|notice| notice.path),
        ("read", Ok(id)) => inner.call(notices::read(id)).await.map(|_| "/notices".to_owned()),
        ("read_all", _) => inner.call(notices::read_all()).await.map(|_| "/notices?done=read".to_owned()),
        _ => Err(use_the_buttons()),
    };
    match onwards {
        Ok(path) => site.see_other(form.lang(), &path),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Where one wants to be told.
pub async fn preferences(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let chosen: Vec<ChosenChannel> = NoticeKind::ALL
        .iter()
        .filter_map(|kind| Some(ChosenChannel { kind: *kind, channel: form.value(kind.as_str()).parse().ok()? }))
        .collect();
    match form.page.in_process(&site).call(notices::set_preferences(&chosen)).await {
        Ok(_) => site.see_other(form.lang(), "/account/notices?done=saved"),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Taking the record out of the house: the answer to the form is the table itself.
pub async fn export(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let text = |name: &str| Some(form.value(name).to_owned()).filter(|text| !text.is_empty());
    let query = AuditQuery {
        verb: text("verb"),
        subject_kind: text("subject_kind"),
        subject: form.value("subject").parse().ok(),
        person: form.value("person").parse().ok(),
        organisation: form.value("organisation").parse().ok(),
        from: form.value("from").parse().ok(),
        to: form.value("to").parse().ok(),
        after: None,
    };
    match form.page.in_process(&site).open(&audit::export_path(&query)).await {
        Ok(table) => table,
        Err(error) => form.refused(&site, error).await,
    }
}

/// Reading a person's data in full: shown once, by the answer to the form.
pub async fn private(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<PersonId>() else { return site.page(&form.page, None).await };
    match form.page.in_process(&site).call(audit::read_private(id, form.value("reason"))).await {
        Ok(person) => {
            form.state.set("read_name", person.name.unwrap_or_default());
            form.state.set("read_account", person.account);
            form.state.set("read_email", person.email.unwrap_or_default());
            form.next_step(&site).await
        }
        Err(error) => form.refused(&site, error).await,
    }
}

/// Anybody writes to a federation.
pub async fn ask(State(site): State<Site>, request: Request) -> Response {
    let mut form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    // Nobody sees this field; a program that fills in everything is thanked and not read.
    if !form.value("website").is_empty() {
        return site.see_other(form.lang(), "/contact?done=1");
    }
    let (id, topic) = (form.value("id").parse(), form.value("topic").parse());
    if topic.is_err() {
        form.problem("topic", "请选择主题");
    }
    let county = match form.value("county") {
        "" => None,
        typed => typed.parse().map_err(|_| form.problem("county", "请从列表里选择县（市、区）")).ok(),
    };
    let typed = |name: &str| form.value(name).trim().replace("\r\n", "\n");
    let (name, email, text) = (typed("name"), typed("email"), typed("text"));
    let (true, Ok(id), Ok(topic)) = (form.state.problems.is_empty(), id, topic) else {
        let fields = domain::enquiry::check_question(&name, &email, &text).err().unwrap_or_default();
        return form.refused(&site, invalid(fields)).await;
    };
    let need = form.value("need").parse().ok();
    let new = NewEnquiry { id, name, email, county, topic, need, text };
    match form.page.in_process(&site).call(enquiries::ask(&new)).await {
        Ok(asked) => site.see_other(form.lang(), &format!("/contact?done={}", asked.reference)),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Whoever asked adds something, by the link of the mail.
pub async fn add(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<EnquiryId>() else { return site.page(&form.page, None).await };
    let (key, text) = (form.value("key").to_owned(), form.value("text").replace("\r\n", "\n"));
    match form.page.in_process(&site).call(enquiries::add(id, &key, &text)).await {
        Ok(_) => {
            let query = serde_urlencoded::to_string([("key", key.as_str()), ("done", "added")]).unwrap_or_default();
            site.see_other(form.lang(), &format!("/contact/{id}?{query}"))
        }
        Err(error) => form.refused(&site, error).await,
    }
}

/// A federation answers.
pub async fn answer(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<EnquiryId>() else { return site.page(&form.page, None).await };
    let text = form.value("text").replace("\r\n", "\n");
    match form.page.in_process(&site).call(enquiries::answer(id, &text)).await {
        Ok(_) => site.see_other(form.lang(), &format!("/work/enquiries/{id}?done=answered")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Having background work tried again, or setting it aside.
pub async fn dead_jobs(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let done = match (form.value("action"), form.value("job").parse::<JobId>()) {
        ("retry", Ok(id)) => inner.call(jobs::retry(id)).await.map(|_| "retried"),
        ("set_aside", Ok(id)) => inner.call(jobs::set_aside(id)).await.map(|_| "set_aside"),
        _ => Err(use_the_buttons()),
    };
    match done {
        Ok(done) => site.see_other(form.lang(), &format!("/work/jobs?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}
