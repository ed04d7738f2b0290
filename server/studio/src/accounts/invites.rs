//! Invitations: a link that makes one account, once.

use contract::{
    InviteId, UserId,
    accounts::{Role, Standing},
};
use store::{
    Viewer,
    accounts::{self as table, InviteRow, UserRow},
    new_id,
};

use super::{
    Accounts, AccountsError, SignedIn,
    audit::{Deed, record},
    password,
    person::{self, Email, role_from, standing_text},
    secret,
    sessions::{begin_session, me},
};
use crate::{Actor, Origin};

const INVITE_LASTS_S: i64 = 7 * 24 * 3_600;
const NOTE_CHARS: usize = 120;

impl Accounts {
    /// The key of the link, which is not kept.
    pub async fn invite(
        &self,
        actor: &Actor,
        origin: &Origin,
        role: Role,
        note: &str,
    ) -> Result<String, AccountsError> {
        let (user, own) = actor.govern(Role::Admin)?;
        if !own.governs(role) {
            return Err(AccountsError::Forbidden);
        }
        let note = note.split_whitespace().collect::<Vec<_>>().join(" ");
        if note.chars().count() > NOTE_CHARS || note.contains(char::is_control) {
            return Err(AccountsError::Invalid(
                "Use a shorter note, of at most 120 letters.",
            ));
        }
        let key = secret::fresh();
        let now = self.0.clock.now();
        let row = InviteRow {
            id: InviteId(new_id(now)),
            role: role.as_str().to_owned(),
            note,
            user_id: user,
            invited_by: String::new(),
            created_at: now,
            expires_at: now.plus_seconds(INVITE_LASTS_S),
        };
        let mut tx = self.0.store.begin(Viewer::System).await?;
        table::add_invite(&mut tx, &row, &secret::hash(&key)).await?;
        let deed = Deed::new("invite.make", row.id).noting(&row.role);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        Ok(key)
    }

    pub async fn withdraw_invite(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: InviteId,
    ) -> Result<(), AccountsError> {
        let (user, own) = actor.govern(Role::Admin)?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let invites = table::invites(&mut tx, now).await?;
        let Some(invite) = invites.into_iter().find(|invite| invite.id == id) else {
            return Err(AccountsError::NotFound);
        };
        if invite.user_id != user && !own.governs(role_from(&invite.role)?) {
            return Err(AccountsError::Forbidden);
        }
        table::take_invite(&mut tx, id).await?;
        let deed = Deed::new("invite.withdraw", id);
        record(&mut tx, now, Some(user), deed, origin).await?;
        Ok(tx.commit().await?)
    }

    /// As what one is invited, and by whom; none if the key opens nothing.
    pub async fn invitation(&self, key: &str) -> Result<Option<(Role, String)>, AccountsError> {
        let mut read = self.0.store.read(Viewer::System).await?;
        let now = self.0.clock.now();
        match table::invite_by_key(&mut read, &secret::hash(key), now).await? {
            Some(invite) => Ok(Some((role_from(&invite.role)?, invite.invited_by))),
            None => Ok(None),
        }
    }

    /// Uses the key: makes the account and signs in.
    pub async fn join(
        &self,
        origin: &Origin,
        key: &str,
        name: &str,
        email: &str,
        password: &str,
    ) -> Result<SignedIn, AccountsError> {
        // Before the costly hash: without a good key nobody makes us work.
        if self.invitation(key).await?.is_none() {
            return Err(AccountsError::InviteInvalid);
        }
        let name = person::name(name)?;
        let email = Email::parse(email)?;
        password::check(password, &email.key, &name)?;
        let password_hash = self.0.hasher.hash(password).await?;

        let now = self.0.clock.now();
        let token = secret::fresh();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let invite = table::invite_by_key(&mut tx, &secret::hash(key), now).await?;
        let invite = invite.ok_or(AccountsError::InviteInvalid)?;
        if !table::take_invite(&mut tx, invite.id).await? {
            return Err(AccountsError::InviteInvalid);
        }
        let role = role_from(&invite.role)?;
        let row = UserRow {
            id: new_id(now),
            name,
            email: email.as_typed,
            role: invite.role,
            password_hash,
            standing: standing_text(Standing::Active).to_owned(),
            created_at: now,
        };
        let id = UserId(row.id);
        table::add_user(&mut tx, &row, &email.key)
            .await
            .map_err(taken)?;
        begin_session(&mut tx, id, &token, origin, now).await?;
        let deed = Deed::new("person.join", invite.id).noting(role.as_str());
        record(&mut tx, now, Some(id), deed, origin).await?;
        tx.commit().await?;
        Ok(SignedIn {
            me: me(&token, id, row.name, row.email, role),
            token,
        })
    }
}

/// (Whoever holds a key was asked to come, and may learn that an address is taken.)
pub(super) fn taken(error: store::Error) -> AccountsError {
    if store::is_duplicate(&error) {
        AccountsError::EmailTaken
    } else {
        error.into()
    }
}
