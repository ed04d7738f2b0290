//! What scripts show for themselves.

use contract::{Timestamp, TokenId, UserId, accounts::Scope};
use sqlx::FromRow;

use crate::{Conn, Json, Result, Time, Tx, Uuid, execute, fetch_all, fetch_optional};

/// A token and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct TokenRow {
    #[sqlx(try_from = "Uuid")]
    pub id: TokenId,
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// Of its person.
    pub role: String,
    pub name: String,
    pub ends_in: String,
    pub scopes: Json<Vec<Scope>>,
    pub created_at: Time,
    pub expires_at: Option<Time>,
    pub used_at: Option<Time>,
}

pub async fn add_token(tx: &mut Tx, token: &TokenRow, token_hash: &[u8]) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_tokens (id, user_id, name, token_hash, ends_in, scopes, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        token.id.0,
        token.user_id.0,
        &token.name,
        token_hash,
        &token.ends_in,
        &token.scopes,
        token.created_at,
        token.expires_at
    )?;
    Ok(())
}

/// Newest first, those that are over too: their names tell why a script stopped.
pub async fn tokens_of(conn: &mut Conn, user: UserId) -> Result<Vec<TokenRow>> {
    fetch_all!(
        TokenRow,
        conn,
        "SELECT t.id, t.user_id, u.role, t.name, t.ends_in, t.scopes, t.created_at, t.expires_at, t.used_at
         FROM accounts_tokens t JOIN accounts_users u ON u.id = t.user_id WHERE t.user_id = $1 ORDER BY t.id DESC",
        user.0
    )
}

/// Of somebody who may come in.
pub async fn token_by_hash(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<TokenRow>> {
    fetch_optional!(
        TokenRow,
        conn,
        "SELECT t.id, t.user_id, u.role, t.name, t.ends_in, t.scopes, t.created_at, t.expires_at, t.used_at
         FROM accounts_tokens t JOIN accounts_users u ON u.id = t.user_id
         WHERE t.token_hash = $1 AND u.standing = 'active'",
        token_hash
    )
}

pub async fn touch_token(tx: &mut Tx, id: TokenId, used_at: Timestamp) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_tokens SET used_at = $2 WHERE id = $1",
        id.0,
        Time(used_at)
    )?;
    Ok(())
}

/// The token, if it was there and this person's.
pub async fn delete_token(tx: &mut Tx, user: UserId, id: TokenId) -> Result<bool> {
    let gone = execute!(
        tx,
        "DELETE FROM accounts_tokens WHERE id = $1 AND user_id = $2",
        id.0,
        user.0
    )?;
    Ok(gone > 0)
}
