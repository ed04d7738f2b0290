//! An OAuth 2 provider: authorize, token, revoke and a profile, over PKCE (RFC 6749, 7009, 7636), with
//! refresh tokens that turn over as RFC 9700 wants it.
//!
//! What it does wrong is said beforehand, by [`Fake::next`] and [`Fake::always`] or over HTTP:
//!
//! | | |
//! |---|---|
//! | `POST /control/next` | `{"at": "token", "does": "busy", "times": 2}`: the next two answers there |
//! | `POST /control/always` | `{"at": "token", "does": "stall"}`: all from now on; `"does": null` ends it |
//! | `POST /control/settings` | [`Settings`], all of them |
//! | `POST /control/end` | `{"grant": 1}`: the person has taken it back at the provider's own page |
//! | `POST /control/expire` | `{"grant": 1}`: its access tokens are too old |
//! | `GET /control/grants` | each [`Grant`]: how often it was refreshed, whether it has ended |
//! | `GET /control/requests` | each [`Request`], without anything secret |
//!
//! Its tokens are counted and not random, so that a test can say them: `refresh-1-0` is the first of the
//! first grant.

mod authorize;
mod behaviour;
mod book;
mod control;
mod token;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    http::StatusCode,
    routing::{get, post},
};

use crate::served::Served;
pub use behaviour::{At, Behaviour};
use book::Book;
pub use book::{Ended, Grant, Request, Settings};

/// Who its one client is.
pub const CLIENT_ID: &str = "soundstage-client";
/// With what a form and a header encode in different ways.
pub const CLIENT_SECRET: &str = "s3cret+/:%&ä";

/// A fake that runs until it is dropped.
pub struct Fake {
    pub address: SocketAddr,
    shared: Shared,
    _served: Served,
}

impl Fake {
    /// On a free port of the loopback.
    pub async fn start() -> std::io::Result<Self> {
        let shared = Shared::default();
        let served = Served::start(router(shared.clone())).await?;
        Ok(Self {
            address: served.address,
            shared,
            _served: served,
        })
    }

    /// `path` with the slash before it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The next answer there is this; several pile up.
    pub fn next(&self, at: At, behaviour: Behaviour) {
        self.shared.book().next(at, behaviour, 1);
    }

    /// All answers there are this, behind those that [`Fake::next`] has said.
    pub fn always(&self, at: At, behaviour: Option<Behaviour>) {
        self.shared.book().always(at, behaviour);
    }

    pub fn set(&self, settings: Settings) {
        self.shared.book().settings = settings;
    }

    /// The person has taken it back.
    pub fn end(&self, grant: usize) {
        self.shared.book().end(grant);
    }

    /// A person has said yes some time ago: the access token and the refresh token.
    pub fn granted(&self, scopes: &str) -> (String, String) {
        self.shared.book().granted(scopes)
    }

    pub fn grants(&self) -> Vec<Grant> {
        self.shared.book().grants.clone()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.book().requests.clone()
    }
}

/// What all requests share.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Book>>);

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        // Chromium may ask for an icon, and logs an error where it finds none.
        .route("/favicon.ico", get(|| async { StatusCode::NO_CONTENT }))
        .route("/authorize", get(authorize::ask).post(authorize::decide))
        .route("/token", post(token::token))
        .route("/revoke", post(token::revoke))
        .route("/profile", get(token::profile))
        .route("/control/next", post(control::next))
        .route("/control/always", post(control::always))
        .route("/control/settings", post(control::settings))
        .route("/control/end", post(control::end))
        .route("/control/expire", post(control::expire))
        .route("/control/grants", get(control::grants))
        .route("/control/requests", get(control::requests))
        .with_state(shared)
}
