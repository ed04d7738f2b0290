//! Keys that people's devices hold: the public half of each.

use contract::{PasskeyId, Timestamp, UserId};
use serde_json::Value;
use sqlx::FromRow;

use crate::{Conn, Json, Result, Time, Tx, Uuid, execute, fetch_all, fetch_optional};

#[derive(Clone, Debug, FromRow)]
pub struct PasskeyRow {
    #[sqlx(try_from = "Uuid")]
    pub id: PasskeyId,
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    pub credential_id: Vec<u8>,
    pub passkey: Json<Value>,
    pub name: String,
    pub created_at: Time,
    pub used_at: Option<Time>,
}

/// A unique violation ([`crate::is_duplicate`]) means that it is somebody's already.
pub async fn add_passkey(tx: &mut Tx, row: &PasskeyRow) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_passkeys (id, user_id, credential_id, passkey, name, created_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        row.id.0,
        row.user_id.0,
        &row.credential_id,
        &row.passkey,
        &row.name,
        row.created_at,
        row.used_at
    )?;
    Ok(())
}

/// In the order in which they came.
pub async fn passkeys_of(conn: &mut Conn, user: UserId) -> Result<Vec<PasskeyRow>> {
    fetch_all!(
        PasskeyRow,
        conn,
        "SELECT id, user_id, credential_id, passkey, name, created_at, used_at
         FROM accounts_passkeys WHERE user_id = $1 ORDER BY id",
        user.0
    )
}

pub async fn passkey(conn: &mut Conn, credential_id: &[u8]) -> Result<Option<PasskeyRow>> {
    fetch_optional!(
        PasskeyRow,
        conn,
        "SELECT id, user_id, credential_id, passkey, name, created_at, used_at
         FROM accounts_passkeys WHERE credential_id = $1",
        credential_id
    )
}

/// With what its use has changed in it.
pub async fn use_passkey(
    tx: &mut Tx,
    id: PasskeyId,
    passkey: &Json<Value>,
    used_at: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_passkeys SET passkey = $2, used_at = $3 WHERE id = $1",
        id.0,
        passkey,
        Time(used_at)
    )?;
    Ok(())
}

/// Says whether it was there, and this person's.
pub async fn rename_passkey(tx: &mut Tx, user: UserId, id: PasskeyId, name: &str) -> Result<bool> {
    let renamed = execute!(
        tx,
        "UPDATE accounts_passkeys SET name = $3 WHERE id = $1 AND user_id = $2",
        id.0,
        user.0,
        name
    )?;
    Ok(renamed > 0)
}

/// Says whether it was there, and this person's.
pub async fn delete_passkey(tx: &mut Tx, user: UserId, id: PasskeyId) -> Result<bool> {
    let gone = execute!(
        tx,
        "DELETE FROM accounts_passkeys WHERE id = $1 AND user_id = $2",
        id.0,
        user.0
    )?;
    Ok(gone > 0)
}
