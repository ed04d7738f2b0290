//! Pages of other sites that may call the API: those of the origins that the owner names
//! (`SOUNDSTAGE_CORS_ORIGINS`), with an API token, and nobody else.
//!
//! Only where tokens count and scripts have something to ask ([`is_open`]), and never with a cookie: what
//! comes along of those is taken off before anybody looks. Everybody else's requests go on as if this
//! were not here, and get no header by which a browser would show the answer.
//!
//! (Not tower-http's layer: it answers each OPTIONS itself, and those of tus are ours.)

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{
    AppState, Edge,
    guard::{self, Source},
    session,
};

const METHODS: &str = "GET, HEAD, POST, PATCH, DELETE, OPTIONS";
/// What scripts, `<audio>` players and tus clients send.
const ASKED: &str = "authorization, content-type, range, if-range, if-none-match, tus-resumable, upload-length, \
    upload-offset, upload-metadata, upload-checksum, x-http-method-override, x-request-id";
/// What they want to read beside the body.
const SHOWN: &str = "location, retry-after, x-request-id, content-disposition, content-range, accept-ranges, etag, \
    tus-resumable, tus-version, tus-extension, tus-max-size, tus-checksum-algorithm, upload-offset, \
    upload-expires, soundstage-asset";
/// Longer is not kept by any browser we know. (A request itself is judged anew each time.)
const KEPT_S: &str = "7200";

pub async fn admit(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let edge = &state.edge;
    if edge.origins.is_empty() || !is_open(request.uri().path()) {
        return next.run(request).await;
    }
    let origin = named(edge, &request).cloned();
    let mut response = match &origin {
        Some(_) if is_preflight(&request) => may_ask(),
        Some(_) => {
            request.headers_mut().remove(header::COOKIE);
            next.run(request).await
        }
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let shown = HeaderValue::from_static(SHOWN);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
    }
    response
}

/// Comes from a named origin with what no browser adds by itself. (What the token is worth has been seen
/// by then: see [`session::resolve`].)
pub fn is_by_token(edge: &Edge, request: &Request) -> bool {
    is_open(request.uri().path())
        && named(edge, request).is_some()
        && session::bearer(request).is_some()
}

fn is_open(path: &str) -> bool {
    path == "/api/uploads"
        || ["/api/v1/", "/api/uploads/", "/api/assets/"]
            .iter()
            .any(|below| path.starts_with(below))
}

/// The origin, where it is another's and named. (Our own needs no leave, and keeps its cookie.)
fn named<'a>(edge: &Edge, request: &'a Request) -> Option<&'a HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    let is_foreign = guard::source(edge, request.headers(), request.uri()) == Source::Foreign;
    (is_foreign && edge.origins.iter().any(|named| origin == named)).then_some(origin)
}

fn is_preflight(request: &Request) -> bool {
    let asked = header::ACCESS_CONTROL_REQUEST_METHOD;
    request.method() == Method::OPTIONS && request.headers().contains_key(asked)
}

fn may_ask() -> Response {
    let leave = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ASKED),
        (header::ACCESS_CONTROL_MAX_AGE, KEPT_S),
    ];
    (StatusCode::NO_CONTENT, leave).into_response()
}
