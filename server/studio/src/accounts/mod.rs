//! People and how they get in: the owner's one-time link, passwords, sessions.
//!
//! A session is a random token in a cookie; only its hash is stored. It ends by signing out, thirty days
//! after it was last used, ninety days after it began, or when the owner recovers access. Whoever may do
//! something leaves an audit row in the same unit of work.

mod cache;
mod error;
mod hashing;
mod password;
mod person;
mod secret;
mod throttle;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use contract::{
    SessionId, Timestamp, UserId,
    accounts::{Me, Role},
};
use serde_json::json;
use store::{
    Store, Tx, Viewer,
    accounts::{self as table, Act, NewSession, UserRow},
    new_id,
};

use crate::{Actor, Clock, Origin, live::Hub};
use cache::{Cache, Known};
use hashing::Hasher;
use person::{Email, role_from, role_text};
use throttle::Throttle;

pub use error::AccountsError;

const LINK_LASTS_S: i64 = 24 * 3_600;
const SESSION_IDLE_S: i64 = 30 * 24 * 3_600;
const SESSION_LASTS_S: i64 = 90 * 24 * 3_600;
/// A session that is in use is written down as seen no more often than this.
const SEEN_EVERY_S: i64 = 60;
/// Browsers send what they like; more than this says nothing more.
const USER_AGENT_CHARS: usize = 300;

/// A fresh session: the secret goes into the cookie and is not kept.
#[derive(Debug)]
pub struct SignedIn {
    pub token: String,
    pub me: Me,
}

#[derive(Clone)]
pub struct Accounts(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    hub: Hub,
    hasher: Hasher,
    throttle: Throttle,
    cache: Cache,
    /// Once there is an owner there always is one, so this is asked only until then.
    has_owner: AtomicBool,
}

impl Accounts {
    /// The hub is told of sessions that end, so that their live connections end too.
    pub fn new(store: Store, clock: Clock, hub: Hub) -> Self {
        Self::with_cost(store, clock, hub, Hasher::owasp())
    }

