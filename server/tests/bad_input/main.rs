//! A bad afternoon: guesses by the ten thousand, swollen cookies, headers that break their lines, links that
//! would lead away. Each is refused with a stable code, begins no session and leaves no secret in the log.
//!
//! Elsewhere: other hosts, too long a body, too many requests (`edge.rs`); what stays shut without a session,
//! its token or our origin (`accounts/locks.rs`); other sites' pages (`cors.rs`); what providers get told
//! (`ways.rs`, `adapters/tests/identity`, `adapters/tests/grants`); files that are none (`uploads`, `media`).
#![allow(clippy::unwrap_used)]

mod guesses;
mod log;
mod requests;
#[path = "../support/mod.rs"]
mod support;

use support::{Browser, Site};

const SIGN_IN: &str = "/api/fn/sign_in";

/// Beside the one that set the studio up.
async fn sessions_begun(site: &Site, mara: &Browser) -> usize {
    let actor = site.actor(mara).await;
    site.studio.accounts.sessions(&actor).await.unwrap().len() - 1
}
