//! Tokens that are good now: refreshed early, by one at a time.

use std::time::Duration;

use contract::{ConnectionId, Timestamp};
use store::{
    Json, Time, Uuid, Viewer,
    accounts::{self as table, ConnectionRow, Refreshed},
    new_id,
};

use super::{Connections, troubled};
use crate::{
    Actor,
    accounts::{
        AccountsError,
        grants::{Grant, GrantError, Grants},
    },
    secrets::Secret,
};

/// So long before its end an access token is exchanged for the next.
const EARLY_S: i64 = 5 * 60;
/// And up to so much earlier, each at its own moment: what was connected together is not refreshed together.
const JITTER_S: i64 = 60;
/// For whoever wants to use it: it should outlive a request or two.
const LEFT_S: i64 = 60;
/// Longer than any request to a provider may take.
const LEASE_S: i64 = 90;
/// However short their tokens last, they are not refreshed more often by themselves.
const REST_S: i64 = 30;
/// After a failure that may pass, if the provider does not say.
const RETRY_S: i64 = 60;
const LONGEST_RETRY_S: i64 = 24 * 3_600;
/// Tried in one go.
const AT_ONCE: i64 = 16;
/// While the database does not take what a refresh brought: as long as the lease lasts.
const KEEP_EVERY: Duration = Duration::from_secs(1);
const KEEP_TRIES: usize = 75;
/// While another refreshes.
const LOOK_EVERY: Duration = Duration::from_millis(20);

enum Turn {
    Ours,
    /// Somebody else is at it, or has just done it.
    Theirs,
}

