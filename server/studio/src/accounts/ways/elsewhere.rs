//! Sessions of other sites: a token or cookie that says who somebody is there.

use contract::{UserId, accounts::Scope};
use store::{Viewer, accounts as table};

use super::refused;
use crate::{
    Actor, Origin,
    accounts::{
        Accounts, AccountsError, SignedIn,
        identity::{Credentials, Identity, IdentityError},
        person::{self, role_from},
        tokens::is_ours,
    },
};

/// What a token of another site's session may be used for: all but what governs others.
const SCOPES: [Scope; 3] = [Scope::Account, Scope::ChatWrite, Scope::MediaWrite];

impl Accounts {
    /// Whose is this token? One of ours, or of another site's: as good as one of ours.
    pub async fn authenticate_bearer(
        &self,
        origin: &Origin,
        token: &str,
    ) -> Result<Actor, AccountsError> {
        if is_ours(token) {
            self.authenticate_token(token).await
        } else {
            self.authenticate_elsewhere(origin, token).await
        }
    }

    async fn authenticate_elsewhere(
        &self,
        origin: &Origin,
        bearer: &str,
    ) -> Result<Actor, AccountsError> {
        let credentials = Credentials {
            bearer: Some(bearer),
            cookies: &[],
        };
        let identity = self.verified(&credentials).await;
        let identity = identity?.ok_or(AccountsError::TokenInvalid)?;
        let mut read = self.0.store.read(Viewer::System).await?;
        let known = table::identity(&mut read, &identity.provider, &identity.subject).await?;
        let row = match known {
            Some(known) => table::user(&mut read, known.user_id).await?,
            None => None,
        };
        drop(read);
        let row = match row {
            Some(row) => row,
            None => {
                let now = self.0.clock.now();
                let mut tx = self.0.store.begin(Viewer::System).await?;
                let row = self.somebody(&mut tx, origin, &identity, None, now).await?;
                tx.commit().await?;
                row
            }
        };
        person::let_in(&row)?;
        Ok(Actor::Token {
            id: UserId(row.id),
            role: role_from(&row.role)?,
            scopes: SCOPES.to_vec(),
        })
    }

    /// For somebody without a session of ours: one, if a cookie of another site says who they are.
    pub async fn welcome(
        &self,
        origin: &Origin,
        cookies: &[(&str, &str)],
    ) -> Result<Option<SignedIn>, AccountsError> {
        let credentials = Credentials {
            bearer: None,
            cookies,
        };
        match self.verified(&credentials).await? {
            Some(identity) => self.admit(origin, &identity, None).await.map(Some),
            None => Ok(None),
        }
    }

    async fn verified(
        &self,
        credentials: &Credentials<'_>,
    ) -> Result<Option<Identity>, AccountsError> {
        let now = self.0.clock.now();
        for verifier in &self.0.ways.verifiers {
            match verifier.verify(credentials, now).await {
                Ok(None) => {}
                Ok(identity) => return Ok(identity),
                Err(error) => {
                    tracing::warn!(verifier = verifier.name(), %error, "a session of another site was refused");
                    return Err(match error {
                        IdentityError::Refused(_) => AccountsError::TokenInvalid,
                        error @ IdentityError::Unreachable { .. } => {
                            refused(&error, verifier.name())
                        }
                    });
                }
            }
        }
        Ok(None)
    }
}
