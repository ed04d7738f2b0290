//! Who people are elsewhere, and the sign-ins there that have begun.

use contract::{IdentityId, Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Json, Result, Time, Tx, Uuid, execute, fetch_all, fetch_optional};

#[derive(Clone, Debug, FromRow)]
pub struct IdentityRow {
    #[sqlx(try_from = "Uuid")]
    pub id: IdentityId,
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    pub provider: String,
    pub subject: String,
    pub email: Option<String>,
    pub created_at: Time,
    pub used_at: Option<Time>,
}

/// A unique violation ([`crate::is_duplicate`]) means that it is somebody's already.
pub async fn add_identity(tx: &mut Tx, identity: &IdentityRow) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_identities (id, user_id, provider, subject, email, created_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        identity.id.0,
        identity.user_id.0,
        &identity.provider,
        &identity.subject,
        &identity.email,
        identity.created_at,
        identity.used_at
    )?;
    Ok(())
}

pub async fn identity(
    conn: &mut Conn,
    provider: &str,
    subject: &str,
) -> Result<Option<IdentityRow>> {
    fetch_optional!(
        IdentityRow,
        conn,
        "SELECT id, user_id, provider, subject, email, created_at, used_at
         FROM accounts_identities WHERE provider = $1 AND subject = $2",
        provider,
        subject
    )
}

/// In the order in which they were linked.
pub async fn identities_of(conn: &mut Conn, user: UserId) -> Result<Vec<IdentityRow>> {
    fetch_all!(
        IdentityRow,
        conn,
        "SELECT id, user_id, provider, subject, email, created_at, used_at
         FROM accounts_identities WHERE user_id = $1 ORDER BY id",
        user.0
    )
}

pub async fn touch_identity(
    tx: &mut Tx,
    id: IdentityId,
    email: Option<&str>,
    used_at: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_identities SET email = $2, used_at = $3 WHERE id = $1",
        id.0,
        email,
        Time(used_at)
    )?;
    Ok(())
}

/// The identity, if it was there and this person's.
pub async fn delete_identity(tx: &mut Tx, user: UserId, id: IdentityId) -> Result<bool> {
    let gone = execute!(
        tx,
        "DELETE FROM accounts_identities WHERE id = $1 AND user_id = $2",
        id.0,
        user.0
    )?;
    Ok(gone > 0)
}

/// A sign-in elsewhere that has begun.
#[derive(Clone, FromRow)]
pub struct DanceRow {
    pub dance: Json<serde_json::Value>,
    /// Of whoever is in already.
    pub session_id: Option<Uuid>,
    pub invite_hash: Option<Vec<u8>>,
    pub next: String,
    pub expires_at: Time,
}

/// By what one is found again.
pub struct DanceKey<'a> {
    pub state_hash: &'a [u8],
    pub browser_hash: &'a [u8],
    pub provider: &'a str,
}

pub async fn add_dance(tx: &mut Tx, key: &DanceKey<'_>, dance: &DanceRow) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_dances
             (state_hash, browser_hash, provider, dance, session_id, invite_hash, next, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        key.state_hash,
        key.browser_hash,
        key.provider,
        &dance.dance,
        dance.session_id,
        &dance.invite_hash,
        &dance.next,
        dance.expires_at
    )?;
    Ok(())
}

/// Uses it up. Of any number of callers only one gets it, and only before its end.
pub async fn take_dance(
    tx: &mut Tx,
    key: &DanceKey<'_>,
    now: Timestamp,
) -> Result<Option<DanceRow>> {
    fetch_optional!(
        DanceRow,
        tx,
        "DELETE FROM accounts_dances
         WHERE state_hash = $1 AND browser_hash = $2 AND provider = $3 AND expires_at > $4
         RETURNING dance, session_id, invite_hash, next, expires_at",
        key.state_hash,
        key.browser_hash,
        key.provider,
        Time(now)
    )
}

pub async fn forget_expired_dances(tx: &mut Tx, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "DELETE FROM accounts_dances WHERE expires_at <= $1",
        Time(now)
    )?;
    Ok(())
}