impl Connections {
    /// For what acts for this person: a token that is good for some minutes.
    pub async fn access(&self, actor: &Actor, provider: &str) -> Result<Secret, AccountsError> {
        let user = actor.user().ok_or(crate::Denial::SignedOut)?;
        let label = || match self.grants(provider) {
            Ok(grants) => grants.spec().label.clone(),
            Err(_) => provider.to_owned(),
        };
        let deadline = self.0.clock.now().plus_seconds(LEASE_S);
        let mut met = None;
        loop {
            let row = self.row(actor, user, provider).await?;
            let row = row.ok_or(AccountsError::NotFound)?;
            let now = self.0.clock.now();
            if self.ended(&row).is_some() {
                return Err(AccountsError::ConnectionEnded(label()));
            }
            // Refreshed while we were here: better ones there are not, however short they last.
            let is_fresh = *met.get_or_insert(row.refreshed_at) != row.refreshed_at;
            if is_fresh || row.refresh.is_none() || !is_spent(&row, now, LEFT_S) {
                return Ok(self.opened(&row)?.access);
            }
            let may_try = row.retry_at.is_none_or(|at| now >= at.into());
            let tried = match may_try {
                true => self.refresh(&row).await,
                false => Err(AccountsError::ConnectionSilent(label())),
            };
            match tried {
                Ok(Turn::Ours) => {}
                Ok(Turn::Theirs) if now > deadline => {
                    return Err(AccountsError::ConnectionSilent(label()));
                }
                Ok(Turn::Theirs) => tokio::time::sleep(LOOK_EVERY).await,
                // What is left of it is better than nothing.
                Err(AccountsError::ConnectionSilent(_)) if !is_spent(&row, now, 0) => {
                    return Ok(self.opened(&row)?.access);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// One that is not asked for by its time: the provider does not take the old one any more.
    pub(super) async fn renewed(
        &self,
        actor: &Actor,
        provider: &str,
    ) -> Result<Secret, AccountsError> {
        let user = actor.user().ok_or(crate::Denial::SignedOut)?;
        let row = self.row(actor, user, provider).await?;
        self.refresh(&row.ok_or(AccountsError::NotFound)?).await?;
        self.access(actor, provider).await
    }

    /// Refreshes what is due, and looks whether the ring has turned. How many were tried. What it has begun
    /// goes on if it is dropped.
    pub async fn tend(&self, actor: &Actor) -> Result<usize, AccountsError> {
        if *actor != Actor::System {
            return Err(AccountsError::Forbidden);
        }
        self.0.vault.refresh();
        let now = self.0.clock.now();
        let horizon = now.plus_seconds(EARLY_S + JITTER_S);
        let mut read = self.0.store.read(Viewer::System).await?;
        let rows = table::due(&mut read, now, horizon, AT_ONCE).await?;
        drop(read);
        let is_due = |row: &&ConnectionRow| {
            let rested = |at: Time| now >= Timestamp::from(at).plus_seconds(REST_S);
            is_spent(row, now, EARLY_S + jitter(row.id)) && row.refreshed_at.is_none_or(rested)
        };
        let due: Vec<_> = rows.iter().filter(is_due).collect();
        let tried = due.iter().map(|row| self.tend_one(row, now));
        futures::future::join_all(tried).await;
        Ok(due.len())
    }

    /// What fails is written down with the row; the next has its own luck.
    async fn tend_one(&self, row: &ConnectionRow, now: Timestamp) {
        let done = match self.grants(&row.provider) {
            Ok(_) => self.refresh(row).await.map(drop),
            // Its provider is in our settings no more: it must not stand in the way of the others.
            Err(_) => self.postpone(row, now.plus_seconds(LONGEST_RETRY_S)).await,
        };
        if let Err(error) = done {
            tracing::warn!(%error, provider = row.provider, "a grant was not refreshed");
        }
    }

    async fn postpone(&self, row: &ConnectionRow, until: Timestamp) -> Result<(), AccountsError> {
        let mut tx = self.0.store.begin(Viewer::System).await?;
        table::postpone(&mut tx, row.id, until).await?;
        Ok(tx.commit().await?)
    }

    /// Whoever waits for it may go away: what has begun is brought to its end, or a token that rotates
    /// would be lost.
    async fn refresh(&self, seen: &ConnectionRow) -> Result<Turn, AccountsError> {
        let (this, seen) = (self.clone(), seen.clone());
        let begun = async move { this.refresh_in_turn(&seen).await };
        let done = self.0.tasks.spawn(begun).await;
        done.unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
    }

    async fn refresh_in_turn(&self, seen: &ConnectionRow) -> Result<Turn, AccountsError> {
        let grants = self.grants(&seen.provider)?;
        let now = self.0.clock.now();
        let owner = new_id(now);
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let until = now.plus_seconds(LEASE_S);
        let row = table::lease(&mut tx, seen.id, owner, seen.expires_at, now, until).await?;
        tx.commit().await?;
        let Some(row) = row else {
            return Ok(Turn::Theirs);
        };
        let refresh = match self.opened(&row) {
            Ok(tokens) => tokens.refresh,
            Err(error) => {
                self.failed(&row, owner, &error.to_string(), RETRY_S, false)
                    .await?;
                return Err(error);
            }
        };
        let Some(refresh) = refresh else {
            let error = GrantError::Ended;
            let why = said(grants.as_ref(), &error);
            self.failed(&row, owner, &why, RETRY_S, true).await?;
            return Err(troubled(grants.as_ref(), &error));
        };
        match grants.refresh(&refresh).await {
            Ok(grant) => self.keep(&row, owner, &grant).await.map(|()| Turn::Ours),
            Err(error) => {
                let wait = match &error {
                    GrantError::Later { retry_after_s, .. } => retry_after_s.unwrap_or(RETRY_S),
                    _ => RETRY_S,
                };
                let has_ended = error == GrantError::Ended;
                self.failed(&row, owner, &said(grants.as_ref(), &error), wait, has_ended)
                    .await?;
                Err(troubled(grants.as_ref(), &error))
            }
        }
    }

    /// What a refresh brought. The old token is burnt by now, so this goes before everything else, and a
    /// database that is away for a moment is waited for.
    async fn keep(
        &self,
        row: &ConnectionRow,
        owner: Uuid,
        grant: &Grant,
    ) -> Result<(), AccountsError> {
        let mut tries = 0;
        loop {
            let sealed = self.sealed(row.id, grant);
            let scopes = grant.scopes.clone().map_or(row.scopes.clone(), Json);
            let now = self.0.clock.now();
            let brought = Refreshed {
                key_id: &sealed.key_id,
                access: &sealed.access,
                refresh: sealed.refresh.as_deref(),
                scopes: &scopes,
                expires_at: ends(grant, now),
            };
            let error = match self.write(row, owner, &brought, now).await {
                Ok(true) => return Ok(()),
                Ok(false) => return self.unwanted(row, grant).await,
                Err(error) if store::is_dangling(&error) => {
                    self.0.vault.know_key().await.err().unwrap_or(error)
                }
                Err(error) => error,
            };
            tries += 1;
            if tries > KEEP_TRIES {
                tracing::error!(%error, connection = %row.id, "what a refresh brought is lost");
                return Err(error.into());
            }
            tracing::warn!(%error, connection = %row.id, "what a refresh brought is not stored yet");
            if tries > 1 {
                tokio::time::sleep(KEEP_EVERY).await;
            }
        }
    }

    async fn write(
        &self,
        row: &ConnectionRow,
        owner: Uuid,
        brought: &Refreshed<'_>,
        now: Timestamp,
    ) -> store::Result<bool> {
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let is_kept = table::refreshed(&mut tx, row.id, owner, brought, now).await?;
        tx.commit().await?;
        Ok(is_kept)
    }

    /// Refreshed for nobody: they have disconnected meanwhile, so it is given back; or connected anew, and
    /// then that stands.
    async fn unwanted(&self, row: &ConnectionRow, grant: &Grant) -> Result<(), AccountsError> {
        let there = self.row(Viewer::System, row.user_id, &row.provider).await?;
        if there.is_none() {
            self.give_back(&row.provider, grant).await;
        }
        Ok(())
    }

    async fn failed(
        &self,
        row: &ConnectionRow,
        owner: Uuid,
        why: &str,
        wait_s: i64,
        has_ended: bool,
    ) -> Result<(), AccountsError> {
        let now = self.0.clock.now();
        let retry = now.plus_seconds(wait_s.clamp(1, LONGEST_RETRY_S));
        let ended = has_ended.then_some(now);
        let mut tx = self.0.store.begin(Viewer::System).await?;
        table::not_refreshed(&mut tx, row.id, owner, why, retry, ended).await?;
        Ok(tx.commit().await?)
    }
}

/// Whether its access token ends within so many seconds; or has lived half of its life, if that is short.
fn is_spent(row: &ConnectionRow, now: Timestamp, early_s: i64) -> bool {
    let Some(end) = row.expires_at.map(Timestamp::from) else {
        return false;
    };
    let begun = row.refreshed_at.unwrap_or(row.connected_at).into();
    let half = end.millis_since(begun) / 2_000;
    now >= end.plus_seconds(-early_s.min(half))
}

/// Where the provider says so. (Zero says nothing.)
pub(super) fn ends(grant: &Grant, now: Timestamp) -> Option<Time> {
    let lasts = grant.expires_in_s.filter(|seconds| *seconds > 0);
    lasts.map(|seconds| Time(now.plus_seconds(seconds)))
}

/// Always the same for a connection, and spread over all of them.
fn jitter(id: ConnectionId) -> i64 {
    i64::from(id.0.as_bytes()[15]) * JITTER_S / 256
}

/// For the person whose connection it is.
fn said(grants: &dyn Grants, error: &GrantError) -> String {
    let label = &grants.spec().label;
    match error {
        GrantError::Ended => format!("{label} has ended it."),
        GrantError::Refused(code) => format!("{label} refuses this studio ({code})."),
        GrantError::Later { .. } => format!("{label} does not answer right now."),
        GrantError::Denied | GrantError::Garbled => {
            format!("{label} gives answers that make no sense.")
        }
    }
}
