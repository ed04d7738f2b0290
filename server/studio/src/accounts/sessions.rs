//! Signing in, being somebody, signing out, here and elsewhere.

use contract::{
    SessionId, Timestamp, UserId,
    accounts::{Me, Role, Scope, SessionView},
};
use store::{
    Tx, Viewer,
    accounts::{self as table, NewSession, SessionRow, UserRow},
    new_id,
};

use super::{
    Accounts, AccountsError, SignedIn,
    audit::{Deed, USER_AGENT_CHARS, record},
    cache::Known,
    device,
    person::{self, Email, role_from},
    second_factor::Shown,
    secret,
};
use crate::{Actor, Origin, commons::News};

const SESSION_IDLE_S: i64 = 30 * 24 * 3_600;
const SESSION_LASTS_S: i64 = 90 * 24 * 3_600;
/// A session that is in use is written down as seen no more often than this.
const SEEN_EVERY_S: i64 = 60;

impl Accounts {
    /// Always begins a new session with a new token, whatever the browser had before. `code` is of the second factor,
    /// where the password has one: empty at first.
    pub async fn sign_in(
        &self,
        origin: &Origin,
        email: &str,
        password: &str,
        code: &str,
    ) -> Result<SignedIn, AccountsError> {
        let this = &self.0;
        // No address is longer (RFC 5321), and the throttle remembers each for a while.
        if email.len() > 254 {
            return Err(AccountsError::WrongCredentials);
        }
        let key = Email::key(email);
        this.throttle
            .admit(&origin.address, &key, this.clock.now())
            .await
            .map_err(AccountsError::TooManyTries)?;
        let user = table::user_by_email(&mut *this.store.read(Viewer::System).await?, &key).await?;
        let hash = user
            .as_ref()
            .map(|user| user.password_hash.clone())
            .filter(|hash| !hash.is_empty());
        let is_right = this.hasher.verify(password, hash).await?;
        let Some(user) = user.filter(|_| is_right) else {
            tracing::warn!(address = origin.address, "sign-in refused");
            return Err(AccountsError::WrongCredentials);
        };
        // Said only to who knows the password, and before anything more is asked of them.
        person::let_in(&user)?;

        let now = this.clock.now();
        let id = UserId(user.id);
        let shown = self.shown(id, code, now).await?;
        let mut tx = this.store.begin(Viewer::System).await?;
        self.use_up(&mut tx, id, &shown).await?;
        let signed_in = self.begin(tx, origin, user, "", now).await?;
        this.throttle.forgive(&origin.address, &key).await;
        if !matches!(shown, Shown::NothingAsked) {
            self.forgive_code(id).await;
        }
        Ok(signed_in)
    }

    /// The end of every way in: a session, and a line that says by which way.
    pub(super) async fn begin(
        &self,
        mut tx: Tx,
        origin: &Origin,
        user: UserRow,
        way: &str,
        now: Timestamp,
    ) -> Result<SignedIn, AccountsError> {
        person::let_in(&user)?;
        let (id, role) = (UserId(user.id), role_from(&user.role)?);
        let token = secret::fresh();
        table::forget_expired_sessions(&mut tx, now).await?;
        let session = begin_session(&mut tx, id, &token, origin, now).await?;
        let deed = Deed::new("session.begin", session).noting(way);
        record(&mut tx, now, Some(id), deed, origin).await?;
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
        if table::end_session(&mut tx, id, session).await? {
            record(
                &mut tx,
                now,
                Some(id),
                Deed::new("session.end", session),
                origin,
            )
            .await?;
        }
        tx.commit().await?;
        self.see_off(&[session]).await;
        Ok(())
    }

    // ---- One's own, seen from Settings ----------------------------------------------------------------

    /// Where the person is signed in, newest use first.
    pub async fn sessions(&self, actor: &Actor) -> Result<Vec<SessionView>, AccountsError> {
        let user = actor.may(Scope::Account)?;
        let this = match actor {
            Actor::User { session, .. } => Some(*session),
            _ => None,
        };
        let now = self.0.clock.now();
        let mut read = self.0.store.read(actor).await?;
        let rows = table::sessions_of(&mut read, user, now).await?;
        let view = |row: SessionRow| {
            let (device, is_phone) = device::describe(&row.user_agent);
            SessionView {
                id: SessionId(row.id),
                device,
                is_phone,
                address: row.address,
                begun_at: row.created_at.into(),
                seen_at: row.seen_at.into(),
                is_this: this == Some(SessionId(row.id)),
            }
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Ends one of the person's sessions. One that is over, or another's, is not found.
    pub async fn end_session(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: SessionId,
    ) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        let mut tx = self.0.store.begin(actor).await?;
        if !table::end_session(&mut tx, user, id).await? {
            return Err(AccountsError::NotFound);
        }
        let now = self.0.clock.now();
        let deed = Deed::new("session.end", id);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        self.see_off(&[id]).await;
        Ok(())
    }

    /// All of the person's but the one that asks.
    pub async fn end_other_sessions(
        &self,
        actor: &Actor,
        origin: &Origin,
    ) -> Result<(), AccountsError> {
        let (user, session) = actor.in_person()?;
        let mut tx = self.0.store.begin(actor).await?;
        let ended = table::end_sessions_of(&mut tx, user, Some(session)).await?;
        let now = self.0.clock.now();
        let deed = Deed::new("session.end_others", user);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        self.see_off(&ended).await;
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

    /// What is left of sessions that are no longer in the database, here and in other processes.
    pub(super) async fn see_off(&self, ended: &[SessionId]) {
        self.drop_sessions(ended);
        if !ended.is_empty() {
            self.0.commons.tell(News::Ended(ended.to_vec())).await;
        }
    }

    /// The session goes on under a new token: the old one opens nothing from now on.
    pub(super) async fn renewed(&self, session: SessionId) {
        self.0.cache.forget(&[session]);
        self.0.commons.tell(News::Renewed(session)).await;
    }

    /// Hears from other processes which sessions are over, for as long as it is polled. For the server to
    /// run beside the router.
    pub async fn listen(&self, actor: &Actor) -> Result<(), AccountsError> {
        if *actor != Actor::System {
            return Err(AccountsError::Forbidden);
        }
        let hear = |news| match news {
            Some(News::Ended(ended)) => self.drop_sessions(&ended),
            Some(News::Renewed(session)) => self.0.cache.forget(&[session]),
            // Live connections look again by themselves.
            None => self.0.cache.forget_all(),
        };
        self.0.commons.listen(hear).await;
        Ok(())
    }

    fn drop_sessions(&self, ended: &[SessionId]) {
        self.0.cache.forget(ended);
        for session in ended {
            self.0.hub.end_session(*session);
        }
    }
}

pub(super) fn me(token: &str, id: UserId, name: String, email: String, role: Role) -> Me {
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

pub(super) async fn begin_session(
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
