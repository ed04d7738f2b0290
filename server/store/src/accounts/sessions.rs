//! Where people are signed in.

use contract::{SessionId, Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Result, Time, Tx, Uuid, execute, fetch_all, fetch_optional};

/// A session and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub address: String,
    pub user_agent: String,
    pub created_at: Time,
    pub seen_at: Time,
    pub expires_at: Time,
    pub name: String,
    pub email: String,
    pub role: String,
}

pub struct NewSession<'a> {
    pub id: SessionId,
    pub user: UserId,
    pub token_hash: &'a [u8],
    pub address: &'a str,
    pub user_agent: &'a str,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

pub async fn session_by_token(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<SessionRow>> {
    fetch_optional!(
        SessionRow,
        conn,
        "SELECT s.id, s.user_id, s.address, s.user_agent, s.created_at, s.seen_at, s.expires_at, u.name, u.email, u.role
         FROM accounts_sessions s JOIN accounts_users u ON u.id = s.user_id
         WHERE s.token_hash = $1 AND u.standing = 'active'",
        token_hash
    )
}

pub async fn add_session(tx: &mut Tx, session: &NewSession<'_>) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_sessions (id, user_id, token_hash, address, user_agent, created_at, seen_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
        session.id.0,
        session.user.0,
        session.token_hash,
        session.address,
        session.user_agent,
        Time(session.now),
        Time(session.expires_at)
    )?;
    Ok(())
}

/// While it is open.
pub async fn user_of_session(conn: &mut Conn, id: SessionId) -> Result<Option<UserId>> {
    let user = fetch_optional!(
        (Uuid,),
        conn,
        "SELECT user_id FROM accounts_sessions WHERE id = $1",
        id.0
    )?;
    Ok(user.map(|(id,)| UserId(id)))
}

pub async fn touch_session(
    tx: &mut Tx,
    id: SessionId,
    seen_at: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_sessions SET seen_at = $2, expires_at = $3 WHERE id = $1",
        id.0,
        Time(seen_at),
        Time(expires_at)
    )?;
    Ok(())
}

/// Says whether it was there, and this person's.
pub async fn end_session(tx: &mut Tx, user: UserId, id: SessionId) -> Result<bool> {
    let ended = execute!(
        tx,
        "DELETE FROM accounts_sessions WHERE id = $1 AND user_id = $2",
        id.0,
        user.0
    )?;
    Ok(ended > 0)
}

/// Ends all of one person's but the one to keep, and gives their ids.
pub async fn end_sessions_of(
    tx: &mut Tx,
    user: UserId,
    keep: Option<SessionId>,
) -> Result<Vec<SessionId>> {
    let ids = fetch_all!(
        (Uuid,),
        tx,
        "DELETE FROM accounts_sessions WHERE user_id = $1 AND id <> $2 RETURNING id",
        user.0,
        keep.map_or(Uuid::nil(), |keep| keep.0)
    )?;
    Ok(ids.into_iter().map(|(id,)| SessionId(id)).collect())
}

pub async fn forget_expired_sessions(tx: &mut Tx, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "DELETE FROM accounts_sessions WHERE expires_at <= $1",
        Time(now)
    )?;
    Ok(())
}

/// Newest use first; those that are over do not count.
pub async fn sessions_of(conn: &mut Conn, user: UserId, now: Timestamp) -> Result<Vec<SessionRow>> {
    fetch_all!(
        SessionRow,
        conn,
        "SELECT s.id, s.user_id, s.address, s.user_agent, s.created_at, s.seen_at, s.expires_at, u.name, u.email, u.role
         FROM accounts_sessions s JOIN accounts_users u ON u.id = s.user_id
         WHERE s.user_id = $1 AND s.expires_at > $2 ORDER BY s.seen_at DESC, s.id DESC",
        user.0,
        Time(now)
    )
}

/// When each person who is signed in was last seen.
pub async fn last_seen(conn: &mut Conn, now: Timestamp) -> Result<Vec<(UserId, Timestamp)>> {
    let rows = fetch_all!(
        (Uuid, Time),
        conn,
        "SELECT user_id, MAX(seen_at) FROM accounts_sessions WHERE expires_at > $1 GROUP BY user_id",
        Time(now)
    )?;
    Ok(rows
        .into_iter()
        .map(|(user, at)| (UserId(user), at.into()))
        .collect())
}

/// The same session under another token.
pub async fn renew_session(tx: &mut Tx, id: SessionId, token_hash: &[u8]) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_sessions SET token_hash = $2 WHERE id = $1",
        id.0,
        token_hash
    )?;
    Ok(())
}
