//! Where a sealed value stands.

use uuid::Uuid;

use super::KeyId;

/// A value that was moved to another row, column or table does not open there: nobody who can write to
/// the database can lend one person's tokens to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub table: &'static str,
    pub column: &'static str,
    pub row: Uuid,
}

impl Place {
    /// What is authenticated along with the value. Each name goes in with its length, so that no two
    /// places read the same.
    pub(super) fn bound(&self, version: u8, key: KeyId) -> Vec<u8> {
        let mut bound = vec![version];
        bound.extend(key.bytes());
        for name in [self.table, self.column] {
            bound.extend((name.len() as u64).to_be_bytes());
            bound.extend(name.as_bytes());
        }
        bound.extend(self.row.as_bytes());
        bound
    }
}
