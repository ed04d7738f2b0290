//! Taking an account away: what concerns several domains and must happen together.

use contract::{ApiError, UserId};

use crate::{
    Actor, Origin, Studio,
    accounts::{AccountsError, Removal},
    media::MediaError,
};

#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum FarewellError {
    Accounts(#[from] AccountsError),
    Media(#[from] MediaError),
}

impl From<FarewellError> for ApiError {
    fn from(error: FarewellError) -> Self {
        match error {
            FarewellError::Accounts(error) => error.into(),
            FarewellError::Media(error) => error.into(),
        }
    }
}

impl Studio {
    /// One's own account, and all that is in it.
    pub async fn delete_account(
        &self,
        actor: &Actor,
        origin: &Origin,
        password: &str,
    ) -> Result<(), FarewellError> {
        self.remove(actor, origin, Removal::Own { password }).await
    }

    /// The account of somebody whom the actor governs, and all that is in it.
    pub async fn remove_person(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: UserId,
    ) -> Result<(), FarewellError> {
        self.remove(actor, origin, Removal::Other(id)).await
    }

    async fn remove(
        &self,
        actor: &Actor,
        origin: &Origin,
        whom: Removal<'_>,
    ) -> Result<(), FarewellError> {
        let id = self.accounts.may_remove(actor, origin, whom).await?;
        let granted = self.connections.granted(id).await?;
        let begun = self.store.begin(&Actor::System).await;
        let mut tx = begun.map_err(AccountsError::from)?;
        self.media.leave_remains(&mut tx, id).await?;
        let ended = self.accounts.remove(&mut tx, actor, origin, id).await?;
        tx.commit().await.map_err(AccountsError::from)?;
        self.accounts.removed(id, &ended).await;
        self.chat.forget(id);
        self.connections.revoke_all(granted);
        // What this does not get done now, the sweeper does.
        if let Err(error) = self.media.sweep_remains(&Actor::System).await {
            tracing::warn!(%error, "files of somebody who went are still there");
        }
        Ok(())
    }
}
