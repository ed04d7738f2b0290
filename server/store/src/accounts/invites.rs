//! Links that make one account each.

use contract::{InviteId, Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Result, Time, Tx, Uuid, execute, fetch_all, fetch_optional};

#[derive(Clone, Debug, FromRow)]
pub struct InviteRow {
    #[sqlx(try_from = "Uuid")]
    pub id: InviteId,
    pub role: String,
    pub note: String,
    /// Who invited.
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    pub invited_by: String,
    #[sqlx(try_from = "Time")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "Time")]
    pub expires_at: Timestamp,
}

pub async fn add_invite(tx: &mut Tx, invite: &InviteRow, key_hash: &[u8]) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_invites (id, key_hash, role, note, user_id, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        invite.id.0,
        key_hash,
        &invite.role,
        &invite.note,
        invite.user_id.0,
        Time(invite.created_at),
        Time(invite.expires_at)
    )?;
    Ok(())
}

/// Those that are still good, newest first.
pub async fn invites(conn: &mut Conn, now: Timestamp) -> Result<Vec<InviteRow>> {
    fetch_all!(
        InviteRow,
        conn,
        "SELECT i.id, i.role, i.note, i.user_id, u.name AS invited_by, i.created_at, i.expires_at
         FROM accounts_invites i JOIN accounts_users u ON u.id = i.user_id
         WHERE i.expires_at > $1 AND u.standing = 'active' ORDER BY i.id DESC",
        Time(now)
    )
}

/// If it is still good.
pub async fn invite_by_key(
    conn: &mut Conn,
    key_hash: &[u8],
    now: Timestamp,
) -> Result<Option<InviteRow>> {
    fetch_optional!(
        InviteRow,
        conn,
        "SELECT i.id, i.role, i.note, i.user_id, u.name AS invited_by, i.created_at, i.expires_at
         FROM accounts_invites i JOIN accounts_users u ON u.id = i.user_id
         WHERE i.key_hash = $1 AND i.expires_at > $2 AND u.standing = 'active'",
        key_hash,
        Time(now)
    )
}

/// Uses it up. Only one of any number of callers is told `true`.
pub async fn take_invite(tx: &mut Tx, id: InviteId) -> Result<bool> {
    Ok(execute!(tx, "DELETE FROM accounts_invites WHERE id = $1", id.0)? > 0)
}
