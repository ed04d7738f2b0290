//! What comes back from a token endpoint, and what it means.
//!
//! A refresh token that was replaced is burnt when the answer is on its way, so an answer from which the
//! new one can be read at all is taken, however oddly it is dressed.

use oauth2::{
    HttpResponse, RequestTokenError, TokenResponse as _,
    basic::{BasicRequestTokenError, BasicTokenResponse},
    http::{Response, StatusCode},
};
use serde_json::{Map, Value};
use studio::{
    accounts::grants::{Grant, GrantError},
    secrets::Secret,
};

use super::{http::Trouble, wait};
use crate::outbound::{Answer, Failure};

const LONGEST_CODE: usize = 40;

/// As RFC 6749 has it, for the library, which takes nothing else.
pub(super) fn tidy(answer: &Answer) -> Result<HttpResponse, Trouble> {
    let (told, status) = (of_status(answer), answer.status());
    if asks_for_patience(status) {
        return Err(told);
    }
    let Ok(mut fields) = serde_json::from_slice::<Map<String, Value>>(answer.body()) else {
        // Of a success the library says that it cannot be read.
        return if status.is_success() {
            response(StatusCode::OK, Vec::new())
        } else {
            Err(told)
        };
    };
    if status.is_success() && fields.contains_key("access_token") {
        straighten(&mut fields);
        return response(StatusCode::OK, Value::Object(fields).to_string().into());
    }
    // Some say what is wrong with status 200, and some more than we want to know.
    match fields.remove("error") {
        Some(Value::String(code)) => {
            let body = serde_json::json!({ "error": code });
            response(StatusCode::BAD_REQUEST, body.to_string().into())
        }
        _ if status.is_success() => response(StatusCode::OK, Vec::new()),
        _ => Err(told),
    }
}

/// Without a Content-Type: whatever it says, it was JSON.
fn response(status: StatusCode, body: Vec<u8>) -> Result<HttpResponse, Trouble> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    Ok(response)
}

fn asks_for_patience(status: StatusCode) -> bool {
    status.is_server_error()
        || matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY
        )
}

/// What is not worth losing a token over.
fn straighten(fields: &mut Map<String, Value>) {
    if !matches!(fields.get("token_type"), Some(Value::String(_))) {
        fields.insert("token_type".to_owned(), "bearer".into());
    }
    let seconds = match fields.remove("expires_in") {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    if let Some(seconds) = seconds.filter(|seconds| (0.0..1e12).contains(seconds)) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "cut to whole seconds, within bounds"
        )]
        fields.insert("expires_in".to_owned(), (seconds as u64).into());
    }
    if !matches!(fields.get("refresh_token"), Some(Value::String(token)) if !token.is_empty()) {
        fields.remove("refresh_token");
    }
    match fields.remove("scope") {
        Some(Value::Array(scopes)) => {
            let words: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
            fields.insert("scope".to_owned(), words.join(" ").into());
        }
        Some(Value::String(scopes)) => {
            fields.insert("scope".to_owned(), scopes.into());
        }
        _ => {}
    }
}

/// `kept`: the refresh token that we have, which stays good where the answer brings none.
pub(super) fn grant(
    answer: &BasicTokenResponse,
    kept: Option<&Secret>,
) -> Result<Grant, GrantError> {
    let access = answer.access_token().secret();
    if access.is_empty() {
        return Err(GrantError::Garbled);
    }
    let refresh = answer
        .refresh_token()
        .map(|token| Secret::new(token.secret()));
    let expires_in_s = answer
        .expires_in()
        .and_then(|lasts| i64::try_from(lasts.as_secs()).ok());
    let scopes = answer.scopes().map(|scopes| {
        let words = scopes.iter().map(|scope| scope.as_str().to_owned());
        words.filter(|word| !word.is_empty()).collect()
    });
    Ok(Grant {
        access: Secret::new(access),
        refresh: refresh.or_else(|| kept.cloned()),
        expires_in_s,
        scopes,
    })
}

/// The library's errors hold bodies, which hold tokens: nothing of them goes on but the code.
pub(super) fn failure(error: BasicRequestTokenError<Trouble>) -> GrantError {
    match error {
        RequestTokenError::ServerResponse(told) => coded(told.error().as_ref()),
        RequestTokenError::Request(trouble) => troubled(&trouble),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => GrantError::Garbled,
    }
}

/// Of a body that [`tidy`] has made.
pub(super) fn error_code(body: &[u8]) -> GrantError {
    let told: Option<Value> = serde_json::from_slice(body).ok();
    let code = told.as_ref().and_then(|told| told.get("error")?.as_str());
    code.map_or(GrantError::Garbled, coded)
}

pub(super) fn of_status(answer: &Answer) -> Trouble {
    Trouble::Status {
        status: answer.status(),
        retry_after_s: wait::seconds(answer.headers()),
    }
}

/// By the error code of a token endpoint.
fn coded(code: &str) -> GrantError {
    match code {
        "invalid_grant" => GrantError::Ended,
        "temporarily_unavailable" | "server_error" | "slow_down" => GrantError::Later {
            retry_after_s: None,
            reason: code.to_owned(),
        },
        _ => GrantError::Refused(clean(code)),
    }
}

pub(super) fn troubled(trouble: &Trouble) -> GrantError {
    match *trouble {
        Trouble::Unanswered(failure) => unanswered(failure),
        Trouble::Status {
            status,
            retry_after_s,
        } if asks_for_patience(status) => GrantError::Later {
            retry_after_s,
            reason: trouble.to_string(),
        },
        Trouble::Status { status, .. } if status == StatusCode::BAD_REQUEST => GrantError::Garbled,
        // An address that is moved, or wrong, or closed to us.
        Trouble::Status { status, .. } => {
            GrantError::Refused(format!("status_{}", status.as_u16()))
        }
    }
}

pub(super) fn unanswered(failure: Failure) -> GrantError {
    match failure {
        Failure::TimedOut | Failure::NoConnection | Failure::Broken => GrantError::Later {
            retry_after_s: None,
            reason: failure.to_string(),
        },
        Failure::TooLong => GrantError::Garbled,
        Failure::Redirected => GrantError::Refused("redirected".to_owned()),
        Failure::Unsendable | Failure::NotPublic => GrantError::Refused("bad_address".to_owned()),
    }
}

/// A code is a word; anything else might be what we sent, sent back.
fn clean(code: &str) -> String {
    let is_word = code.len() <= LONGEST_CODE
        && code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_' || byte == b'-');
    if is_word && !code.is_empty() {
        code.to_owned()
    } else {
        "unnamed".to_owned()
    }
}

#[cfg(test)]
mod tests;
