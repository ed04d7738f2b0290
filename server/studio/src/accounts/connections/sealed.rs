//! Tokens at rest.

use contract::ConnectionId;
use store::accounts::ConnectionRow;

use super::Connections;
use crate::{
    accounts::{AccountsError, grants::Grant, vault::connection_token},
    secrets::Secret,
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

impl Connections {
    pub(super) fn sealed(&self, id: ConnectionId, grant: &Grant) -> Sealed {
        let ring = self.0.vault.ring();
        let seal = |column, token: &Secret| {
            ring.seal(&connection_token(column, id), token.reveal().as_bytes())
        };
        Sealed {
            key_id: ring.current().to_string(),
            access: seal("access", &grant.access),
            refresh: grant.refresh.as_ref().map(|token| seal("refresh", token)),
        }
    }

    pub(super) fn opened(&self, row: &ConnectionRow) -> Result<Tokens, AccountsError> {
        let open = |column, sealed: &[u8]| {
            let plain = self.0.vault.open(&connection_token(column, row.id), sealed);
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
}
