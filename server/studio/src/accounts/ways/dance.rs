//! There and back: a browser goes to another site to sign in, and comes back with proof of it.

use std::sync::Arc;

use contract::SessionId;
use store::{Viewer, accounts as table};

use super::{bind, refused};
use crate::{
    Actor, Origin,
    accounts::{
        Accounts, AccountsError, SignedIn,
        dances::{self, Begin, Begun, Return},
        identity::{Dance, Identity, LoginFlow},
        secret,
    },
};

/// A link longer than this is nobody's.
const NEXT_BYTES: usize = 2_048;

/// Why it ended in nothing.
#[derive(Debug)]
pub struct Lost {
    pub error: AccountsError,
    /// Somebody who is in wanted another way in.
    pub linking: bool,
}

impl From<AccountsError> for Lost {
    fn from(error: AccountsError) -> Self {
        Self {
            error,
            linking: false,
        }
    }
}

/// Where it ended.
#[derive(Debug)]
pub enum Finished {
    SignedIn {
        session: SignedIn,
        next: String,
    },
    /// Somebody who was in has another way in now.
    Linked {
        next: String,
    },
}

impl Accounts {
    /// Begins a sign-in elsewhere: for whoever is signed in, to link it to their account; for others, to
    /// come in, perhaps by an invitation's key. `callback` is the address to which the browser comes back.
    pub async fn begin_dance(
        &self,
        actor: &Actor,
        way: &str,
        callback: &str,
        next: &str,
        invite: Option<&str>,
    ) -> Result<Begun, AccountsError> {
        let session = match actor {
            Actor::Anonymous => None,
            actor => Some(actor.in_person()?.1),
        };
        let login = self.login(way)?;
        let dance = Dance {
            state: secret::fresh(),
            nonce: secret::fresh(),
            verifier: secret::fresh(),
            callback: callback.to_owned(),
        };
        let address = login.begin(&dance).await;
        let address = address.map_err(|error| refused(&error, login.label()))?;
        let begin = Begin {
            provider: way,
            state: &dance.state,
            dance: serde_json::to_value(&dance).map_err(|_| AccountsError::SignInRefused)?,
            session,
            invite,
            next: next.get(..NEXT_BYTES).unwrap_or(next),
        };
        let browser = dances::remember(&self.0.store, &self.0.clock, begin).await?;
        Ok(Begun { address, browser })
    }

    /// Ends it, well or not: what it began with is used up by then.
    pub async fn finish_dance(
        &self,
        origin: &Origin,
        way: &str,
        back: Return<'_>,
    ) -> Result<Finished, Lost> {
        let login = self.login(way)?;
        let row = dances::take(
            &self.0.store,
            &self.0.clock,
            origin,
            way,
            (back.state, back.browser),
        )
        .await?;
        let dance = serde_json::from_value(row.dance.0.clone());
        let mut dance: Dance = dance.map_err(|_| AccountsError::SignInRefused)?;
        back.state.clone_into(&mut dance.state);
        let linking = row.session_id.is_some();
        let lost = |error| Lost { error, linking };
        let identity = login.finish(&dance, &back.answer, self.0.clock.now()).await;
        let identity = identity.map_err(|error| {
            tracing::warn!(address = origin.address, way, %error, "a sign-in elsewhere failed");
            lost(refused(&error, login.label()))
        })?;
        let next = row.next;
        if let Some(session) = row.session_id {
            let linked = self.link(origin, SessionId(session), &identity).await;
            linked.map_err(lost)?;
            return Ok(Finished::Linked { next });
        }
        let session = self.admit(origin, &identity, row.invite_hash).await;
        let session = session.map_err(lost)?;
        Ok(Finished::SignedIn { session, next })
    }

    fn login(&self, way: &str) -> Result<&Arc<dyn LoginFlow>, AccountsError> {
        let mut logins = self.0.ways.logins.iter();
        let login = logins.find(|login| login.name() == way);
        login.ok_or(AccountsError::NotFound)
    }

    async fn link(
        &self,
        origin: &Origin,
        session: SessionId,
        identity: &Identity,
    ) -> Result<(), AccountsError> {
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        // Perhaps they signed out meanwhile, or were kept out.
        let user = table::user_of_session(&mut tx, session).await?;
        let user = user.ok_or(AccountsError::SignInRefused)?;
        match table::identity(&mut tx, &identity.provider, &identity.subject).await? {
            Some(known) if known.user_id == user => return Ok(()),
            Some(_) => return Err(AccountsError::IdentityTaken),
            None => bind(&mut tx, origin, user, identity, now).await?,
        }
        Ok(tx.commit().await?)
    }
}
