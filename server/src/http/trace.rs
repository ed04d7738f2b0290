//! One id per request, one span around it, and no panic gets out.

use std::{
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicU64, Ordering},
    time::Instant,
};

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::ApiError;
use futures::FutureExt as _;
use tracing::Instrument as _;

use super::Failure;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
static REQUESTS: AtomicU64 = AtomicU64::new(1);

pub async fn watch(request: Request, next: Next) -> Response {
    let id = request_id(&request);
    // The path only: set-up's key is in the query.
    let span =
        tracing::info_span!("request", id, method = %request.method(), path = request.uri().path());
    let started = Instant::now();
    let answer = async {
        let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
        let response = answer.unwrap_or_else(|panic| broken(panic.as_ref()));
        tracing::debug!(status = response.status().as_u16(), took = ?started.elapsed(), "answered");
        response
    };
    let mut response = answer.instrument(span).await;
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A proxy's own, so that its log and ours can be laid side by side; else a number.
fn request_id(request: &Request) -> String {
    let sent = request
        .headers()
        .get(&REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let is_sane = |id: &&str| {
        !id.is_empty()
            && id.len() <= 64
            && id.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
    };
    sent.filter(is_sane).map_or_else(
        || REQUESTS.fetch_add(1, Ordering::Relaxed).to_string(),
        str::to_owned,
    )
}

fn broken(panic: &(dyn std::any::Any + Send)) -> Response {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(
        panic = text.unwrap_or("without words"),
        "a request panicked"
    );
    Failure(ApiError::internal()).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, middleware::from_fn, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_an_answer() {
        async fn fall() {
            panic!("on purpose");
        }
        let router: Router = Router::new().route("/", get(fall)).layer(from_fn(watch));
        let request = Request::get("/")
            .header("x-request-id", "a-1")
            .body(Body::empty())
            .expect("a request");
        let response = router.oneshot(request).await.expect("an answer");
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["x-request-id"], "a-1");
    }
}
