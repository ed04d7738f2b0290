//! What went wrong, as a code, a sentence, and whether asking again may help.

use std::time::Duration;

use contract::ErrorCode;
use genai::webc::StreamTimeout;
use reqwest::{StatusCode, header::HeaderMap};
use studio::chat::ModelError;

#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    /// The vendor says when to come back.
    pub retry_after: Option<Duration>,
    /// For the log; may hold a vendor's words.
    pub detail: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// No connection, or the vendor's own fault.
    Unavailable,
    Busy,
    Slow,
    /// The stream ended before the answer did.
    Cut,
    /// It does not speak as it should.
    Garbled,
    Key,
    NoSuchModel,
    TooLong,
    /// It will not answer this.
    Refused,
}

impl Failure {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            retry_after: None,
            detail: detail.into(),
        }
    }

    /// Nothing came in time.
    pub(super) fn slow(detail: &str) -> Self {
        Self::new(Kind::Slow, detail)
    }

    pub(super) fn cut() -> Self {
        Self::new(Kind::Cut, "the stream ended without its end")
    }

    pub(super) fn empty() -> Self {
        Self::new(Kind::Unavailable, "the answer was empty")
    }

    pub(super) fn filtered() -> Self {
        Self::new(Kind::Refused, "stopped by the vendor's filter")
    }

    /// Whether the same question may succeed.
    pub(super) fn may_pass(&self) -> bool {
        matches!(
            self.kind,
            Kind::Unavailable | Kind::Busy | Kind::Slow | Kind::Cut
        )
    }

    pub(super) fn of(error: &genai::Error) -> Self {
        use genai::Error;
        if let Some(status) = error.status() {
            return Self::of_status(status, error.headers(), error.to_string());
        }
        match error {
            Error::WebStream { error: inner, .. } => {
                let inner = inner.as_ref();
                if let Some(inner) = inner.downcast_ref::<Error>() {
                    return Self::of(inner);
                }
                if inner.is::<StreamTimeout>() {
                    return Self::new(Kind::Slow, error.to_string());
                }
                match inner.downcast_ref::<reqwest::Error>() {
                    Some(web) => Self::of_web(web),
                    None => Self::new(Kind::Garbled, error.to_string()),
                }
            }
            Error::WebModelCall {
                webc_error: genai::webc::Error::Reqwest(web),
                ..
            } => Self::of_web(web),
            Error::ChatResponse { body, .. } => Self::of_event(&body.to_string()),
            _ => Self::new(Kind::Garbled, error.to_string()),
        }
    }

    fn of_web(error: &reqwest::Error) -> Self {
        let kind = match error {
            _ if error.is_timeout() && !error.is_connect() => Kind::Slow,
            _ if error.is_body() || error.is_decode() => Kind::Cut,
            _ => Kind::Unavailable,
        };
        Self::new(kind, format!("{error:?}"))
    }

    fn of_status(status: StatusCode, headers: Option<&HeaderMap>, detail: String) -> Self {
        let kind = match status.as_u16() {
            429 | 529 => Kind::Busy,
            401 | 403 => Kind::Key,
            404 => Kind::NoSuchModel,
            413 => Kind::TooLong,
            408 | 504 => Kind::Slow,
            400 | 422 if speaks_of_length(&detail) => Kind::TooLong,
            400..=499 => Kind::Refused,
            // A redirect too: we follow none.
            _ => Kind::Unavailable,
        };
        Self {
            kind,
            retry_after: headers.and_then(retry_after),
            detail,
        }
    }

    /// An error told within the stream.
    fn of_event(body: &str) -> Self {
        let kind = match body {
            _ if body.contains("rate_limit") || body.contains("RESOURCE_EXHAUSTED") => Kind::Busy,
            _ if speaks_of_length(body) => Kind::TooLong,
            _ => Kind::Unavailable,
        };
        Self::new(kind, body)
    }

    pub(super) fn into_error(self) -> ModelError {
        let (code, message) = match self.kind {
            Kind::Unavailable => (
                ErrorCode::ModelUnavailable,
                "The language model cannot be reached at the moment. Try again in a minute.",
            ),
            Kind::Busy => (
                ErrorCode::ModelRateLimited,
                "The language model is busy: it takes no more questions for now. Try again in a minute.",
            ),
            Kind::Slow => (
                ErrorCode::ModelTimeout,
                "The language model fell silent. Try again.",
            ),
            Kind::Cut => (
                ErrorCode::ModelUnavailable,
                "The language model broke off in the middle of its answer. Continue or try again.",
            ),
            Kind::Garbled => (
                ErrorCode::ModelUnavailable,
                "The language model answered in a way that could not be read. Try again.",
            ),
            Kind::Key => (
                ErrorCode::ModelMisconfigured,
                "The language model did not accept the key that this server has. The owner can change it.",
            ),
            Kind::NoSuchModel => (
                ErrorCode::ModelMisconfigured,
                "The language model that this server asks for does not exist there. The owner can change it.",
            ),
            Kind::TooLong => (
                ErrorCode::ModelRefused,
                "This conversation is too long for the language model. Start a new one.",
            ),
            Kind::Refused => (
                ErrorCode::ModelRefused,
                "The language model declined to answer this.",
            ),
        };
        ModelError {
            code,
            message: message.to_owned(),
        }
    }
}

fn speaks_of_length(text: &str) -> bool {
    let text = text.to_lowercase();
    [
        "context length",
        "context_length",
        "maximum context",
        "too many tokens",
        "prompt is too long",
        "token count",
    ]
    .iter()
    .any(|words| text.contains(words))
}

/// Seconds, or milliseconds as some have it. Dates are not understood: they would need a clock.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| {
        headers
            .get(name)?
            .to_str()
            .ok()?
            .trim()
            .parse::<f64>()
            .ok()
            .filter(|number| (0.0..1e6).contains(number))
    };
    number("retry-after-ms")
        .map(|millis| Duration::from_secs_f64(millis / 1000.0))
        .or_else(|| number("retry-after").map(Duration::from_secs_f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_have_codes_and_chances() {
        for (status, detail, code, may_pass) in [
            (429, "", ErrorCode::ModelRateLimited, true),
            (500, "", ErrorCode::ModelUnavailable, true),
            (503, "", ErrorCode::ModelUnavailable, true),
            (529, "", ErrorCode::ModelRateLimited, true),
            (504, "", ErrorCode::ModelTimeout, true),
            (401, "", ErrorCode::ModelMisconfigured, false),
            (404, "", ErrorCode::ModelMisconfigured, false),
            (
                400,
                "maximum context length is 8192",
                ErrorCode::ModelRefused,
                false,
            ),
            (400, "bad", ErrorCode::ModelRefused, false),
            (302, "", ErrorCode::ModelUnavailable, true),
        ] {
            let failure = Failure::of_status(
                StatusCode::from_u16(status).expect("valid"),
                None,
                detail.to_owned(),
            );
            assert_eq!(failure.may_pass(), may_pass, "{status}");
            assert_eq!(failure.into_error().code, code, "{status}");
        }
    }

    #[test]
    fn the_vendor_may_say_when() {
        let headers = |name: &'static str, value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, reqwest::header::HeaderValue::from_static(value));
            headers
        };
        assert_eq!(
            retry_after(&headers("retry-after", "2")),
            Some(Duration::from_secs(2))
        );
        assert_eq!(
            retry_after(&headers("retry-after-ms", "250")),
            Some(Duration::from_millis(250))
        );
        assert_eq!(
            retry_after(&headers("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")),
            None
        );
        assert_eq!(retry_after(&headers("retry-after", "-3")), None);
    }
}
