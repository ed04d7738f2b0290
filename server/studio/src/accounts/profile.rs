//! What people change about themselves.

use contract::{
    SessionId, Timestamp, UserId,
    accounts::{Profile, Scope, Standing},
};
use store::{
    Tx,
    accounts::{self as table, UserRow},
};

use super::{
    Accounts, AccountsError, SignedIn,
    audit::{Deed, record},
    password,
    person::{self, Email, role_from, standing_from},
    secret,
    sessions::me,
};
use crate::{Actor, Origin};

/// How long a sign-in elsewhere stands in for a password.
const FRESH_S: i64 = 10 * 60;

impl Accounts {
    pub async fn profile(&self, actor: &Actor) -> Result<Profile, AccountsError> {
        let id = actor.may(Scope::Account)?;
        let mut read = self.0.store.read(actor).await?;
        let row = table::user(&mut read, id).await?;
        let row = row.ok_or(AccountsError::NotFound)?;
        Ok(Profile {
            id,
            role: role_from(&row.role)?,
            name: row.name,
            email: row.email,
        })
    }

    pub async fn change_name(&self, actor: &Actor, name: &str) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        let name = person::name(name)?;
        let mut tx = self.0.store.begin(actor).await?;
        let mut row = self.row(&mut tx, user).await?;
        row.name = name;
        let key = Email::key(&row.email);
        table::change_user(&mut tx, &row, &key).await?;
        tx.commit().await?;
        self.0.cache.forget_person(user);
        Ok(())
    }

    /// Ends the person's other sessions; the one that asks goes on under a new token.
    pub async fn change_password(
        &self,
        actor: &Actor,
        origin: &Origin,
        current: &str,
        new: &str,
    ) -> Result<SignedIn, AccountsError> {
        let (user, session) = actor.in_person()?;
        let before = self.prove(actor, origin, current).await?;
        password::check(new, &Email::key(&before.email), &before.name)?;
        let password_hash = self.0.hasher.hash(new).await?;

        let token = secret::fresh();
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        let mut row = self.row(&mut tx, user).await?;
        row.password_hash = password_hash;
        table::change_user(&mut tx, &row, &Email::key(&row.email)).await?;
        let ended = table::end_sessions_of(&mut tx, user, Some(session)).await?;
        table::renew_session(&mut tx, session, &secret::hash(&token)).await?;
        let deed = Deed::new("password.change", user);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        self.renewed(session).await;
        self.see_off(&ended).await;
        let role = role_from(&row.role)?;
        Ok(SignedIn {
            me: me(&token, user, row.name, row.email, role),
            token,
        })
    }

    /// Whether it is really the person who asks: by their password, as slow to guess as signing in; without
    /// one, by having signed in a moment ago.
    pub(super) async fn prove(
        &self,
        actor: &Actor,
        origin: &Origin,
        password: &str,
    ) -> Result<UserRow, AccountsError> {
        let (user, session) = actor.in_person()?;
        let now = self.0.clock.now();
        let mut read = self.0.store.read(actor).await?;
        let row = table::user(&mut read, user).await?;
        let row = row.ok_or(AccountsError::NotFound)?;
        if row.password_hash.is_empty() {
            let sessions = table::sessions_of(&mut read, user, now).await?;
            let this = sessions.iter().find(|row| SessionId(row.id) == session);
            let is_fresh =
                this.is_some_and(|row| now < Timestamp::from(row.created_at).plus_seconds(FRESH_S));
            return is_fresh.then_some(row).ok_or(AccountsError::SignInAgain);
        }
        drop(read);
        let key = Email::key(&row.email);
        self.0
            .throttle
            .admit(&origin.address, &key, now)
            .await
            .map_err(AccountsError::TooManyTries)?;
        let kept = row.password_hash.clone();
        if !self.0.hasher.verify(password, Some(kept)).await? {
            return Err(AccountsError::WrongPassword);
        }
        self.0.throttle.forgive(&origin.address, &key).await;
        Ok(row)
    }

    pub(super) async fn row(&self, tx: &mut Tx, user: UserId) -> Result<UserRow, AccountsError> {
        let row = table::user_to_change(tx, user).await?;
        row.ok_or(AccountsError::NotFound)
    }

    /// Before an owner goes, is put lower or kept out: somebody must be left.
    pub(super) async fn spare_last_owner(
        &self,
        tx: &mut Tx,
        row: &UserRow,
    ) -> Result<(), AccountsError> {
        let counts = row.role == "owner" && standing_from(&row.standing) == Standing::Active;
        if counts && table::count_active_owners(tx).await? <= 1 {
            return Err(AccountsError::LastOwner);
        }
        Ok(())
    }

    /// After one was taken away: there is another.
    pub(super) async fn spare_last_way(
        &self,
        tx: &mut Tx,
        user: UserId,
    ) -> Result<(), AccountsError> {
        let row = self.row(tx, user).await?;
        let is_left = !row.password_hash.is_empty()
            || !table::identities_of(tx, user).await?.is_empty()
            || !table::passkeys_of(tx, user).await?.is_empty();
        is_left.then_some(()).ok_or(AccountsError::LastWayIn)
    }
}
