//! Signing in elsewhere: `/sign-in/with/NAME` sends a browser there, `/sign-in/with/NAME/callback` is where
//! it comes back.
//!
//! These are links that a browser follows, not calls: what goes wrong is said by the page that asked.

use app::accounts::state::next_or_home;
use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use serde::Deserialize;
use studio::{
    Actor,
    accounts::{AccountsError, Finished, Return, identity::Answer},
};

use super::{
    AppState, Failure,
    door::step_to,
    session::{self, Visitor},
};

/// All of it stands open.
pub const BELOW: &str = "/sign-in/with/";
/// Where one's own ways in are shown.
const SETTINGS: &str = "/settings/profile";

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/sign-in/with/{way}", get(begin))
        .route("/sign-in/with/{way}/callback", get(finish))
}

#[derive(Deserialize)]
struct Wanted {
    next: Option<String>,
    /// Of an invitation.
    key: Option<String>,
}

/// To come in. (Who is in links from Settings, by a call that only our own pages can make.)
async fn begin(
    State(state): State<AppState>,
    Path(way): Path<String>,
    Query(wanted): Query<Wanted>,
    Extension(visitor): Extension<Visitor>,
) -> Response {
    let next = next_or_home(wanted.next.as_deref());
    if visitor.actor != Actor::Anonymous {
        return Redirect::to(next).into_response();
    }
    let callback = app::accounts::callback(&state.edge.url.to_string(), &way);
    let begun = state.studio.accounts.begin_dance(
        &Actor::Anonymous,
        &way,
        &callback,
        next,
        wanted.key.as_deref(),
    );
    match begun.await {
        Ok(begun) => {
            let cookie = session::cookie(&state.edge).dance_header(&begun.browser);
            ([(header::SET_COOKIE, cookie)], Redirect::to(&begun.address)).into_response()
        }
        Err(error) => failed("/sign-in", error),
    }
}

/// RFC 6749, 4.1.2; RFC 9207.
#[derive(Deserialize)]
pub struct Back {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

impl Back {
    /// What hinders it there, beside that the person said no (RFC 6749, 4.1.2.1). Anybody can write an
    /// address, so it is for the log, and only if it is a word.
    pub fn refused(&self) -> Option<&str> {
        let code = self.error.as_deref()?;
        let is_word = code.len() <= 40
            && code
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        (code != "access_denied").then_some(if is_word { code } else { "unnamed" })
    }

    /// None where there is less than it takes.
    pub fn with<'a>(&'a self, browser: Option<&'a str>) -> Option<Return<'a>> {
        Some(Return {
            browser: browser?,
            state: self.state.as_deref()?,
            answer: Answer {
                code: self.code.clone()?,
                issuer: self.iss.clone(),
            },
        })
    }
}

async fn finish(
    State(state): State<AppState>,
    Path(way): Path<String>,
    Query(back): Query<Back>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
) -> Response {
    let Some(back) = back.with(session::dance(&state.edge, &headers)) else {
        // They said no there, or somebody else made this link.
        return failed("/sign-in", AccountsError::SignInRefused);
    };
    let finished = state
        .studio
        .accounts
        .finish_dance(&visitor.origin, &way, back);
    let response = match finished.await {
        Ok(Finished::SignedIn { session, next }) => session::admitted(&state.edge, &session, &next),
        Ok(Finished::Linked { next }) => step_to(&next),
        Err(lost) if lost.linking => failed(SETTINGS, lost.error),
        Err(lost) => failed("/sign-in", lost.error),
    };
    session::after_dance(&state.edge, response)
}

/// The page has the words; an address only names the problem.
pub fn failed(page: &str, error: AccountsError) -> Response {
    let Failure(error) = error.into();
    step_to(&format!("{page}?problem={}", error.code.as_str()))
}
