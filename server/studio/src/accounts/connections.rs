//! Accounts elsewhere that people let Soundstage use: connecting, keeping alive, giving up.
//!
//! Tokens are sealed before they are stored and opened only to be used. A grant is refreshed early, and by
//! one at a time: whoever has the lease on its row, in whichever process. What does not open is reported
//! and kept.

mod access;
mod dance;
mod sealed;

use std::sync::Arc;

use contract::{
    Timestamp, UserId,
    accounts::{ConnectionState, ConnectionView, Scope},
};
use store::{
    Store, Viewer,
    accounts::{self as table, ConnectionRow},
};
use tokio_util::task::TaskTracker;

use super::{
    AccountsError,
    audit::{Deed, record},
    grants::{Grant, GrantError, Grants, ProviderSpec, Revoked},
    vault::Vault,
};
use crate::{Actor, Clock, Origin, secrets::Secret};

/// A shared handle.
#[derive(Clone)]
pub struct Connections(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    vault: Vault,
    grants: Vec<Arc<dyn Grants>>,
    /// What must not be broken off.
    tasks: TaskTracker,
}

impl Connections {
    /// With what can be connected, by the owner's settings.
    pub fn new(vault: Vault, grants: Vec<Arc<dyn Grants>>) -> Self {
        Self(Arc::new(Inner {
            store: vault.store.clone(),
            clock: vault.clock.clone(),
            vault,
            grants,
            tasks: TaskTracker::new(),
        }))
    }

    /// Before the database closes: what was begun with a provider is brought to its end.
    pub async fn settle(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    /// All that could be connected, and what is.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<ConnectionView>, AccountsError> {
        let user = actor.may(Scope::Account)?;
        let mut read = self.0.store.read(actor).await?;
        let rows = table::connections_of(&mut read, user).await?;
        drop(read);
        let view = |grants: &Arc<dyn Grants>| {
            let spec = grants.spec();
            let row = rows.iter().find(|row| row.provider == spec.name);
            self.view(spec, row)
        };
        let is_orphan = |row: &&ConnectionRow| self.grants(&row.provider).is_err();
        let orphans = rows.iter().filter(is_orphan).map(orphan);
        Ok(self.0.grants.iter().map(view).chain(orphans).collect())
    }

    fn view(&self, spec: &ProviderSpec, row: Option<&ConnectionRow>) -> ConnectionView {
        let free = ConnectionView {
            provider: spec.name.clone(),
            label: spec.label.clone(),
            manage_url: spec.manage_url.clone(),
            state: ConnectionState::NotConnected,
            account: None,
            scopes: spec.scopes.clone(),
            connected_at: None,
            refreshed_at: None,
            ended_at: None,
            trouble: None,
        };
        let Some(row) = row else { return free };
        ConnectionView {
            state: self.state(row),
            account: row.label.clone(),
            scopes: row.scopes.0.clone(),
            connected_at: Some(row.connected_at.into()),
            refreshed_at: row.refreshed_at.map(Into::into),
            ended_at: self.ended(row),
            trouble: row.trouble.clone(),
            ..free
        }
    }

    fn state(&self, row: &ConnectionRow) -> ConnectionState {
        if self.ended(row).is_some() {
            return ConnectionState::Ended;
        }
        match self.opened(row) {
            Err(_) => ConnectionState::Unreadable,
            Ok(_) if row.trouble.is_some() => ConnectionState::Troubled,
            Ok(_) => ConnectionState::Connected,
        }
    }

    /// Since when only connecting anew helps.
    fn ended(&self, row: &ConnectionRow) -> Option<Timestamp> {
        let now = self.0.clock.now();
        let spent = |end: &Timestamp| now >= *end;
        // Without a refresh token it lasts as long as its access token.
        let last = match row.refresh {
            None => row.expires_at,
            Some(_) => row.ends_at,
        };
        let by_time = last.map(Timestamp::from).filter(spent);
        row.ended_at.map(Into::into).or(by_time)
    }

