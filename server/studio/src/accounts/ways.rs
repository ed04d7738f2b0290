//! Ways in that are not ours: sign-ins elsewhere, there and back (`dance`), the sessions of other sites
//! (`elsewhere`), and one's own of them (`linked`).
//!
//! Who somebody is elsewhere ([`Identity`]) leads to an account here in this order: it is linked to one;
//! its address is verified by the provider and an account's; an invitation came along; the provider is one
//! whose people may come as they like. Otherwise nobody gets in.

mod dance;
mod elsewhere;
mod linked;

use std::sync::Arc;

use contract::{
    IdentityId, Timestamp, UserId,
    accounts::{Role, Standing, Way},
};
use store::{
    Time, Tx, Viewer,
    accounts::{self as table, IdentityRow, UserRow},
    new_id,
};

use super::{
    Accounts, AccountsError, SignedIn,
    audit::{Deed, record},
    identity::{Identity, IdentityError, LoginFlow, SessionVerifier},
    invites::taken,
    passkeys::RelyingParty,
    person::{self, Email, standing_text},
};
use crate::Origin;

pub use dance::{Finished, Lost};

/// The ways in beside our own, by the owner's settings.
#[derive(Clone, Default)]
pub struct Ways {
    pub logins: Vec<Arc<dyn LoginFlow>>,
    pub verifiers: Vec<Arc<dyn SessionVerifier>>,
    /// Names of those whose people may come without an invitation, as members.
    pub open: Vec<String>,
    /// Names of those by whose word an address is its person's, verified or not.
    pub trusted: Vec<String>,
    /// None where browsers take no passkeys for the studio's address.
    pub passkeys: Option<RelyingParty>,
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

    async fn admit(
        &self,
        origin: &Origin,
        identity: &Identity,
        invite: Option<Vec<u8>>,
    ) -> Result<SignedIn, AccountsError> {
        let now = self.0.clock.now();
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
        self.begin(tx, origin, row, &identity.provider, now).await
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
                // Before it is linked to who is kept out.
                person::let_in(&row)?;
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

/// `label` is of the one who was asked.
fn refused(error: &IdentityError, label: &str) -> AccountsError {
    match error {
        IdentityError::Refused(_) => AccountsError::SignInRefused,
        IdentityError::Unreachable { .. } => AccountsError::ProviderUnreachable(label.to_owned()),
    }
}
