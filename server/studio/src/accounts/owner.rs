//! The owner's one-time link: the first account, and the way back to it.

use std::sync::atomic::Ordering;

use contract::{
    UserId,
    accounts::{Role, Standing},
};
use store::{
    Viewer,
    accounts::{self as table, UserRow},
    new_id,
};

use super::{
    Accounts, AccountsError, SignedIn,
    audit::{Deed, record},
    invites::taken,
    password,
    person::{self, Email, standing_text},
    secret,
    sessions::{begin_session, me},
};
use crate::{Actor, Origin};

const LINK_LASTS_S: i64 = 24 * 3_600;

impl Accounts {
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
            Deed::new("owner_link.make", ""),
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
            role: Role::Owner.as_str().to_owned(),
            password_hash,
            standing: standing_text(Standing::Active).to_owned(),
            created_at: existing.as_ref().map_or(now, |owner| owner.created_at),
        };
        let id = UserId(owner.id);
        let (written, act) = match existing {
            Some(_) => (
                table::change_user(&mut tx, &owner, &email.key).await,
                "owner.recover",
            ),
            None => (
                table::add_user(&mut tx, &owner, &email.key).await,
                "owner.set_up",
            ),
        };
        written.map_err(taken)?;
        // Whoever has the machine may have lost the app.
        table::delete_second_factor(&mut tx, id).await?;
        let ended = table::end_sessions_of(&mut tx, id, None).await?;
        begin_session(&mut tx, id, &token, origin, now).await?;
        record(&mut tx, now, Some(id), Deed::new(act, id), origin).await?;
        tx.commit().await?;

        this.has_owner.store(true, Ordering::Relaxed);
        self.see_off(&ended).await;
        Ok(SignedIn {
            me: me(&token, id, owner.name, owner.email, Role::Owner),
            token,
        })
    }
}
