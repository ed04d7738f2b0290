//! Passkeys (WebAuthn): keys that people's devices hold, of which we have the public half.
//!
//! Each can be found by its device without a name being typed, and asks its person for a finger, a face or a PIN:
//! it is a way in by itself. Between question and answer a row in `accounts_dances` remembers the challenge; a
//! [ticket](PasskeyQuestion::ticket) that only the asking page has finds it, once.

use std::{fmt, sync::Arc};

use contract::{
    PasskeyId, SessionId, UserId,
    accounts::{PasskeyQuestion, PasskeyView, Passkeys, Scope},
};
use serde::{Serialize, de::DeserializeOwned};
use store::{
    Json, Time, Viewer,
    accounts::{self as table, DanceRow, PasskeyRow},
    new_id,
};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};
use webauthn_rs_proto::ResidentKeyRequirement;

use super::{
    Accounts, AccountsError, SignedIn,
    audit::{Deed, record},
    dances::{self, Begin},
    person,
};
use crate::{Actor, Origin, accounts::secret};

/// What the two questions are remembered as. (No provider has a dot in its name.)
const ADDING: &str = "passkey.add";
const SIGNING_IN: &str = "passkey.sign-in";

/// Who asks for passkeys: the studio by the address that people type.
#[derive(Clone)]
pub struct RelyingParty(Arc<Webauthn>);

impl RelyingParty {
    /// None for an address that browsers take no passkeys for: a number, or plain http to another machine.
    pub fn new(origin: &str) -> Option<Self> {
        let origin = Url::parse(origin).ok()?;
        let host = origin.domain()?;
        let is_secure = origin.scheme() == "https" || host == "localhost";
        let builder = WebauthnBuilder::new(host, &origin).ok()?;
        let webauthn = builder.rp_name("Soundstage").build().ok()?;
        is_secure.then(|| Self(Arc::new(webauthn)))
    }
}

impl fmt::Debug for RelyingParty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RelyingParty")
            .field(&self.0.get_allowed_origins())
            .finish()
    }
}

impl Accounts {
    pub fn takes_passkeys(&self) -> bool {
        self.0.ways.passkeys.is_some()
    }

    /// In the order in which they came.
    pub async fn passkeys(&self, actor: &Actor) -> Result<Passkeys, AccountsError> {
        let user = actor.may(Scope::Account)?;
        let mut read = self.0.store.read(actor).await?;
        let row = table::user(&mut read, user).await?;
        let row = row.ok_or(AccountsError::NotFound)?;
        let rows = table::passkeys_of(&mut read, user).await?;
        Ok(Passkeys {
            offered: self.takes_passkeys(),
            has_password: !row.password_hash.is_empty(),
            passkeys: rows.into_iter().map(view).collect(),
        })
    }

    /// One more way in: who has found a session open must not make one.
    pub async fn begin_passkey(
        &self,
        actor: &Actor,
        origin: &Origin,
        password: &str,
    ) -> Result<PasskeyQuestion, AccountsError> {
        let (user, session) = actor.in_person()?;
        let party = self.party()?;
        let row = self.prove(actor, origin, password).await?;
        let mut read = self.0.store.read(actor).await?;
        let known = table::passkeys_of(&mut read, user).await?;
        drop(read);
        let known = known.into_iter().map(|row| row.credential_id);
        let started =
            party.start_passkey_registration(user.0, &row.email, &row.name, Some(known.collect()));
        let (mut question, state) = started.map_err(|error| unasked(&error))?;
        // Nobody types a name to sign in with it, so the device must find it by itself.
        if let Some(wanted) = &mut question.public_key.authenticator_selection {
            wanted.resident_key = Some(ResidentKeyRequirement::Required);
            wanted.require_resident_key = true;
        }
        self.ask(ADDING, &question.public_key, &state, Some(session))
            .await
    }

    pub async fn finish_passkey(
        &self,
        actor: &Actor,
        origin: &Origin,
        ticket: &str,
        name: &str,
        answer: &str,
    ) -> Result<PasskeyView, AccountsError> {
        let (user, session) = actor.in_person()?;
        let party = self.party()?;
        let name = person::name(name)?;
        let row = self.asked(origin, ADDING, ticket).await?;
        if row.session_id != Some(session.0) {
            return Err(AccountsError::PasskeyRefused);
        }
        let state: PasskeyRegistration = restored(&row)?;
        let answer: RegisterPublicKeyCredential = parsed(answer)?;
        let passkey = party
            .finish_passkey_registration(&answer, &state)
            .map_err(|error| refused(origin, &error))?;
        let now = self.0.clock.now();
        let row = PasskeyRow {
            id: PasskeyId(new_id(now)),
            user_id: user,
            credential_id: passkey.cred_id().to_vec(),
            passkey: Json(kept(&passkey)?),
            name,
            created_at: Time(now),
            used_at: None,
        };
        let mut tx = self.0.store.begin(actor).await?;
        table::add_passkey(&mut tx, &row).await.map_err(|error| {
            if store::is_duplicate(&error) {
                AccountsError::PasskeyRefused
            } else {
                error.into()
            }
        })?;
        let deed = Deed::new("passkey.add", row.id).noting(&row.name);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        Ok(view(row))
    }

