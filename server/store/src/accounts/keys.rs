//! The keys that secrets are sealed with, by their ids, and sealing anew with another one.

use contract::Timestamp;
use sqlx::FromRow;

use crate::{Conn, Result, Time, Tx, Uuid, execute, fetch_all};

#[derive(Clone, Debug, FromRow)]
pub struct KeyRow {
    pub id: String,
    /// What only this key opens.
    pub value: Vec<u8>,
}

pub async fn keys(conn: &mut Conn) -> Result<Vec<KeyRow>> {
    fetch_all!(
        KeyRow,
        conn,
        "SELECT id, value FROM accounts_keys ORDER BY id"
    )
}

/// One that is there stays as it is.
pub async fn add_key(tx: &mut Tx, id: &str, value: &[u8], now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_keys (id, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING",
        id,
        value,
        Time(now)
    )?;
    Ok(())
}

/// False where something is still sealed with it.
pub async fn delete_key(tx: &mut Tx, id: &str) -> Result<bool> {
    let deleted = execute!(
        tx,
        "DELETE FROM accounts_keys
         WHERE id = $1
             AND NOT EXISTS (SELECT 1 FROM accounts_connections WHERE key_id = $1)
             AND NOT EXISTS (SELECT 1 FROM accounts_totp WHERE key_id = $1)",
        id
    )?;
    Ok(deleted > 0)
}

/// Where sealed values stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedIn {
    /// An access token, and mostly a refresh token.
    Connections,
    /// A seed; the row's id is its person's.
    Totp,
}

impl From<String> for SealedIn {
    fn from(name: String) -> Self {
        match name.as_str() {
            "totp" => Self::Totp,
            _ => Self::Connections,
        }
    }
}

#[derive(Clone, FromRow)]
pub struct SealedRow {
    #[sqlx(try_from = "String")]
    pub stands_in: SealedIn,
    pub id: Uuid,
    pub first: Vec<u8>,
    pub second: Option<Vec<u8>>,
}

/// What another key than this one has sealed, a page at a time, in the order of ids.
pub async fn sealed_otherwise(
    conn: &mut Conn,
    key: &str,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<SealedRow>> {
    fetch_all!(
        SealedRow,
        conn,
        "SELECT 'connections' AS stands_in, id, access AS first, refresh AS second
         FROM accounts_connections WHERE key_id <> $1 AND id > $2
         UNION ALL
         SELECT 'totp', user_id, seed, NULL FROM accounts_totp WHERE key_id <> $1 AND user_id > $2
         ORDER BY 2 LIMIT $3",
        key,
        after.unwrap_or(Uuid::nil()),
        limit
    )
}

/// Puts what was sealed anew in the place of the old, unless that has changed meanwhile.
pub async fn reseal(
    tx: &mut Tx,
    old: &SealedRow,
    key: &str,
    first: &[u8],
    second: Option<&[u8]>,
) -> Result<bool> {
    let changed = match old.stands_in {
        // By the access token alone: both change together.
        SealedIn::Connections => execute!(
            tx,
            "UPDATE accounts_connections SET key_id = $3, access = $4, refresh = $5 WHERE id = $1 AND access = $2",
            old.id,
            &old.first,
            key,
            first,
            second
        )?,
        SealedIn::Totp => execute!(
            tx,
            "UPDATE accounts_totp SET key_id = $3, seed = $4 WHERE user_id = $1 AND seed = $2",
            old.id,
            &old.first,
            key,
            first
        )?,
    };
    Ok(changed > 0)
}
