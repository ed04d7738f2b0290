//! There and back: what is remembered while a browser is at another site, or asks its person for a passkey. It
//! counts once, for a while, and in the browser that went.

use contract::SessionId;
use serde_json::Value;
use store::{
    Json, Store, Time, Viewer,
    accounts::{self as table, DanceKey, DanceRow},
};

use super::{AccountsError, identity::Answer, secret};
use crate::{Clock, Origin};

/// For a person who has to find their password there first.
pub const DANCE_LASTS_S: u32 = 15 * 60;

/// What a browser takes along.
#[derive(Debug)]
pub struct Begun {
    pub address: String,
    /// Comes back in a cookie: only the browser that began finishes.
    pub browser: String,
}

/// What a browser brought back.
pub struct Return<'a> {
    pub browser: &'a str,
    pub state: &'a str,
    pub answer: Answer,
}

pub(super) struct Begin<'a> {
    /// What it is for.
    pub(super) provider: &'a str,
    /// By which it is found again; only its hash is kept.
    pub(super) state: &'a str,
    /// What it takes to finish.
    pub(super) dance: Value,
    pub(super) session: Option<SessionId>,
    pub(super) invite: Option<&'a str>,
    pub(super) next: &'a str,
}

/// The browser's part of it.
pub(super) async fn remember(
    store: &Store,
    clock: &Clock,
    begin: Begin<'_>,
) -> Result<String, AccountsError> {
    let (now, browser) = (clock.now(), secret::fresh());
    let key = DanceKey {
        state_hash: &secret::hash(begin.state),
        browser_hash: &secret::hash(&browser),
        provider: begin.provider,
    };
    let row = DanceRow {
        dance: Json(begin.dance),
        session_id: begin.session.map(|session| session.0),
        invite_hash: begin.invite.map(|key| secret::hash(key).to_vec()),
        next: begin.next.to_owned(),
        expires_at: Time(now.plus_seconds(DANCE_LASTS_S.into())),
    };
    let mut tx = store.begin(Viewer::System).await?;
    table::forget_expired_dances(&mut tx, now).await?;
    table::add_dance(&mut tx, &key, &row).await?;
    tx.commit().await?;
    Ok(browser)
}

/// Uses it up, whatever comes of it.
pub(super) async fn take(
    store: &Store,
    clock: &Clock,
    origin: &Origin,
    provider: &str,
    (state, browser): (&str, &str),
) -> Result<DanceRow, AccountsError> {
    let key = DanceKey {
        state_hash: &secret::hash(state),
        browser_hash: &secret::hash(browser),
        provider,
    };
    let mut tx = store.begin(Viewer::System).await?;
    let row = table::take_dance(&mut tx, &key, clock.now()).await?;
    tx.commit().await?;
    row.ok_or_else(|| {
        let address = &origin.address;
        tracing::warn!(
            address,
            provider,
            "a browser came back that nobody had sent"
        );
        AccountsError::SignInRefused
    })
}
