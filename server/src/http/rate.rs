//! How fast one address and one person may ask.
//!
//! Token buckets in bounded memory. Whoever sits at the machine itself (loopback, with no proxy that
//! speaks for others) is not held back. Sign-in has its own, much slower, delays in
//! [`studio::accounts`].

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{ApiError, ErrorCode, Timestamp, UserId};

use super::{
    AppState, Failure,
    session::{self, Visitor},
};

/// A page with all that it loads is some thirty requests; a browser that comes back with many tabs some
/// hundreds at once.
const BURST: f64 = 600.0;
const PER_SECOND: f64 = 100.0;
const MOST_KEYS: usize = 20_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    V4(u32),
    /// One network is one address: its owner has 2^64 of them.
    V6(u64),
    Person(UserId),
}

struct Bucket {
    tokens: f64,
    at: Timestamp,
}

#[derive(Default)]
pub struct Rates(Mutex<HashMap<Key, Bucket>>);

impl Rates {
    /// Takes a token, or says after how many seconds there is one.
    fn take(&self, key: Key, now: Timestamp) -> Result<(), u64> {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_KEYS && !buckets.contains_key(&key) {
            // Full buckets say nothing; if that is not enough, all get a new start rather than nobody.
            buckets.retain(|_, bucket| bucket.refilled(now) < BURST);
            if buckets.len() >= MOST_KEYS {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(key).or_insert(Bucket {
            tokens: BURST,
            at: now,
        });
        bucket.tokens = bucket.refilled(now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return Err(((1.0 - bucket.tokens) / PER_SECOND).ceil() as u64);
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

impl Bucket {
    fn refilled(&self, now: Timestamp) -> f64 {
        let passed_s = now.millis_since(self.at).max(0) as f64 / 1_000.0;
        (self.tokens + passed_s * PER_SECOND).min(BURST)
    }
}

pub async fn by_address(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let key = match session::client(&state.edge, &request) {
        address if address.is_loopback() => return next.run(request).await,
        IpAddr::V4(v4) => Key::V4(v4.to_bits()),
        IpAddr::V6(v6) => Key::V6((v6.to_bits() >> 64) as u64),
    };
    held(&state, key, request, next).await
}

pub async fn by_person(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let person = visitor.filter(|_| !session::client(&state.edge, &request).is_loopback());
    match person.and_then(|visitor| visitor.actor.user()) {
        Some(user) => held(&state, Key::Person(user), request, next).await,
        None => next.run(request).await,
    }
}

async fn held(state: &AppState, key: Key, request: Request, next: Next) -> Response {
    match state.edge.rates.take(key, state.clock.now()) {
        Ok(()) => next.run(request).await,
        Err(wait) => too_many(wait),
    }
}

fn too_many(wait: u64) -> Response {
    let sentence =
        "That is more than Soundstage can answer at once. Wait a moment, then try again.";
    let mut response = Failure(ApiError::new(ErrorCode::TooManyRequests, sentence)).into_response();
    response
        .headers_mut()
        .insert(header::RETRY_AFTER, HeaderValue::from(wait));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_then_the_rate_holds() {
        let (rates, key) = (Rates::default(), Key::V4(1));
        let now = Timestamp::from_seconds(1);
        for _ in 0..600 {
            assert_eq!(rates.take(key, now), Ok(()));
        }
        assert_eq!(rates.take(key, now), Err(1));
        assert_eq!(rates.take(Key::V4(2), now), Ok(()));
        for _ in 0..10 {
            assert_eq!(rates.take(key, now.plus_millis(100)), Ok(()));
        }
        assert_eq!(rates.take(key, now.plus_millis(100)), Err(1));
    }

    #[test]
    fn memory_is_bounded() {
        let rates = Rates::default();
        for address in 0..50_000 {
            assert_eq!(
                rates.take(Key::V4(address), Timestamp::from_seconds(1)),
                Ok(())
            );
        }
        assert!(rates.0.lock().expect("whole").len() <= MOST_KEYS);
    }
}
