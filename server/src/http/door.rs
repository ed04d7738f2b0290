//! Nothing but sign-in, set-up, what is shared and health answers without a session.

use app::accounts::state::{in_query, next_or_home};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use studio::Actor;

use super::{
    AppState,
    session::{Visitor, signed_out},
};

/// The way in, and what is shared with everybody: pages, and the server functions behind them.
const OPEN_PAGES: [&str; 4] = ["/sign-in", "/set-up", "/join", "/shared"];
const OPEN_FNS: [&str; 9] = [
    "/api/fn/door",
    "/api/fn/me",
    "/api/fn/sign_in",
    "/api/fn/ask_passkey",
    "/api/fn/answer_passkey",
    "/api/fn/set_up_owner",
    "/api/fn/invitation",
    "/api/fn/join",
    "/api/fn/shared",
];

pub async fn keep(State(_): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let visitor = request.extensions().get::<Visitor>();
    if visitor.is_some_and(|visitor| visitor.actor != Actor::Anonymous) {
        if path == "/sign-in" && request.method() == Method::GET {
            return Redirect::to(next_or_home(next_of(request.uri()).as_deref())).into_response();
        }
        return next.run(request).await;
    }
    if is_open(path) {
        return next.run(request).await;
    }
    if path.starts_with("/api/") || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return signed_out().into_response();
    }
    if is_link_from_elsewhere(request.headers()) {
        return step_through();
    }
    Redirect::to(&sign_in_first(request.uri())).into_response()
}

pub fn is_open(path: &str) -> bool {
    OPEN_PAGES.contains(&path)
        || OPEN_FNS.contains(&path)
        || [super::ways::BELOW, super::connect::BELOW]
            .iter()
            .any(|below| path.starts_with(below))
}

/// A Strict cookie does not come along when another site's link is followed, so we cannot know yet who
/// this is.
fn is_link_from_elsewhere(headers: &HeaderMap) -> bool {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    is("sec-fetch-mode", "navigate")
        && (is("sec-fetch-site", "cross-site") || is("sec-fetch-site", "same-site"))
}

/// A page that asks for itself again, now from our own site.
fn step_through() -> Response {
    step("0")
}

/// A page that goes on to this address, from our own site.
pub fn step_to(next: &str) -> Response {
    step(&format!("0;url={}", escaped(next)))
}

fn step(refresh: &str) -> Response {
    let page = format!(
        "<!doctype html><meta http-equiv=refresh content=\"{refresh}\"><title>Soundstage</title>"
    );
    (
        StatusCode::OK,
        [(header::REFERRER_POLICY, "no-referrer")],
        Html(page),
    )
        .into_response()
}

fn escaped(text: &str) -> String {
    let escape = |c: char| match c {
        '&' => "&amp;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#39;".to_owned(),
        '<' => "&lt;".to_owned(),
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

fn sign_in_first(uri: &Uri) -> String {
    let wanted = uri.path_and_query().map_or("/", |wanted| wanted.as_str());
    if wanted == "/" {
        return "/sign-in".to_owned();
    }
    format!("/sign-in?next={}", in_query(wanted))
}

/// The inverse of [`sign_in_first`].
fn next_of(uri: &Uri) -> Option<String> {
    let value = uri
        .query()?
        .split('&')
        .find_map(|pair| pair.strip_prefix("next="))?;
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            b'+' => b' ',
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_wanted_comes_back_after_signing_in() {
        for wanted in ["/c/0190?a=b&c=%20d", "/facts", "/?q=%C3%BC+x#"] {
            let uri: Uri = wanted.trim_end_matches('#').parse().expect("an address");
            let redirect: Uri = sign_in_first(&uri).parse().expect("an address");
            assert_eq!(redirect.path(), "/sign-in");
            assert_eq!(
                next_of(&redirect).as_deref(),
                Some(wanted.trim_end_matches('#'))
            );
        }
        assert_eq!(sign_in_first(&Uri::from_static("/")), "/sign-in");
    }
}
