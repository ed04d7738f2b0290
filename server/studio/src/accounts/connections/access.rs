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
/// After a failure that may pass, if the provider does not say.
const RETRY_S: i64 = 60;
const LONGEST_RETRY_S: i64 = 24 * 3_600;
/// Tried in one go.
const AT_ONCE: i64 = 16;
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
            if is_fresh || !is_spent(&row, now, LEFT_S) {
                return Ok(self.opened(&row)?.access);
            }
            let may_try = row.retry_at.is_none_or(|at| now >= at.into());
            let tried = match may_try {
                true => self.refresh(&row).await,
                false => Err(AccountsError::ProviderUnreachable(label())),
            };
            match tried {
                Ok(Turn::Ours) => {}
                Ok(Turn::Theirs) if now > deadline => {
                    return Err(AccountsError::ProviderUnreachable(label()));
                }
                Ok(Turn::Theirs) => tokio::time::sleep(LOOK_EVERY).await,
                // What is left of it is better than nothing.
                Err(AccountsError::ProviderUnreachable(_)) if !is_spent(&row, now, 0) => {
                    return Ok(self.opened(&row)?.access);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Refreshes what is due, and looks whether the ring has turned. How many were tried.
    pub async fn tend(&self, actor: &Actor) -> Result<usize, AccountsError> {
        if *actor != Actor::System {
            return Err(AccountsError::Forbidden);
        }
        self.0.keys.refresh();
        let now = self.0.clock.now();
        let horizon = now.plus_seconds(EARLY_S + JITTER_S);
        let mut read = self.0.store.read(Viewer::System).await?;
        let rows = table::due(&mut read, now, horizon, AT_ONCE).await?;
        drop(read);
        let is_due = |row: &&ConnectionRow| is_spent(row, now, EARLY_S + jitter(row.id));
        let due: Vec<_> = rows.iter().filter(is_due).collect();
        for row in &due {
            // Written down with the row; the next has its own luck.
            if let Err(error) = self.refresh(row).await {
                tracing::warn!(%error, provider = row.provider, "a grant was not refreshed");
            }
        }
        Ok(due.len())
    }

    /// Whoever waits for it may go away: what has begun is brought to its end, or a token that rotates
    /// would be lost.
    async fn refresh(&self, seen: &ConnectionRow) -> Result<Turn, AccountsError> {
        let (this, seen) = (self.clone(), seen.clone());
        let done = tokio::spawn(async move { this.refresh_in_turn(&seen).await }).await;
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
        // `ended` has seen to it that there is one.
        let refresh = refresh.ok_or(AccountsError::NotFound)?;
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

    /// What a refresh brought. The old token is burnt by now, so this goes before everything else.
    async fn keep(
        &self,
        row: &ConnectionRow,
        owner: Uuid,
        grant: &Grant,
    ) -> Result<(), AccountsError> {
        let mut is_known = false;
        loop {
            let sealed = self.sealed(row.id, grant);
            let scopes = grant.scopes.clone().map_or(row.scopes.clone(), Json);
            let now = self.0.clock.now();
            let brought = Refreshed {
                key_id: &sealed.key_id,
                access: &sealed.access,
                refresh: sealed.refresh.as_deref(),
                scopes: &scopes,
                expires_at: grant
                    .expires_in_s
                    .map(|seconds| Time(now.plus_seconds(seconds))),
            };
            let mut tx = self.0.store.begin(Viewer::System).await?;
            match table::refreshed(&mut tx, row.id, owner, &brought, now).await {
                Err(error) if store::is_dangling(&error) && !is_known => {
                    drop(tx);
                    self.know_key().await?;
                    is_known = true;
                }
                Ok(false) => {
                    // Disconnected meanwhile, or connected anew.
                    tracing::info!(provider = row.provider, "a grant was refreshed for nobody");
                    return Ok(());
                }
                done => {
                    done?;
                    return Ok(tx.commit().await?);
                }
            }
        }
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
        table::not_refreshed(&mut tx, row.id, owner, why, Some(retry), ended).await?;
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
        GrantError::Garbled => format!("{label} gives answers that make no sense."),
    }
}
