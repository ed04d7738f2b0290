//! Tokens at rest.

use contract::ConnectionId;
use store::{
    Tx, Viewer,
    accounts::{self as table, ConnectionRow},
};

use super::Connections;
use crate::{
    accounts::{AccountsError, grants::Grant},
    secrets::{KeyRing, Place, Secret},
};

pub(super) struct Sealed {
    pub(super) key_id: String,
    pub(super) access: Vec<u8>,
    pub(super) refresh: Option<Vec<u8>>,
}

pub(super) struct Tokens {
    pub(super) access: Secret,
    pub(super) refresh: Option<Secret>,
}

pub(super) fn place(column: &'static str, row: ConnectionId) -> Place {
    Place {
        table: "accounts_connections",
        column,
        row: row.0,
    }
}

impl Connections {
    pub(super) fn sealed(&self, id: ConnectionId, grant: &Grant) -> Sealed {
        let ring = self.0.keys.ring();
        let seal =
            |column, token: &Secret| ring.seal(&place(column, id), token.reveal().as_bytes());
        Sealed {
            key_id: ring.current().to_string(),
            access: seal("access", &grant.access),
            refresh: grant.refresh.as_ref().map(|token| seal("refresh", token)),
        }
    }

    pub(super) fn opened(&self, row: &ConnectionRow) -> Result<Tokens, AccountsError> {
        let open = |column, sealed: &[u8]| {
            let plain = self.0.keys.open(&place(column, row.id), sealed);
            let plain = plain.map_err(|error| error.to_string())?;
            let text = std::str::from_utf8(&plain).map_err(|error| error.to_string())?;
            Ok::<_, String>(Secret::new(text))
        };
        let both = || {
            let refresh = row.refresh.as_deref().map(|sealed| open("refresh", sealed));
            Ok::<_, String>(Tokens {
                access: open("access", &row.access)?,
                refresh: refresh.transpose()?,
            })
        };
        both().map_err(|why| {
            tracing::error!(why, connection = %row.id, "tokens do not open; they are kept");
            AccountsError::ConnectionUnreadable
        })
    }

    /// After a value was not taken because the database does not know its key (any more): the ring may have
    /// turned since we read it, or the owner has put a key in by hand.
    pub(super) async fn know_key(&self) -> store::Result<()> {
        self.0.keys.refresh();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        self.note_current(&mut tx, &self.0.keys.ring()).await?;
        tx.commit().await
    }

    /// From now on the database takes what the ring's current key seals.
    pub(super) async fn note_current(&self, tx: &mut Tx, ring: &KeyRing) -> store::Result<()> {
        let current = ring.current();
        match ring.check(current) {
            Some(value) => {
                let now = self.0.clock.now();
                table::add_key(tx, &current.to_string(), &value, now).await
            }
            None => Ok(()),
        }
    }
}
