//! The app: its pages, rendered here, and the server functions that they call.

use app::api::SiteInfo;
use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{Method, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::any,
};
use contract::{ApiError, ErrorCode};
use leptos::{context::provide_context, server_fn::axum::get_server_fn_service};
use tokio_util::task::{AbortOnDropHandle, LocalPoolHandle};
use tower_http::{CompressionLevel, compression::CompressionLayer, limit::RequestBodyLimitLayer};
use tracing::Instrument as _;

use super::{AppState, Failure, session, session::Visitor};

/// What people type; files go to `/api/uploads`.
const MOST_BYTES: u64 = 1 << 20;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/fn/{*name}", any(server_function))
        .fallback(page)
        .layer(RequestBodyLimitLayer::new(MOST_BYTES as usize))
        .layer(from_fn(refuse_long_bodies))
        // gzip at its quickest: a page is rendered for one reader, and Brotli takes longer than it saves.
        .layer(CompressionLayer::new().no_br().quality(CompressionLevel::Fastest))
}

async fn page(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return super::nothing_here().await.into_response();
    }
    let options = state.edge.options.clone();
    let contexts = contexts(&state, &visitor);
    let render = async move {
        let shell = move || app::shell(options.clone());
        let render = leptos_axum::render_app_async_with_context(contexts, shell);
        // With its body: only then has Leptos put away what the page was made of.
        let (head, body) = render(request).await.into_parts();
        to_bytes(body, usize::MAX)
            .await
            .map(|page| Response::from_parts(head, Body::from(page)))
            .unwrap_or_else(|error| broken(&error))
    };
    let render = render.in_current_span();
    let rendering = state.edge.renderers.spawn_pinned(move || render);
    // Whoever goes away takes the page with them.
    let rendered = AbortOnDropHandle::new(rendering).await;
    rendered.unwrap_or_else(|ended| match ended.try_into_panic() {
        // Told and answered as every request's.
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(ended) => broken(&ended),
    })
}

fn broken(cause: &impl std::error::Error) -> Response {
    tracing::error!(%cause, "a page was not made");
    Failure(ApiError::internal()).into_response()
}

/// Threads that make pages, each page from its beginning to its end on one of them.
///
/// Leptos shares what a page is made of between the tasks that make it, and keeps whose turn it is in
/// thread-locals. Where several threads take turns, one may put away what another still reads: a page in
/// some thousands failed, or never ended (leptos-rs/leptos#4851 is of that kind).
pub fn renderers() -> LocalPoolHandle {
    let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    LocalPoolHandle::new(threads)
}

async fn server_function(
    State(state): State<AppState>,
    Extension(visitor): Extension<Visitor>,
    request: Request,
) -> Response {
    if get_server_fn_service(request.uri().path(), request.method().clone()).is_none() {
        return super::nothing_here().await.into_response();
    }
    leptos_axum::handle_server_fns_with_context(contexts(&state, &visitor), request)
        .await
        .into_response()
}

/// What `app` finds in the context of every request.
fn contexts(state: &AppState, visitor: &Visitor) -> impl Fn() + Clone + Send + Sync + 'static {
    let (studio, visitor) = (state.studio.clone(), visitor.clone());
    let cookie = session::cookie(&state.edge);
    let site = SiteInfo {
        host: state.edge.url.authority(),
        url: state.edge.url.to_string(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        reload_port: state.edge.reload_port,
    };
    move || {
        provide_context(studio.clone());
        provide_context(visitor.actor.clone());
        provide_context(visitor.origin.clone());
        provide_context(cookie);
        provide_context(site.clone());
        if let Some(me) = &visitor.me {
            provide_context(me.clone());
        }
    }
}

/// In words, where the length is announced; the layer below cuts off what is not.
async fn refuse_long_bodies(request: Request, next: Next) -> Response {
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MOST_BYTES) {
        let sentence = "That is too long. Send less at once, or put it into a file.";
        return Failure(ApiError::new(ErrorCode::UploadTooLarge, sentence)).into_response();
    }
    next.run(request).await
}
