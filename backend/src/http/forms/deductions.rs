//! The form of what can be deducted: it stores nothing, its page answers it.

use super::Form;
use crate::site::Site;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::api::deductions;

pub async fn estimate(State(site): State<Site>, request: Request) -> Response {
    let form = match Form::read(&site, request).await {
        Ok(form) => form,
        Err(response) => return response,
    };
    match form.page.in_process(&site).call(deductions::given()).await {
        Ok(_) => form.next_step(&site).await,
        Err(error) => form.refused(&site, error).await,
    }
}
