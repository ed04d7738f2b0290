//! `/api/v1`: the studio for scripts, in JSON, with an API token (`Authorization: Bearer ss_…`) or with the
//! cookie of a session. Described at `/api/v1/openapi.json`, which is made from the handlers themselves.
//!
//! To add an operation: a handler with its `#[utoipa::path]` beside its like, named in `routes!`, and a line
//! in the table of routes (`server/tests/routes/table.rs`). It calls one method of a service and decides nothing.

#![allow(unused_qualifications, reason = "utoipa's macros write whole paths")]

mod accounts;
mod chat;
pub mod export;
pub mod import;
mod media;

use axum::{
    Json, Router,
    extract::{
        FromRequest, FromRequestParts, Query, Request,
        rejection::{JsonRejection, QueryRejection},
    },
    http::request::Parts,
    routing::get,
};
use contract::{ApiError, ErrorCode};
use serde::de::DeserializeOwned;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

use super::{AppState, Failure};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Soundstage",
        description = "What people do here, for scripts. Times are microseconds since 1970, UTC; ids are UUIDs. An error is `{code, message}` with the matching status: the code is stable, the message is for people. What belongs to somebody else does not exist (404).",
    ),
    modifiers(&Token),
    components(schemas(ApiError)),
    security(("token" = [])),
)]
struct Document;

struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut openapi::OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some(
                "An API token, made under Settings. What it needs stands with each operation.",
            ))
            .build();
        if let Some(components) = &mut document.components {
            components.add_security_scheme("token", SecurityScheme::Http(scheme));
        }
    }
}

/// The routes and what describes them.
fn described() -> (Router<AppState>, openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(accounts::routes())
        .merge(chat::routes())
        .merge(export::routes())
        .merge(import::routes())
        .merge(media::routes())
        .split_for_parts()
}

pub fn routes() -> Router<AppState> {
    let (routes, document) = described();
    routes.route("/api/v1/openapi.json", get(async move || Json(document)))
}

/// The description of everything under `/api/v1`.
pub fn document() -> openapi::OpenApi {
    described().1
}

/// A JSON body whose faults are answered as all faults are.
struct Body<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(_)) => Err(Failure(ApiError::new(
                ErrorCode::UploadTooLarge,
                "That is too long. Send less at once.",
            ))),
            Err(_) => Err(malformed()),
        }
    }
}

/// A query whose faults are answered as all faults are.
struct Asked<T>(T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        query
            .map(|Query(query)| Self(query))
            .map_err(|_| malformed())
    }
}

fn malformed() -> Failure {
    Failure(ApiError::new(
        ErrorCode::Invalid,
        "Something in what was sent is missing or malformed.",
    ))
}
