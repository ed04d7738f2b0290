//! Accounts elsewhere that people let Soundstage use, with their sealed tokens.

use contract::{ConnectionId, Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Engine, Json, Result, Time, Tx, Uuid, execute, fetch_all, fetch_optional};

#[derive(Clone, FromRow)]
pub struct ConnectionRow {
    #[sqlx(try_from = "Uuid")]
    pub id: ConnectionId,
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    pub provider: String,
    pub label: Option<String>,
    pub scopes: Json<Vec<String>>,
    pub key_id: String,
    pub access: Vec<u8>,
    pub refresh: Option<Vec<u8>>,
    pub expires_at: Option<Time>,
    pub ends_at: Option<Time>,
    pub ended_at: Option<Time>,
    pub connected_at: Time,
    pub refreshed_at: Option<Time>,
    pub trouble: Option<String>,
    pub retry_at: Option<Time>,
}

/// In place of what there was of this person with this provider; its lease ends with it. Where the key is
/// none of ours, nothing is written ([`crate::is_dangling`]).
pub async fn put_connection(tx: &mut Tx, row: &ConnectionRow) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_connections
             (id, user_id, provider, label, scopes, key_id, access, refresh, expires_at, ends_at, connected_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (user_id, provider) DO UPDATE SET
             id = excluded.id, label = excluded.label, scopes = excluded.scopes, key_id = excluded.key_id,
             access = excluded.access, refresh = excluded.refresh, expires_at = excluded.expires_at, ends_at = excluded.ends_at,
             connected_at = excluded.connected_at, ended_at = NULL, refreshed_at = NULL, trouble = NULL,
             retry_at = NULL, lease_owner = NULL, lease_until = NULL",
        row.id.0,
        row.user_id.0,
        &row.provider,
        &row.label,
        &row.scopes,
        &row.key_id,
        &row.access,
        &row.refresh,
        row.expires_at,
        row.ends_at,
        row.connected_at
    )?;
    Ok(())
}

pub async fn connections_of(conn: &mut Conn, user: UserId) -> Result<Vec<ConnectionRow>> {
    fetch_all!(
        ConnectionRow,
        conn,
        "SELECT * FROM accounts_connections WHERE user_id = $1 ORDER BY provider",
        user.0
    )
}

pub async fn connection(
    conn: &mut Conn,
    user: UserId,
    provider: &str,
) -> Result<Option<ConnectionRow>> {
    fetch_optional!(
        ConnectionRow,
        conn,
        "SELECT * FROM accounts_connections WHERE user_id = $1 AND provider = $2",
        user.0,
        provider
    )
}

/// Those whose access token ends before `horizon`, and that may be tried now.
pub async fn due(
    conn: &mut Conn,
    now: Timestamp,
    horizon: Timestamp,
    limit: i64,
) -> Result<Vec<ConnectionRow>> {
    fetch_all!(
        ConnectionRow,
        conn,
        "SELECT * FROM accounts_connections
         WHERE ended_at IS NULL AND refresh IS NOT NULL AND expires_at < $2
             AND (retry_at IS NULL OR retry_at <= $1) AND (lease_until IS NULL OR lease_until <= $1)
         ORDER BY expires_at LIMIT $3",
        Time(now),
        Time(horizon),
        limit
    )
}

/// The right to refresh, for one at a time; with the row as it is now. `None`: another has it, or the row has
/// been refreshed since `seen` (its access token's end).
pub async fn lease(
    tx: &mut Tx,
    id: ConnectionId,
    owner: Uuid,
    seen: Option<Time>,
    now: Timestamp,
    until: Timestamp,
) -> Result<Option<ConnectionRow>> {
    // NULLs are the same here, which each engine writes in its own way.
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "UPDATE accounts_connections SET lease_owner = $2, lease_until = $5 \
             WHERE id = $1 AND ended_at IS NULL AND expires_at IS $3 \
             AND (lease_until IS NULL OR lease_until <= $4) RETURNING *"
        }
        Engine::Postgres => {
            "UPDATE accounts_connections SET lease_owner = $2, lease_until = $5 \
             WHERE id = $1 AND ended_at IS NULL AND expires_at IS NOT DISTINCT FROM $3 \
             AND (lease_until IS NULL OR lease_until <= $4) RETURNING *"
        }
    };
    fetch_optional!(
        ConnectionRow,
        tx,
        sql,
        id.0,
        owner,
        seen,
        Time(now),
        Time(until)
    )
}

/// What a refresh brought.
pub struct Refreshed<'a> {
    pub key_id: &'a str,
    pub access: &'a [u8],
    pub refresh: Option<&'a [u8]>,
    pub scopes: &'a Json<Vec<String>>,
    pub expires_at: Option<Time>,
}

/// Whoever lost the lease meanwhile changes nothing.
pub async fn refreshed(
    tx: &mut Tx,
    id: ConnectionId,
    owner: Uuid,
    brought: &Refreshed<'_>,
    now: Timestamp,
) -> Result<bool> {
    let changed = execute!(
        tx,
        "UPDATE accounts_connections SET key_id = $3, access = $4, refresh = $5, scopes = $6, expires_at = $7,
             refreshed_at = $8, trouble = NULL, retry_at = NULL, lease_owner = NULL, lease_until = NULL
         WHERE id = $1 AND lease_owner = $2",
        id.0,
        owner,
        brought.key_id,
        brought.access,
        brought.refresh,
        brought.scopes,
        brought.expires_at,
        Time(now)
    )?;
    Ok(changed > 0)
}

/// It failed: for now, or, with `ended_at`, for good.
pub async fn not_refreshed(
    tx: &mut Tx,
    id: ConnectionId,
    owner: Uuid,
    trouble: &str,
    retry_at: Timestamp,
    ended_at: Option<Timestamp>,
) -> Result<bool> {
    let changed = execute!(
        tx,
        "UPDATE accounts_connections SET trouble = $3, retry_at = $4, ended_at = $5, lease_owner = NULL, lease_until = NULL
         WHERE id = $1 AND lease_owner = $2",
        id.0,
        owner,
        trouble,
        Time(retry_at),
        ended_at.map(Time)
    )?;
    Ok(changed > 0)
}

/// Not to be tried before.
pub async fn postpone(tx: &mut Tx, id: ConnectionId, until: Timestamp) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_connections SET retry_at = $2 WHERE id = $1",
        id.0,
        Time(until)
    )?;
    Ok(())
}

/// Whose it is, as the provider says now.
pub async fn name_connection(
    tx: &mut Tx,
    user: UserId,
    provider: &str,
    label: Option<&str>,
) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_connections SET label = $3 WHERE user_id = $1 AND provider = $2",
        user.0,
        provider,
        label
    )?;
    Ok(())
}

pub async fn delete_connection(tx: &mut Tx, id: ConnectionId) -> Result<bool> {
    let gone = execute!(tx, "DELETE FROM accounts_connections WHERE id = $1", id.0)?;
    Ok(gone > 0)
}
