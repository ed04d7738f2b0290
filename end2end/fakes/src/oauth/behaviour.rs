//! What it does wrong, and where.

use std::convert::Infallible;

use axum::{
    Json,
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::stream;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    Authorize,
    Token,
    Revoke,
    Profile,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Says no, in the protocol's words: `invalid_grant`, `invalid_client`, …; at authorize
    /// `access_denied`. Nothing is done.
    Refuse(String),
    /// The same with status 200, as some do.
    RefuseWith200(String),
    /// 500 and a page.
    Broken,
    /// 429, with `Retry-After` in seconds.
    Busy(u32),
    /// Any status, without a body.
    Status(u16),
    /// To another address of its own.
    Redirect,
    /// Takes the request, does nothing, says nothing, keeps the line.
    Stall,
    /// Does it, and then says nothing: whoever waits does not learn the new token.
    StallAfter,
    /// 200, and a page.
    Garbage,
    /// 200, and JSON without what it should have.
    WrongJson,
    /// 200, and JSON without an end.
    Endless,
    /// All right, but called `text/html`.
    WrongType,
    /// All right, but called nothing at all.
    NoType,
    /// All right, but with status 201.
    Created,
    /// All right, but `expires_in` is text, `scope` a list, and `token_type` is left out.
    Odd,
    /// Does it (a refresh token turns over), then the line goes dead in the middle of the answer.
    CutAfter,
}

impl Behaviour {
    /// In place of doing anything; `None` where the request is to be served first.
    pub(super) async fn instead(&self) -> Option<Response> {
        let refuse = |status: StatusCode, code: &str| {
            let body = json!({"error": code, "error_description": "As the test wants it (fake)."});
            (status, Json(body)).into_response()
        };
        match self {
            Self::Refuse(code) if code == "invalid_client" => {
                Some(refuse(StatusCode::UNAUTHORIZED, code))
            }
            Self::Refuse(code) => Some(refuse(StatusCode::BAD_REQUEST, code)),
            Self::RefuseWith200(code) => Some(refuse(StatusCode::OK, code)),
            Self::Broken => Some(page(StatusCode::INTERNAL_SERVER_ERROR)),
            Self::Busy(seconds) => Some(
                (
                    [(header::RETRY_AFTER, seconds.to_string())],
                    refuse(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded"),
                )
                    .into_response(),
            ),
            Self::Status(status) => Some(
                StatusCode::from_u16(*status)
                    .unwrap_or(StatusCode::IM_A_TEAPOT)
                    .into_response(),
            ),
            Self::Redirect => Some(
                (
                    StatusCode::TEMPORARY_REDIRECT,
                    [(header::LOCATION, "/control/requests")],
                )
                    .into_response(),
            ),
            Self::Stall => futures::future::pending().await,
            Self::Garbage => Some(page(StatusCode::OK)),
            Self::WrongJson => Some(Json(json!({"hello": ["world"]})).into_response()),
            Self::Endless => Some(endless()),
            Self::StallAfter
            | Self::WrongType
            | Self::NoType
            | Self::Created
            | Self::Odd
            | Self::CutAfter => None,
        }
    }

    /// What becomes of an answer that is right.
    pub(super) async fn afterwards(
        &self,
        status: StatusCode,
        mut body: serde_json::Value,
    ) -> Response {
        let called = |kind: &'static str, body: serde_json::Value| {
            (status, [(header::CONTENT_TYPE, kind)], body.to_string()).into_response()
        };
        match self {
            Self::StallAfter => futures::future::pending().await,
            Self::WrongType => called("text/html; charset=utf-8", body),
            Self::NoType => {
                let mut response = called("text/plain", body);
                response.headers_mut().remove(header::CONTENT_TYPE);
                response
            }
            Self::Created if status == StatusCode::OK => {
                (StatusCode::CREATED, Json(body)).into_response()
            }
            Self::CutAfter => cut(&body),
            Self::Odd => {
                if let Some(fields) = body.as_object_mut() {
                    let seconds = fields.get("expires_in").map(ToString::to_string);
                    fields.insert("expires_in".to_owned(), json!(seconds));
                    let scopes: Option<Vec<String>> = fields
                        .get("scope")
                        .and_then(|scope| scope.as_str())
                        .map(|scope| scope.split(' ').map(str::to_owned).collect());
                    fields.insert("scope".to_owned(), json!(scopes));
                    fields.remove("token_type");
                }
                called("application/json", body)
            }
            _ => (status, Json(body)).into_response(),
        }
    }
}

fn page(status: StatusCode) -> Response {
    let page = "<!doctype html><title>Oops</title><p>Something went wrong (fake).";
    (status, [(header::CONTENT_TYPE, "text/html")], page).into_response()
}

/// Half of it.
fn cut(body: &serde_json::Value) -> Response {
    let text = body.to_string();
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let parts = [Ok(half), Err(std::io::Error::other("cut (fake)"))];
    (
        [(header::CONTENT_TYPE, "application/json")],
        Body::from_stream(stream::iter(parts)),
    )
        .into_response()
}

fn endless() -> Response {
    let blanks = Bytes::from_static(&[b' '; 16_384]);
    let parts = stream::repeat_with(move || Ok::<_, Infallible>(blanks.clone()));
    (
        [(header::CONTENT_TYPE, "application/json")],
        Body::from_stream(parts),
    )
        .into_response()
}
