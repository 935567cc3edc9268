//! The forms of an enterprise's own record, of the federation's decisions, and of one's consents.

use super::registration::enterprise_input;
use super::{Form, own_path};
use crate::site::Site;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use domain::OrganisationId;
use domain::api::consents::{self, ConsentDecision};
use domain::api::registrations::{self, ContactChange, RegistrationChange};
use domain::api::verifications::{self, ReturnRegistration, SeenRegistration, WhyOfDecision};
use domain::api::{ApiError, ErrorCode};
use domain::consent::ConsentKind;
use domain::registration::ContactInput;
use domain::verification::VerificationStep;

fn use_the_buttons() -> ApiError {
    ApiError::new(ErrorCode::BadRequest, "请用页面上的按钮")
}

/// Everything on the page of the enterprise's own record.
pub async fn organisation(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let inner = form.page.in_process(&site);
    let done = match form.value("action") {
        "resubmit" => {
            let version = form.value("version").parse().unwrap_or_default();
            let said = form.value("said").trim().replace("\r\n", "\n");
            let change = RegistrationChange { version, enterprise: enterprise_input(&form), said };
            inner.call(registrations::resubmit(&change)).await.map(|_| "resubmitted")
        }
        "amend" => {
            let contact = ContactInput {
                industry: form.value("industry").parse().ok(),
                contact_name: form.value("contact_name").to_owned(),
                contact_phone: form.value("contact_phone").to_owned(),
            };
            let change = ContactChange { version: form.value("version").parse().unwrap_or_default(), contact };
            inner.call(registrations::amend(&change)).await.map(|_| "amended")
        }
        "answer" => {
            let said = form.value("answer").trim().replace("\r\n", "\n");
            inner.call(registrations::answer(&said)).await.map(|_| "answered").map_err(|mut error| {
                error.fields.iter_mut().for_each(|problem| problem.field = "answer".into());
                error
            })
        }
        "remove" => match form.value("file").parse() {
            Ok(file) => inner.call(registrations::remove_document(file)).await.map(|_| "removed"),
            Err(_) => Err(use_the_buttons()),
        },
        "add" => return add(&site, form).await,
        _ => Err(use_the_buttons()),
    };
    match done {
        Ok(done) => site.see_other(form.lang(), &format!("/work/organisation?done={done}")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// The pictures of this form, one after the other; those that were added need not be chosen again.
async fn add(site: &Site, mut form: Form) -> Response {
    let inner = form.page.in_process(site);
    if form.state.photos.is_empty() && form.state.problems.is_empty() {
        form.problem("photos", "请选择照片");
    }
    let mut refused = (!form.state.problems.is_empty()).then(|| super::invalid(Vec::new()));
    while let (None, Some(photo)) = (&refused, form.state.photos.first()) {
        match inner.call(registrations::add_document(photo.id)).await {
            Ok(_) => drop(form.state.photos.remove(0)),
            Err(error) => refused = Some(error),
        }
    }
    match refused {
        None => site.see_other(form.lang(), "/work/organisation?done=added"),
        Some(error) => form.refused(site, error).await,
    }
}

/// The federation decides, on the page of the record.
pub async fn decide(State(site): State<Site>, Path(id): Path<String>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let Ok(id) = id.parse::<OrganisationId>() else { return site.page(&form.page, None).await };
    let inner = form.page.in_process(&site);
    let version = form.value("version").parse().unwrap_or_default();
    let said = form.value("said").trim().replace("\r\n", "\n");
    let decided = match form.value("action").parse() {
        Ok(VerificationStep::Verified) => inner.call(verifications::verify(id, &SeenRegistration { version })).await,
        Ok(VerificationStep::Returned) => {
            let reasons = form.state.all("reasons").into_iter().filter_map(|reason| reason.parse().ok()).collect();
            inner.call(verifications::return_(id, &ReturnRegistration { version, reasons, said })).await
        }
        Ok(VerificationStep::Suspended) => inner.call(verifications::suspend(id, &WhyOfDecision { said })).await,
        Ok(VerificationStep::Restored) => inner.call(verifications::restore(id, &WhyOfDecision { said })).await,
        _ => Err(use_the_buttons()),
    };
    match decided {
        Ok(_) => site.see_other(form.lang(), &format!("/work/verifications/{id}?done=1")),
        Err(error) => form.refused(&site, error).await,
    }
}

/// Gives or withdraws one consent, or agrees to notice and terms at once and goes on.
pub async fn consents(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    let (decisions, then) = match (form.value("action"), form.value("kind").parse::<ConsentKind>()) {
        ("agree", _) => {
            let agreed = |kind: ConsentKind| ConsentDecision {
                kind,
                version: form.value(kind.as_str()).to_owned(),
                given: true,
            };
            (ConsentKind::NEEDED.map(agreed).to_vec(), own_path(form.value("next")).to_owned())
        }
        (action @ ("give" | "withdraw"), Ok(kind)) => {
            let given = action == "give";
            let decision = ConsentDecision { kind, version: form.value("version").to_owned(), given };
            let done = if given { "given" } else { "withdrawn" };
            (vec![decision], format!("/account/consents?done={done}"))
        }
        _ => return form.refused(&site, use_the_buttons()).await,
    };
    match form.page.in_process(&site).call(consents::decide(&decisions)).await {
        Ok(_) => site.see_other(form.lang(), &then),
        Err(error) => form.refused(&site, error).await,
    }
}
