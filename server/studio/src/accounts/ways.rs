//! Ways in that are not ours: sign-ins elsewhere, there and back, and the sessions of other sites.
//!
//! Who somebody is elsewhere ([`Identity`]) leads to an account here in this order: it is linked to one;
//! its address is verified by the provider and an account's; an invitation came along; the provider is one
//! whose people may come as they like. Otherwise nobody gets in.

use std::sync::Arc;

use contract::{
    IdentityId, SessionId, Timestamp, UserId,
    accounts::{Identities, IdentityView, Role, Scope, Standing, Way},
};
use store::{
    Json, Time, Tx, Viewer,
    accounts::{self as table, DanceKey, DanceRow, IdentityRow, UserRow},
    new_id,
};

use super::{
    Accounts, AccountsError, SignedIn,
    audit::{Deed, record},
    identity::{Answer, Credentials, Dance, Identity, IdentityError, LoginFlow, SessionVerifier},
    invites::taken,
    person::{self, Email, role_from, standing_from, standing_text},
    secret,
    sessions::{begin_session, me},
    tokens::is_ours,
};
use crate::{Actor, Origin};

/// For a person who has to find their password there first.
const DANCE_LASTS_S: i64 = 15 * 60;
/// A link longer than this is nobody's.
const NEXT_BYTES: usize = 2_048;
/// What a token of another site's session may be used for: all but what governs others.
const SCOPES: [Scope; 3] = [Scope::Account, Scope::ChatWrite, Scope::MediaWrite];

/// The ways in beside our own, by the owner's settings.
#[derive(Clone, Default)]
pub struct Ways {
    pub logins: Vec<Arc<dyn LoginFlow>>,
    pub verifiers: Vec<Arc<dyn SessionVerifier>>,
    /// Names of those whose people may come without an invitation, as members.
    pub open: Vec<String>,
    /// Names of those by whose word an address is its person's, verified or not.
    pub trusted: Vec<String>,
}

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
    /// What the sign-in page offers.
    pub fn ways(&self) -> Vec<Way> {
        let way = |login: &Arc<dyn LoginFlow>| Way {
            name: login.name().to_owned(),
            label: login.label().to_owned(),
        };
        self.0.ways.logins.iter().map(way).collect()
    }

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
        let address = login.begin(&dance).await.map_err(refused)?;
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
            expires_at: Time(now.plus_seconds(DANCE_LASTS_S)),
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
            lost(refused(error))
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

    // ---- Sessions of other sites ----------------------------------------------------------------------

    /// Whose is this token? One of ours, or of another site's: as good as one of ours.
    pub async fn authenticate_bearer(
        &self,
        origin: &Origin,
        token: &str,
    ) -> Result<Actor, AccountsError> {
        if self.0.ways.verifiers.is_empty() || is_ours(token) {
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
        let_in(&row)?;
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
        if self.0.ways.verifiers.is_empty() {
            return Ok(None);
        }
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
                        error @ IdentityError::Unreachable { .. } => refused(error),
                    });
                }
            }
        }
        Ok(None)
    }

    // ---- One's own, seen from Settings ----------------------------------------------------------------

    pub async fn identities(&self, actor: &Actor) -> Result<Identities, AccountsError> {
        let (user, _) = actor.in_person()?;
        let mut read = self.0.store.read(actor).await?;
        let own = table::user(&mut read, user).await?;
        let own = own.ok_or(AccountsError::NotFound)?;
        let rows = table::identities_of(&mut read, user).await?;
        let ways = self.ways();
        let view = |row: IdentityRow| {
            let way = ways.iter().find(|way| way.name == row.provider);
            IdentityView {
                id: row.id,
                label: way.map_or(row.provider, |way| way.label.clone()),
                email: row.email,
                linked_at: row.created_at.into(),
                used_at: row.used_at.map(Into::into),
            }
        };
        let linked = rows.into_iter().map(view).collect();
        Ok(Identities {
            has_password: !own.password_hash.is_empty(),
            linked,
            ways,
        })
    }

    /// The last way in stays.
    pub async fn unlink(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: IdentityId,
    ) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        let row = self.row(&mut tx, user).await?;
        let linked = table::identities_of(&mut tx, user).await?;
        let identity = linked.iter().find(|identity| identity.id == id);
        let identity = identity.ok_or(AccountsError::NotFound)?;
        if row.password_hash.is_empty() && linked.len() == 1 {
            return Err(AccountsError::LastWayIn);
        }
        table::delete_identity(&mut tx, user, id).await?;
        let deed = Deed::new("identity.unlink", id).noting(&identity.provider);
        record(&mut tx, now, Some(user), deed, origin).await?;
        Ok(tx.commit().await?)
    }

    // ---- From an identity to an account ---------------------------------------------------------------

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

    async fn admit(
        &self,
        origin: &Origin,
        identity: &Identity,
        invite: Option<Vec<u8>>,
    ) -> Result<SignedIn, AccountsError> {
        let now = self.0.clock.now();
        let token = secret::fresh();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let known = table::identity(&mut tx, &identity.provider, &identity.subject).await?;
        let row = match known {
            Some(known) => {
                let email = identity.email.as_deref();
                table::touch_identity(&mut tx, known.id, email, now).await?;
                self.row(&mut tx, known.user_id).await?
            }
            None => {
                self.somebody(&mut tx, origin, identity, invite, now)
                    .await?
            }
        };
        let_in(&row)?;
        let (id, role) = (UserId(row.id), role_from(&row.role)?);
        table::forget_expired_sessions(&mut tx, now).await?;
        let session = begin_session(&mut tx, id, &token, origin, now).await?;
        let deed = Deed::new("session.begin", session).noting(&identity.provider);
        record(&mut tx, now, Some(id), deed, origin).await?;
        tx.commit().await?;
        Ok(SignedIn {
            me: me(&token, id, row.name, row.email, role),
            token,
        })
    }

    /// The account of somebody who comes this way for the first time, and the link to it.
    async fn somebody(
        &self,
        tx: &mut Tx,
        origin: &Origin,
        identity: &Identity,
        invite: Option<Vec<u8>>,
        now: Timestamp,
    ) -> Result<UserRow, AccountsError> {
        let key = identity.email.as_deref().map(Email::key);
        let holder = match &key {
            Some(key) => table::user_by_email(tx, key).await?,
            None => None,
        };
        let row = match (holder, invite) {
            (Some(row), _) if self.vouched(identity) => {
                let_in(&row)?;
                row
            }
            (_, Some(key_hash)) => self.invited(tx, origin, identity, &key_hash, now).await?,
            (None, None) if self.0.ways.open.contains(&identity.provider) => {
                let row = newcomer(identity, Role::Member.as_str(), now)?;
                let deed = Deed::new("person.join", row.id).noting(&identity.provider);
                self.add(tx, origin, &row, deed).await?;
                row
            }
            _ => return Err(AccountsError::IdentityUnknown),
        };
        bind(tx, origin, UserId(row.id), identity, now).await?;
        Ok(row)
    }

    /// Whether the address is surely theirs.
    fn vouched(&self, identity: &Identity) -> bool {
        identity.email_verified || self.0.ways.trusted.contains(&identity.provider)
    }

    async fn invited(
        &self,
        tx: &mut Tx,
        origin: &Origin,
        identity: &Identity,
        key_hash: &[u8],
        now: Timestamp,
    ) -> Result<UserRow, AccountsError> {
        let invite = table::invite_by_key(tx, key_hash, now).await?;
        let invite = invite.ok_or(AccountsError::InviteInvalid)?;
        if !table::take_invite(tx, invite.id).await? {
            return Err(AccountsError::InviteInvalid);
        }
        let row = newcomer(identity, &invite.role, now)?;
        let deed = Deed::new("person.join", invite.id).noting(&invite.role);
        self.add(tx, origin, &row, deed).await?;
        Ok(row)
    }

    async fn add(
        &self,
        tx: &mut Tx,
        origin: &Origin,
        row: &UserRow,
        deed: Deed,
    ) -> Result<(), AccountsError> {
        let key = Email::key(&row.email);
        table::add_user(tx, row, &key).await.map_err(taken)?;
        record(tx, row.created_at, Some(UserId(row.id)), deed, origin).await
    }
}

