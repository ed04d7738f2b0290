//! The server's side: who is asking, and what the response carries besides its body.

use axum::http::{
    HeaderValue, StatusCode,
    header::{ACCEPT, LOCATION, RETRY_AFTER, SET_COOKIE},
    request::Parts,
};
use contract::{ApiError, ErrorCode};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;
use studio::{Actor, Studio, accounts::DANCE_LASTS_S};

use super::Failure;

/// The services and the one who calls them, as the server put them into the context of this request.
pub fn caller() -> Result<(Studio, Actor), Failure> {
    match (use_context::<Studio>(), use_context::<Actor>()) {
        (Some(studio), Some(actor)) => Ok((studio, actor)),
        _ => {
            let error = ApiError::internal();
            log(&error, "no studio or actor in the context of a request");
            Err(error.into())
        }
    }
}

/// Errors are logged once, at the boundary, and only those that are ours.
pub fn log(error: &ApiError, cause: &str) {
    if error.code.status() >= 500 {
        tracing::error!(code = error.code.as_str(), cause, "request failed");
    } else {
        tracing::debug!(code = error.code.as_str(), cause, "request refused");
    }
}

/// What the running server says of itself, for the foot of the sign-in page. Provided by the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteInfo {
    /// The host that people type: `studio.example.org`.
    pub host: String,
    /// With scheme, without a slash at its end: what links are made of.
    pub url: String,
    pub version: String,
    /// Where `cargo leptos watch` tells pages to load anew.
    pub reload_port: Option<u32>,
}

/// How this installation keeps a session in the browser. The server decides it from the address that
/// it is reached under, and provides it as context.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    pub name: &'static str,
    pub secure: bool,
}

impl SessionCookie {
    /// For https, and for every address whose browser keeps `Secure` cookies.
    pub const HTTPS: Self = Self {
        name: "__Host-soundstage",
        secure: true,
    };
    /// For plain http on loopback, where some browsers refuse the prefix.
    pub const PLAIN: Self = Self {
        name: "soundstage",
        secure: false,
    };

    /// A year; the session itself ends earlier, by what the server knows of it.
    pub const MAX_AGE_S: u32 = 31_536_000;

    pub fn set(self, token: &str) {
        self.write(token, Self::MAX_AGE_S);
    }

    pub fn clear(self) {
        self.write("", 0);
    }

    /// The header's value, for those who answer outside of Leptos.
    pub fn header(self, token: &str, max_age_s: u32) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!(
            "{}={token}; Path=/; HttpOnly; SameSite=Strict; Max-Age={max_age_s}{secure}",
            self.name
        )
    }

    /// For the minutes of a sign-in elsewhere. Lax, because another site sends the browser back.
    pub fn dance_header(self, browser: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let max_age_s = if browser.is_empty() { 0 } else { DANCE_LASTS_S };
        format!(
            "{}={browser}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}",
            self.dance_name()
        )
    }

    /// The name, as it comes back.
    pub fn dance_name(self) -> &'static str {
        if self.secure {
            "__Host-soundstage-dance"
        } else {
            "soundstage-dance"
        }
    }

    pub fn begin_dance(self, browser: &str) {
        append(&self.dance_header(browser));
    }

    fn write(self, token: &str, max_age_s: u32) {
        append(&self.header(token, max_age_s));
    }
}

fn append(cookie: &str) {
    let response = expect_context::<ResponseOptions>();
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.append_header(SET_COOKIE, value);
    }
}

fn wants_html() -> bool {
    use_context::<Parts>()
        .and_then(|parts| {
            Some(
                parts
                    .headers
                    .get(ACCEPT)?
                    .to_str()
                    .ok()?
                    .contains("text/html"),
            )
        })
        .unwrap_or(false)
}

/// The status of the page that is being rendered.
pub fn set_status(status: u16) {
    if let (Some(response), Ok(status)) = (
        use_context::<ResponseOptions>(),
        StatusCode::from_u16(status),
    ) {
        response.set_status(status);
    }
}

/// A server function that fails answers with the status of its code. A page or a plain form does not:
/// there the failure is part of what is shown.
pub(super) fn answer_with_status_of(code: ErrorCode) {
    if use_context::<Parts>().is_some() && !wants_html() {
        set_status(code.status());
    }
}

/// For programs, which do not read the sentence.
pub(super) fn ask_again_after(seconds: i64) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.insert_header(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

/// Where a plain form goes from here. With wasm the page itself moves on, by loading anew: the document
/// of a signed-in person carries a token that the old one lacks.
pub fn arrive(path: &str) {
    if !wants_html() {
        return;
    }
    if let (Some(response), Ok(path)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(path),
    ) {
        response.insert_header(LOCATION, path);
        response.set_status(StatusCode::SEE_OTHER);
    }
}

/// Scripts only with this response's nonce, styles only from our own file; attributes may carry the
/// custom properties that plots are drawn with.
pub fn content_security_policy() {
    let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    let watcher = use_context::<SiteInfo>()
        .and_then(|site| site.reload_port)
        .map_or_else(String::new, |port| {
            format!(" ws://localhost:{port} ws://127.0.0.1:{port}")
        });
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self'{watcher}; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.insert_header(axum::http::header::CONTENT_SECURITY_POLICY, policy);
    }
}
