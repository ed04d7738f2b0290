//! What lies sealed in the database (tokens of connections, seeds of second factors), and the key ring that it
//! is sealed with.
//!
//! Each sealed value names its key, a row of `accounts_keys`: the database itself keeps a key that is needed and
//! refuses one that is gone. To seal something new: a column `key_id` beside it, a function below that says where
//! it stands, and a kind in [`table::SealedIn`], so that `keys rotate` finds it.

mod rotation;

use std::sync::Arc;

use contract::{ConnectionId, UserId};
use store::{Store, Tx, Viewer, accounts as table};
use zeroize::Zeroizing;

use super::AccountsError;
use crate::{
    Clock,
    secrets::{KeyRing, Keys, OpenError, Place},
};

pub use rotation::{KeysError, Rotated};

/// A shared handle.
#[derive(Clone)]
pub struct Vault {
    pub(super) store: Store,
    pub(super) clock: Clock,
    keys: Keys,
}

pub(super) fn connection_token(column: &'static str, row: ConnectionId) -> Place {
    Place {
        table: "accounts_connections",
        column,
        row: row.0,
    }
}

pub(super) fn totp_seed(row: UserId) -> Place {
    Place {
        table: "accounts_totp",
        column: "seed",
        row: row.0,
    }
}

impl Vault {
    pub fn new(store: Store, clock: Clock, keys: Keys) -> Self {
        Self { store, clock, keys }
    }

    /// As it is now: what it seals names [`KeyRing::current`].
    pub(super) fn ring(&self) -> Arc<KeyRing> {
        self.keys.ring()
    }

    pub(super) fn open(
        &self,
        place: &Place,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        self.keys.open(place, sealed)
    }

    /// See [`Keys::refresh`].
    pub(super) fn refresh(&self) {
        self.keys.refresh();
    }

    /// After a value was not taken because the database does not know its key (any more): the ring may have
    /// turned since we read it, or the owner has put a key in by hand.
    pub(super) async fn know_key(&self) -> store::Result<()> {
        self.keys.refresh();
        let mut tx = self.store.begin(Viewer::System).await?;
        self.note_current(&mut tx, &self.keys.ring()).await?;
        tx.commit().await
    }

    /// Does what stores something sealed; where the database does not know its key, once more after [`Self::know_key`].
    pub(super) async fn knowing_key<T, F>(&self, put: impl Fn() -> F) -> Result<T, AccountsError>
    where
        F: Future<Output = Result<T, AccountsError>>,
    {
        match put().await {
            Err(AccountsError::Store(error)) if store::is_dangling(&error) => {
                self.know_key().await?;
                put().await
            }
            done => done,
        }
    }

    /// From now on the database takes what the ring's current key seals.
    async fn note_current(&self, tx: &mut Tx, ring: &KeyRing) -> store::Result<()> {
        let current = ring.current();
        match ring.check(current) {
            Some(value) => {
                let now = self.clock.now();
                table::add_key(tx, &current.to_string(), &value, now).await
            }
            None => Ok(()),
        }
    }
}
