//! There and back: a browser goes to another site to sign in, and comes back with proof of it.

use std::sync::Arc;

use contract::SessionId;
use store::{
    Json, Time, Viewer,
    accounts::{self as table, DanceKey, DanceRow},
};

use super::{bind, refused};
use crate::{
    Actor, Origin,
    accounts::{
        Accounts, AccountsError, SignedIn,
        identity::{Answer, Dance, Identity, LoginFlow},
        secret,
    },
};

/// For a person who has to find their password there first.
pub const DANCE_LASTS_S: u32 = 15 * 60;
/// A link longer than this is nobody's.
const NEXT_BYTES: usize = 2_048;
/// What a browser takes along to a sign-in elsewhere.
#[derive(Debug)]
pub struct Begun {
    pub address: String,
    /// Comes back in a cookie: only the browser that began finishes.
    pub browser: String,
}

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

/// What a browser brought back.
pub struct Return<'a> {
    pub browser: &'a str,
    pub state: &'a str,
    pub answer: Answer,
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
        let (dance, browser) = (
            Dance {
                state: secret::fresh(),
                nonce: secret::fresh(),
                verifier: secret::fresh(),
                callback: callback.to_owned(),
            },
            secret::fresh(),
        );
        let address = login.begin(&dance).await;
        let address = address.map_err(|error| refused(&error, login.label()))?;
        let now = self.0.clock.now();
        let key = DanceKey {
            state_hash: &secret::hash(&dance.state),
            browser_hash: &secret::hash(&browser),
            provider: way,
        };
        let row = DanceRow {
            dance: Json(serde_json::to_value(&dance).map_err(|_| AccountsError::SignInRefused)?),
            session_id: session.map(|session| session.0),
            invite_hash: invite.map(|key| secret::hash(key).to_vec()),
            next: next.get(..NEXT_BYTES).unwrap_or(next).to_owned(),
            expires_at: Time(now.plus_seconds(DANCE_LASTS_S.into())),
        };
        let mut tx = self.0.store.begin(Viewer::System).await?;
        table::forget_expired_dances(&mut tx, now).await?;
        table::add_dance(&mut tx, &key, &row).await?;
        tx.commit().await?;
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
        let Some((dance, row)) = self.take_dance(way, &back).await? else {
            tracing::warn!(
                address = origin.address,
                way,
                "a sign-in came back that nobody began"
            );
            return Err(AccountsError::SignInRefused.into());
        };
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

    async fn take_dance(
        &self,
        way: &str,
        back: &Return<'_>,
    ) -> Result<Option<(Dance, DanceRow)>, AccountsError> {
        let key = DanceKey {
            state_hash: &secret::hash(back.state),
            browser_hash: &secret::hash(back.browser),
            provider: way,
        };
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let row = table::take_dance(&mut tx, &key, self.0.clock.now()).await?;
        tx.commit().await?;
        let Some(row) = row else { return Ok(None) };
        let dance = serde_json::from_value(row.dance.0.clone());
        let mut dance: Dance = dance.map_err(|_| AccountsError::SignInRefused)?;
        back.state.clone_into(&mut dance.state);
        Ok(Some((dance, row)))
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