    pub async fn rename_passkey(
        &self,
        actor: &Actor,
        id: PasskeyId,
        name: &str,
    ) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        let name = person::name(name)?;
        let mut tx = self.0.store.begin(actor).await?;
        if !table::rename_passkey(&mut tx, user, id, &name).await? {
            return Err(AccountsError::NotFound);
        }
        Ok(tx.commit().await?)
    }

    /// The last way in stays.
    pub async fn remove_passkey(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: PasskeyId,
    ) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        let mut tx = self.0.store.begin(actor).await?;
        if !table::delete_passkey(&mut tx, user, id).await? {
            return Err(AccountsError::NotFound);
        }
        self.spare_last_way(&mut tx, user).await?;
        let now = self.0.clock.now();
        let deed = Deed::new("passkey.remove", id);
        record(&mut tx, now, Some(user), deed, origin).await?;
        Ok(tx.commit().await?)
    }

    // ---- Signing in -----------------------------------------------------------------------------------

    /// For whoever it will turn out to be.
    pub async fn begin_passkey_sign_in(&self) -> Result<PasskeyQuestion, AccountsError> {
        let started = self.party()?.start_discoverable_authentication();
        let (question, state) = started.map_err(|error| unasked(&error))?;
        self.ask(SIGNING_IN, &question.public_key, &state, None)
            .await
    }

    pub async fn finish_passkey_sign_in(
        &self,
        origin: &Origin,
        ticket: &str,
        answer: &str,
    ) -> Result<SignedIn, AccountsError> {
        let party = self.party()?;
        let state = restored(&self.asked(origin, SIGNING_IN, ticket).await?)?;
        let state: DiscoverableAuthentication = state;
        let answer: PublicKeyCredential = parsed(answer)?;
        let (user, credential_id) = party
            .identify_discoverable_authentication(&answer)
            .map_err(|error| refused(origin, &error))?;

        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let row = table::passkey(&mut tx, credential_id).await?;
        let Some(row) = row.filter(|row| row.user_id == UserId(user)) else {
            tracing::warn!(address = origin.address, "a passkey that nobody here has");
            return Err(AccountsError::PasskeyRefused);
        };
        let mut passkey: Passkey =
            serde_json::from_value(row.passkey.0).map_err(|_| AccountsError::PasskeyRefused)?;
        let result = party
            .finish_discoverable_authentication_v2(&answer, state, &passkey)
            .map_err(|error| refused(origin, &error))?;
        passkey.update_credential(&result);
        table::use_passkey(&mut tx, row.id, &Json(kept(&passkey)?), now).await?;
        let person = self.row(&mut tx, row.user_id).await?;
        self.begin(tx, origin, person, "passkey", now).await
    }

    // ---- Question and answer --------------------------------------------------------------------------

    fn party(&self) -> Result<&Webauthn, AccountsError> {
        let party = self.0.ways.passkeys.as_ref();
        party
            .map(|party| &*party.0)
            .ok_or(AccountsError::NoPasskeys)
    }

    async fn ask(
        &self,
        what: &str,
        options: &impl Serialize,
        state: &impl Serialize,
        session: Option<SessionId>,
    ) -> Result<PasskeyQuestion, AccountsError> {
        let found_by = secret::fresh();
        let begin = Begin {
            provider: what,
            state: &found_by,
            dance: kept(state)?,
            session,
            invite: None,
            next: "",
        };
        let browser = dances::remember(&self.0.store, &self.0.clock, begin).await?;
        Ok(PasskeyQuestion {
            ticket: [found_by, browser].join("."),
            options: kept(options)?.to_string(),
        })
    }

    async fn asked(
        &self,
        origin: &Origin,
        what: &str,
        ticket: &str,
    ) -> Result<DanceRow, AccountsError> {
        let halves = ticket
            .split_once('.')
            .ok_or(AccountsError::PasskeyRefused)?;
        let row = dances::take(&self.0.store, &self.0.clock, origin, what, halves).await;
        row.map_err(|error| match error {
            AccountsError::SignInRefused => AccountsError::PasskeyRefused,
            error => error,
        })
    }
}

fn view(row: PasskeyRow) -> PasskeyView {
    PasskeyView {
        id: row.id,
        name: row.name,
        added_at: row.created_at.into(),
        used_at: row.used_at.map(Into::into),
    }
}

fn kept(what: &impl Serialize) -> Result<serde_json::Value, AccountsError> {
    serde_json::to_value(what).map_err(|_| AccountsError::PasskeyRefused)
}

fn restored<T: DeserializeOwned>(row: &DanceRow) -> Result<T, AccountsError> {
    serde_json::from_value(row.dance.0.clone()).map_err(|_| AccountsError::PasskeyRefused)
}

fn parsed<T: DeserializeOwned>(answer: &str) -> Result<T, AccountsError> {
    serde_json::from_str(answer).map_err(|_| AccountsError::PasskeyRefused)
}

fn refused(origin: &Origin, error: &impl fmt::Debug) -> AccountsError {
    tracing::warn!(address = origin.address, ?error, "a passkey was refused");
    AccountsError::PasskeyRefused
}

fn unasked(error: &impl fmt::Debug) -> AccountsError {
    AccountsError::Unmade(format!("a passkey cannot be asked for: {error:?}"))
}
