//! People, their sessions, the owner's one-time links, and the audit log.
//!
//! Secrets come in as SHA-256 hashes; what they are hashes of is never here.

use contract::{SessionId, Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Json, Result, Time, Tx, Uuid, execute, fetch_all, fetch_one, fetch_optional};

#[derive(Clone, Debug, FromRow)]
pub struct UserRow {
    pub id: Uuid,
    pub name: String,
    /// As it was typed.
    pub email: String,
    pub role: String,
    pub password_hash: String,
}

/// A session and whose it is.
#[derive(Clone, Debug, FromRow)]
pub struct SessionRow {
    pub id: Uuid,
    pub user_id: Uuid,
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

/// One line of the audit log.
pub struct Act<'a> {
    pub id: Uuid,
    pub at: Timestamp,
    pub user: Option<UserId>,
    /// `session.begin`, `owner.recover`: domain or thing, dot, verb.
    pub act: &'a str,
    /// What it was done to: an id, mostly.
    pub target: &'a str,
    pub address: &'a str,
    pub detail: serde_json::Value,
}

// ---- People -----------------------------------------------------------------------------------------

pub async fn owner(conn: &mut Conn) -> Result<Option<UserRow>> {
    fetch_optional!(
        UserRow,
        conn,
        "SELECT id, name, email, role, password_hash FROM accounts_users WHERE role = 'owner' ORDER BY id LIMIT 1"
    )
}

/// By the address in lower case.
pub async fn user_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<UserRow>> {
    fetch_optional!(
        UserRow,
        conn,
        "SELECT id, name, email, role, password_hash FROM accounts_users WHERE email_key = $1",
        email_key
    )
}

/// A unique violation ([`crate::is_duplicate`]) means that the address is taken.
pub async fn add_user(tx: &mut Tx, user: &UserRow, email_key: &str, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_users (id, name, email, email_key, role, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        user.id,
        &user.name,
        &user.email,
        email_key,
        &user.role,
        &user.password_hash,
        Time(now)
    )?;
    Ok(())
}

pub async fn change_user(tx: &mut Tx, user: &UserRow, email_key: &str) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_users SET name = $2, email = $3, email_key = $4, password_hash = $5 WHERE id = $1",
        user.id,
        &user.name,
        &user.email,
        email_key,
        &user.password_hash
    )?;
    Ok(())
}

// ---- Sessions ---------------------------------------------------------------------------------------

pub async fn session_by_token(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<SessionRow>> {
    fetch_optional!(
        SessionRow,
        conn,
        "SELECT s.id, s.user_id, s.created_at, s.seen_at, s.expires_at, u.name, u.email, u.role
         FROM accounts_sessions s JOIN accounts_users u ON u.id = s.user_id WHERE s.token_hash = $1",
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

/// Says whether it was there.
pub async fn end_session(tx: &mut Tx, id: SessionId) -> Result<bool> {
    Ok(execute!(tx, "DELETE FROM accounts_sessions WHERE id = $1", id.0)? > 0)
}

/// Ends all of one person's and gives their ids.
pub async fn end_sessions_of(tx: &mut Tx, user: UserId) -> Result<Vec<SessionId>> {
    let ids = fetch_all!(
        (Uuid,),
        tx,
        "DELETE FROM accounts_sessions WHERE user_id = $1 RETURNING id",
        user.0
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

// ---- Links ------------------------------------------------------------------------------------------

/// Makes a link, and it alone is good from now on.
pub async fn replace_links(
    tx: &mut Tx,
    key_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    execute!(tx, "DELETE FROM accounts_links WHERE used_at IS NULL")?;
    execute!(
        tx,
        "INSERT INTO accounts_links (key_hash, created_at, expires_at) VALUES ($1, $2, $3)",
        key_hash,
        Time(now),
        Time(expires_at)
    )?;
    Ok(())
}

pub async fn link_is_good(conn: &mut Conn, key_hash: &[u8], now: Timestamp) -> Result<bool> {
    let (found,) = fetch_one!(
        (i64,),
        conn,
        "SELECT COUNT(*) FROM accounts_links WHERE key_hash = $1 AND used_at IS NULL AND expires_at > $2",
        key_hash,
        Time(now)
    )?;
    Ok(found > 0)
}

/// Uses it up. Only one of any number of callers is told `true`.
pub async fn use_link(tx: &mut Tx, key_hash: &[u8], now: Timestamp) -> Result<bool> {
    let used = execute!(
        tx,
        "UPDATE accounts_links SET used_at = $2 WHERE key_hash = $1 AND used_at IS NULL AND expires_at > $2",
        key_hash,
        Time(now)
    )?;
    Ok(used > 0)
}

// ---- Audit ------------------------------------------------------------------------------------------

pub async fn record(tx: &mut Tx, act: &Act<'_>) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_audit (id, at, user_id, act, target, address, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        act.id,
        Time(act.at),
        act.user.map(|user| user.0),
        act.act,
        act.target,
        act.address,
        Json(&act.detail)
    )?;
    Ok(())
}

#[derive(Clone, Debug, FromRow)]
pub struct ActRow {
    pub at: Time,
    pub user_id: Option<Uuid>,
    pub act: String,
    pub target: String,
    pub address: String,
    pub detail: Json<serde_json::Value>,
}

/// Newest first.
pub async fn acts(conn: &mut Conn, limit: i64) -> Result<Vec<ActRow>> {
    fetch_all!(
        ActRow,
        conn,
        "SELECT at, user_id, act, target, address, detail FROM accounts_audit ORDER BY at DESC, id DESC LIMIT $1",
        limit
    )
}
