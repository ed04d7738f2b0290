//! People and how they get in: passwords, sessions, invitations, API tokens; and who may do what to whom.
//!
//! A session is a random token in a cookie; only its hash is stored. It ends by signing out, thirty days
//! after it was last used, ninety days after it began, when its person's role or standing changes, or when
//! the owner recovers access. Whoever may do something leaves an audit row in the same unit of work.
//!
//! One file per thing that is done: `owner` (the one-time link), `sessions`, `passkeys`, `second_factor`, `ways`
//! (signing in elsewhere), `connections` (accounts elsewhere that people let us use), `dances` (what is remembered
//! between question and answer, for all of these), `vault` (what lies sealed), `profile`, `tokens`, `invites`,
//! `people`, `audit`; what is asked of the outside is in [`identity`] and [`grants`]. To add
//! one: a file with an `impl Accounts`, its rows in `store::accounts`, a line in the table of routes
//! (`server/tests/routes/table.rs`).

mod audit;
mod cache;
mod connections;
mod dances;
mod device;
mod error;
pub mod grants;
mod hashing;
pub mod identity;
mod invites;
mod owner;
mod passkeys;
mod password;
mod people;
mod person;
mod profile;
mod second_factor;
mod secret;
mod sessions;
mod throttle;
mod tokens;
mod vault;
mod ways;

use std::sync::{Arc, atomic::AtomicBool};

use contract::accounts::Me;
use store::Store;

use crate::{Clock, commons::Commons, live::Hub};
use cache::Cache;
use hashing::Hasher;
use throttle::Throttle;

pub use connections::Connections;
pub use dances::{Begun, DANCE_LASTS_S, Return};
pub use error::AccountsError;
pub use passkeys::RelyingParty;
pub(crate) use people::Removal;
pub(crate) use secret::fresh as fresh_key;
pub use vault::{KeysError, Rotated, Vault};
pub use ways::{Finished, Lost, Ways};

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
    vault: Vault,
    hub: Hub,
    commons: Commons,
    hasher: Hasher,
    throttle: Throttle,
    cache: Cache,
    ways: Ways,
    /// Once there is an owner there always is one, so this is asked only until then.
    has_owner: AtomicBool,
}

impl Accounts {
    /// Hub and commons are told of sessions that end: so do their live connections, and other processes
    /// know.
    pub fn new(vault: Vault, hub: Hub, commons: Commons, ways: Ways) -> Self {
        Self::with_cost(vault, hub, commons, ways, Hasher::owasp())
    }

    fn with_cost(
        vault: Vault,
        hub: Hub,
        commons: Commons,
        ways: Ways,
        cost: argon2::Params,
    ) -> Self {
        Self(Arc::new(Inner {
            store: vault.store.clone(),
            clock: vault.clock.clone(),
            vault,
            hub,
            hasher: Hasher::new(cost),
            throttle: Throttle::new(commons.clone()),
            commons,
            cache: Cache::default(),
            ways,
            has_owner: AtomicBool::new(false),
        }))
    }
}

#[cfg(test)]
mod tests;
