//! How fast one address and one person may ask.
//!
//! By token buckets in [`studio::commons`]. Whoever sits at the machine itself (loopback, with no proxy
//! that speaks for others) is not held back. Sign-in has its own, much slower, delays in
//! [`studio::accounts`].

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{ApiError, ErrorCode};
use studio::commons::Asker;

use super::{
    AppState, Failure,
    session::{self, Visitor},
};

pub async fn by_address(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let address = session::client(&state.edge, &request);
    if address.is_loopback() {
        return next.run(request).await;
    }
    held(&state, address.into(), request, next).await
}

pub async fn by_person(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let person = visitor.filter(|_| !session::client(&state.edge, &request).is_loopback());
    match person.and_then(|visitor| visitor.actor.user()) {
        Some(user) => held(&state, Asker::Person(user), request, next).await,
        None => next.run(request).await,
    }
}

async fn held(state: &AppState, asker: Asker, request: Request, next: Next) -> Response {
    match state.studio.commons.take(asker, state.clock.now()).await {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(wait),
    }
}

fn too_many(wait: i64) -> Response {
    let sentence =
        "That is more than Soundstage can answer at once. Wait a moment, then try again.";
    let mut response = Failure(ApiError::new(ErrorCode::TooManyRequests, sentence)).into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(wait));
    response
}
