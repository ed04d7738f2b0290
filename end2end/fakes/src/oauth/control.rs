//! What a test says to the provider beside the protocol.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;

use super::{
    At, Behaviour, Shared,
    book::{Grant, Request, Settings},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Next {
    at: At,
    does: Behaviour,
    #[serde(default = "once")]
    times: usize,
}

const fn once() -> usize {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Always {
    at: At,
    does: Option<Behaviour>,
}

#[derive(Deserialize)]
pub(super) struct Which {
    grant: usize,
}

pub(super) async fn next(State(shared): State<Shared>, Json(next): Json<Next>) -> StatusCode {
    shared.book().next(next.at, next.does, next.times);
    StatusCode::NO_CONTENT
}

pub(super) async fn always(State(shared): State<Shared>, Json(always): Json<Always>) -> StatusCode {
    shared.book().always(always.at, always.does);
    StatusCode::NO_CONTENT
}

pub(super) async fn settings(
    State(shared): State<Shared>,
    Json(settings): Json<Settings>,
) -> StatusCode {
    shared.book().settings = settings;
    StatusCode::NO_CONTENT
}

pub(super) async fn end(State(shared): State<Shared>, Json(which): Json<Which>) -> StatusCode {
    shared.book().end(which.grant);
    StatusCode::NO_CONTENT
}

pub(super) async fn expire(State(shared): State<Shared>, Json(which): Json<Which>) -> StatusCode {
    if let Some(grant) = shared.book().grant(which.grant) {
        grant.access.clear();
    }
    StatusCode::NO_CONTENT
}

pub(super) async fn grants(State(shared): State<Shared>) -> Json<Vec<Grant>> {
    Json(shared.book().grants.clone())
}

pub(super) async fn requests(State(shared): State<Shared>) -> Json<Vec<Request>> {
    Json(shared.book().requests.clone())
}