    /// Whether it works, asked of the provider itself; and whose account it is there.
    pub async fn check(
        &self,
        actor: &Actor,
        provider: &str,
    ) -> Result<Option<String>, AccountsError> {
        let (user, _) = actor.in_person()?;
        let grants = self.grants(provider)?;
        let access = self.access(actor, provider).await?;
        let who = match grants.who(&access).await {
            Err(GrantError::Denied) => {
                // Taken back there, perhaps: a refresh tells.
                let access = self.renewed(actor, provider).await?;
                grants.who(&access).await
            }
            who => who,
        };
        let who = who.map_err(|error| troubled(grants.as_ref(), &error))?;
        if who.is_some() {
            let mut tx = self.0.store.begin(actor).await?;
            table::name_connection(&mut tx, user, provider, who.as_deref()).await?;
            tx.commit().await?;
        }
        Ok(who)
    }

    /// Revokes it there, then wipes our copy. Whether it is ended there, or the person has to do that.
    pub async fn disconnect(
        &self,
        actor: &Actor,
        origin: &Origin,
        provider: &str,
    ) -> Result<Revoked, AccountsError> {
        let (user, _) = actor.in_person()?;
        let row = self.row(actor, user, provider).await?;
        let row = row.ok_or(AccountsError::NotFound)?;
        // Ours goes in any case: who disconnects is to be disconnected.
        let revoked = self.revoke(&row).await;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        table::delete_connection(&mut tx, row.id).await?;
        let deed = Deed::new("connection.end", row.id).noting(provider);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        Ok(revoked)
    }

    /// Before their account goes; for [`Connections::revoke_all`].
    pub(crate) async fn granted(&self, user: UserId) -> Result<Vec<ConnectionRow>, AccountsError> {
        let mut read = self.0.store.read(Viewer::System).await?;
        Ok(table::connections_of(&mut read, user).await?)
    }

    /// Of somebody who is gone. Nobody waits for the providers.
    pub(crate) fn revoke_all(&self, rows: Vec<ConnectionRow>) {
        let this = self.clone();
        self.0.tasks.spawn(async move {
            for row in rows {
                this.revoke(&row).await;
            }
        });
    }

    /// As far as it goes: what cannot be ended there stays the person's to end.
    async fn revoke(&self, row: &ConnectionRow) -> Revoked {
        let (Ok(grants), Ok(tokens)) = (self.grants(&row.provider), self.opened(row)) else {
            return Revoked::NotOffered;
        };
        let token = tokens.refresh.as_ref().unwrap_or(&tokens.access);
        revoked(grants.as_ref(), token).await
    }

    /// What nobody has any use for.
    async fn give_back(&self, provider: &str, grant: &Grant) {
        if let Ok(grants) = self.grants(provider) {
            revoked(
                grants.as_ref(),
                grant.refresh.as_ref().unwrap_or(&grant.access),
            )
            .await;
        }
    }

    async fn row(
        &self,
        viewer: impl Into<Viewer>,
        user: UserId,
        provider: &str,
    ) -> Result<Option<ConnectionRow>, AccountsError> {
        let mut read = self.0.store.read(viewer).await?;
        Ok(table::connection(&mut read, user, provider).await?)
    }

    fn grants(&self, provider: &str) -> Result<&Arc<dyn Grants>, AccountsError> {
        let mut all = self.0.grants.iter();
        let grants = all.find(|grants| grants.spec().name == provider);
        grants.ok_or(AccountsError::NotFound)
    }
}

/// Of a provider that is in our settings no more. It can still be disconnected.
fn orphan(row: &ConnectionRow) -> ConnectionView {
    ConnectionView {
        provider: row.provider.clone(),
        label: row.provider.clone(),
        manage_url: None,
        state: ConnectionState::Withdrawn,
        account: row.label.clone(),
        scopes: row.scopes.0.clone(),
        connected_at: Some(row.connected_at.into()),
        refreshed_at: row.refreshed_at.map(Into::into),
        ended_at: None,
        trouble: None,
    }
}

async fn revoked(grants: &dyn Grants, token: &Secret) -> Revoked {
    grants.revoke(token).await.unwrap_or_else(|error| {
        let provider = &grants.spec().name;
        tracing::warn!(provider, %error, "a grant could not be revoked there");
        Revoked::NotOffered
    })
}

fn troubled(grants: &dyn Grants, error: &GrantError) -> AccountsError {
    let label = grants.spec().label.clone();
    match error {
        GrantError::Ended => AccountsError::ConnectionEnded(label),
        _ => AccountsError::ConnectionSilent(label),
    }
}
