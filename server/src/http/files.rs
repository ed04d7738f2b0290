//! The site's files: scripts, styles, fonts, icons.
//!
//! A release holds them inside (feature `embed`): compressed beforehand, and reachable below
//! `/pkg-HASH/`, a name that changes with their content, so that browsers may keep them for ever. The
//! same files answer at their plain names too (`/favicon.svg`), to be asked for again after a while.
//! In development they come from the folder that cargo-leptos writes.

#[cfg(feature = "embed")]
mod embedded;
#[cfg(not(feature = "embed"))]
mod folder;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

#[cfg(feature = "embed")]
use embedded as source;
#[cfg(not(feature = "embed"))]
use folder as source;

use super::AppState;

/// The service worker and the development's files: asked for each time, sent when they changed.
const ASK_FIRST: &str = "no-cache";

/// The package folder's name with the build's hash in it, where the files are inside the binary.
pub fn package_folder() -> Option<&'static str> {
    source::package_folder()
}

/// One file as it may be sent.
struct File {
    bytes: Bytes,
    encoding: Option<&'static str>,
    etag: Option<&'static str>,
    cache: &'static str,
}

pub async fn serve(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return next.run(request).await;
    }
    let name = request.uri().path().trim_start_matches('/');
    match source::find(&state.edge.options, name, request.headers()).await {
        Some(file) => answer(
            name,
            file,
            request.headers(),
            request.method() == Method::HEAD,
        ),
        // A page has no ending in its name; what has one and is not there is no page either.
        None if name.starts_with("pkg") && has_ending(name) => {
            StatusCode::NOT_FOUND.into_response()
        }
        None => next.run(request).await,
    }
}

fn answer(name: &str, file: File, asked: &HeaderMap, head_only: bool) -> Response {
    let same = |etag: &str| {
        asked
            .get(header::IF_NONE_MATCH)
            .is_some_and(|known| known.as_bytes() == etag.as_bytes())
    };
    let unchanged = file.etag.is_some_and(same);
    let length = file.bytes.len();
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(if head_only {
            Body::empty()
        } else {
            Body::from(file.bytes)
        })
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(file.cache));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(etag) = file.etag {
        headers.insert(header::ETAG, HeaderValue::from_static(etag));
    }
    if !unchanged {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime(name)));
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        if let Some(encoding) = file.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
    }
    response
}

fn has_ending(name: &str) -> bool {
    name.rsplit('/')
        .next()
        .is_some_and(|last| last.contains('.'))
}

fn mime(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether a client takes an encoding: named, or any, and not with a weight of zero.
#[cfg_attr(
    not(feature = "embed"),
    expect(dead_code, reason = "a folder's files are sent as they are")
)]
fn takes(asked: &HeaderMap, encoding: &str) -> bool {
    let weight = |wanted: &str| {
        let values = asked
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).find_map(|part| {
            let (name, rest) = part.split_once(';').unwrap_or((part, ""));
            let q = rest
                .trim()
                .strip_prefix("q=")
                .map_or(Some(1.0), |q| q.trim().parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(wanted).then_some(q?)
        })
    };
    weight(encoding)
        .or_else(|| weight("*"))
        .is_some_and(|q| q > 0.0)
}
