//! Requests that another site talked a browser into.
//!
//! Three walls, each enough alone: the session cookie is `SameSite=Strict`; a change whose `Origin` (or,
//! where a browser sends none, `Sec-Fetch-Site`) is not ours is refused; and a change by somebody who is
//! signed in must carry the session's token in `X-CSRF-Token`. Plain HTML forms cannot set a header: the
//! few server functions that they post to before wasm has come ([`PLAIN_FORM_FNS`]) do without the
//! token, and must then prove their origin positively.
//!
//! A page of another site that the owner names may make changes where it brings an API token ([`cors`]): no
//! browser adds one by itself.
//!
//! `Host` is checked as well: a name server can point any name at 127.0.0.1, but not make a browser say
//! `localhost`.

use app::api::{CSRF_HEADER, PLAIN_FORM_FNS};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{ApiError, ErrorCode};
use subtle::ConstantTimeEq as _;

use super::{AppState, Edge, Failure, cors, session::Visitor};
use crate::site_url;

pub async fn host(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let authority = authority(request.headers(), request.uri());
    if authority.is_some_and(|authority| !is_our_host(&state.edge, authority)) {
        let sentence = format!(
            "Soundstage answers at {} only. To use another address, set SOUNDSTAGE_URL to it.",
            state.edge.url
        );
        return Failure(ApiError::new(ErrorCode::CrossOrigin, sentence)).into_response();
    }
    next.run(request).await
}

pub async fn changes(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) && let Err(failure) = check(&state.edge, &request)
    {
        return failure.into_response();
    }
    next.run(request).await
}

fn check(edge: &Edge, request: &Request) -> Result<(), Failure> {
    let source = source(edge, request.headers(), request.uri());
    if source == Source::Foreign && !cors::is_by_token(edge, request) {
        return Err(foreign());
    }
    let me = request
        .extensions()
        .get::<Visitor>()
        .and_then(|visitor| visitor.me.as_ref());
    let Some(me) = me else {
        return Ok(());
    };
    let sent = request
        .headers()
        .get(CSRF_HEADER)
        .map(|value| value.as_bytes());
    let proven = match sent {
        Some(sent) => bool::from(sent.ct_eq(me.csrf.as_bytes())),
        None => PLAIN_FORM_FNS.contains(&request.uri().path()) && source == Source::Ours,
    };
    if proven {
        Ok(())
    } else {
        let sentence =
            "This page belongs to an earlier sign-in. Load it again, then repeat what you did.";
        Err(Failure(ApiError::new(ErrorCode::Forbidden, sentence)))
    }
}

pub fn foreign() -> Failure {
    let sentence =
        "This came from another site, so nothing was done. Open Soundstage itself and try again.";
    Failure(ApiError::new(ErrorCode::CrossOrigin, sentence))
}

/// Where a request comes from, as far as a browser says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A page of ours, surely.
    Ours,
    Foreign,
    /// No browser that we know: no browser leaves out both headers with a change.
    Unsaid,
}

pub fn source(edge: &Edge, headers: &HeaderMap, uri: &Uri) -> Source {
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    if let Some(origin) = text(header::ORIGIN) {
        let is_ours = origin == edge.url.to_string()
            || authority(headers, uri).is_some_and(|host| {
                // Another address of this machine, typed by hand: the page and the request agree on it.
                origin.strip_prefix("http://") == Some(host) && is_plain_host(edge, host)
            });
        return if is_ours {
            Source::Ours
        } else {
            Source::Foreign
        };
    }
    match text(header::HeaderName::from_static("sec-fetch-site")) {
        Some("same-origin") => Source::Ours,
        // Typed, bookmarked, or dragged by the person.
        Some("none") | None => Source::Unsaid,
        Some(_) => Source::Foreign,
    }
}

/// HTTP/1 has it in a header, HTTP/2 in the address.
fn authority<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let header = headers
        .get(header::HOST)
        .map(|value| value.to_str().unwrap_or_default());
    header.or_else(|| uri.authority().map(http::uri::Authority::as_str))
}

fn is_our_host(edge: &Edge, authority: &str) -> bool {
    authority.eq_ignore_ascii_case(&edge.url.authority()) || is_plain_host(edge, authority)
}

/// Reachable over plain HTTP: loopback; on a network only with the owner's word, and then by number,
/// because names can be made to point here.
fn is_plain_host(edge: &Edge, authority: &str) -> bool {
    let host = site_url::host_of(authority);
    site_url::is_loopback(host) || (edge.insecure_http && site_url::ip(host).is_some())
}
