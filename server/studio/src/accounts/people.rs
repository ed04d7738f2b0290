//! Those who belong to the studio, seen by those who govern.

use std::collections::HashMap;

use contract::{
    SessionId, Timestamp, UserId,
    accounts::{InviteView, People, PersonView, Role, Standing},
};
use store::{
    Tx, Viewer,
    accounts::{self as table, InviteRow, UserRow},
};

use super::{
    Accounts, AccountsError,
    audit::{Deed, record},
    person::{Email, role_from, standing_from, standing_text},
};
use crate::{Actor, Denial, Origin};

impl Accounts {
    pub async fn people(&self, actor: &Actor) -> Result<People, AccountsError> {
        let (user, own) = actor.govern(Role::Admin)?;
        let now = self.0.clock.now();
        let mut read = self.0.store.read(Viewer::System).await?;
        let rows = table::users(&mut read).await?;
        let seen = table::last_seen(&mut read, now).await?;
        let invites = table::invites(&mut read, now).await?;
        let second = table::with_second_factor(&mut read).await?;
        drop(read);
        let seen: HashMap<UserId, Timestamp> = seen.into_iter().collect();
        let person = |row: UserRow| {
            let (id, role) = (UserId(row.id), role_from(&row.role)?);
            Ok(PersonView {
                id,
                role,
                standing: standing_from(&row.standing),
                joined_at: row.created_at,
                seen_at: seen.get(&id).copied(),
                may_govern: id != user && own.governs(role),
                has_second_factor: second.contains(&id),
                name: row.name,
                email: row.email,
            })
        };
        let invite = |row: InviteRow| {
            Ok(InviteView {
                id: row.id,
                role: role_from(&row.role)?,
                note: row.note,
                invited_by: row.invited_by,
                expires_at: row.expires_at,
            })
        };
        Ok(People {
            people: rows
                .into_iter()
                .map(person)
                .collect::<Result<_, AccountsError>>()?,
            invites: invites
                .into_iter()
                .map(invite)
                .collect::<Result<_, AccountsError>>()?,
        })
    }

    /// Ends the person's sessions: who may more or less from now on begins anew, with a new token.
    pub async fn set_role(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: UserId,
        role: Role,
    ) -> Result<(), AccountsError> {
        let (mut tx, user, own, mut row) = self.governed(actor, id).await?;
        if !own.governs(role) {
            return Err(AccountsError::Forbidden);
        }
        if role != Role::Owner {
            self.spare_last_owner(&mut tx, &row).await?;
        }
        row.role = role.as_str().to_owned();
        let deed = Deed::new("person.role", id).noting(role.as_str());
        self.change(tx, user, &row, deed, origin).await
    }

    /// Keeps somebody out, or lets them in again. What is theirs stays, and so do their tokens, which
    /// open nothing meanwhile.
    pub async fn suspend(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: UserId,
        suspended: bool,
    ) -> Result<(), AccountsError> {
        let (mut tx, user, _, mut row) = self.governed(actor, id).await?;
        if id == user {
            return Err(AccountsError::Invalid("You cannot suspend yourself."));
        }
        let (standing, act) = if suspended {
            self.spare_last_owner(&mut tx, &row).await?;
            (Standing::Suspended, "person.suspend")
        } else {
            (Standing::Active, "person.restore")
        };
        row.standing = standing_text(standing).to_owned();
        let deed = Deed::new(act, id);
        self.change(tx, user, &row, deed, origin).await
    }

    /// Whose account it is that goes, once that is allowed.
    pub(crate) async fn may_remove(
        &self,
        actor: &Actor,
        origin: &Origin,
        whom: Removal<'_>,
    ) -> Result<UserId, AccountsError> {
        match whom {
            Removal::Own { password } => {
                let row = self.prove(actor, origin, password).await?;
                Ok(UserId(row.id))
            }
            Removal::Other(id) => {
                let (_, user, ..) = self.governed(actor, id).await?;
                if id == user {
                    return Err(AccountsError::Invalid(
                        "Delete your own account under Profile, with your password.",
                    ));
                }
                Ok(id)
            }
        }
    }

    /// Takes the person's row away, and all rows that hang on it. The caller has made room for what is
    /// not rows, in the same unit.
    pub(crate) async fn remove(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        origin: &Origin,
        id: UserId,
    ) -> Result<Vec<SessionId>, AccountsError> {
        table::one_at_a_time(tx).await?;
        let row = self.row(tx, id).await?;
        self.spare_last_owner(tx, &row).await?;
        let ended = table::end_sessions_of(tx, id, None).await?;
        table::delete_user(tx, id).await?;
        let deed = Deed::new("person.remove", id).noting(&row.name);
        record(tx, self.0.clock.now(), actor.user(), deed, origin).await?;
        Ok(ended)
    }

    /// After the unit of [`Self::remove`] is committed.
    pub(crate) async fn removed(&self, id: UserId, ended: &[SessionId]) {
        self.0.cache.forget_person(id);
        self.see_off(ended).await;
    }

    /// Who asks, their role, and the row of whom it is about, in a unit that may change it.
    pub(super) async fn governed(
        &self,
        actor: &Actor,
        id: UserId,
    ) -> Result<(Tx, UserId, Role, UserRow), AccountsError> {
        let (user, own) = actor.govern(Role::Admin)?;
        let mut tx = self.0.store.begin(Viewer::System).await?;
        table::one_at_a_time(&mut tx).await?;
        let row = self.row(&mut tx, id).await?;
        if id != user && !own.governs(role_from(&row.role)?) {
            return Err(Denial::Role(Role::Owner).into());
        }
        Ok((tx, user, own, row))
    }

    async fn change(
        &self,
        mut tx: Tx,
        user: UserId,
        row: &UserRow,
        deed: Deed,
        origin: &Origin,
    ) -> Result<(), AccountsError> {
        table::change_user(&mut tx, row, &Email::key(&row.email)).await?;
        let ended = table::end_sessions_of(&mut tx, UserId(row.id), None).await?;
        record(&mut tx, self.0.clock.now(), Some(user), deed, origin).await?;
        tx.commit().await?;
        self.see_off(&ended).await;
        Ok(())
    }
}

/// Who is to go.
pub(crate) enum Removal<'a> {
    Own { password: &'a str },
    Other(UserId),
}