    fn with_cost(store: Store, clock: Clock, hub: Hub, cost: argon2::Params) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            hub,
            hasher: Hasher::new(cost),
            throttle: Throttle::default(),
            cache: Cache::default(),
            has_owner: AtomicBool::new(false),
        }))
    }

    // ---- The owner's link ---------------------------------------------------------------------------

    /// No owner yet: only set-up is open.
    pub async fn needs_setup(&self) -> Result<bool, AccountsError> {
        let this = &self.0;
        if this.has_owner.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let has_owner = table::owner(&mut *this.store.read(Viewer::System).await?)
            .await?
            .is_some();
        this.has_owner.store(has_owner, Ordering::Relaxed);
        Ok(!has_owner)
    }

    /// The key of a fresh link; it alone is good from now on, once, for a day. For whoever has the
    /// machine, which is why an owner who lost the password gets back in by it.
    pub async fn owner_link(&self, actor: &Actor) -> Result<String, AccountsError> {
        if *actor != Actor::System {
            return Err(AccountsError::Forbidden);
        }
        let this = &self.0;
        let now = this.clock.now();
        let key = secret::fresh();
        let mut tx = this.store.begin(actor).await?;
        table::replace_links(
            &mut tx,
            &secret::hash(&key),
            now,
            now.plus_seconds(LINK_LASTS_S),
        )
        .await?;
        record(
            &mut tx,
            now,
            None,
            "owner_link.make",
            "",
            &Origin::default(),
        )
        .await?;
        tx.commit().await?;
        Ok(key)
    }

    /// Whether a set-up link's key still opens the door.
    pub async fn setup_key_is_valid(&self, key: &str) -> Result<bool, AccountsError> {
        let mut read = self.0.store.read(Viewer::System).await?;
        Ok(table::link_is_good(&mut read, &secret::hash(key), self.0.clock.now()).await?)
    }

    /// Uses the key of a link: makes the owner; or, where there is one, gives the owner this name,
    /// email and password (an empty name or email stays what it was) and ends every session of theirs.
    pub async fn set_up_owner(
        &self,
        origin: &Origin,
        key: &str,
        name: &str,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, AccountsError> {
        let this = &self.0;
        // Before the costly hash: without a good key nobody makes us work.
        if !self.setup_key_is_valid(key).await? {
            return Err(AccountsError::LinkInvalid);
        }
        let before = table::owner(&mut *this.store.read(Viewer::System).await?).await?;
        let (old_name, old_email) = before
            .as_ref()
            .map_or(("", ""), |owner| (&owner.name, &owner.email));
        let name = person::name(if name.trim().is_empty() {
            old_name
        } else {
            name
        })?;
        let email = Email::parse(if email.trim().is_empty() {
            old_email
        } else {
            email
        })?;
        password::check(password, &email.key, &name)?;
        let password_hash = this.hasher.hash(password).await?;

        let now = this.clock.now();
        let token = secret::fresh();
        let mut tx = this.store.begin(Viewer::System).await?;
        if !table::use_link(&mut tx, &secret::hash(key), now).await? {
            return Err(AccountsError::LinkInvalid);
        }
        let existing = table::owner(&mut tx).await?;
        let owner = UserRow {
            id: existing
                .as_ref()
                .map_or_else(|| new_id(now), |owner| owner.id),
            name,
            email: email.as_typed,
            role: role_text(Role::Owner).to_owned(),
            password_hash,
        };
        let id = UserId(owner.id);
        let (written, act) = match existing {
            Some(_) => (
                table::change_user(&mut tx, &owner, &email.key).await,
                "owner.recover",
            ),
            None => (
                table::add_user(&mut tx, &owner, &email.key, now).await,
                "owner.set_up",
            ),
        };
        written.map_err(|error| match error {
            error if store::is_duplicate(&error) => AccountsError::EmailTaken,
            error => error.into(),
        })?;
        let ended = table::end_sessions_of(&mut tx, id).await?;
        begin_session(&mut tx, id, &token, origin, now).await?;
        record(&mut tx, now, Some(id), act, &id.to_string(), origin).await?;
        tx.commit().await?;

        this.has_owner.store(true, Ordering::Relaxed);
        self.see_off(&ended);
        Ok(SignedIn {
            me: me(&token, id, owner.name, owner.email, Role::Owner),
            token,
        })
    }

    // ---- Sessions -----------------------------------------------------------------------------------

    /// Always begins a new session with a new token, whatever the browser had before.
    pub async fn sign_in(
        &self,
        origin: &Origin,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, AccountsError> {
        let this = &self.0;
        // No address is longer (RFC 5321), and the throttle remembers each for a while.
        if email.len() > 254 {
            return Err(AccountsError::WrongCredentials);
        }
        let key = Email::key(email);
        this.throttle
            .admit(&origin.address, &key, this.clock.now())
            .map_err(AccountsError::TooManyTries)?;
        let user = table::user_by_email(&mut *this.store.read(Viewer::System).await?, &key).await?;
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let is_right = this.hasher.verify(password, hash).await?;
        let Some(user) = user.filter(|_| is_right) else {
            tracing::warn!(address = origin.address, "sign-in refused");
            return Err(AccountsError::WrongCredentials);
        };
        this.throttle.forgive(&origin.address, &key);

        let now = this.clock.now();
        let (id, role) = (UserId(user.id), role_from(&user.role)?);
        let token = secret::fresh();
        let mut tx = this.store.begin(Viewer::System).await?;
        table::forget_expired_sessions(&mut tx, now).await?;
        let session = begin_session(&mut tx, id, &token, origin, now).await?;
        record(
            &mut tx,
            now,
            Some(id),
            "session.begin",
            &session.to_string(),
            origin,
        )
        .await?;
        tx.commit().await?;
        Ok(SignedIn {
            me: me(&token, id, user.name, user.email, role),
            token,
        })
    }

    /// Whose cookie is this?
    pub async fn authenticate(&self, token: &str) -> Result<Option<(Actor, Me)>, AccountsError> {
        let this = &self.0;
        let now = this.clock.now();
        let hash = secret::hash(token);
        let since = this.cache.generation();
        let mut known = match this.cache.get(&hash, now) {
            Some(known) => known,
            None => match self.look_up(token, &hash, now).await? {
                Some(known) => {
                    this.cache.put(hash, known.clone(), since);
                    known
                }
                None => return Ok(None),
            },
        };
        if now >= known.expires_at {
            return Ok(None);
        }
        if now >= known.seen_at.plus_seconds(SEEN_EVERY_S) {
            (known.seen_at, known.expires_at) = (now, expiry(known.created_at, now));
            // First, so that others of this browser's requests do not write the same again.
            this.cache.put(hash, known.clone(), since);
            // Who is here stays here even when the disk is full.
            if let Err(error) = self.touch(&known).await {
                tracing::warn!(%error, "a session's last use could not be stored");
            }
        }
        Ok(Some((known.actor, known.me)))
    }

    pub async fn sign_out(&self, actor: &Actor, origin: &Origin) -> Result<(), AccountsError> {
        let Actor::User { id, session, .. } = *actor else {
            return Ok(());
        };
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        if table::end_session(&mut tx, session).await? {
            record(
                &mut tx,
                now,
                Some(id),
                "session.end",
                &session.to_string(),
                origin,
            )
            .await?;
        }
        tx.commit().await?;
        self.see_off(&[session]);
        Ok(())
    }

    async fn look_up(
        &self,
        token: &str,
        hash: &secret::Hash,
        now: Timestamp,
    ) -> Result<Option<Known>, AccountsError> {
        let row =
            table::session_by_token(&mut *self.0.store.read(Viewer::System).await?, hash).await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let (id, session, role) = (
            UserId(row.user_id),
            SessionId(row.id),
            role_from(&row.role)?,
        );
        Ok(Some(Known {
            actor: Actor::User { id, role, session },
            session,
            me: me(token, id, row.name, row.email, role),
            created_at: row.created_at.into(),
            seen_at: row.seen_at.into(),
            expires_at: row.expires_at.into(),
            read_at: now,
        }))
    }

    async fn touch(&self, known: &Known) -> Result<(), AccountsError> {
        let mut tx = self.0.store.begin(Viewer::System).await?;
        table::touch_session(&mut tx, known.session, known.seen_at, known.expires_at).await?;
        Ok(tx.commit().await?)
    }

    /// What is left of sessions that are no longer in the database.
    fn see_off(&self, ended: &[SessionId]) {
        self.0.cache.forget(ended);
        for session in ended {
            self.0.hub.end_session(*session);
        }
    }
}

fn me(token: &str, id: UserId, name: String, email: String, role: Role) -> Me {
    Me {
        id,
        name,
        email,
        role,
        csrf: secret::csrf(token),
    }
}

/// Slides with use, up to the end that was set when it began.
fn expiry(created_at: Timestamp, now: Timestamp) -> Timestamp {
    now.plus_seconds(SESSION_IDLE_S)
        .min(created_at.plus_seconds(SESSION_LASTS_S))
}

async fn begin_session(
    tx: &mut Tx,
    user: UserId,
    token: &str,
    origin: &Origin,
    now: Timestamp,
) -> Result<SessionId, AccountsError> {
    let id = SessionId(new_id(now));
    let user_agent: String = origin.user_agent.chars().take(USER_AGENT_CHARS).collect();
    let session = NewSession {
        id,
        user,
        token_hash: &secret::hash(token),
        address: &origin.address,
        user_agent: &user_agent,
        now,
        expires_at: expiry(now, now),
    };
    table::add_session(tx, &session).await?;
    Ok(id)
}

async fn record(
    tx: &mut Tx,
    at: Timestamp,
    user: Option<UserId>,
    act: &str,
    target: &str,
    origin: &Origin,
) -> Result<(), AccountsError> {
    let user_agent: String = origin.user_agent.chars().take(USER_AGENT_CHARS).collect();
    let detail = if user_agent.is_empty() {
        json!({})
    } else {
        json!({ "user_agent": user_agent })
    };
    let act = Act {
        id: new_id(at),
        at,
        user,
        act,
        target,
        address: &origin.address,
        detail,
    };
    Ok(table::record(tx, &act).await?)
}

#[cfg(test)]
mod tests;
