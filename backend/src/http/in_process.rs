//! A call of the API from inside the process: the same routes and the same checks, below the outer layers.
//!
//! Carries the caller that the outer request was identified as, not its cookie.

use super::caller::Caller;
use axum::Router;
use axum::body::Body;
use axum::http::{Extensions, Method, Request, header};
use axum::response::Response;
use bytes::Bytes;
use domain::api::{ApiError, Call, ErrorCode};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tower::ServiceExt;

#[derive(Clone)]
pub struct InProcess {
    pub api: Router,
    pub caller: Caller,
}

impl InProcess {
    /// Sends a call and reads its answer.
    pub async fn call<A: DeserializeOwned>(&self, call: Call<A>) -> Result<A, ApiError> {
        self.call_with_extensions(call).await.map(|(answer, _)| answer)
    }

    /// The same, with the answer's extensions, for what the outer answer has to take over.
    pub async fn call_with_extensions<A: DeserializeOwned>(&self, call: Call<A>) -> Result<(A, Extensions), ApiError> {
        let (bytes, extensions) = self.send_request(call.request).await?;
        Ok((Call::<A>::read(&bytes)?, extensions))
    }

    /// Asks for something that is no JSON, to be handed on as it comes.
    pub async fn open(&self, path: &str) -> Result<Response, ApiError> {
        self.answered(domain::api::Request { method: domain::api::Method::Get, path: path.to_owned(), body: None })
            .await
    }

    async fn send_request(&self, asked: domain::api::Request) -> Result<(Bytes, Extensions), ApiError> {
        let mut response = self.answered(asked).await?;
        let extensions = std::mem::take(response.extensions_mut());
        let bytes = response.into_body().collect().await.map_err(|_| internal())?.to_bytes();
        Ok((bytes, extensions))
    }

    /// The answer of a success, unread.
    async fn answered(&self, asked: domain::api::Request) -> Result<Response, ApiError> {
        let method = match asked.method {
            domain::api::Method::Get => Method::GET,
            domain::api::Method::Post => Method::POST,
            domain::api::Method::Delete => Method::DELETE,
        };
        let body = asked.body.map_or_else(Body::empty, Body::from);
        let request =
            Request::builder().method(method).uri(&asked.path).header(header::CONTENT_TYPE, "application/json");
        // A path that somebody typed by hand and that is none names nothing.
        let mut request = request.body(body).map_err(|_| ApiError::new(ErrorCode::NotFound, "没有找到"))?;
        request.extensions_mut().insert(self.caller.clone());
        let Ok(response) = self.api.clone().oneshot(request).await;
        if response.status().is_success() {
            return Ok(response);
        }
        let bytes = response.into_body().collect().await.map_err(|_| internal())?.to_bytes();
        let mut error: ApiError = serde_json::from_slice(&bytes).map_err(|_| internal())?;
        error.request_id = Some(self.caller.origin.request_id.clone());
        Err(error)
    }
}

fn internal() -> ApiError {
    ApiError::new(ErrorCode::Internal, "系统出错了，已经记录。请稍后再试")
}

impl frontend::Api for InProcess {
    fn send(&self, request: domain::api::Request) -> frontend::Sending<'_> {
        Box::pin(async move { self.send_request(request).await.map(|(bytes, _)| bytes.to_vec()) })
    }
}
