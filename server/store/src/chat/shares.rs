//! Links by which others read a conversation.

use contract::{ConversationId, UserId};
use sqlx::FromRow;
use uuid::Uuid;

use crate::{Conn, Result, Time, Tx, execute, fetch_optional};

#[derive(Clone, Debug, FromRow)]
pub struct ShareRow {
    pub conversation_id: Uuid,
    pub user_id: Uuid,
    pub key: String,
    pub leaf_id: Uuid,
    pub signed: String,
    pub shared_at: Time,
}

pub async fn share(conn: &mut Conn, id: ConversationId) -> Result<Option<ShareRow>> {
    fetch_optional!(
        ShareRow,
        conn,
        "SELECT conversation_id, user_id, key, leaf_id, signed, shared_at FROM chat_shares WHERE conversation_id = $1",
        id.0,
    )
}

/// For readers; the viewer is the studio, since they are nobody here.
pub async fn share_by_key(conn: &mut Conn, key: &str) -> Result<Option<ShareRow>> {
    fetch_optional!(
        ShareRow,
        conn,
        "SELECT conversation_id, user_id, key, leaf_id, signed, shared_at FROM chat_shares WHERE key = $1",
        key,
    )
}

/// One that is shared already keeps its key, and shows what was said up to now.
pub async fn put_share(tx: &mut Tx, row: &ShareRow) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_shares (conversation_id, user_id, key, leaf_id, signed, shared_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (conversation_id) DO UPDATE SET leaf_id = excluded.leaf_id, signed = excluded.signed,
             shared_at = excluded.shared_at",
        row.conversation_id,
        row.user_id,
        &row.key,
        row.leaf_id,
        &row.signed,
        row.shared_at,
    )?;
    Ok(())
}

/// Says whether it was shared.
pub async fn delete_share(tx: &mut Tx, user: UserId, id: ConversationId) -> Result<bool> {
    let gone = execute!(
        tx,
        "DELETE FROM chat_shares WHERE user_id = $1 AND conversation_id = $2",
        user.0,
        id.0,
    )?;
    Ok(gone > 0)
}
