//! The edge: everything that comes in by HTTP, and the order in which it is looked at.
//!
//! From the outside in: a request gets an id and panics are caught ([`trace`]); the answer gets its
//! security headers ([`headers`]); health answers; a `Host` that is not ours is refused ([`guard`]); the
//! site's files answer ([`files`]); pages of other sites that may call us get told so ([`cors`]); the
//! address is held to its rate ([`rate`]); the cookie becomes an [`Actor`](studio::Actor) ([`session`]);
//! changes must come from our own pages ([`guard`]); without a session only the way in is open ([`door`]).
//! Then the routes.
//!
//! To add a route: a module with `routes() -> Router<AppState>`, merged below. A handler takes
//! [`Caller`](session::Caller) for who is asking and gives [`Failure`] for what went wrong; it decides
//! nothing that a service decides.

pub mod assets;
pub mod connect;
pub mod cors;
pub mod door;
pub mod failure;
pub mod files;
pub mod guard;
pub mod headers;
pub mod health;
pub mod id;
pub mod live;
pub mod pages;
pub mod proxies;
pub mod rate;
pub mod session;
pub mod sse;
pub mod trace;
pub mod uploads;
pub mod v1;
pub mod ways;

use std::sync::Arc;

use axum::{
    Router,
    http::StatusCode,
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use contract::{ApiError, ErrorCode};
use leptos::config::LeptosOptions;
use studio::{Clock, Studio};
use tokio_util::sync::CancellationToken;

pub use failure::Failure;

use crate::site_url::SiteUrl;

/// What every handler may ask for. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    pub studio: Studio,
    pub clock: Clock,
    pub edge: Arc<Edge>,
}

/// What the edge itself needs to know.
pub struct Edge {
    pub url: SiteUrl,
    pub proxies: proxies::Proxies,
    /// Whose pages may call the API with a token: see [`cors`].
    pub origins: Vec<String>,
    pub insecure_http: bool,
    pub options: LeptosOptions,
    /// Of `cargo leptos watch`, if that has started us.
    pub reload_port: Option<u32>,
    pub health: health::Health,
    pub exports: v1::export::Room,
    pub imports: v1::import::Room,
    /// See [`pages::renderers`].
    pub renderers: tokio_util::task::LocalPoolHandle,
    /// The server is going down: whoever holds a connection open lets go of it.
    pub closing: CancellationToken,
}

pub fn router(state: AppState) -> Router {
    let guarded = Router::new()
        .route("/api/live", get(live::socket))
        .route("/api/live/sse", get(sse::events))
        .merge(uploads::routes())
        .merge(assets::routes())
        .merge(v1::routes())
        .merge(connect::routes())
        .merge(ways::routes())
        .route("/api/{*rest}", any(nothing_here))
        .merge(pages::routes())
        // Before the layers, so that who asks in another way passes them like everybody (preflights do).
        .method_not_allowed_fallback(not_so)
        .layer(from_fn_with_state(state.clone(), door::keep))
        .layer(from_fn_with_state(state.clone(), guard::changes))
        .layer(from_fn_with_state(state.clone(), rate::by_person))
        .layer(from_fn_with_state(state.clone(), session::resolve))
        .layer(from_fn_with_state(state.clone(), rate::by_address))
        .layer(from_fn_with_state(state.clone(), cors::admit))
        .layer(from_fn_with_state(state.clone(), files::serve))
        .layer(from_fn_with_state(state.clone(), guard::host));
    guarded
        .route("/api/health", get(health::health).fallback(not_so))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(from_fn(trace::watch))
        .with_state(state)
}

async fn not_so() -> Response {
    let error = ApiError::new(ErrorCode::Invalid, "This address is asked in another way.");
    (StatusCode::METHOD_NOT_ALLOWED, Failure::from(error)).into_response()
}

async fn nothing_here() -> Failure {
    ApiError::new(ErrorCode::NotFound, "There is nothing at this address.").into()
}
