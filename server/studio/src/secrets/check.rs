//! Telling a wrong ring before it does harm. The database keeps one check value for each key that is in
//! use there; at start each of them must open.

use uuid::Uuid;

use super::{KeyId, KeyRing, OpenError, Place};

const PLACE: Place = Place {
    table: "accounts_keys",
    column: "value",
    row: Uuid::nil(),
};
const TEXT: &[u8] = b"soundstage: this is the right key";

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    #[error(
        "the database has secrets sealed with key {0}, which is not in the key ring: bring the ring that belongs to this database"
    )]
    Missing(KeyId),
    #[error(
        "key {0} of the ring is not the key of that id that this database knows: bring the ring that belongs to this database"
    )]
    Wrong(KeyId),
}

impl KeyRing {
    /// What the database is to keep for this key; `None` where the ring has no such key.
    pub fn check(&self, id: KeyId) -> Option<Vec<u8>> {
        self.seal_with(id, &PLACE, TEXT)
    }

    /// `value` is what the database keeps for `id`.
    pub fn verify(&self, id: KeyId, value: &[u8]) -> Result<(), CheckError> {
        match self.open(&PLACE, value) {
            _ if !self.has(id) => Err(CheckError::Missing(id)),
            // A value of another key is no proof of this one.
            Ok(text) if *text == TEXT && Self::key_of(value) == Some(id) => Ok(()),
            Ok(_) | Err(OpenError::UnknownKey(_) | OpenError::Broken) => Err(CheckError::Wrong(id)),
        }
    }
}