/// From now on this identity is that person.
async fn bind(
    tx: &mut Tx,
    origin: &Origin,
    user: UserId,
    identity: &Identity,
    now: Timestamp,
) -> Result<(), AccountsError> {
    let row = IdentityRow {
        id: IdentityId(new_id(now)),
        user_id: user,
        provider: identity.provider.clone(),
        subject: identity.subject.clone(),
        email: identity.email.clone(),
        created_at: Time(now),
        used_at: Some(Time(now)),
    };
    table::add_identity(tx, &row).await.map_err(|error| {
        if store::is_duplicate(&error) {
            // Somebody came the same way at the same time.
            AccountsError::SignInRefused
        } else {
            error.into()
        }
    })?;
    let deed = Deed::new("identity.link", row.id).noting(&row.provider);
    record(tx, now, Some(user), deed, origin).await
}

/// Somebody with no password of ours.
fn newcomer(identity: &Identity, role: &str, now: Timestamp) -> Result<UserRow, AccountsError> {
    let email = identity.email.as_deref().ok_or(AccountsError::Invalid(
        "That sign-in told us no email address, and an account here needs one.",
    ))?;
    let email = Email::parse(email)?.as_typed;
    let called = identity
        .name
        .as_deref()
        .and_then(|text| person::name(text).ok());
    let name = called.map_or_else(
        || person::name(email.split('@').next().unwrap_or_default()),
        Ok,
    )?;
    Ok(UserRow {
        id: new_id(now),
        name,
        email,
        role: role.to_owned(),
        password_hash: String::new(),
        standing: standing_text(Standing::Active).to_owned(),
        created_at: now,
    })
}

fn let_in(row: &UserRow) -> Result<(), AccountsError> {
    match standing_from(&row.standing) {
        Standing::Active => Ok(()),
        Standing::Suspended => Err(AccountsError::Suspended),
    }
}

fn refused(error: IdentityError) -> AccountsError {
    match error {
        IdentityError::Refused(_) => AccountsError::SignInRefused,
        IdentityError::Unreachable { provider, .. } => AccountsError::ProviderUnreachable(provider),
    }
}
