//! The keys that tokens are sealed with, by their ids, and sealing anew with another one.

use contract::{ConnectionId, Timestamp};
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
         WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM accounts_connections WHERE key_id = $1)",
        id
    )?;
    Ok(deleted > 0)
}

#[derive(Clone, FromRow)]
pub struct SealedRow {
    #[sqlx(try_from = "Uuid")]
    pub id: ConnectionId,
    pub access: Vec<u8>,
    pub refresh: Option<Vec<u8>>,
}

/// What another key than this one has sealed, a page at a time, in the order of ids.
pub async fn sealed_otherwise(
    conn: &mut Conn,
    key: &str,
    after: Option<ConnectionId>,
    limit: i64,
) -> Result<Vec<SealedRow>> {
    fetch_all!(
        SealedRow,
        conn,
        "SELECT id, access, refresh FROM accounts_connections WHERE key_id <> $1 AND id > $2 ORDER BY id LIMIT $3",
        key,
        after.map_or(Uuid::nil(), |id| id.0),
        limit
    )
}

/// Puts what was sealed anew in the place of the old, unless that has changed meanwhile.
pub async fn reseal(
    tx: &mut Tx,
    old: &SealedRow,
    key: &str,
    access: &[u8],
    refresh: Option<&[u8]>,
) -> Result<bool> {
    // By the access token alone: both change together.
    let changed = execute!(
        tx,
        "UPDATE accounts_connections SET key_id = $3, access = $4, refresh = $5 WHERE id = $1 AND access = $2",
        old.id.0,
        &old.access,
        key,
        access,
        refresh
    )?;
    Ok(changed > 0)
}
